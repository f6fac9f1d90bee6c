/** Why one composition is allowed or not, and what is known near it: `chemdb/lookup/explain.py` for the page. */

import { anonymousFormula, compositionOf, formulaText, readFormula } from "./formula.js";
import {
  Assignments,
  UndecidedError,
  assignmentText,
  brokenRule,
  mixedValenceAssignment,
  speciesText,
  valuesOf,
} from "./oxidation_states.js";

/** @typedef {import("./types.js").Analogue} Analogue */
/** @typedef {import("./types.js").Composition} Composition */
/** @typedef {import("./types.js").Element} Element */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").SetVerdict} SetVerdict */
/** @typedef {import("./types.js").StateSet} StateSet */
/** @typedef {import("./formula.js").Amounts} Amounts */

/**
 * @typedef {object} Knowledge - what the page knows of a file besides its chemical systems
 * @property {Element[]} elements - by atomic number
 * @property {StateSet[]} state_sets - that of the file first
 * @property {{nelements: number[], max_factor: number}} limits
 * @property {Map<string, Entry[]>} entries - of each known formula, the most stable first
 * @property {Weights} weights
 */

/**
 * @typedef {object} Weights - what substitutions say
 * @property {(element: string, replacedBy: string) => number} weight - in millionths
 * @property {{nelements: number, score_from: number | null, share_found: number | null}[]} score_band
 */

/** Most witnesses, entries, neighbours and substitutions that are listed. */
const [MAX_WITNESSES, MAX_ENTRIES, MAX_NEIGHBOURS, MAX_SUBSTITUTIONS] = [20, 10, 5, 5];
/** Weights are whole millionths. */
const PER_UNIT = 1_000_000;

/**
 * Return everything that a file says about one composition.
 *
 * @param {string} text - a formula in any spelling
 * @param {Knowledge} knowledge
 * @returns {Composition}
 */
export function explain(text, knowledge) {
  const composition = readFormula(text, knowledge.elements);
  const { elements, amounts } = composition;
  const symbols = elements.map((element) => element.symbol);
  const formula = formulaText(symbols, amounts);
  const [used] = knowledge.state_sets;
  const witnesses = new Assignments(symbols, amounts, valuesOf(elements), used.states);
  const listed = first(witnesses, MAX_WITNESSES);
  const entries = knowledge.entries.get(formula) ?? [];
  const [allowed, known] = [witnesses.count > 0, entries.length > 0];
  const outside = outsideBecause(elements.length, Math.max(...amounts), knowledge.limits);
  const found = outside === null ? evidence(composition, allowed, knowledge) : OUTSIDE;
  return {
    formula_given: text,
    formula,
    chemsys: symbols.toSorted().join("-"),
    nelements: elements.length,
    natoms: amounts.reduce((sum, amount) => sum + amount, 0),
    formula_anonymous: anonymousFormula(amounts),
    in_space: outside === null,
    outside_because: outside,
    allowed,
    known,
    category: allowed ? (known ? "standard" : "missing") : known ? "interesting" : "unlikely",
    forbidden: allowed ? null : brokenRule(elements, amounts, used.states, used.name),
    n_witnesses: witnesses.count,
    witnesses: listed.map((states) => assignmentText(symbols, states)),
    all_metal: elements.every((element) => element.smact_metal),
    verdicts: knowledge.state_sets.map((set) => verdict(composition, set)),
    n_entries: entries.length,
    entries: entries.slice(0, MAX_ENTRIES),
    neighbours: neighbours(composition, formula, knowledge),
    substitutions: substitutions(composition, listed, knowledge),
    ...found,
    elements: symbols,
    factors: amounts,
  };
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
 * @param {Amounts} composition
 * @param {StateSet} set
 * @returns {SetVerdict}
 */
function verdict({ elements, amounts }, { name, used, states }) {
  const symbols = elements.map((element) => element.symbol);
  const isElement = elements.length === 1;
  const isMetal = elements.every((element) => element.smact_metal);
  /** @type {{allowed: boolean | null, n_witnesses: number | null, witness: string | null}} */
  const decided = { allowed: null, n_witnesses: null, witness: null };
  /** @type {boolean | null} */
  let withMixed = null;
  let mixed = null;
  try {
    const witnesses = new Assignments(symbols, amounts, valuesOf(elements), states);
    decided.allowed = witnesses.count > 0;
    decided.n_witnesses = witnesses.count;
    const [best] = witnesses;
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
 * @param {Amounts} composition
 * @param {string} formula
 * @param {Knowledge} knowledge
 */
function neighbours({ elements, amounts }, formula, knowledge) {
  const symbols = elements.map((element) => element.symbol);
  const own = fractions(amounts);
  return (knownSystems(knowledge).get(symbols.toSorted().join("-")) ?? [])
    .filter((each) => each !== formula)
    .map((each) => {
      const of = new Map([...each.matchAll(ATOM)].map(([, symbol, amount]) => [symbol, Number(amount || 1)]));
      const theirs = fractions(symbols.map((symbol) => of.get(symbol) ?? 0));
      const distance = own.reduce((sum, share, i) => sum + Math.abs(share - theirs[i]), 0) / 2;
      return { formula: each, distance: Math.round(distance * 1e6) / 1e6, ...best(each, knowledge) };
    })
    .sort((a, b) => a.distance - b.distance || compare(a.formula, b.formula))
    .slice(0, MAX_NEIGHBOURS);
}

const ATOM = /([A-Z][a-z]?)(\d*)/g;
/** @type {WeakMap<Map<string, Entry[]>, Map<string, string[]>>} */
const systems = new WeakMap();

/**
 * Return the known formulas of each chemical system.
 *
 * @param {Knowledge} knowledge
 */
function knownSystems({ entries }) {
  let known = systems.get(entries);
  if (!known) {
    known = new Map();
    for (const formula of entries.keys()) {
      const chemsys = [...formula.matchAll(ATOM)].map(([, symbol]) => symbol).sort().join("-");
      const others = known.get(chemsys);
      if (others) others.push(formula);
      else known.set(chemsys, [formula]);
    }
    systems.set(entries, known);
  }
  return known;
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
 * @param {Amounts} composition
 * @param {number[][]} witnesses
 * @param {Knowledge} knowledge
 */
function substitutions(composition, witnesses, knowledge) {
  const { states } = knowledge.state_sets[0];
  const found = [];
  for (const [place, old] of composition.elements.entries()) {
    const own = witnesses.length
      ? [...new Set(witnesses.map((choice) => choice[place]))]
      : mostCommonFirst(states[old.symbol] ?? []);
    for (const replacement of replacements(composition, place, knowledge)) {
      const { element } = replacement;
      const shared = own.find((state) => states[element.symbol]?.some(([each]) => each === state));
      if (shared === undefined) continue;
      const [a, b] = [old.electronegativity, element.electronegativity];
      found.push({
        formula: replacement.formula,
        replaced: old.symbol,
        by: element.symbol,
        species: speciesText(element.symbol, shared),
        same_group: old.periodic_group === element.periodic_group,
        electronegativity_difference: a === null || b === null ? null : Math.round(Math.abs(a - b) * 100) / 100,
        ...best(replacement.formula, knowledge),
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
 * @param {Amounts} composition
 * @param {number} place
 * @param {Knowledge} knowledge
 */
function replacements({ elements, amounts }, place, knowledge) {
  const found = [];
  for (const element of knowledge.elements) {
    if (elements.includes(element)) continue;
    const replaced = new Map(elements.map((each, i) => [i === place ? element.symbol : each.symbol, amounts[i]]));
    const other = compositionOf(replaced, knowledge.elements);
    const formula = formulaText(other.elements.map(({ symbol }) => symbol), other.amounts);
    if (knowledge.entries.has(formula)) found.push({ element, formula });
  }
  return found;
}

const OUTSIDE = { score: null, share_found: null, analogues: /** @type {Analogue[]} */ ([]) };

/**
 * Return the score of a composition of the space, and the analogues of which it is the sum.
 *
 * @param {Amounts} composition
 * @param {boolean} allowed
 * @param {Knowledge} knowledge
 */
export function evidence(composition, allowed, knowledge) {
  const { weight, score_band: bands } = knowledge.weights;
  const analogues = composition.elements
    .flatMap((old, place) =>
      replacements(composition, place, knowledge).map(({ element, formula }) => ({
        formula,
        element: element.symbol,
        replaced_by: old.symbol,
        weight: weight(element.symbol, old.symbol) / PER_UNIT,
        ...best(formula, knowledge),
      })),
    )
    .sort((a, b) => b.weight - a.weight || compare(a.formula, b.formula));
  const score = Math.round(analogues.reduce((sum, each) => sum + each.weight, 0) * PER_UNIT) / PER_UNIT;
  const share = allowed && analogues.length ? shareFound(bands, composition.elements.length, score) : null;
  return { score, share_found: share, analogues };
}

/**
 * Return what a score was worth when a fifth of the known compositions was hidden.
 *
 * @param {Weights["score_band"]} bands
 * @param {number} nelements
 * @param {number} score
 */
export function shareFound(bands, nelements, score) {
  const within = bands
    .filter((band) => band.nelements === nelements && (band.score_from ?? -Infinity) <= score)
    .sort((a, b) => (a.score_from === b.score_from ? 0 : (b.score_from ?? -Infinity) - (a.score_from ?? -Infinity)));
  return within[0]?.share_found ?? null;
}

/**
 * Return the most stable entry of a known formula.
 *
 * @param {string} formula
 * @param {Knowledge} knowledge
 */
function best(formula, { entries }) {
  const [entry] = entries.get(formula) ?? [];
  return { material_id: entry?.material_id ?? null, energy_above_hull: entry?.energy_above_hull ?? null };
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
