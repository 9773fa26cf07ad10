# ruff: noqa: INP001  (a script, no package)
"""The page on what reviewers ask: questions, days, answers and sources, printed from what the tests ask the program."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "data" / "questions"
INTRODUCTION = """\
What a reviewer would ask of each built-in rulebook. Answers were taken from the sources first; a test asks `zp.at` and
`zp.explain` the same, of a unit with the land and the measures that the question gives, and holds them to it. They tell
what the rulebook says on that day, and are no legal advice; how each clause is known stands beside it in every run."""


def page_parts() -> Iterator[str]:
    """The page below its heading, rulebook by rulebook."""
    yield INTRODUCTION
    for path in sorted(QUESTIONS.glob("*.toml")):
        yield f"## {path.stem}"
        for one in tomllib.loads(path.read_text("utf-8"))["questions"]:
            yield f"**{one['ask']}** ({one['date']})"
            yield one["answer"]
            yield f"*Source: {one['source']}.*"
