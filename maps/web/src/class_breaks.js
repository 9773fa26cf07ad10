// Breaks: limits between classes of values, where the values part by themselves.

// More values say no more of where they part, and the work grows with their square.
const MOST = 300;

/**
 * The limits of classes within which values differ least: natural breaks by Fisher and Jenks, rounded.
 * @param {number[]} values
 * @param {number} count Of classes.
 * @returns {number[]} Rising; fewer than `count` - 1 where values do not part that often.
 */
export function naturalBreaks(values, count) {
  const sorted = thinned([...values].sort((a, b) => a - b));
  const different = new Set(sorted).size;
  const classes = Math.min(count, different);
  if (classes < 2) return [];
  const starts = bestStarts(sorted, classes);
  const rounded = starts.map((start) => roundedBetween(sorted[start - 1], sorted[start]));
  return [...new Set(rounded)];
}

/** @param {number[]} sorted */
function thinned(sorted) {
  if (sorted.length <= MOST) return sorted;
  return Array.from({ length: MOST }, (_, place) => sorted[Math.round((place * (sorted.length - 1)) / (MOST - 1))]);
}

/**
 * Where the second and each later class starts: least[k][i] is the least sum of squared deviations of the first i values
 * in k + 1 classes.
 * @param {number[]} sorted
 * @param {number} classes
 */
function bestStarts(sorted, classes) {
  const count = sorted.length;
  const sums = [0];
  const squares = [0];
  sorted.forEach((value, place) => {
    sums.push(sums[place] + value);
    squares.push(squares[place] + value * value);
  });
  const spread = (/** @type {number} */ from, /** @type {number} */ to) =>
    squares[to] - squares[from] - (sums[to] - sums[from]) ** 2 / (to - from);
  let least = Array.from({ length: count + 1 }, (_, to) => (to ? spread(0, to) : 0));
  /** @type {number[][]} */
  const cuts = [];
  for (let k = 1; k < classes; k++) {
    const next = Array(count + 1).fill(Infinity);
    const cut = Array(count + 1).fill(0);
    for (let to = k + 1; to <= count; to++) {
      for (let from = k; from < to; from++) {
        const sum = least[from] + spread(from, to);
        if (sum < next[to]) [next[to], cut[to]] = [sum, from];
      }
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
 * The shortest number above one value and not above the next.
 * @param {number} below
 * @param {number} above
 */
function roundedBetween(below, above) {
  for (let digits = 1; digits < 15; digits++) {
    const rounded = Number(((below + above) / 2).toPrecision(digits));
    if (rounded > below && rounded <= above) return rounded;
  }
  return above;
}
