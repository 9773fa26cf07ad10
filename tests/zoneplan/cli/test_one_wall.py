"""One wall: a child opens whatever file a plan or a command names; the command itself only counts and copies bytes."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import h5py
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio
from openpyxl import Workbook

from layers.sandbox import can_fork
from tests.conftest import add_clinics
from zoneplan.cli.commands import main

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system copies no process safely")

ONLY_BYTES = {"digest", "copyfile", "keep_run"}
"""Functions that may open any file: for its sha256, to copy it, or to keep what was just written."""
OPENERS: dict[Any, tuple[str, ...]] = {
    pyogrio: ("read_info", "list_layers", "read_dataframe", "open_arrow", "read_arrow"),
    pyogrio.raw: ("read", "read_arrow", "open_arrow"),
    rasterio: ("open",),
    pq: ("read_table", "read_schema", "read_metadata"),
    pq.ParquetFile: ("__init__",),
    h5py.File: ("__init__",),
}
"""What opens files without Python's knowledge."""
LAYER = """
[[layers]]
name = "{name}"
source = "{source}"
measure = {{ {name}_ha = "ha()" }}
{more}
"""
TABLES = """
[study]
name = "Tables"
date = 2025-01-01
rulebook = "main_functional_areas"

[units]
source = "toy.gpkg"
layer = "units"
id = "code"
jurisdiction = "county"

[energy]
table = "energy.csv"
period = 2019

[industries]
table = "own.xlsx"
"""


def write_files(folder: Path) -> None:
    """Every kind of file that a plan of the toy province may name."""
    land = gpd.read_file(folder / "toy.gpkg", layer="land")
    shapes = folder / "shapes"
    shapes.mkdir()
    land.to_file(shapes / "a.shp")
    shutil.make_archive(str(folder / "zipped"), "zip", shapes)
    land.to_file(folder / "base.gdb", driver="OpenFileGDB")
    land.to_file(folder / "plain.shp")
    land.to_parquet(folder / "columns.parquet")
    land.to_file(folder / "flat.fgb", driver="FlatGeobuf")
    for name, driver in (("a.geojson", "GeoJSON"), ("b.geojsonl", "GeoJSONSeq"), ("c.kml", "LIBKML")):
        land.to_crs("EPSG:4326").to_file(folder / name, driver=driver)
    sources = ("zipped.zip", "base.gdb", "plain.shp", "columns.parquet", "flat.fgb", "a.geojson", "b.geojsonl", "c.kml")
    layers = [LAYER.format(name=source.replace(".", "_"), source=source, more="") for source in sources]
    add_clinics(folder)
    plan = folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8") + "".join(layers), "utf-8")
    (folder / "tables.toml").write_text(TABLES, "utf-8")
    columns = "region,intensity_target_pct,intensity_actual_pct,total_target_tce,total_actual_tce"
    (folder / "energy.csv").write_text(f"{columns}\nwest,3,4,100,90\neast,3,1,9,9\n", "utf-8")
    save(folder / "own.xlsx", ("jurisdiction", "code", "treatment"), ("west", "B", "prohibited"))
    save(
        folder / "official.xlsx",
        ("项目号", "禁止或许可事项", "行业代码", "禁止或许可"),
        ("1", "x", "B06", "禁止准入类"),
    )
    (folder / "decided.csv").write_text(
        "unit_id,main\na1,key_development\na2,general\na3,general\nb1,general\n", "utf-8"
    )


def save(path: Path, *rows: tuple[str, ...]) -> None:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


class Watch:
    """Writes down who opens, in this very process, a file of a folder, or what was unpacked of one."""

    def __init__(self, folder: Path, seen: Path) -> None:
        self.process, self.seen = os.getpid(), seen
        self.places = str(folder.resolve()), str(Path(tempfile.gettempdir()) / "zoneplan-")
        for owner, names in OPENERS.items():
            for name in (one for one in names if hasattr(owner, one)):
                setattr(owner, name, self.noted(getattr(owner, name), name))
        sys.addaudithook(self.hear)

    def hear(self, event: str, about: tuple[Any, ...]) -> None:
        """What Python says of itself: opened for reading, or by SQLite."""
        if (event == "open" and not about[2] & (os.O_WRONLY | os.O_RDWR)) or event == "sqlite3.connect":
            self.note(event, about[0])

    def noted(self, opens: Callable[..., Any], name: str) -> Callable[..., Any]:
        """The same function, which is written down."""

        def opened(*given: Any, **named: Any) -> Any:
            if "w" not in (*given[1:2], named.get("mode")):
                for one in given[:2]:
                    self.note(name, one)
            return opens(*given, **named)

        return opened

    def note(self, how: str, place: object) -> None:
        if os.getpid() != self.process or not isinstance(place, str | bytes | os.PathLike):
            return
        path = os.fsdecode(place).removeprefix("file://")
        ours = path.endswith((".toml", ".json")) or ".zoneplan-stage" in path or Path(path).is_dir()
        if ours or not path.startswith(self.places):
            return
        if not ONLY_BYTES & {one.name for one in traceback.extract_stack()}:
            self.write(f"{how} {path}\n{''.join(traceback.format_stack(limit=9))}")

    def write(self, text: str) -> None:
        with self.seen.open("a", encoding="utf-8") as file:
            file.write(text)


def _watched(folder: Path, calls: list[tuple[set[int], list[str]]]) -> None:
    """In a copy of this process: some commands, with the codes that they may leave with."""
    sys.stdout = sys.stderr = (folder.parent / "told.txt").open("a", encoding="utf-8")
    watch = Watch(folder, folder.parent / "seen.txt")
    for wanted, arguments in calls:
        try:
            main(arguments)
        except SystemExit as left:
            print("done", flush=True)
            if left.code not in wanted:
                watch.write(f"{arguments}: exit code {left.code}\n")


@pytest.mark.whole
def test_s22_the_command_opens_no_file_of_a_stranger_itself(toy_folder: Path) -> None:
    write_files(toy_folder)
    plan, tables, out = (str(toy_folder / name) for name in ("plan.toml", "tables.toml", "out"))
    calls: list[tuple[set[int], list[str]]] = [
        ({0}, ["check", plan]),
        ({0}, ["estimate", plan]),
        ({0}, ["run", plan, "--out", out]),
        ({0}, ["explain", out, "a1"]),
        ({0}, ["check", tables]),
        ({0}, ["calibrate", out, str(toy_folder / "decided.csv"), "--study", str(toy_folder), "--blocks", "2"]),
        ({0, 8}, ["industries", str(toy_folder / "official.xlsx"), "--out", str(toy_folder.parent / "list.csv")]),
        ({0}, ["init", str(toy_folder.parent / "new"), "--units", f"{toy_folder / 'toy.gpkg'}:units"]),
    ]
    child = multiprocessing.get_context("fork").Process(target=_watched, args=(toy_folder, calls))
    child.start()
    child.join()
    said = toy_folder.parent / "seen.txt"
    told = (toy_folder.parent / "told.txt").read_text("utf-8")
    assert not said.exists(), said.read_text("utf-8") + told
    assert told.count("done\n") == len(calls)
