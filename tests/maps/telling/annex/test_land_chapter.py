"""The rules of the field on the pages that people open: report, dossier, card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from maps.runs import read_run, write_run
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from maps.web.unit_details import cards
from maps.words import localize
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study

ORCHARDS = ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4", "c1", "c2", "c3", "c4"]


@pytest.fixture(scope="module")
def plan(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The toy province under the national rulebook: a1 occupies permanent farmland at a rate above the band."""
    folder = copy_toy(tmp_path_factory.mktemp("land") / "toy")
    columns = {
        "code": ORCHARDS,
        "arable_mu_per_head": 1.5,
        "occupation_tax_rate_cny_per_m2": [41] + [30] * 11,
        "taxed_permanent_ha": [1] + [0] * 11,
        "taxed_works_ha": 2,
    }
    pd.DataFrame(columns).to_csv(folder / "land.csv", index=False)
    text = (folder / "plan.toml").read_text("utf-8").replace('"rules"', '"main_functional_areas"')
    text = text[: text.index("[[quotas]]")] + '[[tables]]\nsource = "land.csv"\nid = "code"\n'
    (folder / "plan.toml").write_text(text, "utf-8")
    return run(read_study(folder / "plan.toml"))


def test_pages_tell_values_reasons_and_norms(plan):
    """Pencil: a1 pays 41 x 1.5 x 10,000 + 2 x 20,000 = 655,000; the others 40,000."""
    for language, title, kept in (("en", "Farmland occupation tax", "NOT KEPT"), ("zh", "耕地占用税", "不符合")):
        page = report(plan, language)
        assert '<section id="land"' in page
        assert "655,000" in page
        assert kept in page
        own = dossier(plan, "a1", language)
        assert "655,000" in own
        assert title in own
        assert kept in own
        said = cards(localize(plan, language))
        unit = said.units.rows[plan.units.index.get_loc("a1")]
        assert said.headings.groups[unit.derived][-1].numbers == ("655,000",)
        assert len(said.headings.groups[unit.norms]) == 3
    least, most = (f"{one} rate of the farmland occupation tax" for one in ("Least", "Highest"))
    assert f" = 41 is not between {least} = 8 and {most} = 40 CNY/m2" in report(plan)


def test_a_run_is_read_back_with_its_topics(plan, tmp_path):
    write_run(plan, tmp_path / "run")
    again = read_run(tmp_path / "run")
    assert again.rulebook == plan.rulebook
    assert again.measures["occupation_tax_cny"].tolist() == plan.measures["occupation_tax_cny"].tolist()
    assert (tmp_path / "run" / "measures.csv").read_text("utf-8-sig").count("occupation_tax_cny") == 1
