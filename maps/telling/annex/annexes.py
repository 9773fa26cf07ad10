"""The annexes: quotas and the price of their rules, policies, assumptions, parameters, ledger, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
from pyproj import CRS

from layers.ledger import finding_word
from maps.telling.annex.report_context import TOLD, ReportContext, each_row, group_rows
from maps.telling.summaries.page_blocks import Block, Card, Cell, Chapter, Column, Grid, Names, Paragraph, Rows, grid
from maps.words import (
    NONE,
    describe_parameters,
    extent_text,
    phrase_in,
    price_words,
    provision_text,
    rule_name,
    solution_words,
    text_in,
)
from zoning.measures import deducted_roles
from zoning.policies import policy_parameters_of
from zoning.quotas import RESERVE
from zoning.rulebook import EXCEPTION, Policy
from zoning.study import Limit, Priority, Quota
from zoning.tables import QUOTAS

HELD = ("unit_id", "policy", "piece_id", "overruled_by")
"""The columns of the POLICIES table that tell where a policy holds."""


def optimum_leaves(edition: ReportContext, quota: Quota) -> Iterator[Block]:
    """How good the quota is, its limits and the price of each rule; nothing of one that is handed out by weight."""
    solved = edition.plan.solutions[edition.plan.solutions["quota"] == quota.name]
    for row in solved.to_dict("records"):
        yield Paragraph(solution_words(row, edition.unit_of(quota.unit), edition.language))
        yield _rules(edition, quota)


def limit_text(edition: ReportContext, limit: Limit) -> str:
    """A limit as the plan has it."""
    words = edition.words
    ends = {"limit_min": limit.min, "limit_max": limit.max, "max_pct": limit.max_pct, "min_pct": limit.min_pct}
    bounds = [
        edition.say(
            f"{key}_of_use" if key.endswith("pct") else key, n=end if isinstance(end, str) else edition.amount(end)
        )
        for key, end in ends.items()
        if end is not None
    ]
    parts = [
        edition.when(limit.when) or words["all_units"],
        edition.say("limit_each", level=edition.level(limit.each)) if limit.each else "",
    ]
    return edition.say(
        "limit_line",
        name=limit.name,
        who=", ".join(part for part in parts if part),
        per=limit.per if isinstance(limit.per, str) else edition.amount(limit.per),
        ends=", ".join(bounds),
        unit=edition.unit_of(limit.unit),
        reason=f" ({limit.reason})" if limit.reason else "",
    )


def _rules(edition: ReportContext, quota: Quota) -> Grid:
    """Every rule over several units with what it came to, and what one more of it would change."""
    rows = edition.plan.quota_rules[edition.plan.quota_rules["quota"] == quota.name]
    return grid(
        edition.say("rules_of", name=edition.quota(quota.name)),
        edition.columns(rule="long", rule_amount="number", rule_least="number", rule_most="number", price="long"),
        (
            (
                (rule_name(row._asdict(), edition.language), edition.when(row.condition)),
                f"{edition.measured(row.amount)} {edition.unit_of(row.unit)}",
                edition.measured(row.least),
                edition.measured(row.most),
                price_words(
                    row._asdict(), quota.objective or "", edition.language, rule_name(row._asdict(), edition.language)
                )
                or edition.words["costs_nothing"],
            )
            for row in each_row(rows)
        ),
        note=edition.words["price_note"],
    )


def quotas(edition: ReportContext) -> Chapter:
    """Each land quota: how it is handed down, then every level with amounts, bounds and what bound."""
    words, table = edition.words, edition.plan.quotas
    blocks: list[Block] = []
    for quota in edition.plan.study.quotas:
        rows = table[(table["quota"] == quota.name) & (table["period"] == quota.period)]
        blocks.append(_quota_card(edition, quota, rows))
        blocks += optimum_leaves(edition, quota)
        blocks += [_level(edition, quota, level, rows[rows["level"] == level]) for level in quota.levels]
    missing = [assumption for assumption in edition.plan.assumptions if assumption.kind == "deduction"]
    if edition.plan.study.quotas and missing:
        blocks.append(Paragraph(words["deductions"], "heading"))
        deducted = map(edition.role, deducted_roles(edition.plan.rulebook))
        blocks.append(Paragraph(edition.say("deductions_intro", roles=words["semicolon"].join(deducted))))
        blocks.append(
            grid(
                "",
                edition.columns(name="text", assumed="long"),
                (((edition.assumed(assumption), assumption.name), str(assumption.assumed)) for assumption in missing),
            )
        )
    return Chapter("quotas", words["quotas"], tuple(blocks))


def _quota_card(edition: ReportContext, quota: Quota, rows: pd.DataFrame) -> Card:
    words = edition.words
    return Card(
        edition.say(
            "quota_total", name=edition.quota(quota.name), period=quota.period, unit=edition.unit_of(quota.unit)
        ),
        words[f"by_{quota.by}"],
        facts=(
            (words["total"], edition.amount(quota.total)),
            (words["handed_out"], edition.amount(_sum(rows.loc[rows["level"] == quota.levels[-1], "amount"]))),
            (words["step"], edition.amount(quota.step)),
            (words["levels"], " → ".join(map(edition.level, quota.levels))),
            (words["objective"], words[f"objective_{quota.objective}"] if quota.objective else ""),
            (words["weight"], weight_text(edition, quota)),
            (words["floor"], _bound(edition, quota.floor)),
            (words["ceiling"], _bound(edition, quota.ceiling)),
            (words["reserve_pct"], edition.amount(quota.reserve_pct)),
            *((words["priorities"], _priority(edition, priority)) for priority in quota.priority),
            *_conditions(edition, quota),
        ),
    )


def _conditions(edition: ReportContext, quota: Quota) -> Iterator[tuple[str, str]]:
    """What else binds a quota: groups, locked amounts, balances, links and transfers."""
    words, say = edition.words, edition.say
    for group in quota.groups:
        ends = {"max_pct": group.max_pct, "min_pct": group.min_pct}
        limits = ", ".join(say(key, n=edition.amount(value)) for key, value in ends.items() if value is not None)
        yield (
            words["groups"],
            say("group_line", when=edition.when(group.when), limits=limits, reason=group.reason or NONE),
        )
    for limit in quota.limits:
        yield words["limits"], limit_text(edition, limit)
    for lock in quota.locked:
        who = lock.unit or edition.when(lock.when)
        yield words["locks"], say("lock_line", who=who, n=edition.amount(lock.amount), reason=lock.reason)
    if quota.carried:
        yield words["carried"], _bound(edition, quota.carried)
    for link in quota.within:
        yield (
            words["links"],
            say(
                "link_line",
                quota=edition.quota(link.quota),
                level=edition.level(link.level),
                n=edition.amount(link.times),
            ),
        )
    for transfer in quota.transfers:
        sides = {"giver": edition.unit(transfer.giver), "receiver": edition.unit(transfer.receiver)}
        yield (
            words["transfers"],
            say("transfer_line", n=edition.amount(transfer.amount), reason=transfer.reason, **sides),
        )


def _priority(edition: ReportContext, priority: Priority) -> str:
    return edition.say(
        "priority_line",
        factor=edition.measured(priority.factor),
        when=edition.when(priority.when),
        reason=priority.reason,
    )


def weight_text(edition: ReportContext, quota: Quota) -> str:
    """The measures that a quota goes by, with their shares."""
    if isinstance(quota.weight, str):
        return edition.measure(quota.weight)
    return " + ".join(f"{edition.measured(part.share)} × {edition.measure(part.measure)}" for part in quota.weight)


def _bound(edition: ReportContext, bound: Decimal | str | None) -> str:
    if bound is None:
        return edition.words["no_bound"]
    return edition.measure(bound) if isinstance(bound, str) else edition.amount(bound)


def _level(edition: ReportContext, quota: Quota, level: str, rows: pd.DataFrame) -> Grid:
    """One level of a quota; units stand under their jurisdiction, its reserve last."""
    words, shown = edition.words, edition.column_words.shown(QUOTAS)
    title = edition.say("amount", unit=edition.unit_of(quota.unit))
    more = (*edition.column_words.heads(QUOTAS, shown), *edition.columns(weight="number", binding="text"))
    inner = level == quota.levels[-1] and len(quota.levels) > 1
    every = list(each_row(rows))
    groups = sorted(group_rows(every, "jurisdiction").items()) if inner else [("", every)]
    return Grid(
        edition.say("term", name=edition.quota(quota.name), value=edition.say("level", name=edition.level(level))),
        (Column(words["name"]), Column(title, "number"), *more),
        tuple(
            Rows(
                tuple(_quota_rows(edition, part, shown)),
                edition.jurisdiction(name),
                edition.amount(_sum(row.amount for row in part)) if name else "",
            )
            for name, part in groups
        ),
        (words["total"], edition.amount(_sum(rows["amount"])), *("" for _ in more)),
    )


def _sum(amounts: Iterable[object]) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts), Decimal(0))


def _quota_rows(edition: ReportContext, rows: Iterable[Any], shown: Iterable[str]) -> Iterator[tuple[Cell, ...]]:
    """Units by id, a reserve last."""
    words = edition.words
    for row in sorted(rows, key=lambda row: row.unit_id == RESERVE):
        name = edition.unit(row.unit_id) if row.unit_id else edition.jurisdiction(row.jurisdiction)
        yield (
            words["reserve"] if row.unit_id == RESERVE else name,
            edition.amount(row.amount),
            *(edition.column_words.text(QUOTAS, column, getattr(row, column)) for column in shown),
            edition.measured(row.weight),
            words.get(row.binding, row.binding) or NONE,
        )


def policies(edition: ReportContext) -> Chapter:
    """Each policy of the rulebook once, by instrument, with the units where it applies."""
    words = edition.words
    held = group_rows(each_row(edition.plan.policies[list(HELD)]), "policy")
    blocks: list[Block] = [Paragraph(words["policies_intro"])]
    instruments = dict.fromkeys(policy.instrument for policy in edition.plan.rulebook.policies)
    for instrument in instruments:
        heading = edition.plan.renderer.terms.heading(instrument)
        blocks.append(Paragraph(heading, "heading"))
        of_instrument = [policy for policy in edition.plan.rulebook.policies if policy.instrument == instrument]
        blocks += [_policy_card(edition, policy, held.get(policy.id, ())) for policy in of_instrument]
    return Chapter("policies", words["policies"], tuple(blocks))


def _policy_card(edition: ReportContext, policy: Policy, held: Sequence[Any]) -> Card:
    words, rulebook = edition.words, edition.plan.rulebook
    settings = policy_parameters_of(policy, rulebook)
    whole = {row.unit_id for row in held if not row.piece_id}
    parts = {row.unit_id for row in held} - whole
    return Card(
        text_in(policy.title, edition.language, policy.id),
        policy.id,
        edition.doubt(policy),
        (
            (words["clause"], text_in(policy.clause, edition.language)),
            (words["reference"], text_in(policy.reference, edition.language)),
            (words["since"], edition.day(policy.since)),
            (words["until"], edition.day(policy.until) if policy.until else ""),
            (words["when"], edition.when(policy.when)),
            (words["stands_for"], extent_text(policy, edition.language)),
            (
                words["effect"],
                edition.say(f"effect_{policy.effect}", subject=_subject(edition, policy)) if policy.effect else "",
            ),
            (words["asked_of"], words[f"scope_{policy.scope}"] if policy.scope != "unit" else ""),
            (words["exceptions"], words["semicolon"].join(_exceptions(edition, policy))),
            (words["parameters_of"], edition.terms(describe_parameters(policy, settings, edition.plan.renderer))),
            (words["applies"], _extent(edition, len(whole), len(parts))),
            (words["part_land"], edition.ha(_land(edition, held)) if parts else ""),
        ),
        (*_where(edition, whole, parts), *_overruled(edition, held)) if len(edition.plan.zones) <= TOLD else (),
    )


def _subject(edition: ReportContext, policy: Policy) -> str:
    """What a policy is about, as ``terms.toml`` of the rulebook calls it."""
    return edition.plan.renderer.terms.setting(policy.subject)


def _exceptions(edition: ReportContext, policy: Policy) -> Iterator[str]:
    """Where a policy does not apply, and why."""
    for exception in policy.exceptions:
        doubt = edition.doubt(exception) and edition.words["semicolon"] + edition.doubt(exception)
        reason = text_in(exception.reason, edition.language)
        yield edition.say(
            "exception_said",
            when=edition.when(exception.when),
            reason=reason,
            reference=text_in(exception.reference, edition.language),
            doubt=doubt,
        )


def _land(edition: ReportContext, held: Sequence[Any]) -> float:
    """Hectares of the pieces on which a policy holds."""
    pieces = {row.piece_id for row in held if row.piece_id and not row.overruled_by}
    return float(edition.plan.pieces.loc[edition.plan.pieces.index.isin(pieces), "area_ha"].sum())


def _overruled(edition: ReportContext, held: Sequence[Any]) -> Iterator[Names]:
    yielding = group_rows((row for row in held if row.overruled_by), "overruled_by")
    for overruler, rows in sorted(yielding.items()):
        units = {row.unit_id for row in rows}
        number_of = overruler.removeprefix(EXCEPTION)
        given_way = f"{edition.words['overruled']} {overruler}"
        reason = edition.say("excepted_in", n=number_of) if number_of != overruler else given_way
        yield Names(edition.say("term", name=reason, value=edition.counted(len(units))), _names(edition, units))


def _extent(edition: ReportContext, whole: int, parts: int) -> str:
    if not whole + parts:
        return edition.words["applies_nowhere"]
    if whole == len(edition.plan.zones):
        return edition.say("applies_everywhere", units=edition.counted(whole))
    if parts:
        return edition.say("applies_parts", units=edition.counted(whole + parts), parts=edition.number(parts))
    return edition.counted(whole)


def _where(edition: ReportContext, whole: set[str], parts: set[str]) -> Iterator[Names]:
    """The units of a policy; those left out where they are few; nobody where it applies everywhere or nowhere."""
    everyone = set(edition.plan.zones["unit_id"])
    outside = everyone - whole - parts
    if outside and not parts and len(outside) < len(whole) // 4:
        yield Names(edition.say("all_but", units=edition.counted(len(outside))), _names(edition, outside))
    elif whole != everyone and whole | parts:
        names = tuple(_in_part(edition, unit_id, parts) for unit_id in sorted(whole | parts))
        yield Names(edition.say("these_units", units=edition.counted(len(names))), names)


def _in_part(edition: ReportContext, unit_id: str, parts: set[str]) -> str:
    name = edition.unit(unit_id)
    return edition.say("in_part", unit=name) if unit_id in parts else name


def _names(edition: ReportContext, ids: set[str]) -> tuple[str, ...]:
    return tuple(edition.unit(unit_id) for unit_id in sorted(ids))


def assumptions(edition: ReportContext) -> Chapter:
    """Roles, indicators and deductions that were absent, and what was taken instead."""
    words = edition.words
    listed = [assumption for assumption in edition.plan.assumptions if assumption.kind != "parameter"]
    columns = edition.columns(name="text", kind="text", taken="long")
    table = grid(
        "",
        columns,
        (
            (
                (edition.assumed(assumption), assumption.name),
                words.get(assumption.kind, assumption.kind),
                str(assumption.assumed),
            )
            for assumption in listed
        ),
    )
    blocks = (Paragraph(words["assumptions_intro"]), table) if listed else (Paragraph(words["none"]),)
    return Chapter("assumptions", words["assumptions"], blocks)


def parameters(edition: ReportContext) -> Chapter:
    """Every parameter in force: value, unit of measure, since when, by which document, seen or not."""
    words, rulebook = edition.words, edition.plan.rulebook
    columns = edition.columns(
        name="text",
        value="number",
        unit_of_measure="text",
        since="word",
        until="word",
        reference="long",
        reading="long",
    )
    rows = (
        (
            (text_in(parameter.title, edition.language, name), name) if parameter.title else name,
            edition.plan.renderer.terms.value_text(name, parameter.value),
            edition.unit_of(parameter.unit),
            edition.day(parameter.since),
            edition.day(parameter.until),
            text_in(parameter.reference, edition.language),
            edition.reading(parameter),
        )
        for name, parameter in sorted(rulebook.parameters.items())
    )
    table = grid("", columns, rows)
    intro = Paragraph(edition.say("parameters_intro", date=rulebook.day.isoformat()))
    return Chapter("parameters", words["parameters"], (intro, table))


def texts(edition: ReportContext) -> Chapter:
    """Where the text of each policy was read, and whether all that it rests on was."""
    words = edition.words
    columns = edition.columns(policy="text", document="long", reading="long")
    table = grid("", columns, (_text_of(edition, policy) for policy in edition.plan.rulebook.policies))
    blocks = (Paragraph(words["texts_intro"]), table) if edition.plan.rulebook.policies else (Paragraph(words["none"]),)
    return Chapter("texts", words["texts"], blocks)


def _text_of(edition: ReportContext, policy: Policy) -> tuple[Cell, ...]:
    source = policy.source
    return (
        (text_in(policy.title, edition.language, policy.id), policy.id),
        (source and provision_text(source, edition.language)) or text_in(policy.reference, edition.language),
        edition.reading(policy),
    )


def ledger(edition: ReportContext) -> Chapter:
    """Every repair: counted by kind, then one by one."""
    words, table = edition.words, edition.plan.ledger
    if table.empty:
        return Chapter("ledger", words["ledger"], (Paragraph(words["none"]),))

    def kind(finding: str) -> str:
        return phrase_in(finding_word(finding), edition.plan.language)

    counts = table.groupby(["layer", "finding", "action"], sort=True, as_index=False).agg(many=("feature", "size"))
    counted = grid(
        words["ledger_by_kind"],
        edition.columns(layer="text", finding="text", action="long", count="number"),
        ((row.layer, kind(row.finding), row.action, edition.number(row.many)) for row in each_row(counts)),
    )
    entries = grid(
        words["all_entries"],
        edition.columns(
            layer="text", feature="hash", finding="text", action="long", before_ha="number", after_ha="number"
        ),
        (
            (
                row.layer,
                row.feature,
                kind(row.finding),
                row.action,
                *_areas(edition, row.area_before_ha, row.area_after_ha),
            )
            for row in each_row(table)
        ),
    )
    return Chapter("ledger", words["ledger"], (Paragraph(words["ledger_intro"]), counted, entries))


def _areas(edition: ReportContext, before: object, after: object) -> tuple[str, str]:
    return edition.number(before, 4), edition.number(after, 4)


def sources(edition: ReportContext) -> Chapter:
    """Every input file with its sha256, the layers that were read from it, and whose data these are if that is said."""
    words, pages = edition.words, edition.pages
    rows: dict[tuple[str, ...], list[str]] = {}
    for source in edition.plan.sources:
        rows.setdefault((source.path, source.sha256, *edition.evidence(source.name)), []).append(
            edition.source(source.name)
        )
    columns = [Column(words["path"], "code"), Column("sha256", "hash"), Column(words["layers"], "long")]
    if any(whose for _, _, *whose in rows):
        columns += [Column(pages[key], "long") for key in ("publisher", "data_of", "licence")]
    cells = (
        (path, sha256, ", ".join(names), *whose, *[""] * (len(columns) - 3 - len(whose)))
        for (path, sha256, *whose), names in sorted(rows.items())
    )
    return Chapter("sources", words["sources"], (Paragraph(words["sources_intro"]), grid("", columns, cells)))


def method(edition: ReportContext) -> Chapter:
    """How areas and shares were taken."""
    plan, words = edition.plan, edition.words
    areas = edition.say(
        "method_areas", crs=edition.projection(plan.units.crs), own=edition.projection(CRS(plan.own_crs))
    )
    return Chapter(
        "method",
        words["method"],
        (Paragraph(areas), Paragraph(edition.say("method_shares", n=len(plan.pieces)))),
    )
