/** The missing compositions of a query, ranked by their known analogues as in chemdb/suggest. */

import { evidence } from "./explain.js";
import { allOf, category, negation, termsOf } from "../query/filter.js";
import { mostCommonAssignment } from "../chemistry/oxidation_states.js";
import { speciesText } from "../chemistry/species.js";
import { PER_UNIT } from "../space/weights.js";

/** @import {Filter, Suggestion, Suggestions} from "../types.js" */
/** @import {Engine, Query} from "../query/counts.js" */
/** @import {Candidates} from "./candidates.js" */
/** @import {Knowledge} from "./explain.js" */
/** @import {Space} from "../space/space.js" */

/** Analogues of a suggestion that are listed. */
const MAX_ANALOGUES = 3;

/** @typedef {{place: number, formula: string}} Ranked - place among the candidates */

/**
 * Return the suggestions of a query.
 *
 * @param {Filter} filter
 * @param {{limit: number, offset: number}} window
 * @param {Candidates} candidates
 * @param {Engine} engine
 * @param {Knowledge} knowledge
 * @returns {Omit<Suggestions, "command">}
 */
export function suggestions(filter, { limit, offset }, candidates, engine, knowledge) {
  const condition = wanted(filter);
  const ranked = rank(engine.query(condition), candidates, engine.space, offset + limit);
  const { total } = engine.counts(condition, false);
  const rows = ranked
    .slice(offset, offset + limit)
    .map(({ place }, i) => described(candidates, place, offset + i + 1, knowledge));
  return { rows, total, complete: rows.length === Math.min(limit, Math.max(0, total - offset)) };
}

/**
 * Return the filter of what is suggested: missing compositions, unless the query itself says whether they are allowed.
 *
 * @param {Filter} filter
 */
function wanted(filter) {
  const says = [...termsOf(filter)].some((term) => term.type === "Allowed");
  return allOf(filter, says ? negation({ type: "Known" }) : category("missing"));
}

/**
 * Return the first `n` candidates that meet a query, equal scores in order of the formula.
 *
 * @param {Query} query
 * @param {Candidates} candidates
 * @param {Space} space
 * @param {number} n
 */
function rank(query, { n: all, k, system, stoichiometry, score }, space, n) {
  /** @type {Ranked[]} */
  const ranked = [];
  for (let place = 0; place < all; place++) {
    if (ranked.length >= n && score[place] < score[ranked[ranked.length - 1].place]) break;
    const match = query.unknownMatch(k[place]);
    if (!match) continue;
    const numbers = space.elementsOf(k[place], system[place]);
    const masks = match.of(numbers);
    if (!masks) continue;
    const at = stoichiometry[place];
    const { words } = space.isAllowed(k[place], system[place], at) ? masks.allowed : masks.forbidden;
    if (!((words[at >> 5] >>> (at & 31)) & 1)) continue;
    ranked.push({ place, formula: space.formula(numbers, space.factorsOf(k[place], at)) });
  }
  return ranked.sort((a, b) => score[b.place] - score[a.place] || (a.formula < b.formula ? -1 : 1)).slice(0, n);
}

/**
 * @param {Candidates} candidates
 * @param {number} place
 * @param {number} rank
 * @param {Knowledge} knowledge
 * @returns {Suggestion}
 */
function described(candidates, place, rank, knowledge) {
  const { meta, known, weights } = knowledge;
  const { space } = known;
  const [k, system, stoichiometry] = [candidates.k[place], candidates.system[place], candidates.stoichiometry[place]];
  const numbers = space.elementsOf(k, system);
  const elements = numbers.map((number) => space.elements[number]);
  const symbols = elements.map((element) => element.symbol);
  const factors = space.factorsOf(k, stoichiometry);
  const layer = space.layer(k);
  const allowed = space.isAllowed(k, system, stoichiometry);
  const formula = space.formula(numbers, factors);
  const read = {
    elements,
    symbols,
    amounts: factors,
    formula,
    chemsys: space.chemsys(numbers),
    formula_anonymous: layer.anonymous[stoichiometry],
  };
  const { analogues } = evidence(read, allowed, knowledge);
  const states = allowed ? mostCommonAssignment(elements, factors, meta.state_sets[0].states) : null;
  const score = candidates.score[place] / PER_UNIT;
  return {
    rank,
    formula,
    chemsys: read.chemsys,
    nelements: k,
    natoms: layer.natoms[stoichiometry],
    formula_anonymous: read.formula_anonymous,
    category: allowed ? "missing" : "unlikely",
    score,
    share_found: allowed ? weights.shareFound(k, score) : null,
    species: states && symbols.map((symbol, i) => speciesText(symbol, states[i])),
    n_analogues: analogues.length,
    analogues: analogues.slice(0, MAX_ANALOGUES),
    n_known: known.inSystem(k, system).length,
  };
}
