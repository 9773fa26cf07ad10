"""A finished plan of the toy province, made from tables by hand: its numbers are checked with a pencil.

Measures and pieces are written down here; claims, zones, quotas and policies follow from them by the steps themselves.

    c  fragile  fragile  general  KEY (decision)      farmland: a2, a3      energy-rich: a4
    b  fragile  fragile  general  general
    a  fragile  fragile  general  general             x: 1 to 4
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import segmentize
from shapely.geometry import box

from tests.conftest import make_units

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_FINDINGS = """async (tags) => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: tags}})
    return found.violations.map(({id, help, nodes}) => [id, help, ...nodes.slice(0, 5).map((node) => node.html)])
}"""
DATA = Path(__file__).resolve().parents[1] / "data" / "toy"
CRS = "EPSG:3035"
X0, Y0, KM = 4_000_000.0, 3_000_000.0, 1000.0
NO_LAYER_FOR = ("built_up", "water")
ROLES = {"forest": "ecologically_fragile", "coalfield": "energy_rich", "farmland": "permanent_farmland"}


def toy_pieces(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The units cut at x = 1.5, and b3 at x = 2.5; twelve squares become sixteen pieces."""
    rows = []
    for unit_id in units.index:
        y, x = "abc".index(unit_id[0]), int(unit_id[1]) - 1
        cuts = {1: [1, 1.5, 2], 2: [2, 2.5, 3]} if unit_id == "b3" else {1: [1, 1.5, 2]}
        edges = cuts.get(x, [x, x + 1])
        for number, (west, east) in enumerate(itertools.pairwise(edges), start=1):
            farmland = unit_id in {"a2", "a3"}
            rows.append(
                {
                    "piece_id": f"{unit_id}/{number}",
                    "unit_id": unit_id,
                    "area_ha": 100.0 * (east - west),
                    "control_line": "permanent_farmland" if farmland else "",
                    "forest": east <= 1.5,
                    "coalfield": y == 1 and west >= 2.5,
                    "farmland": farmland,
                    # with a corner every 500 m, so that neighbours share all of theirs
                    "geometry": segmentize(box(X0 + west * KM, Y0 + y * KM, X0 + east * KM, Y0 + (y + 1) * KM), KM / 2),
                }
            )
    pieces = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS).set_index("piece_id")
    pieces.attrs["roles"] = dict(ROLES)
    return pieces


def toy_measures(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """What the toy rulebook reads: forest shares 1 and 1/2, 900 MW in a4, no land to build on in a2 and a3."""
    farmland = units.index.isin(["a2", "a3"])
    return pd.DataFrame(units.drop(columns="geometry")).assign(
        ecologically_fragile_share=units.index.str[1].map({"1": 1.0, "2": 0.5, "3": 0.0, "4": 0.0}),
        plant_mw=np.where(units.index == "a4", 900.0, np.where(units.index == "b3", 50.0, 0.0)),
        protected_ha=0.0,
        available_ha=np.where(farmland, 0.0, 100.0),
    )


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., object]:
    """A function that makes the plan of the toy province, with other names for some units where asked."""
    from layers.inputs import Source
    from zoneplan import allocate, assign, classify
    from zoning.plan import Assumption, Plan
    from zoning.rulebook import read_rulebook
    from zoning.study import read_study
    from zoning.tables import CLAIMS, ENERGY, FLOWS, LEDGER, LINES, POLICIES, POSITIONS, QUOTAS, ZONES, tabulate
    from zoning.zones import resolve

    study, units = read_study(DATA / "plan.toml"), make_units()
    rulebook = read_rulebook(DATA / "rules", study.study.date)

    def make(names: dict[str, str] | None = None, **changes: object) -> Plan:
        named = units.assign(name=[(names or {}).get(unit_id, name) for unit_id, name in units["name"].items()])
        measures = toy_measures(named)
        claims = classify(measures, rulebook, study.decisions)
        decided = resolve(claims, rulebook)
        quotas = allocate(decided, measures, study.quotas, rulebook.values)
        lines = [
            {"unit_id": unit, "line": "permanent_farmland", "claimed_ha": 100.0, "settled_ha": 100.0, "lost_to": ""}
            for unit in ("a2", "a3")
        ]
        fixed = {"layer": "land", "feature": "7", "finding": "invalid", "action": "made valid"}
        plan = Plan.of(
            study=study,
            rulebook=rulebook,
            units=named,
            pieces=toy_pieces(named),
            measures=measures,
            claims=tabulate(CLAIMS, claims),
            zones=tabulate(ZONES, named[["name", "jurisdiction", "area_ha"]].join(decided)),
            lines=tabulate(LINES, pd.DataFrame(lines)),
            quotas=tabulate(QUOTAS, quotas),
            energy=tabulate(ENERGY, pd.DataFrame()),
            flows=tabulate(FLOWS, pd.DataFrame()),
            positions=tabulate(POSITIONS, pd.DataFrame()),
            policies=tabulate(POLICIES, assign(decided, measures, quotas, rulebook)),
            ledger=tabulate(LEDGER, pd.DataFrame([{**fixed, "area_before_ha": 101.0, "area_after_ha": 100.0}])),
            assumptions=(
                *(Assumption(role, "deduction", f"no layer has the role '{role}'") for role in NO_LAYER_FOR),
                Assumption("populous_min", "parameter", "1000 persons: not verified against an official text"),
            ),
            roles=dict(ROLES),
            sources=(Source("units", "toy.gpkg", "0" * 64), Source("plants", "plants.csv", "1" * 64)),
            own_crs=CRS,
        )
        return plan.having(**changes)

    return make


@pytest.fixture(scope="session")
def toy_plan(make_plan: Callable[..., object]) -> object:
    """The finished plan of the toy province; a test that wants another makes one of its own."""
    return make_plan()


@pytest.fixture(scope="session")
def map_of(
    plan_of: Callable[[str], Any], write_once: Callable[[str, Callable[[Path], object]], Path]
) -> Callable[[str, str], Path]:
    """A function that gives the page of the map of a shipped study in a language, drawn once, to be opened."""
    from maps.web import draw

    return lambda name, language: write_once(
        f"{name}-{language}-map.html", lambda path: draw(plan_of(name), language).save(path)
    )


@pytest.fixture(scope="session")
def report_of(
    plan_of: Callable[[str], Any], write_once: Callable[[str, Callable[[Path], object]], Path]
) -> Callable[[str, str], Path]:
    """A function that gives the report on a shipped study in a language, written once, to be opened or read."""
    from maps.telling.reports.report_page import write_report

    return lambda name, language: write_once(
        f"{name}-{language}-report.html", lambda path: write_report(plan_of(name), path, language=language)
    )


@pytest.fixture
def chain_lines() -> Callable[..., set[str]]:
    """A function that gives what `zoneplan explain` prints below its headings, margins apart."""
    from maps.telling.explanations.explanation_content import explain
    from maps.telling.explanations.explanation_text import ANSWERS
    from maps.words import catalogue

    def lines(plan: object, unit_id: str, language: str = "en") -> set[str]:
        words = catalogue("explain", language)
        printed = explain(plan, unit_id, language).text().partition(f"\n{words['margins']}\n")[0]
        told = {line.strip() for line in printed.splitlines() if line.startswith("    ")}
        answers = [f"{words[answer]:<8}" for answer in ANSWERS]
        return {next((line.removeprefix(one) for one in answers if line.startswith(one)), line) for line in told}

    return lines


@pytest.fixture
def map_page() -> Callable[..., object]:
    """A function that gives all that the map is made from."""
    from maps.drawing.topology import plan_topology
    from maps.web.geometry_encoding import place_on_grid
    from maps.web.map_payload import page_of

    def made(plan: object, language: str = "en") -> object:
        return page_of(plan, place_on_grid(plan_topology(plan.units, plan.pieces), plan.units), language)

    return made


@pytest.fixture
def told() -> Callable[[object, int], list[tuple[int, str, str]]]:
    """A function that puts a reason of a card together as the page does: how deep, what, and the text of each line."""
    from maps.web.unit_details import GAP

    def lines(said: object, reason: int) -> list[tuple[int, str, str]]:
        found = []
        for line in said.reasons.groups[reason]:
            first, *parts = said.texts[line.text].split(GAP)
            whole = first + "".join(number + part for number, part in zip(line.numbers, parts, strict=True))
            found.append((line.depth, ("" if line.decides else "idle ") + line.kind, whole))
        return found

    return lines


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[list[str]]]:
    """A function that gives what axe-core has to say of a tab: WCAG 2.2 AA and its own best practice."""
    script = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip("axe-core is not installed: npm install in the folder of the project")

    def look(tab: Any) -> list[list[str]]:
        if not tab.evaluate("() => 'axe' in window"):
            tab.evaluate(script.read_text(encoding="utf-8"))
        return tab.evaluate(AXE_FINDINGS, AXE_RULES)

    return look
