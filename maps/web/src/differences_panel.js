// What differs from another plan, in words: the verdict, its causes, sums; and on the card of a unit what moved there.

import { node } from "./dom.js";
import { colourBox } from "./legend_rows.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 */

// Units that stand there before "more".
const LISTED = 12;

/**
 * @param {Scene} scene
 * @param {(id: string) => void} choose
 * @returns {Child[]}
 */
export function differencesPanel({ facts, speech, colours }, choose) {
  const found = facts.comparison;
  if (!found) return [];
  const { words } = speech;
  const { units, zones } = facts;
  const moved = units.id.map((_, unit) => unit).filter((unit) => found.mains[unit] !== units.main[unit]);
  const box = (/** @type {number} */ zone) => colourBox(zone < 0 ? colours.of("no-data") : colours.zone(zones[zone]));
  const row = (/** @type {number} */ unit) =>
    node(
      "li",
      {},
      box(found.mains[unit]),
      node("span", { "aria-hidden": "true" }, "→"),
      box(units.main[unit]),
      node("button", { type: "button", class: "zp-link", on: { click: () => choose(units.id[unit]) } }, units.full[unit]),
    );
  const rest = moved.slice(LISTED);
  return [
    node("h2", { class: "zp-headline" }, found.title),
    node("p", { class: "zp-lead" }, found.lead),
    part(
      words.because,
      found.causes.map(({ text, counts }) =>
        node(
          "div",
          { class: "zp-item" },
          node("p", {}, node("b", {}, speech.capital(text))),
          node(
            "p",
            { class: "zp-source" },
            counts
              .map((count, kind) => (count ? speech.say("named", { name: found.kinds[kind], value: speech.whole.format(count) }) : ""))
              .filter(Boolean)
              .join(" · "),
          ),
        ),
      ),
    ),
    part(
      words.moved_units,
      moved.length
        ? [
            node("ul", { class: "zp-moved" }, moved.slice(0, LISTED).map(row)),
            rest.length
              ? node(
                  "details",
                  {},
                  node("summary", {}, speech.say("n_more", { n: rest.length })),
                  node("ul", { class: "zp-moved" }, rest.map(row)),
                )
              : null,
          ]
        : [],
    ),
    part(
      words.moved_sums,
      found.sums.map(([title, before, after]) =>
        node("p", {}, speech.say("named", { name: speech.capital(title), value: `${before} → ${after}` })),
      ),
    ),
  ];
}

/**
 * On the card of a unit: from what to what, and because of what.
 * @param {Scene} scene
 * @param {number} unit
 */
export function movesOfUnit({ facts, speech }, unit) {
  const found = facts.comparison;
  if (!found) return null;
  const { words } = speech;
  const moves = found.moves.of(unit);
  return node(
    "section",
    { class: "zp-box-part" },
    node("div", { class: "zp-box-head" }, node("h3", {}, words.moved)),
    found.mains[unit] < 0 ? node("p", {}, words.no_partner) : null,
    moves.length || found.mains[unit] < 0 ? null : node("p", {}, words.unmoved),
    moves.map(({ title, before, after, cause }) =>
      node(
        "div",
        { class: "zp-item" },
        node(
          "p",
          {},
          speech.say("named", { name: found.texts[title], value: "" }),
          node("b", {}, `${found.texts[before]} → ${found.texts[after]}`),
        ),
        node("p", { class: "zp-source" }, speech.say("because_of", { cause: found.causes[cause].text })),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {Child[]} content
 */
function part(title, content) {
  if (!content.length) return null;
  return node("section", { class: "zp-box-part" }, node("div", { class: "zp-box-head" }, node("h3", {}, title)), content);
}
