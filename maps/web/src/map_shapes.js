// Shapes: arcs, the rings that they make, which shape lies at a place, and how all of it looks on a screen.

/**
 * @import { MapGrid } from "./page_model.d.ts"
 * @import { View } from "./map_grid.js"
 *
 * @typedef {object} Rings Closed lines made of arcs: a ref is twice the number of an arc, and one more for backwards.
 * @property {number} count
 * @property {Uint32Array} ringStart
 * @property {Uint32Array} refStart
 * @property {Int32Array} refs
 *
 * @typedef {object} Parts
 * @property {MapGrid} grid
 * @property {Uint32Array} arcStart
 * @property {Int32Array} x
 * @property {Int32Array} y
 * @property {Rings} pieces
 * @property {Rings} units
 * @property {Uint32Array} unitOfPiece
 * @property {Int32Array} labelX
 * @property {Int32Array} labelY
 */

// Pixels from the view: a name or a sign may reach into it; a line is not wider.
const NEAR = 60;
const WIDEST = 20;
// Points nearer than the root of this cannot be told apart, in pixels.
const THIN = 0.5;

export class Shapes {
  /** @param {Parts} parts */
  constructor({ grid, arcStart, x, y, pieces, units, unitOfPiece, labelX, labelY }) {
    this.grid = grid;
    this.arcStart = arcStart;
    this.x = x;
    this.y = y;
    this.pieces = pieces;
    this.units = units;
    this.unitOfPiece = unitOfPiece;
    this.labelX = labelX;
    this.labelY = labelY;
    /** @type {{ key: string, start: Uint32Array, x: Float32Array, y: Float32Array } | null} */
    this.thin = null;
    this.arcBounds = this.findArcBounds();
    this.bounds = this.findBounds();
    this.sides = this.findSides();
    this.index = new PlaceIndex(this.bounds, units.count);
    /** @type {number[][]} */
    this.piecesOfUnit = Array.from({ length: units.count }, () => []);
    unitOfPiece.forEach((unit, piece) => this.piecesOfUnit[unit].push(piece));
  }

  /** West, south, east and north of each arc. */
  findArcBounds() {
    const { arcStart, x, y } = this;
    const count = arcStart.length - 1;
    const bounds = new Int32Array(4 * count);
    for (let arc = 0; arc < count; arc++) {
      const from = arcStart[arc];
      let [west, south, east, north] = [x[from], y[from], x[from], y[from]];
      for (let i = from + 1; i < arcStart[arc + 1]; i++) {
        if (x[i] < west) west = x[i];
        else if (x[i] > east) east = x[i];
        if (y[i] < south) south = y[i];
        else if (y[i] > north) north = y[i];
      }
      const at = 4 * arc;
      bounds[at] = west;
      bounds[at + 1] = south;
      bounds[at + 2] = east;
      bounds[at + 3] = north;
    }
    return bounds;
  }

  /** West, south, east and north of each unit; a unit too small for the grid is its label's place. */
  findBounds() {
    const { arcBounds } = this;
    const bounds = new Int32Array(4 * this.units.count);
    for (let unit = 0; unit < this.units.count; unit++) {
      let [west, south, east, north] = [this.labelX[unit], this.labelY[unit], this.labelX[unit], this.labelY[unit]];
      for (const ref of this.refsOf(this.units, unit)) {
        const at = 4 * (ref >> 1);
        if (arcBounds[at] < west) west = arcBounds[at];
        if (arcBounds[at + 1] < south) south = arcBounds[at + 1];
        if (arcBounds[at + 2] > east) east = arcBounds[at + 2];
        if (arcBounds[at + 3] > north) north = arcBounds[at + 3];
      }
      bounds.set([west, south, east, north], 4 * unit);
    }
    return bounds;
  }

  /**
   * All points as they fall on the screen, without those that it cannot tell apart; kept until the scale is another one.
   * @param {Pick<View, "scale" | "x" | "y">} view
   */
  thinned({ scale, x: left, y: top }) {
    const key = [scale, left, top].join();
    if (this.thin?.key === key) return this.thin;
    const { arcStart, x, y } = this;
    const arcs = arcStart.length - 1;
    const start = new Uint32Array(arcs + 1);
    const [xs, ys] = [new Float32Array(x.length), new Float32Array(x.length)];
    let at = 0;
    for (let arc = 0; arc < arcs; arc++) {
      const last = arcStart[arc + 1] - 1;
      let lastX = Infinity;
      let lastY = Infinity;
      for (let i = arcStart[arc]; i <= last; i++) {
        const screenX = x[i] * scale + left;
        const screenY = top - y[i] * scale;
        const dx = screenX - lastX;
        const dy = screenY - lastY;
        if (i < last && dx * dx + dy * dy < THIN) continue;
        xs[at] = lastX = screenX;
        ys[at] = lastY = screenY;
        at++;
      }
      start[arc + 1] = at;
    }
    this.thin = { key, start, x: xs, y: ys };
    return this.thin;
  }

  /** The pieces on the two sides of each arc, or -1 where there is none. */
  findSides() {
    const sides = new Int32Array(2 * (this.arcStart.length - 1)).fill(-1);
    for (let piece = 0; piece < this.pieces.count; piece++) {
      for (const ref of this.refsOf(this.pieces, piece)) {
        const at = 2 * (ref >> 1);
        sides[sides[at] < 0 ? at : at + 1] = piece;
      }
    }
    return sides;
  }

  /**
   * @param {Rings} rings
   * @param {number} shape
   */
  refsOf(rings, shape) {
    return rings.refs.subarray(rings.refStart[rings.ringStart[shape]], rings.refStart[rings.ringStart[shape + 1]]);
  }

  /**
   * The units that share a border with one.
   * @param {number} unit
   */
  neighboursOf(unit) {
    const found = new Set();
    for (const ref of this.refsOf(this.units, unit)) {
      const at = 2 * (ref >> 1);
      for (const piece of this.sides.subarray(at, at + 2)) if (piece >= 0) found.add(this.unitOfPiece[piece]);
    }
    found.delete(unit);
    return [...found];
  }

  /**
   * The number of each arc between pieces of different kinds.
   * @param {(piece: number) => unknown} kind Of a piece, and of -1, the outside.
   */
  borders(kind) {
    const found = [];
    for (let arc = 0; arc < this.sides.length / 2; arc++) {
      if (kind(this.sides[2 * arc]) !== kind(this.sides[2 * arc + 1])) found.push(arc);
    }
    return found;
  }

  /**
   * The unit at a place of the grid, the last of several, or -1; a unit that is small on the screen is found within `reach`.
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   */
  unitAt(x, y, reach) {
    let top = -1;
    let near = -1;
    let nearest = Infinity;
    for (const unit of this.index.around(x, y, reach)) {
      if (unit > top && this.holds(this.units, unit, x, y)) top = unit;
      const [west, south, east, north] = this.bounds.subarray(4 * unit, 4 * unit + 4);
      const small = east - west < 2 * reach && north - south < 2 * reach;
      const distance = Math.hypot(x - this.labelX[unit], y - this.labelY[unit]);
      if (small && distance < Math.min(nearest, 2 * reach)) {
        near = unit;
        nearest = distance;
      }
    }
    return top < 0 ? near : top;
  }

  /**
   * @param {number} unit
   * @param {number} x
   * @param {number} y
   */
  pieceAt(unit, x, y) {
    return this.piecesOfUnit[unit].find((piece) => this.holds(this.pieces, piece, x, y)) ?? -1;
  }

  /**
   * Whether a shape holds a place: a line from there to the east crosses its rings an odd number of times.
   * @param {Rings} rings
   * @param {number} shape
   * @param {number} x
   * @param {number} y
   */
  holds(rings, shape, x, y) {
    let inside = false;
    for (const ref of this.refsOf(rings, shape)) {
      for (let i = this.arcStart[ref >> 1] + 1; i < this.arcStart[(ref >> 1) + 1]; i++) {
        const [x0, y0, x1, y1] = [this.x[i - 1], this.y[i - 1], this.x[i], this.y[i]];
        if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
      }
    }
    return inside;
  }
}

/** Which units may lie at a place: a coarse raster of their bounds. */
class PlaceIndex {
  /**
   * @param {Int32Array} bounds
   * @param {number} count
   */
  constructor(bounds, count) {
    /** @type {Map<number, number[]> | null} */
    this.known = null;
    this.bounds = bounds;
    this.count = count;
    let west = Infinity;
    let east = -Infinity;
    for (let unit = 0; unit < count; unit++) {
      west = Math.min(west, bounds[4 * unit]);
      east = Math.max(east, bounds[4 * unit + 2]);
    }
    this.side = Math.max(1, (east - west) / Math.max(8, Math.sqrt(count) * 2));
  }

  /** The units of each cell; filled when a place is first asked for, which is after the first picture. */
  get cells() {
    if (this.known) return this.known;
    /** @type {Map<number, number[]>} */
    const cells = new Map();
    for (let unit = 0; unit < this.count; unit++) {
      const [west, south, east, north] = this.bounds.subarray(4 * unit, 4 * unit + 4);
      this.visit(west, south, east, north, (key) => {
        const listed = cells.get(key);
        if (listed) listed.push(unit);
        else cells.set(key, [unit]);
      });
    }
    this.known = cells;
    return cells;
  }

  /**
   * The keys of all cells that a box reaches into.
   * @param {number} west
   * @param {number} south
   * @param {number} east
   * @param {number} north
   * @param {(key: number) => void} found
   */
  visit(west, south, east, north, found) {
    const cell = (/** @type {number} */ value) => Math.floor(value / this.side);
    const [first, last, top] = [cell(west), cell(east), cell(north)];
    for (let row = cell(south); row <= top; row++) {
      for (let column = first; column <= last; column++) found(row * 1e6 + column);
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   */
  around(x, y, reach) {
    /** @type {Set<number>} */
    const found = new Set();
    this.visit(x - reach, y - reach, x + reach, y + reach, (key) => {
      for (const unit of this.cells.get(key) ?? []) found.add(unit);
    });
    return found;
  }
}

/**
 * All arcs as they fall on one screen, without the points that it cannot tell apart. Both neighbours of an arc get the
 * same points, so that no gap opens between them.
 */
export class Screen {
  /**
   * @param {Shapes} shapes
   * @param {View} view
   */
  constructor(shapes, view) {
    this.shapes = shapes;
    this.view = view;
    const { start, x, y } = shapes.thinned(view);
    this.start = start;
    this.x = x;
    this.y = y;
  }

  /**
   * Whether a unit reaches into the view, or so near that its name or sign may.
   * @param {number} unit
   * @param {number} margin
   */
  sees(unit, margin = NEAR) {
    return this.touches(this.shapes.bounds, unit, margin);
  }

  /**
   * @param {Int32Array} bounds Four numbers of each.
   * @param {number} place
   * @param {number} margin
   */
  touches(bounds, place, margin) {
    const { scale, x, y, width, height, left, top } = this.view;
    const at = 4 * place;
    return (
      bounds[at + 2] * scale + x > left - margin &&
      bounds[at] * scale + x < left + width + margin &&
      y - bounds[at + 1] * scale > top - margin &&
      y - bounds[at + 3] * scale < top + height + margin
    );
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  place(x, y) {
    return [x * this.view.scale + this.view.x, this.view.y - y * this.view.scale];
  }

  /**
   * The same the other way round.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  unplace(x, y) {
    return [(x - this.view.x) / this.view.scale, (this.view.y - y) / this.view.scale];
  }

  /**
   * Left, top, right and bottom of a unit.
   * @param {number} unit
   * @returns {[number, number, number, number]}
   */
  box(unit) {
    const [west, south, east, north] = this.shapes.bounds.subarray(4 * unit, 4 * unit + 4);
    return [...this.place(west, north), ...this.place(east, south)];
  }

  /**
   * Points along the outline of a shape, some pixels apart.
   * @param {Rings} rings
   * @param {number} shape
   * @param {number} apart
   */
  corners(rings, shape, apart) {
    /** @type {[number, number][]} */
    const found = [];
    for (const ref of this.shapes.refsOf(rings, shape)) {
      for (let i = this.start[ref >> 1] + 1; i < this.start[(ref >> 1) + 1]; i++) {
        const [x0, y0, x1, y1] = [this.x[i - 1], this.y[i - 1], this.x[i], this.y[i]];
        const steps = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / apart);
        for (let step = 0; step < steps; step++) {
          found.push([x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps]);
        }
      }
    }
    return found;
  }

  /**
   * Whether a unit holds a place of the screen, as it is drawn.
   * @param {number} unit
   * @param {number} x
   * @param {number} y
   */
  holds(unit, x, y) {
    let inside = false;
    for (const ref of this.shapes.refsOf(this.shapes.units, unit)) {
      for (let i = this.start[ref >> 1] + 1; i < this.start[(ref >> 1) + 1]; i++) {
        const [y0, y1] = [this.y[i - 1], this.y[i]];
        if (y0 > y === y1 > y) continue;
        const [x0, x1] = [this.x[i - 1], this.x[i]];
        if (x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
      }
    }
    return inside;
  }

  /**
   * Where the label of a unit stands.
   * @param {number} unit
   */
  middle(unit) {
    return this.place(this.shapes.labelX[unit], this.shapes.labelY[unit]);
  }

  /** @param {number} unit */
  width(unit) {
    return (this.shapes.bounds[4 * unit + 2] - this.shapes.bounds[4 * unit]) * this.view.scale;
  }

  /**
   * The outline of a shape as part of a path.
   * @param {Path2D} path
   * @param {Rings} rings
   * @param {number} shape
   */
  outline(path, rings, shape) {
    const { ringStart, refStart, refs } = rings;
    for (let ring = ringStart[shape]; ring < ringStart[shape + 1]; ring++) {
      let first = true;
      for (let i = refStart[ring]; i < refStart[ring + 1]; i++) {
        this.follow(path, refs[i] >> 1, Boolean(refs[i] & 1), first);
        first = false;
      }
      path.closePath();
    }
  }

  /**
   * What stands for a unit that is too small to be seen.
   * @param {Path2D} path
   * @param {number} unit
   */
  dot(path, unit) {
    const [x, y] = this.middle(unit);
    path.rect(x - 1, y - 1, 2, 2);
  }

  /**
   * @param {Path2D} path
   * @param {number} arc
   * @param {boolean} backwards
   * @param {boolean} first
   */
  follow(path, arc, backwards, first) {
    const [from, to] = [this.start[arc], this.start[arc + 1]];
    const [begin, step] = backwards ? [to - 1, -1] : [from, 1];
    if (first) path.moveTo(this.x[begin], this.y[begin]);
    for (let i = begin + step; i >= from && i < to; i += step) path.lineTo(this.x[i], this.y[i]);
  }

  /**
   * Arcs as lines, those that the view sees.
   * @param {Path2D} path
   * @param {number[]} arcs
   */
  lines(path, arcs) {
    const { arcBounds } = this.shapes;
    for (const arc of arcs) if (this.touches(arcBounds, arc, WIDEST)) this.follow(path, arc, false, true);
  }
}
