// Sites: the land that quotas take, patch by patch; what is too small to be seen is drawn as a small diamond.

import { rowsOf } from "./columns.js";
import { diamond, swatch } from "./patterns.js";

/**
 * @import { Row, Shown } from "./layer_control.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { SiteLayer, SiteRing } from "./page_model.d.ts"
 * @import { Pen } from "./patterns.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
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
 * @param {Pen} context
 * @param {Screen} screen
 * @param {SiteFacts} layer
 */
export function drawSites(context, screen, layer) {
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
  context.setLineDash([]);
  context.lineJoin = "miter";
  context.strokeStyle = "rgba(255,255,255,.95)";
  context.lineWidth = 2.4;
  context.fillStyle = layer.colour;
  context.stroke(path);
  context.fill(path, "evenodd");
  context.stroke(small);
  context.fill(small, "nonzero");
}

/**
 * A patch as the legend shows it, near and far.
 * @param {SiteFacts} layer
 */
function siteSwatch(layer) {
  return swatch((context, width, height) => {
    const path = new Path2D();
    path.rect(2, 3, 9, 9);
    diamond(path, width - 7, height / 2, 3.5);
    context.fillStyle = layer.colour;
    context.fill(path);
  });
}

/**
 * The rows of the control: one box a quota that takes land.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Shown} shown
 * @param {Row} row
 */
export function siteRows(facts, speech, shown, row) {
  return facts.sites.map((layer) => {
    const figures = [speech.ha(layer.ha), patchesText(speech, layer.sites.length)];
    if (layer.unplaced_ha > 0.005) figures.push(speech.say("unplaced", { n: speech.ha(layer.unplaced_ha) }));
    const { title, period, reserve, unit } = facts.quotas[layer.quota];
    if (Number(reserve)) figures.push(speech.say("reserve", { n: speech.amount(reserve, unit) }));
    return row(`${title}, ${period}`, {
      figure: figures.join(" · "),
      picture: siteSwatch(layer),
      on: shown.sites.has(layer),
      turn: (on) => (on ? shown.sites.add(layer) : shown.sites.delete(layer)),
    });
  });
}

/**
 * @param {Speech} speech
 * @param {number} count
 */
function patchesText(speech, count) {
  return speech.count("n_patches", count);
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
  const told = [speech.ha(row.placed_ha), patchesText(speech, row.patches)];
  if (row.unplaced_ha > 0.005) told.push(speech.say("unplaced", { n: speech.ha(row.unplaced_ha) }));
  if (row.gap_pct) told.push(speech.say("within_best", { n: speech.value(row.gap_pct) }));
  return told.join(" · ");
}
