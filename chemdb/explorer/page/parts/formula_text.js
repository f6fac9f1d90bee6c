/** How formulas, numbers and categories are written. */

import { h, svg } from "./dom.js";

/** @typedef {"standard" | "missing" | "interesting" | "unlikely"} Category */

/** The categories in the order in which they are listed. @type {Category[]} */
export const CATEGORIES = ["standard", "missing", "interesting", "unlikely"];

/** What each category means. @type {Record<Category, string>} */
export const MEANING = {
  standard: "allowed and known",
  missing: "allowed, not known",
  interesting: "known, not allowed",
  unlikely: "not allowed, not known",
};

/**
 * Return a formula with subscripts.
 *
 * @param {string} formula
 */
export function formulaNode(formula) {
  const parts = formula.split(/(\d+)/).filter((part) => part !== "");
  return h("span", { class: "formula" }, parts.map((part) => (/^\d/.test(part) ? h("sub", {}, part) : part)));
}

/**
 * Return an ion such as Fe3+ with its charge as a superscript.
 *
 * @param {string} species
 */
export function speciesNode(species) {
  const [, symbol, charge] = /^([A-Z][a-z]?)(\d*[+-]?)$/.exec(species) ?? [null, species, ""];
  return h("span", { class: "formula" }, symbol, charge ? h("sup", {}, charge.replace("-", "\u2212")) : null);
}

/**
 * Return a number with thousands separators.
 *
 * @param {number} number
 */
export function thousands(number) {
  return number.toLocaleString("en-US");
}

/**
 * Return a number in four characters or so: 7,572 is "7.6 k".
 *
 * @param {number} number
 */
export function short(number) {
  for (const [size, unit] of /** @type {[number, string][]} */ ([[1e9, "G"], [1e6, "M"], [1e3, "k"]])) {
    if (number >= size * 0.9995) {
      const scaled = number / size;
      return `${scaled.toFixed(scaled < 9.95 ? 1 : 0)}\u202f${unit}`;
    }
  }
  return String(number);
}

/**
 * Return a share as a percentage of three digits; what is not zero never reads as zero, and what is not all never as all.
 *
 * @param {number} part
 * @param {number} whole
 */
export function share(part, whole) {
  if (whole === 0 || part === 0) return "0%";
  if (part === whole) return "100%";
  const percent = (100 * part) / whole;
  if (percent < 0.01) return "<0.01%";
  if (percent > 99.99) return ">99.99%";
  return `${percent.toPrecision(percent >= 99 ? 4 : percent >= 1 ? 3 : 2)}%`;
}

/**
 * Return the mark of a category: circles are allowed, diamonds are not; filled ones are known, open ones are not.
 *
 * @param {Category} category
 */
export function categoryMark(category) {
  const allowed = category === "standard" || category === "missing";
  const shape = allowed
    ? svg("circle", { cx: 6, cy: 6, r: 4 })
    : svg("path", { d: "M6 1.2 10.8 6 6 10.8 1.2 6Z" });
  return svg("svg", { class: `mark ${category}`, viewBox: "0 0 12 12", "aria-hidden": "true" }, shape);
}

/**
 * Return the mark and the name of a category.
 *
 * @param {Category} category
 */
export function categoryNode(category) {
  return h("span", { class: `category ${category}` }, categoryMark(category), category);
}
