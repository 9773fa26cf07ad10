// Try it: sliders for thresholds, totals and weights, decisions, and what follows from them at once.

import { button, by, drawn, node } from "./dom.js";
import { isMultiple, decimal } from "./exact_decimal.js";
import { rewrite } from "./focus.js";
import { saveFile } from "./save_file.js";
import { axisName, axisReaching, axisScale, axisTicks, bars, binned, histogramOf } from "./histogram.js";
import { tell } from "./live_region.js";
import { amountsBy, showTry } from "./tried_facts.js";
import { Refusal } from "./refusal.js";
import { MOST_BYTES, readTryFile, scenarioFile, textOfTry, tryOfText } from "./try_file.js";
import { movedSaid } from "./unit_names.js";
import { whyUnknown } from "./unknown_view.js";
import { shifted } from "./verdict.js";
import { namesIn } from "./condition_evaluator.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Child } from "./dom.js"
 * @import { Cql2, MeasureAxis } from "./page_model.d.ts"
 * @import { Wording } from "./speech.js"
 * @import { Changes, Outcome, PlanEvaluator, TriedDecision } from "./plan_evaluator.js"
 *
 * @typedef {{ name: string, text: string, moved?: number }} Kept A try that was kept, and how many units it moves.
 * @typedef {{ show: () => void }} Control
 * @typedef {{ name: string, by?: Wording }} Credit What a file, or a try that was kept, is called, and who tries it.
 * @typedef {{ tried: string, credit: Partial<Credit> }} Settled
 */

const BARS = { count: 33, width: 326, height: 34, above: 4, below: 18 };
const STEPS = 1000;
const LISTED = 40;
const QUIET_MS = 400;

export class TryPanel {
  /**
   * @param {Scene} scene
   * @param {PlanEvaluator} evaluator
   * @param {(unit: number) => void} choose
   */
  constructor(scene, evaluator, choose) {
    this.facts = scene.facts;
    this.speech = scene.speech;
    this.state = scene.state;
    this.words = scene.speech.words;
    this.evaluator = evaluator;
    this.choose = choose;
    /** @type {Changes} */
    this.changes = {};
    /** @type {Settled} */
    this.settled = { tried: "", credit: {} };
    /** Of the try of the moment; beside it stands what was typed. @type {Partial<Credit>} */
    this.credit = {};
    this.known = { text: "", outcome: /** @type {Outcome | null} */ (null) };
    /** @type {Settled[]} */
    this.past = [];
    /** @type {Settled[]} */
    this.future = [];
    /** @type {Control[]} */
    this.controls = [];
    /** @type {number[]} */
    this.moved = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.telling = undefined;
    this.summary = node("div", { class: "zp-try-summary" });
    this.list = node("div", { class: "zp-try-moved" });
    this.results = node("div");
    this.stepping = false;
    this.name = textField(this.words.try_name);
    this.author = textField(this.words.try_by);
    this.typed = { name: "", by: "" };
    this.name.addEventListener("input", () => this.types("name", this.name.value));
    this.author.addEventListener("input", () => this.types("by", this.author.value));
    this.nobody = node("p", { class: "zp-try-wrong", id: "zp-try-nobody" });
    this.author.setAttribute("aria-describedby", this.nobody.id);
    this.banner = node("div", { class: "zp-try-banner" });
    this.picker = node("input", { type: "file", accept: ".toml", hidden: true, "aria-label": this.words.try_open,
      on: { change: () => this.opens([...(this.picker.files ?? [])]) } });
    this.notOpened = node("p", { class: "zp-try-wrong" });
    const { state } = this;
    state.on(["tried"], () => this.follow());
    // one thing at a time stands in the place of the adopted plan
    state.on(["scenario"], ({ scenario }) => scenario >= 0 && state.change({ tried: "" }));
    by("zp-tab-try").hidden = false;
    by("zp-tools").before(this.banner);
    this.fill();
    this.takeDrops();
  }

  /** What the state asks for is worked out, and put into the place of the adopted plan. */
  follow() {
    const { state } = this;
    const { tried } = state.shown;
    if (tried) state.change({ scenario: -1 });
    this.changes = tryOfText(tried);
    if (!tried || !this.stepping) this.credit = {};
    if (!this.stepping) this.settled = { tried, credit: {} };
    this.showCredit();
    this.moved = showTry(this.facts, this.evaluator, this.outcome(tried));
    document.documentElement.toggleAttribute("data-trying", tried !== "");
    for (const { show } of this.controls) show();
    this.fillResults();
    this.fillBanner();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => tell(this.said), QUIET_MS);
  }

  /**
   * What follows from a try, worked out once.
   * @param {string} text
   */
  outcome(text) {
    if (this.known.text !== text) this.known = { text, outcome: this.evaluator.outcome(tryOfText(text)) };
    return this.known.outcome;
  }

  get said() {
    const { facts, speech } = this;
    if (!facts.tried) return this.words.try_adopted_again;
    const refused = facts.quotas.map((_, quota) => this.refusal(quota)).filter(Boolean);
    return [`${this.words.try_banner}: ${movedSaid(facts, speech, this.moved)}`, ...refused].join(". ");
  }

  /**
   * Why a quota cannot be handed out; empty where it can, or where that is not known here.
   * @param {number} quota
   */
  refusal(quota) {
    const { facts, speech } = this;
    const reason = facts.tried?.unknown[quota] ?? "";
    return ["", "optimal", "stale"].includes(reason) ? "" : whyUnknown(speech, reason, facts.quotas[quota].title);
  }

  /**
   * Another try; one that the plan refuses is none.
   * @param {Changes} changes
   * @param {boolean} [done] Whether it is settled, and not a slider on its way.
   * @param {Partial<Credit>} [credit] By default that of the try from which it was moved.
   */
  set(changes, done = true, credit = this.credit) {
    try {
      const text = textOfTry(this.withoutSame(changes));
      this.outcome(text);
      this.go({ tried: text, credit });
      if (done) this.settle();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tell(error.message);
      for (const { show } of this.controls) show();
      return false;
    }
  }

  /**
   * Whether keys ask for the last change to be taken back, or made again; in a text they are the text's own.
   * @param {KeyboardEvent} event
   */
  takesBack({ key, ctrlKey, metaKey, shiftKey, target }) {
    const letter = key.toLowerCase();
    const inText = /** @type {Element} */ (target).matches("[type=text], [type=search]");
    if (!(ctrlKey || metaKey) || inText || !["y", "z"].includes(letter)) return false;
    return shiftKey || letter === "y" ? this.step(this.future, this.past) : this.step(this.past, this.future);
  }

  /**
   * Show the try that a file holds, as if it had been moved by hand; or why that cannot be.
   * @param {File[]} files
   */
  async opens(files) {
    if (!files.length) return;
    let refused = "";
    try {
      const { changes, ...credit } = await this.read(files);
      this.set(changes, true, credit);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused = this.speech.say("named", { name: files[0].name, value: error.message });
    }
    this.picker.value = "";
    this.notOpened.textContent = refused;
    this.state.change({ tab: "try" });
    if (!refused) return;
    clearTimeout(this.telling);
    tell(refused);
  }

  /**
   * What a file of a try says, of which the command would make a plan, too.
   * @param {File[]} files
   */
  async read([file, ...others]) {
    const { speech, words, evaluator } = this;
    if (others.length) throw new Refusal(words.try_file_several);
    if (file.size > MOST_BYTES) throw new Refusal(speech.say("try_file_large", { size: file.size, most: MOST_BYTES }));
    const bytes = await file.arrayBuffer().catch(() => {
      throw new Refusal(words.try_file_text); // a folder
    });
    const found = readTryFile(bytes, evaluator.model, speech);
    evaluator.requirePossible(found.changes);
    evaluator.outcome(found.changes);
    return found;
  }

  /** A file that is dropped anywhere but on a field for files is opened. */
  takeDrops() {
    const { documentElement: root } = document;
    const holdsFiles = (/** @type {DragEvent} */ { target, dataTransfer }) =>
      Boolean(dataTransfer?.types.includes("Files")) && !/** @type {Element} */ (target).matches("[type=file]");
    document.addEventListener("dragover", (event) => {
      root.toggleAttribute("data-dropping", holdsFiles(event));
      if (holdsFiles(event)) event.preventDefault();
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? root.removeAttribute("data-dropping"));
    document.addEventListener("drop", (event) => {
      root.removeAttribute("data-dropping");
      if (!holdsFiles(event)) return;
      event.preventDefault();
      void this.opens([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @param {Settled} settled */
  go({ tried, credit }) {
    this.credit = tried ? credit : {};
    this.stepping = true;
    this.state.change({ tried });
    this.stepping = false;
    this.showCredit();
  }

  /** What a file says of itself goes with its try; without one there is what was typed. */
  showCredit() {
    const { name = this.typed.name, by: who = this.typed.by } = this.credit;
    this.name.value = name;
    this.author.value = this.speech.wording(who);
    this.saysNobody("");
  }

  /**
   * @param {keyof Credit} key
   * @param {string} text
   */
  types(key, text) {
    this.typed[key] = text;
    this.credit = { ...this.credit, [key]: undefined };
    this.settled = { ...this.settled, credit: this.credit };
    if (key === "by") this.saysNobody("");
  }

  /** @param {string} text Why nothing is saved. */
  saysNobody(text) {
    this.nobody.textContent = text;
    this.author.setAttribute("aria-invalid", String(text !== ""));
  }

  /** What was tried before can be had back. */
  settle() {
    const { tried } = this.state.shown;
    const { settled } = this;
    this.settled = { tried, credit: this.credit };
    if (tried === settled.tried) return;
    this.past.push(settled);
    this.future = [];
    this.fillBanner();
  }

  /**
   * @param {Settled[]} from
   * @param {Settled[]} to
   */
  step(from, to) {
    const next = from.pop();
    if (next === undefined) return false;
    to.push(this.settled);
    this.settled = next;
    this.go(next);
    return true;
  }

  /**
   * Without numbers that are those of the plan.
   * @param {Changes} changes
   * @returns {Changes}
   */
  withoutSame({ parameters = {}, quotas = {}, decisions }) {
    const own = this.evaluator.parameters;
    const moved = Object.entries(parameters).filter(([name, value]) => value !== own[name]);
    return { parameters: Object.fromEntries(moved), quotas: this.evaluator.changedQuotas(quotas), decisions };
  }

  fill() {
    const { words, evaluator } = this;
    const { rules, quotas, parameters } = evaluator.model;
    const read = [...rules.flatMap(({ when }) => namesIn(when)), ...quotas.flatMap(({ reads }) => reads)];
    const sources = new Set(read.flatMap((name) => evaluator.rules.sourcesOf(name)));
    const numbers = parameters.filter(({ value }) => typeof value === "number");
    const used = numbers.filter(({ name }) => sources.has(name));
    const others = numbers.filter(({ name }) => !sources.has(name));
    by("zp-try").replaceChildren(
      node("h2", {}, words.try_tab),
      node("p", { class: "zp-muted" }, words.try_lead),
      evaluator.model.file ? node("p", { class: "zp-try-save" }, press(words.try_open, () => this.picker.click()), this.picker) : "",
      this.notOpened,
      this.summary,
      this.list,
      node("h3", {}, words.try_thresholds),
      ...used.map((one) => this.threshold(one)),
      ...(quotas.length ? [node("h3", {}, words.try_quotas)] : []),
      ...quotas.flatMap((_, place) => this.quota(place)),
      this.results,
      node("h3", {}, words.try_not_redone),
      grey(words.try_money),
      evaluator.model.file ? grey(this.speech.say("try_to_run", { file: evaluator.model.file })) : "",
      others.length ? node("details", {}, node("summary", {}, words.try_unused), list(others.map(({ title }) => title))) : "",
    );
    this.fillResults();
  }

  /**
   * A slider, a field for the exact number, and the way back to the adopted value.
   * @param {object} what
   * @param {string} what.title
   * @param {number} what.adopted
   * @param {string} [what.unit]
   * @param {number[]} [what.values] Of the measure that it stands beside.
   * @param {number} [what.shift] So many places the point moves before printing, as gauges have it: a share is read in per cent.
   * @param {number | null} [what.least] Below which nothing is possible.
   * @param {number | null} [what.most]
   * @param {string} [what.called] What the values are, where that is another thing than the slider moves.
   * @param {MeasureAxis | null} [what.axis] Of the values.
   * @param {string} [what.step] That it is a multiple of.
   * @param {() => string} [what.refusal]
   * @param {() => number} what.now
   * @param {(value: number, done: boolean) => boolean} what.set
   */
  slider({ title, called = title, adopted, unit = "", values = [], axis = null, shift = 0, least = 0, most = null, step = "", refusal = () => "", now, set }) {
    const { speech } = this;
    const said = (/** @type {number} */ value) => {
      const text = speech.exact.format(shifted(value, shift));
      return shift ? speech.perCent(text) : `${text} ${unit}`.trim();
    };
    const [low, high] = [least ?? -Infinity, most ?? Infinity];
    const [first, last] = ends(values, adopted, low, high);
    const along = axis ? axisReaching(axis, [first, last]) : { low: first, high: last, is_log: false, ticks: [first, last], zeros: 0 };
    const scale = axisScale(along);
    const whole = Number(step);
    const rounded = (/** @type {number} */ value) => (whole ? Math.round(value / whole) * whole : Number(value.toPrecision(3)));
    const id = `zp-try-${this.controls.length}`;
    const wrong = node("p", { class: "zp-try-wrong", id: `${id}-wrong` });
    const range = node("input", { type: "range", max: String(STEPS), id, class: "zp-try-range" });
    const field = node("input", { type: "number", step: "any", class: "zp-try-field", "aria-label": title, "aria-describedby": wrong.id });
    const back = button("↺", () => set(adopted, true), { class: "zp-quiet", "aria-label": `${this.words.try_reset}: ${title}` });
    const say = (/** @type {string} */ text) => {
      wrong.textContent = text;
      field.setAttribute("aria-invalid", String(text !== ""));
    };
    const enter = () => {
      const value = shifted(Number(field.value), -shift);
      const key = field.value === "" ? "try_no_number"
        : value < low ? "try_least"
        : value > high ? "try_most"
        : step && !isMultiple(decimal(field.value), decimal(step)) ? "try_step" : null;
      if (!key) return set(value, true);
      const text = speech.say(key, { title, value: said(value), bound: said(value < low ? low : high), step });
      say(text);
      tell(text);
    };
    range.addEventListener("input", () => set(rounded(scale.value(Number(range.value) / STEPS)), false));
    range.addEventListener("change", () => this.settle());
    field.addEventListener("change", enter);
    const show = () => {
      const value = now();
      const text = String(shifted(value, shift));
      if (Number(field.value) !== Number(text) || !field.value) field.value = text;
      range.value = String(Math.round(scale.place(value) * STEPS));
      range.setAttribute("aria-valuetext", said(value));
      back.disabled = value === adopted;
      say(refusal());
    };
    this.controls.push({ show });
    show();
    const adoptedSaid = speech.say("try_adopted", { value: said(adopted) });
    const at = scale.place(adopted) * BARS.width;
    const picture = values.length > 1
      ? histogramOf(adoptedSaid, BARS,
          bars(binned(values.filter((value) => value || !along.zeros), scale, BARS.count), { ...BARS, colour: () => "var(--try-bar)" }),
          drawn("line", { x1: at, x2: at, y1: -4, y2: 36, class: "zp-mean" }),
          axisTicks(along, BARS, said))
      : null;
    return node("div", { class: "zp-try-control" },
      node("div", { class: "zp-try-line" }, node("label", { for: id }, shift || unit ? `${title}, ${shift ? "%" : unit}` : title), field, back),
      wrong, picture, picture && node("p", { class: "zp-caption" }, axisName(speech, { title: called, after: unit, axis: along })),
      range, node("p", { class: "zp-caption" }, adoptedSaid));
  }

  /** @param {PlanEvaluator["model"]["parameters"][number]} parameter */
  threshold({ name, title, unit, value, least, most }) {
    const now = () => Number(this.changes.parameters?.[name] ?? value);
    return this.slider({
      title, unit, now, least, most, adopted: Number(value), ...this.measured(name),
      set: (number, done) => this.set({ ...this.changes, parameters: { ...this.changes.parameters, [name]: number } }, done),
    });
  }

  /**
   * The values that rules compare with a parameter, and how gauges print them.
   * @param {string} name
   */
  measured(name) {
    const { rules, parameters } = this.evaluator;
    const { measures, tests } = this.evaluator.adopted.verdicts;
    rules.set(parameters);
    for (const { id, when, of_parents } of rules.rules) {
      const other = comparedWith(when, name);
      if (!other) continue;
      const test = tests.find(({ parameter, rules: asking }) => parameter === name && asking.includes(id));
      return {
        shift: test && measures[test.measure].shift,
        axis: test && measures[test.measure].axis,
        called: test && measures[test.measure].title,
        values: [...((of_parents && rules.parents) || rules.units).numbers(other)].filter((value) => !Number.isNaN(value)),
      };
    }
    return {};
  }

  /** @param {number} place */
  quota(place) {
    const { words, evaluator } = this;
    const { name, weighted, total, step, weight } = evaluator.model.quotas[place];
    const { title, unit, period } = evaluator.adopted.quotas[place];
    const heading = `${title}, ${period}`;
    if (!weighted) return [grey(this.speech.say("try_optimal", { quota: heading }))];
    const own = () => this.changes.quotas?.[name] ?? {};
    const change = (/** @type {NonNullable<Changes["quotas"]>[string]} */ part, /** @type {boolean} */ done) =>
      this.set({ ...this.changes, quotas: { ...this.changes.quotas, [name]: { ...own(), ...part } } }, done);
    const totals = this.slider({
      title: heading, unit, adopted: Number(total), step, refusal: () => this.refusal(place),
      now: () => Number(own().total ?? total),
      set: (value, done) => change({ total: value === Number(total) ? total : String(value) }, done),
    });
    const shares = weight.filter(({ share }) => share !== null).map(({ measure, title: of, share }) =>
      this.slider({
        title: this.speech.say("named", { name: words.try_weight, value: of }),
        shift: 2, adopted: Number(share),
        now: () => own().weight?.[measure] ?? Number(share),
        set: (value, done) => change({ weight: { ...own().weight, [measure]: value } }, done),
      }));
    return [totals, ...shares];
  }

  /** What follows: zones, amounts, jurisdictions, what moved, decisions, tries that were kept. */
  fillResults() {
    const { facts, speech, words } = this;
    const { tried } = facts;
    this.summary.replaceChildren(
      node("b", {}, tried ? movedSaid(facts, speech, this.moved) : words.try_adopted_again),
      tried && !tried.zones ? grey(words.try_zones_stale) : this.zoneTable("main"),
    );
    const moved = tried ? [this.zoneTable("overlay"), ...this.quotaTables()] : [];
    rewrite(this.list, () => this.list.replaceChildren(this.moved.length ? this.movedList() : ""));
    rewrite(this.results, () => this.results.replaceChildren(...moved, this.decisionList(), ...this.keptTries()));
  }

  /**
   * @param {string} title
   * @param {[Child, number, number][]} rows With what was, and what is.
   * @param {(value: number) => string} written
   */
  table(title, rows, written) {
    const { words } = this;
    const signed = (/** @type {number} */ was, /** @type {number} */ now) =>
      written(was) === written(now) ? "" : `${now > was ? "+" : "−"}${written(Math.abs(now - was))}`;
    return node("table", { class: "zp-try-table" },
      node("thead", {}, node("tr", {}, [title, words.try_was, words.try_now, "±"].map((text) => node("th", { scope: "col" }, text)))),
      node("tbody", {}, rows.map(([name, was, now]) =>
        node("tr", {}, node("th", { scope: "row" }, name), [written(was), written(now), signed(was, now)].map((text) => node("td", {}, text))))));
  }

  /** @param {"main" | "overlay"} kind */
  zoneTable(kind) {
    const { facts, speech } = this;
    const { zones } = this.evaluator.adopted;
    const rows = facts.zones.flatMap((zone, place) =>
      zone.kind === kind ? [/** @type {[Child, number, number]} */ ([zone.title, zones[place].ha, zone.ha])] : []);
    return this.table("ha", rows, (value) => speech.area.format(value));
  }

  quotaTables() {
    const { facts, speech } = this;
    const { adopted } = this.evaluator;
    return facts.quotas.map(({ title, period, unit }, quota) => {
      const unknown = facts.tried?.unknown[quota];
      const heading = `${title}, ${period}`;
      if (unknown) return node("p", { class: this.refusal(quota) ? "zp-try-wrong" : "zp-try-grey" }, whyUnknown(speech, unknown, heading));
      const [was, now] = [adopted, facts].map((all) => amountsBy(all, quota));
      const rows = facts.jurisdictions.map((name, place) => /** @type {[Child, number, number]} */ ([name || this.words.all, was[place], now[place]]));
      return this.table(`${heading} (${unit})`, rows, (value) => speech.exact.format(Number(value.toPrecision(12))));
    });
  }

  movedList() {
    const { facts, speech } = this;
    const { adopted } = this.evaluator;
    const told = (/** @type {typeof facts} */ from, /** @type {number} */ unit) =>
      [from.units.main[unit], ...from.units.overlays[unit]].map((zone) => from.zones[zone].title).join(" + ");
    /** @type {Child[]} */
    const rows = this.moved.slice(0, LISTED).map((unit) =>
      [button(facts.units.full[unit], () => this.choose(unit)), ` ${told(adopted, unit)} → ${told(facts, unit)}`]);
    const n = this.moved.length - LISTED;
    return list(n > 0 ? [...rows, speech.say("try_more", { n })] : rows);
  }

  decisionList() {
    const { facts } = this;
    const decisions = this.changes.decisions ?? [];
    if (!decisions.length) return node("p", { class: "zp-muted" }, this.words.try_no_decision);
    return list(decisions.map((one, place) => {
      const zone = facts.zones.find(({ code }) => code === (one.main ?? one.overlay))?.title ?? "";
      const unit = this.evaluator.unitOf.get(one.unit);
      const name = unit === undefined ? one.unit : facts.units.full[unit];
      const drop = () => this.set({ ...this.changes, decisions: decisions.filter((_, other) => other !== place) });
      const later = this.evaluator.isLater(one)
        ? grey(this.speech.say("try_file_later", { unit: name, date: this.speech.day(one.date ?? "") })) : "";
      return [`${name} → ${zone} (${this.speech.wording(one.reason)}) `, button(this.words.try_drop, drop), later];
    }));
  }

  /** @returns {Kept[]} */
  get kept() {
    const { tries } = this.state.shown;
    return tries ? JSON.parse(tries) : [];
  }

  /** Tries side by side: their names, how much each moves, and those of the moment. */
  keptTries() {
    const { state, speech, words } = this;
    const { tried } = state.shown;
    const keep = (/** @type {Kept[]} */ kept) => {
      state.change({ tries: kept.length ? JSON.stringify(kept) : "" });
      this.fillResults();
    };
    const rows = this.kept.map(({ name, text, moved }, place) => [
      button(name, () => this.set(tryOfText(text), true, { name }), { "aria-pressed": String(text === tried) }),
      moved === undefined ? " " : ` ${speech.count("n_moved", moved)} `,
      button(words.try_drop, () => keep(this.kept.filter((_, other) => other !== place))),
    ]);
    const known = rows.length ? [node("h3", {}, words.try_kept), list(rows)] : [];
    if (!tried) return known;
    return [...known, node("div", { class: "zp-try-save" },
      this.name, press(words.try_keep, () => {
        keep([...this.kept, { name: this.called, text: tried, moved: this.moved.length }]);
        tell(`${words.try_kept}: ${this.kept.map(({ name }) => name).join(", ")}`);
      }),
      this.evaluator.model.file && [this.author, press(words.try_save, () => this.save())]), this.nobody];
  }

  /** What the try of the moment is called. */
  get called() {
    return this.name.value.trim() || this.speech.say("try_number", { n: this.kept.length + 1 });
  }

  /** @returns {Wording} Who tries; empty where nobody said so. */
  get who() {
    return this.credit.by ?? this.author.value.trim();
  }

  /**
   * The file of the try of the moment.
   * @param {string} name
   * @param {Wording} who
   */
  file(name, who) {
    return scenarioFile(this.evaluator.model, this.changes, { name, by: who, date: this.facts.plan.date });
  }

  /** Hand the file out; it says who tries, as that of a decision says who decided. */
  save() {
    const { speech, words, called, who } = this;
    if (!who) {
      this.saysNobody(words.try_nobody);
      this.author.focus();
      return tell(words.try_nobody);
    }
    saveFile(speech, new Blob([this.file(called, who)]), called, "toml");
  }

  fillBanner() {
    const { words, speech } = this;
    rewrite(this.banner, () => this.banner.replaceChildren(
      node("b", {}, words.try_banner),
      node("span", {}, speech.count("n_moved", this.moved.length)),
      button(words.try_undo, () => this.step(this.past, this.future), { disabled: !this.past.length }),
      button(words.try_redo, () => this.step(this.future, this.past), { disabled: !this.future.length }),
      button(words.try_back, () => this.set({})),
    ), () => by("zp-tab-try"));
  }

  /**
   * A decision about a unit.
   * @param {number} unit
   */
  decisionForm(unit) {
    const { facts, words, speech } = this;
    const id = facts.units.id[unit];
    const own = (this.changes.decisions ?? []).find((one) => one.unit === id && one.main !== undefined);
    const mains = facts.zones.filter(({ kind }) => kind === "main");
    const choice = node("select", { "aria-label": words.try_decide, class: "zp-choice" },
      mains.map(({ code, title }) => node("option", { value: code, selected: code === (own?.main ?? facts.zones[facts.units.main[unit]].code) }, title)));
    const why = textField(words.try_because, own && speech.wording(own.reason));
    const wrong = node("p", { class: "zp-try-wrong", id: "zp-try-because" });
    why.setAttribute("aria-describedby", wrong.id);
    const decide = () => {
      if (!why.value.trim()) {
        why.setAttribute("aria-invalid", "true");
        wrong.textContent = words.try_reason;
        why.focus();
        return tell(words.try_reason);
      }
      const others = (this.changes.decisions ?? []).filter((one) => one !== own);
      /** @type {TriedDecision} */
      const decision = { unit: id, main: choice.value, reason: why.value.trim() };
      this.set({ ...this.changes, decisions: [...others, decision] });
    };
    return node("details", { class: "zp-try-decide", open: own !== undefined }, node("summary", {}, words.try_decide),
      node("div", { class: "zp-try-save" }, choice, why, press(words.try_decide_now, decide)), wrong);
  }
}

/**
 * @param {string} text
 * @param {() => void} click
 */
function press(text, click) {
  return button(text, click, { class: "zp-button" });
}

/** @param {Child[]} rows */
function list(rows) {
  return node("ul", { class: "zp-try-list" }, rows.map((row) => node("li", {}, row)));
}

/**
 * The ends of a slider: beyond the values of its measure, and on both sides of the adopted one, as far as that is possible.
 * @param {number[]} values
 * @param {number} adopted
 * @param {number} least
 * @param {number} most
 */
function ends(values, adopted, least, most) {
  const all = values.length > 1 ? [...values, adopted] : [0, adopted];
  const [low, high] = all.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const more = (values.length > 1 ? (high - low) / 4 : Math.abs(adopted)) || 1;
  return [Math.max(least, adopted - more < low ? low - more : low), Math.min(most, adopted + more > high ? high + more : high)];
}

/**
 * @param {string} said
 * @param {string} [value]
 */
function textField(said, value = "") {
  return node("input", { type: "text", class: "zp-try-name", "aria-label": said, placeholder: said, value });
}

/** @param {string} text */
function grey(text) {
  return node("p", { class: "zp-try-grey" }, text);
}

/**
 * What a condition compares with a parameter, if it does so by itself.
 * @param {Cql2 | Cql2[]} when
 * @param {string} name
 * @returns {Cql2 | null}
 */
function comparedWith(when, name) {
  if (typeof when !== "object" || Array.isArray(when) || !("op" in when)) return null;
  const parts = /** @type {Cql2[]} */ (when.args);
  if (["and", "or", "not"].includes(when.op)) {
    return parts.reduce((found, part) => found ?? comparedWith(part, name), /** @type {Cql2 | null} */ (null));
  }
  const is = (/** @type {Cql2} */ one) => typeof one === "object" && "property" in one && one.property === name;
  return (["<", "<=", ">", ">="].includes(when.op) && parts.some(is) && parts.find((one) => !is(one))) || null;
}

/**
 * Whether a text is a try of this plan.
 * @param {PlanEvaluator} evaluator
 * @param {string} text
 */
export function canBeTried(evaluator, text) {
  try {
    const changes = tryOfText(text);
    evaluator.requirePossible(changes);
    return evaluator.outcome(changes) !== null;
  } catch {
    return false;
  }
}
