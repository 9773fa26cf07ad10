// The summary: the plan as a whole, and what to know before relying on it.

import { node } from "./dom.js";
import { zoneBox } from "./patterns.js";
import { part } from "./unit_card.js";

/**
 * @import { Summary, ZoneLayer } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 */

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {(id: string) => void} choose
 */
export function planSummary(facts, speech, choose) {
  const { plan } = facts;
  const { words } = speech;
  const mains = facts.zones.filter((zone) => zone.kind === "main" && zone.units);
  const notices = noticesOf(facts, speech);
  const figures = [
    { name: words.date, value: plan.date },
    { name: words.rulebook, value: plan.rulebook + speech.say("in_brackets", { text: plan.country }) },
    { name: words.units, value: speech.whole.format(facts.units.id.length) },
    { name: words.area, value: speech.ha(plan.area_ha) },
  ];
  return [
    node("h2", {}, plan.name),
    node(
      "dl",
      { class: "zp-facts" },
      figures.map(({ name, value }) => node("div", {}, node("dt", {}, name), node("dd", {}, value))),
    ),
    part(words.share_of_land, landBar(mains, speech, plan.area_ha)),
    notices.length
      ? node(
          "section",
          { class: "zp-notices" },
          node("h3", {}, words.before_use),
          node(
            "ul",
            {},
            notices.map((text) => node("li", {}, text)),
          ),
        )
      : null,
    part(
      words.decisions,
      plan.decisions.map(({ unit_id, name, zone, reason }) =>
        node(
          "div",
          { class: "zp-item" },
          node(
            "p",
            {},
            node("button", { type: "button", class: "zp-link", on: { click: () => choose(unit_id) } }, name),
            speech.say("named", { name: speech.say("in_brackets", { text: unit_id }), value: zone }),
          ),
          node("p", { class: "zp-source" }, reason),
        ),
      ),
    ),
    part(
      words.assumptions,
      plan.assumptions.length
        ? node(
            "ul",
            {},
            plan.assumptions.map(({ title, assumed }) =>
              node("li", {}, speech.say("named", { name: speech.plain(title), value: assumed })),
            ),
          )
        : null,
    ),
    plan.texts.length ? textsOfTheLaw(plan, speech) : null,
    part(
      words.sources,
      node("p", { class: "zp-source" }, plan.sources.join(", ")),
      node("p", { class: "zp-source" }, words.how_drawn),
    ),
  ].filter((one) => one !== null);
}

/**
 * What to know before relying on the plan.
 * @param {Facts} facts
 * @param {Speech} speech
 */
function noticesOf(facts, speech) {
  const { plan, units, undrawn } = facts;
  const { words } = speech;
  const waiting = units.status.filter((status) => status === "contested" || status === "review").length;
  const hanging = units.status.filter((status) => status === "assumed").length;
  const { all, unverified } = plan.parameters;
  return [
    plan.note,
    undrawn.length ? speech.say("undrawn", { names: undrawn.map((unit) => units.name[unit]).join(words.and) }) : "",
    waiting ? speech.say("units_waiting", { n: speech.units(waiting) }) : "",
    hanging ? speech.say("units_assumed", { n: speech.units(hanging), names: plan.hangs_on.join(words.and) }) : "",
    unverified ? speech.say("unread_parameters", { n: unverified, all }) : "",
    facts.quotas.length ? notDeducted(plan, speech) : "",
  ].filter(Boolean);
}

/**
 * What available land was not reduced by; empty where it was reduced by all.
 * @param {Summary} plan
 * @param {Speech} speech
 */
function notDeducted(plan, speech) {
  const names = plan.deductions.map((name) => speech.plain(name)).join(speech.words.and);
  return names ? speech.say("not_deducted", { names }) : "";
}

/**
 * How many policies were checked against the text of the law.
 * @param {Summary} plan
 * @param {Speech} speech
 */
export function checkedSaid(plan, speech) {
  const { all, verified, official } = plan.checked;
  return speech.say("policies_checked", { n: verified, all, official });
}

/**
 * Where the text of each policy was read: closed until somebody follows the badge.
 * @param {Summary} plan
 * @param {Speech} speech
 */
function textsOfTheLaw(plan, speech) {
  const { words } = speech;
  return node(
    "details",
    { class: "zp-part", id: "zp-texts" },
    node("summary", {}, words.texts),
    node("p", { class: "zp-source" }, checkedSaid(plan, speech)),
    node(
      "ul",
      {},
      plan.texts.map(({ title, source, reading, verified }) => {
        const told = [words[`reading_${reading}`], verified ? "" : words.not_checked].filter(Boolean);
        const said = speech.say("in_brackets", { text: told.join(words.and) });
        return node("li", {}, title, node("p", { class: "zp-source" }, source, said));
      }),
    ),
  );
}

/**
 * Shares of land side by side; each carries its name in the list below, for colour alone tells nothing.
 * @param {ZoneLayer[]} mains
 * @param {Speech} speech
 * @param {number} whole
 */
function landBar(mains, speech, whole) {
  const bar = node(
    "div",
    { class: "zp-bar", "aria-hidden": "true" },
    mains.map((zone) => {
      const share = node("span");
      share.style.width = `${(100 * zone.ha) / whole}%`;
      share.style.background = zone.fill ?? "";
      return share;
    }),
  );
  const list = node(
    "ul",
    { class: "zp-key" },
    mains.map((zone) =>
      node(
        "li",
        { class: "zp-row" },
        zoneBox(zone),
        node("span", { class: "zp-said" }, zone.title),
        node("span", { class: "zp-number" }, speech.percent(zone.ha, whole)),
      ),
    ),
  );
  return [bar, list];
}
