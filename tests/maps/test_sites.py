"""The land that quotas take, as map, report, exports and run folder show it; on the toy province."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from pandas.testing import assert_frame_equal

from maps.drawing.topology import plan_topology
from maps.exports import write_geopackage
from maps.exports.geopackage import style_text, styles_of
from maps.runs import read_run, write_run
from maps.telling.reports.report_page import report
from maps.web.geometry_encoding import place_on_grid
from maps.web.map_payload import FINER, site_layers
from maps.words import localize
from zoning.pipeline.flow import run
from zoning.study import read_study

SITING = '\n[quotas.siting]\nlayer = "height"\nprefer = "low"\nmin_patch_ha = 6\n'


@pytest.fixture
def plan(toy_folder):
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8") + SITING, "utf-8")
    return run(read_study(path))


def drawn(layer, shapes):
    """The polygons that the page makes of a layer, in the plane of the map."""
    found = []
    for site in layer.sites.rows:
        corners = [np.cumsum([ring.x, ring.y], axis=1).T / FINER * shapes.step for ring in site.rings]
        west_south = np.array([shapes.west, shapes.south])
        found.append(shapely.union_all([shapely.Polygon(ring + west_south) for ring in corners]))
    return gpd.GeoSeries(found, crs=shapes.plane.crs)


def test_the_map_gets_every_site_at_its_place(plan) -> None:
    shapes = place_on_grid(plan_topology(plan.units, plan.pieces), plan.units)
    (layer,) = site_layers(plan, shapes)
    assert layer.ha + layer.unplaced_ha == pytest.approx(115)
    assert layer.unplaced_ha == plan.sitings.loc[plan.sitings["asked_ha"] < 6, "asked_ha"].sum() > 0
    assert (layer.quota, layer.colour) == (0, "#0A0A8C")
    assert [site.area_ha for site in layer.sites.rows] == [round(area, 2) for area in plan.sites["area_ha"]]
    assert [plan.units.index[site.unit] for site in layer.sites.rows] == plan.sites["unit_id"].tolist()
    true = gpd.GeoSeries(shapely.segmentize(plan.sites.geometry.to_numpy(), 100), crs=plan.sites.crs)
    seen = drawn(layer, shapes).to_crs(plan.sites.crs)
    assert shapely.hausdorff_distance(seen.to_numpy(), true.to_numpy()).max() < 2
    assert max(abs(a.area - b.area) / b.area for a, b in zip(seen, true, strict=True)) < 0.01
    assert pyproj.CRS(plan.sites.crs).is_projected


def test_a_plan_across_the_date_line_has_its_sites_on_both_sides(make_plan) -> None:
    """Two patches of one unit, at 179.9 east and 179.9 west, lie side by side on the grid."""
    crs = pyproj.CRS("+proj=laea +lat_0=0 +lon_0=180 +datum=WGS84")
    unit = shapely.segmentize(shapely.box(-20_000, 0, 20_000, 10_000), 10_000)
    units = gpd.GeoDataFrame({"name": "u"}, index=pd.Index(["u"], name="unit_id"), geometry=[unit], crs=crs)
    pieces = gpd.GeoDataFrame({"unit_id": ["u"]}, geometry=[unit], crs=crs)
    plain = make_plan()
    patches = [shapely.box(-12_000, 0, -11_000, 1000), shapely.box(11_000, 0, 12_000, 1000)]
    rows = {"quota": "construction_land", "period": 2025, "unit_id": "u", "patch": [1, 2], "area_ha": 100.0}
    sites = gpd.GeoDataFrame(rows, geometry=patches, crs=crs)
    shapes = place_on_grid(plan_topology(units, pieces), units)
    (layer,) = site_layers(plain.having(units=units, pieces=pieces, sites=sites), shapes)
    ends = drawn(layer, shapes).bounds
    assert 22_000 < ends["minx"].iloc[1] - ends["maxx"].iloc[0] < 22_500


def test_a_plan_without_sites_draws_none(toy_plan) -> None:
    assert site_layers(toy_plan, place_on_grid(plan_topology(toy_plan.units, toy_plan.pieces), toy_plan.units)) == ()


def test_the_report_has_a_chapter_of_sites(plan) -> None:
    page = report(plan)
    assert "Land that quotas take" in page
    assert "the amount is smaller than the smallest patch of 6 ha" in page
    assert "cells of height" in page
    assert "指标落地" in report(plan, "zh")


def test_a_report_without_sites_has_none(toy_plan) -> None:
    assert "Land that quotas take" not in report(toy_plan)


def test_a_run_comes_back_with_its_sites(plan, tmp_path) -> None:
    back = read_run(write_run(plan, tmp_path / "run"))
    assert_frame_equal(back.sitings, plan.sitings)
    assert_frame_equal(pd.DataFrame(back.sites), pd.DataFrame(plan.sites))
    assert back.sites.crs == plan.sites.crs
    header = (tmp_path / "run" / "sites.csv").read_text("utf-8-sig").splitlines()[0]
    assert header == "quota,period,unit_id,patch,area_ha,plots,value_mean,score_mean"


def test_an_older_run_without_sites_can_be_read(toy_plan, tmp_path) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    for name in ("sites.csv", "sites.parquet", "sitings.csv"):
        (folder / name).unlink()
    back = read_run(folder)
    assert len(back.sites) == len(back.sitings) == 0


def test_desktop_gis_gets_a_layer_of_sites_in_the_maps_ink(plan, tmp_path) -> None:
    write_geopackage(plan, tmp_path / "plan.gpkg")
    sites = gpd.read_file(tmp_path / "plan.gpkg", layer="sites")
    assert sites["area_ha"].tolist() == plan.sites["area_ha"].tolist()
    assert sites.area.sum() == pytest.approx(plan.sites.area.sum())
    style = style_text(next(one for one in styles_of(localize(plan), {}) if one.table == "sites"))
    assert "construction_land" in style
    assert 'label="construction land, ' in style
    assert "10,10,140,255" in style
