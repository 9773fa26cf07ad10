"""Runs kept between calls: the same bytes with and without, and made anew where any byte that is read is another."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import zoning.pipeline
from maps.run_folder import ContentCache, cache_folder
from maps.run_folder.content_cache import ENDING
from zoning.study import builtin_study


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each plan that is really made."""
    plans, run = [], zoning.pipeline.run
    monkeypatch.setattr(zoning.pipeline, "run", lambda study, *rest: plans.append(study.name) or run(study, *rest))
    return plans


@pytest.mark.slow
@pytest.mark.parametrize(("study", "language"), [("us_mountain_west", "en"), ("china_provinces", "zh")])
def test_a_kept_run_is_the_run_to_the_byte(
    command: Callable, tmp_path: Path, made: list[str], study: str, language: str
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(builtin_study(study).parent, folder)
    plan = folder / "plan.toml"
    outs = [tmp_path / name for name in ("first", "kept", "anew")]
    options = ["--lang", language]
    told = [command("run", plan, "--out", outs[0], *options), command("run", plan, "--out", outs[1], *options)]
    assert len(made) == 1
    told.append(command("run", plan, "--out", outs[2], "--no-cache", *options))
    assert len(made) == 2
    assert [one.code for one in told] == [0, 0, 0]
    assert files_of(outs[0]) == files_of(outs[1]) == files_of(outs[2])
    assert told[0].out.replace("first", "kept") == told[1].out
    assert command("verify", outs[1]).code == 0


@pytest.mark.slow
def test_any_other_byte_makes_the_run_anew(
    command: Callable, toy_folder: Path, tmp_path: Path, made: list[str]
) -> None:
    plan, out = toy_folder / "plan.toml", tmp_path / "run"

    def run(*options: str) -> int:
        assert command("run", plan, "--out", out, *options).code == 0
        return len(made)

    assert [run(), run()] == [1, 1]
    assert [run("--excel-safe"), run("--excel-safe")] == [2, 2]
    read = [path for path in sorted(toy_folder.rglob("*")) if path.suffix in (".toml", ".csv")]
    assert len(read) > 3
    for count, path in enumerate(read, start=3):
        state = path.stat()
        path.write_text(path.read_text("utf-8") + ("\n" if path.suffix == ".toml" else ""), "utf-8")
        if path.suffix == ".csv":
            text = path.read_text("utf-8")
            path.write_text(text.replace("\n", "\r\n"), "utf-8", newline="")
        os.utime(path, (state.st_atime, state.st_mtime))  # the time of a file says nothing
        assert run() == count, path


@pytest.mark.slow
def test_a_damaged_run_is_said_and_made_anew(
    command: Callable, toy_folder: Path, tmp_path: Path, made: list[str]
) -> None:
    plan = toy_folder / "plan.toml"
    first = command("run", plan, "--out", tmp_path / "a", "--json")
    (kept,) = cache_folder().glob(f"*{ENDING}")
    kept.write_bytes(kept.read_bytes()[:-1])
    again = command("run", plan, "--out", tmp_path / "b", "--json")
    assert (len(made), again.code) == (2, 0)
    assert "is damaged" in again.err
    assert "is damaged" not in first.err
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    shown = json.loads(command("cache", "--json").out)
    assert (shown["entries"], shown["cleared"]) == (1, False)
    assert "kept runs removed: 1" in command("cache", "--clear").out
    assert ContentCache(cache_folder()).stock().entries == 0


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_fails_no_run(
    command: Callable, toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEPLAN_CACHE", os.devnull)
    assert command("run", toy_folder / "plan.toml", "--out", tmp_path / "run").code == 0
    assert command("cache").code == 0


@pytest.mark.slow
def test_a_source_that_changes_meanwhile_is_not_kept(
    command: Callable, toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is that of the plan before it was edited, the run that of the plan after it."""
    run, plan = zoning.pipeline.run, toy_folder / "plan.toml"

    def edited(study, *rest):
        other = study.model_copy(update={"decisions": ()})
        return run(other, *rest)

    monkeypatch.setattr(zoning.pipeline, "run", edited)
    assert command("run", plan, "--out", tmp_path / "run").code == 0
    assert ContentCache(cache_folder()).stock().entries == 0
