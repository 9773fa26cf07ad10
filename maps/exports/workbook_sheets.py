"""The sheets of a workbook: a cover, and the tables of a plan with titles in the place of codes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import compress
from math import isnan
from operator import not_
from typing import Any, Literal, NamedTuple

import pandas as pd

from maps.drawing import SITE_CIRCLE, zone_fills
from maps.exports.geopackage import names_apart
from maps.telling import ColumnWords, net_received, payments_without_amounts, quota_shifts, verdicts
from maps.words import (
    LocalizedPlan,
    capital,
    catalogue,
    describe_parameters,
    extent_text,
    format_measure,
    reading_text,
    rule_name,
    text_in,
)
from zoning.quotas import RESERVE, why_unplaced
from zoning.study import Quota
from zoning.tables import TABLES
from zoning.zones import FIRMNESS, OPEN

FIGURES = 4
MOST = 12
"""Bars of a chart; the smallest of more are one together."""
Cell = str | int | float | Decimal


class Figure(NamedTuple):
    """A number and what it counts."""

    value: int | float | Decimal
    label: str


class Table(NamedTuple):
    """A small table that is drawn, too."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fills: tuple[str, ...]
    shares: tuple[bool, ...]
    keyed: bool = False


class Cover(NamedTuple):
    """What stands on the cover; ``links`` are titles of sheets with what is in them."""

    title: str
    subtitle: str
    figures: tuple[Figure, ...]
    contents: str
    links: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    note: str


def cover_of(plan: LocalizedPlan, sheets: Sequence[Sheet]) -> Cover:
    """The cover of a plan."""
    words, book = catalogue("workbook", plan.language, plan.noun), plan.rulebook
    rulebook_name = text_in(book.display_name, plan.language)
    largest = _largest_quota(plan)
    return Cover(
        title=text_in(plan.study.title, plan.language),
        subtitle=words["as_of"].format(date=book.day.isoformat(), rulebook=rulebook_name),
        figures=tuple(_figures(plan, largest))[:FIGURES],
        contents=words["contents"],
        links=tuple((sheet.title, words[f"about_{sheet.key}"]) for sheet in sheets),
        tables=(_land(plan), *([_shares(plan, largest)] if largest else [])),
        note=" ".join((*_unworked(plan), words["not_here"].format(columns=words["sheet_columns"]))),
    )


def _unworked(plan: LocalizedPlan) -> Iterator[str]:
    """Payments that apply, and that no sheet has an amount of."""
    if names := payments_without_amounts(plan):
        listed = catalogue("report", plan.language)["semicolon"].join(names)
        yield catalogue("page", plan.language)["notice_amounts"].format(n=len(names), names=listed)


def _figures(plan: LocalizedPlan, quota: Quota | None) -> Iterator[Figure]:
    """The numbers of a plan, those that matter most first."""
    words, terms = catalogue("workbook", plan.language, plan.noun), plan.renderer.terms
    yield Figure(len(plan.zones), words["figure_units"])
    yield Figure(float(plan.zones["area_ha"].sum()), words["figure_area"])
    if quota:
        fields = {"quota": terms.quota(quota.name), "period": quota.period, "unit": terms.unit(quota.unit)}
        yield Figure(_handed_out(plan, quota), words["figure_quota"].format(**fields))
    if received := net_received(plan):
        amount, unit = received
        yield Figure(amount, words["figure_money"].format(unit=terms.unit(unit)))
    waiting = int(plan.zones["status"].isin(OPEN).sum())
    if waiting:
        yield Figure(waiting, words["figure_open"])
    yield Figure(plan.policies["policy"].nunique(), words["figure_policies"].format(all=len(plan.rulebook.policies)))


def _land(plan: LocalizedPlan) -> Table:
    """Units and land of each main function that any unit has."""
    words, columns = catalogue("workbook", plan.language, plan.noun), catalogue("columns", plan.language, plan.noun)
    fills = zone_fills(plan.rulebook)
    titles = {zone.code: text_in(zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
    land, whole = plan.zones.groupby("main")["area_ha"].agg(["size", "sum"]), plan.zones["area_ha"].sum()
    codes = [code for code in fills if code in land.index]
    heads = (columns["main"], words["units"], columns["area_ha"], words["land_share"])
    rows = (
        (titles[code], int(land.loc[code, "size"]), float(land.loc[code, "sum"]), land.loc[code, "sum"] / whole)
        for code in codes
    )
    return Table(
        words["land_by_main"],
        heads,
        tuple(rows),
        tuple(fills[code] for code in codes),
        (False, False, True),
        keyed=True,
    )


def _shares(plan: LocalizedPlan, quota: Quota) -> Table:
    """What units get of a quota by jurisdiction, or each where there is one; the largest first, the reserve last."""
    words, terms = catalogue("workbook", plan.language, plan.noun), plan.renderer.terms
    divided, by = _divided(plan, quota)
    sums = divided.groupby(by)["amount"].sum().sort_index().sort_values(ascending=False, kind="stable")
    rows: list[tuple[Cell, ...]] = [(plan.jurisdiction(str(name)), amount) for name, amount in sums.items()]
    if len(rows) > MOST:
        rest = sum((amount for _, amount in rows[MOST - 1 :]), Decimal(0))
        rows = [*rows[: MOST - 1], (words["others"].format(n=len(rows) - MOST + 1), rest)]
    held = _handed_out(plan, quota) - sum(sums, Decimal(0))
    if held:
        rows.append((words["reserve"], held))
    fields = {"quota": capital(terms.quota(quota.name)), "period": quota.period, "unit": terms.unit(quota.unit)}
    columns = catalogue("columns", plan.language, plan.noun)
    heads = (columns["name" if by == "name" else "jurisdiction"], words["to_units"] if held else columns["amount"])
    return Table(words["quota_by"].format(**fields), heads, tuple(rows), (SITE_CIRCLE,) * len(rows), (False,))


def _divided(plan: LocalizedPlan, quota: Quota) -> tuple[pd.DataFrame, str]:
    """The rows of units, and the column by which they are told apart: of the highest level that has several."""
    rows = plan.quotas[(plan.quotas["quota"] == quota.name) & (plan.quotas["period"] == quota.period)]
    units = rows[(rows["level"] == quota.levels[-1]) & (rows["unit_id"] != RESERVE)]
    for level in (*quota.levels[:-1], *plan.study.units.levels):
        places = units["unit_id"].map(plan.units[level])
        if len(set(places)) > 1:
            return units.assign(place=places), "place"
    return units, "name"


def _handed_out(plan: LocalizedPlan, quota: Quota) -> Decimal:
    """The amounts of a quota in all, reserves included."""
    rows = plan.quotas[(plan.quotas["quota"] == quota.name) & (plan.quotas["period"] == quota.period)]
    return sum(rows.loc[rows["level"] == quota.levels[-1], "amount"], Decimal(0))


def _largest_quota(plan: LocalizedPlan) -> Quota | None:
    """The quota that hands out most."""
    quotas = [quota for quota in plan.study.quotas if _handed_out(plan, quota)]
    return max(quotas, key=lambda quota: _handed_out(plan, quota), default=None)


Kind = Literal["text", "code", "zone", "count", "year", "area", "amount", "number", "share", "truth"]
Cells = list[Any]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "zones": (
        "name", "unit_id", "jurisdiction", "main", "overlays", "area_ha", "status", "reason", "assumed", "part_of",
        "main_of_whole", "=rule", "=main", "=overlays",
    ),
    "firmness": (
        "name", "unit_id", "jurisdiction", "main", "firmness", "parameter", "threshold", "flip_value", "change_pct",
        "flip_zone", "=main", "=parameter",
    ),
    "findings": ("level", "text", "name", "unit_id"),
    "quotas": (
        "name", "unit_id", "jurisdiction", "level", "main", "quota", "period", "amount", "reserve", "unit", "by_weight",
        "difference", "cause", "floor", "ceiling", "weight", "binding", "shadow_price", "price_from", "price_to",
        "carried", "transferred", "=quota",
    ),
    "scenarios": ("scenario", "name", "unit_id", "main", "overlays", "status", "=main", "=overlays", "=scenario"),
    "scenario_quotas": ("scenario", "name", "unit_id", "quota", "amount", "=quota", "=scenario"),
    "robustness": ("name", "unit_id", "main", "share", "other", "other_share", "=main"),
    "divergence": (
        "series", "vintage", "grouping", "region", "indicator", "since", "year", "value", "unit", "p", "units",
        "=indicator",
    ),
    "divergence_units": (
        "series", "vintage", "name", "unit_id", "since", "year", "amount", "unit", "share", "change", "growth_pct",
        "contribution_pct", "reach_pct", "a_head", "compared", "local_i", "local_p", "cluster",
    ),
    "facilities": ("service", "rank", "site", "people_gained", "people_reached", "bound"),
    "solutions": ("quota", "period", "objective", "method", "value", "bound", "gap", "gap_pct", "parts", "=quota"),
    "quota_rules": (
        "quota", "period", "rule", "jurisdiction", "condition", "amount", "least", "most", "unit", "shadow_price",
        "price_from", "price_to",
    ),
    "sitings": (
        "name", "unit_id", "quota", "period", "asked_ha", "placed_ha", "unplaced_ha", "unplaced_because",
        "available_ha", "suitable_ha", "patches", "plots", "value_mean", "score_mean", "score_bound", "gap_pct",
    ),
    "sites": ("name", "unit_id", "quota", "period", "patch", "area_ha", "plots", "value_mean", "score_mean"),
    "flows": ("instrument", "period", "payer", "receiver", "amount", "unit", "rule", "reference"),
    "positions": ("party", "kind", "unit", "paid", "received", "net"),
    "energy": ("region", "period", "intensity_light", "total_light", "total_exempt", "verdict", "reason"),
    "lines": ("name", "unit_id", "line", "claimed_ha", "settled_ha", "lost_to"),
    "policies": (
        "name", "unit_id", "policy", "piece_id", "zone", "overruled_by", "inherited_from", "parameters",
    ),
    "policy_texts": (
        "policy", "instrument", "clause", "extent", "strictness", "parameters", "exception", "reference",
        "since", "until", "reading", "=policy",
    ),
    "parameters": ("parameter", "value", "unit", "since", "until", "reference", "reading", "=parameter"),
    "industries": (
        "list", "provision", "code", "treatment", "state", "unit_id", "jurisdiction", "conditions", "note", "reference",
        "reading", "=code",
    ),
    "measures": ("name", "unit_id"),
    "claims": ("name", "unit_id", "zone", "answer", "reason", "assumed", "inherited_from", "=rule"),
    "conflicts": (
        "name", "unit_id", "zone", "answer", "indicator", "value", "threshold", "margin", "margin_pct", "change",
        "change_pct", "flip_value", "flip_side", "flip_zone", "clause", "at_threshold", "deciding", "near", "smallest",
        "reason", "=rule",
    ),
    "ledger": ("layer", "feature", "finding", "action", "area_before_ha", "area_after_ha"),
    "sources": (
        "layer", "publisher", "data_of", "published", "resolution", "licence", "address", "file", "sha256", "=layer",
    ),
}  # fmt: skip
"""The columns of each sheet in order, sheets in order, too; ``=`` asks for the code itself. Open tables have more.

Not here: JSON (``claims.values``), which ``claims.parquet`` has, and texts of policies in the rows of units.
"""
NOT_TOLD = {"carried": 0, "transferred": 0}
"""Columns that are left out where all that they have is this, as if it were nothing."""
NAMED = 30
"""Units that a finding names; of more it says how many there are."""
_MADE = frozenset({"firmness", "findings", "parameters", "sources"})
"""Sheets that no file of the run has."""
OWN = frozenset({
    ("quotas", "by_weight"), ("quotas", "difference"), ("quotas", "cause"), ("quotas", "reserve"),
    ("policies", "parameters"), ("policy_texts", "extent"),
    ("divergence", "vintage"), ("divergence_units", "vintage"),
})  # fmt: skip
"""Columns that no file of the run has."""
_KINDS: Mapping[str, Kind] = {
    "unit_id": "code", "rule": "code", "piece_id": "code", "feature": "code", "part_of": "code",
    "main": "zone", "main_of_whole": "zone", "flip_zone": "zone", "zone": "zone", "period": "year",
    "by_weight": "number", "difference": "number", "reserve": "amount",
    "threshold": "number", "flip_value": "number", "change_pct": "number", "share": "share", "other_share": "share",
}  # fmt: skip
_MEASURED_BY: Mapping[str, Mapping[str, str]] = {
    "firmness": dict.fromkeys(("threshold", "flip_value"), "parameter"),
    "conflicts": dict.fromkeys(("value", "threshold", "margin", "change", "flip_value"), "indicator"),
    "parameters": {"value": "parameter"},
    "divergence": {"value": "indicator"},
}
"""Columns whose numbers are each of the measure or parameter that another column of their row names."""
_OF_REGIONS = frozenset({"divergence", "divergence_units"})
"""Tables whose codes are put into words row by row."""
_ORDERED = _OF_REGIONS | {"zones"}
_BY_TYPE: Mapping[str, Kind] = {"float": "number", "int": "count", "decimal": "amount", "bool": "truth"}


class Column(NamedTuple):
    """One column of a sheet."""

    title: str
    name: str
    kind: Kind
    cells: Cells
    shares: tuple[bool, ...] = ()


class Sheet(NamedTuple):
    """One table of a workbook."""

    key: str
    title: str
    columns: tuple[Column, ...]
    empty: tuple[Column, ...] = ()

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.columns[0].cells) if self.columns else 0


def sheets_of(plan: LocalizedPlan) -> tuple[Sheet, ...]:
    """The sheets of a plan that have rows, in the order of a reader: what was decided, then what it rests on."""
    sheets = _Sheets(plan)
    filled = [sheet for key in COLUMNS if (sheet := sheets.sheet(key)).rows]
    return (*filled, sheets.columns_sheet(filled))


class _Sheets:
    """Makes the sheets of one plan."""

    def __init__(self, plan: LocalizedPlan) -> None:
        self.plan, self.language, self.terms = plan, plan.language, plan.renderer.terms
        self.words, self.report = (
            catalogue("workbook", plan.language, plan.noun),
            catalogue("report", plan.language, plan.noun),
        )
        self.column_words = ColumnWords(plan)
        self.names = dict(zip(plan.zones["unit_id"], plan.zones["name"], strict=True))

    def sheet(self, key: str) -> Sheet:
        """The sheet of a table; without columns where it has no row."""
        rows = self.rows(key)
        title = self.words[f"sheet_{key}"]
        if rows.empty:
            return Sheet(key, title, ())
        declared = ((name.removeprefix("="), name.startswith("=")) for name in COLUMNS[key])
        made = [self.column(key, name, rows, coded=coded) for name, coded in declared]
        made += [self.column(key, name, rows) for name in self.more(key, rows)]
        made = _headed_apart(made)
        full = [any(map(_is_told(column.name), column.cells)) for column in made]
        return Sheet(key, title, tuple(compress(made, full)), tuple(compress(made, map(not_, full))))

    def rows(self, key: str) -> pd.DataFrame:
        """A table as its sheet has it, units with their names."""
        made = {
            "policy_texts": lambda: self._policy_texts, "firmness": lambda: self._firmness,
            "findings": lambda: self._findings, "parameters": lambda: self._parameters,
            "sources": lambda: self._sources,
        }  # fmt: skip
        if key in made:
            return made[key]()
        rows: pd.DataFrame = getattr(self.plan, key)
        rows = rows.reset_index() if rows.index.name == "unit_id" and "unit_id" not in rows.columns else rows
        if key in _ORDERED:
            return self._by_function(rows) if key == "zones" else self._of_regions(rows)
        if key == "quotas":
            shifted = self._with_shifts(rows.assign(name=self._named(rows)))
            return shifted.assign(level=rows["level"].where(rows["unit_id"] != RESERVE, RESERVE))
        if key == "quota_rules":
            return rows.assign(rule=[rule_name(row, self.language) for row in rows.to_dict("records")])
        if key == "sitings":
            rows = rows.assign(unplaced_because=self._unplaced(rows))
        if key == "policies":
            return rows.assign(name=rows["unit_id"].map(self.names), parameters=self._own_settings(rows))
        return rows.assign(name=rows["unit_id"].map(self.names)) if "name" in COLUMNS[key] else rows

    def more(self, key: str, rows: pd.DataFrame) -> Iterator[str]:
        """The columns that people see everywhere, and those of an open table that are not declared."""
        if table := TABLES.get(key):
            yield from (name for name in table.shown if name not in COLUMNS[key])
            if table.open:
                section = self.plan.study.units
                levels = (column for each in section.level_names.values() for column in each.values())
                named = {*section.names.values(), *levels} - {*section.levels}
                declared = {*COLUMNS[key], *table.columns, *named}
                yield from (name for name in map(str, rows.columns) if name not in declared)

    def column(self, key: str, name: str, rows: pd.DataFrame, *, coded: bool = False) -> Column:
        """One column, its codes in words, or as codes where these are asked for."""
        title, series = self._column_title(key, name), rows[name]
        if name in self.plan.study.units.level_names or (key, name) == ("measures", "jurisdiction"):
            series = series.map(self.terms.jurisdiction)
        if coded:
            return Column(self.words["coded"].format(title=title), name, "code", series.tolist())
        if key == "measures" and name not in COLUMNS[key]:
            kind = self._measure_kind(name, series)
            return Column(title, name, kind, self.truths(series) if kind == "truth" else series.tolist())
        plainly = (key == "measures" and name != "jurisdiction") or (key in _OF_REGIONS and name != "unit")
        title_of = None if plainly else self.column_words.wording(key, name)
        if (key, name) == ("divergence", "indicator"):
            title_of = catalogue("divergence", self.language).__getitem__
        if title_of is not None:
            words = {value: title_of(value) if value != "" else "" for value in series.unique()}
            return Column(title, name, _KINDS.get(name, "text"), series.map(words).tolist())
        kind = self._kind(key, name)
        cells = self.truths(series) if kind == "truth" else series.tolist()
        measured = _MEASURED_BY.get(key, {}).get(name)
        return Column(title, name, kind, cells, tuple(map(self.terms.is_share, rows[measured])) if measured else ())

    def _measure_kind(self, name: str, series: pd.Series) -> Kind:
        if pd.api.types.is_bool_dtype(series):
            return "truth"
        if not pd.api.types.is_numeric_dtype(series):
            return "text"
        if self.terms.is_share(name) and series.dropna().between(0, 1).all():
            return "share"
        return "area" if name.endswith("_ha") else "number"

    def columns_sheet(self, sheets: Iterable[Sheet]) -> Sheet:
        """Where each column stands in the files of the run, those without a value included."""
        rows = [
            (sheet.title, column.title if full else self.words["left_out"], _file(sheet.key, column.name), column.name)
            for sheet in sheets
            for full, some in ((True, sheet.columns), (False, sheet.empty))
            for column in some
        ]
        heads = ("sheet", "column", "file", "own_name")
        cells = zip(heads, zip(*rows, strict=True), strict=True)
        columns = tuple(Column(self.words[head], head, "text", list(some)) for head, some in cells)
        return Sheet("columns", self.words["sheet_columns"], columns)

    def _column_title(self, key: str, name: str) -> str:
        if key == "measures" and name not in COLUMNS[key]:
            return self.terms.measure_text(name)
        if key == "lines" and name.startswith("to_") and name.endswith("_ha"):
            line = name.removeprefix("to_").removesuffix("_ha")
            return self.words["to_line"].format(line=self.column_words.zone(line))
        return self.column_words.title(key, name)

    def _kind(self, key: str, name: str) -> Kind:
        if name in _KINDS:
            return _KINDS[name]
        if name.endswith("_ha"):
            return "area"
        if key in _MADE:
            return "number" if name == "value" else "text"
        declared = TABLES["policies" if key == "policy_texts" else key].columns.get(name, "text")
        return _BY_TYPE.get(declared, "text")

    @property
    def _firmness(self) -> pd.DataFrame:
        """How sure each unit is, and the threshold that is nearest to changing its main function."""
        tests, zones = verdicts(self.plan).tests, self.plan.zones.set_index("unit_id")
        nearest = tests.nearest
        places = zip(nearest.rule.tolist(), nearest.part.tolist(), strict=True)
        near = pd.DataFrame(
            {
                "parameter": pd.array([tests.rules[rule].parts[part].parameter for rule, part in places], dtype=object),
                "threshold": nearest.limit,
                "flip_value": nearest.turn,
                "change_pct": 100 * (nearest.turn / nearest.limit - 1),
                "flip_zone": pd.array([tests.zone_of(index) for index in nearest.main.tolist()], dtype=object),
            },  # texts also where no threshold is near any unit
            index=tests.units[nearest.unit],
        )
        rows = pd.DataFrame({"unit_id": tests.units, "firmness": tests.firmness})
        rows = rows.assign(**{name: rows["unit_id"].map(zones[name]) for name in ("name", "jurisdiction", "main")})
        texts = {"parameter": "", "flip_zone": ""}
        rows = rows.merge(near, how="left", left_on="unit_id", right_index=True).fillna(texts)
        order = {kind: rank for rank, kind in enumerate(FIRMNESS)}
        return rows.assign(rank=rows["firmness"].map(order)).sort_values(["rank", "unit_id"], kind="stable")

    @property
    def _findings(self) -> pd.DataFrame:
        """What the run found, warnings first, with the units that each finding is about."""
        pairs = zip(self.plan.findings, self.plan.remarks, strict=True)
        rows = [
            (self.report[f"level_{finding.level}"], finding.text, *self._units_of(remark.features))
            for finding, remark in pairs
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS["findings"]))

    def _units_of(self, features: Iterable[str]) -> tuple[str, str]:
        """Those of some features that are units, by name and by id, and how many more there are than can be read."""
        units = [unit for unit in features if unit in self.names]
        if len(units) == len(self.names):
            return self.report["all_units"], ""
        names = self.plan.renderer.shown(units, self.plan.distinct_names, NAMED) if units else ""
        more = " …" if len(units) > NAMED else ""
        return names, ", ".join(units[:NAMED]) + more

    @property
    def _parameters(self) -> pd.DataFrame:
        """Every parameter in force, by its name."""
        parameters = sorted(self.plan.rulebook.parameters.items())
        rows = [
            (
                name,
                parameter.value if is_number else format_measure(parameter.value, self.language),
                "" if parameter.unit == "1" else parameter.unit,
                parameter.since.isoformat() if parameter.since else "",
                parameter.until.isoformat() if parameter.until else "",
                text_in(parameter.reference, self.language),
                reading_text(parameter.reading, self.language, parameter.source),
            )
            for name, parameter in parameters
            for is_number in (isinstance(parameter.value, float | int) and not isinstance(parameter.value, bool),)
        ]
        return pd.DataFrame(rows, columns=["parameter", *COLUMNS["parameters"][1:-1]])

    @property
    def _sources(self) -> pd.DataFrame:
        """Every file that was read, and whose data they are where the plan says it."""
        rows = []
        for source in self.plan.sources:
            provenance = self.plan.study.evidence_of(source.name)
            evidence = [""] * 6
            if provenance is not None:
                evidence = [
                    text_in(provenance.publisher, self.language),
                    text_in(provenance.vintage or "", self.language),
                    provenance.date.isoformat() if provenance.date else "",
                    text_in(provenance.resolution or "", self.language),
                    text_in(provenance.licence or "", self.language),
                    provenance.url or "",
                ]
            rows.append((source.name, *evidence, source.path, source.sha256))
        return pd.DataFrame(rows, columns=list(COLUMNS["sources"][:-1]))

    def _by_function(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Units by jurisdiction, main function in the order of the rulebook, name and id."""
        order = {zone.code: rank for rank, zone in enumerate(self.plan.rulebook.zones)}
        ranked = rows.assign(rank=rows["main"].map(order))
        return ranked.sort_values(["jurisdiction", "rank", "name", "unit_id"], kind="stable")

    def _named(self, rows: pd.DataFrame) -> list[str]:
        """What the rows of a quota are called: units, reserves, and jurisdictions by their paths."""
        pairs = zip(rows["unit_id"], rows["name"], strict=True)
        return [
            self.words["reserve"] if unit == RESERVE else name if unit else self.terms.jurisdiction(name)
            for unit, name in pairs
        ]

    def _with_shifts(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Quotas with main functions, what each unit would get by weight alone, and why it gets another amount."""
        mains = self.plan.zones.set_index("unit_id")["main"]
        shifted = rows.assign(
            main=rows["unit_id"].map(mains).fillna(""), by_weight=float("nan"), difference=float("nan")
        )
        shifted["cause"] = ""
        for quota in self.plan.study.quotas:
            amount_shifts = quota_shifts(self.plan, quota)
            if amount_shifts is None:
                continue
            of_quota = (
                (rows["quota"] == quota.name) & (rows["period"] == quota.period) & (rows["level"] == quota.levels[-1])
            )
            ids = rows["unit_id"][of_quota]
            reasons = amount_shifts.of_units().map(
                lambda index, shifts=amount_shifts: shifts.groups[index].reason if index >= 0 else ""
            )
            moved = amount_shifts.difference.where(
                amount_shifts.of_units() >= 0, 0.0
            )  # what is only rounded is no more and no less
            for name, values in (("by_weight", amount_shifts.plain), ("difference", moved), ("cause", reasons)):
                shifted.loc[of_quota, name] = ids.map(values)
        return shifted.assign(cause=shifted["cause"].fillna(""), reserve=list(self._reserved(self.plan.quotas)))

    def _reserved(self, rows: pd.DataFrame) -> Iterator[Decimal | None]:
        """Of the amount of each jurisdiction, what is kept in reserve in it; nothing of units."""
        reserves: defaultdict[tuple[str, object], list[tuple[str, Decimal]]] = defaultdict(list)
        for row in rows.loc[rows["unit_id"] == RESERVE, ["quota", "period", "name", "amount"]].itertuples(index=False):
            reserves[row.quota, row.period].append((f"{row.name} / ", row.amount))
        for unit, *key, path in rows[["unit_id", "quota", "period", "name"]].itertuples(index=False, name=None):
            held = () if unit else reserves[tuple(key)]
            yield (
                sum((amount for jurisdiction, amount in held if jurisdiction.startswith(f"{path} / ")), Decimal(0))
                or None
            )

    def _of_regions(self, rows: pd.DataFrame) -> pd.DataFrame:
        """How far regions are apart, with the titles of series, groupings and regions; codes of indicators kept."""
        terms, named = self.terms, catalogue("divergence", self.language)
        titled = rows.assign(vintage=rows["series"].map(terms.vintage))
        if "unit" in titled:
            titled["unit"] = [named["points"] if unit == "points" else unit for unit in titled["unit"]]
        if "region" in rows:
            pairs = zip(rows["grouping"], rows["region"], strict=True)
            titled["region"] = [terms.region(by, region) if region else "" for by, region in pairs]
            titled["grouping"] = [terms.grouping(by) if by else "" for by in rows["grouping"]]
        else:
            titled["name"] = rows["unit_id"].map(self.names)
            titled["cluster"] = [named[cluster] if cluster else "" for cluster in rows["cluster"]]
            pairs = zip(rows["compared"], rows["series"], strict=True)
            titled["compared"] = [named[f"compared_{code}"].format(series=terms.series(name)) for code, name in pairs]
        return titled.assign(series=rows["series"].map(terms.series))

    @cached_property
    def _settings(self) -> dict[str, list[str]]:
        """The different settings of each policy, one for most, one a unit where they are measures of units."""
        rows = self.plan.policies[["policy", "parameters"]].drop_duplicates()
        return {str(policy): part["parameters"].tolist() for policy, part in rows.groupby("policy", sort=False)}

    def _own_settings(self, rows: pd.DataFrame) -> list[str]:
        """The settings of each row in words, where its policy has others elsewhere."""
        many = {policy for policy, settings in self._settings.items() if len(settings) > 1}
        pairs = zip(rows["policy"], rows["parameters"], strict=True)
        return [self.settings(policy, text) if policy in many else "" for policy, text in pairs]

    def settings(self, policy: str, text: str) -> str:
        """What a policy sets, on one line."""
        described = describe_parameters(self.column_words.policies.get(policy), json.loads(text), self.plan.renderer)
        return self.report["semicolon"].join(
            self.report["term"].format(name=name, value=value) for name, value in described
        )

    @property
    def _policy_texts(self) -> pd.DataFrame:
        """Each policy that applies anywhere, once, with its texts."""
        table = self.plan.policies
        rows = table.drop_duplicates("policy").sort_values("policy")
        policies, exceptions = self.column_words.policies, self._exceptions(table)
        known = [policies.get(policy) for policy in rows["policy"]]
        settings = (self._settings[policy] for policy in rows["policy"])
        return rows.assign(
            parameters=[
                self.settings(policy, texts[0]) if len(texts) == 1 else ""
                for policy, texts in zip(rows["policy"], settings, strict=True)
            ],
            exception=[exceptions.get(policy, "") for policy in rows["policy"]],
            extent=[extent_text(policy, self.language) for policy in known],
            reading=[
                reading_text(policy.reading, self.language, policy.source)
                if policy
                else reading_text("unread", self.language)
                for policy in known
            ],
        )

    def _exceptions(self, table: pd.DataFrame) -> dict[str, str]:
        """The exceptions of each policy that hold somewhere."""
        held = table.loc[table["exception"] != "", ["policy", "overruled_by", "exception"]].drop_duplicates()
        term, rows = self.report["term"], held.sort_values(["policy", "overruled_by"])
        overruler = self.column_words.overruler
        texts = [term.format(name=overruler(row.overruled_by), value=row.exception) for row in rows.itertuples()]
        parts = pd.Series(texts, dtype=object).groupby(rows["policy"].tolist()).agg(self.report["semicolon"].join)
        return dict(parts.items()) if texts else {}

    def _unplaced(self, rows: pd.DataFrame) -> list[str]:
        """What kept amounts from being placed."""
        quotas = self.plan.study.quotas
        least = {(quota.name, quota.period): quota.siting.min_patch_ha for quota in quotas if quota.siting}
        reasons = zip(rows["unplaced_because"], rows["quota"], rows["period"], strict=True)
        render = self.plan.renderer.render
        return [render(why_unplaced(why, least[quota, period])) if why else "" for why, quota, period in reasons]

    def truths(self, answers: pd.Series) -> list[str]:
        """Yes and no, and nothing where it is unknown."""
        return ["" if pd.isna(answer) else self.column_words.truth(answer) for answer in answers]


def _headed_apart(columns: Sequence[Column]) -> list[Column]:
    """Columns under headings that differ, whatever the case of their letters: by their own names, then by a number."""
    alike = Counter(column.title.casefold() for column in columns)
    titles = [
        f"{column.title} ({column.name})" if alike[column.title.casefold()] > 1 else column.title for column in columns
    ]
    return [column._replace(title=title) for column, title in zip(columns, names_apart(titles, ()), strict=True)]


def _is_told(name: str) -> Callable[[Any], bool]:
    """Whether a cell of a column says something."""
    nothing = NOT_TOLD.get(name)
    return lambda cell: cell is not None and cell not in ("", nothing) and not (isinstance(cell, float) and isnan(cell))


def _file(key: str, name: str) -> str:
    if (key, name) in OWN or key in _MADE:
        return "plan.xlsx"
    if (key, name) == ("quotas", "main"):
        return "zones.csv"
    if (key, name) == ("policy_texts", "exception"):
        return "policies.csv"
    return "claims.parquet" if key == "claims" else f"{key}.csv"
