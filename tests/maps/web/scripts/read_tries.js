// What the page makes of some files of tries: the file of a block, that of the texts as JSON; why each is refused, or null.

import { readFileSync } from "node:fs";

import { unpack } from "../../../../maps/web/src/binary_decoder.js";
import { PlanEvaluator } from "../../../../maps/web/src/plan_evaluator.js";
import { factsOf } from "../../../../maps/web/src/plan_facts.js";
import { readTryFile, scenarioFile } from "../../../../maps/web/src/try_file.js";

const [block, texts] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const { page, measured, exact } = await unpack(block);
if (!exact) throw new Error("the block has no model");
const evaluator = new PlanEvaluator(factsOf(page, measured), exact);
const { model, speech } = evaluator;
const read = JSON.parse(texts).map((/** @type {string} */ text) => {
  try {
    const { changes, ...credit } = readTryFile(/** @type {any} */ (new TextEncoder().encode(text).buffer), model, speech);
    evaluator.requirePossible(changes);
    return { zones: evaluator.evaluate(changes), saved: scenarioFile(model, changes, { ...credit, date: page.plan.date }) };
  } catch (error) {
    return { error: /** @type {Error} */ (error).message };
  }
});
console.log(JSON.stringify(read));
