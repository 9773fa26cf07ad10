// The working: why a unit is what it is, the whole chain as the explanation tells it, each matter under its title.

import { drawn, node } from "./dom.js";
import { colourBox } from "./legend_rows.js";
import { signPicture } from "./overlay_signs.js";
import { paymentTexts } from "./payment_texts.js";
import { sitedText } from "./site_layer.js";

/**
 * @import { Colours } from "./colours.js"
 * @import { Child } from "./dom.js"
 * @import { CardHeading, CardLine, ClaimRow, LineLayer, PolicyRow, QuotaRow, RuleEntry, UnitRow, Word, ZoneLayer } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {Pick<CardLine, "depth" | "kind" | "decides"> & { text: string }} Line A line with its numbers in place.
 * @typedef {Record<Word, string>} Words
 */

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Colours} colours
 * @param {number} unit
 */
export function working(facts, speech, colours, unit) {
  const { words } = speech;
  const { units } = facts;
  const main = facts.zones[units.main[unit]];
  return [
    part(
      words.main,
      zoneTitle(zonePicture(colours, main), main.title),
      standingBadge(words, units.standing[unit], facts.rules[facts.main_claims[unit].rule]),
      claimText(facts, speech, facts.main_claims[unit]),
      factList(shownFigures(facts.unit_titles, units.shown[unit])),
    ),
    part(words.overlays, overlayTexts(facts, speech, colours, unit)),
    part(words.others, otherClaims(facts, speech, unit)),
    part(words.lines, lineTexts(facts, speech, unit)),
    part(words.quota, quotaTexts(facts, speech, unit)),
    part(words.land, headed(facts, speech, units.derived[unit]), headed(facts, speech, units.norms[unit])),
    part(words.energy, headed(facts, speech, units.energy[unit])),
    part(words.services, headed(facts, speech, units.services[unit])),
    part(words.payments, paymentTexts(facts, speech, unit), headedFold(facts, speech, units.flows[unit])),
    part(words.policies, policyTexts(facts, speech, unit)),
    part(words.industries, headed(facts, speech, units.industries[unit])),
  ].filter((one) => one !== null);
}

/**
 * @param {Words} words
 * @param {UnitRow["standing"]} standing
 * @param {RuleEntry} rule
 */
function standingBadge(words, standing, rule) {
  const settings = { class: standing === "decided" ? "zp-badge" : "zp-badge zp-warn" };
  return node("p", {}, node("span", settings, words[rule.kind === "locked" ? "locked" : standing]));
}

/**
 * What a zone is drawn with: the fill of a main function, the sign of an overlay.
 * @param {Colours} colours
 * @param {ZoneLayer} zone
 */
export function zonePicture(colours, zone) {
  return zone.sign ? signPicture(zone.sign, 20) : colourBox(colours.zone(zone));
}

/**
 * A part of a sheet under its title; none where there is nothing to say.
 * @param {string} title
 * @param {Child[]} content
 */
export function part(title, ...content) {
  return content.flat().filter(Boolean).length
    ? node("section", { class: "zp-part" }, node("h3", {}, title), ...content)
    : null;
}

/**
 * @param {Node} picture
 * @param {string} title
 */
function zoneTitle(picture, title) {
  return node("p", { class: "zp-zone" }, picture, node("strong", {}, title));
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Colours} colours
 * @param {number} unit
 */
function overlayTexts(facts, speech, colours, unit) {
  return facts.units.overlays[unit].map((place) => {
    const zone = facts.zones[place];
    const claims = facts.claims.of(unit).filter((claim) => claim.zone === place && claim.answer === "yes");
    return node(
      "div",
      { class: "zp-overlay" },
      zoneTitle(zonePicture(colours, zone), zone.title),
      claims.map((claim) => claimText(facts, speech, claim)),
    );
  });
}

/**
 * A line as it is on the map.
 * @param {Pick<LineLayer, "colour" | "width" | "dashes">} layer
 */
export function lineSwatch({ colour, width, dashes }) {
  const line = drawn("line", {
    x1: 1, x2: 25, y1: 7, y2: 7, stroke: colour, "stroke-width": width * 1.3,
    "stroke-dasharray": dashes.map((length) => length * width).join(" "),
  });
  return drawn("svg", { class: "zp-line-swatch", width: 26, height: 14, "aria-hidden": "true" }, line);
}

/**
 * Claims that decided nothing: of other main functions, and of overlays that a missing value leaves open.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function otherClaims(facts, speech, unit) {
  const held = facts.units.overlays[unit];
  return facts.claims
    .of(unit)
    .filter((claim) => !(claim.answer === "yes" && held.includes(claim.zone)))
    .map((claim) => {
      const verb = claim.answer === "yes" ? "claims" : "may_claim";
      return node(
        "div",
        { class: "zp-other" },
        node(
          "p",
          {},
          node("strong", {}, ruleName(speech, facts.rules[claim.rule])),
          " ",
          speech.say(verb, { zone: facts.zones[claim.zone].title }),
        ),
        claimText(facts, speech, claim),
      );
    });
}

/**
 * @param {Speech} speech
 * @param {RuleEntry} rule
 */
function ruleName(speech, rule) {
  if (rule.kind === "rule") return speech.say("rule", { id: rule.id });
  return speech.words[rule.kind === "locked" ? "locked" : "by_decision"];
}

/**
 * A reason line by line, as the explanation tells it.
 * @param {Facts} facts
 * @param {number} reason
 * @returns {Line[]}
 */
export function linesOf(facts, reason) {
  return facts.reasons.of(reason).map((line) => ({ ...line, text: filled(facts, line) }));
}

/**
 * A text is kept once for all units; the numbers of this one go where its gaps are.
 * @param {Pick<Facts, "texts">} facts
 * @param {Pick<CardHeading, "text" | "numbers">} line
 */
export function filled({ texts }, { text, numbers }) {
  return texts[text]
    .split("\0")
    .map((part, place) => (place ? numbers[place - 1] + part : part))
    .join("");
}

/**
 * The document of the whole chain, which stands last; those of its links stand deeper.
 * @param {Line[]} lines
 */
function sourceOf(lines) {
  const last = lines[lines.length - 1];
  return last?.kind === "reference" && last.depth <= 1 ? last : null;
}

/** @param {Line} line */
const isClause = ({ kind }) => kind === "yes" || kind === "no" || kind === "unknown";

/**
 * Why a zone claims the unit: what decided and its clauses; thresholds and where they are written unfold.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {ClaimRow} claim
 */
function claimText(facts, speech, { reason }) {
  const { words } = speech;
  const lines = linesOf(facts, reason);
  const source = sourceOf(lines);
  const [first, ...clauses] = lines.filter((line) => line.kind === "reason" || isClause(line));
  const nested = clauses.some((line) => line.kind === "reason");
  const rest = lines.slice(1).filter((line) => line !== source && (nested || !isClause(line)));
  const listed = clauses.map((line) => chainLine(words, line));
  return node(
    "div",
    { class: "zp-why" },
    node("p", {}, first.text),
    clauses.length ? node("ul", { class: "zp-clauses" }, listed) : null,
    folded(words, nested ? words.because : words.thresholds, rest),
    sourceText(source),
  );
}

/**
 * Why a line, quota, payment or policy is what it is; all of it unfolds.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} reason
 * @param {number} from The depth below which all was said before.
 */
function unfolding(facts, speech, reason, from = 0) {
  const lines = linesOf(facts, reason).filter((line) => line.depth >= from);
  const source = sourceOf(lines);
  const rest = lines.filter((line) => line !== source);
  return [folded(speech.words, speech.words.because, rest), sourceText(source)];
}

/**
 * @param {Words} words
 * @param {string} title
 * @param {Line[]} lines
 */
function folded(words, title, lines) {
  if (!lines.length) return null;
  const listed = lines.map((line) => chainLine(words, line));
  return node(
    "details",
    { class: "zp-fold" },
    node("summary", {}, title),
    node("ul", { class: "zp-clauses" }, listed),
  );
}

/** @param {Line | null} source */
function sourceText(source) {
  return source ? node("p", { class: "zp-source" }, source.text) : null;
}

/** @type {Record<Line["kind"], string>} */
const SIGNS = { reason: "", setting: "", yes: "✓", no: "✗", unknown: "?", parameter: "=", reference: "§" };

/**
 * @param {Words} words
 * @param {Line} line
 */
function chainLine(words, { depth, kind, decides, text }) {
  const said = kind === "yes" || kind === "no" || kind === "unknown" || kind === "reference" ? words[kind] : "";
  const answer = said ? { role: "img", "aria-label": said, title: said } : {};
  return node(
    "li",
    { class: `zp-${kind} zp-deep-${Math.min(Math.max(depth - 1, 0), 3)}${decides ? "" : " zp-idle"}` },
    SIGNS[kind] ? node("span", { class: "zp-answer", ...answer }, SIGNS[kind]) : null,
    node("span", {}, text),
  );
}

/**
 * Many headings with their chains in one fold, where the card has said the amounts already.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} list
 */
function headedFold(facts, speech, list) {
  const lines = facts.headings.of(list).flatMap((heading) => [
    /** @type {Line} */ ({ depth: 1, kind: "reason", decides: true, text: filled(facts, heading) }),
    ...linesOf(facts, heading.reason).map((line) => ({ ...line, depth: line.depth + 2 })),
  ]);
  return folded(speech.words, speech.words.because, lines);
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} list
 */
function headed(facts, speech, list) {
  return facts.headings.of(list).map((heading) => {
    const why = unfolding(facts, speech, heading.reason);
    return node("div", { class: "zp-item" }, node("p", {}, filled(facts, heading)), why);
  });
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function lineTexts(facts, speech, unit) {
  return facts.line_rows.of(unit).map(({ line, claimed_ha, settled_ha, lost_to, reason }) => {
    const layer = facts.lines[line];
    const lost = claimed_ha - settled_ha;
    const told = [speech.ha(settled_ha)];
    if (lost > 0.005) told.push(speech.say("claimed", { n: speech.ha(claimed_ha) }));
    if (lost_to.length) told.push(speech.say("lost", { n: speech.ha(lost), line: lost_to.join(speech.words.and) }));
    return node(
      "div",
      { class: "zp-item" },
      zoneTitle(lineSwatch(layer), layer.title),
      node("p", {}, told.join(" · ")),
      unfolding(facts, speech, reason),
    );
  });
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function quotaTexts(facts, speech, unit) {
  const texts = facts.quota_rows.of(unit).map((row) => {
    const quota = facts.quotas[row.quota];
    const whole = quota.jurisdictions[row.jurisdiction];
    return node(
      "div",
      { class: "zp-item" },
      node(
        "p",
        { class: "zp-amount" },
        node("strong", {}, speech.amount(row.amount, quota.unit)),
        " ",
        node("span", { class: "zp-muted" }, `${quota.title}, ${quota.period}`),
        whole
          ? node("small", {}, speech.say("of_whole", { n: speech.amount(whole, quota.unit), name: row.jurisdiction }))
          : null,
      ),
      factList(quotaFigures(facts, speech, unit, row)),
      unfolding(facts, speech, row.reason),
    );
  });
  if (!texts.length) return [];
  const names = facts.plan.deductions.map((name) => speech.plain(name)).join(speech.words.and);
  return [...texts, names ? node("p", { class: "zp-caution" }, speech.say("not_deducted", { names })) : null];
}

/** @param {{ name: string, value: string }[]} figures */
function factList(figures) {
  if (!figures.length) return null;
  const rows = figures.map(({ name, value }) => node("div", {}, node("dt", {}, name), node("dd", {}, value)));
  return node("dl", { class: "zp-facts" }, rows);
}

/**
 * What the columns of a table say of a row that people read without a line of code for each.
 * @param {readonly string[]} titles
 * @param {readonly string[]} texts
 */
function shownFigures(titles, texts) {
  return titles.map((name, place) => ({ name, value: texts[place] })).filter(({ value }) => value);
}

/**
 * The figures of a quota in a unit; those of which there is nothing to say are left out.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 * @param {QuotaRow} row
 */
function quotaFigures(facts, speech, unit, row) {
  const { words } = speech;
  const { objective, solution } = facts.quotas[row.quota];
  const { amount, ceiling, weight, binding, price, price_text, shown } = row;
  const free = objective ? words.not_bound_best : words.not_bound;
  const used = Number(ceiling) > 0 ? speech.share(Number(amount) / Number(ceiling)) : "";
  return [
    { name: objective === "suitability" ? words.suitability : words.weight, value: speech.value(weight) },
    ...shownFigures(facts.quota_titles, shown),
    { name: words.use, value: used },
    { name: words.binding, value: binding ? (words[/** @type {Word} */ (binding)] ?? binding) : free },
    { name: words.sited, value: sitedText(facts, speech, unit, row.quota) },
    { name: words.price, value: price === null ? "" : price_text || speech.value(price) },
    { name: words.objective, value: solution },
  ].filter(({ value }) => value);
}

/**
 * Of a policy that applies because nobody knows better: what is missing; empty for others.
 * @param {Speech} speech
 * @param {PolicyRow} row
 */
export function unknownSaid(speech, { unknown }) {
  return unknown.length ? speech.say("not_known", { text: unknown.join(speech.words.and) }) : "";
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function policyTexts(facts, speech, unit) {
  const reasons = facts.reason_lists[facts.units.policy_reasons[unit]];
  const list = facts.policy_lists.of(facts.units.policies[unit]).map((row, nth) => {
    const policy = facts.policies[row.policy];
    const title = node(row.holds ? "strong" : "s", {}, policy.title);
    const told = facts.settings.of(row.settings).map(({ name, value }) => speech.say("named", { name, value }));
    const badge = (/** @type {string} */ text, warn = "") => node("span", { class: `zp-badge${warn}` }, text);
    return node(
      "li",
      { class: row.holds ? "" : "zp-overruled", tabIndex: -1, "data-policy": String(row.policy) },
      node(
        "p",
        { class: "zp-policy" },
        title,
        " ",
        badge(speech.plain(policy.instrument)),
        policy.doubt ? badge(policy.doubt, " zp-warn") : null,
        row.unknown.length ? badge(unknownSaid(speech, row), " zp-warn") : null,
        row.over === null
          ? null
          : badge(speech.say("overruled", { title: facts.policies[row.over].title }), " zp-warn"),
        row.part_ha === null ? null : badge(speech.say("in_part", { n: speech.ha(row.part_ha) })),
        row.inherited_from ? badge(speech.say("inherited", { name: row.inherited_from })) : null,
      ),
      row.exception ? node("p", { class: "zp-caution" }, speech.say("excepted", { text: row.exception })) : null,
      node("p", {}, policy.clause),
      policy.extent ? node("p", { class: "zp-caution" }, policy.extent) : null,
      told.length ? node("p", { class: "zp-settings" }, told.join(" · ")) : null,
      unfolding(facts, speech, reasons[nth], 1),
    );
  });
  return list.length ? [node("ul", { class: "zp-policies" }, list)] : [];
}

/**
 * What applies at one place inside a unit.
 * @param {Facts} facts
 * @param {number} piece
 */
export function textsAt(facts, piece) {
  if (piece < 0) return [];
  const lines = facts.lines.filter((layer) => layer.holds.has(piece)).map((layer) => layer.title);
  const layers = facts.designations
    .filter((layer) => layer.holds.has(piece))
    .map((layer) => layer.title);
  return [...lines, ...layers];
}
