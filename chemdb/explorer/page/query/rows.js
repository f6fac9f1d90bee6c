/** The compositions that meet a filter, in the order of `db.query`. */

import { CATEGORIES, allOf } from "./filter.js";
import { fraction } from "../fraction.js";
import { thousands } from "../messages.js";
import { forEachSystem, forEachSystemAlphabetically, popcount } from "./match.js";
import { mostCommonAssignment } from "../chemistry/oxidation_states.js";
import { speciesText } from "../chemistry/species.js";

/** @import {Category, Filter, Row, RowOptions} from "../types.js" */
/** @import {Engine, Query} from "./counts.js" */
/** @import {Match, Masks} from "./match.js" */
/** @import {Occurrences} from "../chemistry/oxidation_states.js" */
/** @import {Layer} from "../space/space.js" */

/**
 * A composition; `known` is its row among the known ones, or -1.
 * @typedef {object} Hit
 * @property {number} k
 * @property {number} system
 * @property {number} alphabetical  Place of the system in alphabetical order
 * @property {number} stoichiometry
 * @property {number} known
 */

/** Up to this many rows, all are sorted. */
const FEW = 50000;
/** From this offset on, whole parts are counted and skipped. */
const FAR = 20000;
const DEFAULT_LIMIT = 50;

/** Rows cannot be sorted in the page. */
export class SortError extends Error {
  name = "SortError";
}

export class Rows {
  /** @param {Engine} engine @param {Occurrences} states */
  constructor(engine, states) {
    this.engine = engine;
    this.space = engine.space;
    this.known = engine.known;
    this.states = states;
  }

  /** @param {Filter} filter @param {RowOptions} options @returns {Row[]} */
  rows(filter, { limit = DEFAULT_LIMIT, offset = 0, sort = "" }) {
    return this.hits(filter, limit, offset, sort).map((hit) => this.row(hit));
  }

  /** @param {Filter} filter @param {number} limit @param {number} offset @param {string} sort @returns {Hit[]} */
  hits(filter, limit, offset, sort) {
    const query = this.engine.query(filter);
    const { total } = this.engine.counts(filter, false);
    if (offset >= total || limit <= 0) return [];
    const descending = sort.startsWith("-");
    const column = sort.replace(/^[+-]/, "");
    if (total <= FEW) {
      const all = [...this.knownHits(query), ...this.unknownHits(query, null, { limit: Infinity, offset: 0 })];
      all.sort(column ? this.order(column, descending) : byKnownAndAtoms(this));
      return all.slice(offset, offset + limit);
    }
    return column ? this.manySorted(query, column, descending, limit, offset) : this.manyInDefaultOrder(query, limit, offset);
  }

  /** @param {Query} query @param {number} limit @param {number} offset @returns {Hit[]} */
  manyInDefaultOrder(query, limit, offset) {
    const known = this.knownHits(query).sort(byKnownAndAtoms(this));
    const hits = known.slice(offset, offset + limit);
    const window = { limit: limit - hits.length, offset: Math.max(0, offset - known.length) };
    const most = Math.max(...this.space.layers.keys()) * this.space.maxFactor;
    for (let natoms = Math.min(...this.space.layers.keys()); natoms <= most && window.limit > 0; natoms++) {
      hits.push(...this.part(query, "natoms", natoms, window));
    }
    return hits;
  }

  /** Unknown compositions with some number of atoms, or some largest factor. @param {Query} query @param {"natoms" | "max_factor" | "nelements"} name @param {number} value @param {Window} window @returns {Hit[]} */
  part(query, name, value, window) {
    /** @type {Filter} */
    const term = { type: "Quantity", name, comparison: "=", number: fraction(value) };
    if (window.offset > FAR) {
      const { missing, unlikely } = this.engine.counts(allOf(query.filter, term, UNKNOWN), false);
      if (missing + unlikely <= window.offset) {
        window.offset -= missing + unlikely;
        return [];
      }
    }
    return this.unknownHits(query, term, window);
  }

  /** @param {Query} query @param {string} column @param {boolean} descending @param {number} limit @param {number} offset @returns {Hit[]} */
  manySorted(query, column, descending, limit, offset) {
    const bySystem = byDefault;
    const known = this.knownHits(query).sort(bySystem);
    const window = { limit, offset };
    /** @type {Hit[]} */
    const hits = [];
    const ks = [...this.space.layers.keys()];
    /** @type {number[]} */
    let values = [];
    if (column === "nelements") values = ks;
    else if (column === "max_factor") values = range(1, this.space.maxFactor);
    else if (column === "natoms") values = range(Math.min(...ks), Math.max(...ks) * this.space.maxFactor);
    if (values.length) {
      const name = /** @type {"natoms" | "max_factor" | "nelements"} */ (column);
      for (const value of descending ? values.reverse() : values) {
        if (window.limit <= 0) break;
        const some = known.filter((hit) => this.value(hit, name) === value);
        hits.push(...this.merged(query, name, value, some, window));
      }
      return hits;
    }
    if (column === "category" || column === "known" || column === "allowed") {
      const groups = { category: [["standard"], ["missing"], ["interesting"], ["unlikely"]],
        known: [["missing", "unlikely"], ["standard", "interesting"]],
        allowed: [["interesting", "unlikely"], ["standard", "missing"]] }[column];
      if (groups.every((group) => group.length === 1)) {
        for (const [name] of descending ? groups.reverse() : groups) {
          if (window.limit <= 0) break;
          const [allowed, isKnown] = CATEGORIES[/** @type {Category} */ (name)];
          if (isKnown) hits.push(...taken(known.filter((hit) => (this.known.allowed[hit.known] === 1) === allowed), window));
          else hits.push(...this.unknownHits(query, allowed ? { type: "Allowed" } : { type: "Not", term: { type: "Allowed" } }, window));
        }
        return hits;
      }
    }
    if (column === "energy_above_hull" || column === "material_id" || column === "known_in" || (column === "known" && descending)) {
      const withValue = column === "known" ? known : known.filter((hit) => this.value(hit, column) !== null);
      withValue.sort(column === "known" ? bySystem : this.order(column, descending));
      hits.push(...taken(withValue, window));
      const rest = known.filter((hit) => !withValue.includes(hit));
      for (const k of ks) {
        if (window.limit <= 0) break;
        hits.push(...this.merged(query, "nelements", k, rest.filter((hit) => hit.k === k), window));
      }
      return hits;
    }
    throw new SortError(
      `more than ${thousands(FEW)} rows cannot be sorted by ${column} in the page; narrow the query, or use --sort ${descending ? "-" : ""}${column}`,
    );
  }

  /** Known and unknown compositions with some value, by system. @param {Query} query @param {"natoms" | "max_factor" | "nelements"} name @param {number} value @param {Hit[]} known @param {Window} window @returns {Hit[]} */
  merged(query, name, value, known, window) {
    // Known ones take places among the unknown: read so many more.
    const start = Math.max(0, window.offset - known.length);
    const wide = { limit: window.limit + window.offset - start + known.length, offset: start };
    const unknown = this.part(query, name, value, wide);
    const skipped = start - wide.offset;
    if (!unknown.length && skipped) {
      window.offset -= skipped;
      return taken(known, window);
    }
    // Of the known ones, those before the first unknown one read are among the skipped.
    const all = [...known, ...unknown].sort(byDefault);
    const first = start && unknown.length ? all.indexOf(unknown[0]) : 0;
    const before = start + first;
    const from = Math.max(0, window.offset - before) + first;
    const hits = start ? all.slice(from, from + window.limit) : all.slice(window.offset, window.offset + window.limit);
    window.limit -= hits.length;
    window.offset = hits.length ? 0 : Math.max(0, window.offset - known.length - unknown.length - start);
    return hits;
  }

  /** @param {Query} query @returns {Hit[]} */
  knownHits(query) {
    const hits = [];
    const { known } = this;
    for (let row = 0; row < known.n; row++) if (query.meetsKnown(row)) hits.push(this.knownHit(row));
    return hits;
  }

  /** @param {number} row @returns {Hit} */
  knownHit(row) {
    const { known } = this;
    return { k: known.k[row], system: known.system[row], alphabetical: known.alphabetical[row], stoichiometry: known.stoichiometry[row], known: row };
  }

  /**
   * Unknown compositions that also meet a term, by number of elements, system and stoichiometry.
   * @param {Query} query @param {Filter | null} term @param {Window} window  Reduced by what is skipped and returned
   * @returns {Hit[]}
   */
  unknownHits(query, term, window) {
    /** @type {Hit[]} */
    const hits = [];
    for (const k of this.space.ready()) {
      if (window.limit <= 0) break;
      const match = query.unknownMatch(k);
      if (!match) continue;
      const within = term ? termMasks(match, term) : null;
      if (within && !match.union.some((word, i) => word & (within.allowed[i] | within.forbidden[i]))) continue;
      /** @type {Map<Masks, Scan>} */
      const scans = new Map();
      /** @param {Uint8Array} numbers @param {number} system @param {Masks} masks @returns {boolean} */
      const visit = (numbers, system, masks) => {
        let scan = scans.get(masks);
        if (!scan) {
          scan = new Scan(masks, within);
          scans.set(masks, scan);
        }
        return this.addSystem(match.layer, scan, numbers, system, window, hits);
      };
      // All are sorted later.
      if (window.limit === Infinity) forEachSystem(match, visit);
      else forEachSystemAlphabetically(match, visit);
    }
    return hits;
  }

  /** Add the compositions of a system; true when enough have been added. @param {Layer} layer @param {Scan} scan @param {Uint8Array} numbers @param {number} system @param {Window} window @param {Hit[]} hits @returns {boolean} */
  addSystem(layer, scan, numbers, system, window, hits) {
    const { places, allowed, forbidden } = scan;
    const start = layer.setOf[system] * layer.nWords;
    /** @type {Set<number> | null} */
    let known = null;
    let alphabetical = -1;
    for (let i = 0; i < places.length; i++) {
      const set = layer.sets[start + places[i]];
      let bits = (set & allowed[i]) | (~set & forbidden[i]);
      if (!bits) continue;
      if (!known) known = new Set(this.known.inSystem(layer.k, system).map((row) => this.known.stoichiometry[row]));
      if (known.size) for (const one of known) if (one >> 5 === places[i]) bits &= ~(1 << (one & 31));
      const count = popcount(bits);
      if (count <= window.offset) {
        window.offset -= count;
        continue;
      }
      while (bits) {
        const low = bits & -bits;
        bits ^= low;
        if (window.offset) {
          window.offset--;
          continue;
        }
        if (alphabetical < 0) alphabetical = this.space.alphabeticalSystemOf(numbers);
        hits.push({ k: layer.k, system, alphabetical, stoichiometry: places[i] * 32 + 31 - Math.clz32(low), known: -1 });
        if (--window.limit <= 0) return true;
      }
    }
    return false;
  }

  /** The value of a column. @param {Hit} hit @param {string} column @returns {string | number | boolean | null} */
  value(hit, column) {
    const row = /** @type {Record<string, any>} */ (this.row(hit, false));
    if (column in row && !Array.isArray(row[column])) return row[column];
    const symbol = column.replace(/^x\((.+)\)$/, "$1");
    const place = row.elements.indexOf(symbol);
    if (!this.space.numberOf.has(symbol)) throw new SortError(`rows cannot be sorted by ${column}`);
    const amount = place < 0 ? 0 : row.factors[place];
    return symbol === column ? amount : amount / row.natoms;
  }

  /** @param {string} column @param {boolean} descending @returns {(a: Hit, b: Hit) => number} */
  order(column, descending) {
    const sign = descending ? -1 : 1;
    /** @type {Map<Hit, string | number | boolean | null>} */
    const values = new Map();
    /** @param {Hit} hit */
    const valueOf = (hit) => {
      let value = values.get(hit);
      if (value === undefined) {
        value = this.value(hit, column);
        if (column === "category") value = Object.keys(CATEGORIES).indexOf(/** @type {string} */ (value));
        values.set(hit, value);
      }
      return value;
    };
    return (a, b) => {
      const x = valueOf(a);
      const y = valueOf(b);
      if (x === y) return byDefault(a, b);
      if (x === null) return 1;
      if (y === null) return -1;
      return x < y ? -sign : sign;
    };
  }

  /** @param {Hit} hit @param {boolean} [withSpecies] @returns {Row} */
  row({ k, system, stoichiometry, known: knownRow }, withSpecies = true) {
    const { space, known } = this;
    const layer = space.layer(k);
    const numbers = space.elementsOf(k, system);
    const elements = numbers.map((number) => space.symbols[number]);
    const factors = space.factorsOf(k, stoichiometry);
    const isKnown = knownRow >= 0;
    const allowed = isKnown ? known.allowed[knownRow] === 1 : space.isAllowed(k, system, stoichiometry);
    const states = allowed && withSpecies ? mostCommonAssignment(numbers.map((number) => space.elements[number]), factors, this.states) : null;
    return {
      formula: space.formula(numbers, factors),
      chemsys: space.chemsys(numbers),
      nelements: k,
      natoms: layer.natoms[stoichiometry],
      max_factor: layer.maxFactor[stoichiometry],
      formula_anonymous: layer.anonymous[stoichiometry],
      allowed,
      known: isKnown,
      category: allowed ? (isKnown ? "standard" : "missing") : isKnown ? "interesting" : "unlikely",
      known_in: isKnown ? known.sourcesOf(knownRow).join(" ") : null,
      material_id: isKnown ? known.materialId(knownRow) : null,
      energy_above_hull: isKnown ? known.energy(knownRow) : null,
      elements,
      factors,
      species: states && elements.map((symbol, i) => speciesText(symbol, states[i])),
    };
  }
}

/**
 * Rows that are still to be skipped, and to be returned.
 * @typedef {{limit: number, offset: number}} Window
 */

/** @type {Filter} */
const UNKNOWN = { type: "Not", term: { type: "Known" } };

/** The words in which a system of some kinds can have matches. */
class Scan {
  /** @param {Masks} masks @param {{allowed: Uint32Array, forbidden: Uint32Array} | null} within */
  constructor(masks, within) {
    /** @type {number[]} */
    this.places = [];
    /** @type {number[]} */
    this.allowed = [];
    /** @type {number[]} */
    this.forbidden = [];
    masks.allowed.words.forEach((word, i) => {
      const allowed = within ? word & within.allowed[i] : word;
      const forbidden = within ? masks.forbidden.words[i] & within.forbidden[i] : masks.forbidden.words[i];
      if (!allowed && !forbidden) return;
      this.places.push(i);
      this.allowed.push(allowed);
      this.forbidden.push(forbidden);
    });
  }
}

/** The stoichiometries that meet a term that does not depend on elements. @param {Match} match @param {Filter} term @returns {{allowed: Uint32Array, forbidden: Uint32Array}} */
function termMasks(match, term) {
  return { allowed: match.bits(term, [], true), forbidden: match.bits(term, [], false) };
}

/** @param {Hit[]} hits @param {Window} window @returns {Hit[]} */
function taken(hits, window) {
  const found = hits.slice(window.offset, window.offset + window.limit);
  window.offset = Math.max(0, window.offset - hits.length);
  window.limit -= found.length;
  return found;
}

/** @param {Hit} a @param {Hit} b @returns {number} */
function byDefault(a, b) {
  return a.k - b.k || a.alphabetical - b.alphabetical || a.stoichiometry - b.stoichiometry;
}

/** @param {Rows} rows @returns {(a: Hit, b: Hit) => number} */
function byKnownAndAtoms({ space }) {
  /** @param {Hit} hit */
  const natoms = ({ k, stoichiometry }) => space.layer(k).natoms[stoichiometry];
  return (a, b) => Number(b.known >= 0) - Number(a.known >= 0) || natoms(a) - natoms(b) || byDefault(a, b);
}

/** @param {number} first @param {number} last @returns {number[]} */
function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
