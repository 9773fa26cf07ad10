"""Energy figures: what each region was to reach and reached, exact and complete, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pandas as pd

from layers import EnergyTable, SourceError, ZoneplanError, naming_the_layer, raise_all, shown
from zoning.energy_entries import Scheme
from zoning.energy_shares import READ, apportion_energy
from zoning.errors import MissingValueError
from zoning.steps import exact_number

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
    """The numbers of every region as a scheme reads them, exact, with what can be computed filled in.

    Raises
    ------
    MissingValueError, SourceError
        As :func:`judge_energy` says; all complaints together.
    """
    columns = {name: name for name in (*_INTENSITY, *_OPTIONAL)}
    columns |= {name: f"{name}_{scheme.unit}" for name in _TOTALS}
    given = {name: column for name, column in columns.items() if column in table.rows.columns}
    figures: dict[str, Figures] = {
        str(region): {name: _fraction(row[given[name]]) if name in given else None for name in columns}
        for region, row in zip(table.rows.index, table.rows.to_dict("records"), strict=True)
    }
    raise_all(_faults(table, figures, given, columns))
    full = {region: _computed(one) for region, one in figures.items()}
    raise_all(_missing(table, full, columns, scheme))
    return _shared(table, full)


def _fraction(cell: Any) -> Fraction | None:
    return None if cell is None or pd.isna(cell) else Fraction(exact_number(cell))


def _faults(
    table: EnergyTable, figures: dict[str, Figures], given: dict[str, str], columns: dict[str, str]
) -> Iterator[ZoneplanError]:
    at = f"table '{table.name}'"
    names = [str(region) for region in table.rows.index]
    twice = sorted({region for region in names if names.count(region) > 1})
    if twice:
        yield SourceError(
            f"{at}: {len(twice)} region(s) stand more than once: {shown(twice)}. Keep one row for each region.",
            code="region_duplicate",
            layer=table.name,
            features=twice,
        )
    for column, code, words, wrong in _impossible(figures, columns):
        if wrong:
            yield SourceError(
                f"{at}: {column} is {words[0]} for {len(wrong)} region(s): {shown(wrong)}{words[1]}.",
                code=code,
                layer=table.name,
                features=wrong,
            )
    yield from _doubled(table, given, columns)


def _impossible(
    figures: dict[str, Figures], columns: dict[str, str]
) -> Iterator[tuple[str, str, tuple[str, str], list[str]]]:
    """What no number can be, with the regions that have it."""
    for listed, bound, words in ((_NOT_NEGATIVE, False, "negative"), (_ABOVE_ZERO, True, "not above 0")):
        for name in listed:
            hint = "; a fall of intensity is written as a positive number" if name.endswith("_pct") else ""
            wrong = [r for r, one in figures.items() if (v := one[name]) is not None and (v < 0 or (bound and v == 0))]
            yield columns[name], "negative", (words, hint), wrong
    gone = [region for region, one in figures.items() if (v := one["growth_actual_pct"]) is not None and v <= -100]
    yield "growth_actual_pct", "growth", ("-100 or less", "; nothing is left of the output"), gone
    low = [region for region, one in figures.items() if _below(one)]
    below = ("below intensity_target_pct", "; the incentive target lies above the basic one")
    yield "intensity_incentive_pct", "incentive_below_target", below, low


def _doubled(table: EnergyTable, given: dict[str, str], columns: dict[str, str]) -> Iterator[ZoneplanError]:
    """Numbers that can be had in two ways."""
    at = f"table '{table.name}'"
    for result, sources in _COMPUTED:
        if result in given and all(name in given for name in sources):
            yield SourceError(
                f"{at}: {columns[result]} stands in the table and can be computed from "
                f"{', '.join(columns[name] for name in sources)} as well; keep one of the two.",
                code="two_sources",
                layer=table.name,
            )
    if table.share is not None and "total_target" in given:
        yield SourceError(
            f"{at}: {columns['total_target']} stands in the table and follows from the total that the plan splits, too "
            f"({table.where('share')}); keep one of the two.",
            code="two_sources",
            layer=table.name,
        )


def _below(one: Figures) -> bool:
    target, incentive = one["intensity_target_pct"], one["intensity_incentive_pct"]
    return target is not None and incentive is not None and incentive < target


def _computed(one: Figures) -> Figures:
    """The figures of a region with what follows from use and output."""
    used, base, output, base_output = (one[name] for name in _FROM_USE)
    found = dict(one)
    if one["growth_actual_pct"] is None and output is not None and base_output is not None:
        found["growth_actual_pct"] = (output / base_output - 1) * 100
    growth = found["growth_actual_pct"]
    if used is not None and base is not None:
        if one["intensity_actual_pct"] is None and growth is not None:
            found["intensity_actual_pct"] = (1 - used / (base * (1 + growth / 100))) * 100
        if one["total_actual"] is None:
            found["total_actual"] = used - base
    return found


def _shared(table: EnergyTable, figures: dict[str, Figures]) -> dict[str, Figures]:
    """The figures with the targets that follow from the total of the plan, where it splits one."""
    share = table.share
    if share is None or not figures:
        return figures
    rows = pd.DataFrame({name: [one[name] for one in figures.values()] for name in READ}, list(figures), dtype=object)
    with naming_the_layer(f"{table.where('share')}: table '{table.name}'"):
        found = apportion_energy(rows, share.total, share.step, share.least_pct, share.most_pct)
    return {
        region: one | {"share": Fraction(amount), "total_target": Fraction(amount) - known_figure(one, "base_used")}
        for (region, one), amount in zip(figures.items(), found["amount"], strict=True)
    }


def _missing(
    table: EnergyTable, figures: dict[str, Figures], columns: dict[str, str], scheme: Scheme
) -> Iterator[ZoneplanError]:
    targets = ("total_target",) if table.share is None else READ
    for name in dict.fromkeys((*_INTENSITY, *targets, "total_actual")):
        lacking = [region for region, one in figures.items() if one[name] is None]
        if lacking:
            other = [column for column in table.rows.columns if column.startswith(f"{name}_t") and name in _TOTALS]
            counted = f" (the table has {other[0]}, and scheme '{scheme.code}' counts {scheme.unit})" if other else ""
            yield MissingValueError(
                f"table '{table.name}': {columns[name]} is missing for {len(lacking)} region(s): {shown(lacking)}"
                f"{counted if columns[name] not in table.rows.columns else ''}. Fill it in, or leave the region out; "
                "nothing is assumed.",
                layer=table.name,
                features=lacking,
            )


def known_figure(one: Figures, name: str) -> Fraction:
    """A figure that :func:`figures_of` has made sure of."""
    value = one[name]
    if value is None:  # refused before any region is judged
        raise AssertionError(name)
    return value
