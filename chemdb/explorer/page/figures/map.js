/** A stored map as a canvas: points by category, a lasso, and a box for the keyboard. */

import { h } from "../parts/dom.js";
import { labelFont, pageColor, redrawOnColorChange, sharpContext } from "./canvas.js";
import { BOTTOM_UP, KNOWN, trace } from "./marks.js";

/**
 * @typedef {object} MapPoint - a composition of a map
 * @property {string} formula
 * @property {string} category
 * @property {number} x
 * @property {number} y
 */

/** @typedef {[number, number]} Place - in px of the canvas */

/** How far in px the pointer may be from a point. */
const REACH = 8;
const MARGIN = 16;
/** Step and first size of the keyboard's box in px. */
const STEP = 12;
const BOX = 120;
const ZOOM = 1.5;
const MAX_ZOOM = 60;
/** Parts in which points are drawn. */
const TURNS = 16;
/** A map that is so many times as long as wide has a scale of its own for each coordinate. */
const LONG = 2.5;

/**
 * Return whether a place is inside a closed outline, by the even-odd rule.
 *
 * @param {Place} place
 * @param {Place[]} outline
 */
function isInside([x, y], outline) {
  let inside = false;
  for (const [i, [ax, ay]] of outline.entries()) {
    const [bx, by] = outline.at(i - 1) ?? [ax, ay];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/**
 * Return a canvas with a map. Dragging selects, or moves the map, see `setMode`. On the keyboard arrows move a box, with
 * Shift they resize it, Enter selects what is inside, Escape nothing.
 *
 * @param {MapPoint[]} points
 * @param {number} width
 * @param {number} height
 * @param {object} options
 * @param {string} options.name - what screen readers call it
 * @param {(point: MapPoint | null) => void} options.onHover
 * @param {(point: MapPoint) => void} options.onOpen
 * @param {(points: MapPoint[]) => void} options.onSelect
 */
export function mapFigure(points, width, height, { name, onHover, onOpen, onSelect }) {
  const canvas = h("canvas", { class: "figure map", tabindex: 0, role: "img", "aria-label": name });
  const range = extent(points);
  const scale = scales(range, width - 2 * MARGIN, height - 2 * MARGIN);
  let zoom = 1;
  /** @type {Place} */
  let shift = [0, 0];
  let moves = false;
  let shown = new Set(BOTTOM_UP);
  /** @type {Set<MapPoint>} */
  let chosen = new Set();
  /** @type {MapPoint | null} */
  let found = null;
  /** @type {Place[]} */
  let outline = [];
  /** @type {{x: number, y: number, width: number, height: number} | null} */
  let box = null;

  /**
   * @param {MapPoint} point
   * @returns {Place}
   */
  function place(point) {
    return [
      width / 2 + (point.x - range.x) * zoom * scale.x + shift[0],
      height / 2 - (point.y - range.y) * zoom * scale.y + shift[1],
    ];
  }

  function draw() {
    const context = sharpContext(canvas, width, height);
    // In turns, so that no category hides the others.
    for (const areChosen of chosen.size ? [false, true] : [false]) {
      for (let turn = 0; turn < TURNS; turn++) {
        for (const category of BOTTOM_UP) if (shown.has(category)) drawPoints(context, category, turn, areChosen);
      }
    }
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.strokeStyle = pageColor("ink");
    context.setLineDash([4, 3]);
    context.beginPath();
    for (const [x, y] of outline) context.lineTo(x, y);
    context.closePath();
    context.stroke();
    if (box) context.strokeRect(box.x, box.y, box.width, box.height);
    context.setLineDash([]);
    if (found) drawFound(context, found);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} category
   * @param {number} turn
   * @param {boolean} areChosen
   */
  function drawPoints(context, category, turn, areChosen) {
    const size = 0.55 * Math.min(1.8, Math.sqrt(zoom));
    context.beginPath();
    for (let i = turn; i < points.length; i += TURNS) {
      const point = points[i];
      if (point.category !== category || chosen.has(point) !== areChosen) continue;
      const [x, y] = place(point);
      trace(context, category, x, y, size);
    }
    context.globalAlpha = chosen.size && !areChosen ? 0.15 : 0.7;
    context.lineWidth = 1;
    context.fillStyle = context.strokeStyle = pageColor(category);
    if (KNOWN.includes(category)) context.fill();
    else context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {MapPoint} point
   */
  function drawFound(context, point) {
    const [x, y] = place(point);
    const isRight = x > width - 120;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 10, 0, 2 * Math.PI);
    context.stroke();
    context.font = labelFont();
    context.textAlign = isRight ? "right" : "left";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.strokeStyle = pageColor("page");
    context.strokeText(point.formula, x + (isRight ? -16 : 16), y);
    context.fillStyle = pageColor("ink");
    context.fillText(point.formula, x + (isRight ? -16 : 16), y);
  }

  /**
   * @param {PointerEvent} event
   * @returns {Place}
   */
  function placeOf(event) {
    const bounds = canvas.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  }

  /** @param {Place} at */
  function pointAt([x, y]) {
    /** @type {MapPoint | null} */
    let best = null;
    let least = REACH;
    for (const point of points) {
      if (!shown.has(point.category)) continue;
      const [px, py] = place(point);
      const distance = Math.hypot(px - x, py - y);
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  }

  /** @param {Place[]} corners */
  function select(corners) {
    const inside = points.filter((point) => shown.has(point.category) && isInside(place(point), corners));
    chosen = new Set(inside);
    draw();
    onSelect(inside);
  }

  function clear() {
    box = null;
    outline = [];
    select([]);
  }

  /** @type {{from: Place, last: Place, moved: boolean} | null} */
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    const at = placeOf(event);
    drag = { from: at, last: at, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = placeOf(event);
    if (!drag) {
      const point = pointAt(at);
      canvas.classList.toggle("on-point", point !== null);
      onHover(point);
      return;
    }
    if (!drag.moved && Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) < 4) return;
    if (moves) {
      shift = [shift[0] + at[0] - drag.last[0], shift[1] + at[1] - drag.last[1]];
    } else {
      if (!drag.moved) [box, outline] = [null, [drag.from]];
      outline.push(at);
    }
    drag = { ...drag, last: at, moved: true };
    draw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const moved = drag?.moved;
    drag = null;
    if (moved) {
      if (!moves) select(outline);
      return;
    }
    const point = pointAt(placeOf(event));
    if (point) onOpen(point);
    else clear();
  });
  canvas.addEventListener("pointercancel", () => {
    drag = null;
  });
  canvas.addEventListener("pointerleave", () => onHover(null));
  canvas.addEventListener("keydown", (event) => {
    /** @type {Record<string, [number, number]>} */
    const steps = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in steps) changeBox(steps[event.key], event.shiftKey);
    else if (event.key === "Enter" && box) select(cornersOf(box));
    else if (event.key === "Escape") clear();
    else return;
    event.preventDefault();
  });

  /**
   * @param {[number, number]} step
   * @param {boolean} resizes
   */
  function changeBox([dx, dy], resizes) {
    outline = [];
    if (!box) {
      box = { x: (width - BOX) / 2, y: (height - BOX) / 2, width: BOX, height: BOX };
    } else if (resizes) {
      box.width = Math.max(STEP, box.width + dx);
      box.height = Math.max(STEP, box.height + dy);
    } else {
      box.x = Math.max(-box.width / 2, Math.min(width - box.width / 2, box.x + dx));
      box.y = Math.max(-box.height / 2, Math.min(height - box.height / 2, box.y + dy));
    }
    draw();
  }

  redrawOnColorChange(canvas, draw);
  draw();
  return {
    node: canvas,
    place,
    clear,
    /**
     * Let drags move the map, or select.
     *
     * @param {boolean} move
     */
    setMoves(move) {
      moves = move;
      canvas.classList.toggle("moves", move);
    },
    /**
     * Draw only some categories.
     *
     * @param {Set<string>} categories
     */
    show(categories) {
      shown = categories;
      draw();
    },
    /**
     * Mark a point.
     *
     * @param {MapPoint | null} point
     */
    mark(point) {
      found = point;
      draw();
    },
    /**
     * Go nearer, or farther by negative steps.
     *
     * @param {number} steps
     */
    zoomBy(steps) {
      const next = Math.max(1, Math.min(MAX_ZOOM, zoom * ZOOM ** steps));
      shift = next === 1 ? [0, 0] : [(shift[0] * next) / zoom, (shift[1] * next) / zoom];
      zoom = next;
      outline = [];
      draw();
    },
  };
}

/**
 * Return px per unit of each coordinate: the same, unless the map were a narrow strip.
 *
 * @param {{width: number, height: number}} range
 * @param {number} width
 * @param {number} height
 */
function scales(range, width, height) {
  const [x, y] = [width / range.width, height / range.height];
  if (Math.max(range.width / range.height, range.height / range.width) > LONG) return { x, y };
  return { x: Math.min(x, y), y: Math.min(x, y) };
}

/**
 * @param {{x: number, y: number, width: number, height: number}} box
 * @returns {Place[]}
 */
function cornersOf({ x, y, width, height }) {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

/**
 * Return the centre and size of what points cover.
 *
 * @param {MapPoint[]} points
 */
function extent(points) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [low, high] = [Math.min(low, y), Math.max(high, y)];
  }
  return { x: (left + right) / 2, y: (low + high) / 2, width: right - left || 1, height: high - low || 1 };
}
