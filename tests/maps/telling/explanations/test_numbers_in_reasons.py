"""Every number in the sentence on a light, a norm or a siting is that of a table, as it is printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from maps.telling.explanations.explanation_content import trace
from maps.words import localize, render
from zoning.money import EnergyTable, judge_energy
from zoning.rulebook import read_rulebook
from zoning.zones import weigh_norms

NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?!\w)")
AMOUNTS = st.integers(1, 99_999)
RULEBOOK = read_rulebook("main_functional_areas", date(2025, 1, 1))


def numbers_in(sentence: str) -> list[str]:
    return NUMBER.findall(sentence)


def is_told(printed: str, known: Iterable[float]) -> bool:
    """Whether a number as it is printed is one of some values, to its last digit."""
    digits = printed.replace(",", "")
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    return any(abs(float(digits) - abs(value)) <= half * (1 + 1e-9) for value in known)


@given(AMOUNTS, AMOUNTS)
def test_a_norm_says_the_values_that_it_compares(made: int, occupied: int) -> None:
    table = pd.DataFrame({"made_paddy_ha": [float(made)], "occupied_paddy_ha": [float(occupied)]}, index=["a"])
    rows = weigh_norms(table.rename_axis("unit_id").assign(place="west", area_ha=1.0), RULEBOOK, ("place",))
    row = rows[(rows["norm"] == "balance-paddy") & (rows["answer"] != "unknown")].iloc[0]
    said = numbers_in(render(row["facts"], "en", RULEBOOK))
    values = json.loads(row["values"])["values"].values()
    assert len(said) == 2
    assert all(is_told(one, values) for one in said), (said, values)
    assert set(values) == {made, occupied}
    assert (row["answer"] == "yes") == (made >= occupied)


@given(st.integers(1, 40), st.integers(1, 40), AMOUNTS, AMOUNTS)
def test_a_light_says_the_figures_of_its_region(target: int, actual: int, total: int, used: int) -> None:
    row = {
        "region": "west",
        "intensity_target_pct": float(target),
        "intensity_actual_pct": float(actual),
        "total_target_tce": float(total),
        "total_actual_tce": float(used),
    }
    light = judge_energy(EnergyTable(2019, pd.DataFrame([row])), RULEBOOK).iloc[0]
    sentence = render(light["reason"], "en", RULEBOOK)
    figures = [value for value in row.values() if isinstance(value, float)]
    margins = [value.value for scheme in RULEBOOK.schemes for one in scheme.parameters for value in one.dated]
    gaps = [abs(target - actual), abs(total - used)]
    allowed = [whole * float(one) / 100 for one in margins for whole in (target, total)]
    known = [*figures, *gaps, *margins, *allowed, 2019]
    told = numbers_in(sentence)
    assert all(is_told(one, known) for one in told), (sentence, known)
    assert is_told(told[0], [actual])
    assert is_told(told[1], [target])


def test_a_siting_says_the_figures_of_its_row(plan_of) -> None:
    plan = plan_of("us_mountain_west")
    rows = plan.sitings.set_index("unit_id")
    chains = trace(localize(plan), plan.units.index)
    told = 0
    for unit, chain in chains.items():
        for quota in chain["quotas"]:
            for one in (link for link in quota["links"] if link["kind"] == "site"):
                row = rows.loc[unit]
                known = row[["placed_ha", "unplaced_ha", "patches", "score_mean", "score_bound", "value_mean"]].dropna()
                found = numbers_in(one["reason"])
                assert all(is_told(number, known.astype(float)) for number in found), (one["reason"], known)
                told += len(found)
    assert told > len(rows), "most rows say several figures"
