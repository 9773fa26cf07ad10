// Room for names: what is placed first stays, and nothing that comes later may touch it.

/**
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {[left: number, top: number, right: number, bottom: number]} Box
 *
 * @typedef {object} Lettering
 * @property {number} size
 * @property {number} weight
 * @property {string} ink
 * @property {string} halo
 * @property {number} [edge] How wide the halo is.
 * @property {number} [alpha] Of the letters.
 * @property {number} [spacing] Between letters.
 * @property {boolean} [italic]
 * @property {"sans" | "serif"} [face]
 * @property {"center" | "left" | "right"} [align]
 */

// Boxes are looked for among those of the same cells, in pixels.
const CELL = 64;

export class Room {
  /** @param {Box} frame What is seen of the map. */
  constructor(frame) {
    this.frame = frame;
    /** @type {Map<number, Box[]>} */
    this.cells = new Map();
  }

  /**
   * The cells that a box reaches into, of those that are seen.
   * @param {Box} box
   * @param {(key: number) => boolean} visit Ends with the first one that it says yes to.
   */
  some([left, top, right, bottom], visit) {
    const { frame } = this;
    const cell = (/** @type {number} */ at, /** @type {number} */ from) => Math.floor((at - from) / CELL);
    const columns = [cell(Math.max(left, frame[0]), frame[0]), cell(Math.min(right, frame[2]), frame[0])];
    const rows = [cell(Math.max(top, frame[1]), frame[1]), cell(Math.min(bottom, frame[3]), frame[1])];
    for (let row = rows[0]; row <= rows[1]; row++) {
      for (let column = columns[0]; column <= columns[1]; column++) if (visit(row * 1024 + column)) return true;
    }
    return false;
  }

  /** @param {Box} box */
  take(box) {
    this.some(box, (key) => {
      const held = this.cells.get(key);
      if (held) held.push(box);
      else this.cells.set(key, [box]);
      return false;
    });
  }

  /** @param {Box} box */
  free(box) {
    const [left, top, right, bottom] = box;
    const meets = (/** @type {Box} */ one) => left < one[2] && right > one[0] && top < one[3] && bottom > one[1];
    return !this.some(box, (key) => this.cells.get(key)?.some(meets) ?? false);
  }

  /** @param {Box} box */
  fits(box) {
    const [left, top, right, bottom] = this.frame;
    return box[0] > left + 2 && box[1] > top + 2 && box[2] < right - 2 && box[3] < bottom - 2 && this.free(box);
  }
}

/** Around a place, nearer ones first: right there, then five rings of twelve. */
export const SPOTS = [
  [0, 0],
  ...[22, 44, 66, 92, 120].flatMap((reach) =>
    Array.from({ length: 12 }, (_, hour) => [
      Math.cos((hour * Math.PI) / 6) * reach * 1.25,
      Math.sin((hour * Math.PI) / 6) * reach,
    ]),
  ),
];

const STACKS = {
  sans: 'Inter, system-ui, "Segoe UI", Roboto, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif',
  serif: '"Zoneplan Serif", Georgia, "Noto Serif CJK SC", "Songti SC", SimSun, serif',
};

/** @param {Lettering} lettering */
function fontOf({ size, weight, italic = false, face = "sans" }) {
  return `${italic ? "italic " : ""}${weight} ${size}px ${STACKS[face]}`;
}

/** @type {Map<string, number>} */
const widths = new Map();

/**
 * @param {Pen} pen
 * @param {string} text
 * @param {Lettering} lettering
 */
export function widthOf(pen, text, lettering) {
  const font = fontOf(lettering);
  const key = `${font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    pen.font = font;
    pen.letterSpacing = "0px";
    widths.set(key, (width = pen.measureText(text).width));
  }
  return width + (lettering.spacing ?? 0) * text.length;
}

/**
 * @param {Pen} pen
 * @param {string} text
 * @param {number} x
 * @param {number} y Of the middle of its line.
 * @param {Lettering} lettering
 */
export function write(pen, text, x, y, lettering) {
  const { ink, halo, edge = 3.2, alpha = 1, spacing = 0, align = "center" } = lettering;
  pen.font = fontOf(lettering);
  pen.letterSpacing = `${spacing}px`;
  pen.textAlign = align;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  if (edge) {
    pen.strokeStyle = halo;
    pen.lineWidth = edge;
    pen.globalAlpha = 0.9;
    pen.strokeText(text, x, y + 0.5);
  }
  pen.globalAlpha = alpha;
  pen.fillStyle = ink;
  pen.fillText(text, x, y + 0.5);
  pen.globalAlpha = 1;
  pen.letterSpacing = "0px";
}
