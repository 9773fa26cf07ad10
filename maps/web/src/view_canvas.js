// A canvas over the view and a margin around it; Leaflet moves and scales it while the view changes.

import { viewOf } from "./map_grid.js";

/**
 * @import { View } from "./map_grid.js"
 * @import { MapGrid } from "./page_model.d.ts"
 *
 * @typedef {CanvasRenderingContext2D} Pen
 * @typedef {(pen: Pen, view: View) => void} Paint
 */

/** @param {HTMLCanvasElement} canvas */
export function penOf(canvas) {
  return /** @type {Pen} */ (canvas.getContext("2d"));
}

/**
 * One picture, drawn anew when the view comes to rest.
 * @param {MapGrid} grid
 * @param {Paint} paint
 * @param {string} pane
 * @returns {L.Renderer & { redraw(): void }}
 */
export function viewCanvas(grid, paint, pane) {
  const canvas = document.createElement("canvas");
  const pen = penOf(canvas);
  let drawn = "";
  /** @type {any} */
  const { prototype } = L.Renderer;
  /** @type {any} */
  const Canvas = L.Renderer.extend({
    /** @this {any} */
    _initContainer() {
      this._container = canvas;
      canvas.setAttribute("aria-hidden", "true");
    },

    _destroyContainer() {
      canvas.remove();
    },

    /** @this {any} */
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      prototype._update.call(this);
      // Leaflet says twice that a view was set
      const { min, max } = this._bounds;
      const view = [min.x, min.y, max.x, max.y, this._zoom, ...Object.values(this._map.getPixelOrigin())].join();
      if (view === drawn) return;
      drawn = view;
      this.redraw();
    },

    /** @this {any} */
    redraw() {
      const { min } = this._bounds;
      const size = this._bounds.getSize();
      const ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(canvas, min);
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      pen.setTransform(ratio, 0, 0, ratio, -min.x * ratio, -min.y * ratio);
      paint(pen, viewOf(this._map, grid, this._bounds));
    },
  });
  return new Canvas({ padding: 0.25, pane });
}
