// schema.org's vocabulary, from the npm package that ships it, as a closed JSON-LD context: schema.org's own
// context has an @vocab, by which a misspelt term would be taken for a term. Here it is dropped, and safe mode
// makes that an error.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const BASE = "http://schema.org/";
const [TYPE, SUBCLASS] = ["http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://www.w3.org/2000/01/rdf-schema#subClassOf"];

const folder = dirname(createRequire(import.meta.url).resolve("@vocabulary/schema"));
const triples = readFileSync(join(folder, "schema.nq"), "utf8").split("\n")
  .map((line) => /^<([^>]*)> <([^>]*)> <([^>]*)>/.exec(line)).filter(Boolean).map(([, ...triple]) => triple);

/** By a subject, all objects of one predicate. */
function table(predicate) {
  const found = new Map();
  for (const [subject, , object] of triples.filter(([, one]) => one === predicate)) {
    found.set(subject, [...(found.get(subject) || []), object]);
  }
  return found;
}

const [kinds, above, domains, ranges] = [TYPE, SUBCLASS, `${BASE}domainIncludes`, `${BASE}rangeIncludes`].map(table);

/** A class with all above it. */
function lineage(type) {
  const all = new Set([type]);
  for (const one of all) for (const parent of above.get(one) || []) all.add(parent);
  return all;
}

const terms = [...kinds.keys()].filter((iri) => iri.startsWith(BASE));

export const context = {
  "@context": Object.fromEntries(terms.map((iri) => {
    const range = ranges.get(iri) || [];
    const isAddress = range.length > 0 && range.every((one) => one === `${BASE}URL`);
    return [iri.slice(BASE.length), isAddress ? { "@id": iri, "@type": "@id" } : { "@id": iri }];
  })),
};

/** What is wrong with an expanded node by schema.org's domains and ranges, and with all in it. */
export function misplaced(node, path = "") {
  const types = node["@type"] || [];
  const lines = types.map(lineage);
  const faults = types.filter((type) => !kinds.has(type)).map((type) => `${path}: ${type} is no type`);
  for (const [property, values] of Object.entries(node)) {
    if (property.startsWith("@")) continue;
    const name = `${path}/${property.replace(BASE, "")}`;
    const fits = (domains.get(property) || []).some((domain) => lines.some((line) => line.has(domain)));
    if (types.length > 0 && !fits) faults.push(`${name} is not of ${types.join(", ")}`);
    for (const value of values) {
      if (has(value, "@value") || has(value, "@list")) continue;
      const wanted = ranges.get(property) || [];
      const kindsOf = (value["@type"] || []).map(lineage);
      if (kindsOf.length > 0 && !wanted.some((range) => kindsOf.some((line) => line.has(range)))) {
        faults.push(`${name} is a ${value["@type"].join(", ")}`);
      }
      faults.push(...misplaced(value, name));
    }
  }
  return faults;
}

const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
