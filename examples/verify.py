#!/usr/bin/env python3
"""Audits a published factlog ledger, or checks a proof bundle or a signed export, without factlog.

    verify.py [--ledger ID] [--json] DIR|FILE

Written from docs/format.md, whose sections are cited; needs `pip install cryptography blake3`.
Exit status: 0 all right, 1 a fault, 5 valid but incomplete, 2 usage. It shows what was recorded
up to the checkpoint, never that it is true. It does not check witnesses' cosignatures, make texts
again from raw bytes, or say which verdicts stand. It holds all files in memory.
"""
import argparse, base64, datetime, functools, hashlib, json, os, re, struct, sys
from types import SimpleNamespace as Record
from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# Sections 2, 3, 13, 14: closed lists of fields, with the words that may stand there, or: h hash,
# i integer, i1 from 1, u below 2^32, t text, s text or "", v vkey, @ an object's hash, # an entry's
# id, ~ one that a bundle may lack, a form, or VALUES. `?` may be absent; + a list, * maybe empty.
TABLE = """
common by=v at=time chain=chain kind=t; later ledger=h after=head; chain n=i prev?=h;
head root=root size=i1; kept blake3,sha256=h bytes=i; rootset keys=v+ threshold=i1;
entry/genesis name=t origin=name roots=rootset log=v policy=@policy continues?=older;
older ledger=h root=root size=i; entry/roots keys=v+ threshold=i1 from?=i;
entry/log key=v size=i root=root; entry/policy policy=@policy;
entry/key/add op=t key=v roles=reviewer|approver|publisher+; entry/key/rotate op=t key,old=v;
entry/key/revoke op=t key=v reason=compromised|lost|retired|other from=i;
entry/source type=document|dataset|recording|statement|reference raw?,text?=kept media=t charset?=t
normalizer?=t rights=public|quoted|withheld meta=@meta replaces?=~source;
entry/claim source=#source claim=@claim start,end=i extractor?=t supersedes?=#claim
change?=attribution|wording|span|anchor; entry/verdict claim=#claim rating=code policy=h
verdict=@verdict supersedes?=#verdict change?=update|correction|rating;
entry/approval verdict=#verdict decision=approve|dispute note?=@note;
entry/retraction verdict=#verdict note=@note; entry/reaffirmation entries=h+ note=@note;
entry/erasure object=h basis=court|privacy|copyright|safety|other;
entry/publication manifest=@manifest size=i1;
quote bytes,points=range exact=t prefix,suffix=short;
factlog/claim@v1 source=h text=t added?=added+ parts=range+ statement?=range+ cue?=range quote=quote
language=language claimant?=claimant manner=direct|indirect|mixed|narration said?=said;
added at=i text=t why=carried|resolved|inflected; claimant name=t role?,same_as?=t span?=range;
said date?=day occasion?,place?=t;
factlog/verdict@v1 summary=t rationale?,reason?=t evidence=piece* conflicts=t* salt=salt;
piece source=h stance=supports|refutes|context primary=bool quote?=quote
locator?,note?,unavailable?=t; factlog/policy@v1 scale=rating+ best,worst,approvals,evidence_least=u
others_may_supersede=bool methodology?=t; rating code=code definition=t labels=labels value?=i;
factlog/meta@v1 authors=t* language?=language published?=day publisher?,title?,url?=t
retrieved?=time salt=salt; factlog/note@v1 text=t salt=salt; factlog/manifest@v1 files=file*;
file blake3,sha256=h bytes=i path=path; factlog/withheld@v1 objects=h*;
factlog/bundle@v1 verdict=h; factlog/publication@v1 publication=h;
proven checkpoint=t entries=proof+ hashes=root* objects=s* binary?=s+ slices?=slice+;
proof index=i note=t path=i*; slice bytes=s start=i end=i1 text=h"""
FORMS = {}
for name, *fields in map(str.split, TABLE.split(";")):
    words = [field.split("=") for field in fields + [f"type=({name})"] * ("@v1" in name)]
    FORMS[name] = {field.rstrip("?"): (form, field[-1] == "?")
                   for names, form in words for field in names.split(",")}
for name in FORMS:
    if name.startswith("entry/"):
        FORMS[name] |= FORMS["common"] | (FORMS["later"] if name != "entry/genesis" else {})
for about in ("bundle", "publication"):
    FORMS[f"factlog/{about}@v1"] |= FORMS["proven"]

# Section 1: the values that recur.
TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)"
VALUES = {
    "s": "(?s).*", "t": "(?s).+", "v": "(?s).+", "short": "(?s).{0,32}", "h": "[0-9a-f]{64}",
    "time": TIME, "day": TIME + "?", "salt": "[0-9a-f]{32}", "code": "[a-z][a-z0-9-]{0,31}",
    "language": "(?=.{1,35}$)[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*", "decimal": "0|[1-9][0-9]{0,15}",
    "root": "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", "name": r"[^\s+\0-\x1f\x7f-\x9f]{1,255}",
    "path": r"((?!\.\.?(/|$))[^/\\\0]+(/(?!$)|$))+"}
NUMBERS = {"i": range(2**53), "i1": range(1, 2**53), "u": range(2**32), "bool": (False, True)}
DAMAGED = (ValueError, RecursionError, InvalidSignature)  # raised by what is not in its form

def works(function, *values):
    try:
        function(*values)
    except DAMAGED:
        return False
    return True

def ensure(condition, message):
    if not condition:
        raise ValueError(message)

def fits(value, form):
    """Whether a value has a form of the table."""
    if form[-1] in "+*":
        return (isinstance(value, list) and (value != [] or form[-1] == "*")
                and all(fits(item, form[:-1]) for item in value))
    if form in FORMS:
        return isinstance(value, dict) and value != {} and not value.keys() - FORMS[form] and all(
            fits(value[k], of) if k in value else may for k, (of, may) in FORMS[form].items())
    if form == "labels":
        return isinstance(value, dict) and value != {} and all(
            re.fullmatch("[a-z][a-z0-9_]*", k) and fits(value[k], "t") for k in value)
    if form == "range":
        return fits(value, "i+") and len(value) == 2 and value[0] < value[1]
    if form in NUMBERS:
        return type(value) is type(NUMBERS[form][0]) and value in NUMBERS[form]
    pattern = VALUES.get("h" if form[0] in "@#~" else form, form)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        return False
    if form in ("time", "day"):  # The calendar repeats after 400 years, and Python's has no year 0.
        year, month, day = map(int, value[:10].split("-"))
        return works(datetime.date, year % 400 + 2000, month, day)
    return works(parse_vkey, value) if form == "v" else form != "name" or len(value.encode()) < 256

def parse_json(data, form=None):
    """Parses, writes again and compares bytes."""
    value = json.loads(data.decode())
    again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    ensure(isinstance(value, dict) and again.encode() == data, "not canonical JSON")
    ensure(not form or fits(value, form), f"not the fields of {form}")
    return value

def decode(value):
    data = base64.b64decode(value, validate=True)
    ensure(base64.b64encode(data).decode() == value, "base64 is not canonical")
    return data

# Section 2.3: keys and signatures (Ed25519, verify_strict).
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, EIGHT = -121665 * pow(121666, -1, P) % P, int(
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16)
SMALL = {0, 1, P - 1, EIGHT, P - EIGHT}  # y of the points of small order

def sound(y):
    """Whether y is canonical, of a point, and that of prime order: [L]A = 0, by Montgomery's ladder
    (RFC 7748) on u = (1 + y) / (1 - y)."""
    if y >= P or y in SMALL or pow((y * y - 1) * (D * y * y + 1), (P - 1) // 2, P) != 1:
        return False
    u = (1 + y) * pow(1 - y, -1, P)
    pair = [(1, 0), (u, 1)]
    for bit in map(int, bin(L)[2:]):
        (a, b), (c, d) = pair[bit], pair[1 - bit]
        s, t, v, w = (a + b)**2, (a - b)**2, (c - d) * (a + b), (c + d) * (a - b)
        pair[bit] = s * t % P, (s - t) * (s + 121665 * (s - t)) % P
        pair[1 - bit] = (v + w)**2 % P, u * (v - w)**2 % P
    return pair[0][1] == 0

def verify(public, message, signature):
    """verify_strict: the library compares the encoding of [S]B - [k]A; the rest is here."""
    r, s = (int.from_bytes(half, "little") for half in (signature[:32], signature[32:]))
    return len(signature) == 64 and s < L and r % 2**255 not in SMALL and works(
        Ed25519PublicKey.from_public_bytes(public).verify, signature, message)

@functools.lru_cache(4096)
def parse_vkey(value):
    """`<name>+<id>+<key>` as a record; `line`, (name, id), is how signature lines name it."""
    name, id, typed = value.split("+", 2)
    typed = decode(typed)
    line = name, sha256(name.encode() + b"\n" + typed)[:4]
    ensure(fits(name, "name") and line[1].hex() == id and len(typed) == 33 and typed[0] == 1
           and sound(int.from_bytes(typed[1:], "little") % 2**255), "not a verifier key")
    return Record(name=name, line=line, public=typed[1:], vkey=value)

def parse_note(data, count, limit):
    """A signed note's lines of text, [((name, key id), signature)], and what is signed."""
    text, _, rest = data.decode().partition("\n\n")
    lines, (*signatures, end), found = text.split("\n"), rest.split("\n"), []
    ensure(len(data) <= limit and len(lines) == count and signatures and end == "", "not a note")
    for dash, name, signature in (line.split(" ") for line in signatures):
        signature = decode(signature)
        ensure(dash == "—" and fits(name, "name") and len(signature) > 4, "a signature line")
        found.append(((name, signature[:4]), signature[4:]))
    return lines, found, text.encode() + b"\n"

def parse_entry(e, note):
    """Section 2: fills in an entry's record."""
    (tag, line), e.lines, e.text = parse_note(note, 2, 4096)
    e.body = b = parse_json(line.encode())
    e.form = f"entry/{b.get('kind')}" + (f"/{b['op']}" if "op" in b else "")
    ensure(tag == "factlog/entry@v1" and not re.search(b"[\0-\t\x0b-\x1f]", note), "not an entry")
    ensure(fits(b, e.form), f"not the fields of {e.form}")
    rootset, roles, first = b.get("roots", b), b.get("roles", []), b["chain"]["n"] == 0
    keys = [parse_vkey(key) for key in rootset.get("keys", [])]
    log = parse_vkey(b["log"]) if "log" in b else None
    ensure(all(len(signature) == 64 for _, signature in e.lines)
           and first != ("prev" in b["chain"]) and ("supersedes" in b) == ("change" in b)
           and (b["kind"] != "source" or ("text" in b) == ("normalizer" in b))
           and roles == [r for r in ROLES if r in roles] and increasing([key.line for key in keys])
           and len({key.public for key in keys}) == len(keys) >= rootset.get("threshold", 0)
           and (not log or first and b["by"] in rootset["keys"] and log.name == b["origin"]
                and not any(log.public == key.public or log.line == key.line for key in keys)),
           "fields that do not go together")
    e.kind, e.by, e.keys = b["kind"], parse_vkey(b["by"]), keys

def parse_object(data, kind):
    """Section 3: a JSON object, with what its fields owe each other."""
    ensure(len(data) <= 2 ** (26 if kind == "manifest" else 20), "too long")
    value, end = parse_json(data, f"factlog/{kind}@v1"), 0
    if kind == "claim":
        parts, statement = (sum(value.get(field, []), []) for field in ("parts", "statement"))
        ensure(parts == sorted(parts) and statement == sorted(statement)
               and value["quote"]["bytes"] == [parts[0], parts[-1]]
               and not (value["manner"] == "narration" and value.keys() & {"claimant", "cue"}),
               "ranges, or a narrator's claimant")
        for added in value.get("added", []):
            more, start = added["text"].encode(), added["at"]
            ensure(end <= start and value["text"].encode().startswith(more, start), "added")
            end = start + len(more)
    if kind == "policy":
        worst, best, scale = value["worst"], value["best"], value["scale"]
        ensure(1 <= worst < best and len({r["code"] for r in scale}) == len(scale)
               and all(worst <= r.get("value", worst) <= best for r in scale), "the scale")
    ensure(kind != "manifest" or increasing([file["path"] for file in value["files"]]), "the paths")
    return value

# Section 4: the tree.
def sha256(data): return hashlib.sha256(data).digest()
def node(left, right): return sha256(b"\1" + left + right)
def increasing(values): return all(a < b for a, b in zip(values, values[1:]))

def tree_roots(leaves):
    """Yields the roots of the trees of the first 0, 1, 2, … leaves."""
    stack = []  # the roots of the full subtrees, the largest first
    yield sha256(b"")
    for size, leaf in enumerate(leaves, 1):
        stack.append(leaf)
        while size % 2 == 0:
            size, right = size // 2, stack.pop()
            stack[-1] = node(stack[-1], right)
        yield functools.reduce(lambda right, left: node(left, right), reversed(stack))

def proof_root(hash, index, size, path):
    """The root that an inclusion proof leads to (RFC 6962, section 2.1.1)."""
    if size == 1 or not path:
        return hash if size == 1 and not path else b""
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return node(proof_root(hash, index, half, path[:-1]), path[-1])
    return node(path[-1], proof_root(hash, index - half, size - half, path[:-1]))

# Section 12: BLAKE3's compression, and slices.
IV = bytes.fromhex("67e6096a85ae67bb72f36e3c3af54fa57f520e518c68059babd9831f19cde05b")
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
LANES = [(i, 4 + (i + k) % 4, 8 + (i + 2 * k) % 4, 12 + (i + 3 * k) % 4)
         for k in (0, 1) for i in range(4) for _ in (0, 1)]
START, END, PARENT, ROOT = 1, 2, 4, 8

def compress(value, block, counter, flags):
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*struct.unpack("<12I", value + IV[:16]), counter % 2**32, counter >> 32, len(block), flags]
    for _ in range(7):
        for step, (a, b, c, d) in enumerate(LANES):
            v[a] = v[a] + v[b] + words[step] & 0xFFFFFFFF
            for x, y, turn in ((d, a, 8 if step % 2 else 16), (b, c, 7 if step % 2 else 12)):
                v[x] = ((v[x] ^ v[y]) << 32 | v[x] ^ v[y]) >> turn & 0xFFFFFFFF
                v[c] = v[c] + v[d] & 0xFFFFFFFF if x == d else v[c]
        words = [words[i] for i in ORDER]
    return struct.pack("<8I", *(v[i] ^ v[i + 8] for i in range(8)))

def chunk_value(chunk, counter, flags):
    value = IV
    for at in range(0, len(chunk), 64):
        ends = (at == 0) * START | (at + 64 >= len(chunk)) * (END | flags)
        value = compress(value, chunk[at:at + 64], counter, ends)
    return value

def read_slice(data, hash, start, end):
    """The length that a slice states and the bytes that it shows, if they lead to `hash`."""
    length, at, shown = int.from_bytes(data[:8], "little"), 8, bytearray()
    ensure(start < end <= length < 2**53 and end in (-(-end // 1024) * 1024, length)
           and start % 1024 == 0, "not such a range")
    todo = [(0, length, bytes.fromhex(hash), ROOT)]
    while todo:
        low, high, value, flags = todo.pop()
        if high <= start or end <= low:
            continue
        part = data[at:at + (high - low if high - low <= 1024 else 64)]
        at += len(part)
        if high - low <= 1024:
            found = chunk_value(part, low // 1024, flags)
            shown += part
        else:
            found = compress(IV, part, 0, PARENT | flags)
            middle = low + (512 << ((high - low - 1) // 1024).bit_length())
            todo += [(middle, high, part[32:], 0), (low, middle, part[:32], 0)]
        ensure(found == value, f"bytes {low} to {high} have another hash")
    ensure(at == len(data), "bytes after its end")
    return length, bytes(shown)

def widen(ranges, length):
    """The slices that show these ranges: to multiples of 1,024, joined where they touch."""
    joined = []
    wide = sorted((a // 1024 * 1024, min(-(-b // 1024) * 1024, length)) for a, b in ranges)
    for start, end in wide:
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(end, joined.pop()[1])
        joined.append((start, end))
    return joined

# Section 7: who was entitled, what stands.
ROLES = ("reviewer", "approver", "publisher")
ENTITLED = {"source": {"reviewer"}, "claim": {"reviewer"}, "verdict": {"reviewer"},  # others: roots
            "approval": {"approver"}, "publication": {"publisher"},
            "retraction": {*ROLES}, "key": {*ROLES}}
VOID = re.compile(
    "(entry|genesis|ledger|signature|key|threshold|roots|from|log|approval|erasure|publication|"
    "reaffirmed|reference|rating|supersedes)-.*|bundle-incomplete|chain-fork|verdict-policy")
NOTES = {"entries-tainted", "carried-tainted", "object-withheld", "verdict-earlier-wording"}
ABOUT = {"verdict": "factlog/bundle@v1", "publication": "factlog/publication@v1"}
INCOMPLETE = {"checkpoint-unchecked", "object-erased", "quote-unchecked", "policy-unreadable",
              "withheld-unexpected"}

class Audit:
    """Judges entries in the log's order, each by what those before it left. In a bundle, which has
    some of the log's entries, what only the others could tell is not checked."""
    def __init__(self, bundle):
        self.bundle, self.ledger, self.origin, self.shown = bundle, None, None, None
        self.listed = None  # the files of the publication that a bundle is about
        self.findings, self.void, self.objects, self.slices = {}, set(), {}, {}
        self.withheld, self.tree, self.quotes, self.called = [], [], [], set()
        self.entries, self.by_id, self.ended, self.latest = [], {}, set(), {}
        self.keys, self.lines, self.chains, self.logs = {}, set(), {}, []
        self.roots, self.threshold, self.policy, self.bad = {}, 0, (None, None), set()
        self.spoken, self.erased, self.hides = {}, {}, False

    def need(self, e, condition, code, message=""):
        """Tells of a finding where a condition does not hold; most make the entry void."""
        if not condition:
            self.findings[code, e and e.index, message] = None
            if e and VOID.fullmatch(code):
                self.void.add(e.index)
        return bool(condition)

    def entry(self, index, note):
        e = Record(index=index, id=sha256(b"\0" + note).hex(), kind="", holder=None, earlier=set())
        self.ledger = self.ledger if index else e.id
        try:
            parse_entry(e, note)
        except DAMAGED as error:
            self.need(e, False, "entry-damaged", str(error))
        self.need(e, index or e.kind == "genesis", "genesis-missing")
        if e.kind:
            self.need(e, index == 0 or e.kind != "genesis", "genesis-again")
            self.need(e, e.body.get("ledger", self.ledger) == self.ledger, "ledger-other")
            self.author(e, e.body)
            self.at_root(e, e.body.get("after"), "after")
            if e.signed:
                self.by_id.setdefault(e.id, e)
                self.judge(e, e.body, e.kind, e.body.get("op"))

    def author(self, e, b):
        key, need = self.keys.get(e.by.public), functools.partial(self.need, e)
        e.carried = (e.kind not in ENTITLED or e.kind == "key" and b.get("old") != b["by"]
                     or e.kind == "retraction" and bool(key) and "root" in key.roles)
        if e.kind != "genesis" and need(key, "key-unknown", b["by"]):
            e.holder = key.holder
            need(key.name == e.by.name, "key-other-name", key.name)
            need(key.roles & ({"root"} if e.carried else ENTITLED[e.kind]), "key-not-entitled")
            need(not key.ended, "key-ended")
        # Section 2.3: the author's line, then the others in order; none but those called for.
        before, names, added = len(self.findings), [line for line, _ in e.lines], e.keys
        signed = [b["key"]] if "key" in b and b.get("op") != "revoke" else []
        needed = [e.by, *map(parse_vkey, signed), *(added if e.kind == "genesis" else [])]
        roots = self.roots.values() if e.carried else ()
        allowed = {key.line: key for key in (*roots, *added, *needed)}
        need(e.by.line not in names or names == [e.by.line] + sorted(set(names) - {e.by.line}),
             "signature-invalid", "not in their order")
        e.signers = {allowed[line].public for line, signature in e.lines
                     if need(line in allowed, "signature-not-called-for", line[0])
                     and need(verify(allowed[line].public, e.text, signature), "signature-invalid")}
        for key in needed:
            need(key.line in names, "signature-missing", key.vkey)
        e.signed = len(self.findings) == before
        if e.holder and e.signed and not self.keys[e.by.public].ended:
            self.chain(need, e, b["chain"], self.chains[e.holder])
        if e.carried:
            new = [key for key in added if key.public in e.signers]
            e.signers, e.threshold = e.signers & self.roots.keys(), self.threshold
            need(len(e.signers) >= e.threshold, "threshold-not-met")
            need(len(new) >= b.get("threshold", 0), "threshold-not-met", "of the new roots")

    def chain(self, need, e, said, chain):
        last = next(reversed(chain.values()), None)
        n, following = said["n"], last.body["chain"]["n"] + 1 if last else 0
        if need(n not in chain, "chain-fork"):
            need(n == following or self.bundle and n > following, "chain-gap")
            need(n != following or not last or said["prev"] == last.id, "chain-previous")
            need(not last or e.body["at"] >= last.body["at"], "at-earlier")
            chain[n] = e

    def at_root(self, e, head, code):
        """Whether the tree had this root at this size, which is not past the entry's index."""
        if head and self.need(e, head["size"] <= e.index, code + "-size") and not self.bundle:
            self.need(e, decode(head["root"]) == self.tree[head["size"]], code + "-root")

    def refer(self, e, id, kind, may_lack=False):
        """The earlier entry of this kind that an id refers to, or None; a bundle may lack some."""
        target = self.by_id.get(id)
        code = "bundle-incomplete" if self.bundle else "reference-unknown"
        self.need(e, target or may_lack and self.bundle, code, id)
        if target and self.need(e, kind in ("", target.kind), "reference-kind", id):
            return target

    def speak(self, e, hash, kind, may_lack):
        """The JSON of an object that an entry speaks of, or None. What lacks is told at the end."""
        self.need(e, hash not in self.erased, "object-erased-before", hash)
        self.spoken.setdefault(hash, []).append((e, kind, may_lack))
        data, kept = self.objects.get(hash), e.body.get(kind)
        if data is not None and kind in ("raw", "text"):
            self.need(e, len(data) == kept["bytes"], "kept-length", hash)
            self.need(e, sha256(data).hex() == kept["sha256"], "kept-sha256", hash)
            form = data and b"\0" not in data and works(data.decode)
            self.need(e, kind == "raw" or form, "text-form", hash)
        elif data is not None:
            try:
                return parse_object(data, kind)
            except DAMAGED as error:
                self.need(e, False, "object-form", f"{hash}: {error}")

    def tainted(self):
        """The indexes of the entries that are tainted now: what can't be reached from genesis."""
        if self.bad is None:
            clears, ready = {e.index: [*e.targets] for e in self.entries}, [0]
            for e in self.entries:
                good = sum(not any(a <= e.index < b for a, b in self.keys[public].taints)
                           for public in (e.signers if e.carried else {e.by.public}))
                if good >= (e.threshold if e.carried else 1):
                    clears[self.keys[e.by.public].entry].append(e.index)
            while ready:
                ready += clears.pop(ready.pop(), ())
            self.bad = set(clears)
        return self.bad

    def judge(self, e, b, kind, op):
        need, refs, objects = functools.partial(self.need, e), {}, {}
        for field, (form, _) in FORMS[e.form].items():
            if field in b and form[0] in "#~":
                refs[field] = self.refer(e, b[field], form[1:], form[0] == "~")
            if field in b and form[0] == "@":
                on = refs.get("source", e) or e
                may = (kind == "approval" or kind == "verdict" and self.hides
                       or on.body.get("rights") == "withheld" or self.bundle and field == "policy")
                objects[field] = self.speak(e, b[field], form[1:], may)
            if field in b and form == "kept":
                self.speak(e, b[field]["blake3"], field, self.bundle or b["rights"] != "public")
        key, known = parse_vkey(b.get("key", b["by"])), [root.vkey for root in self.roots.values()]
        new = [k for k in e.keys if k.vkey not in known] if kind == "roots" else []
        for k in [key] if kind == "log" or op in ("add", "rotate") else new:
            if need(k.public not in self.keys, "key-enrolled-before", k.vkey):
                need(k.line not in self.lines, "key-id-taken", k.vkey)
        if kind == "log":
            need(key.name == self.origin, "log-name")
            need(not self.logs or b["size"] >= self.logs[-1][0], "log-size")
            self.at_root(e, b, "log")
        if op in ("rotate", "revoke"):
            target = parse_vkey(b.get("old", b["key"]))
            held = self.keys.get(target.public)
            if need(held and held.name == target.name, "key-target-unknown", target.vkey):
                need(not held.roles & {"log", op == "rotate" and "root"}, "key-target-function")
                need(op == "revoke" or not held.ended, "key-target-ended")
                left = len(known) - (target.public in self.roots)
                need(left >= self.threshold, "roots-too-few")
        need(b.get("from", 0) <= e.index, "from-size")
        self.hides |= b.get("rights") == "withheld"
        hash, policy = self.policy
        source, claim, verdict, old = map(refs.get, ("source", "claim", "verdict", "supersedes"))
        content, ends = objects.get(kind), verdict if kind == "retraction" else old
        if ends:
            may = e.carried or kind == "verdict" and policy and policy["others_may_supersede"]
            need(ends.id not in self.ended, "supersedes-ended", ends.id)
            need(may or ends.holder == e.holder or old and old.index in self.tainted(),
                 "supersedes-other-author", ends.id)
        if kind == "claim":
            e.earlier = {old.id} | old.earlier if old else set()
            if source and need("text" in source.body, "quote-without-text") and content:
                need(content["source"] == source.body["text"]["blake3"], "claim-other-text")
                need(content["quote"]["bytes"] == [b["start"], b["end"]], "claim-hull")
                span, cue = content.get("claimant", {}).get("span"), content.get("cue")
                shown = content.get("statement", []) + ([span] if span else [])
                ranges = shown + content["parts"] + ([cue] if cue else [])
                self.quotes.append((e, source, content["quote"], shown, ranges, "claim"))
        if kind == "verdict":
            if need(b["policy"] == hash, "verdict-policy") and need(policy, "policy-unreadable"):
                need(b["rating"] in [r["code"] for r in policy["scale"]], "rating-unknown")
            need(not claim or claim.id not in self.ended, "verdict-earlier-wording")
            own = self.latest.get((e.holder, b["claim"]))
            need(not own or own is old or own.id in self.ended, "supersedes-missing")
            if old:
                on = old.body["claim"]
                need(not claim or on in {claim.id} | claim.earlier, "supersedes-other-claim")
                need(self.latest.get((old.holder, on)) is old, "supersedes-not-latest")
                other = b["rating"] != old.body["rating"]
                need((b["change"] == "rating") == other, "change-rating")
            evidence = content and content["evidence"]
            need(not content or "change" not in b or "reason" in content, "reason-missing")
            need(not content or not policy or len(evidence) >= policy["evidence_least"],
                 "evidence-short")
            whole = not self.bundle or e.id == self.shown  # Others' evidence is not called for.
            for piece in evidence or ():
                on, quote = self.refer(e, piece["source"], "source", not whole), piece.get("quote")
                if on and quote and need("text" in on.body, "quote-without-text") and whole:
                    self.quotes.append((e, on, quote, [], [], "evidence"))
        if kind == "approval" and verdict:
            need(verdict.holder != e.holder, "approval-own")
            need(verdict.id not in self.ended, "approval-ended")
        targets = [self.refer(e, id, "", True) for id in b.get("entries", [])]
        targets = {target.index for target in targets if target}
        need(not targets or targets <= self.tainted(), "reaffirmed-untainted")
        if kind == "erasure":
            kinds = [kind for _, kind, _ in self.spoken.get(b["object"], [])]
            need(kinds, "erasure-unknown")
            need("policy" not in kinds, "erasure-policy")
            need(b["object"] not in self.erased, "object-erased-before")
        need(kind != "publication" or b["size"] <= e.index, "publication-size")
        if e.id == self.shown and objects.get("manifest"):
            self.listed = objects["manifest"]["files"]
        if e.index in self.void:
            return
        # What it leaves.
        self.entries.append(e)
        if kind in ("genesis", "roots"):
            for public in self.roots.keys() - {key.public for key in e.keys}:
                self.end(e, public, b.get("from"))
            for k in e.keys:
                if k.public not in self.roots:
                    self.enrol(e, k, {"root"})
            self.threshold = b.get("roots", b)["threshold"]
        if kind == "genesis":
            self.origin, self.chains[e.by.public][0] = b["origin"], e
        if kind in ("genesis", "log"):
            self.logs.append((b.get("size", -1), key if kind == "log" else parse_vkey(b["log"])))
            self.enrol(e, self.logs[-1][1], {"log"})
        if "policy" in objects:
            self.policy = b["policy"], content or objects["policy"]
        if op == "add":
            self.enrol(e, key, set(b["roles"]))
        if op == "rotate":
            self.enrol(e, key, held.roles, held.holder)
        if op in ("rotate", "revoke"):
            self.end(e, target.public, b.get("from"))
        if kind == "verdict":
            self.latest[e.holder, b["claim"]] = e
        if ends:
            self.ended.add(ends.id)
        if kind == "erasure":
            self.erased.setdefault(b["object"], e)
        e.targets = targets
        if targets or self.bad:
            self.bad = None

    def enrol(self, e, key, roles, holder=None):
        """Enrols a key; one that comes in another's place has the same holder and chain."""
        self.keys[key.public] = Record(name=key.name, roles=roles, holder=holder or key.public,
                                       entry=e.index, ended=False, taints=[])
        self.chains.setdefault(holder or key.public, {})
        self.lines.add(key.line)
        self.roots |= {key.public: key} if "root" in roles else {}

    def end(self, e, public, tainted_from):
        self.keys[public].ended = True
        self.keys[public].taints += [] if tainted_from is None else [(tainted_from, e.index)]
        self.bad = None
        self.roots.pop(public, None)

    def finish(self, whole=True):
        """What can be told only after the last entry."""
        need, bad = self.need, self.tainted()
        for e in self.entries:
            need(e, e.index not in bad, "carried-tainted" if e.carried else "entries-tainted")
        for quote in self.quotes:
            self.quote(*quote)
        named = {e.body["policy"] for e in self.by_id.values() if e.kind == "verdict"}
        for hash, spoken in self.spoken.items():
            for e, kind, may in spoken if hash not in self.objects else ():
                code = ("object-erased" if hash in self.erased else
                        "object-missing" if not self.bundle and hash not in self.withheld else
                        "object-withheld" if may and hash not in named else
                        "bundle-incomplete" if self.bundle else "withheld-unexpected")
                left, claims = code == "object-withheld", self.bundle and kind == "claim"
                need(e, left and self.bundle and kind in ("raw", "policy"), code, hash)
                need(e, not left or kind != "verdict" and not claims, "quote-unchecked", hash)
        for hash in self.erased.keys() & {*self.objects, *(hash for hash, _, _ in self.slices)}:
            need(None, False, "object-erased-present", hash)
        if whole:
            for item in [*(self.objects.keys() - self.spoken), *(
                    n for n in self.slices.keys() - self.called if n[0] not in self.erased)]:
                need(None, False, "object-unreferenced", str(item))
        for hash in self.withheld:
            need(None, hash not in self.objects, "withheld-present", hash)
            need(None, hash in self.spoken or not whole, "withheld-unreferenced", hash)

    def quote(self, e, source, quote, shown, ranges, what):
        """Sections 3.1, 12: a quote and ranges in a text, or in slices in its place."""
        kept, need = source.body["text"], functools.partial(self.need, e)
        hash, length = kept["blake3"], kept["bytes"]
        before, words, after = (quote[k].encode() for k in ("prefix", "exact", "suffix"))
        (start, end), (first, last) = quote["bytes"], quote["points"]
        low, high = start - len(before), end + len(after)
        if not need(0 <= low and high <= length and end - start == len(words)
                    and last - first == len(quote["exact"]), what + "-quote") or not need(
                all(b <= length for _, b in ranges), "claim-range", "past the text"):
            return
        names = {(hash, a, b) for a, b in widen([(low, high), *shown], length)}
        pieces = {0: self.objects[hash]} if self.objects.get(hash) is not None else {}
        if not pieces:
            self.called |= names
            due = {"quoted"} if self.bundle or hash in self.withheld else set()
            due |= {"public"} if self.bundle else set()
            for name in names if need(hash not in self.erased, "quote-unchecked", hash) else ():
                said, data = self.slices.get(name, (length, None))
                missing = "slice-missing" if source.body["rights"] in due else "quote-unchecked"
                need(name in self.slices, missing, str(name))
                need(said in (None, length), "slice-length", str(name))
                pieces |= {name[1]: data} if data else {}
            if len(pieces) < len(names):
                return
        def at(a, b):
            found = (d[a - i:b - i] for i, d in pieces.items() if i <= a and b <= i + len(d))
            return next(found, None)
        head = at(0, start)
        need(at(low, high) == before + words + after
             and (len(quote["prefix"]) == 32 or low == 0)
             and (len(quote["suffix"]) == 32 or high == length)
             and (head is None or len(head.decode(errors="replace")) == first), what + "-quote")
        inside = b"".join(at(x, x + 1) or b"" for span in ranges for x in span)
        need(not any(0x80 <= byte < 0xC0 for byte in inside), "claim-range", "inside a character")

    def slice(self, hash, start, end, data):
        """One that is invalid is kept without bytes, and so not told of as missing."""
        self.slices[hash, start, end] = None, None
        try:
            self.slices[hash, start, end] = read_slice(data, hash, start, end)
        except DAMAGED as error:
            self.need(None, False, "slice-invalid", f"{hash}/{start}-{end}: {error}")

    def parse_checkpoint(self, data, name):
        try:
            (origin, size, root), lines, text = parse_note(data, 3, 16384)
            ensure(fits(origin, "name") and fits(size, "decimal") and int(size) < 2**53
                   and fits(root, "root") and len(dict(lines)) == len(lines), "not a checkpoint")
            return Record(origin=origin, size=int(size), root=decode(root), lines=dict(lines),
                          text=text)
        except DAMAGED as error:
            self.need(None, False, "checkpoint-damaged", f"{name}: {error}")

    def checkpoint(self, cp, name):
        """Whether the log's key signed it, for this ledger, and the tree has its root."""
        key = next((key for size, key in reversed(self.logs) if size < cp.size), None)
        self.need(None, key or self.bundle or cp.size < len(self.tree), "checkpoint-size", name)
        if self.need(None, key, "checkpoint-unchecked", name):
            self.need(None, cp.origin == self.origin, "checkpoint-origin", name)
            signed = verify(key.public, cp.text, cp.lines.get(key.line, b""))
            self.need(None, signed, "checkpoint-damaged", name)
        code = "head-root" if name == "checkpoint" else "checkpoint-root"
        self.need(None, self.tree[cp.size:cp.size + 1] in ([], [cp.root]), code, name)

    # Section 13: the published form.
    def folder(self, files):
        need = functools.partial(self.need, None)
        self.files, number, notes, level = files, "(0|[1-9][0-9]{0,15})", [], 0
        for name, data in files.items():
            part, _, rest = name.partition("/")
            form = re.fullmatch(f"([0-9a-f]{{2}})/([0-9a-f]{{62}})(/{number}-{number})?", rest)
            if part == "object" and need(form and not form[3], "object-unreferenced", name):
                same = need(blake3(data).hexdigest() == form[1] + form[2], "object-hash", name)
                self.objects[form[1] + form[2]] = data if same else None
            if part == "slice" and need(form and form[3], "slice-invalid", name):
                self.slice(form[1] + form[2], int(form[4]), int(form[5]), data)
        try:
            data = files.get("withheld", b"")
            self.withheld = parse_json(data.removesuffix(b"\n"), "factlog/withheld@v1")["objects"]
            ensure(data.endswith(b"\n") and increasing(self.withheld), "order, or no line feed")
        except DAMAGED as error:
            need(False, "withheld-form", str(error))
        cp = need("checkpoint" in files, "head-missing") and self.parse_checkpoint(
            files["checkpoint"], "checkpoint")
        more = cp
        while more and len(notes) < cp.size:
            width = min(256, cp.size - len(notes))
            more = self.tile("entries", len(notes) // 256, width, split_notes)
            notes += more
        whole, row = bool(cp) and len(notes) == cp.size, [sha256(b"\0" + note) for note in notes]
        self.tree = list(tree_roots(row))
        for index, note in enumerate(notes):
            self.entry(index, note)
        while row:
            tiles = [row[at:at + 256] for at in range(0, len(row), 256)]
            for at, tile in enumerate(tiles):
                if whole or len(tile) == 256:
                    self.tile(str(level), at, len(tile), split_hashes, tile)
            row, level = [[*tree_roots(tile)][-1] for tile in tiles if len(tile) == 256], level + 1
        if cp:
            need(cp.size, "genesis-missing")
            self.checkpoint(cp, "checkpoint")
        busy = "publishing" in files
        for name in files:
            skipped = not name.startswith("checkpoints/") or busy and name.endswith(".new")
            kept = None if skipped else self.parse_checkpoint(files[name], name)
            if kept and not (busy and cp and kept.size > cp.size):
                need(f"checkpoints/{kept.size}" == name, "checkpoint-damaged", name)
                need(not cp or kept.size <= cp.size, "checkpoint-size", name)
                self.checkpoint(kept, name)
        self.finish(whole)

    def tile(self, base, number, width, split, known=None):
        """The first items of a tile; all files that hold it must agree."""
        groups = re.findall("...", str(number).zfill(-(-len(str(number)) // 3) * 3))
        name, held = f"tile/{base}/" + "/".join(["x" + g for g in groups[:-1]] + groups[-1:]), {}
        for count in range(1, 257):
            file = f"{name}.p/{count}" if count < 256 else name
            if file in self.files:
                held[count] = split(self.files[file])
                self.need(None, len(held[count]) == count, "tile-damaged", file)
        best = known or held.get(width) or held.get(256) or []
        self.need(None, held.keys() & {width, 256}, "tile-missing", name)
        agree = all(a == b for items in held.values() for a, b in zip(items, best))
        self.need(None, agree, "tile-damaged", name)
        return best[:width] if len(best) >= width else []

    # Section 14: proof bundles.
    def proofs(self, data, kinds=("publication", "verdict")):
        need = functools.partial(self.need, None)
        try:
            bundle = parse_json(data.removesuffix(b"\n"))
            about = next(k for k in kinds if k in bundle or k == kinds[-1])
            ensure(fits(bundle, ABOUT[about]), f"not the fields of {ABOUT[about]}")
            entries, hashes = bundle["entries"], bundle["hashes"]
            named = list(dict.fromkeys(place for e in entries for place in e["path"]))
            slices = [(s["text"], s["start"], s["end"], decode(s["bytes"]))
                      for s in bundle.get("slices", [])]
            binary = [decode(data) for data in bundle.get("binary", [])]
            both = [[(blake3(data).hexdigest(), data) for data in part]
                    for part in ([text.encode() for text in bundle["objects"]], binary)]
            orders = [e["index"] for e in entries], [s[:2] for s in slices], *(
                [hash for hash, _ in part] for part in both)
            ensure(all(map(increasing, orders)) and not any(works(data.decode) for data in binary)
                   and named == [*range(len(hashes))] and len({*hashes}) == len(named), "order")
        except DAMAGED as error:
            return need(False, "bundle-form", str(error))
        self.objects, self.shown = dict(both[0] + both[1]), bundle[about]
        for slice in slices:
            self.slice(*slice)
        cp = self.parse_checkpoint(bundle["checkpoint"].encode(), "checkpoint")
        need(entries[0]["index"] == 0, "genesis-missing")
        for e in entries:
            index, note = e["index"], e["note"].encode()
            leaf, path = sha256(b"\0" + note), [decode(hashes[place]) for place in e["path"]]
            need(not cp or index < cp.size and len(path) < 64
                 and proof_root(leaf, index, cp.size, path) == cp.root, "proof-invalid", str(index))
            self.entry(index, note)
        self.refer(None, self.shown, about)
        if cp:
            self.checkpoint(cp, "checkpoint")
        self.finish()

    # Section 14.1: the files of a publication.
    def export(self, folder, proof):
        folder, paths = os.path.realpath(folder), {file["path"] for file in self.listed}
        closed, need = proof == "publication.json", functools.partial(self.need, None)
        beside = {proof, ".factlog-site.json"} if closed else {proof}  # no part of what is listed
        for file in self.listed:
            path = file["path"]
            full = os.path.join(folder, path)
            plain = os.path.isfile(full) and os.path.realpath(full) == full  # No link leads there.
            if not need(plain and path not in beside, "file-missing", path):
                continue
            data = read_file(full, -1) if os.path.getsize(full) == file["bytes"] else None
            same = data is not None and (blake3(data).hexdigest(), sha256(data).hex()) == (
                file["blake3"], file["sha256"])
            if need(same, "file-changed", path) and path.split("/")[-1] == "bundle.json":
                inner = Audit(True)
                inner.proofs(data, ("verdict",))
                inner.need(None, inner.ledger in (None, self.ledger), "genesis-other")
                self.findings |= {(c, e, f"{path}: {m}"): None for c, e, m in inner.findings}
        name = proof.removesuffix(".publication.json")
        need(name in paths or name == proof, "file-unlisted", name)
        for base, folders, names in os.walk(folder) if closed else ():
            links = [name for name in folders if os.path.islink(os.path.join(base, name))]
            for file in (os.path.join(base, name) for name in sorted(names + links)):
                path = os.path.relpath(file, folder).replace(os.sep, "/")
                need(path in paths or path in beside, "file-unlisted", path)

def read_file(path, limit=2**28):
    """A regular file's bytes, and none of a link, a device or a file that can't be read."""
    regular = os.path.isfile(path) and not os.path.islink(path)
    try:
        with open(path if regular else os.devnull, "rb") as file:
            return file.read(limit)
    except OSError:
        return b""

def split_hashes(data): return [data[at:at + 32] for at in range(0, len(data), 32)]

def split_notes(data):
    notes, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        notes.append(data[at + 2:end])
        at = end
    return notes if at == len(data) else []

def audit(path):
    """What was found, and the exit status that it calls for."""
    proof = os.path.join(path, "publication.json") if os.path.isdir(path) else path
    log, files = Audit(os.path.lexists(proof)), {}
    for folder, _, names in () if log.bundle else os.walk(path):
        for file in (os.path.join(folder, name) for name in sorted(names)):
            files[os.path.relpath(file, path).replace(os.sep, "/")] = read_file(file)
    if log.bundle:
        log.proofs(read_file(proof))
    else:
        log.folder(files)
    if log.listed is not None:
        folder, name = os.path.split(proof)
        log.export(folder or ".", name)
    late = {"object-unreferenced", "withheld-unreferenced"} if "publishing" in files else set()
    faults = {code for code, _, _ in log.findings} - NOTES - late
    return log, 1 if faults - INCOMPLETE else 5 if faults else 0

def answer(path, ledger):
    """The findings of a folder or file, and the exit status that they call for."""
    log, status = audit(path)
    if not log.need(None, ledger in (None, log.ledger), "genesis-other", str(log.ledger)):
        status = 1
    findings = [{"code": c, "entry": e, "message": m} for c, e, m in log.findings]
    return {"path": path, "status": status, "findings": findings}

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", nargs="?", help="a ledger's or an export's folder, or a bundle")
    parser.add_argument("--ledger", metavar="ID", help="the id that the ledger must have")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--batch", action="store_true", help="read paths from standard input")
    options = parser.parse_args()
    if options.batch:
        answers = [answer(line.rstrip("\n"), options.ledger) for line in sys.stdin]
        print(*map(json.dumps, answers), sep="\n")
        sys.exit(max((one["status"] == 1 for one in answers), default=False))
    if not options.path or not os.path.exists(options.path):
        parser.error(f"there is no {options.path}")
    found = answer(options.path, options.ledger)
    if options.json:
        print(json.dumps(found))
    else:
        for one in found["findings"]:
            entry = "" if one["entry"] is None else f"entry {one['entry']}"
            print(one["code"], entry, ascii(one["message"]))
        print({0: "valid", 1: "not valid", 5: "valid but incomplete"}[found["status"]])
    sys.exit(found["status"])

if __name__ == "__main__":
    main()
