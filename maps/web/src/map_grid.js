// The grid of the map: how it falls on the screen and on the earth.

import { planeOf } from "./projections.js";

/**
 * @import { MapGrid, MapProjection } from "./page_model.d.ts"
 * @import { Plane } from "./projections.js"
 *
 * @typedef {ReturnType<typeof viewOf>} View
 * @typedef {[number, number, number, number]} Box West, south, east and north.
 */

const PLANE_CODE = "zoneplan";

const EARTH = 2 * Math.PI * 6378137;

/** @type {WeakMap<MapGrid, Plane>} */
const planes = new WeakMap();

/** @param {MapGrid} grid */
function planeUnder(grid) {
  const plane = planes.get(grid) ?? planeOf(grid.projection);
  planes.set(grid, plane);
  return plane;
}

/**
 * The CRS of a map in a plane of equal area, for Leaflet: a screen shows as many metres as one of the web's map does at
 * the equator.
 * @param {MapProjection} projection
 * @returns {L.CRS}
 */
export function planeCrs(projection) {
  const plane = planeOf(projection);
  const half = EARTH / 2;
  const crs = {
    code: PLANE_CODE,
    projection: {
      project: (/** @type {L.LatLng} */ { lat, lng }) => L.point(plane.forward(lng, lat)),
      unproject: (/** @type {L.Point} */ { x, y }) => latLng(plane.inverse(x, y)),
      bounds: L.bounds([-half, -half], [half, half]),
    },
    transformation: L.transformation(1 / EARTH, 0.5, -1 / EARTH, 0.5),
    distance: (/** @type {L.LatLng} */ one, /** @type {L.LatLng} */ other) => L.CRS.Earth.distance(one, other),
    infinite: true,
  };
  return /** @type {any} */ (L.extend({}, L.CRS, crs));
}

/** @param {[number, number]} degrees */
function latLng([lon, lat]) {
  return L.latLng(lat, lon);
}

/**
 * Pixels of the way round the earth.
 * @param {L.Map} map
 */
const worldOf = (map) => 256 * 2 ** map.getZoom();

/**
 * Pixels of one step of the grid.
 * @param {L.Map} map
 * @param {MapGrid} grid
 */
export function scaleOf(map, grid) {
  return (grid.step * worldOf(map)) / EARTH;
}

/**
 * How the grid falls on the screen: x * scale + view.x, view.y - y * scale.
 * @param {L.Map} map
 * @param {MapGrid} grid
 * @param {L.Bounds} bounds
 */
export function viewOf(map, grid, bounds) {
  const world = worldOf(map);
  const origin = map.getPixelOrigin();
  const size = bounds.getSize();
  const { x: left, y: top } = bounds.getTopLeft();
  return {
    scale: scaleOf(map, grid),
    x: (grid.west / EARTH + 0.5) * world - origin.x,
    y: (0.5 - grid.south / EARTH) * world - origin.y,
    left,
    top,
    width: size.x,
    height: size.y,
    zoom: map.getZoom(),
  };
}

/**
 * A place on the map in steps of the grid; a plan across the date line has no break there.
 * @param {MapGrid} grid
 * @param {{ lat: number, lng: number }} latlng
 * @returns {[number, number]}
 */
export function onGrid(grid, { lat, lng }) {
  const [x, y] = planeUnder(grid).forward(lng, lat);
  return [(x - grid.west) / grid.step, (y - grid.south) / grid.step];
}

/**
 * @param {MapGrid} grid
 * @param {number} x
 * @param {number} y
 */
export function offGrid(grid, x, y) {
  return latLng(planeUnder(grid).inverse(x * grid.step + grid.west, y * grid.step + grid.south));
}

/**
 * Metres of the plane that a part of the grid covers.
 * @param {MapGrid} grid
 * @param {Box} part In steps of the grid.
 * @returns {Box}
 */
export function boxOf(grid, [west, south, east, north]) {
  const { step } = grid;
  return [grid.west + west * step, grid.south + south * step, grid.west + east * step, grid.south + north * step];
}

/**
 * Show a part of the plane in the middle of the view, as large as fits.
 * @param {L.Map} map
 * @param {Box} box Metres.
 * @param {L.FitBoundsOptions} options
 */
export function fitBox(map, [west, south, east, north], options = {}) {
  const before = L.point(options.paddingTopLeft ?? options.padding ?? [0, 0]);
  const after = L.point(options.paddingBottomRight ?? options.padding ?? [0, 0]);
  const room = map.getSize().subtract(before).subtract(after);
  const scale = Math.min(room.x / Math.max(east - west, 1e-3), room.y / Math.max(north - south, 1e-3));
  const exact = Math.log2((Math.max(scale, 1e-9) * EARTH) / 256);
  const snap = map.options.zoomSnap || 1e-6;
  const rounded = Math.floor(exact / snap + 1e-9) * snap;
  const zoom = Math.max(map.getMinZoom(), Math.min(options.maxZoom ?? Infinity, map.getMaxZoom(), rounded));
  const world = 256 * 2 ** zoom;
  const middle = L.point(0.5 + (west + east) / 2 / EARTH, 0.5 - (south + north) / 2 / EARTH).multiplyBy(world);
  return map.setView(map.unproject(middle.add(after.subtract(before).divideBy(2)), zoom), zoom, options);
}

/**
 * Let a map in a plane of equal area fit boxes in degrees: their sides bend there, and their corners do not tell them.
 * @param {L.Map} map
 */
export function bendBounds(map) {
  const { code, projection } = /** @type {L.CRS & { projection: L.Projection }} */ (map.options.crs);
  if (code !== PLANE_CODE) return;
  map.fitBounds = (bounds, options) => {
    const degrees = L.latLngBounds(/** @type {any} */ (bounds));
    const [low, high] = [degrees.getSouthWest(), degrees.getNorthEast()];
    /** @type {Box} */
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i <= 16; i++) {
      const [lng, lat] = [low.lng + ((high.lng - low.lng) * i) / 16, low.lat + ((high.lat - low.lat) * i) / 16];
      for (const place of [[low.lat, lng], [high.lat, lng], [lat, low.lng], [lat, high.lng]]) {
        const { x, y } = projection.project(L.latLng(/** @type {[number, number]} */ (place)));
        [box[0], box[1]] = [Math.min(box[0], x), Math.min(box[1], y)];
        [box[2], box[3]] = [Math.max(box[2], x), Math.max(box[3], y)];
      }
    }
    return fitBox(map, box, options);
  };
}
