/** What SMACT's smact_validity accepts by mixed valence, as chemdb/rule/smact_validity.py. */

import { Assignments, UndecidedError, firstOf } from "./oxidation_states.js";
import { speciesText } from "./species.js";

/** @import {Element} from "../types.js" */
/** @import {Occurrences} from "./oxidation_states.js" */

/** Most sites of a composition with mixed valence. */
const MAX_SITES = 64;

/**
 * Return the species that allow a composition with mixed valence, null where none do: Fe2+ 2Fe3+ 4O2-.
 *
 * @param {Element[]} elements
 * @param {number[]} amounts
 * @param {Occurrences} states
 */
export function mixedValenceAssignment(elements, amounts, states) {
  const sites = elements.flatMap((element, place) => sitesOf(element, place, amounts[place], states));
  if (sites.length > MAX_SITES) throw new UndecidedError("too many atoms of mixed valence to decide");
  const assignment = firstOf(
    new Assignments(
      sites.map(({ element }) => element),
      sites.map(({ amount }) => amount),
      states,
    ),
  );
  if (!assignment) return null;
  /** @type {Map<string, number>} */
  const totals = new Map();
  const order = sites.map((_, i) => i).sort((a, b) => sites[a].place - sites[b].place || assignment[a] - assignment[b]);
  for (const i of order) {
    const species = speciesText(sites[i].element.symbol, assignment[i]);
    totals.set(species, (totals.get(species) ?? 0) + sites[i].amount);
  }
  return [...totals].map(([species, n]) => (n > 1 ? n : "") + species).join(" ");
}

/**
 * Return what can have one oxidation state: single atoms, or all of an element.
 *
 * @param {Element} element
 * @param {number} place
 * @param {number} amount
 * @param {Occurrences} states
 */
function sitesOf(element, place, amount, states) {
  const isMixed = element.smact_mixed_valence && (states[element.symbol] ?? []).length > 1;
  if (!isMixed) return [{ element, place, amount }];
  return Array.from({ length: Math.min(amount, MAX_SITES + 1) }, () => ({ element, place, amount: 1 }));
}
