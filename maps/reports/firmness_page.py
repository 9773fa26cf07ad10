"""The pages on firmness: which units hang on a threshold, what is still open, and what each scenario would move."""

from __future__ import annotations

from collections.abc import Iterator

from maps.charts import Dot, MarginRow, Numbers, margin_dots
from maps.figures import (
    CLOSE,
    Block,
    Cell,
    Facts,
    Figure,
    Page,
    PlanFigures,
    RuleFigures,
    Strong,
    Swatch,
    Table,
    TestFigures,
    drawn,
)
from maps.locale import text_in
from maps.reports.functions_page import SLATE
from maps.reports.summary_page import listed
from zoning.audits import OPEN
from zoning.scenario import ScenarioMoves, scenario_moves

ROWS = 6
"""So many tests stand on the common axis."""
CHANGES = 14
NAMES = 16
"""More names than these within a tenth would cover each other."""
LOW, HIGH = -0.5, 0.5


def firmness(figures: PlanFigures, rules: RuleFigures) -> Page:
    """The page."""
    words = figures.edition.pages
    tests = _shown(rules)
    blocks: list[Block] = []
    if tests:
        blocks.append(_margins(figures, tests))
    if len(rules.moved) or len(rules.gained):
        blocks.append(_changes(figures, rules))
    facts = tuple(_facts(figures, rules))
    if facts:
        blocks.append(Facts(facts, words["open_title"]))
    return Page(
        id="firmness",
        chapter=words["chapter_firmness"],
        title=_title(figures, rules),
        lead=_lead(figures, rules),
        blocks=tuple(blocks),
        foot=words["foot_firmness"],
    )


def _shown(rules: RuleFigures) -> list[TestFigures]:
    """The tests with most units near their threshold, in the order in which they are asked."""
    telling = [*rules.mains, *rules.overlays]
    ranked = sorted(telling, key=lambda test: -int(test.distance.abs().le(HIGH).sum()))
    kept = {id(test) for test in ranked[:ROWS] if test.distance.abs().le(HIGH).any()}
    return [test for test in telling if id(test) in kept]


def _title(figures: PlanFigures, rules: RuleFigures) -> str:
    edition = figures.edition
    if not rules.close:
        return edition.pages["finding_firm"]
    return edition.tell("finding_close", n=rules.close, all=edition.number(len(figures.units)))


def _lead(figures: PlanFigures, rules: RuleFigures) -> str:
    edition = figures.edition
    overlays = rules.gained["unit_id"].nunique()
    told = edition.pages["lead_judgement"] + edition.tell("lead_close", n=rules.close)
    if overlays:
        told += edition.tell("lead_overlays", n=int(overlays))
    if len(rules.moved):
        first = rules.moved.iloc[0]
        test, unit = rules.tests[int(first["test"])], str(first["unit_id"])
        told += edition.tell(
            "lead_nearest",
            name=figures.names([unit])[0],
            measure=test.title,
            value=test.said(float(test.values[unit])),
            limit=test.limit_text,
        )
    return told


def _margins(figures: PlanFigures, tests: list[TestFigures]) -> Figure:
    edition, words, mains = figures.edition, figures.edition.pages, figures.units["main"]
    close = {id(test): test.distance.index[test.distance.abs().le(CLOSE)] for test in tests}
    some = sum(len(one) for one in close.values()) <= NAMES
    rows, heard = [], []
    for test in tests:
        dots = []
        own = test.distance[test.asked & test.distance.notna()]
        for unit, off in own[own.between(LOW, HIGH)].items():
            fill = figures.fills[str(mains[unit])] if test.main else (SLATE if test.passes[unit] else "")
            name = figures.names([str(unit)])[0] if some and unit in close[id(test)] else ""
            dots.append(Dot(100 * float(off), fill, name))
        below, above = int((own < LOW).sum()), int((own > HIGH).sum())
        asked = "" if test.asked.all() else edition.tell("asked_of", n=int(test.asked.sum()))
        rows.append(
            MarginRow(
                test.title,
                edition.tell("threshold_is", limit=test.limit_text),
                asked,
                tuple(dots),
                edition.tell("below", n=edition.number(below)) if below else "",
                edition.tell("above", n=edition.number(above)) if above else "",
            )
        )
        names = listed(figures, figures.names([unit for unit in close[id(test)] if unit in own.index]), 8)
        heard.append(
            (
                test.title,
                test.limit_text,
                edition.number(below),
                edition.number(len(dots)),
                edition.number(above),
                names,
            )
        )
    count = len({unit for test in tests for unit in close[id(test)] if test.asked[unit]})
    title = edition.tell("finding_within", n=count) if count else words["finding_none_within"]
    columns = (
        words["test"],
        words["threshold"],
        words["half_below"],
        words["near_half"],
        words["half_above"],
        words["within_tenth"],
    )
    chart = margin_dots(
        title, rows, words["within_tenth"], words["threshold"], Numbers(columns, tuple(heard)),
        percent=edition.percent("{n}"),
        row_mm=17.0 if len(rows) <= 5 else 15.0,
    )  # fmt: skip
    return drawn(title, chart, words["note_margins"])


def _changes(figures: PlanFigures, rules: RuleFigures) -> Table:
    edition, words, units = figures.edition, figures.edition.pages, figures.units
    rows: list[tuple[Cell, ...]] = []
    many = len(figures.places) > 1
    for one in rules.moved.itertuples():
        now = str(units.loc[one.unit_id, "main"])
        rows.append(
            (
                *_compared(figures, rules, str(one.unit_id), int(one.test), float(one.distance), many=many),
                Swatch(figures.fills[now], figures.zone(now)),
                Swatch(figures.fills[str(one.would_be)], figures.zone(str(one.would_be))),
            )
        )
    for one in rules.gained.itertuples():
        test = rules.tests[int(one.test)]
        held, gone = Swatch(SLATE, figures.zone(test.zone)), Swatch("#FFFFFF", words["no_overlay"])
        pair = (held, gone) if one.passes else (gone, held)
        rows.append(
            (*_compared(figures, rules, str(one.unit_id), int(one.test), float(one.distance), many=many), *pair)
        )
    columns = (
        words["unit"],
        words["test"],
        words["value"],
        words["threshold"],
        words["distance"],
        words["now"],
        words["would_be"],
    )
    note = edition.tell("note_more", n=len(rows) - CHANGES) if len(rows) > CHANGES else ""
    return Table(words["changes_title"], columns, tuple(rows[:CHANGES]), frozenset({2, 3, 4}), note)


def _compared(
    figures: PlanFigures, rules: RuleFigures, unit: str, number: int, distance: float, *, many: bool
) -> tuple[Cell, ...]:
    test, edition = rules.tests[number], figures.edition
    (name,) = figures.names([unit])
    place = figures.place(str(figures.units.loc[unit, "jurisdiction"])) if many else ""
    called = edition.tell("unit_in", name=name, place=place) if place else name
    value = test.said(float(test.values[unit]))
    return (Strong(called), test.title, value, test.limit_text, edition.signed(distance, 1))


def _facts(figures: PlanFigures, rules: RuleFigures) -> Iterator[tuple[str, str]]:
    """Who is near a line and stays what it is, whom planners decided on, who waits, who hangs on what is missing."""
    edition, units = figures.edition, figures.units
    changing = set(rules.moved["unit_id"])
    near = {
        str(unit)
        for test in rules.mains
        for unit in test.distance.index[test.distance.abs().le(CLOSE) & test.asked]
        if unit not in changing
    }
    if near:
        yield (
            edition.tell("fact_near", n=len(near)),
            edition.tell("fact_near_rest", names=listed(figures, figures.names(sorted(near)), 6)),
        )
    decided = rules.decided
    if decided:
        told = listed(figures, [one for unit in decided for one in decided[unit]], 4)
        yield edition.tell("fact_decided", n=len(decided)), edition.tell("fact_decided_rest", told=told)
    for status in (*OPEN, "assumed"):
        own = units.index[units["status"] == status]
        if len(own):
            names = listed(figures, figures.names(own), 6)
            yield edition.tell(f"fact_{status}", n=len(own)), edition.tell(f"fact_{status}_rest", names=names)


def scenarios(figures: PlanFigures) -> Page | None:
    """The page on what each scenario of the plan moves; None where it has none."""
    edition, words = figures.edition, figures.edition.pages
    told = scenario_moves(edition.plan)
    if not told:
        return None
    most = max(told, key=lambda one: one.area_ha)
    title = (
        edition.tell("finding_scenarios", name=_called(figures, most), area=edition.ha(most.area_ha))
        if most.units
        else words["finding_scenarios_still"]
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(_called(figures, one)),
            edition.words["semicolon"].join(_sets(figures, one)),
            edition.number(one.units),
            edition.ha(one.area_ha),
            edition.words["semicolon"].join(_amounts(figures, one)),
        )
        for one in told
    ]
    heads = ("scenario", "scenario_sets", "scenario_units", "scenario_area", "scenario_amounts")
    blocks: list[Block] = [Table("", tuple(words[head] for head in heads), tuple(rows), frozenset({2, 3}))]
    moved: list[tuple[Cell, ...]] = [
        (
            _called(figures, one),
            Swatch(figures.fills[row.before], figures.zone(row.before)),
            Swatch(figures.fills[row.after], figures.zone(row.after)),
            edition.number(row.units),
            edition.ha(row.area_ha),
        )
        for one in told
        for row in one.changed.itertuples()
    ]
    if moved:
        heads = ("scenario", "scenario_from", "scenario_to", "scenario_units", "scenario_area")
        columns = tuple(words[head] for head in heads)
        blocks.append(Table(words["scenario_moves"], columns, tuple(moved), frozenset({3, 4})))
    return Page(
        id="scenarios",
        chapter=words["chapter_scenarios"],
        title=title,
        lead=words["lead_scenarios"],
        blocks=tuple(blocks),
        foot=words["note_scenarios"],
    )


def _called(figures: PlanFigures, moves: ScenarioMoves) -> str:
    return text_in(moves.scenario.title or moves.scenario.name, figures.edition.language)


def _sets(figures: PlanFigures, moves: ScenarioMoves) -> Iterator[str]:
    edition = figures.edition
    for path, value in moves.scenario.set.items():
        head, _, name = path.partition(".")
        what = edition.measure(name) if head == "parameters" else path
        yield edition.tell("scenario_value", what=what, value=value)
    if moves.scenario.decisions:
        yield edition.tell("scenario_decisions", n=edition.number(len(moves.scenario.decisions)))


def _amounts(figures: PlanFigures, moves: ScenarioMoves) -> Iterator[str]:
    edition = figures.edition
    units = {quota.name: quota.unit for quota in edition.plan.study.quotas}
    for one in moves.amounts:
        if one.more or one.less:
            yield edition.tell(
                "scenario_amount",
                quota=edition.quota(one.quota),
                before=edition.amount(one.before),
                after=edition.amount(one.after),
                unit=edition.unit_of(units[one.quota]),
                more=edition.number(one.more),
                less=edition.number(one.less),
            )
