// Tries as texts: what a link carries, and the file that `zoneplan run` takes.

/**
 * @import { Changes } from "./plan_evaluator.js"
 * @import { PlanModel } from "./page_model.d.ts"
 */

/**
 * Changes as one text, always the same for the same ones; empty where there are none.
 * @param {Changes} changes
 */
export function textOfTry({ parameters = {}, quotas = {}, decisions = [] }) {
  const sorted = (/** @type {Record<string, any>} */ all) =>
    Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
  const told = { parameters: sorted(parameters), quotas: sorted(quotas), decisions };
  const parts = Object.entries(told).filter(([, part]) => Object.keys(part).length);
  return parts.length ? JSON.stringify(Object.fromEntries(parts)) : "";
}

/**
 * @param {string} text
 * @returns {Changes}
 */
export function tryOfText(text) {
  return text ? JSON.parse(text) : {};
}

/**
 * The file of a try, which lies beside the plan.
 * @param {PlanModel} model
 * @param {Changes} changes
 * @param {{ name: string, by: string, date: string }} said
 */
export function scenarioFile(model, { parameters = {}, quotas = {}, decisions = [] }, { name, by, date }) {
  const set = [
    ...Object.entries(parameters).map(([key, value]) => [`parameters.${key}`, typeof value === "string" ? quoted(value) : value]),
    ...Object.entries(quotas).flatMap(([quota, { total, weight = {} }]) => [
      ...(total === undefined ? [] : [[`quotas.${quota}.total`, total]]),
      ...Object.entries(weight).map(([measure, share]) => [`quotas.${quota}.weight.${measure}`, share]),
    ]),
  ];
  const decided = decisions.flatMap(({ unit, main, overlay, reason }) => [
    "",
    "[[scenarios.decisions]]",
    `unit = ${quoted(unit)}`,
    main === undefined ? `overlay = ${quoted(overlay ?? "")}` : `main = ${quoted(main)}`,
    `reason = ${quoted(reason)}`,
    `by = ${quoted(by)}`,
    `date = ${date}`,
  ]);
  return [
    "[try]",
    `plan = ${quoted(model.file)}`,
    `plan_sha256 = ${quoted(model.digest)}`,
    `by = ${quoted(by)}`,
    "",
    "[[scenarios]]",
    `name = ${quoted(name)}`,
    `set = { ${set.map(([path, value]) => `${quoted(String(path))} = ${value}`).join(", ")} }`,
    ...decided,
    "",
  ].join("\n");
}

/** @param {string} text As TOML has it. */
function quoted(text) {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007F");
}
