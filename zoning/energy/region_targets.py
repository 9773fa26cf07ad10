"""Targets of regions that a scheme sets for its whole term: what is due by a year, and how much of it was reached."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

from layers.errors import StudyError, ZoneplanError, raise_all, shown
from layers.phrases import Phrase
from zoning.energy.energy_table import EnergyTable
from zoning.rulebook import RegionTarget, Scheme
from zoning.solver import exact_number

EXACT = Context(prec=28, rounding=ROUND_HALF_UP)
"""Whatever the caller's own context is."""
DUE = Decimal("0.0001")
"""To what a fall that is due by a year is rounded, in per cent."""
PRINTED = Decimal("0.01")
"""To what progress is rounded, in per cent, as announcements print it."""


def intensity_progress(fall_pct: Fraction | Decimal | float, target_pct: Fraction | Decimal | float) -> Decimal | None:
    """How much of a target of several years a fall of intensity since its base year is, in per cent.

    Notes
    -----
    Falls of single years multiply, so progress is measured in logarithms: ``ln(1 - fall) / ln(1 - target)``. So are
    the numbers that were announced for Henan in 2016 and Tianjin to 2009; ``fall / target`` misses the first by two
    points.

    Examples
    --------
    >>> intensity_progress(7.64, 16)  # Henan, 2016
    Decimal('45.58')
    >>> intensity_progress(20.07, 20)  # Tianjin, to 2009
    Decimal('100.39')
    """
    fall, target = float(fall_pct), float(target_pct)
    if not 0 < target < 100 or fall >= 100:
        return None
    progress = 100 * math.log1p(-fall / 100) / math.log1p(-target / 100)
    return Decimal(progress).quantize(PRINTED, context=EXACT)


def intensity_due(target_pct: Decimal, done: int, years: int) -> Decimal:
    """The fall of intensity that is due after some years of a term, as the progress of each year is the same.

    Examples
    --------
    >>> intensity_due(Decimal(16), 1, 5)  # a year of Henan's 16 %
    Decimal('3.4270')
    >>> intensity_due(Decimal(16), 5, 5)
    Decimal('16')
    """
    if done == years:
        return target_pct
    with localcontext(EXACT):
        left = (1 - target_pct / 100) ** (Decimal(done) / Decimal(years))
        return ((1 - left) * 100).quantize(DUE)


def targets_in_use(table: EnergyTable, scheme: Scheme) -> dict[str, RegionTarget]:
    """The targets of a scheme by the region of a table that takes them; none where the table asks for none."""
    if not table.targets:
        return {}
    known = {name: one for one in scheme.targets for name in (one.region, *one.names)}
    return {region: known[region] for region in map(str, table.rows.index) if region in known}


def add_targets(
    table: EnergyTable, figures: dict[str, dict[str, Fraction | None]], scheme: Scheme
) -> dict[str, dict[str, Fraction | None]]:
    """The figures with what the scheme sets for their regions, as far as the table gives no target of its own."""
    if not table.targets:
        return figures
    raise_all(_faults(table, figures, scheme))
    done, years = _term(table, scheme)
    found = dict(figures)
    for region, target in targets_in_use(table, scheme).items():
        one = dict(figures[region])
        if one["intensity_target_pct"] is None:
            due = intensity_due(target.intensity_fall_pct, done, years)
            one |= {
                "intensity_target_pct": Fraction(due),
                "term_target_pct": Fraction(target.intensity_fall_pct),
                "term_done": Fraction(done),
                "term_years": Fraction(years),
            }
        if one["total_target"] is None and table.share is None and target.increment is not None:
            one["total_target"] = Fraction(exact_number(target.increment)) * done / years
        found[region] = one
    return found


def _term(table: EnergyTable, scheme: Scheme) -> tuple[int, int]:
    """How many years of a scheme's term are over at the end of the period, and how many it has."""
    if scheme.since is None or scheme.until is None:  # refused when the rulebook is read
        raise AssertionError(scheme.code)
    return table.period - scheme.since.year + 1, scheme.until.year - scheme.since.year


def _faults(
    table: EnergyTable, figures: dict[str, dict[str, Fraction | None]], scheme: Scheme
) -> Iterator[ZoneplanError]:
    if not scheme.targets:
        yield StudyError(
            Phrase(
                "{place}: scheme '{scheme}' has no targets of regions; give intensity_target_pct and the target of the "
                "total in the table, and leave targets out",
                place=table.where("targets"),
                scheme=scheme.code,
            ),
            code="no_targets",
        )
        return
    done, years = _term(table, scheme)
    if not 1 <= done <= years:
        yield StudyError(
            Phrase(
                "{place}: the targets of scheme '{scheme}' hold {period}, and {year} is not in it; give the targets "
                "in the table, and leave targets out",
                place=table.where("targets"),
                scheme=scheme.code,
                period=scheme.period,
                year=table.period,
            ),
            code="targets_of_another_time",
        )
    taken = targets_in_use(table, scheme)
    unknown = [name for name, one in figures.items() if name not in taken and one["intensity_target_pct"] is None]
    if unknown:
        yield StudyError(
            Phrase(
                "{place}: scheme '{scheme}' has no target for {count} region(s): {ids}. Write their codes, such as "
                "'{code}', or give their targets in the table.",
                place=table.where("targets"),
                scheme=scheme.code,
                count=len(unknown),
                ids=shown(unknown),
                code=scheme.targets[0].region,
            ),
            code="no_target_of_region",
        )
