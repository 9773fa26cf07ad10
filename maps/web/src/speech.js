// Speech: what the map says in its own words, with figures in their places.

export class Speech {
  constructor(facts) {
    this.words = facts.words;
    this.numbers = facts.numbers;
    this.digits = facts.plan.area_ha >= 1e6 ? 0 : facts.plan.area_ha >= 1e4 ? 1 : 2;
    this.whole = this.figures({ maximumFractionDigits: 0 });
    this.area = this.figures({
      minimumFractionDigits: this.digits,
      maximumFractionDigits: this.digits,
      roundingMode: "halfEven", // as the report and the tables
    });
    this.six = this.figures({ maximumSignificantDigits: 7 });
    this.tenth = this.figures({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  // Numbers with the signs that the catalogue of the language has, so that map and report agree.
  figures(options) {
    const plain = new Intl.NumberFormat("en", options);
    return { format: (value) => this.written(plain.format(value)) };
  }

  written(number) {
    const signs = { ",": this.numbers.thousands, ".": this.numbers.point };
    return number.replace(/[,.]/g, (sign) => signs[sign]);
  }

  // The text of a key. Where it has plural forms, the count says which; rules of plurals look at the last two digits.
  form(key, count) {
    const text = this.words[key];
    return Array.isArray(text) ? text[this.numbers.plural[count < 200 ? count : 100 + (count % 100)]] : text;
  }

  // A number `n` also chooses the plural form. `parts` may be nodes; the answer is then a list of texts and nodes.
  say(key, parts = {}) {
    const shown = (part) => (typeof part === "number" ? this.whole.format(part) : (part ?? ""));
    const told = this.form(key, parts.n)
      .split(/\{(\w+)\}/)
      .map((text, place) => (place % 2 ? shown(parts[text]) : text));
    return told.some((part) => part instanceof Node) ? told : told.join("");
  }

  ha(value) {
    return this.say("ha", {
      n: value > 0 && value <= 0.5 * 10 ** -this.digits ? "< " + this.area.format(10 ** -this.digits) : this.area.format(value),
    });
  }

  units(count) {
    return this.say("n_units", { n: count });
  }

  percent(part, whole) {
    return whole ? `${this.tenth.format((100 * part) / whole)}\u00a0%` : "";
  }

  // A value as it was measured; exact amounts come as text and keep all their decimals.
  value(value) {
    if (value === null || value === undefined) return this.words.missing;
    return typeof value === "number" ? this.six.format(value) : String(value);
  }

  amount(text, unit) {
    if (text === null) return this.words.no_bound;
    const [before, after] = text.split(".");
    return `${this.written(before.replace(/\B(?=(\d{3})+$)/g, ",") + (after ? `.${after}` : ""))} ${unit}`;
  }

  // A name of a file's column or a plan's key, for reading.
  plain(name) {
    return name.replaceAll("_", " ");
  }
}
