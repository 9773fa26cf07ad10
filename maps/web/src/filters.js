// Filters: which units the legend and the table keep; the rest is dimmed on the map and left out of the table.

/**
 * @import { Shown } from "./page_state.js"
 * @import { Facts } from "./plan_facts.js"
 */

/** @param {Shown} shown */
export function isFiltered({ main, overlay, jurisdiction, kept }) {
  return [main, overlay, jurisdiction, kept].some((one) => one >= 0);
}

/**
 * Whether a unit is kept.
 * @param {Facts} facts
 * @param {Shown} shown
 * @param {(unit: number) => number} classOf The class that a unit has in the legend.
 */
export function keeping({ units }, { main, overlay, jurisdiction, kept }, classOf) {
  return (/** @type {number} */ unit) =>
    (main < 0 || units.main[unit] === main) &&
    (overlay < 0 || units.overlays[unit].includes(overlay)) &&
    (jurisdiction < 0 || units.jurisdiction[unit] === jurisdiction) &&
    (kept < 0 || classOf(unit) === kept);
}
