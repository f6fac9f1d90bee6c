/** The screen Explore: which compositions match, how many, and the first of them. */

import { fill, h } from "../parts/dom.js";
import { categoryCards, shownTotal } from "../explore/category_cards.js";
import { HEATS, elementPicker } from "../explore/element_picker.js";
import { limitsForm, soon } from "../explore/limits.js";
import { PAGE, pageOf, results } from "../explore/results.js";
import { emptyPicker, fromPicker, toPicker } from "../query/query_text.js";
import { fragment, go } from "../router.js";
import { Vocabulary } from "../space/vocabulary.js";

/** @typedef {import("../types.js").Client} Client */
/** @typedef {import("../types.js").Meta} Meta */
/** @typedef {import("../types.js").Picker} Picker */
/** @typedef {import("../router.js").Params} Params */

/** @type {((params: Params) => void) | null} */
let follow = null;

/** @type {import("../router.js").Screen} */
export const exploreScreen = {
  id: "",
  title: "Explore",
  show(root, params, client) {
    let latest = params;
    follow = (newer) => (latest = newer);
    root.append(h("p", { class: "soft" }, "Loading…"));
    client.meta.then(
      (/** @type {Meta} */ meta) => {
        root.replaceChildren();
        follow = explore(root, meta, client);
        follow(latest);
      },
      (/** @type {Error} */ error) => fill(root, h("p", { class: "error", role: "alert" }, error.message)),
    );
  },
  update(params) {
    follow?.(params);
  },
  hide() {
    follow = null;
  },
};

/**
 * Build the screen; return the function that shows a fragment on it.
 *
 * @param {HTMLElement} root
 * @param {Meta} meta
 * @param {Client} client
 * @returns {(params: Params) => void}
 */
function explore(root, meta, client) {
  const vocabulary = new Vocabulary(meta);
  /** @type {Params} */
  let params = { text: "", options: {} };
  /** @type {Picker} */
  let picker = emptyPicker();
  /** @type {import("../types.js").Counts | null} */
  let counts = null;

  /** @param {Picker} changed */
  const pick = (changed) => ask(fromPicker(changed));
  /**
   * @param {string} text
   * @param {{replace?: boolean}} [how]
   */
  const ask = (text, how) => go(fragment("", text, { ...params.options, page: "" }), how);
  /** @param {Record<string, string>} options */
  const change = (options) => go(fragment("", params.text, { ...params.options, ...options }));

  const box = queryBox(ask);
  const elements = elementPicker(meta, { onPick: pick, onHeat: (heat) => change({ heat }) });
  const limits = limitsForm(meta, pick);
  const cards = categoryCards((category) => {
    const kept = picker.categories.includes(category)
      ? picker.categories.filter((each) => each !== category)
      : [...picker.categories, category];
    pick({ ...picker, categories: kept.length === 4 ? [] : kept });
  });
  const rows = results(meta, client, change);
  root.append(
    h("h1", { class: "spoken" }, "Explore"),
    box.root,
    h("div", { class: "explore" }, elements.root, h("div", { class: "beside" }, cards.root, limits.root, elements.groups)),
    rows.root,
  );

  function draw() {
    elements.update(picker, counts?.heat ?? null, heatOf(params, picker));
    limits.update(picker);
    cards.update(counts, picker.categories);
    if (counts) rows.pages(shownTotal(counts, picker.categories), params.options);
  }

  async function count() {
    const text = params.text;
    const answer = await answered(client.counts(fromPicker({ ...picker, categories: [] }), { heat: true }));
    if (!answer || text !== params.text) return;
    counts = answer;
    draw();
  }

  async function list() {
    const { text, options } = params;
    rows.waiting(text, options);
    const found = await answered(client.rows(text, { limit: PAGE, offset: (pageOf(options) - 1) * PAGE, sort: options.sort ?? "" }));
    if (found && params.text === text && params.options === options) rows.update(text, found, options);
  }

  /**
   * Return what a promise gives; null if a newer question cancelled it, or it failed, which is said.
   *
   * @template T
   * @param {Promise<T>} promise
   * @returns {Promise<T | null>}
   */
  async function answered(promise) {
    try {
      return await promise;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name !== "AbortError") rows.empty(error.message);
      return null;
    }
  }

  let ready = "";
  client.progress(({ ready_nelements }) => {
    if (ready === ready_nelements.join()) return;
    ready = ready_nelements.join();
    if (!counts?.partial) return;
    count();
    list();
  });

  return (next) => {
    const sameQuery = counts !== null && next.text === params.text;
    params = next;
    box.update(next.text);
    const parsed = client.parse(next.text);
    box.say(parsed);
    if (!parsed.error) picker = toPicker(next.text, vocabulary);
    if (parsed.error || parsed.command) {
      counts = null;
      draw();
      rows.empty(parsed.error ? "The query cannot be read." : "This page cannot answer the query.");
      return;
    }
    box.note(picker.rest);
    draw();
    if (!sameQuery) count();
    list();
  };
}

/**
 * Return what the periodic table is shaded by: the only category of the query or missing, unless it was chosen.
 *
 * @param {Params} params
 * @param {Picker} picker
 */
function heatOf({ options }, { categories }) {
  if (HEATS.includes(options.heat)) return options.heat;
  return categories.length === 1 ? categories[0] : "missing";
}

/**
 * Return the text box of the query.
 *
 * @param {(text: string, how?: {replace?: boolean}) => void} ask
 */
function queryBox(ask) {
  let typed = false;
  const input = h("input", {
    type: "search", id: "query", name: "query", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    placeholder: "elements=Li,O missing natoms<=10", "aria-describedby": "query-message",
    oninput: soon(() => {
      ask(input.value.trim(), { replace: typed });
      typed = true;
    }),
    onblur: () => (typed = false),
  });
  const message = h("div", { id: "query-message", role: "status" });
  return {
    root: h(
      "form",
      { class: "query-form", role: "search", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); ask(input.value.trim()); } },
      h("label", { for: "query" }, "Query"),
      input,
      message,
    ),
    /** @param {string} text */
    update(text) {
      if (input.value.trim() !== text) input.value = text;
    },
    /** @param {import("../types.js").Parsed} parsed */
    say(parsed) {
      if (parsed.error) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      if (parsed.error) fill(message, h("p", { class: "error" }, parsed.error.message));
      else if (parsed.command) fill(message, h("p", {}, `${sentence(parsed.why ?? "")}. Run`), h("pre", { tabindex: 0 }, parsed.command));
      else fill(message);
    },
    /** Say what the picker cannot show. @param {string} rest */
    note(rest) {
      if (rest !== "") fill(message, h("p", { class: "soft" }, "Not shown in the table: ", h("code", {}, rest)));
    },
  };
}

/** @param {string} text */
function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
