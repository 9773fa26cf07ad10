"""Tables with hostile names: ``check`` refuses them, or each file of the run has each cell under its own column."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from pyogrio import read_dataframe

import zoneplan as zp
from layers.format_limits import GEOPACKAGE_COLUMNS, GEOPACKAGE_TAKEN
from maps.exports.geopackage import columns_of_units
from tests.conftest import SHIPPED, examples, shipped_study
from zoning.pipeline.study_checks import columns_to_come
from zoning.plan import Plan

pytestmark = pytest.mark.whole
Command = Callable[..., SimpleNamespace]

HOSTILE = (
    "x", "=x", "X", "==x", "+x", "-x", "@x", "=1+1", "=main", "=rule", "=name", "x_2", "X_2", "quota_x", "fid", "FID",
    "geom", "GEOM", "Geometry", "ogc_fid", "rowid", "_rowid_", "OID", "objectid", "OBJECTID", "shape", "shape_area",
    "SHAPE_Length", "bbox", "index", "level_0", "__index_level_0__", "Name", "MAIN", "UNIT_ID", "Area_ha", "select",
    "ORDER", "a b", "a_b", 'a"b', "a'b", "a;b", "a,b", "a\\b", "{x}", "%s", "a.b", "a/b", "1", "1.5", "nan", "None",
    "é", "E\u0301", "人口", "constructor", "__proto__", "toString", "<script>", "</script>", "n" * 63, "n" * 64,
    "N" * 64, "m" * 255, "construction_land", "piece_id", "zone", "\x07",
)  # fmt: skip
NAMES = st.text("xX=+-@_2 'é\"", min_size=1, max_size=5).map(str.strip).filter(bool) | st.sampled_from(HOSTILE)


def add_columns(folder: Path, names: Sequence[str]) -> pd.DataFrame:
    """The table of the toy province with more columns, in which no number stands twice."""
    path = folder / "stats.csv"
    rows = pd.read_csv(path, dtype={"code": str}).iloc[:, :2].set_index("code")
    more = {name: [1_000_003.5 + 1_000 * place + row for row in range(len(rows))] for place, name in enumerate(names)}
    pd.concat([rows, pd.DataFrame(more, index=rows.index)], axis=1).to_csv(path, encoding="utf-8")
    return pd.DataFrame(more, index=rows.index)


def headings_and_cells(path: Path, sheet: str) -> Iterator[tuple[str, list[object]]]:
    """The columns of a sheet by what stands above them."""
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        rows = list(book[sheet].iter_rows(values_only=True))
    for head, *cells in zip(*rows, strict=True):
        yield unescape(str(head)), cells


def compare_cells(run: Path, wanted: pd.DataFrame) -> None:
    """Hold workbook, GeoPackage and CSV of a run to the table."""
    plan = zp.read_run(run)
    of_units = {name: column for (table, name), column in columns_of_units(plan).items() if table == "measures"}
    copied = shutil.copy(run / "plan.gpkg", run.parent)  # GDAL writes files of its own beside what it reads
    inside = read_dataframe(copied, layer="units", read_geometry=False).set_index("unit_id")
    listed = pd.read_csv(run / "measures.csv", encoding="utf-8-sig", dtype={"unit_id": str}).set_index("unit_id")
    assert [name for name in listed.columns if name in wanted.columns] == list(wanted.columns)
    headings = {tuple(cells): head for head, cells in headings_and_cells(run / "plan.xlsx", "Measures")}
    assert len({head.casefold() for head in headings.values()}) == len(headings)
    for name, cells in wanted.items():
        assert inside.loc[wanted.index, of_units[str(name)]].tolist() == cells.tolist(), name
        assert listed.loc[wanted.index, str(name)].tolist() == cells.tolist(), name
        assert str(name).replace("_", " ").casefold() in headings[tuple(cells.tolist())].replace("_", " ").casefold()


def hold(folder: Path, names: Sequence[str], command: Command) -> int:
    """What ``check`` refuses, ``run`` refuses; what it passes is in each file. Gives the code of ``check``."""
    wanted, plan, out = add_columns(folder, names), folder / "plan.toml", folder / "out"
    checked = command("check", plan)
    assert checked.code in {0, 2, 3}, checked.err
    done = command("run", plan, "--out", out)
    assert done.code == checked.code, done.err
    if not done.code:
        compare_cells(out, wanted)
        for ending in ("gpkg", "gdb", "xlsx"):
            done = command("export", out, folder / f"exported.{ending}", "--force")
            assert done.code == 0, done.err
        for layer in ("exported.gpkg", "exported.gdb"):
            inside = read_dataframe(folder / layer, layer="units", read_geometry=False)
            numbers = {tuple(inside[name]) for name in inside.columns if inside[name].dtype == float}
            assert {tuple(cells) for _, cells in wanted.items()} <= numbers
    return checked.code


def test_hostile_names_are_each_over_their_own_numbers(toy_folder: Path, command: Command) -> None:
    assert hold(toy_folder, HOSTILE, command) == 0


@pytest.mark.parametrize(
    "name",
    ["unit_id", "geometry", "name", "area_ha", "quota_construction_land", " ", "a\nb", "=" * 40_000],
)
def test_a_name_that_cannot_be_is_refused_before_any_work(name: str, toy_folder: Path, command: Command) -> None:
    hold(toy_folder, [name], command)


@settings(max_examples=examples(2), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=12, unique=True))
def test_any_names_are_refused_or_kept_apart(
    names: list[str], copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory, command: Command
) -> None:
    hold(copy_toy(tmp_path_factory.mktemp("hostile") / "toy"), names, command)


@pytest.mark.parametrize("more", [GEOPACKAGE_COLUMNS, pytest.param(20_000, marks=pytest.mark.long)])
def test_more_columns_than_a_file_holds_are_refused_before_any_work(
    more: int, toy_folder: Path, command: Command
) -> None:
    assert hold(toy_folder, [f"m{number}" for number in range(more)], command) == 3


def names_that_fit(folder: Path) -> list[str]:
    """Names of as many columns as the files of the toy province have room for beside its own."""
    study = zp.read_study(folder / "plan.toml")
    plain = columns_to_come(study, zp.read_rulebook(folder / "rules", study.study.date), zp.read_inputs(study))
    spare = pd.read_csv(folder / "stats.csv").shape[1] - 2  # columns of which ``add_columns`` keeps one
    return [f"m{number}" for number in range(GEOPACKAGE_COLUMNS - plain + spare)]


def test_check_passes_as_many_columns_as_fit_and_not_one_more(toy_folder: Path, command: Command) -> None:
    names = names_that_fit(toy_folder)
    for columns, code in ((names, 0), ([*names, "too_many"], 3)):
        add_columns(toy_folder, columns)
        assert command("check", toy_folder / "plan.toml").code == code


@pytest.mark.long
def test_the_most_columns_that_check_passes_are_in_each_file(toy_folder: Path, command: Command) -> None:
    wanted = add_columns(toy_folder, names_that_fit(toy_folder))
    assert command("run", toy_folder / "plan.toml", "--out", toy_folder / "out").code == 0
    compare_cells(toy_folder / "out", wanted)


@pytest.mark.parametrize("name", SHIPPED)
def test_columns_to_come_are_no_fewer_than_those_that_come(name: str, plan_of: Callable[[str], Plan]) -> None:
    study, plan = zp.read_study(shipped_study(name)), plan_of(name)
    most = columns_to_come(study, plan.rulebook, zp.read_inputs(study))
    assert 0 <= most - len(columns_of_units(plan)) - len(GEOPACKAGE_TAKEN) <= 20
