"""Assumptions: everything that a run took for granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from zoning.plan import Assumption
from zoning.rulebook import DatedValue, Parameter, RegionTarget, Rulebook, Scalar, Scheme, Value
from zoning.trace import Message, amount, say


def assume(absent: Iterable[Assumption], undeducted_roles: Iterable[str], rulebook: Rulebook) -> tuple[Assumption, ...]:
    """What was absent, which deductions were not made, and which parameters nobody has seen in an official text."""
    deductions = (Assumption(role, "deduction", say("assumed.no_deduction")) for role in undeducted_roles)
    unread = (_unseen(value) for value in rulebook.parameters.values() if not value.verified)
    return (*absent, *deductions, *unread)


def assume_scheme(scheme: Scheme, period: int, targets: Mapping[str, RegionTarget]) -> tuple[Assumption, ...]:
    """What of a scheme of dual control nobody has seen in an official text: its numbers, and targets of regions."""
    day = date(period, 12, 31)
    values = ((one, one.at(day)) for one in scheme.parameters if not one.verified)
    numbers = (_unseen_in(scheme, one, value) for one, value in values if value is not None)
    return (*numbers, *(_unseen_target(scheme, region, one) for region, one in targets.items() if not one.verified))


def _unseen(value: Value) -> Assumption:
    return Assumption(value.name, "parameter", _not_seen(value.value, value.unit))


def _unseen_in(scheme: Scheme, one: Parameter, value: DatedValue) -> Assumption:
    """A number of a scheme; schemes share the names of their numbers."""
    return Assumption(f"{one.name} ({scheme.code})", "parameter", _not_seen(value.value, one.unit))


def _unseen_target(scheme: Scheme, region: str, one: RegionTarget) -> Assumption:
    """What a scheme sets a region; the total goes with the intensity, for both stand in one row."""
    return Assumption(
        f"intensity_fall_pct of {region} ({scheme.code})", "parameter", _not_seen(float(one.intensity_fall_pct), "%")
    )


def _not_seen(value: Scalar, unit: str) -> Message:
    return say("assumed.not_seen", amount=amount(value, unit))
