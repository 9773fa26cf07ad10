"""Weights of indices in words: between which values no zone changes, and who changes first beyond them."""

from __future__ import annotations

from collections.abc import Mapping

from layers.errors import escape_hidden
from maps.words import LocalizedPlan, catalogue, format_measure, text_in
from zoning.zones import WeightInterval


def interval_text(interval: WeightInterval, language: str) -> str:
    """Between which values of a weight no zone changes; why that is not known, where it is not.

    Examples
    --------
    >>> ends = (0.25, 1.0, True, True, "a", "", "town", "")
    >>> interval_text(WeightInterval("fit", "slope", 0.5, *ends, {}, ""), "en")
    'from 0.25 to 1'
    """
    words = catalogue("weights", language)
    if interval.low is None or interval.high is None:
        return words[interval.unknown]
    ends = {"low": format_measure(interval.low, language), "high": format_measure(interval.high, language)}
    key = "interval" if interval.low_included else "interval_above"
    return words[f"{key}_below" if not interval.high_included else key].format(**ends)


def beyond_text(interval: WeightInterval, plan: LocalizedPlan, names: Mapping[str, str]) -> str:
    """Who changes first beyond either end, and into what; nothing where nobody does.

    Parameters
    ----------
    interval : WeightInterval
    plan : LocalizedPlan
    names : mapping of str to str
        Of units by id.
    """
    words = catalogue("weights", plan.language)
    titles = {zone.code: text_in(zone.short or zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
    phrases = [
        words[key].format(unit=names.get(unit, unit), zone=titles.get(zone, zone))
        for key, unit, zone in (
            ("below", interval.below, interval.becomes_below),
            ("above", interval.above, interval.becomes_above),
        )
        if unit
    ]
    return escape_hidden(words["and"].join(phrases))
