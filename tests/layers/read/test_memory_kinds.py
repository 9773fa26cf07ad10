"""In memory equals from file: one property over every kind of features, rasters and tables that is taken."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import xarray as xr
from affine import Affine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import box

from layers.errors import CrsError, SourceError
from layers.inputs import Inputs
from layers.read.memory import prepare
from layers.read.reading_step import read_inputs
from tests.conftest import examples
from zoning.study import Study, read_study

CRS = "EPSG:3035"
PLAN = """
[study]
name = "Kinds"
date = 2025-01-01
rulebook = "none"

[units]
source = "units.gpkg"
id = "code"

[[layers]]
name = "forest"
source = "forest.gpkg"
role = "forest"

[[layers]]
name = "height"
source = "height.tif"
measure = { height_m = "mean(value)" }

[[tables]]
source = "people.csv"
id = "code"
"""


def wkb_frame(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    plain = pd.DataFrame(frame.drop(columns="geometry")).assign(geometry=frame.geometry.to_wkb())
    plain.attrs["crs"] = CRS
    return plain


def geoparquet_table(frame: gpd.GeoDataFrame) -> pa.Table:
    held = io.BytesIO()
    frame.to_parquet(held)
    return pq.read_table(io.BytesIO(held.getvalue()))


FEATURES: dict[str, Callable[[gpd.GeoDataFrame], Any]] = {
    "GeoDataFrame": lambda frame: frame,
    "DataFrame with a column of WKB": wkb_frame,
    "Arrow table that says GeoArrow": lambda frame: pa.table(frame.to_arrow(index=False)),
    "Arrow stream of another library": lambda frame: frame.to_arrow(index=False),
    "Arrow table of a GeoParquet": geoparquet_table,
}
TABLES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "DataFrame": lambda frame: frame,
    "DataFrame by its index": lambda frame: frame.set_index("code"),
    "Arrow table": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}


def array_of(path: Path) -> xr.DataArray:
    with rasterio.open(path) as file:
        grid, values = file.transform, file.read(1)
    places = {
        "y": grid.f + grid.e * (np.arange(values.shape[0]) + 0.5),
        "x": grid.c + grid.a * (np.arange(values.shape[1]) + 0.5),
    }
    return xr.DataArray(values, dims=("y", "x"), coords=places, attrs={"crs": CRS})


RASTERS: dict[str, Callable[[Path], Any]] = {
    "path": lambda path: path,
    "dataset": rasterio.open,
    "array": array_of,
}


@st.composite
def provinces(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 5))
    codes = draw(
        st.lists(st.text("0123456789aé县", min_size=1, max_size=4), min_size=count, max_size=count, unique=True)
    )
    numbers = draw(st.lists(st.integers(0, 2**62), min_size=count, max_size=count))
    squares = [box(4e6 + 1000 * one, 3e6, 4e6 + 1000 * (one + 1), 3.002e6) for one in range(count)]
    wide = draw(st.integers(1, 1500))
    values = draw(st.lists(st.floats(-100, 4000, width=32), min_size=4 * count, max_size=4 * count))
    return {
        "units": gpd.GeoDataFrame({"code": codes, "big": numbers}, geometry=squares, crs=CRS),
        "forest": gpd.GeoDataFrame({"kind": ["wood"]}, geometry=[box(4e6, 3e6, 4e6 + wide, 3.001e6)], crs=CRS),
        "people": pd.DataFrame({"code": codes, "people": numbers[::-1]}),
        "height": np.asarray(values, dtype="float32").reshape(2, 2 * count),
    }


def saved(drawn: dict[str, Any], folder: Path) -> Study:
    drawn["units"].to_file(folder / "units.gpkg")
    drawn["forest"].to_file(folder / "forest.gpkg")
    drawn["people"].to_parquet(folder / "people.parquet")
    height = drawn["height"]
    shape = {"height": height.shape[0], "width": height.shape[1], "count": 1, "dtype": "float32"}
    grid = Affine(500, 0, 4e6, 0, -1000, 3.002e6)
    with rasterio.open(
        folder / "height.tif", "w", driver="GTiff", crs=CRS, transform=grid, nodata=np.nan, **shape
    ) as file:
        file.write(height, 1)
    (folder / "plan.toml").write_text(PLAN.replace("people.csv", "people.parquet"))
    return read_study(folder / "plan.toml")


def same(one: Inputs, other: Inputs) -> None:
    pd.testing.assert_frame_equal(one.units, other.units)
    assert one.crs == other.crs
    no_files = [
        inputs.ledger.replace({"layer": {"memory/table_0.parquet": "people.parquet"}}) for inputs in (one, other)
    ]
    pd.testing.assert_frame_equal(*no_files)
    for left, right in zip(one.layers, other.layers, strict=True):
        assert (left.name, left.kind, left.role) == (right.name, right.kind, right.role)
        if left.features is not None:
            assert left.features.geometry.equals(right.features.geometry)
            assert left.features.drop(columns="geometry").equals(right.features.drop(columns="geometry"))
        if left.raster is not None:
            assert np.array_equal(left.raster.read(), right.raster.read(), equal_nan=True)
            assert left.raster.transform == right.raster.transform


@settings(max_examples=examples(4), phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(provinces())
def test_every_kind_in_memory_gives_what_files_give(drawn: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = saved(drawn, Path(folder))
        files = read_inputs(study)
        kinds = max(len(FEATURES), len(RASTERS), len(TABLES))
        for place in range(kinds):
            features, raster, table = ([*kind.values()][place % len(kind)] for kind in (FEATURES, RASTERS, TABLES))
            height = raster(Path(folder) / "height.tif")
            inputs = prepare(
                features(drawn["units"]),
                {"forest": features(drawn["forest"]), "height": height},
                {"people.parquet": table(drawn["people"])},
                study=study,
            )
            same(inputs, files)
            if hasattr(height, "close"):
                height.close()


UNITS = gpd.GeoDataFrame({"code": ["a"]}, geometry=[box(4e6, 3e6, 4.001e6, 3.002e6)], crs=CRS)


def test_ids_are_the_index_of_a_frame_and_a_column_of_arrow():
    frame = wkb_frame(UNITS).set_index("code")
    frame.attrs["crs"] = CRS
    assert prepare(frame).units.index.tolist() == ["a"]
    assert prepare(pa.table(UNITS.to_arrow(index=False)), id="code").units.index.tolist() == ["a"]
    with pytest.raises(SourceError, match="there is no column 'unit_id'; the columns are code"):
        prepare(pa.table(UNITS.to_arrow(index=False)))


def test_the_only_column_of_bytes_is_the_geometry():
    frame = wkb_frame(UNITS).rename(columns={"geometry": "shape"})
    frame.attrs["crs"] = CRS
    assert prepare(frame, id="code").units["area_ha"].round().tolist() == [200]


@pytest.mark.parametrize(
    ("units", "error", "said"),
    [
        (pd.DataFrame({"code": ["a"]}), SourceError, "'units' has no column of shapes"),
        (pa.table({"code": ["a"]}), SourceError, "'units' has no column of shapes"),
        (wkb_frame(UNITS).set_axis(["code", "geometry"], axis=1).copy(), None, ""),
        (pd.DataFrame({"code": ["a"], "geometry": UNITS.geometry.to_wkb()}), CrsError, "'units' has no CRS: say which"),
        (pa.table(UNITS.set_crs(None, allow_override=True).to_arrow()), CrsError, "'units' has no CRS: say which"),
    ],
)
def test_what_is_not_said_is_not_guessed(units, error, said):
    if error is None:
        assert len(prepare(units, id="code").units) == 1
        return
    with pytest.raises(error, match=said):
        prepare(units, id="code")


def test_deep_collections_end_no_process():
    """S23: what comes past GDAL is counted before GEOS sees it."""
    deep = bytes.fromhex("010700000001000000") * 200_000 + bytes.fromhex("010700000000000000")
    frame = pd.DataFrame({"code": ["a"], "geometry": [deep]})
    frame.attrs["crs"] = CRS
    with pytest.raises(Exception, match="nested too deeply"):
        prepare(frame, id="code")
