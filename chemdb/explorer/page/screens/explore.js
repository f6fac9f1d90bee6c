/** The screen Explore: which compositions match, how many, and the first of them. */

import { h } from "../dom.js";

/** @type {import("../router.js").Screen} */
export const exploreScreen = {
  id: "",
  title: "Explore",
  show(root, params) {
    root.append(h("h1", { class: "spoken" }, "Explore"), h("input", { type: "search", value: params.text }));
  },
};
