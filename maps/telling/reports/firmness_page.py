"""The pages on firmness: which units hang on a threshold, what is still open, and what each scenario would move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path

import numpy as np
import pandas as pd

from layers.conditions import number_text
from layers.outputs import PAGE, write_text
from maps.drawing import (
    CurveRow,
    Dot,
    MarginRow,
    Numbers,
    curve_row,
    fill_page,
    margin_dots,
    printed_faces,
    step_curves,
    text_lines,
)
from maps.telling.annex.report_context import ReportContext
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.figures.rule_figures import CLOSE, RuleFigures, TestFigures
from maps.telling.reports.functions_page import SLATE
from maps.telling.reports.summary_page import all_listed, listed
from maps.telling.summaries.firmness_words import say_less_firm
from maps.telling.summaries.page_blocks import Block, Cell, Facts, Figure, Page, Split, Strong, Swatch, Table, drawn
from maps.telling.summaries.weight_words import beyond_text, interval_text
from maps.words import DIGITS, capital, catalogue, inward, number_past, number_style, shifted, text_in
from zoning.whatif import Robustness, ScenarioMoves, scenario_moves
from zoning.zones import OPEN, Curve, StillThreshold, WeightInterval, threshold_curves, weight_intervals

ROWS = 6
"""So many tests stand on the common axis."""
CHANGES = 14
NAMES = 16
"""More names than these within a tenth would cover each other."""
LOW, HIGH = -0.5, 0.5
WAVERING, SPREAD = 10, 6
"""So many units, and amounts, stand on the sheet of draws."""
WEIGHTS = 18
"""So many weights stand on one page."""
CURVES, MORE = 9, 14
"""So many thresholds stand on their first page, and on each further one."""
LINES, LINES_OF_CURVE, LINES_OF_FACT, LEAST = 43, 3.1, 2.0, 5
"""Lines of the table of units that a page of thresholds has room for, what others take of them, and the least of it."""
COLUMNS = (21.0, 68.0, 18.0, 18.0, 32.0, 21.0)
"""Of its table of units, mm."""
TITLE_MM, TITLE_LINES = 168.0, 2
"""How wide its title is on one line; of a longer one the second takes the place of so many lines of units."""


def firmness(figures: PlanFigures, rules: RuleFigures) -> Page | None:
    """The page; None where no rule for a main function compares with a threshold, and nothing else is to be told."""
    words, moves = figures.edition.pages, bool(rules.mains)
    tests = _shown(rules)
    blocks: list[Block] = []
    if tests:
        blocks.append(_margins(figures, rules, tests))
    if len(rules.moved) or len(rules.gained):
        blocks.append(_changes(figures, rules))
    if moves:
        blocks.append(_how_sure(figures, rules))
    facts = tuple(_facts(figures, rules))
    if facts:
        blocks.append(Facts(facts, words["open_title"]))
    if not moves and not blocks:
        return None
    return Page(
        id="firmness",
        chapter=words["chapter_firmness"],
        title=_title(figures, rules) if moves else words["finding_no_threshold"],
        lead=_lead(figures, rules) if moves else words["lead_no_threshold"],
        blocks=tuple(blocks),
        foot=words["foot_firmness"],
    )


def thresholds(figures: PlanFigures) -> list[Page]:
    """The pages on single thresholds: in which range each may move without a change, and who changes first beyond it.

    Parameters
    ----------
    figures : PlanFigures

    Returns
    -------
    list of Page
        All thresholds: those that change something at no value have a line with the reason. None where no rule
        compares with a number.
    """
    edition, words = figures.edition, figures.edition.pages
    moving, still = threshold_curves(edition.plan)
    curves, limits = sorted(moving, key=_leeway), _Limits(figures)
    if not curves and not still:
        return []
    title = words["finding_threshold_still"]
    if curves:
        title = edition.tell(
            "finding_threshold", parameter=edition.measure(curves[0].parameter), range=limits.stands(curves[0])
        )
    parts = [curves[:CURVES], *(curves[start : start + MORE] for start in range(CURVES, len(curves), MORE))]
    pages: list[list[Block]] = [[_drawn_curves(figures, limits, part)] if part else [] for part in parts]
    free = LINES - LINES_OF_CURVE * len(parts[-1])
    reasons = list(_reasons(figures, still))
    if reasons:
        facts, lines = Facts(tuple(reasons), words["still_title"]), LINES_OF_FACT * (len(reasons) + 1)
        if lines <= free - LEAST * (len(parts) == 1):
            pages[-1].append(facts)
            free -= lines
        else:
            pages.append([facts])
    room = free if len(parts) == 1 else LINES - LINES_OF_CURVE * len(parts[0])
    if curves:
        lines = int(room) - TITLE_LINES * (text_lines(title, 20, TITLE_MM) > 1)
        pages[0].insert(1, _nearest_table(figures, limits, curves, lines))
    return [
        Page(
            id="thresholds" if number == 1 else f"thresholds-{number}",
            chapter=words["chapter_firmness"],
            title=title if number == 1 else words["thresholds_on"],
            lead=words["lead_thresholds"],
            blocks=tuple(blocks),
            foot=edition.gap.join(filter(None, (edition.own_thresholds(), words["foot_thresholds"]))),
        )
        for number, blocks in enumerate(pages, start=1)
    ]


def _drawn_curves(figures: PlanFigures, limits: _Limits, curves: Sequence[Curve]) -> Figure:
    words = figures.edition.pages
    columns = (words["threshold_of"], words["curve_units"], words["curve_stands"])
    chart = step_curves(words["curves"], columns, [_row(figures, limits, curve) for curve in curves])
    return drawn("", chart, words["note_curves"])


def _nearest_table(figures: PlanFigures, limits: _Limits, curves: Sequence[Curve], room: int) -> Table:
    """The first units by the threshold that is nearest to changing them, as many as fit into so many lines."""
    edition, words, units = figures.edition, figures.edition.pages, _nearest(curves)
    heads = tuple(words[key] for key in ("unit", "threshold_of", "adopted", "changes_at", "now", "would_be"))
    rows = tuple(_fitting(_nearest_rows(figures, limits, curves, units), room))
    sheet, left = catalogue("workbook", edition.language)["sheet_firmness"], len(units) - len(rows)
    note = edition.tell("note_more_curves", sheet=sheet, n=left) if left else ""
    return Table(words["nearest_thresholds"], heads, rows, frozenset({2, 3}), note, "dense")


def _reasons(figures: PlanFigures, still: Iterable[StillThreshold]) -> Iterator[tuple[str, str]]:
    """Why the other thresholds change nothing, those of one reason together."""
    edition, reasons = figures.edition, dict[tuple[str, str], list[str]]()
    for threshold in still:
        missing = (
            listed(figures, [edition.measure(name) for name in threshold.names], 4)
            if threshold.why == "missing"
            else ""
        )
        reasons.setdefault((threshold.why, missing), []).append(edition.measure(threshold.parameter))
    for (why, missing), names in reasons.items():
        yield (
            edition.tell("still_of", names=edition.words["semicolon"].join(names)),
            edition.tell(f"still_{why}", measures=missing),
        )


def weights(figures: PlanFigures) -> list[Page]:
    """The pages on weights of indices: between which values of each no zone changes; none where no zone hangs on any.

    Parameters
    ----------
    figures : PlanFigures
    """
    words, all_intervals = figures.edition.pages, weight_intervals(figures.edition.plan.source)
    weighed = {interval.name for interval in all_intervals if interval.unknown or interval.below or interval.above}
    intervals = [interval for interval in all_intervals if interval.name in weighed]
    return [
        Page(
            id=f"weights-{number}",
            chapter=words["chapter_firmness"],
            title=words["weights_title"],
            lead=words["weights_note"],
            blocks=(_weights(figures, intervals[start : start + WEIGHTS]),),
            foot=words["foot_weights"],
        )
        for number, start in enumerate(range(0, len(intervals), WEIGHTS), start=1)
    ]


def write_robustness(outcome: Robustness, path: str | Path, language: str = "en") -> None:
    """Write one sheet on what many draws of thresholds and weights came to, as an HTML file.

    Parameters
    ----------
    outcome : Robustness
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
    figures = PlanFigures(ReportContext.of(outcome.plan, language))
    edition = figures.edition
    page = fill_page(
        "sheet.html.j2",
        ("report.css",),
        faces=printed_faces(language),
        kind=edition.pages["chapter_robustness"],
        gap=edition.gap,
        language=edition.language,
        title=edition.name,
        page=replace(robustness(figures, outcome, "units.csv"), look="first"),
    )
    write_text(path, page, PAGE)


def robustness(figures: PlanFigures, outcome: Robustness, file: str) -> Page:
    """The page on draws of thresholds and weights: what was drawn, what of the land stands, and which units waver.

    Parameters
    ----------
    figures : PlanFigures
    outcome : Robustness
    file : str
        Which has the units that find no room.
    """
    edition, words, land = figures.edition, figures.edition.pages, outcome.land
    whole, stable = sum(row.hectares for row in land), sum(row.stable_hectares for row in land)
    title = edition.tell(
        "finding_robust",
        n=int(outcome.stable.sum()),
        all=edition.number(len(outcome.units)),
        draws=edition.number(len(outcome.draws)),
        share=edition.share_text(stable / whole) if whole else "–",
    )
    wavering = outcome.units[~outcome.stable].sort_values(["share", "main"], kind="stable")
    chosen = {figures.fills[str(code)]: rows.index for code, rows in wavering.groupby("main", sort=True)}
    drawn_map = Figure(words["wavering_map"], PlanMaps(figures).filled(chosen, words["wavering_map"], 56))
    blocks: list[Block] = [Split(((_stable_land(figures, outcome), _drawn(figures, outcome)), (drawn_map,)), "wide")]
    if len(wavering):
        blocks.append(_wavering(figures, wavering, file))
    if len(outcome.amounts):
        blocks.append(_spread(figures, outcome))
    return Page(
        id="robustness",
        chapter=words["chapter_robustness"],
        title=title,
        lead=edition.gap.join(_how_drawn(edition, outcome)),
        blocks=tuple(blocks),
        foot=words["foot_robust"],
    )


def _how_drawn(edition: ReportContext, outcome: Robustness) -> Iterator[str]:
    """Values within ranges are drawn by themselves, weights of indices as mixtures of opinions."""
    fields, of_indices = {"draws": edition.number(len(outcome.draws)), "seed": outcome.seed}, "indices."
    if any(not name.startswith(of_indices) for name in outcome.within):
        yield edition.tell("lead_robust", **fields)
    if any(name.startswith(of_indices) for name in outcome.within):
        yield edition.tell("lead_opinions", **fields)


def _stable_land(figures: PlanFigures, outcome: Robustness) -> Table:
    edition, words = figures.edition, figures.edition.pages
    rows: list[tuple[Cell, ...]] = [
        (
            Swatch(figures.fills[row.zone], figures.zone(row.zone)),
            f"{edition.number(row.stable_units)} / {edition.number(row.units)}",
            figures.land(row.stable_hectares),
            figures.percent(row.stable_hectares, row.hectares),
        )
        for row in outcome.land
    ]
    columns = (words["function"], words["stable_units"], words["stable_land"], words["stable_share"])
    return Table(words["stable_title"], columns, tuple(rows), frozenset({1, 2, 3}))


def _weights(figures: PlanFigures, intervals: Sequence[WeightInterval]) -> Table:
    """Between which values of each weight of an index no zone changes, and where others would have it."""
    edition, words, write = figures.edition, figures.edition.pages, _number(figures)
    names = figures.edition.plan.distinct_names
    rows: list[tuple[Cell, ...]] = [
        (
            edition.tell("weight_in", index=edition.measure(interval.name), measure=edition.measure(interval.measure)),
            write(interval.weight),
            interval_text(interval, edition.language),
            words["comma"].join(f"{who} {write(weight)}" for who, weight in interval.opinions.items()),
            beyond_text(interval, edition.plan, names),
        )
        for interval in intervals
    ]
    columns = ("weight_of_index", "weight", "weight_stands", "weight_opinions", "weight_beyond")
    return Table("", tuple(words[key] for key in columns), tuple(rows), frozenset({1}))


def _drawn(figures: PlanFigures, outcome: Robustness) -> Table:
    """What was drawn, and between which ends."""
    edition, words = figures.edition, figures.edition.pages
    rows: list[tuple[Cell, ...]] = []
    for name, (low, high) in outcome.within.items():
        chapter, _, rest = name.partition(".")
        quota, _, measure = rest.partition(".weight.")
        parameters = edition.plan.rulebook.parameters
        if chapter == "indices":
            index, _, measure = rest.partition(".weights.")
            called = edition.tell("weight_in", index=edition.measure(index), measure=edition.measure(measure))
            adopted = next(
                interval.weight
                for interval in weight_intervals(edition.plan.source)
                if (interval.name, interval.measure) == (index, measure)
            )
        elif chapter == "quotas":
            called = edition.tell("weight_of", measure=edition.measure(measure), quota=edition.quota(quota))
            parts = next(candidate.weight for candidate in edition.plan.study.quotas if candidate.name == quota)
            adopted = next(float(part.share) for part in parts if not isinstance(part, str) and part.measure == measure)
        else:
            called, adopted = edition.measure(name), float(parameters[name].value)
        rows.append(
            (called, *(edition.plan.renderer.terms.limit_text(name, limit, DIGITS) for limit in (adopted, low, high)))
        )
    columns = (words["threshold_of"], words["adopted"], words["drawn_from"], words["drawn_to"])
    return Table(words["drawn_title"], columns, tuple(rows), frozenset({1, 2, 3}))


def _wavering(figures: PlanFigures, wavering: pd.DataFrame, file: str) -> Table:
    edition, words = figures.edition, figures.edition.pages
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(figures.names([str(row.Index)])[0]),
            _swatch(figures, str(row.main)),
            edition.share_text(float(str(row.share))),
            _swatch(figures, str(row.other)),
            edition.share_text(float(str(row.other_share))),
        )
        for row in wavering.head(WAVERING).itertuples()
    ]
    columns = (words["unit"], words["now"], words["kept_in"], words["would_be"], words["other_in"])
    left = len(wavering) - WAVERING
    note = edition.tell("note_more_units", n=left, file=file) if left > 0 else ""
    return Table(words["wavering_title"], columns, tuple(rows), frozenset({2, 4}), note, "dense")


def _spread(figures: PlanFigures, outcome: Robustness) -> Table:
    """The amounts that hang most on the weights that were drawn."""
    edition, words = figures.edition, figures.edition.pages
    wide = outcome.amounts.assign(wide=outcome.amounts["high"] - outcome.amounts["low"])
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(figures.names([str(row.unit_id)])[0]),
            edition.quota(str(row.quota)),
            edition.amount(row.amount),
            edition.large(float(str(row.low))),
            edition.large(float(str(row.high))),
        )
        for row in wide.sort_values(["wide", "unit_id"], ascending=[False, True]).head(SPREAD).itertuples()
    ]
    columns = (words["unit"], words["quota"], words["now"], words["spread_low"], words["spread_high"])
    return Table(words["spread_title"], columns, tuple(rows), frozenset({2, 3, 4}), "", "dense")


def _leeway(curve: Curve) -> tuple[float, str]:
    """How far the adopted value is from the nearest change, as a part of it."""
    off = [abs(end - curve.adopted) for end in curve.stable if end is not None]
    return (min(off) / (abs(curve.adopted) or 1.0) if off else inf, curve.parameter)


def _number(figures: PlanFigures) -> Callable[[float], str]:
    style = number_style(figures.edition.language)
    return lambda value: style.written(number_text(float(f"{value:.{DIGITS}g}")))


class _Limits:
    """Values of thresholds as they are printed: shares in per cent, as everywhere else in the report."""

    def __init__(self, figures: PlanFigures) -> None:
        self._figures, self._terms = figures, figures.edition.plan.renderer.terms

    def write(self, parameter: str, value: float) -> str:
        """A value in few digits."""
        return self._terms.limit_text(parameter, value, DIGITS)

    def _shifted(self, parameter: str, value: float) -> float:
        return shifted(value, 2 if self._terms.is_share(parameter) else 0)

    def adopted(self, curve: Curve) -> str:
        """The value in the plan, with its unit of measure."""
        edition = self._figures.edition
        phrase = edition.tell("adopted_is", value=self.write(curve.parameter, curve.adopted))
        unit = edition.plan.rulebook.parameters[curve.parameter].unit or "1"
        return phrase if unit == "1" else f"{phrase} {edition.unit_of(unit)}"

    def end(self, curve: Curve, value: float) -> str:
        """A value at which something changes, rounded towards the adopted one."""
        return self.write(curve.parameter, inward(value, curve.adopted))

    def turn(self, curve: Curve, value: float) -> str:
        """A value at which a unit changes, rounded away from the adopted one, as its card has it."""
        name = curve.parameter
        ends = self._shifted(name, value), self._shifted(name, curve.adopted)
        return self._terms.signed(name, number_past(*ends, up=value > curve.adopted))

    def stands(self, curve: Curve) -> str:
        """The range in which nothing changes, in words."""
        low, high = ("" if end is None else self.end(curve, end) for end in curve.stable)
        key = {(True, True): "range_any", (True, False): "range_below", (False, True): "range_above"}
        ends = curve.stable[0] is None, curve.stable[1] is None
        return self._figures.edition.tell(key.get(ends, "range_between"), low=low, high=high)


def _row(figures: PlanFigures, limits: _Limits, curve: Curve) -> CurveRow:
    return curve_row(
        curve,
        figures.edition.measure(curve.parameter),
        limits.adopted(curve),
        limits.stands(curve),
        tuple(_first(figures, curve)),
        write=partial(limits.write, curve.parameter),
    )


def _first(figures: PlanFigures, curve: Curve) -> Iterator[str]:
    """Who changes first below the range, and above it."""
    for key, end in zip(("first_below", "first_above"), curve.stable, strict=True):
        if end is not None:
            units = curve.turns.loc[curve.turns["value"] == end, "unit_id"].unique()
            yield figures.edition.tell(key, names=listed(figures, figures.names(units), 2))


def _nearest(curves: Sequence[Curve]) -> pd.DataFrame:
    """Units by the threshold of which the smallest change changes them, one row each, the nearest first.

    Columns are those of :attr:`Curve.turns` and ``curve``, the place of the curve.
    """
    turns = [
        curve.turns.assign(curve=position, away=(curve.turns["value"] - curve.adopted).abs())
        for position, curve in enumerate(curves)
    ]
    table = pd.concat(turns, ignore_index=True)
    size = np.array([abs(curve.adopted) or 1.0 for curve in curves])
    table["part"] = table["away"] / size[table["curve"]]
    order = ["part", "unit_id", "curve", "away", "value"]
    return table.sort_values(order, kind="stable").drop_duplicates("unit_id")


def _nearest_rows(
    figures: PlanFigures, limits: _Limits, curves: Sequence[Curve], units: pd.DataFrame
) -> Iterator[tuple[Cell, ...]]:
    """The rows of :func:`_nearest` as they are printed."""
    for row in units.itertuples(index=False):
        curve = curves[row.curve]
        ahead = row.value > curve.adopted or (row.value == curve.adopted and row.after == "above")
        now, then = (row.zone, row.becomes) if ahead else (row.becomes, row.zone)
        called = figures.names([row.unit_id])[0], figures.edition.measure(curve.parameter)
        ends = limits.write(curve.parameter, curve.adopted), limits.turn(curve, row.value)
        yield Strong(called[0]), called[1], *ends, _swatch(figures, now), _swatch(figures, then)


def _fitting(rows: Iterable[tuple[Cell, ...]], room: int) -> Iterator[tuple[Cell, ...]]:
    """The first rows that fit into so many lines."""
    for row in rows:
        room -= _lines(row)
        if room < 0:
            return
        yield row


def _lines(row: tuple[Cell, ...]) -> int:
    """How many lines a row of the nearest thresholds takes."""
    texts = (cell if isinstance(cell, str) else getattr(cell, "text", "") for cell in row)
    return max(text_lines(text, 7.9, wide) for text, wide in zip(texts, COLUMNS, strict=True))


def _swatch(figures: PlanFigures, code: str) -> Swatch:
    """A zone with its colour; no overlay where there is none."""
    if not code:
        return Swatch("#FFFFFF", figures.edition.pages["no_overlay"])
    return Swatch(figures.fills.get(code, SLATE), figures.zone(code))


def _shown(rules: RuleFigures) -> list[TestFigures]:
    """The tests with most units near their threshold, in the order in which they are asked."""
    telling = [*rules.mains, *rules.overlays]
    ranked = sorted(telling, key=lambda test: -int(test.distance.abs().le(HIGH).sum()))
    chosen = {id(test) for test in ranked[:ROWS] if test.distance.abs().le(HIGH).any()}
    return [test for test in telling if id(test) in chosen]


def _title(figures: PlanFigures, rules: RuleFigures) -> str:
    edition = figures.edition
    others = say_less_firm(rules.firmness, edition.language)
    if not others:
        return edition.pages["finding_firm"]
    fields = {"n": rules.firmness["firm"], "all": edition.number(len(figures.units))}
    return edition.tell("finding_close", **fields, others=others)


def _lead(figures: PlanFigures, rules: RuleFigures) -> str:
    edition = figures.edition
    overlays = rules.gained["unit_id"].nunique()
    moved = int(rules.rule_tests.moved.sum())
    text = edition.pages["lead_judgement"] + edition.tell("lead_close", n=moved)
    if unsure := moved - rules.firmness["close"]:
        text += edition.tell("lead_unsure", n=unsure)
    if overlays:
        text += edition.tell("lead_overlays", n=int(overlays))
    if len(rules.moved):
        first = rules.moved.iloc[0]
        test, unit = rules.tests[int(first["test"])], str(first["unit_id"])
        text += edition.tell(
            "lead_nearest",
            name=figures.names([unit])[0],
            measure=test.title,
            value=test.value_text(float(test.values[unit])),
            limit=test.limit_text,
        )
    return text


def _margins(figures: PlanFigures, rules: RuleFigures, tests: list[TestFigures]) -> Figure:
    edition, words, mains = figures.edition, figures.edition.pages, figures.units["main"]
    close = {id(test): test.distance.index[test.distance.abs().le(CLOSE)] for test in tests}
    some = sum(len(ids) for ids in close.values()) <= NAMES
    rows, heard = [], []
    for test in tests:
        dots = []
        distances = test.distance[test.is_asked & test.distance.notna()]
        near = distances[distances.between(LOW, HIGH)]
        traits = (part[near.index].tolist() for part in (mains, test.passes))
        for unit, off, main, passes in zip(near.index.tolist(), near.tolist(), *traits, strict=True):
            fill = figures.fills[main] if test.main else (SLATE if passes else "")
            name = figures.names([unit])[0] if some and unit in close[id(test)] else ""
            shape = figures.marks[main] if test.main else "circle"
            dots.append(Dot(100 * off, fill, name, shape))
        below, above = int((distances < LOW).sum()), int((distances > HIGH).sum())
        note = "" if test.is_asked.all() else edition.tell("asked_of", n=int(test.is_asked.sum()))
        rows.append(
            MarginRow(
                test.title,
                edition.tell("threshold_is", limit=test.limit_text),
                note,
                tuple(dots),
                edition.tell("below", n=edition.number(below)) if below else "",
                edition.tell("above", n=edition.number(above)) if above else "",
            )
        )
        names = listed(figures, figures.names([unit for unit in close[id(test)] if unit in distances.index]), 8)
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
    near_any = (
        test.distance.index[test.distance.abs().le(CLOSE) & test.is_asked] for test in (*rules.mains, *rules.overlays)
    )
    count = len(set().union(*near_any))
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
        row_mm=15.5 if len(rows) <= 5 else 13.6,
    )  # fmt: skip
    return drawn(title, chart, words["note_margins"])


def _changes(figures: PlanFigures, rules: RuleFigures) -> Table:
    edition, words, units = figures.edition, figures.edition.pages, figures.units
    rows: list[tuple[Cell, ...]] = []
    many = len(figures.places) > 1
    for row in rules.moved.itertuples():
        now = str(units.loc[row.unit_id, "main"])
        rows.append(
            (
                *_compared(figures, rules, str(row.unit_id), int(row.test), float(row.distance), many=many),
                Swatch(figures.fills[now], figures.zone(now)),
                Swatch(figures.fills[str(row.would_be)], figures.zone(str(row.would_be))),
            )
        )
    for row in rules.gained.itertuples():
        test = rules.tests[int(row.test)]
        held, gone = Swatch(SLATE, figures.zone(test.zone)), Swatch("#FFFFFF", words["no_overlay"])
        pair = (held, gone) if row.passes else (gone, held)
        rows.append(
            (*_compared(figures, rules, str(row.unit_id), int(row.test), float(row.distance), many=many), *pair)
        )
    columns = (
        words["unit"],
        words["test"],
        words["value"],
        capital(words["threshold"]),
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
    (name,) = figures.names([unit], placed=many)
    jurisdiction = figures.jurisdiction(str(figures.units.loc[unit, "jurisdiction"])) if many else ""
    called = edition.tell("unit_in", name=name, place=jurisdiction) if jurisdiction else name
    value = test.value_text(float(test.values[unit]))
    return (Strong(called), test.title, value, test.limit_text, edition.signed(distance, 1))


def _facts(figures: PlanFigures, rules: RuleFigures) -> Iterator[tuple[str, str]]:
    """Who is near a line and stays what it is, whom planners decided on, who waits, who hangs on what is missing."""
    edition, units = figures.edition, figures.units
    changing = set(rules.moved["unit_id"])
    near = {
        str(unit)
        for test in rules.mains
        for unit in test.distance.index[test.distance.abs().le(CLOSE) & test.is_asked]
        if unit not in changing
    }
    if near:
        yield (
            edition.tell("fact_near", n=len(near)),
            edition.tell("fact_near_rest", names=all_listed(figures, figures.names(sorted(near)))),
        )
    decided = rules.decided
    if decided:
        phrase = all_listed(figures, [decision for unit in decided for decision in decided[unit]])
        rest = edition.tell("fact_decided_rest", told=phrase, by=listed(figures, rules.deciders, 2))
        yield edition.tell("fact_decided", n=len(decided)), rest
    for status in (*OPEN, "assumed"):
        ids = units.index[units["status"] == status]
        if len(ids):
            names, missing = all_listed(figures, figures.names(ids)), _missing(figures, rules, ids)
            rest = edition.tell(f"fact_{status}_rest", names=names, missing=missing)
            yield edition.tell(f"fact_{status}", n=len(ids)), rest


def _how_sure(figures: PlanFigures, rules: RuleFigures) -> Table:
    """What firm, close call and the other marks of map and card mean, and how many units bear each."""
    edition, words = figures.edition, catalogue("map", figures.edition.language, figures.edition.plan.noun)
    rows: list[tuple[Cell, ...]] = [
        (str(words[f"means_{mark}"]), edition.number(count)) for mark, count in rules.firmness.items() if count
    ]
    rows.append((Strong(edition.pages["total"]), Strong(edition.number(len(figures.units)))))
    columns = (str(words["what_it_means"]), edition.pages["units"])
    return Table(str(words["how_sure"]), columns, tuple(rows), frozenset({1}), look="dense")


def _missing(figures: PlanFigures, rules: RuleFigures, units: pd.Index) -> str:
    """The measures for want of which a rule has no answer that counts."""
    rule_tests, edition = rules.rule_tests, figures.edition
    waits = rule_tests.units.isin(units)
    measures = dict.fromkeys(
        edition.measure(name)
        for position in range(len(rule_tests.rules))
        for row in np.flatnonzero(rule_tests.is_open(position) & waits).tolist()
        for name in rule_tests.missing(position, row)
    )
    return listed(figures, list(measures), 4)


def scenarios(figures: PlanFigures) -> Page | None:
    """The page on what each scenario of the plan moves; None where it has none."""
    edition, words = figures.edition, figures.edition.pages
    moves = scenario_moves(edition.plan)
    if not moves:
        return None
    most = max(moves, key=lambda scenario: scenario.area_ha)
    title = (
        edition.tell("finding_scenarios", name=_called(figures, most), area=edition.ha(most.area_ha))
        if most.units
        else words["finding_scenarios_still"]
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Strong(_called(figures, scenario)),
            edition.words["semicolon"].join(_sets(figures, scenario)),
            edition.number(scenario.units),
            edition.ha(scenario.area_ha),
            edition.words["semicolon"].join(_amounts(figures, scenario)),
        )
        for scenario in moves
    ]
    heads = ("scenario", "scenario_sets", "scenario_units", "scenario_area", "scenario_amounts")
    blocks: list[Block] = [Table("", tuple(words[head] for head in heads), tuple(rows), frozenset({2, 3}))]
    moved: list[tuple[Cell, ...]] = [
        (
            _called(figures, scenario),
            Swatch(figures.fills[row.before], figures.zone(row.before)),
            Swatch(figures.fills[row.after], figures.zone(row.after)),
            edition.number(row.units),
            edition.ha(row.area_ha),
        )
        for scenario in moves
        for row in scenario.changed.itertuples()
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
    for change in moves.amounts:
        if change.more or change.less:
            yield edition.tell(
                "scenario_amount",
                quota=edition.quota(change.quota),
                before=edition.amount(change.before),
                after=edition.amount(change.after),
                unit=edition.unit_of(units[change.quota]),
                more=edition.number(change.more),
                less=edition.number(change.less),
            )
