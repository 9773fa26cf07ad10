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


def write_comparison(compared: Comparison, path: str | Path, language: str = "en") -> None:
    """Write the page on a comparison as one HTML file.

    Parameters
    ----------
    compared : Comparison
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
    write_text(path, comparison(compared, language), PAGE)


def comparison(compared: Comparison, language: str = "en") -> str:
    """One sheet of A4 on what differs between two plans: no script, no request.

    Parameters
    ----------
    compared : Comparison
    language : str, optional

    Returns
    -------
    str
        The same comparison gives the same text.
    """
    summary = ComparisonWords(compared, language)
    edition = ReportContext.of(compared.after, language)
    return fill_page(
        "sheet.html.j2",
        ("report.css",),
        faces=printed_faces(language),
        kind=summary.words["chapter"],
        gap=edition.gap,
        language=edition.language,
        title=summary.title,
        page=_page(summary, PlanFigures(edition)),
    )


def _page(summary: ComparisonWords, figures: PlanFigures) -> Page:
    words = summary.words
    blocks: list[Block] = [BigNumbers(tuple(_numbers(summary)), across=True)]
    if len(summary.changed):
        beside = (_policies(summary),) if summary.policies else ()
        blocks.append(Split(((_matrix(summary),), (*_maps(summary, figures), *beside)), "wide"))
    if summary.causes:
        blocks.append(_causes(summary))
    if len(summary.changed):
        blocks.append(_units(summary))
    sums = [*summary.sums["quotas"], *summary.sums["flows"]]
    if sums:
        blocks.append(_sums(summary, sums))
    if summary.policies and not len(summary.changed):
        blocks.append(_policies(summary))
    return Page(
        id="comparison",
        chapter=words["chapter"],
        title=summary.verdict,
        lead=summary.lead,
        blocks=tuple(blocks if not summary.comparison.same else []),
        foot=words["foot"],
        above=words["from_to"].format(before=summary.names[0], after=summary.names[1]) if summary.named else "",
        look="first",
    )


def _numbers(summary: ComparisonWords) -> list[tuple[str, str]]:
    counts = summary.comparison.totals["moved"]
    return [
        (format_number(counts.get(what, 0), summary.language), summary.words[f"number_{what}"])
        for what in ("main", "quota", "flow", "policy")
    ]


def _fills(summary: ComparisonWords) -> dict[str, str]:
    first, second = (mark_fills(plan.rulebook) for plan in summary.plans)
    return first | second


def _matrix(summary: ComparisonWords) -> Figure:
    """Main functions before and after, those that no unit enters or leaves left out."""
    fills, rows = _fills(summary), summary.comparison.transitions
    moving = {*summary.changed["before"], *summary.changed["after"]}
    codes = [code for code in fills if code in moving]
    large = float(rows["area_ha"].max()) >= LARGE_HA
    cells = {
        (codes.index(row.before), codes.index(row.after)): Transition(
            format_number(int(row.units), summary.language),
            format_number(float(row.area_ha) / (100 if large else 1), summary.language),
        )
        for row in rows.itertuples()
        if row.before in moving and row.after in moving
    }
    words = summary.words
    parts = [Part(summary.zone(code), fills[code]) for code in codes]
    chart = transition_matrix(words["matrix"], (words["before"], words["after"]), parts, cells)
    note = words["note_matrix"].format(unit=summary.measure("km2" if large else "ha"))
    return drawn(words["matrix"], chart, note)


def _maps(summary: ComparisonWords, figures: PlanFigures) -> tuple[Block, ...]:
    """The units that change their main function, in the colours of what they were and of what they are."""
    maps, fills = PlanMaps(figures), _fills(summary)
    moved = summary.comparison.moved
    main = moved[moved["what"] == "main"]

    def map_of(side: str, title: str) -> Figure:
        chosen = {
            fills[code]: pd.Index(rows["unit_id"]) for code, rows in main.groupby(side, sort=True) if code in fills
        }
        return Figure(title, maps.filled(chosen, title, 30 if high else 56))

    high = maps.ratio < UPRIGHT
    pair = map_of("before", summary.names[0]), map_of("after", summary.names[1])
    return (Split(tuple((figure,) for figure in pair), "even"),) if high else pair


def _causes(summary: ComparisonWords) -> Table:
    words = summary.words
    there = [what for what in MOVES if any(what in cause.counts for cause in summary.causes)]
    rows: list[tuple[Cell, ...]] = [
        (
            capital(cause.text),
            *(format_number(cause.counts[what], summary.language) if what in cause.counts else NONE for what in there),
        )
        for cause in summary.causes[:CAUSES]
    ]
    return Table(
        words["causes"],
        (words["cause"], *(words[what] for what in there)),
        tuple(rows),
        frozenset(range(1, len(there) + 1)),
        summary.more(len(summary.causes) - CAUSES),
    )


def _units(summary: ComparisonWords) -> Table:
    words, fills = summary.words, _fills(summary)
    area = summary.comparison.before.zones.set_index("unit_id")["area_ha"]
    moved = summary.comparison.moved
    main = moved[moved["what"] == "main"]
    main = main.assign(area=main["unit_id"].map(area)).sort_values(["area", "unit_id"], ascending=[False, True])
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(summary.unit(str(row.unit_id))),
            Swatch(fills.get(str(row.before), "#FFFFFF"), summary.zone(str(row.before))),
            Swatch(fills.get(str(row.after), "#FFFFFF"), summary.zone(str(row.after))),
            format_number(hectares(float(str(row.area))), summary.language),
            summary.cause(str(row.cause_kind), str(row.cause_id)),
        )
        for row in main.head(UNITS).itertuples()
    ]
    columns = (words["unit"], words["before"], words["after"], words["hectares"], words["cause"])
    return Table(words["changed_units"], columns, tuple(rows), frozenset({3}), summary.more(len(main) - UNITS), "dense")


def _sums(summary: ComparisonWords, sums: list[Sum]) -> Table:
    words = summary.words
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(capital(total.title)),
            f"{amount(total.before, summary.language)} {total.unit}",
            f"{amount(total.after, summary.language)} {total.unit}",
            amount(total.gained, summary.language),
            amount(total.lost, summary.language),
            words["more_less"].format(
                more=format_number(total.more, summary.language), less=format_number(total.less, summary.language)
            ),
        )
        for total in sums[:SUMS]
    ]
    columns = (words["what"], words["before"], words["after"], words["gained"], words["lost"], words["who"])
    return Table(words["sums"], columns, tuple(rows), frozenset({1, 2, 3, 4}), summary.more(len(sums) - SUMS), "dense")


def _policies(summary: ComparisonWords) -> Table:
    words = summary.words
    rows: list[tuple[Cell, ...]] = [
        (Strong(title), format_number(begins, summary.language), format_number(ends, summary.language))
        for title, begins, ends in summary.policies[:POLICIES]
    ]
    columns = (words["policy_title"], words["begins"], words["ends"])
    return Table(
        words["policies"],
        columns,
        tuple(rows),
        frozenset({1, 2}),
        summary.more(len(summary.policies) - POLICIES),
        "dense",
    )
