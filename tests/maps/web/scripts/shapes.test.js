// Two squares side by side on a grid: the left one is unit 0, the right one unit 1 in two pieces, upper and lower.
//
//     0,10 +-----+-----+ 20,10
//          |     |  1  |
//          |  0  +-----+
//          |     |  2  |
//      0,0 +-----+-----+ 20,0

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { Numbers, unpack } from "../../../../maps/web/src/binary_decoder.js";
import { Screen } from "../../../../maps/web/src/map_shapes.js";

/** @param {number[]} values */
function varints(values) {
  return values.flatMap((value) => {
    const bytes = [];
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
    return [...bytes, value];
  });
}

/** @param {number} value */
const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
/** @param {number[]} values */
const steps = (values) => values.map((value, at) => zigzag(value - (at ? values[at - 1] : 0)));

const ARCS = [
  [[10, 0], [0, 0], [0, 10], [10, 10]], // 0: around unit 0
  [[10, 10], [10, 5]], // 1: between 0 and the upper piece
  [[10, 5], [10, 0]], // 2: between 0 and the lower piece
  [[10, 10], [20, 10], [20, 5]], // 3: around the upper piece
  [[10, 5], [20, 5]], // 4: between the pieces
  [[20, 5], [20, 0], [10, 0]], // 5: around the lower piece
];
/** A ref is twice the number of an arc, and one more for backwards. */
const PIECES = [[[0, 2, 4]], [[3, 6, 9]], [[5, 8, 10]]];
const UNITS = [[[0, 2, 4]], [[6, 10, 5, 3]]];

const MEASURES = [{ step: 0.1 }, { step: 100 }];

function block() {
  const points = ARCS.flat();
  const grid = { west: 100, south: 200, step: 10, arcs: 6, points: points.length, pieces: 3, units: 2 };
  const rings = (/** @type {number[][][]} */ shapes) => [
    ...shapes.map((own) => own.length),
    ...shapes.flat().map((ring) => ring.length),
    ...steps(shapes.flat(2)),
  ];
  const numbers = varints([
    ...ARCS.map((arc) => arc.length),
    ...steps(points.map(([x]) => x)),
    ...steps(points.map(([, y]) => y)),
    ...rings(PIECES),
    ...rings(UNITS),
    ...[0, 1, 1],
    ...[5, 15].map(zigzag),
    ...[5, 5].map(zigzag),
    ...[0, zigzag(-3) + 1], // unknown, and three steps below zero
    ...[zigzag(25) + 1, 1],
  ]);
  const said = new TextEncoder().encode(JSON.stringify({ grid, measures: MEASURES, name: "西" }));
  const length = new Uint8Array(new Uint32Array([said.length]).buffer);
  return gzipSync(Buffer.from([...length, ...said, ...numbers])).toString("base64");
}

const { page, shapes, measured } = await unpack(` ${block()}\n`);

test("measures are exact multiples of their steps, and unknown values are none", () => {
  assert.deepEqual(measured.map((column) => [...column]), [[NaN, -0.3], [2500, 0]]);
});

test("numbers of 7 bits a byte, with signs and as steps", () => {
  const read = (/** @type {number[]} */ values) => new Numbers(Uint8Array.from(varints(values)), 0);
  assert.deepEqual([...read([0, 127, 128, 2 ** 32 - 1]).list(4)], [0, 127, 128, 2 ** 32 - 1]);
  assert.deepEqual([...read([0, -1, 1, -300].map(zigzag)).signed(4)], [0, -1, 1, -300]);
  assert.deepEqual([...read(steps([5, 3, 9])).steps(3)], [5, 3, 9]);
});

test("a block has the model and the shapes", () => {
  assert.deepEqual(page, { grid: shapes.grid, measures: MEASURES, name: "西" });
  assert.deepEqual([...shapes.bounds], [0, 0, 10, 10, 10, 0, 20, 10]);
  assert.deepEqual(shapes.piecesOfUnit, [[0], [1, 2]]);
});

test("a place lies in one unit and one piece", () => {
  assert.equal(shapes.unitAt(3, 8, 0.1), 0);
  assert.equal(shapes.unitAt(12, 8, 0.1), 1);
  assert.equal(shapes.unitAt(25, 5, 0.1), -1);
  assert.equal(shapes.pieceAt(1, 12, 8), 1);
  assert.equal(shapes.pieceAt(1, 12, 2), 2);
  assert.equal(shapes.pieceAt(0, 12, 2), -1);
});

test("a unit that is small on the screen is found beside it", () => {
  assert.equal(shapes.unitAt(-12, 5, 20), 0);
  assert.equal(shapes.unitAt(-60, 5, 20), -1);
});

test("borders stand between pieces of different kinds, and towards the outside", () => {
  const unitOf = (/** @type {number} */ piece) => (piece < 0 ? -1 : shapes.unitOfPiece[piece]);
  assert.deepEqual(shapes.borders(unitOf), [0, 1, 2, 3, 5]);
  assert.deepEqual(shapes.borders((piece) => piece === 2), [2, 4, 5]);
});

/** A path that writes down what it is told. */
class Path {
  /** @type {string[]} */
  told = [];
  moveTo = (/** @type {number} */ x, /** @type {number} */ y) => this.told.push(`M${x},${y}`);
  lineTo = (/** @type {number} */ x, /** @type {number} */ y) => this.told.push(`L${x},${y}`);
  closePath = () => this.told.push("Z");
  rect = (/** @type {number[]} */ ...box) => this.told.push(`R${box}`);
}

const VIEW = { scale: 2, x: 100, y: 50, left: 0, top: 0, width: 200, height: 100, zoom: 5 };

test("a screen sees what lies on it, and draws outlines of arcs", () => {
  const screen = new Screen(shapes, VIEW);
  const path = new Path();
  screen.outline(/** @type {any} */ (path), shapes.pieces, 2);
  // back along arc 2, along arcs 4 and 5
  assert.equal(path.told.join(""), "M120,50L120,40L140,40L140,50L120,50Z");
  assert.deepEqual(screen.middle(1), [130, 40]);
  assert.equal(screen.width(0), 20);
  assert.ok(screen.sees(0));
  assert.ok(!new Screen(shapes, { ...VIEW, x: 900 }).sees(0));
});

test("neighbours lose the same points of their common border where a screen cannot tell them apart", () => {
  const far = new Screen(shapes, { ...VIEW, scale: 0.01 });
  assert.deepEqual([...far.start], [0, 2, 4, 6, 8, 10, 12]);
});
