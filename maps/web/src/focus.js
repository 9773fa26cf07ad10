// Focus: it stays where it was when something is written anew, and goes back to what opened what was closed.

const USED = "button, select, summary, input, h2, [tabindex]";

/** @param {Element | null | undefined} one */
function canTake(one) {
  return one instanceof HTMLElement && one.isConnected && one.getClientRects().length > 0;
}

/**
 * Give the focus to the first of these that is there.
 * @param {(Element | null | undefined)[]} places
 */
export function focusFirst(...places) {
  const found = places.find(canTake);
  if (found) /** @type {HTMLElement} */ (found).focus({ preventScroll: true });
}

/** @param {Element} one */
const labelOf = (one) => `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent}`;

/**
 * Write a part of the page anew; what had the focus in it has it again, or what stands in its place.
 * @param {HTMLElement} root
 * @param {() => void} write
 * @param {() => Element | null} beside What has it where nothing is left of the part.
 */
export function rewrite(root, write, beside = () => null) {
  const used = () => [...root.querySelectorAll(USED)];
  const held = document.activeElement;
  const place = held && held !== root ? used().indexOf(held) : -1;
  const label = place < 0 || !held ? "" : labelOf(held);
  write();
  if (place < 0) return;
  const now = used();
  focusFirst(now.find((one) => labelOf(one) === label), now[place], root, beside());
}

/** What was used before something was opened. */
export class WayBack {
  constructor() {
    /** @type {Element | null} */
    this.from = null;
  }

  /** @param {HTMLElement} opened What has its focus inside is no way back. */
  leave(opened) {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body && !opened.contains(activeElement)) this.from = activeElement;
  }

  /** @param {(Element | null | undefined)[]} others Where it is no longer there. */
  back(...others) {
    focusFirst(this.from, ...others);
    this.from = null;
  }
}
