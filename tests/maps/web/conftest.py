"""What the tests of the map share: a way to run its scripts in node."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def node() -> Callable[..., str]:
    """A function that runs node and gives what it printed; without node a test is skipped, with the reason."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node (Debian package nodejs) is not installed")

    def run(*arguments: object) -> str:
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
