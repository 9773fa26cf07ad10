// Signed values: what is less and what is more than nothing, parted at 0 and marked so that it is read without colours.

import { naturalBreaks } from "./class_breaks.js";
import { keeping } from "./filters.js";
import { SPOTS } from "./labels.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Colours } from "./colours.js"
 * @import { Box, Room } from "./labels.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Pen } from "./view_canvas.js"
 */

// Of a side that is a smaller part of the other one it is not asked which side a value is on, such as of heights.
const LITTLE = 0.01;
const CLASSES = 2;
/** Of classes of less, the much first, and of more, the much last. */
const FILLS = /** @type {const} */ ([["measure-4", "measure-2"], ["land-3", "land-4"]]);
const RADIUS = 5.5;
// Pixels of a unit from which on it has room for a mark.
const ROOMY = 15;

/**
 * Whether it matters on which side of 0 values are.
 * @param {ArrayLike<number>} values NaN where one is unknown.
 */
export function isSigned(values) {
  let [low, high] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    if (values[at] < low) low = values[at];
    else if (values[at] > high) high = values[at];
  }
  return -low > LITTLE * high && high > -LITTLE * low;
}

/**
 * Two classes of what is less and two of what is more, parted at 0, as far as there are such.
 * @param {number[]} known
 */
export function breaksAround(known) {
  const [less, more] = [known.filter((one) => one < 0), known.filter((one) => one > 0)];
  return [...naturalBreaks(less, CLASSES), ...(less.length && more.length ? [0] : []), ...naturalBreaks(more, CLASSES)];
}

/**
 * Names of colours of classes so parted: blue for less, brown for more; the darker the more that is.
 * @param {number[]} breaks
 */
export function fillsAround(breaks) {
  const below = breaks.filter((limit) => limit <= 0).length;
  return [...FILLS[0].slice(0, below), ...FILLS[1].slice(-(breaks.length + 1 - below))];
}

/**
 * Which sign a class has: -1, 1, or 0 where it reaches over 0.
 * @param {number[]} breaks
 * @param {number} place
 */
export function signOfClass(breaks, place) {
  if ((breaks[place] ?? Infinity) <= 0) return -1;
  return (breaks[place - 1] ?? -Infinity) >= 0 ? 1 : 0;
}

/**
 * A hollow circle for less, a full one for more.
 * @param {Pen} pen
 * @param {Pick<Colours, "of">} colours
 * @param {number} sign
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @param {number} [alpha] Of its fill.
 */
export function drawCircle(pen, colours, sign, x, y, reach, alpha = 1) {
  const inks = [colours.of("circle"), colours.of("halo")];
  pen.beginPath();
  pen.arc(x, y, reach, 0, 7);
  pen.globalAlpha = alpha;
  pen.fillStyle = inks[sign < 0 ? 1 : 0];
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = inks[sign < 0 ? 0 : 1];
  pen.lineWidth = sign < 0 ? Math.min(1.8, reach / 3) : reach > 4 ? 1.3 : 0.8;
  pen.stroke();
}

/**
 * The minus or plus in such a circle.
 * @param {Pen} pen
 * @param {Pick<Colours, "of">} colours
 * @param {number} sign
 * @param {number} x
 * @param {number} y
 * @param {number} reach Of the circle.
 */
export function drawSignIn(pen, colours, sign, x, y, reach) {
  const arm = Math.min(6, 0.55 * reach);
  pen.beginPath();
  pen.moveTo(x - arm, y);
  pen.lineTo(x + arm, y);
  if (sign > 0) {
    pen.moveTo(x, y - arm);
    pen.lineTo(x, y + arm);
  }
  pen.strokeStyle = colours.of(sign < 0 ? "ink" : "circle-ink");
  pen.lineWidth = Math.max(1.2, Math.min(2, 0.3 * reach));
  pen.setLineDash([]);
  pen.stroke();
}

/**
 * A sign in each unit that has room for it.
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Scene} scene
 * @param {Room} room
 * @param {(unit: number) => number} classOf
 * @param {(unit: number) => number} signOf Below, at or above 0.
 */
export function placeSignsOf(pen, screen, { facts, state, colours }, room, classOf, signOf) {
  const keeps = keeping(facts, state.shown, classOf);
  for (let unit = 0; unit < facts.units.id.length; unit++) {
    const sign = signOf(unit);
    if (!sign || !screen.sees(unit) || !keeps(unit)) continue;
    const [left, top, right, bottom] = screen.box(unit);
    if (Math.min(right - left, bottom - top) < ROOMY) continue;
    const [middleX, middleY] = screen.middle(unit);
    const boxAt = (/** @type {number} */ x, /** @type {number} */ y) =>
      /** @type {Box} */ ([x - RADIUS - 1, y - RADIUS - 1, x + RADIUS + 1, y + RADIUS + 1]);
    const spot = SPOTS.find(([dx, dy], nth) => {
      const [x, y] = [middleX + dx / 2, middleY + dy / 2];
      return room.fits(boxAt(x, y)) && (nth === 0 || screen.holds(unit, x, y));
    });
    if (!spot) continue;
    const [x, y] = [middleX + spot[0] / 2, middleY + spot[1] / 2];
    room.take(boxAt(x, y));
    drawCircle(pen, colours, sign, x, y, RADIUS);
    drawSignIn(pen, colours, sign, x, y, RADIUS);
  }
}
