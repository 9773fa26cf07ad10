"""The dossier of a unit: one sheet that says what it is and why, and below it all that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from layers.outputs import PAGE, write_text
from layers.overview import ShownText
from maps.drawing import Gauge, Numbers, Topology, fill_page, fit, gauge, printed_faces, text_lines, zone_fills
from maps.telling.annex.report_context import ReportContext
from maps.telling.annex.unit_chapters import dossier_chapters, main_function
from maps.telling.explanations.explanation_content import explain
from maps.telling.figures.plan_figures import PlanFigures, QuotaFigures, weight_words
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.figures.rule_figures import RuleFigures
from maps.telling.reports.functions_page import SLATE
from maps.telling.summaries.page_blocks import (
    BigNumbers,
    Block,
    Cell,
    Chapter,
    Facts,
    Figure,
    Page,
    Paragraph,
    Split,
    Strong,
    Swatch,
    Table,
)
from maps.telling.summaries.unit_verdicts import Verdict
from maps.words import catalogue, text_in
from zoning.plan import Plan

Content = Mapping[str, Any]

GAUGES = 6
"""So many tests are drawn; the annex has all."""
COLUMNS = (50.0, 20.0, 42.0, 52.0)
"""Of the table of policies, mm."""
LEAST = 3
"""So many policies stand on the sheet, even where that makes it two."""
BODY, FIXED, LINE, TEST, FOOT = 261.0, 117.0, 6.4, 11.9, 3.0
"""Height of a sheet, of what always stands on it, of a line of a verdict, of a gauge, and of a line of the foot, mm."""


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
        The file to write; an older one that zoneplan wrote is replaced when the new one is whole.
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
    ...     zp.write_dossier(plan, "08031", Path(folder) / "denver.html")
    ...     [file.name for file in Path(folder).iterdir()]
    ['denver.html']
    """
    write_text(path, dossier(plan, unit_id, language, borders=borders), PAGE)


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
    explanation = explain(edition.plan, unit_id, language).as_dict()
    figures = PlanFigures(edition)
    main = Chapter("main", edition.words["main"], (main_function(edition, explanation),))
    page = fill_page(
        "dossier.html.j2",
        ("report.css",),
        faces=printed_faces(language),
        words=edition.words,
        working=edition.pages["working"],
        gap=edition.gap,
        language=edition.language,
        unit=explanation["unit"],
        plan=edition.name,
        page=_sheet_of(figures, PlanMaps(figures, borders), RuleFigures(figures), explanation),
        annexes=(main, *dossier_chapters(edition, explanation)),
        rows_said=lambda count: edition.say("rows", n=count),
    )
    return ShownText(page, f"Dossier of {unit_id!r}", f"zp.write_dossier(plan, {unit_id!r}, 'dossier.html')")


def _sheet_of(figures: PlanFigures, maps: PlanMaps, rules: RuleFigures, explanation: Content) -> Page:
    """The sheet.

    Parameters
    ----------
    figures : PlanFigures
    maps : PlanMaps
    rules : RuleFigures
    explanation : mapping
        What :func:`maps.telling.explanations.explain` says of the unit, as plain values.
    """
    edition, words = figures.edition, figures.edition.pages
    unit = str(explanation["unit"]["unit_id"])
    verdict = rules.verdicts[unit]
    row = figures.units.loc[unit]
    (name,), (alone,) = figures.names([unit]), figures.names([unit], placed=True)
    jurisdiction = figures.jurisdiction(str(row["jurisdiction"]))
    fills = zone_fills(edition.plan.rulebook)
    sentences = [Swatch(fills[verdict.zone], verdict.sentence)]
    sentences += [Swatch("#FFFFFF", verdict.note)] if verdict.note else []
    sentences += [Swatch(SLATE if overlay.held else "#FFFFFF", overlay.text) for overlay in verdict.overlays[:3]]
    gauges = _gauges(figures, verdict)
    aside = (*_changes(figures, verdict.changes), *_land(figures, explanation))
    lines = sum(text_lines(sentence.text, 13.5, 166) for sentence in sentences)
    room = BODY - FIXED - LINE * lines - max(TEST * (len(gauges) - 1) + 7, 60)
    picture, scale, keys = maps.of_unit(unit, 112, 62, edition.tell("unit_map", name=name))
    note = edition.plan.study.study.note
    foot = (
        *([text_in(note, edition.language)] if note else []),
        edition.tell("foot_map", scale=edition.number(scale)),
        words["foot_unit"],
        edition.map_credits,
    )
    room -= FOOT * text_lines(" ".join(foot), 7, 166)
    where = maps.where(unit, 56, 62, edition.tell("where_unit", name=name))
    blocks: list[Block] = [
        BigNumbers(tuple(_numbers(figures, explanation)), across=True),
        Split(((Figure("", picture, keys=_keys(figures, keys)),), (Figure("", where),)), "near"),
        Split((tuple(gauges), tuple(aside)), "near") if aside else Split((tuple(gauges),), "one"),
        *_policies(figures, explanation, room),
    ]
    return Page(
        id="unit",
        chapter=name,
        title=edition.tell("unit_in", name=alone, place=jurisdiction)
        if jurisdiction and len(figures.places) > 1
        else name,
        lead="",
        blocks=tuple(blocks),
        foot=edition.gap.join(foot),
        above=edition.tell("dossier_of", id=unit),
        verdicts=tuple(sentences),
        look="unit",
    )


def _keys(figures: PlanFigures, drawn: Sequence[tuple[str, str]]) -> tuple[Swatch, ...]:
    """What the colours of the map stand for."""
    return tuple(
        Swatch(fill, figures.edition.pages["site"] if not role else figures.edition.role(role)) for fill, role in drawn
    )


def _numbers(figures: PlanFigures, explanation: Content) -> Iterator[tuple[str, str]]:
    edition, unit = figures.edition, explanation["unit"]
    row = figures.units.loc[unit["unit_id"]]
    units = figures.units[figures.units["jurisdiction"] == row["jurisdiction"]]
    area = float(row["area_ha"])
    share = edition.share_text(area / float(units["area_ha"].sum()))
    jurisdiction = figures.jurisdiction(str(row["jurisdiction"]))
    phrase = (
        edition.tell("area_of", share=share, place=jurisdiction)
        if jurisdiction and len(units) > 1
        else edition.pages["area"]
    )
    yield figures.land(area), phrase
    if figures.people and row["people"] == row["people"]:
        yield edition.compact(float(row["people"])), edition.measure(figures.people)
    for allocation in figures.quotas[:1]:
        if unit["unit_id"] in allocation.amounts.index:
            amount = allocation.amounts[unit["unit_id"]]
            among = allocation.amounts[allocation.amounts.index.isin(units.index)]
            rank = int((among > amount).sum()) + 1
            yield (
                allocation.amount_text(amount),
                edition.tell("rank_of", quota=allocation.title, rank=rank, all=len(among)),
            )
    measures = edition.plan.measures.loc[unit["unit_id"]]
    if not figures.quotas and "available_ha" in measures.index:
        yield figures.land(float(measures["available_ha"])), edition.words["available_land"]
    count = len({policy["policy"] for policy in explanation["policies"] if not policy["overruled_by"]})
    yield edition.number(count), edition.pages["policies_apply"]


def _gauges(figures: PlanFigures, verdict: Verdict) -> list[Block]:
    """The tests with a value, those that decided first; without one those beside which another of their zone passes."""
    edition, words, gauges = figures.edition, figures.edition.pages, verdict.gauges
    fills = zone_fills(edition.plan.rulebook)
    passing = {test.zone for test in gauges if test.passed}
    known = [test for test in gauges if test.value is not None or test.zone in passing] or list(gauges)
    decides = verdict.kind == "rule" or any(
        test.decided and test.passed and test.zone == verdict.zone for test in gauges
    )
    blocks: list[Block] = [Paragraph(words["why_title" if decides else "tests_title"], "heading")]
    for test in known[:GAUGES]:
        answer = words["heard_unknown"] if test.passed is None else edition.words["yes" if test.passed else "no"]
        drawn = gauge(
            Gauge(
                title=test.title,
                second=figures.zone(test.zone),
                value=test.value,
                threshold=test.limit,
                value_text=test.value_text,
                needed=test.needs,
                answer=answer,
                passes=bool(test.passed),
                fill=fills.get(test.zone, SLATE),
            ),
            (words["test"], words["value"], words["threshold"], words["answer"]),
            wide=112,
        )
        blocks.append(Figure("", drawn.svg, Numbers(drawn.numbers.columns, drawn.numbers.rows)))
    return blocks


def _changes(figures: PlanFigures, changes: Sequence[str]) -> Iterator[Block]:
    words = figures.edition.pages
    facts = tuple(("", change) for change in changes) or (("", words["no_change"]),)
    yield Facts(facts, words["change_title"])


def _land(figures: PlanFigures, explanation: Content) -> Iterator[Block]:
    """How the amount of the first quota came about."""
    edition = figures.edition
    row = next(iter(explanation["quotas"]), None)
    allocation = next(
        (allocation for allocation in figures.quotas if row and allocation.quota.name == row["quota"]), None
    )
    if row is None or allocation is None:
        return
    rows: list[tuple[Cell, ...]] = list(_steps(figures, explanation, row, allocation))
    title = edition.tell("land_how", amount=allocation.amount_text(Decimal(str(row["amount"]))))
    bounds = " · ".join(edition.amount(row[key]) if row[key] is not None else "–" for key in ("floor", "ceiling"))
    notes = [edition.tell("bounds", bounds=bounds), *_shift(figures, allocation, str(explanation["unit"]["unit_id"]))]
    yield Table(
        title, (allocation.label, ""), tuple(rows), frozenset({1}), edition.words["semicolon"].join(notes), look="sums"
    )


def _shift(figures: PlanFigures, allocation: QuotaFigures, unit: str) -> Iterator[str]:
    """How much more or less the unit gets than by its weight alone, and why."""
    shifts = allocation.shifts
    group = None if shifts is None else next((each for each in shifts.groups if unit in each.units), None)
    if shifts is not None and group is not None:
        moved = figures.edition.number(abs(shifts.difference[unit]))
        words = catalogue("terminal", figures.edition.language)
        key = "quota_less" if group.loses else "quota_more"
        yield words[key].format(amount=moved, unit=allocation.unit, reason=group.reason)


def _steps(
    figures: PlanFigures, explanation: Content, row: Content, allocation: QuotaFigures
) -> Iterator[tuple[Cell, ...]]:
    edition = figures.edition
    jurisdiction, unit = str(explanation["unit"]["jurisdiction"]), str(explanation["unit"]["unit_id"])
    ids = figures.units.index[figures.units["jurisdiction"] == jurisdiction]
    whole = row["jurisdiction_amount"]
    if whole:
        yield (
            edition.tell("share_of_place", place=figures.jurisdiction(jurisdiction)),
            allocation.amount_text(Decimal(str(whole))),
        )
        held = allocation.reserves.get(jurisdiction, Decimal(0))
        if held:
            yield edition.pages["less_reserve"], f"−{allocation.amount_text(held)}"
        among = allocation.rows[allocation.rows.index.isin(ids)]["weight"].astype(float)
    else:
        yield edition.pages["whole_quota"], allocation.amount_text(allocation.total)
        among = allocation.rows["weight"].astype(float)
    if unit in among.index and among.sum() > 0:
        weights = weight_words(edition, allocation.quota)
        key = "part_by" if allocation.quota.priority else "part_by_weight"
        yield edition.tell(key, weights=weights), edition.share_text(float(among[unit] / among.sum()))
    yield edition.pages["granted"], allocation.amount_text(Decimal(str(row["amount"])))


def _policies(figures: PlanFigures, explanation: Content, room: float) -> Iterator[Block]:
    """What applies, what holds for this unit first, as many rows as there is room for, mm."""
    edition, words = figures.edition, figures.edition.pages
    policies = edition.plan.rulebook.policies
    order = {policy.id: position for position, policy in enumerate(policies)}
    kinds = {policy.id: edition.plan.renderer.terms.instrument(policy.instrument) for policy in policies}
    link_by_policy: dict[str, Content] = {}
    for link in explanation["policies"]:
        if not link["overruled_by"]:
            link_by_policy.setdefault(link["policy"], link)
    links = sorted(link_by_policy.values(), key=lambda link: (link["when"].upper() == "TRUE", order[link["policy"]]))
    rows: list[tuple[Cell, ...]] = []
    for link in links:
        title = text_in(link["title"], edition.language, link["policy"])
        cells = (
            title,
            kinds[link["policy"]],
            _because(figures, link),
            _cut(text_in(link["reference"], edition.language)),
        )
        room -= 1.1 + 3.4 * max(text_lines(cell, 7.9, wide) for cell, wide in zip(cells, COLUMNS, strict=True))
        if room < 0 and len(rows) >= LEAST:
            break
        rows.append((Strong(title), *cells[1:]))
    rest = len(links) - len(rows)
    if rows:
        note = edition.tell("note_policies", n=rest) if rest else ""
        columns = (words["policy"], words["kind_of"], words["because"], words["text"])
        yield Table(words["applies_title"], columns, tuple(rows), note=note, look="dense")


def _because(figures: PlanFigures, link: Content) -> str:
    """As what, or by which measures, the unit has the policy."""
    edition = figures.edition
    if link["when"].upper() == "TRUE":
        return edition.pages["everywhere"]
    codes = [code for code in link["zone"].split(";") if code]
    names = map(edition.measure, link["values"])
    return edition.words["and"].join([figures.zone(code) for code in codes] or list(dict.fromkeys(names))[:2])


def _cut(text: str) -> str:
    """A reference up to where it says how it was read, and no longer than a line and a half."""
    first = text.replace("；", ";").split(";")[0].split("，全文")[0].split("，查阅")[0]
    return fit(first, 7.9, 1.5 * COLUMNS[-1])
