"""The chapters of one unit: every claim, line, quota, duty and assumption with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from maps.telling.annex.annexes import weight_text
from maps.telling.annex.compensation_chapter import unit_flows, unit_services
from maps.telling.annex.energy_chapter import unit_lights
from maps.telling.annex.land_chapter import unit_land, unit_sites
from maps.telling.annex.negative_lists_chapter import unit_lists
from maps.telling.annex.report_context import ReportContext
from maps.telling.summaries.page_blocks import Block, Card, Chapter, Paragraph, grid
from maps.words import NONE, name_text, optimum_lines, text_in
from zoning.study import Quota
from zoning.zones import DEFAULT_RULE, OPEN

Content = Mapping[str, Any]

HASH_SHOWN = 12
_TOLD_APART = ("deduction", "parameter")


def main_function(edition: ReportContext, content: Content) -> Card:
    """The main function with its status and the whole chain of reasons."""
    words, main = edition.words, content["main"]
    card = _claim(edition, main)
    has_values = main["inherited_from"] or all(
        clause["decides"] for clause in main["clauses"]
    )  # the tests then have every value
    values = "" if has_values else words["semicolon"].join(_values(edition, main["values"]))
    is_assumed = content["status"] == "assumed"
    settled = _decided(edition, main) or words["assumed" if is_assumed else "decided"]
    facts = ((words["status"], settled), *_shown(edition, content["shown"]), (words["values"], values), *card.facts)
    warning = edition.standing(content["unit"]["unit_id"]) if is_assumed or content["status"] in OPEN else ""
    return Card(card.title, card.tag, warning, facts, text=card.text)


def dossier_chapters(edition: ReportContext, content: Content) -> Iterator[Chapter]:
    """Everything below the main function: overlays, other rules, lines, quotas, duties, money, assumptions, sources.

    Parameters
    ----------
    edition : Edition
    content : mapping
        What :func:`maps.telling.explanations.explain` says of the unit, as plain values.
    """
    words = edition.words
    yield _chapter("overlays", words["overlays"], _claims(edition, content["overlays"]), words["no_overlays"])
    others = [_other(edition, claim) for claim in content["other_claims"]]
    yield _chapter("others", words["other_rules"], others, words["no_other_rules"])
    yield _chapter("lines", words["lines"], _lines(edition, content["lines"]), words["no_lines"])
    yield _chapter("quotas", words["quotas"], _quotas(edition, content), words["no_quota"])
    if content["derived"] or content["norms"]:
        yield _chapter("land", words["land"], unit_land(edition, content["derived"], content["norms"]), words["none"])
    if len(edition.plan.energy):
        lights = unit_lights(edition, (light["region"] for light in content["energy"]))
        yield _chapter("energy", words["energy"], lights, words["no_unit_energy"])
    yield _chapter("duties", words["duties"], _duties(edition, content["policies"]), words["no_duties"])
    if len(edition.plan.industries):
        lists = unit_lists(edition, content["unit"]["unit_id"])
        yield _chapter("industries", words["unit_lists"], lists, words["no_unit_lists"])
    for worth in content["services"]:
        yield Chapter("services", words["ecosystem_services"], tuple(unit_services(edition, worth)))
    if len(edition.plan.flows):
        yield _chapter("money", words["money"], unit_flows(edition, content["unit"]["unit_id"]), words["none"])
    yield _chapter("assumed", words["unit_assumptions"], _assumed(edition, content), words["no_assumptions"])
    yield Chapter("sources", words["sources"], tuple(_sources(edition)))


def _chapter(name: str, title: str, blocks: Iterable[Block], otherwise: str) -> Chapter:
    return Chapter(name, title, tuple(blocks) or (Paragraph(otherwise),))


def _claims(edition: ReportContext, claims: Iterable[Content]) -> list[Block]:
    return [_claim(edition, claim) for claim in claims]


def _claim(edition: ReportContext, claim: Content) -> Card:
    """A claim with its reason, what was tested, the values, the thresholds and the reference."""
    words, decision = edition.words, claim["decision"]
    facts = [
        (words["clauses"], words["semicolon"].join(_tests(edition, claim))),
        *((words["threshold"], _threshold(edition, parameter)) for parameter in claim["parameters"]),
    ]
    if decision:
        facts.append((words["decided_by"], ", ".join(filter(None, (decision["by"], decision["date"])))))
    return Card(
        edition.title(claim["zone"]),
        claim["rule"],
        _decided(edition, claim) or edition.doubt(claim),
        (*facts, (words["reference"], claim["reference"])),
        text=_reason(edition, claim),
    )


def _tests(edition: ReportContext, claim: Content) -> Iterator[str]:
    """What was tested and decides, once each; of a part's default by rule, which says of whom it was asked."""
    if claim["inherited_from"]:
        for link in claim["links"]:
            sentences = dict.fromkeys(clause["sentence"] for clause in link["clauses"] if clause["decides"])
            yield edition.say("term", name=link["reason"], value=", ".join(sentences))
    if not claim["inherited_from"] or not claim["links"]:
        yield from dict.fromkeys(clause["sentence"] for clause in claim["clauses"] if clause["decides"])


def _decided(edition: ReportContext, claim: Content) -> str:
    """That a decision made the claim, and whose, in words; empty for a rule."""
    decision = claim["decision"] or {}
    kind = f"locked_{decision['locked']}" if "locked" in decision else "by_decision"
    return edition.words[kind] if decision else ""


def _reason(edition: ReportContext, claim: Content) -> str:
    """Why, in words alone; the values stand apart."""
    if claim["decision"]:
        return str(claim["decision"]["reason"])
    if claim["rule"] == DEFAULT_RULE:
        return edition.words["unclaimed"]
    return text_in(claim["because"], edition.language, claim["reason"])


def _other(edition: ReportContext, claim: Content) -> Card:
    """A claim that did not win, or that nobody can answer."""
    words, card = edition.words, _claim(edition, claim)
    warning = words["claims_too"] if claim["answer"] == "yes" else words["cannot_say"]
    return Card(card.title, card.tag, warning, card.facts, text=card.text)


def _values(edition: ReportContext, values: Content) -> Iterator[str]:
    """The measures that were read, by their titles, with their units of measure."""
    indicators = {indicator.name: indicator for indicator in edition.plan.rulebook.indicators}
    for name, value in values.items():
        known = indicators.get(name)
        title = text_in(known.title, edition.language, name) if known and known.title else name
        shown = edition.words["missing"] if value is None else _value_text(edition, value)
        unit = f" {edition.unit_of(known.unit)}" if known and known.unit != "1" and _is_number(value) else ""
        yield f"{title} {shown}{unit}"


def _value_text(edition: ReportContext, value: object) -> str:
    return edition.yes(value) if isinstance(value, bool) else edition.measured(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _threshold(edition: ReportContext, parameter: Content) -> str:
    words = edition.words
    days = "".join(edition.say(f"{key}_day", day=parameter[key]) for key in ("since", "until") if parameter[key])
    doubt = edition.doubt(parameter)
    return edition.say(
        "threshold_said",
        name=edition.plan.renderer.terms.name(parameter["name"]),
        value=_with_unit(edition, parameter),
        since=days,
        reference=words["semicolon"].join(filter(None, (parameter["reference"], doubt))),
    )


def _with_unit(edition: ReportContext, parameter: Content) -> str:
    value, unit = edition.plan.renderer.terms.value_text(parameter["name"], parameter["value"]), parameter["unit"]
    return value if unit == "1" else f"{value} {edition.unit_of(unit)}"


def _lines(edition: ReportContext, lines: list[Content]) -> list[Block]:
    if not lines:
        return []
    rows = (
        (
            (text_in(line["title"], edition.language, line["line"]), line["reference"]),
            edition.ha(line["claimed_ha"]),
            edition.ha(line["settled_ha"]),
            edition.lost(line["lost_to"], line["lost"]) or NONE,
        )
        for line in lines
    )
    return [grid("", edition.columns(line="text", claimed_ha="number", settled_ha="number", lost_to="text"), rows)]


def _quotas(edition: ReportContext, content: Content) -> Iterator[Block]:
    words, plan = edition.words, edition.plan
    quotas = {(quota.name, quota.period): quota for quota in plan.study.quotas}
    for row in content["quotas"]:
        quota = quotas[row["quota"], row["period"]]
        whole = row["jurisdiction_amount"]
        given = edition.say(
            "of_whole" if whole else "of_nothing",
            n=edition.amount(row["amount"]),
            unit=edition.unit_of(row["unit"]),
            all=edition.amount(whole),
            place=row["jurisdiction_name"],
        )
        weight = edition.say("weight_said", n=edition.measured(row["weight"]), measures=weight_text(edition, quota))
        yield Card(
            f"{edition.quota(quota.name)} {quota.period}",
            text=given,
            facts=(
                (words["weight"], weight),
                *((words["priorities"], text) for text in _priorities(edition, quota, row)),
                *_shown(edition, row["shown"], quota),
                (words["binding"], words.get(row["binding"], row["binding"]) or words["not_bound"]),
                *_conditions(edition, row),
                *((words["best_plan"], text) for text in optimum_lines(row, edition.language)),
                *unit_sites(edition, row["siting"]),
            ),
        )


def _conditions(edition: ReportContext, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What besides weight and bounds made the amount: locks, groups, transfers."""
    words, say = edition.words, edition.say
    for lock in row["locks"]:
        yield words["locks"], say("locked_line", n=edition.amount(lock["amount"]), reason=lock["reason"])
    for group in row["groups"]:
        limits = ", ".join(
            say(key, n=edition.amount(group[key])) for key in ("max_pct", "min_pct") if group[key] is not None
        )
        yield (
            words["groups"],
            say("group_line", when=edition.when(group["when"]), limits=limits, reason=group["reason"] or NONE),
        )
    for transfer in row["transfers"]:
        fields = {
            "n": edition.amount(transfer["amount"]),
            "other": edition.unit(transfer["other"]),
            "reason": transfer["reason"],
        }
        yield words["transfers"], say(f"transfer_{transfer['side']}", **fields)


def _priorities(edition: ReportContext, quota: Quota, row: Content) -> Iterator[str]:
    """The factors that raised or lowered the unit's weight."""
    weights = (link for link in row["links"] if link["kind"] == "weight")
    for priority in (link for weight in weights for link in weight["links"] if link["kind"] == "priority"):
        reason = quota.priority[int(priority["id"]) - 1].reason
        yield edition.say(
            "priority_line",
            factor=edition.measured(priority["amount"]),
            when=edition.when(priority["when"]),
            reason=text_in(reason, edition.language),
        )


def _shown(
    edition: ReportContext, facts: Iterable[Mapping[str, str]], quota: Quota | None = None
) -> Iterator[tuple[str, str]]:
    """What shown columns say; of a quota with the measure that a figure is taken from, where it is one."""
    for fact in facts:
        source = getattr(quota, fact["name"], None)
        named = edition.measure(source) if isinstance(source, str) else ""
        yield fact["title"], edition.say("bound_said", n=fact["text"], source=named) if named else fact["text"]


def _duties(edition: ReportContext, policies: list[Content]) -> Iterator[Block]:
    """Policies in the order of the rulebook; each once on the whole unit, and once for all parts where it holds.

    What holds everywhere is no news of this unit: it stands last, by its titles; the report has it in full.
    """
    order = {policy.id: rank for rank, policy in enumerate(edition.plan.rulebook.policies)}
    ordered = sorted(policies, key=lambda policy: order[policy["policy"]])
    common = [policy for policy in ordered if _holds_everywhere(policy)]
    yield from (_duty(edition, policy) for policy in ordered if not _holds_everywhere(policy))
    if common:
        listed = edition.words["semicolon"].join(_in_short(edition, policy) for policy in common)
        yield Card(edition.words["in_force_everywhere"], text=listed)


def _holds_everywhere(policy: Content) -> bool:
    """Whether a policy holds in every unit, here without exception and in full."""
    return policy["when"].upper() == "TRUE" and not (policy["overruled_by"] or policy["pieces"])


def _in_short(edition: ReportContext, policy: Content) -> str:
    title = text_in(policy["title"], edition.language, policy["policy"])
    doubt = edition.doubt(policy)
    return edition.say("in_doubt", title=title, doubt=doubt) if doubt else title


def _duty(edition: ReportContext, policy: Content) -> Card:
    words = edition.words
    days = "".join(edition.say(f"{key}_day", day=policy[key]) for key in ("since", "until") if policy[key])
    instrument = edition.plan.renderer.terms.heading(policy["instrument"])
    return Card(
        text_in(policy["title"], edition.language, policy["policy"]),
        policy["policy"],
        edition.doubt(policy),
        (
            (words["overruled"], "" if policy["exception"] else policy["overruled_by"]),
            (words["excepted"], policy["exception"]),
            (words["stands_for"], policy["extent"]),
            (words["part_of_unit"], _part(edition, policy)),
            (words["inherited_from"], policy["inherited_from"]),
            (words["parameters_of"], edition.terms(policy["terms"])),
            (instrument, f"{_why(edition, policy)}{words['semicolon']}{policy['reference']}{days}"),
        ),
        text=policy["clause"],
    )


def _part(edition: ReportContext, policy: Content) -> str:
    return edition.say("ha", n=edition.ha(policy["part_ha"])) if policy["pieces"] else ""


def _why(edition: ReportContext, policy: Content) -> str:
    """As what the unit has the duty."""
    if policy["when"].upper() == "TRUE":
        return edition.words["everywhere"]
    if policy["zone"]:
        return edition.say("applies_as", zone=edition.overlays(policy["zone"]))
    sentences = [clause["sentence"] for clause in policy["clauses"] if clause["decides"]]
    return edition.say("applies_where", clauses=edition.words["semicolon"].join(sentences))


def _assumed(edition: ReportContext, content: Content) -> list[Block]:
    """Absent roles and indicators, deductions not made, and thresholds that nobody has seen in an official text."""
    words = edition.words
    facts = [
        (name_text(assumption["title"]), assumption["assumed"])
        for assumption in content["assumptions"]
        if assumption["kind"] not in _TOLD_APART
    ]
    if content["quotas"] and edition.deductions:
        facts.append((words["deductions"], edition.say("no_layer_for", names=words["and"].join(edition.deductions))))
    claims = (content["main"], *content["overlays"], *content["other_claims"], *content["policies"])
    unseen = {
        f"{edition.plan.renderer.terms.name(parameter['name'])} = {_with_unit(edition, parameter)}"
        for claim in claims
        for parameter in claim["parameters"]
        if edition.doubt(parameter)
    }
    if unseen:
        facts.append((words["parameters_unseen"], words["semicolon"].join(sorted(unseen))))
    return [Card("", facts=tuple(facts))] if facts else []


def _sources(edition: ReportContext) -> Iterator[Block]:
    """Every input file with what was read from it and the beginning of its sha256."""
    files: dict[tuple[str, str], list[str]] = {}
    for source in edition.plan.sources:
        files.setdefault((source.path, source.sha256), []).append(edition.source(source.name))
    facts = (
        (path, f"{', '.join(dict.fromkeys(names))} (sha256 {sha256[:HASH_SHOWN]}…)")
        for (path, sha256), names in sorted(files.items())
    )
    yield Card("", facts=tuple(facts))
    yield Paragraph(edition.say("dossier_sources", crs=edition.projection(edition.plan.units.crs)))
