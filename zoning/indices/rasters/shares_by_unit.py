"""Which part of each unit has which grade of a raster."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.crs import project, working_crs
from layers.errors import SourceError
from layers.phrases import Phrase
from layers.raster import cut_tracts
from zoning.indices.accessibility import refuse_no_geometry
from zoning.indices.rasters.grids import AnyRaster, file_raster

MOST_GRADES = 100


def grade_shares(raster: AnyRaster, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """The share of each unit's land that has each grade of a raster.

    Parameters
    ----------
    raster : path or dataset
        A GeoTIFF of grades, such as :func:`zoning.indices.raster_by_cells` writes.
    units : GeoDataFrame
        Polygons in any CRS.

    Returns
    -------
    DataFrame of float
        Index of the units, one column a grade, in rising order; shares of the unit's whole area. Land without a grade
        is in none of them.

    Raises
    ------
    SourceError
        It is no GeoTIFF, or has more than 100 values and so no grades.
    CrsError
        The units have no CRS.
    GeometryError
        A unit has no geometry.

    Notes
    -----
    Cells that lie partly in a unit count with the exact part, and with their true area. In a plan the same is a measure
    of the raster's layer: ``share(value = 1)``.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd, xarray as xr
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> slopes = xr.DataArray([[2.0, 30.0]] * 2, {"y": [150, 50], "x": [50, 150]}, attrs={"crs": "EPSG:3035"})
    >>> units = gpd.GeoDataFrame(index=["a"], geometry=[box(0, 0, 150, 200)], crs="EPSG:3035")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     graded = zp.indices.raster_by_cells(
    ...         {"slope": slopes}, lambda cells: zp.indices.grade(cells["slope"], [25], [1, 5]), f"{folder}/grade.tif"
    ...     )
    ...     zp.indices.grade_shares(graded, units).round(4).to_dict()
    {1.0: {'a': 0.6667}, 5.0: {'a': 0.3333}}
    """
    grades = file_raster(raster, "grades")
    if grades is None:
        raise SourceError(Phrase("shares of grades are taken of a GeoTIFF: write the grades to one first"), code="kind")
    refuse_no_geometry(units, "units")
    placed = project(units.geometry.to_frame(), working_crs(units))
    hectares = placed.geometry.area.to_numpy() / 1e4
    found: dict[float, np.ndarray] = {}
    for tract in cut_tracts(placed, grades, ["value"]):
        for (grade, land), area in tract.dropna(subset="value").groupby(["value", "land"])["area_ha"].sum().items():
            found.setdefault(float(grade), np.zeros(len(units)))[land] += area
        if len(found) > MOST_GRADES:
            raise SourceError(
                Phrase("the raster has more than {most} values, and so no grades; grade it first", most=MOST_GRADES),
                code="grades",
            )
    return pd.DataFrame({grade: found[grade] / hectares for grade in sorted(found)}, index=units.index)
