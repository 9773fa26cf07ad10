// Uses: how much of its ceiling the amount of a unit is, as the colour of the unit.

import { node } from "./dom.js";
import { box } from "./patterns.js";

const LEAST_BUBBLE = 3;

// The class of a unit: a place in the ramp, "full", "none" without a ceiling, or null where the quota has no row for it.
export function useOf(facts, unit, quota) {
  const row = facts.units.quotas[unit].find(([place]) => place === quota);
  if (!row) return null;
  if (row[3] === null) return "none";
  const [amount, ceiling] = [Number(row[1]), Number(row[3])];
  return amount >= ceiling ? "full" : facts.quotas[quota].breaks.filter((limit) => limit <= amount / ceiling).length;
}

// The classes that occur, from the least use up, each with its colour, its limits and its units.
export function useClasses(facts, quota) {
  const { ramp, no_ceiling } = facts.use_fills;
  const { breaks } = facts.quotas[quota];
  const counts = new Map();
  facts.units.id.forEach((_, unit) => {
    const key = useOf(facts, unit, quota);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  // the darkest is for those that have reached their ceiling
  const fill = (place) => ramp[Math.round((place * (ramp.length - 2)) / Math.max(1, breaks.length))];
  return [
    ...[...breaks, 1].map((to, place) => ({ key: place, from: breaks[place - 1] ?? 0, to, fill: fill(place) })),
    { key: "full", fill: ramp[ramp.length - 1] },
    { key: "none", fill: no_ceiling },
  ]
    .map((one) => ({ ...one, units: counts.get(one.key) ?? 0 }))
    .filter((one) => one.units);
}

// A share in per cent, as many digits as tell it from its neighbours.
export function shareText(speech, share) {
  return `${speech.value(Number((100 * share).toPrecision(2)))}\u00a0%`;
}

// The legend of the colours.
function useKey(facts, speech, quota) {
  const { words } = speech;
  const per = (limit) => shareText(speech, limit);
  const title = ({ key, from, to }) => {
    if (key === "full") return words.use_full;
    if (key === "none") return words.use_none;
    return from ? `${per(from)} – < ${per(to)}` : `< ${per(to)}`;
  };
  return useClasses(facts, quota).map((one) =>
    node(
      "li",
      { class: "zp-row" },
      box(() => one.fill),
      node("span", { class: "zp-said" }, title(one), node("small", {}, speech.units(one.units))),
    ),
  );
}

// The box that switches them on: they take the place of the colours of the main functions, and give it back.
export function useRows(facts, speech, shown, row, mainBox) {
  const { words } = speech;
  const key = node("ul", { class: "zp-key zp-use" });
  const turn = (on) => {
    shown.use = on;
    shown.main = mainBox.checked = !on;
    follow();
  };
  const shownBox = row(words.use_shown, words.use_help, null, false, turn, "checkbox", "", "zp-fill");
  // Bring box and key in line with what is shown.
  const follow = () => {
    if (shown.use && shown.quota < 0) return turn(false);
    shownBox.hidden = shown.quota < 0;
    shownBox.querySelector("input").checked = shown.use;
    key.hidden = !shown.use;
    key.replaceChildren(...(shown.use ? useKey(facts, speech, shown.quota) : []));
  };
  follow();
  return { rows: [shownBox, key], follow };
}

export function amountOf(facts, unit, quota) {
  const row = facts.units.quotas[unit].find(([place]) => place === quota);
  return row ? Number(row[1]) : 0;
}

// The radius of an amount: areas of circles are as the amounts, but for those that would be too small to be seen.
export function bubbleRadius(facts, quota) {
  let largest = 0;
  for (let unit = 0; unit < facts.units.id.length; unit++) largest = Math.max(largest, amountOf(facts, unit, quota));
  return (amount) => (largest ? Math.max(LEAST_BUBBLE, 20 * Math.sqrt(amount / largest)) : 0);
}
