"""What a reviewer would ask of each built-in rulebook: ``zp.at`` and ``zp.explain`` against the sources."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

import zoneplan as zp
from zoning.measures import complete_measures
from zoning.plan import Plan

FOLDER = Path(__file__).parent / "data" / "questions"
SIDE_M = 1000
"""Each unit is a square of 100 ha; land of a role covers it from the west."""
ORIGIN = (4_321_000, 3_210_000)
CRS = "EPSG:3035"
ANSWERS = {"main", "overlays", "holds", "lacks", "says", "industry", "amounts", "measures"}
KEYS = {"ask", "answer", "source", "date", "unit", "jurisdiction", "land", "given", "plan", "files"} | ANSWERS
QUESTIONS = {path.stem: tomllib.loads(path.read_text("utf-8"))["questions"] for path in sorted(FOLDER.glob("*.toml"))}
ASKED = [(book, number) for book, questions in QUESTIONS.items() for number, _ in enumerate(questions)]


@cache
def planned(book: str, number: int) -> Plan:
    """The plan of a question: one unit, with the layers and measures that the question gives."""
    one = QUESTIONS[book][number]
    x, y = ORIGIN
    with TemporaryDirectory() as name:
        folder = Path(name)
        columns = {"code": [one["unit"]], "county": [one.get("jurisdiction", "")]}
        columns |= {measure: [value] for measure, value in one.get("given", {}).items()}
        square = box(x, y, x + SIDE_M, y + SIDE_M)
        gpd.GeoDataFrame(columns, geometry=[square], crs=CRS).to_file(folder / "land.gpkg", layer="units")
        text = [
            f'[study]\nname = "Question"\ndate = {one["date"]}\nrulebook = "{book}"\n',
            '[units]\nsource = "land.gpkg"\nlayer = "units"\nid = "code"\nname = "code"\njurisdiction = "county"\n',
        ]
        for role, share in one.get("land", {}).items():
            covered = box(x, y, x + SIDE_M * share, y + SIDE_M)
            gpd.GeoDataFrame(geometry=[covered], crs=CRS).to_file(folder / "land.gpkg", layer=role)
            text.append(f'[[layers]]\nname = "{role}"\nsource = "land.gpkg"\nlayer = "{role}"\nrole = "{role}"\n')
        for file, content in one.get("files", {}).items():
            (folder / file).write_text(content, "utf-8")
        (folder / "plan.toml").write_text("\n".join([*text, one.get("plan", "")]), "utf-8")
        return zp.run(zp.read_study(folder / "plan.toml"))


@pytest.mark.parametrize(("book", "number"), ASKED, ids=str)
def test_the_program_answers_as_the_sources_do(book: str, number: int) -> None:
    one = QUESTIONS[book][number]
    plan = planned(book, number)
    x, y = ORIGIN
    centre = gpd.GeoSeries.from_xy([x + 10], [y + SIDE_M / 2], crs=CRS).to_crs("EPSG:4326").iloc[0]
    industry = one.get("industry", {})
    place = zp.at(plan, centre.x, centre.y, industry=industry.get("code"))
    told = " ".join(f"{place.text()} {zp.explain(plan, one['unit']).text()}".split())
    assert differences(one, place.as_dict(), told, plan) == []


def differences(one: dict[str, Any], place: dict[str, Any], told: str, plan: Plan) -> list[str]:
    """What the program answers otherwise, in words."""
    held = {row["policy"] for row in place["policies"] if not row["overruled_by"]}
    main = place["main"]["zone"]
    found = [f"main is {main}"] if main != one.get("main", main) else []
    overlays = [row["zone"] for row in place["overlays"]]
    found += [f"overlays are {overlays}"] if sorted(overlays) != sorted(one.get("overlays", overlays)) else []
    found += [f"{policy} does not hold" for policy in one.get("holds", ()) if policy not in held]
    found += [f"{policy} holds" for policy in one.get("lacks", ()) if policy in held]
    found += [f"nothing says: {words}" for words in one.get("says", ()) if words not in told]
    if "industry" in one and (verdict := place["industry"]["verdict"]) != one["industry"]["verdict"]:
        found.append(f"{one['industry']['code']} is {verdict}")
    for instrument, parties in one.get("amounts", {}).items():
        rows = plan.flows[plan.flows["instrument"] == instrument]
        for party, amount in parties.items():
            net = sum(rows.loc[rows["receiver"] == party, "amount"]) - sum(rows.loc[rows["payer"] == party, "amount"])
            found += [f"{party} receives {net} by {instrument}"] if net != amount else []
    known = complete_measures(plan.measures, plan.rulebook).table.loc[one["unit"]]
    for measure, value in one.get("measures", {}).items():
        found += [f"{measure} is {known[measure]}"] if known[measure] != pytest.approx(value, rel=1e-9) else []
    return found


@pytest.mark.parametrize("book", QUESTIONS)
def test_each_rulebook_is_asked_twenty_questions(book: str) -> None:
    questions = QUESTIONS[book]
    assert len(questions) >= 20
    assert not [one["ask"] for one in questions if not set(one) <= KEYS or not set(one) & ANSWERS]
    assert all(one["answer"] and one["source"] and isinstance(one["date"], date) for one in questions)
    asked = Counter((one["ask"], str(one["date"]), one["unit"]) for one in questions)
    assert not [key for key, times in asked.items() if times > 1]


def test_all_built_in_rulebooks_are_asked() -> None:
    assert set(QUESTIONS) == {"brazil", "france_zan", "main_functional_areas", "us_west"}


@pytest.mark.parametrize("book", QUESTIONS)
def test_policies_that_are_named_are_there(book: str) -> None:
    """One that is misspelt would be lacking everywhere."""
    known = {policy["id"] for policy in tomllib.loads(policies_of(book))["policies"]}
    named = {policy for one in QUESTIONS[book] for key in ("holds", "lacks") for policy in one.get(key, ())}
    assert json.dumps(sorted(named - known)) == "[]"


def policies_of(book: str) -> str:
    return (Path(zp.__file__).parents[1] / "zoning" / "rulebooks" / book / "policies.toml").read_text("utf-8")
