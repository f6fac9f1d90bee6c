/** What only a server can answer: queries with species, and large results in any order. */

/** @import {Counts, Row, RowOptions} from "./types.js" */

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
