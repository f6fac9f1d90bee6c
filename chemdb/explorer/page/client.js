/** What the screens ask: counts, rows, single compositions and more, answered by a worker. */

import { CATEGORY_NAMES, termsOf } from "./filter.js";
import { fetchPart, fromBase64, isInPage, textOfPart, unpackedJson } from "./pack.js";
import { parse } from "./query_text.js";
import { Vocabulary } from "./vocabulary.js";

/** @import {Client, Filter, Meta, Parsed, PartName, Progress} from "./types.js" */

/** A newer request of the same kind has taken the place of this one. */
function aborted() {
  return new DOMException("a newer request has taken its place", "AbortError");
}

/** @returns {Worker} */
function startWorker() {
  // In a page that is one file, the program of the worker is in the page, too.
  const program = document.querySelector("script[data-worker]")?.textContent;
  if (!program) return new Worker("worker.js", { type: "module" });
  return new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
}

/** @returns {Client} */
export function createClient() {
  const worker = startWorker();
  /** @type {Map<number, {kind: string, resolve: (value: any) => void, reject: (error: any) => void}>} */
  const pending = new Map();
  /** @type {((progress: Progress) => void)[]} */
  const listeners = [];
  /** @type {Vocabulary | null} */
  let vocabulary = null;
  let lastId = 0;

  worker.addEventListener("message", ({ data }) => {
    if (data.progress) {
      for (const listener of listeners) listener(data.progress);
      return;
    }
    if (data.failed !== undefined) {
      for (const { reject } of pending.values()) reject(new Error(data.failed));
      pending.clear();
      return;
    }
    const request = pending.get(data.id);
    if (!request) return;
    pending.delete(data.id);
    if (data.error) request.reject(Object.assign(new Error(data.error.message), { name: data.error.name }));
    else request.resolve(data.value);
  });

  /** @returns {Promise<Meta>} */
  async function start() {
    const inPage = isInPage();
    const head = inPage ? fromBase64(textOfPart("head")) : await fetchPart("head");
    /** @type {Meta} */
    const meta = unpackedJson(head);
    vocabulary = new Vocabulary(meta);
    /** @type {Map<string, string> | null} */
    let parts = null;
    if (inPage) {
      const names = /** @type {PartName[]} */ (Object.keys(meta.sizes));
      parts = new Map(names.map((name) => [name, textOfPart(name)]));
    }
    worker.postMessage({ start: true, meta, parts });
    return meta;
  }

  /** @param {string} kind @param {string} method @param {any[]} args @returns {Promise<any>} */
  function ask(kind, method, args) {
    if (kind === "counts" || kind === "rows") {
      for (const [id, request] of pending) {
        if (request.kind !== kind) continue;
        pending.delete(id);
        request.reject(aborted());
      }
    }
    return new Promise((resolve, reject) => {
      const id = ++lastId;
      pending.set(id, { kind, resolve, reject });
      worker.postMessage({ id, kind, method, args });
    });
  }

  const meta = start();

  /** @param {string} text @returns {Parsed} */
  function parseText(text) {
    if (!vocabulary) throw new Error("the vocabulary has not been read yet: wait for client.meta");
    const parsed = parse(text, vocabulary);
    if ("error" in parsed) return parsed;
    const why = whyNot(parsed.filter, vocabulary);
    return why ? { command: command(text), why } : parsed;
  }

  /** @param {string} text @returns {Promise<Filter>} */
  async function filterOf(text) {
    await meta;
    const parsed = parseText(text);
    if (parsed.filter) return parsed.filter;
    throw new Error(parsed.error ? parsed.error.message : `${parsed.why}: ${parsed.command}`);
  }

  // For scripts and tests: none of these requests cancels another.
  Object.assign(globalThis, {
    chemdb: {
      /** @param {string} text */
      counts: async (text) => {
        const counts = await ask("script", "counts", [await filterOf(text), false]);
        return Object.fromEntries(CATEGORY_NAMES.map((name) => [name, counts[name]]));
      },
      /** @param {string} text @param {number} [limit] @param {number} [offset] @param {string} [sort] */
      rows: async (text, limit, offset, sort) => ask("script", "rows", [await filterOf(text), { limit, offset, sort }]),
      /** @param {string} formula */
      explain: (formula) => ask("script", "composition", [formula]),
      /** @param {string} text @param {number} [limit] @param {number} [offset] */
      suggest: async (text, limit, offset) => ask("script", "suggestions", [await filterOf(text), { limit, offset }]),
    },
  });

  return {
    meta,
    progress: (callback) => { listeners.push(callback); },
    parse: parseText,
    counts: async (text, { heat = false } = {}) => ask("counts", "counts", [await filterOf(text), heat]),
    rows: async (text, options = {}) => ask("rows", "rows", [await filterOf(text), options]),
    composition: async (formula) => ask("composition", "composition", [formula]),
    system: async (chemsys) => ask("system", "system", [chemsys]),
    suggestions: async (text, options = {}) => ({
      ...(await ask("suggestions", "suggestions", [await filterOf(text), options])),
      command: `chemdb suggest ${shellQuoted(text)}`,
    }),
    map: async (id) => ask("map", "map", [id]),
    sql: (text) => text,
    command,
    python: (text) => `import chemdb\n\nwith chemdb.open("chemdb.duckdb") as db:\n    result = db.query(${JSON.stringify(text)})`,
  };
}

/** Why the page cannot answer, null if it can. @param {Filter} filter @param {Vocabulary} vocabulary @returns {string | null} */
function whyNot(filter, vocabulary) {
  for (const term of termsOf(filter)) {
    if (term.type === "SpeciesTogether") return "this page has no species: it cannot tell which oxidation states allow a composition in bulk";
    if (term.type === "EnergyAboveHull" && !vocabulary.hasEnergies) return "no known source of this file has energies";
  }
  return null;
}

/** @param {string} text @returns {string} */
function command(text) {
  return text ? `chemdb query ${shellQuoted(text)}` : "chemdb query \"\"";
}

/** @param {string} text @returns {string} */
function shellQuoted(text) {
  return /[$`"\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
