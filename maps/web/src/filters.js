// Filters: which units the legend and the table keep; the rest is dimmed on the map and left out of the table.

/**
 * @import { Shown } from "./page_state.js"
 * @import { Facts } from "./plan_facts.js"
 *
 * @typedef {"main" | "overlay" | "jurisdiction" | "kept"} FilterKey
 */

/** @type {FilterKey[]} */
const KEYS = ["main", "overlay", "jurisdiction", "kept"];

/** @param {Shown} shown */
export function isFiltered(shown) {
  return KEYS.some((key) => shown[key] >= 0);
}

/**
 * The filters that are on, each by what it keeps.
 * @param {Pick<Facts, "zones" | "jurisdictions">} facts
 * @param {Shown} shown
 * @param {(place: number) => string} classTitle What a class of the legend is called.
 */
export function filtersOn({ zones, jurisdictions }, shown, classTitle) {
  const titles = {
    main: (/** @type {number} */ place) => zones[place].title,
    overlay: (/** @type {number} */ place) => zones[place].title,
    jurisdiction: (/** @type {number} */ place) => jurisdictions[place],
    kept: classTitle,
  };
  return KEYS.filter((key) => shown[key] >= 0).map((key) => ({ key, title: titles[key](shown[key]) }));
}

/**
 * Whether a unit is kept.
 * @param {Pick<Facts, "units">} facts
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

/**
 * All units that are kept.
 * @param {Pick<Facts, "units">} facts
 * @param {Shown} shown
 * @param {(unit: number) => number} classOf
 */
export function unitsKept(facts, shown, classOf) {
  const keeps = keeping(facts, shown, classOf);
  return facts.units.id.map((_, unit) => unit).filter(keeps);
}
