// What is in an exported site, as its files say.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** All paths of a site's pages, in order. */
export function pagesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => join(relative(folder, entry.parentPath ?? entry.path), entry.name))
    .sort();
}

/** What ledger.sh wrote down: by what a claim is there to show, the path of its page. */
export function namedPages(list) {
  const lines = readFileSync(list, "utf8").trim().split("\n");
  return new Map(lines.map((line) => line.split("\t")));
}
