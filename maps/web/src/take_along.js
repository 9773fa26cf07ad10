// What can be taken along: a picture of what is seen, a drawing of it, the table, and a sheet of paper.

import { csvOf } from "./csv.js";
import { by, node } from "./dom.js";
import { saveFile } from "./save_file.js";
import { drawSheet, paperLayout, paperView, screenLayout } from "./map_sheet.js";
import { PX_PER_METRE } from "./map_scale.js";
import { SvgPen } from "./svg_pen.js";
import { penOf } from "./view_canvas.js";

/**
 * @import { Box } from "./labels.js"
 * @import { View } from "./map_grid.js"
 * @import { Content, Layout, PAPERS } from "./map_sheet.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {keyof typeof PAPERS} Paper
 */

const SHARPNESS = 2;

export class TakeAlong {
  /**
   * @param {Content} content
   * @param {() => View} seen What is seen of the map, from its upper left corner.
   * @param {() => { whole: Box, scale: number, zoom: number }} home The whole plan, and how it is seen at first.
   */
  constructor(content, seen, home) {
    this.content = content;
    this.seen = seen;
    this.home = home;
    this.meter = penOf(document.createElement("canvas"));
  }

  /** @param {string} name Of a custom property. */
  colour(name) {
    return this.content.scene.colours.of(name);
  }

  /**
   * @param {Pen} pen
   * @param {Layout} layout
   * @param {View} view
   */
  draw(pen, layout, view) {
    drawSheet({ pen, colour: (name) => this.colour(name) }, this.content, layout, view);
  }

  /** What is seen as a picture, twice as sharp as the screen. */
  async png() {
    const view = this.seen();
    const layout = screenLayout(this.content, view, this.meter);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(layout.width * SHARPNESS);
    canvas.height = Math.round(layout.height * SHARPNESS);
    const pen = penOf(canvas);
    pen.scale(SHARPNESS, SHARPNESS);
    this.draw(pen, layout, view);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    if (blob) this.save(blob, "png");
  }

  /** What is seen as a drawing. */
  svg() {
    const view = this.seen();
    const layout = screenLayout(this.content, view, this.meter);
    this.save(new Blob([this.drawing(layout, view, { style: fontFaces() })], { type: "image/svg+xml" }), "svg");
  }

  /**
   * @param {Layout} layout
   * @param {View} view
   * @param {{ unit?: string, ratio?: number, style?: string }} settings
   */
  drawing(layout, view, settings) {
    const pen = new SvgPen({ measure: (text, font) => this.measure(text, font), picture: sourceOf });
    pen.draw((one) => this.draw(one, layout, view));
    return pen.drawing({ ...settings, width: layout.width, height: layout.height, title: this.content.scene.facts.plan.name });
  }

  /**
   * @param {string} text
   * @param {string} font
   */
  measure(text, font) {
    this.meter.font = font;
    return this.meter.measureText(text).width;
  }

  /**
   * @param {string[]} head
   * @param {(string | number | null)[][]} rows
   */
  csv(head, rows) {
    this.save(new Blob([csvOf(head, rows)], { type: "text/csv;charset=utf-8" }), "csv");
  }

  /**
   * @param {Blob} blob
   * @param {string} ending
   */
  save(blob, ending) {
    const { facts, speech } = this.content.scene;
    saveFile(speech, blob, facts.plan.name, ending);
  }

  /** On paper the page is a sheet of its own: the whole plan at a round scale, in light colours. */
  preparePaper() {
    const style = node("style", {});
    document.head.append(style);
    /** @type {Paper} */
    let paper = "A4";
    const { state } = this.content.scene;
    const lay = () => {
      const { theme } = state.shown;
      state.change({ theme: "light" });
      this.layOut(paper, style);
      state.change({ theme });
    };
    window.addEventListener("beforeprint", lay);
    return (/** @type {Paper} */ size) => {
      paper = size;
      lay();
      window.print();
      paper = "A4";
    };
  }

  /**
   * @param {Paper} paper
   * @param {HTMLStyleElement} style
   */
  layOut(paper, style) {
    const { whole, scale, zoom } = this.home();
    const layout = paperLayout(this.content, paper, whole, this.meter);
    const { grid } = this.content.scene.shapes;
    const text = this.drawing(layout, paperView(layout, grid, whole, scale, zoom), { unit: "mm", ratio: PX_PER_METRE / 1000 });
    style.textContent = `@page { size: ${paper} ${layout.upright ? "landscape" : "portrait"}; margin: 0 }`;
    const drawing = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    by("zp-paper").replaceChildren(document.importNode(drawing, true));
  }
}

/**
 * A picture as an address that holds it.
 * @param {CanvasImageSource} image
 */
function sourceOf(image) {
  if (image instanceof HTMLCanvasElement) return image.toDataURL();
  const source = image instanceof HTMLImageElement ? image.src : "";
  return source.startsWith("data:") ? source : "";
}

/** The typefaces of the page, so that a drawing looks the same elsewhere. */
function fontFaces() {
  return [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSFontFaceRule)
    .map((rule) => rule.cssText)
    .join("\n");
}
