/** What the page answers from the pack. */

import { Engine } from "./counts.js";
import { Known } from "./known.js";
import { Rows } from "./rows.js";
import { Space } from "./space.js";

/** @import {Counts, Filter, Meta, PartName, Row, RowOptions} from "./types.js" */
/** @import {PackedKnown} from "./known.js" */

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
  }

  /** Whether enough has been read. @param {string} method @returns {boolean} */
  canAnswer(method) {
    return this.isComplete || (method === "counts" && this.space.layers.size > 0 && [...this.space.layers.values()].every((layer) => layer.setOf.length > 0));
  }

  /** @param {string} method @param {any[]} args @returns {any} */
  answer(method, args) {
    switch (method) {
      case "counts": return this.counts(args[0], args[1]);
      case "rows": return this.rows(args[0], args[1]);
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
}
