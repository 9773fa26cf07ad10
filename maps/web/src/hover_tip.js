// The tip: what lies under the pointer, beside it, within the map and off what stands over it.

import { node } from "./dom.js";

const BESIDE = 16;
const EDGE = 8;

export class HoverTip {
  /** @param {HTMLElement} container Of the map. */
  constructor(container) {
    this.container = container;
    this.root = node("div", { class: "zp-tip", hidden: true, "aria-hidden": "true" });
    container.append(this.root);
  }

  /**
   * @param {string} name
   * @param {string[]} texts
   * @param {{ x: number, y: number }} at
   */
  show(name, texts, at) {
    const lines = texts.filter(Boolean).map((text) => node("span", {}, text));
    this.root.replaceChildren(node("b", {}, name), ...lines);
    this.root.hidden = false;
    const { offsetWidth: wide, offsetHeight: high } = this.root;
    const { clientWidth, clientHeight } = this.container;
    const right = at.x + BESIDE + wide + EDGE <= clientWidth;
    const below = at.y + BESIDE + high + EDGE <= clientHeight;
    const left = right ? at.x + BESIDE : Math.max(EDGE, at.x - BESIDE - wide);
    const top = below ? at.y + BESIDE : Math.max(EDGE, at.y - BESIDE - high);
    this.root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    this.root.hidden = true;
  }
}
