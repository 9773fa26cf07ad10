"""The page on functions: where each lies, which test gives it, and where all units stand on it; then the overlays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from layers.conditions import ConditionPart
from maps.drawing import Dot, Numbers, Strip, threshold_dots
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.figures.rule_figures import CLOSE, RuleFigures, TestFigures
from maps.telling.reports.summary_page import listed
from maps.telling.summaries.page_blocks import Block, Cards, Figure, Page, Paragraph, Swatch, drawn
from maps.words import catalogue, text_in
from zoning.zones import DECISION

STRIPS = 3
"""So many tests are drawn; the annex has all."""
SLATE = "#4A545E"
NAMED = 5


def functions(figures: PlanFigures, maps: PlanMaps, rules: RuleFigures) -> Page:
    """The page."""
    edition, words = figures.edition, figures.edition.pages
    drawn_tests = _drawn(rules)
    blocks: list[Block] = [_cards(figures, maps, rules)]
    blocks += [_strip(figures, test, number) for number, test in enumerate(drawn_tests, start=1)]
    if figures.overlays:
        blocks += [Paragraph(words["overlays_title"], "heading"), _overlays(figures, maps, rules)]
    ids = edition.words["comma"].join(_rules_that_gave(figures))
    return Page(
        id="functions",
        chapter=words["chapter_functions"],
        title=_title(figures, rules),
        lead=_lead(figures, rules),
        blocks=tuple(blocks),
        foot=edition.gap.join(filter(None, (edition.own_thresholds(), edition.tell("foot_functions", rules=ids)))),
    )


def _drawn(rules: RuleFigures) -> tuple[TestFigures, ...]:
    """The tests that are drawn, in the order in which they are asked: those that some unit passes come first."""
    telling = [test for test in rules.mains if test.passes.any()] or list(rules.mains)
    return tuple(telling[:STRIPS])


def _title(figures: PlanFigures, rules: RuleFigures) -> str:
    edition = figures.edition
    count = rules.rule_tests.mains
    return edition.tell("finding_tests", n=count) if count > 1 else edition.pages["functions_title"]


def _lead(figures: PlanFigures, rules: RuleFigures) -> str:
    edition = figures.edition
    rest = int((figures.units["main"] == figures.default).sum())
    fields = {"n": len(figures.units) - rest, "rest": edition.number(rest), "zone": figures.zone(figures.default)}
    titles_by_rule: dict[str, list[str]] = {}
    for asked_rule in rules.rule_tests.rules[: rules.rule_tests.mains]:
        titles = list(dict.fromkeys(test.title for test in rules.tests if test.rule == asked_rule.rule.id))
        titles_by_rule[asked_rule.rule.id] = titles or [text_in(asked_rule.rule.reason, edition.language).rstrip(".。")]
    names = [listed(figures, titles) for titles in titles_by_rule.values()]
    order = edition.tell("lead_order", names=edition.pages["then"].join(names)) if len(names) > 1 else ""
    return order + edition.tell("lead_functions", **fields)


def _cards(figures: PlanFigures, maps: PlanMaps, rules: RuleFigures) -> Cards:
    edition, units = figures.edition, figures.units
    order = {test.zone: position for position, test in reversed(list(enumerate(rules.tests)))}
    mains = sorted(figures.mains, key=lambda code: (code == figures.default, order.get(code, len(order))))
    across = 4 if len(mains) != 3 else 3
    cards = []
    for code in mains:
        ids = units.index[units["main"] == code]
        fill, title = figures.fills[code], figures.zone(code)
        picture = maps.small(ids, fill, edition.tell("where_name", zone=title), 35 if len(mains) <= 4 else 28)
        land = figures.percent(float(units["area_ha"][ids].sum()), edition.total_ha)
        facts = [
            (edition.tell("card_units", n=len(ids)), edition.tell("card_land", land=land)),
            *_given_by(figures, rules, code),
        ]
        cards.append((picture, Swatch(fill, title), tuple(facts)))
    return Cards(tuple(cards), across)


def _given_by(figures: PlanFigures, rules: RuleFigures, code: str) -> Iterator[tuple[str, str]]:
    """What gives a main function, in words: its rules, or that none was met."""
    if code == figures.default:
        yield "", figures.edition.pages["card_default"]
        return
    zones = figures.edition.plan.zones
    yield from _given(figures, rules, zones.loc[zones["main"] == code, "rule"])


def _given(figures: PlanFigures, rules: RuleFigures, by: pd.Series) -> Iterator[tuple[str, str]]:
    """Each rule that gave a zone, in words, and how many units it gave it where there are several."""
    edition = figures.edition
    counts = by.where(~by.str.startswith(DECISION), DECISION).value_counts(sort=False)
    order = [*(asked_rule.rule.id for asked_rule in rules.rule_tests.rules), DECISION]
    given = [(rule, int(counts[rule])) for rule in order if rule in counts.index]
    for rule, count in given:
        phrase = edition.pages["card_decided"] if rule == DECISION else rule_words(figures, rules, rule)
        yield "", edition.tell("card_given", said=phrase, n=count) if len(given) > 1 else phrase


def rule_words(figures: PlanFigures, rules: RuleFigures, rule: str) -> str:
    """A rule in words: each of its comparisons with what it needs; its own reason where it compares no measure."""
    edition = figures.edition
    position, asked_rule = next(
        (position, candidate) for position, candidate in enumerate(rules.rule_tests.rules) if candidate.rule.id == rule
    )
    tests = {test.position[1]: test for test in rules.tests if test.position[0] == position}
    parts = [
        edition.tell("card_test", measure=tests[number].title, needs=tests[number].needs)
        if number in tests
        else edition.measure(part.measure)
        for number, part in enumerate(asked_rule.parts)
        if (number in tests and tests[number].values.notna().any()) or (number not in tests and _is_yes_or_no(part))
    ]
    return edition.words["semicolon"].join(parts) or text_in(asked_rule.rule.reason, edition.language).rstrip(".。")


def _is_yes_or_no(part: ConditionPart) -> bool:
    """Whether a part of a condition is a measure that is so or not."""
    return bool(part.measure) and not part.operator


def _rules_that_gave(figures: PlanFigures) -> list[str]:
    """Ids of the rules by which some unit has a zone, in the order of the rulebook."""
    plan = figures.edition.plan
    gave = {*plan.zones["rule"], *plan.claims.loc[plan.claims["zone"].isin(figures.overlays), "rule"]}
    return [rule.id for rule in plan.rulebook.rules if rule.id in gave]


def _strip(figures: PlanFigures, test: TestFigures, number: int) -> Figure:
    edition, mains = figures.edition, figures.units["main"]
    values = test.values.dropna()
    units = values.index
    names = {unit: figures.names([unit])[0] for unit in _named(figures, test)}
    dots = [
        Dot(value, figures.fills[main] if is_asked else "", names.get(unit, ""), figures.marks[main])
        for unit, value, main, is_asked in zip(
            units.tolist(), values.tolist(), mains[units].tolist(), test.is_asked[units].tolist(), strict=True
        )
    ]
    strip = Strip(
        test.limit,
        edition.tell("at_least" if test.above else "at_most", limit=test.limit_text),
        test.above,
        test.axis,
        _axis_name(figures, test),
        edition.pages["zeros"],
    )
    title = _finding(figures, test)
    chart = threshold_dots(title, strip, dots, test.write, _numbers(figures, test), high=29)
    marks = figures.marks_said if number == 1 else ""
    note = edition.tell("note_dots_key" if marks else "note_dots", zone=figures.zone(test.zone), marks=marks)
    passing = test.passes & test.is_asked
    if not bool(test.is_asked.all()):
        note += edition.pages["note_hollow"]
    elsewhere = int((passing & (mains.reindex(passing.index) != test.zone)).sum())
    if elsewhere:
        note += edition.tell("note_elsewhere", n=elsewhere)
    if missing := int(test.values.isna().sum()):
        note += edition.tell("note_missing", n=missing)
    return drawn(title, chart, note, mark=edition.number(number))


def _axis_name(figures: PlanFigures, test: TestFigures) -> str:
    """What an axis shows, in which unit of measure, and whether equal lengths are equal factors."""
    words = catalogue("map", figures.edition.language, figures.edition.plan.noun)
    unit = test.after.strip()
    called = str(words["axis_of"]).format(title=test.title, unit=unit) if unit else test.title
    return str(words["axis_note"]).format(axis=called, note=words["axis_log"]) if test.axis.is_log else called


def _finding(figures: PlanFigures, test: TestFigures) -> str:
    """How many pass, whether only just or by far, and how many of them meet all that the rule asks."""
    edition, passing = figures.edition, test.passes
    if not passing.any():
        return edition.tell("finding_nobody", measure=test.title)
    whole = int((passing & test.is_asked).sum())
    tail = "" if whole == passing.sum() else edition.tell("finding_whole", n=whole)
    return _passing(figures, test) + tail


def _passing(figures: PlanFigures, test: TestFigures) -> str:
    """How many pass a comparison, and whether only just or by far."""
    edition, passing = figures.edition, test.passes
    fields = {"measure": test.title, "n": int(passing.sum())}
    off = test.distance[passing].abs()
    nearest = off.idxmin()
    if off[nearest] <= CLOSE and len(off) > 1:
        return edition.tell("finding_just", name=figures.names([nearest])[0], **fields)
    if (off > 0.5).mean() > 0.5:
        return edition.tell("finding_wide", **fields)
    return edition.tell("finding_pass", **fields)


def _named(figures: PlanFigures, test: TestFigures) -> list[str]:
    """The units that are named: the nearest on either side, the highest, and one that passes and is something else."""
    values = test.values[test.is_asked & test.values.notna()]
    off = test.distance[values.index].abs()
    passes = test.passes[values.index]
    units = [
        *off[passes].nsmallest(1).index,
        *off[~passes & (values != 0)].nsmallest(2).index,
        *values.nlargest(1).index,
    ]
    elsewhere = values.index[passes & (figures.units["main"].reindex(values.index) != test.zone)]
    units += list(values[elsewhere].nlargest(1).index)
    return list(dict.fromkeys(map(str, units)))[:NAMED]


def _numbers(figures: PlanFigures, test: TestFigures) -> Numbers:
    """Counts by main function and side, for those who hear the page."""
    edition, mains = figures.edition, figures.units["main"].reindex(test.values.index)
    sides = (
        ("heard_pass", test.passes & test.is_asked),
        ("heard_hollow", test.passes & ~test.is_asked),
        ("heard_fail", ~test.passes & test.values.notna()),
    )
    counted = {key: Counter(mains[side]) for key, side in sides if side.any()}
    rows = tuple(
        (edition.pages[key], *(edition.number(counts[code]) for code in figures.mains))
        for key, counts in counted.items()
    )
    return Numbers((edition.pages["side_of_threshold"], *(figures.zone(code) for code in figures.mains)), rows)


def _overlays(figures: PlanFigures, maps: PlanMaps, rules: RuleFigures) -> Cards:
    edition, claims = figures.edition, figures.edition.plan.claims
    yes = claims[claims["answer"] == "yes"]
    cards: list[tuple[Markup, Swatch | str, tuple[tuple[str, str], ...]]] = []
    for code in figures.overlays[:6]:
        ids = figures.carrying(code)
        title = figures.zone(code)
        picture = maps.small(ids, SLATE, edition.tell("where_name", zone=title), 18)
        by = yes.loc[(yes["zone"] == code) & yes["unit_id"].isin(ids), "rule"]
        facts = [(edition.tell("card_units", n=len(ids)), ""), *_given(figures, rules, by)]
        cards.append((picture, title, tuple(facts)))
    return Cards(tuple(cards), 3, aside=True)


def overlay_letters(figures: PlanFigures) -> dict[str, str]:
    """A sign for each overlay: the first letter of its title that no other has, else its number."""
    signs: dict[str, str] = {}
    for number, code in enumerate(figures.overlays, start=1):
        letters = [char for char in figures.zone(code).upper() if char.isalpha()]
        signs[code] = next((letter for letter in letters if letter not in signs.values()), str(number))
    return signs


def marks_of(codes: str, letters: dict[str, str]) -> str:
    """The signs of the overlays of a unit, from the column of a table."""
    return "".join(letters[code] for code in codes.split(";") if code in letters)
