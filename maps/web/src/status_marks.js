// Marks: which units wait for somebody, hang on what was assumed, or were decided by planners, a kind at a time.

import { cased, mark, swatch } from "./patterns.js";

/**
 * @import { Row, Shown } from "./layer_control.js"
 * @import { Screen, Shapes } from "./map_shapes.js"
 * @import { Pen } from "./patterns.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {"waiting" | "assumed" | "decision"} MarkKind
 */

const MOST_MARKED = 1 / 6;

/** @type {MarkKind[]} */
export const MARK_KINDS = ["waiting", "assumed", "decision"];

/** @type {Record<MarkKind, "waiting" | "assumed_mark" | "decision_mark">} */
const TITLES = { waiting: "waiting", assumed: "assumed_mark", decision: "decision_mark" };
/** @type {Record<MarkKind, number[]>} */
const DASHES = { waiting: [3, 2], assumed: [1, 2], decision: [] };

/** @type {Record<string, MarkKind | null>} */
const OF_STATUS = {
  decided: null,
  contested: "waiting",
  review: "waiting",
  by_decision: "decision",
  assumed: "assumed",
};

/**
 * @param {Facts} facts
 * @param {number} unit
 */
export function markOf(facts, unit) {
  return OF_STATUS[facts.units.status[unit]];
}

/**
 * @param {Facts} facts
 * @param {MarkKind} kind
 */
export function unitsMarked(facts, kind) {
  return facts.units.id.map((_, unit) => unit).filter((unit) => markOf(facts, unit) === kind);
}

/**
 * The kinds that would hide the colours: rings and outlines cover too large a part of the plan as it opens.
 * @param {Facts} facts
 * @param {Shapes} shapes
 * @param {number} scale
 */
export function crowdedMarks(facts, shapes, scale) {
  const total = (
    /** @type {number[]} */ units,
    /** @type {(wide: number, high: number) => number} */ areaOf,
  ) => {
    let sum = 0;
    for (const unit of units) {
      const [west, south, east, north] = shapes.bounds.subarray(4 * unit, 4 * unit + 4);
      sum += areaOf((east - west) * scale, (north - south) * scale);
    }
    return sum;
  };
  const land = total([...facts.units.id.keys()], (wide, high) => wide * high);
  const covered = (/** @type {MarkKind} */ kind) =>
    total(unitsMarked(facts, kind), (wide, high) => 3.8 * 2 * (wide + high) + 100);
  return new Set(MARK_KINDS.filter((kind) => covered(kind) > MOST_MARKED * land));
}

/**
 * @param {Pen} context
 * @param {Screen} screen
 * @param {Facts} facts
 * @param {number[]} seen
 * @param {Shown} shown
 * @param {number} thinness
 */
export function drawMarks(context, screen, facts, seen, shown, thinness) {
  for (const unit of seen) {
    const kind = markOf(facts, unit);
    if (!kind || !shown.marks.has(kind)) continue;
    const thin = shown.crowded.has(kind) ? thinness : 1;
    const path = new Path2D();
    screen.outline(path, screen.shapes.units, unit);
    cased(context, path, { width: 1.8 * thin, edge: thin, dashes: DASHES[kind] });
    mark(context, kind, ...screen.middle(unit), thin);
  }
}

/**
 * The rows of the control: one box a kind that occurs.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Shown} shown
 * @param {Row} row
 */
export function markRows(facts, speech, shown, row) {
  return MARK_KINDS.flatMap((kind) => {
    const count = unitsMarked(facts, kind).length;
    if (!count) return [];
    const figures = [speech.units(count)];
    if (shown.crowded.has(kind)) figures.push(speech.words.crowded);
    return [
      row(speech.words[TITLES[kind]], {
        figure: figures.join(" · "),
        picture: swatch((context, width, height) => mark(context, kind, width / 2, height / 2)),
        on: shown.marks.has(kind),
        turn: (on) => (on ? shown.marks.add(kind) : shown.marks.delete(kind)),
      }),
    ];
  });
}
