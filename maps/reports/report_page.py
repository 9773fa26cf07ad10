"""The report: one page that opens without a network, reads well on paper and hides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from maps.locale import text_in
from maps.reports.annexes import assumptions, ledger, method, parameters, policies, quotas, sources, texts
from maps.reports.compensation_chapter import flows
from maps.reports.document_model import Chapter
from maps.reports.energy_chapter import energy
from maps.reports.land_chapter import land, sites
from maps.reports.negative_lists_chapter import industries, unit_list
from maps.reports.open_questions import findings, open_units
from maps.reports.report_context import ReportContext
from maps.reports.zones_chapter import decisions, lines, summary, zones
from maps.style import Topology, fill_page, page_notices, picture, write_page
from zoning.plan import Plan
from zoning.records import derived_in
from zoning.zones import assumed_measures


def write_report(plan: Plan, path: str | Path, language: str = "en", *, borders: Topology | None = None) -> None:
    """Write the report of a plan as one HTML page.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        The file to write; an older one is replaced when the new one is whole.
    language : str, optional
        Of all that the report says: "en", "zh", or another one that there is a catalogue of. What is
        in other languages alone has a mark.
    borders : Topology, optional
        Of the plan, where another page has them already.

    Raises
    ------
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
    ...     zp.write_report(plan, Path(folder) / "report.html")
    ...     [file.name for file in Path(folder).iterdir()]
    ['report.html']
    """
    write_page(report(plan, language, borders=borders), path, "report")


def report(plan: Plan, language: str = "en", *, borders: Topology | None = None) -> str:
    """The report of a plan as one HTML page: no script, no request, one style sheet allowed by its own hash.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
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
    ZoneplanError
        The language is not known.

    Notes
    -----
    Values pass through autoescape and are never compiled as templates. Characters that would hide or reorder text stand
    as their codes. Long tables are folded on the screen and whole on paper; only of the claims on units that wait for
    an answer some stand in the tables alone, where the units are many.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> page = zp.report(plan)
    >>> "<title>Mountain West 2025" in page, "<script" in page
    (True, False)
    """
    edition = ReportContext.of(plan, language)
    return fill_page(
        "report.html.j2",
        ("report.css",),
        words=edition.words,
        language=edition.language,
        name=edition.name,
        date=plan.rulebook.day.isoformat(),
        rulebook=edition.rulebook(plan.rulebook.country, plan.rulebook.description),
        units_said=edition.extent(len(plan.zones), edition.total_ha),
        checked=_checked(edition),
        notices=list(_notices(edition)),
        credits=page_notices(plan, software=False).splitlines(),
        chapters=_chapters(edition),
        map=Markup(  # noqa: S704  (its texts are escaped where it is drawn)
            picture(plan, edition.language, borders=borders)
        ),
        rows_said=lambda count: edition.say("rows", n=count),
    )


def _chapters(edition: ReportContext) -> list[Chapter]:
    picture_page = Chapter("map", edition.words["map"], ())
    lists = (industries,) if edition.plan.rulebook.classification else ()
    placed = (sites,) if any(quota.siting for quota in edition.plan.study.quotas) else ()
    rules = (land,) if derived_in(edition.plan) or edition.plan.rulebook.norms else ()
    told = (zones, open_units, decisions, lines, quotas, *placed, *rules, energy, flows, policies, *lists, unit_list)
    decided = [part(edition) for part in told]
    rests_on = [part(edition) for part in (assumptions, parameters, texts, ledger, sources, method)]
    return [summary(edition), picture_page, findings(edition), *decided, *rests_on]


def _checked(edition: ReportContext) -> str:
    """How many policies were checked against the text of the law; empty of a rulebook without policies."""
    whole, verified, official = edition.plan.rulebook.policies_checked
    counts = {"all": edition.number(whole), "n": edition.number(verified), "official": edition.number(official)}
    return edition.say("policies_checked", **counts) if whole else ""


def _notices(edition: ReportContext) -> Iterator[str]:
    """What a reader must know before she relies on the plan."""
    plan, words = edition.plan, edition.words
    values = plan.rulebook.parameters.values()
    statuses = plan.zones["status"].value_counts()
    unread_parameters = sum(not value.verified for value in values)
    assumed = sum(one.kind in {"role", "indicator"} for one in plan.assumptions)
    if plan.study.study.note:
        yield text_in(plan.study.study.note, edition.language)
    for status in ("contested", "review"):
        if count := int(statuses.get(status, 0)):
            yield edition.say(f"notice_{status}", n=edition.number(count))
    if count := int(statuses.get("assumed", 0)):
        titles = plan.renderer.terms.names
        names = assumed_measures(plan.zones[plan.zones["status"] == "assumed"])
        told = words["and"].join(titles.get(name, name) for name in names)
        yield edition.say("notice_hanging", n=edition.number(count), names=told)
    if unread_parameters:
        yield edition.say(
            "notice_unread_parameters", n=edition.number(unread_parameters), all=edition.number(len(values))
        )
    if edition.deductions:
        yield edition.say("notice_deductions", names=words["and"].join(edition.deductions))
    if assumed:
        yield edition.say("notice_assumed", n=edition.number(assumed))
