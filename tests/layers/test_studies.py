"""The built-in study: what its files hold, computed here by geopandas and exactextract alone."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from exactextract import exact_extract

from layers import builtin_studies, builtin_study, read_study
from layers.reading import read_layers
from layers.stack import Stack
from layers.study import Study

NAME = "us_mountain_west"
FOLDER = builtin_study(NAME).parent
ALBERS = "EPSG:5070"  # equal-area for the lower 48 states; another projection than the one that zoneplan works in
CREDITS = (
    "U.S. Census Bureau",
    "U.S. Bureau of Labor Statistics",
    "EIA",
    "EPA",
    "USGS",
    "NASA LP DAAC",
    "GLDAS",
    "Beck et al. 2018",
    "GeoNames (CC BY 4.0)",
    "Breakthrough Energy",
    "Krv Analytics",
    "Natural Earth",
)


def read(layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(FOLDER / "us_mountain_west.gpkg", layer=layer)


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(builtin_study(NAME))


@pytest.fixture(scope="module")
def stack(study: Study) -> Stack:
    return read_layers(study)


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    """Units with what the check values need, by geopandas alone."""
    statistics = pd.read_csv(FOLDER / "statistics.csv", dtype={"fips": str}).set_index("fips")
    units = read("units").set_index("fips").join(statistics).to_crs(ALBERS)
    fragile = read("fragile_areas").to_crs(ALBERS).dissolve()[["geometry"]]
    cut = gpd.overlay(units.reset_index()[["fips", "geometry"]], fragile, how="intersection")
    covered = cut.area.groupby(cut["fips"]).sum()
    sites = gpd.sjoin(read("energy_sites").to_crs(ALBERS), units[["geometry"]], predicate="within")
    with rasterio.open(FOLDER / "landcover_2019.tif") as landcover:
        cells = exact_extract(landcover, read("units"), ["frac", "unique"], include_cols=["fips"], output="pandas")
    crops = {row.fips: row.frac[np.isin(row.unique, (12, 14))].sum() for row in cells.itertuples()}
    return units.assign(
        fragile=(covered / units.area).reindex(units.index, fill_value=0.0),
        energy_mw=sites.groupby("fips")["capacity_mw"].sum().reindex(units.index, fill_value=0.0),
        crops=pd.Series(crops).reindex(units.index),
        density=units["pop_2020"] / units["area_km2"],
    )


def test_check_values(counties: gpd.GeoDataFrame) -> None:
    """The numbers that whoever gathered the data published with them."""
    key = counties["metro"] & (counties["density"] >= 50)
    fragile = counties["fragile"] >= 0.2
    energy = counties["energy_mw"] >= 500
    assert len(counties) == 164
    assert counties["pop_2020"].sum() == 19_167_646
    assert key.sum() == 15
    assert round(counties.loc[key, "pop_2020"].sum() / counties["pop_2020"].sum(), 3) == 0.628
    assert fragile.sum() == 32
    assert energy.sum() == 34
    assert ((key & energy).sum(), (fragile & energy).sum(), (key & fragile).sum()) == (6, 2, 3)
    assert (~(key | fragile | energy)).sum() == 93


def test_what_zoneplan_reads_is_what_geopandas_reads(stack: Stack, counties: gpd.GeoDataFrame) -> None:
    units = stack.units
    assert list(units.index) == sorted(counties.index)
    assert units.loc["04013", "name"] == "Maricopa"
    assert units["jurisdiction"].tolist() == units["state"].tolist()
    pd.testing.assert_series_equal(
        units["pop_2020"], counties["pop_2020"].sort_index(), check_names=False, check_index_type=False
    )
    # an edge is straight in its file; the published areas follow geodesics, which differ along parallels
    np.testing.assert_allclose(units["area_ha"], counties["area_km2"].sort_index() * 100, rtol=2e-3)
    assert stack.ledger.empty, "the built-in study needs no repair"


def test_areas_are_geodesic(stack: Stack, counties: gpd.GeoDataFrame) -> None:
    """On the edges as they are split, planar hectares agree with those on the ellipsoid."""
    geod = stack.own_crs.get_geod()
    own = stack.units.geometry.to_crs(stack.own_crs)
    on_ellipsoid = pd.Series([abs(geod.geometry_area_perimeter(shape)[0]) / 1e4 for shape in own], index=own.index)
    np.testing.assert_allclose(stack.units["area_ha"], on_ellipsoid, rtol=1e-5)


def test_fragile_kinds_are_all_there_and_do_not_overlap(study: Study) -> None:
    kinds = set(read("fragile_areas")["kind"])
    picked = {match for layer in study.layers for match in re.findall(r"kind = '(\w+)'", layer.where or "")}
    assert picked == kinds
    cells = read("fragile_areas").geometry  # multiples of 0.05 degrees
    assert shapely.union_all(cells).area == pytest.approx(shapely.area(cells).sum(), rel=1e-9)


def test_total_of_the_quota_is_what_the_plan_says_it_is(study: Study, counties: gpd.GeoDataFrame) -> None:
    """One more year of growth at today's urban land a person."""
    growth = int(counties["pop_2020"].sum() - counties["pop_2019"].sum())
    with rasterio.open(FOLDER / "landcover_2019.tif") as landcover:
        cells = exact_extract(landcover, read("units").dissolve(), ["values", "coverage", "center_y"], output="pandas")
    urban = cells["values"][0] == 13
    step = np.radians(landcover.res[0])
    areas = 6371.0088**2 * step * step * np.cos(np.radians(cells["center_y"][0]))
    urban_km2 = float((areas * cells["coverage"][0])[urban].sum())
    m2_each = urban_km2 * 1e6 / counties["pop_2020"].sum()
    assert growth == 248_647
    assert m2_each == pytest.approx(425, rel=0.01)
    (quota,) = study.quotas
    assert float(quota.total) == pytest.approx(growth * m2_each / 1e4, rel=0.01)


def test_decisions_and_quota_are_labelled_as_illustrations(study: Study) -> None:
    assert len(study.decisions) == 2
    for decision in study.decisions:
        assert "illustration" in decision.by
        assert decision.reference == "illustration"
        assert decision.date <= study.date
    assert "ILLUSTRATION" in study.text.split("[[quotas]]", maxsplit=1)[0].rsplit("# -----", maxsplit=1)[1]


def test_every_block_of_the_plan_has_a_comment(study: Study) -> None:
    """The plan is the example that a newcomer reads first."""
    blocks = re.split(r"\n(?=\[)", study.text)
    assert study.text.startswith("# A zoning plan")
    assert sum("#" in block for block in blocks) >= 12
    assert max(map(len, study.text.splitlines())) <= 240


@pytest.mark.parametrize("name", builtin_studies())
def test_package_data(name: str) -> None:
    folder = builtin_study(name).parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_500_000
    sources = set(re.findall(r'source = "([^"]+)"', (folder / "plan.toml").read_text("utf-8")))
    assert {path.name for path in files} == sources | {"plan.toml", "README.md"}


def test_readme_prints_the_credits() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    printed = readme.split("## Credits")[1]
    assert [name for name in CREDITS if name not in printed] == []
    assert "What they cannot show" in readme


def test_what_is_in_doubt_was_left_out() -> None:
    """A year of retirement whose origin nobody states is no fact."""
    path = FOLDER / "us_mountain_west.gpkg"
    columns = {
        name for layer, _ in pyogrio.list_layers(path) for name in pyogrio.read_info(path, layer=layer)["fields"]
    }
    assert not [name for name in columns if "retire" in name]
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as file:
        assert b"/work" not in b"".join(str(row).encode() for row in file.execute("select * from gpkg_contents"))
    assert not Path(FOLDER / "us_mountain_west.gpkg-journal").exists()
