"""Topics: parts of a rulebook that concern only studies which give something about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zoning.rulebook.rulebook_folder import Entry, names_read
from zoning.rulebook.rulebook_model import Rulebook, in_force_on
from zoning.rulebook.schema import Derived


def without_unused_topics(rulebook: Rulebook, names: Iterable[str]) -> Rulebook:
    """The rulebook as it concerns a study: without topics about which the study gives nothing.

    Notes
    -----
    A study that gives one indicator of a topic is asked for all of them, by what each says of ``when_absent``.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
    >>> full = read_rulebook("main_functional_areas", date(2025, 1, 1))
    >>> kept = without_unused_topics(full, ["plan_index_ha"]).derived
    >>> [one.name for one in kept if one.type != "boolean"]  # a region is of no topic
    ['stock_increment_factor', 'next_plan_index_ha']
    >>> [one.name for one in without_unused_topics(full, []).derived if one.type != "boolean"]
    []
    """
    idle = _idle(rulebook, set(names))
    if not idle:
        return rulebook
    left = replace(
        rulebook,
        indicators=tuple(indicator for indicator in rulebook.indicators if indicator.name not in idle),
        rules=tuple(rule for rule in rulebook.rules if not idle & names_read(rule)),
        policies=tuple(policy for policy in rulebook.policies if not idle & names_read(policy)),
        floors=tuple(floor for floor in rulebook.floors if not idle & names_read(floor)),
        derived=tuple(measure for measure in rulebook.derived if not idle & _read(measure, idle)),
        norms=tuple(norm for norm in rulebook.norms if not idle & names_read(norm)),
    )
    unread = _all_read(rulebook) - _all_read(left)
    return replace(
        left, parameters={name: parameter for name, parameter in rulebook.parameters.items() if name not in unread}
    )


def with_all_topics(rulebook: Rulebook) -> Rulebook:
    """The rulebook with what :func:`without_unused_topics` left out; one without files as it is.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
    >>> full = read_rulebook("main_functional_areas", date(2025, 1, 1))
    >>> with_all_topics(without_unused_topics(full, ["people"])).derived == full.derived
    True
    """
    return rulebook if rulebook.draft is None else in_force_on(rulebook.draft, rulebook.day)


def _idle(rulebook: Rulebook, names: set[str]) -> set[str]:
    """The indicators of topics about which nothing is given, and what is derived from them."""
    given = {indicator.topic for indicator in rulebook.indicators if indicator.name in names}
    idle = {
        indicator.name
        for indicator in rulebook.indicators
        if indicator.topic is not None and indicator.topic not in given
    }
    for measure in rulebook.derived:  # each reads only those that stand above it
        if idle & _read(measure, idle):
            idle.add(measure.name)
    return idle


def _read(measure: Derived, idle: set[str]) -> frozenset[str]:
    """What a derived measure reads: without a factor that is idle, the grade that it would correct."""
    return measure.among(measure.names - idle).names


def _all_read(rulebook: Rulebook) -> set[str]:
    """Every name that an entry of a rulebook reads."""
    entries: tuple[Entry, ...] = (
        *rulebook.rules,
        *rulebook.policies,
        *rulebook.floors,
        *rulebook.derived,
        *rulebook.norms,
    )
    return {name for entry in entries for name in names_read(entry)}
