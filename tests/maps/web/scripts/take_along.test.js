import assert from "node:assert/strict";
import { test } from "node:test";

import { csvOf } from "../../../../maps/web/src/csv.js";
import { roundScale, scaleBar } from "../../../../maps/web/src/map_scale.js";

test("a table is one that spreadsheets read and none that they run", () => {
  const rows = [
    ["04001", 'Apache "North", AZ', 1.5, null],
    ['=HYPERLINK("http://x")', "+1", -2, "two\nlines"],
    ["@sum", "-x", NaN, "攀枝花市"],
  ];
  assert.equal(
    csvOf(["Id", "Name", "Area, ha", "Note"], rows),
    "\ufeffId,Name,\"Area, ha\",Note\r\n" +
      '04001,"Apache ""North"", AZ",1.5,\r\n' +
      '"\'=HYPERLINK(""http://x"")",\'+1,-2,"two\nlines"\r\n' +
      "'@sum,'-x,,攀枝花市\r\n",
  );
});

test("a map on paper has the largest round scale at which it fits", () => {
  const a4 = 190 * (96 / 25.4); // pixels of 190 mm
  assert.equal(roundScale(400_000, 100_000, a4, a4), 2_500_000);
  assert.equal(roundScale(475_000, 1000, a4, a4), 2_500_000); // just fits
  assert.equal(roundScale(476_000, 1000, a4, a4), 3_000_000);
  assert.equal(roundScale(1000, 160_000, a4, a4), 900_000);
});

test("a bar is of a round length and not longer than asked", () => {
  const cases = [[1000, 140, 100_000], [2200, 140, 300_000], [0.4, 140, 50], [6.1, 140, 500]];
  for (const [perPixel, most, metres] of cases) {
    const bar = scaleBar(perPixel, most);
    assert.equal(bar.metres, metres);
    assert.ok(bar.width <= most && bar.width > most / 2.6);
  }
});
