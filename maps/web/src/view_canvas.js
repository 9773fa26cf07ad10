// A canvas over the view and a margin around it; Leaflet moves and scales it while the view changes.

import { viewOf } from "./map_grid.js";

/**
 * @import { Box } from "./labels.js"
 * @import { View } from "./map_grid.js"
 * @import { MapGrid } from "./page_model.d.ts"
 *
 * @typedef {CanvasRenderingContext2D} Pen
 * @typedef {() => void} Step
 * @typedef {{ view: View, origin: L.Point, ratio: number }} Shown
 *
 * @typedef {object} Picture
 * @property {(pen: Pen, view: View, parts: Box[] | null) => Step[]} steps Draw these parts of it, one after the other;
 *   without parts all of it is drawn at once.
 * @property {(pen: Pen, view: View, parts: Box[]) => void} [patch] Draw these parts of it anew, over what was drawn before.
 * @property {boolean} stays Whether what was drawn stays right as the view moves on.
 * @property {boolean} waits Whether the page opens without it.
 * @property {() => void} [done] Called each time that all of it is seen.
 */

const PADDING = 0.25;
// Milliseconds of a frame that drawing may take while the view moves on; a longer one is seen as a jerk.
const BUDGET = 8;
/** The frame that is being drawn and until when there is time in it, for all canvases together: the lower ones come first. */
const frame = { at: -1, end: 0 };

/** @param {number} at Of a frame, as the browser tells it. */
function endOf(at) {
  if (frame.at !== at) Object.assign(frame, { at, end: performance.now() + BUDGET });
  return frame.end;
}

/** @param {HTMLCanvasElement} canvas */
export function penOf(canvas) {
  return /** @type {Pen} */ (canvas.getContext("2d"));
}

/**
 * What of a box lies outside another one.
 * @param {Box} box
 * @param {Box} other
 * @returns {Box[]}
 */
export function beyond([left, top, right, bottom], other) {
  const [l, t, r, b] = [Math.max(left, other[0]), Math.max(top, other[1]), Math.min(right, other[2]), Math.min(bottom, other[3])];
  if (l >= r || t >= b) return [[left, top, right, bottom]];
  /** @type {Box[]} */
  const parts = [[left, top, right, t], [left, b, right, bottom], [left, t, l, b], [r, t, right, b]];
  return parts.filter((part) => part[0] < part[2] && part[1] < part[3]);
}

/**
 * Boxes cut into such as can be drawn within a frame.
 * @param {Box[]} boxes
 * @param {number} side At most.
 * @returns {Box[]}
 */
export function tiled(boxes, side) {
  return boxes.flatMap(([left, top, right, bottom]) => {
    const [columns, rows] = [Math.ceil((right - left) / side), Math.ceil((bottom - top) / side)];
    // whole pixels of the screen, also where it has five or six for four of the page
    const edge = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ place, /** @type {number} */ count) =>
      place === count ? to : from + 4 * Math.round(((to - from) * place) / count / 4);
    return Array.from({ length: columns * rows }, (_, place) => {
      const [column, row] = [place % columns, Math.floor(place / columns)];
      return /** @type {Box} */ ([
        edge(left, right, column, columns), edge(top, bottom, row, rows),
        edge(left, right, column + 1, columns), edge(top, bottom, row + 1, rows),
      ]);
    });
  });
}

/**
 * One picture, drawn anew when the view comes to rest: a little in each frame, behind what is seen until it is done.
 * @param {MapGrid} grid
 * @param {Picture} picture
 * @param {string} pane
 * @returns {L.Renderer & { redraw(wrong?: (view: View) => Box[] | null): void }}
 */
export function viewCanvas(grid, picture, pane) {
  const flush = flusher();
  const make = () => {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    canvas.className = "leaflet-zoom-animated";
    return canvas;
  };
  let [canvas, spare] = [make(), make()];
  /** @type {Shown | null} */
  let shown = null;
  let asked = "";
  let job = 0;
  let busy = false;
  const boxOf = (/** @type {View} */ { left, top, width, height }) =>
    /** @type {Box} */ ([left, top, left + width, top + height]);
  /** @type {any} */
  const { prototype } = L.Renderer;
  /** @type {any} */
  const Canvas = L.Renderer.extend({
    /** @this {any} */
    _initContainer() {
      this._container = canvas;
    },

    _destroyContainer() {
      job++;
      canvas.remove();
    },

    /** @this {any} */
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      prototype._update.call(this);
      // Leaflet says twice that a view was set
      const { min, max } = this._bounds;
      const view = [min.x, min.y, max.x, max.y, this._zoom, ...Object.values(this._map.getPixelOrigin())].join();
      if (view === asked) return;
      asked = view;
      this._draw(shown || picture.waits ? BUDGET : Infinity);
    },

    /**
     * Where what is seen stands in a view to come.
     * @this {any}
     * @param {L.LatLng} center
     * @param {number} zoom
     */
    _updateTransform(center, zoom) {
      if (!shown) return;
      const { view, origin } = shown;
      const scale = this._map.getZoomScale(zoom, view.zoom);
      const place = origin.add([view.left, view.top]).multiplyBy(scale).subtract(this._map._getNewPixelOrigin(center, zoom));
      L.DomUtil.setTransform(canvas, place, scale);
    },

    /** @param {(view: View) => Box[] | null} [wrong] The parts that are no longer right; null where that is all. */
    redraw(wrong) {
      const parts = shown && !busy && wrong ? wrong(shown.view) : null;
      if (!parts || !shown || !picture.patch) return this._draw(Infinity);
      if (parts.length) picture.patch(penOf(canvas), shown.view, parts);
    },

    /**
     * @this {any}
     * @param {number} budget Milliseconds in each frame.
     */
    _draw(budget) {
      const view = viewOf(this._map, grid, this._bounds);
      const ratio = window.devicePixelRatio || 1;
      const origin = this._map.getPixelOrigin();
      const pen = emptied(spare, view.width, view.height, ratio);
      let parts = budget < Infinity ? [boxOf(view)] : null;
      if (parts && shown && picture.stays && isMoved(shown, view, ratio)) {
        parts = beyond(boxOf(view), boxOf(shown.view));
        pen.drawImage(canvas, (shown.view.left - view.left) * ratio, (shown.view.top - view.top) * ratio);
      }
      pen.setTransform(ratio, 0, 0, ratio, -view.left * ratio, -view.top * ratio);
      const steps = picture.steps(pen, view, parts);
      const own = ++job;
      busy = true;
      const go = (/** @type {number} */ at) => {
        if (own !== job) return;
        const end = budget < Infinity ? endOf(at) : Infinity;
        while (steps.length && performance.now() < end) {
          steps.shift()?.();
          if (budget < Infinity) flush(spare);
        }
        if (steps.length) return void requestAnimationFrame(go);
        busy = false;
        shown = { view, origin, ratio };
        [canvas, spare] = [spare, canvas];
        this._container = canvas;
        L.DomUtil.setPosition(canvas, L.point(view.left, view.top));
        if (spare.parentNode) spare.replaceWith(canvas);
        picture.done?.();
      };
      if (budget < Infinity) requestAnimationFrame(go);
      else go(0);
    },
  });
  return new Canvas({ padding: PADDING, pane });
}

/**
 * A canvas of this size with nothing on it; another one costs more than to wipe the one that is there.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {number} ratio
 */
function emptied(canvas, width, height, ratio) {
  const pen = penOf(canvas);
  const [across, down] = [Math.floor(width * ratio), Math.floor(height * ratio)];
  if (canvas.width === across && canvas.height === down && pen.reset) pen.reset();
  else [canvas.width, canvas.height] = [across, down];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return pen;
}

/**
 * Whether a view is another part of the same picture, whole pixels away.
 * @param {Shown} shown
 * @param {View} view
 * @param {number} ratio
 */
function isMoved({ view: before, ratio: sharpness }, view, ratio) {
  const same = before.scale === view.scale && before.x === view.x && before.y === view.y && sharpness === ratio;
  return same && [before.left - view.left, before.top - view.top].every((way) => Number.isInteger(way * ratio));
}

/** What has a canvas drawn at once, which would else wait for the end of the frame, where nobody counts the time. */
function flusher() {
  const drop = document.createElement("canvas");
  return (/** @type {HTMLCanvasElement} */ canvas) => {
    drop.width = drop.height = 1;
    penOf(drop).drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  };
}
