// The table: every unit, found by name or id, filtered and paged; the way in for those who do not use a pointer.

import { node } from "./dom.js";
import { amountOf } from "./quota_use.js";

const PAGE = 40;

// A text as it is searched: without case, accents and apostrophes, which are typed in many ways or left out.
function sought(text) {
  const bare = text.normalize("NFD").replace(/[\u0300-\u036f'’‘ʼʻ´\u0060]/g, "");
  return bare.toLowerCase();
}

export class UnitTable {
  constructor(facts, speech, choose) {
    Object.assign(this, { facts, speech, choose, page: 0, column: 0, falling: false, chosen: -1 });
    this.order = facts.units.id.map((_, unit) => unit);
    this.needles = facts.units.id.map((id, unit) => sought(`${facts.units.name[unit]} ${id}`));
    this.query = "";
    this.collator = new Intl.Collator(facts.language, { numeric: true });
    this.columns = this.findColumns();
    this.build();
    this.sort(0);
  }

  findColumns() {
    const { facts, speech } = this;
    const { words } = speech;
    const { units } = facts;
    const columns = [
      { title: words.name, value: (unit) => units.name[unit], text: (unit) => units.name[unit] },
      { title: words.main, value: (unit) => units.main[unit], text: (unit) => facts.zones[units.main[unit]].title },
      {
        title: words.area_ha,
        value: (unit) => units.area_ha[unit],
        text: (unit) => speech.area.format(units.area_ha[unit]),
        number: true,
      },
    ];
    facts.quotas.forEach((quota, place) =>
      columns.push({
        title: `${speech.plain(quota.name)}, ${quota.unit}`,
        value: (unit) => amountOf(facts, unit, place),
        text: (unit) => {
          const row = units.quotas[unit].find(([one]) => one === place);
          return row ? speech.amount(row[1], "").trim() : "";
        },
        number: true,
      }),
    );
    return columns;
  }

  build() {
    const { facts, speech } = this;
    const { words } = speech;
    const held = new Set(facts.units.main);
    this.zone = this.select(
      "zp-by-main",
      words.main,
      facts.zones.map((zone, place) => [zone.title, place]).filter(([, place]) => held.has(place)),
    );
    this.jurisdiction = this.select(
      "zp-by-jurisdiction",
      words.jurisdiction,
      facts.jurisdictions.map((name, place) => [name, place]),
    );
    this.count = node("p", { class: "zp-muted", "aria-live": "polite" });
    this.heads = this.columns.map((column, place) =>
      node(
        "th",
        { scope: "col", class: column.number ? "zp-number" : "" },
        node(
          "button",
          {
            type: "button",
            "aria-label": speech.say("sort", { column: column.title }),
            on: { click: () => this.sort(place) },
          },
          column.title,
        ),
      ),
    );
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
  }

  select(id, title, options) {
    const all = node("option", { value: "" }, this.speech.words.all);
    const box = node(
      "select",
      { id, on: { change: () => this.filter() } },
      all,
      options.map(([text, value]) => node("option", { value: String(value) }, text)),
    );
    return { box, field: node("div", {}, node("label", { for: id }, title), box) };
  }

  search(query) {
    this.query = sought(query.trim());
    this.filter();
  }

  sort(column) {
    this.falling = column === this.column && this.found ? !this.falling : (this.columns[column].number ?? false);
    this.column = column;
    const { value } = this.columns[column];
    const way = this.falling ? -1 : 1;
    const compare = (a, b) => (typeof a === "string" ? this.collator.compare(a, b) : a - b);
    this.order.sort(
      (a, b) =>
        way * compare(value(a), value(b)) || this.collator.compare(this.facts.units.id[a], this.facts.units.id[b]),
    );
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

  // The unit that was asked for: by its very id or name, else the first one found.
  best() {
    const { units } = this.facts;
    const exact = this.found.find((unit) =>
      [units.id[unit], units.name[unit]].some((text) => sought(text) === this.query),
    );
    return exact ?? this.found[0] ?? -1;
  }

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

  row(unit) {
    const { facts } = this;
    const button = node(
      "button",
      { type: "button", class: "zp-link", on: { click: () => this.choose(unit) } },
      this.columns[0].text(unit),
    );
    const name = node("th", { scope: "row" }, button, node("small", {}, this.idText(unit)));
    const cells = this.columns
      .slice(1)
      .map((column) => node("td", { class: column.number ? "zp-number" : "" }, column.text(unit)));
    const swatchBox = node("span", { class: "zp-spot" });
    swatchBox.style.background = facts.zones[facts.units.main[unit]].fill;
    cells[0].prepend(swatchBox);
    return node("tr", unit === this.chosen ? { "aria-current": "true" } : {}, name, cells);
  }

  idText(unit) {
    return [this.facts.units.id[unit], this.facts.jurisdictions[this.facts.units.jurisdiction[unit]]]
      .filter(Boolean)
      .join(" · ");
  }

  mark(unit) {
    this.chosen = unit;
    this.draw();
  }
}
