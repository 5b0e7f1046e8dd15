// The search of the list of claims. Without it the page is a plain list with pages, so it only adds.
//
// On a site of one page it filters the rows that are there. On a larger one it loads the index, a
// script of the site's own that sets `globalThis.factlogIndex`, once someone searches: a script and
// not a file to fetch, so that it works from a disk, too. What is searched for stands in the
// address's fragment and so can be kept or sent.
(() => {
  "use strict";
  const STEP = 50; // Rows that are built at a time: ten thousand at once would hold the page up.
  const byId = (id) => document.getElementById(id);
  const box = byId("search");
  const claims = byId("claims");
  const count = byId("count");
  if (!box || !claims || !count) return;
  const fields = { q: byId("search-words"), rating: byId("search-rating"), claimant: byId("search-claimant"), standing: byId("search-standing") };
  const list = claims.querySelector("ol");
  const pages = byId("pages");
  const more = byId("more");
  const original = [...list.children];
  const originalCount = count.textContent;
  const template = byId("row");
  const icons = byId("icons");
  let index = null; // The whole index, once it is there.
  let loading = null;
  let found = [];
  let shown = 0;

  // Marks above and below letters do not matter to a search: "São" is found by "sao".
  const fold = (text) => String(text || "").toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");

  const ofRow = (element) => ({ element, rating: element.dataset.rating, claimant: element.dataset.claimant, standing: element.dataset.standing, words: fold(element.dataset.search) });
  const ofIndex = (row) => ({ row, rating: row.rating || "", claimant: row.claimant || "", standing: row.standing || "", words: fold(row.search) });
  const here = original.map(ofRow);

  function load() {
    if (index || !box.dataset.index) return Promise.resolve();
    if (!loading) {
      loading = new Promise((resolve) => {
        const script = document.createElement("script");
        script.src = box.dataset.index;
        script.addEventListener("load", () => {
          if (Array.isArray(globalThis.factlogIndex)) index = globalThis.factlogIndex.map(ofIndex);
          resolve();
        });
        // A later search tries again.
        script.addEventListener("error", () => { script.remove(); loading = null; resolve(); });
        document.head.append(script);
      });
    }
    return loading;
  }

  function place(row) {
    if (!row.label) return "wait";
    if (!row.value || !row.best || !row.worst || row.best <= row.worst) return "off";
    const part = 10 * (row.value - row.worst);
    const whole = row.best - row.worst;
    if (row.value >= row.best) return "full";
    if (row.value <= row.worst) return "none";
    return part > 6 * whole ? "most" : part < 4 * whole ? "least" : "half";
  }

  const standingLabel = (code) => {
    const option = fields.standing && [...fields.standing.options].find((each) => each.value === code);
    return option ? option.textContent : code;
  };

  // A row of the index, built from the page's own template. Only text is put in, never markup.
  function build(row) {
    const element = template.content.firstElementChild.cloneNode(true);
    const slot = (name) => element.querySelector(`[data-slot="${name}"]`);
    const fill = (name, text) => { if (text) slot(name).textContent = text; else (slot(name).closest(".part") || slot(name)).remove(); };
    const shape = place(row);
    const icon = icons.content.querySelector(`[data-shape="${shape}"] > svg`);
    slot("verdict").classList.add(`place-${shape}`);
    slot("icon").append(icon.cloneNode(true));
    slot("label").textContent = row.label || "No verdict yet";
    if (row.label_lang) slot("label").lang = row.label_lang;
    fill("standing", row.label && row.standing && row.standing !== "standing" ? standingLabel(row.standing) : "");
    slot("text").dir = row.dir || "auto";
    if (row.lang) slot("text").lang = row.lang;
    slot("link").textContent = row.text || "A claim that was erased";
    slot("link").href = `${box.dataset.root}claims/${encodeURIComponent(row.short)}/index.html`;
    fill("claimant", row.claimant);
    fill("source", row.source_title);
    fill("day", row.day);
    return element;
  }

  function showMore() {
    const next = found.slice(shown, shown + STEP);
    list.append(...next.map((item) => item.element || (item.element = build(item.row))));
    shown += next.length;
    if (more) more.hidden = shown >= found.length;
  }

  const asked = () => {
    const state = {};
    for (const [name, field] of Object.entries(fields)) {
      const value = field ? field.value.trim() : "";
      if (value) state[name] = value;
    }
    return state;
  };

  const phrase = (number) => (number === 1 ? "1 claim" : `${number.toLocaleString("en")} claims`);

  function filter() {
    const state = asked();
    const filtered = Object.keys(state).length > 0;
    claims.classList.toggle("filtered", filtered);
    if (pages) pages.hidden = filtered;
    if (!filtered) {
      list.replaceChildren(...original);
      if (more) more.hidden = true;
      count.textContent = originalCount;
      return;
    }
    const words = fold(state.q).split(/\s+/u).filter(Boolean);
    const fits = (item) => (!state.rating || item.rating === state.rating)
      && (!state.claimant || item.claimant === state.claimant)
      && (!state.standing || item.standing === state.standing)
      && words.every((word) => item.words.includes(word));
    const rows = index || here;
    found = rows.filter(fits);
    shown = 0;
    list.replaceChildren();
    showMore();
    const total = index ? index.length : Number(box.dataset.total) || rows.length;
    count.textContent = rows.length < total
      ? `${phrase(found.length)} on this page; the list of all ${phrase(total)} could not be loaded`
      : found.length ? `${phrase(found.length)} of ${total.toLocaleString("en")}` : `No claim of ${total.toLocaleString("en")} fits`;
  }

  let last = 0;
  async function search() {
    const turn = ++last;
    const state = asked();
    const fragment = new URLSearchParams(state).toString();
    const wanted = fragment ? `#${fragment}` : "";
    if (wanted !== location.hash && (wanted || location.hash.includes("="))) {
      history.replaceState(null, "", wanted || location.pathname + location.search);
    }
    if (fragment) await load();
    if (turn === last) filter();
  }

  function fromAddress() {
    if (location.hash && !location.hash.includes("=")) return; // The fragment of a skip link.
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, field] of Object.entries(fields)) {
      if (field) field.value = state.get(name) || "";
      if (field && field.value === "" && field.options) field.selectedIndex = 0;
    }
    search();
  }

  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(search, 120); };
  for (const field of Object.values(fields)) if (field) field.addEventListener(field.options ? "change" : "input", field.options ? search : soon);
  byId("search-clear").addEventListener("click", () => {
    for (const field of Object.values(fields)) if (field) field.value = "";
    search();
    fields.q.focus();
  });
  if (more) byId("more-button").addEventListener("click", () => {
    const from = shown;
    showMore();
    // The keyboard goes on where the new rows begin.
    const link = list.children[from] && list.children[from].querySelector("a");
    if (link) link.focus();
  });
  addEventListener("hashchange", fromAddress);
  box.hidden = false;
  if (location.hash.includes("=")) fromAddress();
})();
