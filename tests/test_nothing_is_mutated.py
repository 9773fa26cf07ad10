"""One property of the public functions that take a table: what each was given is afterwards as it was.

They are watched wherever they are bound, while a study runs whose files have all that is repaired, is written and is
explained, and while the examples of their docstrings run. A new function is driven by its example, or stands out.
"""

from __future__ import annotations

import dataclasses
import doctest
import functools
import importlib
import inspect
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import GeometryCollection, LineString, Polygon, box

import layers.raster
import layers.read
import maps.drafts
import maps.exports
import maps.notebook
import maps.runs
import maps.telling
import zoneplan as zp
import zoning.measures
import zoning.money
import zoning.pipeline
import zoning.policies
import zoning.solver
import zoning.whatif
from layers.errors import SourceError
from layers.sources import DatabaseSection
from maps.telling.explanations.explanation_content import derived_measures
from tests.conftest import CRS, KM, X0, Y0
from tests.test_architecture import ROOMS, dotted
from zoning.pipeline.plan_steps import Step
from zoning.study import PlanIndex, Scenario
from zoning.zones import weight_intervals

EXAMPLES_OF_STUDIES = ("builtin_study(",)
"""What shows that an example runs a whole built-in study: the study here stands for it."""

MORE = """
[divergence]
reach_km = 2
groups = [{ by = "county" }]
[[divergence.series]]
name = "people"
vintage = "register"
unit = "persons"
years = { 2020 = "population" }

[services]
unit = "CNY"
market = ["food"]

[services.values.ecologically_fragile]
food = 0
water = 10.5

[[transfers]]
name = "for what the land gives"
period = 2025
unit = "CNY"
budget = 100
by = "weighted"
weight = "services_nonmarket_cny"
when = "population > 200"
"""
"""What the plan of the toy province has no need of: regions, services and money."""

OF_CELLS = """
[[indices]]
name = "low"
cost = ["height"]
[indices.rasters]
layers = { height = "height" }
"""
"""An index whose cells are read before anything is measured."""

TABLE = re.compile(r"DataFrame|Series|NDArray|Inputs|\bPlan\b")


def public() -> dict[str, Callable[..., Any]]:
    """The functions behind the doors of rooms that take a table, or what is made of tables."""
    found: dict[str, Callable[..., Any]] = {}
    for path in ROOMS:
        door = importlib.import_module(dotted(path))
        for name in getattr(door, "__all__", ()):  # a folder of a room has no door
            function = getattr(door, name)
            if inspect.isfunction(function):
                parameters = inspect.signature(function).parameters.values()
                if any(TABLE.search(str(one.annotation)) for one in parameters):
                    found[f"{function.__module__}.{name}"] = function
    return found


def tables_in(value: object, where: str) -> Iterator[tuple[str, Any]]:
    """The tables and arrays in an argument, and how to get there."""
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index | np.ndarray):
        yield where, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from tables_in(one, f"{where}[{key!r}]")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from tables_in(one, f"{where}[{place}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from tables_in(getattr(value, field.name), f"{where}.{field.name}")


def parts(table: Any) -> list[Any]:
    """All of a table that can change: columns, index, values, their types, attributes, CRS."""
    if isinstance(table, np.ndarray):
        return [table.dtype, table.tolist()]
    if isinstance(table, pd.Index):
        return [table.dtype, table.names, table.tolist()]
    columns = table.items() if isinstance(table, pd.DataFrame) else [(table.name, table)]
    told: list[Any] = [parts(table.index), dict(table.attrs), str(getattr(table, "crs", ""))]
    return told + [[name, str(column.dtype), column.tolist()] for name, column in columns]


def watch(function: Callable[..., Any], called: set[str], held: set[int], name: str) -> Callable[..., Any]:
    """The function, comparing what it was given; what a caller of it holds is compared when that returns."""
    signature = inspect.signature(function)

    @contextmanager
    def unchanged(arguments: tuple[Any, ...], words: dict[str, Any]) -> Iterator[None]:
        called.add(name)
        bound = signature.bind(*arguments, **words).arguments
        found = [(place, one) for key, value in bound.items() for place, one in tables_in(value, key)]
        before = [(place, one, repr(parts(one))) for place, one in found if id(one) not in held]
        own = {id(one) for _, one, _ in before} - held
        held.update(own)
        try:
            yield
        finally:
            held.difference_update(own)
        changed = [place for place, one, told in before if repr(parts(one)) != told]
        assert not changed, f"{name} changed {', '.join(changed)}"

    @functools.wraps(function)
    def watched(*arguments: Any, **words: Any) -> Any:
        with unchanged(arguments, words):
            return function(*arguments, **words)

    @functools.wraps(function)
    def generator(*arguments: Any, **words: Any) -> Any:
        with unchanged(arguments, words):
            yield from function(*arguments, **words)

    return generator if inspect.isgeneratorfunction(function) else watched


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of watched functions that have been called."""
    names: set[str] = set()
    held: set[int] = set()
    watched = {id(function): watch(function, names, held, name) for name, function in public().items()}
    packages = {"layers", "zoning", "maps", "zoneplan"}
    for module in [one for name, one in sys.modules.items() if name.split(".")[0] in packages]:
        for name, value in list(vars(module).items()):
            if id(value) in watched:
                monkeypatch.setattr(module, name, watched[id(value)])
            elif isinstance(value, Step) and id(value.function) in watched:
                monkeypatch.setattr(module, name, dataclasses.replace(value, function=watched[id(value.function)]))
    return names


def damage(folder: Path) -> None:
    """All that reading repairs or leaves out with a note: crossed rings, lines, empty, double and far."""
    land = gpd.read_file(folder / "toy.gpkg", layer="land")

    def at(*points: tuple[float, float]) -> Polygon:
        return Polygon([(X0 + x * KM, Y0 + y * KM) for x, y in points])

    crossed = at((0, 0), (1, 1), (1, 0), (0, 1))
    mixed = GeometryCollection([at((3, 2), (4, 2), (4, 3)), LineString([(X0, Y0), (X0 + KM, Y0)])])
    far = box(X0 + 900 * KM, Y0, X0 + 901 * KM, Y0 + KM)
    more = gpd.GeoDataFrame(
        {"kind": "forest"}, geometry=[crossed, mixed, None, far, land.geometry[0]], crs=CRS, index=range(5)
    )
    gpd.GeoDataFrame(pd.concat([land, more], ignore_index=True), crs=CRS).to_file(
        folder / "toy.gpkg", layer="land", driver="GPKG"
    )
    units = gpd.read_file(folder / "toy.gpkg", layer="units")
    first = units.geometry[0]
    units.loc[0, "geometry"] = first.union(box(X0 + KM, Y0, X0 + KM + 5, Y0 + 5))
    units.to_file(folder / "toy.gpkg", layer="units", driver="GPKG")


WOODED = Scenario(name="wooded", set={"parameters.fragile_min": 0.6})


@pytest.mark.whole
def test_no_table_is_changed_by_what_it_is_given_to(called: set[str], toy_folder: Path, tmp_path: Path) -> None:
    """A plan made, written, audited and asked, in its own steps and by hand; then what the docstrings show."""
    damage(toy_folder)
    plan_file = toy_folder / "plan.toml"
    mended = plan_file.read_text("utf-8").replace('source = "toy.gpkg"', 'source = "toy.gpkg"\nmax_repair_share = 1')
    plan_file.write_text(mended + MORE + OF_CELLS, "utf-8")
    study = zp.read_study(plan_file)
    with zp.progress() as announce:
        plan = zp.run(study, announce)
    assert {"invalid", "empty", "outside", "duplicate", "overlap"} <= set(plan.ledger["finding"])
    written = zp.write_run(plan, tmp_path / "runs" / "result", workers=1)
    zp.read_run(written).vary(study_folder=toy_folder)
    maps.runs.key_after(plan, maps.runs.Options("en", excel_safe=False))
    zp.explain(plan, "a1").text()
    zp.at(plan, *point_in(plan, "a1")).text()
    maps.telling.at_unit(plan, "a1").text()
    zp.check(study, plan.rulebook, zp.read_inputs(study))
    zp.estimate(study)
    zp.write_dossier(plan, "a1", tmp_path / "a1.html")
    zp.write_geodatabase(plan, tmp_path / "plan.gdb")
    zoning.pipeline.audit(study.rulebook, plan)
    zp.compare(plan, plan.vary(parameters={"fragile_min": 0.2}))
    zp.consensus({"a": plan, "b": plan.vary(parameters={"fragile_min": 0.2})})
    zoning.whatif.plan_of_try(plan, plan.study.model_copy(update={"scenarios": (WOODED,)}))
    zoning.whatif.curve_amounts(plan, zp.curve(plan, "fragile_min"))
    weight_intervals(plan)
    weighed = PlanIndex(name="fit", of=("population", "area_ha"))
    zoning.measures.scores_of(plan.measures, weighed)
    zoning.measures.scores_by_weights(plan.measures, weighed, pd.DataFrame({"population": [0.5], "area_ha": [0.5]}))
    zoning.measures.with_standards(plan.measures, plan.zones.set_index("unit_id"), [weighed])
    zp.robustness(plan, {"fragile_min": (0.2, 0.6)}, draws=3)
    zp.sweep(plan, {"fragile_min": [0.2, 0.9]}).totals()
    zp.seek(plan, "count(main = 'general') >= 1", {"fragile_min": (0.0, 1.0)})
    zp.calibrate(plan, plan.zones.set_index("unit_id")["main"])
    zp.picture(plan)
    zp.account(plan.zones.set_index("unit_id"), plan.measures, study, plan.rulebook)
    maps.notebook.plan_card(plan)
    maps.notebook.plan_widget(plan)
    derived_measures(plan)
    with pytest.raises(SourceError, match="database 'NOBODY_SETS_IT'"):  # tests of databases write it whole
        maps.exports.write_postgis(plan, DatabaseSection(url_env="NOBODY_SETS_IT"), "zoning")
    steps_by_hand(plan, gpd.read_file(toy_folder / "toy.gpkg", layer="land"))
    partial = toy_folder.with_name("partial")
    shutil.copytree(toy_folder, partial, ignore=shutil.ignore_patterns("plants.csv", "runs"))
    needing = plan_file.read_text("utf-8").replace('weight = "services_nonmarket_cny"', 'weight = "plant_mw"')
    (partial / "plan.toml").write_text(needing, "utf-8")
    left_out = zp.run(zp.read_study(partial / "plan.toml"), keep_going=True).left_out
    assert [one.name for one in left_out] == ["plants", "for what the land gives"]
    maps.drafts.write_pins(study, zp.read_inputs(study))
    run_examples()
    assert not public().keys() - called, "\n".join(sorted(public().keys() - called))


def steps_by_hand(plan: zp.Plan, forest: gpd.GeoDataFrame) -> None:
    """The steps that an analyst calls with tables of her own, or that only other studies reach."""
    study, measures, zones = plan.study, plan.measures, plan.zones.set_index("unit_id")
    layers.read.feature_notes(plan.inputs)
    maps.notebook.inputs_card(plan.inputs)
    plan.vary(layers={"forest": forest})
    weights, area = measures["population"], measures["area_ha"]
    zp.allocate(zones, measures, study.quotas, overlays=plan.rulebook.codes("overlay"))
    places = zoning.measures.places_of(measures, "county", ["county"])
    zoning.measures.mean_by(weights, area, places)
    zoning.measures.sum_by(weights, places)
    zoning.measures.without_noise(weights.astype(float))
    zoning.solver.find_binding(weights, zp.apportion(weights, 100))
    (height,) = (one.raster for one in zp.read_inputs(study).layers if one.raster)
    layers.raster.share_where(plan.units, height, zp.parse_condition("value >= 3"))
    layers.raster.weighted_mean(plan.units, height, height)
    zoning.money.payment_rows(study.agreements, study.transfers, zones, measures, plan.rulebook)
    china = zp.read_rulebook("main_functional_areas", study.study.date)
    (quota,) = (one for one in china.derived if one.name == "human_land_quota_ha")
    read = ["settled_migrants", "human_land_m2_per_person", "human_land_variation_pct"]
    land = pd.DataFrame([[50.0, 100.0, 0.0]], columns=read, index=["a1"])
    known, banding = zoning.measures.complete_measures(land, china)
    zoning.measures.explain_derived(quota, banding[quota.name], np.arange(1), known, china)
    rows = zoning.policies.list_industries(china).head(3)
    own = rows.assign(unit_id="a1", jurisdiction="")
    list(zoning.policies.local_list_faults(own, study, china, plan.units))


def run_examples() -> None:
    """The examples of the docstrings, which call by the names of their module, where the watch stands."""
    runner = doctest.DocTestRunner(optionflags=doctest.FAIL_FAST)
    finder = doctest.DocTestFinder(recurse=False)
    for name, function in public().items():
        module = sys.modules[function.__module__]
        for one in finder.find(function, name, module=False, globs=dict(vars(module))):
            if not any(words in (one.docstring or "") for words in EXAMPLES_OF_STUDIES):
                assert not runner.run(one).failed, name


def point_in(plan: zp.Plan, unit: str) -> tuple[float, float]:
    place = plan.units.geometry.to_crs("EPSG:4326").representative_point()[unit]
    return place.x, place.y
