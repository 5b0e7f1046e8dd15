#!/usr/bin/env python3
"""Runs a verifier over all cases: `run.py [--codes] [--only WORD] PROGRAM…`.

The program gets one more argument, a case's folder or a bundle's file, and answers by exit status: 0 all right, 1 a
fault, 5 valid but incomplete. With --codes it is run with --json, and the code that a case names must be among
`findings` of what it prints.
"""
import argparse, base64, json, os, subprocess, sys, tempfile

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")
STATUS = {"good": 0, "bad": 1, "incomplete": 5}


def unpack(case, folder):
    """Writes a case's files; returns the path that the program is given."""
    for path, content in case["files"].items():
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content["text"].encode() if "text" in content else base64.b64decode(content["base64"]))
    return os.path.join(folder, next(iter(case["files"]))) if case["kind"] == "bundle" else folder


def fault(case, program, codes):
    """What is wrong with the program's answer to a case, or None."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*program, *(["--json"] if codes else []), unpack(case, folder)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            return "no answer within a minute"
    if done.returncode != STATUS[case["expect"]]:
        last = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[-1:]
        return f"exit status {done.returncode}, not {STATUS[case['expect']]} {last}"
    if codes and case["code"]:
        found = {finding["code"] for finding in json.loads(done.stdout)["findings"]}
        if not found & set(case["code"].split("|")):
            return f"no {case['code']} among {sorted(found)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--codes", action="store_true", help="compare the codes of findings too")
    parser.add_argument("--only", default="", metavar="WORD", help="only cases with this in their name")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.program:
        parser.error("name the program")
    names = sorted(name for name in os.listdir(CASES) if options.only in name)
    failed = 0
    for name in names:
        with open(os.path.join(CASES, name), encoding="utf-8") as file:
            case = json.load(file)
        wrong = fault(case, options.program, options.codes)
        if wrong:
            failed += 1
            print(f"{name[:-5]}: {case['why']}: {wrong}")
    print(f"{len(names) - failed} of {len(names)} cases as expected")
    sys.exit(1 if failed or not names else 0)


if __name__ == "__main__":
    main()
