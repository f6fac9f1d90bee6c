/** One chemical system: its compositions by category, and how many its subsystems have. */

import { counted, quoted } from "../messages.js";

/** @import {Row, System} from "../types.js" */
/** @import {Known} from "../space/known.js" */
/** @import {Rows} from "../query/rows.js" */
/** @import {Space} from "../space/space.js" */

/** A text is not a chemical system of the file. */
export class SystemError extends Error {}

/**
 * Return the standard, missing and interesting compositions of a system, without species.
 *
 * @param {string} text - elements in any order, joined by hyphens
 * @param {Rows} rows
 * @returns {System}
 */
export function chemicalSystem(text, rows) {
  const { space, known } = rows;
  const numbers = numbersOf(text, space);
  const layer = space.layer(numbers.length);
  const system = space.systemOf(numbers);
  const alphabetical = space.alphabeticalSystemOf(numbers);
  const knownRows = new Map(known.inSystem(layer.k, system).map((row) => [known.stoichiometry[row], row]));
  /** @type {Row[]} */
  const points = [];
  for (let stoichiometry = 0; stoichiometry < layer.nStoichiometries; stoichiometry++) {
    const row = knownRows.get(stoichiometry) ?? -1;
    if (row < 0 && !space.isAllowed(layer.k, system, stoichiometry)) continue;
    points.push(rows.row({ k: layer.k, system, alphabetical, stoichiometry, known: row }, false));
  }
  return {
    chemsys: space.chemsys(numbers),
    elements: space.chemsys(numbers).split("-"),
    points,
    counts: countsOf(numbers, space, known),
    subsystems: subsets(numbers)
      .filter((some) => space.layers.has(some.length))
      .map((some) => ({ chemsys: space.chemsys(some), ...countsOf(some, space, known) })),
  };
}

/**
 * Return the elements of a system, ascending.
 *
 * @param {string} text
 * @param {Space} space
 */
function numbersOf(text, space) {
  const name = `chemical system ${quoted(text)}`;
  const symbols = text.split("-").map((part) => part.trim());
  for (const symbol of symbols) {
    if (space.numberOf.has(symbol)) continue;
    throw new SystemError(`${name}: ${quoted(symbol)} is not an element; write it like Li-Zn-O`);
  }
  if (new Set(symbols).size < symbols.length) throw new SystemError(`${name}: an element occurs twice`);
  if (!space.layers.has(symbols.length)) {
    const sizes = [...space.layers.keys()];
    throw new SystemError(`${name}: this file has systems of ${sizes[0]} to ${counted(sizes[sizes.length - 1], "element")}`);
  }
  return symbols.map((symbol) => space.numberOf.get(symbol) ?? 0).sort((a, b) => a - b);
}

/**
 * @param {number[]} numbers
 * @param {Space} space
 * @param {Known} known
 */
function countsOf(numbers, space, known) {
  const { k, setOf, setSize, nStoichiometries } = space.layer(numbers.length);
  const system = space.systemOf(numbers);
  const allowed = setSize[setOf[system]];
  const rows = known.inSystem(k, system);
  const standard = rows.filter((row) => known.allowed[row]).length;
  const interesting = rows.length - standard;
  return {
    standard,
    missing: allowed - standard,
    interesting,
    unlikely: nStoichiometries - allowed - interesting,
  };
}

/**
 * Return the proper subsets of two elements or more.
 *
 * @param {number[]} numbers
 */
function subsets(numbers) {
  return Array.from({ length: 2 ** numbers.length - 1 }, (_, bits) => numbers.filter((__, i) => (bits >> i) & 1))
    .filter((some) => some.length > 1)
    .sort((a, b) => a.length - b.length);
}
