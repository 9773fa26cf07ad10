// Two units side by side: what parts them in one sentence, then what they are, what rules test, and what they get.

import { node } from "./dom.js";
import { passedSaid } from "./gauges.js";
import { icon } from "./icons.js";
import { landAmounts } from "./land_amounts.js";
import { knownQuotas, shownVerdict } from "./shown_plan.js";
import { zonePicture } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Gauge } from "./verdict.js"
 *
 * @typedef {object} Row
 * @property {string} title
 * @property {Child[]} cells
 * @property {boolean} [apart] Whether it is marked as another one.
 * @property {boolean} [decides] Whether the functions of the two hang on it.
 * @property {(number | null)[]} [values] Of which the larger is named.
 *
 * @typedef {object} Test One that rules ask of both.
 * @property {Gauge[]} pair
 * @property {boolean} apart Whether one meets it and the other does not.
 * @property {boolean} decides Whether it gave one of the two its main function, and the other answers otherwise.
 */

// The sentence names so many tests; so many that both answer alike stand there unfolded.
const NAMED = 3;
const ALIKE = 3;
// From so many times the other on a value is the larger one, and from so many on it is said how many times.
const [LARGER, TOLD] = [1.02, 1.05];

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
  const tests = testsOf(scene, pair);
  const rowsOf = (/** @type {(test: Test) => boolean} */ isAsked) => tests.filter(isAsked).map((test) => testRow(scene, test));
  const alike = rowsOf(({ apart }) => !apart);
  const folds = alike.length > ALIKE;
  const rows = [
    ...ofZones(scene, pair),
    ...rowsOf(({ decides }) => decides),
    ...ofLand(scene, pair),
    ...rowsOf(({ apart, decides }) => apart && !decides),
    ...(folds ? [] : alike),
  ];
  return [
    node(
      "header",
      { class: "zp-card-head" },
      node("h2", { tabIndex: -1 }, names.join(words.and)),
      node("div", { class: "zp-card-actions" }, node("button", settings, icon("close"))),
    ),
    node("p", { class: "zp-parted" }, partedSaid(scene, pair, tests)),
    tableOf(scene, names, rows, words.compared),
    folds
      ? node("details", {}, node("summary", {}, speech.count("n_alike_tests", alike.length)), tableOf(scene, names, alike, words.compared_alike))
      : null,
    node("p", { class: "zp-caption" }, words.compared_help),
  ].filter((one) => one !== null);
}

/**
 * @param {Scene} scene
 * @param {string[]} names
 * @param {Row[]} rows
 * @param {string} caption
 */
function tableOf({ speech }, names, rows, caption) {
  const { words } = speech;
  const badge = (/** @type {string} */ text) => [" ", node("small", { class: "zp-differs" }, text)];
  const row = (/** @type {Row} */ { title, cells, apart = false, decides = false, values }) => {
    const larger = values ? largerSaid(speech, names, values) : "";
    return node(
      "tr",
      { class: apart ? "zp-apart" : "" },
      node(
        "th",
        { scope: "row" },
        title,
        decides ? badge(`◆ ${words.decides}`) : apart ? badge(`≠ ${words.differs}`) : null,
        larger ? [" ", node("small", { class: "zp-larger" }, larger)] : null,
      ),
      cells.map((cell) => node("td", {}, cell)),
    );
  };
  return node(
    "table",
    { class: "zp-compared" },
    node("caption", {}, caption),
    node("thead", {}, node("tr", {}, node("td"), names.map((name) => node("th", { scope: "col" }, name)))),
    node("tbody", {}, rows.map(row)),
  );
}

/**
 * Which of two values is larger, and how many times the other it is where that can be told.
 * @param {Scene["speech"]} speech
 * @param {string[]} names
 * @param {(number | null)[]} values
 */
function largerSaid(speech, names, [one, other]) {
  if (one === null || other === null || one === other || Number.isNaN(one + other)) return "";
  const [least, most] = one < other ? [one, other] : [other, one];
  const name = names[one < other ? 1 : 0];
  const times = least > 0 ? most / least : 0;
  if (times && times < LARGER) return "";
  return times >= TOLD ? speech.say("more_times", { name, n: speech.digitsOf(times, times < 10 ? 2 : 3) }) : speech.say("more_of", { name });
}

/**
 * In one sentence what the two are and where they part.
 * @param {Scene} scene
 * @param {number[]} pair
 * @param {Test[]} tests
 */
function partedSaid({ facts, speech }, pair, tests) {
  const { units, zones } = facts;
  const { words } = speech;
  const [first, second] = pair.map((unit) => units.full[unit]);
  const [zone, other] = pair.map((unit) => zones[units.main[unit]].title);
  const listed = (/** @type {string[]} */ all) => {
    const rest = all.length - NAMED;
    return [...all.slice(0, NAMED), ...(rest > 0 ? [speech.say("n_more", { n: rest })] : [])].join(words.and_also);
  };
  const titles = (/** @type {number[]} */ places) => places.map((place) => zones[place].title);
  const [mine, theirs] = pair.map((unit) => units.overlays[unit]);
  const shared = titles(mine.filter((place) => theirs.includes(place)));
  const told = (/** @type {Test} */ { pair: [one, another] }) =>
    speech.say(one.isTruth ? "compared_truth" : "compared_test", {
      test: one.title, one: one.valueText, other: another.valueText, needs: one.needs,
    });
  const said = [];
  if (units.main[pair[0]] !== units.main[pair[1]]) {
    const what = tests.filter(({ decides }) => decides).map(told);
    said.push(speech.say("compared_apart", { first, zone, second, other }));
    if (what.length) said.push(speech.say("compared_decide", { what: listed(what) }));
    else said.push(...pair.map((unit) => shownVerdict(facts, unit, units.full[unit]).sentence));
  } else {
    const single = titles([...mine.filter((place) => !theirs.includes(place)), ...theirs.filter((place) => !mine.includes(place))]);
    const what = [...single, ...tests.filter(({ apart }) => apart).map(told)];
    said.push(what.length ? speech.say("compared_same", { zone, what: listed(what) }) : speech.say("compared_equal", { zone }));
  }
  if (shared.length) said.push(speech.say("compared_share", { zones: shared.join(words.and) }));
  return said.reduce((text, next) => `${text}${text.endsWith("。") ? "" : " "}${next}`);
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
    {
      title: words.area,
      cells: pair.map((unit) => speech.ha(units.area_ha[unit])),
      values: pair.map((unit) => units.area_ha[unit]),
    },
  ];
}

/**
 * @param {Scene} scene
 * @param {number[]} pair
 * @returns {Row[]}
 */
function ofLand({ facts, speech }, pair) {
  return knownQuotas(facts).flatMap((quota) => {
    const { title, unit: measure } = facts.quotas[quota];
    const { amounts, base, ratios } = landAmounts(facts, quota, "");
    const amount = (/** @type {number} */ unit) => `${speech.value(amounts[unit])} ${measure}`;
    const ratio = (/** @type {number} */ unit) => {
      const value = ratios[unit];
      return value === null ? "–" : speech.rough(value);
    };
    const rows = [{ title: speech.capital(title), cells: pair.map(amount), values: pair.map((unit) => amounts[unit]) }];
    if (base) rows.push({ title: base.unit, cells: pair.map(ratio), values: pair.map((unit) => ratios[unit] ?? NaN) });
    return rows;
  });
}

/**
 * What the rules test of both.
 * @param {Scene} scene
 * @param {number[]} pair
 * @returns {Test[]}
 */
function testsOf({ facts }, pair) {
  const [first, second] = pair.map(
    (unit) => shownVerdict(facts, unit, facts.units.name[unit]).gauges,
  );
  const parted = facts.units.main[pair[0]] !== facts.units.main[pair[1]];
  return first.flatMap((gauge) => {
    const other = second.find(
      ({ title, zone, limit, operator }) =>
        title === gauge.title && zone === gauge.zone && limit === gauge.limit && operator === gauge.operator,
    );
    if (!other) return [];
    const apart = gauge.passed !== other.passed;
    const isMain = facts.zones[gauge.zone].kind === "main";
    return [{ pair: [gauge, other], apart, decides: parted && apart && isMain && (gauge.decided || other.decided) }];
  });
}

/**
 * @param {Scene} scene
 * @param {Test} test
 * @returns {Row}
 */
function testRow({ speech }, { pair, apart, decides }) {
  const [{ title, needs, isTruth }] = pair;
  const cell = (/** @type {Gauge} */ test) => {
    const said = passedSaid(test, speech);
    return [test.passed ? node("b", {}, test.valueText) : test.valueText, said && [" ", said]];
  };
  const values = isTruth ? undefined : pair.map(({ value }) => value);
  return { title: `${title} · ${needs}`, cells: pair.map(cell), apart, decides, values };
}
