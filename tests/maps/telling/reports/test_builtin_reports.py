"""The reports of the built-in studies: eleven sheets, the numbers of the tables, one language; and many counties."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maps.telling.annex.report_context import ReportContext
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.rule_figures import RuleFigures
from maps.telling.reports.functions_page import _finding, _given, _numbers
from maps.telling.reports.report_page import report
from maps.telling.reports.summary_page import _finding as _shares_finding
from maps.telling.reports.unit_dossier import dossier
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import catalogue, localize
from zoning.plan import Plan
from zoning.quotas import RESERVE
from zoning.reasons import Trace

from .test_report_browser import SIZES

STUDIES = [
    *(("us_mountain_west", language) for language in ("en", "pt")),
    *(("china_provinces", language) for language in ("zh", "en")),
]


def text_of(html: str) -> str:
    """What a reader sees."""
    plain = re.sub(
        r"<style>.*?</style>|<code>.*?</code>|<td class=\"(?:id|code|hash)\">.*?</td>", " ", html, flags=re.DOTALL
    )
    return unescape(re.sub(r"<[^>]+>", " ", plain))


def sheets_of(html: str) -> str:
    return html[: html.index('class="annex"')]


@pytest.mark.browser
@pytest.mark.parametrize(("study", "language"), STUDIES)
def test_twelve_sheets_and_nothing_overflows(
    report_of: Callable[[str, str], Path], open_tab: Callable, study: str, language: str
) -> None:
    tab = open_tab()
    tab.goto(report_of(study, language).as_uri())
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 658, "height": 1000})
    sheets = tab.evaluate(SIZES)
    assert not [one for one in sheets if one[1] >= 280 or one[2]]
    assert tab.pdf(prefer_css_page_size=True, print_background=True).count(b"/Type /Page\n") == len(sheets) == 12
    assert tab.complaints == []
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("study", "language", "unit"), [("us_mountain_west", "en", "08123"), ("china_provinces", "zh", "510000")]
)
def test_a_dossier_is_one_sheet(
    plan_of: Callable, open_tab: Callable, tmp_path, study: str, language: str, unit: str
) -> None:
    (tmp_path / "dossier.html").write_text(dossier(plan_of(study), unit, language), "utf-8")
    tab = open_tab()
    tab.goto((tmp_path / "dossier.html").as_uri())
    assert tab.pdf(prefer_css_page_size=True, print_background=True).count(b"/Type /Page\n") == 1
    tab.close()


def test_the_first_page_has_the_numbers_of_the_tables(
    plan_of: Callable[[str], Plan], report_of: Callable[[str, str], Path]
) -> None:
    plan = plan_of("us_mountain_west")
    page = sheets_of(report_of("us_mountain_west", "en").read_text("utf-8"))
    first = re.sub(r"\s+", " ", text_of(page[: page.index('id="functions"')]))
    zones = plan.zones.set_index("unit_id")
    people, land = plan.measures["pop_2020"], zones["area_ha"]
    town = zones.index[zones["main"] == "key_development"]
    assert f"{100 * people[town].sum() / people.sum():.1f} % of the people live in the {len(town)} counties" in first
    assert f"on {100 * land[town].sum() / land.sum():.1f} % of the land" in first
    rows = plan.quotas[plan.quotas["level"] == "unit"]
    held = rows["unit_id"] == RESERVE
    total, reserve = sum(rows["amount"], Decimal(0)), sum(rows["amount"][held], Decimal(0))
    assert f"{total:,} ha of construction land" in first
    assert f"{total - reserve:,} ha go to counties" in first
    assert f"{reserve:,} ha stay in reserve" in first


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_parts_of_sums_add_up(plan_of: Callable[[str], Plan], study: str) -> None:
    figures = PlanFigures(ReportContext.of(plan_of(study)))
    (one,) = figures.quotas
    assert sum(one.amounts, Decimal(0)) + one.reserve == one.total == one.quota.total
    assert sum(figures.sums(figures.units["area_ha"])) == pytest.approx(figures.units["area_ha"].sum())
    assert sum(figures.sums(one.amounts)) == pytest.approx(float(one.total - one.reserve))
    assert one.plain.sum() == pytest.approx(float(one.total - one.reserve))
    by_place = [figures.sums(one.amounts, part) for _, part in figures.units.groupby("jurisdiction")]
    assert sum(map(sum, by_place)) == pytest.approx(float(one.total - one.reserve))


def test_a_finding_stands_only_where_it_holds(plan_of: Callable[[str], Plan]) -> None:
    """Where people live as densely everywhere, nothing is said of much on little land; a test that nobody meets, so."""
    plan = plan_of("us_mountain_west")
    figures = PlanFigures(ReportContext.of(plan))
    assert "holds 62.8\xa0% of the people" in _shares_finding(figures)
    even = plan.measures.assign(pop_2020=plan.zones.set_index("unit_id")["area_ha"])
    flat = PlanFigures(ReportContext.of(plan.having(measures=even)))
    assert _shares_finding(flat) == ""
    assert "Shares of the main functions" in report(plan.having(measures=even))
    test = RuleFigures(figures).mains[-1]
    assert _finding(figures, test) == "Cropland: 21 counties pass, Sedgwick only just"
    nobody = dataclasses.replace(test, values=test.values * 0)
    assert _finding(figures, nobody) == "Cropland: no county passes"


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_every_rule_that_gave_a_zone_is_named_with_its_units(
    plan_of: Callable[[str], Plan], report_of: Callable[[str, str], Path], study: str
) -> None:
    """City-2 and northeast-1 gave overlays, and the page gave the words of rules that gave none."""
    figures = PlanFigures(ReportContext.of(plan_of(study)))
    rules, claims = RuleFigures(figures), figures.edition.plan.claims
    for code in figures.overlays:
        own = figures.carrying(code)
        gave = claims[(claims["zone"] == code) & claims["unit_id"].isin(own) & (claims["answer"] == "yes")]
        counts = gave["rule"].where(~gave["rule"].str.startswith("decision"), "decision").value_counts()
        told = [said for _, said in _given(figures, rules, gave["rule"])]
        assert len(told) == len(counts) > 0
        if len(counts) > 1:
            assert sorted(int(re.search(r"\((\d+) (?:count|province)\w+\)$", one)[1]) for one in told) == sorted(counts)
    html = text_of(report_of(study, "en").read_text("utf-8"))
    given = {*claims.loc[claims["zone"].isin(figures.overlays), "rule"], *figures.edition.plan.zones["rule"]}
    foot = html.split("Rules: ")[1].split("  ")[0]
    assert {one.strip() for one in foot.split(",")} == {rule.id for rule in plan_of(study).rulebook.rules} & given


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_the_table_of_a_strip_counts_as_its_title_does(plan_of: Callable[[str], Plan], study: str) -> None:
    figures = PlanFigures(ReportContext.of(plan_of(study)))
    for test in RuleFigures(figures).mains:
        passing = int((test.passes & test.is_asked).sum())
        rows = {row[0]: sum(map(int, row[1:])) for row in _numbers(figures, test).rows}
        assert rows.get(str(figures.edition.pages["heard_pass"]), 0) == passing
        assert sum(rows.values()) == int(test.values.notna().sum())


def test_close_calls_are_those_of_the_rules(plan_of: Callable[[str], Plan]) -> None:
    figures = PlanFigures(ReportContext.of(plan_of("us_mountain_west")))
    rules = RuleFigures(figures)
    assert list(figures.names(rules.moved["unit_id"])) == [
        "Summit (Utah)", "Sedgwick", "Bent", "Box Elder", "Larimer",
    ]  # fmt: skip
    assert rules.firmness["close"] == 5
    assert sorted(figures.names(rules.gained["unit_id"])) == ["Carbon (Wyoming)", "Routt"]
    for row in rules.moved.itertuples():
        assert abs(row.distance) <= 0.1
        assert row.would_be != figures.units.loc[row.unit_id, "main"]


def test_the_numbers_of_the_speech_of_2019_stand_in_the_chapter_on_regions(
    report_of: Callable[[str, str], Path],
) -> None:
    """The north's 38.5 % and the northeast's 6.2 % of 2018, and 1.37 million people fewer in the northeast."""
    html = report_of("china_provinces", "en").read_text("utf-8")
    chapter = text_of(html[html.index('id="divergence"') : html.index('id="firmness"')])
    told = " ".join(chapter.split())  # of non-breaking spaces, too
    assert "North 42.9 % 38.5 %" in told
    assert "Northeast 8.8 % 6.2 %" in told
    assert "−1.37 million −1.2 %" in told
    assert "* 2012–2018 as first published" in told


@pytest.mark.parametrize("kind", ["report", "dossier"])
def test_chinese_is_chinese(plan_of: Callable[[str], Plan], report_of: Callable[[str, str], Path], kind: str) -> None:
    """Fewer than one Latin letter to five Chinese characters on the sheets; codes and addresses aside in the annex."""
    name = "china_provinces"
    html = report_of(name, "zh").read_text("utf-8") if kind == "report" else dossier(plan_of(name), "510000", "zh")
    told = text_of(sheets_of(html))
    latin, chinese = len(re.findall(r"[A-Za-z]", told)), len(re.findall("[\u4e00-\u9fff]", told))
    assert latin < chinese / 5, (latin, chinese)
    assert chinese > 500
    assert "{&#39;" not in html, "texts by language are taken in one"


def test_portuguese_has_no_english_sentence_of_ours(report_of: Callable[[str, str], Path]) -> None:
    told = re.sub(r"\s+", " ", text_of(sheets_of(report_of("us_mountain_west", "pt").read_text("utf-8"))))
    english, own = catalogue("page", "en"), catalogue("page", "pt")
    parts = {
        part.strip()
        for key, text in english.items()
        if str(text) != str(own[key])
        for form in text.forms
        for part in re.split(r"\{[^}]*\}", form)
    }
    assert not [part for part in parts if part.count(" ") >= 2 and part in told]


IDS = ("unit_id", "jurisdiction", "piece_id")


@pytest.fixture
def counties(plan_of: Callable[[str], Plan]) -> Plan:
    """The five states eighteen times side by side: 2,952 counties in ninety states."""
    plan = plan_of("us_mountain_west")

    def copied(table: pd.DataFrame, place: int) -> pd.DataFrame:
        said = {
            one: [value if value in ("", RESERVE) else f"{value}-{place}" for value in table[one]]
            for one in IDS
            if one in table
        }
        told = table.assign(**said)
        if isinstance(told, gpd.GeoDataFrame):
            aside, down = 1_400_000.0 * (place % 6), 1_900_000.0 * (place // 6)
            told = told.set_geometry(told.geometry.translate(aside, down))
        if isinstance(table.index, pd.RangeIndex):
            return told
        return told.set_axis([f"{one}-{place}" for one in table.index]).rename_axis(table.index.name)

    def many(table: pd.DataFrame) -> pd.DataFrame:
        whole = pd.concat([copied(table, place) for place in range(18)])
        return whole.reset_index(drop=True) if isinstance(table.index, pd.RangeIndex) else whole

    tables = ("units", "pieces", "measures", "claims", "zones", "quotas", "policies")
    return plan.having(**{name: many(getattr(plan, name)) for name in tables}, sites=plan.sites.iloc[:0], trace=Trace())


def test_thousands_of_counties_fit_into_a_megabyte(counties: Plan) -> None:
    assert len(counties.units) == 2952
    assert shapely.is_valid(counties.units.geometry.to_numpy()).all()
    html = report(counties)
    assert len(html.encode()) < 1_000_000
    assert "map.html" in html
    assert "plan.xlsx" in html
    assert 'id="zones"' not in html


@pytest.mark.parametrize(
    ("study", "units"), [("us_mountain_west", ("04019", "08069")), ("china_provinces", ("410000",))]
)
def test_a_unit_turns_at_the_number_that_its_card_names(plan_of, study: str, units: tuple[str, ...]) -> None:
    """Pima has 44.589 people on a km2: the report said that a limit of 44.59 changes it, the card 44.58."""
    plan = plan_of(study)
    sheet = report(plan)
    sheet = sheet[sheet.index('id="thresholds"') :]
    said = text_of(sheet[: sheet.index("</section>")])
    named = verdicts(localize(plan, "en"))
    for unit in units:
        number = re.findall(r"(?:to|above|below) (\d+(?:\.\d+)?)", named[unit].changes[0])[-1]
        (name,) = plan.units.loc[[unit], "name"].astype(str)
        assert re.search(
            rf"{name.split()[0]}\s.*?\s{re.escape(number)}\s", said[said.rindex("Changes at") :], re.DOTALL
        )
