/** Reads a chemical formula in any spelling, as chemdb/chemistry/kernel.py does. */

import { quoted } from "../messages.js";
import { anonymousFormula, byElectronegativity } from "../space/space.js";

/** @import {Element} from "../types.js" */

const MAX_DEPTH = 32;
const MAX_AMOUNT = 2 ** 31 - 1;
const ISOTOPES = new Set(["D", "T"]);
const CLOSING = new Map([["(", ")"], ["[", "]"], ["{", "}"]]);

/** A text is not a formula. */
export class FormulaError extends Error {
  /** @param {string} text @param {string} reason */
  constructor(text, reason) {
    super(`formula ${quoted(text)}: ${reason}`);
    this.reason = reason;
  }
}

/**
 * A reduced composition; elements are in order of electronegativity.
 * @typedef {object} ReadComposition
 * @property {Element[]} elements
 * @property {string[]} symbols
 * @property {number[]} amounts
 * @property {string} formula
 * @property {string} chemsys
 * @property {string} formula_anonymous
 */

/**
 * @param {string} text
 * @param {Element[]} elements
 * @returns {ReadComposition}
 */
export function readComposition(text, elements) {
  const bySymbol = new Map(elements.map((element) => [element.symbol, element]));
  const reader = new Reader(text, bySymbol);
  return composition(reader.amounts());
}

/** The reduced composition with these amounts. @param {Map<Element, number>} amounts @returns {ReadComposition} */
export function composition(amounts) {
  const elements = [...amounts.keys()].sort(byElectronegativity);
  const given = elements.map((element) => amounts.get(element) ?? 0);
  const divisor = given.reduce(gcd);
  const reduced = given.map((n) => n / divisor);
  const symbols = elements.map((element) => element.symbol);
  return {
    elements, symbols, amounts: reduced,
    formula: symbols.map((symbol, i) => symbol + (reduced[i] === 1 ? "" : reduced[i])).join(""),
    chemsys: [...symbols].sort().join("-"),
    formula_anonymous: anonymousFormula(reduced),
  };
}

/** @param {number} a @param {number} b @returns {number} */
export function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

class Reader {
  /** @param {string} text @param {Map<string, Element>} elements */
  constructor(text, elements) {
    this.text = text;
    this.characters = [...text];
    this.elements = elements;
    this.p = 0;
  }

  /** @param {string} reason @param {number} at @returns {never} */
  fail(reason, at) {
    const rest = this.characters.slice(at).join("");
    throw new FormulaError(this.text, rest ? `${reason} at ${quoted([...rest].slice(0, 12).join(""))}` : `${reason} at the end`);
  }

  /** @param {number} at @returns {number} */
  digit(at) {
    const character = this.characters[at] ?? "";
    if (/^[0-9]$/.test(character)) return Number(character);
    return /^[₀-₉]$/.test(character) ? character.charCodeAt(0) - 0x2080 : -1;
  }

  /** @param {number} at @returns {boolean} */
  isSeparator(at) {
    return ["*", "·", "•", "∙", "⋅"].includes(this.characters[at]);
  }

  /** Whether the full stop at a place joins two parts and is not a decimal point. @param {number} at @returns {boolean} */
  fullStopAdds(at) {
    const { characters } = this;
    let p = at + 1;
    const next = characters[p] ?? "";
    if (/^[A-Z([{]$/.test(next)) return true;
    if (!/^[1-9]$/.test(next)) return false;
    while (/^[0-9]$/.test(characters[p] ?? "")) p++;
    if (characters.slice(p, p + 3).join("") !== "H2O") return false;
    p += 3;
    return p >= characters.length || [" ", "\t", "."].includes(characters[p]) || this.isSeparator(p);
  }

  /** @param {number} at @returns {boolean} */
  isFraction(at) {
    const character = this.characters[at] ?? "";
    if (character === "," || character === "/") return this.digit(at + 1) >= 0;
    return /^[\u00bc-\u00be\u2150-\u215e]$/.test(character);
  }

  /** The number at the place reached, 1 where there is none. @param {boolean} isCoefficient @param {number} failAt @returns {number} */
  number(isCoefficient, failAt) {
    let digit = this.digit(this.p);
    if (digit < 0) return 1;
    let value = 0;
    while (digit >= 0) {
      value = value * 10 + digit;
      if (value > MAX_AMOUNT) this.fail("amount too large", failAt);
      digit = this.digit(++this.p);
    }
    if (this.characters[this.p] === ".") {
      let q = this.p + 1;
      digit = this.digit(q);
      const isDecimal = digit >= 0 && (isCoefficient || value < 2);
      if (isDecimal || !this.fullStopAdds(this.p)) {
        if (digit < 0) this.fail(this.isFraction(q) ? "fractional amount" : "unexpected character", failAt);
        while (digit >= 0) {
          if (digit) this.fail("fractional amount", failAt);
          digit = this.digit(++q);
        }
        if (this.characters[q] === "." && this.digit(q + 1) >= 0) this.fail("fractional amount", failAt);
        this.p = q;
      }
    }
    if (this.isFraction(this.p)) this.fail("fractional amount", failAt);
    if (value === 0) this.fail("amount of zero", failAt);
    return value;
  }

  /** @returns {Map<Element, number>} */
  amounts() {
    const { characters } = this;
    /** @type {{element: Element, amount: number}[]} */
    const items = [];
    /** @type {{bracket: string, first: number}[]} */
    const opened = [];
    let first = 0;
    let coefficient = 1;
    let atStart = true;
    /** @param {number} from @param {number} factor @param {number} at */
    const multiply = (from, factor, at) => {
      for (const item of items.slice(from)) {
        item.amount *= factor;
        if (item.amount > MAX_AMOUNT) this.fail("amount too large", at);
      }
    };
    while (this.p < characters.length) {
      const here = this.p;
      const c = characters[here];
      if (c === " " || c === "\t") {
        this.p++;
        continue;
      }
      if (this.isSeparator(here) || (c === "." && this.fullStopAdds(here))) {
        if (opened.length) this.fail("dot inside brackets", here);
        if (first === items.length) this.fail("unexpected character", here);
        multiply(first, coefficient, here);
        first = items.length;
        coefficient = 1;
        atStart = true;
        this.p++;
        continue;
      }
      if (atStart) {
        coefficient = this.number(true, here);
        atStart = false;
        if (this.p > here) continue;
      }
      if (/^[A-Z]$/.test(c)) {
        this.p++;
        const small = characters[this.p] ?? "";
        const symbol = /^[a-z]$/.test(small) ? c + small : c;
        this.p += symbol.length - 1;
        const element = this.elements.get(ISOTOPES.has(symbol) ? "H" : symbol);
        if (!element) this.fail(`not one of the first ${this.elements.size} elements`, here);
        items.push({ element, amount: this.number(false, this.p) });
      } else if (CLOSING.has(c)) {
        if (opened.length === MAX_DEPTH) this.fail(`more than ${MAX_DEPTH} brackets inside each other`, here);
        opened.push({ bracket: c, first: items.length });
        this.p++;
      } else if (c === ")" || c === "]" || c === "}") {
        const group = opened.pop();
        if (!group || CLOSING.get(group.bracket) !== c) this.fail("brackets do not match", here);
        if (group.first === items.length) this.fail("nothing inside brackets", here);
        this.p++;
        const at = this.p;
        multiply(group.first, this.number(false, at), at);
      } else if (this.isFraction(here) || (c === "." && (this.digit(here + 1) >= 0 || this.isFraction(here + 1)))) {
        this.fail("fractional amount", here);
      } else {
        this.fail("unexpected character", here);
      }
    }
    if (opened.length) this.fail("brackets do not match", characters.length);
    if (!items.length) throw new FormulaError(this.text, "no formula");
    if (first === items.length) this.fail("unexpected character", characters.length);
    multiply(first, coefficient, characters.length);
    /** @type {Map<Element, number>} */
    const amounts = new Map();
    for (const { element, amount } of items) amounts.set(element, (amounts.get(element) ?? 0) + amount);
    return amounts;
  }
}
