// The picture of the plan, from the ground up: land, fills of units, relief, waters, borders, single layers.

import { drawGround, drawRelief, drawWaters, placing } from "./base_map.js";
import { isFiltered, keeping } from "./filters.js";
import { Screen } from "./map_shapes.js";
import { isMoved } from "./shown_plan.js";
import { drawSites } from "./site_layer.js";

/**
 * @import { Ground } from "./base_map.js"
 * @import { Box } from "./labels.js"
 * @import { Colours } from "./colours.js"
 * @import { View } from "./map_grid.js"
 * @import { Rings, Shapes } from "./map_shapes.js"
 * @import { PageState } from "./page_state.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {object} Scene What everything that draws or says something reads.
 * @property {Facts} facts
 * @property {Shapes} shapes
 * @property {Speech} speech
 * @property {PageState} state
 * @property {Colours} colours
 * @property {Ground | null} ground
 * @property {CanvasImageSource | null} relief The picture of the ground's relief.
 *
 * @typedef {object} Filling What the units are filled by.
 * @property {(unit: number) => string} paint A colour of CSS.
 * @property {(unit: number) => number} classOf Its class in the legend.
 * @property {(unit: number) => boolean} [pales] Whether it stands back.
 *
 * @typedef {Facts["lines"][number]} LineFacts
 * @typedef {Facts["designations"][number]} DesignationFacts
 * @typedef {{ colour: string, width: number, dashes?: number[], edge?: number, halo?: string }} Stroke
 */

// Shapes filled at a time: one path of thousands takes five times as long without a graphics card.
const BATCH = 16;
const DIMMED = 0.16;
// Pixels round a unit that its fill reaches into.
const EDGE = 2;
// More parts than these cost more than the whole.
const MOST_PARTS = 160;
// Up to here each fill gets an edge of its own colour, lest the ground shines through between neighbours.
const EDGED = 5000;
const SHADOW = { widths: [30, 24, 18, 13, 9, 5], colour: "rgba(35,40,44,.028)" };

export class Painter {
  /** @param {Scene} scene */
  constructor(scene) {
    const { facts, shapes } = scene;
    const { unitOfPiece } = shapes;
    const { units } = facts;
    this.scene = scene;
    // polygons of a table may lie apart or on others: they have no common outline
    this.outline = facts.table ? [] : shapes.borders((piece) => piece < 0);
    this.unitBorders = shapes.borders((piece) => (piece < 0 ? -1 : unitOfPiece[piece]));
    this.jurisdictionBorders = shapes.borders((piece) => (piece < 0 ? -1 : units.jurisdiction[unitOfPiece[piece]]));
    /** @type {Map<object, number[]>} */
    this.outlines = new Map();
  }

  /**
   * The borders of the land that some pieces cover together.
   * @param {LineFacts | DesignationFacts} layer
   */
  outlineOf(layer) {
    let outline = this.outlines.get(layer);
    if (!outline) {
      outline = this.scene.shapes.borders((piece) => layer.holds.has(piece));
      this.outlines.set(layer, outline);
    }
    return outline;
  }

  /**
   * @param {Pen} pen
   * @param {View} view
   * @param {Filling} filling
   * @param {boolean} onTiles Whether somebody's own map lies below.
   * @param {number} zoom In relation to the view of the whole plan.
   * @param {Box[] | null} [parts] What of it alone is drawn.
   */
  paint(pen, view, filling, onTiles, zoom, parts = null) {
    const { facts, shapes, state, colours } = this.scene;
    const screen = new Screen(shapes, view);
    const thin = this.thinness(screen);
    if (!onTiles) this.below(pen, screen, thin);
    this.fillUnits(pen, screen, filling, parts);
    if (!onTiles) this.above(pen, view, zoom);
    const borders = pathOf(screen, this.unitBorders);
    stroke(pen, borders, { colour: colours.of("unit-border"), width: 0.6 * thin, alpha: 0.48 });
    for (const layer of facts.designations) {
      if (state.shown.layers.has(`designation ${layer.name}`)) this.area(pen, screen, layer, { ...layer, width: 1.4 });
    }
    for (const layer of facts.lines) {
      if (state.shown.layers.has(`line ${layer.code}`)) this.area(pen, screen, layer, layer);
    }
    if (state.shown.layers.has("jurisdictions")) {
      const inner = pathOf(screen, this.jurisdictionBorders);
      stroke(pen, inner, { colour: colours.of("halo"), width: 3.2 * thin, alpha: 0.55 });
      stroke(pen, inner, { colour: colours.of("inner-border"), width: 1.1 * thin });
    }
    stroke(pen, pathOf(screen, this.outline), { colour: colours.of("outline"), width: 1.5 * thin });
    this.outlineKept(pen, screen, filling);
    for (const layer of isMoved(facts) ? [] : facts.sites) {
      if (state.shown.layers.has(`sites ${layer.quota}`)) drawSites(pen, screen, layer, colours);
    }
  }

  /**
   * What lies below the fills.
   * @param {Pen} pen
   * @param {Screen} screen
   * @param {number} thin
   */
  below(pen, screen, thin) {
    const { ground, shapes, colours } = this.scene;
    const { view } = screen;
    if (ground) drawGround(pen, ground, placing(ground, shapes.grid, view), view, colours);
    else {
      pen.fillStyle = colours.of("outside");
      pen.fillRect(view.left, view.top, view.width, view.height);
    }
    const outline = pathOf(screen, this.outline);
    for (const wide of SHADOW.widths) stroke(pen, outline, { colour: SHADOW.colour, width: wide * thin });
  }

  /**
   * What of the ground lies above the fills.
   * @param {Pen} pen
   * @param {View} view
   * @param {number} zoom
   */
  above(pen, view, zoom) {
    const { ground, relief, shapes, state, colours } = this.scene;
    if (ground?.relief && relief) drawRelief(pen, ground.relief, relief, shapes.grid, view, zoom, state.shown.relief);
    if (ground) drawWaters(pen, ground, placing(ground, shapes.grid, view), view, colours);
  }

  /**
   * How a unit is filled: its colour, after a sign that says whether it is dimmed.
   * @param {Filling} filling
   * @returns {(unit: number) => string}
   */
  fillOf({ paint, classOf, pales }) {
    const { facts, state } = this.scene;
    const keeps = isFiltered(state.shown) ? keeping(facts, state.shown, classOf) : () => true;
    return (unit) => `${keeps(unit) && !pales?.(unit) ? "+" : "-"}${paint(unit)}`;
  }

  /** @param {Filling} filling */
  fillsOf(filling) {
    const fillOf = this.fillOf(filling);
    return this.scene.facts.units.id.map((_, unit) => fillOf(unit));
  }

  /**
   * The parts of a view in which units have other fills than before; null where these are most of it.
   * @param {View} view
   * @param {string[]} before
   * @param {string[]} now
   * @returns {Box[] | null}
   */
  changed(view, before, now) {
    const screen = new Screen(this.scene.shapes, view);
    /** @type {Box[]} */
    const boxes = [];
    let size = 0;
    for (let unit = 0; unit < now.length; unit++) {
      if (now[unit] === before[unit] || !screen.sees(unit, EDGE)) continue;
      const [left, top, right, bottom] = screen.box(unit);
      /** @type {Box} */
      const box = [Math.floor(left) - EDGE, Math.floor(top) - EDGE, Math.ceil(right) + EDGE, Math.ceil(bottom) + EDGE];
      size += (box[2] - box[0]) * (box[3] - box[1]);
      boxes.push(box);
      if (boxes.length > MOST_PARTS || size > (view.width * view.height) / 2 || !before.length) return null;
    }
    return boxes;
  }

  /**
   * @param {Pen} pen
   * @param {Screen} screen
   * @param {Filling} filling
   * @param {Box[] | null} parts
   */
  fillUnits(pen, screen, filling, parts) {
    const { facts, shapes, state, colours } = this.scene;
    const { shown } = state;
    const fillOf = this.fillOf(filling);
    const stacked = facts.table?.stacked ?? false;
    /** @type {{ key: string, units: number[] }[]} */
    const groups = [];
    /** @type {Map<string, number[]>} */
    const open = new Map();
    for (let unit = 0; unit < shapes.units.count; unit++) {
      if (!screen.sees(unit, EDGE) || (parts && !meets(screen.box(unit), parts))) continue;
      const key = fillOf(unit);
      const group = open.get(key);
      if (group) group.push(unit);
      else {
        if (stacked) open.clear(); // each lies above those before it
        const units = [unit];
        open.set(key, units);
        groups.push({ key, units });
      }
    }
    for (const { key, units } of groups) {
      const dim = key[0] === "-";
      // as land outside, so that what has no colour of its own is dimmed, too
      if (dim) this.fill(pen, screen, shapes.units, units, colours.of("outside"), shown.opacity);
      this.fill(pen, screen, shapes.units, units, key.slice(1), shown.opacity * (dim ? DIMMED : 1));
    }
  }

  /**
   * A line round what the filters keep.
   * @param {Pen} pen
   * @param {Screen} screen
   * @param {Filling} filling
   */
  outlineKept(pen, screen, { classOf }) {
    const { facts, shapes, state, colours } = this.scene;
    if (!isFiltered(state.shown)) return;
    const keeps = keeping(facts, state.shown, classOf);
    const kept = Array.from({ length: shapes.units.count }, (_, unit) => keeps(unit));
    const borders = shapes.borders((piece) => piece >= 0 && kept[shapes.unitOfPiece[piece]]);
    const thin = this.thinness(screen);
    const look = { colour: colours.of("ink"), width: 1.6 * thin, edge: thin, halo: colours.of("halo") };
    cased(pen, pathOf(screen, borders), look);
  }

  /**
   * @param {Pen} pen
   * @param {Screen} screen
   * @param {Rings} rings
   * @param {number[]} list
   * @param {string} colour
   * @param {number} alpha
   */
  fill(pen, screen, rings, list, colour, alpha) {
    const edged = alpha === 1 && rings.count <= EDGED;
    pen.globalAlpha = alpha;
    pen.fillStyle = pen.strokeStyle = colour;
    pen.lineWidth = 0.7;
    // where two of one path overlap it would have a hole
    const batch = this.scene.facts.table?.stacked ? 1 : BATCH;
    for (let from = 0; from < list.length; from += batch) {
      const path = new Path2D();
      for (const shape of list.slice(from, from + batch)) {
        if (rings === this.scene.shapes.units && screen.width(shape) < 2) screen.dot(path, shape);
        else screen.outline(path, rings, shape);
      }
      pen.fill(path, "evenodd");
      if (edged) pen.stroke(path);
    }
    pen.globalAlpha = 1;
  }

  /**
   * Land that a layer covers: a tint, and its outline.
   * @param {Pen} pen
   * @param {Screen} screen
   * @param {LineFacts | DesignationFacts} layer
   * @param {Stroke} line
   */
  area(pen, screen, layer, line) {
    this.fill(pen, screen, this.scene.shapes.pieces, layer.pieces, layer.colour, 0.16);
    const thin = this.thinness(screen);
    const halo = this.scene.colours.of("halo");
    cased(pen, pathOf(screen, this.outlineOf(layer)), { ...line, width: line.width * 1.3 * thin, edge: thin, halo });
  }

  /**
   * Where units are but a few pixels wide, lines must not cover them.
   * @param {Screen} screen
   */
  thinness(screen) {
    return Math.min(1, Math.max(0.3, (screen.view.scale * this.scene.shapes.index.side) / 24));
  }

  /**
   * The chosen units and the one under the pointer, on a canvas of their own.
   * @param {Pen} pen
   * @param {View} view
   */
  paintMarked(pen, view) {
    const { shapes, state, colours } = this.scene;
    const { hovered, chosen, compared, lit } = state.shown;
    const screen = new Screen(shapes, view);
    const [colour, halo] = [colours.of("ink"), colours.of("halo")];
    const ring = (/** @type {number} */ unit, /** @type {number} */ width, /** @type {number} */ casing) => {
      const path = new Path2D();
      if (screen.width(unit) < 2) screen.dot(path, unit);
      else screen.outline(path, shapes.units, unit);
      cased(pen, path, { colour, width, edge: (casing - width) / 2, halo });
    };
    for (const unit of lit) ring(unit, 2, 4.6);
    if (hovered >= 0 && hovered !== chosen) ring(hovered, 1.8, 4);
    for (const unit of [compared, chosen]) if (unit >= 0) ring(unit, 2.8, 6.5);
  }
}

/**
 * Whether a box meets one of others.
 * @param {Box} box
 * @param {Box[]} others
 */
function meets([left, top, right, bottom], others) {
  return others.some((one) => left < one[2] + EDGE && right > one[0] - EDGE && top < one[3] + EDGE && bottom > one[1] - EDGE);
}

/** @type {WeakMap<number[], { key: string, kind: typeof Path2D, path: Path2D }>} */
const PATHS = new WeakMap();

/**
 * The path of some borders, which is kept while the view stays; a pen of SVG has paths of its own kind.
 * @param {Screen} screen
 * @param {number[]} arcs
 */
function pathOf(screen, arcs) {
  const { scale, x, y, left, top, width, height } = screen.view;
  const key = [scale, x, y, left, top, width, height].join();
  let known = PATHS.get(arcs);
  if (known?.key !== key || known.kind !== Path2D) {
    PATHS.set(arcs, (known = { key, kind: Path2D, path: new Path2D() }));
    screen.lines(known.path, arcs);
  }
  return known.path;
}

/**
 * @param {Pen} pen
 * @param {Path2D} path
 * @param {{ colour: string, width: number, alpha?: number }} stroke
 */
function stroke(pen, path, { colour, width, alpha = 1 }) {
  pen.lineJoin = pen.lineCap = "round";
  pen.setLineDash([]);
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke(path);
  pen.globalAlpha = 1;
}

/**
 * A line with an edge on both sides, so that it is seen on every fill.
 * @param {Pen} pen
 * @param {Path2D} path
 * @param {Stroke} stroke
 */
function cased(pen, path, { colour, width, dashes = [], edge = 1.4, halo = "#fff" }) {
  stroke(pen, path, { colour: halo, width: width + 2 * edge, alpha: 0.9 });
  pen.setLineDash(dashes.map((length) => length * Math.max(1, width)));
  if (dashes.length) pen.lineCap = "butt";
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke(path);
  pen.setLineDash([]);
}
