/** The periodic table as a set of buttons: choose elements, see a number at each. */

import { fill, h, setProperties, spoken } from "./dom.js";
import { short, thousands } from "./formula_text.js";

/** How an element is chosen. @typedef {"all" | "any" | "exclude"} Choice */

/** @typedef {import("../types.js").Element} TableElement */

/** The sign and the word of each choice. @type {Record<Choice, {sign: string, word: string}>} */
export const CHOICES = {
  all: { sign: "+", word: "included" },
  any: { sign: "?", word: "one of" },
  exclude: { sign: "\u2212", word: "excluded" },
};

/** Keys that choose. @type {Record<string, Choice | null>} */
const KEYS = { i: "all", a: "any", x: "exclude", Delete: null, Backspace: null };

/** Share of the colour in the cell of the largest number. */
const STRONGEST = 0.6;

/**
 * Return the row and the column of an element; La to Yb and Ac to No are in rows 8 and 9.
 *
 * Group 3 is Sc, Y, Lu and Lr (IUPAC provisional report, 2021).
 *
 * @param {number} number - atomic number
 * @returns {[number, number]}
 */
export function position(number) {
  if (number >= 57 && number <= 70) return [8, number - 57 + 3];
  if (number >= 89 && number <= 102) return [9, number - 89 + 3];
  const ends = [0, 2, 10, 18, 36, 54, 86, 118];
  const period = ends.findIndex((end) => number <= end);
  const place = number - ends[period - 1];
  const fromEnd = ends[period] - number;
  if (fromEnd < 6 && period > 1) return [period, 18 - fromEnd];
  if (place <= 2) return [period, period === 1 && place === 2 ? 18 : place];
  return [period, 12 - (fromEnd - 6)];
}

/**
 * Return a periodic table.
 *
 * @param {object} parts
 * @param {TableElement[]} parts.elements
 * @param {(symbol: string, choice?: Choice | null) => void} parts.onChoose - without a choice: as a click would
 * @param {(element: TableElement | null) => void} [parts.onLook] - the pointer or the focus is on an element
 * @param {Node[]} [parts.inside] - what stands in the free space above the transition metals
 */
export function periodicTable({ elements, onChoose, onLook, inside = [] }) {
  const cells = elements.map((element) => new Cell(element));
  const bySymbol = new Map(cells.map((cell) => [cell.element.symbol, cell]));
  const root = h(
    "div",
    { class: "periodic-table", role: "group", "aria-label": "Periodic table" },
    cells.map((cell) => cell.button),
    h("div", { class: "inside" }, inside),
  );
  let current = cells[0];
  current.button.tabIndex = 0;

  /** @param {Cell} cell */
  const moveTo = (cell) => {
    current.button.tabIndex = -1;
    current = cell;
    cell.button.tabIndex = 0;
  };
  /** @param {Event} event */
  const cellOf = (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-symbol]");
    return button && bySymbol.get(/** @type {HTMLElement} */ (button).dataset.symbol ?? "");
  };
  root.addEventListener("click", (event) => {
    const cell = cellOf(event);
    if (cell) onChoose(cell.element.symbol);
  });
  root.addEventListener("focusin", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    moveTo(cell);
    onLook?.(cell.element);
  });
  root.addEventListener("pointerover", (event) => {
    const cell = cellOf(event);
    if (cell) onLook?.(cell.element);
  });
  root.addEventListener("pointerleave", () => onLook?.(null));
  root.addEventListener("focusout", () => onLook?.(null));
  root.addEventListener("keydown", (event) => {
    const cell = cellOf(event);
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = neighbour(cell, event.key, cells);
    if (next) next.button.focus();
    else if (event.key in KEYS) onChoose(cell.element.symbol, KEYS[event.key]);
    else return;
    event.preventDefault();
  });

  return {
    root,
    /**
     * Show choices and numbers.
     *
     * @param {Map<string, Choice>} choices - by symbol
     * @param {Set<string>} groups - symbols that are chosen as members of a group
     * @param {{values: number[], hue: string, counted: string} | null} heat - numbers by atomic number - 1; what is
     *   counted, as in "missing compositions"
     * @returns {[number, number] | null} the least and the most of the elements that are not chosen
     */
    update(choices, groups, heat) {
      const free = cells.filter((cell) => !choices.has(cell.element.symbol));
      const counted = heat ? free.map((cell) => heat.values[cell.element.atomic_number - 1]).filter((n) => n > 0) : [];
      const scale = counted.length > 0 ? span(counted) : null;
      root.dataset.hue = heat?.hue ?? "";
      for (const cell of cells) {
        const { symbol, atomic_number } = cell.element;
        const choice = choices.get(symbol) ?? null;
        cell.show(choice, groups.has(symbol), heat ? heat.values[atomic_number - 1] : null, scale, heat?.counted ?? "");
      }
      return scale;
    },
  };
}

class Cell {
  /** @param {TableElement} element */
  constructor(element) {
    this.element = element;
    const [row, column] = position(element.atomic_number);
    this.row = row;
    this.column = column;
    this.sign = h("span", { class: "choice-sign", "aria-hidden": "true" }, String(element.atomic_number));
    this.number = h("span", { class: "count", "aria-hidden": "true" });
    this.state = spoken("");
    this.shown = "";
    this.button = h(
      "button",
      { type: "button", tabindex: -1, "data-symbol": element.symbol, css: { "--row": row > 7 ? row + 1 : row, "--column": column } },
      this.sign,
      h("span", { class: "symbol" }, element.symbol),
      this.number,
      this.state,
    );
  }

  /**
   * @param {Choice | null} choice
   * @param {boolean} grouped
   * @param {number | null} value
   * @param {[number, number] | null} scale
   * @param {string} counted
   */
  show(choice, grouped, value, scale, counted) {
    const { name, atomic_number } = this.element;
    const heat = choice === null && value !== null && scale !== null ? STRONGEST * placeOn(scale, value) : 0;
    const all = [choice, grouped, value, heat, counted].join();
    if (all === this.shown) return;
    this.shown = all;
    setProperties(this.button, { "--heat": `${(100 * heat).toFixed(1)}%` });
    const classes = [choice && `chosen ${choice}`, grouped && "grouped", value === 0 && choice === null && "none"];
    this.button.className = classes.filter(Boolean).join(" ");
    this.button.setAttribute("aria-pressed", String(choice !== null));
    fill(this.sign, choice ? CHOICES[choice].sign : atomic_number);
    fill(this.number, value === null ? "" : short(value));
    const words = [name];
    if (choice) words.push(grouped ? `${CHOICES[choice].word}, by its group` : CHOICES[choice].word);
    if (value !== null) words.push(`${thousands(value)} ${counted}`);
    fill(this.state, ` ${words.join(", ")}`);
  }
}

/**
 * @param {number[]} numbers
 * @returns {[number, number]}
 */
function span(numbers) {
  return [Math.min(...numbers), Math.max(...numbers)];
}

/**
 * Return where a number is between the least and the most, 0 to 1; the least of several still has some colour.
 *
 * @param {[number, number]} scale
 * @param {number} value
 */
function placeOn([least, most], value) {
  if (value === 0) return 0;
  if (most === least) return 0.5;
  return 0.06 + 0.94 * ((value - least) / (most - least));
}

/**
 * Return the cell that a key leads to, if it is an arrow, Home or End.
 *
 * @param {Cell} from
 * @param {string} key
 * @param {Cell[]} cells
 * @returns {Cell | undefined}
 */
function neighbour(from, key, cells) {
  const row = cells.filter((cell) => cell.row === from.row).sort((a, b) => a.column - b.column);
  const column = cells.filter((cell) => cell.column === from.column).sort((a, b) => a.row - b.row);
  switch (key) {
    case "ArrowLeft":
      return row[row.indexOf(from) - 1] ?? from;
    case "ArrowRight":
      return row[row.indexOf(from) + 1] ?? from;
    case "ArrowUp":
      return column[column.indexOf(from) - 1] ?? from;
    case "ArrowDown":
      return column[column.indexOf(from) + 1] ?? from;
    case "Home":
      return row[0];
    case "End":
      return row[row.length - 1];
    default:
      return undefined;
  }
}
