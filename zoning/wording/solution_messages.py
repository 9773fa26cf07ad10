"""Words for what a quota that is the best by an objective is worth, and what its bounds and rules cost."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from layers.languages import Words, words_in

WORDS: Words = {
    "suitability": (
        "{value} {unit} times suitability; no plan has more than {bound} (gap {gap}, {gap_pct} %); found by {method}",
        "数量乘适宜性合计 {value} {unit}，任何方案不超过 {bound}（差距 {gap}，{gap_pct}%）；求解方式：{method}",
    ),
    "gini": (
        "composite Gini {value} ({parts}); no plan is below {bound} (gap {gap}, {gap_pct} %); found by {method}",
        "综合基尼系数 {value}（{parts}），任何方案不低于 {bound}（差距 {gap}，{gap_pct}%）；求解方式：{method}",
    ),
    "ranking": ("ranking, with proof by its prices", "排序，并由价格证明"),
    "linear": ("a linear programme", "线性规划"),
    "whole": ("a linear programme and a search for whole steps", "线性规划与整数搜索"),
    "cuts": ("cutting planes, rounded to whole steps", "割平面法，取整"),
    "add_suitability": (
        "one more {unit} for {who} would add {price} to amount times suitability{range}",
        "{who}每多 1 {unit}，数量乘适宜性合计增加 {price}{range}",
    ),
    "take_suitability": (
        "one more {unit} for {who} would take {price} from amount times suitability{range}",
        "{who}每多 1 {unit}，数量乘适宜性合计减少 {price}{range}",
    ),
    "add_gini": (
        "one more {unit} for {who} would lower the composite Gini by {price}{range}",
        "{who}每多 1 {unit}，综合基尼系数降低 {price}{range}",
    ),
    "take_gini": (
        "one more {unit} for {who} would raise the composite Gini by {price}{range}",
        "{who}每多 1 {unit}，综合基尼系数升高 {price}{range}",
    ),
    "range": (", from {low} to {high} {unit}", "（{low} 至 {high} {unit} 之间）"),
    "this": ("it", "该单元"),
    "total": ("the total", "总量"),
    "group": ("group {name}", "分组 {name}"),
    "limit": ("limit '{name}'", "限额“{name}”"),
    "within": ("its link to another quota at level {name}", "与其他指标的关联（层级 {name}）"),
    "of": ("{rule} of {place}", "{place}的{rule}"),
    "state": ("{who}: {amount}{ends} {unit}", "{who}：{amount}{ends} {unit}"),
    "uses": ("; here {use} per {unit}", "；此处每 {unit} 为 {use}"),
    "because": ("; {reason}", "；{reason}"),
    "least": (", at least {n}", "，至少 {n}"),
    "most": (", at most {n}", "，至多 {n}"),
}


def solution_words(solution: Mapping[str, Any], unit: str, language: str = "en") -> str:
    """How good a quota is, in a sentence.

    Parameters
    ----------
    solution : mapping
        A row of SOLUTIONS.
    unit : str
        The quota's unit of measure.
    language : {"en", "zh"}

    Examples
    --------
    >>> row = {"objective": "gini", "method": "cuts", "value": 0.25, "bound": 0.2, "gap": 0.05, "gap_pct": 20.0}
    >>> solution_words(row | {"parts": '{"people": 0.25}'}, "ha")[:49]
    'composite Gini 0.25 (people 0.25); no plan is bel'
    """
    words = words_in(language, WORDS)
    parts = json.loads(solution["parts"])
    told = {name: _figure(solution[name]) for name in ("value", "bound", "gap", "gap_pct")}
    return words[solution["objective"]].format(
        **told,
        unit=unit,
        method=words[solution["method"]],
        parts=", ".join(f"{name} {_figure(value)}" for name, value in parts.items()),
    )


def price_words(row: Mapping[str, Any], objective: str, language: str = "en", who: str = "") -> str:
    """What one more of a bound would add or take, in a sentence; empty where it would change nothing.

    Parameters
    ----------
    row : mapping
        A row of QUOTAS or of QUOTA_RULES: ``shadow_price``, ``price_from``, ``price_to`` and ``unit``.
    objective : {"suitability", "gini", ""}
        Nothing is said where it is empty.
    language : {"en", "zh"}
    who : str
        Whose bound it is; "it" where nothing is said.

    Examples
    --------
    >>> row = {"shadow_price": 0.25, "price_from": 10, "price_to": 12, "unit": "ha"}
    >>> price_words(row, "suitability", who="Mesa")
    'one more ha for Mesa would add 0.25 to amount times suitability, from 10 to 12 ha'
    """
    price = row["shadow_price"]
    if not objective or price is None or math.isnan(price) or not price:
        return ""
    words = words_in(language, WORDS)
    ends = [_number(row[end]) for end in ("price_from", "price_to")]
    known = all(end is not None and not math.isnan(end) for end in ends) and ends[0] != ends[1]
    span = words["range"].format(low=_figure(ends[0]), high=_figure(ends[1]), unit=row["unit"]) if known else ""
    key = f"{'add' if price > 0 else 'take'}_{objective}"
    return words[key].format(unit=row["unit"], who=who or words["this"], price=_figure(abs(price)), range=span)


def rule_words(row: Mapping[str, Any], objective: str, language: str = "en") -> Iterator[str]:
    """What a rule came to, with its bounds, and what one more of it would change: one line or two.

    Parameters
    ----------
    row : mapping
        A row of QUOTA_RULES.
    objective : {"suitability", "gini"}
    language : {"en", "zh"}

    Yields
    ------
    str
    """
    words = words_in(language, WORDS)
    ends = [
        words[end].format(n=_figure(row[end]))
        for end in ("least", "most")
        if row[end] is not None and not math.isnan(row[end])
    ]
    who = rule_name(row, language)
    yield words["state"].format(who=who, amount=_figure(row["amount"]), ends="".join(ends), unit=row["unit"])
    if price := price_words(row, objective, language, who):
        yield price


def optimum_lines(quota: Mapping[str, Any], language: str = "en") -> Iterator[str]:
    """What there is to say of a unit's amount of such a quota: its price, the limits that count it, the whole.

    Nothing where the quota is handed out by weight.

    Parameters
    ----------
    quota : mapping
        From an explanation.
    language : {"en", "zh"}

    Yields
    ------
    str
    """
    solution = quota["solution"]
    if not solution:
        return
    words, objective = words_in(language, WORDS), solution["objective"]
    if price := price_words(quota, objective, language):
        yield price
    for limit in quota["limits"]:
        plain = limit["use"] == 1 and limit["unit"] in (quota["unit"], "%")
        used = "" if plain else words["uses"].format(use=_figure(limit["use"]), unit=quota["unit"])
        because = words["because"].format(reason=limit["reason"]) if limit["reason"] else ""
        first, *more = rule_words(limit, objective, language)
        yield f"{first}{used}{because}"
        yield from more
    yield solution_words(solution, quota["unit"], language)


def rule_name(row: Mapping[str, Any], language: str = "en") -> str:
    """What a rule of a quota is called.

    Examples
    --------
    >>> rule_name({"rule": "limit-water-least", "jurisdiction": "CO"})
    "limit 'water' of CO"
    """
    words = words_in(language, WORDS)
    kind, _, name = str(row["rule"]).removesuffix("-least").partition("-")
    rule = words[kind].format(name=name)
    return words["of"].format(rule=rule, place=row["jurisdiction"]) if row["jurisdiction"] else rule


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def _figure(value: Any) -> str:
    """Six significant digits, thousands apart; a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    number = float(value)
    return f"{number:,.0f}" if abs(number) >= 1e5 else f"{number:,.6g}"
