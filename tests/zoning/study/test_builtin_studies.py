"""The built-in study: what its files hold, computed here by geopandas and exactextract alone."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from rasterio.features import shapes

from layers.inputs import Inputs
from layers.phrases import english
from layers.read.reading_step import read_inputs
from layers.sources import Section, Texts
from zoning.measures import measure
from zoning.overlays import overlay
from zoning.study import Study, builtin_studies, builtin_study, read_study

HAN = re.compile(r"[\u3400-\u9fff]")
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
def inputs(study: Study) -> Inputs:
    return read_inputs(study)


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


def test_what_zoneplan_reads_is_what_geopandas_reads(inputs: Inputs, counties: gpd.GeoDataFrame) -> None:
    units = inputs.units
    assert list(units.index) == sorted(counties.index)
    assert units.loc["04013", "name"] == "Maricopa"
    assert units["jurisdiction"].tolist() == units["state"].tolist()
    pd.testing.assert_series_equal(
        units["pop_2020"], counties["pop_2020"].sort_index(), check_names=False, check_index_type=False
    )
    # an edge is straight in its file; the published areas follow geodesics, which differ along parallels
    np.testing.assert_allclose(units["area_ha"], counties["area_km2"].sort_index() * 100, rtol=2e-3)
    assert inputs.ledger.empty, "the built-in study needs no repair"


def test_the_study_reads_clean(inputs: Inputs) -> None:
    assert len(inputs.units) == 164
    assert isinstance(inputs.units.loc["04001", "pop_2020"], (int, np.integer))
    assert inputs.units["area_ha"].to_numpy() / 100 == pytest.approx(
        inputs.units["area_km2"].to_numpy(), rel=2e-3
    )  # of unsplit edges
    assert set(inputs.ledger["finding"]) <= {"datum", "outside"}
    for layer in inputs.layers:
        if layer.kind == "polygons":
            assert shapely.is_valid(np.asarray(layer.features.geometry.array)).all()
    assert pd.Index([one.name for one in inputs.layers]).is_unique


def test_areas_are_geodesic(inputs: Inputs, counties: gpd.GeoDataFrame) -> None:
    """On the edges as they are split, planar hectares agree with those on the ellipsoid."""
    geod = inputs.own_crs.get_geod()
    own = inputs.units.geometry.to_crs(inputs.own_crs)
    on_ellipsoid = pd.Series([abs(geod.geometry_area_perimeter(shape)[0]) / 1e4 for shape in own], index=own.index)
    np.testing.assert_allclose(inputs.units["area_ha"], on_ellipsoid, rtol=1e-5)


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
        assert "illustration" in english(decision.by)
        assert english(decision.reference) == "illustration"
        assert decision.date <= study.date
    assert "ILLUSTRATION" in study.text.split("[[quotas]]", maxsplit=1)[0].rsplit("# -----", maxsplit=1)[1]


def test_every_block_of_the_plan_has_a_comment(study: Study) -> None:
    """The plan is the example that a newcomer reads first."""
    blocks = re.split(r"\n(?=\[)", study.text)
    assert study.text.startswith("# A zoning plan")
    assert sum("#" in block for block in blocks) >= 12
    assert max(map(len, study.text.splitlines())) <= 240


def said_in(section: Section) -> Iterator[tuple[str, object]]:
    """Every text of a study that people read, after the name of its key."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if Texts in get_args(field.annotation) and value:
            yield name, value
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Section):
                yield from said_in(one)


DATA = {"publisher", "vintage", "licence", "resolution"}
"""Of data whose evidence has one form in all languages: a name, a year, a scale, the code of a licence."""


@pytest.mark.parametrize("name", builtin_studies())
def test_everything_that_people_read_is_in_english_and_chinese(name: str) -> None:
    study = read_study(builtin_study(name))
    said = [(key, text) for key, text in said_in(study) if not (key in DATA and isinstance(text, str))]
    assert {key for key, _ in said} >= {"title", "reason", "publisher"}
    assert [(key, text) for key, text in said if not (isinstance(text, dict) and [*text] == ["en", "zh"])] == []
    assert all(one.title for one in (study.study, *study.layers, *study.quotas, *study.agreements))
    mixed = [text for _, text in said for tag in ("en", "zh") if bool(HAN.search(text[tag])) != (tag == "zh")]
    assert mixed == []


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
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        assert b"/" not in b"".join(str(row).encode() for row in file.execute("select * from gpkg_contents"))
    assert not Path(FOLDER / "us_mountain_west.gpkg-journal").exists()


# --- China by province -----------------------------------------------------------------------------------------------

PROVINCES = builtin_study("china_provinces").parent
ALBERS_CHINA = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=35 +lon_0=104 +datum=WGS84"
NORTHEAST = ["210000", "220000", "230000"]
COAL_NOT_SEEN = ["130000", "210000", "510000"]  # Hebei, Liaoning, Sichuan


def read_grid(name: str, cells: Callable[[np.ndarray], np.ndarray]) -> gpd.GeoDataFrame:
    """Polygons of the cells that fit, by rasterio alone; an edge along a parallel is no straight line elsewhere."""
    with rasterio.open(PROVINCES / name) as grid:
        values, valid = grid.read(1), grid.read_masks(1) > 0
        fits = (cells(values) & valid).astype("uint8")
        found = [shapely.geometry.shape(part) for part, _ in shapes(fits, mask=fits > 0, transform=grid.transform)]
        return gpd.GeoDataFrame(geometry=shapely.segmentize(found, 0.05), crs=grid.crs)


@pytest.fixture(scope="module")
def provinces() -> gpd.GeoDataFrame:
    """Units with shares of land and people, by geopandas and rasterio alone."""
    gpkg = PROVINCES / "china_provinces.gpkg"
    statistics = pd.read_csv(PROVINCES / "statistics.csv", dtype={"adcode": str}).set_index("adcode")
    units = gpd.read_file(gpkg, layer="units").set_index("adcode").join(statistics)
    units = units.set_geometry(units.segmentize(0.05)).to_crs(ALBERS_CHINA)
    arid = read_grid("climate_koppen_full_0p25.tif", lambda values: np.isin(values, (5, 6, 7, 8)))
    patches = gpd.read_file(gpkg, layer="fragile_areas")
    fragile = pd.concat([gpd.GeoDataFrame(geometry=patches.segmentize(0.05)), arid])
    land = {
        "fragile": fragile,
        "crops": read_grid("landcover_2019.tif", lambda values: np.isin(values, (12, 14))),
        "sun": read_grid("solar_ghi_0p25.tif", lambda values: values >= 4.8),
    }
    shares = {}
    for name, polygons in land.items():
        whole = gpd.GeoDataFrame(geometry=[polygons.to_crs(ALBERS_CHINA).union_all()], crs=ALBERS_CHINA)
        cut = gpd.overlay(units.reset_index()[["adcode", "geometry"]], whole, how="intersection")
        shares[name] = (cut.area.groupby(cut["adcode"]).sum() / units.area).reindex(units.index, fill_value=0.0)
    return units.assign(**shares)


def find_names(units: gpd.GeoDataFrame, which: pd.Series) -> set[str]:
    return set(units.loc[which, "name_zh_short"])


def test_provinces_have_a_name_in_each_language(provinces: gpd.GeoDataFrame) -> None:
    names = provinces[["name_en", "name_zh", "name_zh_short"]]
    assert names.notna().all(axis=None)
    assert not names["name_en"].str.contains(HAN).any()
    assert (
        names[["name_zh", "name_zh_short"]]
        .apply(lambda column: column.str.fullmatch(f"(?:{HAN.pattern})+"))
        .all(axis=None)
    )
    pairs = zip(names["name_zh"], names["name_zh_short"], strict=True)
    assert all(name.startswith(short) for name, short in pairs)


def test_provinces_come_out_as_whoever_knows_the_country_expects(provinces: gpd.GeoDataFrame) -> None:
    """The west is fragile, the plains are fields, the coast is crowded and rich, coal lies in the north and west."""
    hectares = provinces.area / 1e4
    assert len(provinces) == 31
    assert find_names(provinces, provinces["fragile"] >= 0.5) == {"西藏", "青海", "新疆", "甘肃", "宁夏", "内蒙古"}
    dense = (provinces["population"] / hectares >= 3) & (provinces["gdp_million_cny"] / hectares >= 0.4)
    assert find_names(provinces, dense) == {"北京", "天津", "上海", "江苏", "浙江", "山东", "广东", "福建"}
    fields = (provinces["crops"] >= 0.4) & ~dense
    assert find_names(provinces, fields) == {"河北", "辽宁", "吉林", "黑龙江", "安徽", "河南"}
    coal = provinces["raw_coal_t"] / provinces["population"] >= 10
    assert find_names(provinces, coal) == {"山西", "陕西", "内蒙古", "宁夏", "新疆"}
    assert find_names(provinces, provinces["sun"] >= 0.2) == {"西藏", "青海", "四川", "云南"}


def test_shares_of_land_are_those_that_zoneplan_measures(provinces: gpd.GeoDataFrame) -> None:
    """Another projection, another overlay, and edges split by another rule: the same shares to a millionth."""
    inputs = read_inputs(read_study(builtin_study("china_provinces")))
    measures = measure(inputs.units, overlay(inputs.units, inputs.designations), inputs.layers)
    roles = {"fragile": "ecologically_fragile", "crops": "agricultural", "sun": "energy_rich"}
    for name, role in roles.items():
        np.testing.assert_allclose(measures[f"{role}_share"], provinces[name].fillna(0.0), atol=1e-6)
    assert inputs.ledger.empty, "the built-in study needs no repair"


def test_coal_that_nobody_saw_stays_missing(provinces: gpd.GeoDataFrame) -> None:
    coal = provinces["raw_coal_t"]
    assert coal.index[coal.isna()].tolist() == COAL_NOT_SEEN
    assert coal.sum() == 4_563_236_000
    # the readme's reason why a threshold of ten tonnes is out of reach for them
    assert (4.66e9 - coal.sum()) / provinces.loc[COAL_NOT_SEEN, "population"].min() < 10


def test_shares_of_development_depend_on_the_vintage(provinces: gpd.GeoDataFrame) -> None:
    """The published figures: north 38.48 % and northeast 6.20 % in 2018, 1.37 million people fewer in the northeast."""
    north = provinces.index[provinces["north"]]
    assert len(north) == 15
    readme = (PROVINCES / "README.md").read_text("utf-8")
    vintages = ["gdp_2012_first", "gdp_2012_revised", "gdp_2018_first", "gdp_2018_revised", "gdp"]
    found = {}
    for label, members in {"north (15 units)": north, "northeast (3 units)": NORTHEAST}.items():
        products = [provinces[f"{vintage}_million_cny"] for vintage in vintages]
        found[label] = [f"{product[members].sum() / product.sum() * 100:.2f} %" for product in products]
        assert f"| {label} | {' | '.join(found[label])} |" in readme
    assert found["north (15 units)"][2:4] == ["38.48 %", "35.70 %"]
    assert found["northeast (3 units)"][2:4] == ["6.20 %", "5.21 %"]
    people = provinces.loc[NORTHEAST].filter(regex="^population_").sum()
    assert people["population_2018_first"] - people["population_2012_first"] == -1_370_000
    assert people["population_2018_revised"] - people["population_2012_revised"] == -6_950_000
    for name in ("2012_first", "2012_revised", "2018_first", "2018_revised"):
        product = provinces[f"gdp_{name}_million_cny"]
        np.testing.assert_allclose(provinces[f"gdp_share_{name}_pct"], product / product.sum() * 100, atol=6e-4)


@pytest.mark.skipif("ZONEPLAN_SHARED" not in os.environ, reason="the published tables are not part of the project")
def test_figures_are_those_published(provinces: gpd.GeoDataFrame) -> None:
    shared = Path(os.environ["ZONEPLAN_SHARED"])
    published = pd.read_csv(shared / "domain" / "cn_gdp_provinces.csv", dtype={"adcode": str}).set_index("adcode")
    people = pd.read_csv(shared / "domain" / "cn_pop_2010_2019_26prov.csv").set_index("name_zh")
    for year, column in ((2012, "gdp2012"), (2018, "gdp2018_prelim")):
        expected = (published[column].sort_index() * 100).round()
        assert provinces[f"gdp_{year}_first_million_cny"].tolist() == expected.tolist()
        ours = provinces.set_index("name_zh_short")[f"population_{year}_first"]
        assert (ours.dropna() / 1e4).to_dict() == people[f"pop{year}"].to_dict()
        assert ours.isna().sum() == 5
    assert provinces["north"].tolist() == published["north15"].sort_index().astype(bool).tolist()


def test_cities_stand_in_their_provinces(provinces: gpd.GeoDataFrame) -> None:
    cities = gpd.read_file(PROVINCES / "china_provinces.gpkg", layer="cities").to_crs(ALBERS_CHINA)
    joined = gpd.sjoin(cities, provinces[["geometry"]], predicate="within")
    assert len(joined) == len(cities) == 500
    assert (joined["adcode_left"] == joined["adcode_right"]).all()


def test_provinces_say_what_they_are_not() -> None:
    """Whoever opens the plan, its readme or its map reads that it states no boundary and decides no main function."""
    study = read_study(builtin_study("china_provinces"))
    readme = (PROVINCES / "README.md").read_text("utf-8")
    for text in (english(study.study.note or ""), study.text.split("[study]")[0].lower(), readme):
        flat = " ".join(text.replace("#", " ").replace("*", "").split())
        assert "not a statement on boundaries" in flat
        assert re.search(r"decided (county by county|by county)", flat)
    assert "Taiwan, Hong Kong and Macau are not in the source layer" in readme
    assert "No power stations and no coalfields" in readme
    assert "ILLUSTRATION" in study.text
    printed = readme.split("## Credits")[1]
    wanted = ("National Bureau of Statistics", "Natural Earth", "GeoNames (CC BY 4.0)", "MCD12C1", "GLDAS", "ArcticDEM")
    assert [name for name in wanted if name not in printed] == []
    (quota,) = study.quotas
    assert quota.levels == ("unit",)
    assert float(quota.total) == pytest.approx(39e6 / 15 / 5)  # 39 million mu, 15 mu a hectare, five years
