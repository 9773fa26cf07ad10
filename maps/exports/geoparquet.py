"""Units, pieces and sites as GeoParquet, for data tools."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from layers.outputs import GENERATOR, GEOPARQUET, staged


def write_geoparquet(frame: gpd.GeoDataFrame, path: str | Path) -> None:
    """Write units or pieces as GeoParquet 1.1 with a bounding box a row, in the CRS that they have.

    Parameters
    ----------
    frame : GeoDataFrame
        The index becomes the first column.
    path : str or Path
        An older one that zoneplan wrote is replaced when the new one is whole.

    Raises
    ------
    WriteError
        Something else stands there, or the disk is full or not writable.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> index = pd.Index(["a"], name="unit_id")
    >>> units = gpd.GeoDataFrame({"people": [7]}, geometry=[box(0, 0, 200, 100)], index=index, crs="EPSG:3035")
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_geoparquet(units, Path(folder) / "units.parquet")
    ...     gpd.read_parquet(Path(folder) / "units.parquet")[["unit_id", "people"]]
      unit_id  people
    0       a       7
    """
    boxed = "bbox" not in frame.columns  # a column of the user's own of this name stays his
    rows = frame.reset_index()
    rows.attrs = {"generator": GENERATOR}  # stands in the metadata of the file
    with staged(path, GEOPARQUET) as stage:
        rows.to_parquet(stage, index=False, compression="zstd", write_covering_bbox=boxed, schema_version="1.1.0")
