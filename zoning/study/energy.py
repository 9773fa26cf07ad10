"""Energy: the table of dual control that a plan names, and a total that is split between its regions."""

from __future__ import annotations

from decimal import Decimal

from layers.sources import EncodingText, Exact, ExactStep, Placed, Section, SourceText, Text


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
    share: EnergyShare | None = None
    """A total that is split between the regions; each share, less the use of the base year, is a region's target."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""
