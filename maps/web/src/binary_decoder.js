// The block: what maps/web/geometry_encoding.py packed, unpacked.

import { Shapes } from "./map_shapes.js";

/**
 * @import { Ground } from "./base_map.js"
 * @import { Column } from "./condition_evaluator.js"
 * @import { ExactTable, MapGrid, Page, PlanModel, Surroundings } from "./page_model.d.ts"
 * @import { Rings } from "./map_shapes.js"
 * @import { ExactModel } from "./zone_evaluator.js"
 */

/** @param {string} text */
export async function unpack(text) {
  const stream = new Blob([bytesOf(text.trim())]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  /** @type {Page} */
  const page = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const numbers = new Numbers(bytes, 4 + length);
  const shapes = readShapes(numbers, page.grid);
  const ground = page.surroundings && readGround(numbers, page.surroundings);
  const measured = page.measures.map(({ step }) => readMeasure(numbers, page.grid.units, step));
  const exact = page.model && readModel(numbers, page.model);
  return { page, shapes, ground, measured, exact };
}

// The signs of a block, in the order of their values: what can be printed, but for what means something elsewhere.
const SIGNS = Array.from({ length: 94 }, (_, place) => String.fromCharCode(33 + place)).filter(
  (sign) => !/[<>&"'\x60$\\{]/.test(sign),
);

/**
 * The bytes that a text of 85 signs stands for, four for five of them.
 * @param {string} text
 */
function bytesOf(text) {
  const values = new Uint8Array(128);
  SIGNS.forEach((sign, value) => (values[sign.charCodeAt(0)] = value));
  const missing = (5 - (text.length % 5)) % 5;
  const bytes = new Uint8Array(((text.length + missing) / 5) * 4);
  const view = new DataView(bytes.buffer);
  const valueAt = (/** @type {number} */ place) => (place < text.length ? values[text.charCodeAt(place)] : 84);
  for (let at = 0, to = 0; to < bytes.length; at += 5, to += 4) {
    let value = 0;
    for (let place = at; place < at + 5; place++) value = value * 85 + valueAt(place);
    view.setUint32(to, value);
  }
  return bytes.subarray(0, bytes.length - missing);
}

/** Columns of whole numbers: how many bytes each has, the low bytes of all, the next ones, and so on. */
export class Numbers {
  /**
   * @param {Uint8Array} bytes
   * @param {number} at
   */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** @param {number} count */
  list(count) {
    const found = new Uint32Array(count);
    const { bytes } = this;
    let at = this.at;
    const width = bytes[at++];
    for (let bits = 0; bits < 8 * width; bits += 8) {
      for (let i = 0; i < count; i++) found[i] |= bytes[at++] << bits;
    }
    this.at = at;
    return found;
  }

  /** @param {number} count */
  signed(count) {
    const told = this.list(count);
    const found = new Int32Array(told.buffer);
    // a loop, since the arrays' own way of mapping takes ten times as long
    for (let i = 0; i < count; i++) found[i] = (told[i] >>> 1) ^ -(told[i] & 1);
    return found;
  }

  /**
   * Each number is the step from the one before.
   * @param {number} count
   */
  steps(count) {
    const found = this.signed(count);
    for (let i = 1; i < count; i++) found[i] += found[i - 1];
    return found;
  }
}

/**
 * @param {Numbers} numbers
 * @param {MapGrid} grid
 */
function readShapes(numbers, grid) {
  const arcStart = starts(numbers.list(grid.arcs));
  const first = [numbers.signed(grid.arcs), numbers.signed(grid.arcs)];
  const [x, y] = first.map((steps) => alongArcs(arcStart, steps, numbers.signed(grid.points - grid.arcs)));
  const unitOfPiece = numbers.list(grid.pieces);
  const pieces = readRings(numbers, grid.pieces, (count) => refsOf(numbers.list(count)));
  const units = readUnits(numbers, grid.units, pieces, unitOfPiece);
  const labelX = numbers.steps(grid.units);
  const labelY = numbers.steps(grid.units);
  return new Shapes({ grid, arcStart, x, y, pieces, units, unitOfPiece, labelX, labelY });
}

/**
 * A coordinate of all points, from the step to the first point of each arc and those from there on.
 * @param {Uint32Array} arcStart
 * @param {Int32Array} first
 * @param {Int32Array} others
 */
function alongArcs(arcStart, first, others) {
  const found = new Int32Array(first.length + others.length);
  let value = 0;
  let next = 0;
  for (let arc = 0; arc < first.length; arc++) {
    found[arcStart[arc]] = value += first[arc];
    for (let i = arcStart[arc] + 1; i < arcStart[arc + 1]; i++) found[i] = value += others[next++];
  }
  return found;
}

/**
 * Refs, from how far back their arcs lie from the next new one.
 * @param {Uint32Array} told
 */
function refsOf(told) {
  const found = new Int32Array(told.length);
  let expected = 0;
  for (let i = 0; i < told.length; i++) {
    const arc = expected - (told[i] >>> 1);
    expected = Math.max(expected, arc + 1);
    found[i] = 2 * arc + (told[i] & 1);
  }
  return found;
}

/**
 * A unit of one piece has the rings of that piece; those of the others are told.
 * @param {Numbers} numbers
 * @param {number} count
 * @param {Rings} pieces
 * @param {Uint32Array} unitOfPiece
 * @returns {Rings}
 */
function readUnits(numbers, count, pieces, unitOfPiece) {
  const held = new Uint32Array(count);
  const pieceOf = new Uint32Array(count);
  unitOfPiece.forEach((unit, piece) => {
    held[unit]++;
    pieceOf[unit] = piece;
  });
  const told = readRings(numbers, held.filter((many) => many !== 1).length, (many) => numbers.steps(many));
  let next = 0;
  const source = Array.from(held, (many, unit) =>
    many === 1 ? { rings: pieces, shape: pieceOf[unit] } : { rings: told, shape: next++ },
  );
  const sizes = source.map(({ rings: { ringStart }, shape }) => ringStart[shape + 1] - ringStart[shape]);
  const rings = source.flatMap(({ rings, shape }) => ringsOf(rings, shape));
  const refStart = starts(Uint32Array.from(rings, (ring) => ring.length));
  const refs = new Int32Array(refStart[rings.length]);
  rings.forEach((ring, place) => refs.set(ring, refStart[place]));
  return { count, ringStart: starts(Uint32Array.from(sizes)), refStart, refs };
}

/**
 * @param {Rings} rings
 * @param {number} shape
 */
function ringsOf({ ringStart, refStart, refs }, shape) {
  const found = [];
  for (let ring = ringStart[shape]; ring < ringStart[shape + 1]; ring++) {
    found.push(refs.subarray(refStart[ring], refStart[ring + 1]));
  }
  return found;
}

/**
 * The values of a measure, NaN where one is unknown.
 * @param {Numbers} numbers
 * @param {number} units
 * @param {number} step A power of ten.
 */
function readMeasure(numbers, units, step) {
  const found = new Float64Array(units);
  const parts = Math.round(1 / step);
  const list = numbers.list(units);
  for (let unit = 0; unit < units; unit++) {
    const told = list[unit];
    const steps = ((told - 1) >>> 1) ^ -((told - 1) & 1);
    // a tenth is no number of the machine, its inverse is
    found[unit] = told ? (step < 1 ? steps / parts : steps * step) : NaN;
  }
  return found;
}

/**
 * What the plan is worked out again from.
 * @param {Numbers} numbers
 * @param {PlanModel} model
 * @returns {ExactModel}
 */
function readModel(numbers, model) {
  const { rows } = model.units;
  const places = () => Int32Array.from(numbers.list(rows));
  const units = readTable(numbers, model.units);
  const parents = model.parents ? readTable(numbers, model.parents) : new Map();
  const parentOf = model.parents ? places() : new Int32Array();
  return { model, units, parents, parentOf, levels: model.levels.map(places), order: places() };
}

/**
 * @param {Numbers} numbers
 * @param {ExactTable} table
 * @returns {Map<string, Column>}
 */
function readTable(numbers, { rows, columns }) {
  const read = {
    number: () => ({ kind: /** @type {const} */ ("number"), values: readDoubles(numbers, rows) }),
    text: (/** @type {string[]} */ texts) => {
      const codes = Int32Array.from(numbers.list(rows), (place) => place - 1);
      return { kind: /** @type {const} */ ("text"), codes, texts };
    },
    boolean: () => ({ kind: /** @type {const} */ ("boolean"), answers: Uint8Array.from(numbers.list(rows)) }),
    nothing: () => ({ kind: /** @type {const} */ ("nothing") }),
  };
  return new Map(columns.map(({ name, kind, texts }) => [name, read[kind](texts)]));
}

/**
 * @param {Numbers} numbers
 * @param {number} count
 */
function readDoubles(numbers, count) {
  const [high, low] = [numbers.list(count), numbers.list(count)];
  const view = new DataView(new ArrayBuffer(8));
  return Float64Array.from(high, (upper, place) => {
    view.setUint32(0, upper);
    view.setUint32(4, low[place]);
    return view.getFloat64(0);
  });
}

/**
 * @param {Numbers} numbers
 * @param {number} count
 * @param {(count: number) => Int32Array} read The refs of all rings.
 * @returns {Rings}
 */
function readRings(numbers, count, read) {
  const ringStart = starts(numbers.list(count));
  const refStart = starts(numbers.list(ringStart[count]));
  return { count, ringStart, refStart, refs: read(refStart[ringStart[count]]) };
}

/**
 * @param {Numbers} numbers
 * @param {Surroundings} surroundings
 * @returns {Ground}
 */
function readGround(numbers, surroundings) {
  const layers = surroundings.layers.map((layer) => ({
    ...layer,
    start: starts(numbers.list(layer.parts)),
    x: numbers.steps(layer.points),
    y: numbers.steps(layer.points),
  }));
  return { ...surroundings, layers };
}

/**
 * Where each part starts, from how long each is; one more entry says where the last one ends.
 * @param {Uint32Array} sizes
 */
function starts(sizes) {
  const found = new Uint32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) found[i + 1] = found[i] + sizes[i];
  return found;
}
