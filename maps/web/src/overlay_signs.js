// Signs of overlays: a disc with a drawing, which can be told without its colour.

import { drawn } from "./dom.js";

/**
 * @import { Colours } from "./colours.js"
 * @import { Sign } from "./page_model.d.ts"
 * @import { Pen } from "./view_canvas.js"
 */

export const SIGN_RADIUS = 8;
const DRAWING = 0.86;
const RIM = 1.2;

/** @type {WeakMap<typeof Path2D, Map<string, Path2D>>} What a pen of SVG fills is of another kind than what a canvas does. */
const DRAWINGS = new WeakMap();

/** @param {string} path */
function drawingOf(path) {
  const drawings = DRAWINGS.get(Path2D) ?? new Map();
  DRAWINGS.set(Path2D, drawings);
  const drawing = drawings.get(path) ?? new Path2D(path);
  drawings.set(path, drawing);
  return drawing;
}

/**
 * @param {Pen} pen
 * @param {Colours} colours
 * @param {Sign} sign
 * @param {number} x
 * @param {number} y
 */
export function drawSign(pen, colours, sign, x, y) {
  const ink = colours.dark ? sign.dark : sign.light;
  pen.save();
  pen.translate(x, y);
  pen.beginPath();
  pen.arc(0, 0, SIGN_RADIUS, 0, 7);
  pen.fillStyle = colours.of("panel");
  pen.fill();
  pen.lineWidth = RIM;
  pen.strokeStyle = pen.fillStyle = ink;
  pen.stroke();
  pen.scale(DRAWING, DRAWING);
  pen.fill(drawingOf(sign.path));
  pen.restore();
}

/**
 * The same for the legend and for lines of text.
 * @param {Sign} sign
 * @param {number} size
 */
export function signPicture(sign, size = 20) {
  const picture = drawn(
    "svg",
    { class: "zp-sign", width: size, height: size, viewBox: "-10 -10 20 20", "aria-hidden": "true" },
    drawn("circle", { r: SIGN_RADIUS }),
    drawn("path", { d: sign.path, transform: `scale(${DRAWING})` }),
  );
  picture.style.setProperty("--on-light", sign.light);
  picture.style.setProperty("--on-dark", sign.dark);
  return picture;
}
