"""What can go wrong while deciding: the rulebook, missing values, quotas that cannot be met."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from layers.errors import ZoneplanError, shown
from layers.phrases import OR, Phrase, phrase_list


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


def near(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: what may have been meant, or what there is.

    Examples
    --------
    >>> near("populaton", ["area_ha", "population"])
    "; did you mean 'population'?"
    >>> near("x", ["area_ha", "population"])
    "; there are 'area_ha', 'population'"
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, 3)
    if close:
        return Phrase("; did you mean {names}?", names=phrase_list((repr(match) for match in close), OR))
    return Phrase("; there are {names}", names=shown(names)) if names else ""
