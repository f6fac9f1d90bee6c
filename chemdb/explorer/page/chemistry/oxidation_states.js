/** Which oxidation states allow a composition, the most common first; as chemdb/rule/oxidation_states.py. */

import { speciesText } from "./species.js";

/** @import {Element} from "../types.js" */

/** @typedef {Record<string, [number, number][]>} Occurrences  By symbol, each state (in e) and how often it occurs */

/** @typedef {{best: bigint, count: number}} Completion */

const [FREE, LEVEL, CATION] = [0, 1, 2];
const MAX_CHOICES = 2 ** 19;

/** There are too many choices of oxidation states to decide. */
export class UndecidedError extends Error {}

/** Charge-neutral choices of oxidation states in which every cation is less electronegative than every anion. */
export class Assignments {
  /**
   * @param {{symbol: string, electronegativity: number | null}[]} elements
   * @param {number[]} amounts
   * @param {Occurrences} states
   * @param {boolean} [checksElectronegativity]
   */
  constructor(elements, amounts, states, checksElectronegativity = true) {
    this.checks = checksElectronegativity;
    const value = elements.map((element) => (checksElectronegativity ? element.electronegativity ?? 0 : 0));
    const order = elements.map((_, i) => i).sort((a, b) => value[b] - value[a]
      || (elements[a].symbol < elements[b].symbol ? -1 : elements[a].symbol > elements[b].symbol ? 1 : a - b));
    this.order = order;
    this.amounts = order.map((i) => amounts[i]);
    this.states = order.map((i) => states[elements[i].symbol] ?? []);
    if (checksElectronegativity && elements.some((element) => element.electronegativity === null)) this.states = order.map(() => []);
    this.ties = order.map((i, place) => place + 1 < order.length && value[i] === value[order[place + 1]]);
    const n = order.length;
    this.lowest = new Array(n + 1).fill(0);
    this.highest = new Array(n + 1).fill(0);
    this.divisor = new Array(n + 1).fill(0);
    for (let place = n - 1; place >= 0; place--) {
      const values = this.states[place].map(([state]) => state);
      this.lowest[place] = this.lowest[place + 1] + this.amounts[place] * (values.length ? Math.min(...values) : 0);
      this.highest[place] = this.highest[place + 1] + this.amounts[place] * (values.length ? Math.max(...values) : 0);
      this.divisor[place] = gcd(this.divisor[place + 1], this.amounts[place]);
    }
    /** @type {Map<string, Completion>} */
    this.completions = new Map();
    this.count = this.complete(0, 0, FREE).count;
  }

  /** Oxidation states in e, in the order of the elements given. @returns {Generator<number[]>} */
  * [Symbol.iterator]() {
    const n = this.amounts.length;
    const { best } = this.complete(0, 0, FREE);
    /** @type {{rank: bigint, states: number[], score: bigint, charge: number, phase: number}[]} */
    const open = best ? [{ rank: best, states: [], score: 1n, charge: 0, phase: FREE }] : [];
    while (open.length) {
      let first = 0;
      for (let i = 1; i < open.length; i++) if (comesBefore(open[i], open[first])) first = i;
      const [{ states, score, charge, phase }] = open.splice(first, 1);
      if (states.length === n) {
        const result = new Array(n);
        this.order.forEach((i, place) => { result[i] = states[place]; });
        yield result;
        continue;
      }
      for (const choice of this.choices(states.length, charge, phase)) {
        const rest = this.complete(states.length + 1, choice.charge, choice.phase).best;
        if (!rest) continue;
        const next = score * BigInt(choice.occurrences + 1);
        open.push({ rank: next * rest, states: [...states, choice.state], score: next, charge: choice.charge, phase: choice.phase });
      }
    }
  }

  /** @param {number} place @param {number} charge @param {number} phase @returns {Generator<{state: number, occurrences: number, charge: number, phase: number}>} */
  * choices(place, charge, phase) {
    const amount = this.amounts[place];
    const divisor = this.divisor[place + 1];
    for (const [state, occurrences] of this.states[place]) {
      if ((state < 0 && phase === CATION) || (state > 0 && phase === LEVEL)) continue;
      const next = charge + state * amount;
      if (next < -this.highest[place + 1] || next > -this.lowest[place + 1] || (divisor && next % divisor)) continue;
      let nextPhase = FREE;
      if (this.checks) {
        if (state > 0 || phase === CATION) nextPhase = CATION;
        else if (this.ties[place] && (state < 0 || phase === LEVEL)) nextPhase = LEVEL;
      }
      yield { state, occurrences, charge: next, phase: nextPhase };
    }
  }

  /** @param {number} place @param {number} charge @param {number} phase @returns {Completion} */
  complete(place, charge, phase) {
    if (place === this.amounts.length) return charge === 0 ? { best: 1n, count: 1 } : { best: 0n, count: 0 };
    const key = `${place} ${charge} ${phase}`;
    let result = this.completions.get(key);
    if (!result) {
      result = { best: 0n, count: 0 };
      for (const choice of this.choices(place, charge, phase)) {
        const rest = this.complete(place + 1, choice.charge, choice.phase);
        const score = rest.best * BigInt(choice.occurrences + 1);
        if (score > result.best) result.best = score;
        result.count += rest.count;
      }
      if (this.completions.size === MAX_CHOICES) throw new UndecidedError("too many choices of oxidation states to decide");
      this.completions.set(key, result);
    }
    return result;
  }
}

/** @param {{rank: bigint, states: number[]}} a @param {{rank: bigint, states: number[]}} b @returns {boolean} */
function comesBefore(a, b) {
  if (a.rank !== b.rank) return a.rank > b.rank;
  const n = Math.min(a.states.length, b.states.length);
  for (let i = 0; i < n; i++) if (a.states[i] !== b.states[i]) return a.states[i] < b.states[i];
  return a.states.length < b.states.length;
}

/** @param {number} a @param {number} b @returns {number} */
function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** The first of an iterable, null if it is empty. @template T @param {Iterable<T>} items @returns {T | null} */
export function firstOf(items) {
  for (const item of items) return item;
  return null;
}

/** The most common oxidation states that allow a composition, null where none do. @param {Element[]} elements @param {number[]} amounts @param {Occurrences} states @returns {number[] | null} */
export function mostCommonAssignment(elements, amounts, states) {
  return firstOf(new Assignments(elements, amounts, states));
}

/** The species of an assignment as text. @param {string[]} symbols @param {number[]} states @returns {string} */
export function assignmentText(symbols, states) {
  return symbols.map((symbol, i) => speciesText(symbol, states[i])).join(" ");
}
