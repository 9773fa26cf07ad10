// Nodes: the page is built of elements and texts, never of markup, so that a name can do nothing but be read.

/** @typedef {string | Node | null | undefined | Child[]} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element; settings that are no texts are set as properties, and listeners stand under `on`.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} settings
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function node(tag, settings = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (name === "on") listen(made, value);
    else if (name in made && typeof value !== "string") Object.assign(made, { [name]: value });
    else made.setAttribute(name, value);
  }
  made.append(...flattened(children));
  return made;
}

/**
 * An element of a drawing, with its settings as attributes.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} settings
 * @param {Child[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function drawn(tag, settings = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(settings)) made.setAttribute(name, String(value));
  made.append(...flattened(children));
  return made;
}

/**
 * @param {Element} element
 * @param {Record<string, EventListener>} listeners
 */
function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener);
}

/**
 * All that is there, in one row.
 * @param {Child[]} children
 * @returns {(string | Node)[]}
 */
export function flattened(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return flattened(child);
    return child === null || child === undefined || child === "" ? [] : [child];
  });
}

/** @param {string} id */
export function by(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * A button that looks like a link, unless its settings say otherwise.
 * @param {string} text
 * @param {() => void} click
 * @param {Record<string, any>} [more]
 */
export function button(text, click, more = {}) {
  return node("button", { type: "button", class: "zp-link", on: { click }, ...more }, text);
}
