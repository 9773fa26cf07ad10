"""The web map: a plan as a folium map that is saved as one file and opens without a network."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from maps.style import Topology, page_notices, plan_topology
from maps.web.folium_elements import MacroElement, folium
from maps.web.geometry_encoding import EARTH_RADIUS_M, Shapes, encode_block, place_on_grid
from maps.web.map_payload import page_of
from maps.web.offline_page import LIBRARIES, OfflineFigure, Verbatim, marker_icons
from maps.web.page_model import as_json
from maps.web.script_modules import ASSETS, bare, page_script
from zoning.plan import Plan


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
    shapes = place_on_grid(borders or plan_topology(plan.units, plan.pieces), plan.units)
    page = page_of(plan, shapes, language)
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
    plan_map.add_child(_PlanLayer(encode_block(as_json(page), shapes)), name="plan")
    fields = {
        **page.words,
        "title": page.words["map_of"].format(name=page.plan.name),
        "heading": page.plan.name,
        "language": page.language,
        "notices": page_notices(plan, software=True),
    }
    OfflineFigure((ASSETS / "map.html").read_text("utf-8"), fields).add_child(plan_map, name="map")
    return plan_map


class _PlanLayer(MacroElement):  # type: ignore[misc]  # branca has no types
    """The block of the plan, our own scripts and styles, and the call that starts them.

    Parameters
    ----------
    block : str
        See :func:`maps.web.geometry_encoding.encode_block`.
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
