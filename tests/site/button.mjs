// Presses "Check this page": button.mjs SITE PAGES
//
// On every claim's page as it was exported, where it must find nothing. Then on pages of which one thing was
// changed, each time another: every element and text, every value of its ClaimReview, and the proof itself. Each
// must be found, but for what uncovered.mjs lists. Last, words that are there and can't be seen.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { launch, serve, watched } from "./browser.mjs";
import { namedPages, pagesOf } from "./site.mjs";
import { finish, tell } from "./tally.mjs";
import { UNCOVERED } from "./uncovered.mjs";

const [folder, list] = process.argv.slice(2);
const claims = pagesOf(folder).filter((path) => path.startsWith("claims/"));
const named = namedPages(list);
const browser = await launch();
const server = await serve(folder);
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const { page, seen } = await watched(context);

/** What is done in the page: pressing the button, changing one thing, and putting it back. */
await context.addInitScript(() => {
  globalThis.press = async () => {
    const button = document.getElementById("check-button");
    button.click();
    while (button.disabled) await new Promise((resolve) => setTimeout(resolve, 1));
    const lines = [...document.querySelectorAll("#check-lines li")];
    const result = document.getElementById("check-result");
    return { kind: result.className, says: result.textContent,
      bad: lines.filter(({ className }) => className === "bad").map((line) => line.firstElementChild.textContent) };
  };

  /** Other words of the same look: one letter or digit is another. */
  globalThis.altered = (text) => {
    const letters = [...text];
    const places = letters.flatMap((letter, at) => (/[\p{L}\p{N}]/u.test(letter) ? [at] : []));
    const at = places[Math.floor(places.length / 2)] ?? 0;
    const [other, another] = /\p{N}/u.test(letters[at]) ? ["7", "8"] : ["q", "z"];
    letters[at] = letters[at] === other ? another : other;
    return letters.join("");
  };
});

/** Presses the button of the page that is open. */
const press = () => page.evaluate(() => globalThis.press());
/** The page of that name as it is: without one the changes below would show nothing. */
async function open(name) {
  await page.goto(server.address + named.get(name));
  const { kind, says } = await press();
  return kind === "bad" ? [`${name}: as it is: ${says}`] : [];
}

// ---- As it was exported ----

const asIs = [], without = [];
for (const path of claims) {
  seen.clear();
  await page.goto(server.address + path);
  if (await page.locator("#check-button").count() === 0) {
    without.push(path);
    continue;
  }
  const { kind, says, bad } = await press();
  if (kind === "bad" || bad.length) asIs.push(`${path}: ${says}`);
  asIs.push(...seen.requests.slice(1).map((url) => `${path}: it asked for ${url}`), ...seen.faults);
}
tell(`the button finds nothing on ${claims.length - without.length} pages as they were exported, and asks for nothing`, asIs);
const unproven = [];
for (const path of without) {
  if (!/erased|not published/.test(readFileSync(join(folder, path), "utf8"))) unproven.push(`${path} has no button`);
}
tell(`${without.length} pages have no button, for what they would prove is gone or withheld`, unproven);

const standings = [];
for (const [name, words] of [["retracted", "it was taken back"], ["disputed", "an approver disputes it"], ["tainted", "was revoked"]]) {
  await page.goto(server.address + named.get(name));
  const { says } = await press();
  if (!says.includes(words)) standings.push(`${name}: ${says}`);
}
tell("of what does not stand, the result says so", standings);

// ---- One thing changed on the page ----

// Every text and element, wherever it is: other, gone, twice, hidden; and every value of the ClaimReview.
const CHANGED = ["corrected", "standing", "retracted", "disputed", "approved", "tainted", "later-form", "two-reviewers", "word-script",
  "word-arabic-rtl"];
const missedAt = new Map();
for (const name of CHANGED) {
  const faults = await open(name);
  const { count, found } = await page.evaluate(async () => {
    const missed = [];
    let count = 0;
    const { factlogCheck, crypto: { subtle } } = globalThis;
    const result = await factlogCheck.checkBundle(JSON.parse(document.getElementById("bundle").textContent), { subtle });
    const findings = async () => factlogCheck.comparePage(result.facts, await factlogCheck.readPage(document, subtle));
    const place = (node) => {
      const steps = [];
      for (let at = node.nodeType === 1 ? node : node.parentElement; at && at.tagName !== "MAIN"; at = at.parentElement) {
        steps.unshift(at.tagName.toLowerCase() + [...at.classList].filter((one) => !/^(place|stance)-/.test(one)).slice(0, 1).map((one) => `.${one}`).join(""));
      }
      return steps.slice(-3).join(" ");
    };
    const attempt = async (what, node, change, back) => {
      const where = place(node);
      change();
      count += 1;
      if ((await findings()).length === 0) missed.push(`${what}: ${where}`);
      back();
    };
    const isOurs = (element) => element.closest("#check-lines, #check-result, style") || element.localName === "script" && element.type !== "application/ld+json";
    const all = [...document.querySelectorAll("title, body *")].filter((element) => !isOurs(element));
    for (const element of all) {
      const { parentNode: parent, nextSibling: next } = element, before = element.getAttribute("class");
      const putBack = () => parent.insertBefore(element, next);
      await attempt("gone", element, () => element.remove(), putBack);
      const twin = element.cloneNode(true);
      await attempt("twice", element, () => element.after(twin), () => twin.remove());
      if (element.localName === "script" || element.id === "check") continue;
      await attempt("hidden", element, () => element.setAttribute("hidden", ""), () => { element.removeAttribute("hidden"); });
      await attempt("of another class", element, () => element.setAttribute("class", "unseen muted"),
        () => (before === null ? element.removeAttribute("class") : element.setAttribute("class", before)));
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), nodes = [];
    while (texts.nextNode()) if (/[^\s]/.test(texts.currentNode.data) && !isOurs(texts.currentNode.parentElement)) nodes.push(texts.currentNode);
    for (const node of nodes.filter(({ parentElement: { localName } }) => localName !== "script")) {
      const before = node.data;
      await attempt("other", node, () => { node.data = globalThis.altered(before); }, () => { node.data = before; });
      await attempt("emptied", node, () => { node.data = ""; }, () => { node.data = before; });
    }
    const review = document.querySelector('script[type="application/ld+json"]');
    if (review) {
      const before = review.textContent, places = [];
      const walk = (value, at) => {
        for (const key of Object.keys(value)) {
          places.push([...at, key]);
          if (typeof value[key] === "object") walk(value[key], [...at, key]);
        }
      };
      walk(JSON.parse(before), []);
      for (const at of places) {
        const whole = JSON.parse(before), last = at[at.length - 1];
        const parent = at.slice(0, -1).reduce((part, key) => part[key], whole);
        const { [last]: value } = parent;
        if (Array.isArray(parent)) parent.splice(last, 1);
        else delete parent[last];
        await attempt(`ClaimReview without ${at.join(".")}`, review, () => { review.textContent = JSON.stringify(whole); }, () => { review.textContent = before; });
        if (typeof value === "object") continue;
        const other = JSON.parse(before);
        at.slice(0, -1).reduce((part, key) => part[key], other)[last] = typeof value === "number" ? value + 1 : globalThis.altered(value);
        await attempt(`ClaimReview with another ${at.join(".")}`, review, () => { review.textContent = JSON.stringify(other); }, () => { review.textContent = before; });
      }
    }
    if ((await findings()).length) missed.push("put back as it was, it is bad");
    return { count, found: missed };
  });
  const free = found.filter((what) => UNCOVERED.has(what));
  for (const what of free) missedAt.set(what, name);
  tell(`${name}: of ${count} things changed on the page all are found but ${free.length}, which are listed`,
    faults.concat(found.filter((what) => !UNCOVERED.has(what))));
}
// Whether an altered digit of an id is one that an id can have depends on the id, and ids on the time.
const foundNow = [...UNCOVERED.keys()].filter((what) => !missedAt.has(what) && !/identifier\.\d+\.value/.test(what));
tell(`what can be changed unnoticed is what is listed, ${UNCOVERED.size} things`, foundNow.map((what) => `${what}: it is found now`));

// ---- One thing changed in a copy of the file ----

const copies = [
  ["one word of the claim", (text) => text.replaceAll("cost twelve million", "cost twenty million"), "corrected"],
  ["the claimant", (text) => text.replaceAll(">The mayor<", ">The major<"), "corrected"],
  ["the rating", (text) => text.replaceAll(">False</bdi>", ">True</bdi>"), "corrected"],
  ["the reviewer", (text) => text.replaceAll("alice</bdi>", "alise</bdi>"), "corrected"],
  ["the reasons", (text) => text.replaceAll("the whole sum", "half the sum"), "corrected"],
  ["a quote", (text) => text.replaceAll("The bridge cost nineteen million</mark>", "The bridge cost ninety million</mark>"), "corrected"],
  ["a stance", (text) => text.replaceAll(">refutes<", ">supports<"), "corrected"],
  ["who approved", (text) => text.replaceAll("bob</bdi>", "bot</bdi>"), "corrected"],
  ["the reason of the correction", (text) => text.replaceAll("was overlooked.</span>", "was read.</span>"), "corrected"],
  ["two evidence hashes swapped", (text) => {
    const [one, other] = [...text.matchAll(/data-says="evidence\.\d\.raw">([0-9a-f]{64})</g)].map(([, hash]) => hash);
    return text.replaceAll(`.raw">${one}`, `.raw">${"x".repeat(64)}`).replaceAll(`.raw">${other}`, `.raw">${one}`).replaceAll("x".repeat(64), other);
  }, "corrected"],
  ["a right-to-left word", (text) => text.replaceAll("دينار", "درهم"), "word-arabic-rtl"],
];
const inCopies = [];
for (const [what, change, name] of copies) {
  const whole = readFileSync(join(folder, named.get(name)), "utf8");
  const cut = whole.indexOf('<script type="application/');
  const copy = change(whole.slice(0, cut)) + whole.slice(cut);
  if (copy === whole) inCopies.push(`${what}: nothing was there to change`);
  server.extra.set("/copy.html", copy);
  await page.goto(`${server.address}copy.html`);
  const { kind, bad } = await press();
  if (kind !== "bad" || bad.join() !== "This page's words") inCopies.push(`${what}: ${kind}, ${bad.join()}`);
}
tell(`each of ${copies.length} copies of a page with one thing changed is found, on the line of the page's words`, inCopies);

// ---- The proof changed ----

for (const name of ["corrected", "word-hebrew-rtl"]) {
  const faults = await open(name);
  const { count, found } = await page.evaluate(async () => {
    const script = document.getElementById("bundle"), before = script.textContent, missed = [];
    const parts = [];
    const walk = (value, place) => {
      if (typeof value === "string") parts.push(place);
      else if (typeof value === "object") for (const key of Object.keys(value)) walk(value[key], [...place, key]);
    };
    walk(JSON.parse(JSON.parse(before)), []); // The script holds the file's text, as a string.
    for (const place of parts) {
      const bundle = JSON.parse(JSON.parse(before));
      const parent = place.slice(0, -1).reduce((part, key) => part[key], bundle), last = place[place.length - 1];
      parent[last] = globalThis.altered(parent[last]);
      script.textContent = JSON.stringify(JSON.stringify(bundle));
      const { kind, bad, says } = await globalThis.press();
      const elsewhere = bad.some((line) => line !== "This page's words");
      if (kind !== "bad" || !elsewhere) missed.push(`${place.join(".")}: ${kind}, ${bad.join()}: ${says}`);
    }
    script.textContent = before;
    return { count: parts.length, found: missed };
  });
  tell(`${name}: one letter of each of ${count} parts of the proof changed is found`, faults.concat(found));
}

// ---- What does not look like what it is ----

const looks = [];
const originals = readFileSync(join(folder, named.get("corrected")), "utf8");
/** A copy with other style, and with the policy that lets it be. */
const styled = (css) => {
  const [, style] = /<style>(.*?)<\/style>/s.exec(originals), hash = (text) => createHash("sha256").update(text).digest("base64");
  const escaped = (text) => text.replaceAll("/", "&#x2f;");
  return originals.replace(style, () => style + css).replace(escaped(hash(style)), () => escaped(hash(style + css)));
};
for (const [what, css] of [["no size", ".word .label { font-size: 0 }"], ["no colour", ".word .label, .cite bdi { color: transparent }"],
  ["drawn nowhere", "h1, .cite { display: none }"], ["transparent", ".pieces { opacity: 0 }"], ["not visible", ".summary { visibility: hidden }"]]) {
  server.extra.set("/copy.html", styled(css));
  await page.goto(`${server.address}copy.html`);
  const { kind, says } = await press();
  if (kind !== "bad" || !says.includes("page-hidden")) looks.push(`${what}: ${says}`);
}
server.extra.set("/copy.html", originals.replace("</style>", ".word { color: red }</style>"));
await page.goto(`${server.address}copy.html`);
const { kind: ofPolicy, says: onPolicy } = await press();
if (ofPolicy !== "bad" || !onPolicy.includes("page-policy")) looks.push(`a style that the policy does not name: ${onPolicy}`);
server.extra.set("/copy.html", originals.replace(/(<section class="verdict"[^>]*>)/,
  '$1<template shadowrootmode="closed"><h2>The verdict: true</h2><slot></slot></template>'));
await page.goto(`${server.address}copy.html`);
const hasShadow = () => page.evaluate(() => {
  try {
    document.querySelector("section.verdict").cloneNode(false).attachShadow({ mode: "open" });
    document.querySelector("section.verdict").attachShadow({ mode: "open" });
    return false;
  } catch {
    return true;
  }
});
if (!await hasShadow()) looks.push("there was no shadow to begin with");
await press();
if (await hasShadow()) looks.push("what a shadow shows in the place of the page's words is still there");
tell("words that can't be seen, and words in a shadow, are found or gone", looks);

await browser.close();
finish();
