"""Flow explanations: what a unit and its jurisdictions pay and receive, by which instrument and which numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers import Agreement, Transfer, parse_condition
from zoning.agreements import expand_agreements
from zoning.bounds import UNIT
from zoning.chains import Content, condition_chains, in_plan, reason_record
from zoning.parties import BUDGET, POOL, parties_of_unit
from zoning.plans import Plan
from zoning.transfers import measures_of
from zoning.weights import unit_context
from zoning.words import engine_words


def explain_flows(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """What some units, and the jurisdictions that they lie in, pay and receive, as links.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit, in the order of the FLOWS table. Beside the keys of a link the columns of the table, and what payer and
        receiver are called (``payer_name``, ``receiver_name``); ``amount`` is text, so that none is lost. ``reason``
        tells how the amount was found. Of a transfer to units there are the clauses of its condition, and the measures
        that its needs read.
    """
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    if plan.flows.empty:
        return found
    explainer, rows = _FlowExplainer(plan, list(found)), plan.flows.to_dict("records")
    told = [{str(name): value for name, value in row.items()} for row in rows]
    for unit, flows in found.items():
        parties = parties_of_unit(plan.measures, unit, plan.study.units.levels)
        flows += [explainer.flow(row, unit) for row in told if row["payer"] in parties or row["receiver"] in parties]
    return found


class _FlowExplainer:
    """Explains flows.

    Parameters
    ----------
    plan : Plan
    ids : list of str
    """

    def __init__(self, plan: Plan, ids: list[str]) -> None:
        self._plan, study = plan, plan.study
        made: dict[tuple[str, int], tuple[str, int, Agreement | Transfer]] = {}
        for place, agreement in enumerate(expand_agreements(study, plan.rulebook)):
            made[agreement.name, agreement.period] = "agreement", place, agreement
        for place, transfer in enumerate(study.transfers):
            made[transfer.name, transfer.period] = "transfer", place, transfer
        self._made = made
        names = zip(plan.zones["unit_id"], plan.zones["name"], strict=True)
        self._names = {str(unit): str(name) or str(unit) for unit, name in names}
        zones = plan.zones.set_index("unit_id").loc[ids, ["main", "overlays"]]
        measures = plan.measures.loc[ids].rename_axis("unit_id")
        self._seen = unit_context(zones, measures, plan.rulebook.codes("overlay"))
        self._asked: dict[str, dict[str, Content]] = {}

    def flow(self, row: Mapping[str, Any], unit: str) -> Content:
        """One row of the FLOWS table."""
        kind, place, made = self._made.get((row["instrument"], int(row["period"])), ("flow", 0, None))
        own = reason_record(
            kind,
            str(row["instrument"]),
            str(row["rule"]),
            amount=str(row["amount"]),
            unit=str(row["unit"]),
            reference=str(row["reference"]),
            verified=made.verified if made is not None and row["reference"] else None,
            written=in_plan(self._plan.study, f"{kind}s", place) if made is not None else "",
            **(self._condition(made, unit) if isinstance(made, Transfer) and row["receiver"] == unit else {}),
        )
        kept = ("instrument", "payer", "receiver", "rule")
        names = {f"{side}_name": self._called(str(row[side])) for side in ("payer", "receiver")}
        return own | {**{name: str(row[name]) for name in kept}, **names, "period": int(row["period"])}

    def _called(self, party: str) -> str:
        """What a party is called: a pool or a budget in words, a unit by its name."""
        special = {POOL: "party_pool", BUDGET: "party_budget"}
        return engine_words(self._plan.language)[special[party]] if party in special else self._names.get(party, party)

    def _condition(self, made: Transfer, unit: str) -> dict[str, Any]:
        """The condition of a transfer to units, and the measures by which its amounts are found."""
        if made.level != UNIT:
            return {}
        said: Content = {"clauses": [], "values": {}, "parameters": []}
        if made.when is not None:
            if made.when not in self._asked:
                condition = parse_condition(made.when)
                self._asked[made.when] = condition_chains(
                    condition, self._seen, self._plan.rulebook, self._plan.language
                )
            said = self._asked[made.when][unit]
        read = {name: float(self._plan.measures.loc[unit, name]) for name in measures_of(made)}
        return {"when": made.when or "", "said": said | {"values": {**said["values"], **read}}}
