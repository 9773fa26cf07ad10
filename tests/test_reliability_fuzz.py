"""Files changed at random: each is read or refused in words, and where the plan pins them, every change is refused.

One change after another of every format that is read, by a seed of its own. Each is given to the command in a process
of its own, so that a crash, a hang or a loss of memory is seen as what it is.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import random
import re
import resource
import shutil
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rich.console

import maps.drafts
import zoneplan.cli.commands
import zoning.pipeline.flow
from maps.runs import verify
from maps.telling.explanations import point_queries
from tests.conftest import examples
from zoneplan.__main__ import OBJECTS_BETWEEN_COLLECTIONS, YOUNG_COLLECTIONS

FORK = multiprocessing.get_context("fork")
LOADED = (zoneplan.cli.commands, point_queries, maps.drafts, rich.console, zoning.pipeline.flow)
"""What the command loads at its first use: a copy of this process has it already."""
CONTRACT = {0, 2, 3, 4, 6}
"""Exit codes of a check, but for a fault of ours."""
CPU_S, PATIENCE_S = 5, 60
"""What a file that sends its library round in a circle may take, and what a check that does not end."""
MORE_MEMORY = 4 * 1024**3
CHANGES = 3
"""Of each format, others at every run of the tests; many more where somebody asks for the ``long`` ones."""
MANY_CHANGES = 100


class Told(NamedTuple):
    """How the command ended: a negative code is a signal, None no end."""

    code: int | None
    out: str
    err: str


def call(folder: Path, *arguments: object) -> Told:
    """The command in a copy of this process, with a bound on time and memory."""
    child = FORK.Process(target=_command, args=(folder, [str(one) for one in arguments]))
    child.start()
    child.join(PATIENCE_S)
    if child.is_alive():
        child.kill()
        child.join()
        return Told(None, "", "no end")
    return Told(child.exitcode, *((folder / name).read_text("utf-8", "replace") for name in ("out.txt", "err.txt")))


def _command(folder: Path, arguments: list[str]) -> None:
    """What the copy does."""
    sys.stdout, sys.stderr = ((folder / name).open("w", encoding="utf-8") for name in ("out.txt", "err.txt"))
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MORE_MEMORY, held + MORE_MEMORY))
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, YOUNG_COLLECTIONS)  # as in a process of its own
    warnings.resetwarnings()
    warnings.simplefilter("ignore")  # a planner sees none either
    zoneplan.cli.commands.main(arguments)


def layer(source: str, *more: str) -> str:
    return "\n".join(["[[layers]]", 'name = "fuzzed"', f'source = "{source}"', *more, ""])


def features(folder: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / "toy.gpkg", layer="land")


def as_gpkg(folder: Path) -> str:
    features(folder).to_file(folder / "one.gpkg")
    return layer("one.gpkg", 'role = "protected"')


def as_parquet(folder: Path) -> str:
    features(folder).to_parquet(folder / "one.parquet")
    return layer("one.parquet", 'role = "protected"')


def as_flatgeobuf(folder: Path) -> str:
    features(folder).to_file(folder / "one.fgb", driver="FlatGeobuf")
    return layer("one.fgb", 'role = "protected"')


def as_geojson(folder: Path) -> str:
    features(folder).to_crs("EPSG:4326").to_file(folder / "one.geojson", driver="GeoJSON")
    return layer("one.geojson", 'role = "protected"')


def as_shapefile(folder: Path) -> str:
    features(folder).assign(name_zh="土").to_file(folder / "one.shp", encoding="utf-8")
    return layer("one.shp", 'role = "protected"')


def in_degrees(folder: Path) -> gpd.GeoDataFrame:
    return features(folder).to_crs("EPSG:4326")


def packed(driver: str, inner: str, outer: str) -> Callable[[Path], str]:
    """Writes an archive of one shapefile or File Geodatabase."""

    def write(folder: Path) -> str:
        inside = folder / "packed"
        inside.mkdir()
        features(folder).to_file(inside / inner, driver=driver)
        shutil.make_archive(str(folder / outer.removesuffix(".zip")), "zip", inside)
        return layer(outer, 'role = "protected"')

    return write


def as_kml(folder: Path) -> str:
    in_degrees(folder).to_file(folder / "one.kml", driver="LIBKML")
    return layer("one.kml", 'role = "protected"')


def as_lines_of_geojson(folder: Path) -> str:
    in_degrees(folder).to_file(folder / "one.geojsonl", driver="GeoJSONSeq")
    return layer("one.geojsonl", 'role = "protected"')


def as_topojson(folder: Path) -> str:
    arcs, found = [], []
    for shape in in_degrees(folder).explode().geometry:
        arcs.append([list(point) for point in shape.exterior.coords])
        found.append({"type": "Polygon", "arcs": [[len(arcs) - 1]], "properties": {"number": len(arcs)}})
    objects = {"land": {"type": "GeometryCollection", "geometries": found}}
    (folder / "one.topojson").write_text(json.dumps({"type": "Topology", "objects": objects, "arcs": arcs}), "utf-8")
    return layer("one.topojson", 'role = "protected"', 'crs = "EPSG:4326"')


def as_points(folder: Path) -> str:
    shutil.copy(folder / "plants.csv", folder / "one.csv")
    return layer("one.csv", 'x = "x"', 'y = "y"', 'crs = "EPSG:3035"', 'measure = { fuzzed_mw = "sum(mw)" }')


def as_table(folder: Path) -> str:
    shutil.copy(folder / "stats.csv", folder / "two.csv")
    (folder / "two.csv").write_text((folder / "two.csv").read_text("utf-8").replace("income", "output"), "utf-8")
    return '[[tables]]\nsource = "two.csv"\nid = "code"\n'


def as_chinese_table(folder: Path) -> str:
    text = (folder / "stats.csv").read_text("utf-8").replace("income", "output")
    head, *rows = text.splitlines()
    named = [f"{head},name_zh", *(f"{row},{chr(0x7532 + at)}县" for at, row in enumerate(rows))]
    (folder / "three.csv").write_text("\n".join(named) + "\n", "gb18030")
    return '[[tables]]\nsource = "three.csv"\nid = "code"\nencoding = "gb18030"\n'


def as_workbook(folder: Path) -> str:
    table = gpd.pd.read_csv(folder / "stats.csv").rename(columns={"income": "output"})
    table.to_excel(folder / "one.xlsx", index=False)
    return '[[tables]]\nsource = "one.xlsx"\nid = "code"\n'


def as_grid(folder: Path) -> str:
    shutil.copy(folder / "elevation.tif", folder / "one.tif")
    return layer("one.tif", 'measure = { fuzzed_m = "mean(value)" }')


def as_netcdf(folder: Path) -> str:
    pytest.importorskip("h5netcdf", reason="h5netcdf is not installed: pip install zoneplan[netcdf]")
    import xarray as xr

    with rasterio.open(folder / "elevation.tif") as grid:
        cells, place, crs = grid.read(1).astype("float32"), grid.transform, grid.crs.to_wkt()
    rows, columns = cells.shape
    y, x = place.f + place.e * (np.arange(rows) + 0.5), place.c + place.a * (np.arange(columns) + 0.5)
    heights = xr.DataArray(cells, {"y": y, "x": x}, ("y", "x"), attrs={"grid_mapping": "crs"})
    held = {"height": heights, "crs": xr.DataArray(0, attrs={"crs_wkt": crs})}
    xr.Dataset(held).to_netcdf(folder / "one.nc", engine="h5netcdf")
    return layer("one.nc", 'measure = { fuzzed_m = "mean(value)" }')


FORMATS: dict[str, tuple[str, Callable[[Path], str] | None]] = {
    "GeoPackage": ("one.gpkg", as_gpkg),
    "GeoParquet": ("one.parquet", as_parquet),
    "FlatGeobuf": ("one.fgb", as_flatgeobuf),
    "GeoJSON": ("one.geojson", as_geojson),
    "Shapefile": ("one.shp", as_shapefile),
    "index of a Shapefile": ("one.shx", as_shapefile),
    "table of a Shapefile": ("one.dbf", as_shapefile),
    "CRS of a Shapefile": ("one.prj", as_shapefile),
    "encoding of a Shapefile": ("one.cpg", as_shapefile),
    "zipped Shapefile": ("one.zip", packed("ESRI Shapefile", "one.shp", "one.zip")),
    "zipped File Geodatabase": ("one.gdb.zip", packed("OpenFileGDB", "one.gdb", "one.gdb.zip")),
    "KML": ("one.kml", as_kml),
    "GeoJSONSeq": ("one.geojsonl", as_lines_of_geojson),
    "TopoJSON": ("one.topojson", as_topojson),
    "points of a CSV": ("one.csv", as_points),
    "CSV": ("two.csv", as_table),
    "CSV in GB18030": ("three.csv", as_chinese_table),
    "workbook": ("one.xlsx", as_workbook),
    "GeoTIFF": ("one.tif", as_grid),
    "netCDF": ("one.nc", as_netcdf),
    "plan": ("plan.toml", None),
    "rulebook": ("rules/rules.toml", None),
}
"""The file that is changed, and what writes it and says how the plan reads it."""

WORDS = (b"1e999", b"NaN", b"-1", b"\0", b"\xff\xfe", b"'", b'"', b"{{", b"\n\n", b",", "\u202e\u0661".encode())
"""What is put in: numbers that are none, and what ends or turns a text."""


def changed(content: bytes, chance: random.Random) -> bytes:
    """The content with one change of some kind at some place: never the same."""
    new = content
    while new == content:
        at = chance.randrange(len(content))
        to = min(len(content), at + chance.choice((1, 4, 8, 64, 1024)))
        before, piece, after = content[:at], content[at:to], content[to:]
        kinds = (
            before,  # cut short
            before + after,  # a part missing
            before + piece + piece + after,
            before + bytes(len(piece)) + after,
            before + b"\xff" * len(piece) + after,
            before + chance.randbytes(len(piece)) + after,
            before + piece[::-1] + after,
            before + bytes([piece[0] ^ 1 << chance.randrange(8)]) + content[at + 1 :],  # one bit
            before + chance.choice(WORDS) + piece + after,
        )
        new = chance.choice(kinds)
    return new


def fuzz(name: str, folder: Path, count: int, seed: int) -> None:
    """So many changes of one format; each that breaks a promise is kept, with the seed that gives it again."""
    file, write = FORMATS[name]
    plan = folder / "plan.toml"
    if write is not None:  # the units and that file alone
        plan.write_text(plan.read_text("utf-8").partition("[[layers]]")[0] + write(folder), "utf-8")
    with plan.open("a", encoding="utf-8") as more:
        more.write(f"\n[limits]\ncpu_s = {CPU_S}\n")
    assert call(folder, "check", plan).code == 0
    pinned = folder / "pinned.toml"
    shutil.copy(plan, pinned)
    assert call(folder, "check", pinned, "--pin").code == 0
    content, wrong = (folder / file).read_bytes(), []
    named = re.compile(rf"\bfuzzed\b|\b{Path(file).stem}\.")
    for turn in range(count):
        chance = random.Random(f"{name} {seed} {turn}")
        (folder / file).write_bytes(changed(content, chance))
        told = call(folder, "check", plan)
        said = told.out + told.err
        if told.code not in CONTRACT or "Traceback" in said:
            wrong.append((turn, told.code, said[-400:]))
        elif write is not None and told.code and (told.code == 2 or not named.search(said)):
            wrong.append((turn, told.code, f"the plan is blamed, or nobody: {said[-400:]}"))
        elif told.code == 0 and write is not None:
            held = call(folder, "check", pinned)
            if held.code != 3:
                wrong.append((turn, held.code, "a change of a pinned file was not told"))
    assert not wrong, f"seed {seed}: {wrong}"


@pytest.mark.usefixtures("toy_run")  # of which each copy has all that a run loads and builds at its first use
@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_file_is_read_or_refused_in_words(
    name: str, toy_folder: Path, request: pytest.FixtureRequest
) -> None:
    fuzz(name, toy_folder, examples(CHANGES), int(request.config.option.hypothesis_seed))


@pytest.mark.long
@pytest.mark.usefixtures("toy_run")
@pytest.mark.parametrize("name", FORMATS)
def test_many_changed_files(name: str, toy_folder: Path, request: pytest.FixtureRequest) -> None:
    """2,200 changes in all."""
    fuzz(name, toy_folder, MANY_CHANGES, seed=int(request.config.option.hypothesis_seed))


@pytest.mark.long
def test_f01_to_f06_two_hundred_kills(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kills at any moment of the command: the run is whole or absent; in the end there is one and nothing beside."""
    monkeypatch.setenv("ZONEPLAN_CACHE", os.devnull)
    chance, plan, out = random.Random(7), toy_folder / "plan.toml", toy_folder / "result"
    begun = time.perf_counter()
    assert call(toy_folder, "run", plan, "--out", toy_folder / "first").code == 0
    lasts = time.perf_counter() - begun
    states: Counter[str] = Counter()
    for _ in range(200):
        child = FORK.Process(target=_command, args=(toy_folder, ["run", str(plan), "--out", str(out)]))
        child.start()
        child.join(chance.uniform(0.0, 1.2) * lasts)
        child.kill()
        child.join()
        states[verify(out).state if out.exists() else "absent"] += 1
        if chance.random() < 0.5:
            shutil.rmtree(out, ignore_errors=True)
    assert states.keys() == {"complete", "absent"}, states
    assert call(toy_folder, "run", plan, "--out", out).code == 0
    assert verify(out).state == "complete"
    assert [one.name for one in toy_folder.iterdir() if one.name.startswith(".")] == []
