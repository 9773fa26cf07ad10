"""The energy table of regions, and the targets that a scheme sets for its whole term."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from difflib import get_close_matches
from fractions import Fraction
from typing import Self

import pandas as pd

from layers.errors import SourceError, StudyError, ZoneplanError, naming_the_layer, raise_all, shown
from layers.formats import CsvRow, misspelt_column, read_cells
from layers.phrases import Phrase
from layers.sources import resolve_source
from zoning.rulebook import RegionTarget, Scheme
from zoning.solver import exact_number
from zoning.study import EnergySection, EnergyShare

REGION = "region"
UNITS = ("tce", "tco2")
"""What amounts are counted in: the endings of their columns."""
ENERGY_COLUMNS = (
    "intensity_target_pct",
    "intensity_actual_pct",
    "intensity_incentive_pct",
    "output",
    "base_output",
    "growth_target_pct",
    "growth_actual_pct",
    *(f"{name}_{unit}" for unit in UNITS for name in ("total_target", "total_actual", "exempt", "used", "base_used")),
)
"""The columns that are read besides ``region``; any others are a note to oneself."""

_PLAIN = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")
_HINTS = (
    (r"#.*[!?A0/]", Phrase("this is a spreadsheet's error value; mend its formula and save the values")),
    (r"=.*", Phrase("this is a formula; save the values")),
    (r"'.*", Phrase("drop the apostrophe")),
    (r".*%|.*％", Phrase("write the number alone: the column's name says what is in per cent")),
    (
        r"[+-]?[0-9.]+[eE][+-]?[0-9]+",
        Phrase("a spreadsheet's short form has lost digits; format the column as plain numbers"),
    ),
    (
        r"[0-9]+[-/.][0-9]+[-/.][0-9]+|[0-9]{1,2}[-/].*",
        Phrase("a spreadsheet took it for a date; type it again as a number"),
    ),
    (r"[+-]?[0-9][0-9., ]*", Phrase("write it without separators and with a point for the decimals, such as 1234.5")),
    (r"[\W_]+|[nN]/?[aA]|[nN]a[nN]|[nN]ull|[nN]one", Phrase("leave the cell empty where there is no value")),
)


@dataclass(frozen=True)
class EnergyTable:
    """What the regions of a study were to reach and reached in one period.

    Attributes
    ----------
    period : int
        The year, or the last year of the period.
    rows : DataFrame
        Index ``region`` (text, unique); of ``ENERGY_COLUMNS`` those that there are, others are not read. A fall of
        intensity is positive, in per cent; totals are increments over the base year, all in one unit (``_tce`` or
        ``_tco2``). Numbers are decimals; a float counts as what it prints. Missing values are None or NaN.
    scheme : str or None
        The scheme to judge by; None for the one in force at the end of the period.
    name : str
        How messages call the table.
    share : EnergyShare or None
        A total that is split between the regions, from which their targets follow.
    targets : bool
        Whether regions take the targets that the scheme sets them, as far as ``rows`` have none.
    section : EnergySection or None
        Where the plan asks for it.

    Examples
    --------
    >>> rows = pd.DataFrame({"intensity_target_pct": ["3.0"], "intensity_actual_pct": ["2.7"]}, index=["north"])
    >>> EnergyTable(2019, rows).rows.index.tolist()
    ['north']
    """

    period: int
    rows: pd.DataFrame
    scheme: str | None = None
    name: str = "energy"
    share: EnergyShare | None = None
    targets: bool = False
    section: EnergySection | None = field(default=None, compare=False)

    @classmethod
    def of(cls, section: EnergySection, rows: pd.DataFrame) -> Self:
        """The table of ``[energy]`` with the rows that were read of it."""
        return cls(section.period, rows, section.scheme, section.table, section.share, section.targets, section)

    def where(self, key: str) -> str:
        """What a message about a key of ``[energy]`` begins with: its place in the plan, or the table's name."""
        return self.section.where(key) if self.section else Phrase("table '{table}'", table=self.name)


def read_energy(section: EnergySection) -> EnergyTable:
    """The table that ``[energy]`` names, every number exactly as its text says."""
    with naming_the_layer(section.where("table"), section.table):
        path = resolve_source(section.folder, section.table)
    if path.suffix.lower() != ".csv":
        raise SourceError(
            Phrase(
                "{place}: {table} is no .csv; energy is read from text, so that each number stays exactly as "
                "written: save the table as CSV",
                place=section.where("table"),
                table=section.table,
            ),
            code="energy_format",
            layer=section.table,
        )
    header, rows = read_cells(path, section.table, section.encoding)
    raise_all(_header_faults(header, section.table))
    if not rows:
        raise SourceError(
            Phrase(
                "table '{table}' has no rows. Write one for each region, or leave [energy] out of the plan.",
                table=section.table,
            ),
            code="no_rows",
            layer=section.table,
        )
    column = header.index(REGION)
    columns = {name: header.index(name) for name in ENERGY_COLUMNS if name in header}
    raise_all([*_region_faults(rows, column, section.table), *_cell_faults(rows, columns, section.table)])
    cells = {name: [_decimal(row.cells[at]) for row in rows] for name, at in columns.items()}
    index = pd.Index([row.cells[column] for row in rows], name=REGION, dtype="str")
    frame = pd.DataFrame(cells, index=index, dtype=object)
    return EnergyTable.of(section, frame)


def _decimal(cell: str) -> Decimal | None:
    return Decimal(cell.strip()) if cell.strip() else None


def _header_faults(header: Sequence[str], name: str) -> Iterator[ZoneplanError]:
    known = (REGION, *ENERGY_COLUMNS)
    for column in header:
        text = column.strip().lower()
        begun = [candidate for candidate in known if text and candidate.startswith(f"{text}_")]
        near = [candidate for candidate in (begun or get_close_matches(text, known, 1, 0.8)) if candidate not in header]
        if column not in known and near:
            yield misspelt_column(name, column, near[0], "energy_columns")
    if REGION not in header:
        yield SourceError(
            Phrase(
                "table '{table}' has no column '{column}'; it has {header}. One row is one region.",
                table=name,
                column=REGION,
                header=shown(header),
            ),
            code="energy_columns",
            layer=name,
        )


def _region_faults(rows: Sequence[CsvRow], column: int, name: str) -> Iterator[ZoneplanError]:
    first: dict[str, int] = {}
    for row in rows:
        region = row.cells[column]
        at = Phrase(
            "table '{table}', line {line}, column {place} ({region})",
            table=name,
            line=row.line,
            place=column + 1,
            region=REGION,
        )
        if not region.strip():
            yield SourceError(
                Phrase("{place}: the cell is empty; name the region.", place=at), code="region_missing", layer=name
            )
        elif re.fullmatch(r"#.*[!?A]|[0-9.]+E[+-]?[0-9]+", region):
            yield SourceError(
                Phrase(
                    "{place}: '{region}' is no region but what a spreadsheet made of it; type it again as text.",
                    place=at,
                    region=region,
                ),
                code="cell",
                layer=name,
                features=[region],
            )
        elif region in first:
            yield SourceError(
                Phrase(
                    "{place}: region '{region}' stands on line {line} already; keep one row for each region.",
                    place=at,
                    region=region,
                    line=first[region],
                ),
                code="region_duplicate",
                layer=name,
                features=[region],
            )
        first.setdefault(region, row.line)


def _cell_faults(rows: Sequence[CsvRow], columns: dict[str, int], name: str) -> Iterator[ZoneplanError]:
    for row in rows:
        for column, at in columns.items():
            cell = row.cells[at].strip()
            if cell and not _PLAIN.fullmatch(cell):
                yield SourceError(
                    Phrase(
                        "table '{table}', line {line}, column {at} ({column}): '{cell}' is no plain number; {hint}.",
                        table=name,
                        line=row.line,
                        at=at + 1,
                        column=column,
                        cell=cell,
                        hint=_hint(cell),
                    ),
                    code="cell",
                    layer=name,
                )


def _hint(cell: str) -> str:
    advice = next((hint for pattern, hint in _HINTS if re.fullmatch(pattern, cell)), "")
    return advice or Phrase("write digits, with a point for the decimals, such as 1234.5")


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
    known = {name: target for target in scheme.targets for name in (target.region, *target.names)}
    return {region: known[region] for region in map(str, table.rows.index) if region in known}


def add_targets(
    table: EnergyTable, figures: dict[str, dict[str, Fraction | None]], scheme: Scheme
) -> dict[str, dict[str, Fraction | None]]:
    """The figures with what the scheme sets for their regions, as far as the table gives no target of its own."""
    if not table.targets:
        return figures
    raise_all(_faults(table, figures, scheme))
    done, years = _term(table, scheme)
    completed = dict(figures)
    for region, target in targets_in_use(table, scheme).items():
        numbers = dict(figures[region])
        if numbers["intensity_target_pct"] is None:
            due = intensity_due(target.intensity_fall_pct, done, years)
            numbers |= {
                "intensity_target_pct": Fraction(due),
                "term_target_pct": Fraction(target.intensity_fall_pct),
                "term_done": Fraction(done),
                "term_years": Fraction(years),
            }
        if numbers["total_target"] is None and table.share is None and target.increment is not None:
            numbers["total_target"] = Fraction(exact_number(target.increment)) * done / years
        completed[region] = numbers
    return completed


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
    unknown = [
        name for name, numbers in figures.items() if name not in taken and numbers["intensity_target_pct"] is None
    ]
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
