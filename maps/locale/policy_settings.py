"""What a policy sets, by title, number and unit of measure, as everybody reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps.locale.rendering import Renderer
from zoning.records import parameters_said
from zoning.rulebook import Policy


def describe_parameters(
    policy: Policy | None, settings: Mapping[str, Any], renderer: Renderer
) -> list[tuple[str, str]]:
    """Settings of a policy in words: what each is called, and what it is.

    Examples
    --------
    >>> from zoning.policies import policy_parameters_of
    >>> from zoning.rulebook import read_rulebook
    >>> rulebook = read_rulebook("us_west")
    >>> (park,) = (one for one in rulebook.policies if one.id == "air-class-one")
    >>> describe_parameters(park, policy_parameters_of(park, rulebook), Renderer("en", rulebook))
    [('Size above which a national park is class I', '6,000 acres')]
    """
    pairs = parameters_said(policy, settings, renderer.rulebook)
    return [(renderer.field(title), renderer.field(text)) for title, text in pairs]
