// What the map shows and the legend says, without a browser.

import { sheet } from "./fake_document.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { Address } from "../../../../maps/web/src/address.js";
import { naturalBreaks } from "../../../../maps/web/src/class_breaks.js";
import { luminance } from "../../../../maps/web/src/colours.js";
import { filtersOn, unitsKept } from "../../../../maps/web/src/filters.js";
import { metresBetween } from "../../../../maps/web/src/distance.js";
import { Room } from "../../../../maps/web/src/labels.js";
import { landAmounts } from "../../../../maps/web/src/land_amounts.js";
import { viewShown } from "../../../../maps/web/src/map_views.js";
import { moreLayers } from "../../../../maps/web/src/more_layers.js";
import { PageState, UNFILTERED } from "../../../../maps/web/src/page_state.js";
import { netAmounts, netOfUnit } from "../../../../maps/web/src/payment_facts.js";
import { UnitIndex, sought } from "../../../../maps/web/src/search.js";
import { markOf, unitsMarked } from "../../../../maps/web/src/status_marks.js";
import { toyScene } from "./scene.js";

/** @import { FakeNode } from "./fake_document.js" */

/** @param {ReturnType<typeof viewShown>} view */
const rowsOf = (view) => sheet(view.legend()).all("zp-row");

test("a listener hears of what it asked for, once a change", () => {
  const state = new PageState();
  /** @type {string[]} */
  const heard = [];
  state.on(["view", "main"], ({ view, main }) => heard.push(`${view} ${main}`));
  state.change({ view: "land", main: 2 });
  state.change({ view: "land" });
  state.change({ hovered: 1 });
  assert.deepEqual(heard, ["land 2"]);
  assert.ok(!state.shown.layers.has("names"));
  state.layer("names", true);
  assert.ok(state.shown.layers.has("names"));
});

test("functions are filled, and a row of the legend keeps its units", () => {
  const scene = toyScene();
  const view = viewShown(scene);
  assert.deepEqual([view.paint(0), view.paint(1)], ["var(--paper)", "#77bb77"]);
  const rows = rowsOf(view);
  assert.deepEqual(rows.map((one) => one.textContent), ["General 1", "Fragile 1", "Energy-rich 1", "status_assumed 1"]);
  rows[1].listeners.click();
  assert.equal(scene.state.shown.main, 1);
  assert.equal(rowsOf(viewShown(scene))[1].attributes["aria-pressed"], "true");
  rowsOf(viewShown(scene))[1].listeners.click();
  assert.deepEqual(scene.state.shown.main, UNFILTERED.main);
});

test("land is coloured by what a unit gets in relation to its people", () => {
  const scene = toyScene();
  scene.state.change({ view: "land" });
  const land = landAmounts(scene.facts, 0, "");
  assert.deepEqual(land.ratios, [5, 50]);
  assert.equal(Number(land.mean?.toFixed(2)), 17.86);
  assert.deepEqual(land.breaks, [30]);
  const view = viewShown(scene);
  assert.deepEqual([view.paint(0), view.paint(1)], ["var(--land-1)", "var(--land-2)"]);
  assert.deepEqual(rowsOf(view).map((one) => one.textContent), ["under 30 1", "30 and over 1"]);
});

test("an amount of a few steps is too small to be put in relation", () => {
  const { facts } = toyScene();
  const quotas = [{ ...facts.quotas[0], step: 1 }];
  assert.deepEqual(landAmounts({ ...facts, quotas }, 0, "").ratios, [null, 50]);
});

test("money is coloured by who pays and who receives on balance", () => {
  const scene = toyScene();
  scene.state.change({ view: "money" });
  const { payments } = scene.facts;
  assert.deepEqual(netAmounts(payments, payments.choices[0]), [-5.5, 5.5]);
  const view = viewShown(scene);
  assert.deepEqual([view.paint(0), view.paint(1)], ["var(--pays)", "var(--receives)"]);
  assert.deepEqual(rowsOf(view).map((one) => one.textContent), ["pays_on_balance 1", "receives_on_balance 1"]);
});

test("a unit is as its jurisdiction, where nothing is paid in its own name", () => {
  const payments = { parties: [{ unit: null }, { unit: 1 }], partiesOf: [[0], [0, 1]] };
  assert.deepEqual([0, 1].map((unit) => netOfUnit(payments, [-4, 7], unit)), [-4, 7]);
});

test("where no payment has an amount, the programmes that pay are counted", () => {
  const { facts } = toyScene();
  const scene = toyScene();
  scene.facts = { ...facts, payments: { ...facts.payments, choices: [] } };
  scene.state.change({ view: "money" });
  const view = viewShown(scene);
  assert.deepEqual([view.paint(0), view.paint(1)], ["var(--programmes-1)", "var(--programmes-2)"]);
  assert.deepEqual(view.tip(1), ["No new mines"]);
  assert.deepEqual(rowsOf(view).map((one) => one.textContent), ["no_programme 1", "1 1"]);
});

test("single layers have a box each, of those that occur", () => {
  const scene = toyScene();
  const more = sheet(moreLayers(scene));
  const rows = more.all("zp-check");
  assert.ok(rows.some((one) => one.textContent.startsWith("Red line40.00 ha")));
  assert.ok(!rows.some((one) => one.textContent.startsWith("Farmland")), "a line without pieces is not drawn");
  const box = /** @type {FakeNode} */ (rows[0].querySelector("input"));
  box.checked = true;
  box.listeners.change();
  assert.ok(scene.state.shown.layers.has("line red"));
});

test("units that hang on what was assumed can be marked", () => {
  const { facts } = toyScene();
  assert.deepEqual([markOf(facts, 0), markOf(facts, 1)], [null, "assumed"]);
  assert.deepEqual(unitsMarked(facts, "assumed"), [1]);
});

test("a unit is found without case, accents and apostrophes, the best first", () => {
  assert.equal(sought("Coeur d’Alène"), "coeur dalene");
  const index = new UnitIndex(toyScene().facts);
  assert.deepEqual(index.find("EST"), [1, 0], "the one that is called so, though West has it in its name");
  assert.deepEqual(index.find("occident"), [0], "by its name in another language");
  assert.deepEqual(index.find("w"), [0]);
  assert.deepEqual(index.find("nowhere"), []);
});

test("an address tells all that is shown, and nothing that it does not know", () => {
  const { facts, state } = toyScene();
  const units = { ...facts.units, id: ["w", "a+b/ü"] };
  const address = new Address({ ...facts, units }, state.shown);
  assert.equal(address.hashOf(state.shown), "");
  state.change({ view: "land", chosen: 1, compared: 0 });
  assert.equal(address.hashOf(state.shown), "unit=a%2Bb%2F%C3%BC&with=w&view=land");
  state.change({ main: 1, overlay: 2, jurisdiction: 0, kept: 3, opacity: 0.35, relief: 0, by: facts.measures[0].name });
  const hash = address.hashOf(state.shown);
  const again = { ...state.shown, ...address.shownBy(`#${hash}`) };
  assert.deepEqual(again, state.shown, hash);
  assert.equal(new PageState(address.shownBy(`#${hash}`)).shown.kept, 3);
  const first = address.shownBy("");
  for (const nonsense of ["#unit=nobody&view=sky", "#unit=%E0%A4%A", "#main=sky&class=0&zones=101&also=general&by=no&quota=9"]) {
    assert.deepEqual(address.shownBy(nonsense), first, nonsense);
  }
  assert.equal(first.chosen, -1);
});

test("the filters that are on have names, and keep units together", () => {
  const { facts, state } = toyScene();
  const classTitle = (/** @type {number} */ place) => `class ${place}`;
  state.change({ main: 1, kept: 2 });
  assert.deepEqual(filtersOn(facts, facts.words, state.shown, classTitle), [
    { key: "main", title: "Fragile" },
    { key: "kept", title: "class 2" },
  ]);
  assert.deepEqual(unitsKept(facts, state.shown, () => 2), [1]);
  assert.deepEqual(unitsKept(facts, state.shown, () => 0), []);
});

test("breaks lie where values part, and are short numbers", () => {
  assert.deepEqual(naturalBreaks([1, 1.1, 1.2, 5, 5.2, 9, 9.4], 3), [3, 7]);
  assert.deepEqual(naturalBreaks([2, 2, 2], 4), []);
  assert.deepEqual(naturalBreaks([], 4), []);
  assert.equal(naturalBreaks(Array.from({ length: 5000 }, (_, place) => place), 4).length, 3);
});

test("nothing is placed on what is there, nor beyond the frame", () => {
  const room = new Room([0, 0, 100, 100]);
  assert.ok(room.fits([10, 10, 30, 20]));
  room.take([10, 10, 30, 20]);
  assert.ok(!room.fits([25, 15, 40, 30]));
  assert.ok(room.fits([31, 10, 50, 20]));
  assert.ok(!room.fits([90, 10, 110, 20]));
});

test("distances are those on the ellipsoid", () => {
  // Vincenty (1975), and a quarter of a meridian
  const metres = metresBetween({ lat: -37.95103341667, lng: 144.42486788889 }, { lat: -37.65282113889, lng: 143.92649552778 });
  assert.ok(Math.abs(metres - 54972.271) < 0.01, String(metres));
  assert.ok(Math.abs(metresBetween({ lat: 0, lng: 0 }, { lat: 90, lng: 0 }) - 10001965.729) < 0.01);
  assert.equal(metresBetween({ lat: 1, lng: 1 }, { lat: 1, lng: 1 }), 0);
});

test("how light a colour is", () => {
  assert.deepEqual([luminance("#000000"), luminance("#FFFFFF")], [0, 1]);
  assert.ok(luminance("#A8401F") < 0.2 && luminance("#E3C24B") > 0.2);
});
