/** The rows of a query: pages, columns, copies. */

import { fill, h } from "../parts/dom.js";
import { fragment } from "../router.js";
import { rangeText, rowsTable } from "../parts/table.js";
import { columnsMenu } from "./columns_menu.js";
import { copyAs, downloads } from "./copies.js";
import { pager } from "./pager.js";

export const PAGE = 50;
const SHOWN = ["formula", "category", "species", "chemsys", "formula_anonymous", "natoms", "material_id", "energy_above_hull"];
const OFFERED = [...SHOWN, "nelements", "max_factor", "known_in"];

/** @typedef {{sort?: string, page?: string, columns?: string}} Options */

/**
 * Return the table with its bar.
 *
 * @param {import("../types.js").Meta} meta
 * @param {import("../types.js").Client} client
 * @param {(options: Options) => void} onOptions - an option changed
 */
export function results(meta, client, onOptions) {
  const available = OFFERED.filter((name) => meta.has_energies || name !== "energy_above_hull");
  const usual = SHOWN.filter((name) => available.includes(name));
  const range = h("p", { class: "range", role: "status" });
  const suggest = h("p", { class: "suggest" });
  const body = h("div", { class: "result-rows" }, h("p", { class: "soft" }, "Loading\u2026"));
  const copies = copyAs(client);
  const saving = h("div", { class: "bar" });
  const pages = pager((page) => onOptions({ page: page === 1 ? "" : String(page) }));
  const menu = columnsMenu(available, (columns) => onOptions({ columns: columns.join() === usual.join() ? "" : columns.join() }));

  /** @param {Options} options */
  function columnsOf(options) {
    const asked = (options.columns ?? "").split(",").filter((name) => available.includes(name));
    return asked.length > 0 ? asked : usual;
  }

  /** Replace the table; its button that had the focus has it again. @param {HTMLElement} table */
  function showTable(table) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.sort;
    fill(body, table);
    if (focused) /** @type {HTMLElement | null} */ (body.querySelector(`[data-sort="${focused}"]`))?.focus();
  }

  return {
    root: h(
      "section",
      { class: "results", "aria-labelledby": "rows-heading" },
      h("div", { class: "bar results-bar" }, h("h2", { id: "rows-heading" }, "Compositions"), range, suggest, menu.root, copies.root, saving),
      copies.output,
      body,
      pages.root,
    ),
    /**
     * Rows will come.
     *
     * @param {string} text
     * @param {Options} options
     */
    waiting(text, options) {
      body.classList.add("waiting");
      copies.update(text);
      menu.update(columnsOf(options));
    },
    /** Say why there are no rows. @param {string} why */
    empty(why) {
      body.classList.remove("waiting");
      fill(range, "");
      pages.update(1, 1);
      fill(saving);
      fill(suggest);
      fill(body, h("p", { class: "soft" }, why));
    },
    /**
     * @param {string} text
     * @param {any[]} rows
     * @param {Options} options
     */
    update(text, rows, options) {
      const columns = columnsOf(options);
      body.classList.remove("waiting");
      fill(suggest, meta.has_suggestions && h("a", { href: fragment("suggest", text) }, "Which to try first?"));
      fill(saving, downloads(meta, text, columns, options.sort ?? "", rows));
      const first = (pageOf(options) - 1) * PAGE + 1;
      if (rows.length === 0) {
        fill(body, h("p", { class: "soft" }, first === 1 ? "No composition matches." : "There are fewer rows."));
        return;
      }
      const onSort = (/** @type {string} */ sort) => onOptions({ sort, page: "" });
      showTable(rowsTable({ caption: "Compositions that match the query", columns, rows, sources: meta.sources, sort: options.sort, onSort, first }));
    },
    /**
     * @param {number} total
     * @param {Options} options
     */
    pages(total, options) {
      const page = pageOf(options);
      const last = Math.max(1, Math.ceil(total / PAGE));
      const first = (page - 1) * PAGE + 1;
      fill(range, total === 0 ? "" : rangeText(first, Math.max(0, Math.min(PAGE, total - first + 1)), total));
      pages.update(page, last);
    },
  };
}

/** The page of options, from 1. @param {Options} options */
export function pageOf(options) {
  const page = Math.floor(Number(options.page ?? 1));
  return page >= 1 ? page : 1;
}
