"""Energy: dual control of intensity and total, region by region, by the scheme in force."""

from zoning.energy.dual_control import figures_of, judge_energy, light_message, scheme_in_force
from zoning.energy.energy_table import ENERGY_COLUMNS, EnergyTable, intensity_progress, read_energy, targets_in_use

__all__ = [
    "ENERGY_COLUMNS",
    "EnergyTable",
    "figures_of",
    "intensity_progress",
    "judge_energy",
    "light_message",
    "read_energy",
    "scheme_in_force",
    "targets_in_use",
]
