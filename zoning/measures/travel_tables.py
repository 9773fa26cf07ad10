"""Travel tables: how long the way is from units to facilities, and what each facility has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from layers.errors import Attempts, SourceError, ZoneplanError, naming_the_layer, raise_all, shown
from layers.formats import CsvRow, read_cells
from layers.numerals import plain_numeral
from layers.phrases import Phrase
from layers.sources import resolve_source
from zoning.errors import near
from zoning.indices import travel_times
from zoning.study import AccessTerms


@dataclass(frozen=True, eq=False)
class TravelTable:
    """The ways from units to facilities, and what each facility has."""

    times: pd.DataFrame
    supply: pd.Series
    name: str = "times"


def read_travel_table(terms: AccessTerms, folder: Path, where: str = "") -> TravelTable:
    """The two tables that ``[indices.access]`` names."""
    of = _Columns(folder, where, terms.encoding)
    refused = Attempts()
    sites, supplies = refused.attempt(of.read, terms.facilities, (terms.facility,), terms.supply) or ([], [])
    names = [name for (name,) in sites]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        text = Phrase("table '{table}': facilities stand twice: {names}", table=terms.facilities, names=shown(twice))
        refused.errors.append(SourceError(text, code="facility_twice", layer=terms.facilities, features=twice))
    pairs, times = refused.attempt(of.read, terms.table, (terms.origin, terms.destination), terms.time) or ([], [])
    if not sites:
        refused.stop()
    supply = pd.Series(supplies, index=pd.Index(names, dtype=object), dtype=float)
    strange = sorted({goal for _, goal in pairs} - set(names))
    if strange:
        refused.errors.append(
            SourceError(
                Phrase(
                    "table '{table}': '{names}' stands in no row of '{other}'{hint}; give its supply there, 0 for a "
                    "site that could be taken",
                    table=terms.table,
                    names=shown(strange),
                    other=terms.facilities,
                    hint=near(strange[0], names),
                ),
                code="unknown_facility",
                layer=terms.table,
                features=strange,
            )
        )
    refused.finish()
    rows = pd.DataFrame(pairs, columns=["origin", "destination"]).assign(time=times)
    matrix = travel_times(rows, "origin", "destination", "time")
    return TravelTable(matrix.reindex(columns=supply.index, fill_value=np.inf), supply, terms.table)


def strange_origins(tables: Mapping[str, TravelTable], units: pd.Index) -> Iterator[tuple[str, ZoneplanError]]:
    """By index the complaint about ways that begin at no unit of the study."""
    known = set(map(str, units))
    for index, table in tables.items():
        strange = sorted(set(map(str, table.times.index)) - known)
        if strange:
            text = Phrase(
                "table '{table}': ways begin at {ids}, which are no units{hint}; take these rows out",
                table=table.name,
                ids=shown(strange),
                hint=near(strange[0], sorted(known)),
            )
            yield index, SourceError(text, code="unknown_unit", layer=table.name, features=strange)


@dataclass(frozen=True)
class _Columns:
    """Reads columns of tables of one index."""

    folder: Path
    where: str
    encoding: str | None

    def read(self, name: str, keys: Sequence[str], number: str) -> tuple[list[tuple[str, ...]], list[float]]:
        """The texts of some columns and the numbers of one, row by row."""
        with naming_the_layer(self.where, name):
            path = resolve_source(self.folder, name)
        if path.suffix.lower() != ".csv":
            raise SourceError(
                Phrase("table '{table}' is no .csv; save it as CSV", table=name), code="format", layer=name
            )
        header, rows = read_cells(path, name, self.encoding)
        raise_all([self._no_column(name, one, header) for one in (*keys, number) if one not in header])
        if not rows:
            raise SourceError(Phrase("table '{table}' has no rows", table=name), code="no_rows", layer=name)
        places, at = [header.index(one) for one in keys], header.index(number)
        texts = [tuple(row.cells[place].strip() for place in places) for row in rows]
        values = [_number(row.cells[at]) for row in rows]
        raise_all([*_faults(rows, texts, keys, name), *_no_numbers(rows, values, at, number, name)])
        return texts, values

    @staticmethod
    def _no_column(name: str, column: str, header: Sequence[str]) -> SourceError:
        text = Phrase(
            "table '{table}' has no column '{column}'{hint}; it has {header}",
            table=name,
            column=column,
            hint=near(column, header),
            header=shown(header),
        )
        return SourceError(text, code="missing_column", layer=name)


def _number(cell: str) -> float:
    plain = plain_numeral(cell)
    found = float(plain) if plain else math.nan
    return found if found >= 0 and math.isfinite(found) else math.nan


def _faults(
    rows: Sequence[CsvRow], texts: Sequence[tuple[str, ...]], keys: Sequence[str], name: str
) -> Iterator[SourceError]:
    for place, key in enumerate(keys):
        empty = [str(row.line) for row, own in zip(rows, texts, strict=True) if not own[place]]
        if empty:
            text = Phrase(
                "table '{table}': column '{column}' is empty in lines {lines}",
                table=name,
                column=key,
                lines=shown(empty),
            )
            yield SourceError(text, code="empty_cell", layer=name, features=empty)


def _no_numbers(
    rows: Sequence[CsvRow], values: Sequence[float], at: int, number: str, name: str
) -> Iterator[SourceError]:
    bad = [row for row, value in zip(rows, values, strict=True) if math.isnan(value)]
    if bad:
        lines = [str(row.line) for row in bad]
        text = Phrase(
            "table '{table}', line {line}: '{cell}' in column '{column}' is no number from 0; of {count} such lines "
            "the first",
            table=name,
            line=lines[0],
            cell=bad[0].cells[at],
            column=number,
            count=len(lines),
        )
        yield SourceError(text, code="not_a_number", layer=name, features=lines)
