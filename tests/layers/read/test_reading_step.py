"""Reading a whole study: everything in one CRS, every repair told, all complaints at once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from shapely import Point, box

from layers.errors import CrsError, SeveralErrors, SourceError, UnknownNameError, ZoneplanError
from layers.ledger import LEDGER_COLUMNS
from layers.read.reading_step import confirm_sources, read_inputs
from layers.sources import Sources, read_sources

HEAD = """[study]
name = "toy"
date = 2025-01-01
rulebook = "main_functional_areas"

[units]
source = "units.gpkg"
id = "code"
name = "name"
jurisdiction = "county"
"""
X0, Y0 = 4_000_000, 3_000_000


@pytest.fixture
def study(province):
    def make(text=""):
        (province / "plan.toml").write_text(HEAD + text)
        return read_sources(province / "plan.toml", Sources)

    return make


@pytest.fixture
def forest(province):
    frame = gpd.GeoDataFrame(
        {"kind": ["wood", "bush", "wood"], "fid_": ["f1", "f2", "f3"]},
        geometry=[box(X0, Y0, X0 + 1500, Y0 + 3000), box(X0, Y0, X0 + 10, Y0 + 10), box(0, 0, 100, 100)],
        crs="EPSG:3035",
    )
    frame.to_file(province / "forest.gpkg")
    return province / "forest.gpkg"


def test_units_alone(study):
    inputs = read_inputs(study())
    assert inputs.units["area_ha"].tolist() == [100.0] * 12
    assert inputs.units.index.name == "unit_id"
    assert inputs.layers == ()
    assert tuple(inputs.ledger.columns) == LEDGER_COLUMNS
    assert len(inputs.ledger) == 0
    assert inputs.crs == inputs.own_crs == inputs.units.crs
    assert [(one.name, one.path, len(one.sha256)) for one in inputs.sources] == [("units", "units.gpkg", 64)]


def test_a_designating_layer(study, forest):
    inputs = read_inputs(
        study(
            '[[layers]]\nname = "forest"\nsource = "forest.gpkg"\nid = "fid_"\nrole = "ecologically_fragile"\n'
            "where = \"kind = 'wood'\"\n"
        )
    )
    (layer,) = inputs.layers
    assert (layer.name, layer.kind, layer.role) == ("forest", "polygons", "ecologically_fragile")
    assert list(layer.features.index) == ["f1"]
    assert layer.features.area.tolist() == [4.5e6]
    assert inputs.designations == {"forest": layer}
    assert inputs.ledger.iloc[:, :3].to_numpy().tolist() == [["forest", "f3", "outside"]]


def test_layers_in_another_crs_are_moved_and_the_datum_is_told(study, forest, province):
    frame = gpd.read_file(forest).to_crs("EPSG:4490")
    frame.to_file(province / "forest.gpkg")
    inputs = read_inputs(study('[[layers]]\nname = "forest"\nsource = "forest.gpkg"\nrole = "ecologically_fragile"\n'))
    assert inputs.layers[0].features.crs == inputs.crs
    assert inputs.layers[0].features.area.iloc[0] == pytest.approx(4.5e6, rel=1e-6)
    assert "datum" in set(inputs.ledger["finding"])


def test_points_from_a_table_and_a_table(study, province):
    (province / "plants.csv").write_text(f"id,x,y,mw\n1,{X0 + 500},{Y0 + 500},10\n2,0,0,20\n3,,,5\n")
    (province / "gdp.csv").write_text("code,gdp\na1,7\nzz,9\n")
    inputs = read_inputs(
        study(
            '[[layers]]\nname = "plants"\nsource = "plants.csv"\nx = "x"\ny = "y"\ncrs = "EPSG:3035"\n'
            'measure = { mw = "sum(mw)" }\n[[tables]]\nsource = "gdp.csv"\nid = "code"\n'
        )
    )
    (layer,) = inputs.layers
    assert (layer.kind, dict(layer.measures)) == ("points", {"mw": "sum(mw)"})
    assert layer.features["mw"].tolist() == [10, 20]
    assert inputs.units.loc["a1", "gdp"] == 7
    said = inputs.ledger.groupby(["layer", "finding"]).size().to_dict()
    assert said == {
        ("gdp.csv", "unmatched"): 12,
        ("plants", "crs"): 1,
        ("plants", "empty"): 1,
        ("plants", "outside"): 1,
    }
    assert inputs.designations == {}


def test_patches_on_both_sides_of_the_units_designate_nothing(study, province):
    sides = [box(X0 - 5000, Y0, X0 - 3000, Y0 + 2000), box(X0 + 30000, Y0, X0 + 32000, Y0 + 2000)]
    gpd.GeoDataFrame({"kind": ["w", "e"]}, geometry=sides, crs="EPSG:3035").to_file(province / "sides.gpkg")
    inputs = read_inputs(study('[[layers]]\nname = "sides"\nsource = "sides.gpkg"\nrole = "agricultural"\n'))
    assert inputs.layers[0].features.empty
    assert inputs.ledger.iloc[:, :3].to_numpy().tolist() == [["sides", "1", "outside"], ["sides", "2", "outside"]]


def test_points_of_another_region_are_refused_unless_the_nearest_is_asked_for(study, province):
    """Degrees under a CRS of metres would count as 0 in every unit."""
    (province / "plants.csv").write_text("id,x,y\n1,10.1,52.3\n2,10.2,52.4\n")
    layer = '[[layers]]\nname = "plants"\nsource = "plants.csv"\nx = "x"\ny = "y"\ncrs = "EPSG:3035"\n'
    with pytest.raises(CrsError, match=r"layer 'plants': it lies at x 10.1 to 10.2, .* do not meet"):
        read_inputs(study(layer + 'measure = { n = "count()" }\n'))
    (nearest,) = read_inputs(study(layer + 'measure = { km = "nearest(km)" }\n')).layers
    assert len(nearest.features) == 2


@pytest.mark.parametrize("shape", ["POLYGON ((0 0, 9 0, 9 9, 0 0))", "LINESTRING (0 0, 9 9)"])
def test_lines_and_polygons_outside_stay_where_the_nearest_is_asked_for(study, province, shape):
    there = shapely.transform(shapely.from_wkt(shape), lambda at: at + np.array([X0 - 50_000, Y0]))
    gpd.GeoDataFrame(geometry=[there], crs="EPSG:3035").to_file(province / "far.gpkg")
    layer = '[[layers]]\nname = "far"\nsource = "far.gpkg"\n'
    with pytest.raises(CrsError, match="layer 'far'"):
        read_inputs(study(layer + 'measure = { n = "count()" }\n'))
    inputs = read_inputs(study(layer + 'measure = { n = "count()", km = "nearest(km)" }\n'))
    assert len(inputs.layers[0].features) == 1
    assert inputs.ledger[["layer", "feature", "finding"]].to_numpy().tolist() == [["far", "1", "outside"]]


def test_a_raster_that_designates_and_one_that_does_not(study, rows_grid):
    inputs = read_inputs(
        study(
            '[[layers]]\nname = "north"\nsource = "elevation.tif"\nwhere = "value < 2"\nrole = "agricultural"\n'
            '[[layers]]\nname = "high"\nsource = "elevation.tif"\nrole = "elevation"\nmeasure = { m = "mean(value)" }\n'
            '[[layers]]\nname = "none"\nsource = "elevation.tif"\nwhere = "value > 99"\nrole = "water"\n'
        )
    )
    north, high, none = inputs.layers
    assert (north.kind, north.features.area.sum(), north.raster.shape) == ("polygons", 4e6, (6, 8))
    assert (high.kind, high.features) == ("raster", None)
    assert (none.kind, len(none.features)) == ("polygons", 0)
    assert list(inputs.designations) == ["north", "none"]
    assert inputs.ledger.iloc[:, :3].to_numpy().tolist() == [["none", "", "empty"]]


@pytest.mark.parametrize("west", [-110, -3])
def test_a_grid_in_longitudes_up_to_360_designates_the_same_land(study, province, write_grid, west):
    """Also where it is cut between the units, and the land around the point opposite would come out inside out."""
    outlines = [box(west, -3, west + 3, 2), box(west + 3, -3, west + 5, 2)]
    places = gpd.GeoDataFrame({"code": ["a", "b"], "name": "", "county": ""}, geometry=outlines, crs="EPSG:4326")
    places.to_file(province / "units.gpkg")
    cells = np.random.default_rng(3).integers(0, 9, (180, 360)).astype("uint8")
    cells[:, :60] = cells[:, 300:] = 8
    write_grid(cells, "half.tif", crs="EPSG:4326", transform=Affine(1, 0, -180, 0, -1, 90))
    write_grid(np.roll(cells, 180, axis=1), "full.tif", crs="EPSG:4326", transform=Affine(1, 0, 0, 0, -1, 90))
    layer = '[[layers]]\nname = "{0}"\nsource = "{0}.tif"\nwhere = "value > 2"\nrole = "{1}"\n'
    inputs = read_inputs(study(layer.format("half", "agricultural") + layer.format("full", "water")))
    half, full = (inputs.units.intersection(one.features.union_all()).area / inputs.units.area for one in inputs.layers)
    assert 0.4 < half.min() < half.max() < 0.9
    assert full.tolist() == pytest.approx(half.tolist(), rel=1e-9)


def test_the_order_of_rows_changes_nothing(study, forest, province):
    text = '[[layers]]\nname = "forest"\nsource = "forest.gpkg"\nid = "fid_"\nrole = "ecologically_fragile"\n'
    one = read_inputs(study(text))
    for name in ("units", "forest"):
        frame = gpd.read_file(province / f"{name}.gpkg")
        frame.iloc[::-1].to_file(province / f"{name}.gpkg")
    other = read_inputs(study(text))
    assert one.units.equals(other.units)
    assert one.ledger.equals(other.ledger)


def test_all_complaints_come_at_once(study, province):
    (province / "gdp.csv").write_text("county,gdp\na1,7\n")
    (province / "bad.gpkg").write_bytes(b"nothing")
    with pytest.raises(SeveralErrors) as caught:
        read_inputs(
            study(
                '[[layers]]\nname = "one"\nsource = "missing.gpkg"\nrole = "water"\n'
                '[[layers]]\nname = "two"\nsource = "bad.gpkg"\nrole = "water"\n'
                '[[tables]]\nsource = "gdp.csv"\nid = "code"\n'
            )
        )
    text = str(caught.value)
    assert len(caught.value.errors) == 3
    assert all(part in text for part in ("missing.gpkg", "bad.gpkg", "no column 'code'"))
    assert caught.value.exit_code == 3


def test_complaints_after_reading_come_at_once_too(study, province):
    (province / "gdp.csv").write_text("code,population\na1,7\n")
    gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:3035").to_file(province / "far.gpkg")
    with pytest.raises(SeveralErrors) as caught:
        read_inputs(
            study(
                '[[layers]]\nname = "far"\nsource = "far.gpkg"\nrole = "water"\n'
                '[[tables]]\nsource = "gdp.csv"\nid = "code"\n'
            )
        )
    assert [type(one) for one in caught.value.errors] == [UnknownNameError, CrsError]
    assert "the units' file units.gpkg and by gdp.csv" in str(caught.value)
    assert caught.value.exit_code == 2


def test_two_tables_may_not_give_one_name(study, province):
    for name in ("a", "b"):
        (province / f"{name}.csv").write_text("code,gdp\na1,7\n")
    with pytest.raises(UnknownNameError, match=r"'gdp' is provided twice, by a.csv and by b.csv"):
        read_inputs(study('[[tables]]\nsource = "a.csv"\nid = "code"\n[[tables]]\nsource = "b.csv"\nid = "code"\n'))


def test_a_raster_with_hidden_nodata_is_refused_on_reading(study, write_grid):
    values = np.ones((6, 8), dtype="int16")
    values[3, 3] = -9999
    write_grid(values, "grid.tif")
    with pytest.raises(SourceError, match="nodata = -9999"):
        read_inputs(study('[[layers]]\nname = "g"\nsource = "grid.tif"\nmeasure = { m = "mean(value)" }\n'))


@pytest.mark.parametrize("role", ["", 'role = "water"\n'])
@pytest.mark.parametrize(
    ("where", "what"),
    [("value = 'x'", ", where: a number is compared with a text"), ("class = 12", ": where = .* 'value' only")],
)
def test_where_of_a_raster_is_told_with_its_place(study, rows_grid, role, where, what):
    with pytest.raises(ZoneplanError, match=rf"plan.toml, line 14, column 9: layer 'g'{what}"):
        read_inputs(study(f'[[layers]]\nname = "g"\nsource = "elevation.tif"\nwhere = "{where}"\n{role}'))


def test_inputs_that_change_meanwhile_are_noticed(study, province):
    plan = study()
    inputs = read_inputs(plan)
    confirm_sources(inputs, plan)
    path = province / "units.gpkg"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(SourceError, match=r"1 input file\(s\) changed .* units.gpkg") as caught:
        confirm_sources(inputs, plan)
    assert caught.value.code == "changed"


def test_a_shapefile_is_all_its_parts(study, province):
    gpd.GeoDataFrame({"a": ["x"]}, geometry=[box(X0, Y0, X0 + 100, Y0 + 100)], crs="EPSG:3035").to_file(
        province / "lake.shp"
    )
    inputs = read_inputs(study('[[layers]]\nname = "lake"\nsource = "lake.shp"\nrole = "water"\n'))
    assert [one.path for one in inputs.sources][1:] == ["lake.shp", "lake.shx", "lake.dbf", "lake.prj", "lake.cpg"]


@pytest.mark.parametrize("kind", ["points", "polygons", "lines"])
def test_every_feature_read_is_in_the_result_or_in_the_ledger(study, province, kind):
    rng = np.random.default_rng(3)
    places = [Point(X0 + 6000 * rng.random() - 1000, Y0 + 5000 * rng.random() - 1000) for _ in range(60)]
    shapes = {"points": places, "polygons": [one.buffer(150) for one in places]}
    shapes["lines"] = [one.exterior for one in shapes["polygons"]]
    frame = gpd.GeoDataFrame({"key": [f"k{i}" for i in range(60)]}, geometry=shapes[kind], crs="EPSG:3035")
    frame.loc[0, "geometry"] = None
    frame.to_parquet(province / "x.parquet")
    inputs = read_inputs(
        study('[[layers]]\nname = "x"\nsource = "x.parquet"\nid = "key"\nmeasure = { n = "count()" }\n')
    )
    kept, told = set(inputs.layers[0].features.index), set(inputs.ledger["feature"])
    assert kept | told == set(frame["key"])
    union = shapely.union_all(np.asarray(inputs.units.geometry.array))
    met = shapely.intersects(np.asarray(frame.geometry.array), union)
    assert set(frame["key"][~met]) == told
