// Payments as the scripts read them: who they are of, what can be chosen, and sums to the last decimal.

import { rowsOf } from "./columns.js";

/**
 * @import { Arrow, Instrument, Mark, Page, Payment } from "./page_model.d.ts"
 *
 * @typedef {ReturnType<typeof choiceOf>} Choice
 */

/**
 * All payments; parties say which rows they are in, and units which parties they belong to.
 * @param {Pick<Page, "payments" | "cards">} page
 */
export function paymentFacts({ payments, cards }) {
  const { instruments, texts } = payments;
  const parties = rowsOf(payments.parties);
  /** @type {number[][]} */
  const partiesOf = cards.units.id.map(() => []);
  parties.forEach(({ units }, party) => units.forEach((unit) => partiesOf[unit].push(party)));
  /** @type {Payment[][]} */
  const rowsOfParty = parties.map(() => []);
  for (const row of rowsOf(payments.rows)) {
    rowsOfParty[row.payer].push(row);
    if (row.receiver !== row.payer) rowsOfParty[row.receiver].push(row);
  }
  return { texts, instruments, parties, partiesOf, rowsOfParty, choices: choicesOf(instruments) };
}

/**
 * What can be chosen: each instrument, and all of one unit of account where there are several.
 * @param {Instrument[]} instruments
 */
function choicesOf(instruments) {
  const accounts = [...new Set(instruments.map(({ unit }) => unit))];
  const several = accounts
    .map((unit) => instruments.filter((one) => one.unit === unit))
    .filter((ofUnit) => ofUnit.length > 1);
  return [...instruments.map((one) => [one]), ...several].map(choiceOf);
}

/** @param {Instrument[]} instruments */
export function choiceOf(instruments) {
  const many = instruments.some((one) => one.many);
  const arrows = summed(
    instruments.flatMap((one) => rowsOf(one.arrows)),
    ({ payer, receiver }) => `${payer} ${receiver}`,
  );
  // what was netted stays so when it is added up
  const marks = summed(
    instruments.flatMap((one) => rowsOf(one.marks)),
    ({ party, amount }) => (many ? `${party}` : `${party} ${amount > 0}`),
  );
  return {
    instruments,
    unit: instruments[0].unit,
    arrows,
    marks,
    widest: arrows[0]?.amount ?? 0,
    largest: Math.abs(marks[0]?.amount ?? 0),
    beyond: [...new Set(instruments.flatMap((one) => one.beyond))],
    many,
  };
}

/**
 * What each party receives on balance in the instruments of a choice; below 0 where it pays.
 * @param {Pick<ReturnType<typeof paymentFacts>, "parties" | "instruments" | "rowsOfParty">} payments
 * @param {Choice} choice
 */
export function netAmounts({ parties, instruments, rowsOfParty }, choice) {
  return parties.map((_, party) =>
    rowsOfParty[party]
      .filter((row) => choice.instruments.includes(instruments[row.instrument]))
      .reduce((sum, row) => {
        const amount = Number(row.amount);
        return sum + (row.receiver === party ? amount : 0) - (row.payer === party ? amount : 0);
      }, 0),
  );
}

/**
 * What a unit receives on balance, or else the jurisdiction that it belongs to.
 * @param {{ partiesOf: number[][], parties: { unit: number | null }[] }} payments
 * @param {number[]} nets
 * @param {number} unit
 */
export function netOfUnit({ partiesOf, parties }, nets, unit) {
  const own = partiesOf[unit].find((party) => parties[party].unit === unit);
  if (own !== undefined && nets[own]) return nets[own];
  return partiesOf[unit].map((party) => nets[party]).find((net) => net) ?? 0;
}

/**
 * Rows of one key as one with the sum of their amounts, the largest first.
 * @template {Arrow | Mark} Row
 * @param {Row[]} rows
 * @param {(row: Row) => string} keyOf
 */
function summed(rows, keyOf) {
  /** @type {Map<string, Row>} */
  const sums = new Map();
  for (const row of rows) {
    const sum = sums.get(keyOf(row));
    if (sum) sum.amount += row.amount;
    else sums.set(keyOf(row), { ...row });
  }
  return [...sums.values()].sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
}

/**
 * The sum of exact amounts, which come as text, to the last decimal.
 * @param {string[]} amounts
 */
export function exactSum(amounts) {
  const decimals = Math.max(0, ...amounts.map((text) => (text.split(".")[1] ?? "").length));
  const sum = amounts.reduce((sum, text) => {
    const [before, after = ""] = text.split(".");
    return sum + BigInt(before + after.padEnd(decimals, "0"));
  }, 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  return `${sum < 0n ? "-" : ""}${whole}${decimals ? `.${digits.slice(-decimals)}` : ""}`;
}
