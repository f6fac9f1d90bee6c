/** Why one composition is allowed or not, and what is known near it: `chemdb/lookup/explain.py` for the page. */

import { brokenRule } from "../chemistry/broken_rule.js";
import { composition, readComposition } from "../chemistry/formula.js";
import { Assignments, UndecidedError, assignmentText, firstOf } from "../chemistry/oxidation_states.js";
import { quoted } from "../messages.js";
import { mixedValenceAssignment } from "../chemistry/mixed_valence.js";
import { speciesText } from "../chemistry/species.js";
import { PER_UNIT } from "../space/weights.js";

/** @import {Analogue, Composition, Entry, Meta, SetVerdict, StateSet} from "../types.js" */
/** @import {ReadComposition} from "../chemistry/formula.js" */
/** @import {Known} from "../space/known.js" */
/** @import {Weights} from "../space/weights.js" */

/**
 * @typedef {object} Knowledge - what the page knows of a file besides its chemical systems
 * @property {Meta} meta
 * @property {Known} known
 * @property {Weights} weights
 */

/** Most witnesses, entries, neighbours and substitutions that are listed. */
const [MAX_WITNESSES, MAX_ENTRIES, MAX_NEIGHBOURS, MAX_SUBSTITUTIONS] = [20, 10, 5, 5];

/**
 * Return everything that a file says about one composition.
 *
 * @param {string} text - a formula in any spelling
 * @param {Knowledge} knowledge
 * @returns {Composition}
 */
export function explain(text, knowledge) {
  const { meta } = knowledge;
  const read = readComposition(text, meta.elements);
  const { elements, symbols, amounts } = read;
  const [used] = meta.state_sets;
  const witnesses = assignments(read, used, text);
  const listed = first(witnesses, MAX_WITNESSES);
  const entries = entriesOf(read, knowledge);
  const [allowed, known] = [witnesses.count > 0, entries.length > 0];
  const outside = outsideBecause(elements.length, Math.max(...amounts), meta.limits);
  const found = outside === null ? evidence(read, allowed, knowledge) : OUTSIDE;
  return {
    formula_given: text,
    formula: read.formula,
    chemsys: read.chemsys,
    nelements: elements.length,
    natoms: amounts.reduce((sum, amount) => sum + amount, 0),
    formula_anonymous: read.formula_anonymous,
    in_space: outside === null,
    outside_because: outside,
    allowed,
    known,
    category: allowed ? (known ? "standard" : "missing") : known ? "interesting" : "unlikely",
    forbidden: allowed ? null : brokenRule(elements, amounts, used.states, used.name),
    n_witnesses: witnesses.count,
    witnesses: listed.map((states) => assignmentText(symbols, states)),
    all_metal: elements.every((element) => element.smact_metal),
    verdicts: meta.state_sets.map((set) => verdict(read, set)),
    n_entries: entries.length,
    entries: entries.slice(0, MAX_ENTRIES),
    neighbours: neighbours(read, knowledge),
    substitutions: substitutions(read, listed, knowledge),
    ...found,
    elements: symbols,
    factors: amounts,
  };
}

/**
 * @param {ReadComposition} read
 * @param {StateSet} set
 * @param {string} text
 */
function assignments({ elements, amounts }, { states }, text) {
  try {
    return new Assignments(elements, amounts, states);
  } catch (error) {
    if (!(error instanceof UndecidedError)) throw error;
    throw new UndecidedError(`formula ${quoted(text)}: ${error.message}`);
  }
}

/**
 * Return why a composition is outside the space of a file, null if it is inside.
 *
 * @param {number} nelements
 * @param {number} largest - factor
 * @param {{nelements: number[], max_factor: number}} limits
 */
export function outsideBecause(nelements, largest, limits) {
  if (!limits.nelements.includes(nelements)) return `${nelements} element${nelements === 1 ? "" : "s"}`;
  return largest > limits.max_factor ? `factor ${largest}` : null;
}

/**
 * @param {ReadComposition} read
 * @param {StateSet} set
 * @returns {SetVerdict}
 */
function verdict({ elements, symbols, amounts }, { name, used, states }) {
  const isElement = elements.length === 1;
  const isMetal = elements.every((element) => element.smact_metal);
  /** @type {{allowed: boolean | null, n_witnesses: number | null, witness: string | null}} */
  const decided = { allowed: null, n_witnesses: null, witness: null };
  /** @type {boolean | null} */
  let withMixed = null;
  let mixed = null;
  try {
    const witnesses = new Assignments(elements, amounts, states);
    decided.allowed = witnesses.count > 0;
    decided.n_witnesses = witnesses.count;
    const best = firstOf(witnesses);
    decided.witness = best ? assignmentText(symbols, best) : null;
    mixed = decided.witness ?? mixedValenceAssignment(elements, amounts, states);
    withMixed = mixed !== null;
  } catch (error) {
    if (!(error instanceof UndecidedError)) throw error;
    withMixed = decided.allowed || null;
  }
  return {
    oxidation_state_set: name,
    used,
    ...decided,
    // As in smact_validity, every element is valid, and every alloy.
    with_mixed_valence: isElement || withMixed,
    mixed_valence_witness: decided.witness ? null : mixed,
    with_alloys: isElement || isMetal || decided.allowed,
  };
}

/**
 * Return the known formulas of the same chemical system, the nearest first.
 *
 * @param {ReadComposition} read
 * @param {Knowledge} knowledge
 */
function neighbours(read, { meta, known }) {
  const own = fractions(read.amounts);
  return knownIn(read, known)
    .filter((each) => each.formula !== read.formula)
    .map(({ formula, row }) => {
      const other = readComposition(formula, meta.elements);
      const theirs = fractions(read.symbols.map((symbol) => other.amounts[other.symbols.indexOf(symbol)]));
      const distance = own.reduce((sum, share, i) => sum + Math.abs(share - theirs[i]), 0) / 2;
      return { formula, distance: Math.round(distance * 1e6) / 1e6, ...stands(row, known) };
    })
    .sort((a, b) => a.distance - b.distance || compare(a.formula, b.formula))
    .slice(0, MAX_NEIGHBOURS);
}

/**
 * Return the known formulas of the system of a composition.
 *
 * @param {ReadComposition} read
 * @param {Known} known
 */
function knownIn({ symbols }, known) {
  const k = symbols.length;
  const rows = known.space.layers.has(k) ? known.inSystem(k, known.space.systemOf(numbersOf(symbols, known))) : [];
  const inside = rows.map((row) => ({ formula: known.formula(row), row }));
  const outside = [...known.outside].filter(([formula]) => {
    const others = formula.match(/[A-Z][a-z]?/g) ?? [];
    return others.length === k && others.every((symbol, i) => symbol === symbols[i]);
  });
  return [...inside, ...outside.map(([formula, row]) => ({ formula, row }))];
}

/** @param {number[]} amounts */
function fractions(amounts) {
  const natoms = amounts.reduce((sum, amount) => sum + amount, 0);
  return amounts.map((amount) => amount / natoms);
}

/**
 * Return the known formulas with one element replaced in the same oxidation state, the closest first.
 *
 * An element of an allowed composition has the oxidation states of its listed witnesses, one of a forbidden composition
 * any of its oxidation states.
 *
 * @param {ReadComposition} read
 * @param {number[][]} witnesses
 * @param {Knowledge} knowledge
 */
function substitutions(read, witnesses, knowledge) {
  const { states } = knowledge.meta.state_sets[0];
  const found = [];
  for (const [place, old] of read.elements.entries()) {
    const own = witnesses.length
      ? [...new Set(witnesses.map((choice) => choice[place]))]
      : mostCommonFirst(states[old.symbol] ?? []);
    for (const { element, formula, row } of replacements(read, place, knowledge)) {
      const shared = own.find((state) => states[element.symbol]?.some(([each]) => each === state));
      if (shared === undefined) continue;
      const [a, b] = [old.electronegativity, element.electronegativity];
      found.push({
        formula,
        replaced: old.symbol,
        by: element.symbol,
        species: speciesText(element.symbol, shared),
        same_group: old.periodic_group === element.periodic_group,
        electronegativity_difference: a === null || b === null ? null : Math.round(Math.abs(a - b) * 100) / 100,
        ...stands(row, knowledge.known),
      });
    }
  }
  return found
    .sort(
      (a, b) =>
        Number(b.same_group) - Number(a.same_group) ||
        (a.electronegativity_difference ?? 10) - (b.electronegativity_difference ?? 10) ||
        compare(a.formula, b.formula),
    )
    .slice(0, MAX_SUBSTITUTIONS);
}

/** @param {[number, number][]} states - with occurrences */
function mostCommonFirst(states) {
  return states.toSorted(([a, n], [b, m]) => m - n || a - b).map(([state]) => state);
}

/**
 * Return the known formulas that have another element in one place.
 *
 * @param {ReadComposition} read
 * @param {number} place
 * @param {Knowledge} knowledge
 */
function replacements({ elements, amounts }, place, { meta, known }) {
  const found = [];
  for (const element of meta.elements) {
    if (elements.includes(element)) continue;
    const other = composition(new Map(elements.map((each, i) => [i === place ? element : each, amounts[i]])));
    const row = rowOf(other, known);
    if (row >= 0) found.push({ element, formula: other.formula, row });
  }
  return found;
}

const OUTSIDE = { score: null, share_found: null, analogues: /** @type {Analogue[]} */ ([]) };

/**
 * Return the score of a composition of the space, and the analogues of which it is the sum.
 *
 * @param {ReadComposition} read
 * @param {boolean} allowed
 * @param {Knowledge} knowledge
 */
export function evidence(read, allowed, knowledge) {
  const { weights, known } = knowledge;
  let sum = 0;
  const analogues = read.elements
    .flatMap((old, place) =>
      replacements(read, place, knowledge).map(({ element, formula, row }) => {
        const weight = weights.of(element.symbol, old.symbol);
        sum += weight;
        return {
          formula,
          element: element.symbol,
          replaced_by: old.symbol,
          weight: weight / PER_UNIT,
          ...stands(row, known),
        };
      }),
    )
    .sort((a, b) => b.weight - a.weight || compare(a.formula, b.formula));
  const score = sum / PER_UNIT;
  const share = allowed && analogues.length ? weights.shareFound(read.elements.length, score) : null;
  return { score, share_found: share, analogues };
}

/**
 * Return the row of a composition in the known list, -1 where it is not known.
 *
 * @param {ReadComposition} read
 * @param {Known} known
 */
function rowOf({ symbols, amounts, formula }, known) {
  const stoichiometry = known.space.stoichiometryOf(amounts);
  if (stoichiometry < 0) return known.outside.get(formula) ?? -1;
  return known.find(symbols.length, known.space.systemOf(numbersOf(symbols, known)), stoichiometry);
}

/**
 * @param {ReadComposition} read
 * @param {Knowledge} knowledge
 * @returns {Entry[]}
 */
function entriesOf(read, { known }) {
  const row = rowOf(read, known);
  return row < 0 ? [] : known.entries(row, read.formula);
}

/**
 * Return what stands for a known formula: its most stable entry.
 *
 * @param {number} row
 * @param {Known} known
 */
function stands(row, known) {
  return { material_id: known.materialId(row), energy_above_hull: known.energy(row) };
}

/**
 * @param {string[]} symbols
 * @param {Known} known
 */
function numbersOf(symbols, known) {
  return symbols.map((symbol) => known.space.numberOf.get(symbol) ?? 0);
}

/**
 * @template T
 * @param {Iterable<T>} values
 * @param {number} n
 */
function first(values, n) {
  const some = [];
  for (const value of values) {
    if (some.length === n) break;
    some.push(value);
  }
  return some;
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
