// What a try does not reach: paper in the place of the map's colours, and the reason in the place of the legend.

import { caption } from "./legend_rows.js";

/**
 * @import { Child } from "./dom.js"
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Word } from "./page_model.d.ts"
 * @import { MapView } from "./map_views.js"
 * @import { Speech } from "./speech.js"
 */

/**
 * @param {Scene} scene
 * @param {string} reason
 * @param {Child} [chooser] Of what else can be shown.
 * @returns {MapView}
 */
export function unknownView({ colours, speech }, reason, chooser = null) {
  const paper = colours.of("paper");
  return {
    title: speech.words.try_not_redone,
    paint: () => paper,
    classOf: () => 0,
    classTitle: () => "",
    legend: () => [chooser, caption(reason)],
    tip: () => [reason],
    below: () => "",
    mark: () => undefined,
  };
}

/**
 * @param {Speech} speech
 * @param {string} reason Its key, then a bound and what it stands against, if there are such.
 * @param {string} quota
 */
export function whyUnknown(speech, reason, quota) {
  const [code, ...numbers] = reason.split(",");
  const [bound, total] = numbers.map(Number);
  const written = (/** @type {number} */ value) => speech.exact.format(Number(value.toPrecision(12)));
  /** @type {Record<string, string>} */
  const parts = numbers.length ? { bound: written(bound), total: written(total), gap: written(Math.abs(bound - total)) } : {};
  return speech.say(/** @type {Word} */ (`try_${code}`), { quota, ...parts });
}
