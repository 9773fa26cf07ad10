"""What a consensus hangs on, in words."""

from __future__ import annotations

from maps.locale import catalogue
from zoning.scenario import Consensus


def hangs_in_words(found: Consensus, language: str) -> dict[str, str]:
    """By unit the differences that it hangs on, in words."""
    told: dict[str, dict[str, None]] = {}
    for unit, kind, name in found.hangs[["unit_id", "kind", "id"]].itertuples(index=False):
        told.setdefault(unit, {})[difference_in_words(kind, name, language)] = None
    return {unit: "; ".join(names) for unit, names in told.items()}


def difference_in_words(kind: str, name: str, language: str) -> str:
    """What differs, such as a parameter, or the decision on a unit."""
    words = catalogue("consensus", language)
    return words[f"kind_{kind}"].format(id=name) if f"kind_{kind}" in words else name
