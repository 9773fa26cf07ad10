// The live region: what happened, in few words, for those who hear the page.

import { by } from "./dom.js";
import { baseOf } from "./land_amounts.js";
import { FILTERS } from "./page_state.js";
import { paymentTitle } from "./payment_texts.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Shown } from "./page_state.js"
 */

const SEEN_MS = 8000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let seen;

/** @param {string} text */
export function tell(text) {
  const region = by("zp-live");
  clearTimeout(seen);
  region.removeAttribute("data-seen");
  // the same text is not heard twice unless it differs
  region.textContent = text && text === region.textContent ? `${text}\u00a0` : text;
}

/**
 * Tell what eyes would miss as well: it is seen for a while.
 * @param {string} text
 */
export function show(text) {
  tell(text);
  const region = by("zp-live");
  region.toggleAttribute("data-seen", true);
  seen = setTimeout(() => region.removeAttribute("data-seen"), SEEN_MS);
}

/**
 * Tell of another view, colouring, filter or theme; what comes together is told together.
 * @param {Scene} scene
 * @param {() => string} filtered What is kept by the filters.
 */
export function tellChanges({ state, speech, facts }, filtered) {
  const { words } = speech;
  let before = state.shown;
  let waiting = false;
  const named = (/** @type {string} */ name, /** @type {string} */ value) => speech.say("named", { name, value });
  /** @type {[(keyof Shown)[], (shown: Readonly<Shown>) => string][]} */
  const texts = [
    [["view"], ({ view }) => named(words.views, words[`view_${view}`])],
    [["by"], ({ by: asked }) => named(words.colour_by, facts.measures.find(({ name }) => name === asked)?.title ?? words.main)],
    [["quota", "base"], ({ quota, base }) => named(facts.quotas[quota].title, baseOf(facts, quota, base)?.title ?? "")],
    [["payments"], ({ payments }) => named(words.payments, paymentTitle(speech, facts.payments.choices[payments]))],
    [["theme"], ({ theme }) => words[`theme_${theme}`]],
    [FILTERS, filtered],
  ];
  state.on(texts.flatMap(([keys]) => keys), () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      const { shown } = state;
      // the story says itself what it shows
      const told = shown.story >= 0 ? [] : texts.filter(([keys]) => keys.some((key) => shown[key] !== before[key]));
      before = shown;
      if (told.length) tell(told.map(([, text]) => text(shown)).join(". "));
    });
  });
}
