"""A name says what the value is: words that stand for anything are not given to values, parameters or functions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.house import BANNED, PACKAGES, ROOT, bound_names

PUBLIC = {
    "layers/conditions/condition.py": ["met", "said"],
    "layers/errors.py": ["said", "said"],
    "layers/inputs.py": ["said"],
    "maps/runs/run_verification.py": ["told"],
    "maps/words/rendering.py": ["said"],
    "zoning/pipeline/flow.py": ["kept"],
    "zoning/pipeline/run_estimate.py": ["said", "said"],
    "zoning/quotas/placement.py": ["asked"],
    "zoning/rulebook/schema.py": ["one", "said"],
    "zoning/study/agreement.py": ["met"],
    "zoning/whatif/comparison.py": ["one"],
    "zoning/whatif/goal_seeking.py": ["met", "met"],
}
"""What callers of the front door write, or a file of a user has as a key: these stay as they are."""


@pytest.mark.parametrize("package", PACKAGES)
def test_no_name_stands_for_anything(package: str) -> None:
    banned = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        names = sorted(name for name in bound_names(ast.parse(path.read_text("utf-8"))) if name.strip("_") in BANNED)
        banned |= {path.relative_to(ROOT).as_posix(): names} if names else {}
    assert banned == {path: names for path, names in PUBLIC.items() if Path(path).parts[0] == package}
