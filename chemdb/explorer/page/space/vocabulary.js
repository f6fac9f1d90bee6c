/** What the words of a query can refer to in a file. */

/** @import {Meta} from "../types.js" */

/** Other names of element groups. */
const ALIASES = new Map(Object.entries({
  alkali_metal: "alkali", alkaline: "alkaline_earth", alkaline_earth_metal: "alkaline_earth",
  lanthanide: "lanthanoid", actinide: "actinoid", platinum_group_metal: "platinum_group",
  icosagen: "triel", crystallogen: "tetrel",
}));

export class Vocabulary {
  /** @param {Meta} meta */
  constructor(meta) {
    this.elements = meta.elements;
    this.symbols = new Set(meta.elements.map((element) => element.symbol));
    /** @type {Map<string, string[]>} */
    this.groups = new Map(Object.entries(meta.groups).map(([name, symbols]) => [name, [...symbols].sort()]));
    this.sources = meta.sources.map((source) => source.name);
    this.nelements = meta.limits.nelements;
    this.maxFactor = meta.limits.max_factor;
    this.hasEnergies = meta.has_energies;
    /** @type {Map<string, number[]>} */
    this.states = new Map(Object.entries(meta.state_sets.find((set) => set.used)?.states ?? {})
      .map(([symbol, states]) => [symbol, states.map(([state]) => state)]));
  }

  /** The elements of a symbol or element group, sorted; null if the word is neither. @param {string} word @returns {string[] | null} */
  elementsNamed(word) {
    if (this.symbols.has(word)) return [word];
    if (word === "D" || word === "T") return ["H"];
    const name = word.toLowerCase().replaceAll("-", "_");
    for (const spelling of [name, name.replace(/s$/, "")]) {
      const elements = this.groups.get(ALIASES.get(spelling) ?? spelling);
      if (elements) return elements;
    }
    return null;
  }
}
