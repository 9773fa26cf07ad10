// The menu of what can be taken along: each entry is a title and what to do.

import { node } from "./dom.js";
import { headerButton } from "./header.js";

/**
 * @import { Speech } from "./speech.js"
 *
 * @typedef {{ title: string, save: () => void }} SaveEntry
 */

/**
 * @param {Speech} speech
 * @param {SaveEntry[]} entries
 */
export function saveMenu({ words }, entries) {
  const list = node(
    "div",
    { class: "zp-menu", role: "menu", "aria-label": words.save, id: "zp-save", hidden: true },
    entries.map(({ title, save }) =>
      node("button", { type: "button", role: "menuitem", tabIndex: -1, on: { click: () => (open(false), save()) } }, title),
    ),
  );
  const button = headerButton(words.save, "save", {
    "aria-label": words.save, "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": "zp-save",
  });
  const items = () => /** @type {HTMLElement[]} */ ([...list.children]);
  const open = (/** @type {boolean} */ on) => {
    list.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    if (on) items()[0]?.focus();
  };
  button.addEventListener("click", () => open(Boolean(list.hidden)));
  const root = node("div", { class: "zp-menu-root" }, button, list);
  root.addEventListener("keydown", ({ key }) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (key === "Escape") {
      open(false);
      button.focus();
    } else if (step && !list.hidden) {
      const all = items();
      all[(all.indexOf(/** @type {any} */ (document.activeElement)) + step + all.length) % all.length].focus();
    }
  });
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!root.contains(/** @type {Node | null} */ (relatedTarget))) open(false);
  });
  return root;
}
