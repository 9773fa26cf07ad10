"""Tiles on a cluster: a real scheduler and two worker processes, one of them killed while it works; the same bytes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.errors import ZoneplanError
from zoning.cluster import on_cluster, tile_scheduler
from zoning.overlays import overlay, pack_tile, planar_partition
from zoning.overlays.planar_partition import cut_tile, pack_faces, tiles_of, unpack_faces, unpack_tile

ROOT = Path(__file__).resolve().parents[3]
SIDE = 12
UNITS = gpd.GeoDataFrame(
    geometry=[
        shapely.box(x, y, x + 1000, y + 1000) for x in range(0, SIDE * 1000, 1000) for y in range(0, SIDE * 1000, 1000)
    ],
    index=[f"u{number:03}" for number in range(SIDE * SIDE)],
    crs="EPSG:3035",
)
FOREST = gpd.GeoDataFrame(
    geometry=shapely.buffer(shapely.points([(2500, 2500), (7000, 6400), (1000, 9000)]), [1800, 2600, 900]),
    crs="EPSG:3035",
)


def start(*arguments: str) -> subprocess.Popen[str]:
    """A scheduler or a worker, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """The address of a scheduler, and two workers of one thread; none outlives the test."""
    scheduler = start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
    address = ""
    for line in scheduler.stderr:
        if found := re.search(r"tcp://127\.0\.0\.1:\d+", line):
            address = found.group()
            break
    workers = [
        start("dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        for _ in range(2)
    ]
    processes = (*workers, scheduler)
    readers = [threading.Thread(target=one.stderr.read, daemon=True) for one in processes]  # none waits for a reader
    for reader in readers:
        reader.start()
    yield address, workers
    for process, reader in zip(processes, readers, strict=True):
        process.kill()
        process.wait()
        reader.join()
        process.stderr.close()


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of some six units, so that there are many."""
    defaults = tiles_of.__kwdefaults__ or {}
    monkeypatch.setattr(planar_partition.tiles_of, "__kwdefaults__", defaults | {"vertices": 30})


def same(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> bool:
    shapes = [shapely.to_wkb(np.asarray(table.geometry.array)).tolist() for table in (one, other)]
    return shapes[0] == shapes[1] and one.drop(columns="geometry").equals(other.drop(columns="geometry"))


def test_f11_a_killed_worker_s_tiles_are_done_again_and_bytes_are_the_same(cluster, small_tiles: None) -> None:
    address, workers = cluster
    here, seen = overlay(UNITS, {"forest": FOREST}), [0]
    with on_cluster(address) as for_each:

        def kill_one(cut: Callable, tiles) -> Iterator:
            for faces in for_each(cut, tiles):
                seen[0] += 1
                if seen[0] == 3:
                    os.kill(workers[0].pid, signal.SIGKILL)
                yield faces

        there = overlay(UNITS, {"forest": FOREST}, for_each=kill_one)
    assert seen[0] > 10
    assert workers[0].wait(timeout=30) == -signal.SIGKILL
    assert workers[1].poll() is None
    assert same(here, there)


@pytest.mark.whole
def test_a_run_of_the_command_on_a_cluster_is_the_run_to_the_byte(
    cluster, command: Callable, toy_folder: Path, tmp_path: Path
) -> None:
    address, _ = cluster
    for name, options in (("here", ()), ("there", ("--scheduler", address))):
        assert command("run", toy_folder / "plan.toml", "--out", tmp_path / name, "--no-cache", *options).code == 0
    files = {
        name: {
            one.relative_to(tmp_path / name): one.read_bytes() for one in (tmp_path / name).rglob("*") if one.is_file()
        }
        for name in ("here", "there")
    }
    assert files["here"] == files["there"]


def test_workers_of_other_versions_are_refused(cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    address, _ = cluster
    monkeypatch.setattr(shapely, "geos_version_string", "3.1.0")  # here, not where the workers are
    with pytest.raises(ZoneplanError, match=r"GEOS") as caught, on_cluster(address):
        pass
    assert caught.value.code == "versions"


def test_nobody_at_the_address_is_said(monkeypatch: pytest.MonkeyPatch, command: Callable, toy_folder: Path) -> None:
    monkeypatch.setattr(tile_scheduler, "WAIT", "0.5s")
    done = command("run", toy_folder / "plan.toml", "--scheduler", "tcp://127.0.0.1:9", "--no-cache")
    assert done.code == 2
    assert "no scheduler answers there" in done.err
    assert not (toy_folder / "runs").exists()


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ZoneplanError, match=r"zoneplan\[cluster\]"), on_cluster("tcp://127.0.0.1:9"):
        pass


def test_tiles_and_faces_travel_as_they_are() -> None:
    (tile,) = tiles_of(UNITS.geometry.to_numpy(), [FOREST.geometry.to_numpy(), np.array([])], matched=True)
    back = unpack_tile(pack_tile(tile))
    assert shapely.to_wkb(back.units).tolist() == shapely.to_wkb(tile.units).tolist()
    assert (back.core.tolist(), back.members.tolist(), back.matched) == (
        tile.core.tolist(),
        tile.members.tolist(),
        True,
    )
    assert [len(one) for one in back.designations] == [len(one) for one in tile.designations]
    faces = cut_tile(tile)
    again = unpack_faces(pack_faces(faces))
    assert shapely.to_wkb(again.geometry).tolist() == shapely.to_wkb(faces.geometry).tolist()
    assert (again.unit.tolist(), again.flags.tolist()) == (faces.unit.tolist(), faces.flags.tolist())


def test_a_worker_that_joins_with_other_versions_refuses_a_tile() -> None:
    with pytest.raises(ValueError, match="GEOS"):
        tile_scheduler.cut_elsewhere(b"", {**tile_scheduler.own_versions(), "GEOS": "3.1.0"})
