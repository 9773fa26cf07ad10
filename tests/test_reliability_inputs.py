"""Bad inputs, from the file to the exit code: each is refused in words, or settled with a row in the ledger.

Rows B of the catalogue of reliability; what a single module holds alone is tested beside that module.
"""

from __future__ import annotations

import ast
import json
import math
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from layers.read.reading_step import read_inputs
from maps.runs import write_run
from maps.runs.manifest import CONTENTS, FORMAT
from tests.helpers import change_units, replace_in
from zoning.overlays import overlay
from zoning.pipeline.flow import run
from zoning.study import read_study

ROOT = Path(__file__).resolve().parent.parent
X0, Y0, KM, CRS = 4_000_000.0, 3_000_000.0, 1000.0, "EPSG:3035"


def km(*points: tuple[float, float]) -> Polygon:
    """A polygon of the toy province, in kilometres from its south-west corner."""
    return Polygon([(X0 + x * KM, Y0 + y * KM) for x, y in points])


def square(x: float, y: float, size: float = 1.0) -> Polygon:
    return box(X0 + x * KM, Y0 + y * KM, X0 + (x + size) * KM, Y0 + (y + size) * KM)


def ask(folder: Path, *lines: str) -> None:
    """Add one more layer to the plan."""
    with (folder / "plan.toml").open("a", encoding="utf-8") as file:
        file.write("\n[[layers]]\n" + "\n".join(lines) + "\n")


def give(folder: Path, shapes, name: str = "more.gpkg", crs=CRS, **columns) -> None:
    """Write a file of features, and a layer of the role protected that reads it."""
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)
    if name.endswith(".parquet"):
        frame.to_parquet(folder / name)
    else:
        frame.to_file(folder / name)
    ask(folder, 'name = "more"', f'source = "{name}"', 'role = "protected"')


def plan_of(folder: Path):
    return run(read_study(folder / "plan.toml"))


def told(plan, layer: str) -> dict[str, str]:
    """Findings of a layer, and what was done."""
    rows = plan.ledger[plan.ledger["layer"] == layer]
    return dict(zip(rows["finding"], rows["action"], strict=True))


# What is refused: exit code, and words that say where and what to do.


def _outline_that_touches_itself(folder: Path) -> None:
    """B03: 18 by its points, 16 as a union, 14 by the even-odd rule: which is meant?"""
    ring = km((0, 0), (4, 0), (4, 4), (0, 4), (0, 2), (2, 1), (2, 3), (0, 2))
    change_units(folder, lambda units: units.iloc[:1].set_geometry([ring], crs=CRS))


def _no_outline(folder: Path) -> None:
    change_units(folder, lambda units: units.set_geometry(units.geometry.where(units["code"] != "b3"), crs=CRS))


def _infinite(folder: Path) -> None:
    with np.errstate(invalid="ignore"):
        give(folder, [Polygon([(X0, Y0), (np.inf, Y0), (X0, Y0 + 1)])], "more.parquet")


def _swapped(folder: Path) -> None:
    """B36: latitude first under a CRS whose file order is longitude first."""
    give(folder, [Polygon([(40, 116), (41, 116), (41, 117)])], "more.geojson", "EPSG:4490")


def _shifted_sheet(folder: Path) -> None:
    ids = [f"0{number}" for number in range(10101, 10113)]
    change_units(folder, lambda units: units.assign(code=ids))
    rows = "".join(f"{int(one)},1\n" for one in ids)
    (folder / "stats.csv").write_text("code,income\n" + rows, "utf-8")
    replace_in(folder, 'unit = "c4"', f'unit = "{ids[-1]}"')


def _grid(folder: Path, values, transform=None, **profile) -> None:
    values = np.asarray(values)
    transform = transform or Affine(500, 0, X0, 0, -500, Y0 + 3 * KM)
    about = {"driver": "GTiff", "count": 1, "dtype": values.dtype, "crs": CRS, "transform": transform, **profile}
    with rasterio.open(folder / "elevation.tif", "w", height=len(values), width=values.shape[1], **about) as out:
        out.write(values, 1)


def _hidden_nodata(folder: Path) -> None:
    values = np.ones((6, 8), dtype="float32")
    values[0, 0] = -9999
    _grid(folder, values)


def _scaled(folder: Path, scale: float) -> None:
    _grid(folder, np.full((6, 8), 30, dtype="uint8"))
    with rasterio.open(folder / "elevation.tif", "r+") as out:
        out.scales = (scale,)


def _half_a_shapefile(folder: Path) -> None:
    give(folder, [square(0, 0)] * 50, "more.shp")
    whole = (folder / "more.shp").read_bytes()
    (folder / "more.shp").write_bytes(whole[: len(whole) // 2])


def _part_of_a_shapefile(ending: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        give(folder, [square(0, 0)] * 3, "more.shp")
        (folder / f"more{ending}").unlink()

    return damage


def _texts_in_gbk(cpg: str | None) -> Callable[[Path], None]:
    """B40, B41: a shapefile as an office in Xi'an writes it, and a .cpg that is lost or lies."""

    def damage(folder: Path) -> None:
        parks = gpd.GeoDataFrame({"park": ["秦岭保护区"]}, geometry=[square(0, 0)], crs=CRS)
        parks.to_file(folder / "more.shp", encoding="GBK")
        (folder / "more.cpg").unlink()
        if cpg:
            (folder / "more.cpg").write_text(cpg)
        ask(folder, 'name = "more"', 'source = "more.shp"', 'role = "protected"')

    return damage


def _crossed(folder: Path) -> None:
    crossed = km((0, 0), (1, 1), (1, 0), (0, 1))
    change_units(folder, lambda units: units.set_geometry([crossed, *units.geometry[1:]], crs=CRS))


def _same_id(folder: Path) -> None:
    change_units(folder, lambda units: units.assign(code=["a1", "a1", *units["code"][2:]]))


def _grid_without_crs(folder: Path) -> None:
    """B59 as well: exactextract knows no words for it."""
    with rasterio.open(folder / "elevation.tif") as dataset:
        values = dataset.read(1)
    _grid(folder, values, crs=None)


def _no_features(folder: Path) -> None:
    gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=CRS)).to_file(folder / "more.gpkg")
    ask(folder, 'name = "more"', 'source = "more.gpkg"', 'role = "protected"')


def _latitude_of_200(folder: Path) -> None:
    give(folder, [box(8, 199, 9, 200)], crs="EPSG:4326")


def _no_weight(folder: Path) -> None:
    change_units(folder, lambda units: units.assign(population=0))
    replace_in(folder, 'ceiling = "available_ha"', "")


def _full_width(folder: Path) -> None:
    """B61: digits that only look like digits are no numbers."""
    replace_in(folder, "a1,10", "a1,１０", "stats.csv")
    replace_in(folder, 'weight = "population"', 'weight = "income"')


REFUSED = {
    "B01": (_crossed, 3, ["'a1'", "0.1 %", "mend them in the file"]),
    "B03": (_outline_that_touches_itself, 3, ["'a1'", "0.1 %", "mend them in the file"]),
    "B11": (
        lambda folder: replace_in(folder, 'id = "code"\nname', 'id = "code"\ncrs = "EPSG:3857"\nname'),
        3,
        ["EPSG:3857"],
    ),
    "B12": (_part_of_a_shapefile(".prj"), 3, ["more.shp", ".prj", "crs = "]),
    "B18": (_shifted_sheet, 3, ["'10101'", "'010101'", "zeros"]),
    "B24": (_same_id, 3, ["'a1'", "more than once"]),
    "B26": (lambda folder: replace_in(folder, 'id = "code"\n\n[[dec', 'id = "income"\n\n[[dec'), 3, ["'10'"]),
    "B28": (_no_outline, 3, ["'b3'", "no geometry", 'empty = "drop"']),
    "B29": (_infinite, 3, ["'more'", "'1'", "NaN or infinite"]),
    "B30": (_latitude_of_200, 3, ["'more'", "'1'", "beyond the globe"]),
    "B34": (lambda folder: give(folder, [square(0, 0), Point(X0, Y0)]), 3, ["1 points, 1 polygons"]),
    "B35": (
        lambda folder: give(folder, [Polygon([(179, 50), (-179, 50), (-179, 51)])], crs="EPSG:4326"),
        3,
        ["180", "-wrapdateline"],
    ),
    "B36": (_swapped, 3, ["exchanged"]),
    "B39": (lambda folder: give(folder, [square(900, 900)]), 3, ["do not meet", "of another region"]),
    "B40": (_texts_in_gbk(None), 3, ["'more'", ".cpg", 'encoding = "', "秦岭"]),
    "B41": (_texts_in_gbk("UTF-8"), 3, ["more.cpg says UTF-8", "秦岭"]),
    "B44": (_part_of_a_shapefile(".shx"), 3, ["more.shx"]),
    "B45": (_part_of_a_shapefile(".dbf"), 3, ["more.dbf"]),
    "B46": (_half_a_shapefile, 3, ["more.shp", "cut short"]),
    "B48": (lambda folder: replace_in(folder, 'layer = "units"\n', ""), 3, ["2 layers", "'land'", "'units'"]),
    "B49": (_no_features, 3, ["more.gpkg", "no features"]),
    "B50": (_hidden_nodata, 3, ["-9999", "nodata = "]),
    "B53": (lambda folder: _scaled(folder, math.nan), 3, ["elevation.tif", "scale nan", "-a_scale"]),
    "B55": (lambda folder: _grid(folder, np.ones((6, 8)), Affine(500, 9, X0, 9, -500, Y0 + 3 * KM)), 3, ["gdalwarp"]),
    "B59": (_grid_without_crs, 3, ["elevation.tif", "crs = "]),
    "B61": (_full_width, 2, ["construction_land", "income", "text"]),
    "B62": (_no_weight, 4, ["construction_land", "weight"]),
    "B63": (
        lambda folder: replace_in(folder, "total = 120", "total = 120\nfloor = 11"),
        4,
        ["construction_land", "floor"],
    ),
}


@pytest.mark.filterwarnings("ignore:invalid value encountered")
@pytest.mark.parametrize("row", REFUSED)
def test_what_cannot_be_right_is_refused_in_words(row: str, command, toy_folder: Path) -> None:
    damage, code, words = REFUSED[row]
    damage(toy_folder)
    done = command("run", toy_folder / "plan.toml")
    assert done.code == code, done.err
    assert not [word for word in words if word not in done.err], done.err
    assert not (toy_folder / "runs").exists(), "something was left behind"


# What has one answer: it is settled, and the ledger says so.


def test_b02_b04_repairs_of_a_layer_are_in_the_ledger(toy_folder: Path) -> None:
    double = MultiPolygon([square(0, 0), square(0.5, 0)])
    spike = km((3, 2), (3.5, 2), (3, 2))
    give(toy_folder, [double, spike])
    plan = plan_of(toy_folder)
    rows = plan.ledger.set_index("feature").loc[["1", "2"]]
    assert rows["finding"].tolist() == ["invalid", "invalid"]
    assert rows[["area_before_ha", "area_after_ha"]].to_numpy().tolist() == [[200, 150], [0, 0]]
    assert rows.loc["2", "action"].startswith("left out")
    assert plan.measures["protected_ha"].sum() == pytest.approx(150, rel=1e-9)


def test_b05_b06_only_land_makes_a_piece(toy_folder: Path) -> None:
    """An overlap in one unit, a common border with another, a line left by an earlier overlay."""
    touching = GeometryCollection([square(0.5, 0), LineString([(X0, Y0), (X0 + 9000, Y0)])])
    give(toy_folder, [touching])
    plan = plan_of(toy_folder)
    assert plan.measures["protected_ha"].loc[["a1", "a2", "a3"]].tolist() == [50, 50, 0]
    assert set(plan.pieces.geom_type) <= {"Polygon", "MultiPolygon"}
    assert "1 part(s) of a lower dimension" in told(plan, "more")["parts"]


def test_check_names_every_feature_and_what_a_run_does_with_it(command, toy_folder: Path) -> None:
    """B01, B02, B04, B07, B28: of twelve features one is as it should be."""
    double = MultiPolygon([square(0, 0), square(0.5, 0)])
    give(
        toy_folder,
        [square(0, 1, 2), None, km((3, 2), (3.5, 2), (3, 2)), double, square(1.5, 1, 1), *[square(3, 0, 0.3)] * 7],
    )
    done = command("check", toy_folder / "plan.toml", "--json")
    assert done.code == 0, done.out
    rows = [row for row in json.loads(done.out)["features"] if row["layer"] == "more"]
    told = {(row["feature"], row["finding"]): row["action"] for row in rows}
    assert told["2", "empty"] == "left out: it has no geometry"
    assert told["3", "invalid"].startswith("left out, it has no area")
    assert told["4", "invalid"] == "made valid: self-intersection"
    assert told["1", "overlap"] == "kept: it shares 50.0000 ha with '5', and that land counts once"
    assert sum(finding == "duplicate" for _, finding in told) == 6  # all are named, not the first five
    (mended,) = (row for row in rows if (row["feature"], row["finding"]) == ("4", "invalid"))
    assert (mended["area_before_ha"], mended["area_after_ha"]) == (200, 150)
    assert next(row for row in rows if row["finding"] == "empty")["area_before_ha"] is None


def test_check_names_every_feature_that_a_run_refuses_beside_what_it_would_mend(command, toy_folder: Path) -> None:
    give(toy_folder, [MultiPolygon([square(0, 0), square(0.5, 0)])])
    crossed = [km((x, y), (x + 1, y + 1), (x + 1, y), (x, y + 1)) for y in range(3) for x in range(4)]
    gpd.GeoDataFrame(geometry=crossed, crs=CRS).to_file(toy_folder / "crossed.gpkg")
    ask(toy_folder, 'name = "crossed"', 'source = "crossed.gpkg"', 'role = "protected"')
    done = command("check", toy_folder / "plan.toml", "--json")
    assert done.code == 3
    rows = json.loads(done.out)["features"]
    assert [row["feature"] for row in rows if row["action"] == "refused"] == [
        str(n) for n in sorted(range(1, 13), key=str)
    ]
    assert {row["finding"] for row in rows if row["layer"] == "crossed"} == {"invalid"}
    assert [row["action"] for row in rows if row["layer"] == "more"] == ["made valid: self-intersection"]


def test_b07_land_that_a_layer_names_twice_counts_once(toy_folder: Path) -> None:
    give(toy_folder, [square(0, 0, 2), square(1, 1, 2)])
    assert plan_of(toy_folder).measures["protected_ha"].sum() == pytest.approx(700, rel=1e-9)


def test_b09_a_hairline_between_two_polygons_loses_nothing(units) -> None:
    hair = 1e-9
    halves = [square(0, 0), box(X0 + KM + hair, Y0, X0 + 2 * KM, Y0 + KM)]
    pieces = overlay(units, {"park": gpd.GeoDataFrame(geometry=halves, crs=CRS)})
    assert shapely.coverage_is_valid(pieces.geometry.to_numpy())
    assert pieces.loc[pieces["park"], "area_ha"].sum() == pytest.approx(200, rel=1e-9)
    assert pieces["area_ha"].sum() == pytest.approx(1200, rel=1e-9)


def test_b08_gaps_and_overlaps_of_two_digitisations_are_in_the_ledger(toy_folder: Path) -> None:
    """The west border of a2 lies 5 m too far west in the south and 5 m too far east in the north."""
    bent = Polygon([(X0 + 995, Y0), (X0 + 2 * KM, Y0), (X0 + 2 * KM, Y0 + KM), (X0 + 1005, Y0 + KM)])

    def digitised_anew(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return units.set_geometry(units.geometry.where(units["code"] != "a2", bent), crs=CRS)

    change_units(toy_folder, digitised_anew)
    plan = plan_of(toy_folder)
    rows = plan.ledger[plan.ledger["layer"] == "units"].set_index("finding")
    lost = 0.125  # ha: a triangle of 5 m by half a kilometre
    assert rows.loc["gap", "area_before_ha"] == pytest.approx(lost, rel=1e-6)
    assert rows.loc["overlap", "area_before_ha"] - rows.loc["overlap", "area_after_ha"] == pytest.approx(lost, rel=1e-6)
    assert plan.pieces["area_ha"].sum() == pytest.approx(1200 - lost, rel=1e-9)


def test_b13_two_datums_that_lie_alike_are_one_place(toy_folder: Path) -> None:
    park = gpd.GeoSeries([square(0, 0)], crs=CRS).to_crs("EPSG:4326")
    shares = {}
    for code in (4326, 4490):
        folder = Path(shutil.copytree(toy_folder, toy_folder.with_name(f"toy{code}")))
        give(folder, park.set_crs(code, allow_override=True), crs=f"EPSG:{code}")
        shares[code] = plan_of(folder).measures["protected_ha"].loc["a1"]
    assert shares[4490] == pytest.approx(shares[4326], rel=1e-6)
    assert shares[4326] == pytest.approx(100, rel=1e-4)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_b14_b15_areas_are_those_of_the_ground_whatever_the_file_is_in(toy_folder: Path, crs: str) -> None:
    """In degrees and in Web Mercator, whose areas are twice and more of what they should be here."""
    dense = shapely.segmentize  # straight edges of the file are other lines in another projection
    change_units(toy_folder, lambda units: units.set_geometry(dense(units.geometry, 50), crs=CRS).to_crs(crs))
    areas = read_inputs(read_study(toy_folder / "plan.toml")).units["area_ha"]
    assert areas.tolist() == pytest.approx([100] * 12, rel=1e-6)


def test_b16_edges_of_twenty_degrees_bend_with_the_parallels(tmp_path: Path) -> None:
    """A box between parallels: its area on the ellipsoid has a closed form (Snyder 1987, equation 3-12)."""
    gpd.GeoDataFrame({"code": ["a"]}, geometry=[box(0, 40, 20, 60)], crs="EPSG:4326").to_file(tmp_path / "box.gpkg")
    (tmp_path / "plan.toml").write_text(
        '[study]\nname = "Box"\ndate = 2025-01-01\nrulebook = "us_west"\n[units]\nsource = "box.gpkg"\nid = "code"\n',
        "utf-8",
    )
    a, f = 6378137.0, 1 / 298.257223563
    e = math.sqrt(f * (2 - f))

    def q(latitude: float) -> float:
        sine = math.sin(math.radians(latitude))
        return (1 - e**2) * (sine / (1 - (e * sine) ** 2) + math.atanh(e * sine) / e)

    wanted = a**2 / 2 * math.radians(20) * (q(60) - q(40)) / 1e4
    assert read_inputs(read_study(tmp_path / "plan.toml")).units["area_ha"].iloc[0] == pytest.approx(wanted, rel=1e-6)


def test_b20_yaml_is_refused_with_the_reason(command, toy_folder: Path) -> None:
    done = command("run", (toy_folder / "plan.toml").rename(toy_folder / "plan.yaml"))
    assert done.code == 2
    assert "4227" in done.err


def test_b23_what_holds_stays_true_or_false(units, designations) -> None:
    pieces = overlay(units, designations)
    assert {str(pieces[role].dtype) for role in designations} == {"bool"}


def test_b25_ids_as_numbers_meet_ids_as_texts(toy_folder: Path) -> None:
    """A table that a spreadsheet wrote with numbers, units whose ids are texts of the same digits."""
    change_units(toy_folder, lambda units: units.assign(code=[str(11 + place) for place in range(12)]))
    replace_in(toy_folder, 'unit = "c4"', 'unit = "22"')
    pd.DataFrame({"code": range(11, 23), "income": range(12)}).to_parquet(toy_folder / "stats.parquet")
    replace_in(toy_folder, 'source = "stats.csv"', 'source = "stats.parquet"')
    assert plan_of(toy_folder).measures["income"].tolist() == list(range(12))


def test_b31_b32_heights_and_measures_along_lines_are_left_out_and_told(toy_folder: Path) -> None:
    give(toy_folder, [shapely.force_3d(square(0, 0), 5)])
    high = plan_of(toy_folder)
    measured = shapely.from_wkt(
        square(0, 0).wkt.replace("POLYGON", "POLYGON M").replace(",", " 1,").replace("))", " 1))")
    )
    gpd.GeoDataFrame(geometry=[measured], crs=CRS).to_parquet(toy_folder / "more.parquet")
    replace_in(toy_folder, 'source = "more.gpkg"', 'source = "more.parquet"')
    for plan in (high, plan_of(toy_folder)):
        assert "Z or M left out of 1 feature(s)" in told(plan, "more")["dimensions"]
        assert not plan.pieces.has_z.any()
        assert plan.measures["protected_ha"].loc["a1"] == pytest.approx(100, rel=1e-9)


@pytest.mark.parametrize("digits", [2**53 + 1, 110101001001])
def test_b19_b22_long_ids_come_out_digit_by_digit(toy_folder: Path, tmp_path: Path, digits: int) -> None:
    ids = {"a1": digits}
    change_units(
        toy_folder, lambda units: units.assign(code=[ids.get(code, 1000 + n) for n, code in enumerate(units["code"])])
    )
    replace_in(toy_folder, 'unit = "c4"', 'unit = "1011"')
    replace_in(toy_folder, '[[tables]]\nsource = "stats.csv"\nid = "code"\n', "")
    written = write_run(plan_of(toy_folder), tmp_path / "run")
    for table in ("zones", "measures", "quotas"):
        read = pd.read_csv(written / f"{table}.csv", dtype=str, encoding="utf-8-sig")
        assert str(digits) in set(read["unit_id"]), table


def test_b17_ids_of_a_sheet_keep_their_zeros(toy_folder: Path) -> None:
    ids = [f"0{number}" for number in range(10101, 10113)]
    change_units(toy_folder, lambda units: units.assign(code=ids))
    sheet = "code,income\n" + "".join(f"{one},{place}\n" for place, one in enumerate(ids))
    (toy_folder / "stats.csv").write_text("\ufeff" + sheet, "utf-8")
    replace_in(toy_folder, 'unit = "c4"', f'unit = "{ids[-1]}"')
    plan = plan_of(toy_folder)
    assert plan.zones["unit_id"].tolist() == ids
    assert plan.measures["income"].tolist() == list(range(12))


def test_b27_a_unit_without_a_county_is_named(command, toy_folder: Path) -> None:
    change_units(toy_folder, lambda units: units.assign(county=units["county"].where(units["code"] != "b2")))
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 3
    assert "'b2'" in done.err
    assert "county" in done.err


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "geojson", "parquet"])
def test_b47_a_layer_cut_short_is_named(command, toy_folder: Path, ending: str) -> None:
    give(toy_folder, [square(0, 0)] * 200, f"more.{ending}")
    whole = (toy_folder / f"more.{ending}").read_bytes()
    (toy_folder / f"more.{ending}").write_bytes(whole[: len(whole) * 2 // 3])
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 3
    assert f"more.{ending}" in done.err
    assert len(done.err.splitlines()) == 1


def test_b51_a_unit_without_values_is_missing_and_not_zero(toy_folder: Path, tmp_path: Path) -> None:
    values = np.ones((6, 8), dtype="float32")
    values[:3, :2] = -1  # all of c1, half of b1
    _grid(toy_folder, values, nodata=-1)
    plan = plan_of(toy_folder)
    assert pd.isna(plan.measures.loc["c1", "height_mean_m"])
    assert plan.measures.loc["b1", "height_mean_m"] == 1
    assert plan.measures["height_mean_m_covered"].loc[["a1", "b1", "c1"]].tolist() == pytest.approx([1, 0.5, 0])
    rows = (write_run(plan, tmp_path / "run") / "measures.csv").read_text("utf-8-sig").splitlines()
    place = rows[0].split(",").index("height_mean_m")
    assert next(row for row in rows if row.startswith("c1,")).split(",")[place] == ""


def test_b53_scale_and_offset_are_applied_once(toy_folder: Path) -> None:
    _grid(toy_folder, np.full((6, 8), 30, dtype="uint8"))
    with rasterio.open(toy_folder / "elevation.tif", "r+") as out:
        out.scales, out.offsets = (0.5,), (100.0,)
    assert plan_of(toy_folder).measures["height_mean_m"].tolist() == pytest.approx([115] * 12)


@pytest.mark.parametrize("key", ["nodata = 255", "valid_range = [0, 100]", "band = 1\nvalid_range = [0, 254]"])
def test_b50_the_keys_that_the_message_names_mend_it(key: str, command, toy_folder: Path) -> None:
    """Per cent in bytes, 255 where there is none: two cells of four in c1, whose mean is that of the others."""
    values = np.full((6, 8), 40, dtype="uint8")
    values[0, :2] = 255
    _grid(toy_folder, values)
    done = command("check", toy_folder / "plan.toml")
    assert done.code == 3
    assert "holds 255 in 2 cell(s), apart from its other values (40 to 40)" in done.out
    replace_in(toy_folder, 'source = "elevation.tif"', f'source = "elevation.tif"\n{key}')
    plan = plan_of(toy_folder)
    assert plan.measures["height_mean_m"].tolist() == pytest.approx([40] * 12)
    assert plan.measures.loc["c1", "height_mean_m_covered"] == pytest.approx(0.5)
    assert "as having no value" in told(plan, "height")["nodata"]


def test_keys_of_rasters_are_refused_on_features(command, toy_folder: Path) -> None:
    give(toy_folder, [square(0, 0)])
    replace_in(toy_folder, 'name = "more"', 'name = "more"\nband = 1')
    done = command("check", toy_folder / "plan.toml")
    assert done.code == 2
    assert "'band' is of rasters, and more.gpkg is none" in done.out


def test_b54_a_grid_in_another_crs_is_measured_where_it_lies(toy_folder: Path) -> None:
    """Cells of some 20 m in degrees, the west half of the province 1 and the east half 3."""
    west, south, east, north = gpd.GeoSeries([box(X0, Y0, X0 + 4 * KM, Y0 + 3 * KM)], crs=CRS).to_crs(4326).total_bounds
    across = np.linspace(west - 0.01, east + 0.01, 400)
    middle = gpd.GeoSeries([Point(X0 + 2 * KM, Y0 + 1.5 * KM)], crs=CRS).to_crs(4326).iloc[0].x
    values = np.repeat(np.where(across < middle, 1.0, 3.0)[None, :], 300, axis=0)
    size = Affine((across[-1] - across[0]) / 400, 0, across[0], 0, -(north - south + 0.02) / 300, north + 0.01)
    _grid(toy_folder, values, size, crs="EPSG:4326")
    found = plan_of(toy_folder).measures["height_mean_m"]
    assert found.loc[["a1", "c1"]].tolist() == pytest.approx([1, 1])
    assert found.loc[["a4", "c4"]].tolist() == pytest.approx([3, 3])


def test_b56_grids_half_a_cell_apart_are_measured_each_where_it_lies(toy_folder: Path) -> None:
    """A column of ones in the west covers half of a1; half a cell further west, a quarter."""
    values = np.zeros((6, 9), dtype="float32")
    values[:, 0] = 1
    _grid(toy_folder, values)
    assert plan_of(toy_folder).measures.loc["a1", "height_mean_m"] == pytest.approx(0.5)
    _grid(toy_folder, values, Affine(500, 0, X0 - 250, 0, -500, Y0 + 3 * KM))
    assert plan_of(toy_folder).measures.loc["a1", "height_mean_m"] == pytest.approx(0.25)


@pytest.mark.parametrize(("shift", "said"), [(250, True), (0, False), (125, False), (1000, False)])
def test_b56_a_grid_half_a_cell_beside_the_one_that_weighs_it_is_told(
    shift: float, said: bool, toy_folder: Path
) -> None:
    people = np.ones((6, 9), dtype="float32")
    with rasterio.open(toy_folder / "elevation.tif") as dataset:
        about = {**dataset.profile, "width": 9, "transform": Affine(500, 0, X0 - shift, 0, -500, Y0 + 3 * KM)}
    with rasterio.open(toy_folder / "people.tif", "w", **about) as out:
        out.write(people, 1)
    ask(toy_folder, 'name = "people"', 'source = "people.tif"', 'measure = { people = "sum(value)" }')
    replace_in(toy_folder, 'height_mean_m = "mean(value)"', 'height_mean_m = "mean(value, weight = people)"')
    ledger = read_inputs(read_study(toy_folder / "plan.toml")).ledger
    told_of = ledger.loc[ledger["finding"] == "shifted", ["layer", "feature"]].to_numpy().tolist()
    assert told_of == ([["height", ""]] if said else [])
    assert (
        not said
        or "half a cell beside those of 'people'" in ledger.loc[ledger["finding"] == "shifted", "action"].iloc[0]
    )


@pytest.mark.parametrize("meaning", ["Area", "Point"])
def test_b57_a_grid_that_says_point_lies_where_its_transform_says(toy_folder: Path, meaning: str) -> None:
    with rasterio.open(toy_folder / "elevation.tif", "r+") as out:
        out.update_tags(AREA_OR_POINT=meaning)
    assert plan_of(toy_folder).measures["height_mean_m"].loc[["a1", "c1"]].tolist() == pytest.approx([4.5, 0.5])


def test_b58_a_unit_smaller_than_a_cell_has_its_value(toy_folder: Path) -> None:
    _grid(toy_folder, np.array([[7.0]]), Affine(9000, 0, X0 - 1000, 0, -9000, Y0 + 5 * KM))
    assert plan_of(toy_folder).measures["height_mean_m"].tolist() == pytest.approx([7] * 12)


def test_b60_an_open_ring_is_named(command, toy_folder: Path) -> None:
    ring = [[8.0, 50.0], [8.1, 50.0], [8.1, 50.1]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (toy_folder / "more.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    ask(toy_folder, 'name = "more"', 'source = "more.geojson"', 'role = "protected"')
    done = command("run", toy_folder / "plan.toml")
    assert done.code == 3
    assert "'0'" in done.err
    assert "not be closed" in done.err


def test_b64_an_outline_of_many_points_is_cut_in_one_go(units) -> None:
    """A disc of 200,000 points over twelve units; cut piece by piece it would take minutes."""
    turn = np.linspace(0, 2 * np.pi, 200_001)[:-1]
    radius = 1200 + 5 * np.cos(1000 * turn)
    disc = Polygon(np.column_stack([X0 + 2000 + radius * np.cos(turn), Y0 + 1500 + radius * np.sin(turn)]))
    pieces = overlay(units, {"lake": gpd.GeoDataFrame(geometry=[disc], crs=CRS)})
    assert pieces.loc[pieces["lake"], "area_ha"].sum() == pytest.approx(disc.area / 1e4, rel=1e-9)
    assert pieces["area_ha"].sum() == pytest.approx(1200, rel=1e-9)


def test_every_row_of_a_layer_is_in_the_result_or_in_the_ledger(toy_folder: Path) -> None:
    """B04, B28, B39: of a good one, an empty one, a spike and one far away."""
    give(toy_folder, [square(0, 0), None, km((3, 2), (3.5, 2), (3, 2)), square(500, 0)])
    inputs = read_inputs(read_study(toy_folder / "plan.toml"))
    kept = set(next(layer for layer in inputs.layers if layer.name == "more").features.index)
    gone = set(inputs.ledger.loc[inputs.ledger["layer"] == "more", "feature"])
    assert (kept, gone) == ({"1"}, {"2", "3", "4"})


# Habits of the code that keep rows of the catalogue from coming back.


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    """Every call of a function or method of this name in the packages."""
    found = []
    for package in ("layers", "zoning", "maps", "zoneplan"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                called = node.func if isinstance(node, ast.Call) else None
                if getattr(called, "attr", getattr(called, "id", None)) == name:
                    found.append((path, node))
    return found


def test_b37_coordinates_are_x_and_y_in_every_transformation() -> None:
    made = [*calls("TransformerGroup"), *((path, node) for path, node in calls("from_crs"))]
    assert made
    careless = [path.name for path, node in made if "always_xy" not in {word.arg for word in node.keywords}]
    assert careless == []


def test_b42_b43_no_shapefile_is_ever_written() -> None:
    assert not [name for name in CONTENTS[FORMAT].needed if Path(name).suffix in {".shp", ".dbf"}]
    written = "".join(
        (ROOT / "maps" / f"{name}.py").read_text("utf-8")
        for name in (
            "exports/geopackage",
            "exports/workbook",
            "runs/run_files",
            "runs/run_writer",
        )
    )
    assert 'driver="GPKG"' in written
    assert "Shapefile" not in written
    assert calls("to_file") == []


def test_b52_rasters_are_read_inside_their_bounds_by_a_rasterio_that_masks_rightly() -> None:
    """rasterio 1.4.0 to 1.4.2 mask zeros in boundless reads."""
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert "rasterio>=1.4.4" in needed
    words = {word.arg for _, node in calls("read") for word in node.keywords}
    assert not words & {"boundless", "masked"}
