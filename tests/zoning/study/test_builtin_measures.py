"""Every measure of the built-in studies, taken again by other programs: exactextract, geopandas, rasterio and pandas.

The plan is read by ``tomllib``; nothing of the house is used but the table that is held against it. In the tables of
these studies every edge is straight in longitude and latitude, so it is cut into short ones before it is projected.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from rasterio.features import shapes

from layers.conditions import parse_formula
from layers.formats import read_raster
from layers.raster import summarise
from layers.read.reading_step import read_inputs
from zoning.measures import measure
from zoning.overlays import overlay
from zoning.rulebook import read_rulebook
from zoning.study import builtin_studies, builtin_study, read_study

EQUAL_AREA = "EPSG:6933"  # cylindrical, of the ellipsoid: a cell between meridians and parallels is a rectangle in it
STEP = 0.02
"""Degrees after which an edge is cut."""
SHARES, MEANS, KILOMETRES, COVERED = 1e-6, 1e-6, 0.002, 1e-3
"""Tolerances: of shares of land, absolute; of what else is measured, relative; of distances, absolute; of the part of
a unit that a grid covers, absolute, for it is told by the plane of the grid."""
DEDUCTED = ("built_up", "water")
SHARED = Path(os.environ.get("ZONEPLAN_SHARED") or Path(__file__).resolve().parents[4] / "shared")
HEIGHTS_OF_1_KM = SHARED / "data" / "large" / "globe_30s_0_50N_0_90E.tif"


class Grid:
    """A raster in longitude and latitude, its values with NaN where there is none, and the true area of its cells."""

    def __init__(self, path: Path) -> None:
        with rasterio.open(path) as file:
            self.crs, self.transform, self.bounds = file.crs, file.transform, file.bounds
            self.values = np.where(file.read_masks(1) > 0, file.read(1).astype(float), np.nan)
        assert self.crs.to_epsg() == 4326
        height, width = self.values.shape
        x = self.transform.c + self.transform.a * np.array([0.0, 1.0])
        y = self.transform.f + self.transform.e * np.arange(height + 1)
        to = pyproj.Transformer.from_crs(4326, EQUAL_AREA, always_xy=True)
        east, north = to.transform(x, [0.0, 0.0])[0], to.transform(np.zeros(height + 1), y)[1]
        self.areas = np.repeat((abs(np.diff(north)) * np.diff(east)[0])[:, None], width, axis=1)

    def slope(self) -> np.ndarray:
        """Degrees, by Horn's weights of eight neighbours, with sides in metres along meridian and parallel."""
        globe = pyproj.Geod(ellps="WGS84")
        step, middles = self.transform.a, self.transform.f + self.transform.e * (np.arange(len(self.values)) + 0.5)
        half, zero, one = abs(self.transform.e) / 2, np.zeros_like(middles), np.full_like(middles, step)
        width = globe.inv(zero, middles, one, middles)[2][1:-1, None]
        height = globe.inv(zero, middles - half, zero, middles + half)[2][1:-1, None]
        rows = self.values[:-2] + 2 * self.values[1:-1] + self.values[2:]
        columns = self.values[:, :-2] + 2 * self.values[:, 1:-1] + self.values[:, 2:]
        east, north = (rows[:, 2:] - rows[:, :-2]) / (8 * width), (columns[:-2] - columns[2:]) / (8 * height)
        inner = np.degrees(np.arctan(np.hypot(east, north)))
        return np.pad(np.where(np.isnan(self.values[1:-1, 1:-1]), np.nan, inner), 1, constant_values=np.nan)

    def ask(self, units: gpd.GeoDataFrame, cells: np.ndarray, operation: str) -> np.ndarray:
        box = dict(zip(("xmin", "ymin", "xmax", "ymax"), self.bounds, strict=True))
        grids = [NumPyRasterSource(part, **box, srs_wkt=self.crs.to_wkt()) for part in (cells, self.areas)]
        found = exact_extract(grids[0], units, [operation], weights=grids[1], output="pandas")
        return found[operation].to_numpy(dtype=float)

    def polygons(self, cells: np.ndarray) -> gpd.GeoSeries:
        mask = cells.astype("uint8")
        found = [shapely.geometry.shape(one) for one, _ in shapes(mask, mask=mask > 0, transform=self.transform)]
        return gpd.GeoSeries(found, crs=self.crs)


def meets(values: np.ndarray, condition: str) -> np.ndarray:
    """The cells that meet ``value IN (1, 2)``, ``value = 3`` or ``value >= 4.8``."""
    found = re.fullmatch(r"value (IN|=|>=) \(?([\d., ]+)\)?", condition)
    assert found, condition
    numbers = [float(text) for text in found[2].split(",")]
    return values >= numbers[0] if found[1] == ">=" else np.isin(values, numbers)


class SecondProgram:
    """All measures of a study, by its plan."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.plan = tomllib.loads(path.read_text("utf-8"))
        named = self.plan["units"]
        units = gpd.read_file(self.folder / named["source"], layer=named.get("layer"))
        for table in self.plan["tables"]:
            more = pd.read_csv(self.folder / table["source"], dtype={table["id"]: str})
            units = units.merge(more, left_on=named["id"], right_on=table["id"], how="left", suffixes=("", "_again"))
        self.units = units.set_index(named["id"], drop=False).sort_index()

    @cached_property
    def land(self) -> gpd.GeoSeries:
        return self.flat(self.units.geometry)

    @cached_property
    def hectares(self) -> pd.Series:
        return self.land.area / 1e4

    def flat(self, geometry: gpd.GeoSeries) -> gpd.GeoSeries:
        return geometry.segmentize(STEP).to_crs(EQUAL_AREA)

    def features(self, layer: dict[str, Any]) -> gpd.GeoDataFrame:
        return gpd.read_file(self.folder / layer["source"], layer=layer.get("layer"))

    def designated(self, layer: dict[str, Any]) -> gpd.GeoSeries:
        if layer["source"].endswith(".tif"):
            grid = Grid(self.folder / layer["source"])
            return grid.polygons(meets(grid.values, layer["where"]))
        features = self.features(layer)
        if "where" in layer:
            kind = re.fullmatch(r"kind = '(\w+)'", layer["where"])
            assert kind
            features = features[features["kind"] == kind[1]]
        return features.geometry

    def covered_ha(self, layers: list[dict[str, Any]]) -> pd.Series:
        parts = pd.concat([self.flat(self.designated(layer)) for layer in layers])
        whole = shapely.union_all(shapely.make_valid(np.asarray(parts)))
        return self.land.intersection(whole).area / 1e4

    def table(self) -> pd.DataFrame:
        named = self.plan["units"]
        name = named["name"] if isinstance(named["name"], str) else named["name"]["en"]
        own = pd.DataFrame(self.units.drop(columns="geometry"))
        columns = {str(name): own[name] for name in own if not str(name).endswith("_again")}
        columns |= {
            "name": own[name],
            "jurisdiction": own[named["jurisdiction"]],
            "area_ha": self.hectares,
        }
        layers = self.plan["layers"]
        roles = dict.fromkeys(layer["role"] for layer in layers if "role" in layer)
        for role in roles:
            hectares = self.covered_ha([layer for layer in layers if layer.get("role") == role])
            columns |= {f"{role}_ha": hectares, f"{role}_share": hectares / self.hectares}
        taken = self.covered_ha([layer for layer in layers if layer.get("role") in DEDUCTED])
        columns |= {"available_ha": self.hectares - taken, "available_in_boundary_ha": self.hectares * np.nan}
        for layer in layers:
            for name, measured in layer.get("measure", {}).items():
                columns |= self.measure(layer, name, measured)
        return pd.DataFrame(columns, index=self.units.index)

    def measure(self, layer: dict[str, Any], name: str, measured: Any) -> dict[str, np.ndarray]:
        """Of a layer with a role the whole, unless the plan asks for the part; of any other what ``where`` selects."""
        part, formula = (measured["of"], measured["as"]) if isinstance(measured, dict) else ("", measured)
        found = re.fullmatch(r"(\w+)\((.*)\)", formula)
        assert found, formula
        if layer["source"].endswith(".tif"):
            selected = "where" in layer and ("role" not in layer or part == "selected")
            return self.of_grid(layer, name, found[1], found[2], selected)
        assert "where" not in layer, "no built-in study measures a part of a vector layer"
        return {name: self.of_points(self.features(layer), found[1], found[2])}

    def of_grid(
        self, layer: dict[str, Any], name: str, function: str, argument: str, selected: bool
    ) -> dict[str, np.ndarray]:
        grid, units = Grid(self.folder / layer["source"]), self.units[["geometry"]]
        values = np.where(meets(grid.values, layer["where"]), grid.values, np.nan) if selected else grid.values
        values = grid.slope() if argument == "slope" else values
        valid = ~np.isnan(values)
        if function == "share":
            values, function, argument = np.where(valid, meets(values, argument), np.nan), "mean", "value"
        assert argument in {"value", "slope"}
        found = {name: grid.ask(units, values, {"mean": "weighted_mean"}.get(function, function))}
        square_metres = grid.ask(units, valid.astype(float), "weighted_sum")
        return found | {f"{name}_covered": square_metres / 1e4 / self.hectares.to_numpy()}

    def of_points(self, points: gpd.GeoDataFrame, function: str, argument: str) -> np.ndarray:
        if function == "nearest":
            return self.nearest_km(points)
        inside = gpd.sjoin(points, self.units[["geometry"]].rename_axis("unit"), predicate="within")
        groups = inside.groupby("unit")
        found = groups.size() if function == "count" else groups[argument].agg(function)
        return found.reindex(self.units.index, fill_value=np.nan if function == "max" else 0).to_numpy(dtype=float)

    def nearest_km(self, points: gpd.GeoDataFrame) -> np.ndarray:
        """From each point by the projection in which all that lies at one distance from it is a circle around it."""
        shown = self.units.geometry.segmentize(STEP)
        found = np.full(len(shown), np.inf)
        for point in points.geometry:
            around = f"+proj=aeqd +lat_0={point.y} +lon_0={point.x} +datum=WGS84"
            found = np.minimum(found, shown.to_crs(around).distance(shapely.Point(0, 0)).to_numpy() / 1e3)
        return found


@pytest.fixture(scope="module", params=builtin_studies())
def both(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What zoneplan measures of a study, and what the second program does."""
    path = builtin_study(request.param)
    study = read_study(path)
    inputs = read_inputs(study)
    pieces = overlay(inputs.units, inputs.designations)
    ours = measure(inputs.units, pieces, inputs.layers, read_rulebook(study.rulebook, study.date))
    return ours, SecondProgram(path).table()


@pytest.mark.whole
def test_every_measure_of_the_builtin_studies_is_that_of_a_second_program(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    ours, theirs = both
    covers = {name for name in theirs if name.endswith("_covered") and (theirs[name] > 1 - 1e-4).all()}
    assert set(ours) | covers == set(theirs)
    assert ours.index.tolist() == theirs.index.tolist()
    assert [name for name in ours if not _agree(ours[name], theirs[name])] == []


@pytest.mark.skipif(not HEIGHTS_OF_1_KM.exists(), reason="heights of 1 km are not beside the project")
def test_slope_between_cells_of_9_km_ranks_land_and_is_four_times_too_flat() -> None:
    """70 boxes of two degrees in the west of China, by heights of the study and by those of 1 km (GLOBE)."""
    boxes = [shapely.box(west, south, west + 2, south + 2) for south in range(28, 48, 2) for west in range(74, 88, 2)]
    units = gpd.GeoDataFrame(geometry=boxes, crs=4326)
    paths = (builtin_study("china_provinces").parent / "elevation_5min.tif", HEIGHTS_OF_1_KM)
    rasters = [read_raster(path, "heights", coarse=True)[0] for path in paths]
    wide, fine = (summarise(units, one, {"deg": parse_formula("mean(slope)")})["deg"] for one in rasters)
    assert wide.corr(fine, method="spearman") == pytest.approx(0.94, abs=0.005)
    assert (fine / wide).median() == pytest.approx(3.9, abs=0.05)


def _agree(ours: pd.Series, theirs: pd.Series) -> bool:
    name = str(ours.name)
    if not pd.api.types.is_numeric_dtype(ours.dtype):
        return ours.astype(str).tolist() == theirs.astype(str).tolist()
    a, b = ours.to_numpy(dtype=float), theirs.to_numpy(dtype=float)
    kinds = {"_km": (0.0, KILOMETRES), "_ha": (MEANS, 1.0), "_share": (0.0, SHARES), "_covered": (0.0, COVERED)}
    relative, absolute = next((kinds[one] for one in kinds if name.endswith(one)), (MEANS, 0.0))
    return bool(np.allclose(a, b, rtol=relative, atol=absolute, equal_nan=True))
