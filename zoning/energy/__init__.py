"""Energy: dual control of intensity and total, region by region, by the scheme in force."""

from zoning.energy.dual_control import apportion_energy, figures_of, judge_energy, scheme_in_force
from zoning.energy.intensity import (
    annual_fall,
    chain_output,
    energy_total,
    fall_over_years,
    implied_growth,
    intensity_change,
    over_fulfilment,
    target_progress,
    trace_intensity,
)

__all__ = [
    "annual_fall",
    "apportion_energy",
    "chain_output",
    "energy_total",
    "fall_over_years",
    "figures_of",
    "implied_growth",
    "intensity_change",
    "judge_energy",
    "over_fulfilment",
    "scheme_in_force",
    "target_progress",
    "trace_intensity",
]
