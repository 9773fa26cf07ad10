// Sites: the land that quotas take, patch by patch; what is too small to be seen is drawn as a small diamond.

import { diamond, swatch } from "./patterns.js";

const SITE_FINER = 16;
const SITE_LEAST = 5;

// The corners of all rings of a layer's sites in steps of the grid, and the bounds of each site.
export function unpackSites(layer) {
  layer.sites = layer.rings.map((rings) => {
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    const corners = rings.map((steps) => {
      const ring = new Float32Array(steps.length);
      let [x, y] = [0, 0];
      for (let i = 0; i < steps.length; i += 2) {
        x += steps[i];
        y += steps[i + 1];
        ring[i] = x / SITE_FINER;
        ring[i + 1] = y / SITE_FINER;
        bounds[0] = Math.min(bounds[0], ring[i]);
        bounds[1] = Math.min(bounds[1], ring[i + 1]);
        bounds[2] = Math.max(bounds[2], ring[i]);
        bounds[3] = Math.max(bounds[3], ring[i + 1]);
      }
      return ring;
    });
    return { corners, bounds };
  });
}

export function drawSites(context, screen, layer) {
  const path = new Path2D();
  const small = new Path2D();
  for (const { corners, bounds } of layer.sites) {
    const [left, bottom] = screen.place(bounds[0], bounds[1]);
    const [right, top] = screen.place(bounds[2], bounds[3]);
    if (right - left < SITE_LEAST && bottom - top < SITE_LEAST) {
      diamond(small, (left + right) / 2, (top + bottom) / 2, 3.5);
      continue;
    }
    for (const ring of corners) {
      for (let i = 0; i < ring.length; i += 2) {
        const [x, y] = screen.place(ring[i], ring[i + 1]);
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
  for (const [drawn, rule] of [
    [path, "evenodd"],
    [small, "nonzero"],
  ]) {
    context.stroke(drawn);
    context.fill(drawn, rule);
  }
}

// A patch as the legend shows it, near and far.
function siteSwatch(layer) {
  return swatch((context, width, height) => {
    const path = new Path2D();
    path.rect(2, 3, 9, 9);
    diamond(path, width - 7, height / 2, 3.5);
    context.fillStyle = layer.colour;
    context.fill(path);
  });
}

// The rows of the control: one box a quota that takes land.
export function siteRows(facts, speech, shown, row) {
  return facts.sites.map((layer) => {
    const figures = [speech.ha(layer.ha), patchesText(speech, layer.sites.length)];
    if (layer.unplaced > 0.005) figures.push(speech.say("unplaced", { n: speech.ha(layer.unplaced) }));
    const { reserve, unit } = facts.quotas[layer.quota];
    if (Number(reserve)) figures.push(speech.say("reserve", { n: speech.amount(reserve, unit) }));
    return row(
      `${speech.plain(layer.name)}, ${layer.period}`,
      figures.join(" · "),
      siteSwatch(layer),
      shown.sites.has(layer),
      (on) => (on ? shown.sites.add(layer) : shown.sites.delete(layer)),
    );
  });
}

function patchesText(speech, count) {
  return speech.say("n_patches", { n: count });
}

// What the card of a unit says of the land that a quota took.
export function sitedFacts(facts, speech, unit, quota) {
  const row = facts.units.sitings[unit].find(([place]) => place === quota);
  if (!row) return [];
  const [, placed, unplaced, patches, gap] = row;
  const told = [speech.ha(placed), patchesText(speech, patches)];
  if (unplaced > 0.005) told.push(speech.say("unplaced", { n: speech.ha(unplaced) }));
  if (gap > 0) told.push(speech.say("within_best", { n: speech.value(gap) }));
  return [[speech.words.sited, told.join(" · ")]];
}
