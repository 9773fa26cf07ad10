"""Energy checks: whether the regions of ``[energy]`` can be judged, and what a planner should know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from layers import EnergyTable, Finding, Stack, Study, UnknownNameError, ZoneplanError, shown
from zoning.energy import judge_energy
from zoning.energy_entries import EXEMPT, INCENTIVE, RELAXED, Scheme
from zoning.energy_schemes import scheme_in_force
from zoning.parties import known_parties, near_misses
from zoning.rulebook import Rulebook

_SWITCHED = {
    INCENTIVE: ("intensity_incentive_pct",),
    EXEMPT: ("exempt",),
    RELAXED: ("growth_target_pct", "growth_actual_pct"),
}
"""The columns that a scheme reads only where it has the switch."""


def energy_faults(study: Study, rulebook: Rulebook, stack: Stack) -> Iterator[ZoneplanError]:
    """What forbids to judge the regions, and regions whose names are nearly those of a jurisdiction or unit."""
    table = stack.energy
    if table is None:
        return
    try:
        judge_energy(table, rulebook)
    except ZoneplanError as error:
        yield error
    for region, hint in _slips(map(str, table.rows.index), study, stack):
        yield UnknownNameError(
            f"table '{table.name}': region '{region}' is no jurisdiction or unit of the plan, but nearly one; {hint}",
            code="near_party",
            layer=table.name,
            features=[region],
        )


def _slips(regions: Iterable[str], study: Study, stack: Stack) -> Iterator[tuple[str, str]]:
    """Regions that are nearly a known name, or the name of a unit where its id is wanted, each with a remedy."""
    known = known_parties(stack.units, study.units.levels)
    named = dict(zip(stack.units["name"].astype(str), stack.units.index, strict=True))
    for region in regions:
        close = near_misses(region, known)
        if close:
            yield region, f"did you mean {' or '.join(repr(one) for one in close)}?"
        elif region not in known and region in named:
            yield region, f"unit '{named[region]}' has that name: write its id"


def energy_notes(study: Study, rulebook: Rulebook, stack: Stack) -> Iterator[Finding]:
    """Regions outside the plan, a scheme of another time, columns that it does not read, signs that look wrong."""
    table = stack.energy
    if table is None or not rulebook.schemes:
        return
    outside = tuple(sorted(set(map(str, table.rows.index)) - set(known_parties(stack.units, study.units.levels))))
    if outside:
        text = (
            f"table '{table.name}': {len(outside)} region(s) are no jurisdiction and no unit of the plan; they are "
            f"judged and reach no unit: {shown(outside)}"
        )
        yield Finding("note", "outside_party", table.name, outside[:5], len(outside), text)
    try:
        scheme = scheme_in_force(table, rulebook)
    except ZoneplanError:
        return  # said as an error already
    end = date(table.period, 12, 31)
    if not scheme.on(end):
        text = (
            f"{table.where('scheme')}: scheme '{scheme.code}' ({scheme.period}) is not in force at the end of the "
            f"period, {end}; it judges because the plan says so"
        )
        yield Finding("note", "scheme_not_in_force", table.name, (scheme.code,), 1, text)
    columns = set(map(str, table.rows.columns))
    for switch, names in _SWITCHED.items():
        read = {name if name.endswith("_pct") else f"{name}_{scheme.unit}" for name in names}
        if not scheme.holds(switch, end) and (unread := sorted((read & columns) - _needed_besides(table, scheme))):
            text = f"table '{table.name}': scheme '{scheme.code}' does not read {', '.join(unread)}"
            yield Finding("warning", "unread_column", table.name, tuple(unread), len(unread), text)
    yield from _signs(table.rows.get("intensity_actual_pct"), table.name, scheme)


def _needed_besides(table: EnergyTable, scheme: Scheme) -> set[str]:
    """Columns of growth that are read whatever the scheme: for the share of a total, and to compute intensity."""
    computed = "intensity_actual_pct" not in table.rows.columns and f"used_{scheme.unit}" in table.rows.columns
    shared = {"growth_target_pct"} if table.share is not None else set()
    return shared | ({"growth_actual_pct"} if computed else set())


def _signs(actual: object, name: str, scheme: Scheme) -> Iterator[Finding]:
    """All intensities risen: more likely that somebody wrote falls as negative numbers."""
    values = [one for one in getattr(actual, "tolist", list)() if one is not None]
    if len(values) > 1 and all(one < 0 for one in values):
        text = (
            f"table '{name}': by intensity_actual_pct the intensity of every region rose (scheme '{scheme.code}' makes "
            "all of them red); a fall is written as a positive number"
        )
        yield Finding("warning", "all_rose", name, (), len(values), text)
