/** A query elsewhere: as a command, in Python, and as SQL on the public views. */

import { keyOf } from "./filter.js";
import { toNumber } from "../fraction.js";

/** @import {Filter, Fraction} from "../types.js" */

/** The query as a command. @param {string} text @param {string} [command] @returns {string} */
export function asCommand(text, command = "chemdb query") {
  const quoted = /[$`"\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
  return `${command} ${quoted}`;
}

/** The query in Python. @param {string} text @returns {string} */
export function asPython(text) {
  return [
    "import chemdb", "", 'with chemdb.open("chemdb.duckdb") as db:', `    result = db.query(${JSON.stringify(text)})`,
    "    print(result.counts)", "    print(result.df())",
  ].join("\n");
}

/** Views of the compositions of a category, without its own terms. */
const VIEWS = /** @type {const} */ ([["missing", true, false], ["standard", true, true], ["interesting", false, true], ["unlikely", false, false]]);
const LIMIT = 50;

/**
 * The query as SQL on the public views; null if they do not say enough.
 * @param {Filter} filter
 * @returns {string | null}
 */
export function asSql(filter) {
  const terms = filter.type === "And" ? filter.terms : [filter];
  for (const [view, allowed, known] of VIEWS) {
    const own = [flag("Allowed", allowed), flag("Known", known)];
    const rest = terms.filter((term) => !own.includes(keyOf(term)));
    if (rest.length !== terms.length - own.length || rest.some(readsFlags)) continue;
    return statement(view, rest);
  }
  return statement("composition", terms);
}

/** @param {"Allowed" | "Known"} type @param {boolean} holds @returns {string} */
function flag(type, holds) {
  return keyOf(holds ? { type } : { type: "Not", term: { type } });
}

/** @param {Filter} filter @returns {boolean} */
function readsFlags(filter) {
  if (filter.type === "And" || filter.type === "Or") return filter.terms.some(readsFlags);
  return filter.type === "Not" ? readsFlags(filter.term) : filter.type === "Allowed" || filter.type === "Known";
}

/** @param {string} view @param {Filter[]} terms @returns {string | null} */
function statement(view, terms) {
  const conditions = terms.map(condition);
  if (conditions.includes(null)) return null;
  const where = conditions.length ? [`where ${conditions.join("\n    and ")}`] : [];
  return [`select *`, `from ${view}`, ...where, "order by natoms, nelements, chemsys, factors", `limit ${LIMIT}`].join("\n");
}

/** @param {Filter} filter @returns {string | null} */
function condition(filter) {
  switch (filter.type) {
    case "And": case "Or": {
      if (!filter.terms.length) return filter.type === "And" ? "true" : "false";
      const parts = filter.terms.map(condition);
      return parts.includes(null) ? null : `(${parts.join(filter.type === "And" ? " and " : " or ")})`;
    }
    case "Not": {
      const inner = condition(filter.term);
      return inner === null ? null : `not ${inner}`;
    }
    case "ElementCount": return elementCount(filter);
    case "Quantity": {
      const quantity = filter.name === "max_factor" ? "list_max(factors)" : filter.name;
      return compared(quantity, filter.comparison, filter.number, "");
    }
    case "Amount": return compared(amount(filter.elements), filter.comparison, filter.number, "");
    case "AtomicFraction": return compared(amount(filter.elements), filter.comparison, filter.number, "natoms");
    case "Chemsys": return `chemsys = '${filter.elements.join("-")}'`;
    case "Factors": return `factors = [${filter.factors.join(", ")}]`;
    case "FormulaAnonymous": return `formula_anonymous = '${filter.formula_anonymous}'`;
    case "Allowed": return "allowed";
    case "Known": return "known";
    case "KnownIn": return ofKnown(`list_contains(sources, '${filter.source.replaceAll("'", "''")}')`);
    case "EnergyAboveHull": return ofKnown(`energy_above_hull ${filter.comparison} ${toNumber(filter.number)}`);
    case "SpeciesTogether": return null;
  }
}

/** @param {string} where @returns {string} */
function ofKnown(where) {
  return `formula in (select formula from known_composition where ${where})`;
}

/** @param {Extract<Filter, {type: "ElementCount"}>} term @returns {string} */
function elementCount({ elements, comparison, number }) {
  const list = `['${elements.join("', '")}']::element_symbol[]`;
  const has = elements.length === 1 ? `list_contains(elements, '${elements[0]}')` : `list_has_any(elements, ${list})`;
  if (comparison === ">=" && number === 1) return has;
  if (comparison === "=" && number === 0) return `not ${has}`;
  if (comparison === "=" && number === null) return `list_has_all(${list}, elements)`;
  return `len(list_intersect(elements, ${list})) ${comparison} ${number ?? "nelements"}`;
}

/** Atoms of some elements. @param {string[]} elements @returns {string} */
function amount(elements) {
  const each = elements.map((symbol) => `amount_of(elements, factors, '${symbol}')`);
  return each.length === 1 ? each[0] : `(${each.join(" + ")})`;
}

/** A comparison in whole numbers. @param {string} quantity @param {string} comparison @param {Fraction} number @param {string} total @returns {string} */
function compared(quantity, comparison, { n, d }, total) {
  const left = d === 1n ? quantity : `${quantity} * ${d}`;
  const right = total === "" ? `${n}` : n === 1n ? total : `${total} * ${n}`;
  return `${left} ${comparison} ${right}`;
}
