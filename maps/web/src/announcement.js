// Announcement: what is shown, for who holds the page in a frame, such as the widget of a notebook.

/**
 * @import { Facts } from "./plan_facts.js"
 * @import { PageState } from "./page_state.js"
 */

/**
 * Say on the document, as the event "zoneplan-shown", which unit is chosen and what the page is filtered by.
 * @param {PageState} state
 * @param {Facts} facts
 */
export function announceShown(state, facts) {
  const announce = () => {
    const { view, by, chosen, compared, main, overlay, jurisdiction } = state.shown;
    const unit = (/** @type {number} */ place) => (place < 0 ? null : facts.units.id[place]);
    const detail = {
      unit: unit(chosen),
      compared: unit(compared),
      view,
      by,
      main: main < 0 ? null : facts.zones[main].code,
      overlay: overlay < 0 ? null : facts.zones[overlay].code,
      jurisdiction: jurisdiction < 0 ? null : facts.jurisdictions[jurisdiction],
    };
    document.dispatchEvent(new CustomEvent("zoneplan-shown", { detail }));
  };
  state.on(["view", "by", "chosen", "compared", "main", "overlay", "jurisdiction"], announce);
  announce();
}
