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
from zoneplan import derive
from zoneplan import indices as ix
from zoning.indices import read_grading
from zoning.measures import complete_measures
from zoning.rulebook import Rulebook, read_rulebook

PUBLISHED = Path(__file__).parents[2] / "data" / "published"
BOOK = read_rulebook("main_functional_areas", date(2025, 1, 1))
DERIVED = {one.name: one for one in BOOK.derived}
FOLDER = Path(next(iter(zoning.rulebooks.__path__))) / "main_functional_areas"
MATRICES = {
    "town_base_grade": "urban land x water",
    "farm_base_grade": "agri land x water",
    "farm_climate_grade": "agri (land x water) x climate",
}
THRESHOLDS = {
    "town_slope_grade": ("urban", "slope_deg"),
    "town_water_grade": ("urban", "water_quota_modulus_m3_km2 (city/county)"),
    "farm_slope_grade": ("agri", "slope_deg"),
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


CORRECTIONS = {name: one.correction for name, one in DERIVED.items() if one.correction is not None}
PRINTED_STEPS = {
    "town_height_grade": ("urban", "elevation_m", "+0|+1|worst(5)", "0|1|4"),
    "town_land_grade": ("urban", "relief_m (window 15/12/9/3 cells by resolution)", "+0|+1|+2", "0|1|2"),
    "farm_land_grade": ("agri", "silt_share", "+0|+1|worst(+4)", "0|1|4"),
    "farm_grade": ("eco", "patch_connectivity (area / min bounding circle)", "5|+1|0|-1|1", "4|1|0|-1|-4"),
}
"""As they are printed, and as steps: what sets an end of the scale is as long as the scale."""


@pytest.mark.parametrize("name", CORRECTIONS)
def test_corrections_are_those_of_the_function(name: str) -> None:
    """Below, on and above each threshold, from each grade: no grade leaves the scale, and none that is spared moves."""
    one = CORRECTIONS[name]
    read = read_grading(one.classes, one.steps)
    values = sorted({cut * part for cut in read.breaks for part in (0.99, 1.0, 1.01)})
    pairs = pd.DataFrame(list(product(range(1, 6), values)), columns=[one.grade, one.by], dtype=float)
    step = ix.grade(pairs[one.by], read.breaks, read.grades, read.closed)
    moved = ix.corrected(pairs[one.grade], step, {float(way): float(way) for way in read.grades})
    wanted = moved.where(~pairs[one.grade].isin(one.spares), pairs[one.grade])
    assert derive(pairs, only(name))[name].tolist() == wanted.tolist()


@pytest.mark.parametrize("name", PRINTED_STEPS)
def test_classes_of_corrections_are_those_that_are_printed(name: str) -> None:
    table = pd.read_csv(PUBLISHED / "dual_eval_thresholds.csv").set_index(["function", "indicator"])
    function, indicator, grades, steps = PRINTED_STEPS[name]
    own, printed = CORRECTIONS[name], table.loc[(function, indicator)]
    assert (printed["breaks"], printed["grades"]) == (own.classes, grades)
    assert own.steps == steps


def test_corrections_follow_each_other() -> None:
    """With a pencil: 1 by slope, 2 by height, 3 by relief; with water 1 it is 2; hazard 4, centre 3, compactness 4."""
    town = pd.DataFrame(
        {
            "terrain_slope_deg": [2.0],
            "terrain_elevation_m": [4000.0],
            "relief_m": [150.0],
            "water_quota_m3_km2": [300_000.0],
            "hazard_grade": [4.0],
            "city_centre_minutes": [15.0],
            "patch_compactness": [0.4],
        }
    )
    found = derive(town, BOOK).iloc[0]
    steps = {"slope": 1, "height": 2, "land": 3, "base": 2, "hazard": 4, "surge": 4, "location": 3, "reach": 3}
    assert {name: found[f"town_{name}_grade"] for name in steps} == steps
    assert found["town_grade"] == 4
    farm = {"terrain_slope_deg": [1.0], "rain_mm": [900.0], "warmth_deg_day": [5000.0], "salt_grade": [5.0]}
    told = derive(pd.DataFrame(farm | {"soil_pollution_grade": [3.0], "weather_disaster_grade": [5.0]}), BOOK).iloc[0]
    climate = told["farm_climate_grade"]
    assert [told[f"farm_{name}_grade"] for name in ("pollution", "salt", "disaster")] == [
        climate + 1,
        climate + 2,
        climate + 2,
    ]


def test_a_factor_of_which_a_study_gives_nothing_corrects_nothing_and_a_missing_value_leaves_no_grade() -> None:
    land = LAND[["terrain_slope_deg", "water_quota_m3_km2"]]
    without = complete_measures(land, BOOK).table
    assert without["town_grade"].tolist()[:3] == without["town_base_grade"].tolist()[:3]
    assert "hazard_grade" not in without.columns
    known = complete_measures(land.assign(hazard_grade=[5.0, np.nan, 1.0, 1.0]), BOOK).table
    assert known["town_grade"].tolist()[0] == 5
    assert known["town_grade"].isna().tolist() == [False, True, False, True]


def test_studies_that_give_nothing_of_it_have_none_of_it() -> None:
    lone = pd.DataFrame({"elevation_mean_m": [7.0], "jurisdiction": ["x"]}, index=["a"])
    completed = complete_measures(lone, BOOK).table
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
        ('steps = "0|1|2"', 'steps = "0|1"', "classes that join"),
        ('by = "relief_m"', 'by = "relief"', "relief_m"),
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
