// Layers: what can be shown, each with what it looks like and how much land it is.

import { node } from "./dom.js";
import { box, bubble, cased, dots, dottedEdge, hatch, line, swatch } from "./patterns.js";
import { paymentRows } from "./payment_layer.js";
import { amountOf, bubbleRadius, useRows } from "./quota_use.js";
import { siteRows } from "./site_layer.js";
import { MARK_KINDS, markRows } from "./status_marks.js";

export function firstShown(facts) {
  const { zones, lines } = facts;
  return {
    main: true,
    overlays: new Set(zones.map((zone, place) => place).filter((place) => zones[place].kind === "overlay")),
    lines: new Set(lines),
    designations: new Set(),
    sites: new Set(), // hundreds of small marks, over the zones and names that a reader looks for first
    quota: -1,
    use: false,
    payments: null,
    marks: new Set(Object.keys(MARK_KINDS)),
    crowded: new Set(),
    jurisdictions: facts.jurisdictions.length > 1,
    names: false,
    hovered: -1,
    chosen: -1,
    homeZoom: 0,
    onPaper: false,
  };
}

// The control: one group of boxes a kind of layer. `changed` is called when something is switched.
export function layerControl(facts, speech, shown, changed) {
  const { words } = speech;
  const switchOf = (set, one) => (on) => (on ? set.add(one) : set.delete(one));
  const row = (title, figure, picture, isOn, turn, type = "checkbox", group = "", kind = "") => {
    const settings = { type, checked: isOn, on: { change: ({ target }) => (turn(target.checked), changed()) } };
    const input = node("input", group ? { ...settings, name: group } : settings);
    const said = node("span", { class: "zp-said" }, title, figure && node("small", {}, figure));
    return node("label", { class: `zp-row ${kind}` }, input, picture, said);
  };
  const group = (title, ...rows) =>
    rows.flat().length ? node("fieldset", {}, node("legend", {}, title), ...rows) : null;
  const figures = ({ units, ha }) => `${speech.units(units)} · ${speech.ha(ha)}`;

  const mains = facts.zones.filter((zone) => zone.kind === "main" && zone.units);
  const overlays = facts.zones.map((zone, place) => [zone, place]).filter(([zone]) => zone.kind === "overlay");
  const key = mains.map((zone) =>
    node(
      "li",
      { class: "zp-row" },
      box(() => zone.fill),
      node("span", { class: "zp-said" }, zone.title, node("small", {}, figures(zone))),
    ),
  );
  const quotaName = (quota) => `${speech.plain(quota.name)}, ${quota.period}`;
  const scale = node("div", { class: "zp-scale", hidden: true });
  const showQuota = (place) => () => {
    shown.quota = place;
    scale.replaceChildren(...(place < 0 ? [] : quotaScale(facts, speech, place)));
    scale.hidden = place < 0;
    uses.follow();
  };
  const showMain = (on) => {
    shown.main = on;
    shown.use = shown.use && !on;
    uses.follow();
  };
  const mainRow = row(words.main_shown, "", null, shown.main, showMain, "checkbox", "", "zp-fill");
  const uses = useRows(facts, speech, shown, row, mainRow.querySelector("input"));

  return [
    group(
      words.main,
      mainRow,
      node("ul", { class: "zp-key" }, key),
    ),
    group(
      words.overlays,
      overlays
        .filter(([zone]) => zone.units)
        .map(([zone, place]) =>
          row(
            zone.title,
            figures(zone),
            box((context, ratio) => hatch(context, zone.hatch, ratio)),
            shown.overlays.has(place),
            switchOf(shown.overlays, place),
          ),
        ),
    ),
    group(
      words.lines,
      facts.lines
        .filter((layer) => layer.pieces.length)
        .map((layer) =>
          row(
            layer.title,
            speech.ha(layer.ha),
            lineSwatch(layer),
            shown.lines.has(layer),
            switchOf(shown.lines, layer),
          ),
        ),
    ),
    group(
      words.quota,
      facts.quotas.length
        ? [
            row(words.no_quota, "", null, true, showQuota(-1), "radio", "zp-quota", "zp-none"),
            facts.quotas.map((quota, place) =>
              row(
                quotaName(quota),
                speech.amount(quota.total, quota.unit),
                null,
                false,
                showQuota(place),
                "radio",
                "zp-quota",
              ),
            ),
            scale,
            uses.rows,
          ]
        : [],
    ),
    group(words.sites, siteRows(facts, speech, shown, row)),
    group(words.payments, paymentRows(facts, speech, shown, row)),
    group(
      words.designations,
      facts.designations
        .filter((layer) => layer.pieces.length)
        .map((layer) =>
          row(
            speech.plain(layer.name),
            speech.ha(layer.ha),
            dottedSwatch(layer),
            false,
            switchOf(shown.designations, layer),
          ),
        ),
    ),
    group(
      words.marks,
      row(words.names, "", null, shown.names, (on) => (shown.names = on)),
      shown.jurisdictions
        ? row(words.jurisdictions, "", lineSwatch({ width: 1.3 }), true, (on) => (shown.jurisdictions = on))
        : [],
      markRows(facts, speech, shown, row),
    ),
  ];
}

// Dots within their outline, as on the map.
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

export function lineSwatch(layer) {
  return swatch((context, width, height) => {
    const path = new Path2D();
    line(path, 2, height / 2, width - 2, height / 2);
    cased(context, path, { ...layer, width: (layer.width ?? 1) * 1.3 });
  });
}

// Three circles of round amounts.
function quotaScale(facts, speech, place) {
  const largest = Math.max(...facts.units.id.map((_, unit) => amountOf(facts, unit, place)));
  if (!largest) return [];
  const radius = bubbleRadius(facts, place);
  const round = (value) => Number(value.toPrecision(1));
  const amounts = [...new Set([largest, largest / 4, largest / 20].map(round))];
  return amounts.map((amount) => {
    const size = Math.ceil(2 * radius(amount) + 4);
    const picture = swatch((context) => bubble(context, size / 2, size / 2, radius(amount)), size, size);
    return node("span", {}, picture, `${speech.value(amount)} ${facts.quotas[place].unit}`);
  });
}
