// What a try does not reach: paper in the place of the map's colours, and the reason in the place of the legend.

import { caption } from "./legend_rows.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { MapView } from "./map_views.js"
 * @import { Speech } from "./speech.js"
 */

/**
 * @param {Scene} scene
 * @param {string} reason
 * @returns {MapView}
 */
export function unknownView({ colours, speech }, reason) {
  const paper = colours.of("paper");
  return {
    title: speech.words.try_not_redone,
    paint: () => paper,
    classOf: () => 0,
    classTitle: () => "",
    legend: () => [caption(reason)],
    tip: () => [reason],
    below: () => "",
    mark: () => undefined,
  };
}

/**
 * @param {Speech} speech
 * @param {string} code
 * @param {string} quota
 */
export function whyUnknown(speech, code, quota) {
  const key = code === "optimal" ? "try_optimal" : code === "stale" ? "try_stale" : "try_infeasible";
  return speech.say(key, { quota });
}
