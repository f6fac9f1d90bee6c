/** Exact numbers of the compositions that meet a filter, by category, and of those with each element. */

import { ifKnown, ifUnknown, isNothing, keyOf, termsOf } from "./filter.js";
import { BitTable, Match, firstAbove, popcount } from "./match.js";

/** @import {Counts, Filter, Heat} from "../types.js" */
/** @import {Bits, Masks, Node} from "./match.js" */
/** @import {Known} from "../space/known.js" */
/** @import {Layer, Space} from "../space/space.js" */

/** Members of a mask are counted again for each system until it has had so many. */
const REMEMBER_AFTER = 2000;
/** Filters that are remembered. */
const MAX_REMEMBERED = 12;
/** Distinct bitmaps that are remembered. */
const MAX_BITMAPS = 5000;

/** What a filter means for known compositions, and for others, by number of elements. */
export class Query {
  /** @param {Engine} engine @param {Filter} filter */
  constructor(engine, filter) {
    this.filter = filter;
    this.known = ifKnown(filter);
    this.unknown = ifUnknown(filter);
    this.engine = engine;
    /** Whether sources or energies decide about known compositions. */
    this.readsEntries = [...termsOf(this.known)].some((term) => term.type === "KnownIn" || term.type === "EnergyAboveHull");
    this.sameForKnown = keyOf(this.known) === keyOf(this.unknown);
    /** @type {Map<number, Match | null>} */
    this.unknownMatches = new Map();
    /** @type {Map<string, Match | null>} */
    this.knownMatches = new Map();
    /** @type {{ready: number, counts: Counts} | null} Counts, and how many numbers of elements they have */
    this.counted = null;
  }

  /** @param {number} k @returns {Match | null} */
  unknownMatch(k) {
    if (!this.unknownMatches.has(k)) this.unknownMatches.set(k, this.engine.match(k, this.unknown));
    return this.unknownMatches.get(k) ?? null;
  }

  /** Whether a known composition meets the filter. @param {number} row @returns {boolean} */
  meetsKnown(row) {
    if (this.sameForKnown) return this.meetsAsUnknown(row);
    if (!this.readsEntries) return this.meets("", this.known, row);
    const { engine } = this;
    // A Match for each answer that the entries give.
    let answers = "";
    const decided = replaceEntryTerms(this.known, (term) => {
      const holds = term.type === "KnownIn" ? engine.known.sourcesOf(row).includes(term.source)
        : engine.known.energyMeets(row, term.comparison, term.number);
      answers += holds ? "1" : "0";
      return holds;
    });
    return this.meets(answers, decided, row);
  }

  /** Whether a known composition would meet the filter if it were unknown. @param {number} row @returns {boolean} */
  meetsAsUnknown(row) {
    const { known } = this.engine;
    return isMember(this.unknownMatch(known.k[row]), known, row);
  }

  /** @param {string} name @param {Filter} filter @param {number} row @returns {boolean} */
  meets(name, filter, row) {
    const { known } = this.engine;
    const key = `${known.k[row]} ${name}`;
    let match = this.knownMatches.get(key);
    if (match === undefined) {
      match = this.engine.match(known.k[row], filter);
      this.knownMatches.set(key, match);
    }
    return isMember(match, known, row);
  }
}

/** @param {Match | null} match @param {Known} known @param {number} row @returns {boolean} */
function isMember(match, known, row) {
  const masks = match && match.of(known.numbers, 4 * row);
  if (!masks) return false;
  const { words } = known.allowed[row] ? masks.allowed : masks.forbidden;
  const stoichiometry = known.stoichiometry[row];
  return ((words[stoichiometry >> 5] >>> (stoichiometry & 31)) & 1) === 1;
}

/**
 * @param {Filter} filter
 * @param {(term: Extract<Filter, {type: "KnownIn" | "EnergyAboveHull"}>) => boolean} holds
 * @returns {Filter}
 */
function replaceEntryTerms(filter, holds) {
  switch (filter.type) {
    case "And": case "Or": return { type: filter.type, terms: filter.terms.map((term) => replaceEntryTerms(term, holds)) };
    case "Not": return { type: "Not", term: replaceEntryTerms(filter.term, holds) };
    case "KnownIn": case "EnergyAboveHull": return { type: holds(filter) ? "And" : "Or", terms: [] };
    default: return filter;
  }
}

/** Counts compositions of a space. */
export class Engine {
  /** @param {Space} space @param {Known} known */
  constructor(space, known) {
    this.space = space;
    this.known = known;
    /** @type {Map<string, Query>} */
    this.queries = new Map();
    this.tables = new Map([...space.layers.keys()].map((k) => [k, new BitTable()]));
    /** @type {Map<Bits, Members>} */
    this.members = new Map();
  }

  /** @param {Filter} filter @returns {Query} */
  query(filter) {
    const key = keyOf(filter);
    let query = this.queries.get(key);
    if (!query) {
      query = new Query(this, filter);
      this.queries.set(key, query);
      if (this.queries.size > MAX_REMEMBERED) this.queries.delete(/** @type {string} */ (this.queries.keys().next().value));
    }
    return query;
  }

  /** @param {number} k @param {Filter} filter @returns {Match | null}  Null if nothing can match */
  match(k, filter) {
    if (isNothing(filter)) return null;
    const table = /** @type {BitTable} */ (this.tables.get(k));
    if (table.n > MAX_BITMAPS) {
      // Start anew, also with the queries that refer to them.
      this.tables.set(k, new BitTable());
      this.members.clear();
      this.queries.clear();
    }
    return new Match(this.space, k, filter, /** @type {BitTable} */ (this.tables.get(k)));
  }

  /** @param {Layer} layer @param {Bits} bits @returns {Members} */
  membersOf(layer, bits) {
    let members = this.members.get(bits);
    if (!members) {
      members = new Members(layer, bits);
      this.members.set(bits, members);
    }
    return members;
  }

  /** @param {Filter} filter @param {boolean} heat @returns {Counts} */
  counts(filter, heat) {
    const query = this.query(filter);
    const ready = this.countable(query);
    if (query.counted?.ready !== ready.length) query.counted = { ready: ready.length, counts: this.counted(query, ready) };
    const { heat: byElement, ...counts } = query.counted.counts;
    return heat ? { ...counts, heat: byElement } : counts;
  }

  /** @param {Query} query @param {number[]} ready  Numbers of elements @returns {Counts} */
  counted(query, ready) {
    const n = this.space.n;
    const standard = new Float64Array(n + 1);
    const missing = new Float64Array(n + 1);
    const interesting = new Float64Array(n + 1);
    const unlikely = new Float64Array(n + 1);
    for (const k of ready) {
      const match = query.unknownMatch(k);
      if (match) this.addSystems(match, missing, unlikely);
    }
    const { known } = this;
    for (const k of ready) {
      const match = query.unknownMatch(k);
      const [start, end] = known.rowsOf(k);
      for (let row = start; row < end; row++) {
        const unknownToo = match !== null && isMember(match, known, row);
        const itself = query.sameForKnown ? unknownToo : query.meetsKnown(row);
        if (unknownToo) addRow(known.allowed[row] ? missing : unlikely, known, row, -1);
        if (itself) addRow(known.allowed[row] ? standard : interesting, known, row, 1);
      }
    }
    const all = { standard, missing, interesting, unlikely };
    const [a, b, c, d] = Object.values(all).map((counts) => counts[n]);
    const { elements } = this.space;
    /** @param {Float64Array} counts @returns {number[]} */
    const byNumber = (counts) => {
      const list = new Array(n);
      elements.forEach((element, i) => { list[element.atomic_number - 1] = counts[i]; });
      return list;
    };
    return {
      total: a + b + c + d, standard: a, missing: b, interesting: c, unlikely: d,
      heat: /** @type {Heat} */ (Object.fromEntries(Object.entries(all).map(([name, counts]) => [name, byNumber(counts)]))),
      partial: ready.length < this.space.layers.size,
    };
  }

  /** Numbers of elements of which enough has been read to count. @param {Query} query @returns {number[]} */
  countable(query) {
    return [...this.space.layers.values()].filter((layer) => {
      if (!layer.setOf.length) return false;
      return layer.sets.length > 0 || this.needsNoSets(query, layer.k);
    }).map((layer) => layer.k);
  }

  /** Whether sizes of the sets suffice. @param {Query} query @param {number} k @returns {boolean} */
  needsNoSets(query, k) {
    const match = query.unknownMatch(k);
    return !match || match.needsNoSets();
  }

  /**
   * Add, by element, and in total at the end, the compositions of all systems as if none were known.
   * @param {Match} match @param {Float64Array} allowed @param {Float64Array} forbidden
   */
  addSystems(match, allowed, forbidden) {
    const { layer, kindOf } = match;
    const { k, after, nSystems, setOf } = layer;
    const numbers = new Uint8Array(k);
    const total = this.space.n;
    /** @type {Map<Masks, [Members, Members]>} */
    const membersOfMasks = new Map();
    /** @param {Masks} masks @returns {[Members, Members]} */
    const membersOf = (masks) => {
      let both = membersOfMasks.get(masks);
      if (!both) {
        both = [this.membersOf(layer, masks.allowed), this.membersOf(layer, masks.forbidden)];
        membersOfMasks.set(masks, both);
      }
      return both;
    };
    let sumAllowed = 0;
    let sumForbidden = 0;
    /** @param {Node} node @param {number} depth @param {number} place */
    const go = (node, depth, place) => {
      const { elements, next } = node;
      const offsets = after[depth];
      for (let i = depth ? firstAbove(elements, numbers[depth - 1]) : 0; i < elements.length; i++) {
        const number = elements[i];
        const child = /** @type {Node} */ (next[kindOf[number]]);
        numbers[depth] = number;
        if (depth + 2 < k) {
          const [a, f] = [sumAllowed, sumForbidden];
          go(child, depth + 1, place - offsets[number]);
          allowed[number] += sumAllowed - a;
          forbidden[number] += sumForbidden - f;
          continue;
        }
        // The last element.
        const last = child.elements;
        let a = 0;
        let f = 0;
        const before = place - offsets[number] - total + 1;
        let masks = null;
        let inAllowed = NO_MEMBERS;
        let inForbidden = NO_MEMBERS;
        for (let j = firstAbove(last, number); j < last.length; j++) {
          const end = last[j];
          const { masks: found } = /** @type {Node} */ (child.next[kindOf[end]]);
          if (found !== masks) {
            masks = /** @type {Masks} */ (found);
            [inAllowed, inForbidden] = membersOf(masks);
          }
          const set = setOf[before + end];
          let one = set < inAllowed.counts.length ? inAllowed.counts[set] : -1;
          if (one < 0) one = inAllowed.count(set);
          let other = set < inForbidden.counts.length ? inForbidden.counts[set] : -1;
          if (other < 0) other = inForbidden.count(set);
          other = inForbidden.total - other;
          a += one;
          f += other;
          allowed[end] += one;
          forbidden[end] += other;
        }
        allowed[number] += a;
        forbidden[number] += f;
        sumAllowed += a;
        sumForbidden += f;
      }
    };
    if (match.root) go(match.root, 0, nSystems - 1);
    allowed[total] += sumAllowed;
    forbidden[total] += sumForbidden;
  }
}

/** @param {Float64Array} counts @param {Known} known @param {number} row @param {number} sign */
function addRow(counts, known, row, sign) {
  const last = 4 * row + known.k[row];
  for (let i = 4 * row; i < last; i++) counts[known.numbers[i]] += sign;
  counts[counts.length - 1] += sign;
}

/** How many stoichiometries of a bitmap each set has. */
class Members {
  /** @param {Layer} layer @param {Bits} bits */
  constructor(layer, bits) {
    this.layer = layer;
    this.total = bits.count;
    /** Negative where a set has not been counted. */
    this.counts = UNCOUNTED;
    this.n = 0;
    /** @type {number[]} */
    this.places = [];
    /** @type {number[]} */
    this.words = [];
    bits.words.forEach((word, i) => {
      if (!word) return;
      this.places.push(i);
      this.words.push(word);
    });
    if (bits.count === layer.nStoichiometries) this.counts = layer.setSize;
    else if (!bits.count) this.counts = zeros(layer.setSize.length);
  }

  /** @param {number} set @returns {number} */
  count(set) {
    const { sets, nWords } = this.layer;
    const { places, words } = this;
    const start = set * nWords;
    let count = 0;
    for (let i = 0; i < places.length; i++) count += popcount(sets[start + places[i]] & words[i]);
    if (this.counts !== UNCOUNTED) this.counts[set] = count;
    else if (++this.n > REMEMBER_AFTER) this.counts = new Int16Array(this.layer.setSize.length).fill(-1);
    return count;
  }
}

const UNCOUNTED = new Int16Array(0);
/** @type {Map<number, Int16Array>} */
const ZEROS = new Map();
/** @param {number} n @returns {Int16Array} */
function zeros(n) {
  const found = ZEROS.get(n) ?? new Int16Array(n);
  ZEROS.set(n, found);
  return found;
}
/** @type {Members} */
const NO_MEMBERS = new Members(/** @type {Layer} */ ({ setSize: new Int16Array(0), nStoichiometries: 0 }), { words: new Uint32Array(0), count: 0, id: -1 });
