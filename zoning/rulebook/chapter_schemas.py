"""The entries of ``agreements.toml``: agreements that were made, which those of a plan can be like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from layers import Agreement
from zoning.entries import Entry, Id, InForce, Text, Texts

MEASURED: Mapping[str, Any] = {
    "unit": "1",
    "amount": Decimal(1),
    "compliant_months": 0,
    "flow_m3": Decimal(1),
    "upstream": "upstream",
    "downstream": "downstream",
}
"""What a plan adds to a model, for trying the model without one."""
MEASURED_OF_INDICATORS: Mapping[str, Any] = {
    "measured": Decimal(0),
    "base": Decimal(1),
    "target": Decimal(0),
    "price": Decimal(1),
}


class AgreementModel(InForce):
    """An agreement that was made, without what is measured anew in each period."""

    id: Id
    """What agreements of a plan name in ``like``."""
    title: Texts
    """What people read, by language."""
    terms: dict[Text, Any] = Field(min_length=1)
    """Keys of [[agreements]] of a plan; those that the plan gives itself come first."""
    seen: Texts
    """What of it was read in an official text, and what was not."""
    reference: Text
    """The document, or the page that tells of it."""
    verified: bool = False
    """Somebody has seen all its numbers in the official text."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        """What is wrong with its terms, tried with placeholders for all that is measured."""
        unknown = sorted(set(self.terms) - set(Agreement.model_fields))
        if unknown:
            yield f"terms: '{unknown[0]}' is no key of [[agreements]]"
            return
        kind = str(self.terms.get("kind", ""))
        welcome = Agreement.keys_of(kind) | set(self.terms) | {"unit"}
        trial = {key: value for key, value in MEASURED.items() if key in welcome} | self.terms
        if "indicators" in trial:
            wanted = Agreement.indicator_keys(kind)
            trial["indicators"] = [
                {key: value for key, value in MEASURED_OF_INDICATORS.items() if key in wanted} | dict(one)
                for one in trial["indicators"]
            ]
        try:
            Agreement.model_validate({"name": self.id, "period": 0, **trial})
        except ValidationError as error:
            yield f"terms: {error.errors(include_url=False)[0]['msg']}"


class AgreementModels(Entry):
    """``agreements.toml``."""

    agreements: tuple[AgreementModel, ...] = ()
