"""Estimates: what a run will cost, told from headers alone, and a run that would take too much refused by it."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import zoneplan as zp
from layers.formats import count_cells, count_features
from zoning.pipeline.run_estimate import count_drivers, estimate, machine_speed, work_seconds
from zoning.study import builtin_studies, builtin_study, read_study

NEAR = 0.3
"""So far off may a figure be."""


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "fgb", "shp", "geojson"])
def test_headers_tell_features_and_about_as_many_vertices(tmp_path: Path, ending: str) -> None:
    circles = gpd.GeoDataFrame({"n": range(50)}, geometry=shapely.buffer(shapely.points(range(50), 0), 0.4), crs=4326)
    path = tmp_path / f"circles.{ending}"
    circles.to_parquet(path) if ending == "parquet" else circles.to_file(path)
    found = count_features(path)
    assert found.features == 50
    assert found.vertices == pytest.approx(50 * 33, rel=0.15)


def test_rows_of_a_csv_are_counted(toy_folder: Path) -> None:
    rows = len((toy_folder / "stats.csv").read_text("utf-8").splitlines()) - 1
    assert count_features(toy_folder / "stats.csv").features == rows


def test_cells_are_those_near_the_units(toy_folder: Path) -> None:
    assert count_cells(toy_folder / "elevation.tif", "height").cells == 48


def test_what_it_hangs_on_is_counted(toy_folder: Path) -> None:
    found = count_drivers(read_study(toy_folder / "plan.toml"))
    assert (found["runs"], found["units"], found["cells"], found["cut_cells"]) == (1, 12, 48, 0)
    assert (found["unit_quotas"], found["sites"]) == (12, 0)
    assert found["cut_vertices"] > 0


def test_a_file_that_is_missing_is_told_of_by_the_run(toy_folder: Path) -> None:
    (toy_folder / "plants.csv").unlink()
    assert estimate(read_study(toy_folder / "plan.toml")).seconds > 0


@pytest.mark.parametrize("name", builtin_studies())
def test_it_takes_less_than_a_second(name: str) -> None:
    study = read_study(builtin_study(name))
    start = time.process_time()
    estimate(study)
    assert time.process_time() - start < 1


def test_a_machine_of_half_the_time_is_twice_as_fast() -> None:
    own = work_seconds()
    assert machine_speed(2 * own) == pytest.approx(2, rel=0.5)


@pytest.mark.parametrize("name", builtin_studies())
def test_memory_and_disk_are_foretold(name: str, plan_of: Callable, tmp_path: Path) -> None:
    told = estimate(read_study(builtin_study(name)))
    run = zp.write_run(plan_of(name), tmp_path / "run")
    size = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    assert told.disk_bytes == pytest.approx(size, rel=NEAR)
    assert told.memory_bytes < resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 * (1 + NEAR)
