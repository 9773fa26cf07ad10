// The address: what is shown stands behind its "#", so that a link opens the same.

/**
 * @import { Method } from "./class_breaks.js"
 * @import { PageState, Shown, View } from "./page_state.js"
 */

/** @type {Record<View, true>} */
const VIEWS = { functions: true, land: true, money: true };
/** @type {Record<Method, true>} */
const METHODS = { threshold: true, natural: true, quantile: true, equal: true };

/**
 * @param {Shown} shown
 * @param {string[]} ids Of the units.
 */
export function hashOf({ view, by, method, chosen, compared }, ids) {
  const parts = [
    ["unit", chosen < 0 ? "" : ids[chosen]],
    ["with", compared < 0 ? "" : ids[compared]],
    ["view", view === "functions" ? "" : view],
    ["by", by],
    ["classes", by && method !== "threshold" ? method : ""],
  ];
  return parts
    .filter(([, value]) => value)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&");
}

/**
 * What an address asks for; what it does not know is left out.
 * @param {string} hash
 * @param {Map<string, number>} unitOfId
 * @returns {Partial<Shown>}
 */
export function shownBy(hash, unitOfId) {
  const asked = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
  const view = asked.get("view") ?? "";
  const method = asked.get("classes") ?? "";
  const unit = (/** @type {string} */ key) => unitOfId.get(asked.get(key) ?? "") ?? -1;
  return {
    ...(view in VIEWS ? { view: /** @type {View} */ (view) } : {}),
    ...(asked.get("by") === null ? {} : { by: asked.get("by") ?? "" }),
    ...(method in METHODS ? { method: /** @type {Method} */ (method) } : {}),
    ...(unit("unit") < 0 ? {} : { chosen: unit("unit"), compared: unit("with") }),
  };
}

/**
 * @param {PageState} state
 * @param {string[]} ids
 */
export function writeAddress(state, ids) {
  const write = () => {
    const hash = hashOf(state.shown, ids);
    try {
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    } catch {
      // a map in the frame of a notebook has no address of its own
    }
  };
  state.on(["view", "by", "method", "chosen", "compared"], write);
}
