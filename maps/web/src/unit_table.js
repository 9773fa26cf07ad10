// The table: every unit, found by name or id, filtered and paged; the way in for those who do not use a pointer.

import { node } from "./dom.js";
import { keeping } from "./filters.js";
import { amountOf, quotaRow } from "./land_amounts.js";
import { cellText } from "./table_panel.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Speech } from "./speech.js"
 * @import { ColumnFacts } from "./table_facts.js"
 *
 * @typedef {object} Column
 * @property {string} title
 * @property {(unit: number) => string | number} value What is sorted by.
 * @property {(unit: number) => string} text
 * @property {boolean} [number]
 */

const PAGE = 40;

export class UnitTable {
  /**
   * @param {Scene} scene
   * @param {(unit: number) => void} choose
   */
  constructor(scene, choose) {
    const { facts, speech, state } = scene;
    const { words } = speech;
    const held = new Set(facts.units.main);
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
    this.collator = new Intl.Collator(facts.language, { numeric: true });
    this.columns = columnsOf(facts, speech);
    this.zone = this.select(
      "main",
      words.main,
      facts.zones.map(({ title }, place) => ({ title, place })).filter(({ place }) => held.has(place)),
    );
    this.jurisdiction = this.select(
      "jurisdiction",
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
        !facts.table || facts.zones.length > 1 ? this.zone.field : null,
        facts.jurisdictions.length > 1 ? this.jurisdiction.field : null,
      ),
      this.count,
      node("table", {}, node("caption", {}, words.units), node("thead", {}, node("tr", {}, this.heads)), this.body),
      node("p", { class: "zp-pages" }, this.previous, this.next),
    ];
    this.body.addEventListener("pointerover", ({ target }) => state.change({ hovered: unitOfRow(target) }));
    this.body.addEventListener("pointerleave", () => state.change({ hovered: -1 }));
    state.on(["main", "overlay", "jurisdiction", "kept", "view", "by", "method"], () => this.filter());
    state.on(["chosen", "hovered", "theme"], () => this.mark());
    this.sort(0);
  }

  /**
   * @param {"main" | "jurisdiction"} key
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
    return { box, field: node("div", {}, node("label", { for: id }, title), box) };
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
    if (!facts.table) {
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
    const shown = facts.measures.find(({ name }) => name === this.scene.state.shown.by);
    const [name, main, ...figures] = columns;
    const head = [
      words.unit_id, name.title, words.jurisdiction, main.title, words.also_marked, ...figures.map(({ title }) => title),
      ...(shown ? [shown.after.trim() ? `${shown.title}, ${shown.after.trim()}` : shown.title] : []),
    ];
    const rows = this.found.map((unit) => [
      units.id[unit], name.text(unit), facts.jurisdictions[units.jurisdiction[unit]] ?? "", main.text(unit),
      units.overlays[unit].map((place) => facts.zones[place].title).join("; "),
      ...figures.map(({ value }) => value(unit)),
      ...(shown ? [Number((shown.values[unit] * 10 ** shown.shift).toPrecision(7))] : []),
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
 * @param {Facts} facts
 * @param {Speech} speech
 * @returns {Column[]}
 */
function columnsOf(facts, speech) {
  const { words } = speech;
  const { units, zones } = facts;
  /** @type {Column} */
  const name = { title: words.name, value: (unit) => units.name[unit], text: (unit) => units.name[unit] };
  if (facts.table) {
    const others = facts.table.columns.map((column) => ({
      title: column.title,
      number: column.number,
      value: sortedBy(column),
      text: (/** @type {number} */ unit) => cellText(speech, column, unit),
    }));
    return [name, ...others];
  }
  return [
    name,
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
