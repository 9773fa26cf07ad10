// Histograms: how the values of all units lie, as bars on a scale.

import { drawn } from "./dom.js";

/**
 * @typedef {object} Scale A linear one, or one of roots where values are many times apart.
 * @property {number} low
 * @property {number} high
 * @property {(value: number) => number} place From 0 to 1.
 * @property {(place: number) => number} value The other way round.
 */

// Values are many times apart where half of them lie in so small a part of their range; roots pull them apart.
const CROWDED = 0.12;
const ROOT = 0.4;

/**
 * A linear scale, or one of roots where most values would lie in one bar.
 * @param {number[]} values
 * @returns {Scale}
 */
export function spreadScale(values) {
  const plain = scaleFor(values);
  const sorted = [...values].sort((a, b) => a - b);
  if (plain.low < 0 || plain.place(sorted[sorted.length >> 1]) > CROWDED) return plain;
  return {
    ...plain,
    place: (value) => plain.place(value) ** ROOT,
    value: (place) => plain.value(place ** (1 / ROOT)),
  };
}

/**
 * @param {number[]} values
 * @returns {Scale}
 */
export function scaleFor(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
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
