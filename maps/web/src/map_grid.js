// The grid of the map: how it falls on the screen and on the earth.

export const EARTH = 2 * Math.PI * 6378137;

// Pixels of the way round the earth, and of one step of the grid.
const worldOf = (map) => 256 * 2 ** map.getZoom();
export const scaleOf = (map, grid) => (grid.step * worldOf(map)) / EARTH;

// How the grid falls on the screen: x * scale + view.x, view.y - y * scale.
export function viewOf(map, grid, bounds) {
  const world = worldOf(map);
  const origin = map.getPixelOrigin();
  const size = bounds.getSize();
  return {
    scale: scaleOf(map, grid),
    x: (grid.west / EARTH + 0.5) * world - origin.x,
    y: (0.5 - grid.south / EARTH) * world - origin.y,
    left: bounds.min.x,
    top: bounds.min.y,
    width: size.x,
    height: size.y,
    zoom: map.getZoom(),
  };
}

// A place on the map in steps of the grid.
export function onGrid(grid, latlng) {
  const { x, y } = L.Projection.SphericalMercator.project(latlng);
  return [(x - grid.west) / grid.step, (y - grid.south) / grid.step];
}

export function offGrid(grid, x, y) {
  const place = L.point(x * grid.step + grid.west, y * grid.step + grid.south);
  return L.Projection.SphericalMercator.unproject(place);
}
