"""Compensation: agreements, transfers, services of ecosystems, and where all payments leave each party."""

from zoning.agreements import POOL, parties_of
from zoning.compensation.balances import (
    account,
    account_traced,
    net_amounts,
    net_amounts_by,
    party_faults,
    payment_rows,
    positions,
)
from zoning.compensation.ecosystem_services import (
    itemise_services,
    measure_names,
    service_faults,
    value_services,
)
from zoning.compensation.parties import (
    BUDGET,
    PARTY_WORDS,
    complete_agreement,
    expand_agreements,
    known_parties,
    namesakes,
    near_misses,
    parties_of_unit,
)
from zoning.compensation.vertical_transfers import conditions_of, measures_of

__all__ = [
    "BUDGET",
    "PARTY_WORDS",
    "POOL",
    "account",
    "account_traced",
    "complete_agreement",
    "conditions_of",
    "expand_agreements",
    "itemise_services",
    "known_parties",
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
    "service_faults",
    "value_services",
]
