"""Whether derived measures and norms can be meant as written: names, numbers, kinds, order, what can be summed."""

from __future__ import annotations

from collections.abc import Iterator

from layers import ConditionError, UnknownNameError, parse_calculation, parse_condition
from zoning.conditions import Examples, examples_of, is_summed
from zoning.day_faults import names_of
from zoning.drafts import Draft
from zoning.entries import Indicator
from zoning.errors import RulebookError, near
from zoning.land_entries import JURISDICTION, STUDY, UNIT, Derived, Norm


def land_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about derived measures and norms.

    Parameters
    ----------
    draft : Draft
        From :func:`zoning.drafts.read_draft`.

    Yields
    ------
    RulebookError
        With file, line and column.
    """
    for place, one in enumerate(draft.derived):
        above = [other for other in draft.derived[:place] if other.name != one.name]
        yield from _of_derived(draft, place, Examples(draft, examples_of(draft, above), _limit(draft, one)))
    for place, norm in enumerate(draft.norms):
        yield from _of_norm(draft, norm, place)


def _limit(draft: Draft, one: Derived) -> str:
    """What is said of names that a derived measure does not see."""
    later = [other.name for other in draft.derived[draft.derived.index(one) :] if other.name != one.name]
    return f"; a measure is known to those below it, and {', '.join(later)} come later" if later else ""


def _of_derived(draft: Draft, place: int, sight: Examples) -> Iterator[RulebookError]:
    one = draft.derived[place]
    for number, band in enumerate(one.bands):
        for key, texts in (("when", sight.complaints(band.when)), ("value", _value_texts(band.value, one, sight))):
            yield from (draft.fault(text, "derived", place, "bands", number, key) for text in texts)
        if band.reason is not None:
            yield from _reasons(draft, place, number, band.reason)
        if band.when.strip().upper() == "TRUE" and number + 1 < len(one.bands):
            text = f"this row always holds, so that none below it ever counts ({len(one.bands) - number - 1} more)"
            yield draft.fault(text, "derived", place, "bands", number, "when")
    doubts = [
        f"'{name}' is handed out after the measures are derived; only policies and norms can read it"
        for name in sorted(names_of(one))
        if name.startswith("quota_")
    ]
    yield from (draft.fault(text, "derived", place, "name") for text in doubts)


def _value_texts(text: str, one: Derived, sight: Examples) -> Iterator[str]:
    """What is wrong with the value of a row."""
    try:
        calculation = parse_calculation(text)
    except ConditionError as error:
        yield str(error)
        return
    doubts = list(sight.doubts(calculation))
    yield from doubts
    if calculation.names.difference(sight.measures, sight.parameters):
        return
    try:
        (example,) = calculation.evaluate(sight.example, sight.parameters)
    except (ConditionError, UnknownNameError) as error:
        yield str(error)
        return
    kind = "text" if isinstance(example, str) else "number" if isinstance(example, float) else "boolean"
    if kind != one.type:
        yield f"this is a {kind}, but '{one.name}' is a {one.type}: correct the value, or give type = \"{kind}\""


def _reasons(draft: Draft, place: int, number: int, reason: dict[str, str]) -> Iterator[RulebookError]:
    missing = [language for language in draft.head.languages if language not in reason]
    extra = [language for language in reason if language not in draft.head.languages]
    at = (place, "bands", number, "reason")
    if missing:
        yield draft.fault(f"reason has no text in {', '.join(missing)}; give one", "derived", *at)
    if extra:
        yield draft.fault(f"reason has a text in {', '.join(extra)}, no language of the rulebook", "derived", *at)


def _of_norm(draft: Draft, norm: Norm, place: int) -> Iterator[RulebookError]:
    texts = list(Examples(draft, examples_of(draft, draft.derived)).complaints(norm.holds))
    if not texts:
        texts += _unsummed(draft, norm, parse_condition(norm.holds).names)
    yield from (draft.fault(text, "norms", place, "holds") for text in texts)
    named = [one.name for one in draft.indicators if one.type == "text"]
    levels = [UNIT, JURISDICTION, STUDY, *named]
    if norm.level not in levels:
        text = f"there is no level '{norm.level}'{near(norm.level, levels)}; write one of {', '.join(levels[:3])}, "
        yield draft.fault(text + "or a text indicator that names the places", "norms", place, "level")


def _unsummed(draft: Draft, norm: Norm, names: frozenset[str]) -> Iterator[str]:
    """Measures that a norm reads of several units and that cannot be told of them."""
    if norm.level == UNIT:
        return
    listed: tuple[Indicator | Derived, ...] = (*draft.indicators, *draft.derived)
    summed = {one.name for one in listed if one.type == "number" and (is_summed(one.name) or one.whole == "sum")}
    for name in sorted(names - summed - {one.name for one in draft.parameters}):
        yield (
            f"'{name}' is no sum, and this norm is asked of several units together; name measures in _ha or _share, "
            'or give the indicator whole = "sum"'
        )
