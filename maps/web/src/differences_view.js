// The view of differences: two plans with a swipe between them, and a layer of what is not the same.

import { node } from "./dom.js";
import { caption, chooser, colourBox, legendPart, legendRow } from "./legend_rows.js";
import { placeSignsOf } from "./signed_values.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Screen } from "./map_shapes.js"
 * @import { MapView } from "./map_views.js"
 * @import { ComparedFacts } from "./plan_facts.js"
 * @import { Pen } from "./view_canvas.js"
 */

/** The layer that lets what stays the same stand back. */
export const DIFFERENCES = "differences";
// Of more or less land: much less, less, the same, more, much more; the middle third of the largest is not "much".
const AMOUNT_FILLS = ["arrow", "pays", "paper", "receives", "programmes-4"];
const MUCH = 1 / 3;

/**
 * @param {Scene} scene
 * @returns {MapView}
 */
export function differencesView(scene) {
  const found = scene.facts.comparison;
  if (!found) throw new Error("there is no other plan");
  const [what, place] = scene.state.shown.by.split(" ");
  if (what === "quota" && found.amounts[Number(place)]) return amountsView(scene, found, Number(place));
  if (what === "kind" && found.kinds[Number(place)]) return kindView(scene, found, Number(place));
  return functionsMoved(scene, found);
}

/**
 * Main functions: those of the second plan, with those of the first beside them.
 * @param {Scene} scene
 * @param {ComparedFacts} found
 * @returns {MapView}
 */
function functionsMoved(scene, found) {
  const { facts, state, colours, speech } = scene;
  const { main } = facts.units;
  const { mains, transitions } = found;
  const fills = facts.zones.map((zone) => colours.zone(zone));
  const fillOf = (/** @type {number} */ zone) => (zone < 0 ? colours.of("no-data") : fills[zone]);
  const stays = (/** @type {number} */ unit) => mains[unit] === main[unit];
  const classOf = (/** @type {number} */ unit) =>
    transitions.findIndex(({ before, after }) => before === mains[unit] && after === main[unit]);
  const pales = state.shown.layers.has(DIFFERENCES) ? stays : undefined;
  const titleOf = (/** @type {number} */ zone) => (zone < 0 ? speech.words.no_partner : facts.zones[zone].title);
  const moved = facts.units.id.map((_, unit) => unit).filter((unit) => !stays(unit));
  return {
    title: speech.words.moved,
    paint: (unit) => fillOf(main[unit]),
    classOf,
    classTitle: (place) => {
      const { before, after } = transitions[place];
      return `${titleOf(before)} → ${titleOf(after)}`;
    },
    pales,
    before: { paint: (unit) => fillOf(mains[unit]), classOf, pales },
    legend: () => [whatChooser(scene, found), layerCheck(scene), legend(scene, found, fillOf, moved.length)],
    tip: (unit) => [stays(unit) ? titleOf(main[unit]) : `${titleOf(mains[unit])} → ${titleOf(main[unit])}`, causeOf(found, unit, 0)],
    below: () => "",
    mark: (pen, screen, _room, first) => (first ? ringMoved(pen, screen, scene, moved) : undefined),
  };
}

/**
 * What a unit gets more or less of a quota.
 * @param {Scene} scene
 * @param {ComparedFacts} found
 * @param {number} place
 * @returns {MapView}
 */
function amountsView(scene, found, place) {
  const { colours, speech, state } = scene;
  const { title, unit: measure, values } = found.amounts[place];
  const most = Math.max(...values.map((value) => Math.abs(value ?? 0))) || 1;
  const fills = AMOUNT_FILLS.map((name) => colours.of(name));
  const classOf = (/** @type {number} */ unit) => {
    const value = values[unit];
    if (value === null) return -1;
    return value === 0 ? 2 : 2 + Math.sign(value) * (Math.abs(value) > MUCH * most ? 2 : 1);
  };
  const { words } = speech;
  const limit = speech.rough(MUCH * most);
  const titles = [
    speech.say("less_than", { value: limit }), words.less, words.same_amount, words.more_amount, speech.say("more_than", { value: limit }),
  ];
  const counts = titles.map((_, nth) => values.filter((_value, unit) => classOf(unit) === nth).length);
  const { kept } = state.shown;
  return {
    title: words.moved,
    paint: (unit) => fills[classOf(unit)] ?? colours.of("no-data"),
    classOf,
    classTitle: (place) => titles[place] ?? "",
    legend: () => [
      whatChooser(scene, found),
      legendPart(
        "",
        titles.map((said, nth) =>
          counts[nth]
            ? legendRow({
                picture: colourBox(fills[nth], nth - 2),
                title: said,
                figure: speech.whole.format(counts[nth]),
                pressed: kept === nth,
                faded: kept >= 0 && kept !== nth,
                press: () => state.change({ kept: kept === nth ? -1 : nth }),
              })
            : null,
        ),
        caption(`${speech.capital(title)}, ${measure}`),
      ),
    ],
    tip: (unit) => [changeSaid(scene, values[unit], measure), causeOf(found, unit, QUOTAS)],
    below: () => "",
    mark: (pen, screen, room, first) =>
      first ? undefined : placeSignsOf(pen, screen, scene, room, classOf, (unit) => Math.sign(values[unit] ?? 0)),
  };
}

// Places of the kinds of moves, as Python has them.
const QUOTAS = 2;

/**
 * An amount with its sign.
 * @param {Scene} scene
 * @param {number | null} value
 * @param {string} measure
 */
function changeSaid({ speech }, value, measure) {
  if (value === null) return speech.words.no_partner;
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  return `${sign}${speech.value(Math.abs(value))} ${measure}`;
}

/**
 * Whether anything of another kind moved: overlays, payments, policies.
 * @param {Scene} scene
 * @param {ComparedFacts} found
 * @param {number} kind
 * @returns {MapView}
 */
function kindView(scene, found, kind) {
  const { facts, colours, speech } = scene;
  const { words } = speech;
  const own = (/** @type {number} */ unit) => found.moves.of(unit).filter((move) => move.kind === kind);
  const classes = facts.units.id.map((_, unit) => (own(unit).length ? 1 : 0));
  const fills = [colours.of("paper"), colours.of("receives")];
  const count = classes.filter(Boolean).length;
  return {
    title: words.moved,
    paint: (unit) => fills[classes[unit]],
    classOf: (unit) => classes[unit],
    classTitle: () => "",
    legend: () => [
      whatChooser(scene, found),
      legendPart(
        "",
        legendRow({ picture: colourBox(fills[1]), title: words.moved, figure: speech.whole.format(count) }),
        legendRow({ picture: colourBox(fills[0]), title: words.unmoved, figure: speech.whole.format(classes.length - count) }),
      ),
    ],
    tip: (unit) =>
      own(unit).map(({ title, before, after }) =>
        speech.say("named", { name: found.texts[title], value: `${found.texts[before]} → ${found.texts[after]}` }),
      ),
    below: () => "",
    mark: () => undefined,
  };
}

/**
 * How many moves there are of each kind.
 * @param {Pick<ComparedFacts, "kinds" | "causes">} found
 */
function countsOf({ kinds, causes }) {
  return kinds.map((_, kind) => causes.reduce((sum, cause) => sum + cause.counts[kind], 0));
}

/**
 * What is shown first: main functions; where none moved, amounts of the first quota that did.
 * @param {ComparedFacts | null} found
 */
export function firstMoved(found) {
  if (!found) return "";
  const [mains] = countsOf(found);
  return mains || !found.amounts.length ? "" : "quota 0";
}

/**
 * Of what the differences are shown: of what moved, main functions first.
 * @param {Scene} scene
 * @param {ComparedFacts} found
 */
function whatChooser({ state, speech }, found) {
  const counts = countsOf(found);
  const options = [
    { key: "", title: found.kinds[0] },
    ...found.amounts.map(({ title }, place) => ({ key: `quota ${place}`, title: speech.capital(title) })),
    ...found.kinds
      .map((title, kind) => ({ key: `kind ${kind}`, title, kind }))
      .filter(({ kind }) => kind > 0 && kind !== QUOTAS && counts[kind]),
  ];
  return chooser(speech.words.moved, options, state.shown.by, (by) => state.change({ by, kept: -1 }));
}

/** @param {Scene} scene */
function layerCheck({ state, speech }) {
  const input = node("input", { type: "checkbox", checked: state.shown.layers.has(DIFFERENCES) });
  input.addEventListener("change", () => state.layer(DIFFERENCES, input.checked));
  return node("label", { class: "zp-check" }, input, node("span", { class: "zp-said" }, speech.words.only_moved));
}

/**
 * From what to what, the largest first; pressed, a row keeps its units.
 * @param {Scene} scene
 * @param {ComparedFacts} found
 * @param {(zone: number) => string} fillOf
 * @param {number} moved
 * @returns {Child}
 */
function legend({ facts, state, speech, colours }, { transitions, names }, fillOf, moved) {
  const { words } = speech;
  const { kept } = state.shown;
  const box = (/** @type {number} */ before, /** @type {number} */ after) => {
    const picture = colourBox(fillOf(after));
    picture.style.background = `linear-gradient(90deg, ${fillOf(before)} 50%, ${fillOf(after)} 50%)`;
    return picture;
  };
  const title = (/** @type {number} */ zone) => facts.zones[zone].title;
  return legendPart(
    "",
    transitions.map(({ before, after, units }, place) =>
      legendRow({
        picture: box(before, after),
        title: `${title(before)} → ${title(after)}`,
        figure: speech.whole.format(units),
        pressed: kept === place,
        faded: kept >= 0 && kept !== place,
        press: () => state.change({ kept: kept === place ? -1 : place }),
      }),
    ),
    legendRow({ picture: colourBox(colours.of("paper")), title: words.unmoved, figure: speech.whole.format(facts.units.id.length - moved) }),
    caption(speech.say("swipe_help", { before: names[0], after: names[1] })),
  );
}

/**
 * What the first move of a kind of a unit hangs on.
 * @param {ComparedFacts} found
 * @param {number} unit
 * @param {number} kind
 */
function causeOf(found, unit, kind) {
  const move = found.moves.of(unit).find((one) => one.kind === kind);
  return move ? found.causes[move.cause].text : "";
}

/**
 * @param {Pen} pen
 * @param {Screen} screen
 * @param {Scene} scene
 * @param {number[]} moved
 */
function ringMoved(pen, screen, { shapes, colours }, moved) {
  for (const [colour, width] of /** @type {const} */ ([["halo", 4.4], ["ink", 1.8]])) {
    pen.strokeStyle = colours.of(colour);
    pen.lineWidth = width;
    pen.lineJoin = "round";
    pen.setLineDash([]);
    for (const unit of moved) {
      if (!screen.sees(unit)) continue;
      const path = new Path2D();
      if (screen.width(unit) < 2) screen.dot(path, unit);
      else screen.outline(path, shapes.units, unit);
      pen.stroke(path);
    }
  }
}
