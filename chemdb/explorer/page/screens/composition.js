/** The screen Composition: why it is allowed or not, what is known near it, and its place in its system. */

import { fill, h, spoken } from "../parts/dom.js";
import { KNOWN } from "../figures/marks.js";
import { systemFigure } from "../figures/system.js";
import { categoryNode, formulaNode, speciesNode, share, thousands } from "../parts/formula_text.js";
import { counted } from "../messages.js";
import { fragment, go } from "../router.js";
import { compositionLink, entryLink, materialLink, systemLink } from "../parts/table.js";
import { systemPoints } from "./system_points.js";

/** @typedef {import("../types.js").Composition} Composition */
/** @typedef {import("../types.js").Client} Client */
/** @typedef {import("../types.js").Source} Source */

const NONE = "\u2013";
/** Analogues that are listed before the rest is asked for. */
const SHOWN = 10;

/** @type {Record<string, string>} */
const SENTENCES = {
  standard: "The rule allows it, and it is known.",
  missing: "The rule allows it, but it is not in the known list of this file.",
  interesting: "It is known, although the rule forbids it.",
  unlikely: "The rule forbids it, and it is not in the known list of this file.",
};

/** @type {() => void} */
let stop = () => {};
let asked = 0;

/** @type {import("../router.js").Screen} */
export const compositionScreen = {
  id: "composition",
  title: "Composition",
  show(root, params, client) {
    const input = h("input", {
      type: "text",
      id: "formula",
      value: params.text,
      placeholder: "LiFePO4",
      autocomplete: "off",
      spellcheck: false,
      "aria-describedby": "formula-error",
    });
    const error = h("p", { class: "error", id: "formula-error", role: "alert" });
    const answer = h("div", {});
    const ask = (/** @type {Event} */ event) => {
      event.preventDefault();
      go(fragment("composition", input.value.trim()));
    };
    const form = h(
      "form",
      { class: "bar ask", onsubmit: ask },
      h("label", { for: "formula" }, "Formula"),
      input,
      h("button", { class: "button" }, "Explain"),
    );
    root.append(form, error, answer);
    if (params.text) showComposition(answer, error, params.text, client);
    else fill(answer, examples());
  },
  hide() {
    asked += 1;
    stop();
  },
};

function examples() {
  const formulas = ["LiFePO4", "LiZnO2", "Fe3O4", "LiZnO4", "SrCuP2O7"];
  return h(
    "p",
    { class: "soft" },
    "Why is a composition allowed or not? For example ",
    formulas.flatMap((formula, i) => [i ? ", " : null, compositionLink(formula)]),
    ".",
  );
}

/**
 * @param {HTMLElement} answer
 * @param {HTMLElement} error
 * @param {string} formula
 * @param {Client} client
 */
async function showComposition(answer, error, formula, client) {
  stop();
  stop = () => {};
  const number = ++asked;
  answer.setAttribute("aria-busy", "true");
  try {
    const [composition, meta] = await Promise.all([client.composition(formula), client.meta]);
    if (number !== asked) return;
    const place = composition.in_space ? placeInSystem(composition, client) : null;
    fill(
      answer,
      heading(composition, meta.limits),
      h(
        "div",
        { class: "columns" },
        h("div", {}, rule(composition), verdicts(composition), entries(composition, meta.sources), near(composition, meta.sources)),
        h("div", {}, place, suggestion(composition, meta.sources)),
      ),
      command(composition.formula),
    );
  } catch (reason) {
    if (number === asked) error.textContent = /** @type {Error} */ (reason).message;
  } finally {
    answer.removeAttribute("aria-busy");
  }
}

/**
 * @param {Composition} composition
 * @param {import("../types.js").Meta["limits"]} limits
 */
function heading(composition, limits) {
  const { category, chemsys, nelements, natoms, outside_because: outside } = composition;
  return h(
    "header",
    { class: "composition" },
    h("h1", {}, formulaNode(composition.formula), " ", categoryNode(category)),
    h("p", { class: "lead" }, SENTENCES[category]),
    h(
      "p",
      { class: "soft" },
      "System ",
      limits.nelements.includes(nelements) ? systemLink(chemsys) : chemsys,
      `, ${natoms} atoms, anonymous formula `,
      formulaNode(composition.formula_anonymous),
      ".",
    ),
    outside ? h("p", { class: "note" }, `Outside the enumerated space of this file: ${outside}.`) : null,
  );
}

/** @param {Composition} composition */
function rule(composition) {
  const { forbidden, witnesses, n_witnesses: n } = composition;
  if (forbidden) {
    return section(
      "Why it is forbidden",
      h("p", {}, withSpecies(`${forbidden.because[0].toUpperCase()}${forbidden.because.slice(1)}.`)),
    );
  }
  const rest = n - witnesses.length;
  return section(
    "Oxidation states",
    h(
      "p",
      { class: "soft" },
      n === 1
        ? "One choice is neutral, with each cation less electronegative than each anion:"
        : `${thousands(n)} choices are neutral, with each cation less electronegative than each anion; the most common first:`,
    ),
    h("ol", { class: "witnesses" }, witnesses.map((witness) => h("li", {}, speciesList(witness)))),
    rest > 0 ? h("p", { class: "soft" }, `and ${thousands(rest)} more`) : null,
  );
}

/**
 * Return a text in which charges are superscripts, and minus signs are not hyphens.
 *
 * @param {string} text
 */
function withSpecies(text) {
  return text
    .replace(/ -(?=\d)/g, " \u2212")
    .split(/((?<![A-Za-z])[A-Z][a-z]?\d*[+-])(?=[ ;.)]|$)/)
    .map((part, i) => (i % 2 ? speciesNode(part) : part));
}

/** @param {string} text */
function speciesList(text) {
  return h("span", { class: "species" }, text.split(" ").map((species) => speciesNode(species)));
}

/** @param {Composition} composition */
function verdicts({ verdicts: all, all_metal: isMetal }) {
  return section(
    "By oxidation-state set",
    grid(
      "Result by oxidation-state set",
      ["Set", "Allowed", "Choices", "Most common", "Mixed valence", ...(isMetal ? ["Alloy"] : [])],
      all.map((verdict) => [
        [verdict.oxidation_state_set, verdict.used ? h("span", { class: "soft" }, " (this file)") : null],
        yesOrNo(verdict.allowed),
        verdict.n_witnesses === null ? NONE : thousands(verdict.n_witnesses),
        verdict.witness ? speciesList(verdict.witness) : NONE,
        verdict.mixed_valence_witness ? h("span", {}, "yes: ", withSpecies(verdict.mixed_valence_witness)) : yesOrNo(verdict.with_mixed_valence),
        ...(isMetal ? [yesOrNo(verdict.with_alloys)] : []),
      ]),
    ),
  );
}

/** @param {boolean | null} answer */
function yesOrNo(answer) {
  return answer === null ? NONE : answer ? "yes" : "no";
}

/**
 * @param {Composition} composition
 * @param {Source[]} sources
 */
function entries({ entries: all, n_entries: n }, sources) {
  if (!n) return null;
  const hasEnergies = all.some((entry) => entry.energy_above_hull !== null);
  return section(
    n === 1 ? "Known entry" : `${thousands(n)} known entries`,
    grid(
      "Known entries",
      ["Entry", "Source", "As written there", ...(hasEnergies ? ["Above hull, eV/atom"] : [])],
      all.map((entry) => [
        materialLink(entry.material_id, entry.source, sources),
        entry.source,
        formulaNode(entry.formula_given),
        ...(hasEnergies ? [energy(entry.energy_above_hull)] : []),
      ]),
    ),
    n > all.length ? h("p", { class: "soft" }, `The ${all.length} most stable ones.`) : null,
  );
}

/** @param {number | null} value */
function energy(value) {
  return value === null ? NONE : value.toFixed(3);
}

/**
 * @param {Composition} composition
 * @param {Source[]} sources
 */
function suggestion({ score, share_found: found, analogues }, sources) {
  if (score === null) return null;
  const worth =
    found === null
      ? null
      : h(
          "p",
          { class: "soft" },
          `Precision at such scores: ${share(found, 1)}, with a fifth of the known list hidden. A score is not a probability.`,
        );
  const heaviest = Math.max(...analogues.map((analogue) => Math.abs(analogue.weight)), 0.001);
  const table = (/** @type {typeof analogues} */ some) =>
    grid(
      "Analogues",
      ["Analogue", "Substitution", "Weight", "Entry"],
      some.map((analogue) => [
        compositionLink(analogue.formula),
        `${analogue.replaced_by} for ${analogue.element}`,
        bar(analogue.weight, heaviest),
        entryLink(analogue.material_id, sources),
      ]),
    );
  const rest = analogues.slice(SHOWN);
  return section(
    "Suggestion score",
    h(
      "p",
      {},
      "Score ",
      h("strong", { class: "score" }, score.toFixed(3)),
      analogues.length
        ? `: the sum of the weights of ${analogues.length === 1 ? "one known composition that differs" : `${thousands(analogues.length)} known compositions that differ`} by one element.`
        : ": no known composition differs by one element only.",
    ),
    worth,
    analogues.length ? table(analogues.slice(0, SHOWN)) : null,
    rest.length
      ? h("details", {}, h("summary", {}, counted(rest.length, "more analogue")), table(rest))
      : null,
  );
}

/**
 * Return a number with a bar of its size.
 *
 * @param {number} value
 * @param {number} most
 */
export function bar(value, most) {
  const length = Math.max(0, value / most);
  return h("span", { class: "weight" }, value.toFixed(3), h("span", { class: "length", css: { "--length": length.toFixed(3) } }));
}

/**
 * @param {Composition} composition
 * @param {Source[]} sources
 */
function near({ neighbours, substitutions }, sources) {
  return [
    neighbours.length
      ? section(
          "Known in the same system",
          grid(
            "Known compositions of the same system",
            ["Composition", "Atoms that differ", "Entry"],
            neighbours.map((each) => [
              compositionLink(each.formula),
              share(each.distance, 1),
              entryLink(each.material_id, sources),
            ]),
          ),
        )
      : null,
    substitutions.length
      ? section(
          "Known with one element replaced",
          h("p", { class: "soft" }, "By another that can have the same oxidation state, the chemically closest first."),
          grid(
            "Known compositions with one element replaced",
            ["Composition", "Replaces", "By", "Group", "Entry"],
            substitutions.map((each) => [
              compositionLink(each.formula),
              each.replaced,
              speciesNode(each.species),
              each.same_group ? "same" : "other",
              entryLink(each.material_id, sources),
            ]),
          ),
        )
      : null,
  ];
}

/**
 * @param {Composition} composition
 * @param {Client} client
 */
function placeInSystem({ chemsys, formula }, client) {
  const place = section("Its place in the system", h("p", { class: "soft" }, "Loading…"));
  const show = async () => {
    const { elements, points } = await systemPoints(chemsys, client);
    const figure = systemFigure(elements, { onOpen: (point) => go(fragment("composition", point.formula)) });
    // In a tetrahedron thousands of others would hide it.
    const isCrowded = elements.length === 4;
    figure.show(isCrowded ? points.filter((point) => KNOWN.includes(point.category) || point.formula === formula) : points);
    figure.mark(formula);
    stop = figure.stop;
    fill(
      place,
      h("h2", {}, "Its place in the system"),
      figure.node,
      h(
        "p",
        { class: "soft" },
        formulaNode(formula),
        isCrowded ? " is ringed among the known compositions. " : " is ringed. ",
        systemLinkTo(chemsys),
      ),
    );
  };
  show().catch(() => place.remove());
  return place;
}

/** @param {string} chemsys */
function systemLinkTo(chemsys) {
  return h("a", { href: fragment("system", chemsys) }, `All compositions of ${chemsys}`);
}

/** @param {string} formula */
function command(formula) {
  return h("p", { class: "soft" }, "The same on the command line: ", h("code", {}, `chemdb explain ${formula}`));
}

/**
 * @param {string} title
 * @param {...(Node | null)} children
 */
function section(title, ...children) {
  return h("section", {}, h("h2", {}, title), children);
}

/**
 * Return a small table.
 *
 * @param {string} caption
 * @param {string[]} titles
 * @param {any[][]} rows
 */
function grid(caption, titles, rows) {
  const [first, ...others] = titles;
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      { class: "rows small" },
      h("caption", {}, spoken(caption)),
      h("thead", {}, h("tr", {}, [first, ...others].map((title) => h("th", { scope: "col" }, title)))),
      h(
        "tbody",
        {},
        rows.map(([head, ...cells]) =>
          h("tr", {}, h("th", { scope: "row" }, head), cells.map((cell) => h("td", {}, cell))),
        ),
      ),
    ),
  );
}
