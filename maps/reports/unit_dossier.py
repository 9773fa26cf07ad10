"""Dossiers: one printable page a unit: what it is, why, what follows, and what all of it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from pathlib import Path

from markupsafe import Markup

from maps.dossier_chapters import dossier_chapters, key_figures, main_function
from maps.lettering import format_number, width
from maps.locators import locator
from maps.pages import fill_page, write_page
from maps.palette import zone_fills
from maps.report_editions import ReportContext
from maps.report_parts import Card, Chapter, Grid, Leaf, texts_of
from zoning import Plan, explain

SIZES_PT = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
"""Sizes of the text; the largest that leaves the dossier on one page is taken, and the smallest can still be read."""
RUNNING_PT = 6.5
"""From this size downwards each thing is one running paragraph."""
PT_MM = 25.4 / 72
COLUMN_MM = 89.0
ROOM_MM = 2 * 195.0
"""Height of the two columns below the main function."""


def write_dossier(plan: Plan, unit_id: str, path: str | Path, language: str | None = None) -> None:
    """Write the dossier of one unit as one HTML page.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    unit_id : str
    path : str or Path
        The file to write; an older one is replaced when the new one is whole.
    language : {"en", "zh"}, optional
        Of all that the dossier says; by default the plan's own. Texts of the rulebook fall back to English.

    Raises
    ------
    UnknownNameError
        The plan has no such unit.
    WriteError
        The disk is full or the place is not ours to write to; what stood there before is untouched.
    ZoneplanError
        The language is not known.
    """
    write_page(dossier(plan, unit_id, language), path, "dossier")


def dossier(plan: Plan, unit_id: str, language: str | None = None) -> str:
    """The dossier of one unit as one HTML page, made for a sheet of A4: no script, no request.

    Parameters
    ----------
    plan : Plan
    unit_id : str
    language : {"en", "zh"}, optional
        By default the plan's own.

    Returns
    -------
    str
        The same plan gives the same text.

    Raises
    ------
    UnknownNameError
        The plan has no such unit.
    ZoneplanError
        The language is not known.

    Notes
    -----
    The text is set as large as one page allows, at least 6 pt; a unit of whom more is to be said than that goes on
    on a second page, and nothing is left out.
    """
    edition = ReportContext.of(plan, language)
    words = edition.words
    said = explain(edition.plan, unit_id).as_dict()
    chapters = tuple(dossier_chapters(edition, said))
    main = main_function(edition, said)
    return fill_page(
        "dossier.html.j2",
        ("report.css", "dossier.css"),
        words=words,
        language=edition.language,
        size=f"{10 * _size(main, chapters):.0f}",
        unit=said["unit"],
        note=plan.study.study.note or "",
        plan=edition.say("plan_of", name=plan.study.study.name, date=plan.rulebook.day.isoformat()),
        rulebook=edition.rulebook(plan.rulebook.country),
        figures=key_figures(edition, said),
        main=main,
        fill=zone_fills(plan.rulebook)[said["main"]["zone"]],
        locator=Markup(locator(plan, unit_id, edition.language)),  # noqa: S704  (its texts are escaped where it is drawn)
        chapters=chapters,
        rows_said=lambda count: edition.say("rows", n=format_number(count)),
    )


def _size(main: Card, chapters: Iterable[Chapter]) -> float:
    """The largest size of text that leaves all chapters in two columns of one page."""
    leaves = [leaf for chapter in chapters for leaf in chapter.leaves]
    heads = sum(1 for _ in chapters)
    for size in SIZES_PT[:-1]:
        em = size * PT_MM
        limit = COLUMN_MM / em
        lines = 2.6 * heads + sum(_height_in_lines(leaf, limit, running=size <= RUNNING_PT) for leaf in leaves)
        beyond = max(0.0, _height_in_lines(main, 1.45 * limit) - 12)  # the main function stands beside the locator
        if (lines + 2 * beyond) * 1.3 * em <= ROOM_MM:
            return size
    return SIZES_PT[-1]


def _height_in_lines(leaf: Leaf, limit: float, *, running: bool = False) -> float:
    """Estimated lines of a part in a column of so many font sizes."""
    if isinstance(leaf, Card):
        texts = [f"{leaf.title} {leaf.tag} {leaf.warning}", leaf.text, *(f"{a} {b}" for a, b in leaf.facts if b)]
        widths = [width(text) for text in texts if text]
        running = running and bool(leaf.title)
        return 0.5 + sum(ceil(one / limit) for one in ([sum(widths) + len(widths)] if running else widths))
    if isinstance(leaf, Grid):
        cells = [text for group in leaf.groups for row in group.rows for text in row]
        flat = [text for cell in cells for text in texts_of(cell)]
        return 2.0 + 0.3 * leaf.length + 1.25 * sum(width(text) for text in flat) / limit + 0.5 * leaf.length
    return ceil(width(getattr(leaf, "text", "")) / limit) + 0.4
