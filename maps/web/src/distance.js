// Distances: a line that is clicked point by point, and how long it is on the earth.

import { node } from "./dom.js";
import { tell } from "./live_region.js";

/**
 * @import { MapCross } from "./map_cross.js"
 * @import { Speech } from "./speech.js"
 */

// WGS 84.
const RADIUS_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const POLAR_M = RADIUS_M * (1 - FLATTENING);

/**
 * Metres between two places on the ellipsoid, by Vincenty's inverse formula; on the sphere between antipodes, for which
 * it does not settle.
 * @param {{ lat: number, lng: number }} one
 * @param {{ lat: number, lng: number }} other
 */
export function metresBetween(one, other) {
  const rad = Math.PI / 180;
  const [u1, u2] = [one, other].map(({ lat }) => Math.atan((1 - FLATTENING) * Math.tan(lat * rad)));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const apart = (other.lng - one.lng) * rad;
  let lambda = apart;
  for (let round = 0; round < 100; round++) {
    const [sin, cos] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(c2 * sin, c1 * s2 - s1 * c2 * cos);
    if (!sinSigma) return 0;
    const cosSigma = s1 * s2 + c1 * c2 * cos;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sin) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const middle = cos2Alpha ? cosSigma - (2 * s1 * s2) / cos2Alpha : 0;
    const c = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
    const bent = middle + c * cosSigma * (2 * middle ** 2 - 1);
    const next = apart + (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinSigma * bent);
    if (Math.abs(next - lambda) < 1e-12) return lengthOf(cos2Alpha, sigma, sinSigma, cosSigma, middle);
    lambda = next;
  }
  return RADIUS_M * Math.acos(Math.max(-1, Math.min(1, s1 * s2 + c1 * c2 * Math.cos(apart))));
}

/**
 * The last step of Vincenty's formula.
 * @param {number} cos2Alpha
 * @param {number} sigma
 * @param {number} sinSigma
 * @param {number} cosSigma
 * @param {number} middle
 */
function lengthOf(cos2Alpha, sigma, sinSigma, cosSigma, middle) {
  const u2 = (cos2Alpha * (RADIUS_M ** 2 - POLAR_M ** 2)) / POLAR_M ** 2;
  const a = 1 + (u2 / 16384) * (4096 + u2 * (u2 * (320 - 175 * u2) - 768));
  const b = (u2 / 1024) * (256 + u2 * (u2 * (74 - 47 * u2) - 128));
  const outer = cosSigma * (2 * middle ** 2 - 1);
  const inner = (b / 6) * middle * (4 * sinSigma ** 2 - 3) * (4 * middle ** 2 - 3);
  return POLAR_M * a * (sigma - b * sinSigma * (middle + (b / 4) * (outer - inner)));
}

/** A ruler: while it is on, clicks on the map are its points. */
export class Ruler {
  /**
   * @param {L.Map} map
   * @param {Speech} speech
   * @param {MapCross} cross
   */
  constructor(map, speech, cross) {
    this.map = map;
    this.speech = speech;
    this.cross = cross;
    this.on = false;
    /** @type {L.LatLng[]} */
    this.points = [];
    this.line = L.polyline([], { className: "zp-measured", interactive: false });
    this.told = node("div", { class: "zp-distance", hidden: true });
    map.getContainer().append(this.told);
    map.getContainer().addEventListener("keydown", (event) => {
      if (!this.on || event.target !== map.getContainer()) return;
      cross.show(true);
      if (event.key === "Enter") this.add(cross.latlng);
      else if (event.key === "Backspace") this.draw(this.points.slice(0, -1));
      else return;
      event.preventDefault();
    });
    map.on("mousemove", () => cross.show(false));
  }

  /** @param {boolean} byKey Whether the map is at hand for keys, and its middle for points. */
  toggle(byKey) {
    this.on = !this.on;
    this.cross.show(this.on && byKey);
    this.points = [];
    this.line.setLatLngs([]);
    if (this.on && byKey) this.map.getContainer().focus();
    if (this.on) this.line.addTo(this.map);
    else this.line.remove();
    this.map.getContainer().classList.toggle("zp-measuring", this.on);
    this.told.hidden = !this.on;
    this.say();
    return this.on;
  }

  /** @param {L.LatLng} place */
  add(place) {
    this.draw([...this.points, place]);
  }

  /** @param {L.LatLng[]} points */
  draw(points) {
    this.points = points;
    this.line.setLatLngs(points);
    this.say();
  }

  say() {
    const { speech, points } = this;
    const metres = points.slice(1).reduce((sum, point, place) => sum + metresBetween(points[place], point), 0);
    const text = points.length < 2 ? speech.words.measure_help : speech.say("distance", { n: speech.rough3(metres / 1000) });
    this.told.textContent = text;
    if (this.on) tell(text);
  }
}
