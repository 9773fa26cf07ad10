"""Exports read back by other programs: GDAL and SQLite, Arrow."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal

from maps.exports import write_geopackage, write_geoparquet
from maps.exports.qml_styles import piece_style, unit_style
from maps.locale import localize
from maps.style import overlay_hatches, zone_fills

HOSTILE = {
    "a1": '=HYPERLINK("http://x")',
    "a2": "'); DROP TABLE units; --",
    "a3": '{{ 7*7 }}${x}<script>&"',
    "b1": "攀枝花\u202e",
    "b2": "0012",
    "b3": "https://example.org",
}


def rgb(colour: str) -> str:
    return ",".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5)) + ",255"


def options(layer: ET.Element) -> dict[str, str]:
    return {option.get("name"): option.get("value") for option in layer.find("Option")}


class TestGeoPackage:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "plan.gpkg"

    def test_units_come_with_their_zones_and_amounts(self, toy_plan, path):
        write_geopackage(toy_plan, path)
        units = gpd.read_file(path, layer="units").set_index("unit_id")
        assert units.columns.tolist() == [
            "name", "jurisdiction", "area_ha", "main", "overlays", "status", "rule", "reason", "assumed",
            "quota_construction_land", "county", "population", "geometry",
        ]  # fmt: skip
        assert units.loc[["a1", "c4"], "main"].tolist() == ["ecologically_fragile", "key_development"]
        amounts = toy_plan.quotas.set_index("unit_id")["amount"]
        assert units.loc["c4", "quota_construction_land"] == float(amounts["c4"]) > 0
        assert units.crs == "EPSG:3035"
        assert units.geometry.geom_equals(toy_plan.units.geometry).all()

    def test_pieces_come_as_they_are(self, toy_plan, path):
        write_geopackage(toy_plan, path)
        pieces = gpd.read_file(path, layer="pieces").set_index("piece_id")
        expected = toy_plan.pieces
        assert pieces.drop(columns="geometry").equals(pd.DataFrame(expected.drop(columns="geometry")))
        assert pieces.geometry.geom_equals(expected.geometry).all()

    def test_both_are_in_the_crs_of_the_units_file(self, make_plan, path):
        write_geopackage(make_plan(own_crs="EPSG:4326"), path)
        for layer in ("units", "pieces"):
            frame = gpd.read_file(path, layer=layer)
            assert frame.crs == "EPSG:4326"
            assert frame.total_bounds == pytest.approx([5.0, 49.5, 10.5, 50.5], abs=6)
            assert frame.to_crs("EPSG:3035").area.sum() == pytest.approx(12e6)

    def test_the_bytes_depend_on_the_plan_alone(self, toy_plan, path, tmp_path):
        write_geopackage(toy_plan, path)
        first = path.read_bytes()
        write_geopackage(toy_plan, path)
        write_geopackage(toy_plan, tmp_path / "other.gpkg")
        assert path.read_bytes() == first == (tmp_path / "other.gpkg").read_bytes()
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None

    def test_the_date_inside_is_that_of_the_study(self, toy_plan, path):
        write_geopackage(toy_plan, path)
        with closing(sqlite3.connect(path)) as store:
            dates = store.execute("SELECT last_change FROM gpkg_contents UNION SELECT update_time FROM layer_styles")
            assert dates.fetchall() == [("2025-01-01T00:00:00.000Z",)]

    def test_names_come_back_as_they_were(self, make_plan, path):
        write_geopackage(make_plan(HOSTILE), path)
        names = gpd.read_file(path, layer="units").set_index("unit_id")["name"]
        assert {unit: names[unit] for unit in HOSTILE} == HOSTILE

    def test_columns_of_the_users_own_give_way(self, make_plan, path):
        plan = make_plan()
        own = plan.units.assign(fid="7", Main="mine", main=1.5, GEOM=2, Reason="r", quota_Construction_land=3)
        write_geopackage(make_plan(units=own), path)
        units = gpd.read_file(path, layer="units")
        expected = ["fid_2", "Main_2", "main_3", "GEOM_2", "Reason_2", "quota_Construction_land_2", "geometry"]
        assert units.columns.tolist()[-7:] == expected
        assert units.loc[0, expected[:-1]].tolist() == ["7", "mine", 1.5, 2, "r", 3]
        assert units.loc[0, "main"] == "ecologically_fragile"

    def test_a_plan_without_quotas(self, make_plan, path):
        plan = make_plan()
        write_geopackage(make_plan(quotas=plan.quotas.iloc[:0]), path)
        assert not [name for name in gpd.read_file(path, layer="units") if name.startswith("quota_")]

    def test_a_folder_that_is_not_there(self, toy_plan, tmp_path):
        with pytest.raises(OSError, match="nowhere"):
            write_geopackage(toy_plan, tmp_path / "nowhere" / "plan.gpkg")

    def test_each_layer_has_its_style_for_its_own_geometry(self, toy_plan, path):
        write_geopackage(toy_plan, path)
        with closing(sqlite3.connect(path)) as store:
            query = "SELECT f_table_name, f_table_catalog, f_table_schema, useAsDefault, styleQML FROM layer_styles"
            rows = store.execute(query).fetchall()
            geometry = dict(store.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
            styled = dict(store.execute("SELECT f_table_name, f_geometry_column FROM layer_styles").fetchall())
            kinds = set(store.execute("SELECT geometry_type_name FROM gpkg_geometry_columns").fetchall())
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert [row[:4] for row in rows] == [("units", "", "", 1), ("pieces", "", "", 1)]
        assert styled == geometry == {"units": "geom", "pieces": "geom"}
        assert kinds == {("MULTIPOLYGON",)}
        assert [row[4] for row in rows] == [unit_style(localize(toy_plan)), piece_style(localize(toy_plan))]


class TestStyles:
    def test_every_zone_has_its_fill_or_hatch(self, toy_plan):
        root = ET.fromstring(unit_style(localize(toy_plan)))
        rules, symbols = root.findall(".//rule"), root.findall("./renderer-v2/symbols/symbol")
        fills, hatches = zone_fills(toy_plan.rulebook), overlay_hatches(toy_plan.rulebook)
        assert [rule.get("label") for rule in rules] == [
            "Key development",
            "Ecologically fragile",
            "General",
            "Energy-rich",
        ]
        assert [symbol.get("name") for symbol in symbols] == [rule.get("symbol") for rule in rules]
        drawn = [options(symbol.find("layer"))["color"] for symbol in symbols[: len(fills)]]
        assert drawn == [rgb(fill) for fill in fills.values()]
        patterns = symbols[-1].findall("layer[@class='LinePatternFill']")
        assert [options(pattern)["angle"] for pattern in patterns] == [str(hatches["energy_rich"].angle_deg)] * 2
        assert rules[0].get("filter") == "\"main\" = 'key_development'"
        assert rules[-1].get("filter") == "array_contains(string_to_array(\"overlays\", ';'), 'energy_rich')"

    def test_every_control_line_has_its_colour(self, toy_plan):
        root = ET.fromstring(piece_style(localize(toy_plan)))
        assert [rule.get("filter") for rule in root.findall(".//rule")] == [
            "\"control_line\" = 'red_line'",
            "\"control_line\" = 'permanent_farmland'",
            "\"control_line\" = 'growth_boundary'",
            "coalesce(\"control_line\", '') = ''",
        ]
        assert len({rule.get("key") for rule in root.findall(".//rule")}) == 4

    def test_titles_are_text_and_no_markup(self, toy_plan, make_plan):
        first, *others = toy_plan.rulebook.zones
        wild = first.model_copy(update={"title": {"en": "</rule>&\"'<x a='1'>"}})
        rulebook = replace(toy_plan.rulebook, zones=(wild, *others))
        root = ET.fromstring(unit_style(localize(make_plan(rulebook=rulebook))))
        assert root.find(".//rule").get("label") == "</rule>&\"'<x a='1'>"


class TestGeoParquet:
    def test_what_is_written_comes_back(self, toy_plan, tmp_path):
        path = tmp_path / "pieces.parquet"
        write_geoparquet(toy_plan.pieces, path)
        assert_geodataframe_equal(gpd.read_parquet(path).set_index("piece_id"), toy_plan.pieces)
        first = path.read_bytes()
        write_geoparquet(toy_plan.pieces, path)
        assert path.read_bytes() == first

    def test_each_row_has_its_bounding_box(self, toy_plan, tmp_path):
        path = tmp_path / "units.parquet"
        write_geoparquet(toy_plan.units, path)
        file = pq.ParquetFile(path)
        geo = json.loads(file.schema_arrow.metadata[b"geo"])
        assert geo["version"] == "1.1.0"
        assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
        boxes = file.read(columns=["bbox"]).to_pandas()["bbox"]
        assert tuple(boxes[0].values()) == toy_plan.units.geometry.iloc[0].bounds

    def test_a_column_of_the_users_own_named_bbox_stays(self, toy_plan, tmp_path):
        path = tmp_path / "units.parquet"
        write_geoparquet(toy_plan.units.assign(bbox="mine"), path)
        assert gpd.read_parquet(path)["bbox"].tolist() == ["mine"] * 12
