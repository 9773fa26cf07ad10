"""The text of ``explain``: the chain of reasons line by line, the same for a terminal and for the card of the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from layers.conditions import number_text
from maps.words import (
    amount,
    catalogue,
    coverage_text,
    format_measure,
    number_style,
    reading_text,
    render,
    share_text,
    text_in,
    written,
)
from zoning.money import light_message
from zoning.reasons import say

Link = Mapping[str, Any]


def entry_heading(matter: str, entry: Link, language: str = "en") -> str:
    """The first line of an entry of an explanation.

    Parameters
    ----------
    matter : str
        One of ``HEADED``.
    entry : mapping
        The entry.
    language : {"en", "zh"}

    Examples
    --------
    >>> wild = {"title": "Wild land", "prohibited": 2, "restricted": 1}
    >>> entry_heading("industries", wild | {"complete": False, "items_read": 3, "items_known": 40})
    'Wild land: 2 prohibited, 1 restricted; read: 3 of about 40 items'
    """
    return HEADED[matter](entry, language)


def policy_notes(matter: str, entry: Link, language: str = "en") -> Iterator[str]:
    """What is to be known of a policy before its clause: an exception, where it holds, on which parts, who has it."""
    words = catalogue("explain", language)
    if matter != "policies":
        return
    if entry["exception"]:
        yield words["policy_exception"].format(text=entry["exception"])
    if entry["extent"]:
        yield extent_sentence(entry["extent"], language)
    if entry["pieces"]:
        yield words["policy_part"].format(area=written(entry["part_ha"], ",.2f", language), count=len(entry["pieces"]))
    if entry["inherited_from"]:
        yield words["policy_inherited"].format(name=entry["inherited_name"])


def extent_sentence(extent: str, language: str) -> str:
    """The sentence that says where a policy holds, of a policy whose clause does not say it itself.

    Parameters
    ----------
    extent : str
        What stands for the places that the law means, as the rulebook says it.
    language : str

    Examples
    --------
    >>> extent_sentence("whole provinces stand for counties", "en")
    'where it holds: whole provinces stand for counties'
    """
    return catalogue("explain", language)["policy_extent"].format(text=extent)


def _line(line: Link, language: str) -> str:
    words, total = catalogue("explain", language), line["claimed_ha"] - line["settled_ha"]
    lost = [
        words["line_lost"].format(area=written(line["lost"].get(f"to_{code}_ha", total), ",.2f", language), line=title)
        for code, title in line["lost_titles"].items()
    ]
    return words["line"].format(
        title=text_in(line["title"], language, line["line"]),
        settled=written(line["settled_ha"], ",.2f", language),
        claimed=written(line["claimed_ha"], ",.2f", language),
        lost="".join(lost),
    )


def _unit(link: Link, language: str) -> str:
    """The unit of measure of an entry or a parameter."""
    return text_in(link["unit_title"], language, link["unit"])


def _quota(quota: Link, language: str) -> str:
    words, bounds = catalogue("explain", language), []
    if quota["weight"] is not None:
        key = "suitability" if (quota["solution"] or {}).get("objective") == "suitability" else "weight"
        bounds.append(words[key].format(amount=written(quota["weight"], ",.6g", language)))
    if quota["binding"]:
        bounds.append(words["binding"].format(what=words.get(f"bound_{quota['binding']}", quota["binding"])))
    whole = quota["jurisdiction_amount"]
    return words["quota"].format(
        quota=text_in(quota["title"], language),
        period=quota["period"],
        amount=amount(quota["amount"], language),
        unit=_unit(quota, language),
        whole=words["quota_whole"].format(amount=amount(whole, language), place=quota["jurisdiction_name"])
        if whole
        else "",
        bounds=words["quota_bounds"].format(bounds=words["quota_and"].join(bounds)) if bounds else "",
    )


def _derived(measure: Link, language: str) -> str:
    words, title = catalogue("explain", language), text_in(measure["title"], language, measure["measure"])
    unit = "" if measure["unit"] == "1" else _unit(measure, language)
    value = words["missing"] if measure["value"] is None else f"{derived_value(measure, language)} {unit}".rstrip()
    return words["setting"].format(name=title, value=value)


def _norm(norm: Link, language: str) -> str:
    words, title = catalogue("explain", language), text_in(norm["title"], language, norm["norm"])
    return words[f"norm_{norm['answer']}"].format(title=title, place=norm["place"] or words["whole_study"])


def _light(light: Link, language: str) -> str:
    verdict, intensity, total = (light_message(light[name]) for name in ("verdict", "intensity_light", "total_light"))
    if light["total_exempt"]:
        total = say("energy.not_counted", light=total)
    figures = {"region": light["region_name"], "period": light["period"]}
    return render(say("energy.verdict", **figures, verdict=verdict, intensity=intensity, total=total), language)


def _services(services: Link, language: str) -> str:
    words = catalogue("explain", language)
    value = (
        words["missing"]
        if services["amount"] is None
        else f"{written(Decimal(services['amount']), ',', language)} {services['unit']}"
    )
    return words["services_value"].format(value=value)


def _flow(flow: Link, language: str) -> str:
    fields = {
        "payer": flow["payer_name"],
        "receiver": flow["receiver_name"],
        "instrument": text_in(flow["title"], language),
    }
    fields |= {"unit": _unit(flow, language), "amount": amount(flow["amount"], language)}
    return catalogue("explain", language)["flow"].format(**{**flow, **fields})


def _policy(policy: Link, language: str) -> str:
    words = catalogue("explain", language)
    over = words["policy_over"].format(id=policy["overruled_by"]) if policy["overruled_by"] else ""
    return words["policy"].format(
        title=text_in(policy["title"], language, policy["policy"]),
        id=policy["policy"],
        instrument=text_in(policy["instrument_title"], language, policy["instrument"]),
        strictness=policy["strictness"],
        over=words["policy_excepted"] if policy["exception"] else over,
    )


def _list(negative_list: Link, language: str) -> str:
    fields = {key: negative_list[key] for key in ("title", "prohibited", "restricted")}
    return catalogue("explain", language)["list_counts"].format(**fields, items=coverage_text(negative_list, language))


PERSONS = "persons"
"""The unit of measure of people, who are told whole."""
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


ANSWERS = ("yes", "no", "unknown")


class ReasonLine(NamedTuple):
    """One line of a chain.

    Attributes
    ----------
    depth : int
        How far below the matter it stands.
    kind : str
        "reason", "setting", "yes", "no", "unknown", "parameter" or "reference".
    text : str
    decides : bool
        False for a clause that the answer does not hang on.
    """

    depth: int
    kind: str
    text: str
    decides: bool = True


def reason_lines(link: Mapping[str, Any], language: str = "en") -> Iterator[ReasonLine]:
    """A link and all below it, line by line.

    Parameters
    ----------
    link : mapping
        What :func:`maps.telling.explanations.records_in_words.content_of` gives.
    language : {"en", "zh"}

    Returns
    -------
    iterator of ReasonLine
        Names are in the text as they were read, see :func:`layers.errors.escape_hidden`.

    Examples
    --------
    >>> from maps.telling.explanations.records_in_words import content_of
    >>> from maps.words import Renderer
    >>> from zoning.reasons import Record
    >>> floor = Record(
    ...     kind="floor", id="two", reason="floor 2 ha", reference="Plan of 2024", written="plan.toml, line 7"
    ... )
    >>> [(one.depth, one.text) for one in reason_lines(content_of(floor, Renderer("en")))]
    [(0, 'floor 2 ha'), (1, 'reference: Plan of 2024 [plan.toml, line 7]')]
    """
    return _link_lines(link, language, catalogue("explain", language), 0)


def rule_and_reason(claim: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """A claim that says of which rule it is, why in words alone, and each fact once: the clauses have the values.

    Parameters
    ----------
    claim : mapping
        Of an explanation.
    language : {"en", "zh"}
    """
    words, content = catalogue("explain", language), dict(claim)
    if claim["kind"] == "default":
        has_links = bool(claim["links"])
        content |= {"clauses": [], "parameters": []} if has_links else {}
        reason = words["unclaimed"] if has_links else claim["reason"]
        return content | {"reason": words["no_rule"].format(id=words["default"], reason=reason)}
    key, because = "rule" if claim["when"] else "no_rule", text_in(claim["because"], language, claim["reason"])
    return content | {"reason": words[key].format(id=claim["rule"], reason=because)}


def _link_lines(link: Mapping[str, Any], language: str, words: Mapping[str, str], depth: int) -> Iterator[ReasonLine]:
    """The lines of a link that stands so far below the matter."""
    where, reason = _reference(link, language, words), link["reason"]
    under = depth + 1 if reason else depth
    if reason:
        placed = _there(link["written"], language) if not where else ""
        yield ReasonLine(depth, "reason", f"{reason}{placed}")
    for name, value in link.get("terms", ()):
        yield ReasonLine(depth, "setting", words["setting"].format(name=name, value=value))
    yield from dict.fromkeys(  # two clauses that lack the same value say the same
        ReasonLine(
            under,
            clause["answer"],
            words["always"] if clause["text"].upper() == "TRUE" else clause["sentence"],
            bool(clause["decides"]),
        )
        for clause in link["clauses"]
    )
    for parameter in link["parameters"]:
        yield ReasonLine(under, "parameter", _parameter(parameter, language, words))
    for below in link["links"]:
        yield from _link_lines(below, language, words, under)
    if where:
        yield ReasonLine(under, "reference", where)


def days_of(entry: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """From when until when something holds, in words; empty where that is always."""
    return "".join(words[f"policy_{key}"].format(day=entry[key]) for key in ("since", "until") if entry[key])


def _parameter(parameter: Mapping[str, Any], language: str, words: Mapping[str, str]) -> str:
    title = text_in(parameter["title"], language)
    return words["parameter"].format(
        name=words["titled"].format(title=title, code=parameter["name"]) if title else parameter["name"],
        value=share_text(parameter["value"], language)
        if parameter.get("is_share")
        else _plain(parameter["value"], words, language),
        unit="" if parameter["unit"] == "1" else f" {_unit(parameter, language)}",
        since=days_of(parameter, words),
        reference=parameter["reference"],
        doubt=_doubt(parameter, language),
    )


def _plain(value: float | bool | str, words: Mapping[str, str], language: str) -> str:
    if isinstance(value, bool):
        return words["taken_true" if value else "taken_false"]
    return value_text(value, language)


def _doubt(entry: Mapping[str, Any], language: str) -> str:
    """How the text that something cites is known, in brackets, where it is not verified."""
    words = catalogue("explain", language)
    return (
        ""
        if entry["verified"] is not False
        else words["in_doubt"].format(reading=reading_text(entry["reading"], language))
    )


def _reference(link: Mapping[str, Any], language: str, words: Mapping[str, str]) -> str:
    """By which document, from when until when, whether somebody has seen it, and in which line of which file."""
    if not link["reference"]:
        alone = link["written"] and not link["reason"]
        return words["written"].format(place=_placed(link["written"], language)) if alone else ""
    days, location = days_of(link, words), _there(link["written"], language)
    return words["reference"].format(text=link["reference"], days=days, doubt=_doubt(link, language), place=location)


@lru_cache(maxsize=1024)
def _there(written: str, language: str) -> str:
    """In brackets where something is written; many have it in the same place."""
    return catalogue("explain", language)["there"].format(place=_placed(written, language)) if written else ""


@lru_cache(maxsize=1024)
def _placed(written: str, language: str) -> str:
    """File and line in which something is written, in words."""
    file, comma, line = written.rpartition(", line ")
    return catalogue("explain", language)["placed"].format(file=file, line=line) if comma else written


def explanation_lines(content: Mapping[str, Any], language: str = "en") -> Iterator[str]:
    """An explanation line by line.

    Parameters
    ----------
    content : mapping
        Of a :class:`maps.telling.explanations.Explanation`.
    language : {"en", "zh"}

    Yields
    ------
    str
        Lines without an end; names are in them as they were read, see :func:`layers.errors.escape_hidden`.
    """
    yield from _Narrator(language).lines(content)


class _Narrator:
    """Says an explanation in one language.

    Parameters
    ----------
    language : {"en", "zh"}
    """

    def __init__(self, language: str) -> None:
        self._language, self._words = language, catalogue("explain", language)

    def lines(self, content: Mapping[str, Any]) -> Iterator[str]:
        """All of it, or what is there of it."""
        unit, plan = content["unit"], content["plan"]
        unit_fields = {"name": unit["name"], "id": unit["unit_id"], "jurisdiction": unit["jurisdiction_name"]}
        yield self._say(
            "unit_inside" if unit["jurisdiction"] else "unit",
            **unit_fields,
            area=written(unit["area_ha"], ",.2f", self._language),
        )
        titles = {"name": plan["title"], "rulebook": plan["rulebook_title"]}
        yield self._say("plan", **plan | {key: text_in(title, self._language) for key, title in titles.items()})
        yield from tuple(self._told_of(content)) or ("", self._words["nothing_told"])

    def _told_of(self, content: Mapping[str, Any]) -> Iterator[str]:
        """What there is beyond unit and plan."""
        if "main" in content:
            yield from self._zones(content)
        for key in HEADED:
            yield from self._section(key, (line for entry in content.get(key, ()) for line in self._matter(key, entry)))
        yield from self._section("gaps", map(self._gap, content.get("gaps", ())))
        yield from self._section("margins", map(self._margin, filter(_tells, content.get("margins", ()))))
        assumed = (
            self._say("setting", name=assumption["title"], value=assumption["assumed"])
            for assumption in content["assumptions"]
        )
        yield from self._section("assumptions", assumed)

    def _zones(self, content: Mapping[str, Any]) -> Iterator[str]:
        """The main function, overlays, and what else is claimed."""
        main = content["main"]
        yield ""
        yield self._say("main", zone=self._titled(main), status=self._status(content["standing"], main))
        yield from self._claim(main)
        yield from (f"    {line}" for line in self._facts(content))
        if whole := content.get("whole"):
            fields = {"level": whole["level"], "whole": whole["unit_id"], "zone": self._titled(whole)}
            land = {name: written(whole[f"{name}_ha"], ",.2f", self._language) for name in ("area", "refined")}
            yield f"    {self._say('whole', **fields, **land)}"
        for key in ("overlays", "other_claims"):
            if content[key]:
                yield from ("", self._words[key])
            for claim in content[key]:
                titled = self._titled(claim)
                yield f"  {titled if claim['answer'] == 'yes' else self._say('cannot_say', claim=titled)}"
                yield from self._claim(claim)

    def _say(self, key: str, **parts: object) -> str:
        return self._words[key].format(**parts)

    def _section(self, key: str, lines: Iterable[str]) -> Iterator[str]:
        indented = [f"  {line}" for line in lines]
        yield from ("", self._words[key], *indented) if indented else ()

    def _titled(self, zone_entry: Mapping[str, Any]) -> str:
        return self._say(
            "titled", title=text_in(zone_entry["title"], self._language, zone_entry["zone"]), code=zone_entry["zone"]
        )

    def _status(self, standing: str, main: Mapping[str, Any]) -> str:
        level = (main["decision"] or {}).get("locked")
        return self._words[f"locked_{level}"] if level else self._words.get(standing, standing)

    def _link_lines(self, link: Mapping[str, Any]) -> Iterator[str]:
        """A link and what is below it; of clauses those that decide."""
        for line in reason_lines(link, self._language):
            if line.decides:
                answer = f"{self._words[line.kind]:<8}" if line.kind in ANSWERS else ""
                yield f"  {'  ' * line.depth}{answer}{line.text}"

    def _claim(self, claim: Mapping[str, Any]) -> Iterator[str]:
        yield from (f"  {line}" for line in self._link_lines(rule_and_reason(claim, self._language)))

    def _matter(self, key: str, entry: Mapping[str, Any]) -> Iterator[str]:
        """A line, quota, light, payment, policy or list, and what it rests on."""
        yield entry_heading(key, entry, self._language)
        yield from (f"  {note}" for note in policy_notes(key, entry, self._language))
        yield from (f"  {line}" for line in self._facts(entry))
        yield from self._link_lines(entry)

    def _facts(self, entry: Mapping[str, Any]) -> Iterator[str]:
        """What shown columns of its table say of it that its chain does not tell."""
        kinds = {link["kind"] for link in entry.get("links", ())}
        for fact in entry.get("shown", ()):
            if fact["name"] not in kinds:
                yield self._say("setting", name=fact["title"], value=fact["text"])

    def _gap(self, gap: Mapping[str, Any]) -> str:
        """An instrument without a policy: why, and what an office has to bring."""
        sentence = self._say(
            "gap", title=text_in(gap["title"], self._language), reason=gap["reason"] or self._words["gap_unstated"]
        )
        return sentence + (self._say("gap_needs", needs=gap["needs"]) if gap["needs"] else "")

    def _margin(self, margin: Mapping[str, Any]) -> str:
        return self._say("margin_row", rule=margin["rule"], reason=margin["reason"])


def _tells(margin: Mapping[str, Any]) -> bool:
    """Whether people need to read it: something would flip, or noise could. The others stand in the JSON."""
    return bool(margin["flip_side"] or margin["near"])


def value_text(value: Any, language: str) -> str:
    """A derived value as it is printed in a language; "" where it is missing.

    Examples
    --------
    >>> value_text(88.0, "en"), value_text("province", "en"), value_text(None, "en"), value_text(0.5, "pt")
    ('88', 'province', '', '0,5')
    >>> value_text(True, "en")
    'yes'
    """
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool):
        return str(catalogue("explain", language)["yes" if value else "no"])
    return value if isinstance(value, str) else number_style(language).written(number_text(float(value)))


def derived_value(measure: Mapping[str, Any], language: str) -> str:
    """The value of a derived measure as it was reckoned, that of an index in six digits; "" where it is missing."""
    if measure["rows"] == 0 and isinstance(measure["value"], float):  # no row of a table gives it
        whole = measure["unit"] == PERSONS
        return written(measure["value"], ",.0f", language) if whole else format_measure(measure["value"], language)
    return value_text(measure["value"], language)


def why_text(measure: Mapping[str, Any], language: str) -> str:
    """Why a derived measure is what it is, on one line: the reason, what was asked, and how it was calculated."""
    facts = [clause["sentence"] for clause in measure["clauses"] if clause["decides"]]
    words = catalogue("explain", language)
    made = words["index_parts"].join(link["reason"] for link in measure["links"] if link["kind"] == "index_part")
    calculation = words["index_made"].format(how=measure["calculation"], parts=made) if made else measure["calculation"]
    parts = dict.fromkeys([text_in(measure["because"], language, ""), *facts, calculation])
    return words["and"].join(filter(None, parts))
