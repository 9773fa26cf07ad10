// The page: header, map, legend and panel brought together.

import { shownBy, writeAddress } from "./address.js";
import { announceShown } from "./announcement.js";
import { unpack } from "./binary_decoder.js";
import { Colours, followTheme } from "./colours.js";
import { Ruler } from "./distance.js";
import { by, node } from "./dom.js";
import { copyLink, viewSwitch } from "./header.js";
import { HoverTip } from "./hover_tip.js";
import { icon } from "./icons.js";
import { followSwitches, layerSwitch } from "./layer_switches.js";
import { Legend } from "./legend.js";
import { onPlanGrid } from "./base_map.js";
import { comparePanel } from "./compare.js";
import { bendBounds, onGrid, planeCrs, scaleOf } from "./map_grid.js";
import { MapPicture } from "./map_picture.js";
import { coordinates, mapTools } from "./map_tools.js";
import { MapWindow } from "./map_window.js";
import { firstLayers } from "./more_layers.js";
import { PageState } from "./page_state.js";
import { factsOf } from "./plan_facts.js";
import { planPanel } from "./plan_panel.js";
import { saveMenu } from "./save_menu.js";
import { UnitIndex, mixed, searchField, townsFound } from "./search.js";
import { SidePanel } from "./side_panel.js";
import { Speech } from "./speech.js";
import { rowPanel, tablePanel } from "./table_panel.js";
import { TakeAlong } from "./take_along.js";
import { tellStep } from "./story.js";
import { unitPanel } from "./unit_panel.js";
import { UnitTable } from "./unit_table.js";
import { textsAt } from "./working.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { View } from "./map_grid.js"
 * @import { MapView } from "./map_views.js"
 * @import { Pen } from "./view_canvas.js"
 * @import { Facts } from "./plan_facts.js"
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
  const [{ page, shapes, ground, measured }] = await Promise.all([
    unpack(by("zoneplan-block").textContent ?? ""),
    ...FONTS.map((font) => document.fonts.load(font)),
  ]);
  const relief = ground?.relief ? await pictureAt(ground.relief.address) : null;
  new PlanPage(map, factsOf(page, measured), { shapes, ground, relief }).start();
  lookAsked();
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

class PlanPage {
  /**
   * @param {L.Map} map
   * @param {Facts} facts
   * @param {Pick<Scene, "shapes" | "ground" | "relief">} drawn
   */
  constructor(map, facts, { shapes, ground, relief }) {
    const speech = new Speech(facts);
    const state = new PageState({ layers: firstLayers(facts), by: facts.table?.by ?? "" });
    this.map = map;
    this.colours = new Colours();
    /** @type {Scene} */
    this.scene = { facts, shapes, speech, state, colours: this.colours, ground, relief };
    this.state = state;
    this.unitOfId = new Map(facts.units.id.map((id, unit) => [id, unit]));
    followTheme(state, this.colours);
    this.panel = new SidePanel(state);
    this.legend = new Legend(this.scene);
    const sheet = () => this.panel.height;
    const wide = () => by("zp-legend").offsetWidth;
    this.window = new MapWindow(map, shapes, wide, sheet);
    this.table = new UnitTable(this.scene, (unit) => this.choose(unit, true));
    this.picture = new MapPicture(map, this.scene, sheet, (view) => this.show(view));
    this.tip = new HoverTip(map.getContainer());
    this.index = new UnitIndex(facts);
    this.ruler = new Ruler(map, speech, by("zp-live"));
    /** @type {string[]} */
    this.place = [];
  }

  start() {
    this.fillHeader();
    this.fillPanel();
    this.fillMap();
    this.follow();
    const { state } = this;
    state.on(["chosen", "compared", "comparing", "theme"], () => this.fillUnit());
    state.on(["theme", "story"], () => this.fillPlan());
    state.on(["story"], ({ story }) => story >= 0 && by("zp-plan").querySelector("h2")?.focus({ preventScroll: true }));
    state.on(["main", "overlay", "kept"], () => this.legend.show(this.picture.view));
    writeAddress(state, this.scene.facts.units.id);
    followSwitches(this.map, state);
    announceShown(state, this.scene.facts);
    this.openAddress();
    window.addEventListener("hashchange", () => this.openAddress());
  }

  /**
   * A new view, or the same in other colours.
   * @param {MapView} view
   */
  show(view) {
    this.legend.show(view);
    this.table.classOf = view.classOf;
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
    if (!table) viewSwitch(state, speech);
    by("zp-find").append(searchField(speech, (query) => this.find(query)));
    const theme = by("zp-theme");
    theme.append(icon("theme"));
    const finder = {
      type: "button",
      class: "zp-button zp-icon-button zp-find-open",
      "aria-label": words.search_open,
      on: {
        click: () => {
          by("zp-bar").classList.toggle("zp-finding");
          by("zp-search").focus();
        },
      },
    };
    const save = saveMenu(speech, this.savings());
    by("zp-actions").prepend(copyLink(speech), save, node("button", finder, icon("search")));
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
    const take = new TakeAlong(content, () => picture.seen, home);
    const print = take.preparePaper();
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
    ];
  }

  /** @param {string} query */
  find(query) {
    const { facts, speech, ground, shapes } = this.scene;
    const units = this.index.find(query).map((unit) => ({
      name: facts.units.name[unit],
      about: this.table.idText(unit),
      go: () => this.choose(unit, true),
    }));
    if (!ground) return units;
    const towns = townsFound(this.picture.towns, query).map((town) => ({
      name: town.name,
      about: speech.words.town,
      go: () => this.window.visit(onPlanGrid(ground, shapes.grid, town)),
    }));
    return mixed(units, towns);
  }

  fillMap() {
    const { map, scene } = this;
    const { words } = scene.speech;
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", words.map_help);
    this.window.home(false);
    this.picture.homeZoom = this.window.homeZoom;
    this.picture.start();
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 110 }).addTo(map);
    map.attributionControl?.addAttribution(asHtml(scene.ground?.credits || words.credit));
    mapTools(map, scene.speech, {
      whole: () => this.window.home(),
      measure: (button) => button.setAttribute("aria-pressed", String(this.ruler.toggle())),
    });
    coordinates(map, scene.speech);
    for (const id of ["zp-legend", "zp-foot"]) {
      L.DomEvent.disableClickPropagation(by(id));
      L.DomEvent.disableScrollPropagation(by(id));
    }
    map.on("layeradd layerremove", ({ layer }) => layer instanceof L.GridLayer && this.picture.redraw("plan"));
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
      const texts = [...this.picture.view.tip(unit), textsAt(facts, piece).join(" · ")];
      tip.show(facts.units.name[unit], texts, containerPoint);
    });
    map.on("mouseout movestart", () => {
      tip.hide();
      state.change({ hovered: -1 });
    });
    map.on("click", ({ latlng }) => {
      if (this.ruler.on) return this.ruler.add(latlng);
      const unit = unitUnder(latlng);
      if (unit < 0) return this.close();
      const piece = shapes.pieceAt(unit, ...onGrid(shapes.grid, latlng));
      this.choose(unit, false, textsAt(facts, piece));
      if (this.window.phone) this.window.centre(unit);
    });
    document.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || this.ruler.on) return;
      if (state.shown.story >= 0) tellStep(this.scene, -1);
      else this.close();
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
    const parts = this.scene.facts.table ? tablePanel(this.scene) : planPanel(this.scene, choose);
    by("zp-plan").replaceChildren(...parts);
  }

  fillUnit() {
    const { facts, speech } = this.scene;
    const { chosen } = this.state.shown;
    const card = by("zp-unit");
    by("zp-tab-unit").textContent = chosen < 0 ? speech.words.unit : facts.units.name[chosen];
    if (chosen < 0) {
      card.replaceChildren(node("p", { class: "zp-muted" }, speech.words.choose));
      return;
    }
    const close = () => this.close();
    const show = () => this.window.look(chosen);
    if (facts.table) {
      card.replaceChildren(...rowPanel(this.scene, facts.table.columns, chosen, { show, close }));
      card.scrollTop = 0;
      return;
    }
    const { compared } = this.state.shown;
    if (compared >= 0) {
      card.replaceChildren(...comparePanel(this.scene, [chosen, compared], close));
      return;
    }
    const actions = {
      show,
      compare: () => this.state.change({ comparing: !this.state.shown.comparing }),
      close,
    };
    card.replaceChildren(...unitPanel(this.scene, chosen, this.place, actions));
    card.scrollTop = 0;
  }

  /**
   * @param {number} unit
   * @param {boolean} look Whether to bring it into view.
   * @param {string[]} place What applies at the place that was asked for.
   */
  choose(unit, look, place = []) {
    if (unit < 0) return;
    const { facts, speech } = this.scene;
    if (this.state.shown.comparing && unit !== this.state.shown.chosen) return this.compare(unit);
    this.place = place;
    if (unit === this.state.shown.chosen) this.fillUnit();
    this.state.change({ chosen: unit, compared: -1, tab: "unit" });
    this.panel.raise("half");
    this.legend.draw(false);
    if (look) {
      this.window.look(unit);
      by("zp-unit").querySelector("h2")?.focus({ preventScroll: true });
    }
    by("zp-live").textContent = speech.say("chosen", {
      name: facts.units.name[unit],
      id: facts.units.id[unit],
      zone: facts.table ? this.picture.view.tip(unit)[0] : facts.zones[facts.units.main[unit]].title,
    });
  }

  /** @param {number} unit That stands beside the chosen one. */
  compare(unit) {
    const { units } = this.scene.facts;
    this.state.change({ compared: unit, comparing: false, tab: "unit" });
    const names = [this.state.shown.chosen, unit].map((one) => units.name[one]);
    by("zp-live").textContent = names.join(this.scene.speech.words.and);
  }

  close() {
    if (this.state.shown.chosen < 0) return;
    this.state.change({ chosen: -1, compared: -1, comparing: false, tab: "plan" });
    this.panel.raise("low");
    by("zp-live").textContent = "";
  }

  openAddress() {
    const { table } = this.scene.facts;
    // without a plan there is one view, and no card for two units
    const asked = shownBy(location.hash, this.unitOfId);
    if (table) Object.assign(asked, { view: "functions", compared: -1 });
    const { chosen = -1, ...rest } = asked;
    this.state.change(rest);
    if (chosen >= 0 && chosen !== this.state.shown.chosen) this.choose(chosen, true);
    if (asked.compared !== undefined) this.state.change({ compared: asked.compared });
  }
}
