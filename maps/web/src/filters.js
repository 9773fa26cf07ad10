// Filters: which units the legend and the table keep; the rest is dimmed on the map and left out of the table.

import { FILTERS } from "./page_state.js";
import { MARK_KINDS, MARK_TITLES, markOf } from "./status_marks.js";

/**
 * @import { Word } from "./page_model.d.ts"
 * @import { Shown } from "./page_state.js"
 * @import { Facts } from "./plan_facts.js"
 */

/** @param {Shown} shown */
export function isFiltered(shown) {
  return FILTERS.some((key) => shown[key] >= 0);
}

/**
 * The filters that are on, each by what it keeps.
 * @param {Pick<Facts, "zones" | "jurisdictions">} facts
 * @param {Record<Word, string>} words
 * @param {Shown} shown
 * @param {(place: number) => string} classTitle What a class of the legend is called.
 */
export function filtersOn({ zones, jurisdictions }, words, shown, classTitle) {
  const titles = {
    main: (/** @type {number} */ place) => zones[place].title,
    overlay: (/** @type {number} */ place) => zones[place].title,
    jurisdiction: (/** @type {number} */ place) => jurisdictions[place],
    sure: (/** @type {number} */ place) => words[MARK_TITLES[MARK_KINDS[place]]],
    kept: classTitle,
  };
  return FILTERS.filter((key) => shown[key] >= 0).map((key) => ({ key, title: titles[key](shown[key]) }));
}

/**
 * Whether a unit is kept.
 * @param {Facts} facts
 * @param {Shown} shown
 * @param {(unit: number) => number} classOf The class that a unit has in the legend.
 */
export function keeping(facts, { main, overlay, jurisdiction, sure, kept }, classOf) {
  const { units } = facts;
  return (/** @type {number} */ unit) =>
    (main < 0 || units.main[unit] === main) &&
    (overlay < 0 || units.overlays[unit].includes(overlay)) &&
    (jurisdiction < 0 || units.jurisdiction[unit] === jurisdiction) &&
    (sure < 0 || markOf(facts, unit) === MARK_KINDS[sure]) &&
    (kept < 0 || classOf(unit) === kept);
}

/**
 * All units that are kept.
 * @param {Facts} facts
 * @param {Shown} shown
 * @param {(unit: number) => number} classOf
 */
export function unitsKept(facts, shown, classOf) {
  const keeps = keeping(facts, shown, classOf);
  return facts.units.id.map((_, unit) => unit).filter(keeps);
}
