"""Units: ids unique and text, a name and a jurisdiction for each, hectares in the working CRS."""

from __future__ import annotations

import geopandas as gpd
import pytest
from pydantic import ValidationError
from shapely import Point, Polygon, box

from layers.crs import working_crs
from layers.errors import CrsError, GeometryError, SourceError, UnknownNameError
from layers.read.units import jurisdiction_names, read_units, settle_units
from layers.sources import UnitsSection


def write(folder, frame, name="own.gpkg"):
    frame.to_file(folder / name)
    return folder / name


def two(crs="EPSG:3035", **columns):
    return gpd.GeoDataFrame(columns, geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)], crs=crs)


def section(**keys):
    return UnitsSection(**{"source": "own.gpkg", "id": "code"} | keys)


def test_the_toy_province(province):
    units, ledger = read_units(province / "units.gpkg", section(name="name", jurisdiction=("county",)))
    assert units.index.name == "unit_id"
    assert list(units.index) == [f"{row}{column}" for row in "abc" for column in range(1, 5)]
    assert units.columns.tolist() == ["name", "jurisdiction", "code", "county", "population", "geometry"]
    assert units.loc["a3", ["name", "jurisdiction", "code", "county", "population"]].tolist() == [
        "Unit A3",
        "east",
        "a3",
        "east",
        300,
    ]
    settled, repairs, tiled = settle_units(units, working_crs(units), section())
    again = settle_units(units, working_crs(units), section(), workers=2)
    assert again[0].equals(settled)
    assert (again[1].empty, again[2]) == (True, True)
    assert settled["area_ha"].tolist() == [100.0] * 12
    assert tiled
    assert ledger.empty
    assert repairs.empty


def test_rows_come_out_sorted_by_id_whatever_their_order(province):
    plain = gpd.read_file(province / "units.gpkg")
    write(province, plain.iloc[::-1])
    one, _ = read_units(province / "units.gpkg", section())
    other, _ = read_units(province / "own.gpkg", section())
    assert one.equals(other)


def test_names_and_jurisdictions_fall_back(tmp_path):
    path = write(tmp_path, two(code=["b", "a"], label=["Bee", None], nation=["n", "n"], state=["s", None]))
    units, ledger = read_units(path, section(name="label", jurisdiction=("nation", "state")))
    assert units["name"].tolist() == ["a", "Bee"]
    assert units["jurisdiction"].tolist() == ["", "s"]
    assert units["state"].tolist() == ["", "s"]
    assert ledger[["layer", "feature", "finding", "action"]].to_numpy().tolist() == [
        ["units", "a", "jurisdiction", "column 'state' is empty: the unit is in none"],
        ["units", "a", "name", "column 'label' is empty: the unit is called by its id"],
    ]
    bare, _ = read_units(path, section())
    assert bare["name"].tolist() == ["a", "b"]
    assert bare["jurisdiction"].tolist() == ["", ""]


def test_names_by_language_are_columns_of_their_own(tmp_path):
    """In tables a unit has its English name, or the first there is; what is not there is in the ledger."""
    columns = {"label": ["Bee", None, None], "shape_zh": ["蜂", "蚁", " "]}
    squares = [box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000)]
    path = write(tmp_path, gpd.GeoDataFrame({"code": ["b", "a", "c"], **columns}, geometry=squares, crs="EPSG:3035"))
    by_language = section(name={"zh": "shape_zh", "en": "label"})
    units, ledger = read_units(path, by_language)
    assert units["name"].to_dict() == {"a": "蚁", "b": "Bee", "c": "c"}
    assert by_language.names == {"zh": "shape_zh", "en": "label"}
    assert units.loc["b", ["label", "shape_zh"]].tolist() == ["Bee", "蜂"]
    said = "is empty: the unit is called by its name in another language, or its id"
    assert ledger[["feature", "action"]].to_numpy().tolist() == [
        ["a", f"column 'label' {said}"],
        ["c", f"column 'shape_zh' {said}; column 'label' {said}"],
    ]


def test_a_column_called_name_may_be_that_of_any_language(tmp_path):
    path = write(tmp_path, two(code=["b", "a"], name=["蜂", "蚁"], name_en=["Bee", "Ant"]))
    units, _ = read_units(path, section(name={"en": "name_en", "zh": "name"}))
    assert units["name"].tolist() == ["蚁", "蜂"]
    assert units["name_en"].tolist() == ["Ant", "Bee"]


def test_each_column_of_names_must_be_there(tmp_path):
    path = write(tmp_path, two(code=["b", "a"], name_en=["Bee", "Ant"]))
    with pytest.raises(SourceError, match="name_zh"):
        read_units(path, section(name={"en": "name_en", "zh": "name_zh"}))


def test_a_jurisdiction_of_blanks_is_none(tmp_path):
    path = write(tmp_path, two(code=["b", "a"], state=["s", "  "]))
    units, ledger = read_units(path, section(jurisdiction="state"))
    assert units["jurisdiction"].tolist() == units["state"].tolist() == ["", "s"]
    assert ledger["finding"].tolist().count("jurisdiction") == 1


def test_an_id_column_called_unit_id_is_the_index(tmp_path):
    units, _ = read_units(write(tmp_path, two(unit_id=["b", "a"])), section(id="unit_id"))
    assert "unit_id" not in units.columns
    assert list(units.index) == ["a", "b"]


@pytest.mark.parametrize("taken", ["area_ha", "unit_id", "name", "jurisdiction"])
def test_names_that_zoneplan_gives_may_not_mean_something_else(tmp_path, taken):
    path = write(tmp_path, two(code=["a", "b"], label=["A", "B"], **{taken: [1, 2]}))
    with pytest.raises(UnknownNameError, match=f"own.gpkg has a column '{taken}'.*two sources") as caught:
        read_units(path, section(name="label"))
    assert caught.value.exit_code == 2


def test_duplicates_are_refused_by_id(tmp_path):
    with pytest.raises(SourceError, match=r"1 id\(s\) of column 'code' stand more than once: 'a'") as caught:
        read_units(write(tmp_path, two(code=["a", "a"])), section())
    assert (caught.value.features, caught.value.exit_code, caught.value.code) == (("a",), 3, "id_duplicate")


def test_ids_that_differ_in_what_nobody_sees_are_refused(tmp_path):
    path = write(tmp_path, two(code=["a1", "a1\u200b"]))
    with pytest.raises(SourceError, match=r"differ only in what nobody sees.*'a1' / 'a1\\u200b'") as caught:
        read_units(path, section())
    assert caught.value.code == "id_duplicate"


@pytest.mark.parametrize("nothing", [None, Polygon()])
def test_units_without_geometry_are_refused_or_dropped_as_the_plan_says(tmp_path, nothing):
    frame = two(code=["a", "b"])
    frame.loc[1, "geometry"] = nothing
    path = write(tmp_path, frame)
    with pytest.raises(GeometryError, match=r"1 unit\(s\) have no geometry: 'b'. Draw them, or say\s+empty = \"drop\""):
        read_units(path, section())
    units, ledger = read_units(path, section(empty="drop"))
    assert list(units.index) == ["a"]
    assert ledger[["layer", "feature", "finding"]].to_numpy().tolist() == [["units", "b", "empty"]]


def test_units_are_polygons(tmp_path):
    frame = gpd.GeoDataFrame({"code": ["a"]}, geometry=[Point(0, 0)], crs="EPSG:3035")
    with pytest.raises(GeometryError, match=r"units are polygons, but own\.gpkg holds points"):
        read_units(write(tmp_path, frame), section())


@pytest.mark.parametrize("workers", [1, 2])
def test_overlaps_gaps_and_outlines_are_settled_in_the_working_crs(tmp_path, workers):
    frame = two(code=["a", "b"])
    frame.loc[1, "geometry"] = box(990, 0, 2000, 1000)
    units, _ = read_units(write(tmp_path, frame), section())
    settled, ledger, tiled = settle_units(units, units.crs, section(max_overlap_ha=1.5), workers)
    assert not tiled
    assert settled["area_ha"].tolist() == [100, 100]
    assert ledger["finding"].tolist() == ["overlap"]
    with pytest.raises(GeometryError, match=r"max_overlap_ha = 0\.5"):
        settle_units(units, units.crs, section(max_overlap_ha=0.5))
    frame.loc[1, "geometry"] = Polygon([(1000, 0), (2000, 1000), (2000, 0), (1000, 1000)])
    crossed, _ = read_units(write(tmp_path, frame), section())
    with pytest.raises(GeometryError, match="mend them in the file"):
        settle_units(crossed, crossed.crs, section())


def states(**columns):
    return two(code=["a", "b"], state=["AZ", "AZ"], **columns)


def test_names_of_jurisdictions_by_language(tmp_path):
    frame = states(state_en=["Arizona", None], state_zh=[" ", None], nation=["n", "n"], nation_name=["N", "N"])
    named = section(
        jurisdiction=("nation", "state"), jurisdiction_name=("nation_name", {"en": "state_en", "zh": "state_zh"})
    )
    units, _ = read_units(write(tmp_path, frame), named)
    assert jurisdiction_names(units, named) == {"n": "N", "AZ": {"en": "Arizona"}}
    assert units["jurisdiction"].tolist() == ["AZ", "AZ"]


def test_a_jurisdiction_without_names_keeps_its_code(tmp_path):
    plain = section(jurisdiction="state")
    units, _ = read_units(write(tmp_path, states(state_name=["Arizona", "Arizona"])), plain)
    assert jurisdiction_names(units, plain) == {}


def test_two_names_of_one_jurisdiction_are_refused(tmp_path):
    path = write(tmp_path, states(state_name=["Arizona", "Sonora"]))
    with pytest.raises(SourceError, match="calls jurisdiction 'AZ' both 'Arizona' and 'Sonora'") as raised:
        read_units(path, section(jurisdiction="state", jurisdiction_name="state_name"))
    assert raised.value.code == "two_names"


def test_a_column_of_names_must_be_there(tmp_path):
    with pytest.raises(SourceError, match="state_name"):
        read_units(write(tmp_path, states()), section(jurisdiction="state", jurisdiction_name="state_name"))


def test_each_level_is_named_or_none():
    with pytest.raises(ValidationError, match=r"names 1 level\(s\), and 'jurisdiction' has 2"):
        section(jurisdiction=("nation", "state"), jurisdiction_name="state_name")


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:2263", "EPSG:4525"])
def test_degrees_in_a_crs_of_metres_are_refused_with_a_remedy_that_works(tmp_path, crs):
    """The units are blamed, not the layers that lie where they should."""
    squares = [box(x, 34, x + 0.1, 34.1) for x in (8.0, 8.1)]
    path = write(tmp_path, gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=squares, crs=crs))
    with pytest.raises(CrsError) as refused:
        read_units(path, section())
    assert (refused.value.code, refused.value.layer) == ("degrees", "units")
    assert 'crs = "EPSG:4326" and override_crs = true' in str(refused.value)
    units, _ = read_units(path, section(crs="EPSG:4326", override_crs=True))
    assert settle_units(units, working_crs(units), section())[0]["area_ha"].round().tolist() == [10_242, 10_242]
