// The grid of the map: how it falls on the screen and on the earth.

/**
 * @import { MapGrid } from "./page_model.d.ts"
 * @typedef {ReturnType<typeof viewOf>} View
 */

export const EARTH = 2 * Math.PI * 6378137;

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
 * A place on the map in steps of the grid.
 * @param {MapGrid} grid
 * @param {L.LatLng} latlng
 * @returns {[number, number]}
 */
export function onGrid(grid, latlng) {
  const { x, y } = L.Projection.SphericalMercator.project(latlng);
  return [(x - grid.west) / grid.step, (y - grid.south) / grid.step];
}

/**
 * @param {MapGrid} grid
 * @param {number} x
 * @param {number} y
 */
export function offGrid(grid, x, y) {
  const place = L.point(x * grid.step + grid.west, y * grid.step + grid.south);
  return L.Projection.SphericalMercator.unproject(place);
}
