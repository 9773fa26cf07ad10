// The card of a unit: what it is and why, in few words; all the working unfolds.

import { node } from "./dom.js";
import { icon } from "./icons.js";
import { landAmounts } from "./land_amounts.js";
import { signPicture } from "./overlay_signs.js";
import { netAmounts, netOfUnit } from "./payment_facts.js";
import { payingPolicies } from "./money_view.js";
import { working } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 */

// Policies that stand there before "more".
const LISTED = 4;

/**
 * @param {Scene} scene
 * @param {number} unit
 * @param {string[]} place What applies at the place that was asked for.
 * @param {{ show: () => void, close: () => void }} actions
 */
export function unitPanel(scene, unit, place, actions) {
  const { facts, speech, colours } = scene;
  const { words } = speech;
  return [
    heading(scene, unit, actions),
    verdict(scene, unit),
    place.length ? node("p", { class: "zp-here" }, speech.say("named", { name: words.here, value: place.join(", ") })) : null,
    landBox(facts, speech, unit),
    moneyBox(facts, speech, unit),
    policyBox(facts, speech, unit),
    node(
      "details",
      { class: "zp-working" },
      node("summary", {}, words.show_working),
      working(facts, speech, colours, unit),
    ),
  ].filter((one) => one !== null);
}

/**
 * @param {Scene} scene
 * @param {number} unit
 * @param {{ show: () => void, close: () => void }} actions
 */
function heading({ facts, speech }, unit, { show, close }) {
  const { words } = speech;
  const { units } = facts;
  const about = [facts.jurisdictions[units.jurisdiction[unit]], units.id[unit], speech.ha(units.area_ha[unit])];
  const button = (/** @type {string} */ name, /** @type {import("./icons.js").Icon} */ picture, /** @type {() => void} */ press) =>
    node("button", { type: "button", class: "zp-quiet", title: name, "aria-label": name, on: { click: press } }, icon(picture));
  return node(
    "header",
    { class: "zp-card-head" },
    node("div", {}, node("h2", { tabIndex: -1 }, units.name[unit]), node("p", {}, about.filter(Boolean).join(" · "))),
    node("div", { class: "zp-card-actions" }, button(words.show, "target", show), button(words.close, "close", close)),
  );
}

/**
 * @param {Scene} scene
 * @param {number} unit
 */
function verdict({ facts, speech, colours }, unit) {
  const { words } = speech;
  const { units, zones } = facts;
  const main = zones[units.main[unit]];
  const standing = units.standing[unit];
  const rule = facts.rules[facts.main_claims[unit].rule];
  const said = words[rule.kind === "locked" ? "locked" : standing];
  const line = node("p", { class: "zp-verdict" }, node("b", {}, main.title));
  line.style.setProperty("--zone", colours.zone(main));
  const overlays = units.overlays[unit].map((place) => {
    const { sign, title } = zones[place];
    return node("p", { class: "zp-also" }, sign && signPicture(sign, 18), node("span", {}, title));
  });
  return node(
    "div",
    {},
    line,
    overlays,
    node("p", { class: standing === "decided" ? "zp-standing" : "zp-standing zp-warn" }, said),
  );
}

/**
 * @param {string} title
 * @param {string} figure
 * @param {Child[]} content
 */
function box(title, figure, ...content) {
  const head = node("div", { class: "zp-box-head" }, node("h3", {}, title), figure ? node("span", {}, figure) : null);
  return node("section", { class: "zp-box-part" }, head, ...content);
}

/**
 * What a unit gets of each quota, and what that is beside its neighbours.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function landBox(facts, speech, unit) {
  const rows = facts.quota_rows.of(unit);
  if (!rows.length) return null;
  return node(
    "div",
    {},
    rows.map((row) => {
      const { title, period, unit: measure, jurisdictions } = facts.quotas[row.quota];
      const { base, ratios, mean, largest } = landAmounts(facts, row.quota, "");
      const whole = Number(jurisdictions[row.jurisdiction]);
      const part = whole ? speech.say("part_of", { part: speech.share(Number(row.amount) / whole), name: row.jurisdiction }) : "";
      const fill = node("i");
      fill.style.width = `${largest ? Math.max(1.5, (100 * Number(row.amount)) / largest) : 0}%`;
      const ratio = ratios[unit];
      return box(
        speech.capital(`${title}, ${period}`),
        part,
        node("p", { class: "zp-big" }, speech.amount(row.amount, measure)),
        node("div", { class: "zp-meter", "aria-hidden": "true" }, fill),
        base && ratio !== null && mean !== null
          ? node("p", {}, speech.say("beside_mean", { value: speech.rough(ratio), unit: base.unit, mean: speech.rough(mean) }))
          : null,
      );
    }),
  );
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function moneyBox(facts, speech, unit) {
  const { words } = speech;
  const { choices } = facts.payments;
  if (!choices.length) {
    const titles = payingPolicies(facts, unit).map((place) => facts.policies[place].title);
    const said = titles.length ? speech.say("pay_here", { names: titles.join(words.and) }) : words.none_pays;
    return box(words.view_money, "", node("p", {}, said));
  }
  const accounts = [...new Set(choices.map((choice) => choice.unit))];
  const lines = accounts.map((account) => {
    const whole = [...choices].reverse().find((choice) => choice.unit === account);
    const net = whole ? netOfUnit(facts.payments, netAmounts(facts.payments, whole), unit) : 0;
    const amount = `${speech.short(Math.abs(net))} ${account}`;
    return net ? speech.say(net > 0 ? "receives_net" : "pays_net", { amount }) : "";
  });
  const said = lines.filter(Boolean);
  return box(words.view_money, "", said.length ? said.map((line) => node("p", {}, line)) : node("p", {}, words.no_payment_here));
}

/**
 * Titles alone; what they say and where it is written stands in the working.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function policyBox(facts, speech, unit) {
  const rows = facts.policy_lists.of(facts.units.policies[unit]).filter((row) => row.holds);
  const titles = [...new Set(rows.map((row) => facts.policies[row.policy].title))];
  if (!titles.length) return null;
  const list = (/** @type {string[]} */ some) =>
    node("ul", { class: "zp-titles" }, some.map((title) => node("li", {}, title)));
  const rest = titles.slice(LISTED);
  return box(
    speech.words.policies,
    speech.whole.format(titles.length),
    list(titles.slice(0, LISTED)),
    rest.length
      ? node("details", {}, node("summary", {}, speech.say("n_more", { n: rest.length })), list(rest))
      : null,
  );
}
