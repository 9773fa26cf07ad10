// A pen that writes SVG: what a canvas is told to draw, as shapes and texts of a drawing.

/**
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {[a: number, b: number, c: number, d: number, e: number, f: number]} Matrix
 * @typedef {{ measure: (text: string, font: string) => number, picture?: (image: CanvasImageSource) => string }} Tools
 */

/** @type {Matrix} */
const UNMOVED = [1, 0, 0, 1, 0, 0];
const FONT = /^(?:(italic|normal)\s+)?(?:(\d+|bold)\s+)?([\d.]+)px\s+(.+)$/;
// Of the size of letters: how far their line lies below the middle of them.
const BELOW_MIDDLE = 0.35;
// Signs that a drawing cannot hold.
const UNFIT = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** @param {number} value */
const short = (value) => String(Math.round(value * 100) / 100);

/**
 * A text as it stands in a drawing, in an attribute, too.
 * @param {string} text
 */
function inXml(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(UNFIT, "\ufffd").replace(/[&<>"']/g, (sign) => signs[/** @type {keyof typeof signs} */ (sign)]);
}

/** A path as a drawing writes it; it takes what a Path2D takes. */
export class SvgPath {
  /** @param {string} start */
  constructor(start = "") {
    this.steps = start ? [start] : [];
  }

  get text() {
    return this.steps.join("");
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  moveTo(x, y) {
    this.steps.push(`M${short(x)} ${short(y)}`);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  lineTo(x, y) {
    this.steps.push(`L${short(x)} ${short(y)}`);
  }

  /**
   * @param {number} cx
   * @param {number} cy
   * @param {number} x
   * @param {number} y
   */
  quadraticCurveTo(cx, cy, x, y) {
    this.steps.push(`Q${short(cx)} ${short(cy)} ${short(x)} ${short(y)}`);
  }

  /** @param {number[]} numbers Of two points beside the curve, and its end. */
  bezierCurveTo(...numbers) {
    this.steps.push(`C${numbers.map(short).join(" ")}`);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  rect(x, y, width, height) {
    this.steps.push(`M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {number} radius
   */
  roundRect(x, y, width, height, radius) {
    const [r, h, v] = [short(radius), short(width - 2 * radius), short(height - 2 * radius)];
    const turn = (/** @type {number} */ dx, /** @type {number} */ dy) => `a${r} ${r} 0 0 1 ${short(dx * radius)} ${short(dy * radius)}`;
    this.steps.push(`M${short(x + radius)} ${short(y)}h${h}${turn(1, 1)}v${v}${turn(-1, 1)}h-${h}${turn(-1, -1)}v-${v}${turn(1, -1)}Z`);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {number} start
   * @param {number} end
   */
  arc(x, y, radius, start, end) {
    const at = (/** @type {number} */ angle) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    const [x0, y0] = at(start);
    const round = short(radius);
    this.steps.push(`${this.steps.length ? "L" : "M"}${short(x0)} ${short(y0)}`);
    if (end - start >= 2 * Math.PI - 1e-6) {
      const [x1, y1] = at(start + Math.PI);
      this.steps.push(`A${round} ${round} 0 1 1 ${short(x1)} ${short(y1)}A${round} ${round} 0 1 1 ${short(x0)} ${short(y0)}Z`);
      return;
    }
    const [x1, y1] = at(end);
    this.steps.push(`A${round} ${round} 0 ${end - start > Math.PI ? 1 : 0} 1 ${short(x1)} ${short(y1)}`);
  }

  closePath() {
    this.steps.push("Z");
  }
}

/** What a pen has set, which save() keeps. */
class Setting {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  /** @type {CanvasLineJoin} */
  lineJoin = "miter";
  /** @type {CanvasLineCap} */
  lineCap = "butt";
  globalAlpha = 1;
  globalCompositeOperation = "source-over";
  font = "10px sans-serif";
  /** @type {CanvasTextAlign} */
  textAlign = "start";
  /** @type {CanvasTextBaseline} */
  textBaseline = "alphabetic";
  letterSpacing = "0px";
  /** @type {number[]} */
  dashes = [];
  /** @type {Matrix} */
  matrix = UNMOVED;
}

/** The part of a canvas' context that the map draws with; all else is a mistake that shows at once. */
export class SvgPen extends Setting {
  /** @param {Tools} tools */
  constructor(tools) {
    super();
    this.tools = tools;
    /** @type {string[]} */
    this.parts = [];
    /** @type {{ setting: Setting, groups: number }[]} */
    this.kept = [];
    this.groups = 0;
    this.clips = 0;
    this.path = new SvgPath();
    /** @type {Matrix} */
    this.matrix = UNMOVED;
    /** @type {number[]} */
    this.dashes = [];
  }

  /**
   * Draw with this pen: what draws on a canvas makes paths, which meanwhile are those of a drawing.
   * @param {(pen: Pen) => void} draw
   */
  draw(draw) {
    const own = globalThis.Path2D;
    globalThis.Path2D = /** @type {any} */ (SvgPath);
    try {
      draw(/** @type {any} */ (this));
    } finally {
      globalThis.Path2D = own;
    }
    return this;
  }

  save() {
    const setting = new Setting();
    for (const name in setting) Reflect.set(setting, name, Reflect.get(this, name));
    this.kept.push({ setting, groups: this.groups });
  }

  restore() {
    const last = this.kept.pop();
    if (!last) return;
    for (; this.groups > last.groups; this.groups--) this.parts.push("</g>");
    Object.assign(this, last.setting);
  }

  beginPath() {
    this.path = new SvgPath();
  }

  /** @param {[number, number]} place */
  moveTo(...place) {
    this.path.moveTo(...place);
  }

  /** @param {[number, number]} place */
  lineTo(...place) {
    this.path.lineTo(...place);
  }

  /** @param {[number, number, number, number]} numbers */
  quadraticCurveTo(...numbers) {
    this.path.quadraticCurveTo(...numbers);
  }

  /** @param {[number, number, number, number]} box */
  rect(...box) {
    this.path.rect(...box);
  }

  /** @param {[number, number, number, number, number]} numbers */
  arc(...numbers) {
    this.path.arc(...numbers);
  }

  closePath() {
    this.path.closePath();
  }

  /** All that is drawn until the pen is restored lies inside the path. */
  clip() {
    const id = `clip-${++this.clips}`;
    this.parts.push(`<clipPath id="${id}"><path d="${this.path.text}"${this.moved()}/></clipPath><g clip-path="url(#${id})">`);
    this.groups++;
  }

  /**
   * @param {SvgPath | CanvasFillRule} [path]
   * @param {CanvasFillRule} [rule]
   */
  fill(path, rule) {
    const [shape, how] = typeof path === "object" ? [path, rule] : [this.path, path];
    if (!shape.steps.length) return;
    const evenOdd = how === "evenodd" ? ' fill-rule="evenodd"' : "";
    this.parts.push(`<path d="${shape.text}" fill="${this.fillStyle}"${evenOdd}${this.look()}/>`);
  }

  /** @param {SvgPath} [path] */
  stroke(path = this.path) {
    if (!path.steps.length) return;
    this.parts.push(`<path d="${path.text}" fill="none"${this.strokeLook()}${this.look()}/>`);
  }

  /** @param {[number, number, number, number]} box */
  fillRect(...box) {
    const shape = new SvgPath();
    shape.rect(...box);
    this.fill(shape);
  }

  /** @param {[number, number, number, number]} box */
  strokeRect(...box) {
    const shape = new SvgPath();
    shape.rect(...box);
    this.stroke(shape);
  }

  /** @param {number[]} dashes */
  setLineDash(dashes) {
    this.dashes = dashes;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  translate(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    this.matrix = [a, b, c, d, e + a * x + c * y, f + b * x + d * y];
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  scale(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    this.matrix = [a * x, b * x, c * y, d * y, e, f];
  }

  /** @param {number} angle */
  rotate(angle) {
    const [a, b, c, d, e, f] = this.matrix;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.matrix = [a * cos + c * sin, b * cos + d * sin, c * cos - a * sin, d * cos - b * sin, e, f];
  }

  /** @param {Matrix} numbers */
  setTransform(...numbers) {
    this.matrix = numbers;
  }

  getTransform() {
    const [a, b, c, d, e, f] = this.matrix;
    return { a, b, c, d, e, f };
  }

  /** @param {string} text */
  measureText(text) {
    return { width: this.tools.measure(text, this.font) };
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  fillText(text, x, y) {
    this.text(text, x, y, ` fill="${this.fillStyle}"`);
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  strokeText(text, x, y) {
    this.text(text, x, y, ` fill="none"${this.strokeLook()}`);
  }

  /**
   * @param {CanvasImageSource} image
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  drawImage(image, x, y, width, height) {
    const href = inXml(this.tools.picture?.(image) ?? "");
    const box = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
    this.parts.push(`<image href="${href}" ${box} preserveAspectRatio="none"${this.look()}/>`);
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {string} paint
   */
  text(text, x, y, paint) {
    const [, slant, weight, size, family] = FONT.exec(this.font) ?? ["", "", "", "10", "sans-serif"];
    const anchors = { center: "middle", right: "end", end: "end", left: "start", start: "start" };
    const down = this.textBaseline === "middle" ? BELOW_MIDDLE * Number(size) : 0;
    const spacing = parseFloat(this.letterSpacing);
    const look = [
      ` font-family="${inXml(family)}" font-size="${size}"`,
      weight ? ` font-weight="${weight}"` : "",
      slant === "italic" ? ' font-style="italic"' : "",
      spacing ? ` letter-spacing="${short(spacing)}"` : "",
      anchors[this.textAlign] === "start" ? "" : ` text-anchor="${anchors[this.textAlign]}"`,
    ].join("");
    this.parts.push(`<text x="${short(x)}" y="${short(y + down)}"${look}${paint}${this.look()}>${inXml(text)}</text>`);
  }

  strokeLook() {
    const { lineCap, lineJoin, dashes } = this;
    return [
      ` stroke="${this.strokeStyle}" stroke-width="${short(this.lineWidth)}"`,
      lineJoin === "miter" ? "" : ` stroke-linejoin="${lineJoin}"`,
      lineCap === "butt" ? "" : ` stroke-linecap="${lineCap}"`,
      dashes.length ? ` stroke-dasharray="${dashes.map(short).join(" ")}"` : "",
    ].join("");
  }

  look() {
    const blend = this.globalCompositeOperation;
    return [
      this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : "",
      blend === "source-over" ? "" : ` style="mix-blend-mode:${blend}"`,
      this.moved(),
    ].join("");
  }

  moved() {
    const { matrix } = this;
    return matrix.every((one, place) => one === UNMOVED[place]) ? "" : ` transform="matrix(${matrix.map(exact).join(" ")})"`;
  }

  /**
   * The drawing as a file, or as a part of a page.
   * @param {{ width: number, height: number, title: string, unit?: string, ratio?: number, style?: string }} sheet
   *   Size in pixels of CSS; as so many units, each of `ratio` pixels.
   */
  drawing({ width, height, title, unit = "", ratio = 1, style = "" }) {
    const size = `width="${exact(width / ratio)}${unit}" height="${exact(height / ratio)}${unit}"`;
    const box = `viewBox="0 0 ${exact(width)} ${exact(height)}"`;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box} role="img" aria-label="${inXml(title)}">`,
      tagged("title", title),
      style ? tagged("style", style) : "",
      ...this.parts,
      "</g>".repeat(this.groups),
      "</svg>",
    ].join("\n");
  }
}

/** @param {number} value */
function exact(value) {
  return String(Math.round(value * 1e4) / 1e4);
}

/**
 * @param {string} tag
 * @param {string} text
 */
function tagged(tag, text) {
  return `<${tag}>${inXml(text)}</${tag}>`;
}
