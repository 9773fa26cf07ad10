"""What can go wrong while deciding: the rulebook, missing values, quotas that cannot be met."""

from __future__ import annotations

from layers import ZoneplanError


class RulebookError(ZoneplanError):
    """A rulebook that cannot be used: file, line and column are in the message."""

    default_code = "rulebook"


class MissingValueError(ZoneplanError):
    """A value that a quota needs is missing for some units."""

    exit_code = 3
    default_code = "missing_value"


class InfeasibleError(ZoneplanError):
    """Bounds and totals that contradict each other; the message names them and the gap."""

    exit_code = 4
    default_code = "infeasible"
