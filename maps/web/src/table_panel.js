// A table without a plan in the panel: what it holds in all, and the card of a row.

import { node } from "./dom.js";
import { landByFunction, undrawnSaid } from "./plan_panel.js";
import { heading } from "./unit_panel.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { ColumnFacts } from "./table_facts.js"
 * @import { Speech } from "./speech.js"
 */

/** @param {Scene} scene */
export function tablePanel(scene) {
  const { facts, speech } = scene;
  const { plan, units, zones } = facts;
  const size = [speech.units(units.id.length), speech.land(plan.area_ha)];
  const notes = [...plan.note.split("\n"), undrawnSaid(facts, speech)].filter(Boolean);
  return [
    node("p", { class: "zp-eyebrow" }, size.join(" · ")),
    node("h2", { class: "zp-headline" }, plan.name),
    zones.length > 1 ? landByFunction(scene) : null,
    notes.length ? node("ul", { class: "zp-notices" }, notes.map((note) => node("li", {}, note))) : null,
  ].filter((one) => one !== null);
}

/**
 * @param {Scene} scene
 * @param {ColumnFacts[]} columns
 * @param {number} unit
 * @param {{ show: () => void, close: () => void }} actions
 */
export function rowPanel(scene, columns, unit, actions) {
  const { speech } = scene;
  const rows = columns.map((column) =>
    node("div", {}, node("dt", {}, column.title), node("dd", {}, cellText(speech, column, unit))),
  );
  return [heading(scene, unit, actions), node("dl", { class: "zp-columns" }, rows)];
}

/**
 * A cell as it is read.
 * @param {Speech} speech
 * @param {ColumnFacts} column
 * @param {number} unit
 */
export function cellText(speech, column, unit) {
  const value = column.value(unit);
  if (value === null) return speech.words.missing;
  return typeof value === "number" ? speech.plain15.format(value) : value;
}
