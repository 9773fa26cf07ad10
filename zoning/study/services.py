"""Ecosystem services: what a hectare of each class of land gives in a year, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from layers.phrases import Phrase, phrase_list
from layers.sources import Exact, ExactStep, Misfit, OptionalWording, Several, Sourced, Text, misfit


class ServicesSection(Sourced):
    """The value of ecosystem services: hectares of each class of land, times what a hectare gives in a year."""

    unit: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    """Currency of the values, such as "CNY"; in small letters it ends the names of the measures."""
    values: Annotated[dict[Text, Annotated[dict[Text, Exact], Field(min_length=1)]], Field(min_length=1)]
    """For each class of land (<class>_ha or <class>_share is a measure), the value of a hectare and year by service."""
    rate: ExactStep = Decimal(1)
    """What one of these values is worth, where they are equivalents of a standard hectare."""
    market: Several[Text] = ()
    """Services that a market pays for, such as food; the others make up the non-market value."""
    paid: Text | None = None
    """A measure: what is paid for the land already; with it the ratio of benefit to cost is a measure."""
    output: Text | None = None
    """A measure: output of the unit; with it non-market value per output is a measure, and the rank of the unit."""
    reference: OptionalWording = ""
    """The document, or the paper, that the values come from; a text, or a text by language."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(self._faults()):
            raise misfit(*faults)
        return self

    @property
    def services(self) -> tuple[str, ...]:
        """The services, in the order of the first class."""
        return tuple(next(iter(self.values.values())))

    def _faults(self) -> Iterator[Misfit]:
        first = next(iter(self.values))
        for land, values in self.values.items():
            for name in self.services:
                if name not in values:
                    text = Phrase(
                        "class '{land}' has no value of '{name}', and '{other}' has; write 0 where it gives none",
                        land=land,
                        name=name,
                        other=first,
                    )
                    yield ("values", land), text
            for name in values:
                if name not in self.services:
                    text = Phrase(
                        "class '{land}' has no value of '{name}', and '{other}' has; write 0 where it gives none",
                        land=first,
                        name=name,
                        other=land,
                    )
                    yield ("values", land, name), text
        for place, name in enumerate(self.market):
            if name not in self.services:
                yield (
                    ("market", place),
                    Phrase(
                        "no class has a service '{name}'; there are {services}",
                        name=name,
                        services=phrase_list(self.services),
                    ),
                )
