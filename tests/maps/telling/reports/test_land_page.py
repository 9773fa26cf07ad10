"""The page on land quotas: what its axis, classes and reasons say of small amounts and of plans without priorities."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import zoneplan as zp
from maps.telling.summaries.amount_shifts import quota_shifts
from maps.words import languages, localize

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def region() -> zp.Plan:
    """Communes that get parts of a hectare, by weight and floor, without priorities."""
    return zp.run(zp.read_study(ROOT / "examples" / "french_region" / "plan.toml"))


def test_classes_of_parts_of_a_hectare_have_their_ends(region: zp.Plan) -> None:
    """Rounded to whole numbers their labels read "0–< 1" and "< 1–2"."""
    page = zp.report(region, "en")
    assert not re.search(r"< 1–|–&lt; 1|&lt; 1–|–< 1", page)
    assert "0.5–2" in page


@pytest.mark.parametrize("language", languages())
def test_nobody_comes_first_where_no_unit_has_a_priority(region: zp.Plan, language: str) -> None:
    quota = region.study.quotas[0]
    assert not quota.priority
    found = quota_shifts(localize(region, language), quota)
    assert found is not None
    reasons = {one.reason for one in found.groups if one.cause == "bounds"}
    assert not [one for one in found.groups if one.cause == "others"]
    assert len(reasons) == 2
    if language == "en":
        assert reasons == {"bounds of others, or rounding", "what others leave, or rounding"}
