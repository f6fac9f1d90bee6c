/** Tables of compositions. */

import { h } from "./dom.js";
import { categoryNode, formulaNode, speciesNode, thousands } from "./formula_text.js";
import { fragment } from "../router.js";

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [unit]
 * @property {boolean} [number] - aligned to the right
 * @property {boolean} sorts - whether rows can be sorted by it
 * @property {(row: any, sources: Source[]) => Node | string} cell
 */

/** @typedef {import("../types.js").Source} Source */

const NONE = "\u2013";

/** Columns by the names that they have in queries. @type {Record<string, Column>} */
export const COLUMNS = {
  formula: { title: "Formula", sorts: true, cell: (row) => compositionLink(row.formula) },
  category: { title: "Category", sorts: true, cell: (row) => categoryNode(row.category) },
  species: { title: "Oxidation states", sorts: false, cell: (row) => speciesCell(row.species) },
  chemsys: { title: "System", sorts: true, cell: (row) => systemLink(row.chemsys) },
  nelements: { title: "Elements", number: true, sorts: true, cell: (row) => String(row.nelements) },
  natoms: { title: "Atoms", number: true, sorts: true, cell: (row) => String(row.natoms) },
  max_factor: { title: "Largest amount", number: true, sorts: true, cell: (row) => String(row.max_factor ?? NONE) },
  formula_anonymous: { title: "Anonymous formula", sorts: true, cell: (row) => formulaNode(row.formula_anonymous) },
  known_in: { title: "Known in", sorts: true, cell: (row) => row.known_in ?? NONE },
  material_id: { title: "Material", sorts: true, cell: (row, sources) => materialLink(row.material_id, row.known_in, sources) },
  energy_above_hull: {
    title: "Above hull",
    unit: "eV/atom",
    number: true,
    sorts: true,
    cell: (row) => (typeof row.energy_above_hull === "number" ? row.energy_above_hull.toFixed(3) : NONE),
  },
};

/**
 * Return a table of compositions.
 *
 * @param {object} parts
 * @param {string} parts.caption
 * @param {string[]} parts.columns - names in `COLUMNS`
 * @param {any[]} parts.rows
 * @param {Source[]} [parts.sources] - known sources, whose entries the column material_id links to
 * @param {string} [parts.sort] - column that the rows are sorted by, after `-` if descending
 * @param {(sort: string) => void} [parts.onSort] - without it, headers are no buttons
 * @param {number} [parts.first] - position of the first row among all rows, from 1
 */
export function rowsTable({ caption, columns, rows, sources = [], sort = "", onSort, first = 1 }) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      { class: "rows", "aria-rowcount": -1 },
      h("caption", { class: "spoken" }, caption),
      h("thead", {}, h("tr", {}, columns.map((name) => header(name, sort, onSort)))),
      h(
        "tbody",
        {},
        rows.map((row, i) =>
          h("tr", { "aria-rowindex": first + i + 1 }, columns.map((name, j) => tableCell(name, row, sources, j === 0))),
        ),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {any} row
 * @param {Source[]} sources
 * @param {boolean} heading
 */
function tableCell(name, row, sources, heading) {
  const column = COLUMNS[name];
  const kind = column.number ? "number" : null;
  if (heading) return h("th", { scope: "row", class: kind }, column.cell(row, sources));
  return h("td", { class: kind }, column.cell(row, sources));
}

/**
 * @param {string} name
 * @param {string} sort
 * @param {((sort: string) => void) | undefined} onSort
 */
function header(name, sort, onSort) {
  const column = COLUMNS[name];
  const title = [column.title, column.unit ? h("span", { class: "unit" }, ` ${column.unit}`) : null];
  const attributes = { scope: "col", class: column.number ? "number" : null };
  if (!onSort || !column.sorts) return h("th", attributes, title);
  const direction = sort === name ? "ascending" : sort === `-${name}` ? "descending" : null;
  const next = direction === "ascending" ? `-${name}` : direction === "descending" ? "" : name;
  const arrow = direction === "ascending" ? "\u25b2" : direction === "descending" ? "\u25bc" : "";
  // Beside the text, where it does not move the text from the numbers below.
  const mark = h("span", { class: "arrow", "aria-hidden": "true" }, arrow);
  const button = h(
    "button",
    { type: "button", onclick: () => onSort(next), "data-sort": name },
    column.number ? [mark, ...title] : [...title, mark],
  );
  return h("th", { ...attributes, "aria-sort": direction }, button);
}

/** @param {string} formula */
export function compositionLink(formula) {
  return h("a", { href: fragment("composition", formula) }, formulaNode(formula));
}

/** @param {string} chemsys */
export function systemLink(chemsys) {
  return h("a", { href: fragment("system", chemsys) }, chemsys);
}

/**
 * Return a link to the page of a known entry, or its name where it has none.
 *
 * @param {string | null} id
 * @param {string | null} known_in - names of sources, separated by spaces
 * @param {Source[]} sources
 */
export function materialLink(id, known_in, sources) {
  if (!id) return NONE;
  const names = (known_in ?? "").split(" ");
  const url = sources.find((source) => source.url && names.includes(source.name))?.url;
  return url ? h("a", { href: url.replace("{material_id}", encodeURIComponent(id)), rel: "noreferrer external" }, id) : id;
}

/**
 * Return a link to the page of an entry whose source is not said.
 *
 * @param {string | null} id
 * @param {Source[]} sources
 */
export function entryLink(id, sources) {
  // Among several sources, identifiers tell those of the Materials Project.
  const likely = sources.length === 1 || /^m[pv]c?-\d+$/.test(id ?? "") ? sources.map((source) => source.name) : [];
  return materialLink(id, likely.join(" "), sources);
}

/** @param {string[] | null | undefined} species */
function speciesCell(species) {
  if (!species) return NONE;
  return h("span", { class: "species" }, species.map((each) => speciesNode(each)));
}

/**
 * Return which rows are shown, such as "1 to 50 of 7,572".
 *
 * @param {number} first
 * @param {number} n
 * @param {number} total
 */
export function rangeText(first, n, total) {
  if (n === 0) return "no rows";
  return `${thousands(first)} to ${thousands(first + n - 1)} of ${thousands(total)}`;
}
