"""The sections that say what is read: ``[study]``, ``[units]``, ``[[layers]]``, ``[[tables]]``, and all of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, model_validator

from layers.conditions import parse_formula
from layers.crs import is_gcj02
from layers.errors import StudyError, ZoneplanError, raise_all
from layers.overview import exact
from layers.phrases import Phrase, phrase_list, template
from layers.sources.base_models import (
    Keys,
    LanguageTag,
    Misfit,
    Named,
    Section,
    Shared,
    Text,
    Wording,
    misfit,
    resolve_source,
)
from layers.sources.database_tables import DatabaseSection, OriginText, table_name
from layers.sources.field_types import (
    Amount,
    ConditionText,
    CrsText,
    EncodingText,
    FormulaText,
    NameText,
    Real,
    Several,
    Share,
    SourceText,
)
from layers.sources.toml_documents import Document, find_faults, parse_document, read_document
from layers.sources.toml_writing import to_toml


class Pin(Section):
    """What a source held when ``zoneplan check --pin`` wrote it down. A source that differs in any of it is refused."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Of the file; of a shapefile that of the list of its parts."""
    rows: Annotated[int, Field(ge=0)] | None = None
    """Features of a layer, rows of a table; left out for a grid."""
    box: Annotated[Several[Real], Field(min_length=4, max_length=4)] | None = None
    """West, south, east, north, in the CRS of the source, to 6 decimals; left out for a table."""
    area_ha: Amount | None = None
    """Area of all polygons as they are drawn, in hectares; left out where there are none."""


class Evidence(Section):
    """Whose data a source holds, of when, and what may be done with them."""

    publisher: Wording
    """Who publishes the data; a text, or a text by language."""
    date: dt.date | None = None
    """The day on which they were published, or taken from there."""
    licence: Wording | None = None
    """Under which they may be used, such as "CC BY 4.0"; a text, or a text by language."""
    vintage: Wording | None = None
    """The time of which they tell, such as "2019" or "2016 to 2020"; a text, or a text by language."""
    resolution: Wording | None = None
    """How fine they are, such as "0.05 degrees" or "1:5,000,000"; a text, or a text by language."""
    url: Text | None = None
    """Where they can be found. Nobody asks for it: it is written down in the workbook and in provenance.json."""


class StudySection(Named):
    """What is planned, for which day, by which rulebook."""

    name: Text
    """Name of the plan."""
    date: dt.date
    """The day on which rules must be in force, such as 2025-01-01."""
    rulebook: SourceText
    """Name of a built-in rulebook, or of a folder beside the plan."""
    language: LanguageTag | None = None
    """Language of map, report and messages of a run, such as "zh"; by default English. --lang stands above it."""
    note: Wording | None = None
    """What every reader of the plan must know; stands on map, report, picture and dossiers."""
    none_of: Several[Text] = ()
    """Roles and indicators of the rulebook of which there is nothing here: they are 0 as a fact, and no assumption."""


Range = Annotated[Several[Real], Field(min_length=2, max_length=2)]
"""The least and the greatest value that something can have."""
LEAST_FIRST = Phrase("write the least value before the greatest, such as [0, 100]")


class TitledColumns(Shared):
    """Something that gives measures: columns of a table, or numbers of a layer."""

    titles: dict[Text, Wording] = Field(default_factory=dict)
    """What people read for its columns or measures: by name a text, or a text by language, such as
    { pop_2024 = { en = "Residents, 2024", zh = "2024年常住人口" } }. By default what the rulebook calls them."""
    evidence: Evidence | None = None
    """Whose data they are, of when, and under which licence."""


def _check_noun(value: object) -> object:
    """What is no noun is complained of once, and not as each thing that it is not."""
    nouns = value if isinstance(value, dict) else {"": value}
    wrong = [language for language, noun in nouns.items() if not _is_noun(noun)]
    if wrong:
        text = Phrase('write what several are called, or one and several, such as ["county", "counties"]')
        raise misfit(*(((language,) if language else (), text) for language in wrong))
    return value


def _is_noun(value: object) -> bool:
    texts = value if isinstance(value, list | tuple) and len(value) == 2 else [value]
    return all(isinstance(text, str) and text for text in texts)


Numbers = Annotated[Several[Text], Field(min_length=2, max_length=2)]
"""A noun for one and for several: ``["county", "counties"]``."""
Noun = Annotated[
    Text | Numbers | Annotated[dict[LanguageTag, Text | Numbers], Field(min_length=1)], BeforeValidator(_check_noun)
]
"""A noun: one text, which is for several, or both its numbers; for all languages, or by language."""
Columns = Text | dict[LanguageTag, Text]
"""A column of names for all languages, or one by language."""


def _check_override(crs: str | None, *, override: bool) -> None:
    """Refuse a key that would have no effect."""
    if override and (crs is None or is_gcj02(crs)):
        raise misfit(
            (
                ("override_crs",),
                Phrase("'override_crs' needs the 'crs' that holds in place of the file's, such as \"EPSG:4490\""),
            )
        )


class UnitsSection(TitledColumns):
    """The planning units and the columns that identify them."""

    source: OriginText
    """File with the units' polygons, a path inside the study's folder; or a table, such as "office:planning.counties",
    of a database that [databases.office] names."""
    id: Text
    """Column that identifies a unit; always read as text."""
    layer: Text | None = None
    """Layer inside the file, needed where it has several; of a table its geometry column."""
    columns: Annotated[Several[Text], Field(min_length=1)] | None = None
    """Of a table of a database, the columns to read beside those that the plan names; by default all."""
    name: Columns | None = None
    """Column with the unit's name for people; or one by language, such as { en = "name_en", zh = "name_zh" }."""
    called: Noun | None = None
    """What its units are called, such as ["county", "counties"]: one and several, or a text for several; for all
    languages, or by language; by default "unit" and "units". In French and Portuguese an article says the gender:
    { fr = ["une commune", "communes"] }."""
    jurisdiction: Text | Annotated[Several[Text], Field(min_length=1)] = ()
    """Column, or list of columns from the highest down, of the jurisdictions a unit belongs to."""
    jurisdiction_name: Columns | Several[Columns] = ()
    """Column with the jurisdiction's name for people where the one above has its code; or one by language, such as
    { en = "state_en", zh = "state_zh" }; of several levels a list of these, in the order of the levels."""
    jurisdiction_called: Noun | None = None
    """What these jurisdictions are called, such as ["state", "states"], as ``called`` says it of the units."""
    part_of: Text | None = None
    """Column that names the larger unit (county) of which each unit (township) is a part; always read as text."""
    crs: CrsText | None = None
    """Coordinate reference system where a file does not say it, such as "EPSG:4490"; or "GCJ-02", of a web map."""
    override_crs: bool = False
    """Take 'crs' although the file says another one, where the file is wrong."""
    encoding: EncodingText | None = None
    """Encoding of the texts of a Shapefile or CSV, such as "gb18030"."""
    empty: Literal["error", "drop"] = "error"
    """What to do with a unit without geometry."""
    max_overlap_ha: Amount = 100.0
    """Total overlap of units, in hectares, up to which it is given to the unit whose id sorts first."""
    max_repair_share: Share = 0.001
    """Share of a unit's area up to which mending an outline that crosses itself may change it; more is refused."""
    pin: Pin | None = None
    """What the source held when it was pinned; one that holds something else is refused."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Jurisdiction columns, highest first."""
        return (self.jurisdiction,) if isinstance(self.jurisdiction, str) else self.jurisdiction

    @property
    def level_names(self) -> Mapping[str, Mapping[str, str]]:
        """By jurisdiction column the columns of its names by language; "" stands for all languages.

        Examples
        --------
        >>> UnitsSection(source="a.gpkg", id="code", jurisdiction="state", jurisdiction_name="state_name").level_names
        {'state': {'': 'state_name'}}
        """
        jurisdiction_name = self.jurisdiction_name
        each = jurisdiction_name if isinstance(jurisdiction_name, tuple) else (jurisdiction_name,)
        columns = ({"": column} if isinstance(column, str) else column for column in each)
        return dict(zip(self.levels, columns, strict=False))

    @property
    def names(self) -> Mapping[str, str]:
        """The columns of names by language; none where one column has the names for all languages."""
        return self.name if isinstance(self.name, dict) else {}

    @property
    def name_column(self) -> str:
        """The column whose names tables in memory have: of several that which is called so, English, or the first.

        Examples
        --------
        >>> UnitsSection(source="a.gpkg", id="code", name={"zh": "name_zh", "en": "name_en"}).name_column
        'name_en'
        >>> UnitsSection(source="a.gpkg", id="code").name_column
        'name'
        """
        if isinstance(self.name, str):
            return self.name
        given = [*self.names.values()]
        return "name" if not given or "name" in given else self.names.get("en", given[0])

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_override(self.crs, override=self.override_crs)
        if len(set(self.levels)) < len(self.levels):
            raise misfit((("jurisdiction",), Phrase("'jurisdiction' names a column twice")))
        jurisdiction_name = self.jurisdiction_name
        named = len(jurisdiction_name) if isinstance(jurisdiction_name, tuple) else 1
        if named and named != len(self.levels):
            text = Phrase(
                "'jurisdiction_name' names {named} level(s), and 'jurisdiction' has {levels}: give each level its "
                "column of names, or its own column again",
                named=named,
                levels=len(self.levels),
            )
            raise misfit((("jurisdiction_name",), text))
        return self


Part = Literal["whole", "selected"]
"""A layer with all that it holds, or what its ``where`` selects."""


class PartMeasure(Section):
    """A measure that says of which part of its layer it is taken."""

    of: Part
    """Of a layer with a role and 'where': "selected", the part that designates, or "whole"."""
    formula: FormulaText = Field(alias="as")
    """The formula, such as "mean(value)"."""


class LayerSection(Named, TitledColumns):
    """One layer: a file that designates land, or of which something is measured in each unit."""

    name: NameText
    """Name of the layer; a column of the pieces has it."""
    source: OriginText
    """File, a path inside the study's folder; or a table of a database, such as "office:planning.forests"."""
    layer: Text | None = None
    """Layer inside the file, or variable of a netCDF or Zarr grid, needed where it has several; of a table of a
    database its geometry column."""
    columns: Annotated[Several[Text], Field(min_length=1)] | None = None
    """Of a table of a database, the columns to read beside those that the plan names; by default all."""
    id: Text | None = None
    """Column that identifies a feature in the ledger."""
    x: Text | None = None
    """Column of a CSV with the longitude or easting of a point."""
    y: Text | None = None
    """Column of a CSV with the latitude or northing of a point."""
    crs: CrsText | None = None
    """Coordinate reference system where a file does not say it, such as "EPSG:4326"; or "GCJ-02", of a web map."""
    override_crs: bool = False
    """Take 'crs' although the file says another one, where the file is wrong."""
    encoding: EncodingText | None = None
    """Encoding of the texts of a Shapefile or CSV, such as "gb18030"."""
    decimal: Literal[".", ","] | None = None
    """What stands before the fraction in the numbers of a CSV or sheet; the other one, a blank or an apostrophe may
    then stand between thousands. By default a point, and nothing between thousands."""
    separator: Literal[",", ";", "\t", "|"] | None = None
    """What stands between the columns of a CSV, by default a comma."""
    nodata: Real | None = None
    """Value of a raster's cells that have none, where the file does not say it."""
    band: Annotated[int, Field(ge=1)] | None = None
    """Which band of a raster is meant, counted from 1, where it has several."""
    valid_range: Range | None = None
    """Least and greatest value of a raster, scale and offset applied, such as [0, 100]; cells outside have no value."""
    where: ConditionText | None = None
    """Condition over the layer's own columns (of a raster: value): with a role it says which features or cells
    designate, without one which are measured."""
    role: Text | None = None
    """What the layer says of the land: a zone's code, a control line, a fact such as "water", or "elevation"."""
    coarse: bool = False
    """Allow slope on cells of more than 100 m."""
    max_repair_share: Share = 0.001
    """Share of the area of a layer of polygons up to which mending outlines that cross themselves may change it; more
    is refused."""
    measure: dict[NameText, FormulaText | PartMeasure] = Field(default_factory=dict)
    """Names of measures, each with its formula, such as { slope_mean_deg = "mean(slope)" }. Of a layer with a role they
    are taken on the whole layer; { sun = { of = "selected", as = "mean(value)" } } takes the part that designates."""
    pin: Pin | None = None
    """What the source held when it was pinned; one that holds something else is refused."""

    @property
    def limits(self) -> tuple[float, float] | None:
        """The valid range, least and greatest."""
        return None if self.valid_range is None else (self.valid_range[0], self.valid_range[1])

    @property
    def designates_a_part(self) -> bool:
        """It has a role, and ``where`` says which part of it plays that role."""
        return self.role is not None and self.where is not None

    def formulas(self, part: Part) -> dict[str, str]:
        """The measures that are taken of a part of the layer, each with its formula.

        Examples
        --------
        >>> sun = LayerSection(name="sun", source="sun.tif", measure={"sun_mean": "mean(value)"})
        >>> sun.formulas("selected"), sun.formulas("whole")
        ({'sun_mean': 'mean(value)'}, {})
        >>> strong = sun.model_copy(update={"where": "value >= 4.8", "role": "energy_rich"})
        >>> strong.formulas("selected"), strong.formulas("whole")
        ({}, {'sun_mean': 'mean(value)'})
        """
        usual: Part = "whole" if self.designates_a_part else "selected"
        measures = (
            (name, usual, measure) if isinstance(measure, str) else (name, measure.of, measure.formula)
            for name, measure in self.measure.items()
        )
        return {name: formula for name, of, formula in measures if of == part}

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_override(self.crs, override=self.override_crs)
        if self.valid_range is not None and not self.valid_range[0] < self.valid_range[1]:
            raise misfit((("valid_range",), LEAST_FIRST))
        if (self.x is None) != (self.y is None):
            has, lacks = ("x", "y") if self.y is None else ("y", "x")
            raise misfit(
                (
                    (has,),
                    Phrase(
                        "'{has}' stands without '{lacks}'; points from a table need both columns", has=has, lacks=lacks
                    ),
                )
            )
        if not self.designates_a_part:
            parts = [name for name, measure in self.measure.items() if isinstance(measure, PartMeasure)]
            reason = Phrase(
                "'of' needs a layer with 'role' and 'where'; any other is measured as 'where' selects it: drop 'of'"
            )
            if parts:
                raise misfit(*((("measure", name, "of"), reason) for name in parts))
        complaint = template("'titles' has a title for '{name}', and 'measure' gives no such measure")
        if strange := [name for name in self.titles if name not in self.measure]:
            raise misfit(*((("titles", name), Phrase(complaint, name=name)) for name in strange))
        return self


class TableSection(TitledColumns):
    """One table: more columns for the units."""

    source: OriginText
    """File, a path inside the study's folder; or a table of a database, such as "office:planning.people"."""
    id: Text
    """Column with the units' ids; always read as text."""
    layer: Text | None = None
    """Table inside the file, needed where it has several."""
    columns: Annotated[Several[Text], Field(min_length=1)] | None = None
    """Of a table of a database, the columns to read beside the ids; by default all."""
    encoding: EncodingText | None = None
    """Encoding of the texts of a CSV, such as "gb18030"."""
    decimal: Literal[".", ","] | None = None
    """What stands before the fraction in the numbers of a CSV or sheet; the other one, a blank or an apostrophe may
    then stand between thousands. By default a point, and nothing between thousands."""
    separator: Literal[",", ";", "\t", "|"] | None = None
    """What stands between the columns of a CSV, by default a comma."""
    valid_range: dict[Text, Range] = Field(default_factory=dict)
    """By column of numbers the least and the greatest value that it can have, such as { forest_pct = [0, 100] }; a unit
    with another one is refused."""
    pin: Pin | None = None
    """What the source held when it was pinned; one that holds something else is refused."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if odd := [name for name, (low, high) in self.valid_range.items() if low >= high]:
            raise misfit(*((("valid_range", name), LEAST_FIRST) for name in odd))
        return self


class LimitsSection(Section):
    """What reading one source may take where a child process does it, as the command has it done."""

    memory_mb: Annotated[int, Field(ge=64)] | None = None
    """Memory, in MB of 1024 x 1024 bytes; by default 2,048, and for a large file 16 times its size."""
    cpu_s: Annotated[int, Field(ge=1)] | None = None
    """Time of computing, in seconds; by default 60, and for a large file 10 for each MB, but 900 at most."""
    file_mb: Annotated[int, Field(ge=1)] = 8192
    """Size of its file, in MB of 1024 x 1024 bytes; holds in a library call, too."""
    open_files: Annotated[int, Field(ge=8)] = 64
    """Files open at a time."""


class Placed(Section):
    """Something that knows in which file it was written, and where."""

    _document: Document = PrivateAttr(default_factory=Document)

    @property
    def document(self) -> Document:
        """The file as it was read."""
        return self._document

    @property
    def path(self) -> Path:
        """Where the file stands."""
        return self._document.path

    @property
    def folder(self) -> Path:
        """The folder of the file; sources are looked up in it."""
        return self.path.parent

    def where(self, *keys: str | int) -> str:
        """The place of a value in the file, for messages: ``study.where("layers", 0, "role")``."""
        return self._document.where(*keys)

    def stand_in(self, document: Document) -> None:
        """Say where it was written, to the sections in it as well; done once, by who reads the file."""
        self._document = document
        for name in type(self).model_fields:
            section = getattr(self, name)
            if isinstance(section, Placed):
                section.stand_in(document.below(name))

    def standing_at(self, path: Path) -> Self:
        """The same, and the sections in it, as if the file stood at a path: sources are looked up in its folder.

        Examples
        --------
        >>> import zoneplan as zp
        >>> study = zp.read_study(zp.builtin_study("us_mountain_west")).standing_at(Path("there") / "west.toml")
        >>> study.folder.name, study.where("units", "id").partition(",")[0]
        ('there', 'west.toml')
        """
        parts = {name: getattr(self, name) for name in type(self).model_fields}
        placed = {name: part.standing_at(path) for name, part in parts.items() if isinstance(part, Placed)}
        moved = self.model_copy(update=placed)
        moved._document = replace(self._document, path=path)  # noqa: SLF001  (its own)
        return moved


_Read = TypeVar("_Read", LayerSection, TableSection)


def _pinned(kind: str, sections: Iterable[_Read], pins: Mapping[Keys, Pin]) -> tuple[_Read, ...]:
    return tuple(
        section.model_copy(update={"pin": pins.get((kind, position))}) for position, section in enumerate(sections)
    )


@lru_cache(maxsize=8)
def _as_said(path: Path, text: str, model: type[Sources]) -> str:
    """All of what a file says, kept: a run asks several times whether its study is still what it read."""
    return exact(parse_document(Document(path, text), model)[0])


class Sources(Placed):
    """What is to be read: units, layers and tables, for one day.

    Two are equal where the same is written in them, wherever and however it is written.
    """

    study: StudySection
    """What is planned."""
    units: UnitsSection
    """The planning units."""
    layers: Several[LayerSection] = ()
    """Layers that designate land or are measured, [[layers]]."""
    tables: Several[TableSection] = ()
    """Tables with more columns for the units, [[tables]]."""
    databases: dict[NameText, DatabaseSection] = Field(default_factory=dict)
    """Databases of which units, layers and tables may be read, [databases.office]; the plan holds no address of one."""
    limits: LimitsSection = Field(default_factory=LimitsSection)
    """What reading one source may take, [limits]."""
    _places: Mapping[str, Path] = PrivateAttr(default_factory=dict)
    _refused: Mapping[str, ZoneplanError] = PrivateAttr(default_factory=dict)

    def placed(self, places: Mapping[str, Path], refused: Mapping[str, ZoneplanError] | None = None) -> Self:
        """The same with files of its own for some sources, which then need not lie in its folder."""
        sources = self.model_copy()
        sources._places = {**self._places, **places}  # noqa: SLF001  (its own)
        sources._refused = {**self._refused, **(refused or {})}  # noqa: SLF001  (its own)
        return sources

    @property
    def places(self) -> tuple[Path, ...]:
        """The files of its own that some of its sources have."""
        return tuple(self._places.values())

    def is_placed(self, source: str) -> bool:
        """Whether a source has a file of its own, or it is known why it has none."""
        return source in self._places or source in self._refused

    def raise_refused(self, source: str) -> None:
        """Raise what is known to be wrong with a source."""
        if (refused := self._refused.get(source)) is not None:
            raise refused

    def locate(self, source: str) -> Path:
        """The file that a source means: see :func:`resolve_source`, whose errors it has."""
        self.raise_refused(source)
        path = self._places.get(source)
        return resolve_source(self.folder, source) if path is None else path

    @property
    def name(self) -> str:
        """Name of the plan."""
        return self.study.name

    @property
    def title(self) -> Wording:
        """What people read as the name of the plan."""
        return self.study.title or self.study.name

    @property
    def date(self) -> dt.date:
        """The day for which is planned."""
        return self.study.date

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Every file that is read, as it is written, after the name of what is read from it."""
        layers = ((layer.name, layer.source) for layer in self.layers)
        return (("units", self.units.source), *layers, *((table.source, table.source) for table in self.tables))

    @property
    def source_paths(self) -> tuple[Path, ...]:
        """Where the plan and the files that it names stand, for who must not write over them; of a run also above."""
        folders = (self.folder, self.folder.parent.parent)
        return self.path, *(folder / source for folder in folders for _, source in self.files)

    def evidence_of(self, name: str) -> Evidence | None:
        """Whose data they are that go by a name of :attr:`files`; None where the plan does not say it."""
        evidence = {table.source: table.evidence for table in self.tables}
        evidence |= {layer.name: layer.evidence for layer in self.layers}
        return (evidence | {"units": self.units.evidence}).get(name)

    def with_pins(self, pins: Mapping[Keys, Pin]) -> Self:
        """The same with these pins and no others, each by the path of its section, such as ``("layers", 0)``."""
        return self.model_copy(
            update={
                "units": self.units.model_copy(update={"pin": pins.get(("units",))}),
                "layers": _pinned("layers", self.layers, pins),
                "tables": _pinned("tables", self.tables, pins),
            }
        )

    @property
    def text(self) -> str:
        """What its file says: as it was read or, where the model was changed in memory since, TOML written from it."""
        return self.as_written().document.text

    def as_written(self) -> Self:
        """The same as a file says it, so that what is computed from it is what is computed from the file.

        Examples
        --------
        >>> import zoneplan as zp
        >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
        >>> study.as_written() is study
        True
        >>> quota = study.quotas[0].model_copy(update={"total": 9000})
        >>> changed = study.model_copy(update={"quotas": (quota,)})
        >>> "total = 10600" in study.text, "total = 9000" in study.text, "total = 9000" in changed.text
        (True, False, True)
        """
        with suppress(ZoneplanError):
            if _as_said(self.path, self._document.text, type(self)) == exact(self):
                return self
        sources, document = parse_document(Document(self.path, to_toml(self), written=True), type(self))
        sources.stand_in(document)
        return sources

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(self._faults()):
            raise misfit(*faults)
        return self

    def _faults(self) -> Iterator[Misfit]:
        """What sections say that contradicts each other."""
        yield from repeated(
            template("two layers have the name '{name}'"),
            ((("layers", position, "name"), layer.name) for position, layer in enumerate(self.layers)),
        )
        yield from repeated(
            template("two layers measure '{name}'"),
            (
                (("layers", position, "measure", name), name)
                for position, layer in enumerate(self.layers)
                for name in layer.measure
            ),
        )
        yield from self._faults_of_tables()

    def _faults_of_tables(self) -> Iterator[Misfit]:
        """What sections say of tables of databases that only files have, or of files that only such tables have."""
        known = phrase_list(self.databases)
        for keys, section in self.sections:
            named = table_name(section.source)
            if named is None:
                if section.columns is not None:
                    yield (
                        (*keys, "columns"),
                        Phrase(
                            "'columns' chooses among those of a database's table, and the source is a file: drop it"
                        ),
                    )
                continue
            if named.database not in self.databases:
                yield (
                    (*keys, "source"),
                    Phrase(
                        "{source!r} is a table of a database '{name}', and no [databases.{name}] is there{known}; a "
                        "file is named by a path without a colon",
                        source=section.source,
                        name=named.database,
                        known=Phrase("; there are {names}", names=known) if known else "",
                    ),
                )
            if isinstance(section, TableSection) and section.layer is not None:
                yield (*keys, "layer"), Phrase("a table of a database has no layers inside: drop 'layer'")

    @property
    def sections(self) -> tuple[tuple[Keys, UnitsSection | LayerSection | TableSection], ...]:
        """Each section that names a source, after its path: units first, then layers and tables."""
        layers = ((("layers", position), layer) for position, layer in enumerate(self.layers))
        tables = ((("tables", position), table) for position, table in enumerate(self.tables))
        return ((("units",), self.units), *layers, *tables)

    @property
    def looked_for_afar(self) -> frozenset[str]:
        """The layers of which features far from all units count, too, for the nearest one may be among them."""
        return frozenset(
            layer.name
            for layer in self.layers
            for part in ("whole", "selected")
            for formula in layer.formulas(part).values()
            if parse_formula(formula).function == "nearest"
        )


MEMORY = "memory"
"""The folder in which sources stand that were given in memory."""


def named_sources(content: Mapping[str, Any]) -> Sources:
    """Sources of which no file speaks, in memory; complaints are those of a file, without a place."""
    try:
        return Sources.model_validate(content)
    except ValidationError as invalid:
        raise_all(StudyError(fault.message) for fault in find_faults(invalid, Sources, dict(content)))
        raise


Model = TypeVar("Model", bound=Sources)


def read_sources(path: Path | str, model: type[Model], folder: Path | str | None = None) -> Model:
    """What a file says of the sources of a study, and whatever else its model knows."""
    sources, document = read_document(path, model)
    sources.stand_in(document if folder is None else replace(document, path=Path(folder) / Path(path).name))
    return sources


def repeated(what: str, named: Iterable[tuple[Keys, str]]) -> Iterator[Misfit]:
    """A fault for every name that stood before."""
    seen: Counter[str] = Counter()
    for keys, name in named:
        seen[name] += 1
        if seen[name] > 1:
            yield keys, Phrase(what, name=name)
