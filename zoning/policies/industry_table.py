"""The table of a plan's own negative list: its items, each with the line on which it stands."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from layers.errors import naming_the_layer, raise_all
from layers.phrases import Phrase
from layers.sources import resolve_source
from zoning.rulebook import in_known_words, item_faults, read_item_table
from zoning.study import IndustriesSection

INDUSTRY_COLUMNS = ("unit_id", "jurisdiction", "code", "treatment", "state", "conditions", "note", "reference")
"""The columns that are read; any others are a note to oneself."""
NEEDED = (("code",), ("treatment",), ("unit_id", "jurisdiction"))


def read_industries(section: IndustriesSection) -> pd.DataFrame:
    """The items of the table that ``[industries]`` names."""
    name = section.table
    with naming_the_layer(section.where("table"), name):
        path = resolve_source(section.folder, name)
    items = read_item_table(path, name, INDUSTRY_COLUMNS, NEEDED, section.encoding)
    raise_all(item_faults(items, name, _complaints))
    return in_known_words(items)


def _complaints(item: Mapping[str, str]) -> Mapping[Phrase, bool]:
    places = [one for one in ("unit_id", "jurisdiction") if item[one]]
    return {
        Phrase("name the unit_id or the jurisdiction in which the item holds"): not places,
        Phrase("it names a unit_id and a jurisdiction; keep one"): len(places) == 2,
        Phrase("the code is empty"): not item["code"],
    }
