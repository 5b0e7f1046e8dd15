// Debian's Chromium, and a web server on this machine's own address: what opens the site's pages, and what
// is kept of each of them: its requests, its console, its errors and what its policy refused.
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".json": "application/json", ".js": "text/javascript; charset=utf-8",
  ".atom": "application/atom+xml", ".jsonld": "application/ld+json", ".xml": "application/xml",
};

/**
 * Serves a folder, and beside it pages that were put into `extra` by their path. Returns the address, which
 * ends with a slash, and `extra`.
 */
export async function serve(folder) {
  const extra = new Map();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const send = (bytes, name) => {
      response.writeHead(200, { "content-type": TYPES[extname(name)] || "application/octet-stream" });
      response.end(bytes);
    };
    if (extra.has(path)) return send(extra.get(path), path);
    let file = join(folder, normalize(path));
    try {
      if (statSync(file).isDirectory()) file = join(file, "index.html");
      return send(readFileSync(file), file);
    } catch {
      response.writeHead(404);
      return response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return { address: `http://127.0.0.1:${server.address().port}/`, extra };
}

/** The address of a folder on the disk, which ends with a slash. */
export const onDisk = (folder) => `${pathToFileURL(folder).href}/`;

export function launch() {
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"] });
}

/**
 * A page that keeps what happens on it: `seen.requests` are addresses, `seen.faults` words for people. `clear()`
 * forgets both.
 */
export async function watched(context) {
  const page = await context.newPage();
  const seen = { requests: [], faults: [], clear() { this.requests = []; this.faults = []; } };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("requestfailed", (request) => seen.faults.push(`request failed: ${request.url()}`));
  page.on("pageerror", (error) => seen.faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { seen.faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.faults.push(`console ${message.type()}: ${message.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      console.error(`policy violated: ${violatedDirective} by ${blockedURI}`);
    });
  });
  return { page, seen };
}
