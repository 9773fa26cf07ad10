// Marks: how sure a unit is: open, assumed, decided by planners, or near a limit, a kind at a time.

/**
 * @import { Sign, UnitRow, Word } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 *
 * @typedef {"waiting" | "assumed" | "decision" | "close"} MarkKind
 */

// Beyond this part of the units they would hide what they mark; a box of the legend shows them all the same.
const MOST_MARKED = 1 / 6;

/** @type {MarkKind[]} */
export const MARK_KINDS = ["waiting", "assumed", "decision", "close"];

/** @satisfies {Record<MarkKind, Word>} What each is called, and what that means. */
export const MARK_TITLES = {
  waiting: "status_open", assumed: "status_assumed", decision: "status_decision", close: "close_call",
};
/** @satisfies {Record<MarkKind, Word>} */
export const MARK_MEANINGS = {
  waiting: "means_open", assumed: "means_assumed", decision: "means_decision", close: "means_close",
};

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
  close: { name: "hourglass", path: "M-4.2-4.8h8.4L1 0l3.2 4.8h-8.4L-1 0z", ...INKS },
};

/** @type {Record<UnitRow["status"], Exclude<MarkKind, "close"> | null>} */
const OF_STATUS = {
  decided: null,
  contested: "waiting",
  review: "waiting",
  by_decision: "decision",
  assumed: "assumed",
};

/**
 * How sure a unit is: one mark, the first that fits; none where it is firm.
 * @param {Facts} facts
 * @param {number} unit
 * @returns {MarkKind | null}
 */
export function markOf(facts, unit) {
  return OF_STATUS[facts.units.status[unit]] ?? (closeCalls(facts).has(unit) ? "close" : null);
}

/** @type {WeakMap<readonly number[], ReadonlySet<number>>} */
const CLOSE_CALLS = new WeakMap();
/** @type {ReadonlySet<number>} */
const NOBODY = new Set();

/**
 * The units that are near a limit, which is known of the adopted plan alone: of a try or a scenario there are none.
 * @param {Facts} facts
 */
export function closeCalls({ tried, in_effect, verdicts: { close } }) {
  if (tried || in_effect >= 0) return NOBODY;
  const kept = CLOSE_CALLS.get(close) ?? new Set(close);
  CLOSE_CALLS.set(close, kept);
  return kept;
}

/**
 * @param {Facts} facts
 * @param {MarkKind} kind
 */
export function unitsMarked(facts, kind) {
  return facts.units.id.map((_, unit) => unit).filter((unit) => markOf(facts, unit) === kind);
}

/**
 * In one word or two how sure a unit is.
 * @param {Facts} facts
 * @param {Record<Word, string>} words
 * @param {number} unit
 */
export function statusText(facts, words, unit) {
  const kind = markOf(facts, unit);
  const standing = facts.units.standing[unit];
  const ruled = kind === "decision" && standing === "by_decision_overlay" && facts.in_effect < 0;
  if (!kind) return words.status_rule;
  const told = ruled ? words.by_decision_overlay : words[MARK_TITLES[kind]];
  return ruled || kind === "close" ? `${words.status_rule} · ${told}` : told;
}

/**
 * The kinds of which so many units are that the page opens without them.
 * @param {Facts} facts
 */
export function crowdedMarks(facts) {
  const most = MOST_MARKED * facts.units.id.length;
  return new Set(MARK_KINDS.filter((kind) => unitsMarked(facts, kind).length > Math.max(1, most)));
}
