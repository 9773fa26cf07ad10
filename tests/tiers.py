"""Three tiers of tests: what every call of pytest runs, what ``-m whole`` adds, and what takes the night (``-m long``).

A test is of the first tier unless it says otherwise by the mark ``whole`` or ``long``, or took more than
``MOST_SECONDS`` when it was measured; what took more than ``MOST_OF_WHOLE`` is long, but for what is ``SHIPPED``.
``first`` keeps one in the first tier whatever it takes, the main flows; ``whole`` one in the second.
``python -m tests.measure`` measures all tests again and writes ``times.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TIMES: dict[str, float] = json.loads((Path(__file__).parent / "times.json").read_text("utf-8"))
"""Processor seconds of each test that took longer than ``LEAST_SECONDS``, by its id."""
LEAST_SECONDS = 0.1
MOST_SECONDS = 0.3
MOST_OF_WHOLE = 6.0
ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "layers/studies", ROOT / "examples", ROOT / "zoning/rulebooks")
SHIPPED = ("docs/", *(path.name for folder in FOLDERS for path in sorted(folder.glob("[a-z]*")) if path.is_dir()))
"""In the id of a test of what people get as it stands, a page, a study or a rulebook: never left to the night."""
TIERS = ("whole", "long")
"""The tiers that are run where they are asked for, each by the mark of its name."""


def tier_of(item: pytest.Item) -> str:
    """The tier of a test: ``first``, ``whole`` or ``long``."""
    for name in ("long", "first", "whole"):
        if item.get_closest_marker(name):
            return name
    seconds = TIMES.get(item.nodeid, 0.0)
    if seconds > MOST_OF_WHOLE and not any(name in item.nodeid for name in SHIPPED):
        return "long"
    return "whole" if seconds > MOST_SECONDS else "first"


def sort_by_tier(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test the mark of its tier, and skip those of a tier that nobody asked for, with the command for it."""
    files = named_files(config)
    for item in items:
        tier = tier_of(item)
        item.add_marker(tier)
        if tier in TIERS and tier not in config.option.markexpr and item.path not in files:
            item.add_marker(pytest.mark.skip(reason=f"{REASON} {tier}"))


REASON = "of another tier: pytest -m"
"""How the reason begins for which a test is skipped that belongs to another tier."""


def named_files(config: pytest.Config) -> set[Path]:
    """The files that the command line names, alone or with a test in them; folders are not files."""
    paths = (config.invocation_params.dir / argument.partition("::")[0] for argument in config.args)
    return {path.resolve() for path in paths if path.is_file()}
