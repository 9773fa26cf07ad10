"""The last page: what to know before use, what was assumed, and where everything comes from."""

from __future__ import annotations

from collections.abc import Iterator

from pyproj import CRS

from maps.drawing import page_notices
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.summaries.page_blocks import Block, Cell, Facts, Page, Paragraph, Split, Table
from maps.telling.summaries.plan_headline import payments_without_amounts
from maps.words import capital, text_in
from zoning.zones import OPEN, assumed_measures

ASSUMED, SOURCES, FINDINGS, FORMS = 8, 14, 6, 2
NOTICED = {*OPEN, "assumed"}
"""Codes of findings that stand among what to know before use."""
UNREAD = "instrument_unread"
"""The code of the finding on an instrument of which nobody has read the text, or no layer shows where it holds."""


def limits(figures: PlanFigures) -> Page:
    """The page."""
    edition, words, plan = figures.edition, figures.edition.pages, figures.edition.plan
    left: list[Block] = [Facts(tuple(_notices(figures)), words["before_use"])]
    findings = tuple(_findings(figures))
    if findings:
        left.append(Facts(findings, words["findings"]))
    right: list[Block] = []
    assumed = [assumption for assumption in plan.assumptions if assumption.kind != "parameter"]
    if assumed:
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (capital(edition.assumed(assumption)), str(assumption.assumed)) for assumption in assumed[:ASSUMED]
        )
        note = edition.tell("note_assumed", n=len(assumed) - ASSUMED) if len(assumed) > ASSUMED else ""
        right.append(Table(words["assumed_title"], (words["missing_thing"], words["taken"]), rows, note=note))
    areas = edition.tell(
        "method_areas", crs=edition.projection(plan.units.crs), own=edition.projection(CRS(plan.own_crs))
    )
    credit = page_notices(plan, software=False, language=edition.language)
    blocks: list[Block] = [
        Split((tuple(left), tuple(right)), "even") if right else Split((tuple(left),), "one"),
        _sources(figures),
    ]
    blocks += [
        Paragraph(words["method"], "heading"),
        Paragraph(text_in(plan.rulebook.description, edition.language), "small"),
        Paragraph(areas, "small"),
        Paragraph(edition.tell("method_shares", n=len(plan.pieces)), "small"),
    ]
    if credit:
        blocks += [
            Paragraph(words["credits"], "heading"),
            Paragraph(edition.words["semicolon"].join(credit.splitlines()), "small"),
        ]
    return Page(
        id="limits",
        chapter=words["chapter_limits"],
        title=words["limits_title"],
        lead=_lead(figures),
        blocks=tuple(blocks),
        foot=words["foot_limits"],
    )


def _lead(figures: PlanFigures) -> str:
    """What the rulebook is called, and how many of its policies were checked against the text of the law."""
    edition = figures.edition
    whole, verified, official = edition.plan.rulebook.policies_checked
    counts = {"all": edition.number(whole), "n": edition.number(verified), "official": edition.number(official)}
    sentence = edition.words["policies_checked"].format(**counts) if whole else ""
    return f"{edition.tell('lead_rulebook', rulebook=edition.rulebook_title)}{sentence}"


def _notices(figures: PlanFigures) -> Iterator[tuple[str, str]]:
    """What a reader must know before she relies on the plan."""
    edition = figures.edition
    plan, words = edition.plan, edition.words
    values = plan.rulebook.parameters.values()
    statuses = plan.zones["status"].value_counts()
    if plan.study.study.note:
        yield "", text_in(plan.study.study.note, edition.language)
    standings = plan.standings.value_counts()
    for standing in (*OPEN, "review_overlay"):
        if count := int(standings.get(standing, 0)):
            yield "", edition.say(f"notice_{standing}", n=edition.number(count))
    if count := int(statuses.get("assumed", 0)):
        names = assumed_measures(plan.zones[plan.zones["status"] == "assumed"])
        phrase = words["and"].join(map(edition.measure, names))
        yield "", edition.say("notice_hanging", n=edition.number(count), names=phrase)
    unread = sum(not value.verified for value in values)
    if unread:
        yield "", edition.say("notice_unread_parameters", n=edition.number(unread), all=edition.number(len(values)))
    if unworked := payments_without_amounts(plan):
        listed = edition.words["semicolon"].join(unworked)
        yield "", edition.tell("notice_amounts", n=len(unworked), names=listed)
    if edition.deductions:
        yield "", edition.say("notice_deductions", names=words["and"].join(edition.deductions))


def _findings(figures: PlanFigures) -> Iterator[tuple[str, str]]:
    """Warnings on the plan, then notes; without those that a reader has just been told before use.

    Instruments without a policy for want of a text or a layer are counted together where they are many, and the
    first of them named.
    """
    edition = figures.edition
    findings = [finding for finding in edition.plan.findings if finding.code not in NOTICED]
    forms = [finding for finding in findings if finding.code == UNREAD]
    if len(forms) > FORMS:
        findings = [finding for finding in findings if finding.code != UNREAD]
        titles = {
            instrument.code: text_in(instrument.title, edition.language)
            for instrument in edition.plan.rulebook.coverage
        }
        named = list(dict.fromkeys(titles[finding.layer] for finding in forms if finding.layer is not None))
        names = edition.words["semicolon"].join(named[:FINDINGS]) + ("…" if len(named) > FINDINGS else "")
        yield (
            edition.tell("label", name=capital(edition.words["level_note"])),
            edition.tell("note_forms", n=len(named), names=names),
        )
    for finding in findings[:FINDINGS]:
        yield edition.tell("label", name=capital(edition.words[f"level_{finding.level}"])), finding.text
    if len(findings) > FINDINGS:
        yield "", edition.tell("note_findings", n=len(findings) - FINDINGS)


def _sources(figures: PlanFigures) -> Table:
    """Whose data the plan rests on, of when, under which licence; where the plan does not say it, from which file."""
    edition, words = figures.edition, figures.edition.pages
    names_by_source: dict[tuple[str, ...], list[str]] = {}
    for source in edition.plan.sources:
        whose = edition.evidence(source.name) or (f"{source.path} ({source.sha256[:12]}…)", "", "")
        names_by_source.setdefault(whose, []).append(edition.source(source.name))
    rows: list[tuple[Cell, ...]] = [
        (edition.pages["comma"].join(dict.fromkeys(names)), *whose) for whose, names in names_by_source.items()
    ]
    note = edition.tell("note_sources", n=len(rows) - SOURCES) if len(rows) > SOURCES else ""
    columns = (words["layers"], words["publisher_or_file"], words["data_of"], words["licence"])
    return Table(words["sources_title"], columns, tuple(rows[:SOURCES]), note=note)
