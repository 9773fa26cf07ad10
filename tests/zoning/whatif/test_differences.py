"""What differs between plans is told as people write it, never as Python does."""

from __future__ import annotations

import re
from datetime import date

import pytest

from zoning.plan import Plan
from zoning.rulebook import read_rulebook
from zoning.study import builtin_studies, builtin_study, read_study
from zoning.whatif import entries_of
from zoning.whatif.differences import _keys_that_differ, _of_parameters, _text, parts_of

REPR = re.compile(r"\b[A-Z]\w+\(\w+=|[{\[]'|: None\b|Decimal\(|datetime\.|mappingproxy")


@pytest.mark.parametrize("name", builtin_studies())
def test_no_text_is_a_python_repr(name: str) -> None:
    study = read_study(builtin_study(name))
    entries = [*study.quotas, *study.indices, *study.agreements, *study.transfers, study.energy, study.divergence]
    texts = [_text(entry) for entry in entries]
    texts += [_text((entry, entry)) for _, entry in entries_of(read_rulebook(study.study.rulebook))]
    assert [text for text in texts if REPR.search(text)] == []


def test_keys_that_differ_are_told_one_by_one() -> None:
    was, now = {"en": "a", "zh": "b", "rate": (1, 2)}, {"en": "a", "zh": "c", "rate": (1, 3)}
    assert dict(_keys_that_differ(was, now, "note")) == {"note.zh": ("b", "c"), "note.rate": ("1, 2", "1, 3")}
    assert dict(_keys_that_differ((), was)) == {"": ("", "en: a, zh: b, rate: 1, 2")}


def test_a_value_of_another_day_is_in_force_as_long_as_the_one_it_replaces(toy_run: Plan) -> None:
    first, second = (read_rulebook("main_functional_areas", date(year, 12, 1)) for year in (2018, 2020))
    parts, other = (parts_of(toy_run)._replace(rulebook=rulebook) for rulebook in (first, second))
    rate = next(one for one in _of_parameters(first.parameters, second.parameters) if one.id == "pension_rate")
    was, now = (one.rulebook.parameters["pension_rate"] for one in (parts, rate.apply(parts, other)))
    assert (was.value, now.value) == (0.03, 0.04)
    assert (now.since, now.until) == (was.since, was.until)
