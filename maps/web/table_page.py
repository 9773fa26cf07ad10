"""A table of polygons without a plan, as the page of the map shows it: rows are units, and numbers are measures.

The values of a column of texts stand where a plan has its main functions; all that only a plan has is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.crs import project, valid_polygons, working_crs
from layers.errors import CrsError, GeometryError, UnknownNameError, ZoneplanError, escape_hidden
from layers.numerals import floats_of
from layers.phrases import Phrase
from maps.drawing import TABLE_FILLS, MeasureAxis, Topology, fine_step, measure_axis, study_outline
from maps.telling import Headline, Quality, VerdictTable
from maps.web.geometry_encoding import Integers, Shapes
from maps.web.map_payload import LARGEST, in_steps, number_signs, step_of, words_of
from maps.web.page_model import (
    CardHeading,
    CardLine,
    Cards,
    ClaimRow,
    Columns,
    Groups,
    LineRow,
    MeasureLayer,
    Page,
    ParametersChecked,
    Party,
    Payment,
    Payments,
    PoliciesChecked,
    PolicyRow,
    QuotaRow,
    Setting,
    SitingRow,
    Summary,
    Surroundings,
    TableColumn,
    TableView,
    UnitRow,
    ZoneLayer,
)
from maps.words import catalogue, hectares
from zoning.errors import near

Floats = npt.NDArray[np.float64]

NAME = "name"
"""The column whose texts are the names, if no other one is asked for."""
ONE_FILL, OTHER_FILL = "#5FA383", "#8C8F90"
MISSING_FILL = "#F8F4EB"
EXACT_DIGITS = 6
"""Numbers of at most so many decimals go to the page as they are."""
SIGNIFICANT = 7
"""So many digits the page is told of all others."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class DrawnTable(NamedTuple):
    """A table as it is drawn."""

    units: gpd.GeoDataFrame
    topology: Topology
    outline: shapely.Geometry
    rows: Integers
    stacked: bool


class TableLook(NamedTuple):
    """How a table is shown."""

    by: str | None = None
    name: str | None = None
    title: str | None = None
    palette: Mapping[Any, str] | Sequence[str] | None = None
    tooltip: Sequence[str] = ()
    notes: Sequence[str] = ()


class _Numbers(NamedTuple):
    """A column of numbers: as steps for the block, and as they are where that leaves out digits."""

    step: float
    steps: Integers
    values: tuple[float | None, ...]
    axis: MeasureAxis


def drawn_table(table: gpd.GeoDataFrame) -> DrawnTable:
    """The polygons of a table as they are drawn.

    Notes
    -----
    Neighbours that share all corners of their borders are simplified together, so that they still meet. Other polygons
    may lie apart or on others: each is simplified by itself.
    """
    if getattr(table, "active_geometry_name", None) is None:
        raise GeometryError(Phrase("this table has no polygons to draw; points and lines are layers of folium."))
    if not len(table):
        raise ZoneplanError(Phrase("this table has no rows to draw."))
    shapes = np.asarray(table.geometry.array, dtype=object)
    if table.crs is None:
        raise CrsError(Phrase("this table has no CRS; say which one its coordinates are in, as by set_crs."))
    rows = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _POLYGONS) & np.isfinite(shapely.bounds(shapes)).all(1))
    mended = valid_polygons(shapely.force_2d(shapes[rows]))
    filled = ~shapely.is_empty(mended)
    rows, mended = rows[filled].astype(np.int64), mended[filled]
    if not len(rows):
        raise GeometryError(Phrase("this table has no polygons to draw; points and lines are layers of folium."))
    polygons = gpd.GeoDataFrame(geometry=mended, crs=table.crs)
    units = project(polygons, working_crs(polygons))
    ground = np.asarray(units.geometry.array, dtype=object)
    areas, step = shapely.area(ground), fine_step(shapely.area(ground))
    if shapely.coverage_is_valid(ground):
        simple = shapely.coverage_simplify(ground, step)
        outline, stacked = study_outline(ground), False
    else:
        outline = shapely.union_all(valid_polygons(ground))
        stacked = bool(outline.area < areas.sum() * (1 - 1e-9))
        order = np.argsort(-areas, kind="stable") if stacked else np.arange(len(rows))
        units, rows = units.iloc[order].reset_index(drop=True), rows[order]
        simple = shapely.simplify(ground[order], step, preserve_topology=True)
    topology = Topology(simple, np.arange(len(rows), dtype=np.int64), simple)
    return DrawnTable(units, topology, outline, rows, stacked)


class TableContent(NamedTuple):
    """What the page says of a table, shapes and surroundings apart."""

    title: str
    words: dict[str, str]
    counted_words: dict[str, tuple[str, ...]]
    note: str
    zones: tuple[ZoneLayer, ...]
    measures: tuple[MeasureLayer, ...]
    numbers: tuple[Integers, ...]
    rows: tuple[UnitRow, ...]
    view: TableView


def table_content(table: gpd.GeoDataFrame, drawn: DrawnTable, look: TableLook, language: str) -> TableContent:
    """What the page says of a table."""
    by, name, tooltip = look.by, look.name, [look.tooltip] if isinstance(look.tooltip, str) else [*look.tooltip]
    words, counted = words_of(language)
    shown = [position for position, kind in enumerate(table.dtypes) if str(kind) != "geometry"]
    titles = _told_apart(str(table.columns[position]) for position in shown)
    for column_name in (by, name, *tooltip):
        if column_name is not None and column_name not in titles:
            raise UnknownNameError(
                Phrase(
                    "there is no column '{name}' in the table{near}", name=column_name, near=near(column_name, titles)
                )
            )
    columns = {title: table.iloc[drawn.rows, position] for title, position in zip(titles, shown, strict=True)}
    areas = shapely.area(np.asarray(drawn.units.geometry))
    numeric = {title: numbers for title, column in columns.items() if (numbers := _numbers(column)) is not None}
    filled = columns[by] if by is not None and by not in numeric else None
    if look.palette is not None and filled is None:
        raise ZoneplanError(
            Phrase("'palette' has a colour for each value of a column of texts: name that column in 'by'")
        )
    zones, main = (
        _one_fill(words["one_colour"], areas) if filled is None else _zones(filled, words, areas, look.palette)
    )
    named = NAME if name is None else name
    left_out = len(table) - len(drawn.rows)
    filled_by = words["one_colour"] if by is None else escape_hidden(by)
    title = look.title or (words["map"] if by is None else by)
    listed = [title for title in columns if title != named]
    return TableContent(
        title=escape_hidden(title),
        words={
            **words,
            "main": words["one_colour"] if filled is None else filled_by,
            "plan": words["table_overview"],
            "map_help": words["table_help"],
            "share_of_land": words["table_land"],
            "undrawn": words["table_undrawn"],
        },
        counted_words=counted,
        note="\n".join(
            [catalogue("map", language)["rows_left_out"].format(n=left_out)] * bool(left_out)
            + [escape_hidden(note) for note in look.notes]
        ),
        zones=zones,
        measures=tuple(
            MeasureLayer(escape_hidden(key), escape_hidden(key), "", False, column_numbers.step, column_numbers.axis)
            for key, column_numbers in numeric.items()
        ),
        numbers=tuple(column_numbers.steps for column_numbers in numeric.values()),
        rows=_units(table, drawn, columns.get(named), main, areas),
        view=TableView(
            by=escape_hidden(by) if by in numeric else "",
            stacked=drawn.stacked,
            columns=tuple(_columns({title: columns[title] for title in listed}, numeric, words)),
            tip=tuple(listed.index(title) for title in tooltip if title in listed),
        ),
    )


def table_page(content: TableContent, shapes: Shapes, language: str, surroundings: Surroundings | None) -> Page:
    """The page of a table."""
    return Page(
        language=language,
        words=content.words,
        counted_words=content.counted_words,
        numbers=number_signs(language),
        plan=_summary(content),
        zones=content.zones,
        lines=(),
        designations=(),
        quotas=(),
        measures=content.measures,
        sites=(),
        payments=Payments((), Columns(Payment, ()), (), Columns(Party, ())),
        cards=_cards(content.rows),
        verdicts=VerdictTable((), (), (), (), (), (), (), (), ""),
        headline=Headline((), "", (), (), "", Quality(0, 0, 0, 0, ()), ()),
        scenarios=(),
        undrawn=tuple(shapes.undrawn.tolist()),
        table=content.view,
        surroundings=surroundings,
        comparison=None,
        model=None,
        grid=shapes.grid,
    )


def _told_apart(titles: Iterable[str]) -> list[str]:
    """Titles of which no two are the same."""
    distinct_titles: list[str] = []
    for title in titles:
        distinct_title, count = title, 1
        while distinct_title in distinct_titles:
            count += 1
            distinct_title = f"{title} ({count})"
        distinct_titles.append(distinct_title)
    return distinct_titles


def _numbers(column: pd.Series) -> _Numbers | None:
    """The numbers of a column; None where it has none, and where it is of another kind."""
    if isinstance(next(iter(column.dropna()), None), Decimal):  # amounts of a plan
        column = pd.Series(floats_of(column), column.index)
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind) or not pd.api.types.is_numeric_dtype(kind) or kind.kind == "c":
        return None
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    largest = float(np.abs(known).max())
    for digits in range(EXACT_DIGITS + 1):
        factor = 10**digits
        if largest * factor >= LARGEST:
            break
        if (np.rint(known * factor) / factor == known).all():
            step = float(f"1e-{digits}")
            return _Numbers(step, in_steps(values, step), (), measure_axis(values))
    step = step_of(values)
    whole = pd.api.types.is_integer_dtype(kind)
    rounded = (value if whole else float(f"%.{SIGNIFICANT}g" % value) for value in values.tolist())
    exact = tuple(None if value != value else value for value in rounded)  # noqa: PLR0124  (a NaN)
    return _Numbers(step, in_steps(values, step), exact, measure_axis(values))


def _texts(column: pd.Series, words: dict[str, str] | None = None) -> list[str]:
    """The values of a column as texts, empty where there is none."""
    answers = {True: words["true"], False: words["false"]} if words and pd.api.types.is_bool_dtype(column.dtype) else {}
    missing = column.isna().to_numpy(bool)
    values = column.tolist()
    return [
        "" if gone else escape_hidden(answers[value] if answers else str(value)).strip()
        for value, gone in zip(values, missing, strict=True)
    ]


def _one_fill(title: str, areas: Floats) -> tuple[tuple[ZoneLayer, ...], Sequence[int]]:
    layer = ZoneLayer("all", "main", title, len(areas), hectares(areas.sum() / 1e4), False, ONE_FILL, None)
    return (layer,), [0] * len(areas)


def _fills(listed: Sequence[str], palette: Mapping[Any, str] | Sequence[str] | None) -> list[str]:
    """A fill for each value."""
    if palette is None:
        return [*TABLE_FILLS]
    pairs = palette.items() if isinstance(palette, Mapping) else zip(listed, palette, strict=False)
    given = {str(value): fill for value, fill in pairs}
    strange = sorted(given.keys() - {*listed})
    if strange:
        raise UnknownNameError(
            Phrase("palette: the column has no value '{name}'{near}", name=strange[0], near=near(strange[0], listed))
        )
    wrong = [fill for fill in given.values() if not _COLOUR.fullmatch(str(fill))]
    if wrong:
        raise ZoneplanError(Phrase("palette: '{colour}' is no colour; write '#5FA383'", colour=wrong[0]))
    others = (fill for fill in TABLE_FILLS if fill not in given.values())
    return [given[text] if text in given else next(others, OTHER_FILL) for text in listed]


def _zones(
    column: pd.Series,
    words: dict[str, str],
    areas: Floats,
    palette: Mapping[Any, str] | Sequence[str] | None,
) -> tuple[tuple[ZoneLayer, ...], Sequence[int]]:
    """A layer for each of the most frequent values, for the others and for none, and the place of that of each row."""
    texts = pd.Series(_texts(column, words), dtype=object)
    counts = texts[texts != ""].value_counts()
    listed = sorted(counts.index, key=lambda text: (-counts[text], text))[: len(TABLE_FILLS)]
    if isinstance(column.dtype, pd.CategoricalDtype):
        order = {text: position for position, text in enumerate(_texts(pd.Series(column.cat.categories), words))}
        listed = sorted(listed, key=lambda text: order[text])
    places = {text: position for position, text in enumerate(listed)}
    others, missing = len(listed), len(listed) + 1
    codes = np.array([missing if not text else places.get(text, others) for text in texts], dtype=np.int64)
    fills = _fills(listed, palette)
    named = [*zip(listed, fills, strict=False), (words["other_values"], OTHER_FILL), (words["missing"], MISSING_FILL)]
    layers = tuple(
        ZoneLayer(
            code=str(position),
            kind="main",
            title=title,
            units=int((codes == position).sum()),
            ha=hectares(areas[codes == position].sum() / 1e4),
            default=False,
            fill=fill,
            sign=None,
        )
        for position, (title, fill) in enumerate(named)
    )
    return layers, codes.tolist()


def _units(
    table: gpd.GeoDataFrame, drawn: DrawnTable, named: pd.Series | None, main: Sequence[int], areas: Floats
) -> tuple[UnitRow, ...]:
    labels = _texts(pd.Series(table.index.to_flat_index()[drawn.rows]))
    if len(set(labels)) < len(labels) or "" in labels:
        labels = [str(row + 1) for row in drawn.rows.tolist()]
    names = labels if named is None else [name or label for name, label in zip(_texts(named), labels, strict=True)]
    return tuple(
        UnitRow(label, name, (), 0, area, zone, (), "decided", "decided", 0, 0, 0, 0, 0, 0, 0, 0, ())
        for label, name, area, zone in zip(labels, names, np.round(areas / 1e4, 4).tolist(), main, strict=True)
    )


def _columns(
    columns: dict[str, pd.Series], numeric: dict[str, _Numbers], words: dict[str, str]
) -> Iterator[TableColumn]:
    measures = {title: position for position, title in enumerate(numeric)}
    for title, column in columns.items():
        if title in numeric:
            yield TableColumn(escape_hidden(title), measures[title], numeric[title].values, (), ())
            continue
        codes, texts = pd.factorize(np.array([text or None for text in _texts(column, words)], dtype=object))
        yield TableColumn(escape_hidden(title), None, (), tuple(texts.tolist()), tuple(codes.tolist()))


def _cards(rows: tuple[UnitRow, ...]) -> Cards:
    def none(kind: Any) -> Groups[Any]:
        return Groups(kind, ())

    return Cards(
        units=Columns(UnitRow, rows),
        unit_titles=(),
        quota_titles=(),
        jurisdictions=("",),
        rules=(),
        main_claims=Columns(ClaimRow, ()),
        claims=none(ClaimRow),
        line_rows=none(LineRow),
        quota_rows=none(QuotaRow),
        siting_rows=none(SitingRow),
        policies=(),
        settings=none(Setting),
        policy_lists=none(PolicyRow),
        texts=(),
        reasons=none(CardLine),
        reason_lists=(),
        headings=none(CardHeading),
    )


def _summary(content: TableContent) -> Summary:
    return Summary(
        name=content.title,
        note=content.note,
        tried="",
        date="",
        rulebook="",
        country="",
        description="",
        area_ha=hectares(sum(row.area_ha for row in content.rows)),
        checked=PoliciesChecked(0, 0, 0),
        parameters=ParametersChecked(0, 0),
        texts=(),
        deductions=(),
        assumptions=(),
        hangs_on=(),
        decisions=(),
        sources=(),
    )
