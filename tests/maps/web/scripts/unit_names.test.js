import assert from "node:assert/strict";
import { test } from "node:test";

import { fullNames, movedSaid } from "../../../../maps/web/src/unit_names.js";
import { toyScene } from "./scene.js";

test("units that share a name have their jurisdiction, and else their id", () => {
  const units = { id: ["1", "2", "3", "4", "5"], name: ["Lincoln", "Weld", "Lincoln", "Park", "Park"], jurisdiction: [0, 0, 1, 1, 1] };
  assert.deepEqual(fullNames(units, ["Colorado", "Wyoming"]), ["Lincoln (Colorado)", "Weld", "Lincoln (Wyoming)", "Park (4)", "Park (5)"]);
  assert.deepEqual(fullNames({ id: ["a", "b"], name: ["X", "X"], jurisdiction: [0, 0] }, [""]), ["X (a)", "X (b)"]);
});

test("some units are named, of more it is said how many there are", () => {
  const { speech } = toyScene();
  const facts = /** @type {any} */ ({ units: { full: Array.from("abcdefgh") } });
  assert.match(movedSaid(facts, speech, [0, 1]), /: a, b$/);
  assert.match(movedSaid(facts, speech, [0, 1, 2, 3, 4, 5, 6, 7]), /: a, b, c, d, e, f, .+/);
  assert.doesNotMatch(movedSaid(facts, speech, []), /:/);
});
