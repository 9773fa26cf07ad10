// Payments: who pays whom, as arrows whose width is the amount; drops and rings where one side has no place.

import { node } from "./dom.js";
import { EARTH, onGrid } from "./map_grid.js";
import { swatch } from "./patterns.js";

// Pixels of the largest amount, and of the smallest that can still be told.
const WIDEST = 10;
const THINNEST = 1.6;
const LARGEST_DROP = 13;
// Symbols beyond which they are drawn smaller, lest they hide one another; never below half of that size.
const ROOMY = 200;
// Payments of one kind that a card lists one by one.
const LISTED = 8;

// What can be chosen: each instrument, and all of one unit of account where there are several.
export function preparePayments(facts) {
  const { payments, units } = facts;
  const { instruments } = payments;
  // a unit comes as its place; everybody as name, place and units
  payments.parties = payments.parties.map((one) => (Array.isArray(one) ? one : [units.name[one], one, [one]]));
  const { parties, rows: columns } = payments;
  payments.partiesOf = units.id.map(() => []);
  parties.forEach(([, , members], party) => members.forEach((unit) => payments.partiesOf[unit].push(party)));
  payments.rowsOf = parties.map(() => []);
  columns.instrument.forEach((_, at) => {
    const row = {};
    for (const [name, values] of Object.entries(columns)) row[name] = values[at];
    payments.rowsOf[row.payer].push(row);
    if (row.receiver !== row.payer) payments.rowsOf[row.receiver].push(row);
  });
  const accounts = [...new Set(instruments.map(({ unit }) => unit))];
  payments.choices = [
    ...instruments.map((one) => choiceOf([one])),
    ...accounts
      .map((unit) => instruments.filter((one) => one.unit === unit))
      .filter((several) => several.length > 1)
      .map(choiceOf),
  ];
}

function choiceOf(instruments) {
  const many = instruments.some((one) => one.many);
  const arrows = new Map();
  const symbols = new Map();
  const add = (sums, key, ends, amount) => {
    const sum = sums.get(key) ?? [...ends, 0];
    sum[ends.length] += amount;
    sums.set(key, sum);
  };
  for (const one of instruments) {
    for (const [payer, receiver, amount] of one.arrows) add(arrows, `${payer} ${receiver}`, [payer, receiver], amount);
    // what was netted stays so when it is added up
    for (const [party, amount] of one.symbols) add(symbols, many ? party : `${party} ${amount > 0}`, [party], amount);
  }
  const largestFirst = (sums) => [...sums.values()].sort((a, b) => Math.abs(b[b.length - 1]) - Math.abs(a[a.length - 1]));
  const [sorted, marked] = [largestFirst(arrows), largestFirst(symbols)];
  return {
    instruments,
    unit: instruments[0].unit,
    arrows: sorted,
    symbols: marked,
    widest: sorted[0]?.[2] ?? 0,
    largest: Math.abs(marked[0]?.[1] ?? 0),
    beyond: [...new Set(instruments.flatMap((one) => one.beyond))],
    many,
  };
}

function arrowWidth(choice, amount) {
  return Math.max(THINNEST, (WIDEST * amount) / choice.widest);
}

// Areas are as the amounts.
export function dropRadius(choice, amount) {
  const largest = LARGEST_DROP * Math.min(1, Math.max(0.5, Math.sqrt(ROOMY / choice.symbols.length)));
  return Math.max(1.4, largest * Math.sqrt(Math.abs(amount) / choice.largest));
}

export function drawPayments(context, screen, facts, choice) {
  const { ink } = facts.payments;
  const arrows = arrowsOn(screen, facts, choice);
  const tips = tipsOf(arrows);
  for (const [party, amount] of choice.symbols) {
    const [x, y] = partyPlace(screen, facts, party);
    const radius = dropRadius(choice, amount);
    // where an arrow ends, the drop hangs below its head
    paymentMark(context, ink, x, tips.has(party) ? y + 2 * radius + 4 : y, radius, amount);
  }
  for (const { from, to, width } of arrows) arrow(context, ink, from, to, width);
}

// The arrows that are long enough to be told from a dot.
export function arrowsOn(screen, facts, choice) {
  return choice.arrows
    .map(([payer, receiver, amount]) => ({
      payer,
      receiver,
      from: partyPlace(screen, facts, payer),
      to: partyPlace(screen, facts, receiver),
      width: arrowWidth(choice, amount),
    }))
    .filter(({ from, to }) => Math.hypot(to[0] - from[0], to[1] - from[1]) >= 4);
}

export const tipsOf = (arrows) => new Set(arrows.map(({ receiver }) => receiver));

export function partyPlace(screen, facts, party) {
  const { shapes } = screen;
  const at = facts.payments.parties[party][1];
  return screen.place(...(Array.isArray(at) ? placeOnGrid(shapes.grid, at) : [shapes.labelX[at], shapes.labelY[at]]));
}

// A plan across the date line has no break there, so its grid may run past 180 degrees.
function placeOnGrid(grid, [lon, lat]) {
  const [x, y] = onGrid(grid, L.latLng(lat, lon));
  const world = EARTH / grid.step;
  return [((x % world) + world) % world, y];
}

// A bow to the left of who walks from payer to receiver, so that two who pay each other have an arrow each.
function arrow(context, ink, [x0, y0], [x1, y1], width, bend = 0.28) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const bow = Math.min(bend, 140 / length);
  const [cx, cy] = [(x0 + x1) / 2 + (y1 - y0) * bow, (y0 + y1) / 2 - (x1 - x0) * bow];
  const straight = Math.hypot(x1 - cx, y1 - cy);
  const [dx, dy] = [(x1 - cx) / straight, (y1 - cy) / straight];
  const head = Math.min(Math.max(9, 1.5 * width), 0.45 * length);
  const half = Math.min(Math.max(4.5, 1.15 * width), 0.4 * length);
  const [bx, by] = [x1 - dx * head, y1 - dy * head];
  const shaft = new Path2D();
  shaft.moveTo(x0, y0);
  shaft.quadraticCurveTo(cx, cy, bx, by);
  const ends = new Path2D();
  ends.moveTo(x1, y1);
  ends.lineTo(bx - dy * half, by + dx * half);
  ends.lineTo(bx + dy * half, by - dx * half);
  ends.closePath();
  ends.moveTo(x0 + Math.max(2.6, width / 2), y0);
  ends.arc(x0, y0, Math.max(2.6, width / 2), 0, 7);
  context.lineJoin = "round";
  context.lineCap = "butt";
  for (const [colour, more] of [
    ["rgba(255,255,255,.92)", 3.2],
    [ink, 0],
  ]) {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = Math.min(width, 0.3 * length) + more;
    context.stroke(shaft);
    context.fill(ends);
    if (!more) continue;
    context.lineWidth = more;
    context.stroke(ends);
  }
}

// What is received falls as a drop; what is paid leaves a ring.
function paymentMark(context, ink, x, y, radius, amount) {
  context.beginPath();
  if (amount > 0) {
    context.moveTo(x, y - 2 * radius);
    context.arc(x, y, radius, -Math.PI / 6, (7 * Math.PI) / 6);
    context.closePath();
    context.fillStyle = ink;
    context.strokeStyle = "#fff";
    context.lineWidth = Math.min(1.2, 0.4 * radius);
    context.fill();
    context.stroke();
    return;
  }
  const width = Math.max(1, 0.3 * radius);
  context.arc(x, y, radius, 0, 7);
  for (const [colour, more] of [
    ["rgba(255,255,255,.92)", 1.8],
    [ink, 0],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = width + more;
    context.stroke();
  }
}

function paymentTitle(speech, choice) {
  const [one, ...more] = choice.instruments;
  return more.length ? speech.say("all_payments", { unit: choice.unit }) : `${speech.plain(one.name)}, ${one.period}`;
}

// What an instrument moves: all that is paid, and what is left of it on balance.
function paymentFigure(speech, choice) {
  const [one, ...more] = choice.instruments;
  if (more.length) return "";
  const paid = speech.amount(one.paid, one.unit);
  return one.net === one.paid ? paid : speech.say("net_of", { net: speech.amount(one.net, one.unit), paid });
}

// Arrows, drops and rings of round amounts, and how to read them.
function paymentScale(facts, speech, choice) {
  const { words } = speech;
  const { ink } = facts.payments;
  const amount = (value) => `${speech.value(value)} ${choice.unit}`;
  const entry = (picture, text) => node("span", {}, picture, text);
  const arrows = roundAmounts(choice.widest).map((value) => {
    const width = arrowWidth(choice, value);
    const height = Math.ceil(Math.max(14, 2.3 * width + 5));
    const picture = swatch((context) => arrow(context, ink, [7, height / 2], [48, height / 2], width, 0), 50, height);
    return entry(picture, amount(value));
  });
  const drops = roundAmounts(choice.largest).map((value) => {
    const radius = dropRadius(choice, value);
    const picture = swatch(
      (context) => paymentMark(context, ink, radius + 2, 2 * radius + 2, radius, 1),
      Math.ceil(2 * radius + 4),
      Math.ceil(3 * radius + 4),
    );
    return entry(picture, amount(value));
  });
  const ring = swatch((context, width, height) => paymentMark(context, ink, width / 2, height / 2, 5, -1), 16, 16);
  const names = listed(speech, namesBeyond(facts, choice));
  const keys = choice.many ? ["net_drop_key", "net_ring_key"] : ["drop_key", "ring_key"];
  const passed = choice.instruments.some((one) => one.net !== one.paid);
  const [received, paid] = [1, -1].map((sign) => choice.symbols.some(([, value]) => value * sign > 0));
  return [
    ...arrows,
    ...drops,
    ...[
      arrows.length && words.arrow_key,
      passed && words.passed_on,
      choice.many && words.too_many_arrows,
      received && speech.say(keys[0], { names }),
      paid && [ring, " ", speech.say(keys[1], { names })],
    ]
      .filter(Boolean)
      .map((text) => node("p", { class: "zp-muted" }, text)),
  ];
}

function listed(speech, names) {
  const shown = names.slice(0, 4);
  return [...shown, names.length > shown.length ? speech.words.other_parties : ""].filter(Boolean).join(speech.words.and);
}

function namesBeyond(facts, choice) {
  return choice.beyond.map((party) => facts.payments.parties[party][0]);
}

function roundAmounts(largest) {
  const round = (value) => Number(value.toPrecision(1));
  return largest ? [...new Set([largest, largest / 4, largest / 20].map(round))] : [];
}

// The group of the layer control.
export function paymentRows(facts, speech, shown, row) {
  const { choices } = facts.payments;
  if (!choices.length) return [];
  const scale = node("div", { class: "zp-scale", hidden: true });
  const show = (choice) => () => {
    shown.payments = choice;
    scale.replaceChildren(...(choice ? paymentScale(facts, speech, choice) : []));
    scale.hidden = !choice;
  };
  return [
    row(speech.words.no_payments, "", null, true, show(null), "radio", "zp-payments", "zp-none"),
    choices.map((choice) =>
      row(
        paymentTitle(speech, choice),
        paymentFigure(speech, choice),
        null,
        false,
        show(choice),
        "radio",
        "zp-payments",
      ),
    ),
    scale,
  ];
}

// What a unit and the jurisdictions that it belongs to pay and receive.
export function paymentTexts(facts, speech, unit) {
  const { instruments, parties, partiesOf, rowsOf } = facts.payments;
  return partiesOf[unit].flatMap((party) => {
    const [name, at] = parties[party];
    const rows = rowsOf[party];
    const parts = (key) => [...new Set(rows.map(key))].map((one) => [one, rows.filter((row) => key(row) === one)]);
    return [
      at === unit ? null : node("p", { class: "zp-whole" }, speech.say("paid_for", { name })),
      parts((row) => row.instrument).map(([, own]) => instrumentText(facts, speech, party, own)),
      parts((row) => instruments[row.instrument].unit).map(([account, own]) => balanceText(speech, party, own, account)),
    ];
  });
}

function instrumentText(facts, speech, party, rows) {
  const { instruments, parties, texts } = facts.payments;
  const one = instruments[rows[0].instrument];
  const list = (verb, own, partner) => {
    if (own.length > LISTED) {
      const amount = node("strong", {}, speech.amount(exactSum(own.map((row) => row.amount)), one.unit));
      return node("li", {}, node("p", {}, speech.say(`${verb}_many`, { amount, n: own.length })));
    }
    return own.map((row) => {
      const amount = node("strong", {}, speech.amount(row.amount, one.unit));
      const said = speech.say(verb, { amount, name: parties[row[partner]][0] });
      return node("li", {}, node("p", {}, said), node("p", { class: "zp-rule" }, texts[row.rule]));
    });
  };
  const references = [...new Set(rows.map((row) => texts[row.reference]))].filter(Boolean);
  return node(
    "div",
    { class: "zp-item zp-payment" },
    node("p", { class: "zp-muted" }, `${speech.plain(one.name)}, ${one.period}`),
    node("ul", {}, list("pays", paidBy(party, rows), "receiver"), list("receives", receivedBy(party, rows), "payer")),
    references.map((text) => node("p", { class: "zp-source" }, text)),
  );
}

const paidBy = (party, rows) => rows.filter((row) => row.payer === party);
const receivedBy = (party, rows) => rows.filter((row) => row.receiver === party);

function balanceText(speech, party, rows, account) {
  const paid = paidBy(party, rows).map((row) => row.amount);
  const received = receivedBy(party, rows).map((row) => row.amount);
  const net = exactSum([...received, ...paid.map((amount) => `-${amount}`)]);
  const said = speech.say("balance", {
    received: speech.amount(exactSum(received), account),
    paid: speech.amount(exactSum(paid), account),
    net: node("strong", {}, speech.amount(net, account)),
  });
  return node("p", { class: "zp-balance" }, said);
}

// The sum of exact amounts, which come as text, to the last decimal.
function exactSum(amounts) {
  const decimals = Math.max(0, ...amounts.map((text) => (text.split(".")[1] ?? "").length));
  const sum = amounts.reduce((sum, text) => {
    const [before, after = ""] = text.split(".");
    return sum + BigInt(before + after.padEnd(decimals, "0"));
  }, 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  return `${sum < 0n ? "-" : ""}${whole}${decimals ? `.${digits.slice(-decimals)}` : ""}`;
}

// What the arrows and symbols say of a unit and of the jurisdictions that it belongs to, for the tip.
export function paymentTip(facts, speech, choice, unit) {
  const { parties, partiesOf } = facts.payments;
  const beyond = listed(speech, namesBeyond(facts, choice));
  return partiesOf[unit].flatMap((party) => {
    const [name, at] = parties[party];
    const say = (key, value, partner) => {
      const text = speech.say(key, { amount: `${speech.value(value)} ${choice.unit}`, name: partner });
      return at === unit ? text : speech.say("named", { name, value: text });
    };
    const arrows = choice.arrows.flatMap(([payer, receiver, amount]) => [
      payer === party ? say("pays", amount, parties[receiver][0]) : "",
      receiver === party ? say("receives", amount, parties[payer][0]) : "",
    ]);
    const symbols = choice.symbols
      .filter(([one]) => one === party)
      .map(([, amount]) =>
        choice.many ? say("on_balance", amount) : say(amount > 0 ? "receives" : "pays", Math.abs(amount), beyond),
      );
    return [...arrows.filter(Boolean).slice(0, LISTED), ...symbols];
  });
}
