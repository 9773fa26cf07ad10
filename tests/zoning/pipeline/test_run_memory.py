"""Memory of runs: what fits, what goes by tiles, and what is refused, with the step that needs all at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from layers.errors import LimitError
from zoning.pipeline import run_estimate
from zoning.pipeline.run_estimate import (
    ANOTHER,
    TILED,
    Estimate,
    Room,
    amount_of,
    choose_way,
    estimate,
    machine_room,
    read_costs,
    require_memory,
)
from zoning.study import Study, read_study

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies a process")
PLAN = """
[study]
name = "fine"
date = 2025-01-01
rulebook = "us_west"
[units]
source = "units.parquet"
id = "id"
name = "id"
[[layers]]
name = "cover"
source = "cover.tif"
where = "value = 1"
role = "agricultural"
"""


@pytest.fixture
def toy(toy_folder: Path) -> Study:
    return read_study(toy_folder / "plan.toml")


def told(drivers: dict[str, float]) -> Estimate:
    """The estimate of a run with these drivers."""
    memory, tiled = (round(amount_of(kind, drivers)) for kind in ("memory_bytes", TILED))
    return Estimate(1.0, memory, tiled, 0, {"cut_vertices": 0.0, "cut_cells": 0.0, **drivers})


def test_what_fits_runs_as_asked(toy: Study) -> None:
    found = estimate(toy)
    require_memory(found, None)
    require_memory(found, found.memory_bytes)
    assert choose_way(toy, 1, found.memory_bytes + 1)[:2] == (False, 1)
    assert choose_way(toy, 4, 100 * found.memory_bytes)[:2] == (False, 4)


def test_workers_are_as_many_as_fit(toy: Study) -> None:
    usual = estimate(toy).memory_bytes
    assert choose_way(toy, 4, round(usual * (1 + 1.5 * ANOTHER)))[:2] == (False, 2)


@LINUX
def test_what_is_more_than_allowed_goes_by_tiles_and_says_so(toy: Study) -> None:
    found = estimate(toy)
    assert found.tiled_memory_bytes < found.memory_bytes
    way = choose_way(toy, 4, found.memory_bytes - 1)
    assert way[:2] == (True, 1)
    assert "goes by tiles" in str(way.said)
    assert f"(by tiles {found.tiled_memory_bytes / 1e6:,.0f})" in str(way.said)


@LINUX
@pytest.mark.parametrize(
    ("drivers", "room", "step"),
    [
        ({"units": 100_000.0}, 0.5, "the map and the report need all units at once, and about 50,000 of 100,000"),
        ({"units": 10.0, "cut_cells": 1e9}, 0.25, "the layers that cut the units whole, and about 25 % of their cells"),
    ],
)
def test_what_does_not_fit_by_tiles_is_refused_with_the_step(drivers: dict[str, float], room: float, step: str) -> None:
    found, base = told({"runs": 1.0, **drivers}), read_costs()[TILED]["runs"]
    with pytest.raises(LimitError) as caught:
        require_memory(found, round(base + room * (found.tiled_memory_bytes - base)))
    assert step in str(caught.value)
    assert (caught.value.exit_code, caught.value.code) == (6, "memory")


def test_less_than_programs_take_is_refused(command, toy_folder: Path, tmp_path: Path) -> None:
    plan, out = toy_folder / "plan.toml", tmp_path / "result"
    figures = json.loads(command("estimate", plan, "--json").out)
    assert set(figures) == {"seconds", "memory_bytes", "tiled_memory_bytes", "disk_bytes"}
    done = command("run", plan, "--out", out, "--max-memory", 1_000_000)
    assert (done.code, out.exists()) == (6, False)
    assert f"{figures['memory_bytes'] / 1e6:,.0f} MB of memory" in done.err
    assert "more than the 1 MB" in done.err
    assert "programs and an empty plan alone take" in done.err
    assert command("estimate", plan).out.startswith("a run takes about ")


def test_without_a_limit_the_machine_is_asked(toy: Study, monkeypatch) -> None:
    found = estimate(toy)
    monkeypatch.setattr(run_estimate, "machine_room", lambda: None)
    assert choose_way(toy, 3) == (False, 3, None)
    monkeypatch.setattr(run_estimate, "machine_room", lambda: Room(found.memory_bytes / 2, 1e12))
    assert choose_way(toy, 3).by_tiles
    monkeypatch.setattr(run_estimate, "machine_room", lambda: Room(1e6, 2e6))
    with pytest.raises(LimitError, match="more than the 2 MB"):
        choose_way(toy, 3)


def test_a_study_that_cannot_be_counted_is_left_to_the_run(toy: Study, toy_folder: Path) -> None:
    (toy_folder / toy.units.source).unlink()
    assert choose_way(toy, 2, 1_000_000) == (False, 2, None)


def test_a_container_may_allow_less_than_the_machine_has(tmp_path: Path, monkeypatch) -> None:
    memory, most, taken = (tmp_path / name for name in ("meminfo", "most", "taken"))
    memory.write_text("MemTotal: 8000 kB\nMemAvailable: 6000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n", "ascii")
    monkeypatch.setattr(run_estimate, "MEMORY_FILE", memory)
    monkeypatch.setattr(run_estimate, "GROUP_FILES", ((most, taken),))
    assert machine_room() == (6000 * 1024, 8000 * 1024)
    most.write_text("max\n", "ascii")
    assert machine_room() == (6000 * 1024, 8000 * 1024)
    most.write_text("1000000\n", "ascii")
    taken.write_text("400000\n", "ascii")
    assert machine_room() == (600_000, 1_000_000)
    memory.unlink()
    assert machine_room() is None


def write_fine_study(folder: Path, side: int = 2000) -> Path:
    """Units of 10 km in a square, cut by the classes of a grid of seeded, smoothed noise."""
    folder.mkdir()
    places = np.arange(100)
    west, north = 4_000_000 + places % 10 * 1e4, 3_500_000 - places // 10 * 1e4
    shapes = shapely.box(west, north - 1e4, west + 1e4, north)
    ids = [f"u{place:02}" for place in places]
    columns = {"id": ids, "metro": False, "pop_2020": 1000, "area_km2": 100.0}
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:3035").to_parquet(folder / "units.parquet")
    noise = np.random.default_rng(7).standard_normal((side, side))
    for axis in (0, 1) * 3:
        noise = sum(np.roll(noise, shift, axis) for shift in range(-3, 4))
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "crs": "EPSG:3035", "nodata": 0, "compress": "deflate"}
    where = Affine(1e5 / side, 0, 4_000_000, 0, -1e5 / side, 3_500_000)
    with rasterio.open(folder / "cover.tif", "w", height=side, width=side, transform=where, **profile) as file:
        file.write(np.where(noise < -noise.std(), 1, 2).astype("uint8"), 1)
    (folder / "plan.toml").write_text(PLAN, "utf-8")
    return folder / "plan.toml"


LAUNCHER = """
import os, sys
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
print(used.ru_maxrss * 1024)
sys.exit(status != 0)
"""
"""A small process: the largest set of one that it starts, and of the copies of that, is not below its own."""


def peak_of(plan: Path, out: Path, *more: str) -> tuple[int, str]:
    """The largest resident set of a run by the command, of the process and its copies, and what it says on stderr."""
    program = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"
    call = [sys.executable, "-c", program, "run", str(plan), "--out", str(out), "--no-cache", "--workers", "1", *more]
    done = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, *call], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout), done.stderr


@LINUX
def test_by_tiles_a_limit_is_held_that_a_run_would_exceed_and_bytes_are_the_same(tmp_path: Path) -> None:
    plan = write_fine_study(tmp_path / "fine")
    found = estimate(read_study(plan))
    usual, silent = peak_of(plan, tmp_path / "usual")
    limit = (min(usual, found.memory_bytes) + found.tiled_memory_bytes) // 2
    tiled, said = peak_of(plan, tmp_path / "tiled", "--max-memory", str(limit))
    assert usual > limit > tiled
    assert "by tiles" not in silent
    assert [line for line in said.splitlines() if "goes by tiles" in line] == said.splitlines()
    names = {path.relative_to(tmp_path / "usual") for path in (tmp_path / "usual").rglob("*") if path.is_file()}
    differing = {
        str(name)
        for name in names
        if (tmp_path / "usual" / name).read_bytes() != (tmp_path / "tiled" / name).read_bytes()
    }
    assert differing == {"provenance.json", "manifest.json"}
    first, second = (json.loads((tmp_path / run / "provenance.json").read_text("utf-8")) for run in ("usual", "tiled"))
    assert second == first | {"by_tiles": True}
