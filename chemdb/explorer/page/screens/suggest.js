/** The screen Suggest: the missing compositions of a query that the known ones suggest, with the reasons. */

import { fill, h } from "../dom.js";
import { formulaNode, share, speciesNode, thousands } from "../formula_text.js";
import { fragment, go } from "../router.js";
import { compositionLink, materialLink, systemLink } from "../table.js";
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
      class: "query",
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
    const offset = (page - 1) * PER_PAGE;
    const suggestions = await client.suggestions(text, { limit: PER_PAGE, offset });
    if (number !== asked) return;
    fill(answer, ...view(suggestions, meta.known, text, page));
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
 * @param {string} known
 * @param {string} text
 * @param {number} page
 */
function view({ rows, total, complete, command }, known, text, page) {
  const heaviest = Math.max(...rows.map((row) => row.score), 0.001);
  const last = Math.ceil(total / PER_PAGE);
  return [
    h(
      "p",
      { class: "soft" },
      rows.length ? `${thousands(rows[0].rank)} to ${thousands(rows[rows.length - 1].rank)} of ${thousands(total)} suggestions. ` : null,
      `Learned from ${known}.`,
    ),
    rows.length
      ? h(
          "ol",
          { class: "suggestions", start: rows[0].rank },
          rows.map((row) => item(row, heaviest)),
        )
      : h("p", {}, complete ? "No composition matches." : "None of the stored suggestions matches."),
    pager(text, page, last),
    complete
      ? null
      : h(
          "p",
          { class: "note" },
          "This page has the 10,000 best suggestions of each number of elements. All others are ranked by ",
          h("code", {}, command),
        ),
    meaning(),
  ];
}

/**
 * @param {Suggestion} row
 * @param {number} heaviest
 */
function item(row, heaviest) {
  const rest = row.n_analogues - row.analogues.length;
  return h(
    "li",
    { value: row.rank },
    h(
      "div",
      { class: "suggestion" },
      h(
        "p",
        { class: "what" },
        h("span", { class: "rank", "aria-hidden": "true" }, row.rank),
        h("strong", {}, compositionLink(row.formula)),
        row.species
          ? h("span", { class: "species soft" }, row.species.map((species) => speciesNode(species)))
          : null,
      ),
      h(
        "dl",
        { class: "worth" },
        h("div", {}, h("dt", {}, "score"), h("dd", {}, bar(row.score, heaviest))),
        h(
          "div",
          {},
          h("dt", {}, "share found"),
          h("dd", {}, row.share_found === null ? NONE : share(row.share_found, 1)),
        ),
        h("div", {}, h("dt", {}, "known in "), h("dd", {}, systemLink(row.chemsys), `: ${thousands(row.n_known)}`)),
      ),
      h(
        "p",
        { class: "because soft" },
        row.analogues.length ? "like " : "no known composition differs by one element only",
        row.analogues.slice(0, 3).flatMap((analogue, i) => [
          i ? ", " : null,
          h("a", { href: fragment("composition", analogue.formula) }, formulaNode(analogue.formula)),
          ` (${analogue.replaced_by} for ${analogue.element}`,
          analogue.material_id ? [", ", materialLink(analogue.material_id)] : null,
          ")",
        ].flat()),
        rest > 0 ? ` and ${thousands(rest)} more` : null,
      ),
    ),
  );
}

/**
 * @param {string} text
 * @param {number} page
 * @param {number} last
 */
function pager(text, page, last) {
  if (last < 2) return null;
  /** @param {number} to @param {string} name */
  const link = (to, name) =>
    to < 1 || to > last
      ? h("span", { class: "button", "aria-disabled": "true" }, name)
      : h("a", { class: "button", href: fragment("suggest", text, { page: to === 1 ? null : to }) }, name);
  return h(
    "nav",
    { class: "bar", "aria-label": "Pages" },
    link(page - 1, "Previous"),
    h("span", { class: "soft" }, `page ${thousands(page)} of ${thousands(last)}`),
    link(page + 1, "Next"),
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
      "It is the sum of substitution weights over all known analogues: how often the one element takes the place of " +
        "the other in known compositions. It is not a probability.",
    ),
    h(
      "p",
      {},
      "Share found says what it was worth in a test: a fifth of the known list was hidden, and this is the share of the " +
        "compositions with such a score that were hidden ones. Not in the list is not the same as new.",
    ),
  );
}
