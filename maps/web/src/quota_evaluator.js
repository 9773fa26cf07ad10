// Quotas handed out again: by weight, in whole steps, down the levels, inside bounds, groups and links, to the last digit.

import { MeasureTable, UNKNOWN, YES } from "./condition_evaluator.js";
import { compare, decimal, exactSum, isMultiple, multiple, plus, product, quotient, textOf, times } from "./exact_decimal.js";
import { Infeasible, apportion, apportionGroups, groupTree, own, reach, refuse, sum } from "./webster.js";

/**
 * @import { Column, Parameters } from "./condition_evaluator.js"
 * @import { Decimal } from "./exact_decimal.js"
 * @import { Cql2, QuotaBound, QuotaModel } from "./page_model.d.ts"
 * @import { GroupTree } from "./webster.js"
 * @import { ExactModel, ZoneEvaluator, Zoned } from "./zone_evaluator.js"
 *
 * @typedef {object} Handed What a quota comes to; units in the order of their ids.
 * @property {(unit: number) => Decimal} amount Of a unit by its place on the page.
 * @property {Map<string, Decimal>[]} jurisdictions By path, a level each.
 *
 * @typedef {{ total?: string, weight?: Record<string, number> }} QuotaChange
 * @typedef {{ path: number[], units: Int32Array, locals: Int32Array[], parts: Division[] }} Division A jurisdiction: its
 *   units, and of each part the places of its units among them.
 * @typedef {Omit<Division, "parts"> & { tree: GroupTree, least: number, most: number, parts: Place[] }} Place
 * @typedef {{ key: string, before: Float64Array, products: Record<number, Float64Array> }} Weighed What was weighed last.
 * @typedef {{ floors: Float64Array, ceilings: Float64Array, carried: Float64Array, locked: Uint8Array }} Bounds
 */

const HUNDRED = decimal(100);
const UNLIMITED = 2 ** 62;
const MOST_STEPS = 2 ** 50;
const PREFIX = "quota_";

/** All quotas of a plan. */
export class QuotaEvaluator {
  /**
   * @param {ExactModel} exact
   * @param {ZoneEvaluator} asked Whose table has the measures, with those that are derived.
   * @param {{ code: string, kind: string }[]} zones
   */
  constructor(exact, asked, zones) {
    this.exact = exact;
    this.asked = asked;
    this.zones = zones;
    this.count = asked.rows;
    /** @type {Record<string, Float64Array>} */
    this.counted = {};
    /** @type {Record<string, Weighed>} */
    this.weighed = {};
    /** @type {Record<string, Division>} */
    this.divisions = {};
    this.place = new Int32Array(this.count);
    exact.order.forEach((unit, place) => (this.place[unit] = place));
  }

  /**
   * What every quota comes to; the reason in the place of one that cannot be handed out.
   * @param {Zoned | null} zoned
   * @param {Parameters} parameters
   * @param {Record<string, QuotaChange>} changes
   * @param {ReadonlySet<string>} stale Measures that are not known any more.
   * @returns {(Handed | string)[]}
   */
  handOut(zoned, parameters, changes, stale) {
    const columns = new Map(this.exact.units);
    for (const name of this.asked.units.derived.keys()) columns.set(name, this.asked.units.named(name));
    const read = new Set(this.exact.model.quotas.flatMap(({ reads }) => reads));
    const isZone = new Set(["main", ...this.zones.map(({ code }) => code)]);
    if (zoned) this.addZones(columns, zoned, read);
    const table = new MeasureTable(this.count, columns, parameters);
    /** @type {(Handed | string)[]} */
    const handed = [];
    const unknown = new Set(stale);
    this.exact.model.quotas.forEach((quota) => {
      const sources = quota.reads.flatMap((name) => this.asked.sourcesOf(name));
      const behind = quota.within.some(({ quota: other }) => typeof handed[other] === "string");
      let found = /** @type {Handed | string} */ ("");
      if (!quota.weighted) found = "optimal";
      else if (behind || sources.some((name) => unknown.has(name)) || (!zoned && quota.reads.some((name) => isZone.has(name)))) {
        found = "stale";
      } else found = this.attempt(quota, table, changes[quota.name] ?? {}, /** @type {Handed[]} */ (handed));
      handed.push(found);
      const name = PREFIX + quota.name;
      if (typeof found === "string") unknown.add(name);
      else if (read.has(name) && !columns.has(name)) {
        const { amount } = found;
        const values = Float64Array.from(this.place, (_, unit) => Number(textOf(amount(unit))));
        columns.set(name, { kind: "number", values });
      }
    });
    return handed;
  }

  /**
   * @param {QuotaModel} quota
   * @param {MeasureTable} table
   * @param {QuotaChange} change
   * @param {Handed[]} handed
   */
  attempt(quota, table, change, handed) {
    try {
      return new Handing(this, quota, table, change, handed).result();
    } catch (error) {
      if (!(error instanceof Infeasible)) throw error;
      const [code, ...steps] = error.message.split(",");
      const size = decimal(quota.step);
      return [code || "infeasible", ...steps.map((count) => textOf(multiple(Number(count), size)))].join();
    }
  }

  /**
   * @param {Map<string, Column>} columns
   * @param {Zoned} zoned
   * @param {ReadonlySet<string>} read
   */
  addZones(columns, { main, holds }, read) {
    columns.set("main", { kind: "text", codes: main, texts: this.zones.map(({ code }) => code) });
    this.zones.forEach(({ code, kind }, zone) => {
      if (kind === "overlay" && read.has(code)) columns.set(code, { kind: "boolean", answers: holds[zone].map((one) => one * YES) });
    });
  }

  /**
   * The jurisdictions of some levels, one inside another, which no try changes.
   * @param {number[]} levels
   */
  division(levels) {
    return (this.divisions[levels.join()] ??= this.divide(levels, Int32Array.from(this.exact.order.keys()), []));
  }

  /**
   * @param {number[]} levels
   * @param {Int32Array} units
   * @param {number[]} path
   * @returns {Division}
   */
  divide([level, ...lower], units, path) {
    if (level === undefined) return { path, units, locals: [], parts: [] };
    const codes = this.exact.levels[level];
    /** @type {Map<number, number[]>} */
    const inside = new Map();
    units.forEach((unit, local) => {
      const code = codes[this.exact.order[unit]];
      const known = inside.get(code);
      if (known) known.push(local);
      else inside.set(code, [local]);
    });
    const sorted = [...inside].sort(([one], [other]) => one - other);
    return {
      path, units,
      locals: sorted.map(([, some]) => Int32Array.from(some)),
      parts: sorted.map(([code, some]) => this.divide(lower, Int32Array.from(some, (local) => units[local]), [...path, code])),
    };
  }
}

/** One quota about to be handed out; arrays follow the units in the order of their ids. */
class Handing {
  /**
   * @param {QuotaEvaluator} all
   * @param {QuotaModel} quota
   * @param {MeasureTable} table
   * @param {QuotaChange} change
   * @param {Handed[]} handed
   */
  constructor(all, quota, table, change, handed) {
    this.all = all;
    this.quota = quota;
    this.table = table;
    this.handed = handed;
    this.order = all.exact.order;
    this.levels = quota.levels.map((level) => all.exact.levels[level]);
    this.step = decimal(quota.step);
    this.total = quotient(decimal(change.total ?? quota.total), this.step);
    refuse(this.total > MOST_STEPS);
    this.reserve = decimal(quota.reserve_pct);
    this.weights = this.weigh(change.weight ?? {});
    this.links = this.link();
    this.bounds = this.bound();
    const { floors, ceilings } = this.bounds;
    this.huge = UNLIMITED / (all.count + 1);
    this.reach = floors.slice();
    for (let place = 0; place < floors.length; place++) {
      ceilings[place] = Math.min(ceilings[place], this.huge);
      if (this.weights[place] > 0) this.reach[place] = ceilings[place];
    }
    this.counts = new Float64Array(all.count);
    /** @type {{ path: number[], count: number, place: Place }[]} */
    this.placed = [];
  }

  /** @param {(unit: number) => number} valueOf By the place of a unit on the page. */
  ordered(valueOf) {
    const found = new Float64Array(this.order.length);
    for (let place = 0; place < found.length; place++) found[place] = valueOf(this.order[place]);
    return found;
  }

  /**
   * The units that meet a condition: 1. Who cannot be asked makes the quota impossible.
   * @param {Cql2} when
   */
  meeting(when) {
    const answers = this.table.answer(when);
    refuse(answers.includes(UNKNOWN));
    const found = answers.slice();
    for (let place = 0; place < found.length; place++) found[place] = answers[this.order[place]] >> 1;
    return found;
  }

  /**
   * A measure that has a value for every unit.
   * @param {string} name
   */
  measure(name) {
    const column = this.table.columns.get(name);
    if (column?.kind === "boolean") return this.ordered((unit) => (column.answers[unit] === YES ? 1 : 0));
    if (column?.kind !== "number") throw new Infeasible();
    refuse(column.values.some(Number.isNaN));
    return this.ordered((unit) => column.values[unit]);
  }

  /**
   * The weight of each unit after priorities.
   * @param {Record<string, number>} shares Others than those of the plan, by measure.
   */
  weigh(shares) {
    const { weighed, exact } = this.all;
    const { name, weight, priority } = this.quota;
    const key = JSON.stringify(shares);
    let known = weighed[name];
    // measures of the study stay as they are
    if (known?.key !== key || !weight.every(({ measure }) => exact.units.has(measure))) {
      weighed[name] = known = { key, before: this.sizes(shares), products: {} };
    }
    const factors = priority.map(({ when, factor }) => ({ factor, here: this.meeting(when) }));
    const found = known.before.slice();
    // which priorities a unit meets, a digit each
    const which = new Float64Array(found.length);
    factors.forEach(({ here }, nth) => here.forEach((one, place) => (which[place] += one * 2 ** nth)));
    for (let place = 0; place < found.length; place++) {
      if (which[place]) found[place] = multiplied(known, which[place], factors, place);
    }
    return found;
  }

  /**
   * The weight of each unit before priorities.
   * @param {Record<string, number>} shares
   */
  sizes(shares) {
    const terms = this.quota.weight.map(({ measure, share }) => {
      const values = this.measure(measure);
      refuse(values.some((value) => value < 0 || value === Infinity));
      if (share === null) return values;
      const whole = exactSum(values);
      refuse(!whole);
      const part = shares[measure] ?? share;
      return values.map((value) => (part * value) / whole);
    });
    const [first, ...others] = terms;
    return first.map((value, place) => others.reduce((found, term) => found + term[place], value));
  }

  /**
   * The most by other quotas that this one stays within: of units, then by path at each depth.
   * @returns {Map<string, Decimal>[]}
   */
  link() {
    /** @type {Map<string, Decimal>[]} */
    const found = [];
    for (const { quota, depth, times: factor } of this.quota.within) {
      const other = this.handed[quota];
      const amounts = depth
        ? [...other.jurisdictions[depth - 1]]
        : Array.from(this.order, (unit, place) => /** @type {[string, Decimal]} */ ([String(place), other.amount(unit)]));
      const caps = (found[depth] ??= new Map());
      for (const [key, amount] of amounts) {
        const most = times(decimal(factor), amount);
        const known = caps.get(key);
        if (!known || compare(most, known) < 0) caps.set(key, most);
      }
    }
    return found;
  }

  /**
   * The bounds of each unit in whole steps, beside what it carries over.
   * @returns {Bounds}
   */
  bound() {
    const { floor, ceiling, carried: left } = this.quota;
    const floors = this.counted(floor, true, 0);
    const ceilings = this.counted(ceiling, false, Infinity);
    const carried = this.counted(left, false, 0);
    refuse(left.number && !isMultiple(decimal(left.number), this.step));
    refuse(left.measure && this.counted(left, true, 0).some((one, place) => one !== carried[place]));
    const locked = new Uint8Array(floors.length);
    cross(floors, ceilings);
    for (const { unit, when, amount } of this.quota.locked) {
      const here = when === null ? Uint8Array.from(this.order, (one) => Number(one === unit)) : this.meeting(when);
      const count = quotient(decimal(amount), this.step);
      here.forEach((one, place) => {
        if (!one) return;
        refuse(locked[place] || count > ceilings[place]);
        locked[place] = 1;
        floors[place] = ceilings[place] = count;
      });
    }
    const caps = this.links[0];
    if (caps) {
      ceilings.forEach((one, place) => {
        const most = caps.get(String(place));
        ceilings[place] = Math.min(one, most ? quotient(most, this.step) : 0);
      });
    }
    for (let place = 0; place < floors.length; place++) {
      floors[place] = Math.max(floors[place] - carried[place], 0);
      ceilings[place] -= carried[place];
    }
    cross(floors, ceilings);
    return { floors, ceilings, carried, locked };
  }

  /**
   * A bound of each unit in whole steps, which are kept where nothing moves them.
   * @param {QuotaBound} bound
   * @param {boolean} up
   * @param {number} none
   */
  counted({ number, measure }, up, none) {
    if (!measure) return new Float64Array(this.order.length).fill(number ? quotient(decimal(number), this.step, up) : none);
    const { exact, counted } = this.all;
    const key = JSON.stringify([measure, this.quota.step, up]);
    if (!exact.units.has(measure) || !counted[key]) {
      const size = Number(this.quota.step);
      counted[key] = this.measure(measure).map((value) => stepsIn(value, this.step, size, up));
    }
    refuse(counted[key].some((count) => Number.isNaN(count) || (up && count === Infinity)));
    return counted[key].slice();
  }

  /** The groups over all units, with what each may and must have of the total. */
  groups() {
    const members = this.quota.groups.map(({ when }) => this.meeting(when));
    const { tree, nodes } = groupTree(members, this.order.length);
    this.quota.groups.forEach(({ min_pct, max_pct }, place) => {
      if (min_pct) tree.lows[nodes[place]] = this.part(this.total, decimal(min_pct), true);
      if (max_pct) tree.highs[nodes[place]] = this.part(this.total, decimal(max_pct), false);
    });
    return tree;
  }

  /**
   * Per cent of so many steps, rounded.
   * @param {number} count
   * @param {Decimal} pct
   * @param {boolean} up
   */
  part(count, pct, up) {
    return quotient(times({ digits: BigInt(count), exponent: 0 }, pct), HUNDRED, up);
  }

  /** @returns {Handed} */
  result() {
    const tree = this.groups();
    this.hand(this.look(tree, this.all.division(this.quota.levels)), this.total);
    const { carried } = this.bounds;
    const moved = this.transferred(tree);
    const { place } = this.all;
    const { step } = this;
    const exactly = (/** @type {number} */ count, /** @type {Decimal | undefined} */ more) =>
      more ? plus(multiple(count, step), more) : multiple(count, step);
    const jurisdictions = this.levels.map(() => new Map());
    for (const { path, count, place: one } of this.placed) {
      const key = path.join("/");
      const left = sum(pick(carried, one.units));
      jurisdictions[path.length - 1].set(key, exactly(count + left, moved.get(key)));
    }
    const { counts } = this;
    return {
      amount: (unit) => exactly(counts[place[unit]] + carried[place[unit]], moved.get(`unit ${place[unit]}`)),
      jurisdictions,
    };
  }

  /**
   * A jurisdiction and all below it.
   * @param {GroupTree} tree
   * @param {Division} division
   * @returns {Place}
   */
  look(tree, division) {
    const { path, units, locals } = division;
    const depth = path.length;
    /** @type {Place[]} */
    let parts = [];
    let [least, most] = [0, 0];
    if (depth === this.levels.length) {
      const found = reach(tree, pick(this.bounds.floors, units), pick(this.reach, units));
      found.least.forEach((one, node) => refuse(one > found.most[node], "between", one, found.most[node]));
      [least, most] = [found.least[0], found.most[0]];
    } else {
      const trees = this.divide(tree, units, locals);
      parts = division.parts.map((part, nth) => this.look(trees[nth], part));
      [least, most] = [sum(parts.map((part) => part.least)), sum(parts.map((part) => part.most))];
    }
    const caps = path.length ? this.links[depth] : undefined;
    if (caps) {
      const cap = caps.get(path.join("/"));
      const left = sum(pick(this.bounds.carried, units));
      most = Math.min(most, (cap ? quotient(cap, this.step) : 0) - left);
    }
    refuse(least > most, "between", least, most);
    return { ...division, tree, least, most, parts };
  }

  /**
   * The groups over each part, with the part's share of what each group may and must have.
   * @param {GroupTree} tree
   * @param {Int32Array} units
   * @param {Int32Array[]} locals The places of the units of each part among the units.
   * @returns {GroupTree[]}
   */
  divide(tree, units, locals) {
    const { parents, homes } = tree;
    if (parents.length === 1) return locals.map(() => tree);
    const found = locals.map((some) => ({
      parents,
      homes: Int32Array.from(some, (local) => homes[local]),
      lows: parents.map(() => 0),
      highs: parents.map(() => Infinity),
    }));
    const ids = locals.map((some) => some.map((local) => units[local]));
    for (let node = parents.length - 1; node > 0; node--) {
      const reaches = found.map((own, part) => reach(own, pick(this.bounds.floors, ids[part]), pick(this.reach, ids[part])));
      const [least, most] = [reaches.map((one) => one.least[node]), reaches.map((one) => one.most[node])];
      const weights = found.map((own, part) => this.weightOf(own, ids[part], node));
      if (tree.highs[node] < sum(most)) {
        shareOut(weights, tree.highs[node], least, most).forEach((one, part) => (found[part].highs[node] = one));
      }
      if (tree.lows[node] > sum(least)) {
        shareOut(weights, tree.lows[node], least, most).forEach((one, part) => (found[part].lows[node] = one));
      }
    }
    return found;
  }

  /**
   * @param {GroupTree} tree
   * @param {Int32Array} units
   * @param {number} node
   */
  weightOf({ parents, homes }, units, node) {
    const inside = new Set([node]);
    parents.forEach((parent, one) => inside.has(parent) && inside.add(one));
    return exactSum(pick(this.weights, units.filter((_, local) => inside.has(homes[local]))));
  }

  /**
   * What a jurisdiction has goes to its parts, or to its units.
   * @param {Place} place
   * @param {number} amount
   */
  hand({ path, units, tree, parts }, amount) {
    if (parts.length) {
      const weights = Float64Array.from(parts, (part) => exactSum(pick(this.weights, part.units)));
      const ends = (/** @type {"least" | "most"} */ end) => Float64Array.from(parts, (part) => part[end]);
      const counts = apportion(weights, amount, ends("least"), ends("most"));
      parts.forEach((part, nth) => {
        this.placed.push({ path: part.path, count: counts[nth], place: part });
        this.hand(part, counts[nth]);
      });
      return;
    }
    // no units at all
    if (path.length < this.levels.length) return;
    const left = amount - this.part(amount, this.reserve, false);
    const [floors, ceilings, weights] = [this.bounds.floors, this.bounds.ceilings, this.weights].map((all) => pick(all, units));
    let counts = apportion(weights, left, floors, ceilings);
    if (tree.parents.length > 1) {
      const tops = ceilings.map((one, local) => Math.min(weights[local] > 0 ? one : floors[local], left));
      const { least, most } = reach(tree, floors, tops);
      refuse(left < least[0], "groups_most", least[0], left);
      refuse(left > most[0], "groups_least", most[0], left);
      counts = apportionGroups(weights, left, floors, tops, tree);
    }
    for (let local = 0; local < units.length; local++) this.counts[units[local]] = counts[local];
  }

  /**
   * What units hand to each other afterwards: by unit, and by the path of each jurisdiction.
   * @param {GroupTree} tree
   */
  transferred(tree) {
    /** @type {Map<string, Decimal>} */
    const moved = new Map();
    if (!this.quota.transfers.length) return moved;
    const { floors, ceilings, locked } = this.bounds;
    for (const { giver, receiver, amount } of this.quota.transfers) {
      const given = decimal(amount);
      const sides = /** @type {const} */ ([[giver, { ...given, digits: -given.digits }], [receiver, given]]);
      for (const [unit, change] of sides) {
        const place = this.all.place[unit];
        refuse(locked[place]);
        const path = this.levels.map((codes) => codes[unit]);
        const keys = [`unit ${place}`, ...path.map((_, depth) => path.slice(0, depth + 1).join("/"))];
        for (const key of keys) {
          const known = moved.get(key);
          moved.set(key, known ? plus(known, change) : change);
        }
      }
    }
    const kept = (/** @type {string} */ key, /** @type {number} */ count, /** @type {number} */ low, /** @type {number} */ high) => {
      const change = moved.get(key);
      if (!change?.digits) return;
      const now = count + quotient(change, this.step);
      refuse(now < low || (high < this.huge && now > high));
    };
    const after = this.counts.slice();
    this.counts.forEach((count, place) => {
      kept(`unit ${place}`, count, floors[place], ceilings[place]);
      const change = moved.get(`unit ${place}`);
      if (change) after[place] += quotient(change, this.step);
    });
    for (const { path, count, place } of this.placed) kept(path.join("/"), count, place.least, place.most);
    const has = own(tree.parents, tree.homes, after);
    for (let node = has.length - 1; node > 0; node--) has[tree.parents[node]] += has[node];
    refuse(this.quota.groups.length && has.some((one, node) => one < tree.lows[node] || one > tree.highs[node]));
    return moved;
  }
}

/**
 * @param {Float64Array} values
 * @param {Int32Array} places
 */
function pick(values, places) {
  const found = new Float64Array(places.length);
  for (let nth = 0; nth < found.length; nth++) found[nth] = values[places[nth]];
  return found;
}

/**
 * @param {Float64Array} floors
 * @param {Float64Array} ceilings
 */
function cross(floors, ceilings) {
  for (let place = 0; place < floors.length; place++) refuse(floors[place] > ceilings[place], "crossed", floors[place], ceilings[place]);
}

/**
 * The exact product of a weight and the factors of some priorities, which the same units ask for again and again.
 * @param {Weighed} weighed
 * @param {number} which
 * @param {{ factor: number }[]} factors
 * @param {number} place
 */
function multiplied({ before, products }, which, factors, place) {
  const found = (products[which] ??= new Float64Array(before.length).fill(NaN));
  if (Number.isNaN(found[place])) {
    const own = factors.filter((_, nth) => Math.floor(which / 2 ** nth) % 2).map(({ factor }) => factor);
    found[place] = product([before[place], ...own]);
  }
  return found[place];
}

/**
 * A part of what a group may have for each jurisdiction.
 * @param {number[]} weights
 * @param {number} total
 * @param {number[]} least
 * @param {number[]} most
 */
function shareOut(weights, total, least, most) {
  const [low, high] = [sum(least), sum(most)];
  refuse(low > total, "group_must", low, total);
  refuse(high < total, "group_can", high, total);
  const tops = most.map((one, part) => (weights[part] > 0 ? one : least[part]));
  if (sum(tops) < total) return tops;
  return [...apportion(Float64Array.from(weights), total, Float64Array.from(least), Float64Array.from(tops))];
}

/**
 * Whole steps in a number: by division where that is clear, exactly where the quotient is near a whole number.
 * @param {number} value
 * @param {Decimal} step
 * @param {number} size The same.
 * @param {boolean} up
 */
function stepsIn(value, step, size, up) {
  if (!Number.isFinite(value)) return value;
  if (Number.isSafeInteger(value) && Number.isSafeInteger(size)) {
    const rest = ((value % size) + size) % size;
    return (value - rest) / size + (up && rest ? 1 : 0);
  }
  const ratio = value / size;
  const near = Math.abs(ratio - Math.round(ratio)) <= 1e-9 + Math.abs(ratio) * 2 ** -50;
  if (near && Math.abs(ratio) < UNLIMITED) return quotient(decimal(value), step, up);
  return up ? Math.ceil(ratio) : Math.floor(ratio);
}
