/** The parts of the pack: from where they come, and what is in them. */

import { decompress } from "../vendor/fzstd.js";

/** @import {PartName} from "../types.js" */

/** The bytes of a part. @param {Uint8Array} compressed @returns {Uint8Array} */
export function unpacked(compressed) {
  return decompress(compressed);
}

/** The value in a part that is JSON. @param {Uint8Array} compressed @returns {any} */
export function unpackedJson(compressed) {
  return JSON.parse(new TextDecoder().decode(decompress(compressed)));
}

/** Whether the parts are in the page itself. @returns {boolean} */
export function isInPage() {
  return document.querySelector("script[data-part]") !== null;
}

/**
 * A part as it was sent: from the page itself, or from the folder `pack` beside it.
 * @param {PartName} name
 * @returns {Promise<Uint8Array>}
 */
export async function fetchPart(name) {
  const response = await fetch(`pack/${name}`);
  if (!response.ok) throw new Error(`pack/${name}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A part that is in the page, as text in base 64. @param {PartName} name @returns {string} */
export function textOfPart(name) {
  const script = document.querySelector(`script[data-part="${name}"]`);
  if (!script?.textContent) throw new Error(`${name} is not in this page`);
  return script.textContent;
}

/** @param {string} text  In base 64 @returns {Uint8Array} */
export function fromBase64(text) {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
