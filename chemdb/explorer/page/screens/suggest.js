/** The screen Suggest: the missing compositions of a query, ranked by their known analogues. */

import { fill, h } from "../parts/dom.js";
import { share, speciesNode, thousands } from "../parts/formula_text.js";
import { counted } from "../messages.js";
import { fragment, go } from "../router.js";
import { compositionLink, entryLink, systemLink } from "../parts/table.js";
import { bar } from "./composition.js";

/** @typedef {import("../types.js").Client} Client */
/** @typedef {import("../types.js").Suggestion} Suggestion */
/** @typedef {import("../types.js").Suggestions} Suggestions */

const PER_PAGE = 25;
const NONE = "\u2013";

let asked = 0;

/** @type {import("../router.js").Screen} */
export const suggestScreen = {
  id: "suggest",
  title: "Suggest",
  show(root, params, client) {
    const input = h("input", {
      type: "search",
      id: "suggest-query",
      class: "wide",
      value: params.text,
      placeholder: "elements=Li any=S,Cl nelements=3",
      autocomplete: "off",
      spellcheck: false,
      "aria-describedby": "suggest-error",
    });
    const error = h("p", { class: "error", id: "suggest-error", role: "alert" });
    const answer = h("div", {});
    const ask = (/** @type {Event} */ event) => {
      event.preventDefault();
      go(fragment("suggest", input.value.trim()));
    };
    root.append(
      h("h1", {}, "What to try first"),
      h(
        "p",
        { class: "lead" },
        "Missing compositions, ranked by the known ones that differ from them by one element.",
      ),
      h(
        "form",
        { class: "bar ask", onsubmit: ask },
        h("label", { for: "suggest-query" }, "Query"),
        input,
        h("button", { class: "button" }, "Rank"),
      ),
      examples(),
      error,
      answer,
    );
    showSuggestions(answer, error, params, client);
  },
  hide() {
    asked += 1;
  },
};

/** @type {[string, string][]} */
const EXAMPLES = [
  ["sulfides of lithium", "elements=Li,S exclude=radioactive"],
  ["halide perovskites", "any=K,Rb,Cs any=Cl,Br,I ABC3 exclude=radioactive,Pb"],
  ["ternary oxides", "elements=O nelements=3"],
];

function examples() {
  return h(
    "p",
    { class: "soft" },
    "For example ",
    EXAMPLES.flatMap(([name, query], i) => [i ? ", " : null, h("a", { href: fragment("suggest", query) }, name)]),
    "; without a query, all.",
  );
}

/**
 * @param {HTMLElement} answer
 * @param {HTMLElement} error
 * @param {import("../router.js").Params} params
 * @param {Client} client
 */
async function showSuggestions(answer, error, { text, options }, client) {
  const number = ++asked;
  const page = Math.max(1, Math.floor(Number(options.page ?? 1)) || 1);
  answer.setAttribute("aria-busy", "true");
  fill(answer, h("p", { class: "soft" }, "Ranking…"));
  try {
    const meta = await client.meta;
    if (!meta.has_suggestions) {
      fill(answer, ...withoutSuggestions(meta.known));
      return;
    }
    const parsed = client.parse(text);
    if (parsed.error) throw new Error(parsed.error.message);
    if (parsed.command) {
      const command = parsed.command.replace("chemdb query", "chemdb suggest");
      fill(answer, h("p", { class: "note" }, `${parsed.why}; ask `, h("code", {}, command)));
      return;
    }
    const offset = (page - 1) * PER_PAGE;
    const suggestions = await client.suggestions(text, { limit: PER_PAGE, offset });
    if (number !== asked) return;
    fill(answer, ...view(suggestions, meta, text, page));
  } catch (reason) {
    if (number !== asked) return;
    fill(answer);
    error.textContent = /** @type {Error} */ (reason).message;
  } finally {
    answer.removeAttribute("aria-busy");
  }
}

/** @param {string} known */
function withoutSuggestions(known) {
  return [
    h("p", {}, `Known: ${known}: too few compositions to learn from.`),
    h("p", {}, "The Materials Project is added by"),
    h("pre", { tabindex: 0 }, "chemdb known add mp"),
  ];
}

/**
 * @param {Suggestions} suggestions
 * @param {import("../types.js").Meta} meta
 * @param {string} text
 * @param {number} page
 */
function view({ rows, total, complete, command }, { known, sources }, text, page) {
  const heaviest = Math.max(...rows.map((row) => row.score), 0.001);
  const first = (page - 1) * PER_PAGE;
  const range = rows.length ? `${thousands(first + 1)} to ${thousands(first + rows.length)} of ` : "";
  return [
    h("p", { class: "soft" }, `${range}${counted(total, "composition")}. Learned from ${known}.`),
    rows.length ? table(rows, heaviest, sources) : null,
    complete
      ? null
      : h(
          "p",
          { class: "note" },
          "No known composition suggests the others. ",
          h("code", {}, command),
          " ranks them, too, by how many known compounds are expected there.",
        ),
    pager(text, page, complete && first + rows.length < total),
    meaning(),
  ];
}

/**
 * @param {Suggestion[]} rows
 * @param {number} heaviest
 * @param {import("../types.js").Source[]} sources
 */
function table(rows, heaviest, sources) {
  const titles = ["Rank", "Composition", "Score", "Share found", "Known compositions that suggest it", "Known in its system"];
  return h(
    "table",
    { class: "rows suggestions" },
    h("caption", { class: "spoken" }, "Suggestions"),
    h("thead", {}, h("tr", {}, titles.map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, cells(row, heaviest, sources)))),
  );
}

/**
 * @param {Suggestion} row
 * @param {number} heaviest
 * @param {import("../types.js").Source[]} sources
 */
function cells(row, heaviest, sources) {
  const rest = row.n_analogues - row.analogues.length;
  return [
    h("td", { class: "rank soft" }, thousands(row.rank)),
    h(
      "th",
      { scope: "row" },
      h("strong", {}, compositionLink(row.formula)),
      row.species ? h("span", { class: "species soft" }, row.species.map((species) => speciesNode(species))) : null,
    ),
    h("td", { "data-title": "score" }, bar(row.score, heaviest)),
    h("td", { "data-title": "share found" }, row.share_found === null ? NONE : share(row.share_found, 1)),
    h(
      "td",
      { class: "because" },
      row.analogues.flatMap((analogue, i) => [
        i ? ", " : null,
        h(
          "span",
          {},
          compositionLink(analogue.formula),
          ` ${analogue.replaced_by} for ${analogue.element} `,
          h("small", {}, entryLink(analogue.material_id, sources)),
        ),
      ]),
      rest > 0 ? h("span", { class: "soft" }, `, ${thousands(rest)} more`) : null,
    ),
    h("td", { "data-title": "known in" }, systemLink(row.chemsys), ` ${thousands(row.n_known)}`),
  ];
}

/**
 * @param {string} text
 * @param {number} page
 * @param {boolean} hasNext
 */
function pager(text, page, hasNext) {
  if (page === 1 && !hasNext) return null;
  /** @param {number} to @param {string} name */
  const link = (to, name) => h("a", { class: "button", href: fragment("suggest", text, { page: to === 1 ? null : to }) }, name);
  return h(
    "nav",
    { class: "bar pages", "aria-label": "Pages" },
    page > 1 ? link(page - 1, "Previous") : null,
    h("span", { class: "soft" }, `page ${thousands(page)}`),
    hasNext ? link(page + 1, "Next") : null,
  );
}

function meaning() {
  return h(
    "section",
    { class: "meaning" },
    h("h2", {}, "What a score means"),
    h(
      "p",
      {},
      "It is the sum of substitution weights over all known analogues, the known compositions that differ by one " +
        "element. It is not a probability.",
    ),
    h(
      "p",
      {},
      "Share found is the precision at such scores in a test: a fifth of the known list was hidden, and this share of the " +
        "compositions with such a score were hidden ones. Missing means absent from the list, not new.",
    ),
  );
}
