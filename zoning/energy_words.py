"""What a verdict on energy says, in English and Chinese, and the same sentence told in the other language."""

from __future__ import annotations

import re
from fractions import Fraction

from layers import Words, words_in

LIGHTS = {1: "red", 2: "yellow", 3: "green"}
"""The warning levels and their colours."""

CLAUSES: Words = {
    "fell": ("intensity fell by {actual} % and the target was {target} %", "强度下降 {actual}%，目标 {target}%"),
    "fell_short": (
        "intensity fell by {actual} % and the target was {target} %: {gap} short, margin {allowed} ({margin} %)",
        "强度下降 {actual}%，目标 {target}%：差 {gap}，容差 {allowed}（{margin}%）",
    ),
    "rose": (
        "intensity rose by {actual} % and the target was a fall of {target} %",
        "强度不降反升 {actual}%，目标为下降 {target}%",
    ),
    "total": (
        "total grew by {actual} {unit} and the target was {target}",
        "总量较基年增加 {actual} {unit}，目标 {target}",
    ),
    "total_fell": (
        "total fell by {actual} {unit} and the target was a growth of {target}",
        "总量较基年减少 {actual} {unit}，目标为增加 {target}",
    ),
    "total_over": (
        "total grew by {actual} {unit} and the target was {target}: {gap} over, margin {allowed} ({margin} %)",
        "总量较基年增加 {actual} {unit}，目标 {target}：超出 {gap}，容差 {allowed}（{margin}%）",
    ),
    "total_fell_over": (
        (
            "total fell by {actual} {unit} and the target was a growth of {target}: {gap} over, margin {allowed} "
            "({margin} %)"
        ),
        "总量较基年减少 {actual} {unit}，目标为增加 {target}：超出 {gap}，容差 {allowed}（{margin}%）",
    ),
    "exempt": ("of the total {exempt} {unit} are exempt and left out", "总量中 {exempt} {unit} 免于考核，已扣除"),
    "relaxed": (
        "its target is {more} {unit} higher because output grew by {growth} % where {expected} % was expected",
        "因经济增速 {growth}%（预期 {expected}%），总量目标上调 {more} {unit}",
    ),
    "share": (
        "its share of the total is {share} {unit} and it used {base} in the base year",
        "总量分解为 {share} {unit}，基年用量 {base}",
    ),
    "incentive": (
        "the incentive target of {target} % is met, so the total does not count",
        "达到激励目标 {target}%，总量免予考核",
    ),
    "scheme": ("scheme {scheme}, {period}", "方案 {scheme}，{period} 年"),
}
COLOURS: Words = {"red": ("red", "红灯"), "yellow": ("yellow", "黄灯"), "green": ("green", "绿灯")}
NARRATION: Words = {
    "lights": (
        "{region}, {period}: {verdict} (intensity {intensity}, total {total})",
        "{region}，{period} 年：{verdict}（强度{intensity}，总量{total}）",
    ),
    "counted": ("{light}", "{light}"),
    "not_counted": ("{light}, which does not count", "{light}，免予考核"),
}
LIT: Words = {"lit": ("{clause} - {light}", "{clause}——{light}"), "and": ("; ", "；")}


def energy_clause(key: str, language: str, light: int | None = None, **figures: object) -> str:
    """One clause of a reason; the parts of a verdict end in their light.

    Examples
    --------
    >>> energy_clause("fell", "en", 3, actual="3.5", target="3")
    'intensity fell by 3.5 % and the target was 3 % - green'
    """
    text = words_in(language, CLAUSES)[key].format(**figures)
    return text if light is None else _lit(text, LIGHTS[light], language)


def join_clauses(clauses: list[str], language: str) -> str:
    """The clauses of a reason as one sentence."""
    return words_in(language, LIT)["and"].join(clauses)


def colour_in(language: str, light: int | str) -> str:
    """The name of a light, given by its level or its colour.

    Examples
    --------
    >>> colour_in("zh", 1), colour_in("en", "green")
    ('红灯', 'green')
    """
    return words_in(language, COLOURS)[LIGHTS[light] if isinstance(light, int) else light]


def retell_reason(reason: str, old: str, new: str) -> str:
    """A reason in another language; a part that these words cannot have made stays as it is.

    Examples
    --------
    >>> told = energy_clause("incentive", "en", target=4)
    >>> retell_reason(told, "en", "zh")
    '达到激励目标 4%，总量免予考核'
    """
    return join_clauses([_retold(one, old, new) for one in reason.split(words_in(old, LIT)["and"])], new)


def shown_number(value: Fraction) -> str:
    """A number as people read it: exact where it ends within eight decimals, else rounded to them.

    Examples
    --------
    >>> shown_number(Fraction(27, 10)), shown_number(Fraction(1, 3)), shown_number(Fraction(1200))
    ('2.7', '0.33333333', '1200')
    """
    whole, part = divmod(abs(round(value * 10**8)), 10**8)
    decimals = f".{part:08d}".rstrip("0").rstrip(".")
    return f"{'-' if value < 0 and (whole or part) else ''}{whole}{decimals}"


def _lit(text: str, colour: str, language: str) -> str:
    return words_in(language, LIT)["lit"].format(clause=text, light=words_in(language, COLOURS)[colour])


def _retold(text: str, old: str, new: str) -> str:
    for colour in LIGHTS.values():
        ending = _lit("", colour, old)
        if text.endswith(ending):
            return _lit(_retold(text.removesuffix(ending), old, new), colour, new)
    for key, template in words_in(old, CLAUSES).items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^,; ，；]+)", re.escape(template))
        found = re.fullmatch(pattern, text)
        if found:
            return words_in(new, CLAUSES)[key].format(**found.groupdict())
    return text
