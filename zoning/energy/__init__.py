"""Energy: dual control of intensity and total, region by region, by the scheme in force."""

from zoning.energy.dual_control import judge_energy, scheme_in_force

__all__ = [
    "judge_energy",
    "scheme_in_force",
]
