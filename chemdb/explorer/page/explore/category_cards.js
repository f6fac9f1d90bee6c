/** Exact counts of the four categories; a click keeps only the compositions of one. */

import { fill, h, setProperties } from "../parts/dom.js";
import { CATEGORIES, MEANING, categoryMark, share, thousands } from "../parts/formula_text.js";

/** @typedef {import("../parts/formula_text.js").Category} Category */

/**
 * Return the cards: known to the left, allowed above.
 *
 * @param {(category: Category) => void} onToggle
 */
export function categoryCards(onToggle) {
  const total = h("p", { class: "total", role: "status" });
  const cards = CATEGORIES.map((category) => new Card(category, () => onToggle(category)));
  return {
    root: h(
      "section",
      { "aria-labelledby": "categories-heading" },
      h("h2", { id: "categories-heading", class: "spoken" }, "Categories"),
      total,
      h("div", { class: "cards" }, cards.map((card) => card.button)),
    ),
    /**
     * @param {import("../types.js").Counts | null} counts - of the query without its categories, if there are any
     * @param {Category[]} kept - categories of the query; none means all
     */
    update(counts, kept) {
      const all = counts ? CATEGORIES.reduce((sum, category) => sum + counts[category], 0) : 0;
      const shown = counts ? shownTotal(counts, kept) : 0;
      fill(total, ...(counts ? totalNodes(shown, all, counts.partial) : ["\u2013 compositions"]));
      for (const card of cards) card.update(counts, all, kept);
    },
  };
}

/**
 * Return the number of compositions in the categories that are kept.
 *
 * @param {Record<Category, number>} counts
 * @param {Category[]} kept
 */
export function shownTotal(counts, kept) {
  return (kept.length > 0 ? kept : CATEGORIES).reduce((sum, category) => sum + counts[category], 0);
}

/**
 * @param {number} shown
 * @param {number} all
 * @param {boolean} partial
 */
function totalNodes(shown, all, partial) {
  const of = shown === all ? null : h("span", { class: "soft" }, ` of ${thousands(all)}`);
  const noun = shown === 1 && !of ? "composition" : "compositions";
  return [h("strong", {}, thousands(shown)), of, ` ${noun}`, partial ? " so far" : null];
}

class Card {
  /**
   * @param {Category} category
   * @param {() => void} onclick
   */
  constructor(category, onclick) {
    this.category = category;
    this.count = h("span", { class: "count" });
    this.share = h("span", { class: "share" });
    this.button = h(
      "button",
      { type: "button", class: `card ${category}`, "data-category": category, onclick },
      h("span", { class: "name" }, categoryMark(category), category),
      this.count,
      this.share,
      h("span", { class: "meaning" }, MEANING[category]),
    );
  }

  /**
   * @param {import("../types.js").Counts | null} counts
   * @param {number} all
   * @param {Category[]} kept
   */
  update(counts, all, kept) {
    const pressed = kept.includes(this.category);
    this.button.setAttribute("aria-pressed", String(pressed));
    this.button.classList.toggle("left-out", kept.length > 0 && !pressed);
    const n = counts ? counts[this.category] : 0;
    fill(this.count, counts ? thousands(n) : "\u2013");
    fill(this.share, counts ? share(n, all) : "");
    setProperties(this.button, { "--share": `${all > 0 ? (100 * n) / all : 0}%` });
  }
}
