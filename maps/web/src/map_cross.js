// The cross: where on the map keys point, in the middle of what stands free of it.

import { node } from "./dom.js";

export class MapCross {
  /**
   * @param {L.Map} map
   * @param {() => L.Point} middle Of what nothing covers, in pixels from the map's upper left corner.
   */
  constructor(map, middle) {
    this.map = map;
    this.middle = middle;
    this.at = L.point(0, 0);
    this.root = node("div", { class: "zp-cross", hidden: true, "aria-hidden": "true" });
    map.getContainer().append(this.root);
  }

  get shown() {
    return !this.root.hidden;
  }

  /** @param {boolean} on */
  show(on) {
    this.root.hidden = !on;
    if (!on) return;
    this.at = this.middle();
    this.root.style.transform = `translate(${Math.round(this.at.x)}px, ${Math.round(this.at.y)}px)`;
  }

  /** The place under it. */
  get latlng() {
    return this.map.containerPointToLatLng(this.at);
  }
}
