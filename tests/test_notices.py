"""Licences travel with what they are of: in the wheel, in the command and on the pages."""

from __future__ import annotations

import re
from pathlib import Path

import zoneplan as zp
from maps.drawing.html_pages import notices_of, notices_text, page_notices
from maps.web import LIBRARIES

ROOT = Path(__file__).resolve().parents[1]
OWN = {"plan.toml", "README.md"}
"""What in the folder of a study is ours."""
OWN_KINDS = {
    f".{kind}"
    for kind in ["py", "pyi", "typed", "toml", "js", "ts", "css", "html", "j2", "md", "po", "mo", "csv", "json"]
}
"""Kinds of files that are ours outside the studies: written here, each under the licence of zoneplan."""


def bundled(site: Path) -> list[str]:
    """Files of the wheel that others have made: in studies all but ours, elsewhere what is of no kind of ours."""
    found = [path.relative_to(site) for path in site.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    studies = [path for path in found if path.parts[:2] == ("layers", "studies") and path.name not in OWN]
    others = [
        path
        for path in found
        if path.parts[0] in {"layers", "zoning", "maps", "zoneplan"} and path not in studies
        if path.suffix not in OWN_KINDS
    ]
    return sorted(["/".join(path.parts[2:]) for path in studies] + [str(path) for path in others])


def test_every_bundled_file_is_named_with_credit_and_licence(wheel_site: Path) -> None:
    rows = [
        one for chapter in ("Data of the built-in studies", "World layers", "Typefaces") for one in notices_of(chapter)
    ]
    assert bundled(wheel_site) == sorted({one.what.split(",")[0] for one in rows})
    assert all(one.credit and one.licence for one in rows)


def test_every_layer_of_a_bundled_file_is_named() -> None:
    import pyogrio

    named = {one.what for one in notices_of("Data of the built-in studies")}
    for path in sorted((ROOT / "layers" / "studies").glob("*/*.gpkg")):
        layers = {f"{path.parent.name}/{path.name}, {layer}" for layer, _ in pyogrio.list_layers(path)}
        assert layers == {one for one in named if path.name in one}


def test_every_licence_that_is_named_stands_there_or_needs_no_text() -> None:
    named = {
        licence
        for chapter in ("Data of the built-in studies", "World layers", "Software in the map", "Typefaces")
        for one in notices_of(chapter)
        for licence in re.findall(r"[A-Z][A-Za-z0-9]*-[0-9A-Za-z.-]*[0-9A-Za-z]|\bMIT\b|\bISC\b", one.licence)
    }
    texts = set(re.findall(r"^### (.+)$", notices_text(), re.MULTILINE))
    assert named - texts == {"CC-BY-4.0", "CC0-1.0"}  # the first by its address, the second asks for nothing
    assert texts <= named
    assert "https://creativecommons.org/licenses/by/4.0/" in notices_text()


def test_all_software_that_a_map_holds_is_named() -> None:
    named = " ".join(one.what for one in notices_of("Software in the map"))
    assert all(package in named for package, _ in LIBRARIES.values())


def test_the_wheel_carries_them_and_its_command_shows_them(wheel_site: Path, zoneplan) -> None:
    (beside,) = wheel_site.glob("zoneplan-*.dist-info/licenses/maps/NOTICES.md")
    assert (
        zoneplan("doctor", "--licences", code=0).stdout.strip()
        == notices_text().strip()
        == beside.read_text("utf-8").strip()
    )


def test_a_page_credits_the_bundled_data_that_its_plan_is_made_of(plan_of, toy_run: zp.Plan) -> None:
    plan = plan_of("us_mountain_west")
    said = page_notices(plan, software=False)
    assert "GeoNames (CC-BY-4.0" in said
    assert "Beck et al. 2018 (Apache-2.0; data CC-BY-4.0)" in said
    assert "Natural Earth" in said
    assert "China" not in said
    assert "GeoNames (CC-BY-4.0" in zp.report(plan)
    assert "GeoNames (CC-BY-4.0" in zp.draw(plan).get_root().render()
    world = "Made with Natural Earth (public domain)\nGeoNames (CC-BY-4.0, MIT)"
    assert page_notices(toy_run, software=False) == world  # what every map draws around its study


def test_a_map_holds_the_licences_of_the_scripts_in_it(toy_run: zp.Plan) -> None:
    page = zp.draw(toy_run).get_root().render()
    assert "Copyright (c) 2010-2022, Volodymyr Agafonkin" in page
    assert "Redistribution and use in source and binary forms" in page
    assert "Permission is hereby granted, free of charge" in page
    assert '<p class="credits">GeoNames (CC-BY-4.0, MIT)</p>' in zp.report(toy_run)
