// What is shown in the place of the adopted plan, a try or a scenario: verdicts of it, and what stays the adopted plan's.

import { flattened, node } from "./dom.js";
import { axisReaching } from "./histogram.js";
import { shifted, verdictOf } from "./verdict.js";

/**
 * @import { Child } from "./dom.js"
 * @import { VerdictTable } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 * @import { Verdict } from "./verdict.js"
 * @typedef {import("./condition_evaluator.js").Parameters} Parameters
 */

/**
 * Whether the plan is shown as something else than it was adopted.
 * @param {Pick<Facts, "tried" | "in_effect">} facts
 */
export function isMoved({ tried, in_effect }) {
  return Boolean(tried) || in_effect >= 0;
}

/**
 * Whether main functions and overlays are known of what is shown.
 * @param {Pick<Facts, "tried">} facts
 */
export function knowsZones({ tried }) {
  return !tried || tried.zones;
}

/**
 * The measure that units are coloured by, where its values hold in what is shown.
 * @param {Pick<Facts, "tried" | "measures">} facts
 * @param {string} by
 */
export function knownMeasure({ tried, measures }, by) {
  return measures.find(({ name }) => name === by && (!tried || tried.knows(name)));
}

/**
 * The places of the quotas of which amounts are known of what is shown.
 * @param {Pick<Facts, "tried" | "quotas">} facts
 */
export function knownQuotas({ tried, quotas }) {
  return [...quotas.keys()].filter((quota) => !tried?.unknown[quota]);
}

/**
 * What the page does not work out again: it says that it is the adopted plan's. Nothing else of that may stand beside
 * what is tried.
 * @param {Speech} speech
 * @param {Child[]} parts
 */
export function adoptedPart({ words }, ...parts) {
  const content = flattened(parts);
  return content.length ? node("div", { class: "zp-try-adopted" }, node("p", { class: "zp-try-grey" }, words.try_card), content) : null;
}

/**
 * The units of which the main function, or an overlay, is another one than in the adopted plan.
 * @param {Pick<Facts, "units">} facts
 * @param {Pick<Facts, "units">} adopted
 */
export function movedUnits({ units }, { units: { main, overlays } }) {
  const isOther = (/** @type {number} */ unit) =>
    units.main[unit] !== main[unit] || units.overlays[unit].join() !== overlays[unit].join();
  return [...units.id.keys()].filter(isOther);
}

/**
 * The verdict on a unit: of the adopted plan in its own words; else what the unit is, and its tests as they stand now.
 * @param {Facts} facts
 * @param {number} unit
 * @param {string} name What it is called.
 * @returns {Verdict}
 */
export function shownVerdict(facts, unit, name) {
  const verdict = verdictOf(facts.verdicts, facts.numbers, unit, name);
  if (!isMoved(facts)) return verdict;
  const { units, zones, tried } = facts;
  const zone = units.main[unit];
  const rule = tried?.rule(unit) ?? "";
  const gauges = tried ? verdict.gauges.map((gauge) => ({ ...gauge, decided: rule !== "" && gauge.rules.includes(rule) })) : [];
  return {
    kind: "rule",
    zone,
    sentence: `${name} – ${zones[zone].title}`,
    note: "",
    overlays: units.overlays[unit].map((place) => ({ zone: place, text: zones[place].title, held: true })),
    gauges: [...gauges.filter(({ decided }) => decided), ...gauges.filter(({ decided }) => !decided)],
    changes: [],
    nearest: null,
    owns: [],
  };
}

/**
 * The tests with other limits. Those of which the values, or limits that are calculated, may hang on what moved are asked by
 * no rule, and so left out.
 * @param {VerdictTable} table
 * @param {Parameters} parameters Those that moved.
 * @param {(measure: string) => boolean} knows Whether the values of a measure hold.
 * @param {Speech} speech
 * @returns {VerdictTable}
 */
export function triedVerdicts(table, parameters, knows, speech) {
  const isKnown = table.measures.map(({ name }) => knows(name));
  const anyMoved = Object.keys(parameters).length > 0;
  const tests = table.tests.map((test) => {
    const limit = parameters[test.parameter];
    const isCalculated = !test.parameter && ![0, 1].includes(test.limit);
    if (!isKnown[test.measure] || (anyMoved && isCalculated)) return { ...test, rules: [] };
    if (typeof limit !== "number") return test;
    const { before, after, shift } = table.measures[test.measure];
    const text = `${before}${speech.exact.format(shifted(limit, shift))}${after}`;
    // whose choice the adopted limit is says nothing of this one
    const needs = test.needs.replaceAll(test.limit_text, () => text);
    return { ...test, limit, limit_text: text, needs, decides: needs };
  });
  const measures = table.measures.map((column, place) => {
    const limits = tests.flatMap(({ measure, limit }, test) => (measure === place && limit !== table.tests[test].limit ? [limit] : []));
    return { ...column, axis: axisReaching(column.axis, limits) };
  });
  return { ...table, measures, tests };
}
