// Measures: what units can be coloured by, their classes, and how a value is written.

import { breaksOf, classOf } from "./class_breaks.js";
import { axisReaching } from "./histogram.js";
import { breaksAround, fillsAround, isSigned } from "./signed_values.js";
import { shifted } from "./verdict.js";

/**
 * @import { Limit, Method } from "./class_breaks.js"
 * @import { MeasureAxis, Page } from "./page_model.d.ts"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {object} Measure
 * @property {string} name
 * @property {string} title
 * @property {string} before What stands around a printed value.
 * @property {string} after
 * @property {number} shift So many places the decimal point moves before printing.
 * @property {ArrayLike<number>} values One a unit, NaN where it is unknown.
 * @property {MeasureAxis} axis On which it is drawn.
 * @property {boolean} signed Whether it matters on which side of 0 a value is.
 * @property {(Limit & { zone: number, parameter: string })[]} limits Of rules that test it, and the zones that these are for.
 *
 * @typedef {object} Classes
 * @property {number[]} breaks
 * @property {(unit: number) => number} classOf From 0 up; units without a value are a class beyond the last.
 * @property {number[]} counts Of units in each class, and of those without a value.
 * @property {string[]} fills Names of colours, such as "measure-1", in the same order.
 */

/** @type {Method[]} */
const METHODS = ["threshold", "natural", "quantile", "equal"];
const RAMP = 5;
/** @type {WeakMap<Measure, Map<Method, Classes>>} */
const KNOWN = new WeakMap();
// Which colours below a limit and from it on stand for so many classes.
const BELOW = [[], [1], [1, 2]];
const FROM = [[], [4], [3, 5], [3, 4, 5]];

/**
 * What rules compare with limits, and then all others; where two have one title their units of measure tell them apart.
 * @param {Page} page
 * @param {ArrayLike<number>[]} measured
 * @returns {Measure[]}
 */
export function measuresOf(page, measured) {
  const all = [...testedMeasures(page), ...otherMeasures(page, measured)];
  const titles = all.map(({ title }) => title);
  const single = (/** @type {string} */ title) => titles.indexOf(title) === titles.lastIndexOf(title);
  return all.map((one) => {
    const title = single(one.title) ? one.title : `${one.title} (${one.after.trim() || one.name})`;
    return { ...one, title, signed: isSigned(one.values) };
  });
}

/**
 * @param {Page} page
 * @returns {Omit<Measure, "signed">[]}
 */
function testedMeasures({ verdicts: { measures, tests } }) {
  const names = measures.map(({ name }) => name);
  const all = measures.map((column, place) => ({
    ...column,
    // of a larger unit a rule may ask the same
    name: names.indexOf(column.name) === place ? column.name : `${column.name} ${place}`,
    values: Float64Array.from(column.values, (value) => value ?? NaN),
    limits: tests
      .filter(({ measure, operator }) => measure === place && /[<>]=?$/.test(operator) && operator !== "<>")
      .map(({ limit, operator, zone, parameter }) => ({
        at: limit, above: operator.startsWith(">"), equal: operator.endsWith("="), zone, parameter,
      })),
  }));
  return all.filter(({ answers }) => !answers.length);
}

/**
 * A measure whose limits are other ones; itself where none is.
 * @param {Measure} measure
 * @param {Record<string, unknown>} parameters Those that moved.
 */
export function withLimits(measure, parameters) {
  if (!measure.limits.some(({ parameter }) => parameter in parameters)) return measure;
  const limits = measure.limits.map((limit) => ({ ...limit, at: Number(parameters[limit.parameter] ?? limit.at) }));
  return { ...measure, axis: axisReaching(measure.axis, limits.map(({ at }) => at)), limits };
}

/**
 * @param {Page} page
 * @param {ArrayLike<number>[]} measured
 * @returns {Omit<Measure, "signed">[]}
 */
function otherMeasures({ measures }, measured) {
  return measures.map(({ name, title, unit, share, axis }, place) => ({
    name,
    title,
    axis,
    before: "",
    after: share ? "\u00a0%" : unit && `\u00a0${unit}`,
    shift: share ? 2 : 0,
    values: measured[place],
    limits: [],
  }));
}

/**
 * The ways to part a measure into classes.
 * @param {Measure} measure
 */
export function methodsOf({ limits }) {
  return METHODS.filter((method) => method !== "threshold" || limits.length);
}

/**
 * @param {Measure} measure
 * @param {Method} method
 * @returns {Classes}
 */
export function classesOf(measure, method) {
  const known = KNOWN.get(measure) ?? new Map();
  KNOWN.set(measure, known);
  if (!known.has(method)) known.set(method, parted(measure, method));
  return /** @type {Classes} */ (known.get(method));
}

/**
 * @param {Measure} measure
 * @param {Method} method
 * @returns {Classes}
 */
function parted({ values, limits, signed }, method) {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  const byLimit = method === "threshold" && limits.length > 0;
  const around = signed && !byLimit && (method === "threshold" || method === "natural");
  const breaks = around ? breaksAround(known) : breaksOf(method, known, limits);
  const unknown = breaks.length + 1;
  const counts = Array(breaks.length + 2).fill(0);
  const places = Array.from(values, (value) => (Number.isNaN(value) ? unknown : classOf(breaks, value)));
  for (const place of places) counts[place]++;
  const fills = byLimit ? limitFills(breaks, limits[0]) : around ? fillsAround(breaks) : rampFills(breaks.length + 1);
  return { breaks, classOf: (unit) => places[unit], counts, fills: [...fills, "no-data"] };
}

/** @param {number} count */
function rampFills(count) {
  return Array.from({ length: count }, (_, place) => {
    const at = count > 1 ? Math.round((place * (RAMP - 1)) / (count - 1)) : RAMP >> 1;
    return `measure-${at + 1}`;
  });
}

/**
 * The hue breaks where the answer breaks; what is asked for is the darker the farther it lies from the limit.
 * @param {number[]} breaks
 * @param {{ at: number, above: boolean }} limit
 */
function limitFills(breaks, { at, above }) {
  const below = breaks.findIndex((one) => one >= at) + 1;
  const over = breaks.length + 1 - below;
  const places = above
    ? [...(BELOW[below] ?? []), ...(FROM[over] ?? [])]
    : [...[...(FROM[below] ?? [])].reverse(), ...[...(BELOW[over] ?? [])].reverse()];
  return places.map((place) => `threshold-${place}`);
}

/**
 * A value with its unit of measure, in as many digits as are given; else in three, or as a whole number, so that it is
 * never another one than that from which on a card says that something changes.
 * @param {Speech} speech
 * @param {Measure} measure
 * @param {number} value
 * @param {number} [digits]
 */
export function valueText(speech, { before, after, shift, signed }, value, digits) {
  if (Number.isNaN(value)) return speech.words.missing;
  const number = Math.abs(shifted(value, shift));
  const sign = value < 0 ? "−" : signed && value > 0 ? "+" : "";
  return `${before}${sign}${digits ? speech.digitsOf(number, digits) : speech.rough3(number)}${after}`;
}
