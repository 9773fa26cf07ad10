"""What several surfaces say of one thing is the same number, with the same meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from maps.exports.workbook_sheets import cover_of
from maps.telling.annex.report_context import ReportContext
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.rule_figures import RuleFigures
from maps.telling.reports.report_page import report
from maps.telling.reports.summary_page import leading, listed
from maps.telling.summaries.difference_words import DifferenceWords
from maps.telling.summaries.plan_headline import headline
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import catalogue, localize
from tests.conftest import SHIPPED_EDITIONS
from zoning.plan import Plan
from zoning.quotas import RESERVE
from zoning.tables import FLOWS, POSITIONS, tabulate


def text_of_sheets(page: str) -> str:
    """The text of a report without its annex."""
    page = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page[: page.index('class="annex"')], flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture(scope="module")
def sheets_of(report_of: Callable[[str, str], Path]) -> Callable[[str, str], str]:
    """A function that gives the text of the report on a shipped study without its annex."""
    return lambda study, language: text_of_sheets(report_of(study, language).read_text("utf-8"))


@pytest.fixture(scope="module")
def plan(plan_of) -> Plan:
    return plan_of("us_mountain_west")


def test_the_share_of_a_quota_is_that_of_what_units_get(plan: Plan, sheets_of: Callable[..., str]) -> None:
    given = plan.quotas[(plan.quotas["level"] == "unit") & (plan.quotas["unit_id"] != RESERVE)]
    town = set(plan.zones.loc[plan.zones["main"] == "key_development", "unit_id"])
    share = float(given.loc[given["unit_id"].isin(town), "amount"].sum()) / float(given["amount"].sum())
    said = localize(plan)
    told = headline(said, verdicts(said))
    assert f"{share:.1%}".replace("%", "\xa0%") in told.lead
    assert "527 ha stay in reserve" in told.lead
    assert f"takes {share:.1%} of the construction land that counties get".replace("%", " %") in sheets_of(
        "us_mountain_west", "en"
    )


def test_amounts_of_jurisdictions_leave_out_the_reserve_everywhere(plan: Plan, report_of: Callable[..., Path]) -> None:
    given = plan.quotas[(plan.quotas["level"] == "unit") & (plan.quotas["unit_id"] != RESERVE)]
    sums = given.groupby("jurisdiction")["amount"].sum().to_dict()
    said = localize(plan)
    on_map = {row.name: Decimal(row.amount) for row in headline(said, verdicts(said)).jurisdictions}
    assert on_map == {said.jurisdiction(code): amount for code, amount in sums.items()}
    *places, reserve = cover_of(said, ()).tables[-1].rows
    assert dict(places) == on_map
    assert reserve[1] == 527
    assert f"{sums['AZ']:,}" in report_of("us_mountain_west", "en").read_text("utf-8")


def test_the_last_page_says_each_thing_once_and_without_codes(sheets_of: Callable[..., str]) -> None:
    text = sheets_of("china_provinces", "zh")
    assert text.count("个省份待复核：") == text.count("待复核的省份：") == 1
    assert "key_development" not in text
    assert "130000" not in text
    assert "说明：" in text


def test_decisions_are_counted_alike(plan: Plan, sheets_of: Callable[..., str]) -> None:
    text = sheets_of("us_mountain_west", "en")
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
    paid = plan.having(flows=tabulate(FLOWS, rows), positions=tabulate(POSITIONS, held))
    text = text_of_sheets(report(paid, language))
    assert said.split(" USD", maxsplit=1)[0] in text.replace("\xa0", " ")
    assert text.count("Apache") >= 2


def passing(plan: Plan, code: str, operator: str, limit: float) -> int:
    """How many units pass a comparison, by the columns of measures.csv alone."""
    values = plan.measures.eval(code).astype(float)
    return int({">=": values >= limit, ">": values > limit, "<=": values <= limit, "<": values < limit}[operator].sum())


@pytest.mark.parametrize(("study", "language"), SHIPPED_EDITIONS)
def test_a_limit_that_is_a_share_differs_in_per_cent(study: str, language: str, plan_of) -> None:
    """What a measure called a share is compared with is told in per cent where plans are compared, no other limit."""
    plan = plan_of(study)
    told = DifferenceWords([localize(plan, language)], language)
    conditions = " ".join(one.when for one in (*plan.rulebook.rules, *plan.rulebook.policies))
    shares = {*re.findall(r"\b\w+_share\s*[<>]=?\s*([a-z]\w+)", conditions)}
    for name, one in plan.rulebook.parameters.items():
        if isinstance(one.value, int | float) and name in shares:
            number = re.sub(r"[^\d.]", "", told.short(name, str(one.value)).replace(",", "."))
            assert "%" in told.short(name, str(one.value)), name
            assert float(number) == pytest.approx(100 * one.value), name
        elif isinstance(one.value, int | float) and one.unit != "1":
            assert "%" not in told.short(name, str(one.value)), name


@pytest.mark.parametrize(("study", "language"), SHIPPED_EDITIONS)
def test_headings_count_rank_and_divide_what_they_speak_of(study: str, language: str, plan_of, sheets_of) -> None:
    """Counts, rankings and per cents of the first sheets are worked out anew, from the tables that a run writes."""
    plan = plan_of(study)
    text = sheets_of(study, language).replace("\xa0", " ")
    figures = PlanFigures(ReportContext.of(plan, language))
    tell, zones = figures.edition.tell, plan.zones.set_index("unit_id")
    rules = RuleFigures(figures)
    for test in [one for one in rules.mains if one.passes.any()][:3]:
        part = rules.rule_tests.rules[test.position[0]].parts[test.position[1]]
        count = passing(plan, part.measure, part.operator, part.limit)
        keys = ("finding_pass", "finding_wide", "finding_just")
        said = [tell(key, measure=test.title, n=count, name="\0").partition("\0")[0] for key in keys]
        assert any(one.replace("\xa0", " ").rstrip("，, ") in text for one in said), (test.title, count)
    for code in figures.claimed[:3]:
        own = zones[zones["main"] == code].sort_values("area_ha", ascending=False, kind="stable")
        names = listed(figures, figures.names(own.index), 3)
        land = figures.percent(float(own["area_ha"].sum()), float(zones["area_ha"].sum()))
        assert tell("sentence_units", n=len(own), land=land, names=names).replace("\xa0", " ") in text, code
    for quota in plan.study.quotas[:1]:
        rows = plan.quotas[(plan.quotas["quota"] == quota.name) & (plan.quotas["level"] == quota.levels[-1])]
        given = rows.loc[rows["unit_id"] != RESERVE].set_index("unit_id")["amount"].astype(float)
        top = leading(figures)
        if top:
            part = float(given[zones["main"].reindex(given.index) == top].sum() / given.sum())
            assert f"{100 * part:.1f}".replace(".", "," if language in ("fr", "pt") else ".") in text


@pytest.mark.parametrize(("study", "language"), SHIPPED_EDITIONS)
def test_a_measure_is_drawn_on_one_axis_that_says_what_it_is(study: str, language: str, plan_of, report_of) -> None:
    """The sheet has the name and the ticks of the axis that the page of the map is given, and a logarithm is said."""
    plan = plan_of(study)
    page = unescape(report_of(study, language).read_text("utf-8"))
    rules, words = RuleFigures(PlanFigures(ReportContext.of(plan, language))), catalogue("map", language)
    given = {one.title: one.axis for one in verdicts(localize(plan, language)).table.measures}
    for test in [one for one in rules.mains if one.passes.any()][:3]:
        axis = given[test.title]
        assert axis == test.axis
        values = [*test.values.dropna(), test.limit]
        assert axis.low <= min(one for one in values if one > 0 or not axis.is_log)
        assert axis.high >= max(values) * (1 - 1e-9)
        assert all(f">{test.write(tick)}<" in page for tick in axis.ticks), test.title
        drawn = page[page.index(f">{test.title}", page.index("<svg", page.index('id="functions"'))) :]
        assert (words["axis_log"] in drawn[: drawn.index("</text>")]) == axis.is_log, test.title
