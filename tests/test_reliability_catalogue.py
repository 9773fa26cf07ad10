"""Each row of the catalogue of reliability has a test that carries its id: in its name, parameters or docstring."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROWS = {"B": 64, "S": 42, "F": 18}
"""Bad inputs, hostile inputs, faults: how many rows each letter has."""


def _carried() -> set[str]:
    """Ids in the words of tests: names of functions and texts, not comments."""
    words = []
    for path in sorted(TESTS.rglob("test_*.py")):
        if path == Path(__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                words.append(node.name.replace("_", " "))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.append(node.value)
    return {found.upper() for text in words for found in re.findall(r"\b[BSFbsf]\d\d\b", text)}


def test_every_row_has_a_test_that_carries_its_id() -> None:
    rows = {f"{letter}{number:02}" for letter, count in ROWS.items() for number in range(1, count + 1)}
    assert sorted(rows - _carried()) == []
