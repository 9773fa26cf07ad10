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
    drift, words = DivergenceFigures(edition, section), edition.pages
    answer = drift_answer(plan.divergence, section)
    title = _title(drift, answer)
    lead = edition.gap.join((edition.tell("sentence", text=_largest_move(drift, figures)), *_lead(drift, answer)))
    wrapped = (text_lines(title, 20, TITLE_MM) > 1) + max(text_lines(lead, LEAD_PT, TITLE_MM) - LEAD_LINES, 0)
    decides = _decides(drift, answer)
    blocks: list[Block] = [] if decides is None else [decides]
    if section.groups:
        blocks += [_shares(drift, LOWER if decides is not None or wrapped else HIGH), *_growth(drift)]
    apart, clusters = _spread(drift, answer), _clusters(drift, figures, maps)
    poles = _poles(drift, figures, POLES - wrapped - (DECIDING if decides is not None else 0))
    left = tuple(block for block in (apart, poles) if block is not None)
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


def _title(drift: DivergenceFigures, answer: DriftAnswer) -> str:
    """The answer; where years lie too near for one, which region takes most of what all grew."""
    edition, series, groups = drift.edition, drift.section.series[0], drift.section.groups
    first, last = drift.span(series)
    all_grew = drift.grown(series, "growth_pct")
    if answer.answer == "unsaid" and groups and first != last and all_grew > 0:
        grouping = max((group.by for group in groups), key=lambda by: len(drift.regions(by)))
        points = {region: _points(drift, series, grouping, region) for region in drift.regions(grouping)}
        most = max(points, key=lambda region: points[region])
        if points[most] > 0:
            fields = {"series": drift.title(series), "since": first, "year": last}
            share = edition.share_text(points[most] / all_grew)
            return edition.tell("drift_most_grown", region=drift.region(grouping, most), share=share, **fields)
    return edition.tell(f"drift_answer_{answer.answer}", series=drift.title(series))


def _points(drift: DivergenceFigures, series: RegionalSeries, grouping: str, region: str) -> float:
    """What a region adds to the growth of all, in percentage points; below all others where it is not known."""
    points = drift.grown(series, "contribution_points", grouping=grouping, region=region)
    return -math.inf if math.isnan(points) else points


def _decides(drift: DivergenceFigures, answer: DriftAnswer) -> Table | None:
    """The gaps that decide the answer, those of a second edition beside the first; None where nothing is answered."""
    if answer.answer == "unsaid":
        return None
    edition, words, named = drift.edition, drift.edition.pages, catalogue("divergence", drift.edition.language)
    editions = tuple(dict.fromkeys(gap.series for gap in answer.gaps))[:2]
    shown = {(gap.grouping, gap.series): gap for gap in answer.gaps if gap.series in editions}
    columns, rows = [words["drift_gap"]], []
    for position, name in enumerate(editions):
        gap = next(gap for gap in answer.gaps if gap.series == name)
        star = STAR * position
        columns += [f"{gap.since}{star}", f"{gap.year}{star}", f"{words['drift_moved']}{star}", words["drift_wider"]]
    for grouping in dict.fromkeys(gap.grouping for gap in answer.gaps):
        gaps = [shown[grouping, name] for name in editions if (grouping, name) in shown]
        between = drift.grouping(grouping) if grouping else words["drift_all_units"]
        cells: list[Cell] = [edition.tell("drift_between", between=between, measure=named[gaps[0].indicator])]
        for gap in gaps:
            cells += [drift.number(gap.before, 4), drift.number(gap.after, 4), _widened(edition, gap)]
            cells.append(Strong(words["drift_is_wider"]) if gap.answer == "yes" else words[f"drift_wider_{gap.answer}"])
        rows.append(tuple(cells))
    vintages = (drift.vintage(series) for series in drift.section.series if series.name in editions)
    marked = words["comma"].join(f"{STAR * position} {vintage}".strip() for position, vintage in enumerate(vintages))
    least = edition.percent(drift.number(100 * WIDER_FROM - 100, 0))
    note = edition.tell("note_drift_rule", vintages=marked, share=least)
    right = frozenset(column for column in range(1, len(columns)) if column % 4)
    return Table(words["drift_decides"], tuple(columns), tuple(rows), right, note, "dense")


def _widened(edition: ReportContext, gap: Gap) -> str:
    """By how much a gap is wider, in per cent; of one that was next to nothing only that it is many times as wide."""
    return edition.pages["drift_many_times"] if gap.after > MANY * gap.before else edition.signed(gap.grown, 1)


def _largest_move(drift: DivergenceFigures, figures: PlanFigures) -> str:
    """The region of the first grouping that lost or gained most; without a grouping the largest units."""
    edition, series = drift.edition, drift.section.series[0]
    first, last = drift.span(series)
    fields = {"series": drift.title(series), "vintage": drift.vintage(series), "year": last}
    if not drift.section.groups:
        units = drift.units(series)["share"].nlargest(1)
        names, share = figures.names(units.index), float(units.sum())
        return edition.tell("finding_region", region="".join(names), share=edition.share_text(share), **fields)
    grouping = drift.section.groups[0].by
    region = _most_moved(drift, series, grouping)
    after = drift.value(series, "share", last, grouping=grouping, region=region)
    if first == last:
        name = drift.region(grouping, region)
        return edition.tell("finding_region", region=name, share=edition.share_text(after), **fields)
    moved = _moved(drift, series, grouping, region)
    return edition.tell("finding_drift", region=drift.region(grouping, region), **moved | fields)


def _lead(drift: DivergenceFigures, answer: DriftAnswer) -> Iterator[str]:
    """Why nothing is said; the same region by other vintages; who moved most of other groupings and another amount."""
    edition, sections = drift.edition, drift.section.series
    series, groups = sections[0], drift.section.groups
    if not groups or drift.span(series)[0] == drift.span(series)[1]:
        yield edition.pages["lead_divergence"]
        return
    first, last = drift.span(series)
    if answer.answer == "unsaid" and answer.years < YEARS_APART:
        yield edition.tell("drift_too_near", n=answer.years, least=YEARS_APART)
    region = _most_moved(drift, series, groups[0].by)
    for group in groups[1:2]:
        other = _most_moved(drift, series, group.by)
        fields = {"series": drift.title(series), "since": first, "year": last}
        moved = _moved(drift, series, group.by, other)
        yield edition.tell("drift_region", region=drift.region(group.by, other), **moved | fields)
    if answer.answer != "unsaid":
        return  # the table of what decides has the other editions
    fine = groups[min(1, len(groups) - 1)].by
    for other_amount in [
        other_amount
        for other_amount in sections
        if other_amount not in drift.editions_of(series) and len(other_amount.years) > 1
    ][:1]:
        changes = {
            name: drift.grown(other_amount, "change", grouping=fine, region=name) for name in drift.regions(fine)
        }
        known = {name: value for name, value in changes.items() if not math.isnan(value)}
        if known:
            least = min(known, key=lambda name: known[name])
            yield edition.tell(
                "drift_change",
                series=capital(drift.title(other_amount)),
                region=drift.region(fine, least),
                vintage=drift.vintage(other_amount),
                change=drift.amount(other_amount, known[least], signed=True),
                growth=edition.signed(drift.grown(other_amount, "growth_pct", grouping=fine, region=least) / 100, 1),
            )
    for other_edition in drift.editions_of(series)[1:2]:
        if len(other_edition.years) > 1:
            fields = {"region": drift.region(groups[0].by, region), "vintage": drift.vintage(other_edition)}
            fields |= dict(zip(("since", "year"), drift.span(other_edition), strict=True))
            yield edition.tell("drift_vintage", **_moved(drift, other_edition, groups[0].by, region) | fields)


def _most_moved(drift: DivergenceFigures, series: RegionalSeries, grouping: str) -> str:
    """The region that lost most of its part; the largest one where there is one year."""
    regions = drift.regions(grouping)
    moved = {region: drift.grown(series, "share_points", grouping=grouping, region=region) for region in regions}
    known = {name: value for name, value in moved.items() if not math.isnan(value)}
    return min(known, key=lambda name: known[name]) if known else regions[0]


def _moved(drift: DivergenceFigures, series: RegionalSeries, grouping: str, region: str) -> dict[str, str]:
    """The part of a region in the first and in the last year."""
    edition, (first, last) = drift.edition, drift.span(series)
    parts = [drift.value(series, "share", year, grouping=grouping, region=region) for year in (first, last)]
    points = drift.grown(series, "share_points", grouping=grouping, region=region)
    return {
        "since": first,
        "year": last,
        "before": edition.share_text(parts[0]),
        "after": edition.share_text(parts[1]),
        "points": drift.number(points, 2, signed=True),
    }


def _shares(drift: DivergenceFigures, high: float) -> Figure:
    """The parts of the whole, a panel a grouping and vintage of the first amount."""
    words, series = drift.edition.pages, drift.section.series[0]
    editions = drift.editions_of(series)[:2]
    shown = [(group.by, edition_series) for group in drift.section.groups for edition_series in editions][:PANELS]
    panels = [
        _panel(drift, grouping, edition_series, last=position + 1 == len(shown) or shown[position + 1][0] != grouping)
        for position, (grouping, edition_series) in enumerate(shown)
    ]
    name = drift.edition.tell("drift_shares", series=drift.title(series))
    chart = slope_panels(capital(name), panels, (words["drift_of"], words["drift_of_region"]), high=high)
    return drawn(capital(name), chart, words["note_drift_shares"])


def _panel(drift: DivergenceFigures, grouping: str, series: RegionalSeries, *, last: bool) -> SlopePanel:
    edition, years = drift.edition, tuple(sorted(series.years))
    regions = drift.regions(grouping)[:REGIONS]
    moved = {region: drift.grown(series, "share_points", grouping=grouping, region=region) for region in regions}
    known = {region: value for region, value in moved.items() if not math.isnan(value)}
    fills = dict.fromkeys(regions, OTHERS)
    if known:
        fills[max(known, key=lambda region: known[region])] = GAINING
        fills[min(known, key=lambda region: known[region])] = LOSING
    slopes = []
    for region in regions:
        values = tuple(drift.value(series, "share", year, grouping=grouping, region=region) for year in years)
        texts = tuple(edition.share_text(value) for value in values)
        slopes.append(
            Slope(
                drift.region(grouping, region),
                values,
                texts,
                fills[region],
                SIGNS[fills[region]],
                strong=fills[region] != OTHERS,
            )
        )
    return SlopePanel(capital(drift.grouping(grouping)), drift.vintage(series), years, tuple(slopes), last)


def _growth(drift: DivergenceFigures) -> Iterator[Table]:
    """How much each region grew: the change of each amount, its points, and its growth in each vintage.

    Of the first amount the panels above have the other vintage; of the next one its change stands here as well.
    """
    edition, words = drift.edition, drift.edition.pages
    firsts = {drift.title(series): series for series in reversed(drift.section.series) if len(series.years) > 1}
    amounts = [series for series in drift.section.series if firsts.get(drift.title(series)) is series][:AMOUNTS]
    if not amounts:
        return
    editions = {series.name: _editions(drift, series) for series in amounts}
    columns = [words["drift_of_region"]]
    for number, series in enumerate(amounts):
        columns += [capital(drift.title(series)), words["drift_points"]]
        for position in range(len(editions[series.name])):
            columns += [f"{capital(drift.title(series))}{STAR}"] if number and position else []
            columns.append(f"{words['drift_percent']}{STAR * position}")
    places = [(group.by, region) for group in drift.section.groups for region in drift.regions(group.by)[:REGIONS]]
    rows: list[tuple[Cell, ...]] = []
    for grouping, region in (*places, ("", "")):
        cells = [drift.region(grouping, region) if region else words["drift_all"]]
        for number, series in enumerate(amounts):
            cells.append(_change(drift, series, grouping, region))
            indicator = "contribution_points" if region else "growth_pct"
            points = drift.grown(series, indicator, grouping=grouping, region=region)
            cells.append(drift.number(points, 2, signed=True))
            for position, each in enumerate(editions[series.name]):
                cells += [_change(drift, each, grouping, region, unit=False)] if number and position else []
                cells.append(_percent(drift, each, grouping, region))
        rows.append(tuple(cells))
    spans = dict.fromkeys("–".join(drift.span(series)) for series in amounts)
    title = edition.tell("drift_growth", years=words["comma"].join(spans))
    vintages = dict.fromkeys(
        f"{STAR * position} {'–'.join(drift.span(series)) if position else ''} {drift.vintage(series)}"
        for position in range(2)
        for each in amounts
        for series in editions[each.name][position : position + 1]
    )
    text = words["comma"].join(" ".join(vintage.split()) for vintage in vintages)
    note = edition.gap.join((edition.tell("drift_editions", vintages=text), words["note_drift_growth"]))
    yield Table(title, tuple(columns), tuple(rows), frozenset(range(1, len(columns))), note, "sums")


def _change(drift: DivergenceFigures, series: RegionalSeries, grouping: str, region: str, *, unit: bool = True) -> str:
    shown_series = series if unit else series.model_copy(update={"unit": "1"})
    return drift.amount(shown_series, drift.grown(series, "change", grouping=grouping, region=region), signed=True)


def _editions(drift: DivergenceFigures, series: RegionalSeries) -> tuple[RegionalSeries, ...]:
    """The series of an amount that have two years, at most two."""
    return tuple(edition_series for edition_series in drift.editions_of(series) if len(edition_series.years) > 1)[:2]


def _percent(drift: DivergenceFigures, series: RegionalSeries, grouping: str, region: str) -> str:
    growth = drift.grown(series, "growth_pct", grouping=grouping, region=region)
    return "–" if math.isnan(growth) else drift.edition.signed(growth / 100, 1)


def _spread(drift: DivergenceFigures, answer: DriftAnswer) -> Table | None:
    """How far apart units are a head, by year; of the first amount that has people, in each of its vintages."""
    edition, words, named = drift.edition, drift.edition.pages, catalogue("divergence", drift.edition.language)
    with_people = [series for series in drift.section.series if series.people]
    shown = drift.editions_of(with_people[0])[:2] if with_people else drift.section.series[:1]
    shown = tuple(series for series in shown if series.people or not with_people)
    years = [(series, year) for series in shown for year in sorted(series.years)]
    rows: list[tuple[Cell, ...]] = []
    for indicator, decimals in (("gini", 3), ("variation", 3), ("sigma", 3), ("theil", 4)):
        rows.append((named[indicator], *(_number(drift, series, indicator, year, decimals) for series, year in years)))
    for group in drift.section.groups[-1:]:
        for indicator in ("theil_within",) if answer.answer != "unsaid" else ("theil_between", "theil_within"):
            cells = (_number(drift, series, indicator, year, 4, group.by) for series, year in years)
            rows.append((edition.tell(f"drift_{indicator}", grouping=drift.grouping(group.by)), *cells))
    rows.append((named["moran"], *(_number(drift, series, "moran", year, 3) for series, year in years)))
    rows.append((words["drift_chance"], *(_chance(drift, series, year) for series, year in years)))
    rows.append((named["herfindahl"], *(_number(drift, series, "herfindahl", year, 4) for series, year in years)))
    rows.append(
        (named["three_largest_share"], *(_part(drift, series, "three_largest_share", year) for series, year in years))
    )
    decided = {gap.indicator for gap in answer.gaps} if answer.answer != "unsaid" else set()
    above = {str(named[indicator]) for indicator in decided - {"herfindahl"}}  # the table of what decides has them
    rows = [row for row in rows if row[0] not in above and any(cell != "–" for cell in row[1:])]
    if not rows:
        return None
    title = edition.tell("drift_apart" if with_people else "drift_concentrated", series=drift.title(shown[0]))
    heads = tuple(f"{year}{STAR * shown.index(series)}" for series, year in years)
    right = frozenset(range(1, len(heads) + 1))
    note = edition.gap.join(_notes(drift, shown))
    return Table(title, (words["drift_measure"], *heads), tuple(rows), right, note, "dense")


def _notes(drift: DivergenceFigures, shown: tuple[RegionalSeries, ...]) -> Iterator[str]:
    """Of how many units, in which vintage, and whether those that began low catch up."""
    edition = drift.edition
    for position, series in enumerate(shown):
        indicator = "gini" if series.people else "herfindahl"
        count = drift.compared(series, indicator, drift.span(series)[1])
        key = "drift_compared" if position == 0 else "drift_compared_star"
        yield edition.tell(key, vintage=drift.vintage(series), n=count, all=len(edition.plan.units))
    beta = drift.grown(shown[0], "beta")
    if not math.isnan(beta):
        half = drift.grown(shown[0], "half_life_years")
        fields = {"beta": drift.number(beta, 4, signed=True)}
        fields["r2"] = edition.share_text(drift.grown(shown[0], "beta_r_squared"))
        closes = not math.isnan(half) and not math.isinf(half)
        fields |= {"years": drift.number(half, 0)} if closes else {}
        yield edition.tell("drift_beta" if closes else "drift_beta_open", **fields)


def _number(
    drift: DivergenceFigures, series: RegionalSeries, indicator: str, year: str, decimals: int, grouping: str = ""
) -> str:
    return drift.number(drift.value(series, indicator, year, grouping=grouping), decimals)


def _part(drift: DivergenceFigures, series: RegionalSeries, indicator: str, year: str) -> str:
    value = drift.value(series, indicator, year)
    return "–" if math.isnan(value) else drift.edition.share_text(value)


def _chance(drift: DivergenceFigures, series: RegionalSeries, year: str) -> str:
    """How likely chance alone is to give Moran's I."""
    return drift.number(drift.chance(series, "moran", year), 3)


def _clusters(drift: DivergenceFigures, figures: PlanFigures, maps: PlanMaps) -> Figure | None:
    """Where high values lie together, where low ones do, and what stands out; of the first series."""
    edition, words, series = drift.edition, drift.edition.pages, drift.section.series[0]
    table, named = drift.units(series), catalogue("divergence", drift.edition.language)
    if not (table["local_i"].notna().any() and len(table)):
        return None
    kinds = {kind: table.index[table["cluster"] == kind] for kind in CLUSTERS}
    chosen = {CLUSTERS[kind]: ids for kind, ids in kinds.items() if len(ids)}
    compared = named[f"compared_{table['compared'].iloc[0]}"].format(series=drift.title(series))
    title = edition.tell("drift_clusters", compared=compared)
    keys = []
    for kind, ids in kinds.items():
        names = figures.names(ids)
        if names:
            text = words["comma"].join(names[:8])
            listed = text if len(names) <= 8 else edition.tell("and_others_where", names=text, n=len(names) - 8)
            sign = CLUSTER_SIGNS[kind]
            keys.append(Swatch(CLUSTERS[kind], edition.tell("drift_kind", sign=sign, kind=named[kind], names=listed)))
    note = edition.tell("note_drift_clusters" if keys else "note_no_clusters", vintage=drift.vintage(series))
    west, south, east, north = maps.bounds
    signs = {CLUSTERS[kind]: sign for kind, sign in CLUSTER_SIGNS.items()}
    svg = maps.filled(chosen, capital(title), min(60.0, TALLEST * (east - west) / (north - south)), signs)
    return Figure(capital(title), svg, note=note, keys=tuple(keys))


def _poles(drift: DivergenceFigures, figures: PlanFigures, most: int) -> Table | None:
    """The units that carry most of the growth, or the largest where there is one year."""
    edition, words, series = drift.edition, drift.edition.pages, drift.section.series[0]
    grows = len(series.years) > 1
    table = drift.units(series)
    largest = table.nlargest(most, "contribution_pct" if grows else "share", keep="first")
    if not len(largest):
        return None
    columns = [words["unit"], words["drift_share"]]
    columns += [words["drift_contribution"]] if grows else []
    reach = drift.section.reach_km
    columns += [edition.tell("drift_reach", km=edition.number(reach))] if reach is not None else []
    rows: list[tuple[Cell, ...]] = []
    for unit, row in largest.iterrows():
        cells = [edition.share_text(float(row["share"]))]
        cells += [edition.percent(drift.number(float(row["contribution_pct"]), 1))] if grows else []
        cells += [edition.percent(drift.number(float(row["reach_pct"]), 1))] if reach is not None else []
        rows.append((figures.names([str(unit)])[0], *cells))
    title = edition.tell("drift_poles" if grows else "drift_largest", series=drift.title(series))
    right = frozenset(range(1, len(columns)))
    return Table(title, tuple(columns), tuple(rows), right, drift.vintage(series), "dense")
