/** Formulas: read in any spelling, written in canonical form, as in `chemdb/chemistry/composition.py`. */

/** @typedef {import("./types.js").Element} Element */

/**
 * @typedef {object} Amounts - a reduced composition
 * @property {Element[]} elements - in order of electronegativity, those without one last
 * @property {number[]} amounts - without a common divisor
 */

const MAX_AMOUNT = 2 ** 31 - 1;
const MAX_BRACKETS = 32;
/** @type {Record<string, string>} */
const CLOSING = { "(": ")", "[": "]", "{": "}" };

/** A text is not a formula. */
export class FormulaError extends Error {}

/**
 * Return the composition of a formula.
 *
 * @param {string} text
 * @param {Element[]} elements - all of them
 * @returns {Amounts}
 */
export function readFormula(text, elements) {
  const plain = text.replace(/[₀-₉]/g, (digit) => String(digit.charCodeAt(0) - 0x2080));
  const amounts = new Reader(plain, new Set(elements.map((element) => element.symbol))).whole();
  return compositionOf(amounts, elements);
}

/**
 * Return the reduced composition with these amounts.
 *
 * @param {Map<string, number>} amounts - by symbol
 * @param {Element[]} elements - all of them
 * @returns {Amounts}
 */
export function compositionOf(amounts, elements) {
  const present = elements.filter((element) => amounts.get(element.symbol)).sort(byElectronegativity);
  const given = present.map((element) => amounts.get(element.symbol) ?? 0);
  const divisor = given.reduce(gcd, 0);
  return { elements: present, amounts: given.map((amount) => amount / divisor) };
}

/**
 * Compare elements by electronegativity: those without one last, ties by atomic number.
 *
 * @param {Element} a
 * @param {Element} b
 */
export function byElectronegativity(a, b) {
  if (a.electronegativity === b.electronegativity) return a.atomic_number - b.atomic_number;
  return (a.electronegativity ?? Infinity) - (b.electronegativity ?? Infinity);
}

/**
 * Return the canonical formula: LiZnO2.
 *
 * @param {string[]} symbols - in order of electronegativity
 * @param {number[]} amounts - elements with amount 0 are left out
 */
export function formulaText(symbols, amounts) {
  return symbols
    .map((symbol, i) => (amounts[i] > 1 ? symbol + amounts[i] : amounts[i] === 1 ? symbol : ""))
    .join("");
}

/**
 * Return the anonymous formula, amounts ascending: ABC2.
 *
 * @param {number[]} amounts
 */
export function anonymousFormula(amounts) {
  const letters = amounts.map((_, i) => String.fromCharCode(i < 26 ? 65 + i : 97 + ((i - 26) % 26)));
  return formulaText(letters, amounts.toSorted((a, b) => a - b));
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
export function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

/** Reads one formula from left to right. */
class Reader {
  #text;
  #symbols;
  #place = 0;

  /**
   * @param {string} text
   * @param {Set<string>} symbols
   */
  constructor(text, symbols) {
    this.#text = text;
    this.#symbols = symbols;
  }

  whole() {
    this.#skipSpaces();
    if (this.#place === this.#text.length) throw new FormulaError(`formula '${this.#text}': no formula`);
    /** @type {Map<string, number>} */
    const total = new Map();
    for (;;) {
      const coefficient = this.#amount();
      this.#skipSpaces();
      add(total, this.#items(""), coefficient);
      if (this.#place === this.#text.length) break;
      this.#place += 1;
      this.#skipSpaces();
    }
    for (const isotope of ["D", "T"]) {
      add(total, new Map([["H", total.get(isotope) ?? 0]]), 1);
      total.delete(isotope);
    }
    if (![...total.values()].every((amount) => amount <= MAX_AMOUNT)) this.#fail("amount too large", 0);
    return total;
  }

  /**
   * Read atoms and groups up to a closing bracket, a dot between parts, or the end.
   *
   * @param {string} closing - bracket; empty outside of brackets
   * @param {number} [depth]
   * @returns {Map<string, number>}
   */
  #items(closing, depth = 0) {
    /** @type {Map<string, number>} */
    const found = new Map();
    const start = this.#place;
    for (this.#skipSpaces(); this.#place < this.#text.length; this.#skipSpaces()) {
      const character = this.#text[this.#place];
      if (CLOSING[character]) {
        if (depth === MAX_BRACKETS) this.#fail(`more than ${MAX_BRACKETS} brackets inside each other`);
        this.#place += 1;
        const inside = this.#items(CLOSING[character], depth + 1);
        add(found, inside, this.#amount());
      } else if (")]}".includes(character)) {
        if (character !== closing) this.#fail("brackets do not match");
        if (!found.size) this.#fail("nothing inside brackets");
        this.#place += 1;
        return found;
      } else if ("·•∙⋅*".includes(character)) {
        if (closing) this.#fail("dot inside brackets");
        if (this.#place === start) this.#fail("unexpected character");
        return found;
      } else {
        const symbol = this.#symbol();
        add(found, new Map([[symbol, 1]]), this.#amount());
      }
    }
    if (closing) this.#fail("brackets do not match");
    if (!found.size) this.#fail("unexpected character");
    return found;
  }

  #symbol() {
    const [letters] = /^[A-Z][a-z]?/.exec(this.#text.slice(this.#place)) ?? [""];
    if (!letters) this.#fail("unexpected character");
    if (!this.#symbols.has(letters) && letters !== "D" && letters !== "T") {
      this.#fail(`not one of the first ${this.#symbols.size} elements`);
    }
    this.#place += letters.length;
    return letters;
  }

  /** Read an amount that follows without a space; 1 if there is none. */
  #amount() {
    const [digits] = /^\d+(?:\.\d+)?/.exec(this.#text.slice(this.#place)) ?? [""];
    if (!digits) return 1;
    const amount = Number(digits);
    if (!Number.isInteger(amount)) this.#fail("fractional amount");
    if (amount === 0) this.#fail("amount of zero");
    if (amount > MAX_AMOUNT) this.#fail("amount too large");
    this.#place += digits.length;
    return amount;
  }

  #skipSpaces() {
    while (" \t".includes(this.#text[this.#place] ?? "x")) this.#place += 1;
  }

  /**
   * @param {string} reason
   * @param {number} [place]
   * @returns {never}
   */
  #fail(reason, place = this.#place) {
    const rest = this.#text.slice(place, place + 12);
    throw new FormulaError(`formula '${this.#text}': ${reason} at ${rest ? `'${rest}'` : "the end"}`);
  }
}

/**
 * @param {Map<string, number>} total
 * @param {Map<string, number>} amounts
 * @param {number} times
 */
function add(total, amounts, times) {
  for (const [symbol, amount] of amounts) total.set(symbol, (total.get(symbol) ?? 0) + amount * times);
}
