/** Where the compositions of a chemical system are drawn: the geometry of `chemdb plot composition`. */

import { gcd } from "../chemistry/formula.js";

/** Corners of the triangle: left, right, top. */
export const CORNERS = [
  [0, 0],
  [1, 0],
  [0.5, Math.sqrt(3) / 2],
];

/** Corners of the tetrahedron: the triangle, and the fourth element above its centre. */
export const TETRAHEDRON = [
  [0, 0, 0],
  [1, 0, 0],
  [0.5, Math.sqrt(3) / 2, 0],
  [0.5, Math.sqrt(3) / 6, Math.sqrt(2 / 3)],
];

/** Upper limits of the slices of a tetrahedron, in atomic fraction; the first slice is the face at zero. */
export const SLICES = [0, 0.2, 0.35, 0.5, 0.65, 1];

/**
 * Return the atomic fractions of a composition.
 *
 * @param {{elements: string[], factors: number[]}} row
 * @param {string[]} elements - of the system
 */
export function fractionsOf(row, elements) {
  const natoms = row.factors.reduce((sum, factor) => sum + factor, 0);
  return elements.map((symbol) => {
    const at = row.elements.indexOf(symbol);
    return at < 0 ? 0 : row.factors[at] / natoms;
  });
}

/**
 * Return the place in the triangle by the relative amounts of the first three elements, 0 to 1.
 *
 * @param {number[]} fractions
 */
export function inTriangle(fractions) {
  return weighted(fractions.slice(0, 3), CORNERS);
}

/**
 * Return the place in the tetrahedron.
 *
 * @param {number[]} fractions
 */
export function inTetrahedron(fractions) {
  return weighted(fractions, TETRAHEDRON);
}

/**
 * Return the number of the slice that a fraction of the fourth element is in.
 *
 * @param {number} share
 */
export function sliceOf(share) {
  return SLICES.findIndex((upper) => share <= upper);
}

/**
 * Return the name of a slice.
 *
 * @param {number} slice
 * @param {string} symbol - of the fourth element
 */
export function sliceName(slice, symbol) {
  return slice === 0 ? `no ${symbol}` : `${SLICES[slice - 1]} < x(${symbol}) ≤ ${SLICES[slice]}`;
}

/**
 * @param {number[]} weights
 * @param {number[][]} corners
 */
function weighted(weights, corners) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return corners[0].map((_, axis) =>
    weights.reduce((total, weight, corner) => total + (weight / sum) * corners[corner][axis], 0),
  );
}

/**
 * Return the positions closest to ascending targets (least squares) that are at least `gap` apart and within a range.
 *
 * @param {number[]} targets
 * @param {number} gap
 * @param {number} low
 * @param {number} high
 */
export function spread(targets, gap, low, high) {
  // Isotonic regression: neighbours that would overlap share their mean.
  /** @type {{sum: number, count: number}[]} */
  const blocks = [];
  targets.forEach((target, i) => {
    let block = { sum: target - gap * i, count: 1 };
    for (
      let last = blocks.at(-1);
      last && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      blocks.pop();
      block = { sum: last.sum + block.sum, count: last.count + block.count };
    }
    blocks.push(block);
  });
  const places = blocks.flatMap(({ sum, count }) => Array(count).fill(sum / count));
  const highest = high - gap / 2 - gap * (targets.length - 1);
  return places.map((place, i) => Math.min(Math.max(place, low + gap / 2), highest) + gap * i);
}

/**
 * Return every composition of a chemical system and its subsystems: factors from 0 to the largest, without a common
 * divisor, at least two of them positive.
 *
 * @param {number} nelements
 * @param {number} maxFactor
 * @returns {number[][]}
 */
export function allFactors(nelements, maxFactor) {
  /** @type {number[][]} */
  let tuples = [[]];
  for (let place = 0; place < nelements; place++) {
    tuples = tuples.flatMap((tuple) => Array.from({ length: maxFactor + 1 }, (_, factor) => [...tuple, factor]));
  }
  return tuples.filter((tuple) => tuple.filter(Boolean).length > 1 && tuple.reduce(gcd) === 1);
}

/**
 * Return a formula; elements are in order of electronegativity.
 *
 * @param {string[]} elements
 * @param {number[]} factors
 */
export function formulaOf(elements, factors) {
  return elements.map((symbol, i) => (factors[i] ? symbol + (factors[i] > 1 ? factors[i] : "") : "")).join("");
}
