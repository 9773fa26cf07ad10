// Exact decimals: numbers as they are written, so that amounts add up to the last digit.

/** @typedef {{ digits: bigint, exponent: number }} Decimal Its digits times ten to the exponent. */

const ULP = 2 ** -52;
const WRITTEN = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;

/**
 * A number as it is written; floats count as what they print, 0.1 is one tenth.
 * @param {string | number} value
 * @returns {Decimal}
 */
export function decimal(value) {
  const text = String(value).trim();
  const found = WRITTEN.exec(text);
  if (!found || !(found[2] || found[3])) throw new Error(`'${text}' is not a number`);
  const [, sign, whole, part, power] = found;
  return { digits: BigInt(sign + whole + part), exponent: Number(power ?? 0) - part.length };
}

/** @param {number} power */
function ten(power) {
  return 10n ** BigInt(power);
}

/**
 * The digits of two numbers with one exponent, and that.
 * @param {Decimal} one
 * @param {Decimal} other
 * @returns {[bigint, bigint, number]}
 */
function aligned(one, other) {
  const low = Math.min(one.exponent, other.exponent);
  return [one.digits * ten(one.exponent - low), other.digits * ten(other.exponent - low), low];
}

/**
 * @param {Decimal} one
 * @param {Decimal} other
 * @returns {Decimal}
 */
export function plus(one, other) {
  const [a, b, exponent] = aligned(one, other);
  return { digits: a + b, exponent };
}

/**
 * @param {Decimal} one
 * @param {Decimal} other
 * @returns {Decimal}
 */
export function times(one, other) {
  return { digits: one.digits * other.digits, exponent: one.exponent + other.exponent };
}

/**
 * Below 0, 0 or above, as the first number is below, at or above the other.
 * @param {Decimal} one
 * @param {Decimal} other
 */
export function compare(one, other) {
  const [a, b] = aligned(one, other);
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * How many whole sizes are in a number, rounded down or up.
 * @param {Decimal} value
 * @param {Decimal} size Above 0.
 * @param {boolean} up
 */
export function quotient(value, size, up = false) {
  const [a, b] = aligned(value, size);
  const down = a >= 0n ? a / b : -((-a + b - 1n) / b);
  return Number(up && down * b !== a ? down + 1n : down);
}

/**
 * @param {Decimal} value
 * @param {Decimal} size
 */
export function isMultiple(value, size) {
  const [a, b] = aligned(value, size);
  return a % b === 0n;
}

/**
 * So many whole sizes, with as many decimals as the size has.
 * @param {number} count
 * @param {Decimal} size
 * @returns {Decimal}
 */
export function multiple(count, size) {
  const more = Math.max(size.exponent, 0);
  return { digits: BigInt(count) * size.digits * ten(more), exponent: size.exponent - more };
}

/** @param {Decimal} value */
export function textOf({ digits, exponent }) {
  if (exponent >= 0) return String(digits * ten(exponent));
  const sign = digits < 0n ? "-" : "";
  const all = String(digits < 0n ? -digits : digits).padStart(1 - exponent, "0");
  return `${sign}${all.slice(0, exponent)}.${all.slice(exponent)}`;
}

/**
 * A product of numbers as they print, rounded once: 3 times 0.1 is 0.3.
 * @param {number[]} numbers
 */
export function product(numbers) {
  if (numbers.length === 1) return numbers[0];
  const { digits, exponent } = numbers.map(decimal).reduce(times);
  return Number(`${digits}e${exponent}`);
}

/**
 * The sum of floats, rounded once: with what each sum leaves out beside it, where that surely is enough.
 * @param {ArrayLike<number>} numbers
 */
export function exactSum(numbers) {
  let [sum, rest, size] = [0, 0, 0];
  for (let place = 0; place < numbers.length; place++) {
    const one = numbers[place];
    const next = sum + one;
    const part = next - sum;
    rest += sum - (next - part) + (one - part);
    sum = next;
    size += Math.abs(one);
  }
  const doubt = size * (numbers.length * ULP) ** 2;
  const found = sum + (rest - doubt);
  return found === sum + (rest + doubt) ? found : sumOfParts(numbers);
}

/**
 * The sum of floats in whole parts of a power of two, which has no end of digits.
 * @param {ArrayLike<number>} numbers
 */
function sumOfParts(numbers) {
  let [sum, halved] = [0n, 0];
  for (let place = 0; place < numbers.length; place++) {
    let [one, own] = [numbers[place], 0];
    if (!Number.isFinite(one)) return NaN;
    for (; !Number.isInteger(one); own++) one *= 2;
    if (own > halved) [sum, halved] = [sum << BigInt(own - halved), own];
    sum += BigInt(one) << BigInt(halved - own);
  }
  const half = halved >> 1;
  return (Number(sum) / 2 ** half) / 2 ** (halved - half);
}
