"""Suitability and importance for protection by tables of the rulebook: as printed, one polarity, units and cells."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr

import zoning.rulebooks
from layers.errors import ZoneplanError
from zoneplan import indices as ix
from zoning.indices import read_grading
from zoning.measures import complete_measures, derive
from zoning.rulebook import Rulebook, read_rulebook

PUBLISHED = Path(__file__).parents[2] / "data" / "published"
BOOK = read_rulebook("main_functional_areas", date(2025, 1, 1))
DERIVED = {one.name: one for one in BOOK.derived}
FOLDER = Path(next(iter(zoning.rulebooks.__path__))) / "main_functional_areas"
MATRICES = {
    "town_grade": "urban land x water",
    "farm_base_grade": "agri land x water",
    "farm_grade": "agri (land x water) x climate",
}
THRESHOLDS = {
    "town_land_grade": ("urban", "slope_deg"),
    "town_water_grade": ("urban", "water_quota_modulus_m3_km2 (city/county)"),
    "farm_land_grade": ("agri", "slope_deg"),
    "farm_water_grade": ("agri", "precipitation_mm"),
    "farm_warmth_grade": ("agri", "accumulated_temp_degC_day (>=0)"),
}
LAND = pd.DataFrame(
    {
        "terrain_slope_deg": [1.0, 10.0, 30.0, np.nan],
        "water_quota_m3_km2": [300_000.0, 100_000.0, 100_000.0, 1.0],
        "rain_mm": [900.0, 500.0, 100.0, 900.0],
        "warmth_deg_day": [5000.0, 6000.0, 100.0, 5000.0],
        "soil_kept_index": [60.0, 20.0, 1.0, 1.0],
        "sand_kept_index": [1.0, 6.0, 1.0, 1.0],
        "sensitivity_index": [1.0, 3.0, 4.0, 1.0],
        "present_use": ["arable", "grass", "built_up", "grass"],
    },
    index=list("abcd"),
)


def only(*names: str) -> Rulebook:
    """The rulebook with some of its derived measures alone."""
    return replace(BOOK, derived=tuple(DERIVED[name] for name in names))


@pytest.mark.parametrize("name", MATRICES)
def test_matrices_are_those_that_are_printed(name: str) -> None:
    printed = pd.read_csv(PUBLISHED / "dual_eval_matrices.csv").query("matrix == @MATRICES[@name]")
    cells = printed[[f"col{place}" for place in range(1, 6)]].to_numpy()
    matrix = DERIVED[name].matrix
    assert matrix is not None
    pairs = pd.DataFrame(list(product(range(1, 6), repeat=2)), columns=[matrix.rows, matrix.columns], dtype=float)
    assert derive(pairs, only(name))[name].tolist() == cells.ravel().tolist()


def test_the_matrix_of_protection_is_the_one_that_is_printed() -> None:
    printed = pd.read_csv(PUBLISHED / "dual_eval_eco_matrix.csv")
    grades = printed.iloc[:, :2].set_axis(["service_grade", "sensitivity_grade"], axis=1).astype(float)
    assert derive(grades, only("protection_grade"))["protection_grade"].tolist() == printed["result"].tolist()


@pytest.mark.parametrize("name", THRESHOLDS)
def test_thresholds_are_those_that_are_printed(name: str) -> None:
    """Below, on and above each of them."""
    table = pd.read_csv(PUBLISHED / "dual_eval_thresholds.csv").set_index(["function", "indicator"])
    printed = read_grading(*table.loc[THRESHOLDS[name], ["breaks", "grades"]])
    own = DERIVED[name].thresholds
    assert own is not None
    values = pd.Series([cut * part for cut in printed.breaks for part in (0.99, 1.0, 1.01)])
    wanted = ix.grade(values, printed.breaks, printed.grades, printed.closed)
    assert derive(values.to_frame(own.of), only(name))[name].tolist() == wanted.tolist()


def test_grade_1_is_best_everywhere() -> None:
    """More of what is good never makes a grade larger; what the source prints the other way round is turned."""
    up = {"water_quota_m3_km2", "rain_mm", "warmth_deg_day", "soil_kept_index", "sand_kept_index", "sensitivity_index"}
    for name, one in DERIVED.items():
        if one.thresholds:
            values = pd.Series(np.r_[0.0, np.geomspace(0.5, 1e6, 60)])
            found = derive(values.to_frame(one.thresholds.of), only(name))[name]
            ordered = found.is_monotonic_decreasing if one.thresholds.of in up else found.is_monotonic_increasing
            assert ordered, name
            assert {found.min(), found.max()} == {1.0, 5.0}, name
        if one.matrix:
            cells = np.array(one.matrix.cells)
            assert (np.diff(cells, axis=0) >= 0).all(), name
            assert (np.diff(cells, axis=1) >= 0).all(), name


def test_land_is_evaluated_and_overlaid() -> None:
    found = derive(LAND, BOOK)
    assert found["town_grade"].tolist()[:3] == [1, 3, 5]
    assert found["farm_grade"].tolist()[:3] == [1, 2, 5]
    assert found["protection_grade"].tolist() == [1, 3, 1, 5]
    assert found["evaluation_overlay"].tolist()[:3] == [
        "conflict_protection",
        "potential_farming",
        "conflict_protection",
    ]
    assert found.loc["d", ["town_grade", "farm_grade"]].isna().all()
    kinder = LAND.assign(
        soil_kept_index=1.0, sensitivity_index=1.0, present_use=["arable", "unused", "built_up", "grass"]
    )
    assert derive(kinder, BOOK)["evaluation_overlay"].tolist()[:3] == ["potential_farming", "none", "conflict_town"]


def test_studies_that_give_nothing_of_it_have_none_of_it() -> None:
    completed = complete_measures(pd.DataFrame({"elevation_mean_m": [7.0], "jurisdiction": ["x"]}, index=["a"]), BOOK)
    assert not {"town_grade", "farm_grade", "protection_grade", "evaluation_overlay"} & set(completed.columns)


def test_cells_of_rasters_are_graded_by_the_same_tables(tmp_path: Path) -> None:
    at = {"y": [150, 50], "x": [50, 150]}
    numbers = LAND.drop(columns="present_use")
    layers = {
        name: xr.DataArray(numbers[name].to_numpy().reshape(2, 2), at, ("y", "x"), attrs={"crs": "EPSG:3035"})
        for name in ("terrain_slope_deg", "rain_mm", "warmth_deg_day")
    }
    place = ix.raster_by_cells(layers, lambda cells: derive(cells, BOOK)["farm_grade"], tmp_path / "farm.tif", "uint8")
    with rasterio.open(place) as dataset:
        assert dataset.read(1).tolist() == [[1, 2], [5, 255]]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('"<=3|3-8|8-15|15-25|>25"', '"<=3|3-8|9-15|15-25|>25"', "classes that join"),
        ('of = "terrain_slope_deg", classes = "<=3', 'of = "terrain_slop", classes = "<=3', "terrain_slope_deg"),
        ('rows = "town_land_grade"', 'rows = "town_lend_grade"', "town_land_grade"),
        ("    [3, 4, 4, 5, 5],\n", "    [3, 4, 4, 5],\n", "a row for each grade"),
        (
            '[derived.matrix]\nrows = "town',
            '[[derived.bands]]\nvalue = "1"\n[derived.matrix]\nrows = "town',
            "give one of",
        ),
    ],
)
def test_tables_that_cannot_be_meant_are_refused(tmp_path: Path, before: str, after: str, says: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "book")
    file = tmp_path / "book" / "land.toml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(ZoneplanError, match=says):
        read_rulebook(tmp_path / "book")
