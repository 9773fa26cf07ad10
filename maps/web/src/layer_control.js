// Layers: what can be shown, each with what it looks like and how much land it is.

import { node } from "./dom.js";
import { bubble, cased, dots, dottedEdge, line, swatch, zoneBox } from "./patterns.js";
import { paymentRows } from "./payment_layer.js";
import { amountOf, bubbleRadius, useRows } from "./quota_use.js";
import { siteRows } from "./site_layer.js";
import { MARK_KINDS, markRows } from "./status_marks.js";

/**
 * @import { Child } from "./dom.js"
 * @import { DesignationLayer } from "./page_model.d.ts"
 * @import { Stroke } from "./patterns.js"
 * @import { Choice } from "./payment_facts.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 * @import { MarkKind } from "./status_marks.js"
 *
 * @typedef {ReturnType<typeof firstShown>} Shown
 * @typedef {object} RowSettings
 * @property {string} [figure]
 * @property {Node} [picture]
 * @property {boolean} on
 * @property {(on: boolean) => void} turn
 * @property {string} [group] Of rows of which only one can be on.
 * @property {string} [kind]
 * @typedef {(title: string, settings: RowSettings) => HTMLLabelElement} Row
 */

/**
 * What is shown as the page opens.
 * @param {Facts} facts
 */
export function firstShown({ zones, lines, jurisdictions }) {
  return {
    main: true,
    overlays: new Set(zones.map((_, place) => place).filter((place) => zones[place].kind === "overlay")),
    lines: new Set(lines),
    designations: /** @type {Set<Facts["designations"][number]>} */ (new Set()),
    // hundreds of small marks, over the zones and names that a reader looks for first
    sites: /** @type {Set<Facts["sites"][number]>} */ (new Set()),
    quota: -1,
    use: false,
    payments: /** @type {Choice | null} */ (null),
    marks: new Set(MARK_KINDS),
    crowded: /** @type {Set<MarkKind>} */ (new Set()),
    jurisdictions: jurisdictions.length > 1,
    names: false,
    hovered: -1,
    chosen: -1,
    homeZoom: 0,
    onPaper: false,
  };
}

/**
 * The control: one group of boxes a kind of layer.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Shown} shown
 * @param {() => void} changed Called when something is switched.
 */
export function layerControl(facts, speech, shown, changed) {
  const { words } = speech;
  /** @type {Row} */
  const row = (title, { figure = "", picture, on, turn, group = "", kind = "" }) => {
    const input = node("input", {
      type: group ? "radio" : "checkbox",
      checked: on,
      on: { change: () => (turn(input.checked), changed()) },
    });
    if (group) input.name = group;
    const said = node("span", { class: "zp-said" }, title, figure ? node("small", {}, figure) : null);
    return node("label", { class: `zp-row ${kind}` }, input, picture, said);
  };
  const group = (/** @type {string} */ title, /** @type {Child[]} */ rows) =>
    rows.length ? node("fieldset", {}, node("legend", {}, title), ...rows) : null;
  /**
   * @template One
   * @param {Set<One>} set
   * @param {One} one
   */
  const switchOf = (set, one) => ({
    on: set.has(one),
    turn: (/** @type {boolean} */ on) => void (on ? set.add(one) : set.delete(one)),
  });
  const figures = (/** @type {{ units: number, ha: number }} */ { units, ha }) =>
    `${speech.units(units)} · ${speech.ha(ha)}`;

  const key = facts.zones
    .filter((zone) => zone.kind === "main" && zone.units)
    .map((zone) =>
      node(
        "li",
        { class: "zp-row" },
        zoneBox(zone),
        node("span", { class: "zp-said" }, zone.title, node("small", {}, figures(zone))),
      ),
    );
  const showMain = (/** @type {boolean} */ on) => {
    shown.main = on;
    shown.use = shown.use && !on;
    uses.follow();
  };
  const mainRow = row(words.main_shown, { on: shown.main, turn: showMain, kind: "zp-fill" });
  const mainBox = /** @type {HTMLInputElement} */ (mainRow.querySelector("input"));
  const uses = useRows(facts, speech, shown, row, mainBox);
  const overlays = facts.zones.map((zone, place) => ({ zone, place })).filter(({ zone }) => zone.kind === "overlay");
  const named = { on: shown.names, turn: (/** @type {boolean} */ on) => void (shown.names = on) };
  const parted = {
    picture: lineSwatch({ width: 1.3 }),
    on: true,
    turn: (/** @type {boolean} */ on) => void (shown.jurisdictions = on),
  };

  return [
    group(words.main, [mainRow, node("ul", { class: "zp-key" }, key)]),
    group(
      words.overlays,
      overlays
        .filter(({ zone }) => zone.units)
        .map(({ zone, place }) =>
          row(zone.title, { figure: figures(zone), picture: zoneBox(zone), ...switchOf(shown.overlays, place) }),
        ),
    ),
    group(
      words.lines,
      facts.lines
        .filter((layer) => layer.pieces.length)
        .map((layer) =>
          row(layer.title, {
            figure: speech.ha(layer.ha),
            picture: lineSwatch(layer),
            ...switchOf(shown.lines, layer),
          }),
        ),
    ),
    group(words.quota, facts.quotas.length ? [...quotaRows(facts, speech, shown, row, uses.follow), ...uses.rows] : []),
    group(words.sites, siteRows(facts, speech, shown, row)),
    group(words.payments, paymentRows(facts, speech, shown, row)),
    group(
      words.designations,
      facts.designations
        .filter((layer) => layer.pieces.length)
        .map((layer) =>
          row(layer.title, {
            figure: speech.ha(layer.ha),
            picture: dottedSwatch(layer),
            ...switchOf(shown.designations, layer),
          }),
        ),
    ),
    group(words.marks, [
      row(words.names, named),
      shown.jurisdictions ? row(words.jurisdictions, parted) : null,
      ...markRows(facts, speech, shown, row),
    ]),
  ].filter((one) => one !== null);
}

/**
 * Dots within their outline, as on the map.
 * @param {DesignationLayer} layer
 */
function dottedSwatch(layer) {
  return swatch((context, width, height, ratio) => {
    const path = new Path2D();
    path.rect(1.5, 1.5, width - 3, height - 3);
    context.fillStyle = "#fff";
    context.fill(path);
    context.fillStyle = dots(context, layer, ratio);
    context.fill(path);
    cased(context, path, dottedEdge(layer));
  });
}

/** @param {Stroke} stroke */
export function lineSwatch(stroke) {
  return swatch((context, width, height) => {
    const path = new Path2D();
    line(path, 2, height / 2, width - 2, height / 2);
    cased(context, path, { ...stroke, width: (stroke.width ?? 1) * 1.3 });
  });
}

/**
 * The quotas, of which one can be shown as circles, with the scale of the one that is.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Shown} shown
 * @param {Row} row
 * @param {() => void} follow Called when another one is shown.
 */
function quotaRows(facts, speech, shown, row, follow) {
  const scale = node("div", { class: "zp-scale", hidden: true });
  const show = (/** @type {number} */ place) => () => {
    shown.quota = place;
    scale.replaceChildren(...(place < 0 ? [] : quotaScale(facts, speech, place)));
    scale.hidden = place < 0;
    follow();
  };
  const group = "zp-quota";
  return [
    row(speech.words.no_quota, { on: true, turn: show(-1), group, kind: "zp-none" }),
    ...facts.quotas.map((quota, place) =>
      row(`${quota.title}, ${quota.period}`, {
        figure: speech.amount(quota.total, quota.unit),
        on: false,
        turn: show(place),
        group,
      }),
    ),
    scale,
  ];
}

/**
 * Three circles of round amounts.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} place
 */
function quotaScale(facts, speech, place) {
  const largest = Math.max(...facts.units.id.map((_, unit) => amountOf(facts, unit, place)));
  if (!largest) return [];
  const radius = bubbleRadius(facts, place);
  const round = (/** @type {number} */ value) => Number(value.toPrecision(1));
  const amounts = [...new Set([largest, largest / 4, largest / 20].map(round))];
  return amounts.map((amount) => {
    const size = Math.ceil(2 * radius(amount) + 4);
    const picture = swatch((context) => bubble(context, size / 2, size / 2, radius(amount)), size, size);
    return node("span", {}, picture, `${speech.value(amount)} ${facts.quotas[place].unit}`);
  });
}
