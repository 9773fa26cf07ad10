"""Chains: from a condition to its clauses, the values that they read, the parameters, and their references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers import ConditionError, parse_condition
from zoning.rulebook import Rulebook

Content = dict[str, Any]


def encoded(when: str) -> object:
    """A condition in the JSON of CQL2, None where that nests too deep."""
    try:
        return parse_condition(when).as_cql2_json()
    except ConditionError:
        return None


def chain(said: Mapping[str, Any], rulebook: Rulebook) -> Content:
    """Clauses, the values that they read, and the parameters that they compare with."""
    return {
        "clauses": said["clauses"],
        "values": said["values"],
        "parameters": [
            {
                "name": name,
                "value": one.value,
                "unit": one.unit,
                "since": one.since.isoformat() if one.since else "",
                "until": one.until.isoformat() if one.until else "",
                "reference": one.reference,
                "verified": one.verified,
            }
            for name, one in sorted(rulebook.parameters.items())
            if name in said["thresholds"]
        ],
    }
