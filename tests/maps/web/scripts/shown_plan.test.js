import assert from "node:assert/strict";
import { test } from "node:test";

import { axisReaching } from "../../../../maps/web/src/histogram.js";
import { withLimits } from "../../../../maps/web/src/measures.js";
import { isMoved, knownMeasure, shownVerdict, triedVerdicts } from "../../../../maps/web/src/shown_plan.js";
import { toyScene } from "./scene.js";
import { page } from "./toy_page.js";

const { speech } = toyScene();
const tests = page.verdicts.tests.map((one) => ({ ...one, parameter: "forest_min" }));
const table = { ...page.verdicts, tests };
const known = () => true;

/**
 * The facts of a try of a parameter.
 * @param {(measure: string) => boolean} knows
 */
function tried(knows) {
  const { facts } = toyScene();
  facts.verdicts = triedVerdicts(table, { forest_min: 0.3 }, knows, speech);
  facts.tried = { unknown: [], zones: true, knows, rule: () => "wood-1", amount: () => 0 };
  return facts;
}

test("a test is held against the limit that is tried, on an axis that reaches to it", () => {
  const facts = tried(known);
  const { sentence, gauges, changes, owns, nearest } = shownVerdict(facts, 0, "A");
  assert.equal(isMoved(facts), true);
  assert.equal(sentence, `A – ${facts.zones[facts.units.main[0]].title}`);
  assert.deepEqual(gauges.map(({ limit, needs, passed, decided }) => [limit, needs, passed, decided]), [[0.3, "needs 30%", false, true]]);
  assert.deepEqual([gauges[0].axis.low, gauges[0].axis.high], [0, 0.3]);
  assert.deepEqual([changes, owns, nearest], [[], [], null]); // of the adopted plan alone
});

test("values that hang on what is tried are left out, in gauges and in colours", () => {
  const facts = tried((measure) => measure !== "forest_share");
  assert.deepEqual(shownVerdict(facts, 0, "A").gauges, []);
  assert.equal(knownMeasure(facts, "forest_share"), undefined);
  assert.ok(knownMeasure({ ...facts, tried: null }, "forest_share"));
});

test("a limit that is no parameter is left out where parameters move, and stays where decisions do", () => {
  assert.deepEqual(triedVerdicts(page.verdicts, { other: 1 }, known, speech).tests[0].rules, []);
  assert.deepEqual(triedVerdicts(page.verdicts, {}, known, speech), page.verdicts);
});

test("the measure on the map has the limits that are tried, too", () => {
  const facts = tried(known);
  const [measure] = facts.measures.map((one) => ({ ...one, limits: one.limits.map((limit) => ({ ...limit, parameter: "forest_min" })) }));
  const moved = withLimits(measure, { forest_min: 0.3 });
  assert.deepEqual([moved.limits.map(({ at }) => at), moved.axis.high], [[0.3], 0.3]);
  assert.equal(withLimits(measure, { other: 1 }), measure);
});

test("an axis reaches to values without a change of its ticks; below 0 a logarithmic one has nothing", () => {
  const axis = { low: 1, high: 100, is_log: true, ticks: [1, 10, 100], zeros: 0 };
  assert.equal(axisReaching(axis, [5, 100]), axis);
  assert.deepEqual(axisReaching(axis, [0, 500]), { ...axis, high: 500 });
});
