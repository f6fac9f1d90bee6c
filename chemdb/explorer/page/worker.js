/** Counts and lists in a thread of its own; `client.js` sends the messages. */

import { Answers } from "./answers/answers.js";
import { fetchPart, fromBase64, unpacked, unpackedJson } from "./space/pack.js";

/** @import {Meta, PartName} from "./types.js" */

/**
 * @typedef {{id: number, kind: string, method: string, args: any[]}} Request
 */

/** @type {Answers | null} */
let answers = null;
/** @type {Request[]} Requests that wait for parts, or for their turn */
let waiting = [];
/** Kinds of requests of which only the newest is answered. */
const NEWEST_ONLY = new Set(["counts", "rows"]);
/** @type {Map<string, string> | null} Parts of the page by name, in base 64 */
let inPage = null;
let isScheduled = false;

self.addEventListener("message", ({ data }) => {
  if (data.start) void start(data.meta, data.parts);
  else {
    if (NEWEST_ONLY.has(data.kind)) waiting = waiting.filter((request) => request.kind !== data.kind);
    waiting.push(data);
    schedule();
  }
});

/** Let messages that have come meanwhile replace older ones. */
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    answerNext();
  });
}

/** @param {PartName} name @returns {Promise<Uint8Array>} */
async function part(name) {
  const text = inPage?.get(name);
  return text === undefined ? fetchPart(name) : fromBase64(text);
}

/** @param {Meta} meta @param {Map<string, string> | null} parts */
async function start(meta, parts) {
  inPage = parts;
  try {
    const sets = meta.limits.nelements.map((k) => /** @type {PartName} */ (`sets_${k}`));
    /** @type {PartName[]} */
    const names = ["known", "systems", ...sets];
    const total = names.reduce((sum, name) => sum + meta.sizes[name], 0);
    // All are asked for at once, and read in this order.
    const coming = names.map((name) => part(name));
    for (const promise of coming) promise.catch(() => {});
    const known = unpackedJson(await coming[0]);
    answers = new Answers(meta, known, (name) => part(name).then(unpackedJson));
    let done = meta.sizes.known;
    for (let i = 1; i < names.length; i++) {
      const bytes = unpacked(await coming[i]);
      if (names[i] === "systems") answers.space.addSystems(bytes);
      else answers.space.addSets(meta.limits.nelements[i - 2], bytes);
      done += meta.sizes[names[i]];
      answers.isComplete = i === names.length - 1;
      self.postMessage({ progress: { part: names[i], fraction: done / total, ready_nelements: answers.space.ready() } });
      schedule();
      // Requests are answered in between.
      await new Promise((resolve) => { setTimeout(resolve); });
    }
  } catch (error) {
    self.postMessage({ failed: String(error instanceof Error ? error.message : error) });
  }
}

function answerNext() {
  const ready = waiting.find((request) => answers?.canAnswer(request));
  if (!ready || !answers) return;
  waiting = waiting.filter((request) => request !== ready);
  const { id } = ready;
  Promise.resolve()
    .then(() => /** @type {Answers} */ (answers).answer(ready.method, ready.args))
    .then(
      (value) => self.postMessage({ id, value }),
      (error) => self.postMessage({ id, error: { name: error.name, message: error.message } }),
    );
  if (waiting.length) schedule();
}
