// The menu of what can be taken along: each entry is a title and what to do.

import { node } from "./dom.js";
import { headerButton } from "./header.js";

/**
 * @import { Speech } from "./speech.js"
 *
 * @typedef {{ title: string, save: () => void, onPhone?: boolean, isOffered?: () => boolean }} SaveEntry One on a phone
 *   has a button elsewhere.
 */

/**
 * @param {Speech} speech
 * @param {SaveEntry[]} entries
 */
export function saveMenu({ words }, entries) {
  const list = node(
    "div",
    { class: "zp-menu", role: "menu", "aria-label": words.save, id: "zp-save", hidden: true },
    entries.map(({ title, save, onPhone }) => {
      const press = () => {
        close();
        save();
      };
      const look = onPhone ? "zp-on-phone" : "";
      return node("button", { type: "button", role: "menuitem", tabIndex: -1, class: look, on: { click: press } }, title);
    }),
  );
  const button = headerButton(words.save, "save", {
    "aria-label": words.save, "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": "zp-save",
  });
  const items = () => /** @type {HTMLElement[]} */ ([...list.children]).filter((one) => one.offsetParent);
  const open = (/** @type {boolean} */ on) => {
    list.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    entries.forEach(({ isOffered }, place) => (/** @type {HTMLElement} */ (list.children[place]).hidden = isOffered?.() === false));
    if (on) items()[0]?.focus();
  };
  const close = () => {
    open(false);
    button.focus();
  };
  button.addEventListener("click", () => open(Boolean(list.hidden)));
  const root = node("div", { class: "zp-menu-root" }, button, list);
  root.addEventListener("keydown", (event) => {
    const all = items();
    if (list.hidden || !all.length) return;
    const at = all.indexOf(/** @type {any} */ (document.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") close();
    else if (next !== undefined) all[next % all.length].focus();
    else return;
    // what was meant for the menu is not for the page
    event.preventDefault();
    event.stopPropagation();
  });
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!root.contains(/** @type {Node | null} */ (relatedTarget))) open(false);
  });
  return root;
}
