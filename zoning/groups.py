"""Groups of a quota: which units belong to each, and the tree that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd

from layers import Group, Quota, StudyError
from zoning.apportionment import counted_ids
from zoning.families import CrossingError, GroupTree, group_tree
from zoning.steps import UNLIMITED
from zoning.weights import Values, rows_meeting, unit_context


def groups_of(
    quota: Quota,
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    parameters: Values | None = None,
    overlays: Iterable[str] = (),
) -> pd.DataFrame:
    """The units of each group of a quota.

    Parameters, and errors about units and conditions, are those of :func:`zoning.allocate`.

    Returns
    -------
    DataFrame of bool
        Index ``unit_id``, sorted; one column a group, numbered from 0 as the plan lists them.

    Examples
    --------
    >>> from layers import Group
    >>> unit = pd.Index(["a", "b"], name="unit_id")
    >>> zones = pd.DataFrame({"main": ["ecologically_fragile", "general"], "overlays": ""}, index=unit)
    >>> fragile = Group(when="main = 'ecologically_fragile'", max_pct=5)
    >>> quota = Quota(name="land", period=2025, total=20, unit="ha", weight="people", groups=(fragile,))
    >>> groups_of(quota, zones, pd.DataFrame(index=unit))[0].to_dict()
    {'a': True, 'b': False}
    """
    return members_of(quota, unit_context(zones, measures, overlays), parameters)


def group_family(quota: Quota, seen: pd.DataFrame, parameters: Values | None, total: int) -> GroupTree:
    """The tree of the groups with the least and the most of each in whole steps.

    Parameters
    ----------
    quota : Quota
    seen : DataFrame
        From :func:`zoning.weights.see`.
    parameters : mapping of str to number, bool or str, optional
    total : int
        Steps that are handed out.

    Raises
    ------
    StudyError
        Two groups cross: each has units that the other does not have, and both have some in common.
    """
    members = members_of(quota, seen, parameters)
    try:
        family, nodes = group_tree([members[place].to_numpy() for place in members.columns], len(seen))
    except CrossingError as crossing:
        one, other = crossing.args
        both = seen.index[(members[one] & members[other]).to_numpy()]
        raise StudyError(
            f'the groups "{quota.groups[one].when}" and "{quota.groups[other].when}" cross: they share '
            f"{counted_ids(both)}, and each has others beside; make one part of the other, keep them apart, or "
            'use by = "optimal", which takes any groups',
            code="crossing_groups",
            features=sorted(both),
        ) from None
    lows, highs = list(family.lows), list(family.highs)
    for group, node in zip(quota.groups, nodes, strict=True):
        lows[node], highs[node] = group_reach(group, total)
    return replace(family, lows=tuple(lows), highs=tuple(highs))


def group_reach(group: Group, total: int) -> tuple[int, int]:
    """The least and the most steps of a group out of a total; the least rounded up, the most down."""
    least = -(-total * Fraction(group.min_pct or 0) // 100)
    return least, UNLIMITED if group.max_pct is None else int(total * Fraction(group.max_pct) // 100)


def members_of(quota: Quota, seen: pd.DataFrame, parameters: Values | None) -> pd.DataFrame:
    """The units of each group, from what :func:`zoning.weights.see` returns: one boolean column a group."""
    columns = {place: rows_meeting("group", group.when, seen, parameters) for place, group in enumerate(quota.groups)}
    return pd.DataFrame(columns, index=seen.index, dtype=np.bool_)
