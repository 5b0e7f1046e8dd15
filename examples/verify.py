#!/usr/bin/env python3
"""Audits a published factlog ledger, or checks a proof bundle, without factlog.

    verify.py [--ledger ID] [--json] DIR|FILE

Written from docs/format.md, whose sections are cited; needs `pip install cryptography blake3`.
Exit status: 0 all right, 1 a fault, 5 valid but incomplete, 2 usage. It shows what was recorded up to
the checkpoint, never that it is true. It does not check witnesses' cosignatures, make texts again
from raw bytes, or say which verdicts stand.
"""
import argparse, base64, datetime, functools, hashlib, itertools, json, os, re, struct, sys
from types import SimpleNamespace as Record
from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# Sections 2, 3, 13, 14: closed lists of fields. `?` may be absent; `+` a list, `*` one that may be
# empty; `@` an object's hash, `#` an entry's id, `~` one that a bundle may lack; or a form, a word of
# VALUES below, or the words that may stand there.
TABLE = """
common by=vkey at=time chain=chain kind=text
later ledger=hash after=head
chain n=int prev?=hash
head root=root size=from1
kept blake3=hash bytes=int sha256=hash
rootset keys=vkey+ threshold=from1
older ledger=hash root=root size=int
entry/genesis name=text origin=name roots=rootset log=vkey policy=@policy continues?=older
entry/roots keys=vkey+ threshold=from1 from?=int
entry/log key=vkey size=int root=root
entry/policy policy=@policy
entry/key/add op=text key=vkey roles=reviewer|approver|publisher+
entry/key/rotate op=text key=vkey old=vkey
entry/key/revoke op=text key=vkey reason=compromised|lost|retired|other from=int
entry/source type=document|dataset|recording|statement|reference raw?=kept text?=kept media=text
  charset?=text normalizer?=text rights=public|quoted|withheld meta=@meta replaces?=~source
entry/claim claim=@claim source=#source start=int end=int extractor?=text supersedes?=#claim
  change?=attribution|wording|span|anchor
entry/verdict claim=#claim rating=code policy=hash verdict=@verdict supersedes?=#verdict
  change?=update|correction|rating
entry/approval verdict=#verdict decision=approve|dispute note?=@note
entry/retraction verdict=#verdict note=@note
entry/reaffirmation entries=hash+ note=@note
entry/erasure object=hash basis=court|privacy|copyright|safety|other
entry/publication manifest=@manifest size=from1
quote bytes=range exact=text points=range prefix=short suffix=short
factlog/claim@v1 source=hash text=text added?=added+ parts=range+ statement?=range+ cue?=range
  quote=quote language=language claimant?=claimant manner=direct|indirect|mixed|narration said?=said
added at=int text=text why=carried|resolved|inflected
claimant name=text role?=text same_as?=text span?=range
said date?=day occasion?=text place?=text
factlog/verdict@v1 summary=text rationale?=text reason?=text evidence=piece* conflicts=text* salt=salt
piece source=hash stance=supports|refutes|context primary=bool quote?=quote locator?=text note?=text
  unavailable?=text
factlog/policy@v1 scale=rating+ best=u32 worst=u32 approvals=u32 evidence_least=u32
  others_may_supersede=bool methodology?=text
rating code=code definition=text labels=labels value?=int
factlog/meta@v1 authors=text* language?=language published?=day publisher?=text retrieved?=time
  salt=salt title?=text url?=text
factlog/note@v1 text=text salt=salt
factlog/manifest@v1 files=file*
file blake3=hash bytes=int path=path sha256=hash
factlog/withheld@v1 objects=hash*
factlog/bundle@v1 verdict=hash checkpoint=text entries=proof+ hashes=root* objects=string*
  binary?=string+ slices?=slice+
proof index=int note=text path=int*
slice bytes=string end=from1 start=int text=hash
"""
FORMS = {}
for name, *fields in map(str.split, TABLE.replace("\n  ", " ").strip().split("\n")):
    fields = [field.partition("=") for field in fields + [f"type=({name})"] * ("@v1" in name)]
    FORMS[name] = {field.rstrip("?"): (form, field[-1] == "?") for field, _, form in fields}
for name in FORMS:
    if name.startswith("entry/"):
        FORMS[name] |= FORMS["common"] | (FORMS["later"] if name != "entry/genesis" else {})

# Section 1: the values that recur.
TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)"
VALUES = {
    "string": "(?s).*", "text": "(?s).+", "vkey": "(?s).+", "short": "(?s).{0,32}", "time": TIME,
    "day": TIME + "?", "hash": "[0-9a-f]{64}", "salt": "[0-9a-f]{32}", "key": "[a-z][a-z0-9_]*",
    "code": "[a-z][a-z0-9-]{0,31}", "decimal": "0|[1-9][0-9]{0,15}",
    "language": "(?=.{1,35}$)[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*",
    "root": "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", "name": r"[^\s+\0-\x1f\x7f-\x9f]{1,255}",
    "path": r"((?!\.\.?(/|$))[^/\\\0]+(/(?!$)|$))+"}
CHECKS = {
    "vkey": lambda value: works(parse_vkey, value), "name": lambda value: len(value.encode()) < 256,
    # The calendar repeats after 400 years, and Python's has no year 0.
    "time": lambda value: works(datetime.date, int(value[:4]) % 400 + 2000, int(value[5:7]), int(value[8:10]))}
CHECKS["day"] = CHECKS["time"]
NUMBERS = {"int": range(2**53), "from1": range(1, 2**53), "u32": range(2**32)}
DAMAGED = (ValueError, RecursionError, InvalidSignature)  # what reading what is not in its form raises

def works(function, *values):
    try:
        function(*values)
    except DAMAGED:
        return False
    return True

def ensure(condition, message):
    if not condition:
        raise ValueError(message)

def increasing(values): return all(a < b for a, b in itertools.pairwise(values))

def fits(value, form):
    """Whether a value has a form of the table."""
    if form[-1] in "+*":
        return (isinstance(value, list) and (value != [] or form[-1] == "*")
                and all(fits(item, form[:-1]) for item in value))
    if form in FORMS:
        return isinstance(value, dict) and value != {} and value.keys() <= FORMS[form].keys() and all(
            fits(value[k], of) if k in value else optional for k, (of, optional) in FORMS[form].items())
    if form == "labels":
        return isinstance(value, dict) and value != {} and all(
            fits(k, "key") and fits(label, "text") for k, label in value.items())
    if form == "range":
        return fits(value, "int+") and len(value) == 2 and value[0] < value[1]
    if form == "bool" or form in NUMBERS:
        return type(value) is bool if form == "bool" else type(value) is int and value in NUMBERS[form]
    pattern = VALUES.get("hash" if form[0] in "@#~" else form, form)
    return (isinstance(value, str) and re.fullmatch(pattern, value) is not None
            and CHECKS.get(form, bool)(value) in (True, value != ""))

def parse_json(data, form=None):
    """Section 1: parses, writes again and compares bytes."""
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
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7", 16)
SMALL = {0, 1, P - 1, EIGHT, P - EIGHT}  # y of the points of small order

def sound(y):
    """Whether y is canonical, of a point, and of prime order: Montgomery's ladder (RFC 7748) gives
    [L]A = 0 on u = (1 + y) / (1 - y)."""
    if y >= P or y in SMALL or pow((y * y - 1) * (D * y * y + 1), (P - 1) // 2, P) != 1:
        return False
    u, low, high = (1 + y) * pow(1 - y, -1, P), (1, 0), ((1 + y) * pow(1 - y, -1, P), 1)
    for bit in bin(L)[2:]:
        (a, b), (c, d) = (high, low) if bit == "1" else (low, high)
        s, t, v, w = (a + b)**2, (a - b)**2, (c - d) * (a + b), (c + d) * (a - b)
        twice = s * t % P, (s - t) * (s + 121665 * (s - t)) % P
        total = (v + w)**2 % P, u * (v - w)**2 % P
        low, high = (total, twice) if bit == "1" else (twice, total)
    return low[1] == 0

def verify(public, message, signature):
    """verify_strict: the library compares the encoding of [S]B - [k]A; the rest is here."""
    r, s = (int.from_bytes(half, "little") for half in (signature[:32], signature[32:]))
    return len(signature) == 64 and s < L and r % 2**255 not in SMALL and works(
        Ed25519PublicKey.from_public_bytes(public).verify, signature, message)

@functools.lru_cache(4096)
def parse_vkey(value):
    """`<name>+<id>+<key>` as a record; `line`, (name, id), is how signature lines name it."""
    name, id, key = value.split("+", 2)
    typed = decode(key)
    line = name, sha256(name.encode() + b"\n" + typed)[:4]
    ensure(fits(name, "name") and line[1].hex() == id and len(typed) == 33 and typed[0] == 1
           and sound(int.from_bytes(typed[1:], "little") % 2**255), "not a verifier key")
    return Record(name=name, line=line, public=typed[1:], vkey=value)

def parse_note(data, count, limit):
    """A signed note's lines of text, [((name, key id), signature)], and what is signed."""
    text, _, rest = data.decode().partition("\n\n")
    lines, (*signatures, end), found = text.split("\n"), rest.split("\n"), []
    ensure(len(data) <= limit and len(lines) == count and signatures and end == "", "not a signed note")
    for dash, name, signature in (line.split(" ") for line in signatures):
        ensure(dash == "—" and fits(name, "name") and len(decode(signature)) > 4, "a signature line")
        found.append(((name, decode(signature)[:4]), decode(signature)[4:]))
    return lines, found, text.encode() + b"\n"

def fit_roots(keys, threshold):
    keys = [parse_vkey(key) for key in keys]
    return (increasing([key.line for key in keys]) and len({key.public for key in keys}) == len(keys)
            and threshold <= len(keys))

def parse_entry(e, note):
    """Section 2: fills in an entry's record."""
    (tag, line), e.lines, e.text = parse_note(note, 2, 4096)
    e.body = b = parse_json(line.encode())
    e.form = f"entry/{b.get('kind')}" + (f"/{b['op']}" if "op" in b else "")
    ensure(tag == "factlog/entry@v1" and not re.search(b"[\0-\t\x0b-\x1f]", note), "not an entry")
    ensure(fits(b, e.form), f"not the fields of {e.form}")
    ensure(all(len(signature) == 64 for _, signature in e.lines), "a signature's length")
    kind, roles = b["kind"], [r for r in ROLES if r in b.get("roles", ())]
    ensure(("prev" in b["chain"]) == (b["chain"]["n"] > 0) and ("supersedes" in b) == ("change" in b)
           and (kind != "source" or ("text" in b) == ("normalizer" in b))
           and roles == b.get("roles", []), "fields that do not go together")
    ensure(kind != "roots" or fit_roots(b["keys"], b["threshold"]), "the roots")
    if kind == "genesis":
        log, roots = parse_vkey(b["log"]), [parse_vkey(key) for key in b["roots"]["keys"]]
        ensure(b["chain"]["n"] == 0 and fit_roots(**b["roots"]) and b["by"] in b["roots"]["keys"]
               and log.name == b["origin"] and log.public not in [key.public for key in roots]
               and log.line not in [key.line for key in roots], "the roots or the log's key")
    e.kind, e.by = kind, parse_vkey(b["by"])

def parse_object(data, kind):
    """Section 3: a JSON object, with what its fields owe each other."""
    ensure(len(data) <= 2**20, "longer than 1 MiB")
    value = parse_json(data, f"factlog/{kind}@v1")
    if kind == "claim":
        words, end, parts = value["text"].encode(), 0, sum(value["parts"], [])
        statement = sum(value.get("statement", []), [])
        ensure(parts == sorted(parts) and statement == sorted(statement)
               and value["quote"]["bytes"] == [parts[0], parts[-1]], "ranges out of order, or the hull")
        ensure(value["manner"] != "narration" or not value.keys() & {"claimant", "cue"}, "narration")
        for added in value.get("added", []):
            start, more = added["at"], added["text"].encode()
            ensure(end <= start and words[start:start + len(more)] == more, "added words")
            end = start + len(more)
    if kind == "policy":
        worst, best, scale = value["worst"], value["best"], value["scale"]
        ensure(1 <= worst < best and len({rating["code"] for rating in scale}) == len(scale)
               and all(worst <= rating.get("value", worst) <= best for rating in scale), "the scale")
    ensure(kind != "manifest" or increasing([file["path"] for file in value["files"]]), "the paths")
    return value

# Section 4: the tree.
def sha256(data): return hashlib.sha256(data).digest()
def node(left, right): return sha256(b"\1" + left + right)

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
LANES = [(i, 4 + (i + k) % 4, 8 + (i + 2 * k) % 4, 12 + (i + 3 * k) % 4) for k in (0, 1) for i in range(4)]
START, END, PARENT, ROOT = 1, 2, 4, 8

def compress(value, block, counter, flags):
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*struct.unpack("<12I", value + IV[:16]), counter % 2**32, counter >> 32, len(block), flags]
    for _ in range(7):
        for step, (a, b, c, d) in enumerate(lane for lane in LANES for _ in (0, 1)):
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
    ensure(start < end <= length < 2**53 and (end % 1024 == 0 or end == length) and start % 1024 == 0,
           "not such a range")
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
    """The slices that show these ranges: to multiples of 1,024, joined where they overlap or touch."""
    joined = []
    for start, end in sorted((a // 1024 * 1024, min(-(-b // 1024) * 1024, length)) for a, b in ranges):
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(end, joined.pop()[1])
        joined.append((start, end))
    return joined

# Section 7: who was entitled, what stands.
ROLES = ("reviewer", "approver", "publisher")
ENTITLED = {"source": {"reviewer"}, "claim": {"reviewer"}, "verdict": {"reviewer"}, "approval": {"approver"},
            "publication": {"publisher"}, "retraction": set(ROLES), "key": set(ROLES)}
VOID = re.compile("(entry|genesis|ledger|signature|key|threshold|roots|from|log|approval|reaffirmed|"
                  "erasure|publication|reference|rating|supersedes)-.*|chain-fork|verdict-policy")
NOTES = {"entries-tainted", "carried-tainted", "object-withheld", "verdict-earlier-wording"}
INCOMPLETE = {"checkpoint-unchecked", "object-erased", "quote-unchecked", "policy-unreadable",
              "withheld-unexpected"}

class Audit:
    """Judges entries in the log's order, each by what those before it left. In a bundle, which has
    some of the log's entries, what only the others could tell is not checked."""
    def __init__(self, bundle):
        self.bundle, self.unfinished, self.findings, self.void = bundle, False, {}, set()
        self.objects, self.slices, self.withheld, self.tree = {}, {}, [], []
        self.entries, self.by_id, self.ledger, self.origin = [], {}, None, None
        self.keys, self.lines, self.chains, self.logs = {}, set(), {}, []
        self.roots, self.threshold, self.policy, self.reaffirmed = {}, 0, (None, None), []
        self.ended, self.latest, self.spoken, self.erased = set(), {}, {}, {}
        self.quotes, self.called = [], set()

    def need(self, condition, code, e=None, message=""):
        """Tells of a finding where a condition does not hold; some leave the entry without effect."""
        if not condition:
            self.findings[code, e and e.index, message] = None
            if e and VOID.fullmatch(code):
                self.void.add(e.index)
        return bool(condition)

    def entry(self, index, note):
        id = sha256(b"\0" + note).hex()
        e = Record(index=index, id=id, kind="", holder=None, signers=set(), threshold=0, earlier=set())
        self.by_id.setdefault(id, e)
        self.ledger = self.ledger if index else id
        try:
            parse_entry(e, note)
            self.entries.append(e)
        except DAMAGED as error:
            self.need(False, "entry-damaged", e, str(error))
        self.need(index or e.kind == "genesis", "genesis-missing", e)
        if e.kind:
            self.need(index == 0 or e.kind != "genesis", "genesis-again", e)
            self.need(e.body.get("ledger", self.ledger) == self.ledger, "ledger-other", e)
            self.author(e, e.body)
            self.signatures(e, e.body)
            if "after" in e.body:
                self.at_root(e, e.body["after"], "after")
            self.judge(e, e.body)

    def at_root(self, e, head, code):
        """Whether the tree had this root at this size, which is not past the entry's index."""
        if self.need(head["size"] <= e.index, code + "-size", e) and not self.bundle:
            self.need(decode(head["root"]) == self.tree[head["size"]], code + "-root", e)

    def author(self, e, b):
        key, need = self.keys.get(e.by.public), self.need
        e.carried = (e.kind not in ENTITLED or e.kind == "key" and b.get("old") != b["by"]
                     or e.kind == "retraction" and bool(key) and "root" in key.roles)
        if e.kind != "genesis" and need(key, "key-unknown", e, b["by"]):
            e.holder = key.holder
            need(key.name == e.by.name, "key-other-name", e, key.name)
            need(key.roles & ({"root"} if e.carried else ENTITLED[e.kind]), "key-not-entitled", e)
            need(not key.ended, "key-ended", e)

    def signatures(self, e, b):
        """Section 2.3: the author's line, then the others in order; none but those called for."""
        need, before, names = self.need, len(self.findings), [line for line, _ in e.lines]
        needed = [b["by"], *b.get("roots", {"keys": []})["keys"]]
        needed += [b["key"]] if "key" in b and b.get("op") != "revoke" else []
        needed, added = ({k.line: k for k in map(parse_vkey, keys)} for keys in (needed, b.get("keys", [])))
        allowed = {k.line: k for k in self.roots.values() if e.carried} | added | needed
        need(e.by.line not in names or names == [e.by.line] + sorted(set(names) - {e.by.line}),
             "signature-invalid", e, "not in their order")
        for line, signature in e.lines:
            if need(line in allowed, "signature-not-called-for", e, line[0]) and need(
                    verify(allowed[line].public, e.text, signature), "signature-invalid", e, line[0]):
                e.signers.add(allowed[line].public)
        for name, id in needed:
            need((name, id) in names, "signature-missing", e, name)
        sound = len(self.findings) == before
        if e.kind == "roots":
            new = e.signers & {key.public for key in added.values()}
            need(len(new) >= b["threshold"], "threshold-not-met", e, "of the new roots")
        if e.carried:
            e.signers, e.threshold = e.signers & self.roots.keys(), self.threshold
            need(len(e.signers) >= e.threshold, "threshold-not-met", e)
        if sound and e.holder:
            self.chain(e, b["chain"], self.chains[e.holder])

    def chain(self, e, said, chain):
        last, need = next(reversed(chain.values()), None), self.need
        n, following = said["n"], last.body["chain"]["n"] + 1 if last else 0
        if need(n not in chain and (n >= following or not self.bundle), "chain-fork", e):
            need(n == following or self.bundle, "chain-gap", e)
            need(said.get("prev") == (last.id if last else None) or self.bundle and n != following,
                 "chain-previous", e)
            need(not last or e.body["at"] >= last.body["at"], "at-earlier", e)
            chain[n] = e

    def refer(self, e, id, kind, may_lack=False):
        """The entry of this kind and a smaller index that an id refers to, or None."""
        target = self.by_id.get(id)
        if not target and may_lack and self.bundle:
            return None
        if self.need(target and target.index < e.index, "reference-unknown", e, id) and self.need(
                kind in ("", target.kind), "reference-kind", e, id):
            return target

    def speak(self, e, hash, kind, may_lack):
        """The JSON of an object that an entry speaks of, or None. What is missing is told at the end."""
        self.need(hash not in self.erased, "object-erased-before", e, hash)
        self.spoken.setdefault(hash, []).append((e, kind, may_lack))
        data, kept = self.read(hash), e.body.get(kind)
        if data is not None and kind in ("raw", "text"):
            self.need(len(data) == kept["bytes"], "kept-length", e, hash)
            self.need(sha256(data).hex() == kept["sha256"], "kept-sha256", e, hash)
            self.need(kind == "raw" or data and b"\0" not in data and works(data.decode), "text-form", e, hash)
        elif data is not None:
            try:
                return parse_object(data, kind)
            except DAMAGED as error:
                self.need(False, "object-form", e, f"{hash}: {error}")

    @functools.lru_cache(8)
    def read(self, hash):
        """An object's bytes, or None if it is not there or has other bytes."""
        data = self.objects.get(hash)
        data = read_file(data, 2**26) if isinstance(data, str) else data
        if data is None or self.need(blake3(data).hexdigest() == hash, "object-hash", None, hash):
            return data

    def tainted(self):
        """The indexes of the entries that are tainted now. What entries that are not tainted reaffirm
        is lifted, until nothing changes."""
        def by(public, index): return any(a <= index < b for a, b in self.keys[public].taints)
        lifted, before = set(), None
        while lifted != before:
            bad = set()
            for e in self.entries:
                key = self.keys.get(e.by.public)
                if key and e.kind != "genesis" and e.index not in lifted and (key.entry in bad or (
                        sum(not by(k, e.index) for k in e.signers) < e.threshold if e.carried
                        else by(e.by.public, e.index))):
                    bad.add(e.index)
            before = lifted
            lifted = lifted.union(*(targets for index, targets in self.reaffirmed if index not in bad))
        return bad

    def judge(self, e, b):
        kind, op, need, i = e.kind, b.get("op"), self.need, e.index
        refs, objects = {}, {}
        for field, (form, _) in FORMS[e.form].items():
            if field in b and form[0] in "#~":
                refs[field] = self.refer(e, b[field], form[1:], form[0] == "~")
        source, claim, old = refs.get("source"), refs.get("claim"), refs.get("supersedes")
        withheld = {"source": b.get("rights") == "withheld", "approval": True,
                    "claim": source and source.body["rights"] == "withheld",
                    "verdict": any(s.body.get("rights") == "withheld" for s in self.entries)}
        for field, (form, _) in FORMS[e.form].items():
            if field in b and form[0] == "@":
                objects[field] = self.speak(e, b[field], form[1:], withheld.get(kind))
            elif field in b and form == "kept":
                self.speak(e, b[field]["blake3"], field, b["rights"] != "public")
        # Keys.
        known = {root.vkey for root in self.roots.values()}
        key = parse_vkey(b["key"]) if "key" in b else None
        new = [k for k in map(parse_vkey, b.get("keys", [])) if k.vkey not in known]
        for k in new + ([key] if key and op != "revoke" else []):
            if need(k.public not in self.keys, "key-enrolled-before", e, k.vkey):
                need(k.line not in self.lines, "key-id-taken", e, k.vkey)
        if kind == "log":
            need(key.name == self.origin, "entry-damaged", e, "the log's key is not named as the origin")
            self.at_root(e, b, "log")
        if op in ("rotate", "revoke"):
            target = parse_vkey(b.get("old", b["key"]))
            holder = self.keys.get(target.public)
            if need(holder and holder.name == target.name, "key-target-unknown", e, target.vkey):
                need(not holder.roles & {"log", op == "rotate" and "root"}, "key-target-function", e)
                need(op == "revoke" or not holder.ended, "key-target-ended", e)
                need(target.public not in self.roots or len(self.roots) > self.threshold, "roots-too-few", e)
        need(b.get("from", 0) <= i, "from-size", e)
        # Sources, claims and verdicts.
        hash, policy = self.policy
        ends = refs.get("verdict") if kind == "retraction" else old
        if ends:
            may = e.carried or kind == "verdict" and policy and policy["others_may_supersede"]
            need(ends.id not in self.ended, "supersedes-ended", e, ends.id)
            need(may or ends.holder == e.holder or kind != "retraction" and ends.index in self.tainted(),
                 "supersedes-other-author", e, ends.id)
        if kind == "claim":
            e.earlier, content = {old.id} | old.earlier if old else set(), objects["claim"]
            if source and need("text" in source.body, "quote-without-text", e) and content:
                need(content["source"] == source.body["text"]["blake3"], "claim-other-text", e)
                need(content["quote"]["bytes"] == [b["start"], b["end"]], "claim-hull", e)
                shown, claimant = content.get("statement", []), content.get("claimant", {})
                shown = shown + ([claimant["span"]] if "span" in claimant else [])
                ranges = shown + content["parts"] + ([content["cue"]] if "cue" in content else [])
                self.quotes.append((e, source, content["quote"], shown, ranges, "claim"))
        if kind == "verdict":
            if need(b["policy"] == hash, "verdict-policy", e) and need(policy, "policy-unreadable", e):
                need(b["rating"] in [r["code"] for r in policy["scale"]], "rating-unknown", e, b["rating"])
            need(not claim or claim.id not in self.ended, "verdict-earlier-wording", e)
            own, content = self.latest.get((e.holder, b["claim"])), objects["verdict"]
            need(not own or own is old or own.id in self.ended, "supersedes-missing", e, own and own.id)
            if old:
                on = old.body["claim"]
                need(not claim or on in {claim.id} | claim.earlier, "supersedes-other-claim", e)
                need(self.latest.get((old.holder, on)) is old, "supersedes-not-latest", e)
                need((b["change"] == "rating") == (b["rating"] != old.body["rating"]), "change-rating", e)
            if content:
                need("supersedes" not in b or "reason" in content, "reason-missing", e)
                least = policy["evidence_least"] if policy else 0
                need(len(content["evidence"]) >= least, "evidence-short", e)
                for piece in content["evidence"]:
                    source = self.refer(e, piece["source"], "source")
                    if source and "quote" in piece and need("text" in source.body, "quote-without-text", e):
                        self.quotes.append((e, source, piece["quote"], [], [], "evidence"))
        if kind == "approval" and refs["verdict"]:
            need(refs["verdict"].holder != e.holder, "approval-own", e)
            need(refs["verdict"].id not in self.ended, "approval-ended", e)
        targets = list(filter(None, (self.refer(e, id, "", True) for id in b.get("entries", []))))
        for target in targets:
            need(target.index in self.tainted(), "reaffirmed-untainted", e, target.id)
        if kind == "erasure":
            kinds = [kind for _, kind, _ in self.spoken.get(b["object"], [])]
            need(kinds or self.bundle, "erasure-unknown", e)
            need("policy" not in kinds, "erasure-policy", e)
            need(b["object"] not in self.erased, "object-erased-before", e)
        need(kind != "publication" or b["size"] <= i, "publication-size", e)
        if i in self.void:
            return
        # What it leaves.
        if kind in ("genesis", "roots"):
            roots = {k.public: k for k in map(parse_vkey, b.get("roots", b)["keys"])}
            self.threshold = b.get("roots", b)["threshold"]
            for public in self.roots.keys() - roots.keys():
                self.end(e, public, b.get("from"))
            for public in roots.keys() - self.roots.keys():
                self.enrol(e, roots[public], {"root"})
        if kind in ("genesis", "log"):
            self.origin = b.get("origin", self.origin)
            self.enrol(e, parse_vkey(b.get("log") or b["key"]), {"log"})
            self.logs.append((b.get("size", -1), parse_vkey(b.get("log") or b["key"])))
        if kind == "genesis":
            self.chains[e.by.public][0] = e
        if "policy" in objects:
            self.policy = b["policy"], objects["policy"]
        if op == "add":
            self.enrol(e, key, set(b["roles"]))
        if op == "rotate":
            self.enrol(e, key, holder.roles, holder.holder)
        if op in ("rotate", "revoke"):
            self.end(e, target.public, b.get("from"))
        if kind == "verdict":
            self.latest[e.holder, b["claim"]] = e
        if ends:
            self.ended.add(ends.id)
        if kind == "erasure":
            self.erased.setdefault(b["object"], e)
        self.reaffirmed.append((i, {target.index for target in targets}))

    def enrol(self, e, key, roles, holder=None):
        """Enrols a key; one that comes in another's place has the same holder and chain."""
        holder = holder or key.public
        self.keys[key.public] = Record(name=key.name, roles=roles, holder=holder, entry=e.index,
                                       ended=False, taints=[])
        self.chains.setdefault(holder, {})
        self.lines.add(key.line)
        if "root" in roles:
            self.roots[key.public] = key

    def end(self, e, public, tainted_from):
        self.keys[public].ended = True
        self.roots.pop(public, None)
        if tainted_from is not None:
            self.keys[public].taints.append((tainted_from, e.index))

    def finish(self, whole=True):
        """What can be told only after the last entry."""
        need, tainted = self.need, self.tainted()
        for e in self.entries:
            need(e.index not in tainted, "carried-tainted" if e.carried else "entries-tainted", e)
        for quote in self.quotes:
            self.quote(*quote)
        for hash, spoken in self.spoken.items():
            for e, kind, _ in spoken if hash not in self.objects else ():
                code = ("object-erased" if hash in self.erased else
                        "object-withheld" if hash in self.withheld else "object-missing")
                need(self.bundle and kind in ("raw", "text") and code == "object-missing", code, e, hash)
            need(hash not in self.withheld or hash in self.erased or any(may for *_, may in spoken),
                 "withheld-unexpected", spoken[0][0], hash)
        for hash in self.erased:
            need(hash not in {*self.objects, *(name[0] for name in self.slices)}, "object-erased-present",
                 None, hash)
        for hash in self.objects if whole else ():
            self.read(hash)
            need(hash in self.spoken, "object-unreferenced", None, hash)
        for name in self.slices if whole else ():
            need(name in self.called or name[0] in self.erased, "object-unreferenced", None, str(name))
        for hash in self.withheld:
            need(hash not in self.objects, "withheld-present", None, hash)
            need(hash in self.spoken or not whole, "withheld-unreferenced", None, hash)

    def quote(self, e, source, quote, shown, ranges, what):
        """Checks a quote and ranges (section 3) in a text, or in slices in its place."""
        hash, length, need = source.body["text"]["blake3"], source.body["text"]["bytes"], self.need
        before, words, after = (quote[k].encode() for k in ("prefix", "exact", "suffix"))
        (start, end), (first, last) = quote["bytes"], quote["points"]
        low, high = start - len(before), end + len(after)
        if not (need(0 <= low and high <= length, what + "-quote", e, "outside the text") and
                need(all(b <= length for _, b in ranges), "claim-range", e, "outside the text")):
            return
        names = {(hash, a, b) for a, b in widen([(low, high), *shown], length)}
        self.called |= names
        pieces = {0: self.read(hash)} if self.read(hash) is not None else {}
        if not pieces:
            if not need(hash not in self.erased and (
                    self.slices.keys() & names or source.body["rights"] == "quoted" and (
                    self.bundle or hash in self.withheld)), "quote-unchecked", e, hash):
                return
            for name in names:
                said, data = self.slices.get(name, (length, None))
                need(name in self.slices, "slice-missing", e, str(name))
                need(said in (None, length), "slice-length", e, str(name))
                pieces |= {name[1]: data} if data else {}
            if len(pieces) < len(names):
                return
        def at(a, b):
            return next((d[a - i:b - i] for i, d in pieces.items() if i <= a and b <= i + len(d)), None)
        head = at(0, start)
        need(end - start == len(words) and last - first == len(quote["exact"])
             and at(low, high) == before + words + after
             and (len(quote["prefix"]) == 32 or low == 0) and (len(quote["suffix"]) == 32 or high == length)
             and (head is None or len(head.decode(errors="replace")) == first), what + "-quote", e)
        for a, b in ranges:
            inside = [at(x, x + 1) or b"" for x in (a, b)]
            need(not any(0x80 <= byte < 0xC0 for byte in b"".join(inside)), "claim-range", e, f"{a} to {b}")

    def slice(self, hash, start, end, data):
        """Reads a slice; one that is invalid is kept without bytes, and so not told of as missing."""
        self.slices[hash, start, end] = None, None
        try:
            self.slices[hash, start, end] = read_slice(data, hash, start, end)
        except DAMAGED as error:
            self.need(False, "slice-invalid", None, f"{hash}/{start}-{end}: {error}")

    def parse_checkpoint(self, data, name):
        try:
            (origin, size, root), lines, text = parse_note(data, 3, 16384)
            ensure(fits(origin, "name") and fits(size, "decimal") and int(size) < 2**53
                   and fits(root, "root") and len(dict(lines)) == len(lines), "not a checkpoint")
            return Record(origin=origin, size=int(size), root=decode(root), lines=dict(lines), text=text)
        except DAMAGED as error:
            self.need(False, "checkpoint-damaged", None, f"{name}: {error}")

    def checkpoint(self, cp, name):
        """Whether the log's key signed a checkpoint for this ledger, and the tree has its root."""
        key = next((key for size, key in reversed(self.logs) if size < cp.size), None)
        if self.need(key, "checkpoint-unchecked", None, name):
            self.need(cp.origin == self.origin, "checkpoint-origin", None, name)
            self.need(verify(key.public, cp.text, cp.lines.get(key.line, b"")), "checkpoint-damaged", None, name)
        self.need(self.tree[cp.size:cp.size + 1] in ([], [cp.root]), "checkpoint-root", None, name)

    # Section 13: the published form.
    def folder(self, folder):
        need, self.path = self.need, folder
        self.unfinished = os.path.lexists(os.path.join(folder, "publishing"))
        for name, path in files_under(folder, "object"):
            if need(re.fullmatch("[0-9a-f]{2}/[0-9a-f]{62}", name), "object-unreferenced", None, name):
                self.objects[name.replace("/", "")] = path
        for name, path in files_under(folder, "slice"):
            form = re.fullmatch("([0-9a-f]{2})/([0-9a-f]{62})/(0|[1-9][0-9]{0,15})-([1-9][0-9]{0,15})", name)
            if need(form, "slice-invalid", None, name):
                self.slice(form[1] + form[2], int(form[3]), int(form[4]), read_file(path))
        try:
            data = read_file(os.path.join(folder, "withheld"))
            value = parse_json(data[:-1], "factlog/withheld@v1")["objects"]
            ensure(data[-1:] == b"\n" and increasing(value), "out of order, or no line feed")
            self.withheld = value
        except DAMAGED as error:
            need(False, "withheld-form", None, str(error))
        there = need(os.path.exists(os.path.join(folder, "checkpoint")), "head-missing")
        cp = there and self.parse_checkpoint(read_file(os.path.join(folder, "checkpoint")), "checkpoint")
        notes = []
        while cp and len(notes) < cp.size:
            more = self.tile("entries", len(notes) // 256, min(256, cp.size - len(notes)), split_notes)
            if not more:
                break
            notes += more
        whole, row, level = bool(cp) and len(notes) == cp.size, [sha256(b"\0" + n) for n in notes], 0
        self.tree = list(tree_roots(row))
        for index, note in enumerate(notes):
            self.entry(index, note)
        while row:
            for at in range(0, len(row), 256):
                if whole or len(row) - at >= 256:
                    self.tile(str(level), at // 256, len(row[at:at + 256]), split_hashes, row[at:at + 256])
            row = [list(tree_roots(row[at:at + 256]))[-1] for at in range(0, len(row) - 255, 256)]
            level += 1
        if cp:
            need(cp.size, "genesis-missing")
            self.checkpoint(cp, "checkpoint")
        for name, path in files_under(folder, "checkpoints"):
            earlier = self.parse_checkpoint(read_file(path), name)
            if earlier:
                need(str(earlier.size) == name, "checkpoint-damaged", None, name)
                need(not cp or earlier.size <= cp.size, "checkpoint-size", None, name)
                self.checkpoint(earlier, name)
        self.finish(whole)

    def tile(self, base, number, width, split, known=None):
        """The `width` first items of a tile; all files that hold it must agree."""
        groups = re.findall("...", str(number).zfill(-(-len(str(number)) // 3) * 3))
        path, held = os.path.join(self.path, "tile", base, *("x" + g for g in groups[:-1]), groups[-1]), {}
        for count in range(1, 257):
            file = path if count == 256 else os.path.join(path + ".p", str(count))
            if os.path.lexists(file):
                held[count] = split(read_file(file))
                self.need(len(held[count]) == count, "tile-damaged", None, file)
        best = known or held.get(width) or held.get(256) or []
        self.need(held.keys() & {width, 256}, "tile-missing", None, path)
        for items in held.values():
            self.need(all(a == b for a, b in zip(items, best)), "tile-damaged", None, path)
        return best[:width] if len(best) >= width else []

    # Section 14: proof bundles.
    def proofs(self, data):
        need, cp = self.need, None
        try:
            bundle = parse_json(data.removesuffix(b"\n"), "factlog/bundle@v1")
            indexes, hashes = [e["index"] for e in bundle["entries"]], bundle["hashes"]
            named = list(dict.fromkeys(place for e in bundle["entries"] for place in e["path"]))
            texts = {blake3(t.encode()).hexdigest(): t.encode() for t in bundle["objects"]}
            binary = {blake3(decode(t)).hexdigest(): decode(t) for t in bundle.get("binary", [])}
            slices = [(s["text"], s["start"], s["end"], decode(s["bytes"])) for s in bundle.get("slices", [])]
            ensure(named == list(range(len(hashes))) and len(set(hashes)) == len(hashes), "hashes")
            ensure(all(map(increasing, (indexes, list(texts), list(binary), [s[:2] for s in slices]))) and
                   len(texts) == len(bundle["objects"]) and len(binary) == len(bundle.get("binary", [])) and
                   not any(works(data.decode) for data in binary.values()), "order, or UTF-8 in `binary`")
        except DAMAGED as error:
            return need(False, "bundle-form", None, str(error))
        self.objects, hashes = texts | binary, [decode(hash) for hash in hashes]
        for slice in slices:
            self.slice(*slice)
        cp = self.parse_checkpoint(bundle["checkpoint"].encode(), "checkpoint")
        need(indexes[0] == 0, "genesis-missing")
        for e in bundle["entries"]:
            note, path = e["note"].encode(), [hashes[place] for place in e["path"]]
            need(not cp or e["index"] < cp.size and len(path) < 64 and cp.root == proof_root(
                sha256(b"\0" + note), e["index"], cp.size, path), "proof-invalid", None, str(e["index"]))
            self.entry(e["index"], note)
        verdict = self.by_id.get(bundle["verdict"])
        need(verdict and verdict.kind == "verdict", "bundle-form", None, "the verdict is not in it")
        if cp:
            self.checkpoint(cp, "checkpoint")
        self.finish()

def read_file(path, limit=2**27):
    """A regular file's bytes, none of a link, a device, or one that is longer than the limit."""
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > limit:
            return b""
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return b""

def files_under(folder, part):
    top = os.path.join(folder, part)
    paths = sorted(os.path.join(at, name) for at, _, names in os.walk(top) for name in names)
    return [(os.path.relpath(path, top), path) for path in paths]

def split_hashes(data): return [data[at:at + 32] for at in range(0, len(data), 32)]

def split_notes(data):
    notes, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        notes.append(data[at + 2:end])
        at = end
    return notes if at == len(data) else []

def audit(path):
    """The exit status and [(code, entry, message)]."""
    log = Audit(not os.path.isdir(path))
    if log.bundle:
        log.proofs(read_file(path, 2**28))
    else:
        log.folder(path)
    faults = {code for code, _, _ in log.findings} - NOTES
    if log.unfinished:
        faults -= {"object-unreferenced", "withheld-unreferenced"}
    return log, 1 if faults - INCOMPLETE else 5 if faults else 0

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path")
    parser.add_argument("--ledger", metavar="ID", help="the id that the ledger must have")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not os.path.exists(options.path):
        parser.error(f"there is no {options.path}")
    log, status = audit(options.path)
    if options.ledger not in (None, log.ledger):
        log.need(False, "genesis-other", None, str(log.ledger))
        status = 1
    if options.json:
        findings = [{"code": c, "entry": e, "message": m} for c, e, m in log.findings]
        print(json.dumps({"status": status, "findings": findings}))
    else:
        for code, entry, message in log.findings:
            print(code, "" if entry is None else f"entry {entry}", ascii(message))
        print({0: "valid", 1: "not valid", 5: "valid, but incomplete"}[status] + ", as of the checkpoint")
    sys.exit(status)

if __name__ == "__main__":
    main()
