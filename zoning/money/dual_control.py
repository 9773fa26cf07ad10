"""Dual control of energy: intensity and total of each region judged with three lights, by the scheme of its period.

What a region was to reach and reached is exact and complete, or refused. A total that regions share is split by the
productivity of their energy, inside bounds, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from layers.errors import SourceError, StudyError, ZoneplanError, naming_the_layer, raise_all, shown
from layers.phrases import OR, Phrase, phrase_list
from zoning.errors import MissingValueError, RulebookError, near
from zoning.money.energy_table import EnergyTable, add_targets, intensity_progress, read_energy
from zoning.quotas import find_column
from zoning.reasons import Message, joined, say
from zoning.rulebook import EXEMPT, INCENTIVE, MARGIN, RELAXED, RISING, Rulebook, Scheme
from zoning.solver import Number, apportion_with_bounds, exact_number
from zoning.study import EnergySection
from zoning.tables import ENERGY, tabulate

READ = ("base_used", "base_output", "intensity_target_pct", "growth_target_pct")
"""What a share is made of."""
ABOVE_ZERO = ("base_used", "base_output")


def apportion_energy(
    regions: pd.DataFrame, total: Number, step: Number = 1, least_pct: Number = 0, most_pct: Number | None = None
) -> pd.DataFrame:
    """The energy that each region may use, out of a total: more where a tonne makes more, and where output grows.

    Parameters
    ----------
    regions : DataFrame
        Index: names, unique. Columns ``base_used`` (energy of the base year), ``base_output`` (output of that year),
        ``intensity_target_pct`` (how far intensity is to fall) and ``growth_target_pct`` (of output).
    total : number
        What all of them may use at the end of the period, in the unit of ``base_used``.
    step : number
        The smallest amount.
    least_pct, most_pct : number
        Nobody gets less or more than so many per cent of its use of the base year.

    Returns
    -------
    DataFrame
        Index as given. ``weight``; ``floor`` and ``ceiling`` ("Infinity" where there is none); ``amount``, decimals
        that sum to the total; ``binding`` ("floor", "ceiling" or ""); ``increment``, the amount less the use of the
        base year, which is the target of the total.

    Raises
    ------
    UnknownNameError, MissingValueError
        A column or a value is missing; nothing is assumed.
    InfeasibleError
        The bounds contradict the total.
    SourceError
        Use or output of the base year is not above 0.

    Notes
    -----
    The weight is what a region would use if it met its targets, times the output that a tonne of it makes:

        base_used * (1 - fall) * (1 + growth) * base_output / base_used

    No formula by which the state splits its total is public. Fagaihuanzi [2021] 1310 names productivity as an important
    ground and favours efficient regions that grow fast; the weight is the house's own reading of that. Amounts are
    apportioned by :func:`zoning.solver.apportion`: as the bounds do not depend on the total, a smaller total never
    means more for anyone.

    Examples
    --------
    >>> regions = pd.DataFrame(
    ...     {"base_used": [500, 300], "base_output": [900, 300], "intensity_target_pct": 3, "growth_target_pct": 6},
    ...     index=["north", "south"],
    ... )
    >>> apportion_energy(regions, 800, least_pct=90)[["amount", "binding", "increment"]].to_numpy().tolist()
    [[Decimal('530'), '', Decimal('30')], [Decimal('270'), 'floor', Decimal('-30')]]
    """
    weights = pd.Series([float(weight) for weight in _weights(regions)], index=regions.index, dtype=float)
    used = regions["base_used"].map(exact_number)
    floor = used * exact_number(least_pct) / 100
    ceiling = None if most_pct is None else used * exact_number(most_pct) / 100
    amounts, binding = apportion_with_bounds(weights, total, step, floor, ceiling)
    return pd.DataFrame(
        {
            "weight": weights,
            "floor": floor,
            "ceiling": Decimal("Infinity") if ceiling is None else ceiling,
            "amount": amounts,
            "binding": binding,
            "increment": amounts - used,
        }
    )


def _weights(regions: pd.DataFrame) -> list[Fraction]:
    columns = {name: _column(regions, name) for name in READ}
    return [
        output * max(Fraction(0), (1 - fall / 100) * (1 + growth / 100))
        for output, fall, growth in zip(*(columns[name] for name in READ[1:]), strict=True)
    ]


def _column(regions: pd.DataFrame, name: str) -> list[Fraction]:
    """The numbers of a column, none missing; use and output of the base year above 0."""
    column = find_column(name, regions, Phrase("column of a share of energy"))
    lacking = sorted(map(str, column.index[column.isna()]))
    if lacking:
        raise MissingValueError(
            Phrase(
                "{name} is missing for {count} region(s): {ids}; the share of a total needs it",
                name=name,
                count=len(lacking),
                ids=shown(lacking),
            ),
            layer=name,
            features=lacking,
        )
    numbers = [Fraction(exact_number(value)) for value in column]
    low = [str(region) for region, number in zip(column.index, numbers, strict=True) if number <= 0]
    if name in ABOVE_ZERO and low:
        raise SourceError(
            Phrase("{name} is not above 0 for {count} region(s): {ids}", name=name, count=len(low), ids=shown(low)),
            code="number",
            layer=name,
            features=low,
        )
    return numbers


Figures = dict[str, Fraction | None]
"""What one region was to reach and reached; names of totals without their unit."""

_INTENSITY = ("intensity_target_pct", "intensity_actual_pct")
_OPTIONAL = ("intensity_incentive_pct", "output", "base_output", "growth_target_pct", "growth_actual_pct")
_TOTALS = ("total_target", "total_actual", "exempt", "used", "base_used")
_NOT_NEGATIVE = ("intensity_target_pct", "intensity_incentive_pct", "total_target", "exempt", "used")
_ABOVE_ZERO = ("output", "base_output", "base_used")
_FROM_USE = ("used", "base_used", "output", "base_output")
_COMPUTED = (
    ("intensity_actual_pct", _FROM_USE),
    ("total_actual", _FROM_USE[:2]),
    ("growth_actual_pct", _FROM_USE[2:]),
)
"""What can be computed, and from which columns; both at once are two answers to one question."""


def figures_of(table: EnergyTable, scheme: Scheme) -> dict[str, Figures]:
    """The numbers of every region as a scheme reads them, exact, with what can be computed filled in."""
    columns = {name: name for name in (*_INTENSITY, *_OPTIONAL)}
    columns |= {name: f"{name}_{scheme.unit}" for name in _TOTALS}
    given = {name: column for name, column in columns.items() if column in table.rows.columns}
    figures: dict[str, Figures] = {
        str(region): {name: _fraction(row[given[name]]) if name in given else None for name in columns}
        for region, row in zip(table.rows.index, table.rows.to_dict("records"), strict=True)
    }
    raise_all(_faults(table, figures, given, columns))
    full = add_targets(table, {region: _computed(numbers) for region, numbers in figures.items()}, scheme)
    raise_all(_missing(table, full, columns, scheme))
    return _shared(table, full)


def _fraction(cell: Any) -> Fraction | None:
    return None if cell is None or pd.isna(cell) else Fraction(exact_number(cell))


def _faults(
    table: EnergyTable, figures: dict[str, Figures], given: dict[str, str], columns: dict[str, str]
) -> Iterator[ZoneplanError]:
    at = Phrase("table '{table}'", table=table.name)
    names = [str(region) for region in table.rows.index]
    twice = sorted({region for region in names if names.count(region) > 1})
    if twice:
        yield SourceError(
            Phrase(
                "{place}: {count} region(s) stand more than once: {ids}. Keep one row for each region.",
                place=at,
                count=len(twice),
                ids=shown(twice),
            ),
            code="region_duplicate",
            layer=table.name,
            features=twice,
        )
    for column, code, words, wrong in _impossible(figures, columns):
        if wrong:
            yield SourceError(
                Phrase(
                    "{place}: {column} is {fault} for {count} region(s): {ids}{hint}.",
                    place=at,
                    column=column,
                    fault=words[0],
                    count=len(wrong),
                    ids=shown(wrong),
                    hint=words[1],
                ),
                code=code,
                layer=table.name,
                features=wrong,
            )
    yield from _doubled(table, given, columns)


def _impossible(
    figures: dict[str, Figures], columns: dict[str, str]
) -> Iterator[tuple[str, str, tuple[str, str], list[str]]]:
    """What no number can be, with the regions that have it."""
    for listed, bound, words in (
        (_NOT_NEGATIVE, False, Phrase("negative")),
        (_ABOVE_ZERO, True, Phrase("not above 0")),
    ):
        for name in listed:
            hint = Phrase("; a fall of intensity is written as a positive number") if name.endswith("_pct") else ""
            wrong = [
                r
                for r, numbers in figures.items()
                if (v := numbers[name]) is not None and (v < 0 or (bound and v == 0))
            ]
            yield columns[name], "negative", (words, hint), wrong
    gone = [
        region for region, numbers in figures.items() if (v := numbers["growth_actual_pct"]) is not None and v <= -100
    ]
    yield "growth_actual_pct", "growth", (Phrase("-100 or less"), Phrase("; nothing is left of the output")), gone
    low = [region for region, numbers in figures.items() if _below(numbers)]
    below = (Phrase("below intensity_target_pct"), Phrase("; the incentive target lies above the basic one"))
    yield "intensity_incentive_pct", "incentive_below_target", below, low


def _doubled(table: EnergyTable, given: dict[str, str], columns: dict[str, str]) -> Iterator[ZoneplanError]:
    """Numbers that can be had in two ways."""
    at = Phrase("table '{table}'", table=table.name)
    for result, sources in _COMPUTED:
        if result in given and all(name in given for name in sources):
            yield SourceError(
                Phrase(
                    "{place}: {column} stands in the table and can be computed from {others} as well; keep one "
                    "of the two.",
                    place=at,
                    column=columns[result],
                    others=phrase_list(columns[name] for name in sources),
                ),
                code="two_sources",
                layer=table.name,
            )
    if table.share is not None and "total_target" in given:
        yield SourceError(
            Phrase(
                "{place}: {column} stands in the table and follows from the total that the plan splits, too ({where}); "
                "keep one of the two.",
                place=at,
                column=columns["total_target"],
                where=table.where("share"),
            ),
            code="two_sources",
            layer=table.name,
        )


def _below(numbers: Figures) -> bool:
    target, incentive = numbers["intensity_target_pct"], numbers["intensity_incentive_pct"]
    return target is not None and incentive is not None and incentive < target


def _computed(numbers: Figures) -> Figures:
    """The figures of a region with what follows from use and output."""
    used, base, output, base_output = (numbers[name] for name in _FROM_USE)
    completed = dict(numbers)
    if numbers["growth_actual_pct"] is None and output is not None and base_output is not None:
        completed["growth_actual_pct"] = (output / base_output - 1) * 100
    growth = completed["growth_actual_pct"]
    if used is not None and base is not None:
        if numbers["intensity_actual_pct"] is None and growth is not None:
            completed["intensity_actual_pct"] = (1 - used / (base * (1 + growth / 100))) * 100
        if numbers["total_actual"] is None:
            completed["total_actual"] = used - base
    return completed


def _shared(table: EnergyTable, figures: dict[str, Figures]) -> dict[str, Figures]:
    """The figures with the targets that follow from the total of the plan, where it splits one."""
    share = table.share
    if share is None or not figures:
        return figures
    written = {name: [_as_written(numbers[name]) for numbers in figures.values()] for name in READ}
    rows = pd.DataFrame(written, list(figures), dtype=object)
    with naming_the_layer(Phrase("{place}: table '{table}'", place=table.where("share"), table=table.name)):
        apportioned = apportion_energy(rows, share.total, share.step, share.least_pct, share.most_pct)
    return {
        region: numbers
        | {"share": Fraction(amount), "total_target": Fraction(amount) - known_figure(numbers, "base_used")}
        for (region, numbers), amount in zip(figures.items(), apportioned["amount"], strict=True)
    }


def _as_written(number: Fraction | None) -> Decimal | None:
    """A number of a table as the decimal that it was: at most 18 digits before the point and as many behind it."""
    with localcontext(Context(prec=40)):
        return None if number is None else Decimal(number.numerator) / number.denominator


def _missing(
    table: EnergyTable, figures: dict[str, Figures], columns: dict[str, str], scheme: Scheme
) -> Iterator[ZoneplanError]:
    targets = ("total_target",) if table.share is None else READ
    for name in dict.fromkeys((*_INTENSITY, *targets, "total_actual")):
        lacking = [region for region, numbers in figures.items() if numbers[name] is None]
        if lacking:
            other = [column for column in table.rows.columns if column.startswith(f"{name}_t") and name in _TOTALS]
            counted = (
                Phrase(
                    " (the table has {other}, and scheme '{scheme}' counts {unit})",
                    other=other[0],
                    scheme=scheme.code,
                    unit=scheme.unit,
                )
                if other
                else ""
            )
            yield MissingValueError(
                Phrase(
                    "table '{table}': {column} is missing for {count} region(s): {ids}{note}. Fill it in, "
                    "or leave "
                    "the region out; nothing is assumed.",
                    table=table.name,
                    column=columns[name],
                    count=len(lacking),
                    ids=shown(lacking),
                    note=counted if columns[name] not in table.rows.columns else "",
                ),
                layer=table.name,
                features=lacking,
            )


def known_figure(numbers: Figures, name: str) -> Fraction:
    """A figure that :func:`figures_of` has made sure of."""
    value = numbers[name]
    if value is None:  # refused before any region is judged
        raise AssertionError(name)
    return value


def scheme_in_force(table: EnergyTable, rulebook: Rulebook) -> Scheme:
    """The scheme that a table asks for, or the one in force on the last day of its period.

    Examples
    --------
    >>> import pandas as pd
    >>> from zoning.rulebook import read_rulebook
    >>> rulebook = read_rulebook("main_functional_areas", date(2025, 1, 1))
    >>> [scheme_in_force(EnergyTable(period, pd.DataFrame()), rulebook).code for period in (2019, 2021, 2026)]
    ['13th_plan', '14th_plan', 'carbon']
    """
    codes = tuple(dict.fromkeys(scheme.code for scheme in rulebook.schemes))
    at = table.where("table")
    if not codes:
        raise RulebookError(
            Phrase(
                "{place}: rulebook '{rulebook}' knows no dual control of energy: it has no energy.toml. Leave [energy] "
                "out, or choose a rulebook that has one, such as 'main_functional_areas'",
                place=at,
                rulebook=rulebook.name,
            ),
            code="no_energy",
        )
    end = date(table.period, 12, 31)
    if table.scheme is None:
        in_force = next((scheme for scheme in rulebook.schemes if scheme.on(end)), None)
        if in_force is None:
            raise StudyError(
                Phrase(
                    "{place}: no scheme of rulebook '{rulebook}' is in force at the end of the period, {end}; "
                    "name one: "
                    "scheme = {codes}",
                    place=table.where("period"),
                    rulebook=rulebook.name,
                    end=end,
                    codes=phrase_list((repr(code) for code in codes), OR),
                ),
                code="no_scheme",
            )
        return in_force
    named = [scheme for scheme in rulebook.schemes if scheme.code == table.scheme]
    if not named:
        raise StudyError(
            Phrase(
                "{place}: rulebook '{rulebook}' has no scheme {scheme}{hint}",
                place=table.where("scheme"),
                rulebook=rulebook.name,
                scheme=shown([table.scheme]),
                hint=near(table.scheme, codes),
            ),
            code="unknown_scheme",
        )
    return next((scheme for scheme in named if scheme.on(end)), named[-1])


RED, YELLOW, GREEN = 1, 2, 3
LIGHT_COLOURS = {RED: "red", YELLOW: "yellow", GREEN: "green"}
"""The colours of the lights, from the warning level down."""


def judge_energy(energy: EnergySection | EnergyTable | None, rulebook: Rulebook) -> pd.DataFrame:
    """The warning lights of every region: intensity and total against their targets.

    Parameters
    ----------
    energy : EnergySection, EnergyTable or None
        ``study.energy``, or the table itself: index region, columns as :class:`zoning.money.EnergyTable` says. None
        gives a table without rows.
    rulebook : Rulebook
        Its schemes (``energy.toml``).

    Returns
    -------
    DataFrame
        The ENERGY table. Lights: 1 red, 2 yellow, 3 green. ``total_light`` says how the total stands even where
        ``total_exempt`` says that it does not count; ``verdict`` is the worse of the lights that count; ``reason`` is
        a message (:class:`zoning.reasons.Message`), which has no language yet.

    Raises
    ------
    RulebookError
        The rulebook has no ``energy.toml``.
    StudyError
        It has no such scheme, none in force at the end of the period, or no targets for regions that ask for them.
    MissingValueError
        A target or what was reached is missing; all regions concerned are named.
    SourceError
        An amount is negative, an incentive target is below the basic one, or one number can be had in two ways.

    Notes
    -----
    With target *t* and what was reached *a* (a fall of intensity is positive): green where ``a >= t``, yellow where
    the gap ``t - a`` is at most the margin (10 per cent) **of the target**, red beyond; intensity that rises is red.
    Totals are increments over the base year: the gap is ``a - exempt - t``. All comparisons are exact. Where the table
    comes with a ``share``, the target of a total is the region's share of it (:func:`share_total`) less its use of the
    base year.

    A table with ``targets`` takes those of the scheme for its whole term: due by the end of year *k* of *n* is a fall
    of ``1 - (1 - t) ** (k / n)``, for progress is announced in logarithms, and *k/n* of the increment; what was
    reached is counted from the year before the term.

    Where a table has ``used_tce``, ``base_used_tce`` and ``output``, ``base_output`` at constant prices instead of
    ``intensity_actual_pct`` or ``total_actual_tce``, these are computed: ``1 - (E/Y) / (E0/Y0)`` and ``E - E0``. The
    growth of output that statistics print, ``growth_actual_pct``, stands for output as well: ``Y/Y0 = 1 + growth``.

    By a scheme that relaxes for growth, a region whose intensity meets its target and whose output grew more than
    expected has ``base_used * (1 - t) * (growth - expected growth)`` more to use: total is intensity times output.

    Notice 901 (2020) and 629 (2021) of the National Development and Reform Commission; Fagaihuanzi [2021] 1310.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> from zoning.money import EnergyTable
    >>> rows = pd.DataFrame(
    ...     {
    ...         "intensity_target_pct": ["3", "3"],
    ...         "intensity_actual_pct": ["2.7", "2.69"],
    ...         "total_target_tce": [100, 100],
    ...         "total_actual_tce": [90, 110],
    ...     },
    ...     index=["north", "south"],
    ... )
    >>> lights = zp.judge_energy(EnergyTable(2019, rows), zp.read_rulebook("main_functional_areas"))
    >>> lights[["region", "intensity_light", "total_light", "verdict"]].to_numpy().tolist()
    [['north', 2, 3, 'yellow'], ['south', 1, 2, 'red']]
    """
    if energy is None:
        return tabulate(ENERGY, pd.DataFrame())
    table = read_energy(energy) if isinstance(energy, EnergySection) else energy
    judge = _Judge(scheme_in_force(table, rulebook), table.period)
    figures = figures_of(table, judge.scheme)
    return tabulate(ENERGY, pd.DataFrame([judge.row(region, numbers) for region, numbers in figures.items()]))


class _Judge(NamedTuple):
    """Judges regions by a scheme as it stands at the end of a period."""

    scheme: Scheme
    period: int

    @property
    def day(self) -> date:
        return date(self.period, 12, 31)

    @property
    def margin(self) -> Fraction:
        return Fraction(exact_number(self.scheme.value(MARGIN, self.day)))

    def row(self, region: str, numbers: Figures) -> dict[str, object]:
        """A row of the ENERGY table."""
        intensity, message = self._intensity(numbers)
        total, also = self._total(numbers, intensity_met=intensity == GREEN)
        exempt = self._exempt(numbers)
        messages = [message, *_of_term(numbers), *also]
        if exempt:
            messages.append(say("energy.incentive", target=numbers["intensity_incentive_pct"]))
        messages.append(say("energy.scheme", scheme=self.scheme.code, period=self.period))
        return {
            "period": self.period,
            "region": region,
            "intensity_light": intensity,
            "total_light": total,
            "total_exempt": exempt,
            "verdict": LIGHT_COLOURS[intensity if exempt else min(intensity, total)],
            "reason": joined(messages),
        }

    def _say(self, key: str, **figures: Fraction | None) -> Message:
        return say(f"energy.{key}", unit=self.scheme.unit, **figures)

    def _intensity(self, numbers: Figures) -> tuple[int, Message]:
        target, actual = known_figure(numbers, "intensity_target_pct"), known_figure(numbers, "intensity_actual_pct")
        light, gap, allowed = self._light(target, target - actual)
        if actual < 0:
            light = RED if self.scheme.holds(RISING, self.day) else light
            return light, _lit(say("energy.rose", actual=-actual, target=target), light)
        figures = {"actual": actual, "target": target}
        if gap > 0:
            figures |= {"gap": gap, "allowed": allowed, "margin": self.margin}
        return light, _lit(say(f"energy.fell{'_short' if gap > 0 else ''}", **figures), light)

    def _total(self, numbers: Figures, *, intensity_met: bool) -> tuple[int, list[Message]]:
        actual, target = known_figure(numbers, "total_actual"), known_figure(numbers, "total_target")
        messages: list[Message] = []
        if (exempt := numbers["exempt"]) and self.scheme.holds(EXEMPT, self.day):
            actual -= exempt
            messages.append(self._say("exempt", exempt=exempt))
        more = self._relaxation(numbers) if intensity_met else Fraction(0)
        if more:
            target += more
            messages.append(
                self._say(
                    "relaxed", more=more, growth=numbers["growth_actual_pct"], expected=numbers["growth_target_pct"]
                )
            )
        if numbers.get("share") is not None:
            messages.append(self._say("share", share=numbers["share"], base=numbers["base_used"]))
        light, gap, allowed = self._light(target, actual - target)
        figures = {"actual": abs(actual), "target": target}
        if gap > 0:
            figures |= {"gap": gap, "allowed": allowed, "margin": self.margin}
        message = self._say(f"total{'_fell' if actual < 0 else ''}{'_over' if gap > 0 else ''}", **figures)
        return light, [_lit(message, light), *messages]

    def _light(self, target: Fraction, gap: Fraction) -> tuple[int, Fraction, Fraction]:
        """The light of a gap, with what the margin allows of it."""
        allowed = abs(target) * self.margin / 100
        return GREEN if gap <= 0 else YELLOW if gap <= allowed else RED, gap, allowed

    def _relaxation(self, numbers: Figures) -> Fraction:
        """What growth beyond the expected adds to the target of the total."""
        base, growth, expected = numbers["base_used"], numbers["growth_actual_pct"], numbers["growth_target_pct"]
        if base is None or growth is None or expected is None or not self.scheme.holds(RELAXED, self.day):
            return Fraction(0)
        return max(
            Fraction(0), base * (1 - known_figure(numbers, "intensity_target_pct") / 100) * (growth - expected) / 100
        )

    def _exempt(self, numbers: Figures) -> bool:
        incentive, actual = numbers["intensity_incentive_pct"], known_figure(numbers, "intensity_actual_pct")
        return incentive is not None and actual >= incentive and self.scheme.holds(INCENTIVE, self.day)


def _of_term(numbers: Figures) -> list[Message]:
    """Of a target for a whole term: how much of it was reached, and how much of the term is over."""
    target = numbers.get("term_target_pct")
    if target is None:
        return []
    progress = intensity_progress(known_figure(numbers, "intensity_actual_pct"), target)
    figures = {"target": target, "done": numbers["term_done"], "years": numbers["term_years"]}
    if progress is None:
        return [say("energy.term", **figures)]
    return [say("energy.term_progress", progress=Fraction(progress), **figures)]


def _lit(clause: Message, light: int) -> Message:
    """A part of a verdict, which ends in its light."""
    return say("energy.lit", clause=clause, light=light_message(light))


def light_message(light: int | str) -> Message:
    """The name of a light, given by its level or its colour."""
    return say(f"light.{LIGHT_COLOURS[light] if isinstance(light, int) else light}")
