/** The screen About: what the numbers are made of. */

import { h } from "../dom.js";

/** @type {import("../router.js").Screen} */
export const aboutScreen = {
  id: "about",
  title: "About",
  show(root) {
    root.append(h("h1", {}, "About"));
  },
};
