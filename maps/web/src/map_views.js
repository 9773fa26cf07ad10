// Views: what the map shows of the plan, one thing at a time.

import { differencesView } from "./differences_view.js";
import { functionsView } from "./functions_view.js";
import { landView } from "./land_view.js";
import { caption } from "./legend_rows.js";
import { colourChooser, measureView } from "./measure_view.js";
import { moneyView } from "./money_view.js";
import { isMoved, knownMeasure, knowsZones } from "./shown_plan.js";
import { unknownView, whyUnknown } from "./unknown_view.js";

/**
 * @import { Filling, Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Room } from "./labels.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {object} MapView What units are filled by, what the legend says of it, and what is drawn over it.
 * @property {string} title
 * @property {(unit: number) => string} paint A colour of CSS.
 * @property {(unit: number) => number} classOf Its class in the legend.
 * @property {(place: number) => string} classTitle What such a class is called.
 * @property {(unit: number) => boolean} [pales] Whether a unit stands back.
 * @property {Filling} [before] What another plan is filled by, of which a part of the map is.
 * @property {() => Child[]} legend
 * @property {(unit: number) => string[]} tip What is said of a unit under the pointer, below its name.
 * @property {(unit: number) => string[]} [told] What is said aloud of a unit, where the tip leaves to the eye what is seen.
 * @property {(jurisdiction: number) => string} below What stands under the name of a jurisdiction.
 * @property {boolean} [fixed] Marks have a place of their own, to which even the name of the chosen unit gives way.
 * @property {(pen: Pen, screen: Screen, room: Room, first: boolean, zoom: number) => void} mark Draws over the fills:
 *   what takes its place before towns, and then the rest; zoom is in relation to the whole plan.
 * @property {number} [outlined] An overlay whose units have an outline in its ink, or -1.
 */

/**
 * The view as it is now; a new one is made when what is shown of it changes.
 * @param {Scene} scene
 * @returns {MapView}
 */
export function viewShown(scene) {
  const { view, by, quota } = scene.state.shown;
  const { tried, quotas, measures } = scene.facts;
  const { words } = scene.speech;
  if (view === "money" && isMoved(scene.facts)) return tried ? unknownView(scene, words.try_money) : moneyOfAdopted(scene);
  if (tried?.unknown[quota] && view === "land") return unknownView(scene, whyUnknown(scene.speech, tried.unknown[quota], quotas[quota].title));
  const measure = view === "functions" ? measures.find(({ name }) => name === by) : undefined;
  if (measure && !knownMeasure(scene.facts, by)) return unknownView(scene, whyUnknown(scene.speech, "stale", measure.title), colourChooser(scene));
  if (measure) return measureView(scene, measure);
  if (view === "functions" && !knowsZones(scene.facts)) return unknownView(scene, words.try_zones_stale, colourChooser(scene));
  return { functions: functionsView, land: landView, money: moneyView, differences: differencesView }[view](scene);
}

/**
 * Money stays that of the adopted plan, and says so.
 * @param {Scene} scene
 * @returns {MapView}
 */
function moneyOfAdopted(scene) {
  const view = moneyView(scene);
  return { ...view, legend: () => [caption(scene.speech.words.try_card), ...view.legend()] };
}
