"""Why a unit has its amount, from the total down, and where the amount lies on the ground or why it found no place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from layers.conditions import parse_condition
from maps.explain.trace_records import Record, Said, Titles, condition_chains, in_plan, rows_of
from maps.locale import optimum_said
from zoning.audits import why_unplaced
from zoning.measures import amounts
from zoning.plan import Plan
from zoning.quotas import RESERVE, UNIT, find_column, name_level, unit_context
from zoning.study import Group, Lock, Priority, Quota, Study
from zoning.trace import Field, Message, Term, in_languages, say

GRANTED = ("groups", "limits", "locks", "transfers")
"""What a grant tells of."""


class QuotaCauses:
    """One quota, asked of what made the amounts of some units.

    Parameters
    ----------
    plan : Plan
    quota : Quota
    ids : iterable of str
    """

    def __init__(self, plan: Plan, quota: Quota, ids: Iterable[str]) -> None:
        self.plan, self.quota = plan, quota
        known = [unit for unit in ids if unit in plan.measures.index]
        given = amounts(plan.quotas).reindex(plan.measures.index)
        own = [name for name in given.columns if name not in plan.measures.columns]
        self.measures = plan.measures.join(given[own]).rename_axis("unit_id")
        zones = plan.zones.set_index("unit_id").loc[known, ["main", "overlays"]]
        self._seen = unit_context(zones, self.measures.loc[known], plan.rulebook.codes("overlay"))
        self._asked: dict[str, dict[str, Said]] = {}
        self._met: dict[str, set[str]] = {}

    def chain(self, when: str, unit: str) -> Said:
        """What one of the quota's conditions found of a unit."""
        if when not in self._asked:
            self._asked[when] = condition_chains(parse_condition(when), self._seen, self.plan.rulebook)
        return self._asked[when][unit]

    def meets(self, when: str, unit: str) -> bool:
        """Whether a unit meets one of the quota's conditions."""
        if when not in self._met:
            answer = parse_condition(when).evaluate(self._seen, self.plan.rulebook.values)
            self._met[when] = set(self._seen.index[answer.yes])
        return unit in self._met[when]

    def locks(self, unit: str) -> Iterator[Lock]:
        """The locked amounts that settle what a unit has."""
        for one in self.quota.locked:
            if one.unit == unit if one.when is None else self.meets(one.when, unit):
                yield one

    def concerning(self, unit: str) -> dict[str, list[dict[str, Any]]]:
        """The parts of the quota's plan that concern a unit.

        Returns
        -------
        dict
            ``groups``: those that it belongs to; ``locks``: those that settle its amount; ``limits``: those that count
            it, each a row of QUOTA_RULES with what one of the quota's unit uses there; ``transfers``: those that it
            takes part in, with ``side`` "gives" or "receives". Exact numbers are text, so that none is lost.
        """
        quota = self.quota
        return {
            "groups": [
                {
                    "when": one.when,
                    "max_pct": _text(one.max_pct),
                    "min_pct": _text(one.min_pct),
                    "reason": in_languages(one.reason),
                }
                for one in quota.groups
                if self.meets(one.when, unit)
            ],
            "locks": [{"amount": str(one.amount), "reason": in_languages(one.reason)} for one in self.locks(unit)],
            "limits": list(self._limits(unit)),
            "transfers": [
                {
                    "side": "gives" if one.giver == unit else "receives",
                    "other": one.receiver if one.giver == unit else one.giver,
                    "amount": str(one.amount),
                    "reason": in_languages(one.reason),
                    "reference": in_languages(one.reference),
                }
                for one in quota.transfers
                if unit in (one.giver, one.receiver)
            ],
        }

    def _limits(self, unit: str) -> Iterator[dict[str, Any]]:
        """The limits that count a unit."""
        quota, rules = self.quota, self.plan.quota_rules
        for limit in quota.limits:
            if limit.when is not None and not self.meets(limit.when, unit):
                continue
            depth = quota.levels.index(limit.each) + 1 if limit.each else 0
            path = " / ".join(str(self.measures.loc[unit, level]) for level in quota.levels[:depth])
            code = f"limit-{limit.name}"
            here = (rules["quota"] == quota.name) & rules["rule"].isin([code, f"{code}-least"])
            use = self.measures.loc[unit, limit.per] if isinstance(limit.per, str) else limit.per
            rows = rules[here & (rules["jurisdiction"] == path)].drop(columns=["quota", "period"])
            for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
                yield {**row, "use": float(use), "reason": in_languages(limit.reason)}


def _text(number: object) -> str | None:
    return None if number is None else str(number)


_FIGURES = (
    "asked_ha", "available_ha", "suitable_ha", "placed_ha", "unplaced_ha", "value_mean", "score_mean", "score_bound",
    "gap_pct",
)  # fmt: skip


def explain_sitings(plan: Plan, quota: Quota) -> dict[str, dict[str, Any]]:
    """Where the amounts of a quota go on the ground, by unit; nothing where the quota is not sited.

    Returns
    -------
    dict of str to dict
        The figures of SITINGS (None where there is none), ``unplaced_because`` and in words ``why``, ``layer``,
        ``surface``, ``prefer``, ``merits``, and ``sites``, one entry a patch.
    """
    siting = quota.siting
    if siting is None:
        return {}
    asked = {
        "layer": siting.layer or "",
        "surface": siting.surface,
        "prefer": siting.prefer or "",
        "min_patch_ha": siting.min_patch_ha,
        "merits": [
            {"when": one.when, "points": one.points, "reason": in_languages(one.reason)} for one in siting.merits
        ],
    }
    found: dict[str, dict[str, Any]] = {}
    for row in _rows(plan.sitings, quota):
        because = str(row["unplaced_because"])
        found[str(row["unit_id"])] = {
            **{name: _figure(row[name]) for name in _FIGURES},
            "patches": int(row["patches"]),
            "unplaced_because": because,
            "why": why_unplaced(because, siting.min_patch_ha) if because else "",
            **asked,
            "sites": [],
        }
    for row in _rows(plan.sites.drop(columns=plan.sites.geometry.name), quota):
        patch = {"patch": int(row["patch"]), "area_ha": float(row["area_ha"]), "score_mean": _figure(row["score_mean"])}
        found[str(row["unit_id"])]["sites"].append(patch)
    return found


def narrate_siting(siting: Mapping[str, Any] | None) -> Iterator[Message]:
    """The lines of an explanation that say where an amount goes.

    Examples
    --------
    >>> figures = {"placed_ha": 60.0, "unplaced_ha": 0.0, "score_mean": 2.5, "score_bound": 2.5, "value_mean": None}
    >>> [line.key for line in narrate_siting({**figures, "patches": 1})]
    ['siting.placed']
    """
    if siting is None:
        return
    if siting["patches"]:
        told = {"placed": siting["placed_ha"], "score": siting["score_mean"], "bound": siting["score_bound"]}
        told["patches"] = siting["patches"]
        if siting["value_mean"] is None:
            yield say("siting.placed", **told)
        else:
            layer = Term("layer", siting["layer"])
            yield say("siting.placed_value", **told, surface=siting["surface"], layer=layer, value=siting["value_mean"])
    if siting["unplaced_ha"] > 0:
        yield say("siting.not_placed", n=siting["unplaced_ha"], why=siting["why"])
    elif siting["unplaced_ha"] < 0:
        yield say("siting.over", n=-siting["unplaced_ha"])


def _rows(table: pd.DataFrame, quota: Quota) -> list[dict[Any, Any]]:
    found: list[dict[Any, Any]] = _of_quota(table, quota).to_dict("records")
    return found


def _of_quota(table: pd.DataFrame, quota: Quota) -> pd.DataFrame:
    return table[(table["quota"] == quota.name) & (table["period"] == quota.period)]


def _figure(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


_BINDING = ("ceiling", "floor", "group", "limit", "lock", "within")
"""What binds an amount and has words."""


def explain_quotas(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """What some units were given of every quota.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the QUOTAS table. Facts: ``title``, ``unit_title``, the columns of the table, its
        ``solution``, what :meth:`QuotaCauses.concerning` says, and the amount of the unit's jurisdiction.
        Links: each ``level`` above with its ``reserve``, the ``weight`` (its ``term`` s, of which it is the sum, times
        each ``priority``), ``floor``, ``ceiling``, ``within``, ``carried``, each ``lock``, ``group``, and ``moved``
        amount, ``optimum``, prices and limits of a quota that is the best by an objective, and ``site``, where the
        amount goes on the ground, in full under ``siting``.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    rows = rows_of(plan.quotas, found)
    above = _above(plan)
    solutions = {str(row["quota"]): _texts(row) for row in plan.solutions.drop(columns="period").to_dict("records")}
    explainers = {
        (quota.name, quota.period): _QuotaExplainer(
            place, quota, QuotaCauses(plan, quota, found), solutions.get(quota.name)
        )
        for place, quota in enumerate(plan.study.quotas if rows else ())
    }
    for row in rows:
        key = str(row["quota"]), int(row["period"])
        whole = above.get((*key, row["jurisdiction"]))
        told = explainers[key].quota(row, whole) if key in explainers else _quota(row, plan.study, whole)
        found[row["unit_id"]].append(told)
    return found


def _texts(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _above(plan: Plan) -> dict[tuple[str, int, str], Decimal | None]:
    """What each jurisdiction was given, by quota, period and name; of several of one name the first."""
    rows = plan.quotas[plan.quotas["unit_id"] == ""].drop_duplicates(["quota", "period", "jurisdiction"])
    keys = zip(rows["quota"], rows["period"], rows["jurisdiction"], strict=True)
    return {
        (str(quota), int(period), str(name)): _decimal(amount)
        for (quota, period, name), amount in zip(keys, rows["amount"], strict=True)
    }


def _quota(row: Mapping[str, Any], study: Study, whole: Decimal | None) -> Record:
    """One row of the QUOTAS table; nothing is known of a quota that the study does not have."""
    return Record(
        kind="quota",
        id=str(row["quota"]),
        amount=_decimal(row["amount"]),
        unit=str(row["unit"]),
        facts={
            "title": study.title_of("quotas", str(row["quota"])),
            "unit_title": Titles("units", str(row["unit"])),
            "quota": str(row["quota"]),
            "period": int(row["period"]),
            **{name: _decimal(row[name]) for name in ("floor", "ceiling")},
            "weight": None if pd.isna(row["weight"]) else float(row["weight"]),
            "binding": str(row["binding"]),
            "jurisdiction": str(row["jurisdiction"]),
            **{name: _decimal(row[name]) for name in ("carried", "transferred", "price_from", "price_to")},
            "shadow_price": None if pd.isna(row["shadow_price"]) else float(row["shadow_price"]),
            "solution": None,
            "siting": None,
            **{name: [] for name in GRANTED},
            "jurisdiction_amount": whole,
        },
    )


def _decimal(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


class _QuotaExplainer:
    """Explains one quota.

    Parameters
    ----------
    place : int
        Of the quota in the study.
    quota : Quota
    grants : Grants
    solution : dict, optional
        How good it is, where it is the best by an objective.
    """

    def __init__(
        self, place: int, quota: Quota, grants: QuotaCauses, solution: Mapping[str, Any] | None = None
    ) -> None:
        self._place, self._quota, self._grants, self._solution = place, quota, grants, solution
        rows = grants.plan.quotas
        rows = rows[(rows["quota"] == quota.name) & (rows["period"] == quota.period)]
        reserves = rows[rows["unit_id"] == RESERVE]
        self._reserves = dict(zip(reserves["name"], reserves["amount"], strict=True))
        self._above = {(row["level"], row["name"]): row for row in rows[rows["level"] != UNIT].to_dict("records")}
        self._sitings = explain_sitings(grants.plan, quota)
        self._places: dict[tuple[str | int, ...], str] = {}
        self._columns: dict[str, dict[str, Any]] = {}
        self._weights: dict[tuple[str, str], list[float]] = {}
        for (level, name), row in self._above.items():
            above = "" if name == row["jurisdiction"] else name.removesuffix(f" / {row['jurisdiction']}")
            self._weights.setdefault((level, above), []).append(row["weight"])
        self._levels = [_by_unit(name_level(level, grants.measures)) for level in quota.levels[:-1]]
        self._granted = {level: _amounts(grants.plan.quotas, level) for level in {one.level for one in quota.within}}
        self._shared: dict[tuple[str, ...], list[Record]] = {}
        parts = [] if isinstance(quota.weight, str) else quota.weight
        self._sums = {
            one.measure: math.fsum(find_column(one.measure, grants.measures, "weight").astype(float)) for one in parts
        }

    def quota(self, row: Mapping[str, Any], whole: Decimal | None) -> Record:
        """One row of the QUOTAS table, and what made it."""
        own, siting = _quota(row, self._grants.plan.study, whole), self._sitings.get(str(row["unit_id"]))
        concerning = self._grants.concerning(str(row["unit_id"]))
        facts = {**own.facts, "solution": self._solution, "siting": siting, **concerning}
        name = self._quota.name
        best = (Record(kind="optimum", id=name, reason=line) for line in optimum_said(facts | {"unit": own.unit}))
        written = self._written("siting")
        sited = (Record(kind="site", id=name, reason=line, written=written) for line in narrate_siting(siting))
        links = (*self._links(row), *best, *sited)
        reference = in_languages(self._quota.reference)
        return replace(own, reference=reference, written=self._written(), facts=facts, links=links)

    def _links(self, row: Mapping[str, Any]) -> Iterator[Record]:
        """What made a row, from the total down."""
        unit = str(row["unit_id"])
        path = [str(names[unit]) for names in self._levels]
        yield from self._share(self._from_above, *path)
        yield self._weight(row)
        locked = bool(list(self._grants.locks(unit)))
        for what in ("floor", "ceiling") if not locked else ():
            bound = getattr(self._quota, what)
            yield from self._bound(what, bound, unit) if isinstance(bound, str) else self._share(self._fixed, what)
        yield from self._within(unit)
        yield from self._conditions(row)

    def _say(self, key: str, **fields: Field) -> Message:
        return say(f"explain.{key}", unit=Term("unit", self._quota.unit), **fields)

    def _written(self, *keys: str | int) -> str:
        if keys not in self._places:
            self._places[keys] = in_plan(self._grants.plan.study, "quotas", self._place, *keys)
        return self._places[keys]

    def _measured(self, name: str, what: str) -> dict[str, Any]:
        """A measure by unit."""
        if name not in self._columns:
            self._columns[name] = _by_unit(find_column(name, self._grants.measures, what))
        return self._columns[name]

    def _share(self, tell: Callable[..., Iterator[Record]], *names: str) -> list[Record]:
        """What is told alike of all units of one name; told once."""
        if (tell.__name__, *names) not in self._shared:
            self._shared[tell.__name__, *names] = list(tell(*names))
        return self._shared[tell.__name__, *names]

    def _from_above(self, *names: str) -> Iterator[Record]:
        """The jurisdictions by which the amount came, the highest first, each with what it held back."""
        quota, path, whole = self._quota, "", self._quota.total
        for level, name in zip(quota.levels, names, strict=False):
            above, path = path, f"{path} / {name}" if path else name
            row = self._above.get((level, path))
            if row is None:
                return
            ends = [say(f"explain.{end}", amount=row[end]) for end in ("floor", "ceiling") if _decimal(row[end])]
            ends += [say("explain.binding", what=_bound_by(row["binding"]))] if row["binding"] else []
            reason = self._say(
                "quota_level" if self._quota.by == "weighted" else "quota_part",
                name=path,
                above=_exact(whole),
                amount=_exact(row["amount"]),
                weight=_short(row["weight"]),
                weights=_short(math.fsum(self._weights[level, above])),
                bounds=say("explain.quota_bounds", bounds=tuple(ends)) if ends else "",
            )
            yield self._link("level", path, reason, _decimal(row["amount"]))
            whole = row["amount"]
        if path in self._reserves:
            reason = self._say(
                "quota_reserve",
                name=path or Term("quota", quota.name),
                pct=_exact(quota.reserve_pct),
                amount=_exact(self._reserves[path]),
            )
            yield self._link("reserve", path, reason, self._reserves[path], written=self._written("reserve_pct"))

    def _link(self, kind: str, name: str, reason: Message, amount: str | Decimal | None = None, **more: Any) -> Record:
        return Record(kind=kind, id=name, reason=reason, amount=amount, unit=self._quota.unit, **more)

    def _weight(self, row: Mapping[str, Any]) -> Record:
        """The weight as a sum of terms, times its factors."""
        unit, weight = str(row["unit_id"]), self._quota.weight
        parts = [(weight, None)] if isinstance(weight, str) else [(one.measure, one.share) for one in weight]
        terms = [self._term(name, share, unit) for name, share in parts]
        met = [(number, one) for number, one in enumerate(self._quota.priority) if self._grants.meets(one.when, unit)]
        *before, words = [one.reason for one in terms]
        for one in reversed(before):
            words = say("explain.quota_plus", first=one, rest=words)
        for _, priority in met:
            words = say("explain.quota_times", terms=words, factor=_short(float(priority.factor)))
        own = None if pd.isna(row["weight"]) else float(row["weight"])
        key = "quota_suitability" if self._quota.objective == "suitability" else "quota_weight"
        reason = self._say(key, weight=_short(own), terms=words)
        silent = (replace(term, reason="") for term in terms)  # the sum has said what they are
        factors = (self._priority(number, one, unit) for number, one in met)
        return Record(
            kind="weight",
            id=unit,
            reason=reason,
            amount=own,
            written=self._written("weight"),
            links=(*silent, *factors),
        )

    def _term(self, name: str, share: float | None, unit: str) -> Record:
        value = float(self._measured(name, "weight")[unit])
        said, title = Said(values={name: value}), Term("name", name)
        if share is None:
            reason = self._say("quota_measure", name=title, value=_short(value))
            return Record(kind="term", id=name, reason=reason, amount=value, said=said)
        told: dict[str, Field] = {"share": _short(share), "name": title, "value": _short(value)}
        if self._quota.objective == "suitability":
            reason = self._say("quota_as_is", **told)
            return Record(kind="term", id=name, reason=reason, amount=share * value, said=said)
        whole = self._sums[name]
        amount = share * value / whole if whole else 0.0
        reason = self._say("quota_term", **told, whole=_short(whole))
        return Record(kind="term", id=name, reason=reason, amount=amount, said=said)

    def _priority(self, number: int, one: Priority, unit: str) -> Record:
        return Record(
            kind="priority",
            id=str(number + 1),
            reason=self._say("quota_priority", factor=_short(one.factor), reason=in_languages(one.reason)),
            amount=float(one.factor),
            when=one.when,
            said=self._grants.chain(one.when, unit),
            written=self._written("priority", number),
        )

    def _fixed(self, what: str) -> Iterator[Record]:
        """The floor or the ceiling where it is a number, before balances and other quotas."""
        bound = getattr(self._quota, what)
        if bound is not None:
            amount = say("explain.exact", amount=_exact(bound))
            reason = self._say(f"quota_{what}", amount=amount, source="")
            yield self._link(what, what, reason, str(bound), written=self._written(what))

    def _bound(self, what: str, bound: str, unit: str) -> Iterator[Record]:
        """The floor or the ceiling where it is a measure."""
        value = self._measured(bound, what)[unit]
        source = say("explain.quota_source", measure=Term("name", bound), step=_exact(self._quota.step))
        amount = say("explain.bounded", value=float(value)) if math.isfinite(value) else ""
        reason = self._say(f"quota_{what}", amount=amount, source=source)
        said = Said(values={bound: float(value)})
        yield self._link(what, bound, reason, str(value), said=said, written=self._written(what))

    def _within(self, unit: str) -> Iterator[Record]:
        """The amounts of other quotas that this one stays within, at every level."""
        for number, one in enumerate(self._quota.within):
            depth = 0 if one.level == UNIT else self._quota.levels.index(one.level) + 1
            place = " / ".join(str(names[unit]) for names in self._levels[:depth]) or unit
            amount = self._granted[one.level].get((one.quota, place), Decimal(0))
            reason = self._say("quota_within", times=_exact(one.times), amount=amount, other=Term("quota", one.quota))
            written = self._written("within", number)
            yield self._link("within", one.quota, reason, one.times * amount, written=written)

    def _conditions(self, row: Mapping[str, Any]) -> Iterator[Record]:
        """Balance, locks, groups and transfers."""
        unit, quota = str(row["unit_id"]), self._quota
        if Decimal(_decimal(row["carried"]) or 0):
            source = quota.carried if isinstance(quota.carried, str) else ""
            reason = self._say("quota_carried", amount=_exact(row["carried"]))
            yield self._link("carried", source, reason, str(row["carried"]), written=self._written("carried"))
        for lock in self._grants.locks(unit):
            said = Said() if lock.when is None else self._grants.chain(lock.when, unit)
            reason = self._say("quota_locked", amount=_exact(lock.amount), reason=in_languages(lock.reason))
            number = quota.locked.index(lock)
            written = self._written("locked", number)
            yield self._link(
                "lock", str(number + 1), reason, str(lock.amount), when=lock.when or "", said=said, written=written
            )
        for number, group in enumerate(quota.groups):
            if self._grants.meets(group.when, unit):
                said, written = self._grants.chain(group.when, unit), self._written("groups", number)
                reason = _group(group)
                yield self._link("group", str(number + 1), reason, when=group.when, said=said, written=written)
        for number, one in enumerate(quota.transfers):
            if unit in (one.giver, one.receiver):
                side, other = ("gives", one.receiver) if unit == one.giver else ("receives", one.giver)
                reason = self._say(side, amount=_exact(one.amount), other=other, reason=in_languages(one.reason))
                amount = f"{'-' if side == 'gives' else ''}{one.amount}"
                written = self._written("transfers", number)
                yield self._link("moved", other, reason, amount, reference=in_languages(one.reference), written=written)


def _group(group: Group) -> Message:
    ends = [(key, getattr(group, key)) for key in ("max_pct", "min_pct")]
    limits = tuple(say(f"explain.{key}", amount=_exact(end)) for key, end in ends if end is not None)
    because = say("explain.quota_because", reason=in_languages(group.reason)) if group.reason else ""
    return say("explain.quota_group", when=Term("condition", group.when), limits=limits, because=because)


def _bound_by(binding: str) -> Message | str:
    return say(f"explain.bound_{binding}") if binding in _BINDING else binding


def _by_unit(column: pd.Series) -> dict[str, Any]:
    return dict(zip(column.index.tolist(), column.tolist(), strict=True))


def _amounts(quotas: pd.DataFrame, level: str) -> dict[tuple[str, str], Decimal]:
    """What quotas gave the places of one level, by quota and place; of several periods the last."""
    rows = quotas[quotas["level"] == level]
    names = zip(rows["quota"], rows["unit_id" if level == UNIT else "name"], strict=True)
    return dict(zip(names, rows["amount"], strict=True))


def _exact(amount: Any) -> Decimal:
    return amount if isinstance(amount, Decimal) else Decimal(str(amount))


def _short(value: float | None) -> Message | str:
    """A weight or a measure; nothing where there is none."""
    return "" if value is None or not math.isfinite(value) else say("explain.digits", value=float(value))
