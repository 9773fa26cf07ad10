// Nodes: the page is built of elements and texts, never of markup, so that a name can do nothing but be read.

/** @typedef {string | Node | null | undefined | Child[]} Child */

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
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (name in made && typeof value !== "string") Object.assign(made, { [name]: value });
    else made.setAttribute(name, value);
  }
  made.append(...flattened(children));
  return made;
}

/**
 * @param {Child[]} children
 * @returns {(string | Node)[]}
 */
function flattened(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return flattened(child);
    return child === null || child === undefined || child === "" ? [] : [child];
  });
}

/** @param {string} id */
export function by(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
