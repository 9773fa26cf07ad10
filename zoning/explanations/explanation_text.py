"""Narratives: an explanation in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zoning.headings import HEADED, entry_heading, policy_notes
from zoning.tellings import ANSWERS, reason_lines, rule_and_reason
from zoning.words import engine_words, text_in


def explanation_lines(content: Mapping[str, Any], language: str = "en") -> Iterator[str]:
    """An explanation line by line.

    Parameters
    ----------
    content : mapping
        Of a :class:`zoning.Explanation`.
    language : {"en", "zh"}

    Yields
    ------
    str
        Lines without an end; names are in them as they were read, see :func:`layers.visible`.
    """
    yield from _Narrator(language).lines(content)


class _Narrator:
    """Says an explanation in one language.

    Parameters
    ----------
    language : {"en", "zh"}
    """

    def __init__(self, language: str) -> None:
        self._language, self._words = language, engine_words(language)

    def lines(self, content: Mapping[str, Any]) -> Iterator[str]:
        """All of it, or what is there of it."""
        unit, plan = content["unit"], content["plan"]
        place = {"name": unit["name"], "id": unit["unit_id"], "jurisdiction": unit["jurisdiction"]}
        yield self._say("unit_inside" if unit["jurisdiction"] else "unit", **place, area=f"{unit['area_ha']:,.2f}")
        yield self._say("plan", **plan)
        yield from tuple(self._told_of(content)) or ("", self._words["nothing_told"])

    def _told_of(self, content: Mapping[str, Any]) -> Iterator[str]:
        """What there is beyond unit and plan."""
        if "main" in content:
            yield from self._zones(content)
        for key in HEADED:
            yield from self._section(key, (line for one in content.get(key, ()) for line in self._matter(key, one)))
        yield from self._section("margins", map(self._margin, filter(_tells, content.get("margins", ()))))
        assumed = (self._say("setting", name=one["title"], value=one["assumed"]) for one in content["assumptions"])
        yield from self._section("assumptions", assumed)

    def _zones(self, content: Mapping[str, Any]) -> Iterator[str]:
        """The main function, overlays, and what else is claimed."""
        main = content["main"]
        yield ""
        yield self._say("main", zone=self._titled(main), status=self._status(content["standing"], main))
        yield from self._claim(main)
        if whole := content.get("whole"):
            told = {"level": whole["level"], "whole": whole["unit_id"], "zone": self._titled(whole)}
            land = {name: f"{whole[f'{name}_ha']:,.2f}" for name in ("area", "refined")}
            yield f"    {self._say('whole', **told, **land)}"
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

    def _titled(self, one: Mapping[str, Any]) -> str:
        return self._say("titled", title=text_in(one["title"], self._language, one["zone"]), code=one["zone"])

    def _status(self, standing: str, main: Mapping[str, Any]) -> str:
        level = (main["decision"] or {}).get("locked")
        return self._words[f"locked_{level}"] if level else self._words.get(standing, standing)

    def _told(self, link: Mapping[str, Any]) -> Iterator[str]:
        """A link and what is below it; of clauses those that decide."""
        for one in reason_lines(link, self._language):
            if one.decides:
                answer = f"{self._words[one.kind]:<8}" if one.kind in ANSWERS else ""
                yield f"  {'  ' * one.depth}{answer}{one.text}"

    def _claim(self, claim: Mapping[str, Any]) -> Iterator[str]:
        yield from (f"  {line}" for line in self._told(rule_and_reason(claim, self._language)))

    def _matter(self, key: str, one: Mapping[str, Any]) -> Iterator[str]:
        """A line, quota, light, payment, policy or list, and what it rests on."""
        yield entry_heading(key, one, self._language)
        yield from (f"  {note}" for note in policy_notes(key, one, self._language))
        yield from self._told(one)

    def _margin(self, margin: Mapping[str, Any]) -> str:
        return self._say("margin_row", rule=margin["rule"], reason=margin["reason"])


def _tells(margin: Mapping[str, Any]) -> bool:
    """Whether people need to read it: something would flip, or noise could. The others stand in the JSON."""
    return bool(margin["flip_side"] or margin["near"])
