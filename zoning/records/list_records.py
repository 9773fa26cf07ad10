"""Why negative lists hold in a unit, how much of each was read, and what their items say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from zoning.plan import Plan
from zoning.policies import ListCoverage, cover_lists, lists_on, titles_of_lists
from zoning.records.findings import in_rulebook
from zoning.records.table_rows import each_row
from zoning.rulebook import OWN, Policy
from zoning.trace import Record, days_of, in_languages, say, titled

TREATMENTS = ("prohibited", "restricted")
_HELD = ("unit_id", "piece_id", "policy")


def list_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why negative lists hold in the whole of some units."""
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    maker = _ListMaker(plan)
    held: dict[str, list[str]] = {}
    for unit, piece, policy in zip(*(plan.policies[one].tolist() for one in _HELD), strict=True):
        if not piece and unit in found:
            held.setdefault(unit, []).append(policy)
    return {unit: maker.lists(unit, held.get(unit, ())) for unit in found}


class _ListMaker:
    """Makes the records of negative lists."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._titles = plan, titles_of_lists(plan.rulebook, plan.study)
        self._policies = {policy.id: policy for policy in plan.rulebook.policies if policy.list}
        self._lists = {one.list: one for one in cover(plan, (*lists_on(self._policies, plan.rulebook), OWN))}
        self._items = {name: plan.industries[plan.industries["list"] == name] for name in self._lists}
        self._made: dict[tuple[str, ...], Record] = {}

    def lists(self, unit: str, held: Iterable[str]) -> list[Record]:
        """The lists that hold in a unit with some policies."""
        by_list: dict[str, list[Policy]] = {}
        for policy in map(self._policies.get, held):
            if policy is not None:
                by_list.setdefault(str(policy.list), []).append(policy)
        written = [self._written(name, policies) for name, policies in sorted(by_list.items())]
        return [*written, *self._own(unit)]

    def _written(self, name: str, policies: list[Policy]) -> Record:
        """A list of the rulebook; units in which it holds by the same policies share one record."""
        key = (name, *(one.id for one in policies))
        if key not in self._made:
            self._made[key] = self._by_policy(name, policies)
        return self._made[key]

    def _by_policy(self, name: str, policies: list[Policy]) -> Record:
        first, titles = policies[0], tuple(titled(one.title, one.id) for one in policies)
        return Record(
            kind="list",
            id=name,
            reason=say("explain.list_held", titles=titles),
            days=days_of(first),
            reference=in_languages(first.reference),
            reading=first.reading,
            written=in_rulebook(self._plan.rulebook, "policies", first),
            facts={**self._counted(name, self._items[name]), "policies": [one.id for one in policies]},
        )

    def _own(self, unit: str) -> Iterator[Record]:
        """The items of the plan's own list that hold in the unit or a jurisdiction of it."""
        items = self._items[OWN]
        if items.empty:
            return
        items = items[(items["unit_id"] == unit) | items["jurisdiction"].isin(jurisdictions_of(self._plan, unit))]
        if len(items):
            places = tuple(row.unit_id or row.jurisdiction for row in items.itertuples())
            references = tuple(filter(None, items["reference"]))
            yield Record(
                kind="list",
                id=OWN,
                reason=say("explain.list_own", places=places),
                reference=say("explain.references", references=references) if references else "",
                reading=str(items["reading"].iloc[0]),
                facts={**self._counted(OWN, items), "policies": []},
            )

    def _counted(self, name: str, items: pd.DataFrame) -> Mapping[str, object]:
        counts = {one: int((items["treatment"] == one).sum()) for one in TREATMENTS}
        return {**vars(self._lists[name]), "title": self._titles[name], **counts}


def item_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """The items of negative lists: what each says of a branch of industry, where, and by which document."""
    titles = titles_of_lists(plan.rulebook, plan.study)
    return [
        Record(
            kind="item",
            id=str(row["code"]),
            reason=row["conditions"],
            reference=row["reference"],
            reading=str(row["reading"]) or ("read" if row["verified"] else "unread"),
            facts={
                "list": str(row["list"]),
                "title": titles.get(str(row["list"]), ""),
                "provision": row["provision"],
                **{name: str(row[name]) for name in ("treatment", "state", "unit_id", "jurisdiction")},
                "note": row["note"],
            },
        )
        for row in each_row(rows)
    ]


def cover(plan: Plan, names: Iterable[str], titles: Mapping[str, str] | None = None) -> tuple[ListCoverage, ...]:
    """How much of some negative lists a plan has read, by their ids, with titles or without."""
    section = plan.study.industries
    own_complete = section is not None and section.complete
    return cover_lists(names, plan.industries, plan.rulebook, titles, own_complete=own_complete)


def jurisdictions_of(plan: Plan, unit_id: str) -> set[str]:
    """The names of the jurisdictions of all levels to which a unit belongs."""
    unit = plan.units.loc[unit_id]
    return {str(unit[one]) for one in ("jurisdiction", *plan.study.units.levels) if one in unit.index} - {""}
