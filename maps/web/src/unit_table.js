// The table: every unit, found by name or id, filtered and paged; the way in for those who do not use a pointer.

import { node } from "./dom.js";
import { amountOf, quotaRow } from "./quota_use.js";

/**
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 *
 * @typedef {object} Column
 * @property {string} title
 * @property {(unit: number) => string | number} value What is sorted by.
 * @property {(unit: number) => string} text
 * @property {boolean} [number]
 */

const PAGE = 40;

/**
 * A text as it is searched: without case, accents and apostrophes, which are typed in many ways or left out.
 * @param {string} text
 */
export function sought(text) {
  const bare = text.normalize("NFD").replace(/[\u0300-\u036f'’‘ʼʻ´\u0060]/g, "");
  return bare.toLowerCase();
}

export class UnitTable {
  /**
   * @param {Facts} facts
   * @param {Speech} speech
   * @param {(unit: number) => void} choose
   */
  constructor(facts, speech, choose) {
    const { words } = speech;
    const held = new Set(facts.units.main);
    this.facts = facts;
    this.speech = speech;
    this.choose = choose;
    this.page = 0;
    this.column = -1;
    this.falling = false;
    this.chosen = -1;
    this.query = "";
    this.order = facts.units.id.map((_, unit) => unit);
    this.found = this.order;
    this.needles = facts.units.id.map((id, unit) => sought([...this.namesOf(unit), id].join(" ")));
    this.collator = new Intl.Collator(facts.language, { numeric: true });
    this.columns = columnsOf(facts, speech);
    this.zone = this.select(
      "zp-by-main",
      words.main,
      facts.zones.map(({ title }, place) => ({ title, place })).filter(({ place }) => held.has(place)),
    );
    this.jurisdiction = this.select(
      "zp-by-jurisdiction",
      words.jurisdiction,
      facts.jurisdictions.map((title, place) => ({ title, place })),
    );
    this.count = node("p", { class: "zp-muted", "aria-live": "polite" });
    this.heads = this.columns.map((column, place) => {
      const settings = {
        type: "button",
        "aria-label": speech.say("sort", { column: column.title }),
        on: { click: () => this.sort(place) },
      };
      const number = column.number ? "zp-number" : "";
      return node("th", { scope: "col", class: number }, node("button", settings, column.title));
    });
    this.body = node("tbody");
    this.previous = node("button", { type: "button", on: { click: () => this.turn(-1) } }, words.previous);
    this.next = node("button", { type: "button", on: { click: () => this.turn(1) } }, words.next);
    this.root = [
      node(
        "div",
        { class: "zp-filters" },
        this.zone.field,
        facts.jurisdictions.length > 1 ? this.jurisdiction.field : null,
      ),
      this.count,
      node("table", {}, node("caption", {}, words.units), node("thead", {}, node("tr", {}, this.heads)), this.body),
      node("p", { class: "zp-pages" }, this.previous, this.next),
    ];
    this.sort(0);
  }

  /**
   * @param {string} id
   * @param {string} title
   * @param {{ title: string, place: number }[]} options
   */
  select(id, title, options) {
    const all = node("option", { value: "" }, this.speech.words.all);
    const box = node(
      "select",
      { id, on: { change: () => this.filter() } },
      all,
      options.map((one) => node("option", { value: String(one.place) }, one.title)),
    );
    return { box, field: node("div", {}, node("label", { for: id }, title), box) };
  }

  /** @param {string} query */
  search(query) {
    this.query = sought(query.trim());
    this.filter();
  }

  /** @param {number} column */
  sort(column) {
    this.falling = column === this.column ? !this.falling : (this.columns[column].number ?? false);
    this.column = column;
    const { value } = this.columns[column];
    const { id } = this.facts.units;
    const way = this.falling ? -1 : 1;
    const compare = (/** @type {string | number} */ a, /** @type {string | number} */ b) =>
      typeof a === "number" && typeof b === "number" ? a - b : this.collator.compare(String(a), String(b));
    this.order.sort((a, b) => way * compare(value(a), value(b)) || this.collator.compare(id[a], id[b]));
    this.heads.forEach((head, place) =>
      head.setAttribute("aria-sort", place !== column ? "none" : this.falling ? "descending" : "ascending"),
    );
    this.filter();
  }

  filter() {
    const { units } = this.facts;
    const zone = this.zone.box.value;
    const jurisdiction = this.jurisdiction.box.value;
    this.found = this.order.filter(
      (unit) =>
        this.needles[unit].includes(this.query) &&
        (zone === "" || units.main[unit] === Number(zone)) &&
        (jurisdiction === "" || units.jurisdiction[unit] === Number(jurisdiction)),
    );
    this.page = 0;
    this.draw();
  }

  /**
   * What a unit is called, in the language of the page first.
   * @param {number} unit
   */
  namesOf(unit) {
    const { units } = this.facts;
    return [units.name[unit], ...units.other_names[unit]];
  }

  /** The unit that was asked for: by its very id or name, else the first one found. */
  best() {
    const { units } = this.facts;
    const exact = this.found.find((unit) =>
      [units.id[unit], ...this.namesOf(unit)].some((text) => sought(text) === this.query),
    );
    return exact ?? this.found[0] ?? -1;
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
    const spot = node("span", { class: "zp-spot" });
    spot.style.background = facts.zones[facts.units.main[unit]].fill ?? "";
    cells[0].prepend(spot);
    return node("tr", unit === this.chosen ? { "aria-current": "true" } : {}, name, cells);
  }

  /** @param {number} unit */
  idText(unit) {
    return [this.facts.units.id[unit], this.facts.jurisdictions[this.facts.units.jurisdiction[unit]]]
      .filter(Boolean)
      .join(" · ");
  }

  /** @param {number} unit */
  mark(unit) {
    this.chosen = unit;
    this.draw();
  }
}

/**
 * @param {Facts} facts
 * @param {Speech} speech
 * @returns {Column[]}
 */
function columnsOf(facts, speech) {
  const { words } = speech;
  const { units, zones } = facts;
  return [
    { title: words.name, value: (unit) => units.name[unit], text: (unit) => units.name[unit] },
    { title: words.main, value: (unit) => units.main[unit], text: (unit) => zones[units.main[unit]].title },
    {
      title: words.area_ha,
      value: (unit) => units.area_ha[unit],
      text: (unit) => speech.area.format(units.area_ha[unit]),
      number: true,
    },
    ...facts.quotas.map((quota, place) => ({
      title: `${quota.title}, ${quota.unit}`,
      value: (/** @type {number} */ unit) => amountOf(facts, unit, place),
      text: (/** @type {number} */ unit) => {
        const row = quotaRow(facts, unit, place);
        return row ? speech.amount(row.amount, "").trim() : "";
      },
      number: true,
    })),
  ];
}
