"""The chapter on dual control of energy: lights by region, the words beside the colours, and the scheme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maps.telling.annex.report_context import ReportContext, each_row
from maps.telling.summaries.page_blocks import Block, Card, Cell, Chapter, Column, Figures, Grid, Light, Paragraph, grid
from maps.words import reading_text, render, text_in
from zoning.money import light_message
from zoning.pipeline import scheme_in_use, scheme_parameters


def energy(edition: ReportContext) -> Chapter:
    """How many regions have which light, every region with its reason, and the scheme with its numbers."""
    words = edition.words
    blocks: list[Block] = [Paragraph(words["energy_intro"]), _counts(edition), _regions(edition)]
    return Chapter("lights", words["energy"], (*blocks, *_scheme(edition)))


def light_of(edition: ReportContext, level: int, note: str = "") -> Light:
    """A light as pages show it: shape, colour and word, so that colour never stands alone."""
    return Light(level, _colour(edition, level), note)


def _colour(edition: ReportContext, light: int | str) -> str:
    return render(light_message(light), edition.language)


def _counts(edition: ReportContext) -> Figures:
    verdicts = edition.plan.energy["verdict"].value_counts()
    return Figures(
        tuple(
            (
                edition.say("regions_lit", light=_colour(edition, level)),
                edition.number(int(verdicts.get(code, 0))),
            )
            for level, code in ((1, "red"), (2, "yellow"), (3, "green"))
        )
    )


def _regions(edition: ReportContext) -> Grid:
    words = edition.words
    names = dict(zip(edition.plan.zones["unit_id"], edition.plan.zones["name"], strict=True))

    def region(name: str) -> Cell:
        return (names[name], name) if names.get(name, name) != name else edition.jurisdiction(name)

    rows = (
        (
            region(row.region),
            light_of(edition, row.intensity_light),
            light_of(edition, row.total_light, words["not_assessed"] if row.total_exempt else ""),
            _colour(edition, row.verdict),
            render(row.reason, edition.language),
        )
        for row in each_row(edition.plan.energy)
    )
    columns = (
        Column(words["region"], "unit"),
        Column(words["intensity"], "word"),
        Column(words["energy_total"], "word"),
        Column(words["verdict"], "word"),
        Column(words["reason"], "long"),
    )
    period = edition.plan.energy["period"].iloc[0]
    return grid(edition.say("energy_period", period=period), columns, rows, note=words["lights_note"])


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


def unit_lights(edition: ReportContext, lights: Iterable[Mapping[str, Any]]) -> list[Block]:
    """What a dossier says of the lights of the regions that a unit is or lies in, from its explanation."""
    words = edition.words
    return [
        grid(
            edition.say("energy_period", period=light["period"]),
            (
                Column(words["region"], "unit"),
                Column(words["intensity"], "word"),
                Column(words["energy_total"], "word"),
                Column(words["reason"], "long"),
            ),
            [
                (
                    light["region_name"],
                    light_of(edition, light["intensity_light"]),
                    light_of(edition, light["total_light"], words["not_assessed"] if light["total_exempt"] else ""),
                    (light["reason"], text_in(light["scheme"]["title"], edition.language, light["scheme"]["code"])),
                )
            ],
        )
        for light in lights
    ]
