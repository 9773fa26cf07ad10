import assert from "node:assert/strict";
import { test } from "node:test";

import { numberBeside, numberPast, shifted, verdictOf } from "../../../../maps/web/src/verdict.js";
import { page } from "./toy_page.js";

const { verdicts, numbers } = page;

test("a verdict says what a unit is, and why", () => {
  const { kind, sentence, gauges, changes } = verdictOf(verdicts, numbers, 0, "A");
  assert.equal(kind, "rule");
  assert.equal(sentence, "A is a wood: 24% of it is forest.");
  assert.deepEqual(gauges.map((one) => [one.valueText, one.passed, one.decided]), [["24%", true, true]]);
  assert.deepEqual(changes, ["Plain if it rose above 24.31%."]);
});

test("a name with the signs of a field stays a name", () => {
  assert.equal(verdictOf(verdicts, numbers, 0, "{unit} =0 <b>").sentence, "{unit} =0 <b> is a wood: 24% of it is forest.");
});

test("a missing value fails nothing and passes nothing", () => {
  const { sentence, overlays, gauges } = verdictOf(verdicts, numbers, 1, "B");
  assert.equal(sentence, "B is plain.");
  assert.deepEqual(overlays, [{ zone: 0, text: "Wood: not known.", held: false }]);
  assert.deepEqual(gauges.map((one) => [one.valueText, one.passed, one.decided]), [["?", null, false]]);
});

test("a number has as many digits as it takes to see on which side of its limit it lies", () => {
  assert.equal(numberBeside(24.31, 5), "24");
  assert.equal(numberBeside(19.94, 20), "19.9");
  assert.equal(numberBeside(19.9999999, 20), "19.9999999");
  assert.equal(numberBeside(1234567, 5), "1,234,567");
  assert.equal(numberBeside(0, 5), "0");
  assert.equal(numberBeside(0.000123, 5), "0.00012");
  assert.equal(numberPast(32.148, 50, false), "32.14");
  assert.equal(numberPast(24.281, 5, true), "24.29");
  assert.equal(numberPast(49.999, 50, true), "49.999");
  assert.equal(shifted(0.07, 2), 7);
  assert.equal(shifted(1e-7, 2), 1e-5);
});

test("the nearest limit is told by the part of itself that it has to move", () => {
  const nearest = (/** @type {Partial<typeof verdicts>} */ changes, unit = 0) =>
    verdictOf({ ...verdicts, ...changes }, numbers, unit, "A").nearest;
  const [measure] = verdicts.measures;
  const [asked] = verdicts.tests;
  const at = (/** @type {number} */ limit) => [{ ...asked, limit }];
  assert.equal(nearest({ measures: [{ ...measure, values: [0.06, null] }], tests: at(0.05) })?.toFixed(9), "0.200000000");
  assert.equal(nearest({ measures: [{ ...measure, values: [0.04, null] }], tests: at(0.05) })?.toFixed(9), "-0.200000000");
  assert.equal(nearest({ tests: at(0) }), null);
  assert.equal(nearest({ measures: [{ ...measure, answers: ["no", "yes"] }] }), null, "a truth value has no distance");
  assert.equal(nearest({}, 1), null, "no limit would change it");
  const second = { ...verdicts.wordings[verdicts.changes[0][0]], tests: [1] };
  const changes = [[verdicts.changes[0][0], verdicts.wordings.length], ...verdicts.changes.slice(1)];
  const two = { wordings: [...verdicts.wordings, second], changes, tests: [...at(0.2), ...at(0.1)] };
  assert.equal(nearest(two)?.toFixed(4), "0.2155", "the first of its changes");
});

test("a change by another limit is told as one by another value of the unit, too", () => {
  const { owns } = verdictOf(verdicts, numbers, 0, "A");
  assert.deepEqual(owns.map((one) => [one.valueText, one.way, one.zone]), [["24%", "own_below", 0]]);
  const twice = { ...verdicts, tests: [...verdicts.tests, verdicts.tests[0]] };
  assert.deepEqual(verdictOf(twice, numbers, 0, "A").owns, []); // two tests ask for the measure
});
