"""A consensus in words: what its plans differ in, what each says of it, and what units hang on."""

from __future__ import annotations

from functools import cached_property

from maps.locale import NONE, localize
from maps.summaries.difference_words import DifferenceWords
from zoning.scenario import Consensus


class ConsensusWords:
    """A consensus in one language.

    Parameters
    ----------
    found : Consensus
    language : str
    """

    def __init__(self, found: Consensus, language: str) -> None:
        self._found = found
        plans = [*found.voices.values(), found.base]
        self._words = DifferenceWords([localize(plan, language) for plan in plans], language)
        self._kinds = dict(zip(found.differences["id"], found.differences["kind"], strict=True))

    def zone(self, code: str) -> str:
        """What a zone is called, in short."""
        return self._words.zone(code)

    def difference(self, kind: str, name: str) -> str:
        """What differs, such as a parameter by its title, or the decision on a unit by its name."""
        return self._words.named(kind, name, self._kinds)

    def value(self, name: str, text: str) -> str:
        """What a plan says of a difference: a number as people read it, a zone by its title; a dash for nothing."""
        key, _, rest = text.partition(" = ")
        return self._words.short(name, rest if key == "total" and "; " not in text else text) or NONE

    @cached_property
    def hangs(self) -> dict[str, str]:
        """By unit the differences that it hangs on."""
        told: dict[str, dict[str, None]] = {}
        for unit, kind, name in self._found.hangs[["unit_id", "kind", "id"]].itertuples(index=False):
            told.setdefault(unit, {})[self.difference(kind, name)] = None
        return {unit: "; ".join(names) for unit, names in told.items()}
