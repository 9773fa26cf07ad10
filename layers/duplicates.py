"""Duplicates: features that a file holds twice, to the last column. They are told of and stay as they are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.ledger import entries


def note_duplicates(features: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """Ledger rows for features whose shape and columns are those of a feature before; nothing is changed.

    Parameters
    ----------
    features : GeoDataFrame
        Index: ids as text.
    name : str
        Name of the layer.

    Returns
    -------
    DataFrame
        A row for each feature but the first of those that are the same.

    Examples
    --------
    >>> plants = gpd.GeoDataFrame({"mw": [5, 5, 7]}, geometry=[shapely.Point(0, 0)] * 3, index=["1", "2", "3"])
    >>> note_duplicates(plants, "plants")["feature"].tolist()
    ['2']
    """
    alike = pd.DataFrame(shapely.bounds(np.asarray(features.geometry.array))).duplicated(keep=False).to_numpy()
    if not alike.any():
        return entries(name, [], "duplicate", "")
    same = features[alike].sort_index(kind="stable")  # which of two is told must not hang on the order of rows
    shapes = shapely.to_wkb(np.asarray(same.geometry.array))
    columns = same.drop(columns=same.geometry.name).astype(str)
    contents = zip(*(column.tolist() for _, column in columns.items()), shapes, strict=True)
    ids = columns.index.tolist()
    first: dict[tuple[object, ...], int] = {}
    again = [(ids[at], ids[first[row]]) for at, row in enumerate(contents) if first.setdefault(row, at) != at]
    actions = [
        "kept: the file holds it more than once under this id, with the same shape and columns, and each one counts"
        if one == other
        else f"kept: its shape and its columns are those of '{other}', and both count"
        for one, other in again
    ]
    return entries(name, [one for one, _ in again], "duplicate", actions)
