// Reads a block that Python wrote, and prints what other values of its own would make of each unit.

import { readFileSync } from "node:fs";

import { unpack } from "../../../../maps/web/src/binary_decoder.js";
import { factsOf } from "../../../../maps/web/src/plan_facts.js";
import { verdictOf } from "../../../../maps/web/src/verdict.js";

const { page, measured } = await unpack(readFileSync(process.argv[2], "ascii"));
const { units, verdicts, numbers, zones } = factsOf(page, measured);
const told = units.id.flatMap((id, unit) =>
  verdictOf(verdicts, numbers, unit, units.name[unit]).owns.map(({ title, way, zone }) => {
    const measure = verdicts.measures.findIndex((one) => one.title === title);
    const limit = verdicts.tests.find((one) => one.measure === measure)?.limit;
    return { unit: id, measure: verdicts.measures[measure].name, limit, way, zone: zones[zone].code };
  }),
);
console.log(JSON.stringify(told));
