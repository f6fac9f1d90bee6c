/** The known compositions and their entries. */

import { holds, toNumber } from "../fraction.js";

/** @import {Comparison, Entry, Fraction, Meta} from "../types.js" */
/** @import {Space} from "./space.js" */

/**
 * @typedef {object} PackedKnown  The part `known` of the pack, see chemdb/explorer/contents.py.
 * @property {number[]} nelements
 * @property {number[]} system
 * @property {number[]} stoichiometry
 * @property {number[]} allowed
 * @property {string[]} outside
 * @property {number[]} n_entries
 * @property {number[]} source
 * @property {(string | null)[]} material_id
 * @property {(number | null)[]} energy_above_hull
 * @property {Record<string, string>} formula_given
 */

export class Known {
  /** @param {PackedKnown} packed @param {Space} space @param {Meta} meta */
  constructor(packed, space, meta) {
    this.packed = packed;
    this.space = space;
    this.sources = meta.sources.map((source) => source.name);
    /** Known compositions of the space. */
    this.n = packed.nelements.length;
    this.k = Uint8Array.from(packed.nelements);
    this.stoichiometry = Uint16Array.from(packed.stoichiometry);
    this.allowed = Uint8Array.from(packed.allowed);
    this.system = new Int32Array(this.n);
    this.alphabetical = new Int32Array(this.n);
    /** Elements of each, four places a row. */
    this.numbers = new Uint8Array(4 * this.n);
    /** First entry of each formula. */
    this.firstEntry = new Int32Array(packed.n_entries.length + 1);
    /** @type {Map<number, Map<number, number[]>>} Rows by number of elements and system */
    this.bySystem = new Map();
    let system = 0;
    for (let i = 0; i < this.n; i++) {
      system += packed.system[i];
      this.system[i] = system;
      const numbers = space.elementsOf(this.k[i], system);
      this.numbers.set(numbers, 4 * i);
      this.alphabetical[i] = space.alphabeticalSystemOf(numbers);
      const layer = this.bySystem.get(this.k[i]) ?? new Map();
      this.bySystem.set(this.k[i], layer);
      const rows = layer.get(system);
      if (rows) rows.push(i);
      else layer.set(system, [i]);
    }
    packed.n_entries.forEach((n, i) => { this.firstEntry[i + 1] = this.firstEntry[i] + n; });
    /** @type {Map<string, number>} Rows of formulas outside the space */
    this.outside = new Map(packed.outside.map((formula, i) => [formula, this.n + i]));
  }

  /** First and last row, exclusive, of a number of elements. @param {number} k @returns {[number, number]} */
  rowsOf(k) {
    const start = this.k.indexOf(k);
    return start < 0 ? [0, 0] : [start, this.k.lastIndexOf(k) + 1];
  }

  /** Known rows of a system. @param {number} k @param {number} system @returns {number[]} */
  inSystem(k, system) {
    return this.bySystem.get(k)?.get(system) ?? [];
  }

  /** The row of a composition, -1 if it is not known. @param {number} k @param {number} system @param {number} stoichiometry @returns {number} */
  find(k, system, stoichiometry) {
    return this.inSystem(k, system).find((row) => this.stoichiometry[row] === stoichiometry) ?? -1;
  }

  /** @param {number} row @returns {Uint8Array} */
  elementsOf(row) {
    return this.numbers.subarray(4 * row, 4 * row + this.k[row]);
  }

  /** @param {number} row @returns {string} */
  formula(row) {
    return this.space.formula(this.elementsOf(row), this.space.factorsOf(this.k[row], this.stoichiometry[row]));
  }

  /** The entries of a formula, the most stable first. @param {number} row @param {string} formula @returns {Entry[]} */
  entries(row, formula) {
    const entries = [];
    for (let i = this.firstEntry[row]; i < this.firstEntry[row + 1]; i++) entries.push(this.entry(i, formula));
    return entries;
  }

  /** @param {number} i @param {string} formula @returns {Entry} */
  entry(i, formula) {
    const { source, material_id, energy_above_hull, formula_given } = this.packed;
    return {
      source: this.sources[source.length ? source[i] : 0],
      material_id: material_id[i],
      formula_given: formula_given[i] ?? formula,
      energy_above_hull: energy_above_hull[i] ?? null,
    };
  }

  /** The lowest energy above the hull in eV/atom, null where no entry has one. @param {number} row @returns {number | null} */
  energy(row) {
    return this.packed.energy_above_hull[this.firstEntry[row]] ?? null;
  }

  /** The entry that stands for a formula: the most stable that has an identifier. @param {number} row @returns {string | null} */
  materialId(row) {
    const { material_id, energy_above_hull } = this.packed;
    /** @type {number | null} */
    let best = null;
    for (let i = this.firstEntry[row]; i < this.firstEntry[row + 1]; i++) {
      const id = material_id[i];
      if (id === null) continue;
      const other = best === null ? null : /** @type {string} */ (material_id[best]);
      const order = best === null || other === null ? -1
        : compareNullsLast(energy_above_hull[i], energy_above_hull[best]) || id.length - other.length
          || (id < other ? -1 : 1);
      if (order < 0) best = i;
    }
    return best === null ? null : material_id[best];
  }

  /** Names of the sources of a formula, sorted. @param {number} row @returns {string[]} */
  sourcesOf(row) {
    const { source } = this.packed;
    if (!source.length) return this.sources.slice(0, 1);
    const found = new Set(source.slice(this.firstEntry[row], this.firstEntry[row + 1]));
    return [...found].map((i) => this.sources[i]).sort();
  }

  /** @param {number} row @param {Comparison} comparison @param {Fraction} number @returns {boolean} */
  energyMeets(row, comparison, number) {
    const energy = this.energy(row);
    return energy !== null && holds(energy, comparison, toNumber(number));
  }
}

/** @param {number | null | undefined} a @param {number | null | undefined} b @returns {number} */
export function compareNullsLast(a, b) {
  const x = a ?? Infinity;
  const y = b ?? Infinity;
  return x < y ? -1 : x > y ? 1 : 0;
}
