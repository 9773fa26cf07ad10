// State: what the page shows. Whoever changes it says what; whoever shows it listens.

/**
 * @import { Method } from "./class_breaks.js"
 *
 * @typedef {"functions" | "land" | "money" | "differences"} View
 * @typedef {"plan" | "unit" | "table" | "try"} Tab
 *
 * @typedef {object} Shown
 * @property {View} view
 * @property {string} by The key of what the units are coloured by; empty for the view's own colours.
 * @property {Method} method How the values of a measure are parted into classes.
 * @property {number} quota The place of the quota that the view of land shows.
 * @property {string} base What its amounts are divided by.
 * @property {number} payments The place of the choice of payments that the view of money shows.
 * @property {number} main A main function that the rest is dimmed for, or -1; so with the next four.
 * @property {number} overlay
 * @property {number} jurisdiction
 * @property {number} sure A kind of marks, of how sure units are.
 * @property {number} kept A class of the legend of other colours than those of main functions.
 * @property {number} chosen A unit, or -1; so with the next two.
 * @property {number} hovered
 * @property {number} compared
 * @property {boolean} comparing Whether the next unit that is chosen stands beside the chosen one.
 * @property {readonly number[]} lit Units that are pointed at.
 * @property {Tab} tab
 * @property {number} story The step of the story, or -1.
 * @property {ReadonlySet<string>} layers The keys of single layers that are on.
 * @property {number} relief How strong, from 0 to 1.
 * @property {number} opacity Of zones, from 0 to 1.
 * @property {number} swipe How much of the map's width the first of two plans has, from 0 to 1.
 * @property {number} scenario The scenario that is shown in the place of the adopted plan, or -1.
 * @property {string} tried What is tried in the place of the adopted plan, as a text; empty for nothing.
 * @property {string} tries Tries that were kept, with their names, as a text.
 * @property {"light" | "dark"} theme
 */

/** @type {Shown} */
const AT_FIRST = {
  view: "functions",
  by: "",
  method: "threshold",
  quota: 0,
  base: "",
  payments: 0,
  main: -1,
  overlay: -1,
  jurisdiction: -1,
  sure: -1,
  kept: -1,
  chosen: -1,
  hovered: -1,
  compared: -1,
  comparing: false,
  lit: [],
  tab: "plan",
  story: -1,
  layers: new Set(),
  relief: 1,
  opacity: 1,
  swipe: 0.5,
  scenario: -1,
  tried: "",
  tries: "",
  theme: "light",
};

/** What is dimmed for a part of the units; another view or colouring begins without. */
export const UNFILTERED = { main: -1, overlay: -1, jurisdiction: -1, sure: -1, kept: -1 };

/** What units are kept by. */
export const FILTERS = /** @type {(keyof typeof UNFILTERED)[]} */ (Object.keys(UNFILTERED));

export class PageState {
  /** @param {Partial<Shown>} first */
  constructor(first = {}) {
    /** @type {Readonly<Shown>} */
    this.shown = { ...AT_FIRST, ...first };
    /** @type {{ keys: (keyof Shown)[], listener: (shown: Readonly<Shown>) => void }[]} */
    this.listeners = [];
  }

  /**
   * Called after one of these was changed, in the order in which listeners came.
   * @param {(keyof Shown)[]} keys
   * @param {(shown: Readonly<Shown>) => void} listener
   */
  on(keys, listener) {
    this.listeners.push({ keys, listener });
  }

  /** @param {Partial<Shown>} changes */
  change(changes) {
    const before = this.shown;
    const names = /** @type {(keyof Shown)[]} */ (Object.keys(changes));
    const changed = names.filter((name) => before[name] !== changes[name]);
    if (!changed.length) return;
    this.shown = { ...before, ...changes };
    for (const { keys, listener } of [...this.listeners]) {
      if (keys.some((key) => changed.includes(key))) listener(this.shown);
    }
  }

  /**
   * Switch a single layer.
   * @param {string} key
   * @param {boolean} on
   */
  layer(key, on) {
    const layers = new Set(this.shown.layers);
    if (on) layers.add(key);
    else layers.delete(key);
    this.change({ layers });
  }
}

/**
 * Called after one of some things was changed, once a tab of the panel is seen.
 * @param {PageState} state
 * @param {Tab} tab
 * @param {(keyof Shown)[]} keys
 * @param {() => void} write
 */
export function whenSeen(state, tab, keys, write) {
  let stale = false;
  state.on(keys, () => (stale = true));
  state.on([...keys, "tab"], ({ tab: seen }) => {
    if (!stale || seen !== tab) return;
    stale = false;
    write();
  });
}
