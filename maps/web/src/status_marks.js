// Marks: which units wait for somebody, hang on what was assumed, or were decided by planners. Each kind is switched by itself.

import { cased, mark, swatch } from "./patterns.js";

export const MARK_KINDS = { waiting: "waiting", assumed: "assumed_mark", decision: "decision_mark" };
const MOST_MARKED = 1 / 6;

export function markOf(facts, unit) {
  return [null, "waiting", "waiting", "decision", "assumed"][facts.units.status[unit]];
}

function unitsMarked(facts, kind) {
  return facts.units.id.map((_, unit) => unit).filter((unit) => markOf(facts, unit) === kind);
}

// The kinds that would hide the colours: rings and outlines cover too large a part of the plan as it opens.
export function crowdedMarks(facts, shapes, scale) {
  const size = (unit) => {
    const [west, south, east, north] = shapes.bounds.subarray(4 * unit, 4 * unit + 4);
    return [(east - west) * scale, (north - south) * scale];
  };
  const total = (units, areaOf) => units.reduce((sum, unit) => sum + areaOf(...size(unit)), 0);
  const land = total([...facts.units.id.keys()], (wide, high) => wide * high);
  const covered = (kind) => total(unitsMarked(facts, kind), (wide, high) => 3.8 * 2 * (wide + high) + 100);
  return new Set(Object.keys(MARK_KINDS).filter((kind) => covered(kind) > MOST_MARKED * land));
}

export function drawMarks(context, screen, facts, seen, shown, thinness) {
  const { shapes } = screen;
  for (const unit of seen) {
    const kind = markOf(facts, unit);
    if (!shown.marks.has(kind)) continue;
    const thin = shown.crowded.has(kind) ? thinness : 1;
    const path = new Path2D();
    screen.outline(path, shapes.units, unit);
    cased(context, path, { width: 1.8 * thin, edge: thin, dashes: { waiting: [3, 2], assumed: [1, 2] }[kind] ?? [] });
    mark(context, kind, ...screen.place(shapes.labelX[unit], shapes.labelY[unit]), thin);
  }
}

// The rows of the control: one box a kind that occurs.
export function markRows(facts, speech, shown, row) {
  return Object.entries(MARK_KINDS).flatMap(([kind, title]) => {
    const count = unitsMarked(facts, kind).length;
    if (!count) return [];
    const picture = swatch((context, width, height) => mark(context, kind, width / 2, height / 2));
    const figures = [speech.units(count)];
    if (shown.crowded.has(kind)) figures.push(speech.words.crowded);
    const turn = (on) => (on ? shown.marks.add(kind) : shown.marks.delete(kind));
    return [row(speech.words[title], figures.join(" · "), picture, shown.marks.has(kind), turn)];
  });
}
