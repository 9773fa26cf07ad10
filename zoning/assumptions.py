"""Assumptions: everything that a run took for granted, in the words of one language."""

from __future__ import annotations

from collections.abc import Iterable

from layers import number_text
from zoning.indicators import assumption
from zoning.measures import DEDUCTED_ROLES, ELEVATION_ROLE
from zoning.plans import Assumption
from zoning.rulebook import Rulebook, Value
from zoning.words import engine_words, role_in


def assume(
    absent: Iterable[Assumption], undeducted_roles: Iterable[str], rulebook: Rulebook, language: str = "en"
) -> tuple[Assumption, ...]:
    """What was absent, which deductions were not made, and which parameters nobody has seen in an official text.

    Parameters
    ----------
    absent : iterable of Assumption
        From :func:`zoning.assumed`.
    undeducted_roles : iterable of str
        From :func:`zoning.undeducted`.
    rulebook : Rulebook
    language : {"en", "zh"}

    Returns
    -------
    tuple of Assumption
    """
    deductions = (_deduction(role, language) for role in undeducted_roles)
    unread = (_unseen(value, language) for value in rulebook.parameters.values() if not value.verified)
    return (*absent, *deductions, *unread)


def retell_assumptions(
    assumptions: Iterable[Assumption], rulebook: Rulebook, old: str, new: str
) -> tuple[Assumption, ...]:
    """Assumptions of one language in another; one that the rulebook cannot have led to stays as it is."""

    def possible(language: str) -> tuple[Assumption, ...]:
        absent = (assumption(one, language) for one in rulebook.indicators)
        return assume(absent, (*DEDUCTED_ROLES, ELEVATION_ROLE), rulebook, language)

    told = dict(zip(possible(old), possible(new), strict=True))
    return tuple(told.get(one, one) for one in assumptions)


def _deduction(role: str, language: str) -> Assumption:
    text = engine_words(language)["no_deduction"].format(role=role, title=role_in(language, role))
    return Assumption(role, "deduction", text)


def _unseen(value: Value, language: str) -> Assumption:
    number = number_text(value.value) if isinstance(value.value, float) else str(value.value)
    amount = number if value.unit == "1" else f"{number} {value.unit}"
    return Assumption(value.name, "parameter", engine_words(language)["not_seen"].format(amount=amount))
