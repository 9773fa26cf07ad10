"""Optimal quotas beside plain HiGHS from 3,000 to 1,000,000 units: CPU seconds and gaps, in one process, in turn.

    python benchmarks/quotas.py [--rounds 3] [--smallest 3000] [--largest 1000000] [--patience 60]

The programme is a quota in whole steps: suitability with two decimals, so that there are ties, a ceiling each, a total.
"separable" has a cap for each of 50 jurisdictions beside it, "limits" two groups that overlap and a limit on water as
well. HiGHS gets each as its documentation says is the fastest: one ``passModel`` of arrays by rows, one thread, its own
choice of presolve and method. It is asked twice: "in parts" for the linear programme, whose plan has parts of steps and
no ranges of prices, and "whole" for the same guarantee that zoneplan gives, whole steps within ``GAP`` of the bound.
Where it has no plan after ``--patience`` seconds (its ``time_limit``) the row says so ("> 60"), and it is not asked
again. zoneplan answers with whole steps, the bound that no plan exceeds, ties settled by id, and the prices of all
bounds and rules with their ranges. Gap: how far the value is below the bound; of HiGHS in parts how far its plan is
from whole steps (steps in parts). Medians of the rounds; CPU is what other work on the machine changes least.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable

import highspy
import numpy as np
from highspy._core import _Highs
from turns import Spent, ratio, spent

from zoning.solver import LinearConstraint, Programme, find_best

SIZES = (3_000, 30_000, 100_000, 1_000_000)
PARTS = 50
OURS, IN_PARTS, WHOLE = "zoneplan", "HiGHS in parts", "HiGHS whole"
GAP = 1e-9
"""So near to the bound, relative to the value, zoneplan ends its search for whole steps; so does HiGHS here."""


def programme(count: int, *, limits: bool) -> Programme:
    """A quota of so many units."""
    chance = np.random.default_rng(count)
    upper = chance.integers(1, 200, count)
    total = int(upper.sum() * 0.4)
    part = chance.integers(0, PARTS, count)
    everybody = np.arange(count)
    rows = [LinearConstraint("total", "the total", everybody, np.ones(count), total, total)]
    for place in range(PARTS):
        own = np.flatnonzero(part == place)
        rows.append(
            LinearConstraint(f"within-{place}", "a cap", own, np.ones(len(own)), -np.inf, int(upper[own].sum() * 0.45))
        )
    if limits:
        for place, share in enumerate((0.5, 0.3)):
            own = np.flatnonzero(chance.random(count) < share)
            rows.append(
                LinearConstraint(f"group-{place}", "a group", own, np.ones(len(own)), -np.inf, int(total * share * 0.9))
            )
        water = chance.uniform(0.5, 3.0, count)
        rows.append(
            LinearConstraint("limit-water", "water", everybody, water, -np.inf, float(water.mean() * total * 0.9), "m3")
        )
    return Programme(chance.integers(0, 101, count) / 100, np.zeros(count, dtype=np.int64), upper, tuple(rows))


def plain(asked: Programme, patience: float, *, whole: bool) -> tuple[float, float] | None:
    """The value by plain HiGHS, and how many steps are in parts; None where it does not end in time."""
    solver = _Highs()  # as highspy.Highs, which prints a banner
    for option, value in {
        "output_flag": False,
        "threads": 1,
        "random_seed": 0,
        "time_limit": patience,
        "mip_rel_gap": GAP,
    }.items():
        solver.setOptionValue(option, value)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(asked.gains), len(asked.rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = asked.gains
    model.col_lower_, model.col_upper_ = asked.lower.astype(float), asked.upper.astype(float)
    model.row_lower_ = np.array([row.low for row in asked.rows], dtype=float)
    model.row_upper_ = np.array([row.high for row in asked.rows], dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row.places) for row in asked.rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([row.places for row in asked.rows]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([row.coefficients for row in asked.rows])
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(asked.gains)
    solver.passModel(model)
    solver.run()
    if (status := solver.getModelStatus()) == highspy.HighsModelStatus.kTimeLimit:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise SystemExit(f"HiGHS gave up: {solver.modelStatusToString(status)}")
    amounts = np.array(solver.getSolution().col_value)
    return float(solver.getInfo().objective_function_value), float(np.abs(amounts - np.rint(amounts)).sum())


def ours(asked: Programme) -> tuple[float, float]:
    """The value by zoneplan, and the gap relative to it."""
    best = find_best(asked)
    if best is None:
        raise SystemExit("no plan")
    return best.value, (best.bound - best.value) / best.value


def compare(asked: Programme, rounds: int, patience: float) -> list[str]:
    """The figures of one programme, as cells of the table."""
    calls: dict[str, Callable[[], tuple[float, float] | None]] = {
        OURS: lambda: ours(asked),
        IN_PARTS: lambda: plain(asked, patience, whole=False),
        WHOLE: lambda: plain(asked, patience, whole=True),
    }
    found: dict[str, list[tuple[Spent, tuple[float, float] | None]]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            if not found[name] or found[name][-1][1] is not None:
                found[name].append(spent(call))
    own = statistics.median(one.cpu for one, _ in found[OURS])
    value, gap = found[OURS][-1][1] or (0.0, 0.0)
    cells = [f"{own:.3f}"]
    for name in (IN_PARTS, WHOLE):
        over = "" if found[name][-1][1] is not None else "> "
        rounds_of = [one for one, _ in found[name]]
        seconds = statistics.median(one.cpu for one in rounds_of)
        here = [one for one, _ in found[OURS]][: len(rounds_of)]
        cpu, wall = (ratio(*([one[part] for one in some] for some in (here, rounds_of))) for part in (0, 1))
        cells += [f"{over}{seconds:.3f}", f"{over}{cpu}", f"{over}{wall}"]
    parts, whole = found[IN_PARTS][-1][1], found[WHOLE][-1][1]
    cells.append(f"{gap:.1e}" if gap else "0")
    cells.append("" if whole is None else f"{value / whole[0] - 1:+.0e}" if value != whole[0] else "0")
    return [*cells, "" if parts is None else f"{parts[1]:.2f}"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smallest", type=int, default=SIZES[0])
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="of separable and limited quotas alike")
    parser.add_argument("--patience", type=float, default=60, help="seconds after which plain HiGHS is stopped")
    asked = parser.parse_args()
    print(
        f"| rules | units | {OURS} s | {IN_PARTS} s | ratio | wall | {WHOLE} s | ratio | wall | gap "
        "| value to HiGHS whole | steps in parts |"
    )
    print("|---" * 12 + "|")
    for limits in (False, True):
        for count in (size for size in SIZES if asked.smallest <= size <= asked.largest):
            cells = compare(programme(count, limits=limits), asked.rounds, asked.patience)
            print("| " + " | ".join(["limits" if limits else "separable", f"{count:,}", *cells]) + " |", flush=True)


if __name__ == "__main__":
    main()
