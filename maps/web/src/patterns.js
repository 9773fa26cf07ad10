// Pens: hatches, dots and lines, the same on the map and in the legend.

/**
 * @import { DesignationLayer, Hatch } from "./page_model.d.ts"
 *
 * @typedef {CanvasRenderingContext2D} Pen
 * @typedef {{ colour?: string, width?: number, dashes?: number[], edge?: number }} Stroke
 */

export const INK = "#1c1917";

/**
 * A tile of parallel dark lines on white bands.
 * @param {Pen} context
 * @param {Hatch} hatching
 * @param {number} ratio
 */
export function hatch(context, { angle_deg: angle, spacing_px: spacing }, ratio) {
  const diagonal = angle % 90 !== 0;
  const side = Math.round((diagonal ? spacing * Math.SQRT2 : spacing) * ratio);
  const { tile, pen } = square(side);
  const stroke = (/** @type {string} */ colour, /** @type {number} */ width) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width * ratio;
    pen.beginPath();
    for (const shift of diagonal ? [-side, 0, side] : [0]) {
      if (angle === 45) line(pen, shift - side, side * 2, shift + side * 2, -side);
      else if (angle === 135) line(pen, shift - side, -side, shift + side * 2, side * 2);
      else if (angle === 90) line(pen, side / 2, 0, side / 2, side);
      else line(pen, 0, side / 2, side, side / 2);
    }
    pen.stroke();
  };
  stroke("rgba(255,255,255,.75)", 2.6);
  stroke("#111", 1);
  return filling(context, tile, ratio);
}

/** Half the width and half the height of each form of dot. */
const DOT_SIZES = { round: [1.5, 1.5], square: [1.4, 1.4], dash: [2.4, 0.9], bar: [0.9, 2.4] };

/**
 * A tile of dots in the colour of a layer, each in a white ring, and of a form of its own, so that colour is not all.
 * @param {Pen} context
 * @param {Pick<DesignationLayer, "colour" | "dot">} layer
 * @param {number} ratio
 */
export function dots(context, { colour, dot }, ratio) {
  const side = Math.round(7 * ratio);
  const [wide, high] = DOT_SIZES[dot].map((half) => half * ratio);
  const { tile, pen } = square(side);
  for (const { fill, around } of [
    { fill: "rgba(255,255,255,.85)", around: 0.75 * ratio },
    { fill: colour, around: 0 },
  ]) {
    const [x, y] = [wide + around, high + around];
    pen.fillStyle = fill;
    pen.beginPath();
    if (dot === "round") pen.arc(side / 2, side / 2, x, 0, 7);
    else pen.rect(side / 2 - x, side / 2 - y, 2 * x, 2 * y);
    pen.fill();
  }
  return filling(context, tile, ratio);
}

/**
 * The outline of a layer of dots.
 * @param {Pick<DesignationLayer, "colour">} layer
 */
export function dottedEdge({ colour }) {
  return { colour, width: 1.4, edge: 0.8 };
}

/** @param {number} side */
function square(side) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  return { tile, pen: penOf(tile) };
}

/** @param {HTMLCanvasElement} canvas */
export function penOf(canvas) {
  return /** @type {Pen} */ (canvas.getContext("2d"));
}

/**
 * @param {Pen} context
 * @param {HTMLCanvasElement} tile
 * @param {number} ratio
 */
function filling(context, tile, ratio) {
  const pattern = /** @type {CanvasPattern} */ (context.createPattern(tile, "repeat"));
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

/**
 * @param {Pen | Path2D} pen
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
export function line(pen, x0, y0, x1, y1) {
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
}

/**
 * A line with a white edge on both sides, so that it is seen on every fill.
 * @param {Pen} context
 * @param {Path2D} path
 * @param {Stroke} stroke
 */
export function cased(context, path, { colour = INK, width = 1, dashes = [], edge = 1.4 }) {
  context.lineJoin = context.lineCap = "round";
  context.setLineDash([]);
  context.strokeStyle = "rgba(255,255,255,.9)";
  context.lineWidth = width + 2 * edge;
  context.stroke(path);
  context.setLineDash(dashes.map((length) => length * Math.max(1, width)));
  if (dashes.length) context.lineCap = "butt";
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
  context.setLineDash([]);
}

/**
 * A unit that waits for somebody: a ring. One that hangs on what was assumed: an open diamond. One that planners
 * decided: a square.
 * @param {Pen} context
 * @param {string} kind
 * @param {number} x
 * @param {number} y
 * @param {number} thin
 */
export function mark(context, kind, x, y, thin = 1) {
  context.beginPath();
  if (kind === "waiting") context.arc(x, y, 4.2 * thin, 0, 7);
  else if (kind === "assumed") diamond(context, x, y, 5 * thin);
  else context.rect(x - 3.5 * thin, y - 3.5 * thin, 7 * thin, 7 * thin);
  const open = kind !== "decision";
  context.fillStyle = open ? "#fff" : INK;
  context.strokeStyle = open ? INK : "#fff";
  context.lineWidth = (open ? 1.8 : 1.4) * thin;
  context.fill();
  context.stroke();
}

/**
 * @param {Pen | Path2D} path
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 */
export function diamond(path, x, y, reach) {
  path.moveTo(x, y - reach);
  path.lineTo(x + reach, y);
  path.lineTo(x, y + reach);
  path.lineTo(x - reach, y);
  path.closePath();
}

/**
 * @param {Pen} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function bubble(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = "#1f5f8b"; // opaque: over a dark zone it would be another colour than in the legend
  context.strokeStyle = "#fff";
  context.lineWidth = 1.6;
  context.fill();
  context.stroke();
}

/**
 * A small picture for the legend.
 * @param {(context: Pen, width: number, height: number, ratio: number) => void} draw
 * @param {number} width
 * @param {number} height
 */
export function swatch(draw, width = 26, height = 15) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute("aria-hidden", "true");
  const context = penOf(canvas);
  context.scale(ratio, ratio);
  draw(context, width, height, ratio);
  return canvas;
}

/** @param {(context: Pen, ratio: number) => string | CanvasPattern} fillOf */
export function box(fillOf) {
  return swatch((context, width, height, ratio) => {
    context.fillStyle = "#fff";
    context.fillRect(0.5, 0.5, width - 1, height - 1);
    context.fillStyle = fillOf(context, ratio);
    context.fillRect(0.5, 0.5, width - 1, height - 1);
    context.strokeStyle = INK;
    context.lineWidth = 0.8;
    context.strokeRect(0.5, 0.5, width - 1, height - 1);
  });
}

/**
 * What a zone is drawn with: the fill of a main function, the hatch of an overlay.
 * @param {Pen} context
 * @param {{ fill: string | null, hatch: Hatch | null }} zone
 * @param {number} ratio
 */
export function zoneFilling(context, zone, ratio) {
  return zone.hatch ? hatch(context, zone.hatch, ratio) : (zone.fill ?? "");
}

/** @param {{ fill: string | null, hatch: Hatch | null }} zone */
export function zoneBox(zone) {
  return box((context, ratio) => zoneFilling(context, zone, ratio));
}
