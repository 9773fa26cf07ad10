// Names of waters: lakes beside their middle, rivers along their straightest free stretch.

import { widthOf, write } from "./labels.js";

/**
 * @import { Ground, GroundShapes, Placing } from "./base_map.js"
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Box, Lettering, Room } from "./labels.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {[number, number]} Place
 */

// A lake smaller than this on the screen has no name, in square pixels.
const LEAST_LAKE = 500;
// The rank of rivers that have names, by how near the view is.
const RANKS = [
  { from: 2.5, rank: 7 },
  { from: 0, rank: 6 },
];
const STEP = 6;
// How straight a stretch must be: the way through the air to the way along the river.
const STRAIGHT = 0.93;
const ABOVE = 7;

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Ground} ground
 * @param {Placing} at
 * @param {Room} room
 * @param {number} zoom In relation to the whole plan.
 */
export function nameWaters(pen, { colours }, ground, at, room, zoom) {
  /** @type {Lettering} */
  const lettering = {
    size: 11.5, weight: 450, italic: true, face: "serif", edge: 2.6, spacing: 0.6,
    ink: colours.of("water-ink"), halo: colours.of("halo"),
  };
  for (const layer of ground.layers) if (layer.kind === "lake") nameLakes(pen, layer, at, room, lettering);
  const most = RANKS.find(({ from }) => zoom >= from)?.rank ?? 0;
  const rivers = ground.layers.filter(({ kind, rank }) => kind === "river" && rank <= most);
  const named = new Set();
  for (const layer of [...rivers].sort((a, b) => a.rank - b.rank)) {
    for (const part of longestFirst(layer)) {
      const name = layer.names[part];
      if (!name || named.has(name)) continue;
      const line = placed(layer, part, at);
      if (nameRiver(pen, name, line, room, lettering)) named.add(name);
    }
  }
}

/** @param {GroundShapes} layer */
function longestFirst({ start }) {
  const parts = Array.from({ length: start.length - 1 }, (_, part) => part);
  return parts.sort((a, b) => start[b + 1] - start[b] - (start[a + 1] - start[a]));
}

/**
 * The points of a part on the screen.
 * @param {GroundShapes} layer
 * @param {number} part
 * @param {Placing} at
 */
function placed({ start, x, y }, part, at) {
  /** @type {Place[]} */
  const line = [];
  for (let i = start[part]; i < start[part + 1]; i++) line.push([at.x + x[i] * at.scale, at.y - y[i] * at.scale]);
  return line;
}

/**
 * @param {Pen} pen
 * @param {GroundShapes} layer
 * @param {Placing} at
 * @param {Room} room
 * @param {Lettering} lettering
 */
function nameLakes(pen, layer, at, room, lettering) {
  layer.names.forEach((name, part) => {
    if (!name) return;
    const ring = placed(layer, part, at);
    const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    if ((right - left) * (bottom - top) < LEAST_LAKE) return;
    const [mx, my] = [(left + right) / 2, (top + bottom) / 2];
    const half = widthOf(pen, name, lettering) / 2;
    for (const [x, y] of [[mx, my], [left - half - 4, my], [right + half + 4, my], [mx, top - 9], [mx, bottom + 9]]) {
      /** @type {Box} */
      const box = [x - half - 2, y - 8, x + half + 2, y + 8];
      if (!room.fits(box)) continue;
      room.take(box);
      write(pen, name, x, y, lettering);
      return;
    }
  });
}

/**
 * @param {Pen} pen
 * @param {string} name
 * @param {Place[]} line
 * @param {Room} room
 * @param {Lettering} lettering
 */
function nameRiver(pen, name, line, room, lettering) {
  const long = widthOf(pen, name, lettering) + 6;
  const [left, top, right, bottom] = room.frame;
  const seen = line.some(([x, y]) => x > left && x < right && y > top && y < bottom);
  if (!seen) return false;
  const path = smoothed(evenly(line));
  let best = null;
  for (let from = 0; from < path.length; from += 3) {
    const stretch = stretchOf(path, from, long);
    if (!stretch) break;
    const [[x0, y0], [x1, y1]] = [stretch.points[0], stretch.points[stretch.points.length - 1]];
    const score = Math.hypot(x1 - x0, y1 - y0) / stretch.long - (0.12 * Math.abs(y1 - y0)) / stretch.long;
    if (Math.hypot(x1 - x0, y1 - y0) / stretch.long < STRAIGHT || (best && best.score >= score)) continue;
    const boxes = stretch.points.map(([x, y]) => /** @type {Box} */ ([x - 6, y - 13, x + 6, y + 4]));
    if (boxes.every((box) => room.fits(box))) best = { score, points: stretch.points, boxes };
  }
  if (!best) return false;
  for (const box of best.boxes) room.take(box);
  const forward = best.points[0][0] <= best.points[best.points.length - 1][0];
  writeAlong(pen, name, forward ? best.points : [...best.points].reverse(), lettering);
  return true;
}

/**
 * The same line with points some pixels apart.
 * @param {Place[]} line
 */
function evenly(line) {
  /** @type {Place[]} */
  const points = [line[0]];
  for (let i = 1; i < line.length; i++) {
    const [[x0, y0], [x1, y1]] = [line[i - 1], line[i]];
    const steps = Math.min(500, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / STEP));
    for (let step = 1; step <= steps; step++) points.push([x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps]);
  }
  return points;
}

/**
 * Without the small bends, which letters cannot follow.
 * @param {Place[]} points
 */
function smoothed(points) {
  return points.map((_, place) => {
    const near = points.slice(Math.max(0, place - 4), place + 5);
    const sum = near.reduce(([sx, sy], [x, y]) => [sx + x, sy + y], [0, 0]);
    return /** @type {Place} */ ([sum[0] / near.length, sum[1] / near.length]);
  });
}

/**
 * @param {Place[]} path
 * @param {number} from
 * @param {number} needed
 */
function stretchOf(path, from, needed) {
  let long = 0;
  let to = from;
  while (to < path.length - 1 && long < needed) {
    long += Math.hypot(path[to + 1][0] - path[to][0], path[to + 1][1] - path[to][1]);
    to++;
  }
  return long < needed ? null : { long, points: path.slice(from, to + 1) };
}

/**
 * Letter by letter, each turned as the line runs.
 * @param {Pen} pen
 * @param {string} text
 * @param {Place[]} points
 * @param {Lettering} lettering
 */
function writeAlong(pen, text, points, lettering) {
  let along = 3;
  for (const letter of text) {
    const wide = widthOf(pen, letter, lettering);
    const spot = spotAt(points, along + wide / 2);
    pen.save();
    pen.translate(spot.x, spot.y);
    pen.rotate(spot.turn);
    if (letter.trim()) write(pen, letter, 0, -ABOVE, { ...lettering, spacing: 0 });
    pen.restore();
    along += wide;
  }
}

/**
 * @param {Place[]} points
 * @param {number} along
 */
function spotAt(points, along) {
  let left = along;
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const long = Math.hypot(x1 - x0, y1 - y0);
    if (left <= long || i === points.length - 1) {
      const part = long ? left / long : 0;
      return { x: x0 + (x1 - x0) * part, y: y0 + (y1 - y0) * part, turn: Math.atan2(y1 - y0, x1 - x0) };
    }
    left -= long;
  }
  return { x: points[0][0], y: points[0][1], turn: 0 };
}
