"""What policies set, as everybody reads it: a title, a number with its unit of measure, no code and no JSON."""

from __future__ import annotations

from maps.words import Renderer, describe_parameters, languages
from zoning.policies import policy_parameters_of
from zoning.rulebook import builtin_rulebooks, read_rulebook


def test_every_policy_of_the_house_is_told_without_braces_and_says_nothing_twice() -> None:
    told = [
        (f"{name}, {policy.id}, {language}", title, text)
        for name in builtin_rulebooks()
        for rulebook in [read_rulebook(name)]
        for language in languages()
        for renderer in [Renderer(language, rulebook)]
        for policy in rulebook.policies
        for title, text in describe_parameters(policy, policy_parameters_of(policy, rulebook), renderer)
    ]
    assert len(told) > 100
    broken = [one for one in told if not one[1] or one[1] == one[2] or set("{}[]_") & set(one[2])]
    assert broken == []


def test_a_measure_of_each_unit_is_said_to_be_its_own() -> None:
    rulebook = read_rulebook("main_functional_areas")
    told = [
        text
        for policy in rulebook.policies
        for _, text in describe_parameters(policy, policy_parameters_of(policy, rulebook), Renderer("en", rulebook))
    ]
    assert "the unit's own" in told
