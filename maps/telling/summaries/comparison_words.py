"""A comparison of two plans in words: what moved, by how much, and because of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from layers.errors import escape_hidden
from maps.telling.summaries.difference_words import DifferenceWords
from maps.words import (
    NONE,
    LocalizedPlan,
    amount,
    catalogue,
    format_number,
    hectares,
    localize,
    percent,
    sentence_gap,
    text_in,
)
from zoning.money import net_amounts_by
from zoning.whatif import MOVES, UNKNOWN, Comparison

LISTED = 4
"""So many differences or units stand in a row."""
JOINT = 2
"""So many differences stand in a cause of several."""
LARGE_HA = 10_000


class Cause(NamedTuple):
    """What some moves hang on, and how many of each kind do.

    Attributes
    ----------
    kind, id : str
        As in the table of moves.
    text : str
    counts : mapping of str to int
        By what moved.
    """

    kind: str
    id: str
    text: str
    counts: dict[str, int]


class Sum(NamedTuple):
    """What all get of a quota or by an instrument, before and after.

    Attributes
    ----------
    title, unit : str
    before, after, gained, lost : Decimal
    more, less : int
        How many get more, and how many less.
    """

    title: str
    unit: str
    before: Decimal
    after: Decimal
    gained: Decimal
    lost: Decimal
    more: int
    less: int


class Balance(NamedTuple):
    """What a unit gets of a payment on balance in either plan, and what that hangs on.

    Attributes
    ----------
    unit_id, title, before, after : str
    cause : (str, str)
        Kind and id.
    """

    unit_id: str
    title: str
    before: str
    after: str
    cause: tuple[str, str]


class ComparisonWords:
    """A comparison in one language.

    Parameters
    ----------
    comparison : Comparison
    language : str, optional

    Attributes
    ----------
    plans : tuple of LocalizedPlan
        The first and the second.
    words : mapping of str to Template
    """

    def __init__(self, comparison: Comparison, language: str = "en") -> None:
        self.comparison, self.language = comparison, language
        self.plans: tuple[LocalizedPlan, LocalizedPlan] = (
            localize(comparison.before, language),
            localize(comparison.after, language),
        )
        self._of = DifferenceWords(self.plans, language)
        self.words = self._of.words

    @cached_property
    def title(self) -> str:
        """What is compared: the two plans, or the one of which both are made."""
        named = dict.fromkeys(escape_hidden(text_in(plan.study.title, self.language)) for plan in self.plans)
        return self._listed(named)

    @cached_property
    def named(self) -> bool:
        """Whether the plans have names that tell them apart."""
        return self.names != (self.words["before"], self.words["after"])

    @cached_property
    def names(self) -> tuple[str, str]:
        """What the two plans are called; "before" and "after" where that is the same."""
        named = [escape_hidden(text_in(plan.study.title, self.language)) for plan in self.plans]
        dated = [f"{name}, {plan.rulebook.day}" for name, plan in zip(named, self.plans, strict=True)]
        for pair in (named, dated):
            if pair[0] != pair[1]:
                return pair[0], pair[1]
        return self.words["before"], self.words["after"]

    @cached_property
    def changed(self) -> pd.DataFrame:
        """The transitions of units that change their main function, the largest first."""
        transitions = self.comparison.transitions
        return transitions[transitions["before"] != transitions["after"]].sort_values(
            ["area_ha", "before", "after"], ascending=[False, True, True]
        )

    @cached_property
    def verdict(self) -> str:
        """What moved, in one sentence."""
        if self.comparison.same:
            return self.words["same_result" if self.comparison.differences else "same"]
        units, area = int(self.changed["units"].sum()), float(self.changed["area_ha"].sum())
        if not units:
            counts = self.comparison.totals["moved"]
            parts = [self._counted(what, counts[what]) for what in MOVES if what in counts]
            return self.words["verdict_none"] + (
                self.words["verdict_rest"].format(parts=self._listed(parts)) if parts else ""
            )
        total = float(self.comparison.transitions["area_ha"].sum())
        return self.words["verdict"].format(
            n=units,
            all=format_number(int(self.comparison.transitions["units"].sum()), self.language),
            area=self.land(area),
            share=percent(area, total, self.language),
        )

    @cached_property
    def lead(self) -> str:
        """In what the plans differ, which units have no partner, and why causes are unknown."""
        differences = [self._difference(difference.kind, difference.id) for difference in self.comparison.differences]
        lead = self.words["lead"].format(n=len(differences), differences=self._few(differences)) if differences else ""
        return sentence_gap(self.language).join(filter(None, (lead, *self.lone, self.note)))

    @cached_property
    def note(self) -> str:
        """Why causes are unknown; empty where they are known."""
        return escape_hidden(self.plans[1].renderer.render(self.comparison.note))

    @cached_property
    def lone(self) -> tuple[str, ...]:
        """Which units only one of the plans has, in a sentence each."""
        pairs = (("only_before", self.comparison.only_before, 0), ("only_after", self.comparison.only_after, 1))
        return tuple(
            self.words[key].format(units=self._few([self.unit(unit, position) for unit in units]))
            for key, units, position in pairs
            if units
        )

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """What moves hang on, that on which most does first."""
        groups = self.comparison.moved.groupby(["cause_kind", "cause_id"], sort=False)["what"]
        causes = [
            Cause(
                str(kind),
                str(name),
                self.cause(str(kind), str(name)),
                {str(k): int(v) for k, v in moves.value_counts().items()},
            )
            for (kind, name), moves in groups
        ]
        return tuple(
            sorted(causes, key=lambda cause: (-cause.counts.get("main", 0), -sum(cause.counts.values()), cause.id))
        )

    @cached_property
    def sums(self) -> dict[str, tuple[Sum, ...]]:
        """Of quotas (``quotas``) and of payments (``flows``) that moved."""
        return {key: tuple(self._sums(key)) for key in ("quotas", "flows")}

    @cached_property
    def balances(self) -> tuple[Balance, ...]:
        """Of each unit that has to do with a payment that moved what it gets of it on balance."""
        rows = self.comparison.moved[self.comparison.moved["what"] == "flow"]
        units = set(self.comparison.after.units.index.astype(str))
        before, after = (net_amounts_by(plan.flows, "instrument", "period") for plan in self.plans)
        made: dict[tuple[str, str, str], Balance] = {}
        for row in rows.itertuples(index=False):
            flow = self._flows.loc[row.item]
            for party in dict.fromkeys((row.unit_id, str(flow["payer"]))):
                at = (str(flow["instrument"]), str(flow["period"]), party)
                if party in units and at not in made:
                    title = escape_hidden(f"{self._of.terms.flow(at[0])} {at[1]}")
                    sides = [self._balance(nets.get(at, Decimal(0)), str(flow["unit"])) for nets in (before, after)]
                    made[at] = Balance(party, title, sides[0], sides[1], (row.cause_kind, row.cause_id))
        return tuple(made.values())

    def _balance(self, net: Decimal, unit: str) -> str:
        """What a unit receives less what it pays, in a unit of account."""
        text = f"{amount(net, self.language)} {self._of.terms.unit(unit)}".strip()
        return str(catalogue("map", self.language)["on_balance"].format(amount=text))

    @cached_property
    def policies(self) -> tuple[tuple[str, int, int], ...]:
        """Policies by title, with how many units they begin and cease to apply to; most first."""
        rows = self.comparison.moved[self.comparison.moved["what"] == "policy"]
        counts = [
            (self.item("policy", str(policy)), int((moves["after"] != "").sum()), int((moves["after"] == "").sum()))
            for policy, moves in rows.groupby("item", sort=True)
        ]
        return tuple(sorted(counts, key=lambda row: -row[1] - row[2]))

    def land(self, area_ha: float) -> str:
        """An area in the unit that its size asks for."""
        if area_ha >= LARGE_HA:
            return f"{format_number(area_ha / 100, self.language)} {self.measure('km2')}"
        return f"{format_number(hectares(area_ha), self.language)} {self.measure('ha')}"

    def measure(self, unit: str) -> str:
        """A unit of measure."""
        return self._of.terms.unit(unit).replace("km2", "km²")

    def more(self, count: int) -> str:
        """How many rows a table leaves out; nothing where it has all."""
        return self.words["rows_more"].format(n=count) if count > 0 else ""

    def unit(self, unit_id: str, position: int = 1) -> str:
        """What a unit, or a party to a payment, is called."""
        return self._of.unit(unit_id, position)

    def zone(self, code: str) -> str:
        """What a zone is called, in short; empty of none."""
        return self._of.zone(code)

    def what(self, what: str) -> str:
        """What kind of thing moved."""
        return self.words[what]

    def item(self, what: str, item: str) -> str:
        """What moved: the overlay, quota, instrument or policy by its title."""
        if what == "overlay":
            return self.zone(item)
        if what == "quota":
            return self._of.terms.quota(item)
        if what == "policy":
            return self._policies.get(item, escape_hidden(item))
        return escape_hidden(self._instruments.get(item, item)) if what == "flow" else self.words["main"]

    def value(self, what: str, item: str, text: str) -> str:
        """What stood before or stands after: a zone, an amount, or whether something applies."""
        if what == "main":
            return self.zone(text)
        if what in {"quota", "flow"}:
            unit = self._units.get((what, item), "")
            return f"{amount(Decimal(text), self.language)} {unit}".strip() if text else NONE
        return self.words["there" if text else "not_there"]

    def cause(self, kind: str, name: str) -> str:
        """What a move hangs on."""
        if kind == UNKNOWN:
            return self.words["kind_unknown"]
        if kind != "several":
            return self._difference(kind, name)
        kinds = {difference.id: difference.kind for difference in self.comparison.differences}
        parts = [self._of.subject(kinds.get(part, ""), part) for part in name.split("; ")]
        key = "kind_several" if len(parts) > 1 else "kind_others"
        return escape_hidden(self.words[key].format(id=self._few(parts, JOINT)))

    def _difference(self, kind: str, name: str) -> str:
        """In what the plans differ, with what stands in either where it is short."""
        difference = next(
            (
                difference
                for difference in self.comparison.differences
                if (difference.kind, difference.id) == (kind, name)
            ),
            None,
        )
        sides = [difference.before, difference.after] if difference else ["", ""]
        subject = self._of.subject(kind, name)
        titled = kind == "parameter" and subject != name
        subject, *sides = self._of.sides(subject, name, *sides)
        before, after = (text or NONE for text in sides)
        key = "kind_titled" if titled else f"kind_{kind or 'several'}"
        return escape_hidden(self.words[key].format(id=subject, before=before, after=after))

    def _sums(self, key: str) -> Iterator[Sum]:
        what = "quota" if key == "quotas" else "flow"
        rows = self.comparison.moved[self.comparison.moved["what"] == what]
        for name, total in self.comparison.totals[key].items():
            moves = rows[[self._group(what, item) == name for item in rows["item"]]]
            item = str(moves["item"].iloc[0]) if len(moves) else name
            title = self._of.terms.quota(name) if what == "quota" else self._of.terms.flow(name)
            before, after, gained, lost = (Decimal(total[side]) for side in ("before", "after", "gained", "lost"))
            unit = self._units.get((what, item), "")
            yield Sum(escape_hidden(title), unit, before, after, gained, lost, total["more"], total["less"])

    def _group(self, what: str, item: str) -> str:
        """The quota, or the instrument of a payment."""
        return item if what == "quota" else self._paying.get(item, item)

    def _counted(self, what: str, count: int) -> str:
        return self.words[f"moved_{what}"].format(n=count)

    def _listed(self, parts: Iterable[str]) -> str:
        return self.words["and"].join(parts)

    def _few(self, parts: Sequence[str], most: int = LISTED) -> str:
        """The first of many, and how many more there are."""
        more = [self.words["n_more"].format(n=len(parts) - most)] if len(parts) > most else []
        return self._listed([*parts[:most], *more])

    @cached_property
    def _policies(self) -> dict[str, str]:
        return {
            policy.id: escape_hidden(text_in(policy.title, self.language, policy.id))
            for plan in self.plans
            for policy in plan.rulebook.policies
        }

    @cached_property
    def _flows(self) -> pd.DataFrame:
        rows = pd.concat(
            [plan.flows[["instrument", "period", "payer", "unit"]] for plan in self.plans]
        ).drop_duplicates()
        items = [f"{row.instrument} {row.period} {row.payer}" for row in rows.itertuples()]
        return rows.assign(item=items).drop_duplicates("item").set_index("item")

    @cached_property
    def _instruments(self) -> dict[str, str]:
        """Payments by what pays, when, and who."""
        comma = self.words["comma"]
        return {
            str(item): comma.join((f"{self._of.terms.flow(row.instrument)} {row.period}", self.unit(str(row.payer))))
            for item, row in self._flows.iterrows()
        }

    @cached_property
    def _paying(self) -> dict[str, str]:
        return {str(item): str(name) for item, name in self._flows["instrument"].items()}

    @cached_property
    def _units(self) -> dict[tuple[str, str], str]:
        """Units of measure of amounts."""
        units = {("flow", str(item)): self._of.terms.unit(unit) for item, unit in self._flows["unit"].items()}
        return units | {
            ("quota", quota.name): self._of.terms.unit(quota.unit) for plan in self.plans for quota in plan.study.quotas
        }
