"""What a plan means: every name finds something, or the planner hears where it does not, all at once."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import SeveralErrors, StudyError, ZoneplanError
from layers.read.reading_step import read_inputs
from tests.conftest import examples
from zoning.pipeline.flow import check, run
from zoning.plan import Plan
from zoning.rulebook import read_rulebook
from zoning.study import read_study


def edit(folder: Path, *changes: tuple[str, str], file: str = "plan.toml") -> Path:
    path = folder / file
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return folder


def findings(folder: Path):
    study = read_study(folder / "plan.toml")
    return check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))


def errors(folder: Path) -> list[str]:
    return [finding.text for finding in findings(folder) if finding.level == "error"]


@pytest.mark.parametrize("name", ["forest", "heigth"])
def test_a_relief_wants_a_raster_of_the_plan(toy_folder: Path, name: str) -> None:
    plan = toy_folder / "plan.toml"
    plan.write_text(f'{plan.read_text("utf-8")}\n[map]\nrelief = "{name}"\n', "utf-8")
    (error,) = errors(toy_folder)
    assert f"relief = '{name}': there is no raster layer of that name" in error
    assert "'height'" in error or name == "forest"


def test_titles_of_columns_that_are_not_there_are_refused_with_their_place(toy_folder: Path) -> None:
    new = 'source = "stats.csv"\ntitles = { populaton = "People", population = "Residents" }'
    (error,) = errors(edit(toy_folder, ('source = "stats.csv"', new)))
    assert "line 49, column 24: titles: stats.csv has no column 'populaton'" in error
    assert "'population'" in error


def test_a_sound_plan_has_no_error_but_says_what_was_absent_and_unverified(toy_folder: Path) -> None:
    found = findings(toy_folder)
    assert errors(toy_folder) == []
    said = {(finding.level, finding.code): finding for finding in found}
    assert said["note", "absent"].features == ("protected_ha",)
    assert "takes it as 0" in said["note", "absent"].text
    assert said["note", "unverified"].count == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('role = "energy_rich"', 'role = "energy_rihc"', ["line 25, column 8", "'energy_rihc'", "mean 'energy_rich'?"]),
        ('role = "energy_rich"', 'role = "elevation"', ["reads no role 'elevation'"]),
        ('weight = "population"', 'weight = "poplation"', ["'construction_land'", "mean 'population'?"]),
        ('ceiling = "available_ha"', 'ceiling = "availble_ha"', ["mean 'available_ha' or"]),
        ('levels = ["county", "unit"]', 'levels = ["province", "unit"]', ["'province' is no jurisdiction", "'county'"]),
        ("main = 'key_development'", "mian = 'key_development'", ["nothing provides 'mian'", "'main'"]),
        ('unit = "c4"', 'unit = "c44"', ["no unit 'c44'", "'c4'"]),
        ('main = "key_development"', 'main = "energy_rich"', ["energy_rich"]),
    ],
)
def test_a_name_that_finds_nothing_is_told_with_its_place(old, new, words, toy_folder: Path) -> None:
    text = errors(edit(toy_folder, (old, new)))[0]
    assert all(word in text for word in words), text


def test_points_cannot_play_a_role(toy_folder: Path) -> None:
    (text,) = errors(edit(toy_folder, ('measure = { plant_mw = "sum(mw)" }', 'role = "energy_rich"')))
    assert "'plants' holds points" in text
    assert "a role needs area" in text


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ('{ plant_mw = "sum(mww)" }', "layer 'plants' has no column 'mww'; did you mean 'mw'?"),
        (
            '{ plant_mw = "sum(owner)" }',
            "layer 'plants': column 'owner' holds texts, not numbers in 1 feature(s), '1'; the first is 'state'.",
        ),
        ('{ plant_mw = "length(km)" }', "layer 'plants' holds points, of which 'length(km)' is not known; it can be"),
    ],
)
def test_a_formula_that_its_layer_cannot_answer_is_the_checks_and_has_a_place(
    measure: str, words: str, toy_folder: Path
) -> None:
    edit(
        toy_folder,
        ("x,y,mw\n", "x,y,mw,owner\n"),
        (",600\n", ",600,state\n"),
        (",300\n", ",300,\n"),
        (",50\n", ",50,\n"),
        file="plants.csv",
    )
    edit(toy_folder, ('{ plant_mw = "sum(mw)" }', measure))
    (text,) = errors(toy_folder)
    assert text.startswith(f"plan.toml, line 40, column 24: {words}")


def test_a_grid_too_coarse_for_slope_is_the_checks(toy_folder: Path) -> None:
    edit(toy_folder, ('"mean(value)"', '"mean(slope)"'))
    (text,) = errors(toy_folder)
    assert text.startswith("plan.toml, line 45, column 29: layer 'height': 'mean(slope)' asks for slope of cells of")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"county": ""}, "line 64, column 11: quota 'construction_land': level 'county': no jurisdiction for 1 unit:"),
        ({"population": None}, "line 66, column 10: quota 'construction_land': weight 'population': the weight is mi"),
    ],
)
def test_what_a_unit_lacks_of_a_quotas_needs_is_the_checks(change: dict, words: str, toy_folder: Path) -> None:
    units = gpd.read_file(toy_folder / "toy.gpkg", layer="units")
    units.assign(**{name: units[name].where(units["code"] != "c1", value) for name, value in change.items()}).to_file(
        toy_folder / "toy.gpkg", layer="units", driver="GPKG"
    )
    (text,) = errors(toy_folder)
    assert text.startswith(f"plan.toml, {words}")
    assert "'c1'" in text


def test_a_bound_that_a_unit_lacks_is_the_checks(toy_folder: Path) -> None:
    edit(toy_folder, ('ceiling = "available_ha"', 'ceiling = "income"\nfloor = "income"\ncarried = "income"'))
    lines = (toy_folder / "stats.csv").read_text("utf-8").splitlines()
    (toy_folder / "stats.csv").write_text("\n".join(lines[:-1]), "utf-8")
    floor, ceiling, carried = errors(toy_folder)
    assert "line 69, column 9: quota 'construction_land': the floor is missing" in floor
    assert "line 68, column 11: quota 'construction_land': the ceiling is missing" in ceiling
    assert "line 70, column 11: quota 'construction_land': the balance 'income' is missing" in carried


LIMITED = ('by = "weighted"', 'by = "optimal"\nobjective = "suitability"\nlimits = [{{ name = "water", {} }}]')
TRANSFER = """
[[transfers]]
name = "support"
period = 2025
unit = "CNY"
budget = 100
by = "amount"
{}
"""


def lose_the_last_income(folder: Path) -> None:
    lines = (folder / "stats.csv").read_text("utf-8").splitlines()
    assert lines[-1] == "c4,40"
    (folder / "stats.csv").write_text("\n".join(lines[:-1]), "utf-8")


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (
            'per = "income", max = 9000',
            "limit 'water': 'income' (what is used per unit) is missing or not finite for 1",
        ),
        ('max = "income"', "limit 'water': 'income' (bound) is missing or not finite for 1"),
        ('max = 900, when = "income > 3"', 'the limit "income > 3" cannot be answered for 1'),
    ],
)
def test_what_a_unit_lacks_of_what_a_limit_reads_is_the_checks(limit: str, words: str, toy_folder: Path) -> None:
    edit(toy_folder, (LIMITED[0], LIMITED[1].format(limit)))
    lose_the_last_income(toy_folder)
    (text,) = errors(toy_folder)
    assert re.fullmatch(r"plan.toml, line 67, column \d+: quota 'construction_land': .*", text)
    assert f"{words} unit: 'c4'" in text
    edit(toy_folder, (limit, f"""{limit.partition(", when")[0]}, when = "unit_id <> 'c4'\""""))
    assert errors(toy_folder) == [], "of a unit that does not count nothing is needed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("main = 'key_development'", "income > 3"),
            "67, column 22: quota 'construction_land': the priority \"income >",
        ),
        ((TRANSFER.format('amount = "income"')), "72, column 8: transfer 'support' (2025): 'income' is missing for"),
        (
            (TRANSFER.format('amount = "income"\nlevel = "county"')),
            "72, column 8: transfer 'support' (2025): 'income' is miss",
        ),
        (
            (TRANSFER.format('amount = "population"\nwhen = "income > 3"')),
            "72, column 8: transfer 'support' (2025): \"income > 3\" cannot",
        ),
    ],
)
def test_what_a_unit_lacks_of_what_conditions_and_transfers_read_is_the_checks(
    change: tuple[str, str] | str, words: str, toy_folder: Path
) -> None:
    edit(toy_folder, change if isinstance(change, tuple) else ("reserve_pct = 5", f"reserve_pct = 5\n{change}"))
    lose_the_last_income(toy_folder)
    (text,) = errors(toy_folder)
    assert text.startswith(f"plan.toml, line {words}")
    assert "1 unit: 'c4'" in text


def stats(name: str, *last: str) -> tuple[str, str]:
    """The table of the toy province with its column under another name, and other values at its end."""
    path = Path(__file__).parents[2] / "data" / "toy" / "stats.csv"
    old = path.read_text("utf-8")
    rows = old.splitlines()
    for place, value in enumerate(reversed(last), 1):
        rows[-place] = f"{rows[-place].partition(',')[0]},{value}"
    return old, "\n".join([f"code,{name}", *rows[1:]])


MEASURE = 'measure = {{ plant_mw = "sum(mw)", {} = "count()" }}'
PLANTS = 'measure = { plant_mw = "sum(mw)" }'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            PLANTS,
            MEASURE.format("population"),
            "40, column 48: 'population' comes from the units' file toy.gpkg and comes from",
        ),
        (
            PLANTS,
            MEASURE.format("income"),
            "40, column 44: 'income' comes from stats.csv and comes from layer 'plants' as well",
        ),
        (PLANTS, MEASURE.format("main"), "40, column 42: 'main' is the main function of a unit and comes from layer"),
        (
            PLANTS,
            MEASURE.format("energy_rich"),
            "40, column 49: 'energy_rich' is an overlay of rulebook 'toy' and comes",
        ),
        (
            PLANTS,
            MEASURE.format("available_ha"),
            "40, column 50: 'available_ha' comes from layer 'plants' and comes from the",
        ),
        (
            'role = "permanent_farmland"',
            'role = "permanent_farmland"\nmeasure = { permanent_farmland_ha = "ha()" }',
            "33, column 37: 'permanent_farmland_ha' comes from the overlay and comes from layer 'farmland' as well",
        ),
        (*stats("main"), "48, column 10: 'main' is the main function of a unit and comes from stats.csv as well"),
        (
            *stats("energy_rich"),
            "48, column 10: 'energy_rich' is an overlay of rulebook 'toy' and comes from stats.csv",
        ),
        (
            *stats("height_mean_m_covered"),
            "45, column 29: 'height_mean_m_covered' comes from stats.csv and is kept for",
        ),
        (*stats("quota_construction_land"), "60, column 8: 'quota_construction_land' comes from stats.csv and is the"),
    ],
)
def test_two_sources_of_one_name_are_the_checks(old: str, new: str, words: str, toy_folder: Path) -> None:
    edit(toy_folder, (old, new), file="stats.csv" if old.startswith("code,") else "plan.toml")
    (text,) = errors(toy_folder)
    assert text.startswith(f"plan.toml, line {words}")
    assert text.endswith("as well; rename one of them")


GROUPS = """groups = [
    {{ when = "{}", max_pct = 50 }},
    {{ when = "{}", max_pct = 50 }},
]"""
MOVE = '[[quotas.transfers]]\nfrom = "a1"\nto = "a3"\namount = 1\nreason = "a swap"'
RESERVE = "reserve_pct = 5"
OWN = '[[quotas]]\nname = "construction_land"'
OTHER = OWN.replace("construction_land", "all") + '\nperiod = 2025\ntotal = 500\nunit = "ha"\nweight = "population"\n'
ADJUSTED = """{ when = "main IN ('general', 'genral')", factor = 2, reason = 'x' }"""


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        (
            "main = 'key_development'",
            "main > 3",
            2,
            "67, column 22: quota 'construction_land': a text is compared with a",
        ),
        (
            "main = 'key_development'",
            "energy_rich > 3",
            2,
            "67, column 22: quota 'construction_land': a boolean is compare",
        ),
        (
            "main = 'key_development'",
            "main = 'key_devlopment'",
            2,
            "67, column 22: quota 'construction_land': there is no main zone 'key_devlopment'; did you mean 'key_d",
        ),
        (
            RESERVE,
            TRANSFER.format('amount = "population"\nwhen = "main > 3"'),
            2,
            "77, column 8: transfer 'support': a text is compared with a number",
        ),
        (
            RESERVE,
            TRANSFER.format(f'amount = "population"\nadjust = [{ADJUSTED}]'),
            2,
            "77, column 20: transfer 'support': there is no main zone 'genral'; did you mean 'general'?",
        ),
        (
            RESERVE,
            TRANSFER.format('amount = "quota_construction_land"'),
            2,
            "71, column 8: transfer 'support': nothing provides the measure 'quota_construction_land'",
        ),
        (
            RESERVE,
            MOVE,
            2,
            "70, column 8: quota 'construction_land': transfer 1 (a swap): it leads from 'west' to 'east'; a",
        ),
        (
            RESERVE,
            GROUPS.format("population > 100", "population < 400"),
            2,
            "69, column 10: quota 'construction_land': the groups",
        ),
        (
            RESERVE,
            'locked = [{ unit = "a1", amount = 1, reason = "x" }, { when = "income < 11", amount = 2, reason = "x" }]',
            2,
            "69, column 63: quota 'construction_land': two locked amounts for 1 unit: 'a1'; leave one",
        ),
        (
            "total = 120",
            "total = 900000000000000000\nstep = 0.000000001",
            6,
            "62, column 9: quota 'construction_land': a total of",
        ),
        (RESERVE, 'carried = "name"', 2, "69, column 11: quota 'construction_land': the balance is text, not a number"),
        (
            OWN,
            f'{OWN}\nwithin = [{{ quota = "al" }}]',
            2,
            "61, column 21: quota 'construction_land': no quota 'al' stands above it, to stay within",
        ),
        (
            OWN,
            f'{OTHER}levels = ["unit"]\n\n{OWN}\nwithin = [{{ quota = "all", level = "county" }}]',
            2,
            "69, column 21: quota 'construction_land': it stays within 'all' at level 'county', but that quota",
        ),
    ],
)
def test_what_a_run_refuses_of_quotas_and_transfers_is_the_checks(
    old: str, new: str, code: int, words: str, toy_folder: Path, command
) -> None:
    edit(toy_folder, (old, new))
    checked = command("check", toy_folder / "plan.toml", "--json")
    (text,) = (row["text"] for row in json.loads(checked.out)["findings"] if row["level"] == "error")
    assert text.startswith(f"plan.toml, line {words}")
    assert checked.code == code
    ran = command("run", toy_folder / "plan.toml")
    assert (ran.code, text.splitlines()[0] in ran.err) == (code, True)


@pytest.mark.parametrize("key", ["weight", "floor", "ceiling"])
def test_negative_numbers_in_a_column_are_bad_data(key: str, toy_folder: Path, command) -> None:
    edit(toy_folder, stats("income", "-1"), file="stats.csv")
    (line,) = (
        line
        for line in (toy_folder / "plan.toml").read_text("utf-8").splitlines()
        if line.startswith("reserve" if key == "floor" else key)
    )
    edit(toy_folder, (line, f'{key} = "income"'))
    (text,) = errors(toy_folder)
    assert re.match(
        rf"plan.toml, line \d+, column \d+: quota .*: the {key} is below 0 for 1 unit: 'c4'; give 0 or more", text
    )
    assert command("check", toy_folder / "plan.toml").code == 3
    assert command("run", toy_folder / "plan.toml").code == 3


@pytest.mark.parametrize(
    ("part_of", "last", "words"),
    [
        ("", ("",), "cannot be answered for 1 unit ('c4'): income is missing; fill"),
        ("", ("", ""), "cannot be answered for 2 units ('c3', 'c4'): income is missing; fill"),
        ('\npart_of = "county"', ("",), "cannot be answered for 1 unit ('east'): income is missing; fill"),
    ],
)
def test_a_rule_that_does_not_do_without_a_value_is_the_checks(
    part_of: str, last: tuple[str, ...], words: str, toy_folder: Path, command
) -> None:
    edit(toy_folder, ('jurisdiction = "county"', f'jurisdiction = "county"{part_of}'))
    edit(toy_folder, ('name = "population"', 'name = "income"\nwhole = "sum"'), file="rules/indicators.toml")
    edit(
        toy_folder,
        ('population >= populous_min"\non_unknown = "review"', 'income >= populous_min"\non_unknown = "error"'),
        file="rules/rules.toml",
    )
    edit(toy_folder, stats("income", *last), file="stats.csv")
    (text,) = errors(toy_folder)
    assert text.startswith(f"rules/rules.toml, line 14, column 14: rule key-1 (income >= populous_min) {words}")
    assert command("check", toy_folder / "plan.toml").code == 3
    assert command("run", toy_folder / "plan.toml").code == 3


def test_a_larger_unit_in_two_jurisdictions_is_the_checks(toy_folder: Path, command) -> None:
    units = gpd.read_file(toy_folder / "toy.gpkg", layer="units")
    units.assign(canton="one").to_file(toy_folder / "toy.gpkg", layer="units", driver="GPKG")
    edit(toy_folder, ('jurisdiction = "county"', 'jurisdiction = "county"\npart_of = "canton"'))
    (text,) = errors(toy_folder)
    assert text.startswith(
        "plan.toml, line 12, column 11: layer 'units': the parts of a larger unit of column 'canton' lie in "
    )
    assert command("check", toy_folder / "plan.toml").code == 3
    assert command("run", toy_folder / "plan.toml").code == 3


def test_a_unit_called_like_a_county_of_others_cannot_be_a_party(toy_folder: Path) -> None:
    units = gpd.read_file(toy_folder / "toy.gpkg", layer="units")
    units.assign(code=units["code"].replace("a1", "east")).to_file(
        toy_folder / "toy.gpkg", layer="units", driver="GPKG"
    )
    assert errors(toy_folder) == []
    edit(toy_folder, ("reserve_pct = 5", TRANSFER.format('amount = "population"')))
    assert errors(toy_folder) == [], "units alone are paid"
    edit(toy_folder, ('amount = "population"', 'amount = "population"\nlevel = "county"'))
    (text,) = errors(toy_folder)
    assert text.startswith("plan.toml, line 9, column 6: 'east' is the id of a unit and the name of a jurisdiction of")


def test_a_text_where_the_rulebook_reads_a_number_is_the_checks(toy_folder: Path) -> None:
    units = gpd.read_file(toy_folder / "toy.gpkg", layer="units")
    units.assign(population="many").to_file(toy_folder / "toy.gpkg", layer="units", driver="GPKG")
    told = errors(toy_folder)
    assert told[0].startswith("column 'population' holds a text, but rulebook 'toy' reads it as a number (persons)")
    assert "it has 'many' for 'a1', 'a2'" in told[0]
    assert "in the units' file toy.gpkg. Write plain numbers, such as 1234.5, without a unit" in told[0]


def test_a_rulebook_and_a_file_that_are_not_there_are_told_together(toy_folder: Path, command) -> None:
    edit(toy_folder, ("plants.csv", "plnts.csv"), ('rulebook = "rules"', 'rulebook = "brasil"'))
    checked = command("check", toy_folder / "plan.toml")
    assert "there is no built-in rulebook 'brasil'" in checked.out
    assert "no file plnts.csv in " in checked.out
    ran = command("run", toy_folder / "plan.toml")
    assert ran.code == checked.code
    assert "brasil" in ran.err
    assert "plnts.csv" in ran.err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("plants.csv", "plnts.csv", "line 36, column 10: no file plnts.csv in "),
        ('"stats.csv"', '"stat.csv"', "line 48, column 10: no file stat.csv in "),
        ("kind = 'coal'", "knd = 'coal'", "line 24, column 9: layer 'coalfield', where: nothing provides 'knd'"),
        ('unit = "c4"', 'unit = "c44"', "line 51, column 3: decision 1: there is no unit 'c44'"),
        ("reserve_pct = 5", '[industries]\ntable = "own.csv"', "line 70, column 9: no file own.csv in "),
        ('rulebook = "rules"', 'rulebook = "brasil"', "line 4, column 12: there is no built-in rulebook 'brasil'"),
    ],
)
def test_whatever_the_plan_names_and_is_not_there_has_a_place(
    old: str, new: str, words: str, toy_folder: Path, command
) -> None:
    edit(toy_folder, (old, new))
    checked = command("check", toy_folder / "plan.toml")
    assert f"error: plan.toml, {words}" in checked.out
    ran = command("run", toy_folder / "plan.toml")
    assert (ran.code, f"plan.toml, {words}" in ran.err) == (checked.code, True)


def test_names_that_the_rulebook_does_not_know_come_with_files_that_are_not_there(toy_folder: Path, command) -> None:
    edit(
        toy_folder,
        ("plants.csv", "plnts.csv"),
        ('role = "energy_rich"', 'role = "energy_rihc"'),
        ('main = "key_development"', 'main = "key_devlopment"'),
    )
    checked = command("check", toy_folder / "plan.toml")
    assert checked.code == 2
    for words in ("no role 'energy_rihc'", "no main zone 'key_devlopment'", "no file plnts.csv"):
        assert words in checked.out
    assert "3 errors" in checked.out


def test_a_repair_counts_features_and_tells_a_table_from_a_layer(toy_folder: Path) -> None:
    lines = (toy_folder / "stats.csv").read_text("utf-8").splitlines()
    (toy_folder / "stats.csv").write_text("\n".join(lines[:-1]), "utf-8")
    texts = [finding.text for finding in findings(toy_folder) if finding.level == "warning"]
    assert "table 'stats.csv': unmatched, once: the unit has no row here: its values are missing ('c4')" in texts


def test_a_measure_that_the_rulebook_must_have(toy_folder: Path) -> None:
    edit(toy_folder, ('name = "population"', 'name = "populace"'), file="rules/indicators.toml")
    edit(toy_folder, ("population >=", "populace >="), file="rules/rules.toml")
    (text,) = errors(toy_folder)
    assert "needs the measure 'populace' (persons)" in text
    assert "did you mean 'population'?" in text


def test_what_the_house_measures_is_not_what_a_user_meant(toy_folder: Path) -> None:
    edit(toy_folder, ('name = "population"', 'name = "area_km2"'), file="rules/indicators.toml")
    edit(toy_folder, ("population >=", "area_km2 >="), file="rules/rules.toml")
    (text,) = errors(toy_folder)
    assert "no layer or table of the plan gives it" in text
    assert "area_ha" not in text


def test_a_column_of_a_parameters_name_has_two_sources(toy_folder: Path) -> None:
    edit(toy_folder, ("code,income", "code,fragile_min"), file="stats.csv")
    told = "'fragile_min' is a parameter of rulebook 'toy' and comes from stats.csv as well; rename one of them"
    assert f"plan.toml, line 48, column 10: {told}" in errors(toy_folder)


def test_everything_is_said_at_once_and_the_run_says_the_same(toy_folder: Path) -> None:
    edit(toy_folder, ('role = "energy_rich"', 'role = "wet"'), ('weight = "population"', 'weight = "people"'))
    texts = errors(toy_folder)
    assert len(texts) == 2
    with pytest.raises(SeveralErrors) as caught:
        run(read_study(toy_folder / "plan.toml"))
    assert [finding.text for finding in caught.value.findings] == texts
    assert caught.value.exit_code == 2


def test_a_decision_of_the_future_has_no_effect_yet(toy_folder: Path) -> None:
    edit(toy_folder, ("date = 2024-06-01", "date = 2026-06-01"))
    warnings = {finding.code: finding for finding in findings(toy_folder) if finding.level == "warning"}
    assert warnings["decision_not_in_force"].features == ("c4",)
    assert warnings["crs"].layer == "plants", "the plan gave the CRS of a file that has none"
    assert warnings["crs"].text.startswith("layer 'plants': crs: taken as ETRS89")
    plan = run(read_study(toy_folder / "plan.toml"))
    assert plan.zones.set_index("unit_id").loc["c4", "main"] == "general"


def test_an_infeasible_quota_is_the_checks(toy_folder: Path, command) -> None:
    edit(toy_folder, ("total = 120", "total = 12000"))
    (text,) = errors(toy_folder)
    assert text.startswith("plan.toml, line 59, column 3: quota 'construction_land': level 'county': the ceilings come")
    assert command("check", toy_folder / "plan.toml").code == 4
    with pytest.raises(ZoneplanError) as caught:
        run(read_study(toy_folder / "plan.toml"))
    assert caught.value.exit_code == 4


def test_names_and_values_of_different_sections_are_told_together(toy_folder: Path) -> None:
    """A name that a quota does not find, and a value that a transfer misses."""
    edit(toy_folder, ('weight = "population"', 'weight = "poplation"'))
    edit(toy_folder, ("reserve_pct = 5", "reserve_pct = 5\n" + TRANSFER.format('amount = "income"')))
    lose_the_last_income(toy_folder)
    name, value = errors(toy_folder)
    assert "nothing provides the measure 'poplation'" in name
    assert "'income' is missing for" in value


CHANGES = {
    "role": ('role = "energy_rich"', 'role = "energy_rihc"'),
    "weight": ('weight = "population"', 'weight = "poplation"'),
    "weight as text": ('weight = "population"', 'weight = "name"'),
    "ceiling": ('ceiling = "available_ha"', 'ceiling = "income"'),
    "floor": ("reserve_pct = 5", 'reserve_pct = 5\nfloor = "income"'),
    "level": ('levels = ["county", "unit"]', 'levels = ["province", "unit"]'),
    "condition": ("main = 'key_development'", "income > 3"),
    "decision": ('unit = "c4"', 'unit = "c44"'),
    "total": ("total = 120", "total = 1200"),
    "huge": ("total = 120", "total = 900000000000000000\nstep = 0.000000001"),
    "part of": ('jurisdiction = "county"', 'jurisdiction = "county"\npart_of = "county"'),
    "transfer": ("reserve_pct = 5", "reserve_pct = 5\n" + TRANSFER.format('amount = "income"\nlevel = "county"')),
    "nobody": ("reserve_pct = 5", "reserve_pct = 5\n" + TRANSFER.format('amount = "income"\nwhen = "income > 99"')),
    "locks": ("reserve_pct = 5", 'reserve_pct = 5\nlocked = [{ unit = "a1", amount = 101, reason = "x" }]'),
}


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(st.sampled_from(sorted(CHANGES)), max_size=3), lost=st.booleans())
def test_what_the_check_passes_no_run_refuses(names: set[str], lost: bool, toy_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(toy_folder, tmp_path / "some", dirs_exist_ok=True))
    path = folder / "plan.toml"
    text = path.read_text("utf-8")
    for name in sorted(names):
        text = text.replace(*CHANGES[name], 1)
    path.write_text(text, "utf-8")
    if lost:
        lose_the_last_income(folder)
    try:
        study = read_study(path)
    except ZoneplanError:
        return  # two changes that make no plan together, such as two floors
    found = check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))
    told = [finding.text for finding in found if finding.level == "error"]
    refused: list[str] = []
    try:
        run(study)
    except ZoneplanError as error:
        refused = [finding.text for finding in error.findings]
    assert told == refused


def test_inputs_of_a_plan_with_other_jurisdictions_are_refused(toy_run: Plan) -> None:
    study = toy_run.study.model_copy(
        update={"units": toy_run.study.units.model_copy(update={"jurisdiction": ("county", "parish")})}
    )
    with pytest.raises(StudyError, match=r"line \d+, column \d+: the units were read without .*parish"):
        run(study, inputs=toy_run.inputs)


def test_a_decision_on_a_name_is_told_the_id(toy_folder: Path) -> None:
    edit(toy_folder, ('unit = "c4"', 'unit = "Unit C4"'))
    assert any(
        text.endswith("there is no unit 'Unit C4'; it is the name of 'c4': write the id") for text in errors(toy_folder)
    )


def test_ids_without_a_unit_are_told_from_units_without_a_row(toy_folder: Path) -> None:
    edit(toy_folder, ("c4,", "z9,"), file="stats.csv")
    texts = [one.text for one in findings(toy_folder) if one.code == "unmatched"]
    assert texts == [
        "table 'stats.csv': unmatched, once: left out: no unit has this id ('z9')",
        "table 'stats.csv': unmatched, once: the unit has no row here: its values are missing ('c4')",
    ]
