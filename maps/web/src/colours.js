// Colours: the custom properties of the page, light or dark, as a canvas needs them.

import { by } from "./dom.js";

/**
 * @import { ZoneLayer } from "./page_model.d.ts"
 * @import { PageState } from "./page_state.js"
 */

export class Colours {
  /** @param {(name: string) => string} read */
  constructor(read = ofPage) {
    this.read = read;
    this.dark = false;
    /** @type {Map<string, string>} */
    this.known = new Map();
  }

  /**
   * @param {string} name Of a custom property, such as "water-line".
   * @returns {string}
   */
  of(name) {
    let colour = this.known.get(name);
    if (colour === undefined) this.known.set(name, (colour = this.read(name)));
    return colour;
  }

  /**
   * @param {string} name
   * @param {number} count
   */
  series(name, count) {
    return Array.from({ length: count }, (_, place) => this.of(`${name}-${place + 1}`));
  }

  /**
   * The fill of a main function.
   * @param {Pick<ZoneLayer, "fill">} zone
   */
  zone({ fill }) {
    if (fill === null) return this.of("paper");
    return this.dark ? lifted(fill) : fill;
  }

  forget() {
    this.known.clear();
  }
}

/** @param {string} name */
function ofPage(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/**
 * Red, green and blue as they add up, from 0 to 1.
 * @param {string} colour Such as "#5FA383".
 */
function channels(colour) {
  return [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
}

/**
 * How light a colour is, from 0 to 1, as WCAG has it.
 * @param {string} colour Such as "#5FA383".
 */
export function luminance(colour) {
  const [red, green, blue] = channels(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// In the dark no fill is deeper, so that in grey, too, it stands apart from land that has none.
const DEEPEST = 0.172;
const BLACK = 0.01;

/**
 * A fill of the dark page: in its own hue, and at least as light as that.
 * @param {string} colour Such as "#A8401F".
 */
export function lifted(colour) {
  const light = luminance(colour);
  if (light >= DEEPEST) return colour;
  const parts = channels(colour).map((part) => Math.min(1, ((part + BLACK) * DEEPEST) / (light + BLACK)));
  const written = parts.map((part) => Math.round(255 * (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055)));
  return `#${written.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Light or dark as the system has it, until somebody says otherwise.
 * @param {PageState} state
 * @param {Colours} colours
 */
export function followTheme(state, colours) {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const wear = () => {
    document.documentElement.dataset.theme = state.shown.theme;
    colours.dark = state.shown.theme === "dark";
    colours.forget();
  };
  system.addEventListener("change", ({ matches }) => state.change({ theme: matches ? "dark" : "light" }));
  state.on(["theme"], wear);
  state.change({ theme: system.matches ? "dark" : "light" });
  wear();
  by("zp-theme").addEventListener("click", () =>
    state.change({ theme: state.shown.theme === "dark" ? "light" : "dark" }),
  );
}
