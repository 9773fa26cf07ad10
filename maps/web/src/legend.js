// The legend: a card over the map that says what colours and signs mean and, pressed, keeps a part of the units.

import { by, flattened, node } from "./dom.js";
import { icon } from "./icons.js";
import { colourBox } from "./legend_rows.js";
import { moreLayers } from "./more_layers.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { MapView } from "./map_views.js"
 */

export class Legend {
  /** @param {Scene} scene */
  constructor(scene) {
    const { words } = scene.speech;
    this.scene = scene;
    this.root = by("zp-legend");
    this.body = node("div", { class: "zp-legend-body" });
    this.more = node("div", { class: "zp-more", id: "zp-more", hidden: true });
    this.opener = node(
      "button",
      {
        type: "button",
        class: "zp-link zp-more-open",
        "aria-expanded": "false",
        "aria-controls": "zp-more",
        on: { click: () => this.unfold(Boolean(this.more.hidden)) },
      },
      words.more_layers,
    );
    const close = { type: "button", class: "zp-quiet zp-legend-close", "aria-label": words.close_legend };
    this.root.append(
      node("button", { ...close, on: { click: () => this.draw(false) } }, icon("close")),
      this.body,
      this.opener,
      this.more,
    );
    this.button = by("zp-legend-open");
    this.button.addEventListener("click", () => this.draw(!this.root.classList.contains("zp-open")));
  }

  /** @param {MapView} view */
  show(view) {
    const { facts, colours, speech } = this.scene;
    const focused = this.focused();
    this.body.replaceChildren(node("h2", {}, view.title), ...flattened(view.legend()));
    const fills = facts.zones.filter((zone) => zone.kind === "main" && zone.units).slice(0, 4);
    this.button.replaceChildren(...fills.map((zone) => colourBox(colours.zone(zone))), speech.words.legend);
    if (focused >= 0) this.body.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
  }

  /** Which row has the focus, which would be lost when rows are written anew. */
  focused() {
    return [...this.body.querySelectorAll("button")].indexOf(/** @type {any} */ (document.activeElement));
  }

  /**
   * Single layers and settings; made when they are asked for.
   * @param {boolean} open
   */
  unfold(open) {
    if (!this.more.childElementCount) this.more.append(...flattened(moreLayers(this.scene)));
    this.more.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
  }

  /**
   * On a phone it is a drawer.
   * @param {boolean} open
   */
  draw(open) {
    this.root.classList.toggle("zp-open", open);
    this.button.setAttribute("aria-expanded", String(open));
  }
}
