/** What the page answers from the pack. */

import { candidates } from "./candidates.js";
import { chemicalSystem } from "./chemical_system.js";
import { Engine } from "../query/counts.js";
import { explain } from "./explain.js";
import { CATEGORY_NAMES } from "../query/filter.js";
import { Known } from "../space/known.js";
import { Rows } from "../query/rows.js";
import { Space } from "../space/space.js";
import { suggestions } from "./suggestions.js";
import { Weights } from "../space/weights.js";

/** @import {Composition, Counts, Filter, Meta, PartName, PointMap, Row, RowOptions, Suggestions, System} from "../types.js" */
/** @import {Candidates} from "./candidates.js" */
/** @import {Knowledge} from "./explain.js" */
/** @import {PackedKnown} from "../space/known.js" */

/** Suggestions that are listed unless more are asked for. */
const DEFAULT_LIMIT = 20;

export class Answers {
  /** @param {Meta} meta @param {PackedKnown} packedKnown @param {(name: PartName) => Promise<any>} readPart */
  constructor(meta, packedKnown, readPart) {
    this.meta = meta;
    this.readPart = readPart;
    this.space = new Space(meta);
    this.known = new Known(packedKnown, this.space, meta);
    this.engine = new Engine(this.space, this.known);
    this.rowReader = new Rows(this.engine, meta.state_sets.find((set) => set.used)?.states ?? {});
    /** Whether all sets have been read. */
    this.isComplete = false;
    /** @type {Promise<Knowledge> | null} */
    this.knowledgeComing = null;
    /** @type {Candidates | null} */
    this.candidates = null;
  }

  /** Whether enough has been read. Scripts get no partial counts. @param {{kind: string, method: string}} request @returns {boolean} */
  canAnswer({ kind, method }) {
    // Known compositions and maps are all that these need.
    if (method === "composition" || method === "map") return true;
    const hasSystems = [...this.space.layers.values()].every((layer) => layer.setOf.length > 0);
    return this.isComplete || (method === "counts" && kind !== "script" && hasSystems);
  }

  /** @param {string} method @param {any[]} args @returns {any} */
  answer(method, args) {
    switch (method) {
      case "counts": return this.counts(args[0], args[1]);
      case "rows": return this.rows(args[0], args[1]);
      case "composition": return this.composition(args[0]);
      case "system": return this.system(args[0]);
      case "suggestions": return this.suggestions(args[0], args[1]);
      case "map": return this.map(args[0]);
      default: throw new Error(`no method ${method}`);
    }
  }

  /** @param {Filter} filter @param {boolean} heat @returns {Counts} */
  counts(filter, heat) {
    return this.engine.counts(filter, heat);
  }

  /** @param {Filter} filter @param {RowOptions} options @returns {Row[]} */
  rows(filter, options) {
    return this.rowReader.rows(filter, options);
  }

  /** What substitutions say is read when it is first needed. @returns {Promise<Knowledge>} */
  knowledge() {
    this.knowledgeComing ??= this.readPart("substitutions").then((packed) => ({
      meta: this.meta,
      known: this.known,
      weights: new Weights(packed, this.space),
    }));
    return this.knowledgeComing;
  }

  /** @param {string} formula @returns {Promise<Composition>} */
  async composition(formula) {
    return explain(formula, await this.knowledge());
  }

  /** @param {string} chemsys @returns {System} */
  system(chemsys) {
    return chemicalSystem(chemsys, this.rowReader);
  }

  /** @param {Filter} filter @param {{limit?: number, offset?: number}} options @returns {Promise<Omit<Suggestions, "command">>} */
  async suggestions(filter, { limit = DEFAULT_LIMIT, offset = 0 }) {
    const knowledge = await this.knowledge();
    this.candidates ??= candidates(this.space, this.known, knowledge.weights);
    return suggestions(filter, { limit, offset }, this.candidates, this.engine, knowledge);
  }

  /** @param {string} id @returns {Promise<PointMap>} */
  async map(id) {
    const title = this.meta.maps.find((map) => map.id === id);
    if (!title) throw new Error(`this file has no map ${id}`);
    const { formula, category, x, y, z } = await this.readPart(/** @type {PartName} */ (`map_${id}`));
    return {
      id,
      title: title.title,
      formulas: formula,
      categories: category.map((/** @type {number} */ number) => CATEGORY_NAMES[number]),
      x: Float32Array.from(x),
      y: Float32Array.from(y),
      z: z && Float32Array.from(z),
    };
  }
}
