// As much of a document as check.js asks for: read from a page that our own templates wrote, where every element
// but a void one is closed, every attribute has a value in double quotation marks or none, and only these
// references are used. It draws nothing, so that everything counts as seen.
const VOID = ["br", "link", "meta", "circle", "path"];
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"' };

const decoded = (text) => text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/g,
  (whole, hex, decimal, name) => (name ? NAMED[name] ?? whole : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal))));

/** A selector as tests: of an element, and of those that it stands in, from the innermost. */
const compiled = new Map();
function compile(selectors) {
  const simple = (selector) => {
    const [, name, rest] = /^([a-z0-9]*)(.*)$/s.exec(selector.replace(/\.([a-z-]+)/g, "[class=$1]")), parts = rest.match(/:not\(\[[^\]]*\]\)|\[[^\]]*\]/g) ?? [];
    if (parts.join("") !== rest) throw new Error(`this selector is not known here: ${selector}`);
    const tests = parts.map((part) => {
      const isNot = part.startsWith(":not("), [, key, , value] = /^\[([a-z-]+)(="?([^"\]]*)"?)?\]$/.exec(isNot ? part.slice(5, -1) : part);
      return (element) => isNot !== (value === undefined ? element.hasAttribute(key) : element.getAttribute(key) === value);
    });
    return (element) => (name === "" || element.localName === name) && tests.every((holds) => holds(element));
  };
  if (!compiled.has(selectors)) {
    compiled.set(selectors, selectors.split(",").map((whole) => whole.trim().split(/ (?![^[]*\])/).map(simple).reverse()));
  }
  return compiled.get(selectors);
}

const matches = (element, selectors) => compile(selectors).some(([own, ...above]) => {
  if (!own(element)) return false;
  const left = [...above];
  for (let at = element.parentNode; left.length && at instanceof Element; at = at.parentNode) if (left[0](at)) left.shift();
  return left.length === 0;
});

export class Text {
  nodeType = 3;
  constructor(data) { this.data = data; }
  get textContent() { return this.data; }
  clone() { return new Text(this.data); }
}

export class Element {
  nodeType = 1;
  childNodes = [];
  constructor(localName, attributes = []) { Object.assign(this, { localName, attributes }); }
  get id() { return this.getAttribute("id") ?? ""; }
  get textContent() { return this.childNodes.map((child) => child.textContent).join(""); }
  set textContent(text) { this.childNodes = [new Text(text)]; }
  getAttribute(name) { return this.attributes.find((one) => one.name === name)?.value ?? null; }
  hasAttribute(name) { return this.getAttribute(name) !== null; }
  setAttribute(name, value) {
    const found = this.attributes.find((one) => one.name === name);
    if (found) found.value = value;
    else this.attributes.push({ name, value });
  }
  append(...children) {
    for (const one of children) {
      const child = typeof one === "string" ? new Text(one) : one, { parentNode: before } = child;
      if (before) before.childNodes = before.childNodes.filter((other) => other !== child);
      child.parentNode = this;
      this.childNodes.push(child);
    }
  }
  replaceChildren(...children) {
    this.childNodes = [];
    this.append(...children);
  }
  replaceWith(other) {
    const { parentNode: parent } = this;
    other.parentNode = parent;
    parent.childNodes = parent.childNodes.with(parent.childNodes.indexOf(this), other);
  }
  addEventListener(event, listener) { this.listener = listener; }
  closest(selectors) {
    for (let at = this; at instanceof Element; at = at.parentNode) if (matches(at, selectors)) return at;
    return null;
  }
  querySelectorAll(selectors) {
    const found = [];
    const walk = (node) => {
      for (const child of node.childNodes) {
        if (!(child instanceof Element)) continue;
        if (selectors === "*" || matches(child, selectors)) found.push(child);
        walk(child);
      }
    };
    walk(this);
    return found;
  }
  clone() {
    const copy = new Element(this.localName, this.attributes.map((one) => ({ ...one })));
    copy.append(...this.childNodes.map((child) => child.clone()));
    return copy;
  }
}

/** Reads a page. What it returns is the document. */
export function parsed(page) {
  const root = new Element("#document"), open = [root];
  const token = /<!DOCTYPE html>|<\/([a-z0-9]+)>|<([a-z0-9]+)((?:\s+[A-Za-z:-]+(?:="[^"]*")?)*)\s*\/?>|([^<]+)/gy;
  while (token.lastIndex < page.length) {
    const found = token.exec(page);
    if (!found) throw new Error("this page is not one of our templates'");
    const [, end, name, attributes, text] = found, into = open.at(-1);
    if (text) into.append(new Text(decoded(text)));
    if (end && open.pop().localName !== end) throw new Error(`</${end}> ends another element`);
    if (!name) continue;
    const list = [...attributes.matchAll(/([A-Za-z:-]+)(?:="([^"]*)")?/g)].map(([, key, value = ""]) => ({ name: key, value: decoded(value) }));
    const element = new Element(name, list);
    into.append(element);
    if (name === "script" || name === "style") {
      const stop = page.indexOf(`</${name}>`, token.lastIndex);
      element.textContent = page.slice(token.lastIndex, stop);
      token.lastIndex = stop + name.length + 3;
    } else if (!VOID.includes(name)) open.push(element);
  }
  return Object.assign(root, {
    readyState: "complete", documentElement: root, activeElement: null, defaultView: { scrollX: 0, scrollY: 0, scrollTo() {} },
    createElement: (name) => new Element(name),
    getElementById: (id) => root.querySelectorAll(`[id=${id}]`)[0] ?? null,
  });
}
