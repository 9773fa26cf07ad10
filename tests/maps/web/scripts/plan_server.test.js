// What the page and the program that serves it say to each other.

import "./fake_document.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { polygonsOf } from "../../../../maps/web/src/land_pen.js";
import { readLines } from "../../../../maps/web/src/plan_server.js";

/** @param {string[]} parts */
async function told(...parts) {
  const bytes = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(bytes.encode(part));
      controller.close();
    },
  });
  /** @type {string[]} */
  const lines = [];
  await readLines(body, (line) => lines.push(line));
  return lines;
}

test("lines come whole however the answer is cut", async () => {
  assert.deepEqual(await told('{"a":', '1}\n{"b"', ":2}\n"), ['{"a":1}', '{"b":2}']);
  assert.deepEqual(await told('{"a":1}\n\n{"b":2}'), ['{"a":1}', '{"b":2}']);
  assert.deepEqual(await told(""), []);
});

test("polygons of a file are taken, and nothing else", () => {
  const ring = [[0, 0], [1, 0], [1, 1], [0, 0]];
  const polygon = { type: "Polygon", coordinates: [ring] };
  const feature = { type: "Feature", properties: { name: "x" }, geometry: polygon };
  const plain = [{ type: "Feature", properties: {}, geometry: polygon }];
  assert.deepEqual(polygonsOf(JSON.stringify({ type: "FeatureCollection", features: [feature] })), plain);
  assert.deepEqual(polygonsOf(JSON.stringify(feature)), plain);
  assert.deepEqual(polygonsOf(JSON.stringify(polygon)), plain);
  assert.equal(polygonsOf("[]"), null);
  assert.equal(polygonsOf("<kml/>"), null);
  assert.equal(polygonsOf(JSON.stringify({ type: "Point", coordinates: [0, 0] })), null);
  const metres = { type: "Polygon", coordinates: [ring.map(([x, y]) => [x + 500_000, y])] };
  assert.equal(polygonsOf(JSON.stringify(metres)), null);
});
