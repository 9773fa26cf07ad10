// What is drawn anew as the view moves on, without a browser.

import "./fake_document.js";

import assert from "node:assert/strict";
import { test } from "node:test";

Object.assign(globalThis, { L: { Renderer: class {} } });
const { beyond, tiled } = await import("../../../../maps/web/src/view_canvas.js");

/** @import { Box } from "../../../../maps/web/src/labels.js" */

/** @param {Box[]} boxes */
const areaOf = (boxes) => boxes.reduce((sum, [left, top, right, bottom]) => sum + (right - left) * (bottom - top), 0);

/** @param {Box[]} boxes */
const apart = (boxes) =>
  boxes.every((one, place) =>
    boxes.slice(place + 1).every((two) => one[0] >= two[2] || two[0] >= one[2] || one[1] >= two[3] || two[1] >= one[3]),
  );

test("only what was not drawn before is drawn as the view moves on", () => {
  /** @type {Box} */
  const view = [-245, -100, 1225, 950];
  for (const [dx, dy] of [[320, 120], [-40, 0], [0, 7], [-500, 300], [0, 0], [3000, 0]]) {
    const [left, top, right, bottom] = view;
    const parts = beyond([left + dx, top + dy, right + dx, bottom + dy], view);
    const shared = Math.max(0, 1470 - Math.abs(dx)) * Math.max(0, 1050 - Math.abs(dy));
    assert.equal(areaOf(parts), 1470 * 1050 - shared, `${dx} ${dy}`);
    assert.ok(apart(parts));
  }
});

test("tiles cover their boxes once, and their edges are whole pixels of any screen", () => {
  /** @type {Box[]} */
  const boxes = [[-245, -101, 1225, 950], [2000, 4, 2090, 8]];
  const tiles = tiled(boxes, 320);
  assert.equal(areaOf(tiles), areaOf(boxes));
  assert.ok(apart(tiles));
  assert.ok(tiles.every(([left, top, right, bottom]) => right - left <= 324 && bottom - top <= 324));
  for (const [left, top] of tiles.slice(0, -1)) {
    for (const ratio of [1, 1.25, 1.5, 2]) {
      assert.ok(Number.isInteger((left + 245) * ratio) && Number.isInteger((top + 101) * ratio));
    }
  }
});
