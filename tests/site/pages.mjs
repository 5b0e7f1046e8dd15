// Opens every page of a site in Chromium, from the disk and from a web server: pages.mjs SITE PAGES [SHOTS]
//
// No page may ask for anything, say anything on the console or be refused anything by its policy; without
// JavaScript its words are there and no button is; what was recorded shows as text, whatever it is. axe looks at
// one page of each kind, at three widths, light and dark. With SHOTS, pictures of those pages go into that folder.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";

import { launch, onDisk, serve, watched } from "./browser.mjs";
import { namedPages, pagesOf } from "./site.mjs";
import { finish, tell } from "./tally.mjs";

const [folder, list, shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [360, 768, 1280];
const all = pagesOf(folder);
const named = namedPages(list);
const browser = await launch();
const server = await serve(folder);
const disk = onDisk(folder);

/** One page of each kind, by its name. */
const first = (start) => all.find((path) => path.startsWith(start));
const kinds = new Map([
  ["index", "index.html"], ["index-2", first("page/")], ["corrections", "corrections/index.html"],
  ["methods", "methods/index.html"], ["reviewer", first("reviewers/")],
  ...[...named].filter(([name]) => !name.startsWith("word-")),
]);
for (const [name, path] of kinds) if (!all.includes(path)) tell(`the site has the page ${name}`, [`${path} is not there`]);

/** Runs `look` on each page with a context of these options. Returns all faults, each with its page. */
async function onEach(paths, options, root, look) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const { page, seen } = await watched(context);
  const faults = [];
  for (const path of paths) {
    seen.clear();
    await page.goto(root + path);
    const found = await look(page, seen, path);
    faults.push(...found.concat(seen.faults).map((fault) => `${path}: ${fault}`));
  }
  await context.close();
  return faults;
}

// ---- What a page asks for and says ----

/** What the page that is open asked for, but for itself. */
async function asked(page, seen, url) {
  await page.waitForTimeout(20); // What a script asks for, it asks for at once.
  return seen.requests.filter((one) => one !== url && !one.startsWith("data:")).map((one) => `it asked for ${one}`);
}

/** The links of the page that is open that lead nowhere. */
async function broken(page, path) {
  const found = await page.$$eval("a[href], link[href]", (elements) => elements.map((element) => element.getAttribute("href")));
  const faults = [];
  for (const href of new Set(found)) {
    if (/^(https?|data):/.test(href)) continue;
    const [file, fragment] = href.split("#");
    const target = file ? posix.normalize(posix.join(posix.dirname(path), decodeURIComponent(file))) : path;
    let text = "";
    try {
      text = readFileSync(join(folder, target), "utf8");
    } catch {
      faults.push(`${path}: it links to ${href}, which is not there`);
      continue;
    }
    if (fragment && !text.includes(`id="${fragment}"`)) faults.push(`${path}: it links to ${href}, where no such place is`);
  }
  return faults;
}

/** What of the page that is open is wider than the window. */
const wide = (page) => page.evaluate(() => {
  const root = document.documentElement;
  for (const details of document.querySelectorAll("details")) details.open = true;
  if (root.scrollWidth <= root.clientWidth) return [];
  const found = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1);
  return [`${root.scrollWidth} wide: ${found.slice(0, 3).map((element) => element.outerHTML.slice(0, 80)).join(" ")}`];
});

const quiet = "no request, nothing on the console, nothing refused by the policy";
const atServer = await onEach(all, {}, server.address, (page, seen, path) => asked(page, seen, server.address + path));
tell(`${all.length} pages from a web server: ${quiet}`, atServer);
const links = [], tooWide = [];
const atDisk = await onEach(all, { viewport: { width: 320, height: 700 } }, disk, async (page, seen, path) => {
  links.push(...await broken(page, path));
  tooWide.push(...(await wide(page)).map((fault) => `${path}: ${fault}`));
  return asked(page, seen, disk + path);
});
tell(`${all.length} pages from the disk: ${quiet}`, atDisk);
tell("every link within the site leads somewhere", links);
tell("at 320 pixels nothing scrolls sideways", tooWide);

// ---- Without JavaScript ----

const plain = await onEach([...kinds.values(), ...named.values()], { javaScriptEnabled: false }, disk, async (page) => {
  const faults = [];
  for (const button of await page.locator("button, input, select").all()) {
    if (await button.isVisible()) faults.push(`a control that does nothing: ${await button.textContent()}`);
  }
  if (!await page.locator("h1").first().isVisible()) faults.push("no heading is seen");
  if ((await page.locator("main").innerText()).trim().length < 40) faults.push("no words are seen");
  return faults;
});
tell("without JavaScript: the words are there, and no button that does nothing", plain);

// ---- What is not there ----

const gone = await onEach([named.get("withheld"), named.get("erased")], {}, disk, async (page) => {
  const words = await page.locator(".evidence, .people").allInnerTexts();
  return /cites none|none declared/i.test(words.join()) ? ["it says that there is none of what is not shown"] : [];
});
tell("of what is withheld or erased, no page says that there is none", gone);

// ---- Words that are not only words ----

/** The claim's text as its bundle has it: the object that an entry of the bundle names as this claim's. */
function recorded(path) {
  const bundle = JSON.parse(readFileSync(join(folder, dirname(path), "bundle.json"), "utf8"));
  const claims = bundle.objects.filter((one) => one.startsWith("{")).map((one) => JSON.parse(one))
    .filter(({ type }) => type === "factlog/claim@v1");
  return claims.map(({ text }) => text);
}

const strange = [...named].filter(([name]) => name.startsWith("word-"));
for (const [name, path] of strange) {
  const faults = await onEach([path], {}, server.address, async (page) => {
    const found = await page.evaluate(() => {
      const style = (element) => getComputedStyle(element);
      const turning = /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/u;
      const loose = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        let element = walker.currentNode.parentElement;
        if (!turning.test(walker.currentNode.data) || ["SCRIPT", "STYLE", "TEMPLATE"].includes(element.tagName)) continue;
        // Up to what keeps the turning of its words to itself: nothing else may stand in it.
        while (style(element).display.startsWith("inline") && !/isolate|plaintext/.test(style(element).unicodeBidi)) {
          element = element.parentElement;
        }
        if (element.textContent !== walker.currentNode.data) loose.push(element.textContent.slice(0, 60));
      }
      return {
        heading: document.querySelector("h1").textContent,
        title: document.title,
        direction: style(document.querySelector("h1")).direction,
        images: document.querySelectorAll("img, iframe, object, embed").length,
        handlers: [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes])
          .filter(({ name: attribute }) => attribute.startsWith("on")).length,
        scripts: [...document.scripts].map(({ type }) => type || "script").sort().join(),
        wide: document.documentElement.scrollWidth > innerWidth,
        loose,
      };
    });
    const wrong = [];
    if (!recorded(path).includes(found.heading)) wrong.push(`the heading is ${JSON.stringify(found.heading.slice(0, 80))}`);
    if (found.images || found.handlers) wrong.push("markup of the claim's became the page's");
    if (!/^application\/json(,application\/ld\+json)?,script$/.test(found.scripts)) wrong.push(`scripts: ${found.scripts}`);
    if (found.wide) wrong.push("it is wider than the window");
    wrong.push(...found.loose.map((text) => `its words turn those around them: ${text}`));
    const direction = /rtl/.test(name) ? "rtl" : "ltr";
    if (found.direction !== direction) wrong.push(`its heading runs ${found.direction}, not ${direction}`);
    return wrong;
  });
  tell(`${name.replace(/-/g, " ")}: shown as text`, faults);
}

// ---- axe ----

const unsure = new Map();
for (const colorScheme of ["light", "dark"]) {
  for (const width of WIDTHS) {
    const paths = [...kinds.values()].filter((path) => all.includes(path));
    const faults = await onEach(paths, { viewport: { width, height: 900 }, colorScheme }, server.address, async (page) => {
      const button = page.locator("#check-button");
      if (await button.count()) {
        await button.click();
        await page.waitForSelector("#check-lines li");
      }
      await page.evaluate(axe);
      const { violations, incomplete } = await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
        return globalThis.axe.run(document, { resultTypes: ["violations", "incomplete"] });
      });
      for (const { id, nodes } of incomplete) unsure.set(id, (unsure.get(id) || 0) + nodes.length);
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 100)).slice(0, 2).join(" ")}`);
    });
    tell(`axe, ${paths.length} kinds of page, ${width} pixels, ${colorScheme}: nothing found`, faults);
  }
}
for (const [id, count] of unsure) console.log(`note axe could not tell: ${id}, ${count} times`);

// ---- Search ----

for (const [name, root] of [["the disk", disk], ["a web server", server.address]]) {
  const faults = await onEach(["index.html"], {}, root, async (page, seen) => {
    const wrong = [];
    const total = await page.locator("#search").getAttribute("data-total");
    await page.fill("#search-words", "sao paulo");
    await page.waitForFunction(() => document.querySelector(".claims.filtered"), null, { timeout: 20000 }).catch(() => wrong.push("nothing was filtered"));
    const rows = await page.locator(".row h2").allTextContents();
    if (!(rows.length === 1 && rows[0].includes("São Paulo"))) wrong.push(`found ${rows.length} rows of ${total}`);
    await page.click("#search-clear");
    await page.waitForFunction(() => !document.querySelector(".claims.filtered"));
    await page.fill("#search-words", "bench");
    await page.waitForFunction(() => document.querySelectorAll(".row").length === 50, null, { timeout: 20000 }).catch(() => wrong.push("not 50 rows at first"));
    await page.click("#more-button");
    if (await page.locator(".row").count() <= 50) wrong.push("the button shows no more");
    const others = seen.requests.filter((url) => url !== `${root}index.html` && !url.startsWith(root));
    return wrong.concat(others.map((url) => `it asked for ${url}`));
  });
  tell(`search, from ${name}: across all pages, without marks on letters, from the site's own folder`, faults);
}

// ---- Paper, and colours that the reader chose ----

const claimPage = named.get("corrected");
tell("in print: no controls, the hashes that find the entry again", await onEach([claimPage], {}, disk, async (page) => {
  await page.emulateMedia({ media: "print" });
  const seenThere = (selector) => page.locator(selector).first().isVisible();
  const wrong = [];
  for (const gone of ["#check", "nav", ".skip"]) if (await seenThere(gone)) wrong.push(`${gone} is printed`);
  for (const there of ["h1", ".paper-only", ".history", ".cite"]) if (!await seenThere(there)) wrong.push(`${there} is not printed`);
  const bytes = await page.pdf({ format: "A4" });
  if (bytes.length < 10000) wrong.push("there is no print");
  return wrong;
}));
tell("with forced colours axe finds nothing", await onEach([claimPage, "index.html"], { forcedColors: "active" }, disk, async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations.map(({ id, help }) => `${id}: ${help}`);
}));

// ---- Pictures, to be looked at ----

if (shots) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [390, 1280]) {
      await onEach([...kinds.values(), ...strange.map(([, path]) => path)].filter((path) => all.includes(path)), { viewport: { width, height: 900 }, colorScheme }, disk, async (page, seen, path) => {
        const name = [...kinds, ...named].find(([, one]) => one === path)[0];
        const height = Math.min(2600, await page.evaluate(() => document.documentElement.scrollHeight));
        await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } });
        return [];
      });
    }
  }
}
await browser.close();
finish();
