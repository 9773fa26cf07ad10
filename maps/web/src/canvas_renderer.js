// The canvas: one picture of the whole view, drawn anew when the view comes to rest.

import { drawNames } from "./labels.js";
import { viewOf } from "./map_grid.js";
import { Screen } from "./map_shapes.js";
import { bubble, cased, dots, dottedEdge, hatch } from "./patterns.js";
import { drawPayments } from "./payment_layer.js";
import { amountOf, bubbleRadius, useClasses, useOf } from "./quota_use.js";
import { drawSites } from "./site_layer.js";
import { drawMarks } from "./status_marks.js";

// Shapes filled at a time: one path of thousands takes five times as long without a graphics card.
const BATCH = 16;

// A canvas over the view and a margin around it; Leaflet moves and scales it while the view changes.
export const ViewCanvas = L.Renderer.extend({
  initialize(grid, paint, pane) {
    L.Renderer.prototype.initialize.call(this, { padding: 0.25, pane });
    this._grid = grid;
    this._paint = paint;
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    // Leaflet says twice that a view was set
    const { min, max } = this._bounds;
    const view = [min.x, min.y, max.x, max.y, this._zoom, ...Object.values(this._map.getPixelOrigin())].join();
    if (view === this._view) return;
    this._view = view;
    this.redraw();
  },

  redraw() {
    const { min } = this._bounds;
    const size = this._bounds.getSize();
    const ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._container, min);
    this._container.width = size.x * ratio;
    this._container.height = size.y * ratio;
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._context.setTransform(ratio, 0, 0, ratio, -min.x * ratio, -min.y * ratio);
    this._paint(this._context, viewOf(this._map, this._grid, this._bounds), ratio);
  },
});

// What is shown of a plan, from the ground up.
export class Painter {
  constructor(facts, shapes, shown) {
    this.facts = facts;
    this.shapes = shapes;
    this.shown = shown;
    const { unitOfPiece } = shapes;
    const { units } = facts;
    const outside = (value) => (piece) => (piece < 0 ? -1 : value(unitOfPiece[piece]));
    this.unitBorders = shapes.borders(outside((unit) => unit));
    this.jurisdictionBorders = shapes.borders(outside((unit) => units.jurisdiction[unit]));
    this.outlines = new Map();
  }

  // The borders of the land that some pieces cover together.
  outlineOf(layer) {
    if (!this.outlines.has(layer)) {
      const covered = new Set(layer.pieces);
      this.outlines.set(
        layer,
        this.shapes.borders((piece) => covered.has(piece)),
      );
    }
    return this.outlines.get(layer);
  }

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
      this.fill(context, screen, shapes.units, held, hatch(context, zone.hatch, ratio));
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

  fillMains(context, screen, seen) {
    const { facts, shapes, shown } = this;
    if (!shown.main) this.fill(context, screen, shapes.units, seen, "#f6f5f2");
    if (shown.use) this.fillUses(context, screen, seen);
    if (!shown.main) return;
    facts.zones.forEach((zone, place) => {
      const held = seen.filter((unit) => facts.units.main[unit] === place);
      if (held.length) this.fill(context, screen, shapes.units, held, zone.fill);
    });
  }

  fillUses(context, screen, seen) {
    const { facts, shapes, shown } = this;
    for (const { key, fill } of useClasses(facts, shown.quota)) {
      const held = seen.filter((unit) => useOf(facts, unit, shown.quota) === key);
      this.fill(context, screen, shapes.units, held, fill);
    }
  }

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

  dotted(context, screen, layer, ratio) {
    this.fill(context, screen, this.shapes.pieces, layer.pieces, dots(context, layer, ratio));
    const path = new Path2D();
    screen.lines(path, this.outlineOf(layer));
    cased(context, path, dottedEdge(layer));
  }

  controlLine(context, screen, layer) {
    context.globalAlpha = 0.16;
    this.fill(context, screen, this.shapes.pieces, layer.pieces, layer.colour);
    context.globalAlpha = 1;
    const path = new Path2D();
    screen.lines(path, this.outlineOf(layer));
    const thin = this.thinness(screen);
    cased(context, path, { ...layer, width: layer.width * 1.3 * thin, edge: 1.1 * thin });
  }

  // Where units are but a few pixels wide, lines must not cover them.
  thinness(screen) {
    return Math.min(1, Math.max(0.3, (screen.view.scale * this.shapes.index.side) / 24));
  }

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

  drawQuota(context, screen, seen) {
    const { facts, shapes, shown } = this;
    const radius = bubbleRadius(facts, shown.quota);
    const drawn = seen
      .map((unit) => [amountOf(facts, unit, shown.quota), unit])
      .filter(([amount]) => amount > 0)
      .sort(([a], [b]) => b - a);
    for (const [amount, unit] of drawn) {
      bubble(context, ...screen.place(shapes.labelX[unit], shapes.labelY[unit]), radius(amount));
    }
  }

  // The chosen unit and the one under the pointer, on a canvas of their own.
  paintMarked(context, view) {
    if (this.shown.hovered >= 0 || this.shown.chosen >= 0) this.drawMarked(context, new Screen(this.shapes, view));
  }

  drawMarked(context, screen) {
    const { hovered, chosen } = this.shown;
    const ring = (unit, width, edge) => {
      const path = new Path2D();
      if (screen.width(unit) < 2) screen.dot(path, unit);
      else screen.outline(path, this.shapes.units, unit);
      cased(context, path, { width, edge });
    };
    if (hovered >= 0 && hovered !== chosen) ring(hovered, 1.6, 1.2);
    if (chosen >= 0) ring(chosen, 3, 2.2);
  }
}
