"""Decisions: what planners decided for a unit, which wins over what the rules say."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import model_validator

from layers.sources import OptionalWording, Section, Text, Wording, require_one


class Decision(Section):
    """One decision: what planners decided for a unit, by whom and why.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> said = {"reason": "headwaters", "by": "the council", "date": date(2024, 12, 2)}
    >>> decision = zp.Decision(unit="08031", main="ecologically_fragile", **said)
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> rulebook = zp.read_rulebook("us_west")
    >>> zp.resolve(zp.classify(denver, rulebook, [decision]), rulebook).loc["08031", ["main", "status"]].tolist()
    ['ecologically_fragile', 'by_decision']
    """

    unit: Text
    """Id of the unit."""
    main: Text | None = None
    """Code of the main function that it gets; or give overlay."""
    overlay: Text | None = None
    """Code of an overlay that it gets; or give main."""
    reason: Wording
    """Why, in words that stand in the report."""
    by: Wording
    """Who decided."""
    reference: OptionalWording = ""
    """The document of the decision; a text, or a text by language."""
    date: dt.date
    """The day from which it holds."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        require_one(self, "a decision", "main", "overlay")
        return self
