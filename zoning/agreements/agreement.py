"""Agreements on compensation between parties, for one period: as a plan says them, and what they make flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from layers.errors import UnknownNameError
from layers.phrases import Phrase
from layers.sources import Keys, Misfit, misfit
from zoning.agreements.compliance import COMPLIANCE, ComplianceTerms
from zoning.agreements.flow_rows import FlowRow, Sides, flow_row, full_row, merged
from zoning.agreements.load import LOAD, LoadTerms
from zoning.agreements.pool import POOLED, PoolTerms
from zoning.agreements.water_index import INDEX, IndexTerms
from zoning.solver import Step
from zoning.trace import in_languages, say

KINDS = {one.name: one for one in (POOLED, INDEX, LOAD, COMPLIANCE)}
"""The kinds of agreements."""
BOUND_TO_KINDS = frozenset(key for kind in KINDS.values() for key in kind.keys)


class Agreement(ComplianceTerms, LoadTerms, IndexTerms, PoolTerms):
    """One agreement on compensation between parties, for one period."""

    kind: Literal["pool", "index", "load", "compliance"] | None = None
    """How it works: shares of a pool, a water-quality index in bands, a load of tonnes x price, monthly compliance."""

    REGULATED: ClassVar = ("scope", "targets", "duties", "mode", "term", "breach")
    """Items that an agreement has to state (Regulation on Ecological Protection Compensation, 2024)."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.like is None and (faults := [*self._misplaced(), *self._inside()]):
            raise misfit(*faults)
        return self

    def completed(self, terms: Mapping[str, Any]) -> Self:
        """The agreement with the terms of another one where it does not say otherwise.

        Indicators are completed one by one, by name.

        Raises
        ------
        ValidationError
            Both together are no agreement.
        """
        own = self.model_dump(exclude_unset=True, exclude={"like", "parties"})
        renamed = _renamed(terms, self.parties)
        whole = {**renamed, **own}
        if "indicators" in own and "indicators" in terms:
            written = {one["name"]: one for one in own["indicators"]}
            known = [one["name"] for one in terms["indicators"]]
            whole["indicators"] = [
                *({**one, **written.get(one["name"], {})} for one in renamed["indicators"]),
                *(one for name, one in written.items() if name not in known),
            ]
        return type(self).model_validate(whole)

    @property
    def missing_items(self) -> tuple[str, ...]:
        """The items that the regulation of 2024 asks of an agreement and that this one leaves out."""
        return tuple(key for key in self.REGULATED if getattr(self, key) is None)

    @property
    def has_sides(self) -> bool:
        """Whether it can be settled without a look at a river."""
        return self.kind is None or not KINDS[self.kind].has_sides or None not in (self.upstream, self.downstream)

    def _misplaced(self) -> Iterator[Misfit]:
        for key in ("kind", "unit"):
            if getattr(self, key) is None:
                yield (), Phrase("key '{key}' is missing", key=key)
        if self.parties:
            yield ("parties",), Phrase("'parties' renames those of a rulebook's agreement; it goes with 'like'")
        if self.kind is not None:
            yield from self._of_kind(self.kind)
        if self.upstream is not None and self.upstream == self.downstream:
            yield ("downstream",), Phrase("'{upstream}' is upstream and downstream of itself", upstream=self.upstream)

    def _of_kind(self, kind: str) -> Iterator[Misfit]:
        """Keys that are missing in an agreement of a kind, and keys that mean nothing in it."""
        needed, welcome = KINDS[kind].needs, KINDS[kind].keys
        given = {key for key in BOUND_TO_KINDS if key in self.model_fields_set}
        for key in needed:
            if key not in given:
                yield (), Phrase("an agreement of kind \"{kind}\" needs '{key}'", kind=kind, key=key)
        for key in sorted(given - welcome):
            yield (key,), Phrase("'{key}' has no meaning in an agreement of kind \"{kind}\"", key=key, kind=kind)
        if KINDS[kind].has_sides and self.river is None:
            for key in ("upstream", "downstream"):
                if getattr(self, key) is None:
                    yield (
                        (),
                        Phrase(
                            "'{key}' is missing; name the party, or give a 'river' layer that shows who it is", key=key
                        ),
                    )

    def _inside(self) -> Iterator[Misfit]:
        """Indicators and bands that do not fit the kind, and shares that do not add up."""
        for place, one in enumerate(self.indicators):
            for key in KINDS[self.kind].of_indicators if self.kind else ():
                if getattr(one, key) is None:
                    yield (
                        ("indicators", place),
                        Phrase("'{key}' is missing for indicator '{indicator}'", key=key, indicator=one.name),
                    )
        yield from KINDS[self.kind].faults(self) if self.kind else ()
        yield from self._amounts()

    def _amounts(self) -> Iterator[Misfit]:
        written: list[tuple[Keys, Decimal | None]] = [(("amount",), self.amount)]
        written += [(("bands", place, "amount"), one.amount) for place, one in enumerate(self.bands)]
        written += [(("grants", place, "amount"), one.amount) for place, one in enumerate(self.grants)]
        for path, amount in written:
            if amount is not None and amount % self.step:
                yield (
                    path,
                    Phrase("'amount' {amount} is no whole multiple of 'step' {step}", amount=amount, step=self.step),
                )


_SHARED = frozenset({"pay", "receive", "to"})
_PARTIES = frozenset({"upstream", "downstream", "of", "receiver", "outside"})
"""Keys below which parties stand: with shares, and alone."""


def _renamed(terms: Mapping[str, Any], names: Mapping[str, str], table: str = "") -> dict[str, Any]:
    """Terms with other names for parties, in the places where parties stand; sides of a river are no names."""

    def called(party: Any) -> Any:
        return names.get(party, party)

    def changed(key: str, value: Any) -> Any:
        if key in _SHARED and isinstance(value, Mapping):
            return {called(party): share for party, share in value.items()}
        if key in _PARTIES or (table, key) == ("grants", "payer"):
            return tuple(map(called, value)) if isinstance(value, list | tuple) else called(value)
        if isinstance(value, list | tuple):
            return tuple(_renamed(one, names, key) if isinstance(one, Mapping) else one for one in value)
        return value

    return {key: changed(key, value) for key, value in terms.items()}


def settle_agreement(agreement: Agreement, sides: Sides | None = None) -> list[FlowRow]:
    """What an agreement makes flow in its period.

    Parameters
    ----------
    agreement : Agreement
        One ``[[agreements]]`` of a study, written out (:func:`zoning.compensation.expand_agreements`).
    sides : Sides, optional
        The parties upstream and downstream, where the agreement leaves them to a river layer.

    Returns
    -------
    list of dict
        Rows of the FLOWS table; ``rule`` is a message. A pool is a party, ``(pool)``: each agreement nets to zero.

    Raises
    ------
    UnknownNameError
        Nobody says who is upstream.

    Notes
    -----
    Amounts are exact decimals in whole steps; what has to be split is apportioned by
    :func:`zoning.solver.apportion`, so that the parts sum to the whole.

    pool
        Paid in by the shares of ``pay``, paid out by those of ``receive``. Each section that missed its target takes
        ``pct`` per cent of what a party would have received, rounded to the step, and gives it to others.
    index
        P = k0 * sum(weight * measured / base); the first band with P <= up_to decides. Compared exactly, before any
        rounding: P equal to a limit lies in the better band.
    load
        For each indicator and month max(0, measured - target) in mg/L times the flow in cubic metres, divided by
        1,000,000, gives tonnes above the target; times the price, summed over the months and rounded to the step.
    compliance
        The first band with 100 * compliant_months / months >= at_least decides.

    A major accident, or a mean that missed its target, puts the last band in force.

    Examples
    --------
    >>> chishui = Agreement(name="Chishui", period=2018, kind="pool", amount=200, unit="M CNY",
    ...                     pay={"yunnan": 1, "guizhou": 5, "sichuan": 4},
    ...                     receive={"yunnan": 3, "guizhou": 4, "sichuan": 3})
    >>> [(row["payer"], row["receiver"], str(row["amount"])) for row in settle_agreement(chishui)][3:]
    [('guizhou', '(pool)', '100.00'), ('sichuan', '(pool)', '80.00'), ('yunnan', '(pool)', '20.00')]
    """
    kind = KINDS[str(agreement.kind)]
    flows = kind.flows(agreement, (sides or _own_sides(agreement)) if kind.has_sides else None)
    granted = [
        flow_row(one.payer, one.receiver, one.amount, say("flow.grant", reason=in_languages(one.reason)))
        for one in agreement.grants
    ]
    step = Step.of(agreement.step)
    common = (agreement.name, agreement.period, agreement.unit, agreement.reference)
    return [full_row(row, step.below(row["amount"]), *common) for row in merged([*flows, *granted])]


def parties_of(agreement: Agreement) -> list[str]:
    """Every party that an agreement names, sorted."""
    shares = [agreement.pay, agreement.receive, *(one.pay for one in agreement.indicators)]
    shares += [one.to for one in agreement.deductions]
    named = {name for some in shares for name in some or ()} | {one.of for one in agreement.deductions}
    named |= {name for one in agreement.grants for name in (one.payer, one.receiver)}
    return sorted(named | {one for one in (agreement.upstream, agreement.downstream) if one is not None})


def _own_sides(agreement: Agreement) -> Sides:
    if agreement.upstream is None or agreement.downstream is None:
        raise UnknownNameError(
            Phrase(
                "agreement '{agreement}' ({period}): nothing says who is upstream; name 'upstream' and 'downstream', "
                "or give a 'river' layer",
                agreement=agreement.name,
                period=agreement.period,
            ),
            code="no_sides",
        )
    return Sides(agreement.upstream, agreement.downstream)
