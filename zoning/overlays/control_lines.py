"""Control lines: red line, farmland, growth boundary. Where several claim a piece, the first in law keeps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import compress

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.errors import GeometryError
from layers.phrases import Phrase
from zoning.arguments import at_least, takes
from zoning.rulebook import Rulebook
from zoning.tables import LINES, PIECES, tabulate
from zoning.unit_ids import keep_ids


@takes(pieces=at_least("area_ha", of=PIECES))
@keep_ids()
def settle_lines(pieces: gpd.GeoDataFrame, rulebook: Rulebook) -> gpd.GeoDataFrame:
    """Pieces with the one control line that governs each.

    Parameters
    ----------
    pieces : GeoDataFrame
        From :func:`zoning.overlays.overlay`, at least ``area_ha`` and a boolean column a designation.
    rulebook : Rulebook
        Its ``lines`` in order of precedence, each with the roles that draw it.

    Returns
    -------
    GeoDataFrame
        The pieces with a column ``control_line``: the code of the first line a role of which covers the piece, "" where
        none does. Same index and ``attrs``.

    Raises
    ------
    GeometryError
        The pieces have lost the roles of their designations.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 200, 100)], index=["a"], crs="EPSG:3035")
    >>> farmland = gpd.GeoDataFrame(geometry=[box(0, 0, 150, 100)], crs="EPSG:3035")
    >>> red_line = gpd.GeoDataFrame(geometry=[box(100, 0, 200, 100)], crs="EPSG:3035")
    >>> pieces = zp.overlay(units, {"permanent_farmland": farmland, "red_line": red_line})
    >>> lines = zp.settle_lines(pieces, zp.read_rulebook("main_functional_areas"))
    >>> lines[["area_ha", "permanent_farmland", "red_line", "control_line"]].reset_index(drop=True)
       area_ha  permanent_farmland  red_line        control_line
    0      0.5               False      True            red_line
    1      1.0                True     False  permanent_farmland
    2      0.5                True      True            red_line
    """
    claims = _claims(pieces, rulebook)
    line = np.full(len(pieces), "", dtype=object)
    for code in reversed(claims.columns):
        line[claims[code].to_numpy()] = code
    settled = pieces.assign(control_line=pd.Series(line, index=pieces.index, dtype="str"))
    columns = [column for column in settled.columns if column != "control_line"]
    columns.insert(columns.index("area_ha") + 1, "control_line")
    settled = settled[columns]
    settled.attrs = dict(pieces.attrs)
    return settled


def tabulate_lines(settled: gpd.GeoDataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """The balance of each control line in each unit: hectares claimed and kept, and to which lines the rest went."""
    if "control_line" not in settled.columns:
        raise GeometryError(
            Phrase("these pieces have no column 'control_line'; call settle_lines first"), layer="pieces"
        )
    claims = _claims(settled, rulebook)
    order = {str(code): rank for rank, code in enumerate(claims.columns)}
    rows = [_balance(settled, code, claims[code], order) for code in order]
    return tabulate(LINES, pd.concat(rows) if rows else pd.DataFrame())


def roles_of(pieces: gpd.GeoDataFrame) -> Mapping[str, str]:
    """What each designation of pieces says of the land."""
    roles: Mapping[str, str] | None = pieces.attrs.get("roles")
    if roles is None or not set(roles) <= set(pieces.columns):
        raise GeometryError(
            Phrase(
                "pieces do not say which roles their designations play: attrs['roles'] is missing or names columns "
                "that are not there. A file or a step between has dropped it; set it again: pieces.attrs['roles'] = "
                "{{column: role}}"
            ),
            code="roles",
            layer="pieces",
        )
    return roles


def covered(pieces: gpd.GeoDataFrame, roles: Collection[str]) -> pd.Series:
    """Whether a designation of one of the roles covers each piece."""
    # column by column: several at once would be a table of shapes again
    designations = {name: pieces[name] for name, role in roles_of(pieces).items() if role in roles}
    coverage: pd.Series = pd.DataFrame(designations, index=pieces.index).any(axis=1)
    return coverage


def _claims(pieces: gpd.GeoDataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """Which lines claim which pieces: a boolean column a line, in order of precedence."""
    return pd.DataFrame({line.code: covered(pieces, line.roles) for line in rulebook.lines}, index=pieces.index)


def _balance(settled: gpd.GeoDataFrame, code: str, claimed: pd.Series, order: Mapping[str, int]) -> pd.DataFrame:
    """The rows of one line."""
    land = pd.DataFrame(settled.drop(columns=settled.geometry.name)).loc[claimed]
    hectares = land.groupby(["unit_id", "control_line"])["area_ha"].sum()
    won = hectares.unstack().reindex(columns=list(order))  # noqa: PD010  (a pivot_table takes three times as long)
    by_line, others = won.fillna(0.0), [other for other in order if other != code]
    lost = {f"to_{other}_ha": 0.0 if other == code else by_line[other].to_numpy() for other in list(order)[:-1]}
    return pd.DataFrame(
        {
            "unit_id": won.index,
            "line": code,
            "claimed_ha": land.groupby("unit_id")["area_ha"].sum().to_numpy(),
            "settled_ha": by_line[code].to_numpy(),
            "lost_to": [";".join(compress(others, there)) for there in won[others].notna().to_numpy()],
            **lost,
        }
    )
