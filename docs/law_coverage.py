# ruff: noqa: INP001  (a script, no package)
"""The page on what rulebooks cover: instrument by zone and day, printed from the rulebooks themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from layers.phrases import english
from zoning.policies.instrument_coverage import Reach, reach_of
from zoning.rulebook import CoveredInstrument, Gap, Rulebook, builtin_rulebooks, read_rulebook

DAYS = (date(2011, 6, 8), date(2019, 8, 26), date(2025, 1, 1))
"""The plan of 2010 as it was made public, the speech on regional economic layout, and the present scheme."""
INTRODUCTION = """\
Each instrument of the law, what of it is in force on three days, and where there is none. The page is printed from
`coverage.toml` and the policies of the rulebook, and so is what `zoneplan explain` says of a unit under "No policy,
and why".

**Read** counts the policies whose text was read in the official wording or in a copy. **Where asked** are policies that
hold where a measure, a layer, a light or money says so, and not by the zone. A **form** is law that nobody has read:
the list at the end says what an office has to bring. No policy stands in for it."""


def page_parts() -> Iterator[str]:
    """The page below its heading, rulebook by rulebook."""
    yield INTRODUCTION
    for name in builtin_rulebooks():
        books = [read_rulebook(name, day) for day in DAYS]
        days = [book for book in books if book.coverage and book.policies]  # none before the first law
        if days:
            yield f"## {name}"
            yield from _by_day(days)
            for book in days:
                yield from _by_zone(book)
            yield from _gaps(days[0])


def _by_day(days: list[Rulebook]) -> Iterator[str]:
    yield "### Instrument by day"
    rows = [(english(one.title), *(_count(one, book) for book in days)) for one in days[0].coverage]
    yield _table(("instrument", *(f"{book.day}" for book in days)), rows)


def _count(one: CoveredInstrument, book: Rulebook) -> str:
    """How many policies and agreements are in force, and how many of the policies were read."""
    held = [policy for policy in book.policies if policy.id in one.policies]
    made = [entry.id for entry in book.agreements if entry.id in one.agreements and entry.on(book.day)]
    told = [f"{len(held)}, {sum(policy.verified for policy in held)} read"] if held else []
    told += [f"{len(made)} agreement{'s' if len(made) > 1 else ''}"] if made else []
    gap = next((gap for gap in one.gaps if gap.on(book.day)), None)
    return "; ".join(told) or _of_gap(gap)


def _of_gap(gap: Gap | None) -> str:
    return "**not stated**" if gap is None else "**form**" if gap.needs else "none"


def _by_zone(book: Rulebook) -> Iterator[str]:
    """What holds in every place, where it is asked, and what a zone adds."""
    yield f"### Instrument by zone, {book.day}"
    zones = [zone for zone in book.zones if not zone.default]
    rows = []
    for one in book.coverage:
        base = reach_of(one, book)
        cells = [_added(base, reach_of(one, book, zone.code)) for zone in zones]
        rows.append((english(one.title), _everywhere(base), str(len(base.undecided_policies) or ""), *cells))
    yield _table(("instrument", "every place", "where asked", *(f"`{zone.code}`" for zone in zones)), rows)


def _everywhere(base: Reach) -> str:
    if base.policies:
        return str(len(base.policies))
    return "" if base.undecided_policies else _of_gap(base.gap)


def _added(base: Reach, there: Reach) -> str:
    more = len(set(there.policies) - set(base.policies))
    return f"+{more}" if more else ""


def _gaps(book: Rulebook) -> Iterator[str]:
    yield "### Why there is none"
    for one in book.coverage:
        rows = [
            (gap.period, f"`{gap.when}`", english(gap.reason), english(gap.needs or ""), english(gap.reference))
            for gap in one.gaps
        ]
        if rows:
            yield f"**{english(one.title)}**"
            yield _table(("days", "where", "reason", "what to bring", "document"), rows)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}", *lines])
