/** Substitution weights, and the precision at each score. */

/** @import {Space} from "./space.js" */

/** Weights are whole millionths, so that sums are exact in any order. */
export const PER_UNIT = 1_000_000;

/**
 * @typedef {object} PackedSubstitutions - the part `substitutions` of the pack, see chemdb/explorer/contents.py
 * @property {[number[], number[], number[]]} substitution - atomic numbers of the element and of the one in its place, and
 *   the weight
 * @property {{nelements: number, score_from: number | null, share_found: number | null}[]} score_band
 */

/** The weights of a file. */
export class Weights {
  /** @type {Map<string, number>} */
  #bySymbols = new Map();
  #bands;

  /**
   * @param {PackedSubstitutions} packed
   * @param {Space} space
   */
  constructor(packed, space) {
    const symbols = new Map(space.elements.map((element) => [element.atomic_number, element.symbol]));
    const [elements, replacedBy, weights] = packed.substitution;
    for (const [i, weight] of weights.entries()) {
      this.#bySymbols.set(`${symbols.get(elements[i])} ${symbols.get(replacedBy[i])}`, weight);
    }
    this.#bands = packed.score_band.toSorted((a, b) => (b.score_from ?? -1) - (a.score_from ?? -1));
  }

  /**
   * Return how strongly a known composition with an element suggests that with another in its place, in millionths.
   *
   * @param {string} element
   * @param {string} replacedBy
   */
  of(element, replacedBy) {
    return this.#bySymbols.get(`${element} ${replacedBy}`) ?? 0;
  }

  /**
   * Return all weights: the row is the element, the column the one in its place, in the order of the space.
   *
   * @param {Space} space
   */
  matrix({ n, symbols }) {
    const matrix = new Int32Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j] = this.of(symbols[i], symbols[j]);
    return matrix;
  }

  /**
   * Return the precision at such scores with a fifth of the known list hidden; null where the file does not say.
   *
   * @param {number} nelements
   * @param {number} score
   */
  shareFound(nelements, score) {
    const band = this.#bands.find(
      (each) => each.nelements === nelements && (each.score_from === null || each.score_from <= score),
    );
    return band?.share_found ?? null;
  }
}
