"""Extracts: the tables of databases that a study names, each read once into a file that lives as long as the reading.

From there on a table is a source like any other: the same code reads, checks, repairs and tells it. Only what meets
the box around the units comes over the line, in columns that the plan names where it says so; all tables of a database
are seen as they stood at one moment.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyproj import CRS

from layers.archives import in_sandbox
from layers.conditions import parse_condition, parse_formula
from layers.crs import box_in, is_gcj02, known_crs, shifted_by_a_turn, working_crs
from layers.databases.connections import at_savepoint, in_transaction
from layers.databases.database_tables import (
    Rows,
    TableContent,
    chosen_columns,
    count_rows,
    crs_of,
    describe,
    digest_of,
    fetch_rows,
    in_order,
)
from layers.errors import SourceError, ZoneplanError, naming_the_layer
from layers.formats import Records, frame_of, read_features, reading
from layers.phrases import Phrase, Reworded
from layers.sandbox import sandboxed, this_child
from layers.sources import (
    DatabaseSection,
    Extract,
    Keys,
    LayerSection,
    Sources,
    TableName,
    TableSection,
    UnitsSection,
    table_name,
)

if TYPE_CHECKING:
    import psycopg

Study = TypeVar("Study", bound=Sources)
Origin = UnitsSection | LayerSection | TableSection
_MARGIN = 0.05
"""Of the larger side of the units' box, on each side."""
_MARGIN_DEGREES = 0.05
"""More than any map is moved on purpose, see GCJ-02."""
_STEPS = 100
"""The box is rounded outwards to about such a part of its size, so that the last digits of PROJ choose no row."""


@contextmanager
def extracted(sources: Study, names: Collection[str] | None = None) -> Iterator[Study]:
    """A study with its tables of databases read into files, which go at the end of the block."""
    waiting = [
        (keys, section)
        for keys, section in sources.sections
        if not sources.is_placed(section.source)
        and table_name(section.source) is not None
        and (names is None or (isinstance(section, LayerSection) and section.name in names))
    ]
    if not waiting:
        yield sources
        return
    with TemporaryDirectory(prefix="zoneplan-") as folder:
        reading = _Reading(sources, Path(folder))
        reading.read_all(waiting)
        reading.made.clear()
        try:
            yield sources.model_copy(update=reading.sections_read()).placed(reading.places, reading.refused)
        except ZoneplanError as error:
            tell_of_tables([error], reading.places.values())
            raise


def without_key(features: gpd.GeoDataFrame, path: Path, section: LayerSection) -> gpd.GeoDataFrame:
    """Features of a layer without the primary key that names them, unless the plan names it."""
    key = path.key if isinstance(path, Extract) else ""
    unnamed = bool(key) and key not in _read_of(section) | set(section.columns or ())
    return features.drop(columns=key).rename_axis(None) if unnamed else features


def tell_of_tables(errors: Iterable[ZoneplanError], places: Iterable[Path]) -> None:
    """Have errors tell of the tables, and not of the files that hold them."""
    files = [path for path in places if isinstance(path, Extract)]
    for fault in (part for error in errors for part in error.parts):
        message = fault.said
        for file in files:
            if file.name in message:
                message = Reworded(message, file.name, file.source)
        fault.args = (message,)


@dataclass
class _Reading:
    """One reading of all tables of a study."""

    sources: Sources
    folder: Path
    places: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, ZoneplanError] = field(default_factory=dict)
    sections: dict[Keys, Origin] = field(default_factory=dict)
    made: dict[object, tuple[str, Rows]] = field(default_factory=dict)
    connection: psycopg.Connection[Any] | None = None

    def read_all(self, waiting: Collection[tuple[Keys, Origin]]) -> None:
        """Each table, database by database: that of the units first, whose box says what is read of the others."""
        first = next((table_name(section.source) for keys, section in waiting if keys == ("units",)), None)
        named = dict.fromkeys(table.database for _, section in waiting if (table := table_name(section.source)))
        order = sorted(named, key=lambda name: first is None or name != first.database)
        for name in order:
            sections = [
                (keys, section)
                for keys, section in waiting
                if (of := table_name(section.source)) and of.database == name
            ]
            try:
                in_transaction(name, self.sources.databases[name], partial(self._read, sections=sections))
            except ZoneplanError as error:
                error.args = (Phrase("{place}: {said}", place=self.sources.where("databases", name), said=error.said),)
                for keys, section in sections:
                    if keys not in self.sections:
                        self._refuse(keys, section, error)

    def _refuse(self, keys: Keys, section: Origin, error: ZoneplanError) -> None:
        key = self._free(section.source)
        self.refused[key] = error
        self.sections[keys] = section.model_copy(update={"source": key})

    def _free(self, source: str) -> str:
        """What stands for a source: the table itself, the second time with a number."""
        taken, number = {*self.places, *self.refused}, 1
        while (key := source if number == 1 else f"{source} ({number})") in taken:
            number += 1
        return key

    def sections_read(self) -> dict[str, object]:
        """The sections of the study, those of tables with their files."""
        sections = {keys: self.sections.get(keys, section) for keys, section in self.sources.sections}
        layers = tuple(section for keys, section in sections.items() if keys[0] == "layers")
        tables = tuple(section for keys, section in sections.items() if keys[0] == "tables")
        return {"units": sections["units",], "layers": layers, "tables": tables}

    def _read(self, connection: psycopg.Connection[Any], sections: Collection[tuple[Keys, Origin]]) -> None:
        self.connection = connection
        for keys, section in sections:
            named = table_name(section.source)
            if named is None:
                raise AssertionError(section.source)
            limits, name = self.sources.databases[named.database], _name_of(section)
            work = partial(self._read_one, keys=keys, section=section, named=named)
            try:
                with naming_the_layer(self.sources.where(*keys, "source")):
                    at_savepoint(connection, named, limits, name, work)
            except ZoneplanError as error:
                self._refuse(keys, section, error)

    def _read_one(self, connection: psycopg.Connection[Any], keys: Keys, section: Origin, named: TableName) -> None:
        name, limits = _name_of(section), self.sources.databases[named.database]
        table = _Table(connection, named, section, name, limits, bare=isinstance(section, TableSection))
        afar = name in self.sources.looked_for_afar
        boxes = None if keys[0] != "layers" or afar else self._boxes(table)
        key, rows = self._extract(table, section.source, boxes)
        if boxes is not None and not _answers(rows, section, name):
            key, _ = self._extract(table, section.source, None)  # as of a file, what lies afar decides what is said
        changes: dict[str, object] = {"source": key}
        if not isinstance(section, TableSection):
            changes |= {"layer": None, "id": table.key}
        self.sections[keys] = section.model_copy(update=changes)

    def _extract(self, table: _Table, source: str, boxes: npt.NDArray[np.float64] | None) -> tuple[str, Rows]:
        """A file of a table, once for all sections that read the same of it, under what stands for the source."""
        columns = tuple((column.name, column.kind) for column in table.columns)
        read = (source, table.content.shape_name, columns, table.key, boxes is None)
        if read not in self.made:
            key = self._free(source)
            rows = in_order(table.rows(boxes), table.key)
            extract = Extract(self.folder / str(len(self.places)) / f"{key.replace('/', '|')}.parquet")
            extract.parent.mkdir()
            _write(rows, table.content.shape_name, table.crs, extract)
            extract.source, extract.sha256 = source, digest_of(rows, table.srid, table.crs)
            extract.key = table.key if table.is_own_key and table.key else ""
            extract.left_there = 0 if boxes is None else table.count() - len(rows)
            self.places[key] = extract
            self.made[read] = key, rows
        return self.made[read]

    def _boxes(self, table: _Table) -> npt.NDArray[np.float64] | None:
        """The box around the units in the CRS of a table; None where nobody knows the one or the other."""
        units, crs = self._units, table.crs or table.stated_crs
        if units is None or crs is None or table.content.shape is None:
            return None
        units_crs = known_crs(units)
        working = working_crs(units)
        around = box_in(units.total_bounds, units_crs, working)[0]
        boxes = shifted_by_a_turn(box_in(around, working, crs), crs)
        return _widened(boxes, crs) if np.isfinite(boxes).all() else None

    @cached_property
    def _units(self) -> gpd.GeoDataFrame | None:
        """The units as they stand in their file or table; what is wrong with them is said when they are read."""
        section = self.sections.get(("units",), self.sources.units)
        if not isinstance(section, UnitsSection):
            raise TypeError(section)
        with suppress(ZoneplanError, OSError):
            path = self.sources.placed(self.places, self.refused).locate(section.source)
            with sandboxed(None, self.sources.limits):
                return in_sandbox(_unit_shapes, (section, path, self.connection), {"units": path})
        return None


def _unit_shapes(request: tuple[UnitsSection, Path, psycopg.Connection[Any] | None]) -> gpd.GeoDataFrame:
    """The shapes of units as they stand in their file; a child that reads it has no password of the connection."""
    section, path, connection = request
    if this_child() is not None and connection is not None:
        connection.pgconn.finish()  # its socket is closed here; the client overwrites what it knew
    with reading("units"):
        features, _ = read_features(
            path,
            "units",
            layer=section.layer,
            crs=section.crs,
            override_crs=section.override_crs,
            encoding=section.encoding,
        )
    return features[["geometry"]]


def _name_of(section: Origin) -> str:
    """How messages and ledger call what a section reads."""
    if isinstance(section, UnitsSection):
        return "units"
    return section.name if isinstance(section, LayerSection) else section.source


class _Table:
    """One table in one transaction."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        named: TableName,
        section: Origin,
        name: str,
        limits: DatabaseSection,
        *,
        bare: bool,
    ) -> None:
        self._connection, self._section, self._name, self._limits = connection, section, name, limits
        source = section.source
        shapes = None if isinstance(section, TableSection) else section.layer
        points = isinstance(section, LayerSection) and section.x is not None
        self.content = describe(connection, named, source, name, shapes, bare=bare or points)
        if self.content.shape is None and not bare and not points:
            raise _shapeless(source, name, self.content)
        if not self.content.columns:
            raise SourceError(
                Phrase(
                    "layer '{layer}': {source} has no column that can be read as text, number, truth or date.",
                    layer=name,
                    source=source,
                ),
                code="column",
                layer=name,
            )
        self.srid, self.crs = (0, None)
        if self.content.shape is not None:
            self.srid, self.crs = crs_of(connection, self.content, source, name)
        stated = None if isinstance(section, TableSection) else section.crs
        self.stated_crs = None if stated is None or is_gcj02(stated) else CRS.from_user_input(stated)
        key_column = self.content.key_column
        self.key = section.id or (None if key_column is None else key_column.name)
        self.is_own_key = section.id is None
        texts = _texts(section) | ({self.key} if self.key else set())
        known = {column.name for column in self.content.columns}
        if (
            section.columns is None
            and key_column is not None
            and key_column.whole
            and not isinstance(section, LayerSection)
        ):
            known.discard(
                key_column.name
            )  # a number for each row says nothing of a unit, as the FID of a file does not
        wanted = texts | (_read_of(section) & known) | (known if section.columns is None else set(section.columns))
        self.columns = chosen_columns(self.content, wanted, texts, source, name)

    def rows(self, boxes: npt.NDArray[np.float64] | None) -> Rows:
        """Its rows, or those that meet one of some boxes."""
        return fetch_rows(
            self._connection,
            self.content,
            self.columns,
            boxes,
            self.srid,
            self._limits,
            self._section.source,
            self._name,
        )

    def count(self) -> int:
        """How many rows it has."""
        return count_rows(self._connection, self.content)


def _shapeless(source: str, name: str, content: TableContent) -> SourceError:
    return SourceError(
        Phrase(
            "layer '{layer}': {source} has no geometry column that its user may read{hint}. For points of a table "
            'name its columns: x = "...", y = "..."; for further columns of the units use [[tables]].',
            layer=name,
            source=source,
            hint=Phrase(": PostGIS is not installed in this database") if content.postgis is None else "",
        ),
        code="no_geometry",
        layer=name,
    )


def _texts(section: Origin) -> set[str]:
    """The columns that are to be text: ids, names, jurisdictions."""
    if not isinstance(section, UnitsSection):
        return {section.id} if section.id is not None else set()
    names = section.names.values() or ([section.name] if isinstance(section.name, str) else [])
    places = [column for columns in section.level_names.values() for column in columns.values()]
    return {section.id, *section.levels, *places, *names, *([section.part_of] if section.part_of else [])}


def _read_of(section: Origin) -> set[str]:
    """What else a layer's own section reads of its columns."""
    if not isinstance(section, LayerSection):
        return set()
    formulas = [*section.formulas("whole").values(), *section.formulas("selected").values()]
    named = {parse_formula(formula).argument for formula in formulas}
    of_condition = parse_condition(section.where).names if section.where is not None else frozenset()
    return {*of_condition, *named, *filter(None, (section.x, section.y))}


def _answers(rows: Rows, section: Origin, name: str) -> bool:
    """Whether what lies near the units is enough: some of it is there, and meets ``where``."""
    if not len(rows) or not any(rows.shapes or ()):
        return False
    where = section.where if isinstance(section, LayerSection) else None
    if where is None:
        return True
    with suppress(ZoneplanError):
        records = Records(rows.as_arrow(), tuple(map(str, range(len(rows)))))
        return bool(parse_condition(where).evaluate(frame_of(records, [], name)).yes.any())
    return True  # what is wrong with the condition is said when it is asked


def _widened(boxes: npt.NDArray[np.float64], crs: CRS) -> npt.NDArray[np.float64]:
    """Boxes with a margin, rounded outwards."""
    sides = boxes[:, 2:] - boxes[:, :2]
    wide = sides.max(axis=1) * _MARGIN + (_MARGIN_DEGREES if crs.is_geographic else 0.0)
    step = 10.0 ** np.floor(np.log10(np.maximum(sides.max(axis=1), 1e-6) / _STEPS))
    low = np.floor((boxes[:, :2] - wide[:, np.newaxis]) / step[:, np.newaxis]) * step[:, np.newaxis]
    high = np.ceil((boxes[:, 2:] + wide[:, np.newaxis]) / step[:, np.newaxis]) * step[:, np.newaxis]
    return np.concatenate([low, high], axis=1)


def _write(rows: Rows, shape_name: str, crs: CRS | None, path: Path) -> None:
    """Rows as GeoParquet; as Parquet where they have no shapes."""
    import pyarrow.parquet as pq  # noqa: PLC0415  (for tables of databases alone)

    table = rows.as_arrow()
    if rows.shapes is not None:
        table = table.append_column(shape_name, pa.array(rows.shapes, type=pa.large_binary()))
        about = {
            "version": "1.1.0",
            "primary_column": shape_name,
            "columns": {
                shape_name: {
                    "encoding": "WKB",
                    "geometry_types": [],
                    "crs": None if crs is None else json.loads(crs.to_json()),
                }
            },
        }
        table = table.replace_schema_metadata({"geo": json.dumps(about)})
    pq.write_table(table, path, compression="none")
