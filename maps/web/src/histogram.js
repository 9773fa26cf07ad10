// Histograms: how the values of all units lie, as bars on a scale.

import { drawn } from "./dom.js";

/**
 * @import { Child } from "./dom.js"
 * @import { MeasureAxis } from "./page_model.d.ts"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {object} Scale
 * @property {number} low
 * @property {number} high
 * @property {(value: number) => number} place From 0 to 1.
 * @property {(place: number) => number} value The other way round.
 */

/**
 * The scale of a measure's axis, as the page has it for every picture of the measure.
 * @param {MeasureAxis} axis
 * @returns {Scale}
 */
export function axisScale({ low, high, is_log }) {
  const [to, from] = is_log ? [Math.log10, (/** @type {number} */ place) => 10 ** place] : [Number, Number];
  const [first, wide] = [to(low), to(high) - to(low) || 1];
  return {
    low,
    high,
    place: (value) => (value <= low ? 0 : Math.min(1, (to(value) - first) / wide)),
    value: (place) => from(first + place * wide),
  };
}

/**
 * An axis that reaches to some values too; itself where it does already.
 * @param {MeasureAxis} axis
 * @param {number[]} values
 * @returns {MeasureAxis}
 */
export function axisReaching(axis, values) {
  const low = axis.is_log ? axis.low : Math.min(axis.low, ...values);
  const high = Math.max(axis.high, ...values);
  return low === axis.low && high === axis.high ? axis : { ...axis, low, high };
}

/**
 * The least and the largest of some values, which may be more than a function takes.
 * @param {number[]} values
 */
function ends(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

/**
 * A straight scale.
 * @param {number[]} values
 * @returns {Scale}
 */
export function scaleFor(values) {
  const [low, high] = ends(values);
  const wide = high - low || 1;
  return {
    low,
    high,
    place: (value) => Math.max(0, Math.min(1, (value - low) / wide)),
    value: (place) => low + place * wide,
  };
}

/**
 * @param {number[]} values
 * @param {Scale} scale
 * @param {number} count
 */
export function binned(values, scale, count) {
  const bins = Array(count).fill(0);
  for (const value of values) bins[Math.min(count - 1, Math.floor(scale.place(value) * count))] += 1;
  return bins;
}

/**
 * What a histogram is drawn on: its axis at the foot of the bars, with room above and below for words.
 * @param {string} said What a reader hears of it.
 * @param {{ width: number, height: number, above: number, below: number }} size
 * @param {...Child} inside
 */
export function histogramOf(said, { width, height, above, below }, ...inside) {
  const box = { width, height: above + height + below, viewBox: `0 ${-above} ${width} ${above + height + below}` };
  return drawn("svg", { class: "zp-histogram", ...box, role: "img", "aria-label": said }, ...inside);
}

/**
 * Words on a histogram.
 * @param {number} x
 * @param {string} anchor
 * @param {number} y
 * @param {string} said
 */
export function tick(x, anchor, y, said) {
  return drawn("text", { x, y, "text-anchor": anchor, class: "zp-tick" }, said);
}

// Pixels that a sign of a tick takes at the most, and that ticks stand apart.
const [SIGN, APART] = [6.5, 8];

/**
 * The numbers that an axis names, as many as fit, with their marks.
 * @param {MeasureAxis} axis
 * @param {{ width: number, height: number }} size Of the bars that stand on it.
 * @param {(value: number) => string} write
 */
export function axisTicks(axis, { width, height }, write) {
  const scale = axisScale(axis);
  let free = -Infinity;
  return axis.ticks.flatMap((value) => {
    const [x, said] = [scale.place(value) * width, write(value)];
    const wide = said.length * SIGN;
    const start = Math.max(0, Math.min(x - wide / 2, width - wide));
    if (start < free) return [];
    free = start + wide + APART;
    return [
      drawn("line", { x1: x, x2: x, y1: height, y2: height + 3, class: "zp-axis" }),
      tick(start + wide / 2, "middle", height + 15, said),
    ];
  });
}

/**
 * What an axis shows, in which unit of measure, and whether equal lengths are equal factors.
 * @param {Speech} speech
 * @param {{ title: string, after: string, axis: MeasureAxis }} measure
 */
export function axisName(speech, { title, after, axis }) {
  const unit = after.trim();
  const called = unit ? speech.say("axis_of", { title, unit }) : title;
  const notes = [axis.is_log ? speech.words.axis_log : "", axis.zeros ? speech.count("axis_zeros", axis.zeros) : ""];
  return notes.filter(Boolean).reduce((said, note) => speech.say("axis_note", { axis: said, note }), called);
}

/**
 * @param {number[]} bins
 * @param {{ width: number, height: number, colour: (bin: number) => string }} look
 */
export function bars(bins, { width, height, colour }) {
  const most = Math.max(1, ...bins);
  const wide = width / bins.length;
  return bins.flatMap((count, bin) => {
    if (!count) return [];
    const high = Math.max(2, (count / most) * height);
    const box = { x: (bin * wide).toFixed(1), y: (height - high).toFixed(1), width: (wide - 1.2).toFixed(1), height: high };
    return [drawn("rect", { ...box, style: `fill:${colour(bin)}`, class: "zp-bin" })];
  });
}
