/** The periodic table of the screen Explore, with what a click does, groups of elements, and the heat. */

import { fill, h } from "../parts/dom.js";
import { CATEGORIES, categoryMark, short, thousands } from "../parts/formula_text.js";
import { CHOICES, periodicTable } from "../parts/periodic_table.js";
import { choiceOf, choicesOf, choose } from "./picker_state.js";

/** @typedef {import("../parts/periodic_table.js").Choice} Choice */
/** @typedef {import("../types.js").Picker} Picker */

/** @type {{choice: Choice, label: string, key: string}[]} */
const MODES = [
  { choice: "all", label: "include", key: "i" },
  { choice: "any", label: "any of", key: "a" },
  { choice: "exclude", label: "exclude", key: "x" },
];

/** What the table can be shaded by; "all" is the sum of the categories. */
export const HEATS = ["missing", "standard", "interesting", "unlikely", "all"];

/**
 * Return the picker of elements.
 *
 * @param {import("../types.js").Meta} meta
 * @param {{onPick: (picker: Picker) => void, onHeat: (heat: string) => void}} listeners
 */
export function elementPicker(meta, { onPick, onHeat }) {
  /** @type {Picker} */
  let picker;
  /** @type {Record<string, number[]> | null} */
  let numbers = null;
  let heat = HEATS[0];
  /** @type {Choice} */
  let mode = "all";
  /** @type {import("../types.js").Element | null} */
  let looked = null;

  /**
   * @param {string} word
   * @param {Choice | null} [choice]
   */
  const pick = (word, choice) => {
    const now = choiceOf(picker, word);
    const next = choice === undefined ? (now === mode ? null : mode) : choice;
    if (next !== now) onPick(choose(picker, word, next));
  };

  const look = h("div", { class: "look" });
  const scale = h("div", { class: "scale" });
  const heatChoice = h(
    "select",
    { onchange: () => onHeat(heatChoice.value) },
    HEATS.map((name) => h("option", { value: name }, name)),
  );
  const legend = h("div", { class: "legend" }, h("label", {}, h("span", {}, "Shade by "), heatChoice), scale);
  const table = periodicTable({ elements: meta.elements, onChoose: pick, onLook: lookAt, inside: [look, legend] });

  const only = h("input", { type: "checkbox", onchange: () => onPick({ ...picker, only: only.checked }) });
  const modes = h(
    "fieldset",
    { class: "segmented" },
    h("legend", {}, "A click will"),
    MODES.map(({ choice, label }) =>
      h(
        "label",
        {},
        h("input", { type: "radio", name: "mode", checked: choice === mode, onchange: () => (mode = choice) }),
        h("span", {}, h("span", { class: "choice-sign", "aria-hidden": "true" }, CHOICES[choice].sign), ` ${label}`),
      ),
    ),
  );
  const groups = Object.keys(meta.groups).map((name) => ({ name, button: groupButton(name, () => pick(name)) }));

  /** @param {import("../types.js").Element | null} element */
  function lookAt(element) {
    looked = element;
    fill(look, ...lookNodes(element));
  }

  /** @param {import("../types.js").Element | null} element */
  function lookNodes(element) {
    if (!element) {
      return [h("p", { class: "soft" }, numbers ? `Each element is shaded by how many ${counted()} remain if it is included too.` : "")];
    }
    const scaleText = element.electronegativity === null
      ? "no Pauling electronegativity, so the rule allows nothing with it"
      : `electronegativity ${element.electronegativity.toFixed(2)}`;
    return [
      h("p", { class: "looked" }, h("strong", {}, element.symbol), ` ${element.name}`, h("span", { class: "soft" }, ` ${element.atomic_number}, ${scaleText}`)),
      h("dl", {}, numbers ? CATEGORIES.map((category) => lookedNumber(category, /** @type {any} */ (numbers)[category][element.atomic_number - 1])) : []),
    ];
  }

  function counted() {
    return heat === "all" ? "compositions" : `${heat} compositions`;
  }

  return {
    root: h(
      "section",
      { class: "picker", "aria-labelledby": "elements-heading" },
      h("h2", { id: "elements-heading", class: "spoken" }, "Elements"),
      h("div", { class: "bar" }, modes, h("label", { class: "check" }, only, " only these elements")),
      table.root,
      h(
        "p",
        { class: "keys soft" },
        "In the table: arrows move, ",
        MODES.map(({ key, label }) => [h("kbd", {}, key), ` ${label}, `]).flat(),
        h("kbd", {}, "Delete"),
        " clear. ",
        h("kbd", {}, "/"),
        " goes to the query.",
      ),
    ),
    groups: h(
      "div",
      { class: "groups", role: "group", "aria-labelledby": "groups-label" },
      h("span", { id: "groups-label" }, "Groups of elements"),
      h("div", { class: "chips" }, groups.map(({ button }) => button)),
    ),
    /**
     * Show a picker, and the numbers of each category at each element, if they are known.
     *
     * @param {Picker} shown
     * @param {Record<string, number[]> | null} byCategory
     * @param {string} heatName
     */
    update(shown, byCategory, heatName) {
      picker = shown;
      numbers = byCategory;
      heat = heatName;
      heatChoice.value = heat;
      only.checked = picker.only;
      only.disabled = picker.all.length + picker.any.length === 0;
      const { choices, grouped } = choicesOf(picker, meta.groups);
      const values = numbers ? (heat === "all" ? sums(numbers) : numbers[heat]) : null;
      const ends = table.update(choices, grouped, values && { values, hue: heat, counted: counted() });
      fill(scale, ends ? scaleNodes(ends) : null);
      lookAt(looked);
      for (const { name, button } of groups) showGroup(button, name, choiceOf(picker, name));
    },
  };
}

/**
 * @param {string} name
 * @param {() => void} onclick
 */
function groupButton(name, onclick) {
  return h("button", { type: "button", class: "chip", "data-group": name, onclick });
}

/**
 * @param {HTMLElement} button
 * @param {string} name
 * @param {Choice | null} choice
 */
function showGroup(button, name, choice) {
  button.className = choice ? `chip chosen ${choice}` : "chip";
  button.setAttribute("aria-pressed", String(choice !== null));
  fill(
    button,
    choice && h("span", { class: "choice-sign", "aria-hidden": "true" }, `${CHOICES[choice].sign} `),
    h("span", { class: "group" }, name.replaceAll("_", " ")),
    choice && h("span", { class: "spoken" }, `, ${CHOICES[choice].word}`),
  );
}

/**
 * @param {import("../parts/formula_text.js").Category} category
 * @param {number} number
 */
function lookedNumber(category, number) {
  return h("div", {}, h("dt", { class: `category ${category}` }, categoryMark(category), category), h("dd", {}, thousands(number)));
}

/** @param {[number, number]} ends */
function scaleNodes([least, most]) {
  return [h("span", {}, short(least)), h("span", { class: "ramp", "aria-hidden": "true" }), h("span", {}, short(most))];
}

/** @param {Record<string, number[]>} numbers */
function sums(numbers) {
  return numbers[CATEGORIES[0]].map((_, i) => CATEGORIES.reduce((sum, category) => sum + numbers[category][i], 0));
}
