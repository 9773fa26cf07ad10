// The window on the plan: what part of it the view shows, beside and above what stands over the map.

import { boxOf, fitBox, offGrid } from "./map_grid.js";

/**
 * @import { Box } from "./map_grid.js"
 * @import { Shapes } from "./map_shapes.js"
 */

const PHONE = 820;
// Zoom levels closer than the whole plan, so that the neighbours of a unit are seen, too.
const CLOSEST = 5;
// How near a unit comes on a phone, in relation to the whole plan.
const NEAR = 2.1;
const VISITED = 4;

export class MapWindow {
  /**
   * @param {L.Map} map
   * @param {Shapes} shapes
   * @param {() => number} legend How wide the legend is, where it lies over the map.
   * @param {() => number} sheet How much of the map the panel covers from below.
   */
  constructor(map, shapes, legend, sheet) {
    this.map = map;
    this.shapes = shapes;
    this.legend = legend;
    this.sheet = sheet;
    this.homeZoom = map.getZoom();
  }

  get phone() {
    return window.innerWidth <= PHONE;
  }

  /** @returns {L.FitBoundsOptions} */
  get padding() {
    return this.phone
      ? { paddingTopLeft: [8, 62], paddingBottomRight: [8, this.sheet() + 60] }
      : { paddingTopLeft: [this.legend() + 28, 26], paddingBottomRight: [64, 30] };
  }

  /** The middle of what nothing covers, in pixels from the map's upper left corner. */
  get middle() {
    const { paddingTopLeft, paddingBottomRight } = this.padding;
    const [before, after] = [L.point(paddingTopLeft ?? [0, 0]), L.point(paddingBottomRight ?? [0, 0])];
    return this.map.getSize().add(before).subtract(after).divideBy(2);
  }

  /** In steps of the grid. @returns {Box} */
  get whole() {
    return this.boundsOf(Array.from({ length: this.shapes.units.count }, (_, unit) => unit));
  }

  /**
   * @param {number[]} units
   * @returns {Box} In steps of the grid.
   */
  boundsOf(units) {
    const { bounds } = this.shapes;
    /** @type {Box} */
    const whole = [Infinity, Infinity, -Infinity, -Infinity];
    for (const unit of units) {
      for (const side of [0, 1]) {
        whole[side] = Math.min(whole[side], bounds[4 * unit + side]);
        whole[side + 2] = Math.max(whole[side + 2], bounds[4 * unit + side + 2]);
      }
    }
    return whole;
  }

  /**
   * @param {Box} part In steps of the grid.
   * @param {L.FitBoundsOptions} options
   */
  fit(part, options = {}) {
    fitBox(this.map, boxOf(this.shapes.grid, part), { ...this.padding, ...options });
  }

  /** @param {boolean} animate */
  home(animate = true) {
    this.fit(this.whole, { animate });
    if (!animate) this.homeZoom = this.map.getZoom();
  }

  /**
   * Bring units into view; a single one with its neighbours, and its label in the middle.
   * @param {number[]} units
   */
  look(units) {
    if (!units.length) return;
    const { labelX, labelY } = this.shapes;
    const [unit] = units;
    const [west, south, east, north] = this.boundsOf(units);
    const [wide, high] = [1.5 * (east - west), 1.5 * (north - south)];
    const [x, y] = [labelX[unit], labelY[unit]];
    /** @type {Box} */
    const part = units.length > 1 ? [west, south, east, north] : [x - wide, y - high, x + wide, y + high];
    this.fit(part, { maxZoom: this.homeZoom + CLOSEST });
  }

  /**
   * Bring a place into view, near enough to see which unit it lies in.
   * @param {[number, number]} place On the grid.
   */
  visit([x, y]) {
    this.set(offGrid(this.shapes.grid, x, y), VISITED);
  }

  /**
   * On a phone: the tapped unit in the middle of what the sheet leaves of the map.
   * @param {number} unit
   */
  centre(unit) {
    this.set(this.labelOf(unit), NEAR);
  }

  /**
   * A unit in the middle at once, no nearer than it is.
   * @param {number} unit
   */
  bring(unit) {
    this.set(this.labelOf(unit), 0, { animate: false });
  }

  /** @param {number} unit */
  labelOf(unit) {
    const { grid, labelX, labelY } = this.shapes;
    return offGrid(grid, labelX[unit], labelY[unit]);
  }

  /**
   * A place in the middle of what nothing covers.
   * @param {L.LatLng} place
   * @param {number} near How near at least, in relation to the whole plan.
   * @param {L.ZoomPanOptions} [options]
   */
  set(place, near, options) {
    const { map } = this;
    const zoom = Math.max(map.getZoom(), this.homeZoom + Math.log2(near));
    const off = map.getSize().divideBy(2).subtract(this.middle);
    map.setView(map.unproject(map.project(place, zoom).add(off), zoom), zoom, options);
  }
}
