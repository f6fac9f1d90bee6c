/** Which rule a forbidden composition breaks, as chemdb/lookup/broken_rule.py. */

import { Assignments, UndecidedError, assignmentText } from "./oxidation_states.js";
import { speciesText } from "./species.js";

/** @import {Element, Forbidden} from "../types.js" */
/** @import {Occurrences} from "./oxidation_states.js" */

/** Most distinct net charges that are listed to find the smallest. */
const MAX_NET_CHARGES = 100_000;

/**
 * Return the rule that a forbidden composition breaks.
 *
 * @param {Element[]} elements
 * @param {number[]} amounts
 * @param {Occurrences} states
 * @param {string} setName - of the oxidation-state set
 * @returns {Forbidden}
 */
export function brokenRule(elements, amounts, states, setName) {
  const symbols = elements.map((element) => element.symbol);
  const without = elements.filter((element) => element.electronegativity === null).map(({ symbol }) => symbol);
  if (without.length) return broken("no_electronegativity", noElectronegativity(without));
  const stateless = symbols.filter((symbol) => !states[symbol]?.length);
  if (stateless.length) return broken("no_oxidation_states", `${have(stateless)} no oxidation states in ${setName}`);
  return new Assignments(elements, amounts, states, false).count
    ? wrongElectronegativity(elements, amounts, states)
    : notNeutral(elements, amounts, states);
}

/**
 * Return that elements have no electronegativity.
 *
 * @param {string[]} symbols
 */
export function noElectronegativity(symbols) {
  return `${have(symbols)} no Pauling electronegativity`;
}

/**
 * @param {Element[]} elements
 * @param {number[]} amounts
 * @param {Occurrences} states
 */
function notNeutral(elements, amounts, states) {
  const because = "no choice of oxidation states is neutral";
  let charges = new Set([0]);
  for (const [i, { symbol }] of elements.entries()) {
    const own = states[symbol].map(([state]) => state * amounts[i]);
    charges = new Set([...charges].flatMap((charge) => own.map((each) => charge + each)));
    if (charges.size > MAX_NET_CHARGES) return broken("not_neutral", because);
  }
  const [net] = [...charges].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
  // With one more atom of the opposite charge, the neutral choices are those of this net charge.
  /** @type {Occurrences} */
  const balanced = { ...states, "": [[-net, 0]] };
  const [choice] = new Assignments([...elements, { symbol: "", electronegativity: null }], [...amounts, 1], balanced, false);
  const closest = assignmentText(elements.map(({ symbol }) => symbol), choice);
  return broken("not_neutral", `${because}; ${closest} comes closest with ${net > 0 ? "+" : ""}${net} e`, closest, net);
}

/**
 * @param {Element[]} elements
 * @param {number[]} amounts
 * @param {Occurrences} states
 */
function wrongElectronegativity(elements, amounts, states) {
  const symbols = elements.map(({ symbol }) => symbol);
  const values = new Map(elements.map(({ symbol, electronegativity }) => [symbol, electronegativity ?? 0]));
  const scale = (/** @type {string} */ symbol) => values.get(symbol) ?? 0;
  const pairs = symbols
    .flatMap((cation) => symbols.map((anion) => ({ cation, anion, by: scale(cation) - scale(anion) })))
    .filter(({ cation, anion, by }) => cation !== anion && by >= 0)
    .sort((a, b) => a.by - b.by || compare(a.cation, b.cation) || compare(a.anion, b.anion));
  for (const pair of pairs) {
    const limited = Object.fromEntries(
      symbols.map((symbol) => {
        const kept = states[symbol].filter(
          ([state]) =>
            (state <= 0 || scale(symbol) <= scale(pair.cation)) && (state >= 0 || scale(symbol) >= scale(pair.anion)),
        );
        return [symbol, kept];
      }),
    );
    const [choice] = new Assignments(elements, amounts, limited, false);
    if (!choice) continue;
    const cation = symbols
      .filter((_, i) => choice[i] > 0)
      .reduce((most, symbol) => (scale(symbol) > scale(most) ? symbol : most));
    const anion = symbols
      .filter((_, i) => choice[i] < 0)
      .reduce((least, symbol) => (scale(symbol) < scale(least) ? symbol : least));
    const text = (/** @type {string} */ symbol) =>
      `${speciesText(symbol, choice[symbols.indexOf(symbol)])} (${scale(symbol).toFixed(2)})`;
    const closest = assignmentText(symbols, choice);
    return broken(
      "electronegativity",
      `neutral only with a cation that is not less electronegative than an anion; ${closest} comes closest, where ` +
        `${text(cation)} is a cation and ${text(anion)} an anion`,
      closest,
      0,
    );
  }
  throw new UndecidedError("too many choices of oxidation states to decide");
}

/**
 * @param {Forbidden["rule"]} rule
 * @param {string} because
 * @param {string | null} closest
 * @param {number | null} netCharge
 * @returns {Forbidden}
 */
function broken(rule, because, closest = null, netCharge = null) {
  return { rule, because, closest, net_charge: netCharge };
}

/** @param {string[]} symbols */
function have(symbols) {
  const last = symbols[symbols.length - 1];
  return symbols.length > 1 ? `${symbols.slice(0, -1).join(", ")} and ${last} have` : `${last} has`;
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
