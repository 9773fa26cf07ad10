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
    return fill ?? this.of("paper");
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
 * How light a colour is, from 0 to 1, as WCAG has it.
 * @param {string} colour Such as "#5FA383".
 */
export function luminance(colour) {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
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
