// The page of two units as everything that says something reads it.

import "./fake_document.js";

import { Colours } from "../../../../maps/web/src/colours.js";
import { firstLayers } from "../../../../maps/web/src/more_layers.js";
import { PageState } from "../../../../maps/web/src/page_state.js";
import { factsOf } from "../../../../maps/web/src/plan_facts.js";
import { Speech } from "../../../../maps/web/src/speech.js";
import { page } from "./toy_page.js";

/**
 * @import { Scene } from "../../../../maps/web/src/canvas_renderer.js"
 */

/** The height of each of the two units. */
const MEASURED = [[120.5, NaN]];

/** @returns {Scene} */
export function toyScene(changes = {}) {
  const facts = factsOf({ ...page, ...changes }, MEASURED);
  return {
    facts,
    shapes: /** @type {any} */ (null),
    speech: new Speech(page),
    state: new PageState({ layers: firstLayers(facts) }),
    colours: new Colours((name) => `var(--${name})`),
    ground: null,
    relief: null,
  };
}
