"""Sights: what the conditions of policies see of units, of pieces, and of whole jurisdictions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers import parse_condition
from zoning.conditions import CONTROL_LINE, LIGHTS, ON, is_summed
from zoning.gatherings import mean_by, paths, sum_by
from zoning.indicators import complete_measures
from zoning.lines import covered, roles_of
from zoning.rulebook import Rulebook


@dataclass(frozen=True)
class ConditionContext:
    """What conditions of one scope see, and where an answer holds.

    Attributes
    ----------
    seen : DataFrame
        One row a unit, piece or jurisdiction, which the index names; a column a name that a condition may read.
    places : DataFrame
        The index of ``seen``, once for each place where its answer holds; ``unit_id``, ``piece_id`` ("" for the whole
        unit) and ``inherited_from`` (the jurisdiction that was asked, else "").
    """

    seen: pd.DataFrame
    places: pd.DataFrame

    @cached_property
    def asked(self) -> npt.NDArray[np.intp]:
        """The row of ``seen`` whose answer holds at each place."""
        rows: npt.NDArray[np.intp] = self.seen.index.get_indexer(self.places.index)
        return rows

    @cached_property
    def told(self) -> dict[str, npt.NDArray[np.object_]]:
        """The columns of the places, of whose texts many policies take some."""
        return {str(name): column.to_numpy(dtype=object) for name, column in self.places.items()}


def condition_contexts(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    rulebook: Rulebook,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
    scopes: Collection[str] = ("unit", "piece", "jurisdiction"),
) -> Mapping[str, ConditionContext]:
    """What the conditions of policies see, by scope; parameters and errors are those of :func:`zoning.assign`.

    ``scopes`` says which are wanted; "unit" is always there, the others where there are pieces or jurisdictions.

    Notes
    -----
    Units: measures, amounts of quotas, lights, ``pays`` and ``receives``, ``main``, and a boolean an overlay. A measure
    of the study hides a light of its name. Pieces: all this of their unit, ``control_line`` and ``on_<role>``.
    Jurisdictions, of the lowest level, by their whole path: sums of ``_ha`` and ``quota_``, shares weighted by
    ``area_ha``, lights, ``pays`` and ``receives``, ``jurisdiction``; a sum of which one part is missing is missing.
    """
    units = _units(zones, measures, quotas, lights, flows, rulebook, levels)
    ids = units.index.to_series().astype("str")
    whole = pd.DataFrame({"unit_id": ids, "piece_id": "", "inherited_from": ""}, index=units.index)
    found = {"unit": ConditionContext(units, whole)}
    if "jurisdiction" in scopes and any(level in units.columns for level in levels):
        found["jurisdiction"] = _jurisdictions(units, levels, _around(_regions(units, levels)[1:], lights, flows))
    if "piece" in scopes and pieces is not None:
        found["piece"] = _pieces(units, pieces, rulebook)
    return found


def _units(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    rulebook: Rulebook,
    levels: Sequence[str],
) -> pd.DataFrame:
    known = complete_measures(measures, rulebook, quotas).reindex(zones.index)
    held = zones["overlays"].str.split(";")
    overlays = {code: [code in codes for codes in held] for code in rulebook.codes("overlay")}
    around = _around(_regions(known, levels), lights, flows)
    around = around.drop(columns=[name for name in around.columns if name in known.columns])
    return pd.concat([known, around], axis=1).assign(main=zones["main"], **overlays).rename_axis("unit_id")


def _regions(units: pd.DataFrame, levels: Sequence[str]) -> list[pd.Series]:
    """What a unit can be called in a table of regions: itself first, then its jurisdictions, the nearest first."""
    own = pd.Series(units.index.astype(str), index=units.index, dtype=object)
    return [own, *(units[level].astype(object) for level in reversed(levels) if level in units.columns)]


def _around(regions: Sequence[pd.Series], lights: pd.DataFrame | None, flows: pd.DataFrame | None) -> pd.DataFrame:
    """Lights, and sides of payments."""
    return pd.concat([_lights(regions, lights), _parties(regions, flows)], axis=1)


def _lights(regions: Sequence[pd.Series], lights: pd.DataFrame | None) -> pd.DataFrame:
    """The verdict of the latest period on the region that the unit is, or the nearest that it lies in."""
    index = regions[0].index
    if lights is None or lights.empty:
        columns = {name: pd.Series(pd.NA, index=index, dtype=_dtype(one)) for name, one in LIGHTS.items()}
        return pd.DataFrame(columns, index=index)
    latest = lights.sort_values("period", kind="stable").drop_duplicates("region", keep="last").set_index("region")
    region = pd.Series(pd.NA, index=index, dtype=object)
    for called in reversed(regions):
        region = called.where(called.isin(latest.index), region)
    return pd.DataFrame(
        {name: region.map(latest[name]).astype(_dtype(one)) for name, one in LIGHTS.items()}, index=index
    )


def _dtype(example: object) -> str:
    return "boolean" if isinstance(example, bool) else "Float64"


def _parties(regions: Sequence[pd.Series], flows: pd.DataFrame | None) -> pd.DataFrame:
    """Whether money goes out or comes in; missing where nobody has accounted for it."""
    index = regions[0].index
    columns = {}
    for name, side in (("pays", "payer"), ("receives", "receiver")):
        answer = pd.Series(pd.NA if flows is None else False, index=index, dtype="boolean")
        if flows is not None:
            parties = set(flows[side])
            for called in regions:
                answer |= called.isin(parties)
        columns[name] = answer
    return pd.DataFrame(columns, index=index)


def _pieces(units: pd.DataFrame, pieces: pd.DataFrame, rulebook: Rulebook) -> ConditionContext:
    """Each piece with all that its unit has."""
    land = pieces[pieces["unit_id"].isin(units.index)]
    asked = {name.removeprefix(ON) for name in _names_on_pieces(rulebook) if name.startswith(ON)}
    on = {f"{ON}{role}": covered(land, [role]) for role in sorted({*roles_of(pieces).values(), *asked})}
    seen = units.loc[land["unit_id"]].set_axis(land.index)
    seen = seen.drop(columns=[name for name in (*on, CONTROL_LINE) if name in seen.columns])
    seen = pd.concat([seen, pd.DataFrame({**on, CONTROL_LINE: land[CONTROL_LINE]}, index=land.index)], axis=1)
    ids = land.index.to_series().astype("str")
    places = {"unit_id": land["unit_id"].astype("str"), "piece_id": ids, "inherited_from": ""}
    return ConditionContext(seen.rename_axis("piece_id"), pd.DataFrame(places, index=land.index))


def _names_on_pieces(rulebook: Rulebook) -> set[str]:
    """Every name that a condition on pieces reads; a study need not have a layer of its role."""
    policies = [policy for policy in rulebook.policies if policy.scope == "piece"]
    conditions = (text for policy in policies for text in (policy.when, *(one.when for one in policy.exceptions)))
    return {name for text in conditions for name in parse_condition(text).names}


def _jurisdictions(units: pd.DataFrame, levels: Sequence[str], around: pd.DataFrame) -> ConditionContext:
    """Each jurisdiction with what can be summed up of its units."""
    path = paths(units, levels)
    inside = units[path != ""]
    path = path[path != ""].rename("inherited_from")
    area = inside["area_ha"].astype(float) if "area_ha" in inside else pd.Series(float("nan"), index=inside.index)
    numbers = inside[[name for name in inside.columns if is_summed(str(name))]].select_dtypes("number").astype(float)
    shares = [name for name in numbers.columns if str(name).endswith("_share")]
    columns = {
        str(name): mean_by(column, area, path) if name in shares else sum_by(column, path)
        for name, column in numbers.items()
    }
    lowest = [level for level in levels if level in inside.columns][-1:]
    columns |= {str(name): around[name].reindex(inside.index).groupby(path).first() for name in around.columns}
    index = pd.Index(sorted(set(path)), name="inherited_from")
    seen = pd.DataFrame({name: column.reindex(index) for name, column in columns.items()}, index=index)
    if lowest:
        seen = seen.assign(jurisdiction=inside[lowest[0]].groupby(path).first().reindex(index))
    ids = inside.index.to_series().astype("str")
    places = pd.DataFrame({"unit_id": ids, "piece_id": "", "inherited_from": path}).set_index(path)
    return ConditionContext(seen, places)
