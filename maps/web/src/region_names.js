// Names of provinces and countries around the study, in letters that stand apart, never over the plan.

import { widthOf, write } from "./labels.js";

/**
 * @import { Placing } from "./base_map.js"
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Box, Lettering, Room } from "./labels.js"
 * @import { View } from "./map_grid.js"
 * @import { RegionName } from "./page_model.d.ts"
 * @import { Pen } from "./view_canvas.js"
 */

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {RegionName[]} regions
 * @param {Placing} at
 * @param {View} view
 * @param {Room} room
 * @param {boolean} phone
 */
export function nameRegions(pen, { shapes, colours }, regions, at, view, room, phone) {
  const size = phone ? 9 : 11;
  const over = (/** @type {number} */ x, /** @type {number} */ y) =>
    shapes.unitAt((x - view.x) / view.scale, (view.y - y) / view.scale, 0) >= 0;
  for (const { name, country, x, y } of regions) {
    const weight = country ? 600 : 500;
    /** @type {Lettering} */
    const lettering = { size, weight, ink: colours.of("outside-ink"), halo: colours.of("halo"), spacing: 0.2 * size };
    const text = name.toUpperCase();
    const half = widthOf(pen, text, lettering) / 2;
    for (let i = 0; i < x.length; i++) {
      const [middle, base] = [at.x + x[i] * at.scale, at.y - y[i] * at.scale];
      /** @type {Box} */
      const box = [middle - half - 4, base - 0.7 * size, middle + half + 4, base + 0.7 * size];
      const edges = [box[0], middle, box[2]];
      if (!room.fits(box) || edges.some((place) => over(place, box[1]) || over(place, box[3]))) continue;
      room.take(box);
      write(pen, text, middle, base, lettering);
      break;
    }
  }
}
