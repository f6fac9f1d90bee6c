/** Which columns a table shows. */

import { h } from "../parts/dom.js";
import { COLUMNS } from "../parts/table.js";

/**
 * Return a menu of columns.
 *
 * @param {string[]} available - names in `COLUMNS`; the first is always shown
 * @param {(columns: string[]) => void} onColumns
 */
export function columnsMenu(available, onColumns) {
  const boxes = available.map((name, i) =>
    h("input", { type: "checkbox", "data-column": name, disabled: i === 0, onchange: () => onColumns(available.filter((_, j) => boxes[j].checked)) }),
  );
  const summary = h("summary", { class: "button" }, "Columns");
  const root = h(
    "details",
    {
      class: "menu",
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape") return;
        root.open = false;
        summary.focus();
      },
      onfocusout: (/** @type {FocusEvent} */ event) => {
        if (!root.contains(/** @type {Node | null} */ (event.relatedTarget)) && document.hasFocus()) root.open = false;
      },
    },
    summary,
    // It takes the focus of clicks between the boxes, which are no reason to close.
    h("div", { class: "menu-body", tabindex: -1 }, boxes.map((box, i) => h("label", { class: "check" }, box, ` ${COLUMNS[available[i]].title}`))),
  );
  return {
    root,
    /** @param {string[]} shown */
    update(shown) {
      for (const box of boxes) box.checked = shown.includes(box.dataset.column ?? "");
    },
  };
}
