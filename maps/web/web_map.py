"""The web map: a plan as a folium map that is saved as one file and opens without a network."""

from __future__ import annotations

import json
from typing import Any

import folium
import numpy as np
from branca.element import MacroElement

from layers import uncollected, unpooled
from maps.contents import map_payload_of
from maps.offline import LIBRARIES, OfflineFigure, Verbatim, as_script, marker_icons
from maps.packing import EARTH_RADIUS_M, Shapes, encode_shapes, simplified_shapes
from maps.pages import ASSETS
from maps.site_layers import site_layers
from zoning import Plan

SCRIPTS = (
    "block",
    "shapes",
    "pens",
    "sites",
    "marks",
    "names",
    "canvas",
    "nodes",
    "payments",
    "uses",
    "layers",
    "card",
    "summary",
    "table",
    "page",
)
"""Our own scripts, in the order in which they need one another."""


@uncollected()
@unpooled()
def draw(plan: Plan, language: str | None = None) -> folium.Map:
    """A plan as an interactive map.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    language : {"en", "zh"}, optional
        Of all that the map says; by default the plan's own. Texts of the rulebook fall back to English.

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
    >>> from layers import builtin_study, read_study
    >>> from zoning import run
    >>> plan_map = draw(run(read_study(builtin_study("us_mountain_west"))))
    >>> page = plan_map.get_root().render()
    >>> "<script src=" in page or "<link " in page
    False
    """
    said = map_payload_of(plan, language)
    shapes = simplified_shapes(plan.units, plan.pieces)
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
    language, words = said["language"], said["words"]
    fields = {**words, "title": words["map_of"].format(name=said["plan"]["name"]), "language": language}
    skeleton = (ASSETS / "map.html").read_text("utf-8")
    OfflineFigure(skeleton, {**fields, "heading": said["plan"]["name"]}).add_child(plan_map, name="map")
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
        style = _bare((ASSETS / "map.css").read_text("utf-8"))
        page.header.add_child(Verbatim(f"<style>\n{style}</style>", "plan_style"), name="plan_style")
        page.header.add_child(Verbatim(f"<script>\n{_scripts()}</script>", "plan_scripts"), name="plan_scripts")
        block = f'<script type="text/plain" id="zoneplan-block">{self._block}</script>'
        page.html.add_child(Verbatim(block, "plan_block"), name="plan_block")
        start = f"zoneplan.open({self._parent.get_name()}, {json.dumps(marker_icons(), sort_keys=True)});"
        page.script.add_child(Verbatim(start, "plan_start"), name="plan_start")


def _scripts() -> str:
    """Our own scripts in one scope, of which only ``zoneplan`` can be seen."""
    texts = [_bare((ASSETS / f"{name}.js").read_text("utf-8")) for name in SCRIPTS]
    return as_script("\n".join(['const zoneplan = (() => {\n"use strict";', *texts, "return { open };\n})();\n"]))


def _bare(text: str) -> str:
    """A script or style without indentation, empty lines and lines of comment: a sixth smaller, yet readable."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _centre(shapes: Shapes) -> list[float]:
    """Latitude and longitude of the middle of the plan, so that the map stands right before its script runs."""
    x, y = shapes.labels.mean(axis=0) * shapes.step + (shapes.west, shapes.south)
    return [
        round(float(np.degrees(np.arctan(np.sinh(y / EARTH_RADIUS_M)))), 4),
        round(float(np.degrees(x / EARTH_RADIUS_M)), 4),
    ]
