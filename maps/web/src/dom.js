// Nodes: the page is built of elements and texts, never of markup, so that a name can do nothing but be read.

function node(tag, settings = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const by = (id) => document.getElementById(id);

// What the map says in its own words, with figures in their places.
class Speech {
  constructor(facts) {
    this.words = facts.words;
    this.whole = new Intl.NumberFormat(facts.language, { maximumFractionDigits: 0 });
    this.digits = facts.plan.area_ha >= 1e6 ? 0 : facts.plan.area_ha >= 1e4 ? 1 : 2;
    this.area = new Intl.NumberFormat(facts.language, {
      minimumFractionDigits: this.digits,
      maximumFractionDigits: this.digits,
      roundingMode: "halfEven", // as the report and the tables
    });
    this.six = new Intl.NumberFormat(facts.language, { maximumSignificantDigits: 7 });
  }

  // `parts` may be nodes; the answer is then a list of texts and nodes.
  say(key, parts = {}) {
    const told = this.words[key].split(/\{(\w+)\}/).map((text, place) => (place % 2 ? (parts[text] ?? "") : text));
    return told.some((part) => part instanceof Node) ? told : told.join("");
  }

  ha(value) {
    return this.say("ha", {
      n: value > 0 && value <= 0.5 * 10 ** -this.digits ? "< " + 10 ** -this.digits : this.area.format(value),
    });
  }

  units(count) {
    return count === 1 ? this.words.one_unit : this.say("n_units", { n: this.whole.format(count) });
  }

  percent(part, whole) {
    return whole ? `${((100 * part) / whole).toFixed(1)}\u00a0%` : "";
  }

  // A value as it was measured; exact amounts come as text and keep all their decimals.
  value(value) {
    if (value === null || value === undefined) return this.words.missing;
    return typeof value === "number" ? this.six.format(value) : String(value);
  }

  amount(text, unit) {
    if (text === null) return this.words.no_bound;
    const [before, after] = text.split(".");
    return `${before.replace(/\B(?=(\d{3})+$)/g, ",")}${after ? `.${after}` : ""} ${unit}`;
  }

  // A name of a file's column or a plan's key, for reading.
  plain(name) {
    return name.replaceAll("_", " ");
  }
}
