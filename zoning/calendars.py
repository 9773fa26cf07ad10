"""Calendars: the days on which anything of a rulebook changes, and whether it can be meant on each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta

from zoning.day_faults import day_faults
from zoning.drafts import Draft
from zoning.entries import InForce, Parameter
from zoning.errors import RulebookError
from zoning.soundness import lasting_faults

UNDATED = date(2000, 1, 1)
"""The day on which a rulebook is read that dates nothing and is asked for no day."""


def changes(draft: Draft) -> tuple[date, ...]:
    """The days on which anything of a rulebook begins to hold, or holds no more; sorted.

    Parameters
    ----------
    draft : Draft
        Of all days.

    Examples
    --------
    >>> from zoning.drafts import read_draft
    >>> date(2000, 1, 1) in changes(read_draft("us_west"))
    True
    """
    days = (day for one in _dated(draft) for day in (one.since, one.until))
    return tuple(sorted({day for day in days if day is not None}))


def last_change(draft: Draft) -> date:
    """The last day on which something begins."""
    return max((one.since for one in _dated(draft) if one.since is not None), default=UNDATED)


def calendar_faults(draft: Draft) -> Iterator[tuple[date, RulebookError]]:
    """What cannot be meant on the days on which a rulebook changes, and on the days before.

    Between two of these days nothing changes, so that a rulebook without a fault can be read on every day from its
    first one.

    Parameters
    ----------
    draft : Draft
        Of all days.

    Yields
    ------
    date, RulebookError
        The first day of each fault, in the order of the days. What is wrong on every day comes once, with the first.
    """
    days = changes(draft)
    asked = {*days, *(day - timedelta(days=1) for day in days[1:])} or {UNDATED}
    told: set[str] = set()
    yield from ((min(asked), fault) for fault in lasting_faults(draft))
    for day in sorted(asked):
        for fault in day_faults(draft, day):
            words = str(fault).replace(f" on {day}", "")  # the same words about another day are the same fault
            if words not in told:
                told.add(words)
                yield day, fault


def _dated(draft: Draft) -> Iterator[InForce]:
    """Everything with days of its own: entries of every kind, and the values of parameters."""
    for kind in fields(draft):
        entries = getattr(draft, kind.name)
        for entry in entries if isinstance(entries, tuple) else ():
            if isinstance(entry, InForce):
                yield entry
            elif isinstance(entry, Parameter):
                yield from entry.dated
