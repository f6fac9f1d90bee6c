/** The pages of a table. */

import { fill, h } from "../parts/dom.js";
import { thousands } from "../parts/formula_text.js";

/**
 * Return buttons to turn pages; they stay the same, so that the focus does.
 *
 * @param {(page: number) => void} onPage
 */
export function pager(onPage) {
  let page = 1;
  let last = 1;
  const previous = h("button", { type: "button", class: "button", onclick: () => onPage(page - 1) }, "Previous");
  const next = h("button", { type: "button", class: "button", onclick: () => onPage(page + 1) }, "Next");
  const number = h("input", { type: "number", min: 1, class: "narrow", onchange: () => onPage(within(Number(number.value))) });
  const of = h("span");
  const root = h("nav", { class: "pager", "aria-label": "Pages", hidden: true }, previous, h("label", {}, "Page ", number, of), next);

  /** @param {number} asked */
  function within(asked) {
    return Math.min(last, Math.max(1, Math.floor(asked) || 1));
  }

  return {
    root,
    /**
     * @param {number} shown - page, from 1
     * @param {number} pages
     */
    update(shown, pages) {
      [page, last] = [shown, pages];
      root.hidden = last <= 1;
      previous.disabled = page <= 1;
      next.disabled = page >= last;
      number.max = String(last);
      number.value = String(page);
      fill(of, ` of ${thousands(last)}`);
    },
  };
}
