/** The screen System: the compositions of two to four elements as a line, triangle or tetrahedron, and as a table. */

import { fill, h } from "../parts/dom.js";
import { SLICES, sliceName } from "../figures/shape.js";
import { systemFigure } from "../figures/system.js";
import { CATEGORIES, categoryNode, thousands } from "../parts/formula_text.js";
import { fragment, go } from "../router.js";
import { rowsTable, systemLink } from "../parts/table.js";
import { systemPoints } from "./system_points.js";

/** @typedef {import("../types.js").Client} Client */
/** @typedef {import("../types.js").Row} Row */
/** @typedef {Awaited<ReturnType<typeof systemPoints>>} SystemPoints */

/** Rows that are listed before more are asked for. */
const SHOWN = 100;
const STEP = Math.PI / 8;

/** @type {() => void} */
let stop = () => {};
let asked = 0;

/** @type {import("../router.js").Screen} */
export const systemScreen = {
  id: "system",
  title: "System",
  show(root, params, client) {
    const input = h("input", {
      type: "text",
      id: "chemsys",
      value: params.text,
      placeholder: "Li-Fe-O",
      autocomplete: "off",
      spellcheck: false,
      "aria-describedby": "chemsys-error",
    });
    const error = h("p", { class: "error", id: "chemsys-error", role: "alert" });
    const answer = h("div", {});
    const ask = (/** @type {Event} */ event) => {
      event.preventDefault();
      go(fragment("system", input.value.trim().replace(/[\s,–]+/g, "-")));
    };
    root.append(
      h(
        "form",
        { class: "bar ask", onsubmit: ask },
        h("label", { for: "chemsys" }, "Chemical system"),
        input,
        h("button", { class: "button" }, "Show"),
      ),
      error,
      answer,
    );
    if (params.text) showSystem(answer, error, params.text, client);
    else fill(answer, examples());
  },
  hide() {
    asked += 1;
    stop();
  },
};

function examples() {
  const systems = ["Ti-O", "Li-Zn-O", "Li-Fe-P-O"];
  return h(
    "p",
    { class: "soft" },
    "Two elements are drawn as a line, three as a triangle, four as a tetrahedron. For example ",
    systems.flatMap((chemsys, i) => [i ? ", " : null, systemLink(chemsys)]),
    ".",
  );
}

/**
 * @param {HTMLElement} answer
 * @param {HTMLElement} error
 * @param {string} text
 * @param {Client} client
 */
async function showSystem(answer, error, text, client) {
  stop();
  stop = () => {};
  const number = ++asked;
  answer.setAttribute("aria-busy", "true");
  try {
    const [system, meta] = await Promise.all([systemPoints(text, client), client.meta]);
    if (number !== asked) return;
    fill(answer, ...view(system, meta));
  } catch (reason) {
    if (number === asked) error.textContent = /** @type {Error} */ (reason).message;
  } finally {
    answer.removeAttribute("aria-busy");
  }
}

/**
 * @param {SystemPoints} system
 * @param {import("../types.js").Meta} meta
 */
function view(system, meta) {
  const { elements, points, rows, subsystems } = system;
  const isQuaternary = elements.length === 4;
  const open = (/** @type {{formula: string}} */ point) => go(fragment("composition", point.formula));
  const figure = systemFigure(elements, { onOpen: open });
  stop = figure.stop;
  // Thousands of unlikely points would hide the others inside a tetrahedron.
  let shown = new Set(CATEGORIES.filter((category) => category !== "unlikely" || !isQuaternary));
  /** @type {number | null} */
  let slice = null;
  const table = h("div", {});

  function redraw() {
    figure.show(points.filter((point) => shown.has(/** @type {any} */ (point.category))), slice);
  }

  function relist() {
    fill(table, rowsOf(system, rows.filter((row) => shown.has(row.category)), meta, figure.mark));
  }

  const toggles = categoryToggles(points, shown, (categories) => {
    shown = categories;
    redraw();
    relist();
  });
  const turns = h(
    "div",
    { class: "bar turns" },
    h("label", { for: "slice" }, "Show"),
    h(
      "select",
      {
        id: "slice",
        onchange: (/** @type {Event} */ event) => {
          const { value } = /** @type {HTMLSelectElement} */ (event.target);
          slice = value === "" ? null : Number(value);
          for (const button of turns.querySelectorAll("button")) button.disabled = slice !== null;
          redraw();
        },
      },
      h("option", { value: "" }, "the whole tetrahedron"),
      SLICES.map((_, i) => h("option", { value: i }, `slice: ${sliceName(i, elements[3] ?? "")}`)),
    ),
    [
      ["Turn left", "◀", -STEP, 0],
      ["Turn right", "▶", STEP, 0],
      ["Tilt up", "▲", 0, -STEP],
      ["Tilt down", "▼", 0, STEP],
      ["Turn back", "↺"],
    ].map(([name, sign, right, down]) =>
      h(
        "button",
        {
          type: "button",
          class: "button sign",
          title: name,
          onclick: () => figure.turn(/** @type {any} */ (right), /** @type {any} */ (down)),
        },
        h("span", { class: "spoken" }, name),
        h("span", { "aria-hidden": "true" }, sign),
      ),
    ),
  );
  redraw();
  relist();
  const n = points.length;
  return [
    h("h1", {}, elements.join("–")),
    h(
      "p",
      { class: "soft" },
      `${thousands(n)} compositions with ${elements.length === 2 ? "both elements" : "these elements"}${elements.length > 2 ? " or some of them" : ""}. `,
      subsystemLinks(subsystems.map((part) => part.chemsys)),
    ),
    toggles,
    h(
      "div",
      { class: "columns system" },
      h(
        "div",
        {},
        isQuaternary ? turns : null,
        figure.node,
        h("p", { class: "soft" }, hint(elements)),
      ),
      table,
    ),
    h(
      "p",
      { class: "soft" },
      "As a figure for print: ",
      h("code", {}, `chemdb plot composition ${system.chemsys} -o ${system.chemsys}.pdf`),
    ),
  ];
}

/** @param {string[]} elements */
function hint(elements) {
  if (elements.length === 2) return `From ${elements[0]} to ${elements[1]} by atomic fraction. A click on a mark opens the composition.`;
  if (elements.length === 3) return "By atomic fraction; compositions of two elements are on the edges. A click on a mark opens the composition.";
  return "Drag it, or use the arrow keys, to turn it. Compositions of three elements are on the faces, of two on the edges.";
}

/** @param {string[]} systems */
function subsystemLinks(systems) {
  if (!systems.length) return null;
  return h("span", {}, "Subsystems: ", systems.flatMap((chemsys, i) => [i ? ", " : null, systemLink(chemsys)]), ".");
}

/**
 * Return check boxes for the categories with the number of compositions of each.
 *
 * @param {{category: string}[]} points
 * @param {Set<string>} shown
 * @param {(categories: Set<any>) => void} onChange
 */
export function categoryToggles(points, shown, onChange) {
  const boxes = CATEGORIES.map((category) => ({
    category,
    box: h("input", { type: "checkbox", checked: shown.has(category), onchange: change }),
  }));
  function change() {
    onChange(new Set(boxes.filter(({ box }) => box.checked).map(({ category }) => category)));
  }
  return h(
    "fieldset",
    { class: "bar toggles" },
    h("legend", { class: "spoken" }, "Categories that are shown"),
    boxes.map(({ category, box }) =>
      h(
        "label",
        {},
        box,
        categoryNode(category),
        h("span", { class: "soft" }, thousands(points.filter((point) => point.category === category).length)),
      ),
    ),
  );
}

/**
 * @param {SystemPoints} system
 * @param {Row[]} rows
 * @param {import("../types.js").Meta} meta
 * @param {(formula: string | null) => void} mark
 */
function rowsOf(system, rows, meta, mark) {
  const columns = ["formula", "category", "natoms", "material_id", ...(meta.has_energies ? ["energy_above_hull"] : [])];
  const place = h("div", { class: "listed" });
  let sort = "";
  let limit = SHOWN;

  function list() {
    const sorted = sortedRows(rows, sort);
    const some = sorted.slice(0, limit);
    const table = rowsTable({
      caption: `Compositions of ${system.chemsys}`,
      columns,
      rows: some,
      sources: meta.sources,
      sort,
      onSort: (next) => {
        sort = next;
        list();
        /** @type {HTMLElement | null} */ (place.querySelector(`[data-sort="${next.replace("-", "")}"]`))?.focus();
      },
    });
    const follow = (/** @type {Event} */ event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("tbody tr");
      mark(row ? some[/** @type {HTMLTableRowElement} */ (row).sectionRowIndex].formula : null);
    };
    table.addEventListener("pointerover", follow);
    table.addEventListener("pointerleave", () => mark(null));
    table.addEventListener("focusin", follow);
    table.addEventListener("focusout", () => mark(null));
    const rest = rows.length - some.length;
    fill(
      place,
      table,
      rest > 0
        ? h(
            "button",
            {
              type: "button",
              class: "button",
              onclick: () => {
                limit += 10 * SHOWN;
                list();
              },
            },
            `${thousands(Math.min(rest, 10 * SHOWN))} more`,
          )
        : null,
    );
  }

  list();
  return [
    place,
    rows.length
      ? null
      : h("p", { class: "soft" }, "No composition of these categories."),
    h("p", { class: "soft" }, "Unlikely compositions are drawn but not listed."),
  ];
}

/**
 * Return rows in the order of a column, or known ones first and then those with the fewest elements and atoms.
 *
 * @param {Row[]} rows
 * @param {string} sort
 */
function sortedRows(rows, sort) {
  const name = /** @type {keyof Row} */ (sort.replace("-", ""));
  const sign = sort.startsWith("-") ? -1 : 1;
  const byDefault = (/** @type {Row} */ a, /** @type {Row} */ b) =>
    Number(b.known) - Number(a.known) ||
    a.nelements - b.nelements ||
    a.natoms - b.natoms ||
    (a.formula < b.formula ? -1 : 1);
  return rows.toSorted((a, b) => {
    const [x, y] = [a[name], b[name]];
    if (!sort || x === y) return byDefault(a, b);
    if (x === null || y === null) return x === null ? 1 : -1;
    return sign * (/** @type {any} */ (x) < /** @type {any} */ (y) ? -1 : 1);
  });
}
