// The view of land: how much of a quota each unit gets, and how much that is for each person or hectare.

import { drawn } from "./dom.js";
import { keeping } from "./filters.js";
import { bars, binned, histogramOf, scaleFor, tick } from "./histogram.js";
import { widthOf, write } from "./labels.js";
import { landAmounts, littleOf } from "./land_amounts.js";
import { caption, chooser, colourBox, legendPart, legendRow } from "./legend_rows.js";
import { drawCircle, drawSignIn, fillsAround, signOfClass } from "./signed_values.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Room } from "./labels.js"
 * @import { MapView } from "./map_views.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { Pen } from "./view_canvas.js"
 *
 * @typedef {ReturnType<typeof landAmounts>} Land
 */

const WIDTH = 224;
const BARS = { count: 26, height: 46, above: 26, below: 18 };
const LARGEST = 32;
const LEAST = 1.6;
// Amounts are written in circles from here on, where no smaller circle lies over them.
const LEAST_WRITTEN = 13;
const SMALL_SCREEN = 500;
// Circles of less and of more are at least as large where units have room for them, and from here on they have a sign.
const [SIGNED, LEAST_SIGNED] = [5.5, 3.2];

/**
 * @param {Scene} scene
 * @returns {MapView}
 */
export function landView(scene) {
  const { facts, state, colours, speech } = scene;
  const { quota } = state.shown;
  if (!facts.quotas.length) return withoutQuota(scene);
  const land = landAmounts(facts, quota, state.shown.base);
  const fills = land.base?.plain ? fillsAround(land.breaks).map((name) => colours.of(name)) : colours.series("land", 4);
  const fillOf = (/** @type {number} */ place) => (place < 0 ? colours.of("land-small") : fills[place]);
  const { unit: measure } = facts.quotas[quota];
  return {
    title: facts.quotas[quota].bases.length > 1 ? speech.words.colour_by : speech.capital(land.base?.title ?? ""),
    paint: (unit) => fillOf(land.classOf(unit)),
    classOf: (unit) => keyOf(land.classOf(unit)),
    classTitle: (place) => classTitles(scene, land)[place] ?? littleSaid(scene, land),
    legend: () => legend(scene, land, fillOf),
    tip: (unit) => {
      const ratio = land.ratios[unit];
      return [
        `${speech.value(land.amounts[unit])} ${measure}`,
        ratio === null || !land.base ? "" : `${written(speech, land)(ratio)} ${land.base.unit}`,
      ];
    },
    told: (unit) => {
      const { title, jurisdictions } = facts.quotas[quota];
      const ratio = land.ratios[unit];
      const where = facts.jurisdictions[facts.units.jurisdiction[unit]];
      const whole = facts.in_effect < 0 && !facts.tried ? Number(jurisdictions[where]) : 0;
      return [
        speech.say("named", { name: speech.capital(title), value: `${speech.value(land.amounts[unit])} ${measure}` }),
        whole ? speech.say("part_of", { part: speech.share(land.amounts[unit] / whole), name: where }) : "",
        land.base ? (ratio === null ? littleSaid(scene, land) : `${written(speech, land)(ratio)} ${land.base.unit}`) : "",
      ];
    },
    below: (jurisdiction) => {
      // sums are those of the adopted plan
      const whole = facts.in_effect < 0 && facts.quotas[quota].jurisdictions[facts.jurisdictions[jurisdiction]];
      return whole ? speech.amount(whole, measure) : "";
    },
    fixed: true,
    mark: (pen, screen, room, first, zoom) => (first ? circles(pen, screen, scene, land, room, zoom) : undefined),
  };
}

/**
 * How a value of the base is written: a difference with its sign.
 * @param {import("./speech.js").Speech} speech
 * @param {Pick<Land, "base">} land
 */
function written(speech, { base }) {
  return (/** @type {number} */ value) => (base?.plain ? speech.signed(value) : speech.rough(value));
}

/**
 * @param {Scene} scene
 * @returns {MapView}
 */
function withoutQuota({ colours, speech }) {
  const paper = colours.of("paper");
  return {
    title: speech.words.quota,
    paint: () => paper,
    classOf: () => 0,
    classTitle: () => "",
    legend: () => [caption(speech.words.no_land)],
    tip: () => [],
    below: () => "",
    mark: () => undefined,
  };
}

/**
 * @param {number} largest
 * @param {number} wide Of the map, in pixels.
 * @param {number} zoom In relation to the whole plan.
 */
function radiusFor(largest, wide, zoom = 1) {
  const most = (wide < SMALL_SCREEN ? 0.68 : 1) * LARGEST * Math.min(1.7, Math.sqrt(zoom));
  return (/** @type {number} */ amount) => (amount > 0 ? Math.max(LEAST, most * Math.sqrt(amount / largest)) : 0);
}

/**
 * Of units of which a ratio would say little, too, a class can be kept.
 * @param {number} place
 */
function keyOf(place) {
  return place < 0 ? 4 : place;
}

/**
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Scene} scene
 * @param {Land} land
 * @param {Room} room
 * @param {number} zoom
 */
function circles(pen, screen, { facts, state, colours, speech }, land, room, zoom) {
  const keeps = keeping(facts, state.shown, (unit) => keyOf(land.classOf(unit)));
  const signed = Boolean(land.base?.plain);
  const shown = signed ? land.ratios.map((one) => one ?? 0) : land.amounts;
  const radius = radiusFor(largestOf(land), room.frame[2] - room.frame[0], zoom);
  const least = (/** @type {number} */ unit) => (signed ? Math.min(SIGNED, screen.width(unit) / 3) : 0);
  const drawnUnits = shown
    .map((amount, unit) => ({ amount, unit }))
    .filter(({ amount, unit }) => amount && screen.sees(unit))
    .map(({ amount, unit }) => ({ amount, unit, reach: Math.max(least(unit), radius(Math.abs(amount))) }))
    .sort((a, b) => b.reach - a.reach);
  const signIn = (/** @type {number} */ unit, /** @type {number} */ amount, /** @type {number} */ reach) =>
    drawSignIn(pen, colours, amount, ...screen.middle(unit), reach);
  for (const { amount, unit, reach } of drawnUnits) {
    const [x, y] = screen.middle(unit);
    drawCircle(pen, colours, amount, x, y, reach, keeps(unit) ? 0.88 : 0.15);
    if (signed && reach >= LEAST_SIGNED && reach < LEAST_WRITTEN && keeps(unit)) signIn(unit, amount, reach);
    room.take([x - reach - 1, y - reach - 1, x + reach + 1, y + reach + 1]);
  }
  drawnUnits.forEach(({ amount, unit, reach }, place) => {
    if (reach < LEAST_WRITTEN) return;
    const [x, y] = screen.middle(unit);
    const isCovered = (/** @type {number} */ margin) =>
      drawnUnits.slice(place + 1).some((other) => {
        const [otherX, otherY] = screen.middle(other.unit);
        return Math.hypot(otherX - x, otherY - y) < other.reach + margin;
      });
    const ink = colours.of(amount < 0 ? "ink" : "circle-ink");
    const lettering = { size: reach > 24 ? 13 : 11, weight: 600, ink, halo: "", edge: 0 };
    const text = signed ? speech.signed(amount) : speech.whole.format(amount);
    if (!isCovered(0.6 * reach) && widthOf(pen, text, lettering) < 2 * reach - 4) write(pen, text, x, y, lettering);
    else if (signed && keeps(unit) && !isCovered(SIGNED)) signIn(unit, amount, reach);
  });
}

/**
 * What the largest circle stands for.
 * @param {Land} land
 */
function largestOf({ base, known, largest }) {
  return base?.plain ? known.reduce((most, one) => Math.max(most, Math.abs(one)), 0) : largest;
}

/**
 * @param {Scene} scene
 * @param {Land} land
 * @param {(place: number) => string} fillOf
 */
function legend(scene, land, fillOf) {
  const { facts, state, speech } = scene;
  const { words } = speech;
  const quota = facts.quotas[state.shown.quota];
  return [
    facts.quotas.length > 1 ? chooser(words.quota, facts.quotas.map(({ title, period }, place) => ({
      key: String(place), title: speech.capital(`${title}, ${period}`),
    })), String(state.shown.quota), (key) => state.change({ quota: Number(key), kept: -1 })) : null,
    quota.bases.length > 1
      ? chooser(words.colour_by, quota.bases.map(({ key, title }) => ({ key, title: speech.capital(title) })), land.base?.key ?? "", (base) => state.change({ base, kept: -1 }))
      : null,
    land.known.length ? legendPart("", histogram(scene, land, fillOf), classRows(scene, land, fillOf)) : null,
    ...(land.base?.plain ? shiftHelp(speech, land.base.plain, quota) : []),
    largestOf(land) ? legendPart(circleTitle(quota, land), circleScale(speech, largestOf(land), circleTitle(quota, land)), land.base?.plain ? caption(words.shift_circles) : null) : null,
  ];
}

/**
 * @param {import("./page_model.d.ts").QuotaLayer} quota
 * @param {Land} land
 */
function circleTitle({ title, unit }, { base }) {
  return base?.plain ? base.unit : `${title}, ${unit}`;
}

/**
 * What the weight alone is, and why units get less or more.
 * @param {import("./speech.js").Speech} speech
 * @param {string} names
 * @param {import("./page_model.d.ts").QuotaLayer} quota
 */
function shiftHelp(speech, names, { shifts, unit }) {
  const told = shifts.map(({ units, amount, reason }) =>
    caption(speech.say("shift_group", { amount: `${speech.signed(amount)} ${unit}`, n: speech.units(units), why: reason })),
  );
  return [caption(speech.say("shift_help", { names })), ...told];
}

/**
 * How the units lie between the least and the most, with the mean of the study.
 * @param {Scene} scene
 * @param {Land} land
 * @param {(place: number) => string} fillOf
 */
function histogram({ speech }, { known, breaks, mean, base }, fillOf) {
  const scale = scaleFor(mean === null ? known : [...known, mean]);
  const { count, height } = BARS;
  const bins = binned(known, scale, count);
  const colour = (/** @type {number} */ bin) => {
    const value = scale.value((bin + 0.5) / count);
    return fillOf(breaks.filter((limit) => limit <= value).length);
  };
  const at = mean === null ? 0 : scale.place(mean) * WIDTH;
  const said = base?.plain
    ? base.title
    : speech.say("mean_of", { value: speech.rough(mean ?? 0), unit: base?.unit ?? "" });
  const text = written(speech, { base });
  return histogramOf(
    said,
    { ...BARS, width: WIDTH },
    bars(bins, { width: WIDTH, height, colour }),
    drawn("line", { x1: 0, x2: WIDTH, y1: height + 0.5, y2: height + 0.5, class: "zp-axis" }),
    mean === null
      ? null
      : [
          drawn("line", { x1: at, x2: at, y1: -8, y2: height + 1, class: "zp-mean" }),
          drawn("circle", { cx: at, cy: -8, r: 2.6 }),
          base?.plain
            ? tick(at, "middle", -15, "0")
            : tick(at > WIDTH / 2 ? Math.min(WIDTH, at + 24) : Math.max(0, at - 24), at > WIDTH / 2 ? "end" : "start", -15, said),
        ],
    tick(0, "start", height + 15, text(scale.low)),
    tick(WIDTH, "end", height + 15, text(scale.high)),
  );
}

/**
 * @param {Scene} scene
 * @param {Land} land
 */
function classTitles({ speech }, { breaks, base }) {
  const limits = breaks.map(written(speech, { base }));
  return [...breaks, null].map((_, place) => {
    if (!place) return limits.length ? speech.say("under", { value: limits[0] }) : speech.words.all;
    return place === limits.length
      ? speech.say("and_over", { value: limits[place - 1] })
      : speech.say("between", { low: limits[place - 1], high: limits[place] });
  });
}

/**
 * What is said of amounts of which a ratio would say little.
 * @param {Scene} scene
 * @param {Land} land
 */
function littleSaid({ facts, state, speech }, { base }) {
  const { step, unit } = facts.quotas[state.shown.quota];
  return speech.say(base?.plain ? "shift_close" : "too_small", { value: `${speech.value(littleOf(step, base))} ${unit}` });
}

/**
 * @param {Scene} scene
 * @param {Land} land
 * @param {(place: number) => string} fillOf
 * @returns {Child[]}
 */
function classRows(scene, land, fillOf) {
  const { state, speech } = scene;
  const { base, breaks, ratios } = land;
  const { kept } = state.shown;
  // the circles of the map tell less from more without their colours, too
  const signOf = (/** @type {number} */ place) => (!base?.plain || place < 0 ? 0 : signOfClass(breaks, place));
  const count = (/** @type {number} */ place) =>
    ratios.filter((_, one) => land.classOf(one) === place).length;
  const row = (/** @type {number} */ place, /** @type {string} */ title) => {
    const key = keyOf(place);
    return legendRow({
      picture: colourBox(fillOf(place), signOf(place)),
      title,
      figure: speech.whole.format(count(place)),
      pressed: kept === key,
      faded: kept >= 0 && kept !== key,
      press: () => state.change({ kept: kept === key ? -1 : key }),
    });
  };
  return [
    base ? caption(base.unit) : null,
    ...classTitles(scene, land).map((title, place) => row(place, title)),
    count(-1) ? row(-1, littleSaid(scene, land)) : null,
  ];
}

/**
 * Three circles of round amounts, one in the other.
 * @param {import("./speech.js").Speech} speech
 * @param {number} largest
 * @param {string} title What it is of.
 */
function circleScale(speech, largest, title) {
  const radius = radiusFor(largest, WIDTH * 4);
  const round = (/** @type {number} */ value) => Number(value.toPrecision(1));
  const amounts = [...new Set([largest, largest / 5, largest / 50].map(round))].filter((one) => one > 0);
  const most = Math.max(...amounts.map(radius));
  const high = 2 * most + 8;
  return drawn(
    "svg",
    {
      class: "zp-circles", width: WIDTH, height: high, viewBox: `0 0 ${WIDTH} ${high}`, role: "img",
      "aria-label": speech.say("named", { name: title, value: amounts.map((amount) => speech.value(amount)).join("; ") }),
    },
    amounts.map((amount, place) => {
      const reach = radius(amount);
      const [y, textY] = [high - 3 - 2 * reach, Math.max(10, high - 3 - 2 * reach + place * 5)];
      return [
        drawn("circle", { cx: most + 2, cy: high - 3 - reach, r: reach }),
        drawn("line", { x1: most + 2, x2: 2 * most + 22, y1: y, y2: textY }),
        drawn("text", { x: 2 * most + 27, y: textY + 4, class: "zp-tick" }, speech.value(amount)),
      ];
    }),
  );
}
