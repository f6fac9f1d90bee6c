/** The compositions of a chemical system and its subsystems, for figures and the table beside them. */

import { pointsOf } from "../figures/system.js";

/** @typedef {import("../types.js").Row} Row */

/**
 * Return what the figure of a system shows.
 *
 * @param {string} chemsys - of two to four elements, in any order
 * @param {import("../types.js").Client} client
 */
export async function systemPoints(chemsys, client) {
  const meta = await client.meta;
  const whole = await client.system(chemsys);
  const subsystems = await Promise.all(whole.subsystems.map((part) => client.system(part.chemsys)));
  const rows = [whole, ...subsystems].flatMap((system) => system.points);
  // Elements without an electronegativity come last, ties by atomic number.
  const elements = meta.elements
    .filter((element) => whole.elements.includes(element.symbol))
    .sort((a, b) => (a.electronegativity ?? Infinity) - (b.electronegativity ?? Infinity) || a.atomic_number - b.atomic_number)
    .map((element) => element.symbol);
  return { chemsys: whole.chemsys, elements, rows, points: pointsOf(elements, rows, meta.limits), subsystems: whole.subsystems };
}
