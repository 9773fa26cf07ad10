// The strip of filters: what is kept, how many units that is, a way to them and a way back; the same beside legend and table.

import { node } from "./dom.js";
import { rewrite } from "./focus.js";
import { filtersOn, isFiltered, unitsKept } from "./filters.js";
import { icon } from "./icons.js";
import { UNFILTERED } from "./page_state.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { MapView } from "./map_views.js"
 */

/**
 * What is kept in one sentence, for the live region.
 * @param {Scene} scene
 * @param {MapView} view
 */
export function filteredSaid({ facts, state, speech }, view) {
  const { shown } = state;
  const all = speech.units(facts.units.id.length);
  if (!isFiltered(shown)) return speech.say("named", { name: speech.words.all, value: all });
  const names = filtersOn(facts, speech.words, shown, view.classTitle).map(({ title }) => title);
  const count = speech.say("kept_units", { n: unitsKept(facts, shown, view.classOf).length, units: all });
  return speech.say("named", { name: names.join(speech.words.and), value: count });
}

export class FilterStrip {
  /**
   * @param {Scene} scene
   * @param {(units: number[]) => void} zoomTo
   * @param {() => Element | null} beside What has the focus when no filter is left.
   */
  constructor(scene, zoomTo, beside) {
    this.scene = scene;
    this.beside = beside;
    this.zoomTo = zoomTo;
    this.root = node("div", { class: "zp-strip", role: "group", "aria-label": scene.speech.words.filters, hidden: true });
  }

  /** @param {MapView} view */
  show(view) {
    const { facts, state, speech } = this.scene;
    const { words } = speech;
    const { shown } = state;
    const write = () => {
      this.root.hidden = !isFiltered(shown);
      if (this.root.hidden) return this.root.replaceChildren();
      const units = unitsKept(facts, shown, view.classOf);
      const chips = filtersOn(facts, words, shown, view.classTitle).map(({ key, title }) => {
        const settings = { type: "button", class: "zp-chip", "aria-label": speech.say("filter_off", { name: title }) };
        return node("button", { ...settings, on: { click: () => state.change({ [key]: -1 }) } }, node("span", {}, title), icon("close"));
      });
      const button = (/** @type {string} */ title, /** @type {() => void} */ press, disabled = false) =>
        node("button", { type: "button", class: "zp-link", disabled, on: { click: press } }, title);
      const count = speech.say("kept_units", { n: units.length, units: speech.units(facts.units.id.length) });
      this.root.replaceChildren(
        node("div", { class: "zp-chips" }, chips),
        node("p", { class: "zp-kept" }, count),
        node(
          "p",
          { class: "zp-strip-actions" },
          button(words.zoom_to_kept, () => this.zoomTo(units), !units.length),
          button(words.filters_off, () => state.change(UNFILTERED)),
        ),
      );
    };
    rewrite(this.root, write, this.beside);
  }
}
