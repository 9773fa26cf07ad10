// Towns: a dot and a name, the large ones first, as many as the scale has room for.

import { widthOf, write } from "./labels.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Box, Lettering, Room } from "./labels.js"
 * @import { Town } from "./page_model.d.ts"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {(town: Town) => [number, number]} PlaceOf Where a town lies on the screen.
 */

const LARGE = 4e5;
const MIDDLE = 1e5;
// How far a town is from the next more important one, in relation to the width of the map.
const SPACING = 0.034;
const MAJOR = { desk: 0.012, phone: 0.029 };
// More names that may stand off from their dots would hide the plan.
const MOST_MAJOR = { desk: 16, phone: 8 };
const INSIDE = { desk: 0.9, phone: 1.5 };
const OUTSIDE = { desk: 2.1, phone: 5 };

/** Where a name stands beside its dot: across, down, and which side of it is there. */
const SPOTS = /** @type {const} */ ([
  [7, 0, "left"],
  [-7, 0, "right"],
  [0, -11, "center"],
  [0, 12, "center"],
  [6, -9, "left"],
  [6, 10, "left"],
  [-6, -9, "right"],
  [-6, 10, "right"],
]);
// A name whose dot has no room may stand so many times farther away.
const FARTHER = { desk: [1, 1.6, 2.2, 2.8, 3.6], phone: [1, 1.6, 2.2] };

/**
 * Capitals of the study and large towns in it, which come before signs.
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Town[]} towns
 * @param {PlaceOf} placeOf
 * @param {Room} room
 * @param {boolean} phone
 * @param {number} wideKm How many kilometres the map is wide.
 */
export function nameMajorTowns(pen, scene, towns, placeOf, room, phone, wideKm) {
  const size = phone ? "phone" : "desk";
  const [left, top, right, bottom] = room.frame;
  const seen = (/** @type {[number, number]} */ [x, y]) => x > left && x < right && y > top && y < bottom;
  const major = towns.filter(
    (town) =>
      town.inside &&
      !isChosen(scene, town) &&
      (town.capital !== "" || town.population >= LARGE) &&
      town.apart_km >= MAJOR[size] * wideKm &&
      seen(placeOf(town)),
  );
  for (const town of major.slice(0, MOST_MAJOR[size])) nameTown(pen, scene, town, placeOf(town), room, phone, true);
}

/**
 * The others, by how far they are from more important ones.
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Town[]} towns
 * @param {PlaceOf} placeOf
 * @param {Room} room
 * @param {boolean} phone
 * @param {number} wideKm
 */
export function nameTowns(pen, scene, towns, placeOf, room, phone, wideKm) {
  const size = phone ? "phone" : "desk";
  for (const town of towns) {
    const spacing = SPACING * wideKm * (town.inside ? INSIDE : OUTSIDE)[size];
    if (town.apart_km >= spacing && !isChosen(scene, town)) nameTown(pen, scene, town, placeOf(town), room, phone, false);
  }
}

/**
 * Whether the name of a town stands there already, as that of the chosen unit.
 * @param {Scene} scene
 * @param {Town} town
 */
function isChosen({ facts, state }, { name }) {
  const { chosen, compared } = state.shown;
  return name === facts.units.name[chosen] || name === facts.units.name[compared];
}

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Town} town
 * @param {[number, number]} place
 * @param {Room} room
 * @param {boolean} phone
 * @param {boolean} major Whether its name may stand off, where its dot has no room.
 */
function nameTown(pen, { colours }, { name, population, capital, inside }, [x, y], room, phone, major) {
  const [large, middle] = [population >= LARGE, population >= MIDDLE];
  const size = (large ? 13 : middle ? 12 : 11) - (phone ? 0.5 : 0);
  const weight = inside ? (large ? 600 : middle ? 500 : 450) : 450;
  const ink = colours.of(inside ? (middle || capital ? "ink" : "ink-2") : "outside-ink");
  /** @type {Lettering} */
  const lettering = { size, weight, ink, halo: colours.of("halo") };
  const reach = large ? 3 : middle ? 2.5 : 1.9;
  /** @type {Box} */
  const dot = [x - reach - 1, y - reach - 1, x + reach + 1, y + reach + 1];
  const dotFits = room.fits(dot);
  if (!dotFits && !major) return;
  const wide = widthOf(pen, name, lettering);
  for (const far of dotFits ? [1] : FARTHER[phone ? "phone" : "desk"]) {
    for (const [dx, dy, align] of SPOTS) {
      const [nameX, nameY] = [x + dx * far, y + dy * far];
      const left = align === "left" ? nameX : align === "right" ? nameX - wide : nameX - wide / 2;
      /** @type {Box} */
      const box = [left - 2, nameY - size * 0.58, left + wide + 2, nameY + size * 0.58];
      if (!room.fits(box)) continue;
      room.take(box);
      if (dotFits) {
        room.take(dot);
        drawDot(pen, x, y, reach, Boolean(capital) && inside, ink, lettering.halo);
      }
      write(pen, name, nameX, nameY, { ...lettering, align });
      return;
    }
  }
}

/**
 * A capital is a square.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @param {boolean} square
 * @param {string} ink
 * @param {string} halo
 */
function drawDot(pen, x, y, reach, square, ink, halo) {
  pen.beginPath();
  if (square) pen.rect(x - reach, y - reach, 2 * reach, 2 * reach);
  else pen.arc(x, y, reach, 0, 7);
  pen.strokeStyle = halo;
  pen.lineWidth = 2.4;
  pen.stroke();
  pen.fillStyle = ink;
  pen.fill();
}
