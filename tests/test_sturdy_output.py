"""Every command with every fault of its output: the exit code is that of what was done, and nothing is a traceback."""

from __future__ import annotations

import gc
import io
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rich.console

import layers.outputs
import maps.drafts
import maps.runs.run_files
import zoneplan.cli.make
import zoning.pipeline
from maps.telling.explanations import point_queries
from zoneplan.__main__ import OBJECTS_BETWEEN_COLLECTIONS, YOUNG_COLLECTIONS, run

ROOT = Path(__file__).resolve().parent.parent
FORK = multiprocessing.get_context("fork")
LOADED = (point_queries, maps.drafts, rich.console)
"""What the command loads at its first use: a copy of this process has it already."""
COMMANDS = {
    "--help": 0,
    "--version": 0,
    "": 2,
    "walk": 2,
    "schema": 0,
    "doctor": 0,
    "check {toy}/plan.toml": 0,
    "check {toy}/plan.toml --json": 0,
    "check {toy}/none.toml": 2,
    "check {toy}/rules": 0,
    "run {toy}/plan.toml --out {out}": 0,
    "run {toy}/plan.toml --out {out} --json": 0,
    "run {toy}/plan.toml --out {toy}": 5,
    "explain {run} a1": 0,
    "explain {run} a1 --json": 0,
    "explain {run} nowhere": 2,
    "at {run} c4": 0,
    "at {run} c4 --lang zh": 0,
    "verify {run}": 0,
    "verify {toy} --json": 1,
    "init {out} --units {toy}/toy.gpkg:units": 0,
    "demo {toy}": 5,
}


def _gone(descriptor: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, descriptor)


def _full(descriptor: int) -> None:
    os.dup2(os.open("/dev/full", os.O_WRONLY), descriptor)


def _ascii(descriptor: int) -> None:
    _speak(descriptor, "ascii")


def _latin(descriptor: int) -> None:
    _speak(descriptor, "latin-1")


def _speak(descriptor: int, encoding: str) -> None:
    setattr(
        sys,
        {1: "stdout", 2: "stderr"}[descriptor],
        io.TextIOWrapper(io.FileIO(descriptor, "w", closefd=False), encoding),
    )


FAULTS: dict[str, Callable[[int], object]] = {
    "the reader has gone": _gone,
    "the device is full": _full,
    "it is closed": os.close,
    "it knows ASCII only": _ascii,
    "it knows Latin-1 only": _latin,
}


TELLING = {("the reader has gone", 1), ("the device is full", 1), ("it knows ASCII only", 2)}
"""Of faults and of which output they are, those that whole runs meet; the rest takes the night."""


def _call(arguments: list[str], faulty: int, fault: Callable[[int], object], files: tuple[Path, Path]) -> None:
    for descriptor, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC), descriptor)
    fault(faulty)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, YOUNG_COLLECTIONS)  # as in a process of its own
    sys.argv = ["zoneplan", *arguments]
    run()


@pytest.mark.parametrize(
    ("fault", "faulty"),
    [
        pytest.param(fault, faulty, marks=pytest.mark.whole if (fault, faulty) in TELLING else pytest.mark.long)
        for fault in FAULTS
        for faulty in (1, 2)
    ],
)
def test_each_command_leaves_with_its_own_code(
    fault: str, faulty: int, copy_toy, toy_result: Path, tmp_path: Path
) -> None:
    files = tmp_path / "stdout", tmp_path / "stderr"
    toy = copy_toy(tmp_path / "toy")  # of two runs the second finds the first, kept
    for place, (line, code) in enumerate(COMMANDS.items()):
        names = {"toy": toy, "run": toy_result, "out": tmp_path / f"out{place}"}
        call = FORK.Process(target=_call, args=(line.format(**names).split(), faulty, FAULTS[fault], files))
        call.start()
        call.join()
        out, err = (file.read_bytes().decode("utf-8", "replace") for file in files)
        lost = faulty == 1 and "full" in fault and "cannot be written: No space left on device" in err
        assert call.exitcode == (code or 5 if lost else code), (line, err)
        assert "Traceback" not in out + err, line
        assert not lost or out == "", line
        if faulty == 2 and "--json" in line:
            json.loads(out)
        if "run {toy}" in line and code == 0:
            assert (names["out"] / "manifest.json").exists()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("schema | true", 0),
        ("--help | head -1", 0),
        ("check none.toml | true", 2),
        ("schema > /dev/full", 5),
        ("schema >&- 2>&-", 0),
    ],
)
def test_a_shell_sees_the_same(line: str, code: int, tmp_path: Path) -> None:
    program = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"
    words, sign, rest = line.partition(line[min(place for mark in "|>" if (place := line.find(mark)) > 0)])
    script = f'set -o pipefail; "$PYTHON" -c "$PROGRAM" {words} {sign}{rest}'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHON": sys.executable, "PROGRAM": program, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030"])
def test_json_is_json_in_every_encoding(encoding: str, toy_result: Path) -> None:
    program = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"
    call = [sys.executable, "-c", program, "at", str(toy_result), "c4", "--lang", "zh", "--json"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, env=environment, capture_output=True, check=True)
    assert json.loads(done.stdout.decode(encoding))["unit"]["unit_id"] == "c4"


# What a command says of what it has written is so.

PLACES = (
    (zoning.pipeline, "run"),
    (maps.runs.run_files, "write_workbook"),
    (layers.outputs, "_put"),
    (zoneplan.cli.make, "_tell"),
)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("end", [KeyboardInterrupt(), ZeroDivisionError("x")])
def test_a_command_that_ends_early_says_whether_the_run_stands(
    end: BaseException,
    older: bool,
    after: bool,
    command,
    toy_folder: Path,
    toy_result: Path,
    tmp_path: Path,
    monkeypatch,
) -> None:
    for number, (module, name) in enumerate(PLACES):
        folder = tmp_path / f"result{number}"
        if older:
            shutil.copytree(toy_result, folder)
        before = folder.stat().st_ino if older else None
        step = getattr(module, name)

        def fail(*arguments, step=step, **words):
            if after:
                step(*arguments, **words)
            raise end

        with monkeypatch.context() as patch:
            patch.setattr(module, name, fail)
            done = command("run", toy_folder / "plan.toml", "--out", folder, "--no-cache")
        new = folder.exists() and folder.stat().st_ino != before
        assert ("no run folder was written" in done.err) == (not new), (name, done.err)
        assert (f"the run was written: {folder}" in done.err) == new, (name, done.err)
        assert new == (name == "_tell" or (name == "_put" and after))


@pytest.mark.parametrize("words", [["verify"], ["check"], ["explain"], ["at"]])
def test_a_command_that_writes_no_run_speaks_of_none(words, command, toy_result: Path, monkeypatch) -> None:
    def fail(*_arguments, **_words):
        raise KeyboardInterrupt

    monkeypatch.setattr("maps.runs.verify", fail)
    monkeypatch.setattr("maps.runs.require_whole", fail)
    done = command(*words, toy_result, *(["a1"] if words[0] in {"explain", "at"} else []))
    assert (done.code, done.err) == (130, "zoneplan: interrupted\n")
