// Gauges: the value of a unit against the limit of a test, among the values of all units.

import { drawn, node } from "./dom.js";
import { bars, binned, evenScale } from "./histogram.js";

/**
 * @import { Gauge } from "./verdict.js"
 * @import { Speech } from "./speech.js"
 * @import { Scale } from "./histogram.js"
 */

const BINS = 34;
const HEIGHT = 20;
const WIDTH = 340;
// A pile of zeros above this part of all units is left out, lest it makes all other bars flat.
const PILE = 0.08;

/** @type {WeakMap<(number | null)[], { scale: Scale, bins: number[] }>} */
const laidOut = new WeakMap();

/**
 * @param {(number | null)[]} values
 * @param {number} limit
 */
function layout(values, limit) {
  let known = laidOut.get(values);
  if (!known) {
    const numbers = values.filter((value) => value !== null);
    const piled = numbers.filter((value) => value === 0).length > PILE * numbers.length;
    const shown = piled ? numbers.filter((value) => value !== 0) : numbers;
    const scale = evenScale([...numbers, limit]);
    laidOut.set(values, (known = { scale, bins: binned(shown, scale, BINS) }));
  }
  return known;
}

/**
 * Whether a test is met, by a sign and in words; nothing where that is not known.
 * @param {Pick<Gauge, "passed">} gauge
 * @param {Speech} speech
 */
export function passedSaid({ passed }, { words }) {
  if (passed === null) return null;
  const sign = node("span", { "aria-hidden": "true" }, passed ? "✓ " : "✗ ");
  return node("span", { class: "zp-met" }, sign, passed ? words.test_met : words.test_not_met);
}

/**
 * @param {Gauge} gauge
 * @param {string} colour Of the zone that the test claims for.
 * @param {Speech} speech
 */
export function gaugePicture(gauge, colour, speech) {
  const { title, valueText, needs, value, values, limit, operator, passed, isTruth } = gauge;
  const look = passed ? "zp-gauge zp-passed" : "zp-gauge";
  // of a yes or no, whether it is met says what it needs
  const told = isTruth ? " · " : ` · ${needs} `;
  const line = node("p", {}, node("span", {}, title), node("span", {}, node("b", {}, valueText), told, passedSaid(gauge, speech)));
  if (isTruth) return node("div", { class: look }, line);
  const { scale, bins } = layout(values, limit);
  const at = scale.place(limit);
  const percent = (/** @type {number} */ place) => `${(100 * place).toFixed(2)}%`;
  const passing = node("i", { class: "zp-passing" });
  passing.style.background = colour;
  if (operator.startsWith(">")) passing.style.left = percent(at);
  else if (operator.startsWith("<")) passing.style.right = percent(1 - at);
  const tick = node("i", { class: "zp-limit" });
  tick.style.left = percent(at);
  const dot = node("i", { class: "zp-dot", hidden: value === null });
  dot.style.left = `clamp(6px, ${percent(scale.place(value ?? 0))}, calc(100% - 6px))`;
  if (passed) dot.style.background = colour;
  const compared = operator.startsWith(">") || operator.startsWith("<");
  return node(
    "div",
    { class: look },
    line,
    node(
      "div",
      { class: "zp-gauge-bar", "aria-hidden": "true" },
      drawn(
        "svg",
        { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" },
        bars(bins, { width: WIDTH, height: HEIGHT, colour: () => "var(--rule-2)" }),
      ),
      compared ? passing : null,
      tick,
      dot,
    ),
  );
}
