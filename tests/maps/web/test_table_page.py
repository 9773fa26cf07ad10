"""A table of polygons without a plan: its columns are fills and measures, and every row is counted once."""

from __future__ import annotations

import html
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.errors import CrsError, GeometryError, UnknownNameError, ZoneplanError
from maps.web import draw
from maps.web.table_page import TableLook, drawn_table, table_content

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"


def squares(**columns: object) -> gpd.GeoDataFrame:
    """Twenty squares of 1 km in four rows, which meet."""
    x, y = np.arange(20) % 5, np.arange(20) // 5
    west, south = 4.2e6 + 1000.0 * x, 2.7e6 + 1000.0 * y
    return gpd.GeoDataFrame(columns, geometry=shapely.box(west, south, west + 1000, south + 1000), crs=3035)


def content(table: gpd.GeoDataFrame, by: str | None = None, name: str | None = None, **look: object):
    return table_content(table, drawn_table(table), TableLook(by, name, **look), "en")


def test_numbers_are_measures_and_come_as_they_are() -> None:
    ids = np.arange(20) + 530_330_001_234
    found = content(squares(people=np.arange(20), plot=ids, share=np.linspace(0, 1, 20)), "people")
    assert [one.name for one in found.measures] == ["people", "plot", "share"]
    assert found.view.by == "people"
    people, plot, share = found.view.columns
    assert (people.measure, people.numbers, found.measures[0].step) == (0, (), 1.0)
    assert plot.numbers == tuple(ids.tolist())
    assert share.numbers == tuple(float(f"{one:.7g}") for one in np.linspace(0, 1, 20))
    assert [zone.units for zone in found.zones] == [20]


def test_texts_are_fills_and_every_row_is_counted_once() -> None:
    use = ["farm"] * 9 + ["town"] * 6 + ["wood"] * 4 + [None]
    found = content(squares(use=use), "use")
    assert [(zone.title, zone.units) for zone in found.zones if zone.units] == [
        ("farm", 9),
        ("town", 6),
        ("wood", 4),
        ("missing", 1),
    ]
    assert [found.zones[row.main].title for row in found.rows] == [one or "missing" for one in use]
    assert (found.view.by, found.words["main"]) == ("", "use")
    nothing = {(row.jurisdiction, *row[row._fields.index("policies") : -1]) for row in found.rows}
    assert nothing == {(0,) * 9}, "of policies, payments and the rest a table has the empty list alone"


def test_beyond_twelve_values_the_rest_is_one() -> None:
    found = content(squares(kind=[f"kind {min(place, 14)}" for place in range(20)]), "kind")
    assert [zone.units for zone in found.zones] == [6, *[1] * 11, 3, 0]
    assert found.zones[12].title == "Other values"


def test_categories_keep_their_order() -> None:
    levels = pd.Categorical(["high"] * 15 + ["low"] * 5, categories=["low", "middle", "high"], ordered=True)
    assert [zone.title for zone in content(squares(level=levels), "level").zones][:2] == ["low", "high"]


def test_names_come_from_the_column_that_is_asked_for_else_from_the_index() -> None:
    table = squares(name=[f"Plot {place}" for place in range(20)], owner=["Ada"] * 20)
    assert [row.name for row in content(table).rows][:2] == ["Plot 0", "Plot 1"]
    assert {row.name for row in content(table, name="owner").rows} == {"Ada"}
    twice = squares(owner=["Ada"] * 20).set_index(pd.Index(["a"] * 20))
    assert len({row.id for row in content(twice).rows}) == 20


def test_polygons_that_lie_on_others_are_drawn_above_them() -> None:
    points = shapely.points(4.2e6 + np.arange(20) * 300.0, 2.7e6)
    radii = 200.0 + 40.0 * ((np.arange(20) * 7) % 20)
    table = gpd.GeoDataFrame({"radius": radii}, geometry=shapely.buffer(points, radii), crs=3035)
    drawn = drawn_table(table)
    assert drawn.stacked
    assert radii[drawn.rows].tolist() == sorted(radii, reverse=True)
    assert [row.id for row in content(table).rows] == [str(row) for row in drawn.rows]
    assert not drawn_table(squares()).stacked


def test_rows_without_a_polygon_are_left_out_and_told() -> None:
    table = squares(people=np.arange(20))
    table.loc[[3, 4], "geometry"] = [None, shapely.Point(4.2e6, 2.7e6)]
    found = content(table, "people")
    assert len(found.rows) == 18
    assert found.note == "2 rows have no polygon and are left out."
    assert [found.numbers[0][place] for place in (2, 3)] == [2 * 2 + 1, 2 * 5 + 1]


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (lambda table: table.set_crs(None, allow_override=True), CrsError, "has no CRS"),
        (lambda table: table.iloc[:0], ZoneplanError, "has no rows"),
        (lambda table: table.set_geometry(table.centroid), GeometryError, "has no polygons"),
        (lambda table: table.rename(columns={"people": "peoples"}), UnknownNameError, "did you mean 'peoples'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(spoil, kind, words) -> None:
    with pytest.raises(kind, match=words):
        draw(spoil(squares(people=np.arange(20))), by="people")


def test_columns_are_asked_of_a_table_alone(toy_plan) -> None:
    with pytest.raises(ZoneplanError, match="columns of a table"):
        draw(toy_plan, by="people")


def test_no_text_of_a_table_gets_into_the_page() -> None:
    table = squares(**{HOSTILE: [HOSTILE] * 20})
    page = draw(table, by=HOSTILE, name=HOSTILE).get_root().render()
    plain = draw(squares(use=["a"] * 20), by="use").get_root().render()
    assert page.count("<script") == plain.count("<script")
    assert "<img src=x" not in page
    assert f"<h1>{html.escape(HOSTILE)}</h1>" in page


@pytest.mark.parametrize("projection", ["equal_area", "mercator"])
@pytest.mark.parametrize("language", ["en", "zh", "pt"])
def test_it_is_drawn_in_every_language_and_projection(language, projection) -> None:
    page = draw(squares(people=np.arange(20)), language, by="people", projection=projection).get_root().render()
    assert "zoneplan.open" in page


def test_title_palette_and_tooltip_are_those_that_were_given() -> None:
    use, names = ["farm"] * 9 + ["town"] * 6 + ["wood"] * 5, [f"p{place}" for place in range(20)]
    table, two = squares(use=use, people=np.arange(20), name=names), ["#000000", "#ffffff"]
    found = content(table, "use", title="Land <b>", palette={"town": "#112233"}, tooltip=["people", "name"])
    assert (found.title, found.words["main"]) == ("Land <b>", "use")
    assert [zone.fill for zone in found.zones[:3]] == ["#5FA383", "#112233", "#E3C24B"]
    assert [found.view.columns[place].title for place in found.view.tip] == ["people"]
    assert [zone.fill for zone in content(table, "use", palette=two).zones[:2]] == two


def test_a_first_class_does_not_alarm() -> None:
    """Reds are far to the warm side of their own lightness: the most frequent value is not among them."""
    first = content(squares(use=["farm"] * 20), "use").zones[0].fill
    red, green, blue = (int(first[place : place + 2], 16) for place in (1, 3, 5))
    assert red < max(green, blue)


@pytest.mark.parametrize(
    ("look", "refused"),
    [
        ({"tooltip": ["poeple"]}, "no column 'poeple' in the table; did you mean 'people'"),
        ({"palette": {"twon": "#112233"}}, "no value 'twon'; did you mean 'town'"),
        ({"palette": {"town": "red"}}, "'red' is no colour"),
        ({"by": "people", "palette": ["#112233"]}, "'palette' has a colour for each value"),
    ],
)
def test_a_look_that_does_not_fit_is_refused(look: dict[str, object], refused: str) -> None:
    table = squares(use=["farm"] * 10 + ["town"] * 10, people=np.arange(20))
    with pytest.raises(ZoneplanError, match=refused):
        content(table, **{"by": "use"} | look)


def test_amounts_of_a_plan_are_numbers() -> None:
    found = content(squares(amount=[Decimal(place) / 2 for place in range(19)] + [None]), "amount")
    assert (found.view.by, [one.name for one in found.measures], len(found.zones)) == ("amount", ["amount"], 1)
