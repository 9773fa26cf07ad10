"""Assumptions: everything that a run took for granted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from zoning.plan import Assumption
from zoning.rulebook import DatedValue, Parameter, Rulebook, Scalar, Scheme, Value
from zoning.trace import Message, amount, say


def assume(absent: Iterable[Assumption], undeducted_roles: Iterable[str], rulebook: Rulebook) -> tuple[Assumption, ...]:
    """What was absent, which deductions were not made, and which parameters nobody has seen in an official text.

    Parameters
    ----------
    absent : iterable of Assumption
        From :func:`zoning.measures.assumed`.
    undeducted_roles : iterable of str
        From :func:`zoning.measures.undeducted`.
    rulebook : Rulebook

    Returns
    -------
    tuple of Assumption
    """
    deductions = (Assumption(role, "deduction", say("assumed.no_deduction")) for role in undeducted_roles)
    unread = (_unseen(value) for value in rulebook.parameters.values() if not value.verified)
    return (*absent, *deductions, *unread)


def assume_scheme(scheme: Scheme, period: int) -> tuple[Assumption, ...]:
    """The numbers of a scheme of dual control that nobody has seen in an official text, at the end of a period."""
    day = date(period, 12, 31)
    values = ((one, one.at(day)) for one in scheme.parameters if not one.verified)
    return tuple(_unseen_in(scheme, one, value) for one, value in values if value is not None)


def _unseen(value: Value) -> Assumption:
    return Assumption(value.name, "parameter", _not_seen(value.value, value.unit))


def _unseen_in(scheme: Scheme, one: Parameter, value: DatedValue) -> Assumption:
    """A number of a scheme; schemes share the names of their numbers."""
    return Assumption(f"{one.name} ({scheme.code})", "parameter", _not_seen(value.value, one.unit))


def _not_seen(value: Scalar, unit: str) -> Message:
    return say("assumed.not_seen", amount=amount(value, unit))
