// Marks: which units wait for somebody, hang on what was assumed, or were decided by planners, a kind at a time.

/**
 * @import { Sign, UnitRow } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 *
 * @typedef {"waiting" | "assumed" | "decision"} MarkKind
 */

// Beyond this part of the units they would hide what they mark; a box of the legend shows them all the same.
const MOST_MARKED = 1 / 6;

/** @type {MarkKind[]} */
export const MARK_KINDS = ["waiting", "assumed", "decision"];

/** @type {Record<MarkKind, "waiting" | "assumed_mark" | "decision_mark">} */
export const MARK_TITLES = { waiting: "waiting", assumed: "assumed_mark", decision: "decision_mark" };

const INKS = { light: "#7A3E00", dark: "#FFD9A0" };

/** @type {Record<MarkKind, Sign>} */
export const MARK_SIGNS = {
  waiting: {
    name: "ring",
    path: "M0-4.6A4.6 4.6 0 0 1 0 4.6 4.6 4.6 0 0 1 0-4.6zM0-2.4A2.4 2.4 0 0 0 0 2.4 2.4 2.4 0 0 0 0-2.4z",
    ...INKS,
  },
  assumed: { name: "open diamond", path: "M0-5.4L4.8 0 0 5.4-4.8 0zM0-2.4L-2.1 0 0 2.4 2.1 0z", ...INKS },
  decision: { name: "square", path: "M-3.8-3.8h7.6v7.6h-7.6z", ...INKS },
};

/** @type {Record<UnitRow["status"], MarkKind | null>} */
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
 * The kinds of which so many units are that the page opens without them.
 * @param {Facts} facts
 */
export function crowdedMarks(facts) {
  const most = MOST_MARKED * facts.units.id.length;
  return new Set(MARK_KINDS.filter((kind) => unitsMarked(facts, kind).length > Math.max(1, most)));
}
