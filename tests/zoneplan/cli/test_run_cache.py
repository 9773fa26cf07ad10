"""Runs kept between calls: the same bytes with and without, and made anew where any byte that is read is another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import layers.read.reading_step
import zoning.pipeline
from maps.runs import ContentCache, Options, cache_folder, key_before
from maps.runs.run_cache import ENDING
from zoning.study import builtin_study, read_study

OPTIONS = Options("en", excel_safe=False, flat=False)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each plan that is really made."""
    plans, run = [], zoning.pipeline.run
    monkeypatch.setattr(
        zoning.pipeline, "run", lambda study, *rest, **kept: plans.append(study.name) or run(study, *rest, **kept)
    )
    return plans


@pytest.mark.parametrize(("study", "language"), [("us_mountain_west", "en"), ("china_provinces", "zh")])
def test_a_kept_run_is_the_run_to_the_byte(
    command: Callable, tmp_path: Path, made: list[str], study: str, language: str
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(builtin_study(study).parent, folder)
    plan = folder / "plan.toml"
    outs = [tmp_path / name for name in ("first", "kept")]
    told = [command("run", plan, "--out", out, "--lang", language) for out in outs]
    assert len(made) == 1
    assert [one.code for one in told] == [0, 0]
    assert files_of(outs[0]) == files_of(outs[1])
    assert told[0].out.replace("first", "kept") == told[1].out
    assert command("verify", outs[1]).code == 0


def test_any_other_byte_makes_the_run_anew(
    command: Callable, toy_folder: Path, tmp_path: Path, made: list[str]
) -> None:
    plan, out = toy_folder / "plan.toml", tmp_path / "run"

    def run(*options: str) -> int:
        assert command("run", plan, "--out", out, *options).code == 0
        return len(made)

    assert [run(), run()] == [1, 1]
    assert [run("--excel-safe"), run("--excel-safe")] == [2, 2]
    assert run("--no-cache") == 3
    keys = [key_before(read_study(plan), OPTIONS)]
    read = [path for path in sorted(toy_folder.rglob("*")) if path.suffix in (".toml", ".csv")]
    assert len(read) > 3
    for path in read:
        state = path.stat()
        path.write_text(path.read_text("utf-8") + ("\n" if path.suffix == ".toml" else ""), "utf-8")
        if path.suffix == ".csv":
            text = path.read_text("utf-8")
            path.write_text(text.replace("\n", "\r\n"), "utf-8", newline="")
        os.utime(path, (state.st_atime, state.st_mtime))  # the time of a file says nothing
        keys.append(key_before(read_study(plan), OPTIONS))
        assert keys[-1] not in keys[:-1], path
    assert [run(), run()] == [4, 4]


def test_a_damaged_run_is_said_and_made_anew(
    command: Callable, toy_folder: Path, tmp_path: Path, made: list[str]
) -> None:
    plan = toy_folder / "plan.toml"
    first = command("run", plan, "--out", tmp_path / "a", "--json")
    for kept in cache_folder().glob(f"*{ENDING}"):
        kept.write_bytes(kept.read_bytes()[:-1])
    again = command("run", plan, "--out", tmp_path / "b", "--json")
    assert (len(made), again.code) == (2, 0)
    assert "is damaged" in again.err
    assert "is damaged" not in first.err
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    shown = json.loads(command("cache", "--json").out)
    assert (shown["runs"], shown["steps"], shown["cleared"]) == (1, 4, False)
    assert "kept runs removed: 1, kept steps removed: 4" in command("cache", "--clear").out
    assert ContentCache(cache_folder()).stock()[1:] == (0, 0, 0)


def test_a_cache_that_cannot_be_written_fails_no_run(
    command: Callable, toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEPLAN_CACHE", os.devnull)
    assert command("run", toy_folder / "plan.toml", "--out", tmp_path / "run").code == 0
    assert command("cache").code == 0


def test_a_source_that_changes_meanwhile_is_not_kept(
    command: Callable, toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is that of the plan before it was edited, the run that of the plan after it."""
    run, plan = zoning.pipeline.run, toy_folder / "plan.toml"

    def edited(study, *rest, **kept):
        other = study.model_copy(update={"decisions": ()})
        return run(other, *rest, **kept)

    monkeypatch.setattr(zoning.pipeline, "run", edited)
    assert command("run", plan, "--out", tmp_path / "run").code == 0
    assert ContentCache(cache_folder()).stock().runs == 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the costly steps that are done: the reading of the layers by the child, and the overlay."""
    done: list[str] = []
    for module, name in ((layers.read.reading_step, "in_sandbox"), (zoning.pipeline.flow, "overlay")):
        own = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, _own=own, _name=name, **k: done.append(_name) or _own(*a, **k))
    return done


def test_a_plan_with_another_value_reads_and_cuts_nothing_again(
    command: Callable, toy_folder: Path, tmp_path: Path, work: list[str]
) -> None:
    plan = toy_folder / "plan.toml"
    assert command("run", plan, "--out", tmp_path / "first").code == 0
    assert work == ["in_sandbox", "overlay"]
    text = plan.read_text("utf-8")
    decision = '[[decisions]]\nunit = "a4"\nmain = "key_development"\nreason = "a port"\nby = "x"\ndate = 2024-12-02\n'
    plan.write_text(f"{text}\n{decision}", "utf-8")
    told = command("run", plan, "--out", tmp_path / "kept")
    assert work == ["in_sandbox", "overlay"]
    anew = command("run", plan, "--out", tmp_path / "anew", "--no-cache")
    assert work == ["in_sandbox", "overlay"] * 2
    assert files_of(tmp_path / "kept") == files_of(tmp_path / "anew")
    assert told.out == anew.out.replace("anew", "kept")
    assert command("curve", plan, "fragile_min").code == 0
    assert work == ["in_sandbox", "overlay"] * 2
    assert command("cache", "--clear").code == 0
    assert command("run", plan, "--out", tmp_path / "again").code == 0
    assert work == ["in_sandbox", "overlay"] * 3


def test_a_cache_that_cannot_be_written_any_more_fails_no_run(
    command: Callable, toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the disk is full, or others have taken the right to write away; root may write anywhere."""

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("maps.runs.run_cache.tempfile", SimpleNamespace(mkstemp=full))
    assert command("run", toy_folder / "plan.toml", "--out", tmp_path / "run").code == 0
    assert ContentCache(cache_folder()).stock()[1:] == (0, 0, 0)


def test_two_runs_at_once_make_the_same(toy_folder: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "ZONEPLAN_CACHE": str(tmp_path / "cache")}
    outs = [tmp_path / name for name in ("one", "other")]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "zoneplan", "run", str(toy_folder / "plan.toml"), "--out", str(out)],
            env=environment, stdout=subprocess.DEVNULL,
        )
        for out in outs
    ]  # fmt: skip
    assert [one.wait() for one in runs] == [0, 0]
    assert files_of(outs[0]) == files_of(outs[1])
    assert ContentCache(tmp_path / "cache").stock()[1:3] == (1, 4)
