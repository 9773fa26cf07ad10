"""Energy tables: what regions were to reach and reached, each number exactly as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Self

import pandas as pd

from layers.errors import SourceError, ZoneplanError, naming_the_layer, raise_all, shown
from layers.formats import CsvRow, misspelt_column, read_cells
from layers.phrases import Phrase
from layers.sources import resolve_source
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
    place = header.index(REGION)
    columns = {name: header.index(name) for name in ENERGY_COLUMNS if name in header}
    raise_all([*_region_faults(rows, place, section.table), *_cell_faults(rows, columns, section.table)])
    cells = {name: [_decimal(row.cells[at]) for row in rows] for name, at in columns.items()}
    index = pd.Index([row.cells[place] for row in rows], name=REGION, dtype="str")
    frame = pd.DataFrame(cells, index=index, dtype=object)
    return EnergyTable.of(section, frame)


def _decimal(cell: str) -> Decimal | None:
    return Decimal(cell.strip()) if cell.strip() else None


def _header_faults(header: Sequence[str], name: str) -> Iterator[ZoneplanError]:
    known = (REGION, *ENERGY_COLUMNS)
    for column in header:
        text = column.strip().lower()
        begun = [one for one in known if text and one.startswith(f"{text}_")]
        near = [one for one in (begun or get_close_matches(text, known, 1, 0.8)) if one not in header]
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


def _region_faults(rows: Sequence[CsvRow], place: int, name: str) -> Iterator[ZoneplanError]:
    first: dict[str, int] = {}
    for row in rows:
        region = row.cells[place]
        at = Phrase(
            "table '{table}', line {line}, column {place} ({region})",
            table=name,
            line=row.line,
            place=place + 1,
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
    found = next((hint for pattern, hint in _HINTS if re.fullmatch(pattern, cell)), "")
    return found or Phrase("write digits, with a point for the decimals, such as 1234.5")
