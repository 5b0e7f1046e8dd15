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

import { Element, Text, parsed } from "./document.mjs";

const SCRIPT = new URL("../../src/export/site/check.js", import.meta.url);
const CASES = new URL("../conformance/cases/", import.meta.url);
const { blake3, check, checkBundle, comparePage, describe, readPage, cut, isBody, shorten, verifySignature, isOfPrimeOrder } =
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
  const bundles = names.map((name) => ({ name, ...bundleCase(name) })).filter(({ kind, files }) => kind === "bundle" && Object.keys(files).join() === "bundle.json");
  assert.ok(bundles.length >= 43, `only ${bundles.length} bundles`);
  for (const { name, expect, code: found, why, bytes } of bundles) {
    const code = name.startsWith("publication-bundle") ? "bundle-form" : found; // A page carries those of verdicts.
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
  const document = pageDocument();
  const told = await check(bundleOf(document), await readPage(document, subtle), { subtle: without });
  assert.equal(told.kind, "note");
  assert.match(told.result, /^This page could not be checked here/);
  // Nor by a browser that says yes to everything.
  const credulous = { ...without, importKey: async () => ({}) };
  assert.equal((await checkBundle(bytes, { subtle: credulous })).verdict, "incomplete");
  await assert.rejects(checkBundle(bytes, {}), /WebCrypto/);
});

// ---- The page ----
// page.html is a claim's page of the site that tests/site/ledger.sh makes, without its style and its script:
//
//     tests/site/ledger.sh FACTLOG DIR
//     FACTLOG_HOME=DIR/desk/home FACTLOG --ledger DIR/desk export site --out DIR/site --base-url https://desk.example/facts
//     sed -e '/^<script>/,/^<\/script>/c\<script></script>' -e '/^<style>/,/<\/style>/c\<style></style>' \
//       DIR/site/claims/429d6f42c4ca35ba/index.html >tests/browser/page.html

const PAGE = readFileSync(new URL("page.html", import.meta.url), "utf8");

/** The page as a document, with a style and with this check for its script, and the policy that lets them be. */
function pageDocument() {
  const document = parsed(PAGE), source = readFileSync(SCRIPT, "utf8");
  const [style] = document.querySelectorAll("style"), [script] = document.querySelectorAll("script:not([type])");
  const [policy] = document.querySelectorAll('meta[http-equiv="Content-Security-Policy"]');
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  script.textContent = source;
  policy.setAttribute("content", policy.getAttribute("content").replace(/(?<=style-src )\S+(?=;)/, hash(style.textContent))
    .replace(/(?<=script-src )\S+(?=;)/, hash(source)));
  return document;
}

const bundleOf = (document) => JSON.parse(document.querySelectorAll('script[id="bundle"]')[0].textContent);
const shown = await checkBundle(bundleOf(pageDocument()), { subtle });
const findingsOn = async (document) => comparePage(shown.facts, await readPage(document, subtle));
const elementsOf = (document) => document.querySelectorAll("*");

test("a page that says what its bundle says is good", async () => {
  assert.deepEqual([shown.verdict, codes(shown)], ["good", ["object-withheld"]], "an approver's note is not published");
  const document = pageDocument();
  assert.deepEqual(await findingsOn(document), []);
  const told = await check(bundleOf(document), await readPage(document, subtle), { subtle });
  assert.equal(told.kind, "good");
  assert.equal(told.result, "This page says what the ledger recorded, as of checkpoint 294. Not shown: what was recorded "
    + "since, and that it is true.");
  assert.deepEqual(told.lines.map(({ id, kind }) => `${id} ${kind}`), ["form good", "checkpoint good", "inclusion good",
    "signatures good", "entitlement good", "objects note", "quote good", "evidence good", "standing good", "page good",
    "compare note"]);
  assert.ok(told.lines.at(-1).found.includes(shown.facts.ledger));
});

/** Tries each change on a document, which it takes back again, and gives those that were not found. */
async function missedOf(document, changes) {
  const missed = [];
  for (const [what, change, back] of changes) {
    change();
    const findings = await findingsOn(document);
    back();
    if (findings.length === 0) missed.push(what);
    else assert.equal(describe(shown, findings).kind, "bad", what);
  }
  assert.deepEqual(await findingsOn(document), [], "all is as it was");
  return missed;
}

const named = (element) => `<${element.localName}${element.attributes.map(({ name, value }) => ` ${name}="${value.slice(0, 40)}"`).join("")}>`;
/** What no reader of a page sees, and what is different on a page that is open. */
const isFree = (element) => element.localName === "script" || ["check-lines", "check-result"].includes(element.id);

test("whatever is changed of a page's words is found", async () => {
  const document = pageDocument();
  const texts = elementsOf(document).filter((element) => !isFree(element) && element.localName !== "style")
    .flatMap((element) => element.childNodes.map((child) => ({ child, of: named(element) })))
    .filter(({ child }) => child.nodeType === 3 && child.data.trim() !== "");
  assert.ok(texts.length > 200, `only ${texts.length} texts`);
  const changes = texts.flatMap(({ child, of }) => {
    const before = child.data, put = (data) => () => { child.data = data; };
    return [["", "nothing"], [`${before} not`, "a word more"], [before.replace(/\p{L}|\p{N}|…|[“”.,():]/u, "q"), "another letter"]]
      .map(([data, how]) => [`${how} in ${of}: ${before}`, put(data), put(before)]);
  });
  const missed = await missedOf(document, changes);
  assert.deepEqual(missed.filter((what) => !/ in <bdi>: desk\.example\/carol$/.test(what)), [], "but for a step that no bundle has, and is said to be so");
  assert.match(PAGE, /<bdi>desk\.example&#x2f;carol<\/bdi><\/span> <span class="tag">not in this page’s proof<\/span>/);
});

test("whatever is changed of a page's attributes is found, but for what a reader or the check changes", async () => {
  const document = pageDocument();
  const changes = elementsOf(document).filter((element) => !isFree(element)).flatMap((element) => {
    const before = element.attributes, put = (list) => () => { element.attributes = list; };
    const others = before.flatMap((one, at) => [
      [`${named(element)} without ${one.name}`, before.filter((_, n) => n !== at)],
      [`${named(element)} with another ${one.name}`, before.with(at, { name: one.name, value: `${one.value}x` })],
    ]);
    const more = ["hidden", "style", "class"].filter((name) => !element.hasAttribute(name))
      .map((name) => [`${named(element)} with ${name}`, [...before, { name, value: "x" }]]);
    return [...others, ...more].map(([what, list]) => [what, put(list), put(before)]);
  });
  assert.ok(changes.length > 2000, `only ${changes.length} changes`);
  const allowed = [/^<section id="check" .*> with (another )?hidden|^<section id="check" .*without hidden/, /^<meta name="generator".*another content/];
  const missed = (await missedOf(document, changes)).filter((what) => !allowed.some((one) => one.test(what)));
  assert.deepEqual(missed, []);
});

test("no element of a page can be gone, twice, elsewhere or wrapped, but for links that a site may lack", async () => {
  const document = pageDocument();
  const changes = elementsOf(document).filter((element) => !isFree(element) && element.localName !== "html").flatMap((element) => {
    const { parentNode: parent } = element, before = parent.childNodes, at = before.indexOf(element);
    const put = (list) => () => { parent.childNodes = list; };
    const wrapped = new Element("div");
    const next = before.findIndex((one, n) => n > at && one.nodeType === 1 && !isFree(one));
    const swapped = next < 0 ? [] : [["and the next swapped", before.with(at, before[next]).with(next, element)]];
    return [["gone", before.toSpliced(at, 1)], ["twice", before.toSpliced(at, 0, element.clone())], ["after a text", before.toSpliced(at, 0, new Text("Not so."))],
      ["after an image", before.toSpliced(at, 0, new Element("img", [{ name: "src", value: "data:," }]))], ["wrapped", before.with(at, wrapped), element], ...swapped]
      .map(([how, list, inner]) => [`${named(element)} ${how}`, () => {
        put(list)();
        if (inner) wrapped.childNodes = [inner];
      }, put(before)]);
  });
  const may = ['<p class="more"> gone', '<a href="../../sources/b272d59bb6ac39f8/index.htm"> gone', ...["<li class=\"step struck\"> and the next swapped",
    '<li class="step"> gone', '<li class="step"> twice', '<li class="step"> and the next swapped']]; // steps that no bundle has
  assert.deepEqual(await missedOf(document, changes), may);
});

test("a ClaimReview is the one that the program writes of the bundle, to the last key", async () => {
  const document = pageDocument(), [script] = document.querySelectorAll('script[type="application/ld+json"]');
  const before = script.textContent, whole = () => JSON.parse(before), changes = [];
  const add = (what, text) => changes.push([what, () => { script.textContent = text; }, () => { script.textContent = before; }]);
  const walk = (value, place) => {
    for (const key of Object.keys(value)) {
      const path = [...place, key], edit = (what, change) => {
        const review = whole(), parent = place.reduce((part, one) => part[one], review);
        change(parent);
        add(`${path.join(".")} ${what}`, JSON.stringify(review));
      };
      edit("gone", (parent) => (Array.isArray(parent) ? parent.splice(key, 1) : delete parent[key]));
      edit("null", (parent) => { parent[key] = null; });
      if (typeof value[key] === "object") {
        if (!Array.isArray(value[key])) edit("with a key more", (parent) => { parent[key].more = "x"; });
        edit("emptied", (parent) => { parent[key] = Array.isArray(parent[key]) ? [] : {}; });
        if (Array.isArray(value[key])) edit("with one twice", (parent) => parent[key].push(parent[key][0]));
        walk(value[key], path);
      } else {
        edit("other", (parent) => { parent[key] = typeof parent[key] === "number" ? parent[key] + 1 : `${parent[key]}x`; });
        edit("cut", (parent) => { parent[key] = `${String(parent[key])[0]}…`; });
        edit("of another type", (parent) => { parent[key] = [parent[key]]; });
      }
    }
  };
  walk(whole(), []);
  assert.ok(changes.length > 500, `only ${changes.length} changes`);
  add("a key twice", before.replace("{", '{ "reviewBody": "All is well.",'));
  add("null", "null");
  add("none", "{");
  add("two", `[${before},${before}]`);
  add("a key more", JSON.stringify({ ...whole(), about: "x" }));
  add("an earlier date", JSON.stringify({ ...whole(), datePublished: "2026-11-22T11:31:00Z" }));
  assert.deepEqual(await missedOf(document, changes), []);
  // Spaces and the order of keys say nothing.
  script.textContent = JSON.stringify(Object.fromEntries(Object.entries(whole()).reverse()));
  assert.deepEqual(await findingsOn(document), []);
  const [head] = document.querySelectorAll("body");
  head.childNodes.push(script.clone());
  assert.ok(codes({ findings: await findingsOn(document) }).includes("page-claimreview"), "two of them");
});

test("a claim is cut as the program cuts it, and a claimant told to be a person or a body", () => {
  assert.equal(shorten("a".repeat(80)), "a".repeat(80));
  assert.equal(shorten("short"), "short");
  const words = "word ".repeat(20).trim();
  assert.equal(shorten(words), `${"word ".repeat(14).trim()}…`);
  assert.equal(shorten(`${"x".repeat(60)}, – ${"y".repeat(60)}`), `${"x".repeat(60)}…`);
  assert.equal(cut("one two three", 9), "one two…");
  assert.equal(cut("onetwothree", 9), "onetwothr…");
  assert.equal(cut("nine char", 9), "nine char");
  for (const body of ["defense officials", "the White House", "NATO", "U.N.", "Netanyahu's office", "Ministry of Health"]) assert.ok(isBody(body), body);
  for (const one of ["John Kirby", "Ursula von der Leyen", "bell Hooks", "Óscar", "習近平", ""]) assert.ok(!isBody(one), one);
});

test("words that are there and can't be seen are no words of the page", async () => {
  const document = pageDocument();
  const page = await readPage(document, subtle);
  for (const path of ["verdict.label", "claim.text", "evidence.0.stance"]) {
    const says = page.says.map((one) => (one.path === path ? { ...one, isSeen: false } : one));
    assert.deepEqual([...new Set(codes({ findings: comparePage(shown.facts, { ...page, says }) }))], ["page-hidden"], path);
  }
});

test("a verdict that does not stand has no ClaimReview, and is told to be retracted", async () => {
  const retracted = await checkBundle(bundleCase("bundle-with-approval-and-retraction").bytes, { subtle });
  const decisions = Object.keys(retracted.facts.says).filter((path) => /^entry\.[0-9a-f]{64}\.(by|at|reason)$/.test(path));
  assert.equal(decisions.length, 5, "who approved and when, who took it back, when and why");
  const { lines, kind, result } = describe(retracted, []);
  assert.equal(kind, "good");
  assert.deepEqual(lines.find(({ id }) => id === "standing").kind, "note");
  assert.match(lines.find(({ id }) => id === "standing").found, /taken back, by entry 7/);
  assert.match(result, /^This page says .* Whether the verdict stands: it was taken back, by entry 7\. Not shown: /);
  const page = await readPage(pageDocument(), subtle);
  for (const claimReviews of [[], page.claimReviews]) {
    const found = codes({ findings: comparePage(retracted.facts, { ...page, claimReviews }) });
    assert.equal(found.includes("page-claimreview"), claimReviews.length > 0);
  }
});

test("what is withheld or erased is neither good nor bad, and said", async () => {
  for (const [name, code] of [["bundle-erased", "object-erased"], ["bundle-quote-unchecked", "quote-unchecked"]]) {
    const told = describe(await checkBundle(bundleCase(name).bytes, { subtle }), []);
    assert.equal(told.kind, "note", name);
    assert.match(told.result, new RegExp(`^Not all of this page could be checked: .*${code}`));
    assert.match(told.result, /that it is true\.$/);
    assert.ok(told.lines.some((line) => line.kind === "note" && line.found.includes(code)), name);
  }
});

test("the page of another verdict is no page of this bundle", async () => {
  const page = await readPage(pageDocument(), subtle);
  for (const name of ["bundle", "bundle-with-slices", "bundle-with-approval-and-retraction", "bundle-erased", "bundle-quote-unchecked"]) {
    const { facts } = await checkBundle(bundleCase(name).bytes, { subtle });
    const found = codes({ findings: comparePage(facts, page) });
    for (const code of ["page-other", "page-address", "page-words"]) assert.ok(found.includes(code), `${name}: ${found}`);
  }
});

// ---- The document ----

/** Runs the script in a page, as a browser does once it has read it. */
function opened(document) {
  const context = { document, crypto, TextEncoder, TextDecoder, atob, btoa, setTimeout };
  vm.runInNewContext(readFileSync(SCRIPT, "utf8"), context);
  return { at: (id) => document.getElementById(id), context };
}

test("the button checks the page, twice, and is disabled meanwhile", async () => {
  const { at, context } = opened(pageDocument());
  assert.equal(at("check").hidden, false, "it is offered");
  assert.equal(typeof context.factlogCheck.checkBundle, "function");
  for (let run = 0; run < 2; run += 1) {
    const button = at("check-button"), running = button.listener();
    assert.equal(button.disabled, true);
    assert.equal(at("check-result").textContent, "Checking…");
    await running;
    assert.equal(button.disabled, false);
    assert.match(at("check-result").textContent, /^This page says what the ledger recorded, as of checkpoint 294\./);
    assert.equal(at("check-lines").childNodes.length, 11, "the second run's lines take the first's place");
    assert.equal(at("check-lines").childNodes[0].className, "good");
  }
});

test("a changed document fails the check, and so does one whose bundle can't be read", async () => {
  const changed = (selector, text) => {
    const document = pageDocument();
    document.querySelectorAll(selector)[0].textContent = text(document.querySelectorAll(selector)[0].textContent);
    return document;
  };
  const script = 'script[id="bundle"]';
  const runs = [
    [changed("h1", () => "the bridge cost a million"), /page-other/],
    [changed(script, (text) => text.slice(1)), /the check failed/],
    [changed(script, () => "7"), /the check failed|bundle-form/],
    [changed(script, () => ""), /the check failed/],
  ];
  for (const [document, expected] of runs) {
    const { at } = opened(document), result = () => at("check-result").textContent;
    await at("check-button").listener();
    assert.match(result(), /^Do not rely on this page: /);
    assert.match(result(), expected);
    assert.ok(at("check-lines").childNodes.some(({ className }) => className === "bad"));
    assert.equal(at("check-button").disabled, false);
  }
});

test("a page without its bundle does not offer the check", () => {
  const document = { readyState: "complete", getElementById: () => null, querySelectorAll: () => [] };
  vm.runInNewContext(readFileSync(SCRIPT, "utf8"), { document, crypto, TextEncoder, TextDecoder, atob, btoa });
});
