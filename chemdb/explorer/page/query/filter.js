/** The filter of a query: a tree of terms joined by And, Or and Not, as in chemdb/query/filter.py. */

/** @import {Category, Filter, Term} from "../types.js" */

/** @type {Filter} */
export const EVERYTHING = { type: "And", terms: [] };
/** @type {Filter} */
export const NOTHING = { type: "Or", terms: [] };
/** Whether the compositions of each category are allowed, and whether they are known. */
export const CATEGORIES = Object.freeze({
  standard: [true, true], missing: [true, false], interesting: [false, true], unlikely: [false, false],
});
export const CATEGORY_NAMES = /** @type {Category[]} */ (Object.keys(CATEGORIES));

/** @param {Filter} filter @returns {boolean} */
export function isEverything(filter) {
  return filter.type === "And" && filter.terms.length === 0;
}

/** @param {Filter} filter @returns {boolean} */
export function isNothing(filter) {
  return filter.type === "Or" && filter.terms.length === 0;
}

/**
 * A text that equal filters share.
 * @param {Filter} filter
 * @returns {string}
 */
export function keyOf(filter) {
  return JSON.stringify(filter, (_, value) => (typeof value === "bigint" ? `${value}` : value));
}

/** The filters joined by AND, simplified. @param {Filter[]} filters @returns {Filter} */
export function allOf(...filters) {
  return joined("And", filters);
}

/** The filters joined by OR, simplified. @param {Filter[]} filters @returns {Filter} */
export function anyOf(...filters) {
  return joined("Or", filters);
}

/** @param {"And" | "Or"} type @param {Filter[]} filters @returns {Filter} */
function joined(type, filters) {
  /** @type {Map<string, Filter>} */
  const distinct = new Map();
  for (const filter of filters) {
    if (type === "And" ? isNothing(filter) : isEverything(filter)) return filter;
    for (const term of filter.type === type ? filter.terms : [filter]) {
      const key = keyOf(term);
      if (!distinct.has(key)) distinct.set(key, term);
    }
  }
  const terms = [...distinct.values()];
  return terms.length === 1 ? terms[0] : { type, terms };
}

/** @param {Filter} filter @returns {Filter} */
export function negation(filter) {
  if (isEverything(filter)) return NOTHING;
  if (isNothing(filter)) return EVERYTHING;
  return filter.type === "Not" ? filter.term : { type: "Not", term: filter };
}

/** @param {Category} name @returns {Filter} */
export function category(name) {
  const [allowed, known] = CATEGORIES[name];
  return allOf(
    allowed ? { type: "Allowed" } : negation({ type: "Allowed" }),
    known ? { type: "Known" } : negation({ type: "Known" }),
  );
}

/**
 * A filter with terms replaced, simplified.
 * @param {Filter} filter
 * @param {(term: Term, positive: boolean) => Filter | null} replacement  Null keeps the term; the flag says
 *   whether it is under an even number of NOTs
 * @param {boolean} [positive]
 * @returns {Filter}
 */
function replaceTerms(filter, replacement, positive = true) {
  switch (filter.type) {
    case "And": return allOf(...filter.terms.map((term) => replaceTerms(term, replacement, positive)));
    case "Or": return anyOf(...filter.terms.map((term) => replaceTerms(term, replacement, positive)));
    case "Not": return negation(replaceTerms(filter.term, replacement, !positive));
    default: return replacement(filter, positive) ?? filter;
  }
}

/** What a filter requires of known compositions. @param {Filter} filter @returns {Filter} */
export function ifKnown(filter) {
  return replaceTerms(filter, (term) => (term.type === "Known" ? EVERYTHING : null));
}

/** What a filter requires of unknown compositions. @param {Filter} filter @returns {Filter} */
export function ifUnknown(filter) {
  return replaceTerms(filter, (term) => (ONLY_KNOWN.has(term.type) ? NOTHING : null));
}

const ONLY_KNOWN = new Set(["Known", "KnownIn", "EnergyAboveHull"]);

/** A necessary condition that chemical systems alone decide. @param {Filter} filter @returns {Filter} */
export function onSystem(filter) {
  return replaceTerms(filter, (term, positive) => {
    const decided = term.type === "ElementCount" || term.type === "Chemsys"
      || (term.type === "Quantity" && term.name === "nelements");
    return decided ? null : positive ? EVERYTHING : NOTHING;
  });
}

/** @param {Filter} filter @returns {Generator<Term>} */
export function* termsOf(filter) {
  if (filter.type === "And" || filter.type === "Or") for (const term of filter.terms) yield* termsOf(term);
  else if (filter.type === "Not") yield* termsOf(filter.term);
  else yield filter;
}

/** Depth of the tree; 0 for a single term. @param {Filter} filter @returns {number} */
export function depth(filter) {
  if (filter.type === "Not") return 1 + depth(filter.term);
  if (filter.type === "And" || filter.type === "Or") return 1 + Math.max(0, ...filter.terms.map(depth));
  return 0;
}
