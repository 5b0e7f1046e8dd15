#!/usr/bin/env python3
"""Audits a published factlog ledger, or checks a proof bundle or a signed export, without factlog.

    verify.py [--ledger ID] [--json] DIR|FILE

Written from docs/format.md, whose sections are cited; needs `pip install cryptography blake3`.
Exit status: 0 all right, 1 a fault, 5 valid but incomplete, 2 usage. It shows what was recorded
up to the checkpoint, never that it is true. It does not check witnesses' cosignatures, make texts
again from raw bytes, or say which verdicts stand. It holds all files in memory.
"""
import argparse, base64, collections, contextlib, datetime, functools, hashlib, io, json, os, re
import struct, sys
from types import SimpleNamespace as Record
from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

# Sections 2, 3, 13, 14: closed lists of fields, with the words that may stand there, or: h hash,
# i integer, i1 from 1, u below 2^32, t text, s text or "", v vkey, @ an object's hash, # an entry's
# id, ~ one that a bundle may lack, a form, or VALUES. `?` may be absent; + a list, * maybe empty.
# A form's name among the fields stands for all of its fields.
TABLE = """
common by=v at=time chain=chain kind=t; later common ledger=h after=head; chain n=i prev?=h;
head root=root size=i1; kept blake3,sha256=h bytes=i; rootset keys=v+ threshold=i1;
entry/genesis common name=t origin=name roots=rootset log=v policy=@policy continues?=older;
older ledger=h root=root size=i; entry/roots later rootset from?=i;
entry/log later key=v size=i root=root; entry/policy later policy=@policy;
entry/key/add later op=t key=v roles=reviewer|approver|publisher+;
entry/key/rotate later op=t key,old=v;
entry/key/revoke later op=t key=v reason=compromised|lost|retired|other from=i;
entry/source later type=document|dataset|recording|statement|reference raw?,text?=kept media=t
charset?,normalizer?=t rights=public|quoted|withheld meta=@meta replaces?=~source;
entry/claim later source=#source claim=@claim start,end=i extractor?=t supersedes?=#claim
change?=attribution|wording|span|anchor; entry/verdict later claim=#claim rating=code policy=h
verdict=@verdict supersedes?=#verdict change?=update|correction|rating;
entry/approval later verdict=#verdict decision=approve|dispute note?=@note;
entry/retraction later verdict=#verdict note=@note; entry/reaffirmation later entries=h+ note=@note;
entry/erasure later object=h basis=court|privacy|copyright|safety|other;
entry/publication later manifest=@manifest size=i1;
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
proven checkpoint=t entries=proof+ hashes=root* objects=s* binary?=s+ slices?=slice+;
proof index=i note=t path=i*; slice bytes=s start=i end=i1 text=h;
factlog/bundle@v1 proven verdict=h; factlog/publication@v1 proven publication=h"""
FORMS = {}
for name, *fields in map(str.split, TABLE.split(";")):
    FORMS[name] = {"type": (f"({name})", False)} if name.endswith("@v1") else {}
    for names, _, form in (field.partition("=") for field in fields):
        FORMS[name] |= {one.rstrip("?"): (form, one.endswith("?"))
                        for one in names.split(",")} if form else FORMS[names]

# Section 1: the values that recur.
TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)"
VALUES = {
    "s": "(?s).*", "t": "(?s).+", "v": "(?s).+", "short": "(?s).{0,32}", "h": "[0-9a-f]{64}",
    "time": TIME, "day": TIME + "?", "salt": "[0-9a-f]{32}", "code": "[a-z][a-z0-9-]{0,31}",
    "language": "(?=.{1,35}$)[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*", "k": "[a-z][a-z0-9_]*",
    "root": "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", "name": r"[^\s+\0-\x1f\x7f-\x9f]+",
    "decimal": "0|[1-9][0-9]{0,15}", "path": r"((?!\.\.?(/|$))[^/\\\0]+(/(?!$)|$))+"}
NUMBERS = {"i": range(2**53), "i1": range(1, 2**53), "u": range(2**32), "bool": (False, True)}
PARSED = {  # The calendar repeats after 400 years, and Python's has no year 0.
    "v": lambda value: parse_vkey(value), "name": lambda value: ensure(len(value.encode()) < 256),
    **dict.fromkeys(("day", "time"), lambda value: datetime.date.fromisoformat(
        f"{int(value[:4]) % 400 + 2000}{value[4:10]}"))}
DAMAGED = (ValueError, RecursionError, InvalidSignature)  # raised by what is not in its form

def ensure(condition, message="out of form"):
    """Raises what `works` and `attempt` take for damage."""
    if not condition:
        raise ValueError(message)

def works(function, *values):
    """Whether a function takes these values."""
    with contextlib.suppress(*DAMAGED):
        function(*values)
        return True
    return False

def fits(value, form):
    """Whether a value has a form of the table."""
    if form[-1] in "+*":
        return (isinstance(value, list) and (value != [] or form[-1] == "*")
                and all(fits(item, form[:-1]) for item in value))
    if form in FORMS:
        return isinstance(value, dict) and value != {} and not value.keys() - FORMS[form] and all(
            fits(value[k], of) if k in value else may for k, (of, may) in FORMS[form].items())
    if form == "labels":
        return isinstance(value, dict) and fits([*value], "k+") and fits([*value.values()], "t+")
    if form == "range":
        return fits(value, "i+") and len(value) == 2 and value[0] < value[1]
    if form in NUMBERS:
        return type(value) is type(NUMBERS[form][0]) and value in NUMBERS[form]
    pattern, further = VALUES.get("h" if form[0] in "@#~" else form, form), PARSED.get(form, str)
    return isinstance(value, str) and re.fullmatch(pattern, value) and works(further, value)

def parse_json(data, form=None):
    """Parses, writes again and compares bytes."""
    value = json.loads(data.decode())
    again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    ensure(isinstance(value, dict) and again.encode() == data, "not canonical JSON")
    ensure(not form or fits(value, form), f"not the fields of {form}")
    return value

def decode(value):
    """The bytes of canonical base64."""
    data = base64.b64decode(value, validate=True)
    ensure(base64.b64encode(data).decode() == value, "base64 is not canonical")
    return data

# Section 2.3: keys and signatures (Ed25519, verify_strict).
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
NEGATE = X25519PrivateKey.from_private_bytes((5 * L - 1).to_bytes(32, "little"))

def sound(y):
    """Whether y is canonical and of a point A of order L. Exactly then [5L - 1]A is -A, which has
    the same u = (1 + y) / (1 - y) in X25519; its clamping leaves 5L - 1 as it is."""
    u = ((1 + y) * pow(1 - y, -1, P) % P).to_bytes(32, "little")
    return y < P and NEGATE.exchange(X25519PublicKey.from_public_bytes(u)) == u

def verify(key, message, signature):
    """verify_strict: the library compares the encoding of [S]B - [k]A; the rest is here."""
    y, s = (int.from_bytes(half, "little") for half in (signature[:32], signature[32:]))
    y %= 2**255
    small = y * (y**2 - 1) * (121665 * y**4 - 243332 * y**2 + 121666) % P == 0  # R's order: 1 to 8
    return len(signature) == 64 and s < L and not small and works(
        Ed25519PublicKey.from_public_bytes(key.public).verify, signature, message)

@functools.lru_cache(4096)
def parse_vkey(value):
    """`<name>+<id>+<key>` as a record; `line`, (name, id), is how signature lines name it."""
    name, id, key = value.split("+", 2)
    key = decode(key)
    line = name, sha256(name.encode() + b"\n" + key)[:4]
    ensure(fits(name, "name") and line[1].hex() == id and len(key) == 33 and key[0] == 1
           and sound(int.from_bytes(key[1:], "little") % 2**255), "not a verifier key")
    return Record(name=name, line=line, public=key[1:])

def parse_note(data, count, limit):
    """A signed note's lines of text, [((name, key id), signature)], and what is signed."""
    text, _, rest = data.decode().partition("\n\n")
    lines, (*signatures, end), found = text.split("\n"), rest.split("\n"), []
    ensure(len(data) <= limit and len(lines) == count and 1 <= len(signatures) <= 100
           and end == "", "not a note")
    for dash, name, signature in (line.split(" ") for line in signatures):
        signature = decode(signature)
        ensure(dash == "—" and fits(name, "name") and len(signature) > 4, "a signature line")
        found.append(((name, signature[:4]), signature[4:]))
    return lines, found, text.encode() + b"\n"

def parse_checkpoint(data):
    """Section 4: a checkpoint, with its signatures by (name, key id)."""
    (origin, size, root), lines, text = parse_note(data, 3, 16384)
    ensure(fits(origin, "name") and fits(size, "decimal") and int(size) < 2**53
           and fits(root, "root") and len(dict(lines)) == len(lines), "not a checkpoint")
    return Record(origin=origin, size=int(size), root=decode(root), lines=dict(lines), text=text)

def parse_entry(e, note):
    """Section 2: fills in an entry's record."""
    (tag, line), e.lines, e.text = parse_note(note, 2, 4096)
    e.body = b = parse_json(line.encode())
    e.form = f"entry/{b.get('kind')}" + (f"/{b['op']}" if "op" in b else "")
    ensure(tag == "factlog/entry@v1" and not re.search(b"[\0-\t\x0b-\x1f]", note), "not an entry")
    ensure(fits(b, e.form), f"not the fields of {e.form}")
    e.rootset, roles, first = b.get("roots", b), b.get("roles", []), b["chain"]["n"] == 0
    e.by, e.keys = parse_vkey(b["by"]), [*map(parse_vkey, e.rootset.get("keys", []))]
    e.key, e.log = (parse_vkey(b[field]) if field in b else None for field in ("key", "log"))
    keys = e.keys + [e.log] * bool(e.log)
    ensure(all(len(signature) == 64 for _, signature in e.lines)
           and first != ("prev" in b["chain"]) and ("supersedes" in b) == ("change" in b)
           and (b["kind"] != "source" or ("text" in b) == ("normalizer" in b))
           and b.get("start", 0) < b.get("end", 1)
           and roles == [r for r in ROLES if r in roles] and increasing([k.line for k in e.keys])
           and len({k.public for k in keys}) == len({k.line for k in keys}) == len(keys)
           and len(e.keys) >= e.rootset.get("threshold", 0)
           and (not e.log or first and e.by in e.keys and e.log.name == b["origin"]),
           "fields that do not go together")
    e.kind = b["kind"]

def parse_object(data, kind):
    """Section 3: a JSON object, with what its fields owe each other."""
    ensure(len(data) <= 2 ** (26 if kind == "manifest" else 20), "too long")
    value = parse_json(data, f"factlog/{kind}@v1")
    if kind == "claim":
        added = [(a["at"], a["text"].encode()) for a in value.get("added", [])]
        runs = value["parts"], value.get("statement", []), [(a, a + len(more)) for a, more in added]
        runs = [[at for span in run for at in span] for run in runs]
        ensure(all(run == sorted(run) for run in runs)
               and all(value["text"].encode().startswith(more, at) for at, more in added)
               and value["quote"]["bytes"] == [runs[0][0], runs[0][-1]]
               and not (value["manner"] == "narration" and value.keys() & {"claimant", "cue"}),
               "ranges, or a narrator's claimant")
    if kind == "policy":
        worst, best, scale = value["worst"], value["best"], value["scale"]
        ensure(1 <= worst < best and len({r["code"] for r in scale}) == len(scale)
               and all(worst <= r.get("value", worst) <= best for r in scale), "the scale")
    ensure(kind != "manifest" or increasing([file["path"] for file in value["files"]]), "the paths")
    return value

def parse_bundle(data, types):
    """Section 14: a proof bundle, its entries, and what else is in it as published files."""
    bundle = parse_json(data.removesuffix(b"\n"))
    ensure(len(data) <= 2**28 and bundle.get("type") in types, f"not one of {types}")
    ensure(fits(bundle, bundle["type"]), f"not the fields of {bundle['type']}")
    ensure(all(len(bundle.get(field, [])) <= 100_000
               for field in ("entries", "objects", "binary", "slices"))
           and all(len(e["path"]) <= 63 for e in bundle["entries"]), "more than a bundle may have")
    hashes, binary = ([*map(decode, bundle.get(field, []))] for field in ("hashes", "binary"))
    places = dict.fromkeys(place for e in bundle["entries"] for place in e["path"])
    text = map(str.encode, bundle["objects"])
    text, binary = ([(blake3(data).hexdigest(), data) for data in part] for part in (text, binary))
    slices = [((s["text"], s["start"], s["end"]), decode(s["bytes"]))
              for s in bundle.get("slices", [])]
    ensure([*places] == [*range(len({*hashes}))] == [*range(len(hashes))], "hashes")
    entries = [(e["index"], e["note"].encode(), [hashes[place] for place in e["path"]])
               for e in bundle["entries"]]
    ensure(all(increasing([key for key, *_ in part]) for part in (entries, text, binary, slices))
           and not any(works(data.decode) for _, data in binary), "order")
    return bundle, entries, {
        "checkpoint": bundle["checkpoint"].encode(),
        **{f"object/{hash[:2]}/{hash[2:]}": data for hash, data in text + binary},
        **{f"slice/{hash[:2]}/{hash[2:]}/{a}-{b}": data for (hash, a, b), data in slices}}

# Section 4: the tree.
def sha256(data): return hashlib.sha256(data).digest()
def leaf(note): return sha256(b"\0" + note)
def node(left, right): return sha256(b"\1" + left + right)
def increasing(values): return all(a < b for a, b in zip(values, values[1:]))

def tree_levels(leaves):
    """The hashes of all full subtrees, those of 2^n leaves at n."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append([*map(node, levels[-1][::2], levels[-1][1::2])])
    return levels

def tree_root(levels, size):
    """The root of the tree of the first leaves."""
    full = [row[(size >> n) - 1] for n, row in enumerate(levels) if size >> n & 1]
    return functools.reduce(lambda right, left: node(left, right), full or [sha256(b"")])

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
LANES = [(i, 4 + (i + k) % 4, 8 + (i + 2 * k) % 4, 12 + (i + 3 * k) % 4, *turns)
         for k in (0, 1) for i in range(4) for turns in ((16, 12), (8, 7))]
START, END, PARENT, ROOT = 1, 2, 4, 8

def turn(word, by): return (word << 32 | word) >> by & 0xFFFFFFFF

def compress(value, block, counter, flags):
    """The next chaining value."""
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*struct.unpack("<12I", value + IV[:16]), counter % 2**32, counter >> 32, len(block), flags]
    for _ in range(7):
        for word, (a, b, c, d, one, two) in zip(words, LANES):
            v[a] = v[a] + v[b] + word & 0xFFFFFFFF
            v[d] = turn(v[d] ^ v[a], one)
            v[c] = v[c] + v[d] & 0xFFFFFFFF
            v[b] = turn(v[b] ^ v[c], two)
        words = [words[i] for i in ORDER]
    return struct.pack("<8I", *(v[i] ^ v[i + 8] for i in range(8)))

def read_slice(data, hash, start, end):
    """The length that a slice states and the bytes that it shows, if they lead to `hash`."""
    length, rest = int.from_bytes(data[:8], "little"), io.BytesIO(data[8:])
    ensure(start < end <= length < 2**53 and start % 1024 == 0 and (
        end % 1024 == 0 or end == length), "not such a range")
    def read(low, high, value, flags):
        if high <= start or end <= low:
            return b""
        part, found = rest.read(high - low if high - low <= 1024 else 64), IV
        if high - low > 1024:
            ensure(compress(IV, part, 0, PARENT | flags) == value, f"another node at {low}")
            middle = low + (512 << ((high - low - 1) // 1024).bit_length())
            return read(low, middle, part[:32], 0) + read(middle, high, part[32:], 0)
        for at in range(0, len(part), 64):
            ends = (at == 0) * START | (at + 64 >= len(part)) * (END | flags)
            found = compress(found, part[at:at + 64], low // 1024, ends)
        ensure(found == value, f"other bytes at {low}")
        return part
    shown = read(0, length, bytes.fromhex(hash), ROOT)
    ensure(not rest.read(), "bytes after its end")
    return length, shown

def widen(ranges, length):
    """The slices that show these ranges: to multiples of 1,024, joined where they touch."""
    joined, wide = [], [(a // 1024 * 1024, min(-(-b // 1024) * 1024, length)) for a, b in ranges]
    for start, end in sorted(wide):
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(end, joined.pop()[1])
        joined.append((start, end))
    return joined

# Section 7: who was entitled, what stands.
ROLES = ("reviewer", "approver", "publisher")
ENTITLED = {"source": ROLES[:1], "claim": ROLES[:1], "verdict": ROLES[:1], "approval": ROLES[1:2],
            "publication": ROLES[2:], "retraction": ROLES, "key": ROLES}  # other kinds: roots
VOID = re.compile(
    "(entry|genesis|ledger|signature|key|threshold|roots|from|log|approval|erasure|publication|"
    "reaffirmed|reference|rating|supersedes)-.*|bundle-incomplete|chain-fork|verdict-policy")
NOTES = {"entries-tainted", "carried-tainted", "object-withheld", "verdict-earlier-wording"}
INCOMPLETE = {"checkpoint-unchecked", "object-erased", "quote-unchecked", "policy-unreadable",
              "withheld-unexpected"}
NOWHERE = Record(index=None, void=False)  # for findings on no entry

class Audit:
    """Judges entries in the log's order, each by what those before it left. In a bundle, which has
    some of the log's entries, what only the others could tell is not checked."""
    def __init__(self, bundle):
        self.bundle, self.findings, self.at = bundle, {}, NOWHERE  # the entry that is looked at
        self.ledger = self.origin = self.shown = self.policy_hash = self.policy = None
        self.listed, self.roots = None, {}  # of a publication: its files; checkpoints' by size
        self.objects, self.slices, self.withheld, self.levels = {}, {}, [], [[]]
        self.entries, self.by_id, self.quotes, self.called, self.tiles = [], {}, [], set(), set()
        self.keys, self.chains, self.logs = {}, collections.defaultdict(dict), [(-1, None)]
        self.latest, self.ended, self.erased, self.threshold = {}, set(), set(), 0
        self.spoken, self.hides = collections.defaultdict(list), False

    def need(self, about="", **checks):
        """Tells of each code (with _ for -) that does not hold, about what; most void the entry."""
        for code in [code.replace("_", "-") for code, holds in checks.items() if not holds]:
            self.findings[code, self.at.index, str(about)] = None
            self.at.void = self.at.void or bool(VOID.fullmatch(code))
        return all(checks.values())

    def attempt(self, code, about, function, *values):
        """What a function gives, or None and a finding."""
        try:
            return function(*values)
        except DAMAGED as error:
            self.need(f"{about} {error}", **{code: False})

    def entry(self, index, note):
        """Takes up an entry, and judges it if it is signed."""
        e = self.at = Record(index=index, id=leaf(note).hex(), kind="", holder=None, void=False)
        self.ledger = self.ledger if index else e.id
        self.attempt("entry_damaged", "", parse_entry, e, note)
        self.need(genesis_missing=index or e.kind == "genesis")
        if e.kind:
            self.need(genesis_again=index == 0 or e.kind != "genesis",
                      ledger_other=e.body.get("ledger", self.ledger) == self.ledger)
            roots = {public: key.vkey for public, key in self.keys.items()
                     if "root" in key.roles and not key.ended}
            signed = self.author(e, e.body, roots)
            self.at_root("after", e.body.get("after"))
            if signed:
                self.by_id.setdefault(e.id, e)
                self.judge(e, e.body, e.kind, roots)
        self.at = NOWHERE

    def author(self, e, b, roots):
        """Sections 2.2, 2.3, 7: the author's right, chain, and whether the signatures hold."""
        key, need = self.keys.get(e.by.public), self.need
        e.carried = (e.kind not in ENTITLED or e.kind == "key" and b.get("old") != b["by"]
                     or e.kind == "retraction" and bool(key) and "root" in key.roles)
        if e.kind != "genesis" and need(key_unknown=key):
            e.holder, roles = key.holder, ["root"] if e.carried else ENTITLED[e.kind]
            need(key.name, key_other_name=key.name == e.by.name, key_ended=not key.ended,
                 key_not_entitled=key.roles & {*roles})
        # The author's line stands first, then the others in order; none but those called for.
        before, names = len(self.findings), [line for line, _ in e.lines]
        needed = [e.by, *(e.keys if e.kind == "genesis" else []),
                  *([e.key] if e.key and b.get("op") != "revoke" else [])]
        allowed = {k.line: k for k in (*(roots.values() if e.carried else ()), *e.keys, *needed)}
        ordered = [e.by.line, *sorted({*names} - {e.by.line})]
        need(signature_invalid=e.by.line not in names or names == ordered,
             signature_missing=all(k.line in names for k in needed))
        e.signers = {allowed[line].public for line, signature in e.lines
                     if need(line[0], signature_not_called_for=line in allowed)
                     and need(line[0], signature_invalid=verify(allowed[line], e.text, signature))}
        signed = len(self.findings) == before
        if e.holder and signed and not key.ended:
            chain, n, prev = self.chains[e.holder], b["chain"]["n"], b["chain"].get("prev")
            last, id, at = next(reversed(chain.values()), (-1, None, ""))
            if need(chain_fork=n not in chain):
                need(chain_gap=n == last + 1 or self.bundle and n > last, at_earlier=b["at"] >= at,
                     chain_previous=n != last + 1 or prev == id)
                chain[n] = n, e.id, b["at"]
        if e.carried:
            new = sum(k.public in e.signers for k in e.keys) >= b.get("threshold", 0)
            e.signers, e.threshold = e.signers & roots.keys(), self.threshold
            need(threshold_not_met=len(e.signers) >= e.threshold and new)
        return signed

    def at_root(self, what, head):
        """Whether the tree had this root at this size, which is not past the entry's index."""
        if head and self.need(**{what + "_size": head["size"] <= self.at.index}):
            self.need(**{what + "_root": self.bundle or decode(head["root"]) == tree_root(
                self.levels, head["size"])})

    def refer(self, id, kind, may_lack=False):
        """The earlier entry of this kind that an id refers to, or None; a bundle may lack some."""
        target = self.by_id.get(id)
        code = "bundle_incomplete" if self.bundle else "reference_unknown"
        self.need(id, **{code: target or may_lack and self.bundle})
        if target and self.need(id, reference_kind=kind in ("", target.kind)):
            return target

    def speak(self, e, hash, kind, may_lack):
        """The JSON of an object that an entry speaks of, or None. What lacks is told at the end."""
        self.need(hash, object_erased_before=hash not in self.erased)
        self.spoken[hash].append((e, kind, may_lack))
        data, kept = self.objects.get(hash), e.body.get(kind)
        if data is not None and kind in ("raw", "text"):
            text = kind == "raw" or data and b"\0" not in data and works(data.decode)
            self.need(hash, kept_length=len(data) == kept["bytes"], text_form=text,
                      kept_sha256=sha256(data).hex() == kept["sha256"])
        elif data is not None:
            return self.attempt("object_form", hash, parse_object, data, kind)

    def tainted(self):
        """The indexes of the entries that are tainted now: what can't be reached from genesis."""
        clears, ready = {e.index: [*e.targets] for e in self.entries}, [0]
        for e in self.entries:
            good = sum(not any(a <= e.index < b for a, b in self.keys[public].taints)
                       for public in (e.signers if e.carried else {e.by.public}))
            if good >= (e.threshold if e.carried else 1):
                clears[self.keys[e.by.public].entry].append(e.index)
        while ready:
            ready += clears.pop(ready.pop(), ())
        return clears.keys()

    def judge(self, e, b, kind, roots):
        """Sections 2.2, 7: what an entry's kind asks for, and what it leaves unless it is void."""
        need, refs, objects = self.need, {}, {}
        for field, (form, _) in FORMS[e.form].items():
            if field in b and form[0] in "#~":
                refs[field] = self.refer(b[field], form[1:], form[0] == "~")
            if field in b and form[0] == "@":
                rights = (refs.get("source") or e).body.get("rights")
                may = (kind == "approval" or kind == "verdict" and self.hides
                       or rights == "withheld" or self.bundle and field == "policy")
                objects[field] = self.speak(e, b[field], form[1:], may)
            if field in b and form == "kept":
                self.speak(e, b[field]["blake3"], field, self.bundle or b["rights"] != "public")
        source, claim, verdict, old = map(refs.get, ("source", "claim", "verdict", "supersedes"))
        content, ends = objects.get(kind), verdict if kind == "retraction" else old
        self.hides |= b.get("rights") == "withheld"
        need(from_size=b.get("from", 0) <= e.index,
             publication_size=kind != "publication" or b["size"] <= e.index)
        if ends:
            may = e.carried or kind == "verdict" and (self.policy or {}).get("others_may_supersede")
            need(ends.id, supersedes_ended=ends.id not in self.ended,
                 supersedes_other_author=may or ends.holder == e.holder
                 or old and old.index in self.tainted())
        e.earlier = {old.id} | old.earlier if old and kind == "claim" else set()
        text = source and kind == "claim" and need(quote_without_text="text" in source.body)
        if text and content:
            need(claim_other_text=content["source"] == source.body["text"]["blake3"],
                 claim_hull=content["quote"]["bytes"] == [b["start"], b["end"]])
            span, cue = content.get("claimant", {}).get("span"), content.get("cue")
            shown = content.get("statement", []) + [span] * bool(span)
            ranges = shown + content["parts"] + [cue] * bool(cue)
            self.quotes.append((e, source, content["quote"], shown, ranges, "claim"))
        if kind == "verdict":
            self.judge_verdict(e, b, claim, old, content)
        if kind == "approval" and verdict:
            need(approval_own=verdict.holder != e.holder,
                 approval_ended=verdict.id not in self.ended)
        targets = [self.refer(id, "", True) for id in b.get("entries", [])]
        e.targets = {target.index for target in targets if target}
        need(reaffirmed_untainted=not e.targets or e.targets <= self.tainted())
        if kind == "erasure":
            kinds = [kind for _, kind, _ in self.spoken.get(b["object"], [])]
            need(erasure_unknown=kinds, erasure_policy="policy" not in kinds,
                 object_erased_before=b["object"] not in self.erased)
        if e.id == self.shown and objects.get("manifest"):
            self.listed = objects["manifest"]["files"]
        if kind in ("roots", "log", "key") or kind == "genesis" and not e.void:
            self.judge_keys(e, b, roots)
        if not e.void:  # What it leaves.
            self.entries.append(e)
            self.ended |= {ends.id} if ends else set()
            self.erased |= {b["object"]} if kind == "erasure" else set()
            self.latest |= {(e.holder, b["claim"]): e} if kind == "verdict" else {}
            if "policy" in objects:
                self.policy_hash, self.policy = b["policy"], objects["policy"]

    def judge_verdict(self, e, b, claim, old, content):
        """Section 7: a verdict's policy, what it supersedes, and its evidence."""
        need, policy, own = self.need, self.policy, self.latest.get((e.holder, b["claim"]))
        if need(verdict_policy=b["policy"] == self.policy_hash) and need(policy_unreadable=policy):
            need(rating_unknown=b["rating"] in [r["code"] for r in policy["scale"]])
        need(verdict_earlier_wording=not claim or claim.id not in self.ended,
             supersedes_missing=not own or own is old or own.id in self.ended)
        if old:
            on, rated = old.body["claim"], b["rating"] != old.body["rating"]
            need(supersedes_other_claim=not claim or on in {claim.id} | claim.earlier,
                 supersedes_not_latest=self.latest.get((old.holder, on)) is old,
                 change_rating=(b["change"] == "rating") == rated)
        if content:
            least = policy["evidence_least"] if policy else 0
            need(reason_missing="change" not in b or "reason" in content,
                 evidence_short=len(content["evidence"]) >= least)
            whole = not self.bundle or e.id == self.shown  # Others' evidence is not called for.
            for piece in content["evidence"]:
                on, quote = self.refer(piece["source"], "source", not whole), piece.get("quote")
                if on and quote and need(quote_without_text="text" in on.body) and whole:
                    self.quotes.append((e, on, quote, [], [], "evidence"))

    def judge_keys(self, e, b, roots):
        """Sections 2.2, 7: the keys that an entry enrols and ends."""
        need, op, size = self.need, b.get("op"), b.get("size", -1)
        if e.kind == "genesis":
            self.origin, self.chains[e.by.public][0] = b["origin"], (0, e.id, b["at"])
        if e.kind in ("genesis", "roots"):
            self.enrol(e, [k for k in e.keys if k not in roots.values()], {"root"})
            self.end(e, roots.keys() - {k.public for k in e.keys})
            self.threshold = self.threshold if e.void else e.rootset["threshold"]
        if e.kind in ("genesis", "log"):
            key = e.log or e.key
            need(log_name=key.name == self.origin, log_size=size >= max(s for s, _ in self.logs))
            self.at_root("log", b if e.kind == "log" else None)
            self.enrol(e, [key], {"log"})
            self.logs += [] if e.void else [(size, key)]
        if op == "add":
            self.enrol(e, [e.key], {*b["roles"]})
        if op in ("rotate", "revoke"):
            target = parse_vkey(b.get("old", b["key"]))
            held = self.keys.get(target.public)
            if need(key_target_unknown=held and held.name == target.name):
                need(key_target_function=not held.roles & {"log", op == "rotate" and "root"},
                     key_target_ended=op == "revoke" or not held.ended,
                     roots_too_few=len(roots.keys() - {target.public}) >= self.threshold)
            if op == "rotate":
                self.enrol(e, [e.key], held and held.roles, held and held.holder)
            self.end(e, {target.public})

    def enrol(self, e, keys, roles, holder=None):
        """Enrols keys; one that comes in another's place has the same holder and chain."""
        lines = [key.vkey.line for key in self.keys.values()]
        for key in keys:
            self.need(key_enrolled_before=key.public not in self.keys) and self.need(
                key_id_taken=key.line not in lines)
        for key in [] if e.void else keys:
            self.keys[key.public] = Record(vkey=key, name=key.name, roles=roles, entry=e.index,
                                           holder=holder or key.public, ended=False, taints=[])

    def end(self, e, ended):
        """Ends keys, and taints what they signed from an index on."""
        for key in [] if e.void else map(self.keys.get, ended):
            key.ended = True
            key.taints += [(e.body["from"], e.index)] if "from" in e.body else []

    def finish(self, whole=True):
        """What can be told only after the last entry."""
        need, tainted = self.need, self.tainted()
        for self.at in self.entries:
            good, carried = self.at.index not in tainted, self.at.carried
            need(carried_tainted=good or not carried, entries_tainted=good or carried)
        for quote in self.quotes:
            self.quote(*quote)
        named = {e.body["policy"] for e in self.by_id.values() if e.kind == "verdict"}
        for hash, self.at, kind, may in [(hash, *spoken) for hash in self.spoken.keys()
                                         - self.objects.keys() for spoken in self.spoken[hash]]:
            code = ("object_erased" if hash in self.erased else
                    "object_missing" if not self.bundle and hash not in self.withheld else
                    "object_withheld" if may and hash not in named else
                    "bundle_incomplete" if self.bundle else "withheld_unexpected")
            left, claims = code == "object_withheld", self.bundle and kind == "claim"
            need(hash, **{code: left and self.bundle and kind in ("raw", "policy")},
                 quote_unchecked=not left or kind != "verdict" and not claims)
        self.at = NOWHERE
        slices = {name for name in self.slices if name[0] not in self.erased}
        for hash in self.erased & {*self.objects, *(name[0] for name in self.slices)}:
            need(hash, object_erased_present=False)
        for hash, data in self.objects.items():
            need(hash, object_hash=data is not None or not whole and hash not in self.spoken)
        for item in [*(self.objects.keys() - self.spoken), *(slices - self.called)]:
            need(item, object_unreferenced=not whole)
        for hash in self.withheld:
            known = hash not in self.erased and (hash in self.spoken or not whole)
            need(hash, withheld_present=hash not in self.objects, withheld_unreferenced=known)

    def quote(self, e, source, quote, shown, ranges, what):
        """Sections 3.1, 12: a quote and ranges in a text, or in slices in its place."""
        self.at, need, rights = e, self.need, source.body["rights"]
        hash, length = source.body["text"]["blake3"], source.body["text"]["bytes"]
        before, words, after = (quote[k].encode() for k in ("prefix", "exact", "suffix"))
        (start, end), (first, last) = quote["bytes"], quote["points"]
        low, high = start - len(before), end + len(after)
        sizes = end - start == len(words) and last - first == len(quote["exact"])
        if not need(**{what + "_quote": sizes and 0 <= low and high <= length}) or not need(
                claim_range=all(b <= length for _, b in ranges)):
            return
        names = {(hash, a, b) for a, b in widen([(low, high), *shown], length)}
        pieces = {0: self.objects[hash]} if self.objects.get(hash) is not None else {}
        if not pieces:
            self.called |= names
            due = self.bundle or rights == "quoted" and hash in self.withheld
            missing = "slice_missing" if due and rights != "withheld" else "quote_unchecked"
            for name in names if need(hash, quote_unchecked=hash not in self.erased) else ():
                there = need(name, **{missing: name in self.slices})
                said, data = there and self.attempt(
                    "slice_invalid", "", read_slice, self.slices[name], *name) or (length, None)
                need(name, slice_length=said == length)
                pieces |= {name[1]: data} if data else {}
            if len(pieces) < len(names):
                return
        def at(a, b):
            return next((data[a - begin:b - begin] for begin, data in pieces.items()
                         if begin <= a and b <= begin + len(data)), None)
        head = at(0, start)
        need(**{what + "_quote": at(low, high) == before + words + after
                and (len(quote["prefix"]) == 32 or low == 0)
                and (len(quote["suffix"]) == 32 or high == length)
                and (head is None or len(head.decode(errors="replace")) == first)})
        need(claim_range=all(works((at(a, b) or b"").decode) for a, b in ranges))

    def load(self, files):
        """Reads objects and slices, which have their place in a folder, and the checkpoint."""
        number, busy = "(0|[1-9][0-9]{0,15})", "publishing" in files
        for name, data in files.items():
            form = re.fullmatch(f"\\w+/([0-9a-f]{{2}}/[0-9a-f]{{62}})(/{number}-{number})?", name)
            kind, hash = name.split("/")[0], form and form[1].replace("/", "")
            if not form or kind != ("slice" if form[2] else "object"):
                self.need(name, object_unreferenced=busy or kind not in ("object", "slice"))
            elif form[2]:
                self.slices[hash, int(form[3]), int(form[4])] = data
            else:
                self.objects[hash] = data if blake3(data).hexdigest() == hash else None
        return self.need(head_missing="checkpoint" in files) and self.attempt(
            "checkpoint_damaged", "checkpoint", parse_checkpoint, files["checkpoint"])

    def replay(self, entries, checkpoints, whole=True):
        """Judges entries, then checkpoints: whether each is the log's, with the tree's root."""
        for index, note in entries:
            self.entry(index, note)
        for name, cp in checkpoints:
            key = next((key for size, key in reversed(self.logs) if size < cp.size), None)
            held = not self.bundle and cp.size <= len(self.levels[0])
            self.need(name, checkpoint_size=key or self.bundle or held, checkpoint_unchecked=key)
            if key:
                self.need(name, checkpoint_origin=cp.origin == self.origin,
                          checkpoint_damaged=verify(key, cp.text, cp.lines.get(key.line, b"")))
            code = "head_root" if name == "checkpoint" else "checkpoint_root"
            self.need(name, **{code: not held or tree_root(self.levels, cp.size) == cp.root})
        self.finish(whole)

    # Section 13: the published form.
    def folder(self, files):
        """Audits a ledger's published files."""
        need, notes, busy, cp = self.need, [], "publishing" in files, self.load(files)
        data = files.get("withheld", b"")
        listed = self.attempt("withheld_form", "", parse_json,
                              data.removesuffix(b"\n"), "factlog/withheld@v1")
        self.withheld = listed["objects"] if listed else []
        need(withheld_form=data.endswith(b"\n") and increasing(self.withheld))
        more = cp
        while more and len(notes) < cp.size:
            width = min(256, cp.size - len(notes))
            more = self.tile(files, "entries", len(notes) // 256, width, split_notes)
            notes += more
        whole, self.levels = bool(cp) and len(notes) == cp.size, tree_levels([*map(leaf, notes)])
        for level, row in enumerate(self.levels[::8]):
            for number, tile in enumerate(parts(row, 256)):
                if whole or len(tile) == 256:
                    self.tile(files, level, number, len(tile), lambda data: parts(data, 32), tile)
        need(genesis_missing=not cp or cp.size)
        checkpoints = [("checkpoint", cp)] if cp else []
        for name in files:
            if name.startswith("checkpoints/") and not (busy and name.endswith(".new")):
                kept = self.attempt("checkpoint_damaged", name, parse_checkpoint, files[name])
                if kept and not (busy and cp and kept.size > cp.size):
                    need(name, checkpoint_damaged=f"checkpoints/{kept.size}" == name,
                         checkpoint_size=not cp or kept.size <= cp.size)
                    checkpoints.append((name, kept))
        for name in files if whole and not busy else ():
            need(name, tile_unexpected=name in self.tiles or not name.startswith("tile/"))
        self.replay(enumerate(notes), checkpoints, whole and not busy)

    def tile(self, files, base, number, width, split, known=None):
        """The first items of a tile; all files that hold them, or fewer, must agree."""
        *high, low = (group.zfill(3) for group in f"{number:,}".split(","))
        name = f"tile/{base}/" + "".join(f"x{group}/" for group in high) + low
        paths = {count: f"{name}.p/{count}" for count in range(1, 256)} | {256: name}
        self.tiles |= {paths[count] for count in range(1, width + 1)}
        held = {count: split(files[path]) for count, path in paths.items() if path in files and (
            count <= width or count == 256 and paths[width] not in files)}
        best = known or held.get(width) or held.get(256) or []
        self.need(name, tile_missing=held.keys() & {width, 256}, tile_damaged=all(
            len(items) == count and all(a == b for a, b in zip(items, best))
            for count, items in held.items()))
        return best[:width] if len(best) >= width else []

    # Section 14: proof bundles.
    def proofs(self, data, types=("factlog/bundle@v1", "factlog/publication@v1")):
        """Checks the bundle of a verdict or a publication."""
        parsed = self.attempt("bundle_form", "", parse_bundle, data, types)
        if not parsed:
            return
        bundle, entries, files = parsed
        kind, cp = "verdict" if "verdict" in bundle else "publication", self.load(files)
        self.shown, self.roots = bundle[kind], {cp.size: cp.root} if cp else {}
        self.need(genesis_missing=entries[0][0] == 0)
        for index, note, path in entries if cp else ():
            self.need(index, proof_invalid=index < cp.size and cp.root == proof_root(
                leaf(note), index, cp.size, path))
        self.replay([entry[:2] for entry in entries], [("checkpoint", cp)] if cp else [])
        self.refer(self.shown, kind)

    # Section 14.1: the files of a publication.
    def export(self, folder, proof):
        """Compares a folder's files with those listed."""
        folder, closed = os.path.realpath(folder), not proof.endswith(".publication.json")
        name, paths = proof.removesuffix(".publication.json"), {f["path"] for f in self.listed}
        beside = {proof, ".factlog-site.json"} if closed else {proof}  # no part of what is listed
        there = name != proof and os.path.lexists(os.path.join(folder, name))
        self.need(name, file_unlisted=name in paths or not there)
        for path in walk(folder) if closed else ():
            self.need(path, file_unlisted=path in paths | beside)
        for file in self.listed:
            path, full = file["path"], os.path.join(folder, file["path"])
            plain = os.path.isfile(full) and os.path.realpath(full) == full  # No link leads there.
            if self.need(path, file_missing=plain and path not in beside):
                data = read_file(full, min(file["bytes"], os.path.getsize(full)) + 1)
                same = file == {"bytes": len(data), "blake3": blake3(data).hexdigest(),
                                "sha256": sha256(data).hex(), "path": path}
                if self.need(path, file_changed=same) and path.split("/")[-1] == "bundle.json":
                    inner = Audit(True)
                    inner.proofs(data, ("factlog/bundle@v1",))
                    inner.need(genesis_other=inner.ledger in (None, self.ledger))
                    for size, root in inner.roots.items():
                        inner.need(checkpoint_root=self.roots.setdefault(size, root) == root)
                    self.findings |= {(c, e, f"{path}: {m}"): None for c, e, m in inner.findings}

def parts(data, size): return [data[at:at + size] for at in range(0, len(data), size)]

def split_notes(data):
    """The entries of a bundle of them, or none."""
    notes, rest = [], io.BytesIO(data)
    while size := rest.read(2):
        notes.append(rest.read(int.from_bytes(size, "big")))
    same = b"".join(len(note).to_bytes(2, "big") + note for note in notes) == data
    return notes if same else []

def walk(folder):
    """The paths of files and links in a folder."""
    for base, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(base, name))]
        for name in sorted(names + links):
            yield os.path.relpath(os.path.join(base, name), folder).replace(os.sep, "/")

def read_file(path, limit=2**28 + 1):
    """A file's bytes, and none of a folder, a device or a file that can't be read."""
    if os.path.isfile(path):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            return file.read(limit)
    return b""

def audit(path, ledger=None):
    """The findings of a folder or file, and the exit status that they call for."""
    proof = os.path.join(path, "publication.json") if os.path.isdir(path) else path
    # A folder with a checkpoint is a ledger's, whatever else stands there.
    ledgers = os.path.isdir(path) and os.path.lexists(os.path.join(path, "checkpoint"))
    log = Audit(os.path.lexists(proof) and not ledgers)
    if log.bundle:
        log.proofs(read_file(proof))
    else:
        names = [name for name in ("checkpoint", "withheld", "publishing")
                 if os.path.exists(os.path.join(path, name))]
        names += [f"{top}/{name}" for top in ("checkpoints", "object", "slice", "tile")
                  for name in walk(os.path.join(path, top))]
        log.folder({name: read_file(os.path.join(path, name)) for name in names})
    if log.listed is not None:
        log.export(*os.path.split(proof))
    log.need(log.ledger, genesis_other=ledger in (None, log.ledger))
    faults = {code for code, _, _ in log.findings} - NOTES
    return log.findings, 1 if faults - INCOMPLETE else 5 if faults else 0

def main():
    """Reads the command line, and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", nargs="?", help="a ledger's or an export's folder, or a bundle")
    parser.add_argument("--ledger", metavar="ID", help="the id that the ledger must have")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--batch", action="store_true", help="read paths from standard input")
    options, statuses = parser.parse_args(), []
    paths = (line.rstrip("\n") for line in sys.stdin) if options.batch else [options.path]
    if not options.batch and not os.path.exists(options.path or ""):
        parser.error(f"there is no {options.path}")
    for path in paths:
        found, status = audit(path, options.ledger)
        statuses.append(status)
        if options.json or options.batch:
            found = [dict(zip(("code", "entry", "message"), finding)) for finding in found]
            print(json.dumps({"path": path, "status": status, "findings": found}))
            continue
        for code, index, about in found:
            print(code, "" if index is None else f"entry {index}", ascii(about))
        print({0: "valid", 1: "not valid", 5: "valid but incomplete"}[status])
    sys.exit(1 in statuses if options.batch else status)

if __name__ == "__main__":
    main()
