"""Consensus: what several people's plans agree on, unit by unit, and on which differences the rest hangs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from layers.errors import StudyError, ZoneplanError, raise_all
from layers.phrases import Phrase
from zoning.pipeline import placing, run, scenario_faults
from zoning.plan import Plan
from zoning.study import Study, read_study
from zoning.tables import (
    CONSENSUS,
    CONSENSUS_DIFFERENCES,
    CONSENSUS_HANGS,
    CONSENSUS_QUOTAS,
    CONSENSUS_VOICES,
    tabulate,
)
from zoning.whatif.differences import Difference, as_fields, differences, parts_of, remake
from zoning.whatif.variants import as_fresh, plan_of_try

Announce = Callable[[str], None]
PARTS = ("main", "overlays")
"""What of a unit they agree on, or not."""
SEVERAL = "several"
"""The kind of what a unit hangs on where no difference alone moves it."""


@dataclass(frozen=True)
class Consensus:
    """What several plans agree on."""

    base: Plan
    voices: Mapping[str, Plan]
    units: pd.DataFrame
    says: pd.DataFrame
    quotas: pd.DataFrame
    differences: pd.DataFrame
    hangs: pd.DataFrame

    @property
    def disputed(self) -> pd.DataFrame:
        """The rows of units on whose main function or overlays not all agree."""
        rows = self.units
        return rows[(rows["agree"] < rows["voices"]) | (rows["overlays_agree"] < rows["voices"])]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables, by the names of their files."""
        declared = (CONSENSUS, CONSENSUS_VOICES, CONSENSUS_QUOTAS, CONSENSUS_DIFFERENCES, CONSENSUS_HANGS)
        contents = (self.units, self.says, self.quotas, self.differences, self.hangs)
        return {table.name: rows for table, rows in zip(declared, contents, strict=True)}


def consensus(
    voices: Mapping[str, Plan], base: Plan | None = None, *, announce: Announce = lambda _step: None
) -> Consensus:
    """What several plans of the same land agree on, and on what the rest hangs.

    Parameters
    ----------
    voices : mapping of str to Plan
        Two at least, by the name of who says it; just made, or read back while their sources are still there.
    base : Plan, optional
        From which differences are counted, such as the plan that all of them tried something of; by default the first
        voice. Each difference is put into it alone, to see which units hang on it.
    announce : callable, optional
        Called with the id of each difference before it is tried.

    Returns
    -------
    Consensus

    Raises
    ------
    StudyError
        There is one voice alone.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> dense = plan.vary(parameters={"density_min_per_km2": 100.0})
    >>> found = zp.consensus({"Ana": plan, "Wei": dense, "Rui": plan})
    >>> found.disputed[["unit_id", "main", "agree", "voices", "hangs_on"]].to_numpy().tolist()
    [['08069', 'key_development', 2, 3, 'density_min_per_km2']]
    """
    if len(voices) < 2:
        raise StudyError(Phrase("a consensus is of two voices at least"))
    made = {name: as_fresh(plan) for name, plan in voices.items()}
    ground = next(iter(made.values())) if base is None else as_fresh(base)
    says = _says(made)
    distinct = _distinct(ground, made)
    hangs = _hangs(ground, made, says, distinct, announce)
    return Consensus(
        base=ground,
        voices=made,
        units=_units(ground, made, says, hangs),
        says=says,
        quotas=_quotas(made),
        differences=_difference_table(ground, made, distinct, hangs),
        hangs=hangs,
    )


class Together(NamedTuple):
    """Plans of several files, with the plan from which their differences are counted."""

    base: Plan
    voices: dict[str, Plan]


def run_together(paths: Mapping[str, str], announce: Announce = lambda _step: None) -> Together:
    """The plans of several files, of which tries of one plan read and measure its layers once."""
    studies = {name: read_study(path) for name, path in paths.items()}
    plans: dict[str, Plan] = {}

    def plan_of(study: Study) -> Plan:
        key = str(study.path.resolve())
        if key not in plans:
            plans[key] = run(read_study(study.path, study.folder), announce)
        return plans[key]

    voices = {
        name: plan_of(study) if study.tried is None else _of_try(study, plan_of(study), announce)
        for name, study in studies.items()
    }
    tried = [study for study in studies.values() if study.tried is not None]
    return Together(plan_of(tried[0]) if tried else next(iter(voices.values())), voices)


def _of_try(study: Study, plan: Plan, announce: Announce) -> Plan:
    """The plan of a try, from the inputs and the steps of the plan that it is of."""
    units = pd.Index([decision.unit for decision in study.decisions])  # unknown ones are named by the run
    with placing(study):
        raise_all(scenario_faults(study, plan.whole_rulebook, units))
    return plan_of_try(plan, study, announce=announce)


def _says(voices: Mapping[str, Plan]) -> pd.DataFrame:
    rows = [plan.zones[["unit_id", "main", "overlays", "status"]].assign(voice=name) for name, plan in voices.items()]
    return tabulate(CONSENSUS_VOICES, pd.concat(rows))


def _distinct(base: Plan, voices: Mapping[str, Plan]) -> list[tuple[str, Difference]]:
    """The differences of all voices from the base with whose they are, each value of a thing once."""
    distinct: dict[tuple[str, str, str], tuple[str, Difference]] = {}
    for name, plan in voices.items():
        for difference in differences(base, plan):
            distinct.setdefault((difference.kind, difference.id, difference.after), (name, difference))
    return list(distinct.values())


def _hangs(
    base: Plan,
    voices: Mapping[str, Plan],
    says: pd.DataFrame,
    distinct: Iterable[tuple[str, Difference]],
    announce: Announce,
) -> pd.DataFrame:
    """The units that each difference alone moves; and those that are moved by none alone, with all that could."""
    base_state = _state(base)
    rows: dict[tuple[str, str, str, str], None] = {}
    alone: set[tuple[str, str]] = set()
    for name, difference in distinct:
        announce(difference.id)
        moved = _moved(base, voices[name], difference, base_state)
        alone |= moved
        rows |= {(unit, what, difference.kind, difference.id): None for unit, what in sorted(moved)}
    several = "; ".join(sorted({difference.id for _, difference in distinct}))
    for unit, group in says.groupby("unit_id"):
        for what in PARTS:
            if (str(unit), what) not in alone and len({*group[what]}) > 1:
                rows[(str(unit), what, SEVERAL, several)] = None
    return tabulate(CONSENSUS_HANGS, pd.DataFrame(list(rows), columns=["unit_id", "what", "kind", "id"]))


def _state(plan: Plan) -> dict[tuple[str, str], str]:
    zones = plan.zones
    return {
        (str(unit), what): str(zone) for what in PARTS for unit, zone in zip(zones["unit_id"], zones[what], strict=True)
    }


def _moved(
    base: Plan, voice: Plan, difference: Difference, base_state: Mapping[tuple[str, str], str]
) -> set[tuple[str, str]]:
    """What of which unit is otherwise with one difference of a voice alone; nothing where no plan can be made so."""
    try:
        state = _state(remake(difference.apply(parts_of(base), parts_of(voice)), base))
    except ZoneplanError:
        return set()
    return {key for key in base_state.keys() & state.keys() if base_state[key] != state[key]}


def _units(base: Plan, voices: Mapping[str, Plan], says: pd.DataFrame, hangs: pd.DataFrame) -> pd.DataFrame:
    base_state = _state(base)
    named: dict[str, tuple[str, str, float]] = {}
    for plan in (base, *voices.values()):
        zones = plan.zones
        for row in zip(zones["unit_id"], zones["name"], zones["jurisdiction"], zones["area_ha"], strict=True):
            named.setdefault(str(row[0]), (str(row[1]), str(row[2]), float(row[3])))
    ids = hangs.groupby("unit_id")["id"].agg(lambda column: "; ".join(dict.fromkeys(column)))
    rows = []
    for unit, group in says.groupby("unit_id"):
        name, jurisdiction, area = named[str(unit)]
        main, agree = _most(group["main"], base_state.get((str(unit), "main"), ""))
        overlays, same = _most(group["overlays"], base_state.get((str(unit), "overlays"), ""))
        rows.append(
            {
                "unit_id": str(unit),
                "name": name,
                "jurisdiction": jurisdiction,
                "area_ha": area,
                "main": main,
                "agree": agree,
                "voices": len(group),
                "overlays": overlays,
                "overlays_agree": same,
                "hangs_on": str(ids.get(unit, "")),
            }
        )
    return tabulate(CONSENSUS, pd.DataFrame(rows))


def _most(answers: Iterable[str], base_answer: str) -> tuple[str, int]:
    """What most say, and how many; of a tie what the base says, else the first."""
    counts = Counter(answers)
    best = max(counts.values())
    tied = sorted(answer for answer, count in counts.items() if count == best)
    return (base_answer if base_answer in tied else tied[0]), best


def _quotas(voices: Mapping[str, Plan]) -> pd.DataFrame:
    rows = [plan.quotas[plan.quotas["unit_id"].isin(plan.units.index)] for plan in voices.values()]
    groups = pd.concat(rows).groupby(["quota", "unit_id"], sort=True)["amount"]
    least, most = groups.min(), groups.max()
    return tabulate(CONSENSUS_QUOTAS, pd.DataFrame({"least": least, "most": most}).reset_index())


def _difference_table(
    base: Plan,
    voices: Mapping[str, Plan],
    distinct: Sequence[tuple[str, Difference]],
    hangs: pd.DataFrame,
) -> pd.DataFrame:
    """What each voice says of each thing in which one differs."""
    base_values: dict[tuple[str, str], str] = {}
    fields: dict[tuple[str, str], dict[str, str]] = {}
    for _, difference in distinct:
        base_values.setdefault((difference.kind, difference.id), difference.before)
        fields.setdefault((difference.kind, difference.id), {}).update(
            {key: pair[0] for key, pair in difference.fields.items()}
        )
    units = hangs.groupby(["kind", "id"])["unit_id"].nunique()
    rows = []
    for name, plan in voices.items():
        changes: dict[tuple[str, str], Difference] = {
            (difference.kind, difference.id): difference for difference in differences(base, plan)
        }
        rows += [
            {
                "kind": key[0],
                "id": key[1],
                "voice": name,
                "value": _value(changes.get(key), before, fields[key]),
                "units": int(units.get(key, 0)),
            }
            for key, before in base_values.items()
        ]
    return tabulate(CONSENSUS_DIFFERENCES, pd.DataFrame(rows))


def _value(change: Difference | None, before: str, fields: Mapping[str, str]) -> str:
    """What a voice says of a thing: of each key in which any voice differs, where it has the thing as the base has."""
    if change is not None and not change.fields:
        return change.after
    changed = {} if change is None else {key: pair[1] for key, pair in change.fields.items()}
    return as_fields({**fields, **changed}) or before
