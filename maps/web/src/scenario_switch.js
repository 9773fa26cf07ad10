// The switch between the adopted plan and its scenarios, and the banner of what is not the adopted plan.

import { by, node } from "./dom.js";
import { tell } from "./live_region.js";
import { adoptedScene, putInEffect } from "./scenario_facts.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 */

/**
 * @param {Scene} scene Its facts follow the switch.
 * @returns {Scene} That of the adopted plan, whatever is shown.
 */
export function scenarioSwitch(scene) {
  const { facts, state, speech } = scene;
  const adopted = adoptedScene(scene);
  const { words } = speech;
  const strip = by("zp-strip");
  const said = node("p", {}, facts.plan.tried);
  const box = node(
    "select",
    { id: "zp-scenario", on: { change: () => state.change({ scenario: Number(box.value) }) } },
    node("option", { value: "-1" }, facts.plan.tried ? facts.plan.name : words.adopted_plan),
    facts.scenarios.map(({ title }, place) =>
      node("option", { value: String(place) }, speech.say("scenario_named", { name: title })),
    ),
  );
  if (facts.scenarios.length) strip.append(node("label", { for: "zp-scenario" }, words.shown_plan), box);
  strip.append(said);
  const mark = () => {
    const { scenario } = state.shown;
    said.textContent = scenario < 0 ? facts.plan.tried : words.scenario_shown;
    box.value = String(scenario);
    strip.hidden = facts.comparison !== null || (!facts.scenarios.length && !facts.plan.tried);
    document.documentElement.classList.toggle("zp-not-adopted", Boolean(said.textContent));
  };
  state.on(["scenario"], ({ scenario }) => {
    putInEffect(facts, adopted.facts, scenario);
    const { name } = adopted.facts.plan;
    const title = facts.scenarios[scenario]?.title;
    facts.plan.name = title === undefined ? name : speech.say("scenario_of", { name: `${title} – ${name}` });
    mark();
    tell(title === undefined ? words.adopted_plan : `${speech.say("scenario_named", { name: title })}. ${words.scenario_shown}`);
  });
  mark();
  return adopted;
}
