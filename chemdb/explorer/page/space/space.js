/** The space: elements, stoichiometries, and the set of allowed stoichiometries of each chemical system. */

/** @import {Element, Meta} from "../types.js" */

/**
 * The stoichiometries and chemical systems of one number of elements.
 *
 * @typedef {object} Layer
 * @property {number} k  Number of elements
 * @property {number} nSystems
 * @property {number} nStoichiometries
 * @property {number} nWords  32-bit words of a set of stoichiometries; bit i is stoichiometry i
 * @property {Uint8Array} factors  Row after row
 * @property {Uint8Array} natoms
 * @property {Uint8Array} maxFactor
 * @property {string[]} anonymous
 * @property {Uint32Array} full  All stoichiometries
 * @property {number[][]} after  By place and element, the systems after those that begin so
 * @property {Int32Array} setOf  Set of each system; empty until it has been read
 * @property {Int16Array} setSize  Allowed stoichiometries of each set
 * @property {Uint32Array} sets  Words of each set; empty until they have been read
 */

/** @param {number} n @param {number} k @returns {number} */
function choose(n, k) {
  let result = 1;
  for (let i = 0; i < k; i++) result = (result * (n - i)) / (i + 1);
  return n < k ? 0 : Math.round(result);
}

/** @param {number} a @param {number} b @returns {number} */
function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** The anonymous formula: factors ascending. @param {ArrayLike<number>} factors @returns {string} */
export function anonymousFormula(factors) {
  return [...Array.from(factors)].sort((a, b) => a - b)
    .map((n, i) => letter(i) + (n === 1 ? "" : n)).join("");
}

/** @param {number} i @returns {string} */
function letter(i) {
  return i < 26 ? String.fromCharCode(65 + i) : String.fromCharCode(97 + ((i - 26) % 26));
}

export class Space {
  /** @param {Meta} meta */
  constructor(meta) {
    /** Elements are numbered from 0 in order of electronegativity, those without one last. */
    this.elements = [...meta.elements].sort(byElectronegativity);
    this.n = this.elements.length;
    this.symbols = this.elements.map((element) => element.symbol);
    /** @type {Map<string, number>} */
    this.numberOf = new Map(this.symbols.map((symbol, i) => [symbol, i]));
    /** Numbers of the elements in alphabetical order, and the place of each. */
    this.alphabetical = Uint8Array.from([...this.symbols].sort(), (symbol) => this.numberOf.get(symbol) ?? 0);
    this.alphabeticalPlace = new Uint8Array(this.n);
    this.alphabetical.forEach((number, place) => { this.alphabeticalPlace[number] = place; });
    this.maxFactor = meta.limits.max_factor;
    /** @type {Map<number, Layer>} */
    this.layers = new Map(meta.limits.nelements.map((k) => [k, layer(this.n, k, this.maxFactor)]));
  }

  /** @param {number} k @returns {Layer} */
  layer(k) {
    const found = this.layers.get(k);
    if (!found) throw new Error(`no compositions of ${k} elements`);
    return found;
  }

  /** Numbers of elements whose sets have been read. @returns {number[]} */
  ready() {
    return [...this.layers.values()].filter((one) => one.sets.length).map((one) => one.k);
  }

  /** Take the part `systems` of the pack. @param {Uint8Array} bytes */
  addSystems(bytes) {
    let at = 0;
    for (const one of this.layers.values()) {
      const n = one.nSystems;
      const nSets = countSets(bytes, at, n);
      one.setSize = new Int16Array(bytes.slice(at + 4, at + 4 + 2 * nSets).buffer);
      at += 4 + 2 * nSets;
      const setOf = new Int32Array(n);
      for (let i = 0; i < n; i++) setOf[i] = bytes[at + i] | (bytes[at + n + i] << 8) | (bytes[at + 2 * n + i] << 16);
      one.setOf = setOf;
      at += 3 * n;
    }
  }

  /** Take the part `sets_K` of the pack. @param {number} k @param {Uint8Array} bytes */
  addSets(k, bytes) {
    const aligned = bytes.byteOffset % 4 ? bytes.slice() : bytes;
    this.layer(k).sets = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
  }

  /**
   * The place of a system among those with as many elements, in order of electronegativity.
   * @param {ArrayLike<number>} numbers  Ascending
   * @returns {number}
   */
  systemOf(numbers) {
    const { after, nSystems, k } = this.layer(numbers.length);
    let place = nSystems - 1;
    for (let i = 0; i < k; i++) place -= after[i][numbers[i]];
    return place;
  }

  /** The elements of a system. @param {number} k @param {number} system @returns {number[]} */
  elementsOf(k, system) {
    const { after, nSystems } = this.layer(k);
    let left = nSystems - 1 - system;
    const numbers = [];
    for (let i = 0, element = 0; i < k; i++, element++) {
      while (after[i][element] > left) element++;
      left -= after[i][element];
      numbers.push(element);
    }
    return numbers;
  }

  /**
   * The place of a system in alphabetical order.
   * @param {ArrayLike<number>} numbers
   * @returns {number}
   */
  alphabeticalSystemOf(numbers) {
    const { after, nSystems, k } = this.layer(numbers.length);
    const places = Array.from(numbers, (number) => this.alphabeticalPlace[number]).sort((a, b) => a - b);
    let place = nSystems - 1;
    for (let i = 0; i < k; i++) place -= after[i][places[i]];
    return place;
  }

  /** @param {number} k @param {number} stoichiometry @returns {number[]} */
  factorsOf(k, stoichiometry) {
    return Array.from(this.layer(k).factors.subarray(stoichiometry * k, (stoichiometry + 1) * k));
  }

  /** The number of a stoichiometry; -1 if it is not in the space. @param {ArrayLike<number>} factors @returns {number} */
  stoichiometryOf(factors) {
    const k = factors.length;
    const found = this.layers.get(k);
    if (!found) return -1;
    let low = 0;
    let high = found.nStoichiometries - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      let order = 0;
      for (let i = 0; i < k && order === 0; i++) order = found.factors[middle * k + i] - factors[i];
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Whether a composition is allowed. @param {number} k @param {number} system @param {number} stoichiometry @returns {boolean} */
  isAllowed(k, system, stoichiometry) {
    const { sets, setOf, nWords } = this.layer(k);
    return ((sets[setOf[system] * nWords + (stoichiometry >> 5)] >>> (stoichiometry & 31)) & 1) === 1;
  }

  /** The formula. @param {ArrayLike<number>} numbers @param {ArrayLike<number>} factors @returns {string} */
  formula(numbers, factors) {
    let text = "";
    for (let i = 0; i < numbers.length; i++) text += this.symbols[numbers[i]] + (factors[i] === 1 ? "" : factors[i]);
    return text;
  }

  /** The chemical system as text. @param {ArrayLike<number>} numbers @returns {string} */
  chemsys(numbers) {
    return Array.from(numbers, (number) => this.symbols[number]).sort().join("-");
  }
}

/** @param {Element} a @param {Element} b @returns {number} */
export function byElectronegativity(a, b) {
  const x = a.electronegativity ?? Infinity;
  const y = b.electronegativity ?? Infinity;
  return x === y ? a.atomic_number - b.atomic_number : x - y;
}

/** @param {Uint8Array} bytes @param {number} at @param {number} nSystems @returns {number} */
function countSets(bytes, at, nSystems) {
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  if (count > nSystems) throw new Error("the packed systems are damaged");
  return count;
}

/** @param {number} n @param {number} k @param {number} maxFactor @returns {Layer} */
function layer(n, k, maxFactor) {
  const rows = stoichiometries(k, maxFactor);
  const m = rows.length / k;
  const natoms = new Uint8Array(m);
  const largest = new Uint8Array(m);
  const anonymous = [];
  for (let i = 0; i < m; i++) {
    const row = rows.subarray(i * k, (i + 1) * k);
    natoms[i] = row.reduce((sum, factor) => sum + factor, 0);
    largest[i] = row.reduce((most, factor) => Math.max(most, factor), 0);
    anonymous.push(anonymousFormula(row));
  }
  const nWords = (m + 31) >> 5;
  const full = new Uint32Array(nWords).fill(0xffffffff);
  if (m & 31) full[nWords - 1] = 2 ** (m & 31) - 1;
  const after = Array.from({ length: k }, (_, i) => Array.from({ length: n }, (__, c) => choose(n - 1 - c, k - i)));
  return {
    k, nSystems: choose(n, k), nStoichiometries: m, nWords, factors: rows, natoms, maxFactor: largest, anonymous, full,
    after, setOf: new Int32Array(0), setSize: new Int16Array(0), sets: new Uint32Array(0),
  };
}

/** Factors without a common divisor, in lexicographic order. @param {number} k @param {number} maxFactor @returns {Uint8Array} */
function stoichiometries(k, maxFactor) {
  /** @type {number[]} */
  const rows = [];
  const row = new Array(k).fill(1);
  for (;;) {
    if (row.reduce(gcd) === 1) rows.push(...row);
    let i = k - 1;
    while (i >= 0 && row[i] === maxFactor) row[i--] = 1;
    if (i < 0) return Uint8Array.from(rows);
    row[i]++;
  }
}
