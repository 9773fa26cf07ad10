// Names of units: where several share one, each with its jurisdiction, so that they are told apart wherever they stand.

/**
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 */

/**
 * What each unit is called among all others: by its name alone, else with its jurisdiction, else with its id.
 * @param {{ id: string[], name: string[], jurisdiction: number[] }} units
 * @param {string[]} jurisdictions
 */
export function fullNames({ id, name, jurisdiction }, jurisdictions) {
  const doubled = repeated(name);
  const longer = name.map((one, unit) => {
    const where = jurisdictions[jurisdiction[unit]];
    return doubled.has(one) && where ? `${one} (${where})` : one;
  });
  const still = repeated(longer);
  return longer.map((one, unit) => (still.has(one) ? `${name[unit]} (${id[unit]})` : one));
}

/** @param {string[]} texts */
function repeated(texts) {
  const seen = new Set();
  return new Set(texts.filter((text) => seen.has(text) || !seen.add(text)));
}

// As many are named one by one to those who hear the page.
const NAMED = 6;

/**
 * How many units moved, and which: the first by name, and how many more there are.
 * @param {Pick<Facts, "units">} facts
 * @param {Speech} speech
 * @param {number[]} units
 */
export function movedSaid({ units: { full } }, speech, units) {
  const name = speech.count("n_moved", units.length);
  if (!units.length) return name;
  const names = units.slice(0, NAMED).map((unit) => full[unit]);
  const n = units.length - names.length;
  return speech.say("named", { name, value: [...names, ...(n > 0 ? [speech.say("try_more", { n })] : [])].join(", ") });
}
