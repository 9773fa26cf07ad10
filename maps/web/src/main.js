// The page: header, map, legend and panel brought together.

import { Address } from "./address.js";
import { announceShown } from "./announcement.js";
import { unpack } from "./binary_decoder.js";
import { Colours, followTheme } from "./colours.js";
import { Ruler } from "./distance.js";
import { by, flattened, node } from "./dom.js";
import { FilterStrip, filteredSaid } from "./filter_strip.js";
import { WayBack, focusFirst, rewrite } from "./focus.js";
import { copyLink, viewSwitch } from "./header.js";
import { HoverTip } from "./hover_tip.js";
import { icon } from "./icons.js";
import { firstMoved } from "./differences_view.js";
import { followSwitches, layerSwitch } from "./layer_switches.js";
import { Legend } from "./legend.js";
import { onPlanGrid } from "./base_map.js";
import { comparePanel } from "./compare.js";
import { tell, tellChanges } from "./live_region.js";
import { bendBounds, onGrid, planeCrs, scaleOf } from "./map_grid.js";
import { mapKeys } from "./map_keys.js";
import { MapCross } from "./map_cross.js";
import { MapPicture } from "./map_picture.js";
import { coordinates, mapTools } from "./map_tools.js";
import { MapWindow } from "./map_window.js";
import { firstLayers } from "./more_layers.js";
import { FILTERS, PageState, UNFILTERED, whenSeen } from "./page_state.js";
import { factsOf } from "./plan_facts.js";
import { PlanEvaluator } from "./plan_evaluator.js";
import { planPanel } from "./plan_panel.js";
import { serverOfPage } from "./plan_server.js";
import { saveMenu } from "./save_menu.js";
import { scenarioSwitch } from "./scenario_switch.js";
import { UnitIndex, mixed, searchField, townsFound } from "./search.js";
import { ServerPanel, wayBack } from "./server_panel.js";
import { SidePanel } from "./side_panel.js";
import { Speech } from "./speech.js";
import { cellText, rowPanel, tablePanel } from "./table_panel.js";
import { TakeAlong } from "./take_along.js";
import { tellStep } from "./story.js";
import { TryPanel, canBeTried } from "./try_panel.js";
import { unitPanel } from "./unit_panel.js";
import { UnitTable } from "./unit_table.js";
import { textsAt } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { View } from "./map_grid.js"
 * @import { MapView } from "./map_views.js"
 * @import { Pen } from "./view_canvas.js"
 * @import { Changes } from "./plan_evaluator.js"
 * @import { Facts } from "./plan_facts.js"
 * @import { Shown, Tab } from "./page_state.js"
 */

const FONTS = ["500 12px Inter", "600 12px Inter", '600 18px "Zoneplan Serif"', 'italic 12px "Zoneplan Serif"'];

/** What makes the CRS of a map of equal area, which has to be there before the map. */
export const equalArea = planeCrs;

/** What makes a layer of Leaflet that stands for one of the plan, in a control of layers. */
export const switchOf = layerSwitch;

/**
 * @param {L.Map} map
 * @param {L.IconOptions} icons
 */
export async function open(map, icons) {
  bendBounds(map);
  const lookAsked = asked(map);
  L.Icon.Default.imagePath = "";
  L.Icon.Default.mergeOptions(icons);
  map.attributionControl?.setPrefix(false);
  if (typeof DecompressionStream === "undefined") {
    by("zp-too-old").hidden = false;
    return;
  }
  const [{ page, shapes, ground, measured, exact }] = await Promise.all([
    unpack(by("zoneplan-block").textContent ?? ""),
    ...FONTS.map((font) => document.fonts.load(font)),
  ]);
  const relief = ground?.relief ? await pictureAt(ground.relief.address) : null;
  const facts = factsOf(page, measured);
  const evaluator = exact && new PlanEvaluator(facts, exact);
  if (evaluator) offer(evaluator);
  const plan = new PlanPage(map, facts, { shapes, ground, relief }, evaluator);
  plan.start();
  lookAsked();
  requestAnimationFrame(() => setTimeout(() => performance.mark("zoneplan-picture")));
  await plan.picture.complete;
  document.documentElement.dataset.zoneplan = "ready";
}

/**
 * What folium's layers ask to be seen while the block is being read; the whole plan would take its place.
 * @param {L.Map} map
 * @returns {() => void} Shows it, if there was any.
 */
function asked(map) {
  const { fitBounds } = map;
  /** @type {Parameters<L.Map["fitBounds"]> | null} */
  let wish = null;
  map.fitBounds = (...wished) => {
    wish = wished;
    return map;
  };
  return () => {
    map.fitBounds = fitBounds;
    if (wish) map.fitBounds(wish[0], { ...wish[1], animate: false });
  };
}

/**
 * The adopted plan, and what it would be after some changes, for other scripts: `globalThis.zoneplan`.
 * @param {PlanEvaluator} evaluator
 */
function offer(evaluator) {
  Object.defineProperties(/** @type {any} */ (globalThis).zoneplan, {
    plan: { get: () => evaluator.plan },
    evaluate: { value: (/** @type {Changes} */ changes) => evaluator.evaluate(changes) },
  });
}

/** @param {string} text */
function asHtml(text) {
  const holder = document.createElement("span");
  holder.textContent = text;
  return holder.innerHTML;
}

/** @param {string} address */
async function pictureAt(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}

/**
 * What the program that serves the page adds to the tab of tries; of a try that it worked out, the way back alone.
 * @param {L.Map} map
 * @param {Speech} speech
 * @param {TryPanel} tries
 */
function served(map, speech, tries) {
  const server = serverOfPage();
  if (server?.tried) by("zp-try").prepend(wayBack(speech));
  if (!server || server.tried) return null;
  const panel = new ServerPanel(map, speech, server, (name) => tries.file(name, tries.who || speech.words.server_title));
  by("zp-try").append(panel.root);
  return panel;
}

class PlanPage {
  /**
   * @param {L.Map} map
   * @param {Facts} facts
   * @param {Pick<Scene, "shapes" | "ground" | "relief">} drawn
   * @param {PlanEvaluator | null} evaluator
   */
  constructor(map, facts, { shapes, ground, relief }, evaluator) {
    const speech = new Speech(facts);
    const view = facts.comparison ? "differences" : "functions";
    const state = new PageState({ view, layers: firstLayers(facts), by: facts.table?.by ?? firstMoved(facts.comparison) });
    this.map = map;
    this.colours = new Colours();
    /** @type {Scene} */
    this.scene = { facts, shapes, speech, state, colours: this.colours, ground, relief };
    this.state = state;
    // the first that hears of a try, for all others read what follows from it
    this.tries = evaluator && new TryPanel(this.scene, evaluator, (unit) => this.choose(unit, true));
    this.server = this.tries && served(map, speech, this.tries);
    this.adopted = scenarioSwitch(this.scene);
    this.address = new Address(facts, state.shown, (text) => evaluator !== null && canBeTried(evaluator, text));
    this.unitOfId = new Map(facts.units.id.map((id, unit) => [id, unit]));
    followTheme(state, this.colours);
    this.panel = new SidePanel(state);
    this.legend = new Legend(this.scene);
    const sheet = () => this.panel.height;
    const wide = () => by("zp-legend").offsetWidth;
    this.window = new MapWindow(map, shapes, wide, sheet);
    const zoomTo = (/** @type {number[]} */ units) => {
      this.legend.draw(false);
      this.panel.raise("low");
      this.window.look(units);
    };
    this.strips = {
      legend: new FilterStrip(this.scene, zoomTo, () => by("zp-legend").querySelector(".zp-legend-body :is(button, select)")),
      table: new FilterStrip(this.scene, zoomTo, () => by("zp-table").querySelector("select")),
    };
    this.legend.filters.append(this.strips.legend.root);
    this.table = new UnitTable(this.scene, this.strips.table.root, (unit) => this.choose(unit, true));
    this.picture = new MapPicture(map, this.scene, sheet, (view) => this.show(view));
    this.tip = new HoverTip(map.getContainer());
    /** @type {UnitIndex | null} */
    this.index = null;
    this.cross = new MapCross(map, () => this.window.middle);
    this.ruler = new Ruler(map, speech, this.cross);
    this.wayBack = new WayBack();
    /** @type {string[]} */
    this.place = [];
    /** @type {Tab} */
    this.tabBefore = "plan";
  }

  start() {
    this.fillHeader();
    this.fillPanel();
    this.fillMap();
    this.follow();
    const { state } = this;
    state.on(["chosen", "compared", "comparing", "theme"], () => this.fillUnit());
    state.on(["theme", "story"], () => this.fillPlan());
    whenSeen(state, "unit", ["tried", "scenario"], () => this.fillUnit());
    whenSeen(state, "plan", ["tried", "scenario"], () => this.fillPlan());
    if (this.scene.facts.comparison) state.on(["view"], () => this.fillPlan());
    state.on(["story"], ({ story }) => focusFirst(by("zp-plan").querySelector(story < 0 ? ".zp-primary" : "h2"), by("zp-tab-plan")));
    state.on(FILTERS, () => this.show(this.picture.view));
    this.address.follow(state);
    followSwitches(this.map, state);
    announceShown(state, this.scene.facts);
    this.openAddress();
    tellChanges(this.scene, () => filteredSaid(this.scene, this.picture.view));
    window.addEventListener("hashchange", () => this.openAddress());
  }

  /**
   * A new view, or the same in other colours.
   * @param {MapView} view
   */
  show(view) {
    this.legend.show(view);
    this.strips.legend.show(view);
    this.strips.table.show(view);
    this.table.follow(view);
  }

  fillHeader() {
    const { facts, speech, state } = this.scene;
    const { plan, table } = facts;
    const { words } = speech;
    const rulebook = speech.say("named", { name: words.rulebook, value: plan.rulebook });
    by("zp-line").textContent = table
      ? speech.units(facts.units.id.length)
      : `${rulebook} · ${speech.say("as_of", { date: speech.day(plan.date) })}`;
    by("zp-views").hidden = table !== null;
    if (!table) viewSwitch(state, speech, facts.comparison !== null);
    by("zp-find").append(searchField(speech, (query) => this.find(query)));
    const theme = by("zp-theme");
    theme.append(icon("theme"));
    const find = () => {
      const open = by("zp-bar").classList.toggle("zp-finding");
      focusFirst(open ? by("zp-search") : null, finder);
    };
    const settings = { type: "button", class: "zp-button zp-icon-button zp-find-open", "aria-label": words.search_open };
    const finder = node("button", { ...settings, on: { click: find } }, icon("search"));
    const link = copyLink(speech);
    const save = saveMenu(speech, [...this.savings(), { title: words.copy_link, save: () => void link.copy(), onPhone: true }]);
    by("zp-actions").prepend(link.button, save, finder);
  }

  /** What can be taken along. */
  savings() {
    const { scene, map, picture, window: frame } = this;
    const { speech, shapes } = scene;
    const { words } = speech;
    const content = {
      scene,
      legend: this.legend.body,
      get credits() {
        return map.attributionControl?.getContainer()?.textContent ?? "";
      },
      paint: (/** @type {Pen} */ pen, /** @type {View} */ view) => picture.compose(pen, view),
    };
    const home = () => ({
      whole: frame.whole,
      scale: scaleOf(map, shapes.grid) * 2 ** (frame.homeZoom - map.getZoom()),
      zoom: frame.homeZoom,
    });
    const take = new TakeAlong(content, () => picture.seen, home, () => (scene.facts.tried ? this.tries?.called ?? "" : ""));
    const still = { show() {}, beside() {}, close() {}, compare() {} };
    const print = take.preparePaper((unit) => unitPanel(scene, unit, [], still, this.adopted));
    const papers = /** @type {const} */ (["A4", "A3"]);
    return [
      { title: words.save_png, save: () => void take.png() },
      { title: words.save_svg, save: () => take.svg() },
      {
        title: words.save_csv,
        save: () => {
          const { head, rows } = this.table.asTable();
          take.csv(head, rows);
        },
      },
      ...papers.map((paper) => ({ title: speech.say("print_paper", { paper }), save: () => print(paper) })),
      {
        title: words.print_unit,
        save: () => print(scene.state.shown.chosen),
        isOffered: () => scene.state.shown.chosen >= 0 && !scene.facts.table,
      },
    ];
  }

  /** @param {string} query */
  find(query) {
    const { facts, speech, ground, shapes } = this.scene;
    this.index ??= new UnitIndex(facts);
    const units = this.index.find(query).map((unit) => ({
      name: facts.units.full[unit],
      about: this.table.idText(unit),
      go: () => this.choose(unit, true),
    }));
    if (!ground) return units;
    const towns = townsFound(this.picture.towns, query).map((town) => {
      const place = onPlanGrid(ground, shapes.grid, town);
      const unit = shapes.unitAt(...place, 0);
      const about = [speech.words.town, facts.units.name[unit], facts.jurisdictions[facts.units.jurisdiction[unit]]];
      return { name: town.name, about: about.filter(Boolean).join(" · "), go: () => this.visit(town.name, place, unit) };
    });
    return mixed(units, towns);
  }

  /**
   * Go to a town, and open the unit that it lies in.
   * @param {string} name
   * @param {[number, number]} place On the grid.
   * @param {number} unit Or -1.
   */
  visit(name, place, unit) {
    const { speech } = this.scene;
    this.choose(unit, true, [], () => this.window.visit(place));
    tell(speech.say("named", { name, value: unit < 0 ? speech.words.town : this.toldOf(unit) }));
  }

  /**
   * A unit in few words: what the view shows of it.
   * @param {number} unit
   */
  toldOf(unit) {
    const { facts, speech } = this.scene;
    const { view } = this.picture;
    const zone = (view.told ?? view.tip)(unit).filter(Boolean).join(speech.words.and);
    return speech.say("chosen", { name: facts.units.full[unit], id: facts.units.id[unit], zone });
  }

  fillMap() {
    const { map, scene } = this;
    const { words } = scene.speech;
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", words.map_help);
    this.window.home(false);
    this.picture.homeZoom = this.window.homeZoom;
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 110 }).addTo(map);
    map.attributionControl?.addAttribution(asHtml(scene.ground?.credits || words.credit));
    mapTools(map, scene.speech, {
      whole: () => this.window.home(),
      measure: (button, byKey) => button.setAttribute("aria-pressed", String(this.ruler.toggle(byKey))),
    });
    coordinates(map, scene.speech);
    this.picture.start(); // once that stands there which keeps names away
    mapKeys(map, scene, this.cross, {
      busy: () => this.ruler.on || Boolean(this.server?.pen.on),
      told: (unit) => this.toldOf(unit),
      bring: (unit) => this.window.bring(unit),
      open: (unit) => this.choose(unit, true, [], () => undefined),
    });
    for (const id of ["zp-legend", "zp-foot"]) {
      L.DomEvent.disableClickPropagation(by(id));
      L.DomEvent.disableScrollPropagation(by(id));
    }
    map.on("layeradd layerremove", ({ layer }) => layer instanceof L.GridLayer && this.picture.redraw("plan"));
  }

  /**
   * What stands beside the pointer: what the view tells, or the columns of a table that were asked for.
   * @param {number} unit
   */
  tipOf(unit) {
    const { facts, speech } = this.scene;
    const { tip, columns } = facts.table ?? { tip: [], columns: [] };
    if (!tip.length) return this.picture.view.tip(unit);
    return tip.map((place) => `${columns[place].title}: ${cellText(speech, columns[place], unit)}`);
  }

  /** What the pointer does on the map. */
  follow() {
    const { map, state, tip } = this;
    const { shapes, facts } = this.scene;
    const unitUnder = (/** @type {L.LatLng} */ latlng) => {
      const [x, y] = onGrid(shapes.grid, latlng);
      return shapes.unitAt(x, y, 5 / scaleOf(map, shapes.grid));
    };
    map.on("mousemove", ({ latlng, containerPoint, originalEvent }) => {
      const unit = /** @type {any} */ (originalEvent).pointerType === "touch" ? -1 : unitUnder(latlng);
      state.change({ hovered: unit });
      map.getContainer().classList.toggle("zp-over", unit >= 0);
      if (unit < 0) return tip.hide();
      const piece = shapes.pieceAt(unit, ...onGrid(shapes.grid, latlng));
      const texts = [...this.tipOf(unit), textsAt(facts, piece).join(" · ")];
      tip.show(facts.units.full[unit], texts, containerPoint);
    });
    map.on("mouseout movestart", () => {
      tip.hide();
      state.change({ hovered: -1 });
    });
    map.on("click", ({ latlng }) => {
      if (this.server?.pen.on) return this.server.pen.add(latlng);
      if (this.ruler.on) return this.ruler.add(latlng);
      const unit = unitUnder(latlng);
      if (unit < 0) return this.stepBack();
      const piece = shapes.pieceAt(unit, ...onGrid(shapes.grid, latlng));
      this.choose(unit, false, textsAt(facts, piece));
      if (this.window.phone) this.window.centre(unit);
    });
    document.addEventListener("keydown", (event) => {
      const { key, defaultPrevented, target } = event;
      if (this.tries?.takesBack(event)) return event.preventDefault();
      if (key !== "Escape" || defaultPrevented || target instanceof HTMLSelectElement) return;
      if (this.server?.pen.on) this.server.pen.toggle();
      else if (this.ruler.on) {
        by("zp-ruler").click();
        if (target === this.map.getContainer()) by("zp-ruler").focus();
      }
      else if (this.legend.opened) this.legend.draw(false);
      else if (state.shown.story >= 0) tellStep(this.scene, -1);
      else if (state.shown.chosen < 0) state.change(UNFILTERED);
      else this.stepBack();
    });
  }

  fillPanel() {
    const { words } = this.scene.speech;
    this.fillPlan();
    this.fillUnit();
    by("zp-table").append(...this.table.root);
    by("zp-skip").addEventListener("click", () => this.state.change({ tab: "table" }));
    by("zp-handle").setAttribute("aria-label", words.handle);
  }

  fillPlan() {
    const choose = (/** @type {string} */ id) => this.choose(this.unitOfId.get(id) ?? -1, true);
    const parts = this.scene.facts.table ? tablePanel(this.scene) : planPanel(this.scene, choose, this.adopted);
    rewrite(by("zp-plan"), () => by("zp-plan").replaceChildren(...flattened(parts)));
  }

  fillUnit() {
    const card = by("zp-unit");
    rewrite(card, () => card.replaceChildren(...this.cardOf(this.state.shown)));
    card.scrollTop = 0;
  }

  /** @param {Readonly<Shown>} shown */
  cardOf({ chosen, compared, comparing }) {
    const { facts, speech } = this.scene;
    by("zp-tab-unit").textContent = chosen < 0 ? speech.words.unit : facts.units.full[chosen];
    if (chosen < 0) return [node("p", { class: "zp-muted" }, speech.words.choose)];
    const close = () => this.close();
    const show = () => this.window.look([chosen]);
    if (facts.table) return rowPanel(this.scene, facts.table.columns, chosen, { show, close });
    if (compared >= 0) return comparePanel(this.scene, [chosen, compared], () => this.stepBack());
    const compare = (/** @type {MouseEvent} */ event) => {
      if (comparing) return this.stepBack();
      this.state.change({ comparing: true });
      tell(speech.words.compare_help);
      if (event.detail === 0) focusFirst(by("zp-search")); // a key was pressed: the second name can be typed
    };
    const beside = (/** @type {number} */ unit) => this.choose(unit, true, [], () => this.window.look([chosen, unit]));
    return unitPanel(this.scene, chosen, this.place, { show, compare, beside, close }, this.adopted, this.tries?.decisionForm(chosen));
  }

  /**
   * @param {number} unit
   * @param {boolean} look Whether to bring it into view, and the focus to its card.
   * @param {string[]} place What applies at the place that was asked for.
   * @param {() => void} go Brings it into view.
   */
  choose(unit, look, place = [], go = () => this.window.look([unit])) {
    if (unit < 0) return look ? go() : undefined;
    const { state } = this;
    const { chosen, comparing, tab } = state.shown;
    if (comparing && unit !== chosen) {
      this.compare(unit);
    } else {
      if (tab !== "unit") this.tabBefore = tab;
      this.wayBack.leave(by("zp-unit"));
      this.place = place;
      if (unit === chosen) this.fillUnit();
      state.change({ chosen: unit, compared: -1, comparing: false, tab: "unit" });
      tell(this.toldOf(unit));
    }
    this.panel.raise("half");
    this.legend.draw(false);
    if (!look) return;
    go();
    focusFirst(by("zp-unit").querySelector("h2"));
  }

  /** @param {number} unit That stands beside the chosen one. */
  compare(unit) {
    const { facts, speech } = this.scene;
    this.state.change({ compared: unit, comparing: false, tab: "unit" });
    const names = [this.state.shown.chosen, unit].map((one) => facts.units.full[one]);
    tell(speech.say("named", { name: speech.words.compared, value: names.join(speech.words.and) }));
  }

  /** From comparing to the card, from the card to where it was opened. */
  stepBack() {
    const { chosen, compared, comparing } = this.state.shown;
    if (compared < 0 && !comparing) return this.close();
    this.state.change({ compared: -1, comparing: false });
    focusFirst(by("zp-unit").querySelector(".zp-compare"), by("zp-unit").querySelector("h2"));
    tell(this.toldOf(chosen));
  }

  close() {
    const { chosen } = this.state.shown;
    if (chosen < 0) return;
    const inside = by("zp-panel").contains(document.activeElement) || document.activeElement === document.body;
    this.state.change({ chosen: -1, compared: -1, comparing: false, tab: this.tabBefore });
    this.panel.raise("low");
    tell("");
    if (!inside) return;
    const row = by("zp-table").querySelector(`tr[data-unit="${chosen}"] button`);
    this.wayBack.back(row, by(`zp-tab-${this.tabBefore}`));
  }

  openAddress() {
    this.address.read(() => this.showAddress());
  }

  showAddress() {
    const { chosen = -1, compared = -1, ...rest } = this.address.shownBy(location.hash);
    this.state.change(rest);
    if (chosen < 0) this.close();
    else if (chosen !== this.state.shown.chosen) this.choose(chosen, true);
    this.state.change({ compared });
  }
}
