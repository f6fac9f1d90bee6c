/** The terms of a query: keys, comparisons and bare words to filters, as chemdb/query/parse/terms.py does. */

import { CATEGORIES, CATEGORY_NAMES, allOf, anyOf, category, negation } from "./filter.js";
import { FormulaError, gcd, readComposition } from "../chemistry/formula.js";
import { add, compare, fraction, limitDenominator, readFraction, toNumber } from "../fraction.js";
import { counted, nearest, quoted } from "../messages.js";
import { anonymousFormula } from "../space/space.js";
import { speciesText } from "../chemistry/species.js";

/** @import {Category, Comparison, Filter, Fraction} from "../types.js" */
/** @import {Vocabulary} from "../space/vocabulary.js" */

/**
 * A word of a query and the position of its first character, from 1.
 * @typedef {{text: string, position: number}} Word
 * @typedef {(comparison: Comparison, value: Word) => Filter} Compare
 */

const MAX_ENERGY = fraction(10n ** 9n);
const LEAST_ENERGY = fraction(-(10n ** 9n));
export const NUMBERS = ["nelements", "natoms", "max_factor", "energy_above_hull"];
export const LISTS = ["elements", "any", "only", "exclude", "within", "chemsys", "formula", "anonymous", "formula_anonymous", "category", "species", "known_in"];
const FLAGS = ["allowed", "known", ...CATEGORY_NAMES];
/** @type {Map<string, Comparison>} */
const SPELLINGS = new Map([["==", "="], [":", "="], ["≤", "<="], ["≥", ">="]]);
/** @type {Record<Comparison, Comparison>} */
const MIRRORED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!=" };
/** Letters that are not element symbols. */
const PLACEHOLDERS = "AEGJLMQRXZ";

/** A query cannot be read, or a value in it is impossible. */
export class QueryError extends Error {
  /** @param {string} message @param {number | null} [position]  Of a character, from 1 */
  constructor(message, position = null) {
    super(message);
    this.position = position;
  }
}

/** @param {string} text @returns {Comparison} */
export function spelled(text) {
  return SPELLINGS.get(text) ?? /** @type {Comparison} */ (text);
}

/** @param {Word} word @param {string} problem @returns {never} */
function fail(word, problem) {
  const characters = [...word.text];
  const shown = characters.length <= 40 ? word.text : `${characters.slice(0, 37).join("")}...`;
  throw new QueryError(`query: ${quoted(shown)} at character ${word.position} ${problem}`, word.position);
}

/** Why a composition is outside the space, null if it is inside. @param {number[]} nelements @param {number} maxFactor @param {number} n @param {number} largest @returns {string | null} */
export function outsideBecause(nelements, maxFactor, n, largest) {
  if (!nelements.includes(n)) return counted(n, "element");
  return largest > maxFactor ? `factor ${largest}` : null;
}

export class TermReader {
  /** @param {Vocabulary} vocabulary */
  constructor(vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** @param {string} key @param {Word[]} words @returns {Filter} */
  list(key, words) {
    switch (key) {
      case "elements": return this.distinctElements(words.map((word) => [word, this.members(word)]));
      case "any": return { type: "ElementCount", elements: this.union(words), comparison: ">=", number: 1 };
      case "only": return { type: "ElementCount", elements: this.union(words), comparison: "=", number: null };
      case "exclude": return { type: "ElementCount", elements: this.union(words), comparison: "=", number: 0 };
      case "within": return { type: "ElementCount", elements: this.union(words.flatMap(parts)), comparison: "=", number: null };
      case "chemsys": return anyOf(...words.map((word) => this.chemsys(word)));
      case "formula": return anyOf(...words.map((word) => this.formula(word)));
      case "category": return anyOf(...words.map((word) => this.category(word)));
      case "species": return this.species(words);
      case "known_in": return anyOf(...words.map((word) => this.knownIn(word)));
      default: return anyOf(...words.map((word) => this.anonymous(word)));
    }
  }

  /** @param {string} name @returns {Filter} */
  flagFilter(name) {
    if (name === "allowed") return { type: "Allowed" };
    return name === "known" ? { type: "Known" } : category(/** @type {Category} */ (name));
  }

  /** The filter of a single word: a flag, system, formula or formula pattern. @param {Word} word @returns {Filter} */
  word(word) {
    const { text } = word;
    const lower = text.toLowerCase();
    if (FLAGS.includes(lower)) return this.flagFilter(lower);
    const elements = this.vocabulary.elementsNamed(text);
    if (elements || LISTS.includes(lower) || NUMBERS.includes(lower)) {
      const suggestion = elements ? `elements=${text}` : `${lower}=...`;
      fail(word, `is ${elements ? "an element or group" : "a key"}, not a term; did you mean ${suggestion}?`);
    }
    if (text.replace(/^-+|-+$/g, "").includes("-") && !/[\p{Nd}₀-₉⁰¹²³⁴-⁹]$/u.test(text)) return this.chemsys(word);
    try {
      return this.formulaOrPattern(word);
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      const hint = nearest(text, [...FLAGS, ...LISTS, ...NUMBERS]) || nearest(text, this.vocabulary.groups.keys());
      return fail(word, `is not a key, category, formula, formula pattern or chemical system${hint}`);
    }
  }

  /** The filter of a range, such as 0.3<x(O)<0.6. @param {Word} left @param {string} firstText @param {Word[]} middle @param {string} secondText @param {Word} right @returns {Filter} */
  chain(left, firstText, middle, secondText, right) {
    const first = spelled(firstText);
    const second = spelled(secondText);
    const both = [first, second];
    const ascending = both.every((one) => one === "<" || one === "<=");
    const descending = both.every((one) => one === ">" || one === ">=");
    if (middle.length !== 1 || !(ascending || descending)) {
      fail(right, "is a second comparison that does not make a range; write ranges as 0.3<x(O)<0.6");
    }
    let low = number(left);
    let high = number(right);
    if (descending) [low, high] = [high, low];
    const order = compare(low, high);
    if (order > 0 || (order === 0 && !both.every((one) => one === ">=") && !both.every((one) => one === "<="))) {
      fail(right, `makes an empty range: no number is between ${numberText(low)} and ${numberText(high)}`);
    }
    return allOf(this.comparison(middle[0], MIRRORED[first], [left]), this.comparison(middle[0], second, [right]));
  }

  /** The filter of a comparison, such as key=value,value or natoms<=10. @param {Word} left @param {string} text @param {Word[]} values @returns {Filter} */
  comparison(left, text, values) {
    let comparison = spelled(text);
    const key = left.text.toLowerCase();
    if (LISTS.includes(key) || FLAGS.includes(key)) {
      if (comparison !== "=" && comparison !== "!=") fail(left, `is not a numeric key: use ${key}=...`);
      const equal = LISTS.includes(key) ? this.list(key, values) : this.flag(key, values);
      return comparison === "=" ? equal : negation(equal);
    }
    if (isNumber(left.text) && values.length === 1 && !isNumber(values[0].text)) {
      [left, values, comparison] = [values[0], [left], MIRRORED[comparison]];
    }
    const meets = this.numeric(left);
    if (values.length > 1 && comparison !== "=" && comparison !== "!=") {
      fail(values[1], `is a second number after ${left.text}${comparison}, which takes one`);
    }
    if (comparison === "=" || comparison === "!=") {
      const equal = anyOf(...values.map((value) => equalOrInRange(meets, value)));
      return comparison === "=" ? equal : negation(equal);
    }
    return meets(comparison, values[0]);
  }

  /** What makes the filter of a comparison of a numeric key with a value. @param {Word} left @returns {Compare} */
  numeric(left) {
    const { nelements, maxFactor } = this.vocabulary;
    const fewest = nelements[0];
    const most = nelements[nelements.length - 1];
    const key = left.text.toLowerCase();
    if (key === "energy_above_hull") {
      return (comparison, value) => {
        const given = number(value);
        const bounded = compare(given, LEAST_ENERGY) < 0 ? LEAST_ENERGY : compare(given, MAX_ENERGY) > 0 ? MAX_ENERGY : given;
        return { type: "EnergyAboveHull", comparison, number: bounded };
      };
    }
    if (key === "nelements" || key === "natoms" || key === "max_factor") {
      const [low, high] = { nelements: [fewest, most], natoms: [fewest, most * maxFactor], max_factor: [1, maxFactor] }[key];
      return (comparison, value) => ({ type: "Quantity", name: key, comparison, number: inRange(left, comparison, value, low, high) });
    }
    const inner = /^x\((.+)\)$/is.exec(left.text);
    if (inner) {
      const elements = this.union([{ text: inner[1], position: left.position + 2 }]);
      return (comparison, value) => withPresence({
        type: "AtomicFraction", elements, comparison, number: inRange(left, comparison, value, 0, 1, most * maxFactor),
      });
    }
    const members = this.vocabulary.elementsNamed(left.text);
    if (!members) {
      const keys = [...LISTS, ...NUMBERS, ...FLAGS, ...this.vocabulary.groups.keys(), ...this.vocabulary.symbols];
      return fail(left, `is not a key, element or element group${nearest(left.text, keys)}`);
    }
    const highest = maxFactor * Math.min(members.length, most);
    return (comparison, value) => withPresence({
      type: "Amount", elements: members, comparison, number: inRange(left, comparison, value, 0, highest),
    });
  }

  /** @param {string} key @param {Word[]} values @returns {Filter} */
  flag(key, values) {
    const value = /** @type {Record<string, boolean | undefined>} */ ({
      true: true, yes: true, 1: true, false: false, no: false, 0: false,
    })[values[0].text.toLowerCase()];
    if (value === undefined || values.length > 1) {
      fail(values[0], `is neither true nor false; '${key}' and 'NOT ${key}' need no value`);
    }
    return value ? this.flagFilter(key) : negation(this.flagFilter(key));
  }

  /** The elements of a symbol or element group. @param {Word} word @returns {string[]} */
  members(word) {
    const elements = this.vocabulary.elementsNamed(word.text);
    if (elements) return elements;
    const hint = word.text.includes("-") ? "; separate elements by commas"
      : nearest(word.text, [...this.vocabulary.symbols, ...this.vocabulary.groups.keys()]);
    return fail(word, `is not an element or element group${hint}`);
  }

  /** @param {Word[]} words @returns {string[]} */
  union(words) {
    return union(words.map((word) => this.members(word)));
  }

  /** That the words stand for distinct elements; a repeated element counts once. @param {[Word, string[]][]} members @returns {Filter} */
  distinctElements(members) {
    const singles = new Map(members.filter(([, elements]) => elements.length === 1).map(([, elements]) => [elements[0], elements]));
    const sets = [...singles.values(), ...members.map(([, elements]) => elements).filter((elements) => elements.length > 1)];
    const most = Math.max(...this.vocabulary.nelements);
    if (sets.length > most) {
      fail(members[most][0], `is one element too many: compositions in this file have at most ${most}`);
    }
    // Hall's theorem: for any n of the words, the composition must have at least n of their elements.
    sets.sort(compareLists);
    /** @type {Filter[]} */
    const counts = [];
    for (let n = 1; n <= sets.length; n++) {
      for (const chosen of combinations(sets, n)) {
        const overlap = chosen.some((a, i) => chosen.slice(i + 1).some((b) => a.some((element) => b.includes(element))));
        if (n === 1 || overlap) counts.push({ type: "ElementCount", elements: union(chosen), comparison: ">=", number: n });
      }
    }
    return allOf(...counts);
  }

  /** @param {Word} word @returns {Filter} */
  chemsys(word) {
    const each = parts(word);
    const { nelements } = this.vocabulary;
    if (!nelements.includes(each.length)) {
      fail(word, `has ${counted(each.length, "element")}; this file has systems of ${nelements[0]} to ${nelements[nelements.length - 1]}`);
    }
    /** @type {[Word, string[]][]} */
    const members = each.filter((part) => part.text !== "*").map((part) => [part, this.members(part)]);
    const exact = members.filter(([, elements]) => elements.length === 1).map(([, elements]) => elements[0]);
    members.forEach(([part, elements], i) => {
      if (elements.length === 1 && members.slice(0, i).some(([, before]) => before.length === 1 && before[0] === elements[0])) {
        fail(part, `is repeated in ${quoted(word.text)}`);
      }
    });
    if (exact.length === each.length) return { type: "Chemsys", elements: exact.sort() };
    return allOf({ type: "Quantity", name: "nelements", comparison: "=", number: fraction(each.length) }, this.distinctElements(members));
  }

  /** @param {Word} word @returns {Filter} */
  formula(word) {
    try {
      return this.exactFormula(word);
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      const hint = this.isFormulaPattern(word) ? "; write formula patterns without 'formula='" : "";
      return fail(word, `is not a formula (${error.reason})${hint}`);
    }
  }

  /** @param {Word} word @returns {boolean} */
  isFormulaPattern(word) {
    try {
      this.formulaOrPattern(word);
      return true;
    } catch (error) {
      if (error instanceof FormulaError || error instanceof QueryError) return false;
      throw error;
    }
  }

  /** @param {Word} word @returns {Filter} */
  formulaOrPattern(word) {
    const found = [...word.text.matchAll(/([A-Z][a-z]?)(\d{0,4})/g)];
    if (found.map(([whole]) => whole).join("") === word.text) {
      const symbols = found.map(([, symbol]) => symbol);
      const placeholders = new Set(PLACEHOLDERS);
      for (const letter of "ABCDEFGH") {
        if (!symbols.includes(letter)) break;
        placeholders.add(letter);
      }
      if (symbols.some((symbol) => placeholders.has(symbol))) {
        return this.formulaPattern(word, symbols, found.map(([, , amount]) => Number(amount || 1)), placeholders);
      }
    }
    return this.exactFormula(word);
  }

  /** @param {Word} word @returns {Filter} */
  exactFormula(word) {
    const composition = readComposition(word.text, this.vocabulary.elements);
    this.mustFit(word, composition.amounts);
    return allOf({ type: "Chemsys", elements: [...composition.symbols].sort() }, { type: "Factors", factors: composition.amounts });
  }

  /** The filter of a formula pattern: for ABO3, oxygen and any two elements as A and B. @param {Word} word @param {string[]} symbols @param {number[]} given @param {Set<string>} placeholders @returns {Filter} */
  formulaPattern(word, symbols, given, placeholders) {
    for (const symbol of symbols) {
      if (!placeholders.has(symbol) && !this.vocabulary.symbols.has(symbol)) {
        throw new FormulaError(word.text, `${quoted(symbol)} is neither an element nor a placeholder`);
      }
      if (symbols.filter((other) => other === symbol).length > 1) throw new FormulaError(word.text, `${symbol} is repeated`);
    }
    const amounts = reduced(word, given);
    this.mustFit(word, amounts);
    return allOf(
      { type: "Quantity", name: "nelements", comparison: "=", number: fraction(amounts.length) },
      { type: "FormulaAnonymous", formula_anonymous: anonymousFormula(amounts) },
      ...symbols.flatMap((symbol, i) => (placeholders.has(symbol) ? []
        : [withPresence({ type: "Amount", elements: [symbol], comparison: "=", number: fraction(amounts[i]) })])),
    );
  }

  /** @param {Word} word @returns {Filter} */
  anonymous(word) {
    const found = [...word.text.matchAll(/([A-Z])(\d{0,4})/g)];
    const letters = found.map(([, letter]) => letter).join("");
    if (!found.length || found.map(([whole]) => whole).join("") !== word.text || !"ABCDEFGHIJ".startsWith(letters)) {
      fail(word, "is not an anonymous formula: letters A, B, C ... in order with amounts, as in ABC3");
    }
    const amounts = reduced(word, found.map(([, , amount]) => Number(amount || 1)));
    this.mustFit(word, amounts);
    return { type: "FormulaAnonymous", formula_anonymous: anonymousFormula(amounts) };
  }

  /** @param {Word} word @param {number[]} amounts */
  mustFit(word, amounts) {
    const { nelements, maxFactor } = this.vocabulary;
    const outside = outsideBecause(nelements, maxFactor, amounts.length, Math.max(...amounts));
    if (outside) {
      fail(word, `is outside this file (${outside}), which covers ${nelements[0]} to ${nelements[nelements.length - 1]} elements and `
        + `factors up to ${maxFactor}; use 'chemdb label' or 'chemdb explain' for other formulas`);
    }
  }

  /** @param {Word} word @returns {Filter} */
  category(word) {
    const name = word.text.toLowerCase();
    if (!Object.hasOwn(CATEGORIES, name)) {
      fail(word, `is not a category${nearest(word.text, CATEGORY_NAMES) || `; available: ${CATEGORY_NAMES.join(", ")}`}`);
    }
    return this.flagFilter(name);
  }

  /** @param {Word[]} words @returns {Filter} */
  species(words) {
    /** @type {Map<string, number>} */
    const states = new Map();
    for (const word of words) {
      const match = /^([A-Z][a-z]?)(?:(\d{0,2})([+-])|([+-])(\d{1,2})|(0))$/.exec(word.text);
      if (!match) return fail(word, "is not a species; write species like Fe3+ or O2-");
      const state = Number((match[3] ?? match[4] ?? "") + (match[2] || match[5] || match[6] || "1")) + 0;
      const symbol = match[1] === "D" || match[1] === "T" ? "H" : match[1];
      const available = this.vocabulary.states.get(symbol) ?? [];
      if (!this.vocabulary.symbols.has(symbol)) {
        fail(word, `is not a species: ${symbol} is not an element${nearest(symbol, this.vocabulary.symbols)}`);
      }
      if (!available.includes(state)) {
        const listed = available.map((one) => speciesText(symbol, one)).join(", ");
        fail(word, `is not a species of this file, which has ${listed || `none of ${symbol}`}`);
      }
      if ((states.get(symbol) ?? state) !== state) {
        fail(word, `conflicts with another state of ${symbol}: each element has one oxidation state`);
      }
      states.set(symbol, state);
    }
    const symbols = [...states.keys()].sort();
    return allOf(
      ...symbols.map((symbol) => /** @type {Filter} */ ({ type: "ElementCount", elements: [symbol], comparison: ">=", number: 1 })),
      { type: "SpeciesTogether", states: symbols.map((symbol) => [symbol, states.get(symbol) ?? 0]) },
    );
  }

  /** @param {Word} word @returns {Filter} */
  knownIn(word) {
    const { sources } = this.vocabulary;
    const source = sources.findLast((name) => name.toLowerCase() === word.text.toLowerCase());
    if (source === undefined) {
      const hint = nearest(word.text, sources.map((name) => name.toLowerCase()));
      return fail(word, `is not a known source of this file${hint} (it has ${sources.join(", ") || "none"})`);
    }
    return { type: "KnownIn", source };
  }
}

/** A term; if it implies that an element is present, say so, to narrow down the systems. @param {Extract<Filter, {type: "Amount" | "AtomicFraction"}>} term @returns {Filter} */
function withPresence(term) {
  const { comparison, elements } = term;
  const implied = comparison === ">" || ((comparison === "=" || comparison === ">=") && term.number.n > 0n);
  return implied ? allOf({ type: "ElementCount", elements, comparison: ">=", number: 1 }, term) : term;
}

/** That a quantity is a number, or in a range such as 3-4. @param {Compare} meets @param {Word} value @returns {Filter} */
function equalOrInRange(meets, value) {
  const dash = value.text.indexOf("-");
  const low = value.text.slice(0, Math.max(dash, 0));
  const high = value.text.slice(dash + 1);
  if (dash < 0 || !isNumber(low) || !isNumber(high)) return meets("=", value);
  const first = { text: low, position: value.position };
  const last = { text: high, position: value.position + [...low].length + 1 };
  if (compare(number(first), number(last)) > 0) fail(value, `makes an empty range: write ${high}-${low}`);
  return allOf(meets(">=", first), meets("<=", last));
}

/** @param {string} text @returns {boolean} */
function isNumber(text) {
  return /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?|[+-]?\d+\/\d+)$/i.test(text);
}

/** @param {Word} word @returns {Fraction} */
function number(word) {
  return readFraction(word.text) ?? fail(word, "is not a number like 3, 0.25, 1e-3 or 2/3");
}

/**
 * A number of few digits that compares in the same way; fails if no composition can match.
 * @param {Word} key @param {Comparison} comparison @param {Word} value @param {number} low @param {number} high
 * @param {number} [denominator]  Largest denominator of the quantity
 * @returns {Fraction}
 */
function inRange(key, comparison, value, low, high, denominator = 1) {
  let given = number(value);
  const toLow = compare(given, fraction(low));
  const toHigh = compare(given, fraction(high));
  const possible = {
    "=": toLow >= 0 && toHigh <= 0, "!=": true, "<": toLow > 0, "<=": toLow >= 0, ">": toHigh < 0, ">=": toHigh <= 0,
  };
  if (!possible[comparison]) fail(value, `is out of range: ${key.text} is from ${low} to ${high} in this file`);
  if (compare(given, fraction(low - 1)) < 0) given = fraction(low - 1);
  if (compare(given, fraction(high + 1)) > 0) given = fraction(high + 1);
  const ofQuantity = limitDenominator(given, denominator);
  return add(ofQuantity, fraction(compare(given, ofQuantity), 2 * denominator ** 2));
}

/** The parts of a chemical system and the position of each. @param {Word} word @returns {Word[]} */
function parts(word) {
  let { position } = word;
  return word.text.split("-").map((text) => {
    const part = { text, position };
    position += [...text].length + 1;
    return part;
  });
}

/** @param {Word} word @param {number[]} amounts @returns {number[]} */
function reduced(word, amounts) {
  if (amounts.some((n) => n === 0)) fail(word, "has an amount of zero");
  const divisor = amounts.reduce(gcd);
  return amounts.map((n) => n / divisor);
}

/** As Python's :g. @param {Fraction} value @returns {string} */
function numberText(value) {
  return value.d === 1n ? `${value.n}` : `${Number(toNumber(value).toPrecision(6))}`;
}

/** @param {string[][]} lists @returns {string[]} */
function union(lists) {
  return [...new Set(lists.flat())].sort();
}

/** @param {string[]} a @param {string[]} b @returns {number} */
function compareLists(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return a.length - b.length;
}

/** @template T @param {T[]} items @param {number} n @returns {Generator<T[]>} */
function* combinations(items, n) {
  if (n === 0) yield [];
  for (let i = 0; i + n <= items.length && n; i++) {
    for (const rest of combinations(items.slice(i + 1), n - 1)) yield [items[i], ...rest];
  }
}
