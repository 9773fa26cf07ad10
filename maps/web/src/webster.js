// Webster's method: a total handed out by weight in whole steps between floors and ceilings, exact to the last tie.

import { compare, decimal, times } from "./exact_decimal.js";

/**
 * @import { Decimal } from "./exact_decimal.js"
 *
 * @typedef {object} GroupTree Groups of receivers, each inside another; node 0 is all of them.
 * @property {number[]} parents
 * @property {Int32Array} homes The innermost node of each receiver.
 * @property {number[]} lows
 * @property {number[]} highs
 */

// Relative width that floating point cannot see through, and so many steps that are ordered one by one.
const NOISE = 2 ** -44;
const FEW = 64;
const ERROR = 2 ** -49;
const NEAR = 1e-12;

/** What is asked of a quota cannot be: its message has the key of the reason, and in steps what is too much or too little, and for what. */
export class Infeasible extends Error {}

/**
 * @param {unknown} wrong
 * @param {...unknown} why
 */
export function refuse(wrong, ...why) {
  if (wrong) throw new Infeasible(why.join());
}

/** @param {ArrayLike<number>} numbers */
export function sum(numbers) {
  let found = 0;
  for (let place = 0; place < numbers.length; place++) found += numbers[place];
  return found;
}

/**
 * The steps of each receiver; ties go to the one that comes first.
 * @param {Float64Array} sizes Their weights.
 * @param {number} total
 * @param {Float64Array} floors
 * @param {Float64Array} ceilings
 * @returns {Float64Array}
 */
export function apportion(sizes, total, floors, ceilings) {
  const tops = ceilings.slice();
  for (let unit = 0; unit < tops.length; unit++) {
    refuse(floors[unit] > tops[unit], "crossed", floors[unit], tops[unit]);
    tops[unit] = Math.min(sizes[unit] > 0 ? tops[unit] : floors[unit], total);
  }
  const [least, most] = [sum(floors), sum(tops)];
  refuse(least > total, "floors", least, total);
  refuse(most < total, sum(sizes) ? "ceilings" : "no_weight", most, total);
  if (least === total) return floors;
  if (most === total) return tops;
  const [low, high] = between(sizes, total, floors, tops);
  const counts = floors.slice();
  let left = total;
  /** @type {Step[]} */
  const steps = [];
  for (let unit = 0; unit < counts.length; unit++) {
    counts[unit] = rounded(sizes, low, -1, floors, tops, unit);
    left -= counts[unit];
    const above = rounded(sizes, high, 1, floors, tops, unit);
    for (let place = counts[unit]; place < above; place++) steps.push({ unit, place, share: sizes[unit] / (place + 0.5) });
  }
  const exact = new Map();
  steps.sort((one, other) => byQuotient(sizes, exact, one, other));
  for (const { unit } of steps.slice(0, left)) counts[unit]++;
  return counts;
}

/** @typedef {{ unit: number, place: number, share: number }} Step */

/**
 * The largest quotient first, ties by place among the receivers.
 * @param {Float64Array} sizes
 * @param {Map<number, Decimal>} exact
 * @param {Step} one
 * @param {Step} other
 */
function byQuotient(sizes, exact, one, other) {
  const apart = other.share - one.share;
  if (Math.abs(apart) > NEAR * Math.max(one.share, other.share)) return apart;
  const weight = (/** @type {number} */ unit) => {
    const size = sizes[unit];
    let found = exact.get(size);
    if (!found) exact.set(size, (found = decimal(size)));
    return found;
  };
  const odd = (/** @type {number} */ place) => ({ digits: BigInt(2 * place + 1), exponent: 0 });
  const order = compare(times(weight(other.unit), odd(one.place)), times(weight(one.unit), odd(other.place)));
  return order || one.unit - other.unit || one.place - other.place;
}

/**
 * Two multipliers: at the lower no step is one too many, at the higher none is missing.
 * @param {Float64Array} sizes
 * @param {number} total
 * @param {Float64Array} floors
 * @param {Float64Array} ceilings
 */
function between(sizes, total, floors, ceilings) {
  let largest = 0;
  let smallest = Infinity;
  for (const size of sizes) {
    if (size > largest) largest = size;
    if (size > 0 && size < smallest) smallest = size;
  }
  let [low, high] = [0.25 / largest, (2 * (total + 1)) / smallest];
  let [atLow, atHigh] = [sum(floors), sum(ceilings)];
  /**
   * @param {number} multiplier
   * @param {number} side
   */
  const at = (multiplier, side) => {
    let found = 0;
    for (let unit = 0; unit < sizes.length; unit++) found += rounded(sizes, multiplier, side, floors, ceilings, unit);
    return found;
  };
  // the few steps that are left are then ordered exactly
  while (atHigh - atLow > FEW && high > low * (1 + NOISE)) {
    const middle = Math.sqrt(low) * Math.sqrt(high);
    const most = at(middle, 1);
    if (most <= total) {
      [low, atLow] = [middle, most];
      continue;
    }
    const least = at(middle, -1);
    if (least < total) return [middle * (1 - NOISE), middle * (1 + NOISE)];
    [high, atHigh] = [middle, least];
  }
  return [low, high];
}

/**
 * A weight times a multiplier, rounded inside the bounds; surely not above (side -1) or below (side 1) the exact.
 * @param {Float64Array} sizes
 * @param {number} multiplier
 * @param {number} side
 * @param {Float64Array} floors
 * @param {Float64Array} ceilings
 * @param {number} unit
 */
function rounded(sizes, multiplier, side, floors, ceilings, unit) {
  const share = Math.min(sizes[unit] * multiplier, 2 ** 52);
  const count = Math.floor(share + (0.5 + side * ERROR * (1 + share)));
  return Math.min(Math.max(count, floors[unit]), ceilings[unit]);
}

/**
 * The least and the most that each node can have, bounds of its receivers and of the groups inside it included.
 * @param {GroupTree} tree
 * @param {Float64Array} floors
 * @param {Float64Array} ceilings
 */
export function reach({ parents, homes, lows, highs }, floors, ceilings) {
  const [least, most] = [own(parents, homes, floors), own(parents, homes, ceilings)];
  for (let node = parents.length - 1; node >= 0; node--) {
    least[node] = Math.max(least[node], lows[node]);
    most[node] = Math.min(most[node], highs[node]);
    if (node) {
      least[parents[node]] += least[node];
      most[parents[node]] += most[node];
    }
  }
  return { least, most };
}

/**
 * What the receivers whose innermost node it is have together, of each node.
 * @param {number[]} parents
 * @param {Int32Array} homes
 * @param {Float64Array} counts
 */
export function own(parents, homes, counts) {
  if (parents.length === 1) return [sum(counts)];
  const found = parents.map(() => 0);
  homes.forEach((node, place) => (found[node] += counts[place]));
  return found;
}

/**
 * The tree of some groups, and the node of each; of two of the same units the later is inside the earlier.
 * @param {Uint8Array[]} members
 * @param {number} count
 */
export function groupTree(members, count) {
  const size = members.map(sum);
  const places = members.map((_, place) => place).sort((one, other) => size[other] - size[one] || one - other);
  const homes = new Int32Array(count);
  const parents = [-1];
  const nodes = members.map(() => 0);
  for (const place of places) {
    const node = parents.length;
    const around = new Set(homes.filter((_, unit) => members[place][unit]));
    refuse(around.size > 1);
    parents.push(around.size ? [...around][0] : 0);
    nodes[place] = node;
    members[place].forEach((inside, unit) => inside && (homes[unit] = node));
  }
  return { tree: { parents, homes, lows: parents.map(() => 0), highs: parents.map(() => Infinity) }, nodes };
}

/**
 * The steps of each receiver inside the bounds of groups: shared without them, then again on both sides of each cut that
 * the labels of least cost say (Groenevelt, European Journal of Operational Research 54, 1991).
 * @param {Float64Array} sizes
 * @param {number} total In the reach of node 0.
 * @param {Float64Array} floors
 * @param {Float64Array} ceilings
 * @param {GroupTree} tree
 */
export function apportionGroups(sizes, total, floors, ceilings, tree) {
  const { parents, homes } = tree;
  /** @type {Map<number, number>} */
  const fixed = new Map([[0, total]]);
  const counts = floors.slice();
  const waiting = [0];
  while (waiting.length) {
    const top = /** @type {number} */ (waiting.pop());
    const tops = topsOf(parents, fixed);
    const inside = [...tops.keys()].filter((node) => tops[node] === top);
    const units = [...homes.keys()].filter((unit) => tops[homes[unit]] === top);
    const below = [...fixed.keys()].filter((node) => node && node !== top && tops[parents[node]] === top);
    const left = (fixed.get(top) ?? 0) - sum(below.map((node) => fixed.get(node) ?? 0));
    if (units.length) {
      const some = (/** @type {Float64Array} */ all) => Float64Array.from(units, (unit) => all[unit]);
      const shares = apportion(some(sizes), left, some(floors), some(ceilings));
      units.forEach((unit, place) => (counts[unit] = shares[place]));
    }
    const cut = cuts(tree, inside, below, fixed, counts);
    if (!cut.length) continue;
    for (const [node, count] of cut) fixed.set(node, count);
    waiting.push(top, ...cut.map(([node]) => node));
  }
  return counts;
}

/**
 * The innermost fixed node around each node, itself included.
 * @param {number[]} parents
 * @param {Map<number, number>} fixed
 */
function topsOf(parents, fixed) {
  /** @type {number[]} */
  const tops = [];
  parents.forEach((parent, node) => tops.push(fixed.has(node) ? node : tops[parent]));
  return tops;
}

/**
 * The nodes to cut off, each with what it has: the cut of least cost, where that is below 0.
 * @param {GroupTree} tree
 * @param {number[]} inside
 * @param {number[]} below
 * @param {Map<number, number>} fixed
 * @param {Float64Array} counts
 * @returns {[number, number][]}
 */
function cuts({ parents, homes, lows, highs }, inside, below, fixed, counts) {
  const have = own(parents, homes, counts);
  for (const node of below) have[parents[node]] += fixed.get(node) ?? 0;
  const [top, ...others] = inside;
  const upwards = others.toReversed();
  for (const node of upwards) have[parents[node]] += have[node];
  const cost = new Map(inside.map((node) => [node, [0, 0]]));
  const costOf = (/** @type {number} */ node) => cost.get(node) ?? [0, 0];
  /** @type {Map<number, number[]>} */
  const choice = new Map();
  for (const node of upwards) {
    // label 1 under 0 costs what the node has left to its most, 0 under 1 what it has above its least
    const steps = [highs[node] - have[node], have[node] - lows[node]];
    const chosen = [0, 1].map((above) => {
      const [same, other] = [costOf(node)[above], costOf(node)[1 - above] + steps[above]];
      costOf(parents[node])[above] += Math.min(same, other);
      return same <= other ? above : 1 - above;
    });
    choice.set(node, chosen);
  }
  const least = Math.min(...costOf(top));
  if (least >= 0) return [];
  const labels = new Map([[top, costOf(top).indexOf(least)]]);
  /** @type {[number, number][]} */
  const found = [];
  for (const node of others) {
    const above = labels.get(parents[node]) ?? 0;
    const label = choice.get(node)?.[above] ?? above;
    labels.set(node, label);
    if (label !== above) found.push([node, label ? highs[node] : lows[node]]);
  }
  return found;
}
