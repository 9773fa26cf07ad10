import assert from "node:assert/strict";
import { test } from "node:test";

import { RowGroups, rowAt, rowsOf } from "../../../../maps/web/src/columns.js";

const columns = { name: ["a", "b", "c"], amount: [1, 2, 3] };

test("a row has its columns by name", () => {
  assert.deepEqual(rowAt(columns, 1), { name: "b", amount: 2 });
});

test("all rows, and none", () => {
  assert.deepEqual(rowsOf(columns).map(({ name }) => name), ["a", "b", "c"]);
  assert.deepEqual(rowsOf({ name: [], amount: [] }), []);
});

test("groups of rows follow each other, empty ones too", () => {
  const groups = new RowGroups({ counts: [2, 0, 1], columns });
  assert.deepEqual([0, 1, 2].map((group) => groups.of(group).map(({ name }) => name)), [["a", "b"], [], ["c"]]);
});

test("a group is read once", () => {
  const groups = new RowGroups({ counts: [3], columns });
  assert.equal(groups.of(0), groups.of(0));
});
