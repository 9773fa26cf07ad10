"""Scenarios: what a plan tries beside itself, or draws; and tries, in which one scenario has been put into effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from layers.errors import Attempts, StudyError, UnknownNameError, at_key
from layers.phrases import Phrase, phrase_list
from layers.sources import (
    Keys,
    Misfit,
    Named,
    Placed,
    Real,
    Section,
    Several,
    Signed,
    SourceText,
    Text,
    Wording,
    changed_entry,
    misfit,
)
from zoning.errors import near
from zoning.study.quotas import Decision, Quota, Share

PARAMETERS, QUOTAS, WEIGHT = "parameters", "quotas", "weight"
QUOTA_KEYS = ("total", "step", WEIGHT, "floor", "ceiling", "carried", "reserve_pct")
"""What a scenario may set of a quota: its numbers, and the measures that stand in their place."""


def _one_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        inner = next(iter(value), "")
        text = Phrase(
            "put the whole path in quotes, such as \"quotas.NAME.total\" = 9000: without them '{key}' stands in a "
            "table of its own",
            key=inner,
        )
        raise misfit(((), text))
    return value


class Scenario(Named):
    """What a plan tries beside itself: other numbers and further decisions; zones and quotas follow from them.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.study import Scenario
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> less = Scenario(name="less", set={"quotas.construction_land.total": 9000})
    >>> plan = zp.run(study.model_copy(update={"scenarios": (less,)}))
    >>> plan.scenario_quotas["amount"].sum() < plan.quotas["amount"].sum()
    True
    """

    name: Text
    """Name of the scenario; no two of a plan have the same."""
    set: dict[Text, Annotated[Signed | bool | str, BeforeValidator(_one_text)]] = Field(default_factory=dict)
    """Other values, each by a path in quotes: "parameters.NAME" of the rulebook, or "quotas.NAME.total". Of a quota
    also step, weight, floor, ceiling, carried and reserve_pct; "quotas.NAME.weight.MEASURE" is one share of several."""
    decisions: Several[Decision] = ()
    """Further decisions; one on the main function of a unit takes the place of the plan's own on it."""

    @property
    def parameters(self) -> dict[str, float | bool | str]:
        """The parameters that it sets, by name.

        Examples
        --------
        >>> from decimal import Decimal
        >>> Scenario(name="dense", set={"parameters.density_min": Decimal(9), "quotas.land.total": 1}).parameters
        {'density_min': 9.0}
        """
        values: dict[str, float | bool | str] = {}
        for path, value in self.set.items():
            head, _, name = path.partition(".")
            if head == PARAMETERS:
                values[name] = float(value) if isinstance(value, Decimal) else value
        return values


def quota_changes(scenario: Scenario, quotas: Sequence[Quota]) -> dict[str, dict[str, Any]]:
    """What a scenario sets of quotas: by name, other values of their keys.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> study = read_study(builtin_study("us_mountain_west"))
    >>> quota_changes(Scenario(name="less", set={"quotas.construction_land.total": 9000}), study.quotas)
    {'construction_land': {'total': Decimal('9000')}}
    """
    quotas_by_name = {quota.name: quota for quota in quotas}
    changes_by_name: dict[str, dict[str, Any]] = {}
    attempts = Attempts()
    for path, value in scenario.set.items():
        head, _, rest = path.partition(".")
        name, _, key = rest.partition(".")
        if head != QUOTAS:
            continue
        with attempts.trying(), at_key("set", path):
            if name not in quotas_by_name:
                hint = near(name, quotas_by_name)
                raise UnknownNameError(
                    Phrase("there is no quota '{name}'{near}", name=name, near=hint), features=[name]
                )
            changes = changes_by_name.setdefault(name, {})
            if key.startswith(f"{WEIGHT}."):
                shares = changes.get(WEIGHT, quotas_by_name[name].weight)
                changes[WEIGHT] = _with_share(quotas_by_name[name], shares, key.removeprefix(f"{WEIGHT}."), value)
            else:
                _require_key(name, key)
                changes[key] = value
    attempts.finish()
    return changes_by_name


def _require_key(name: str, key: str) -> None:
    """Refuse what a scenario cannot set of a quota, with the reason."""
    if key in QUOTA_KEYS:
        return
    listed = phrase_list(QUOTA_KEYS)
    known = {field.alias or attribute for attribute, field in Quota.model_fields.items()}
    if key.partition(".")[0] in known:
        raise StudyError(
            Phrase(
                "'{key}' of quota '{quota}' is what the quota is, and stays as the plan has it: a scenario sets {keys}",
                key=key,
                quota=name,
                keys=listed,
            )
        )
    raise UnknownNameError(
        Phrase(
            "a scenario sets {keys} of quota '{quota}', and not '{key}'{near}",
            keys=listed,
            quota=name,
            key=key,
            near=near(key, QUOTA_KEYS) if key else "",
        ),
        features=[key],
    )


def _with_share(quota: Quota, shares: str | Iterable[Share], measure: str, share: Any) -> tuple[Share, ...]:
    """The parts of a composite weight with another share of one measure."""
    if isinstance(shares, str):
        raise StudyError(
            Phrase(
                "the weight of quota '{quota}' is the measure '{measure}' alone, and has no shares",
                quota=quota.name,
                measure=shares,
            )
        )
    parts = tuple(shares)
    names = [part.measure for part in parts]
    if measure not in names:
        raise UnknownNameError(
            Phrase(
                "the weight of quota '{quota}' has no share of '{measure}'{near}",
                quota=quota.name,
                measure=measure,
                near=near(measure, names),
            ),
            features=[measure],
        )
    return tuple(
        changed_entry(part, {"share": share}, Phrase("quota '{quota}'", quota=quota.name))
        if part.measure == measure
        else part
        for part in parts
    )


def set_by(scenario: Scenario, keys: Keys) -> Keys:
    """Where in a scenario stands what it sets of a quota, given by its name; other keys as they are."""
    if keys[:1] != (QUOTAS,):
        return keys
    whole, quota = (".".join(map(str, keys[:end])) for end in (3, 2))
    paths = [
        path for prefix in (whole, quota) for path in scenario.set if path == prefix or path.startswith(f"{prefix}.")
    ]
    return ("set", paths[0]) if paths else ()


def place_in_scenario(scenario: Scenario, quotas: Sequence[Quota], decisions: Sequence[Decision], keys: Keys) -> Keys:
    """Where in a scenario stands what is to blame in the study that it makes; empty where it does not say it."""
    match keys:
        case ("quotas", int(number), *rest):
            return set_by(scenario, (QUOTAS, quotas[number].name, *rest))
        case ("decisions", int(number), *rest) if (position := number - len(decisions) + len(scenario.decisions)) >= 0:
            return ("decisions", position, *rest)
    return ()


class Try(Section):
    """Which plan somebody tries another scenario of; with it stands exactly one [[scenarios]].

    A file with these two sections alone is a try: ``zoneplan run`` makes the plan that it names, with the scenario put
    into effect. In the plan of a run folder that was made so, they say what was tried.
    """

    plan: SourceText
    """The file of the plan, a path inside the folder of the try."""
    plan_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Of that file, so that the try is not taken for one of another plan."""
    by: Wording
    """Who tries it."""


def one_scenario(scenarios: Sequence[Scenario]) -> Iterator[Misfit]:
    """The complaint about a try that has another number of scenarios than one."""
    if len(scenarios) != 1:
        text = Phrase("a try has one [[scenarios]], and this one has {count}", count=len(scenarios))
        yield ("scenarios",) if scenarios else ("try",), text


class TryFile(Placed):
    """A file that tries a scenario of a plan beside it."""

    tried: Try = Field(alias="try")
    """Which plan, and who tries."""
    scenarios: Several[Scenario] = ()
    """What is tried: one."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(one_scenario(self.scenarios)):
            raise misfit(*faults)
        return self


class RobustnessSection(Section):
    """How often each unit keeps its main function where thresholds, and weights of indices, are drawn."""

    within: dict[Text, Several[Real]] = Field(default_factory=dict)
    """By the name of a parameter of rules for zones the lowest and the highest value that may be drawn of it, evenly
    and each by itself, such as { density_min_per_km2 = [40, 60] }."""
    opinions: Several[Text] = ()
    """Indices of which weights are drawn, too: mixtures of the opinions that the index has, all mixtures alike."""
    draws: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """How many draws."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The same seed gives the same draws."""
