"""Exports read back by other programs: GDAL and SQLite, Arrow."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64decode
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
from shapely.geometry import box

from maps.drawing.legend import line_styles
from maps.drawing.palette import overlay_signs, zone_fills
from maps.errors import WriteError
from maps.exports import write_geopackage, write_geoparquet
from maps.exports.geopackage import quota_columns, style_text, styles_of
from maps.words import localize

HOSTILE = {
    "a1": '=HYPERLINK("http://x")',
    "a2": "'); DROP TABLE units; --",
    "a3": '{{ 7*7 }}${x}<script>&"',
    "b1": "攀枝花\u202e",
    "b2": "0012",
    "b3": "https://example.org",
}


NAMED = ("name", "jurisdiction", "area_ha")


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
            "quota_construction_land", *(name for name in toy_plan.measures if name not in NAMED), "geometry",
        ]  # fmt: skip
        assert {"county", "population", "ecologically_fragile_share", "plant_mw", "available_ha"} <= set(units)
        assert units["plant_mw"].to_dict() == toy_plan.measures["plant_mw"].to_dict()
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
        with pytest.raises(WriteError, match="nowhere"):
            write_geopackage(toy_plan, tmp_path / "nowhere" / "plan.gpkg")

    def test_each_layer_has_its_style_for_its_own_geometry(self, toy_plan, path):
        write_geopackage(toy_plan, path)
        with closing(sqlite3.connect(path)) as store:
            columns = "f_table_name, f_table_catalog, f_table_schema, useAsDefault, styleName, styleQML"
            rows = store.execute(f"SELECT {columns} FROM layer_styles").fetchall()
            geometry = dict(store.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
            styled = dict(store.execute("SELECT f_table_name, f_geometry_column FROM layer_styles").fetchall())
            kinds = set(store.execute("SELECT geometry_type_name FROM gpkg_geometry_columns").fetchall())
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        titles = [(row[0], row[3], row[4]) for row in rows]
        assert titles == [
            ("units", 1, "Main functions and overlays"),
            ("units", 0, "Main functions"),
            ("units", 0, "Overlay designations"),
            ("units", 0, "construction land, 2025, ha"),
            ("pieces", 1, "Control lines"),
            ("pieces", 0, "Ecological red line"),
            ("pieces", 0, "Permanent farmland"),
            ("pieces", 0, "Growth boundary"),
        ]
        assert {row[1:3] for row in rows} == {("", "")}
        assert styled == geometry == {"units": "geom", "pieces": "geom"}
        assert kinds == {("MULTIPOLYGON",)}
        said = localize(toy_plan)
        assert [row[5] for row in rows] == [style_text(one) for one in styles_of(said, quota_columns(said))]

    def test_a_measure_of_several_types_is_text(self, make_plan, path):
        plan = make_plan()
        odd = pd.Series([1, "two", None, *[True] * 9], index=plan.measures.index, dtype=object)
        write_geopackage(make_plan(measures=plan.measures.assign(odd=odd)), path)
        held = gpd.read_file(path, layer="units")["odd"]
        assert held[:2].tolist() == ["1", "two"]
        assert held.isna().sum() == 1


class TestStyles:
    @pytest.fixture
    def styled(self):
        """A function that gives the styles of a plan by key, as QGIS reads them."""

        def made(plan):
            said = localize(plan)
            return {one.key: ET.fromstring(style_text(one)) for one in styles_of(said, quota_columns(said))}

        return made

    def test_every_zone_has_its_fill_and_every_overlay_its_sign(self, toy_plan, styled):
        root = styled(toy_plan)["units"]
        rules, symbols = root.findall(".//rule"), root.findall("./renderer-v2/symbols/symbol")
        fills, (sign,) = zone_fills(toy_plan.rulebook), overlay_signs(toy_plan.rulebook).values()
        titles = ["Key development", "Ecologically fragile", "General", "Energy-rich"]
        assert [rule.get("label") for rule in rules] == titles
        assert [symbol.get("name") for symbol in symbols] == [rule.get("symbol") for rule in rules]
        drawn = [options(symbol.find("layer"))["color"] for symbol in symbols[: len(fills)]]
        assert drawn == [rgb(fill) for fill in fills.values()]
        (marker,) = symbols[-1].iterfind(".//layer[@class='SvgMarker']")
        picture = b64decode(options(marker)["name"].removeprefix("base64:")).decode()
        assert sign.path in picture
        assert sign.light in picture
        assert rules[0].get("filter") == "\"main\" = 'key_development'"
        assert rules[-1].get("filter") == "array_contains(string_to_array(\"overlays\", ';'), 'energy_rich')"

    def test_overlays_that_no_unit_has_are_not_in_the_legend(self, make_plan, styled):
        plan = make_plan()
        styles = styled(make_plan(zones=plan.zones.assign(overlays="")))
        assert len(styles["units"].findall(".//rule")) == 3
        assert "overlays" not in styles

    def test_every_control_line_has_its_colour(self, toy_plan, styled):
        styles = styled(toy_plan)
        root = styles["lines"]
        assert [rule.get("filter") for rule in root.findall(".//rule")] == [
            "\"control_line\" = 'red_line'",
            "\"control_line\" = 'permanent_farmland'",
            "\"control_line\" = 'growth_boundary'",
            "coalesce(\"control_line\", '') = ''",
        ]
        assert len({rule.get("key") for rule in root.findall(".//rule")}) == 4
        for code, (colour, _, _) in line_styles(toy_plan).items():
            assert rgb(colour) in ET.tostring(styles[f"line-{code}"], encoding="unicode")

    def test_amounts_are_circles_whose_classes_meet_and_hold_all(self, toy_plan, styled):
        root = styled(toy_plan)["quota-construction_land"]
        assert root.find("renderer-v2").get("attr") == "quota_construction_land"
        ends = [(float(one.get("lower")), float(one.get("upper"))) for one in root.iterfind(".//range")]
        amounts = toy_plan.quotas.loc[toy_plan.quotas["level"] == "unit", "amount"].astype(float)
        assert [low for low, _ in ends[1:]] == [high for _, high in ends[:-1]]
        assert 0 < ends[0][0] < amounts[amounts > 0].min()
        assert ends[-1][1] == amounts.max()
        sizes = [float(options(one)["size"]) for one in root.iterfind(".//layer[@class='SimpleMarker']")]
        assert sizes == sorted(sizes)

    def test_titles_are_text_and_no_markup(self, toy_plan, make_plan, styled):
        first, *others = toy_plan.rulebook.zones
        wild = first.model_copy(update={"title": {"en": "</rule>&\"'<x a='1'>\x07[% env('HOME') %]"}})
        rulebook = replace(toy_plan.rulebook, zones=(wild, *others))
        root = styled(make_plan(rulebook=rulebook))["units"]
        assert root.find(".//rule").get("label") == "</rule>&\"'<x a='1'>\ufffd[ % env('HOME') %]"

    def test_names_with_quotes_stay_inside_their_expressions(self, make_plan, styled):
        plan = make_plan()
        quota = plan.study.quotas[0].model_copy(update={"name": "x' OR '1'='1"})
        study = plan.study.model_copy(update={"quotas": (quota,)})
        sites = gpd.GeoDataFrame({"quota": [quota.name], "period": [2025]}, geometry=[box(0, 0, 1, 1)], crs=3035)
        root = styled(make_plan(study=study, sites=sites))["sites"]
        assert root.find(".//rule").get("filter") == "\"quota\" = 'x'' OR ''1''=''1' AND \"period\" = 2025"


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
