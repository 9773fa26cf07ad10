// The picture on the map: canvases for the plan, for what is marked and for names, kept in step with what is shown.

import { placing } from "./base_map.js";
import { Painter } from "./canvas_renderer.js";
import { rowsOf } from "./columns.js";
import { Room } from "./labels.js";
import { viewOf } from "./map_grid.js";
import { Screen } from "./map_shapes.js";
import { viewShown } from "./map_views.js";
import { FILTERS } from "./page_state.js";
import { middlesOf, nameChosen, nameJurisdictions, nameUnits } from "./place_names.js";
import { nameRegions } from "./region_names.js";
import { nameMajorTowns, nameTowns } from "./town_names.js";
import { Swipe } from "./swipe.js";
import { tiled, viewCanvas } from "./view_canvas.js";
import { nameWaters } from "./water_names.js";

/**
 * @import { Filling, Scene } from "./canvas_renderer.js"
 * @import { Box } from "./labels.js"
 * @import { View } from "./map_grid.js"
 * @import { MapView } from "./map_views.js"
 * @import { Town } from "./page_model.d.ts"
 * @import { Shown } from "./page_state.js"
 * @import { Pen } from "./view_canvas.js"
 */

const PANES = { plan: 250, marked: 260, names: 270 };
// What stands over the map, and keeps names away.
const OBSTACLES = "#zp-strip, #zp-legend, #zp-legend-open, #zp-tools, #zp-views, .leaflet-control-scale, .leaflet-control-attribution";

const PHONE = 560;
// A slider that has not moved for so long rests.
const QUIET_MS = 150;
// Pixels of a tile that is drawn within a frame.
const TILE = 320;
// On a phone waters have names from here on, in relation to the whole plan.
const NEAR = 1.5;

/** @type {(keyof Shown)[]} */
const OF_VIEW = ["scenario", "view", "by", "method", "quota", "base", "payments", "layers", "theme"];
/** @type {(keyof Shown)[]} */
const OF_PLAN = [...OF_VIEW, ...FILTERS, "relief", "opacity"];

export class MapPicture {
  /**
   * @param {L.Map} map
   * @param {Scene} scene
   * @param {() => number} sheet How much of the map the panel covers from below.
   * @param {(view: MapView) => void} viewed Told of each new view.
   */
  constructor(map, scene, sheet, viewed) {
    this.map = map;
    this.scene = scene;
    this.sheet = sheet;
    this.viewed = viewed;
    this.painter = new Painter(scene);
    this.middles = middlesOf(scene);
    this.towns = scene.ground ? rowsOf(scene.ground.towns) : [];
    this.regions = scene.ground ? rowsOf(scene.ground.regions) : [];
    this.homeZoom = map.getZoom();
    this.view = viewShown(scene);
    const { grid } = scene.shapes;
    /** Resolves once names stand there, too. */
    this.complete = new Promise((done) => (this.named = () => done(null)));
    this.canvases = {
      plan: viewCanvas(
        grid,
        {
          stays: true, waits: false,
          steps: (...drawn) => this.paintSteps(this.view, ...drawn),
          patch: (...drawn) => this.patch(...drawn),
        },
        "plan",
      ),
      marked: viewCanvas(
        grid, { stays: false, waits: false, steps: (pen, view) => [() => this.painter.paintMarked(pen, view)] }, "marked",
      ),
      names: viewCanvas(
        grid,
        { stays: false, waits: true, steps: (pen, view) => this.nameSteps(pen, view, this.room()), done: () => this.named() },
        "names",
      ),
    };
    const [before = "", after = ""] = scene.facts.comparison?.names ?? [];
    this.swipe = scene.facts.comparison
      ? new Swipe(map, scene, [before, after], (...drawn) => (this.view.before ? this.paintSteps(this.view.before, ...drawn) : []))
      : null;
    /** @type {Set<keyof MapPicture["canvases"]>} */
    this.waiting = new Set();
    /** @type {string[]} */
    this.fills = [];
    this.trying = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.naming = undefined;
  }

  start() {
    const { map, scene } = this;
    for (const [name, level] of Object.entries(PANES)) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(level);
      pane.style.pointerEvents = "none";
    }
    this.swipe?.start();
    this.follow();
    const { state } = scene;
    state.on(["tried", ...OF_VIEW], () => this.follow());
    state.on(OF_PLAN, () => this.redraw("plan", "names"));
    state.on(["tried"], () => this.redrawTried());
    state.on(["chosen", "compared"], () => this.redraw("marked", "names"));
    state.on(["hovered", "lit", "theme"], () => this.redraw("marked"));
    for (const canvas of Object.values(this.canvases)) canvas.addTo(map);
  }

  /** Another view, or the same in other colours. */
  follow() {
    this.view = viewShown(this.scene);
    this.swipe?.show(this.view.before !== undefined);
    this.viewed(this.view);
  }

  /**
   * Once in the next frame, however often it is asked for until then.
   * @param {(keyof MapPicture["canvases"])[]} names
   */
  redraw(...names) {
    if (!this.waiting.size && !this.trying) requestAnimationFrame(() => this.drawWaiting());
    for (const name of names) this.waiting.add(name);
  }

  /** A slider on its way: what changed in the next frame, names once it rests. */
  redrawTried() {
    if (!this.waiting.size && !this.trying) requestAnimationFrame(() => this.drawWaiting());
    this.trying = true;
    clearTimeout(this.naming);
    this.naming = setTimeout(() => this.redraw("names"), QUIET_MS);
  }

  drawWaiting() {
    const { plan } = this.canvases;
    const before = this.fills;
    if (this.trying || this.waiting.has("plan")) this.fills = this.painter.fillsOf(this.view);
    for (const name of this.waiting) this.canvases[name].redraw();
    if (this.waiting.has("plan")) this.swipe?.redraw();
    else if (this.trying) plan.redraw((view) => this.painter.changed(view, before, this.fills));
    this.waiting.clear();
    this.trying = false;
  }

  /**
   * @param {Pen} pen
   * @param {View} view
   * @param {Box[]} parts
   */
  patch(pen, view, parts) {
    pen.save();
    pen.beginPath();
    for (const [left, top, right, bottom] of parts) pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    pen.clearRect(view.left, view.top, view.width, view.height);
    this.painter.paint(pen, view, this.view, this.onTiles, this.zoomOf(view), parts);
    pen.restore();
  }

  /** Whether a map of somebody's own lies under the plan. */
  get onTiles() {
    let found = false;
    this.map.eachLayer((layer) => (found ||= layer instanceof L.GridLayer));
    return found;
  }

  /**
   * Parts of a plan, tile by tile.
   * @param {Filling} filling
   * @param {Pen} pen
   * @param {View} view
   * @param {Box[] | null} parts
   */
  paintSteps(filling, pen, view, parts) {
    const { onTiles } = this;
    this.map.getContainer().classList.toggle("zp-on-tiles", onTiles);
    const paint = (/** @type {View} */ part) => this.painter.paint(pen, part, filling, onTiles, this.zoomOf(view));
    if (!parts) return [() => paint(view)];
    return tiled(parts, TILE).map(([left, top, right, bottom]) => () => {
      pen.save();
      pen.beginPath();
      pen.rect(left, top, right - left, bottom - top);
      pen.clip();
      paint({ ...view, left, top, width: right - left, height: bottom - top });
      pen.restore();
    });
  }

  /**
   * How near a view is in relation to the whole plan.
   * @param {View} view
   */
  zoomOf(view) {
    return 2 ** (view.zoom - this.homeZoom);
  }

  /**
   * All of it with one pen, for a file or for paper, where nothing stands over the map.
   * @param {Pen} pen
   * @param {View} view
   */
  compose(pen, view) {
    this.painter.paint(pen, view, this.view, false, this.zoomOf(view));
    this.swipe?.compose(pen, view);
    this.painter.paintMarked(pen, view);
    const room = new Room([view.left, view.top, view.left + view.width, view.top + view.height]);
    for (const step of this.nameSteps(pen, view, room)) step();
  }

  /**
   * What is placed first stays: names and marks, the more telling first.
   * @param {Pen} pen
   * @param {View} view
   * @param {Room} room
   * @returns {(() => void)[]}
   */
  nameSteps(pen, view, room) {
    const { scene, middles } = this;
    const screen = new Screen(scene.shapes, view);
    const zoom = this.zoomOf(view);
    const mark = (/** @type {boolean} */ first) => this.view.mark(pen, screen, room, first, zoom);
    const { ground, shapes } = scene;
    const phone = room.frame[2] - room.frame[0] < PHONE;
    const at = ground && placing(ground, shapes.grid, view);
    const placeOf = (/** @type {Town} */ { x, y }) =>
      /** @type {[number, number]} */ (at ? [at.x + x * at.scale, at.y - y * at.scale] : [0, 0]);
    const wideKm = ((room.frame[2] - room.frame[0]) * shapes.grid.step) / view.scale / 1000;
    const chosen = () => nameChosen(pen, screen, scene, room, this.view);
    return [
      ...(this.view.fixed ? [() => mark(true), chosen] : [chosen, () => mark(true)]),
      () => nameMajorTowns(pen, scene, this.towns, placeOf, room, phone, wideKm),
      () => mark(false),
      () => nameJurisdictions(pen, screen, scene, room, zoom, middles, this.view.below),
      () => nameTowns(pen, scene, this.towns, placeOf, room, phone, wideKm),
      () => nameUnits(pen, screen, scene, room, zoom, this.view),
      () => at && nameRegions(pen, scene, this.regions, at, view, room, phone),
      () => ground && at && !(phone && zoom < NEAR) && nameWaters(pen, scene, ground, at, room, zoom),
    ];
  }

  /** What is seen of the map, from its upper left corner. @returns {View} */
  get seen() {
    const { map, scene } = this;
    const from = map.containerPointToLayerPoint([0, 0]);
    const view = viewOf(map, scene.shapes.grid, L.bounds(from, from.add(map.getSize())));
    return { ...view, x: view.x - from.x, y: view.y - from.y, left: 0, top: 0 };
  }

  /** What is seen of the map, without what stands over it. */
  room() {
    const { map } = this;
    const frame = map.getContainer().getBoundingClientRect();
    const onMap = (/** @type {DOMRect} */ box, more = 0) => {
      const from = map.containerPointToLayerPoint([box.left - frame.left - more, box.top - frame.top - more]);
      const to = map.containerPointToLayerPoint([box.right - frame.left + more, box.bottom - frame.top + more]);
      return /** @type {Box} */ ([from.x, from.y, to.x, to.y]);
    };
    const [left, top, right, bottom] = onMap(frame);
    const room = new Room([left, top, right, bottom - this.sheet()]);
    for (const one of document.querySelectorAll(OBSTACLES)) {
      const box = one.getBoundingClientRect();
      if (box.width) room.take(onMap(box, 6));
    }
    return room;
  }
}
