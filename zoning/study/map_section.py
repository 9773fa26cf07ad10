"""``[map]``: what maps of a plan show around and under its units."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from layers.phrases import Phrase
from layers.sources import NameText, Section, Text, misfit

EXAMPLE = "https://tiles.example/{z}/{x}/{y}.png"
PLACES = ("{z}", "{x}", "{y}")
"""What stands in an address of tiles for zoom and place."""
_PARAMETER = re.compile(r"[?&]([^=&]+)=")
_KEY = re.compile(r"key|token|secret|signature|password|^(tk|ak|sig)$", re.IGNORECASE)


def check_tiles(address: str) -> str:
    """An address of tiles, unless it is none.

    Examples
    --------
    >>> check_tiles("https://tiles.example/{z}/{x}/{y}.png")
    'https://tiles.example/{z}/{x}/{y}.png'
    """
    plain = re.fullmatch(r"https?://[^\s\"'<>\\`]+", address)
    if plain and all(place in address for place in PLACES):
        return address
    text = Phrase(
        "'{address}' is no address of tiles, such as https://tiles.example/{{z}}/{{x}}/{{y}}.png", address=address
    )
    raise misfit(((), text))


class MapSection(Section):
    """What maps show around and under the units."""

    relief: NameText | None = None
    """The raster layer of heights in metres whose relief is drawn; by default the one with the role "elevation"."""
    borders: bool = True
    """Whether borders around the study are drawn and places outside are named, where the rulebook allows it."""
    tiles: Annotated[str, AfterValidator(check_tiles)] | None = None
    """Address of tiles, with {z}, {x} and {y}, that the interactive map loads and shows under the plan; without it no
    map asks a server for anything."""
    attribution: Text | None = None
    """Whose tiles they are, as their terms want it said; goes with tiles."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.tiles is not None and self.attribution is None:
            raise misfit((("tiles",), Phrase("tiles want their 'attribution': say whose they are")))
        if self.tiles is None and self.attribution is not None:
            text = Phrase("'attribution' says whose tiles are shown, and there are no 'tiles'")
            raise misfit((("attribution",), text))
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Parameters of the address of tiles that tell a server who asks, such as an apikey.

        Examples
        --------
        >>> MapSection(tiles=EXAMPLE + "?style=plain&apikey=1f3a", attribution="Tiles Ltd").keys
        ('apikey',)
        """
        return tuple(name for name in _PARAMETER.findall(self.tiles or "") if _KEY.search(name))
