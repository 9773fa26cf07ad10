"""The chapter on dual control of energy: lights by region, the words beside the colours, and the scheme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from maps.telling.annex.report_context import ReportContext
from maps.telling.summaries.page_blocks import Block, Card, Chapter, Figures, Grid, Paragraph, grid
from maps.words import reading_text, text_in
from zoning.pipeline import scheme_in_use, scheme_parameters
from zoning.tables import ENERGY

LIGHTS_TOLD = ("region", "verdict", "intensity_light", "total_light")
"""Columns that stand before the shown ones and the reason, wherever regions are listed."""


def lights(edition: ReportContext, rows: pd.DataFrame, title: str = "", note: str = "") -> Grid:
    """The lights of some regions, each with its reason: in the annex, on the page of the report, in the dossier."""
    words = edition.column_words
    return words.grid(title, ENERGY, (*LIGHTS_TOLD, *words.shown(ENERGY), "reason"), rows, note)


def energy(edition: ReportContext) -> Chapter:
    """How many regions have which light, every region with its reason, and the scheme with its numbers."""
    words, table = edition.words, edition.plan.energy
    verdicts = table["verdict"].value_counts()
    counts = (
        (edition.say("regions_lit", light=edition.column_words.light(colour)), edition.number(verdicts.get(colour, 0)))
        for colour in ("red", "yellow", "green")
    )
    regions = lights(edition, table, _heading(edition), words["lights_note"])
    blocks: tuple[Block, ...] = (Paragraph(words["energy_intro"]), Figures(tuple(counts)), regions)
    return Chapter("lights", words["energy"], (*blocks, *_scheme(edition)))


def unit_lights(edition: ReportContext, regions: Iterable[str]) -> Iterator[Block]:
    """What a dossier says of the lights of the regions that a unit is or lies in, the nearest first."""
    table = edition.plan.energy.set_index("region", drop=False)
    rows = table.loc[list(regions)]
    if len(rows):
        yield lights(edition, rows, _heading(edition))
        yield from _scheme(edition)[:1]


def _heading(edition: ReportContext) -> str:
    return edition.say("energy_period", period=edition.plan.energy["period"].iloc[0])


def _scheme(edition: ReportContext) -> tuple[Block, ...]:
    words, scheme = edition.words, scheme_in_use(edition.plan)
    if scheme is None:
        return ()
    period = int(edition.plan.energy["period"].iloc[0])
    card = Card(
        text_in(scheme.title, edition.language, scheme.code),
        scheme.code,
        edition.doubt(scheme),
        (
            (words["since"], edition.day(scheme.since or "")),
            (words["until"], edition.day(scheme.until or "")),
            (words["unit_of_measure"], scheme.unit),
            (words["reference"], text_in(scheme.reference, edition.language)),
        ),
    )
    numbers = grid(
        words["scheme_numbers"],
        edition.columns(name="text", value="number", unit_of_measure="text", reference="long", reading="long"),
        (
            (
                (text_in(parameter["title"], edition.language, parameter["name"]), parameter["name"]),
                edition.yes(parameter["value"])
                if isinstance(parameter["value"], bool)
                else edition.measured(parameter["value"]),
                "" if parameter["unit"] == "1" else parameter["unit"],
                text_in(parameter["reference"], edition.language),
                reading_text(parameter["reading"], edition.language),
            )
            for parameter in scheme_parameters(scheme, period)
        ),
    )
    return card, numbers
