"""Energy: dual control of intensity and total, region by region, by the scheme in force."""

from zoning.energy.dual_control import judge_energy, light_message, scheme_in_force
from zoning.energy.energy_table import ENERGY_COLUMNS, EnergyTable, read_energy

__all__ = [
    "ENERGY_COLUMNS",
    "EnergyTable",
    "judge_energy",
    "light_message",
    "read_energy",
    "scheme_in_force",
]
