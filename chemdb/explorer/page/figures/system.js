/** A chemical system as the figure of its size, which reacts to the pointer and follows the width of its place. */

import { fill, h, svg } from "../parts/dom.js";
import { formulaNode } from "../parts/formula_text.js";
import { counted } from "../messages.js";
import { lineFigure, triangleFigure } from "./flat.js";
import { allFactors, formulaOf, fractionsOf, sliceOf } from "./shape.js";
import { tetrahedronFigure } from "./tetrahedron.js";

/** @typedef {import("./flat.js").Point} Point */

/** How far in px the pointer may be from a point. */
const REACH = 10;

/**
 * Return the points of a system: those listed and, as unlikely, all others within the limits of the file.
 *
 * @param {string[]} elements - in order of electronegativity
 * @param {{formula: string, category: string, elements: string[], factors: number[]}[]} rows
 * @param {{nelements: number[], max_factor: number}} limits
 * @returns {Point[]}
 */
export function pointsOf(elements, rows, limits) {
  const listed = new Set(rows.map((row) => row.formula));
  const points = rows.map(({ formula, category, ...amounts }) => ({
    formula,
    category,
    fractions: fractionsOf(amounts, elements),
  }));
  for (const factors of allFactors(elements.length, limits.max_factor)) {
    const formula = formulaOf(elements, factors);
    const size = factors.filter(Boolean).length;
    if (listed.has(formula) || size < limits.nelements[0]) continue;
    points.push({ formula, category: "unlikely", fractions: fractionsOf({ elements, factors }, elements) });
  }
  return points;
}

/**
 * Return a place for the figure of a system.
 *
 * @param {string[]} elements - two to four, in order of electronegativity
 * @param {object} options
 * @param {(point: Point) => void} options.onOpen
 * @param {(point: Point | null) => void} [options.onHover]
 */
export function systemFigure(elements, { onOpen, onHover = () => {} }) {
  const place = h("div", { class: "figure-place" });
  const said = h("p", { class: "readout", "aria-hidden": "true" });
  /** @type {Point[]} */
  let points = [];
  /** @type {number | null} */
  let slice = null;
  /** @type {string | null} */
  let marked = null;
  let width = 0;
  /** What is said when the pointer is on no mark. */
  let lack = "";
  /** @type {ReturnType<typeof tetrahedronFigure> | null} */
  let tetrahedron = null;
  /** @type {(formula: string | null) => void} */
  let ring = () => {};

  function spare() {
    return h("span", { class: "soft" }, lack);
  }

  /** @param {Point | null} point */
  function hover(point) {
    fill(said, point ? [formulaNode(point.formula), ` ${point.category}`] : spare());
    ring(point?.formula ?? marked);
    onHover(point);
  }

  function name() {
    const shape = elements.length === 2 ? "line" : elements.length === 4 && slice === null ? "tetrahedron" : "triangle";
    return `${elements.join("–")} as a ${shape} of ${points.length} compositions by category; the table lists them`;
  }

  function draw() {
    if (width < 1) return;
    tetrahedron = null;
    lack = "";
    if (elements.length === 4 && slice === null) {
      const figure = tetrahedronFigure(elements, points, width, { name: name(), onHover: hover, onOpen });
      tetrahedron = figure;
      ring = figure.highlight;
      fill(place, figure.node);
    } else {
      const chosen = slice === null ? points : points.filter(({ fractions }) => sliceOf(fractions[3]) === slice);
      const figure = (elements.length === 2 ? lineFigure : triangleFigure)(elements, chosen, width);
      figure.node.setAttribute("aria-label", name());
      ring = follow(figure);
      const { unlabelled: n } = figure;
      if (n) lack = `${counted(n, "known composition")} without a label, for lack of space`;
      fill(place, figure.node);
    }
    fill(said, spare());
    ring(marked);
  }

  /** @param {import("./flat.js").FlatFigure} figure */
  function follow({ node, places }) {
    const circle = svg("circle", { class: "ring", r: 9, visibility: "hidden" });
    node.append(circle);
    /** @param {PointerEvent | MouseEvent} event */
    const pointAt = (event) => {
      const bounds = node.getBoundingClientRect();
      const scale = width / bounds.width;
      const [x, y] = [(event.clientX - bounds.left) * scale, (event.clientY - bounds.top) * scale];
      let best = null;
      let least = REACH;
      for (const each of places) {
        const distance = Math.hypot(each.x - x, each.y - y);
        if (distance <= least) [best, least] = [each.point, distance];
      }
      return best;
    };
    node.addEventListener("pointermove", (event) => {
      const point = pointAt(event);
      node.classList.toggle("on-point", point !== null);
      hover(point);
    });
    node.addEventListener("pointerleave", () => hover(null));
    node.addEventListener("click", (event) => {
      const point = pointAt(event);
      if (point) onOpen(point);
    });
    return (/** @type {string | null} */ formula) => {
      const at = places.find(({ point }) => point.formula === formula);
      circle.setAttribute("visibility", at ? "visible" : "hidden");
      circle.setAttribute("cx", String(at?.x ?? 0));
      circle.setAttribute("cy", String(at?.y ?? 0));
    };
  }

  const observer = new ResizeObserver(() => {
    const next = Math.floor(place.clientWidth);
    if (next === width) return;
    width = next;
    draw();
  });
  observer.observe(place);
  return {
    node: h("div", { class: "figure-frame" }, place, said),
    /**
     * Draw these points; of four elements the tetrahedron, or one of its slices.
     *
     * @param {Point[]} some
     * @param {number | null} [ofSlice]
     */
    show(some, ofSlice = null) {
      points = some;
      slice = ofSlice;
      draw();
    },
    /**
     * Mark a composition until another is marked.
     *
     * @param {string | null} formula
     */
    mark(formula) {
      marked = formula;
      ring(formula);
    },
    /**
     * Turn the tetrahedron, by radians; without them turn it back.
     *
     * @param {number} [right]
     * @param {number} [down]
     */
    turn(right, down) {
      if (right === undefined) tetrahedron?.turnBack();
      else tetrahedron?.turnBy(right, down ?? 0);
    },
    stop: () => observer.disconnect(),
  };
}
