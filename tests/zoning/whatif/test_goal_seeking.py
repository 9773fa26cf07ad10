"""Goal seeking: what it finds is met, never farther than any value of a grid, and proved; else the fewest goals go."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from layers.errors import ConditionError, StudyError, UnknownNameError, ZoneplanError
from tests.conftest import examples
from zoneplan import allocate, classify
from zoning.pipeline.flow import CLASSIFY, INDICES, Plan
from zoning.pipeline.plan_steps import Steps
from zoning.quotas import names_asked, unit_context
from zoning.rulebook import Indicator, Rule, Rulebook, Value
from zoning.rulebook.schema import Zone
from zoning.study import Lock, Priority, Quota
from zoning.whatif import Sought, seek
from zoning.whatif.goals import parse_goals
from zoning.zones import resolve, zones_by_variant

DAY = date(2025, 1, 1)
IDS = [f"u{place}" for place in range(6)]
ZONES = tuple(
    Zone(code=code, kind="overlay" if code == "o" else "main", default=code == "d", title={"en": code})
    for code in ("d", "x", "y", "o")
)
RULES = (
    "a >= t",
    "a > t AND b < s",
    "NOT a < t OR b > 3 * s",
    "a BETWEEN t AND 2 * t",
    "b / t >= a",
    "b >= s",
    "a <> t AND b <= s",
    "b - s > 0.1 OR a = t",
)
GOALS = (
    "area_ha(main = 'x') >= {}",
    "area_ha(main = 'd') < {}",
    "count(main = 'y') = {}",
    "count(main = 'x' AND o) > {}",
    "count(NOT o OR a > t) <= {}",
    "area_ha(o) > {}",
)
AMOUNTS = ("amount(land, main = 'x') >= {}", "amount(land, o OR b > s) <= {}")


GRID = [-0.1, 0.0, 0.1, 0.25, 0.26, 0.3, 0.4, 0.5, 0.55, 0.75, 0.8, 1.0, 1.2]


def small_plan(toy_run: Plan, rng: np.random.Generator) -> Plan:
    """Six units under a few random rules, as far as a search looks at a plan."""
    rules = tuple(
        Rule(
            id=f"r{place}",
            zone=str(rng.choice(["x", "y", "o"])),
            when=str(rng.choice(RULES)),
            priority=int(rng.integers(1, 3)),
            on_unknown=str(rng.choice(["review", "review", "no", "error"])),
            refines=bool(rng.integers(2)),
            reason={"en": "so"},
            reference="none",
        )
        for place in range(rng.integers(1, 5))
    )
    said = {"unit": "1", "reference": "none"}
    values = {name: Value(name=name, value=0.5, title={"en": name}, **said) for name in ("t", "s")}
    indicators = (Indicator(name="a", whole="sum"), Indicator(name="b", whole="max"), Indicator(name="w", whole="sum"))
    rulebook = Rulebook("r", "", "", DAY, zones=ZONES, rules=rules, indicators=indicators, parameters=values)
    numbers = [np.nan, 0.0, 0.25, 0.3, 0.5, 0.75, 1.0] if rng.integers(3) == 0 else [0.0, 0.25, 0.3, 0.5, 0.75, 1.0]
    measures = pd.DataFrame(
        {
            "a": rng.choice(numbers, 6),
            "b": rng.choice(numbers, 6),
            "w": rng.integers(1, 5, 6).astype(float),
            "area_ha": rng.choice([1.0, 2.5, 100 / 3], 6),
            "county": ["k", "k", "k", "m", "m", "u5"],
        },
        index=pd.Index(IDS, name="unit_id", dtype="str"),
    )
    part_of = [None, "county"][rng.integers(2)]
    try:
        classified = CLASSIFY.function(measures, rulebook, part_of=part_of)
    except ZoneplanError:
        return small_plan(toy_run, rng)
    claims = classified.table
    zones = measures[["area_ha"]].join(resolve(claims, rulebook)).reset_index()
    steps = Steps()
    steps.put(CLASSIFY, (), classified)
    steps.put(INDICES, (), (measures, {}))
    first = Priority(when="main = 'x' OR b > s", factor=2.0, reason="so")
    quota = Quota(name="land", period=2025, total=40, unit="ha", weight="w", priority=(first,))
    units = toy_run.study.units.model_copy(update={"part_of": part_of})
    study = toy_run.study.model_copy(update={"units": units, "quotas": (quota,)})
    origin = replace(toy_run.origin, whole_rulebook=rulebook, steps=steps)
    return toy_run.having(study=study, rulebook=rulebook, measures=measures, claims=claims, zones=zones, origin=origin)


def judged(plan: Plan, goals: str, values: dict[str, float]) -> list[bool]:
    """Which goals hold, found by the steps of a plan one after the other."""
    rulebook = at(plan, values)
    try:
        zones = resolve(classify(plan.measures, rulebook, part_of=plan.study.units.part_of), rulebook)
    except ZoneplanError:
        return [False] * len(parse_goals(goals))
    return judged_of(plan, goals, zones, rulebook)


def at(plan: Plan, values: dict[str, float]) -> Rulebook:
    own = {name: plan.rulebook.parameters[name].model_copy(update={"value": one}) for name, one in values.items()}
    return replace(plan.rulebook, parameters={**plan.rulebook.parameters, **own})


def judged_of(plan: Plan, goals: str, zones: pd.DataFrame, rulebook: Rulebook) -> list[bool]:
    parsed, amounts = parse_goals(goals), pd.Series(dtype=object)
    refusable = plan.study.quotas[0].locked or plan.measures["b"].isna().any()  # a priority that reads b is unknown
    if "amount" in goals or refusable:
        try:
            rows = allocate(zones, plan.measures, plan.study.quotas, rulebook.values, ["o"])
        except ZoneplanError:
            return [False] * len(parsed)
        amounts = rows.set_index("unit_id")["amount"]
    seen = unit_context(zones, plan.measures, ["o"])
    met = []
    for goal in parsed:
        held = seen.index[goal.condition.evaluate(seen, rulebook.values).yes]
        if goal.kind == "count":
            value: float | Decimal = len(held)
        elif goal.kind == "area_ha":
            value = math.fsum(plan.measures.loc[held, "area_ha"])
        else:
            value = sum(amounts.loc[held], Decimal(0))
        met.append(goal.is_met(value))
    return met


def judged_at(plan: Plan, goals: str, tried: list[dict[str, float]]) -> Iterator[tuple[dict[str, float], list[bool]]]:
    """The same for many values, whose zones :func:`zones_by_variant` gives, which has tests of its own.

    Where some of them make no plan, each has to be worked out alone, and every seventh is.
    """
    try:
        outcomes, codes = zones_by_variant(
            plan.claims, plan.measures, plan.rulebook, pd.DataFrame(tried), plan.study.units.part_of
        )
    except ZoneplanError:
        yield from ((values, judged(plan, goals, values)) for values in tried[::7])
        return
    asked = {name for goal in parse_goals(goals) for name in goal.condition.names}
    asked |= names_asked(plan.study.quotas)
    found: dict[tuple[object, ...], list[bool]] = {}  # by all that goals look at: zones, and the values that they name
    for own, values in zip(codes, tried, strict=True):
        key = (own.tobytes(), *(value for name, value in values.items() if name in asked))
        if key not in found:
            found[key] = judged_of(plan, goals, outcomes.iloc[own].set_axis(plan.measures.index), at(plan, values))
        yield values, found[key]


def goals_of(rng: np.random.Generator, templates: tuple[str, ...]) -> str:
    numbers = [0, 1, 2, 3, 5, 20, 36, 70]
    return " AND ".join(str(rng.choice(templates)).format(rng.choice(numbers)) for _ in range(rng.integers(1, 4)))


def assert_not_beaten(plan: Plan, goals: str, moves: dict[str, tuple[float, float]]) -> Sought:
    found = seek(plan, goals, moves)
    assert [one.met for one in found.goals] == judged(plan, goals, dict(found.values))
    assert all(low <= found.values[name] <= high for name, (low, high) in moves.items())
    own = sum(not one.met for one in found.goals), found.distance
    inside = [[one for one in GRID if low <= one <= high] for low, high in moves.values()]
    tried = [dict(zip(moves, values, strict=True)) for values in itertools.product(*inside)]
    nearer = [one for one in tried if own[0] or away(one, moves) < own[1] - 1e-7]
    if nearer:
        for values, held in judged_at(plan, goals, nearer):
            assert (held.count(False), away(values, moves)) >= (own[0], own[1] - 1e-7), (goals, moves, values, found)
    if found.met:
        assert found.bound == pytest.approx(found.distance, abs=1e-6)
    else:
        assert found.bound is None
    return found


def away(values: dict[str, float], moves: dict[str, tuple[float, float]]) -> float:
    return sum(abs(values[name] - 0.5) / (high - low) for name, (low, high) in moves.items())


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 20))])
def test_no_search_is_beaten_by_brute_force(toy_run: Plan, seed: int) -> None:
    """Ten small plans a seed, 200 in all; every fifth with amounts of a quota, handed out for each cell tried."""
    rng = np.random.default_rng(seed)
    for number in range(examples(10)):
        plan, amounts = small_plan(toy_run, rng), number % 5 == 0
        names = [name for name in ("t", "s") if is_asked(plan, name)]
        if amounts and number:
            names = names[:1]  # two parameters make hundreds of cells: once a seed
        if names:
            spans = [(0.0, 1.0), (-0.1, 0.75), (0.3, 1.2), (0.55, 1.0)]
            moves = {name: spans[rng.integers(len(spans))] for name in names}
            assert_not_beaten(plan, goals_of(rng, GOALS + AMOUNTS if amounts else GOALS), moves)


@pytest.mark.parametrize("seed", range(2))
def test_where_quotas_cannot_be_met_the_next_values_are_found(toy_run: Plan, seed: int) -> None:
    """Each unit of one zone has a part of the quota for sure, so that three of them have more than there is."""
    rng, refused = np.random.default_rng(seed), 0
    for _ in range(8):
        plan = small_plan(toy_run, rng)
        names = [name for name in ("t", "s") if is_asked(plan, name)][:1]
        lock = Lock(when="main = 'y' OR o", amount=15, reason="so")
        quota = plan.study.quotas[0].model_copy(update={"locked": (lock,)})
        other = plan.having(study=plan.study.model_copy(update={"quotas": (quota,)}))
        if names:
            found = assert_not_beaten(other, goals_of(rng, GOALS), {names[0]: (0.0, 1.0)})
            refused += found.refused is not None
            if found.refused is not None and found.met:
                assert found.refused.distance <= found.distance
                assert found.refused.because
    assert refused


def is_asked(plan: Plan, name: str) -> bool:
    from layers.conditions import parse_condition

    return any(name in parse_condition(rule.when).names for rule in plan.rulebook.rules)


def test_the_nearest_values_of_the_toy_are_those_of_a_pencil(toy_run: Plan) -> None:
    """Forest covers 1 of column 1 and 1/2 of column 2, and 1/2 is adopted: just above it the second column goes."""
    found = seek(toy_run, "count(main = 'ecologically_fragile') <= 3", {"fragile_min": (0.0, 1.0)})
    assert found.met
    adopted = toy_run.rulebook.values["fragile_min"]
    assert found.values["fragile_min"] == np.nextafter(0.5, 1.0)
    assert found.distance == found.bound == pytest.approx(0.5 - adopted)
    told = found.as_dict()
    assert (told["met"], told["given_up"]) == (True, [])
    assert told["goals"] == [{"goal": "count(main = 'ecologically_fragile') <= 3", "value": 3, "met": True}]


def test_where_nothing_meets_all_goals_the_fewest_are_given_up(toy_run: Plan) -> None:
    goals = (
        "count(main = 'ecologically_fragile') <= 3 AND count(main = 'ecologically_fragile') >= 6 AND count(a_no) >= 0"
    )
    with pytest.raises(UnknownNameError, match="a_no"):
        seek(toy_run, goals, {"fragile_min": (0.0, 1.0)})
    found = seek(toy_run, goals.rpartition(" AND ")[0], {"fragile_min": (0.0, 1.0)})
    assert not found.met
    assert found.given_up == ("count(main = 'ecologically_fragile') <= 3",)
    assert found.distance == 0.0


def test_an_amount_is_sought_among_cells(toy_run: Plan) -> None:
    quota = toy_run.quotas["quota"].iloc[0]
    everywhere = seek(toy_run, f"amount({quota}, main IS NOT NULL) >= 0", {"fragile_min": (0.0, 1.0)})
    assert (everywhere.met, everywhere.distance) == (True, 0.0)
    nowhere = seek(toy_run, f"amount({quota}, main IS NOT NULL) < 0", {"fragile_min": (0.0, 1.0)})
    assert (nowhere.met, nowhere.values["fragile_min"]) == (False, toy_run.rulebook.values["fragile_min"])


@pytest.mark.parametrize(
    ("goals", "moves", "error", "words"),
    [
        ("many(main)", {"fragile_min": (0, 1)}, StudyError, "cannot be read from 'many(main)' on"),
        ("count(main = 'x') >= 1 OR count(main = 'x') >= 1", {"fragile_min": (0, 1)}, StudyError, "joined by AND"),
        ("count(main = 'x')", {"fragile_min": (0, 1)}, StudyError, "cannot be read"),
        ("count(main =) > 1", {"fragile_min": (0, 1)}, ConditionError, "ends too early"),
        ("amount(main = 'x') > 1", {"fragile_min": (0, 1)}, StudyError, "the name of a quota"),
        ("amount(lend, main = 'x') > 1", {"fragile_min": (0, 1)}, UnknownNameError, "there is no quota 'lend'"),
        ("count(main = 'x') > 1", {"fragile_mi": (0, 1)}, UnknownNameError, "did you mean 'fragile_min'?"),
        ("count(main = 'x') > 1", {"fragile_min": (1, 1)}, StudyError, "is none"),
        ("count(main = 'x') > 1", {}, StudyError, "name the parameters"),
    ],
)
def test_what_cannot_be_sought_is_refused(toy_run: Plan, goals: str, moves: dict, error: type, words: str) -> None:
    with pytest.raises(error) as refused:
        seek(toy_run, goals, moves)
    assert words in str(refused.value)


def test_brackets_and_words_in_texts_do_not_end_a_goal() -> None:
    one, other = parse_goals("""count(main = 'a) AND (b''s' AND (x OR y)) > 1 and amount("my land", x) <= -2.5e1""")
    assert one.condition.text == "main = 'a) AND (b''s' AND (x OR y)"
    assert (other.quota, other.compared, other.number) == ("my land", "<=", Decimal(-25))
