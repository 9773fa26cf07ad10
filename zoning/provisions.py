"""Provisions: whether the floors of control lines can be meant as they are written, on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zoning.drafts import Draft
from zoning.entries import Floor
from zoning.errors import RulebookError, near


def provision_faults(draft: Draft, day: date) -> Iterator[RulebookError]:
    """The complaints about floors.

    Parameters
    ----------
    draft : Draft
        From :func:`zoning.drafts.read_draft`.
    day : date
        A floor that is in force on it needs its parameter to have a value on it.

    Yields
    ------
    RulebookError
        With file, line and column.
    """
    for place, floor in enumerate(draft.floors):
        yield from (draft.fault(text, "floors", place, key) for key, text in _floor_texts(draft, floor, day))


def _floor_texts(draft: Draft, floor: Floor, day: date) -> Iterator[tuple[str, str]]:
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
    if floor.on(day) and least.at(day) is None:
        yield (
            "at_least",
            f"parameter '{least.name}' has no value on {day}; add it, or say from when the floor is in force",
        )
