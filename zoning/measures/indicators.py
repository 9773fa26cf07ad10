"""Indicators: the measures that a rulebook reads, what it takes where a study lacks them, and what it derives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Clause, Evaluator, Operand, parse_calculation, parse_condition
from layers.errors import SourceError, UnknownNameError, ZoneplanError, raise_all, shown
from layers.numerals import how_to_write, stray_texts
from layers.phrases import Phrase, phrase_list, word
from layers.sources import TableSection
from zoning.errors import near
from zoning.measures.aggregation import without_noise
from zoning.plan import Assumption
from zoning.reasons import Banding, Message, Term, amount, say
from zoning.rulebook import Derived, DerivedBand, Indicator, Membership, Policy, Rule, Rulebook, without_unused_topics
from zoning.tables import Made
from zoning.unit_ids import keep_ids

Values = Mapping[str, float | bool | str]


class Because(NamedTuple):
    """Why a derived measure of one unit is what it is."""

    band: DerivedBand | None
    number: int
    clauses: tuple[Clause, ...]
    calculation: Message | str


def derive(measures: pd.DataFrame, rulebook: Rulebook) -> Made[pd.DataFrame, dict[str, Banding]]:
    """Measures with all that the rulebook derives from them.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``, one column a measure.
    rulebook : Rulebook
        Its derived measures in force, and its parameters.

    Returns
    -------
    DataFrame
        Same index; the measures, then those of the derived whose names can all be read, in the order of the rulebook.
        A value is missing where no row of the table holds, or where one above cannot be answered; a grade that would be
        corrected by a factor that is no column stands as it is. Numbers have 14 significant digits.

    Raises
    ------
    ConditionError
        A measure does not hold what the table expects of it.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> from zoning.rulebook import Derived
    >>> bands = [{"when": "people_m2 <= 100", "value": "'dense'"}, {"value": "'wide'"}]
    >>> density = Derived(name="density", type="text", title={"en": "density"}, bands=bands, reference="none")
    >>> rulebook = zp.Rulebook("r", "", "", date(2025, 1, 1), derived=(density,))
    >>> zp.derive(pd.DataFrame({"people_m2": [80.0, 100.1, None]}), rulebook)["density"].tolist()
    ['dense', 'wide', nan]
    """
    table, values = measures.rename_axis("unit_id"), rulebook.values
    bandings = dict(_who_lies_where(table, rulebook))
    inside = {name: _truths(banding) for name, banding in bandings.items()}
    table = table.assign(**{name: truths.set_axis(table.index) for name, truths in inside.items()})
    for every in rulebook.derived:
        measure = every.among(table.columns)
        if measure.name not in bandings and measure.names <= {*table.columns, *values, "unit_id"}:
            bandings[measure.name] = _banding(measure, Evaluator(table, values))
            table = table.assign(**{measure.name: _column(measure, bandings[measure.name].rows, table, values)})
    return Made(table.rename_axis(measures.index.name).copy(), bandings)  # a copy lies in one piece


def _who_lies_where(table: pd.DataFrame, rulebook: Rulebook) -> Mapping[str, Banding]:
    """Which place of each region a unit lies in; steps that ask of the same units one after another ask once."""
    if "jurisdiction" not in table.columns:
        table = table.assign(jurisdiction="")  # who lies in no jurisdiction lies in none of any name
    there = {*table.columns, "unit_id"}
    regions = tuple(region for region in rulebook.derived if isinstance(region, Membership) and region.names <= there)
    if not regions:
        return {}
    names = sorted({name for region in regions for name in region.names} - {"unit_id"})
    columns = table[names].set_axis(table.index.astype("str").rename("unit_id"))
    return _lie_in(_Asked(regions, columns, rulebook.values))


class _Asked:
    """Units and regions, the same as others of the same regions whose columns hold the same."""

    def __init__(self, regions: tuple[Membership, ...], table: pd.DataFrame, values: Values) -> None:
        self.regions, self.table, self.values = regions, table, values
        columns = (table[name].astype(object) for name in table.columns)
        self._held = (
            tuple(map(id, regions)),
            tuple(table.columns),
            tuple(table.index),
            *(tuple(column.where(column.notna(), None)) for column in columns),
        )

    def __hash__(self) -> int:
        return hash(self._held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._held == other._held


@lru_cache(maxsize=4)
def _lie_in(request: _Asked) -> Mapping[str, Banding]:
    conditions = Evaluator(request.table, request.values)
    return {region.name: _banding(region, conditions) for region in request.regions}


def _truths(banding: Banding) -> pd.Series:
    """Whether units lie in a region: the last row of its table is of those that do not."""
    inside = pd.Series(banding.rows < len(banding.evaluations) - 1, dtype="boolean")
    return inside.mask(banding.rows < 0)


def explain_derived(
    measure: Derived, banding: Banding, places: npt.NDArray[np.intp], measures: pd.DataFrame, rulebook: Rulebook
) -> list[Because]:
    """Why a derived measure is what it is, unit by unit."""
    measure = measure.among(measures.columns)
    table, rows, by_unit = measures.rename_axis("unit_id"), banding.rows[places], dict[int, Because]()
    for row in np.unique(rows).tolist():  # a condition is asked of the units that its band decides, and of no others
        at = np.flatnonzero(rows == row)
        positions = places[at]
        if row < 0:
            reasons = _unanswered(banding, positions)
        else:
            clauses, band = banding.evaluations[row].clauses(positions), measure.table[row]
            operands = parse_calculation(band.value).explain(table.iloc[positions], rulebook.values)
            reasons = [
                Because(band, row + 1, *grounds) for grounds in zip(clauses, map(_worked, operands), strict=True)
            ]
        by_unit |= zip(at.tolist(), reasons, strict=True)
    return [by_unit[position] for position in range(len(places))]


def _unanswered(banding: Banding, places: npt.NDArray[np.intp]) -> list[Because]:
    """What no band decides: the clauses that could not be answered."""
    by_band = [condition.clauses(places) for condition in banding.evaluations]
    unknown = (
        tuple(clause for clauses in by_band for clause in clauses[position] if clause.answer == "unknown")
        for position in range(len(places))
    )
    return [Because(None, 0, clauses, "") for clauses in unknown]


def _worked(operands: Sequence[Operand]) -> Message | str:
    """A calculation with the value of every name before it."""
    *named, end = operands
    message: Message | str = end.before
    for operand in reversed(named):
        number = isinstance(operand.value, int | float) and not isinstance(operand.value, bool)
        message = say(
            "calculation.number" if number else "calculation.other",
            before=operand.before,
            value=operand.value if number else _plain(operand.value),
            name=Term("name", operand.name),
            rest=message,
        )
    return message


def _plain(value: object) -> str:
    """A value that is no number, as conditions write it; "?" where it is missing."""
    return "?" if value is None else repr(value).lower() if isinstance(value, bool) else repr(value)


def _column(measure: Derived, rows: npt.NDArray[np.int64], table: pd.DataFrame, values: Values) -> pd.Series:
    kind = "float64" if measure.type == "number" else object
    column = pd.Series(np.nan if measure.type == "number" else None, index=table.index, dtype=kind)
    for row, band in enumerate(measure.table):
        here = rows == row
        if here.any():
            column[here] = parse_calculation(band.value).evaluate(table[here], values).to_numpy(dtype=kind)
    return without_noise(column) if measure.type == "number" else column.astype("str")


def _banding(measure: Derived, conditions: Evaluator) -> Banding:
    answers = [conditions.evaluate(band.when) for band in measure.table]
    rows = np.full(len(conditions.table), -1, dtype=np.int64)
    open_ = np.ones(len(conditions.table), dtype=bool)
    for row, answer in enumerate(answers):
        rows[open_ & answer.yes] = row
        open_ &= answer.no
    return Banding(rows, answers)


QUOTA = "quota_"
"""An indicator of this beginning is the amount of a quota; only policies see it."""

_DTYPES = {"number": "float64", "text": "str", "boolean": "boolean"}
_KINDS = dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "number") | {"string": "text"}


@keep_ids("measures")
def complete_measures(
    measures: pd.DataFrame, rulebook: Rulebook, quotas: pd.DataFrame | None = None
) -> Made[pd.DataFrame, dict[str, Banding]]:
    """Measures with every indicator that the rulebook declares, and what it derives from them.

    Its reasons are which row of its table counts for each measure that is derived.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``, one column a measure.
    rulebook : Rulebook
        Its indicators say what to take where a measure is absent.
    quotas : DataFrame, optional
        The QUOTAS table. With it the amounts of the units are added as ``quota_<name>``; without it indicators of such
        a name are left alone, for quotas are handed out later.

    Returns
    -------
    Made of DataFrame
        Same index; the measures, then the indicators that were absent, then what is derived. Where a declared boolean
        came as 0 and 1 it is boolean. Indicators of topics about which the measures say nothing are left out.

    Raises
    ------
    UnknownNameError
        An indicator with ``when_absent = "error"`` is absent.
    SourceError
        A column does not hold what the indicator of its name is declared to be.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> from zoning.measures import complete_measures
    >>> from zoning.rulebook import Indicator
    >>> plants = Indicator(name="plant_mw", unit="MW", when_absent=0)
    >>> rulebook = zp.Rulebook("r", "", "", date(2025, 1, 1), indicators=(plants,))
    >>> complete_measures(pd.DataFrame({"population": [7]}, index=["a"]), rulebook).table
       population  plant_mw
    a           7       0.0
    """
    known = _with_amounts(measures, quotas)
    rulebook = without_unused_topics(rulebook, map(str, known.columns))
    absent = _absent(known.columns, rulebook, quotas is not None)
    raise_all((*_needed(absent, known, rulebook), *misfits(known, rulebook)))
    return derive(_filled(known, absent, rulebook), rulebook)


def absent_measures(measures: pd.DataFrame, rulebook: Rulebook) -> tuple[str, ...]:
    """The indicators of a rulebook that nothing gives, in its order; amounts of quotas are handed out later."""
    rulebook = without_unused_topics(rulebook, map(str, measures.columns))
    return tuple(indicator.name for indicator in _absent(measures.columns, rulebook, quotas_known=False))


def with_unknown(measures: pd.DataFrame, names: Collection[str], rulebook: Rulebook) -> pd.DataFrame:
    """Completed measures if some indicators were unknown everywhere, with what is then derived from them.

    Examples
    --------
    >>> from datetime import date
    >>> plants = Indicator(name="plant_mw", unit="MW", when_absent=0)
    >>> rulebook = Rulebook("r", "", "", date(2025, 1, 1), indicators=(plants,))
    >>> with_unknown(pd.DataFrame({"people": [7], "plant_mw": [0.0]}, index=["a"]), ["plant_mw"], rulebook)
       people  plant_mw
    a       7       NaN
    """
    rulebook = without_unused_topics(rulebook, map(str, measures.columns))
    empty = {
        indicator.name: column_of(indicator, None, measures.index)
        for indicator in rulebook.indicators
        if indicator.name in names
    }
    return derive(measures.assign(**empty), rulebook).table


def columns_of_none(name: str, rulebook: Rulebook) -> tuple[str, ...]:
    """The measures that are 0 where there is nothing of a role or an indicator.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
    >>> columns_of_none("marine", read_rulebook("main_functional_areas", date(2025, 1, 1)))
    ('marine_share', 'marine_ha')
    """
    if name in {indicator.name for indicator in rulebook.indicators}:
        return (name,)
    return (f"{name}_share", f"{name}_ha")


def with_none_of(measures: pd.DataFrame, names: Iterable[str], rulebook: Rulebook) -> pd.DataFrame:
    """Measures with 0, or false, for all of which there is nothing in a study."""
    kinds = {indicator.name: indicator for indicator in rulebook.indicators}
    columns = [column for name in names for column in columns_of_none(name, rulebook)]
    facts = {column: column_of(kinds.get(column, Indicator(name=column)), 0.0, measures.index) for column in columns}
    return measures.assign(**facts)


def sources_of(names: Iterable[str], rulebook: Rulebook) -> frozenset[str]:
    """What some names stand for: themselves, and for a derived measure all that it is derived from."""
    sources = set(names)
    for measure in reversed(rulebook.derived):  # each reads only those that stand above it
        if measure.name in sources:
            sources |= measure.names
    return frozenset(sources)


def assumed(measures: pd.DataFrame, rulebook: Rulebook, quotas: pd.DataFrame | None = None) -> tuple[Assumption, ...]:
    """What was taken for the indicators that the measures do not have."""
    handed = (
        [] if quotas is None else [f"{QUOTA}{name}" for name in quotas.loc[quotas["level"] == "unit", "quota"].unique()]
    )
    names = {*map(str, measures.columns), *handed}
    absent = _absent(names, without_unused_topics(rulebook, names), quotas is not None)
    return tuple(assumption(indicator) for indicator in absent)


def amounts(quotas: pd.DataFrame) -> pd.DataFrame:
    """Amounts that units were given, one column ``quota_<name>`` a quota, as numbers."""
    rows = quotas[quotas["level"] == "unit"].sort_values("period", kind="stable")
    latest = rows.drop_duplicates(["quota", "unit_id"], keep="last")
    wide = latest.assign(amount=latest["amount"].astype(float)).pivot(index="unit_id", columns="quota", values="amount")  # noqa: PD010  (no two rows meet)
    return wide.rename(columns=lambda name: f"{QUOTA}{name}").rename_axis(columns=None)


def column_of(indicator: Indicator, value: float | bool | str | None, units: pd.Index) -> pd.Series:
    """One value of an indicator for all units; None for a missing one.

    Examples
    --------
    >>> column_of(Indicator(name="metro", type="boolean"), None, pd.Index(["a"])).tolist()
    [<NA>]
    """
    return pd.Series([value] * len(units), index=units, dtype=_DTYPES[indicator.type])


def readers(name: str, rulebook: Rulebook) -> tuple[str, ...]:
    """The rules and policies whose conditions name an indicator or parameter, as "rule key-1", and what is derived."""
    entries: tuple[Rule | Policy, ...] = (*rulebook.rules, *rulebook.policies)
    reading = (entry for entry in entries if name in parse_condition(entry.when).names)
    derived = (
        Phrase("measure {measure}", measure=measure.name) for measure in rulebook.derived if name in measure.names
    )
    return (
        *(Phrase("rule {rule}" if isinstance(entry, Rule) else "policy {rule}", rule=entry.id) for entry in reading),
        *derived,
    )


def _with_amounts(measures: pd.DataFrame, quotas: pd.DataFrame | None) -> pd.DataFrame:
    if quotas is None:
        return measures
    given = amounts(quotas)
    for name in given.columns:
        if name in measures.columns:
            raise UnknownNameError(
                Phrase(
                    "'{name}' is a column of the measures and the amount of a quota as well; rename the column",
                    name=name,
                ),
                code="two_sources",
            )
    return measures.join(given)


def _absent(known: Collection[str], rulebook: Rulebook, quotas_known: bool) -> list[Indicator]:
    return [
        indicator
        for indicator in rulebook.indicators
        if indicator.name not in known and (quotas_known or not indicator.name.startswith(QUOTA))
    ]


def _filled(known: pd.DataFrame, absent: Iterable[Indicator], rulebook: Rulebook) -> pd.DataFrame:
    """Measures whose booleans are boolean, and what is taken for those that are absent."""
    booleans = {
        indicator.name: known[indicator.name].astype("boolean")
        for indicator in rulebook.indicators
        if indicator.type == "boolean" and indicator.name in known.columns and known[indicator.name].dtype != bool
    }
    constants = {
        indicator.name: column_of(
            indicator, None if indicator.when_absent == "unknown" else indicator.when_absent, known.index
        )
        for indicator in absent
    }
    return known.assign(**booleans).assign(**constants)


def _needed(absent: Iterable[Indicator], measures: pd.DataFrame, rulebook: Rulebook) -> Iterator[ZoneplanError]:
    for indicator in absent:
        if indicator.when_absent != "error":
            continue
        who = readers(indicator.name, rulebook)
        yield UnknownNameError(
            Phrase(
                "rulebook '{rulebook}', indicators.toml: no layer or table of the plan gives '{measure}' "
                "({unit}){readers}; "
                "add a table with a column '{measure}', or a layer with a 'measure' of this name{hint}",
                rulebook=rulebook.name,
                measure=indicator.name,
                unit=indicator.unit,
                readers=Phrase(
                    ", which {readers} reads" if len(who) == 1 else ", which {readers} read", readers=phrase_list(who)
                )
                if who
                else "",
                hint=near(indicator.name, map(str, measures.columns)),
            ),
            code="missing_measure",
        )


def misfits(
    measures: pd.DataFrame, rulebook: Rulebook, origins: Mapping[str, str] = MappingProxyType({})
) -> Iterator[ZoneplanError]:
    """The complaints about columns that do not hold what the indicator of their name is declared to be."""
    for indicator in rulebook.indicators:
        if indicator.name not in measures.columns:
            continue
        column = measures[indicator.name]
        kind = _kind(column)
        home = Phrase(" in {name}", name=origins[indicator.name]) if indicator.name in origins else ""
        if kind in ("nothing", indicator.type) or (indicator.type == "boolean" and column.dropna().isin([0, 1]).all()):
            if kind == "number" and indicator.limits is not None:
                yield from _beyond(column, indicator.name, indicator.limits, rulebook.name, home)
            continue
        odd = stray_texts(column).sort_index() if (kind, indicator.type) == ("text", "number") else None
        sample = (
            Phrase("it begins with {values}", values=shown(column.dropna().unique()[:3]))
            if odd is None
            else Phrase("it has {values} for {ids}", values=shown(odd.unique()[:3]), ids=shown(odd.index))
        )
        yield SourceError(
            Phrase(
                "column '{column}' holds a {kind}, but rulebook '{rulebook}' reads it as a {wanted} ({unit}); "
                "{found}{file}. {remedy}, or correct its type in indicators.toml.",
                column=indicator.name,
                kind=word(kind),
                rulebook=rulebook.name,
                wanted=word(indicator.type),
                unit=indicator.unit,
                found=sample,
                file=home,
                remedy=Phrase("Correct the column") if odd is None else how_to_write(odd),
            ),
            code="column_type",
            layer=indicator.name,
            features=() if odd is None else odd.index,
        )


_ROUNDING = 1e-6
"""How far beyond its range a value may lie, in parts of the range: a share of 1 may come out as 1.0000001."""


def beyond(column: pd.Series, limits: Sequence[float]) -> pd.Series:
    """The values of a column that lie outside of a range by more than rounding, by id.

    Examples
    --------
    >>> beyond(pd.Series({"b": 40.0, "a": 0.4, "c": 1.0000001}), (0, 1)).to_dict()
    {'b': 40.0}
    """
    (low, high), slack = limits, _ROUNDING * (limits[1] - limits[0])
    values = column.astype("float64")
    return values[(values < low - slack) | (values > high + slack)].sort_index()


def range_faults(
    units: pd.DataFrame, tables: Iterable[TableSection], origins: Mapping[str, str]
) -> Iterator[ZoneplanError]:
    """The complaints about columns of a plan's tables that have not the range that the plan says of them.

    Examples
    --------
    >>> table = TableSection(source="a.csv", id="code", valid_range={"forest": [0, 1]})
    >>> units = pd.DataFrame({"forest": [0.4, 40.0]}, index=["a", "b"])
    >>> [(one.ids, one.keys) for one in range_faults(units, [table], {"forest": "a.csv"})]
    [(('b',), ('tables', 0, 'valid_range', 'forest'))]
    """
    for position, table in enumerate(tables):
        for name, limits in table.valid_range.items():
            keys = ("tables", position, "valid_range", name)
            columns = [column for column, source in origins.items() if source == table.source]
            kind = _kind(units[name]) if name in columns else ""
            if kind == "number":
                yield from out_of_range(Phrase("column '{column}'", column=name), units[name], limits, keys)
            elif kind != "nothing":
                yield UnknownNameError(
                    Phrase(
                        "valid_range: table '{table}' has no column of numbers '{column}'{hint}",
                        table=table.source,
                        column=name,
                        hint="" if kind else near(name, columns),
                    ),
                    keys=keys,
                )


def out_of_range(
    what: str, column: pd.Series, limits: Sequence[float], keys: tuple[str | int, ...]
) -> Iterator[ZoneplanError]:
    """The complaint about values outside of what a plan says that something can have.

    Examples
    --------
    >>> values = pd.Series({"a": 0.5, "b": 50.0})
    >>> [one.ids for one in out_of_range("column 'x'", values, (0, 1), ("tables", 0, "valid_range", "x"))]
    [('b',)]
    """
    wrong = beyond(column, limits)
    if len(wrong):
        yield SourceError(
            Phrase(
                "{what} is {values} for {ids}, but the plan says numbers from {low:g} to {high:g}. It may count in "
                'another unit, such as per cent, or a number stand for "no value": mend the values, or valid_range',
                what=what,
                values=phrase_list(f"{value:g}" for value in wrong.unique()[:3]),
                ids=shown(wrong.index),
                low=limits[0],
                high=limits[1],
            ),
            code="range",
            features=wrong.index.astype(str),
            keys=keys,
        )


def _beyond(
    column: pd.Series, name: str, limits: tuple[float, float], rulebook: str, home: str
) -> Iterator[ZoneplanError]:
    """The complaint about values that an indicator cannot have."""
    (low, high), wrong = limits, beyond(column, limits)
    if len(wrong):
        yield SourceError(
            Phrase(
                "column '{column}'{file} is {values} for {ids}, but rulebook '{rulebook}' reads numbers from {low:g} "
                'to {high:g}. It may count in another unit, such as per cent, or a number stand for "no value": mend '
                "the column, or valid_range in indicators.toml",
                column=name,
                file=home,
                values=phrase_list(f"{value:g}" for value in wrong.unique()[:3]),
                ids=shown(wrong.index),
                rulebook=rulebook,
                low=low,
                high=high,
            ),
            code="range",
            layer=name,
            features=wrong.index.astype(str),
        )


def _kind(column: pd.Series) -> str:
    """Number, text, boolean, or "nothing" where all is missing: by content, whatever type the file gave."""
    if column.isna().all():
        return "nothing"
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    content = str(pd.api.types.infer_dtype(column, skipna=True))
    return _KINDS.get(content, content)


def assumption(indicator: Indicator) -> Assumption:
    """What is taken for an indicator of a rulebook that is absent.

    Examples
    --------
    >>> metro = Indicator(name="metro", type="boolean", when_absent="unknown")
    >>> assumption(metro).assumed.key
    'assumed.no_measure'
    """
    value, taken = indicator.when_absent, say("assumed.unknown")
    if isinstance(value, bool):
        taken = say(f"assumed.{str(value).lower()}")
    elif value != "unknown":
        taken = amount(value, indicator.unit if indicator.type == "number" else "1")
    for ending in ("_share", "_ha"):
        if indicator.name.endswith(ending):
            role = indicator.name.removesuffix(ending)
            message = say("assumed.no_role", taken=taken)
            return Assumption(role, "role", message)
    return Assumption(indicator.name, "indicator", say("assumed.no_measure", taken=taken))
