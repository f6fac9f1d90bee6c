/** The screen About: what the numbers are made of. */

import { fill, h } from "../parts/dom.js";
import { CATEGORIES, MEANING, categoryNode, thousands } from "../parts/formula_text.js";

/** Rows of build_info that say something to a reader of numbers, and their words. @type {[string, string][]} */
const BUILD = [
  ["chemdb_version", "chemdb"],
  ["format_version", "format of the file"],
  ["smact_version", "SMACT"],
  ["elementembeddings_version", "ElementEmbeddings"],
  ["duckdb_version", "DuckDB"],
  ["oxidation_state_set", "oxidation-state set"],
  ["n_species", "species"],
  ["electronegativity", "electronegativity"],
];

/** @type {import("../router.js").Screen} */
export const aboutScreen = {
  id: "about",
  title: "About",
  show(root, _params, client) {
    root.append(h("h1", {}, "About"));
    const body = h("div", { class: "about" }, h("p", { class: "soft" }, "Loading…"));
    root.append(body);
    client.meta.then((meta) => fill(body, ...sections(meta)), (error) => fill(body, h("p", { class: "error", role: "alert" }, error.message)));
  },
};

/** @param {import("../types.js").Meta} meta */
function sections(meta) {
  const { nelements, max_factor } = meta.limits;
  return [
    h(
      "p",
      {},
      `Every composition of ${listed(nelements)} of the first ${meta.elements.length} elements, with amounts from 1 to ${max_factor} that have no `,
      "common divisor. All numbers are exact: they are counted, not sampled.",
    ),
    h("h2", {}, "Categories"),
    meta.table_2.length > 0 ? countsTable(meta) : null,
    h("h2", {}, "Rule"),
    h("p", {}, withLinks(`${meta.build_info.rule ?? ""}.`)),
    h(
      "p",
      {},
      `${missingScale(meta)} have no Pauling electronegativity: the rule allows nothing with them.`,
    ),
    h("h2", {}, "Sources of known compositions"),
    meta.sources.length > 0 ? sourcesTable(meta.sources) : h("p", {}, "None: no composition counts as known."),
    h("h2", {}, "Versions"),
    h(
      "dl",
      { class: "facts" },
      BUILD.filter(([key]) => meta.build_info[key]).map(([key, words]) => fact(words, meta.build_info[key])),
      meta.build_info.build_started && fact("built", meta.build_info.build_started.replace("T", " ").replace(/(:\d\d)\+00:00$/, "$1 UTC")),
      fact("checksum of the tables", h("code", {}, meta.checksum)),
    ),
    h("h2", {}, "Citation"),
    h("p", { class: "citation" }, withLinks(meta.citation)),
    h("p", { class: "soft" }, "This page contains fzstd by Arjun Barrett (MIT licence)."),
  ];
}

/** @param {import("../types.js").Meta} meta */
function countsTable({ table_2 }) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Compositions by number of elements" },
    h(
      "table",
      { class: "rows" },
      h("caption", { class: "spoken" }, "Compositions by number of elements"),
      h(
        "thead",
        {},
        h("tr", {}, h("th", { scope: "col" }, "Elements"), CATEGORIES.map((name) => h("th", { scope: "col", class: "number" }, categoryNode(name), h("br"), MEANING[name]))),
      ),
      h(
        "tbody",
        {},
        table_2.map((row) => h("tr", {}, h("th", { scope: "row" }, row.nelements), CATEGORIES.map((name) => h("td", { class: "number" }, thousands(row[name]))))),
      ),
    ),
  );
}

/** @param {import("../types.js").Source[]} sources */
function sourcesTable(sources) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sources of known compositions" },
    h(
      "table",
      { class: "rows" },
      h("caption", { class: "spoken" }, "Sources of known compositions"),
      h(
        "thead",
        {},
        h("tr", {}, ["Source", "Title", "Version", "Date", "Licence"].map((name) => h("th", { scope: "col" }, name)), ["Entries", "Formulas"].map((name) => h("th", { scope: "col", class: "number" }, name))),
      ),
      h(
        "tbody",
        {},
        sources.map((source) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, source.name),
            h("td", { class: "wrap" }, source.title),
            [source.version, source.date, source.licence].map((text) => h("td", {}, text ?? "\u2013")),
            [source.entries, source.formulas].map((n) => h("td", { class: "number" }, thousands(n))),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {string | Node} value
 */
function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

/** @param {import("../types.js").Meta} meta */
function missingScale({ elements }) {
  return listed(elements.filter((each) => each.electronegativity === null).map((each) => each.symbol), "and");
}

/**
 * Return a list in words.
 *
 * @param {(string | number)[]} items
 * @param {string} [joint]
 */
function listed(items, joint = "or") {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${joint} ${items[items.length - 1]}`;
}

/**
 * Return a text whose DOIs are links.
 *
 * @param {string} text
 */
function withLinks(text) {
  const parts = text.split(/(?:https:\/\/doi\.org\/)?(10\.\d{4,}\/[^\s,;]*[^\s,;.])/);
  return parts.map((part, i) => (i % 2 === 1 ? h("a", { href: `https://doi.org/${part}`, rel: "external" }, part) : part));
}
