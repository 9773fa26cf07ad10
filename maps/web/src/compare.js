// Two units side by side: what they are, what they get, and the values that rules test.

import { node } from "./dom.js";
import { passedSaid } from "./gauges.js";
import { icon } from "./icons.js";
import { landAmounts } from "./land_amounts.js";
import { verdictOf } from "./verdict.js";
import { zonePicture } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Gauge } from "./verdict.js"
 *
 * @typedef {{ title: string, cells: Child[], apart: boolean }} Row
 */

/**
 * @param {Scene} scene
 * @param {number[]} pair
 * @param {() => void} close
 */
export function comparePanel(scene, pair, close) {
  const { facts, speech } = scene;
  const { words } = speech;
  const names = pair.map((unit) => facts.units.full[unit]);
  const settings = { type: "button", class: "zp-quiet", title: words.close_compare, "aria-label": words.close_compare, on: { click: close } };
  const rows = [...ofZones(scene, pair), ...ofLand(scene, pair), ...ofTests(scene, pair)];
  return [
    node(
      "header",
      { class: "zp-card-head" },
      node("h2", { tabIndex: -1 }, names.join(words.and)),
      node("div", { class: "zp-card-actions" }, node("button", settings, icon("close"))),
    ),
    node(
      "table",
      { class: "zp-compared" },
      node("caption", {}, words.compared),
      node("thead", {}, node("tr", {}, node("td"), names.map((name) => node("th", { scope: "col" }, name)))),
      node(
        "tbody",
        {},
        rows.map(({ title, cells, apart }) =>
          node(
            "tr",
            { class: apart ? "zp-apart" : "" },
            node("th", { scope: "row" }, title, apart ? [" ", node("small", { class: "zp-differs" }, "≠ ", words.differs)] : null),
            cells.map((cell) => node("td", {}, cell)),
          ),
        ),
      ),
    ),
    node("p", { class: "zp-caption" }, words.compared_help),
  ];
}

/**
 * @param {Scene} scene
 * @param {number[]} pair
 * @returns {Row[]}
 */
function ofZones({ facts, speech, colours }, pair) {
  const { units, zones, jurisdictions } = facts;
  const { words } = speech;
  const zone = (/** @type {number} */ place) =>
    node("span", { class: "zp-zone" }, zonePicture(colours, zones[place]), zones[place].title);
  const overlays = pair.map((unit) => units.overlays[unit]);
  const where = pair.map((unit) => jurisdictions[units.jurisdiction[unit]]);
  return [
    ...(jurisdictions.length > 1 ? [{ title: words.jurisdiction, cells: where, apart: where[0] !== where[1] }] : []),
    {
      title: words.main,
      cells: pair.map((unit) => zone(units.main[unit])),
      apart: units.main[pair[0]] !== units.main[pair[1]],
    },
    {
      title: words.overlays,
      cells: overlays.map((places) => (places.length ? places.map(zone) : "–")),
      apart: overlays[0].join() !== overlays[1].join(),
    },
    { title: words.area, cells: pair.map((unit) => speech.ha(units.area_ha[unit])), apart: false },
  ];
}

/**
 * @param {Scene} scene
 * @param {number[]} pair
 * @returns {Row[]}
 */
function ofLand({ facts, speech }, pair) {
  return facts.quotas.flatMap(({ title, unit: measure }, quota) => {
    const { amounts, base, ratios } = landAmounts(facts, quota, "");
    const amount = (/** @type {number} */ unit) => `${speech.value(amounts[unit])} ${measure}`;
    const ratio = (/** @type {number} */ unit) => {
      const value = ratios[unit];
      return value === null ? "–" : speech.rough(value);
    };
    const rows = [{ title: speech.capital(title), cells: pair.map(amount) }];
    if (base) rows.push({ title: base.unit, cells: pair.map(ratio) });
    return rows.map((row) => ({ ...row, apart: false }));
  });
}

/**
 * What the rules test: a row stands out where one unit passes and the other does not.
 * @param {Scene} scene
 * @param {number[]} pair
 * @returns {Row[]}
 */
function ofTests({ facts, speech }, pair) {
  const [first, second] = pair.map(
    (unit) => verdictOf(facts.verdicts, facts.numbers, unit, facts.units.name[unit]).gauges,
  );
  return first.flatMap((gauge) => {
    const other = second.find(
      ({ title, zone, limit, operator }) =>
        title === gauge.title && zone === gauge.zone && limit === gauge.limit && operator === gauge.operator,
    );
    if (!other) return [];
    const cell = (/** @type {Gauge} */ test) => {
      const said = passedSaid(test, speech);
      return [test.passed ? node("b", {}, test.valueText) : test.valueText, said && [" ", said]];
    };
    return [
      {
        title: `${gauge.title} · ${gauge.needs}`,
        cells: [cell(gauge), cell(other)],
        apart: gauge.passed !== other.passed,
      },
    ];
  });
}
