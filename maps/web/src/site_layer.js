// Sites: the land that quotas take, patch by patch; what is too small to be seen is drawn as a small diamond.

import { rowsOf } from "./columns.js";

/**
 * @import { Colours } from "./colours.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { SiteLayer, SiteRing } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {ReturnType<typeof siteFacts>} SiteFacts
 */

const SITE_FINER = 16;
const SITE_LEAST = 5;

/**
 * A layer with the corners of all its rings in steps of the grid, and the bounds of each site.
 * @param {SiteLayer} layer
 */
export function siteFacts(layer) {
  return { ...layer, sites: rowsOf(layer.sites).map(({ rings }) => placed(rings)) };
}

/** @param {SiteRing[]} rings */
function placed(rings) {
  const bounds = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  const corners = rings.map((steps) => {
    const ring = { x: new Float32Array(steps.x.length), y: new Float32Array(steps.y.length) };
    let [x, y] = [0, 0];
    for (let i = 0; i < steps.x.length; i++) {
      x += steps.x[i];
      y += steps.y[i];
      ring.x[i] = x / SITE_FINER;
      ring.y[i] = y / SITE_FINER;
      bounds.west = Math.min(bounds.west, ring.x[i]);
      bounds.south = Math.min(bounds.south, ring.y[i]);
      bounds.east = Math.max(bounds.east, ring.x[i]);
      bounds.north = Math.max(bounds.north, ring.y[i]);
    }
    return ring;
  });
  return { corners, bounds };
}

/**
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {SiteFacts} layer
 * @param {Colours} colours
 */
export function drawSites(pen, screen, layer, colours) {
  const path = new Path2D();
  const small = new Path2D();
  for (const { corners, bounds } of layer.sites) {
    const [left, bottom] = screen.place(bounds.west, bounds.south);
    const [right, top] = screen.place(bounds.east, bounds.north);
    if (right - left < SITE_LEAST && bottom - top < SITE_LEAST) {
      diamond(small, (left + right) / 2, (top + bottom) / 2, 3.5);
      continue;
    }
    for (const ring of corners) {
      for (let i = 0; i < ring.x.length; i++) {
        const [x, y] = screen.place(ring.x[i], ring.y[i]);
        if (i) path.lineTo(x, y);
        else path.moveTo(x, y);
      }
      path.closePath();
    }
  }
  pen.setLineDash([]);
  pen.lineJoin = "miter";
  pen.strokeStyle = colours.of("halo");
  pen.lineWidth = 2.4;
  pen.fillStyle = layer.colour;
  for (const one of [path, small]) {
    pen.stroke(one);
    pen.fill(one, one === path ? "evenodd" : "nonzero");
  }
}

/**
 * @param {Path2D} path
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 */
function diamond(path, x, y, reach) {
  path.moveTo(x, y - reach);
  path.lineTo(x + reach, y);
  path.lineTo(x, y + reach);
  path.lineTo(x - reach, y);
  path.closePath();
}

/**
 * What the control says of the land that a quota takes.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {SiteFacts} layer
 */
export function siteFigure(facts, speech, layer) {
  const figures = [speech.ha(layer.ha), speech.count("n_patches", layer.sites.length)];
  if (layer.unplaced_ha > 0.005) figures.push(speech.say("unplaced", { n: speech.ha(layer.unplaced_ha) }));
  const { reserve, unit } = facts.quotas[layer.quota];
  if (Number(reserve)) figures.push(speech.say("reserve", { n: speech.amount(reserve, unit) }));
  return figures.join(" · ");
}

/**
 * What the card of a unit says of the land that a quota took; empty where it took none.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 * @param {number} quota
 */
export function sitedText(facts, speech, unit, quota) {
  const row = facts.siting_rows.of(unit).find((one) => one.quota === quota);
  if (!row) return "";
  const told = [speech.ha(row.placed_ha), speech.count("n_patches", row.patches)];
  if (row.unplaced_ha > 0.005) told.push(speech.say("unplaced", { n: speech.ha(row.unplaced_ha) }));
  if (row.gap_pct) told.push(speech.say("within_best", { n: speech.value(row.gap_pct) }));
  return told.join(" · ");
}
