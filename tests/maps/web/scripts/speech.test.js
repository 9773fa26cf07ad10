import assert from "node:assert/strict";
import { test } from "node:test";

import { Speech } from "../../../../maps/web/src/speech.js";
import { page } from "./toy_page.js";

const speech = new Speech(page);

test("figures go where a sentence has room for them", () => {
  assert.equal(speech.say("named", { name: "Fee", value: 5 }), "Fee: 5");
  assert.equal(speech.say("named", { name: "Fee" }), "Fee: ");
});

test("numbers are written with the signs of the language", () => {
  const said = new Speech({ ...page, numbers: { ...page.numbers, thousands: ".", point: "," } });
  assert.equal(said.amount("1234567.50", "CNY"), "1.234.567,50 CNY");
  assert.equal(said.ha(1234.5), "1.234,50 ha");
  assert.equal(said.say("named", { name: "Fee", value: 1234 }), "Fee: 1.234");
});

test("a count chooses the plural form, by its last two digits where it is large", () => {
  const plural = page.numbers.plural.map((_, count) => (count % 100 === 1 ? 0 : 1));
  const said = new Speech({ ...page, numbers: { ...page.numbers, plural } });
  const told = [1, 2, 101, 1201].map((count) => said.units(count));
  assert.deepEqual(told, ["1 unit", "2 units", "101 unit", "1,201 unit"]);
});

test("a day is written out, the first of a month as the language has it", () => {
  const nth_day = ["{n}er", "{n}"];
  const french = new Speech({ ...page, language: "fr", counted_words: { ...page.counted_words, nth_day } });
  assert.deepEqual([french.day("2026-09-01"), french.day("2026-09-21")], ["1er septembre 2026", "21 septembre 2026"]);
  assert.deepEqual([speech.day("2026-09-01"), speech.day("2026-09-21")], ["1 September 2026", "21 September 2026"]);
});

test("a part of a sentence may be an element", () => {
  const amount = /** @type {Node} */ ({});
  assert.deepEqual(speech.phrase("pays", { amount, name: "East" }), ["Pays ", amount, " to ", "East", ""]);
});

test("hectares have as many decimals as the size of the plan allows", () => {
  const large = new Speech({ ...page, plan: { area_ha: 2e6 } });
  assert.equal(speech.ha(1234.5), "1,234.50 ha");
  assert.equal(speech.ha(0.004), "< 0.01 ha");
  assert.equal(speech.ha(0), "0.00 ha");
  assert.equal(large.ha(1234.5), "1,234 ha"); // half to even, as the report
  assert.equal(large.ha(0.2), "< 1 ha");
});

test("exact amounts keep all their decimals and get commas", () => {
  assert.equal(speech.amount("1234567.50", "CNY"), "1,234,567.50 CNY");
  assert.equal(speech.amount("-1000", "ha"), "-1,000 ha");
  assert.equal(speech.amount(null, "ha"), "none");
});

test("a value that is missing says so", () => {
  assert.equal(speech.value(null), "missing");
  assert.equal(speech.value(0.1234567891), "0.1234568");
  assert.equal(speech.value("3.10"), "3.10");
});

test("counts and shares", () => {
  assert.equal(speech.units(1), "1 unit");
  assert.equal(speech.units(1200), "1,200 units");
  assert.equal(speech.percent(1, 8), "12.5\u00a0%");
  assert.equal(speech.percent(1, 0), "");
});
