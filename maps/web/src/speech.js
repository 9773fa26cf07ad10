// Speech: what the map says in its own words, with figures in their places.

/**
 * @import { CountedWord, Page, Word } from "./page_model.d.ts"
 * @typedef {Pick<Page, "language" | "words" | "counted_words" | "numbers"> & { plan: Pick<Page["plan"], "area_ha"> }} Spoken
 * @typedef {string | Record<string, string>} Wording One text for all languages, or a text by language.
 */

// As of the command.
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;
const LARGE_LAND = 1e7;

export class Speech {
  /** @param {Spoken} facts */
  constructor({ language, words, counted_words, numbers, plan }) {
    this.language = language;
    this.words = words;
    this.counted = counted_words;
    this.numbers = numbers;
    this.collator = new Intl.Collator(language, { numeric: true });
    this.digits = plan.area_ha >= 1e6 ? 0 : plan.area_ha >= 1e4 ? 1 : 2;
    /** @type {Map<number, { format: (value: number) => string }>} */
    this.ofDigits = new Map();
    this.whole = this.figures({ maximumFractionDigits: 0 });
    this.area = this.figures({
      minimumFractionDigits: this.digits,
      maximumFractionDigits: this.digits,
    });
    this.exact = this.figures({ maximumSignificantDigits: 15 });
    // columns of a table may hold years
    this.plain15 = this.figures({ maximumSignificantDigits: 15, useGrouping: "min2" });
    this.six = this.figures({ maximumSignificantDigits: 7 });
    this.three = this.figures({ maximumSignificantDigits: 3 });
    this.place = this.figures({ minimumFractionDigits: 3, maximumFractionDigits: 3 });
    this.tidy = this.figures({ maximumSignificantDigits: 6 });
    this.two = this.figures({ maximumSignificantDigits: 2 });
    this.tenth = this.figures({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  /**
   * Numbers with the signs that the catalogue of the language has, rounded as Python does, so that map and report agree.
   * @param {Intl.NumberFormatOptions} options
   */
  figures(options) {
    const plain = new Intl.NumberFormat("en", { roundingMode: "halfEven", ...options });
    return { format: (/** @type {number} */ value) => this.written(plain.format(value)) };
  }

  /**
   * A number in so many digits.
   * @param {number} value
   * @param {number} digits
   */
  digitsOf(value, digits) {
    let format = this.ofDigits.get(digits);
    if (!format) this.ofDigits.set(digits, (format = this.figures({ maximumSignificantDigits: digits })));
    return format.format(value);
  }

  /** @param {string} number As it is written in English. */
  written(number) {
    return number.replace(/[,.]/g, (sign) => (sign === "," ? this.numbers.thousands : this.numbers.point));
  }

  /**
   * @param {Word} key
   * @param {Record<string, string | number>} parts
   */
  say(key, parts = {}) {
    return this.phrase(key, parts).join("");
  }

  /**
   * What is said of so many things; rules of plurals look at the last two digits.
   * @param {CountedWord} key
   * @param {number} n
   */
  count(key, n) {
    const form = this.numbers.plural[n < 200 ? n : 100 + (n % 100)];
    return this.filled(this.counted[key][form], { n }).join("");
  }

  /**
   * What is said, in parts, some of which may be elements.
   * @template {string | number | Node} Part
   * @param {Word} key
   * @param {Record<string, Part>} parts
   */
  phrase(key, parts) {
    return this.filled(this.words[key], parts);
  }

  /**
   * @template {string | number | Node} Part
   * @param {string} template
   * @param {Record<string, Part>} parts
   */
  filled(template, parts) {
    return template.split(/\{(\w+)\}/).map((text, place) => {
      const part = place % 2 ? (parts[text] ?? "") : text;
      return /** @type {string | Exclude<Part, number>} */ (typeof part === "number" ? this.whole.format(part) : part);
    });
  }

  /** @param {number} value */
  ha(value) {
    const least = 10 ** -this.digits;
    const small = value > 0 && value <= 0.5 * least;
    return this.say("ha", { n: small ? `< ${this.area.format(least)}` : this.area.format(value) });
  }

  /**
   * A day as it is written out; a language may have another word for the first of a month.
   * @param {string} iso
   */
  day(iso) {
    const settings = /** @type {const} */ ({ dateStyle: "long", timeZone: "UTC" });
    const format = new Intl.DateTimeFormat(this.language === "en" ? "en-GB" : this.language, settings);
    const parts = format.formatToParts(new Date(iso));
    return parts.map(({ type, value }) => (type === "day" ? this.count("nth_day", Number(value)) : value)).join("");
  }

  /**
   * The land of a plan: a large one in millions.
   * @param {number} value
   */
  land(value) {
    if (value < LARGE_LAND) return this.ha(value);
    return this.say("ha", { n: this.short(value) });
  }

  /**
   * As many digits as a legend needs.
   * @param {number} value
   */
  rough(value) {
    return (Math.abs(value) >= 100 ? this.whole : this.two).format(value);
  }

  /**
   * The same with its sign.
   * @param {number} value
   */
  signed(value) {
    return `${value < 0 ? "−" : value > 0 ? "+" : ""}${this.rough(Math.abs(value))}`;
  }

  /**
   * As many digits as a measured distance bears.
   * @param {number} value
   */
  rough3(value) {
    return (Math.abs(value) >= 100 ? this.whole : this.three).format(value);
  }

  /** @param {number} value */
  degrees(value) {
    return `${this.place.format(value)}°`;
  }

  /**
   * A large amount in the large numbers of the language, as the headline has it.
   * @param {number} value
   */
  short(value) {
    const size = Math.abs(value);
    const large = this.numbers.large.find(({ least }) => size >= least);
    if (large) return large.text.replace("{n}", () => this.rough3(value / large.unit));
    return (size >= 1000 ? this.whole : this.tidy).format(value);
  }

  /** @param {number} count */
  units(count) {
    return this.count("n_units", count);
  }

  /**
   * @param {number} part
   * @param {number} whole
   */
  percent(part, whole) {
    return whole ? this.perCent(this.tenth.format((100 * part) / whole)) : "";
  }

  /**
   * A share in per cent, as many digits as tell it from its neighbours.
   * @param {number} share
   */
  share(share) {
    return this.perCent(this.digitsOf(100 * share, 2));
  }

  /** @param {string} number */
  perCent(number) {
    return this.numbers.percent.replace("{n}", () => number);
  }

  /**
   * A change in per cent, with its sign.
   * @param {number} share
   */
  signedShare(share) {
    return `${share < 0 ? "−" : "+"}${this.share(Math.abs(share))}`;
  }

  /**
   * A value as it was measured; exact amounts come as text and keep all their decimals.
   * @param {number | string | null} value
   */
  value(value) {
    if (value === null) return this.words.missing;
    return typeof value === "number" ? this.six.format(value) : value;
  }

  /**
   * @param {string | null} text
   * @param {string} unit
   */
  amount(text, unit) {
    if (text === null) return this.words.no_bound;
    const [before, after] = text.split(".");
    return `${this.written(before.replace(/\B(?=(\d{3})+$)/g, ",") + (after ? `.${after}` : ""))} ${unit}`;
  }

  /**
   * What stands in a file as one text for all languages, or by language.
   * @param {Wording} wording
   */
  wording(wording) {
    return typeof wording === "string" ? wording : wording[this.language] ?? wording.en ?? Object.values(wording)[0];
  }

  /**
   * As a heading begins.
   * @param {string} text
   */
  capital(text) {
    return text.slice(0, 1).toUpperCase() + text.slice(1);
  }

  /**
   * A name of a file's column or a plan's key, for reading.
   * @param {string} name
   */
  plain(name) {
    return name.replaceAll("_", " ");
  }
}

/**
 * Whether a value is what people read: a text, or a text by language.
 * @param {unknown} value
 * @returns {value is Wording}
 */
export function isWording(value) {
  if (typeof value === "string") return value !== "";
  const texts = Object.entries(value ?? {});
  return texts.length > 0 && texts.every(([language, text]) => LANGUAGE.test(language) && typeof text === "string" && text !== "");
}
