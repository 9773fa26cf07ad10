// Payments in words: what a choice of them is called, and what a unit pays and receives.

import { node } from "./dom.js";
import { exactSum } from "./payment_facts.js";

/**
 * @import { Payment, Word } from "./page_model.d.ts"
 * @import { Choice } from "./payment_facts.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 */

// Payments of one kind that a card lists one by one.
const LISTED = 8;

/**
 * @param {Speech} speech
 * @param {Choice} choice
 */
export function paymentTitle(speech, choice) {
  const [one, ...more] = choice.instruments;
  return more.length ? speech.say("all_payments", { unit: choice.unit }) : `${one.title}, ${one.period}`;
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
export function namesBeyond(facts, choice) {
  return choice.beyond.map((party) => facts.payments.parties[party].name);
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
