/** What only a server can answer: queries with species, and large results in any order. */

/** @import {Counts, Row, RowOptions, Suggestions} from "./types.js" */

const COLUMNS = [
  "formula", "chemsys", "nelements", "natoms", "max_factor", "formula_anonymous", "allowed", "known", "category",
  "known_in", "material_id", "energy_above_hull", "elements", "factors", "species",
];

/** @param {string} route @param {Record<string, string>} parameters @param {AbortSignal} signal @returns {Promise<any>} */
async function get(route, parameters, signal) {
  const response = await fetch(`api/v1/${route}?${new URLSearchParams(parameters)}`, { signal });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.title ?? response.statusText);
  return answer;
}

/** @param {string} text @param {AbortSignal} signal @returns {Promise<Counts>} */
export async function countsOfServer(text, signal) {
  return { ...(await get("counts", { q: text }, signal)), partial: false };
}

/** @param {string} text @param {RowOptions} options @param {AbortSignal} signal @returns {Promise<Row[]>} */
export async function rowsOfServer(text, { limit = 50, offset = 0, sort = "" }, signal) {
  const parameters = { q: text, limit: `${limit}`, offset: `${offset}`, sort, columns: COLUMNS.join() };
  const { rows } = await get("rows", parameters, signal);
  return rows.map((/** @type {any} */ row) => ({ ...row, species: row.species?.split(" ") ?? null }));
}

const SUGGESTED = [
  "rank", "formula", "chemsys", "nelements", "natoms", "formula_anonymous", "category", "score", "share_found",
  "species", "n_analogues", "analogues", "analogue_ids", "n_known",
];

/** @param {string} text @param {{limit?: number, offset?: number}} window @param {AbortSignal} signal @returns {Promise<Omit<Suggestions, "command">>} */
export async function suggestionsOfServer(text, { limit = 20, offset = 0 }, signal) {
  const parameters = { q: text, limit: `${limit}`, offset: `${offset}`, columns: SUGGESTED.join() };
  const { rows, total } = await get("suggest", parameters, signal);
  return { rows: rows.map(suggestion), total, complete: true };
}

/** @param {any} row */
function suggestion({ species, analogues, analogue_ids, ...row }) {
  const ids = analogue_ids.split(", ");
  const found = [...analogues.matchAll(/(\S+) \((\S+) for (\S+)\)/g)];
  return {
    ...row,
    species: species?.split(" ") ?? null,
    analogues: found.map(([, formula, replaced_by, element], i) => ({
      formula, replaced_by, element, material_id: ids[i] === "\u2013" ? null : ids[i],
    })),
  };
}
