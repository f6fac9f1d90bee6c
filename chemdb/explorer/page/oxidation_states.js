/**
 * Which oxidation states allow a composition, and which rule a forbidden one breaks: `chemdb/rule/oxidation_states.py`,
 * `chemdb/rule/smact_validity.py` and `chemdb/lookup/broken_rule.py` for the page.
 */

/** @typedef {import("./types.js").Element} Element */
/** @typedef {import("./types.js").Forbidden} Forbidden */
/** @typedef {Record<string, [number, number][]>} States - by symbol, each state in e and its occurrences in the ICSD */

/** What the elements so far allow: no cation yet; none, and an anion as electronegative as the next one; a cation. */
const [FREE, LEVEL, CATION] = [0, 1, 2];

/** Most pairs of net charge and phase that are examined for one composition. */
const MAX_CHOICES = 1 << 19;
/** Most distinct net charges that are listed to find the smallest. */
const MAX_NET_CHARGES = 100_000;
/** Most atoms of mixed valence. */
const MAX_SITES = 64;

/** There are too many choices of oxidation states to decide. */
export class UndecidedError extends Error {
  constructor() {
    super("too many choices of oxidation states to decide");
  }
}

/** @typedef {{state: number, occurrences: bigint, charge: number, phase: number}} Choice */
/** @typedef {{best: bigint, states: number[], score: bigint, charge: number, phase: number}} Beginning */

/** The oxidation states that allow a composition, the most common first. */
export class Assignments {
  /** @type {number[]} */
  #order;
  /** @type {number[]} */
  #amounts;
  /** @type {[number, bigint][][]} */
  #states;
  /** @type {boolean[]} */
  #ties;
  #checks;
  /** @type {number[]} */
  #lowest = [0];
  /** @type {number[]} */
  #highest = [0];
  /** @type {number[]} */
  #divisor = [0];
  /** @type {Map<number, {best: bigint, count: number}>[]} */
  #completions;
  #examined = 0;

  /**
   * @param {string[]} symbols
   * @param {number[]} amounts
   * @param {Record<string, number | null> | null} electronegativities - by symbol; null asks for neutrality only
   * @param {States} states
   */
  constructor(symbols, amounts, electronegativities, states) {
    this.#checks = electronegativities !== null;
    const value = symbols.map((symbol) => electronegativities?.[symbol] ?? 0);
    this.#order = symbols
      .map((_, i) => i)
      .sort((a, b) => value[b] - value[a] || compare(symbols[a], symbols[b]));
    const without = electronegativities && symbols.some((symbol) => electronegativities[symbol] === null);
    this.#amounts = this.#order.map((i) => amounts[i]);
    this.#states = this.#order.map((i) =>
      without ? [] : (states[symbols[i]] ?? []).map(([state, n]) => [state, BigInt(n + 1)]),
    );
    const values = this.#order.map((i) => value[i]);
    this.#ties = values.map((each, place) => each === (values[place + 1] ?? -1));
    this.#completions = this.#order.map(() => new Map());
    this.#boundCharges();
    /** Number of assignments. */
    this.count = this.#complete(0, 0, FREE).count;
  }

  /**
   * Yield oxidation states in e, in the order of the elements given.
   *
   * @returns {Generator<number[]>}
   */
  *[Symbol.iterator]() {
    const { best } = this.#complete(0, 0, FREE);
    /** @type {Beginning[]} */
    const open = best ? [{ best, states: [], score: 1n, charge: 0, phase: FREE }] : [];
    while (open.length) {
      const { states, score, charge, phase } = takeFirst(open);
      const place = states.length;
      if (place === this.#order.length) {
        /** @type {number[]} */
        const given = [];
        this.#order.forEach((i, at) => (given[i] = states[at]));
        yield given;
        continue;
      }
      for (const choice of this.#choices(place, charge, phase)) {
        const rest = this.#complete(place + 1, choice.charge, choice.phase).best;
        if (!rest) continue;
        const next = score * choice.occurrences;
        open.push({ ...choice, best: next * rest, states: [...states, choice.state], score: next });
      }
    }
  }

  #boundCharges() {
    for (let place = this.#order.length - 1; place >= 0; place--) {
      const states = this.#states[place].map(([state]) => state);
      const amount = this.#amounts[place];
      this.#lowest.unshift(this.#lowest[0] + amount * (states.length ? Math.min(...states) : 0));
      this.#highest.unshift(this.#highest[0] + amount * (states.length ? Math.max(...states) : 0));
      this.#divisor.unshift(gcd(this.#divisor[0], amount));
    }
  }

  /**
   * Return what an element can be where the remaining ones may balance it.
   *
   * @param {number} place
   * @param {number} charge
   * @param {number} phase
   * @returns {Choice[]}
   */
  #choices(place, charge, phase) {
    const after = place + 1;
    /** @type {Choice[]} */
    const choices = [];
    for (const [state, occurrences] of this.#states[place]) {
      if ((state < 0 && phase === CATION) || (state > 0 && phase === LEVEL)) continue;
      const next = charge + state * this.#amounts[place];
      if (next < -this.#highest[after] || next > -this.#lowest[after]) continue;
      if (this.#divisor[after] && next % this.#divisor[after] !== 0) continue;
      choices.push({ state, occurrences, charge: next, phase: this.#nextPhase(place, state, phase) });
    }
    return choices;
  }

  /**
   * @param {number} place
   * @param {number} state
   * @param {number} phase
   */
  #nextPhase(place, state, phase) {
    if (!this.#checks) return FREE;
    if (state > 0 || phase === CATION) return CATION;
    return this.#ties[place] && (state < 0 || phase === LEVEL) ? LEVEL : FREE;
  }

  /**
   * Return the score of the best completion, 0 where there is none, and how many there are.
   *
   * @param {number} place
   * @param {number} charge
   * @param {number} phase
   * @returns {{best: bigint, count: number}}
   */
  #complete(place, charge, phase) {
    if (place === this.#order.length) return charge === 0 ? { best: 1n, count: 1 } : { best: 0n, count: 0 };
    const known = this.#completions[place];
    const key = 3 * charge + phase;
    let result = known.get(key);
    if (!result) {
      result = { best: 0n, count: 0 };
      for (const choice of this.#choices(place, charge, phase)) {
        const rest = this.#complete(place + 1, choice.charge, choice.phase);
        const best = rest.best * choice.occurrences;
        if (best > result.best) result.best = best;
        result.count += rest.count;
      }
      if (this.#examined++ === MAX_CHOICES) throw new UndecidedError();
      known.set(key, result);
    }
    return result;
  }
}

/**
 * Remove and return the beginning with the best completion, of equal ones that whose states are first.
 *
 * @param {Beginning[]} open
 */
function takeFirst(open) {
  let first = 0;
  for (let i = 1; i < open.length; i++) {
    if (open[i].best > open[first].best) first = i;
    else if (open[i].best === open[first].best && precedes(open[i].states, open[first].states)) first = i;
  }
  return open.splice(first, 1)[0];
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function precedes(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i];
  return a.length < b.length;
}

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
 * Return the species of an assignment as text: Li+ Zn+ O-.
 *
 * @param {string[]} symbols
 * @param {number[]} states
 */
export function assignmentText(symbols, states) {
  return symbols.map((symbol, i) => speciesText(symbol, states[i])).join(" ");
}

/**
 * Return the species that allow a composition with mixed valence, null where none do.
 *
 * @param {Element[]} elements
 * @param {number[]} amounts
 * @param {States} states
 */
export function mixedValenceAssignment(elements, amounts, states) {
  /** @type {[string, number][]} */
  const sites = elements.flatMap(({ symbol, smact_mixed_valence: mixed }, i) =>
    mixed && (states[symbol] ?? []).length > 1
      ? Array.from({ length: Math.min(amounts[i], MAX_SITES + 1) }, () => /** @type {[string, number]} */ ([symbol, 1]))
      : [/** @type {[string, number]} */ ([symbol, amounts[i]])],
  );
  if (sites.length > MAX_SITES) throw new UndecidedError();
  const symbols = sites.map(([symbol]) => symbol);
  const [assignment] = new Assignments(symbols, sites.map(([, amount]) => amount), valuesOf(elements), states);
  if (!assignment) return null;
  /** @type {Map<string, number>} */
  const totals = new Map();
  const places = symbols.map((symbol) => elements.findIndex((element) => element.symbol === symbol));
  const ordered = sites.map((_, i) => i).sort((a, b) => places[a] - places[b] || assignment[a] - assignment[b]);
  for (const i of ordered) {
    const species = speciesText(symbols[i], assignment[i]);
    totals.set(species, (totals.get(species) ?? 0) + sites[i][1]);
  }
  return [...totals].map(([species, n]) => (n > 1 ? n : "") + species).join(" ");
}

/**
 * Return the rule that a forbidden composition breaks.
 *
 * @param {Element[]} elements
 * @param {number[]} amounts
 * @param {States} states
 * @param {string} setName - of the oxidation-state set
 * @returns {Forbidden}
 */
export function brokenRule(elements, amounts, states, setName) {
  const symbols = elements.map((element) => element.symbol);
  const without = elements.filter((element) => element.electronegativity === null).map(({ symbol }) => symbol);
  if (without.length) return broken("no_electronegativity", noElectronegativity(without));
  const stateless = symbols.filter((symbol) => !states[symbol]?.length);
  if (stateless.length) return broken("no_oxidation_states", `${have(stateless)} no oxidation states in ${setName}`);
  return new Assignments(symbols, amounts, null, states).count
    ? wrongElectronegativity(symbols, amounts, valuesOf(elements), states)
    : notNeutral(symbols, amounts, states);
}

/**
 * Return that elements have no electronegativity.
 *
 * @param {string[]} symbols
 */
export function noElectronegativity(symbols) {
  return `${have(symbols)} no Pauling electronegativity`;
}

/**
 * @param {string[]} symbols
 * @param {number[]} amounts
 * @param {States} states
 */
function notNeutral(symbols, amounts, states) {
  const because = "no choice of oxidation states is neutral";
  let charges = new Set([0]);
  for (const [i, symbol] of symbols.entries()) {
    const own = states[symbol].map(([state]) => state * amounts[i]);
    charges = new Set([...charges].flatMap((charge) => own.map((each) => charge + each)));
    if (charges.size > MAX_NET_CHARGES) return broken("not_neutral", because);
  }
  const [net] = [...charges].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
  // With one more atom of the opposite charge, the neutral choices are those of this net charge.
  /** @type {States} */
  const balanced = { ...states, "": [[-net, 0]] };
  const [choice] = new Assignments([...symbols, ""], [...amounts, 1], null, balanced);
  const closest = assignmentText(symbols, choice);
  return broken("not_neutral", `${because}; ${closest} comes closest with ${net > 0 ? "+" : ""}${net} e`, closest, net);
}

/**
 * @param {string[]} symbols
 * @param {number[]} amounts
 * @param {Record<string, number | null>} electronegativities
 * @param {States} states
 */
function wrongElectronegativity(symbols, amounts, electronegativities, states) {
  const scale = (/** @type {string} */ symbol) => electronegativities[symbol] ?? 0;
  const pairs = symbols
    .flatMap((cation) => symbols.map((anion) => ({ cation, anion, by: scale(cation) - scale(anion) })))
    .filter(({ cation, anion, by }) => cation !== anion && by >= 0)
    .sort((a, b) => a.by - b.by || compare(a.cation, b.cation) || compare(a.anion, b.anion));
  for (const pair of pairs) {
    const limited = Object.fromEntries(
      symbols.map((symbol) => {
        const kept = states[symbol].filter(
          ([state]) =>
            (state <= 0 || scale(symbol) <= scale(pair.cation)) && (state >= 0 || scale(symbol) >= scale(pair.anion)),
        );
        return [symbol, kept];
      }),
    );
    const [choice] = new Assignments(symbols, amounts, null, limited);
    if (!choice) continue;
    const cation = symbols
      .filter((_, i) => choice[i] > 0)
      .reduce((most, symbol) => (scale(symbol) > scale(most) ? symbol : most));
    const anion = symbols
      .filter((_, i) => choice[i] < 0)
      .reduce((least, symbol) => (scale(symbol) < scale(least) ? symbol : least));
    const text = (/** @type {string} */ symbol) =>
      `${speciesText(symbol, choice[symbols.indexOf(symbol)])} (${scale(symbol).toFixed(2)})`;
    const closest = assignmentText(symbols, choice);
    return broken(
      "electronegativity",
      `neutral only with a cation that is not less electronegative than an anion; ${closest} comes closest, where ` +
        `${text(cation)} is a cation and ${text(anion)} an anion`,
      closest,
      0,
    );
  }
  throw new UndecidedError();
}

/**
 * @param {Forbidden["rule"]} rule
 * @param {string} because
 * @param {string | null} closest
 * @param {number | null} netCharge
 * @returns {Forbidden}
 */
function broken(rule, because, closest = null, netCharge = null) {
  return { rule, because, closest, net_charge: netCharge };
}

/**
 * Return electronegativities by symbol.
 *
 * @param {Element[]} elements
 */
export function valuesOf(elements) {
  return Object.fromEntries(elements.map(({ symbol, electronegativity }) => [symbol, electronegativity]));
}

/** @param {string[]} symbols */
function have(symbols) {
  const last = symbols[symbols.length - 1];
  return symbols.length > 1 ? `${symbols.slice(0, -1).join(", ")} and ${last} have` : `${last} has`;
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}
