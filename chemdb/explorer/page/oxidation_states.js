/** Which oxidation states allow a composition, and which rule a forbidden one breaks. */

/** @typedef {import("./types.js").Forbidden} Forbidden */

/**
 * @typedef {object} Part - one element of a composition
 * @property {string} symbol
 * @property {number} amount
 * @property {number | null} electronegativity - Pauling scale
 * @property {[number, number][]} states - oxidation states in e, and how often the ICSD has each
 */

/** Most choices of oxidation states that are tried; a composition of four elements has a few thousand. */
const MAX_CHOICES = 1_000_000;

/**
 * Return a species as chemists write it: Fe3+, Cl-, Xe0.
 *
 * @param {string} symbol
 * @param {number} state
 */
export function speciesText(symbol, state) {
  if (state === 0) return `${symbol}0`;
  return `${symbol}${Math.abs(state) > 1 ? Math.abs(state) : ""}${state > 0 ? "+" : "-"}`;
}

/**
 * Return the species of a choice of oxidation states.
 *
 * @param {Part[]} parts
 * @param {number[]} states
 */
export function assignmentText(parts, states) {
  return parts.map((part, i) => speciesText(part.symbol, states[i])).join(" ");
}

/**
 * Return the choices of one oxidation state per element that allow a composition, the most common in the ICSD first;
 * null if there are too many to try.
 *
 * @param {Part[]} parts
 * @returns {number[][] | null}
 */
export function assignments(parts) {
  if (parts.some((part) => part.electronegativity === null)) return [];
  return sortedChoices(parts, 0, bySymbolWithin(parts, (part) => -Number(part.electronegativity)), (states) => {
    let cation = -Infinity;
    let anion = Infinity;
    parts.forEach((part, i) => {
      const value = Number(part.electronegativity);
      if (states[i] > 0) cation = Math.max(cation, value);
      if (states[i] < 0) anion = Math.min(anion, value);
    });
    return cation < anion;
  });
}

/**
 * Return the rule that a forbidden composition breaks.
 *
 * @param {Part[]} parts
 * @param {string} setName - of the oxidation-state set
 * @returns {Forbidden | null} null if there are too many choices to try
 */
export function brokenRule(parts, setName) {
  let without = parts.filter((part) => part.electronegativity === null);
  if (without.length) {
    return simple("no_electronegativity", `${have(without)} no Pauling electronegativity`);
  }
  without = parts.filter((part) => !part.states.length);
  if (without.length) return simple("no_oxidation_states", `${have(without)} no oxidation states in ${setName}`);
  const order = bySymbolWithin(parts, () => 0);
  const neutral = sortedChoices(parts, 0, order);
  if (neutral === null) return null;
  return neutral.length ? wrongElectronegativity(parts, neutral) : notNeutral(parts, order);
}

/**
 * @param {Forbidden["rule"]} rule
 * @param {string} because
 * @returns {Forbidden}
 */
function simple(rule, because) {
  return { rule, because, closest: null, net_charge: null };
}

/** @param {Part[]} parts */
function have(parts) {
  const symbols = parts.map((part) => part.symbol);
  const last = symbols.pop();
  return symbols.length ? `${symbols.join(", ")} and ${last} have` : `${last} has`;
}

/**
 * @param {Part[]} parts
 * @param {number[]} order
 * @returns {Forbidden}
 */
function notNeutral(parts, order) {
  let charges = new Set([0]);
  for (const { amount, states } of parts) {
    charges = new Set([...charges].flatMap((charge) => states.map(([state]) => charge + state * amount)));
  }
  const [net] = [...charges].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
  const choices = sortedChoices(parts, net, order) ?? [];
  const closest = assignmentText(parts, choices[0]);
  const because = `no choice of oxidation states is neutral; ${closest} comes closest with ${net > 0 ? "+" : ""}${net} e`;
  return { rule: "not_neutral", because, closest, net_charge: net };
}

/**
 * @param {Part[]} parts
 * @param {number[][]} neutral
 * @returns {Forbidden}
 */
function wrongElectronegativity(parts, neutral) {
  const value = parts.map((part) => Number(part.electronegativity));
  const pairs = parts
    .flatMap((_, cation) => parts.map((_, anion) => ({ cation, anion })))
    .filter(({ cation, anion }) => cation !== anion && value[cation] >= value[anion])
    .sort(
      (a, b) =>
        value[a.cation] - value[a.anion] - (value[b.cation] - value[b.anion]) ||
        compare(parts[a.cation].symbol, parts[b.cation].symbol) ||
        compare(parts[a.anion].symbol, parts[b.anion].symbol),
    );
  for (const pair of pairs) {
    const states = neutral.find((choice) =>
      choice.every(
        (state, i) =>
          (state <= 0 || value[i] <= value[pair.cation]) && (state >= 0 || value[i] >= value[pair.anion]),
      ),
    );
    if (!states) continue;
    const indices = parts.map((_, i) => i);
    const cation = indices.filter((i) => states[i] > 0).reduce((a, b) => (value[b] > value[a] ? b : a));
    const anion = indices.filter((i) => states[i] < 0).reduce((a, b) => (value[b] < value[a] ? b : a));
    const closest = assignmentText(parts, states);
    /** @param {number} i */
    const text = (i) => `${speciesText(parts[i].symbol, states[i])} (${value[i].toFixed(2)})`;
    const because =
      `neutral only with a cation that is not less electronegative than an anion; ${closest} comes closest, ` +
      `where ${text(cation)} is a cation and ${text(anion)} an anion`;
    return { rule: "electronegativity", because, closest, net_charge: 0 };
  }
  return simple("electronegativity", "every neutral choice has a cation that is not less electronegative than an anion");
}

/**
 * Return the choices with a net charge, the most common first; equal ones by their states in the order given.
 *
 * @param {Part[]} parts
 * @param {number} netCharge
 * @param {number[]} order
 * @param {(states: number[]) => boolean} [accepts]
 * @returns {number[][] | null}
 */
function sortedChoices(parts, netCharge, order, accepts = () => true) {
  if (parts.reduce((product, part) => product * part.states.length, 1) > MAX_CHOICES) return null;
  /** @type {{states: number[], common: bigint}[]} */
  const found = [];
  /**
   * @param {number} place
   * @param {number} charge
   * @param {number[]} chosen
   */
  const choose = (place, charge, chosen) => {
    if (place === parts.length) {
      if (charge === netCharge && accepts(chosen)) {
        const common = parts.reduce((product, part, i) => {
          const occurrences = part.states.find(([state]) => state === chosen[i]);
          return product * BigInt((occurrences?.[1] ?? 0) + 1);
        }, 1n);
        found.push({ states: chosen, common });
      }
      return;
    }
    const { amount, states } = parts[place];
    for (const [state] of states) choose(place + 1, charge + state * amount, [...chosen, state]);
  };
  choose(0, 0, []);
  found.sort((a, b) => {
    if (a.common !== b.common) return a.common > b.common ? -1 : 1;
    for (const i of order) if (a.states[i] !== b.states[i]) return a.states[i] - b.states[i];
    return 0;
  });
  return found.map(({ states }) => states);
}

/**
 * Return the places of the parts by a value, then by symbol.
 *
 * @param {Part[]} parts
 * @param {(part: Part) => number} value
 */
function bySymbolWithin(parts, value) {
  return parts
    .map((_, i) => i)
    .sort((a, b) => value(parts[a]) - value(parts[b]) || compare(parts[a].symbol, parts[b].symbol));
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
