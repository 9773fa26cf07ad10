"""Sections with a table of their own: dual control of energy, and the plan's negative list of industries."""

from __future__ import annotations

from decimal import Decimal

from layers.sources import EncodingText, Exact, ExactStep, Placed, Section, Source, SourceText, Text, Wording


class EnergyShare(Section):
    """A total of energy that is split between the regions of the table, by what a tonne of it makes."""

    total: ExactStep
    """What all regions together may use at the end of the period, in the unit of the scheme."""
    step: ExactStep = Decimal(1)
    """The smallest amount."""
    least_pct: Exact = Decimal(0)
    """Nobody gets less than so many per cent of what it used in the base year."""
    most_pct: Exact | None = None
    """Nobody gets more than so many per cent of what it used in the base year."""


class EnergySection(Placed):
    """Dual control of energy: the table of what the regions were to reach and what they reached."""

    table: SourceText
    """CSV with one row a region: region, intensity_target_pct, intensity_actual_pct, total_target_tce, ..."""
    period: int
    """The year, or the last year of the period, that is judged."""
    scheme: Text | None = None
    """Scheme of the rulebook to judge by; without it, the one in force at the end of the period."""
    targets: bool = False
    """Regions take what the scheme sets them for its whole term, by code or name, as far as the table gives no target
    of its own; what is due at the end of the period counts, and what was reached is counted from the base year."""
    share: EnergyShare | None = None
    """A total that is split between the regions; each share, less the use of the base year, is a region's target."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""


class IndustriesSection(Placed):
    """The plan's own negative list of industries, which may only be stricter than those of the rulebook."""

    table: SourceText
    """CSV or XLSX (its first sheet) with one row an item: unit_id or jurisdiction, code, treatment, state, conditions,
    note, reference."""
    title: Wording | None = None
    """What people read, a text or a text by language; by default "the plan's own list"."""
    reference: Wording | None = None
    """The document of the list, a text or a text by language, for items that give none of their own."""
    source: Source | None = None
    """Where the list was read."""
    complete: bool = False
    """Every item that the list has is in the table, so that what none of them names is allowed by it."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""
