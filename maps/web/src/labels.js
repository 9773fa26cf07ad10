// Names of units: where there is room for them, none over another, each above what stands in the middle of its unit.

import { INK } from "./patterns.js";
import { arrowsOn, dropRadius, partyPlace, tipsOf } from "./payment_layer.js";
import { amountOf, bubbleRadius } from "./quota_use.js";
import { markOf } from "./status_marks.js";

/**
 * @import { Shown } from "./layer_control.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Pen } from "./patterns.js"
 * @import { Choice } from "./payment_facts.js"
 * @import { Facts } from "./plan_facts.js"
 */

const NAME_HEIGHT = 14;

/**
 * @param {Pen} context
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {number[]} seen
 * @param {Shown} shown
 */
export function drawNames(context, screen, facts, seen, shown) {
  const reach = reachOf(screen, facts, shown);
  context.font =
    '500 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", ' +
    '"PingFang SC", "Microsoft YaHei", SimHei, sans-serif';
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  /** @type {{ x: number, y: number, half: number }[]} */
  const taken = [];
  for (const unit of [...seen].sort((a, b) => screen.width(b) - screen.width(a))) {
    const name = facts.units.name[unit];
    const [x, middle] = screen.middle(unit);
    const half = context.measureText(name).width / 2 + 2;
    if (half * 2 > screen.width(unit) * 1.05) continue;
    const up = reach(unit, x, middle, half);
    const y = up ? middle - up - NAME_HEIGHT / 2 - 1 : middle;
    if (taken.some((one) => Math.abs(x - one.x) < half + one.half && Math.abs(y - one.y) < NAME_HEIGHT)) continue;
    taken.push({ x, y, half });
    context.strokeStyle = "rgba(255,255,255,.92)"; // enough over the dark of a circle or an arrow
    context.lineWidth = 4;
    context.strokeText(name, x, y);
    context.fillStyle = INK;
    context.fillText(name, x, y);
  }
}

/**
 * How far what is drawn in the middle of a unit reaches up from there: its mark, its circle, payments under its name.
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {Shown} shown
 * @returns {(unit: number, x: number, y: number, half: number) => number}
 */
function reachOf(screen, facts, shown) {
  const radius = bubbleRadius(facts, shown.quota);
  const paid = shown.payments ? paymentSpots(screen, facts, shown.payments) : [];
  return (unit, x, y, half) => {
    const amount = amountOf(facts, unit, shown.quota);
    const under = paid.filter(
      (spot) =>
        (spot.unit === unit || spot.unit === null) && // those of a neighbour may lie below
        Math.abs(spot.x - x) < half + spot.half &&
        spot.top < y + NAME_HEIGHT / 2 &&
        spot.bottom > y - NAME_HEIGHT / 2,
    );
    const kind = markOf(facts, unit);
    return Math.max(
      kind && shown.marks.has(kind) ? 5 : 0,
      amount > 0 ? radius(amount) : 0,
      ...under.map(({ top }) => Math.max(1, y - top)),
    );
  };
}

/**
 * Where symbols and the ends of arrows lie, of units and of jurisdictions.
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {Choice} choice
 */
function paymentSpots(screen, facts, choice) {
  const arrows = arrowsOn(screen, facts, choice);
  const tips = tipsOf(arrows);
  const spot = (/** @type {number} */ party, /** @type {number} */ half, /** @type {number} */ up) => {
    const [x, y] = partyPlace(screen, facts, party);
    return { unit: facts.payments.parties[party].unit, x, half, top: y - up, bottom: y + half };
  };
  const ends = arrows.flatMap(({ payer, receiver, width }) => {
    const half = Math.max(4.5, 1.15 * width);
    return [spot(payer, half, half), spot(receiver, half, half)];
  });
  // a drop that hangs below the head of an arrow is below the name as well
  const symbols = choice.marks
    .filter(({ party }) => !tips.has(party))
    .map(({ party, amount }) => {
      const radius = dropRadius(choice, amount);
      return spot(party, radius, amount > 0 ? 2 * radius : radius);
    });
  return [...ends, ...symbols];
}
