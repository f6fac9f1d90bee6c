/**
 * Which compositions meet a filter: for each kind of chemical system, the stoichiometries as bits.
 *
 * A filter depends on a system only through the sets of elements that it names. Elements that are in the same
 * sets are of one *kind*; all systems whose elements, in order of electronegativity, are of the same kinds share
 * their matching stoichiometries.
 */

import { holds, toNumber } from "../fraction.js";
import { keyOf, onSystem, termsOf } from "./filter.js";

/** @import {Comparison, Filter, Term} from "../types.js" */
/** @import {Layer, Space} from "../space/space.js" */

/**
 * Stoichiometries that match: where the rule allows them, and where it forbids them.
 *
 * @typedef {object} Masks
 * @property {Bits} allowed
 * @property {Bits} forbidden
 *
 * Bits that equal ones share, so that work on them is done once.
 * @typedef {object} Bits
 * @property {Uint32Array} words
 * @property {number} count
 * @property {number} id
 *
 * A state of choosing the elements of a system one after the other.
 * @typedef {object} Node
 * @property {(Node | null)[]} next  By kind of the next element; null where no system can match, in any order of elements
 * @property {Uint8Array} elements  Elements that may be next in order of electronegativity, ascending
 * @property {Uint8Array} alphabetical  Places in alphabetical order of those that may be next in it, ascending
 * @property {Masks | null} masks  Once all elements are chosen in order of electronegativity
 * @property {boolean} isLive  Whether some composition may match, in order of electronegativity
 */

/** @param {number} word @returns {number} */
export function popcount(word) {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** @param {Uint32Array} words @returns {number} */
export function countBits(words) {
  let count = 0;
  for (let i = 0; i < words.length; i++) count += popcount(words[i]);
  return count;
}

/** Distinct bitmaps of stoichiometries, by content. */
export class BitTable {
  constructor() {
    /** @type {Map<string, Bits>} */
    this.byContent = new Map();
    this.n = 0;
  }

  /** @param {Uint32Array} words @returns {Bits} */
  shared(words) {
    // As text: maps compare no arrays.
    const content = String.fromCharCode(...new Uint16Array(words.buffer, words.byteOffset, words.length * 2));
    let bits = this.byContent.get(content);
    if (!bits) {
      bits = { words, count: countBits(words), id: this.n++ };
      this.byContent.set(content, bits);
    }
    return bits;
  }
}

/** A filter for the compositions of one number of elements; it has no terms about known compositions. */
export class Match {
  /** @param {Space} space @param {number} k @param {Filter} filter @param {BitTable} table */
  constructor(space, k, filter, table) {
    this.space = space;
    this.layer = space.layer(k);
    this.filter = filter;
    this.table = table;
    this.empty = new Uint32Array(this.layer.nWords);
    /** @type {Map<string, Uint32Array>} */
    this.termBits = new Map();
    const { kindOf, inSet, elementsOfKind } = elementKinds(space, filter);
    this.kindOf = kindOf;
    this.inSet = inSet;
    this.elementsOfKind = elementsOfKind;
    this.condition = onSystem(filter);
    /** Terms whose bits depend on the elements. */
    this.elementTerms = [...termsOf(filter)].filter((term) => "elements" in term);
    /** @type {Map<string, Masks>} */
    this.masksByTerms = new Map();
    const root = this.node([]);
    /** @type {Node | null} */
    this.root = root && root.isLive ? root : null;
    /** Stoichiometries that match in some system. */
    this.union = new Uint32Array(this.layer.nWords);
    for (const { allowed, forbidden } of this.masksByTerms.values()) {
      for (let i = 0; i < this.union.length; i++) this.union[i] |= allowed.words[i] | forbidden.words[i];
    }
  }

  /** The node after elements of these kinds; null if no system that begins so can match. @param {number[]} kinds @returns {Node | null} */
  node(kinds) {
    const { k } = this.layer;
    if (this.truth(this.condition, kinds) === false) return null;
    if (kinds.length === k) {
      const masks = this.masks(kinds);
      return { next: [], elements: NONE, alphabetical: NONE, masks, isLive: masks.allowed.count + masks.forbidden.count > 0 };
    }
    /** @type {(Node | null)[]} */
    const next = [];
    /** @type {number[]} */
    const elements = [];
    /** @type {number[]} */
    const alphabetical = [];
    for (let kind = 0; kind < this.elementsOfKind.length; kind++) {
      const child = this.node([...kinds, kind]);
      next.push(child);
      if (child) alphabetical.push(...this.elementsOfKind[kind]);
      if (child?.isLive) elements.push(...this.elementsOfKind[kind]);
    }
    if (!alphabetical.length) return null;
    return {
      next, masks: null, isLive: elements.length > 0,
      elements: Uint8Array.from(elements).sort(),
      alphabetical: Uint8Array.from(alphabetical, (number) => this.space.alphabeticalPlace[number]).sort(),
    };
  }

  /** Whether a condition on systems holds for all, or for none, that begin with these kinds. @param {Filter} filter @param {number[]} kinds @returns {boolean | null} */
  truth(filter, kinds) {
    const { k } = this.layer;
    switch (filter.type) {
      case "And": case "Or": {
        const decisive = filter.type === "Or";
        /** @type {boolean | null} */
        let result = !decisive;
        for (const term of filter.terms) {
          const one = this.truth(term, kinds);
          if (one === decisive) return decisive;
          if (one === null) result = null;
        }
        return result;
      }
      case "Not": {
        const inner = this.truth(filter.term, kinds);
        return inner === null ? null : !inner;
      }
      case "ElementCount":
        return this.countTruth(filter.elements, filter.comparison, filter.number ?? k, kinds);
      case "Chemsys":
        return filter.elements.length === k && this.countTruth(filter.elements, "=", k, kinds);
      case "Quantity":
        return holds(k, filter.comparison, toNumber(filter.number));
      default:
        throw new Error(`not a condition on chemical systems: ${filter.type}`);
    }
  }

  /** @param {string[]} elements @param {Comparison} comparison @param {number} number @param {number[]} kinds @returns {boolean | null} */
  countTruth(elements, comparison, number, kinds) {
    const inSet = /** @type {boolean[]} */ (this.inSet.get(elements.join()));
    let least = 0;
    for (const kind of kinds) if (inSet[kind]) least++;
    const most = least + this.layer.k - kinds.length;
    let some = false;
    let all = true;
    for (let count = least; count <= most; count++) {
      if (holds(count, comparison, number)) some = true;
      else all = false;
    }
    return all ? true : some ? null : false;
  }

  /** @param {number[]} kinds @returns {Masks} */
  masks(kinds) {
    let key = "";
    for (const term of this.elementTerms) {
      key += "comparison" in term && term.type !== "ElementCount" ? `${this.places(term.elements, kinds)} ` : this.truth(term, kinds) ? "+" : "-";
    }
    let masks = this.masksByTerms.get(key);
    if (!masks) {
      masks = {
        allowed: this.table.shared(this.bits(this.filter, kinds, true)),
        forbidden: this.table.shared(this.bits(this.filter, kinds, false)),
      };
      this.masksByTerms.set(key, masks);
    }
    return masks;
  }

  /** Which elements of a system are in a set, as bits. @param {string[]} elements @param {number[]} kinds @returns {number} */
  places(elements, kinds) {
    const inSet = /** @type {boolean[]} */ (this.inSet.get(elements.join()));
    let places = 0;
    for (let i = 0; i < kinds.length; i++) if (inSet[kinds[i]]) places |= 1 << i;
    return places;
  }

  /** The stoichiometries that meet a filter in systems of these kinds. @param {Filter} filter @param {number[]} kinds @param {boolean} allowed @returns {Uint32Array} */
  bits(filter, kinds, allowed) {
    const { full } = this.layer;
    switch (filter.type) {
      case "And": case "Or": {
        const isAnd = filter.type === "And";
        let result = isAnd ? full : this.empty;
        for (const term of filter.terms) {
          if (isAnd ? result === this.empty : result === full) return result;
          const bits = this.bits(term, kinds, allowed);
          if (bits === (isAnd ? full : this.empty)) continue;
          result = bits === (isAnd ? this.empty : full) ? bits
            : result.map((word, i) => (isAnd ? word & bits[i] : word | bits[i]));
        }
        return result;
      }
      case "Not": {
        const bits = this.bits(filter.term, kinds, allowed);
        if (bits === full) return this.empty;
        return bits === this.empty ? full : bits.map((word, i) => ~word & full[i]);
      }
      case "ElementCount": case "Chemsys":
        return this.truth(filter, kinds) ? full : this.empty;
      case "Allowed":
        return allowed ? full : this.empty;
      case "Amount": case "AtomicFraction":
        return this.bitsOf(filter, this.places(filter.elements, kinds));
      default:
        return this.bitsOf(filter, 0);
    }
  }

  /** Bits of a term about stoichiometries. @param {Term} term @param {number} places  Bit i: whether element i counts @returns {Uint32Array} */
  bitsOf(term, places) {
    const key = `${places} ${keyOf(term)}`;
    let words = this.termBits.get(key);
    if (!words) {
      words = new Uint32Array(this.layer.nWords);
      const meets = stoichiometryTest(this.layer, term, places);
      for (let i = 0; i < this.layer.nStoichiometries; i++) if (meets(i)) words[i >> 5] |= 1 << (i & 31);
      this.termBits.set(key, words);
    }
    return words;
  }

  /** Whether the size of a set says how many of its stoichiometries match: all or none do. @returns {boolean} */
  needsNoSets() {
    /** @param {Bits} bits */
    const simple = (bits) => !bits.count || bits.count === this.layer.nStoichiometries;
    /** @param {Node | null} node @returns {boolean} */
    const go = (node) => !node || (node.masks ? simple(node.masks.allowed) && simple(node.masks.forbidden)
      : node.next.every(go));
    return go(this.root);
  }

  /**
   * The masks of a system, null where none of its compositions match.
   * @param {ArrayLike<number>} numbers  Has its elements, ascending
   * @param {number} [start]  Where they begin
   * @returns {Masks | null}
   */
  of(numbers, start = 0) {
    let node = this.root;
    const end = start + this.layer.k;
    for (let i = start; node && i < end; i++) node = node.next[this.kindOf[numbers[i]]];
    return node && node.masks;
  }
}

const NONE = new Uint8Array(0);

/**
 * The kind of each element, whether each kind is in the sets that a filter names, and the elements of each kind.
 * @param {Space} space
 * @param {Filter} filter
 */
function elementKinds(space, filter) {
  const memberships = Array.from({ length: space.n }, () => "");
  /** @type {Map<string, number>} */
  const setNumber = new Map();
  for (const term of termsOf(filter)) {
    if (!("elements" in term) || setNumber.has(term.elements.join())) continue;
    setNumber.set(term.elements.join(), setNumber.size);
    const members = new Set(term.elements);
    space.symbols.forEach((symbol, i) => { memberships[i] += members.has(symbol) ? "1" : "0"; });
  }
  const kinds = [...new Set(memberships)];
  const kindOf = Uint8Array.from(memberships, (membership) => kinds.indexOf(membership));
  return {
    kindOf,
    inSet: new Map([...setNumber].map(([name, i]) => [name, kinds.map((kind) => kind[i] === "1")])),
    elementsOfKind: kinds.map((_, kind) => [...kindOf.keys()].filter((number) => kindOf[number] === kind)),
  };
}

/** @param {Layer} layer @param {Term} term @param {number} places @returns {(i: number) => boolean} */
function stoichiometryTest(layer, term, places) {
  const { k, factors, natoms, maxFactor, anonymous } = layer;
  switch (term.type) {
    case "Quantity": {
      const number = toNumber(term.number);
      if (term.name === "nelements") return () => holds(k, term.comparison, number);
      const values = term.name === "natoms" ? natoms : maxFactor;
      return (i) => holds(values[i] * Number(term.number.d), term.comparison, Number(term.number.n));
    }
    case "Amount": case "AtomicFraction": {
      const n = Number(term.number.n);
      const d = Number(term.number.d);
      const isFraction = term.type === "AtomicFraction";
      return (i) => {
        let amount = 0;
        for (let p = 0; p < k; p++) if ((places >> p) & 1) amount += factors[i * k + p];
        return holds(amount * d, term.comparison, isFraction ? natoms[i] * n : n);
      };
    }
    case "Factors":
      return (i) => term.factors.length === k && term.factors.every((factor, p) => factors[i * k + p] === factor);
    case "FormulaAnonymous":
      return (i) => anonymous[i] === term.formula_anonymous;
    default:
      throw new Error(`not a term about stoichiometries: ${term.type}`);
  }
}

/**
 * Visit the systems that may match, in order of electronegativity.
 * @param {Match} match
 * @param {(numbers: Uint8Array, system: number, masks: Masks) => void} visit
 */
export function forEachSystem(match, visit) {
  const { k, after, nSystems } = match.layer;
  const numbers = new Uint8Array(k);
  /** @param {Node} node @param {number} depth @param {number} place */
  const go = (node, depth, place) => {
    const { elements } = node;
    for (let i = depth ? firstAbove(elements, numbers[depth - 1]) : 0; i < elements.length; i++) {
      const number = elements[i];
      numbers[depth] = number;
      const child = /** @type {Node} */ (node.next[match.kindOf[number]]);
      const next = place - after[depth][number];
      if (depth + 1 < k) go(child, depth + 1, next);
      else visit(numbers, next, /** @type {Masks} */ (child.masks));
    }
  };
  if (match.root) go(match.root, 0, nSystems - 1);
}

/**
 * Visit the systems that may match in alphabetical order, until `visit` returns true.
 * @param {Match} match
 * @param {(numbers: Uint8Array, system: number, masks: Masks) => boolean} visit
 * @returns {boolean}  Whether it stopped early
 */
export function forEachSystemAlphabetically(match, visit) {
  const { space, kindOf } = match;
  const { k } = match.layer;
  const chosen = new Uint8Array(k);
  const numbers = new Uint8Array(k);
  // Whether a system may match does not depend on the order of its elements.
  /** @param {Node} node @param {number} depth @returns {boolean} */
  const go = (node, depth) => {
    const { alphabetical } = node;
    for (let i = depth ? firstAbove(alphabetical, chosen[depth - 1]) : 0; i < alphabetical.length; i++) {
      chosen[depth] = alphabetical[i];
      const child = /** @type {Node} */ (node.next[kindOf[space.alphabetical[alphabetical[i]]]]);
      if (depth + 1 < k) {
        if (go(child, depth + 1)) return true;
        continue;
      }
      for (let p = 0; p < k; p++) {
        const number = space.alphabetical[chosen[p]];
        let q = p;
        while (q && numbers[q - 1] > number) { numbers[q] = numbers[q - 1]; q--; }
        numbers[q] = number;
      }
      const masks = match.of(numbers);
      if (masks && visit(numbers, space.systemOf(numbers), masks)) return true;
    }
    return false;
  };
  return match.root !== null && go(match.root, 0);
}

/** The first place of a number above another. @param {Uint8Array} ascending @param {number} number @returns {number} */
export function firstAbove(ascending, number) {
  if (ascending.length > number && ascending[number] === number) return number + 1;
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}
