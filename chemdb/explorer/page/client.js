/** What the screens ask: counts, rows, single compositions and more, answered by a worker. */

import { asCommand, asPython, asSql } from "./query/elsewhere.js";
import { CATEGORY_NAMES, termsOf } from "./query/filter.js";
import { fetchPart, fromBase64, isInPage, textOfPart, unpackedJson } from "./space/pack.js";
import { parse } from "./query/query_text.js";
import { countsOfServer, rowsOfServer, suggestionsOfServer } from "./server.js";
import { Vocabulary } from "./space/vocabulary.js";

/** @import {Client, Counts, Filter, Meta, Parsed, PartName, Progress, Row, RowOptions, Suggestions} from "./types.js" */

/** What a query that the page cannot answer may need. */
const SPECIES = "this page does not know which oxidation states allow many compositions at once";
const ENERGIES = "no known source of this file has energies";
const OPTIMADE = "this page does not read OPTIMADE filters";
/** What only a filter of the OPTIMADE language has. */
const OPTIMADE_WORDS = /^\s*--optimade\b|\bHAS\s+(ALL|ANY|ONLY|EXACTLY|")|\b(CONTAINS|STARTS WITH|ENDS WITH)\s+"|\bIS (NOT )?(UN)?KNOWN\b|\b_chemdb_/;

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
  let isServed = false;
  let lastId = 0;
  /** @type {Map<string, AbortController>} Questions to a server, by kind */
  const asked = new Map();

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
    isServed = meta.delivery === "served";
    /** @type {Map<string, string> | null} */
    let parts = null;
    if (inPage) {
      const names = /** @type {PartName[]} */ (Object.keys(meta.sizes));
      parts = new Map(names.map((name) => [name, textOfPart(name)]));
    }
    worker.postMessage({ start: true, meta, parts });
    return meta;
  }

  /** Let the newest request of a kind take the place of older ones. @param {string} kind */
  function cancelOlder(kind) {
    asked.get(kind)?.abort(aborted());
    asked.delete(kind);
    for (const [id, request] of pending) {
      if (request.kind !== kind) continue;
      pending.delete(id);
      request.reject(aborted());
    }
  }

  /** @template T @param {string} kind @param {(signal: AbortSignal) => Promise<T>} question @returns {Promise<T>} */
  function askServer(kind, question) {
    const controller = new AbortController();
    if (kind !== "script") {
      cancelOlder(kind);
      asked.set(kind, controller);
    }
    return question(controller.signal);
  }

  /** @param {string} kind @param {string} method @param {any[]} args @returns {Promise<any>} */
  function ask(kind, method, args) {
    if (kind === "counts" || kind === "rows") cancelOlder(kind);
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
    if ("error" in parsed) {
      if (!OPTIMADE_WORDS.test(text)) return parsed;
      const filter = text.replace(/^\s*--optimade\s*/, "").replace(/^(['"])(.*)\1\s*$/s, "$2");
      return { command: asCommand(filter, "chemdb query --optimade"), why: OPTIMADE };
    }
    const why = isServed ? null : whyNot(parsed.filter, vocabulary);
    return why ? { command: asCommand(text), why } : parsed;
  }

  /** @param {string} text @returns {Promise<Filter>} */
  async function filterOf(text) {
    await meta;
    const parsed = parseText(text);
    if (parsed.filter) return parsed.filter;
    throw new Error(parsed.error ? parsed.error.message : `${parsed.why}: ${parsed.command}`);
  }

  /** @param {string} kind @param {string} text @param {boolean} heat @returns {Promise<Counts>} */
  async function counts(kind, text, heat) {
    const filter = await filterOf(text);
    return readsSpecies(filter) ? askServer(kind, (signal) => countsOfServer(text, signal)) : ask(kind, "counts", [filter, heat]);
  }

  /** @param {string} kind @param {string} text @param {RowOptions} options @returns {Promise<Row[]>} */
  async function rows(kind, text, options) {
    const filter = await filterOf(text);
    if (readsSpecies(filter)) return askServer(kind, (signal) => rowsOfServer(text, options, signal));
    try {
      return await ask(kind, "rows", [filter, options]);
    } catch (error) {
      if (!isServed || !(error instanceof Error) || error.name !== "SortError") throw error;
      return askServer(kind, (signal) => rowsOfServer(text, options, signal));
    }
  }

  /** @param {string} kind @param {string} text @param {{limit?: number, offset?: number}} options @returns {Promise<Suggestions>} */
  async function suggestions(kind, text, options) {
    const filter = await filterOf(text);
    const inPage = readsSpecies(filter) ? null : await ask(kind, "suggestions", [filter, options]);
    const found = inPage?.complete || !isServed ? inPage
      : await askServer(kind, (signal) => suggestionsOfServer(text, options, signal));
    return { ...found, command: asCommand(text, "chemdb suggest") };
  }

  // For scripts and tests: none of these requests cancels another.
  Object.assign(globalThis, {
    chemdb: {
      /** @param {string} text @param {boolean} [heat]  Whether to add the counts of each element */
      counts: async (text, heat = false) => {
        const found = await counts("script", text, heat);
        const byCategory = Object.fromEntries(CATEGORY_NAMES.map((name) => [name, found[name]]));
        return heat ? { ...byCategory, heat: found.heat } : byCategory;
      },
      /** @param {string} text @param {number} [limit] @param {number} [offset] @param {string} [sort] */
      rows: (text, limit, offset, sort) => rows("script", text, { limit, offset, sort }),
      /** @param {string} formula */
      explain: (formula) => ask("script", "composition", [formula]),
      /** @param {string} text @param {number} [limit] @param {number} [offset] */
      suggest: (text, limit, offset) => suggestions("script", text, { limit, offset }),
    },
  });

  return {
    meta,
    progress: (callback) => { listeners.push(callback); },
    parse: parseText,
    counts: (text, { heat = false } = {}) => counts("counts", text, heat),
    rows: (text, options = {}) => rows("rows", text, options),
    composition: async (formula) => ask("composition", "composition", [formula]),
    system: async (chemsys) => ask("system", "system", [chemsys]),
    suggestions: (text, options = {}) => suggestions("suggestions", text, options),
    map: async (id) => ask("map", "map", [id]),
    sql: (text) => {
      const { filter } = parseText(text);
      return (filter && asSql(filter)) ?? `-- only chemdb can write this query as SQL: ${asCommand(text)} --sql`;
    },
    command: (text) => asCommand(text),
    python: asPython,
  };
}

/** Whether a filter has terms that only a server answers. @param {Filter} filter @returns {boolean} */
function readsSpecies(filter) {
  return [...termsOf(filter)].some((term) => term.type === "SpeciesTogether");
}

/** Why the page cannot answer, null if it can. @param {Filter} filter @param {Vocabulary} vocabulary @returns {string | null} */
function whyNot(filter, vocabulary) {
  if (readsSpecies(filter)) return SPECIES;
  const readsEnergies = [...termsOf(filter)].some((term) => term.type === "EnergyAboveHull");
  return readsEnergies && !vocabulary.hasEnergies ? ENERGIES : null;
}
