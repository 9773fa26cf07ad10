"""A plan's own list: only stricter, each item with its line, in the run folder and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from layers.errors import SeveralErrors, UnknownNameError, ZoneplanError
from layers.read.reading_step import read_inputs
from maps.telling.explanations.industry_query import ask_industry, list_titles
from maps.words import localize
from tests.zoning.conftest import findings
from zoning.pipeline.flow import check, run
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.plan import Plan
from zoning.rulebook import OWN, read_rulebook
from zoning.study import read_study
from zoning.tables import INDUSTRIES

HEADER = "unit_id,jurisdiction,code,treatment,state,conditions,reference\n"
OWN_LIST = (
    HEADER + "a1,,C3011,prohibited,planned,,Order 1\n,east,C30,restricted,both,grade II,\nc1,,A03,prohibited,,,\n"
)
LISTS = """
[[industries]]
list = "base"
code = "C30"
treatment = "restricted"
conditions.scale = { en = "large" }
reference = "Toy Act, section 20"

[[industries]]
list = "forest"
code = "B"
treatment = "prohibited"
state = "planned"
reference = "Toy Act, section 21"
"""
POLICIES = """
[[policies]]
id = "base-list"
instrument = "negative_list"
list = "base"
when = "TRUE"
title = { en = "Base list" }
clause = "What it restricts needs its conditions."
reference = "Toy Act, section 20"

[[policies]]
id = "forest-list"
instrument = "negative_list"
list = "forest"
when = "main = 'ecologically_fragile'"
title = { en = "Forest list" }
clause = "What it prohibits may not be."
reference = "Toy Act, section 21"
"""


def with_lists(folder: Path) -> Path:
    """The plan file of the toy province, with two lists in its rulebook and a list of its own to be written."""
    rules = folder / "rules"
    (rules / "industries.toml").write_text(LISTS, "utf-8")
    (rules / "policies.toml").write_text((rules / "policies.toml").read_text("utf-8") + POLICIES, "utf-8")
    head = (rules / "rulebook.toml").read_text("utf-8")
    (rules / "rulebook.toml").write_text(head + 'classification = "gbt4754_2017"\n', "utf-8")
    plan = folder / "plan.toml"
    asked = '\n[industries]\ntable = "own.csv"\ntitle = "List of the province"\nreference = "Province, order 5"\n'
    plan.write_text(plan.read_text("utf-8") + asked, "utf-8")
    return plan


@pytest.fixture
def write_plan(toy_folder: Path):
    """A function that writes the list of the province, and gives the plan file."""
    plan = with_lists(toy_folder)

    def write(text: str = OWN_LIST) -> Path:
        (toy_folder / "own.csv").write_text(text, "utf-8")
        return plan

    return write


@pytest.fixture(scope="module")
def plan(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = with_lists(copy_toy(tmp_path_factory.mktemp("listed") / "toy"))
    (path.parent / "own.csv").write_text(OWN_LIST, "utf-8")
    return run(read_study(path))


def complaints(path: Path) -> list[str]:
    try:
        run(read_study(path))
    except ZoneplanError as error:
        return [str(one) for one in (error.errors if isinstance(error, SeveralErrors) else [error])]
    return []


def test_it_stands_beside_the_lists_of_the_rulebook(plan: Plan) -> None:
    own = plan.industries[plan.industries["list"] == OWN]
    assert own[["item", "code", "treatment", "state", "unit_id", "jurisdiction", "reference"]].values.tolist() == [
        [2, "C3011", "prohibited", "planned", "a1", "", "Order 1"],
        [3, "C30", "restricted", "both", "", "east", "Province, order 5"],
        [4, "A03", "prohibited", "both", "c1", "", "Province, order 5"],
    ]
    assert plan.industries["list"].tolist() == ["base", "forest", OWN, OWN, OWN]
    assert list(plan.industries.columns) == list(INDUSTRIES.columns)
    assert [source.path for source in plan.sources if source.name == "industries"] == ["own.csv"]


@pytest.mark.parametrize(
    ("unit", "code", "state", "answer", "conditions", "decided"),
    [
        ("a1", "C3011", "planned", "prohibited", (), OWN),
        ("a1", "C3011", "existing", "conditional", ("scale: large",), "base"),
        ("a1", "C3012", "planned", "conditional", ("scale: large",), "base"),
        ("b1", "C3011", "planned", "conditional", ("scale: large",), "base"),
        ("a4", "C3011", "planned", "conditional", ("scale: large", "grade II"), "base"),
        ("c1", "A0311", "planned", "prohibited", (), OWN),
        ("b1", "A0311", "planned", "not_listed", (), None),
        ("b1", "B0610", "planned", "prohibited", (), "forest"),
        ("b1", "B0610", "existing", "not_listed", (), None),
        ("a4", "B0610", "planned", "not_listed", (), None),
    ],
)
def test_verdicts_by_pencil(plan: Plan, unit, code, state, answer, conditions, decided) -> None:
    verdict = ask_industry(localize(plan), unit, code, state).verdict
    assert (verdict.answer, verdict.conditions) == (answer, conditions)
    assert (verdict.decided_by.list if verdict.decided_by else None) == decided


def test_it_is_called_by_its_title_and_kept_in_another_language(plan: Plan) -> None:
    for language in ("en", "zh"):
        told = localize(plan, language)
        assert list_titles(told)[OWN] == "List of the province"
        own = [one.industries[one.industries["list"] == OWN] for one in (told, plan)]
        assert (
            own[0]["provision"].iloc[0]
            == {"en": "List of the province, item 2", "zh": "List of the province第 2 项"}[language]
        )
        pd.testing.assert_frame_equal(*(rows.drop(columns="provision") for rows in own), check_dtype=False)


def test_policies_say_how_many_items_their_lists_have(plan: Plan) -> None:
    row = plan.policies.set_index(["unit_id", "policy"]).loc[("b1", "forest-list")]
    assert row["parameters"] == '{"list": "forest", "prohibited": 1, "restricted": 0}'
    assert row["overruled_by"] == ""


def test_an_item_that_is_looser_is_refused_with_its_line_and_units(write_plan) -> None:
    """The forest list prohibits mining where forest is the main function: in six units of the west."""
    told = complaints(write_plan(HEADER + ",west,B0610,restricted,planned,only deep mines,\n"))
    (one,) = told
    assert one.startswith("table 'own.csv', line 2: B0610 is restricted here, and list 'forest' prohibits B in 6")
    assert "('a1', 'a2', 'b1', 'b2', 'c1' and 1 more). A plan's own list may only be stricter: write prohibited" in one
    assert complaints(write_plan(HEADER + ",west,B0610,restricted,existing,only deep mines,\n")) == []
    assert complaints(write_plan(HEADER + ",east,B0610,restricted,planned,only deep mines,\n")) == []


def test_what_holds_everywhere_is_checked_before_the_flow(write_plan, toy_folder: Path) -> None:
    rules = toy_folder / "rules" / "industries.toml"
    path = write_plan(HEADER + "a4,,C3011,restricted,,kilns of 4000 t,\n")
    rules.write_text(
        LISTS.replace("restricted", "prohibited").replace('conditions.scale = { en = "large" }\n', ""), "utf-8"
    )
    study = read_study(path)
    findings = check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))
    assert [one.code for one in findings if one.level == "error"] == ["looser_item"]
    assert [one.exit_code for one in findings if one.level == "error"] == [3]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (",west,C3011,restricted,,scale: large,\n", [2]),  # what the base list says of all C30
        (",west,C3011,restricted,,large,\n", [2]),
        (",west,C3011,restricted,,scale: larger,\n", []),
        (",west,C3011,restricted,,scale: large; location: in a park,\n", []),
        ("b1,,B0610,prohibited,planned,,\n", [2]),
        ("b1,,B0610,prohibited,both,,\n", []),  # existing works are prohibited by nobody else
        (",west,B,prohibited,planned,,\n,east,B,prohibited,planned,,\n", [2]),
    ],
)
def test_an_item_that_repeats_is_a_finding_with_its_line(write_plan, rows, lines) -> None:
    plan = run(read_study(write_plan(HEADER + rows)))
    found = [one for one in plan_findings_of(plan) if one.code == "item_repeats"]
    assert [int(one.features[0]) for one in found] == lines
    assert all(
        one.level == "warning" and f"table 'own.csv', line {lines[0]}" in one.text for one in findings(found, plan)
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a9,,B,prohibited,,,\n", "table 'own.csv', line 2: there is no unit 'a9'"),
        (",wst,B,prohibited,,,\n", "table 'own.csv', line 2: there is no jurisdiction 'wst'; did you mean 'west'?"),
        ("a1,,A3011,prohibited,,,\n", "line 2: industry 'A3011': 30 is a part of C, not of A; write 'C3011'"),
        ("a1,,B,prohibited,,,\na1,,B,prohibited,,,\n", "table 'own.csv', line 3: line 2 says the same; drop one."),
    ],
)
def test_items_of_nowhere_and_nothing(write_plan, row, message) -> None:
    told = complaints(write_plan(HEADER + row))
    assert any(message in one for one in told), told


def test_a_list_needs_a_rulebook_that_says_what_codes_mean(toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8") + '\n[industries]\ntable = "own.csv"\n', "utf-8")
    (toy_folder / "own.csv").write_text(OWN_LIST, "utf-8")
    (told,) = complaints(plan)
    assert told.startswith("plan.toml, line ")
    assert "rulebook 'toy' names no 'classification' of industries" in told


def test_it_comes_back_from_a_run_folder(plan: Plan, tmp_path: Path) -> None:
    from maps.runs import read_run, write_run

    again = read_run(write_run(plan, tmp_path / "run"))
    pd.testing.assert_frame_equal(again.industries, plan.industries, check_dtype=False)
    for unit, code, state in (("a1", "C3011", "planned"), ("a4", "C3011", "existing"), ("c1", "A0311", "planned")):
        answers = [ask_industry(localize(one), unit, code, state) for one in (again, plan)]
        assert answers[0] == answers[1]
    (tmp_path / "run" / "industries.csv").unlink()  # as a run of an older zoneplan
    assert read_run(tmp_path / "run").industries.empty


def test_a_piece_that_the_unit_does_not_have_is_refused(plan: Plan) -> None:
    with pytest.raises(UnknownNameError, match="unit 'a1' has no piece 'nonsense'") as caught:
        ask_industry(localize(plan), "a1", "C3011", piece_id="nonsense")
    assert caught.value.code == "unknown_piece"
