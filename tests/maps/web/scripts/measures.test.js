// Colour by a measure: classes, their colours, and what the legend says of them.

import { sheet } from "./fake_document.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { breaksOf, classOf } from "../../../../maps/web/src/class_breaks.js";
import { axisScale } from "../../../../maps/web/src/histogram.js";
import { viewShown } from "../../../../maps/web/src/map_views.js";
import { classesOf, methodsOf } from "../../../../maps/web/src/measures.js";
import { isSigned, signOfClass } from "../../../../maps/web/src/signed_values.js";
import { toyScene } from "./scene.js";

/** @import { Measure } from "../../../../maps/web/src/measures.js" */

const VALUES = [0, 0.01, 0.02, 0.03, 0.05, 0.06, 0.08, 0.12, 0.2, 0.3, NaN];

/**
 * @param {Partial<Measure>} changes
 * @returns {Measure}
 */
const measure = (changes = {}) => ({
  name: "m", title: "M", before: "", after: "%", shift: 2, signed: false, values: VALUES, axis: { low: 0, high: 0.3, is_log: false, ticks: [0, 0.1, 0.2, 0.3], zeros: 0 },
  limits: [{ at: 0.05, above: true, equal: true, zone: 1, parameter: "" }], ...changes,
});

test("the hue breaks where the answer of a rule does", () => {
  const { breaks, fills, counts, classOf: of } = classesOf(measure(), "threshold");
  assert.ok(breaks.includes(0.05));
  assert.equal(fills[of(3)], "threshold-2");
  assert.equal(fills[of(4)], "threshold-3"); // 5 % is enough
  assert.equal(fills[of(9)], "threshold-5");
  assert.equal(fills[of(10)], "no-data");
  assert.equal(counts.reduce((sum, one) => sum + one, 0), VALUES.length);
  assert.equal(counts[counts.length - 1], 1);
});

test("what is less and what is more than nothing is parted at 0 and has a sign", () => {
  const values = [-5, -4.8, -1, -0.9, -0.1, 0, 0.2, 0.3, 4, 5, NaN];
  assert.ok(isSigned(values));
  assert.ok(!isSigned([-2, 0, 5000]), "a shore a little below the sea");
  assert.ok(!isSigned([0, 1, 2]));
  const { breaks, fills, classOf: of } = classesOf(measure({ limits: [], signed: true, values }), "threshold");
  assert.ok(breaks.includes(0));
  assert.deepEqual(fills, ["measure-4", "measure-2", "land-3", "land-4", "no-data"]);
  assert.deepEqual(breaks.concat(0).map((_, place) => signOfClass(breaks, place)), [-1, -1, 1, 1]);
  assert.ok(of(4) < of(5) && of(5) === of(6), "0 is not less");
  assert.deepEqual([0, 1].map((place) => signOfClass([3], place)), [0, 1], "a class over 0 has none");
});

test("a limit that is not enough itself lies below, and one from above has the darkest at the low end", () => {
  const more = classesOf(measure({ limits: [{ at: 0.05, above: true, equal: false, zone: 1, parameter: "" }] }), "threshold");
  assert.equal(more.fills[more.classOf(4)], "threshold-2");
  assert.equal(more.fills[more.classOf(5)], "threshold-3");
  const less = classesOf(measure({ limits: [{ at: 0.05, above: false, equal: true, zone: 1, parameter: "" }] }), "threshold");
  assert.equal(less.fills[less.classOf(0)], "threshold-5");
  assert.equal(less.fills[less.classOf(4)], "threshold-3");
  assert.equal(less.fills[less.classOf(5)], "threshold-2");
});

test("without a limit there are natural breaks, and few values have few classes", () => {
  const plain = measure({ limits: [], values: [1, 1, 7] });
  assert.deepEqual(methodsOf(plain), ["natural", "quantile", "equal"]);
  const { breaks, fills } = classesOf(plain, "threshold");
  assert.deepEqual([breaks, fills], [[4], ["measure-1", "measure-5", "no-data"]]);
  assert.deepEqual(breaksOf("natural", [2, 2]), []);
  assert.equal(classOf([4, 6], 4), 1);
});

test("a value that ends a class of one width or one size is in it, and one that is a limit in the class above", () => {
  assert.deepEqual(breaksOf("equal", [0, 5, 10], [], 2), [6]); // 5 is the middle
  assert.deepEqual(breaksOf("quantile", [1, 2, 3], [], 2), [3]); // 2 is the median
  assert.deepEqual(breaksOf("natural", [1, 2, 8, 9], [], 2), [5]);
  assert.deepEqual([5, 6, 7].map((value) => classOf([6], value)), [0, 1, 1]);
  const limit = (/** @type {boolean} */ above, /** @type {boolean} */ equal) =>
    breaksOf("threshold", [1, 4, 6], [{ at: 4, above, equal }], 4);
  assert.deepEqual([limit(true, true), limit(false, false)], [[4, 5], [4, 5]]); // 4 is above its limit
  assert.deepEqual([limit(true, false), limit(false, true)], [[3, 5], [3, 5]]); // and here below
});

test("on a logarithmic axis equal lengths are equal factors, and what is not above 0 stands at its low end", () => {
  const wide = axisScale({ low: 0.1, high: 1000, is_log: true, ticks: [], zeros: 0 });
  assert.deepEqual([0, 0.1, 10, 1000, 4000].map((value) => Math.round(100 * wide.place(value))), [0, 0, 50, 100, 100]);
  assert.equal(Math.round(wide.value(wide.place(3)) * 1e6) / 1e6, 3);
  assert.equal(axisScale({ low: -5, high: 5, is_log: false, ticks: [], zeros: 0 }).place(0), 0.5);
});

test("units are coloured by a measure, whose legend counts every one and keeps a class", () => {
  const scene = toyScene();
  scene.state.change({ by: "forest_share" });
  const view = viewShown(scene);
  assert.deepEqual([view.paint(0), view.paint(1)], ["var(--threshold-4)", "var(--no-data)"]);
  const legend = sheet(view.legend());
  const rows = legend.all("zp-row");
  const figures = rows.map((row) => Number(row.all("zp-number")[0].textContent));
  assert.equal(figures.reduce((sum, one) => sum + one, 0), scene.facts.units.id.length);
  assert.match(rows[rows.length - 1].textContent, /^missing/);
  rows[rows.length - 1].listeners.click();
  assert.equal(scene.state.shown.kept, view.classOf(1));
});

test("measures that no rule tests come after those that one does", () => {
  const scene = toyScene();
  const names = scene.facts.measures.map(({ name, limits }) => [name, limits.length]);
  assert.deepEqual(names, [["forest_share", 1], ["height_m", 0]]);
  scene.state.change({ by: "height_m" });
  assert.deepEqual(viewShown(scene).tip(0), ["Elevation: mean: 120\u00a0m"]);
  scene.state.change({ view: "land" });
  assert.notEqual(viewShown(scene).paint(0), "var(--measure-3)");
});
