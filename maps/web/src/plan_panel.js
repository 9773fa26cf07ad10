// The plan as a whole: how much land each function has where, how well it is founded, and what to know before use.

import { differencesPanel } from "./differences_panel.js";
import { drawn, flattened, node } from "./dom.js";
import { adoptedPart, isMoved, knowsZones, movedUnits } from "./shown_plan.js";
import { storyPanel, tellStep } from "./story.js";
import { movedSaid } from "./unit_names.js";
import { part } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Summary } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 */

// Jurisdictions that stand there before "more".
const LISTED = 8;

/**
 * @param {Scene} scene
 * @param {(id: string) => void} choose
 * @param {Scene} adopted That of the adopted plan, whatever is shown.
 */
export function planPanel(scene, choose, adopted = scene) {
  const { facts, speech } = scene;
  const { plan } = adopted.facts;
  const { story, view } = scene.state.shown;
  const many = facts.jurisdictions.length > 1 ? [speech.count("n_jurisdictions", facts.jurisdictions.length)] : [];
  const size = [speech.units(facts.units.id.length), ...many, speech.land(plan.area_ha)];
  const eyebrow = node("p", { class: "zp-eyebrow" }, size.join(" · "));
  /** @type {Child[]} */
  const told = story >= 0 ? [storyPanel(adopted, story)] : view === "differences" ? [eyebrow, differencesPanel(adopted, choose)] : [];
  if (!isMoved(facts)) return flattened(told.length ? told : [eyebrow, headline(scene), landByFunction(scene), quality(facts, speech, choose)]);
  if (told.length) return flattened([adoptedPart(speech, told)]);
  const zones = knowsZones(facts) ? [movedHeadline(scene, adopted.facts), landByFunction(scene)] : [node("h2", { class: "zp-headline" }, speech.words.try_zones_stale)];
  return flattened([eyebrow, zones, adoptedPart(speech, quality(adopted.facts, speech, choose))]);
}

/**
 * How many units are something else than in the adopted plan, and how many each main function has.
 * @param {Scene} scene
 * @param {Facts} adopted
 */
function movedHeadline({ facts, speech }, adopted) {
  const count = (/** @type {number} */ units) => speech.whole.format(units);
  const figures = facts.zones.flatMap(({ kind, title, units }, place) => {
    const was = adopted.zones[place].units;
    if (kind !== "main" || !(units || was)) return [];
    const before = units === was ? null : node("small", {}, speech.say("try_adopted", { value: count(was) }));
    return [node("div", {}, node("dt", {}, title), node("dd", {}, count(units), before))];
  });
  return node(
    "div",
    {},
    node("h2", { class: "zp-headline" }, movedSaid(facts, speech, movedUnits(facts, adopted))),
    node("dl", { class: "zp-four" }, figures),
  );
}

/**
 * What the plan does in one sentence, a second one, and four numbers.
 * @param {Scene} scene
 */
function headline(scene) {
  const { facts, speech, colours } = scene;
  const { title, lead, numbers, story } = facts.headline;
  /** @type {Child[]} */
  const parts = [];
  title.forEach(({ text, zone: code }, place) => {
    const zone = facts.zones.find((one) => one.code === code);
    // what is underlined keeps the comma behind it, lest that begins a line
    const before = place && title[place - 1].zone ? (/^\S*/.exec(text)?.[0] ?? "") : "";
    if (!zone) return void parts.push(text.slice(before.length));
    const underlined = node("span", { class: "zp-underlined" }, text);
    underlined.style.setProperty("--zone", colours.zone(zone));
    const next = title[place + 1];
    const sign = next && !next.zone ? /^\S*/.exec(next.text)?.[0] : "";
    parts.push(node("span", { class: "zp-together" }, underlined, sign));
  });
  const figures = numbers.map(({ value, unit, label }) =>
    node("div", {}, node("dt", {}, label), node("dd", {}, value, unit ? node("small", {}, unit) : null)),
  );
  return node(
    "div",
    {},
    node("h2", { class: "zp-headline" }, parts),
    lead ? node("p", { class: "zp-lead" }, lead) : null,
    numbers.length ? node("dl", { class: "zp-four" }, figures) : null,
    story.length
      ? node(
          "p",
          { class: "zp-buttons" },
          node(
            "button",
            { type: "button", class: "zp-button zp-primary", on: { click: () => tellStep(scene, 0) } },
            speech.count("story_start", story.length),
          ),
        )
      : null,
  );
}

/**
 * One bar for each jurisdiction, or for all the land where there is one.
 * @param {Scene} scene
 */
export function landByFunction({ facts, speech, colours }) {
  const { words } = speech;
  const { units, jurisdictions } = facts;
  const several = jurisdictions.length > 1;
  // the reserves that they hold are not handed out anew
  const named = isMoved(facts) ? { quota: "", jurisdictions: [] } : facts.headline;
  const amounts = new Map(named.jurisdictions.map(({ name, amount }) => [name, amount]));
  const groups = (several ? jurisdictions : [facts.plan.name]).map((name, place) => ({
    name,
    members: units.id.map((_, unit) => unit).filter((unit) => !several || units.jurisdiction[unit] === place),
  }));
  const rows = groups.map(({ name, members }) => {
    const whole = members.reduce((sum, unit) => sum + units.area_ha[unit], 0) || 1;
    const shares = facts.zones
      .map((zone, place) => ({
        zone,
        share: members.filter((unit) => units.main[unit] === place).reduce((sum, unit) => sum + units.area_ha[unit], 0) / whole,
      }))
      .filter(({ zone, share }) => zone.kind === "main" && share > 0);
    const said = shares.map(({ zone, share }) => speech.say("named", { name: zone.title, value: speech.percent(share, 1) }));
    const amount = amounts.get(name);
    return node(
      "div",
      { class: "zp-bar-row" },
      node("span", {}, name),
      node(
        "span",
        { class: "zp-stack", role: "img", "aria-label": said.join(words.and), title: said.join("\n") },
        shares.map(({ zone, share }) => {
          const piece = node("i");
          piece.style.width = `${100 * share}%`;
          piece.style.background = colours.zone(zone);
          return piece;
        }),
      ),
      node("em", {}, amount ? speech.amount(amount, "").trim() : ""),
    );
  });
  const rest = rows.slice(LISTED);
  return node(
    "section",
    { class: "zp-bars" },
    node(
      "div",
      { class: "zp-box-head" },
      node("h3", {}, words.share_of_land),
      several && named.quota ? node("span", {}, speech.capital(named.quota)) : null,
    ),
    rows.slice(0, LISTED),
    rest.length ? node("details", {}, node("summary", {}, speech.say("n_more", { n: rest.length })), rest) : null,
  );
}

/**
 * How many policies were read in the text of the law, as a ring; behind it all that is to be known before use.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {(id: string) => void} choose
 */
function quality(facts, speech, choose) {
  const { plan } = facts;
  const { words } = speech;
  const { policies, policies_read, sentences } = facts.headline.quality;
  const [first, ...others] = policies ? sentences : [words.no_policies, ...sentences];
  return node(
    "details",
    { class: "zp-quality", id: "zp-quality" },
    node(
      "summary",
      {},
      ring(policies ? policies_read / policies : 1),
      node(
        "span",
        {},
        node("b", {}, first),
        " ",
        [...others, noticesOf(facts, speech).length ? words.before_use : words.about_sources].join(" "),
      ),
    ),
    plan.description ? node("p", { class: "zp-muted" }, plan.description) : null,
    notices(facts, speech),
    part(words.decisions, decisions(plan, speech, choose)),
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
  );
}

/** @param {number} share */
function ring(share) {
  const around = 2 * Math.PI * 14;
  const circle = { cx: 18, cy: 18, r: 14, fill: "none", "stroke-width": 4 };
  return drawn(
    "svg",
    { class: "zp-ring", width: 34, height: 34, viewBox: "0 0 36 36", "aria-hidden": "true" },
    drawn("circle", { ...circle, class: "zp-ring-all" }),
    drawn("circle", {
      ...circle,
      class: "zp-ring-part",
      "stroke-dasharray": `${share * around} ${around}`,
      transform: "rotate(-90 18 18)",
    }),
  );
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 */
function notices(facts, speech) {
  const texts = noticesOf(facts, speech);
  return texts.length
    ? node(
        "ul",
        { class: "zp-notices" },
        texts.map((text) => node("li", {}, text)),
      )
    : null;
}

/**
 * @param {Summary} plan
 * @param {Speech} speech
 * @param {(id: string) => void} choose
 */
function decisions(plan, speech, choose) {
  return plan.decisions.map(({ unit_id, name, zone, reason }) =>
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
  );
}

/**
 * What to know before relying on the plan.
 * @param {Facts} facts
 * @param {Speech} speech
 */
function noticesOf(facts, speech) {
  const { plan, units } = facts;
  const { words } = speech;
  const waiting = units.status.filter((status) => status === "contested" || status === "review").length;
  const hanging = units.status.filter((status) => status === "assumed").length;
  const { all, unverified } = plan.parameters;
  return [
    plan.note,
    undrawnSaid(facts, speech),
    waiting ? speech.say("units_waiting", { n: speech.units(waiting) }) : "",
    hanging ? speech.say("units_assumed", { n: speech.units(hanging), names: plan.hangs_on.join(words.and) }) : "",
    unverified ? speech.say("unread_parameters", { n: unverified, all }) : "",
    facts.quotas.length ? notDeducted(plan, speech) : "",
  ].filter(Boolean);
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 */
export function undrawnSaid({ units, undrawn }, speech) {
  const names = undrawn.map((unit) => units.full[unit]).join(speech.words.and);
  return names ? speech.say("undrawn", { names }) : "";
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
function checkedSaid(plan, speech) {
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
      plan.texts.map(({ title, source, reading }) => {
        const said = speech.say("in_brackets", { text: reading });
        return node("li", {}, title, node("p", { class: "zp-source" }, source, said));
      }),
    ),
  );
}
