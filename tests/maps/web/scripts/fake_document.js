// As much of a document as the scripts need to say something: elements with texts, and canvases that take any stroke.

import { flattened } from "../../../../maps/web/src/dom.js";

/** @import { Child } from "../../../../maps/web/src/dom.js" */

export class FakeNode {
  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
    /** @type {(FakeNode | string)[]} */
    this.children = [];
    /** @type {Record<string, string>} */
    this.attributes = {};
    /** @type {Record<string, () => void>} */
    this.listeners = {};
    /** @type {Record<string, any>} */
    this.style = { setProperty() {} };
    this.classList = { toggle() {} };
    /** @type {FakeNode[]} */
    this.rows = [];
    this.hidden = false;
    this.checked = false;
    this.disabled = false;
    this.tabIndex = 0;
    this.value = "";
  }

  /** @param {(FakeNode | string)[]} more */
  append(...more) {
    this.children.push(...more);
  }

  /** @param {(FakeNode | string)[]} more */
  prepend(...more) {
    this.children.unshift(...more);
  }

  /** @param {(FakeNode | string)[]} others */
  replaceChildren(...others) {
    this.children = others;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  /** @param {string} name */
  removeAttribute(name) {
    delete this.attributes[name];
  }

  /**
   * @param {string} event
   * @param {() => void} listener
   */
  addEventListener(event, listener) {
    this.listeners[event] = listener;
  }

  /** @returns {string} */
  get textContent() {
    return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join("");
  }

  set textContent(text) {
    this.children = [text];
  }

  getContext() {
    return new Proxy({}, { get: () => () => new Proxy({}, { get: () => () => {} }), set: () => true });
  }

  /**
   * @param {string} tag
   * @returns {FakeNode | null}
   */
  querySelector(tag) {
    for (const child of this.children) {
      const found = typeof child === "string" ? null : child.tag === tag ? child : child.querySelector(tag);
      if (found) return found;
    }
    return null;
  }

  /**
   * All elements with a class, this one among them.
   * @param {string} name
   * @returns {FakeNode[]}
   */
  all(name) {
    const own = (this.attributes.class ?? "").split(" ").includes(name) ? [this] : [];
    return [...own, ...this.children.flatMap((child) => (typeof child === "string" ? [] : child.all(name)))];
  }
}

class Anything {
  constructor() {
    return new Proxy(this, { get: () => () => this });
  }
}

Object.assign(globalThis, {
  document: {
    getElementById: (/** @type {string} */ id) => new FakeNode(id),
    createElement: (/** @type {string} */ tag) => new FakeNode(tag),
    createElementNS: (/** @type {string} */ _, /** @type {string} */ tag) => new FakeNode(tag),
  },
  window: { devicePixelRatio: 1 },
  Node: FakeNode,
  Path2D: Anything,
  DOMMatrix: Anything,
});

/**
 * What stands under a parent, as one element with texts.
 * @param {Child[]} children
 */
export function sheet(children) {
  const whole = new FakeNode("div");
  whole.append(.../** @type {any[]} */ (flattened(children)));
  return whole;
}
