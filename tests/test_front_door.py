"""The front door as an analyst meets it: names, paths as text, and types that hold outside the project."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

import zoneplan as zp

SCRIPT = """
import datetime as dt
from decimal import Decimal

import geopandas as gpd
import pandas as pd

import zoneplan as zp

study: zp.Study = zp.read_study("plan.toml")
rulebook: zp.Rulebook = zp.read_rulebook(study.rulebook, date=dt.date(2025, 1, 1))
inputs: zp.Inputs = zp.read_inputs(study)
pieces: gpd.GeoDataFrame = zp.overlay(inputs.units, inputs.designations)
measures: pd.DataFrame = zp.measure(inputs.units, pieces, inputs.layers)
amounts: "pd.Series[Decimal]" = zp.apportion(measures["population"], total=10)
findings: tuple[zp.Finding, ...] = zp.check(study, rulebook, inputs)
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


def test_paths_may_be_text_everywhere() -> None:
    """Each function of the front door that takes a path takes a text as well."""
    wrong = []
    for name in zp.__all__:
        function = getattr(zp, name)
        for word, parameter in inspect.signature(function).parameters.items() if inspect.isfunction(function) else ():
            if "Path" in str(parameter.annotation) and "str" not in str(parameter.annotation):
                wrong.append(f"{name}({word}: {parameter.annotation})")
    assert wrong == []


@pytest.mark.slow
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
        (lambda: zp.run("plan.toml"), r"run takes a study and not a str; read it first: zp\.read_study"),
        (lambda: zp.explain("runs/plan", "a1"), r"explain takes a plan and not a str; read it first: zp\.read_run"),
        (lambda: zp.read_rulebook("us_west", "2025-01-01"), "is read on a day and not on '2025-01-01'"),
    ):
        with pytest.raises(zp.StudyError, match=words):
            call()
