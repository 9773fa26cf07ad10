"""Several workers write the same bytes as one, and a run is whole or not there however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

import maps.runs.run_files
from layers.errors import ZoneplanError
from maps.errors import WriteError
from maps.runs import verify, write_run

ROOT = Path(__file__).resolve().parents[3]
STUDIES = ("us_mountain_west", "china_provinces")


def manifest(folder: Path) -> bytes:
    return (folder / "manifest.json").read_bytes()


@pytest.mark.parametrize("workers", [1, 2, 3, None])
def test_any_number_of_workers_writes_the_same_bytes(toy_plan, tmp_path: Path, workers: int | None) -> None:
    steps: list[str] = []
    one = write_run(toy_plan, tmp_path / "one", workers=1)
    other = write_run(toy_plan, tmp_path / "other", workers=workers, announce=steps.append)
    assert manifest(one) == manifest(other)
    assert steps == list(maps.runs.run_files.PAGES)[: len(steps)]


@pytest.mark.parametrize("study", STUDIES)
def test_so_they_do_of_the_built_in_studies(plan_of, run_of, tmp_path: Path, study: str) -> None:
    """Three workers, and as many as this machine has cores, which is what other tests read."""
    assert manifest(write_run(plan_of(study), tmp_path / "run", workers=3)) == manifest(run_of(study))


def test_so_does_the_command_which_cuts_in_threads_and_begins_borders_early(toy_folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zoneplan", "run", str(toy_folder / "plan.toml"), "--no-cache", "--out"]
    for workers in ("1", "2", "3"):
        subprocess.run([*command, str(tmp_path / workers), "--workers", workers], cwd=ROOT, check=True)
    assert manifest(tmp_path / "1") == manifest(tmp_path / "2") == manifest(tmp_path / "3")


def test_a_disk_that_is_full_for_one_of_them_is_said_and_the_older_run_stands(
    toy_plan, tmp_path: Path, monkeypatch
) -> None:
    folder = write_run(toy_plan, tmp_path / "run", workers=1)
    before = manifest(folder)

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("write_workbook", "write_geopackage", "write_report"):
        with monkeypatch.context() as patch:
            patch.setattr(maps.runs.run_files, name, full)
            with pytest.raises(WriteError, match="No space left on device"):
                write_run(toy_plan, folder, workers=2)
        assert manifest(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_no_worker_at_all_is_refused_before_anything_is_done(toy_plan, tmp_path: Path) -> None:
    with pytest.raises(ZoneplanError, match="workers = 0: give a whole number"):
        write_run(toy_plan, tmp_path / "run", workers=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_ended_among_its_workers_leaves_no_half_of_a_run(
    toy_folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "zoneplan", "run", str(toy_folder / "plan.toml"), "--no-cache", "--out"]
    out = tmp_path / "out"
    with subprocess.Popen([*command, str(out), "--workers", "3"], cwd=ROOT, start_new_session=True) as process:
        while process.poll() is None and not list(tmp_path.glob(".out.zoneplan-stage-*/*/*")):
            time.sleep(0.002)
        send = process.send_signal if number == signal.SIGKILL else partial(os.killpg, process.pid)
        send(number)
    assert process.returncode in {0, -number, 128 + number}
    for _ in range(200):
        if not of_group(process.pid):
            break
        time.sleep(0.05)
    assert not of_group(process.pid), "no worker is left"
    assert not out.exists() or verify(out).state == "complete"
    done = subprocess.run([*command, str(out)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert verify(out).state == "complete"
    assert [path.name for path in tmp_path.glob(".*")] == []


def of_group(group: int) -> bool:
    """Whether a process of a group is alive."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return any(
        int(stat[2]) == group and stat[0] != "Z"
        for path in Path("/proc").glob("[0-9]*/stat")
        if (stat := text_of(path).rpartition(")")[2].split())
    )


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
