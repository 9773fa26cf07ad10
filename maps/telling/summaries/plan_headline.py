"""The headline: what a plan does in one sentence and four numbers, by jurisdiction, and as a story of five steps."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import escape_hidden
from maps.telling.summaries.firmness_words import count_firmness, say_less_firm
from maps.telling.summaries.unit_verdicts import Verdicts
from maps.words import (
    LocalizedPlan,
    capital,
    catalogue,
    format_number,
    number_beside,
    number_style,
    shifted,
    short_amount,
    text_in,
)
from zoning.quotas import RESERVE
from zoning.rulebook import AREAS_HA, Zone
from zoning.study import Quota

View = Literal["functions", "land", "money"]

PAYING = frozenset({"compensation", "transfer"})
"""Instruments by which money comes to a unit."""
STEPS = 5
FULL_WIDTH_STOP = "。"
"""After it no space stands before the next sentence."""
SECOND_LOOKS = 12
"""So many units the map can point at one by one; of more the story says the number alone."""


class HeadlinePart(NamedTuple):
    """A part of the title: a text, and the code of the zone that it is about, empty for none."""

    text: str
    zone: str


class HeadlineNumber(NamedTuple):
    """One of the four numbers.

    Attributes
    ----------
    key : str
        Which of them it is.
    value, unit : str
        As printed, such as "10,600" and "ha".
    label : str
        What it counts.
    """

    key: Literal["special", "quota", "money", "firm"]
    value: str
    unit: str
    label: str


class JurisdictionRow(NamedTuple):
    """A jurisdiction at a glance.

    Attributes
    ----------
    units : int
        How many it has.
    ha : dict of str to float
        Its land by the code of the main function.
    amount : str or None
        What it gets of the quota of the headline, its reserve included, exactly; None without a quota.
    """

    name: str
    units: int
    ha: dict[str, float]
    amount: str | None


class Quality(NamedTuple):
    """How far the plan can be relied on: what of its rulebook was checked against the texts of the law.

    Attributes
    ----------
    policies, policies_read, parameters, parameters_read : int
        How many there are, and how many of them were read in the text.
    sentences : tuple of str
    """

    policies: int
    policies_read: int
    parameters: int
    parameters_read: int
    sentences: tuple[str, ...]


class StoryStep(NamedTuple):
    """A step of the story, and what the map shows with it.

    Attributes
    ----------
    number : str
        What stands large above it, such as "15 counties".
    text : str
        One sentence or two.
    view : {"functions", "land", "money"}
    zone : str
        The code of the zone to show alone; empty for all.
    units : tuple of int
        The places of the units to highlight; empty for none.
    """

    number: str
    text: str
    view: View
    zone: str
    units: tuple[int, ...]


class Headline(NamedTuple):
    """What a plan does, at a glance.

    Attributes
    ----------
    title : tuple of HeadlinePart
        One sentence, such as "Growth in 15 counties, farming in 18, protection in 28."
    lead : str
        A second sentence.
    numbers : tuple of HeadlineNumber
    jurisdictions : tuple of JurisdictionRow
        Sorted by name; none where there is only one.
    quota : str
        The title of the quota of the third number and of the rows, with its unit; empty without one.
    quality : Quality
    story : tuple of StoryStep
        At most five.
    """

    title: tuple[HeadlinePart, ...]
    lead: str
    numbers: tuple[HeadlineNumber, ...]
    jurisdictions: tuple[JurisdictionRow, ...]
    quota: str
    quality: Quality
    story: tuple[StoryStep, ...]

    @property
    def sentence(self) -> str:
        """The title as one text."""
        return "".join(part.text for part in self.title)


def headline(plan: LocalizedPlan, verdicts: Verdicts) -> Headline:
    r"""What a plan does, in the words of its language.

    Parameters
    ----------
    plan : LocalizedPlan
        From :func:`maps.words.localize`.
    verdicts : Verdicts
        Of the same plan, from :func:`maps.telling.summaries.verdicts`.

    Returns
    -------
    Headline
        Hidden characters are made visible.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from maps.words import localize
    >>> from maps.telling import verdicts
    >>> plan = localize(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))), "en")
    >>> told = headline(plan, verdicts(plan))
    >>> told.sentence
    'Growth in 15 counties, farming in 18, protection in 28.'
    >>> [f"{one.value} {one.unit}".strip() for one in told.numbers]
    ['22\xa0%', '10,600 ha', '2 payments', '157 of 164']
    """
    return _Teller(plan, verdicts).headline()


class _Teller:
    """Puts the headline of a plan together."""

    def __init__(self, plan: LocalizedPlan, verdicts: Verdicts) -> None:
        self._plan, self._verdicts, self._language = plan, verdicts, plan.language
        self._words = catalogue("headline", plan.language, plan.noun)
        self._default = plan.rulebook.default_zone.code
        zones = plan.zones.set_index("unit_id").reindex(verdicts.tests.units)
        self._main = zones["main"].to_numpy(dtype=object)
        self._ha = zones["area_ha"].to_numpy(dtype=float)
        self._where = zones["jurisdiction"].fillna("").to_numpy(dtype=object)
        self._units = plan.noun.many
        self._quota = largest_quota(plan)
        self._amounts = amounts_of(plan, self._quota).astype(float)
        self._by_jurisdiction = amounts_by_jurisdiction(plan, self._quota)
        self._reserve = reserve_of(plan, self._quota)

    def headline(self) -> Headline:
        """All of it."""
        quota = self._quota
        return Headline(
            title=tuple(self._title()),
            lead=self._lead(),
            numbers=tuple(self._numbers()),
            jurisdictions=tuple(self._jurisdictions()),
            quota=self._caption(quota) if quota else "",
            quality=self._quality(),
            story=tuple(self._story())[:STEPS],
        )

    # ----- title, lead, numbers

    def _special(self) -> list[tuple[Zone, int]]:
        """The main functions that units have, but for the default, and how many units each has."""
        mains = [zone for zone in self._plan.rulebook.zones if zone.kind == "main" and zone.code != self._default]
        counts = [(zone, int((self._main == zone.code).sum())) for zone in mains]
        return [(zone, count) for zone, count in counts if count]

    def _title(self) -> Iterator[HeadlinePart]:
        special = self._special()
        if not special:
            yield HeadlinePart(self._say("no_special", units=self._units), "")
            return
        purposes = all(self._language in (zone.purpose or {}) for zone, _ in special)
        for position, (zone, count) in enumerate(special):
            if position:
                yield HeadlinePart(self._word("between"), "")
            phrase = self._purpose(zone) if purposes else _inside(self._short(zone))
            key = ("purpose_first" if position == 0 else "purpose_next") if purposes else "zone_count"
            if key == "purpose_first" and count == 1:
                key = "purpose_one"
            text = self._say(key, what=phrase, n=count, units=self._units, all=len(self._main))
            yield HeadlinePart(capital(text) if position == 0 else text, zone.code)
        yield HeadlinePart(self._word("stop"), "")

    def _lead(self) -> str:
        sentences = []
        rest = int((self._main == self._default).sum())
        if rest and self._special():
            sentences.append(self._say("rest" if rest > 1 else "rest_one", n=rest))
        if self._quota is not None and (shares := self._shares_of_quota()):
            zone, share = max(shares.items(), key=lambda pair: pair[1])
            fields = {"share": self._percent(share, 1), "quota": self._quota_title(self._quota)}
            short = _inside(self._short(self._plan.rulebook.zone(zone)))
            sentences.append(self._say("quota_goes", **fields, zone=short, units=self._units))
            if self._reserve:
                sentences.append(self._say("quota_reserve", amount=self._amount(self._reserve, self._quota.unit)))
        return "".join(sentences) if self._words["stop"] == FULL_WIDTH_STOP else " ".join(sentences)

    def _numbers(self) -> Iterator[HeadlineNumber]:
        special = float(self._ha[self._main != self._default].sum() / self._ha.sum())
        yield HeadlineNumber("special", self._percent(special), "", self._word("special_label"))
        if self._quota is not None:
            fields = {"quota": self._quota_title(self._quota), "period": str(self._quota.period)}
            reserve = self._amount(self._reserve, self._quota.unit)
            label = self._say("quota_label_reserve" if self._reserve else "quota_label", **fields, reserve=reserve)
            value = short_amount(self._quota.total, self._language)
            yield HeadlineNumber("quota", value, self._unit(self._quota), label)
        moved = net_received(self._plan)
        label = self._say("money_label", units=self._units)
        unworked = payments_without_amounts(self._plan)
        if moved is None and unworked:
            text = self._say("money_unworked", names=self._words["list"].join(map(escape_hidden, unworked)))
            count = format_number(len(unworked), self._language)
            yield HeadlineNumber(
                "money", count, self._word("money_payments" if len(unworked) > 1 else "money_payment"), text
            )
        elif moved is None:
            yield HeadlineNumber("money", self._word("none"), "", label)
        else:
            amount, code = moved
            unit = escape_hidden(self._plan.renderer.terms.unit(code))
            yield HeadlineNumber("money", short_amount(amount, self._language), unit, label)
        firm = count_firmness(self._verdicts.tests)["firm"]
        of = self._say("of", n=len(self._main))
        label = self._say("firm_label", units=self._units)
        yield HeadlineNumber("firm", format_number(firm, self._language), of, label)

    def _shares_of_quota(self) -> dict[str, float]:
        """Which part of the quota the units of each main function get."""
        total = float(sum(self._by_jurisdiction.values()))
        mains = sorted({*self._main}) if total else []
        return {code: float(self._amounts[self._main == code].sum()) / total for code in mains}

    def _jurisdictions(self) -> Iterator[JurisdictionRow]:
        names = sorted({*self._where})
        if len(names) < 2:
            return
        for name in names:
            here = self._where == name
            land = pd.Series(self._ha[here]).groupby(self._main[here]).sum()
            amount = f"{self._by_jurisdiction.get(name, 0):f}" if self._quota is not None else None
            yield JurisdictionRow(
                escape_hidden(self._plan.jurisdiction(name)),
                int(here.sum()),
                {str(k): float(v) for k, v in land.items()},
                amount,
            )

    def _quality(self) -> Quality:
        policies, read, _ = self._plan.rulebook.policies_checked
        parameters = list(self._plan.rulebook.parameters.values())
        checked = sum(parameter.verified for parameter in parameters)
        chosen = sum(parameter.is_own for parameter in parameters)
        sentences = (
            self._say("policies_read", n=read, all=policies) if policies else "",
            self._say("parameters_read", n=checked, all=len(parameters)) if parameters else "",
            self._say("parameters_own", n=chosen) if chosen else "",
            escape_hidden(text_in(self._plan.study.study.note or "", self._language)),
        )
        return Quality(policies, read, len(parameters), checked, tuple(filter(None, sentences)))

    # ----- the story

    def _story(self) -> Iterator[StoryStep]:
        special = self._special()
        money = net_received(self._plan) is not None
        yield self._first_step([zone for zone, _ in special])
        largest = max(special, key=lambda pair: float(self._ha[self._main == pair[0].code].sum()), default=None)
        zones = {zone.code: zone for zone, _ in (*special[: not money], *filter(None, [largest]))}
        yield from map(self._zone_step, zones.values())
        if self._quota is not None:
            yield self._land_step()
        if money:
            yield self._money_step()
        yield self._firm_step()

    def _first_step(self, zones: list[Zone]) -> StoryStep:
        named = [zone.purpose[self._language] for zone in zones if zone.purpose and self._language in zone.purpose]
        listed = self._words["list"].join(
            map(escape_hidden, named if len(named) == len(zones) else map(self._short, zones))
        )
        text = self._say("step_functions", n=len(self._main), units=self._units, zones=listed)
        return StoryStep(self._say("n_units", n=len(self._main), units=self._units), text, "functions", "", ())

    def _zone_step(self, zone: Zone) -> StoryStep:
        """How many units a zone has, and by which rule most of them."""
        here = self._main == zone.code
        tests = self._verdicts.tests
        given = [position for position in tests.given[here].tolist() if position >= 0]
        count = int(here.sum())
        number = self._say("n_units", n=count, units=self._units)
        head = self._say("step_zone", zone=self._short(zone), n=count, units=self._units)
        if not given:
            return StoryStep(number, self._say("step_decided", head=head), "functions", zone.code, ())
        rule = tests.rules[max(set(given), key=given.count)].rule
        needs = [
            self._say("test", measure=self._verdicts.table.measures[test.measure].title, needs=test.decides)
            for test in self._verdicts.limits_of(rule.id)
        ]
        reason = escape_hidden(text_in(rule.reason, self._language)).rstrip(".。")
        key = "step_by_rule" if needs else "step_by_reason"
        text = self._say(key, head=head, reason=reason, tests=self._words["list"].join(needs))
        return StoryStep(number, text, "functions", zone.code, ())

    def _land_step(self) -> StoryStep:
        quota, amounts = self._quota, self._amounts
        assert quota is not None
        amount = self._amount(quota.total - self._reserve, quota.unit)
        largest = np.flatnonzero(amounts > 0)[np.argsort(-amounts[amounts > 0], kind="stable")]
        half = int(np.searchsorted(np.cumsum(amounts[largest]), amounts.sum() / 2)) + 1 if len(largest) else 0
        text = self._say(
            "step_land", amount=amount, quota=self._quota_title(quota), half=half, n=len(largest), units=self._units
        )
        return StoryStep(amount, text, "land", "", tuple(largest[:half].tolist()) if half <= SECOND_LOOKS else ())

    def _money_step(self) -> StoryStep:
        moved = net_received(self._plan)
        assert moved is not None
        amount, code = moved
        number = self._amount(amount, code)
        rows = self._plan.positions[(self._plan.positions["kind"] == "unit") & (self._plan.positions["unit"] == code)]
        places = {str(unit): position for position, unit in enumerate(self._verdicts.tests.units)}
        parties = tuple(sorted(places[party] for party in rows["party"] if party in places))
        pays, gets = (int((rows["net"] < 0).sum()), int((rows["net"] > 0).sum()))
        text = self._say("step_money", amount=number, pays=pays, gets=gets)
        return StoryStep(number, text, "money", "", parties)

    def _firm_step(self) -> StoryStep:
        tests = self._verdicts.tests
        counts = count_firmness(tests)
        limits = len({part.parameter for asked_rule in tests.rules[: tests.mains] for part in asked_rule.parts} - {""})
        others = say_less_firm(counts, self._language)
        fields = {"limits": limits, "firm": counts["firm"], "units": self._units}
        text = self._say("step_firm", **fields, others=others) if others else self._say("step_all_firm", **fields)
        loose = np.flatnonzero(tests.firmness != "firm").tolist()
        return StoryStep(self._say("n_firm", n=counts["firm"]), text, "functions", "", tuple(loose))

    # ----- words

    def _purpose(self, zone: Zone) -> str:
        return escape_hidden((zone.purpose or {})[self._language])

    def _short(self, zone: Zone) -> str:
        return escape_hidden(text_in(zone.short or zone.title, self._language, zone.code))

    def _quota_title(self, quota: Quota) -> str:
        return escape_hidden(self._plan.renderer.terms.quota(quota.name))

    def _unit(self, quota: Quota) -> str:
        return escape_hidden(self._plan.renderer.terms.unit(quota.unit))

    def _amount(self, amount: Decimal, unit: str) -> str:
        shown = short_amount(amount, self._language)
        return self._say("amount", n=shown, unit=escape_hidden(self._plan.renderer.terms.unit(unit)))

    def _caption(self, quota: Quota) -> str:
        """What stands over the amounts of jurisdictions."""
        title = self._say("in_unit", title=self._quota_title(quota), unit=self._unit(quota))
        return self._say("but_reserve", title=title) if self._reserve else title

    def _percent(self, share: float, decimals: int = 0) -> str:
        if decimals:
            return self._say("percent", n=format_number(100 * share, self._language, decimals))
        return self._say("percent", n=number_style(self._language).written(number_beside(shifted(share, 2), 0.0)))

    def _word(self, key: str) -> str:
        return str(self._words[key])

    def _say(self, key: str, **fields: object) -> str:
        return self._words[key].format(**fields)


def payments_without_amounts(plan: LocalizedPlan) -> list[str]:
    """Titles of the policies by which money comes to some unit, where the plan works out no payment at all."""
    if len(plan.flows):
        return []
    holding = {*plan.policies.loc[plan.policies["overruled_by"] == "", "policy"]}
    paying = (policy for policy in plan.rulebook.policies if policy.instrument in PAYING and policy.id in holding)
    return [text_in(policy.title, plan.language, policy.id) for policy in paying]


def net_received(plan: LocalizedPlan) -> tuple[Decimal, str] | None:
    """What parties receive on balance, in the unit of account in which that is most; None where nothing is paid."""
    kinds = {"unit", *plan.study.units.levels}  # no pools, budgets, or units taken together
    rows = plan.positions[plan.positions["kind"].isin(kinds)]
    received = {
        str(unit): sum((amount for amount in group if amount > 0), Decimal(0))
        for unit, group in rows.groupby("unit")["net"]
    }
    amount, code = max(((amount, code) for code, amount in received.items()), default=(Decimal(0), ""))
    return (amount, code) if amount else None


def largest_quota(plan: LocalizedPlan) -> Quota | None:
    """The quota of land with the largest amount, or of another kind where none is of land; None where there is none."""
    land = {"ha", *AREAS_HA, *(unit.code for unit in plan.rulebook.terms.units if unit.per_ha)}
    return max(plan.study.quotas, key=lambda quota: (quota.unit in land, quota.total), default=None)


def amounts_of(plan: LocalizedPlan, quota: Quota | None) -> npt.NDArray[np.object_]:
    """What each unit gets of a quota, exactly, in the order of ``plan.units``; 0 where it gets nothing."""
    rows = plan.quotas[plan.quotas["quota"] == (quota.name if quota else "")]
    amounts = dict(zip(rows["unit_id"], rows["amount"], strict=True))
    return np.array([amounts.get(unit) or Decimal(0) for unit in plan.units.index], dtype=object)


def reserve_of(plan: LocalizedPlan, quota: Quota | None) -> Decimal:
    """What is held back of a quota in all, exactly."""
    rows = plan.quotas[plan.quotas["quota"] == (quota.name if quota else "")]
    return sum(rows.loc[rows["unit_id"] == RESERVE, "amount"], Decimal(0))


def amounts_by_jurisdiction(plan: LocalizedPlan, quota: Quota | None) -> dict[str, Decimal]:
    """What the units of each jurisdiction get of a quota, exactly, without what it holds back."""
    chosen = plan.quotas["quota"] == (quota.name if quota else "")
    rows = plan.quotas[chosen & ~plan.quotas["unit_id"].isin(["", RESERVE])]
    return {str(name): sum(group, Decimal(0)) for name, group in rows.groupby("jurisdiction")["amount"]}


def _inside(text: str) -> str:
    """A title in the middle of a sentence: with a small letter, if it is no abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
