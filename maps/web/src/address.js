// The address: what is shown stands behind its "#", so that a link opens the same.

import { MARK_KINDS } from "./status_marks.js";

/**
 * @import { Method } from "./class_breaks.js"
 * @import { PageState, Shown, View } from "./page_state.js"
 * @import { Facts } from "./plan_facts.js"
 *
 * @typedef {object} Part A part of the address.
 * @property {string} key
 * @property {(keyof Shown)[]} of What of the page it tells.
 * @property {(shown: Readonly<Shown>) => string} write
 * @property {(text: string) => Partial<Shown> | null} read Null where it does not know the text.
 */

/** @type {Record<View, true>} */
const VIEWS = { functions: true, land: true, money: true, differences: true };
/** @type {Record<Method, true>} */
const METHODS = { threshold: true, natural: true, quantile: true, equal: true };
const MOST_CLASSES = 99;
/** @type {(keyof Shown)[]} */
const STEPS = ["view", "chosen", "compared", "scenario"];
// Of what the differences between two plans are shown.
const MOVED = /^(?:quota|kind) \d{1,3}$/;

export class Address {
  /**
   * @param {Pick<Facts, "units" | "zones" | "jurisdictions" | "measures" | "quotas" | "payments" | "table" | "comparison" | "scenarios">} facts
   * @param {Readonly<Shown>} first What is shown where the address says nothing.
   * @param {(text: string) => boolean} knowsTry Whether a try can be worked out.
   */
  constructor(facts, first, knowsTry = () => false) {
    this.first = first;
    this.reading = false;
    this.parts = partsOf(facts, knowsTry).filter(({ of }) => !facts.table || !of.some((key) => key === "view" || key === "compared"));
  }

  /**
   * What differs from the page as it opens.
   * @param {Readonly<Shown>} shown
   */
  hashOf(shown) {
    return this.parts
      .map(({ key, write }) => ({ key, text: write(shown), first: write(this.first) }))
      .filter(({ text, first }) => text !== first)
      .map(({ key, text }) => `${key}=${encodeURIComponent(text)}`)
      .join("&");
  }

  /**
   * All that an address tells: what it does not say is as it is first, and so is what nobody knows.
   * @param {string} hash
   * @returns {Partial<Shown>}
   */
  shownBy(hash) {
    const asked = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
    /** @type {Partial<Shown>} */
    const shown = {};
    for (const { key, of, read } of this.parts) {
      const text = asked.get(key);
      const known = text === null ? null : read(text);
      Object.assign(shown, known ?? Object.fromEntries(of.map((name) => [name, this.first[name]])));
    }
    return shown;
  }

  /**
   * Another unit or view is a step that the browser goes back by; all else is written over.
   * @param {PageState} state
   */
  follow(state) {
    let before = state.shown;
    state.on(this.parts.flatMap(({ of }) => of), (shown) => {
      const hash = this.hashOf(shown);
      const steps = shown.story < 0 && STEPS.some((name) => shown[name] !== before[name]);
      before = shown;
      // what is read from the address is there already
      if (this.reading || hash === location.hash.slice(1)) return;
      try {
        const address = hash ? `#${hash}` : location.pathname + location.search;
        if (steps) history.pushState(null, "", address);
        else history.replaceState(null, "", address);
      } catch {
        // a map in the frame of a notebook has no address of its own
      }
    });
  }

  /**
   * Show what the address tells, which is no step of its own.
   * @param {() => void} show
   */
  read(show) {
    this.reading = true;
    show();
    this.reading = false;
  }
}

/**
 * The try that is shown, and those that are kept.
 * @param {(text: string) => boolean} knows
 * @returns {Part[]}
 */
function triedParts(knows) {
  const keeps = (/** @type {string} */ text) => {
    try {
      return JSON.parse(text).every((/** @type {any} */ one) => typeof one.name === "string" && knows(one.text));
    } catch {
      return false;
    }
  };
  return [
    { key: "try", of: ["tried"], write: ({ tried }) => tried, read: (text) => (knows(text) ? { tried: text } : null) },
    { key: "tries", of: ["tries"], write: ({ tries }) => tries, read: (text) => (keeps(text) ? { tries: text } : null) },
  ];
}

/**
 * @param {ConstructorParameters<typeof Address>[0]} facts
 * @param {(text: string) => boolean} knowsTry
 * @returns {Part[]}
 */
function partsOf({ units, zones, jurisdictions, measures, quotas, payments, comparison, scenarios }, knowsTry) {
  const unitOfId = new Map(units.id.map((id, unit) => [id, unit]));
  /**
   * @param {string} key
   * @param {"chosen" | "compared" | "main" | "overlay" | "jurisdiction" | "sure" | "kept" | "payments" | "quota" | "scenario"} name
   * @param {(place: number) => string} told
   * @param {(text: string) => number | undefined} placeOf
   * @returns {Part}
   */
  const placed = (key, name, told, placeOf) => ({
    key,
    of: [name],
    write: (shown) => (shown[name] < 0 ? "" : told(shown[name])),
    read: (text) => {
      const place = text ? (placeOf(text) ?? -1) : -1;
      return place < 0 ? null : { [name]: place };
    },
  });
  const upTo = (/** @type {number} */ most) => (/** @type {string} */ text) =>
    /^\d{1,6}$/.test(text) && Number(text) <= most ? Number(text) - 1 : undefined;
  const counted = (/** @type {number} */ place) => String(place + 1);
  const zoneOf = (/** @type {string} */ kind) => (/** @type {string} */ code) =>
    zones.findIndex((zone) => zone.kind === kind && zone.code === code);
  /**
   * @param {string} key
   * @param {"opacity" | "relief" | "swipe"} name
   * @returns {Part}
   */
  const percent = (key, name) => ({
    key,
    of: [name],
    write: (shown) => String(Math.round(100 * shown[name])),
    read: (text) => (/^\d{1,2}$|^100$/.test(text) ? { [name]: Number(text) / 100 } : null),
  });
  /**
   * @param {string} key
   * @param {"view" | "by" | "method" | "base"} name
   * @param {(text: string) => boolean} knows
   * @returns {Part}
   */
  const word = (key, name, knows) => ({
    key, of: [name], write: (shown) => shown[name], read: (text) => (knows(text) ? { [name]: text } : null),
  });
  const bases = new Set(quotas.flatMap((quota) => quota.bases.map(({ key }) => key)));
  return [
    placed("scenario", "scenario", (place) => scenarios[place].name, (text) => scenarios.findIndex(({ name }) => name === text)),
    placed("unit", "chosen", (unit) => units.id[unit], (id) => unitOfId.get(id)),
    placed("with", "compared", (unit) => units.id[unit], (id) => unitOfId.get(id)),
    word("view", "view", (text) => Object.hasOwn(VIEWS, text) && (text !== "differences" || comparison !== null)),
    word("by", "by", (text) => !text || measures.some(({ name }) => name === text) || (comparison !== null && MOVED.test(text))),
    word("classes", "method", (text) => Object.hasOwn(METHODS, text)),
    placed("quota", "quota", counted, upTo(quotas.length)),
    word("per", "base", (text) => bases.has(text)),
    placed("payments", "payments", counted, upTo(payments.choices.length)),
    placed("main", "main", (zone) => zones[zone].code, zoneOf("main")),
    placed("also", "overlay", (zone) => zones[zone].code, zoneOf("overlay")),
    placed("in", "jurisdiction", (place) => jurisdictions[place], (name) => jurisdictions.indexOf(name)),
    placed("sure", "sure", (kind) => MARK_KINDS[kind], (text) => MARK_KINDS.findIndex((kind) => kind === text)),
    placed("class", "kept", counted, upTo(MOST_CLASSES)),
    percent("zones", "opacity"),
    percent("relief", "relief"),
    percent("swipe", "swipe"),
    ...triedParts(knowsTry),
  ];
}
