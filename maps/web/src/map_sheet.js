// Sheets: the map with title, legend, scale, north and credits, as one picture for a file or for paper.

import { drawLegend, letters, writeLines } from "./legend_drawing.js";
import { widthOf, write } from "./labels.js";
import { onGrid, offGrid } from "./map_grid.js";
import { PX_PER_METRE, roundScale, scaleBar } from "./map_scale.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Box } from "./labels.js"
 * @import { Sheet } from "./legend_drawing.js"
 * @import { View } from "./map_grid.js"
 * @import { MapGrid } from "./page_model.d.ts"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {object} Content
 * @property {Scene} scene
 * @property {Element} legend The legend of the page.
 * @property {string} credits
 * @property {(pen: Pen, view: View) => void} paint Draws the map into a view.
 *
 * @typedef {object} Layout Boxes in pixels of CSS.
 * @property {number} width
 * @property {number} height
 * @property {Box} map
 * @property {Box} panel What is said of the map.
 * @property {boolean} upright Whether the panel stands beside the map, not below it.
 * @property {number} [ratio] The round scale, where there is one: 2,500,000 for 1:2,500,000.
 */

const MM = PX_PER_METRE / 1000;
const MARGIN = 8 * MM;
const GAP = 6 * MM;
/** Millimetres of paper, upright. */
export const PAPERS = { A4: { width: 210, height: 297, panel: 58 }, A3: { width: 297, height: 420, panel: 74 } };
// Of what is seen: between map and panel, and how wide the panel is.
const PANEL = { gap: 24, width: 250, margin: 20 };
const BAR = 150;
const FRAME = 0.02;
// Of a unit by itself, in millimetres, and how much of either side the unit may take; it is shown with so many metres at least.
const UNIT_MAP = { width: 182, height: 80, part: 0.72 };
const LEAST_LAND = 2000;
// A legend on paper is not made smaller than this.
const LEAST = 0.55;

/**
 * Metres on the ground in a metre of the plane, at a place of the grid: the projection of the web makes land larger.
 * @param {MapGrid} grid
 * @param {number} x
 * @param {number} y
 */
function groundScale(grid, x, y) {
  return grid.projection.method === "mercator" ? Math.cos((offGrid(grid, x, y).lat * Math.PI) / 180) : 1;
}

/**
 * What is seen, with a panel beside it.
 * @param {Content} content
 * @param {View} view
 * @param {Pen} pen To measure with.
 * @returns {Layout}
 */
export function screenLayout(content, view, pen) {
  const { gap, width, margin } = PANEL;
  const high = panelHeight(content, pen, width) + 150;
  const height = Math.max(view.height, high) + 2 * margin;
  const map = /** @type {Box} */ ([margin, margin, margin + view.width, margin + view.height]);
  const left = map[2] + gap;
  return {
    width: left + width + margin, height, map, upright: true, panel: [left, margin, left + width, height - margin],
  };
}

/**
 * The whole plan on paper, upright or not as it is larger, at a round scale.
 * @param {Content} content
 * @param {keyof typeof PAPERS} paper
 * @param {Box} whole The plan in steps of the grid.
 * @param {Pen} pen To measure with.
 * @returns {Layout}
 */
export function paperLayout(content, paper, whole, pen) {
  const { grid } = content.scene.shapes;
  const { width: short, height: long, panel } = PAPERS[paper];
  const [west, south, east, north] = whole;
  const ground = grid.step * groundScale(grid, (west + east) / 2, (south + north) / 2);
  const layouts = [true, false].map((upright) => {
    const [width, height] = (upright ? [long, short] : [short, long]).map((side) => side * MM);
    const low = upright ? 0 : Math.max(panelHeight(content, pen, width * 0.45), 190);
    const [right, bottom] = upright
      ? [width - MARGIN - GAP - panel * MM, height - MARGIN]
      : [width - MARGIN, height - MARGIN - GAP - low];
    const map = /** @type {Box} */ ([MARGIN, MARGIN, right, bottom]);
    const box = /** @type {Box} */ (
      upright
        ? [right + GAP, MARGIN, width - MARGIN, height - MARGIN]
        : [MARGIN, bottom + GAP, width - MARGIN, height - MARGIN]
    );
    const room = [(right - MARGIN) * (1 - 2 * FRAME), (bottom - MARGIN) * (1 - 2 * FRAME)];
    const ratio = roundScale((east - west) * ground, (north - south) * ground, room[0], room[1]);
    return { width, height, map, panel: box, upright, ratio };
  });
  const [across, upright] = layouts;
  return upright.ratio < across.ratio ? upright : across;
}

/**
 * The middle of the plan in the middle of a box, at the scale of a layout.
 * @param {Layout} layout
 * @param {MapGrid} grid
 * @param {Box} whole
 * @param {number} homeScale Pixels of a step where the whole plan is seen.
 * @param {number} homeZoom
 * @returns {View}
 */
export function paperView({ map: [left, top, right, bottom], ratio = 1 }, grid, [west, south, east, north], homeScale, homeZoom) {
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  const scale = (grid.step * groundScale(grid, x, y) * PX_PER_METRE) / ratio;
  const [width, height] = [right - left, bottom - top];
  const zoom = homeZoom + Math.log2(scale / homeScale);
  return { scale, x: width / 2 - x * scale, y: height / 2 + y * scale, left: 0, top: 0, width, height, zoom };
}

/**
 * A map of a unit and of what lies around it, at a round scale.
 * @param {Content} content
 * @param {number} unit
 * @returns {{ layout: Layout, box: Box }}
 */
export function unitMap({ scene: { shapes } }, unit) {
  const { grid } = shapes;
  const [width, height] = [UNIT_MAP.width * MM, UNIT_MAP.height * MM];
  const [west, south, east, north] = shapes.bounds.subarray(4 * unit, 4 * unit + 4);
  const ground = grid.step * groundScale(grid, (west + east) / 2, (south + north) / 2);
  const sides = [east - west, north - south].map((side) => Math.max(side * ground, LEAST_LAND));
  const ratio = roundScale(sides[0], sides[1], width * UNIT_MAP.part, height * UNIT_MAP.part);
  const map = /** @type {Box} */ ([0, 0, width, height]);
  return { layout: { width, height, map, panel: map, upright: true, ratio }, box: [west, south, east, north] };
}

/**
 * @param {Sheet} sheet
 * @param {Content} content
 * @param {Layout} layout
 * @param {View} view
 */
export function drawUnitMap(sheet, content, layout, view) {
  const { pen, colour } = sheet;
  const { scene } = content;
  const { grid } = scene.shapes;
  pen.save();
  pen.beginPath();
  pen.rect(0, 0, layout.width, layout.height);
  pen.clip();
  content.paint(pen, view);
  if (scene.facts.tried) watermark(sheet, scene.speech.words.try_banner, view);
  pen.restore();
  const [gx, gy] = [(view.width / 2 - view.x) / view.scale, (view.y - view.height / 2) / view.scale];
  const perPixel = (grid.step * groundScale(grid, gx, gy)) / view.scale;
  pen.fillStyle = colour("panel");
  pen.fillRect(0, layout.height - 27, scaleBar(perPixel, BAR / 2).width + 34, 27);
  drawBar(sheet, scene.speech, perPixel, 8, layout.height - 21, BAR / 2);
  drawNorth(sheet, scene.speech.words.north, layout.width - 18, 26, northAngle(grid, gx, gy));
  pen.strokeStyle = colour("outline");
  pen.lineWidth = 0.75;
  pen.setLineDash([]);
  pen.strokeRect(0.5, 0.5, layout.width - 1, layout.height - 1);
}

/**
 * That this is a try stands all over its map, and cannot be cut off.
 * @param {Sheet} sheet
 * @param {string} text
 * @param {View} view
 */
function watermark({ pen, colour }, text, { left, top, width, height }) {
  const lettering = { size: 26, weight: 600, ink: colour("try"), halo: "", edge: 0, alpha: 0.34 };
  const across = widthOf(pen, text, lettering) + 60;
  for (let row = 0, y = top + 60; y < top + height; row++, y += 150) {
    for (let x = left + (row % 2 ? 0 : across / 2); x < left + width + across; x += across) write(pen, text, x, y, lettering);
  }
}

/**
 * @param {Sheet} sheet
 * @param {Content} content
 * @param {Layout} layout
 * @param {View} view
 */
export function drawSheet(sheet, content, layout, view) {
  const { pen, colour } = sheet;
  const [left, top, right, bottom] = layout.map;
  pen.fillStyle = colour("panel");
  pen.fillRect(0, 0, layout.width, layout.height);
  pen.save();
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.clip();
  pen.translate(left, top);
  content.paint(pen, view);
  if (content.scene.facts.tried) watermark(sheet, content.scene.speech.words.try_banner, view);
  pen.restore();
  pen.strokeStyle = colour("outline");
  pen.lineWidth = 0.75;
  pen.setLineDash([]);
  pen.strokeRect(left, top, right - left, bottom - top);
  const [x, y, end, foot] = layout.panel;
  if (layout.upright) {
    const titled = drawTitle(sheet, content, [x, y, end - x]);
    drawFitting(sheet, content, [x, titled + 14, end - x], foot - footHeight(sheet, content, end - x) - GAP);
    drawFoot(sheet, content, layout, view, [x, foot, end - x]);
  } else {
    const middle = x + (end - x) * 0.5;
    drawTitle(sheet, content, [x, y, middle - GAP - x]);
    drawFoot(sheet, content, layout, view, [x, foot, middle - GAP - x]);
    drawLegend(sheet, content.legend, [middle + GAP, y, end - middle - GAP]);
  }
}

/**
 * The legend, as much smaller as it takes to end above what stands at the foot.
 * @param {Sheet} sheet
 * @param {Content} content
 * @param {[x: number, y: number, width: number]} place
 * @param {number} foot
 */
function drawFitting(sheet, { legend }, [x, y, width], foot) {
  const { pen } = sheet;
  const high = drawLegend({ pen: silent(pen), colour: () => "" }, legend, [0, 0, width]);
  const part = Math.min(1, Math.max(LEAST, (foot - y) / high));
  pen.save();
  pen.translate(x, y);
  pen.scale(part, part);
  drawLegend(sheet, legend, [0, 0, width / part]);
  pen.restore();
}

/**
 * @param {Sheet} sheet
 * @param {Content} content
 * @param {[x: number, y: number, width: number]} place
 */
function drawTitle({ pen, colour }, { scene: { facts, speech } }, [x, y, width]) {
  const { plan } = facts;
  const rulebook = speech.say("named", { name: speech.words.rulebook, value: plan.rulebook });
  y = writeLines(pen, plan.name, [x, y, width], letters(22, 600, colour("ink"), { face: "serif" })) + 4;
  const line = facts.table
    ? speech.units(facts.units.id.length)
    : `${rulebook} · ${speech.say("as_of", { date: speech.day(plan.date) })}`;
  return writeLines(pen, line, [x, y, width], letters(11.5, 400, colour("ink-2")));
}

/**
 * Scale, north and sources, from below up.
 * @param {Sheet} sheet
 * @param {Content} content
 * @param {Layout} layout
 * @param {View} view
 * @param {[x: number, foot: number, width: number]} place
 */
function drawFoot(sheet, content, layout, view, [x, foot, width]) {
  const { pen, colour } = sheet;
  const { scene } = content;
  const { speech } = scene;
  const { words } = speech;
  const { grid } = scene.shapes;
  const small = letters(10, 400, colour("ink-3"));
  const [gx, gy] = [(view.width / 2 - view.x) / view.scale, (view.y - view.height / 2) / view.scale];
  const perPixel = (grid.step * groundScale(grid, gx, gy)) / view.scale;
  let y = foot - footHeight(sheet, content, width);
  drawNorth(sheet, words.north, x + width - 12, y + 16, northAngle(grid, gx, gy));
  if (layout.ratio) {
    const ratio = `1:${speech.whole.format(layout.ratio)}`;
    write(pen, ratio, x, y + 6, letters(15, 600, colour("ink")));
  }
  drawBar(sheet, speech, perPixel, x, y + 26, Math.min(BAR, width - 50));
  y += 56;
  for (const text of sourcesSaid(content)) y = writeLines(pen, text, [x, y, width], small) + 3;
}

/**
 * How the map is drawn, and what it is made of.
 * @param {Content} content
 */
export function sourcesSaid({ scene: { facts, speech, shapes }, credits }) {
  const { words } = speech;
  const projection = words[shapes.grid.projection.method === "mercator" ? "plane_mercator" : "plane_equal_area"];
  const sources = facts.table ? "" : speech.say("sources_are", { list: facts.plan.sources.join(", ") });
  return [projection, sources, credits].filter(Boolean);
}

/**
 * How high scale, north and sources are together.
 * @param {Sheet} sheet
 * @param {Content} content
 * @param {number} width
 */
function footHeight({ pen }, content, width) {
  const small = letters(10, 400, "");
  return sourcesSaid(content).reduce((y, text) => writeLines(silent(pen), text, [0, y, width], small) + 3, 0) + 56;
}

/**
 * A pen that only measures.
 * @param {Pen} pen
 */
function quiet(pen) {
  return {
    fillText() {},
    strokeText() {},
    set font(/** @type {string} */ font) {
      pen.font = font;
    },
    measureText: (/** @type {string} */ text) => pen.measureText(text),
  };
}

/**
 * One that takes all that a pen does, and only measures.
 * @param {Pen} pen
 * @returns {Pen}
 */
function silent(pen) {
  return /** @type {any} */ (
    new Proxy(quiet(pen), {
      get: (own, name) => Reflect.get(own, name) ?? (() => undefined),
      set: (own, name, value) => Reflect.set(own, name, value),
    })
  );
}

/**
 * @param {Sheet} sheet
 * @param {import("./speech.js").Speech} speech
 * @param {number} perPixel
 * @param {number} x
 * @param {number} y
 * @param {number} most
 */
function drawBar({ pen, colour }, speech, perPixel, x, y, most) {
  const { metres, width } = scaleBar(perPixel, most);
  const parts = 4;
  pen.lineWidth = 0.75;
  pen.strokeStyle = colour("ink");
  for (let part = 0; part < parts; part++) {
    pen.fillStyle = colour(part % 2 ? "panel" : "ink");
    pen.fillRect(x + (part * width) / parts, y, width / parts, 4);
    pen.strokeRect(x + (part * width) / parts, y, width / parts, 4);
  }
  const [unit, of] = metres >= 1000 ? ["km", 1000] : ["m", 1];
  const mark = letters(10, 400, colour("ink-2"), { align: "center" });
  write(pen, "0", x, y + 13, { ...mark, align: "left" });
  write(pen, speech.value(metres / 2 / of), x + width / 2, y + 13, mark);
  write(pen, `${speech.value(metres / of)} ${unit}`, x + width, y + 13, mark);
}

/**
 * @param {Sheet} sheet
 * @param {string} word
 * @param {number} x
 * @param {number} y
 * @param {number} angle Clockwise from straight up.
 */
function drawNorth({ pen, colour }, word, x, y, angle) {
  pen.save();
  pen.translate(x, y);
  pen.rotate(angle);
  pen.fillStyle = pen.strokeStyle = colour("ink");
  pen.lineWidth = 0.9;
  pen.lineJoin = "miter";
  for (const side of [-1, 1]) {
    pen.beginPath();
    pen.moveTo(0, -13);
    pen.lineTo(side * 6, 9);
    pen.lineTo(0, 5);
    pen.closePath();
    if (side < 0) pen.fill();
    pen.stroke();
  }
  write(pen, word, 0, 18, letters(11, 600, colour("ink"), { align: "center" }));
  pen.restore();
}

/**
 * Where north lies at a place of the grid, clockwise from straight up.
 * @param {MapGrid} grid
 * @param {number} x
 * @param {number} y
 */
function northAngle(grid, x, y) {
  const { lat, lng } = offGrid(grid, x, y);
  const [nx, ny] = onGrid(grid, { lat: Math.min(89.9, lat + 0.05), lng });
  return Math.atan2(nx - x, ny - y);
}

/**
 * How high title and legend are together.
 * @param {Content} content
 * @param {Pen} pen
 * @param {number} width
 */
function panelHeight(content, pen, width) {
  const sheet = { pen: silent(pen), colour: () => "" };
  return drawLegend(sheet, content.legend, [0, drawTitle(sheet, content, [0, 0, width]) + 14, width]);
}
