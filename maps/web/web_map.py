"""The web map: a plan as a folium map that is saved as one file and opens without a network, sites included."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.crs import way_between
from layers.errors import escape_hidden
from maps.locale import catalogue, hectares
from maps.style import Topology, page_notices, plan_topology, site_inks
from maps.web.folium_elements import MacroElement, folium
from maps.web.geometry_encoding import EARTH_RADIUS_M, HIGHEST_LATITUDE, Shapes, encode_shapes, place_on_grid
from maps.web.map_payload import map_payload_of
from maps.web.offline_page import LIBRARIES, OfflineFigure, Verbatim, marker_icons
from maps.web.script_modules import ASSETS, bare, page_script
from zoning.plan import Plan

FINER = 16
"""Steps of a site's corners in one step of the grid: a site may be a small part of a unit."""


def site_layers(plan: Plan, shapes: Shapes) -> list[dict[str, Any]]:
    """The land that each quota takes, ready for JSON; a quota that takes none is left out.

    Parameters
    ----------
    plan : Plan
    shapes : Shapes
        Of the same plan, see :func:`maps.packing.shape`: sites stand on its grid.

    Returns
    -------
    list of dict
        ``quota`` (its place in the study), ``colour``, ``ha``, ``unplaced`` (hectares), and for each site ``units``
        (place of its unit), ``areas`` (hectares) and ``rings``: columns and rows of the corners in 16ths of the grid's
        steps, each as the step from the one before.
    """
    inks = site_inks(len(plan.study.quotas))
    found = []
    for place, quota in enumerate(plan.study.quotas):
        rows = plan.sites[(plan.sites["quota"] == quota.name) & (plan.sites["period"] == quota.period)]
        told = plan.sitings[(plan.sitings["quota"] == quota.name) & (plan.sitings["period"] == quota.period)]
        if len(rows):
            found.append(
                {
                    "quota": place,
                    "name": escape_hidden(quota.name),
                    "period": quota.period,
                    "colour": inks[place],
                    "ha": hectares(rows["area_ha"].sum()),
                    "unplaced": hectares(told["unplaced_ha"].clip(lower=0).sum()),
                    "units": plan.units.index.get_indexer(rows["unit_id"]).tolist(),
                    "areas": [round(float(area), 2) for area in rows["area_ha"]],
                    "rings": [_rings(site) for site in _on_grid(rows.geometry.to_numpy(), shapes, plan.units.crs)],
                }
            )
    return found


def _rings(site: shapely.Geometry) -> list[list[int]]:
    """The rings of a site, flat: x, y of the first corner, then the steps."""
    rings = shapely.get_rings(shapely.get_parts(site))
    return [_stepped(shapely.get_coordinates(ring)[:-1]).ravel().tolist() for ring in rings]


def _on_grid(sites: npt.NDArray[np.object_], shapes: Shapes, crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Sites in the working CRS on the finer grid; a plan across the date line has no break."""
    to = way_between(crs, pyproj.CRS("EPSG:4326"))
    around = 2 * np.pi * EARTH_RADIUS_M
    margin = 0.01 * around  # sites do not lie beyond the units, but for what the grid was rounded by

    def placed(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lon, lat = to.transform(points[:, 0], points[:, 1])
        kept = np.radians(np.clip(lat, -HIGHEST_LATITUDE, HIGHEST_LATITUDE))
        x = (EARTH_RADIUS_M * np.radians(lon) - shapes.west + margin) % around - margin
        y = EARTH_RADIUS_M * np.arctanh(np.sin(kept)) - shapes.south
        return np.column_stack([x, y]) / shapes.step * FINER

    found: npt.NDArray[np.object_] = shapely.transform(sites, placed)
    return found


def _stepped(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Each corner as the step from the one before; corners that fall together are one."""
    places = np.rint(corners).astype(np.int64)
    apart = np.r_[True, (np.diff(places, axis=0) != 0).any(axis=1)]
    return np.diff(places[apart], axis=0, prepend=0)


def draw(plan: Plan, language: str = "en", *, borders: Topology | None = None) -> folium.Map:
    """A plan as an interactive map.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    language : str, optional
        "en", "zh", or another one that there is a catalogue of.
    borders : Topology, optional
        Of the plan, where another page has them already.

    Returns
    -------
    folium.Map
        Its ``save`` writes one file that asks no server for anything. It shows itself in a notebook, and takes further
        folium layers; those that load something (tiles, a plugin's script) do so in the saved file, too.

    Raises
    ------
    ZoneplanError
        The language is not known.

    Notes
    -----
    What the plan says is packed into one block that a script reads; no name or value passes through a template.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> plan_map = zp.draw(plan)
    >>> page = plan_map.get_root().render()
    >>> "<script src=" in page or "<link " in page
    False
    """
    said = map_payload_of(plan, language)
    shapes = place_on_grid(borders or plan_topology(plan.units, plan.pieces), plan.units)
    plan_map = folium.Map(
        location=_centre(shapes),
        zoom_start=5,
        tiles=None,
        zoom_snap=0.25,
        zoom_delta=0.75,
        wheel_px_per_zoom_level=90,
        min_zoom=1,
        zoom_control=False,
    )
    plan_map._id = "plan"  # noqa: SLF001  (folium's ids are random; the same plan gives the same bytes)
    plan_map.default_js = [link for link in folium.Map.default_js if link[0] in LIBRARIES]
    plan_map.default_css = [("leaflet_css", dict(folium.Map.default_css)["leaflet_css"])]
    plan_map.add_child(
        _PlanLayer(
            encode_shapes(shapes, said | {"sites": site_layers(plan, shapes), "undrawn": shapes.undrawn.tolist()})
        ),
        name="plan",
    )
    language, told = said["language"], catalogue("map", said["language"])
    fields = {**told, "title": told["map_of"].format(name=said["plan"]["name"]), "language": language}
    skeleton = (ASSETS / "map.html").read_text("utf-8")
    fields |= {"heading": said["plan"]["name"], "notices": page_notices(plan, software=True)}
    OfflineFigure(skeleton, fields).add_child(plan_map, name="map")
    return plan_map


class _PlanLayer(MacroElement):  # type: ignore[misc]  # branca has no types
    """The block of the plan, our own scripts and styles, and the call that starts them.

    Parameters
    ----------
    block : str
        See :func:`maps.packing.pack`.
    """

    def __init__(self, block: str) -> None:
        super().__init__()
        self._name, self._id = "PlanLayer", "plan"
        self._block = block

    def render(self, **_: Any) -> None:
        """Put all of it on the page of the map."""
        page = self.get_root()
        style = bare((ASSETS / "map.css").read_text("utf-8"))
        page.header.add_child(Verbatim(f"<style>\n{style}</style>", "plan_style"), name="plan_style")
        page.header.add_child(Verbatim(f"<script>\n{page_script()}</script>", "plan_scripts"), name="plan_scripts")
        block = f'<script type="text/plain" id="zoneplan-block">{self._block}</script>'
        page.html.add_child(Verbatim(block, "plan_block"), name="plan_block")
        start = f"zoneplan.open({self._parent.get_name()}, {json.dumps(marker_icons(), sort_keys=True)});"
        page.script.add_child(Verbatim(start, "plan_start"), name="plan_start")


def _centre(shapes: Shapes) -> list[float]:
    """Latitude and longitude of the middle of the plan, so that the map stands right before its script runs."""
    x, y = shapes.labels.mean(axis=0) * shapes.step + (shapes.west, shapes.south)
    return [
        round(float(np.degrees(np.arctan(np.sinh(y / EARTH_RADIUS_M)))), 4),
        round(float(np.degrees(x / EARTH_RADIUS_M)), 4),
    ]
