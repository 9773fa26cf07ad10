// What the sheets of the panel say, without a browser.

import { sheet } from "./fake_document.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { comparePanel } from "../../../../maps/web/src/compare.js";
import { planPanel } from "../../../../maps/web/src/plan_panel.js";
import { tellStep } from "../../../../maps/web/src/story.js";
import { unitPanel } from "../../../../maps/web/src/unit_panel.js";
import { UnitTable } from "../../../../maps/web/src/unit_table.js";
import { linesOf, textsAt, working } from "../../../../maps/web/src/working.js";
import { toyScene } from "./scene.js";

/** @import { FakeNode } from "./fake_document.js" */

const scene = toyScene();
const { facts, speech, colours } = scene;
const strip = document.createElement("div");
const actions = { show() {}, compare() {}, beside() {}, close() {} };

test("a line of a reason has its numbers where they belong", () => {
  assert.deepEqual(linesOf(facts, 1).map(({ text }) => text), ["rule fragile-1: forest", "share 0.6 >= 0.5", "Act 9"]);
});

test("a card says what the unit is, and what follows", () => {
  const card = sheet(unitPanel(scene, 1, ["Red line"], actions));
  const parts = /** @type {FakeNode[]} */ (card.children).filter(({ tag }) => tag !== "details");
  const said = parts.map((one) => one.textContent).join("\n");
  for (const text of [
    "Ést",
    "Toy county · e · 200.00 ha",
    "Ést is plain.",
    "Wood: not known.",
    "assumed",
    "here: Red line",
    "Forest? · needs 5%",
    "New land, 2025",
    "10.00 ha",
    "50 m² per person; study: 18.",
    "Receives 5.5 CNY on balance.",
    "No new minesnot known: ore is missing",
  ]) {
    assert.ok(said.includes(text), `${text}\n\n${said}`);
  }
  assert.ok(!said.includes("Mines allowed"), "a policy that gives way stands in the working alone");
});

test("the working tells the whole chain", () => {
  const said = sheet(working(facts, speech, colours, 1)).textContent;
  for (const text of [
    "rule fragile-1: forest",
    "✓share 0.6 >= 0.5",
    "Act 9",
    "claims it for General",
    "60.00 ha · 100.00 ha claimed · 40.00 ha lost to Red line",
    "10.00 ha new land, 2025",
    "Receives 5.25 CNY from West",
    "Received 5.50 CNY, paid 0 CNY: 5.50 CNY",
  ]) {
    assert.ok(said.includes(text), `${text}\n\n${said}`);
  }
});

test("columns that are shown everywhere stand with what they belong to, those without a value do not", () => {
  const [first, second] = [0, 1].map((unit) => sheet(working(facts, speech, colours, unit)));
  const rows = first.all("zp-facts").map((list) => list.textContent);
  assert.equal(rows[0], "Hangs on absent measuresgrazing");
  assert.ok(rows[1].includes("Ceiling10 ha"), rows[1]);
  assert.ok(!/Ceiling|absent measures/.test(second.textContent));
});

test("policies say what they give way to, where they hold, and their settings", () => {
  const card = sheet(working(facts, speech, colours, 1));
  const [first, second] = card.all("zp-policy");
  assert.equal(first.textContent, "No new mines land useno reading notednot known: ore is missing");
  assert.equal(second.textContent, "Mines allowed land usegives way to No new mineson part: 40.00 ha");
  assert.deepEqual(card.all("zp-settings").map((one) => one.textContent), ["Fee: 5 CNY"]);
});

test("a unit of which there is nothing to say has no empty parts", () => {
  const parts = sheet(working(facts, speech, colours, 0)).all("zp-part");
  assert.deepEqual(parts.map((one) => one.querySelector("h3")?.textContent), ["main", "quota", "payments"]);
});

test("a place inside a unit has its lines and layers", () => {
  assert.deepEqual(textsAt(facts, 1), ["Red line", "wet land"]);
  assert.deepEqual(textsAt(facts, 0), []);
  assert.deepEqual(textsAt(facts, -1), []);
});

test("the plan is told with its land, and warns behind the ring", () => {
  const said = sheet(planPanel(scene, () => {})).textContent;
  for (const text of ["2 units · 300.00 ha", "Wood in one of 2 units", "Two squares", "None was read.", "units_assumed", "toy.gpkg"]) {
    assert.ok(said.includes(text), text);
  }
  assert.ok(!said.includes("unread_parameters"));
});

test("the table sorts, and turns round when asked again", () => {
  const table = new UnitTable(scene, strip, () => {});
  assert.deepEqual(table.order, [1, 0]);
  assert.equal(table.columns[4].title, "area_ha");
  table.sortBy(4);
  assert.deepEqual(table.order, [1, 0]);
  table.sortBy(4);
  assert.deepEqual(table.order, [0, 1]);
});

test("the table has what the legend keeps", () => {
  const { state, ...rest } = toyScene();
  const table = new UnitTable({ state, ...rest }, strip, () => {});
  state.change({ main: 0 });
  assert.deepEqual(table.found, [0]);
  state.change({ main: -1, overlay: 2 });
  assert.deepEqual(table.found, [1]);
  state.change({ main: 0 });
  assert.equal(table.count.textContent, "No unit fits");
});

test("the table has the number by which land is coloured, under the same name", () => {
  const told = toyScene();
  told.state.change({ view: "land" });
  const table = new UnitTable(told, strip, () => {});
  const last = table.columns[table.columns.length - 1];
  assert.deepEqual([last.head, ...[0, 1].map((unit) => last.text(unit))], ["m² per person", "5", "50"]);
  const { head, rows } = table.asTable();
  const place = head.indexOf("New land per person, m² per person");
  assert.deepEqual(rows.map((row) => row[place]), [50, 5], head.join());
  told.state.change({ base: "other" });
  assert.equal(table.heads.length, table.columns.length);
});

test("the table has what the map shows of the units, view by view", () => {
  const told = toyScene();
  const table = new UnitTable(told, strip, () => {});
  const titles = () => table.columns.slice(2).map(({ title }) => title);
  assert.deepEqual(titles(), ["also_marked", "status", "area_ha"]);
  assert.deepEqual([0, 1].map((unit) => table.columns[3].text(unit)), ["status_rule", "status_assumed"]);
  told.state.change({ by: told.facts.measures[0].name });
  assert.deepEqual(titles(), [told.facts.measures[0].title]);
  told.state.change({ view: "money", by: "" });
  assert.deepEqual([0, 1].map((unit) => table.columns[2].text(unit)), ["−5.5", "+5.5"]);
  table.sort(2);
  told.state.change({ view: "land" });
  assert.equal(table.column, 0, "rows are sorted by name again where their column is gone");
});

test("who gets less than by weight alone is told with a sign, and so little that it is rounding is not", () => {
  const told = toyScene();
  const plain = { key: "plain", title: "Beside", unit: "ha beside", scale: 1, plain: "people", values: [0.6, 0.4] };
  const [quota] = told.facts.quotas;
  told.facts.quotas = [{ ...quota, step: 0.01, bases: [...quota.bases, plain] }];
  told.state.change({ view: "land" });
  const last = new UnitTable(told, strip, () => {}).columns.at(-1);
  assert.deepEqual([0, 1].map((unit) => last?.text(unit)), ["−5", "+5"]);
  told.facts.quotas = [{ ...quota, step: 20, bases: [...quota.bases, plain] }];
  const rough = new UnitTable(told, strip, () => {}).columns.at(-1);
  assert.deepEqual([0, 1].map((unit) => rough?.text(unit)), ["–", "–"]);
});

test("two units stand side by side, and what differs stands out", () => {
  const table = sheet(comparePanel(scene, [0, 1], () => {}));
  const rows = table.querySelector("tbody")?.children.map((row) => (typeof row === "string" ? row : row.textContent));
  assert.deepEqual(rows, [
    "main ≠ differsGeneralFragile",
    "overlays ≠ differs–Energy-rich",
    "area more: Ést, × 2100.00 ha200.00 ha",
    "Forest · needs 5% ◆ decides24% ✓ test_met?",
    "New land more: Ést, × 42.5 ha10 ha",
    "m² per person more: Ést, × 10550",
  ]);
  const [said] = table.all("zp-parted").map((one) => one.textContent);
  assert.match(said, / is General, Ést is Fragile\. They part at Forest: 24% against \?, needs 5%\.$/);
  assert.equal(table.all("zp-apart").length, 3, "the zones, and the test that one passes");
});

test("the story takes the place of the panel, shows a step at a time and can be left", () => {
  const told = toyScene();
  const { state } = told;
  tellStep(told, 0);
  assert.deepEqual([state.shown.story, state.shown.view, state.shown.main], [0, "functions", -1]);
  const said = sheet(planPanel(told, () => {}));
  assert.ok(said.textContent.includes("Each has one function."));
  assert.ok(!said.textContent.includes("Wood in one of 2 units"));
  const buttons = said.all("zp-button");
  assert.deepEqual(buttons.map((one) => one.textContent), ["story_end"]);
  buttons[0].listeners.click();
  assert.equal(state.shown.story, -1);
});
