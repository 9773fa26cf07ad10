"""A first plan from a user's own files: it passes check and runs, or nothing is written and the message says why."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from affine import Affine
from shapely.geometry import LineString, Point

from layers.errors import SeveralErrors, ZoneplanError
from layers.read.reading_step import read_inputs
from maps.drafts import write_plan
from maps.errors import WriteError
from zoning.pipeline.flow import check, run
from zoning.rulebook import read_rulebook
from zoning.study import builtin_study, read_study

CRS, X0, Y0, KM = "EPSG:3035", 4_000_000.0, 3_000_000.0, 1000.0
BUNDLED = builtin_study("us_mountain_west").parent


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def counties(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The twelve units as a user would have them: codes with leading zeros, Chinese names of columns and units."""
    table = units[["county", "population", "geometry"]].reset_index(drop=True)
    codes = [f"0{1 if county == 'west' else 2}{row:02d}" for row, county in enumerate(table["county"])]
    names = [f"昭通{number}县" for number in "一二三四五六七八九十百千"]
    places = table["county"].map({"west": "西部", "east": "东部"})
    return table.assign(代码=codes, 名称=names, 地区=places).drop(columns="county")


@pytest.fixture
def units_file(own: Path, counties: gpd.GeoDataFrame) -> Path:
    path = own / "counties.gpkg"
    counties.to_file(path, layer="counties", driver="GPKG")
    return path


def grid(
    path: Path, values: np.ndarray, *, size: float = 500, crs: str | None = CRS, nodata: float | None = None
) -> Path:
    rows, columns = values.shape
    place = Affine(size, 0, X0, 0, -size, Y0 + 3 * KM)
    shape = {"width": columns, "height": rows, "count": 1, "dtype": values.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=place, nodata=nodata, **shape) as out:
        out.write(values, 1)
    return path


def holds(plan: Path) -> str:
    """The text of a plan that has no error in check and runs."""
    study = read_study(plan)
    rulebook = read_rulebook(study.rulebook, study.date)
    inputs = read_inputs(study)
    assert [one.text for one in check(study, rulebook, inputs) if one.level == "error"] == []
    assert list(run(study).zones["unit_id"]) == list(inputs.units.index)
    return plan.read_text("utf-8")


def refused(folder: Path, *arguments, **options) -> str:
    with pytest.raises(ZoneplanError) as caught:
        write_plan(folder, *arguments, **options)
    assert not folder.exists(), "something was left behind"
    return str(caught.value)


def keys(text: str) -> list[str]:
    """The lines of a plan without comments."""
    return [line.split("  #")[0].rstrip() for line in text.splitlines() if line and not line.startswith("#")]


def test_the_bundled_study_is_drafted_as_its_authors_wrote_it(tmp_path: Path) -> None:
    source = BUNDLED / "us_mountain_west.gpkg"
    layers = [
        ("ecologically_fragile", source),
        ("water", Path(f"{source}:lakes")),
        ("", Path(f"{source}:energy_sites")),
        ("agricultural", BUNDLED / "landcover_2019.tif"),
        ("elevation", BUNDLED / "elevation_5min.tif"),
        ("", BUNDLED / "statistics.csv"),
    ]
    text = holds(write_plan(tmp_path / "mine", source, layers, "us_west"))
    said, written = keys(text), keys((BUNDLED / "plan.toml").read_text("utf-8"))
    for line in ('id = "fips"', 'name = "name"', 'jurisdiction = "state"', 'layer = "units"', 'layer = "lakes"'):
        assert line in said
        assert line in written
    assert "# where = \"kind = 'alpine_above_3000m'\"" in text.splitlines()
    assert "12 (3.5 %)" in text, "the values of the land cover are not told"
    assert 'role = "agricultural"' not in said, "nobody can tell which land cover that is"
    assert 'role = "elevation"' not in said, "cells of 9 km have no slope"
    assert "sum(capacity_mw)" in text
    assert sorted(one.name for one in (tmp_path / "mine").iterdir()) == [
        "elevation_5min.tif", "landcover_2019.tif", "plan.toml", "statistics.csv", "us_mountain_west.gpkg",
    ]  # fmt: skip


def test_chinese_columns_and_leading_zeros(tmp_path: Path, units_file: Path, counties: gpd.GeoDataFrame) -> None:
    plan = write_plan(tmp_path / "mine", units_file)
    said = keys(holds(plan))
    assert {'id = "代码"', 'name = "名称"', 'jurisdiction = "地区"'} <= set(said)
    assert not any(line.startswith(("layer", "crs", "encoding")) for line in said), "the file says it, or has one layer"
    inputs = read_inputs(read_study(plan))
    assert list(inputs.units.index) == sorted(counties["代码"])


def test_a_gbk_shapefile_without_cpg(tmp_path: Path, own: Path, counties: gpd.GeoDataFrame) -> None:
    path = own / "县.shp"
    pyogrio.write_dataframe(counties, path, encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    body = bytearray(path.with_suffix(".dbf").read_bytes())
    body[29] = 0  # the mark of the code page
    path.with_suffix(".dbf").write_bytes(body)
    plan = write_plan(tmp_path / "mine", path)
    text = holds(plan)
    assert 'encoding = "gb18030"' in keys(text)
    assert "likely: the file does not say it; read so, its texts begin with 昭通一县" in text
    assert read_inputs(read_study(plan)).units["name"].iloc[0] == "昭通一县"
    assert {one.suffix for one in plan.parent.iterdir() if one.is_file()} == {".shp", ".shx", ".dbf", ".prj", ".toml"}


def test_a_table_with_semicolons_and_decimal_commas(
    tmp_path: Path, own: Path, units_file: Path, counties: gpd.GeoDataFrame
) -> None:
    """B61: the plan says both, with the reason, and reads the numbers that are meant."""
    rows = "".join(f"{code};{place}.234,5\n" for place, code in enumerate(counties["代码"], 1))
    (own / "stats.csv").write_text("代码;income_t\n" + rows, "utf-8")
    plan = write_plan(tmp_path / "mine", units_file, [("", own / "stats.csv")])
    text = holds(plan)
    assert {'separator = ";"', 'decimal = ","'} <= set(keys(text))
    assert "its numbers have a comma before the fraction" in text
    assert read_inputs(read_study(plan)).units["income_t"].iloc[0] == 1234.5


def test_latin_texts_of_no_stated_encoding_are_not_guessed(
    tmp_path: Path, own: Path, counties: gpd.GeoDataFrame
) -> None:
    path = own / "kreise.shp"
    latin = counties[["geometry"]].assign(code=counties["代码"], name=[f"Zürich {n}" for n in range(12)])
    pyogrio.write_dataframe(latin, path, encoding="CP1252")
    path.with_suffix(".cpg").unlink()
    body = bytearray(path.with_suffix(".dbf").read_bytes())
    body[29] = 0
    path.with_suffix(".dbf").write_bytes(body)
    told = refused(tmp_path / "mine", path)
    assert "--encoding" in told
    plan = write_plan(tmp_path / "mine", path, encoding="cp1252")
    assert 'encoding = "cp1252"' in keys(holds(plan))


def test_a_missing_crs_is_asked_for(tmp_path: Path, own: Path, counties: gpd.GeoDataFrame) -> None:
    path = own / "counties.shp"
    counties.to_file(path, encoding="utf-8")
    path.with_suffix(".prj").unlink()
    told = refused(tmp_path / "mine", path)
    assert "no coordinate reference system" in told
    assert "--crs EPSG:" in told
    assert 'crs = "EPSG:3035"' in keys(holds(write_plan(tmp_path / "mine", path, crs=CRS)))


@pytest.mark.parametrize("ending", ["parquet", "fgb", "geojson"])
def test_every_format_of_features(tmp_path: Path, own: Path, counties: gpd.GeoDataFrame, ending: str) -> None:
    path = own / f"counties.{ending}"
    if ending == "parquet":
        counties.to_parquet(path)
    else:
        (counties.to_crs("EPSG:4326") if ending == "geojson" else counties).to_file(path)
    assert 'id = "代码"' in keys(holds(write_plan(tmp_path / "mine", path)))


def test_masks_classes_measured_grids_and_nodata(tmp_path: Path, own: Path, units_file: Path) -> None:
    mask = grid(own / "farmland.tif", (np.arange(48).reshape(6, 8) % 2).astype("uint8"))
    classes = grid(own / "2020 land-cover.tif", (np.arange(48).reshape(6, 8) % 5).astype("uint8"))
    sun = grid(own / "sun.tif", np.linspace(3.5, 5.5, 48, dtype="float32").reshape(6, 8))
    heights = np.repeat(np.arange(60, dtype="float32")[:, None], 80, axis=1)
    heights[:3, :3] = -9999
    dem = grid(own / "dem.tif", heights, size=50)
    layers = [
        ("permanent_farmland", mask),
        ("agricultural", classes),
        ("energy_rich", sun),
        ("elevation", dem),
        ("", sun),
    ]
    text = holds(write_plan(tmp_path / "mine", units_file, layers))
    said = keys(text)
    assert 'where = "value = 1"' in said
    assert 'role = "permanent_farmland"' in said
    assert '# where = "value IN (0)"' in text
    assert 'name = "land_cover"' in said, "a name begins with a letter"
    assert "0 (20.8 %), 1 (20.8 %), 2 (20.8 %)" in text
    assert '# where = "value >= 1"' in text
    assert 'role = "elevation"' in said
    assert "nodata = -9999.0" in said
    assert 'name = "sun_2"' in said
    assert 'measure = { sun_mean = "mean(value)" }' in said
    assert 'measure = { sun_2_mean = "mean(value)" }' in said


def test_points_tables_and_lines(tmp_path: Path, own: Path, units_file: Path, counties: gpd.GeoDataFrame) -> None:
    places = counties.geometry.centroid.to_crs("EPSG:4326")
    table = pd.DataFrame({"Longitude": places.x, "capacity_mw": 10.5, "和": "站", "Latitude": places.y})
    table.to_csv(own / "power plants.csv", index=False, encoding="gb18030")
    counties[["代码"]].assign(gdp=range(12)).iloc[:9].to_csv(own / "stats.csv", index=False)
    roads = gpd.GeoDataFrame(geometry=[LineString([(X0, Y0 + 500), (X0 + 4 * KM, Y0 + 500)])], crs=CRS)
    roads.to_file(own / "roads.gpkg", driver="GPKG")
    layers = [("", own / "power plants.csv"), ("table", own / "stats.csv"), ("", own / "roads.gpkg")]
    plan = write_plan(tmp_path / "mine", units_file, layers)
    text = holds(plan)
    said = keys(text)
    assert {'x = "Longitude"', 'y = "Latitude"', 'crs = "EPSG:4326"', 'encoding = "gb18030"'} <= set(said)
    assert 'measure = { power_plants_count = "count()" }' in said
    assert '# power_plants_total = "sum(capacity_mw)"' in text
    assert "100 % of its rows are ids of units" in text
    measured = run(read_study(plan)).measures
    assert measured["power_plants_count"].tolist() == [1.0] * 12
    assert measured["roads_km"].sum() == pytest.approx(4.0, rel=1e-3)
    assert measured["gdp"].isna().sum() == 3


def test_the_example_of_a_quota_works_when_it_is_uncommented(tmp_path: Path, units_file: Path) -> None:
    plan = write_plan(tmp_path / "mine", units_file)
    head, marker, example = plan.read_text("utf-8").partition("# [[quotas]]")
    assert marker
    assert "[[quotas]]" not in head
    plan.write_text(head + (marker + example).replace("# ", ""), "utf-8")
    quotas = run(read_study(plan)).quotas
    units = quotas[quotas["level"] == "unit"]
    assert units["amount"].map(float).sum() == 100
    assert set(quotas["level"]) == {"地区", "unit"}
    assert 'weight = "population"' in example


def test_it_is_the_same_text_twice_and_leaves_what_is_there(tmp_path: Path, units_file: Path) -> None:
    first = write_plan(tmp_path / "mine", units_file).read_bytes()
    before = {one: one.stat().st_mtime_ns for one in (tmp_path / "mine").iterdir()}
    assert write_plan(tmp_path / "mine", units_file).read_bytes() == first
    assert {one: one.stat().st_mtime_ns for one in (tmp_path / "mine").iterdir()} == before
    other = tmp_path / "other" / "mine"
    assert write_plan(other, units_file).read_bytes() == first


def test_files_that_stand_in_the_folder_stay_there(tmp_path: Path, own: Path, units_file: Path) -> None:
    (own / "grids").mkdir()
    mask = grid(own / "grids" / "mask.tif", np.ones((6, 8), dtype="uint8"))
    text = holds(write_plan(own, units_file, [("water", mask)]))
    assert 'source = "grids/mask.tif"' in keys(text)
    assert sorted(one.name for one in own.iterdir()) == ["counties.gpkg", "grids", "plan.toml", "rules"]


def test_foreign_files_are_not_overwritten(tmp_path: Path, units_file: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "plan.toml").write_text("mine")
    with pytest.raises(WriteError, match=r"plan\.toml.*nothing is overwritten"):
        write_plan(folder, units_file)
    assert [(one.name, one.read_text()) for one in folder.iterdir()] == [("plan.toml", "mine")]


def test_two_files_of_one_name(tmp_path: Path, own: Path, units_file: Path) -> None:
    for name in ("a", "b"):
        (own / name).mkdir()
        grid(own / name / "mask.tif", np.full((6, 8), 1, dtype="uint8"))
    told = refused(tmp_path / "mine", units_file, [("water", own / "a/mask.tif"), ("protected", own / "b/mask.tif")])
    assert "two files are called mask.tif" in told
    assert "rename one" in told


def test_names_that_would_break_out_of_a_comment(tmp_path: Path, own: Path, counties: gpd.GeoDataFrame) -> None:
    path = own / "evil.parquet"
    evil = 'x"]\n[study]\nname = "taken'
    counties.assign(**{evil: "a\u202e", "q'uote": ["it's", "b"] * 6}).to_parquet(path)
    text = holds(write_plan(tmp_path / "mine", path))
    assert keys(text).count("[study]") == 1
    assert "\u202e" not in text
    assert r"\u000a[study]" in text


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([("watr", "x.tif")], ["no role 'watr'", "'water'"]),
        ([("water", "missing.tif")], ["no file", "missing.tif"]),
        ([("elevation", "a.tif"), ("elevation", "b.tif")], ["two layers have the role 'elevation'"]),
        ([("water", "points.gpkg")], ["holds points", "a role needs area", "--layer"]),
        ([("water", "stats.csv")], ["table without geometry", "--layer"]),
        ([("", "lost.csv")], ["column 'code'", "leading zeros", "as text"]),
        ([("", "odd.csv")], ["none of its columns holds the ids", "0100"]),
        ([("", "metres.csv")], ["no coordinate reference system", "--crs"]),
        ([("water", "far.tif")], ["do not meet"]),
        ([("", "notes.txt")], ["cannot be read here", ".gpkg"]),
    ],
)
def test_refusals_of_layers(tmp_path: Path, own: Path, units_file: Path, counties, layers, words) -> None:
    points = gpd.GeoDataFrame(geometry=[Point(X0 + 500, Y0 + 500)], crs=CRS)
    points.to_file(own / "points.gpkg", driver="GPKG")
    counties[["代码"]].assign(gdp=1.5).to_csv(own / "stats.csv", index=False)
    pd.DataFrame({"code": counties["代码"].str.lstrip("0"), "gdp": 1.5}).to_csv(own / "lost.csv", index=False)
    pd.DataFrame({"gdp": [1.5, 2.5]}).to_csv(own / "odd.csv", index=False)
    pd.DataFrame({"x": [X0 + 500], "y": [Y0 + 500]}).to_csv(own / "metres.csv", index=False)
    (own / "notes.txt").write_text("hello")
    with rasterio.open(
        own / "far.tif", "w", driver="GTiff", width=2, height=2, count=1, dtype="uint8", crs=CRS,
        transform=Affine(500, 0, X0 + 1e6, 0, -500, Y0),
    ) as out:  # fmt: skip
        out.write(np.ones((2, 2), dtype="uint8"), 1)
    files = [(role, own / file) for role, file in layers]
    told = refused(tmp_path / "mine", units_file, files, "main_functional_areas")
    for word in words:
        assert word in told


def test_refusals_of_units(tmp_path: Path, own: Path, counties: gpd.GeoDataFrame) -> None:
    doubled = own / "doubled.gpkg"
    counties[["geometry"]].assign(code=["01"] * 12).to_file(doubled, driver="GPKG")
    told = refused(tmp_path / "mine", doubled)
    assert "of 'code' '01' stand twice" in told
    lines = own / "lines.gpkg"
    counties.set_geometry(counties.boundary).to_file(lines, driver="GPKG")
    assert "units are polygons, but lines.gpkg holds lines" in refused(tmp_path / "mine", lines)
    several = own / "several.gpkg"
    for layer in ("one", "two"):
        counties.to_file(several, layer=layer, driver="GPKG")
    assert "'one', 'two'. Say which one: several.gpkg:LAYER" in refused(tmp_path / "mine", several)
    assert 'layer = "two"' in keys(holds(write_plan(tmp_path / "mine", Path(f"{several}:two"))))


def test_what_check_would_refuse_is_refused_with_its_exit_code(tmp_path: Path, own: Path, counties, units_file) -> None:
    path = own / "overlapping.gpkg"
    counties.set_geometry(counties.buffer(200)).to_file(path, driver="GPKG")
    with pytest.raises(ZoneplanError, match="No plan was written") as caught:
        write_plan(tmp_path / "mine", path)
    assert caught.value.exit_code == 3
    assert caught.value.findings[0].layer == "units"
    with pytest.raises(ZoneplanError, match=r"(?s)'metro'.*No plan was written") as caught:
        write_plan(tmp_path / "mine", units_file, rulebook="us_west")
    assert caught.value.exit_code == 2
    assert not isinstance(caught.value, SeveralErrors)
    assert not (tmp_path / "mine").exists()


def test_a_rulebook_beside_the_plan(tmp_path: Path, units_file: Path) -> None:
    folder = tmp_path / "mine"
    source = Path(__file__).resolve().parents[3] / "zoning" / "rulebooks" / "main_functional_areas"
    shutil.copytree(source, folder / "rules")
    assert 'rulebook = "rules"' in keys(holds(write_plan(folder, units_file, rulebook="rules")))
    with pytest.raises(ZoneplanError, match="nowhere"):
        write_plan(tmp_path / "new", units_file, rulebook="nowhere")


def test_comments_in_chinese(tmp_path: Path, units_file: Path) -> None:
    text = holds(write_plan(tmp_path / "mine", units_file, language="zh"))
    assert "# 很可能：列名如此" in text
    with pytest.raises(ZoneplanError, match="zoneplan speaks en"):
        write_plan(tmp_path / "new", units_file, language="xx")


def test_a_damaged_file_is_told_in_the_house_way(tmp_path: Path, own: Path, units_file: Path) -> None:
    cut = own / "cut.gpkg"
    cut.write_bytes(units_file.read_bytes()[:3000])
    assert "cut.gpkg cannot be read" in refused(tmp_path / "mine", cut)
    wrong = own / "wrong.parquet"
    wrong.write_bytes(struct.pack("<I", 7) * 9)
    assert "is not a Parquet file" in refused(tmp_path / "mine", wrong)


def test_a_folder_that_cannot_be_made(tmp_path: Path, units_file: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(WriteError, match="cannot be written") as caught:
            write_plan(folder, units_file)
        assert caught.value.exit_code == 5
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "own"]


def test_a_full_disk_leaves_nothing(tmp_path: Path, units_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("maps.drafts.first_plan.shutil.copyfile", full)
    with pytest.raises(WriteError, match="No space left"):
        write_plan(tmp_path / "deep" / "mine", units_file)
    assert not (tmp_path / "deep").exists()
