"""What a policy sets: parameters and indicators by their values, with units of measure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypedDict

from zoning.rulebook import Policy, Rulebook


class Setting(TypedDict):
    """A parameter that a policy sets: its value and its unit of measure."""

    value: bool | float | str
    unit: str


def policy_parameters_of(policy: Policy, rulebook: Rulebook) -> dict[str, Setting | Any]:
    """The settings of a policy as the POLICIES table has them; an indicator, which each unit has, by its name."""
    known = rulebook.parameters
    return {
        key: {"value": known[value].value, "unit": known[value].unit}
        if isinstance(value, str) and value in known
        else value
        for key, value in policy.parameters.items()
    }


def settings_of(policy: Policy, rulebook: Rulebook) -> dict[str, object]:
    """What a policy sets wherever it applies: its parameters, and the items of the negative list that it brings."""
    found: dict[str, object] = {**policy_parameters_of(policy, rulebook)}
    if policy.list:
        treatments = Counter(item.treatment for item in rulebook.industries if item.list == policy.list)
        found |= {"list": policy.list, **{one: treatments[one] for one in ("prohibited", "restricted")}}
    return found


def indicators_set(policy: Policy, rulebook: Rulebook) -> dict[str, tuple[str, str]]:
    """The settings of a policy that each unit has for itself: the indicator, and its unit of measure."""
    units = {one.name: one.unit for one in rulebook.indicators} | {one.name: one.unit for one in rulebook.derived}
    named = {key: one for key, one in policy.parameters.items() if isinstance(one, str)}
    return {
        key: (name, units[name]) for key, name in named.items() if name not in rulebook.parameters and name in units
    }


def settings_text(settings: Mapping[str, object]) -> str:
    """Settings as tables have them: JSON."""
    return json.dumps(settings, ensure_ascii=False, allow_nan=False, sort_keys=True, default=str)
