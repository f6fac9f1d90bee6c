/** Marks of the categories in figures: circles are allowed, diamonds are not; filled ones are known, open ones not. */

import { svg } from "../parts/dom.js";

/** Drawing order, the rarest on top. */
export const BOTTOM_UP = ["unlikely", "missing", "standard", "interesting"];

/** Radius in px, in the proportions of the printed figures. @type {Record<string, number>} */
export const RADIUS = { standard: 4.6, missing: 3, interesting: 5.2, unlikely: 1.6 };

/** Categories whose compositions are known. */
export const KNOWN = ["standard", "interesting"];

/**
 * Return the mark of a composition as SVG.
 *
 * @param {{formula: string, category: string}} composition
 * @param {number} x
 * @param {number} y
 */
export function markAt({ formula, category }, x, y) {
  const r = RADIUS[category];
  const shape =
    category === "standard" || category === "missing"
      ? svg("circle", { cx: x.toFixed(2), cy: y.toFixed(2), r })
      : svg("path", { d: `M${x.toFixed(2)} ${(y - r).toFixed(2)}l${r} ${r} ${-r} ${r} ${-r} ${-r}z` });
  shape.setAttribute("class", `point ${category}`);
  shape.setAttribute("data-formula", formula);
  return shape;
}

/**
 * Add the outline of a mark to the path of a canvas.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string} category
 * @param {number} x
 * @param {number} y
 * @param {number} scale - of the radius
 */
export function trace(context, category, x, y, scale) {
  const r = RADIUS[category] * scale;
  if (category === "standard" || category === "missing") {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  } else {
    context.moveTo(x, y - r);
    context.lineTo(x + r, y);
    context.lineTo(x, y + r);
    context.lineTo(x - r, y);
    context.closePath();
  }
}

/**
 * Return a formula with subscripts as SVG text.
 *
 * @param {string} formula
 * @param {Record<string, string | number>} attributes
 */
export function formulaText(formula, attributes) {
  const text = svg("text", attributes);
  let lowered = false;
  for (const part of formula.match(/\d+|\D+/g) ?? []) {
    const isAmount = /\d/.test(part);
    const shift = isAmount === lowered ? null : isAmount ? "0.28em" : "-0.21em";
    text.append(svg("tspan", { class: isAmount ? "amount" : null, dy: shift }, part));
    lowered = isAmount;
  }
  return text;
}
