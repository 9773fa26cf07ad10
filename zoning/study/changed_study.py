"""Changed studies: a study with other quotas and further decisions, as somebody tries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from layers.errors import Attempts, UnknownNameError, ZoneplanError, at_key
from layers.phrases import Phrase
from layers.sources import changed_entry, entry_of
from zoning.errors import near
from zoning.study.decisions import Decision
from zoning.study.scenarios import Scenario, quota_changes, set_by
from zoning.study.study_file import Study

Changes = Mapping[str, Any]


def vary_study(
    study: Study, quotas: Mapping[str, float | Decimal | Changes], decisions: Iterable[Decision | Changes]
) -> Study:
    """A study with other values of some quotas and further decisions; itself where nothing is changed.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> study = read_study(builtin_study("us_mountain_west"))
    >>> vary_study(study, {"construction_land": 9000}, ()).quotas[0].total
    Decimal('9000')
    """
    attempts = Attempts()
    names = [one.name for one in study.quotas]
    for name in quotas:
        if name not in names:
            hint = near(name, names)
            attempts.errors.append(
                UnknownNameError(
                    Phrase("there is no quota '{name}'{near}", name=name, near=hint),
                    features=[name],
                    keys=("quotas", name),
                )
            )
    changed = []
    for quota in study.quotas:
        wanted = quotas.get(quota.name, {})
        wanted = wanted if isinstance(wanted, Mapping) else {"total": wanted}
        with attempts.trying(), at_key("quotas", quota.name):
            changed.append(changed_entry(quota, wanted, Phrase("quota '{quota}'", quota=quota.name)))
    given = []
    for place, one in enumerate(decisions):
        with attempts.trying(), at_key("decisions", place):
            given.append(one if isinstance(one, Decision) else entry_of(Decision, one, Phrase("a decision")))
    attempts.finish()
    decided = {one.unit for one in given if one.main is not None}
    kept = tuple(one for one in study.decisions if one.main is None or one.unit not in decided)
    if changed == list(study.quotas) and not given:
        return study
    return study.model_copy(update={"quotas": tuple(changed), "decisions": (*kept, *given)})


def with_scenario(study: Study, scenario: Scenario) -> Study:
    """A study as a scenario says, without scenarios of its own; parameters are the rulebook's, and changed apart."""
    changes = quota_changes(scenario, study.quotas)
    try:
        varied = vary_study(study, changes, scenario.decisions)
    except ZoneplanError as error:
        for one in error.parts:
            one.keys = set_by(scenario, one.keys)
        raise
    return varied.model_copy(update={"scenarios": ()})
