/**
 * All compositions one substitution away from a known one, with their scores, as chemdb/substitution/candidates.py.
 *
 * A frame is a known composition with one element taken out; the elements that fill it in known compositions say how
 * likely another one is in their place.
 */

/** @import {Known} from "../space/known.js" */
/** @import {Space, Layer} from "../space/space.js" */
/** @import {Weights} from "../space/weights.js" */

/**
 * @typedef {object} Frame
 * @property {number[]} rest - the other elements, ascending
 * @property {number[]} factors - theirs
 * @property {number} hole - factor of the element that was taken out
 * @property {number[]} fillers - elements that fill it
 */

/**
 * Unknown compositions with a positive score, the highest first.
 *
 * @typedef {object} Candidates
 * @property {number} n
 * @property {Uint8Array} k
 * @property {Int32Array} system
 * @property {Uint16Array} stoichiometry
 * @property {Int32Array} score - in millionths
 */

/**
 * Return the unknown compositions with a known analogue.
 *
 * @param {Space} space
 * @param {Known} known
 * @param {Weights} weights
 * @returns {Candidates}
 */
export function candidates(space, known, weights) {
  const matrix = weights.matrix(space);
  const frames = framesOf(space, known);
  const parts = [...space.layers.values()].map((layer) => {
    const scored = completed(layer, space, frames.get(layer.k - 1) ?? [], matrix);
    return { k: layer.k, ...summed(layer, known, scored) };
  });
  return highestFirst(parts);
}

/**
 * Return the frames of the known compositions, by their number of other elements.
 *
 * @param {Space} space
 * @param {Known} known
 * @returns {Map<number, Frame[]>}
 */
function framesOf(space, known) {
  /** @type {Map<number, Frame>} */
  const byKey = new Map();
  for (let row = 0; row < known.n; row++) {
    const k = known.k[row];
    const numbers = known.elementsOf(row);
    const factors = space.factorsOf(k, known.stoichiometry[row]);
    for (let place = 0; place < k; place++) {
      // Elements and factors beside the hole, then its factor: 7 and 4 bits each.
      let key = 0;
      for (let i = 0; i < k; i++) if (i !== place) key = key * 2048 + (numbers[i] + 1) * 16 + factors[i];
      key = key * 16 + factors[place];
      const frame = byKey.get(key);
      if (frame) {
        frame.fillers.push(numbers[place]);
      } else {
        byKey.set(key, {
          rest: [...numbers].filter((_, i) => i !== place),
          factors: factors.filter((_, i) => i !== place),
          hole: factors[place],
          fillers: [numbers[place]],
        });
      }
    }
  }
  /** @type {Map<number, Frame[]>} */
  const bySize = new Map();
  for (const frame of byKey.values()) {
    const others = bySize.get(frame.rest.length);
    if (others) others.push(frame);
    else bySize.set(frame.rest.length, [frame]);
  }
  return bySize;
}

/**
 * Return what each element makes of each frame: system, stoichiometry and score; a composition may occur several times.
 *
 * @param {Layer} layer
 * @param {Space} space
 * @param {Frame[]} frames
 * @param {Int32Array} matrix
 */
function completed({ k, after, nSystems }, space, frames, matrix) {
  const size = frames.length * (space.n - k + 1);
  const system = new Int32Array(size);
  const stoichiometry = new Uint16Array(size);
  const score = new Int32Array(size);
  let n = 0;
  for (const { rest, factors, hole, fillers } of frames) {
    // Where the new element stands decides the stoichiometry and what the others contribute to the number of the system.
    const places = Array.from({ length: k }, (_, place) => ({
      stoichiometry: space.stoichiometryOf(factors.toSpliced(place, 0, hole)),
      others: rest.reduce((sum, number, i) => sum + after[i < place ? i : i + 1][number], 0),
    }));
    let place = 0;
    for (let number = 0; number < space.n; number++) {
      if (rest[place] === number) {
        place += 1;
        continue;
      }
      system[n] = nSystems - 1 - places[place].others - after[place][number];
      stoichiometry[n] = places[place].stoichiometry;
      for (const filler of fillers) score[n] += matrix[filler * space.n + number];
      n += 1;
    }
  }
  return { n, system, stoichiometry, score };
}

/**
 * Return each unknown composition with a positive sum of scores once.
 *
 * @param {Layer} layer
 * @param {Known} known
 * @param {{n: number, system: Int32Array, stoichiometry: Uint16Array, score: Int32Array}} scored
 */
function summed({ k, nSystems, nStoichiometries }, known, { n, system, stoichiometry, score }) {
  const starts = new Int32Array(nSystems + 1);
  for (let i = 0; i < n; i++) starts[system[i] + 1] += 1;
  for (let i = 0; i < nSystems; i++) starts[i + 1] += starts[i];
  const bySystem = new Int32Array(n);
  for (let i = 0; i < n; i++) bySystem[starts[system[i]]++] = i;
  const kept = { system: new Int32Array(n), stoichiometry: new Uint16Array(n), score: new Int32Array(n) };
  const sums = new Int32Array(nStoichiometries);
  const isOpen = new Uint8Array(nStoichiometries);
  let m = 0;
  for (let i = 0; i < n; ) {
    const one = system[bySystem[i]];
    /** @type {number[]} */
    const found = [];
    for (; i < n && system[bySystem[i]] === one; i++) {
      const at = stoichiometry[bySystem[i]];
      sums[at] += score[bySystem[i]];
      if (!isOpen[at]) found.push(at);
      isOpen[at] = 1;
    }
    // Known compositions suggest themselves no more.
    for (const row of known.inSystem(k, one)) sums[known.stoichiometry[row]] = 0;
    for (const at of found) {
      if (sums[at] > 0) {
        kept.system[m] = one;
        kept.stoichiometry[m] = at;
        kept.score[m] = sums[at];
        m += 1;
      }
      sums[at] = isOpen[at] = 0;
    }
  }
  return {
    n: m,
    system: kept.system.slice(0, m),
    stoichiometry: kept.stoichiometry.slice(0, m),
    score: kept.score.slice(0, m),
  };
}

/**
 * @param {{k: number, n: number, system: Int32Array, stoichiometry: Uint16Array, score: Int32Array}[]} parts
 * @returns {Candidates}
 */
function highestFirst(parts) {
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  const highest = parts.reduce((most, { score }) => score.reduce((a, b) => Math.max(a, b), most), 0);
  // Places of each score, the highest first.
  const starts = new Int32Array(highest + 2);
  for (const { score } of parts) for (const each of score) starts[highest - each + 1] += 1;
  for (let i = 0; i <= highest; i++) starts[i + 1] += starts[i];
  const result = {
    n,
    k: new Uint8Array(n),
    system: new Int32Array(n),
    stoichiometry: new Uint16Array(n),
    score: new Int32Array(n),
  };
  for (const { k, system, stoichiometry, score } of parts) {
    for (const [i, each] of score.entries()) {
      const at = starts[highest - each]++;
      result.k[at] = k;
      result.system[at] = system[i];
      result.stoichiometry[at] = stoichiometry[i];
      result.score[at] = each;
    }
  }
  return result;
}
