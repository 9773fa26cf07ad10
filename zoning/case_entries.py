"""The entries of ``cases/``: worked cases, and what must come out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from layers import Agreement, Transfer
from zoning.entries import Entry, Scalar, Text
from zoning.industry_entries import Treatment

Light = Literal["intensity_light", "total_light", "total_exempt", "verdict"]


class Case(Entry):
    """A worked case: a unit on a day, and what the rulebook must make of it."""

    name: Text
    """What it shows; no two cases share a name."""
    date: date
    """The day on which the rulebook is asked."""
    source: Text
    """Where the expected answer comes from: a document, or a pencil."""
    unit: Text = "case"
    """Id of the unit."""
    jurisdiction: str = ""
    """Its jurisdiction."""
    given: dict[str, Scalar] = Field(default_factory=dict)
    """Values of indicators; of a quota as "quota_<name>"; of dual control as "intensity_light" and the like."""
    whole: dict[str, Scalar] | None = None
    """Values of indicators of the larger unit (see part_of of a plan) of which the unit is a part."""
    others: dict[Text, dict[str, Scalar]] = Field(default_factory=dict)
    """Other units, by id, with their indicators, among which money is shared; "jurisdiction" may be one of them."""
    energy: dict[Text, Scalar] | None = None
    """A row of the energy table, of the unit's jurisdiction or of the unit, by which lights are judged; with "period"
    and "scheme" where they are not those of the date."""
    agreements: tuple[Agreement, ...] = ()
    """Agreements, as in a plan."""
    transfers: tuple[Transfer, ...] = ()
    """Transfers, as in a plan."""
    missing: tuple[Text, ...] = ()
    """Indicators that the study has and this unit lacks."""
    pieces: tuple[CasePiece, ...] = ()
    """Pieces of the unit, each with what must come out on it."""
    expect: Expected
    """What must come out."""


class CasePiece(Entry):
    """A piece of a worked case, and the policies on it; what is left out is not compared."""

    roles: tuple[Text, ...] = ()
    """Roles of the layers that cover it; its control line follows from them."""
    policies: tuple[str, ...] | None = None
    """Ids of all policies on the piece that hold; those on the whole unit apart."""
    overruled: tuple[str, ...] | None = None
    """Ids of all policies, of the piece or the unit, that a stricter one overrules on it."""
    excepted: tuple[str, ...] | None = None
    """Ids of all policies on the piece of which an exception holds."""


class Expected(Entry):
    """What a worked case must give; what is left out is not compared."""

    main: str | None = None
    """Code of the main function."""
    energy: dict[Light, bool | int | str] = Field(default_factory=dict)
    """Lights that the energy of the case must give: intensity_light, total_light, total_exempt, verdict."""
    amounts: dict[Text, dict[Text, Decimal]] = Field(default_factory=dict)
    """What parties must receive on balance, by agreement or transfer and by party; less than 0 where they pay."""
    main_of_whole: str | None = None
    """Code of the main function of the larger unit."""
    overlays: tuple[str, ...] | None = None
    """Codes of all overlays."""
    policies: tuple[str, ...] | None = None
    """Ids of all policies on the whole unit that hold."""
    overruled: tuple[str, ...] | None = None
    """Ids of all policies that a stricter one overrules."""
    excepted: tuple[str, ...] | None = None
    """Ids of all policies of which an exception holds."""
    status: Literal["decided", "contested", "review", "by_decision"] | None = None
    """How it was decided."""
    industries: dict[Text, Treatment] = Field(default_factory=dict)
    """Whether planned projects of some industries may settle, by their codes."""
    measures: dict[Text, Scalar] = Field(default_factory=dict)
    """Values of measures that the rulebook derives."""
    norms: dict[Text, Literal["yes", "no", "unknown"]] = Field(default_factory=dict)
    """Whether norms are kept, by their ids; of jurisdictions in that of the case."""
    existing_industries: dict[Text, Treatment] = Field(default_factory=dict)
    """Whether existing works of some industries may stay, by their codes."""


class Cases(Entry):
    """A file of ``cases/``."""

    cases: tuple[Case, ...] = ()
