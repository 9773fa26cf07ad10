"""What a policy sets: parameters and indicators by their values, with units of measure."""

from __future__ import annotations

from typing import Any, TypedDict

from zoning.rulebook import Policy, Rulebook


class Setting(TypedDict):
    """A parameter that a policy sets: its value and its unit of measure."""

    value: bool | float | str
    unit: str


def policy_parameters_of(policy: Policy, rulebook: Rulebook) -> dict[str, Setting | Any]:
    """The settings of a policy as the POLICIES table has them; an indicator, which each unit has, by its name.

    Parameters
    ----------
    policy : Policy
    rulebook : Rulebook
    """
    known = rulebook.parameters
    return {
        key: {"value": known[value].value, "unit": known[value].unit}
        if isinstance(value, str) and value in known
        else value
        for key, value in policy.parameters.items()
    }
