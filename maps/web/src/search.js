// Search: a unit or a town by its name, or a unit by its id; the first letters already find it.

import { by, node } from "./dom.js";
import { icon } from "./icons.js";
import { tell } from "./live_region.js";

/**
 * @import { Facts } from "./plan_facts.js"
 * @import { Town } from "./page_model.d.ts"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {object} Found
 * @property {string} name
 * @property {string} about
 * @property {() => void} go
 */

const MOST = 8;
const MOST_TOWNS = 3;
const LEAST_LETTERS = 1;
// What is found is told once nobody types any more.
const QUIET_MS = 500;

/**
 * A text as it is searched: without case, accents and apostrophes, which are typed in many ways or left out.
 * @param {string} text
 */
export function sought(text) {
  const bare = text.normalize("NFD").replace(/[\u0300-\u036f'’‘ʼʻ´\u0060]/g, "");
  return bare.toLowerCase();
}

/** Units by all their names and ids. */
export class UnitIndex {
  /** @param {Facts} facts */
  constructor(facts) {
    const { units } = facts;
    this.names = units.id.map((id, unit) => [units.name[unit], ...units.other_names[unit], id].map(sought));
  }

  /**
   * Units that fit: those called so first, then those whose names begin so, then those that have it in them.
   * @param {string} query
   */
  find(query) {
    const wanted = sought(query.trim());
    const rank = (/** @type {string[]} */ names) => {
      if (names.includes(wanted)) return 0;
      if (names.some((name) => name.startsWith(wanted))) return 1;
      return names.some((name) => name.includes(wanted)) ? 2 : 3;
    };
    return this.names
      .map((names, unit) => ({ unit, rank: rank(names) }))
      .filter(({ rank }) => rank < 3)
      .sort((a, b) => a.rank - b.rank)
      .map(({ unit }) => unit);
  }
}

/**
 * Towns of the study that begin so, the most important first.
 * @param {Town[]} towns
 * @param {string} query
 */
export function townsFound(towns, query) {
  const wanted = sought(query.trim());
  return wanted ? towns.filter(({ name, inside }) => inside && sought(name).startsWith(wanted)) : [];
}

/**
 * Units first, but some room for towns, too.
 * @param {Found[]} units
 * @param {Found[]} towns
 */
export function mixed(units, towns) {
  const kept = Math.min(towns.length, Math.max(MOST_TOWNS, MOST - units.length));
  return [...units.slice(0, MOST - kept), ...towns.slice(0, kept)];
}

/**
 * The field in the header with its list.
 * @param {Speech} speech
 * @param {(query: string) => Found[]} find
 */
export function searchField(speech, find) {
  const { words } = speech;
  const list = node("ul", { id: "zp-hits", role: "listbox", "aria-label": words.hits, hidden: true });
  const input = node("input", {
    type: "search",
    id: "zp-search",
    role: "combobox",
    placeholder: words.search_hint,
    "aria-label": words.search,
    "aria-expanded": "false",
    "aria-controls": "zp-hits",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: false,
  });
  /** @type {Found[]} */
  let found = [];
  let at = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling;
  const open = (/** @type {boolean} */ on) => {
    list.hidden = !on;
    input.setAttribute("aria-expanded", String(on));
    if (!on) input.removeAttribute("aria-activedescendant");
  };
  const go = (/** @type {Found | undefined} */ one) => {
    if (!one) return;
    open(false);
    by("zp-bar").classList.remove("zp-finding");
    one.go();
  };
  const mark = (/** @type {number} */ place) => {
    at = place;
    [...list.children].forEach((row, nth) => row.setAttribute("aria-selected", String(nth === at)));
    if (at >= 0) input.setAttribute("aria-activedescendant", `zp-hit-${at}`);
  };
  const show = () => {
    found = input.value.trim().length >= LEAST_LETTERS ? find(input.value).slice(0, MOST) : [];
    const none = input.value.trim() && !found.length;
    list.replaceChildren(
      ...found.map(({ name, about }, place) =>
        node(
          "li",
          {
            id: `zp-hit-${place}`,
            role: "option",
            "aria-selected": "false",
            on: { pointerdown: (/** @type {Event} */ event) => (event.preventDefault(), go(found[place])) },
          },
          name,
          " ",
          node("small", {}, about),
        ),
      ),
      ...(none ? [node("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, words.none_found)] : []),
    );
    at = -1;
    open(Boolean(found.length || none));
    clearTimeout(telling);
    telling = setTimeout(() => {
      if (list.hidden) return;
      const value = found.length ? found[0].name : words.none_found;
      tell(found.length ? speech.say("named", { name: speech.count("n_hits", found.length), value }) : value);
    }, QUIET_MS);
  };
  input.addEventListener("input", show);
  input.addEventListener("click", () => input.value && list.hidden && show());
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden) show();
    if (step && found.length) {
      event.preventDefault();
      mark((at + step + found.length) % found.length);
    } else if (event.key === "Enter") go(found[Math.max(0, at)]);
    else if (event.key === "Escape") {
      // one step at a time, and none for what is open beside
      event.preventDefault();
      event.stopPropagation();
      if (!list.hidden) open(false);
      else if (input.value) {
        input.value = "";
        show();
      } else by("zp-bar").classList.remove("zp-finding");
    }
  });
  return node("div", { class: "zp-search" }, icon("search"), input, list);
}
