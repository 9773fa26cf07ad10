"""Every status that a unit can have is known wherever people read it."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from maps.drawing.static_map import picture
from maps.telling.annex.zones_chapter import STATUSES as REPORTED
from maps.web.page_model import Standing, UnitRow
from maps.words import catalogue, languages
from zoning.zones.main_function import STANDINGS

STATUSES = {standing.removesuffix("_overlay") for standing in STANDINGS}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("standing", STANDINGS)
def test_each_status_has_words_on_map_report_and_terminal(language: str, standing: str) -> None:
    catalogues = [catalogue(chapter, language) for chapter in ("map", "report", "explain")]
    assert all(standing in words for words in catalogues)


def test_each_status_is_one_of_the_map_and_has_a_row_in_the_report() -> None:
    assert set(get_args(get_type_hints(UnitRow)["status"])) == set(REPORTED) == STATUSES
    assert get_args(Standing) == STANDINGS


@pytest.mark.parametrize(("status", "sign"), [("assumed", "polygon"), ("review", "circle"), ("by_decision", "rect")])
def test_each_status_that_is_not_plain_has_a_mark_and_a_line_in_the_legend(toy_plan, status: str, sign: str) -> None:
    def drawn(word: str) -> int:
        zones = toy_plan.zones.assign(status="decided")
        zones.loc[zones.index[0], "status"] = word
        return picture(toy_plan.having(zones=zones)).count(f"<{sign} ")

    assert drawn(status) == drawn("decided") + 2
