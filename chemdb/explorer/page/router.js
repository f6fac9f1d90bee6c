/**
 * The fragment of the URL, and which screen shows it.
 *
 * `#elements=Li,O missing?page=2` is the query of the first screen and its options; `#/composition/LiFePO4` is a
 * screen by its name and its text.
 */

/**
 * What the fragment says to a screen.
 *
 * @typedef {object} Params
 * @property {string} text - the query, formula, chemical system or map
 * @property {Record<string, string>} options - what follows the question mark
 */

/**
 * @typedef {object} Screen
 * @property {string} id - in the fragment, `#/id/…`; empty for the first screen
 * @property {string} title - in the navigation and the window's title
 * @property {(root: HTMLElement, params: Params, client: import("./types.js").Client) => void} show - fills the empty root
 * @property {(params: Params) => void} [update] - the fragment changed while the screen was shown; without it, the root
 *   is emptied and shown anew
 * @property {() => void} [hide] - another screen follows
 */

/** @type {Screen[]} */
const screens = [];

/**
 * Add a screen; the navigation lists screens in the order in which they were added.
 *
 * @param {Screen} screen
 */
export function registerScreen(screen) {
  screens.push(screen);
}

/** Return all screens. */
export function registeredScreens() {
  return screens;
}

/**
 * Return the fragment that shows a text on a screen, with the leading `#`.
 *
 * @param {string} id
 * @param {string} [text]
 * @param {Record<string, string | number | null>} [options] - those that are empty are left out
 */
export function fragment(id, text = "", options = {}) {
  const kept = Object.entries(options).filter(([, value]) => value !== null && value !== "");
  const after = kept.map(([name, value]) => `${name}=${encoded(String(value))}`).join("&");
  const screen = id === "" ? "" : text === "" ? `/${id}` : `/${id}/`;
  return `#${screen}${encoded(text)}${after === "" ? "" : `?${after}`}`;
}

/**
 * Return the screen's name, text and options in a fragment; anything can stand there, so nothing fails.
 *
 * @param {string} hash - with or without the leading `#`
 * @returns {Params & {id: string}}
 */
export function readFragment(hash) {
  const [before, after] = split(hash.replace(/^#/, ""), "?");
  /** @type {Record<string, string>} */
  const options = {};
  for (const pair of after.split("&").filter((pair) => pair !== "")) {
    const [name, value] = split(pair, "=");
    options[name] = decoded(value);
  }
  if (!before.startsWith("/")) return { id: "", text: decoded(before), options };
  const [id, text] = split(before.slice(1), "/");
  return { id, text: decoded(text), options };
}

/**
 * Go to a fragment.
 *
 * @param {string} hash
 * @param {{replace?: boolean}} [how] - replace the entry in the history rather than add one
 */
export function go(hash, { replace = false } = {}) {
  if (hash === (location.hash || "#")) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  dispatchEvent(new Event("fragment"));
}

/**
 * Show the screen of the fragment, now and after each change.
 *
 * @param {HTMLElement} root
 * @param {import("./types.js").Client} client
 * @param {(screen: Screen, params: Params, moved: boolean) => void} shown - called after each change; moved if another
 *   screen came
 */
export function start(root, client, shown) {
  /** @type {Screen | null} */
  let current = null;
  const follow = () => {
    const { id, text, options } = readFragment(location.hash);
    const screen = screens.find((each) => each.id === id) ?? screens[0];
    const params = { text, options };
    const previous = current;
    if (screen === previous && screen.update) {
      screen.update(params);
    } else {
      previous?.hide?.();
      root.replaceChildren();
      current = screen;
      screen.show(root, params, client);
    }
    shown(screen, params, previous !== null && screen !== previous);
  };
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  addEventListener("fragment", follow);
  follow();
}

/**
 * Keep a text readable: only what a fragment cannot hold, and what separates its parts, is escaped.
 *
 * @param {string} text
 */
function encoded(text) {
  return encodeURIComponent(text).replace(/%(?:2C|3D|3A|2F|40|24|3B|2B|5B|5D)/g, decodeURIComponent);
}

/**
 * @param {string} text
 */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {string} text
 * @param {string} separator
 * @returns {[string, string]}
 */
function split(text, separator) {
  const place = text.indexOf(separator);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + separator.length)];
}
