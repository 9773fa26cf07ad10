// The base map on a pen that writes down what it is told.

import "./fake_document.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { drawGround, drawRelief, drawWaters, placing, riverWidth, strength } from "../../../../maps/web/src/base_map.js";
import { Colours } from "../../../../maps/web/src/colours.js";
import { Room } from "../../../../maps/web/src/labels.js";
import { nameRegions } from "../../../../maps/web/src/region_names.js";

/** @import { Ground, GroundShapes } from "../../../../maps/web/src/base_map.js" */

const colours = new Colours((name) => name);
const grid = /** @type {any} */ ({ west: 1000, south: 2000, step: 10 });
// One step of the plan's grid is 2 px; its corner lies at (100, 300).
const view = /** @type {any} */ ({ scale: 2, x: 100, y: 300, left: 0, top: 0, width: 400, height: 300, zoom: 3 });

/**
 * @param {GroundShapes["kind"]} kind
 * @param {number} rank
 * @returns {GroundShapes}
 */
function layer(kind, rank = 0) {
  const [start, x, y] = [Uint32Array.of(0, 3), Int32Array.of(0, 4, 4), Int32Array.of(0, 0, 4)];
  return { kind, rank, parts: 1, points: 3, names: [], start, x, y };
}

/** @type {Ground} */
const ground = {
  west: 900,
  south: 1900,
  step: 50,
  width: 8,
  height: 6,
  layers: [layer("land"), layer("river", 2), layer("river", 7), layer("lake"), layer("province"), layer("disputed")],
  towns: { name: [], x: [], y: [], population: [], capital: [], apart_km: [], inside: [] },
  regions: { name: [], country: [], x: [], y: [] },
  relief: null,
  credits: "",
};

function writingPen() {
  /** @type {string[]} */
  const told = [];
  const pen = {
    fillStyle: "",
    strokeStyle: "",
    lineWidth: 0,
    globalAlpha: 1,
    fillRect: (/** @type {number[]} */ ...box) => told.push(`rect ${pen.fillStyle} ${box.join(" ")}`),
    fill: () => told.push(`fill ${pen.fillStyle}`),
    stroke: () => told.push(`stroke ${pen.strokeStyle} ${pen.lineWidth}`),
    setLineDash: () => {},
    save: () => {},
    restore: () => {},
    drawImage: (/** @type {unknown} */ _, /** @type {number[]} */ ...box) => told.push(`image ${box.join(" ")}`),
  };
  return { pen: /** @type {any} */ (pen), told };
}

test("the grid of the ground falls where its metres are", () => {
  // 100 m west and south of the plan's corner are 20 px; a step of 50 m is 10 px
  assert.deepEqual(placing(ground, grid, view), { scale: 10, x: 80, y: 320 });
});

test("sea lies on the ground, land on the sea", () => {
  const { pen, told } = writingPen();
  drawGround(pen, ground, placing(ground, grid, view), view, colours);
  assert.deepEqual(told, ["rect outside 0 0 400 300", "rect water 80 260 80 60", "fill outside"]);
});

test("rivers come first, then lakes, then borders", () => {
  const { pen, told } = writingPen();
  drawWaters(pen, ground, placing(ground, grid, view), view, colours);
  assert.deepEqual(told, [
    "stroke water-line 1.5",
    "stroke water-line 0.6",
    "fill water",
    "stroke water-line 0.6",
    "stroke neighbour 1",
    "stroke neighbour 1.6",
  ]);
});

test("the relief lies on its metres and is fainter in a close view", () => {
  const { pen, told } = writingPen();
  const relief = { west: 1000, south: 2000, east: 1100, north: 2050, address: "" };
  drawRelief(pen, relief, /** @type {any} */ ({}), grid, view, 1, 1);
  assert.deepEqual(told, ["image 100 290 20 10"]);
  assert.deepEqual([1, 2, 6, 40].map((zoom) => strength(zoom).toFixed(2)), ["1.00", "1.00", "0.45", "0.45"]);
  assert.ok(strength(3) < 1 && strength(3) > 0.45);
});

test("a river is as wide as its rank says", () => {
  assert.deepEqual([0, 4, 5, 6, 7, 8].map(riverWidth), [1.5, 1.5, 1.25, 0.95, 0.6, 0.6]);
});

test("a neighbour is named on its first spot that is free and not over the plan", () => {
  const { pen } = writingPen();
  /** @type {string[]} */
  const written = [];
  pen.measureText = (/** @type {string} */ text) => ({ width: 6 * text.length });
  pen.strokeText = () => {};
  pen.fillText = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) =>
    written.push(`${text} ${x} ${y}`);
  // The plan lies from 0 to 50 on its grid, which is from 100 to 200 px across and from 200 to 300 px down.
  const unitAt = (/** @type {number} */ x, /** @type {number} */ y) => (x >= 0 && x <= 50 && y >= 0 && y <= 50 ? 0 : -1);
  const scene = /** @type {any} */ ({ shapes: { unitAt }, colours });
  const at = { scale: 10, x: 0, y: 300 };
  const regions = [
    { name: "Utah", country: false, x: [15, 30], y: [5, 5] },
    { name: "Mexico", country: true, x: [30, 30], y: [5, 20] },
    { name: "Lost", country: true, x: [15], y: [5] },
  ];
  nameRegions(pen, scene, regions, at, view, new Room([0, 0, 400, 300]), false);
  assert.deepEqual(written, ["UTAH 300 250.5", "MEXICO 300 100.5"]);
});
