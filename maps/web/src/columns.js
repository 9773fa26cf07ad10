// Columns: tables as they come, a column at a time, read as rows with names.

/** @import { Columns, Groups } from "./page_model.d.ts" */

/**
 * @template Row
 * @param {Columns<Row>} columns
 * @param {number} place
 * @returns {Row}
 */
export function rowAt(columns, place) {
  const row = /** @type {Row} */ ({});
  for (const name in columns) row[name] = columns[name][place];
  return row;
}

/**
 * @template Row
 * @param {Columns<Row>} columns
 * @returns {Row[]}
 */
export function rowsOf(columns) {
  const [first] = /** @type {unknown[][]} */ (Object.values(columns));
  return first.map((_, place) => rowAt(columns, place));
}

/**
 * Rows in groups, as those of each unit; a group is read when it is asked for, and once.
 * @template Row
 */
export class RowGroups {
  /** @param {Groups<Row>} groups */
  constructor({ counts, columns }) {
    this.columns = columns;
    this.starts = [0];
    for (const count of counts) this.starts.push(this.starts[this.starts.length - 1] + count);
    /** @type {Map<number, Row[]>} */
    this.read = new Map();
  }

  /**
   * @param {number} group
   * @returns {Row[]}
   */
  of(group) {
    let rows = this.read.get(group);
    if (!rows) {
      rows = [];
      for (let place = this.starts[group]; place < this.starts[group + 1]; place++) {
        rows.push(rowAt(this.columns, place));
      }
      this.read.set(group, rows);
    }
    return rows;
  }
}
