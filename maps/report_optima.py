"""The part of the report on quotas that are the best by an objective: value, gap, and the price of every rule."""

from __future__ import annotations

from collections.abc import Iterator

from layers import Limit, Quota
from maps.lettering import amount, format_measure
from maps.report_editions import ReportContext, each_row
from maps.report_parts import Grid, Leaf, Paragraph, grid
from zoning import name_text, price_words, rule_name, solution_words


def optimum_leaves(edition: ReportContext, quota: Quota) -> Iterator[Leaf]:
    """How good the quota is, its limits and the price of each rule; nothing of one that is handed out by weight."""
    solved = edition.plan.solutions[edition.plan.solutions["quota"] == quota.name]
    for row in solved.to_dict("records"):
        yield Paragraph(solution_words(row, edition.unit_of(quota.unit), edition.language))
        yield _rules(edition, quota)


def limit_text(edition: ReportContext, limit: Limit) -> str:
    """A limit as the plan has it."""
    words = edition.words
    ends = {"limit_min": limit.min, "limit_max": limit.max, "max_pct": limit.max_pct, "min_pct": limit.min_pct}
    said = [
        edition.say(f"{key}_of_use" if key.endswith("pct") else key, n=one if isinstance(one, str) else amount(one))
        for key, one in ends.items()
        if one is not None
    ]
    parts = [
        edition.when(limit.when) or words["all_units"],
        edition.say("limit_each", level=limit.each) if limit.each else "",
    ]
    return edition.say(
        "limit_line",
        name=limit.name,
        who=", ".join(part for part in parts if part),
        per=limit.per if isinstance(limit.per, str) else amount(limit.per),
        ends=", ".join(said),
        unit=edition.unit_of(limit.unit),
        reason=f" ({limit.reason})" if limit.reason else "",
    )


def _rules(edition: ReportContext, quota: Quota) -> Grid:
    """Every rule over several units with what it came to, and what one more of it would change."""
    rows = edition.plan.quota_rules[edition.plan.quota_rules["quota"] == quota.name]
    return grid(
        edition.say("rules_of", name=name_text(quota.name)),
        edition.columns(rule="long", rule_amount="number", rule_least="number", rule_most="number", price="long"),
        (
            (
                (rule_name(row._asdict(), edition.language), edition.when(row.condition)),
                f"{format_measure(row.amount)} {edition.unit_of(row.unit)}",
                format_measure(row.least),
                format_measure(row.most),
                price_words(
                    row._asdict(), quota.objective or "", edition.language, rule_name(row._asdict(), edition.language)
                )
                or edition.words["costs_nothing"],
            )
            for row in each_row(rows)
        ),
        note=edition.words["price_note"],
    )
