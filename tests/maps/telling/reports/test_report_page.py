"""The report: complete, offline, inert, and its numbers are those of the plan."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from decimal import Decimal
from html.parser import HTMLParser

import pandas as pd
import pytest

from layers.errors import ZoneplanError
from maps.errors import WriteError
from maps.telling.reports.report_page import report, write_report
from maps.telling.summaries.firmness_words import count_firmness
from maps.words import text_in
from zoning.zones import conflicts, rule_tests

VOID = {"meta", "br", "img", "link", "input", "hr"}
HOSTILE = [
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% for x in y %}",
    "{# gone #}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "${alert(1)}`",
    "</style></details><b>",
    '=HYPERLINK("http://x")',
    "攀枝花市 & Doña Ana",
]


ANNEXED = ("zones", "open", "decisions", "quotas", "policies", "list", "ledger")


class Page(HTMLParser):
    """The page as a list of sections, tables and texts; complains where tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.sections: dict[str, str] = {}
        self.text = ""
        self._open: list[str] = []
        self._section = self._caption = ""
        self._rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in VOID:
            return
        self._open.append(tag)
        if tag == "section" and "id" in dict(attrs):
            self._section = dict(attrs)["id"]
        if tag == "table":
            self._rows, self._caption = [], ""
        if tag == "tr":
            self._rows.append([])
        if tag in ("td", "th", "caption"):
            self._cell = []

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, f"</{tag}> does not close what is open"
        if tag in ("td", "th"):
            self._rows[-1].append("".join(self._cell))
        if tag == "caption":
            self._caption = "".join(self._cell)
        if tag == "table":
            self.tables[f"{self._section}/{self._caption}"] = self._rows

    def handle_data(self, data):
        if self._open and self._open[-1] == "style":
            return
        self.text += data
        self.sections[self._section] = self.sections.get(self._section, "") + data
        if self._cell is not None:
            self._cell.append(data)


@pytest.fixture(scope="module")
def page(toy_plan) -> Page:
    return Page(report(toy_plan))


def test_the_page_needs_nothing_and_allows_nothing(toy_plan):
    html = report(toy_plan)
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>")
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not any(key.startswith("on") or key == "style" for _, given in page.tags for key in given)
    assert not any(given.get("src") or given.get("href", "#").startswith("http") for _, given in page.tags)
    policy = next(given["content"] for tag, given in page.tags if given.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = "font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    assert policy == f"default-src 'none'; style-src 'sha256-{hashed}'; {allowed}"
    assert all(one.startswith("url(data:font/woff2;base64,") for one in re.findall(r"url\(.{30}", style))
    assert "@import" not in style


def test_every_page_is_there_and_listed(page):
    links = [given["href"][1:] for tag, given in page.tags if tag == "a"]
    sheets = [given["id"] for tag, given in page.tags if tag == "section" and "sheet" in given.get("class", "")]
    assert sheets == ["summary", "functions", "land", "firmness", "thresholds", "place-1", "place-2", "limits"]
    assert links == ["functions", "land", "firmness", "place-1", "limits"]
    assert "2 Functions3 Land4–5 Firmness6–7 2 jurisdictions8 Sources and limits" in page.sections["summary"].replace(
        "\n", ""
    )
    assert "1 payment applies without an amount, see “Sources and limits”." in page.sections["summary"]
    assert "Not in this plan: ecosystem services, energy control" in page.sections["summary"]
    identifiers = [given["id"] for _, given in page.tags if "id" in given]
    assert len(identifiers) == len(set(identifiers))


def test_every_chapter_of_the_annex_is_there(page):
    ids = [given["id"] for tag, given in page.tags if tag == "section" and "aria-label" in given]
    assert ids == [
        *("overview", "findings", "zones", "open", "decisions", "lines", "quotas", "policies", "list"),
        *("assumptions", "parameters", "texts", "ledger", "sources", "method"),
    ]


def test_what_there_is_nothing_of_has_no_chapter(toy_plan):
    study = toy_plan.study.model_copy(update={"decisions": (), "quotas": ()})
    tables = {name: getattr(toy_plan, name).iloc[:0] for name in ("lines", "quotas", "policies", "ledger")}
    page = Page(report(toy_plan.having(study=study, **tables, assumptions=())))
    absent = "land quotas, payments, control lines, ecosystem services, energy control, decisions of planners"
    assert f"Not in this plan: {absent}" in page.sections["summary"]
    assert not {"land", "money", "quotas"} & set(page.sections)
    for chapter in ("open", "decisions", "assumptions", "ledger"):
        assert "None." in page.sections[chapter]


def test_the_summary_has_the_numbers_of_the_tables(page, toy_plan):
    """One of 12 units of 100 ha is for development; of 120 ha 4 stay in reserve in the east and 1 in the west."""
    people = toy_plan.measures["population"]
    lived = people.groupby(toy_plan.zones.set_index("unit_id")["main"]).sum() / people.sum()
    told = {code: f"{100 * share:.1f}\xa0%" for code, share in lived.items()}
    assert page.tables["summary/"] == [
        ["Main function", "Units", "Land", "People"],
        ["Key development", "1", "8.3\xa0%", told["key_development"]],
        ["Ecologically fragile", "6", "50.0\xa0%", told["ecologically_fragile"]],
        ["General", "5", "41.7\xa0%", told["general"]],
    ]
    said = re.sub(r"\s+", " ", page.sections["summary"])
    assert (
        f"{100 * people['c4'] / people.sum():.1f} % of the people live in the 1 unit of “Key development”"
        in said.replace("%of", "% of")
    )
    assert "120 haof construction land for 2025: 115 ha go to units" in said
    assert "5 ha stay in reserve" in said


def test_the_overview_adds_up(page):
    assert page.tables["overview/Units and land by main function"] == [
        ["Main function", "Units", "Area, ha", "Share, %"],
        ["Key development", "1", "100.00", "8.3"],
        ["Ecologically fragile", "6", "600.00", "50.0"],
        ["General", "5", "500.00", "41.7"],
        ["Total", "12", "1,200.00", "100.0"],
    ]
    assert page.tables["overview/Hectares by jurisdiction and main function"][1:] == [
        ["east", "100.00", "0.00", "500.00", "600.00"],
        ["west", "0.00", "600.00", "0.00", "600.00"],
        ["Total", "100.00", "600.00", "500.00", "1,200.00"],
    ]
    assert page.tables["overview/Units and land by overlay designation"][1:] == [["Energy-rich", "1", "100.00", "8.3"]]
    settled = {row[0]: row[1] for row in page.tables["overview/How the units were settled"][1:]}
    assert settled == {
        "by rule": "11",
        "by decision": "1",
        "assumed": "0",
        "open: contested": "0",
        "open: to be reviewed": "0",
        "Total": "12",
    }


def test_what_must_be_known_before_use_stands_on_the_last_page(page):
    told = page.sections["limits"]
    assert (
        "1 of the rulebook's 3 policies checked against the text of the law, 1 of them on the publisher's own site"
        in told
    )
    assert "Parameters not verified against an official text: 2 of 3." in told
    assert "Available land was not reduced by built-up land, water: the study has no layer for that." in told
    assert "Contested units" not in told


def test_every_unit_has_its_reason_with_values_and_thresholds(page, toy_plan):
    rows = [row for name, table in page.tables.items() if name.startswith("zones/") for row in table if len(row) == 5]
    assert {row[0] for row in rows[1:]} >= {f"{row.name}{row.unit_id}" for row in toy_plan.zones.itertuples()}
    a2 = next(row for row in rows if row[0] == "Unit A2a2")
    assert a2[1:4] == ["100.00", "", "by rule"]
    assert a2[4] == "forest covers it: ecologically_fragile_share 50\xa0% >= 50\xa0% (fragile_min)"
    a4 = next(row for row in rows if row[0] == "Unit A4a4")
    assert a4[2] == "Energy-rich"
    assert "Energy-rich: power stations stand here: plant_mw 900 >= 500 MW (plant_min_mw)" in a4[4]


def test_units_stand_under_their_jurisdiction_with_its_sum(page):
    table = page.tables["zones/Ecologically fragile: 6 units, 600.00 ha"]
    assert table[1] == ["west 6 units, 600.00 ha"]
    assert [row[0] for row in table[2:]] == [
        "Unit A1a1",
        "Unit A2a2",
        "Unit B1b1",
        "Unit B2b2",
        "Unit C1c1",
        "Unit C2c2",
    ]


def test_open_units_show_every_claim(toy_plan):
    status = toy_plan.zones["status"].mask(toy_plan.zones["unit_id"] == "a1", "contested")
    page = Page(report(toy_plan.having(zones=toy_plan.zones.assign(status=status))))
    assert "Contested units: 1. Rules of equal rank" in page.sections["limits"]
    claims = page.tables["open/"]
    assert [row[:3] for row in claims[1:]] == [
        ["Ecologically fragile", "fragile-1", "yes"],
        ["General", "default", "yes"],
    ]
    assert "yes: ecologically_fragile_share 100\xa0% >= 50\xa0% (fragile_min)" in claims[1][3]


def test_of_many_open_units_some_stand_in_full_and_the_rest_by_their_claims(toy_plan, monkeypatch):
    """Eleven units wait: the contested one is told, and of each kind the first ones."""
    monkeypatch.setattr("maps.telling.annex.open_questions.TOLD", 6)
    zones = toy_plan.zones.assign(status="review")
    zones["status"] = (
        zones["status"].mask(zones["unit_id"] == "b3", "contested").mask(zones["unit_id"] == "c4", "decided")
    )
    html = report(toy_plan.having(zones=zones))
    chapter = html[html.index('<section id="open"') : html.index('<section id="decisions"')]
    assert "6 of 11 units are told in full" in chapter
    assert "<h3>Unit B3 <code>b3</code> <mark>open: contested</mark></h3>" in chapter
    full = set(re.findall(r"<code>([abc]\d)</code>", chapter))
    named = set(re.findall(r"<bdi>Unit [ABC]\d \(([abc]\d)\)</bdi>", chapter))
    assert len(full) == 6
    assert full | named == set(zones["unit_id"]) - {"c4"}
    assert not full & named
    assert "Ecologically fragile (fragile-1): yes; General (default): yes" in chapter


def test_a_contested_unit_says_what_would_flip_it(toy_plan):
    """a1 is all forest, where half is asked for: the least change of the share that matters is to below half."""
    plan = toy_plan
    status = plan.zones["status"].mask(plan.zones["unit_id"] == "a1", "contested")
    told = conflicts(plan.claims, plan.measures, plan.rulebook, ["a1"])
    page = Page(report(plan.having(zones=plan.zones.assign(status=status), conflicts=told)))
    said = page.sections["open"]
    assert "Smallest change that would flip it" in said
    assert (
        "ecologically_fragile_share at 100\xa0% is 50 percentage points above its threshold 50\xa0%, which itself"
        in said
    )
    assert "below 50\xa0% (-50 %) it would be General" in said


def test_units_on_a_threshold_are_listed_with_the_open_ones(toy_plan):
    """Forest covers exactly half of a2, b2 and c2."""
    told = conflicts(toy_plan.claims, toy_plan.measures, toy_plan.rulebook)
    said = Page(report(toy_plan.having(conflicts=told))).sections["open"]
    assert "Units on a threshold, or nearer to it than noise of the inputs" in said
    for unit in ("a2", "b2", "c2"):
        assert f"({unit})" in said
    assert "ecologically_fragile_share at 50\xa0% lies on its threshold, which counts as yes" in said


def test_a_decision_says_who_why_and_what_the_rules_said(page):
    text = page.sections["decisions"]
    for said in ("Unit C4 (c4)", "Key development", "The new town of the province", "Provincial assembly"):
        assert said in text
    assert "Resolution 7" in text
    assert "2024-06-01" in text
    assert "no rule claims it; it would be General" in text


def test_lines_show_claimed_settled_and_lost(toy_plan):
    lines = pd.DataFrame(
        [
            {
                "unit_id": "a2",
                "line": "permanent_farmland",
                "claimed_ha": 100.0,
                "settled_ha": 60.0,
                "lost_to": "red_line",
            },
            {"unit_id": "a2", "line": "red_line", "claimed_ha": 40.0, "settled_ha": 40.0, "lost_to": ""},
        ]
    ).assign(to_red_line_ha=[40.0, 0.0])
    page = Page(report(toy_plan.having(lines=lines)))
    assert page.tables["lines/"][1:3] == [
        ["Ecological red line", "1", "40.00", "40.00", "0.00"],
        ["Permanent farmland", "1", "100.00", "60.00", "40.00"],
    ]
    assert page.tables["lines/By unit"][1:] == [
        ["Ecological red line"],
        ["Unit A2 (a2)", "40.00", "40.00", "0.00", "–"],
        ["Permanent farmland"],
        ["Unit A2 (a2)", "100.00", "60.00", "40.00", "Ecological red line 40.00"],
    ]


def test_quotas_add_up_at_every_level_and_name_what_bound(page):
    counties = page.tables["quotas/construction land: Level county"]
    assert counties[0][1] == "Amount, ha"
    assert [row[:2] for row in counties[1:]] == [["east", "88"], ["west", "32"], ["Total", "120"]]
    units = page.tables["quotas/construction land: Level unit"]
    assert units[1] == ["east 88"]
    amounts = [row[1] for row in units[1:] if len(row) == 5]
    assert sum(Decimal(one) for one in amounts[:-1]) == Decimal(amounts[-1]) == 120
    assert units[2][0] == "Unit A3 (a3)"
    assert units[2][-1] == "Ceiling"
    assert units[8][:2] == ["Reserve", "4"]
    assert page.tables["quotas/"][1:] == [
        ["built-up landbuilt_up", "no layer has the role 'built_up'"],
        ["waterwater", "no layer has the role 'water'"],
    ]


def test_each_policy_stands_once_with_its_units(page, toy_plan):
    text = page.sections["policies"]
    for policy in toy_plan.rulebook.policies:
        assert text.count(policy.title["en"]) == 1
        assert text_in(policy.clause, "en") in text
        assert policy.reference in text
    assert text.count("no reading noted") == 2
    assert "the whole plan: 12 units" in text
    assert "In 6 units: Unit A1 (a1), Unit A2 (a2), Unit B1 (b1)" in re.sub(r"\s+", " ", text)


def test_a_condition_over_several_lines_stands_on_one_and_hides_nothing(toy_plan):
    rulebook, spread = toy_plan.rulebook, "main = 'general'\n\tOR jurisdiction = 'we\u202est'"
    own = spread.replace("main = 'general'", "area_ha > 1e9")  # a rule for a zone reads no zone
    rulebook = dataclasses.replace(
        rulebook,
        rules=tuple(rule.model_copy(update={"when": own}) for rule in rulebook.rules),
        policies=tuple(policy.model_copy(update={"when": spread}) for policy in rulebook.policies),
    )
    page = Page(report(toy_plan.having(rulebook=rulebook)))
    assert "area_ha > 1,000,000,000 or jurisdiction = 'we\\u202est'" in page.text
    assert "main function = General or jurisdiction = 'we\\u202est'" in page.sections["policies"]
    assert "\\u000a" not in page.text


def test_policies_on_parts_and_overruled_ones_are_told_apart(toy_plan):
    rows = toy_plan.policies[toy_plan.policies["policy"] == "energy-review"]
    rows = rows.assign(piece_id="a4/1", overruled_by="plan-first")
    page = Page(report(toy_plan.having(policies=rows)))
    text = re.sub(r"\s+", " ", page.sections["policies"])
    assert "1 unit, in part for 1" in text
    assert "Unit A4 (a4) (part)" in text
    assert "Gives way to a stricter one in plan-first: 1 unit: Unit A4 (a4)" in text
    assert "no unit" in text


def test_the_sheet_of_functions_counts_the_rules_that_are_asked(page, toy_plan):
    codes = set(toy_plan.rulebook.codes("main"))
    count = sum(rule.zone in codes for rule in toy_plan.rulebook.rules)
    assert re.search(rf"\b{count} rules", page.sections["functions"])


def test_the_sheet_of_firmness_says_how_many_stand_firm_and_what_of_the_others(page, toy_plan):
    counts = count_firmness(rule_tests(toy_plan))
    assert sum(counts.values()) == len(toy_plan.units) > counts["firm"]
    said = rf"{counts['firm']} of {len(toy_plan.units)} units? stands? firm; the others: "
    assert re.search(said, page.sections["firmness"])


def test_the_list_has_a_sum_for_every_jurisdiction_and_main_function(page):
    east, west = page.tables["list/east: 6 units, 600.00 ha"], page.tables["list/west: 6 units, 600.00 ha"]
    assert [row[0] for row in east if len(row) == 1] == [
        "Key development 1 unit, 100.00 ha",
        "General 5 units, 500.00 ha",
    ]
    assert east[2] == ["Unit C4", "c4", "", "100.00"]
    assert ["Unit A4", "a4", "Energy-rich", "100.00"] in east
    assert [row[1] for row in west if len(row) == 4] == ["Id", "a1", "a2", "b1", "b2", "c1", "c2"]


def test_annexes_list_parameters_ledger_and_sources(page):
    assert ["plant_min_mw", "500", "MW", "2011-01-01", "–", "Toy Act, section 3", "no reading noted"] in page.tables[
        "parameters/"
    ]
    assert page.tables["ledger/All entries"][1] == ["land", "7", "invalid", "made valid", "101.0000", "100.0000"]
    assert page.tables["ledger/By layer, finding and action"][1] == ["land", "invalid", "made valid", "1"]
    assert page.tables["sources/"][1:] == [["plants.csv", "1" * 64, "plants"], ["toy.gpkg", "0" * 64, "units"]]
    assert "ETRS89-extended / LAEA Europe (EPSG:3035)" in page.sections["method"]


def named_throughout(make_plan, text: str):
    """The toy plan with one text for every name, reason and feature."""
    plan = make_plan(names={"a1": text})
    return plan.having(
        claims=plan.claims.assign(reason=text),
        zones=plan.zones.assign(reason=text, jurisdiction=text, status="contested"),
        ledger=plan.ledger.assign(feature=text, action=text),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stand_as_they_are_written(make_plan, name):
    page, tame = (Page(report(named_throughout(make_plan, text))) for text in (name, "tame"))
    annexed = [name for name in page.sections if name in ANNEXED]
    assert annexed
    counts = {one: (page.sections[one].count(name), tame.sections[one].count("tame")) for one in annexed}
    assert {one: pair for one, pair in counts.items() if pair[0] != pair[1]} == {}
    assert name in page.sections["summary"]
    assert page.tables["ledger/All entries"][1][1] == name
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in tame.tags]


def test_hidden_characters_stand_as_their_code(make_plan):
    html = report(make_plan(names={"a1": "gpj.\u202eexe\r\n\x1b[1m"}))
    assert "gpj.\\u202eexe\\u000d\\u000a\\u001b[1m" in html
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\r]", html)


def test_long_tables_are_folded_and_whole(toy_plan):
    ledger = pd.concat([toy_plan.ledger.assign(feature=str(number)) for number in range(500)])
    html = report(toy_plan.having(ledger=ledger))
    page = Page(html)
    assert len(page.tables["ledger/All entries"]) == 501
    assert "<summary>All entries <span>500 rows</span></summary>" in html


def test_the_same_plan_gives_the_same_bytes(toy_plan, tmp_path):
    for name in ("one.html", "two.html"):
        write_report(toy_plan, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.html", "two.html"]


def test_chinese_has_a_word_for_everything(toy_plan):
    page = Page(report(toy_plan, "zh"))
    assert ("html", {"lang": "zh"}) in page.tags
    assert "overview/按主体功能统计" in page.tables
    assert "未注明是否查阅" in page.sections["policies"]
    assert "{" not in page.text


def test_an_unknown_language_is_refused_before_anything_is_written(toy_plan, tmp_path):
    with pytest.raises(ZoneplanError, match="no language 'xx'"):
        write_report(toy_plan, tmp_path / "report.html", "xx")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_leaves_what_stood_there(toy_plan, tmp_path):
    folder = tmp_path / "report.html"
    folder.mkdir()
    with pytest.raises(WriteError, match=r"report\.html is no file that zoneplan wrote") as refused:
        write_report(toy_plan, folder)
    assert refused.value.exit_code == 5
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_decision_against_a_rule_shows_what_the_rule_said(toy_plan):
    decision = toy_plan.study.decisions[0].model_copy(update={"unit": "a2"})
    study = toy_plan.study.model_copy(update={"decisions": (decision,)})
    page = Page(report(toy_plan.having(study=study)))
    said = "(fragile-1, yes): forest covers it: ecologically_fragile_share 50\xa0% >= 50\xa0% (fragile_min)"
    assert f"Ecologically fragile {said}" in page.sections["decisions"]


def test_a_policy_nearly_everywhere_names_those_left_out(toy_plan):
    rows = toy_plan.policies[(toy_plan.policies["policy"] == "plan-first") & (toy_plan.policies["unit_id"] != "c4")]
    text = Page(report(toy_plan.having(policies=rows))).sections["policies"]
    assert "Everywhere but in 1 unit: Unit C4 (c4)" in re.sub(r"\s+", " ", text)


def test_a_file_read_for_several_layers_stands_once(toy_plan):
    units, plants = toy_plan.sources
    both = dataclasses.replace(units, name="forest")
    page = Page(report(toy_plan.having(sources=(units, both, plants))))
    assert page.tables["sources/"][2] == ["toy.gpkg", "0" * 64, "units, forest"]


def test_a_policy_that_names_a_parameter_shows_its_value(toy_plan):
    rulebook = toy_plan.rulebook
    given = {"from": "plant_min_mw", "share": 0.25, "list": [1, 2]}
    policies = tuple(policy.model_copy(update={"parameters": given}) for policy in rulebook.policies)
    page = Page(report(toy_plan.having(rulebook=dataclasses.replace(rulebook, policies=policies))))
    assert "from: 500 MW; share: 0.25; list: 1, 2" in page.sections["policies"]


def test_the_report_says_what_the_rulebook_deducts(toy_plan):
    told = "what the rulebook deducts (Ecological red line; protected areas; Permanent farmland; built-up land; water)"
    assert told in report(toy_plan)
