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

/**
 * A column of numbers: how many bytes each has, the low bytes of all, the next ones, and so on.
 * @param {number[]} values
 */
function planes(values) {
  let width = 0;
  while (values.some((value) => value >= 256 ** width)) width++;
  const plane = (/** @type {number} */ place) => values.map((value) => Math.floor(value / 256 ** place) % 256);
  return [width, ...Array.from({ length: width }, (_, place) => plane(place)).flat()];
}

/** @param {Uint8Array} bytes */
function in85Signs(bytes) {
  const signs = Array.from({ length: 94 }, (_, place) => String.fromCharCode(33 + place)).filter(
    (sign) => !"<>&\"'`$\\{".includes(sign),
  );
  const padded = [...bytes, 0, 0, 0];
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let value = padded.slice(at, at + 4).reduce((sum, byte) => sum * 256 + byte, 0);
    let group = "";
    for (let place = 0; place < 5; place++) {
      group = signs[value % 85] + group;
      value = Math.floor(value / 85);
    }
    text += group.slice(0, Math.min(4, bytes.length - at) + 1);
  }
  return text;
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
  const parts = (/** @type {number[][][]} */ shapes) => [
    shapes.map((own) => own.length),
    shapes.flat().map((ring) => ring.length),
  ];
  const axes = [0, 1].map((axis) => points.map((point, at) => zigzag(point[axis] - (points[at - 1]?.[axis] ?? 0))));
  const starts = ARCS.map((_, arc) => ARCS.slice(0, arc).flat().length);
  let expected = 0;
  const newness = PIECES.flat(2).map((ref) => {
    const back = expected - (ref >> 1);
    expected = Math.max(expected, (ref >> 1) + 1);
    return 2 * back + (ref & 1);
  });
  const numbers = [
    ARCS.map((arc) => arc.length),
    ...axes.map((axis) => axis.filter((_, at) => starts.includes(at))),
    ...axes.map((axis) => axis.filter((_, at) => !starts.includes(at))),
    [0, 1, 1],
    ...parts(PIECES),
    newness,
    ...parts(UNITS.slice(1)), // unit 0 has the rings of its one piece
    steps(UNITS.slice(1).flat(2)),
    steps([5, 15]),
    steps([5, 5]),
    [0, zigzag(-3) + 1], // unknown, and three steps below zero
    [zigzag(25) + 1, 1],
  ].flatMap(planes);
  const said = new TextEncoder().encode(JSON.stringify({ grid, measures: MEASURES, name: "西" }));
  const length = new Uint8Array(new Uint32Array([said.length]).buffer);
  return in85Signs(gzipSync(Buffer.from([...length, ...said, ...numbers])));
}

const { page, shapes, measured } = await unpack(` ${block()}\n`);

test("measures are exact multiples of their steps, and unknown values are none", () => {
  assert.deepEqual(measured.map((column) => [...column]), [[NaN, -0.3], [2500, 0]]);
});

test("columns of numbers, with signs and as steps", () => {
  const read = (/** @type {number[]} */ values) => new Numbers(Uint8Array.from(planes(values)), 0);
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
