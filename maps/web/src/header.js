// The header: what the plan is called, the views, search, and what can be taken along.

import { by, node } from "./dom.js";
import { icon } from "./icons.js";
import { tell } from "./live_region.js";

/**
 * @import { PageState, View } from "./page_state.js"
 * @import { Speech } from "./speech.js"
 * @import { Icon } from "./icons.js"
 */

/** @type {View[]} */
const VIEWS = ["functions", "land", "money", "differences"];
const TOLD_MS = 1600;

/**
 * @param {PageState} state
 * @param {Speech} speech
 * @param {boolean} two Whether there are two plans.
 */
export function viewSwitch(state, { words }, two) {
  const views = VIEWS.filter((view) => two || view !== "differences");
  const buttons = views.map((view) =>
    node("button", { type: "button", on: { click: () => state.change({ view, by: "", base: "", kept: -1 }) } }, words[`view_${view}`]),
  );
  const follow = () =>
    views.forEach((view, place) => buttons[place].setAttribute("aria-pressed", String(view === state.shown.view)));
  state.on(["view"], follow);
  follow();
  by("zp-views").append(...buttons);
}

/**
 * @param {string} title
 * @param {Icon} picture
 * @param {Record<string, any>} settings
 */
export function headerButton(title, picture, settings) {
  return node("button", { type: "button", class: "zp-button", ...settings }, icon(picture), node("span", {}, title));
}

/**
 * The address of what is shown, for somebody else.
 * @param {Speech} speech
 */
export function copyLink({ words }) {
  const button = headerButton(words.copy_link, "link", { "aria-label": words.copy_link });
  const said = /** @type {HTMLElement} */ (button.lastElementChild);
  const copy = async () => {
    const copied = await copyText(location.href);
    const text = copied ? words.copied : words.not_copied;
    said.textContent = text;
    tell(text);
    // on a phone the button is an entry of a menu, which has closed
    const toast = node("p", { class: "zp-toast", "aria-hidden": "true" }, text);
    if (!button.offsetParent) document.body.append(toast);
    setTimeout(() => {
      said.textContent = words.copy_link;
      toast.remove();
    }, TOLD_MS);
  };
  button.addEventListener("click", () => void copy());
  return { button, copy };
}

/**
 * A page from a folder may have no clipboard of the new kind.
 * @param {string} text
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = node("textarea", { class: "zp-away" });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
