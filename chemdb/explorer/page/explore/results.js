/** The rows of a query: pages, columns, copies. */

import { fill, h } from "../dom.js";
import { thousands } from "../formula_text.js";
import { fragment } from "../router.js";
import { COLUMNS, rangeText, rowsTable } from "../table.js";
import { copyAs, downloads } from "./copies.js";

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
  const columnsMenu = h("details", { class: "menu" }, h("summary", { class: "button" }, "Columns"));
  const pager = h("nav", { class: "pager", "aria-label": "Pages" });
  const copies = copyAs(client);
  const saving = h("div", { class: "bar" });
  columnsMenu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    columnsMenu.open = false;
    columnsMenu.querySelector("summary")?.focus();
  });
  columnsMenu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !columnsMenu.contains(/** @type {Node} */ (event.relatedTarget))) columnsMenu.open = false;
  });

  return {
    root: h(
      "section",
      { class: "results", "aria-labelledby": "rows-heading" },
      h("div", { class: "bar results-bar" }, h("h2", { id: "rows-heading" }, "Compositions"), range, suggest, columnsMenu, copies.root, saving),
      copies.output,
      body,
      pager,
    ),
    /** The columns of options. @param {Options} options */
    columns(options) {
      const asked = (options.columns ?? "").split(",").filter((name) => available.includes(name));
      return asked.length > 0 ? asked : usual;
    },
    waiting() {
      body.classList.add("waiting");
    },
    /** Say why there are no rows. @param {string} why */
    empty(why) {
      body.classList.remove("waiting");
      fill(range, "");
      fill(pager);
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
      const columns = this.columns(options);
      body.classList.remove("waiting");
      fill(columnsMenu, h("summary", { class: "button" }, "Columns"), columnChoices(available, columns, usual, onOptions));
      copies.update(text);
      fill(suggest, meta.has_suggestions && h("a", { href: fragment("suggest", text) }, "Which to try first?"));
      fill(saving, downloads(meta, text, columns, options.sort ?? "", rows));
      const first = (pageOf(options) - 1) * PAGE + 1;
      if (rows.length === 0) {
        fill(body, h("p", { class: "soft" }, first === 1 ? "No composition matches." : "There are fewer rows."));
        return;
      }
      const onSort = (/** @type {string} */ sort) => onOptions({ ...options, sort, page: "" });
      fill(body, rowsTable({ caption: "Compositions that match the query", columns, rows, sources: meta.sources, sort: options.sort, onSort, first }));
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
      fill(pager, last > 1 ? pagerNodes(page, last, (to) => onOptions({ ...options, page: to === 1 ? "" : String(to) })) : null);
    },
  };
}

/** The page of options, from 1. @param {Options} options */
export function pageOf(options) {
  const page = Math.floor(Number(options.page ?? 1));
  return page >= 1 ? page : 1;
}

/**
 * @param {number} page
 * @param {number} last
 * @param {(page: number) => void} onPage
 */
function pagerNodes(page, last, onPage) {
  const number = h("input", {
    type: "number", min: 1, max: last, value: page, class: "narrow",
    onchange: () => onPage(Math.min(last, Math.max(1, Math.floor(Number(number.value) || 1)))),
  });
  return [
    h("button", { type: "button", class: "button", disabled: page <= 1, onclick: () => onPage(page - 1) }, "Previous"),
    h("label", {}, "Page ", number, ` of ${thousands(last)}`),
    h("button", { type: "button", class: "button", disabled: page >= last, onclick: () => onPage(page + 1) }, "Next"),
  ];
}

/**
 * @param {string[]} available
 * @param {string[]} shown
 * @param {string[]} usual
 * @param {(options: Options) => void} onOptions
 */
function columnChoices(available, shown, usual, onOptions) {
  /** @param {string} name */
  const toggle = (name) => {
    const columns = available.filter((each) => (each === name ? !shown.includes(each) : shown.includes(each)));
    const same = columns.length === 0 || columns.join() === usual.join();
    onOptions({ columns: same ? "" : columns.join(",") });
  };
  return h(
    "div",
    { class: "menu-body" },
    available.map((name) =>
      h("label", { class: "check" }, h("input", { type: "checkbox", "data-column": name, checked: shown.includes(name), disabled: name === "formula", onchange: () => toggle(name) }), ` ${COLUMNS[name].title}`),
    ),
  );
}
