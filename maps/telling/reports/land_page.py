"""The page on land quotas: where land goes, who gets most, what floors, ceilings and priorities did."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd

from maps.drawing import AmountRow, Class, Stick, Sum, amount_bars, count_columns, lollipops, text_mm
from maps.telling.figures.plan_figures import PlanFigures, QuotaFigures, weight_words
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.reports.summary_page import listed
from maps.telling.summaries.page_blocks import Block, Cell, Facts, Figure, Page, Split, Swatch, Table, drawn
from maps.words import capital, text_in

LARGEST = 9
LABEL_MM = 24.0, 33.0
"""Names beside sticks have so much room at least, and at most."""
ROWS = 8
"""More jurisdictions are told by the largest, and the others together."""
SHIFTS, MOST = 3, 3
"""So many causes of less, and of more, are told, each with so many units."""
CEILING, FLOOR = "ceiling", "floor"


def land(figures: PlanFigures, maps: PlanMaps) -> Page:
    """The page of the first quota; the others follow in a small table."""
    edition, allocation = figures.edition, figures.quotas[0]
    picture = maps.circles(
        allocation.amounts, (edition.tell("circles_name", quota=allocation.title), f"{{n}} {allocation.unit}"), 76, 66
    )
    words = edition.pages
    keys = tuple(Swatch(part.fill, part.title) for part in figures.parts)
    right: list[Block] = [Facts(tuple(_facts(figures, allocation)))]
    if len(figures.places) > 1:
        right.insert(0, _by_place(figures, allocation))
    blocks: list[Block] = [
        Split(((Figure(words["where_land"], picture, keys=keys),), tuple(right)), "far"),
        _largest(figures, allocation),
        *_shifts(figures, allocation),
        _classes(figures, allocation),
    ]
    if len(figures.quotas) > 1:
        blocks.append(_others(figures))
    return Page(
        id="land",
        chapter=words["chapter_land"],
        title=_title(figures, allocation),
        lead=_lead(figures, allocation),
        blocks=tuple(blocks),
        foot=_foot(figures, allocation),
    )


def _title(figures: PlanFigures, allocation: QuotaFigures) -> str:
    """How much the largest get, where that is most of it."""
    edition = figures.edition
    ranked = sorted(allocation.amounts, reverse=True)
    given = sum(ranked, Decimal(0))
    share = float(sum(ranked[:LARGEST], Decimal(0))) / float(given) if given else 0.0
    if len(ranked) >= 2 * LARGEST and share > 0.5:
        return edition.tell("finding_largest", n=LARGEST, share=edition.share_text(share), quota=allocation.title)
    return edition.tell("land_title", quota=allocation.title, amount=allocation.amount_text(allocation.total))


def _lead(figures: PlanFigures, allocation: QuotaFigures) -> str:
    edition, quota = figures.edition, allocation.quota
    sentences = [
        edition.tell(
            "lead_quota",
            amount=allocation.amount_text(allocation.total),
            period=quota.period,
            weights=weight_words(edition, quota),
        )
    ]
    if quota.priority:
        factors = (
            edition.tell("lead_factor", factor=priority.factor, reason=text_in(priority.reason, edition.language))
            for priority in quota.priority[:2]
        )
        sentences.append(edition.tell("lead_priorities", factors=edition.words["semicolon"].join(factors)))
    if quota.reserve_pct:
        sentences.append(edition.tell("lead_reserve", pct=edition.percent(edition.number(quota.reserve_pct))))
    return edition.gap.join(sentences)


def _by_place(figures: PlanFigures, allocation: QuotaFigures) -> Figure:
    """What units of the jurisdictions get by main function and for each inhabitant, and what each holds back."""
    edition = figures.edition
    write = partial(edition.number, decimals=allocation.decimals)
    given, people_in = figures.sums_by_place(allocation.amounts), figures.people_by_place
    whole = {
        name: (given[name], float(allocation.reserves.get(name, 0)), sum(people_in[name])) for name in figures.places
    }
    order = sorted(whole, key=lambda name: (-sum(whole[name][0]), name))[:ROWS]
    rows = []
    for name in order:
        parts, held, people = whole[name]
        each = 1e5 * sum(parts) / people if people else float("nan")
        beside = edition.number(each, 1) if figures.people else ""
        rows.append(AmountRow(figures.jurisdiction(str(name)), parts, held, write(sum(parts)), beside))
    title = _place_finding(figures, whole)
    rest = edition.pages["reserve"] if allocation.reserve else ""
    beside = edition.tell("each_inhabitant", unit=allocation.unit) if figures.people else ""
    heads = edition.words["jurisdiction"], edition.tell("total_in", unit=allocation.unit)
    note = edition.tell("note_places", unit=allocation.unit, period=allocation.quota.period)
    if allocation.reserve:
        note += edition.tell("note_reserve", pct=edition.percent(edition.number(allocation.quota.reserve_pct)))
    return drawn(
        title,
        amount_bars(title, figures.parts, rows, rest=rest, beside=beside, heads=heads, write=write),
        note,
    )


def _place_finding(figures: PlanFigures, whole: dict[str, tuple[tuple[float, ...], float, float]]) -> str:
    """Who gets most, and who most for each inhabitant."""
    amounts = {name: sum(parts) for name, (parts, _, _) in whole.items()}
    first = max(amounts, key=lambda name: amounts[name])
    edition = figures.edition
    if figures.people and all(people for _, _, people in whole.values()):
        each = {name: amounts[name] / whole[name][2] for name in whole}
        best = max(each, key=lambda name: each[name])
        key = "finding_place_both" if best == first else "finding_place_other"
        return edition.tell(key, place=figures.jurisdiction(first), other=figures.jurisdiction(best))
    return edition.tell("finding_place", place=figures.jurisdiction(first))


def _facts(figures: PlanFigures, allocation: QuotaFigures) -> Iterator[tuple[str, str]]:
    edition, rows = figures.edition, allocation.rows
    lifted, capped = int((rows["binding"] == FLOOR).sum()), int((rows["binding"] == CEILING).sum())
    if lifted:
        groups = allocation.shifts.groups if allocation.shifts else ()
        above = sum(len(group.units) for group in groups if group.cause == FLOOR and not group.loses)
        rest = edition.tell("fact_lifted_above", n=above) if above else edition.pages["fact_lifted_rest"]
        yield edition.tell("fact_lifted", n=lifted), rest
    use = _use(rows)
    if len(use):
        first, median = use.idxmax(), float(use.median())
        fields = {
            "share": edition.share_text(float(use[first])),
            "name": figures.names([first])[0],
            "median": edition.tiny(median),
        }
        if capped:
            yield edition.tell("fact_capped", n=capped), edition.pages["fact_capped_rest"]
        else:
            yield _unreached(figures, allocation), edition.tell("fact_use", **fields)


def _unreached(figures: PlanFigures, allocation: QuotaFigures) -> str:
    """That no unit gets its ceiling, which is the plan's own and no limit of law; named where it is a measure."""
    edition, ceiling = figures.edition, allocation.quota.ceiling
    if isinstance(ceiling, str) and ceiling in edition.plan.measures.columns:
        return edition.tell("fact_no_ceiling_of", measure=edition.measure(ceiling))
    return edition.pages["fact_no_ceiling"]


def _use(rows: pd.DataFrame) -> pd.Series:
    """The used part of each ceiling."""
    ceilings = pd.to_numeric(rows["ceiling"]).astype(float)
    return (pd.to_numeric(rows["amount"]).astype(float) / ceilings)[ceilings > 0].dropna()


def _largest(figures: PlanFigures, allocation: QuotaFigures) -> Figure:
    edition, words = figures.edition, figures.edition.pages
    ranked = allocation.amounts.astype(float).sort_values(ascending=False, kind="stable")
    top, plain = list(ranked.index[:LARGEST]), allocation.plain
    use, ceilings = _use(allocation.rows), pd.to_numeric(allocation.rows["ceiling"]).astype(float)
    known = len(use) > 0
    rows = []
    for unit in top:
        row = figures.units.loc[unit]
        cells: list[str] = []
        if len(plain):
            cells.append(edition.signed(ranked[unit] / plain[unit] - 1))
        if known:
            cells += [edition.number(ceilings[unit]), edition.tiny(float(use[unit])) if unit in use.index else "–"]
        rows.append(
            Stick(
                figures.names([unit], placed=len(figures.places) > 1)[0],
                figures.jurisdiction(str(row["jurisdiction"])) if len(figures.places) > 1 else "",
                float(ranked[unit]),
                edition.amount(allocation.amounts[unit]),
                figures.fills[str(row["main"])],
                float(plain[unit]) if len(plain) else None,
                tuple(cells),
            )
        )
    others = allocation.amounts.drop(top)
    sums = []
    if len(others):
        sums.append(Sum(edition.tell("other_units", n=len(others)), edition.amount(sum(others, Decimal(0)))))
    if allocation.reserve:
        sums.append(Sum(words["reserve"], edition.amount(allocation.reserve)))
    sums.append(Sum(words["total"], edition.amount(allocation.total), last=True))
    columns = [
        *([words["by_priority"]] if len(plain) else []),
        *([words["ceiling_of"], words["used"]] if known else []),
    ]
    title = _largest_finding(figures, allocation, top) or edition.tell("largest_title", n=len(top))
    chart = lollipops(
        title, words["unit"], allocation.unit, rows, edition.measured, columns=columns, sums=sums,
        label=46 if len(figures.places) > 1 else 36, row_mm=4.5,
    )  # fmt: skip
    notes = [words["note_priority"]] if len(plain) else []
    if known:
        notes.append(words["note_ceiling"])
    return drawn(title, chart, edition.gap.join(notes))


def _largest_finding(figures: PlanFigures, allocation: QuotaFigures, top: list[str]) -> str:
    """What priorities gave the largest, where they all gained."""
    plain, edition = allocation.plain, figures.edition
    if not len(plain) or len(top) < LARGEST:
        return ""
    gains = (allocation.amounts[top].astype(float) / plain[top] - 1).sort_values()
    if gains.iloc[0] < 0.005:
        return ""
    least, most = (edition.number(100 * gains.iloc[end]) for end in (0, -1))
    key = "finding_gains_same" if least == most else "finding_gains"
    return edition.tell(key, least=least, most=edition.percent(most), count=len(top))


def _shifts(figures: PlanFigures, allocation: QuotaFigures) -> Iterator[Table]:
    """Who gets less than by weight alone, and why; then who gets more."""
    edition, words, shifts = figures.edition, figures.edition.pages, allocation.shifts
    if shifts is None or not shifts.losers:
        return
    gains = [group for group in shifts.groups if not group.loses]
    shown = (*shifts.losers[:SHIFTS], *gains[:SHIFTS])
    rows: list[tuple[Cell, ...]] = [
        (
            capital(group.reason),
            edition.number(len(group.units)),
            edition.change(group.amount, allocation.decimals),
            edition.pages["comma"].join(
                edition.tell(
                    "name_change", name=name, n=edition.change(float(shifts.difference[unit]), allocation.decimals)
                )
                for name, unit in zip(figures.names(group.units[:MOST]), group.units[:MOST], strict=True)
            ),
        )
        for group in shown
    ]
    count = sum(len(group.units) for group in shifts.losers)
    lost = edition.number(-sum(group.amount for group in shifts.losers), allocation.decimals)
    title = edition.tell("finding_losers", n=count, amount=f"{lost}{edition.gap}{allocation.unit}")
    columns = (words["reason"], words["units"], allocation.unit, words["most_of_all"])
    yield Table(title, columns, tuple(rows), frozenset({1, 2}), words["note_shifts"], "dense")


def _classes(figures: PlanFigures, allocation: QuotaFigures) -> Figure:
    """How many units get how much: classes between round amounts, in the colours of their functions."""
    edition, words = figures.edition, figures.edition.pages
    values = allocation.amounts.astype(float)
    edges = _edges(values)
    mains = figures.units["main"].reindex(values.index)
    classes, low = [], 0.0
    for position, edge in enumerate([*edges, np.inf]):
        within = (values > low) & (values <= edge) if position else values <= edge
        counts = tuple(int((within & (mains == code)).sum()) for code in figures.mains)
        classes.append(Class(_range(figures, low, edge, values), counts))
        low = edge
    title = _half(figures, allocation) if len(values) > 4 and values.median() > 0 else words["classes_title"]
    chart = count_columns(title, figures.parts, classes, high=18, heads=(allocation.unit, edition.pages["units"]))
    return drawn(title, chart, edition.tell("note_classes", unit=allocation.unit))


def _edges(values: pd.Series) -> list[float]:
    """Round upper ends of at most nine classes, from the least amount to the largest."""
    steps = [float(f"{digit}e{power}") for power in range(-3, 12) for digit in (1, 2, 5)]
    least, most = float(values[values > 0].min()), float(values.max())
    inside = [step for step in steps if least <= step < most]
    while len(inside) > 8:
        inside = inside[::2]
    return inside


def _range(figures: PlanFigures, low: float, edge: float, values: pd.Series) -> str:
    edition = figures.edition
    whole = bool((values % 1 == 0).all())
    if np.isinf(edge):
        return edition.tell("over", n=edition.measured(low))
    start = low + 1 if whole and low else max(low, float(values.min()))
    return edition.measured(edge) if start >= edge else f"{edition.measured(start)}–{edition.measured(edge)}"


def _half(figures: PlanFigures, allocation: QuotaFigures) -> str:
    """What no more than half of the units exceed: an amount that one of them gets."""
    edition, amounts = figures.edition, sorted(allocation.amounts)
    middle = amounts[(len(amounts) - 1) // 2]
    amount = f"{edition.amount(middle)}{edition.gap}{allocation.unit}"
    return edition.tell("finding_half", amount=amount, n=len(amounts))


def _others(figures: PlanFigures) -> Table:
    words = figures.edition.pages
    rows = []
    for allocation in figures.quotas[1:6]:
        first = allocation.amounts.astype(float).idxmax()
        rows.append(
            (
                allocation.title,
                str(allocation.quota.period),
                allocation.amount_text(allocation.total),
                figures.names([first])[0],
                allocation.amount_text(allocation.amounts[first]),
            )
        )
    columns = (words["quota"], words["period"], words["total"], words["largest"], "")
    return Table(words["other_quotas"], columns, tuple(rows), frozenset({2, 4}))


def _foot(figures: PlanFigures, allocation: QuotaFigures) -> str:
    edition = figures.edition
    cited = text_in(allocation.quota.reference, edition.language).rstrip(".。") if allocation.quota.reference else ""
    reference = f"{cited}{edition.words['end']}" if cited else ""
    sentences = [
        reference,
        edition.tell("foot_land", weights=weight_words(edition, allocation.quota)) if len(allocation.plain) else "",
    ]
    return edition.gap.join([*filter(None, sentences), edition.pages["foot_quotas"]])


def gets_most(figures: PlanFigures, jurisdiction: str) -> Figure | None:
    """Who gets most in a jurisdiction, of the first quota."""
    if not figures.quotas:
        return None
    allocation, edition = figures.quotas[0], figures.edition
    ids = figures.units.index[figures.units["jurisdiction"] == jurisdiction]
    ranked = (
        allocation.amounts[allocation.amounts.index.isin(ids)].astype(float).sort_values(ascending=False, kind="stable")
    )
    if not len(ranked) or ranked.iloc[0] <= 0:
        return None
    top = list(ranked.index[:9])
    mains = figures.units["main"]
    rows = [
        Stick(
            figures.names([unit], placed=True)[0],
            "",
            float(ranked[unit]),
            edition.amount(allocation.amounts[unit]),
            figures.fills[str(mains[unit])],
        )
        for unit in top
    ]
    title = edition.tell(
        "finding_most_two" if len(top) > 1 else "finding_most",
        names=listed(figures, figures.names(top[:2], placed=True)),
    )
    label = min(LABEL_MM[1], max(LABEL_MM[0], *(text_mm(row.title, 8.5) + 2.5 for row in rows), 0.0))
    chart = lollipops(
        title,
        "",
        "",
        rows,
        edition.number,
        label=label,
        wide=56,
        row_mm=4.6,
        heads=(edition.pages["unit"], allocation.unit),
    )
    return drawn(
        title,
        chart,
        edition.tell("note_most", unit=allocation.unit, quota=allocation.title, period=allocation.quota.period),
    )
