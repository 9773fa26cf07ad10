// Brings points into planes and back: reads a list of projections, each with its points in degrees, and prints for each
// the points in metres and where these come out again.

import { readFileSync } from "node:fs";

import { planeOf } from "../../../../maps/web/src/projections.js";

/** @type {{ projection: import("../../../../maps/web/src/page_model.d.ts").MapProjection, points: number[][] }[]} */
const asked = JSON.parse(readFileSync(process.argv[2], "utf8"));
const told = asked.map(({ projection, points }) => {
  const plane = planeOf(projection);
  const metres = points.map(([lon, lat]) => plane.forward(lon, lat));
  return { metres, degrees: metres.map(([x, y]) => plane.inverse(x, y)) };
});
console.log(JSON.stringify(told));
