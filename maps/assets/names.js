// Names of units: where there is room for them, none over another, each above what stands in the middle of its unit.

const NAME_HEIGHT = 14;

function drawNames(context, screen, facts, seen, shown) {
  const { shapes } = screen;
  const reach = reachOf(facts, shown);
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
    const y = middle - (reach(unit) ? reach(unit) + NAME_HEIGHT / 2 + 1 : 0);
    if (half * 2 > screen.width(unit) * 1.05) continue;
    if (taken.some(([x0, y0, half0]) => Math.abs(x - x0) < half + half0 && Math.abs(y - y0) < NAME_HEIGHT)) continue;
    taken.push([x, y, half]);
    context.strokeStyle = "rgba(255,255,255,.92)"; // enough over the dark of a circle or an arrow
    context.lineWidth = 4;
    context.strokeText(name, x, y);
    context.fillStyle = INK;
    context.fillText(name, x, y);
  }
}

// How far what is drawn in the middle of a unit reaches up from there: its mark, its circle, its payments.
function reachOf(facts, shown) {
  const radius = bubbleRadius(facts, shown.quota);
  const paid = shown.payments ? paymentReach(facts, shown.payments) : new Map();
  return (unit) => {
    const amount = amountOf(facts, unit, shown.quota);
    return Math.max(shown.marks.has(markOf(facts, unit)) ? 5 : 0, amount > 0 ? radius(amount) : 0, paid.get(unit) ?? 0);
  };
}

function paymentReach(facts, choice) {
  const found = new Map();
  const add = (party, size) => {
    const unit = facts.payments.parties[party][1];
    found.set(unit, Math.max(found.get(unit) ?? 0, size));
  };
  for (const [payer, receiver, amount] of choice.arrows) {
    const half = Math.max(4.5, 1.15 * arrowWidth(choice, amount));
    add(payer, half);
    add(receiver, half);
  }
  for (const [party, amount] of choice.symbols) add(party, dropRadius(choice, amount) * (amount > 0 ? 2 : 1));
  return found;
}
