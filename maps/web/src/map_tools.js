// Tools of the map: closer, farther, the whole plan, distances, full screen; and the place under the pointer.

import { by, node } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @import { Icon } from "./icons.js"
 * @import { Speech } from "./speech.js"
 */

/**
 * @param {L.Map} map
 * @param {Speech} speech
 * @param {{ whole: () => void, measure: (button: HTMLElement, byKey: boolean) => void }} actions
 */
export function mapTools(map, { words }, { whole, measure }) {
  const tool = (/** @type {string} */ title, /** @type {Icon} */ picture, /** @type {(event: Event) => void} */ press) =>
    node("button", { type: "button", title, "aria-label": title, on: { click: press } }, icon(picture));
  // a press of a key clicks, too, without a pointer
  const ruler = tool(words.measure, "ruler", (event) => measure(ruler, /** @type {MouseEvent} */ (event).detail === 0));
  ruler.id = "zp-ruler";
  ruler.setAttribute("aria-pressed", "false");
  const tools = by("zp-tools");
  const group = (/** @type {string} */ name, /** @type {HTMLElement[]} */ ...buttons) =>
    node("div", { class: `zp-tool-group ${name}` }, buttons);
  const screen = tool(words.full_screen, "screen", fullScreen);
  tools.append(
    group("zp-zoom", tool(words.zoom_in, "plus", () => map.zoomIn()), tool(words.zoom_out, "minus", () => map.zoomOut())),
    group("", tool(words.whole, "whole", whole)),
    group("zp-more-tools", ruler, ...(document.fullscreenEnabled ? [screen] : [])),
  );
  L.DomEvent.disableClickPropagation(tools);
}

function fullScreen() {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
}

/**
 * Degrees of the place under the pointer, with the signs of the compass.
 * @param {L.Map} map
 * @param {Speech} speech
 */
export function coordinates(map, speech) {
  const field = by("zp-coordinates");
  map.on("mousemove", ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    field.textContent = speech.say("coordinates", {
      lat: `${speech.degrees(Math.abs(lat))}\u00a0${speech.words[lat < 0 ? "south" : "north"]}`,
      lon: `${speech.degrees(Math.abs(lng))}\u00a0${speech.words[lng < 0 ? "west" : "east"]}`,
    });
  });
  map.on("mouseout", () => (field.textContent = ""));
}
