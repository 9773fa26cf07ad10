"""Sections: the parts of a study file, one class a kind, with what can be said of each without looking at any data.

Industry sections: the negative list that a plan brings of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeVar

import pyproj
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from layers.conditions import KEYWORDS, parse_condition, parse_formula
from layers.errors import StudyError, ZoneplanError
from layers.sources.toml_documents import misfit

RESERVED = frozenset({"unit_id", "piece_id", "area_ha", "control_line", "geometry"})
"""Columns of the house's own tables."""

Checked = TypeVar("Checked")


def _holds(check: Callable[[Checked], object]) -> AfterValidator:
    """A validator that says what a function of the house says."""

    def validate(value: Checked) -> Checked:
        try:
            check(value)
        except ZoneplanError as error:
            raise misfit(((), str(error))) from None
        return value

    return AfterValidator(validate)


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a column that conditions read.

    Raises
    ------
    ZoneplanError
        With a name that would do.
    """
    if not re.fullmatch(r"[^\W\d_]\w*", name) or name != name.lower():
        near = re.sub(r"\W+", "_", name.lower()).strip("_").lstrip("_0123456789")
        hint = f", such as '{near}'" if near else ""
        raise ZoneplanError(f"'{name}' is no name: small letters, digits and _ from a letter on{hint}")
    if name in RESERVED or name in KEYWORDS:
        raise ZoneplanError(f"'{name}' has a meaning of its own; choose another name")


def check_source(source: str) -> None:
    """Refuse a path that is not a plain relative one, whatever lies there.

    Raises
    ------
    ZoneplanError
        The path is absolute, leads upwards, has a scheme or is one of GDAL's virtual file systems.
    """
    parts = re.split(r"[/\\]", source)
    reasons = {
        "it is absolute": source.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[/\\]", source),
        "it leads upwards": ".." in parts,
        "it has a scheme": ":" in source,
        "it has a backslash; write /": "\\" in source,
        "it has signs that no file name should have": not source.isprintable() or not source.strip(),
    }
    for reason, holds in reasons.items():
        if holds:
            raise ZoneplanError(
                f"{source!r} is no path inside the study's folder: {reason}; copy the file beside the plan"
            )


def check_crs(text: str) -> None:
    """Refuse a coordinate reference system that nobody knows.

    Raises
    ------
    ZoneplanError
        With the form that is understood.
    """
    files = re.search(r"grids|init\s*=|file:", text, re.IGNORECASE)
    try:
        if not files:
            pyproj.CRS.from_user_input(text)
            return
    except pyproj.exceptions.CRSError:
        pass
    raise ZoneplanError(f"unknown coordinate reference system {text!r}; write a code such as 'EPSG:4326', or WKT")


def check_encoding(text: str) -> None:
    """Refuse an encoding of texts that Python does not know.

    Raises
    ------
    StudyError
        With two that it does.
    """
    try:
        (b"\0" * 4).decode(text)  # four of them are whole characters in every encoding of texts
    except (LookupError, ValueError):
        raise StudyError(
            f'encoding = "{text}" is no encoding that Python knows; write one such as "gb18030" or "cp1252"'
        ) from None


def _real(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _exact(value: Any) -> Any:
    """Decimals stay as written; whole numbers become decimals."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


Text = Annotated[str, Field(min_length=1)]
NameText = Annotated[str, _holds(check_name)]
SourceText = Annotated[str, _holds(check_source)]
CrsText = Annotated[str, _holds(check_crs)]
EncodingText = Annotated[Text, _holds(check_encoding)]
ConditionText = Annotated[str, _holds(parse_condition)]
FormulaText = Annotated[str, _holds(parse_formula)]
Real = Annotated[float, BeforeValidator(_real)]
Amount = Annotated[float, Field(ge=0), BeforeValidator(_real)]
Factor = Annotated[float, Field(gt=0), BeforeValidator(_real)]
Exact = Annotated[Decimal, Field(ge=0), BeforeValidator(_exact)]
ExactStep = Annotated[Decimal, Field(gt=0), BeforeValidator(_exact)]
Signed = Annotated[Decimal, BeforeValidator(_exact)]
ExactPct = Annotated[Decimal, Field(ge=0, lt=100), BeforeValidator(_exact)]
ExactShare = Annotated[Decimal, Field(ge=0, le=100), BeforeValidator(_exact)]
Item = TypeVar("Item")
Several = Annotated[tuple[Item, ...], Field(strict=False)]
"""A list in TOML, a tuple here."""


class Section(BaseModel):
    """Base of all sections: frozen, no unknown keys, and nothing converted that only looks alike."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


class StudySection(Section):
    """What is planned, for which day, by which rulebook."""

    name: Text
    """Title of the plan."""
    date: dt.date
    """The day on which rules must be in force, such as 2025-01-01."""
    rulebook: SourceText
    """Name of a built-in rulebook, or of a folder beside the plan."""
    note: Text | None = None
    """What every reader of the plan must know; stands on map, report, picture and dossiers."""


class UnitsSection(Section):
    """The planning units and the columns that identify them."""

    source: SourceText
    """File with the units' polygons, a path inside the study's folder."""
    id: Text
    """Column that identifies a unit; always read as text."""
    layer: Text | None = None
    """Layer inside the file, needed where it has several."""
    name: Text | None = None
    """Column with the unit's name for people."""
    jurisdiction: Text | Annotated[Several[Text], Field(min_length=1)] = ()
    """Column, or list of columns from the highest down, of the jurisdictions a unit belongs to."""
    part_of: Text | None = None
    """Column that names the larger unit (county) of which each unit (township) is a part; always read as text."""
    crs: CrsText | None = None
    """Coordinate reference system of a file that does not say it, such as "EPSG:4490"."""
    encoding: EncodingText | None = None
    """Encoding of the texts of a Shapefile or CSV, such as "gb18030"."""
    empty: Literal["error", "drop"] = "error"
    """What to do with a unit without geometry."""
    max_overlap_ha: Amount = 100.0
    """Total overlap of units, in hectares, up to which it is given to the unit whose id sorts first."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Jurisdiction columns, highest first."""
        return (self.jurisdiction,) if isinstance(self.jurisdiction, str) else self.jurisdiction

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.levels)) < len(self.levels):
            raise misfit((("jurisdiction",), "'jurisdiction' names a column twice"))
        return self


class LayerSection(Section):
    """One layer: a file that designates land, or of which something is measured in each unit."""

    name: NameText
    """Name of the layer; a column of the pieces has it."""
    source: SourceText
    """File, a path inside the study's folder."""
    layer: Text | None = None
    """Layer inside the file, needed where it has several."""
    id: Text | None = None
    """Column that identifies a feature in the ledger."""
    x: Text | None = None
    """Column of a CSV with the longitude or easting of a point."""
    y: Text | None = None
    """Column of a CSV with the latitude or northing of a point."""
    crs: CrsText | None = None
    """Coordinate reference system of a file that does not say it, such as "EPSG:4326"."""
    encoding: EncodingText | None = None
    """Encoding of the texts of a Shapefile or CSV, such as "gb18030"."""
    nodata: Real | None = None
    """Value of a raster's cells that have none, where the file does not say it."""
    where: ConditionText | None = None
    """Condition over the layer's own columns (of a raster: value) that features or cells must meet."""
    role: Text | None = None
    """What the layer says of the land: a zone's code, a control line, a fact such as "water", or "elevation"."""
    coarse: bool = False
    """Allow slope on cells of more than 100 m."""
    measure: dict[NameText, FormulaText] = Field(default_factory=dict)
    """Names of measures, each with its formula, such as { slope_mean_deg = "mean(slope)" }."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.x is None) != (self.y is None):
            has, lacks = ("x", "y") if self.y is None else ("y", "x")
            raise misfit(((has,), f"'{has}' stands without '{lacks}'; points from a table need both columns"))
        return self


class TableSection(Section):
    """One table: more columns for the units."""

    source: SourceText
    """File, a path inside the study's folder."""
    id: Text
    """Column with the units' ids; always read as text."""
    layer: Text | None = None
    """Table inside the file, needed where it has several."""
    encoding: EncodingText | None = None
    """Encoding of the texts of a CSV, such as "gb18030"."""


class Decision(Section):
    """One decision: what planners decided for a unit, by whom and why."""

    unit: Text
    """Id of the unit."""
    main: Text | None = None
    """Code of the main function that it gets; or give overlay."""
    overlay: Text | None = None
    """Code of an overlay that it gets; or give main."""
    reason: Text
    """Why, in words that stand in the report."""
    by: Text
    """Who decided."""
    reference: str = ""
    """The document of the decision."""
    date: dt.date
    """The day from which it holds."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.main is None) == (self.overlay is None):
            count = "neither" if self.main is None else "both"
            raise misfit(((), f"a decision gives 'main' or 'overlay', and this one gives {count}"))
        return self


class IndustriesSection(Section):
    """The plan's own negative list of industries, which may only be stricter than those of the rulebook."""

    table: SourceText
    """CSV with one row an item: unit_id or jurisdiction, code, treatment, state, conditions, note, reference."""
    title: Text | None = None
    """What people read; without it, "the plan's own list"."""
    reference: Text | None = None
    """The document of the list, for items that give none of their own."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""
