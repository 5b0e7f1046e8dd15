// Reads the JSON that a site carries: documents.mjs SITE BASE-URL
//
// The ClaimReviews of its pages and its DataFeed, by the JSON-LD processor jsonld.js with schema.org's vocabulary;
// its JSON Feeds, by the rules of jsonfeed.org/version/1.1.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import jsonld from "jsonld";

import { pagesOf } from "./site.mjs";
import { finish, tell } from "./tally.mjs";
import { context, misplaced } from "./vocabulary.mjs";

const [folder, base] = process.argv.slice(2);
const read = (path) => readFileSync(join(folder, path), "utf8");

/** Nothing is fetched: there is schema.org's context, and no other. */
async function documentLoader(url) {
  if (!/^https?:\/\/schema\.org\/?$/.test(url)) throw new Error(`it asks for the context ${url}`);
  return { contextUrl: null, document: context, documentUrl: url };
}

async function expand(document) {
  return jsonld.expand(document, { documentLoader, safe: true, base });
}

async function faultsOf(document) {
  let nodes;
  try {
    nodes = await expand(document);
  } catch (error) {
    const term = error.details?.event?.details || {};
    return [`${error.message} ${term.property || term.relativeUrl || term.value || ""}`];
  }
  return nodes.length === 0 ? ["it expands to nothing"] : nodes.flatMap((node) => misplaced(node));
}

// ---- JSON-LD ----

const scripts = [];
for (const path of pagesOf(folder)) {
  for (const [, text] of read(path).matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)) scripts.push([path, text]);
}
const inPages = [];
for (const [path, text] of scripts) {
  inPages.push(...(await faultsOf(JSON.parse(text))).map((fault) => `${path}: ${fault}`));
}
tell(`${scripts.length} ClaimReviews in pages expand without a dropped term, and fit schema.org`, scripts.length ? inPages : ["there are none"]);

const feed = JSON.parse(read("claimreview.jsonld"));
tell(`the DataFeed of ${feed.dataFeedElement.length} items expands without a dropped term, and fits schema.org`, await faultsOf(feed));

// What dropped terms are, this must see: else the checks above show nothing.
const [, one] = scripts[0];
const misspelt = { ...JSON.parse(one), claimReviewd: "x" };
const wrongPlace = { ...JSON.parse(one), ingredients: "x", recipeYield: "x" };
const missed = [];
if ((await faultsOf(misspelt)).length === 0) missed.push("a misspelt term was not found");
if ((await faultsOf(wrongPlace)).length === 0) missed.push("a term of another type was not found");
tell("a misspelt term and one of another type are found", missed);

// ---- JSON Feed ----

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const FEED = new Set(["version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon", "favicon",
  "authors", "language", "expired", "hubs", "items"]);
const ITEM = new Set(["id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
  "date_published", "date_modified", "authors", "tags", "language", "attachments"]);

function feedFaults(path) {
  const feed = JSON.parse(read(path)), faults = [];
  const need = (fits, what) => { if (!fits) faults.push(what); };
  const isText = (value) => typeof value === "string" && value !== "";
  const unknown = (object, known) => Object.keys(object).filter((key) => !known.has(key) && !key.startsWith("_"));
  need(feed.version === "https://jsonfeed.org/version/1.1", `its version is ${feed.version}`);
  need(isText(feed.title), "it has no title");
  need(feed.feed_url === base + path, `its address is ${feed.feed_url}`);
  need(isText(feed.home_page_url) && feed.home_page_url.startsWith(base), `its page is ${feed.home_page_url}`);
  need(Array.isArray(feed.items) && feed.items.length > 0, "it has no items");
  need(unknown(feed, FEED).length === 0, `it has ${unknown(feed, FEED)}`);
  const ids = new Set();
  for (const item of feed.items || []) {
    const about = `item ${item.id}`;
    need(isText(item.id) && !ids.has(item.id), `${about}: its id is none, or another's`);
    ids.add(item.id);
    need(isText(item.content_text) || isText(item.content_html), `${about}: it has no content`);
    need(isText(item.url) && item.url.startsWith(base), `${about}: its address is ${item.url}`);
    for (const name of ["date_published", "date_modified"]) need(RFC3339.test(item[name]), `${about}: ${name} is ${item[name]}`);
    need((item.authors || []).every((author) => isText(author.name) || isText(author.url)), `${about}: an author without a name`);
    if (item.language !== undefined) need(Intl.getCanonicalLocales(item.language).length === 1, `${about}: language ${item.language}`);
    need(unknown(item, ITEM).length === 0, `${about}: it has ${unknown(item, ITEM)}`);
  }
  return faults;
}

for (const path of ["feed.json", "corrections.json"]) tell(`${path} keeps the rules of JSON Feed 1.1`, feedFaults(path));
finish();
