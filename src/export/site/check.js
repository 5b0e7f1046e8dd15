// "Check this page": verifies, on the reader's machine, the proof bundle that a claim page carries, and then
// that the page says what the bundle says.
//
// Written from docs/format.md alone, sections 1 to 7, 12 and 14, which are what "section" means below. Codes
// of findings are those of section 7.1; `signature-unchecked` and `page-…` are beside them, for only a browser
// finds these. Nothing is loaded and nothing is sent. SHA-256 and Ed25519 are the browser's own (WebCrypto);
// BLAKE3 is here, for no browser has it.
//
// What it can't do: know whose ledger it is, for anybody can make up a whole one, so that the reader is asked
// to compare the ledger's id; speak for its own page, for whoever changes a page can change its script, so
// that the reader is told of `factlog check`; speak for a page's look, which its style gives it.
//
// Deliberately not here: witnesses' cosignatures, and making a text again from its raw bytes.
(function () {
"use strict";

// ---- Bytes ----

const MAX_BUNDLE_BYTES = 2 ** 28, MAX_ITEMS = 100000, MAX_OBJECT_BYTES = 2 ** 20; // sections 14 and 3
const MAX_ENTRY_BYTES = 4096, MAX_CHECKPOINT_BYTES = 16384, MAX_PATH = 63; // sections 2, 13 and 11

/** Thrown for input that is not in its form, and for nothing else. */
class Damaged extends Error {}

function ensure(condition, message) {
  if (!condition) throw new Damaged(message);
}

/** What a function returns, as `value`; or why its input is damaged, as `reason`. */
function attempt(run) {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof Damaged) return { reason: error.message };
    throw error;
  }
}

const encoder = new TextEncoder();
const utf8 = (text) => encoder.encode(text);
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
const sameBytes = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
const increasing = (values) => values.every((value, at) => at === 0 || values[at - 1] < value);
/** Text as a string that sorts as its UTF-8 bytes do; JavaScript's own order is that of UTF-16. */
const inByteOrder = (text) => toHex(utf8(text));

function decodeUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Damaged("not UTF-8");
  }
}

const isUtf8 = (bytes) => !attempt(() => decodeUtf8(bytes)).reason;

function decodeBase64(text) {
  let binary;
  try {
    binary = atob(text);
  } catch (error) {
    throw new Damaged("not base64");
  }
  ensure(btoa(binary) === text, "base64 that is not canonical");
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function joinBytes(parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// ---- BLAKE3, and slices of a text that it hashes (section 12) ----

const CHUNK = 1024, BLOCK = 64;
const CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8;
const IV = Uint32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
const LANES = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], // columns, then diagonals
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];
/** The order of the message's words in the seven rounds: each permutes the one before. */
const ROUNDS = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]];
while (ROUNDS.length < 7) {
  const last = ROUNDS[ROUNDS.length - 1];
  ROUNDS.push([2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8].map((at) => last[at]));
}

/** The chaining value after a block of at most 64 bytes. A Uint32Array wraps sums by itself. */
function compress(chaining, block, counter, flags) {
  const padded = new DataView(new ArrayBuffer(BLOCK));
  block.forEach((byte, at) => padded.setUint8(at, byte));
  const v = new Uint32Array(16);
  v.set(chaining);
  v.set(IV.subarray(0, 4), 8);
  v.set([counter, Math.floor(counter / 2 ** 32), block.length, flags], 12);
  const turn = (word, bits) => (word >>> bits) | (word << (32 - bits));
  for (const order of ROUNDS) {
    LANES.forEach(([a, b, c, d], lane) => {
      v[a] += v[b] + padded.getUint32(4 * order[2 * lane], true);
      v[d] = turn(v[d] ^ v[a], 16);
      v[c] += v[d];
      v[b] = turn(v[b] ^ v[c], 12);
      v[a] += v[b] + padded.getUint32(4 * order[2 * lane + 1], true);
      v[d] = turn(v[d] ^ v[a], 8);
      v[c] += v[d];
      v[b] = turn(v[b] ^ v[c], 7);
    });
  }
  return v.slice(0, 8).map((word, at) => word ^ v[at + 8]);
}

function chunkValue(chunk, counter, flags) {
  let value = IV, at = 0;
  do {
    const ends = (at === 0 ? CHUNK_START : 0) | (at + BLOCK >= chunk.length ? CHUNK_END | flags : 0);
    value = compress(value, chunk.subarray(at, at + BLOCK), counter, ends);
    at += BLOCK;
  } while (at < chunk.length);
  return value;
}

/** A chaining value as the 32 bytes that stand in a parent node, or are the hash. */
function valueBytes(value) {
  const view = new DataView(new ArrayBuffer(32));
  value.forEach((word, at) => view.setUint32(4 * at, word, true));
  return new Uint8Array(view.buffer);
}

/** The largest power of two below a length: how many bytes stand in the left half of a subtree. */
function leftBytes(length) {
  let left = 1;
  while (left * 2 < length) left *= 2;
  return left;
}

function subtreeValue(bytes, counter, flags) {
  if (bytes.length <= CHUNK) return chunkValue(bytes, counter, flags);
  const middle = leftBytes(bytes.length);
  const left = subtreeValue(bytes.subarray(0, middle), counter, 0);
  const right = subtreeValue(bytes.subarray(middle), counter + middle / CHUNK, 0);
  return compress(IV, joinBytes([valueBytes(left), valueBytes(right)]), 0, PARENT | flags);
}

const blake3 = (bytes) => toHex(valueBytes(subtreeValue(bytes, 0, ROOT)));

/** The length of the text that a slice states, and the bytes that it shows, if they lead to the hash. */
function readSlice(slice, hash, start, end) {
  ensure(slice.length >= 8, "shorter than its header");
  const length = Number(new DataView(slice.buffer, slice.byteOffset).getBigUint64(0, true));
  ensure(Number.isSafeInteger(length) && start % CHUNK === 0 && start < end && end <= length
    && (end % CHUNK === 0 || end === length), "not a range of whole pieces");
  const shown = [], todo = [{ low: 0, high: length, value: fromHex(hash), flags: ROOT }];
  let at = 8;
  while (todo.length) {
    const { low, high, value, flags } = todo.pop();
    if (high <= start || end <= low) continue;
    const isChunk = high - low <= CHUNK;
    const part = slice.subarray(at, at + (isChunk ? high - low : 64));
    at += part.length;
    const found = isChunk ? chunkValue(part, low / CHUNK, flags) : compress(IV, part, 0, PARENT | flags);
    ensure(sameBytes(valueBytes(found), value), `bytes ${low} to ${high} have another hash`);
    if (isChunk) {
      shown.push(part);
    } else {
      const middle = low + leftBytes(high - low);
      todo.push({ low: middle, high, value: part.subarray(32), flags: 0 }); // what is pushed last is next
      todo.push({ low, high: middle, value: part.subarray(0, 32), flags: 0 });
    }
  }
  ensure(at === slice.length, "bytes after its end");
  return { length, bytes: joinBytes(shown) };
}

/** The slices that show these ranges: widened to whole pieces, joined where they overlap or touch. */
function slicesFor(ranges, length) {
  const joined = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const from = start - start % CHUNK, to = Math.min(Math.ceil(end / CHUNK) * CHUNK, length);
    const last = joined[joined.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** A slice's name, which sorts as (text, start, end) do. */
const sliceName = (text, ...range) => [text, ...range.map((at) => String(at).padStart(16, "0"))].join("/");

// ---- Keys and signatures (section 2.3) ----
// The curve's arithmetic here only refuses. What accepts a signature is the browser.

const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

const reduce = (n) => ((n % P) + P) % P;
const littleEndian = (bytes) => BigInt("0x" + toHex(Uint8Array.from(bytes).reverse()));

function power(base, exponent) {
  let result = 1n;
  for (let left = exponent, square = base; left > 0n; left >>= 1n) {
    if (left & 1n) result = result * square % P;
    square = square * square % P;
  }
  return result;
}

/**
 * Whether y is canonical, of a point on the curve, and that of prime order: [L]A = 0, by Montgomery's ladder
 * (RFC 7748) on u = (1 + y) / (1 - y). The points of order 1 and 2 have no u that it could climb.
 */
function climbs(y) {
  if (y >= P || y === 1n || y === P - 1n) return false;
  const square = y * y % P;
  if (power(reduce((square - 1n) * (D * square + 1n)), (P - 1n) / 2n) !== 1n) return false;
  const u = (1n + y) * power(reduce(1n - y), P - 2n) % P;
  let pair = [[1n, 0n], [u, 1n]];
  for (const bit of L.toString(2)) {
    const [[a, b], [c, d]] = bit === "1" ? [pair[1], pair[0]] : pair;
    const s = (a + b) ** 2n, t = (a - b) ** 2n, v = (c - d) * (a + b), w = (c + d) * (a - b);
    const double = [s * t % P, (s - t) * (s + 121665n * (s - t)) % P];
    const sum = [(v + w) ** 2n % P, u * (v - w) ** 2n % P];
    pair = bit === "1" ? [sum, double] : [double, sum];
  }
  return pair[0][1] === 0n;
}

const known = new Map(); // Keys recur in every entry, and the ladder is slow.

function isOfPrimeOrder(bytes) {
  const y = littleEndian(bytes) % 2n ** 255n;
  if (!known.has(y)) known.set(y, climbs(y));
  return known.get(y);
}

const ed25519 = { name: "Ed25519" };

async function accepts(subtle, key, message, signature) {
  const imported = await subtle.importKey("raw", key, ed25519, false, ["verify"]);
  return subtle.verify(ed25519, imported, signature, message);
}

/**
 * "A signature is valid if S < L, R is not one of the encodings of a point of small order, and the canonical
 * encoding of [S]B - [k]A equals R byte for byte." Browsers differ in whether they compare bytes or points, and
 * in whether with the cofactor. The key is of prime order, so [S]B - [k]A is; where R is too, and canonical, all
 * these comparisons say the same, and no other R can be equal.
 */
async function verifySignature(subtle, key, message, signature) {
  if (signature.length !== 64 || littleEndian(signature.subarray(32)) >= L) return false;
  return isOfPrimeOrder(signature.subarray(0, 32)) && accepts(subtle, key, message, signature);
}

/** Whether the browser accepts the first vector of RFC 8032, and refuses it for another message. */
async function knowsEd25519(subtle) {
  const key = fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const signature = fromHex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
    + "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  try {
    return await accepts(subtle, key, utf8(""), signature) && !await accepts(subtle, key, utf8("x"), signature);
  } catch (error) {
    return false;
  }
}

const sha256 = async (subtle, ...parts) => new Uint8Array(await subtle.digest("SHA-256", joinBytes(parts)));

/** Name and key id as one string, by which signature lines name a key, and which sorts as (name, key id). */
const lineName = (name, id) => inByteOrder(name) + "00" + toHex(id);

/** Reads `<name>+<id>+<key>`; null where it is none. */
async function parseVkey(subtle, vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const { value: typed } = attempt(() => decodeBase64(rest.join("+")));
  if (!typed || typed.length !== 33 || typed[0] !== 1 || !fits(name, "name")) return null;
  const bytes = typed.subarray(1);
  const found = (await sha256(subtle, utf8(name + "\n"), typed)).subarray(0, 4);
  return toHex(found) === id && isOfPrimeOrder(bytes)
    ? { vkey, name, line: lineName(name, found), bytes, public: toHex(bytes) } : null;
}

// ---- JSON and its forms (sections 1 to 3, and 14) ----

// Closed lists of fields. `?` may be absent. A form is a name in VALUES, INTEGERS or this table; with `+` a list,
// with `*` one that may be empty; a|b|c is one of these words, :word this one; @type is an object's hash, #kind
// an entry's id, and #?kind one of an entry that a bundle may lack.
const TABLE = {
  common: "by=vkey at=time chain=chain kind=text",
  later: "ledger=hash after=head",
  chain: "n=integer prev?=hash",
  head: "root=root size=positive",
  kept: "blake3=hash bytes=integer sha256=hash",
  rootset: "keys=vkey+ threshold=positive",
  older: "ledger=hash root=root size=integer",
  "entry/genesis": "name=text origin=name roots=rootset log=vkey policy=@policy continues?=older",
  "entry/roots": "keys=vkey+ threshold=positive from?=integer",
  "entry/log": "key=vkey size=integer root=root",
  "entry/policy": "policy=@policy",
  "entry/key/add": "op=text key=vkey roles=reviewer|approver|publisher+",
  "entry/key/rotate": "op=text key=vkey old=vkey",
  "entry/key/revoke": "op=text key=vkey reason=compromised|lost|retired|other from=integer",
  "entry/source": "type=document|dataset|recording|statement|reference raw?=kept text?=kept media=text "
    + "charset?=text normalizer?=text rights=public|quoted|withheld meta=@meta replaces?=#?source",
  "entry/claim": "source=#source claim=@claim start=integer end=integer extractor?=text supersedes?=#claim "
    + "change?=attribution|wording|span|anchor",
  "entry/verdict": "claim=#claim rating=code policy=hash verdict=@verdict supersedes?=#verdict "
    + "change?=update|correction|rating",
  "entry/approval": "verdict=#verdict decision=approve|dispute note?=@note",
  "entry/retraction": "verdict=#verdict note=@note",
  "entry/reaffirmation": "entries=hash+ note=@note",
  "entry/erasure": "object=hash basis=court|privacy|copyright|safety|other",
  "entry/publication": "manifest=@manifest size=positive",
  quote: "bytes=range exact=text points=range prefix=context suffix=context",
  "factlog/claim@v1": "source=hash text=text added?=added+ parts=range+ statement?=range+ cue?=range quote=quote "
    + "claimant?=claimant manner=direct|indirect|mixed|narration said?=said language=language",
  added: "at=integer text=text why=carried|resolved|inflected",
  claimant: "name=text role?=text same_as?=text span?=range",
  said: "date?=day occasion?=text place?=text",
  "factlog/verdict@v1": "summary=text rationale?=text reason?=text evidence=piece* conflicts=text* salt=salt",
  piece: "source=hash stance=supports|refutes|context primary=boolean quote?=quote locator?=text note?=text "
    + "unavailable?=text",
  "factlog/policy@v1": "scale=rating+ best=small worst=small approvals=small evidence_least=small "
    + "others_may_supersede=boolean methodology?=text",
  rating: "code=code definition=text labels=labels value?=integer",
  "factlog/meta@v1": "authors=text* language?=language published?=day publisher?=text retrieved?=time salt=salt "
    + "title?=text url?=text",
  "factlog/note@v1": "text=text salt=salt",
  "factlog/manifest@v1": "files=file*",
  file: "blake3=hash bytes=integer path=path sha256=hash",
  "factlog/bundle@v1": "verdict=hash checkpoint=text entries=proof+ hashes=root* objects=string* "
    + "binary?=string+ slices?=slice+",
  proof: "index=integer note=text path=integer*",
  slice: "bytes=string start=integer end=positive text=hash",
};
const FORMS = new Map(Object.entries(TABLE).map(([name, fields]) => {
  const isEntry = name.startsWith("entry/"), isLater = isEntry && name !== "entry/genesis";
  const all = [fields, isEntry ? TABLE.common : "", isLater ? TABLE.later : "", name.endsWith("@v1") ? `type=:${name}` : ""];
  return [name, new Map(all.join(" ").match(/\S+/g).map((field) => {
    const [, key, optional, form] = /^(\w+)(\??)=(.+)$/.exec(field);
    return [key, { form, isOptional: optional === "?" }];
  }))];
}));
const DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}", CLOCK = "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z";
const VALUES = new Map(Object.entries({
  string: ".*",
  text: ".+",
  context: ".{0,32}", // of code points
  hash: "[0-9a-f]{64}",
  salt: "[0-9a-f]{32}",
  root: "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=",
  code: "[a-z][a-z0-9\\-]{0,31}",
  language: "(?=.{1,35}$)[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*",
  time: DATE + CLOCK,
  day: `${DATE}(?:${CLOCK})?`,
  name: "[^\\p{White_Space}\\p{Cc}+]+",
  path: "(?:(?!\\.\\.?(?:/|$))[^/\\\\\\0]+(?:/(?!$)|$))+",
}).map(([form, pattern]) => [form, new RegExp(`^(?:${pattern})$`, "su")]));
const INTEGERS = new Map([["integer", [0, 2 ** 53 - 1]], ["positive", [1, 2 ** 53 - 1]], ["small", [0, 2 ** 32 - 1]]]);

/** Whether a value has a form. Of vkeys, `vkeys` has what each was read as. */
function fits(value, form, vkeys) {
  const sign = form[form.length - 1];
  const ofList = (test) => Array.isArray(value) && value.every(test);
  const ofObject = (test) => typeof value === "object" && value !== null && !Array.isArray(value)
    && Object.keys(value).length > 0 && Object.keys(value).every(test);
  if (sign === "+" || sign === "*") {
    return ofList((item) => fits(item, form.slice(0, -1), vkeys)) && (sign === "*" || value.length > 0);
  }
  if (FORMS.has(form)) {
    const fields = FORMS.get(form);
    return ofObject((key) => fields.has(key) && fits(value[key], fields.get(key).form, vkeys))
      && [...fields].every(([key, { isOptional }]) => isOptional || has(value, key));
  }
  if (form === "labels") return ofObject((key) => fits(value[key], "text"));
  if (form === "range") return ofList((at) => fits(at, "integer")) && value.length === 2 && value[0] < value[1];
  if (form === "boolean") return typeof value === "boolean";
  if (INTEGERS.has(form)) {
    const [least, most] = INTEGERS.get(form);
    return Number.isSafeInteger(value) && least <= value && value <= most;
  }
  if (typeof value !== "string") return false;
  if (form === "vkey") return Boolean(vkeys.get(value));
  if (form[0] === ":") return value === form.slice(1);
  const pattern = VALUES.get(form[0] === "@" || form[0] === "#" ? "hash" : form);
  if (!pattern) return form.split("|").includes(value);
  return pattern.test(value) && (form !== "name" || utf8(value).length <= 255)
    && (form !== "time" && form !== "day" || isDate(...value.slice(0, 10).split("-").map(Number)));
}

function isDate(year, month, day) {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month >= 1 && day >= 1 && day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

/** Writes a value in the one way of section 1. */
function writeJson(value, depth = 1) {
  if (typeof value === "string") {
    ensure(!/\p{Surrogate}/u.test(value), "a lone surrogate");
    return JSON.stringify(value);
  }
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  ensure(typeof value === "object" && value !== null, "null, or a number that is no integer of the profile");
  ensure(depth <= 16, "nested more than 16 deep");
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, depth + 1)).join(",")}]`;
  const keys = Object.keys(value).sort();
  ensure(keys.every((key) => /^[a-z][a-z0-9_]*$/.test(key)), "a key that the profile does not allow");
  return `{${keys.map((key) => `"${key}":${writeJson(value[key], depth + 1)}`).join(",")}}`;
}

/** "Parse, write again, compare bytes, refuse if they differ." */
function parseJson(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Damaged("not JSON");
  }
  ensure(typeof value === "object" && value !== null && !Array.isArray(value), "not a JSON object");
  ensure(writeJson(value) === text, "not written in the canonical form");
  return value;
}

/** Section 3: a JSON object, with what its fields owe each other. */
function parseObject(bytes, kind) {
  ensure(bytes.length <= MAX_OBJECT_BYTES, "longer than 1 MiB");
  const value = parseJson(decodeUtf8(bytes));
  ensure(fits(value, `factlog/${kind}@v1`), "not its fields");
  if (kind === "claim") {
    const { parts, statement = [], quote, manner, claimant, cue, added: all = [] } = value;
    const inOrder = (ranges) => ranges.flat().every((at, n, borders) => n === 0 || borders[n - 1] <= at);
    ensure(inOrder(parts) && inOrder(statement), "ranges out of order");
    ensure(quote.bytes[0] === parts[0][0] && quote.bytes[1] === parts[parts.length - 1][1], "its quote is not its hull");
    ensure(manner !== "narration" || !claimant && !cue, "a narrator's claim with a claimant");
    const text = utf8(value.text);
    let end = 0;
    for (const added of all) {
      const words = utf8(added.text), stops = added.at + words.length;
      ensure(end <= added.at && sameBytes(text.subarray(added.at, stops), words), "what was added is not there");
      end = stops;
    }
  }
  if (kind === "policy") {
    const { scale, worst, best } = value;
    ensure(1 <= worst && worst < best && new Set(scale.map(({ code }) => code)).size === scale.length
      && scale.every(({ value: place = worst }) => worst <= place && place <= best), "not a scale");
  }
  ensure(kind !== "manifest" || increasing(value.files.map(({ path }) => inByteOrder(path))), "paths out of order");
  return value;
}

/** A signed note (C2SP signed-note): its lines, its signatures, and the bytes that they sign. */
function parseNote(note, lineCount, limit) {
  const end = note.indexOf("\n\n");
  ensure(utf8(note).length <= limit && end >= 0, "too long, or not signed");
  const lines = note.slice(0, end).split("\n"), rest = note.slice(end + 2).split("\n");
  ensure(lines.length === lineCount, `not ${lineCount} lines of text`);
  ensure(rest.pop() === "" && rest.length > 0, "a signature line is missing, or not ended");
  ensure(rest.length <= 100, "more than 100 signature lines");
  const signatures = rest.map((line) => {
    const [dash, name, encoded, ...more] = line.split(" ");
    ensure(dash === "\u2014" && encoded !== undefined && more.length === 0 && fits(name, "name"), "no signature line");
    const bytes = decodeBase64(encoded);
    ensure(bytes.length > 4, "a signature line without a signature");
    return { line: lineName(name, bytes.subarray(0, 4)), name, signature: bytes.subarray(4) };
  });
  return { lines, signatures, signed: utf8(lines.join("\n") + "\n") };
}

/** Section 2: an entry. Each vkey in it is read into `vkeys`. */
async function parseEntry(note, vkeys, subtle) {
  const { lines: [tag, json], signatures, signed } = parseNote(note, 2, MAX_ENTRY_BYTES);
  ensure(tag === "factlog/entry@v1" && !/[\0-\x09\x0b-\x1f]/.test(note), "another tag, or a control character");
  const body = parseJson(json);
  const rootset = body.kind === "genesis" ? body.roots || {} : body;
  const named = Array.isArray(rootset.keys) ? rootset.keys : [];
  for (const vkey of [body.by, body.key, body.old, body.log, ...named].filter((one) => typeof one === "string")) {
    if (!vkeys.has(vkey)) vkeys.set(vkey, await parseVkey(subtle, vkey));
  }
  const form = `entry/${body.kind}` + (has(body, "op") ? `/${body.op}` : "");
  ensure(FORMS.has(form) && fits(body, form, vkeys), `not the fields of ${form}`);
  const keys = named.map((vkey) => vkeys.get(vkey)), roles = body.roles || [], log = vkeys.get(body.log);
  ensure(signatures.every(({ signature }) => signature.length === 64), "a signature that is not of 64 bytes");
  ensure((body.chain.n === 0) !== has(body.chain, "prev"), "a first entry with one before it, or another without");
  ensure(has(body, "supersedes") === has(body, "change"), "a change goes with what is superseded");
  ensure(!has(body, "start") || body.start < body.end, "a hull without bytes");
  ensure(body.kind !== "source" || has(body, "text") === has(body, "normalizer"), "a text goes with its normalizer");
  ensure(roles.join() === ROLES.filter((role) => roles.includes(role)).join(), "roles out of order");
  ensure(!body.entries || new Set(body.entries).size === body.entries.length, "an entry twice");
  ensure(increasing(keys.map(({ line }) => line)) && new Set(keys.map((key) => key.public)).size === keys.length
    && keys.length >= (rootset.threshold || 0), "not a set of roots");
  ensure(!log || body.chain.n === 0 && named.includes(body.by) && log.name === body.origin
    && keys.every((key) => key.public !== log.public && key.line !== log.line), "not the keys of a genesis");
  return { body, kind: body.kind, form, by: vkeys.get(body.by), keys, signatures, signed };
}

/** Section 4: the root that an inclusion proof leads to, or null where the proof has another length. */
async function rootOf(subtle, leaf, index, size, path) {
  if (size === 1 || path.length === 0) return size === 1 && path.length === 0 ? leaf : null;
  const half = leftBytes(size), isLeft = index < half, last = path[path.length - 1];
  const inner = await rootOf(subtle, leaf, isLeft ? index : index - half, isLeft ? half : size - half, path.slice(0, -1));
  return inner && sha256(subtle, Uint8Array.of(1), ...(isLeft ? [inner, last] : [last, inner]));
}

// ---- Who was entitled, what stands (section 7) ----

const ROLES = ["reviewer", "approver", "publisher"];
/** Who signs an entry of a kind; roots sign the others. */
const ENTITLED = new Map([["source", ["reviewer"]], ["claim", ["reviewer"]], ["verdict", ["reviewer"]],
  ["approval", ["approver"]], ["publication", ["publisher"]], ["retraction", ROLES], ["key", ROLES]]);
const VOIDING = new RegExp("^((entry|genesis|ledger|signature|key|threshold|roots|from|log|approval|erasure|publication|"
  + "reaffirmed|reference|rating|supersedes)-.*|bundle-incomplete|chain-fork|verdict-policy)$");
const NOTES = ["entries-tainted", "carried-tainted", "object-withheld", "verdict-earlier-wording"];
const INCOMPLETE = ["signature-unchecked", "checkpoint-unchecked", "object-erased", "quote-unchecked", "policy-unreadable"];

const severity = (code) => NOTES.includes(code) ? "note" : INCOMPLETE.includes(code) ? "incomplete" : "fault";

/** Judges the entries of a bundle in the log's order, each by what those before it left. `e` is always an entry. */
class Audit {
  constructor(subtle, canVerify, shown) {
    Object.assign(this, { subtle, canVerify, shown });
    this.findings = new Map();
    this.counts = { entries: 0, signatures: 0, quote: 0, evidence: 0 };
    this.vkeys = new Map(); // what each vkey was read as; null where it is none
    this.objects = new Map(); // by BLAKE3 hash: { bytes, sha256 }
    this.slices = new Map(); // by name: { text, length, bytes }, the latter two where it is valid
    this.calledFor = new Set(); // names of slices
    this.void = new Set(); // indexes of entries that have no effect
    this.entries = []; // those that have
    this.byId = new Map();
    this.keys = new Map(); // by public key: { name, roles, holder, entry, hasEnded, taints }
    this.lines = new Set(); // how signature lines name these
    this.chains = new Map(); // by holder: { used, last }
    this.logs = []; // the log's keys: { size, key }
    this.roots = new Map(); // those in force, by public key
    this.threshold = 0;
    this.policy = { hash: null, content: undefined };
    this.latest = new Map(); // the latest verdict, by holder and claim
    this.ended = new Set(); // ids of what was superseded or retracted
    this.spoken = new Map(); // by object: [{ e, kind, source }]
    this.erased = new Map(); // by object: the erasure
    this.quotes = [];
    this.taintedNow = new Set(); // null while it must be found anew
  }

  /** Tells of a finding where a condition does not hold; most make the entry void. */
  need(e, condition, code, message, line) {
    if (condition) return true;
    const entry = e ? e.index : null;
    this.findings.set(`${code} ${entry} ${message}`, { code, entry, message, severity: severity(code), line });
    if (e && VOIDING.test(code)) this.void.add(entry);
    return false;
  }

  async entry(index, note, leaf) {
    const e = { index, id: toHex(leaf), earlier: new Set(), decisions: [], targets: new Set() };
    const need = this.need.bind(this, e);
    this.counts.entries += 1;
    if (index === 0) this.ledger = e.id;
    try {
      Object.assign(e, await parseEntry(note, this.vkeys, this.subtle));
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      need(false, "entry-damaged", `the bytes are not an entry: ${error.message}`);
    }
    need(index > 0 || e.kind === "genesis", "genesis-missing", "the log does not start with a genesis entry");
    if (!e.kind) return;
    need(index === 0 || e.kind !== "genesis", "genesis-again", "the ledger has begun already");
    need(e.kind === "genesis" || e.body.ledger === this.ledger, "ledger-other", `it belongs to ledger ${e.body.ledger}`);
    need(!e.body.after || e.body.after.size <= index, "after-size", "it says that more entries stand before it than do");
    await this.author(e, e.body, need);
    if (!e.isSigned) return;
    if (!this.byId.has(e.id)) this.byId.set(e.id, e);
    this.judge(e, e.body, need);
  }

  /** The author's right, the signatures, the place in the author's chain. */
  async author(e, body, need) {
    const key = this.keys.get(e.by.public);
    e.isCarried = !ENTITLED.has(e.kind) || e.kind === "key" && body.old !== body.by
      || e.kind === "retraction" && Boolean(key) && key.roles.has("root");
    if (e.kind !== "genesis" && need(key, "key-unknown", `the key ${body.by} is not enrolled`)) {
      const roles = e.isCarried ? ["root"] : ENTITLED.get(e.kind);
      e.holder = key.holder;
      need(key.name === e.by.name, "key-other-name", `its author's key is enrolled as ${key.name}`);
      need(roles.some((role) => key.roles.has(role)), "key-not-entitled", `${key.name} may not sign a ${e.kind} entry`);
      need(!key.hasEnded, "key-ended", `the key of ${key.name} was revoked or rotated before`);
    }
    await this.signatures(e, body, need);
    if (e.holder && e.isSigned && !key.hasEnded) this.chain(e, this.chains.get(e.holder), need);
    if (!e.isCarried) return;
    const ofNew = e.keys.filter((root) => e.signers.has(root.public)).length;
    e.signers = new Set([...e.signers].filter((signer) => this.roots.has(signer)));
    e.threshold = this.threshold;
    need(e.signers.size >= e.threshold, "threshold-not-met", `${e.signers.size} roots signed, but ${e.threshold} must`);
    need(ofNew >= (body.threshold || 0), "threshold-not-met", `${ofNew} of the new roots signed, but ${body.threshold} must`);
  }

  /** Section 2.3: the author's line first, the others in order, and none that the kind does not call for. */
  async signatures(e, body, need) {
    const before = this.findings.size, lines = e.signatures.map(({ line }) => line);
    const needed = [e.by, ...(e.kind === "genesis" ? e.keys : [])];
    if (has(body, "key") && body.op !== "revoke") needed.push(this.vkeys.get(body.key));
    const allowed = [...(e.isCarried ? this.roots.values() : []), ...e.keys, ...needed];
    const others = [...new Set(lines)].filter((line) => line !== e.by.line).sort();
    need(!lines.includes(e.by.line) || lines.join() === [e.by.line, ...others].join(),
      "signature-invalid", "the signature lines are not in their order");
    e.signers = new Set();
    for (const { line, name, signature } of e.signatures) {
      const key = allowed.find((one) => one.line === line);
      if (!need(key, "signature-not-called-for", `a signature by ${name} is not called for`)) continue;
      this.counts.signatures += 1;
      const isValid = !this.canVerify || await verifySignature(this.subtle, key.bytes, e.signed, signature);
      if (need(isValid, "signature-invalid", `the signature by ${name} does not verify`)) e.signers.add(key.public);
    }
    for (const { line, name } of needed) need(lines.includes(line), "signature-missing", `a signature by ${name} is missing`);
    e.isSigned = this.findings.size === before;
  }

  /** A bundle has some of an author's entries only, so that a gap is no fault; a step back is. */
  chain(e, chain, need) {
    const { last, used } = chain, { chain: { n, prev }, at } = e.body;
    const following = last ? last.body.chain.n + 1 : 0;
    if (!need(!used.has(n), "chain-fork", `its author has signed another entry with the number ${n}`)) return;
    need(n >= following, "chain-gap", `it is number ${n} of its author's chain, after ${following - 1}`);
    need(n !== following || !last || prev === last.id, "chain-previous", "it names another than its author's previous entry");
    need(!last || at >= last.body.at, "at-earlier", "it is dated before its author's previous entry");
    used.add(n);
    chain.last = e;
  }

  /** The entry of a kind that an id refers to; undefined where it is not there. */
  refer(e, id, kind, mayLack = false) {
    const target = this.byId.get(id);
    this.need(e, target || mayLack, "bundle-incomplete", `entry ${id}, to which it refers, is not in the bundle before it`);
    return target && this.need(e, !kind || target.kind === kind, "reference-kind", `entry ${target.index} is no ${kind}`)
      ? target : undefined;
  }

  /** The JSON of an object that an entry speaks of. What is not there is told of at the end. */
  speak(e, hash, kind, source, need) {
    need(!this.erased.has(hash), "object-erased-before", `object ${hash} was erased before`);
    this.spoken.set(hash, [...(this.spoken.get(hash) || []), { e, kind, source }]);
    const object = this.objects.get(hash);
    if (!object) return undefined;
    if (kind === "raw" || kind === "text") {
      const { bytes } = object, kept = e.body[kind];
      need(bytes.length === kept.bytes, "kept-length", `the ${kind} has ${bytes.length} bytes, not ${kept.bytes}`);
      need(object.sha256 === kept.sha256, "kept-sha256", `the ${kind} has the SHA-256 ${object.sha256}, not ${kept.sha256}`);
      need(kind === "raw" || bytes.length > 0 && !bytes.includes(0) && isUtf8(bytes), "text-form", "the text is no text");
      return undefined;
    }
    const { value, reason } = attempt(() => parseObject(object.bytes, kind));
    need(value, "object-form", `object ${hash} is not a ${kind}: ${reason}`);
    return value;
  }

  /**
   * The indexes of what is tainted now: what can't be reached from genesis, from an entry to those whose authors
   * it enrolled and whose own signatures are untainted, and to those that it reaffirms.
   */
  tainted() {
    if (this.taintedNow) return this.taintedNow;
    const clears = new Map(this.entries.map((e) => [e.index, [...e.targets]]));
    for (const e of this.entries) {
      const isGood = (signer) => !this.keys.get(signer).taints.some(([from, to]) => from <= e.index && e.index < to);
      const good = (e.isCarried ? [...e.signers] : [e.by.public]).filter(isGood).length;
      if (good >= (e.isCarried ? e.threshold : 1)) clears.get(this.keys.get(e.by.public).entry).push(e.index);
    }
    for (const ready = [0]; ready.length;) {
      const index = ready.pop();
      ready.push(...(clears.get(index) || []));
      clears.delete(index);
    }
    this.taintedNow = new Set(clears.keys());
    return this.taintedNow;
  }

  judge(e, body, need) {
    const refs = {}, content = {};
    for (const [field, { form }] of FORMS.get(e.form)) {
      if (!has(body, field)) continue;
      if (form[0] === "#") refs[field] = this.refer(e, body[field], form.replace(/^#\??/, ""), form[1] === "?");
      if (form[0] === "@") content[field] = this.speak(e, body[field], form.slice(1), refs.source, need);
      if (form === "kept") this.speak(e, body[field].blake3, field, e, need);
    }
    Object.assign(e, { refs, content: content[{ source: "meta", retraction: "note" }[e.kind] || e.kind] });
    this.judgeKeys(e, body, need);
    const ends = e.kind === "retraction" ? refs.verdict : refs.supersedes;
    if (ends) {
      const { content: policy } = this.policy;
      const isFree = e.kind === "retraction" ? e.isCarried : this.tainted().has(ends.index)
        || e.kind === "verdict" && Boolean(policy) && policy.others_may_supersede;
      need(!this.ended.has(ends.id), "supersedes-ended", `entry ${ends.index} was superseded or retracted before`);
      need(isFree || ends.holder === e.holder, "supersedes-other-author", `entry ${ends.index} is another author's`);
    }
    if (e.kind === "claim") this.judgeClaim(e, body, need);
    if (e.kind === "verdict") this.judgeVerdict(e, body, need);
    if (e.kind === "approval" && refs.verdict) {
      need(refs.verdict.holder !== e.holder, "approval-own", "it is of its own author's verdict");
      need(!this.ended.has(refs.verdict.id), "approval-ended", "its verdict was superseded or retracted before");
    }
    for (const target of (body.entries || []).map((id) => this.refer(e, id, "", true)).filter(Boolean)) {
      e.targets.add(target.index);
      need(this.tainted().has(target.index), "reaffirmed-untainted", `entry ${target.index} is not tainted`);
    }
    if (e.kind === "erasure") {
      const kinds = (this.spoken.get(body.object) || []).map(({ kind }) => kind);
      need(kinds.length, "erasure-unknown", `no entry before speaks of object ${body.object}`);
      need(!kinds.includes("policy"), "erasure-policy", "a policy can't be erased");
      need(!this.erased.has(body.object), "object-erased-before", `object ${body.object} was erased before`);
    }
    need(e.kind !== "publication" || body.size <= e.index, "publication-size", "it is of more entries than stand before it");
    if (!this.void.has(e.index)) this.takeEffect(e, body, ends, content);
  }

  judgeKeys(e, body, need) {
    const key = this.vkeys.get(body.key), inForce = [...this.roots.values()];
    const isNew = ({ vkey }) => !inForce.some((root) => root.vkey === vkey);
    const enrolled = e.kind === "roots" ? e.keys.filter(isNew) : key && body.op !== "revoke" ? [key] : [];
    for (const { public: bytes, line, vkey } of enrolled) {
      if (need(!this.keys.has(bytes), "key-enrolled-before", `the key ${vkey} is enrolled already`)) {
        need(!this.lines.has(line), "key-id-taken", `another key has the name and key id of ${vkey}`);
      }
    }
    if (e.kind === "log") {
      const { size: since } = this.logs[this.logs.length - 1] || { size: 0 };
      need(key.name === this.origin, "log-name", `the new log key is named ${key.name}, the origin is ${this.origin}`);
      need(since <= body.size && body.size <= e.index, "log-size", `the new log key takes over at size ${body.size}`);
    }
    if (body.op === "rotate" || body.op === "revoke") {
      const target = this.vkeys.get(body.old || body.key), held = this.keys.get(target.public);
      if (need(held && held.name === target.name, "key-target-unknown", `the key ${target.vkey} is not enrolled`)) {
        const isRoot = held.roles.has("root"), left = this.roots.size - (this.roots.has(target.public) ? 1 : 0);
        need(!held.roles.has("log") && !(isRoot && body.op === "rotate"), "key-target-function",
          `the key of ${held.name} is not for it to change`);
        need(body.op === "revoke" || !held.hasEnded, "key-target-ended", `the key ${target.vkey} was ended before`);
        need(left >= this.threshold, "roots-too-few", `${left} roots would be left, but ${this.threshold} must sign`);
      }
    }
    need(!has(body, "from") || body.from <= e.index, "from-size", `it taints from index ${body.from}, past its own`);
  }

  judgeClaim(e, body, need) {
    const { refs: { source, supersedes: old }, content: claim } = e;
    if (old) e.earlier = new Set([old.id, ...old.earlier]);
    if (!source || !need(has(source.body, "text"), "quote-without-text", "its source has no text") || !claim) return;
    const { quote, statement = [], parts, cue, claimant } = claim, { blake3: text } = source.body.text;
    need(claim.source === text, "claim-other-text", `it points into text ${claim.source}, its source has ${text}`);
    need(quote.bytes[0] === body.start && quote.bytes[1] === body.end, "claim-hull", "its start and end are not its quote's");
    const shown = [...statement, ...(claimant && claimant.span ? [claimant.span] : [])];
    const ranges = [...shown, ...parts, ...(cue ? [cue] : [])];
    this.quotes.push({ e, source, quote, shown, ranges, code: "claim-quote", line: "quote" });
  }

  judgeVerdict(e, body, need) {
    const { refs: { claim, supersedes: old }, content: verdict } = e, { hash, content: policy } = this.policy;
    const isShown = e.id === this.shown, own = this.latest.get(e.holder + body.claim);
    if (need(body.policy === hash, "verdict-policy", `it names policy ${body.policy}, but ${hash} is in force`)
      && need(policy, "policy-unreadable", "the policy in force can't be read")) {
      need(policy.scale.some(({ code }) => code === body.rating), "rating-unknown", `${body.rating} is not on the scale`);
      need(!verdict || verdict.evidence.length >= policy.evidence_least, "evidence-short",
        `the policy asks for ${policy.evidence_least} pieces of evidence`);
    }
    need(!claim || !this.ended.has(claim.id), "verdict-earlier-wording", "the claim's wording was superseded before");
    need(!own || own === old || this.ended.has(own.id), "supersedes-missing", "its author has a verdict on this claim already");
    need(!old || !verdict || has(verdict, "reason"), "reason-missing", "it supersedes a verdict, but gives no reason");
    if (old) {
      const on = old.body.claim;
      need(!claim || on === claim.id || claim.earlier.has(on), "supersedes-other-claim",
        `entry ${old.index} is on another claim`);
      need(this.latest.get(old.holder + on) === old, "supersedes-not-latest", `entry ${old.index} is not its author's latest`);
      need((body.change === "rating") === (body.rating !== old.body.rating), "change-rating",
        `its rating is ${body.rating} after ${old.body.rating}, but its change is ${body.change}`);
    }
    // The sources that other verdicts cite are not called for, nor slices for their quotes.
    e.cited = (verdict ? verdict.evidence : []).map(({ source: id, quote }) => {
      const source = this.refer(e, id, "source", !isShown);
      const canQuote = !quote || !source || has(source.body, "text");
      if (need(canQuote, "quote-without-text", "a source that it quotes has no text") && isShown && source && quote) {
        this.quotes.push({ e, source, quote, shown: [], ranges: [], code: "evidence-quote", line: "evidence" });
      }
      return source;
    });
  }

  /** What an entry leaves that is not void. */
  takeEffect(e, body, ends, content) {
    const key = this.vkeys.get(body.key || body.log), target = this.vkeys.get(body.old || body.key);
    this.entries.push(e);
    if (e.kind === "genesis" || e.kind === "roots") {
      const gone = [...this.roots.keys()].filter((root) => !e.keys.some((one) => one.public === root));
      for (const root of gone) this.end(e, root, body.from);
      for (const root of e.keys.filter((one) => !this.roots.has(one.public))) this.enrol(e, root, ["root"]);
      this.threshold = (body.roots || body).threshold;
    }
    if (e.kind === "genesis") {
      Object.assign(this, { origin: body.origin, name: body.name });
      this.chains.set(e.by.public, { used: new Set([0]), last: e });
    }
    if (e.kind === "genesis" || e.kind === "log") {
      this.logs.push({ size: e.kind === "log" ? body.size : -1, key });
      this.enrol(e, key, ["log"]);
    }
    if (has(content, "policy")) this.policy = { hash: body.policy, content: content.policy };
    if (body.op === "add") this.enrol(e, key, body.roles);
    if (body.op === "rotate") this.enrol(e, key, this.keys.get(target.public).roles, this.keys.get(target.public).holder);
    if (body.op === "rotate" || body.op === "revoke") this.end(e, target.public, body.from);
    if (e.kind === "verdict") this.latest.set(e.holder + body.claim, e);
    if (e.kind === "approval") e.refs.verdict.decisions.push(e);
    if (e.kind === "erasure") this.erased.set(body.object, e);
    if (ends) {
      this.ended.add(ends.id);
      ends[e.kind === "retraction" ? "retractedBy" : "supersededBy"] = e;
    }
    if (e.targets.size || !this.taintedNow || this.taintedNow.size) this.taintedNow = null;
  }

  /** Enrols a key; one that comes in another's place has the same holder and chain. */
  enrol(e, key, roles, holder = key.public) {
    this.keys.set(key.public, { name: key.name, roles: new Set(roles), holder, entry: e.index, hasEnded: false, taints: [] });
    if (!this.chains.has(holder)) this.chains.set(holder, { used: new Set(), last: undefined });
    this.lines.add(key.line);
    if (this.keys.get(key.public).roles.has("root")) this.roots.set(key.public, key);
  }

  end(e, bytes, taintedFrom) {
    const key = this.keys.get(bytes);
    key.hasEnded = true;
    if (taintedFrom !== undefined) key.taints.push([taintedFrom, e.index]);
    this.roots.delete(bytes);
    this.taintedNow = null;
  }

  /** What can be told only after the last entry. */
  finish() {
    for (const e of this.entries) {
      this.need(e, !this.tainted().has(e.index), e.isCarried ? "carried-tainted" : "entries-tainted",
        "it is tainted: a key that signed it was revoked from before it on, and nobody reaffirmed it");
    }
    this.checkAbsent();
    for (const quote of this.quotes) this.checkQuote(quote);
    const texts = [...this.slices.values()].map(({ text }) => text);
    for (const hash of this.erased.keys()) {
      const isThere = this.objects.has(hash) || texts.includes(hash);
      this.need(null, !isThere, "object-erased-present", `object ${hash} was erased, and is there`);
    }
    for (const hash of this.objects.keys()) {
      this.need(null, this.spoken.has(hash), "object-unreferenced", `no entry speaks of object ${hash}`);
    }
    for (const [name, { text }] of this.slices) {
      const isCalledFor = this.calledFor.has(name) || this.erased.has(text);
      this.need(null, isCalledFor, "object-unreferenced", `no quote calls for slice ${name}`);
    }
  }

  /** Section 14: what a bundle may leave out, and what it may not. */
  checkAbsent() {
    const all = [...this.byId.values()], isWithheld = (source) => Boolean(source) && source.body.rights === "withheld";
    const hidden = all.filter((e) => e.kind === "source" && isWithheld(e)).map(({ index }) => index);
    const namedByVerdicts = all.filter(({ kind }) => kind === "verdict").map(({ body }) => body.policy);
    for (const [hash, spoken] of this.spoken) {
      for (const { e, kind, source } of this.objects.has(hash) ? [] : spoken) {
        const erasure = this.erased.get(hash);
        const isWords = (kind === "claim" ? isWithheld(source) : kind === "verdict" && hidden.some((index) => index < e.index));
        const isSaid = isWords || kind === "meta" && isWithheld(e) || kind === "note" && e.kind === "approval";
        const mayLack = isSaid || kind === "raw" || kind === "text" || kind === "policy" && !namedByVerdicts.includes(hash);
        if (erasure) {
          this.need(e, false, "object-erased", `its ${kind} was erased by entry ${erasure.index}, basis ${erasure.body.basis}`);
        } else if (this.need(e, mayLack, "bundle-incomplete", `its ${kind}, object ${hash}, is not in the bundle`)) {
          this.need(e, !isSaid, "object-withheld", `its ${kind} is not published`);
          const line = kind === "claim" ? "quote" : "evidence";
          this.need(e, !isWords, "quote-unchecked", `what the ${kind} says and quotes is withheld`, line);
        }
      }
    }
  }

  /** Sections 3.1 and 12: a quote and ranges in a text, or in slices in its place. */
  checkQuote({ e, source, quote, shown, ranges, code, line }) {
    const need = (condition, found, message) => this.need(e, condition, found, message, line);
    const { body: { text: { blake3: hash, bytes: length }, rights } } = source;
    const [prefix, exact, suffix] = [quote.prefix, quote.exact, quote.suffix].map(utf8);
    const [start, end] = quote.bytes, low = start - prefix.length, high = end + suffix.length;
    const points = (text) => Array.from(text).length;
    const isAsLong = end - start === exact.length && quote.points[1] - quote.points[0] === points(quote.exact);
    if (!need(low >= 0 && high <= length && isAsLong, code, "its ranges are not in the text, or not as long as its words")
      || !need(ranges.every((range) => range[1] <= length), "claim-range", "a range ends past the text's end")) return;
    const wanted = slicesFor([[low, high], ...shown], length).map(([from, to]) => ({ from, name: sliceName(hash, from, to) }));
    const pieces = []; // { from, bytes }
    if (this.objects.has(hash)) {
      pieces.push({ from: 0, bytes: this.objects.get(hash).bytes });
    } else {
      for (const { name } of wanted) this.calledFor.add(name);
      if (!need(!this.erased.has(hash), "quote-unchecked", "the text that it quotes was erased")) return;
      const missing = rights === "withheld" ? "quote-unchecked" : "slice-missing";
      for (const { from, name } of wanted) {
        const slice = this.slices.get(name);
        if (!need(slice, missing, `slice ${name} is not there`) || !slice.bytes) continue; // an invalid one was told of
        need(slice.length === length, "slice-length", `slice ${name} is of a text of ${slice.length} bytes, not ${length}`);
        pieces.push({ from, bytes: slice.bytes });
      }
      if (pieces.length < wanted.length) return;
    }
    const at = (from, to) => {
      const piece = pieces.find((one) => one.from <= from && to <= one.from + one.bytes.length);
      return piece && piece.bytes.subarray(from - piece.from, to - piece.from);
    };
    const isInside = (byte) => byte >= 0x80 && byte < 0xc0; // a byte of a character that is not its first
    const words = at(low, high), before = at(0, start);
    const isCut = (context, mayBe) => points(context) < 32 && !mayBe;
    this.counts[line] += 1;
    need(words && sameBytes(words, joinBytes([prefix, exact, suffix])), code, "other words stand at these bytes");
    need(!isCut(quote.prefix, low === 0) && !isCut(quote.suffix, high === length), code, "its context is too short");
    need(!before || before.filter((byte) => !isInside(byte)).length === quote.points[0], code, "its code points are others");
    const isWhole = ([from, to]) => !at(from, to) || isUtf8(at(from, to));
    need(ranges.every(isWhole), "claim-range", "a range begins or ends inside a character");
  }

  /** Reads the checkpoint, checks that the log's key in force at its size signed it; returns what it says. */
  async checkpoint(note) {
    const { value, reason } = attempt(() => {
      const { lines: [origin, size, root], signatures, signed } = parseNote(note, 3, MAX_CHECKPOINT_BYTES);
      ensure(fits(origin, "name") && /^(0|[1-9][0-9]{0,15})$/.test(size) && fits(Number(size), "integer") && fits(root, "root"),
        "not an origin, a size and a root");
      ensure(new Set(signatures.map(({ line }) => line)).size === signatures.length, "two lines by one key");
      return { origin, size: Number(size), root, signatures, signed };
    });
    if (!this.need(null, value, "checkpoint-damaged", `it is not a checkpoint: ${reason}`)) return undefined;
    const { key } = [...this.logs].reverse().find(({ size }) => size < value.size) || {};
    if (!this.need(null, key, "checkpoint-unchecked", "no good genesis names the log's key")) return value;
    const { signature } = value.signatures.find(({ line }) => line === key.line) || {};
    const isSigned = signature && (!this.canVerify || await verifySignature(this.subtle, key.bytes, value.signed, signature));
    this.need(null, value.origin === this.origin, "checkpoint-origin", `it is of ${value.origin}, not of ${this.origin}`);
    this.need(null, isSigned, "checkpoint-damaged", `the log's key in force, ${key.name}, did not sign it`);
    return { ...value, key: key.name };
  }

  /** Section 7, "Verdicts": the first that fits holds. With the decisions that count, in the log's order. */
  standing(verdict, policy) {
    const last = new Map();
    for (const decision of verdict.decisions) {
      if (!this.tainted().has(decision.index)) last.set(decision.holder, decision);
    }
    const of = (word) => [...last.values()].filter(({ body }) => body.decision === word).sort((a, b) => a.index - b.index);
    const approvals = of("approve"), disputes = of("dispute");
    const [standing] = [
      ["void", this.void.has(verdict.index)],
      ["retracted", verdict.retractedBy],
      ["superseded", verdict.supersededBy],
      ["tainted", this.tainted().has(verdict.index)],
      ["disputed", disputes.length > 0],
      ["unknown", !policy],
      ["proposed", policy && approvals.length < policy.approvals],
      ["standing", true],
    ].find(([, holds]) => holds);
    return { standing, approvals, disputes };
  }
}

// ---- A bundle (section 14) ----

/** Reads a bundle: its fields, their order, and that nothing stands twice, unused or in the wrong list. */
function parseBundle(input) {
  const text = typeof input === "string" ? input : decodeUtf8(input);
  ensure(utf8(text).length <= MAX_BUNDLE_BYTES, "longer than 256 MiB");
  const bundle = parseJson(text.endsWith("\n") ? text.slice(0, -1) : text);
  ensure(fits(bundle, "factlog/bundle@v1"), "not the fields of factlog/bundle@v1");
  const { entries, hashes, objects, binary = [], slices = [] } = bundle;
  ensure([entries, objects, binary, slices].every((list) => list.length <= MAX_ITEMS), "too many items");
  ensure(increasing(entries.map(({ index }) => index)), "entries out of order");
  const places = [...new Set(entries.flatMap(({ path }) => path))];
  ensure(places.length === hashes.length && places.every((place, at) => place === at), "hashes out of order, or unused");
  ensure(new Set(hashes).size === hashes.length, "a hash twice");
  const withHashes = (list) => list.map((bytes) => ({ hash: blake3(bytes), bytes }));
  const texts = withHashes(objects.map(utf8)), others = withHashes(binary.map(decodeBase64));
  for (const list of [texts, others]) {
    ensure(increasing(list.map(({ hash }) => hash)), "objects out of the order of their hashes: one was probably changed");
  }
  ensure(!others.some(({ bytes }) => isUtf8(bytes)), "an object that is text stands among the others");
  ensure(increasing(slices.map(({ text: hash, start, end }) => sliceName(hash, start, end))), "slices out of order");
  const decoded = slices.map((slice) => ({ ...slice, bytes: decodeBase64(slice.bytes) }));
  return { ...bundle, hashes: hashes.map(decodeBase64), objects: [...texts, ...others], slices: decoded };
}

/**
 * Checks a bundle, text or bytes. Returns every finding; `verdict`, that on the bundle: "good", "incomplete" or
 * "bad"; and as `facts` what the bundle says, null where it is none. `ledger` is the id that it must have.
 */
async function checkBundle(input, { subtle, ledger } = {}) {
  ensure(subtle, "this browser has no WebCrypto here: open the page over https, or as a file");
  const { value: bundle, reason } = attempt(() => parseBundle(input));
  const canVerify = await knowsEd25519(subtle);
  const audit = new Audit(subtle, canVerify, bundle && bundle.verdict);
  let facts = null;
  if (audit.need(null, bundle, "bundle-form", `it is not a proof bundle: ${reason}`)) facts = await replay(audit, bundle);
  if (bundle) {
    audit.need(null, canVerify, "signature-unchecked", "this browser has no Ed25519, so that no signature was checked");
    audit.need(null, !ledger || ledger === audit.ledger, "genesis-other", `the ledger is ${audit.ledger}, not ${ledger}`);
  }
  const findings = [...audit.findings.values()], worst = findings.map((finding) => finding.severity);
  return { verdict: worst.includes("fault") ? "bad" : worst.includes("incomplete") ? "incomplete" : "good", findings, facts };
}

async function replay(audit, { verdict: shown, checkpoint: note, entries, hashes, objects, slices }) {
  const { subtle } = audit, leaves = [];
  for (const { hash, bytes } of objects) audit.objects.set(hash, { bytes, sha256: toHex(await sha256(subtle, bytes)) });
  for (const { text, start, end, bytes } of slices) {
    const name = sliceName(text, start, end), { value, reason } = attempt(() => readSlice(bytes, text, start, end));
    audit.need(null, value, "slice-invalid", `slice ${name}: ${reason}`);
    audit.slices.set(name, { text, ...value });
  }
  audit.need(null, entries[0].index === 0, "genesis-missing", "the bundle does not begin with the ledger's genesis");
  for (const { index, note: text } of entries) {
    leaves.push(await sha256(subtle, Uint8Array.of(0), utf8(text)));
    await audit.entry(index, text, leaves[leaves.length - 1]);
  }
  const checkpoint = await audit.checkpoint(note), verdict = audit.byId.get(shown);
  for (const [at, { index, path }] of checkpoint ? entries.entries() : []) {
    const isInTree = index < checkpoint.size && path.length <= MAX_PATH;
    const root = isInTree && await rootOf(subtle, leaves[at], index, checkpoint.size, path.map((place) => hashes[place]));
    const isProven = root && sameBytes(root, decodeBase64(checkpoint.root));
    audit.need({ index }, isProven, "proof-invalid", "it is not shown to be in the checkpoint's tree");
  }
  audit.finish();
  const isThere = Boolean(verdict) && verdict.kind === "verdict";
  audit.need(null, verdict, "bundle-incomplete", `the verdict ${shown} is not in it`);
  audit.need(null, isThere || !verdict, "reference-kind", `entry ${shown} is no verdict`);
  return isThere && checkpoint ? factsOf(audit, verdict, checkpoint) : null;
}

// ---- What a bundle says, by the paths that elements of a page name ----

/** "The rating's label in the claim's language, else English, else the first by language code, else the code." */
function labelOf(code, { labels = {} }, language) {
  const key = language.toLowerCase().replace(/-/g, "_");
  const found = [key, key.split("_")[0], "en", ...Object.keys(labels).sort()].find((one) => has(labels, one));
  return found === undefined ? code : labels[found];
}

/** Where a value is on its scale, as the word by which a page picks the rating's shape and colour. */
function placeOf(value, { best, worst }) {
  if (value === undefined) return "off";
  if (value >= best) return "full";
  if (value <= worst) return "none";
  const part = 10 * (value - worst), whole = best - worst;
  return part > 6 * whole ? "most" : part < 4 * whole ? "least" : "half";
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];

/** The day of a recorded time as a reader sees it: 3 May 2026. */
function dayOf(time) {
  const [year, month, day] = time.slice(0, 10).split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

function factsOf(audit, verdict, checkpoint) {
  const says = new Map(), must = [], counts = audit.counts;
  const say = (prefix, values) => {
    for (const [key, value] of Object.entries(values)) if (value !== undefined) says.set(prefix + key, String(value));
  };
  /** The same of values that must be on the page. */
  const sayMust = (prefix, values) => {
    say(prefix, values);
    must.push(...Object.keys(values).map((key) => prefix + key).filter((path) => says.has(path)));
  };
  const policyOf = ({ body: { policy: hash } }) => audit.objects.has(hash)
    && attempt(() => parseObject(audit.objects.get(hash).bytes, "policy")).value;
  const claimEntry = verdict.refs.claim || { refs: {} };
  const { content: claim, refs: { source } } = claimEntry, { content = {} } = verdict, policy = policyOf(verdict);
  const { standing, approvals, disputes } = audit.standing(verdict, policy);
  sayMust("ledger.", { id: audit.ledger });
  say("ledger.", { name: audit.name, origin: audit.origin });
  sayMust("checkpoint.", { size: checkpoint.size });
  say("checkpoint.", { root: checkpoint.root });
  say("claim.", { id: claimEntry.id, index: claimEntry.index, at: claimEntry.body && claimEntry.body.at });
  if (claim) {
    const { text, manner, language, claimant = {}, said: { date, occasion, place } = {} } = claim;
    const { prefix, exact, suffix } = claim.quote;
    sayMust("claim.", { text, claimant: claimant.name, exact });
    say("claim.", { role: claimant.role, same_as: claimant.same_as, manner, language, prefix, suffix });
    say("claim.said.", { date, occasion, place });
  }
  if (source) {
    const { authors = [], title, url, publisher, published, retrieved } = source.content || {};
    const { raw = {}, text = {} } = source.body;
    say("source.", { id: source.id, title, url, publisher, published, retrieved, raw: raw.blake3, text: text.blake3,
      authors: authors.length ? authors.join(", ") : undefined });
  }
  const { supersededBy: later } = claimEntry;
  if (later) say("claim.later.", { text: later.content ? later.content.text : "a claim that was erased" });
  /** What is said of any verdict; `main` is how its chief values are said. Returns its rating. */
  const sayVerdict = (prefix, e, main) => {
    const { scale = [] } = policyOf(e) || {}, { at, rating, change } = e.body, { summary, rationale, reason } = e.content || {};
    const found = scale.find(({ code }) => code === rating) || {};
    const label = labelOf(rating, found, claim ? claim.language : "en");
    main(prefix, { reviewer: e.by.name, rating, label, summary, rationale, reason });
    say(prefix, { at, change });
    return found;
  };
  const { definition, value } = sayVerdict("verdict.", verdict, sayMust), { best, worst } = policy || {};
  sayMust("verdict.", { id: verdict.id });
  say("verdict.", { index: verdict.index, supersedes: verdict.body.supersedes, definition, value, best, worst,
    place: placeOf(value, policy || {}) });
  for (const rating of policy ? policy.scale : []) {
    const { code, definition: means, value: place } = rating;
    say(`scale.${code}.`, { label: labelOf(code, rating, "en"), definition: means, value: place, place: placeOf(place, policy) });
  }
  const { evidence = [], conflicts = [] } = content;
  evidence.forEach(({ stance, primary, quote: { exact, prefix, suffix } = {}, locator, note, unavailable, source: id }, n) => {
    const { content: { title, url, publisher } = {}, body: { raw = {}, text = {} } = {} } = verdict.cited[n] || {};
    sayMust(`evidence.${n}.`, { stance, exact, source: id, raw: raw.blake3 });
    say(`evidence.${n}.`, { primary: primary ? "primary source" : undefined, prefix, suffix, locator, note, unavailable,
      title, url, publisher, text: text.blake3 });
  });
  sayMust("conflicts.", conflicts);
  for (const [word, list] of [["approval", approvals], ["dispute", disputes]]) {
    list.forEach(({ by, body: { at } }, n) => say(`${word}.${n}.`, { by: by.name, at }));
  }
  for (const e of audit.byId.values()) {
    if (e.kind === "verdict" && e !== verdict) sayVerdict(`entry.${e.id}.`, e, say);
    if (["retraction", "approval"].includes(e.kind)) {
      say(`entry.${e.id}.`, { by: e.by.name, at: e.body.at, reason: e.content && e.content.text });
    }
  }
  const { index: endedBy } = verdict.retractedBy || verdict.supersededBy || {};
  return { ledger: audit.ledger, size: checkpoint.size, logKey: checkpoint.key, reviewer: verdict.by.name, standing, endedBy,
    evidence: evidence.length, counts: { ...counts, objects: audit.objects.size, slices: audit.slices.size },
    says: Object.fromEntries(says), must,
    of: { audit, claimEntry, claim, source, verdict, content: verdict.content, policy, policyOf, standing, approvals, disputes } };
}

// ---- The page that the templates write of a bundle ----
// The whole page is written here again, as claim.html, base.html and macros.html write it, and compared. Whoever
// changes one of these changes it here: tests/site presses the button on pages of every kind.

/** Rust puts "own" here where a site has its own templates: only marked words can be compared then. */
const TEMPLATES = "built-in";

/** An HTML parser puts U+FFFD in the place of U+0000, which nothing else could stand for. */
const asInHtml = (text) => text.replace(/\0/g, "\ufffd");
/** The beginning of a value, isolated, so that no character in it turns the words around it. */
const quoted = (value) => value === undefined ? "nothing" : `"\u2068${String(value).slice(0, 80)}\u2069"`;
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
const short = (id = "") => id.slice(0, 16);
const points = (text) => Array.from(text).length;

// What is in no mark is compared as a text, in which white space beside a tag is left out. The page as it should be
// is a list of regular expressions in a text, one a line; `page` makes them of templates, and its values are
// expressions themselves.

const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const inText = (text) => literal(escaped(asInHtml(String(text))).replace(/\s+/g, " ").trim());
const inAttribute = (text) => literal(escaped(asInHtml(String(text))));
/** White space counts between words, and not beside a tag or a value. */
const spaced = (line) => line.split(/\s+/).map(literal).reduce((before, word) =>
  before + (/>$|^$/.test(before) || /^<|^$/.test(word) ? " ?" : " ") + word);
const page = (parts, ...values) => parts.map((part, at) => {
  const lines = part.split("\n").map(spaced);
  return lines.join("\n") + [values[at]].flat().map((value) => value || "").join("");
}).join("");
const oneLine = (pattern) => `(?:${pattern.replace(/\n/g, "")})`;
const maybe = (pattern) => `${oneLine(pattern)}?`;
const anyOf = (...patterns) => oneLine(patterns.join("|"));
const TEXT = "[^<]*", VALUE = '[^"]*';

/** A page's elements, attributes and unmarked words, as a text. What the check itself writes is left out. */
function written(node) {
  return Array.from(node.childNodes, (child) => {
    if (child.nodeType === 3) return escaped(child.data).replace(/\s+/g, " ").trim();
    if (child.nodeType !== 1) return "";
    const { localName: name, id } = child;
    const isOurs = id === "check-lines" || id === "check-result", own = isOurs ? ["class"] : OWN[id || name] || [];
    const attributes = Array.from(child.attributes).filter((one) => !own.includes(one.name))
      .map((one) => ` ${one.name}="${escaped(one.value)}"`).join("");
    const isMark = child.hasAttribute("data-says") || child.hasAttribute("data-says-day");
    const isData = name === "script" || name === "style";
    const inner = isOurs || isData ? "" : written(child);
    return `<${name}${attributes}>${isMark ? inner.replace(/(^|>)[^<]+/g, "$1") : inner}</${name}>`;
  }).join("");
}

/** Attributes that the check or a reader changes, by an element's id or name. */
const OWN = { check: ["hidden"], "check-button": ["disabled"], details: ["open"] };

/** The first place where a page is not as it should be: what is there, and what should be. */
function firstDifference(text, pattern) {
  let at = 0;
  for (const line of pattern.split("\n")) {
    const expression = new RegExp(line, "uy");
    expression.lastIndex = at;
    if (!expression.test(text)) return { found: text.slice(at), wanted: line.replace(/\\(.)/g, "$1").replace(/ \?/g, " ") };
    at = expression.lastIndex;
  }
  return at < text.length ? { found: text.slice(at), wanted: "its end" } : null;
}

const ICONS = Object.fromEntries(Object.entries({
  full: `<circle cx="12" cy="12" r="11" fill="currentColor"></circle><path class="cut" d="M6.5 12.5l3.8 3.8L17.5 8.4"></path>`,
  most: `<circle class="line" cx="12" cy="12" r="10"></circle><path fill="currentColor" d="M12 12V5a7 7 0 1 1-7 7z"></path>`,
  half: `<circle class="line" cx="12" cy="12" r="10"></circle><path fill="currentColor" d="M12 5a7 7 0 0 1 0 14z"></path>`,
  least: `<circle class="line" cx="12" cy="12" r="10"></circle><path fill="currentColor" d="M12 12V5a7 7 0 0 1 7 7z"></path>`,
  none: `<path fill="currentColor" d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z"></path><path class="cut" d="M7.5 7.5l9 9m0-9l-9 9"></path>`,
  off: `<path class="line" d="M12 1.8L22.2 12 12 22.2 1.8 12z"></path><path class="line" d="M8 12h8"></path>`,
}).map(([place, shape]) => [place,
  literal(`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${shape}</svg>`)]));
const STANDING_WORDS = {
  proposed: "Proposed, waits for approval", disputed: "Disputed by an approver", superseded: "Superseded",
  retracted: "Retracted", tainted: "Signed by a key that was revoked",
};
const NOTICES = {
  proposed: "This verdict waits for approval: it does not stand yet.", disputed: "An approver disputes this verdict.",
  superseded: "Another verdict took the place of this one.", retracted: "This verdict was retracted.",
  tainted: "The key that signed this verdict was revoked since, and nobody has confirmed the verdict.",
};
const HEADINGS = { proposed: "Proposed", disputed: "Disputed", superseded: "Superseded", retracted: "Retracted",
  tainted: "Signed by a revoked key" };
const STEP_WORDS = {
  update: "Updated", correction: "Corrected", rating: "Rating changed", retraction: "Retracted", approval: "Approved",
  dispute: "Disputed", verdict: "Verdict",
};
const CLAIM_CHANGES = { attribution: "another attribution", wording: "another wording", span: "other words of the source",
  anchor: "another place in the source" };
const RTL = "ar arc ckb dv fa he iw nqo ps sd syr ug ur yi".split(" ");
const RTL_SCRIPTS = "Arab Hebr Thaa Syrc Nkoo Adlm".split(" ");
const FEEDS = [["feed.atom", "application/atom+xml", "Verdicts (Atom)"], ["feed.json", "application/feed+json", "Verdicts (JSON Feed)"],
  ["corrections.atom", "application/atom+xml", "Corrections (Atom)"], ["corrections.json", "application/feed+json", "Corrections (JSON Feed)"]];

function directionOf(language) {
  const [primary, script] = language.split(/[-_]/);
  if (RTL_SCRIPTS.includes(script)) return "rtl";
  if (script && script.length === 4) return "ltr";
  return RTL.includes(primary) ? "rtl" : primary === "" || primary === "und" ? "auto" : "ltr";
}

/** Cuts a text to so many characters, at a word's border where there is one. */
function cut(text, most) {
  const all = Array.from(text);
  if (all.length <= most) return text;
  const start = all.slice(0, most).join(""), [border] = /^.*(?=\p{White_Space})/su.exec(start) || [start];
  return `${border.replace(/\p{White_Space}+$/u, "")}…`;
}

const langOf = (language) => language ? ` lang="${inAttribute(language)}"` : "";
const langAndDir = (language) => `${langOf(language)} dir="${language ? directionOf(language) : "auto"}"`;

const POLICY = literal("default-src 'none'; style-src 'sha256-") + "[A-Za-z0-9+/=]{44}" + literal("'; script-src 'sha256-")
  + "[A-Za-z0-9+/=]{44}" + literal("'; img-src 'self' data:; base-uri 'none'; form-action 'none'");
const UNPROVEN = page` <span class="tag">not in this page’s proof</span>`;
const ICON = "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2024%2024'%3E%3Ccirc"
  + "le%20cx='12'%20cy='12'%20r='11'%20fill='%231c1b18'/%3E%3Cpath%20d='M6.5%2012.5l3.8%203.8L17.5%208.4'"
  + "%20fill='none'%20stroke='%23fff'%20stroke-width='2.6'/%3E%3C/svg%3E";
const GAP = '<span class="gap" aria-hidden="true">…</span>';

/** The verdicts that a bundle has of a line: those that led to the one it shows, that one, and what took its place. */
function lineOf(verdict) {
  const line = [verdict, ...(verdict.supersededBy ? [verdict.supersededBy] : [])];
  for (let at = verdict.refs.supersedes; at; at = at.refs.supersedes) line.unshift(at);
  return line;
}

/** Writes the parts of a page that several places have. */
class Writer {
  constructor({ says, of }) {
    Object.assign(this, { says, of });
  }

  /** An element whose text the bundle says; nothing where it says none. */
  mark(tag, path, attributes = "") {
    return has(this.says, path) ? `<${tag}${attributes} data-says="${literal(path)}"></${tag}>` : "";
  }

  /** A value in words around it, where there is one. */
  where(path, write) {
    return has(this.says, path) ? write(path) : "";
  }

  day(path) {
    const time = inAttribute(this.says[path]), name = literal(path);
    return `<time datetime="${time}" data-says-datetime="${name}" data-says-day="${name}"></time>`;
  }

  field(name, path) {
    return this.where(path, () => page`<div><dt>${name}</dt><dd>${this.mark("code", path)}</dd></div>`);
  }

  /** A link where the address is one of the web; `words` are what stands there where no mark says it. */
  address(path, text, words) {
    const url = this.says[path], name = literal(path), inner = text ? this.mark("bdi", text) : `<bdi>${words}</bdi>`;
    const isBare = text && this.says[text] === url;
    if (/^https?:\/\//.test(url)) {
      const bare = isBare ? ' class="bare"' : "";
      return `<a href="${inAttribute(url)}" data-says-href="${name}"${bare} rel="external">${inner}</a>`;
    }
    return isBare ? inner : page`${inner} (${this.mark("bdi", path)})`;
  }

  /** A source in a line: its title, or what else it is known by, then its publisher. */
  work(id, e, path) {
    const { language } = (e && e.content) || {}, title = `${path}.title`, url = `${path}.url`;
    const isWithheld = !e || e.body.rights === "withheld", gone = isWithheld ? "withheld" : e.content ? "" : "erased";
    const name = has(this.says, title) ? title : url;
    const words = has(this.says, url) ? this.address(url, name) : this.mark("bdi", title) || page`Source ${short(id)}`;
    return page`<cite class="work"${langAndDir(language)}>${words}</cite>${gone && page` <span class="muted">(${gone})</span>`}`
      + this.where(`${path}.publisher`, (publisher) => page`, ${this.mark("bdi", publisher)}`);
  }

  /** Words of a source in their context. */
  quotation({ bytes, prefix, suffix }, path) {
    const around = (name) => (this.says[`${path}.${name}`] ? this.mark("span", `${path}.${name}`, ' class="around"') : "");
    const isCut = points(suffix) >= 32 && !suffix.endsWith("\n");
    return (bytes[0] === utf8(prefix).length ? "" : GAP) + around("prefix") + this.mark("mark", `${path}.exact`)
      + around("suffix") + (isCut ? GAP : "");
  }

  /** The reviewer's name, as a link where the site has a page of that one. */
  reviewer(name) {
    const words = this.mark("bdi", "verdict.reviewer");
    return anyOf(page`<a href="../../reviewers/${short(blake3(utf8(name)))}/index.html">${words}</a>`, words);
  }

  sourcePage(id, words, stop = "") {
    return maybe(page` <a href="../../sources/${short(id)}/index.html">${words}</a>${stop}`);
  }

  head(canonical) {
    const { says, of: { verdict, content, standing } } = this, { "claim.text": words = "a claim that was erased" } = says;
    const title = `${cut(`${HEADINGS[standing] || says["verdict.label"]}: ${words}`, 110)} – ${says["ledger.name"]}`;
    const about = standing === "standing" ? content && content.summary : this.notice();
    const description = (mark) => about && page`<meta ${mark} content="${inAttribute(cut(about, 300))}"></meta>`;
    const feed = ([path, type, name]) => page`<link rel="alternate" type="${literal(type)}" title="${literal(name)}" href="../../${literal(path)}"></link>`;
    return page`<meta charset="utf-8"></meta>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"></meta>
<meta name="viewport" content="width=device-width, initial-scale=1"></meta>
<title>${inText(title)}</title>
${description('name="description"')}
<meta name="generator" content="factlog ${"[0-9A-Za-z.+-]+"}"></meta>
<meta name="referrer" content="no-referrer"></meta>
<meta name="color-scheme" content="light dark"></meta>
${canonical && page`<link rel="canonical" href="${inAttribute(canonical)}"></link>
<meta property="og:url" content="${inAttribute(canonical)}"></meta>`}
<meta property="og:title" content="${inAttribute(title)}"></meta>
${description('property="og:description"')}
<meta property="og:site_name" content="${inAttribute(says["ledger.name"])}"></meta>
<meta property="og:type" content="article"></meta>
<meta property="article:published_time" content="${inAttribute(lineOf(verdict)[0].body.at)}"></meta>
<meta property="article:modified_time" content="${inAttribute(verdict.body.at)}"></meta>
<meta name="twitter:card" content="summary"></meta>
<link rel="icon" href="${inAttribute(ICON)}"></link>
${canonical && FEEDS.map(feed)}
<link rel="alternate" type="application/json" title="Proof bundle" href="bundle.json"></link>
<style></style>`;
  }

  masthead() {
    return page`<a class="skip" href="#main">Skip to the content</a>
<header class="masthead"><p class="desk"><a href="../../index.html"><bdi>${inText(this.says["ledger.name"])}</bdi></a></p>
<nav aria-label="Site"><ul>
<li><a href="../../index.html">Claims</a></li>
<li><a href="../../corrections/index.html">Corrections</a></li>
<li><a href="../../methods/index.html">Methods</a></li>
</ul></nav></header>`;
  }

  colophon(canonical) {
    const feed = ([path, type, name]) => page`<li><a href="../../${literal(path)}" type="${literal(type)}">${literal(name)}</a></li>`;
    return page`<footer class="colophon"><p><bdi>${inText(this.says["ledger.name"])}</bdi> keeps its verdicts in a signed, append-only ledger, ${this.mark("bdi", "ledger.origin")}: what was recorded can be corrected, and never quietly changed. <a href="../../methods/index.html#check-it">How to check it yourself</a>.</p>
${canonical && page`<ul class="feeds" aria-label="Feeds">${FEEDS.map(feed)}</ul>`}</footer>`;
  }

  /** What a reader must know before all else. */
  notice() {
    const { audit, verdict, content, standing } = this.of, isErased = audit.erased.has(verdict.body.verdict);
    const reasons = content ? "" : isErased ? "The reasons and the evidence were erased."
      : "The reasons and the evidence are not published: they quote a withheld source.";
    return [NOTICES[standing], reasons].filter(Boolean).join(" ");
  }

  claimHead() {
    const { audit, claimEntry, claim } = this.of, lang = claim ? langOf(claim.language) : "";
    const length = claim ? points(claim.text) : 0, size = length > 420 ? ' class="longest"' : length > 140 ? ' class="long"' : "";
    const later = claimEntry.supersededBy;
    const part = (path, inner) => this.where(path, () => page` <span class="part">${inner()}</span>`);
    const said = claim && claim.claimant ? page`<span class="part">Said by ${this.mark("bdi", "claim.claimant", ` class="who"${lang}`)}${
      this.where("claim.role", (path) => page`, ${this.mark("bdi", path, lang)}`)}${
      this.where("claim.same_as", (path) => page` (${this.address(path, "", "who this is")})`)}</span>`
      : claim ? page`<span class="part">Said by ${this.mark("bdi", "source.publisher") || "the source"} itself, in its own words</span>` : "";
    const isTainted = audit.tainted().has(claimEntry.index);
    return page`<header class="claim-head"><p class="kicker">The claim</p>
${claim ? this.mark("h1", "claim.text", `${langAndDir(claim.language)}${size}`) : page`<h1>A claim that was erased</h1>`}
<p class="byline">${said}${part("claim.said.date", () => this.day("claim.said.date"))}${
  ["claim.said.occasion", "claim.said.place"].map((path) => part(path, () => this.mark("bdi", path)))}</p>
${later && maybe(page`<p class="changed"><strong>The claim was recorded anew.</strong> Its current form: <a href="../../claims/${short(later.id)}/index.html">${this.mark("bdi", "claim.later.text")}</a></p>`)}
${isTainted && page`<p class="changed"><strong>Tainted.</strong> The key that signed this claim was revoked since, and nobody has confirmed the entry.</p>`}
</header>`;
  }

  /** The rating in its place on the scale, which has a shape and a colour. */
  place(path) {
    return this.says[path] || "off";
  }

  verdict() {
    const { audit, verdict, content, policy, standing } = this.of, { rating: code } = verdict.body, scale = policy ? policy.scale : [];
    const label = this.mark("bdi", "verdict.label", ` class="label"${this.labelLang()}`), place = this.place("verdict.place");
    const isGone = standing === "retracted" || standing === "superseded", isErased = audit.erased.has(verdict.body.verdict);
    const tag = STANDING_WORDS[standing] && page` <span class="tag">${inText(STANDING_WORDS[standing])}</span>`;
    const { retractedBy } = verdict, back = retractedBy && `entry.${retractedBy.id}.`;
    const inOrder = [...scale].sort((a, b) => (b.value || 0) - (a.value || 0));
    const atPlace = (one) => `place-${this.place(`scale.${one.code}.place`)}`;
    const ofScale = (one, name) => this.mark("bdi", `scale.${one.code}.${name}`, ` class="label"${langOf(has(one.labels, "en") && "en")}`);
    const item = (one) => page`<li class="${atPlace(one)}${one.code === code && " here"}" data-says-place="scale.${literal(one.code)}.place">${
      ICONS[this.place(`scale.${one.code}.place`)]} ${ofScale(one, "label")}${one.code === code && page`<span class="unseen">(this verdict)</span>`}</li>`;
    const legend = (one) => page`<dt class="${atPlace(one)}" data-says-place="scale.${literal(one.code)}.place">${ofScale(one, "label")}${
      one.value && page` <span class="muted">${this.mark("span", `scale.${one.code}.value`)} of ${this.mark("span", "verdict.worst")} to ${this.mark("span", "verdict.best")}</span>`}</dt>
${this.mark("dd", `scale.${one.code}.definition`, ' dir="auto"')}
`;
    return page`<section class="verdict" aria-labelledby="verdict-title"><h2 id="verdict-title">The verdict</h2>
<p class="word place-${place}" data-says-place="verdict.place">${ICONS[place]} ${isGone ? `<s>${label}</s>` : label}${tag}</p>
${this.mark("p", "verdict.definition", ' class="definition" dir="auto"')}
${this.mark("p", "verdict.summary", ' class="summary" dir="auto"')}${isErased && page`<p class="summary">What this verdict said was erased from the ledger. Its entry, its rating and its signature remain.</p>`}
<p class="signed">Signed by ${this.reviewer(verdict.by.name)}, ${this.day("verdict.at")}. <a href="#record">On the record as entry ${this.mark("span", "verdict.index")}</a></p>
${this.where("verdict.reason", (path) => page`<p class="changed"><strong>${STEP_WORDS[verdict.body.change || "verdict"]}.</strong> ${this.mark("span", path, ' dir="auto"')}</p>`)}
${back && page`<p class="changed"><strong>Retracted</strong> by ${this.mark("bdi", `${back}by`)}, ${this.day(`${back}at`)}. ${this.mark("span", `${back}reason`, ' dir="auto"')}</p>`}
${scale.length && page`<ul class="scale" aria-label="The scale">
${inOrder.map(item)}</ul>
<details class="legend"><summary>What the ratings mean</summary><dl>
${inOrder.map(legend)}</dl></details>`}
</section>`;
  }

  labelLang() {
    const { verdict: { body }, policy } = this.of, { labels = {} } = (policy && policy.scale.find(({ code }) => code === body.rating)) || {};
    const found = Object.keys(labels).sort().find((key) => labels[key] === this.says["verdict.label"]);
    return langOf(found && found.replace(/_/g, "-"));
  }

  words() {
    const { claim, source } = this.of;
    return claim && page`<section class="words" aria-labelledby="words-title"><h2 id="words-title">The words themselves</h2>
<figure><blockquote${langAndDir(claim.language)}><p>${this.quotation(claim.quote, "claim")}</p></blockquote>
<figcaption>${this.work(this.says["source.id"], source, "source")}${this.where("source.authors", (path) => page`, by ${this.mark("bdi", path)}`)}${
  this.where("source.published", (path) => page`, ${this.day(path)}`)}.${this.sourcePage(this.says["source.id"], page`All claims from this source`, "\\.")}</figcaption>
</figure></section>`;
  }

  evidence() {
    const { audit, verdict, content } = this.of, { rationale, evidence = [] } = content || {};
    const prose = this.mark("div", "verdict.rationale", ' class="prose(?: plain)?" dir="auto"').replace("><", ">(?:<p></p>)*<");
    const piece = ({ stance, quote, source: id }, n) => {
      const path = `evidence.${n}`, e = verdict.cited[n], { language } = (e && e.content) || {};
      const field = (name, says) => this.field(page`${name}`, `${path}.${says}`);
      return page`<li class="piece" id="evidence-${n + 1}" data-evidence="${String(n)}"><p class="stance stance-${stance}">${this.mark("span", `${path}.stance`)}${
        this.where(`${path}.primary`, (says) => page` ${this.mark("span", says, ' class="primary"')}`)}</p>
<div class="piece-body"><h3>${this.work(id, e, path)}</h3>
${quote && page`<blockquote${langAndDir(language)}><p>${this.quotation(quote, path)}</p></blockquote>`}
${this.where(`${path}.locator`, (says) => page`<p class="locator">At: ${this.mark("bdi", says)}</p>`)}
${this.mark("p", `${path}.note`, ' class="note" dir="auto"')}
${this.where(`${path}.unavailable`, (says) => page`<p class="note">Not available any more: ${this.mark("bdi", says)}</p>`)}
<dl class="apparatus">${field("Kept copy, BLAKE3", "raw") || page`<div><dt>Kept copy</dt><dd>none</dd></div>`}${field("Its text, BLAKE3", "text")}${field("Source entry", "source")}</dl>
${maybe(page`<p class="more">${this.sourcePage(id, page`Claims from this source`)}</p>`)}
</div></li>
`;
    };
    const none = audit.erased.has(verdict.body.verdict) ? "What the verdict cited was erased with it."
      : content ? "The verdict cites none." : "What the verdict cites is not published.";
    return page`${rationale && page`<section class="reasons" aria-labelledby="reasons-title"><h2 id="reasons-title">Reasons</h2>
${prose}</section>`}
<section class="evidence" aria-labelledby="evidence-title"><h2 id="evidence-title">Evidence</h2>
${evidence.length ? page`<ol class="pieces">
${evidence.map(piece)}</ol>` : page`<p>${inText(none)}</p>`}
</section>`;
  }

  people() {
    const { audit, verdict, content, policy, approvals, disputes } = this.of, { approvals: asked = 0 } = policy || {};
    const decisions = (word, list) => page`<ul>${list.map((_, n) => page`<li>${this.mark("bdi", `${word}.${n}.by`)}, ${this.day(`${word}.${n}.at`)}</li>`)}</ul>`;
    const asks = asked === 1 ? "one approval by others" : asked ? `${asked} approvals by others` : "no approval";
    const { conflicts = [] } = content || {};
    const none = audit.erased.has(verdict.body.verdict) ? "Not known any more" : content ? "None declared" : "Not published";
    return page`<section class="people" aria-labelledby="people-title"><h2 id="people-title">Who answers for it</h2><dl class="facts">
<div><dt>Reviewed and signed</dt><dd>${this.mark("bdi", "verdict.reviewer")}, ${this.day("verdict.at")}</dd></div>
<div><dt>Approved</dt><dd>${approvals.length ? decisions("approval", approvals) : "By ?nobody"}<p class="muted">The policy asks for ${inText(asks)}.</p></dd></div>
${disputes.length && page`<div><dt>Disputed</dt><dd>${decisions("dispute", disputes)}</dd></div>`}
<div><dt>Conflicts of interest</dt><dd>${conflicts.length ? page`<ul>${conflicts.map((_, n) => this.mark("li", `conflicts.${n}`, ' dir="auto"'))}</ul>` : inText(none)}</dd></div>
</dl></section>`;
  }

  /** What is on a page and in no bundle of it; it is said to be so there. */
  others() {
    const { standing } = this.of, link = page`<a href="../../reviewers/${"[0-9a-f]{16}"}/index.html"><bdi>${TEXT}</bdi></a>`;
    const rated = Object.entries(ICONS).map(([place, icon]) => page`<p class="rating place-${place}">${icon} <bdi class="label"${maybe(' lang="[^"]*"')}>${TEXT}</bdi></p>`);
    const item = page`<li class="other">${anyOf(...rated)}${maybe(page`<p dir="auto">${TEXT}</p>`)}<p class="muted">${anyOf(link, `<bdi>${TEXT}</bdi>`)}, <time datetime="${VALUE}">${TEXT}</time>, entry ${"[0-9]+"}</p></li>`;
    return standing === "standing" && maybe(page`<section class="others" aria-labelledby="others-title"><h2 id="others-title">Other reviewers’ verdicts</h2><p class="muted">They are not in this page’s proof.</p><ul class="pieces">${`${oneLine(item)}+`}</ul></section>`);
  }

  history() {
    const { audit, claimEntry, verdict, approvals, disputes } = this.of, unknown = `${oneLine(this.unknownStep())}*`, steps = [];
    for (const e of lineOf(verdict)) {
      const write = this.isPublished(e) ? oneLine : maybe, { retractedBy: back } = e;
      steps.push([e.index, this.verdictStep(e), write]);
      if (back) steps.push([back.index, this.step(back, "retraction", `entry.${back.id}.`, this.isMarked(e)), write]);
    }
    for (const e of approvals) steps.push([e.index, this.step(e, "approval", `entry.${e.id}.`, true)]);
    for (const e of disputes) steps.push([e.index, this.step(e, "dispute", `entry.${e.id}.`, true)]);
    const inOrder = steps.sort(([a], [b]) => a - b).map(([, step, write = oneLine]) => `${write(`${unknown}?${step}`)}\n`);
    const earlier = [];
    for (let e = claimEntry; e.refs.supersedes; e = e.refs.supersedes) {
      const { content } = e.refs.supersedes, words = content ? content.text : "a claim that was erased";
      earlier.push(maybe(page`<li><a href="../../claims/${short(e.refs.supersedes.id)}/index.html"><bdi>${inText(words)}</bdi></a> <span class="muted">(${CLAIM_CHANGES[e.body.change]})</span></li>`));
    }
    return page`<section class="history" aria-labelledby="history-title"><h2 id="history-title">History</h2>
${earlier.length && maybe(page`<p>The claim was recorded before in ${anyOf(page`another form`, page`other forms`)}:</p><ul>${earlier}</ul>`)}
<ol class="steps">
${inOrder}${unknown}</ol></section>`;
  }

  /** Whether a verdict of the line must be on the page. One that never had its approvals need not, nor one that may not. */
  isPublished(e) {
    const { verdict, policyOf } = this.of, { approvals } = policyOf(e) || {}, { refs: { claim } } = e, source = claim && claim.refs.source;
    return e === verdict || approvals === 0 && Boolean(source) && source.body.rights !== "withheld";
  }

  /** Whether a verdict's steps bear marks: those of the bundle's own, of what it superseded and what superseded it. */
  isMarked(e) {
    const { verdict } = this.of;
    return [verdict, verdict.refs.supersedes, verdict.supersededBy].includes(e);
  }

  verdictStep(e) {
    const { verdict } = this.of, isHere = e === verdict, path = isHere ? "verdict." : `entry.${e.id}.`, before = e.refs.supersedes;
    const labelAt = (one) => (one === verdict ? "verdict.label" : `entry.${one.id}.label`);
    const isMarked = this.isMarked(e), old = before && labelAt(before);
    const label = this.maybeMark(isMarked, "bdi", `${path}label`, ' class="label"');
    const from = old && this.says[old] !== this.says[`${path}label`]
      && page`<span class="muted">from ${this.maybeMark(isHere, "bdi", old)} to</span> `;
    const struck = (how) => page`<s>${label}</s> <span class="tag">${how} since</span>`;
    const shown = e.retractedBy ? struck("retracted") : e.supersededBy ? struck("superseded") : label;
    // What became of the verdict that came after may be recorded on pages that have no bundle of it.
    const more = e === verdict.supersededBy && !e.retractedBy ? anyOf(label, struck("superseded")) : shown;
    return this.step(e, e.body.change || "verdict", path, isMarked, page`: ${from}${more}`, e.retractedBy || e.supersededBy, isHere);
  }

  maybeMark(isMarked, tag, path, attributes = "") {
    return isMarked ? this.mark(tag, path, attributes) : this.where(path, () => `<${tag}${attributes}>${inText(this.says[path])}</${tag}>`);
  }

  step(e, kind, path, isMarked, label = "", isStruck = false, isHere = false) {
    const write = (marked) => {
      const mark = (tag, name, attributes) => this.maybeMark(marked, tag, `${path}${name}`, attributes), at = inAttribute(e.body.at);
      const time = marked ? this.day(`${path}at`) : `<time datetime="${at}">${inText(dayOf(e.body.at))}</time>`;
      const summary = !isHere && mark(isStruck ? "s" : "span", "summary"), reason = mark("span", "reason", ' dir="auto"');
      const struck = e === this.of.verdict.supersededBy && !isStruck ? "(?: struck)?" : isStruck ? " struck" : "";
      return page`<li class="step${struck}"><p class="when">${time}</p><div><p><strong>${STEP_WORDS[kind]}</strong>${label} <span class="by">by ${
        mark("bdi", label ? "reviewer" : "by")}</span>${isHere && page` <span class="tag">shown here</span>`}${!marked && UNPROVEN}</p>${
        summary && page`<p class="said" dir="auto">${summary}</p>`}${
        reason && page`<p class="reason"><span class="muted">Reason:</span> ${reason}</p>`}</div></li>`;
    };
    return write(isMarked);
  }

  unknownStep() {
    const label = `<bdi class="label">${TEXT}</bdi>`;
    const of = page`: ${maybe(page`<span class="muted">from <bdi>${TEXT}</bdi> to</span>`)} ${anyOf(page`<s>${label}</s> <span class="tag">${anyOf("retracted", "superseded")} since</span>`, label)}`;
    const summary = page`<p class="said" dir="auto">${anyOf(`<s>${TEXT}</s>`, `<span>${TEXT}</span>`)}</p>`;
    return page`<li class="step${maybe(" struck")}"><p class="when"><time datetime="${VALUE}">${TEXT}</time></p><div><p><strong>${anyOf(...Object.values(STEP_WORDS))}</strong>${
      maybe(of)} <span class="by">by <bdi>${TEXT}</bdi></span>${UNPROVEN}</p>${maybe(summary)}${
      maybe(page`<p class="reason"><span class="muted">Reason:</span> <span dir="auto">${TEXT}</span></p>`)}</div></li>`;
  }

  record(canonical) {
    const { claim, verdict, standing } = this.of, field = (name, path) => this.field(page`${inText(name)}`, path), root = field("Checkpoint’s root", "checkpoint.root");
    const iso = (path) => this.mark("time", path, ` datetime="${inAttribute(this.says[path])}"`).replace("></", ` data-says-datetime="${literal(path)}"></`);
    const lang = claim ? langOf(claim.language) : "", word = STANDING_WORDS[standing];
    const cited = claim && points(claim.text) <= 200 ? page`“${this.mark("bdi", "claim.text", lang)}”` : page`claim ${this.mark("code", "claim.id")}`;
    return page`<div class="margin" id="record">
<section id="check" class="check" aria-labelledby="check-title"><h2 id="check-title">Check this page</h2>
<p>Your own browser compares every word marked as proven with the proof that this page carries: the signatures, who was entitled to sign, the place in the ledger, and the quotes in their sources. Nothing is sent anywhere.</p>
<p class="muted">It shows what was recorded, by which key and in which order. It does not show that the verdict is right, nor what was recorded since. What is proven is underlined afterwards.</p>
<button type="button" id="check-button">Check this page</button><ol id="check-lines"></ol><p id="check-result" role="status"></p></section>
<section class="record" aria-labelledby="record-title"><h2 id="record-title">On the record</h2><dl class="facts">
<div><dt>Verdict</dt><dd>entry ${this.mark("span", "verdict.index")}, ${iso("verdict.at")}</dd></div>
<div><dt>Claim</dt><dd>entry ${this.mark("span", "claim.index")}, ${this.day("claim.at")}</dd></div>
<div><dt>Ledger</dt><dd>${this.mark("bdi", "ledger.name")}<br></br>${this.mark("bdi", "ledger.origin")}<br></br>${this.mark("code", "ledger.id", ' class="id"')}</dd></div>
<div><dt>As of</dt><dd>checkpoint ${this.mark("span", "checkpoint.size")}</dd></div></dl>
<dl class="apparatus paper-only">${field("Verdict entry", "verdict.id")}${root}</dl>
<details><summary>Hashes and fields, in full</summary><dl class="apparatus">
${field("Verdict entry", "verdict.id")}
<div><dt>Rating</dt><dd>${this.mark("code", "verdict.rating")}${this.where("verdict.value", (path) => page` (${this.mark("span", path)}, from ${this.mark("span", "verdict.worst")} to ${this.mark("span", "verdict.best")})`)}</dd></div>
${field("Supersedes", "verdict.supersedes")}
${field("Change", "verdict.change")}
${field("Claim entry", "claim.id")}
${field("Speech", "claim.manner")}
${field("Language", "claim.language")}
${field("Source entry", "source.id")}
${field("Source, kept copy, BLAKE3", "source.raw")}
${field("Source, text, BLAKE3", "source.text")}
${this.where("source.retrieved", (path) => page`<div><dt>Source, retrieved</dt><dd>${iso(path)}</dd></div>`)}
${root}</dl></details>
<p><a href="bundle.json" type="application/json" download="">The proof bundle</a>: one file that shows all of this offline. <a href="../../methods/index.html#check-it">How to check it</a>.</p></section>
<section class="cite" aria-labelledby="cite-title"><h2 id="cite-title">How to cite</h2>
<p><bdi>${inText(this.says["ledger.name"])}</bdi>, ${cited}: ${this.mark("bdi", "verdict.label", this.labelLang())}${word && page` (${inText(word.toLowerCase())})`}. Verdict of ${this.day("verdict.at")}, entry ${this.mark("span", "verdict.index")} of the ledger ${this.mark("bdi", "ledger.origin")}.${canonical && page` <span>${inText(canonical)}</span>`}</p></section>
</div>`;
  }

  /** The whole page. */
  page(canonical) {
    const { claim, standing } = this.of;
    const script = (attributes) => `<script${attributes}></${"script"}>`; // whole, it would end the script's own element
    return page`<html lang="en"><head>${this.head(canonical)}</head>
<body>${this.masthead()}
<main id="main" tabindex="-1"><article class="claim">
${this.notice() && page`<p class="notice" role="note">${inText(this.notice())}</p>`}
${this.claimHead()}
<div class="columns"><div class="story">
${this.verdict()}
${this.words()}
${this.evidence()}
${this.people()}
${this.others()}
${this.history()}
</div>
${this.record(canonical)}
</div></article></main>
${this.colophon(canonical)}
${claim && standing === "standing" && script(' type="application/ld\\+json"')}
${script(' type="application/json" id="bundle"')}
${script("")}</body></html>`;
  }
}

/**
 * Compares a page with what its bundle says. `says` are [{ path, text, attribute?, piece, isSeen, isApart }], one for each
 * place on the page; `evidence`, the numbers of the pieces of evidence; `claimReviews`, the texts of its JSON-LD;
 * `text`, the page as `written` gives it; `canonical`, its address, if it has one; `loose` and `dates`, words and
 * dates with their days that no mark covers; `hasOtherStyle`, whether its style or script is not what its policy names.
 */
function comparePage(facts, { says, evidence, claimReviews, text, canonical, loose, dates, hasOtherStyle }) {
  const findings = [], inText = new Set(), seen = new Set(), isOurs = TEMPLATES === "built-in";
  const find = (code, message) => findings.push({ code, entry: null, severity: "fault", message });
  for (const { path, text: shownText, attribute, piece, isSeen, isApart } of says) {
    const shown = attribute === "day" ? dayOf : asInHtml;
    const wanted = has(facts.says, path) ? shown(facts.says[path]) : undefined;
    if (!attribute) inText.add(path);
    if (!attribute && isSeen) seen.add(path);
    const code = wanted === undefined ? "page-unproven" : "page-other";
    if (shownText !== wanted) find(code, `it says ${path} is ${quoted(shownText)}, the bundle says ${quoted(wanted)}`);
    const [, number] = /^evidence\.([0-9]+)\./.exec(path) || [];
    const isText = !attribute || attribute === "day";
    if (isOurs && isText && !isSeen && !isApart) find("page-hidden", `${path}, ${quoted(shownText)}, can't be seen`);
    if (number !== undefined && piece !== number) find("page-evidence", `it says ${path} outside of that piece of evidence`);
  }
  for (const path of facts.must) {
    if (!inText.has(path)) find("page-missing", `it lacks ${path}, ${quoted(facts.says[path])}`);
    else if (!seen.has(path) && !IN_DETAILS.includes(path)) find("page-hidden", `${path}, ${quoted(facts.says[path])}, can't be seen`);
  }
  const numbers = Array.from({ length: facts.evidence }, (_, n) => String(n));
  if (evidence.join() !== numbers.join()) find("page-evidence", `its pieces of evidence are ${quoted(evidence.join())}, not ${quoted(numbers.join())}`);
  for (const [time, shownDay] of dates) {
    if (!fits(time, "time") || shownDay !== dayOf(time)) find("page-other", `it says ${quoted(time)} is ${quoted(shownDay)}`);
  }
  if (hasOtherStyle) find("page-policy", "its style or its script is not the one that its policy names");
  const base = baseOf(facts, canonical);
  if (canonical !== undefined && base === undefined) find("page-address", `its address, ${quoted(canonical)}, is not one of this claim`);
  if (isOurs) {
    const difference = firstDifference(text, new Writer(facts).page(canonical));
    if (difference) find("page-words", `it shows ${quoted(difference.found)} where ${quoted(difference.wanted)} belongs`);
  }
  if (claimReviews.length > 1) find("page-claimreview", "it has more than one ClaimReview");
  for (const review of claimReviews) {
    compareClaimReview(facts, review, { base, loose, dates, others: text.split('<li class="other">').length - 1 }, (message) => find("page-claimreview", message));
  }
  return findings;
}

/** What must be on a page, but may stand where a reader opens it. */
const IN_DETAILS = ["verdict.id", "verdict.rating"];

/** The site's base address, by that of a claim's page. */
function baseOf({ says }, canonical = "") {
  const end = `/claims/${short(says["claim.id"] || "")}/`;
  return webAddress(canonical) && canonical.endsWith(end) ? canonical.slice(0, -end.length) : undefined;
}

// ---- The ClaimReview, as the program writes it of a bundle ----

const webAddress = (text) => (/^https?:\/\/[^/?#]/i.test(text) && /^[^"<>\\^`{|}]*$/.test(text) && /^[!-~]*$/.test(text) ? text : undefined);
const BODIES = ("academy administration agency alliance army assembly association authority bank board bureau cabinet campaign "
  + "centre center commission committee company congress corporation council court department embassy federation forces "
  + "foundation fund government group institute ministry nations network office organisation organization parliament party "
  + "police senate society union university").split(" ");

/** Whether a claimant's name looks like a body's. */
function isBody(name) {
  const words = name.split(/\p{White_Space}+/u).filter(Boolean), [first = ""] = words, last = words[words.length - 1] || "";
  const trimmed = (word) => word.replace(/^[^\p{Alphabetic}\p{N}]+|[^\p{Alphabetic}\p{N}]+$/gu, "").toLowerCase();
  return words.length > 0 && (/^\p{Lowercase}/u.test(last) || first.toLowerCase() === "the"
    || words.length === 1 && /^\.*(?:[A-Z]\.*){2,}$/.test(first) || words.some((word) => BODIES.includes(trimmed(word))));
}

/** A claim in fewer than 75 characters, cut at a word's border, with an ellipsis. */
function shorten(text) {
  const all = Array.from(text);
  if (all.length < 75) return text;
  const [start = ""] = /^.*(?=\p{White_Space})/su.exec(all.slice(0, 74).join("")) || [];
  const words = start.replace(/[\p{White_Space},;:–—-]+$/u, "");
  return /\P{White_Space}/u.test(words) ? `${words}…` : text;
}

/** A text as Rust writes it for a programmer. */
function debugged(text) {
  const escapes = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };
  return `"${Array.from(text, (one) => escapes[one] || (one !== " " && /[\p{C}\p{Z}\p{Grapheme_Extend}]/u.test(one)
    ? `\\u{${one.codePointAt(0).toString(16)}}` : one)).join("")}"`;
}

const property = (propertyID, value) => ({ "@type": "PropertyValue", propertyID, value });
const person = (name) => ({ "@type": "Person", name });
const organization = (name, url) => ({ "@type": "Organization", name, url });
const HASH = (value) => fits(value, "hash");
const listed = (list) => (list.length ? list : undefined);

/** A document as it should be. A function in it tells whether a value may stand there. */
function claimReviewOf({ says, of }, { base, loose, dates, others }) {
  const { claimEntry, claim, source, verdict, content, policy, audit } = of;
  const { rationale, evidence = [] } = content || {}, summary = says["verdict.summary"];
  const author = organization(says["ledger.name"], base), url = base && `${base}/claims/${short(claimEntry.id)}/`;
  const line = lineOf(verdict), times = line.map(({ body }) => body.at).sort(), [first] = times, last = times[times.length - 1];
  const isLoose = (value) => loose.has(value), isDate = (value) => dates.has(value);
  const hasValue = has(says, "verdict.value"), number = (path) => hasValue ? Number(says[path]) : undefined;
  const noReasons = audit.erased.has(verdict.body.verdict) ? "The reasons were erased."
    : "The reasons are not published: they quote a source that is withheld.";
  const workOf = (id, e) => {
    const isShown = e && e.body.rights !== "withheld" && e.content, { title, url: address = "", language, published, authors = [], publisher } = isShown || {};
    const type = (isShown && { image: "ImageObject", audio: "AudioObject", video: "VideoObject" }[e.body.media.split("/")[0]]) || "CreativeWork";
    const isMedium = type !== "CreativeWork";
    return { "@type": type, url: webAddress(address), headline: title, inLanguage: language, datePublished: published,
      author: listed(authors.map(person)), publisher: publisher && organization(publisher),
      encodingFormat: isMedium ? e.body.media : undefined, sha256: isMedium && e.body.raw ? e.body.raw.sha256 : undefined,
      identifier: [property("factlog/source", id), ...(address && !webAddress(address) ? [property("address", address)] : [])] };
  };
  const citation = ({ source: id, stance, primary, locator, note, unavailable, quote }, n) => {
    const e = verdict.cited[n], isShown = e && e.body.rights !== "withheld", { headline, ...work } = workOf(id, e);
    const words = { supports: "Supports the claim", refutes: "Refutes the claim", context: "Context" }[stance];
    const more = isShown ? [locator, note, unavailable && `no copy kept: ${unavailable}`] : [];
    return { ...work, name: headline || (isShown && e.content && e.content.url) || `Source ${short(id)}`,
      description: [words, primary && "primary source", ...more].filter(Boolean).join("; "),
      hasPart: isShown && quote ? { "@type": "Quotation", text: quote.exact } : undefined };
  };
  const comment = (name, text, at, by, kind, id) => ({ "@type": "CorrectionComment", name, text, datePublished: at, author: person(by),
    identifier: [property(kind, id)] });
  const labelAt = (e) => debugged(says[e === verdict ? "verdict.label" : `entry.${e.id}.label`]);
  const corrections = line.slice(1).map((e, at) => comment({ update: "Update", correction: "Correction",
    rating: `Rating changed from ${labelAt(line[at])} to ${labelAt(e)}` }[e.body.change],
  e.content ? e.content.reason : "The reason was erased.", e.body.at, e.by.name, "factlog/verdict", e.id));
  const isLooseText = (value) => value === "The reason was erased." || isLoose(value);
  const otherComment = comment((name) => /^(Retraction|Update|Correction|Rating changed)/.test(name), isLooseText, isDate, isLoose,
    (kind) => kind === "factlog/retraction" || kind === "factlog/verdict", HASH);
  const ratingNumber = (value) => value === undefined || Number.isSafeInteger(value);
  const otherReview = { "@type": "Review", datePublished: isDate, correction: (list) => list === undefined || allLike(list, otherComment),
    reviewRating: { "@type": "Rating", ratingValue: ratingNumber, bestRating: ratingNumber, worstRating: ratingNumber,
      alternateName: isLoose, ratingExplanation: (value) => value === undefined || isLoose(value), author: person(isLoose) },
    identifier: [property("factlog/verdict", (id) => HASH(id) && !audit.byId.has(id))] };
  const appearance = workOf(says["source.id"], source), { body: { text, rights } } = source;
  const claimant = claim.claimant, later = claimEntry.supersededBy, address = claimant && claimant.same_as;
  const isKept = rights === "public" && text && !audit.erased.has(text.blake3);
  const isMedium = appearance["@type"] !== "CreativeWork", ofTime = (least, most) => (value) => value === undefined
    ? most !== undefined && first === last : (value === first || value === last || isDate(value)) && (most === undefined ? value <= least : value >= most);
  const isExact = dates.size === 0;
  return { "@context": "https://schema.org", "@type": "ClaimReview", "@id": url && `${url}#claimreview`, url,
    claimReviewed: shorten(claim.text), inLanguage: claim.language,
    datePublished: isExact ? first : ofTime(first), dateModified: isExact ? (last === first ? undefined : last) : ofTime(first, last),
    author,
    reviewRating: { "@type": "Rating", ratingValue: number("verdict.value"), bestRating: number("verdict.best"),
      worstRating: number("verdict.worst"), alternateName: says["verdict.label"], ratingExplanation: summary, author: person(verdict.by.name) },
    reviewBody: rationale || summary || noReasons,
    associatedMediaReview: isMedium ? { "@type": "MediaReview", datePublished: verdict.body.at, author, reviewBody: summary || noReasons,
      itemReviewed: { "@type": "MediaReviewItem", mediaItemAppearance: appearance } } : undefined,
    itemReviewed: { "@type": "Claim", text: claim.text, inLanguage: claim.language,
      author: claimant && { "@type": claimant.role === undefined && isBody(claimant.name) ? "Organization" : "Person", name: claimant.name,
        jobTitle: claimant.role, sameAs: address && webAddress(address), identifier: address && !webAddress(address) ? address : undefined },
      datePublished: says["claim.said.date"] || says["source.published"], creativeWorkStatus: later && "superseded",
      appearance: { ...appearance, archivedAt: isKept && base ? `${base}/sources/${short(source.id)}/` : undefined },
      identifier: [property("factlog/claim", claimEntry.id), ...(later ? [property("factlog/superseded-by", later.id)] : [])] },
    citation: listed(evidence.map(citation)),
    correction: (list = []) => {
      const isKnown = (one) => corrections.some((known) => differenceOf(known, one) === null);
      const known = Array.isArray(list) ? list.filter(isKnown) : [];
      return differenceOf(corrections, known) === null && allLike(list.filter((one) => !isKnown(one)), otherComment);
    },
    associatedClaimReview: (list) => list === undefined ? others === 0 : list.length === others && others > 0 && allLike(list, otherReview),
    identifier: [property("factlog/verdict", verdict.id), property("factlog/claim", claimEntry.id), property("factlog/ledger", says["ledger.id"])] };
}

const allLike = (list, wanted) => Array.isArray(list) && list.every((one) => differenceOf(wanted, one) === null);

/** The first key by which a JSON value is not as it should be, with what is there; or null. */
function differenceOf(wanted, found, path = "it") {
  if (typeof wanted === "function") return wanted(found) ? null : { path, found };
  if (typeof wanted !== "object" || typeof found !== "object" || found === null || Array.isArray(found) !== Array.isArray(wanted)) {
    return wanted === found ? null : { path, found, wanted };
  }
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    const at = (value) => (has(value, key) ? value[key] : undefined);
    const difference = differenceOf(at(wanted), at(found), Array.isArray(wanted) ? `${path}[${key}]` : key);
    if (difference) return difference;
  }
  return null;
}

/** How many keys a JSON text has, and how many of them are left when it is read: a key twice is read as one. */
function hasKeyTwice(text, value) {
  const keys = Array.from(text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)).filter(([, colon]) => colon).length;
  const countOf = (part) => (typeof part !== "object" || part === null ? 0
    : Object.values(part).reduce((sum, one) => sum + countOf(one), Array.isArray(part) ? 0 : Object.keys(part).length));
  return keys !== countOf(value);
}

function compareClaimReview(facts, text, around, find) {
  if (facts.standing !== "standing") {
    find("it has a ClaimReview, but its verdict does not stand");
    return;
  }
  let review;
  try {
    review = JSON.parse(text);
  } catch (error) {
    find("its JSON-LD is not JSON");
    return;
  }
  if (!facts.of.claim || !facts.of.source) {
    find("it has a ClaimReview of a claim that is not in its bundle");
    return;
  }
  const difference = differenceOf(claimReviewOf(facts, around), review);
  if (difference) {
    const { path, found, wanted } = difference, show = (value) => quoted(typeof value === "object" ? JSON.stringify(value) : value);
    find(`its ClaimReview has ${show(found)} as ${path}${wanted === undefined ? "" : `, not ${show(wanted)}`}`);
  } else if (hasKeyTwice(text, review)) {
    find("its ClaimReview has a key twice");
  }
}

// ---- What the reader is told ----

/** The lines: their names, and the beginnings of the codes that belong to each. All others are of entitlement. */
const LINES = {
  form: ["The bundle's form", /^(bundle|entry|genesis|ledger)-/],
  checkpoint: ["The checkpoint", /^checkpoint-/],
  inclusion: ["Every entry is in the log", /^proof-/],
  signatures: ["The signatures", /^signature-/],
  entitlement: ["Who was entitled", /^$/],
  objects: ["The objects' hashes", /^(object|kept|text|slice)-/],
  quote: ["The quote in the source", /^(claim|quote)-/],
  evidence: ["The evidence", /^evidence-/],
  standing: ["Whether the verdict stands", /^$/],
  page: ["This page's words", /^page-/],
  compare: ["For you to compare", /^$/],
};
const STANDING = {
  standing: "it stands, as far as the bundle shows",
  proposed: "not yet: it lacks approvals that the policy asks for",
  disputed: "an approver disputes it",
  superseded: "another verdict took its place",
  retracted: "it was taken back",
  tainted: "no: the key that signed it was revoked from before it on",
  void: "no: its entry has no effect",
  unknown: "that can't be told without its policy",
};

const counted = (number, one, many = one + "s") => `${number} ${number === 1 ? one : many}`;
const inWords = ({ entry, message, code }) => `${entry === null ? "" : `entry ${entry}: `}${message} (${code})`;

/** What the lines say where nothing was found. */
const good = ({ counts, size, logKey, reviewer, evidence, standing, endedBy, must, ledger }) => ({
  form: `canonical, with ${counted(counts.entries, "entry", "entries")} of the ledger`,
  checkpoint: `number ${size}, signed by the log's key in force, ${logKey}`,
  inclusion: `${counted(counts.entries, "proof")}, each leading to the checkpoint's root`,
  signatures: `${counted(counts.signatures, "signature")} and the log's, each valid`,
  entitlement: `${reviewer} was, when the verdict was recorded, and so was every other signer in the bundle`,
  objects: `${counted(counts.objects, "object")} and ${counted(counts.slices, "slice")} have the hashes that are signed`,
  quote: `${counted(counts.quote, "quote")}, word for word at the bytes recorded`,
  evidence: `${counted(evidence, "piece")}; ${counted(counts.evidence, "quote")}, word for word at the bytes recorded`,
  standing: STANDING[standing] + (endedBy === undefined ? "" : `, by entry ${endedBy}`),
  page: TEMPLATES === "built-in" ? "they are what the program writes of the bundle, but for what is said not to be in the proof"
    : `all ${must.length} values that must be here are, and every marked word is what the bundle says; this site has its own `
      + "templates, so that no other word was compared",
  compare: `the ledger's id, ${ledger}, with one that you have from elsewhere, for anybody can make up a ledger. And whoever `
    + "changed a page could have changed its look and its check: factlog check bundle.json does not rely on this page.",
});

/**
 * What a reader is told of a result of checkBundle and the findings of comparePage, or null where nothing was
 * compared: { lines: [{ id, kind, what, found }], kind, result }. A kind is "good", "bad" or "note".
 */
function describe({ verdict, findings, facts }, pageFindings) {
  const all = [...findings, ...(pageFindings || [])], isCompared = Boolean(facts && pageFindings);
  const lineOf = ({ line, code }) => line || Object.keys(LINES).find((id) => LINES[id][1].test(code)) || "entitlement";
  const worstOf = (list) => ["fault", "incomplete", "note"].map((one) => list.find((each) => each.severity === one))
    .find(Boolean);
  const lines = Object.entries(LINES).map(([id, [what]]) => {
    const mine = all.filter((finding) => lineOf(finding) === id), worst = worstOf(mine);
    const more = mine.length > 1 ? `; and ${mine.length - 1} more` : "";
    if (worst) return { id, kind: worst.severity === "fault" ? "bad" : "note", what, found: inWords(worst) + more };
    if (!facts || id === "page" && !isCompared) return { id, kind: "note", what, found: "not checked" };
    const isNote = id === "compare" || id === "standing" && facts.standing !== "standing";
    return { id, kind: isNote ? "note" : "good", what, found: good(facts)[id] };
  });
  const worst = worstOf(all), notShown = "Not shown: what was recorded since, and that it is true.";
  if (!isCompared || worst && worst.severity === "fault") {
    const why = worst ? inWords(worst) : "it was not compared with its bundle";
    return { lines, kind: "bad", result: `Do not rely on this page: ${why}.` };
  }
  if (all.some(({ code }) => code === "signature-unchecked")) {
    return { lines, kind: "note", result: "This page could not be checked here: this browser has no Ed25519, so that nothing "
      + "shows who signed what it says. Use another browser, or factlog check." };
  }
  const standing = facts.standing === "standing" ? "" : `Whether the verdict stands: ${good(facts).standing}. `;
  const asOf = `what the ledger recorded, as of checkpoint ${facts.size}. ${standing}${notShown}`;
  return verdict === "good" ? { lines, kind: "good", result: `This page says ${asOf}` }
    : { lines, kind: "note", result: `Not all of this page could be checked: ${inWords(worst)}. The rest says ${asOf}` };
}

async function check(bundle, page, options) {
  const result = await checkBundle(bundle, options);
  return describe(result, result.facts && comparePage(result.facts, page));
}

// ---- The document, where there is one ----

/** The places on a scale that an element's classes name: one that says what is recorded names that one. */
const placesOf = (element) => (element.getAttribute("class") || "").split(/\s+/).filter((name) => name.startsWith("place-"))
  .map((name) => name.slice("place-".length)).join(" ");

/** Whether a reader can see an element: drawn, of some size, and neither transparent nor hidden from anybody. */
function isSeen(element, view) {
  if (element.closest("[hidden], [inert], [aria-hidden=true], template, noscript")) return false;
  if (typeof element.checkVisibility !== "function" || element.textContent.trim() === "") return true;
  const { width, height } = element.getBoundingClientRect(), { color } = view.getComputedStyle(element);
  return element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })
    && width >= 2 && height >= 2 && !/^rgba\(.*, 0\)$|\/ 0%?\)$/.test(color);
}

/** What a reader opens first, or prints. */
const APART = "details, .paper-only";
/** Whether an element, or one that it stands in, has its words compared. */
const MARKED = "[data-says], [data-says-day]";

async function readPage(document, subtle) {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const collect = (mark, read, attribute) => all(`[${mark}]`).map((element) => {
    const piece = element.closest("[data-evidence]");
    return { path: element.getAttribute(mark), text: read(element), attribute, piece: piece && piece.getAttribute("data-evidence"),
      isSeen: isSeen(element, document.defaultView), isApart: Boolean(element.closest(APART)) };
  });
  const [policy] = all('meta[http-equiv="Content-Security-Policy"]'), link = all('link[rel="canonical"]')[0];
  const hashes = await Promise.all([...all("style"), ...all("script:not([type])")].map(async ({ textContent }) =>
    `'sha256-${btoa(String.fromCharCode(...await sha256(subtle, utf8(textContent))))}'`));
  const content = (policy && policy.getAttribute("content")) || "";
  return {
    says: [
      ...collect("data-says", (element) => element.textContent),
      ...collect("data-says-href", (element) => element.getAttribute("href"), "href"),
      ...collect("data-says-datetime", (element) => element.getAttribute("datetime"), "datetime"),
      ...collect("data-says-day", (element) => element.textContent, "day"),
      ...collect("data-says-place", placesOf, "place"),
    ],
    evidence: all("[data-evidence]").map((element) => element.getAttribute("data-evidence")),
    claimReviews: all('script[type="application/ld+json"]').map((script) => script.textContent),
    text: written(document),
    canonical: link && link.getAttribute("href"),
    loose: new Set(all("main bdi, main p, main span, main s").filter((element) => !element.closest(MARKED)).map((element) => element.textContent)),
    dates: new Map(all("main time:not([data-says-datetime])").map((element) => [element.getAttribute("datetime"), element.textContent])),
    hasOtherStyle: !hashes.every((hash) => content.includes(hash)),
  };
}

/** Elements that may have a shadow, which is drawn in their place and which no script can see if it is closed. */
const HOSTS = "article aside blockquote div footer h1 h2 h3 h4 h5 h6 header main nav p section span".split(" ");

/** Puts new elements in the place of those that a page's source could have given a shadow. */
function withoutShadows(document) {
  const { body, documentElement: root, activeElement } = document, { scrollX, scrollY } = document.defaultView;
  const renew = (element) => {
    const fresh = document.createElement(element.localName);
    for (const { name, value } of Array.from(element.attributes)) fresh.setAttribute(name, value);
    fresh.append(...Array.from(element.childNodes));
    element.replaceWith(fresh);
  };
  for (const element of Array.from(root.querySelectorAll(["body", ...HOSTS].join()))) renew(element);
  document.defaultView.scrollTo(scrollX, scrollY);
  if (activeElement && activeElement !== body) activeElement.focus({ preventScroll: true });
}

function start(document) {
  const at = (id) => document.getElementById(id); // asked each time, for some are put anew
  if (!["check", "check-button", "check-lines", "check-result", "bundle"].every(at)) return;
  const button = at("check-button");
  const show = ({ lines, kind: kindOfAll, result: sentence }) => {
    at("check-lines").replaceChildren(...lines.map(({ kind, what, found }) => {
      const [item, strong, span] = ["li", "strong", "span"].map((name) => document.createElement(name));
      item.className = kind;
      strong.textContent = what;
      span.textContent = found;
      item.append(strong, " ", span);
      return item;
    }));
    Object.assign(at("check-result"), { className: kindOfAll, textContent: sentence });
  };
  button.addEventListener("click", async () => {
    withoutShadows(document);
    button.disabled = true;
    show({ lines: [], kind: "note", result: "Checking…" });
    try {
      await new Promise((resolve) => setTimeout(resolve)); // so that this is drawn first
      const { subtle } = globalThis.crypto || {};
      show(await check(JSON.parse(at("bundle").textContent), await readPage(document, subtle), { subtle }));
    } catch (error) {
      const found = `failed: ${error instanceof Error ? error.message : error}`;
      const lines = [{ kind: "bad", what: "The check", found }];
      show({ lines, kind: "bad", result: `Do not rely on this page: the check ${found}.` });
    } finally {
      button.disabled = false;
    }
  });
  at("check").hidden = false;
}

const factlogCheck = { check, checkBundle, comparePage, describe, readPage, blake3, cut, isBody, shorten, verifySignature, isOfPrimeOrder };
if (typeof module === "object" && module.exports) module.exports = factlogCheck;
else globalThis.factlogCheck = factlogCheck;
if (typeof document === "object" && document) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(document));
  else start(document);
}
})();
