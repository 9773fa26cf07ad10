"""Money: agreements, transfers, services of ecosystems, dual control over energy, and the balance of each party."""

from zoning.money.balances import (
    BUDGET,
    PARTY_WORDS,
    account,
    complete_agreement,
    expand_agreements,
    known_parties,
    namesakes,
    near_misses,
    net_amounts,
    net_amounts_by,
    parties_of_unit,
    party_faults,
    payment_rows,
    positions,
)
from zoning.money.dual_control import figures_of, judge_energy, light_message, scheme_in_force
from zoning.money.ecosystem_services import itemise_services, measure_names, service_faults, value_services
from zoning.money.energy_table import ENERGY_COLUMNS, EnergyTable, intensity_progress, read_energy, targets_in_use
from zoning.money.vertical_transfers import conditions_of, measures_of
from zoning.study import POOL, parties_of

__all__ = [
    "BUDGET",
    "ENERGY_COLUMNS",
    "PARTY_WORDS",
    "POOL",
    "EnergyTable",
    "account",
    "complete_agreement",
    "conditions_of",
    "expand_agreements",
    "figures_of",
    "intensity_progress",
    "itemise_services",
    "judge_energy",
    "known_parties",
    "light_message",
    "measure_names",
    "measures_of",
    "namesakes",
    "near_misses",
    "net_amounts",
    "net_amounts_by",
    "parties_of",
    "parties_of_unit",
    "party_faults",
    "payment_rows",
    "positions",
    "read_energy",
    "scheme_in_force",
    "service_faults",
    "targets_in_use",
    "value_services",
]
