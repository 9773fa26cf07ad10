from __future__ import annotations

import pytest

from layers.errors import ZoneplanError
from maps.words import render
from tests.helpers import builtin_rulebook, replacement
from tests.zoning.conftest import said
from zoning.errors import RulebookError
from zoning.pipeline.worked_cases import is_as_expected, run_cases
from zoning.rulebook import builtin_rulebooks, read_draft


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_cases_show_what_every_rule_and_policy_does(name) -> None:
    """Each main and overlay zone, and each policy, is expected somewhere: a case that nothing needs shows nothing."""
    draft = read_draft(name)
    every = [case for cases in draft.cases.values() for case in cases]
    expected = [case.expect for case in every]
    places = [*expected, *(piece for case in every for piece in case.pieces)]
    zones = {one.main for one in expected} - {None} | {code for one in expected for code in one.overlays or ()}
    policies = {
        policy for one in places for policies in (one.policies, one.overruled) if policies for policy in policies
    }
    assert {rule.zone for rule in draft.rules} <= zones
    assert {policy.id for policy in draft.policies} <= policies
    excepted = {policy for one in places for policy in one.excepted or ()}
    assert {policy.id for policy in draft.policies if policy.exceptions} <= excepted


@pytest.mark.whole
@pytest.mark.parametrize("name", builtin_rulebooks())
def test_cases_come_out_alone_as_they_do_together(name) -> None:
    """Those that can be are asked as units of one table; each eighth is asked by itself, too."""
    cases = [case for cases in read_draft(name).cases.values() for case in cases][::8]
    together = {result.name: result.passed for result in run_cases(name)}
    assert {case.name: is_as_expected(case, builtin_rulebook(name).at(case.date)) for case in cases} == {
        case.name: together[case.name] for case in cases
    }


def test_cases_that_go_as_expected(write_rulebook) -> None:
    results = run_cases(write_rulebook())
    assert [result.passed for result in results] == [True, True]
    assert results[0].text == (
        "small/cases/zones.toml, line 1, column 3: case 'a density of exactly the limit is enough': as expected"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "population = 500",
            "population = 499",
            "main is general, expected key_development",
        ),
        ('status = "decided"', 'status = "contested"', "status is decided, expected contested"),
        ('overlays = ["energy_rich"]', "overlays = []", "overlays have energy_rich, which is not expected"),
        ('overlays = ["energy_rich"]', 'overlays = ["energy_rich", "border"]', "overlays lack border"),
        ('"energy-review", "land-report"]', '"no-building"]', "policies have energy-review, land-report, which is not"),
        ('"energy-review", "land-report"]', '"no-building"]', "policies lack no-building"),
        ("population = 500", "population = true", "refused: column 'population' holds a boolean"),
        (
            "population = 500, ",
            "",
            "nothing gives population, and indicators.toml has no 'when_absent' for it, or \"error\"; write a value",
        ),
    ],
)
def test_differences_are_told_in_words(write_rulebook, old, new, words) -> None:
    first, second = run_cases(write_rulebook(cases=replacement(old, new)))
    assert words in first.text
    assert not first.passed
    assert second.passed


def test_a_difference_has_the_reason_of_the_step(write_rulebook, rulebook) -> None:
    first, _ = run_cases(write_rulebook(cases=replacement("population = 500", "population = 499")))
    because = {one.text: one.because for one in first.differences}["main is general, expected key_development"]
    assert said(because, rulebook).startswith("no rule for a main function claims the unit; fragile-1")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "population = 500",
            "popultion = 500",
            "cases/zones.toml, line 5, column 9: case 'a density of exactly the limit is",
        ),
        (
            'main = "key_development"',
            'main = "key"',
            "line 7, column 8: case 'a density of exactly the limit is enough': rulebook has no 'key'",
        ),
        ('main = "key_development"', 'main = "energy_rich"', "rulebook has no 'energy_rich' on 2025-01-01"),
        ('"energy-review"', '"energy-revue"', "did you mean 'energy-review'"),
        ('missing = ["energy_mw"]', 'missing = ["population"]', "'population' is given and missing"),
        ("given =", "givn =", "givn"),
        ('status = "decided"', 'status = "sure"', "status"),
        ("a density of exactly the limit is enough", "fragile land goes before people", "two cases are called"),
    ],
)
def test_a_case_that_shows_nothing_is_refused(write_rulebook, old, new, words) -> None:
    with pytest.raises(ZoneplanError) as caught:
        run_cases(write_rulebook(cases=replacement(old, new)))
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


ENERGY = """
[[schemes]]
code = "lights"
title = { en = "Two lights", zh = "两灯" }
reference = "Small Act, section 20"
parameters = [{ name = "light_margin_pct", unit = "%", values = [{ value = 10 }], reference = "Small Act, section 21" }]
"""
ACCOUNTS = """
[[cases]]
name = "who wins what"
date = 2025-01-01
source = "pencil"
unit = "up"
given = { population = 500, area_km2 = 10, quota_construction_land = 1, debts = 10 }
others = { down = { population = 1, area_km2 = 10, debts = 30 } }
[cases.energy]
period = 2024
intensity_target_pct = 3
intensity_actual_pct = 2.7
total_target_tce = 9
total_actual_tce = 8
[[cases.agreements]]
name = "river"
period = 2024
kind = "pool"
amount = 90
unit = "CNY"
pay = { up = 1, down = 2 }
receive = { up = 1 }
[[cases.transfers]]
name = "relief"
period = 2024
unit = "CNY"
budget = 8
by = "amount"
amount = "debts"
[cases.expect]
main = "key_development"
energy = { intensity_light = 2, total_light = 3, total_exempt = false, verdict = "yellow" }
amounts = { river = { up = 60, down = -60 }, relief = { up = 2, down = 6, "(budget)" = -8 } }
"""


@pytest.fixture
def write_accounts(write_rulebook):
    """Writes the small rulebook with one more case, of energy and money, in which something is changed."""

    def write(old: str = "", new: str = ""):
        assert old in ACCOUNTS
        folder = write_rulebook(cases=lambda text: text + ACCOUNTS.replace(old, new, 1))
        (folder / "energy.toml").write_text(ENERGY, "utf-8")
        return folder

    return write


def test_energy_is_judged_and_money_flows_in_a_case(write_accounts) -> None:
    assert [result.text for result in run_cases(write_accounts()) if not result.passed] == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("intensity_light = 2,", "intensity_light = 3,", "intensity_light is 2, expected 3"),
        ("up = 60, down", "up = 59, down", "river: up receives 60.00 on balance, expected 59"),
        ('"(budget)" = -8', "nobody = 1", "relief: nobody receives 0 on balance, expected 1"),
        ("budget = 8", "budget = 8\nwhen = \"main = 'energy'\"", "refused: transfer 'relief' (2024): no unit meets"),
    ],
)
def test_differences_of_accounts_are_told_in_words(write_accounts, old, new, words) -> None:
    *_, result = run_cases(write_accounts(old, new))
    assert words in result.text


def test_a_difference_says_why_it_came_out_so(write_accounts) -> None:
    *_, result = run_cases(write_accounts("intensity_light = 2,", "intensity_light = 3,"))
    (one,) = result.differences
    assert render(one.because, "en").startswith("intensity fell by 2.7 %")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "river = { up = 60",
            "rivr = { up = 60",
            "no agreement or transfer of the case is called 'rivr'; did you mean",
        ),
        ("debts = 10", "dets = 10", "rulebook has no 'dets'"),
        ("debts = 30", "depts = 30", "rulebook has no 'depts' on 2025-01-01; did you mean 'debts'"),
        ("intensity_actual_pct = 2.7", "intensity_actul_pct = 2.7", "did you mean 'intensity_actual_pct'"),
        ("debts = 10", "debts = 10, total_light = 1", "'total_light' is given and follows from 'energy'"),
        ("debts = 10", "debts = 10, pays = true", "'pays' is given and follows from what flows"),
        ("others =", "whole = { population = 5 }\nothers =", "'whole' and 'others' do not go together"),
        (
            ACCOUNTS[ACCOUNTS.index("[cases.energy]") : ACCOUNTS.index("[[cases.agr")],
            "",
            "it expects lights of no energy",
        ),
        (ACCOUNTS[ACCOUNTS.index("main =") :], "", "it expects nothing; say in 'expect' what must come out"),
        ('kind = "pool"', 'kind = "poll"', "poll"),
    ],
)
def test_accounts_that_show_nothing_are_refused(write_accounts, old, new, words) -> None:
    with pytest.raises(ZoneplanError) as caught:
        run_cases(write_accounts(old, new))
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_rulebook_without_cases_is_read_all_the_same(write_rulebook) -> None:
    assert run_cases(write_rulebook(cases=None)) == ()
    with pytest.raises(RulebookError, match="no zone 'bordr'"):
        run_cases(write_rulebook(cases=None, rules=replacement('zone = "border"', 'zone = "bordr"')))
    with pytest.raises(RulebookError, match="there is no built-in rulebook"):
        run_cases("smal")
