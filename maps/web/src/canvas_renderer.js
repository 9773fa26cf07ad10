// The canvas: one picture of the whole view, drawn anew when the view comes to rest.

import { drawNames } from "./labels.js";
import { viewOf } from "./map_grid.js";
import { Screen } from "./map_shapes.js";
import { bubble, cased, dots, dottedEdge, penOf, zoneFilling } from "./patterns.js";
import { drawPayments } from "./payment_layer.js";
import { amountOf, bubbleRadius, useClasses, useOf } from "./quota_use.js";
import { drawSites } from "./site_layer.js";
import { drawMarks } from "./status_marks.js";

/**
 * @import { Shown } from "./layer_control.js"
 * @import { View } from "./map_grid.js"
 * @import { Rings, Shapes } from "./map_shapes.js"
 * @import { MapGrid } from "./page_model.d.ts"
 * @import { Pen } from "./patterns.js"
 * @import { Facts } from "./plan_facts.js"
 *
 * @typedef {(context: Pen, view: View, ratio: number) => void} Paint
 * @typedef {Facts["lines"][number]} LineFacts
 * @typedef {Facts["designations"][number]} DesignationFacts
 */

// Shapes filled at a time: one path of thousands takes five times as long without a graphics card.
const BATCH = 16;

/**
 * A canvas over the view and a margin around it; Leaflet moves and scales it while the view changes.
 * @param {MapGrid} grid
 * @param {Paint} paint
 * @param {string} pane
 * @returns {L.Renderer & { redraw(): void }}
 */
export function viewCanvas(grid, paint, pane) {
  const canvas = document.createElement("canvas");
  const context = penOf(canvas);
  let drawn = "";
  /** @type {any} */
  const { prototype } = L.Renderer;
  /** @type {any} */
  const Canvas = L.Renderer.extend({
    /** @this {any} */
    _initContainer() {
      this._container = canvas;
      canvas.setAttribute("aria-hidden", "true");
    },

    _destroyContainer() {
      canvas.remove();
    },

    /** @this {any} */
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      prototype._update.call(this);
      // Leaflet says twice that a view was set
      const { min, max } = this._bounds;
      const view = [min.x, min.y, max.x, max.y, this._zoom, ...Object.values(this._map.getPixelOrigin())].join();
      if (view === drawn) return;
      drawn = view;
      this.redraw();
    },

    /** @this {any} */
    redraw() {
      const { min } = this._bounds;
      const size = this._bounds.getSize();
      const ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(canvas, min);
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      context.setTransform(ratio, 0, 0, ratio, -min.x * ratio, -min.y * ratio);
      paint(context, viewOf(this._map, grid, this._bounds), ratio);
    },
  });
  return new Canvas({ padding: 0.25, pane });
}

/** What is shown of a plan, from the ground up. */
export class Painter {
  /**
   * @param {Facts} facts
   * @param {Shapes} shapes
   * @param {Shown} shown
   */
  constructor(facts, shapes, shown) {
    this.facts = facts;
    this.shapes = shapes;
    this.shown = shown;
    const { unitOfPiece } = shapes;
    const { units } = facts;
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
      outline = this.shapes.borders((piece) => layer.holds.has(piece));
      this.outlines.set(layer, outline);
    }
    return outline;
  }

  /** @type {Paint} */
  paint(context, view, ratio) {
    const { facts, shapes, shown } = this;
    const screen = new Screen(shapes, view);
    const seen = Array.from({ length: shapes.units.count }, (_, unit) => unit).filter((unit) => screen.sees(unit));
    this.fillMains(context, screen, seen);
    for (const layer of facts.designations) {
      if (shown.designations.has(layer)) this.dotted(context, screen, layer, ratio);
    }
    facts.zones.forEach((zone, place) => {
      if (!shown.overlays.has(place)) return;
      const held = seen.filter((unit) => facts.units.overlays[unit].includes(place));
      this.fill(context, screen, shapes.units, held, zoneFilling(context, zone, ratio));
    });
    for (const layer of facts.lines) {
      if (shown.lines.has(layer)) this.controlLine(context, screen, layer);
    }
    for (const layer of facts.sites) {
      if (shown.sites.has(layer)) drawSites(context, screen, layer);
    }
    this.drawBorders(context, screen);
    if (shown.quota >= 0) this.drawQuota(context, screen, seen);
    if (shown.payments) drawPayments(context, screen, facts, shown.payments);
    drawMarks(context, screen, facts, seen, shown, this.thinness(screen));
    if (shown.names) drawNames(context, screen, facts, seen, shown);
    if (shown.onPaper) this.drawMarked(context, screen);
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   * @param {number[]} seen
   */
  fillMains(context, screen, seen) {
    const { facts, shapes, shown } = this;
    if (!shown.main) this.fill(context, screen, shapes.units, seen, "#f6f5f2");
    if (shown.use) this.fillUses(context, screen, seen);
    if (!shown.main) return;
    facts.zones.forEach((zone, place) => {
      const held = seen.filter((unit) => facts.units.main[unit] === place);
      if (held.length) this.fill(context, screen, shapes.units, held, zoneFilling(context, zone, 1));
    });
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   * @param {number[]} seen
   */
  fillUses(context, screen, seen) {
    const { facts, shapes, shown } = this;
    for (const { key, fill } of useClasses(facts, shown.quota)) {
      const held = seen.filter((unit) => useOf(facts, unit, shown.quota) === key);
      this.fill(context, screen, shapes.units, held, fill);
    }
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   * @param {Rings} rings
   * @param {number[]} list
   * @param {string | CanvasPattern} filling
   */
  fill(context, screen, rings, list, filling) {
    context.fillStyle = filling;
    for (let from = 0; from < list.length; from += BATCH) {
      const path = new Path2D();
      for (const shape of list.slice(from, from + BATCH)) {
        if (rings === this.shapes.units && screen.width(shape) < 2) screen.dot(path, shape);
        else screen.outline(path, rings, shape);
      }
      context.fill(path, "evenodd");
    }
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   * @param {DesignationFacts} layer
   * @param {number} ratio
   */
  dotted(context, screen, layer, ratio) {
    this.fill(context, screen, this.shapes.pieces, layer.pieces, dots(context, layer, ratio));
    const path = new Path2D();
    screen.lines(path, this.outlineOf(layer));
    cased(context, path, dottedEdge(layer));
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   * @param {LineFacts} layer
   */
  controlLine(context, screen, layer) {
    context.globalAlpha = 0.16;
    this.fill(context, screen, this.shapes.pieces, layer.pieces, layer.colour);
    context.globalAlpha = 1;
    const path = new Path2D();
    screen.lines(path, this.outlineOf(layer));
    const thin = this.thinness(screen);
    cased(context, path, { ...layer, width: layer.width * 1.3 * thin, edge: 1.1 * thin });
  }

  /**
   * Where units are but a few pixels wide, lines must not cover them.
   * @param {Screen} screen
   */
  thinness(screen) {
    return Math.min(1, Math.max(0.3, (screen.view.scale * this.shapes.index.side) / 24));
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   */
  drawBorders(context, screen) {
    const thin = this.thinness(screen);
    const path = new Path2D();
    screen.lines(path, this.unitBorders);
    context.lineJoin = "round";
    context.strokeStyle = "rgba(28,25,23,.6)";
    context.lineWidth = 0.9 * thin;
    context.stroke(path);
    if (!this.shown.jurisdictions) return;
    const borders = new Path2D();
    screen.lines(borders, this.jurisdictionBorders);
    cased(context, borders, { width: 1.3 * thin, edge: thin });
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   * @param {number[]} seen
   */
  drawQuota(context, screen, seen) {
    const { facts, shown } = this;
    const radius = bubbleRadius(facts, shown.quota);
    const drawn = seen
      .map((unit) => ({ unit, amount: amountOf(facts, unit, shown.quota) }))
      .filter(({ amount }) => amount > 0)
      .sort((a, b) => b.amount - a.amount);
    for (const { unit, amount } of drawn) bubble(context, ...screen.middle(unit), radius(amount));
  }

  /**
   * The chosen unit and the one under the pointer, on a canvas of their own.
   * @type {Paint}
   */
  paintMarked(context, view) {
    if (this.shown.hovered >= 0 || this.shown.chosen >= 0) this.drawMarked(context, new Screen(this.shapes, view));
  }

  /**
   * @param {Pen} context
   * @param {Screen} screen
   */
  drawMarked(context, screen) {
    const { hovered, chosen } = this.shown;
    const ring = (/** @type {number} */ unit, /** @type {number} */ width, /** @type {number} */ edge) => {
      const path = new Path2D();
      if (screen.width(unit) < 2) screen.dot(path, unit);
      else screen.outline(path, this.shapes.units, unit);
      cased(context, path, { width, edge });
    };
    if (hovered >= 0 && hovered !== chosen) ring(hovered, 1.6, 1.2);
    if (chosen >= 0) ring(chosen, 3, 2.2);
  }
}
