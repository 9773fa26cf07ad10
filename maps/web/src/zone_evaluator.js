// Zones worked out again: claims of rules and decisions, one main function a unit, overlays and the status of each.

import { MeasureTable, NO, UNKNOWN, YES, namesIn } from "./condition_evaluator.js";
import { Refusal } from "./refusal.js";

/**
 * @import { Answers, Column, Parameters } from "./condition_evaluator.js"
 * @import { AskedRule, Cql2, DerivedMeasure, PlanModel } from "./page_model.d.ts"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {object} ExactModel The model with its numbers.
 * @property {PlanModel} model
 * @property {Map<string, Column>} units
 * @property {Map<string, Column>} parents
 * @property {Int32Array} parentOf The place of the larger unit of each unit, if it has one.
 * @property {Int32Array[]} levels The place of the jurisdiction of each unit, a level each.
 * @property {Int32Array} order The places of the units in the order of their ids.
 *
 * @typedef {object} Zoned
 * @property {Int32Array} main The place of the main function of each unit.
 * @property {Uint8Array[]} holds For each zone the units that have it as an overlay: 1.
 * @property {Uint8Array} status Places in STATUSES.
 * @property {(unit: number) => string} rule The id of the rule that gives the main function; empty where none does, or
 *   a decision.
 *
 * @typedef {{ about: string, zone: number, units: number[], tier: number }} Decided
 */

export const STATUSES = /** @type {const} */ (["decided", "by_decision", "assumed", "review", "contested"]);
const [, BY_DECISION, ASSUMED, REVIEW, CONTESTED] = STATUSES.keys();

// Significant digits of a number that was calculated, and what cannot be scaled.
const DIGITS = 14;
const EXTREME = 280;

/** A table whose derived measures follow from the parameters; answers are kept until one that they hang on moves. */
export class DerivingTable extends MeasureTable {
  /**
   * @param {number} rows
   * @param {Map<string, Column>} columns
   * @param {DerivedMeasure[]} derived
   * @param {Parameters} parameters
   */
  constructor(rows, columns, derived, parameters) {
    super(rows, columns, parameters);
    this.derived = new Map(derived.map((one) => [one.name, one]));
    /** @type {Map<string, string[]>} */
    this.roots = new Map();
    /** @type {Map<unknown, { key: string, found: any }>} */
    this.kept = new Map();
  }

  /**
   * @template Found
   * @param {unknown} what
   * @param {string[]} names That it is made of.
   * @param {() => Found} make
   * @returns {Found}
   */
  keep(what, names, make) {
    const key = names.map((name) => this.keyOf(name)).join("\n");
    let known = this.kept.get(what);
    if (known?.key !== key) {
      known = { key, found: make() };
      this.kept.set(what, known);
    }
    return known.found;
  }

  /** @param {string} name */
  keyOf(name) {
    return this.rootsOf(name).map((root) => `${root}=${this.parameters[root]}`).join(",");
  }

  /**
   * The parameters that a name hangs on.
   * @param {string} name
   * @returns {string[]}
   */
  rootsOf(name) {
    let found = this.roots.get(name);
    if (!found) {
      const one = this.derived.get(name);
      const read = one ? namesIn([...one.whens, ...one.values]).flatMap((inner) => this.rootsOf(inner)) : [name];
      found = [...new Set(read)].filter((root) => one || (!this.columns.has(root) && root in this.parameters));
      this.roots.set(name, found);
    }
    return found;
  }

  /** @param {string} name */
  named(name) {
    const one = this.derived.get(name);
    if (one) return this.keep(one, [name], () => this.derive(one));
    return super.named(name);
  }

  /** @param {Cql2} when */
  ask(when) {
    return this.keep(when, namesIn(when), () => this.answer(when));
  }

  /**
   * The value of the first row of the table that holds; missing where one above it cannot be answered.
   * @param {DerivedMeasure} measure
   * @returns {Column}
   */
  derive({ number, whens, values }) {
    const row = new Int32Array(this.rows).fill(-1);
    const open = new Uint8Array(this.rows).fill(1);
    whens.forEach((when, band) => {
      const answers = this.answer(when);
      for (let unit = 0; unit < row.length; unit++) {
        if (!open[unit]) continue;
        if (answers[unit] === YES) row[unit] = band;
        if (answers[unit] !== NO) open[unit] = 0;
      }
    });
    const columns = values.map((value, band) => (row.includes(band) ? this.value(value) : null));
    if (number) {
      const found = new Float64Array(this.rows).fill(NaN);
      row.forEach((band, unit) => {
        const column = columns[band];
        if (column?.kind !== "number") return;
        const value = column.values[column.values.length > 1 ? unit : 0];
        if (Number.isFinite(value)) found[unit] = rounded(value);
      });
      return { kind: "number", values: found };
    }
    /** @type {Map<string, number>} */
    const places = new Map();
    const codes = new Int32Array(this.rows).fill(-1);
    row.forEach((band, unit) => {
      const column = columns[band];
      if (column?.kind !== "text" || column.codes[unit] < 0) return;
      const text = column.texts[column.codes[unit]];
      if (!places.has(text)) places.set(text, places.size);
      codes[unit] = places.get(text) ?? -1;
    });
    return places.size ? { kind: "text", codes, texts: [...places.keys()] } : { kind: "nothing" };
  }
}

/**
 * Without the noise of binary arithmetic: 80 * 1.1 is 88.
 * @param {number} value
 */
function rounded(value) {
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (!(Math.abs(size) < EXTREME)) return value;
  const shift = DIGITS - 1 - size;
  const [up, down] = [Number(`1e${Math.max(shift, 0)}`), Number(`1e${Math.max(-shift, 0)}`)];
  const scaled = (value / down) * up;
  const near = Math.round(scaled);
  const even = Math.abs(scaled % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
  return (even / up) * down;
}

/** The rules of a plan, asked with other parameters and decisions. */
export class ZoneEvaluator {
  /**
   * @param {ExactModel} exact
   * @param {boolean[]} isMain Of each zone whether it is a main function.
   * @param {Pick<Speech, "say">} speech
   */
  constructor(exact, isMain, speech) {
    const { model, units, parents } = exact;
    const absent = new Set(model.absent);
    const derivedOf = (/** @type {string[]} */ names) => model.derived.filter(({ name }) => names.includes(name));
    const without = (/** @type {Map<string, Column>} */ columns) =>
      new Map([...columns].map(([name, one]) => [name, absent.has(name) ? /** @type {Column} */ ({ kind: "nothing" }) : one]));
    const table = (/** @type {number} */ rows, /** @type {Map<string, Column>} */ columns, /** @type {string[]} */ derived) =>
      new DerivingTable(rows, columns, derivedOf(derived), {});
    this.exact = exact;
    this.isMain = isMain;
    this.speech = speech;
    this.model = model;
    this.rows = model.units.rows;
    this.units = table(this.rows, units, model.units.derived);
    this.doubts = table(this.rows, without(units), model.units.derived);
    const above = model.parents;
    this.parents = above && table(above.rows, parents, above.derived);
    this.doubtsOfParents = above && table(above.rows, without(parents), above.derived);
    this.derived = new Map(model.derived.map((one) => [one.name, one]));
    this.rules = model.rules.map((rule) => {
      const read = namesIn(rule.when);
      const behind = new Set(read.filter((name) => this.sourcesOf(name).some((source) => absent.has(source))));
      return { ...rule, names: read, behind };
    });
  }

  /**
   * A name, and all that it is derived from.
   * @param {string} name
   * @returns {string[]}
   */
  sourcesOf(name) {
    const one = this.derived.get(name);
    return one ? [name, ...namesIn([...one.whens, ...one.values]).flatMap((inner) => this.sourcesOf(inner))] : [name];
  }

  /** @param {Parameters} parameters */
  set(parameters) {
    for (const table of [this.units, this.doubts, this.parents, this.doubtsOfParents]) {
      if (table) table.parameters = parameters;
    }
  }

  /**
   * What a rule answers for each unit, and where the answer hangs on what was taken for absent measures.
   * @param {ZoneEvaluator["rules"][number]} rule
   * @returns {{ answers: Answers, hangs: Uint8Array | null, open: boolean }}
   */
  ask(rule) {
    const asked = rule.of_parents ? [this.parents, this.doubtsOfParents] : [this.units, this.doubts];
    const [table, doubts] = /** @type {DerivingTable[]} */ (asked);
    return this.units.keep(rule, rule.names, () => {
      const answers = table.ask(rule.when);
      const open = answers.includes(UNKNOWN);
      if (rule.on_unknown === "error" && open) throw new Refusal(this.speech.say("try_no_answer", { rule: rule.id }));
      const hangs = rule.behind.size ? this.hanging(rule, answers, doubts) : null;
      return rule.of_parents ? { answers: this.spread(answers), hangs: hangs && this.spread(hangs), open } : { answers, hangs, open };
    });
  }

  /**
   * @param {ZoneEvaluator["rules"][number]} rule
   * @param {Answers} answers
   * @param {DerivingTable} doubts
   */
  hanging(rule, answers, doubts) {
    const without = doubts.answer(rule.when);
    const waits = doubts.waits(rule.when, rule.behind);
    return answers.map((taken, row) => {
      const open = without[row] === UNKNOWN;
      // the rule says what it is
      const settled = taken === NO && open && rule.on_unknown === "no";
      const differs = (taken !== without[row] && !settled) || taken === UNKNOWN;
      return Number(differs && (!open || waits[row] === 1));
    });
  }

  /** @param {Uint8Array} of What holds for a larger unit holds for its parts. */
  spread(of) {
    return Uint8Array.from(this.exact.parentOf, (place) => of[place]);
  }

  /**
   * @param {Parameters} parameters
   * @param {Decided[]} decided The strongest first.
   * @returns {Zoned}
   */
  zones(parameters, decided) {
    this.set(parameters);
    const { rows, model, isMain } = this;
    const asked = this.rules.map((rule) => ({ ...rule, ...this.ask(rule) }));
    const mains = asked.filter(({ zone }) => isMain[zone]);
    const rule = first(rows, mains);
    const firm = mains.some(({ hangs }) => hangs) ? first(rows, mains, true) : rule;
    const zoneOf = Int32Array.from([...mains.map(({ zone }) => zone), model.default_zone]);
    const main = Int32Array.from(rule, (place) => zoneOf[place]);
    const decision = this.decide(main, decided);
    const status = new Uint8Array(rows); // decided
    const holds = this.overlays(asked, decided, status);
    this.doubt(main, firm, mains, zoneOf, status);
    this.contest(asked, mains, rule, zoneOf, holds, status);
    decision.forEach((done, unit) => {
      if (done) status[unit] = BY_DECISION;
    });
    return { main, holds, status, rule: (unit) => (decision[unit] ? "" : (mains[rule[unit]]?.id ?? "")) };
  }

  /**
   * Puts what was decided in the place of what rules say; 1 where that was done.
   * @param {Int32Array} main
   * @param {Decided[]} decided
   */
  decide(main, decided) {
    const done = new Uint8Array(main.length);
    for (const { zone, units } of decided) {
      if (!this.isMain[zone]) continue;
      for (const unit of units) {
        if (!done[unit]) main[unit] = zone;
        done[unit] = 1;
      }
    }
    return done;
  }

  /**
   * Where a rule of another zone stands beside the one that gave the main function, or has no answer and would give
   * another main function or an overlay that is not there.
   * @param {(AskedRule & { answers: Answers, open: boolean })[]} asked
   * @param {AskedRule[]} mains
   * @param {Int16Array} rule
   * @param {Int32Array} zoneOf Of each of the rules for main functions, and of none.
   * @param {Uint8Array[]} holds
   * @param {Uint8Array} status
   */
  contest(asked, mains, rule, zoneOf, holds, status) {
    for (const own of asked) {
      const { zone, answers } = own;
      const place = mains.indexOf(own);
      const rivals = mains.map(
        (one) => place >= 0 && zone !== one.zone && own.refines === one.refines && own.priority === one.priority,
      );
      const waits = own.open && own.on_unknown === "review";
      if (!waits && !rivals.includes(true)) continue;
      for (let unit = 0; unit < rule.length; unit++) {
        const given = rule[unit];
        const counts = place < 0 ? !holds[zone][unit] : rivals[given] || (place < given && zone !== zoneOf[given]);
        if (answers[unit] === YES && rivals[given]) status[unit] = CONTESTED;
        else if (waits && answers[unit] === UNKNOWN && counts && status[unit] < REVIEW) status[unit] = REVIEW;
      }
    }
  }

  /**
   * Where the main function would be another one, or open, if absent measures were unknown.
   * @param {Int32Array} main
   * @param {Int16Array} firm The first rule that claims the unit and hangs on nothing absent.
   * @param {(AskedRule & { answers: Answers, hangs: Uint8Array | null })[]} mains
   * @param {Int32Array} zoneOf
   * @param {Uint8Array} status
   */
  doubt(main, firm, mains, zoneOf, status) {
    mains.forEach(({ zone, answers, hangs, on_unknown }, place) => {
      if (!hangs) return;
      for (let unit = 0; unit < firm.length; unit++) {
        if (!hangs[unit] || place >= firm[unit] || answers[unit] === UNKNOWN) continue;
        const gone = answers[unit] === YES && on_unknown === "no" && zone !== main[unit];
        if (zone !== zoneOf[firm[unit]] && !gone) status[unit] = ASSUMED;
      }
    });
  }

  /**
   * @param {(AskedRule & { answers: Answers })[]} asked
   * @param {Decided[]} decided
   * @param {Uint8Array} status
   */
  overlays(asked, decided, status) {
    const holds = this.isMain.map(() => new Uint8Array(this.rows));
    for (const { zone, answers } of asked) {
      if (this.isMain[zone]) continue;
      answers.forEach((answer, unit) => {
        holds[zone][unit] |= answer >> 1;
      });
    }
    for (const { zone, units } of decided) {
      if (this.isMain[zone]) continue;
      for (const unit of units) {
        holds[zone][unit] = 1;
        status[unit] = BY_DECISION;
      }
    }
    return holds;
  }
}

/**
 * The place of the first rule that claims each unit, without branches; as many as there are where none does.
 * @param {number} rows
 * @param {{ answers: Answers, hangs: Uint8Array | null }[]} asked
 * @param {boolean} [firmly] Without claims that hang on what was taken for absent measures.
 */
function first(rows, asked, firmly) {
  const none = asked.length;
  const found = new Int16Array(rows).fill(none);
  const waiting = Int32Array.from(found.keys());
  let count = rows;
  asked.forEach(({ answers, hangs }, place) => {
    let left = 0;
    const doubts = firmly ? hangs : null;
    for (let nth = 0; nth < count; nth++) {
      const unit = waiting[nth];
      const claims = (answers[unit] >> 1) & (doubts ? 1 - doubts[unit] : 1);
      found[unit] = none + (place - none) * claims;
      waiting[left] = unit;
      left += 1 - claims;
    }
    count = left;
  });
  return found;
}
