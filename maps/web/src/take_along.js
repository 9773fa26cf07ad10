// What can be taken along: a picture of what is seen, a drawing of it, the table, and a sheet of paper.

import { csvOf } from "./csv.js";
import { by, node } from "./dom.js";
import { saveFile } from "./save_file.js";
import { drawSheet, drawUnitMap, paperLayout, paperView, screenLayout, sourcesSaid, unitMap } from "./map_sheet.js";
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
const ON_PAPER = { unit: "mm", ratio: PX_PER_METRE / 1000 };

export class TakeAlong {
  /**
   * @param {Content} content
   * @param {() => View} seen What is seen of the map, from its upper left corner.
   * @param {() => { whole: Box, scale: number, zoom: number }} home The whole plan, and how it is seen at first.
   * @param {() => string} called What the try of the moment is called; empty without one.
   */
  constructor(content, seen, home, called) {
    this.content = content;
    this.seen = seen;
    this.home = home;
    this.called = called;
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
   * @param {(pen: Pen) => void} draw
   */
  drawing(layout, view, settings, draw = (pen) => this.draw(pen, layout, view)) {
    const pen = new SvgPen({ measure: (text, font) => this.measure(text, font), picture: sourceOf });
    pen.draw(draw);
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
   * The table; in that of a try each row says so, for a heading above it would be no table.
   * @param {string[]} head
   * @param {(string | number | null)[][]} rows
   */
  csv(head, rows) {
    const called = this.called();
    const mark = (/** @type {string} */ text) => (called ? [text] : []);
    const { try_banner } = this.content.scene.speech.words;
    const text = csvOf([...head, ...mark(try_banner)], rows.map((row) => [...row, ...mark(called)]));
    this.save(new Blob([text], { type: "text/csv;charset=utf-8" }), "csv");
  }

  /**
   * @param {Blob} blob
   * @param {string} ending
   */
  save(blob, ending) {
    const { facts, speech } = this.content.scene;
    saveFile(speech, blob, [facts.plan.name, this.called()].join(" "), ending);
  }

  /**
   * On paper the page is a sheet of its own, in light colours: the whole plan at a round scale, or a unit.
   * @param {(unit: number) => (string | Node)[]} card What is said of a unit.
   */
  preparePaper(card) {
    const style = node("style", {});
    document.head.append(style);
    /** @type {Paper | number} */
    let asked = "A4";
    const { state } = this.content.scene;
    /** @type {typeof state.shown.theme | null} */
    let before = null;
    const lay = () => {
      before ??= state.shown.theme;
      state.change({ theme: "light" });
      if (typeof asked === "number") this.layOutUnit(asked, card(asked), style);
      else this.layOut(asked, style);
    };
    const done = () => {
      if (before) state.change({ theme: before });
      before = null;
      asked = "A4";
    };
    window.addEventListener("beforeprint", lay);
    window.addEventListener("afterprint", done);
    return (/** @type {Paper | number} */ sheet) => {
      asked = sheet;
      lay();
      window.print();
      done();
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
    const view = paperView(layout, grid, whole, scale, zoom);
    style.textContent = `@page { size: ${paper} ${layout.upright ? "landscape" : "portrait"}; margin: 0 }`;
    by("zp-paper").replaceChildren(asNode(this.drawing(layout, view, ON_PAPER)));
  }

  /**
   * A unit on A4: a map of it and of what lies around, and its card unfolded but for the working.
   * @param {number} unit
   * @param {(string | Node)[]} card
   * @param {HTMLStyleElement} style
   */
  layOutUnit(unit, card, style) {
    const { content } = this;
    const { facts, speech, shapes } = content.scene;
    const { scale, zoom } = this.home();
    const { layout, box } = unitMap(content, unit);
    const view = paperView(layout, shapes.grid, box, scale, zoom);
    const sheet = { colour: (/** @type {string} */ name) => this.colour(name) };
    const drawing = this.drawing(layout, view, ON_PAPER, (pen) => drawUnitMap({ ...sheet, pen }, content, layout, view));
    const told = node("div", { class: "zp-paper-card" }, card);
    for (const one of told.querySelectorAll(".zp-card-actions, .zp-working")) one.remove();
    for (const fold of told.querySelectorAll("details:not(.zp-shift)")) /** @type {HTMLDetailsElement} */ (fold).open = true;
    const rulebook = speech.say("named", { name: speech.words.rulebook, value: facts.plan.rulebook });
    const head = [facts.plan.name, rulebook, speech.say("as_of", { date: speech.day(facts.plan.date) })];
    const ratio = `1:${speech.whole.format(layout.ratio ?? 1)}`;
    const [title, ...rest] = [...told.children];
    style.textContent = "@page { size: A4 portrait; margin: 10mm 14mm }";
    by("zp-paper").replaceChildren(
      node("p", { class: "zp-paper-line" }, head.join(" · ")),
      title,
      asNode(drawing),
      node("p", { class: "zp-paper-line" }, [ratio, ...sourcesSaid(content)].join(" · ")),
      node("div", { class: "zp-paper-card" }, rest),
    );
  }
}

/** @param {string} drawing As text. */
function asNode(drawing) {
  return document.importNode(new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement, true);
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
