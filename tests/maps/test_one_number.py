"""What several surfaces say of one thing is the same number, with the same meaning."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pandas as pd
import pytest

from maps.exports.workbook_cover import cover_of
from maps.locale import localize
from maps.reports import report
from maps.summaries import headline, verdicts
from zoning.plan import Plan
from zoning.quotas import RESERVE
from zoning.tables import FLOWS, POSITIONS, tabulate

pytestmark = pytest.mark.slow


def sheets(plan: Plan, language: str = "en") -> str:
    """The text of a report without its annex."""
    page = report(plan, language)
    page = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page[: page.index('class="annex"')], flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture(scope="module")
def plan(plan_of) -> Plan:
    return plan_of("us_mountain_west")


def test_the_share_of_a_quota_is_that_of_what_units_get(plan: Plan) -> None:
    given = plan.quotas[(plan.quotas["level"] == "unit") & (plan.quotas["unit_id"] != RESERVE)]
    town = set(plan.zones.loc[plan.zones["main"] == "key_development", "unit_id"])
    share = float(given.loc[given["unit_id"].isin(town), "amount"].sum()) / float(given["amount"].sum())
    said = localize(plan)
    told = headline(said, verdicts(said))
    assert f"{share:.1%}".replace("%", "\xa0%") in told.lead
    assert "527 ha stay in reserve" in told.lead
    assert f"takes {share:.1%} of construction land".replace("%", " %") in sheets(plan)


def test_amounts_of_jurisdictions_leave_out_the_reserve_everywhere(plan: Plan) -> None:
    given = plan.quotas[(plan.quotas["level"] == "unit") & (plan.quotas["unit_id"] != RESERVE)]
    sums = given.groupby("jurisdiction")["amount"].sum().to_dict()
    said = localize(plan)
    on_map = {row.name: Decimal(row.amount) for row in headline(said, verdicts(said)).jurisdictions}
    assert on_map == {said.place(code): amount for code, amount in sums.items()}
    *places, reserve = cover_of(said, ()).tables[-1].rows
    assert dict(places) == on_map
    assert reserve[1] == 527
    assert f"{sums['AZ']:,}" in report(plan)


def test_the_last_page_says_each_thing_once_and_without_codes(plan_of) -> None:
    text = sheets(plan_of("china_provinces"), "zh")
    assert text.count("个省份待复核：") == text.count("待复核的省份：") == 1
    assert "key_development" not in text
    assert "130000" not in text
    assert "说明：" in text


def test_decisions_are_counted_alike(plan: Plan) -> None:
    text = sheets(plan)
    assert len(plan.study.decisions) == 2
    assert "By decision, 2 counties: Rio Grande is “Agricultural” and Salt Lake carries “Leading city”" in text
    assert text.count("Decided by planners:") == 2  # on the pages of Colorado and Utah


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Apache and Cochise gain USD 50 net each from Denver"),
        ("zh", "Denver出资，Apache和Cochise各净得"),
        ("pt", "Apache e Cochise ganham USD 50 líquidos cada de Denver"),
    ],
)
def test_two_that_gain_alike_are_both_named(plan: Plan, language: str, said: str) -> None:
    flow = {"instrument": "River", "period": 2025, "payer": "08031", "amount": Decimal(50), "unit": "USD"}
    rows = pd.DataFrame([{**flow, "receiver": one, "rule": "", "reference": ""} for one in ("04001", "04003")])
    nets = {"08031": -100, "04001": 50, "04003": 50}
    held = pd.DataFrame(
        [
            {
                "party": party, "kind": "unit", "unit": "USD", "net": Decimal(net),
                "received": Decimal(max(net, 0)), "paid": Decimal(max(-net, 0)),
            }
            for party, net in nets.items()
        ]
    )  # fmt: skip
    paid = replace(plan, flows=tabulate(FLOWS, rows), positions=tabulate(POSITIONS, held))
    text = sheets(paid, language)
    assert said.split(" USD", maxsplit=1)[0] in text.replace("\xa0", " ")
    assert text.count("Apache") >= 2
