"""Why an amount of a quota is what it is, from the total down, and where it lies on the ground or found no place."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from zoning.measures import amounts
from zoning.pipeline.records.findings import each_row, in_plan, saids_at
from zoning.plan import Plan
from zoning.quotas import RESERVE, UNIT, find_column, name_level, why_unplaced
from zoning.reasons import Field, Message, Record, Said, Term, Titles, in_languages, say
from zoning.study import Group, Lock, Priority, Quota, Study
from zoning.tables import SITES

DASH = "–"
"""Stands where there is no number."""


def optimum_said(quota: Mapping[str, Any]) -> Iterator[Message]:
    """What there is to say of a unit's amount of such a quota: its price, the limits that count it, the whole.

    Nothing where the quota is handed out by weight.
    """
    solution = quota["solution"]
    if not solution:
        return
    objective = solution["objective"]
    yield from filter(None, [price_said(quota, objective)])
    for limit in quota["limits"]:
        plain = limit["use"] == 1 and limit["unit"] in (quota["unit"], "%")
        used = "" if plain else say("optimum.uses", use=_solution_figure(limit["use"]), unit=quota["unit"])
        because = say("optimum.because", reason=limit["reason"]) if limit["reason"] else ""
        first, *more = rule_said(limit, objective)
        yield say("optimum.line", state=first, uses=used, because=because)
        yield from more
    yield solution_said(solution, quota["unit"])


def solution_said(solution: Mapping[str, Any], unit: str) -> Message:
    """How good a quota is: a row of SOLUTIONS in the quota's unit of measure."""
    parts = json.loads(solution["parts"])
    return say(
        f"optimum.{solution['objective']}",
        **{name: _solution_figure(solution[name]) for name in ("value", "bound", "gap", "gap_pct")},
        unit=unit,
        method=say(f"optimum.{solution['method']}"),
        parts=tuple(say("optimum.part", name=name, value=_solution_figure(value)) for name, value in parts.items()),
    )


def price_said(row: Mapping[str, Any], objective: str, who: Message | str = "") -> Message | None:
    """What one more of a bound would add or take; None where it would change nothing."""
    price = row["shadow_price"]
    if not objective or price is None or math.isnan(price) or not price:
        return None
    low, high = (_number(row[end]) for end in ("price_from", "price_to"))
    known = low is not None and high is not None and not math.isnan(low) and not math.isnan(high) and low != high
    span = (
        say("optimum.range", low=_solution_figure(low), high=_solution_figure(high), unit=row["unit"]) if known else ""
    )
    key = f"optimum.add_{objective}" if price > 0 else f"optimum.take_{objective}"
    return say(key, unit=row["unit"], who=who or say("optimum.this"), price=_solution_figure(abs(price)), range=span)


def rule_said(row: Mapping[str, Any], objective: str) -> Iterator[Message]:
    """What a rule of a quota came to, and what one more of it would change."""
    ends = tuple(
        say(f"optimum.{end}", n=_solution_figure(row[end]))
        for end in ("least", "most")
        if row[end] is not None and not math.isnan(row[end])
    )
    who = rule_named(row)
    yield say("optimum.state", who=who, amount=_solution_figure(row["amount"]), ends=ends, unit=row["unit"])
    yield from filter(None, [price_said(row, objective, who)])


def rule_named(row: Mapping[str, Any]) -> Message:
    """What a rule of a quota is called."""
    kind, _, name = str(row["rule"]).removesuffix("-least").partition("-")
    rule = say(f"optimum.{kind}", name=name)
    return say("optimum.of", rule=rule, place=Term("place", row["jurisdiction"])) if row["jurisdiction"] else rule


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def _solution_figure(value: Any) -> Message | str:
    """A measured number; a dash where there is none."""
    return DASH if value is None or math.isnan(value) else say("optimum.figure", value=float(value))


GRANTED = ("groups", "limits", "locks", "transfers")
"""What a grant tells of."""


class QuotaCauses:
    """One quota, asked of what made the amounts of some units."""

    def __init__(self, plan: Plan, quota: Quota, ids: Iterable[str]) -> None:
        self.plan, self.quota = plan, quota
        known = [unit for unit in ids if unit in plan.measures.index]
        given = amounts(plan.quotas).reindex(plan.measures.index)
        names = [name for name in given.columns if name not in plan.measures.columns]
        self.measures = plan.measures.join(given[names]).rename_axis("unit_id")
        self.trace = plan.trace.quotas.get(quota.name)
        self._known, self._evidence = set(known), dict[str, dict[str, Said]]()
        self._units_meeting: dict[str, frozenset[str]] = {}

    def chain(self, when: str, unit: str) -> Said:
        """What one of the quota's conditions found of a unit."""
        if self.trace is None:
            return Said()
        if when not in self._evidence:
            self._evidence[when] = saids_at(self.trace.evaluations[when], self._known, self.plan.rulebook)
        return self._evidence[when][unit]

    def meets(self, when: str, unit: str) -> bool:
        """Whether a unit meets one of the quota's conditions."""
        if self.trace is None:
            return False
        if when not in self._units_meeting:
            self._units_meeting[when] = self.trace.evaluations[when].met
        return unit in self._units_meeting[when]

    def locks(self, unit: str) -> Iterator[Lock]:
        """The locked amounts that settle what a unit has."""
        for lock in self.quota.locked:
            if lock.unit == unit if lock.when is None else self.meets(lock.when, unit):
                yield lock

    def concerning(self, unit: str) -> dict[str, list[dict[str, Any]]]:
        """The parts of the quota's plan that concern a unit."""
        quota = self.quota
        return {
            "groups": [
                {
                    "when": group.when,
                    "max_pct": _text(group.max_pct),
                    "min_pct": _text(group.min_pct),
                    "reason": in_languages(group.reason),
                }
                for group in quota.groups
                if self.meets(group.when, unit)
            ],
            "locks": [{"amount": str(lock.amount), "reason": in_languages(lock.reason)} for lock in self.locks(unit)],
            "limits": list(self._limits(unit)),
            "transfers": [
                {
                    "side": "gives" if transfer.giver == unit else "receives",
                    "other": transfer.receiver if transfer.giver == unit else transfer.giver,
                    "amount": str(transfer.amount),
                    "reason": in_languages(transfer.reason),
                    "reference": in_languages(transfer.reference),
                }
                for transfer in quota.transfers
                if unit in (transfer.giver, transfer.receiver)
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
    """Where the amounts of a quota go on the ground, by unit; nothing where the quota is not sited."""
    siting = quota.siting
    if siting is None:
        return {}
    terms = {
        "layer": siting.layer or "",
        "surface": siting.surface,
        "prefer": siting.prefer or "",
        "min_patch_ha": siting.min_patch_ha,
        "merits": [
            {"when": merit.when, "points": merit.points, "reason": in_languages(merit.reason)}
            for merit in siting.merits
        ],
    }
    by_unit: dict[str, dict[str, Any]] = {}
    for row in _rows(plan.sitings, quota):
        because = str(row["unplaced_because"])
        by_unit[str(row["unit_id"])] = {
            **{name: _figure(row[name]) for name in _FIGURES},
            "patches": int(row["patches"]),
            "unplaced_because": because,
            "why": why_unplaced(because, siting.min_patch_ha) if because else "",
            **terms,
            "sites": [],
        }
    for row in _rows(_without_geometry(plan.sites), quota):
        patch = {"patch": int(row["patch"]), "area_ha": float(row["area_ha"]), "score_mean": _figure(row["score_mean"])}
        by_unit[str(row["unit_id"])]["sites"].append(patch)
    return by_unit


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
        facts = {"placed": siting["placed_ha"], "score": siting["score_mean"], "bound": siting["score_bound"]}
        facts["patches"] = siting["patches"]
        if siting["value_mean"] is None:
            yield say("siting.placed", **facts)
        else:
            layer = Term("layer", siting["layer"])
            yield say(
                "siting.placed_value", **facts, surface=siting["surface"], layer=layer, value=siting["value_mean"]
            )
    if siting["unplaced_ha"] > 0:
        yield say("siting.not_placed", n=siting["unplaced_ha"], why=siting["why"])
    elif siting["unplaced_ha"] < 0:
        yield say("siting.over", n=-siting["unplaced_ha"])


def siting_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why amounts of quotas lie where they do, or found no place."""
    places = {(quota.name, quota.period): position for position, quota in enumerate(plan.study.quotas)}
    sited = {key: explain_sitings(plan, plan.study.quotas[position]) for key, position in places.items()}
    records = []
    for row in each_row(rows):
        key = str(row["quota"]), int(row["period"])
        siting = sited.get(key, {}).get(str(row["unit_id"]))
        written = in_plan(plan.study, "quotas", places[key], "siting") if siting else ""
        sites = tuple(Record(kind="site", id=key[0], reason=line, written=written) for line in narrate_siting(siting))
        records.append(_in_ha("siting", key[0], row["placed_ha"], written, siting or {}, sites))
    return records


def site_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """The patches of land that quotas take."""
    places = {(quota.name, quota.period): position for position, quota in enumerate(plan.study.quotas)}
    records = []
    for row in each_row(_without_geometry(rows)):
        position = places.get((str(row["quota"]), int(row["period"])))
        written = "" if position is None else in_plan(plan.study, "quotas", position, "siting")
        facts = {name: _figure(value) if isinstance(value, float) else value for name, value in row.items()}
        records.append(_in_ha("patch", str(row["quota"]), row["area_ha"], written, facts))
    return records


def _in_ha(
    kind: str, name: str, area: float, written: str, facts: Mapping[str, object], links: tuple[Record, ...] = ()
) -> Record:
    return Record(kind=kind, id=name, amount=float(area), unit="ha", written=written, links=links, facts=facts)


def _without_geometry(sites: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(sites[[name for name in SITES.columns if name in sites.columns]])


def _rows(table: pd.DataFrame, quota: Quota) -> list[dict[Any, Any]]:
    rows: list[dict[Any, Any]] = _of_quota(table, quota).to_dict("records")
    return rows


def _of_quota(table: pd.DataFrame, quota: Quota) -> pd.DataFrame:
    return table[(table["quota"] == quota.name) & (table["period"] == quota.period)]


def _figure(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


_BINDING = ("ceiling", "floor", "group", "limit", "lock", "within")
"""What binds an amount and has words."""


def quota_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why amounts of quotas are what they are."""
    mappings = each_row(rows)
    ids = [row["unit_id"] for row in mappings]
    above = _above(plan)
    solutions = {str(row["quota"]): row for row in each_row(plan.solutions.drop(columns="period"))}
    makers = {
        (quota.name, quota.period): _QuotaMaker(
            position, quota, QuotaCauses(plan, quota, ids), solutions.get(quota.name)
        )
        for position, quota in enumerate(plan.study.quotas if mappings else ())
    }
    records = []
    for row in mappings:
        key = str(row["quota"]), int(row["period"])
        whole = above.get((*key, row["jurisdiction"]))
        maker = makers.get(key)
        records.append(maker.record(row, whole) if maker else _quota(row, plan.study, whole))
    return records


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
        facts=_facts(row, study, whole),
    )


def _facts(row: Mapping[str, Any], study: Study, whole: Decimal | None) -> dict[str, object]:
    """The facts of a row of the QUOTAS table, with nothing for those that only the quota itself knows."""
    return {
        "title": study.title_of("quotas", str(row["quota"])),
        "unit_title": Titles("units", str(row["unit"])),
        "quota": str(row["quota"]),
        "period": int(row["period"]),
        **{name: _decimal(row[name]) for name in ("floor", "ceiling")},
        "weight": _figure(row["weight"]),
        "binding": str(row["binding"]),
        "jurisdiction": str(row["jurisdiction"]),
        "jurisdiction_name": Term("place", str(row["jurisdiction"])),
        **{name: _decimal(row[name]) for name in ("carried", "transferred", "price_from", "price_to")},
        "shadow_price": _figure(row["shadow_price"]),
        "solution": None,
        "siting": None,
        **{name: [] for name in GRANTED},
        "jurisdiction_amount": whole,
    }


def _decimal(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


class _QuotaMaker:
    """Makes the records of one quota."""

    def __init__(
        self, position: int, quota: Quota, grants: QuotaCauses, solution: Mapping[str, Any] | None = None
    ) -> None:
        self._position, self._quota, self._grants, self._solution = position, quota, grants, solution
        rows = grants.plan.quotas
        rows = rows[(rows["quota"] == quota.name) & (rows["period"] == quota.period)]
        reserves = rows[rows["unit_id"] == RESERVE]
        self._unit_weights = rows.loc[(rows["level"] == UNIT) & (rows["unit_id"] != RESERVE), "weight"].astype(float)
        self._reserves = dict(zip(reserves["name"], reserves["amount"], strict=True))
        self._above = {(row["level"], row["name"]): row for row in rows[rows["level"] != UNIT].to_dict("records")}
        self._by_path = {name: row for (_, name), row in self._above.items()}
        self._sitings = explain_sitings(grants.plan, quota)
        self._unit, self._reference = Term("unit", quota.unit), in_languages(quota.reference)
        self._places: dict[tuple[str | int, ...], str] = {}
        self._columns: dict[str, dict[str, Any]] = {}
        self._sources: dict[str, Message] = {}
        self._weights: dict[tuple[str, str], list[float]] = {}
        for (level, _), row in self._above.items():
            self._weights.setdefault((level, _inside(row)), []).append(row["weight"])
        self._levels = [_by_unit(name_level(level, grants.measures)) for level in quota.levels[:-1]]
        self._granted = {
            level: _amounts(grants.plan.quotas, level) for level in {limit.level for limit in quota.within}
        }
        self._shared: dict[tuple[str, ...], list[Record]] = {}
        terms = grants.trace.terms if grants.trace else pd.DataFrame()
        self._terms = {number: _by_unit(column) for number, column in terms.items()}

    def record(self, row: Mapping[str, Any], whole: Decimal | None) -> Record:
        """One row of the QUOTAS table: of a unit, a jurisdiction, or what is held back."""
        if row["unit_id"] == RESERVE:
            return self._shared_one(self._reserve, str(row["name"]))
        return self.quota(row, whole) if row["level"] == UNIT else self._shared_one(self._level, str(row["name"]))

    def _shared_one(self, make: Callable[[str], Record], path: str) -> Record:
        key = make.__name__, path
        if key not in self._shared:
            self._shared[key] = [make(path)]
        return self._shared[key][0]

    def quota(self, row: Mapping[str, Any], whole: Decimal | None) -> Record:
        """One row of the QUOTAS table, and what made it."""
        unit, name = str(row["unit_id"]), self._quota.name
        siting = self._sitings.get(unit)
        facts = _facts(row, self._grants.plan.study, whole)
        facts |= {"solution": self._solution, "siting": siting, **self._grants.concerning(unit)}
        best = (
            Record(kind="optimum", id=name, reason=line) for line in optimum_said(facts | {"unit": str(row["unit"])})
        )
        written = self._written("siting")
        sited = (Record(kind="site", id=name, reason=line, written=written) for line in narrate_siting(siting))
        return Record(
            kind="quota",
            id=str(row["quota"]),
            amount=_decimal(row["amount"]),
            unit=str(row["unit"]),
            reference=self._reference,
            written=self._written(),
            facts=facts,
            links=(*self._links(row), *best, *sited),
        )

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
        return say(f"explain.{key}", unit=self._unit, **fields)

    def _written(self, *keys: str | int) -> str:
        if keys not in self._places:
            self._places[keys] = in_plan(self._grants.plan.study, "quotas", self._position, *keys)
        return self._places[keys]

    def _measured(self, name: str, what: str) -> dict[str, float]:
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
        """The jurisdictions by which the amount came, the highest first, then what the lowest held back."""
        path = ""
        if not self._levels and self._quota.by == "weighted":
            yield self._whole()
        for level, name in zip(self._quota.levels, names, strict=False):
            path = f"{path} / {name}" if path else name
            if (level, path) not in self._above:
                return
            yield self._shared_one(self._level, path)
        if path in self._reserves:
            yield self._shared_one(self._reserve, path)

    def _whole(self) -> Record:
        """What all units share where no jurisdiction stands between, and the sum of their weights."""
        total, weights = self._quota.total, _short(math.fsum(self._unit_weights))
        message = self._say("quota_all", amount=_exact(total), weights=weights)
        return self._link("total", self._quota.name, message, total)

    def _level(self, path: str) -> Record:
        """What a jurisdiction was given, and of how much."""
        row, quota = self._by_path[path], self._quota
        above = _inside(row)
        whole = self._by_path[above]["amount"] if above in self._by_path else quota.total
        ends = [say(f"explain.{end}", amount=row[end]) for end in ("floor", "ceiling") if _decimal(row[end])]
        ends += [say("explain.binding", what=_bound_by(row["binding"]))] if row["binding"] else []
        reason = self._say(
            "quota_level" if quota.by == "weighted" else "quota_part",
            name=Term("place", path),
            above=_exact(whole),
            amount=_exact(row["amount"]),
            weight=_short(row["weight"]),
            weights=_short(math.fsum(self._weights[row["level"], above])),
            bounds=say("explain.quota_bounds", bounds=tuple(ends)) if ends else "",
        )
        return self._link("level", path, reason, _decimal(row["amount"]))

    def _reserve(self, path: str) -> Record:
        """What a jurisdiction, or the whole, held back."""
        reason = self._say(
            "quota_reserve",
            name=Term("place", path) if path else Term("quota", self._quota.name),
            pct=_exact(self._quota.reserve_pct),
            amount=_exact(self._reserves[path]),
        )
        return self._link("reserve", path, reason, self._reserves[path], written=self._written("reserve_pct"))

    def _link(self, kind: str, name: str, reason: Message, amount: str | Decimal | None = None, **more: Any) -> Record:
        return Record(kind=kind, id=name, reason=reason, amount=amount, unit=self._quota.unit, **more)

    def _weight(self, row: Mapping[str, Any]) -> Record:
        """The weight as a sum of terms, times its factors."""
        unit, weight = str(row["unit_id"]), self._quota.weight
        parts = [(weight, None)] if isinstance(weight, str) else [(term.measure, term.share) for term in weight]
        terms = [self._term(position, name, share, unit) for position, (name, share) in enumerate(parts)]
        holding = [
            (number, priority)
            for number, priority in enumerate(self._quota.priority)
            if self._grants.meets(priority.when, unit)
        ]
        *before, words = [message for message, _ in terms]
        for message in reversed(before):
            words = say("explain.quota_plus", first=message, rest=words)
        for _, priority in holding:
            words = say("explain.quota_times", terms=words, factor=_short(float(priority.factor)))
        figure = _figure(row["weight"])
        key = "quota_suitability" if self._quota.objective == "suitability" else "quota_weight"
        reason = self._say(key, weight=_short(figure), terms=words)
        factors = (self._priority(number, priority, unit) for number, priority in holding)
        return Record(
            kind="weight",
            id=unit,
            reason=reason,
            amount=figure,
            written=self._written("weight"),
            links=(*(term for _, term in terms), *factors),
        )

    def _term(self, position: int, name: str, share: float | None, unit: str) -> tuple[Message, Record]:
        """What one measure adds to the weight, as the sum says it, and its record, which leaves that to the sum."""
        trace, value, title = self._grants.trace, float(self._measured(name, "weight")[unit]), Term("name", name)
        amount = None if trace is None else self._terms[position][unit]
        fields: dict[str, Field] = {"name": title, "value": _short(value)}
        if share is None:
            reason = self._say("quota_measure", **fields)
        elif trace is None or name not in trace.sums:
            reason = self._say("quota_as_is", share=_short(share), **fields)
        else:
            reason = self._say("quota_term", share=_short(share), whole=_short(trace.sums[name]), **fields)
        return reason, Record(kind="term", id=name, amount=amount, evidence=Said(values={name: value}))

    def _priority(self, number: int, priority: Priority, unit: str) -> Record:
        return Record(
            kind="priority",
            id=str(number + 1),
            reason=self._say("quota_priority", factor=_short(priority.factor), reason=in_languages(priority.reason)),
            amount=float(priority.factor),
            when=priority.when,
            evidence=self._grants.chain(priority.when, unit),
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
        amount = say("explain.bounded", value=float(value)) if math.isfinite(value) else ""
        reason = self._say(f"quota_{what}", amount=amount, source=self._source(bound))
        evidence = Said(values={bound: float(value)})
        yield self._link(what, bound, reason, str(value), evidence=evidence, written=self._written(what))

    def _source(self, bound: str) -> Message:
        """That a bound is a measure, in steps of the quota; told once."""
        if bound not in self._sources:
            message = say("explain.quota_source", measure=Term("name", bound), step=_exact(self._quota.step))
            self._sources[bound] = message
        return self._sources[bound]

    def _within(self, unit: str) -> Iterator[Record]:
        """The amounts of other quotas that this one stays within, at every level."""
        for number, limit in enumerate(self._quota.within):
            depth = 0 if limit.level == UNIT else self._quota.levels.index(limit.level) + 1
            path = " / ".join(str(names[unit]) for names in self._levels[:depth]) or unit
            amount = self._granted[limit.level].get((limit.quota, path), Decimal(0))
            reason = self._say(
                "quota_within", times=_exact(limit.times), amount=amount, other=Term("quota", limit.quota)
            )
            written = self._written("within", number)
            yield self._link("within", limit.quota, reason, limit.times * amount, written=written)

    def _conditions(self, row: Mapping[str, Any]) -> Iterator[Record]:
        """Balance, locks, groups and transfers."""
        unit, quota = str(row["unit_id"]), self._quota
        if Decimal(_decimal(row["carried"]) or 0):
            source = quota.carried if isinstance(quota.carried, str) else ""
            reason = self._say("quota_carried", amount=_exact(row["carried"]))
            yield self._link("carried", source, reason, str(row["carried"]), written=self._written("carried"))
        for lock in self._grants.locks(unit):
            evidence = Said() if lock.when is None else self._grants.chain(lock.when, unit)
            reason = self._say("quota_locked", amount=_exact(lock.amount), reason=in_languages(lock.reason))
            number = quota.locked.index(lock)
            written = self._written("locked", number)
            yield self._link(
                "lock",
                str(number + 1),
                reason,
                str(lock.amount),
                when=lock.when or "",
                evidence=evidence,
                written=written,
            )
        for number, group in enumerate(quota.groups):
            if self._grants.meets(group.when, unit):
                evidence, written = self._grants.chain(group.when, unit), self._written("groups", number)
                reason = _group(group)
                yield self._link("group", str(number + 1), reason, when=group.when, evidence=evidence, written=written)
        for number, transfer in enumerate(quota.transfers):
            if unit in (transfer.giver, transfer.receiver):
                side, other = ("gives", transfer.receiver) if unit == transfer.giver else ("receives", transfer.giver)
                reason = self._say(
                    side, amount=_exact(transfer.amount), other=other, reason=in_languages(transfer.reason)
                )
                amount = f"{'-' if side == 'gives' else ''}{transfer.amount}"
                written = self._written("transfers", number)
                yield self._link(
                    "moved", other, reason, amount, reference=in_languages(transfer.reference), written=written
                )


def _inside(row: Mapping[str, Any]) -> str:
    """The path of the jurisdiction that holds another one; "" for the highest."""
    name, jurisdiction = str(row["name"]), str(row["jurisdiction"])
    return "" if name == jurisdiction else name.removesuffix(f" / {jurisdiction}")


def _group(group: Group) -> Message:
    ends = [(key, getattr(group, key)) for key in ("max_pct", "min_pct")]
    limits = tuple(say(f"explain.{key}", amount=_exact(end)) for key, end in ends if end is not None)
    because = say("explain.quota_because", reason=in_languages(group.reason)) if group.reason else ""
    return say("explain.quota_group", when=Term("condition", group.when), limits=limits, because=because)


def _bound_by(binding: str) -> Message | str:
    return say(f"explain.bound_{binding}") if binding in _BINDING else binding


def _by_unit(column: pd.Series) -> dict[str, float]:
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
