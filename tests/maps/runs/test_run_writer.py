"""The run folder: whole or not at all, never over somebody's files, read back as it was."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import layers.outputs
import maps.runs.run_writer
from layers.outputs import NEW, staged, write_text
from layers.sandbox import can_fork, sandboxed
from maps.drawing.shaded_relief import relief
from maps.errors import BusyError, WriteError
from maps.runs import read_run, require_room, verify, write_run
from maps.runs.manifest import FORMAT, RUN, Manifest
from maps.telling.reports.report_page import report
from zoning.pipeline.flow import run
from zoning.study import read_study
from zoning.tables import AS_FILES, ASKED_TABLES, CSV_TABLES, PLACED_POLICIES, POLICIES, POLICY_TEXTS

ROOT = Path(__file__).resolve().parents[3]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_a_run_is_complete_and_has_every_table_with_its_header(toy_plan, tmp_path: Path) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    assert verify(folder).state == "complete"
    assert leftovers(tmp_path) == []
    for table in chain.from_iterable(AS_FILES.get(one.name, (one,)) for one in CSV_TABLES):
        if table in ASKED_TABLES:  # of plans that have some
            assert not (folder / f"{table.name}.csv").exists()
            continue
        raw = (folder / f"{table.name}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        header = raw.decode("utf-8-sig").splitlines()[0].split(",")
        assert header[: len(table.columns)] == list(table.columns)


@pytest.mark.parametrize("flat", [False, True])
def test_a_text_of_a_policy_stands_once_but_in_a_flat_run(toy_plan, tmp_path: Path, flat: bool) -> None:
    folder = write_run(toy_plan, tmp_path / "run", flat=flat)
    rows, texts = (
        pd.read_csv(folder / name, dtype=str, keep_default_na=False) for name in ("policies.csv", "policy_texts.csv")
    )
    assert texts["policy"].tolist() == sorted(set(rows["policy"])) == toy_plan.policy_texts["policy"].tolist()
    assert list(rows.columns) == list((POLICIES if flat else PLACED_POLICIES).columns)
    assert list(texts.columns) == list(POLICY_TEXTS.columns)
    if flat:
        told = rows.merge(texts, on="policy", suffixes=("", "_once"))
        assert (told["clause"] == told["clause_once"]).all()
    again = read_run(folder)
    pd.testing.assert_frame_equal(again.policies, toy_plan.policies)
    assert verify(write_run(again, tmp_path / "again")).state == "complete"


def test_two_runs_have_the_same_bytes(toy_plan, tmp_path: Path) -> None:
    first, second = (write_run(toy_plan, tmp_path / name) for name in ("one", "two"))
    assert (first / "manifest.json").read_bytes() == (second / "manifest.json").read_bytes()


def test_a_run_from_before_a_column_is_read_with_the_column_empty(toy_result: Path, tmp_path: Path) -> None:
    """Each table without the last column of its declaration, as an earlier version wrote it."""
    folder = Path(shutil.copytree(toy_result, tmp_path / "older"))
    (folder / "trace.json").unlink()  # which is younger than the columns
    written = [table for table in CSV_TABLES if table not in ASKED_TABLES]
    last = {table.name: table.columns_in_memory[-1] for table in written if len(table.columns) > len(table.key)}
    for name, column in last.items():
        path = folder / f"{name}.csv"
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        rows.drop(columns=column).to_csv(path, index=False, encoding="utf-8-sig")
    plan = read_run(folder)
    for name, column in last.items():
        if name != "sites":  # its rows stand in a file of their own
            assert getattr(plan, name)[column].map(lambda cell: cell == "" or pd.isna(cell)).all(), name
    assert "<html" in report(plan)


@pytest.mark.parametrize("excel_safe", [False, True])
def test_a_run_reads_back_as_the_plan_that_was_written(make_plan, tmp_path: Path, excel_safe: bool) -> None:
    plan = make_plan({"a1": '=HYPERLINK("x")', "a2": "010203", "b1": '重庆, "山"\n城'})
    again = read_run(write_run(plan, tmp_path / "run", excel_safe=excel_safe))
    for name in ("zones", "lines", "quotas", "energy", "flows", "policies", "ledger", "claims"):
        written, read = (
            frame.astype(object).where(frame.notna(), "") for frame in (getattr(plan, name), getattr(again, name))
        )
        assert_frame_equal(written.astype(str), read.astype(str), obj=name)
    assert again.quotas["amount"].sum() == plan.quotas["amount"].sum()
    assert_frame_equal(again.units, plan.units)
    assert list(again.measures.columns) == list(plan.measures.columns)
    assert again.assumptions == plan.assumptions
    assert again.rulebook.values == plan.rulebook.values


def test_a_run_keeps_the_heights_of_its_relief(toy_folder: Path, tmp_path: Path) -> None:
    plan_file = toy_folder / "plan.toml"
    plan_file.write_text(f'{plan_file.read_text("utf-8")}\n[map]\nrelief = "height"\n', "utf-8")
    plan = run(read_study(plan_file))
    assert plan.heights is not None
    assert plan.heights.heights_m.shape == (6, 8)
    folder = write_run(plan, tmp_path / "run")
    assert verify(folder).state == "complete"
    again = read_run(folder)
    assert again.heights == plan.heights
    assert relief(again) == relief(plan)
    (folder / "heights.tif").unlink()
    assert read_run(folder).heights is None


def test_a_text_that_is_empty_is_none_that_is_missing(toy_plan, tmp_path: Path) -> None:
    notes = pd.array(["", None, *["x"] * 10], dtype="str")
    plan = toy_plan.having(units=toy_plan.units.assign(note=notes), measures=toy_plan.measures.assign(note=notes))
    again = read_run(write_run(plan, tmp_path / "run")).measures["note"]
    assert (again.iloc[0], again.isna().sum()) == ("", 1)


def test_formulas_stand_as_written_unless_asked(make_plan, tmp_path: Path) -> None:
    plan = make_plan({"a1": "=1+1"})
    plain = pd.read_csv(write_run(plan, tmp_path / "plain") / "zones.csv", dtype=str)
    safe = pd.read_csv(write_run(plan, tmp_path / "safe", excel_safe=True) / "zones.csv", dtype=str)
    assert plain["name"].iloc[0] == "=1+1"
    assert safe["name"].iloc[0] == "'=1+1"


@pytest.mark.parametrize(("place", "what"), [("run/inside", "the run"), ("run/rulebook/deep/run", "the rulebook")])
def test_no_run_is_written_into_a_run_or_a_rulebook(toy_plan, tmp_path: Path, place: str, what: str) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    if what == "the rulebook":
        (folder / "manifest.json").unlink()
    with pytest.raises(WriteError, match=f"lies inside {what} ") as caught:
        require_room(tmp_path / place)
    assert caught.value.exit_code == 5


def test_a_path_may_lead_through_a_run(toy_plan, tmp_path: Path) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    require_room(folder / ".." / "second")


def test_a_run_may_stand_below_a_manifest_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')
    require_room(tmp_path / "runs" / "plan")


FOREIGN = {
    "thesis.txt": "mine",
    "manifest.json": '{"files": {"thesis.txt": "0"}, "format": 1}',
    "deep/below/notes.md": "mine",
    "plan.toml": "[study]",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_that_is_no_run_is_refused_and_stays(toy_plan, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "run"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(FOREIGN[name], "utf-8")
    with pytest.raises(WriteError, match=name.partition("/")[0]) as caught:
        write_run(toy_plan, folder)
    assert caught.value.exit_code == 5
    assert (folder / name).read_text("utf-8") == FOREIGN[name]
    assert leftovers(tmp_path) == []


def test_a_run_from_before_the_mark_is_known_by_its_list(toy_plan, tmp_path: Path) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    younger = {"trace.json", "plan.qgs", "policy_texts.csv"}  # which runs have from formats 3, 5 and 7 on
    for name in younger:
        (folder / name).unlink()
    old = {"format": 1, "files": {name: sha for name, sha in manifest["files"].items() if name not in younger}}
    (folder / "manifest.json").write_text(json.dumps(old, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    assert verify(folder).state == "complete"
    assert verify(write_run(toy_plan, folder)).state == "complete"
    assert list(tmp_path.glob("*.kept-*")) == []


def test_a_code_that_has_another_name_today_is_read_by_it(run_of, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(run_of("us_mountain_west"), tmp_path / "run"))
    now = read_run(folder).divergence
    path = folder / "divergence.csv"
    written = path.read_text("utf-8").replace("three_largest_share", "largest_share")
    assert written.count("largest_share") == (now["indicator"] == "three_largest_share").sum() > 0
    path.write_text(written, "utf-8")
    assert_frame_equal(read_run(folder).divergence, now)


OWN = {
    "notes.md": "new",
    "mine/deep/photo.jpg": "new, in folders of its own",
    "zones.csv": "changed",
    "rulebook/zones.toml": "changed, in a folder of the run",
}


def add_own_files(folder: Path) -> dict[str, str]:
    """What a user may leave in a run: text by path; a link counts by where it leads."""
    for name, text in OWN.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "report.html").unlink()
    (folder / "report.html").symlink_to("map.html")
    (folder / "data").symlink_to(folder.parent / "elsewhere")
    with (folder / "manifest.json").open("a", encoding="utf-8") as file:
        file.write("\n")
    return read_all(folder, [*OWN, "report.html", "data", "manifest.json"])


def read_all(folder: Path, names) -> dict[str, str]:
    paths = {name: folder / name for name in names}
    return {name: f"-> {path.readlink()}" if path.is_symlink() else path.read_text() for name, path in paths.items()}


@pytest.fixture(params=["one exchange", "two renames"])
def switch(request, monkeypatch) -> str:
    """Either way in which a run gets into its place."""
    if request.param == "two renames":
        monkeypatch.setattr(layers.outputs, "exchange", lambda _one, _other: False)
    return request.param


@pytest.mark.usefixtures("switch")
def test_files_of_the_user_in_a_run_are_kept_and_named(toy_plan, tmp_path: Path) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    for number in (1, 2):
        own, told = add_own_files(folder), []
        write_run(toy_plan, folder, notice=told.append)
        assert verify(folder).state == "complete"
        kept = tmp_path / f"run.kept-{number}"
        assert read_all(kept, own) == own
        (said,) = told
        assert str(kept) in said
        assert all(name in said for name in own)
    assert leftovers(tmp_path) == []


def test_from_python_it_is_a_warning(toy_plan, tmp_path: Path) -> None:
    (write_run(toy_plan, tmp_path / "run") / "notes.md").write_text("mine")
    with pytest.warns(UserWarning, match=r"kept in .*run\.kept-1: notes\.md"):
        write_run(toy_plan, tmp_path / "run")


STEPS = (
    (Path, "rename"),
    (Path, "mkdir"),
    (shutil, "rmtree"),
    (layers.outputs, "exchange"),
    (layers.outputs, "rename_new"),
)


def replace_and_die(whole: Path, folder: Path, steps: int) -> None:
    """Replace a run, but end without any tidying after so many steps on the disk."""
    left = steps

    def counted(step):
        def taken(*arguments, **words):
            nonlocal left
            if left == 0:
                os._exit(9)
            left -= 1
            return step(*arguments, **words)

        return taken

    for holder, name in STEPS:
        setattr(holder, name, counted(getattr(holder, name)))
    write_again(whole, folder)


def write_again(whole: Path, folder: Path) -> None:
    with staged(folder, RUN, notice=lambda _text: None) as stage:
        shutil.copytree(whole, stage)


@pytest.mark.usefixtures("switch")
def test_killed_at_any_step_a_run_stands_and_nothing_of_the_user_is_lost(toy_plan, tmp_path: Path) -> None:
    """Every step at which a kill can fall, one after the other, until none is left."""
    context = multiprocessing.get_context("fork")
    whole = write_run(toy_plan, tmp_path / "whole")
    for steps in itertools.count():
        place = tmp_path / f"killed-{steps}"
        folder = place / "run"
        shutil.copytree(whole, folder)
        own = add_own_files(folder)
        child = context.Process(target=replace_and_die, args=(whole, folder, steps))
        child.start()
        child.join()
        assert verify(folder).state in {"complete", "damaged"}, "a run stands there, the older or the newer"
        write_again(whole, place / "other")  # any run in the same place tidies up
        assert leftovers(place) == []
        write_again(whole, folder)
        assert verify(folder).state == "complete"
        found = [read_all(kept, [name])[name] for kept in place.glob("run.kept-*") for name in own if lies(kept / name)]
        assert sorted(found) == sorted(own.values())
        if child.exitcode == 0:
            break
    assert steps > 4


def lies(path: Path) -> bool:
    return os.path.lexists(path)


def test_a_run_left_between_two_renames_is_put_back_by_who_asks_for_it(toy_plan, tmp_path: Path) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    work = tmp_path / f".run.zoneplan-stage-{0:016x}"
    work.mkdir()
    folder.rename(work / "run.older")
    write_text(tmp_path / "other", "", NEW)
    assert folder.exists()
    assert leftovers(tmp_path) == []
    work.mkdir()
    folder.rename(work / "run.older")
    assert verify(folder).state == "complete"


def test_a_living_writer_makes_the_second_one_leave(toy_plan, tmp_path: Path) -> None:
    with staged(tmp_path / "run", RUN) as stage:
        stage.mkdir()
        with pytest.raises(BusyError, match="another zoneplan is writing there") as caught:
            write_run(toy_plan, tmp_path / "run")
        (stage / "manifest.json").write_text(Manifest(FORMAT, {}).text(), "utf-8")
    assert caught.value.exit_code == 7
    assert verify(write_run(toy_plan, tmp_path / "run")).state == "complete"
    assert leftovers(tmp_path) == []


WITHOUT_FCNTL = """
import sys
from pathlib import Path

sys.modules["fcntl"] = None
from maps.runs import write_run
from zoning.pipeline.flow import run
from zoning.study import read_study

write_run(run(read_study(Path(sys.argv[1]))), Path(sys.argv[2]))
"""


def test_a_run_is_written_where_there_is_no_fcntl(toy_folder: Path, tmp_path: Path) -> None:
    """As on Windows."""
    program = [sys.executable, "-c", WITHOUT_FCNTL, str(toy_folder / "plan.toml"), str(tmp_path / "run")]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert verify(tmp_path / "run").state == "complete"
    assert leftovers(tmp_path) == []


def test_a_failure_keeps_the_older_run(toy_plan, tmp_path: Path, monkeypatch) -> None:
    folder = write_run(toy_plan, tmp_path / "run")
    before = (folder / "manifest.json").read_bytes()

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(maps.runs.run_writer, "_seal", full)
    with pytest.raises(WriteError, match="No space left on device"):
        write_run(toy_plan, folder)
    assert (folder / "manifest.json").read_bytes() == before
    assert verify(folder).state == "complete"
    assert leftovers(tmp_path) == []


def _write_with_a_small_disk(plan, folder: Path, answer) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        write_run(plan, folder)
    except WriteError:
        answer.put("refused")
    else:
        answer.put("written")


def test_a_full_disk_leaves_nothing(toy_plan, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    child = context.Process(target=_write_with_a_small_disk, args=(toy_plan, tmp_path / "run", answer))
    child.start()
    child.join()
    assert answer.get() == "refused"
    assert list(tmp_path.glob("*run*")) == []


def test_a_kill_at_any_moment_leaves_a_whole_run_or_none(toy_folder: Path, tmp_path: Path) -> None:
    """F01, F02, F03, F04, F05, F06: eight kills; each time the folder is complete or absent, the next run tidies up.

    Among its files are GeoPackage, CSV, GeoTIFF, HTML and Parquet.
    """
    plan_file = toy_folder / "plan.toml"
    plan_file.write_text(plan_file.read_text("utf-8") + '\n[map]\nrelief = "height"\n', "utf-8")
    toy_plan = run(read_study(plan_file))
    context = multiprocessing.get_context("fork")
    chance = random.Random(3)
    begun = time.perf_counter()
    write_run(toy_plan, tmp_path / "run")
    lasts = time.perf_counter() - begun
    for _ in range(8):
        child = context.Process(target=write_run, args=(toy_plan, tmp_path / "run"))
        child.start()
        child.join(timeout=chance.uniform(0, 1.2) * lasts)
        child.kill()
        child.join()
        if (tmp_path / "run").exists():
            assert verify(tmp_path / "run").state == "complete"
    assert verify(write_run(toy_plan, tmp_path / "run")).state == "complete"
    endings = {path.suffix for path in (tmp_path / "run").iterdir()}
    assert endings >= {".gpkg", ".csv", ".tif", ".html", ".parquet"}
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(not can_fork(), reason="this system copies no process safely")
def test_a_run_is_the_same_where_a_child_reads_its_tables(toy_result: Path) -> None:
    with sandboxed("process"):
        there = read_run(toy_result)
    here = read_run(toy_result)
    for name in ("units", "pieces", "measures", "zones", "claims", "quotas", "policies", "ledger"):
        assert_frame_equal(getattr(there, name), getattr(here, name))
