"""The pages on what the land does for people, and on the energy that regions use; each where the plan asks."""

from __future__ import annotations

from decimal import Decimal

from maps.charts import Stick, lollipops
from maps.figures import PlanFigures
from maps.locale import render, text_in
from maps.page_blocks import Cell, Page, Swatch, Table, drawn
from maps.reports.summary_page import listed
from zoning.energy import light_message

REGIONS = 34
LIGHTS = {"red": "#8C1C13", "yellow": "#C79A00", "green": "#1A8F7F"}
LEVELS = {1: "red", 2: "yellow", 3: "green"}


def services(figures: PlanFigures) -> Page | None:
    """The page on what the services of the units' land are worth; None where the plan does not ask."""
    plan, edition = figures.edition.plan, figures.edition
    asked = plan.study.services
    if asked is None:
        return None
    name = f"services_value_{asked.unit.lower()}"
    if name not in plan.measures.columns or not plan.measures[name].notna().any():
        return None
    words = edition.pages
    worth = plan.measures[name].astype(float).dropna()
    ranked = worth.sort_values(ascending=False, kind="stable")
    mains = figures.units["main"]
    rows = [
        Stick(
            figures.names([str(unit)])[0],
            figures.place(str(figures.units.loc[unit, "jurisdiction"])) if len(figures.places) > 1 else "",
            float(ranked[unit]),
            edition.money(Decimal(str(round(float(ranked[unit]), 2))), asked.unit),
            figures.fills[str(mains[unit])],
        )
        for unit in ranked.index[:20]
    ]
    share = float(ranked.iloc[:3].sum() / ranked.sum()) if ranked.sum() else 0.0
    title = edition.tell(
        "finding_services", share=edition.share_text(share), names=listed(figures, figures.names(ranked.index[:3]))
    )
    chart = lollipops(title, words["unit"], edition.unit_of(asked.unit), rows, edition.compact, label=46)
    total = edition.money(Decimal(str(round(float(ranked.sum()), 2))), asked.unit)
    return Page(
        id="services",
        chapter=words["chapter_services"],
        title=title,
        lead=edition.tell("lead_services", total=total),
        blocks=(drawn(words["services_title"], chart, text_in(asked.reference, edition.language)),),
        foot=words["foot_services"],
    )


def energy(figures: PlanFigures) -> Page:
    """The page on the lights of regions; those that are red first."""
    edition, words, table = figures.edition, figures.edition.pages, figures.edition.plan.energy
    order = {"red": 0, "yellow": 1, "green": 2}
    ranked = table.assign(order=table["verdict"].map(order)).sort_values(["order", "region"], kind="stable")
    named = figures.units["name"]
    rows: list[tuple[Cell, ...]] = [
        (
            str(named.get(row.region, "")) or figures.place(str(row.region)),
            _light(figures, str(row.verdict)),
            _light(figures, LEVELS[int(row.intensity_light)]),
            _light(figures, LEVELS[int(row.total_light)]),
            render(row.reason, edition.language),
        )
        for row in ranked.iloc[:REGIONS].itertuples()
    ]
    red = int((table["verdict"] == "red").sum())
    key = "finding_red" if red else "finding_no_red"
    columns = (words["region"], words["light"], words["intensity"], words["energy_total"], words["reason"])
    note = edition.tell("note_regions", n=len(ranked) - REGIONS) if len(ranked) > REGIONS else ""
    return Page(
        id="energy",
        chapter=words["chapter_energy"],
        title=edition.tell(key, n=red, all=edition.number(len(table))),
        lead=edition.tell("lead_energy", period=str(table["period"].iloc[0])),
        blocks=(Table("", columns, tuple(rows), note=note),),
        foot=edition.words["lights_note"],
    )


def _light(figures: PlanFigures, verdict: str) -> Swatch:
    return Swatch(LIGHTS[verdict], render(light_message(verdict), figures.edition.language))
