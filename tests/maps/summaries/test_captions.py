"""Captions: a finding stands where its condition holds, and is short; else what the chart shows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from maps.locale import languages, localize
from maps.summaries import verdicts
from maps.summaries.captions import LONGEST, captions
from zoning.tables import POSITIONS, tabulate


def captions_of(plan, language: str = "en"):
    said = localize(plan, language)
    return captions(said, verdicts(said))


def test_findings_of_the_west(plan_of) -> None:
    found = captions_of(plan_of("us_mountain_west"))
    assert found.quota_by_unit.title == "6 of 164 counties get half of the construction land"
    assert found.firmness.title == "5 of 164 counties would change function if a limit moved by a tenth"
    assert found.money.title == "Who pays whom"


def test_half_a_quota_is_half_of_it(plan_of) -> None:
    """By an independent route: so many of the largest amounts add up to half of the total, one fewer does not."""
    plan = plan_of("us_mountain_west")
    amounts = sorted(plan.quotas.loc[plan.quotas["level"] == "unit", "amount"], reverse=True)
    assert sum(amounts[:6]) * 2 >= sum(amounts) > sum(amounts[:5]) * 2


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_titles_are_short_and_end_without_a_stop(plan_of, study: str, language: str) -> None:
    for caption in captions_of(plan_of(study), language):
        assert 0 < len(caption.title) <= LONGEST
        assert not caption.title.endswith((".", "。"))


@pytest.mark.parametrize("language", languages())
def test_equal_shares_are_no_finding(make_plan, language: str) -> None:
    """Two jurisdictions with the same amount: neither gets more than any other; nor does one of two equal payers."""
    plan = make_plan()
    units = plan.quotas["unit_id"].isin(plan.units.index)
    even = plan.quotas.assign(amount=[Decimal(int(own)) for own in units])
    rows = [("a1", -5), ("a2", -5), ("a3", 10)]
    positions = [
        {"kind": "unit", "party": party, "unit": "OZD", "paid": Decimal(0), "received": Decimal(0), "net": Decimal(net)}
        for party, net in rows
    ]
    found = captions_of(replace(plan, quotas=even, positions=tabulate(POSITIONS, pd.DataFrame(positions))), language)
    assert found.quota_by_jurisdiction.finding == ""
    assert found.quota_by_unit.finding == ""
    assert "10" in found.money.finding
    assert "5" not in found.money.finding
