"""The study file: the contract's example, what its shape forbids, and the schema that says so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pydantic
import pytest

from layers.errors import SeveralErrors, StudyError, UnknownNameError, ZoneplanError
from zoning.study import builtin_studies, builtin_study, read_study, study_schema

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

[[decisions]]
unit = "08031"
main = "key_development"
reason = "capital"
by = "planning board"
date = 2024-06-01

[[quotas]]
name = "construction_land"
period = 2025
total = 12000
unit = "ha"
step = 0.01
levels = ["state", "unit"]
by = "weighted"
weight = [{ measure = "population", share = 0.6 }, { measure = "available_ha", share = 0.4 }]
priority = [{ when = "main = 'key_development'", factor = 1.5, reason = "leading cities first" }]
floor = 0
ceiling = "available_ha"
reserve_pct = 5
"""


def write(folder: Path, text: str = EXAMPLE) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaints(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the example with one change."""
    assert EXAMPLE.count(old) >= 1, old
    with pytest.raises(ZoneplanError) as caught:
        read_study(write(folder, EXAMPLE.replace(old, new, 1)))
    assert caught.value.exit_code == 2
    errors = caught.value.errors if isinstance(caught.value, SeveralErrors) else (caught.value,)
    assert all(isinstance(error, StudyError) for error in errors)
    return [str(error) for error in errors]


def test_the_example_of_the_contract(tmp_path):
    study = read_study(write(tmp_path))
    assert (study.name, study.date, study.rulebook) == ("Mountain West 2025", dt.date(2025, 1, 1), "us_west")
    assert study.units.levels == ("nation", "state")
    assert [layer.name for layer in study.layers] == ["forests", "plants", "elevation"]
    assert study.layers[2].nodata == -9999.0
    assert study.layers[2].measure == {"elevation_mean_m": "mean(value)", "steep_share": "share(slope > 25)"}
    assert study.decisions[0].main == "key_development"
    quota = study.quotas[0]
    assert (quota.total, quota.step, quota.ceiling) == (Decimal(12000), Decimal("0.01"), "available_ha")
    assert [(part.measure, part.share) for part in quota.weight] == [("population", 0.6), ("available_ha", 0.4)]
    assert study.path == tmp_path / "plan.toml"
    assert study.folder == tmp_path
    assert study.text == EXAMPLE


def test_what_may_be_left_out_has_its_default(tmp_path):
    study = read_study(
        write(tmp_path, EXAMPLE[: EXAMPLE.index("[[layers]]")].replace('["nation", "state"]', '"state"'))
    )
    assert study.units.levels == ("state",)
    assert (study.units.empty, study.units.max_overlap_ha) == ("error", 100.0)
    assert study.layers == study.tables == study.decisions == study.quotas == ()


def test_a_study_knows_where_everything_stands(tmp_path):
    study = read_study(write(tmp_path))
    assert study.where("layers", 0, "role") == "plan.toml, line 18, column 8"
    assert study.where("layers", 1, "measure", "coal_mw") == "plan.toml, line 26, column 23"
    assert study.where("quotas", 0, "priority", 0, "when") == "plan.toml, line 55, column 22"
    assert study.where("quotas", 0, "weight", 1, "measure") == "plan.toml, line 54, column 64"
    assert study.where("layers", 0, "crs") == "plan.toml, line 13, column 3"


def test_studies_are_equal_where_the_same_is_written_and_frozen(tmp_path):
    (tmp_path / "other").mkdir()
    one = read_study(write(tmp_path))
    other = read_study(write(tmp_path / "other", EXAMPLE.replace("[units]", "# a comment\n[units]")))
    assert one == other
    assert one != read_study(write(tmp_path, EXAMPLE.replace("12000", "13000")))
    with pytest.raises(pydantic.ValidationError):
        one.layers = ()  # type: ignore[misc]  # this is what must not work


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("main = 'key_dev", "main == 'key_dev", "plan.toml, line 55, column 22: unexpected '='"),
        (
            'main = "key_dev',
            'overlay = "x"\nmain = "key_dev',
            "line 39, column 3: a decision gives 'main' or 'overlay'",
        ),
        ('main = "key_development"\n', "", "a decision gives 'main' or 'overlay', and this one gives neither"),
        (
            "total = 12000",
            "total = 12000.005",
            "line 49, column 9: 'total' 12000.005 is no whole multiple of 'step' 0.01",
        ),
        ("total = 12000", "total = -1", "line 49, column 9: 'total' must be at least 0, not the number -1"),
        ("total = 12000", 'total = "12000"', "'total': a number is needed, not the text '12000'"),
        ("total = 12000", "total = inf", "'total' must be a finite number"),
        ("step = 0.01", "step = 0", "'step' must be more than 0, not the number 0"),
        ("period = 2025", "period = true", "'period': a whole number is needed, not true"),
        (
            '["state", "unit"]',
            '["unit", "state"]',
            "line 52, column 10: 'levels' names each jurisdiction once and ends in",
        ),
        ('["state", "unit"]', '"unit"', "'levels': a list in [ ] is needed, not the text 'unit'"),
        ('by = "weighted"', 'by = "best"', "'by' must be 'weighted' or 'optimal', not the text 'best'"),
        ('by = "weighted"', 'by = "optimal"', 'by = "optimal" needs objective = "suitability" or "gini"'),
        (", share = 0.6", "", "line 54, column 13: key 'share' is missing in 'weight'"),
        ("share = 0.6", "share = 0", "'share' must be more than 0"),
        ('floor = 0\nceiling = "available_ha"', "floor = 5\nceiling = 4", "line 56, column 9: 'floor' 5 is more than"),
        ("floor = 0", "floor = true", "line 56, column 9: 'floor': a number or a text in quotes is needed, not true"),
        ("reserve_pct = 5", "reserve_pct = 100", "'reserve_pct' must be less than 100"),
        (
            "reserve_pct = 5",
            "group = []",
            "line 58, column 1: unknown key 'group'; did you mean 'groups'? (known here: ",
        ),
        (
            "reserve_pct = 5",
            "groups = [{ when = 'x > 1' }]",
            "line 58, column 11: a group gives 'max_pct', 'min_pct' or",
        ),
        (
            "reserve_pct = 5",
            "groups = [{ when = 'x > 1', max_pct = 5, min_pct = 6 }]",
            "line 58, column 52: 'min_pct' 6 is more than 'max_pct' 5",
        ),
        ("reserve_pct = 5", "groups = [{ when = 'x > 1', max_pct = 101 }]", "'max_pct' must be at most 100"),
        (
            "reserve_pct = 5",
            "locked = [{ amount = 5, reason = 'x' }]",
            "line 58, column 11: a locked amount gives 'unit' or 'when', and this one gives neither",
        ),
        (
            "reserve_pct = 5",
            "locked = [{ unit = 'a', amount = 5.001, reason = 'x' }]",
            "'amount' 5.001 is no whole multiple of 'step' 0.01",
        ),
        (
            "reserve_pct = 5",
            "transfers = [{ from = 'a', to = 'a', amount = 5, reason = 'x' }]",
            "line 58, column 33: 'a' cannot hand anything to itself",
        ),
        (
            "reserve_pct = 5",
            "transfers = [{ form = 'a', to = 'b', amount = 5, reason = 'x' }]",
            "unknown key 'form'; did you mean 'from'?",
        ),
        (
            "reserve_pct = 5",
            "within = [{ quota = 'reclaimed', level = 'county' }]",
            "'county' is none of this quota's levels (state, unit)",
        ),
        (
            "[[tables]]",
            "[[flaws]]",
            (
                "unknown key 'flaws' (known here: study, units, layers, tables, databases, limits, decisions, quotas, "
                "energy, industries, indices, divergence, services, agreements, transfers, scenarios, robustness, "
                "try, map)"
            ),
        ),
        (
            "[[tables]]",
            '[map]\ntiles = "https://tiles.example/{z}/{x}/{y}.png"\n[[tables]]',
            "line 36, column 9: tiles want their 'attribution': say whose they are",
        ),
        ("[[tables]]", '[map]\nattribution = "mine"\n[[tables]]', "there are no 'tiles'"),
        (
            "[[tables]]",
            '[map]\ntiles = "javascript:alert({z}{x}{y})"\nattribution = "x"\n[[tables]]',
            "'javascript:alert({z}{x}{y})' is no address of tiles, such as https://tiles.example/{z}/{x}/{y}.png",
        ),
        ("[[tables]]", '[map]\ntiles = "https://a.b/{z}"\nattribution = "x"\n[[tables]]', "is no address of tiles"),
        ("[[decisions]]", "[decisions]", "line 39, column 2: 'decisions' is a list of tables: write [[decisions]]"),
        ('["state", "unit"]', '{ unit = "state" }', "'levels' is a list: write levels = [...]"),
    ],
)
def test_what_the_shape_of_a_study_forbids(tmp_path, old, new, expected):
    found = complaints(tmp_path, old, new)
    assert any(expected in complaint for complaint in found), found
    assert all(complaint.startswith("plan.toml, line ") for complaint in found)


def test_no_two_quotas_have_one_name_whatever_their_periods(tmp_path):
    second = '\n[[quotas]]\nname = "construction_land"\nperiod = 2030\ntotal = 1\nunit = "ha"\nweight = "population"\n'
    with pytest.raises(StudyError, match=r"line 61, column 8: two quotas have the name 'construction_land'"):
        read_study(write(tmp_path, EXAMPLE + second))


def test_all_complaints_come_at_once(tmp_path):
    text = (
        EXAMPLE.replace('id = "fips"', "id = 5", 1)
        .replace("EPSG:4326", "EPSG:0")
        .replace("total = 12000", "total = -1")
    )
    with pytest.raises(SeveralErrors) as caught:
        read_study(write(tmp_path, text))
    assert [str(error).split(":")[0] for error in caught.value.errors] == [
        "plan.toml, line 9, column 6",
        "plan.toml, line 25, column 7",
        "plan.toml, line 49, column 9",
    ]


def test_a_missing_plan_is_a_wrong_call(tmp_path):
    with pytest.raises(StudyError, match="no such file") as caught:
        read_study(tmp_path / "plan.toml")
    assert caught.value.exit_code == 2


def test_a_rulebook_is_a_folder_beside_the_plan_or_built_in(tmp_path):
    study = read_study(write(tmp_path))
    assert study.rulebook == "us_west"
    (tmp_path / "us_west").mkdir()
    assert study.rulebook == tmp_path / "us_west"
    (tmp_path / "us_west").rmdir()
    (tmp_path / "us_west").symlink_to("/usr")
    with pytest.raises(StudyError, match="leads out of the study's folder"):
        _ = study.rulebook


# Built-in studies and the schema


def test_built_in_studies_can_be_read():
    assert "us_mountain_west" in builtin_studies()
    for name in builtin_studies():
        assert read_study(builtin_study(name)).name
    with pytest.raises(UnknownNameError, match=r"no built-in study 'atlantis'; there are .*'us_mountain_west'"):
        builtin_study("atlantis")


def test_the_schema_knows_every_key_and_describes_it():
    schema = study_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["study", "units"]
    assert list(schema["properties"]) == [
        "study",
        "units",
        "layers",
        "tables",
        "databases",
        "limits",
        "decisions",
        "quotas",
        "energy",
        "industries",
        "indices",
        "divergence",
        "services",
        "agreements",
        "transfers",
        "scenarios",
        "robustness",
        "try",
        "map",
    ]
    parts = [schema, *schema["$defs"].values()]
    assert len(parts) == 46
    for part in parts:
        assert part["additionalProperties"] is False
        for key, description in part["properties"].items():
            assert description.get("description"), key
    assert "null" not in str(schema)
    quota = schema["$defs"]["Quota"]["properties"]
    assert quota["reserve_pct"]["exclusiveMaximum"] == 100
    assert quota["step"] == {
        "default": 1.0,
        "description": "Amounts are whole multiples of it; floors round up, ceilings down.",
        "exclusiveMinimum": 0.0,
        "type": "number",
    }
