"""Reading in a child: the same as reading here; limits, crashes and hostile files are an error of their layer."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import layers.read.reading_step
import zoneplan as zp
from layers.archives import in_sandbox, pack
from layers.errors import LimitError, SeveralErrors, SourceError, ZoneplanError
from layers.formats import opened, read_raster, reading
from layers.sandbox import can_fork, confinements, current_limits, reader_now, sandboxed
from layers.sandbox.child_process import Child
from layers.sources import LimitsSection
from tests.conftest import DATA

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="this system copies no process safely"),
]


def add(folder: Path, text: str) -> zp.Study:
    """The toy study with more in its plan."""
    plan = folder / "plan.toml"
    plan.write_text(f"{plan.read_text('utf-8')}\n{text}\n", "utf-8")
    return zp.read_study(plan)


LINK = b"""{"type": "FeatureCollection", "features": [],
"crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/", "type": "proj4"}}}"""


def layer(name: str, source: str) -> str:
    return f'[[layers]]\nname = "{name}"\nsource = "{source}"\nmeasure = {{ {name}_ha = "ha()" }}\n'


def write_bomb(path: Path, rows: int) -> None:
    """A few kilobytes of Parquet which hold one polygon many times."""
    ring = shapely.Point(4_001_000, 3_001_000).buffer(500, quad_segs=64)
    gpd.GeoDataFrame({"v": [1]}, geometry=[ring], crs="EPSG:3035").to_parquet(path)
    pq.write_table(pq.read_table(path).take(pa.array(np.zeros(rows, dtype=np.int64))), path, compression="zstd")


def write_star(path: Path, points: int) -> None:
    """A polygon each edge of which crosses nearly all others."""
    turn = 2 * np.pi * np.arange(points) * ((points - 1) // 2) / points
    star = shapely.Polygon(np.c_[4_001_000 + 900 * np.cos(turn), 3_001_000 + 900 * np.sin(turn)])
    gpd.GeoDataFrame({"v": [1]}, geometry=[star], crs="EPSG:3035").to_file(path)


def write_small(path: Path) -> None:
    gpd.GeoDataFrame({"v": [1]}, geometry=[shapely.box(4e6, 3e6, 4e6 + 500, 3e6 + 500)], crs="EPSG:3035").to_file(path)


def test_inputs_and_plans_are_the_same_bytes(toy_folder: Path) -> None:
    study = zp.read_study(toy_folder / "plan.toml")
    assert pack(zp.read_inputs(study, reader="process")) == pack(zp.read_inputs(study, reader="inline"))
    plans = [zp.run(study, reader=reader) for reader in ("process", "inline")]
    for name in ("measures", "zones", "claims", "ledger"):
        pd.testing.assert_frame_equal(getattr(plans[0], name), getattr(plans[1], name))


def test_while_a_child_reads_this_process_goes_on_once(toy_folder: Path) -> None:
    study, done = zp.read_study(toy_folder / "plan.toml"), []
    with sandboxed("process", meanwhile=lambda: done.append(os.getpid())):
        assert done == []
        for _ in range(2):
            zp.read_inputs(study)
    assert done == [os.getpid()]
    with sandboxed("inline", meanwhile=lambda: done.append(0)):
        zp.read_inputs(study)
    assert done == [os.getpid()]


def test_what_fails_meanwhile_is_told_and_the_next_question_has_its_own_answer(toy_folder: Path) -> None:
    study = zp.read_study(toy_folder / "plan.toml")

    def fail() -> None:
        raise KeyboardInterrupt

    with sandboxed("process", meanwhile=fail):
        with pytest.raises(KeyboardInterrupt):
            zp.read_inputs(study)
        assert in_sandbox(reader_now, None, {}) == "inline"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gone.gpkg", None),
        ("wrong.gpkg", b"PK\x03\x04 no geopackage"),
        ("cut.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("empty.csv", b""),
        ("grid.tif", b"II*\0 no grid"),
        ("link.geojson", LINK),
    ],
)
def test_errors_are_the_same_words_and_facts(name: str, content: bytes | None, toy_folder: Path) -> None:
    if content is not None:
        (toy_folder / name).write_bytes(content)
    study = add(toy_folder, layer("odd", name))
    told = []
    for reader in ("process", "inline"):
        with pytest.raises(ZoneplanError) as caught:
            zp.read_inputs(study, reader=reader)
        error = caught.value
        told.append((type(error), error.findings, error.said.template, error.exit_code, error.keys))
        left_out = zp.read_inputs(study, reader=reader, keep_going=True).left_out if error.exit_code == 3 else ()
        told[-1] += (left_out,)
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("write", "ending", "size"), [(write_bomb, "parquet", 100_000), (write_star, "gpkg", 2_001)], ids=["bomb", "star"]
)
def test_s22_too_much_memory_is_a_limit_of_its_layer(
    write: Callable[[Path, int], None], ending: str, size: int, toy_folder: Path
) -> None:
    write(toy_folder / f"hostile.{ending}", size)
    write_small(toy_folder / "small.gpkg")
    study = add(
        toy_folder, layer("hostile", f"hostile.{ending}") + "max_repair_share = 1\n" + layer("small", "small.gpkg")
    )
    tight = study.model_copy(update={"limits": LimitsSection(memory_mb=64)})
    said = r"layer 'hostile'.* 64 MB of memory.* raise memory_mb under \[limits\]"
    with pytest.raises(LimitError, match=said) as caught:
        zp.read_inputs(tight, reader="process")
    assert (caught.value.exit_code, caught.value.code, caught.value.layer) == (6, "memory_mb", "hostile")
    rest = zp.read_inputs(tight, reader="process", keep_going=True)
    assert [one.name for one in rest.left_out] == ["hostile"]
    assert "small" in {one.name for one in rest.layers}


def test_with_more_memory_the_same_layer_is_read(toy_folder: Path) -> None:
    write_bomb(toy_folder / "hostile.parquet", 40_000)
    study = add(toy_folder, layer("hostile", "hostile.parquet") + "max_repair_share = 1\n")
    wide = study.model_copy(update={"limits": LimitsSection(memory_mb=4096)})
    assert "hostile" in {one.name for one in zp.read_inputs(wide, reader="process").layers}


def test_s22_the_command_leaves_with_the_limit_and_goes_on_without_the_layer(toy_folder: Path) -> None:
    """In a process of its own: a copy of one that has much free memory may use that, too."""
    write_bomb(toy_folder / "hostile.parquet", 20_000)
    before = {path: path.read_bytes() for path in toy_folder.rglob("*") if path.is_file()}
    plan = toy_folder / "plan.toml"
    add(toy_folder, layer("hostile", "hostile.parquet") + "[limits]\nmemory_mb = 64\n")
    command = [sys.executable, "-m", "zoneplan", "run", str(plan), "--out", str(toy_folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 6
    assert "layer 'hostile': reading it takes more than 64 MB of memory" in done.stderr
    assert "raise memory_mb under [limits]" in done.stderr
    assert subprocess.run([*command, "--keep-going"], capture_output=True, check=False).returncode == 8
    assert all(path.read_bytes() == content for path, content in before.items() if path != plan)


def compute(subject: str) -> None:
    with reading(subject):
        while True:
            pass


def open_many(subject: str) -> int:
    with reading(subject):
        return len([Path(subject).open() for _ in range(1_000)])


def test_what_computes_too_long_is_a_limit_of_its_layer() -> None:
    with sandboxed("process", LimitsSection(cpu_s=1)), pytest.raises(LimitError, match="1 s of computing") as caught:
        in_sandbox(compute, "endless", {})
    assert (caught.value.exit_code, caught.value.code, caught.value.layer) == (6, "cpu_s", "endless")


def test_a_file_that_sends_its_library_round_in_a_circle_is_a_limit_of_its_layer(toy_folder: Path) -> None:
    """Of the fuzz test: netCDF whose dimensions HDF5 seeks for ever."""
    shutil.copy(DATA / "circle_of_scales.nc", toy_folder)
    plan = toy_folder / "plan.toml"
    layer = '[[layers]]\nname = "circle"\nsource = "circle_of_scales.nc"\nmeasure = { height_m = "mean(value)" }\n'
    plan.write_text(f"{plan.read_text('utf-8')}\n{layer}\n[limits]\ncpu_s = 2\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "zoneplan", "check", plan], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 6
    assert "layer 'circle': reading it takes more than 2 s of computing" in done.stdout


RAISED = (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)


def raise_limits(memory_mb: int) -> list[str]:
    """What a child that was taken over would try."""
    failed = []
    with reading("x"):
        for limit in RAISED:
            try:
                resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            except (OSError, ValueError):
                failed.append(str(limit))
        resource.setrlimit(resource.RLIMIT_DATA, (resource.getrlimit(resource.RLIMIT_DATA)[1],) * 2)
        try:
            resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0))
        except PermissionError:
            failed.append("parent")
        try:
            bytearray(memory_mb * 1024**2)
        except MemoryError:
            failed.append("memory")
    return failed


def test_no_child_raises_the_ceiling_of_all_its_sources(tmp_path: Path) -> None:
    """Not as root either; twice what two sources may take is more than what is asked for, and of one it is less."""
    files = {name: tmp_path / name for name in ("a", "b")}
    for path in files.values():
        path.touch()
    hard = [
        str(one) for one in (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)
    ]
    parent = ["parent"] if "seccomp" in confinements() else []
    for named, memory in ((files, []), ({"a": files["a"]}, ["memory"])):
        with sandboxed("process", LimitsSection(memory_mb=512)):
            assert in_sandbox(raise_limits, None, named, 1_500) == [*hard, *parent, *memory]


def test_what_opens_too_many_files_is_a_limit_of_its_layer(tmp_path: Path) -> None:
    path = tmp_path / "many"
    path.touch()
    limits = LimitsSection(open_files=20)
    with sandboxed("process", limits), pytest.raises(LimitError, match="20 files open at a time") as caught:
        in_sandbox(open_many, str(path), {"many": path})
    assert caught.value.code == "open_files"


def test_a_file_that_is_too_large_is_a_limit_here_too(toy_folder: Path) -> None:
    with (toy_folder / "large.csv").open("wb") as file:
        file.truncate(3 * 1024**2)
    study = add(toy_folder, layer("large", "large.csv") + "[limits]\nfile_mb = 2\n")
    for reader in ("process", "inline"):
        with pytest.raises(LimitError, match=r"has 3.0 MB; the limit is 2 MB.* raise file_mb under \[limits\]"):
            zp.read_inputs(study, reader=reader)


def crash(subject: str) -> None:
    with reading(subject):
        ctypes.string_at(0)


def parse_deep(subject: str) -> int:
    """What GEOS before 3.15 does not survive."""
    with reading(subject):
        level = bytes.fromhex("010700000001000000")
        shapely.from_wkb(level * 200_000 + bytes.fromhex("010700000000000000"))
    return 0


def test_s23_a_crash_is_an_error_of_its_layer() -> None:
    for job in (crash, parse_deep) if shapely.geos_version < (3, 15) else (crash,):
        with sandboxed("process"), pytest.raises(SourceError, match=r"layer 'deep'.* crash \(SIG") as caught:
            in_sandbox(job, "deep", {})
        assert (caught.value.exit_code, caught.value.code, caught.value.layer) == (3, "crash", "deep")


def test_after_a_crash_the_other_layers_are_read(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_small(toy_folder / "deadly.gpkg")
    write_small(toy_folder / "small.gpkg")
    own = layers.read.reading_step.read_features

    def read_features(path: Path, *told: object, **named: object) -> object:
        if path.name == "deadly.gpkg":
            ctypes.string_at(0)
        return own(path, *told, **named)

    monkeypatch.setattr("layers.read.reading_step.read_features", read_features)
    study = add(toy_folder, layer("deadly", "deadly.gpkg") + layer("small", "small.gpkg") + layer("gone", "gone.gpkg"))
    with pytest.raises(SeveralErrors) as caught:
        zp.read_inputs(study, reader="process")
    assert {one.layer: one.code for one in caught.value.errors} == {"deadly": "crash", "gone": "source_missing"}
    found = zp.read_inputs(study, reader="process", keep_going=True)
    assert [one.name for one in found.left_out] == ["deadly", "gone"]
    assert "small" in {one.name for one in found.layers}


def fail(_subject: str) -> None:
    raise KeyError("a mistake of ours")


def test_a_mistake_of_ours_is_told_as_such() -> None:
    with sandboxed("process"), pytest.raises(RuntimeError, match="KeyError: 'a mistake of ours'"):
        in_sandbox(fail, "x", {})


def nested(subject: str) -> tuple[str, int | None]:
    with reading(subject), sandboxed("process"):
        return reader_now(), current_limits().cpu_s


def test_no_child_of_a_child_reads_and_limits_are_those_of_the_plan() -> None:
    with sandboxed("process", LimitsSection(cpu_s=7)):
        assert in_sandbox(nested, "x", {}) == ("inline", 7)
    assert (reader_now(), current_limits().cpu_s) == ("inline", None)


def test_nothing_is_left_of_a_child(toy_folder: Path) -> None:
    study = zp.read_study(toy_folder / "plan.toml")
    zp.read_inputs(study, reader="process")
    gc.collect()
    before = left_of_children()
    zp.read_inputs(study, reader="process")
    with sandboxed("process"), pytest.raises(SourceError):
        in_sandbox(crash, "x", {})
    assert left_of_children() == before


def test_a_child_that_is_closed_again_stays_closed() -> None:
    child = Child(lambda _channel: None, [], 0)
    assert [child.close(wait=True), child.close()] == [0, 0]


def left_of_children() -> tuple[int, int, list[str]]:
    """Open files, frozen objects and children of this process; a server or browser of other tests may be among them."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    running = children.read_text().split() if children.exists() else []
    return len([*Path("/proc/self/fd").iterdir()]), gc.get_freeze_count(), running


GRIDS = {
    "plain": {},
    "tiles": {"tiled": True, "blockxsize": 16, "blockysize": 16},
    "nodata": {"nodata": 7},
    "packed": {"compress": "deflate"},
}


@pytest.mark.parametrize("kind", GRIDS)
@pytest.mark.parametrize("stored", ["uint8", "int16", "float32", "float64"])
@pytest.mark.parametrize("shared", [2**26, 1_000])
def test_a_grid_in_a_child_has_the_same_bytes(
    kind: str, stored: str, shared: int, write_grid: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.formats.served_grids.SHARED_BYTES", shared)
    cells = np.random.default_rng(1).integers(0, 100, (50, 70)).astype(stored)
    path = write_grid(cells, scale=0.5, offset=3.0, **GRIDS[kind])
    raster = read_raster(path, "grid")[0]
    windows = [None, (slice(3, 41), slice(5, 66)), (slice(7, 8), slice(0, 70)), (slice(4, 4), slice(0, 3))]
    here = [raster.read(window) for window in windows]
    with sandboxed("process"):
        assert read_raster(path, "grid")[0] == raster
        with raster.reader() as read:
            for window, wanted in zip(windows, here, strict=True):
                found = read(window)
                assert found.dtype == wanted.dtype
                assert found.tobytes() == wanted.tobytes()
        with opened(path, "grid") as served:
            mask, own_crs = served.read_masks(1), served.crs
    with opened(path, "grid") as dataset:
        assert own_crs.to_wkt() == dataset.crs.to_wkt()
        assert mask.tobytes() == dataset.read_masks(1).tobytes()


def test_a_damaged_grid_has_the_same_error(write_grid: Callable[..., Path]) -> None:
    path = write_grid(np.arange(40_000, dtype="float64").reshape(200, 200), compress="deflate")
    raster = read_raster(path, "grid")[0]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    said = []
    for reader in ("process", "inline"):
        with sandboxed(reader), pytest.raises(SourceError) as caught:
            raster.read()
        said.append((caught.value.said, caught.value.findings))
    assert said[0] == said[1]


def test_s19_a_grid_whose_block_is_too_large_for_memory_is_a_limit(write_grid: Callable[..., Path]) -> None:
    cells = np.zeros((9_000, 9_000), dtype="float64")
    path = write_grid(cells, compress="deflate", blockysize=9_000)
    raster = read_raster(path, "grid")[0]
    with (
        sandboxed("process", LimitsSection(memory_mb=64)),
        pytest.raises(LimitError, match=r"'grid'.* 64 MB") as caught,
    ):
        raster.read((slice(0, 10), slice(0, 10)))
    assert caught.value.code == "memory_mb"
    with sandboxed("process", LimitsSection(memory_mb=4096)):
        assert not raster.read((slice(0, 10), slice(0, 10))).any()


def test_a_child_is_forked_beside_threads_of_arrow(toy_folder: Path) -> None:
    path = toy_folder / "many.parquet"
    pq.write_table(pa.table({str(column): range(1_000) for column in range(40)}), path)
    assert pq.read_table(path, use_threads=True).num_rows == 1_000  # its threads are there from now on
    with sandboxed("process"):
        assert in_sandbox(count_rows, str(path), {"many": path}) == 1_000


def count_rows(path: str) -> int:
    with reading("many"):
        return pq.read_table(path, use_threads=True).num_rows
