"""Thresholds on the terminal: the curve of one, where units change, and the values of several that meet goals."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from layers.conditions import number_text
from layers.errors import UnknownNameError
from layers.phrases import OR, Phrase, phrase_list
from maps.telling import beyond_text, interval_text
from maps.words import (
    DIGITS,
    catalogue,
    format_measure,
    format_number,
    inward,
    number_style,
    phrase_in,
    share_text,
    text_in,
)
from zoneplan.cli.plan_displays import wide_console
from zoning.errors import near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from maps.words import LocalizedPlan
    from zoning.rulebook import Rulebook
    from zoning.whatif import Calibration, CurveAmounts, Goal, Sought
    from zoning.zones import Curve, Step, WeightInterval

AROUND = 6
"""So many steps are printed on either side of the plan's own."""
NAMED = 4
"""So many units of one change are named at a step."""
DISTANCE_DIGITS = 6
"""So many digits of a distance are printed; values of parameters are printed whole, so that they can be used."""


def find_parameter(rulebook: Rulebook, text: str) -> str:
    """The parameter that is meant by its id, by its title in any language, or by the beginning of one of these.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> book = read_rulebook("us_west")
    >>> [find_parameter(book, text) for text in ("cropland_share_min", "density", "least share of cropland")]
    ['cropland_share_min', 'density_min_per_km2', 'cropland_share_min']
    """
    if text in rulebook.values:
        return text
    called = {
        name: [name, *((parameter.title or {}).values() if parameter else ())]
        for name, parameter in ((name, rulebook.parameters.get(name)) for name in rulebook.values)
    }
    wanted = text.strip().casefold()
    same = [name for name, spellings in called.items() if wanted in map(str.casefold, spellings)]
    begin = [
        name
        for name, spellings in called.items()
        if any(spelling.casefold().startswith(wanted) for spelling in spellings)
    ]
    matching = same or begin if wanted else []
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = phrase_list(map(repr, sorted(matching)), OR)
        raise UnknownNameError(Phrase("several parameters are called so, '{name}': {names}", name=text, names=names))
    titles = [spelling for spellings in called.values() for spelling in spellings]
    known = titles if get_close_matches(text, titles, 1) else rulebook.values
    raise UnknownNameError(Phrase("there is no parameter '{name}'{near}", name=text, near=near(text, known)))


def print_curve(curve: Curve, plan: LocalizedPlan, *, whole: bool = False) -> None:
    """One sentence on how firmly the plan stands, and the steps around it with the units of each zone.

    Beside each step stand the units that are something else from there on, as seen from the plan's own step.
    """
    language, terms = plan.language, plan.renderer.terms
    words, console = catalogue("curve", language, plan.noun), wide_console()
    low, high = curve.stable
    keys = {(True, True): "any", (True, False): "below", (False, True): "above"}
    key = keys.get((low is None, high is None), "stable")
    sentence = words[key].format(
        parameter=_called(curve.parameter, plan),
        adopted=terms.limit_text(curve.parameter, curve.adopted),
        low="" if low is None else terms.limit_text(curve.parameter, inward(low, curve.adopted)),
        high="" if high is None else terms.limit_text(curve.parameter, inward(high, curve.adopted)),
    )
    console.print(sentence)
    index = curve.steps.index(curve.current)
    shown = curve.steps if whole else curve.steps[max(0, index - AROUND) : index + AROUND + 1]
    titles = {zone.code: text_in(zone.short or zone.title, language) for zone in plan.rulebook.zones}
    zones = [code for code in titles if len({step.units.get(code, 0) for step in shown}) > 1]
    table = RichTable(box=None, padding=(0, 2, 0, 0))
    for heading in (words["from"], words["to"], *(titles[code] for code in zones)):
        table.add_column(heading, justify="right")
    table.add_column(words["changes"], min_width=30)
    changes = _Changes(curve, plan, titles, len(curve.turns) if whole else NAMED)
    for step in shown:
        ends = [_end(curve, end, plan) for end in (step.low, step.high)]
        counts = [format_number(step.units.get(code, 0), language) for code in zones]
        is_current = step is curve.current
        text = words["own"] if is_current else changes.into(step, above=curve.steps.index(step) > index)
        table.add_row(*ends, *counts, text, style="bold" if is_current else None)
    console.print(table)
    left = len(curve.steps) - len(shown)
    if left:
        console.print(words["more"].format(count=left))


class _Changes:
    """Says which units change on the way into a step from the side of the plan's own value."""

    def __init__(self, curve: Curve, plan: LocalizedPlan, titles: Mapping[str, str], most: int) -> None:
        self._curve, self._titles, self._most = curve, titles, most
        self._words = catalogue("curve", plan.language, plan.noun)
        self._names = plan.distinct_names

    def into(self, step: Step, *, above: bool) -> str:
        """The units that change at the end of a step that is nearer to the plan's own value."""
        turns = self._curve.turns
        end, included = (step.low, step.low_included) if above else (step.high, not step.high_included)
        here = turns[(turns["value"] == end) & ((turns["after"] == "at") == included)]
        before, after = ("zone", "becomes") if above else ("becomes", "zone")
        groups = here.groupby([before, after], sort=True)
        return "\n".join(self._change(str(old), str(new), rows["unit_id"].tolist()) for (old, new), rows in groups)

    def _change(self, old: str, new: str, units: list[str]) -> str:
        names = self._words["comma"].join(sorted(self._names[unit] for unit in units)[: self._most])
        key = "becomes" if old and new else "gains" if new else "loses"
        rest = len(units) - self._most
        others = self._words["others"].format(n=rest) if rest > 0 else ""
        return self._words[key].format(names=f"{names}{others}", zone=self._titles[new or old])


def _called(parameter: str, plan: LocalizedPlan) -> str:
    """A parameter by its title and id."""
    title = plan.renderer.terms.name(parameter)
    text = catalogue("curve", plan.language, plan.noun)["called"].format(title=title, id=parameter)
    return parameter if title == parameter else text[:1].upper() + text[1:]


def _written(number: float, language: str) -> str:
    return number_style(language).written(number_text(number))


def amounts_as_dict(amounts: CurveAmounts) -> dict[str, list[dict[str, Any]]]:
    """Plain values, ready for JSON: amounts and money by step, as decimal texts, and the steps without."""
    quotas, flows = (rows.assign(amount=rows["amount"].map(str)).to_dict("records") for rows in amounts[:2])
    refused = [{"step": step, "reason": str(reason)} for step, reason in amounts.refused.items()]
    return {"quotas": quotas, "flows": flows, "refused": refused}


def print_amounts(amounts: CurveAmounts, curve: Curve, plan: LocalizedPlan) -> None:
    """A table for each quota, of what the units of each main function get at each step, and one of the money."""
    language, console = plan.language, wide_console()
    words, terms = catalogue("curve", language, plan.noun), plan.renderer.terms
    titles = {zone.code: text_in(zone.short or zone.title, language) for zone in plan.rulebook.zones}
    for (quota, period), rows in amounts.quotas.groupby(["quota", "period"], sort=False):
        sums = rows.groupby(["step", "main"])["amount"].sum().unstack(fill_value=Decimal(0))  # noqa: PD010  (no two rows meet)
        zones = [code for code in titles if code in sums.columns]
        _print_steps(console, f"{terms.quota(quota)}, {period}", sums[zones].rename(columns=titles), curve, plan)
    if len(amounts.flows):
        kinds = amounts.flows.assign(kind=amounts.flows["instrument"].map(terms.flow) + ", " + amounts.flows["unit"])
        sums = kinds.groupby(["step", "kind"])["amount"].sum().unstack(fill_value=Decimal(0))  # noqa: PD010  (no two rows meet)
        _print_steps(console, words["paid"], sums, curve, plan)
    for step, reason in amounts.refused.items():
        ends = " – ".join(_end(curve, end, plan) for end in curve.steps[step][:2])
        text = phrase_in(reason, language) if isinstance(reason, Phrase) else reason
        console.print(f"{ends}{catalogue('cli', language)['colon']}{text}", markup=False)


def _print_steps(console: Console, title: str, sums: pd.DataFrame, curve: Curve, plan: LocalizedPlan) -> None:
    """Sums by step; steps with the same sums as the one before are one row."""
    words, language = catalogue("curve", plan.language, plan.noun), plan.language
    table = RichTable(box=None, padding=(0, 2, 0, 0), title=escape(title), title_justify="left")
    for heading in (words["from"], words["to"], *map(str, sums.columns)):
        table.add_column(escape(heading), justify="right")
    fresh = (sums != sums.shift()).any(axis=1) | (sums.index.to_series().diff() != 1)
    for _, group in sums.groupby(fresh.cumsum()):
        first, last = curve.steps[group.index[0]], curve.steps[group.index[-1]]
        is_current = any(curve.steps[step].holds(curve.adopted) for step in group.index)
        figures = [format_number(amount, language) for amount in group.iloc[0]]
        ends = _end(curve, first.low, plan), _end(curve, last.high, plan)
        table.add_row(*ends, *figures, style="bold" if is_current else None)
    console.print(table)


def _end(curve: Curve, end: float | None, plan: LocalizedPlan) -> str:
    return "" if end is None else plan.renderer.terms.limit_text(curve.parameter, end, DIGITS)


def print_calibrated(calibration: Calibration, plan: LocalizedPlan) -> None:
    """Print thresholds with both values, agreement before and after, and the confusion matrix in and out of sample."""
    language, terms = plan.language, plan.renderer.terms
    words, console, style = catalogue("calibrate", language), wide_console(), number_style(language)
    titles = {zone.code: text_in(zone.short or zone.title, language) for zone in plan.rulebook.zones}

    def written(name: str, number: float | None) -> str:
        return "" if number is None else terms.limit_text(name, number, DISTANCE_DIGITS)

    console.print(escape(words[calibration.method].format(n=calibration.units)))
    parameters = RichTable()
    for heading in ("parameter", "adopted", "value", "low", "high"):
        parameters.add_column(words[heading], justify="left" if heading == "parameter" else "right")
    for name, threshold in calibration.fitted.items():
        title = f"{terms.name(name)} ({name})"
        parameters.add_row(
            escape(title),
            terms.limit_text(name, threshold.adopted),
            terms.limit_text(name, threshold.value),
            written(name, threshold.low),
            written(name, threshold.high),
            style="bold" if threshold.value != threshold.adopted else None,
        )
    console.print(parameters)
    agreement = RichTable()
    for heading in ("units_that", "share", "kappa"):
        agreement.add_column(words[heading], justify="left" if heading == "units_that" else "right")
    for heading, judged in (
        ("before", calibration.before),
        ("within", calibration.within),
        ("beyond", calibration.beyond),
    ):
        kappa = "" if judged.kappa is None else style.written(f"{judged.kappa:.3f}")
        agreement.add_row(words[heading], share_text(round(judged.share, 3), language), kappa)
    console.print(agreement)
    for heading, judged in (("confusion_within", calibration.within), ("confusion_beyond", calibration.beyond)):
        matrix = RichTable(title=words[heading], title_justify="left")
        matrix.add_column(words["decided"])
        for zone in judged.confusion.columns:
            matrix.add_column(titles[zone], justify="right")
        for zone, row in judged.confusion.iterrows():
            matrix.add_row(titles[str(zone)], *(format_number(int(count), language) for count in row))
        console.print(matrix)
    changed = {
        name: threshold.value for name, threshold in calibration.fitted.items() if threshold.value != threshold.adopted
    }
    if changed:
        console.print(escape(words["try"]))
        settings = ", ".join(f'"parameters.{name}" = {value!r}' for name, value in changed.items())
        console.print(f'[[scenarios]]\nname = "calibrated"\nset = {{ {settings} }}', markup=False, soft_wrap=True)
    else:
        console.print(escape(words["kept"]))


def print_sought(sought: Sought, plan: LocalizedPlan) -> None:
    """One sentence, the parameters with both values, and the goals, all by their titles."""
    language, terms = plan.language, plan.renderer.terms
    words, console, style = catalogue("seek", language), Console(), number_style(language)

    def written(number: float) -> str:
        return style.written(number_text(number))

    near = written(float(f"{sought.distance:.{DISTANCE_DIGITS}g}"))
    bound = "" if sought.bound is None else written(float(f"{sought.bound:.{DISTANCE_DIGITS}g}"))
    proved = sought.bound in (None, sought.distance)
    key = ("met" if proved else "unproved") if sought.met else ("unmet" if proved else "unfinished")
    sentence = words[key].format(distance=near, bound=bound, n=len(sought.given_up))
    console.print(escape(sentence))
    if sought.refused is not None:
        values = sought.refused.values.items()
        tried = ", ".join(f"{_called(name, plan)} = {terms.limit_text(name, value)}" for name, value in values)
        because = phrase_in(sought.refused.because, language)
        console.print(escape(words["refused"].format(values=tried, because=because)))
    parameters = RichTable()
    for heading in ("parameter", "adopted", "value"):
        parameters.add_column(words[heading], justify="left" if heading == "parameter" else "right")
    for name, value in sought.values.items():
        moved = value != sought.adopted[name]
        texts = (terms.limit_text(name, limit) for limit in (sought.adopted[name], value))
        parameters.add_row(escape(_called(name, plan)), *texts, style="bold" if moved else None)
    console.print(parameters)
    goals = RichTable()
    for heading in ("goal", "reached", "is_met"):
        goals.add_column(words[heading], justify="right" if heading == "reached" else "left")
    for outcome in sought.goals:
        reached = "" if outcome.value is None else written(float(f"{float(outcome.value):.{DISTANCE_DIGITS + 4}g}"))
        goals.add_row(escape(_goal_said(outcome.goal, plan)), reached, words["yes" if outcome.met else "no"])
    console.print(goals)


def print_weights(intervals: Sequence[WeightInterval], plan: LocalizedPlan) -> None:
    """Between which values of each weight no zone changes, index by index."""
    console, words, terms = wide_console(), catalogue("weights", plan.language), plan.renderer.terms
    if not intervals:
        console.print(words["none"])
    names = plan.distinct_names
    by_index = {
        index: [interval for interval in intervals if interval.name == index]
        for index in dict.fromkeys(interval.name for interval in intervals)
    }
    idle = [
        index
        for index, group in by_index.items()
        if not any(interval.unknown or interval.below or interval.above for interval in group)
    ]
    if idle:
        titles = words["and"].join(terms.names.get(index, index) for index in idle)
        console.print(escape(words["idle"].format(indices=titles)))
    for index, group in by_index.items():
        if index in idle:
            continue
        voices = list(group[0].opinions)
        table = RichTable(title=escape(terms.names.get(index, index)), title_justify="left")
        table.add_column(words["measure"])
        for title in (words["weight"], words["stands"], *map(escape, voices)):
            table.add_column(title, justify="right")
        table.add_column(words["beyond"])
        for interval in group:
            range_text = interval_text(interval, plan.language)
            weights = [
                format_measure(weight, plan.language) for weight in (interval.weight, *interval.opinions.values())
            ]
            called = escape(terms.criterion(interval.measure))
            table.add_row(called, weights[0], range_text, *weights[1:], escape(beyond_text(interval, plan, names)))
        console.print(table)
    if len(idle) < len(by_index):
        console.print(words["proportions"])


def _goal_said(goal: Goal, plan: LocalizedPlan) -> str:
    """A goal by the titles of what it names."""
    terms, language = plan.renderer.terms, plan.language
    fields = {"condition": goal.condition.said(terms.names), "quota": terms.quota(goal.quota) if goal.quota else ""}
    what = catalogue("seek", language)[f"goal_{goal.kind}"].format(**fields)
    return f"{what} {goal.compared} {_written(float(goal.number), language)}"
