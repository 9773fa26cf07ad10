"""First plans of formats that are folders, archives or files with several layers."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from layers.errors import SourceError
from maps.drafts import write_plan
from tests.layers.formats.test_same_plan import OPTIONS, WITHOUT_CRS, WRITERS
from zoning.study import read_study


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    shapes = [box(10 + place / 8, 50, 10.125 + place / 8, 50.125) for place in range(3)]
    frame = {"code": ["01", "02", "03"], "name": ["昭通市", "毕节市", "曲靖市"], "people": [1, 2, 3]}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_a_first_plan_comes_of_every_format(tmp_path, units, ending):
    WRITERS[ending](units, tmp_path / f"units{ending}")
    crs = "EPSG:4326" if ending in WITHOUT_CRS else None
    study = read_study(write_plan(tmp_path / "first", tmp_path / f"units{ending}", crs=crs))
    assert (study.units.source, study.units.id, study.units.name) == (f"units{ending}", "code", "name")
    assert study.locate(study.units.source).exists()


def test_a_layer_of_a_geodatabase_is_chosen_by_its_name(tmp_path, units):
    for place, layer in enumerate(("units", "lakes")):
        units[: 3 - place].to_file(
            tmp_path / "b.gdb", layer=layer, driver="OpenFileGDB", mode="wa"[place], **OPTIONS["OpenFileGDB"]
        )
    zipped = shutil.make_archive(str(tmp_path / "c.gdb"), "zip", tmp_path, "b.gdb")
    for place, path in enumerate((tmp_path / "b.gdb", Path(zipped))):
        study = read_study(write_plan(tmp_path / f"first{place}", path, [("", f"{path}:lakes")]))
        assert (study.units.layer, study.layers[0].layer) == ("units", "lakes")


def test_an_encoding_is_guessed_inside_an_archive(tmp_path, units):
    (tmp_path / "plain").mkdir()
    units.to_file(tmp_path / "plain" / "a.shp", encoding="GBK")
    (tmp_path / "plain" / "a.cpg").unlink()
    path = shutil.make_archive(str(tmp_path / "units"), "zip", tmp_path / "plain")
    study = read_study(write_plan(tmp_path / "first", path))
    assert study.units.encoding == "gb18030"


def test_a_sheet_is_a_table_or_points_of_a_first_plan(tmp_path, units):
    units.to_file(tmp_path / "units.gpkg")
    book = tmp_path / "statistics.xlsx"
    with pd.ExcelWriter(book) as writer:
        pd.DataFrame({"code": ["01", "02", "03"], "income": [1.5, 2, 3]}).to_excel(
            writer, sheet_name="income", index=False
        )
        pd.DataFrame({"lon": [10.1], "lat": [50.1], "mw": [3]}).to_excel(writer, sheet_name="plants", index=False)
    asked = [("", f"{book}:income"), ("", f"{book}:plants")]
    study = read_study(write_plan(tmp_path / "first", tmp_path / "units.gpkg", asked))
    assert [(one.source, one.layer, one.id) for one in study.tables] == [("statistics.xlsx", "income", "code")]
    assert [(one.layer, one.x, one.y) for one in study.layers] == [("plants", "lon", "lat")]
    with pytest.raises(SourceError, match=r"statistics.xlsx holds 2 layers: 'income', 'plants'. Say which one"):
        write_plan(tmp_path / "other", tmp_path / "units.gpkg", [("", str(book))])


def test_a_strip_whose_code_has_no_number_is_guessed(tmp_path, units):
    """Eastings with the number 34 under the CRS of the same strip without numbers, as many files of China have them."""
    there = units.translate(94).to_crs("EPSG:4543").translate(34_000_000)
    gpd.GeoDataFrame(units.drop(columns="geometry"), geometry=there, crs="EPSG:4543").to_file(tmp_path / "units.gpkg")
    plan = write_plan(tmp_path / "first", tmp_path / "units.gpkg")
    own = read_study(plan).units
    assert (own.crs, own.override_crs) == ("EPSG:4522", True)
    assert "begin with the number of a zone" in plan.read_text("utf-8")
