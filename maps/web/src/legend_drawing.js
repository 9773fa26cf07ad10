// The legend as a pen draws it: what stands in the legend of the page, read from there, so that both say the same.

import { widthOf, write } from "./labels.js";
import { drawCircle, drawSignIn } from "./signed_values.js";

/**
 * @import { Lettering } from "./labels.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {object} Sheet What is drawn on, and in which colours.
 * @property {Pen} pen
 * @property {(name: string) => string} colour
 * @property {string} [titled] What the legend is of, once it is written.
 */

const LINE = 1.3;

/** @type {(size: number, weight: number, ink: string, more?: Partial<Lettering>) => Lettering} */
export function letters(size, weight, ink, more = {}) {
  return { size, weight, ink, halo: "", edge: 0, align: "left", ...more };
}

/**
 * A text in lines that are not wider than asked; where there are no blanks, between any two signs.
 * @param {Pen} pen
 * @param {string} text
 * @param {number} width
 * @param {Lettering} lettering
 */
function wrapped(pen, text, width, lettering) {
  // no line begins with a sign that ends a clause
  const words = text.split(/(?<=[\s\u2e80-\u9fff\uff00-\uffef])(?![，。、；：！？）」』》”’])/u);
  const lines = [];
  let line = "";
  for (const word of words) {
    if (line && widthOf(pen, (line + word).trimEnd(), lettering) > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += word;
  }
  if (line) lines.push(line.trimEnd());
  return lines;
}

/**
 * Write a text in lines and say how far it reaches down.
 * @param {Pen} pen
 * @param {string} text
 * @param {[x: number, y: number, width: number]} place
 * @param {Lettering} lettering
 */
export function writeLines(pen, text, [x, y, width], lettering) {
  const high = lettering.size * LINE;
  for (const line of wrapped(pen, text, width, lettering)) {
    write(pen, line, x, y + high / 2, lettering);
    y += high;
  }
  return y;
}

/**
 * Draw the legend and say how far it reaches down.
 * @param {Sheet} sheet
 * @param {Element} legend
 * @param {[x: number, y: number, width: number]} place
 * @returns {number}
 */
export function drawLegend(sheet, legend, [x, y, width]) {
  const { pen, colour } = sheet;
  const ink = colour("ink");
  for (const part of legend.children) {
    // what is chosen of a list says more than what it is a list of
    if (/** @type {HTMLElement} */ (part).hidden || part.nextElementSibling instanceof HTMLSelectElement) continue;
    if (part.matches(".zp-off") || (part.querySelector(".zp-off") && !part.querySelector(".zp-row:not(.zp-off)"))) continue;
    if (part.matches("h2")) {
      y = writeLines(pen, part.textContent ?? "", [x, y + 4, width], letters(11.5, 600, colour("ink-2"))) + 3;
    } else if (part instanceof HTMLSelectElement) {
      const said = part.selectedOptions[0]?.textContent ?? "";
      sheet.titled = said;
      y = writeLines(pen, said, [x, y, width], letters(13.5, 600, ink)) + 4;
    } else if (part.matches(".zp-row")) {
      y = drawRow(sheet, part, [x, y, width]);
    } else if (part.matches("p")) {
      // a title that is cut in the list of the page is not cut here
      const text = part.textContent ?? "";
      const said = sheet.titled && text.startsWith(sheet.titled) ? text.slice(sheet.titled.length).replace(/^, /, "") : text;
      if (said) y = writeLines(pen, said, [x, y + 3, width], letters(11, 400, colour("ink-3"))) + 2;
    } else if (part instanceof SVGSVGElement) {
      y = drawPicture(sheet, part, x, y + 4, Math.min(1, width / part.width.baseVal.value)) + 4;
    } else if (part.matches(".zp-legend-part")) {
      y = drawLegend(sheet, part, [x, y + 4, width]) + 4;
    }
  }
  return y;
}

/**
 * @param {Sheet} sheet
 * @param {Element} row
 * @param {[x: number, y: number, width: number]} place
 */
function drawRow(sheet, row, [x, y, width]) {
  const { pen, colour } = sheet;
  const [figure, title] = [".zp-number", ".zp-said"].map((part) => row.querySelector(part)?.textContent ?? "");
  const alpha = row.classList.contains("zp-faded") ? 0.4 : 1;
  const number = letters(11.5, 400, colour("ink-3"), { align: "right", alpha });
  const said = letters(12.5, 450, colour("ink"), { alpha });
  const wide = width - 30 - (figure ? widthOf(pen, figure, number) + 8 : 0);
  const lines = wrapped(pen, title, wide, said);
  const middle = y + 10;
  const box = row.querySelector(".zp-box");
  const picture = row.querySelector("svg");
  if (box) {
    pen.globalAlpha = alpha;
    pen.fillStyle = getComputedStyle(box).backgroundColor;
    pen.fillRect(x, middle - 6, 20, 12);
    pen.globalAlpha = 1;
    pen.strokeStyle = colour("rule-2");
    pen.lineWidth = 0.75;
    pen.setLineDash([]);
    pen.strokeRect(x, middle - 6, 20, 12);
    const less = box.matches(".zp-gets-less");
    if (less || box.matches(".zp-gets-more")) {
      const colours = { of: colour };
      drawCircle(pen, colours, less ? -1 : 1, x + 10, middle, 4.6);
      drawSignIn(pen, colours, less ? -1 : 1, x + 10, middle, 4.6);
    }
  } else if (picture) {
    const size = picture.width.baseVal.value || 20;
    drawPicture(sheet, picture, x + 10 - size / 2, middle - size / 2, 1);
  }
  lines.forEach((line, place) => write(pen, line, x + 30, middle + place * said.size * LINE, said));
  if (figure) write(pen, figure, x + width, middle, number);
  return y + Math.max(20, lines.length * said.size * LINE + 5);
}

/**
 * A drawing of the page, its shapes one by one; gives how far it reaches down.
 * @param {Sheet} sheet
 * @param {SVGSVGElement} picture
 * @param {number} x
 * @param {number} y
 * @param {number} scale
 */
function drawPicture({ pen }, picture, x, y, scale) {
  const box = picture.viewBox.baseVal;
  const high = picture.height.baseVal.value * scale;
  const fit = box && box.width ? (picture.width.baseVal.value * scale) / box.width : scale;
  pen.save();
  pen.translate(x, y);
  pen.scale(fit, fit);
  if (box) pen.translate(-box.x, -box.y);
  for (const shape of picture.querySelectorAll("rect, circle, line, path, text")) {
    const look = getComputedStyle(shape);
    const at = (/** @type {string} */ name) => parseFloat(shape.getAttribute(name) ?? "0");
    const moved = /** @type {SVGGraphicsElement} */ (shape).transform.baseVal.consolidate()?.matrix;
    pen.save();
    if (moved) {
      pen.translate(moved.e, moved.f);
      pen.scale(moved.a, moved.d);
    }
    if (shape instanceof SVGTextElement) {
      const anchors = { middle: "center", end: "right" };
      const align = /** @type {any} */ (anchors)[look.textAnchor] ?? "left";
      const size = parseFloat(look.fontSize);
      write(pen, shape.textContent ?? "", at("x"), at("y") - size * 0.35, letters(size, Number(look.fontWeight), look.fill, { align }));
    } else {
      const path = new Path2D(shape.getAttribute("d") ?? "");
      if (shape.matches("rect")) path.rect(at("x"), at("y"), at("width"), at("height"));
      if (shape.matches("circle")) path.arc(at("cx"), at("cy"), at("r"), 0, 2 * Math.PI);
      if (shape.matches("line")) {
        path.moveTo(at("x1"), at("y1"));
        path.lineTo(at("x2"), at("y2"));
      }
      pen.globalAlpha = Number(look.opacity) * Number(look.fillOpacity);
      if (look.fill !== "none" && !shape.matches("line")) {
        pen.fillStyle = look.fill;
        pen.fill(path);
      }
      pen.globalAlpha = Number(look.opacity) * Number(look.strokeOpacity);
      if (look.stroke !== "none") {
        pen.strokeStyle = look.stroke;
        pen.lineWidth = parseFloat(look.strokeWidth);
        pen.setLineDash([]);
        pen.stroke(path);
      }
    }
    pen.restore();
  }
  pen.restore();
  return y + high;
}
