"""Each row of the page on limits that says what becomes of a file is held by a test, which names the row."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs" / "limits.md"


def rows_under(heading: str) -> list[str]:
    """The first cells of the table under a heading, without signs of code."""
    (part,) = re.findall(rf"^### {heading}\n(.*?)(?=^##)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    cells = re.findall(r"^\| (.+?) \|", part, re.MULTILINE)
    return [cell.replace("`", "") for cell in cells[1:]]


def docstrings() -> str:
    """What all tests say of themselves, each on a line."""
    nodes = (node for path in sorted(TESTS.rglob("test_*.py")) for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    tests = (node for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
    return "\n".join(" ".join((ast.get_docstring(node) or "").split()) for node in tests)


def test_every_row_on_tables_and_coordinates_is_named_by_the_test_that_holds_it() -> None:
    rows, said = [*rows_under("Tables and ids"), *rows_under("Coordinates")], docstrings()
    assert len(rows) == 28
    assert [row for row in rows if f"Limits: {row}." not in said] == []
