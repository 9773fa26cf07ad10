// Quotas on the map: what each unit gets, as circles, and how much of its ceiling that is, as the colour of the unit.

import { node } from "./dom.js";
import { box } from "./patterns.js";

/**
 * @import { Row, Shown } from "./layer_control.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {number | "full" | "none" | null} UseClass A place in the ramp, at the ceiling, no ceiling, or no quota.
 */

const LEAST_BUBBLE = 3;

/**
 * @param {Facts} facts
 * @param {number} unit
 * @param {number} quota
 */
export function quotaRow(facts, unit, quota) {
  return facts.quota_rows.of(unit).find((row) => row.quota === quota);
}

/**
 * @param {Facts} facts
 * @param {number} unit
 * @param {number} quota
 */
export function amountOf(facts, unit, quota) {
  return Number(quotaRow(facts, unit, quota)?.amount ?? 0);
}

/**
 * The radius of an amount: areas of circles are as the amounts, but for those that would be too small to be seen.
 * @param {Facts} facts
 * @param {number} quota
 */
export function bubbleRadius(facts, quota) {
  let largest = 0;
  for (let unit = 0; unit < facts.units.id.length; unit++) largest = Math.max(largest, amountOf(facts, unit, quota));
  return (/** @type {number} */ amount) =>
    largest ? Math.max(LEAST_BUBBLE, 20 * Math.sqrt(amount / largest)) : 0;
}

/**
 * @param {Facts} facts
 * @param {number} unit
 * @param {number} quota
 * @returns {UseClass}
 */
export function useOf(facts, unit, quota) {
  const row = quotaRow(facts, unit, quota);
  if (!row) return null;
  if (row.ceiling === null) return "none";
  const [amount, ceiling] = [Number(row.amount), Number(row.ceiling)];
  return amount >= ceiling ? "full" : facts.quotas[quota].breaks.filter((limit) => limit <= amount / ceiling).length;
}

/**
 * The classes that occur, from the least use up, each with its colour, its limits and its units.
 * @param {Facts} facts
 * @param {number} quota
 */
export function useClasses(facts, quota) {
  const { ramp, no_ceiling } = facts.use_fills;
  const { breaks } = facts.quotas[quota];
  /** @type {Map<UseClass, number>} */
  const counts = new Map();
  facts.units.id.forEach((_, unit) => {
    const key = useOf(facts, unit, quota);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  // the darkest is for those that have reached their ceiling
  const fill = (/** @type {number} */ place) =>
    ramp[Math.round((place * (ramp.length - 2)) / Math.max(1, breaks.length))];
  const open = { from: 0, to: 0 };
  /** @type {{ key: UseClass, fill: string, from: number, to: number }[]} */
  const classes = [
    ...[...breaks, 1].map((to, place) => ({ key: place, fill: fill(place), from: breaks[place - 1] ?? 0, to })),
    { key: "full", fill: ramp[ramp.length - 1], ...open },
    { key: "none", fill: no_ceiling, ...open },
  ];
  return classes.map((one) => ({ ...one, units: counts.get(one.key) ?? 0 })).filter((one) => one.units);
}

/**
 * A share in per cent, as many digits as tell it from its neighbours.
 * @param {Speech} speech
 * @param {number} share
 */
export function shareText(speech, share) {
  return `${speech.value(Number((100 * share).toPrecision(2)))}\u00a0%`;
}

/**
 * The legend of the colours.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} quota
 */
function useKey(facts, speech, quota) {
  const { words } = speech;
  const per = (/** @type {number} */ limit) => shareText(speech, limit);
  return useClasses(facts, quota).map(({ key, fill, from, to, units }) => {
    const between = from ? `${per(from)} – < ${per(to)}` : `< ${per(to)}`;
    const title = key === "full" ? words.use_full : key === "none" ? words.use_none : between;
    return node(
      "li",
      { class: "zp-row" },
      box(() => fill),
      node("span", { class: "zp-said" }, title, node("small", {}, speech.units(units))),
    );
  });
}

/**
 * The box that switches them on: they take the place of the colours of the main functions, and give it back.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Shown} shown
 * @param {Row} row
 * @param {HTMLInputElement} mainBox
 */
export function useRows(facts, speech, shown, row, mainBox) {
  const { words } = speech;
  const key = node("ul", { class: "zp-key zp-use" });
  const turn = (/** @type {boolean} */ on) => {
    shown.use = on;
    shown.main = mainBox.checked = !on;
    follow();
  };
  const shownBox = row(words.use_shown, { figure: words.use_help, on: false, turn, kind: "zp-fill" });
  const input = /** @type {HTMLInputElement} */ (shownBox.querySelector("input"));
  /** Bring box and key in line with what is shown. */
  const follow = () => {
    if (shown.use && shown.quota < 0) return turn(false);
    shownBox.hidden = shown.quota < 0;
    input.checked = shown.use;
    key.hidden = !shown.use;
    key.replaceChildren(...(shown.use ? useKey(facts, speech, shown.quota) : []));
  };
  follow();
  return { rows: [shownBox, key], follow };
}
