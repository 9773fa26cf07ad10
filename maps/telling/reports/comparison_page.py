"""The page on a comparison of two plans: what moved, from where to where, because of what, and what follows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from layers.outputs import PAGE, write_text
from maps.drawing import Part, Transition, fill_page, mark_fills, printed_faces, transition_matrix
from maps.telling.annex.report_context import ReportContext
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.summaries.comparison_words import ComparisonWords, Sum
from maps.telling.summaries.page_blocks import (
    BigNumbers,
    Block,
    Cell,
    Figure,
    Page,
    Split,
    Strong,
    Swatch,
    Table,
    drawn,
)
from maps.words import NONE, amount, capital, format_number, hectares
from zoning.whatif import MOVES, Comparison

CAUSES, UNITS, SUMS, POLICIES = 4, 5, 3, 3
"""So many rows of each table stand on the page."""
LARGE_HA = 100_000
"""A matrix with more land in a cell is in square kilometres."""
UPRIGHT = 1.2
"""Maps that are no wider than this, by their height, stand beside each other."""


def write_comparison(found: Comparison, path: str | Path, language: str = "en") -> None:
    """Write the page on a comparison as one HTML file.

    Parameters
    ----------
    found : Comparison
    path : str or Path
        The file to write; an older one that zoneplan wrote is replaced when the new one is whole.
    language : str, optional

    Raises
    ------
    WriteError
        The disk is full or the place is not ours to write to.
    ZoneplanError
        The language is not known.
    """
    write_text(path, comparison(found, language), PAGE)


def comparison(found: Comparison, language: str = "en") -> str:
    """One sheet of A4 on what differs between two plans: no script, no request.

    Parameters
    ----------
    found : Comparison
    language : str, optional

    Returns
    -------
    str
        The same comparison gives the same text.
    """
    told = ComparisonWords(found, language)
    edition = ReportContext.of(found.after, language)
    return fill_page(
        "sheet.html.j2",
        ("report.css",),
        faces=printed_faces(language),
        kind=told.words["chapter"],
        gap=edition.gap,
        language=edition.language,
        title=told.title,
        page=_page(told, PlanFigures(edition)),
    )


def _page(told: ComparisonWords, figures: PlanFigures) -> Page:
    words = told.words
    blocks: list[Block] = [BigNumbers(tuple(_numbers(told)), across=True)]
    if len(told.changed):
        beside = (_policies(told),) if told.policies else ()
        blocks.append(Split(((_matrix(told),), (*_maps(told, figures), *beside)), "wide"))
    if told.causes:
        blocks.append(_causes(told))
    if len(told.changed):
        blocks.append(_units(told))
    sums = [*told.sums["quotas"], *told.sums["flows"]]
    if sums:
        blocks.append(_sums(told, sums))
    if told.policies and not len(told.changed):
        blocks.append(_policies(told))
    return Page(
        id="comparison",
        chapter=words["chapter"],
        title=told.verdict,
        lead=told.lead,
        blocks=tuple(blocks if not told.found.same else []),
        foot=words["foot"],
        above=words["from_to"].format(before=told.names[0], after=told.names[1]) if told.named else "",
        look="first",
    )


def _numbers(told: ComparisonWords) -> list[tuple[str, str]]:
    counts = told.found.totals["moved"]
    return [
        (format_number(counts.get(what, 0), told.language), told.words[f"number_{what}"])
        for what in ("main", "quota", "flow", "policy")
    ]


def _fills(told: ComparisonWords) -> dict[str, str]:
    first, second = (mark_fills(plan.rulebook) for plan in told.plans)
    return first | second


def _matrix(told: ComparisonWords) -> Figure:
    """Main functions before and after, those that no unit enters or leaves left out."""
    fills, rows = _fills(told), told.found.transitions
    moving = {*told.changed["before"], *told.changed["after"]}
    codes = [code for code in fills if code in moving]
    large = float(rows["area_ha"].max()) >= LARGE_HA
    cells = {
        (codes.index(row.before), codes.index(row.after)): Transition(
            format_number(int(row.units), told.language),
            format_number(float(row.area_ha) / (100 if large else 1), told.language),
        )
        for row in rows.itertuples()
        if row.before in moving and row.after in moving
    }
    words = told.words
    parts = [Part(told.zone(code), fills[code]) for code in codes]
    chart = transition_matrix(words["matrix"], (words["before"], words["after"]), parts, cells)
    note = words["note_matrix"].format(unit=told.measure("km2" if large else "ha"))
    return drawn(words["matrix"], chart, note)


def _maps(told: ComparisonWords, figures: PlanFigures) -> tuple[Block, ...]:
    """The units that change their main function, in the colours of what they were and of what they are."""
    maps, fills = PlanMaps(figures), _fills(told)
    moved = told.found.moved
    main = moved[moved["what"] == "main"]

    def map_of(side: str, title: str) -> Figure:
        chosen = {fills[code]: pd.Index(own["unit_id"]) for code, own in main.groupby(side, sort=True) if code in fills}
        return Figure(title, maps.filled(chosen, title, 30 if high else 56))

    high = maps.ratio < UPRIGHT
    pair = map_of("before", told.names[0]), map_of("after", told.names[1])
    return (Split(tuple((one,) for one in pair), "even"),) if high else pair


def _causes(told: ComparisonWords) -> Table:
    words = told.words
    there = [what for what in MOVES if any(what in one.counts for one in told.causes)]
    rows: list[tuple[Cell, ...]] = [
        (
            capital(one.text),
            *(format_number(one.counts[what], told.language) if what in one.counts else NONE for what in there),
        )
        for one in told.causes[:CAUSES]
    ]
    return Table(
        words["causes"],
        (words["cause"], *(words[what] for what in there)),
        tuple(rows),
        frozenset(range(1, len(there) + 1)),
        told.more(len(told.causes) - CAUSES),
    )


def _units(told: ComparisonWords) -> Table:
    words, fills = told.words, _fills(told)
    area = told.found.before.zones.set_index("unit_id")["area_ha"]
    moved = told.found.moved
    main = moved[moved["what"] == "main"]
    main = main.assign(area=main["unit_id"].map(area)).sort_values(["area", "unit_id"], ascending=[False, True])
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(told.unit(str(row.unit_id))),
            Swatch(fills.get(str(row.before), "#FFFFFF"), told.zone(str(row.before))),
            Swatch(fills.get(str(row.after), "#FFFFFF"), told.zone(str(row.after))),
            format_number(hectares(float(str(row.area))), told.language),
            told.cause(str(row.cause_kind), str(row.cause_id)),
        )
        for row in main.head(UNITS).itertuples()
    ]
    columns = (words["unit"], words["before"], words["after"], words["hectares"], words["cause"])
    return Table(words["changed_units"], columns, tuple(rows), frozenset({3}), told.more(len(main) - UNITS), "dense")


def _sums(told: ComparisonWords, sums: list[Sum]) -> Table:
    words = told.words
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(capital(one.title)),
            f"{amount(one.before, told.language)} {one.unit}",
            f"{amount(one.after, told.language)} {one.unit}",
            amount(one.gained, told.language),
            amount(one.lost, told.language),
            words["more_less"].format(
                more=format_number(one.more, told.language), less=format_number(one.less, told.language)
            ),
        )
        for one in sums[:SUMS]
    ]
    columns = (words["what"], words["before"], words["after"], words["gained"], words["lost"], words["who"])
    return Table(words["sums"], columns, tuple(rows), frozenset({1, 2, 3, 4}), told.more(len(sums) - SUMS), "dense")


def _policies(told: ComparisonWords) -> Table:
    words = told.words
    rows: list[tuple[Cell, ...]] = [
        (Strong(title), format_number(begins, told.language), format_number(ends, told.language))
        for title, begins, ends in told.policies[:POLICIES]
    ]
    columns = (words["policy_title"], words["begins"], words["ends"])
    return Table(
        words["policies"], columns, tuple(rows), frozenset({1, 2}), told.more(len(told.policies) - POLICIES), "dense"
    )
