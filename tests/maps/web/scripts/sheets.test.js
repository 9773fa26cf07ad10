// What the sheets of the panel say, without a browser.

import { sheet } from "./fake_document.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { firstShown, layerControl } from "../../../../maps/web/src/layer_control.js";
import { factsOf } from "../../../../maps/web/src/plan_facts.js";
import { planSummary } from "../../../../maps/web/src/plan_summary.js";
import { useClasses, useOf } from "../../../../maps/web/src/quota_use.js";
import { Speech } from "../../../../maps/web/src/speech.js";
import { markOf, unitsMarked } from "../../../../maps/web/src/status_marks.js";
import { linesOf, textsAt, unitCard } from "../../../../maps/web/src/unit_card.js";
import { UnitTable, sought } from "../../../../maps/web/src/unit_table.js";
import { page } from "./toy_page.js";

const facts = factsOf(page);
const speech = new Speech(page);
const actions = { show() {}, close() {} };

test("a line of a reason has its numbers where they belong", () => {
  assert.deepEqual(linesOf(facts, 1).map(({ text }) => text), ["rule fragile-1: forest", "share 0.6 >= 0.5", "Act 9"]);
});

test("a card says what the unit is, why, and what follows", () => {
  const said = sheet(unitCard(facts, speech, 1, ["Red line"], actions)).textContent;
  for (const text of [
    "Ést",
    "e · Toy county · 200.00 ha",
    "assumed",
    "Fragile",
    "rule fragile-1: forest",
    "✓share 0.6 >= 0.5",
    "Act 9",
    "Energy-rich",
    "claims it for General",
    "60.00 ha · 100.00 ha claimed · 40.00 ha lost to Red line",
    "10.00 ha new land, 2025",
    "Receives 5.25 CNY from West",
    "Received 5.50 CNY, paid 0 CNY: 5.50 CNY",
  ]) {
    assert.ok(said.includes(text), `${text}\n\n${said}`);
  }
});

test("policies say what they give way to, where they hold, and their settings", () => {
  const card = sheet(unitCard(facts, speech, 1, [], actions));
  const [first, second] = card.all("zp-policy");
  assert.equal(first.textContent, "No new mines land useunseen");
  assert.equal(second.textContent, "Mines allowed land usegives way to No new mineson part: 40.00 ha");
  assert.deepEqual(card.all("zp-settings").map((one) => one.textContent), ["Fee: 5 CNY"]);
});

test("a unit of which there is nothing to say has no empty parts", () => {
  const parts = sheet(unitCard(facts, speech, 0, [], actions)).all("zp-part");
  assert.deepEqual(parts.map((one) => one.querySelector("h3")?.textContent), ["main", "quota", "payments"]);
});

test("a place inside a unit has its lines and layers", () => {
  assert.deepEqual(textsAt(facts, 1), ["Red line", "wet land"]);
  assert.deepEqual(textsAt(facts, 0), []);
  assert.deepEqual(textsAt(facts, -1), []);
});

test("the summary counts and warns", () => {
  const said = sheet(planSummary(facts, speech, () => {})).textContent;
  for (const text of ["Two squares", "300.00 ha", "33.3\u00a0%", "units_assumed", "toy.gpkg"]) {
    assert.ok(said.includes(text), text);
  }
  assert.ok(!said.includes("unread_parameters"));
});

test("the control has a row for what occurs, and switches it", () => {
  const shown = firstShown(facts);
  let redrawn = 0;
  const control = sheet(layerControl(facts, speech, shown, () => redrawn++));
  const rows = control.all("zp-row").map((one) => one.textContent);
  assert.ok(rows.includes("Red line40.00 ha"));
  assert.ok(!rows.some((text) => text.startsWith("Farmland")), "a line without pieces is not drawn");
  const [overlay] = control.all("zp-row").filter((one) => one.textContent.startsWith("Energy-rich"));
  const box = overlay.querySelector("input");
  assert.ok(box?.checked && shown.overlays.has(2));
  box.checked = false;
  box.listeners.change();
  assert.deepEqual([shown.overlays.has(2), redrawn], [false, 1]);
});

test("units are coloured by the use of their ceiling", () => {
  assert.deepEqual([useOf(facts, 0, 0), useOf(facts, 1, 0)], [0, "none"]);
  const classes = useClasses(facts, 0).map(({ key, fill, units }) => ({ key, fill, units }));
  assert.deepEqual(classes, [
    { key: 0, fill: "#a", units: 1 },
    { key: "none", fill: "#d", units: 1 },
  ]);
});

test("units that hang on what was assumed are marked", () => {
  assert.deepEqual([markOf(facts, 0), markOf(facts, 1)], [null, "assumed"]);
  assert.deepEqual(unitsMarked(facts, "assumed"), [1]);
});

test("a unit is found without case, accents and apostrophes", () => {
  assert.equal(sought("Coeur d’Alène"), "coeur dalene");
  const table = new UnitTable(facts, speech, () => {});
  table.search("EST");
  assert.deepEqual(table.found, [1, 0]);
  table.sort(0);
  assert.deepEqual(table.found, [0, 1]);
  assert.equal(table.best(), 1, "the one that is called so, though West has it in its name and stands first");
  table.search("occident");
  assert.deepEqual(table.found, [0], "by its name in another language");
  assert.equal(table.best(), 0);
  table.search("nowhere");
  assert.equal(table.count.textContent, "No unit fits");
});

test("the table sorts, and turns round when asked again", () => {
  const table = new UnitTable(facts, speech, () => {});
  assert.deepEqual(table.order, [1, 0]);
  table.sort(2);
  assert.deepEqual(table.order, [1, 0]);
  table.sort(2);
  assert.deepEqual(table.order, [0, 1]);
});
