// The swipe: the first plan over the second, up to a handle that pointer and keys move.

import { node } from "./dom.js";
import { viewCanvas } from "./view_canvas.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { View } from "./map_grid.js"
 * @import { Pen, Picture } from "./view_canvas.js"
 */

const PANE = "before";
const LEVEL = 255;
/** @type {Record<string, (at: number) => number>} */
const KEYS = {
  ArrowLeft: (at) => at - 0.02,
  ArrowDown: (at) => at - 0.02,
  ArrowRight: (at) => at + 0.02,
  ArrowUp: (at) => at + 0.02,
  PageDown: (at) => at - 0.1,
  PageUp: (at) => at + 0.1,
  Home: () => 0,
  End: () => 1,
};

export class Swipe {
  /**
   * @param {L.Map} map
   * @param {Scene} scene
   * @param {[string, string]} names Of the plan on the left, and on the right.
   * @param {Picture["steps"]} steps Draw the plan on the left.
   */
  constructor(map, scene, names, steps) {
    this.map = map;
    this.scene = scene;
    this.names = names;
    this.steps = steps;
    this.on = false;
    const seen = (/** @type {Parameters<Picture["steps"]>} */ ...drawn) => (this.on ? steps(...drawn) : []);
    this.canvas = viewCanvas(scene.shapes.grid, { stays: true, waits: false, steps: seen }, PANE);
    const [left, right] = names.map((name) => node("span", { class: "zp-swipe-name" }, name));
    this.knob = node("div", {
      class: "zp-swipe-knob",
      role: "slider",
      tabIndex: 0,
      "aria-label": scene.speech.say("swipe", { before: names[0], after: names[1] }),
      "aria-orientation": "horizontal",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    });
    this.root = node("div", { class: "zp-swipe", hidden: true }, left, right, this.knob);
  }

  start() {
    const { map, root, knob } = this;
    const { state } = this.scene;
    const pane = map.createPane(PANE);
    pane.style.zIndex = String(LEVEL);
    pane.style.pointerEvents = "none";
    this.pane = pane;
    map.getContainer().append(root);
    this.canvas.addTo(map);
    map.on("move zoomend resize", () => this.clip());
    state.on(["swipe"], () => this.place());
    L.DomEvent.disableClickPropagation(root);
    knob.addEventListener("keydown", (event) => {
      const go = KEYS[event.key];
      if (!go) return;
      event.preventDefault();
      event.stopPropagation();
      this.move(go(state.shown.swipe));
    });
    knob.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      knob.focus();
      knob.setPointerCapture(event.pointerId);
    });
    knob.addEventListener("pointermove", (event) => {
      if (!knob.hasPointerCapture(event.pointerId)) return;
      const { left, width } = map.getContainer().getBoundingClientRect();
      this.move((event.clientX - left) / width);
    });
    this.place();
  }

  /** @param {number} at */
  move(at) {
    this.scene.state.change({ swipe: Math.min(1, Math.max(0, at)) });
  }

  /**
   * Whether there are two plans to be seen.
   * @param {boolean} on
   */
  show(on) {
    if (this.on === on) return;
    this.on = on;
    this.root.hidden = !on;
    if (this.pane) this.pane.style.display = on ? "" : "none";
  }

  redraw() {
    if (this.on) this.canvas.redraw();
  }

  place() {
    const percent = Math.round(100 * this.scene.state.shown.swipe);
    this.root.style.left = `${percent}%`;
    this.knob.setAttribute("aria-valuenow", String(percent));
    this.knob.setAttribute("aria-valuetext", `${this.names[0]} ${percent}%`);
    this.clip();
  }

  /** The pane moves with the map; what is cut from it stays where the handle is. */
  clip() {
    if (!this.pane) return;
    const { map } = this;
    const { x: wide, y: high } = map.getSize();
    const from = map.containerPointToLayerPoint([0, 0]);
    const to = map.containerPointToLayerPoint([wide * this.scene.state.shown.swipe, high]);
    const corners = [[from.x, from.y], [to.x, from.y], [to.x, to.y], [from.x, to.y]];
    this.pane.style.clipPath = `polygon(${corners.map(([x, y]) => `${x}px ${y}px`).join(",")})`;
  }

  /**
   * For a file or for paper: the first plan on its side, and a line.
   * @param {Pen} pen
   * @param {View} view
   */
  compose(pen, view) {
    if (!this.on) return;
    const { left, top, width, height } = view;
    const at = width * this.scene.state.shown.swipe;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, at, height);
    pen.clip();
    for (const step of this.steps(pen, view, null)) step();
    pen.restore();
    pen.strokeStyle = this.scene.colours.of("ink");
    pen.lineWidth = 2;
    pen.setLineDash([]);
    pen.beginPath();
    pen.moveTo(left + at, top);
    pen.lineTo(left + at, top + height);
    pen.stroke();
  }
}
