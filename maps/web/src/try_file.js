// Tries as texts: what a link carries, and the file that `zoneplan run` takes, which is written and read back.

import { Refusal } from "./refusal.js";
import { isWording } from "./speech.js";
import { TomlDay, TomlError, TomlNumber, readToml } from "./toml_reader.js";

/**
 * @import { Changes, TriedDecision } from "./plan_evaluator.js"
 * @import { PlanModel } from "./page_model.d.ts"
 * @import { QuotaChange } from "./quota_evaluator.js"
 * @import { Speech, Wording } from "./speech.js"
 * @import { TomlTable, TomlValue } from "./toml_reader.js"
 *
 * @typedef {{ name: string, by: Wording, changes: Changes }} ReadTry What a file says.
 */

/** As of any file of TOML that the command reads. */
export const MOST_BYTES = 1_000_000;
const MOST_DIGITS = 18;
const DIGEST = /^[0-9a-f]{64}$/;
// Of a sha256, in messages.
const SHOWN = 12;

/**
 * Changes as one text, always the same for the same ones; empty where there are none.
 * @param {Changes} changes
 */
export function textOfTry({ parameters = {}, quotas = {}, decisions = [] }) {
  const sorted = (/** @type {Record<string, any>} */ all) =>
    Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
  const told = { parameters: sorted(parameters), quotas: sorted(quotas), decisions };
  const parts = Object.entries(told).filter(([, part]) => Object.keys(part).length);
  return parts.length ? JSON.stringify(Object.fromEntries(parts)) : "";
}

/**
 * @param {string} text
 * @returns {Changes}
 */
export function tryOfText(text) {
  return text ? JSON.parse(text) : {};
}

/**
 * The file of a try, which lies beside the plan.
 * @param {PlanModel} model
 * @param {Changes} changes
 * @param {{ name: string, by: Wording, date: string }} said
 */
export function scenarioFile(model, { parameters = {}, quotas = {}, decisions = [] }, { name, by, date }) {
  const set = [
    ...Object.entries(parameters).map(([key, value]) => [`parameters.${key}`, typeof value === "string" ? quoted(value) : value]),
    ...Object.entries(quotas).flatMap(([quota, { total, weight = {} }]) => [
      ...(total === undefined ? [] : [[`quotas.${quota}.total`, total]]),
      ...Object.entries(weight).map(([measure, share]) => [`quotas.${quota}.weight.${measure}`, share]),
    ]),
  ];
  const decided = decisions.flatMap((one) => [
    "",
    "[[scenarios.decisions]]",
    `unit = ${quoted(one.unit)}`,
    one.main === undefined ? `overlay = ${quoted(one.overlay ?? "")}` : `main = ${quoted(one.main)}`,
    `reason = ${worded(one.reason)}`,
    `by = ${worded(one.by ?? by)}`,
    ...(one.reference ? [`reference = ${worded(one.reference)}`] : []),
    `date = ${one.date ?? date}`,
  ]);
  return [
    "[try]",
    `plan = ${quoted(model.file)}`,
    `plan_sha256 = ${quoted(model.digest)}`,
    `by = ${worded(by)}`,
    "",
    "[[scenarios]]",
    `name = ${quoted(name)}`,
    `set = { ${set.map(([path, value]) => `${quoted(String(path))} = ${value}`).join(", ")} }`,
    ...decided,
    "",
  ].join("\n");
}

/** @param {string} text As TOML has it. */
function quoted(text) {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007F");
}

/** @param {Wording} wording As TOML has it. */
function worded(wording) {
  if (typeof wording === "string") return quoted(wording);
  return `{ ${Object.entries(wording).map(([language, text]) => `${quoted(language)} = ${quoted(text)}`).join(", ")} }`;
}

/**
 * What the file of a try of this plan says; whether the plan knows the names, and the values can be, is asked later.
 * @param {ArrayBuffer} bytes
 * @param {Pick<PlanModel, "digest">} model
 * @param {Speech} speech
 * @returns {ReadTry}
 * @throws {Refusal}
 */
export function readTryFile(bytes, model, speech) {
  const file = new TryFile(speech, documentOf(bytes, speech));
  const { plan, plan_sha256: digest, by } = file.keysOf("try", file.document.get("try"), { plan: true, plan_sha256: true, by: true });
  file.text("try.plan", plan);
  const own = file.text("try.plan_sha256", digest);
  if (!DIGEST.test(own)) file.refuse("try.plan_sha256");
  if (own !== model.digest) throw new Refusal(speech.say("try_file_plan", { other: own.slice(0, SHOWN), own: model.digest.slice(0, SHOWN) }));
  const who = file.wording("try.by", by);
  const scenarios = file.document.get("scenarios");
  if (!Array.isArray(scenarios) || scenarios.length !== 1) throw new Refusal(speech.words.try_file_none);
  const { name, title, set = new Map(), decisions = [] } = file.keysOf("scenarios", scenarios[0], {
    name: true, title: false, set: false, decisions: false,
  });
  if (title !== undefined) file.wording("scenarios.title", title);
  if (!Array.isArray(decisions)) return file.refuse("scenarios.decisions");
  return {
    name: file.text("scenarios.name", name),
    by: who,
    changes: { ...file.changes(set), decisions: decisions.map((one) => file.decision(one)) },
  };
}

/**
 * @param {ArrayBuffer} bytes
 * @param {Speech} speech
 */
function documentOf(bytes, speech) {
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(speech.words.try_file_text);
  }
  try {
    return readToml(text);
  } catch (error) {
    if (error instanceof TomlError) throw new Refusal(speech.say("try_file_toml", { line: error.line }));
    throw error;
  }
}

/** The parts of a file, each of which is what it should be or refused by its key. */
class TryFile {
  /**
   * @param {Speech} speech
   * @param {TomlTable} document
   */
  constructor(speech, document) {
    this.speech = speech;
    this.document = document;
    if (!document.has("try") || document.has("study")) throw new Refusal(speech.words.try_file_none);
    this.keysOf("", document, { try: true, scenarios: false });
  }

  /**
   * @param {string} key
   * @returns {never}
   */
  refuse(key) {
    throw new Refusal(this.speech.say("try_file_key", { key }));
  }

  /**
   * @template {string} Key
   * @param {string} path
   * @param {TomlValue | undefined} table
   * @param {Record<Key, boolean>} known Whether each has to be there.
   * @returns {Partial<Record<Key, TomlValue>>}
   */
  keysOf(path, table, known) {
    if (!(table instanceof Map)) return this.refuse(path);
    const under = (/** @type {string} */ key) => (path ? `${path}.${key}` : key);
    for (const key of table.keys()) if (!Object.hasOwn(known, key)) this.refuse(under(key));
    for (const [key, needed] of Object.entries(known)) if (needed && !table.has(key)) this.refuse(under(key));
    return /** @type {Partial<Record<Key, TomlValue>>} */ (Object.fromEntries(table));
  }

  /**
   * @param {string} key
   * @param {TomlValue | undefined} value
   * @returns {string}
   */
  text(key, value) {
    return typeof value === "string" && value ? value : this.refuse(key);
  }

  /**
   * @param {string} key
   * @param {TomlValue | undefined} value
   * @returns {Wording}
   */
  wording(key, value) {
    const wording = value instanceof Map ? Object.fromEntries(value) : value;
    return isWording(wording) ? wording : this.refuse(key);
  }

  /**
   * A number as it is written, of no more digits than the command takes.
   * @param {string} key
   * @param {TomlValue} value
   */
  number(key, value) {
    if (!(value instanceof TomlNumber)) return this.refuse(key);
    const size = Math.abs(Number(value.text));
    return size && !(size >= 10 ** -MOST_DIGITS && size < 10 ** MOST_DIGITS) ? this.refuse(key) : value.text;
  }

  /**
   * @param {TomlValue} set
   * @returns {Pick<Required<Changes>, "parameters" | "quotas">}
   */
  changes(set) {
    if (!(set instanceof Map)) return this.refuse("scenarios.set");
    /** @type {Map<string, number | string | boolean>} */
    const parameters = new Map();
    /** @type {Map<string, QuotaChange>} */
    const quotas = new Map();
    for (const [path, value] of set) {
      const [head, ...rest] = path.split(".");
      const [name, key, ...measure] = rest;
      if (head === "parameters") {
        const given = value instanceof TomlNumber ? Number(this.number(path, value)) : value;
        parameters.set(rest.join("."), typeof given === "object" ? this.refuse(path) : given);
      } else if (head === "quotas" && name && key === "total" && !measure.length) {
        quotas.set(name, { ...quotas.get(name), total: this.number(path, value) });
      } else if (head === "quotas" && name && key === "weight" && measure.length) {
        const weight = { ...quotas.get(name)?.weight, [measure.join(".")]: Number(this.number(path, value)) };
        quotas.set(name, { ...quotas.get(name), weight });
      } else throw new Refusal(this.speech.say("try_file_beyond", { key: path }));
    }
    return { parameters: Object.fromEntries(parameters), quotas: Object.fromEntries(quotas) };
  }

  /**
   * @param {TomlValue} table
   * @returns {TriedDecision}
   */
  decision(table) {
    const path = "scenarios.decisions";
    const told = this.keysOf(path, table, {
      unit: true, main: false, overlay: false, reason: true, by: true, reference: false, date: true,
    });
    const textOf = (/** @type {"main" | "overlay"} */ key) =>
      told[key] === undefined ? {} : { [key]: this.text(`${path}.${key}`, told[key]) };
    const { date } = told;
    if (!(date instanceof TomlDay)) return this.refuse(`${path}.date`);
    const unit = this.text(`${path}.unit`, told.unit);
    const reason = this.wording(`${path}.reason`, told.reason);
    const by = this.wording(`${path}.by`, told.by);
    const reference = told.reference ? { reference: this.wording(`${path}.reference`, told.reference) } : {};
    return { unit, ...textOf("main"), ...textOf("overlay"), reason, by, ...reference, date: date.text };
  }
}
