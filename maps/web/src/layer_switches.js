// Switches: layers of the plan as layers of Leaflet, so that its control of layers, folium's, turns them on and off.

/**
 * @import { PageState, Shown } from "./page_state.js"
 *
 * @typedef {object} LayerSwitch
 * @property {string} key Of the layer in what is shown; "zones" for what the units are filled with.
 * @property {L.Layer} layer It draws nothing itself.
 */

/** @type {LayerSwitch[]} */
const switches = [];

/**
 * A layer that stands for one of the plan.
 * @param {string} key
 */
export function layerSwitch(key) {
  const layer = new L.Layer();
  layer.onAdd = () => layer;
  layer.onRemove = () => layer;
  switches.push({ key, layer });
  return layer;
}

/**
 * Let the switches and the page say the same.
 * @param {L.Map} map
 * @param {PageState} state
 */
export function followSwitches(map, state) {
  let before = state.shown.opacity || 1;
  const isOn = (/** @type {Readonly<Shown>} */ shown, /** @type {string} */ key) =>
    key === "zones" ? shown.opacity > 0 : shown.layers.has(key);
  const put = (/** @type {string} */ key, /** @type {boolean} */ on) => {
    if (isOn(state.shown, key) === on) return;
    if (key === "zones") state.change({ opacity: on ? before : 0 });
    else state.layer(key, on);
  };
  for (const { key, layer } of switches) {
    layer.on("add", () => put(key, true));
    layer.on("remove", () => put(key, false));
  }
  const follow = () => {
    before = state.shown.opacity || before;
    for (const { key, layer } of switches) {
      const on = isOn(state.shown, key);
      if (on && !map.hasLayer(layer)) map.addLayer(layer);
      if (!on && map.hasLayer(layer)) map.removeLayer(layer);
    }
  };
  state.on(["layers", "opacity"], follow);
  follow();
}
