"""The days on which a rulebook changes: every one is walked, and the day before it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from layers.conditions import parse_condition
from tests.helpers import replacement
from zoning.errors import RulebookError
from zoning.rulebook import (
    CONTROL_LINE,
    LIGHTS,
    ON,
    PARTIES,
    Rulebook,
    builtin_rulebooks,
    calendar_faults,
    last_change,
    read_draft,
    read_rulebook,
)
from zoning.rulebook.rulebook_model import changes


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_built_in_rulebooks_are_complete_on_every_day_on_which_anything_changes_and_the_day_before(name) -> None:
    rulebook = read_rulebook(name)
    assert rulebook.changes
    for day in rulebook.changes:
        for asked in (day - timedelta(days=1), day):
            there = rulebook.at(asked)  # refuses what is not sound, parameters without a value included
            assert (there.default_zone.kind, there.default_zone.code) == ("main", "general")
            for ids in ([rule.id for rule in there.rules], [policy.id for policy in there.policies]):
                assert len(ids) == len(set(ids)), asked
            known = {*there.values, *(one.name for one in there.indicators), *there.codes("overlay")}
            known |= {"main", "unit_id", "jurisdiction", CONTROL_LINE, *LIGHTS, *PARTIES}
            known |= {one.name for one in there.derived}
            for entry in (*there.rules, *there.policies):
                names = {name for name in parse_condition(entry.when).names if not name.startswith(ON)}
                assert names <= known, (asked, entry.id)
            assert {rule.zone for rule in there.rules} <= {zone.code for zone in there.zones}
    assert list(calendar_faults(read_draft(name))) == []


def test_days_by_pencil(write_rulebook) -> None:
    draft = read_draft(write_rulebook())
    assert changes(draft) == (date(2001, 1, 1), date(2020, 1, 1))
    assert last_change(draft) == date(2020, 1, 1)
    rulebook = read_rulebook(write_rulebook())
    assert rulebook.day == date(2020, 1, 1)
    assert [rulebook.at(date(year, 1, 1)).values["density_min"] for year in (2001, 2019, 2020)] == [40, 40, 50]
    assert rulebook.at(rulebook.day) == rulebook


def test_a_day_without_a_value_is_a_fault_with_its_day_and_place(write_rulebook) -> None:
    folder = write_rulebook(parameters=replacement("until = 2020-01-01", "until = 2019-12-30"))
    ((day, fault),) = calendar_faults(read_draft(folder))
    assert day == date(2019, 12, 30)
    assert "rules.toml" in str(fault)
    assert "parameter 'density_min' has no value on 2019-12-30" in str(fault)
    with pytest.raises(RulebookError, match="no value on 2019-12-30"):
        read_rulebook(folder).at(date(2019, 12, 30))


def test_the_first_day_of_a_gap_is_asked_and_each_fault_comes_once(write_rulebook) -> None:
    """A gap of three years in which two other things change is one fault, of its first day."""
    folder = write_rulebook(
        parameters=replacement("until = 2020-01-01", "until = 2017-01-01"),
        policies=lambda text: text + "from = 2018-01-01\nuntil = 2018-06-01\n",
    )
    assert [day for day, _ in calendar_faults(read_draft(folder))] == [date(2017, 1, 1)]


def test_a_zone_that_ends_before_its_rule_is_found_on_that_day(write_rulebook) -> None:
    folder = write_rulebook(
        zones=replacement('code = "border"\n', 'code = "border"\nuntil = 2030-05-01\n'),
    )
    found = list(calendar_faults(read_draft(folder)))
    assert [day for day, _ in found] == [date(2030, 5, 1)] * 2  # a rule claims for it, and a policy asks of it
    assert all("zone 'border' is not in force on 2030-05-01" in str(fault) for _, fault in found)


def test_a_rulebook_without_days_is_read_on_a_day_of_its_own(write_rulebook) -> None:
    folder = write_rulebook(parameters=None, rules=None, policies=None, cases=None)
    assert changes(read_draft(folder)) == ()
    assert read_rulebook(folder).day == date(2000, 1, 1)


def test_a_rulebook_made_by_hand_knows_no_other_day() -> None:
    rulebook = Rulebook("hand", "Toyland", "", date(2025, 1, 1))
    for ask in (lambda: rulebook.at(date(2020, 1, 1)), lambda: rulebook.changes):
        with pytest.raises(RulebookError, match="rulebook 'hand' was not read from files and knows no other day than"):
            ask()
