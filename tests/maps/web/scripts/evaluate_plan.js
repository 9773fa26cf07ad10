// What the page makes of some tries: the file of a block, that of the tries as JSON; an outcome or an error each.

import { readFileSync } from "node:fs";

import { unpack } from "../../../../maps/web/src/binary_decoder.js";
import { PlanEvaluator } from "../../../../maps/web/src/plan_evaluator.js";
import { factsOf } from "../../../../maps/web/src/plan_facts.js";

const [block, tries] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const { page, measured, exact } = await unpack(block);
if (!exact) throw new Error("the block has no model");
const evaluator = new PlanEvaluator(factsOf(page, measured), exact);
const told = JSON.parse(tries).map((/** @type {any} */ changes) => {
  try {
    return evaluator.evaluate(changes);
  } catch (error) {
    return { error: /** @type {Error} */ (error).message };
  }
});
console.log(JSON.stringify({ plan: evaluator.plan, told }));
