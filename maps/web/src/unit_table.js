// The table: every unit, found by name or id, filtered and paged; the way in for those who do not use a pointer.

import { node } from "./dom.js";
import { keeping } from "./filters.js";
import { amountOf, baseOf, plainBase, quotaRow, ratiosOf } from "./land_amounts.js";
import { tell } from "./live_region.js";
import { valueText } from "./measures.js";
import { knownMeasure, knownQuotas, knowsZones } from "./shown_plan.js";
import { payingPolicies } from "./money_view.js";
import { FILTERS, whenSeen } from "./page_state.js";
import { netAmounts, netOfUnit } from "./payment_facts.js";
import { MARK_KINDS, MARK_TITLES, statusText, unitsMarked } from "./status_marks.js";
import { cellText } from "./table_panel.js";
import { shifted } from "./verdict.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { MapView } from "./map_views.js"
 * @import { QuotaBase } from "./page_model.d.ts"
 * @import { ColumnFacts } from "./table_facts.js"
 *
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [head] The title in fewer words, beside the column that it belongs to.
 * @property {(unit: number) => string | number} value What is sorted by.
 * @property {(unit: number) => string} text
 * @property {boolean} [number]
 */

const PAGE = 40;
const DIGITS = 7;

export class UnitTable {
  /**
   * @param {Scene} scene
   * @param {HTMLElement} strip Of the filters that are on.
   * @param {(unit: number) => void} choose
   */
  constructor(scene, strip, choose) {
    const { facts, speech, state } = scene;
    const { words } = speech;
    this.scene = scene;
    this.facts = facts;
    this.speech = speech;
    this.choose = choose;
    this.page = 0;
    this.column = -1;
    this.falling = false;
    this.order = facts.units.id.map((_, unit) => unit);
    this.found = this.order;
    /** @type {(unit: number) => number} */
    this.classOf = () => -1;
    this.columns = columnsOf(scene);
    const zones = facts.zones.map(({ title, kind, units }, place) => ({ title, place, kind, units }));
    const listed = (/** @type {string} */ kind) => zones.filter((zone) => zone.kind === kind && zone.units);
    const marks = MARK_KINDS.map((kind, place) => ({ title: words[MARK_TITLES[kind]], place, kind }));
    /** @type {["main" | "overlay" | "jurisdiction" | "sure", string, { title: string, place: number }[], number][]} */
    const filters = [
      ["main", words.main, listed("main"), facts.table ? 2 : 1],
      ["overlay", words.overlays, listed("overlay"), 1],
      ["jurisdiction", words.jurisdiction, facts.jurisdictions.map((title, place) => ({ title, place })), 2],
      ["sure", words.how_sure, facts.table ? [] : marks.filter(({ kind }) => unitsMarked(facts, kind).length), 1],
    ];
    const selects = filters
      .filter(([, , options, least]) => options.length >= least)
      .map(([key, title, options]) => this.select(key, title, options));
    this.count = node("p", { class: "zp-muted" });
    this.head = node("tr");
    /** @type {HTMLElement[]} */
    this.heads = [];
    this.body = node("tbody");
    this.previous = node("button", { type: "button", on: { click: () => this.turn(-1) } }, words.previous);
    this.next = node("button", { type: "button", on: { click: () => this.turn(1) } }, words.next);
    this.root = [
      node("div", { class: "zp-filters" }, selects),
      strip,
      this.count,
      node("table", {}, node("caption", {}, words.units), node("thead", {}, this.head), this.body),
      node("p", { class: "zp-pages" }, this.previous, this.next),
    ];
    this.body.addEventListener("pointerover", ({ target }) => state.change({ hovered: unitOfRow(target) }));
    this.body.addEventListener("pointerleave", () => state.change({ hovered: -1 }));
    state.on([...FILTERS, "view", "by", "method"], () => this.filter());
    state.on(["view", "by", "quota", "base", "payments"], () => this.changeColumns());
    whenSeen(state, "table", ["scenario", "tried"], () => {
      this.changeColumns();
      this.sort(this.column);
    });
    state.on(["chosen", "hovered", "theme"], () => this.mark());
    this.writeHead();
    this.sort(0);
  }

  /** The columns, some of which hang on what the map shows. */
  writeHead() {
    this.columns = columnsOf(this.scene);
    this.heads = this.columns.map((column, place) => {
      // the header of a column is read with each of its cells: its name alone; what a press does is told beside it
      const settings = {
        type: "button",
        title: this.speech.say("sort", { column: column.title }),
        on: { click: () => this.sortBy(place) },
        ...(column.head ? { "aria-label": column.title } : {}),
      };
      const number = column.number ? "zp-number" : "";
      return node("th", { scope: "col", class: number }, node("button", settings, column.head ?? column.title));
    });
    this.head.replaceChildren(...this.heads);
    this.markSorted();
    if (this.column >= 0) this.draw();
  }

  /** The columns of another view; where the one that rows are sorted by is gone, by name. */
  changeColumns() {
    const sorted = this.columns[this.column]?.title;
    this.columns = columnsOf(this.scene);
    const found = this.columns.findIndex(({ title }) => title === sorted);
    this.column = found;
    this.writeHead();
    if (found >= 0) return;
    this.falling = false;
    this.sort(0);
  }

  markSorted() {
    this.heads.forEach((head, place) => {
      // told of the column alone by which rows are sorted, lest every other one says that it is not
      if (place === this.column) head.setAttribute("aria-sort", this.falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  }

  /**
   * @param {"main" | "overlay" | "jurisdiction" | "sure"} key
   * @param {string} title
   * @param {{ title: string, place: number }[]} options
   */
  select(key, title, options) {
    const { state } = this.scene;
    const id = `zp-by-${key}`;
    const box = node(
      "select",
      { id },
      node("option", { value: "-1" }, this.speech.words.all),
      options.map((one) => node("option", { value: String(one.place) }, one.title)),
    );
    box.addEventListener("change", () => state.change({ [key]: Number(box.value) }));
    state.on([key], (shown) => (box.value = String(shown[key])));
    return node("div", {}, node("label", { for: id }, title), box);
  }

  /** @param {number} column The other way round where it is sorted by it already. */
  sortBy(column) {
    this.falling = column === this.column ? !this.falling : (this.columns[column].number ?? false);
    this.sort(column);
    tell(this.speech.say(this.falling ? "sorted_down" : "sorted_up", { column: this.columns[column].title }));
  }

  /** @param {number} column */
  sort(column) {
    this.column = column;
    const { value } = this.columns[column];
    const { id } = this.facts.units;
    const way = this.falling ? -1 : 1;
    const compare = (/** @type {string | number} */ a, /** @type {string | number} */ b) =>
      typeof a === "number" && typeof b === "number" ? a - b : this.speech.collator.compare(String(a), String(b));
    this.order.sort((a, b) => way * compare(value(a), value(b)) || this.speech.collator.compare(id[a], id[b]));
    this.markSorted();
    this.filter();
  }

  /** @param {MapView} view */
  follow({ classOf }) {
    this.classOf = classOf;
    if (this.scene.state.shown.kept >= 0) this.filter();
  }

  filter() {
    const keeps = keeping(this.facts, this.scene.state.shown, this.classOf);
    this.found = this.order.filter(keeps);
    this.page = 0;
    this.draw();
  }

  /** @param {number} by */
  turn(by) {
    this.page += by;
    this.draw();
    this.body.querySelector("button")?.focus();
  }

  draw() {
    const { facts, speech } = this;
    const pages = Math.max(1, Math.ceil(this.found.length / PAGE));
    const rows = this.found.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.body.replaceChildren(...rows.map((unit) => this.row(unit)));
    this.count.textContent = this.found.length
      ? speech.say("found", {
          n: this.found.length,
          units: speech.units(facts.units.id.length),
          page: this.page + 1,
          pages,
        })
      : speech.words.none_found;
    this.mark();
    this.previous.disabled = this.page === 0;
    this.next.disabled = this.page >= pages - 1;
  }

  /** @param {number} unit */
  row(unit) {
    const { facts } = this;
    const [own, ...others] = this.columns;
    const button = node(
      "button",
      { type: "button", class: "zp-link", on: { click: () => this.choose(unit) } },
      own.text(unit),
    );
    const name = node("th", { scope: "row" }, button, node("small", {}, this.idText(unit)));
    const cells = others.map((column) => node("td", { class: column.number ? "zp-number" : "" }, column.text(unit)));
    if (!facts.table && knowsZones(facts)) {
      const spot = node("span", { class: "zp-spot" });
      spot.style.background = this.scene.colours.zone(facts.zones[facts.units.main[unit]]);
      cells[0].prepend(spot);
    }
    return node("tr", { "data-unit": String(unit) }, name, cells);
  }

  /** @param {number} unit */
  idText(unit) {
    return [this.facts.units.id[unit], this.facts.jurisdictions[this.facts.units.jurisdiction[unit]]]
      .filter(Boolean)
      .join(" · ");
  }

  /**
   * All rows that are found, in their order, with what the map is coloured by.
   * @returns {{ head: string[], rows: (string | number | null)[][] }}
   */
  asTable() {
    const { facts, speech, columns } = this;
    const { words } = speech;
    const { units } = facts;
    if (facts.table) {
      const own = facts.table.columns;
      return {
        head: [words.unit_id, words.name, words.area_ha, ...own.map(({ title }) => title)],
        rows: this.found.map((unit) => [
          units.id[unit], units.name[unit], units.area_ha[unit], ...own.map((column) => column.value(unit)),
        ]),
      };
    }
    const shown = knownMeasure(facts, this.scene.state.shown.by);
    const [name, main] = columns;
    const figures = [areaColumn(this.scene), ...knownQuotas(facts).flatMap((place) => [
      amountColumn(this.scene, place),
      ...facts.quotas[place].bases.map((base) => ratioColumn(this.scene, place, base)),
    ])];
    const head = [
      words.unit_id, name.title, words.jurisdiction, main.title, words.also_marked, words.status,
      ...figures.map(({ title }) => title),
      ...(shown ? [shown.after.trim() ? `${shown.title}, ${shown.after.trim()}` : shown.title] : []),
    ];
    const rows = this.found.map((unit) => [
      units.id[unit], units.name[unit], facts.jurisdictions[units.jurisdiction[unit]] ?? "", main.text(unit),
      ...(knowsZones(facts) ? [units.overlays[unit].map((place) => facts.zones[place].title).join("; "), statusText(facts, words, unit)] : ["", ""]),
      ...figures.map(({ value }) => value(unit)),
      ...(shown ? [short(shifted(shown.values[unit], shown.shift))] : []),
    ]);
    return { head, rows };
  }

  /** The rows of the chosen unit and of the one under the pointer. */
  mark() {
    const { chosen, hovered } = this.scene.state.shown;
    for (const row of this.body.rows) {
      const unit = unitOfRow(row);
      if (unit === chosen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      row.classList.toggle("zp-hovered", unit === hovered);
    }
  }
}

/** @param {EventTarget | null} target */
function unitOfRow(target) {
  const row = /** @type {Element | null} */ (target)?.closest("tr");
  return Number(row?.getAttribute("data-unit") ?? -1);
}

/**
 * What a column of a table is sorted by; what is missing comes first.
 * @param {ColumnFacts} column
 * @returns {(unit: number) => string | number}
 */
function sortedBy({ number, value }) {
  return (unit) => value(unit) ?? (number ? -Infinity : "");
}

/**
 * @param {Scene} scene
 * @param {number} quota
 * @returns {Column}
 */
function amountColumn({ facts, speech }, quota) {
  const { title, unit: measure } = facts.quotas[quota];
  return {
    title: speech.capital(`${title}, ${measure}`),
    value: (unit) => amountOf(facts, unit, quota),
    text: (unit) => {
      const row = quotaRow(facts, unit, quota);
      return row ? speech.amount(row.amount, "").trim() : "";
    },
    number: true,
  };
}

/**
 * A number without the digits that a machine adds.
 * @param {number} value
 */
function short(value) {
  return Number(value.toPrecision(DIGITS));
}

/**
 * An amount as the view of land colours it.
 * @param {Scene} scene
 * @param {number} quota
 * @param {QuotaBase} base
 * @returns {Column}
 */
function ratioColumn({ facts, speech }, quota, base) {
  /** @type {{ of: unknown, ratios: (number | null)[] } | null} */
  let known = null;
  const ratio = (/** @type {number} */ unit) => {
    // those of another scenario are others
    if (known?.of !== facts.amounts) known = { of: facts.amounts, ratios: ratiosOf(facts, quota, base) };
    return known.ratios[unit];
  };
  return {
    title: `${speech.capital(base.title)}, ${base.unit}`,
    head: base.unit,
    // a difference so little that it is rounding is none
    value: (unit) => short(ratio(unit) ?? (base.plain ? 0 : -Infinity)),
    text: (unit) => {
      const value = ratio(unit);
      return value === null ? "–" : base.plain ? speech.signed(value) : speech.rough(value);
    },
    number: true,
  };
}

/**
 * Why units get more or less than by weight alone.
 * @param {Scene} scene
 * @param {number} quota
 * @returns {Column}
 */
function whyColumn({ facts, speech }, quota) {
  const why = (/** @type {number} */ unit) => facts.quotas[quota].shifts[quotaRow(facts, unit, quota)?.shift ?? -1]?.reason ?? "";
  return { title: speech.words.why, value: why, text: (unit) => speech.capital(why(unit)) };
}

/**
 * @param {Scene} scene
 * @returns {Column}
 */
function areaColumn({ facts: { units }, speech }) {
  return {
    title: speech.words.area_ha,
    value: (unit) => units.area_ha[unit],
    text: (unit) => speech.area.format(units.area_ha[unit]),
    number: true,
  };
}

/**
 * What the map shows of the units besides their main functions.
 * @param {Scene} scene
 * @returns {Column[]}
 */
function shownColumns(scene) {
  const { facts, speech, state } = scene;
  const { view, by, quota, base, payments } = state.shown;
  const { words } = speech;
  // the map says why
  if (facts.tried && (view === "money" || (view === "land" && facts.tried.unknown[quota]))) return [];
  if (view === "land" && facts.quotas.length) {
    const bases = new Set([baseOf(facts, quota, base), plainBase(facts, quota)].flatMap((one) => one ?? []));
    const ratios = [...bases].map((one) => ratioColumn(scene, quota, one));
    // reasons need the room; the amounts stand on cards and in the file
    return baseOf(facts, quota, base)?.plain ? [...ratios, whyColumn(scene, quota)] : [amountColumn(scene, quota), ...ratios];
  }
  const choice = facts.payments.choices[payments];
  if (view === "money" && choice) {
    const nets = netAmounts(facts.payments, choice);
    const net = (/** @type {number} */ unit) => netOfUnit(facts.payments, nets, unit);
    const text = (/** @type {number} */ value) => (value ? `${value < 0 ? "−" : "+"}${speech.short(Math.abs(value))}` : "–");
    return [{ title: `${words.net_payments}, ${choice.unit}`, value: net, text: (unit) => text(net(unit)), number: true }];
  }
  if (view === "money") {
    const paying = (/** @type {number} */ unit) => payingPolicies(facts, unit).map((place) => facts.policies[place].title);
    const count = (/** @type {number} */ unit) => paying(unit).length;
    return [{ title: words.programmes, value: count, text: (unit) => paying(unit).join(", ") || "–" }];
  }
  const measure = knownMeasure(facts, by);
  if (view === "functions" && measure) {
    const { values, title } = measure;
    const value = (/** @type {number} */ unit) => (Number.isNaN(values[unit]) ? -Infinity : values[unit]);
    return [{ title, value, text: (unit) => valueText(speech, measure, values[unit]), number: true }];
  }
  const also = (/** @type {number} */ unit) => facts.units.overlays[unit].map((place) => facts.zones[place].title).join(", ");
  const status = (/** @type {number} */ unit) => statusText(facts, words, unit);
  const ofZones = [
    { title: words.also_marked, value: also, text: also },
    { title: words.status, value: status, text: status },
  ];
  return [...(knowsZones(facts) ? ofZones : []), areaColumn(scene)];
}

/**
 * @param {Scene} scene
 * @returns {Column[]}
 */
function columnsOf(scene) {
  const { facts, speech } = scene;
  const { words } = speech;
  const { units, zones } = facts;
  /** @type {Column} */
  const name = { title: words.name, value: (unit) => units.full[unit], text: (unit) => units.full[unit] };
  if (facts.table) {
    const others = facts.table.columns.map((column) => ({
      title: column.title,
      number: column.number,
      value: sortedBy(column),
      text: (/** @type {number} */ unit) => cellText(speech, column, unit),
    }));
    return [name, ...others];
  }
  const main = knowsZones(facts) ? (/** @type {number} */ unit) => zones[units.main[unit]].title : () => words.try_not_redone;
  return [
    name,
    { title: words.main, value: (unit) => units.main[unit], text: main },
    ...shownColumns(scene),
  ];
}
