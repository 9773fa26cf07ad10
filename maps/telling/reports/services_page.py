"""The pages on services of the land, basic services of people, and energy of regions; each where the plan asks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pandas as pd

from maps.drawing import Stick, lollipops
from maps.telling.annex.energy_chapter import lights
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.reports.summary_page import listed
from maps.telling.summaries.column_words import LEVELS
from maps.telling.summaries.page_blocks import Block, Cell, Figure, Page, Swatch, Table, drawn
from maps.words import text_in
from zoning.study import PlanIndex

REGIONS = 34
LONGEST = 12


def services(figures: PlanFigures) -> Page | None:
    """The page on what the services of the units' land are worth; None where the plan does not ask."""
    plan, edition = figures.edition.plan, figures.edition
    section = plan.study.services
    if section is None:
        return None
    name = f"services_value_{section.unit.lower()}"
    if name not in plan.measures.columns or not plan.measures[name].notna().any():
        return None
    words = edition.pages
    worth = plan.measures[name].astype(float).dropna()
    ranked = worth.sort_values(ascending=False, kind="stable")
    rows = _sticks(figures, ranked[:20], lambda value: edition.money(Decimal(str(round(value, 2))), section.unit))
    share = float(ranked.iloc[:3].sum() / ranked.sum()) if ranked.sum() else 0.0
    title = edition.tell(
        "finding_services", share=edition.share_text(share), names=listed(figures, figures.names(ranked.index[:3]))
    )
    chart = lollipops(title, words["unit"], edition.unit_of(section.unit), rows, edition.compact, label=46)
    total = edition.money(Decimal(str(round(float(ranked.sum()), 2))), section.unit)
    return Page(
        id="services",
        chapter=words["chapter_services"],
        title=title,
        lead=edition.tell("lead_services", total=total),
        blocks=(drawn(words["services_title"], chart, text_in(section.reference, edition.language)),),
        foot=words["foot_services"],
    )


def basic_services(figures: PlanFigures) -> Page | None:
    """The page on who lives below the standards of services, and where one more facility would help; None without."""
    plan, edition = figures.edition.plan, figures.edition
    indices = [index for index in plan.study.indices if index.standards and index.name in plan.measures.columns]
    if not indices and not len(plan.facilities):
        return None
    words, measures = edition.pages, plan.measures
    below = {index.name: float(measures[f"{index.name}_people_below"].sum()) for index in indices}
    worst = max(below, key=lambda name: below[name], default="")
    if worst and below[worst]:
        fields = {"people": edition.people_text(below[worst]), "name": edition.measure(worst)}
        title = edition.tell("finding_below", **fields)
    else:
        title = words["finding_none_below"] if indices else words["finding_more"]
    blocks: list[Block] = [
        *(_below_by_zone(figures, index) for index in indices),
        *(_below_by_unit(figures, index) for index in indices if below[index.name]),
    ]
    if len(plan.facilities):
        blocks.append(_more(figures))
    return Page(
        id="basic_services",
        chapter=words["chapter_basic_services"],
        title=title,
        lead=words["lead_basic_services"],
        blocks=tuple(blocks),
        foot=words["foot_basic_services"],
    )


def _below_by_zone(figures: PlanFigures, index: PlanIndex) -> Table:
    """By main function: the standard, and the units and people that have less."""
    edition, words, measures = figures.edition, figures.edition.pages, figures.edition.plan.measures
    people = measures[index.reads[0][1]].astype(float)
    below = measures[f"{index.name}_people_below"].astype(float)
    standard = measures[f"{index.name}_standard"].astype(float)
    missing = measures.get(f"{index.name}_missing")
    rows: list[tuple[Cell, ...]] = []
    mains = figures.units["main"].reindex(measures.index)
    for code in figures.mains:
        in_zone = mains == code
        if not standard[in_zone].notna().any():
            continue
        heads, short = float(people[in_zone].sum()), float(below[in_zone].sum())
        cells: tuple[Cell, ...] = (
            Swatch(figures.fills[code], edition.title(code)),
            edition.measured(standard[in_zone].dropna().iloc[0]),
            edition.counted(int((below[in_zone] > 0).sum())),
            edition.people_text(short),
            edition.share_text(short / heads) if heads else "",
        )
        rows.append(cells if missing is None else (*cells, edition.measured(float(missing[in_zone].sum()))))
    columns = [words[key] for key in ("function", "standard", "units_below", "people_below", "share_below")]
    columns += [] if missing is None else [words["missing"]]
    right = frozenset(range(1, len(columns)))
    return Table(edition.measure(index.name), tuple(columns), tuple(rows), right)


def _sticks(figures: PlanFigures, ranked: pd.Series, write: Callable[[float], str]) -> list[Stick]:
    """A stick for each unit of a ranking, in the colour of its function."""
    mains = figures.units["main"]
    return [
        Stick(
            figures.names([str(unit)])[0],
            figures.jurisdiction(str(figures.units.loc[unit, "jurisdiction"])) if len(figures.places) > 1 else "",
            float(value),
            write(float(value)),
            figures.fills[str(mains[unit])],
        )
        for unit, value in ranked.items()
    ]


def _below_by_unit(figures: PlanFigures, index: PlanIndex) -> Figure:
    """The units where most people have less than the standard."""
    edition, words = figures.edition, figures.edition.pages
    below = edition.plan.measures[f"{index.name}_people_below"].astype(float)
    ranked = below[below > 0].sort_values(ascending=False, kind="stable")[:LONGEST]
    rows = _sticks(figures, ranked, edition.people_text)
    title = edition.tell("below_by_unit", name=edition.measure(index.name))
    return drawn(title, lollipops(title, words["unit"], words["people_below"], rows, edition.compact, label=46))


def _more(figures: PlanFigures) -> Table:
    """Where one more facility brings most people within reach, and what no choice of sites can exceed."""
    edition, words = figures.edition, figures.edition.pages
    rows: list[tuple[Cell, ...]] = [
        (
            edition.measure(str(row.service)),
            edition.number(row.rank),
            str(row.site),
            edition.people_text(float(str(row.people_gained))),
            edition.people_text(float(str(row.people_reached))),
            edition.people_text(float(str(row.bound))),
        )
        for row in edition.plan.facilities.itertuples()
    ]
    columns = tuple(words[key] for key in ("service", "order", "new_site", "gained", "reached", "bound"))
    return Table(words["more_title"], columns, tuple(rows), frozenset({1, 3, 4, 5}), words["more_note"])


def energy(figures: PlanFigures) -> Page:
    """The page on the lights of regions; those that are red first."""
    edition, table = figures.edition, figures.edition.plan.energy
    ranked = table.assign(order=table["verdict"].map(LEVELS)).sort_values(["order", "region"], kind="stable")
    red = int((table["verdict"] == "red").sum())
    note = edition.tell("note_regions", n=len(ranked) - REGIONS) if len(ranked) > REGIONS else ""
    return Page(
        id="energy",
        chapter=edition.pages["chapter_energy"],
        title=edition.tell("finding_red" if red else "finding_no_red", n=red, all=edition.number(len(table))),
        lead=edition.tell("lead_energy", period=str(table["period"].iloc[0])),
        blocks=(lights(edition, ranked[:REGIONS], note=note),),
        foot=edition.words["lights_note"],
    )
