"""Narratives: an explanation in words, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zoning.claims import DEFAULT_RULE

STATUS = {
    "decided": "decided by the rules",
    "contested": "contested: different zones stand at one priority, the id of the rule decided",
    "review": "for review: a rule could not be answered",
    "by_decision": "by decision of the planners",
}


def narrate(content: Mapping[str, Any]) -> Iterator[str]:
    """An explanation line by line.

    Parameters
    ----------
    content : mapping
        Of a :class:`zoning.Explanation`.

    Yields
    ------
    str
        Lines without an end; names are in them as they were read, see :func:`layers.visible`.
    """
    unit, plan = content["unit"], content["plan"]
    inside = f", {unit['jurisdiction']}" if unit["jurisdiction"] else ""
    yield f"{unit['name']} ({unit['unit_id']}){inside}: {unit['area_ha']:,.2f} ha"
    yield f"Plan '{plan['name']}' of {plan['date']}, rulebook {plan['rulebook']}"
    yield ""
    yield f"Main function: {_titled(content['main'])} - {STATUS.get(content['status'], content['status'])}"
    yield from _claim_text(content["main"])
    for heading, key in (("Overlays", "overlays"), ("Also claimed", "other_claims")):
        if content[key]:
            yield from ("", heading)
        for claim in content[key]:
            yield f"  {_titled(claim)}{'' if claim['answer'] == 'yes' else ': unknown'}"
            yield from _claim_text(claim)
    yield from _section("Control lines", map(_line_text, content["lines"]))
    yield from _section("Quotas", map(_quota_text, content["quotas"]))
    yield from _section("Policies", (line for policy in content["policies"] for line in _policy_text(policy)))
    yield from _section("Assumed", (f"{one['name']}: {one['assumed']}" for one in content["assumptions"]))


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    indented = [f"  {line}" for line in lines]
    yield from ("", heading, *indented) if indented else ()


def _titled(one: Mapping[str, Any]) -> str:
    return f"{one['title'].get('en', one['zone'])} ({one['zone']})"


def _claim_text(claim: Mapping[str, Any]) -> Iterator[str]:
    kind = "rule " if claim["when"] else ""
    yield f"    {kind}{claim['rule']}: {claim['because'].get('en', claim['reason'])}"
    # the reason of the default zone has all clauses in it already
    told = {**claim, "clauses": []} if claim["rule"] == DEFAULT_RULE else claim
    yield from (f"      {line}" for line in _chain_text(told))
    if claim["reference"] and claim["decision"] is None:
        yield f"      reference: {claim['reference']}{' (not verified)' if claim['verified'] is False else ''}"


def _chain_text(one: Mapping[str, Any]) -> Iterator[str]:
    """The clauses that decide, and the parameters that they compare with."""
    for clause in one["clauses"]:
        if not clause["decides"]:
            continue
        sentence = "it always holds" if clause["text"].upper() == "TRUE" else clause["sentence"]
        yield f"{clause['answer']:<8}{sentence}"
    for parameter in one["parameters"]:
        value = parameter["value"]
        number = f"{value:g}" if isinstance(value, float) and not isinstance(value, bool) else str(value)
        since = f", from {parameter['since']}" if parameter["since"] else ""
        doubt = "" if parameter["verified"] else " (not verified)"
        yield f"{parameter['name']} = {number} {parameter['unit']}{since}: {parameter['reference']}{doubt}"


def _line_text(line: Mapping[str, Any]) -> str:
    lost = f"; {line['claimed_ha'] - line['settled_ha']:,.2f} ha lost to {line['lost_to']}" if line["lost_to"] else ""
    reference = f" ({line['reference']})" if line["reference"] else ""
    title = line["title"].get("en", line["line"])
    return f"{title}: {line['settled_ha']:,.2f} ha of {line['claimed_ha']:,.2f} ha claimed{lost}{reference}"


def _quota_text(quota: Mapping[str, Any]) -> str:
    bounds = [f"{name} {quota[name]}" for name in ("floor", "ceiling") if quota[name] is not None]
    if quota["weight"] is not None:
        bounds.append(f"weight {quota['weight']:,.6g}")
    if quota["binding"]:
        bounds.append(f"bound by {quota['binding']}")
    whole = f", of {quota['jurisdiction_amount']} for {quota['jurisdiction']}" if quota["jurisdiction_amount"] else ""
    return f"{quota['quota']} {quota['period']}: {quota['amount']} {quota['unit']}{whole} ({', '.join(bounds)})"


def _policy_text(policy: Mapping[str, Any]) -> Iterator[str]:
    title = policy["title"].get("en", policy["policy"])
    over = f"; overruled by {policy['overruled_by']}" if policy["overruled_by"] else ""
    yield f"{title} ({policy['policy']}; {policy['instrument']}, strictness {policy['strictness']}{over})"
    yield f"  {policy['clause']}"
    yield from (f"  {name}: {_setting_text(value)}" for name, value in policy["settings"].items())
    yield from (f"    {line}" for line in _chain_text(policy))
    days = "".join(f", {word} {policy[key]}" for word, key in (("from", "since"), ("until", "until")) if policy[key])
    yield f"    reference: {policy['reference']}{days}{'' if policy['verified'] else ' (not verified)'}"


def _setting_text(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"value", "unit"}:
        return "missing" if value["value"] is None else f"{value['value']} {value['unit']}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
