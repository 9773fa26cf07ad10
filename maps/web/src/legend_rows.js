// Rows of the legend, which are its control: one that is pressed keeps its units and dims the rest.

import { node } from "./dom.js";

/** @import { Child } from "./dom.js" */

/**
 * @param {object} row
 * @param {Child} row.picture
 * @param {string} row.title
 * @param {string} row.figure
 * @param {boolean} [row.pressed]
 * @param {boolean} [row.faded] Another row is pressed.
 * @param {() => void} [row.press] Without it the row only tells.
 */
export function legendRow({ picture, title, figure, pressed = false, faded = false, press }) {
  const parts = [picture, node("span", { class: "zp-said" }, title), node("span", { class: "zp-number" }, figure)];
  const look = `zp-row${faded ? " zp-faded" : ""}`;
  if (!press) return node("div", { class: look }, parts);
  const settings = { type: "button", class: look, "aria-pressed": String(pressed), on: { click: press } };
  return node("button", settings, parts);
}

/** @param {string} colour Of CSS. */
export function colourBox(colour) {
  const box = node("i", { class: "zp-box", "aria-hidden": "true" });
  box.style.background = colour;
  return box;
}

/**
 * @param {string} title
 * @param {Child[]} content
 */
export function legendPart(title, ...content) {
  return node("div", { class: "zp-legend-part" }, title ? node("h2", {}, title) : null, ...content);
}

/** @param {string} text */
export function caption(text) {
  return text ? node("p", { class: "zp-caption" }, text) : null;
}
