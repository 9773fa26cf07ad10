// More: single layers and settings, which stand behind a button of the legend.

import { DIFFERENCES } from "./differences_view.js";
import { node } from "./dom.js";
import { signPicture } from "./overlay_signs.js";
import { siteFigure } from "./site_layer.js";
import { MARK_KINDS, MARK_SIGNS, MARK_TITLES, crowdedMarks, unitsMarked } from "./status_marks.js";
import { lineSwatch } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Facts } from "./plan_facts.js"
 *
 * @typedef {object} LayerBox
 * @property {string} key Of the layer in what is shown.
 * @property {string} title
 * @property {string} [figure]
 * @property {Child} [picture]
 */

/**
 * The layers that are on as the page opens.
 * @param {Facts} facts
 */
export function firstLayers(facts) {
  const crowded = crowdedMarks(facts);
  const waiting = unitsMarked(facts, "waiting").length && !crowded.has("waiting");
  return new Set([
    ...(facts.jurisdictions.length > 1 ? ["jurisdictions"] : []),
    ...(waiting ? ["marks waiting"] : []),
    ...(facts.comparison ? [DIFFERENCES] : []),
  ]);
}

/** @param {Scene} scene */
export function moreLayers(scene) {
  const { facts, speech } = scene;
  const { words } = speech;
  const crowded = crowdedMarks(facts);
  const group = (/** @type {string} */ title, /** @type {LayerBox[]} */ boxes) =>
    boxes.length
      ? node("fieldset", {}, node("legend", {}, title), boxes.map((box) => layerBox(scene, box)))
      : null;
  return [
    group(
      words.lines,
      facts.lines
        .filter((layer) => layer.pieces.length)
        .map((layer) => ({
          key: `line ${layer.code}`, title: layer.title, figure: speech.ha(layer.ha), picture: lineSwatch(layer),
        })),
    ),
    group(
      words.designations,
      facts.designations
        .filter((layer) => layer.pieces.length)
        .map((layer) => ({
          key: `designation ${layer.name}`, title: layer.title, figure: speech.ha(layer.ha),
          picture: lineSwatch({ ...layer, width: 1.4 }),
        })),
    ),
    group(
      words.sites,
      facts.sites.map((layer) => {
        const { title, period } = facts.quotas[layer.quota];
        return { key: `sites ${layer.quota}`, title: `${title}, ${period}`, figure: siteFigure(facts, speech, layer) };
      }),
    ),
    group(words.marks, [
      ...(facts.jurisdictions.length > 1 ? [{ key: "jurisdictions", title: words.jurisdictions }] : []),
      { key: "names", title: words.names },
      ...MARK_KINDS.map((kind) => ({ kind, count: unitsMarked(facts, kind).length }))
        .filter(({ count }) => count)
        .map(({ kind, count }) => ({
          key: `marks ${kind}`,
          title: words[MARK_TITLES[kind]],
          figure: [speech.units(count), crowded.has(kind) ? words.crowded : ""].filter(Boolean).join(" · "),
          picture: signPicture(MARK_SIGNS[kind], 20),
        })),
    ]),
    node("fieldset", {}, node("legend", {}, words.settings), scene.relief ? slider(scene, "relief") : null, slider(scene, "opacity")),
  ];
}

/**
 * @param {Scene} scene
 * @param {LayerBox} box
 */
function layerBox({ state }, { key, title, figure = "", picture }) {
  const input = node("input", { type: "checkbox", checked: state.shown.layers.has(key) });
  input.addEventListener("change", () => state.layer(key, input.checked));
  state.on(["layers"], ({ layers }) => (input.checked = layers.has(key)));
  const said = node("span", { class: "zp-said" }, title, figure ? node("small", {}, figure) : null);
  return node("label", { class: "zp-check" }, input, said, picture);
}

/**
 * @param {Scene} scene
 * @param {"relief" | "opacity"} key
 */
function slider({ state, speech }, key) {
  const input = node("input", { type: "range", min: "0", max: "100", value: String(Math.round(100 * state.shown[key])) });
  input.addEventListener("input", () => state.change({ [key]: Number(input.value) / 100 }));
  return node("label", { class: "zp-slider" }, node("span", {}, speech.words[key]), input);
}
