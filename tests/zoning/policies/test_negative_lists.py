"""Negative lists: the strictest governs, conditions add up, and a broad item covers all below it."""

from __future__ import annotations

from datetime import date
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import SeveralErrors, UnknownNameError
from maps.telling.explanations.industry_query import IndustryAnswer
from maps.words import text_in
from tests.zoning.conftest import said
from zoning.errors import RulebookError
from zoning.pipeline.worked_cases import run_cases
from zoning.policies import Verdict, count_industries, judge_industry, list_industries, lists_on
from zoning.policies.negative_lists import ListCoverage, states_of
from zoning.rulebook import read_rulebook
from zoning.rulebook.industry_classification import read_classification
from zoning.tables import INDUSTRIES, tabulate

GB = read_classification("gbt4754_2017")
DAY = date(2025, 1, 1)


def lines(verdict: Verdict, language: str = "en") -> list[str]:
    """What is answered, line by line."""
    return list(IndustryAnswer(verdict, text_in(GB.title(verdict.code), language), language).lines())


def listed(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """Items: list, code, treatment, state, conditions."""
    return tabulate(
        INDUSTRIES,
        pd.DataFrame(
            [
                {
                    **dict.fromkeys(INDUSTRIES.columns, ""),
                    "list": name,
                    "item": number,
                    "code": GB.whole(code),
                    "treatment": treatment,
                    "state": state,
                    "conditions": conditions,
                    "verified": False,
                    "reading": "memory",
                }
                for number, (name, code, treatment, state, conditions) in enumerate(rows, start=1)
            ]
        ),
    )


ITEMS = listed(
    ("nation", "C", "restricted", "planned", "in a park"),
    ("nation", "C3011", "restricted", "both", "kilns of 4000 t a day"),
    ("county", "C30", "prohibited", "planned", ""),
    ("county", "C301", "restricted", "existing", "grade II"),
    ("county", "B", "prohibited", "both", ""),
    ("county", "A0149", "prohibited", "both", ""),
)


@pytest.mark.parametrize(
    ("code", "state", "answer", "decided", "conditions"),
    [
        ("C3011", "planned", "prohibited", "C30", ()),  # the county's ban on the division, not the narrower restriction
        ("C3011", "existing", "conditional", "C3011", ("kilns of 4000 t a day", "grade II")),
        ("C3012", "existing", "conditional", "C301", ("grade II",)),
        ("C29", "planned", "conditional", "C", ("in a park",)),
        ("C29", "existing", "not_listed", None, ()),
        ("C", "planned", "conditional", "C", ("in a park",)),
        ("B0610", "existing", "prohibited", "B", ()),
        ("A01", "planned", "not_listed", None, ()),
        ("K70", "planned", "not_listed", None, ()),
    ],
)
def test_verdicts_by_pencil(code, state, answer, decided, conditions) -> None:
    verdict = judge_industry(ITEMS, code, GB, state)
    assert (verdict.answer, verdict.conditions) == (answer, conditions)
    assert (verdict.decided_by.code if verdict.decided_by else None) == decided
    assert verdict.decided_by == (verdict.matches[0] if verdict.matches else None)


def test_parts_that_are_listed_are_told_and_do_not_bind_the_whole() -> None:
    verdict = judge_industry(ITEMS, "A01", GB)
    assert [(one.code, one.treatment) for one in verdict.below] == [("A0149", "prohibited")]
    assert verdict.answer == "not_listed"
    assert "a part of it is listed: A0149, prohibited, by county;" in "\n".join(lines(verdict))
    assert [one.code for one in judge_industry(ITEMS, "C30", GB).below] == ["C3011"]
    assert [one.code for one in judge_industry(ITEMS, "C30", GB, "existing").below] == ["C301", "C3011"]


def test_a_verdict_in_words() -> None:
    verdict = judge_industry(ITEMS, "3011", GB, "existing", {"nation": "National list"})
    assert lines(verdict) == [
        "C3011, in C30 Manufacture of non-metallic mineral products, existing: on conditions",
        "  decided by National list: C3011, restricted",
        "    on condition: kilns of 4000 t a day",
        "    reference:  (recalled; nobody read it)",
        "  also county: C301, restricted",
        "    on condition: grade II",
        "    reference:  (recalled; nobody read it)",
    ]
    unlisted = judge_industry(ITEMS, "C29", GB, "existing")
    assert lines(unlisted, "zh") == ["C29 橡胶和塑料制品业，现有：未列入", "  此地未读取任何产业清单；能否准入不详"]
    assert unlisted.as_dict()["verdict"] == "not_listed"
    assert verdict.as_dict()["decided_by"]["title"] == "National list"


NATION = ListCoverage("nation", "National list", complete=False, items_read=33, items_known=106)
COUNTY = ListCoverage("county", "County list", complete=True, items_read=4, items_known=4)
TOWN = ListCoverage("town", "Town list", complete=False, items_read=0, items_known=None)


@pytest.mark.parametrize(
    ("lists", "answer", "told"),
    [
        ((), "not_listed", "no list of industries was read for this place; whether it may settle is not known"),
        (
            (COUNTY,),
            "allowed",
            "no list that holds here names it, and all of them were read (County list: all 4 items)",
        ),
        (
            (COUNTY, NATION),
            "not_listed",
            (
                "on none of the lists read here (County list: all 4 items; National list: 33 of about 106 items); "
                "what was not read may name it"
            ),
        ),
        (
            (TOWN,),
            "not_listed",
            (
                "on none of the lists read here (Town list: 0 items, of how many is not known); "
                "what was not read may name it"
            ),
        ),
    ],
)
def test_what_no_item_names_is_allowed_only_where_all_lists_are_complete(lists, answer, told) -> None:
    verdict = judge_industry(ITEMS, "K70", GB, lists=lists)
    assert verdict.answer == answer
    assert lines(verdict)[1:] == [f"  {told}"]
    assert verdict.as_dict()["lists"] == [vars(one) for one in lists]
    for named, expected in (("C3011", "prohibited"), ("C29", "conditional")):
        assert judge_industry(ITEMS, named, GB, lists=lists).answer == expected


RANKS = ("not_listed", "conditional", "prohibited")
CODES = ("C", "C30", "C301", "C3011", "C3012", "C31", "B", "B06", "B0610", "A")
ROWS = st.tuples(
    st.sampled_from(("nation", "zone", "county")),
    st.sampled_from(CODES),
    st.sampled_from(("restricted", "prohibited")),
    st.sampled_from(("existing", "planned", "both")),
    st.sampled_from(("w", "x", "y")),
)


def by_hand(rows: list[tuple[str, str, str, str, str]], code: str, state: str) -> tuple[str, set[str]]:
    """The verdict by another route: letters and digits compared, item by item."""
    about = [row for row in rows if code.startswith(row[1]) and row[3] in (state, "both")]
    if any(row[2] == "prohibited" for row in about):
        return "prohibited", set()
    return ("conditional" if about else "not_listed"), {row[4] for row in about}


@settings(max_examples=50)
@given(st.lists(ROWS, max_size=8))
def test_verdicts_equal_a_count_by_hand(rows: list[tuple[str, str, str, str, str]]) -> None:
    items = listed(*rows) if rows else tabulate(INDUSTRIES, pd.DataFrame())
    for code, state in product(CODES, ("existing", "planned")):
        verdict = judge_industry(items, code, GB, state)
        assert (verdict.answer, set(verdict.conditions)) == by_hand(rows, code, state)


@settings(max_examples=30)
@given(st.lists(ROWS, max_size=6), ROWS)
def test_one_more_item_never_loosens(rows: list[tuple[str, str, str, str, str]], more: tuple) -> None:
    """P23 for industries: another item opens nothing and takes no condition from what stays conditional."""
    before = listed(*rows) if rows else tabulate(INDUSTRIES, pd.DataFrame())
    after = listed(*rows, more)
    for code, state in product(CODES, ("existing", "planned")):
        one, other = (judge_industry(items, code, GB, state) for items in (before, after))
        assert RANKS.index(other.answer) >= RANKS.index(one.answer)
        if other.answer == "conditional":
            assert set(one.conditions) <= set(other.conditions)


@settings(max_examples=50)
@given(st.lists(ROWS, min_size=1, max_size=6), st.randoms())
def test_the_order_of_the_items_decides_nothing(rows: list[tuple[str, str, str, str, str]], random) -> None:
    items = listed(*rows)
    mixed = items.sample(frac=1, random_state=random.randrange(1000))
    for code in CODES:
        assert judge_industry(mixed, code, GB) == judge_industry(items, code, GB)


# What two counties say that their lists touch: sections, divisions, groups and classes of prohibited and of restricted
# items, and of both together. Minhe (Qinghai): minhe.gov.cn/html/2956/413094.html; Lichuan (Jiangxi):
# max.book118.com/html/2018/0606/171149931.shtm.
# Their items are not public in a form that could be counted; those below are made up to have
# these counts, and show how the counts hang together.
PUBLISHED = {
    "Lichuan": {"prohibited": (2, 3, 4, 4), "restricted": (6, 13, 19, 22), "all": (6, 14, 23, 26)},
    "Minhe": {"prohibited": (3, 3, 3, 3), "restricted": (5, 7, 9, 14), "all": (8, 10, 12, 17)},
}
GROUPS = {
    "Lichuan": {
        "prohibited": {"B109": 1, "C263": 1, "C266": 1, "C291": 1},
        "restricted": {"A021": 1, "A022": 1, "A031": 1, "B091": 1, "B101": 2, "B102": 1, "C131": 1, "C135": 1,
                       "C171": 1, "C201": 1, "C202": 1, "C221": 1, "C222": 1, "C261": 1, "C301": 2, "C303": 1,
                       "D441": 2, "H611": 1, "K701": 1},
    },
    "Minhe": {
        "prohibited": {"G591": 1, "H611": 1, "K701": 1},
        "restricted": {"A031": 2, "A032": 1, "B101": 3, "C131": 1, "C135": 1, "C301": 2, "C331": 1, "D441": 2,
                       "E481": 1},
    },
}  # fmt: skip
"""Groups of each list, and how many of their classes are on it."""


@pytest.mark.parametrize("county", PUBLISHED)
def test_lists_are_counted_as_counties_count_them(county: str) -> None:
    parts = {
        part: [f"{group}{number}" for group, count in groups.items() for number in range(1, count + 1)]
        for part, groups in GROUPS[county].items()
    }
    counted = {part: count_industries(codes, GB) for part, codes in parts.items()}
    counted["all"] = count_industries([*parts["prohibited"], *parts["restricted"]], GB)
    assert counted == PUBLISHED[county]
    sums = [counted["prohibited"][depth] + counted["restricted"][depth] for depth in range(4)]
    assert sums[3] == counted["all"][3]  # classes add up; what holds them may be in both parts
    assert all(whole <= both for whole, both in zip(counted["all"], sums, strict=True))


def test_counting_takes_each_branch_once_and_none_that_is_not_named() -> None:
    assert count_industries([], GB) == ()
    assert count_industries(["C", "C30", "C301", "C3011", "3011"], GB) == (1, 1, 1, 1)
    assert count_industries(["C", "B06"], GB) == (2, 1)


# --- in a rulebook ---------------------------------------------------------------------------------------------------

LISTS = """
[[industries]]
list = "base"
code = "C30"
treatment = "restricted"
state = "planned"
conditions.scale = { en = "large", zh = "大" }
conditions.location = { en = "in a park", zh = "园区内" }
reference = "Small Act, section 20"
source = { document = "Small Act", read_on = 2024-12-01, kind = "official" }
from = 2010-01-01

[[industries]]
list = "strict"
code = "3011"
treatment = "prohibited"
note = { en = "leaves by 2030", zh = "二〇三〇年前退出" }
reference = "Small Act, section 21"
"""
POLICIES = """
[[policies]]
id = "base-list"
instrument = "negative_list"
list = "base"
when = "TRUE"
title = { en = "Base list", zh = "基本清单" }
clause = "What it restricts needs its conditions."
reference = "Small Act, section 20"

[[policies]]
id = "strict-list"
instrument = "negative_list"
list = "strict"
when = "main = 'ecologically_fragile'"
title = { en = "Strict list", zh = "严格清单" }
clause = "What it prohibits may not be."
reference = "Small Act, section 21"
"""


@pytest.fixture
def write_lists(write_rulebook):
    """The small rulebook with two lists, changed by file."""

    def write(lists: str = LISTS, *, rulebook=None, policies: str = POLICIES, cases=None, classification: str = ""):
        named = 'languages = ["en", "zh"]\nclassification = "gbt4754_2017"'
        folder = write_rulebook(
            rulebook=rulebook or (lambda text: text.replace('languages = ["en", "zh"]', named)),
            policies=lambda text: text + policies,
            cases=cases,
        )
        (folder / "industries.toml").write_text(lists, encoding="utf-8")
        if classification:
            (folder / "classification.toml").write_text(classification, encoding="utf-8")
        return folder

    return write


def complaints(folder) -> list[str]:
    try:
        read_rulebook(folder, DAY)
    except (RulebookError, SeveralErrors) as error:
        return [str(one) for one in getattr(error, "errors", (error,))]
    return []


def test_lists_of_a_rulebook_as_a_table(write_lists) -> None:
    rulebook = read_rulebook(write_lists(), DAY)
    items = list_industries(rulebook)
    assert list(items.columns) == list(INDUSTRIES.columns)
    assert items[["list", "item", "code", "treatment", "state", "verified"]].values.tolist() == [
        ["base", 1, "C30", "restricted", "planned", True],
        ["strict", 1, "C3011", "prohibited", "both", False],
    ]
    conditions, none = items["conditions"]
    assert said(conditions) == "scale: large; location: in a park"
    assert said(conditions, language="zh") == "规模：大；区位：园区内"
    no_note, note = items["note"]
    assert (none, no_note, said(note)) == ("", "", "leaves by 2030")
    assert lists_on(["strict-list", "base-list", "plan-first"], rulebook) == ("base", "strict")


def test_items_hold_from_their_day_on(write_lists) -> None:
    assert [one.list for one in read_rulebook(write_lists(), date(2009, 12, 31)).industries] == ["strict"]


def test_a_rulebook_without_lists_says_so(write_rulebook) -> None:
    rulebook = read_rulebook(write_rulebook(), DAY)
    assert list_industries(rulebook).empty
    with pytest.raises(UnknownNameError, match="rulebook 'small' has no negative lists"):
        _ = rulebook.branches


def test_cases_ask_lists(write_lists) -> None:
    case = """
[[cases]]
name = "a fragile unit"
date = 2025-01-01
source = "by hand"
given = { population = 5, area_km2 = 10, ecologically_fragile_share = 0.6, energy_mw = 0 }
[cases.expect]
main = "ecologically_fragile"
industries = { C3011 = "prohibited", C3012 = "conditional", C29 = "not_listed", C30 = "prohibited" }
existing_industries = { 3011 = "prohibited", C3012 = "conditional" }
"""
    (result,) = run_cases(write_lists(cases=case))
    assert tuple(one.text for one in result.differences) == (
        "planned C30 is conditional, expected prohibited (by base, C30)",
        "existing C3012 is not_listed, expected conditional (for no list names it)",
    )
    with pytest.raises(RulebookError, match=r"zones.toml, line 8, column \d+: case 'a fragile unit': industry 'A3011'"):
        run_cases(write_lists(cases=case.replace("C3011", "A3011")))


OWN = """
[[classification]]
code = "X"
title = { en = "Works", zh = "工厂" }

[[classification]]
code = "30"
within = "X"
digits = 4
title = { en = "Minerals", zh = "矿物" }
"""


def test_a_classification_of_ones_own(write_lists) -> None:
    def named(text: str) -> str:
        return text.replace('"zh"]', '"zh"]\nclassification = "toyland"')

    rulebook = read_rulebook(write_lists(LISTS.replace("C30", "X30"), rulebook=named, classification=OWN), DAY)
    assert list_industries(rulebook)["code"].tolist() == ["X30", "X3011"]
    assert rulebook.branches.title("X3011") == {"en": "Minerals", "zh": "矿物"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"C30"', '"A30"', "toml, line 4, column 8: industry 'A30': 30 is a part of C, not of A; write 'C30'"),
        ('"C30"', '"C99"', "toml, line 4, column 8: industry 'C99': there is no such branch"),
        ('list = "base"', 'list = "bas"', 'line 3, column 8: no policy has list = "bas", so that it holds nowhere'),
        ('list = "base"', 'list = "own-list"', "line 3, column 8: 'own-list' is kept for the list of a plan"),
        ("from = 2010-01-01", "from = 2010-01-01\nuntil = 2010-01-01", "it ends before it begins"),
        (', zh = "大"', "", "line 7, column 20: it has no text in zh; give one"),
        ('"restricted"', '"prohibited"', "a prohibited branch has no 'conditions'; where only a part of it"),
        ('"prohibited"', '"restricted"', "a restricted branch needs 'conditions': under which is it allowed?"),
        ('"prohibited"', '"allowed"', "'treatment' must be 'restricted' or 'prohibited', not the text 'allowed'"),
    ],
)  # fmt: skip
def test_items_that_cannot_be_meant(write_lists, old: str, new: str, message: str) -> None:
    assert old in LISTS
    told = complaints(write_lists(LISTS.replace(old, new, 1)))
    assert any(message in one for one in told), told


AGAIN = LISTS[LISTS.index('[[industries]]\nlist = "strict"') :]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (AGAIN, "line 19, column 3: the list has the same of C3011 already (small/industries.toml, line 13"),
        (AGAIN.replace("3011", "30").replace("note", 'state = "existing"\nnote'), ""),
        (
            AGAIN.replace("3011", "C301"),
            "line 15, column 8: the list prohibits C301, and C3011 with it: this item has no effect; drop it",
        ),
    ],
)  # fmt: skip
def test_items_without_effect(write_lists, more: str, message: str) -> None:
    told = complaints(write_lists(LISTS + more))
    assert any(message in one for one in told) if message else told == [], told


def test_a_policy_whose_list_is_not_there_or_that_could_be_overruled(write_lists) -> None:
    told = complaints(write_lists(policies=POLICIES.replace('list = "strict"', 'list = "strikt"')))
    assert any("industries.toml has no item of list 'strikt'; did you mean 'strict'?" in one for one in told)
    told = complaints(write_lists(policies=POLICIES.replace('list = "base"', 'list = "base"\nsubject = "x"')))
    assert any("has no 'subject': all lists that hold add up, and none overrules another" in one for one in told)


def test_a_classification_that_is_missing_or_unknown(write_lists) -> None:
    told = complaints(write_lists(rulebook=lambda text: text))
    (one,) = told
    assert one.startswith("small/rulebook.toml, line 1, column 1: there is industries.toml, and no key")
    assert one.endswith("that says what its codes mean; built in: gbt4754_2017")
    told = complaints(write_lists(rulebook=lambda text: text + 'classification = "gbt4754"'))
    assert "there is no classification 'gbt4754'; did you mean 'gbt4754_2017'?" in told[0]
    told = complaints(write_lists(classification=OWN))
    assert "'gbt4754_2017' is built in, and there is classification.toml as well" in told[0]


def test_states() -> None:
    assert states_of("both") == ("existing", "planned")
    assert states_of("planned") == ("planned",)
