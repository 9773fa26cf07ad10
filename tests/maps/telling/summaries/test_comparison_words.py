"""A comparison in words: one verdict, what the plans differ in, causes by title, and sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import zoneplan as zp
from maps.telling.summaries.comparison_words import ComparisonWords
from tests.conftest import shipped_study
from zoning.plan import Plan
from zoning.whatif import Comparison, compare

DECISION = {"unit": "a4", "main": "key_development", "reason": "a new town", "by": "council", "date": date(2024, 6, 1)}


@pytest.fixture(scope="module")
def found(toy_run: Plan) -> Comparison:
    return compare(toy_run, toy_run.vary(parameters={"fragile_min": 0.6}, decisions=[DECISION]))


def test_the_verdict_counts_units_and_their_land(found: Comparison) -> None:
    assert ComparisonWords(found).verdict == "4 of 12 units change their main function: 400 ha, 33.3 % of the land."
    assert ComparisonWords(found, "zh").verdict.startswith("12 个单元中有 4 个改变主体功能")


def test_the_lead_says_in_what_the_plans_differ(found: Comparison) -> None:
    lead = ComparisonWords(found).lead
    assert lead.startswith("The plans differ in 2 things:")
    assert "fragile_min: 50\xa0% to 60\xa0%" in lead
    assert "decision on" in lead


def test_causes_come_with_what_hangs_on_them(found: Comparison) -> None:
    told = ComparisonWords(found)
    first, second = told.causes[:2]
    assert (first.id, first.counts["main"]) == ("fragile_min", 3)
    assert (second.id, second.counts["main"]) == ("a4", 1)
    assert sum(sum(one.counts.values()) for one in told.causes) == len(found.moved)


def test_what_only_amounts_change_says_so(toy_run: Plan) -> None:
    (quota,) = toy_run.study.quotas[:1]
    found = compare(toy_run, toy_run.vary(quotas={quota.name: float(quota.total) / 2}))
    told = ComparisonWords(found)
    assert told.verdict.startswith("No unit changes its main function. What moves: ")
    (sum_,) = told.sums["quotas"]
    assert sum_.after - sum_.before == sum_.gained - sum_.lost
    assert (sum_.gained, sum_.more) == (Decimal(0), 0)
    assert sum_.less == found.totals["moved"]["quota"]


def test_two_plans_of_one_name_are_before_and_after(found: Comparison) -> None:
    told = ComparisonWords(found)
    assert (told.names, told.named) == (("Before", "After"), False)


@pytest.mark.parametrize("language", ["en", "zh", "pt"])
def test_every_kind_of_cause_is_said_in_every_language(found: Comparison, language: str) -> None:
    told = ComparisonWords(found, language)
    for kind in ("rule", "parameter", "decision", "datum", "list", "several"):
        assert "{" not in told.cause(kind, "x")
    assert "x" in told.cause("several", "x; y")


def test_hostile_ids_keep_their_braces(found: Comparison) -> None:
    assert "{0}" in ComparisonWords(found).cause("rule", "{0}")


def test_a_payment_counts_once_and_a_unit_has_what_is_left_to_it() -> None:
    """Pencil: 3 and 4 % of the same wages go through the pool; who pays more than it receives has less by a third."""
    study = zp.read_study(shipped_study("chinese_pensions"))
    plan = zp.run(study)
    found = compare(plan, plan.vary(parameters={"pension_rate": 0.04}))
    told = ComparisonWords(found, "zh")
    flows = plan.flows.astype({"amount": float})
    paid, got = (flows.groupby(side)["amount"].sum() for side in ("payer", "receiver"))
    net = got.subtract(paid, fill_value=0).reindex(plan.units.index, fill_value=0)
    (line,) = told.sums["flows"]
    assert (float(line.before), float(line.after)) == pytest.approx((paid["(pool)"], paid["(pool)"] * 4 / 3))
    assert (line.more, line.less) == ((net > 0).sum(), (net < 0).sum())
    assert len(told.balances) == len(net)
    for one in told.balances:
        assert ("-" in one.before or "−" in one.before) == (net[one.unit_id] < 0)
    assert not any("(pool)" in told.item("flow", item) for item in found.moved["item"])


def test_a_difference_that_moves_nothing_is_no_sameness(toy_run: Plan) -> None:
    found = compare(toy_run, toy_run.vary(parameters={"fragile_min": 0.4999999}))
    told = ComparisonWords(found)
    assert (found.same, len(found.differences)) == (True, 1)
    assert told.verdict not in {"", told.words["same"]}
    assert told.lead.startswith("The plans differ in 1 thing")
