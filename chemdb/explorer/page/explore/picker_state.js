/** What the picker shows, and how a click changes it. */

/** @typedef {import("../parts/periodic_table.js").Choice} Choice */
/** @typedef {import("../types.js").Picker} Picker */

/** @type {Choice[]} */
const LISTS = ["all", "any", "exclude"];

/**
 * Return how a word, a symbol or the name of a group, is chosen.
 *
 * @param {Picker} picker
 * @param {string} word
 * @returns {Choice | null}
 */
export function choiceOf(picker, word) {
  return LISTS.find((list) => picker[list].includes(word)) ?? null;
}

/**
 * Return the picker with a word chosen, or with null not chosen.
 *
 * @param {Picker} picker
 * @param {string} word
 * @param {Choice | null} choice
 * @returns {Picker}
 */
export function choose(picker, word, choice) {
  const changed = { ...picker };
  for (const list of LISTS) changed[list] = picker[list].filter((each) => each !== word);
  if (choice) changed[choice] = [...changed[choice], word];
  if (changed.all.length + changed.any.length === 0) changed.only = false;
  return changed;
}

/**
 * Return how each element is chosen, itself or by a group, and which ones are chosen by a group.
 *
 * One member of a group that is included suffices, so its members are shown as "one of".
 *
 * @param {Picker} picker
 * @param {Record<string, string[]>} groups - symbols by group
 * @returns {{choices: Map<string, Choice>, grouped: Set<string>}}
 */
export function choicesOf(picker, groups) {
  /** @type {Map<string, Choice>} */
  const choices = new Map();
  /** @type {Set<string>} */
  const grouped = new Set();
  for (const list of LISTS) {
    for (const word of picker[list]) {
      if (!(word in groups)) continue;
      for (const symbol of groups[word]) {
        choices.set(symbol, list === "all" ? "any" : list);
        grouped.add(symbol);
      }
    }
  }
  for (const list of LISTS) {
    for (const word of picker[list]) {
      if (word in groups) continue;
      choices.set(word, list);
      grouped.delete(word);
    }
  }
  return { choices, grouped };
}
