"""The engine knows no zone, role, line, instrument or unit of account of a rulebook by name: these are data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from zoning.rulebook import builtin_rulebooks, read_draft
from zoning.rulebook.schema import DEDUCTED_COVER, DEDUCTED_LINES, AvailableLand

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "zoning" / "rulebook" / "schema.py"
PACKAGES = ("layers", "zoning", "maps", "zoneplan")
TECHNICAL = {
    "land": "a matter of explanations, and a file of a rulebook",
    "energy": "a section of the plan, with its table and its matter",
    "services": "a section of the plan, with its matter",
    "transfer": "an entry of the plan's [[transfers]]",
    "industry": "a branch that is asked about",
    "population": "what a column of inhabitants is likely to be called, for a first plan",
    "prohibited": "what a negative list does to a branch",
    "bands": "a key of agreements and of derived measures",
    "t": "in a workbook the element of a text, and the attribute with the kind of a cell",
    "sites": "a table of a run",
    "output": "what regions make: columns of the energy table, and of the value of services",
    "weights": "what a total is handed out by: an argument of apportion",
    "scope": "a key of agreements, and how far a policy reaches",
    "term": "a key of agreements, and what a weight adds up",
    "breach": "a key of agreements",
    "other": "what is not named",
    "persons": "a unit of measure: that of measures which count people",
    "MW": "a symbol of the SI: what the names of some measures end with",
    "border": "a line around cells of a workbook",
    "years": "a key of series of regions, and a unit of measure",
    "mm": "a symbol of the SI: what sheets and pictures are measured in",
    "grade": "a function of indices",
    "light": "one of the two themes of a page, and what energy is judged by",
    "water": "a colour of the ground, and a role that the schema names",
    "built_up": "a role that the schema names",
    "compensation": "an instrument that pays, for the view of money",
    "tce": "an ending of columns of the energy table, and a unit of schemes",
    "tco2": "the same",
}
"""Codes of rulebooks that are words of the engine in another sense, and in which."""
BY_DEFAULT = {*DEDUCTED_LINES, *DEDUCTED_COVER, AvailableLand().boundary}
"""Roles that the schema names, and nothing else does: what [available_land] means where a rulebook leaves it out."""


def codes() -> dict[str, str]:
    """Every code that a built-in rulebook gives to people's words, and what it stands for there."""
    found = {}
    for name in builtin_rulebooks():
        draft = read_draft(name)
        land = draft.head.available_land
        found |= {zone.code: f"a zone of {name}" for zone in draft.zones}
        found |= {line.code: f"a line of {name}" for line in draft.lines}
        roles = {*land.roles(draft.lines), land.boundary, *(role for line in draft.lines for role in line.roles)}
        found |= dict.fromkeys(roles, f"a role of {name}")
        found |= {policy.instrument: f"an instrument of {name}" for policy in draft.policies}
        for kind in ("roles", "instruments", "units", "settings"):
            found |= {term.code: f"one of the {kind} of {name}" for term in getattr(draft, kind)}
    return found


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module with their lines, docstrings left out; of the map's scripts whatever stands in quotes."""
    source = path.read_text("utf-8")
    if path.suffix == ".js":
        lines = enumerate(source.splitlines(), start=1)
        yield from ((number, text) for number, line in lines for text in re.findall(r"[\"'`]([^\"'`]+)[\"'`]", line))
        return
    tree = ast.parse(source)
    told = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def modules(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*") if path.suffix in {".py", ".js"})


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_names_a_code_of_a_rulebook(package: str) -> None:
    known = codes()
    found = [
        f"{path.relative_to(ROOT)}, line {line}: '{text}' is {known[text]}"
        for path in modules(package)
        for line, text in literals(path)
        if text in known and text not in TECHNICAL
        if not (path == SCHEMA and text in BY_DEFAULT)
    ]
    assert not found, "\n".join(found)


def test_every_technical_word_is_needed() -> None:
    texts = {text for package in PACKAGES for path in modules(package) for _, text in literals(path)}
    assert not set(TECHNICAL) - (texts & set(codes()))
