"""The same features give the same plan through every format that holds them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely import box

from tests.conftest import DATA, examples
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study

STEP = 1 / 64
"""In degrees; exact in binary, and in fifteen digits of text."""
PLAN = """
[study]
name = "Lattice"
date = 2025-01-01
rulebook = "rules"

[units]
source = "units{ending}"
id = "code"
name = "name"
jurisdiction = "county"
{crs}
"""
LAYER = """
[[layers]]
name = "{kind}"
source = "land{ending}"
where = "kind = '{kind}'"
role = "{role}"
{crs}
"""
ROLES = {"forest": "ecologically_fragile", "coal": "energy_rich", "farmland": "permanent_farmland"}


OPTIONS = {"OpenFileGDB": {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}}
"""What keeps whole numbers of 64 bits as such."""


def _saved(driver: str) -> Callable[[gpd.GeoDataFrame, Path], None]:
    return lambda frame, path: frame.to_file(path, driver=driver, **OPTIONS.get(driver, {}))


def _zipped(inner: str, driver: str) -> Callable[[gpd.GeoDataFrame, Path], None]:
    def write(frame: gpd.GeoDataFrame, path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _saved(driver)(frame, Path(folder) / inner)
            shutil.move(shutil.make_archive(str(path.with_suffix("")), "zip", folder), path)

    return write


def _topology(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Steps as whole numbers, and an arc for each ring."""
    arcs, geometries = [], []
    columns = [key for key in frame.columns if key != "geometry"]
    for shape, *values in zip(frame.geometry, *(frame[key].tolist() for key in columns), strict=True):
        steps = np.round(shapely.get_coordinates(shape) / STEP).astype(int)
        arcs.append(np.diff(steps, axis=0, prepend=[[0, 0]]).tolist())
        owned = dict(zip(columns, values, strict=True))
        geometries.append({"type": "Polygon", "arcs": [[len(arcs) - 1]], "properties": owned})
    objects = {"a": {"type": "GeometryCollection", "geometries": geometries}}
    transform = {"scale": [STEP, STEP], "translate": [0, 0]}
    topology = {"type": "Topology", "transform": transform, "objects": objects, "arcs": arcs}
    path.write_text(json.dumps(topology), "utf-8")


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    ".gpkg": _saved("GPKG"),
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".fgb": _saved("FlatGeobuf"),
    ".geojson": _saved("GeoJSON"),
    ".geojsonl": _saved("GeoJSONSeq"),
    ".geojsons": lambda frame, path: frame.to_file(path, driver="GeoJSONSeq", RS="YES"),
    ".topojson": _topology,
    ".json": _topology,
    ".kml": _saved("LIBKML"),
    ".shp": _saved("ESRI Shapefile"),
    ".zip": _zipped("a.shp", "ESRI Shapefile"),
    ".gdb": _saved("OpenFileGDB"),
    ".gdb.zip": _zipped("a.gdb", "OpenFileGDB"),
}
WITHOUT_CRS = {".topojson", ".json"}
ROUNDED = {".gdb", ".gdb.zip"}
"""A geodatabase keeps whole steps of a billionth of a degree."""
OWN = ["name", "county", "population"]
DECIDED = ["unit_id", "main", "overlays", "status"]


@st.composite
def lattices(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Twelve units of 7 x 7 steps, with the ids of the toy province, and rectangles of land upon them."""
    west, south = draw(st.integers(-160, 140)), draw(st.integers(-60, 60))
    width = 7 * STEP
    codes = [f"{row}{column}" for row in "abc" for column in range(1, 5)]
    squares = [
        box(west + x * width, south + y * width, west + (x + 1) * width, south + (y + 1) * width)
        for y in range(3)
        for x in range(4)
    ]
    people = draw(st.lists(st.integers(0, 2**40), min_size=12, max_size=12))
    names = draw(st.lists(st.text("aäß县é '0,", min_size=1, max_size=8).filter(str.strip), min_size=12, max_size=12))
    units = gpd.GeoDataFrame(
        {"code": codes, "name": [f"<{one}>" for one in names], "county": ["w", "e"] * 6, "population": people},
        geometry=squares,
        crs="EPSG:4326",
    )
    places = st.tuples(st.integers(0, 27), st.integers(0, 20), st.integers(1, 12), st.integers(1, 12))
    rows = [
        (kind, box(west + x * STEP, south + y * STEP, west + (x + w) * STEP, south + (y + h) * STEP))
        for kind in ROLES
        for x, y, w, h in draw(st.lists(places, min_size=1, max_size=3))
    ]
    kinds, shapes = zip(*rows, strict=True)
    return units, gpd.GeoDataFrame({"kind": kinds}, geometry=list(shapes), crs="EPSG:4326")


def plan_from(folder: Path, ending: str, units: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> Plan:
    shutil.copytree(DATA / "toy" / "rules", folder / "rules")
    WRITERS[ending](units, folder / f"units{ending}")
    WRITERS[ending](land, folder / f"land{ending}")
    crs = 'crs = "EPSG:4326"' if ending in WITHOUT_CRS else ""
    layers = (LAYER.format(kind=kind, role=role, ending=ending, crs=crs) for kind, role in ROLES.items())
    (folder / "plan.toml").write_text(PLAN.format(ending=ending, crs=crs) + "".join(layers), "utf-8")
    return run(read_study(folder / "plan.toml"), reader="process")


def areas(plan: Plan) -> pd.Series:
    """The hectares of the pieces of each unit by the layers that they lie in; without slivers of rounding."""
    found = plan.pieces.groupby(["unit_id", *ROLES])["area_ha"].sum()
    return found[found > 1e-3]


@settings(
    max_examples=examples(2),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example tells no more, and takes minutes
)
@given(lattices())
def test_the_same_features_give_the_same_plan_through_every_format(tmp_path: Path, drawn) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as place:
        plans = {}
        for ending in WRITERS:
            folder = Path(place) / ending.strip(".")
            folder.mkdir()
            plans[ending] = plan_from(folder, ending, *drawn)
    first = plans.pop(".gpkg")
    for ending, plan in plans.items():
        close = {"rtol": 1e-5, "atol": 1e-5} if ending in ROUNDED else {"rtol": 1e-9, "atol": 1e-9}
        pd.testing.assert_series_equal(areas(plan), areas(first), **close, obj=ending)
        pd.testing.assert_frame_equal(plan.measures, first.measures, **close, obj=ending)
        pd.testing.assert_frame_equal(plan.units[OWN], first.units[OWN], obj=ending)
        pd.testing.assert_frame_equal(plan.zones[DECIDED], first.zones[DECIDED], obj=ending)
        if ending not in ROUNDED:
            shapes = [one.units.geometry.normalize().to_wkb() for one in (plan, first)]
            assert np.array_equal(*shapes), ending
