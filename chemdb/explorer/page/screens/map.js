/** The screen Map: the maps that the file stores, with a lasso that lists what it encloses. */

import { fill, h } from "../parts/dom.js";
import { mapFigure } from "../figures/map.js";
import { BOTTOM_UP } from "../figures/marks.js";
import { FormulaError, readComposition } from "../chemistry/formula.js";
import { CATEGORIES, formulaNode, thousands } from "../parts/formula_text.js";
import { fragment, go } from "../router.js";
import { rowsTable } from "../parts/table.js";
import { categoryToggles } from "./system.js";

/** @typedef {import("../types.js").Client} Client */
/** @typedef {import("../types.js").PointMap} PointMap */
/** @typedef {import("../figures/map.js").MapPoint} MapPoint */

/** Most compositions of a selection that are listed. */
const LISTED = 500;
const COMMAND = "chemdb map --embedding magpie --method umap --nelements 2";

/** @type {() => void} */
let stop = () => {};
let asked = 0;

/** @type {import("../router.js").Screen} */
export const mapScreen = {
  id: "map",
  title: "Map",
  show(root, params, client) {
    const error = h("p", { class: "error", role: "alert" });
    const answer = h("div", { "aria-busy": "true" });
    root.append(error, answer);
    showMap(answer, error, params.text, client);
  },
  hide() {
    asked += 1;
    stop();
  },
};

/**
 * @param {HTMLElement} answer
 * @param {HTMLElement} error
 * @param {string} id
 * @param {Client} client
 */
async function showMap(answer, error, id, client) {
  stop();
  stop = () => {};
  const number = ++asked;
  try {
    const { maps, elements } = await client.meta;
    if (number !== asked) return;
    if (!maps.length) {
      fill(answer, ...withoutMaps());
      return;
    }
    const title = maps.find((map) => map.id === id) ?? (id === "" ? maps[0] : null);
    if (!title) throw new Error(`This file has no map ${id}.`);
    const points = await client.map(title.id);
    if (number !== asked) return;
    fill(answer, ...view(points, elements, chooser(maps, title.id)));
  } catch (reason) {
    if (number === asked) error.textContent = /** @type {Error} */ (reason).message;
  } finally {
    answer.removeAttribute("aria-busy");
  }
}

function withoutMaps() {
  return [
    h("h1", {}, "No map in this file yet"),
    h(
      "p",
      {},
      "A map shows a sample of each category by the averaged vectors of its elements, reduced to two dimensions: " +
        "similar compositions are near each other.",
    ),
    h("p", {}, "Make one, then make this page again:"),
    h("pre", { tabindex: 0 }, `${COMMAND}\nchemdb site -o chemdb.html`),
  ];
}

/**
 * @param {import("../types.js").MapTitle[]} maps
 * @param {string} id
 */
function chooser(maps, id) {
  if (maps.length < 2) return null;
  return h(
    "span",
    { class: "bar" },
    h("label", { for: "map" }, "Map"),
    h(
      "select",
      {
        id: "map",
        onchange: (/** @type {Event} */ event) =>
          go(fragment("map", /** @type {HTMLSelectElement} */ (event.target).value)),
      },
      maps.map((map) => h("option", { value: map.id, selected: map.id === id }, map.title)),
    ),
  );
}

/**
 * @param {PointMap} map
 * @param {import("../types.js").Element[]} elements
 * @param {HTMLElement | null} choose
 */
function view(map, elements, choose) {
  const points = map.formulas.map((formula, i) => ({
    formula,
    category: map.categories[i],
    x: map.x[i],
    y: map.y[i],
  }));
  const place = h("div", { class: "figure-place" });
  const said = h("p", { class: "readout", "aria-hidden": "true" });
  const chosen = h("section", { "aria-live": "polite" });
  const found = h("output", { class: "soft", for: "map-formula" });
  /** @type {ReturnType<typeof mapFigure> | null} */
  let figure = null;
  let shown = new Set(BOTTOM_UP);
  let moves = false;
  /** @type {MapPoint | null} */
  let marked = null;

  function draw() {
    const width = Math.floor(place.clientWidth);
    const height = Math.round(Math.min(width, Math.max(320, 0.72 * width), 0.8 * innerHeight));
    figure = mapFigure(points, width, height, {
      name: `${map.title}: ${points.length} compositions by category; arrow keys move a box, Enter lists what is inside`,
      onHover: (point) => fill(said, point ? [formulaNode(point.formula), ` ${point.category}`] : null),
      onOpen: (point) => go(fragment("composition", point.formula)),
      onSelect: (some) => fill(chosen, ...selection(some)),
    });
    figure.show(shown);
    figure.setMoves(moves);
    figure.mark(marked);
    fill(place, figure.node);
  }

  let width = 0;
  const observer = new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    if (width > 0) draw();
  });
  observer.observe(place);
  stop = () => observer.disconnect();

  const input = h("input", { type: "search", id: "map-formula", placeholder: "LiZnO2", autocomplete: "off" });
  const search = (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = input.value.trim();
    try {
      marked = text ? find(points, text, elements) : null;
      fill(found, !text ? null : marked ? `${marked.category}, ringed` : `${text} is not in this sample`);
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      marked = null;
      fill(found, error.message);
    }
    figure?.mark(marked);
  };
  fill(chosen, ...selection([]));
  return [
    h("h1", {}, map.title),
    h(
      "p",
      { class: "soft" },
      `A sample of ${thousands(points.length)} compositions; similar ones are near each other. ` +
        (map.z ? "The first two of three coordinates are drawn." : ""),
    ),
    h(
      "div",
      { class: "bar" },
      choose,
      h(
        "form",
        { class: "bar", onsubmit: search },
        h("label", { for: "map-formula" }, "Find a formula"),
        input,
        h("button", { class: "button" }, "Find"),
        found,
      ),
    ),
    categoryToggles(points, shown, (categories) => {
      shown = categories;
      figure?.show(shown);
    }),
    h(
      "div",
      { class: "columns system" },
      h(
        "div",
        {},
        h(
          "fieldset",
          { class: "bar turns" },
          h("legend", { class: "spoken" }, "What a drag does"),
          [false, true].map((moving) =>
            h(
              "label",
              {},
              h("input", {
                type: "radio",
                name: "drag",
                checked: moves === moving,
                onchange: () => {
                  moves = moving;
                  figure?.setMoves(moves);
                },
              }),
              moving ? "move" : "select",
            ),
          ),
          zoomButton("Zoom in", "+", () => figure?.zoomBy(1)),
          zoomButton("Zoom out", "−", () => figure?.zoomBy(-1)),
        ),
        place,
        said,
      ),
      chosen,
    ),
  ];
}

/**
 * @param {string} name
 * @param {string} sign
 * @param {() => void} onclick
 */
function zoomButton(name, sign, onclick) {
  return h(
    "button",
    { type: "button", class: "button sign", title: name, onclick },
    h("span", { class: "spoken" }, name),
    h("span", { "aria-hidden": "true" }, sign),
  );
}

/** @param {MapPoint[]} points */
function selection(points) {
  const place = (/** @type {MapPoint} */ point) => CATEGORIES.indexOf(/** @type {any} */ (point.category));
  const sorted = points.toSorted(
    (a, b) => place(a) - place(b) || (a.formula < b.formula ? -1 : 1),
  );
  const some = sorted.slice(0, LISTED);
  if (!points.length) {
    return [
      h("h2", {}, "Nothing selected"),
      h("p", { class: "soft" }, "Draw a line around points to list them here. A click on a point opens the composition."),
      h(
        "p",
        { class: "soft" },
        "On the keyboard, in the map: arrows move a box, Shift and arrows resize it, Enter lists what is inside, Escape " +
          "selects nothing.",
      ),
    ];
  }
  return [
    h("h2", {}, `${thousands(points.length)} selected`),
    h("div", { class: "listed" }, rowsTable({ caption: "Selected compositions", columns: ["formula", "category"], rows: some })),
    points.length > LISTED ? h("p", { class: "soft" }, `The first ${LISTED} are listed.`) : null,
  ];
}

/**
 * Return the point with a formula in any spelling, null where the map has none.
 *
 * @param {MapPoint[]} points
 * @param {string} text
 * @param {import("../types.js").Element[]} elements
 */
function find(points, text, elements) {
  const { formula } = readComposition(text, elements);
  return points.find((point) => point.formula === formula) ?? null;
}
