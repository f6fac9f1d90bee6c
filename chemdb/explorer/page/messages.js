/** Parts of messages, worded as those of the command line. */

/** A text in quotation marks, as in Python. @param {string} text @returns {string} */
export function quoted(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\\n\r\t]|[\x00-\x1f\x7f]/g, (character) => {
    const short = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
    return short ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return mark + inner.replaceAll(mark, `\\${mark}`) + mark;
}

/** A number with a comma between thousands. @param {number} n @returns {string} */
export function thousands(n) {
  return n.toLocaleString("en-US");
}

/** A number and a noun, which is in the plural unless there is one. @param {number} n @param {string} noun @returns {string} */
export function counted(n, noun) {
  if (n === 1) return `1 ${noun}`;
  return `${thousands(n)} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ie` : noun}s`;
}

/** "; did you mean …?" with the words closest to a misspelt one, or nothing. @param {string} word @param {Iterable<string>} words @returns {string} */
export function nearest(word, words) {
  const byLower = new Map([...words].sort(byCodePoint).reverse().map((known) => [known.toLowerCase(), known]));
  const lower = word.toLowerCase();
  const close = [...byLower.keys()]
    .map((name) => ({ name, ratio: similarity([...name], [...lower]) }))
    .filter(({ ratio }) => ratio >= 0.5)
    .sort((a, b) => b.ratio - a.ratio || byCodePoint(b.name, a.name))
    .slice(0, 3);
  return close.length ? `; did you mean ${close.map(({ name }) => byLower.get(name)).join(" or ")}?` : "";
}

/** @param {string} a @param {string} b @returns {number} */
function byCodePoint(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As `ratio` of Python's difflib. @param {string[]} a @param {string[]} b @returns {number} */
function similarity(a, b) {
  return a.length + b.length ? (2 * matching(a, b)) / (a.length + b.length) : 1;
}

/** Characters of the longest common block, and of those on both sides of it. @param {string[]} a @param {string[]} b @returns {number} */
function matching(a, b) {
  let [best, startA, startB] = [0, 0, 0];
  let lengths = new Array(b.length + 1).fill(0);
  for (let i = 0; i < a.length; i++) {
    const next = new Array(b.length + 1).fill(0);
    for (let j = 0; j < b.length; j++) {
      if (a[i] !== b[j]) continue;
      next[j + 1] = lengths[j] + 1;
      if (next[j + 1] > best) [best, startA, startB] = [next[j + 1], i + 1 - next[j + 1], j + 1 - next[j + 1]];
    }
    lengths = next;
  }
  if (!best) return 0;
  return best + matching(a.slice(0, startA), b.slice(0, startB)) + matching(a.slice(startA + best), b.slice(startB + best));
}
