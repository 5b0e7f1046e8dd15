// Tests of the browser's verifier, src/export/site/check.js, in Node, without any package:
//
//     node --test tests/browser/
//
// The values of BLAKE3 were computed once with the `blake3` package for Python, from the input that the
// official test vectors use: byte i is i % 251. The signatures were made once by a few lines of arithmetic
// on the curve, each to be one that some verifier accepts and the rule of docs/format.md, section 2.3,
// refuses. corrected.bundle.json is the verdict that corrects another in what `factlog demo` makes, as
// `factlog prove --quotation-only` wrote it. The other bundles are the conformance suite's.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = new URL("../../src/export/site/check.js", import.meta.url);
const CASES = new URL("../conformance/cases/", import.meta.url);
const { blake3, check, checkBundle, comparePage, describe, verifySignature, isOfPrimeOrder } =
  createRequire(import.meta.url)(SCRIPT.pathname);
const { subtle } = globalThis.crypto;

const bytesOf = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const codes = ({ findings }) => findings.map(({ code }) => code);

function bundleCase(name) {
  const found = JSON.parse(readFileSync(new URL(`${name}.json`, CASES), "utf8"));
  const [content] = Object.values(found.files);
  const bytes = "text" in content ? Buffer.from(content.text) : Buffer.from(content.base64, "base64");
  return { ...found, bytes: Uint8Array.from(bytes) };
}

// ---- BLAKE3 ----

const HASHES = [
  [0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"],
  [1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"],
  [2, "7b7015bb92cf0b318037702a6cdd81dee41224f734684c2c122cd6359cb1ee63"],
  [3, "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f"],
  [63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b"],
  [64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98"],
  [65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee"],
  [127, "d81293fda863f008c09e92fc382a81f5a0b4a1251cba1634016a0f86a6bd640d"],
  [128, "f17e570564b26578c33bb7f44643f539624b05df1a76c81f30acd548c44b45ef"],
  [129, "683aaae9f3c5ba37eaaf072aed0f9e30bac0865137bae68b1fde4ca2aebdcb12"],
  [1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"],
  [1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"],
  [1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"],
  [2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"],
  [2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"],
  [3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"],
  [3073, "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"],
  [4096, "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969"],
  [5000, "ee78d92070de3df1c57c37002abf0a6b1a6589acdeef4d8ffac7cf3d9e8f2836"],
  [102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"],
];

test("BLAKE3 gives the known hashes", () => {
  for (const [length, hash] of HASHES) {
    assert.equal(blake3(Uint8Array.from({ length }, (_, at) => at % 251)), hash, `of ${length} bytes`);
  }
});

// ---- Signatures ----

const KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
const SIGNED = new TextEncoder().encode("what is signed");
const GOOD = "7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572"
  + "2218ce4cec7352a7a3c446e8a82c5a889129b40e4d7e9ef3399d86b61b54210d";
const REFUSED = {
  "S + L in the place of S": "7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572"
    + "0fecc3a906d764ff79613e8b8726399d9129b40e4d7e9ef3399d86b61b54211d",
  "R of order 1": "0100000000000000000000000000000000000000000000000000000000000000"
    + "4c53663a98deb91e1c9012c12d97e99a816adf878f6b1ac2f2541138e77fd90c",
  "R of order 1, not canonical": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
    + "d80d92130c378a73dadb067fbe7d31cc9dc9804027f61cd9e2512a700ccfc80f",
  "R of order 8": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
    + "6b76d872510a6c5455a517342e90a3134301a224fb1a712ac07f18173e86c80f",
  "R with a part of order 8": "6a84d583f06569edb3f5ed77df65544b27d6948b4f0b2cb76f33dd8413b20719"
    + "d2a1e34b1e42591f312e10527e1fa65ad018150ac8b19a2cbfd6f799acbaba05",
  "a byte less": GOOD.slice(0, -2),
  "a byte more": GOOD + "00",
};

test("a good signature verifies, and not for another message or with a bit flipped", async () => {
  assert.equal(await verifySignature(subtle, bytesOf(KEY), SIGNED, bytesOf(GOOD)), true);
  assert.equal(await verifySignature(subtle, bytesOf(KEY), SIGNED.subarray(1), bytesOf(GOOD)), false);
  for (let bit = 0; bit < 512; bit += 1) {
    const changed = bytesOf(GOOD);
    changed[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(await verifySignature(subtle, bytesOf(KEY), SIGNED, changed), false, `bit ${bit}`);
  }
});

test("what the rule refuses is refused, even where a browser would accept it", async () => {
  const lenient = { importKey: async () => ({}), verify: async () => true };
  assert.equal(await verifySignature(lenient, bytesOf(KEY), SIGNED, bytesOf(GOOD)), true);
  for (const [why, signature] of Object.entries(REFUSED)) {
    assert.equal(await verifySignature(lenient, bytesOf(KEY), SIGNED, bytesOf(signature)), false, why);
  }
});

test("a key is of prime order, on the curve, and canonical", () => {
  assert.equal(isOfPrimeOrder(bytesOf(KEY)), true);
  const p = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
  for (const [why, key] of Object.entries({
    "a part of order 8": "1f4f580e73ac208f06760190e9edc6f5916775dabd9c1cdca393175c2d6d1083",
    "order 8": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 4": "00".repeat(32),
    "order 4, not canonical": p,
    "order 2": "ec" + p.slice(2),
    "order 1": "01" + "00".repeat(31),
    "not on the curve": "02" + "00".repeat(31),
  })) assert.equal(isOfPrimeOrder(bytesOf(key)), false, why);
});

// ---- Bundles ----

test("every bundle of the conformance suite is told as what it is", async () => {
  const names = readdirSync(CASES).map((file) => file.replace(/\.json$/, ""));
  const bundles = names.map((name) => ({ name, ...bundleCase(name) })).filter(({ kind }) => kind === "bundle");
  assert.ok(bundles.length >= 43, `only ${bundles.length} bundles`);
  for (const { name, expect, code, why, bytes } of bundles) {
    const result = await checkBundle(bytes, { subtle });
    assert.equal(result.verdict, expect, `${name}: ${why}: ${codes(result)}`);
    if (code) assert.ok(code.split("|").some((one) => codes(result).includes(one)), `${name}: ${why}: ${codes(result)}`);
  }
});

test("of a bundle with slices, no byte can be another", async () => {
  const { bytes } = bundleCase("bundle-with-slices");
  assert.equal((await checkBundle(bytes, { subtle })).verdict, "good");
  const missed = [];
  const change = async (at) => {
    const changed = Uint8Array.from(bytes);
    changed[at] ^= 1 << (at % 8);
    if ((await checkBundle(changed, { subtle })).verdict !== "bad") missed.push(at);
  };
  // Many at a time, for the browser's cryptography is asynchronous.
  for (let at = 0; at < bytes.length; at += 64) {
    await Promise.all(Array.from({ length: Math.min(64, bytes.length - at) }, (_, n) => change(at + n)));
  }
  assert.deepEqual(missed, []);
});

test("base64 that is written in another way is refused, though it says the same", async () => {
  const { bytes } = bundleCase("bundle-with-slices");
  const bundle = JSON.parse(new TextDecoder().decode(bytes));
  const last = bundle.checkpoint.at(-3); // before `=` and LF: two of its six bits are unused
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const end of [`${digits[digits.indexOf(last) + 1]}=\n`, `${last}\n`]) {
    const changed = JSON.stringify({ ...bundle, checkpoint: bundle.checkpoint.slice(0, -3) + end });
    assert.deepEqual(codes(await checkBundle(changed, { subtle })), ["checkpoint-damaged"]);
  }
  const [slice, ...slices] = bundle.slices;
  for (const other of [slice.bytes.replace(/=+$/, ""), `${slice.bytes.slice(0, 8)} ${slice.bytes.slice(8)}`]) {
    if (other === slice.bytes) continue;
    const changed = JSON.stringify({ ...bundle, slices: [{ ...slice, bytes: other }, ...slices] });
    assert.deepEqual(codes(await checkBundle(changed, { subtle })), ["bundle-form"]);
  }
});

test("random damage is told, and raises nothing", async () => {
  const { bytes } = bundleCase("bundle-with-slices");
  let state = 1;
  const random = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff; // the same each time
    return (state >>> 8) % below;
  };
  for (let n = 0; n < 300; n += 1) {
    const start = random(bytes.length), length = [1, 2, 8, 64, 1024][random(5)];
    const put = Array.from({ length: random(2) * length }, () => random(256));
    const damaged = Uint8Array.from([...bytes.subarray(0, start), ...put, ...bytes.subarray(start + random(2) * length)]);
    if (Buffer.compare(damaged, bytes) === 0) continue;
    const { verdict } = await checkBundle(damaged, { subtle });
    // At its end there is the line feed, which may be absent.
    if (start < bytes.length - 1) assert.equal(verdict, "bad", `${n}: ${length} bytes at ${start}`);
  }
});

// The suite's ledgers hold the rules of replay. As bundles of all their entries they are judged alike, but for
// what a bundle can't show.

const node = (left, right) => createHash("sha256").update(Buffer.from([1])).update(left).update(right).digest();

function leftOf(count) {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

function treeRoot(leaves) {
  if (leaves.length === 1) return leaves[0];
  const middle = leftOf(leaves.length);
  return node(treeRoot(leaves.slice(0, middle)), treeRoot(leaves.slice(middle)));
}

function pathOf(index, leaves) {
  if (leaves.length === 1) return [];
  const middle = leftOf(leaves.length), [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return index < middle ? [...pathOf(index, left), treeRoot(right)] : [...pathOf(index - middle, right), treeRoot(left)];
}

/** A ledger of the suite as bundles, one for each verdict in it; none where its files are no ledger's. */
function asBundles({ files }) {
  const read = ({ text, base64 }) => Buffer.from(text ?? base64, text === undefined ? "base64" : "utf8");
  const isText = (bytes) => Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
  const tiles = Object.keys(files).filter((path) => path.startsWith("tile/entries/"));
  if (tiles.length !== 1 || !files.checkpoint || !isText(read(files.checkpoint))) return [];
  const tile = read(files[tiles[0]]), notes = [];
  for (let at = 0; at + 2 <= tile.length;) {
    const end = at + 2 + tile.readUInt16BE(at);
    notes.push(tile.subarray(at + 2, end));
    at = end;
  }
  if (!notes.every(isText)) return [];
  const leaves = notes.map((note) => createHash("sha256").update(Buffer.from([0])).update(note).digest());
  const hashes = [];
  const entries = notes.map((note, index) => ({
    index, note: note.toString("utf8"),
    path: pathOf(index, leaves).map((hash) => {
      const text = hash.toString("base64");
      if (!hashes.includes(text)) hashes.push(text);
      return hashes.indexOf(text);
    }),
  }));
  const under = (folder) => Object.keys(files).filter((path) => path.startsWith(folder)).sort();
  const objects = under("object/").map((path) => read(files[path]))
    .map((bytes) => ({ bytes, hash: blake3(Uint8Array.from(bytes)) })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const slices = under("slice/").filter((path) => /[0-9]+-[0-9]+$/.test(path)).map((path) => {
    const [, begin, rest, range] = path.split("/"), [start, end] = range.split("-").map(Number);
    return { bytes: read(files[path]).toString("base64"), end, start, text: begin + rest };
  }).sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.start - b.start || a.end - b.end));
  const binary = objects.filter(({ bytes }) => !isText(bytes)).map(({ bytes }) => bytes.toString("base64"));
  const verdicts = entries.filter(({ note }) => note.includes('"kind":"verdict"')).map(({ index }) => leaves[index].toString("hex"));
  return (verdicts.length ? verdicts : ["0".repeat(64)]).map((verdict) => `${JSON.stringify({
    ...(binary.length ? { binary } : {}),
    checkpoint: read(files.checkpoint).toString("utf8"), entries, hashes,
    objects: objects.filter(({ bytes }) => isText(bytes)).map(({ bytes }) => bytes.toString("utf8")),
    ...(slices.length ? { slices } : {}),
    type: "factlog/bundle@v1", verdict,
  })}\n`);
}

/** How a bundle's check says it, by the code of the suite or by the name of the case. */
const SAID_AS = {
  "reference-unknown": "bundle-incomplete",
  "object-missing": "bundle-incomplete",
  "checkpoint-empty.json": "bundle-form", // An empty field is none.
  "entry-empty.json": "bundle-form",
  "checkpoint-size-zero.json": "proof-invalid",
  "source-withheld.json": "quote-unchecked", // A published form tells of it as a note.
};
/** What only a ledger's files, all of its entries or its other checkpoints can show. */
const NOT_IN_A_BUNDLE = /^(tile-|withheld-|after-root|log-root|chain-gap|head-|checkpoint-(size|root)|object-hash)/;
const ABOUT_FILES = /^(earlier-checkpoint-|publishing-|slice-name|withheld-)/;

test("the suite's ledgers, as bundles, are told by the same codes", async () => {
  let seen = 0;
  const other = [];
  for (const file of readdirSync(CASES)) {
    const found = JSON.parse(readFileSync(new URL(file, CASES), "utf8"));
    const wanted = (SAID_AS[file] ?? found.code ?? "").split("|").map((code) => SAID_AS[code] ?? code);
    if (found.kind !== "ledger" || NOT_IN_A_BUNDLE.test(wanted[0]) || ABOUT_FILES.test(file)) continue;
    const results = [];
    for (const bundle of asBundles(found)) results.push(await checkBundle(bundle, { subtle }));
    if (results.length === 0) continue;
    seen += 1;
    const all = results.flatMap(codes);
    // A ledger without a verdict has nothing that a bundle could be about, and that is then its only fault.
    const isGood = ({ verdict, facts, findings }) => verdict === "good" || !facts && findings
      .every(({ code, severity, message }) => severity === "note" || code === "bundle-incomplete" && message.startsWith("the verdict 0000"));
    const isSame = wanted[0] === "" ? results.some(isGood) : wanted.some((code) => all.includes(code));
    if (!isSame) other.push(`${file}: ${found.why}: ${found.expect} ${found.code}, but ${[...new Set(all)]}`);
  }
  assert.deepEqual(other, []);
  assert.ok(seen >= 250, `only ${seen} ledgers`);
});

test("the script can stand in a page, and asks for nothing", () => {
  const script = readFileSync(SCRIPT, "utf8");
  for (const word of ["</script", "<!--", "innerHTML", "eval(", "new Function", "fetch(", "XMLHttpRequest", "import(", "localStorage"]) {
    assert.ok(!script.includes(word), word);
  }
});

test("what the program writes holds: a correction, and what it corrects without its evidence", async () => {
  const text = readFileSync(new URL("corrected.bundle.json", import.meta.url), "utf8");
  const { verdict, findings, facts } = await checkBundle(text, { subtle });
  assert.deepEqual([verdict, findings], ["good", []]);
  assert.equal(facts.standing, "standing");
  assert.equal(facts.says[`entry.${facts.says["verdict.supersedes"]}.label`], "Mostly true");
});

test("a ledger that was asked for is compared", async () => {
  const { bytes } = bundleCase("bundle");
  const { facts } = await checkBundle(bytes, { subtle });
  assert.equal((await checkBundle(bytes, { subtle, ledger: facts.ledger })).verdict, "good");
  const other = await checkBundle(bytes, { subtle, ledger: "0".repeat(64) });
  assert.deepEqual([other.verdict, codes(other)], ["bad", ["genesis-other"]]);
});

test("what a bundle shows of a verdict's standing is told", async () => {
  const standing = async (name) => (await checkBundle(bundleCase(name).bytes, { subtle })).facts;
  assert.equal((await standing("bundle")).standing, "proposed", "its policy asks for an approval");
  const retracted = await standing("bundle-with-approval-and-retraction");
  assert.deepEqual([retracted.standing, retracted.endedBy], ["retracted", 7]);
  assert.equal(retracted.says["approval.0.by"], "desk.example/bob");
});

test("without Ed25519 nothing is called good", async () => {
  const without = {
    digest: (...values) => subtle.digest(...values),
    importKey: async () => { throw new DOMException("no Ed25519", "NotSupportedError"); },
    verify: async () => true,
  };
  const { bytes } = bundleCase("bundle-with-slices");
  const { verdict, findings } = await checkBundle(bytes, { subtle: without });
  assert.deepEqual([verdict, codes({ findings })], ["incomplete", ["signature-unchecked"]]);
  const told = await check(bytes, PAGE(), { subtle: without });
  assert.equal(told.kind, "note");
  assert.match(told.result, /^This page could not be checked here/);
  // Nor by a browser that says yes to everything.
  const credulous = { ...without, importKey: async () => ({}) };
  assert.equal((await checkBundle(bytes, { subtle: credulous })).verdict, "incomplete");
  await assert.rejects(checkBundle(bytes, {}), /WebCrypto/);
});

// ---- The page ----

const VERDICT = "0cd969bc35432435b8619eb32c4e6b8b2db29a07faa45b95fb2960717bd92c93";
const LEDGER = "40983fb70d5a6b3ccce8f968717ea66b1fb60dba07703f2da0806cbc1f35ef1b";
const CLAIM = "4c7e7c1577aa905abedca3997bd2d8d2aa3bdaee69325236635e5f0ca28257dc";
const REPORT = "6a8f5bf2ebeddc8bc6d4c6147df76d22762e09748ddf1393995d1e1f845fa6ee";
const REPORT_RAW = "1051904f26f509517d0bc2164cf512cdf4d29b69fc33d84d7307a2facc37d00c";
const MUST = {
  "ledger.id": LEDGER,
  "checkpoint.size": "7",
  "claim.text": "The bridge is safe",
  "claim.claimant": "Ada Roe",
  "claim.exact": "The bridge is safe",
  "verdict.id": VERDICT,
  "verdict.reviewer": "desk.example/alice",
  "verdict.rating": "false",
  "verdict.label": "False",
  "verdict.summary": "Two cables are broken.",
  "verdict.reason": "It was wrong.",
  "evidence.0.stance": "refutes",
  "evidence.0.exact": "Two of the bridge's twelve cables are broken",
  "evidence.0.source": REPORT,
  "evidence.0.raw": REPORT_RAW,
};
const MAY = {
  "ledger.origin": "desk.example/facts",
  "claim.prefix": " payment of 765 crowns – noted.\n",
  "claim.id": CLAIM,
  "source.title": "article",
  "verdict.index": "6",
  "verdict.at": "2026-11-22T10:00:06Z",
  "verdict.value": "1",
  "verdict.best": "5",
  "verdict.worst": "1",
  "verdict.definition": "Not accurate.",
  "verdict.change": "update",
  "claim.index": "3",
  "scale.true.label": "True",
  "scale.true.value": "5",
  "scale.false.definition": "Not accurate.",
  "evidence.0.primary": "primary source",
  "evidence.0.title": "report",
  "entry.c1f7541ee617f80181e210bd6405cd203d5ccd82f47a45cb85290579f5a1b1ba.label": "False",
};
const REVIEW = () => ({
  "@context": "https://schema.org",
  "@type": "ClaimReview",
  claimReviewed: "The bridge is safe",
  reviewRating: {
    "@type": "Rating", alternateName: "False", ratingValue: 1, bestRating: 5, worstRating: 1,
    ratingExplanation: "Two cables are broken.",
  },
  itemReviewed: { "@type": "Claim", text: "The bridge is safe", author: { "@type": "Person", name: "Ada Roe" } },
  identifier: [
    { "@type": "PropertyValue", propertyID: "factlog/verdict", value: VERDICT },
    { "@type": "PropertyValue", propertyID: "factlog/claim", value: CLAIM },
    { "@type": "PropertyValue", propertyID: "factlog/ledger", value: LEDGER },
  ],
});
/** A page as readPage gives it, changed by a function. */
function PAGE(change = () => {}) {
  const page = {
    says: [
      ...Object.entries({ ...MUST, ...MAY }).map(([path, text]) => ({ path, text })),
      { path: "verdict.at", text: "22 November 2026", attribute: "day" },
      { path: "verdict.place", text: "none", attribute: "place" },
      { path: "verdict.at", text: "2026-11-22T10:00:06Z", attribute: "datetime" },
    ],
    evidence: 1,
    claimReviews: [JSON.stringify(REVIEW())],
  };
  change(page, (path) => page.says.find((one) => one.path === path));
  return page;
}
const shown = await checkBundle(bundleCase("bundle-with-slices").bytes, { subtle });
const compared = (change) => codes({ findings: comparePage(shown.facts, PAGE(change)) });

test("a page that says what its bundle says is good", async () => {
  assert.deepEqual(compared(), []);
  assert.deepEqual(compared((page) => { page.claimReviews = []; }), []);
  const told = await check(bundleCase("bundle-with-slices").bytes, PAGE(), { subtle });
  assert.equal(told.kind, "good");
  assert.equal(told.result, "This page says what the ledger recorded, as of checkpoint 7. Not shown: what was recorded "
    + "since, and that it is true.");
  assert.deepEqual(told.lines.map(({ id, kind }) => `${id} ${kind}`), ["form good", "checkpoint good", "inclusion good",
    "signatures good", "entitlement good", "objects good", "quote good", "evidence good", "standing good", "page good",
    "compare note"]);
  assert.ok(told.lines.at(-1).found.includes(LEDGER));
});

test("the values that must be on the page are these", () => {
  assert.deepEqual([...shown.facts.must].sort(), Object.keys(MUST).sort());
});

test("whatever is changed on a page is found", async (t) => {
  const word = (path, text) => (page, at) => { at(path).text = text; };
  const review = (change) => (page) => {
    const changed = REVIEW();
    change(changed);
    page.claimReviews = [JSON.stringify(changed)];
  };
  const faults = {
    "one word of the claim": [word("claim.text", "The bridge is unsafe"), "page-other"],
    "the rating": [word("verdict.rating", "true"), "page-other"],
    "the rating's label": [word("verdict.label", "True"), "page-other"],
    "a hash of the evidence": [word("evidence.0.raw", "b3cbbb46f84e38af89d1981be160557623661fd631c8679e22b83b23d485eed8"), "page-other"],
    "a space": [word("verdict.summary", "Two cables are  broken."), "page-other"],
    "the claimant": [word("claim.claimant", "Ada Doe"), "page-other"],
    "an optional word": [word("verdict.definition", "Accurate."), "page-other"],
    "a date in an attribute": [(page) => { page.says.at(-1).text = "2026-11-21T10:00:06Z"; }, "page-other"],
    "a day": [(page) => { page.says.at(-3).text = "23 November 2026"; }, "page-other"],
    "a rating's shape and colour": [(page) => { page.says.at(-2).text = "full"; }, "page-other"],
    "two shapes and colours": [(page) => { page.says.at(-2).text = "none full"; }, "page-other"],
    "another rating's label": [word("scale.true.label", "Truth"), "page-other"],
    "a value of which the bundle says nothing": [(page) => page.says.push({ path: "verdict.rationale", text: "So." }), "page-unproven"],
    "a name that every object has": [(page) => page.says.push({ path: "constructor", text: "x" }), "page-unproven"],
    "a second, other claim": [(page) => page.says.push({ path: "claim.text", text: "The bridge fell" }), "page-other"],
    "an item of evidence more": [(page) => { page.evidence = 2; }, "page-evidence"],
    "no evidence": [(page) => { page.evidence = 0; }, "page-evidence"],
    "a required value in an attribute alone": [(page, at) => { at("verdict.id").attribute = "href"; }, "page-missing"],
    "two ClaimReviews": [(page) => page.claimReviews.push(page.claimReviews[0]), "page-claimreview"],
    "a ClaimReview that is none": [(page) => { page.claimReviews = ["{"]; }, "page-claimreview"],
    "null for a ClaimReview": [(page) => { page.claimReviews = ["null"]; }, "page-claimreview"],
    "the ClaimReview's claim": [review((r) => { r.itemReviewed.text = "The bridge is unsafe"; }), "page-claimreview"],
    "the ClaimReview's headline": [review((r) => { r.claimReviewed = "The bridge is unsafe"; }), "page-claimreview"],
    "the ClaimReview's cut headline": [review((r) => { r.claimReviewed = "The bridge fell…"; }), "page-claimreview"],
    "the ClaimReview's claimant": [review((r) => { r.itemReviewed.author.name = "Ada Doe"; }), "page-claimreview"],
    "the ClaimReview without claimant": [review((r) => { delete r.itemReviewed.author; }), "page-claimreview"],
    "the ClaimReview's label": [review((r) => { r.reviewRating.alternateName = "True"; }), "page-claimreview"],
    "the ClaimReview's value": [review((r) => { r.reviewRating.ratingValue = 5; }), "page-claimreview"],
    "the ClaimReview's scale": [review((r) => { r.reviewRating.bestRating = 10; }), "page-claimreview"],
    "the ClaimReview without scale": [review((r) => { delete r.reviewRating.worstRating; }), "page-claimreview"],
    "the ClaimReview's explanation": [review((r) => { r.reviewRating.ratingExplanation = "All is well."; }), "page-claimreview"],
    "the ClaimReview's verdict": [review((r) => { r.identifier[0].value = CLAIM; }), "page-claimreview"],
    "another type in its place": [review((r) => { r["@type"] = "Review"; }), "page-claimreview"],
  };
  for (const path of Object.keys(MUST)) {
    faults[`${path} is missing`] = [(page) => { page.says = page.says.filter((one) => one.path !== path); }, "page-missing"];
  }
  for (const [what, [change, code]] of Object.entries(faults)) {
    await t.test(what, () => {
      const findings = comparePage(shown.facts, PAGE(change));
      assert.ok(codes({ findings }).includes(code), `${what}: ${codes({ findings })}`);
      const told = describe(shown, findings);
      assert.equal(told.kind, "bad");
      assert.match(told.result, /^Do not rely on this page: /);
      assert.equal(told.lines.find(({ id }) => id === "page").kind, "bad");
    });
  }
});

test("a cut claim and what HTML can't hold are no faults", () => {
  assert.deepEqual(compared((page) => {
    const changed = REVIEW();
    changed.claimReviewed = "The bridge…";
    page.claimReviews = [JSON.stringify(changed)];
  }), []);
  const facts = { ...shown.facts, says: { ...shown.facts.says, "verdict.summary": "a\0b" } };
  assert.deepEqual(comparePage(facts, PAGE((page, at) => {
    at("verdict.summary").text = "a\ufffdb";
    page.claimReviews = [];
  })), []);
});

test("a verdict that does not stand has no ClaimReview, and is told to be retracted", async () => {
  const retracted = await checkBundle(bundleCase("bundle-with-approval-and-retraction").bytes, { subtle });
  const { says, must } = retracted.facts;
  const decisions = Object.keys(says).filter((path) => /^entry\.[0-9a-f]{64}\.(by|at|reason)$/.test(path));
  assert.equal(decisions.length, 5, "who approved and when, who took it back, when and why");
  const page = { says: must.map((path) => ({ path, text: says[path] })), evidence: 0, claimReviews: [] };
  assert.deepEqual(comparePage(retracted.facts, page), []);
  const { lines, kind, result } = describe(retracted, []);
  assert.equal(kind, "good");
  assert.deepEqual(lines.find(({ id }) => id === "standing").kind, "note");
  assert.match(lines.find(({ id }) => id === "standing").found, /taken back, by entry 7/);
  assert.match(result, /^This page says .* Whether the verdict stands: it was taken back, by entry 7\. Not shown: /);
  page.claimReviews = [JSON.stringify(REVIEW())];
  assert.ok(codes({ findings: comparePage(retracted.facts, page) }).includes("page-claimreview"));
});

test("what is withheld or erased is neither good nor bad, and said", async () => {
  for (const [name, code] of [["bundle-erased", "object-erased"], ["bundle-quote-unchecked", "quote-unchecked"]]) {
    const result = await checkBundle(bundleCase(name).bytes, { subtle });
    const { says, must } = result.facts;
    const page = { says: must.map((path) => ({ path, text: says[path] })), evidence: 0, claimReviews: [] };
    const told = describe(result, comparePage(result.facts, page));
    assert.equal(told.kind, "note", name);
    assert.match(told.result, new RegExp(`^Not all of this page could be checked: .*${code}`));
    assert.match(told.result, /that it is true\.$/);
    assert.ok(told.lines.some((line) => line.kind === "note" && line.found.includes(code)), name);
  }
});

// ---- The document ----

/** What check.js asks of a document, and no more: enough to press the button. */
function standIn(bundleScript, page) {
  const element = () => ({
    children: [], attributes: {}, textContent: "", className: "", hidden: false, disabled: false,
    replaceChildren(...children) { this.children = children; },
    append(...children) { this.children.push(...children); },
    addEventListener(event, listener) { this.listener = listener; },
    getAttribute(name) { return this.attributes[name] ?? null; },
  });
  const ids = Object.fromEntries(["check", "check-button", "check-lines", "check-result", "bundle"].map((id) => [id, element()]));
  ids.check.hidden = true;
  ids.bundle.textContent = bundleScript;
  const marked = (attribute) => page.says.filter((one) => one.attribute === attribute).map(({ path, text }) => {
    const mark = attribute ? `data-says-${attribute}` : "data-says";
    const shown = attribute === "place" ? { class: `word place-${text}` } : { [attribute]: text };
    return Object.assign(element(), attribute && attribute !== "day" ? {} : { textContent: text },
      { attributes: { [mark]: path, ...shown } });
  });
  const found = {
    "[data-says]": marked(undefined),
    "[data-says-href]": marked("href"),
    "[data-says-datetime]": marked("datetime"),
    "[data-says-day]": marked("day"),
    "[data-says-place]": marked("place"),
    "[data-evidence]": Array.from({ length: page.evidence }, element),
    'script[type="application/ld+json"]': page.claimReviews.map((text) => Object.assign(element(), { textContent: text })),
  };
  const document = {
    readyState: "complete", createElement: element,
    getElementById: (id) => ids[id] ?? null,
    querySelectorAll: (selector) => found[selector],
  };
  const context = { document, crypto, TextEncoder, TextDecoder, atob, btoa, setTimeout };
  vm.runInNewContext(readFileSync(SCRIPT, "utf8"), context);
  return { ids, context };
}

test("the button checks the page, twice, and is disabled meanwhile", async () => {
  const text = new TextDecoder().decode(bundleCase("bundle-with-slices").bytes);
  const page = PAGE();
  const { ids, context } = standIn(JSON.stringify(text).replace(/</g, "\\u003c"), page);
  assert.equal(ids.check.hidden, false, "it is offered");
  assert.equal(typeof context.factlogCheck.checkBundle, "function");
  const button = ids["check-button"], result = ids["check-result"];
  for (let run = 0; run < 2; run += 1) {
    const running = button.listener();
    assert.equal(button.disabled, true);
    assert.equal(result.textContent, "Checking…");
    await running;
    assert.equal(button.disabled, false);
    assert.match(result.textContent, /^This page says what the ledger recorded, as of checkpoint 7\./);
    assert.equal(ids["check-lines"].children.length, 11, "the second run's lines take the first's place");
    assert.equal(ids["check-lines"].children[0].className, "good");
  }
});

test("a changed document fails the check, and so does one whose bundle can't be read", async () => {
  const text = new TextDecoder().decode(bundleCase("bundle-with-slices").bytes);
  const page = PAGE((_, at) => { at("claim.text").text = "The bridge is unsafe"; });
  const runs = [
    [JSON.stringify(text), page, /page-other/],
    [JSON.stringify(text).slice(1), PAGE(), /the check failed/],
    ["7", PAGE(), /the check failed|bundle-form/],
    ["", PAGE(), /the check failed/],
  ];
  for (const [script, content, expected] of runs) {
    const { ids } = standIn(script, content);
    await ids["check-button"].listener();
    assert.match(ids["check-result"].textContent, /^Do not rely on this page: /);
    assert.match(ids["check-result"].textContent, expected);
    assert.ok(ids["check-lines"].children.some(({ className }) => className === "bad"));
    assert.equal(ids["check-button"].disabled, false);
  }
});

test("a page without its bundle does not offer the check", () => {
  const document = { readyState: "complete", getElementById: () => null, querySelectorAll: () => [] };
  vm.runInNewContext(readFileSync(SCRIPT, "utf8"), { document, crypto, TextEncoder, TextDecoder, atob, btoa });
});
