#!/usr/bin/env python3
"""Writes `cases/`: small ledgers, bundles and signed exports, good ones and ones that are broken in one way each.

It writes the formats of docs/format.md by its own code and shares none with any verifier. All keys are made of
public seeds and sign nothing else. The same run gives the same bytes. Needs `cryptography` and `blake3`.
"""
import base64, copy, hashlib, json, os, shutil, struct
from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = os.path.dirname(os.path.abspath(__file__))


def sha(data): return hashlib.sha256(data).digest()
def b64(data): return base64.b64encode(data).decode()
def name_of(data): return blake3(data).hexdigest()
def canonical(value): return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# --- Keys -----------------------------------------------------------------------------------------------------

class Key:
    """A test key: its seed is 32 bytes, or one byte repeated. `public` states another public key than its own."""

    def __init__(self, name, seed, kind=1, public=None):
        seed = seed if isinstance(seed, bytes) else bytes([seed]) * 32
        self.name, self.private = name, Ed25519PrivateKey.from_private_bytes(seed)
        self.public = public or self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(bytes([kind]) + self.public)}"

    def line(self, text):
        return f"— {self.name} {b64(self.id + self.private.sign(text))}\n".encode()

    def cosign(self, text, seconds):
        message = b"cosignature/v1\ntime %d\n" % seconds + text
        return f"— {self.name} {b64(self.id + struct.pack('>Q', seconds) + self.private.sign(message))}\n".encode()


ROOT, LOG, ALICE = Key("desk.example/root", 1), Key("desk.example/facts", 2), Key("desk.example/alice", 3)
BOB, CAROL, DAVE = Key("desk.example/bob", 4), Key("desk.example/carol", 5), Key("desk.example/dave", 6)
ROOT2, ROOT3, ROOT4 = Key("desk.example/root-2", 7), Key("desk.example/root-3", 8), Key("desk.example/root-4", 9)
LOG2, ALICE2, STRANGER = Key("desk.example/facts", 10), Key("desk.example/alice", 11), Key("other.example/eve", 12)
CAROL2 = Key("desk.example/carol-2", 15)
ALICIA, WITNESS, BOB2 = Key("desk.example/alicia", 3), Key("witness.example/w", 13, kind=4), Key("desk.example/bob-2", 14)
# Two keys of one name and one key id: of 92,481 seeds, the first two that agree in 4 bytes.
TWIN, OTHER_TWIN = (Key("desk.example/twin", sha(b"factlog key id %d" % n)) for n in (45702, 92481))


def by_line(keys): return sorted({k.vkey: k for k in keys}.values(), key=lambda k: (k.name.encode(), k.id))


# --- The tree -------------------------------------------------------------------------------------------------

def root_of(leaves):
    """RFC 6962, section 2.1, as it is written there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:]))


def path_of(index, leaves):
    if len(leaves) < 2:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return path_of(index, leaves[:k]) + [root_of(leaves[k:])]
    return path_of(index - k, leaves[k:]) + [root_of(leaves[:k])]


# --- Slices: BLAKE3 once more, for chaining values ------------------------------------------------------------

IV = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
MIX = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]


def squeeze(value, block, counter, flags):
    m = list(struct.unpack("<16I", block + bytes(64 - len(block))))
    s = value + IV[:4] + [counter, 0, len(block), flags]

    def turn(x, n): return (x >> n | x << (32 - n)) & 0xFFFFFFFF
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(MIX):
            s[a] = (s[a] + s[b] + m[2 * i]) % 2**32
            s[d] = turn(s[d] ^ s[a], 16)
            s[c] = (s[c] + s[d]) % 2**32
            s[b] = turn(s[b] ^ s[c], 12)
            s[a] = (s[a] + s[b] + m[2 * i + 1]) % 2**32
            s[d] = turn(s[d] ^ s[a], 8)
            s[c] = (s[c] + s[d]) % 2**32
            s[b] = turn(s[b] ^ s[c], 7)
        m = [m[i] for i in (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)]
    return [a ^ b for a, b in zip(s, s[8:])]


def chaining(data, first, root=0):
    """The chaining value of a subtree that begins with chunk `first`."""
    if len(data) <= 1024:
        value = IV
        blocks = [data[i:i + 64] for i in range(0, len(data), 64)]
        for i, block in enumerate(blocks):
            value = squeeze(value, block, first, (i == 0) + 2 * (i == len(blocks) - 1) + root * (i == len(blocks) - 1))
        return struct.pack("<8I", *value)
    half = left_of(len(data))
    return struct.pack("<8I", *squeeze(IV, chaining(data[:half], first) + chaining(data[half:], first + half // 1024), 0, 4 + root))


def left_of(length): return 1024 << ((length - 1) // 1024).bit_length() - 1


def slice_of(data, start, end):
    def walk(low, high):
        if high <= start or low >= end:
            return b""
        if high - low <= 1024:
            return data[low:high]
        middle = low + left_of(high - low)
        pair = chaining(data[low:middle], low // 1024) + chaining(data[middle:high], middle // 1024)
        return pair + walk(low, middle) + walk(middle, high)
    return struct.pack("<Q", len(data)) + walk(0, len(data))


def widened(ranges, length):
    found = []
    for start, end in sorted((a - a % 1024, min(length, b + -b % 1024)) for a, b in ranges):
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


# --- Ledgers --------------------------------------------------------------------------------------------------

SCALE = [{"code": "true", "definition": "Accurate.", "labels": {"en": "True"}, "value": 5},
         {"code": "false", "definition": "Not accurate.", "labels": {"en": "False"}, "value": 1},
         {"code": "unproven", "definition": "Nobody can tell.", "labels": {"en": "Unproven"}}]
SHORT = "“It’s been checked.” The bridge is safe, the mayor, Ada Roe, said on Monday, for cars and lorries.\n"
REPORT = "Inspection report. Two of the bridge's twelve cables are broken.\n"
LONG = "".join(f"Item {i} of the minutes is a payment of {i * 17} crowns – noted.\n" for i in range(1, 46)) + \
    "The bridge is safe, the mayor said.\n" + "".join(f"Item {i} was put off to the spring.\n" for i in range(46, 90))
CLAIM = "The bridge is safe"


def policy(**more):
    return {"approvals": 0, "best": 5, "evidence_least": 0, "others_may_supersede": False, "scale": SCALE,
            "type": "factlog/policy@v1", "worst": 1, **more}


def quote_of(text, exact, at=None):
    """A quote of words, by default where they first stand."""
    first = text.index(exact) if at is None else at
    last = first + len(exact)
    bytes_at = len(text[:first].encode())
    return {"bytes": [bytes_at, bytes_at + len(exact.encode())], "exact": exact, "points": [first, last],
            "prefix": text[max(0, first - 32):first], "suffix": text[last:last + 32]}


def note_of(body, keys, order=None):
    text = b"factlog/entry@v1\n" + canonical(body) + b"\n"
    others = by_line(k for k in keys[1:] if k is not keys[0])
    return text + b"\n" + b"".join(k.line(text) for k in (order or [keys[0], *others]))


class Ledger:
    def __init__(self):
        self.notes, self.bodies, self.ids, self.objects, self.erased = [], [], [], {}, set()
        self.chains, self.people, self.salts, self.logs = {}, {}, 0, [(-1, LOG)]
        self.texts = {}

    def salt(self):
        self.salts += 1
        return name_of(b"conformance %d" % self.salts)[:32]

    def object(self, value):
        data = value if isinstance(value, bytes) else canonical(value)
        self.objects[name_of(data)] = data
        return name_of(data)

    def note(self, text="Because."):
        return self.object({"salt": self.salt(), "text": text, "type": "factlog/note@v1"})

    def leaves(self, size=None):
        return [sha(b"\0" + note) for note in self.notes[:size]]

    def root(self, size=None): return b64(root_of(self.leaves(size)))

    def write(self, kind, keys, fields, change=None, edit=None, order=None, at=None):
        """Appends an entry as its author would write it; `change` alters its JSON before it is signed, `edit`
        its bytes afterwards."""
        author, index = keys[0], len(self.notes)
        person = self.people.get(author.vkey, author.vkey)
        n, last = self.chains.get(person, (-1, None))
        body = {"kind": kind, "by": author.vkey, "at": at or f"2026-11-22T{10 + index // 3600:02}:{index // 60 % 60:02}:{index % 60:02}Z",
                "chain": {"n": n + 1, "prev": last} if last else {"n": 0}, **fields}
        if kind != "genesis":
            body |= {"ledger": self.ids[0], "after": {"root": self.root(), "size": index}}
        if change:
            change(body)
        data = note_of(body, keys, order)
        data = edit(data) if edit else data
        self.notes.append(data)
        self.bodies.append(body)
        self.ids.append(sha(b"\0" + data).hex())
        self.chains[person] = (body.get("chain", {}).get("n", n + 1), self.ids[-1])
        return self.ids[-1]

    def raw(self, data):
        self.notes.append(data)
        self.bodies.append({"kind": "damaged"})
        self.ids.append(sha(b"\0" + data).hex())

    # What entries say.

    def genesis(self, roots=(ROOT,), threshold=1, rules=None, signers=None, log=LOG, **more):
        roots = by_line(roots)
        signers = signers or [roots[0], *roots[1:]]
        change = more.pop("change", None)
        return self.write("genesis", signers, {"name": "Test Desk", "origin": log.name, "log": log.vkey, "policy": self.object(rules or policy()),
                          "roots": {"keys": [k.vkey for k in roots], "threshold": threshold}}, change, **more)

    def add(self, key, roles=("reviewer",), roots=(ROOT,), **more):
        return self.write("key", [*roots, key], {"op": "add", "key": key.vkey, "roles": list(roles)}, **more)

    def rotate(self, old, new, keys=None, **more):
        id = self.write("key", keys or [old, new], {"op": "rotate", "key": new.vkey, "old": old.vkey}, **more)
        self.people[new.vkey] = self.people.get(old.vkey, old.vkey)
        return id

    def revoke(self, key, since, roots=(ROOT,), reason="compromised", **more):
        return self.write("key", list(roots), {"op": "revoke", "key": key.vkey, "reason": reason, "from": since}, **more)

    def source(self, text=SHORT, rights="public", by=ALICE, fields=None, title="article", **more):
        data = text.encode() if isinstance(text, str) else text
        meta = {"authors": [], "salt": self.salt(), "title": title, "type": "factlog/meta@v1"}
        kept = {"blake3": self.object(data), "bytes": len(data), "sha256": sha(data).hex()}
        body = {"type": "document", "raw": kept, "text": dict(kept), "media": "text/plain", "charset": "UTF-8",
                "normalizer": "text/1 unicode-18.0", "rights": rights, "meta": self.object(meta), **(fields or {})}
        id = self.write("source", [by], {k: v for k, v in body.items() if v is not None}, **more)
        self.texts[id] = data
        return id

    def claim_object(self, source, exact=CLAIM, at=None, **fields):
        text = self.texts[source].decode()
        quote = quote_of(text, exact, at)
        value = {"language": "en", "manner": "indirect", "parts": [quote["bytes"]], "quote": quote, "source": name_of(self.texts[source]),
                 "text": exact, "type": "factlog/claim@v1", "claimant": {"name": "Ada Roe"}, **fields}
        return {k: v for k, v in value.items() if v is not None}

    def claim(self, source, value=None, by=ALICE, fields=None, **more):
        value = value or self.claim_object(source)
        start, end = value["quote"]["bytes"]
        return self.write("claim", [by], {"claim": self.object(value), "source": source, "start": start, "end": end, **(fields or {})}, **more)

    def verdict(self, claim, rating="false", by=ALICE, evidence=(), fields=None, value=None, **more):
        body = fields or {}
        rules = [b["policy"] for b in self.bodies if b["kind"] in ("genesis", "policy")][-1]
        value = {"conflicts": [], "evidence": list(evidence), "salt": self.salt(), "summary": "Two cables are broken.",
                 "type": "factlog/verdict@v1", **({"reason": "It was wrong."} if "supersedes" in body else {}), **(value or {})}
        value = {k: v for k, v in value.items() if v is not None}
        return self.write("verdict", [by], {"claim": claim, "rating": rating, "policy": rules, "verdict": self.object(value), **body}, **more)

    def approve(self, verdict, by=BOB, decision="approve", **more):
        return self.write("approval", [by], {"verdict": verdict, "decision": decision, "note": self.note()}, **more)

    def retract(self, verdict, by=(ALICE,), **more):
        return self.write("retraction", list(by), {"verdict": verdict, "note": self.note()}, **more)

    def reaffirm(self, ids, by=(ROOT,), **more):
        return self.write("reaffirmation", list(by), {"entries": ids, "note": self.note()}, **more)

    def erase(self, object, by=(ROOT,), gone=True, **more):
        if gone:
            self.erased.add(object)
        return self.write("erasure", list(by), {"object": object, "basis": "privacy"}, **more)

    def new_policy(self, by=(ROOT,), **rules):
        return self.write("policy", list(by), {"policy": self.object(policy(**rules))})

    def new_roots(self, roots, threshold, keys, since=None, **more):
        body = {"keys": [k.vkey for k in by_line(roots)], "threshold": threshold}
        return self.write("roots", list(keys), body | ({"from": since} if since is not None else {}), **more)

    def new_log(self, key=LOG2, by=(ROOT,), size=None, **more):
        size = len(self.notes) if size is None else size
        self.logs.append((size, key))
        return self.write("log", [*by, key], {"key": key.vkey, "size": size, "root": self.root(size)}, **more)

    def publication(self, by=CAROL, size=None, files=(), **more):
        manifest = self.object({"files": list(files), "type": "factlog/manifest@v1"})
        return self.write("publication", [by], {"manifest": manifest, "size": len(self.notes) if size is None else size}, **more)

    # What is published of it (section 13).

    def checkpoint(self, size=None, witness=None, key=None, origin=None, root=None):
        size = len(self.notes) if size is None else size
        text = f"{origin or LOG.name}\n{size}\n{root or self.root(size)}\n".encode()
        key = key or [k for since, k in self.logs if since < size][-1]
        return text + b"\n" + key.line(text) + (WITNESS.cosign(text, witness) if witness else b"")

    def at(self, id): return self.bodies[self.ids.index(id)] if id in self.ids else {"kind": None}

    def called(self, rights=("quoted",), ids=None, about=None):
        """The slices that claims and evidence on sources of these rights call for: of all entries, or of `ids`
        with the evidence of the verdict `about`."""
        found = []
        for id, body in zip(self.ids, self.bodies):
            value = self.json(body.get(body["kind"])) if body["kind"] in ("claim", "verdict") and (not ids or id in ids) else None
            if body["kind"] == "claim" and value:
                ranges = [around(value["quote"]), *value.get("statement", [])]
                ranges += [value["claimant"]["span"]] if "span" in value.get("claimant", {}) else []
                found.append((self.at(body["source"]), ranges))
            if body["kind"] == "verdict" and value and about in (None, id):
                found += [(self.at(p["source"]), [around(p["quote"])]) for p in value["evidence"] if "quote" in p]
        names = {(s["text"]["blake3"], *ends) for s, ranges in found if s["kind"] == "source" and "text" in s and s.get("rights") in rights
                 for ends in widened(ranges, s["text"]["bytes"])}
        return {name for name in names if name[0] in self.objects and name[0] not in self.erased}

    def json(self, hash):
        try:
            return json.loads(self.objects[hash]) if hash in self.objects and hash not in self.erased else None
        except ValueError:
            return None

    def withheld(self):
        kept = set()
        for body in self.bodies:
            if body["kind"] == "source":
                both = {body[part]["blake3"] for part in ("raw", "text") if part in body}
                kept |= {"public": set(), "quoted": both, "withheld": both | {body["meta"]}}.get(body.get("rights"), set())
            if body["kind"] == "claim" and self.at(body["source"]).get("rights") == "withheld":
                kept.add(body["claim"])
            if body["kind"] == "verdict":
                if any("quote" in p and self.at(p["source"]).get("rights") == "withheld" for p in self.pieces(body)):
                    kept.add(body["verdict"])
            if body["kind"] == "approval" and "note" in body:
                kept.add(body["note"])
        return (kept & self.objects.keys()) - self.erased

    def publish(self, full=False, withheld=None, checkpoint=None):
        withheld = set() if full else self.withheld() if withheld is None else withheld
        files = {"checkpoint": checkpoint or self.checkpoint(), "withheld": withheld_file(sorted(withheld))}
        for hash, data in self.objects.items():
            if hash not in withheld and hash not in self.erased:
                files[object_path(hash)] = data
        for hash, start, end in () if full else self.called():
            files[slice_path(hash, start, end)] = slice_of(self.objects[hash], start, end)
        return files | self.tiles()

    def tiles(self, size=None):
        files, notes, row, level = {}, self.notes[:size], self.leaves(size), 0
        for at in range(0, len(notes), 256):
            some = notes[at:at + 256]
            files[tile_path("entries", at // 256, len(some))] = b"".join(struct.pack(">H", len(n)) + n for n in some)
        while row:
            for at in range(0, len(row), 256):
                files[tile_path(level, at // 256, len(row[at:at + 256]))] = b"".join(row[at:at + 256])
            row, level = [root_of(row[at:at + 256]) for at in range(0, len(row) - 255, 256)], level + 1
        return files

    def pieces(self, body):
        """A verdict's evidence; none where its object was erased or is damaged."""
        return (self.json(body["verdict"]) or {"evidence": []})["evidence"]

    def bundle_entries(self, verdict):
        """The ids of the entries that the bundle of a verdict or a publication has (sections 14, 14.1)."""
        def those(test): return [id for id, body in zip(self.ids, self.bodies) if test(body)]
        claim, wanted = self.at(verdict).get("claim", "none"), set()
        queue = [verdict] + those(lambda b: verdict in (b.get("verdict"), b.get("supersedes")) or b.get("supersedes") == claim)

        def take():
            while queue:
                id = queue.pop()
                body = self.at(id)
                if id in wanted or id not in self.ids:
                    continue
                wanted.add(id)
                queue.extend(body[f] for f in ("claim", "source", "supersedes") if f in body)
                queue.extend(those(lambda b: id in b.get("entries", ())))
                if body["kind"] == "verdict":
                    queue.extend(those(lambda b: b["kind"] == "retraction" and b["verdict"] == id))
                    queue.extend(p["source"] for p in self.pieces(body) if id == verdict or self.at(p["source"]).get("rights") == "withheld")
        take()
        last = max([self.ids.index(id) for id in wanted if self.at(id)["kind"] == "verdict"], default=0)
        people = {self.people.get(by, by) for by in (self.at(id).get("by") for id in wanted)}
        people |= {key for b in self.bodies if b["kind"] in ("genesis", "roots") for key in b.get("roots", b)["keys"]}
        queue += those(lambda b: b["kind"] in ("genesis", "roots", "log") or b["kind"] == "policy" and self.bodies.index(b) < last
                       or b["kind"] == "key" and self.people.get(b.get("old", b["key"]), b.get("old", b["key"])) in people)
        take()
        spoken = {hash for id in wanted for hash in self.spoken(self.at(id))}
        return wanted | set(those(lambda b: b["kind"] == "erasure" and b["object"] in spoken))

    def spoken(self, body):
        """The objects that an entry speaks of."""
        fields = {"genesis": "policy", "policy": "policy", "source": "meta", "publication": "manifest", "claim": "claim", "verdict": "verdict"}
        field = fields.get(body["kind"], "note")
        return [body[f] for f in (field,) if f in body] + [body[part]["blake3"] for part in ("raw", "text") if part in body]

    def bundle_objects(self, ids, shows):
        """The objects that a bundle of these entries has: by `rights`, without texts (`quotes`), with all (`texts`)."""
        def hides(source): return shows != "texts" and source.get("rights") == "withheld"
        some, named = set(), {self.at(id)["policy"] for id in ids if self.at(id)["kind"] == "verdict"}
        for body in map(self.at, ids):
            kind = body["kind"]
            if kind == "source" and not hides(body):
                some.add(body["meta"])
                if "text" in body and (shows == "texts" or shows == "rights" and body["rights"] == "public"):
                    some.add(body["text"]["blake3"])
            if kind == "claim" and not hides(self.at(body["source"])):
                some.add(body["claim"])
            if kind == "verdict" and not any("quote" in p and hides(self.at(p["source"])) for p in self.pieces(body)):
                some.add(body["verdict"])
            if kind in ("genesis", "policy") and body["policy"] in named:
                some.add(body["policy"])
            if kind in ("retraction", "reaffirmation"):
                some.add(body["note"])
            if kind == "publication":
                some.add(body["manifest"])
        return (some & self.objects.keys()) - self.erased

    def bundle(self, verdict, change=None, shows="rights", also=(), checkpoint=None, slices=True):
        """A proof bundle of a verdict or a publication (section 14); `also` are objects and ids of entries that it
        need not have."""
        ids = self.bundle_entries(verdict) | {id for id in also if id in self.ids}
        hashes, entries = [], []
        for index in sorted(map(self.ids.index, ids)):
            path = [b64(h) for h in path_of(index, self.leaves())]
            hashes += [h for h in path if h not in hashes]
            entries.append({"index": index, "note": self.notes[index].decode(), "path": [hashes.index(h) for h in path]})
        objects = self.bundle_objects(ids, shows) | {hash for hash in also if hash in self.objects}
        rights = ("public", "quoted") if shows == "quotes" else ("quoted",)
        names = sorted(name for name in self.called(rights, ids, verdict) if name[0] not in objects) if slices else []
        about = ("publication", "publication") if self.at(verdict)["kind"] == "publication" else ("bundle", "verdict")
        value = {"type": f"factlog/{about[0]}@v1", about[1]: verdict, "checkpoint": (checkpoint or self.checkpoint()).decode(),
                 "entries": entries, "hashes": hashes, "objects": [self.objects[h].decode() for h in sorted(objects)]}
        if names:
            value["slices"] = [self.slice(*name) for name in names]
        if change:
            change(value)
        return canonical(value) + b"\n"

    def export(self, files, change=None, name="publication.json", rows=None, **more):
        """Files with the bundle of their publication (section 14.1), of which `rows` are in the list."""
        return files | {name: self.bundle(self.publication(files=listed(files) if rows is None else rows, **more), change)}

    def slice(self, text, start, end):
        return {"bytes": b64(slice_of(self.objects[text], start, end)), "end": end, "start": start, "text": text}


def around(quote):
    return [quote["bytes"][0] - len(quote["prefix"].encode()), quote["bytes"][1] + len(quote["suffix"].encode())]


def listed(files):
    """A manifest's list of files."""
    return [{"blake3": name_of(data), "bytes": len(data), "path": path, "sha256": sha(data).hex()}
            for path, data in sorted(files.items(), key=lambda file: file[0].encode())]


def object_path(hash): return f"object/{hash[:2]}/{hash[2:]}"
def slice_path(hash, start, end): return f"slice/{hash[:2]}/{hash[2:]}/{start}-{end}"
def withheld_file(hashes): return canonical({"objects": hashes, "type": "factlog/withheld@v1"}) + b"\n"


def tile_path(level, number, width):
    assert number < 1000
    return f"tile/{level}/{number:03}" + ("" if width == 256 else f".p/{width}")


# --- Cases ----------------------------------------------------------------------------------------------------

CASES = {}


def case(name, expect, code, why, made):
    """A case; `made` is the published files, a bundle's bytes, or the files of an export with the bundle."""
    assert name not in CASES, name
    CASES[name] = (expect, code, why, made)


# What may be said in another way, by whoever looks at form first, or at signatures.
ALSO = {
    "bundle-path-long": "proof-invalid",
    "entries-byte": "signature-invalid",
    "slice-name": "slice-missing",
    "publication-of-nothing": "publication-size",
    "signature-key-id": "signature-not-called-for",
    "signature-name": "signature-not-called-for",
    "signature-of-other-key": "signature-not-called-for",
    "signature-short": "signature-invalid",
    "signature-twice": "entry-damaged",
    "slice-length-huge": "slice-length",
}


def good(name, why, made): case(name, "good", None, why, made)
def bad(name, code, why, made): case(name, "bad", code, why, made)
def incomplete(name, code, why, made): case(name, "incomplete", code, why, made)


def desk(*people, rules=None):
    """A ledger with one root and reviewers."""
    l = Ledger()
    l.genesis(rules=rules)
    for key in people:
        l.add(key, roles={BOB: ("approver",), CAROL: ("publisher",)}.get(key, ("reviewer",)))
    return l


def judged(*people, rules=None, text=SHORT, rights="public"):
    """…with a source, a claim and a verdict by Alice."""
    l = desk(ALICE, *people, rules=rules)
    l.s = l.source(text, rights)
    l.c = l.claim(l.s)
    l.v = l.verdict(l.c)
    return l


def with_entry(make, write):
    """A ledger's files after one more entry."""
    l = make() if callable(make) else make
    write(l)
    return l.publish()


def council():
    """Three roots, of which two must sign."""
    l = Ledger()
    l.genesis(roots=(ROOT, ROOT2, ROOT3), threshold=2)
    l.add(ALICE, roots=(ROOT, ROOT2))
    return l


def swap(files, path, change):
    files = dict(files)
    files[path] = change(files[path])
    return files


def flip(at): return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
def without(files, *paths): return {p: d for p, d in files.items() if p not in paths}
def only(files, start): return next(p for p in sorted(files) if p.startswith(start))


def quoted():
    l = judged(text=LONG, rights="quoted")
    l.e = l.source(REPORT, "quoted", title="report")
    l.v2 = l.verdict(l.c, evidence=[evidence(l, l.e)], fields={"supersedes": l.v, "change": "update"})
    return l


def evidence(l, source, exact="Two of the bridge's twelve cables are broken", **more):
    return {"source": source, "stance": "refutes", "primary": True, "quote": quote_of(l.texts[source].decode(), exact), **more}


def text_form(data):
    """A source whose text is these bytes; nothing points into it."""
    l = desk(ALICE)
    l.source(data)
    return l.publish()


def good_cases():
    good("genesis-alone", "a ledger of one root and nothing else", desk().publish())
    good("genesis-2-of-3", "three roots, two of which sign what follows", council().publish())
    l = council()
    l.add(BOB, roots=(ROOT3, ROOT))
    good("genesis-2-of-3-other-two", "any two of the three roots carry an entry", l.publish())
    l = Ledger()
    l.genesis(change=lambda b: b.update(continues={"ledger": "ab" * 32, "root": b64(bytes(32)), "size": 7}))
    good("genesis-continues", "a ledger that takes up an older one", l.publish())
    l = desk(ALICE)
    l.new_roots((ROOT, ROOT2), 2, (ROOT, ROOT2))
    l.new_policy((ROOT2, ROOT), approvals=1)
    good("roots-change", "a second root; both sign from then on", l.publish())
    l = council()
    l.new_roots((ROOT, ROOT4), 1, (ROOT, ROOT2), since=1)
    l.add(BOB)
    good("roots-change-tainting", "two roots are left out and their signatures tainted from an index on", l.publish())
    l = desk(ALICE)
    l.new_log()
    l.source()
    good("log-key-change", "the checkpoint is signed by the new log key", l.publish())
    l = desk(ALICE)
    early = l.checkpoint(2, witness=1795346012)
    l.new_log()
    l.source()
    good("log-key-change-earlier-checkpoint", "an earlier checkpoint is signed by the old log key",
         l.publish() | {"checkpoints/2": early})
    point, text = l.checkpoint(), f"{LOG.name}\n{len(l.notes)}\n{l.root()}\n".encode()
    good("checkpoint-with-line-of-old-key", "the old log key signs beside the new one", l.publish(checkpoint=point + LOG.line(text)))
    good("checkpoint-with-wrong-line-of-old-key", "a line of the old log key, which does not verify, is ignored as one of any other",
         l.publish(checkpoint=point + LOG.line(b"another text")))
    good("earlier-checkpoint-with-wrong-line-of-new-key", "a line of a later log key, which does not verify, is ignored",
         l.publish() | {"checkpoints/2": early + LOG2.line(b"another text")})
    l = judged()
    l.new_policy(others_may_supersede=True)
    l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "rating"})
    good("policy-change", "a verdict under a new policy", l.publish())
    l = judged()
    l.rotate(ALICE, ALICE2)
    l.verdict(l.c, "true", by=ALICE2, fields={"supersedes": l.v, "change": "rating"})
    good("key-rotated-by-itself", "the new key carries on the chain and supersedes the old key's verdict", l.publish())
    l = judged()
    l.rotate(ALICE, ALICE2, keys=(ROOT, ALICE2))
    l.source(REPORT, by=ALICE2)
    good("key-rotated-by-roots", "a lost key is replaced by the roots", l.publish())
    l = judged(DAVE)
    l.revoke(ALICE, len(l.notes), reason="retired")
    l.source(REPORT, by=DAVE)
    good("key-revoked", "a key is revoked, and nothing is tainted", l.publish())
    l = judged(DAVE)
    l.revoke(ALICE, l.ids.index(l.v))
    good("key-revoked-tainting", "a tainted verdict is valid, and told of", l.publish())
    l.reaffirm([l.v])
    good("reaffirmation", "the roots lift the taint of a verdict", l.publish())
    good("tainted-vouching", "tainted roots reaffirm each other, a hundred times, which lifts nothing", vouching().publish())
    l = judged(DAVE)
    l.revoke(ALICE, l.ids.index(l.v))
    l.verdict(l.c, "true", by=DAVE, fields={"supersedes": l.v, "change": "rating"})
    good("tainted-superseded-by-another", "another reviewer supersedes a tainted verdict", l.publish())
    good("source-public", "everything of a public source is published", judged().publish())
    good("source-quoted", "slices in the place of texts, for a claim and for evidence", quoted().publish())
    good("source-quoted-full-copy", "a full copy withholds nothing and has no slices", quoted().publish(full=True))
    l = judged(rights="withheld")
    good("source-withheld", "a withheld source, its meta and the claim on it", l.publish())
    l = judged(text=LONG)
    e = l.source(REPORT, "withheld", title="report")
    l.verdict(l.c, evidence=[evidence(l, e)], fields={"supersedes": l.v, "change": "update"})
    incomplete("evidence-withheld", "quote-unchecked", "a verdict that quotes a withheld source is withheld", l.publish())
    l = desk(ALICE)
    l.source(b"\x89PNG not words", fields={"text": None, "normalizer": None, "charset": None, "media": "image/png", "type": "recording"})
    good("source-without-text", "a source that has no words", l.publish())
    l = judged()
    l.source(SHORT + "Updated.\n", fields={"replaces": l.s})
    good("source-replaces", "a newer version of a source", l.publish())
    l = judged(text=LONG, rights="quoted")
    at = LONG.index("Item 12 ")
    value = l.claim_object(l.s, statement=[list(quote_of(LONG, "Item 3 of")["bytes"]), quote_of(LONG, CLAIM)["bytes"]],
                           claimant={"name": "the mayor", "span": quote_of(LONG, "the mayor")["bytes"]}, cue=quote_of(LONG, "said")["bytes"])
    l.claim(l.s, value)
    l.claim(l.s, l.claim_object(l.s, "Item 12 of the minutes is a payment of 204 crowns", at))
    good("slices-several", "slices of a claim whose ranges lie apart, and of one at the text's start", l.publish())
    value = l.claim_object(l.s, "Item 89 was put off to the spring.")
    l.claim(l.s, value)
    good("slice-last-chunk", "a slice that ends with the text", l.publish())
    l = desk(ALICE)
    s = l.source()
    one, two = quote_of(SHORT, "The bridge is safe")["bytes"], quote_of(SHORT, "for cars and lorries")["bytes"]
    value = l.claim_object(s, SHORT[SHORT.index("The"):SHORT.index("lorries") + 7], parts=[one, two], statement=[one, two],
                           text="The bridge was safe for cars and lorries", added=[{"at": 11, "text": "was", "why": "inflected"}],
                           said={"date": "2026-11-16", "place": "City hall"}, cue=quote_of(SHORT, "said")["bytes"],
                           claimant={"name": "Ada Roe", "role": "mayor", "span": quote_of(SHORT, "the mayor, Ada Roe")["bytes"]})
    l.claim(s, value, fields={"extractor": "rules/1"})
    good("claim-with-everything", "a claim of two parts with every field", l.publish())
    l = judged()
    c2 = l.claim(l.s, l.claim_object(l.s, text="The bridge is safe for all"), fields={"supersedes": l.c, "change": "wording"})
    l.verdict(c2, "true", fields={"supersedes": l.v, "change": "rating"})
    good("claim-superseded", "a claim is superseded, and its verdict by one on the new wording", l.publish())
    l = judged()
    l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "rating"})
    good("verdict-corrected", "a correction of the rating", l.publish())
    l = judged(DAVE, rules=policy(others_may_supersede=True))
    l.verdict(l.c, by=DAVE, fields={"supersedes": l.v, "change": "correction"})
    good("verdict-superseded-by-another", "another reviewer may supersede, as the policy says", l.publish())
    l = judged(BOB)
    l.approve(l.v)
    l.approve(l.v, decision="dispute")
    good("approval-and-dispute", "an approver approves and then disputes; the notes are withheld", l.publish())
    l = judged()
    l.retract(l.v)
    l.verdict(l.c, "true")
    good("retraction-by-author", "a verdict is taken back, and a fresh one stands for itself", l.publish())
    l = judged()
    l.retract(l.v, by=(ROOT,))
    good("retraction-by-roots", "the roots take back a reviewer's verdict", l.publish())
    l = judged(CAROL)
    l.publication(files=[{"blake3": "cd" * 32, "bytes": 3, "path": "claims/1.html", "sha256": "ef" * 32}])
    good("publication", "a publisher signs what was published", l.publish())
    good("checkpoint-cosigned", "a witness's cosignature is beside the log's signature",
         (lambda l: l.publish(checkpoint=l.checkpoint(witness=1795346012)))(judged()))
    l = judged()
    unknown = f"— other.example/w {b64(bytes(200))}\n".encode()
    good("checkpoint-unknown-line", "a line by an unknown key, of a length of its own, is ignored", l.publish(checkpoint=l.checkpoint() + unknown))
    lines = b"".join(f"— other.example/{n} {b64(bytes(5))}\n".encode() for n in range(99))
    good("checkpoint-hundred-lines", "a hundred signature lines, all but one by unknown keys", l.publish(checkpoint=l.checkpoint() + lines))
    good("checkpoints-kept", "earlier checkpoints that were cosigned",
         l.publish() | {f"checkpoints/{n}": l.checkpoint(n, witness=1795340000 + n) for n in (2, 3)})
    l = judged()
    tile = l.tiles(3)
    good("partial-tiles-beside", "partial tiles of a smaller tree are beside the ones called for",
         l.publish() | {p: d for p, d in tile.items()})
    l = judged()
    good("publishing-new-object", "while files are being written, an object of an entry to come is no fault",
         l.publish() | {"publishing": b"", object_path(name_of(b"to come")): b"to come"})
    l = judged()
    before = l.publish()
    l.retract(l.v)
    ahead = {path: data for path, data in l.publish().items() if path not in ("checkpoint", "withheld")}
    good("publishing-checkpoint-ahead", "while files are being written, checkpoints of what is to come are passed over",
         ahead | before | {"publishing": b"", "checkpoints/9.new": b"half of a", f"checkpoints/{len(l.notes)}": l.checkpoint()})
    new = files_being_written(l)
    good("publishing-unfinished-names", "while files are being written, temporary names in every folder are passed over", l.publish() | new | {"publishing": b""})
    larger = {path: data for path, data in ahead.items() if path.startswith("tile/")}
    good("publishing-tiles-ahead", "while files are being written, tiles of what is to come are passed over, and not compared",
         before | swap(larger, f"tile/0/000.p/{len(l.notes)}", flip(40)) | {"publishing": b""})
    good("publishing-object-unread", "while files are being written, an object that no entry speaks of is passed over, and not read",
         l.publish() | {"publishing": b"", object_path("ab" * 32): b"other bytes"})
    bad("publishing-object-hash", "object-hash", "while files are being written, an object that an entry speaks of is another",
        l.publish() | {"publishing": b"", object_path(l.at(l.v)["verdict"]): b"other bytes"})
    huge = signed_checkpoint(f"{LOG.name}\n{2**53 - 1}\n{l.root()}\n")
    good("publishing-checkpoint-far-ahead", "while files are being written, a checkpoint of the largest size is passed over",
         l.publish() | {"publishing": b"", f"checkpoints/{2**53 - 1}": huge})
    l = judged(text=LONG, rights="quoted")
    uncalled = slice_path(name_of(LONG.encode()), 3072, 4096)
    assert uncalled not in l.publish()
    good("publishing-new-slice", "while files are being written, a slice that no quote calls for is passed over, and not read",
         l.publish() | {"publishing": b"", uncalled: b"not a slice"})
    bad("slice-not-called-for", "object-unreferenced", "a slice that no quote calls for", l.publish() | {uncalled: slice_of(LONG.encode(), 3072, 4096)})
    l = judged()
    l.source("é" * 2000 + "\nThe bridge is safe.\n", "quoted")
    l.claim(l.ids[-1])
    good("quote-after-long-characters", "bytes and code points differ, and a slice begins inside the text", l.publish())
    l = judged()
    l.new_log()
    early = l.checkpoint(witness=1795346012)
    l.new_log(Key(LOG.name, 42))
    l.source(REPORT)
    good("log-key-changed-twice", "a checkpoint of just the second change's size is the second key's",
         l.publish() | {f"checkpoints/{len(l.notes) - 2}": early})
    l = Ledger()
    l.genesis((ROOT, ROOT2))
    l.add(ALICE)
    l.add(DAVE, roots=(ROOT2,))
    v = l.verdict(l.claim(l.source(by=DAVE), by=DAVE), by=DAVE)
    l.revoke(ROOT2, 2)
    l.verdict(l.at(v)["claim"], "true", fields={"supersedes": v, "change": "rating"})
    good("taint-of-enrolment", "what a tainted root alone enrolled signs tainted entries, which others may supersede", l.publish())
    l = judged()
    l.rotate(ALICE, ALICE2)
    l.revoke(ALICE, l.ids.index(l.v))
    l.reaffirm([l.v], by=(ROOT,))
    good("rotated-key-revoked", "a rotated key may be revoked, which adds to what is tainted", l.publish())
    l = desk(ALICE)
    odd = "\"quoted\" back\\slash / \b\t\n\f\r\x01\x1f \x7f \x80 \u2028 \ufeff \U0001f600 e\u0301"
    l.source(fields={"meta": l.object({"authors": [odd], "published": "0000-02-29", "salt": l.salt(), "title": odd, "type": "factlog/meta@v1",
                                       "url": "https://news.example/a?b=c&d=<e>"})})
    l.objects = {h: d for h, d in l.objects.items() if h in str(l.bodies)}
    good("json-characters", "every kind of character that JSON writes in more than one way, and a day of the year 0", l.publish())
    l = desk(ALICE)
    l.add(Key("rédaction.example/été/" + "n" * (255 - len("rédaction.example/été/".encode())), 4))
    good("key-name-long", "a key name of 255 bytes, not all ASCII", l.publish())
    l = judged(text=LONG, rights="quoted")
    at = next(i for i in range(len(LONG)) if len(LONG[:i].encode()) > 1000)
    l.claim(l.s, l.claim_object(l.s, LONG[at:at + 60], at))
    good("slice-across-chunks", "a quote on both sides of a border of chunks", l.publish())
    l = desk(ALICE)
    l.claim(l.source("x" * 1023 + "\n" + "y" * 1000 + " The bridge is safe.\n..", "quoted"))
    l.claim(l.source("The bridge is safe", "quoted", title="short"))
    good("slices-of-whole-texts", "texts of exactly 2,048 bytes and of one chunk, quoted to their ends", l.publish())
    good("two-hundred-fifty-seven", "a full tile, one of a second level and partial ones", long_ledger().publish())


def files_being_written(l):
    """Files that wait under a temporary name for their place."""
    hash = name_of(b"to come")
    return {path + ".new": b"half of" for path in
            (object_path(hash), slice_path(hash, 0, 7), f"tile/0/000.p/{len(l.notes) + 1}", f"tile/entries/000.p/{len(l.notes) + 1}")}


def long_ledger():
    l = desk(ALICE)
    s = l.source(REPORT)
    meta = l.object({"authors": [], "salt": l.salt(), "type": "factlog/meta@v1"})
    while len(l.notes) < 257:
        l.write("source", [ALICE], {"type": "reference", "media": "text/html", "rights": "public", "meta": meta})
    return l


def bundle_cases():
    l = judged(rules=policy(approvals=1))
    good("bundle", "a verdict with all that shows it", l.bundle(l.v))
    l = quoted()
    good("bundle-with-slices", "slices in the place of texts", l.bundle(l.v2))
    l = judged(BOB)
    l.approve(l.v)
    l.retract(l.v)
    l.source(REPORT)
    good("bundle-with-approval-and-retraction", "what was recorded on the verdict is in it", l.bundle(l.v))
    l = judged()
    l.rotate(ALICE, ALICE2)
    v = l.verdict(l.c, "true", by=ALICE2, fields={"supersedes": l.v, "change": "rating"})
    good("bundle-after-rotation", "the entries of the author's line of keys", l.bundle(v))
    l = judged()
    l.new_log()
    good("bundle-after-log-key-change", "the log's key changed after the verdict; that entry is in the bundle", l.bundle(l.v))
    l = judged()
    l.source(REPORT)
    l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "rating"})
    good("bundle-with-gaps", "entries between those in the bundle are not in it", l.bundle(l.ids[-1]))
    l = judged()
    good("bundle-without-line-feed", "the final line feed may be absent", l.bundle(l.v)[:-1])
    l = judged()
    good("bundle-cosigned", "the checkpoint carries a cosignature", l.bundle(l.v, checkpoint=l.checkpoint(witness=1795346012)))

    def broken(name, code, why, change=None, make=quoted, **more):
        l = make()
        bad("bundle-" + name, code, why, l.bundle(l.v2 if make is quoted else l.v, change, **more))
    broken("type", "bundle-form", "another version", lambda b: b.update(type="factlog/bundle@v2"))
    broken("unknown-field", "bundle-form", "a field that is not in the list", lambda b: b.update(extra=1))
    broken("order-of-entries", "bundle-form", "entries out of order", lambda b: b["entries"].reverse())
    broken("entry-twice", "bundle-form", "an entry stands twice", lambda b: b["entries"].append(b["entries"][-1]))
    broken("order-of-objects", "bundle-form", "objects out of order", lambda b: b["objects"].reverse())
    broken("hash-unused", "bundle-form", "a hash that no proof uses", lambda b: b["hashes"].append(b64(sha(b"x"))))
    broken("hash-twice", "bundle-form", "a hash stands twice", lambda b: b["hashes"].append(b["hashes"][0]))

    def reorder(b):
        b["hashes"][:2] = b["hashes"][1::-1]
        for e in b["entries"]:
            e["path"] = [{0: 1, 1: 0}.get(p, p) for p in e["path"]]
    broken("hashes-out-of-order", "bundle-form", "hashes not in the order of their first use", reorder)
    broken("binary-is-text", "bundle-form", "an object in `binary` is UTF-8", lambda b: b.update(binary=[b64(b["objects"].pop().encode())]))
    broken("empty-slices", "bundle-form", "an optional field is there and empty", lambda b: b.update(slices=[]), make=judged)
    broken("place-past-end", "bundle-form", "a path names the place after the last of the hashes", lambda b: b["entries"][-1]["path"].append(len(b["hashes"])))
    broken("place-huge", "bundle-form", "a path names place 2^53 - 1", lambda b: b["entries"][-1]["path"].append(2**53 - 1))
    broken("without-hashes", "bundle-form", "paths name hashes, and there are none", lambda b: b.update(hashes=[]))
    broken("path-long", "bundle-form", "a path of 64 hashes", lambda b: b["entries"][-1].update(path=[b["entries"][-1]["path"][0]] * 64))
    broken("verdict-unknown", "bundle-incomplete", "the verdict is not in it", lambda b: b.update(verdict="ab" * 32))
    broken("proof-cut", "proof-invalid", "a proof lacks its last hash", lambda b: b["entries"][2]["path"].pop() and reuse(b))
    broken("proof-index", "proof-invalid", "an entry is said to stand at another index",
           lambda b: b["entries"][-1].update(index=b["entries"][-1]["index"] + 1))
    broken("proof-past-size", "proof-invalid", "an index past the checkpoint's size", lambda b: b["entries"][-1].update(index=99))
    broken("without-genesis", "genesis-missing", "genesis is not in it", lambda b: b["entries"].pop(0) and reuse(b), make=judged)
    broken("without-key", "key-unknown", "the entry that enrolled the author is not in it", lambda b: b["entries"].pop(1) and reuse(b), make=judged)
    broken("without-claim", "bundle-incomplete", "the verdict's claim is not in it", lambda b: b["entries"].pop(3) and drop_objects(b, "factlog/claim@v1") and reuse(b), make=judged)
    broken("without-verdict-object", "bundle-incomplete", "the verdict's object is not in it", lambda b: drop_objects(b, "factlog/verdict@v1"), make=judged)
    broken("object-of-nobody", "object-unreferenced", "an object that no entry in it speaks of",
           lambda b: b.update(objects=sorted([*b["objects"], "a stray object"], key=lambda o: name_of(o.encode()))))
    broken("without-slices", "slice-missing", "the slices that the quote needs are not in it", slices=False)
    broken("slice-bytes", "slice-invalid", "a byte of a slice is another", lambda b: b["slices"][0].update(bytes=b64(flip(60)(base64.b64decode(b["slices"][0]["bytes"])))))

    def forge(b):
        slice = next(s for s in b["slices"] if s["end"] == 4096 or len(base64.b64decode(s["bytes"])) > 600)
        data = base64.b64decode(slice["bytes"])
        slice["bytes"] = b64(struct.pack("<Q", struct.unpack("<Q", data[:8])[0] + 1) + data[8:])
    broken("slice-length", "slice-length", "the length header of a slice that lacks the last chunk is another", forge)
    broken("checkpoint-signature", "checkpoint-damaged", "the log's signature does not verify",
           checkpoint=wrong_signature(quoted().checkpoint()))
    l = quoted()
    other = l.checkpoint(key=Key(LOG.name, 40))
    bad("bundle-checkpoint-by-other-key", "checkpoint-damaged", "another key of the same name signed the checkpoint", l.bundle(l.v2, checkpoint=other))
    bad("bundle-checkpoint-origin", "checkpoint-origin", "the checkpoint is of another ledger", l.bundle(l.v2, checkpoint=l.checkpoint(origin="other.example/facts")))
    more = signed_checkpoint(f"{LOG.name}\n{len(l.ids)}\n{l.root()}\nmore\n")
    bad("bundle-checkpoint-fourth-line", "checkpoint-damaged", "a fourth line in the checkpoint's text", l.bundle(l.v2, checkpoint=more))
    bad("bundle-signature", "signature-invalid", "the signature of an entry does not verify, though the tree covers it",
        (lambda l: l.bundle(l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "rating"}, edit=wrong_signature)))(judged()))
    bad("bundle-wrong-quote", "claim-quote", "the claim's quote is not in the text", wrong_quote(text=LONG, rights="quoted", bundle=True))
    l = judged()
    bad("bundle-not-canonical", "bundle-form", "a space after a comma", l.bundle(l.v).replace(b',"entries"', b', "entries"'))
    bad("bundle-key-twice", "bundle-form", "a key stands twice", l.bundle(l.v)[:-2] + b',"verdict":"' + l.v.encode() + b'"}\n')
    bad("bundle-cut", "bundle-form", "the file ends early", l.bundle(l.v)[:-300])
    bad("bundle-two-line-feeds", "bundle-form", "two line feeds at the end", l.bundle(l.v) + b"\n")
    bad("bundle-deep", "bundle-form", "brackets nested 200,000 deep", b'{"a":' + b"[" * 200_000)
    bad("bundle-empty", "bundle-form", "an empty file", b"")
    l = judged()
    l.erase(name_of(SHORT.encode()))
    incomplete("bundle-erased", "object-erased", "the text was erased, and that entry is in the bundle", l.bundle(l.v))
    l = judged(text=LONG, rights="withheld")
    incomplete("bundle-quote-unchecked", "quote-unchecked", "the source is withheld, and there are no slices of it",
               l.bundle(l.v, also=[l.at(l.c)["claim"]]))


def corrected(*people, rights="public", last=None, **more):
    """A verdict that another corrects and a third one after it, each with evidence of its own."""
    l = desk(ALICE, *people, **more)
    l.s, l.verdicts, l.cited = l.source(), [], []
    l.c = l.claim(l.s)
    for rating, text in (("true", LONG), ("unproven", REPORT.replace("two", "three")), ("false", REPORT)):
        exact = "The bridge is safe, the mayor said" if text is LONG else "bridge's twelve cables are broken"
        l.cited.append(l.source(text, "quoted" if text is REPORT else rights, title=rating))
        before = {"supersedes": l.verdicts[-1], "change": "rating"} if l.verdicts else {}
        l.verdicts.append(l.verdict(l.c, rating, evidence=[evidence(l, l.cited[-1], exact)], fields=before))
    l.v = l.verdicts[-1]
    return l


def leave_out(l, *ids):
    """Takes entries, with what only they speak of, or objects out of a bundle."""
    def change(bundle):
        bundle["entries"] = [e for e in bundle["entries"] if l.ids[e["index"]] not in ids]
        spoken = {hash for e in bundle["entries"] for hash in l.spoken(l.bodies[e["index"]])} - {*ids}
        bundle["objects"] = [o for o in bundle["objects"] if name_of(o.encode()) in spoken]
        slices = [s for s in bundle.pop("slices", []) if s["text"] in spoken]
        bundle |= {"slices": slices} if slices else {}
        reuse(bundle)
    return change


def alter(l, hash, old, new):
    """Changes an object, and puts it where its new hash belongs."""
    def change(bundle):
        objects = [o.replace(old, new) if name_of(o.encode()) == hash else o for o in bundle["objects"]]
        assert objects != bundle["objects"]
        bundle["objects"] = sorted(objects, key=lambda o: name_of(o.encode()))
    return change


def absent_cases():
    """What a bundle may leave out (section 14), and the same where it may not."""
    def lacks(name, why, l, *ids, code="bundle-incomplete", about=None, **more):
        whole, rest = (l.bundle(about or l.v, change, **more) for change in (None, leave_out(l, *ids)))
        assert whole != rest, name
        bad("bundle-lacks-" + name, code, why, rest)

    # The evidence of other verdicts than the one that it is about.
    l = corrected()
    first, middle, last = l.verdicts
    good("bundle-of-correction", "a verdict in the place of two others, whose evidence is not in it", l.bundle(last))
    good("bundle-of-corrected", "a verdict that another superseded, whose evidence is not in it", l.bundle(middle))
    good("bundle-of-first", "a verdict that was superseded by another, and that one too", l.bundle(first))
    good("bundle-quotation-only", "slices of public texts", l.bundle(first, shows="quotes"))
    def cut(bundle): bundle["slices"] = bundle["slices"][:-1]
    bad("bundle-quotation-only-lacks-slice", "slice-missing", "one of the slices of public texts is not in it", l.bundle(first, cut, shows="quotes"))
    bad("bundle-quotation-only-lacks-slices", "slice-missing", "the slices of public texts are not in it", l.bundle(first, shows="quotes", slices=False))
    good("bundle-with-other-evidence", "a source that another verdict cites, though it need not be there, and no slices of it", l.bundle(last, also=[l.cited[0]], shows="quotes"))
    good("bundle-with-other-evidence-text", "a source that another verdict cites, and its text", l.bundle(last, also=[l.cited[0], l.at(l.cited[0])["text"]["blake3"]]))
    lacks("evidence-source", "a source of its own verdict's evidence is not in it", l, l.cited[2])
    lacks("evidence-source-of-first", "a source of its own verdict's evidence is not in it, and others supersede that verdict", l, l.cited[0], about=first)
    lacks("evidence-slices", "the slices of its own verdict's evidence are not in it", l, l.at(l.cited[2])["text"]["blake3"], code="slice-missing")
    lacks("superseded", "the verdict that its own supersedes is not in it", l, middle)
    lacks("superseded-by-superseded", "a verdict is not in it that the superseded one supersedes", l, first)
    lacks("superseded-object", "what a superseded verdict says is not in it, and no source is withheld", l, l.at(first)["verdict"])
    lacks("meta", "what is known of a source whose quotes may be shown is not in it", l, l.at(l.cited[2])["meta"])
    lacks("claim-object", "a claim on a public source is not in it", l, l.at(l.c)["claim"])

    def add_slice(bundle): bundle["slices"] = sorted([*bundle["slices"], extra], key=lambda s: (s["text"], s["start"], s["end"]))
    extra = l.slice(name_of(LONG.encode()), *widened([around(quote_of(LONG, "The bridge is safe, the mayor said"))], len(LONG.encode()))[0])
    bad("bundle-slice-of-other-evidence", "object-unreferenced", "a slice for the evidence of another verdict", l.bundle(last, add_slice, also=[l.cited[0]], shows="quotes"))
    extra = l.slice(name_of(SHORT.encode()), 0, len(SHORT.encode()))
    bad("bundle-slice-beside-text", "object-unreferenced", "a slice of a text that is in it", l.bundle(last, add_slice))
    bad("bundle-evidence-text-altered", "object-unreferenced", "the text of its verdict's evidence is another", l.bundle(first, alter(l, name_of(LONG.encode()), "is safe", "is sale")))
    bad("bundle-evidence-meta-altered", "object-unreferenced", "what is known of its verdict's evidence is another", l.bundle(last, alter(l, l.at(l.cited[2])["meta"], '"false"', '"other"')))
    bad("bundle-verdict-altered", "object-unreferenced", "the verdict's reason is another", l.bundle(last, alter(l, l.at(last)["verdict"], "It was wrong.", "It was right.")))
    bad("bundle-superseded-altered", "object-unreferenced", "the reason of a superseded verdict is another", l.bundle(last, alter(l, l.at(middle)["verdict"], "It was wrong.", "It was right.")))

    # An evidence quote that is nowhere in its source.
    l = judged(text=LONG)
    s = l.source(REPORT)
    wrong = evidence(l, s)
    wrong["quote"]["exact"] = wrong["quote"]["exact"].replace("broken", "brOken")
    l.v2 = l.verdict(l.c, evidence=[wrong], fields={"supersedes": l.v, "change": "update"})
    v3 = l.verdict(l.c, fields={"supersedes": l.v2, "change": "update"})
    bad("bundle-evidence-quote", "evidence-quote", "its verdict quotes what is not in the source", l.bundle(l.v2))
    good("bundle-other-evidence-unchecked", "another verdict quotes what is not in the source, which is there and not looked at", l.bundle(v3, also=[s, name_of(REPORT.encode())]))

    # Policies.
    l = judged()
    named = l.at(l.v)["policy"]
    l.new_policy(approvals=2)
    l.new_policy(approvals=1)
    unnamed, later = l.bodies[-2]["policy"], l.bodies[-1]["policy"]
    l.v2 = l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "rating"})
    good("bundle-policy-unnamed", "a policy that no verdict in it names is left out", l.bundle(l.v2))
    good("bundle-policy-unnamed-there", "a policy that no verdict in it names is there", l.bundle(l.v2, also=[unnamed]))
    lacks("policy", "the policy of its verdict is not in it", l, later, about=l.v2)
    lacks("policy-of-superseded", "the policy of a superseded verdict is not in it", l, named, about=l.v2)
    lacks("policy-of-next", "the policy of the verdict that superseded its own is not in it", l, later)
    lacks("policy-entry", "the entry that sets its verdict's policy is not in it", l, l.ids[l.ids.index(l.v2) - 1], code="verdict-policy", about=l.v2)
    l = desk(ALICE)
    l.new_policy(approvals=1)
    l.s = l.source()
    l.v = l.verdict(l.claim(l.s))
    good("bundle-first-policy-unnamed", "the policy of genesis is left out, and another was in force", l.bundle(l.v))

    # Notes.
    l = judged(BOB)
    l.approve(l.v)
    l.approve(l.v, decision="dispute")
    notes = [b["note"] for b in l.bodies if b["kind"] == "approval"]
    good("bundle-disputed", "the notes of an approval and a dispute are left out", l.bundle(l.v))
    good("bundle-disputed-with-notes", "the notes of an approval and a dispute are there", l.bundle(l.v, also=notes))
    l.retract(l.v)
    lacks("retraction-note", "the note of a retraction is not in it", l, l.bodies[-1]["note"])
    l = corrected()
    l.retract(l.v)
    lacks("retraction-note-of-next", "the note of a retraction is not in it, of the verdict that superseded its own", l, l.bodies[-1]["note"], about=l.verdicts[1])
    l = judged(DAVE)
    other = l.source(REPORT, title="other")
    l.revoke(ALICE, l.ids.index(l.s))
    l.reaffirm([l.v, other])
    good("bundle-reaffirmed", "its verdict is reaffirmed, and with it an entry that is not in the bundle", l.bundle(l.v))
    lacks("reaffirmation-note", "the note of a reaffirmation is not in it", l, l.bodies[-1]["note"])

    # Sources of which nothing is shown.
    l = corrected(rights="withheld")
    incomplete("bundle-of-correction-of-withheld", "quote-unchecked", "the superseded verdicts quote withheld sources, which are in it, and are left out", l.bundle(l.v))
    good("bundle-of-correction-with-texts", "the same with all of them", l.bundle(l.v, shows="texts"))
    l = judged()
    s = l.source(REPORT, "withheld")
    l.v2 = l.verdict(l.c, evidence=[evidence(l, s)], fields={"supersedes": l.v, "change": "update"})
    incomplete("bundle-quotes-withheld", "quote-unchecked", "its verdict quotes a withheld source, and is left out", l.bundle(l.v2))
    good("bundle-quotes-withheld-with-texts", "its verdict quotes a withheld source, all of which is there", l.bundle(l.v2, shows="texts"))
    lacks("superseded-object-before-withheld", "what a superseded verdict says is not in it, and a source recorded later is withheld", l, l.at(l.v)["verdict"], about=l.v2, shows="texts")
    lacks("withheld-source", "a withheld source that its verdict quotes is not in it", l, s, about=l.v2, shows="texts")
    l = desk(ALICE)
    s, l.s = l.source(REPORT, "withheld"), l.source()
    l.c = l.claim(l.s)
    l.v = l.verdict(l.c, evidence=[{"source": s, "stance": "context", "primary": False}])
    good("bundle-cites-withheld", "its verdict cites a withheld source without a quote; what is known of that is left out", l.bundle(l.v))
    lacks("claim-object-beside-withheld", "a claim on a public source is not in it, and another source is withheld", l, l.at(l.c)["claim"])
    lacks("meta-beside-withheld", "what is known of a public source is not in it, and another is withheld", l, l.at(l.s)["meta"])
    l = judged(text=LONG, rights="withheld")
    incomplete("bundle-claim-withheld", "quote-unchecked", "a claim on a withheld source is left out", l.bundle(l.v))
    good("bundle-claim-withheld-with-texts", "a claim on a withheld source, all of which is there", l.bundle(l.v, shows="texts"))

    # What was erased, and claims that others superseded.
    l = corrected()
    l.erase(l.at(l.verdicts[0])["verdict"])
    incomplete("bundle-superseded-erased", "object-erased", "a superseded verdict was erased, and that entry is in it", l.bundle(l.v))
    lacks("erasure", "a superseded verdict was erased, and that entry is not in it", l, l.ids[-1])
    l = judged(text=LONG)
    l.source(REPORT, fields={"replaces": l.s})
    shorter = l.claim(l.s, l.claim_object(l.s, "bridge is safe"), fields={"supersedes": l.c, "change": "span"})
    l.v2 = l.verdict(shorter, "true", fields={"supersedes": l.v, "change": "rating"})
    good("bundle-claim-superseded", "a verdict on other wording superseded its own", l.bundle(l.v))
    good("bundle-claim-supersedes", "its verdict is on wording that superseded other wording", l.bundle(l.v2))
    lacks("earlier-claim", "the claim that its verdict's claim supersedes is not in it", l, l.c, about=l.v2)
    l = judged()
    newer = l.source(REPORT, fields={"replaces": l.s}, title="newer")
    l.v = l.verdict(l.claim(newer, l.claim_object(newer, "Two of the bridge's twelve cables are broken", manner="narration", claimant=None)))
    good("bundle-source-replaces", "its source replaces one that is not in it", l.bundle(l.v))


SITE = {"index.html": b"<h1>Test Desk</h1>\n", "claim/1/index.html": b"<p>Two cables are broken.</p>\n", "claim/1/empty.css": b"",
        "claim-1.csv": b"claim\r\n1\r\n", "claims/\u00fcbersicht.html": "<p>\u00dcbersicht</p>\n".encode(), "claims/mark.png": b"\x89PNG\0\xff"}


def export_cases():
    """Signed exports: section 14.1."""
    def desk_of(*people): return desk(ALICE, CAROL, *people)
    def signed(files=SITE, change=None, people=(), **more): return desk_of(*people).export(files, change, **more)
    def after(*what, revoked=True):
        """An export whose publisher's key was revoked, tainting it, and what was recorded then."""
        l = desk_of()
        id = l.publication(files=listed(SITE))
        l.revoke(CAROL, l.ids.index(id))
        for one in what:
            one(l, id)
        return SITE | {"publication.json": l.bundle(id)}
    good("export", "files in folders, in byte order of their paths, one of them empty", signed())
    good("export-of-nothing", "the list is empty, and nothing is there", signed({}))
    good("export-with-site-file", "what the next export reads stands beside, and is no part of it", signed() | {".factlog-site.json": b"{}"})
    good("export-reaffirmed", "the publisher's key was revoked, and the publication reaffirmed", after(lambda l, id: l.reaffirm([id])))
    case("export-tainted", "good", "entries-tainted", "the publisher's key was revoked, and the publication is tainted: a note", after())
    good("export-by-rotated-key", "the publisher's key was rotated before", (lambda l: (l.rotate(CAROL, CAROL2), l.export(SITE, by=CAROL2))[1])(desk_of()))
    l = desk_of()
    id = l.publication(files=listed(SITE))
    l.rotate(CAROL, CAROL2)
    l.new_log()
    good("export-before-changes", "the publisher's key and the log's changed afterwards", SITE | {"publication.json": l.bundle(id)})
    good("export-other-names", "files with names like a bundle's are not looked at", signed(SITE | {"old-bundle.json": b"{", "bundle.json.gz": b"{"}))
    good("signed-file", "a single file, with others beside it", signed({"claims.csv": b"1\r\n"}, name="claims.csv.publication.json") | {"other.csv": b"2\r\n"})

    # The bundles of verdicts among the files.
    l = judged(CAROL)
    pages = SITE | {"claim/1/bundle.json": l.bundle(l.v)}
    other = l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "rating"})
    pages |= {"claim/2/bundle.json": l.bundle(other)}
    good("export-with-bundles", "bundles of two verdicts, with earlier checkpoints than the publication's", l.export(pages))
    l = judged(CAROL, text=LONG, rights="withheld")
    incomplete("export-bundle-unchecked", "quote-unchecked", "a bundle in it leaves out a claim on a withheld source", l.export({"1/bundle.json": l.bundle(l.v)}))
    l = judged(CAROL)
    value = l.claim_object(l.s, "bridge is safe")
    value["quote"]["exact"] = "bridge is sale"
    wrong = l.bundle(l.verdict(l.claim(l.s, value)))
    bad("export-bundle-quote", "claim-quote", "a bundle in it, as listed, has a quote that is not in the text", l.export({"1/bundle.json": wrong}))
    bad("export-bundle-cut", "bundle-form", "a bundle in it, as listed, ends early", l.export({"1/bundle.json": l.bundle(l.v)[:-300]}))
    bad("export-bundle-at-top", "bundle-form", "a file `bundle.json` in the folder itself, as listed, is none", l.export({"bundle.json": b"{}"}))
    l, elsewhere = judged(CAROL), judged(rules=policy(approvals=1))
    bad("export-bundle-of-other-ledger", "genesis-other", "a bundle in it, as listed, is of another ledger with the same keys",
        l.export({"1/bundle.json": elsewhere.bundle(elsewhere.v)}))
    l = judged(CAROL)
    kept = l.export({"1/bundle.json": l.bundle(l.v)})
    bad("export-bundle-altered", "file-changed", "a bundle in it is another that holds", kept | {"1/bundle.json": l.bundle(l.v)})
    bad("signed-file-bundle", "claim-quote", "the single file is a bundle with a quote that is not in the text",
        (lambda l: l.export({"bundle.json": wrong}, name="bundle.json.publication.json"))(judged(CAROL)))

    # Files that are not as listed.
    def row(path, **fields): return [file | fields if file["path"] == path else file for file in listed(SITE)]
    bad("export-byte", "file-changed", "a byte of a file is another", swap(signed(), "claim/1/index.html", flip(3)))
    bad("export-byte-added", "file-changed", "the empty file has a byte", signed() | {"claim/1/empty.css": b"\n"})
    bad("export-swapped", "file-changed", "two files change places", signed() | {"index.html": SITE["claim/1/index.html"], "claim/1/index.html": SITE["index.html"]})
    for field, value in (("blake3", "ab" * 32), ("sha256", "ab" * 32), ("bytes", 7)):
        bad("export-listed-" + field, "file-changed", f"the list states another `{field}` of a file than it has", signed(rows=row("index.html", **{field: value})))
    bad("export-file-removed", "file-missing", "a file is not there", without(signed(), "claim/1/index.html"))
    bad("export-empty-file-removed", "file-missing", "an empty file is not there", without(signed(), "claim/1/empty.css"))
    bad("export-folder-removed", "file-missing", "a folder is not there", without(signed(), "claims/\u00fcbersicht.html", "claims/mark.png"))
    bad("export-folder-for-file", "file-missing", "a folder stands in a file's place", without(signed(), "index.html") | {"index.html/index.html": SITE["index.html"]})
    bad("export-moved", "file-missing", "a file stands in another folder than listed", without(signed(), "index.html") | {"claim/index.html": SITE["index.html"]})
    bad("export-file-added", "file-unlisted", "a file is there that is not listed", signed() | {"about.html": b"<p>About</p>\n"})
    bad("export-hidden-added", "file-unlisted", "a file is not listed whose name begins with a full stop", signed() | {".htaccess": b"Deny from all\n"})
    bad("export-folder-added", "file-unlisted", "a file in a folder of its own is not listed", signed() | {"claim/2/new/index.html": b"<p>Three</p>\n"})
    bad("export-site-file-below", "file-unlisted", "what the next export reads stands in another folder", signed() | {"claim/.factlog-site.json": b"{}"})
    bad("export-bundle-added", "file-unlisted", "a bundle is not listed", (lambda l: l.export(SITE) | {"claim/1/bundle.json": l.bundle(l.v)})(judged(CAROL)))
    bad("export-of-nothing-file-added", "file-unlisted", "the list is empty, and a file is there", signed({}) | {"index.html": b""})
    single = signed({"claims.csv": b"1\r\n"}, name="claims.csv.publication.json")
    bad("signed-file-byte", "file-changed", "a byte of the single file is another", single | {"claims.csv": b"2\r\n"})
    bad("signed-file-removed", "file-missing", "the single file is not there", without(single, "claims.csv"))

    for name, why, there in (("unlisted", "the list is of nothing", {}), ("other", "the list is of another file, which is there", {"b.csv": b"1\r\n"})):
        bad("signed-file-" + name, "file-unlisted", f"{why}, and stands beside a file under that one's name",
            signed(there, name="claims.csv.publication.json") | {"claims.csv": b"2\r\n"})
    bad("export-publication-below", "file-unlisted", "a `publication.json` in another folder is not listed", signed() | {"claim/publication.json": b"{}"})
    bad("export-lists-itself", "file-missing|file-changed", "the list names its own bundle", signed(rows=sorted(listed(SITE | {"publication.json": b"{}"}), key=lambda f: f["path"].encode())))

    # Who signed the list, and what it is.
    bad("export-by-reviewer", "key-not-entitled", "a reviewer signed the list", signed(by=ALICE))
    bad("export-by-root", "key-not-entitled", "a root signed the list", signed(by=ROOT))
    bad("export-by-stranger", "key-unknown", "a key that is not enrolled signed the list", signed(by=STRANGER))
    bad("export-by-revoked-key", "key-ended", "the publisher's key was revoked before",
        (lambda l: (l.revoke(CAROL, 2), l.export(SITE))[1])(desk_of()))
    bad("export-by-rotated-out-key", "key-ended", "the publisher's key was rotated before, and the old one signed",
        (lambda l: (l.rotate(CAROL, CAROL2), l.export(SITE))[1])(desk_of()))
    bad("export-signature", "signature-invalid", "the publisher's signature does not verify, though the tree covers it", signed(edit=wrong_signature))
    bad("export-size", "publication-size", "the list is said to be made from more entries than stand before it", signed(size=4))
    bad("export-paths-out-of-order", "object-form", "the paths are out of order", signed(rows=listed(SITE)[::-1]))
    bad("export-path-twice", "object-form", "a path stands twice", signed(rows=[*listed(SITE), listed(SITE)[-1]]))
    bad("export-path-out", "object-form", "a path leads out of the folder", signed({}, rows=[{**listed(SITE)[0], "path": "../index.html"}]))

    # Two trees of one size.
    def beside(l, text):
        """The bundle of the same verdict in a log that went on otherwise."""
        other = copy.deepcopy(l)
        other.source(text)
        return other.bundle(other.v)
    l = judged(CAROL)
    bundles = {"1/bundle.json": beside(l, REPORT), "2/bundle.json": beside(l, LONG)}
    l.source(REPORT)
    bad("export-bundles-of-two-trees", "checkpoint-root", "two bundles in it hold, with two roots of one size", l.export(bundles))
    l = judged(CAROL)
    bad("export-bundle-of-other-root", "checkpoint-root", "a bundle in it holds, with another root than the publication's of that size", l.export({"1/bundle.json": beside(l, REPORT)}))
    bad("export-listed-huge", "file-changed", "the list says 2^53 - 1 bytes of a file", signed(SITE, rows=[{**row, "bytes": 2**53 - 1} for row in listed(SITE)]))

    # Its bundle.
    def broken(name, code, why, change=None, **more):
        bad("publication-bundle-" + name, code, why, signed({}, change, **more)["publication.json"])
    l = judged(CAROL)
    id = l.publication()
    broken("both", "bundle-form", "it names a verdict beside the publication", lambda b: b.update(verdict=b["publication"]))
    broken("neither", "bundle-form", "it does not name the publication", lambda b: b.pop("publication"))
    broken("verdict-field", "bundle-form", "it names the publication as a verdict", lambda b: b.update(verdict=b.pop("publication")))
    broken("type", "bundle-form", "the type is that of a verdict's bundle", lambda b: b.update(type="factlog/bundle@v1"))
    broken("unknown", "bundle-incomplete", "the publication is not in it", lambda b: b.update(publication="ab" * 32))
    bad("bundle-neither", "bundle-form", "a verdict's bundle does not name it", l.bundle(l.v, lambda b: b.pop("verdict")))
    bad("bundle-publication-field", "bundle-form", "a verdict's bundle names it as a publication", l.bundle(l.v, lambda b: b.update(publication=b.pop("verdict"))))
    bad("publication-bundle-of-verdict", "reference-kind", "the entry that it names is a verdict",
        l.bundle(l.v, lambda b: b.update(publication=b.pop("verdict"), type="factlog/publication@v1")))
    bad("bundle-of-publication", "reference-kind", "the entry that it names as a verdict is a publication",
        l.bundle(id, lambda b: b.update(verdict=b.pop("publication"), type="factlog/bundle@v1")))
    broken("without-manifest", "bundle-incomplete", "the list is not in it", lambda b: drop_objects(b, "factlog/manifest@v1"))
    broken("without-key", "key-unknown", "the entry that enrolled the publisher is not in it", lambda b: b["entries"].pop(1) and reuse(b))
    broken("signature", "checkpoint-damaged", "the log's signature does not verify", lambda b: b.update(checkpoint=wrong_signature(b["checkpoint"].encode()).decode()))
    broken("empty", "bundle-form", "an empty file", lambda b: b.clear())
    made = signed(change=lambda b: b.update(objects=[o.replace("index.html", "index.htm1") for o in b["objects"]]))
    bad("export-list-altered", "bundle-incomplete", "the list is another than was signed", made)
    l, elsewhere = desk_of(), desk(ALICE, CAROL, rules=policy(approvals=1))
    elsewhere.publication()
    id = l.publication(files=listed(SITE))
    bad("export-of-other-tree", "proof-invalid", "the checkpoint is of another ledger of the same log key",
        SITE | {"publication.json": l.bundle(id, checkpoint=elsewhere.checkpoint())})
    l = desk_of()
    id = l.publication(files=listed(SITE))
    l.erase(l.at(id)["manifest"])
    made = SITE | {"publication.json": l.bundle(id)}
    incomplete("export-list-erased", "object-erased", "the list was erased, so that the files can't be checked", made)
    bad("export-lacks-erasure", "bundle-incomplete", "the list was erased, and that entry is not in its bundle",
        made | {"publication.json": l.bundle(id, leave_out(l, l.ids[-1]))})


def reuse(bundle):
    """Leaves no unused hash and names the rest in their order."""
    old, used = bundle["hashes"], list(dict.fromkeys(p for e in bundle["entries"] for p in e["path"]))
    bundle["hashes"] = [old[p] for p in used]
    for e in bundle["entries"]:
        e["path"] = [used.index(p) for p in e["path"]]
    return True


def drop_objects(bundle, kind):
    bundle["objects"] = [o for o in bundle["objects"] if f'"type":"{kind}"' not in o]
    return True


def wrong_signature(note):
    """Changes the signature's S, which stays canonical base64 of 64 bytes."""
    start = note.rindex(b" ") + 1
    data = base64.b64decode(note[start:])
    return note[:start] + b64(data[:40] + bytes([data[40] ^ 1]) + data[41:]).encode() + b"\n"


def wrong_quote(bundle=False, **more):
    l = judged(**more)
    value = l.claim_object(l.s)
    value["quote"]["exact"] = "The bridge is sale"
    c = l.claim(l.s, value)
    v = l.verdict(c)
    return l.bundle(v) if bundle else l.publish()


def entry_cases():
    """Faults of single entries: their form, signatures and JSON."""
    def edited(name, code, why, edit, write=lambda l, edit: l.source(edit=edit)):
        l = desk(ALICE)
        write(l, edit)
        bad(name, code, why, l.publish())

    def changed(name, code, why, change, write=lambda l, change: l.source(change=change)):
        edited(name, code, why, change, write)

    def signed(change):
        """Changes an entry's text and signs it again, so that only its form is wrong."""
        def edit(note):
            text = change(note[:note.index(b"\n\n") + 1])
            return text + b"\n" + ALICE.line(text)
        return edit
    edited("entry-bytes", "entry-damaged", "an entry that is no note", lambda n: b"not an entry\n")
    edited("entry-empty", "entry-damaged", "an entry of no bytes", lambda n: b"")
    edited("entry-tag", "entry-damaged", "another version in the tag", signed(lambda t: t.replace(b"@v1", b"@v2", 1)))
    edited("entry-too-long", "entry-damaged", "a note of more than 4,096 bytes", None, lambda l, _: l.source(fields={"media": "x" * 4000}))
    edited("entry-control-character", "entry-damaged", "a TAB between the fields", signed(lambda t: t.replace(b',"at"', b',\t"at"')))
    edited("entry-third-line", "entry-damaged", "a third line in the text", signed(lambda t: t + b"more\n"))
    edited("entry-second-empty-line", "entry-damaged", "two empty lines before the signatures", lambda n: n.replace(b"\n\n", b"\n\n\n"))
    edited("entry-no-last-line-feed", "entry-damaged", "no line feed at the end", lambda n: n[:-1])
    edited("entry-after-signatures", "entry-damaged", "an empty line after the signatures", lambda n: n + b"\n")
    edited("entry-no-signature", "entry-damaged", "a text without signature lines", lambda n: n[:n.index(b"\n\n") + 2])
    edited("json-space", "entry-damaged", "a space after a comma", signed(lambda t: t.replace(b',"at"', b', "at"')))
    edited("json-key-order", "entry-damaged", "keys out of order", signed(lambda t: t.replace(b'"charset":"UTF-8",', b"").replace(b'"rights"', b'"charset":"UTF-8","rights"')))
    edited("json-key-twice", "entry-damaged", "a key stands twice; many parsers keep the last", signed(lambda t: t.replace(b'"rights":', b'"rights":"withheld","rights":')))
    edited("json-escape", "entry-damaged", "a letter is escaped that stands for itself", signed(lambda t: t.replace(b"text/plain", b"\\u0074ext/plain")))
    edited("json-upper-case-escape", "entry-damaged", "a control character's escape in upper-case hex", signed(lambda t: t.replace(b"text/plain", b"text\\u001F")))
    edited("json-slash-escape", "entry-damaged", "a slash is escaped", signed(lambda t: t.replace(b"text/plain", b"text\\/plain")))
    edited("json-lone-surrogate", "entry-damaged", "a lone surrogate", signed(lambda t: t.replace(b"text/plain", b"text\\ud800")))
    edited("json-float", "entry-damaged", "a number with a fraction", signed(lambda t: t.replace(b'"n":0', b'"n":0.0')))
    edited("json-exponent", "entry-damaged", "a number with an exponent", signed(lambda t: t.replace(b'"n":0', b'"n":0e0')))
    edited("json-minus-zero", "entry-damaged", "minus zero", signed(lambda t: t.replace(b'"n":0', b'"n":-0')))
    edited("json-leading-zero", "entry-damaged", "a number with a leading zero", signed(lambda t: t.replace(b'"n":0', b'"n":00')))
    edited("json-large-integer", "entry-damaged", "2^53, past what every reader keeps", signed(lambda t: t.replace(b'"bytes":%d' % len(SHORT.encode()), b'"bytes":9007199254740992', 1)))
    edited("json-null", "entry-damaged", "null", signed(lambda t: t.replace(b'"charset":"UTF-8"', b'"charset":null')))
    edited("json-byte-order-mark", "entry-damaged", "a byte order mark", signed(lambda t: t.replace(b'\n{', b'\n\xef\xbb\xbf{', 1)))
    edited("json-not-utf-8", "entry-damaged", "bytes that are not UTF-8", signed(lambda t: t.replace(b"text/plain", b"text/\xff")))
    edited("json-two-values", "entry-damaged", "an array after the object", signed(lambda t: t.replace(b'}\n', b'}[]\n')))
    edited("json-deep", "entry-damaged", "brackets nested 1,500 deep", signed(lambda t: t.replace(b'"charset":"UTF-8"', b'"charset":' + b"[" * 1500 + b"]" * 1500)))
    changed("field-unknown", "entry-damaged", "a field that the kind does not have", lambda b: b.update(comment="hello"))
    changed("field-missing", "entry-damaged", "a field that the kind must have is not there", lambda b: b.pop("rights"))
    changed("field-empty", "entry-damaged", "an optional field is there and empty", lambda b: b.update(charset=""))
    changed("field-kind", "entry-damaged", "a kind that there is not", lambda b: b.update(kind="rumour"))
    changed("field-enum", "entry-damaged", "a word that is not in the list", lambda b: b.update(rights="free"))
    changed("field-boolean-for-integer", "entry-damaged", "a boolean where an integer belongs", lambda b: b["raw"].update(bytes=True))
    changed("hash-upper-case", "entry-damaged", "a hash in upper case", lambda b: b.update(meta=b["meta"].upper()))
    changed("root-not-canonical", "entry-damaged", "unused bits of base64 are not zero", lambda b: b["after"].update(root=b["after"]["root"][:-2] + chr(ord(b["after"]["root"][-2]) + 1) + "="))
    changed("root-not-padded", "entry-damaged", "base64 without padding", lambda b: b["after"].update(root=b["after"]["root"][:-1]))
    changed("time-february-30", "entry-damaged", "a date that there is not", lambda b: b.update(at="2026-02-30T10:00:00Z"))
    changed("time-leap-second", "entry-damaged", "a leap second", lambda b: b.update(at="2026-12-31T23:59:60Z"))
    changed("time-zone", "entry-damaged", "a time with an offset", lambda b: b.update(at="2026-11-22T10:00:09+00:00"))
    changed("time-lower-case", "entry-damaged", "a time with a small z", lambda b: b.update(at="2026-11-22T10:00:09z"))
    changed("source-text-without-normalizer", "entry-damaged", "a text, and no word of what made it", lambda b: b.pop("normalizer"))
    changed("chain-zero-with-previous", "entry-damaged", "the first entry names a previous one", lambda b: b["chain"].update(prev="ab" * 32))
    changed("after-zero", "entry-damaged", "after no entries at all", lambda b: b["after"].update(size=0))
    changed("genesis-with-after", "entry-damaged", "genesis comes after something", lambda b: b.update(after={"root": b64(sha(b"")), "size": 1}), lambda l, c: (l.__init__(), l.genesis(change=c)))
    changed("genesis-by-other", "entry-damaged", "the author of genesis is none of its roots", lambda b: b["roots"].update(keys=[ROOT2.vkey]), lambda l, c: (l.__init__(), l.genesis(change=c)))
    changed("genesis-threshold", "entry-damaged", "a threshold above the number of roots", lambda b: b["roots"].update(threshold=2), lambda l, c: (l.__init__(), l.genesis(change=c)))
    changed("genesis-origin", "entry-damaged", "the log's key has another name than the origin", lambda b: b.update(origin="other.example/facts"), lambda l, c: (l.__init__(), l.genesis(change=c)))
    changed("genesis-roots-order", "entry-damaged", "roots out of order", lambda b: b["roots"]["keys"].reverse(), lambda l, c: (l.__init__(), l.genesis((ROOT, ROOT2), change=c)))
    changed("key-id-wrong", "entry-damaged", "a key id that is not that of the key", lambda b: b.update(key=BOB.vkey.replace(BOB.id.hex(), "00000000")), lambda l, c: l.add(BOB, change=c))
    changed("key-31-bytes", "entry-damaged", "a public key that lacks a byte", lambda b: b.update(key=Key(BOB.name, 4, public=BOB.public[:31]).vkey), lambda l, c: l.add(BOB, change=c))
    changed("key-of-a-witness", "entry-damaged", "a key of the type of cosignatures", lambda b: b.update(key=WITNESS.vkey), lambda l, c: l.add(WITNESS, change=c))
    changed("key-without-id", "entry-damaged", "a name and a key, and no key id", lambda b: b.update(key=BOB.vkey.replace(BOB.id.hex() + "+", "")), lambda l, c: l.add(BOB, change=c))
    changed("key-id-upper-case", "entry-damaged", "a key id in upper case", lambda b: b.update(key=BOB.vkey.replace(BOB.id.hex(), BOB.id.hex().upper())), lambda l, c: l.add(BOB, change=c))
    changed("key-roles-order", "entry-damaged", "roles out of order", None, lambda l, c: l.add(BOB, roles=("approver", "reviewer")))
    changed("key-add-with-reason", "entry-damaged", "a field of another operation", lambda b: b.update(reason="lost"), lambda l, c: l.add(BOB, change=c))

    def enrolled(name, why, public, private=BOB):
        weak = Key("desk.example/weak", 4, public=public)
        weak.private = private.private
        bad(name, "entry-damaged", why, with_entry(lambda: desk(ALICE), lambda l: l.add(weak)))
    enrolled("key-small-order", "a public key of order 8", bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))
    enrolled("key-identity", "the neutral point as a public key", b"\1" + bytes(31))
    enrolled("key-zero", "the point with y = 0, of order 4", bytes(32))
    enrolled("key-not-canonical", "y = p + 3 for y = 3", ((2**255 - 19) + 3).to_bytes(32, "little"))
    enrolled("key-not-on-curve", "a y that no point has", (2).to_bytes(32, "little"))
    enrolled("key-with-torsion", "a public key with a part of order 8", WITH_TORSION)

    for name, why, value in [("space", "a no-break space in a key's name", "desk.example/a\u00a0b"), ("control", "a control character in a key's name", "desk.example/a\u0085b"),
                             ("256-bytes", "a key name of 256 bytes", "n" * 256), ("wide-space", "an ideographic space in a key's name", "desk.example/a\u3000b")]:
        bad("key-name-" + name, "entry-damaged", why, with_entry(lambda: desk(ALICE), lambda l: l.add(Key(value, 4))))
    changed("roots-order", "entry-damaged", "roots out of order", lambda b: b["keys"].reverse(), lambda l, c: l.new_roots((ROOT, ROOT2), 1, (ROOT, ROOT2), change=c))
    changed("roots-threshold-zero", "entry-damaged", "a threshold of none", None, lambda l, c: l.new_roots((ROOT, ROOT2), 0, (ROOT, ROOT2)))
    changed("reaffirmation-of-nothing", "entry-damaged", "an empty list of entries", None, lambda l, c: l.reaffirm([]))
    changed("publication-of-nothing", "entry-damaged", "a publication of no entries", None, lambda l, c: (l.add(CAROL, ("publisher",)), l.publication(size=0)))
    changed("claim-change-alone", "entry-damaged", "a change, and nothing superseded", None, lambda l, c: l.claim(l.source(), fields={"change": "span"}))

    # Signature lines.
    edited("signature-flipped", "signature-invalid", "a bit of the signature is another", wrong_signature)
    edited("signature-not-padded", "entry-damaged", "base64 with a sign too many", lambda n: n[:-1] + b"=\n")

    def plus_order(note):
        start = note.rindex(b" ") + 1
        data = base64.b64decode(note[start:])
        s = int.from_bytes(data[36:], "little") + ORDER_L
        return note[:start] + b64(data[:36] + s.to_bytes(32, "little")).encode() + b"\n"
    edited("signature-s-plus-order", "signature-invalid", "S + L in the place of S", plus_order)
    edited("signature-r-identity", "signature-invalid", "R is the neutral point, and the equation holds", small_r)
    edited("signature-url-base64", "entry-damaged", "base64 of the other alphabet", lambda n: n[:n.rindex(b" ") + 1] + n[n.rindex(b" ") + 1:].replace(b"+", b"-").replace(b"/", b"_").replace(b"A", b"_", 1))
    edited("signature-short", "entry-damaged", "a signature of 63 bytes", lambda n: n[:n.rindex(b" ") + 1] + b64(base64.b64decode(n[n.rindex(b" ") + 1:])[:-1]).encode() + b"\n")
    edited("signature-hyphen", "entry-damaged", "a hyphen for the dash", lambda n: n.replace("— ".encode(), b"- "))
    edited("signature-two-spaces", "entry-damaged", "two spaces after the dash", lambda n: n.replace("— ".encode(), "—  ".encode()))
    edited("signature-carriage-return", "entry-damaged", "CR LF at the end", lambda n: n[:-1] + b"\r\n")
    edited("signature-twice", "signature-invalid", "the author's line stands twice", lambda n: n + n[n.index("— ".encode()):])
    edited("signature-key-id", "signature-missing", "the line has another key id", lambda n: n[:n.rindex(b" ") + 1] + b64(b"\0\0\0\0" + base64.b64decode(n[n.rindex(b" ") + 1:])[4:]).encode() + b"\n")
    edited("signature-name", "signature-missing", "the line has another name", lambda n: n.replace("— desk.example/alice".encode(), "— desk.example/alyce".encode()))
    edited("signature-of-stranger-beside", "signature-not-called-for", "a further line by a key that the kind does not call for", lambda n: n + STRANGER.line(n[:n.index(b"\n\n") + 1]))
    edited("signature-of-root-beside", "signature-not-called-for", "a root signs a source too", lambda n: n + ROOT.line(n[:n.index(b"\n\n") + 1]))
    edited("text-changed", "signature-invalid", "a word of a signed entry is another", lambda n: n.replace(b'"public"', b'"quoted"'))
    l = council()
    l.add(BOB, roots=(ROOT, ROOT2, ROOT3), order=[ROOT, ROOT3, ROOT2, BOB])
    bad("signature-order", "signature-invalid", "further lines out of order", l.publish())
    l = council()
    l.write("policy", [ROOT2, ROOT], {"policy": l.object(policy(approvals=1))}, order=[ROOT, ROOT2])
    bad("signature-author-not-first", "signature-invalid", "the author's line is not the first", l.publish())
    bad("signature-of-new-key-missing", "signature-missing", "a key is added that did not sign", with_entry(lambda: desk(ALICE), lambda l: l.add(BOB, order=[ROOT])))
    l = Ledger()
    l.genesis((ROOT, ROOT2), signers=[ROOT])
    bad("genesis-root-missing", "signature-missing", "a root did not sign genesis", l.publish())
    bad("signature-of-other-key", "signature-missing", "another key signed in the author's place", with_entry(lambda: desk(ALICE, DAVE), lambda l: l.source(order=[DAVE])))


ORDER_L = 2**252 + 27742317777372353535851937790883648493


def small_r(note):
    """A signature whose R is the neutral point: with k of text and S = k·a the loose equation holds."""
    text = note[:note.index(b"\n\n") + 1]
    secret = bytearray(hashlib.sha512(bytes([3]) * 32).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 127 | 64
    r = b"\1" + bytes(31)
    k = int.from_bytes(hashlib.sha512(r + ALICE.public + text).digest(), "little") % ORDER_L
    s = k * int.from_bytes(secret, "little") % ORDER_L
    return text + f"\n— {ALICE.name} {b64(ALICE.id + r + s.to_bytes(32, 'little'))}\n".encode()


def with_torsion():
    """BOB's public key plus a point of order 8, in affine coordinates."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p

    def decoded(data):
        y, sign = int.from_bytes(data, "little") & 2**255 - 1, data[31] >> 7
        square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
        return (x if x % 2 == sign else p - x), y
    (a, b), (c, e) = decoded(BOB.public), decoded(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))
    t = d * a * b * c * e % p
    x, y = (a * e + b * c) * pow(1 + t, -1, p) % p, (b * e + a * c) * pow(1 - t, -1, p) % p
    return (y | (x & 1) << 255).to_bytes(32, "little")


WITH_TORSION = with_torsion()


def replay_cases():
    """Who was entitled, what stands: section 7."""
    def forced(name, code, why, write, make=lambda: judged(BOB, DAVE)):
        l = make()
        write(l)
        bad(name, code, why, l.publish())
    other = Ledger()
    other.genesis(rules=policy(methodology="other"))
    forced("genesis-missing", "genesis-missing", "the log starts with another entry", lambda l: None, lambda: headless())
    forced("genesis-again", "genesis-again", "a second genesis", lambda l: l.genesis((ROOT4,), log=Key("desk.example/facts", 41)))
    forced("ledger-other", "ledger-other", "an entry of another ledger", lambda l: l.source(change=lambda b: b.update(ledger=other.ids[0])))
    forced("key-unknown", "key-unknown", "a stranger's source", lambda l: l.source(by=STRANGER))
    forced("key-other-name", "key-other-name", "Alice's key under another name", lambda l: (l.people.update({ALICIA.vkey: ALICE.vkey}), l.source(by=ALICIA)))
    forced("key-not-entitled", "key-not-entitled", "an approver's source", lambda l: l.source(by=BOB))
    forced("key-not-entitled-root", "key-not-entitled", "a root's verdict", lambda l: l.verdict(l.c, by=ROOT))
    forced("key-not-entitled-log", "key-not-entitled", "the log's key as a reviewer", lambda l: l.source(by=LOG))
    forced("key-not-entitled-policy", "key-not-entitled", "a reviewer changes the policy", lambda l: l.new_policy(by=(ALICE,), approvals=1))
    forced("key-not-entitled-publisher", "key-not-entitled", "a reviewer's publication", lambda l: l.publication(by=ALICE))
    forced("key-not-entitled-approver", "key-not-entitled", "a reviewer approves", lambda l: l.approve(l.v, by=DAVE))
    forced("key-ended-revoked", "key-ended", "a revoked key signs", lambda l: (l.revoke(DAVE, len(l.notes)), l.source(by=DAVE)))
    forced("key-ended-rotated", "key-ended", "a rotated key signs on: whoever stole it", lambda l: (l.rotate(ALICE, ALICE2), l.source(by=ALICE)))
    forced("key-ended-root", "key-ended", "a root that was left out adds a key", lambda l: (l.new_roots((ROOT2,), 1, (ROOT, ROOT2)), l.add(CAROL)))
    forced("threshold-not-met", "threshold-not-met", "one root of the two that must sign", lambda l: l.add(BOB, roots=(ROOT,)), council)
    forced("threshold-not-met-new", "threshold-not-met", "the new threshold is not met", lambda l: l.new_roots((ROOT2, ROOT3), 2, (ROOT, ROOT2)))
    forced("threshold-not-met-erasure", "threshold-not-met", "one root erases alone", lambda l: (l.source(), l.erase(name_of(SHORT.encode()), gone=False)), council)
    forced("root-left-out-cosigns", "signature-not-called-for", "a root that was left out still cosigns", lambda l: (l.new_roots((ROOT, ROOT2), 2, (ROOT, ROOT2)), l.add(BOB, roots=(ROOT, ROOT2, ROOT3))), council)
    forced("key-enrolled-before", "key-enrolled-before", "a key is added again", lambda l: l.add(DAVE))
    forced("key-enrolled-root-as-reviewer", "key-enrolled-before", "a root as a reviewer", lambda l: l.add(ROOT))
    forced("key-enrolled-revoked", "key-enrolled-before", "a revoked key comes back under another name", lambda l: (l.revoke(DAVE, len(l.notes)), l.add(Key("desk.example/david", 6))))
    forced("key-target-unknown", "key-target-unknown", "a stranger's key is revoked", lambda l: l.revoke(STRANGER, 1))
    forced("key-target-other-name", "key-target-unknown", "a key is revoked under another name", lambda l: l.revoke(Key("desk.example/david", 6), 1))
    forced("key-target-function-log", "key-target-function", "the log's key is revoked", lambda l: l.revoke(LOG, 1))
    forced("key-target-function-root", "key-target-function", "a root is rotated", lambda l: l.rotate(ROOT, ROOT2, keys=(ROOT, ROOT2)))
    forced("key-target-ended", "key-target-ended", "a revoked key is rotated by the roots", lambda l: (l.revoke(DAVE, len(l.notes)), l.rotate(DAVE, ALICE2, keys=(ROOT, ALICE2))))
    forced("key-rotated-by-another", "key-not-entitled", "a reviewer rotates another's key", lambda l: l.rotate(DAVE, ALICE2, keys=(ALICE, ALICE2)))
    forced("roots-too-few", "roots-too-few", "the only root is revoked", lambda l: l.revoke(ROOT, 1))
    forced("from-size", "from-size", "tainted from an index past the entry's own", lambda l: l.revoke(DAVE, len(l.notes) + 1))
    forced("from-size-roots", "from-size", "roots tainted from an index past the entry's own", lambda l: l.new_roots((ROOT2,), 1, (ROOT, ROOT2), since=99))
    forced("log-size", "log-size", "a log key that takes over at a size to come", lambda l: l.new_log(change=lambda b: b.update(size=99)) and l.logs.pop())
    forced("log-root", "log-root", "another root at the size at which the log's key takes over", lambda l: l.new_log(change=lambda b: b.update(root=b64(sha(b"x")))) and l.logs.pop())
    forced("log-key-other-name", "log-name", "the new log key is not named as the origin", lambda l: l.new_log(Key("desk.example/log", 10)) and l.logs.pop())
    forced("approval-own", "approval-own", "an author approves under a rotated key", lambda l: (l.rotate(DAVE, BOB2), l.approve(l.ids[-2], by=BOB2)), lambda: both_roles())
    forced("approval-ended", "approval-ended", "a retracted verdict is approved", lambda l: (l.retract(l.v), l.approve(l.v)))
    forced("reaffirmed-untainted", "reaffirmed-untainted", "an entry is reaffirmed that is not tainted", lambda l: l.reaffirm([l.v]))
    forced("erasure-unknown", "erasure-unknown", "an object that no entry speaks of is erased", lambda l: l.erase("ab" * 32))
    forced("erasure-policy", "erasure-policy", "the policy is erased", lambda l: l.erase(l.bodies[0]["policy"], gone=False))
    forced("erasure-twice", "object-erased-before", "an object is erased twice", lambda l: (l.erase(l.at(l.s)["meta"]), l.erase(l.at(l.s)["meta"])))
    forced("publication-size", "publication-size", "made from more entries than there were", lambda l: l.publication(size=99), lambda: judged(CAROL))
    forced("chain-fork", "chain-fork", "a stolen key: two entries with one number", lambda l: l.source(REPORT, change=lambda b: b.update(chain={"n": 1, "prev": l.s})))
    forced("chain-fork-replayed", "chain-fork", "an entry is appended a second time", lambda l: (l.raw(l.notes[l.ids.index(l.s)]), l.bodies.__setitem__(-1, l.at(l.s))))
    forced("chain-gap", "chain-gap", "a number of the chain is skipped", lambda l: l.source(change=lambda b: b["chain"].update(n=b["chain"]["n"] + 1)))
    forced("chain-previous", "chain-previous", "another entry is named as the previous", lambda l: l.source(change=lambda b: b["chain"].update(prev=l.s)))
    forced("chain-restarted-after-rotation", "chain-fork", "a rotated key starts a chain of its own", lambda l: (l.rotate(ALICE, ALICE2), l.source(by=ALICE2, change=lambda b: b.update(chain={"n": 0}))))
    forced("at-earlier", "at-earlier", "an entry is dated before the author's previous one", lambda l: l.source(at="2026-11-21T10:00:00Z"))
    forced("after-size", "after-size", "after more entries than stand before it", lambda l: l.source(change=lambda b: b["after"].update(size=b["after"]["size"] + 1)))
    forced("after-root", "after-root", "after another tree: an entry from a fork of the log", lambda l: l.source(change=lambda b: b["after"].update(root=b64(sha(b"x")))))
    forced("reference-unknown", "reference-unknown", "a claim on a source that is not there", lambda l: l.claim(l.s, fields={"source": "ab" * 32}))
    forced("reference-to-later", "reference-unknown", "a verdict on a claim that comes after it", later_claim)
    forced("reference-kind", "reference-kind", "a verdict on a source", lambda l: l.verdict(l.s))
    forced("reference-kind-evidence", "reference-kind", "evidence that is a claim", lambda l: l.verdict(l.c, evidence=[{"source": l.c, "stance": "context", "primary": False}], fields={"supersedes": l.v, "change": "update"}))
    forced("evidence-unknown", "reference-unknown", "evidence that is nowhere", lambda l: l.verdict(l.c, evidence=[{"source": "ab" * 32, "stance": "context", "primary": False}], fields={"supersedes": l.v, "change": "update"}))
    forced("verdict-policy", "verdict-policy", "a verdict under a policy that is no longer in force", lambda l: (l.new_policy(approvals=1), l.verdict(l.c, fields={"supersedes": l.v, "change": "update", "policy": l.bodies[0]["policy"]})))
    forced("rating-unknown", "rating-unknown", "a rating that is not on the scale", lambda l: l.verdict(l.c, "pants-on-fire", fields={"supersedes": l.v, "change": "rating"}))
    forced("evidence-short", "evidence-short", "less evidence than the policy asks for", lambda l: l.verdict(l.c, evidence=[]), lambda: claimed(policy(evidence_least=1)))
    forced("reason-missing", "reason-missing", "a verdict that supersedes gives no reason", lambda l: l.verdict(l.c, fields={"supersedes": l.v, "change": "update"}, value={"reason": None}))
    forced("change-rating", "change-rating", "the rating is another, and the change is said to be an update", lambda l: l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "update"}))
    forced("change-not-rating", "change-rating", "the rating is the same, and the change is said to be of it", lambda l: l.verdict(l.c, fields={"supersedes": l.v, "change": "rating"}))
    forced("supersedes-missing", "supersedes-missing", "a second verdict by the same author that supersedes nothing", lambda l: l.verdict(l.c, "true"))
    forced("supersedes-ended", "supersedes-ended", "a verdict is superseded twice", lambda l: (l.verdict(l.c, fields={"supersedes": l.v, "change": "update"}), l.verdict(l.c, fields={"supersedes": l.v, "change": "update"})))
    forced("supersedes-retracted", "supersedes-ended", "a retracted verdict is superseded", lambda l: (l.retract(l.v), l.verdict(l.c, fields={"supersedes": l.v, "change": "update"})))
    forced("retracted-twice", "supersedes-ended", "a verdict is retracted twice", lambda l: (l.retract(l.v), l.retract(l.v)))
    forced("supersedes-other-author", "supersedes-other-author", "another's verdict, and the policy does not let others", lambda l: l.verdict(l.c, by=DAVE, fields={"supersedes": l.v, "change": "update"}))
    forced("retraction-by-another", "supersedes-other-author", "another reviewer retracts", lambda l: l.retract(l.v, by=(DAVE,)))
    forced("claim-superseded-by-another", "supersedes-other-author", "another reviewer supersedes a claim", lambda l: l.claim(l.s, by=DAVE, fields={"supersedes": l.c, "change": "wording"}))
    forced("claim-superseded-twice", "supersedes-ended", "a claim is superseded twice", lambda l: (l.claim(l.s, fields={"supersedes": l.c, "change": "wording"}), l.claim(l.s, fields={"supersedes": l.c, "change": "wording"})))
    forced("supersedes-other-claim", "supersedes-other-claim", "a verdict on another claim is superseded", lambda l: l.verdict(l.claim(l.s, l.claim_object(l.s, "for cars and lorries")), fields={"supersedes": l.v, "change": "update"}))
    forced("tainted-stolen-key", "supersedes-other-author", "a stolen key's verdict is superseded by another before the revocation, which comes too late", lambda l: (l.verdict(l.c, by=DAVE, fields={"supersedes": l.v, "change": "update"}), l.revoke(ALICE, 1)))
    forced("chain-behind-gap", "chain-gap", "numbers were skipped, and then one of them is used", behind_gap, lambda: judged(BOB))
    forced("chain-behind-gap-holds", "supersedes-ended", "a retraction behind a gap holds, so that there can't be another", lambda l: (behind_gap(l), l.retract(l.v, change=lambda b: b["chain"].update(n=20))))
    forced("chain-of-unknown-key", "key-unknown", "a key signs before it is enrolled, which begins no chain", early_bird, lambda: judged(BOB))
    forced("log-size-below-earlier", "log-size", "a third log key takes over before the second did", lambda l: (l.new_log(), l.source(REPORT), l.new_log(Key(LOG.name, 42), size=3), l.logs.pop()))
    forced("reference-to-unsigned", "reference-unknown", "a claim on a source whose signature does not hold", lambda l: l.claim(l.source(REPORT + SHORT, edit=wrong_signature)))
    forced("key-id-taken", "key-id-taken", "another key of the same name and key id", lambda l: (l.add(TWIN), l.add(OTHER_TWIN)))
    forced("void-policy-has-no-effect", "verdict-policy", "a verdict under a policy that a stranger set", lambda l: (l.new_policy(by=(STRANGER,), approvals=1), l.verdict(l.c, fields={"supersedes": l.v, "change": "update"})))
    forced("void-verdict-has-no-effect", "rating-unknown", "what a void verdict would supersede can be superseded still", lambda l: (l.verdict(l.c, "pants-on-fire", fields={"supersedes": l.v, "change": "rating"}), l.verdict(l.c, "true", fields={"supersedes": l.v, "change": "rating"})))
    forced("at-earlier-after-rotation", "at-earlier", "a new key's entry is dated before the old key's last", lambda l: (l.rotate(ALICE, ALICE2), l.source(by=ALICE2, at="2026-11-21T10:00:00Z")))
    forced("taint-before-from", "supersedes-other-author", "another supersedes a verdict from before the index of the taint", lambda l: (l.revoke(ALICE, l.ids.index(l.v) + 1), l.verdict(l.c, by=DAVE, fields={"supersedes": l.v, "change": "update"})))
    forced("taint-lifted", "supersedes-other-author", "another supersedes a verdict whose taint was lifted", lambda l: (l.revoke(ALICE, 2), l.reaffirm([l.v]), l.verdict(l.c, by=DAVE, fields={"supersedes": l.v, "change": "update"})))
    forced("reaffirmed-again", "reaffirmed-untainted", "the taint was lifted before", lambda l: (l.revoke(ALICE, 2), l.reaffirm([l.v]), l.reaffirm([l.v])))
    forced("reaffirmed-by-reaffirmed", "reaffirmed-untainted", "the reaffirmation that lifted the taint was tainted, and reaffirmed itself", lifted_again)
    forced("reaffirmed-by-earlier", "reaffirmed-untainted", "the last reaffirmation is tainted, and one before it is not", lifted_twice)
    forced("reaffirmed-genesis", "reaffirmed-untainted", "genesis is never tainted", lambda l: (l.new_roots((ROOT2,), 1, (ROOT, ROOT2), since=0), l.reaffirm([l.ids[0]], by=(ROOT2,))))
    forced("reaffirmation-by-tainted", "signature-not-called-for", "a revoked root reaffirms with another", lambda l: (l.new_roots((ROOT, ROOT2), 1, (ROOT, ROOT2)), l.revoke(ROOT2, 1), l.revoke(ALICE, 2), l.reaffirm([l.v], by=(ROOT, ROOT2))))
    forced("void-key-has-no-effect", "key-unknown", "a key that too few roots added signs", lambda l: (l.add(BOB, roots=(ROOT,)), l.source(by=BOB)), council)



def lifted_again(l):
    """The verdict is reaffirmed by a root that is revoked then; what it signed is reaffirmed, and then the verdict."""
    l.new_roots((ROOT, ROOT2), 1, (ROOT, ROOT2))
    l.revoke(ALICE, l.ids.index(l.v))
    first = l.reaffirm([l.v], by=(ROOT2,))
    l.revoke(ROOT2, l.ids.index(first))
    l.reaffirm([first])
    l.reaffirm([l.v])


def lifted_twice(l):
    """…and reaffirmed by another root in between, which is revoked as well."""
    l.new_roots((ROOT, ROOT2, ROOT3), 1, (ROOT, ROOT2))
    l.revoke(ALICE, l.ids.index(l.v))
    first = l.reaffirm([l.v], by=(ROOT2,))
    l.revoke(ROOT2, l.ids.index(first))
    second = l.reaffirm([l.v], by=(ROOT3,))
    l.reaffirm([first])
    l.revoke(ROOT3, l.ids.index(second))
    l.reaffirm([l.v])


def vouching():
    """A hundred roots, each put in by the one before; the first is revoked, and the last reaffirms all the others."""
    l = Ledger()
    l.genesis()
    roots = [ROOT, *(Key(f"desk.example/root-{n}", sha(b"root %d" % n)) for n in range(100))]
    ids = [l.new_roots((ROOT, new), 1, (old, new)) for old, new in zip(roots, roots[1:])]
    l.revoke(ROOT, 1, roots=roots[-1:])
    for id in ids[1:]:
        l.reaffirm([id], by=roots[-1:])
    return l


def behind_gap(l):
    """Alice skips to number 9, and goes on with the next after her last before that."""
    n = l.chains[ALICE.vkey][0] + 1
    l.source(REPORT, change=lambda b: b["chain"].update(n=9))
    l.retract(l.v, change=lambda b: b["chain"].update(n=n))


def early_bird(l):
    l.source(REPORT, by=DAVE)
    l.add(DAVE)
    del l.chains[DAVE.vkey]
    l.source(SHORT + REPORT, by=DAVE)


def both_roles():
    l = desk()
    l.add(DAVE, roles=("reviewer", "approver"))
    l.v = l.verdict(l.claim(l.source(by=DAVE), by=DAVE), by=DAVE)
    return l


def claimed(rules):
    l = desk(ALICE, rules=rules)
    l.s = l.source()
    l.c = l.claim(l.s)
    return l


def headless():
    l = desk(ALICE)
    l.notes, l.bodies, l.ids = l.notes[1:], l.bodies[1:], l.ids[1:]
    l.objects.clear()
    return l


def later_claim(l):
    """A verdict on the claim that follows it, whose id can be known: nothing in the claim is of the verdict."""
    later = desk()
    later.__dict__.update({k: v.copy() if isinstance(v, (list, dict, set)) else v for k, v in l.__dict__.items()})
    head = {"root": l.root(), "size": len(l.notes)}

    def fixed(body): body.update(after=head, at="2026-11-22T11:00:00Z")
    id = later.claim(l.s, l.claim_object(l.s, "for cars and lorries"), by=DAVE, change=fixed)
    l.verdict(id)
    assert id == l.claim(l.s, l.claim_object(l.s, "for cars and lorries"), by=DAVE, change=fixed)


def content_cases():
    """Objects, quotes and slices: sections 3, 12 and 13."""
    l = judged()
    meta, text, files = l.at(l.s)["meta"], name_of(SHORT.encode()), l.publish()
    bad("object-missing", "object-missing", "an object is not there", without(files, object_path(meta)))
    bad("object-hash", "object-hash", "a byte of an object is another", swap(files, object_path(meta), flip(40)))
    bad("object-empty", "object-hash", "an object's file is empty", swap(files, object_path(meta), lambda d: b""))
    bad("object-name", "object-unreferenced", "a file among the objects that is not named as one", files | {"object/AB/" + "cd" * 31: b"x"})
    bad("object-unreferenced", "object-unreferenced", "an object that no entry speaks of", files | {object_path(name_of(b"x")): b"x"})
    for name, data, why in [("form-type", {"salt": "ab" * 16, "text": "x", "type": "factlog/note@v1"}, "a note in a meta object's place"),
                            ("form-line-feed", canonical({"authors": [], "salt": "ab" * 16, "type": "factlog/meta@v1"}) + b"\n", "a line feed at an object's end"),
                            ("form-space", b'{"authors": [],"salt":"' + b"ab" * 16 + b'","type":"factlog/meta@v1"}', "a space in an object"),
                            ("form-unknown-field", {"authors": [], "rating": "x", "salt": "ab" * 16, "type": "factlog/meta@v1"}, "an unknown field in an object"),
                            ("form-salt", {"authors": [], "salt": "AB" * 16, "type": "factlog/meta@v1"}, "a salt in upper case"),
                            ("form-day", {"authors": [], "published": "2025-02-29", "salt": "ab" * 16, "type": "factlog/meta@v1"}, "a day that there is not"),
                            ("form-language", {"authors": [], "language": "en_GB", "salt": "ab" * 16, "type": "factlog/meta@v1"}, "a language with an underscore"),
                            ("form-too-long", {"authors": ["x" * 2**20], "salt": "ab" * 16, "type": "factlog/meta@v1"}, "an object of more than 1 MiB")]:
        if name == "form-too-long":
            continue  # it would be a quarter of the suite
        l = desk(ALICE)
        l.source(fields={"meta": l.object(data)})
        l.objects = {h: d for h, d in l.objects.items() if h in str(l.bodies)}
        bad("object-" + name, "object-form", why, l.publish())
    for name, why, rules in [("best", "the best value is not above the worst", {"best": 1}), ("code-twice", "a code stands twice", {"scale": [SCALE[0], SCALE[0]]}),
                             ("value", "a value past the best", {"scale": [{**SCALE[0], "value": 6}]}), ("scale-empty", "a scale of nothing", {"scale": []})]:
        bad("policy-" + name, "object-form", why, desk(rules=policy(**rules)).publish())
    for name, why, change in [
            ("narration", "narration with a claimant", {"manner": "narration"}),
            ("hull", "the quote is not from the first part to the last", {"parts": [[27, 31]]}),
            ("parts-overlap", "parts that overlap", {"parts": [[27, 40], [35, 45]]}),
            ("added", "added words that do not stand there", {"added": [{"at": 4, "text": "was", "why": "inflected"}]}),
            ("said-empty", "an optional object is there and empty", {"said": {}})]:
        l = desk(ALICE)
        s = l.source()
        l.claim(s, l.claim_object(s, **change))
        bad("claim-form-" + name, "object-form", why, l.publish())

    def claim(name, code, why, change=None, fields=None, text=SHORT, rights="public", exact=CLAIM, make=Ledger.publish):
        l = desk(ALICE)
        s = l.source(text, rights)
        value = l.claim_object(s, exact)
        if change:
            change(value)
        l.claim(s, value, fields=fields)
        bad(name, code, why, make(l))

    def moved(value):
        value["quote"]["points"] = [p + 1 for p in value["quote"]["points"]]
    bad("claim-quote-exact", "claim-quote", "words that do not stand there", wrong_quote())
    claim("claim-quote-prefix", "claim-quote", "another prefix", lambda v: v["quote"].update(prefix=v["quote"]["prefix"].replace("been", "seen")))
    claim("claim-quote-prefix-short", "claim-quote", "a prefix of fewer code points than there are", lambda v: v["quote"].update(prefix=v["quote"]["prefix"][1:]))
    claim("claim-quote-suffix-short", "claim-quote", "a suffix of fewer code points than there are", lambda v: v["quote"].update(suffix=v["quote"]["suffix"][:-1]))
    claim("claim-quote-points", "claim-quote", "code points counted as bytes", lambda v: v["quote"].update(points=v["quote"]["bytes"]))
    claim("claim-quote-points-moved", "claim-quote", "code points one to the right", moved)
    claim("claim-quote-longer", "claim-quote", "a range longer than the words, which shows without the text",
          lambda v: (v["quote"].update(bytes=[27, 60]), v.update(parts=[[27, 60]])), make=lambda l: l.publish(withheld={name_of(SHORT.encode())}))
    claim("claim-hull", "claim-hull", "the entry's start is not the quote's", fields={"start": 26})
    claim("claim-other-text", "claim-other-text", "the claim points into another text", lambda v: v.update(source=name_of(b"x")))
    claim("claim-range-past-end", "claim-range", "a cue past the end of the text", lambda v: v.update(cue=[100, 999]))
    claim("claim-range-inside-character", "claim-range", "a cue that begins inside a character", lambda v: v.update(cue=[1, 4]))
    l = desk(ALICE)
    s = l.source()
    value = l.claim_object(s)
    s2 = l.source(fields={"text": None, "normalizer": None, "charset": None, "replaces": s})
    l.claim(s2, value)
    bad("quote-without-text", "quote-without-text", "a claim on a source without words", l.publish())
    l = judged()
    e = l.source(REPORT, title="report")
    piece = evidence(l, e)
    piece["quote"]["exact"] = piece["quote"]["exact"].replace("Two", "Ten")
    l.verdict(l.c, evidence=[piece], fields={"supersedes": l.v, "change": "update"})
    bad("evidence-quote", "evidence-quote", "evidence whose words do not stand there", l.publish())
    l = judged()
    e = l.source(b"\x89PNG", fields={"text": None, "normalizer": None, "charset": None})
    l.verdict(l.c, evidence=[{"source": e, "stance": "context", "primary": True, "quote": quote_of(SHORT, CLAIM)}], fields={"supersedes": l.v, "change": "update"})
    bad("evidence-without-text", "quote-without-text", "evidence that quotes a source without words", l.publish())
    for part, code in (("bytes", "kept-length"), ("sha256", "kept-sha256")):
        def wrong(body):
            body["raw"] = body["raw"] | {part: {"bytes": 7, "sha256": "ab" * 32}[part]}
        bad(code, code, "what is kept of a source has another length or hash", with_entry(lambda: desk(ALICE), lambda l: l.source(change=wrong)))
    bad("text-form-nul", "text-form", "U+0000 in a text", text_form(b"a\0b\n"))
    bad("text-form-utf-8", "text-form", "a text that is not UTF-8", text_form(b"caf\xe9\n"))
    bad("text-form-empty", "text-form", "an empty text", text_form(b""))

    def manifest(name, why, *paths):
        l = desk(CAROL)
        l.publication(files=[{"blake3": "cd" * 32, "bytes": 3, "path": path, "sha256": "ef" * 32} for path in paths])
        bad("manifest-" + name, "object-form", why, l.publish())
    manifest("order", "paths out of order", "b", "a")
    manifest("parent", "a path that leads out of the folder", "a/../../b")
    manifest("backslash", "a path with a backslash", "a\\b")
    manifest("absolute", "a path that begins with a slash", "/a")

    # Erasure.
    l = judged()
    l.erase(name_of(SHORT.encode()))
    incomplete("erasure", "object-erased", "a text was erased, so the quote can't be checked", l.publish())
    l = judged()
    l.erase(l.at(l.s)["meta"])
    incomplete("erasure-of-meta", "object-erased", "a meta object was erased", l.publish())
    l = judged()
    l.erase(l.at(l.s)["meta"], gone=False)
    bad("object-erased-present", "object-erased-present", "erased, and still there", l.publish())
    l = judged()
    l.erase(name_of(SHORT.encode()))
    l.source(SHORT)
    bad("object-erased-before", "object-erased-before", "a later entry speaks of what was erased", l.publish())
    l = quoted()
    slices = l.publish()
    l.erase(name_of(LONG.encode()))
    bad("erased-slice-present", "object-erased-present", "slices of an erased text are still there", l.publish() | {p: d for p, d in slices.items() if p.startswith("slice/")})
    l = quoted()
    l.erase(name_of(LONG.encode()))
    incomplete("erasure-of-quoted-text", "object-erased", "a quoted text was erased, and its slices with it", l.publish())

    l = judged()
    l.erase(l.at(l.c)["claim"])
    incomplete("erasure-of-claim", "object-erased", "a claim object was erased", l.publish())
    l = judged()
    l.erase(l.at(l.v)["verdict"])
    incomplete("erasure-of-verdict", "object-erased", "a verdict object was erased", l.publish())

    # Withheld.
    l = quoted()
    files = l.publish()
    held = sorted(l.withheld())
    bad("withheld-missing", "withheld-form", "there is no list of what is withheld", without(files, "withheld"))
    bad("withheld-order", "withheld-form", "out of order", files | {"withheld": withheld_file(held[::-1])})
    bad("withheld-twice", "withheld-form", "a hash stands twice", files | {"withheld": withheld_file([*held, held[-1]])})
    bad("withheld-no-line-feed", "withheld-form", "no line feed at the end", swap(files, "withheld", lambda d: d[:-1]))
    bad("withheld-space", "withheld-form", "a space in it", swap(files, "withheld", lambda d: d.replace(b',"type"', b', "type"')))
    bad("withheld-present", "withheld-present", "what is listed is there", files | {object_path(held[0]): l.objects[held[0]]})
    bad("withheld-unreferenced", "withheld-unreferenced", "no entry speaks of what is listed", files | {"withheld": withheld_file(sorted([*held, "ab" * 32]))})
    l.erase(held[0])
    bad("withheld-erased", "withheld-unreferenced", "what is listed was erased", l.publish(withheld={*held}))
    bad("withheld-not-listed", "object-missing", "what is not there is not listed", files | {"withheld": withheld_file(held[1:])})
    l = judged()
    incomplete("withheld-unexpected", "withheld-unexpected", "a public source's text is withheld", l.publish(withheld={name_of(SHORT.encode())}))
    l = judged()
    incomplete("withheld-verdict", "withheld-unexpected", "a verdict is withheld that quotes nothing withheld", l.publish(withheld={l.at(l.v)["verdict"]}))
    l = judged()
    incomplete("withheld-policy", "policy-unreadable", "the policy is withheld, so that no rating can be checked", l.publish(withheld={l.bodies[0]["policy"]}))

    l = judged(DAVE, rules=policy(others_may_supersede=True))
    l.verdict(l.c, by=DAVE, fields={"supersedes": l.v, "change": "update"})
    bad("withheld-policy-supersedes", "supersedes-other-author", "another supersedes, and the policy that may allow it can't be read", l.publish(withheld={l.bodies[0]["policy"]}))
    l = judged()
    other = l.source(SHORT, "withheld")
    incomplete("withheld-of-two-sources", "withheld-unexpected", "a text is withheld that two sources have, one of them public", l.publish(withheld={name_of(SHORT.encode()), l.at(other)["meta"]}))

    # Slices.
    path = max((p for p in files if p.startswith("slice/" + name_of(LONG.encode())[:2])), key=len)
    bad("slice-missing", "slice-missing", "a slice that a quote needs is not there", without(files, path))
    bad("slice-chunk", "slice-invalid", "a byte of the words is another", swap(files, path, lambda d: d[:-9] + bytes([d[-9] ^ 1]) + d[-8:]))
    bad("slice-node", "slice-invalid", "a byte of a node is another", swap(files, path, flip(20)))
    bad("slice-cut", "slice-invalid", "the slice ends early", swap(files, path, lambda d: d[:-1]))
    bad("slice-more", "slice-invalid", "a byte after its end", swap(files, path, lambda d: d + b"x"))
    bad("slice-header-only", "slice-invalid", "nothing but the length", swap(files, path, lambda d: d[:8]))
    bad("slice-length-huge", "slice-invalid", "a length of 2^64 - 1", swap(files, path, lambda d: b"\xff" * 8 + d[8:]))
    bad("slice-length", "slice-length", "a forged length, with the last chunk not in the slice", swap(files, path, lambda d: struct.pack("<Q", len(LONG.encode()) + 1) + d[8:]))
    first, _, numbers = path.rpartition("/")
    bad("slice-other-range", "slice-missing", "the slice stands under another range", {(f"{first}/0-1024" if p == path else p): d for p, d in files.items()})
    bad("slice-uncalled", "object-unreferenced", "a slice that no claim calls for", files | {f"{first}/0-1024": slice_of(LONG.encode(), 0, 1024)})
    bad("slice-of-nothing", "object-unreferenced", "a slice of a text that no entry speaks of", files | {slice_path(name_of(b"x"), 0, 1): slice_of(b"x", 0, 1)})
    bad("slice-name", "slice-invalid", "a leading zero in a slice's name", {(f"{first}/0{numbers}" if p == path else p): d for p, d in files.items()})
    claim("slice-quote", "claim-quote", "a slice shows other words than the quote", lambda v: v["quote"].update(exact="The bridge is sale"), text=LONG, rights="quoted")
    claim("slice-statement", "claim-range", "a statement that begins inside a character of a slice",
          lambda v: v.update(statement=[[LONG.encode().index("–".encode()) + 1, LONG.encode().index("–".encode()) + 3]]), text=LONG, rights="quoted")


def tree_cases():
    """Tiles, entry bundles and checkpoints: sections 4 and 13."""
    l = judged()
    files, size = l.publish(), len(l.notes)
    tile, entries = f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"
    bad("tile-missing", "tile-missing", "the tile of leaf hashes is not there", without(files, tile))
    bad("entries-missing", "tile-missing", "the bundle of entries is not there", without(files, entries))
    bad("tile-hash", "tile-damaged", "a byte of a leaf hash is another", swap(files, tile, flip(40)))
    bad("tile-cut", "tile-damaged", "a tile ends inside a hash", swap(files, tile, lambda d: d[:-1]))
    bad("tile-short", "tile-damaged", "a tile lacks its last hash", swap(files, tile, lambda d: d[:-32]))
    bad("tile-long", "tile-damaged", "a tile has a hash too many", swap(files, tile, lambda d: d + bytes(32)))
    bad("tile-empty", "tile-damaged", "an empty tile", swap(files, tile, lambda d: b""))
    bad("entries-cut", "tile-damaged", "a bundle of entries ends early", swap(files, entries, lambda d: d[:-1]))
    bad("entries-more", "tile-damaged", "bytes after the last entry", swap(files, entries, lambda d: d + b"\0"))
    bad("entries-length", "tile-damaged", "a length that reaches past the end", swap(files, entries, lambda d: b"\xff\xff" + d[2:]))
    bad("entries-byte", "head-root", "a byte of an entry is another", swap(files, entries, flip(300)))
    bad("partial-tile-other", "tile-damaged", "a smaller partial tile says otherwise", files | {"tile/0/000.p/3": bytes(96)})
    bad("partial-entries-other", "tile-damaged", "a smaller partial bundle says otherwise", files | swap({"tile/entries/000.p/3": l.tiles(3)["tile/entries/000.p/3"]}, "tile/entries/000.p/3", flip(500)))
    for name, path in (("level", "tile/1/000.p/1"), ("number", "tile/0/001"), ("width", "tile/0/000.p/0"), ("group", "tile/entries/x000/000"), ("kind", "tile/data/000")):
        bad("tile-other-" + name, "tile-unexpected", "a file where tiles are that no tile of this log is called", files | {path: files[tile]})
    unfinished = files_being_written(l)
    for name, path in zip(("object", "slice", "tile", "entries"), unfinished):
        code = "object-unreferenced" if name in ("object", "slice") else "tile-unexpected"
        bad(name + "-name-unfinished", code, "nothing is being written, and a temporary name is there", files | {path: unfinished[path]})
    full = l.checkpoint(witness=1795346012)
    tiles = l.tiles()
    del l.objects[l.bodies.pop()["verdict"]], l.notes[-1], l.ids[-1]
    for name, path in (("tile", tile), ("entries", entries)):
        bad(f"{name}-ahead", "tile-unexpected", "nothing is being written, and a file is of more entries than the checkpoint", l.publish() | {path: tiles[path]})
    bad("entry-dropped", "checkpoint-size", "the last entry was dropped, and a checkpoint that was cosigned shows it", l.publish() | {f"checkpoints/{size}": full})
    l = judged()
    point = files["checkpoint"]
    bad("checkpoint-missing", "head-missing", "there is no checkpoint", without(files, "checkpoint"))
    bad("checkpoint-empty", "checkpoint-damaged", "an empty checkpoint", files | {"checkpoint": b""})
    bad("checkpoint-signature", "checkpoint-damaged", "the signature does not verify", files | {"checkpoint": wrong_signature(point)})
    bad("checkpoint-other-key", "checkpoint-damaged", "another key of the log's name signed", files | {"checkpoint": l.checkpoint(key=Key(LOG.name, 40))})
    bad("checkpoint-by-alice", "checkpoint-damaged", "a reviewer signed it", files | {"checkpoint": l.checkpoint(key=ALICE)})
    bad("checkpoint-witness-only", "checkpoint-damaged", "a cosignature, and no signature by the log", files | {"checkpoint": point[:point.index(b"\n\n") + 2] + WITNESS.cosign(point[:point.index(b"\n\n") + 1], 1795346012)})
    bad("checkpoint-origin", "checkpoint-origin", "the checkpoint is of another ledger", files | {"checkpoint": l.checkpoint(origin="other.example/facts")})
    bad("checkpoint-root", "head-root", "the log signed another root", files | {"checkpoint": l.checkpoint(root=b64(sha(b"x")))})
    bad("checkpoint-size-larger", "tile-missing", "the checkpoint is of an entry more than there are", files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n{size + 1}\n{l.root()}\n")})
    bad("checkpoint-size-huge", "tile-missing", "the checkpoint is of 2^53 - 1 entries", files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n9007199254740991\n{l.root()}\n")})
    bad("checkpoint-ahead-unchecked", "checkpoint-size", "no good genesis names the log's key, and a checkpoint states more entries than there are",
        files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n0\n{b64(sha(b''))}\n"), "checkpoints/4": l.checkpoint(4)})
    bad("checkpoint-ahead-settled", "checkpoint-size", "nothing is being written, and a kept checkpoint is of more entries than the published one",
        l.publish() | {"checkpoint": l.checkpoint(3), "checkpoints/4": l.checkpoint(4)})
    bad("checkpoint-size-zero", "genesis-missing", "the checkpoint is of no entries", files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n0\n{b64(sha(b''))}\n")})
    bad("checkpoint-size-2-64", "checkpoint-damaged", "a size past 2^64 - 1", files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n{2**64}\n{l.root()}\n")})
    bad("checkpoint-leading-zero", "checkpoint-damaged", "a leading zero in the size", files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n0{size}\n{l.root()}\n")})
    bad("checkpoint-fourth-line", "checkpoint-damaged", "a fourth line in the text", files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n{size}\n{l.root()}\nmore\n")})
    bad("checkpoint-line-twice", "checkpoint-damaged", "the log's line stands twice", files | {"checkpoint": point + point[point.index("— ".encode()):]})
    bad("checkpoint-trailing", "checkpoint-damaged", "an empty line after the signatures", files | {"checkpoint": point + b"\n"})
    bad("checkpoint-root-not-canonical", "checkpoint-damaged", "the root's base64 is not canonical",
        files | {"checkpoint": signed_checkpoint(f"{LOG.name}\n{size}\n{l.root()[:-2]}{chr(ord(l.root()[-2]) + 1)}=\n")})
    early = l.checkpoint(3, witness=1795346012)
    bad("earlier-checkpoint-root", "checkpoint-root", "an earlier checkpoint of another tree: a forked log", files | {"checkpoints/3": l.checkpoint(3, root=b64(sha(b"x")), witness=1795346012)})
    bad("earlier-checkpoint-name", "checkpoint-damaged", "an earlier checkpoint under another size", files | {"checkpoints/4": early})
    bad("earlier-checkpoint-signature", "checkpoint-damaged", "an earlier checkpoint that another key signed", files | {"checkpoints/3": l.checkpoint(3, key=Key(LOG.name, 40), witness=1795346012)})
    bad("earlier-checkpoint-origin", "checkpoint-origin", "an earlier checkpoint of another ledger", files | {"checkpoints/3": l.checkpoint(3, origin="other.example/facts")})
    l = desk(ALICE)
    l.new_log()
    l.source()
    bad("checkpoint-by-old-key", "checkpoint-damaged", "the old log key signs on after its time", l.publish(checkpoint=l.checkpoint(key=LOG)))
    l = desk(ALICE)
    files = l.publish()
    order = swap(files, "tile/entries/000.p/2", lambda d: b"".join(struct.pack(">H", len(n)) + n for n in l.notes[::-1]))
    bad("entries-swapped", "genesis-missing", "two entries change places", order)
    l = long_ledger()
    files = l.publish()
    bad("second-level-tile", "tile-damaged", "a hash of the second level is another", swap(files, "tile/1/000.p/1", flip(3)))



def limit_cases():
    """Where a checkpoint, a hull, a slice and what is being written end."""
    l = judged()
    lines = b"".join(f"— other.example/{n} {b64(bytes(5))}\n".encode() for n in range(100))
    bad("checkpoint-hundred-and-one-lines", "checkpoint-damaged", "a signature line more than a checkpoint may have", l.publish(checkpoint=l.checkpoint() + lines))
    bad("bundle-checkpoint-lines", "checkpoint-damaged", "its checkpoint has 101 signature lines", l.bundle(l.v, checkpoint=l.checkpoint() + lines))
    point = l.checkpoint()
    room = 16385 - len(point) - len("— n \n".encode())
    line = f"— {'n' * (1 + room % 4)} {b64(bytes(room // 4 * 3))}\n".encode()
    assert len(point + line) == 16385
    bad("checkpoint-long", "checkpoint-damaged", "16,385 bytes that would be a checkpoint, and more after them", l.publish(checkpoint=point + line + b"more"))
    bad("earlier-checkpoint-long", "checkpoint-damaged", "an earlier checkpoint of 16,385 bytes", l.publish() | {f"checkpoints/{len(l.notes)}": point + line})
    bad("bundle-checkpoint-long", "checkpoint-damaged", "its checkpoint has 16,385 bytes", l.bundle(l.v, checkpoint=point + line))
    huge = signed_checkpoint(f"{LOG.name}\n{2**53}\n{l.root()}\n")
    bad("publishing-checkpoint-too-far-ahead", "checkpoint-damaged", "files are being written, and an earlier checkpoint is of more entries than any log has",
        l.publish() | {"publishing": b"", f"checkpoints/{2**53}": huge})
    bad("slice-of-text-there", "object-unreferenced", "a slice of a text that is there, which is none", l.publish() | {slice_path(name_of(SHORT.encode()), 0, len(SHORT.encode())): b"none"})
    size, larger = len(l.notes), long_ledger()
    small = larger.tiles(size)
    files = {path: data for path, data in larger.publish(checkpoint=larger.checkpoint(size)).items() if path not in small}
    good("publishing-full-tiles", "while files are being written, full tiles stand in the place of partial ones", files | {"publishing": b""})
    good("publishing-entries-ahead", "while files are being written, a bundle of what is to come is passed over, and not read",
         l.publish() | {"publishing": b"", f"tile/entries/000.p/{size + 1}": b"none"})
    l = judged()
    l.claim(l.s, l.claim_object(l.s, text="The bridge is safe for all"), fields={"start": 28, "end": 28})
    l.erase(l.bodies[-1]["claim"])
    bad("claim-hull-empty", "entry-damaged", "the entry's end is its start, which the claim, that was erased, can't tell", l.publish())
    long = "x" + "é" * 1000 + " The bridge is safe, the mayor said.\n" + "é" * 1500 + "\n"
    for name, code, why, quote, more in (
            ("claim-range-at-slice-end", "claim-range", "a range ends with a slice, inside a character", {}, {"statement": [[1, 1024]]}),
            ("claim-quote-points-in-first-slice", "claim-quote", "a slice from the text's start on shows that the code points are others", {"points": [101, 141]}, {})):
        l = desk(ALICE)
        l.s = l.source(long, "quoted")
        quote = quote_of(long, "é" * 40, 100) | quote
        l.c = l.claim(l.s, l.claim_object(l.s, "é" * 40, 100, quote=quote, **more))
        bad(name, code, why, l.publish())


def signed_checkpoint(text): return text.encode() + b"\n" + LOG.line(text.encode())


def main():
    good_cases()
    bundle_cases()
    absent_cases()
    export_cases()
    entry_cases()
    replay_cases()
    content_cases()
    tree_cases()
    limit_cases()
    folder = os.path.join(HERE, "cases")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, (expect, code, why, made) in CASES.items():
        made = {"bundle.json": made} if isinstance(made, bytes) else made
        proof = next((path for path in made if path.endswith(".publication.json")), "bundle.json")
        files = {path: written(data) for path, data in sorted(made.items(), key=lambda file: (file[0] != proof, file[0]))}
        kind = "export" if "publication.json" in made else "bundle" if proof in made else "ledger"
        code = "|".join(filter(None, [code, ALSO.get(name)])) or None
        value = {"kind": kind, "expect": expect, "code": code, "why": why, "files": files}
        with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=1)
            file.write("\n")
    print(f"{len(CASES)} cases")


def written(data):
    """A file as text where that keeps its bytes, else as base64."""
    try:
        text = data.decode()
        return {"text": text} if all(c >= " " or c == "\n" for c in text) else {"base64": b64(data)}
    except UnicodeDecodeError:
        return {"base64": b64(data)}


if __name__ == "__main__":
    main()
