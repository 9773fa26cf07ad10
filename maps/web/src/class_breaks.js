// Breaks: limits between classes of values. A value that is a limit belongs to the class above it.

/**
 * @typedef {"threshold" | "quantile" | "natural" | "equal"} Method
 *
 * @typedef {object} Limit Where the answer of a rule turns.
 * @property {number} at
 * @property {boolean} above Whether the rule asks for more, not for less.
 * @property {boolean} equal Whether a value that equals the limit is enough.
 */

export const CLASSES = 5;

/** @type {Record<Exclude<Method, "threshold">, (sorted: number[], count: number) => number[]>} */
const METHODS = { quantile: quantileBreaks, natural: naturalBreaks, equal: equalBreaks };

/**
 * Limits between classes, each the shortest number that parts the values at its place.
 * @param {Method} method
 * @param {ArrayLike<number>} values Those that are known.
 * @param {Limit[]} limits Of rules that test the values, the most important first.
 * @param {number} count Of classes.
 * @returns {number[]} Rising; fewer than `count` - 1 where values do not part that often.
 */
export function breaksOf(method, values, limits = [], count = CLASSES) {
  const sorted = rising(values);
  if (method !== "threshold" || !limits.length) return METHODS[method === "threshold" ? "natural" : method](sorted, count);
  const [{ at, above, equal }] = limits;
  const belongsAbove = above === equal;
  const below = sorted.filter((value) => (belongsAbove ? value < at : value <= at));
  const rest = sorted.slice(below.length);
  const [low, high] = above ? [2, count - 2] : [count - 2, 2];
  const limit = belongsAbove || !rest.length ? at : roundedBetween(at, rest[0], at);
  const found = [...naturalBreaks(below, low), limit, ...naturalBreaks(rest, high)];
  return [...new Set(found)].sort((a, b) => a - b);
}

/**
 * Numbers in order; a column of them is sorted many times as fast as a list.
 * @param {ArrayLike<number>} values
 */
function rising(values) {
  return Array.from(Float64Array.from(values).sort());
}

/**
 * The class of a value, from 0 up.
 * @param {number[]} breaks
 * @param {number} value
 */
export function classOf(breaks, value) {
  let place = 0;
  while (place < breaks.length && value >= breaks[place]) place++;
  return place;
}

/**
 * As many values in each class.
 * @param {number[]} sorted
 * @param {number} count
 */
function quantileBreaks(sorted, count) {
  const last = sorted.length - 1;
  return partedAt(
    sorted,
    Array.from({ length: count - 1 }, (_, place) => {
      const at = ((place + 1) / count) * last;
      const low = Math.floor(at);
      const [one, other] = [sorted[low], sorted[Math.min(last, low + 1)]];
      return one + (other - one) * (at - low);
    }),
  );
}

/**
 * Classes of one width.
 * @param {number[]} sorted
 * @param {number} count
 */
function equalBreaks(sorted, count) {
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const width = (high - low) / count;
  return partedAt(sorted, Array.from({ length: count - 1 }, (_, place) => low + width * (place + 1)));
}

/**
 * Limits that part sorted values as given upper ends of classes do.
 * @param {number[]} sorted
 * @param {number[]} ends
 */
function partedAt(sorted, ends) {
  const found = ends.flatMap((end) => {
    const next = firstAbove(sorted, end);
    return next && next < sorted.length ? [roundedBetween(sorted[next - 1], sorted[next], end)] : [];
  });
  return [...new Set(found)];
}

/**
 * @param {number[]} sorted
 * @param {number} value
 */
function firstAbove(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Classes within which values differ least: natural breaks by Fisher and Jenks.
 * @param {number[]} given
 * @param {number} count
 * @returns {number[]}
 */
export function naturalBreaks(given, count) {
  /** @type {number[]} */
  const values = [];
  /** @type {number[]} */
  const weights = [];
  for (const value of rising(given)) {
    if (value === values[values.length - 1]) weights[weights.length - 1]++;
    else {
      values.push(value);
      weights.push(1);
    }
  }
  const classes = Math.min(count, values.length);
  if (classes < 2) return [];
  return bestStarts(values, weights, classes).map((start) => {
    const [below, above] = [values[start - 1], values[start]];
    return roundedBetween(below, above, (below + above) / 2);
  });
}

/**
 * Where the second and each later class starts, so that the sum of squared deviations is least. The best start moves up
 * as the end does, so that half of the starts need not be looked at on each side of a known one.
 * @param {number[]} values Rising, each once.
 * @param {number[]} weights How often each stands there.
 * @param {number} classes
 */
function bestStarts(values, weights, classes) {
  const count = values.length;
  const middle = values[count >> 1]; // sums of squares of large numbers lose their digits
  const [sums, squares, sizes] = [new Float64Array(count + 1), new Float64Array(count + 1), new Float64Array(count + 1)];
  values.forEach((value, place) => {
    const off = value - middle;
    sizes[place + 1] = sizes[place] + weights[place];
    sums[place + 1] = sums[place] + weights[place] * off;
    squares[place + 1] = squares[place] + weights[place] * off * off;
  });
  const spread = (/** @type {number} */ from, /** @type {number} */ to) =>
    squares[to] - squares[from] - (sums[to] - sums[from]) ** 2 / (sizes[to] - sizes[from]);
  let least = Float64Array.from({ length: count + 1 }, (_, to) => (to ? spread(0, to) : 0));
  /** @type {Int32Array[]} */
  const cuts = [];
  for (let k = 1; k < classes; k++) {
    const next = new Float64Array(count + 1).fill(Infinity);
    const cut = new Int32Array(count + 1);
    const open = [[k + 1, count, k, count - 1]];
    for (let part = open.pop(); part; part = open.pop()) {
      const [first, last, low, high] = part;
      if (first > last) continue;
      const to = (first + last) >> 1;
      for (let from = low; from <= Math.min(high, to - 1); from++) {
        const sum = least[from] + spread(from, to);
        if (sum < next[to]) [next[to], cut[to]] = [sum, from];
      }
      open.push([first, to - 1, low, cut[to]], [to + 1, last, cut[to], high]);
    }
    cuts.push(cut);
    least = next;
  }
  const starts = [];
  let to = count;
  for (let k = classes - 1; k > 0; k--) starts.unshift((to = cuts[k - 1][to]));
  return starts;
}

/**
 * The shortest number above one value and not above the next, as near to a third as its digits allow.
 * @param {number} below
 * @param {number} above
 * @param {number} near
 */
function roundedBetween(below, above, near) {
  const whole = Number.isInteger(below) && Number.isInteger(above); // counts stay counts
  const inside = Math.max(below, Math.min(above, whole ? Math.ceil(near) : near));
  for (let digits = 1; digits < 15; digits++) {
    const rounded = Number(inside.toPrecision(digits));
    if (rounded > below && rounded <= above) return rounded;
    // beside the nearest number of so many digits stand two others
    const step = 10 ** (Math.floor(Math.log10(Math.abs(inside) || 1)) - digits + 1);
    for (const beside of [rounded + step, rounded - step]) {
      const number = Number(beside.toPrecision(digits + 1));
      if (number > below && number <= above) return number;
    }
  }
  return above;
}
