// What the evaluator's parts make of a file of questions: conditions asked of tables, sums, products, apportionments.

import { readFileSync } from "node:fs";

import { MeasureTable } from "../../../../maps/web/src/condition_evaluator.js";
import { exactSum, product } from "../../../../maps/web/src/exact_decimal.js";
import { apportion, apportionGroups, groupTree } from "../../../../maps/web/src/webster.js";

/**
 * @import { Column } from "../../../../maps/web/src/condition_evaluator.js"
 */

/**
 * A column as JSON has it, null where a value is missing.
 * @param {any[]} values
 * @returns {Column}
 */
function column(values) {
  const first = values.find((value) => value !== null);
  if (first === undefined) return { kind: "nothing" };
  if (typeof first === "number") return { kind: "number", values: Float64Array.from(values, (one) => one ?? NaN) };
  if (typeof first === "boolean") {
    return { kind: "boolean", answers: Uint8Array.from(values, (one) => (one === null ? 1 : one ? 2 : 0)) };
  }
  const texts = [...new Set(values.filter((value) => value !== null))];
  return { kind: "text", codes: Int32Array.from(values, (one) => texts.indexOf(one)), texts };
}

const { tables, sums, products, contests } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const answers = tables.map((/** @type {any} */ { rows, columns, parameters, asked, names }) => {
  const table = new MeasureTable(rows, new Map(Object.entries(columns).map(([name, one]) => [name, column(one)])), parameters);
  return asked.map((/** @type {any} */ when) => ({
    answers: [...table.answer(when)],
    waits: [...table.waits(when, new Set(names))],
  }));
});
const shared = contests.map((/** @type {any} */ { weights, total, floors, ceilings, groups }) => {
  const [sizes, low, high] = [weights, floors, ceilings].map((one) => Float64Array.from(one));
  if (!groups) return [...apportion(sizes, total, low, high)];
  const { tree, nodes } = groupTree(groups.map((/** @type {any} */ { members }) => Uint8Array.from(members)), sizes.length);
  groups.forEach((/** @type {any} */ one, /** @type {number} */ place) => {
    tree.lows[nodes[place]] = one.low;
    tree.highs[nodes[place]] = one.high;
  });
  return [...apportionGroups(sizes, total, low, high, tree)];
});
console.log(JSON.stringify({ answers, sums: sums.map(exactSum), products: products.map(product), shared }));
