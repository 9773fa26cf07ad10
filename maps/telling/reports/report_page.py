"""The report: pages for those who decide, then the annex for those who check; one file that needs no network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from layers.outputs import PAGE, write_text
from layers.overview import ShownText
from maps.drawing import Neighbourhood, Topology, fill_page, page_notices, printed_faces
from maps.telling.annex.annex_chapters import annex_chapters
from maps.telling.annex.report_context import TOLD, ReportContext
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.figures.rule_figures import RuleFigures
from maps.telling.reports.firmness_page import firmness, robustness, scenarios, thresholds, weights
from maps.telling.reports.functions_page import functions
from maps.telling.reports.land_page import land
from maps.telling.reports.limits_page import limits
from maps.telling.reports.money_page import money
from maps.telling.reports.place_pages import PLACES, place_pages
from maps.telling.reports.regions.divergence_page import divergence
from maps.telling.reports.services_page import basic_services, energy, services
from maps.telling.reports.summary_page import summary
from maps.telling.summaries.page_blocks import Contents, Page
from maps.telling.summaries.plan_headline import payments_without_amounts
from zoning.plan import Plan
from zoning.whatif import robustness_of


def write_report(
    plan: Plan,
    path: str | Path,
    language: str = "en",
    *,
    borders: Topology | None = None,
    near: Neighbourhood | None = None,
    annex: bool = False,
) -> None:
    """Write the report of a plan as one HTML page.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        The file to write; an older one that zoneplan wrote is replaced when the new one is whole.
    language : str, optional
        Of all that the report says: "en", "zh", or another one that there is a catalogue of. What is
        in other languages alone has a mark.
    borders : Topology, optional
        Of the plan, where another page has them already.
    near : Neighbourhood, optional
        The same.
    annex : bool, optional
        Whether the annex is printed, too, and stands unfolded on the screen.

    Raises
    ------
    WriteError
        Something else stands there, or the disk is full or not ours to write to; what stood there is untouched.
    ZoneplanError
        The language is not known.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_report(plan, Path(folder) / "report.html")
    ...     [file.name for file in Path(folder).iterdir()]
    ['report.html']
    """
    page = report(plan, language, borders=borders, near=near, annex=annex)
    write_text(path, page, PAGE)


def report(
    plan: Plan,
    language: str = "en",
    *,
    borders: Topology | None = None,
    near: Neighbourhood | None = None,
    annex: bool = False,
) -> str:
    """The report of a plan as one HTML page: no script, no request, one style sheet allowed by its own hash.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    language : str, optional
        Of all that it says.
    borders : Topology, optional
        Of the plan, where another page has them already.
    near : Neighbourhood, optional
        The same.
    annex : bool, optional
        Whether the annex is printed, too, and stands unfolded on the screen.

    Returns
    -------
    str
        The same plan gives the same text.

    Raises
    ------
    ZoneplanError
        The language is not known.

    Notes
    -----
    Pages are sheets of A4: a summary; functions, land and money; regions where the plan compares them; firmness;
    scenarios, services and energy where the plan asks for them; one a jurisdiction up to eight, else an index;
    sources and limits. A chapter of which there is nothing to say is a word on page 1. The annex has every reason,
    rule, number and policy; of more than 300 units it leaves out what it would say of each, which map and workbook
    have.

    Values pass through autoescape and are never compiled as templates. Characters that would hide or reorder text stand
    as their codes.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> page = zp.report(plan)
    >>> "<title>Mountain West 2025" in page, "<script" in page
    (True, False)
    """
    edition = ReportContext.of(plan, language, near)
    figures = PlanFigures(edition)
    page = fill_page(
        "report.html.j2",
        ("report.css",),
        words=edition.words,
        told=edition.pages,
        language=edition.language,
        gap=edition.gap,
        name=edition.name,
        pages=_pages(figures, PlanMaps(figures, borders)),
        annexes=annex_chapters(edition, each=len(figures.units) <= TOLD),
        annex_intro=edition.tell("annex_many" if len(figures.units) > TOLD else "annex_intro", n=TOLD),
        with_annex=annex,
        credits=page_notices(plan, software=False, language=edition.language).splitlines(),
        faces=printed_faces(language),
        rows_said=lambda count: edition.say("rows", n=count),
    )
    return ShownText(page, f"Report of {edition.name!r}", "zp.write_report(plan, 'report.html')")


def _pages(figures: PlanFigures, maps: PlanMaps) -> list[Page]:
    """The sheets in order; the summary lists those that follow it."""
    plan, rules = figures.edition.plan, RuleFigures(figures)
    pages = [functions(figures, maps, rules)]
    if figures.quotas:
        pages.append(land(figures, maps))
    if len(plan.flows):
        pages.append(money(figures))
    regions = divergence(figures, maps)
    pages += [regions] if regions else []
    pages += [page for page in (firmness(figures, rules), *thresholds(figures), *weights(figures)) if page]
    robust = robustness_of(plan)
    pages += [] if robust is None else [robustness(figures, robust, "robustness.csv")]
    worth = services(figures)
    pages += [page for page in (scenarios(figures), basic_services(figures), worth) if page]
    if len(plan.energy):
        pages.append(energy(figures))
    places = place_pages(figures, maps, rules)
    last = limits(figures)
    contents = Contents(
        figures.edition.words["contents"],
        tuple(_contents(figures, pages, places, last)),
        figures.edition.gap.join(_absent(figures, worth)),
    )
    return [summary(figures, maps, contents, rules.firmness["close"] if rules.mains else None), *pages, *places, last]


def _contents(
    figures: PlanFigures, sheets: list[Page], places: tuple[Page, ...], last: Page
) -> Iterator[tuple[str, str, str]]:
    """Id, number and chapter of each page; those of one chapter, and of jurisdictions, as one."""
    number = 2
    for chapter, group in groupby(sheets, key=lambda page: page.chapter):
        pages = list(group)
        last_one = number + len(pages) - 1
        yield pages[0].id, f"{number}–{last_one}" if last_one > number else str(number), chapter
        number = last_one + 1
    start = len(sheets) + 2
    if places:
        end = start + len(places) - 1
        have_pages = 1 < len(figures.places) <= PLACES
        title = figures.edition.tell("chapter_places", n=len(places)) if have_pages else places[0].chapter
        yield places[0].id, f"{start}–{end}" if end > start else str(start), title
    yield last.id, str(start + len(places)), last.chapter


def _absent(figures: PlanFigures, worth: Page | None) -> Iterator[str]:
    """What the plan has nothing of, in one line."""
    plan, words = figures.edition.plan, figures.edition.pages
    there = {
        "absent_quotas": bool(figures.quotas),
        "absent_money": len(plan.flows) > 0,
        "absent_lines": len(plan.lines) > 0,
        "absent_services": worth is not None,
        "absent_energy": len(plan.energy) > 0,
        "absent_decisions": len(plan.study.decisions) > 0,
    }
    unworked = payments_without_amounts(plan)
    if unworked:
        there["absent_money"] = True
    names = [words[key] for key, has in there.items() if not has]
    if unworked:
        yield figures.edition.tell("absent_amounts", n=len(unworked))
    if names:
        yield figures.edition.tell("absent", names=figures.edition.words["and"].join(names))
