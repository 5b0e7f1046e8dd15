#!/usr/bin/env python3
"""Writes `seeds/`: small inputs from which each target starts.

They are taken from the cases of `tests/conformance`, and made by the code there, with its test keys. The same run
gives the same bytes. Needs `cryptography` and `blake3`.
"""
import base64, json, os, shutil, struct, sys

HERE = os.path.dirname(os.path.abspath(__file__))
SUITE = os.path.join(HERE, "..", "tests", "conformance")
sys.path.insert(0, SUITE)
sys.dont_write_bytecode = True
import make


def case(name):
    with open(os.path.join(SUITE, "cases", name + ".json"), encoding="utf-8") as file:
        files = json.load(file)["files"]
    return {path: at["text"].encode() if "text" in at else base64.b64decode(at["base64"]) for path, at in files.items()}


def entries(name):
    """The entries of a published ledger."""
    data = next(d for p, d in sorted(case(name).items(), reverse=True) if p.startswith("tile/entries/"))
    found = []
    while data:
        length = struct.unpack(">H", data[:2])[0]
        found.append(data[2:2 + length])
        data = data[2 + length:]
    return found


def body(entry): return json.loads(entry.split(b"\n")[1])


def write(target, name, data):
    folder = os.path.join(HERE, "seeds", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def note_seeds():
    write("note", "entry", entries("genesis-alone")[0])
    write("note", "three-lines", entries("genesis-2-of-3")[0])
    write("note", "checkpoint", case("checkpoint-cosigned")["checkpoint"])
    write("note", "unknown-line", case("checkpoint-unknown-line")["checkpoint"])
    text = "é\n\nb\n".encode()
    write("note", "blank-line", text + b"\n" + make.ALICE.line(text))


def entry_seeds():
    seen = {}
    for name in ("roots-change-tainting", "log-key-change", "policy-change", "key-rotated-by-itself", "key-revoked-tainting",
                 "verdict-corrected", "claim-superseded", "approval-and-dispute", "retraction-by-author", "reaffirmation", "publication",
                 "erasure-of-claim", "source-replaces", "source-without-text", "genesis-2-of-3"):
        try:
            some = entries(name)
        except FileNotFoundError:
            continue
        for entry in some:
            fields = body(entry)
            kind = "-".join(filter(None, [fields["kind"], fields.get("op")]))
            # The longest of a kind has the most fields.
            if kind not in seen or len(entry) > len(seen[kind]):
                seen[kind] = entry
    for kind, entry in seen.items():
        write("entry", kind, entry)


def checkpoint_seeds():
    for name in ("checkpoint-cosigned", "checkpoint-unknown-line", "log-key-change"):
        write("checkpoint", name, case(name)["checkpoint"])
    write("checkpoint", "empty", make.signed_checkpoint(f"desk.example/facts\n0\n{make.b64(make.root_of([]))}\n"))
    # A text that is not signed: the target signs it.
    write("checkpoint", "text", f"other.example/log\n70000\n{make.b64(bytes(32))}\nan extension\n".encode())


# The tree of the target `proof`: entry 7 is one of `seeds/entry`, the others are numbers.
def tree():
    with open(os.path.join(HERE, "seeds", "entry", "source"), "rb") as file:
        source = file.read()
    return [make.sha(b"\0" + (source if n == 7 else str(n).encode())) for n in range(300)]


def growth(old, leaves, whole=True):
    """RFC 6962, section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [make.root_of(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= k:
        return growth(old, leaves[:k], whole) + [make.root_of(leaves[k:])]
    return growth(old - k, leaves[k:], False) + [make.root_of(leaves[:k])]


def proof_seeds():
    leaves = tree()

    def lines(first, hashes, size):
        text = f"desk.example/facts\n{size}\n{make.b64(make.root_of(leaves[:size]))}\n"
        return first.encode() + b"".join(make.b64(h).encode() + b"\n" for h in hashes) + b"\n" + make.signed_checkpoint(text)

    for size in (8, 200):
        write("proof", f"entry-7-of-{size}", lines("c2sp.org/tlog-proof@v1\nindex 7\n", make.path_of(7, leaves[:size]), size))
    write("proof", "extra", lines("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n", make.path_of(0, leaves[:3]), 3))
    for size in (128, 299):
        write("proof", f"100-to-{size}", lines("old 100\n", growth(100, leaves[:size]), size))
    write("proof", "0-to-5", lines("old 0\n", [], 5))
    # Made by the target: kind, sizes, and what is done to the hashes.
    write("proof", "made-inclusion", bytes([0]) + struct.pack("<HH", 200, 7) + bytes([1, 2, 3]))
    write("proof", "made-growth", bytes([1]) + struct.pack("<HH", 299, 100) + bytes([4, 0, 9]))


def bundle_seeds():
    for name in ("bundle", "bundle-cosigned", "bundle-with-slices", "bundle-with-gaps", "bundle-with-approval-and-retraction",
                 "bundle-after-rotation", "bundle-after-log-key-change", "bundle-erased"):
        write("bundle", name, case(name)["bundle.json"])


def slice_seeds():
    # Kind 0: the text's length, first chunk, number of chunks, then changes: what, where, which byte.
    write("slice", "whole", struct.pack("<BHBB", 0, 5000, 0, 9))
    write("slice", "middle", struct.pack("<BHBB", 0, 5000, 2, 1))
    write("slice", "last", struct.pack("<BHBB", 0, 5000, 4, 1) + struct.pack("<BHB", 0, 9, 1))
    write("slice", "short", struct.pack("<BHBB", 0, 18, 0, 1) + struct.pack("<BHB", 1, 3, 0))
    # Kind 1: another length, stated and known, and the same.
    write("slice", "length", struct.pack("<BQHBB", 1, 1 << 40, 5000, 1, 1))
    # Kind 2: the text's length and the spans that ranges have to cover.
    write("slice", "covering", struct.pack("<BQ", 2, 5000) + struct.pack("<HHHH", 0, 10, 4000, 900))
    write("slice", "range", b"\x031024-2048")


def policy_seeds():
    w = [make.Key("witness.example/w" + (str(n) if n else ""), 13 + n, kind=4) for n in range(3)]
    log = f"log {make.LOG.vkey} https://log.example/\n"
    witnesses = "".join(f"witness w{n} {k.vkey}\n" for n, k in enumerate(w))
    write("policy", "none", f"{log}quorum none\n".encode())
    write("policy", "one", f"# one witness\n{log}{witnesses}quorum w0\n".encode())
    write("policy", "groups", f"{log}{witnesses}group a any w0 w1\n\ngroup b 2 a w2\nquorum\tb\n".encode())
    write("policy", "all", f"{witnesses}group all all w0 w1 w2\nquorum all".encode())


def tile_seeds():
    for n, path in enumerate(("tile/0/000", "tile/1/x001/x234/067.p/9", "tile/entries/000.p/5", "tile/entries/x001/000")):
        write("tile", f"path-{n}", b"\0" + path.encode())
    some = [b"one", b"", b"three"]
    write("tile", "entries", bytes([1, 2]) + b"".join(struct.pack(">H", len(n)) + n for n in some))
    write("tile", "tree", struct.pack("<BHBHHB", 2, 300, 0, 0, 299, 1))
    write("tile", "tree-level-8", struct.pack("<BHBHHB", 2, 700, 8, 1, 0, 0))
    write("tile", "numbers", struct.pack("<BQQBQH", 3, 250, 600, 1, 0, 256))


def withheld_seeds():
    write("withheld", "empty", make.withheld_file([]))
    write("withheld", "two", case("source-quoted")["withheld"])
    write("withheld", "other", case("source-withheld")["withheld"])


def main():
    shutil.rmtree(os.path.join(HERE, "seeds"), ignore_errors=True)
    note_seeds()
    entry_seeds()
    checkpoint_seeds()
    proof_seeds()
    bundle_seeds()
    slice_seeds()
    policy_seeds()
    tile_seeds()
    withheld_seeds()


if __name__ == "__main__":
    main()
