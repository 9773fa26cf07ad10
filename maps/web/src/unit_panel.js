// The card of a unit: what it is and why, in few words; all the working unfolds.

import { movesOfUnit } from "./differences_panel.js";
import { flattened, node } from "./dom.js";
import { focusFirst } from "./focus.js";
import { gaugePicture } from "./gauges.js";
import { icon } from "./icons.js";
import { landAmounts, littleOf, plainBase, quotaRow, ratiosOf } from "./land_amounts.js";
import { signPicture } from "./overlay_signs.js";
import { netAmounts, netOfUnit } from "./payment_facts.js";
import { payingPolicies } from "./money_view.js";
import { MARK_SIGNS, MARK_TITLES, markOf } from "./status_marks.js";
import { adoptedPart, isMoved, knownQuotas, knowsZones, shownVerdict } from "./shown_plan.js";
import { whyUnknown } from "./unknown_view.js";
import { unknownSaid, working, zonePicture } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Colours } from "./colours.js"
 * @import { Child } from "./dom.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 * @import { Gauge, Verdict } from "./verdict.js"
 *
 * @typedef {{ show: () => void, compare: (event: MouseEvent) => void, beside: (unit: number) => void, close: () => void }} Actions
 * @typedef {(policy: number) => Node} PolicyLink
 */

// So many tests, and so many words of titles, stand there before "more".
const GAUGES = 3;
// A limit is near enough to tell how far it has to move if that is by no more than this factor.
const REACH = 2;
const WORDS = { programmes: 4, policies: 8 };
// A verdict of more words leaves room for one change and two tests alone, for no titles of policies, and no shares.
const LONG_VERDICT = 20;
// A note, or a line on an overlay, of more words is folded.
const LONG_NOTE = 13;
// So many signs of a script without spaces are read like a word.
const CJK_WORD = 1.6;

/**
 * @param {Scene} scene
 * @param {number} unit
 * @param {string[]} place What applies at the place that was asked for.
 * @param {Actions} actions
 * @param {Scene} adopted That of the adopted plan, whatever is shown.
 * @param {Child} [form] What is to be decided of the unit.
 */
export function unitPanel(scene, unit, place, actions, adopted = scene, form = null) {
  const { facts, speech } = scene;
  const { words } = speech;
  const said = shownVerdict(facts, unit, facts.units.name[unit]);
  const here = place.length ? node("p", { class: "zp-here" }, speech.say("named", { name: words.here, value: place.join(", ") })) : null;
  const head = [
    heading(scene, unit, actions),
    ...(scene.state.shown.comparing ? [node("p", { class: "zp-note" }, words.compare_help), neighbours(scene, unit, actions)] : []),
  ];
  const parts = isMoved(facts)
    ? [shownZones(scene, unit, said, adopted), movesOfUnit(scene, unit), here, gauges(scene, said), landBox(scene, unit, true, adopted.facts), form,
       adoptedPart(speech, rest(adopted, unit, shownVerdict(adopted.facts, unit, facts.units.name[unit])))]
    : [sentence(scene, unit, said), movesOfUnit(scene, unit), here, gauges(scene, said), ...rest(scene, unit, said, landBox(scene, unit, isLong(said))), form];
  return flattened([...head, ...parts]);
}

/**
 * What of the adopted plan alone is known: what would change the unit, money, policies and all the working.
 * @param {Scene} scene
 * @param {number} unit
 * @param {Verdict} said
 * @param {Child} [land]
 * @returns {Child[]}
 */
function rest({ facts, speech, colours, state }, unit, said, land = null) {
  const { words } = speech;
  const told = node(
    "details",
    { class: "zp-working" },
    node("summary", {}, words.show_working),
    working(facts, speech, colours, unit),
  );
  /** @type {PolicyLink} */
  const link = (policy) => policyLink(facts.policies[policy].title, told, policy);
  return [
    box(
      words.changes,
      standingSaid(facts, speech, unit),
      changesOf(said).map((change) => node("p", {}, change)),
      ownValues(facts, speech, said),
    ),
    land,
    moneyBox({ facts, speech, state }, unit, link),
    policyBox(facts, speech, unit, link, isLong(said)),
    told,
  ];
}

/**
 * What a unit is in what is shown in the place of the adopted plan, and what it is in that.
 * @param {Scene} scene
 * @param {number} unit
 * @param {Verdict} verdict
 * @param {Scene} adopted
 */
function shownZones(scene, unit, verdict, adopted) {
  const { facts, speech } = scene;
  const { words } = speech;
  const banner = facts.tried ? node("b", {}, words.try_banner) : null;
  if (!knowsZones(facts)) return node("div", { class: "zp-try-card" }, banner, node("p", {}, words.try_zones_stale));
  const said = (/** @type {Facts} */ { units, zones }) => [units.main[unit], ...units.overlays[unit]].map((zone) => zones[zone].title).join(" + ");
  const was = said(adopted.facts);
  return node(
    "div",
    { class: "zp-try-card" },
    banner,
    sentence(scene, unit, verdict),
    node("p", {}, standingSaid(facts, speech, unit)),
    was === said(facts) ? null : node("p", { class: "zp-note" }, speech.say("try_adopted", { value: was })),
  );
}

/**
 * The units around one, those of another main function first; each is put beside it.
 * @param {Scene} scene
 * @param {number} unit
 * @param {Actions} actions
 */
function neighbours({ facts, shapes, speech, colours }, unit, { beside }) {
  const { units, zones } = facts;
  const around = shapes.neighboursOf(unit).sort((one, other) => speech.collator.compare(units.full[one], units.full[other]));
  const isOther = (/** @type {number} */ one) => units.main[one] !== units.main[unit];
  const others = around.filter(isOther);
  const entries = [...others, ...around.filter((one) => !isOther(one))].map((one) => {
    const zone = zones[units.main[one]];
    const title = speech.say("named", { name: units.full[one], value: zone.title });
    const link = node("button", { type: "button", class: "zp-link", on: { click: () => beside(one) } }, title);
    return node("p", { class: "zp-neighbour" }, zonePicture(colours, zone), link);
  });
  if (!entries.length) return null;
  return box(speech.words.neighbours, speech.say("neighbours_apart", { n: others.length, all: around.length }), entries);
}

/**
 * @param {Scene} scene
 * @param {number} unit
 * @param {Omit<Actions, "compare" | "beside"> & Partial<Actions>} actions Without one to compare there is no button for it.
 */
export function heading({ facts, speech, state }, unit, { show, compare, close }) {
  const { words } = speech;
  const { units } = facts;
  const about = [facts.jurisdictions[units.jurisdiction[unit]], units.id[unit], speech.ha(units.area_ha[unit])];
  const button = (/** @type {string} */ name, /** @type {import("./icons.js").Icon} */ picture, /** @type {(event: MouseEvent) => void} */ press) =>
    node("button", { type: "button", class: "zp-quiet", title: name, "aria-label": name, on: { click: press } }, icon(picture));
  const comparer = compare ? button(words.compare, "compare", compare) : null;
  comparer?.setAttribute("data-said", words.compare_short);
  comparer?.setAttribute("aria-pressed", String(state.shown.comparing));
  comparer?.setAttribute("class", "zp-quiet zp-compare");
  return node(
    "header",
    { class: "zp-card-head" },
    node("div", {}, node("h2", { tabIndex: -1 }, units.name[unit]), node("p", {}, about.filter(Boolean).join(" · "))),
    node("div", { class: "zp-card-actions" }, button(words.show, "target", show), comparer, button(words.close, "close", close)),
  );
}

/**
 * The verdict in one sentence, a line for each overlay, and what is to be said of doubts.
 * @param {Scene} scene
 * @param {number} unit
 * @param {Verdict} verdict
 */
function sentence({ facts, speech, colours }, unit, verdict) {
  const { units, zones } = facts;
  const name = units.name[unit];
  const ends = verdict.sentence.slice(name.length).search(/[:：,，.。]/);
  const claim = ends < 0 ? verdict.sentence.length : name.length + ends;
  const line = node(
    "p",
    { class: "zp-verdict" },
    node("b", {}, verdict.sentence.slice(0, claim)),
    verdict.sentence.slice(claim),
  );
  line.style.setProperty("--zone", colours.zone(zones[units.main[unit]]));
  const overlays = verdict.overlays.map(({ zone, text, held }) => {
    const sign = held ? zones[zone].sign : MARK_SIGNS.waiting;
    return node(
      "p",
      { class: held ? "zp-also" : "zp-also zp-doubt" },
      sign && signPicture(sign, 18),
      wordsIn(text) > LONG_NOTE ? foldedLine(text) : node("span", {}, text),
    );
  });
  const standing = units.standing[unit];
  // what an overlay waits for stands in its line
  const doubtful = standing === "contested" || standing === "review" || standing === "assumed";
  const doubt = doubtful ? speech.words[standing] : "";
  const kind = markOf(facts, unit);
  return node("div", {}, line, overlays, noteOf(verdict.note, doubt, doubtful && kind ? signPicture(MARK_SIGNS[kind], 18) : null));
}

/**
 * A long line: what it says, and behind it why.
 * @param {string} text
 */
function foldedLine(text) {
  const ends = text.search(/[:：]/);
  if (ends < 0) return node("span", {}, text);
  return node("details", {}, node("summary", {}, text.slice(0, ends)), text.slice(ends + 1).trim());
}

/**
 * Whether a unit stands firm.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 */
function standingSaid(facts, { words }, unit) {
  const kind = markOf(facts, unit);
  if (kind) return words[MARK_TITLES[kind]];
  return isMoved(facts) ? "" : words.firm; // known of the adopted plan alone
}

/**
 * How far the nearest limit that would change a unit has to move; it unfolds to what other values of the unit would do.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {Verdict} verdict
 */
function ownValues({ zones }, speech, { nearest, owns }) {
  const known = nearest !== null && Math.abs(Math.log(1 + nearest)) <= Math.log(REACH);
  const moved = known ? speech.capital(speech.say("nearest_limit", { n: speech.signedShare(nearest) })) : "";
  if (!owns.length) return moved ? node("p", {}, moved) : null;
  const lines = owns.map(({ title, valueText, limitText, way, zone }) =>
    node("p", {}, speech.say(way, { what: title, value: valueText, limit: limitText, zone: zones[zone].title })),
  );
  return node("details", { class: "zp-own" }, node("summary", {}, moved || speech.words.own_values), lines);
}

/** Whether a verdict leaves little room for the rest. */
function isLong(/** @type {Verdict} */ { sentence, overlays, note }) {
  const lines = overlays.map(({ text }) => (wordsIn(text) > LONG_NOTE ? text.split(/[:：]/)[0] : text));
  return wordsIn([sentence, note, ...lines].join(" ")) > LONG_VERDICT;
}

/**
 * How much there is to read.
 * @param {string} text
 */
function wordsIn(text) {
  const signs = text.match(/[\u2e80-\u9fff]/g)?.length ?? 0;
  const others = text.replace(/[\u2e80-\u9fff\uff00-\uffef]+/g, " ").split(" ").filter(Boolean);
  return others.length + signs / CJK_WORD;
}

/** @param {Verdict} verdict */
function changesOf(verdict) {
  return isLong(verdict) ? verdict.changes.slice(0, 1) : verdict.changes;
}

/**
 * What is to be said besides; much of it behind what it comes to.
 * @param {string} note
 * @param {string} doubt
 * @param {Node | null} mark That the unit has on the map.
 */
function noteOf(note, doubt, mark) {
  if (!note && !doubt) return null;
  if (wordsIn(note) <= LONG_NOTE || !doubt) return node("p", { class: "zp-note" }, mark, note || doubt);
  return node("details", { class: "zp-note" }, node("summary", {}, mark, doubt), node("p", {}, note));
}

/**
 * The tests that decided, then the others in the order of the rules.
 * @param {Scene} scene
 * @param {Verdict} verdict
 */
function gauges({ facts, speech, colours }, verdict) {
  const picture = (/** @type {Gauge} */ gauge) => gaugePicture(gauge, zoneInk(facts, colours, gauge.zone), speech);
  const isMain = (/** @type {Gauge} */ { zone }) => facts.zones[zone].kind === "main";
  const told = verdict.gauges.filter((gauge) => gauge.decided || isMain(gauge));
  const mains = told.filter(isMain);
  // what an overlay was decided by stands in its line already
  const most = isLong(verdict) ? GAUGES - 1 : GAUGES;
  const rest = [...mains.slice(most), ...told.filter((gauge) => !isMain(gauge))];
  if (!told.length) return null;
  return node(
    "div",
    { class: "zp-gauges" },
    mains.slice(0, most).map(picture),
    rest.length
      ? node("details", {}, node("summary", {}, speech.count("n_more_tests", rest.length)), rest.map(picture))
      : null,
  );
}

/**
 * How many titles have so many words, at least one.
 * @param {string[]} titles
 * @param {number} words
 */
function countOf(titles, words) {
  let count = 0;
  for (let left = words; count < titles.length; count++) {
    left -= wordsIn(titles[count]);
    if (left < 0 && count) break;
  }
  return count;
}

/**
 * The fill of a main function, or the ink of an overlay's sign.
 * @param {Facts} facts
 * @param {Colours} colours
 * @param {number} place
 */
function zoneInk(facts, colours, place) {
  const { sign } = facts.zones[place];
  return sign ? (colours.dark ? sign.dark : sign.light) : colours.zone(facts.zones[place]);
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
 * What a unit gets of each quota, and what that is beside its neighbours; or why that is not known.
 * @param {Scene} scene
 * @param {number} unit
 * @param {boolean} short Whether the part of the whole is left out.
 * @param {Facts} [adopted] What it gets in the adopted plan, where that is another one.
 */
function landBox({ facts, speech }, unit, short, adopted = facts) {
  const known = new Set(knownQuotas(facts));
  const rows = adopted.quota_rows.of(unit);
  if (!rows.length) return null;
  return node(
    "div",
    {},
    rows.map((was) => {
      const { title, period, unit: measure, jurisdictions } = facts.quotas[was.quota];
      const heading = speech.capital(`${title}, ${period}`);
      const row = quotaRow(facts, unit, was.quota);
      if (!known.has(was.quota) || !row) {
        return box(heading, "", node("p", { class: "zp-try-grey" }, whyUnknown(speech, facts.tried?.unknown[was.quota] ?? "stale", title)));
      }
      const { base, ratios, mean, largest } = landAmounts(facts, row.quota, "");
      const whole = Number(jurisdictions[row.jurisdiction]);
      const part = whole && !short ? speech.say("part_of", { part: speech.share(Number(row.amount) / whole), name: row.jurisdiction }) : "";
      const fill = node("i");
      fill.style.width = `${largest ? Math.max(1.5, (100 * Number(row.amount)) / largest) : 0}%`;
      const ratio = ratios[unit];
      return box(
        heading,
        part,
        node("p", { class: "zp-big" }, speech.amount(row.amount, measure)),
        node("div", { class: "zp-meter", "aria-hidden": "true" }, fill),
        Number(was.amount) === Number(row.amount) ? null : node("p", { class: "zp-note" }, speech.say("try_adopted", { value: speech.amount(was.amount, measure) })),
        shiftSaid(facts, speech, unit, row) ??
          (base && ratio !== null && mean !== null
            ? node("p", {}, speech.say("beside_mean", { value: speech.rough(ratio), unit: base.unit, mean: speech.rough(mean) }))
            : null),
      );
    }),
  );
}

/**
 * How much more or less than by weight alone a unit gets, and why; null where a quota knows no even share.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 * @param {import("./page_model.d.ts").QuotaRow} row
 */
function shiftSaid(facts, speech, unit, { quota, amount, shift }) {
  const base = plainBase(facts, quota);
  if (!base) return null;
  const value = ratiosOf(facts, quota, base)[unit];
  const { step, unit: measure, shifts } = facts.quotas[quota];
  const said =
    value === null
      ? speech.say("shift_close", { value: `${speech.value(littleOf(step, base))} ${measure}` })
      : `${speech.signed(value)} ${base.unit}`;
  const why = value === null ? "" : (shifts[shift]?.reason ?? "");
  if (value === null || !why) return node("p", {}, `${said}.`);
  const plain = Number(amount) - value;
  const parts = {
    amount: speech.amount(amount, measure),
    plain: `${speech.rough(plain)} ${measure}`,
    change: plain ? speech.signedShare(value / plain) : "",
  };
  const told = node("p", { class: "zp-note" }, speech.say("shift_why", parts));
  return node("details", { class: "zp-shift" }, node("summary", {}, speech.say("shift_said", { value: said, why })), told);
}

/**
 * The title of a policy, which leads to what it says and why it applies.
 * @param {string} title
 * @param {HTMLDetailsElement} told The working, which unfolds.
 * @param {number} policy
 */
function policyLink(title, told, policy) {
  const go = () => {
    const entry = /** @type {HTMLElement | null} */ (told.querySelector(`[data-policy="${policy}"]`));
    told.open = true;
    for (const fold of entry?.querySelectorAll("details") ?? []) fold.open = true;
    entry?.scrollIntoView({ block: "nearest" });
    focusFirst(entry);
  };
  return node("button", { type: "button", class: "zp-link", on: { click: go } }, title);
}

/**
 * What a unit pays or receives on the whole; that leads to the arrows from payers to receivers.
 * @param {Pick<Scene, "facts" | "speech" | "state">} scene
 * @param {number} unit
 * @param {PolicyLink} link
 */
function moneyBox({ facts, speech, state }, unit, link) {
  const { words } = speech;
  const go = () => state.change({ view: "money" });
  const arrows = (/** @type {string} */ said) =>
    node("p", {}, node("button", { type: "button", class: "zp-link", on: { click: go } }, said));
  const { choices } = facts.payments;
  const programmes = programmesHere(facts, speech, unit, link);
  if (!choices.length) return box(words.view_money, "", programmes ?? node("p", {}, words.none_pays));
  const accounts = [...new Set(choices.map((choice) => choice.unit))];
  const lines = accounts.map((account) => {
    const whole = [...choices].reverse().find((choice) => choice.unit === account);
    const net = whole ? netOfUnit(facts.payments, netAmounts(facts.payments, whole), unit) : 0;
    const amount = `${speech.short(Math.abs(net))} ${account}`;
    return net ? speech.say(net > 0 ? "receives_net" : "pays_net", { amount }) : "";
  });
  const said = lines.filter(Boolean);
  const periods = new Set(choices.flatMap(({ instruments }) => instruments.map(({ period }) => period)).filter(Boolean));
  const paid = said.length && periods.size ? speech.say("payments_of", { period: [...periods].join(words.and) }) : "";
  return box(words.view_money, paid, said.length ? said.map(arrows) : (programmes ?? node("p", {}, words.no_payment_here)));
}

/**
 * The policies by which a unit is paid although no amount is set; null where there are none.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 * @param {PolicyLink} link
 */
function programmesHere(facts, speech, unit, link) {
  const paying = payingPolicies(facts, unit);
  if (!paying.length) return null;
  const count = countOf(paying.map((place) => facts.policies[place].title), WORDS.programmes);
  const [named, rest] = [paying.slice(0, count), paying.slice(count)].map((some) => some.map(link));
  const listed = node("span", {}, named.flatMap((one, place) => (place ? [speech.words.and, one] : [one])));
  return [
    node("p", {}, ...speech.phrase("pay_here", { names: listed })),
    rest.length
      ? node("details", {}, node("summary", {}, speech.say("n_more", { n: rest.length })), rest.map((one) => node("p", { class: "zp-title" }, one)))
      : null,
  ];
}

/**
 * Titles alone of all that apply, those that pay last, for they stand under money as well; each is a way to what it
 * says, and of one whose condition nobody can answer it is said what is missing.
 * @param {Facts} facts
 * @param {Speech} speech
 * @param {number} unit
 * @param {PolicyLink} link
 * @param {boolean} folded Whether all titles unfold.
 */
function policyBox(facts, speech, unit, link, folded) {
  const paying = facts.payments.choices.length ? [] : payingPolicies(facts, unit);
  const held = facts.policy_lists.of(facts.units.policies[unit]).filter((row) => row.holds);
  const isPaying = (/** @type {{ policy: number }} */ { policy }) => paying.includes(policy);
  const rows = [...held.filter((row) => !isPaying(row)), ...held.filter(isPaying)];
  const listed = [...new Map(rows.map((row) => [row.policy, unknownSaid(speech, row)]))].map(([policy, open]) => ({
    subject: facts.policies[policy].instrument,
    title: [facts.policies[policy].title, open].filter(Boolean).join(" "),
    entry: node("p", { class: "zp-title" }, link(policy), open ? node("span", { class: "zp-badge zp-warn" }, open) : null),
  }));
  if (!listed.length) return null;
  const count = folded ? 0 : countOf(listed.map(({ title }) => title), WORDS.policies);
  const more = folded ? speech.words.all_titles : speech.say("n_more", { n: listed.length - count });
  const rest = listed.slice(count);
  const subjects = [...new Set(rest.map(({ subject }) => subject))].map((subject) => [
    node("h4", {}, speech.capital(speech.plain(subject))),
    rest.filter((one) => one.subject === subject).map(({ entry }) => entry),
  ]);
  return box(
    speech.words.policies,
    speech.whole.format(listed.length),
    listed.slice(0, count).map(({ entry }) => entry),
    rest.length ? node("details", { class: "zp-subjects" }, node("summary", {}, more), subjects) : null,
  );
}
