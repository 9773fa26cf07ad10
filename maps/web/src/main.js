// The page: map, panel and table brought together.

import { unpack } from "./binary_decoder.js";
import { Painter, viewCanvas } from "./canvas_renderer.js";
import { by, node } from "./dom.js";
import { firstShown, layerControl } from "./layer_control.js";
import { bendBounds, boxOf, fitBox, onGrid, planeCrs, scaleOf } from "./map_grid.js";
import { paymentTip } from "./payment_layer.js";
import { factsOf } from "./plan_facts.js";
import { checkedSaid, planSummary } from "./plan_summary.js";
import { Speech } from "./speech.js";
import { crowdedMarks } from "./status_marks.js";
import { textsAt, unitCard } from "./unit_card.js";
import { UnitTable } from "./unit_table.js";

/**
 * @import { Shapes } from "./map_shapes.js"
 * @import { Facts } from "./plan_facts.js"
 */

/** What makes the CRS of a map of equal area, which has to be there before the map. */
export const equalArea = planeCrs;

/**
 * @param {L.Map} map
 * @param {L.IconOptions} icons
 */
export async function open(map, icons) {
  bendBounds(map);
  L.Icon.Default.imagePath = "";
  L.Icon.Default.mergeOptions(icons);
  map.attributionControl?.setPrefix(false);
  if (typeof DecompressionStream === "undefined") {
    by("zp-too-old").hidden = false;
    return;
  }
  const { page, shapes } = await unpack(by("zoneplan-block").textContent ?? "");
  new PlanPage(map, factsOf(page), shapes).start();
  document.documentElement.dataset.zoneplan = "ready";
}

const TIP_ABOVE = 12;
const TIP_BELOW = 20;
const TIP_EDGE = 6;

const TABS = ["plan", "unit", "units"];

class PlanPage {
  /**
   * @param {L.Map} map
   * @param {Facts} facts
   * @param {Shapes} shapes
   */
  constructor(map, facts, shapes) {
    this.map = map;
    this.facts = facts;
    this.shapes = shapes;
    this.speech = new Speech(facts);
    this.shown = firstShown(facts);
    this.unitOfId = new Map(facts.units.id.map((id, unit) => [id, unit]));
    this.table = new UnitTable(facts, this.speech, (unit) => this.choose(unit, { look: true }));
    this.legend = /** @type {HTMLDetailsElement} */ (by("zp-layers"));
    this.tip = L.tooltip({ className: "zp-tip", opacity: 1 });
    const painter = new Painter(facts, shapes, this.shown);
    this.canvas = viewCanvas(shapes.grid, (...view) => painter.paint(...view), "zoneplan");
    this.marked = viewCanvas(shapes.grid, (...view) => painter.paintMarked(...view), "zoneplan-marked");
    this.home = this.wholeView();
  }

  start() {
    this.fillPanel();
    this.fillMap();
    this.chooseFromAddress();
    window.addEventListener("hashchange", () => this.chooseFromAddress());
  }

  fillMap() {
    const { map } = this;
    for (const { name, level } of [
      { name: "zoneplan", level: 250 },
      { name: "zoneplan-marked", level: 260 },
    ]) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(level);
      pane.style.pointerEvents = "none";
    }
    if (map.getSize().x < 700) this.legend.open = false;
    this.home = this.wholeView();
    map.on("resize", () => (this.home = this.wholeView()));
    fitBox(map, this.home.box, { ...this.home.options, animate: false });
    this.shown.homeZoom = map.getZoom();
    this.shown.crowded = crowdedMarks(this.facts, this.shapes, scaleOf(map, this.shapes.grid));
    for (const kind of this.shown.crowded) this.shown.marks.delete(kind);
    this.canvas.addTo(map);
    this.marked.addTo(map);
    this.legend.append(...layerControl(this.facts, this.speech, this.shown, () => this.canvas.redraw()));
    this.addControls();
    this.follow();
    this.print();
  }

  /** The whole plan, beside the legend where that lies over the map. */
  wholeView() {
    const { bounds, grid } = this.shapes;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < bounds.length; i += 4) {
      west = Math.min(west, bounds[i]);
      south = Math.min(south, bounds[i + 1]);
      east = Math.max(east, bounds[i + 2]);
      north = Math.max(north, bounds[i + 3]);
    }
    const beside = this.legend.open && this.map.getSize().x > 560 ? this.legend.offsetWidth + 24 : 20;
    /** @type {L.FitBoundsOptions} */
    const options = { paddingTopLeft: [beside, 20], paddingBottomRight: [56, 36] };
    return { box: boxOf(grid, [west, south, east, north]), options };
  }

  addControls() {
    const { map, speech } = this;
    const { words } = speech;
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", words.map_help);
    L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
    map.attributionControl?.addAttribution(words.credit);
    const home = new L.Control({ position: "topright" });
    home.onAdd = () => {
      const settings = {
        type: "button",
        title: words.whole,
        "aria-label": words.whole,
        on: { click: () => this.goHome() },
      };
      const north = node("span", { class: "zp-north", "aria-hidden": "true" }, "▲", node("b", {}, words.north));
      const bar = node("div", { class: "leaflet-bar zp-home" }, node("button", settings, "⤢"), north);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    home.addTo(map);
    L.DomEvent.disableClickPropagation(this.legend);
    L.DomEvent.disableScrollPropagation(this.legend);
  }

  goHome() {
    this.home = this.wholeView();
    fitBox(this.map, this.home.box, this.home.options);
  }

  /** What the pointer does on the map. */
  follow() {
    const { map, shapes, facts } = this;
    const unitUnder = (/** @type {L.LatLng} */ latlng) => {
      const [x, y] = onGrid(shapes.grid, latlng);
      const reach = 5 / scaleOf(map, shapes.grid);
      return shapes.unitAt(x, y, reach);
    };
    map.on("mousemove", ({ latlng }) => {
      const unit = unitUnder(latlng);
      if (unit !== this.shown.hovered) {
        this.shown.hovered = unit;
        this.marked.redraw();
      }
      map.getContainer().classList.toggle("zp-over", unit >= 0);
      if (unit < 0) return map.closeTooltip(this.tip);
      const piece = shapes.pieceAt(unit, ...onGrid(shapes.grid, latlng));
      map.openTooltip(this.tip.setLatLng(latlng).setContent(this.tipText(unit, piece)));
      this.placeTip(latlng);
    });
    map.on("mouseout movestart", () => {
      map.closeTooltip(this.tip);
      if (this.shown.hovered < 0) return;
      this.shown.hovered = -1;
      this.marked.redraw();
    });
    map.on("click", ({ latlng }) => {
      const unit = unitUnder(latlng);
      if (unit < 0) return this.close();
      const piece = shapes.pieceAt(unit, ...onGrid(shapes.grid, latlng));
      this.choose(unit, { place: textsAt(facts, piece) });
    });
  }

  /**
   * Above the pointer, else below it, between what stands over the map on both sides.
   * @param {L.LatLng} latlng
   */
  placeTip(latlng) {
    const { map, tip } = this;
    const frame = map.getContainer().getBoundingClientRect();
    const at = map.latLngToContainerPoint(latlng);
    const { offsetWidth: wide, offsetHeight: high } = /** @type {HTMLElement} */ (tip.getElement());
    const controls = map.getContainer().querySelector(".leaflet-top.leaflet-right");
    const room = (/** @type {number} */ top) => {
      const over = (/** @type {Element | null} */ element) => {
        const box = element?.getBoundingClientRect();
        return box && top + frame.top < box.bottom && top + frame.top + high > box.top ? box : null;
      };
      const least = (over(this.legend)?.right ?? frame.left) - frame.left + TIP_EDGE;
      const most = (over(controls)?.left ?? frame.right) - frame.left - TIP_EDGE - wide;
      return { fits: top >= 0 && least <= most, least, most };
    };
    const above = room(at.y - high - TIP_ABOVE);
    const { least, most } = above.fits ? above : room(at.y + TIP_BELOW);
    const left = at.x - wide / 2;
    tip.options.direction = above.fits ? "top" : "bottom";
    // Leaflet itself keeps 6 px
    const down = above.fits ? 6 - TIP_ABOVE : TIP_BELOW - 6;
    tip.options.offset = [Math.max(least, Math.min(left, most)) - left, down];
    tip.update();
  }

  /**
   * @param {number} unit
   * @param {number} piece
   */
  tipText(unit, piece) {
    const { facts } = this;
    const { units, zones } = facts;
    const titles = [units.main[unit], ...units.overlays[unit]].map((place) => zones[place].title);
    const here = textsAt(facts, piece);
    return node(
      "div",
      {},
      node("strong", {}, units.name[unit]),
      node("div", {}, titles.join(" · ")),
      here.length ? node("small", {}, here.join(" · ")) : null,
      this.shown.payments
        ? paymentTip(facts, this.speech, this.shown.payments, unit).map((text) => node("small", {}, text))
        : null,
    );
  }

  fillPanel() {
    const { facts, speech } = this;
    const { plan } = facts;
    const { words } = speech;
    const line = [
      plan.date,
      speech.say("named", { name: words.rulebook, value: plan.rulebook }),
      speech.units(facts.units.id.length),
      speech.ha(plan.area_ha),
    ];
    by("zp-line").textContent = line.join(" · ");
    if (plan.texts.length) {
      const follow = () => {
        this.showTab("plan");
        by("zp-texts").setAttribute("open", "");
      };
      const settings = { href: "#zp-texts", class: "zp-checked", on: { click: follow } };
      by("zp-line").append(" · ", node("a", settings, checkedSaid(plan, speech)));
    }
    const chooseById = (/** @type {string} */ id) => this.choose(this.unitOfId.get(id) ?? -1, { look: true });
    by("zp-plan").append(...planSummary(facts, speech, chooseById));
    by("zp-unit").append(node("p", { class: "zp-muted" }, words.choose));
    by("zp-units").append(...this.table.root);
    by("zp-skip").addEventListener("click", () => this.showTab("units"));
    const search = /** @type {HTMLInputElement} */ (by("zp-search"));
    search.addEventListener("input", () => {
      this.table.search(search.value);
      this.showTab("units");
    });
    search.addEventListener("keydown", ({ key }) => {
      if (key === "Enter" && this.table.best() >= 0) this.choose(this.table.best(), { look: true });
    });
    TABS.forEach((name, place) => {
      const tab = by(`zp-tab-${name}`);
      tab.addEventListener("click", () => this.showTab(name));
      tab.addEventListener("keydown", ({ key }) => {
        const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
        if (!step) return;
        const next = TABS[(place + step + TABS.length) % TABS.length];
        this.showTab(next);
        by(`zp-tab-${next}`).focus();
      });
    });
  }

  /** @param {string} name */
  showTab(name) {
    for (const one of TABS) {
      const tab = by(`zp-tab-${one}`);
      tab.setAttribute("aria-selected", String(one === name));
      tab.tabIndex = one === name ? 0 : -1;
      by(`zp-${one}`).hidden = one !== name;
    }
  }

  /**
   * @param {number} unit
   * @param {{ look?: boolean, place?: string[] }} settings Whether to bring it into view, and what applies where.
   */
  choose(unit, { look = false, place = [] } = {}) {
    const { facts, speech } = this;
    const { units, zones } = facts;
    this.shown.chosen = unit;
    this.marked.redraw();
    const actions = { show: () => this.show(unit), close: () => this.close() };
    const card = by("zp-unit");
    card.replaceChildren(...unitCard(facts, speech, unit, place, actions));
    this.showTab("unit");
    card.scrollTop = 0;
    this.table.mark(unit);
    if (look) {
      this.look(unit);
      card.querySelector("h2")?.focus({ preventScroll: true });
    }
    this.bringIntoView(card.firstElementChild ?? card);
    by("zp-live").textContent = speech.say("chosen", {
      name: units.name[unit],
      id: units.id[unit],
      zone: zones[units.main[unit]].title,
    });
  }

  close() {
    if (this.shown.chosen < 0) return;
    this.shown.chosen = -1;
    this.marked.redraw();
    this.table.mark(-1);
    by("zp-unit").replaceChildren(node("p", { class: "zp-muted" }, this.speech.words.choose));
    by("zp-live").textContent = "";
    this.showTab("plan");
  }

  /**
   * Where the page is longer than the screen, what was asked for may lie outside it.
   * @param {Element} element
   */
  bringIntoView(element) {
    const { top, bottom } = element.getBoundingClientRect();
    if (top < 0 || bottom > window.innerHeight) element.scrollIntoView({ block: "center" });
  }

  /** @param {number} unit */
  show(unit) {
    this.look(unit);
    this.bringIntoView(this.map.getContainer());
  }

  /**
   * Bring a unit into view: no closer than that its neighbours are seen, too.
   * @param {number} unit
   */
  look(unit) {
    const { bounds, grid } = this.shapes;
    const [west, south, east, north] = bounds.subarray(4 * unit, 4 * unit + 4);
    const [wide, high] = [east - west, north - south];
    const around = boxOf(grid, [west - wide, south - high, east + wide, north + high]);
    fitBox(this.map, around, { ...this.home.options, maxZoom: this.shown.homeZoom + 5 });
  }

  chooseFromAddress() {
    const asked = /^#unit=(.+)$/.exec(location.hash);
    if (!asked) return;
    let id = asked[1];
    try {
      id = decodeURIComponent(id);
    } catch {
      return;
    }
    const unit = this.unitOfId.get(id);
    if (unit !== undefined) this.choose(unit, { look: true });
  }

  /** On paper the map is as wide as the page. A second canvas would cover the first with white, so one has it all. */
  print() {
    const { map } = this;
    let before = { center: map.getCenter(), zoom: map.getZoom() };
    window.matchMedia("print").addEventListener("change", ({ matches }) => {
      if (matches) before = { center: map.getCenter(), zoom: map.getZoom() };
      this.shown.onPaper = matches;
      map.invalidateSize({ animate: false, pan: false });
      if (matches) fitBox(map, this.home.box, { ...this.wholeView().options, animate: false });
      else map.setView(before.center, before.zoom, { animate: false });
    });
  }
}
