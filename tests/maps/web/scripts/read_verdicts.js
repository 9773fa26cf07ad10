// Reads a table of verdicts that Python wrote, with the names of the units, and prints every verdict.

import { readFileSync } from "node:fs";

import { verdictOf } from "../../../../maps/web/src/verdict.js";

const { table, signs, names } = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(names.map((/** @type {string} */ name, /** @type {number} */ unit) =>
  verdictOf(table, signs, unit, name))));
