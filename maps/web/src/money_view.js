// The view of money: who receives and who pays on balance, and from whom to whom; or which programmes pay at all.

import { node } from "./dom.js";
import { caption, colourBox, legendPart, legendRow } from "./legend_rows.js";
import { drawArrows } from "./payment_arrows.js";
import { netAmounts, netOfUnit } from "./payment_facts.js";
import { namesBeyond, paymentTip, paymentTitle } from "./payment_texts.js";
import { placeSignsOf } from "./signed_values.js";

/**
 * @import { Scene } from "./canvas_renderer.js"
 * @import { MapView } from "./map_views.js"
 * @import { Choice } from "./payment_facts.js"
 * @import { Facts } from "./plan_facts.js"
 */

const MOST_PROGRAMMES = 3;

/**
 * @param {Scene} scene
 * @returns {MapView}
 */
export function moneyView(scene) {
  const choice = scene.facts.payments.choices[scene.state.shown.payments];
  return choice ? balances(scene, choice) : programmes(scene);
}

/**
 * @param {Scene} scene
 * @param {Choice} choice
 * @returns {MapView}
 */
function balances(scene, choice) {
  const { facts, colours, speech } = scene;
  const nets = netAmounts(facts.payments, choice);
  const signs = facts.units.id.map((_, unit) => Math.sign(netOfUnit(facts.payments, nets, unit)));
  const fills = [colours.of("pays"), colours.of("paper"), colours.of("receives")];
  return {
    title: speech.words.net_payments,
    paint: (unit) => fills[signs[unit] + 1],
    classOf: (unit) => signs[unit] + 1,
    classTitle: (place) => (place ? speech.words.receives_on_balance : speech.words.pays_on_balance),
    legend: () => balanceLegend(scene, choice, signs, fills),
    tip: (unit) => paymentTip(facts, speech, choice, unit),
    told: (unit) => {
      const said = paymentTip(facts, speech, choice, unit);
      return said.length ? said : [speech.words.neither_pays];
    },
    below: () => "",
    fixed: true,
    mark: (pen, screen, room, first) =>
      first
        ? drawArrows(pen, screen, facts, choice, colours, room, (amount) => `${speech.short(amount)} ${choice.unit}`)
        : placeSignsOf(pen, screen, scene, room, (unit) => signs[unit] + 1, (unit) => signs[unit]),
  };
}

/**
 * @param {Scene} scene
 * @param {Choice} choice
 * @param {number[]} signs
 * @param {string[]} fills
 */
function balanceLegend({ facts, state, speech }, choice, signs, fills) {
  const { words } = speech;
  const { kept, payments } = state.shown;
  const { choices } = facts.payments;
  const row = (/** @type {number} */ place, /** @type {string} */ title) =>
    legendRow({
      picture: colourBox(fills[place], place - 1),
      title,
      figure: speech.whole.format(signs.filter((sign) => sign + 1 === place).length),
      pressed: kept === place,
      faded: kept >= 0 && kept !== place,
      press: () => state.change({ kept: kept === place ? -1 : place }),
    });
  const beyond = namesBeyond(facts, choice);
  return [
    choices.length > 1
      ? node(
          "select",
          {
            "aria-label": words.payments,
            class: "zp-choice",
            on: {
              change: (/** @type {Event} */ { target }) =>
                state.change({ payments: Number(/** @type {HTMLSelectElement} */ (target).value), kept: -1 }),
            },
          },
          choices.map((one, place) =>
            node("option", { value: String(place), selected: place === payments }, paymentTitle(speech, one)),
          ),
        )
      : caption(paymentTitle(speech, choice)),
    legendPart("", row(0, words.pays_on_balance), row(2, words.receives_on_balance)),
    caption(choice.arrows.length ? words.arrow_key : ""),
    caption(choice.many ? words.too_many_arrows : ""),
    caption(choice.instruments.some((one) => one.net !== one.paid) ? words.passed_on : ""),
    caption(beyond.length ? speech.say("without_place", { names: beyond.join(words.and) }) : ""),
  ];
}

/**
 * @param {Scene} scene
 * @returns {MapView}
 */
function programmes(scene) {
  const { facts, state, colours, speech } = scene;
  const { words } = speech;
  const counts = facts.units.id.map((_, unit) => payingPolicies(facts, unit).length);
  const classes = counts.map((count) => Math.min(MOST_PROGRAMMES, count));
  const fills = colours.series("programmes", MOST_PROGRAMMES + 1);
  const { kept } = state.shown;
  const titles = [words.no_programme, "1", "2", speech.say("and_over", { value: "3" })];
  return {
    title: words.programmes,
    paint: (unit) => fills[classes[unit]],
    classOf: (unit) => classes[unit],
    classTitle: (place) => titles[place] ?? "",
    legend: () => [
      caption(words.no_amounts),
      legendPart(
        "",
        titles.map((title, place) => {
          const count = classes.filter((one) => one === place).length;
          return count
            ? legendRow({
                picture: colourBox(fills[place]),
                title,
                figure: speech.whole.format(count),
                pressed: kept === place,
                faded: kept >= 0 && kept !== place,
                press: () => state.change({ kept: kept === place ? -1 : place }),
              })
            : null;
        }),
      ),
    ],
    tip: (unit) => payingPolicies(facts, unit).map((place) => facts.policies[place].title),
    told: (unit) => {
      const paying = payingPolicies(facts, unit).map((place) => facts.policies[place].title);
      const many = speech.say("named", { name: words.programmes, value: speech.whole.format(paying.length) });
      return paying.length ? [many, ...paying] : [words.none_pays];
    },
    below: () => "",
    mark: () => undefined,
  };
}

/**
 * The policies of a unit that pay, by their places: each once, and none that gives way to another.
 * @param {Facts} facts
 * @param {number} unit
 */
export function payingPolicies(facts, unit) {
  const rows = facts.policy_lists.of(facts.units.policies[unit]);
  return [...new Set(rows.filter((row) => row.holds && facts.policies[row.policy].pays).map((row) => row.policy))];
}
