// The block: what maps/web/geometry_encoding.py packed, unpacked.

import { Shapes } from "./map_shapes.js";

/**
 * @import { Ground } from "./base_map.js"
 * @import { MapGrid, Page, Surroundings } from "./page_model.d.ts"
 * @import { Rings } from "./map_shapes.js"
 */

/** @param {string} text */
export async function unpack(text) {
  const signs = atob(text.trim());
  const packed = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i++) packed[i] = signs.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  /** @type {Page} */
  const page = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const numbers = new Numbers(bytes, 4 + length);
  const shapes = readShapes(numbers, page.grid);
  const ground = page.surroundings && readGround(numbers, page.surroundings);
  const measured = page.measures.map(({ step }) => readMeasure(numbers, page.grid.units, step));
  return { page, shapes, ground, measured };
}

/** Whole numbers of 7 bits a byte, the lowest first. */
export class Numbers {
  /**
   * @param {Uint8Array} bytes
   * @param {number} at
   */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  next() {
    let value = 0;
    let bits = 0;
    let byte;
    do {
      byte = this.bytes[this.at++];
      value |= (byte & 127) << bits;
      bits += 7;
    } while (byte & 128);
    return value >>> 0;
  }

  /** @param {number} count */
  list(count) {
    const found = new Uint32Array(count);
    for (let i = 0; i < count; i++) found[i] = this.next();
    return found;
  }

  /** @param {number} count */
  signed(count) {
    const found = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const value = this.next();
      found[i] = (value >>> 1) ^ -(value & 1);
    }
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
  const x = numbers.steps(grid.points);
  const y = numbers.steps(grid.points);
  const pieces = readRings(numbers, grid.pieces);
  const units = readRings(numbers, grid.units);
  const unitOfPiece = numbers.list(grid.pieces);
  const labelX = numbers.signed(grid.units);
  const labelY = numbers.signed(grid.units);
  return new Shapes({ grid, arcStart, x, y, pieces, units, unitOfPiece, labelX, labelY });
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
  for (let unit = 0; unit < units; unit++) {
    const told = numbers.next();
    const steps = ((told - 1) >>> 1) ^ -((told - 1) & 1);
    // a tenth is no number of the machine, its inverse is
    found[unit] = told ? (step < 1 ? steps / parts : steps * step) : NaN;
  }
  return found;
}

/**
 * @param {Numbers} numbers
 * @param {number} count
 * @returns {Rings}
 */
function readRings(numbers, count) {
  const ringStart = starts(numbers.list(count));
  const refStart = starts(numbers.list(ringStart[count]));
  return { count, ringStart, refStart, refs: numbers.steps(refStart[ringStart[count]]) };
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
