/** The query language: text to a filter, as chemdb/query/parse/language.py reads it; and to the picker and back. */

import { CATEGORIES, EVERYTHING, allOf, anyOf, depth, keyOf, negation, termsOf } from "./filter.js";
import { thousands } from "../messages.js";
import { QueryError, TermReader, spelled } from "./terms.js";

/** @import {Category, Filter, Picker} from "../types.js" */
/** @import {Vocabulary} from "../space/vocabulary.js" */
/** @import {Word} from "./terms.js" */

/**
 * What the words of a query say, before they are understood.
 * @typedef {(
 *   | {type: "either" | "both", parts: Syntax[]}
 *   | {type: "negated", part: Syntax}
 *   | {type: "word", word: Quotable}
 *   | {type: "comparison", left: Quotable, comparison: string, values: Quotable[], second?: string, right?: Quotable}
 * )} Syntax
 * @typedef {Word & {quoted: boolean}} Quotable
 */

const MAX_LENGTH = 20000;
const MAX_DEPTH = 40;
const MAX_SPECIES = 4;
const S = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACE = new RegExp(`[${S}]+`, "yu");
const COMPARISON = /<=|>=|==|!=|=|<|>|:|≤|≥/yu;
const QUOTED = /"[^"]*"|'[^']*'/yu;
const NOT = new RegExp(`not(?=[${S}(]|$)`, "yiu");
const AND = new RegExp(`and(?=[${S}(]|$)|&`, "yiu");
const OR = new RegExp(`or(?=[${S}(]|$)|\\|`, "yiu");
const PLAIN = `[^${S},=<>!:()"'&|≤≥]+`;
const INSIDE = `[^${S},=<>!:()"']`;
const WORD = new RegExp(
  `(?:${PLAIN}|\\((?:${INSIDE}|\\(${INSIDE}*\\))+\\)[0-9₀-₉]+)(?:\\((?:${INSIDE}|\\(${INSIDE}*\\))*\\)|${PLAIN})*`, "yu",
);

/**
 * The filter of a query, or what is wrong with it.
 * @param {string} text  Empty for everything
 * @param {Vocabulary} vocabulary
 * @returns {{filter: Filter} | {error: {message: string, position: number | null}}}
 */
export function parse(text, vocabulary) {
  try {
    return { filter: readFilter(text, vocabulary) };
  } catch (error) {
    if (error instanceof RangeError) return { error: { message: tooDeep(), position: null } };
    if (!(error instanceof QueryError)) throw error;
    return { error: { message: error.message, position: error.position } };
  }
}

/** @returns {string} */
function tooDeep() {
  return `query: nested more than ${MAX_DEPTH} levels deep`;
}

/** @param {string} text @param {Vocabulary} vocabulary @returns {Filter} */
function readFilter(text, vocabulary) {
  if ([...text].length > MAX_LENGTH) {
    throw new QueryError(`query: longer than ${thousands(MAX_LENGTH)} characters; use 'chemdb label' for lists of formulas`);
  }
  const syntax = readSyntax(text);
  const filter = syntax ? meaning(syntax, new TermReader(vocabulary)) : EVERYTHING;
  if (depth(filter) > MAX_DEPTH) throw new QueryError(tooDeep());
  const species = new Set([...termsOf(filter)].filter((term) => term.type === "SpeciesTogether").map(keyOf));
  if (species.size > MAX_SPECIES) {
    throw new QueryError(`query: more than ${MAX_SPECIES} different species terms; split it into several queries`);
  }
  return filter;
}

/** @param {Syntax} syntax @param {TermReader} reader @returns {Filter} */
function meaning(syntax, reader) {
  switch (syntax.type) {
    case "either": return anyOf(...syntax.parts.map((part) => meaning(part, reader)));
    case "both": return allOf(...syntax.parts.map((part) => meaning(part, reader)));
    case "negated": return negation(meaning(syntax.part, reader));
    case "word": return reader.word(syntax.word);
    default: {
      const { left, comparison, values, second, right } = syntax;
      return second !== undefined && right ? reader.chain(left, comparison, values, second, right)
        : reader.comparison(left, comparison, values);
    }
  }
}

/**
 * How the words of a query are joined; null without any.
 * @param {string} text
 * @returns {Syntax | null}
 */
function readSyntax(text) {
  return new SyntaxReader(text).read();
}

/** Terms that are being joined: alternatives, each a list, and the NOTs before the next term. */
class Group {
  constructor() {
    /** @type {Syntax[][]} */
    this.alternatives = [[]];
    this.nots = 0;
  }

  /** @param {Syntax} syntax */
  add(syntax) {
    for (; this.nots; this.nots--) syntax = { type: "negated", part: syntax };
    this.alternatives[this.alternatives.length - 1].push(syntax);
  }

  /** @returns {Syntax} */
  whole() {
    const parts = this.alternatives.map((terms) => (terms.length === 1 ? terms[0] : /** @type {Syntax} */ ({ type: "both", parts: terms })));
    return parts.length === 1 ? parts[0] : { type: "either", parts };
  }
}

class SyntaxReader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** Position of the next character, from 1. @param {number} [at] @returns {number} */
  position(at = this.at) {
    return [...this.text.slice(0, at)].length + 1;
  }

  /** @param {RegExp} pattern @returns {string | null} */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at += found[0].length;
    return found[0];
  }

  /** @returns {never} */
  unexpected() {
    if (this.at >= this.text.length) throw new QueryError("incomplete query: expected a value or ')'");
    const position = this.position();
    const character = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    if (character === '"' || character === "'") {
      throw new QueryError(`query: unclosed quotation mark at character ${position}`, position);
    }
    const hint = character === "," ? "; a list needs a key, as in elements=Li,O" : "";
    const shown = character === "\\" ? "'\\\\'" : `'${character}'`;
    throw new QueryError(`query: unexpected ${shown} at character ${position}${hint}`, position);
  }

  /** A word or a quoted text, null if there is none. @returns {Quotable | null} */
  operand() {
    this.take(SPACE);
    const position = this.position();
    const quotedText = this.take(QUOTED);
    if (quotedText !== null) return { text: quotedText.slice(1, -1), position, quoted: true };
    const text = this.take(WORD);
    return text === null ? null : { text, position, quoted: false };
  }

  /** @returns {Quotable} */
  expectedOperand() {
    return this.operand() ?? this.unexpected();
  }

  /** @returns {Syntax | null} */
  read() {
    this.take(SPACE);
    if (this.at >= this.text.length) return null;
    const groups = [new Group()];
    for (;;) {
      // A term, or what comes before it.
      const group = groups[groups.length - 1];
      this.take(SPACE);
      if (this.take(NOT) !== null) {
        group.nots++;
        continue;
      }
      const left = this.operand();
      if (left) group.add(this.term(left));
      else if (this.text[this.at] === "(") {
        this.at++;
        groups.push(new Group());
        continue;
      } else this.unexpected();
      // What comes after it.
      for (;;) {
        this.take(SPACE);
        const current = groups[groups.length - 1];
        if (this.at >= this.text.length) {
          return groups.length === 1 ? current.whole() : this.unexpected();
        }
        if (this.take(AND) !== null) break;
        if (this.take(OR) !== null) {
          current.alternatives.push([]);
          break;
        }
        if (this.text[this.at] !== ")") break;
        if (groups.length === 1) this.unexpected();
        this.at++;
        groups.pop();
        groups[groups.length - 1].add(current.whole());
      }
    }
  }

  /** @param {Quotable} left @returns {Syntax} */
  term(left) {
    this.take(SPACE);
    const comparison = this.take(COMPARISON);
    if (comparison === null) return { type: "word", word: left };
    const values = [this.expectedOperand()];
    for (;;) {
      this.take(SPACE);
      if (this.text[this.at] !== ",") break;
      this.at++;
      values.push(this.expectedOperand());
    }
    const second = this.take(COMPARISON);
    if (second === null) return { type: "comparison", left, comparison, values };
    return { type: "comparison", left, comparison, values, second, right: this.expectedOperand() };
  }
}

/** The text of a word, in quotation marks where it needs them. @param {Quotable} word @returns {string} */
function wordText(word) {
  if (!word.quoted) return word.text;
  return word.text.includes('"') ? `'${word.text}'` : `"${word.text}"`;
}

/** The text of a part of a query. @param {Syntax} syntax @returns {string} */
function syntaxText(syntax) {
  switch (syntax.type) {
    case "either": return syntax.parts.map(syntaxText).join(" OR ");
    case "both": return syntax.parts.map((part) => (part.type === "either" ? `(${syntaxText(part)})` : syntaxText(part))).join(" ");
    case "negated": {
      const { part } = syntax;
      return `NOT ${part.type === "either" || part.type === "both" ? `(${syntaxText(part)})` : syntaxText(part)}`;
    }
    case "word": return wordText(syntax.word);
    default: {
      const { left, comparison, values, second, right } = syntax;
      const end = second !== undefined && right ? second + wordText(right) : "";
      return wordText(left) + comparison + values.map(wordText).join() + end;
    }
  }
}

/** A query in its usual spelling: one space between terms. @param {string} text  That can be read @returns {string} */
export function write(text) {
  const syntax = readSyntax(text);
  return syntax ? syntaxText(syntax) : "";
}

/** @returns {Picker} */
export function emptyPicker() {
  return { all: [], any: [], exclude: [], only: false, nelements: "", natoms: "", formula_anonymous: "", categories: [], rest: "" };
}

/**
 * What the picker shows of a query; the rest are words that it cannot show.
 * @param {string} text
 * @param {Vocabulary} vocabulary
 * @returns {Picker}
 */
export function toPicker(text, vocabulary) {
  const picker = emptyPicker();
  const parsed = parse(text, vocabulary);
  if ("error" in parsed) return { ...picker, rest: text };
  const syntax = readSyntax(text);
  const terms = syntax === null ? [] : syntax.type === "both" ? syntax.parts : [syntax];
  /** @type {string[]} */
  const rest = [];
  /** @type {Syntax[]} */
  const only = [];
  for (const term of terms) {
    if (limitsElements(term, vocabulary)) only.push(term);
    else if (!show(term, picker, vocabulary)) rest.push(term.type === "either" && terms.length > 1 ? `(${syntaxText(term)})` : syntaxText(term));
  }
  for (const term of only) {
    if (picker.only || !showOnly(term, picker, vocabulary)) rest.push(syntaxText(term));
  }
  picker.rest = rest.join(" ");
  // Lists that are joined may have more elements than a composition.
  return "error" in parse(fromPicker(picker), vocabulary) ? { ...emptyPicker(), rest: text } : picker;
}

/** Show a term; false if the picker has no place for it. @param {Syntax} term @param {Picker} picker @param {Vocabulary} vocabulary @returns {boolean} */
function show(term, picker, vocabulary) {
  if (term.type === "word") {
    const word = term.word.text;
    const lower = word.toLowerCase();
    if (Object.hasOwn(CATEGORIES, lower)) return showCategories([lower], picker);
    if (!picker.formula_anonymous && isFormulaPattern(term.word.text, vocabulary)) {
      picker.formula_anonymous = word;
      return true;
    }
    return false;
  }
  if (term.type !== "comparison" || term.second !== undefined) return false;
  const key = term.left.text.toLowerCase();
  const values = term.values.map((value) => value.text);
  if (key === "natoms" && spelled(term.comparison) === "<=" && !picker.natoms && /^\d+$/.test(values[0])) {
    [picker.natoms] = values;
    return true;
  }
  if (spelled(term.comparison) !== "=") return false;
  switch (key) {
    case "elements": case "exclude": {
      const list = key === "elements" ? picker.all : picker.exclude;
      // A group twice means two of its elements.
      if (key === "elements" && values.some((value, i) => repeats(value, [...list, ...values.slice(0, i)], vocabulary))) return false;
      list.push(...values.filter((value, i) => !list.includes(value) && values.indexOf(value) === i));
      return true;
    }
    case "any":
      if (picker.any.length) return false;
      picker.any = [...new Set(values)];
      return true;
    case "nelements":
      if (picker.nelements || !values.every((value) => /^\d(-\d)?$/.test(value))) return false;
      picker.nelements = values.join();
      return true;
    case "anonymous": case "formula_anonymous":
      if (picker.formula_anonymous || values.length > 1) return false;
      [picker.formula_anonymous] = values;
      return true;
    case "category":
      return showCategories(values.map((value) => value.toLowerCase()), picker);
    default:
      return false;
  }
}

/** Whether a word for elements cannot be joined with others in one list. @param {string} value @param {string[]} before @param {Vocabulary} vocabulary @returns {boolean} */
function repeats(value, before, vocabulary) {
  const elements = vocabulary.elementsNamed(value) ?? [];
  return before.some((other) => {
    const others = vocabulary.elementsNamed(other) ?? [];
    return !(elements.length === 1 && others.length === 1) && elements.some((element) => others.includes(element));
  });
}

/** @param {string[]} names @param {Picker} picker @returns {boolean} */
function showCategories(names, picker) {
  if (picker.categories.length) return false;
  picker.categories = /** @type {Category[]} */ ([...new Set(names)]);
  return true;
}

/** Whether a term names all elements that there may be. @param {Syntax} term @param {Vocabulary} vocabulary @returns {boolean} */
function limitsElements(term, vocabulary) {
  if (term.type === "word") return systemOf(term.word, vocabulary) !== null;
  if (term.type !== "comparison" || term.second !== undefined || spelled(term.comparison) !== "=") return false;
  const key = term.left.text.toLowerCase();
  if (key === "only") return true;
  return (key === "chemsys" || key === "within") && term.values.length === 1 && systemOf(term.values[0], vocabulary) !== null;
}

/** The elements of a chemical system, null if a word is none or has wildcards or groups. @param {Word} word @param {Vocabulary} vocabulary @returns {string[] | null} */
function systemOf(word, vocabulary) {
  const elements = word.text.split("-");
  return elements.length > 1 && elements.every((element) => vocabulary.symbols.has(element)) ? elements : null;
}

/**
 * Show which elements there may be; false if the picker cannot.
 *
 * What has no other elements than some has one of them, and a chemical system all of its elements.
 * @param {Syntax} term
 * @param {Picker} picker
 * @param {Vocabulary} vocabulary
 * @returns {boolean}
 */
function showOnly(term, picker, vocabulary) {
  const shown = new Set([...picker.all, ...picker.any]);
  const key = term.type === "comparison" ? term.left.text.toLowerCase() : "chemsys";
  const words = term.type === "comparison" ? term.values : term.type === "word" ? [term.word] : [];
  const values = key === "only" ? words.map((value) => value.text) : systemOf(words[0], vocabulary) ?? [];
  if (!shown.size) picker[key === "chemsys" ? "all" : "any"] = [...new Set(values)];
  else if (key !== "only" || new Set(values).size !== shown.size || values.some((value) => !shown.has(value))) return false;
  picker.only = true;
  return true;
}

/** @param {string} text @param {Vocabulary} vocabulary @returns {boolean} */
function isFormulaPattern(text, vocabulary) {
  const parsed = parse(text, vocabulary);
  return "filter" in parsed && [...termsOf(parsed.filter)].some((term) => term.type === "FormulaAnonymous");
}

/** The query that a picker shows. @param {Picker} picker @returns {string} */
export function fromPicker(picker) {
  const terms = [];
  if (picker.all.length) terms.push(`elements=${picker.all.join()}`);
  if (picker.any.length) terms.push(`any=${picker.any.join()}`);
  if (picker.only && picker.all.length + picker.any.length) terms.push(`only=${[...new Set([...picker.all, ...picker.any])].join()}`);
  if (picker.exclude.length) terms.push(`exclude=${picker.exclude.join()}`);
  if (picker.formula_anonymous) terms.push(anonymousTerm(picker.formula_anonymous));
  if (picker.nelements) terms.push(`nelements=${picker.nelements}`);
  if (picker.natoms) terms.push(`natoms<=${picker.natoms}`);
  if (picker.categories.length === 1) terms.push(picker.categories[0]);
  else if (picker.categories.length) terms.push(`category=${picker.categories.join()}`);
  if (picker.rest) terms.push(terms.length && isEither(picker.rest) ? `(${picker.rest})` : picker.rest);
  return terms.join(" ");
}

/** A formula pattern such as ABO3 is a term itself; an anonymous formula such as AB2 needs its key: B is boron, too. @param {string} text @returns {string} */
function anonymousTerm(text) {
  const letters = text.replace(/\d/g, "");
  return "ABCDEFGHIJ".startsWith(letters) ? `anonymous=${text}` : text;
}

/** @param {string} text @returns {boolean} */
function isEither(text) {
  try {
    return readSyntax(text)?.type === "either";
  } catch (error) {
    if (error instanceof QueryError) return false;
    throw error;
  }
}
