// The view of functions: what each part of the land is for, and what it is marked with besides.

import { node } from "./dom.js";
import { keeping } from "./filters.js";
import { caption, colourBox, legendPart, legendRow } from "./legend_rows.js";
import { SIGN_RADIUS, drawSign, signPicture } from "./overlay_signs.js";
import { SPOTS } from "./labels.js";
import { colourChooser } from "./measure_view.js";
import { MARK_KINDS, MARK_MEANINGS, MARK_SIGNS, MARK_TITLES, closeCalls, markOf, unitsMarked } from "./status_marks.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Box, Room } from "./labels.js"
 * @import { MapView } from "./map_views.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Sign } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 * @import { Pen } from "./view_canvas.js"
 */

// Pixels of a unit below which its signs have no choice of place, so that they come before towns.
const SMALL = 42;
// On a small screen signs wait until the plan is this much nearer.
const APART = 2 * SIGN_RADIUS + 2;

/**
 * @param {Scene} scene
 * @returns {MapView}
 */
export function functionsView(scene) {
  const { facts, state, colours, speech } = scene;
  const fills = facts.zones.map((zone) => colours.zone(zone));
  const { main } = facts.units;
  return {
    title: facts.measures.length ? speech.words.colour_by : speech.words.main,
    paint: (unit) => fills[main[unit]],
    classOf: (unit) => main[unit],
    classTitle: (place) => facts.zones[place]?.title ?? "",
    legend: () => [colourChooser(scene), ...legend(scene, fills)],
    tip: (unit) => [
      facts.zones[main[unit]].title,
      facts.units.overlays[unit].map((place) => facts.zones[place].title).join(", "),
    ],
    below: () => "",
    mark: (pen, screen, room, small) => placeSigns(pen, screen, scene, room, small),
    outlined: state.shown.overlay,
  };
}

/**
 * @param {Scene} scene
 * @param {string[]} fills
 */
function legend({ facts, state, speech }, fills) {
  const { main, overlay } = state.shown;
  const listed = facts.zones.map((zone, place) => ({ ...zone, place })).filter((zone) => zone.units);
  const mains = listed.filter((zone) => zone.kind === "main");
  const overlays = listed.filter((zone) => zone.kind === "overlay");
  const figure = (/** @type {number} */ units) => speech.whole.format(units);
  return [
    legendPart(
      "",
      mains.map(({ place, title, units }) =>
        legendRow({
          picture: colourBox(fills[place]),
          title,
          figure: figure(units),
          pressed: main === place,
          faded: main >= 0 && main !== place,
          press: () => state.change({ main: main === place ? -1 : place }),
        }),
      ),
    ),
    overlays.length
      ? legendPart(
          speech.words.also_marked,
          overlays.map(({ place, title, units, sign }) =>
            legendRow({
              picture: sign && signPicture(sign, 22),
              title,
              figure: figure(units),
              pressed: overlay === place,
              faded: overlay >= 0 && overlay !== place,
              press: () => state.change({ overlay: overlay === place ? -1 : place }),
            }),
          ),
        )
      : null,
    marksLegend(facts, state, speech),
  ];
}

/**
 * How sure the units are, a kind a row, which switches its marks; and in a line each what that means.
 * @param {Facts} facts
 * @param {Scene["state"]} state
 * @param {Scene["speech"]} speech
 */
function marksLegend(facts, state, speech) {
  const { words } = speech;
  const kinds = MARK_KINDS.filter((kind) => unitsMarked(facts, kind).length);
  const unsaid = facts.verdicts.close.length && !closeCalls(facts).size ? caption(words.close_adopted) : null;
  if (!kinds.length) return unsaid && legendPart(words.how_sure, unsaid);
  const rows = kinds.map((kind) => {
    const on = state.shown.layers.has(`marks ${kind}`) || kind === MARK_KINDS[state.shown.sure];
    return legendRow({
      picture: signPicture(MARK_SIGNS[kind], 22),
      title: words[MARK_TITLES[kind]],
      figure: speech.whole.format(unitsMarked(facts, kind).length),
      pressed: on,
      off: !on,
      press: () => state.layer(`marks ${kind}`, !on),
    });
  });
  const meanings = [...kinds.map((kind) => MARK_MEANINGS[kind]), /** @type {const} */ ("means_firm")];
  const help = node("details", { class: "zp-meanings" }, node("summary", {}, words.what_it_means), meanings.map((key) => node("p", {}, words[key])));
  return legendPart(words.how_sure, rows, unsaid, help);
}

/**
 * What a unit is marked with: its overlays, and what planners should know of it.
 * @param {Facts} facts
 * @param {number} unit
 * @param {import("./page_state.js").Shown} shown
 * @returns {Sign[]}
 */
function signsOf(facts, unit, { layers, sure }) {
  const signs = facts.units.overlays[unit].flatMap((place) => facts.zones[place].sign ?? []);
  const kind = markOf(facts, unit);
  return kind && (layers.has(`marks ${kind}`) || kind === MARK_KINDS[sure]) ? [...signs, MARK_SIGNS[kind]] : signs;
}

/**
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Scene} scene
 * @param {Room} room
 * @param {boolean} small Whether the units that leave no choice of place have their turn, or the others.
 */
function placeSigns(pen, screen, { facts, state, colours }, room, small) {
  const sparse = room.frame[2] - room.frame[0] < 500;
  const keeps = keeping(facts, state.shown, (unit) => facts.units.main[unit]);
  for (let unit = 0; unit < facts.units.id.length; unit++) {
    if (!screen.sees(unit) || !keeps(unit)) continue;
    const signs = signsOf(facts, unit, state.shown);
    if (!signs.length) continue;
    const [left, top, right, bottom] = screen.box(unit);
    if (Math.min(right - left, bottom - top) < SMALL !== small || right - left < 3) continue;
    const half = (signs.length * APART) / 2;
    const [mx, my] = screen.middle(unit);
    const boxAt = (/** @type {number} */ x, /** @type {number} */ y) =>
      /** @type {Box} */ ([x - half, y - APART / 2, x + half, y + APART / 2]);
    const fits = (/** @type {number} */ x, /** @type {number} */ y) => room.fits(boxAt(x, y));
    const found =
      SPOTS.find(
        ([dx, dy], nth) => fits(mx + dx / 2, my + dy / 2) && (nth === 0 || screen.holds(unit, mx + dx / 2, my + dy / 2)),
      ) ?? SPOTS.find(([dx, dy]) => fits(mx + dx / 2, my + dy / 2)); // beside it rather than over a name
    if (!found && sparse) continue;
    const [x, y] = found ? [mx + found[0] / 2, my + found[1] / 2] : [mx, my];
    room.take(boxAt(x, y));
    signs.forEach((sign, nth) => drawSign(pen, colours, sign, x - half + APART * (nth + 0.5), y));
  }
}
