"""The sections that say what is read: the contract's example, what their shape forbids, and where everything stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.conditions import parse_condition
from layers.errors import SeveralErrors, StudyError, ZoneplanError
from layers.sources import Sources, read_sources

EXAMPLE = """\
[study]
name = "Mountain West 2025"
date = 2025-01-01
rulebook = "us_west"

[units]
source = "study.gpkg"
layer = "units"
id = "fips"
name = "name"
jurisdiction = ["nation", "state"]

[[layers]]
name = "forests"
source = "study.gpkg"
layer = "fragile_areas"
where = "kind = 'forest_tree_cover_over_30pct'"
role = "ecologically_fragile"

[[layers]]
name = "plants"
source = "plants.csv"
x = "longitude"
y = "latitude"
crs = "EPSG:4326"
measure = { coal_mw = "sum(capacity_mw)" }

[[layers]]
name = "elevation"
source = "grids/elevation.tif"
role = "elevation"
nodata = -9999
measure = { elevation_mean_m = "mean(value)", steep_share = "share(slope > 25)" }

[[tables]]
source = "stats.csv"
id = "fips"
"""


def write(folder: Path, text: str = EXAMPLE) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaints(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the example with one change."""
    assert EXAMPLE.count(old) >= 1, old
    with pytest.raises(ZoneplanError) as caught:
        read_sources(write(folder, EXAMPLE.replace(old, new, 1)), Sources)
    assert caught.value.exit_code == 2
    errors = caught.value.errors if isinstance(caught.value, SeveralErrors) else (caught.value,)
    assert all(isinstance(error, StudyError) for error in errors)
    return [str(error) for error in errors]


def test_units_layers_and_tables_are_all_that_is_known(tmp_path):
    sources = read_sources(write(tmp_path), Sources)
    assert (sources.name, str(sources.date), sources.units.levels) == (
        "Mountain West 2025",
        "2025-01-01",
        ("nation", "state"),
    )
    assert sources.files == (
        ("units", "study.gpkg"),
        ("forests", "study.gpkg"),
        ("plants", "plants.csv"),
        ("elevation", "grids/elevation.tif"),
        ("stats.csv", "stats.csv"),
    )
    assert (sources.path, sources.folder, sources.text) == (tmp_path / "plan.toml", tmp_path, EXAMPLE)
    assert sources.where("layers", 0, "role") == "plan.toml, line 18, column 8"
    assert parse_condition(sources.layers[0].where or "").names == {"kind"}


def test_what_else_stands_in_a_plan_is_unknown_here(tmp_path):
    found = complaints(tmp_path, "[[tables]]", "[[quotas]]")
    assert any(
        "unknown key 'quotas' (known here: study, units, layers, tables, databases, limits)" in one for one in found
    ), found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('rulebook = "us_west"\n', "", "plan.toml, line 1, column 2: key 'rulebook' is missing in 'study'"),
        ("[study]", "[stud]", "plan.toml, line 1, column 1: key 'study' is missing"),
        (
            "date = 2025-01-01",
            "date = 2025",
            "'date': a date without quotes (such as 2025-01-01) is needed, not the number",
        ),
        ("date = 2025-01-01", "date = 2025-01-01T00:00:00", "'date'"),
        ('id = "fips"', "id = 5", "plan.toml, line 9, column 6: 'id': a text in quotes is needed, not the number 5"),
        (
            'id = "fips"',
            'id = "fips"\ncalled = { en = ["county"] }',
            "plan.toml, line 10, column 17: write what several are called, or one and several, such as",
        ),
        ('id = "fips"', 'id = "fips"\nempty = "keep"', "'empty' must be 'error' or 'drop', not the text 'keep'"),
        ('"nation", "state"]', '"state", "state"]', "line 11, column 16: 'jurisdiction' names a column twice"),
        ('["nation", "state"]', "[]", "'jurisdiction' must not be empty"),
        (
            'name = "forests"',
            'name = "Forest 2020"',
            "line 14, column 8: 'Forest 2020' is no name: small letters, digits",
        ),
        ('name = "forests"', 'name = "geometry"', "line 14, column 8: 'geometry' has a meaning of its own"),
        ('name = "forests"', 'name = "in"', "'in' has a meaning of its own"),
        ('name = "plants"', 'name = "forests"', "line 21, column 8: two layers have the name 'forests'"),
        ("coal_mw =", "steep_share =", "line 33, column 61: two layers measure 'steep_share'"),
        (
            "coal_mw =",
            '"coal mw" =',
            "line 26, column 13: 'coal mw' is no name: small letters, digits and _ from a letter on",
        ),
        (
            "where = \"kind = 'f",
            "where = \"kind == 'f",
            "line 17, column 9: unexpected '='; write = for 'equal' (column 7)",
        ),
        (
            "sum(capacity_mw)",
            "summ(x)",
            "line 26, column 23: cannot read 'summ(x)': no function 'summ'; did you mean sum",
        ),
        (
            "share(slope > 25)",
            "share(slop > 25)",
            "a condition on a raster reads value, slope, aspect, relief, not 'slop'",
        ),
        ("EPSG:4326", "EPSG:999999", "line 25, column 7: unknown coordinate reference system 'EPSG:999999'"),
        ("EPSG:4326", "+init=/etc/passwd:1", "unknown coordinate reference system"),
        ("EPSG:4326", "+proj=longlat +nadgrids=shift.gsb", "unknown coordinate reference system"),
        (
            "EPSG:4326",
            'EPSG:4326"\nencoding = "klingon',
            'line 26, column 12: encoding = "klingon" is no encoding that',
        ),
        ("EPSG:4326", 'EPSG:4326"\nencoding = "base64', 'encoding = "base64" is no encoding that Python knows'),
        ("EPSG:4326", 'EPSG:4326"\nencoding = "punycode', 'encoding = "punycode" is no encoding that Python knows'),
        ('y = "latitude"\n', "", "line 23, column 5: 'x' stands without 'y'; points from a table need both columns"),
        ('x = "longitude"\n', "", "'y' stands without 'x'"),
        ("nodata = -9999", 'nodata = "-9999"', "'nodata': a number is needed, not the text '-9999'"),
        ("nodata = -9999", "coarse = 1", "'coarse': true or false is needed, not the number 1"),
    ],
)
def test_what_the_shape_of_the_sections_forbids(tmp_path, old, new, expected):
    found = complaints(tmp_path, old, new)
    assert any(expected in complaint for complaint in found), found
    assert all(complaint.startswith("plan.toml, line ") for complaint in found)


@pytest.mark.parametrize("source", ["../other.gpkg", "/vsizip/b.zip", "C:\\data\\b.gpkg", "a\x1b[31m.gpkg", "  "])
def test_a_path_that_is_not_plain_has_its_place(tmp_path, source):
    written = source.replace("\\", "\\\\").replace("\x1b", "\\u001b")
    (found,) = complaints(tmp_path, '"grids/elevation.tif"', f'"{written}"')
    assert found.startswith("plan.toml, line 30, column 10")
    assert "\x1b" not in found


def test_names_may_be_in_any_script(tmp_path):
    text = EXAMPLE.replace('name = "forests"', 'name = "森林_2020"').replace("coal_mw", '"größe_ha"')
    assert read_sources(write(tmp_path, text), Sources).layers[0].name == "森林_2020"
