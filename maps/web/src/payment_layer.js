// Payments: who pays whom, as arrows whose width is the amount; drops and rings where one side has no place.

import { node } from "./dom.js";
import { onGrid } from "./map_grid.js";
import { swatch } from "./patterns.js";
import { exactSum } from "./payment_facts.js";

/**
 * @import { Child } from "./dom.js"
 * @import { Row, Shown } from "./layer_control.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Payment, Word } from "./page_model.d.ts"
 * @import { Pen } from "./patterns.js"
 * @import { Choice } from "./payment_facts.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {[number, number]} Place Of the screen.
 * @typedef {{ payer: number, receiver: number, from: Place, to: Place, width: number }} DrawnArrow
 */

// Pixels of the largest amount, and of the smallest that can still be told.
const WIDEST = 10;
const THINNEST = 1.6;
const LARGEST_DROP = 13;
// Symbols beyond which they are drawn smaller, lest they hide one another; never below half of that size.
const ROOMY = 200;
// Payments of one kind that a card lists one by one.
const LISTED = 8;

/**
 * @param {Choice} choice
 * @param {number} amount
 */
function arrowWidth(choice, amount) {
  return Math.max(THINNEST, (WIDEST * amount) / choice.widest);
}

/**
 * Areas are as the amounts.
 * @param {Choice} choice
 * @param {number} amount
 */
export function dropRadius(choice, amount) {
  const largest = LARGEST_DROP * Math.min(1, Math.max(0.5, Math.sqrt(ROOMY / choice.marks.length)));
  return Math.max(1.4, largest * Math.sqrt(Math.abs(amount) / choice.largest));
}

/**
 * @param {Pen} context
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {Choice} choice
 */
export function drawPayments(context, screen, facts, choice) {
  const { ink } = facts.payments;
  const arrows = arrowsOn(screen, facts, choice);
  const tips = tipsOf(arrows);
  for (const { party, amount } of choice.marks) {
    const [x, y] = partyPlace(screen, facts, party);
    const radius = dropRadius(choice, amount);
    // where an arrow ends, the drop hangs below its head
    paymentMark(context, ink, x, tips.has(party) ? y + 2 * radius + 4 : y, radius, amount);
  }
  for (const { from, to, width } of arrows) arrow(context, ink, from, to, width);
}

/**
 * The arrows that are long enough to be told from a dot.
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {Choice} choice
 * @returns {DrawnArrow[]}
 */
export function arrowsOn(screen, facts, choice) {
  return choice.arrows
    .map(({ payer, receiver, amount }) => ({
      payer,
      receiver,
      from: partyPlace(screen, facts, payer),
      to: partyPlace(screen, facts, receiver),
      width: arrowWidth(choice, amount),
    }))
    .filter(({ from, to }) => Math.hypot(to[0] - from[0], to[1] - from[1]) >= 4);
}

/** @param {DrawnArrow[]} arrows */
export function tipsOf(arrows) {
  return new Set(arrows.map(({ receiver }) => receiver));
}

/**
 * Where a party stands on the screen; one without a place has neither arrow nor mark.
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {number} party
 */
export function partyPlace(screen, facts, party) {
  const { unit, point } = facts.payments.parties[party];
  if (point) return screen.place(...onGrid(screen.shapes.grid, { lat: point.lat, lng: point.lon }));
  return screen.middle(unit ?? -1);
}

/**
 * A bow to the left of who walks from payer to receiver, so that two who pay each other have an arrow each.
 * @param {Pen} context
 * @param {string} ink
 * @param {Place} from
 * @param {Place} to
 * @param {number} width
 * @param {number} bend
 */
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
  for (const { colour, more } of [
    { colour: "rgba(255,255,255,.92)", more: 3.2 },
    { colour: ink, more: 0 },
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

/**
 * What is received falls as a drop; what is paid leaves a ring.
 * @param {Pen} context
 * @param {string} ink
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number} amount
 */
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
  for (const { colour, more } of [
    { colour: "rgba(255,255,255,.92)", more: 1.8 },
    { colour: ink, more: 0 },
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = width + more;
    context.stroke();
  }
}

/**
 * @param {Speech} speech
 * @param {Choice} choice
 */
function paymentTitle(speech, choice) {
  const [one, ...more] = choice.instruments;
  return more.length ? speech.say("all_payments", { unit: choice.unit }) : `${one.title}, ${one.period}`;
}

/**
 * What an instrument moves: all that is paid, and what is left of it on balance.
 * @param {Speech} speech
 * @param {Choice} choice
 */
function paymentFigure(speech, choice) {
  const [one, ...more] = choice.instruments;
  if (more.length) return "";
  const paid = speech.amount(one.paid, one.unit);
  return one.net === one.paid ? paid : speech.say("net_of", { net: speech.amount(one.net, one.unit), paid });
}

/**
 * Arrows, drops and rings of round amounts, and how to read them.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Choice} choice
 */
function paymentScale(facts, speech, choice) {
  const { words } = speech;
  const { ink } = facts.payments;
  const amount = (/** @type {number} */ value) => `${speech.value(value)} ${choice.unit}`;
  const arrows = roundAmounts(choice.widest).map((value) => {
    const width = arrowWidth(choice, value);
    const height = Math.ceil(Math.max(14, 2.3 * width + 5));
    const picture = swatch((context) => arrow(context, ink, [7, height / 2], [48, height / 2], width, 0), 50, height);
    return node("span", {}, picture, amount(value));
  });
  const drops = roundAmounts(choice.largest).map((value) => {
    const radius = dropRadius(choice, value);
    const picture = swatch(
      (context) => paymentMark(context, ink, radius + 2, 2 * radius + 2, radius, 1),
      Math.ceil(2 * radius + 4),
      Math.ceil(3 * radius + 4),
    );
    return node("span", {}, picture, amount(value));
  });
  const ring = swatch((context, width, height) => paymentMark(context, ink, width / 2, height / 2, 5, -1), 16, 16);
  const names = listed(speech, namesBeyond(facts, choice));
  const passed = choice.instruments.some((one) => one.net !== one.paid);
  const received = choice.marks.some((one) => one.amount > 0);
  const paid = choice.marks.some((one) => one.amount < 0);
  const explained = (/** @type {Child[]} */ ...texts) => node("p", { class: "zp-muted" }, ...texts);
  return [
    ...arrows,
    ...drops,
    arrows.length ? explained(words.arrow_key) : null,
    passed ? explained(words.passed_on) : null,
    choice.many ? explained(words.too_many_arrows) : null,
    received ? explained(speech.say(choice.many ? "net_drop_key" : "drop_key", { names })) : null,
    paid ? explained(ring, " ", speech.say(choice.many ? "net_ring_key" : "ring_key", { names })) : null,
  ].filter((one) => one !== null);
}

/**
 * @param {Speech} speech
 * @param {string[]} names
 */
function listed(speech, names) {
  const shown = names.slice(0, 4);
  if (names.length > shown.length) shown.push(speech.words.other_parties);
  return shown.join(speech.words.and);
}

/**
 * @param {Facts} facts
 * @param {Choice} choice
 */
function namesBeyond(facts, choice) {
  return choice.beyond.map((party) => facts.payments.parties[party].name);
}

/** @param {number} largest */
function roundAmounts(largest) {
  const round = (/** @type {number} */ value) => Number(value.toPrecision(1));
  return largest ? [...new Set([largest, largest / 4, largest / 20].map(round))] : [];
}

/**
 * The group of the layer control.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Shown} shown
 * @param {Row} row
 * @returns {HTMLElement[]}
 */
export function paymentRows(facts, speech, shown, row) {
  const { choices } = facts.payments;
  if (!choices.length) return [];
  const scale = node("div", { class: "zp-scale", hidden: true });
  const show = (/** @type {Choice | null} */ choice) => () => {
    shown.payments = choice;
    scale.replaceChildren(...(choice ? paymentScale(facts, speech, choice) : []));
    scale.hidden = !choice;
  };
  const group = "zp-payments";
  return [
    row(speech.words.no_payments, { on: true, turn: show(null), group, kind: "zp-none" }),
    ...choices.map((choice) =>
      row(paymentTitle(speech, choice), {
        figure: paymentFigure(speech, choice),
        on: false,
        turn: show(choice),
        group,
      }),
    ),
    scale,
  ];
}

/**
 * What a unit and the jurisdictions that it belongs to pay and receive.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
export function paymentTexts(facts, speech, unit) {
  const { instruments, parties, partiesOf, rowsOfParty } = facts.payments;
  return partiesOf[unit].flatMap((party) => {
    const rows = rowsOfParty[party];
    const owned = parts(rows, (row) => row.instrument).map(([, own]) => instrumentText(facts, speech, party, own));
    const balances = parts(rows, (row) => instruments[row.instrument].unit).map(([account, own]) =>
      balanceText(speech, party, own, account),
    );
    const whole = node("p", { class: "zp-whole" }, speech.say("paid_for", { name: parties[party].name }));
    return [parties[party].unit === unit ? null : whole, ...owned, ...balances];
  });
}

/**
 * Rows by a key, in the order in which the keys appear.
 * @template Key
 * @param {Payment[]} rows
 * @param {(row: Payment) => Key} keyOf
 * @returns {[Key, Payment[]][]}
 */
function parts(rows, keyOf) {
  return [...new Set(rows.map(keyOf))].map((key) => [key, rows.filter((row) => keyOf(row) === key)]);
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} party
 * @param {Payment[]} rows
 */
function instrumentText(facts, speech, party, rows) {
  const { instruments, parties, texts } = facts.payments;
  const one = instruments[rows[0].instrument];
  /**
   * @param {"pays" | "receives"} verb
   * @param {Payment[]} own
   * @param {"payer" | "receiver"} partner
   */
  const list = (verb, own, partner) => {
    if (own.length > LISTED) {
      const amount = node("strong", {}, speech.amount(exactSum(own.map((row) => row.amount)), one.unit));
      const said = speech.phrase(`${verb}_many`, { amount, n: own.length });
      return node("li", {}, node("p", {}, ...said));
    }
    return own.map((row) => {
      const amount = node("strong", {}, speech.amount(row.amount, one.unit));
      const said = speech.phrase(verb, { amount, name: parties[row[partner]].name });
      return node("li", {}, node("p", {}, ...said), node("p", { class: "zp-rule" }, texts[row.rule]));
    });
  };
  const references = [...new Set(rows.map((row) => texts[row.reference]))].filter(Boolean);
  return node(
    "div",
    { class: "zp-item zp-payment" },
    node("p", { class: "zp-muted" }, `${one.title}, ${one.period}`),
    node("ul", {}, list("pays", paidBy(party, rows), "receiver"), list("receives", receivedBy(party, rows), "payer")),
    references.map((text) => node("p", { class: "zp-source" }, text)),
  );
}

const paidBy = (/** @type {number} */ party, /** @type {Payment[]} */ rows) =>
  rows.filter((row) => row.payer === party);
const receivedBy = (/** @type {number} */ party, /** @type {Payment[]} */ rows) =>
  rows.filter((row) => row.receiver === party);

/**
 * @param {Speech} speech
 * @param {number} party
 * @param {Payment[]} rows
 * @param {string} account
 */
function balanceText(speech, party, rows, account) {
  const paid = paidBy(party, rows).map((row) => row.amount);
  const received = receivedBy(party, rows).map((row) => row.amount);
  const net = exactSum([...received, ...paid.map((amount) => `-${amount}`)]);
  const said = speech.phrase("balance", {
    received: speech.amount(exactSum(received), account),
    paid: speech.amount(exactSum(paid), account),
    net: node("strong", {}, speech.amount(net, account)),
  });
  return node("p", { class: "zp-balance" }, ...said);
}

/**
 * What the arrows and symbols say of a unit and of the jurisdictions that it belongs to, for the tip.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Choice} choice
 * @param {number} unit
 */
export function paymentTip(facts, speech, choice, unit) {
  const { parties, partiesOf } = facts.payments;
  const beyond = listed(speech, namesBeyond(facts, choice));
  return partiesOf[unit].flatMap((party) => {
    const { name, unit: own } = parties[party];
    const say = (/** @type {Word} */ key, /** @type {number} */ value, partner = "") => {
      const text = speech.say(key, { amount: `${speech.value(value)} ${choice.unit}`, name: partner });
      return own === unit ? text : speech.say("named", { name, value: text });
    };
    const arrows = choice.arrows.flatMap(({ payer, receiver, amount }) => [
      payer === party ? say("pays", amount, parties[receiver].name) : "",
      receiver === party ? say("receives", amount, parties[payer].name) : "",
    ]);
    const marks = choice.marks
      .filter((one) => one.party === party)
      .map(({ amount }) =>
        choice.many ? say("on_balance", amount) : say(amount > 0 ? "receives" : "pays", Math.abs(amount), beyond),
      );
    return [...arrows.filter(Boolean).slice(0, LISTED), ...marks];
  });
}
