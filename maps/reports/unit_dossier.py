"""The dossier of a unit: one sheet that says what it is and why, and below it all that it rests on."""

from __future__ import annotations

from pathlib import Path

from maps.annex import Chapter, ReportContext, dossier_chapters, main_function
from maps.explain import explain
from maps.figures import PlanFigures, PlanMaps, RuleFigures
from maps.reports.unit_page import unit_page
from maps.style import Topology, fill_page, printed_faces, write_page
from zoning.plan import Plan


def write_dossier(
    plan: Plan, unit_id: str, path: str | Path, language: str = "en", *, borders: Topology | None = None
) -> None:
    """Write the dossier of one unit as one HTML page.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    unit_id : str
        Of the index of its units.
    path : str or Path
        The file to write; an older one is replaced when the new one is whole.
    language : str, optional
        Of all that the dossier says: "en", "zh", or another one that there is a catalogue of. What is
        in other languages alone has a mark.
    borders : Topology, optional
        Of the plan, where another page has them already.

    Raises
    ------
    UnknownNameError
        The plan has no such unit.
    WriteError
        The disk is full or the place is not ours to write to; what stood there before is untouched.
    ZoneplanError
        The language is not known.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_dossier(plan, "08031", Path(folder) / "denver.html")
    ...     [file.name for file in Path(folder).iterdir()]
    ['denver.html']
    """
    write_page(dossier(plan, unit_id, language, borders=borders), path, "dossier")


def dossier(plan: Plan, unit_id: str, language: str = "en", *, borders: Topology | None = None) -> str:
    """The dossier of one unit as one HTML page, made for a sheet of A4: no script, no request.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    unit_id : str
        Of the index of its units.
    language : str, optional
        Of all that it says.
    borders : Topology, optional
        Of the plan, where another page has them already.

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
    One sheet says what the unit is and why, and what follows. All that it rests on stands below it, folded on the
    screen and left out of print: every claim, line, quota, policy and assumption with its reference.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> page = zp.dossier(plan, "08031")
    >>> "<title>Denver (08031)" in page, "<script" in page
    (True, False)
    """
    edition = ReportContext.of(plan, language)
    said = explain(edition.plan, unit_id, language).as_dict()
    figures = PlanFigures(edition)
    main = Chapter("main", edition.words["main"], (main_function(edition, said),))
    return fill_page(
        "dossier.html.j2",
        ("report.css",),
        faces=printed_faces(language),
        words=edition.words,
        working=edition.pages["working"],
        gap=edition.gap,
        language=edition.language,
        unit=said["unit"],
        plan=edition.name,
        page=unit_page(figures, PlanMaps(figures, borders), RuleFigures(figures), said),
        annexes=(main, *dossier_chapters(edition, said)),
        rows_said=lambda count: edition.say("rows", n=count),
    )
