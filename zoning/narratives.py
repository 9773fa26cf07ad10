"""Narratives: an explanation in words, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from zoning.claims import DEFAULT_RULE
from zoning.energy_explanations import narrate_lights
from zoning.price_words import optimum_lines
from zoning.words import engine_words, instrument_in, text_in


def narrate(content: Mapping[str, Any], language: str = "en") -> Iterator[str]:
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
        """All of it."""
        unit, plan, main, status = content["unit"], content["plan"], content["main"], content["status"]
        place = {"name": unit["name"], "id": unit["unit_id"], "jurisdiction": unit["jurisdiction"]}
        yield self._say("unit_inside" if unit["jurisdiction"] else "unit", **place, area=f"{unit['area_ha']:,.2f}")
        yield self._say("plan", **plan)
        yield ""
        yield self._say("main", zone=self._titled(main), status=self._status(status, main))
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
        yield from self._section("lines", map(self._line, content["lines"]))
        yield from self._section("quotas", (line for one in content["quotas"] for line in self._quota(one)))
        yield from self._section("energy", narrate_lights(content["energy"], self._language))
        yield from self._section("services", self._services(content.get("services")))
        yield from self._section("flows", (line for one in content["flows"] for line in self._flow(one)))
        yield from self._section("policies", (line for one in content["policies"] for line in self._policy(one)))
        yield from self._section("margins", map(self._margin, filter(_tells, content["margins"])))
        assumed = (self._say("setting", name=one["name"], value=one["assumed"]) for one in content["assumptions"])
        yield from self._section("assumptions", assumed)

    def _say(self, key: str, **parts: object) -> str:
        return self._words[key].format(**parts)

    def _section(self, key: str, lines: Iterable[str]) -> Iterator[str]:
        indented = [f"  {line}" for line in lines]
        yield from ("", self._words[key], *indented) if indented else ()

    def _titled(self, one: Mapping[str, Any]) -> str:
        return self._say("titled", title=text_in(one["title"], self._language, one["zone"]), code=one["zone"])

    def _status(self, status: str, main: Mapping[str, Any]) -> str:
        level = (main["decision"] or {}).get("locked")
        return self._words[f"locked_{level}"] if level else self._words.get(status, status)

    def _doubt(self, verified: bool | None) -> str:
        return self._words["unverified"] if verified is False else ""

    def _claim(self, claim: Mapping[str, Any]) -> Iterator[str]:
        name = self._words["default"] if claim["rule"] == DEFAULT_RULE else claim["rule"]
        because = text_in(claim["because"], self._language, claim["reason"])
        yield f"    {self._say('rule' if claim['when'] else 'no_rule', id=name, reason=because)}"
        # the reason of the default zone has all clauses in it already
        told = {**claim, "clauses": []} if claim["rule"] == DEFAULT_RULE else claim
        yield from (f"      {line}" for line in self._chain(told))
        if claim["reference"] and (claim["decision"] is None or claim["verified"] is not None):
            yield f"      {self._say('reference', text=claim['reference'])}{self._doubt(claim['verified'])}"

    def _chain(self, one: Mapping[str, Any]) -> Iterator[str]:
        """The clauses that decide, and the parameters that they compare with."""
        for clause in one["clauses"]:
            if not clause["decides"]:
                continue
            sentence = self._words["always"] if clause["text"].upper() == "TRUE" else clause["sentence"]
            yield f"{self._words[clause['answer']]:<8}{sentence}"
        for parameter in one["parameters"]:
            value = parameter["value"]
            number = f"{value:g}" if isinstance(value, float) and not isinstance(value, bool) else str(value)
            since = self._say("parameter_since", day=parameter["since"]) if parameter["since"] else ""
            yield self._say(
                "parameter",
                name=parameter["name"],
                value=number,
                unit=parameter["unit"],
                since=since,
                reference=parameter["reference"],
                doubt=self._doubt(parameter["verified"]),
            )

    def _line(self, line: Mapping[str, Any]) -> str:
        total = line["claimed_ha"] - line["settled_ha"]
        lost = [
            self._say("line_lost", area=f"{line['lost'].get(f'to_{code}_ha', total):,.2f}", line=code)
            for code in str(line["lost_to"]).split(";")
            if code
        ]
        return self._say(
            "line",
            title=text_in(line["title"], self._language, line["line"]),
            settled=f"{line['settled_ha']:,.2f}",
            claimed=f"{line['claimed_ha']:,.2f}",
            lost="".join(lost),
            reference=self._say("line_reference", text=line["reference"]) if line["reference"] else "",
        )

    def _margin(self, margin: Mapping[str, Any]) -> str:
        return self._say("margin_row", rule=margin["rule"], reason=margin["reason"])

    def _quota(self, quota: Mapping[str, Any]) -> Iterator[str]:
        bounds = [self._say(name, amount=quota[name]) for name in ("floor", "ceiling") if quota[name] is not None]
        if quota["weight"] is not None:
            key = "suitability" if (quota["solution"] or {}).get("objective") == "suitability" else "weight"
            bounds.append(self._say(key, amount=f"{quota['weight']:,.6g}"))
        if quota["binding"]:
            what = self._words.get(f"bound_{quota['binding']}", quota["binding"])
            bounds.append(self._say("binding", what=what))
        amount = quota["jurisdiction_amount"]
        whole = self._say("quota_whole", amount=amount, place=quota["jurisdiction"]) if amount else ""
        told = {name: quota[name] for name in ("quota", "period", "amount", "unit")}
        yield self._say("quota", **told, whole=whole, bounds=self._words["quota_and"].join(bounds))
        if Decimal(quota["carried"] or 0):
            yield f"  {self._say('quota_carried', amount=quota['carried'], unit=quota['unit'])}"
        for lock in quota["locks"]:
            yield f"  {self._say('quota_locked', unit=quota['unit'], **lock)}"
        for group in quota["groups"]:
            ends = [self._say(key, amount=group[key]) for key in ("max_pct", "min_pct") if group[key] is not None]
            because = self._say("quota_because", reason=group["reason"]) if group["reason"] else ""
            limits = self._words["quota_and"].join(ends)
            yield f"  {self._say('quota_group', when=group['when'], limits=limits, because=because)}"
        yield from (f"  {line}" for line in optimum_lines(quota, self._language))
        for one in quota["transfers"]:
            document = self._say("line_reference", text=one["reference"]) if one["reference"] else ""
            yield f"  {self._say(one['side'], unit=quota['unit'], document=document, **one)}"

    def _services(self, services: Mapping[str, Any] | None) -> Iterator[str]:
        """Each class of land, then the measures that follow, and where the values come from."""
        if services is None:
            return
        for one in services["classes"]:
            yield self._say("service_class", **one, area=f"{one['area_ha']:,.2f}", unit=services["unit"])
        for name, value in services["measures"].items():
            yield self._say("setting", name=name, value=self._words["missing"] if value is None else f"{value:,.10g}")
        if services["reference"]:
            yield f"{self._say('reference', text=services['reference'])}{self._doubt(services['verified'])}"

    def _flow(self, flow: Mapping[str, Any]) -> Iterator[str]:
        yield self._say("flow", **flow)
        yield f"  {flow['rule']}"
        if flow["reference"]:
            yield f"  {self._say('reference', text=flow['reference'])}"

    def _policy(self, policy: Mapping[str, Any]) -> Iterator[str]:
        over = self._say("policy_over", id=policy["overruled_by"]) if policy["overruled_by"] else ""
        if policy["exception"]:
            over = self._words["policy_excepted"]
        yield self._say(
            "policy",
            title=text_in(policy["title"], self._language, policy["policy"]),
            id=policy["policy"],
            instrument=instrument_in(self._language, policy["instrument"]),
            strictness=policy["strictness"],
            over=over,
        )
        if policy["exception"]:
            yield f"  {self._say('policy_exception', text=policy['exception'])}"
        if policy["pieces"]:
            area = f"{policy['part_ha']:,.2f}"
            yield f"  {self._say('policy_part', area=area, count=len(policy['pieces']))}"
        if policy["inherited_from"]:
            yield f"  {self._say('policy_inherited', name=policy['inherited_from'])}"
        yield f"  {policy['clause']}"
        for name, value in policy["settings"].items():
            yield f"  {self._say('setting', name=name, value=self._setting(value))}"
        yield from (f"    {line}" for line in self._chain(policy))
        days = {key: self._say(f"policy_{key}", day=policy[key]) if policy[key] else "" for key in ("since", "until")}
        doubt = "" if policy["verified"] else self._words["unseen"]
        yield f"    {self._say('policy_reference', text=policy['reference'], **days, doubt=doubt)}"

    def _setting(self, value: Any) -> str:
        if isinstance(value, dict) and set(value) == {"value", "unit"}:
            return self._words["missing"] if value["value"] is None else f"{value['value']} {value['unit']}"
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _tells(margin: Mapping[str, Any]) -> bool:
    """Whether people need to read it: something would flip, or noise could. The others stand in the JSON."""
    return bool(margin["flip_side"] or margin["near"])
