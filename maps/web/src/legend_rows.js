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
 * @param {boolean} [row.off] What it tells of is not on the map.
 * @param {() => void} [row.press] Without it the row only tells.
 */
export function legendRow({ picture, title, figure, pressed = false, faded = false, off = false, press }) {
  const parts = [picture, node("span", { class: "zp-said" }, title), " ", node("span", { class: "zp-number" }, figure)];
  const look = `zp-row${faded ? " zp-faded" : ""}${off ? " zp-off" : ""}`;
  if (!press) return node("div", { class: look }, parts);
  const settings = { type: "button", class: look, "aria-pressed": String(pressed), on: { click: press } };
  return node("button", settings, parts);
}

/**
 * @param {string} colour Of CSS.
 * @param {number} [sign] In a circle as on the map: a minus below 0, a plus above.
 */
export function colourBox(colour, sign = 0) {
  const look = sign ? ` zp-gets-${sign < 0 ? "less" : "more"}` : "";
  const box = node("i", { class: `zp-box${look}`, "aria-hidden": "true" });
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

/**
 * A choice of one of several.
 * @param {string} label
 * @param {{ key: string, title: string, group?: string }[]} options Those of a group one after another.
 * @param {string} chosen
 * @param {(key: string) => void} choose
 */
export function chooser(label, options, chosen, choose) {
  const optionOf = (/** @type {{ key: string, title: string }} */ { key, title }) =>
    node("option", { value: key, selected: key === chosen }, title);
  const groups = [...new Set(options.map(({ group = "" }) => group))];
  const box = node(
    "select",
    { "aria-label": label, class: "zp-choice" },
    groups.map((group) => {
      const own = options.filter((one) => (one.group ?? "") === group).map(optionOf);
      return group ? node("optgroup", { label: group }, own) : own;
    }),
  );
  box.addEventListener("change", () => choose(box.value));
  return box;
}
