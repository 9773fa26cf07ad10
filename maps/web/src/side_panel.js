// The panel: tabs for the plan, a unit and the table; on a phone a sheet that is low, half or full.

import { by } from "./dom.js";

/**
 * @import { PageState, Tab } from "./page_state.js"
 */

/** @type {Tab[]} */
const TABS = ["plan", "unit", "table", "try"];
const LOW = 196;
const HALF = 0.56;
const HEADER = 108;
const PHONE = "(max-width: 820px)";

export class SidePanel {
  /** @param {PageState} state */
  constructor(state) {
    this.state = state;
    this.root = by("zp-panel");
    this.tabs = TABS.map((name) => by(`zp-tab-${name}`));
    this.phone = window.matchMedia(PHONE);
    this.sheet = LOW;
    this.tabs.forEach((tab, place) => {
      tab.addEventListener("click", () => {
        state.change({ tab: TABS[place] });
        this.raise("half");
      });
      tab.addEventListener("keydown", ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (!step) return;
        let next = place;
        do next = (next + step + TABS.length) % TABS.length;
        while (this.tabs[next].hidden);
        state.change({ tab: TABS[next] });
        this.tabs[next].focus();
      });
    });
    state.on(["tab"], () => this.follow());
    this.phone.addEventListener("change", () => this.set(LOW));
    this.follow();
    this.drag();
  }

  follow() {
    const { tab: chosen } = this.state.shown;
    TABS.forEach((name, place) => {
      const on = name === chosen;
      this.tabs[place].setAttribute("aria-selected", String(on));
      this.tabs[place].tabIndex = on ? 0 : -1;
      by(`zp-${name}`).hidden = !on;
    });
  }

  /** How much of the map it covers from below. */
  get height() {
    return this.phone.matches ? this.sheet : 0;
  }

  /** @param {number} height */
  set(height) {
    this.sheet = height;
    document.documentElement.style.setProperty("--sheet", `${height}px`);
  }

  /**
   * At least half, or low again.
   * @param {"low" | "half"} to
   */
  raise(to) {
    const half = Math.round(window.innerHeight * HALF);
    this.set(to === "low" ? LOW : Math.max(this.height, half));
  }

  /** The handle lifts and lowers it; a press takes it to the next height. */
  drag() {
    const handle = by("zp-handle");
    let from = 0;
    let moved = 0;
    handle.addEventListener("pointerdown", (event) => {
      from = event.clientY + this.height;
      moved = 0;
      handle.setPointerCapture(event.pointerId);
      this.root.classList.add("zp-dragged");
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      moved += Math.abs(event.movementY);
      if (moved > 4) this.set(Math.max(LOW / 2, Math.min(window.innerHeight - HEADER, from - event.clientY)));
    });
    handle.addEventListener("pointerup", () => {
      this.root.classList.remove("zp-dragged");
      if (moved > 4) this.settle();
    });
    handle.addEventListener("click", () => {
      if (moved <= 4) this.next();
      moved = 0;
    });
  }

  get heights() {
    return [LOW, Math.round(window.innerHeight * HALF), window.innerHeight - HEADER];
  }

  /** To the height that is nearest. */
  settle() {
    const away = (/** @type {number} */ height) => Math.abs(height - this.height);
    this.set(this.heights.reduce((best, one) => (away(one) < away(best) ? one : best)));
  }

  next() {
    this.set(this.heights.find((one) => one > this.height + 20) ?? LOW);
  }
}
