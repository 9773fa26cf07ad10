// A table without a plan: its columns as the card, the table and its file read them.

/**
 * @import { Measure } from "./measures.js"
 * @import { TableColumn, TableView } from "./page_model.d.ts"
 *
 * @typedef {object} ColumnFacts
 * @property {string} title
 * @property {boolean} number
 * @property {(unit: number) => number | string | null} value
 */

/**
 * @param {TableView} table
 * @param {Measure[]} measures
 */
export function tableFacts(table, measures) {
  return { ...table, columns: table.columns.map((column) => columnFacts(column, measures)) };
}

/**
 * @param {TableColumn} column
 * @param {Measure[]} measures
 * @returns {ColumnFacts}
 */
function columnFacts({ title, measure, numbers, texts, places }, measures) {
  if (measure === null) return { title, number: false, value: (unit) => texts[places[unit]] ?? null };
  const { values } = measures[measure];
  const told = (/** @type {number} */ unit) => (Number.isNaN(values[unit]) ? null : values[unit]);
  return { title, number: true, value: (unit) => (numbers.length ? numbers[unit] : told(unit)) };
}
