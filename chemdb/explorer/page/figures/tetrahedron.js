/** A chemical system of four elements as a tetrahedron that can be turned. */

import { h } from "../parts/dom.js";
import { labelFont, pageColor, redrawOnColorChange, sharpContext } from "./canvas.js";
import { BOTTOM_UP, KNOWN, trace } from "./marks.js";
import { TETRAHEDRON, inTetrahedron } from "./shape.js";

/** @typedef {import("./flat.js").Point} Point */

/** Distance of the viewer in edges: near enough to tell front from back. */
const DISTANCE = 4;
const CENTRE = [0.5, Math.sqrt(3) / 6, Math.sqrt(2 / 3) / 4];
const EDGES = [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]];
/** Angle of one key press. */
const STEP = Math.PI / 24;
/** How far in px the pointer may be from a point. */
const REACH = 9;
/** Px of a drag that turn by one radian. */
const DRAG = 160;
const START = { turn: -0.35, tilt: 0.18 };
/** Room around it for the symbols, in px. */
const MARGIN = 30;

/**
 * Return a canvas with the tetrahedron. Dragging and arrow keys turn it, Home turns it back.
 *
 * @param {string[]} elements
 * @param {Point[]} points
 * @param {number} width
 * @param {object} options
 * @param {string} options.name - what screen readers call it
 * @param {(point: Point | null) => void} options.onHover
 * @param {(point: Point) => void} options.onOpen
 */
export function tetrahedronFigure(elements, points, width, { name, onHover, onOpen }) {
  const canvas = h("canvas", { class: "figure turnable", tabindex: 0, role: "img", "aria-label": name });
  // Wide enough for any turn; below there is less room, as most turns leave the base near the level.
  const size = Math.min((width - 2 * MARGIN) / 1.3, 480);
  const middle = { x: width / 2, y: MARGIN + 0.66 * size };
  const height = middle.y + 0.52 * size;
  const placed = points.map((point) => ({
    point,
    at: inTetrahedron(point.fractions),
    order: BOTTOM_UP.indexOf(point.category),
  }));
  let { turn, tilt } = START;
  /** @type {{point: Point, x: number, y: number, near: number}[]} */
  let onScreen = [];
  /** @type {string | null} */
  let marked = null;

  /** @param {number[]} place */
  function project(place) {
    const [x, y, z] = place.map((value, axis) => value - CENTRE[axis]);
    const across = x * Math.cos(turn) - y * Math.sin(turn);
    const away = x * Math.sin(turn) + y * Math.cos(turn);
    const up = z * Math.cos(tilt) - away * Math.sin(tilt);
    const deep = z * Math.sin(tilt) + away * Math.cos(tilt);
    const near = DISTANCE / (DISTANCE + deep);
    return { x: middle.x + across * near * size, y: middle.y - up * near * size, near };
  }

  function draw() {
    const context = sharpContext(canvas, width, height);
    const corners = TETRAHEDRON.map(project);
    drawEdges(context, corners);
    onScreen = placed
      .map(({ point, at, order }) => ({ point, order, ...project(at) }))
      .sort((a, b) => a.near - b.near || a.order - b.order);
    for (const { point, x, y, near } of onScreen) {
      context.beginPath();
      trace(context, point.category, x, y, near ** 3 * Math.min(1, 0.4 + size / 700));
      const isKnown = KNOWN.includes(point.category);
      // What is far is paler; thousands of unknown compositions let the known ones show.
      context.globalAlpha = Math.max(0.3, Math.min(1, 1 + 4 * (near - 1.02))) * (isKnown ? 1 : 0.6);
      if (isKnown) {
        context.fillStyle = pageColorOf(point.category);
        context.fill();
      } else {
        context.strokeStyle = pageColorOf(point.category);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    const ring = onScreen.find(({ point }) => point.formula === marked);
    if (ring) {
      context.beginPath();
      context.arc(ring.x, ring.y, 10, 0, 2 * Math.PI);
      context.strokeStyle = pageColor("ink");
      context.lineWidth = 2;
      context.stroke();
    }
    drawSymbols(context, corners);
  }

  /** @type {Record<string, string>} */
  let colors = {};
  /** @param {string} category */
  function pageColorOf(category) {
    return (colors[category] ??= pageColor(category));
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{x: number, y: number, near: number}[]} corners
   */
  function drawEdges(context, corners) {
    const farthest = corners.reduce((far, corner, i) => (corner.near < corners[far].near ? i : far), 0);
    context.strokeStyle = pageColor("line-strong");
    for (const edge of EDGES) {
      context.setLineDash(edge.includes(farthest) ? [2, 4] : []);
      context.beginPath();
      for (const corner of edge) context.lineTo(corners[corner].x, corners[corner].y);
      context.stroke();
    }
    context.setLineDash([]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{x: number, y: number}[]} corners
   */
  function drawSymbols(context, corners) {
    context.font = labelFont();
    context.fillStyle = pageColor("ink");
    context.textAlign = "center";
    context.textBaseline = "middle";
    const centre = project(CENTRE);
    for (const [i, { x, y }] of corners.entries()) {
      const [dx, dy] = [x - centre.x, y - centre.y];
      const distance = Math.hypot(dx, dy) || 1;
      context.fillText(elements[i], x + (18 * dx) / distance, y + (18 * dy) / distance);
    }
  }

  /** @param {PointerEvent} event */
  function pointAt(event) {
    const bounds = canvas.getBoundingClientRect();
    /** @type {Point | null} */
    let best = null;
    let least = REACH;
    for (const { point, x, y } of onScreen) {
      const distance = Math.hypot(x - event.clientX + bounds.left, y - event.clientY + bounds.top);
      if (distance <= least) [best, least] = [point, distance];
    }
    return best;
  }

  /** @type {{x: number, y: number, moved: boolean} | null} */
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) {
      const point = pointAt(event);
      canvas.classList.toggle("on-point", point !== null);
      onHover(point);
      return;
    }
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag = { x: event.clientX, y: event.clientY, moved: true };
    turnBy(dx / DRAG, dy / DRAG);
  });
  canvas.addEventListener("pointerup", (event) => {
    const point = drag?.moved ? null : pointAt(event);
    drag = null;
    if (point) onOpen(point);
  });
  canvas.addEventListener("pointercancel", () => {
    drag = null;
  });
  canvas.addEventListener("pointerleave", () => onHover(null));
  canvas.addEventListener("keydown", (event) => {
    /** @type {Record<string, [number, number]>} */
    const turns = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in turns) turnBy(...turns[event.key]);
    else if (event.key === "Home") turnBack();
    else return;
    event.preventDefault();
  });

  /**
   * @param {number} right - in radians
   * @param {number} down
   */
  function turnBy(right, down) {
    turn -= right;
    tilt = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, tilt + down));
    draw();
  }

  function turnBack() {
    ({ turn, tilt } = START);
    draw();
  }

  /** @param {string | null} formula */
  function highlight(formula) {
    marked = formula;
    draw();
  }

  redrawOnColorChange(canvas, () => {
    colors = {};
    draw();
  });
  draw();
  return { node: canvas, turnBy, turnBack, highlight, places: () => onScreen };
}
