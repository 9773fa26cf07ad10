// Names on the map: greedily, the more telling first; none touches another one, nor a sign or a panel.

import { luminance } from "./colours.js";
import { keeping } from "./filters.js";
import { SPOTS, widthOf, write } from "./labels.js";

/**
 * @import { Filling, Scene } from "./canvas_renderer.js"
 * @import { Box, Lettering, Room } from "./labels.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Pen } from "./view_canvas.js"
 */

// Zoom, in relation to the whole plan, from which units have names.
const UNITS_FROM = 1.7;
// Jurisdictions have none where a single one fills the view.
const JURISDICTIONS_TO = 5;

/**
 * The chosen unit, whose name and outline nothing may cover; its name stands in it where it fits, else above.
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Scene} scene
 * @param {Room} room
 * @param {Filling} filling
 */
export function nameChosen(pen, screen, { facts, shapes, state, colours }, room, filling) {
  for (const unit of [state.shown.chosen, state.shown.compared]) {
    if (unit < 0 || !screen.sees(unit)) continue;
    const name = facts.units.full[unit];
    const lettering = { size: 14, weight: 650, ink: colours.of("ink"), halo: colours.of("halo"), edge: 4.5 };
    const half = widthOf(pen, name, lettering) / 2;
    const within = placeWithin(screen, unit, half + 4, room);
    const [x, y] = within ?? placeBeside(screen.box(unit), half + 4, room);
    room.take([x - half - 3, y - 9, x + half + 3, y + 9]);
    for (const [px, py] of screen.corners(shapes.units, unit, 8)) room.take([px - 4, py - 4, px + 4, py + 4]);
    const own = within && !filling.pales?.(unit) ? onFill(filling.paint(unit), colours, state.shown.opacity) : null;
    write(pen, name, x, y, { ...lettering, ...(own && { ink: own.ink, halo: own.halo }) });
  }
}

/**
 * Where a name has room beside a unit: above or below, farther off where a circle lies; above where nowhere.
 * @param {number[]} box Of the unit.
 * @param {number} half Of its width.
 * @param {Room} room
 * @returns {[number, number]}
 */
function placeBeside([left, top, right, bottom], half, room) {
  const middle = (left + right) / 2;
  /** @type {[number, number][]} */
  const places = [0, 14, 28, 42].flatMap((off) =>
    [0, -half, half].flatMap((along) => /** @type {[number, number][]} */ ([[middle + along, top - 10 - off], [middle + along, bottom + 10 + off]])),
  );
  return places.find(([x, y]) => room.fits([x - half, y - 9, x + half, y + 9])) ?? places[0];
}

/**
 * Where a name has room inside a unit, all around it; null where nowhere.
 * @param {Screen} screen
 * @param {number} unit
 * @param {number} half Of its width.
 * @param {Room} room
 * @returns {[number, number] | null}
 */
function placeWithin(screen, unit, half, room) {
  const [mx, my] = screen.middle(unit);
  for (const [dx, dy] of SPOTS) {
    const [x, y] = [mx + dx, my + dy];
    const edges = [-half, 0, half].flatMap((along) => [-10, 10].map((across) => [x + along, y + across]));
    if (edges.every(([px, py]) => screen.holds(unit, px, py)) && room.fits([x - half, y - 10, x + half, y + 10])) return [x, y];
  }
  return null;
}

/**
 * The middle of each jurisdiction on the grid, by the land of its units.
 * @param {Scene} scene
 */
export function middlesOf({ facts, shapes }) {
  const sums = facts.jurisdictions.map(() => [0, 0, 0]);
  facts.units.jurisdiction.forEach((jurisdiction, unit) => {
    const sum = sums[jurisdiction];
    const area = facts.units.area_ha[unit];
    sum[0] += area * shapes.labelX[unit];
    sum[1] += area * shapes.labelY[unit];
    sum[2] += area;
  });
  return sums.map(([x, y, area]) => /** @type {[number, number]} */ ([x / (area || 1), y / (area || 1)]));
}

/**
 * Jurisdictions, each on its own land.
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Scene} scene
 * @param {Room} room
 * @param {number} zoom In relation to the whole plan.
 * @param {[number, number][]} middles See `middlesOf`.
 * @param {(jurisdiction: number) => string} below What stands under a name.
 */
export function nameJurisdictions(pen, screen, { facts, shapes, colours }, room, zoom, middles, below) {
  if (zoom > JURISDICTIONS_TO || facts.jurisdictions.length < 2) return;
  const wide = room.frame[2] - room.frame[0];
  const size = wide < 600 ? 10 : 12.5;
  const lettering = {
    size, weight: 650, spacing: 0.2 * size, alpha: 0.8, edge: 3.5, ink: colours.of("ink"), halo: colours.of("halo"),
  };
  facts.jurisdictions.forEach((name, jurisdiction) => {
    const title = name.toLocaleUpperCase(facts.language);
    const amount = below(jurisdiction);
    const half = widthOf(pen, title, lettering) / 2;
    const [cx, cy] = screen.place(...middles[jurisdiction]);
    const owns = (/** @type {number} */ x, /** @type {number} */ y) => {
      const unit = shapes.unitAt(...screen.unplace(x, y), 0);
      return unit >= 0 && facts.units.jurisdiction[unit] === jurisdiction;
    };
    for (const [dx, dy] of SPOTS) {
      const [x, y] = [cx + dx * (wide < 600 ? 0.55 : 1), cy + dy * (wide < 600 ? 0.55 : 1)];
      /** @type {Box} */
      const box = [x - half - 4, y - 9, x + half + 4, y + (amount ? 25 : 9)];
      if (!room.fits(box) || !owns(x - half * 0.8, y) || !owns(x + half * 0.8, y)) continue;
      room.take(box);
      write(pen, title, x, y, lettering);
      if (amount) {
        write(pen, amount, x, y + 16, { ...lettering, size: 12, weight: 500, spacing: 0, ink: colours.of("ink-2") });
      }
      return;
    }
  });
}

/**
 * Units, once they are near: each on its own fill.
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Scene} scene
 * @param {Room} room
 * @param {number} zoom
 * @param {Filling} filling
 */
export function nameUnits(pen, screen, { facts, state, colours }, room, zoom, filling) {
  const always = state.shown.layers.has("names");
  if (zoom < UNITS_FROM && !always) return;
  const { units } = facts;
  const keeps = keeping(facts, state.shown, filling.classOf);
  const dimmed = { size: 11, weight: 450, ink: colours.of("outside-ink"), halo: colours.of("outside"), edge: 2.4 };
  for (let unit = 0; unit < units.id.length; unit++) {
    if (unit === state.shown.chosen || unit === state.shown.compared || !screen.sees(unit)) continue;
    const [left, top, right, bottom] = screen.box(unit);
    if (bottom - top < 20 || right - left < 24) continue;
    const dim = !keeps(unit) || filling.pales?.(unit);
    const lettering = dim ? dimmed : onFill(filling.paint(unit), colours, state.shown.opacity);
    // with its jurisdiction where others are called so, too; where that is too long the place on the map tells them apart
    const wide = (/** @type {string} */ one) => right - left >= widthOf(pen, one, lettering) * 1.1;
    const name = [units.full[unit], units.name[unit]].find(wide);
    if (name === undefined) continue;
    const half = widthOf(pen, name, lettering) / 2;
    const [mx, my] = screen.middle(unit);
    for (const [dx, dy] of SPOTS.slice(0, 25)) {
      const [x, y] = [mx + dx * 0.6, my + dy * 0.6];
      /** @type {Box} */
      const box = [x - half - 3, y - 8, x + half + 3, y + 8];
      if (!room.fits(box) || !screen.holds(unit, x - half, y) || !screen.holds(unit, x + half, y)) continue;
      room.take(box);
      write(pen, name, x, y, lettering);
      break;
    }
  }
}

/**
 * White on a dark fill, else dark; with a halo in the colour of the fill.
 * @param {string} fill
 * @param {import("./colours.js").Colours} colours
 * @param {number} opacity
 * @returns {Lettering}
 */
function onFill(fill, colours, opacity) {
  const light = opacity > 0.6 && luminance(fill) < 0.2;
  const ink = light ? "#FFFFFF" : opacity > 0.6 ? "#1D2428" : colours.of("ink");
  return { size: 11, weight: 500, spacing: 0.35, ink, halo: opacity > 0.6 ? fill : colours.of("halo"), edge: 2.4 };
}
