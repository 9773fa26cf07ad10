"""A library call leaves the process as it found it: whatever is called, in whatever order.

Each order runs in a process of its own, that of a caller who has numpy, pandas and geopandas loaded and GDAL not yet.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

import zoneplan as zp

ROOT = Path(__file__).resolve().parents[1]
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>a</name>
<Point><coordinates>8,50</coordinates></Point></Placemark></Document></kml>"""
GML = """<c xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><a><gml:pointProperty>
<gml:Point srsName="EPSG:4326"><gml:coordinates>8,50</gml:coordinates></gml:Point>
</gml:pointProperty></a></gml:featureMember></c>"""

Calls = dict[str, Callable[[], object]]


def process_state() -> dict[str, object]:
    """What a library could change for others in the process, less GDAL, which is looked at by :func:`foreign_files`."""
    import decimal
    import gc
    import locale
    import logging
    import signal
    import socket
    import threading
    import warnings

    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyproj

    umask = os.umask(0)
    os.umask(umask)
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109  (as the process has it)
        "umask": umask,
        "paths": list(sys.path),
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook, warnings.showwarning),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "limits": (sys.getrecursionlimit(), sys.get_int_max_str_digits(), sys.getswitchinterval()),
        "garbage": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug(), list(gc.callbacks)),
        "threads": threading.active_count(),
        "signals": {one: signal.getsignal(one) for one in signal.valid_signals()},
        "socket": socket.getdefaulttimeout(),
        "locale": locale.setlocale(locale.LC_ALL),
        "logging": (logging.root.level, list(logging.root.handlers), logging.raiseExceptions),
        "warnings": list(warnings.filters),
        "decimal": repr(decimal.getcontext()),
        "random": (random.getstate(), repr(np.random.get_state())),  # noqa: NPY002  (the global one is meant)
        "numpy": (np.geterr(), np.geterrcall(), np.get_printoptions()),
        "pandas": repr(pd.options.d),
        "arrow": (pa.default_memory_pool().backend_name, pa.cpu_count(), pa.io_thread_count()),
        "proj": (pyproj.datadir.get_data_dir(), pyproj.network.is_network_enabled()),
    }


class Toy:
    """What the calls take, made when the first of them asks for it: which function loads a library differs by order."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.folder, self.place = folder, place

    @cached_property
    def study(self) -> zp.Study:
        return zp.read_study(self.folder / "plan.toml")

    @cached_property
    def rulebook(self) -> zp.Rulebook:
        return zp.read_rulebook(self.study.rulebook, self.study.date)

    @cached_property
    def inputs(self) -> zp.Inputs:
        return zp.read_inputs(self.study)

    @cached_property
    def plan(self) -> zp.Plan:
        return zp.run(self.study)

    @cached_property
    def zones(self) -> pd.DataFrame:
        return self.plan.zones.set_index("unit_id")

    @cached_property
    def result(self) -> Path:
        return zp.write_run(self.plan, self.place / "first")


def announced(study: zp.Study) -> zp.Plan:
    """A run that is announced."""
    with zp.progress() as announce:
        return zp.run(study, announce)


def calls(toy: Toy) -> Calls:
    """Every function at the front door, with arguments of the toy province."""
    place = toy.place
    return {
        "read_study": lambda: zp.read_study(toy.folder / "plan.toml"),
        "read_rulebook": lambda: zp.read_rulebook("us_west"),
        "read_inputs": lambda: zp.read_inputs(toy.study),
        "builtin_study": lambda: zp.builtin_study("china_provinces"),
        "overlay": lambda: zp.overlay(toy.inputs.units, toy.inputs.designations),
        "area_shares": lambda: zp.area_shares(toy.inputs.units, toy.inputs.designations),
        "settle_lines": lambda: zp.settle_lines(zp.overlay(toy.inputs.units, toy.inputs.designations), toy.rulebook),
        "measure": lambda: zp.measure(toy.inputs.units, toy.plan.pieces, toy.inputs.layers, toy.rulebook),
        "derive": lambda: zp.derive(toy.plan.measures, toy.rulebook),
        "classify": lambda: zp.classify(toy.plan.measures, toy.rulebook, toy.study.decisions),
        "resolve": lambda: zp.resolve(toy.plan.claims, toy.rulebook),
        "allocate": lambda: zp.allocate(
            toy.zones, toy.plan.measures, toy.study.quotas, overlays=toy.rulebook.codes("overlay")
        ),
        "apportion": lambda: zp.apportion(pd.Series({"a": 1.0, "b": 2.0}), 10),
        "site": lambda: zp.site(toy.plan.quotas, toy.plan.pieces, toy.study.quotas, toy.inputs.layers, toy.rulebook),
        "judge_energy": lambda: zp.judge_energy(None, toy.rulebook),
        "account": lambda: zp.account(toy.zones, toy.plan.measures, toy.study, toy.rulebook),
        "assign": lambda: zp.assign(
            toy.zones, toy.plan.measures, toy.plan.quotas, rulebook=toy.rulebook, levels=["county"]
        ),
        "run": lambda: zp.run(toy.study),
        "progress": lambda: announced(toy.study),
        "prepare": lambda: zp.prepare(layers={"height": toy.folder / "elevation.tif"}, study=toy.study),
        "compare": lambda: zp.compare(toy.plan, toy.plan.vary(parameters={"fragile_min": 0.2})),
        "consensus": lambda: zp.consensus({"a": toy.plan, "b": toy.plan.vary(parameters={"fragile_min": 0.2})}),
        "curve": lambda: zp.curve(toy.plan, "fragile_min"),
        "calibrate": lambda: zp.calibrate(toy.plan, toy.plan.zones.set_index("unit_id")["main"]),
        "robustness": lambda: zp.robustness(toy.plan, {"fragile_min": (0.2, 0.6)}, draws=3),
        "sweep": lambda: zp.sweep(toy.plan, {"fragile_min": [0.2, 0.9]}).totals(),
        "seek": lambda: zp.seek(toy.plan, "count(main = 'general') >= 1", {"fragile_min": (0.0, 1.0)}),
        "check": lambda: zp.check(toy.study, toy.rulebook, toy.inputs),
        "estimate": lambda: zp.estimate(toy.study),
        "explain": lambda: zp.explain(toy.plan, "a1").text(),
        "at": lambda: zp.at(toy.plan, 9.0, 49.0),
        "render": lambda: zp.render(toy.plan.zones["reason"].iloc[0], "en", toy.plan.rulebook),
        "draw": lambda: zp.draw(toy.plan).get_root().render(),
        "picture": lambda: zp.picture(toy.plan),
        "report": lambda: zp.report(toy.plan),
        "dossier": lambda: zp.dossier(toy.plan, "a1"),
        "write_run": lambda: zp.write_run(toy.plan, place / "run"),
        "read_run": lambda: zp.read_run(toy.result),
        "verify": lambda: zp.verify(toy.result),
        "write_report": lambda: zp.write_report(toy.plan, place / "report.html"),
        "write_dossier": lambda: zp.write_dossier(toy.plan, "a1", place / "a1.html"),
        "write_geopackage": lambda: zp.write_geopackage(toy.plan, place / "plan.gpkg"),
        "write_geodatabase": lambda: zp.write_geodatabase(toy.plan, place / "plan.gdb"),
        "write_geoparquet": lambda: zp.write_geoparquet(toy.inputs.units[["geometry"]], place / "units.parquet"),
        "write_workbook": lambda: zp.write_workbook(toy.plan, place / "plan.xlsx"),
        "as_floats": lambda: zp.as_floats(toy.plan.quotas),
        "write_study": lambda: zp.write_study("us_mountain_west", place / "study"),
        "write_plan": lambda: zp.write_plan(place / "drafted", toy.folder / "toy.gpkg:units"),
        "parse_condition": lambda: zp.parse_condition("a > 1").explain(pd.DataFrame({"a": [1.0]}), {}),
        "working_crs": lambda: zp.working_crs(toy.inputs.units),
        "project": lambda: zp.project(toy.inputs.units, "EPSG:4326"),
        **calls_of_indices(toy),
    }


def calls_of_indices(toy: Toy) -> Calls:
    """Every index, of a table of two units."""
    table = pd.DataFrame({"x": [1.0, 3.0], "y": [4.0, 2.0]}, index=["a", "b"])
    apart = pd.DataFrame([[0.0, 2.0], [2.0, 0.0]], index=["a", "b"], columns=["a", "b"])
    four = pd.Series([1.0, 2.0, 3.0, 5.0])
    heights = next(toy.folder.glob("*.tif"))

    def graded(cells: pd.DataFrame) -> pd.Series:
        return zp.indices.grade(cells["h"], [2], [1, 3])

    found: Calls = {
        "minmax": lambda: zp.indices.minmax(table, cost=["y"]),
        "zscore": lambda: zp.indices.zscore(table),
        "rank": lambda: zp.indices.rank(table),
        "grade": lambda: zp.indices.grade(table["x"], [2], [1, 2]),
        "read_grading": lambda: zp.indices.read_grading("<=3|>3", "1|2"),
        "equal_weights": lambda: zp.indices.equal_weights(table),
        "entropy_weights": lambda: zp.indices.entropy_weights(table),
        "ahp_weights": lambda: zp.indices.ahp_weights([[1, 2], [0.5, 1]]),
        "weighted_sum": lambda: zp.indices.weighted_sum(table, [0.5, 0.5]),
        "geometric_mean": lambda: zp.indices.geometric_mean(table, [0.5, 0.5]),
        "weakest_link": lambda: zp.indices.weakest_link(table),
        "shares": lambda: zp.indices.shares(table["x"], ["g", "h"]),
        "gini": lambda: zp.indices.gini(table["x"]),
        "coefficient_of_variation": lambda: zp.indices.coefficient_of_variation(table["x"]),
        "theil": lambda: zp.indices.theil(table["x"], table["y"], ["g", "h"]),
        "herfindahl": lambda: zp.indices.herfindahl(table["x"]),
        "concentration_ratio": lambda: zp.indices.concentration_ratio(table["x"], 1),
        "growth_contributions": lambda: zp.indices.growth_contributions(table["x"], table["y"]),
        "beta_convergence": lambda: zp.indices.beta_convergence(table["x"], table["y"], 10),
        "sigma_convergence": lambda: zp.indices.sigma_convergence(table),
        "growth_poles": lambda: zp.indices.growth_poles(table["x"], table["y"], apart, 1),
        "moran": lambda: zp.indices.moran(four, [(0, 1), (2, 3)]),
        "local_moran": lambda: zp.indices.local_moran(four, [(0, 1), (2, 3)]),
        "regional_divergence": lambda: zp.indices.regional_divergence(table, pd.Series(["g", "h"], ["a", "b"])),
        "two_step_floating_catchment": lambda: zp.indices.two_step_floating_catchment(table["x"], table["y"], apart, 1),
        "three_step_floating_catchment": lambda: zp.indices.three_step_floating_catchment(
            table["x"], table["y"], apart, 1, "gaussian"
        ),
        "facility_shares": lambda: zp.indices.facility_shares(table["x"], table["y"], apart, 1, steps=3),
        "travel_times": lambda: zp.indices.travel_times(table.reset_index(), "index", "y", "x"),
        "nearest_distance": lambda: zp.indices.nearest_distance(toy.inputs.units, toy.inputs.units),
        "service_gap": lambda: zp.indices.service_gap(table["x"], 2, table["y"]),
        "best_facilities": lambda: zp.indices.best_facilities(table["x"], apart, 1),
        "areal_interpolation": lambda: zp.indices.areal_interpolation(toy.inputs.units, toy.inputs.units),
        "carrying_capacity": lambda: zp.indices.carrying_capacity(table, [1, 1], [1, 1]),
        "arable_capacity": lambda: zp.indices.arable_capacity(table["x"], [1, 1], 1),
        "building_capacity": lambda: zp.indices.building_capacity(table["x"], [1, 1], 1, 1),
        "development_intensity": lambda: zp.indices.development_intensity(table["x"], [9, 9]),
        "population_change": lambda: zp.indices.population_change(table),
        "reserves_taken": lambda: zp.indices.reserves_taken(table["x"], [9, 9], 0.7),
        "raster_index": lambda: zp.indices.raster_index({"h": heights}, toy.place / "fit.tif"),
        "raster_by_cells": lambda: zp.indices.raster_by_cells({"h": heights}, graded, toy.place / "grades.tif"),
        "raster_quantiles": lambda: zp.indices.raster_quantiles(heights, [0.5]),
        "grade_shares": lambda: zp.indices.grade_shares(heights, toy.inputs.units),
        "by_matrix": lambda: zp.indices.by_matrix(pd.Series(["a"]), ["x"], table),
        "corrected": lambda: zp.indices.corrected(table["x"], [1, 2], {1: 1}),
        "by_decisions": lambda: zp.indices.by_decisions(table, pd.DataFrame({"x": ["<=2", ">2"], "zone": ["u", "v"]})),
        "topsis": lambda: zp.indices.topsis(table, [0.5, 0.5]),
    }
    return {f"indices.{name}": call for name, call in found.items()}


def foreign_files(place: Path) -> list[object]:
    """What GDAL makes of files that zoneplan does not read; or how it refuses them."""
    import geopandas as gpd
    import numpy as np
    import pyogrio
    import rasterio

    (place / "a.kml").write_text(KML, "utf-8")
    (place / "a.gml").write_text(GML, "utf-8")
    found: list[object] = [pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")]
    found += [gpd.read_file(place / name).geometry.to_wkt().tolist() for name in ("a.kml", "a.gml")]
    with rasterio.open(place / "a.png", "w", driver="PNG", width=2, height=1, count=1, dtype="uint8") as grid:
        grid.write(np.array([[1, 2]], "uint8"), 1)
    with rasterio.open(place / "a.png") as grid:
        found.append(grid.read(1).tolist())
    with rasterio.Env() as env:
        found += [sorted(env.drivers()), sorted(pyogrio.list_drivers()), sorted(env.options)]
    return found


def visit(seed: int, toy: Path, place: Path) -> None:
    """Call all functions in the order of a seed, or none for a negative one; print what changed and what opens."""
    import geopandas  # noqa: F401  (what a caller has, with the warnings that it filters)
    import pyarrow as pa  # noqa: F401  (as geopandas)
    import pyproj  # noqa: F401  (as geopandas)

    changed: list[str] = []
    before = process_state()

    def compare(name: str) -> None:
        nonlocal before
        now = process_state()
        changed.extend(f"{name}: {kind}" for kind in now if now[kind] != before[kind])
        before = now

    if seed >= 0:
        drawn = random.Random(seed)
        every = calls(Toy(toy, place))
        order = sorted(every)
        drawn.shuffle(order)
        for name in order:
            every[name]()
            compare(name)
    json.dump([changed, foreign_files(place)], sys.stdout)


def outcome(seed: int, toy: Path, place: Path) -> tuple[list[str], list[Any]]:
    place.mkdir()
    paths = f"Path({str(toy)!r}), Path({str(place)!r})"
    program = f"from pathlib import Path; from tests.test_polite_guest import visit; visit({seed}, {paths})"
    ours = ("GDAL", "CPL", "PROJ", "ZONEPLAN")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith(ours)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    changed, opened = json.loads(done.stdout)
    return changed, opened


def test_in_any_order_of_calls_the_process_is_left_as_it_was(toy_folder: Path, tmp_path: Path) -> None:
    from tests.conftest import CASE  # here alone, since it loads GDAL

    cases = toy_folder / "rules" / "cases"
    cases.mkdir()
    (cases / "toy.toml").write_text(CASE, "utf-8")
    alone = outcome(-1, toy_folder, tmp_path / "alone")
    assert alone[0] == []
    for seed in random.Random().sample(range(10**6), 2):
        assert outcome(seed, toy_folder, tmp_path / str(seed)) == alone, f"seed {seed}"


def test_every_function_at_the_front_door_is_called(toy_folder: Path, tmp_path: Path) -> None:
    functions = {name for name in zp.__all__ if not inspect.isclass(getattr(zp, name))}
    functions |= {f"indices.{name}" for name in zp.indices.__all__}
    assert calls(Toy(toy_folder, tmp_path)).keys() == functions


def test_gdal_is_loaded_in_one_place_only() -> None:
    """Whoever imports pyogrio or rasterio inside a function has had ``load_gdal`` import it, or is given it open."""
    wrong = []
    for path in [one for room in ("layers", "zoning", "maps", "zoneplan") for one in (ROOT / room).rglob("*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        found = {name for node in ast.walk(tree) for name in names_of_gdal(node)}
        loads = {
            str(node.args[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load_gdal"
            if isinstance(node.args[0], ast.Constant)
        }
        typed = {
            name for node in tree.body if isinstance(node, ast.If) for one in node.body for name in names_of_gdal(one)
        }
        at_top = {name for node in tree.body for name in names_of_gdal(node)}
        if at_top or (found - typed) - loads - ({"pyogrio", "rasterio"} if path.name == "gdal_drivers.py" else set()):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def names_of_gdal(node: ast.AST) -> set[str]:
    """The names of either library that a statement imports."""
    if isinstance(node, ast.Import):
        names = [one.name for one in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        return set()
    return {name.split(".")[0] for name in names} & {"pyogrio", "rasterio"}
