// Names of units: where there is room for them, none over another, each above what stands in the middle of its unit.

import { INK } from "./patterns.js";
import { arrowsOn, dropRadius, partyPlace, tipsOf } from "./payment_layer.js";
import { amountOf, bubbleRadius } from "./quota_use.js";
import { markOf } from "./status_marks.js";

const NAME_HEIGHT = 14;

export function drawNames(context, screen, facts, seen, shown) {
  const { shapes } = screen;
  const reach = reachOf(screen, facts, shown);
  context.font =
    '500 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", ' +
    '"PingFang SC", "Microsoft YaHei", SimHei, sans-serif';
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const taken = [];
  for (const unit of [...seen].sort((a, b) => screen.width(b) - screen.width(a))) {
    const name = facts.units.name[unit];
    const [x, middle] = screen.place(shapes.labelX[unit], shapes.labelY[unit]);
    const half = context.measureText(name).width / 2 + 2;
    if (half * 2 > screen.width(unit) * 1.05) continue;
    const up = reach(unit, x, middle, half);
    const y = up ? middle - up - NAME_HEIGHT / 2 - 1 : middle;
    if (taken.some(([x0, y0, half0]) => Math.abs(x - x0) < half + half0 && Math.abs(y - y0) < NAME_HEIGHT)) continue;
    taken.push([x, y, half]);
    context.strokeStyle = "rgba(255,255,255,.92)"; // enough over the dark of a circle or an arrow
    context.lineWidth = 4;
    context.strokeText(name, x, y);
    context.fillStyle = INK;
    context.fillText(name, x, y);
  }
}

// How far what is drawn in the middle of a unit reaches up from there: its mark, its circle, payments under its name.
function reachOf(screen, facts, shown) {
  const radius = bubbleRadius(facts, shown.quota);
  const paid = shown.payments ? paymentSpots(screen, facts, shown.payments) : [];
  return (unit, x, y, half) => {
    const amount = amountOf(facts, unit, shown.quota);
    const under = paid.filter(
      (spot) =>
        (spot.at === unit || Array.isArray(spot.at)) && // those of a neighbour may lie below
        Math.abs(spot.x - x) < half + spot.half &&
        spot.top < y + NAME_HEIGHT / 2 &&
        spot.bottom > y - NAME_HEIGHT / 2,
    );
    return Math.max(
      shown.marks.has(markOf(facts, unit)) ? 5 : 0,
      amount > 0 ? radius(amount) : 0,
      ...under.map(({ top }) => Math.max(1, y - top)),
    );
  };
}

// Where symbols and the ends of arrows lie, of units and of jurisdictions.
function paymentSpots(screen, facts, choice) {
  const arrows = arrowsOn(screen, facts, choice);
  const tips = tipsOf(arrows);
  const spot = (party, half, up) => {
    const [x, y] = partyPlace(screen, facts, party);
    return { at: facts.payments.parties[party][1], x, half, top: y - up, bottom: y + half };
  };
  const ends = arrows.flatMap(({ payer, receiver, width }) => {
    const half = Math.max(4.5, 1.15 * width);
    return [spot(payer, half, half), spot(receiver, half, half)];
  });
  // a drop that hangs below the head of an arrow is below the name as well
  const symbols = choice.symbols
    .filter(([party]) => !tips.has(party))
    .map(([party, amount]) => {
      const radius = dropRadius(choice, amount);
      return spot(party, radius, amount > 0 ? 2 * radius : radius);
    });
  return [...ends, ...symbols];
}
