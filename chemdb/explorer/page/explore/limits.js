/** Number of elements, number of atoms and prototype. */

import { h } from "../dom.js";

/** @typedef {import("../types.js").Picker} Picker */

const PROTOTYPES = ["AB", "AB2", "AB3", "A2B3", "ABC", "ABC2", "ABC3", "AB2C2", "AB2C4", "A2BC4", "ABCD", "A2BCD6"];
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
  const sizes = range(meta.limits.nelements).map((n) => ({
    n,
    button: h("button", { type: "button", class: "chip", "data-nelements": n, onclick: () => toggle(n) }, String(n)),
  }));
  const [, most] = meta.limits.nelements;
  const natoms = h("input", { type: "number", min: 2, max: most * meta.limits.max_factor, class: "narrow", oninput: soon(() => onPick({ ...picker, natoms: natoms.value === "" ? null : Number(natoms.value) })) });
  const prototype = h("input", { type: "text", class: "narrow", list: "prototypes", autocomplete: "off", spellcheck: "false", placeholder: "ABC3", oninput: soon(() => onPick({ ...picker, formula_anonymous: prototype.value.trim() || null })) });

  /** @param {number} n */
  function toggle(n) {
    const kept = picker.nelements.includes(n) ? picker.nelements.filter((each) => each !== n) : [...picker.nelements, n].sort();
    onPick({ ...picker, nelements: kept.length === sizes.length ? [] : kept });
  }

  return {
    root: h(
      "div",
      { class: "limits" },
      h("div", { class: "field", role: "group", "aria-labelledby": "nelements-label" }, h("span", { id: "nelements-label" }, "Number of elements"), h("span", { class: "chips" }, sizes.map(({ button }) => button))),
      h("label", { class: "field" }, "Atoms, at most", natoms),
      h("label", { class: "field" }, "Prototype", prototype),
      h("datalist", { id: "prototypes" }, PROTOTYPES.map((value) => h("option", { value }))),
    ),
    /** @param {Picker} shown */
    update(shown) {
      picker = shown;
      for (const { n, button } of sizes) {
        const pressed = picker.nelements.includes(n);
        button.setAttribute("aria-pressed", String(pressed));
        button.classList.toggle("chosen", pressed);
      }
      if (document.activeElement !== natoms) natoms.value = picker.natoms === null ? "" : String(picker.natoms);
      if (document.activeElement !== prototype) prototype.value = picker.formula_anonymous ?? "";
    },
  };
}

/** @param {[number, number]} ends */
function range([first, last]) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
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
