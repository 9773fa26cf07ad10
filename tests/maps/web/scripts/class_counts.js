// Reads columns of values and prints how many fall into each class by each method.

import { readFileSync } from "node:fs";

import { breaksOf, classOf } from "../../../../maps/web/src/class_breaks.js";

/** @import { Method } from "../../../../maps/web/src/class_breaks.js" */

/** @type {number[][]} */
const columns = JSON.parse(readFileSync(process.argv[2], "utf8"));
const counts = columns.map((values) =>
  Object.fromEntries(
    /** @type {Method[]} */ (["quantile", "natural", "equal"]).map((method) => {
      const breaks = breaksOf(method, values);
      const found = Array(breaks.length + 1).fill(0);
      for (const value of values) found[classOf(breaks, value)]++;
      return [method, { breaks, counts: found }];
    }),
  ),
);
console.log(JSON.stringify(counts));
