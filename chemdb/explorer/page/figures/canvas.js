/** Sharp pixels and the page's colours on a canvas. */

/**
 * Return the context of an empty canvas that is sharp on any screen; sizes are in px of the page.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sharpContext(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.setProperty("width", `${width}px`);
  canvas.style.setProperty("height", `${height}px`);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/**
 * Return a colour of the page as it is now, light or dark.
 *
 * @param {string} name - of the custom property, such as `ink`
 */
export function pageColor(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/**
 * Call back when the page turns light or dark, while a canvas is in it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} draw
 */
export function redrawOnColorChange(canvas, draw) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (canvas.isConnected) draw();
    else dark.removeEventListener("change", follow);
  };
  dark.addEventListener("change", follow);
}

/** Return the font of labels. */
export function labelFont() {
  return `600 15px ${pageColor("sans")}`;
}
