// A try on the page: the facts that follow from it in the place of the adopted ones, and what moved.

import { textOf } from "./exact_decimal.js";
import { amountOf } from "./land_amounts.js";
import { withLimits } from "./measures.js";
import { withUnits } from "./scenario_facts.js";
import { triedVerdicts } from "./shown_plan.js";
import { STATUSES } from "./zone_evaluator.js";

/**
 * @import { Facts } from "./plan_facts.js"
 * @import { Handed } from "./quota_evaluator.js"
 * @import { Outcome, PlanEvaluator } from "./plan_evaluator.js"
 */

/**
 * Puts what follows from a try into the facts that all views read; without an outcome the adopted plan.
 * @param {Facts} facts
 * @param {PlanEvaluator} evaluator Which keeps the adopted ones.
 * @param {Outcome | null} outcome
 * @returns {number[]} The units that have another main function, or other overlays.
 */
export function showTry(facts, { adopted, held, model, speech }, outcome) {
  const { units, zones, quotas, quota_rows, verdicts, measures } = adopted;
  Object.assign(facts, { units, zones, quotas, quota_rows, verdicts, measures, tried: null });
  if (!outcome) return [];
  const { zoned, quotas: handed, parameters, changed, knows } = outcome;
  facts.verdicts = triedVerdicts(verdicts, parameters, knows, speech);
  facts.measures = measures.map((measure) => withLimits(measure, parameters));
  facts.tried = {
    unknown: handed.map((one) => (typeof one === "string" ? one : "")),
    zones: zoned !== null,
    knows,
    rule: (unit) => zoned?.rule(unit) ?? "",
    amount: (unit, quota) => Number(textOf(/** @type {Handed} */ (handed[quota]).amount(unit))),
  };
  /** @type {number[]} */
  const moved = [];
  if (zoned) {
    const overlays = units.overlays.slice();
    const others = new Uint8Array(overlays.length);
    held.forEach((was, zone) => {
      const now = zoned.holds[zone];
      for (let unit = 0; unit < others.length; unit++) others[unit] |= was[unit] ^ now[unit];
    });
    others.forEach((other, unit) => {
      if (other) overlays[unit] = zones.flatMap((_, place) => (zoned.holds[place][unit] ? [place] : []));
      if (other || zoned.main[unit] !== units.main[unit]) moved.push(unit);
    });
    const status = Array.from(zoned.status, (word) => STATUSES[word]);
    facts.units = { ...units, main: Array.from(zoned.main), overlays, status, standing: status };
    facts.zones = withUnits(zones, facts.units);
  }
  /** @param {number} unit */
  const rowsOf = (unit) =>
    quota_rows.of(unit).flatMap((row) => {
      const one = handed[row.quota];
      return typeof one === "string" ? [] : [{ ...row, shift: -1, get amount() { return textOf(one.amount(unit)); } }];
    });
  facts.quota_rows = /** @type {Facts["quota_rows"]} */ (/** @type {unknown} */ ({ of: rowsOf }));
  facts.quotas = quotas.map((quota, place) => {
    // by which weights it is handed out is known; what these alone would give is not
    const bases = changed[model.quotas[place].name]?.weight ? quota.bases.filter(({ plain }) => !plain) : quota.bases;
    return { ...quota, bases, shifts: [], jurisdictions: {} };
  });
  return moved;
}

/**
 * What the units of each jurisdiction get of a quota together.
 * @param {Facts} facts
 * @param {number} quota
 */
export function amountsBy(facts, quota) {
  const sums = facts.jurisdictions.map(() => 0);
  facts.units.jurisdiction.forEach((place, unit) => (sums[place] += facts.tried?.amount(unit, quota) ?? amountOf(facts, unit, quota)));
  return sums;
}
