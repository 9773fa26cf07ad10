// Histograms: how the values of all units lie, as bars on a scale.

import { drawn } from "./dom.js";

/**
 * @import { Child } from "./dom.js"
 *
 * @typedef {object} Scale
 * @property {number} low
 * @property {number} high
 * @property {(value: number) => number} place From 0 to 1.
 * @property {(place: number) => number} value The other way round.
 */

// From here on values crowd at one end.
const SKEWED = 1;

/** Ways to lay values out on a line: each to and from where it is even. */
const WAYS = {
  linear: { to: (/** @type {number} */ value) => value, from: (/** @type {number} */ place) => place },
  root: { to: Math.sqrt, from: (/** @type {number} */ place) => place * place },
  log: { to: (/** @type {number} */ value) => Math.log1p(value), from: (/** @type {number} */ place) => Math.expm1(place) },
};

/**
 * A scale on which values do not crowd at one end: the straight one, else that of roots, else that of logarithms.
 * @param {number[]} values
 * @returns {Scale}
 */
export function evenScale(values) {
  const [least, most] = ends(values);
  const unit = least >= 0 ? smallest(values) : 1;
  const ways = least >= 0 ? [WAYS.linear, WAYS.root, WAYS.log] : [WAYS.linear];
  const skews = ways.map(({ to }) => Math.abs(skewness(values.map((value) => to(value / unit)))));
  const plain = skews.findIndex((skew) => skew < SKEWED);
  const { to, from } = ways[plain < 0 ? skews.indexOf(Math.min(...skews)) : plain];
  const scale = scaleFor(values.map((value) => to(value / unit)));
  return {
    low: least,
    high: most,
    place: (value) => scale.place(to(Math.max(value, least) / unit)),
    value: (place) => from(scale.value(place)) * unit,
  };
}

/**
 * The least and the largest of some values, which may be more than a function takes.
 * @param {number[]} values
 */
function ends(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

/**
 * The smallest value above 0, at which logarithms begin.
 * @param {number[]} values
 */
function smallest(values) {
  const positive = values.filter((value) => value > 0);
  return positive.length ? ends(positive)[0] : 1;
}

/** @param {number[]} values */
function skewness(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const moment = (/** @type {number} */ power) =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  const spread = moment(2);
  return spread > 0 ? moment(3) / spread ** 1.5 : 0;
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
