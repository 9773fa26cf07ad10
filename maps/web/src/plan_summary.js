// The summary: the plan as a whole, and what to know before relying on it.

import { node } from "./dom.js";
import { box } from "./patterns.js";
import { part } from "./unit_card.js";

export function planSummary(facts, speech, choose) {
  const { plan } = facts;
  const { words } = speech;
  const mains = facts.zones.filter((zone) => zone.kind === "main" && zone.units);
  const waiting = facts.units.status.filter((status) => status === 1 || status === 2).length;
  const hanging = facts.units.status.filter((status) => status === 4).length;
  const notices = [
    plan.note || null,
    facts.undrawn.length
      ? speech.say("undrawn", { names: facts.undrawn.map((unit) => facts.units.name[unit]).join(words.and) })
      : null,
    waiting ? speech.say("units_waiting", { n: speech.units(waiting) }) : null,
    hanging
      ? speech.say("units_assumed", { n: speech.units(hanging), names: plan.hangs_on.join(words.and) })
      : null,
    plan.parameters[0] ? speech.say("unread_parameters", { n: plan.parameters[0], all: plan.parameters[1] }) : null,
    plan.deductions.length && facts.quotas.length
      ? speech.say("not_deducted", { names: plan.deductions.map((name) => speech.plain(name)).join(words.and) })
      : null,
  ].filter(Boolean);
  return [
    node("h2", {}, plan.name),
    node(
      "dl",
      { class: "zp-facts" },
      [
        [words.date, plan.date],
        [words.rulebook, plan.rulebook + speech.say("in_brackets", { text: plan.country })],
        [words.units, speech.whole.format(facts.units.id.length)],
        [words.area, speech.ha(plan.area_ha)],
      ].map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value))),
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
      plan.decisions.map(([id, name, zone, reason]) =>
        node(
          "div",
          { class: "zp-item" },
          node(
            "p",
            {},
            node("button", { type: "button", class: "zp-link", on: { click: () => choose(id) } }, name),
            speech.say("named", { name: speech.say("in_brackets", { text: id }), value: zone }),
          ),
          node("p", { class: "zp-source" }, reason),
        ),
      ),
    ),
    part(
      words.assumptions,
      plan.assumptions.length
        ? [
            node(
              "ul",
              {},
              plan.assumptions.map(([name, assumed]) =>
                node("li", {}, speech.say("named", { name: speech.plain(name), value: assumed })),
              ),
            ),
          ]
        : [],
    ),
    plan.texts.length ? textsOfTheLaw(plan, speech) : null,
    part(
      words.sources,
      node("p", { class: "zp-source" }, plan.sources.join(", ")),
      node("p", { class: "zp-source" }, words.how_drawn),
    ),
  ];
}

// How many policies were checked against the text of the law.
export function checkedSaid(plan, speech) {
  const [all, n, official] = plan.checked;
  return speech.say("policies_checked", { n, all, official });
}

// Where the text of each policy was read: closed until somebody follows the badge.
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
      plan.texts.map(([title, told, kind, verified]) => {
        const reading = [words[`reading_${kind}`], verified ? null : words.not_checked].filter(Boolean);
        const said = speech.say("in_brackets", { text: reading.join(words.and) });
        return node("li", {}, title, node("p", { class: "zp-source" }, told, said));
      }),
    ),
  );
}

// Shares of land side by side; each carries its name in the list below, for colour alone tells nothing.
function landBar(mains, speech, whole) {
  const bar = node(
    "div",
    { class: "zp-bar", "aria-hidden": "true" },
    mains.map((zone) => {
      const share = node("span");
      share.style.width = `${(100 * zone.ha) / whole}%`;
      share.style.background = zone.fill;
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
        box(() => zone.fill),
        node("span", { class: "zp-said" }, zone.title),
        node("span", { class: "zp-number" }, speech.percent(zone.ha, whole)),
      ),
    ),
  );
  return [bar, list];
}
