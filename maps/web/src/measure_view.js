// The view of one measure: units in the colours of its classes; its histogram is the legend.

import { drawn, node } from "./dom.js";
import { axisName, axisScale, axisTicks, histogramOf, tick } from "./histogram.js";
import { caption, chooser, colourBox, legendPart, legendRow } from "./legend_rows.js";
import { classesOf, methodsOf, valueText } from "./measures.js";
import { placeSignsOf, signOfClass } from "./signed_values.js";

/**
 * @import { Method } from "./class_breaks.js"
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Scale } from "./histogram.js"
 * @import { MapView } from "./map_views.js"
 * @import { Classes, Measure } from "./measures.js"
 * @import { Speech } from "./speech.js"
 */

const WIDTH = 224;
const BARS = { count: 36, height: 60, above: 30, below: 18 };
// Digits of a break, which is the shortest number at its place; more would be those of the machine.
const EXACT = 12;
const MARKED = 4;
// Pixels that a sign of a limit's text takes, of latin and of Chinese.
const [SIGN, CJK_SIGN] = [6.4, 12.2];

/**
 * @param {Scene} scene
 * @param {Measure} measure
 * @returns {MapView}
 */
export function measureView(scene, measure) {
  const { state, colours, speech } = scene;
  const classes = classesOf(measure, state.shown.method);
  const fills = classes.fills.map((name) => colours.of(name));
  const titles = classTitles(speech, measure, classes.breaks);
  return {
    title: speech.words.colour_by,
    paint: (unit) => fills[classes.classOf(unit)],
    classOf: classes.classOf,
    classTitle: (place) => titles[place] ?? speech.words.missing,
    legend: () => [colourChooser(scene), ...legend(scene, measure, classes, fills, titles)],
    tip: (unit) => [unitSaid(speech, measure, unit)],
    told: (unit) => {
      const place = classes.classOf(unit);
      const said = unitSaid(speech, measure, unit);
      return titles[place] && titles.length > 1 ? [said, speech.say("in_class", { value: titles[place] })] : [said];
    },
    below: () => "",
    mark: (pen, screen, room, first) =>
      first || !measure.signed
        ? undefined
        : placeSignsOf(pen, screen, scene, room, classes.classOf, (unit) => Math.sign(measure.values[unit]) || 0),
  };
}

/**
 * A measure and its value in a unit.
 * @param {Speech} speech
 * @param {Measure} measure
 * @param {number} unit
 */
function unitSaid(speech, measure, unit) {
  return speech.say("named", { name: measure.title, value: valueText(speech, measure, measure.values[unit]) });
}

/**
 * What the units are coloured by: their main functions, or a measure; those that rules test come first.
 * @param {Scene} scene
 */
export function colourChooser({ facts, state, speech }) {
  const { words } = speech;
  if (!facts.measures.length) return null;
  const listed = (/** @type {boolean} */ tested) =>
    facts.measures
      .filter(({ limits }) => limits.length > 0 === tested)
      .map(({ name, title }) => ({ key: name, title, group: tested ? words.tested : words.other_measures }));
  const options = [{ key: "", title: words.main }, ...listed(true), ...listed(false)];
  return chooser(words.colour_by, options, state.shown.by, (by) => state.change({ by, kept: -1 }));
}

/**
 * @param {Scene} scene
 * @param {Measure} measure
 * @param {Classes} classes
 * @param {string[]} fills
 * @param {string[]} titles
 * @returns {Child[]}
 */
function legend({ facts, state, speech }, measure, classes, fills, titles) {
  const { words } = speech;
  const { kept, method } = state.shown;
  const methods = methodsOf(measure);
  const used = methods.includes(method) ? method : "natural";
  const row = (/** @type {number} */ place, /** @type {string} */ title) =>
    legendRow({
      picture: colourBox(fills[place], measure.signed && place < titles.length ? signOfClass(classes.breaks, place) : 0),
      title,
      figure: speech.whole.format(classes.counts[place]),
      pressed: kept === place,
      faded: kept >= 0 && kept !== place,
      press: () => state.change({ kept: kept === place ? -1 : place }),
    });
  const unknown = classes.breaks.length + 1;
  const methodOptions = methods.map((key) => ({ key, title: words[`by_${key}`] }));
  return [
    legendPart(
      "",
      histogram({ facts, speech }, measure, classes, fills),
      caption(axisName(speech, measure)),
      titles.map((title, place) => row(place, title)),
      classes.counts[unknown] ? row(unknown, words.missing) : null,
    ),
    node(
      "div",
      { class: "zp-classes" },
      node("span", {}, words.classes),
      chooser(words.classes, methodOptions, used, (key) => state.change({ method: /** @type {Method} */ (key), kept: -1 })),
    ),
    ...measure.limits.slice(0, 1).map((limit) => caption(reachedText({ facts, speech }, measure, limit))),
  ];
}

/**
 * @param {Speech} speech
 * @param {Measure} measure
 * @param {number[]} breaks
 */
function classTitles(speech, measure, breaks) {
  const limits = breaks.map((one) => bare(speech, measure, one));
  if (!limits.length) return [speech.words.all];
  return [...limits, ""].map((high, place) =>
    !place
      ? speech.say("under", { value: high })
      : place === limits.length
        ? speech.say("and_over", { value: limits[place - 1] })
        : speech.say("between", { low: limits[place - 1], high }),
  );
}

/**
 * @param {Speech} speech
 * @param {Measure} measure
 * @param {number} value
 */
function bare(speech, measure, value) {
  return valueText(speech, measure.shift ? measure : { ...measure, before: "", after: "" }, value, EXACT);
}

/**
 * @param {Measure["limits"][number]} limit
 * @param {number} value
 */
function passes({ at, above, equal }, value) {
  return value === at ? equal : above ? value > at : value < at;
}

/**
 * How many units pass a test, and how many of them are in the zone that it is for.
 * @param {Pick<Scene, "facts" | "speech">} scene
 * @param {Measure} measure
 * @param {Measure["limits"][number]} limit
 */
function reachedText({ facts, speech }, measure, limit) {
  const { main, overlays, id } = facts.units;
  const passed = id.map((_, unit) => unit).filter((unit) => passes(limit, measure.values[unit]));
  const within = passed.filter((unit) => main[unit] === limit.zone || overlays[unit].includes(limit.zone));
  return speech.say("pass_the_test", {
    n: passed.length,
    units: speech.units(id.length),
    within: within.length,
    zone: facts.zones[limit.zone].title,
  });
}

/**
 * How the values lie; each bar in the colours of its classes, the limits of rules marked.
 * @param {Pick<Scene, "facts" | "speech">} scene
 * @param {Measure} measure
 * @param {Classes} classes
 * @param {string[]} fills
 */
function histogram({ facts, speech }, measure, classes, fills) {
  const marked = measure.limits.slice(0, MARKED);
  const scale = axisScale(measure.axis);
  const { height } = BARS;
  const limitText = (/** @type {Measure["limits"][number]} */ { at, above: more, equal, zone }) =>
    speech.say(more ? (equal ? "limit_from" : "limit_over") : equal ? "limit_to" : "limit_under", { value: bare(speech, measure, at), zone: facts.zones[zone].title });
  return histogramOf(
    [measure.title, ...marked.map(limitText)].join(". "),
    { ...BARS, width: WIDTH },
    bars(measure, classes, scale, fills),
    drawn("line", { x1: 0, x2: WIDTH, y1: height + 0.5, y2: height + 0.5, class: "zp-axis" }),
    marked.map((limit, place) => {
      const x = scale.place(limit.at) * WIDTH;
      const said = limitText(limit);
      const wide = [...said].reduce((sum, sign) => sum + (sign > "\u2e7f" ? CJK_SIGN : SIGN), 0);
      const start = Math.max(0, Math.min(x - 6, WIDTH - wide));
      return [
        drawn("line", { x1: x, x2: x, y1: -8, y2: height + 1, class: "zp-mean" }),
        drawn("circle", { cx: x, cy: -8, r: 2.6 }, drawn("title", {}, said)),
        place ? null : tick(start, "start", -16, said),
      ];
    }),
    measure.signed ? zeroLine(scale, height) : null,
    axisTicks(measure.axis, { width: WIDTH, height }, (value) => bare(speech, measure, value)),
  );
}

/**
 * Where what is less ends and what is more begins.
 * @param {Scale} scale
 * @param {number} height
 */
function zeroLine(scale, height) {
  const x = scale.place(0) * WIDTH;
  return [drawn("line", { x1: x, x2: x, y1: -8, y2: height + 1, class: "zp-mean" }), tick(x, "middle", -14, "0")];
}

/**
 * @param {Measure} measure
 * @param {Classes} classes
 * @param {Scale} scale
 * @param {string[]} fills
 */
function bars({ values, axis }, classes, scale, fills) {
  const { count, height } = BARS;
  const bins = Array.from({ length: count }, () => Array(fills.length).fill(0));
  Array.from(values).forEach((value, unit) => {
    if (Number.isNaN(value) || (axis.zeros && value === 0)) return;
    bins[Math.min(count - 1, Math.floor(scale.place(value) * count))][classes.classOf(unit)]++;
  });
  const heights = bins.map((bin) => bin.reduce((sum, one) => sum + one, 0));
  const most = Math.max(...heights);
  const wide = WIDTH / count;
  return bins.flatMap((bin, nth) => {
    const total = heights[nth];
    let y = height;
    return bin.flatMap((units, place) => {
      if (!units) return [];
      const high = (Math.max(2.5, (total / most) * height) * units) / total;
      y -= high;
      const box = { x: (nth * wide).toFixed(1), y: y.toFixed(1), width: (wide - 1.2).toFixed(1), height: high.toFixed(1) };
      return [drawn("rect", { ...box, style: `fill:${fills[place]}`, class: "zp-bin" })];
    });
  });
}
