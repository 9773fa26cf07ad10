// Verdict: what a unit is and why in one sentence, its tests as gauges, and what would change it, as Python says it.

/**
 * @import { LimitTest, MeasureAxis, NumberSigns, VerdictTable, Wording } from "./page_model.d.ts"
 * @typedef {{ title: string, valueText: string, needs: string, value: number | null, limit: number, shift: number,
 *   values: (number | null)[], isTruth: boolean, operator: LimitTest["operator"], zone: number, passed: boolean | null,
 *   decided: boolean, after: string, axis: MeasureAxis, rules: string[] }} Gauge
 * @typedef {{ kind: Wording["kind"], zone: number, sentence: string, note: string,
 *   overlays: { zone: number, text: string, held: boolean }[], gauges: Gauge[], changes: string[], nearest: number | null, owns: Own[] }} Verdict
 * @typedef {{ title: string, valueText: string, limitText: string, way: "own_below" | "own_most" | "own_from" | "own_above", zone: number }} Own
 *   What another value of its own would make of a unit.
 */

const MOST_DECIMALS = 10;

/** @type {Record<LimitTest["operator"], (one: number, other: number) => boolean>} */
const COMPARED = {
  "=": (one, other) => one === other,
  "<>": (one, other) => one !== other,
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other,
};

/**
 * The verdict on a unit; zones by their places.
 * @param {VerdictTable} table
 * @param {NumberSigns} signs
 * @param {number} unit Its place.
 * @param {string} name What it is called.
 * @returns {Verdict}
 */
export function verdictOf(table, signs, unit, name) {
  const fill = (/** @type {number} */ place) => filled(table, signs, table.wordings[place], unit, name);
  const said = table.wordings[table.sentences[unit]];
  const lines = table.overlays[unit];
  const note = table.notes[unit];
  const decided = new Set([said, ...lines.map((place) => table.wordings[place])].flatMap((one) => one.tests));
  const rules = new Set(said.tests.flatMap((test) => table.tests[test].rules));
  const beside = [...table.tests.keys()].filter((test) => table.tests[test].rules.some((rule) => rules.has(rule)));
  const order = new Set([...decided, ...beside, ...table.tests.keys()]);
  return {
    kind: said.kind,
    zone: said.zone,
    sentence: fill(table.sentences[unit]),
    note: note < 0 ? "" : fill(note),
    overlays: lines.map((place) => {
      const { zone, kind } = table.wordings[place];
      return { zone, text: fill(place), held: kind !== "review" };
    }),
    gauges: [...order].filter((test) => table.tests[test].rules.length).map((test) => gauge(table, signs, test, unit, decided.has(test))),
    changes: table.changes[unit].map(fill),
    nearest: nearestChange(table, unit),
    owns: table.changes[unit].flatMap((place) => ownChange(table, signs, place, unit)),
  };
}

/**
 * How far the nearest limit that would change a unit has to move, as a part of it; null where none within reach would.
 * @param {VerdictTable} table
 * @param {number} unit
 */
function nearestChange(table, unit) {
  const [test] = table.wordings[table.changes[unit][0]].tests;
  if (test === undefined) return null;
  const { measure, limit } = table.tests[test];
  const value = table.measures[measure].answers.length ? null : table.measures[measure].values[unit];
  return value === null || !limit ? null : value / limit - 1;
}

/** Where a value has to go to answer a test otherwise: of one that is met, and of one that is not. */
const WAYS = /** @type {const} */ ({
  ">=": { met: "own_below", unmet: "own_from" },
  ">": { met: "own_most", unmet: "own_above" },
  "<=": { met: "own_above", unmet: "own_most" },
  "<": { met: "own_from", unmet: "own_below" },
});

/**
 * A change by another limit, told as one by another value of the unit; of a measure that one test alone asks for, where
 * both are the same.
 * @param {VerdictTable} table
 * @param {NumberSigns} signs
 * @param {number} place Of the wording of the change.
 * @param {number} unit
 * @returns {Own[]}
 */
function ownChange(table, signs, place, unit) {
  const { zone, tests } = table.wordings[place];
  if (tests.length !== 1) return [];
  const { measure, operator, limit, limit_text: limitText } = table.tests[tests[0]];
  const { title, values, answers } = table.measures[measure];
  const value = values[unit];
  if (value === null || answers.length || operator === "=" || operator === "<>") return [];
  if (table.tests.filter((one) => one.measure === measure).length !== 1) return [];
  const way = WAYS[operator][COMPARED[operator](value, limit) ? "met" : "unmet"];
  return [{ title, valueText: valueText(table, signs, tests[0], unit, "="), limitText, way, zone }];
}

/**
 * A value against its limit.
 * @param {VerdictTable} table
 * @param {NumberSigns} signs
 * @param {number} place Of the test.
 * @param {number} unit
 * @param {boolean} decided
 * @returns {Gauge}
 */
function gauge(table, signs, place, unit, decided) {
  const test = table.tests[place];
  const { title, after, shift, values, answers, axis } = table.measures[test.measure];
  const value = values[unit];
  return {
    title,
    valueText: valueText(table, signs, place, unit, "="),
    needs: decided ? test.decides : test.needs,
    value,
    limit: test.limit,
    shift,
    after,
    values,
    axis,
    isTruth: answers.length > 0,
    operator: test.operator,
    rules: test.rules,
    zone: test.zone,
    passed: value === null ? null : COMPARED[test.operator](value, test.limit),
    decided,
  };
}

/**
 * A wording with its fields filled.
 * @param {VerdictTable} table
 * @param {NumberSigns} signs
 * @param {Wording} wording
 * @param {number} unit
 * @param {string} name
 */
function filled(table, signs, { parts }, unit, name) {
  return parts
    .map((part, place) => {
      if (place % 2 === 0) return part;
      return part === "unit" ? name : valueText(table, signs, Number(part.slice(1)), unit, part[0]);
    })
    .join("");
}

/**
 * The value of a test as it is printed: beside its limit, or as another limit, rounded down or up.
 * @param {VerdictTable} table
 * @param {NumberSigns} signs
 * @param {number} place Of the test.
 * @param {number} unit
 * @param {string} way One of = < >.
 */
function valueText(table, signs, place, unit, way) {
  const test = table.tests[place];
  const { before, after, shift, values, answers } = table.measures[test.measure];
  const value = values[unit];
  if (value === null) return table.missing;
  if (answers.length) return answers[value];
  const own = shifted(value, shift);
  const limit = shifted(test.limit, shift);
  const number = way === "=" ? numberBeside(own, limit) : numberPast(own, limit, way === ">");
  return before + number.replace(/[,.]/g, (sign) => (sign === "," ? signs.thousands : signs.point)) + after;
}

/**
 * A number with its decimal point moved to the right, as from shares to per cent.
 * @param {number} value
 * @param {number} places
 */
export function shifted(value, places) {
  const [digits, exponent] = value.toExponential().split("e");
  return Number(`${digits}e${Number(exponent) + places}`);
}

/**
 * A value in two digits or more, as many as it takes to see how it stands to its limit.
 * @param {number} value
 * @param {number} limit
 */
export function numberBeside(value, limit) {
  for (let places = decimals(value, 2); places <= MOST_DECIMALS; places++) {
    const text = rounded(value, places, "halfEven");
    if (Math.sign(numberOf(text) - limit) === Math.sign(value - limit)) return text;
  }
  return rounded(value, 2 * MOST_DECIMALS, "halfEven");
}

/**
 * A limit that would change an answer, rounded away from the present limit so that what is said of it stays true.
 * @param {number} value
 * @param {number} limit
 * @param {boolean} up
 */
export function numberPast(value, limit, up) {
  const way = up ? "ceil" : "floor";
  for (let places = decimals(value, 4); places <= MOST_DECIMALS; places++) {
    const text = rounded(value, places, way);
    if (numberOf(text) !== limit) return text;
  }
  return rounded(value, 2 * MOST_DECIMALS, way);
}

/**
 * So many decimals show some digits of a number, none where it has more before its point.
 * @param {number} value
 * @param {number} digits
 */
function decimals(value, digits) {
  if (!value) return 0;
  const exponent = Number(value.toExponential().split("e")[1]);
  return Math.min(MOST_DECIMALS, Math.max(0, digits - 1 - exponent));
}

/** @type {Map<string, Intl.NumberFormat>} */
const FORMATS = new Map();

/**
 * @param {number} value
 * @param {number} places
 * @param {"halfEven" | "floor" | "ceil"} way
 */
function rounded(value, places, way) {
  const key = `${way} ${places}`;
  let format = FORMATS.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en", { maximumFractionDigits: places, roundingMode: way });
    FORMATS.set(key, format);
  }
  return format.format(value);
}

/** @param {string} text */
function numberOf(text) {
  return Number(text.replaceAll(",", ""));
}
