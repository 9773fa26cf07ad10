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

  /** In steps of the grid. @returns {Box} */
  get whole() {
    const { bounds } = this.shapes;
    /** @type {Box} */
    const whole = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < bounds.length; i += 4) {
      for (const side of [0, 1]) {
        whole[side] = Math.min(whole[side], bounds[i + side]);
        whole[side + 2] = Math.max(whole[side + 2], bounds[i + side + 2]);
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
   * Bring a unit into view, with its neighbours.
   * @param {number} unit
   */
  look(unit) {
    const [west, south, east, north] = this.shapes.bounds.subarray(4 * unit, 4 * unit + 4);
    const [wide, high] = [east - west, north - south];
    this.fit([west - wide, south - high, east + wide, north + high], { maxZoom: this.homeZoom + CLOSEST });
  }

  /**
   * Bring a place into view, near enough to see which unit it lies in.
   * @param {[number, number]} place On the grid.
   */
  visit([x, y]) {
    const zoom = Math.max(this.map.getZoom(), this.homeZoom + Math.log2(VISITED));
    this.map.setView(offGrid(this.shapes.grid, x, y), zoom);
  }

  /**
   * On a phone: the tapped unit in the middle of what the sheet leaves of the map.
   * @param {number} unit
   */
  centre(unit) {
    const { map, shapes } = this;
    const zoom = Math.max(map.getZoom(), this.homeZoom + Math.log2(NEAR));
    const place = offGrid(shapes.grid, shapes.labelX[unit], shapes.labelY[unit]);
    const at = map.project(place, zoom).add([0, (this.sheet() - 58) / 2]);
    map.setView(map.unproject(at, zoom), zoom);
  }
}
