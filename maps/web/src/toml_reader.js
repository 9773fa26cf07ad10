// TOML as files of tries have it: tables, texts of one line, numbers, truths and days; what else TOML knows is refused.

/**
 * @typedef {Map<string, TomlValue>} TomlTable
 * @typedef {string | boolean | TomlNumber | TomlDay | TomlTable | TomlValue[]} TomlValue
 */

// Tables inside of each other; a file of a try has three.
const DEEPEST = 16;
const END = /(?=[\s,\]}#]|$)/.source;
const BARE = /[A-Za-z0-9_-]+/y;
const BASIC = /"(?:[^"\\\u0000-\u0008\n-\u001f\u007f]|\\(?:[btnfr"\\]|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}))*"/y;
const LITERAL = /'[^'\u0000-\u0008\n-\u001f\u007f]*'/y;
const DAY = new RegExp(`\\d{4}-\\d\\d-\\d\\d${END}`, "y");
const NUMBER = new RegExp(`[+-]?(?:0|[1-9](?:_?\\d)*)(?:\\.\\d(?:_?\\d)*)?(?:[eE][+-]?\\d(?:_?\\d)*)?${END}`, "y");
const TRUTH = new RegExp(`(?:true|false)${END}`, "y");
const SPACE = /[ \t]*/y;
const LINES = /(?:[ \t\n]+|#[^\u0000-\u0008\u000a-\u001f\u007f]*)*/y;
const LINE_END = /[ \t]*(?:#[^\u0000-\u0008\u000a-\u001f\u007f]*)?(?:\n|$)/y;
/** @type {Record<string, string>} */
const ESCAPES = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" };

/** A number as it is written, so that no digit is lost. */
export class TomlNumber {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** A day, such as 2025-01-01. */
export class TomlDay {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** What is no TOML, or more of it than is read here. */
export class TomlError extends Error {
  /** @param {number} line */
  constructor(line) {
    super(`line ${line}`);
    this.line = line;
  }
}

/**
 * @param {string} text
 * @returns {TomlTable}
 * @throws {TomlError}
 */
export function readToml(text) {
  return new TomlReader(text.replaceAll("\r\n", "\n")).document();
}

class TomlReader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    /** @type {TomlTable} */
    this.root = new Map();
    /** Tables that a header, or a brace, has made. @type {Set<TomlValue>} */
    this.made = new Set([this.root]);
    /** Lists of tables, which headers add to; others stay as they are. @type {Set<TomlValue>} */
    this.growing = new Set();
    /** What stands in braces or brackets, and stays as it is. @type {Set<TomlValue>} */
    this.closed = new Set();
  }

  /** @returns {never} */
  refuse() {
    throw new TomlError(this.text.slice(0, this.at).split("\n").length);
  }

  /** @param {RegExp} pattern One that is sticky. */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** @param {string} sign */
  takes(sign) {
    const is = this.text.startsWith(sign, this.at);
    if (is) this.at += sign.length;
    return is;
  }

  /** @param {string} sign */
  need(sign) {
    if (!this.takes(sign)) this.refuse();
  }

  document() {
    let table = this.root;
    for (this.take(LINES); this.at < this.text.length; this.take(LINES)) {
      if (this.takes("[")) table = this.header();
      else this.entry(table, 0);
      if (this.take(LINE_END) === undefined) this.refuse();
    }
    return this.root;
  }

  /** The table that a header opens. */
  header() {
    const isList = this.takes("[");
    const path = [];
    do {
      this.take(SPACE);
      path.push(this.key());
      this.take(SPACE);
    } while (this.takes("."));
    this.need(isList ? "]]" : "]");
    const last = /** @type {string} */ (path.pop());
    const above = path.reduce((table, key) => this.inner(table, key), this.root);
    return isList ? this.added(above, last) : this.opened(above, last);
  }

  /**
   * @param {TomlTable} table
   * @param {string} key
   * @returns {TomlTable}
   */
  inner(table, key) {
    if (!table.has(key)) table.set(key, new Map());
    const found = table.get(key);
    const last = Array.isArray(found) && this.growing.has(found) ? found[found.length - 1] : found;
    if (!(last instanceof Map) || this.closed.has(last)) this.refuse();
    return last;
  }

  /**
   * @param {TomlTable} table
   * @param {string} key
   */
  opened(table, key) {
    if (Array.isArray(table.get(key))) this.refuse();
    const found = this.inner(table, key);
    if (this.made.has(found)) this.refuse();
    this.made.add(found);
    return found;
  }

  /**
   * @param {TomlTable} table
   * @param {string} key
   */
  added(table, key) {
    const list = table.get(key) ?? [];
    if (!Array.isArray(list) || (table.has(key) && !this.growing.has(list))) this.refuse();
    /** @type {TomlTable} */
    const found = new Map();
    list.push(found);
    this.growing.add(list);
    this.made.add(found);
    table.set(key, list);
    return found;
  }

  /**
   * @param {TomlTable} table
   * @param {number} depth
   */
  entry(table, depth) {
    const key = this.key();
    this.take(SPACE);
    this.need("=");
    this.take(SPACE);
    if (table.has(key)) this.refuse();
    table.set(key, this.value(depth));
  }

  key() {
    return this.take(BARE) ?? this.textValue() ?? this.refuse();
  }

  textValue() {
    const literal = this.take(LITERAL);
    if (literal !== undefined) return literal.slice(1, -1);
    return this.take(BASIC)?.slice(1, -1).replace(/\\(?:u(.{4})|U(.{8})|(.))/g, (_, four, eight, sign) => {
      const code = parseInt(four ?? eight, 16);
      if (sign) return ESCAPES[sign];
      return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? this.refuse() : String.fromCodePoint(code);
    });
  }

  /**
   * @param {number} depth
   * @returns {TomlValue}
   */
  value(depth) {
    if (depth > DEEPEST) this.refuse();
    const text = this.textValue();
    if (text !== undefined) return text;
    const truth = this.take(TRUTH);
    if (truth !== undefined) return truth === "true";
    const day = this.take(DAY);
    if (day !== undefined) return new TomlDay(this.known(day));
    const number = this.take(NUMBER);
    if (number !== undefined) return new TomlNumber(number.replaceAll("_", ""));
    if (this.takes("{")) return this.braced(depth);
    if (this.takes("[")) return this.bracketed(depth);
    return this.refuse();
  }

  /** @param {string} day */
  known(day) {
    const time = new Date(`${day}T00:00Z`);
    if (Number.isNaN(time.valueOf()) || time.toISOString().slice(0, 10) !== day) this.refuse();
    return day;
  }

  /** @param {number} depth */
  braced(depth) {
    /** @type {TomlTable} */
    const table = new Map();
    this.take(SPACE);
    if (!this.takes("}")) {
      do {
        this.take(SPACE);
        this.entry(table, depth + 1);
        this.take(SPACE);
      } while (this.takes(","));
      this.need("}");
    }
    this.closed.add(table);
    return table;
  }

  /** @param {number} depth */
  bracketed(depth) {
    /** @type {TomlValue[]} */
    const list = [];
    this.take(LINES);
    while (!this.takes("]")) {
      list.push(this.value(depth + 1));
      this.take(LINES);
      if (this.takes(",")) this.take(LINES);
      else if (!this.text.startsWith("]", this.at)) this.refuse();
    }
    return list;
  }
}
