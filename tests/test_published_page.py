"""The page on published tables: a row for each table, and no figure that is off without a stated reason."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_published import COMPUTED, CONSISTENCY, NOTHING_TO_REPRODUCE, PROVES, REPRODUCED, ROOT, SHARED

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def tables() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        yield importlib.import_module("published_tables")


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "published.md").read_text("utf-8")


def test_the_page_is_what_comes_out(tables: ModuleType, page: str) -> None:
    assert page == tables.page(), "what comes out has changed: run python docs/generate.py"


def test_no_figure_is_farther_off_than_rounding_allows(tables: ModuleType) -> None:
    """But for those of which the page says why; and each of these is still off."""
    made = {name: list(found()) for name, (_, found) in (tables.COMPARED | tables.SUMMED).items()}
    assert all(made.values())
    off = {(name, one.what) for name, figures in made.items() for one in figures if one.off}
    assert off == set(tables.KNOWN)


def test_what_is_computed_is_on_the_page(tables: ModuleType) -> None:
    assert set(PROVES[COMPUTED]) == set(tables.COMPARED)
    assert set(tables.SUMMED) <= set(PROVES[CONSISTENCY])


def test_each_table_has_one_row(page: str) -> None:
    found = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    reasons = page.split("## Where rounding")[1].split("## Sums", maxsplit=1)[0]
    twice = [line.split("`")[1] for line in reasons.splitlines() if line.startswith("| `")]
    for name in twice:
        found.remove(name)
    assert sorted(found) == sorted({*REPRODUCED, *NOTHING_TO_REPRODUCE})


@pytest.mark.skipif(not (SHARED / "domain").is_dir(), reason="the published tables are not beside the repository")
def test_copies_say_what_the_collected_tables_say(tables: ModuleType) -> None:
    """Cell by cell; quotes alone may differ, for two of the collected tables lack one."""
    copies = sorted(tables.PUBLISHED.glob("*.csv"))
    same = [path for path in copies if (SHARED / "domain" / path.name).is_file() and path.stem != "xinanjiang_rounds"]
    assert len(same) > 30
    for path in same:
        assert cells(path) == cells(SHARED / "domain" / path.name), path.name


def cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [",".join(row) for row in csv.reader(file)]


def test_a_difference_is_told_from_rounding(tables: ModuleType) -> None:
    """A twentieth is half of a tenth; a printed whole number hides half of one."""
    assert not tables.compared("a", 38.54, "38.5").off
    assert tables.compared("a", 38.56, "38.5").off
    assert not tables.compared("a", 12.4, "12").off
    assert tables.compared("a", 12.6, "12").off
    assert not tables.compared("a", 12.6, "12", more=0.2).off
