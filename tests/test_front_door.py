"""The front door as an analyst meets it: names, paths as text, and types that hold outside the project."""

from __future__ import annotations

import contextlib
import doctest
import functools
import inspect
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

import zoneplan as zp
import zoning.quotas
from layers.errors import StudyError
from zoneplan.front_door import homes

SCRIPT = """
import datetime as dt
from decimal import Decimal

import geopandas as gpd
import pandas as pd

import zoneplan as zp
from layers.errors import Finding

study: zp.Study = zp.read_study("plan.toml")
rulebook: zp.Rulebook = zp.read_rulebook(study.rulebook, date=dt.date(2025, 1, 1))
inputs: zp.Inputs = zp.read_inputs(study)
pieces: gpd.GeoDataFrame = zp.overlay(inputs.units, inputs.designations)
measures: pd.DataFrame = zp.measure(inputs.units, pieces, inputs.layers)
claims: pd.DataFrame = zp.classify(measures, rulebook, study.decisions)
amounts: "pd.Series[Decimal]" = zp.apportion(measures["population"], total=10)
findings: tuple[Finding, ...] = zp.check(study, rulebook, inputs)
plan: zp.Plan = zp.run(study)
floats: pd.DataFrame = zp.as_floats(plan.quotas)
zp.draw(plan).save("map.html")
try:
    zp.read_run(zp.write_run(plan, "result"))
except zp.ZoneplanError as error:
    print(error.exit_code, error.features)
"""


def test_every_name_is_documented() -> None:
    assert [name for name in zp.__all__ if not inspect.getdoc(getattr(zp, name))] == []


def test_every_parameter_and_result_has_a_type() -> None:
    functions = {name: getattr(zp, name) for name in zp.__all__ if inspect.isfunction(getattr(zp, name))}
    signatures = {name: inspect.signature(function) for name, function in functions.items()}
    untyped = [name for name, one in signatures.items() if one.return_annotation is one.empty]
    untyped += [
        f"{name}({word})"
        for name, one in signatures.items()
        for word, parameter in one.parameters.items()
        if parameter.annotation is parameter.empty
    ]
    assert untyped == []


@pytest.mark.whole
def test_a_script_that_imports_the_installed_package_is_typed(wheel_site: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    options = ["--strict", "--no-error-summary", "--disable-error-code", "import-untyped"]  # of pandas and geopandas
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--cache-dir", os.devnull, "script.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"MYPYPATH": str(wheel_site), "PATH": ""},
        check=False,
    )
    assert done.stderr == ""
    assert [line for line in done.stdout.splitlines() if line.startswith("script.py")] == []


def test_a_step_that_says_why_as_well_gives_the_table_alone() -> None:
    steps = {name for name, home in homes("zoneplan").items() if says_why(getattr(import_module(home), name))}
    assert steps == {"derive", "classify", "allocate", "account", "assign"}
    for name in steps:
        assert inspect.signature(getattr(zp, name)).return_annotation == "pd.DataFrame"
        assert getattr(zp, name).__annotations__["return"] == "pd.DataFrame"


def says_why(function: object) -> bool:
    return inspect.isfunction(function) and "Made[" in str(inspect.signature(function).return_annotation)


def test_paths_may_be_text_everywhere() -> None:
    """Each function of the front door that takes a path takes a text as well."""
    wrong = []
    for name in zp.__all__:
        function = getattr(zp, name)
        for word, parameter in inspect.signature(function).parameters.items() if inspect.isfunction(function) else ():
            if "Path" in str(parameter.annotation) and "str" not in str(parameter.annotation):
                wrong.append(f"{name}({word}: {parameter.annotation})")
    assert wrong == []


def test_a_whole_flow_with_paths_as_text(toy_folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(toy_folder)
    plan = zp.run(zp.read_study("plan.toml"))
    zp.write_run(plan, "result")
    assert zp.verify("result").state == "complete"
    again = zp.read_run("result")
    assert again.zones.equals(plan.zones)
    zp.write_report(plan, "report.html")
    zp.write_dossier(plan, "a1", "a1.html")
    zp.write_geopackage(plan, "plan.gpkg")
    zp.write_geodatabase(plan, "plan.gdb")
    zp.write_geoparquet(plan.units, "units.parquet")
    zp.write_workbook(plan, "plan.xlsx")
    zp.write_study("us_mountain_west", "copy")
    zp.write_plan("mine", "toy.gpkg:units")
    for name in (
        "report.html",
        "a1.html",
        "plan.gpkg",
        "units.parquet",
        "plan.xlsx",
        "copy/plan.toml",
        "mine/plan.toml",
    ):
        assert Path(name).is_file(), name


def test_amounts_are_exact_and_can_be_seen_as_floats(toy_folder: Path) -> None:
    quotas = zp.run(zp.read_study(toy_folder / "plan.toml")).quotas
    assert isinstance(quotas["amount"].iloc[0], Decimal)
    floats = zp.as_floats(quotas)
    assert floats["amount"].dtype == "float64"
    assert floats["amount"].tolist() == [float(one) for one in quotas["amount"]]
    assert isinstance(quotas["amount"].iloc[0], Decimal), "the table itself is as it was"


def test_what_is_not_read_yet_is_told_with_what_reads_it() -> None:
    """Paths and texts in place of what was read of them ended in an AttributeError."""
    for call, words in (
        (lambda: zp.run(3), r"run takes a study or path and not a int; read it first: zp\.read_study"),
        (lambda: zp.explain("runs/plan", "a1"), r"explain takes a plan and not a str; read it first: zp\.read_run"),
        (lambda: zp.read_rulebook("us_west", "2025-01-01"), "is read on a day and not on '2025-01-01'"),
    ):
        with pytest.raises(StudyError, match=words):
            call()


TABLE = re.compile(r"DataFrame|Series|\bTable\b")
NEEDS_A_PLAN = {"sweep", "calibrate"}
"""Functions of a plan and of a table whose example runs a whole study."""


class Recorded(NamedTuple):
    """A function of the front door and the arguments of its first call in the example of its docstring."""

    function: Callable[..., object]
    arguments: dict[str, object]

    def call(self, **others: object) -> object:
        bound = inspect.signature(self.function).bind_partial()
        bound.arguments.update({**self.arguments, **others})
        return self.function(*bound.args, **bound.kwargs)

    def tables(self) -> dict[str, object]:
        parameters = inspect.signature(self.function).parameters
        return {name: one for name, one in self.arguments.items() if TABLE.search(str(parameters[name].annotation))}


def of_tables() -> dict[str, Callable[..., object]]:
    """The functions of both doors that take tables or columns, as people call them."""
    doors = (("", zp), ("indices.", zp.indices))
    every = {f"{prefix}{name}": getattr(door, name) for prefix, door in doors for name in door.__all__}
    return {
        name: function
        for name, function in every.items()
        if inspect.isfunction(function)
        and name not in NEEDS_A_PLAN
        and any(TABLE.search(str(one.annotation)) for one in inspect.signature(function).parameters.values())
    }


class RecordingDoor:
    """A front door that notes with what each of its functions is called first."""

    def __init__(self, door: ModuleType, prefix: str, calls: dict[str, Recorded]) -> None:
        self._door, self._prefix, self._calls = door, prefix, calls

    def __getattr__(self, name: str) -> object:
        value = getattr(self._door, name)
        if value is zp.indices:
            return RecordingDoor(value, "indices.", self._calls)
        if not inspect.isfunction(value):
            return value

        @functools.wraps(value)
        def called(*arguments: object, **words: object) -> object:
            bound = inspect.signature(value).bind(*arguments, **words)
            self._calls.setdefault(f"{self._prefix}{name}", Recorded(value, dict(bound.arguments)))
            return value(*arguments, **words)

        return called


@pytest.fixture(scope="module")
def recorded() -> dict[str, Recorded]:
    """By name of a function of tables, the call of its example."""
    calls: dict[str, Recorded] = {}
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "zoneplan", RecordingDoor(zp, "", calls))
        for name, function in of_tables().items():
            if name not in calls and "zp.run(" not in (inspect.getdoc(function) or ""):
                for example in finder.find(function, name, module=False, globs={}):
                    assert not runner.run(example).failed, name
    return calls


def least_of(function: Callable[..., object], parameter: str) -> tuple[str, ...]:
    declared = vars(function).get("takes", {})
    return declared[parameter].names if parameter in declared else ()


@pytest.mark.parametrize("name", of_tables())
def test_the_least_table_is_enough_and_what_lacks_of_it_is_named(name: str, recorded: dict[str, Recorded]) -> None:
    """Each table is cut down to what its function declares, then loses each of these columns in turn."""
    call = recorded.get(name) or pytest.skip("its example runs a whole study")
    call = call._replace(arguments=call.arguments | _to_nowhere(call))
    for parameter, table in call.tables().items():
        columns = least_of(call.function, parameter)
        assert all(f"``{one}``" in (inspect.getdoc(call.function) or "") for one in columns)
        if isinstance(table, pd.DataFrame) and columns:
            roles = table.attrs.get("roles", {})
            least = table[[one for one in table.columns if one in {*columns, *roles, "geometry"}]]
            call.call(**{parameter: least})
        for column in table.columns if isinstance(table, pd.DataFrame) else ():
            without = table.drop(columns=column)
            if column in columns or column == "geometry":
                with pytest.raises(zp.ZoneplanError, match=f"'{column}'") as refused:
                    call.call(**{parameter: without})
                assert refused.value.exit_code in {2, 3}
            else:
                with contextlib.suppress(zp.ZoneplanError):
                    call.call(**{parameter: without})


@pytest.mark.parametrize("name", of_tables())
def test_what_is_no_table_is_refused_by_its_kind(name: str, recorded: dict[str, Recorded]) -> None:
    """Arrays, lists, numbers, texts, and tables without rows or columns: no bare error comes out."""
    call = recorded.get(name) or pytest.skip("its example runs a whole study")
    call = call._replace(arguments=call.arguments | _to_nowhere(call))
    for parameter, table in call.tables().items():
        empty = (table.iloc[:0],) if isinstance(table, pd.DataFrame | pd.Series) else ()
        columns = (table[next(iter(table))],) if isinstance(table, pd.DataFrame) and len(table.columns) else ()
        for other in (np.array([1.0, 2.0]), [1, 2], 3, "x", pd.DataFrame(), pd.Series(dtype=float), *empty, *columns):
            with contextlib.suppress(zp.ZoneplanError):
                call.call(**{parameter: other})
        with pytest.raises(zp.ZoneplanError):
            call.call(**{parameter: 3})


def _to_nowhere(call: Recorded) -> dict[str, object]:
    """The folder of an example is gone after it."""
    return {"path": Path(os.devnull)} if "path" in call.arguments else {}


NOUNS = re.compile(r"(Plan|Study|Rulebook|Inputs)(?: \| (?:str|Path|None|gpd\.GeoDataFrame|Comparison|Robustness))*")


@pytest.mark.parametrize("name", zp.__all__)
def test_another_kind_in_the_place_of_a_noun_is_refused(name: str) -> None:
    function = getattr(zp, name)
    parameters = inspect.signature(function).parameters if inspect.isfunction(function) else {}
    for word, parameter in parameters.items():
        if NOUNS.fullmatch(str(parameter.annotation)):
            needed = {one: object() for one, other in parameters.items() if other.default is other.empty}
            for value in (3, [1, 2], np.array([1.0]), pd.DataFrame({"a": [1]})):
                with pytest.raises(zp.ZoneplanError, match=f"argument '{word}': {name} takes a "):
                    function(**needed | {word: value})


def test_analysts_own_tables_work() -> None:
    """What ended in a KeyError or an AttributeError: zones without overlays, claims without reasons."""
    unit = pd.Index(["a", "b"], name="unit_id")
    zones, measures = pd.DataFrame({"main": "general"}, index=unit), pd.DataFrame({"people": [30, 10]}, index=unit)
    quota = zp.Quota(name="land", period=2025, total=20, unit="ha", weight="people")
    assert zp.allocate(zones, measures, [quota])["amount"].tolist() == [15, 5]
    with pytest.raises(StudyError, match="argument 'quotas': allocate takes a list of quotas"):
        zp.allocate(zones, measures, quota)
    with pytest.raises(zp.ZoneplanError, match="column 'main' has to be text in each row, and is not in 'a'"):
        zp.allocate(zones.assign(main=[1, "x"]), measures, [quota])
    assert list(zones.columns) == ["main"]


def test_a_plan_file_is_run_and_checked_by_its_path(toy_folder: Path) -> None:
    path = toy_folder / "plan.toml"
    study = zp.read_study(path)
    rulebook, inputs = zp.read_rulebook(study.rulebook, study.date), zp.read_inputs(study)
    assert zp.check(path) == zp.check(str(path)) == zp.check(study, rulebook, inputs)
    assert zp.run(str(path)).zones.equals(zp.run(study).zones)
    (finding,) = zp.check(toy_folder / "plam.toml")
    assert (finding.level, finding.exit_code) == ("error", 2)
    (toy_folder / "toy.gpkg").unlink()
    assert {one.exit_code for one in zp.check(path) if one.level == "error"} == {3}


def test_the_door_costs_rooms_nothing_and_is_found_again() -> None:
    assert zp.allocate is zp.allocate
    assert zp.allocate is not zoning.quotas.allocate
    assert inspect.signature(zp.site) == inspect.signature(zoning.quotas.site)
    assert pickle.loads(pickle.dumps(zp.run)) is zp.run
    assert pickle.loads(pickle.dumps(zp.indices.gini)) is zp.indices.gini
