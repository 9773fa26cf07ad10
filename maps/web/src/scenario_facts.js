// Scenarios: what the units are in one of them, put in the place of what they are in the adopted plan, and taken back.

import { rowsOf } from "./columns.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Facts } from "./plan_facts.js"
 */

/**
 * The scene with facts that stay those of the adopted plan, for what tells reasons and findings of it.
 * @param {Scene} scene
 * @returns {Scene}
 */
export function adoptedScene(scene) {
  const { facts } = scene;
  const zones = facts.zones.map((zone) => ({ ...zone }));
  return { ...scene, facts: { ...facts, plan: { ...facts.plan }, units: { ...facts.units }, zones } };
}

/**
 * Zones, their units and hectares, and amounts of a scenario; those of the adopted plan where the place is -1.
 * @param {Facts} facts Changed.
 * @param {Facts} adopted
 * @param {number} place
 */
export function putInEffect(facts, adopted, place) {
  const { main, overlays, status } = adopted.units;
  const rows = place < 0 ? [] : rowsOf(facts.scenarios[place].units);
  const shown = { main: [...main], overlays: [...overlays], status: [...status] };
  /** @type {Map<number, string[]>} */
  const amounts = new Map();
  for (const row of rows) {
    shown.main[row.unit] = row.main;
    shown.overlays[row.unit] = row.overlays;
    shown.status[row.unit] = row.status;
    amounts.set(row.unit, row.amounts);
  }
  Object.assign(facts.units, shown);
  facts.amounts = amounts;
  facts.in_effect = place;
  withUnits(facts.zones, facts.units).forEach((zone, code) => Object.assign(facts.zones[code], zone));
}

/**
 * Zones with how many units are in each, and their hectares.
 * @param {Facts["zones"]} zones
 * @param {Pick<Facts["units"], "main" | "overlays" | "area_ha">} units
 * @returns {Facts["zones"]}
 */
export function withUnits(zones, { main, overlays, area_ha }) {
  const counted = zones.map((zone) => ({ ...zone, units: 0, ha: 0 }));
  area_ha.forEach((ha, unit) => {
    for (const zone of [main[unit], ...overlays[unit]]) {
      counted[zone].units += 1;
      counted[zone].ha += ha;
    }
  });
  return counted;
}
