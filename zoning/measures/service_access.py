"""Access to services as indices of a plan: what each unit reaches, what it lacks, and where one more would help."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from zoning.indices import best_facilities, facility_shares, service_gap, travel_times
from zoning.reasons import AccessParts
from zoning.study import AccessTerms, PlanIndex
from zoning.tables import FACILITIES, tabulate


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


BELOW_STANDARD = "services_below_standard"
"""The measure that counts of how many services a unit has less than its standard."""


def access_level(people: pd.Series, terms: AccessTerms, table: TravelTable) -> tuple[pd.Series, AccessParts]:
    """How much of a service a person of each unit has, or how far the nearest facility is."""
    built = table.supply[table.supply > 0]
    ways = _ways(people, table)[built.index]
    if terms.method == "nearest":
        adds = ways.where(ways <= terms.reach)
        level = ways.min(axis=1).replace(np.inf, np.nan)
    elif built.empty:  # all that there is are sites
        level, adds = pd.Series(0.0, index=people.index), ways
    else:
        shares = facility_shares(people, built, ways, terms.reach, terms.bands, steps=_STEPS[terms.method])
        level, adds = shares.sum(axis=1) * terms.per, shares.where(shares > 0) * terms.per
    near = ways <= terms.reach
    return level.astype(float), AccessParts(
        _reached(ways, near, adds, built, people), float(built.sum()), float(built[near.any(axis=0)].sum())
    )


_STEPS: Mapping[str, int] = {"two_step": 2, "three_step": 3}


def _ways(people: pd.Series, table: TravelTable) -> pd.DataFrame:
    return table.times.reindex(people.index.astype(str), fill_value=np.inf).set_axis(people.index)


def _reached(
    ways: pd.DataFrame, near: pd.DataFrame, adds: pd.DataFrame, supply: pd.Series, people: pd.Series
) -> pd.DataFrame:
    rows, columns = np.nonzero(near.to_numpy())
    sharing = people.to_numpy(dtype=float) @ near.to_numpy()
    table = pd.DataFrame(
        {
            "unit_id": ways.index.to_numpy()[rows],
            "facility": ways.columns.to_numpy()[columns],
            "time": ways.to_numpy()[rows, columns],
            "supply": supply.to_numpy()[columns],
            "people": sharing[columns],
            "adds": adds.to_numpy()[rows, columns],
        }
    )
    return table.sort_values(["unit_id", "time", "facility"], kind="stable").reset_index(drop=True)


def with_standards(measures: pd.DataFrame, zones: pd.DataFrame, indices: Iterable[PlanIndex]) -> pd.DataFrame:
    """Measures with what is missing to the standards of services, which may hang on the main function."""
    found, below = measures, []
    for index in indices:
        terms = index.access
        if terms is None or terms.standard is None:
            continue
        standard = _standard(terms, zones["main"].reindex(measures.index))
        level, people = measures[index.name], measures[terms.people]
        heads = people.astype(float)
        known = heads.notna() & standard.notna()
        gap = _gap(terms, level[known].astype(float), standard[known], heads[known]).reindex(measures.index)
        gap = gap.where(standard.notna(), 0.0).where(heads.notna())  # without a standard nothing is missing
        below.append((gap["people_below"] > 0).astype(float).where(heads.notna()))
        names = dict(zip(index.standards, (standard, gap["people_below"], gap["missing"]), strict=False))
        found = found.assign(**names)
    if not below:
        return measures
    return found.assign(**{BELOW_STANDARD: pd.concat(below, axis=1).sum(axis=1, skipna=False)})


def _standard(terms: AccessTerms, mains: pd.Series) -> pd.Series:
    if isinstance(terms.standard, dict):
        return mains.map(terms.standard).astype(float)
    return pd.Series(float(terms.standard or 0), index=mains.index)


def _gap(terms: AccessTerms, level: pd.Series, standard: pd.Series, people: pd.Series) -> pd.DataFrame:
    if terms.method == "nearest":
        below = ~(level <= standard)  # who has no way at all is below as well
        return pd.DataFrame({"people_below": people.where(below, 0.0), "missing": 0.0}, index=level.index)
    gap = service_gap(level, standard, people)
    return pd.DataFrame({"people_below": gap["people_below"], "missing": gap["capacity_missing"] / terms.per})


def more_facilities(
    measures: pd.DataFrame, indices: Iterable[PlanIndex], tables: Mapping[str, TravelTable]
) -> pd.DataFrame:
    """Which sites would bring most people within reach of a service, one after the other."""
    rows = [pd.DataFrame()]
    for index in indices:
        terms = index.access
        if terms is None or not terms.more or index.name not in tables:
            continue
        people = measures[terms.people].astype(float).fillna(0.0)
        table = tables[index.name]
        ways, there = _ways(people, table), table.supply > 0
        sites = ways.loc[:, ~there.to_numpy()]
        if sites.columns.empty:
            continue
        found = best_facilities(people, sites, terms.reach, terms.more, ways.loc[:, there.to_numpy()])
        rows.append(found.rename_axis("site").reset_index().assign(service=index.name, rank=range(1, len(found) + 1)))
    return tabulate(FACILITIES, pd.concat(rows))
