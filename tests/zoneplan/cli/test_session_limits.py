"""Limits that a session sets a command: memory and open files are no fault of a file, and end with exit 6."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from layers.sandbox import can_fork

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not can_fork(), reason="this system sets no such limits"),
]


def run_limited(limit: int, most: int, folder: Path) -> tuple[int, str]:
    """Exit code and stderr of a run in a process of its own, which may take no more than that."""
    done = subprocess.run(
        [sys.executable, "-m", "zoneplan", "run", str(folder / "plan.toml"), "--out", str(folder / "out")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        preexec_fn=lambda: resource.setrlimit(limit, (most, most)),
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("limit", "most", "remedy"),
    [
        *((resource.RLIMIT_AS, megabytes * 1024**2, "ulimit -v") for megabytes in (200, 300)),
        *((resource.RLIMIT_NOFILE, files, "ulimit -n") for files in (11, 13, 16, 20)),
    ],
)
def test_a_limit_of_the_session_accuses_no_file(limit: int, most: int, remedy: str, toy_folder: Path) -> None:
    code, said = run_limited(limit, most, toy_folder)
    assert code == 6, said
    assert remedy in said
    assert not re.search("layer '|damaged|Free some space", said)
    assert not (toy_folder / "out").exists()
