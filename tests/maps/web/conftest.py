"""What the tests of the map share: a way to run its scripts in node, and to open it in a browser."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import folium
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


@pytest.fixture
def open_map(open_tab, tmp_path: Path) -> Iterator[Callable[..., object]]:
    """A function that opens a map, or the page of one, in a tab, and waits until it is drawn."""
    tabs = []

    def opened(plan_map: folium.Map | Path, address: str = "", **settings: object):
        page = plan_map if isinstance(plan_map, Path) else tmp_path / "map.html"
        if page is not plan_map:
            plan_map.save(page)
        tabs.append(open_tab(**settings))
        tabs[-1].goto(page.as_uri() + address)
        tabs[-1].wait_for_selector("html[data-zoneplan=ready]")
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.close()
