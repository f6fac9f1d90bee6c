/** The page: navigation, screens, progress. */

import { createClient } from "./client.js";
import { fill, h } from "./parts/dom.js";
import { fragment, registerScreen, registeredScreens, start } from "./router.js";
import { aboutScreen } from "./screens/about.js";
import { compositionScreen } from "./screens/composition.js";
import { exploreScreen } from "./screens/explore.js";
import { mapScreen } from "./screens/map.js";
import { suggestScreen } from "./screens/suggest.js";
import { systemScreen } from "./screens/system.js";

const screens = [exploreScreen, compositionScreen, systemScreen, mapScreen, suggestScreen, aboutScreen];
screens.forEach(registerScreen);

const client = createClient();
const main = /** @type {HTMLElement} */ (document.querySelector("#main"));
const navigation = /** @type {HTMLElement} */ (document.querySelector("#screens"));
const footer = /** @type {HTMLElement} */ (document.querySelector("#known"));
const loading = /** @type {HTMLElement} */ (document.querySelector("#loading"));

const links = registeredScreens().map((screen) => ({
  screen,
  link: h("a", { href: fragment(screen.id) }, screen.title),
}));
fill(navigation, links.map(({ link }) => link));

client.progress(({ fraction }) => {
  fill(loading, fraction < 1 ? `Loading, ${Math.floor(100 * fraction)}%` : null);
});

client.meta.then(({ known }) => fill(footer, `Known: ${known}`), () => fill(loading));

start(main, client, (screen, { text }, moved) => {
  document.title = [text, screen.title, "chemdb"].filter((part) => part !== "").join(" · ");
  for (const each of links) {
    if (each.screen === screen) each.link.setAttribute("aria-current", "page");
    else each.link.removeAttribute("aria-current");
  }
  if (moved) main.focus();
});

addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.closest("input, textarea, select")) return;
  const box = /** @type {HTMLElement | null} */ (main.querySelector("input[type=search], input[type=text]"));
  if (!box) return;
  event.preventDefault();
  box.focus();
});
