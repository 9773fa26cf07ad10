// Reads a block that Python wrote, and prints what the scripts make of it: model, outlines, the ground, and the lines of all cards.

import { sheet } from "./fake_document.js";

import { readFileSync } from "node:fs";

import { unpack } from "../../../../maps/web/src/binary_decoder.js";
import { Colours } from "../../../../maps/web/src/colours.js";
import { PageState } from "../../../../maps/web/src/page_state.js";
import { factsOf } from "../../../../maps/web/src/plan_facts.js";
import { Speech } from "../../../../maps/web/src/speech.js";
import { unitPanel } from "../../../../maps/web/src/unit_panel.js";
import { working } from "../../../../maps/web/src/working.js";

/**
 * @import { Child } from "../../../../maps/web/src/dom.js"
 * @import { FakeNode } from "./fake_document.js"
 */

const { page, shapes, ground, measured } = await unpack(readFileSync(process.argv[2], "ascii"));
const facts = factsOf(page, measured);
const speech = new Speech(page);
const colours = new Colours(() => "#000000");

/** @param {number} unit */
function outline(unit) {
  const { ringStart, refStart, refs } = shapes.units;
  const rings = [];
  for (let ring = ringStart[unit]; ring < ringStart[unit + 1]; ring++) {
    const points = [];
    for (const ref of refs.subarray(refStart[ring], refStart[ring + 1])) {
      const arc = [];
      for (let i = shapes.arcStart[ref >> 1]; i < shapes.arcStart[(ref >> 1) + 1]; i++) {
        arc.push([shapes.x[i], shapes.y[i]]);
      }
      points.push(...(ref & 1 ? arc.reverse() : arc));
    }
    rings.push(points);
  }
  return rings;
}

/**
 * The texts of all elements that have nothing but text in them, and of those with a sign before it.
 * @param {FakeNode | string | Node} element
 * @returns {string[]}
 */
function lines(element) {
  if (typeof element === "string") return [element];
  const { children } = /** @type {FakeNode} */ (element);
  return children.flatMap((child) => lines(child));
}

/**
 * What is read before anything is unfolded.
 * @param {(Child)[]} elements
 */
function folded(elements) {
  /** @type {(one: FakeNode | string) => string} */
  const seen = (one) => {
    if (typeof one === "string") return one;
    const shown = one.tag === "details" ? one.children.filter((child) => typeof child !== "string" && child.tag === "summary") : one.children;
    return shown.map(seen).join(" ");
  };
  return seen(sheet(elements)).trim();
}

const actions = { show() {}, compare() {}, beside() {}, close() {} };
const scene = { facts, shapes, speech, colours, ground, relief: null, state: new PageState() };

const cards = facts.units.id.map((id, unit) => {
  const card = working(facts, speech, colours, unit);
  return { id, outline: outline(unit), lines: card.flatMap(lines), folded: folded(unitPanel(scene, unit, [], actions)) };
});
const drawn = ground?.layers.map(({ kind, start, x, y }) => ({ kind, start: [...start], x: [...x], y: [...y] }));
const columns = measured.map((values) => [...values]);
console.log(JSON.stringify({ page, cards, ground: drawn, columns }));
