"""Assumptions: everything that a run took for granted, in the words of one language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from layers.conditions import number_text
from zoning.measures import assumption, deducted_roles
from zoning.plan import Assumption
from zoning.rulebook import ELEVATION_ROLE, DatedValue, Parameter, Rulebook, Scalar, Scheme, Value
from zoning.wording import engine_words, text_in


def assume(
    absent: Iterable[Assumption], undeducted_roles: Iterable[str], rulebook: Rulebook, language: str = "en"
) -> tuple[Assumption, ...]:
    """What was absent, which deductions were not made, and which parameters nobody has seen in an official text.

    Parameters
    ----------
    absent : iterable of Assumption
        From :func:`zoning.measures.assumed`.
    undeducted_roles : iterable of str
        From :func:`zoning.measures.undeducted`.
    rulebook : Rulebook
    language : {"en", "zh"}

    Returns
    -------
    tuple of Assumption
    """
    deductions = (_deduction(role, rulebook, language) for role in undeducted_roles)
    unread = (_unseen(value, rulebook, language) for value in rulebook.parameters.values() if not value.verified)
    return (*absent, *deductions, *unread)


def assume_scheme(scheme: Scheme, period: int, rulebook: Rulebook, language: str = "en") -> tuple[Assumption, ...]:
    """The numbers of a scheme of dual control that nobody has seen in an official text, at the end of a period."""
    day = date(period, 12, 31)
    values = ((one, one.at(day)) for one in scheme.parameters if not one.verified)
    return tuple(_unseen_in(scheme, one, value, rulebook, language) for one, value in values if value is not None)


def retell_assumptions(
    assumptions: Iterable[Assumption], rulebook: Rulebook, old: str, new: str
) -> tuple[Assumption, ...]:
    """Assumptions of one language in another; one that the rulebook cannot have led to stays as it is."""

    def possible(language: str) -> tuple[Assumption, ...]:
        absent = (assumption(one, rulebook, language) for one in rulebook.indicators)
        numbers = (
            _unseen_in(scheme, one, value, rulebook, language)
            for scheme in rulebook.schemes
            for one in scheme.parameters
            for value in one.dated
        )
        return *assume(absent, (*deducted_roles(rulebook), ELEVATION_ROLE), rulebook, language), *numbers

    told = dict(zip(possible(old), possible(new), strict=True))
    return tuple(told.get(one, one) for one in assumptions)


def assumption_title(one: Assumption, rulebook: Rulebook, language: str) -> str:
    """What an assumption is about: a role, or an indicator; by its name where the rulebook has no title for it.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> gap = Assumption("private_right", "role", "no layer has the role 'private_right': it is taken as 0")
    >>> assumption_title(gap, read_rulebook("us_west"), "en")
    'Share of land with existing private rights in wilderness'
    """
    if one.kind == "deduction":
        return rulebook.role_title(one.name, language)
    titles = {known.name: known.title for known in rulebook.indicators if known.title}
    names = (one.name, f"{one.name}_share", f"{one.name}_ha")
    return next((text_in(titles[name], language, name) for name in names if name in titles), one.name)


def _deduction(role: str, rulebook: Rulebook, language: str) -> Assumption:
    told = {"role": role, "title": rulebook.role_title(role, language)}
    return Assumption(role, "deduction", engine_words(language)["no_deduction"].format(**told))


def _unseen(value: Value, rulebook: Rulebook, language: str) -> Assumption:
    return Assumption(value.name, "parameter", _not_seen(value.value, value.unit, rulebook, language))


def _unseen_in(scheme: Scheme, one: Parameter, value: DatedValue, rulebook: Rulebook, language: str) -> Assumption:
    """A number of a scheme; schemes share the names of their numbers."""
    return Assumption(f"{one.name} ({scheme.code})", "parameter", _not_seen(value.value, one.unit, rulebook, language))


def _not_seen(value: Scalar, unit: str, rulebook: Rulebook, language: str) -> str:
    number = number_text(value) if isinstance(value, float) else str(value)
    amount = number if unit == "1" else f"{number} {rulebook.unit_title(unit, language)}"
    return engine_words(language)["not_seen"].format(amount=amount)
