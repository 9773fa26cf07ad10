"""Sites on the map: the land that each quota takes, patch by patch, on a grid finer than that of the units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from maps.locale import hectares
from maps.style import site_inks
from maps.web.geometry_encoding import Shapes
from maps.web.page_model import Columns, Site, SiteLayer, SiteRing
from zoning.plan import Plan

FINER = 16
"""Steps of a site's corners in one step of the grid: a site may be a small part of a unit."""


def site_layers(plan: Plan, shapes: Shapes) -> tuple[SiteLayer, ...]:
    """The land that each quota takes; a quota that takes none is left out."""
    inks = site_inks(len(plan.study.quotas))
    found = []
    for place, quota in enumerate(plan.study.quotas):
        rows = plan.sites[(plan.sites["quota"] == quota.name) & (plan.sites["period"] == quota.period)]
        told = plan.sitings[(plan.sitings["quota"] == quota.name) & (plan.sitings["period"] == quota.period)]
        if len(rows):
            units = plan.units.index.get_indexer(rows["unit_id"]).tolist()
            drawn = _on_grid(rows.geometry.to_numpy(), shapes, plan.units.crs)
            sites = [
                Site(unit, round(float(area), 2), _rings(site))
                for unit, area, site in zip(units, rows["area_ha"], drawn, strict=True)
            ]
            found.append(
                SiteLayer(
                    quota=place,
                    colour=inks[place],
                    ha=hectares(rows["area_ha"].sum()),
                    unplaced_ha=hectares(told["unplaced_ha"].clip(lower=0).sum()),
                    sites=Columns(Site, sites),
                )
            )
    return tuple(found)


def _rings(site: shapely.Geometry) -> tuple[SiteRing, ...]:
    rings = shapely.get_rings(shapely.get_parts(site))
    steps = (_stepped(shapely.get_coordinates(ring)[:-1]).T.tolist() for ring in rings)
    return tuple(SiteRing(tuple(x), tuple(y)) for x, y in steps)


def _on_grid(sites: npt.NDArray[np.object_], shapes: Shapes, crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Sites in the working CRS on the finer grid; a plan across the date line has no break."""

    def placed(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return (shapes.plane.placed(points, crs) - (shapes.west, shapes.south)) / shapes.step * FINER

    found: npt.NDArray[np.object_] = shapely.transform(sites, placed)
    return found


def _stepped(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Each corner as the step from the one before; corners that fall together are one."""
    places = np.rint(corners).astype(np.int64)
    apart = np.r_[True, (np.diff(places, axis=0) != 0).any(axis=1)]
    return np.diff(places[apart], axis=0, prepend=0)
