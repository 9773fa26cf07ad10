// Gauges: the value of a unit against the limit of a test, among the values of all units.

import { drawn, node } from "./dom.js";
import { axisScale, bars, binned } from "./histogram.js";
import { shifted } from "./verdict.js";

/**
 * @import { Gauge } from "./verdict.js"
 * @import { MeasureAxis } from "./page_model.d.ts"
 * @import { Speech } from "./speech.js"
 * @import { Scale } from "./histogram.js"
 */

const BINS = 34;
const HEIGHT = 20;
const WIDTH = 340;

/** @type {WeakMap<MeasureAxis, { scale: Scale, bins: number[] }>} */
const laidOut = new WeakMap();

/** @param {Gauge} gauge */
function layout({ values, axis }) {
  let known = laidOut.get(axis);
  if (!known) {
    const shown = values.filter((value) => value !== null).filter((value) => value || !axis.zeros);
    const scale = axisScale(axis);
    laidOut.set(axis, (known = { scale, bins: binned(shown, scale, BINS) }));
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
 * The numbers that the axis of a gauge names, and whether equal lengths are equal factors, drawn as the bars are.
 * @param {Gauge} gauge
 * @param {Scale} scale
 * @param {Speech} speech
 */
function axisOf(gauge, scale, speech) {
  const { axis, shift } = gauge;
  const ticks = axis.ticks.map((value) => {
    const text = speech.exact.format(shifted(value, shift));
    const said = node("span", { "data-said": shift ? speech.perCent(text) : text });
    const place = scale.place(value);
    said.style.left = `${(100 * place).toFixed(2)}%`;
    said.style.transform = `translateX(${(-100 * place).toFixed(0)}%)`;
    return said;
  });
  return [
    node("div", { class: "zp-gauge-ticks", "aria-hidden": "true" }, ticks),
    axis.is_log ? node("p", { class: "zp-caption zp-gauge-axis", "aria-hidden": "true", "data-said": speech.words.axis_log }) : null,
  ];
}

/**
 * @param {Gauge} gauge
 * @param {string} colour Of the zone that the test claims for.
 * @param {Speech} speech
 */
export function gaugePicture(gauge, colour, speech) {
  const { title, valueText, needs, value, limit, operator, passed, isTruth } = gauge;
  const look = passed ? "zp-gauge zp-passed" : "zp-gauge";
  // of a yes or no, whether it is met says what it needs
  const told = isTruth ? " · " : ` · ${needs} `;
  const line = node("p", {}, node("span", {}, title), node("span", {}, node("b", {}, valueText), told, passedSaid(gauge, speech)));
  if (isTruth) return node("div", { class: look }, line);
  const { scale, bins } = layout(gauge);
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
    axisOf(gauge, scale, speech),
  );
}
