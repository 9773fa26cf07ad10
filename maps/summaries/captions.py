"""Captions: the finding of a chart where there is one, else a neutral title; what is said is computed and checked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers.errors import escape_hidden
from maps.locale import (
    LocalizedPlan,
    catalogue,
    number_beside,
    number_style,
    shifted,
    short_amount,
    text_in,
)
from maps.summaries.plan_headline import amounts_by_jurisdiction, amounts_of, largest_quota
from maps.summaries.unit_verdicts import Verdicts

LONGEST = 90
"""A title of more characters is no title."""
MOST_PARTS = 0.25
"""So large a part of the units is no longer few."""
HALF = 0.5


class Caption(NamedTuple):
    """What stands above a chart.

    Attributes
    ----------
    finding : str
        One finding with a number, without a full stop; empty where there is none to tell.
    neutral : str
        What the chart shows.
    """

    finding: str
    neutral: str

    @property
    def title(self) -> str:
        """The finding, or what the chart shows where there is none."""
        return self.finding or self.neutral


class Captions(NamedTuple):
    """What stands above the charts of a report.

    Attributes
    ----------
    functions : Caption
        Main functions by jurisdiction.
    quota_by_unit, quota_by_jurisdiction : Caption
        Of the largest quota.
    firmness : Caption
        How far units are from their limits.
    money : Caption
        Who pays and who receives on balance.
    """

    functions: Caption
    quota_by_unit: Caption
    quota_by_jurisdiction: Caption
    firmness: Caption
    money: Caption


def captions(plan: LocalizedPlan, found: Verdicts) -> Captions:
    """What stands above the charts of a report, in the words of its language.

    Parameters
    ----------
    plan : LocalizedPlan
    found : Verdicts
        Of the same plan, from :func:`maps.summaries.verdicts`.

    Returns
    -------
    Captions
        A finding stands where its condition holds: few units get half of a quota, one jurisdiction has more than half
        of a function's land, and the like.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from maps.locale import localize
    >>> from maps.summaries import verdicts
    >>> plan = localize(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))), "en")
    >>> told = captions(plan, verdicts(plan))
    >>> told.quota_by_unit.title, told.money.title
    ('6 of 164 counties get half of the construction land', 'Who pays whom')
    """
    return _Captioner(plan, found).captions()


class _Captioner:
    """Computes the findings of a plan."""

    def __init__(self, plan: LocalizedPlan, found: Verdicts) -> None:
        self._plan, self._tests, self._language = plan, found.tests, plan.language
        self._words = catalogue("caption", plan.language)
        zones = plan.zones.set_index("unit_id").reindex(found.tests.units)
        self._names = [escape_hidden(name) for name in zones["name"]]
        self._main = zones["main"].to_numpy(dtype=object)
        self._ha = zones["area_ha"].to_numpy(dtype=float)
        self._where = zones["jurisdiction"].fillna("").to_numpy(dtype=object)
        units = plan.study.units.called or str(catalogue("headline", plan.language)["units"])
        self._units = escape_hidden(text_in(units, plan.language))
        quota = largest_quota(plan)
        self._quota = escape_hidden(plan.renderer.terms.quota(quota.name)) if quota else ""
        self._amounts = amounts_of(plan, quota).astype(float)
        self._by_jurisdiction = amounts_by_jurisdiction(plan, quota)

    def captions(self) -> Captions:
        """All of them."""
        return Captions(
            functions=self._caption("functions", self._functions()),
            quota_by_unit=self._caption("quota_by_unit", self._few_get_half()),
            quota_by_jurisdiction=self._caption("quota_by_jurisdiction", self._one_gets_most()),
            firmness=self._caption("firmness", self._firmness()),
            money=self._caption("money", self._money()),
        )

    def _caption(self, key: str, found: Iterator[str]) -> Caption:
        """The first finding that is short enough."""
        finding = next((text for text in found if len(text) <= LONGEST), "")
        return Caption(finding, self._say(f"{key}_neutral", quota=self._quota, units=self._units))

    def _functions(self) -> Iterator[str]:
        """The special function with the most land, and the jurisdiction that has more than half of it."""
        default = self._plan.rulebook.default_zone.code
        special = np.where(self._main == default, 0.0, self._ha)
        code, _ = _largest(self._main, special)
        if not code:
            return
        zone = self._plan.rulebook.zone(code)
        title = escape_hidden(text_in(zone.short or zone.title, self._language, code))
        own = np.where(self._main == code, self._ha, 0.0)
        share = self._percent(own.sum() / self._ha.sum())
        place, part = _largest(self._where, own)
        if part > HALF and len({*self._where}) > 1:
            yield self._say("function_in_one", zone=title, share=share, place=escape_hidden(place))
        yield self._say("function_share", zone=title, share=share)

    def _few_get_half(self) -> Iterator[str]:
        amounts = np.sort(self._amounts)[::-1]
        if amounts.sum() > 0:
            total = float(sum(self._by_jurisdiction.values()))
            few = int(np.searchsorted(np.cumsum(amounts), total / 2)) + 1
            if 1 < few <= MOST_PARTS * len(amounts):
                yield self._say("few_get_half", few=few, n=len(amounts), units=self._units, quota=self._quota)

    def _one_gets_most(self) -> Iterator[str]:
        given = {name: float(amount) for name, amount in self._by_jurisdiction.items()}
        place, part = _largest(np.array([*given], dtype=object), np.array([*given.values()]))
        if place and len(given) > 1:
            yield self._say("one_gets", place=escape_hidden(place), share=self._percent(part), quota=self._quota)

    def _firmness(self) -> Iterator[str]:
        loose = int((~self._tests.firm).sum())
        key = "loose" if loose > 1 else "loose_one" if loose else "all_firm"
        yield self._say(key, n=loose, all=len(self._main), units=self._units)

    def _money(self) -> Iterator[str]:
        """Who pays most and who receives most on balance, where there is one of each."""
        rows = self._plan.positions[self._plan.positions["kind"] == "unit"]
        names = dict(zip(map(str, self._tests.units), self._names, strict=True))
        for unit, group in rows.groupby("unit"):
            pairs = zip(group["party"], group["net"], strict=True)
            net = {names[party]: amount for party, amount in pairs if party in names}
            payer, receiver = (way(net, key=lambda one: net[one], default="") for way in (min, max))
            if not payer or not net[payer] < 0 < net[receiver]:
                continue
            amounts = list(net.values())
            told = {"receiver": receiver, "amount": self._amount(net[receiver], str(unit))}
            if amounts.count(net[receiver]) == amounts.count(net[payer]) == 1:
                yield self._say("one_pays", payer=payer, paid=self._amount(-net[payer], str(unit)), **told)
            if amounts.count(net[receiver]) == 1:
                yield self._say("one_receives", **told)

    def _percent(self, share: float) -> str:
        number = number_style(self._language).written(number_beside(shifted(share, 2), 0.0))
        return catalogue("headline", self._language)["percent"].format(n=number)

    def _amount(self, amount: Decimal, unit: str) -> str:
        said = {"n": short_amount(amount, self._language), "unit": escape_hidden(self._plan.renderer.terms.unit(unit))}
        return catalogue("headline", self._language)["amount"].format(**said)

    def _say(self, key: str, **fields: object) -> str:
        text = self._words[key].format(**fields)
        return text[:1].upper() + text[1:]


def _largest(groups: npt.NDArray[np.object_], amounts: npt.NDArray[np.float64]) -> tuple[str, float]:
    """The group with a larger part of an amount than any other, and that part; none where two are equal or all is 0."""
    total = float(amounts.sum())
    parts = {str(group): float(amounts[groups == group].sum()) for group in {*groups}}
    first, *others = sorted(parts, key=lambda one: -parts[one]) or [""]
    if not total or (others and parts[others[0]] == parts[first]):
        return "", 0.0
    return first, parts[first] / total
