"""The dossier of one unit: one sheet that says what it is and why, and all that it rests on, folded below."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from layers.errors import UnknownNameError, ZoneplanError
from layers.sources import Sourced
from maps.drawing.palette import zone_fills
from maps.errors import WriteError
from maps.telling.annex.report_context import ReportContext
from maps.telling.explanations.explanation_content import explain
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.reports.unit_dossier import _gauges, dossier, write_dossier
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import localize

HOSTILE = "<img src=x onerror=\"document.title='ran'\">{{ 7*7 }}</style>"


def text_of(html: str) -> str:
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html[html.index("<body") :])))


def section(html: str, name: str) -> str:
    """What a chapter says."""
    (found,) = re.findall(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    return text_of(f"<body>{found}")


class TestWhatItSays:
    def test_the_unit_and_the_plan(self, toy_plan):
        said = text_of(dossier(toy_plan, "a2"))
        for text in (
            "Unit A2",
            "a2",
            "west",
            "Toy province",
            "100.00 ha area, 16.7 % of west",
            "construction land",
        ):
            assert text in said

    def test_the_whole_chain_of_the_main_function(self, toy_plan):
        said = text_of(dossier(toy_plan, "b2"))
        for text in (
            "Ecologically fragile fragile-1", "Status by rule", "forest covers it",
            "ecologically_fragile_share 50 % >= 50 % (fragile_min)", "fragile_min = 50 %", "Toy Act, section 2",
        ):  # fmt: skip
            assert text in said

    def test_everything_that_the_explanation_holds(self, toy_plan):
        for unit_id in toy_plan.zones["unit_id"]:
            content, html = explain(toy_plan, unit_id).as_dict(), dossier(toy_plan, unit_id)
            working = html[html.index('id="annex"') :]
            said = text_of(f"<body>{working}")
            for claim in (content["main"], *content["overlays"], *content["other_claims"]):
                assert claim["title"]["en"] in said
                assert claim["reference"] in said
                assert all(one["sentence"].replace("\xa0", " ") in said for one in claim["clauses"] if one["decides"])
                assert all(f"{one['name']} = " in said for one in claim["parameters"])
            for policy in content["policies"]:
                everywhere = policy["when"] == "TRUE" and not policy["overruled_by"]
                in_full = (policy[key] for key in ("policy", "clause", "reference", "since"))
                assert all(one in said for one in ([policy["title"]["en"]] if everywhere else in_full))
                assert said.count(policy["title"]["en"]) == 1
            for quota in content["quotas"]:
                assert f"{quota['amount']} {quota['unit']}, of {quota['jurisdiction_amount']}" in said

    def test_a_unit_that_no_rule_claims(self, toy_plan):
        said = text_of(dossier(toy_plan, "a3"))
        assert "General default" in said
        assert "No rule for a main function claims the unit." in said
        assert "ecologically_fragile_share 0 % < 50 % (fragile_min)" in said

    def test_no_yes_decides_where_no_rule_is_met(self, toy_plan):
        """A unit that no rule claims may still pass a test; no yes has decided its main function."""
        assert "Why: the first “yes” decides" in text_of(dossier(toy_plan, "b2"))
        for unit_id in ("a3", "c4"):
            said = text_of(dossier(toy_plan, unit_id))
            assert "What the rules ask" in said
            assert "the first “yes” decides" not in said

    def test_a_test_that_passes_is_shown_with_those_that_its_rule_leaves_open(self, toy_run):
        figures = PlanFigures(ReportContext.of(toy_run, "en"))
        verdict = verdicts(figures.edition.plan)["a3"]
        first = verdict.gauges[0]
        met = first._replace(title="people", value=3.0, value_text="3", passed=True, decided=False)
        open_ = first._replace(title="output", value=None, value_text="not known", passed=None, decided=False)
        other = open_._replace(title="coal", zone="energy_rich")
        asked = dataclasses.replace(verdict, gauges=(met, open_, other))
        _, *drawn = _gauges(figures, asked)
        assert [block.numbers.rows[0][0] for block in drawn] == ["people", "output"]

    def test_priorities_are_told_only_of_a_quota_that_has_some(self, toy_plan):
        assert toy_plan.study.quotas[0].priority
        assert "and priorities" in text_of(dossier(toy_plan, "c4"))
        quotas = tuple(one.model_copy(update={"priority": ()}) for one in toy_plan.study.quotas)
        bare = toy_plan.having(study=toy_plan.study.model_copy(update={"quotas": quotas}))
        said = text_of(dossier(bare, "c4"))
        assert "its part, by" in said
        assert "and priorities" not in said

    def test_a_decision_names_who_decided(self, toy_plan):
        html = dossier(toy_plan, "c4")
        said = text_of(html)
        for text in ("by decision", "The new town of the province", "Provincial assembly, 2024-06-01", "Resolution 7"):
            assert text in said

    def test_an_overlay_by_decision_leaves_the_main_function_to_its_rule(self, toy_plan):
        decided = toy_plan.claims[toy_plan.claims["rule"] == "decision-1"].assign(unit_id="a2", zone="energy_rich")
        held = toy_plan.zones["unit_id"] == "a2"
        zones = toy_plan.zones.assign(
            overlays=toy_plan.zones["overlays"].mask(held, "energy_rich"),
            status=toy_plan.zones["status"].mask(held, "by_decision"),
        )
        html = dossier(toy_plan.having(claims=pd.concat([toy_plan.claims, decided]), zones=zones), "a2")
        assert "<dt>Status</dt><dd>by rule</dd>" in html
        assert "by decision" in section(html, "overlays")

    def test_open_questions_are_marked(self, toy_plan):
        status = toy_plan.zones["status"].mask(toy_plan.zones["unit_id"] == "a1", "contested")
        plan = toy_plan.having(zones=toy_plan.zones.assign(status=status))
        assert "<mark>open: contested</mark>" in dossier(plan, "a1")

    def test_other_claims_say_how_they_answered(self, toy_plan):
        extra = toy_plan.claims[toy_plan.claims["rule"] == "fragile-1"].iloc[:1].assign(unit_id="c4")
        unknown = toy_plan.claims[toy_plan.claims["rule"] == "energy-1"].iloc[:1].assign(unit_id="c4", answer="unknown")
        plan = toy_plan.having(claims=pd.concat([toy_plan.claims, extra, unknown], ignore_index=True))
        said = section(dossier(plan, "c4"), "others")
        assert "Ecologically fragile fragile-1 claims it too" in said
        assert "Energy-rich energy-1 cannot be answered" in said

    def test_lines_quota_and_duties(self, toy_plan, toy_run):
        html = dossier(toy_plan, "a2")
        assert "Permanent farmland Toy Act, section 5 100.00 100.00 –" in section(html, "lines")
        quota = section(dossier(toy_plan, "c4"), "quotas")
        for text in ("construction land 2025", "31 ha, of 88 ha for east"):
            assert text in quota
        # which priorities hold is known to the trace of a run alone
        assert "× 2 where main function = Key development" in section(dossier(toy_run, "c4"), "quotas")
        duties = section(html, "duties")
        assert "Payment for standing forest" in duties
        assert "no reading noted" in duties
        assert "since 2011-01-01" in duties

    def test_a_policy_on_several_parts_stands_once_and_an_overruled_one_says_so(self, toy_plan):
        rows = toy_plan.policies[(toy_plan.policies["policy"] == "plan-first") & (toy_plan.policies["unit_id"] == "a4")]
        rows = pd.concat([rows.assign(piece_id=f"a4/{part}", overruled_by="energy-review") for part in (1, 2)])
        said = section(dossier(toy_plan.having(policies=rows), "a4"), "duties")
        assert said.count("No building without a plan") == 1
        assert "Gives way to a stricter one in energy-review" in said

    def test_what_was_assumed_is_what_this_unit_rests_on(self, toy_plan):
        said = section(dossier(toy_plan, "a4"), "assumed")
        assert "built-up land, water: the study has no layer for that" in said
        assert "plant_min_mw = 500 MW" in said
        assert "plant_min_mw" not in section(dossier(toy_plan, "a1"), "assumed")
        assert "fragile_min" not in said

    def test_money_only_where_it_flows(self, toy_plan):
        assert 'id="money"' not in dossier(toy_plan, "a1")
        flow = {
            "instrument": "Forest fund", "period": 2025, "payer": "Forest fund", "receiver": "a1",
            "amount": Decimal("1250.50"), "unit": "EUR", "rule": "gap", "reference": "Toy Act, section 9",
        }  # fmt: skip
        plan = toy_plan.having(flows=pd.DataFrame([flow]))
        assert "Forest fund 2025 Forest fund Unit A1 a1 1,250.50 EUR Toy Act, section 9" in section(
            dossier(plan, "a1"), "money"
        )
        assert "None." in section(dossier(plan, "a2"), "money")

    def test_money_of_every_jurisdiction_is_the_units(self, toy_plan):
        flow = {
            "instrument": "Grant", "period": 2025, "payer": "(budget)", "receiver": "N",
            "amount": Decimal(100), "unit": "EUR", "rule": "", "reference": "",
        }  # fmt: skip
        units = toy_plan.study.units.model_copy(update={"jurisdiction": ("nation", "county")})
        plan = toy_plan.having(
            study=toy_plan.study.model_copy(update={"units": units}),
            measures=toy_plan.measures.assign(nation="N", county="west"),
            flows=pd.DataFrame([flow]),
        )
        assert "Grant 2025 Budget N 100 EUR" in section(dossier(plan, "a1"), "money")

    def test_sources_have_the_beginning_of_their_hash(self, toy_plan):
        said = section(dossier(toy_plan, "a1"), "sources")
        assert "toy.gpkg" in said
        assert f"units (sha256 {'0' * 12}…)" in said

    def test_an_empty_plan_still_says_so(self, toy_plan):
        empty = {name: getattr(toy_plan, name).iloc[:0] for name in ("lines", "quotas", "policies")}
        said = text_of(dossier(toy_plan.having(**empty, assumptions=()), "c4"))
        for text in ("No control line", "takes part in no quota", "No policy applies", "Nothing that this unit's"):
            assert text in said

    def test_chinese_has_a_word_for_everything(self, toy_plan):
        html = dossier(toy_plan, "c4", "zh")
        assert '<html lang="zh">' in html
        assert "单元档案" in html
        assert "{" not in text_of(html)


class TestWhatItIs:
    def test_the_page_needs_nothing_and_allows_nothing(self, toy_plan):
        html = dossier(toy_plan, "a2")
        style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        allowed = "font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
        policy = f"default-src 'none'; style-src 'sha256-{hashed}'; {allowed}"
        assert policy in html.replace("&#39;", "'")
        assert not re.search(
            r"<(script|link|img|iframe|object|form|base)\b|\son\w+=|\sstyle=|url\((?!data:font/woff2;base64,)|@import",
            html,
        )
        identifiers = re.findall(r'\sid="([^"]+)"', html)
        assert len(identifiers) == len(set(identifiers))

    def test_hostile_names_stand_as_they_are_written(self, make_plan):
        html = dossier(make_plan(names={"a1": HOSTILE}), "a1")
        assert "<img" not in html
        assert "{{ 7*7 }}" in html
        assert html.count("</style>") == 1

    def test_hidden_characters_stand_as_their_code(self, make_plan):
        html = dossier(make_plan(names={"a1": "gpj.\u202eexe\x1b"}), "a1")
        assert "gpj.\\u202eexe\\u001b" in html
        assert not re.search("[\u202a-\u202e\x1b]", html)

    def test_the_same_plan_gives_the_same_bytes(self, toy_plan, tmp_path):
        for name in ("one.html", "two.html"):
            write_dossier(toy_plan, "b3", tmp_path / name)
        assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
        assert len(list(tmp_path.iterdir())) == 2

    def test_what_cannot_be_written(self, toy_plan, tmp_path):
        with pytest.raises(UnknownNameError, match="no unit 'z9'"):
            write_dossier(toy_plan, "z9", tmp_path / "dossier.html")
        with pytest.raises(ZoneplanError, match="no language 'xx'"):
            write_dossier(toy_plan, "a1", tmp_path / "dossier.html", "xx")
        (tmp_path / "dossier.html").mkdir()
        with pytest.raises(WriteError, match=r"dossier\.html is no file that zoneplan wrote"):
            write_dossier(toy_plan, "a1", tmp_path / "dossier.html")
        assert [path.name for path in tmp_path.iterdir()] == ["dossier.html"]


def sheet(html: str) -> ET.Element:
    """The sheet of a dossier, as elements."""
    (found,) = re.findall(r'<section class="sheet.*?</section>', html, re.DOTALL)
    return ET.fromstring(re.sub(r"&(?!amp;|lt;|gt;|quot;|#)", "&amp;", found))


class TestTheSheet:
    def test_it_begins_with_the_verdict_in_the_colour_of_the_zone(self, toy_plan):
        root = sheet(dossier(toy_plan, "a2"))
        verdict, *_ = (one for one in root.iter("p") if one.get("class") == "verdict")
        assert "".join(verdict.itertext()) == verdicts(localize(toy_plan))["a2"].sentence
        assert verdict.find(".//rect").get("fill") == zone_fills(toy_plan.rulebook)["ecologically_fragile"]

    def test_its_numbers_are_those_of_the_tables(self, toy_plan):
        root = sheet(dossier(toy_plan, "c4"))
        (numbers,) = (one for one in root.iter("dl") if one.get("class") == "big across")
        told = {"".join(one.find("dd").itertext()): one.find("dt").text for one in numbers.iter("div")}
        rows = toy_plan.quotas[toy_plan.quotas["level"] == "unit"].set_index("unit_id")["amount"]
        assert told["area, 16.7\xa0% of east"] == "100.00 ha"
        assert told["construction land, number 1 of 6"] == f"{rows['c4']} ha"
        held = toy_plan.policies[(toy_plan.policies["unit_id"] == "c4") & (toy_plan.policies["overruled_by"] == "")]
        count = held["policy"].nunique()
        assert told["policies that apply"] == str(count)

    def test_every_gauge_has_its_numbers_as_a_table(self, toy_plan):
        root = sheet(dossier(toy_plan, "a2"))
        heard = [
            ["".join(cell.itertext()) for cell in (*row.iter("th"), *row.iter("td"))]
            for one in root.iter("div")
            if one.get("class") == "heard"
            for row in one.iter("tr")
        ]
        own = verdicts(localize(toy_plan))["a2"].gauges
        assert {row[0] for row in heard} >= {one.title for one in own if one.value is not None}
        assert any(row[1:3] == [own[0].value_text, own[0].needs] for row in heard)

    def test_the_unit_stands_out_in_the_plan(self, toy_plan):
        maps = PlanMaps(PlanFigures(ReportContext.of(toy_plan)))
        root = ET.fromstring(str(maps.where("b3", 56, 62, "Where it is")))
        *_, own = root.findall(".//{*}path")
        rings = root.findall("{*}circle")
        assert own.get("fill") == rings[-1].get("stroke") == "#1A1D21"
        assert root.get("aria-label") == "Where it is"
        (name,) = root.findall("{*}text")
        assert name.text == "Unit B3"
        outline = [float(number) for number in re.findall(r"[\d.]+", own.get("d", "").split("l")[0])]
        assert abs(outline[0] / 45 - float(rings[0].get("cx", ""))) < float(rings[0].get("r", ""))

    def test_the_land_of_the_unit_has_the_colours_of_its_functions(self, toy_plan):
        maps = PlanMaps(PlanFigures(ReportContext.of(toy_plan)))
        drawn, scale, keys = maps.of_unit("a2", 112, 62, "Land")
        fills = dict(keys)
        assert set(fills.values()) == {
            toy_plan.roles[one] for one in toy_plan.roles if toy_plan.roles[one] in fills.values()
        }
        assert all(f'fill="{fill}"' in drawn for fill in fills)
        assert scale > 0

    def test_more_policies_than_there_is_room_for_are_counted(self, toy_plan):
        many = tuple(
            toy_plan.rulebook.policies[0].model_copy(update={"id": f"p{place}", "title": {"en": f"Policy {place}"}})
            for place in range(40)
        )
        row = toy_plan.policies[toy_plan.policies["unit_id"] == "a2"].iloc[[0]]
        rows = pd.concat([row.assign(policy=one.id) for one in many])
        plan = toy_plan.having(rulebook=dataclasses.replace(toy_plan.rulebook, policies=many), policies=rows)
        html = dossier(plan, "a2")
        shown = sum("Policy " in "".join(one.itertext()) for one in sheet(html).iter("th"))
        assert 3 <= shown < 40
        assert f"{40 - shown} more below, in the working." in html
        assert all(f"Policy {place}" in section(html, "duties") for place in range(40))


@pytest.mark.browser
class TestOnPaper:
    @pytest.fixture
    def page(self, open_tab) -> Iterator[object]:
        tab = open_tab()
        yield tab
        tab.close()

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_one_sheet_a_unit_and_nothing_asked(self, page, make_plan, tmp_path, language):
        plan = make_plan(names={"a1": HOSTILE, "c4": "攀枝花市"})
        for unit_id in ("a1", "a4", "c4"):
            write_dossier(plan, unit_id, tmp_path / "dossier.html", language)
            page.goto((tmp_path / "dossier.html").as_uri())
            printed = page.pdf(prefer_css_page_size=True, print_background=True)
            assert printed.count(b"/Type /Page\n") == 1
            assert page.locator("figure svg").first.bounding_box()["width"] > 100
        assert page.complaints == []
        assert len(page.asked) == 3

    def test_on_a_phone_nothing_scrolls_sideways(self, page, toy_plan, tmp_path):
        flow = {
            "instrument": "Forest fund", "period": 2025, "payer": "Forest fund of the whole province", "receiver": "a2",
            "amount": Decimal("100000250.50"), "unit": "EUR", "rule": "gap", "reference": "Toy Act, section 9",
        }  # fmt: skip
        write_dossier(toy_plan.having(flows=pd.DataFrame([flow])), "a2", tmp_path / "dossier.html")
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto((tmp_path / "dossier.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("#money .wide-table").evaluate("box => box.scrollWidth <= box.clientWidth")


SEEN = {"kind": "copy", "read_on": date(2026, 11, 25), "url": "law.example/3"}


@pytest.mark.parametrize(
    ("entry", "said", "in_full"),
    [
        ({"reference": "Land Act, section 3"}, "no reading noted", "no reading noted"),
        ({"source": SEEN}, "", "read in a full copy (2026-11-25, law.example/3)"),
        (
            {"source": SEEN | {"read_on": None}},
            "read in a copy, on a day nobody noted",
            "read in a copy, on a day nobody noted (law.example/3)",
        ),
        ({"source": {"kind": "secondary"}}, "told by others; text not read", "told by others; text not read"),
        ({"source": {"kind": "memory"}}, "recalled; nobody read it", "recalled; nobody read it"),
        ({"reference": "study's own threshold: a fifth of the county"}, "", "author's own"),
        ({"reference": {"en": "house's own threshold", "zh": "自定阈值"}}, "", "author's own"),
    ],
)
def test_one_vocabulary_says_how_a_text_is_known(toy_plan, entry, said, in_full) -> None:
    edition, cited = ReportContext.of(toy_plan), Sourced.model_validate(entry)
    assert (edition.doubt(cited), edition.reading(cited)) == (said, in_full)
    told = {"verified": cited.verified, "reading": cited.reading}
    assert edition.doubt(told) == said  # a record says the same
    assert edition.doubt(cited.resting_on(False)) == (said or (in_full != "author's own") * PARTLY)


PARTLY = "read, but not all that it rests on"


def test_what_cites_no_text_lacks_none(toy_plan) -> None:
    assert ReportContext.of(toy_plan).doubt({"verified": None, "reading": ""}) == ""


def test_what_was_not_deducted_is_told_by_titles(toy_plan) -> None:
    told = ReportContext.of(toy_plan).deductions
    assert told
    assert not any("_" in name for name in told)
