"""A real layer with every second outline crossing itself, through ``check`` and ``run`` to a ledger that adds up."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box

from layers.read.reading_step import read_inputs
from zoning.study import read_study

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("ZONEPLAN_SHARED") or ROOT.parent / "shared")
ECOREGIONS = SHARED / "data" / "large" / "ecoregions_raw_with_invalid.parquet"
"""RESOLVE ecoregions of 2017: 821 features, 373 of them valid. It lies beside the project and is no part of it."""
PLAN = """
[study]
name = "Land between 60 S and 60 N"
date = 2025-01-01
rulebook = "us_west"
[units]
source = "units.gpkg"
id = "code"
[[layers]]
name = "ecoregions"
source = "ecoregions.parquet"
role = "protected"
"""

pytestmark = [
    pytest.mark.skipif(
        not ECOREGIONS.exists(), reason="the dirty layer is not beside the project; set ZONEPLAN_SHARED"
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of 48 units of 30 by 30 degrees, in an equal-area CRS of the whole earth."""
    folder = tmp_path_factory.mktemp("dirty")
    squares = {
        f"u{x + 180:03}{y + 60:03}": box(x, y, x + 30, y + 30) for x in range(-180, 180, 30) for y in range(-60, 60, 30)
    }
    units = gpd.GeoDataFrame({"code": [*squares]}, geometry=shapely.segmentize([*squares.values()], 1), crs="EPSG:4326")
    units.assign(metro=False, pop_2020=1, area_km2=1).to_crs("EPSG:6933").to_file(folder / "units.gpkg")
    shutil.copyfile(ECOREGIONS, folder / "ecoregions.parquet")
    (folder / "plan.toml").write_text(PLAN, "utf-8")
    return folder


def test_every_feature_is_kept_or_left_out_and_each_repair_is_told(folder: Path, command) -> None:
    done = command("run", folder / "plan.toml", "--out", folder / "run")
    assert done.code == 0, done.err
    drawn = gpd.read_parquet(ECOREGIONS)
    ids = {str(row) for row in range(1, len(drawn) + 1)}
    ledger = pd.read_csv(folder / "run" / "ledger.csv", dtype={"feature": "str"}, encoding="utf-8-sig")
    ledger = ledger[ledger["layer"] == "ecoregions"]
    inputs = read_inputs(read_study(folder / "plan.toml"))
    kept = next(layer.features for layer in inputs.layers if layer.name == "ecoregions")
    gone = ledger[ledger["action"].str.startswith("left out")]
    assert set(kept.index) | set(gone["feature"]) == ids
    assert len(kept) + len(gone) == len(ids) == 821
    mended = ledger[ledger["finding"] == "invalid"].set_index("feature")
    invalid = {str(row + 1) for row in range(len(drawn)) if not shapely.is_valid(drawn.geometry.iloc[row])}
    assert len(invalid) == 448
    outside = set(ledger.loc[ledger["finding"] == "outside", "feature"])
    assert invalid - set(mended.index) <= outside  # what is not here needs no repair
    later = mended.index.difference(sorted(invalid))
    assert later.tolist() == mended.index[mended["action"].str.contains("became invalid when projected")].tolist()
    assert len(later) == 4
    areas = pd.Series(kept.area / 1e4, index=kept.index)
    whole = mended.index.difference(sorted(outside))
    wide = drawn.bounds.set_axis(map(str, range(1, 822))).eval("maxx - minx > 90 or maxy - miny > 90")
    whole = whole.difference(wide.index[wide])  # the repair of a wide one is told before far parts are cut off
    assert len(whole) > 400
    assert mended.loc[whole, "area_after_ha"].tolist() == pytest.approx(areas[whole].tolist(), rel=1e-9)
    change = (mended["area_after_ha"] - mended["area_before_ha"]).abs().sum()
    assert 0 < change / areas.sum() < 0.0002  # what the default of max_repair_share, 0.001, rests on


def _followed(shape: Polygon | MultiPolygon) -> MultiPolygon:
    """A shape with points 0.02 degrees apart; ring by ring, as GEOS changes polygons that it draws so."""
    rings = (
        [LineString(ring.coords).segmentize(0.02) for ring in (one.exterior, *one.interiors)]
        for one in shapely.get_parts(shape)
    )
    return MultiPolygon([Polygon(shell, holes) for shell, *holes in rings])


def test_no_land_appears_or_is_lost(folder: Path) -> None:
    """A second way: each outline mended where it was drawn, then placed in another equal-area CRS by GeoPandas.

    What is left are edges that bend on the map, which zoneplan follows to 5 cm.
    """
    inputs = read_inputs(read_study(folder / "plan.toml"))
    kept = next(layer.features for layer in inputs.layers if layer.name == "ecoregions")
    drawn = gpd.read_parquet(ECOREGIONS).set_axis([str(row) for row in range(1, 822)])
    inside = drawn.loc[drawn.index.isin(kept.index)]
    inside = inside[(inside.bounds["miny"] >= -60) & (inside.bounds["maxy"] <= 60)]
    mended = inside.geometry.make_valid(method="structure", keep_collapsed=False)
    wanted = mended.apply(_followed).to_crs("EPSG:8857").area
    assert len(wanted) > 750
    assert (kept.area[wanted.index] / wanted - 1).abs().max() < 2e-5
    assert kept.area[wanted.index].sum() == pytest.approx(wanted.sum(), rel=1e-7)


def test_check_says_the_same(folder: Path, command) -> None:
    done = command("check", folder / "plan.toml", "--json")
    assert done.code == 0, done.out
    said = json.loads(done.out)
    count = {one["code"]: one["count"] for one in said["findings"] if one["layer"] == "ecoregions"}
    assert count["invalid"] == 430
    rows = pd.DataFrame(said["features"])
    assert rows["finding"].value_counts()[["invalid", "outside", "overlap"]].tolist() == [430, 50, 191]


def test_as_units_it_is_refused_with_those_that_nobody_may_mend(folder: Path, command) -> None:
    frame = gpd.read_parquet(ECOREGIONS)
    named = frame.assign(code=[f"e{row:03}" for row in range(1, len(frame) + 1)]).to_crs("EPSG:6933")
    named.to_parquet(folder / "as_units.parquet")
    plan = PLAN.partition("[[layers]]")[0].replace("units.gpkg", "as_units.parquet")
    (folder / "units.toml").write_text(plan, "utf-8")
    done = command("check", folder / "units.toml")
    assert done.code == 3
    assert "outline(s) cross or overlap themselves" in done.out
    assert "by more than 0.1 %: 'e" in done.out
