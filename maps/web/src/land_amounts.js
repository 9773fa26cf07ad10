// Amounts of a quota: what each unit gets, as a circle and in relation to its people, its land or its weight alone.

import { naturalBreaks } from "./class_breaks.js";
import { breaksAround } from "./signed_values.js";

/**
 * @import { QuotaBase } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 */

// Amounts up to so many steps hang on the rounding to whole steps: what they are by person says little.
const STEPS_TO_SAY = 6;
const CLASSES = 4;

/**
 * What a unit gets of a quota, in the scenario that is shown.
 * @param {Pick<Facts, "quota_rows" | "amounts">} facts
 * @param {number} unit
 * @param {number} quota
 */
export function quotaRow(facts, unit, quota) {
  const row = facts.quota_rows.of(unit).find((one) => one.quota === quota);
  const amount = facts.amounts.get(unit)?.[quota];
  return row && amount !== undefined ? { ...row, amount } : row;
}

/**
 * @param {Pick<Facts, "quota_rows" | "amounts">} facts
 * @param {number} unit
 * @param {number} quota
 */
export function amountOf(facts, unit, quota) {
  return Number(quotaRow(facts, unit, quota)?.amount ?? 0);
}

/**
 * A quota as the view of land shows it: amounts, what they are in relation to a base, and the classes of that.
 * @param {Facts} facts
 * @param {number} quota
 * @param {string} asked The key of a base; the first one where there is no such.
 */
export function landAmounts(facts, quota, asked) {
  const base = baseOf(facts, quota, asked);
  const amounts = facts.units.id.map((_, unit) => amountOf(facts, unit, quota));
  const ratios = ratiosOf(facts, quota, base, amounts);
  const known = ratios.filter((ratio) => ratio !== null);
  const breaks = base?.plain ? breaksAround(known) : naturalBreaks(known, CLASSES);
  const classOf = (/** @type {number} */ unit) => {
    const ratio = ratios[unit];
    return ratio === null ? -1 : breaks.filter((limit) => limit <= ratio).length;
  };
  const mean = base?.plain ? 0 : meanOf(base, amounts);
  return { base, amounts, ratios, known, breaks, classOf, largest: Math.max(0, ...amounts), mean };
}

/**
 * What the amounts of a quota are put in relation to.
 * @param {Pick<Facts, "quotas">} facts
 * @param {number} quota
 * @param {string} asked The key of a base; the first one where there is no such.
 * @returns {QuotaBase | undefined}
 */
export function baseOf({ quotas }, quota, asked) {
  const { bases } = quotas[quota];
  return bases.find(({ key }) => key === asked) ?? bases[0];
}

/** The base that tells amounts against its weight alone, if a quota has one. */
export function plainBase(/** @type {Pick<Facts, "quotas">} */ { quotas }, /** @type {number} */ quota) {
  return quotas[quota].bases.find(({ plain }) => plain);
}

/**
 * What each unit gets in relation to a base; null where that says little.
 * @param {Pick<Facts, "units" | "quotas" | "quota_rows" | "amounts">} facts
 * @param {number} quota
 * @param {QuotaBase | undefined} base
 * @param {number[]} amounts
 * @returns {(number | null)[]}
 */
export function ratiosOf(facts, quota, base, amounts = facts.units.id.map((_, unit) => amountOf(facts, unit, quota))) {
  if (!base) return amounts.map(() => null);
  const least = littleOf(facts.quotas[quota].step, base);
  const whole = base.plain ? amounts.reduce((sum, amount) => sum + amount, 0) : 0;
  return amounts.map((amount, unit) => {
    const own = base.values[unit];
    if (own === null || (own <= 0 && !base.plain)) return null;
    const value = base.plain ? amount - whole * own : (amount * base.scale) / own;
    return Math.abs(base.plain ? value : amount) <= least ? null : value;
  });
}

/**
 * Of the study: all amounts in relation to all that has a base.
 * @param {QuotaBase | undefined} base
 * @param {number[]} amounts
 */
function meanOf(base, amounts) {
  if (!base) return null;
  let [amount, whole] = [0, 0];
  base.values.forEach((value, unit) => {
    if (value === null) return;
    amount += amounts[unit];
    whole += value;
  });
  return whole > 0 ? (amount * base.scale) / whole : null;
}

/**
 * Up to what amount a ratio says little, or up to what difference an amount is that of its weight alone.
 * @param {number} step
 * @param {QuotaBase | undefined} base
 */
export function littleOf(step, base) {
  return base?.plain ? step / 2 : STEPS_TO_SAY * step;
}
