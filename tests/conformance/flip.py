#!/usr/bin/env python3
"""Flips one bit of each byte of a quoted ledger, of a bundle and of a signed export, then damages all at random: no
flip may pass as `good`, and nothing may be raised. `flip.py [NUMBER-OF-RANDOM-DAMAGES]`, of examples/verify.py."""
import json, os, random, sys, tempfile
import run

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples"))
import verify


def damaged(data, chance):
    """Some bytes cut out, put in, or put in the place of others."""
    start, length = chance.randrange(len(data) + 1), chance.choice((1, 2, 8, 64, 1024))
    return data[:start] + chance.choice((b"", chance.randbytes(length))) + data[start + chance.choice((0, length)):]


def main():
    chance, count, missed, raised, flips = random.Random(1), int((sys.argv[1:] or ["2000"])[0]), 0, 0, 0
    names = ("slices-several", "bundle-with-slices", "export")
    for name in names:
        with open(os.path.join(run.CASES, name + ".json"), encoding="utf-8") as file:
            case = json.load(file)
        with tempfile.TemporaryDirectory() as folder:
            path = run.unpack(case, folder)
            files = {os.path.join(folder, file): None for file in case["files"]}
            for file in files:
                with open(file, "rb") as opened:
                    files[file] = opened.read()
            changes = [(file, at) for file, data in files.items() for at in range(len(data))]
            changes += [(chance.choice(list(files)), None) for _ in range(count)]
            for file, at in changes:
                data = damaged(files[file], chance)
                if at is not None:
                    data = bytearray(files[file])
                    data[at] ^= 1 << at % 8
                    flips += 1
                with open(file, "wb") as opened:
                    opened.write(data)
                try:
                    if verify.audit(path)[1] == 0 and at is not None:
                        missed += 1
                        print(f"{name}: {os.path.relpath(file, folder)}: byte {at}: missed")
                except Exception as error:  # what is looked for
                    raised += 1
                    print(f"{name}: {os.path.relpath(file, folder)}: byte {at}: {error!r}")
                with open(file, "wb") as opened:
                    opened.write(files[file])
    print(f"{flips} flips, {missed} missed; {len(names) * count} random damages; {raised} raised")
    sys.exit(1 if missed or raised else 0)


if __name__ == "__main__":
    main()
