"""The GeoPackage opened by QGIS itself: both layers in colour, each zone on as much of the picture as it has land."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from maps.exports import write_geopackage
from maps.style import INK, line_styles, overlay_hatches, zone_fills
from zoning.pipeline import run
from zoning.study import builtin_study, read_study

PYTHON = "/usr/bin/python3"
"""QGIS of Debian speaks to the Python of Debian alone."""
SCRIPT = Path(__file__).resolve().parents[2] / "data" / "render_gpkg.py"
QUIET = {"QT_QPA_PLATFORM": "offscreen", "QGIS_NO_OVERRIDE_IMPORT": "1", "PATH": "/usr/bin:/bin"}


@functools.cache
def has_qgis() -> bool:
    """Whether the system's Python finds QGIS."""
    if not Path(PYTHON).exists():
        return False
    return (
        subprocess.run([PYTHON, "-c", "import qgis.core"], env=QUIET, capture_output=True, check=False).returncode == 0
    )


pytestmark = [
    pytest.mark.qgis,
    pytest.mark.skipif(not has_qgis(), reason="QGIS (Debian package python3-qgis) is not installed"),
]


@pytest.fixture
def render(tmp_path: Path):
    """A function that writes a plan as a GeoPackage and gives the pixels of each colour, layer by layer."""

    def drawn(plan, name: str) -> dict[str, dict[str, int]]:
        write_geopackage(plan, tmp_path / "plan.gpkg")
        call = [PYTHON, str(SCRIPT), str(tmp_path / "plan.gpkg"), str(tmp_path), plan.units.crs.to_wkt()]
        home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
        done = subprocess.run(call, env=QUIET | home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if artefacts := os.environ.get("ZONEPLAN_ARTEFACTS"):
            Path(artefacts).mkdir(parents=True, exist_ok=True)
            for layer in ("units", "pieces"):
                shutil.copy(tmp_path / f"{layer}.png", Path(artefacts) / f"qgis-{name}-{layer}.png")
        return json.loads(done.stdout.splitlines()[-1])

    return drawn


def channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def share(pixels: dict[str, int], colour: str, *, paper: bool) -> float:
    """Share of the pixels, white ones left out where they are paper, that are within 3 of a colour."""
    wanted = channels(colour)
    near = sum(
        count
        for one, count in pixels.items()
        if max(abs(a - b) for a, b in zip(channels(one), wanted, strict=True)) <= 3
    )
    return near / (sum(pixels.values()) - (pixels.get("#FFFFFF", 0) if paper else 0))


def land(plan, *, hatched: bool) -> dict[str, float]:
    """Share of all land of each main function; with or without the units that an overlay hatches."""
    zones = plan.zones if hatched else plan.zones[plan.zones["overlays"] == ""]
    areas = zones.groupby("main")["area_ha"].sum() / plan.zones["area_ha"].sum()
    return {code: float(areas.get(code, 0.0)) for code in zone_fills(plan.rulebook)}


def test_the_toy_province_opens_in_its_colours(toy_plan, render) -> None:
    pixels = render(toy_plan, "toy")
    low, high = land(toy_plan, hatched=False), land(toy_plan, hatched=True)
    for code, fill in zone_fills(toy_plan.rulebook).items():
        # borders take a little, and a hatch a part of the unit that it covers
        assert low[code] - 0.03 <= share(pixels["units"], fill, paper=False) <= high[code]
    assert share(pixels["units"], INK, paper=False) > 0.005


def test_control_lines_open_in_their_colours(toy_plan, render) -> None:
    pixels = render(toy_plan, "toy")["pieces"]
    styles = line_styles(toy_plan)
    colour = channels(styles["permanent_farmland"][0])
    tint = "#" + "".join(f"{round(255 + (one - 255) * 0x40 / 255):02X}" for one in colour)
    farmland = 2 / 12
    assert share(pixels, tint, paper=False) == pytest.approx(farmland, abs=0.02)
    assert share(pixels, styles["permanent_farmland"][0], paper=False) > 0.001
    assert share(pixels, "#FFFFFF", paper=False) > 0.7
    assert share(pixels, styles["red_line"][0], paper=False) == 0


def test_the_built_in_study_opens_in_its_colours(render) -> None:
    plan = run(read_study(builtin_study("us_mountain_west")))
    pixels = render(plan, "us_mountain_west")["units"]
    low, high = land(plan, hatched=False), land(plan, hatched=True)
    assert overlay_hatches(plan.rulebook)
    for code, fill in zone_fills(plan.rulebook).items():
        assert 0.75 * low[code] - 0.01 <= share(pixels, fill, paper=True) <= high[code] + 0.03
    drawn = sum(share(pixels, fill, paper=True) for fill in zone_fills(plan.rulebook).values())
    assert drawn > 0.6
