"""Base types from the scores of an evaluation: the verdict matrix, and plans without scores as they were before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoning.rulebooks
from layers.errors import SeveralErrors
from maps.runs import write_run
from zoneplan import classify
from zoning.pipeline.flow import run
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.plan import Plan
from zoning.rulebook import read_rulebook
from zoning.study import builtin_study, read_study
from zoning.zones import resolve

DAY = date(2025, 1, 1)
BOOK = read_rulebook("main_functional_areas", DAY)
NAMES = ("ecology_score", "farming_score", "town_score")
ECOLOGY, FARMING, TOWN = "ecologically_fragile", "agricultural", "key_development"
HIGH = {name: float(BOOK.values[f"{name}_min"]) for name in NAMES}
SCORES = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.3, 0.6, 0.7, 1.0]))
FOLDER = Path(next(iter(zoning.rulebooks.__path__))) / "main_functional_areas"


def verdict(ecology: float, farming: float, town: float) -> str:
    """The matrix by hand."""
    high = tuple(score >= HIGH[name] for name, score in zip(NAMES, (ecology, farming, town), strict=True))
    if high == (False, False, False):
        best = max(ecology, farming, town)
        return ECOLOGY if ecology == best else FARMING if farming == best else TOWN
    printed = {(False, True, False): FARMING, (False, False, True): TOWN}
    printed |= {(False, True, True): FARMING if farming >= town else TOWN}
    return printed.get(high, ECOLOGY)


def zones_of(table: pd.DataFrame) -> pd.DataFrame:
    return resolve(classify(table.assign(jurisdiction="somewhere"), BOOK), BOOK)


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(SCORES, SCORES, SCORES), min_size=1, max_size=20))
def test_the_base_type_follows_from_the_matrix(rows: list[tuple[float, float, float]]) -> None:
    table = pd.DataFrame(rows, columns=list(NAMES), index=[f"u{place:02d}" for place in range(len(rows))])
    found = zones_of(table.assign(built_up_share=0.9, ecologically_fragile_share=0.0))
    assert found["main"].tolist() == [verdict(*row) for row in rows]
    assert set(found["status"]) == {"decided"}
    assert found["rule"].str.startswith("verdict-").all()


@settings(max_examples=25)
@given(row=st.tuples(SCORES, SCORES, SCORES), more=st.floats(0, 1), which=st.sampled_from(range(3)))
def test_a_higher_score_never_takes_a_unit_away_from_its_function(
    row: tuple[float, float, float], more: float, which: int
) -> None:
    zone = (ECOLOGY, FARMING, TOWN)[which]
    raised = tuple(min(1.0, score + more) if place == which else score for place, score in enumerate(row))
    before, after = zones_of(pd.DataFrame([row, raised], columns=list(NAMES), index=["a", "b"]))["main"]
    assert before != zone or after == zone


def test_every_cell_of_the_matrix_is_asked() -> None:
    """Two sides of each threshold, eight cells; each gives one of the three base types and no other."""
    rows = list(product((0.2, 0.8), repeat=3))
    found = zones_of(pd.DataFrame(rows, columns=list(NAMES), index=list("abcdefgh")))
    assert found["main"].tolist() == [ECOLOGY, TOWN, FARMING, FARMING, *[ECOLOGY] * 4]


def test_a_unit_without_a_score_goes_to_review_and_one_score_asks_for_all() -> None:
    table = pd.DataFrame({name: [0.1, None] for name in NAMES}, index=["a", "b"]).assign(agricultural_share=0.9)
    found = zones_of(table)
    assert found["status"].tolist() == ["decided", "review"]
    assert found["rule"].tolist() == ["verdict-4", "agricultural-1"]
    with pytest.raises(SeveralErrors, match="farming_score"):
        zones_of(table[["ecology_score", "agricultural_share"]])


@pytest.mark.parametrize("day", [date(2012, 1, 1), DAY])
def test_without_scores_the_shares_decide_as_before(day: date) -> None:
    book = read_rulebook("main_functional_areas", day)
    table = pd.DataFrame({"agricultural_share": [0.9, 0.1], "key_development_share": [0.0, 0.5]}, index=["a", "b"])
    claims = classify(table.assign(jurisdiction="somewhere"), book)
    assert not claims["rule"].str.startswith("verdict-").any()
    assert resolve(claims, book)["rule"].tolist() == ["agricultural-1", "key-1"]


def without_evaluation(folder: Path) -> Path:
    """The rulebook without anything of the topic, as a folder beside a plan."""
    shutil.copytree(FOLDER, folder)
    (folder / "cases" / "evaluation.toml").unlink()
    for name, key in (("rules", 'id = "verdict-'), ("parameters", 'name = "(?:ecology|farming|town)_score_min')):
        file = folder / f"{name}.toml"
        file.write_text(
            re.sub(rf"\[\[{name}\]\]\n{key}.*?(?=\n\[\[)", "", file.read_text("utf-8"), flags=re.DOTALL), "utf-8"
        )
    file = folder / "indicators.toml"
    kept = re.sub(r'\[\[indicators\]\]\nname = "\w+_score".*?(?=\n\[\[)', "", file.read_text("utf-8"), flags=re.DOTALL)
    file.write_text(kept, "utf-8")
    assert not any("_score" in one.read_text("utf-8") for one in folder.glob("*.toml") if one.name != "industries.toml")
    return folder


def test_no_plan_of_the_provinces_changes(plan_of: Callable[[str], Plan], tmp_path: Path) -> None:
    """Every table of the run folder is the same to the byte with a rulebook that has never heard of scores."""
    study = builtin_study("china_provinces")
    shutil.copytree(study.parent, tmp_path / "study")
    without_evaluation(tmp_path / "study" / "book")
    text = (tmp_path / "study" / "plan.toml").read_text("utf-8")
    changed = text.replace('rulebook = "main_functional_areas"', 'rulebook = "./book"')
    assert changed != text
    (tmp_path / "study" / "plan.toml").write_text(changed, "utf-8")
    old = write_run(run(read_study(tmp_path / "study" / "plan.toml")), tmp_path / "old")
    new = write_run(plan_of("china_provinces"), tmp_path / "new")
    names = sorted(one.name for one in new.glob("*.csv"))
    assert names == sorted(one.name for one in old.glob("*.csv"))
    assert {"zones.csv", "measures.csv", "quotas.csv", "policies.csv"} <= set(names)
    assert [name for name in names if (old / name).read_bytes() != (new / name).read_bytes()] == []


def test_the_western_states_read_no_scores(plan_of: Callable[[str], Plan]) -> None:
    plan = plan_of("us_mountain_west")
    assert not plan.claims["rule"].str.startswith("verdict-").any()
    assert not [one for one in plan_findings_of(plan) if one.code == "decided_by_topic"]
