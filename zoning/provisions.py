"""Provisions: whether floors of control lines, and effects and exceptions of policies, can be meant as written."""

from __future__ import annotations

from collections.abc import Iterator

from zoning.drafts import Draft
from zoning.entries import Floor, Policy
from zoning.errors import RulebookError, near

EXCEPTION = "exception-"
"""Begins what stands in ``overruled_by`` where an exception holds; its place in the policy follows, from 1."""


def provision_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about floors, and about effects and exceptions of policies.

    Parameters
    ----------
    draft : Draft
        From :func:`zoning.drafts.read_draft`.

    Yields
    ------
    RulebookError
        With file, line and column.
    """
    for place, floor in enumerate(draft.floors):
        yield from (draft.fault(text, "floors", place, key) for key, text in _floor_texts(draft, floor))
    for place, policy in enumerate(draft.policies):
        yield from _policy_faults(draft, policy, place)


def _floor_texts(draft: Draft, floor: Floor) -> Iterator[tuple[str, str]]:
    """Key and complaint."""
    lines = [line.code for line in draft.lines]
    if floor.line not in lines:
        yield "line", f"there is no control line '{floor.line}'{near(floor.line, lines)}"
    measures = {one.name: one for one in draft.indicators}
    of = measures.get(floor.of)
    if of is None:
        yield "of", f"'{floor.of}' does not stand in indicators.toml{near(floor.of, measures)}"
    elif of.unit != "ha":
        yield "of", f"'{floor.of}' is in {of.unit}; a floor is a part of a measure in ha"
    parameters = {one.name: one for one in draft.parameters}
    least = parameters.get(floor.at_least)
    if least is None:
        yield "at_least", f"'{floor.at_least}' does not stand in parameters.toml{near(floor.at_least, parameters)}"
        return
    if not (least.unit == "1" or least.unit.startswith("%")) or not isinstance(least.dated[0].value, float):
        yield "at_least", f"'{least.name}' is in {least.unit}; a floor is a number in 1 or in %"


def _policy_faults(draft: Draft, policy: Policy, place: int) -> Iterator[RulebookError]:
    if policy.id.startswith(EXCEPTION):
        yield draft.fault(f"'{policy.id}' is kept for exceptions; rename the policy", "policies", place, "id")
    if policy.effect is not None and not policy.subject:
        text = f"a {policy.effect} of what? Give the policy a subject, so that it meets others on the same"
        yield draft.fault(text, "policies", place, "effect")
    for number, one in enumerate(policy.exceptions):
        missing = [language for language in draft.head.languages if language not in one.reason]
        extra = [language for language in one.reason if language not in draft.head.languages]
        at = ("exceptions", number, "reason")
        if missing:
            yield draft.fault(f"reason has no text in {', '.join(missing)}; give one", "policies", place, *at)
        if extra:
            text = f"reason has a text in {', '.join(extra)}, no language of the rulebook"
            yield draft.fault(text, "policies", place, *at)
