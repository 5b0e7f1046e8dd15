#!/usr/bin/env python3
"""Audits a published factlog ledger, or checks a proof bundle, without factlog.

    verify.py [--ledger ID] [--key VKEY] [--json] DIR|FILE      verify.py --batch < PATHS

Written from docs/format.md, whose sections the comments cite. Needs `pip install cryptography blake3`.
Exit status: 0 all right, 1 a fault, 5 valid but incomplete, 2 usage. It shows what was recorded up to the
checkpoint, never that it is true. It does not check witnesses' cosignatures, which need a trust policy of
one's own, does not make texts again from raw bytes, and does not say which verdicts stand.
"""
import argparse, base64, datetime, functools, hashlib, json, os, re, struct, sys
from types import SimpleNamespace as Record
from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

class Bad(ValueError):
    """The data is wrong; the text says how."""

def need(condition, message):
    if not condition:
        raise Bad(message)

def sha256(data): return hashlib.sha256(data).digest()

# --- Section 1: JSON, and the values that recur ------------------------------------------------------------

def plain(value, depth=1):
    """Whether a value has only what the profile has: no float, no null, small integers, 16 deep."""
    if isinstance(value, (dict, list)):
        keys, items = (value, value.values()) if isinstance(value, dict) else ((), value)
        return depth <= 16 and all(map(KEY, keys)) and all(plain(item, depth + 1) for item in items)
    return type(value) in (str, bool) or type(value) is int and abs(value) < 2**53

def parse_json(data):
    """Parses, writes again and compares bytes: what is written otherwise is refused."""
    try:
        value = json.loads(data.decode())
        again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError) as error:
        raise Bad("not JSON") from error
    need(again == data and type(value) is dict and plain(value), "not canonical JSON")
    return value

def decode(value, length=None):
    """Base64 (RFC 4648, section 4), padded and canonical."""
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise Bad("not base64") from error
    need(base64.b64encode(data).decode() == value, "base64 is not canonical")
    need(length in (None, len(data)), f"{len(data)} bytes of base64 where {length} belong")
    return data

def fits(value, form):
    """Whether a value has a form: a test, a tuple of words, [form] for a list that is not empty, or an
    object's closed list of fields, of which those that end in `?` may be absent."""
    if isinstance(form, dict):
        return (isinstance(value, dict) and {k for k in form if k[-1] != "?"} <= value.keys() and
                all(k in form and fits(v, form[k]) or k + "?" in form and fits(v, form[k + "?"]) for k, v in value.items()))
    if isinstance(form, list):
        return isinstance(value, list) and value != [] and all(fits(item, form[0]) for item in value)
    return type(value) is str and value in form if isinstance(form, tuple) else bool(form(value))

def pattern(expression):
    match = re.compile(expression).fullmatch
    return lambda value: type(value) is str and match(value) is not None

def integer(low=0, high=2**53 - 1): return lambda value: type(value) is int and low <= value <= high
def maybe_empty(form): return lambda value: value == [] or fits(value, [form])
def string(value): return type(value) is str
def text(value): return type(value) is str and value != ""
def boolean(value): return type(value) is bool
def short(value): return string(value) and len(value) <= 32
def labels(value): return type(value) is dict and value != {} and all(map(text, value.values()))
def path(value): return text(value) and not set(value) & set("\\\0") and not set(value.split("/")) & {"", ".", ".."}
def no_twice(values): return len(set(values)) == len(values)

def root(value):
    try:
        return type(value) is str and len(decode(value)) == 32
    except Bad:
        return False

def day(value):
    try:  # Years 0000 to 9999; the calendar repeats after 400 years, and Python's has no year 0.
        return day_form(value) and datetime.date(2000 + int(value[:4]) % 400, int(value[5:7]), int(value[8:])) is not None
    except ValueError:
        return False

def span(value): return type(value) is list and len(value) == 2 and all(map(integer(), value)) and value[0] < value[1]
def spans(value): return fits(value, [span]) and all(a[1] <= b[0] for a, b in zip(value, value[1:]))
def time(value): return time_form(value) and day(value[:10])
def day_or_time(value): return day(value) or time(value)
def language(value): return language_form(value) and len(value) <= 35

KEY = pattern("[a-z][a-z0-9_]*")
HASH, SALT, code = pattern("[0-9a-f]{64}"), pattern("[0-9a-f]{32}"), pattern("[a-z][a-z0-9-]{0,31}")
day_form, language_form = pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}"), pattern("[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*")
time_form = pattern("[0-9-]{10}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
decimal = re.compile("0|[1-9][0-9]{0,15}").fullmatch

# --- Section 2.3: keys and signatures (Ed25519, verify_strict) ----------------------------------------------

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

def point(data):
    """A point in extended coordinates from its canonical encoding, or None (RFC 8032, section 5.1.3)."""
    y, sign = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x * pow(2, (P - 1) // 4, P) % P if v * x * x % P != u else x
    x = P - x if x % 2 != sign else x
    return (x, y, 1, x * y % P) if y < P and x < P and v * x * x % P == u and (x or not sign) else None

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * D * p[3] * q[3], 2 * p[2] * q[2]
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P

def multiply(n, p):
    q = (0, 1, 1, 0)
    for bit in bin(n)[2:]:
        q = add(add(q, q), p) if bit == "1" else add(q, q)
    return q

def encode(p):
    x, y = (c * pow(p[2], -1, P) % P for c in p[:2])
    return (y | x % 2 << 255).to_bytes(32, "little")

TORSION = point(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))
SMALL = {encode(multiply(n, TORSION)) for n in range(8)}  # the points of small order
IDENTITY = encode((0, 1, 1, 0))

def verify(key, message, signature):
    """verify_strict. The library computes [S]B - [k]A and compares encodings; the rest is here."""
    if int.from_bytes(signature[32:], "little") >= L or signature[:32] in SMALL:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
        return True
    except InvalidSignature:
        return False

def key_name(value):
    return (text(value) and len(value.encode()) <= 255 and "+" not in value
            and not any(c.isspace() or c < " " or "\x7f" <= c <= "\x9f" for c in value))

@functools.lru_cache(4096)
def parse_vkey(value):
    """`<name>+<id>+<key>` as a record whose `line` is how it is named in signature lines."""
    name, *rest = value.split("+", 2)
    need(len(rest) == 2 and key_name(name), "not a verifier key")
    typed = decode(rest[1], 33)
    line = (name.encode(), sha256(name.encode() + b"\n" + typed)[:4])
    need(typed[0] == 1 and line[1].hex() == rest[0], f"key id {rest[0]} where {line[1].hex()} belongs")
    key = point(typed[1:])
    need(key and key[0] and encode(multiply(L, key)) == IDENTITY, "the key is not canonical or has torsion")
    return Record(name=name, line=line, public=typed[1:], vkey=value)

def vkey(value):
    try:
        return type(value) is str and parse_vkey(value) is not None
    except Bad:
        return False

def signature_lines(lines):
    """[(name, key id), what follows] of lines that each end in LF (the last element is what follows it)."""
    need(len(lines) > 1 and lines[-1] == b"", "no signature, or no line feed at the end")
    found = []
    for line in lines[:-1]:
        parts = line.split(b" ")
        need(len(parts) == 3 and parts[0] == "—".encode(), "not a signature line")
        try:
            name, data = parts[1].decode(), decode(parts[2].decode())
        except UnicodeDecodeError as error:
            raise Bad("not UTF-8") from error
        need(key_name(name) and len(data) > 4, "not a signature line")
        found.append(((parts[1], data[:4]), data[4:]))
    return found

# --- Sections 2.1, 2.2 and 3: the closed lists of fields ----------------------------------------------------

head, kept = {"root": root, "size": integer(1)}, {"blake3": HASH, "bytes": integer(), "sha256": HASH}
ENTRY = {
    "genesis": {"name": text, "origin": key_name, "roots": {"keys": [vkey], "threshold": integer(1)}, "log": vkey,
                "policy": HASH, "continues?": {"ledger": HASH, "root": root, "size": integer()}},
    "roots": {"keys": [vkey], "threshold": integer(1), "from?": integer()},
    "log": {"key": vkey, "size": integer(), "root": root},
    "policy": {"policy": HASH},
    "key": {"op": ("add", "rotate", "revoke"), "key": vkey, "roles?": [("reviewer", "approver", "publisher")],
            "old?": vkey, "reason?": ("compromised", "lost", "retired", "other"), "from?": integer()},
    "source": {"type": ("document", "dataset", "recording", "statement", "reference"), "raw?": kept, "text?": kept,
               "media": text, "charset?": text, "normalizer?": text, "rights": ("public", "quoted", "withheld"),
               "meta": HASH, "replaces?": HASH},
    "claim": {"claim": HASH, "source": HASH, "start": integer(), "end": integer(), "extractor?": text,
              "supersedes?": HASH, "change?": ("attribution", "wording", "span", "anchor")},
    "verdict": {"claim": HASH, "rating": code, "policy": HASH, "verdict": HASH, "supersedes?": HASH,
                "change?": ("update", "correction", "rating")},
    "approval": {"verdict": HASH, "decision": ("approve", "dispute"), "note?": HASH},
    "retraction": {"verdict": HASH, "note": HASH},
    "reaffirmation": {"entries": lambda v: fits(v, [HASH]) and no_twice(v), "note": HASH},
    "erasure": {"object": HASH, "basis": ("court", "privacy", "copyright", "safety", "other")},
    "publication": {"manifest": HASH, "size": integer(1)},
}
KEY_FIELDS = {"add": {"roles"}, "rotate": {"old"}, "revoke": {"reason", "from"}}
few = integer(0, 2**32 - 1)
quote = {"bytes": span, "exact": text, "points": span, "prefix": short, "suffix": short}
OBJECT = {
    "claim": {"source": HASH, "text": text, "added?": [{"at": integer(), "text": text, "why": ("carried", "resolved", "inflected")}],
              "parts": spans, "statement?": spans, "cue?": span, "quote": quote, "language": language,
              "claimant?": {"name": text, "role?": text, "same_as?": text, "span?": span},
              "manner": ("direct", "indirect", "mixed", "narration"),
              "said?": lambda v: v != {} and fits(v, {"date?": day_or_time, "occasion?": text, "place?": text})},
    "verdict": {"summary": text, "rationale?": text, "reason?": text, "conflicts": maybe_empty(text), "salt": SALT,
                "evidence": maybe_empty({"source": HASH, "stance": ("supports", "refutes", "context"), "primary": boolean,
                                         "quote?": quote, "locator?": text, "note?": text, "unavailable?": text})},
    "policy": {"scale": [{"code": code, "definition": text, "labels": labels, "value?": integer()}], "best": few, "worst": few,
               "approvals": few, "evidence_least": few, "others_may_supersede": boolean, "methodology?": text},
    "meta": {"authors": maybe_empty(text), "language?": language, "published?": day_or_time, "publisher?": text,
             "retrieved?": time, "salt": SALT, "title?": text, "url?": text},
    "note": {"text": text, "salt": SALT},
    "manifest": {"files": maybe_empty({"blake3": HASH, "bytes": integer(), "path": path, "sha256": HASH})},
}

def keys_in_order(roots):
    """Section 2.2: strict byte order of (name, key id), public keys distinct, a threshold that can be met."""
    keys = [parse_vkey(key) for key in roots["keys"]]
    return (all(a.line < b.line for a, b in zip(keys, keys[1:])) and no_twice([k.public for k in keys])
            and roots["threshold"] <= len(keys))

def parse_entry(note):
    """An entry's JSON and signature lines (section 2)."""
    need(len(note) <= 4096, f"{len(note)} bytes, more than 4096")
    need(all(byte >= 32 or byte == 10 for byte in note), "a control character")
    tag, line, empty, *rest = note.split(b"\n") + [b"-"] * 2
    need(tag == b"factlog/entry@v1" and empty == b"" and rest[-2:] == [b"-"] * 2, "not an entry")
    body, lines = parse_json(line), signature_lines(rest[:-2])
    need(all(len(data) == 64 for _, data in lines), "a signature is not of 64 bytes")
    kind, chain = body.get("kind"), body.get("chain")
    need(string(kind) and kind in ENTRY, f"an entry of the kind {kind!r}")
    form = {**ENTRY[kind], "kind": string, "by": vkey, "at": time, "chain": {"n": integer(), "prev?": HASH}}
    need(fits(body, form if kind == "genesis" else {**form, "ledger": HASH, "after": head}), f"fields of {kind}")
    need(("prev" in chain) == (chain["n"] > 0), "`prev` stands exactly where `n` is not 0")
    need(("supersedes" in body) == ("change" in body), "`change` stands exactly where `supersedes` is")
    need(kind != "source" or ("text" in body) == ("normalizer" in body), "`normalizer` stands exactly where `text` is")
    need(kind != "roots" or keys_in_order(body), "the keys of roots or their threshold")
    if kind == "genesis":
        log, roots = parse_vkey(body["log"]), body["roots"]
        need(chain["n"] == 0 and keys_in_order(roots) and body["by"] in roots["keys"], "the roots of genesis")
        taken = [(k.line, k.public) for k in map(parse_vkey, roots["keys"])]
        need(log.name == body["origin"] and not any(log.line == l or log.public == p for l, p in taken), "the log's key")
    if kind == "key":
        need(body.keys() & {"roles", "old", "reason", "from"} == KEY_FIELDS[body["op"]], f"fields of key {body['op']}")
        order = ["reviewer", "approver", "publisher"]
        need(body.get("roles", order) == [r for r in order if r in body.get("roles", order)], "roles out of order")
    return body, lines, note[:note.index(b"\n\n") + 1]

def parse_object(data, kind):
    """A JSON object of a type, with what its fields owe each other (section 3)."""
    need(len(data) <= 2**20, "longer than 1 MiB")
    value = parse_json(data)
    need(fits(value, {**OBJECT[kind], "type": (f"factlog/{kind}@v1",)}), f"not the fields of factlog/{kind}@v1")
    if kind == "claim":
        words, end = value["text"].encode(), 0
        need(value["quote"]["bytes"] == [value["parts"][0][0], value["parts"][-1][1]], "the quote is not of the hull")
        need(value["manner"] != "narration" or not value.keys() & {"claimant", "cue"}, "narration with a claimant or cue")
        for added in value.get("added", []):
            start, more = added["at"], added["text"].encode()
            need(end <= start and words[start:start + len(more)] == more, "added words do not stand in the text")
            end = start + len(more)
    if kind == "policy":
        worst, best = value["worst"], value["best"]
        need(1 <= worst < best and no_twice([r["code"] for r in value["scale"]]), "the scale's ends or codes")
        need(all(worst <= r.get("value", worst) <= best for r in value["scale"]), "a value off the scale")
    if kind == "manifest":
        paths = [file["path"].encode() for file in value["files"]]
        need(all(a < b for a, b in zip(paths, paths[1:])), "paths out of order")
    return value

# --- Section 4: the tree; section 12: slices ----------------------------------------------------------------

def node(left, right): return sha256(b"\x01" + left + right)

def tree_roots(leaves):
    """The roots of the trees of the first 0, 1, 2, … leaves."""
    roots, stack = [sha256(b"")], []  # `stack` has the roots of the full subtrees, largest first
    for size, leaf in enumerate(leaves, 1):
        stack.append(leaf)
        while size % 2 == 0:
            size, right = size // 2, stack.pop()
            stack[-1] = node(stack[-1], right)
        roots.append(functools.reduce(lambda right, left: node(left, right), reversed(stack)))
    return roots

def inclusion_root(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2), or None."""
    last = size - 1
    for hash in path:
        if last == 0:
            return None
        if index % 2 or index == last:
            leaf = node(hash, leaf)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            leaf = node(leaf, hash)
        index, last = index // 2, last // 2
    return leaf if last == 0 else None

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
LANES = [(i, 4 + (i + k) % 4, 8 + (i + 2 * k) % 4, 12 + (i + 3 * k) % 4) for k in (0, 1) for i in range(4)]
START, END, PARENT, ROOT = 1, 2, 4, 8

def compress(value, block, counter, flags):
    """BLAKE3's compression of a block of at most 64 bytes into a chaining value."""
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*value, *IV[:4], counter % 2**32, counter >> 32, len(block), flags]
    for _ in range(7):
        for lane, (a, b, c, d) in enumerate(LANES):
            for word, right, more in ((words[2 * lane], 16, 12), (words[2 * lane + 1], 8, 7)):
                v[a] = v[a] + v[b] + word & 0xFFFFFFFF
                x = v[d] ^ v[a]
                v[d] = x >> right | x << 32 - right & 0xFFFFFFFF
                v[c] = v[c] + v[d] & 0xFFFFFFFF
                x = v[b] ^ v[c]
                v[b] = x >> more | x << 32 - more & 0xFFFFFFFF
        words = [words[i] for i in ORDER]
    return [v[i] ^ v[i + 8] for i in range(8)]

def chunk_value(chunk, counter, flags):
    value = IV
    for at in range(0, len(chunk), 64):
        ends = (at == 0) * START | (at + 64 >= len(chunk)) * (END | flags)
        value = compress(value, chunk[at:at + 64], counter, ends)
    return struct.pack("<8I", *value)

def read_slice(data, hash, start, end):
    """The length that a slice states and the bytes that it shows; its chunks lead to `hash` or it is refused."""
    length, shown = int.from_bytes(data[:8], "little"), []
    need(len(data) > 8 and end <= length < 2**53, "a length that has no such bytes")
    rest = memoryview(data)[8:]

    def take(count):
        nonlocal rest
        need(len(rest) >= count, "it ends early")
        part, rest = bytes(rest[:count]), rest[count:]
        return part

    def walk(low, high, value, flags):
        """Reads the subtree of bytes `low` to `high` in pre-order, where it overlaps the bytes asked for."""
        if high <= start or end <= low:
            return
        if high - low <= 1024:
            shown.append(take(high - low))
            need(chunk_value(shown[-1], low // 1024, flags) == value, f"bytes {low} to {high} have another hash")
        else:
            pair = take(64)
            parent = struct.pack("<8I", *compress(IV, pair, 0, PARENT | flags))
            need(parent == value, f"the node over {low} to {high} has another hash")
            middle = low + 1024 * 2**(((high - low - 1) // 1024).bit_length() - 1)
            walk(low, middle, pair[:32], 0)
            walk(middle, high, pair[32:], 0)

    walk(0, length, bytes.fromhex(hash), ROOT)
    need(not rest, "bytes after its end")
    return length, b"".join(shown)

def widen(ranges, length):
    """The slices that show these ranges: to multiples of 1,024, joined where they overlap or touch."""
    joined = []
    for start, end in sorted((s // 1024 * 1024, min(-(-e // 1024) * 1024, length)) for s, e in ranges):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    return joined

class Text:
    """What is known of a text: all of it, or what slices show."""
    def __init__(self, length, pieces):
        self.length, self.pieces = length, pieces

    def at(self, start, end):
        found = (data[start - at:end - at] for at, data in self.pieces if at <= start and end <= at + len(data))
        return next(found, None)

    def holds(self, start, end):
        """Whether a range lies in the text, on borders of characters, as far as bytes are known."""
        inside = (self.at(i, i + 1) for i in (start, end) if i < self.length)
        return start < end <= self.length and all(byte is None or byte[0] & 0xC0 != 0x80 for byte in inside)

    def has(self, quote):
        """Whether a quote (section 3.1) is what stands in the text."""
        (start, end), (first, last) = quote["bytes"], quote["points"]
        before, words, after = (quote[k].encode() for k in ("prefix", "exact", "suffix"))
        low, high = start - len(before), end + len(after)
        return (end - start == len(words) and last - first == len(quote["exact"]) and 0 <= low and high <= self.length
                and (len(quote["prefix"]) == 32 or low == 0) and (len(quote["suffix"]) == 32 or high == self.length)
                and self.at(low, high) == before + words + after
                and (self.at(0, start) is None or len(self.at(0, start).decode(errors="replace")) == first))

# --- Section 4: checkpoints ---------------------------------------------------------------------------------

def parse_checkpoint(data):
    need(len(data) <= 16384, "longer than 16,384 bytes")
    lines = data.split(b"\n")
    need(len(lines) > 4 and lines[3] == b"", "not three lines and signatures")
    try:
        origin, size = lines[0].decode(), decimal(lines[1].decode())
        need(key_name(origin) and size and len(decode(lines[2].decode(), 32)) == 32, "not an origin, a size and a root")
    except UnicodeDecodeError as error:
        raise Bad("not UTF-8") from error
    signatures = signature_lines(lines[4:])
    need(no_twice([line for line, _ in signatures]), "a signature line stands twice")
    need(int(size[0]) < 2**53, "a size out of range")
    return Record(origin=origin, size=int(size[0]), root=decode(lines[2].decode()), lines=dict(signatures),
                  text=data[:data.index(b"\n\n") + 1])

# --- Section 7: who was entitled, what stands ---------------------------------------------------------------

VOID = set("""entry-damaged genesis-missing genesis-again ledger-other signature-invalid signature-missing
    signature-not-called-for key-unknown key-other-name key-not-entitled key-ended threshold-not-met key-enrolled-before
    key-id-taken key-target-unknown key-target-function key-target-ended roots-too-few from-size log-size log-root
    approval-own approval-ended reaffirmed-untainted erasure-unknown erasure-policy publication-size chain-fork
    reference-unknown reference-kind verdict-policy rating-unknown supersedes-missing supersedes-ended
    supersedes-other-author supersedes-other-claim supersedes-not-latest""".split())
NOTES = {"entries-tainted", "carried-tainted", "object-withheld", "verdict-earlier-wording"}
INCOMPLETE = {"checkpoint-unchecked", "object-erased", "quote-unchecked", "policy-unreadable", "withheld-unexpected"}

class Audit:
    """Judges entries in the log's order, each by what those before it left, and keeps every finding.

    `objects` gives bytes by hash, `slices` what was read by (hash, start, end). In a bundle, which has some of
    the log's entries, what only the others could tell is not checked."""

    def __init__(self, objects, slices, withheld=(), bundle=False, unfinished=False):
        self.objects, self.slices, self.withheld = objects, slices, withheld
        self.bundle, self.unfinished = bundle, unfinished
        self.findings, self.void = [], set()
        self.by_id, self.entries, self.tree = {}, [], [sha256(b"")]
        self.ledger = self.origin = self.policy = None
        self.keys, self.lines, self.logs = {}, {}, []  # by public key; by (name, id); (from which size, key)
        self.roots, self.threshold, self.reaffirmed = {}, 0, []
        self.ended, self.unended = {}, {}  # what is superseded or retracted, by what; verdicts by (holder, claim)
        self.spoken, self.erased, self.quotes, self.parsed = {}, {}, [], {}

    def find(self, code, entry, message, note=False):
        self.findings.append((code, entry, message, note or code in NOTES))
        if code in VOID:
            self.void.add(entry)

    def effective(self, e): return e.index not in self.void

    def entry(self, index, note):
        id = sha256(b"\x00" + note).hex()
        e = Record(index=index, id=id, kind=None, signers=set(), carried=False, threshold=0, by=None)
        self.by_id.setdefault(id, e)
        try:
            e.body, e.lines, e.text = parse_entry(note)
        except Bad as error:
            self.find("entry-damaged", index, f"not an entry: {error}")
            return
        finally:
            if index == 0:
                self.ledger = id
                if not hasattr(e, "body") or e.body["kind"] != "genesis":
                    self.find("genesis-missing", 0, "the log does not start with a genesis entry")
        e.kind, e.by, b = e.body["kind"], parse_vkey(e.body["by"]), e.body
        if index > 0 and e.kind == "genesis":
            self.find("genesis-again", index, "a genesis entry where the ledger has begun")
        elif index > 0 and b["ledger"] != self.ledger:
            self.find("ledger-other", index, f"the entry is of ledger {b['ledger']}, not {self.ledger}")
        self.entries.append(e)
        author = self.author(e)
        self.signatures(e)
        if author and not e.unsigned:
            self.chain(e, author)
        if e.kind != "genesis" and not self.bundle:
            self.at_root(e, b["after"], "after", "comes after")
        getattr(self, "judge_" + e.kind)(e, b)

    def at_root(self, e, head, code, what):
        """Whether the tree had this root at this size, which is not past the entry's index."""
        if head["size"] > e.index:
            self.find(code + "-size", e.index, f"it {what} {head['size']} entries, and {e.index} stand before it")
        elif not self.bundle and decode(head["root"]) != self.tree[head["size"]]:
            self.find(code + "-root", e.index, f"the tree of {head['size']} entries has another root than {head['root']}")

    # Keys.

    def author(self, e):
        """The record of the author's key, if it is enrolled; finds what keeps it from signing this kind."""
        b, key = e.body, self.keys.get(e.by.public)
        self_rotated = e.kind == "key" and b["op"] == "rotate" and b["by"] == b["old"]
        by_root = key and key.function == "root"
        e.carried = (e.kind in ("roots", "log", "policy", "reaffirmation", "erasure") or e.kind == "key" and not self_rotated
                     or e.kind == "retraction" and bool(by_root))
        if e.kind == "genesis":
            return None
        if not key:
            self.find("key-unknown", e.index, f"the key {b['by']} is not enrolled")
            return None
        if key.name != e.by.name:
            self.find("key-other-name", e.index, f"the key of {e.by.name} is enrolled as {key.name}")
        role = {"approval": "approver", "publication": "publisher"}.get(e.kind, "reviewer")
        any_role = self_rotated or e.kind == "retraction"
        if not (by_root if e.carried else any_role and key.function == "role" or role in key.roles):
            self.find("key-not-entitled", e.index, f"the key {b['by']} has not the function that a {e.kind} needs")
        if key.ended is not None:
            self.find("key-ended", e.index, f"the key {b['by']} was ended by entry {key.ended}")
        return key

    def signatures(self, e):
        """Section 2.3: the author's line, then the others in order; none but those called for; all valid."""
        b, before = e.body, len(self.findings)
        needed = {b["by"]} | set(b["roots"]["keys"] if e.kind == "genesis" else ())
        if e.kind == "log" or e.kind == "key" and b["op"] != "revoke":
            needed.add(b["key"])
        needed = [parse_vkey(key) for key in sorted(needed)]
        added = [parse_vkey(k) for k in b["keys"]] if e.kind == "roots" else []
        allowed = {k.line: k for k in [*added, *(self.roots.values() if e.carried else ()), *needed]}
        names = [line for line, _ in e.lines]
        if e.by.line in names and names != [e.by.line] + sorted(set(names) - {e.by.line}):
            self.find("signature-invalid", e.index, "the signature lines are not in their order")
        for line, signature in e.lines:
            key = allowed.get(line)
            if not key:
                self.find("signature-not-called-for", e.index, f"a signature by {line[0].decode()}+{line[1].hex()}")
            elif not verify(key, e.text, signature):
                self.find("signature-invalid", e.index, f"the signature of {key.name} does not verify")
            else:
                e.signers.add(key.public)
        for key in needed:
            if key.line not in names:
                self.find("signature-missing", e.index, f"the signature of {key.name} is not there")
        e.unsigned = len(self.findings) > before
        if e.carried:
            new = sum(key.public in e.signers for key in added)
            e.signers, e.threshold = [key for key in e.signers if key in self.roots], self.threshold
            if len(e.signers) < self.threshold:
                self.find("threshold-not-met", e.index, f"{len(e.signers)} roots signed, of {self.threshold}")
            if e.kind == "roots" and new < b["threshold"]:
                self.find("threshold-not-met", e.index, f"{new} new roots signed, of {b['threshold']}")

    def enrollable(self, e, *keys):
        for key in keys:
            if key.public in self.keys:
                self.find("key-enrolled-before", e.index, f"the key {key.vkey} is enrolled already")
            elif key.line in self.lines:
                self.find("key-id-taken", e.index, f"another key is enrolled as {key.name} with the same id")

    def enrol(self, e, key, function, roles=(), chain=None):
        """Enrols a key; `chain` is that of the key in whose place it comes, and stands for the holder."""
        chain = chain or Record(numbers=set(), last=None)
        self.keys[key.public] = Record(name=key.name, function=function, roles=roles, chain=chain, entry=e.index,
                                       ended=None, taints=[])
        self.lines[key.line] = key
        if function == "root":
            self.roots[key.public] = key

    def end(self, e, public, tainted_from=None):
        key = self.keys[public]
        key.ended = e.index if key.ended is None else key.ended
        self.roots.pop(public, None)
        if tainted_from is not None:
            key.taints.append((tainted_from, e.index))

    def tainted(self):
        """Section 7, taint: the indexes of all entries that are tainted now. What is reaffirmed by entries that
        are not tainted themselves is taken out until nothing changes."""
        if not any(key.taints for key in self.keys.values()):
            return set()
        def by(public, index): return any(start <= index < end for start, end in self.keys[public].taints)
        lifted = set()
        while True:
            bad = set()
            for e in self.entries:
                key = e.by and self.keys.get(e.by.public)
                if key and e.kind != "genesis" and e.index not in lifted and (key.entry in bad or (
                        sum(not by(k, e.index) for k in e.signers) < e.threshold if e.carried else by(e.by.public, e.index))):
                    bad.add(e.index)
            more = {i for index, targets in self.reaffirmed if index not in bad for i in targets}
            if more <= lifted:
                return bad
            lifted |= more

    def chain(self, e, author):
        n, last = e.body["chain"]["n"], author.chain.last
        following = last.body["chain"]["n"] + 1 if last else 0
        if n in author.chain.numbers or self.bundle and n < following:
            return self.find("chain-fork", e.index, f"the author has used number {n}")
        if not self.bundle and n != following:
            self.find("chain-gap", e.index, f"number {n} where {following} belongs")
        if not (self.bundle and n != following) and e.body["chain"].get("prev") != (last and last.id):
            self.find("chain-previous", e.index, f"it names another entry than the author's previous, {last and last.id}")
        if last and e.body["at"] < last.body["at"]:
            self.find("at-earlier", e.index, f"dated {e.body['at']}, before the author's entry of {last.body['at']}")
        author.chain.numbers.add(n)
        author.chain.last = e

    # The kinds, in the order of section 2.2.

    def judge_genesis(self, e, b):
        keys = [parse_vkey(k) for k in b["roots"]["keys"]]
        policy = self.speak(e, b["policy"], "policy")
        if self.effective(e):
            for key in keys:
                self.enrol(e, key, "root")
            self.enrol(e, parse_vkey(b["log"]), "log")
            author = self.keys[e.by.public].chain
            author.numbers.add(0)
            author.last = e
            self.threshold, self.origin, self.policy = b["roots"]["threshold"], b["origin"], (b["policy"], policy)
            self.logs.append((-1, parse_vkey(b["log"])))

    def judge_roots(self, e, b):
        keys = {k.public: k for k in map(parse_vkey, b["keys"])}
        self.enrollable(e, *(k for k in keys.values() if k.vkey not in [r.vkey for r in self.roots.values()]))
        if b.get("from", 0) > e.index:
            self.find("from-size", e.index, f"tainted from {b['from']}, past the entry's own index")
        if self.effective(e):
            for public in set(self.roots) - set(keys):
                self.end(e, public, b.get("from"))
            for public in set(keys) - set(self.roots):
                self.enrol(e, keys[public], "root")
            self.threshold = b["threshold"]

    def judge_log(self, e, b):
        key = parse_vkey(b["key"])
        self.enrollable(e, key)
        self.at_root(e, b, "log", "takes over at")
        if key.name != self.origin:
            self.find("entry-damaged", e.index, f"the log's key is named {key.name}, not {self.origin}")
        if self.effective(e):
            self.enrol(e, key, "log")
            self.logs.append((b["size"], key))

    def judge_policy(self, e, b):
        policy = self.speak(e, b["policy"], "policy")
        if self.effective(e):
            self.policy = (b["policy"], policy)

    def judge_key(self, e, b):
        key, op = parse_vkey(b["key"]), b["op"]
        if op != "revoke":
            self.enrollable(e, key)
        target = None if op == "add" else parse_vkey(b["old"]) if op == "rotate" else key
        old = target and self.keys.get(target.public)
        if target and (not old or old.name != target.name):
            self.find("key-target-unknown", e.index, f"no key {target.vkey} is enrolled")
        elif old and (old.function == "log" or op == "rotate" and old.function == "root"):
            self.find("key-target-function", e.index, f"the key {target.vkey} can't be changed by this entry")
        elif old and op == "rotate" and old.ended is not None:
            self.find("key-target-ended", e.index, f"the key {target.vkey} was ended by entry {old.ended}")
        elif old and op == "revoke" and key.public in self.roots and len(self.roots) - 1 < self.threshold:
            self.find("roots-too-few", e.index, f"{len(self.roots) - 1} roots would be left, of {self.threshold}")
        if b.get("from", 0) > e.index:
            self.find("from-size", e.index, f"tainted from {b['from']}, past the entry's own index")
        if self.effective(e):
            if op == "add":
                self.enrol(e, key, "role", b["roles"])
            elif op == "rotate":
                self.enrol(e, key, "role", old.roles, old.chain)
            if op != "add":
                self.end(e, target.public, b.get("from"))

    def judge_source(self, e, b):
        self.refer(e, b.get("replaces"), "source", optional=True)
        self.speak(e, b["meta"], "meta", b["rights"] == "withheld")
        for part in ("raw", "text"):
            if part in b:
                self.speak(e, b[part]["blake3"], part, b["rights"] != "public")

    def judge_claim(self, e, b):
        source, old = self.refer(e, b["source"], "source"), self.refer(e, b.get("supersedes"), "claim")
        claim = self.speak(e, b["claim"], "claim", bool(source) and source.body["rights"] == "withheld")
        e.predecessors = {old.id} | getattr(old, "predecessors", set()) if old else set()
        if old and old.id in self.ended:
            self.find("supersedes-ended", e.index, f"claim {old.id} is superseded already")
        if old and self.holder(old) is not self.holder(e) and old.index not in self.tainted():
            self.find("supersedes-other-author", e.index, f"claim {old.id} is another author's")
        if source and "text" not in source.body:
            self.find("quote-without-text", e.index, f"source {source.id} has no text")
        elif claim and source:
            if claim["source"] != source.body["text"]["blake3"]:
                self.find("claim-other-text", e.index, f"the claim points into text {claim['source']}")
            if claim["quote"]["bytes"] != [b["start"], b["end"]]:
                self.find("claim-hull", e.index, f"{b['start']} to {b['end']} where the quote is at {claim['quote']['bytes']}")
            claimant, cue = claim.get("claimant", {}), [claim["cue"]] if "cue" in claim else []
            shown = claim.get("statement", []) + [claimant[k] for k in claimant if k == "span"]
            self.quotes.append((e, source, claim["quote"], shown, shown + claim["parts"] + cue, "claim"))
        if self.effective(e) and old:
            self.ended[old.id] = e

    def judge_verdict(self, e, b):
        claim, old = self.refer(e, b["claim"], "claim"), self.refer(e, b.get("supersedes"), "verdict")
        hash, policy = self.policy or (None, None)
        if b["policy"] != hash:
            self.find("verdict-policy", e.index, f"policy {b['policy']}, and {hash} is in force")
        elif policy is None:
            self.find("policy-unreadable", e.index, f"policy {hash} can't be read")
        elif b["rating"] not in [rating["code"] for rating in policy["scale"]]:
            self.find("rating-unknown", e.index, f"{b['rating']} is not on the scale")
        if claim and claim.id in self.ended:
            self.find("verdict-earlier-wording", e.index, f"claim {claim.id} was superseded before")
        if old:
            self.supersede(e, b, claim, old, policy)
        own = self.unended.get((id(self.holder(e)), b["claim"]))
        if own and own.id not in self.ended and own is not old:
            self.find("supersedes-missing", e.index, f"the author's verdict {own.id} on this claim is not superseded")
        may = any(s.kind == "source" and s.body["rights"] == "withheld" for s in self.entries)
        self.verdict_object(e, self.speak(e, b["verdict"], "verdict", may), policy, "supersedes" in b)
        if self.effective(e):
            self.unended[id(self.holder(e)), b["claim"]] = e
            if old:
                self.ended[old.id] = e

    def supersede(self, e, b, claim, old, policy):
        holder, on = self.holder(old), old.body["claim"]
        if old.id in self.ended:
            self.find("supersedes-ended", e.index, f"verdict {old.id} was superseded or retracted before")
        if claim and on != claim.id and on not in getattr(claim, "predecessors", ()):
            self.find("supersedes-other-claim", e.index, f"verdict {old.id} is on claim {on}")
        if holder is None or self.unended.get((id(holder), on)) is not old:
            self.find("supersedes-not-latest", e.index, f"verdict {old.id} is not its author's latest on the claim")
        others = policy is not None and policy["others_may_supersede"]
        if holder is not self.holder(e) and not others and old.index not in self.tainted():
            self.find("supersedes-other-author", e.index, f"verdict {old.id} is another author's")
        if (b["change"] == "rating") != (b["rating"] != old.body["rating"]):
            self.find("change-rating", e.index, f"change {b['change']}, from {old.body['rating']} to {b['rating']}")

    def verdict_object(self, e, verdict, policy, supersedes):
        if verdict is None:
            return
        if supersedes and "reason" not in verdict:
            self.find("reason-missing", e.index, "a verdict that supersedes gives no reason")
        if policy and len(verdict["evidence"]) < policy["evidence_least"]:
            self.find("evidence-short", e.index, f"{len(verdict['evidence'])} pieces, of {policy['evidence_least']}")
        for piece in verdict["evidence"]:
            source = self.refer(e, piece["source"], "source")
            if source and "quote" in piece:
                if "text" in source.body:
                    self.quotes.append((e, source, piece["quote"], [], [], "evidence"))
                else:
                    self.find("quote-without-text", e.index, f"source {source.id} has no text")

    def judge_approval(self, e, b):
        verdict = self.refer(e, b["verdict"], "verdict")
        self.speak(e, b.get("note"), "note", True)
        if verdict and self.holder(verdict) is self.holder(e) is not None:
            self.find("approval-own", e.index, f"verdict {verdict.id} is the author's own")
        if verdict and verdict.id in self.ended:
            self.find("approval-ended", e.index, f"verdict {verdict.id} was superseded or retracted before")

    def judge_retraction(self, e, b):
        verdict = self.refer(e, b["verdict"], "verdict")
        self.speak(e, b["note"], "note")
        if verdict and verdict.id in self.ended:
            self.find("supersedes-ended", e.index, f"verdict {verdict.id} was superseded or retracted before")
        if verdict and not e.carried and self.holder(verdict) is not self.holder(e):
            self.find("supersedes-other-author", e.index, f"verdict {verdict.id} is another author's")
        if verdict and self.effective(e):
            self.ended[verdict.id] = e

    def judge_reaffirmation(self, e, b):
        self.speak(e, b["note"], "note")
        targets, tainted = [self.refer(e, id, None, optional=True) for id in b["entries"]], self.tainted()
        for target in filter(None, targets):
            if target.index not in tainted:
                self.find("reaffirmed-untainted", e.index, f"entry {target.index} is not tainted")
        if self.effective(e):
            self.reaffirmed.append((e.index, {target.index for target in filter(None, targets)}))

    def judge_erasure(self, e, b):
        kinds = [kind for _, kind, _ in self.spoken.get(b["object"], [])]
        if not kinds and not self.bundle:
            self.find("erasure-unknown", e.index, f"no entry before speaks of {b['object']}")
        if "policy" in kinds:
            self.find("erasure-policy", e.index, f"{b['object']} is a policy")
        if b["object"] in self.erased:
            self.find("object-erased-before", e.index, f"{b['object']} was erased by entry {self.erased[b['object']].index}")
        elif self.effective(e):
            self.erased[b["object"]] = e

    def judge_publication(self, e, b):
        self.speak(e, b["manifest"], "manifest")
        if b["size"] > e.index:
            self.find("publication-size", e.index, f"made from {b['size']} entries, and {e.index} stand before it")

    # What entries refer to and speak of.

    def holder(self, e):
        """The chain of the author, which is the same for all keys of one holder."""
        key = e.by and self.keys.get(e.by.public)
        return key.chain if key else None

    def refer(self, e, id, kind, optional=False):
        """The entry of this kind and a smaller index that an id refers to, or None."""
        target = self.by_id.get(id)
        if id is None or optional and self.bundle and not target:
            return None
        if not target or target.index >= e.index:
            self.find("reference-unknown", e.index, f"no entry {id} stands before it")
        elif kind and target.kind != kind:
            self.find("reference-kind", e.index, f"entry {target.index} is not a {kind}")
        else:
            return target

    def speak(self, e, hash, kind, may_be_withheld=False):
        """The JSON of an object that an entry speaks of, or None. What is missing is told at the end."""
        if hash is None:
            return None
        if hash in self.erased:
            self.find("object-erased-before", e.index, f"{hash} was erased by entry {self.erased[hash].index}")
        self.spoken.setdefault(hash, []).append((e, kind, may_be_withheld))
        data = self.objects.get(hash)
        if data is None:
            return None
        if kind in ("raw", "text"):
            if len(data) != e.body[kind]["bytes"]:
                self.find("kept-length", e.index, f"{hash} has {len(data)} bytes, not {e.body[kind]['bytes']}")
            if sha256(data).hex() != e.body[kind]["sha256"]:
                self.find("kept-sha256", e.index, f"{hash} has SHA-256 {sha256(data).hex()}, not {e.body[kind]['sha256']}")
            if kind == "text" and (not data or b"\0" in data or not utf8(data)):
                self.find("text-form", e.index, f"{hash} is empty, or not UTF-8, or has U+0000")
            return None
        if (hash, kind) not in self.parsed:
            try:
                self.parsed[hash, kind] = parse_object(data, kind)
            except Bad as error:
                self.parsed[hash, kind] = error
        value = self.parsed[hash, kind]
        if isinstance(value, Bad):
            self.find("object-form", e.index, f"{hash}: {value}")
            return None
        return value

    # What can be told only after the last entry.

    def finish(self, whole=True):
        tainted = self.tainted()
        for e in self.entries:
            if e.index in tainted:
                self.find("carried-tainted" if e.carried else "entries-tainted", e.index, "signed by a key that was revoked since")
        called = set()
        for quote in self.quotes:
            called |= self.check_quote(*quote)
        for hash, spoken in self.spoken.items():
            present = self.objects.get(hash) is not None
            for e, kind, _ in () if present or hash in self.objects else spoken:
                if hash in self.erased:
                    by = self.erased[hash]
                    self.find("object-erased", e.index, f"{hash} was erased by entry {by.index}: {by.body['basis']}")
                elif hash in self.withheld:
                    self.find("object-withheld", e.index, f"{hash} ({kind}) is not published")
                elif not (self.bundle and kind in ("raw", "text")):
                    self.find("object-missing", e.index, f"{hash} ({kind}) is not there, and no erasure says why")
            if hash in self.withheld and hash not in self.erased and not any(may for *_, may in spoken):
                self.find("withheld-unexpected", spoken[0][0].index, f"{hash} is withheld, and the rights do not call for it")
        for hash, e in self.erased.items():
            if hash in self.objects or any(hash == name[0] for name in self.slices):
                self.find("object-erased-present", e.index, f"bytes of {hash} are there")
        for hash in self.objects if whole else ():
            self.objects.get(hash)  # so that every object's hash is checked
            if hash not in self.spoken:
                self.find("object-unreferenced", None, f"no entry speaks of object {hash}", self.unfinished)
        for name in self.slices if whole else ():
            if name not in called and name[0] not in self.erased:
                self.find("object-unreferenced", None, "no entry calls for slice {}/{}-{}".format(*name), self.unfinished)
        for hash in self.withheld:
            if hash in self.objects:
                self.find("withheld-present", None, f"{hash} is listed as withheld, and is there")
            if whole and hash not in self.spoken:
                self.find("withheld-unreferenced", None, f"no entry speaks of {hash}", self.unfinished)

    def check_quote(self, e, source, quote, shown, ranges, what):
        """Checks a quote and ranges against the text, or slices in its place; returns what slices they call for."""
        hash, length = source.body["text"]["blake3"], source.body["text"]["bytes"]
        start, end = quote["bytes"]
        around = [start - len(quote["prefix"].encode()), end + len(quote["suffix"].encode())]
        if around[0] < 0 or around[1] > length:
            self.find(what + "-quote", e.index, f"the quote does not lie in the text's {length} bytes")
            return set()
        if any(end > length for _, end in ranges):
            self.find("claim-range", e.index, f"a range does not lie in the text's {length} bytes")
            return set()
        names = {(hash, start, end) for start, end in widen([around, *shown], length)}
        data = self.objects.get(hash)
        if data is not None:
            pieces = [(0, data)]
        elif hash in self.erased or not self.slices.keys() & names and not (
                source.body["rights"] == "quoted" and (self.bundle or hash in self.withheld)):
            self.find("quote-unchecked", e.index, f"the text {hash} is not there")
            return names
        else:
            pieces = [(name[1], self.slices[name][1]) for name in names if self.slices.get(name)]
            for name in sorted(names):
                slice = self.slices.get(name, "missing")
                if slice == "missing":
                    self.find("slice-missing", e.index, "slice {}/{}-{} is not there".format(*name))
                elif slice and slice[0] != length:
                    self.find("slice-length", e.index, f"a slice of {hash} states a length of {slice[0]}, not {length}")
            if len(pieces) < len(names):
                return names
        known = Text(length, pieces)
        if not known.has(quote):
            self.find(what + "-quote", e.index, "the quote is not what stands in the text")
        for start, end in ranges:
            if not known.holds(start, end):
                self.find("claim-range", e.index, f"{start} to {end} is not on borders of characters")
        return names

    def checkpoint(self, cp, name, log_key=None, root=None):
        """Whether the log's key signed a checkpoint for this ledger, and the tree has its root."""
        key = next((key for size, key in reversed(self.logs) if size < cp.size), None)
        if log_key and (not key or key.vkey != log_key.vkey):
            self.find("checkpoint-damaged", None, f"{name}: the log's key is not {log_key.vkey}")
        if not key:
            self.find("checkpoint-unchecked", None, f"{name}: the log's key is not known")
        elif cp.origin != self.origin:
            self.find("checkpoint-origin", None, f"{name} is of {cp.origin}, not {self.origin}")
        elif key.line not in cp.lines:
            self.find("checkpoint-damaged", None, f"{name} is not signed by {key.vkey}")
        elif len(cp.lines[key.line]) != 64 or not verify(key, cp.text, cp.lines[key.line]):
            self.find("checkpoint-damaged", None, f"{name}: the signature of the log's key does not verify")
        if root is not None and cp.root != root:
            self.find("checkpoint-root", None, f"{name}: the tree of {cp.size} entries has another root")

def utf8(data):
    try:
        return data.decode() is not None
    except UnicodeDecodeError:
        return False

# --- Section 13: the published form -------------------------------------------------------------------------

def read_file(path, limit):
    """A regular file's bytes, or None: no link, no device, nothing longer than the limit."""
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > limit:
            return None
        with open(path, "rb") as file:
            return file.read(limit)
    except (OSError, ValueError):
        return None

def files_under(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)

class Objects(dict):
    """Object files: hash to path. `get` reads one and checks its hash; a damaged one is told once."""
    def __init__(self, paths, found):
        super().__init__(paths)
        self.found, self.told = found, set()
        self.get = functools.lru_cache(4)(self.read)

    def read(self, hash):
        if hash not in self:
            return None
        data = read_file(self[hash], 64 * 2**20)
        if data is not None and blake3(data).hexdigest() == hash:
            return data
        if hash not in self.told:
            self.told.add(hash)
            self.found("object-unreadable" if data is None else "object-hash", None, f"object {hash}")

def split_bundle(data):
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at:at + 2], "big")
        if at + 2 + length > len(data):
            return None
        entries.append(data[at + 2:at + 2 + length])
        at += 2 + length
    return entries

def split_hashes(data): return [data[at:at + 32] for at in range(0, len(data), 32)] if len(data) % 32 == 0 else None

def read_tile(folder, base, number, width, split, found):
    """The `width` first items of a tile or bundle; all files that hold it must agree."""
    groups = [f"{number // 1000**i % 1000:03}" for i in range(max(1, -(-len(str(number)) // 3)))][::-1]
    path = os.path.join(folder, "tile", base, *("x" + g for g in groups[:-1]), groups[-1])
    files = {256: path} if os.path.lexists(path) else {}
    if os.path.isdir(path + ".p"):
        widths = [w for w in os.listdir(path + ".p") if re.fullmatch("[1-9][0-9]{0,2}", w) and int(w) < 256]
        files |= {int(w): os.path.join(path + ".p", w) for w in widths}
    held, first = {}, number * 256**(int(base) + 1 if base.isdigit() else 1)
    for count, file in sorted(files.items()):
        items = split(read_file(file, 2**25) or b"")
        if items is None or len(items) != count:
            found("tile-damaged", first, f"{os.path.relpath(file, folder)} has not {count} items")
        else:
            held[count] = items
    best = held.get(width) or held.get(256)
    if best is None and width not in files and 256 not in files:
        found("tile-missing", first, f"{os.path.relpath(path, folder)}, of {width} items, is not there")
    for count, items in held.items():
        if best and any(a != b for a, b in zip(items, best)):
            found("tile-damaged", first, f"{os.path.relpath(files[count], folder)} says other than another file of this tile")
    return best and best[:width]

def audit_folder(folder, log_key=None):
    slices, withheld, unfinished = {}, [], os.path.lexists(os.path.join(folder, "publishing"))
    audit = Audit({}, slices, unfinished=unfinished)
    find, paths = audit.find, {}
    for name in files_under(os.path.join(folder, "object")):
        form = re.fullmatch("([0-9a-f]{2})/([0-9a-f]{62})", name)
        if form:
            paths[form[1] + form[2]] = os.path.join(folder, "object", name)
        else:
            find("object-unreferenced", None, f"object/{name} is not an object's name", unfinished)
    audit.objects = Objects(paths, find)
    for name in files_under(os.path.join(folder, "slice")):
        form = re.fullmatch("([0-9a-f]{2})/([0-9a-f]{62})/(0|[1-9][0-9]{0,15})-([1-9][0-9]{0,15})", name)
        if form:
            data = read_file(os.path.join(folder, "slice", name), 2**27) or b""
            add_slice(audit, form[1] + form[2], int(form[3]), int(form[4]), data)
        else:
            find("slice-invalid", None, f"slice/{name} is not a slice's name")
    try:
        data = read_file(os.path.join(folder, "withheld"), 2**27)
        need(data is not None and data[-1:] == b"\n", "there is no such file, or no line feed at its end")
        audit.withheld = withheld = parse_json(data[:-1]).get("objects")
        form = {"objects": maybe_empty(HASH), "type": ("factlog/withheld@v1",)}
        if not fits(parse_json(data[:-1]), form) or not all(a < b for a, b in zip(withheld, withheld[1:])):
            audit.withheld = []
            raise Bad("not the fields of factlog/withheld@v1, or not in order")
    except Bad as error:
        find("withheld-form", None, f"withheld: {error}")
    data = read_file(os.path.join(folder, "checkpoint"), 2**16)
    try:
        cp = parse_checkpoint(data) if data is not None else find("head-missing", None, "there is no checkpoint")
    except Bad as error:
        cp = find("checkpoint-damaged", None, f"checkpoint: {error}")
    notes = []
    while len(notes) < (cp.size if cp else 0):
        more = read_tile(folder, "entries", len(notes) // 256, min(256, cp.size - len(notes)), split_bundle, find)
        if not more:
            break
        notes += more
    audit.tree = tree_roots(sha256(b"\0" + note) for note in notes)
    for index, note in enumerate(notes):
        audit.entry(index, note)
    if cp and cp.size == 0:
        find("genesis-missing", None, "the log is empty")
    whole, row, level = cp is not None and len(notes) == cp.size, [sha256(b"\0" + note) for note in notes], 0
    while row:
        for at in range(0, len(row), 256):
            tile = row[at:at + 256]
            said = read_tile(folder, str(level), at // 256, len(tile), split_hashes, find) if whole or len(tile) == 256 else None
            for i, hash in enumerate(said or []):
                if hash != tile[i]:
                    find("tile-damaged", (at + i) * 256**level, f"tile/{level}: hash {at + i} is not what the entries give")
        row, level = [tree_roots(row[at:at + 256])[-1] for at in range(0, len(row) // 256 * 256, 256)], level + 1
    if cp:
        audit.checkpoint(cp, "checkpoint", log_key, audit.tree[cp.size] if whole else None)
    for name in files_under(os.path.join(folder, "checkpoints")):
        try:
            earlier = parse_checkpoint(read_file(os.path.join(folder, "checkpoints", name), 2**16) or b"")
            need(str(earlier.size) == name, f"it is of size {earlier.size}")
        except Bad as error:
            find("checkpoint-damaged", None, f"checkpoints/{name}: {error}")
            continue
        if cp and earlier.size > cp.size:
            find("checkpoint-size", None, f"checkpoints/{name}: the log has {cp.size} entries")
        root = audit.tree[earlier.size] if earlier.size <= len(notes) else None
        audit.checkpoint(earlier, f"checkpoints/{name}", None, root)
    audit.finish(whole)
    return audit

def add_slice(audit, hash, start, end, data):
    """Reads a slice; one that is invalid is kept as None, so that it is not told of as missing."""
    audit.slices[hash, start, end] = None
    try:
        length, shown = read_slice(data, hash, start, end)
        need(start < end and start % 1024 == 0 and (end % 1024 == 0 or end == length), "not at multiples of 1,024")
        audit.slices[hash, start, end] = length, shown
    except Bad as error:
        audit.find("slice-invalid", None, f"slice {hash}/{start}-{end}: {error}")

# --- Section 14: proof bundles ------------------------------------------------------------------------------

BUNDLE = {"type": ("factlog/bundle@v1",), "verdict": HASH, "checkpoint": text, "hashes": maybe_empty(root),
          "entries": [{"index": integer(), "note": text, "path": maybe_empty(integer())}], "objects": maybe_empty(string),
          "binary?": [string], "slices?": [{"bytes": string, "end": integer(1), "start": integer(), "text": HASH}]}

def audit_bundle(data, log_key=None):
    audit = Audit({}, {}, bundle=True)
    find = audit.find
    try:
        bundle = parse_json(data[:-1] if data.endswith(b"\n") else data)
        need(fits(bundle, BUNDLE), "not the fields of factlog/bundle@v1")
        indexes, hashes = [e["index"] for e in bundle["entries"]], [decode(hash) for hash in bundle["hashes"]]
        need(all(a < b for a, b in zip(indexes, indexes[1:])), "entries out of order")
        named = list(dict.fromkeys(place for e in bundle["entries"] for place in e["path"]))
        need(named == list(range(len(hashes))) and no_twice(hashes), "hashes not as entries first name them")
        texts = [object.encode() for object in bundle["objects"]]
        binary = [decode(object) for object in bundle.get("binary", [])]
        for objects in (texts, binary):
            names = [blake3(object).hexdigest() for object in objects]
            need(all(a < b for a, b in zip(names, names[1:])), "objects out of order")
            audit.objects.update(zip(names, objects))
        need(not any(map(utf8, binary)), "an object in `binary` is UTF-8")
        slices = [(s["text"], s["start"], s["end"], decode(s["bytes"])) for s in bundle.get("slices", [])]
        need(all(a[:2] < b[:2] for a, b in zip(slices, slices[1:])), "slices out of order")
    except Bad as error:
        find("bundle-form", None, str(error))
        return audit
    for slice in slices:
        add_slice(audit, *slice)
    try:
        cp = parse_checkpoint(bundle["checkpoint"].encode())
    except Bad as error:
        cp = find("checkpoint-damaged", None, str(error))
    if indexes[0] != 0:
        find("genesis-missing", indexes[0], "the first entry of the bundle is not genesis")
    for e in bundle["entries"]:
        note, path = e["note"].encode(), [hashes[place] for place in e["path"]]
        if cp and (e["index"] >= cp.size or len(path) > 63 or
                   inclusion_root(sha256(b"\0" + note), e["index"], cp.size, path) != cp.root):
            find("proof-invalid", e["index"], "its proof does not lead to the checkpoint's root")
        audit.entry(e["index"], note)
    verdict = audit.by_id.get(bundle["verdict"])
    if not verdict or verdict.kind != "verdict":
        find("bundle-form", None, f"no verdict {bundle['verdict']} is in the bundle")
    if cp:
        audit.checkpoint(cp, "checkpoint", log_key)
    audit.finish()
    return audit

# --- The command --------------------------------------------------------------------------------------------

def audit_path(path, ledger=None, log_key=None):
    if os.path.isdir(path):
        audit = audit_folder(path, log_key)
    else:
        data = read_file(path, 256 * 2**20)
        if data is None:
            audit = Audit({}, {}, bundle=True)
            audit.find("bundle-form", None, "it can't be read, or is longer than 256 MiB")
        else:
            audit = audit_bundle(data, log_key)
    if ledger and audit.ledger != ledger:
        audit.find("genesis-other", 0, f"the ledger is {audit.ledger}, not {ledger}")
    grades = {0 if note else 5 if code in INCOMPLETE else 1 for code, _, _, note in audit.findings}
    return 1 if 1 in grades else 5 if 5 in grades else 0, audit

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", nargs="?")
    parser.add_argument("--ledger", metavar="ID", help="the id that the ledger must have")
    parser.add_argument("--key", metavar="VKEY", help="the key that must have signed the checkpoint")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--batch", action="store_true", help="read paths from standard input, one a line")
    options = parser.parse_args()
    if (options.path is None) != options.batch or options.ledger and not HASH(options.ledger) or options.key and not vkey(options.key):
        parser.error("give DIR, FILE or --batch; ID is 64 hex digits and VKEY a verifier key")
    key = parse_vkey(options.key) if options.key else None
    worst = 0
    for path in (line.rstrip("\n") for line in sys.stdin) if options.batch else [options.path]:
        if not os.path.exists(path) and not options.batch:
            parser.error(f"there is no {path}")
        status, audit = audit_path(path, options.ledger, key)
        worst = 1 if 1 in (status, worst) else max(status, worst)
        if options.batch or options.json:
            findings = [{"code": code, "entry": entry, "message": message} for code, entry, message, _ in audit.findings]
            print(json.dumps({"path": path, "status": status, "findings": findings}), flush=True)
            continue
        for code, entry, message, _ in audit.findings:
            line = f"{code}: " + (f"entry {entry}: " if entry is not None else "") + message
            print("".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in line))
        print({0: "valid", 1: "not valid", 5: "valid, but incomplete"}[status] + ", as of the checkpoint")
    sys.exit(worst)

if __name__ == "__main__":
    main()
