// What Python hands to the page. Written by docs/generate.py from maps/web/page_model.py; change it there.

/** Rows of one kind, a column at a time. */
export type Columns<Row> = { [Name in keyof Row]: Row[Name][] };

/** Rows of one kind in groups: how many each group has, and the columns of all. */
export interface Groups<Row> {
  counts: number[];
  columns: Columns<Row>;
}

/** A condition, or a value, as CQL2-JSON. */
export type Cql2 = { op: string; args: (Cql2 | Cql2[])[] } | { property: string } | number | string | boolean;

/** Everything that the page is made from, shapes apart. */
export interface Page {
  language: string;
  words: Record<Word, string>;
  counted_words: Record<CountedWord, string[]>;
  numbers: NumberSigns;
  plan: Summary;
  zones: ZoneLayer[];
  lines: LineLayer[];
  designations: DesignationLayer[];
  quotas: QuotaLayer[];
  measures: MeasureLayer[];
  sites: SiteLayer[];
  payments: Payments;
  cards: Cards;
  verdicts: VerdictTable;
  headline: Headline;
  scenarios: ScenarioLayer[];
  undrawn: number[];
  table: TableView | null;
  surroundings: Surroundings | null;
  comparison: ComparedPlans | null;
  model: PlanModel | null;
  grid: MapGrid;
}

/** How the language writes numbers and counts things. */
export interface NumberSigns {
  thousands: string;
  point: string;
  plural: number[];
  percent: string;
  large: LargeNumber[];
}

/** How large numbers are told, such as in millions. */
export interface LargeNumber {
  least: number;
  unit: number;
  text: string;
}

/** The plan as a whole, and what to know before relying on it. */
export interface Summary {
  name: string;
  note: string;
  tried: string;
  date: string;
  rulebook: string;
  country: string;
  description: string;
  area_ha: number;
  checked: PoliciesChecked;
  parameters: ParametersChecked;
  texts: LawText[];
  deductions: string[];
  assumptions: Assumed[];
  hangs_on: string[];
  decisions: Decided[];
  sources: string[];
}

/** How many policies there are, were checked against the text of the law, and this on the publisher's site. */
export interface PoliciesChecked {
  all: number;
  verified: number;
  official: number;
}

/** How many numbers of the rulebook there are, and how many nobody has checked. */
export interface ParametersChecked {
  all: number;
  unverified: number;
}

/** Where the text of a policy was read. */
export interface LawText {
  title: string;
  source: string;
  reading: string;
}

/** What was assumed where the study says nothing. */
export interface Assumed {
  title: string;
  assumed: string;
}

/** What planners decided: of which unit, for which zone, and why. */
export interface Decided {
  unit_id: string;
  name: string;
  zone: string;
  reason: string;
}

/** A zone type of the rulebook with what it looks like. */
export interface ZoneLayer {
  code: string;
  kind: "main" | "overlay";
  title: string;
  units: number;
  ha: number;
  default: boolean;
  fill: string | null;
  sign: Sign | null;
}

/** What stands for an overlay on a map: a disc with a drawing. */
export interface Sign {
  name: string;
  path: string;
  light: string;
  dark: string;
}

/** A control line. */
export interface LineLayer {
  code: string;
  title: string;
  reference: string;
  colour: string;
  width: number;
  dashes: number[];
  ha: number;
  pieces: number[];
}

/** A layer that cut the units, drawn as a tint with an outline. */
export interface DesignationLayer {
  name: string;
  title: string;
  role: string;
  colour: string;
  dashes: number[];
  ha: number;
  pieces: number[];
}

/** A quota of the study. */
export interface QuotaLayer {
  name: string;
  title: string;
  period: number;
  unit: string;
  total: string;
  reserve: string;
  step: number;
  objective: string;
  solution: string;
  bases: QuotaBase[];
  shifts: QuotaShift[];
  jurisdictions: Record<string, string>;
}

/** What the amounts of a quota are put in relation to: the people of each unit, available land, the weight alone. */
export interface QuotaBase {
  key: string;
  title: string;
  unit: string;
  scale: number;
  plain: string;
  values: (number | null)[];
}

/** What makes some units get less, or more, of a quota than by their weight alone. */
export interface QuotaShift {
  reason: string;
  units: number;
  amount: number;
}

/** A measure that no rule compares with a limit; its values stand beside the shapes, one a unit. */
export interface MeasureLayer {
  name: string;
  title: string;
  unit: string;
  share: boolean;
  step: number;
  axis: MeasureAxis;
}

/** Where the values of a measure lie. */
export interface MeasureAxis {
  /** Its ends. */
  low: number;
  /** Its ends. */
  high: number;
  /** Equal lengths are equal factors. */
  is_log: boolean;
  /** The numbers that the axis names. */
  ticks: number[];
  /** So many values are 0 and are counted beside the axis: where they are many, or the axis has no place for them. */
  zeros: number;
}

/** The land that a quota takes in all. */
export interface SiteLayer {
  quota: number;
  colour: string;
  ha: number;
  unplaced_ha: number;
  sites: Columns<Site>;
}

/** A patch of land that a quota takes: the place of its unit, and its rings. */
export interface Site {
  unit: number;
  area_ha: number;
  rings: SiteRing[];
}

/** The corners of a ring in 16ths of the grid's steps, each as the step from the one before. */
export interface SiteRing {
  x: number[];
  y: number[];
}

/** All payments, and what the map draws of them. */
export interface Payments {
  instruments: Instrument[];
  rows: Columns<Payment>;
  texts: string[];
  parties: Columns<Party>;
}

/** The payments of one instrument in one period and one unit of account. */
export interface Instrument {
  name: string;
  title: string;
  period: number;
  unit: string;
  paid: string;
  net: string;
  arrows: Columns<Arrow>;
  marks: Columns<Mark>;
  beyond: number[];
  many: boolean;
}

/** An amount from one party to another, by their places in `parties`. */
export interface Arrow {
  payer: number;
  receiver: number;
  amount: number;
}

/** What a party receives, or below 0 pays, for which no arrow can be drawn. */
export interface Mark {
  party: number;
  amount: number;
}

/** A row of the table of flows: places in `instruments` and `parties`, the exact amount, places in `texts`. */
export interface Payment {
  instrument: number;
  payer: number;
  receiver: number;
  amount: string;
  rule: number;
  reference: number;
}

/** Who pays or receives. */
export interface Party {
  name: string;
  unit: number | null;
  point: Point | null;
  units: number[];
}

/** Degrees of WGS 84. */
export interface Point {
  lon: number;
  lat: number;
}

/** What the cards of the units say. Groups of rows are in the order of `units`, if nothing else is said. */
export interface Cards {
  units: Columns<UnitRow>;
  unit_titles: string[];
  quota_titles: string[];
  jurisdictions: string[];
  rules: RuleEntry[];
  main_claims: Columns<ClaimRow>;
  claims: Groups<ClaimRow>;
  line_rows: Groups<LineRow>;
  quota_rows: Groups<QuotaRow>;
  siting_rows: Groups<SitingRow>;
  policies: PolicyEntry[];
  settings: Groups<Setting>;
  policy_lists: Groups<PolicyRow>;
  texts: string[];
  reasons: Groups<CardLine>;
  reason_lists: number[][];
  headings: Groups<CardHeading>;
}

/** What a unit is. */
export interface UnitRow {
  id: string;
  name: string;
  other_names: string[];
  jurisdiction: number;
  area_ha: number;
  main: number;
  overlays: number[];
  status: "decided" | "contested" | "review" | "by_decision" | "assumed";
  standing: "decided" | "contested" | "review" | "review_overlay" | "by_decision" | "by_decision_overlay" | "assumed";
  policies: number;
  policy_reasons: number;
  derived: number;
  norms: number;
  energy: number;
  services: number;
  flows: number;
  industries: number;
  shown: string[];
}

/** A rule that claims units, or what stands in its place: the default, a decision, a lock from above. */
export interface RuleEntry {
  id: string;
  kind: string;
}

/** A claim on a unit: places in `rules`, `zones` and `reasons`. */
export interface ClaimRow {
  rule: number;
  zone: number;
  answer: "yes" | "no" | "unknown";
  reason: number;
}

/** A control line in a unit. */
export interface LineRow {
  line: number;
  claimed_ha: number;
  settled_ha: number;
  lost_to: string[];
  reason: number;
}

/** What a unit gets of a quota; amounts are exact, and None where there is none. */
export interface QuotaRow {
  quota: number;
  amount: string;
  ceiling: string | null;
  weight: number | null;
  binding: string;
  jurisdiction: string;
  price: number | null;
  price_text: string;
  shown: string[];
  shift: number;
  reason: number;
}

/** What a quota took of a unit on the ground. */
export interface SitingRow {
  quota: number;
  placed_ha: number;
  unplaced_ha: number;
  patches: number;
  gap_pct: number | null;
}

/** A policy of the rulebook. */
export interface PolicyEntry {
  id: string;
  title: string;
  instrument: string;
  pays: boolean;
  clause: string;
  extent: string;
  reference: string;
  since: string;
  until: string;
  doubt: string;
}

/** A setting of a policy in words: what it is called, and what it is. */
export interface Setting {
  name: string;
  value: string;
}

/** A policy in the list of a unit. */
export interface PolicyRow {
  policy: number;
  holds: boolean;
  over: number | null;
  settings: number;
  part_ha: number | null;
  exception: string;
  inherited_from: string;
  unknown: string[];
}

/** A line of a reason. */
export interface CardLine {
  depth: number;
  kind: "reason" | "setting" | "yes" | "no" | "unknown" | "parameter" | "reference";
  decides: boolean;
  text: number;
  numbers: string[];
}

/** A heading of a card and the reason below it: places in `texts` and `reasons`, and the numbers of the text. */
export interface CardHeading {
  text: number;
  numbers: string[];
  reason: number;
}

/** The verdicts of all units as columns, each sentence once. */
export interface VerdictTable {
  measures: MeasureColumn[];
  /** In the order of the rules: those for main functions as they are asked, then those for overlays. */
  tests: LimitTest[];
  wordings: Wording[];
  /** The place in `wordings` of the sentence of each unit, and of what is to be said besides; -1 for nothing. */
  sentences: number[];
  /** The place in `wordings` of the sentence of each unit, and of what is to be said besides; -1 for nothing. */
  notes: number[];
  /** The places in `wordings` of the lines on its overlays, and of what would change it, the nearest first; where nothing simple would, why. There is always one. */
  overlays: number[][];
  /** The places in `wordings` of the lines on its overlays, and of what would change it, the nearest first; where nothing simple would, why. There is always one. */
  changes: number[][];
  /** The places of the units that are close calls: a limit that moves by a tenth changes their main function. */
  close: number[];
  /** What stands where a value is missing. */
  missing: string;
}

/** A measure that tests compare, for all units. */
export interface MeasureColumn {
  /** As rules write it: a column, or arithmetic with columns. */
  name: string;
  title: string;
  /** What stands around a printed value: signs of per cent, the unit of measure. */
  before: string;
  /** What stands around a printed value: signs of per cent, the unit of measure. */
  after: string;
  /** So many places the decimal point moves before printing: 2 for shares, which are printed in per cent. */
  shift: number;
  /** None where the value is missing. */
  values: (number | null)[];
  /** How 0 and 1 are printed, of a truth value; else empty. */
  answers: string[];
  /** On which all its values and limits are drawn. */
  axis: MeasureAxis;
}

/** A comparison of a rule, or a truth value that it asks for, which has to be 1 or 0. */
export interface LimitTest {
  /** Its place in `measures`. */
  measure: number;
  /** The place of the zone that the rule claims for. */
  zone: number;
  /** How a value must stand to the limit. */
  operator: "=" | "<>" | "<" | "<=" | ">" | ">=";
  limit: number;
  /** The limit as it is printed, and what is needed, such as "needs 5 %". */
  limit_text: string;
  /** The limit as it is printed, and what is needed, such as "needs 5 %". */
  needs: string;
  /** What is needed, told where the test decided: with the word that the limit is the rulebook's own choice, where it is. */
  decides: string;
  /** The ids of the rules that ask it. */
  rules: string[];
  /** The parameter of the rulebook that is the limit; empty where none is. */
  parameter: string;
}

/** A sentence that units share. */
export interface Wording {
  /** What made the zone so; "overlay" and "change" of these lines. */
  kind: "rule" | "default" | "decision" | "locked" | "tie" | "review" | "assumed" | "overlay" | "change";
  /** The place of the zone that it is about. */
  zone: number;
  /** Text and fields in turn, text first. A field is `unit`, the name; or the place of a test behind `=` for the value, behind `<` or `>` for the value as another limit, rounded down or up. */
  parts: string[];
  /** The places of the tests that decided. */
  tests: number[];
}

/** What a plan does, at a glance. */
export interface Headline {
  /** One sentence, such as "Growth in 15 counties, farming in 18, protection in 28." */
  title: HeadlinePart[];
  /** A second sentence. */
  lead: string;
  numbers: HeadlineNumber[];
  /** Sorted by name; none where there is only one. */
  jurisdictions: JurisdictionRow[];
  /** The title of the quota of the third number and of the rows, with its unit; empty without one. */
  quota: string;
  quality: Quality;
  /** At most five. */
  story: StoryStep[];
}

/** A part of the title: a text, and the code of the zone that it is about, empty for none. */
export interface HeadlinePart {
  text: string;
  zone: string;
}

/** One of the four numbers. */
export interface HeadlineNumber {
  /** Which of them it is. */
  key: "special" | "quota" | "money" | "firm";
  /** As printed, such as "10,600" and "ha". */
  value: string;
  /** As printed, such as "10,600" and "ha". */
  unit: string;
  /** What it counts. */
  label: string;
}

/** A jurisdiction at a glance. */
export interface JurisdictionRow {
  name: string;
  /** How many it has. */
  units: number;
  /** Its land by the code of the main function. */
  ha: Record<string, number>;
  /** What it gets of the quota of the headline, its reserve included, exactly; None without a quota. */
  amount: string | null;
}

/** How far the plan can be relied on: what of its rulebook was checked against the texts of the law. */
export interface Quality {
  /** How many there are, and how many of them were read in the text. */
  policies: number;
  /** How many there are, and how many of them were read in the text. */
  policies_read: number;
  /** How many there are, and how many of them were read in the text. */
  parameters: number;
  /** How many there are, and how many of them were read in the text. */
  parameters_read: number;
  sentences: string[];
}

/** A step of the story, and what the map shows with it. */
export interface StoryStep {
  /** What stands large above it, such as "15 counties". */
  number: string;
  /** One sentence or two. */
  text: string;
  view: "functions" | "land" | "money";
  /** The code of the zone to show alone; empty for all. */
  zone: string;
  /** The places of the units to highlight; empty for none. */
  units: number[];
}

/** A scenario of the plan: the units in which it differs from it. */
export interface ScenarioLayer {
  name: string;
  title: string;
  units: Columns<ScenarioRow>;
}

/** A unit that a scenario gives another main function, overlay, status or amount. */
export interface ScenarioRow {
  unit: number;
  main: number;
  overlays: number[];
  status: "decided" | "contested" | "review" | "by_decision" | "assumed";
  amounts: string[];
}

/** A table of polygons that is drawn without a plan: its rows are units, the values of one column zones. */
export interface TableView {
  by: string;
  stacked: boolean;
  columns: TableColumn[];
  tip: number[];
}

/** A column of a table. */
export interface TableColumn {
  title: string;
  measure: number | null;
  numbers: (number | null)[];
  texts: string[];
  places: number[];
}

/** What lies under and around the plan. */
export interface Surroundings {
  west: number;
  south: number;
  step: number;
  width: number;
  height: number;
  layers: GroundLayer[];
  towns: Columns<Town>;
  regions: Columns<RegionName>;
  relief: ReliefPicture | null;
  credits: string;
}

/** Shapes of one kind of the ground; their places stand in the block, after all else. */
export interface GroundLayer {
  kind: "land" | "lake" | "river" | "province" | "country" | "disputed";
  rank: number;
  parts: number;
  points: number;
  names: string[];
}

/** A town, on the grid of the ground. */
export interface Town {
  name: string;
  x: number;
  y: number;
  population: number;
  capital: "" | "admin1" | "country" | "territory";
  apart_km: number;
  inside: boolean;
}

/** A province or a country around the study, and places on the grid of the ground where its name may stand. */
export interface RegionName {
  name: string;
  country: boolean;
  x: number[];
  y: number[];
}

/** Shadow and light, to be laid over colours: where it lies in the plane of the map, metres, and its address. */
export interface ReliefPicture {
  west: number;
  south: number;
  east: number;
  north: number;
  address: string;
}

/** What differs from another plan, which came before. */
export interface ComparedPlans {
  title: string;
  lead: string;
  names: string[];
  kinds: string[];
  mains: number[];
  transitions: Transition[];
  causes: ComparedCause[];
  moves: Groups<Move>;
  texts: string[];
  amounts: AmountChange[];
  sums: string[][];
}

/** Units of which the main function is one in the first plan and another in the second. */
export interface Transition {
  before: number;
  after: number;
  units: number;
  ha: number;
}

/** What some moves hang on. */
export interface ComparedCause {
  text: string;
  counts: number[];
}

/** Something of a unit that is not the same in both plans. */
export interface Move {
  kind: number;
  title: number;
  before: number;
  after: number;
  cause: number;
}

/** What units get more or less of a quota. */
export interface AmountChange {
  title: string;
  unit: string;
  values: (number | null)[];
}

/** What the page needs to work the plan out again. In the block stand, after all else, the numbers of `units`, then of `parents`; of each unit the place of its larger unit, where there are any; of each level the place of the jurisdiction of each unit; and the places of the units in the order of their ids. */
export interface PlanModel {
  units: ExactTable;
  parents: ExactTable | null;
  parent_ids: string[];
  derived: DerivedMeasure[];
  absent: string[];
  rules: AskedRule[];
  default_zone: number;
  by_code: number[];
  decided: DecidedZone[];
  parameters: MovableParameter[];
  levels: QuotaLevel[];
  quotas: QuotaModel[];
  file: string;
  digest: string;
}

/** Measures of units, or of the larger units of which they are parts. */
export interface ExactTable {
  rows: number;
  columns: ExactColumn[];
  derived: string[];
}

/** A measure as it is. */
export interface ExactColumn {
  name: string;
  kind: "number" | "text" | "boolean" | "nothing";
  texts: string[];
}

/** A measure that is derived from others. */
export interface DerivedMeasure {
  name: string;
  number: boolean;
  whens: Cql2[];
  values: Cql2[];
}

/** A rule, in the order in which rules count. */
export interface AskedRule {
  id: string;
  zone: number;
  refines: boolean;
  priority: number;
  of_parents: boolean;
  on_unknown: "review" | "no" | "error";
  when: Cql2;
}

/** A zone that somebody decided, in the order in which decisions count. */
export interface DecidedZone {
  about: string;
  zone: number;
  units: number[];
  tier: number;
}

/** A parameter of the rulebook. */
export interface MovableParameter {
  name: string;
  title: string;
  unit: string;
  value: number | boolean | string;
  least: number | null;
  most: number | null;
  stale: string[];
}

/** The jurisdictions of a level of quotas, sorted; that of each unit stands in the block. */
export interface QuotaLevel {
  name: string;
  texts: string[];
}

/** A quota, in the order of the plan. */
export interface QuotaModel {
  name: string;
  weighted: boolean;
  total: string;
  step: string;
  levels: number[];
  weight: QuotaShare[];
  priority: QuotaFactor[];
  floor: QuotaBound;
  ceiling: QuotaBound;
  carried: QuotaBound;
  reserve_pct: string;
  groups: QuotaGroup[];
  locked: QuotaLock[];
  transfers: QuotaHandover[];
  within: QuotaLink[];
  reads: string[];
}

/** A measure by which a quota weighs, its title, and its part in the weight; None where it is the whole weight. */
export interface QuotaShare {
  measure: string;
  title: string;
  share: number | null;
}

/** A factor on the weight of the units that meet a condition. */
export interface QuotaFactor {
  when: Cql2;
  factor: number;
}

/** A bound: an exact number, or a measure; both empty where there is none. */
export interface QuotaBound {
  number: string;
  measure: string;
}

/** Units that together get at most, or at least, a part of the total: exact per cent, empty for no bound. */
export interface QuotaGroup {
  when: Cql2;
  min_pct: string;
  max_pct: string;
}

/** An amount that is settled: of the unit at a place, or where a condition holds, then the place is -1. */
export interface QuotaLock {
  unit: number;
  when: Cql2 | null;
  amount: string;
}

/** An amount that one unit hands to another afterwards, by their places. */
export interface QuotaHandover {
  giver: number;
  receiver: number;
  amount: string;
}

/** A quota above this one that it stays within: its place, the depth where that must hold (0: units), the factor. */
export interface QuotaLink {
  quota: number;
  depth: number;
  times: string;
}

/** Where the grid of the shapes lies in the plane of the map, in metres, and how much stands on it. */
export interface MapGrid {
  projection: MapProjection;
  west: number;
  south: number;
  step: number;
  arcs: number;
  points: number;
  pieces: number;
  units: number;
}

/** The projection in which the map is drawn: of equal area, on an ellipsoid, or the web's Mercator projection. */
export interface MapProjection {
  method: "azimuthal" | "conic" | "cylindrical" | "equal_earth" | "mercator";
  lon_0: number;
  lat_0: number;
  lat_1: number;
  lat_2: number;
  x_0: number;
  y_0: number;
  radius_m: number;
  eccentricity_2: number;
  shift: DatumShift | null;
}

/** How far places of WGS 84 lie from where the formulas of the projection put them, in metres of the plane. */
export interface DatumShift {
  x: number;
  y: number;
  reach: number;
  east: number[];
  north: number[];
}

/** Keys of the words of the map. */
export type Word =
  | "about_sources"
  | "adopted_plan"
  | "all"
  | "all_payments"
  | "all_titles"
  | "also_marked"
  | "and"
  | "and_also"
  | "and_over"
  | "area"
  | "area_ha"
  | "arrow_key"
  | "as_of"
  | "assumed"
  | "assumptions"
  | "axis_log"
  | "axis_note"
  | "axis_of"
  | "balance"
  | "because"
  | "because_of"
  | "before_use"
  | "beside_mean"
  | "between"
  | "binding"
  | "by_decision"
  | "by_decision_overlay"
  | "by_equal"
  | "by_natural"
  | "by_quantile"
  | "by_threshold"
  | "ceiling"
  | "changes"
  | "choose"
  | "chosen"
  | "claimed"
  | "claims"
  | "classes"
  | "close"
  | "close_adopted"
  | "close_call"
  | "close_compare"
  | "close_legend"
  | "colour_by"
  | "compare"
  | "compare_help"
  | "compare_short"
  | "compared"
  | "compared_alike"
  | "compared_apart"
  | "compared_decide"
  | "compared_equal"
  | "compared_help"
  | "compared_same"
  | "compared_share"
  | "compared_test"
  | "compared_truth"
  | "contested"
  | "coordinates"
  | "copied"
  | "copy_link"
  | "credit"
  | "crowded"
  | "date"
  | "decided"
  | "decides"
  | "decisions"
  | "designations"
  | "differs"
  | "distance"
  | "east"
  | "energy"
  | "excepted"
  | "false"
  | "filter_off"
  | "filters"
  | "filters_off"
  | "firm"
  | "floor"
  | "found"
  | "full_screen"
  | "group"
  | "ha"
  | "handle"
  | "here"
  | "hits"
  | "how_drawn"
  | "how_sure"
  | "in_brackets"
  | "in_class"
  | "in_part"
  | "industries"
  | "inherited"
  | "jurisdiction"
  | "jurisdictions"
  | "kept_units"
  | "land"
  | "layers"
  | "legend"
  | "less"
  | "less_than"
  | "licences"
  | "limit"
  | "limit_from"
  | "limit_over"
  | "limit_to"
  | "limit_under"
  | "lines"
  | "lock"
  | "locked"
  | "lost"
  | "m2"
  | "main"
  | "map"
  | "map_help"
  | "map_of"
  | "marks"
  | "may_claim"
  | "mean_of"
  | "means_assumed"
  | "means_close"
  | "means_decision"
  | "means_firm"
  | "means_open"
  | "measure"
  | "measure_help"
  | "missing"
  | "more_amount"
  | "more_layers"
  | "more_of"
  | "more_than"
  | "more_times"
  | "moved"
  | "moved_sums"
  | "moved_units"
  | "n_more"
  | "name"
  | "named"
  | "names"
  | "nearest_limit"
  | "neighbours"
  | "neighbours_apart"
  | "neither_pays"
  | "net_payments"
  | "next"
  | "no"
  | "no_amounts"
  | "no_bound"
  | "no_land"
  | "no_partner"
  | "no_payment_here"
  | "no_policies"
  | "no_programme"
  | "no_script"
  | "no_unit_here"
  | "none_found"
  | "none_pays"
  | "north"
  | "not_bound"
  | "not_bound_best"
  | "not_copied"
  | "not_deducted"
  | "not_known"
  | "objective"
  | "of_whole"
  | "on_balance"
  | "one_colour"
  | "only_moved"
  | "opacity"
  | "other_measures"
  | "other_parties"
  | "other_values"
  | "others"
  | "overlays"
  | "overruled"
  | "own_above"
  | "own_below"
  | "own_from"
  | "own_most"
  | "own_values"
  | "paid_for"
  | "panel"
  | "part_of"
  | "party_budget"
  | "party_pool"
  | "pass_the_test"
  | "passed_on"
  | "pay_here"
  | "payments"
  | "payments_of"
  | "pays"
  | "pays_many"
  | "pays_net"
  | "pays_on_balance"
  | "per_available"
  | "per_available_title"
  | "per_other"
  | "per_other_title"
  | "per_person"
  | "per_person_title"
  | "plan"
  | "plane_equal_area"
  | "plane_mercator"
  | "policies"
  | "policies_checked"
  | "previous"
  | "price"
  | "print_paper"
  | "print_unit"
  | "programmes"
  | "quota"
  | "receives"
  | "receives_many"
  | "receives_net"
  | "receives_on_balance"
  | "reference"
  | "relief"
  | "reserve"
  | "review"
  | "review_overlay"
  | "rule"
  | "rulebook"
  | "same_amount"
  | "save"
  | "save_csv"
  | "save_png"
  | "save_svg"
  | "saved_as"
  | "scenario_named"
  | "scenario_of"
  | "scenario_shown"
  | "search"
  | "search_hint"
  | "search_open"
  | "server_back"
  | "server_clear"
  | "server_close"
  | "server_draw"
  | "server_draw_help"
  | "server_file"
  | "server_keep"
  | "server_kept"
  | "server_lead"
  | "server_name"
  | "server_name_help"
  | "server_no_polygons"
  | "server_role"
  | "server_title"
  | "server_work"
  | "services"
  | "settings"
  | "share_of_land"
  | "shift_circles"
  | "shift_close"
  | "shift_group"
  | "shift_help"
  | "shift_said"
  | "shift_title"
  | "shift_unit"
  | "shift_why"
  | "show"
  | "show_working"
  | "shown_plan"
  | "sited"
  | "sites"
  | "skip"
  | "sort"
  | "sorted_down"
  | "sorted_up"
  | "sources"
  | "sources_are"
  | "south"
  | "status"
  | "status_assumed"
  | "status_decision"
  | "status_open"
  | "status_rule"
  | "story_end"
  | "story_leave"
  | "story_next"
  | "story_step"
  | "suitability"
  | "summary"
  | "swipe"
  | "swipe_help"
  | "table"
  | "table_help"
  | "table_land"
  | "table_overview"
  | "table_undrawn"
  | "test_met"
  | "test_not_met"
  | "tested"
  | "texts"
  | "theme"
  | "theme_dark"
  | "theme_light"
  | "thresholds"
  | "too_many_arrows"
  | "too_old"
  | "too_small"
  | "town"
  | "true"
  | "try_adopted"
  | "try_adopted_again"
  | "try_back"
  | "try_banner"
  | "try_because"
  | "try_between"
  | "try_by"
  | "try_card"
  | "try_ceilings"
  | "try_crossed"
  | "try_decide"
  | "try_decide_now"
  | "try_decision_either"
  | "try_decision_twice"
  | "try_drop"
  | "try_file_beyond"
  | "try_file_key"
  | "try_file_large"
  | "try_file_later"
  | "try_file_none"
  | "try_file_plan"
  | "try_file_several"
  | "try_file_text"
  | "try_file_toml"
  | "try_floors"
  | "try_group_can"
  | "try_group_must"
  | "try_groups_least"
  | "try_groups_most"
  | "try_infeasible"
  | "try_keep"
  | "try_kept"
  | "try_lead"
  | "try_least"
  | "try_money"
  | "try_more"
  | "try_most"
  | "try_name"
  | "try_near"
  | "try_no_answer"
  | "try_no_decision"
  | "try_no_key"
  | "try_no_main"
  | "try_no_number"
  | "try_no_overlay"
  | "try_no_parameter"
  | "try_no_quota"
  | "try_no_share"
  | "try_no_unit"
  | "try_no_weight"
  | "try_nobody"
  | "try_not_redone"
  | "try_now"
  | "try_number"
  | "try_open"
  | "try_optimal"
  | "try_other_kind"
  | "try_quotas"
  | "try_reason"
  | "try_redo"
  | "try_reset"
  | "try_save"
  | "try_stale"
  | "try_step"
  | "try_tab"
  | "try_thresholds"
  | "try_to_run"
  | "try_undo"
  | "try_unused"
  | "try_was"
  | "try_weight"
  | "try_zones_stale"
  | "under"
  | "undrawn"
  | "unit"
  | "unit_id"
  | "units"
  | "units_assumed"
  | "units_waiting"
  | "unknown"
  | "unmoved"
  | "unplaced"
  | "unread_parameters"
  | "use"
  | "view_differences"
  | "view_functions"
  | "view_land"
  | "view_money"
  | "views"
  | "weight"
  | "west"
  | "what_it_means"
  | "whole"
  | "why"
  | "within"
  | "within_best"
  | "without_place"
  | "yes"
  | "zoom_in"
  | "zoom_out"
  | "zoom_to_kept";

/** Keys of those that depend on a count. */
export type CountedWord =
  | "axis_zeros"
  | "n_alike_tests"
  | "n_drawn"
  | "n_hits"
  | "n_jurisdictions"
  | "n_more_tests"
  | "n_moved"
  | "n_patches"
  | "n_units"
  | "nth_day"
  | "rows_left_out"
  | "story_start";
