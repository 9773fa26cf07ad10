// On this computer: land that is drawn, and a try that the program works out as a whole run would.

import { node } from "./dom.js";
import { LandPen, polygonsOf } from "./land_pen.js";
import { keepBesidePlan, workOut } from "./plan_server.js";

/**
 * @import { Speech } from "./speech.js"
 * @import { DrawnLayer, Server } from "./plan_server.js"
 */

const LAYER = "drawn";

export class ServerPanel {
  /**
   * @param {L.Map} map
   * @param {Speech} speech
   * @param {Server} server
   * @param {(name: string) => string} scenario The file of the try of the moment.
   */
  constructor(map, speech, server, scenario) {
    this.speech = speech;
    this.scenario = scenario;
    const { words } = speech;
    this.pen = new LandPen(map, () => this.show());
    this.role = node("select", { "aria-label": words.server_role, class: "zp-choice" },
      server.roles.map(({ code, title }) => node("option", { value: code }, title)));
    this.draw = button(words.server_draw, () => this.pen.toggle());
    this.clear = button(words.server_clear, () => this.pen.clear());
    const file = node("input", { type: "file", accept: ".geojson,.json", "aria-label": words.server_file,
      on: { change: () => void this.read(file) } });
    this.work = button(words.server_work, () => void this.workOut());
    this.name = node("input", { type: "text", class: "zp-try-name", "aria-label": words.server_name, placeholder: words.server_name, pattern: "[A-Za-z][A-Za-z0-9_]*" });
    const keep = button(words.server_keep, () => void this.keep());
    this.said = node("p", { class: "zp-caption", role: "status" });
    this.root = node("section", { class: "zp-server", "aria-label": words.server_title },
      node("h3", {}, words.server_title),
      node("p", { class: "zp-muted" }, words.server_lead),
      node("div", { class: "zp-try-save" }, this.role, this.draw, this.clear),
      node("label", { class: "zp-caption" }, words.server_file, file),
      node("div", { class: "zp-try-save" }, this.work),
      node("div", { class: "zp-try-save" }, this.name, keep),
      this.said);
    this.show();
  }

  show() {
    const { words } = this.speech;
    const { on, shapes, corners } = this.pen;
    this.draw.textContent = on ? words.server_close : words.server_draw;
    this.draw.setAttribute("aria-pressed", String(on));
    this.clear.hidden = !shapes.length && !corners.length;
    this.say(on ? words.server_draw_help : shapes.length ? this.speech.count("n_drawn", shapes.length) : "");
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text;
  }

  /** @param {HTMLInputElement} input */
  async read(input) {
    const [file] = input.files ?? [];
    const shapes = file && polygonsOf(await file.text());
    if (shapes) for (const shape of shapes) this.pen.put(shape);
    else if (file) this.say(this.speech.words.server_no_polygons);
  }

  /** What comes of the try is a page of its own. */
  async workOut() {
    if (this.pen.on) this.pen.toggle();
    const { shapes } = this.pen;
    /** @type {Record<string, DrawnLayer>} */
    const layers = {};
    if (shapes.length) layers[LAYER] = { role: this.role.value, features: { type: "FeatureCollection", features: shapes } };
    this.work.disabled = true;
    try {
      const { page } = await workOut(this.scenario(LAYER), layers, (text) => this.say(`${text} …`));
      location.assign(page);
    } catch (error) {
      this.say(/** @type {Error} */ (error).message);
    } finally {
      this.work.disabled = false;
    }
  }

  async keep() {
    const name = this.name.value.trim();
    const { words } = this.speech;
    if (!this.name.checkValidity() || !name) return this.say(words.server_name_help);
    try {
      const file = await keepBesidePlan(name, this.scenario(name));
      this.say(this.speech.say("server_kept", { file }));
    } catch (error) {
      this.say(/** @type {Error} */ (error).message);
    }
  }
}

/** What a page of a try offers that the server worked out: the way back. @param {Speech} speech */
export function wayBack({ words }) {
  return node("p", {}, button(words.server_back, () => history.back()));
}

/**
 * @param {string} text
 * @param {() => void} click
 */
function button(text, click) {
  return node("button", { type: "button", class: "zp-button", on: { click } }, text);
}
