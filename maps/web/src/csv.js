// Tables as files: commas, quotes and line ends as RFC 4180 has them, and nothing that a spreadsheet would run.

const FORMULA = /^[\s]*[=+\-@\t\r＝＋－＠]/;
const QUOTED = /[",\r\n]/;

/**
 * A table as a file for spreadsheets, which take it as UTF-8 by its first sign.
 * @param {string[]} head
 * @param {(string | number | null)[][]} rows Null where there is no value.
 */
export function csvOf(head, rows) {
  return `\ufeff${[head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

/**
 * Numbers stay numbers; a text that begins like a formula gets an apostrophe, as in the tables of a run.
 * @param {string | number | null} value
 */
function cell(value) {
  if (value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
