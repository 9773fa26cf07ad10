"""Indices of a plan: one score a unit from several measures, which rules, map and tables know as a measure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layers.phrases import Phrase
from layers.sources import Misfit, Several, Sourced, Text, Wording, misfit

_UNIT_SUM = 1e-6
"""So far from 1 the sum of typed weights may be."""


class CompositeIndex(Sourced):
    """A composite index: measures made comparable, weighed, and made one score a unit, more of which is better."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """Its name as a measure, which rules, quotas and tables may read."""
    of: Annotated[Several[Text], Field(min_length=1)]
    """Measures of numbers; also indices that stand above it. A unit without one of them has no score."""
    cost: Several[Text] = ()
    """Those of them of which less is better."""
    normalise: Literal["minmax", "zscore", "rank", "none"] | None = None
    """How they are made comparable over the units; "minmax" by default. "topsis" does so itself."""
    weights: Literal["equal", "entropy"] | dict[Text, Annotated[float, Field(ge=0)]] = "equal"
    """"equal", "entropy" (by how unevenly each is spread), or a number for each measure, which add up to 1."""
    aggregate: Literal["weighted_sum", "geometric_mean", "weakest_link", "topsis"] = "weighted_sum"
    """How the scores are made one."""
    title: Wording | None = None
    """What people read for it; a text, or a text by language."""

    @property
    def scale(self) -> str:
        """How its measures are made comparable."""
        return self.normalise or ("none" if self.aggregate == "topsis" else "minmax")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(self._faults()):
            raise misfit(*faults)
        return self

    def _faults(self) -> Iterator[Misfit]:
        for place, name in enumerate(self.cost):
            if name not in self.of:
                yield ("cost", place), Phrase("'{name}' is none of the measures that the index is made of", name=name)
        for place, name in enumerate(self.of):
            if name in self.of[:place] or name == self.name:
                yield ("of", place), Phrase("'{name}' stands twice, or is the index itself", name=name)
        if self.aggregate == "topsis" and self.scale != "none":
            yield ("normalise",), Phrase('"topsis" makes measures comparable by itself; leave normalise out')
        if self.scale == "none" and self.cost and self.aggregate != "topsis":
            yield ("cost",), Phrase("a cost needs measures that are made comparable; say how with normalise")
        if self.scale == "zscore" and self.aggregate == "geometric_mean":
            yield ("normalise",), Phrase('scores of "zscore" are below 0 as well, and have no geometric mean')
        yield from self._faults_of_weights()

    def _faults_of_weights(self) -> Iterator[Misfit]:
        if isinstance(self.weights, dict):
            if set(self.weights) != set(self.of):
                yield ("weights",), Phrase("give a weight to each measure of the index, and to no other")
            elif abs(sum(self.weights.values()) - 1) > _UNIT_SUM:
                total = sum(self.weights.values())
                yield (
                    ("weights",),
                    Phrase("the weights add up to {total:g}, not to 1; divide each of them by their sum", total=total),
                )
