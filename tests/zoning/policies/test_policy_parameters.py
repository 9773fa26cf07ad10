"""What policies set, as everybody reads it: a title, a number with its unit of measure, no code and no JSON."""

from __future__ import annotations

import pytest

from zoning.policies import describe_parameters, policy_parameters_of
from zoning.rulebook import read_rulebook


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["us_west", "main_functional_areas", "brazil"])
def test_every_policy_of_the_house_is_told_without_braces_and_says_nothing_twice(name: str, language: str) -> None:
    rulebook = read_rulebook(name)
    for policy in rulebook.policies:
        for title, text in describe_parameters(policy, policy_parameters_of(policy, rulebook), rulebook, language):
            assert title
            assert text != title
            assert not set("{}[]_") & set(text), (policy.id, text)


def test_a_measure_of_each_unit_is_said_to_be_its_own() -> None:
    rulebook = read_rulebook("main_functional_areas")
    told = [
        text
        for policy in rulebook.policies
        for _, text in describe_parameters(policy, policy_parameters_of(policy, rulebook), rulebook, "en")
    ]
    assert "the unit's own" in told
