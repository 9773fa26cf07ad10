import assert from "node:assert/strict";
import { test } from "node:test";

import { choiceOf, exactSum, netAmounts, netOfUnit, paymentFacts } from "../../../../maps/web/src/payment_facts.js";
import { page } from "./toy_page.js";

const [instrument] = page.payments.instruments;

test("exact amounts are summed to the last decimal", () => {
  assert.equal(exactSum(["0.1", "0.2"]), "0.3");
  assert.equal(exactSum(["9007199254740993.01", "0.99"]), "9007199254740994.00");
  assert.equal(exactSum(["1.5", "-2"]), "-0.5");
  assert.equal(exactSum([]), "0");
});

test("rows are found by party, and parties by unit", () => {
  const facts = paymentFacts(page);
  assert.deepEqual(facts.partiesOf, [[0], [1]]);
  for (const rows of facts.rowsOfParty) assert.deepEqual(rows.map(({ amount }) => amount), ["5.25", "0.25"]);
  assert.deepEqual(facts.choices.map(({ instruments }) => instruments.length), [1]);
});

test("instruments of one unit of account can be seen together", () => {
  const instruments = [instrument, { ...instrument, name: "air" }, { ...instrument, unit: "h" }];
  const { choices } = paymentFacts({ ...page, payments: { ...page.payments, instruments } });
  const listed = choices.map((one) => `${one.instruments.length} in ${one.unit}`);
  assert.deepEqual(listed, ["1 in CNY", "1 in CNY", "1 in h", "2 in CNY"]);
  assert.deepEqual(choices[3].arrows, [{ payer: 0, receiver: 1, amount: 11 }]);
  assert.deepEqual(instrument.arrows.amount, [5.5], "what was handed over stays as it is");
});

test("drops and rings of one party stay apart, unless they are net amounts", () => {
  const marks = { party: [0, 0, 1], amount: [3, -7, 4] };
  assert.deepEqual(choiceOf([{ ...instrument, marks }]).marks.map(({ amount }) => amount), [-7, 4, 3]);
  const netted = choiceOf([{ ...instrument, marks, many: true }]);
  assert.deepEqual(netted.marks, [{ party: 0, amount: -4 }, { party: 1, amount: 4 }]);
  assert.equal(netted.largest, 4);
});

test("a unit's net is its own, else its jurisdiction's, and 0 where neither is paid", () => {
  // party 0 is a jurisdiction of units 0, 1 and 2; parties 1 and 2 are units 0 and 1; unit 3 belongs to none
  const payments = { partiesOf: [[0, 1], [0, 2], [0], []], parties: [{ unit: null }, { unit: 0 }, { unit: 1 }] };
  assert.deepEqual([0, 1, 2, 3].map((unit) => netOfUnit(payments, [7, -3, 0], unit)), [-3, 7, 7, 0]);
  assert.deepEqual([0, 1, 2, 3].map((unit) => netOfUnit(payments, [0, -3, 0], unit)), [-3, 0, 0, 0]);
});

test("a party's net is what it receives less what it pays, in the instruments of the choice alone", () => {
  const facts = paymentFacts(page);
  assert.deepEqual(netAmounts(facts, facts.choices[0]), [-5.5, 5.5]);
  assert.deepEqual(netAmounts(facts, { ...facts.choices[0], instruments: [] }), [0, 0]);
  const { rows } = page.payments;
  const within = paymentFacts({ ...page, payments: { ...page.payments, rows: { ...rows, receiver: [0, 1] } } });
  assert.deepEqual(netAmounts(within, within.choices[0]), [-0.25, 0.25], "what a party pays itself is nothing");
});
