// The legend: a card over the map that says what colours and signs mean and, pressed, keeps a part of the units.

import { by, flattened, node } from "./dom.js";
import { focusFirst, rewrite } from "./focus.js";
import { isFiltered, unitsKept } from "./filters.js";
import { icon } from "./icons.js";
import { moreLayers } from "./more_layers.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { MapView } from "./map_views.js"
 */

// Colours that stand on the button of the drawer.
const SHOWN = 4;

export class Legend {
  /** @param {Scene} scene */
  constructor(scene) {
    const { words } = scene.speech;
    this.scene = scene;
    this.root = by("zp-legend");
    this.body = node("div", { class: "zp-legend-body" });
    this.filters = node("div");
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
    this.closer = node("button", { ...close, on: { click: () => this.draw(false) } }, icon("close"));
    this.root.append(
      this.closer,
      this.body,
      this.filters,
      this.opener,
      this.more,
    );
    this.button = by("zp-legend-open");
    this.button.addEventListener("click", () => this.draw(!this.opened));
  }

  /** @param {MapView} view */
  show(view) {
    const { facts, state, speech } = this.scene;
    rewrite(this.body, () => this.body.replaceChildren(node("h2", {}, view.title), ...flattened(view.legend())));
    const boxes = [...this.body.querySelectorAll(".zp-row .zp-box")].slice(0, SHOWN);
    const kept = isFiltered(state.shown) ? [speech.whole.format(unitsKept(facts, state.shown, view.classOf).length)] : [];
    const title = [speech.words.legend, ...kept].join(" · ");
    this.button.replaceChildren(...boxes.map((box) => box.cloneNode()), title);
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

  /** Whether it is a drawer that is open. */
  get opened() {
    return this.root.classList.contains("zp-open");
  }

  /**
   * On a phone it is a drawer.
   * @param {boolean} open
   */
  draw(open) {
    const held = this.root.contains(document.activeElement);
    const before = this.opened;
    this.root.classList.toggle("zp-open", open);
    this.button.setAttribute("aria-expanded", String(open));
    if (open && !before) focusFirst(this.closer);
    else if (before && !open && held) focusFirst(this.button);
  }
}
