/** Number of elements, number of atoms and formula pattern. */

import { h } from "../parts/dom.js";

/** @typedef {import("../types.js").Picker} Picker */

const PATTERNS = ["AB", "AB2", "AB3", "A2B3", "ABC", "ABC2", "ABC3", "AB2C2", "AB2C4", "A2BC4", "ABCD", "A2BCD6"];
const TYPING = 250;

/**
 * Return the controls.
 *
 * @param {import("../types.js").Meta} meta
 * @param {(picker: Picker) => void} onPick
 */
export function limitsForm(meta, onPick) {
  /** @type {Picker} */
  let picker;
  const sizes = meta.limits.nelements.map((n) => ({
    n,
    button: h("button", { type: "button", class: "chip", "data-nelements": n, onclick: () => toggle(n) }, String(n)),
  }));
  const most = Math.max(...meta.limits.nelements) * meta.limits.max_factor;
  const natoms = h("input", { type: "number", min: 2, max: most, class: "narrow", oninput: soon(() => onPick({ ...picker, natoms: natoms.value })) });
  const pattern = h("input", { type: "text", class: "narrow", list: "formula-patterns", autocomplete: "off", spellcheck: "false", placeholder: "ABC3", oninput: soon(() => onPick({ ...picker, formula_anonymous: pattern.value.trim() })) });

  /** @param {number} n */
  function toggle(n) {
    const now = numbersIn(picker.nelements);
    const kept = meta.limits.nelements.filter((each) => (each === n ? !now.includes(n) : now.includes(each)));
    onPick({ ...picker, nelements: kept.length === sizes.length ? "" : kept.join(",") });
  }

  return {
    root: h(
      "div",
      { class: "limits" },
      h("div", { class: "field", role: "group", "aria-labelledby": "nelements-label" }, h("span", { id: "nelements-label" }, "Number of elements"), h("span", { class: "chips" }, sizes.map(({ button }) => button))),
      h("label", { class: "field" }, "Atoms, at most", natoms),
      h("label", { class: "field" }, "Formula pattern", pattern),
      h("datalist", { id: "formula-patterns" }, PATTERNS.map((value) => h("option", { value }))),
    ),
    /** @param {Picker} shown */
    update(shown) {
      picker = shown;
      for (const { n, button } of sizes) {
        const pressed = numbersIn(picker.nelements).includes(n);
        button.setAttribute("aria-pressed", String(pressed));
        button.classList.toggle("chosen", pressed);
      }
      if (document.activeElement !== natoms) natoms.value = picker.natoms;
      if (document.activeElement !== pattern) pattern.value = picker.formula_anonymous;
    },
  };
}

/**
 * Return the numbers of a list of numbers and ranges such as "2,4" or "2-3".
 *
 * @param {string} text
 */
function numbersIn(text) {
  return text.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return part === "" ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * Return a function that calls another once nothing was typed for a moment.
 *
 * @param {() => void} call
 */
export function soon(call) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(call, TYPING);
  };
}
