// Conditions: CQL2-JSON asked of all rows of a table at once, with the three answers that Python gives. Kinds fit, for
// Python has read them.

/**
 * @import { Cql2 } from "./page_model.d.ts"
 *
 * @typedef {Uint8Array} Answers One a row: NO, UNKNOWN or YES.
 * @typedef {{ kind: "number", values: Float64Array }} NumberColumn NaN where it is missing; one value stands for all rows.
 * @typedef {{ kind: "text", codes: Int32Array, texts: string[] }} TextColumn -1 where it is missing.
 * @typedef {{ kind: "boolean", answers: Answers }} TruthColumn
 * @typedef {NumberColumn | TextColumn | TruthColumn | { kind: "nothing" }} Column
 * @typedef {Record<string, number | string | boolean>} Parameters
 */

export const NO = 0;
export const UNKNOWN = 1;
export const YES = 2;

/** @type {Record<string, (a: number, b: number) => number>} */
const ARITHMETIC = { "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b };
// The answers where two values cannot be compared, where the first is below the other one, above it, and equal to it.
/** @type {Record<string, number[]>} */
const ORDER = {
  "=": [UNKNOWN, NO, NO, YES],
  "<>": [UNKNOWN, YES, YES, NO],
  "<": [UNKNOWN, YES, NO, NO],
  "<=": [UNKNOWN, YES, NO, YES],
  ">": [UNKNOWN, NO, YES, NO],
  ">=": [UNKNOWN, NO, YES, YES],
};
// The lesser and the greater of two answers, at the one plus four times the other.
const BOTH = Uint8Array.of(NO, NO, NO, NO, NO, UNKNOWN, UNKNOWN, NO, NO, UNKNOWN, YES);
const EITHER = Uint8Array.of(NO, UNKNOWN, YES, NO, UNKNOWN, UNKNOWN, YES, NO, YES, YES, YES);

/** @type {WeakMap<object, string[]>} */
const NAMES = new WeakMap();

/**
 * The columns and parameters that a condition or a value reads, each once.
 * @param {Cql2 | Cql2[]} node
 * @returns {string[]}
 */
export function namesIn(node) {
  if (typeof node !== "object") return [];
  let found = NAMES.get(node);
  if (!found) {
    if ("property" in node) found = [node.property];
    else found = [...new Set((Array.isArray(node) ? node : node.args).flatMap(namesIn))];
    NAMES.set(node, found);
  }
  return found;
}

/** A table that conditions are asked of. */
export class MeasureTable {
  /**
   * @param {number} rows
   * @param {Map<string, Column>} columns
   * @param {Parameters} parameters One value for all rows each.
   */
  constructor(rows, columns, parameters) {
    this.rows = rows;
    this.columns = columns;
    this.parameters = parameters;
  }

  /**
   * What a name is in each row.
   * @param {string} name
   * @returns {Column}
   */
  named(name) {
    const column = this.columns.get(name);
    if (column?.kind === "number") return { kind: "number", values: finite(column.values) };
    if (column) return column;
    if (!Object.hasOwn(this.parameters, name)) throw new Error(`nothing provides '${name}'`);
    return this.constant(this.parameters[name]);
  }

  /**
   * @param {number | string | boolean} value
   * @returns {Column}
   */
  constant(value) {
    if (typeof value === "number") return { kind: "number", values: Float64Array.of(value) };
    if (typeof value === "string") return { kind: "text", codes: new Int32Array(this.rows), texts: [value] };
    return { kind: "boolean", answers: this.all(value ? YES : NO) };
  }

  /** @param {number} answer */
  all(answer) {
    return new Uint8Array(this.rows).fill(answer);
  }

  /**
   * @param {Cql2} node
   * @returns {Column}
   */
  value(node) {
    if (typeof node !== "object") return this.constant(node);
    if ("property" in node) return this.named(node.property);
    const operation = ARITHMETIC[node.op];
    if (!operation) return { kind: "boolean", answers: this.answer(node) };
    const [one, other] = node.args.map((part) => this.numbers(/** @type {Cql2} */ (part)));
    const [first, second] = [Number(one.length > 1), Number(other.length > 1)];
    const values = new Float64Array(first || second ? this.rows : 1);
    for (let row = 0; row < values.length; row++) {
      const value = operation(one[row * first], other[row * second]);
      values[row] = Number.isFinite(value) ? value : NaN;
    }
    return { kind: "number", values };
  }

  /**
   * The numbers of a value, NaN where one is missing or has no end.
   * @param {Cql2} node
   * @returns {Float64Array}
   */
  numbers(node) {
    const found = this.value(node);
    return found.kind === "number" ? found.values : Float64Array.of(NaN);
  }

  /**
   * @param {Cql2} node
   * @returns {Answers}
   */
  answer(node) {
    if (typeof node === "object" && "op" in node) {
      const parts = /** @type {Cql2[]} */ (node.args);
      switch (node.op) {
        case "and":
          return this.joined(parts, false);
        case "or":
          return this.joined(parts, true);
        case "not":
          return this.answer(parts[0]).map((one) => YES - one);
        case "between":
          return this.joined([{ op: "<=", args: [parts[1], parts[0]] }, { op: "<=", args: [parts[0], parts[2]] }], false);
        case "in": {
          const options = /** @type {Cql2[]} */ (node.args[1]);
          return this.joined(options.map((option) => ({ op: "=", args: [parts[0], option] })), true);
        }
        case "isNull":
          return missing(this.value(parts[0]), this.rows);
        case "like":
          return this.like(this.value(parts[0]), String(parts[1]));
      }
      return this.compared(node.op, this.value(parts[0]), this.value(parts[1]));
    }
    const truth = this.value(node);
    return truth.kind === "boolean" ? truth.answers : this.all(UNKNOWN);
  }

  /**
   * @param {Cql2[]} parts
   * @param {boolean} either
   */
  joined([first, ...others], either) {
    const found = this.answer(first).slice();
    const lot = either ? EITHER : BOTH;
    for (const part of others) {
      const own = this.answer(part);
      for (let row = 0; row < this.rows; row++) found[row] = lot[own[row] | (found[row] << 2)];
    }
    return found;
  }

  /**
   * @param {string} operator
   * @param {Column} one
   * @param {Column} other
   */
  compared(operator, one, other) {
    const found = this.all(UNKNOWN);
    // without branches, which a processor cannot foresee
    const order = Uint8Array.from(ORDER[operator]);
    const [, below, , equal] = order;
    if (one.kind === "number" && other.kind === "number") {
      const [left, right] = [one.values, other.values];
      const [first, second] = [Number(left.length > 1), Number(right.length > 1)];
      for (let row = 0; row < this.rows; row++) {
        const a = left[row * first];
        const b = right[row * second];
        found[row] = order[Number(a < b) + 2 * Number(a > b) + 3 * Number(a === b)];
      }
    } else if (one.kind === "text" && other.kind === "text") {
      const places = new Map(one.texts.map((text, place) => [text, place]));
      const place = other.texts.map((text) => places.get(text) ?? -2);
      for (let row = 0; row < found.length; row++) {
        const [a, b] = [one.codes[row], other.codes[row]];
        if (a >= 0 && b >= 0) found[row] = a === place[b] ? equal : below;
      }
    } else if (one.kind === "boolean" && other.kind === "boolean") {
      for (let row = 0; row < found.length; row++) {
        const [a, b] = [one.answers[row], other.answers[row]];
        if (a !== UNKNOWN && b !== UNKNOWN) found[row] = a === b ? equal : below;
      }
    }
    return found;
  }

  /**
   * @param {Column} column
   * @param {string} pattern
   */
  like(column, pattern) {
    const found = this.all(UNKNOWN);
    if (column.kind !== "text") return found;
    const fits = column.texts.map(likeness(pattern));
    column.codes.forEach((code, row) => {
      if (code >= 0) found[row] = fits[code] ? YES : NO;
    });
    return found;
  }

  /**
   * The rows in which the answer is unknown because one of some names is missing.
   * @param {Cql2} node
   * @param {ReadonlySet<string>} names
   * @returns {Uint8Array}
   */
  waits(node, names) {
    const found = new Uint8Array(this.rows);
    this.wait(node, names, this.answer(node).map((one) => Number(one === UNKNOWN)), found);
    return found;
  }

  /**
   * A part decides where it is answered as the whole that it belongs to; NOT turns answers round, and nothing of this.
   * @param {Cql2} node
   * @param {ReadonlySet<string>} names
   * @param {Uint8Array} decides
   * @param {Uint8Array} found
   */
  wait(node, names, decides, found) {
    const parts = typeof node === "object" && "op" in node ? /** @type {Cql2[]} */ (node.args) : [];
    const op = parts.length ? /** @type {{ op: string }} */ (node).op : "";
    if (op === "not") {
      this.wait(parts[0], names, decides, found);
      return;
    }
    const whole = this.answer(node);
    if (op === "and" || op === "or") {
      for (const part of parts) {
        const own = this.answer(part);
        this.wait(part, names, decides.map((one, row) => Number(one && own[row] === whole[row])), found);
      }
      return;
    }
    for (const name of namesIn(node)) {
      if (!names.has(name)) continue;
      const gone = missing(this.named(name), this.rows);
      for (let row = 0; row < found.length; row++) {
        if (decides[row] && whole[row] === UNKNOWN && gone[row] === YES) found[row] = 1;
      }
    }
  }
}

/** @type {WeakMap<Float64Array, Float64Array>} */
const FINITE = new WeakMap();

/**
 * Numbers with NaN for what has no end, which conditions take for missing.
 * @param {Float64Array} values
 */
function finite(values) {
  let found = FINITE.get(values);
  if (!found) {
    found = values.some((value) => Math.abs(value) === Infinity)
      ? values.map((value) => (Number.isFinite(value) ? value : NaN))
      : values;
    FINITE.set(values, found);
  }
  return found;
}

/**
 * YES where nothing stands.
 * @param {Column} column
 * @param {number} rows
 * @returns {Answers}
 */
function missing(column, rows) {
  const found = new Uint8Array(rows).fill(YES);
  if (column.kind === "number") {
    const { values } = column;
    found.forEach((_, row) => Number.isFinite(values[values.length > 1 ? row : 0]) && (found[row] = NO));
  }
  if (column.kind === "text") column.codes.forEach((code, row) => code >= 0 && (found[row] = NO));
  if (column.kind === "boolean") column.answers.forEach((one, row) => one !== UNKNOWN && (found[row] = NO));
  return found;
}

/**
 * Whether a text fits a pattern: `%` any characters, `_` one; a backslash takes the next character as it is. It never
 * goes back, so that hostile patterns cost no more than others.
 * @param {string} pattern
 * @returns {(text: string) => boolean}
 */
function likeness(pattern) {
  /** @type {(string | null)[][]} */
  const parts = [[]];
  let taken = false;
  for (const sign of pattern) {
    const part = parts[parts.length - 1];
    if (taken || !"\\%_".includes(sign)) {
      part.push(sign);
      taken = false;
    } else if (sign === "\\") taken = true;
    else if (sign === "_") part.push(null);
    else parts.push([]);
  }
  const [first, ...middle] = parts;
  const last = middle.pop();
  return (text) => {
    const signs = [...text];
    const fits = (/** @type {(string | null)[]} */ part, /** @type {number} */ at) =>
      at + part.length <= signs.length && part.every((one, place) => one === null || one === signs[at + place]);
    if (!fits(first, 0)) return false;
    if (!last) return signs.length === first.length;
    let at = first.length;
    for (const part of middle) {
      while (at + part.length <= signs.length && !fits(part, at)) at++;
      if (!fits(part, at)) return false;
      at += part.length;
    }
    const end = signs.length - last.length;
    return end >= at && fits(last, end);
  };
}
