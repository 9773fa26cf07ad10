"""The GeoPackage opened by QGIS itself: both layers in colour, each zone on as much of the picture as it has land."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path

import pytest

from maps.drawing.legend import line_styles
from maps.drawing.palette import overlay_signs, zone_fills
from maps.exports import write_geopackage, write_qgis_project
from tests.conftest import keep

PYTHON = "/usr/bin/python3"
"""QGIS of Debian speaks to the Python of Debian alone."""
SCRIPT = Path(__file__).resolve().parents[2] / "data" / "render_gpkg.py"
PROJECT = SCRIPT.with_name("render_project.py")
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


def told_by_qgis(folder: Path, name: str, pictures: tuple[str, ...], *words: object):
    """What a script for QGIS says on its last line; the pictures that it leaves in a folder are kept on demand."""
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    call = [PYTHON, *map(str, words)]
    done = subprocess.run(call, env=QUIET | home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for picture in pictures:
        keep(f"qgis-{name}-{picture}.png", (folder / f"{picture}.png").read_bytes())
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def opened(tmp_path: Path):
    """A function that writes a plan with its project, moves both, and gives what QGIS finds and draws there."""

    def made(plan, name: str, language: str = "en") -> dict[str, object]:
        written, folder = tmp_path / "written", tmp_path / "moved"
        written.mkdir()
        write_geopackage(plan, written / "plan.gpkg", language)
        write_qgis_project(plan, written / "plan.qgs", language)
        written.rename(folder)
        return told_by_qgis(tmp_path, name, ("map", "sheet"), PROJECT, folder / "plan.qgs", tmp_path)

    return made


@pytest.fixture
def render(tmp_path: Path):
    """A function that writes a plan as a GeoPackage and gives the pixels of each colour, layer by layer."""

    def drawn(plan, name: str) -> dict[str, dict[str, int]]:
        write_geopackage(plan, tmp_path / "plan.gpkg")
        words = (SCRIPT, tmp_path / "plan.gpkg", tmp_path, plan.units.crs.to_wkt())
        return told_by_qgis(tmp_path, name, ("units", "pieces"), *words)

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


def land(plan, *, signed: bool) -> dict[str, float]:
    """Share of all land of each main function; with or without the units that have the sign of an overlay."""
    zones = plan.zones if signed else plan.zones[plan.zones["overlays"] == ""]
    areas = zones.groupby("main")["area_ha"].sum() / plan.zones["area_ha"].sum()
    return {code: float(areas.get(code, 0.0)) for code in zone_fills(plan.rulebook)}


def test_the_toy_province_opens_in_its_colours(toy_plan, render) -> None:
    pixels = render(toy_plan, "toy")
    low, high = land(toy_plan, signed=False), land(toy_plan, signed=True)
    for code, fill in zone_fills(toy_plan.rulebook).items():
        # borders take a little, and a sign a part of the unit that it stands in
        assert low[code] - 0.03 <= share(pixels["units"], fill, paper=False) <= high[code]
    (sign,) = overlay_signs(toy_plan.rulebook).values()
    assert share(pixels["units"], sign.light, paper=False) > 0.00005


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


def test_the_built_in_study_opens_in_its_colours(render, plan_of) -> None:
    plan = plan_of("us_mountain_west")
    pixels = render(plan, "us_mountain_west")["units"]
    low, high = land(plan, signed=False), land(plan, signed=True)
    for code, fill in zone_fills(plan.rulebook).items():
        assert 0.75 * low[code] - 0.01 <= share(pixels, fill, paper=True) <= high[code] + 0.03
    drawn = sum(share(pixels, fill, paper=True) for fill in zone_fills(plan.rulebook).values())
    assert drawn > 0.6


def test_the_project_has_the_plan_in_groups_and_a_sheet(toy_plan, opened) -> None:
    found = opened(toy_plan, "toy-project")
    assert found["title"] == "Toy province"
    assert found["valid"]
    assert found["groups"] == [
        ["Land quotas", ["construction land, 2025, ha"]],
        "Overlay designations",
        ["Control lines", ["Permanent farmland", "Pieces of units"]],
        "Jurisdictions",
        "Main functions",
    ]
    assert found["counts"]["zoneplan_mains"] == 12
    assert (
        found["counts"]["zoneplan_line_permanent_farmland"]
        == (toy_plan.pieces["control_line"] == "permanent_farmland").sum()
    )
    assert set(found["crs"].values()) == {"EPSG:3035"}
    assert found["aliases"]["main"] == "Main function"
    assert found["aliases"]["quota_construction_land"] == "construction land"
    assert {"credits", "legend", "map", "north", "scale", "title"} <= set(found["items"])
    assert found["texts"]["title"] == "Toy province"
    assert found["exported"]
    assert found["scale"] == pytest.approx(float(f"{found['scale']:.2g}"))  # a round one
    low, high = land(toy_plan, signed=False), land(toy_plan, signed=True)
    whole = sum(found["colours"].values()) - found["colours"]["#FFFFFF"]
    for code, fill in zone_fills(toy_plan.rulebook).items():
        assert 0.6 * low[code] <= found["colours"].get(fill, 0) / whole <= high[code] + 0.1


def test_texts_of_a_plan_do_nothing_in_a_project(make_plan, opened) -> None:
    plan = make_plan({"a1": "[% 1 + 1 %]", "a2": "</maplayer>"})
    wild = plan.study.study.model_copy(update={"title": {"en": "[% 1 + 1 %]</Layout>&\x07"}})
    found = opened(make_plan(study=plan.study.model_copy(update={"study": wild})), "wild")
    assert found["valid"]
    assert found["texts"]["title"] == "[ % 1 + 1 %]</Layout>&\ufffd"


def test_the_project_of_the_built_in_study_speaks_chinese(opened, plan_of) -> None:
    found = opened(plan_of("china_provinces"), "china_provinces", "zh")
    assert found["valid"]
    assert found["exported"]
    assert found["groups"][-1] == "主体功能"
    assert found["aliases"]["population"] == "常住人口（人）"


@pytest.mark.whole
def test_the_sheet_says_of_borders_what_other_maps_of_the_plan_say(plan_of, tmp_path: Path) -> None:
    write_qgis_project(plan_of("china_provinces"), tmp_path / "plan.qgs", "zh")
    text = (tmp_path / "plan.qgs").read_text("utf-8")
    assert "不作为划界依据" in text
    assert "兰伯特方位等积投影" in text
    write_qgis_project(plan_of("us_mountain_west"), tmp_path / "plan.qgs")
    assert "不作为划界依据" not in (tmp_path / "plan.qgs").read_text("utf-8")
