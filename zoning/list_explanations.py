"""List explanations: which negative lists of industries hold in a unit, and by which policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from zoning.chains import Content, in_rulebook, reason_record
from zoning.entries import Policy
from zoning.industry_entries import OWN
from zoning.inquiries import jurisdictions_of, list_titles
from zoning.plans import Plan
from zoning.words import engine_words, text_in

TREATMENTS = ("prohibited", "restricted")


def explain_lists(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """The negative lists that hold in the whole of some units, as links.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit, sorted by list. Beside the keys of a link: ``list``, ``title``, ``prohibited`` and ``restricted``, the
        numbers of its items, and ``policies``, those by which it holds. What an item says, and whether an industry may
        settle, :func:`zoning.ask_industry` tells.
    """
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    if plan.industries.empty:
        return found
    explainer = _ListExplainer(plan)
    whole = plan.policies[plan.policies["unit_id"].isin(found) & (plan.policies["piece_id"] == "")]
    held = {str(unit): tuple(rows) for unit, rows in whole.groupby("unit_id")["policy"]}
    return {unit: explainer.lists(unit, held.get(unit, ())) for unit in found}


class _ListExplainer:
    """Explains negative lists.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._plan, self._words, self._titles = plan, engine_words(plan.language), list_titles(plan)
        self._policies = {policy.id: policy for policy in plan.rulebook.policies if policy.list}
        self._items = {str(name): rows for name, rows in plan.industries.groupby("list", sort=True)}

    def lists(self, unit: str, held: Iterable[str]) -> list[Content]:
        """The lists that hold in a unit with some policies."""
        by_list: dict[str, list[Policy]] = {}
        for policy in map(self._policies.get, held):
            if policy is not None and policy.list in self._items:
                by_list.setdefault(str(policy.list), []).append(policy)
        written = [self._by_policy(name, policies) for name, policies in sorted(by_list.items())]
        return [*written, *self._own(unit)]

    def _by_policy(self, name: str, policies: list[Policy]) -> Content:
        first, titles = policies[0], [text_in(one.title, self._plan.language, one.id) for one in policies]
        own = reason_record(
            "list",
            name,
            self._words["list_held"].format(titles=self._words["comma"].join(dict.fromkeys(titles))),
            days=first,
            reference=first.reference,
            verified=first.verified,
            written=in_rulebook(self._plan.rulebook, "policies", first),
        )
        return own | self._counted(name, self._items[name]) | {"policies": [one.id for one in policies]}

    def _own(self, unit: str) -> Iterator[Content]:
        """The items of the plan's own list that hold in the unit or a jurisdiction of it."""
        if OWN not in self._items:
            return
        items = self._items[OWN]
        items = items[(items["unit_id"] == unit) | items["jurisdiction"].isin(jurisdictions_of(self._plan, unit))]
        if len(items):
            places = dict.fromkeys(row.unit_id or row.jurisdiction for row in items.itertuples())
            reason = self._words["list_own"].format(places=self._words["comma"].join(places))
            reference = self._words["comma"].join(dict.fromkeys(filter(None, items["reference"])))
            own = reason_record("list", OWN, reason, reference=reference, verified=bool(items["verified"].all()))
            yield own | self._counted(OWN, items) | {"policies": []}

    def _counted(self, name: str, items: pd.DataFrame) -> Content:
        counts = {one: int((items["treatment"] == one).sum()) for one in TREATMENTS}
        return {"list": name, "title": self._titles.get(name, name), **counts}
