"""The web map: a plan as a folium map that is saved as one file and opens without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple, overload

import geopandas as gpd

from layers.errors import ZoneplanError, escape_hidden
from layers.phrases import Phrase
from maps.drawing import Neighbourhood, Surrounded, Topology, font_faces, page_notices, plan_topology, theme_css
from maps.web.geometry_encoding import Integers, PlaneName, Shapes, encode_block, ground_of, place_on_grid
from maps.web.map_payload import compared_page, measure_columns, page_of
from maps.web.offline_page import (
    LIBRARIES,
    Layer,
    LayerControl,
    MacroElement,
    Map,
    OfflineFigure,
    Verbatim,
    bare,
    marker_icons,
    page_script,
    tile_layer,
)
from maps.web.page_model import Page, as_json
from maps.web.plan_model import plan_model
from maps.web.table_page import TableLook, drawn_table, table_content, table_page
from maps.words import localize
from zoning.plan import Plan
from zoning.whatif import Comparison, Robustness, robustness_of

ASSETS = Path(__file__).parent / "src"
PLANE = "ZoneplanPlane"
"""The name under which Leaflet finds the CRS of the map."""


class PlacedPage(NamedTuple):
    """A page in one projection: what it says, its shapes, and its other numbers in the order of the block."""

    page: Page
    shapes: Shapes
    numbers: tuple[Integers, ...]


@overload
def draw(
    plan: Plan,
    language: str = "en",
    *,
    projection: PlaneName | None = None,
    borders: Topology | None = None,
    near: Neighbourhood | None = None,
) -> Map: ...
@overload
def draw(plan: Comparison | Robustness, language: str = "en", *, projection: PlaneName | None = None) -> Map: ...
@overload
def draw(
    plan: gpd.GeoDataFrame,
    language: str = "en",
    *,
    by: str | None = None,
    name: str | None = None,
    title: str | None = None,
    palette: Mapping[Any, str] | Sequence[str] | None = None,
    tooltip: Sequence[str] = (),
    notes: Sequence[str] = (),
    projection: PlaneName | None = None,
) -> Map: ...
def draw(
    plan: Plan | Comparison | Robustness | gpd.GeoDataFrame,
    language: str = "en",
    *,
    by: str | None = None,
    name: str | None = None,
    title: str | None = None,
    palette: Mapping[Any, str] | Sequence[str] | None = None,
    tooltip: Sequence[str] = (),
    notes: Sequence[str] = (),
    projection: PlaneName | None = None,
    borders: Topology | None = None,
    near: Neighbourhood | None = None,
) -> Map:
    """A plan, a comparison of two, or any table of polygons, as an interactive map.

    Parameters
    ----------
    plan : Plan, Comparison, Robustness or GeoDataFrame
        A plan just made, or read back from a run folder; what :func:`zoneplan.compare` found, of which the second plan
        is drawn with a swipe to the first and a layer of what differs; what :func:`zoneplan.robustness` found, of which
        the plan is drawn, with the share of draws in which a unit is what it is as a measure to colour by; or a table
        of polygons in any CRS.
    language : str, optional
        "en", "zh", or another one that there is a catalogue of.
    by : str, optional
        Of a table: the column that its polygons are filled by. Numbers are parted into classes; of anything else the
        twelve most frequent values have a fill each, and the others one together. If not given, all have one fill.
    name : str, optional
        Of a table: the column of their names; if not given, the one that is called "name", else the index.
    title : str, optional
        Of a table: what the map is called; if not given, the column that its polygons are filled by.
    palette : mapping of value to colour, or sequence of colours, optional
        Of a table that is filled by texts: their colours, such as ``{"farm": "#E3C24B"}``, or in the order of the
        legend. Values without one have one of ours.
    tooltip : sequence of str, optional
        Of a table: columns whose values stand beside the pointer; if not given, the one that it is filled by.
    notes : sequence of str, optional
        Of a table: sentences on all of it, which stand in the overview.
    projection : {"equal_area", "mercator"}, optional
        That of the plan, or the web's Mercator projection; if not given, Mercator's where tiles or other pictures
        stand on the map.
    borders : Topology, optional
        Of the plan, where another page has them already.
    near : Neighbourhood, optional
        The same.

    Returns
    -------
    folium.Map
        Its ``save`` writes one file that asks no server for anything. It shows itself in a notebook, and takes further
        folium layers; those that load something (tiles, a plugin's script) do so in the saved file, too.

    Raises
    ------
    ZoneplanError
        The language or the projection is not known; a table has no rows; a colour is none; an argument is not for what
        is drawn; when the map is saved, pictures stand on a map of equal area.

    UnknownNameError
        A table has no such column, or the column no such value.
    CrsError
        A table has no CRS.
    GeometryError
        A table has no polygons.

    Notes
    -----
    A table is shown on the same page, without what only a plan has. Rows without a polygon are left out, and the page
    says how many. Polygons may lie on others; the smaller lie above.

    Tiles that the plan names lie under it, but for a map that was asked to be of equal area.

    A ``folium.LayerControl`` that is added to the map lists the layers of the plan with those that were added.

    Folium's layers are given in longitude and latitude as ever; in both projections they lie where they belong.

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
    if projection not in {None, "equal_area", "mercator"}:
        raise ZoneplanError(
            Phrase('there is no projection \'{projection}\': say "equal_area" or "mercator".', projection=projection)
        )
    compared = plan if isinstance(plan, Comparison) else None
    if isinstance(plan, Comparison):
        plan = plan.after
    elif isinstance(plan, Robustness):
        plan = plan.measured
    elif isinstance(plan, Plan):
        drawn = robustness_of(plan)
        plan = plan if drawn is None else drawn.measured
    table = None if isinstance(plan, Plan) else plan
    look = TableLook(by, name, title, palette, tooltip, notes)
    if table is None and look != TableLook():
        raise ZoneplanError(
            Phrase("'by', 'name', 'title', 'palette', 'tooltip' are for columns of a table; a plan has its own views.")
        )
    if table is not None and (borders is not None or near is not None):
        raise ZoneplanError(Phrase("'borders' and 'near' are those of a plan; a table has its own."))
    placing = (
        _placed_plan(plan, language, borders, near or Neighbourhood(plan), compared)
        if table is None
        else _placed_table(table, language, look)
    )
    layer = _PlanLayer(placing, projection)
    page = layer.page
    plan_map = Map(
        location=layer.centre,
        zoom_start=5,
        tiles=None,
        zoom_snap=0.02,
        zoom_delta=0.75,
        wheel_px_per_zoom_level=90,
        min_zoom=1,
        zoom_control=False,
    )
    plan_map._id = "plan"  # noqa: SLF001  (folium's ids are random; the same plan gives the same bytes)
    plan_map.default_js = [link for link in Map.default_js if link[0] in LIBRARIES]
    plan_map.default_css = [("leaflet_css", dict(Map.default_css)["leaflet_css"])]
    plan_map.add_child(layer, name="plan")
    titles: list[str] = []
    for position, (key, layer_title) in enumerate(_switched(page)):
        titles.append(layer_title)
        count = titles.count(layer_title)
        distinct_title = layer_title if count == 1 else f"{layer_title} ({count})"  # the control goes by titles
        plan_map.add_child(_LayerSwitch(position, key, distinct_title), name=f"switch_{position}")
    tiles = plan.study.map.tiles if table is None else None
    if tiles is not None and projection != "equal_area":
        plan_map.add_child(tile_layer(tiles, escape(escape_hidden(plan.study.map.attribution))), name="tiles")
    fields = {
        **page.words,
        "title": page.words["map_of"].format(name=page.plan.name) if table is None else page.plan.name,
        "heading": page.plan.name,
        "language": page.language,
        "notices": page_notices(plan if table is None else None, software=True, language=page.language),
    }
    OfflineFigure((ASSETS / "map.html").read_text("utf-8"), fields, layer.settle).add_child(plan_map, name="map")
    return plan_map


def write_map(plan: Plan, path: Path, language: str, borders: Topology, near: Neighbourhood) -> None:
    """Write the map of a plan, and let go of all that it was drawn from.

    The parts of a folium map refer to each other in rings, which Python would take apart much later: until then the
    page of a large plan would take hundreds of megabytes.
    """
    drawn = draw(plan, language, borders=borders, near=near)
    drawn.save(str(path))
    for part in (drawn.get_root(), *drawn._children.values(), drawn):  # noqa: SLF001  (folium shows its children in no other way)
        vars(part).clear()


def _placed_plan(
    plan: Plan, language: str, borders: Topology | None, near: Neighbourhood, compared: Comparison | None
) -> Callable[[PlaneName], PlacedPage]:
    """What puts the page of a plan into a projection, with what differs from another plan."""
    topology = borders or plan_topology(plan.units, plan.pieces)
    recomputed = plan_model(localize(plan, language)) if compared is None else None

    columns = measure_columns(plan)
    steps = {column.name: column.steps for column in columns}

    def placed_page(plane: PlaneName) -> PlacedPage:
        shapes = place_on_grid(topology, plan.units, plane)
        ground = ground_of(near, shapes, topology.outline, language)
        page = page_of(plan, shapes, language, ground.model, recomputed and recomputed.model, columns)
        page = page if compared is None else compared_page(page, compared)
        shown = (steps[measure.name] for measure in page.measures)
        exact = recomputed.numbers if recomputed else ()
        return PlacedPage(page, shapes, (*ground.numbers, *shown, *exact))

    return placed_page


def _placed_table(table: gpd.GeoDataFrame, language: str, look: TableLook) -> Callable[[PlaneName], PlacedPage]:
    """What puts the page of a table into a projection."""
    drawn = drawn_table(table)
    content = table_content(table, drawn, look, language)
    near = Neighbourhood(Surrounded(drawn.units))

    def placed_page(plane: PlaneName) -> PlacedPage:
        shapes = place_on_grid(drawn.topology, drawn.units, plane)
        ground = ground_of(near, shapes, drawn.outline, language)
        page = table_page(content, shapes, language, ground.model)
        return PlacedPage(page, shapes, (*ground.numbers, *content.numbers))

    return placed_page


def _switched(page: Page) -> Iterator[tuple[str, str]]:
    """The layers of a plan that a control of layers turns on and off: what the page calls each, and its title."""
    words = page.words
    yield "zones", words["opacity"]
    yield from ((f"line {line.code}", line.title) for line in page.lines if line.pieces)
    yield from (
        (f"designation {designation.name}", designation.title)
        for designation in page.designations
        if designation.pieces
    )
    for site in page.sites:
        quota = page.quotas[site.quota]
        yield f"sites {site.quota}", f"{quota.title}, {quota.period}"
    if page.table is None:
        yield "jurisdictions", words["jurisdictions"]
    yield "names", words["names"]


@cache
def map_scripts() -> str:
    """The scripts of the map, joined once in a process."""
    return page_script(ASSETS)


class _LayerSwitch(Layer):  # type: ignore[misc]  # folium has no types
    """A layer of the plan in folium's control of layers; nothing on a map that has no such control."""

    def __init__(self, position: int, key: str, title: str) -> None:
        super().__init__(escape(title), overlay=True, show=False)  # Leaflet takes names for HTML
        self._name, self._id, self._key = "PlanSwitch", str(position), key

    def render(self, **_: Any) -> None:
        """Put the switch on the page, if the map has a control of layers."""
        if any(isinstance(child, LayerControl) for child in self._parent._children.values()):  # noqa: SLF001  (folium shows its children in no other way)
            key = json.dumps(self._key).replace("<", "\\u003c")
            script = f"var {self.get_name()} = zoneplan.switchOf({key});"
            self.get_root().script.add_child(Verbatim(script, self.get_name()), name=self.get_name())


class _PlanLayer(MacroElement):  # type: ignore[misc]  # branca has no types
    """The block of the plan, our own scripts and styles, and the call that starts them."""

    def __init__(self, placing: Callable[[PlaneName], PlacedPage], projection: PlaneName | None) -> None:
        super().__init__()
        self._name, self._id = "PlanLayer", "plan"
        self._placing, self._projection = placing, projection
        self._plane_name: PlaneName = projection or "equal_area"
        self._placed = placing(self._plane_name)

    @property
    def page(self) -> Page:
        """The page in the projection of the moment."""
        return self._placed.page

    @property
    def centre(self) -> list[float]:
        """Latitude and longitude of the middle of the plan, so that the map stands right before its script runs."""
        shapes = self._placed.shapes
        middle = shapes.labels.mean(axis=0, keepdims=True) * shapes.step + (shapes.west, shapes.south)
        ((lon, lat),) = shapes.plane.degrees(middle)
        return [round(float(lat), 4), round(float(lon), 4)]

    def settle(self, *, pictures: bool) -> None:
        """Choose the projection: tiles and other pictures are in the web's Mercator projection."""
        if pictures and self._projection == "equal_area":
            raise ZoneplanError(
                Phrase(
                    "tiles and pictures are in the web's Mercator projection, and this map was asked to be of equal "
                    "area. Leave 'projection' out, or say projection=\"mercator\"."
                )
            )
        name: PlaneName = "mercator" if pictures else self._projection or "equal_area"
        if name != self._plane_name:
            self._plane_name = name
            self._placed = self._placing(name)
        self._parent.crs = "EPSG3857" if name == "mercator" else PLANE

    def render(self, **_: Any) -> None:
        """Put all of it on the page of the map."""
        page = self.get_root()
        style = font_faces() + theme_css() + bare((ASSETS / "map.css").read_text("utf-8"))
        scripts = map_scripts()
        if self._plane_name == "equal_area":
            scripts += f"L.CRS.{PLANE} = zoneplan.equalArea({as_json(self.page.grid.projection)});\n"
        page.header.add_child(Verbatim(f"<style>\n{style}</style>", "plan_style"), name="plan_style")
        page.header.add_child(Verbatim(f"<script>\n{scripts}</script>", "plan_scripts"), name="plan_scripts")
        packed = encode_block(as_json(self.page), self._placed.shapes, self._placed.numbers)
        block = f'<script type="text/plain" id="zoneplan-block">{packed}</script>'
        page.html.add_child(Verbatim(block, "plan_block"), name="plan_block")
        start = f"zoneplan.open({self._parent.get_name()}, {json.dumps(marker_icons(), sort_keys=True)});"
        page.script.add_child(Verbatim(start, "plan_start"), name="plan_start")
