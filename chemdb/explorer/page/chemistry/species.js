/** Species as text. */

/** A species as text. @param {string} symbol @param {number} state @returns {string} */
export function speciesText(symbol, state) {
  if (state === 0) return `${symbol}0`;
  return `${symbol}${Math.abs(state) > 1 ? Math.abs(state) : ""}${state > 0 ? "+" : "-"}`;
}
