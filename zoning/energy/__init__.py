"""Energy: dual control of intensity and total, region by region, by the scheme in force."""

from zoning.energy.dual_control import figures_of, judge_energy, light_message, scheme_in_force
from zoning.energy.energy_table import ENERGY_COLUMNS, EnergyTable, read_energy
from zoning.energy.region_targets import intensity_progress, targets_in_use

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
