// Arrows of payments: who pays whom, from thin at the payer to wide at the receiver, with the amount beside.

import { widthOf, write } from "./labels.js";
import { onGrid } from "./map_grid.js";

/**
 * @import { Colours } from "./colours.js"
 * @import { Box, Room } from "./labels.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Choice } from "./payment_facts.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {[number, number]} Place Of the screen.
 */

const WIDEST = 10;
const THINNEST = 2.5;
const STEPS = 16;
// Shorter ones cannot be told from a dot.
const SHORTEST = 6;

/**
 * Where a party stands on the screen; one without a place has no arrow.
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {number} party
 */
function partyPlace(screen, facts, party) {
  const { unit, point } = facts.payments.parties[party];
  if (point) return screen.place(...onGrid(screen.shapes.grid, { lat: point.lat, lng: point.lon }));
  return screen.middle(unit ?? -1);
}

/**
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {Choice} choice
 * @param {Colours} colours
 * @param {Room} room
 * @param {(amount: number) => string} said
 */
export function drawArrows(pen, screen, facts, choice, colours, room, said) {
  const curves = choice.arrows.flatMap(({ payer, receiver, amount }) => {
    const [from, to] = [partyPlace(screen, facts, payer), partyPlace(screen, facts, receiver)];
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const width = Math.max(THINNEST, WIDEST * Math.sqrt(amount / choice.widest));
    return length < SHORTEST ? [] : [{ amount, width, length, ...bow(from, to, length) }];
  });
  for (const curve of curves) {
    arrow(pen, curve, colours);
    for (let step = 0; step <= 8; step++) {
      const [x, y] = curve.at(step / 8);
      room.take([x - curve.width, y - curve.width, x + curve.width, y + curve.width]);
    }
  }
  for (const curve of curves) sayAmount(pen, curve, said(curve.amount), colours, room);
}

/**
 * A bow to the left of who walks from payer to receiver, so that two who pay each other have an arrow each.
 * @param {Place} from
 * @param {Place} to
 * @param {number} length
 */
function bow([x0, y0], [x1, y1], length) {
  const [nx, ny] = [(y1 - y0) / length, -(x1 - x0) / length];
  const bend = Math.min(70, Math.max(Math.min(14, 0.3 * length), 0.22 * length));
  const [cx, cy] = [(x0 + x1) / 2 + nx * bend, (y0 + y1) / 2 + ny * bend];
  /** @type {(t: number) => Place} */
  const at = (t) => [
    (1 - t) ** 2 * x0 + 2 * t * (1 - t) * cx + t * t * x1,
    (1 - t) ** 2 * y0 + 2 * t * (1 - t) * cy + t * t * y1,
  ];
  /** @type {(t: number) => Place} */
  const way = (t) => {
    const [dx, dy] = [(1 - t) * (cx - x0) + t * (x1 - cx), (1 - t) * (cy - y0) + t * (y1 - cy)];
    const far = Math.hypot(dx, dy) || 1;
    return [dx / far, dy / far];
  };
  return { at, way, side: /** @type {Place} */ ([nx, ny]) };
}

/** @typedef {ReturnType<typeof bow> & { amount: number, width: number, length: number }} Curve */

/**
 * @param {Pen} pen
 * @param {Curve} curve
 * @param {Colours} colours
 */
function arrow(pen, { at, way, width, length }, colours) {
  const end = 1 - Math.min(0.5, (width * 1.9) / length);
  /** @type {Place[]} */
  const left = [];
  /** @type {Place[]} */
  const right = [];
  for (let step = 0; step <= STEPS; step++) {
    const t = (end * step) / STEPS;
    const [[x, y], [dx, dy]] = [at(t), way(t)];
    const half = ((0.22 + (0.78 * step) / STEPS) * width) / 2;
    left.push([x - dy * half, y + dx * half]);
    right.unshift([x + dy * half, y - dx * half]);
  }
  const [[x, y], [dx, dy]] = [at(end), way(end)];
  const half = width * 1.25;
  const corners = [...left, [x - dy * half, y + dx * half], at(1), [x + dy * half, y - dx * half], ...right];
  const path = new Path2D();
  corners.forEach(([px, py], place) => (place ? path.lineTo(px, py) : path.moveTo(px, py)));
  path.closePath();
  const [startX, startY] = at(0);
  const start = new Path2D();
  start.arc(startX, startY, 4, 0, 7);
  pen.setLineDash([]);
  pen.lineJoin = "round";
  pen.lineWidth = 1.6;
  pen.strokeStyle = colours.of("halo");
  pen.fillStyle = colours.of("arrow");
  for (const one of [path, start]) {
    pen.stroke(one);
    pen.fill(one);
  }
}

/**
 * @param {Pen} pen
 * @param {Curve} curve
 * @param {string} text
 * @param {Colours} colours
 * @param {Room} room
 */
function sayAmount(pen, { at, side: [nx, ny], width }, text, colours, room) {
  const lettering = { size: 12, weight: 600, ink: colours.of("ink"), halo: "", edge: 0 };
  const half = widthOf(pen, text, lettering) / 2 + 6;
  const flat = Math.abs(ny) > Math.abs(nx);
  const spots = [0.5, 0.38, 0.62, 0.26, 0.74].flatMap((t) =>
    [1, -1].map((way) => {
      const [mx, my] = at(t);
      const x = flat ? mx : mx + way * Math.sign(nx) * (half + width / 2 + 3);
      const y = flat ? my + way * Math.sign(ny) * (width / 2 + 15) : my;
      return /** @type {Place} */ ([x, y]);
    }),
  );
  const boxAt = (/** @type {Place} */ [x, y]) => /** @type {Box} */ ([x - half, y - 10, x + half, y + 10]);
  // an amount is worth more than a border that it covers
  const [x, y] = spots.find((spot) => room.fits(boxAt(spot))) ?? spots[0];
  room.take(boxAt([x, y]));
  const plate = new Path2D();
  plate.roundRect(x - half, y - 10, 2 * half, 20, 10);
  pen.fillStyle = colours.of("panel");
  pen.fill(plate);
  pen.strokeStyle = colours.of("rule-2");
  pen.lineWidth = 1;
  pen.stroke(plate);
  write(pen, text, x, y, lettering);
}
