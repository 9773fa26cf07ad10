// A try on the page: the facts that follow from it in the place of the adopted ones, and what moved.

import { textOf } from "./exact_decimal.js";
import { withUnits } from "./scenario_facts.js";
import { STATUSES } from "./zone_evaluator.js";

/**
 * @import { Facts } from "./plan_facts.js"
 * @import { Outcome, PlanEvaluator } from "./plan_evaluator.js"
 */

/**
 * Puts what follows from a try into the facts that all views read; without an outcome the adopted plan.
 * @param {Facts} facts
 * @param {PlanEvaluator} evaluator Which keeps the adopted ones.
 * @param {Outcome | null} outcome
 */
export function showTry(facts, { adopted }, outcome) {
  const { units, zones, quotas, quota_rows } = adopted;
  Object.assign(facts, { units, zones, quotas, quota_rows, tried: null });
  if (!outcome) return;
  const { zoned, quotas: handed } = outcome;
  facts.tried = { unknown: handed.map((one) => (typeof one === "string" ? one : "")), zones: zoned !== null };
  if (zoned) {
    const overlays = units.id.map((_, unit) => zones.flatMap((_zone, place) => (zoned.holds[place][unit] ? [place] : [])));
    const status = Array.from(zoned.status, (word) => STATUSES[word]);
    facts.units = { ...units, main: Array.from(zoned.main), overlays, status, standing: status };
    facts.zones = withUnits(zones, facts.units);
  }
  /** @param {number} unit */
  const rowsOf = (unit) =>
    quota_rows.of(unit).flatMap((row) => {
      const one = handed[row.quota];
      return typeof one === "string" ? [] : [{ ...row, amount: textOf(one.amount(unit)) }];
    });
  facts.quota_rows = /** @type {Facts["quota_rows"]} */ (/** @type {unknown} */ ({ of: rowsOf }));
  facts.quotas = quotas.map((quota) => ({ ...quota, jurisdictions: {} }));
}

/**
 * The units that have another main function, or other overlays.
 * @param {Facts} facts
 * @param {PlanEvaluator} evaluator
 */
export function movedUnits({ units }, { adopted }) {
  return units.id.flatMap((_, unit) => {
    const [now, was] = [units, adopted.units].map(({ main, overlays }) => [main[unit], ...[...overlays[unit]].sort()].join());
    return now === was ? [] : [unit];
  });
}
