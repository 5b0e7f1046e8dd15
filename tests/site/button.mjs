// Presses "Check this page": button.mjs SITE PAGES
//
// On every claim's page as it was exported, where it must find nothing. Then on pages of which one thing was
// changed, each time another: everything that the page marks as proven, its ClaimReview, and the proof itself. Each
// must be found, and on the line that it belongs to. Last, what a reader sees and no mark covers: it is listed
// here, and nothing may join it unseen.
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

const CHANGED = ["corrected", "standing", "retracted", "disputed", "approved", "tainted", "later-form", "word-script", "word-arabic-rtl"];
for (const name of CHANGED) {
  const faults = await open(name);
  const { count, found } = await page.evaluate(async () => {
    const missed = [];
    let count = 0;
    const expect = async (what) => {
      count += 1;
      const { kind, says, bad } = await globalThis.press();
      if (kind !== "bad" || bad.join() !== "This page's words") missed.push(`${what}: ${kind}, ${bad.join()}: ${says}`);
    };
    for (const element of document.querySelectorAll("[data-says]")) {
      const before = element.innerHTML;
      element.textContent = globalThis.altered(element.textContent);
      await expect(element.dataset.says);
      element.innerHTML = before;
    }
    for (const attribute of ["href", "datetime"]) {
      for (const element of document.querySelectorAll(`[data-says-${attribute}]`)) {
        const before = element.getAttribute(attribute);
        element.setAttribute(attribute, globalThis.altered(before));
        await expect(`the ${attribute} of ${element.getAttribute(`data-says-${attribute}`)}`);
        element.setAttribute(attribute, before);
      }
    }
    for (const element of document.querySelectorAll("[data-says-day]")) {
      const before = element.textContent;
      element.textContent = globalThis.altered(before);
      await expect(`the day of ${element.dataset.saysDay}`);
      element.textContent = before;
    }
    for (const element of document.querySelectorAll("[data-says-place]")) {
      const before = element.className;
      element.className = before.replace(/place-\w+/, (place) => (place === "place-full" ? "place-none" : "place-full"));
      await expect(`the shape and colour of ${element.dataset.saysPlace}`);
      element.className = before;
    }
    for (const piece of document.querySelectorAll("[data-evidence]")) {
      const { parentElement: pieces, nextSibling: next } = piece;
      piece.remove();
      await expect("a piece of evidence left out");
      pieces.insertBefore(piece, next);
      const twin = pieces.appendChild(piece.cloneNode(true));
      await expect("a piece of evidence twice");
      twin.remove();
    }
    const review = document.querySelector('script[type="application/ld+json"]');
    if (review) {
      const before = review.textContent;
      const places = [["@type"], ["claimReviewed"], ["itemReviewed", "text"], ["itemReviewed", "author", "name"], ["reviewRating", "alternateName"],
        ["reviewRating", "ratingExplanation"], ["reviewRating", "ratingValue"], ["reviewRating", "bestRating"], ["reviewRating", "worstRating"]];
      for (const place of places) {
        const whole = JSON.parse(before);
        const parent = place.slice(0, -1).reduce((part, key) => part?.[key], whole);
        const last = place[place.length - 1];
        if (parent?.[last] === undefined) continue;
        parent[last] = typeof parent[last] === "number" ? parent[last] + 1 : globalThis.altered(parent[last]);
        review.textContent = JSON.stringify(whole);
        await expect(`ClaimReview ${place.join(".")}`);
      }
      review.textContent = before;
    }
    const { kind } = await globalThis.press();
    if (kind === "bad") missed.push("put back as it was, it is bad");
    return { count, found: missed };
  });
  tell(`${name}: each of ${count} things changed on the page is found`, faults.concat(found));
}

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

// ---- What is seen and not covered ----

const places = new Map();
for (const path of claims) {
  await page.goto(server.address + path);
  const found = await page.evaluate(() => {
    const covered = (element) => element.closest("[data-says], [data-says-day]");
    const name = (element) => {
      const steps = [];
      for (let at = element; at && at.tagName !== "MAIN"; at = at.parentElement) {
        const own = [...at.classList].filter((one) => !one.startsWith("place-") && !one.startsWith("stance-")).slice(0, 1);
        steps.unshift(at.tagName.toLowerCase() + own.map((one) => `.${one}`).join(""));
      }
      return steps.slice(-3).join(" ");
    };
    const all = [];
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data, parentElement: element } = walker.currentNode;
      if (/[\p{L}\p{N}]/u.test(data) && !covered(element) && !element.closest("#check")) all.push([name(element), data.trim()]);
    }
    for (const element of document.querySelectorAll("main [class*=place-]:not([data-says-place])")) {
      all.push([`${name(element)} (shape and colour)`, [...element.classList].find((one) => one.startsWith("place-"))]);
    }
    for (const element of document.querySelectorAll("main a[href]:not([data-says-href])")) all.push([`${name(element)} (where it leads)`, element.getAttribute("href")]);
    return all;
  });
  for (const [place, text] of found) places.set(place, (places.get(place) || new Set()).add(text));
}
const dynamic = [...places].filter(([, texts]) => texts.size > 1).map(([place]) => place);
tell(`what a reader sees and the button does not cover is what is listed, ${UNCOVERED.size} places`,
  dynamic.filter((place) => !UNCOVERED.has(place)).map((place) => `${place}: ${[...places.get(place)].slice(0, 3).join(" | ").slice(0, 150)}`));

await browser.close();
finish();
