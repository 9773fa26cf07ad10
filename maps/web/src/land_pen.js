// Land that is drawn on the map: corners that are clicked, one shape after the other, or shapes of a file.

/** @typedef {{ type: "Feature", properties: {}, geometry: { type: string, coordinates: any } }} Feature */

const FEWEST = 3;

/** A pen: while it is on, clicks on the map are corners of a shape. */
export class LandPen {
  /**
   * @param {L.Map} map
   * @param {() => void} changed Called when something was drawn or taken back.
   */
  constructor(map, changed) {
    this.map = map;
    this.changed = changed;
    this.on = false;
    /** @type {L.LatLng[]} */
    this.corners = [];
    /** @type {Feature[]} */
    this.shapes = [];
    this.line = L.polyline([], { className: "zp-drawn", interactive: false });
    /** @type {L.Layer[]} */
    this.drawn = [];
  }

  toggle() {
    if (this.on) this.close();
    this.on = !this.on;
    this.map.getContainer().classList.toggle("zp-measuring", this.on);
    this.changed();
  }

  /** @param {L.LatLng} place */
  add(place) {
    this.corners.push(place.wrap());
    this.line.setLatLngs(this.corners).addTo(this.map);
    this.changed();
  }

  /** The shape is done; one of fewer than three corners is none. */
  close() {
    const ring = this.corners.map(({ lng, lat }) => [lng, lat]);
    this.corners = [];
    this.line.setLatLngs([]).remove();
    if (ring.length >= FEWEST) this.put({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...ring, ring[0]]] } });
  }

  /** @param {Feature} feature */
  put(feature) {
    this.shapes.push(feature);
    for (const rings of ringsOf(feature)) {
      const corners = rings.map((ring) => ring.map(([lng, lat]) => /** @type {[number, number]} */ ([lat, lng])));
      this.drawn.push(L.polygon(corners, { className: "zp-drawn", interactive: false }).addTo(this.map));
    }
    this.changed();
  }

  clear() {
    for (const layer of this.drawn) layer.remove();
    [this.corners, this.shapes, this.drawn] = [[], [], []];
    this.line.setLatLngs([]).remove();
    this.changed();
  }
}

/**
 * The polygons of a GeoJSON text; null where it has none, or is no GeoJSON in longitude and latitude.
 * @param {string} text
 * @returns {Feature[] | null}
 */
export function polygonsOf(text) {
  try {
    const said = JSON.parse(text);
    /** @type {any[]} */
    const features = said.type === "FeatureCollection" ? said.features : said.type === "Feature" ? [said] : [{ geometry: said }];
    const shapes = features.map(({ geometry: { type, coordinates } }) => ({ type: "Feature", properties: {}, geometry: { type, coordinates } }));
    const fit = shapes.every((shape) => /^(Multi)?Polygon$/.test(shape.geometry.type) && ringsOf(/** @type {Feature} */ (shape)).flat(2).every(onEarth));
    return shapes.length && fit ? /** @type {Feature[]} */ (shapes) : null;
  } catch {
    return null;
  }
}

/** @param {number[]} corner */
function onEarth([lng, lat]) {
  return Math.abs(lng) <= 180 && Math.abs(lat) <= 90;
}

/**
 * @param {Feature} feature
 * @returns {number[][][][]} Of each polygon its rings.
 */
function ringsOf({ geometry: { type, coordinates } }) {
  return type === "Polygon" ? [coordinates] : coordinates;
}
