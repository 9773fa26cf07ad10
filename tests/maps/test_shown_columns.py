"""Columns that a table declares as shown: people read them wherever they read of a row, by one title."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from maps.exports.geopackage import columns_of_units
from maps.exports.workbook_sheets import sheets_of
from maps.telling.explanations.explanation_content import explain
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from maps.telling.summaries.column_words import ColumnWords
from maps.web.unit_details import cards
from maps.words import catalogue, localize
from zoning.tables import QUOTAS, TABLES, ZONES

UNIT = "c4"
SAID = {"floor": "1.25", "ceiling": "3700.5", "carried": "-2.75", "transferred": "4.125"}
LANGUAGES = ("en", "zh", "pt")


@pytest.fixture(scope="module")
def plan(make_plan):
    plan = make_plan()
    quotas, zones = plan.quotas.copy(), plan.zones.copy()
    own = quotas["unit_id"] == UNIT
    for name, text in SAID.items():
        quotas[name] = quotas[name].astype(object)
        quotas.loc[own, name] = Decimal(text)
    zones.loc[zones["unit_id"] == UNIT, "assumed"] = "plant_mw;area_ha"
    return plan.having(quotas=quotas, zones=zones)


def facts(plan, language: str) -> dict[str, str]:
    """What is to be read of the unit, by its titles."""
    said = localize(plan, language)
    found = {}
    for table in (ZONES, QUOTAS):
        rows = getattr(said, table.name)
        (row,) = rows[rows["unit_id"] == UNIT].to_dict("records")
        found |= {one.title: one.text for one in ColumnWords(said).facts(table, row)}
    return found


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_every_shown_column_is_declared_and_has_a_title_in_each_language() -> None:
    for table in TABLES.values():
        assert set(table.shown) <= set(table.columns)
        assert all(catalogue("columns", language)[name] for language in LANGUAGES for name in table.shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_surface_tells_them_alike(plan, language: str) -> None:
    told, said = facts(plan, language), localize(plan, language)
    assert len(told) == len(ZONES.shown) + len(QUOTAS.shown)
    card, place = cards(said), plan.units.index.get_loc(UNIT)
    unit, (quota,) = card.units.rows[place], card.quota_rows.groups[place]
    assert dict(zip((*card.unit_titles, *card.quota_titles), (*unit.shown, *quota.shown), strict=True)) == told
    pages = [plain(dossier(plan, UNIT, language)), plain(report(plan, language, annex=True))]
    for title, text in told.items():
        assert all(title in page and text.split(" ")[0] in page for page in pages), title
    chain = {catalogue("columns", language)[name] for name in ("floor", "ceiling", "carried")}  # it tells these
    spoken = explain(plan, UNIT, language).text()
    setting = catalogue("explain", language)["setting"]
    for title in told.keys() - chain:
        assert setting.format(name=title, value=told[title]) in spoken, spoken
    sheets = {one.key: {column.title for column in one.columns} for one in sheets_of(said)}
    assert told.keys() <= sheets["zones"] | sheets["quotas"]
    assert {("zones", name) for name in ZONES.shown} <= set(columns_of_units(said))
