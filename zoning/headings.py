"""Headings: what the chains of a unit are about, each in one line, and notes on where a policy holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from layers import words_in
from zoning.energy_words import NARRATION, colour_in
from zoning.land_explanations import value_text
from zoning.vocabulary import instrument_in, name_text, unit_in
from zoning.words import engine_words, text_in

Link = Mapping[str, Any]


def entry_heading(matter: str, one: Link, language: str = "en") -> str:
    """The first line of an entry of an explanation.

    Parameters
    ----------
    matter : str
        One of ``HEADED``.
    one : mapping
        The entry.
    language : {"en", "zh"}

    Examples
    --------
    >>> from zoning import reason_record
    >>> wild = reason_record("list", "wild") | {"title": "Wild land", "prohibited": 2, "restricted": 1}
    >>> entry_heading("industries", wild)
    'Wild land: 2 prohibited, 1 restricted'
    """
    return HEADED[matter](one, language)


def policy_notes(matter: str, one: Link, language: str = "en") -> Iterator[str]:
    """What is to be known of a policy before its clause: an exception, parts of the unit, who has it first."""
    words = engine_words(language)
    if matter != "policies":
        return
    if one["exception"]:
        yield words["policy_exception"].format(text=one["exception"])
    if one["pieces"]:
        yield words["policy_part"].format(area=f"{one['part_ha']:,.2f}", count=len(one["pieces"]))
    if one["inherited_from"]:
        yield words["policy_inherited"].format(name=one["inherited_from"])


def _line(one: Link, language: str) -> str:
    words, total = engine_words(language), one["claimed_ha"] - one["settled_ha"]
    lost = [
        words["line_lost"].format(area=f"{one['lost'].get(f'to_{code}_ha', total):,.2f}", line=title)
        for code, title in one["lost_titles"].items()
    ]
    return words["line"].format(
        title=text_in(one["title"], language, one["line"]),
        settled=f"{one['settled_ha']:,.2f}",
        claimed=f"{one['claimed_ha']:,.2f}",
        lost="".join(lost),
    )


def _exact(amount: str) -> str:
    """An exact amount with its thousands apart."""
    return f"{Decimal(amount):,f}"


def _quota(one: Link, language: str) -> str:
    words = engine_words(language)
    bounds = [words[name].format(amount=_exact(one[name])) for name in ("floor", "ceiling") if one[name] is not None]
    if one["weight"] is not None:
        key = "suitability" if (one["solution"] or {}).get("objective") == "suitability" else "weight"
        bounds.append(words[key].format(amount=f"{one['weight']:,.6g}"))
    if one["binding"]:
        bounds.append(words["binding"].format(what=words.get(f"bound_{one['binding']}", one["binding"])))
    whole = one["jurisdiction_amount"]
    return words["quota"].format(
        quota=name_text(one["quota"]),
        period=one["period"],
        amount=_exact(one["amount"]),
        unit=unit_in(language, one["unit"]),
        whole=words["quota_whole"].format(amount=_exact(whole), place=one["jurisdiction"]) if whole else "",
        bounds=words["quota_and"].join(bounds),
    )


def _derived(one: Link, language: str) -> str:
    words, title = engine_words(language), text_in(one["title"], language, one["measure"])
    unit = "" if one["unit"] == "1" else unit_in(language, one["unit"])
    value = words["missing"] if one["value"] is None else f"{value_text(one['value'])} {unit}".rstrip()
    return words["setting"].format(name=title, value=value)


def _norm(one: Link, language: str) -> str:
    words, title = engine_words(language), text_in(one["title"], language, one["norm"])
    return words[f"norm_{one['answer']}"].format(title=title, place=one["place"] or words["whole_study"])


def _light(one: Link, language: str) -> str:
    words = words_in(language, NARRATION)
    total = words["not_counted" if one["total_exempt"] else "counted"]
    return words["lights"].format(
        region=one["region"],
        period=one["period"],
        verdict=colour_in(language, one["verdict"]),
        intensity=colour_in(language, one["intensity_light"]),
        total=total.format(light=colour_in(language, one["total_light"])),
    )


def _services(one: Link, language: str) -> str:
    words = engine_words(language)
    value = words["missing"] if one["amount"] is None else f"{Decimal(one['amount']):,} {one['unit']}"
    return words["services_value"].format(value=value)


def _flow(one: Link, language: str) -> str:
    told = {"payer": one["payer_name"], "receiver": one["receiver_name"], "unit": unit_in(language, one["unit"])}
    return engine_words(language)["flow"].format(**{**one, **told, "amount": _exact(one["amount"])})


def _policy(one: Link, language: str) -> str:
    words = engine_words(language)
    over = words["policy_over"].format(id=one["overruled_by"]) if one["overruled_by"] else ""
    return words["policy"].format(
        title=text_in(one["title"], language, one["policy"]),
        id=one["policy"],
        instrument=instrument_in(language, one["instrument"]),
        strictness=one["strictness"],
        over=words["policy_excepted"] if one["exception"] else over,
    )


def _list(one: Link, language: str) -> str:
    told = {key: one[key] for key in ("title", "prohibited", "restricted")}
    return engine_words(language)["list_counts"].format(**told)


HEADED: Mapping[str, Callable[[Link, str], str]] = {
    "lines": _line,
    "quotas": _quota,
    "derived": _derived,
    "norms": _norm,
    "energy": _light,
    "services": _services,
    "flows": _flow,
    "policies": _policy,
    "industries": _list,
}
"""The matters that have headings, in the order in which they are told."""
