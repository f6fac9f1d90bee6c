/** A chemical system of two elements as a line, of three (or a slice of four) as a triangle. */

import { svg } from "../parts/dom.js";
import { BOTTOM_UP, KNOWN, formulaText, markAt } from "./marks.js";
import { CORNERS, inTriangle, spread } from "./shape.js";

/**
 * @typedef {object} Point - a composition in a figure
 * @property {string} formula
 * @property {string} category
 * @property {number[]} fractions - atomic fractions of the elements of the system
 */

/**
 * @typedef {object} FlatFigure
 * @property {SVGSVGElement} node
 * @property {{point: Point, x: number, y: number, node: SVGElement}[]} places - of the marks, in px
 * @property {number} unlabelled - number of known compositions for whose formulas there was no room
 */

const LANES = ["standard", "interesting", "missing", "unlikely"];
const LANE = 40;
/** Height of a label, and the width of most; a longer one stands alone. */
const LABEL = { height: 17, width: 64 };
/** Narrower figures have few labels or none: the table beside them has the formulas. */
const ROOM_FOR_LABELS = 500;

/**
 * Return the compositions of two elements: a lane for each category, from the first element to the second.
 *
 * @param {string[]} elements
 * @param {Point[]} points
 * @param {number} width
 * @returns {FlatFigure}
 */
export function lineFigure(elements, points, width) {
  const left = 96;
  const right = width - 24;
  const top = 56;
  const base = top + LANE * LANES.length;
  const node = canvasOf(width, base + 30);
  for (const [i, category] of LANES.entries()) {
    const y = top + LANE * (i + 0.5);
    node.append(
      svg("line", { class: "grid", x1: left, x2: right, y1: y, y2: y }),
      svg("text", { class: `lane ${category}`, x: left - 16, y: y + 5, "text-anchor": "end" }, category),
    );
  }
  const ticks = [elements[0], "0.25", "0.5", "0.75", elements[1]];
  for (const [i, text] of ticks.entries()) {
    const x = left + (i / (ticks.length - 1)) * (right - left);
    const kind = i % (ticks.length - 1) === 0 ? "corner" : "tick";
    node.append(
      svg("line", { class: "grid", x1: x, x2: x, y1: top, y2: base }),
      svg("text", { class: kind, x, y: base + 22, "text-anchor": "middle" }, text),
    );
  }
  const places = bottomUp(points).map((point) => {
    const x = left + point.fractions[1] * (right - left);
    const y = top + LANE * (LANES.indexOf(point.category) + 0.5);
    return { point, x, y, node: markAt(point, x, y) };
  });
  const known = simplestFirst(places);
  const fits = known.length * LABEL.width <= right - left || width >= ROOM_FOR_LABELS;
  const shown = fits ? known.slice(0, Math.floor((right - left) / LABEL.width)).sort((a, b) => a.x - b.x) : [];
  const across = spread(shown.map(({ x }) => x), LABEL.width, left - LABEL.width / 2, right + 24);
  for (const [i, { point, x, y }] of shown.entries()) {
    node.append(
      svg("polyline", { class: "leader", points: `${across[i]},30 ${x},${top - 2} ${x},${y - 6}` }),
      formulaText(point.formula, { class: "label", x: across[i], y: 22, "text-anchor": "middle" }),
    );
  }
  node.append(...places.map((place) => place.node));
  return { node, places, unlabelled: known.length - shown.length };
}

/**
 * Return compositions by the relative amounts of three elements, with labels of the known ones on both sides.
 *
 * @param {string[]} elements
 * @param {Point[]} points
 * @param {number} width
 * @returns {FlatFigure}
 */
export function triangleFigure(elements, points, width) {
  const labelled = width >= ROOM_FOR_LABELS;
  const side = Math.min(width - 2 * (labelled ? 108 : 24), 600);
  const top = 30;
  const base = top + side * CORNERS[2][1];
  const left = (width - side) / 2;
  const node = canvasOf(width, base + 30);
  /** @param {number[]} place */
  const onPage = ([x, y]) => [left + x * side, base - y * side];
  const corners = CORNERS.map(onPage);
  node.append(...grid(corners));
  const placesOfSymbols = [
    { anchor: "end", dx: -4, dy: 20 },
    { anchor: "start", dx: 4, dy: 20 },
    { anchor: "middle", dx: 0, dy: -12 },
  ];
  for (const [i, { anchor, dx, dy }] of placesOfSymbols.entries()) {
    const [x, y] = corners[i];
    node.append(svg("text", { class: "corner", x: x + dx, y: y + dy, "text-anchor": anchor }, elements[i]));
  }
  const places = bottomUp(points).map((point) => {
    const [x, y] = onPage(inTriangle(point.fractions));
    return { point, x, y, node: markAt(point, x, y) };
  });
  const known = simplestFirst(places);
  const rows = labelled ? Math.floor(base / LABEL.height) : 0;
  const shown = known.slice(0, 2 * rows).sort((a, b) => a.x - b.x);
  let nLeft = shown.filter(({ x }) => x < width / 2).length;
  if (Math.max(nLeft, shown.length - nLeft) > rows) nLeft = Math.floor(shown.length / 2);
  for (const [labels, edge, outward] of /** @type {const} */ ([
    [shown.slice(0, nLeft), left - 22, -1],
    [shown.slice(nLeft), left + side + 22, 1],
  ])) {
    labels.sort((a, b) => a.y - b.y);
    const down = spread(labels.map(({ y }) => y), LABEL.height, 0, base);
    for (const [i, { point, x, y }] of labels.entries()) {
      const anchor = outward < 0 ? "end" : "start";
      node.append(
        svg("line", { class: "leader", x1: edge - 4 * outward, y1: down[i], x2: x, y2: y }),
        formulaText(point.formula, { class: "label", x: edge, y: down[i] + 5, "text-anchor": anchor }),
      );
    }
  }
  node.append(...places.map((place) => place.node));
  return { node, places, unlabelled: known.length - shown.length };
}

/**
 * Return the outline of a triangle and its lines of equal fraction.
 *
 * @param {number[][]} corners
 */
function grid(corners) {
  const lines = [0.2, 0.4, 0.6, 0.8].flatMap((share) =>
    [0, 1, 2].map((a) => {
      const [from, to] = [(a + 1) % 3, (a + 2) % 3].map((end) =>
        [0, 1].map((axis) => (1 - share) * corners[a][axis] + share * corners[end][axis]),
      );
      return svg("line", { class: "grid", x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
    }),
  );
  return [...lines, svg("polygon", { class: "outline", points: corners.map((corner) => corner.join()).join(" ") })];
}

/**
 * @param {number} width
 * @param {number} height
 */
function canvasOf(width, height) {
  return svg("svg", { class: "figure", viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
}

/**
 * Return the known compositions, those with the shortest formulas first: they are labelled where there is no room for all.
 *
 * @param {FlatFigure["places"]} places
 */
function simplestFirst(places) {
  return places
    .filter(({ point }) => KNOWN.includes(point.category))
    .sort((a, b) => a.point.formula.length - b.point.formula.length);
}

/** @param {Point[]} points */
function bottomUp(points) {
  return BOTTOM_UP.flatMap((category) => points.filter((point) => point.category === category));
}
