// The map by keys: while it has the focus, a cross points at what is told of it, and Enter opens it.

import { tell } from "./live_region.js";
import { onGrid, scaleOf } from "./map_grid.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { MapCross } from "./map_cross.js"
 */

// Pixels that an arrow key moves the map by, so that no unit of some size is passed over.
const STEP = 40;
// Pixels within which the cross finds what is too small to lie under it.
const REACH = 5;
/** @type {Record<string, number>} */
const ZOOMS = { "+": 1, "=": 1, "-": -1, _: -1 };

/**
 * @param {L.Map} map
 * @param {Scene} scene
 * @param {MapCross} cross That the ruler has as well.
 * @param {object} actions
 * @param {() => boolean} actions.busy Whether the cross is for something else, such as the ruler.
 * @param {(unit: number) => string} actions.told A unit in few words.
 * @param {(unit: number) => void} actions.bring Moves the map until the cross stands in a unit.
 * @param {(unit: number) => void} actions.open
 */
export function mapKeys(map, { shapes, state, speech }, cross, { busy, told, bring, open }) {
  const container = map.getContainer();
  map.options.keyboardPanDelta = STEP;
  const under = () => shapes.unitAt(...onGrid(shapes.grid, cross.latlng), REACH / scaleOf(map, shapes.grid));
  const point = () => {
    if (busy()) return;
    // a click gives the focus to the map, too: then the pointer points
    cross.show(container.matches(":focus-visible"));
    if (!cross.shown) return;
    const unit = under();
    state.change({ hovered: unit });
    tell(unit < 0 ? speech.words.no_unit_here : told(unit));
  };
  // keys begin where the page is: at the chosen unit
  const begin = () => {
    if (busy() || cross.shown || !container.matches(":focus-visible")) return;
    cross.show(true);
    const { chosen, compared } = state.shown;
    const marked = [compared, chosen].filter((unit) => unit >= 0);
    if (marked.length && !marked.includes(under())) bring(marked[0]);
    point();
  };
  container.addEventListener("focus", begin);
  container.addEventListener("blur", () => {
    if (busy()) return;
    if (cross.shown) state.change({ hovered: -1 });
    cross.show(false);
  });
  map.on("moveend", point);
  // before the map's own keys
  container.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== container) return;
      begin();
      const way = ZOOMS[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey || !cross.shown) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      map.setZoomAround(cross.latlng, map.getZoom() + way * (map.options.zoomDelta ?? 1));
    },
    { capture: true },
  );
  container.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== container || busy()) return;
    const unit = under();
    event.preventDefault();
    if (unit < 0) tell(speech.words.no_unit_here);
    else open(unit);
  });
}
