"""The page on regions that drift apart: parts of the whole, growth, inequality, clusters and growth poles."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from maps.drawing import Slope, SlopePanel, slope_panels, text_lines
from maps.telling.annex.report_context import ReportContext
from maps.telling.figures.divergence_figures import DivergenceFigures
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.figures.plan_maps import PlanMaps
from maps.telling.summaries.page_blocks import Block, Cell, Figure, Page, Split, Strong, Swatch, Table, drawn
from maps.words import capital, catalogue
from zoning.measures import WIDER_FROM, YEARS_APART, DriftAnswer, Gap, drift_answer
from zoning.study import RegionalSeries

PANELS, AMOUNTS, POLES, REGIONS = 4, 2, 5, 10
"""So many panels of shares, amounts beside each other, growth poles, and regions of a grouping stand on the page."""
DECIDING = 3
"""The table of what decides takes the place of so many growth poles."""
HIGH, LOWER = 47.0, 40.0
"""Of the panels of shares, mm; lower below the table of what decides."""
MANY = 10
"""A gap that is more than so many times as wide began next to nothing: its per cent would mislead."""
TITLE_MM, LEAD_PT, LEAD_LINES = 164.0, 10.2, 2
"""How wide title and lead are on one line, and how many lines of a lead leave room for all poles."""
TALLEST = 58.0
"""Of the map of clusters, mm."""
STAR = "*"
"""What marks figures of the second vintage."""
LOSING, GAINING, OTHERS = "#A8401F", "#1A7F74", "#8A9199"
SIGNS = {LOSING: "▼", GAINING: "▲", OTHERS: ""}
"""At the last share of a region, for those who see no colour."""
CLUSTERS: Mapping[str, str] = {
    "high-high": "#8C2F10",
    "low-low": "#4F93C4",
    "high-low": "#E9B08F",
    "low-high": "#CFE3F1",
}
"""Colours of clusters and of units that stand out."""
CLUSTER_SIGNS: Mapping[str, str] = {"high-high": "+", "low-low": "−", "high-low": "+−", "low-high": "−+"}
"""The same for those who see no colour: a unit, then its neighbours where they are different."""


def divergence(figures: PlanFigures, maps: PlanMaps) -> Page | None:
    """The page; None where the plan does not ask for it."""
    plan, edition = figures.edition.plan, figures.edition
    section = plan.study.divergence
    if section is None or not len(plan.divergence):
        return None
    found, words = DivergenceFigures(edition, section), edition.pages
    answer = drift_answer(plan.divergence, section)
    title = _title(found, answer)
    lead = edition.gap.join((edition.tell("sentence", text=_largest_move(found, figures)), *_lead(found, answer)))
    wrapped = (text_lines(title, 20, TITLE_MM) > 1) + max(text_lines(lead, LEAD_PT, TITLE_MM) - LEAD_LINES, 0)
    decides = _decides(found, answer)
    blocks: list[Block] = [] if decides is None else [decides]
    if section.groups:
        blocks += [_shares(found, LOWER if decides is not None or wrapped else HIGH), *_growth(found)]
    apart, clusters = _spread(found, answer), _clusters(found, figures, maps)
    poles = _poles(found, figures, POLES - wrapped - (DECIDING if decides is not None else 0))
    left = tuple(one for one in (apart, poles) if one is not None)
    if clusters is None:
        blocks += left
    elif left:
        blocks.append(Split((left, (clusters,)), "wide"))
    else:
        blocks.append(clusters)
    return Page(
        id="divergence",
        chapter=words["chapter_divergence"],
        title=title,
        lead=lead,
        blocks=tuple(blocks),
        foot=words["foot_divergence"],
    )


def _title(found: DivergenceFigures, answer: DriftAnswer) -> str:
    """The answer; where years lie too near for one, which region takes most of what all grew."""
    edition, series, groups = found.edition, found.section.series[0], found.section.groups
    first, last = found.span(series)
    all_grew = found.grown(series, "growth_pct")
    if answer.answer == "unsaid" and groups and first != last and all_grew > 0:
        grouping = max((group.by for group in groups), key=lambda by: len(found.regions(by)))
        points = {one: _points(found, series, grouping, one) for one in found.regions(grouping)}
        most = max(points, key=lambda one: points[one])
        if points[most] > 0:
            told = {"series": found.title(series), "since": first, "year": last}
            share = edition.share_text(points[most] / all_grew)
            return edition.tell("drift_most_grown", region=found.region(grouping, most), share=share, **told)
    return edition.tell(f"drift_answer_{answer.answer}", series=found.title(series))


def _points(found: DivergenceFigures, series: RegionalSeries, grouping: str, region: str) -> float:
    """What a region adds to the growth of all, in percentage points; below all others where it is not known."""
    points = found.grown(series, "contribution_points", grouping=grouping, region=region)
    return -math.inf if math.isnan(points) else points


def _decides(found: DivergenceFigures, told: DriftAnswer) -> Table | None:
    """The gaps that decide the answer, those of a second edition beside the first; None where nothing is answered."""
    if told.answer == "unsaid":
        return None
    edition, words, named = found.edition, found.edition.pages, catalogue("divergence", found.edition.language)
    editions = tuple(dict.fromkeys(gap.series for gap in told.gaps))[:2]
    shown = {(gap.grouping, gap.series): gap for gap in told.gaps if gap.series in editions}
    columns, rows = [words["drift_gap"]], []
    for place, name in enumerate(editions):
        gap = next(gap for gap in told.gaps if gap.series == name)
        star = STAR * place
        columns += [f"{gap.since}{star}", f"{gap.year}{star}", f"{words['drift_moved']}{star}", words["drift_wider"]]
    for grouping in dict.fromkeys(gap.grouping for gap in told.gaps):
        gaps = [shown[grouping, name] for name in editions if (grouping, name) in shown]
        between = found.grouping(grouping) if grouping else words["drift_all_units"]
        cells: list[Cell] = [edition.tell("drift_between", between=between, measure=named[gaps[0].indicator])]
        for gap in gaps:
            cells += [found.number(gap.before, 4), found.number(gap.after, 4), _widened(edition, gap)]
            cells.append(Strong(words["drift_is_wider"]) if gap.answer == "yes" else words[f"drift_wider_{gap.answer}"])
        rows.append(tuple(cells))
    vintages = (found.vintage(one) for one in found.section.series if one.name in editions)
    marked = words["comma"].join(f"{STAR * place} {one}".strip() for place, one in enumerate(vintages))
    least = edition.percent(found.number(100 * WIDER_FROM - 100, 0))
    note = edition.tell("note_drift_rule", vintages=marked, share=least)
    right = frozenset(place for place in range(1, len(columns)) if place % 4)
    return Table(words["drift_decides"], tuple(columns), tuple(rows), right, note, "dense")


def _widened(edition: ReportContext, gap: Gap) -> str:
    """By how much a gap is wider, in per cent; of one that was next to nothing only that it is many times as wide."""
    return edition.pages["drift_many_times"] if gap.after > MANY * gap.before else edition.signed(gap.grown, 1)


def _largest_move(found: DivergenceFigures, figures: PlanFigures) -> str:
    """The region of the first grouping that lost or gained most; without a grouping the largest units."""
    edition, series = found.edition, found.section.series[0]
    first, last = found.span(series)
    told = {"series": found.title(series), "vintage": found.vintage(series), "year": last}
    if not found.section.groups:
        units = found.units(series)["share"].nlargest(1)
        names, share = figures.names(units.index), float(units.sum())
        return edition.tell("finding_region", region="".join(names), share=edition.share_text(share), **told)
    grouping = found.section.groups[0].by
    region = _most_moved(found, series, grouping)
    after = found.value(series, "share", last, grouping=grouping, region=region)
    if first == last:
        name = found.region(grouping, region)
        return edition.tell("finding_region", region=name, share=edition.share_text(after), **told)
    moved = _moved(found, series, grouping, region)
    return edition.tell("finding_drift", region=found.region(grouping, region), **moved | told)


def _lead(found: DivergenceFigures, answer: DriftAnswer) -> Iterator[str]:
    """Why nothing is said; the same region by other vintages; who moved most of other groupings and another amount."""
    edition, sections = found.edition, found.section.series
    series, groups = sections[0], found.section.groups
    if not groups or found.span(series)[0] == found.span(series)[1]:
        yield edition.pages["lead_divergence"]
        return
    first, last = found.span(series)
    if answer.answer == "unsaid" and answer.years < YEARS_APART:
        yield edition.tell("drift_too_near", n=answer.years, least=YEARS_APART)
    region = _most_moved(found, series, groups[0].by)
    for group in groups[1:2]:
        other = _most_moved(found, series, group.by)
        told = {"series": found.title(series), "since": first, "year": last}
        moved = _moved(found, series, group.by, other)
        yield edition.tell("drift_region", region=found.region(group.by, other), **moved | told)
    if answer.answer != "unsaid":
        return  # the table of what decides has the other editions
    fine = groups[min(1, len(groups) - 1)].by
    for one in [one for one in sections if one not in found.editions_of(series) and len(one.years) > 1][:1]:
        changes = {name: found.grown(one, "change", grouping=fine, region=name) for name in found.regions(fine)}
        known = {name: value for name, value in changes.items() if not math.isnan(value)}
        if known:
            least = min(known, key=lambda name: known[name])
            yield edition.tell(
                "drift_change",
                series=capital(found.title(one)),
                region=found.region(fine, least),
                vintage=found.vintage(one),
                change=found.amount(one, known[least], signed=True),
                growth=edition.signed(found.grown(one, "growth_pct", grouping=fine, region=least) / 100, 1),
            )
    for one in found.editions_of(series)[1:2]:
        if len(one.years) > 1:
            told = {"region": found.region(groups[0].by, region), "vintage": found.vintage(one)}
            told |= dict(zip(("since", "year"), found.span(one), strict=True))
            yield edition.tell("drift_vintage", **_moved(found, one, groups[0].by, region) | told)


def _most_moved(found: DivergenceFigures, series: RegionalSeries, grouping: str) -> str:
    """The region that lost most of its part; the largest one where there is one year."""
    regions = found.regions(grouping)
    moved = {one: found.grown(series, "share_points", grouping=grouping, region=one) for one in regions}
    known = {name: value for name, value in moved.items() if not math.isnan(value)}
    return min(known, key=lambda name: known[name]) if known else regions[0]


def _moved(found: DivergenceFigures, series: RegionalSeries, grouping: str, region: str) -> dict[str, str]:
    """The part of a region in the first and in the last year."""
    edition, (first, last) = found.edition, found.span(series)
    parts = [found.value(series, "share", year, grouping=grouping, region=region) for year in (first, last)]
    points = found.grown(series, "share_points", grouping=grouping, region=region)
    return {
        "since": first,
        "year": last,
        "before": edition.share_text(parts[0]),
        "after": edition.share_text(parts[1]),
        "points": found.number(points, 2, signed=True),
    }


def _shares(found: DivergenceFigures, high: float) -> Figure:
    """The parts of the whole, a panel a grouping and vintage of the first amount."""
    words, series = found.edition.pages, found.section.series[0]
    editions = found.editions_of(series)[:2]
    shown = [(group.by, one) for group in found.section.groups for one in editions][:PANELS]
    panels = [
        _panel(found, grouping, one, last=place + 1 == len(shown) or shown[place + 1][0] != grouping)
        for place, (grouping, one) in enumerate(shown)
    ]
    name = found.edition.tell("drift_shares", series=found.title(series))
    chart = slope_panels(capital(name), panels, (words["drift_of"], words["drift_of_region"]), high=high)
    return drawn(capital(name), chart, words["note_drift_shares"])


def _panel(found: DivergenceFigures, grouping: str, series: RegionalSeries, *, last: bool) -> SlopePanel:
    edition, years = found.edition, tuple(sorted(series.years))
    regions = found.regions(grouping)[:REGIONS]
    moved = {one: found.grown(series, "share_points", grouping=grouping, region=one) for one in regions}
    known = {one: value for one, value in moved.items() if not math.isnan(value)}
    fills = dict.fromkeys(regions, OTHERS)
    if known:
        fills[max(known, key=lambda one: known[one])] = GAINING
        fills[min(known, key=lambda one: known[one])] = LOSING
    slopes = []
    for one in regions:
        values = tuple(found.value(series, "share", year, grouping=grouping, region=one) for year in years)
        said = tuple(edition.share_text(value) for value in values)
        slopes.append(
            Slope(found.region(grouping, one), values, said, fills[one], SIGNS[fills[one]], strong=fills[one] != OTHERS)
        )
    return SlopePanel(capital(found.grouping(grouping)), found.vintage(series), years, tuple(slopes), last)


def _growth(found: DivergenceFigures) -> Iterator[Table]:
    """How much each region grew: the change of each amount, its points, and its growth in each vintage.

    Of the first amount the panels above have the other vintage; of the next one its change stands here as well.
    """
    edition, words = found.edition, found.edition.pages
    firsts = {found.title(one): one for one in reversed(found.section.series) if len(one.years) > 1}
    amounts = [one for one in found.section.series if firsts.get(found.title(one)) is one][:AMOUNTS]
    if not amounts:
        return
    editions = {one.name: _editions(found, one) for one in amounts}
    columns = [words["drift_of_region"]]
    for number, one in enumerate(amounts):
        columns += [capital(found.title(one)), words["drift_points"]]
        for place in range(len(editions[one.name])):
            columns += [f"{capital(found.title(one))}{STAR}"] if number and place else []
            columns.append(f"{words['drift_percent']}{STAR * place}")
    places = [(group.by, region) for group in found.section.groups for region in found.regions(group.by)[:REGIONS]]
    rows: list[tuple[Cell, ...]] = []
    for grouping, region in (*places, ("", "")):
        cells = [found.region(grouping, region) if region else words["drift_all"]]
        for number, one in enumerate(amounts):
            cells.append(_change(found, one, grouping, region))
            indicator = "contribution_points" if region else "growth_pct"
            points = found.grown(one, indicator, grouping=grouping, region=region)
            cells.append(found.number(points, 2, signed=True))
            for place, each in enumerate(editions[one.name]):
                cells += [_change(found, each, grouping, region, unit=False)] if number and place else []
                cells.append(_percent(found, each, grouping, region))
        rows.append(tuple(cells))
    spans = dict.fromkeys("–".join(found.span(one)) for one in amounts)
    title = edition.tell("drift_growth", years=words["comma"].join(spans))
    vintages = dict.fromkeys(
        f"{STAR * place} {'–'.join(found.span(one)) if place else ''} {found.vintage(one)}"
        for place in range(2)
        for each in amounts
        for one in editions[each.name][place : place + 1]
    )
    told = words["comma"].join(" ".join(one.split()) for one in vintages)
    note = edition.gap.join((edition.tell("drift_editions", vintages=told), words["note_drift_growth"]))
    yield Table(title, tuple(columns), tuple(rows), frozenset(range(1, len(columns))), note, "sums")


def _change(found: DivergenceFigures, series: RegionalSeries, grouping: str, region: str, *, unit: bool = True) -> str:
    told = series if unit else series.model_copy(update={"unit": "1"})
    return found.amount(told, found.grown(series, "change", grouping=grouping, region=region), signed=True)


def _editions(found: DivergenceFigures, series: RegionalSeries) -> tuple[RegionalSeries, ...]:
    """The series of an amount that have two years, at most two."""
    return tuple(one for one in found.editions_of(series) if len(one.years) > 1)[:2]


def _percent(found: DivergenceFigures, series: RegionalSeries, grouping: str, region: str) -> str:
    growth = found.grown(series, "growth_pct", grouping=grouping, region=region)
    return "–" if math.isnan(growth) else found.edition.signed(growth / 100, 1)


def _spread(found: DivergenceFigures, answer: DriftAnswer) -> Table | None:
    """How far apart units are a head, by year; of the first amount that has people, in each of its vintages."""
    edition, words, named = found.edition, found.edition.pages, catalogue("divergence", found.edition.language)
    with_people = [one for one in found.section.series if one.people]
    shown = found.editions_of(with_people[0])[:2] if with_people else found.section.series[:1]
    shown = tuple(one for one in shown if one.people or not with_people)
    years = [(one, year) for one in shown for year in sorted(one.years)]
    rows: list[tuple[Cell, ...]] = []
    for indicator, decimals in (("gini", 3), ("variation", 3), ("sigma", 3), ("theil", 4)):
        rows.append((named[indicator], *(_number(found, one, indicator, year, decimals) for one, year in years)))
    for group in found.section.groups[-1:]:
        for indicator in ("theil_within",) if answer.answer != "unsaid" else ("theil_between", "theil_within"):
            cells = (_number(found, one, indicator, year, 4, group.by) for one, year in years)
            rows.append((edition.tell(f"drift_{indicator}", grouping=found.grouping(group.by)), *cells))
    rows.append((named["moran"], *(_number(found, one, "moran", year, 3) for one, year in years)))
    rows.append((words["drift_chance"], *(_chance(found, one, year) for one, year in years)))
    rows.append((named["herfindahl"], *(_number(found, one, "herfindahl", year, 4) for one, year in years)))
    rows.append(
        (named["three_largest_share"], *(_part(found, one, "three_largest_share", year) for one, year in years))
    )
    decided = {gap.indicator for gap in answer.gaps} if answer.answer != "unsaid" else set()
    above = {str(named[one]) for one in decided - {"herfindahl"}}  # the table of what decides has them
    rows = [row for row in rows if row[0] not in above and any(cell != "–" for cell in row[1:])]
    if not rows:
        return None
    title = edition.tell("drift_apart" if with_people else "drift_concentrated", series=found.title(shown[0]))
    heads = tuple(f"{year}{STAR * shown.index(one)}" for one, year in years)
    right = frozenset(range(1, len(heads) + 1))
    note = edition.gap.join(_notes(found, shown))
    return Table(title, (words["drift_measure"], *heads), tuple(rows), right, note, "dense")


def _notes(found: DivergenceFigures, shown: tuple[RegionalSeries, ...]) -> Iterator[str]:
    """Of how many units, in which vintage, and whether those that began low catch up."""
    edition = found.edition
    for place, one in enumerate(shown):
        indicator = "gini" if one.people else "herfindahl"
        count = found.compared(one, indicator, found.span(one)[1])
        key = "drift_compared" if place == 0 else "drift_compared_star"
        yield edition.tell(key, vintage=found.vintage(one), n=count, all=len(edition.plan.units))
    beta = found.grown(shown[0], "beta")
    if not math.isnan(beta):
        half = found.grown(shown[0], "half_life_years")
        told = {"beta": found.number(beta, 4, signed=True)}
        told["r2"] = edition.share_text(found.grown(shown[0], "beta_r_squared"))
        closes = not math.isnan(half) and not math.isinf(half)
        told |= {"years": found.number(half, 0)} if closes else {}
        yield edition.tell("drift_beta" if closes else "drift_beta_open", **told)


def _number(
    found: DivergenceFigures, series: RegionalSeries, indicator: str, year: str, decimals: int, grouping: str = ""
) -> str:
    return found.number(found.value(series, indicator, year, grouping=grouping), decimals)


def _part(found: DivergenceFigures, series: RegionalSeries, indicator: str, year: str) -> str:
    value = found.value(series, indicator, year)
    return "–" if math.isnan(value) else found.edition.share_text(value)


def _chance(found: DivergenceFigures, series: RegionalSeries, year: str) -> str:
    """How likely chance alone is to give Moran's I."""
    return found.number(found.chance(series, "moran", year), 3)


def _clusters(found: DivergenceFigures, figures: PlanFigures, maps: PlanMaps) -> Figure | None:
    """Where high values lie together, where low ones do, and what stands out; of the first series."""
    edition, words, series = found.edition, found.edition.pages, found.section.series[0]
    table, named = found.units(series), catalogue("divergence", found.edition.language)
    if not (table["local_i"].notna().any() and len(table)):
        return None
    kinds = {kind: table.index[table["cluster"] == kind] for kind in CLUSTERS}
    chosen = {CLUSTERS[kind]: ids for kind, ids in kinds.items() if len(ids)}
    compared = named[f"compared_{table['compared'].iloc[0]}"].format(series=found.title(series))
    title = edition.tell("drift_clusters", compared=compared)
    keys = []
    for kind, ids in kinds.items():
        names = figures.names(ids)
        if names:
            told = words["comma"].join(names[:8])
            listed = told if len(names) <= 8 else edition.tell("and_others_where", names=told, n=len(names) - 8)
            sign = CLUSTER_SIGNS[kind]
            keys.append(Swatch(CLUSTERS[kind], edition.tell("drift_kind", sign=sign, kind=named[kind], names=listed)))
    note = edition.tell("note_drift_clusters" if keys else "note_no_clusters", vintage=found.vintage(series))
    west, south, east, north = maps.bounds
    signs = {CLUSTERS[kind]: sign for kind, sign in CLUSTER_SIGNS.items()}
    svg = maps.filled(chosen, capital(title), min(60.0, TALLEST * (east - west) / (north - south)), signs)
    return Figure(capital(title), svg, note=note, keys=tuple(keys))


def _poles(found: DivergenceFigures, figures: PlanFigures, most: int) -> Table | None:
    """The units that carry most of the growth, or the largest where there is one year."""
    edition, words, series = found.edition, found.edition.pages, found.section.series[0]
    grows = len(series.years) > 1
    table = found.units(series)
    largest = table.nlargest(most, "contribution_pct" if grows else "share", keep="first")
    if not len(largest):
        return None
    columns = [words["unit"], words["drift_share"]]
    columns += [words["drift_contribution"]] if grows else []
    reach = found.section.reach_km
    columns += [edition.tell("drift_reach", km=edition.number(reach))] if reach is not None else []
    rows: list[tuple[Cell, ...]] = []
    for unit, row in largest.iterrows():
        cells = [edition.share_text(float(row["share"]))]
        cells += [edition.percent(found.number(float(row["contribution_pct"]), 1))] if grows else []
        cells += [edition.percent(found.number(float(row["reach_pct"]), 1))] if reach is not None else []
        rows.append((figures.names([str(unit)])[0], *cells))
    title = edition.tell("drift_poles" if grows else "drift_largest", series=found.title(series))
    right = frozenset(range(1, len(columns)))
    return Table(title, tuple(columns), tuple(rows), right, found.vintage(series), "dense")
