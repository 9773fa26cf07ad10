"""Agreements: horizontal compensation between parties, by a pool, an index, a load, or compliance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from layers.phrases import Phrase, phrase_list
from layers.sources import (
    Exact,
    ExactStep,
    Keys,
    Misfit,
    Named,
    NameText,
    Section,
    Several,
    Sourced,
    Text,
    Wording,
    misfit,
)

Shares = Annotated[dict[Text, ExactStep], Field(min_length=1)]
"""Parties and their shares; only the proportions count."""
Side = Literal["upstream", "downstream"]


class Deduction(Section):
    """What happens to the receipts of a pool when one monitored section misses its target."""

    section: Text
    """Name of the monitored section."""
    met: bool
    """Whether the section met its target in the period; nothing is deducted where it did."""
    of: Text
    """The party whose receipt is cut."""
    pct: Annotated[ExactStep, Field(le=100)]
    """Per cent of what it would have received."""
    to: Shares
    """The parties that get the deducted money, with their shares."""


class Grant(Section):
    """A fixed amount beside the rule, such as the contribution of the central government."""

    payer: Text
    """Who pays."""
    receiver: Text
    """Who receives."""
    amount: ExactStep
    """How much."""
    reason: Wording
    """Why, in words that stand in the report."""


class Pollutant(Section):
    """One indicator of water quality: its target or base, what was measured, and what an excess costs."""

    name: Text
    """Name, such as "CODMn"."""
    measured: Exact | Several[Exact]
    """Concentration that was measured, in mg/L; of kind "load" one value a month where flow_m3 has one."""
    weight: ExactStep | None = None
    """Of kind "index": its weight; all weights sum to 1."""
    base: ExactStep | None = None
    """Of kind "index": the concentration that counts as 1."""
    target: Exact | None = None
    """Of kind "load": the concentration up to which nothing is paid, in mg/L."""
    price: ExactStep | None = None
    """Of kind "load": the price of a tonne above the target."""
    pay: Shares | None = None
    """Of kind "load": who pays for this indicator, where it differs from the agreement's."""


class Band(Section):
    """What is paid where the result lies in a band; the first band that holds decides."""

    payer: Side | Literal["nobody"]
    """Who pays the other side."""
    amount: Exact = Decimal(0)
    """How much."""
    up_to: ExactStep | None = None
    """Of kind "index": the band reaches up to this value, included; the last band has none."""
    at_least: Annotated[Exact, Field(le=100)] | None = None
    """Of kind "compliance": the band begins at this rate in per cent, included; the last band has none."""


class Agreement(Named, Sourced):
    """One agreement on compensation between parties, for one period."""

    name: Text
    """Name; several periods of one agreement share it."""
    period: int
    """The year, or the end of the period."""
    like: Text | None = None
    """Id of an agreement of the rulebook (agreements.toml) whose terms hold where this one does not say otherwise."""
    parties: dict[Text, Text] = Field(default_factory=dict)
    """What the parties of the rulebook's agreement are called in this study, such as { anhui = "340000" }."""
    kind: Literal["pool", "index", "load", "compliance"] | None = None
    """How it works: shares of a pool, a water-quality index in bands, a load of tonnes x price, monthly compliance."""
    unit: Text | None = None
    """Unit of its amounts, such as "CNY"."""
    step: ExactStep = Decimal("0.01")
    """The smallest amount that is paid."""
    amount: ExactStep | None = None
    """Of kind "pool": how much is paid into the pool."""
    pay: Shares | None = None
    """Who pays, with shares: into the pool, or for the load."""
    receive: Shares | None = None
    """Who receives, with shares: from the pool, or for the load."""
    deductions: Several[Deduction] = ()
    """Of kind "pool": what a missed target moves from one receiver to others."""
    upstream: Text | None = None
    """Of kinds "index" and "compliance": the party upstream; without it, the river layer says it."""
    downstream: Text | None = None
    """The party downstream."""
    river: NameText | None = None
    """A layer of lines drawn downstream, from which upstream and downstream are derived or checked."""
    k0: ExactStep | None = None
    """Of kind "index": the factor of stability; P = k0 * sum(weight * measured / base)."""
    indicators: Several[Pollutant] = ()
    """Of kinds "index" and "load": what was measured."""
    flow_m3: ExactStep | Several[Exact] | None = None
    """Of kind "load": water that passed, in cubic metres; one value, or one a month."""
    months: Annotated[int, Field(gt=0)] = 12
    """Of kind "compliance": months that were measured."""
    compliant_months: Annotated[int, Field(ge=0)] | None = None
    """Of kind "compliance": months that met the target."""
    mean_met: bool = True
    """Of kind "compliance": whether the mean of the period met the target; the last band decides where it did not."""
    accident: bool = False
    """Of kinds "index" and "compliance": a major pollution accident, by which the last band decides."""
    bands: Several[Band] = ()
    """Of kinds "index" and "compliance": who pays what, from the best result to the worst."""
    grants: Several[Grant] = ()
    """Fixed amounts beside the rule."""
    outside: Several[Text] = ()
    """Parties that are no jurisdiction of the study although their name is near one."""
    scope: Wording | None = None
    """What the agreement covers (Regulation on Ecological Protection Compensation 2024)."""
    targets: Wording | None = None
    """Targets and indicators, in words."""
    duties: Wording | None = None
    """What each side has to do."""
    mode: Wording | None = None
    """How compensation is made: money, industry, training, parks."""
    term: Wording | None = None
    """From when to when."""
    breach: Wording | None = None
    """What follows a breach."""

    REGULATED: ClassVar = ("scope", "targets", "duties", "mode", "term", "breach")
    """Items that an agreement has to state (Regulation on Ecological Protection Compensation, 2024)."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.like is None and (faults := [*self._misplaced(), *self._inside()]):
            raise misfit(*faults)
        return self

    @classmethod
    def keys_of(cls, kind: str) -> set[str]:
        """The keys that have a meaning in an agreement of a kind only."""
        return {key for keys in KINDS.get(kind, ()) for key in keys}

    @classmethod
    def indicator_keys(cls, kind: str) -> set[str]:
        """The keys that an indicator of such an agreement needs."""
        return {"measured", *POLLUTANTS.get(kind, ())}

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
        return self.kind in ("pool", "load") or None not in (self.upstream, self.downstream)

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
        needed, welcome = KINDS[kind]
        given = {key for key in BOUND_TO_KINDS if key in self.model_fields_set}
        for key in needed:
            if key not in given:
                yield (), Phrase("an agreement of kind \"{kind}\" needs '{key}'", kind=kind, key=key)
        for key in sorted(given - {*needed, *welcome}):
            yield (key,), Phrase("'{key}' has no meaning in an agreement of kind \"{kind}\"", key=key, kind=kind)
        if kind in ("index", "compliance") and self.river is None:
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
            for key in POLLUTANTS.get(self.kind or "", ()):
                if getattr(one, key) is None:
                    yield (
                        ("indicators", place),
                        Phrase("'{key}' is missing for indicator '{indicator}'", key=key, indicator=one.name),
                    )
        if self.kind == "index":
            total = sum((one.weight or 0 for one in self.indicators), Decimal(0))
            if total != 1:
                yield ("indicators",), Phrase("the weights of the indicators sum to {total}, not to 1", total=total)
            if any(isinstance(one.measured, tuple) for one in self.indicators):
                yield ("indicators",), Phrase("an index takes one value an indicator, its mean of the period")
        if self.kind == "load":
            yield from self._months()
        yield from self._amounts()
        yield from self._deductions()
        yield from self._bands()
        if self.compliant_months is not None and self.compliant_months > self.months:
            yield (
                ("compliant_months",),
                Phrase(
                    "{compliant_months} of {months} months cannot have complied",
                    compliant_months=self.compliant_months,
                    months=self.months,
                ),
            )

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

    def _months(self) -> Iterator[Misfit]:
        count = len(self.flow_m3) if isinstance(self.flow_m3, tuple) else 1
        for place, one in enumerate(self.indicators):
            values = len(one.measured) if isinstance(one.measured, tuple) else 1
            if values != count:
                yield (
                    ("indicators", place, "measured"),
                    Phrase(
                        "indicator '{indicator}' has {values} values and 'flow_m3' {count}; give one a month in both",
                        indicator=one.name,
                        values=values,
                        count=count,
                    ),
                )

    def _deductions(self) -> Iterator[Misfit]:
        receivers, cut = self.receive or {}, dict[str, Decimal]()
        for place, one in enumerate(self.deductions):
            if one.of not in receivers:
                named = phrase_list(receivers)
                yield (
                    ("deductions", place, "of"),
                    Phrase("'{of}' receives nothing to deduct from; name one of {names}", of=one.of, names=named),
                )
            cut[one.of] = cut.get(one.of, Decimal(0)) + (Decimal(0) if one.met else one.pct)
            if cut[one.of] > 100:
                yield (
                    ("deductions", place, "pct"),
                    Phrase("the deductions from '{of}' sum to {cut} %", of=one.of, cut=cut[one.of]),
                )

    def _bands(self) -> Iterator[Misfit]:
        key = {"index": "up_to", "compliance": "at_least"}.get(self.kind or "")
        if key is None or not self.bands:
            return
        limits = [getattr(band, key) for band in self.bands]
        if None in limits[:-1] or limits[-1] is not None:
            yield ("bands",), Phrase("every band but the last has '{key}', and the last has none", key=key)
            return
        wanted = sorted(set(limits[:-1]), reverse=self.kind == "compliance")
        if limits[:-1] != wanted:
            yield (
                ("bands",),
                Phrase(
                    "the bands go from the best result to the worst: {key} = {wanted}",
                    key=key,
                    wanted=phrase_list(map(str, wanted)),
                ),
            )


KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pool": (("amount", "pay", "receive"), ("deductions",)),
    "index": (("k0", "indicators", "bands"), ("upstream", "downstream", "river", "accident")),
    "load": (("indicators", "flow_m3", "pay", "receive"), ()),
    "compliance": (
        ("compliant_months", "bands"),
        ("months", "mean_met", "upstream", "downstream", "river", "accident"),
    ),
}
"""Keys that an agreement of a kind needs, and others that have a meaning in it."""
BOUND_TO_KINDS = frozenset(key for keys in KINDS.values() for some in keys for key in some)
_SHARED = frozenset({"pay", "receive", "to"})
_PARTIES = frozenset({"upstream", "downstream", "of", "receiver", "outside"})
"""Keys below which parties stand: with shares, and alone."""
POLLUTANTS = {"index": ("weight", "base"), "load": ("target", "price")}


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
