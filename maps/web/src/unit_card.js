// The card: what one unit is, and why.

import { node } from "./dom.js";
import { lineSwatch } from "./layer_control.js";
import { box, hatch } from "./patterns.js";
import { paymentTexts } from "./payment_layer.js";
import { shareText } from "./quota_use.js";
import { sitedFacts } from "./site_layer.js";

const STANDING = [
  "decided",
  "contested",
  "review",
  "review_overlay",
  "by_decision",
  "by_decision_overlay",
  "assumed",
];

export function unitCard(facts, speech, unit, place, actions) {
  const { words } = speech;
  const { units, zones } = facts;
  const main = zones[units.main[unit]];
  return [
    node(
      "header",
      { class: "zp-card-head" },
      node("h2", { tabIndex: -1 }, units.name[unit]),
      node(
        "p",
        { class: "zp-muted" },
        [units.id[unit], facts.jurisdictions[units.jurisdiction[unit]], speech.ha(units.area_ha[unit])]
          .filter(Boolean)
          .join(" · "),
      ),
      node("p", {}, standingBadge(words, units.standing[unit], facts.rules[units.main_claim[unit][0]])),
      node(
        "p",
        { class: "zp-actions" },
        node("button", { type: "button", on: { click: actions.show } }, words.show),
        node("button", { type: "button", on: { click: actions.close } }, words.close),
      ),
    ),
    place.length ? part(words.here, node("p", {}, place.join(" · "))) : null,
    part(
      words.main,
      zoneTitle(
        box(() => main.fill),
        main,
      ),
      claimText(facts, speech, units.main_claim[unit]),
    ),
    part(words.overlays, overlayTexts(facts, speech, unit)),
    part(words.others, otherClaims(facts, speech, unit)),
    part(words.lines, lineTexts(facts, speech, unit)),
    part(words.quota, quotaTexts(facts, speech, unit)),
    part(words.land, headed(facts, speech, facts.units.derived[unit]), headed(facts, speech, facts.units.norms[unit])),
    part(words.energy, headed(facts, speech, facts.units.energy[unit])),
    part(words.services, headed(facts, speech, facts.units.services[unit])),
    part(words.payments, paymentTexts(facts, speech, unit), headedFold(facts, speech, facts.units.flows[unit])),
    part(words.policies, policyTexts(facts, speech, unit)),
    part(words.industries, headed(facts, speech, facts.units.industries[unit])),
  ];
}

export function part(title, ...content) {
  return content.flat().filter(Boolean).length
    ? node("section", { class: "zp-part" }, node("h3", {}, title), ...content)
    : null;
}

function zoneTitle(picture, zone, ...more) {
  return node("p", { class: "zp-zone" }, picture, node("strong", {}, zone.title), ...more);
}

function standingBadge(words, standing, rule) {
  const settings = { class: STANDING[standing] === "decided" ? "zp-badge" : "zp-badge zp-warn" };
  return node("span", settings, words[rule?.kind === "locked" ? "locked" : STANDING[standing]]);
}

function overlayTexts(facts, speech, unit) {
  const held = facts.units.overlays[unit];
  return held.map((place) => {
    const zone = facts.zones[place];
    const claims = facts.units.claims[unit].filter((claim) => claim[1] === place && claim[2] === "yes");
    return node(
      "div",
      { class: "zp-overlay" },
      zoneTitle(
        box((context, ratio) => hatch(context, zone.hatch, ratio)),
        zone,
      ),
      claims.map((claim) => claimText(facts, speech, claim)),
    );
  });
}

// Claims that decided nothing: of other main functions, and of overlays that a missing value leaves open.
function otherClaims(facts, speech, unit) {
  const held = facts.units.overlays[unit];
  return facts.units.claims[unit]
    .filter((claim) => !(claim[2] === "yes" && held.includes(claim[1])))
    .map((claim) => {
      const rule = facts.rules[claim[0]];
      const verb = claim[2] === "yes" ? "claims" : "may_claim";
      return node(
        "div",
        { class: "zp-other" },
        node(
          "p",
          {},
          node("strong", {}, ruleName(speech, rule)),
          " ",
          speech.say(verb, { zone: facts.zones[claim[1]].title }),
        ),
        claimText(facts, speech, claim),
      );
    });
}

function ruleName(speech, rule) {
  return rule.kind === "rule" ? speech.say("rule", { id: rule.id }) : speech.words[rule.kind === "locked" ? "locked" : "by_decision"];
}

// A chain as the explanation tells it: a line is how deep it stands, what it is, and its text.
const KINDS = ["reason", "setting", "yes", "no", "unknown", "parameter", "reference"];

function linesOf(facts, why) {
  return facts.whys[why].map(([depth, kind, text, ...numbers]) => ({
    depth,
    kind: KINDS[Math.abs(kind) - 1],
    decides: kind > 0,
    text: filled(facts, text, numbers),
  }));
}

// A text is kept once for all units; the numbers of this one go where its gaps are.
function filled(facts, text, numbers) {
  return facts.texts[text]
    .split("\0")
    .map((part, place) => (place ? numbers[place - 1] + part : part))
    .join("");
}

// The document of the whole chain, which stands last; those of its links stand deeper.
function sourceOf(lines) {
  const last = lines[lines.length - 1];
  return last?.kind === "reference" && last.depth <= 1 ? last : null;
}

const isClause = ({ kind }) => ["yes", "no", "unknown"].includes(kind);

// Why a zone claims the unit: what decided and its clauses; thresholds and where they are written unfold.
function claimText(facts, speech, [, , , why]) {
  const lines = linesOf(facts, why);
  const source = sourceOf(lines);
  const shown = lines.filter((line) => line.kind === "reason" || isClause(line));
  const clauses = shown.slice(1);
  const nested = clauses.some((line) => line.kind === "reason");
  const rest = lines.slice(1).filter((line) => line !== source && (nested || !isClause(line)));
  return node(
    "div",
    { class: "zp-why" },
    node("p", {}, shown[0].text),
    clauses.length
      ? node(
          "ul",
          { class: "zp-clauses" },
          clauses.map((line) => chainLine(speech.words, line)),
        )
      : null,
    folded(speech.words, nested ? speech.words.because : speech.words.thresholds, rest),
    sourceText(source),
  );
}

// Why a line, quota, payment or policy is what it is; all of it unfolds.
function unfolding(facts, speech, why, from = 0) {
  const lines = linesOf(facts, why).filter((line) => line.depth >= from);
  const source = sourceOf(lines);
  return [
    folded(
      speech.words,
      speech.words.because,
      lines.filter((line) => line !== source),
    ),
    sourceText(source),
  ];
}

function folded(words, title, lines) {
  if (!lines.length) return null;
  return node(
    "details",
    { class: "zp-fold" },
    node("summary", {}, title),
    node(
      "ul",
      { class: "zp-clauses" },
      lines.map((line) => chainLine(words, line)),
    ),
  );
}

function sourceText(source) {
  return source ? node("p", { class: "zp-source" }, source.text) : null;
}

const SIGNS = { yes: "✓", no: "✗", unknown: "?", parameter: "=", reference: "§" };

function chainLine(words, { depth, kind, decides, text }) {
  const said = words[kind] ?? "";
  const answer = said && kind !== "parameter" ? { role: "img", "aria-label": said, title: said } : {};
  return node(
    "li",
    { class: `zp-${kind} zp-deep-${Math.min(Math.max(depth - 1, 0), 3)}${decides ? "" : " zp-idle"}` },
    SIGNS[kind] ? node("span", { class: "zp-sign", ...answer }, SIGNS[kind]) : null,
    node("span", {}, text),
  );
}

// Many headings with their chains in one fold, where the card has said the amounts already.
function headedFold(facts, speech, list) {
  const lines = facts.why_lists[list].flatMap(([why, text, ...numbers]) => [
    { depth: 1, kind: "reason", decides: true, text: filled(facts, text, numbers) },
    ...linesOf(facts, why).map((line) => ({ ...line, depth: line.depth + 2 })),
  ]);
  return folded(speech.words, speech.words.because, lines);
}

function headed(facts, speech, list) {
  return facts.why_lists[list].map(([why, text, ...numbers]) =>
    node("div", { class: "zp-item" }, node("p", {}, filled(facts, text, numbers)), unfolding(facts, speech, why)),
  );
}

function unseen(words) {
  return node("span", { class: "zp-badge zp-warn" }, words.unseen);
}

function lineTexts(facts, speech, unit) {
  return facts.units.lines[unit].map(([place, claimed, settled, lostTo, why]) => {
    const layer = facts.lines[place];
    const winners = lostTo.map((one) => (typeof one === "number" ? facts.lines[one].title : one)).join(speech.words.and);
    const lost = claimed - settled;
    const told = [speech.ha(settled)];
    if (lost > 0.005) told.push(speech.say("claimed", { n: speech.ha(claimed) }));
    if (winners) told.push(speech.say("lost", { n: speech.ha(lost), line: winners }));
    return node(
      "div",
      { class: "zp-item" },
      zoneTitle(lineSwatch(layer), layer),
      node("p", {}, told.join(" · ")),
      unfolding(facts, speech, why),
    );
  });
}

function quotaTexts(facts, speech, unit) {
  const { words } = speech;
  const texts = facts.units.quotas[unit].map((row) => {
    const [place, amount, floor, ceiling, weight, binding, jurisdiction, price, carried, transferred, told, why] = row;
    const quota = facts.quotas[place];
    const whole = quota.jurisdictions[jurisdiction];
    const free = quota.objective ? words.not_bound_best : words.not_bound;
    const facts_ = [
      [
        quota.objective === "suitability" ? words.suitability : words.weight,
        weight === null ? words.missing : speech.value(weight),
      ],
      [words.floor, speech.amount(floor, quota.unit)],
      [words.ceiling, speech.amount(ceiling, quota.unit)],
      Number(ceiling) > 0 && [words.use, shareText(speech, Number(amount) / Number(ceiling))],
      carried && [words.carried, speech.amount(carried, quota.unit)],
      transferred && [words.transferred, speech.amount(transferred, quota.unit)],
      [words.binding, binding ? (words[binding] ?? binding) : free],
      ...sitedFacts(facts, speech, unit, place),
      price !== null && [words.price, told || speech.value(price)],
      quota.solution && [words.objective, quota.solution],
    ].filter(Boolean);
    return node(
      "div",
      { class: "zp-item" },
      node(
        "p",
        { class: "zp-amount" },
        node("strong", {}, speech.amount(amount, quota.unit)),
        " ",
        node("span", { class: "zp-muted" }, `${speech.plain(quota.name)}, ${quota.period}`),
        whole
          ? node("small", {}, speech.say("of_whole", { n: speech.amount(whole, quota.unit), name: jurisdiction }))
          : null,
      ),
      node(
        "dl",
        { class: "zp-facts" },
        facts_.map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value))),
      ),
      unfolding(facts, speech, why),
    );
  });
  if (!texts.length) return [];
  const names = facts.plan.deductions.map((name) => speech.plain(name)).join(words.and);
  return [...texts, names ? node("p", { class: "zp-caution" }, speech.say("not_deducted", { names })) : null];
}

function policyTexts(facts, speech, unit) {
  const { words } = speech;
  const whys = facts.why_lists[facts.units.policy_whys[unit]];
  const list = facts.shared[facts.units.policies[unit]].map(([place, over, settings, part, exception, above], nth) => {
    const policy = facts.policies[place];
    const holds = over === -1;
    const title = node(holds ? "strong" : "s", {}, policy.title);
    const told = facts.settings[settings].map(([name, value]) => speech.say("named", { name, value }));
    return node(
      "li",
      { class: holds ? "" : "zp-overruled" },
      node(
        "p",
        { class: "zp-policy" },
        title,
        " ",
        node("span", { class: "zp-badge" }, speech.plain(policy.instrument)),
        policy.verified ? null : unseen(words),
        over < 0
          ? null
          : node("span", { class: "zp-badge zp-warn" }, speech.say("overruled", { title: facts.policies[over].title })),
        part === null ? null : node("span", { class: "zp-badge" }, speech.say("in_part", { n: speech.ha(part) })),
        above ? node("span", { class: "zp-badge" }, speech.say("inherited", { name: above })) : null,
      ),
      exception ? node("p", { class: "zp-caution" }, speech.say("excepted", { text: exception })) : null,
      node("p", {}, policy.clause),
      told.length ? node("p", { class: "zp-settings" }, told.join(" · ")) : null,
      unfolding(facts, speech, whys[nth], 1),
    );
  });
  return list.length ? [node("ul", { class: "zp-policies" }, list)] : [];
}

// What applies at one place inside a unit.
export function textsAt(facts, piece) {
  if (piece < 0) return [];
  const lines = facts.lines.filter((layer) => layer.holds.has(piece)).map((layer) => layer.title);
  const layers = facts.designations
    .filter((layer) => layer.holds.has(piece))
    .map((layer) => layer.name.replaceAll("_", " "));
  return [...lines, ...layers];
}
