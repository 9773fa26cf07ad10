"""The command as the whole of a process, and its inside, which leaves a process as it was."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from zoneplan.__main__ import run

START = "import sys; sys.argv = ['zoneplan', *sys.argv[1:]]; from zoneplan.__main__ import main\n"


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", START + program, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(call, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("arguments", "code"), [(["--version"], 0), (["check", "none.toml"], 2)])
def test_what_waits_for_the_end_is_done_and_nothing_is_taken_apart(arguments: list[str], code: int) -> None:
    program = (
        "import atexit\n"
        "class Held:\n"
        "    def __del__(self):\n"
        "        print('taken apart', file=sys.__stdout__, flush=True)\n"
        "held = Held()\n"
        "atexit.register(print, 'at the end', file=sys.__stdout__, flush=True)\n"
        "main()"
    )
    done = _run(program, *arguments)
    assert done.returncode == code
    assert done.stdout.endswith("at the end\n")
    assert "taken apart" not in done.stdout


def test_a_thread_that_still_works_is_waited_for() -> None:
    program = (
        "import threading\n"
        "go_on = threading.Event()\n"
        "def work():\n"
        "    go_on.wait()\n"
        "    print('done', file=sys.__stdout__, flush=True)\n"
        "threading.Thread(target=work).start()\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    go_on.set()"
    )
    done = _run(program, "--version")
    assert done.returncode == 0
    assert done.stdout.endswith("done\n")


def test_inside_another_process_the_collector_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["zoneplan", "--version"])
    before = gc.get_threshold()
    with pytest.raises(SystemExit):
        run()
    assert gc.get_threshold() == before
