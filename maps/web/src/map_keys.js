// The map by keys: while it has the focus, a cross stands in its middle, the unit under it is told, and Enter opens it.

import { tell } from "./live_region.js";
import { onGrid } from "./map_grid.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 */

// Pixels that an arrow key moves the map by, so that no unit of some size is passed over.
const STEP = 40;

/**
 * @param {L.Map} map
 * @param {Scene} scene
 * @param {HTMLElement} cross In the middle of the map, that the ruler has as well.
 * @param {object} actions
 * @param {() => boolean} actions.busy Whether Enter and the middle of the map are for something else, such as the ruler.
 * @param {(unit: number) => string} actions.told A unit in few words.
 * @param {(unit: number) => void} actions.open
 */
export function mapKeys(map, { shapes, state, speech }, cross, { busy, told, open }) {
  const container = map.getContainer();
  map.options.keyboardPanDelta = STEP;
  const under = () => shapes.unitAt(...onGrid(shapes.grid, map.getCenter()), 0);
  const point = () => {
    if (busy()) return;
    // a click gives the focus to the map, too: then the pointer points
    cross.hidden = !container.matches(":focus-visible");
    if (cross.hidden) return;
    const unit = under();
    state.change({ hovered: unit });
    tell(unit < 0 ? speech.words.no_unit_here : told(unit));
  };
  container.addEventListener("focus", point);
  container.addEventListener("blur", () => {
    if (busy()) return;
    if (!cross.hidden) state.change({ hovered: -1 });
    cross.hidden = true;
  });
  map.on("moveend", point);
  container.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== container || busy()) return;
    const unit = under();
    event.preventDefault();
    if (unit < 0) tell(speech.words.no_unit_here);
    else open(unit);
  });
}
