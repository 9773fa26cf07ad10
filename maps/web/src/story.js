// The story: what the plan does in a few steps, in the place of the panel; it can be left at any time.

import { node } from "./dom.js";
import { UNFILTERED } from "./page_state.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 */

// More names than these nobody reads.
const MOST_NAMES = 60;

/**
 * Show a step on the map and in the panel; one beyond the last leaves the story.
 * @param {Scene} scene
 * @param {number} step
 */
export function tellStep({ facts, state }, step) {
  const { story } = facts.headline;
  const told = story[step];
  if (!told) {
    state.change({ ...UNFILTERED, story: -1, lit: [], view: "functions", by: "" });
    return;
  }
  const main = told.zone ? facts.zones.findIndex(({ code, kind }) => code === told.zone && kind === "main") : -1;
  state.change({ ...UNFILTERED, story: step, lit: told.units, view: told.view, by: "", main, chosen: -1, tab: "plan" });
}

/**
 * @param {Scene} scene
 * @param {number} step
 */
export function storyPanel(scene, step) {
  const { facts, speech, colours } = scene;
  const { words } = speech;
  const { story } = facts.headline;
  const { number, text, zone: code, units } = story[step];
  const zone = facts.zones.find((one) => one.code === code);
  const figure = node("h2", { class: "zp-story-number", tabIndex: -1 }, number);
  figure.style.setProperty("--zone", zone ? colours.zone(zone) : "var(--rule-2)");
  const go = (/** @type {number} */ to) => () => tellStep(scene, to);
  const button = (/** @type {string} */ title, /** @type {number} */ to, look = "") =>
    node("button", { type: "button", class: `zp-button ${look}`, on: { click: go(to) } }, title);
  const last = step === story.length - 1;
  return node(
    "div",
    { class: "zp-story" },
    node("p", { class: "zp-eyebrow" }, speech.say("story_step", { step: step + 1, steps: story.length })),
    node(
      "div",
      { class: "zp-story-dots", "aria-hidden": "true" },
      story.map((_, place) => node("i", { class: place <= step ? "zp-done" : "" })),
    ),
    figure,
    node("p", { class: "zp-story-text" }, text),
    who(scene, code, units),
    node(
      "p",
      { class: "zp-buttons" },
      button(last ? words.story_end : words.story_next, step + 1, "zp-primary"),
      step ? button(words.previous, step - 1) : null,
      last ? null : button(words.story_leave, -1),
    ),
  );
}

/**
 * Which units a step is about: their land, and their names by jurisdiction.
 * @param {Scene} scene
 * @param {string} code Of a main function.
 * @param {number[]} lit
 */
function who({ facts, speech }, code, lit) {
  const { units, zones, jurisdictions } = facts;
  const members = code
    ? units.id.map((_, unit) => unit).filter((unit) => zones[units.main[unit]].code === code)
    : lit;
  if (!members.length || members.length > MOST_NAMES) return null;
  const area = members.reduce((sum, unit) => sum + units.area_ha[unit], 0);
  const groups = jurisdictions
    .map((name, place) => ({ name, own: members.filter((unit) => units.jurisdiction[unit] === place) }))
    .filter(({ own }) => own.length);
  return node(
    "div",
    { class: "zp-story-who" },
    node("p", {}, node("span", {}, speech.say("named", { name: speech.words.area, value: "" })), node("b", {}, speech.ha(area))),
    groups.map(({ name, own }) =>
      node(
        "p",
        {},
        name ? node("span", {}, speech.say("named", { name, value: "" })) : null,
        own.map((unit) => units.name[unit]).join(speech.words.and),
      ),
    ),
  );
}
