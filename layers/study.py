"""The study: ``plan.toml`` as written. Keys, types and positions; what names mean is judged later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudySection(_Part):
    """``[study]``: what is planned, for which day, by which rulebook."""

    name: Text
    date: date
    rulebook: Text


class UnitsSection(_Part):
    """``[units]``: the planning units and the columns that identify them.

    ``jurisdiction`` is a column or a list of columns, highest first.
    """

    source: Text
    id: Text
    layer: str | None = None
    name: str | None = None
    jurisdiction: Text | tuple[Text, ...] = ()
    crs: str | None = None
    encoding: str | None = None
    empty: Literal["error", "drop"] = "error"
    max_overlap_ha: Annotated[float, Field(ge=0)] = 100.0

    @property
    def levels(self) -> tuple[str, ...]:
        """Jurisdiction columns, highest first."""
        return (self.jurisdiction,) if isinstance(self.jurisdiction, str) else self.jurisdiction


class LayerSection(_Part):
    """One ``[[layers]]`` entry."""

    name: Text
    source: Text
    layer: str | None = None
    id: str | None = None
    x: str | None = None
    y: str | None = None
    crs: str | None = None
    encoding: str | None = None
    nodata: float | None = None
    where: str | None = None
    role: str | None = None
    coarse: bool = False
    measure: dict[str, str] = Field(default_factory=dict)


class TableSection(_Part):
    """One ``[[tables]]`` entry: more columns for the units."""

    source: Text
    id: Text
    layer: str | None = None
    encoding: str | None = None


class Decision(_Part):
    """One ``[[decisions]]`` entry: what planners decided for a unit, by whom and why."""

    unit: Text
    main: str | None = None
    overlay: str | None = None
    reason: Text
    by: Text
    reference: str = ""
    date: date


class Share(_Part):
    """One part of a composite weight."""

    measure: Text
    share: Annotated[float, Field(gt=0)]


class Priority(_Part):
    """A factor on the weight of the units that meet a condition."""

    when: Text
    factor: Annotated[float, Field(gt=0)]
    reason: Text


class Quota(_Part):
    """One ``[[quotas]]`` entry: an amount of land to hand down the levels."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    period: int
    total: Annotated[Decimal, Field(ge=0)]
    unit: Text
    step: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    levels: Annotated[tuple[Text, ...], Field(min_length=1)] = ("unit",)
    by: Literal["weighted"] = "weighted"
    weight: Text | Annotated[tuple[Share, ...], Field(min_length=1)]
    priority: tuple[Priority, ...] = ()
    floor: Annotated[Decimal, Field(ge=0)] | Text = Decimal(0)
    ceiling: Annotated[Decimal, Field(ge=0)] | Text | None = None
    reserve_pct: Annotated[Decimal, Field(ge=0, lt=100)] = Decimal(0)


class Study(_Part):
    """A study file, frozen.

    Attributes
    ----------
    study, units, layers, tables, decisions, quotas
        The sections of the file, see the classes above.
    path : Path
        Where the file stands; sources are looked up beside it.
    text : str
        The file as it was read.
    """

    study: StudySection
    units: UnitsSection
    layers: tuple[LayerSection, ...] = ()
    tables: tuple[TableSection, ...] = ()
    decisions: tuple[Decision, ...] = ()
    quotas: tuple[Quota, ...] = ()
