/** The query elsewhere: as a command, SQL or Python, and its rows as files. */

import { fill, h } from "../parts/dom.js";

/** @typedef {"command" | "sql" | "python"} Language */

/** @type {Record<Language, string>} */
const LANGUAGES = { command: "command", sql: "SQL", python: "Python" };
const FORMATS = ["csv", "jsonl", "parquet"];

/**
 * Return buttons that copy the query, and the place that shows what was copied.
 *
 * @param {import("../types.js").Client} client
 */
export function copyAs(client) {
  let text = "";
  const output = h("div", { class: "copied", role: "status" });
  const names = /** @type {Language[]} */ (Object.keys(LANGUAGES));
  const root = h(
    "div",
    { class: "joined", role: "group", "aria-label": "Copy the query as" },
    h("span", { class: "joined-label", "aria-hidden": "true" }, "Copy as"),
    names.map((name) => h("button", { type: "button", class: "button", "data-copy": name, onclick: copy }, LANGUAGES[name])),
  );

  /** @param {Event} event */
  async function copy(event) {
    const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
    const copied = client[/** @type {Language} */ (button.dataset.copy)](text);
    const hide = () => {
      fill(output);
      button.focus();
    };
    fill(
      output,
      h("p", {}, await toClipboard(copied), " ", h("button", { type: "button", class: "plain", onclick: hide }, "Hide")),
      h("pre", { tabindex: 0 }, copied),
    );
  }

  return {
    root,
    output,
    /** @param {string} query */
    update(query) {
      if (query !== text) fill(output);
      text = query;
    },
  };
}

/**
 * Copy a text; return what to tell the reader.
 *
 * @param {string} text
 */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied:";
  } catch {
    return "Select and copy:";
  }
}

/**
 * Return buttons or links that save rows: all of them from a server, else those shown.
 *
 * @param {import("../types.js").Meta} meta
 * @param {string} text
 * @param {string[]} columns
 * @param {string} sort
 * @param {any[]} rows
 */
export function downloads(meta, text, columns, sort, rows) {
  const asked = new URLSearchParams({ q: text, columns: columns.join(), sort });
  if (meta.delivery === "served") {
    return h(
      "div",
      { class: "joined", role: "group", "aria-label": "Download all rows as" },
      h("span", { class: "joined-label", "aria-hidden": "true" }, "Download all"),
      FORMATS.map((format) => h("a", { class: "button", href: `api/v1/export.${format}?${asked}`, download: `chemdb.${format}` }, format.toUpperCase())),
    );
  }
  if (rows.length === 0) return null;
  return h("button", { type: "button", class: "button", "data-download": true, onclick: () => save("chemdb.csv", csv(columns, rows)) }, "Download these rows");
}

/**
 * Return rows as CSV (RFC 4180).
 *
 * @param {string[]} columns
 * @param {any[]} rows
 */
export function csv(columns, rows) {
  const lines = [columns, ...rows.map((row) => columns.map((name) => cellText(row[name])))];
  return lines.map((cells) => cells.map(quoted).join(",")).join("\r\n") + "\r\n";
}

/** @param {any} value */
function cellText(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(" ") : String(value);
}

/** @param {string} text */
function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * @param {string} name
 * @param {string} text
 */
function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
