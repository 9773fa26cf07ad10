"""First plans of formats that are folders, archives or files with several layers."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from maps.init import write_plan
from tests.layers.formats.test_same_plan import OPTIONS, WITHOUT_CRS, WRITERS
from zoning.study import read_study


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    shapes = [box(10 + place / 8, 50, 10.125 + place / 8, 50.125) for place in range(3)]
    frame = {"code": ["01", "02", "03"], "name": ["昭通市", "毕节市", "曲靖市"], "people": [1, 2, 3]}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")


@pytest.mark.slow
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
