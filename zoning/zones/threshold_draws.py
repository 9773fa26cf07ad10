"""Draws of thresholds: how often units keep their main function where parameters of rules are drawn within ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_condition
from layers.errors import StudyError, UnknownNameError
from layers.phrases import Phrase
from zoning.errors import near
from zoning.rulebook import Rulebook
from zoning.zones.threshold_variants import AT_ONCE, Codes, zones_by_row, zones_by_variant

Range = tuple[float, float]


def is_threshold(rulebook: Rulebook, name: str) -> bool:
    """Whether zones hang on a parameter by conditions of rules alone."""
    before = {rulebook.available_land.steeper_than, *(used for one in rulebook.derived for used in one.names)}
    return name not in before and any(name in parse_condition(rule.when).names for rule in rulebook.rules)


def threshold_range(rulebook: Rulebook, name: str, ends: Sequence[float]) -> Range:
    """The lowest and the highest value that may be drawn of a parameter."""
    if name not in rulebook.parameters:
        known = sorted(rulebook.parameters)
        raise UnknownNameError(
            Phrase("there is no parameter or weight '{name}'{near}", name=name, near=near(name, known)), features=[name]
        )
    own = rulebook.parameters[name].value
    if isinstance(own, (bool, str)):
        raise StudyError(Phrase("parameter '{name}' is {value!r}, no number that could move", name=name, value=own))
    if not is_threshold(rulebook, name):
        raise StudyError(
            Phrase(
                "parameter '{name}' is no threshold of rules for zones: what it moves would have to be worked out "
                "anew for each draw. Compare plans with other values instead (zoneplan compare)",
                name=name,
            )
        )
    return range_of(name, ends)


def range_of(name: str, ends: Sequence[float], least: float = -math.inf) -> Range:
    """Two ends of a range, of which none is below the least, as numbers.

    Examples
    --------
    >>> range_of("share_min", [0, 1])
    (0.0, 1.0)
    """
    given = tuple(map(float, ends))
    if len(given) != 2 or not all(map(math.isfinite, given)) or given[0] > given[1] or given[0] < least:
        raise StudyError(
            Phrase("the range of '{name}' is no lowest and highest number: {ends}", name=name, ends=list(given))
        )
    return given[0], given[1]


def draw_evenly(ranges: Mapping[str, Range], draws: int, seed: int) -> pd.DataFrame:
    """One row a draw, one column a name; a name has the same draws whatever else is drawn.

    Examples
    --------
    >>> one, two = draw_evenly({"a": (0, 1)}, 3, 7), draw_evenly({"b": (5, 6), "a": (0, 1)}, 3, 7)
    >>> bool(one["a"].equals(two["a"])), bool(two["b"].between(5, 6).all())
    (True, True)
    """
    columns = {}
    for name in sorted(ranges):
        (low, high), own = ranges[name], np.random.default_rng([seed, *name.encode()])
        columns[name] = low + (high - low) * own.random(draws)
    return pd.DataFrame(columns, index=pd.RangeIndex(draws))


def draw_mixtures(name: str, opinions: Mapping[str, Mapping[str, float]], draws: int, seed: int) -> pd.DataFrame:
    """Weights between those of several people, all mixtures of them alike; one row a draw, one column a measure.

    Examples
    --------
    >>> drawn = draw_mixtures("fit", {"farmers": {"soil": 0.8, "road": 0.2}, "city": {"soil": 0.3, "road": 0.7}}, 3, 7)
    >>> bool(drawn["soil"].between(0.3, 0.8).all()), drawn.sum(axis=1).round(12).tolist()
    (True, [1.0, 1.0, 1.0])
    """
    table = pd.DataFrame(opinions)
    parts = np.random.default_rng([seed, *name.encode()]).dirichlet(np.ones(len(opinions)), draws)
    return pd.DataFrame(parts @ table.to_numpy(dtype=float).T, columns=table.index)


def kept_in_draws(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    zones: pd.DataFrame,
    drawn: pd.DataFrame,
    part_of: str | None = None,
    moved: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """How often each unit keeps its main function in draws of thresholds and measures, and what it is else."""
    own = zones["main"].sort_index()
    if drawn.columns.empty and not moved:
        return pd.DataFrame({"main": own, "share": 1.0, "other": "", "other_share": 0.0})
    if moved:
        names, mains = _mains_by_draw(claims, measures, rulebook, drawn, moved)
    else:
        outcomes, codes = zones_by_variant(claims, measures, rulebook, drawn, part_of)
        names, code = np.unique(outcomes["main"].to_numpy(dtype=object).astype(str), return_inverse=True)
        mains = code[codes]
    counts = [(mains == place).sum(axis=0) for place in range(len(names))]
    table = pd.DataFrame(dict(zip(names, counts, strict=True)), index=measures.index).reindex(own.index)
    is_own = table.columns.to_numpy()[None, :] == own.to_numpy()[:, None]
    others = table.where(~is_own, 0)
    most = others.max(axis=1).to_numpy()
    return pd.DataFrame(
        {
            "main": own,
            "share": table.where(is_own, 0).sum(axis=1).to_numpy() / len(drawn),
            "other": np.where(most > 0, others.idxmax(axis=1).to_numpy(dtype=object), ""),
            "other_share": most / len(drawn),
        }
    )


def _mains_by_draw(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    drawn: pd.DataFrame,
    moved: Mapping[str, pd.DataFrame],
) -> tuple[npt.NDArray[np.str_], Codes]:
    """The main functions that occur, and the place of that of each unit, draws by units."""
    count, draws = len(measures), len(next(iter(moved.values())).columns)
    size, blocks = max(1, AT_ONCE // max(1, count)), []
    for start in range(0, draws, size):
        here = slice(start, min(start + size, draws))
        own = {name: np.repeat(drawn[name].to_numpy()[here], count) for name in drawn.columns}
        own |= {name: table.to_numpy()[:, here].T.ravel() for name, table in moved.items()}
        rows = np.tile(np.arange(count, dtype=np.int64), here.stop - here.start)
        found = zones_by_row(claims, measures, rulebook, rows, pd.DataFrame(own))
        blocks.append(found["main"].to_numpy(dtype=object).astype(str))
    names, code = np.unique(np.concatenate(blocks), return_inverse=True)
    return names, code.reshape(draws, count)
