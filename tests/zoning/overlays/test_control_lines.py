"""Control lines: never two on one piece, and a balance of what each lost to whom."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest
import shapely

from layers.errors import GeometryError
from layers.inputs import Layer
from zoning.overlays import overlay, settle_lines, tabulate_lines
from zoning.rulebook import Line, Rulebook

LINES = (
    Line(code="red_line_core", roles=("red_line_core",), title={"en": "Core"}),
    Line(code="red_line", roles=("red_line", "protected"), title={"en": "Red line"}),
    Line(code="permanent_farmland", roles=("permanent_farmland",), title={"en": "Farmland"}),
    Line(code="growth_boundary", roles=("growth_boundary",), title={"en": "Boundary"}),
)
RULEBOOK = Rulebook("toy", "Toyland", "", date(2025, 1, 1), lines=LINES)


def strips(**spans):
    """A unit of 10 x 1 cells of one hectare, and strips over it from one column to another."""
    make = lambda x0, x1: shapely.box(100.0 * x0, 0, 100.0 * x1, 100)  # noqa: E731  (one line, used below only)
    units = gpd.GeoDataFrame(geometry=[make(0, 5), make(5, 10)], index=["a", "b"], crs="EPSG:3035")
    layers = {
        name: Layer(name, "polygons", role, gpd.GeoDataFrame(geometry=[make(*span)], crs="EPSG:3035"))
        for name, (role, span) in spans.items()
    }
    return overlay(units, layers)


TO = ["to_red_line_core_ha", "to_red_line_ha", "to_permanent_farmland_ha"]
PIECES = {
    "park": ("protected", (0, 3)),
    "core": ("red_line_core", (0, 1)),
    "fields": ("permanent_farmland", (2, 7)),
    "town": ("growth_boundary", (0, 8)),
}


def test_the_first_line_in_law_keeps_the_piece():
    settled = settle_lines(strips(**PIECES), RULEBOOK)
    by_line = settled.groupby("control_line")["area_ha"].sum().round(9).to_dict()
    assert by_line == {
        "": 2.0,
        "red_line_core": 1.0,
        "red_line": 2.0,
        "permanent_farmland": 4.0,
        "growth_boundary": 1.0,
    }
    assert settled.columns.tolist()[:3] == ["unit_id", "area_ha", "control_line"]
    assert settled.attrs["roles"]["park"] == "protected"


def test_the_balance_by_pencil():
    table = tabulate_lines(settle_lines(strips(**PIECES), RULEBOOK), RULEBOOK)
    rows = [tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in table.itertuples(index=False)]
    assert rows == [
        ("a", "growth_boundary", 5.0, 0.0, "red_line_core;red_line;permanent_farmland", 1.0, 2.0, 2.0),
        ("a", "permanent_farmland", 3.0, 2.0, "red_line", 0.0, 1.0, 0.0),
        ("a", "red_line", 3.0, 2.0, "red_line_core", 1.0, 0.0, 0.0),
        ("a", "red_line_core", 1.0, 1.0, "", 0.0, 0.0, 0.0),
        ("b", "growth_boundary", 3.0, 1.0, "permanent_farmland", 0.0, 0.0, 2.0),
        ("b", "permanent_farmland", 2.0, 2.0, "", 0.0, 0.0, 0.0),
    ]
    assert table.columns.tolist()[5:] == TO


def test_what_moved_is_told_to_the_hectare_whatever_the_layers():
    """An independent route: the hectares of each pair of lines, counted on the pieces themselves."""
    settled = settle_lines(strips(**PIECES), RULEBOOK)
    table = tabulate_lines(settled, RULEBOOK)
    assert (table["claimed_ha"] - table["settled_ha"] - table[TO].sum(axis=1)).abs().max() < 1e-9
    claimed = {"red_line_core": ["core"], "red_line": ["park"], "permanent_farmland": ["fields"]}
    for row in table.to_dict("records"):
        own = settled[settled["unit_id"] == row["unit_id"]]
        layers = claimed.get(row["line"], ["town"])
        for column in TO:
            winner = column.removeprefix("to_").removesuffix("_ha")
            land = own.loc[own[layers].any(axis=1) & (own["control_line"] == winner), "area_ha"].sum()
            assert row[column] == pytest.approx(0.0 if winner == row["line"] else land, abs=1e-9)


def test_no_line_no_row():
    settled = settle_lines(strips(lake=("water", (0, 4))), RULEBOOK)
    assert settled["control_line"].eq("").all()
    table = tabulate_lines(settled, RULEBOOK)
    assert table.columns.tolist() == ["unit_id", "line", "claimed_ha", "settled_ha", "lost_to", *TO]
    assert table.empty
    bare = Rulebook("none", "", "", date(2025, 1, 1))
    assert tabulate_lines(settle_lines(settled, bare), bare).empty


def test_settling_twice_changes_nothing():
    once = settle_lines(strips(**PIECES), RULEBOOK)
    assert settle_lines(once, RULEBOOK).equals(once)


def test_what_is_settled_adds_up_to_the_union_of_all_lines():
    settled = settle_lines(strips(**PIECES), RULEBOOK)
    table = tabulate_lines(settled, RULEBOOK)
    assert table["settled_ha"].sum() == pytest.approx(settled.loc[settled["control_line"] != "", "area_ha"].sum())
    assert (table["settled_ha"] <= table["claimed_ha"] + 1e-12).all()
    assert ((table["lost_to"] == "") == (table["claimed_ha"] - table["settled_ha"] < 1e-9)).all()


def test_pieces_that_lost_their_roles_are_refused():
    pieces = strips(**PIECES)
    pieces.attrs = {}
    with pytest.raises(GeometryError, match=r"attrs\['roles'\] is missing.*pieces\.attrs\['roles'\] = "):
        settle_lines(pieces, RULEBOOK)
    pieces.attrs = {"roles": {"gone": "red_line"}}
    with pytest.raises(GeometryError, match="names columns that"):
        settle_lines(pieces, RULEBOOK)


def test_unsettled_pieces_have_no_balance():
    with pytest.raises(GeometryError, match="call settle_lines first"):
        tabulate_lines(strips(**PIECES), RULEBOOK)
