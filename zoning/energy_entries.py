"""The entries of ``energy.toml``: schemes of dual control, each with its dates and its numbers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from zoning.entries import Entry, Id, InForce, Parameter, Scalar, Text, Texts

MARGIN = "light_margin_pct"
RISING = "rising_is_red"
INCENTIVE = "incentive_exempts_total"
EXEMPT = "exempt_is_subtracted"
RELAXED = "growth_relaxes_total"
SCHEME_PARAMETERS: dict[str, type] = {MARGIN: float, RISING: bool, INCENTIVE: bool, EXEMPT: bool, RELAXED: bool}
"""What the engine asks a scheme for; a truth value that is not given is false."""


class Scheme(InForce):
    """A scheme by which the energy, or the carbon, of regions is judged."""

    code: Id
    """What plans call it."""
    title: Texts
    """What people read, by language."""
    unit: Literal["tce", "tco2"] = "tce"
    """What its totals are counted in, which is the ending of their columns: coal equivalent, or carbon dioxide."""
    parameters: tuple[Parameter, ...]
    """Its numbers and switches: light_margin_pct, rising_is_red, incentive_exempts_total, exempt_is_subtracted,
    growth_relaxes_total."""
    reference: Text
    """The document that sets it up."""
    verified: bool = False
    """Somebody has read it in the official text."""

    def value(self, name: str, day: date) -> Scalar | None:
        """What a parameter is on a day; None where it is not there."""
        found = next((one.at(day) for one in self.parameters if one.name == name), None)
        return found.value if found else None

    def holds(self, name: str, day: date) -> bool:
        """Whether a switch is on, on a day."""
        return self.value(name, day) is True


class Schemes(Entry):
    """``energy.toml``."""

    schemes: tuple[Scheme, ...] = ()
