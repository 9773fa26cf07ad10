// The plan worked out again: other parameters, totals and decisions, and what follows from them as far as the page can.

import { decimal, isMultiple, compare, textOf } from "./exact_decimal.js";
import { QuotaEvaluator } from "./quota_evaluator.js";
import { Refusal } from "./refusal.js";
import { Speech, isWording } from "./speech.js";
import { STATUSES, ZoneEvaluator } from "./zone_evaluator.js";

/**
 * @import { Parameters } from "./condition_evaluator.js"
 * @import { Word } from "./page_model.d.ts"
 * @import { Facts } from "./plan_facts.js"
 * @import { Handed, QuotaChange } from "./quota_evaluator.js"
 * @import { Wording } from "./speech.js"
 * @import { Decided, ExactModel, Zoned } from "./zone_evaluator.js"
 *
 * @typedef {{ unit: string, main?: string, overlay?: string, reason: Wording, by?: Wording, reference?: Wording, date?: string }} TriedDecision
 *   By whom, by which document and from when is what a file says of it; else it is who saves the try, on the day of the plan.
 * @typedef {object} Changes
 * @property {Parameters} [parameters]
 * @property {Record<string, QuotaChange>} [quotas]
 * @property {TriedDecision[]} [decisions]
 *
 * @typedef {object} UnitOutcome
 * @property {string} [main]
 * @property {string} [overlays] Sorted, joined by `;`.
 * @property {string} [status]
 * @property {Record<string, string>} amounts By quota, exact.
 *
 * @typedef {object} Outcome What is known after a change.
 * @property {Parameters} parameters Those that are other ones than in the plan.
 * @property {(measure: string) => boolean} knows Whether a measure is as it was in the plan; a term of several is if each is.
 * @property {Record<string, QuotaChange>} changed What is asked of quotas that the plan has otherwise.
 * @property {Zoned | null} zoned
 * @property {(Handed | string)[]} quotas The reason in the place of one that is not known.
 */

const NAMES = /[A-Za-z_]\w*/g;

export class PlanEvaluator {
  /**
   * @param {Facts} facts
   * @param {ExactModel} exact
   */
  constructor(facts, exact) {
    const { model } = exact;
    this.adopted = { ...facts };
    this.speech = new Speech(facts);
    this.exact = exact;
    this.model = model;
    this.zones = facts.zones;
    this.zoneOf = new Map(facts.zones.map(({ code }, place) => [code, place]));
    this.unitOf = new Map(facts.units.id.map((id, place) => [id, place]));
    /** @type {Map<string, number[]>} */
    this.partsOf = new Map(model.parent_ids.map((id) => [id, []]));
    exact.parentOf.forEach((parent, unit) => this.partsOf.get(model.parent_ids[parent])?.push(unit));
    /** @type {Parameters} */
    this.parameters = Object.fromEntries(model.parameters.map(({ name, value }) => [name, value]));
    /** Of each zone the units that have it as an overlay in the adopted plan: 1. */
    this.held = facts.zones.map(() => new Uint8Array(model.units.rows));
    facts.units.overlays?.forEach((zones, unit) => zones.forEach((zone) => (this.held[zone][unit] = 1)));
    this.rules = new ZoneEvaluator(exact, facts.zones.map(({ kind }) => kind === "main"), this.speech);
    this.quotas = new QuotaEvaluator(exact, this.rules, facts.zones);
  }

  /** The adopted plan. @returns {Record<string, UnitOutcome>} */
  get plan() {
    const { units, quotas, quota_rows } = this.adopted;
    return Object.fromEntries(
      units.id.map((id, unit) => [
        id,
        {
          main: this.zones[units.main[unit]].code,
          overlays: this.joined((place) => units.overlays[unit].includes(place)),
          status: units.status[unit],
          amounts: Object.fromEntries(quota_rows.of(unit).map(({ quota, amount }) => [quotas[quota].name, amount])),
        },
      ]),
    );
  }

  /** @param {(place: number) => unknown} has Whether the zone at a place is one of them. */
  joined(has) {
    return this.model.by_code.filter(has).map((place) => this.zones[place].code).join(";");
  }

  /**
   * The plan after some changes; what the page cannot work out is left out.
   * @param {Changes} changes
   * @returns {Record<string, UnitOutcome>}
   */
  evaluate(changes = {}) {
    const outcome = this.outcome(changes);
    if (!outcome) return this.plan;
    const { zoned, quotas } = outcome;
    return Object.fromEntries(
      this.adopted.units.id.map((id, unit) => {
        /** @type {UnitOutcome} */
        const found = { amounts: {} };
        if (zoned) {
          found.main = this.zones[zoned.main[unit]].code;
          found.overlays = this.joined((place) => zoned.holds[place][unit]);
          found.status = STATUSES[zoned.status[unit]];
        }
        quotas.forEach((quota, place) => {
          if (typeof quota !== "string") found.amounts[this.model.quotas[place].name] = textOf(quota.amount(unit));
        });
        return [id, found];
      }),
    );
  }

  /**
   * What is known after some changes; null where nothing changes.
   * @param {Changes} changes
   * @returns {Outcome | null}
   */
  outcome({ parameters = {}, quotas = {}, decisions = [] }) {
    const moved = this.movedParameters(parameters);
    const changed = this.changedQuotas(quotas);
    const decided = this.decided(decisions);
    if (!moved.length && !Object.keys(changed).length && !decisions.length) return null;
    const values = { ...this.parameters, ...parameters };
    const stale = new Set(this.model.parameters.flatMap(({ name, stale }) => (moved.includes(name) ? stale : [])));
    const { rules } = this;
    const hidden = rules.rules.some(({ names }) => names.flatMap((name) => rules.sourcesOf(name)).some((name) => stale.has(name)));
    const zoned = hidden ? null : rules.zones(values, decided);
    rules.set(values);
    const other = Object.fromEntries(moved.map((name) => [name, parameters[name]]));
    const isSame = (/** @type {string} */ name) =>
      !rules.units.rootsOf(name).some((root) => root in other) && !rules.sourcesOf(name).some((source) => stale.has(source));
    return {
      parameters: other, changed, zoned, quotas: this.quotas.handOut(zoned, values, changed, stale),
      knows: (measure) => (measure.match(NAMES) ?? []).every(isSame),
    };
  }

  /**
   * The names of the parameters that are other ones than in the plan.
   * @param {Parameters} parameters
   */
  movedParameters(parameters) {
    return Object.entries(parameters).flatMap(([name, value]) => {
      const own = this.known("try_no_parameter", name, this.parameters);
      if (typeof value !== typeof own || (typeof value === "number" && !Number.isFinite(value))) {
        this.refuse("try_other_kind", { name, adopted: JSON.stringify(own), value: JSON.stringify(value) });
      }
      return value === own ? [] : [name];
    });
  }

  /** @param {Record<string, QuotaChange>} quotas */
  changedQuotas(quotas) {
    const models = Object.fromEntries(this.model.quotas.map((quota) => [quota.name, quota]));
    /** @type {Record<string, QuotaChange>} */
    const found = {};
    for (const [name, change] of Object.entries(quotas)) {
      const { total, step, weight } = this.known("try_no_quota", name, models);
      for (const key of Object.keys(change)) this.known("try_no_key", key, { total, weight });
      if (change.total !== undefined) {
        const asked = decimal(change.total);
        if (asked.digits < 0n) this.refuse("try_least", { title: name, bound: 0, value: change.total });
        if (!isMultiple(asked, decimal(step))) {
          const text = this.speech.say("try_step", { value: change.total, step });
          this.refuse("named", { name, value: text });
        }
        if (compare(asked, decimal(total))) found[name] = { ...found[name], total: String(change.total) };
      }
      const shares = Object.fromEntries(weight.map(({ measure, share }) => [measure, share]));
      for (const [measure, share] of Object.entries(change.weight ?? {})) {
        const own = this.known("try_no_share", measure, shares);
        if (own === null) this.refuse("try_no_share", { name: measure });
        if (!(share >= 0)) this.refuse("try_least", { title: measure, bound: 0, value: String(share) });
        if (share !== own) found[name] = { ...found[name], weight: { ...found[name]?.weight, [measure]: share } };
      }
    }
    return found;
  }

  /**
   * What is decided, the strongest first: a decision on the main function of a unit takes the place of the plan's own.
   * One that is not yet in force has no effect.
   * @param {TriedDecision[]} decisions
   * @returns {Decided[]}
   */
  decided(decisions) {
    /** @type {Decided[]} */
    const tried = [];
    /** @type {Set<string>} */
    const mains = new Set();
    for (const { unit, main, overlay, reason, ...rest } of decisions) {
      if (!this.unitOf.has(unit) && !this.partsOf.has(unit)) {
        const { id, name, full } = this.adopted.units;
        const called = id.filter((_, place) => [name[place], full[place]].includes(unit));
        this.known("try_no_unit", unit, Object.fromEntries([...this.unitOf, ...this.partsOf]), called);
      }
      const kind = main === undefined ? "overlay" : "main";
      const code = main ?? overlay;
      if (code === undefined || (main !== undefined && overlay !== undefined)) {
        this.refuse("try_decision_either", { unit });
      }
      if (!isWording(reason)) this.refuse("try_reason");
      this.known(`try_no_${kind}`, code, Object.fromEntries(this.zones.filter((zone) => zone.kind === kind).map((zone) => [zone.code, true])));
      if (this.isLater(rest)) continue;
      if (main !== undefined) {
        if (mains.has(unit)) this.refuse("try_decision_twice", { unit });
        mains.add(unit);
      }
      const own = this.unitOf.get(unit);
      const units = own === undefined ? (this.partsOf.get(unit) ?? []) : [own];
      tried.push({ about: unit, zone: this.zoneOf.get(code) ?? -1, units, tier: own === undefined ? 4 : 3 });
    }
    const isMain = (/** @type {number} */ zone) => this.zones[zone].kind === "main";
    const kept = this.model.decided.filter(({ about, zone }) => !about || !isMain(zone) || !mains.has(about));
    return [...kept, ...tried].sort((one, other) => one.tier - other.tier);
  }

  /**
   * Whether a decision holds from a day after that of the plan on.
   * @param {Pick<TriedDecision, "date">} decision
   */
  isLater({ date = "" }) {
    return date > this.adopted.plan.date;
  }

  /**
   * Refuse numbers that no run of the plan would take: those outside of what is possible.
   * @param {Changes} changes
   */
  requirePossible({ parameters = {} }) {
    const { exact } = this.speech;
    for (const { name, title, least, most } of this.model.parameters) {
      const value = parameters[name];
      if (typeof value !== "number") continue;
      const said = { title, value: exact.format(value) };
      if (least !== null && value < least) this.refuse("try_least", { ...said, bound: exact.format(least) });
      if (most !== null && value > most) this.refuse("try_most", { ...said, bound: exact.format(most) });
    }
  }

  /**
   * @param {Word} key
   * @param {Record<string, string | number>} [parts]
   * @returns {never}
   */
  refuse(key, parts) {
    throw new Refusal(this.speech.say(key, parts));
  }

  /**
   * What has a name; refused, with names that are near, where nothing has.
   * @template Value
   * @param {Word} key Says that there is none.
   * @param {string} name
   * @param {Record<string, Value>} all
   * @param {string[]} [called] Of what has the name as its title.
   * @returns {Value}
   */
  known(key, name, all, called = []) {
    if (Object.hasOwn(all, name)) return all[name];
    const alike = Object.keys(all).filter((other) => other.startsWith(name.slice(0, 4)));
    const near = (called.length ? called : alike).slice(0, 3);
    const meant = near.length ? ` ${this.speech.say("try_near", { names: near.join(this.speech.words.and) })}` : "";
    throw new Refusal(`${this.speech.say(key, { name })}${meant}`);
  }
}
