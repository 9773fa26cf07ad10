// The base map: sea and land below the plan; relief, rivers, lakes and borders of neighbours above its fills.

/**
 * @import { Colours } from "./colours.js"
 * @import { View } from "./map_grid.js"
 * @import { GroundLayer, MapGrid, ReliefPicture, Surroundings } from "./page_model.d.ts"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {GroundLayer & { start: Uint32Array, x: Int32Array, y: Int32Array }} GroundShapes
 * @typedef {Omit<Surroundings, "layers"> & { layers: GroundShapes[] }} Ground
 * @typedef {{ scale: number, x: number, y: number }} Placing How the grid of the ground falls on the screen.
 */

// By the largest rank that has the width, in pixels.
const RIVERS = [
  { to: 4, width: 1.5 },
  { to: 5, width: 1.25 },
  { to: 6, width: 0.95 },
  { to: Infinity, width: 0.6 },
];
const BORDERS = [
  { kind: "province", width: 1, dashes: [5, 3.5] },
  { kind: "country", width: 1.6, dashes: [9, 3, 2, 3] },
  { kind: "disputed", width: 1.6, dashes: [2, 3] },
];
// Pixels beyond the view that a line may be wide, and the square of those between points that are told apart.
const WIDEST = 4;
const THIN = 0.5;
// A coarse grid of heights has nothing to say in a close view.
const RELIEF = { full: 1, faint: 0.45, from: 2, to: 6 };

/**
 * @param {Ground} ground
 * @param {MapGrid} grid Of the plan.
 * @param {View} view
 * @returns {Placing}
 */
export function placing(ground, grid, view) {
  const perMetre = view.scale / grid.step;
  return {
    scale: perMetre * ground.step,
    x: view.x + (ground.west - grid.west) * perMetre,
    y: view.y - (ground.south - grid.south) * perMetre,
  };
}

/**
 * A place of the ground on the grid of the plan.
 * @param {Ground} ground
 * @param {MapGrid} grid
 * @param {{ x: number, y: number }} place
 * @returns {[number, number]}
 */
export function onPlanGrid(ground, grid, { x, y }) {
  const { west, south, step } = ground;
  return [(west + x * step - grid.west) / grid.step, (south + y * step - grid.south) / grid.step];
}

/**
 * Sea and land, below the plan. Beyond the ground there is nothing to know.
 * @param {Pen} pen
 * @param {Ground} ground
 * @param {Placing} at
 * @param {View} view
 * @param {Colours} colours
 */
export function drawGround(pen, ground, at, view, colours) {
  pen.fillStyle = colours.of("outside");
  pen.fillRect(view.left, view.top, view.width, view.height);
  const high = ground.height * at.scale;
  pen.fillStyle = colours.of("water");
  pen.fillRect(at.x, at.y - high, ground.width * at.scale, high);
  pen.fillStyle = colours.of("outside");
  for (const layer of ground.layers) if (layer.kind === "land") pen.fill(pathOf(layer, at, view), "evenodd");
}

/**
 * Shadow and light, above the fills of the plan, which keep their colours.
 * @param {Pen} pen
 * @param {ReliefPicture} relief
 * @param {CanvasImageSource} picture
 * @param {MapGrid} grid
 * @param {View} view
 * @param {number} zoom In relation to the view of the whole plan.
 * @param {number} part Of its strength, from 0 to 1, as a reader set it.
 */
export function drawRelief(pen, relief, picture, grid, view, zoom, part) {
  const perMetre = view.scale / grid.step;
  const left = view.x + (relief.west - grid.west) * perMetre;
  const top = view.y - (relief.north - grid.south) * perMetre;
  pen.save();
  pen.globalAlpha = part * strength(zoom);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, left, top, (relief.east - relief.west) * perMetre, (relief.north - relief.south) * perMetre);
  pen.restore();
}

/** @param {number} zoom */
export function strength(zoom) {
  const far = (Math.log2(Math.max(zoom, RELIEF.from)) - Math.log2(RELIEF.from)) / Math.log2(RELIEF.to / RELIEF.from);
  return RELIEF.full + (RELIEF.faint - RELIEF.full) * Math.min(far, 1);
}

/**
 * Rivers, lakes, and borders of neighbours, above the fills and the relief.
 * @param {Pen} pen
 * @param {Ground} ground
 * @param {Placing} at
 * @param {View} view
 * @param {Colours} colours
 */
export function drawWaters(pen, ground, at, view, colours) {
  pen.save();
  pen.lineJoin = pen.lineCap = "round";
  pen.strokeStyle = colours.of("water-line");
  for (const layer of ground.layers) {
    if (layer.kind !== "river") continue;
    pen.lineWidth = riverWidth(layer.rank);
    pen.stroke(pathOf(layer, at, view));
  }
  pen.fillStyle = colours.of("water");
  pen.lineWidth = 0.6;
  for (const layer of ground.layers) {
    if (layer.kind !== "lake") continue;
    const path = pathOf(layer, at, view);
    pen.fill(path, "evenodd");
    pen.stroke(path);
  }
  pen.lineCap = "butt";
  pen.strokeStyle = colours.of("neighbour");
  for (const { kind, width, dashes } of BORDERS) {
    pen.lineWidth = width;
    pen.setLineDash(dashes);
    for (const layer of ground.layers) if (layer.kind === kind) pen.stroke(pathOf(layer, at, view));
  }
  pen.restore();
}

/** @param {number} rank */
export function riverWidth(rank) {
  return RIVERS.find(({ to }) => rank <= to)?.width ?? 0;
}

/**
 * The parts that a view sees, without the points that a screen cannot tell apart.
 * @param {GroundShapes} layer
 * @param {Placing} at
 * @param {View} view
 */
function pathOf(layer, at, view) {
  const path = new Path2D();
  const { start, x, y } = layer;
  const bounds = boundsOf(layer);
  for (let part = 0; part + 1 < start.length; part++) {
    if (!sees(view, at, bounds, part)) continue;
    const last = start[part + 1] - 1;
    let lastX = Infinity;
    let lastY = Infinity;
    for (let i = start[part]; i <= last; i++) {
      const left = at.x + x[i] * at.scale;
      const top = at.y - y[i] * at.scale;
      if (i === start[part]) path.moveTo(left, top);
      else if (i < last && (left - lastX) ** 2 + (top - lastY) ** 2 < THIN) continue;
      else path.lineTo(left, top);
      lastX = left;
      lastY = top;
    }
  }
  return path;
}

/** @type {WeakMap<GroundShapes, Int32Array>} */
const known = new WeakMap();

/**
 * West, south, east and north of each part.
 * @param {GroundShapes} layer
 */
function boundsOf(layer) {
  let bounds = known.get(layer);
  if (!bounds) {
    const { start, x, y } = layer;
    bounds = new Int32Array(4 * (start.length - 1));
    for (let part = 0; part + 1 < start.length; part++) {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = start[part]; i < start[part + 1]; i++) {
        if (x[i] < box[0]) box[0] = x[i];
        if (y[i] < box[1]) box[1] = y[i];
        if (x[i] > box[2]) box[2] = x[i];
        if (y[i] > box[3]) box[3] = y[i];
      }
      bounds.set(box, 4 * part);
    }
    known.set(layer, bounds);
  }
  return bounds;
}

/**
 * @param {View} view
 * @param {Placing} at
 * @param {Int32Array} bounds
 * @param {number} part
 */
function sees({ left, top, width, height }, at, bounds, part) {
  const [west, south, east, north] = bounds.subarray(4 * part, 4 * part + 4);
  return (
    at.x + east * at.scale > left - WIDEST &&
    at.x + west * at.scale < left + width + WIDEST &&
    at.y - south * at.scale > top - WIDEST &&
    at.y - north * at.scale < top + height + WIDEST
  );
}
