"""The maps of report and dossier: the plan at a round scale, small ones of one thing each, and circles by amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil, floor, hypot, log10, sqrt
from types import MappingProxyType
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from markupsafe import Markup

from maps.drawing import (
    CHART_INK,
    LIGHT,
    SECOND,
    Canvas,
    Context,
    Frame,
    Place,
    Topology,
    context_around,
    dissolve,
    edge_of,
    fit,
    ground,
    ink_on,
    merge_by,
    mm,
    names_svg,
    plan_topology,
    relief,
    relief_image,
    round_length,
    simplify,
    study_outline,
    svg_path,
    text_mm,
    waters_and_borders,
    zone_fills,
)
from maps.telling.annex.report_context import ReportContext
from maps.telling.figures.plan_figures import PlanFigures
from maps.words import number_style
from zoning.zones import OPEN

Geometries = npt.NDArray[np.object_]

PX = 4.5
"""Pixels of a frame to a millimetre: letters of 11 px are 7 pt then."""
FINE = 10 * PX
NAMED = 60
"""Of more units the jurisdictions are named on the map of all."""
LARGEST = (174.0, 126.0)
"""mm; no map of all units is wider or higher."""
RELIEF_PX = 520
MANY = 600
"""Of more units borders are drawn once and fine, and small circles are left out."""
"""Steps of its paths to a millimetre."""
LAND, EDGE = "#F6F5F2", "#6B6F74"
NAMED_CIRCLES, NAME_PT, NAME_DROP = 7, 7.0, 0.9
"""So many circles have names of this size in pt, whose base line is so many mm below the middle."""
GAP, FARTHEST = 0.8, 16
"""A name stands so many mm beside its circle, at most so many with a line that leads to it."""
Box = tuple[float, float, float, float]
BUILT, SITE = "#8C8A86", "#2B6C8F"
"""Of built-up land, and of the land that a quota takes."""
ROUND = (1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7.5, 8, 9, 10)


@dataclass(frozen=True)
class MapFrame:
    """A rectangle on paper and the ground that it shows.

    Attributes
    ----------
    wide, high : float
        mm.
    scale : int
        Metres on the ground to a metre on paper.
    west, north : float
        Of the upper left corner, in the CRS of the plan.
    """

    wide: float
    high: float
    scale: int
    west: float
    north: float

    @classmethod
    def around(cls, bounds: Iterable[float], wide: float, high: float, *, spare: float = 2.0) -> MapFrame:
        """The frame at the largest round scale that shows these bounds.

        Parameters
        ----------
        bounds : iterable of float
            West, south, east, north.
        wide, high : float
            mm.
        spare : float
            Space around, mm.

        Examples
        --------
        >>> MapFrame.around((0, 0, 1_000_000, 1_300_000), 104, 133).scale
        12500000
        """
        west, south, east, north = (float(bound) for bound in bounds)
        need = 1000 * max((east - west) / (wide - 2 * spare), (north - south) / (high - 2 * spare), 1e-6)
        power = 10.0 ** floor(log10(need))
        scale = max(round(next(factor * power for factor in ROUND if factor * power >= need * (1 - 1e-9))), 1)
        middle, centre, metres = (west + east) / 2, (south + north) / 2, scale / 1000
        return cls(wide, high, scale, middle - wide * metres / 2, centre + high * metres / 2)

    @classmethod
    def tight(cls, bounds: Iterable[float], wide: float, high: float) -> MapFrame:
        """The smallest rectangle around these bounds that is no wider and no higher; at any scale."""
        west, south, east, north = (float(bound) for bound in bounds)
        metres = max((east - west) / (wide - 1), (north - south) / (high - 1), 1e-6)
        size = ((east - west) / metres + 1, (north - south) / metres + 1)
        return cls(*size, ceil(1000 * metres), west - metres / 2, north + metres / 2)

    @property
    def metres(self) -> float:
        """On the ground, to a millimetre on paper."""
        return self.scale / 1000

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.north - self.high * self.metres, self.west + self.wide * self.metres, self.north

    @property
    def frame(self) -> Frame:
        """The same for paths."""
        return Frame(self.west, self.north, self.metres / PX, self.wide * PX, self.high * PX)

    def to_sheet(self, x: float, y: float) -> tuple[float, float]:
        """A point of the ground, mm from the upper left corner."""
        return (x - self.west) / self.metres, (self.north - y) / self.metres


def _is_free(frame: MapFrame, units: gpd.GeoDataFrame, *, left: bool) -> bool:
    """Whether no unit lies where a bar in one of the lower corners would stand."""
    west, south, east, _ = frame.bounds
    long, high = (side * frame.metres for side in BAR_MM)
    start = west if left else east - long
    return not bool(units.geometry.intersects(shapely.box(start, south, start + long, south + high)).any())


def scale_bar(sheet: Canvas, frame: MapFrame, edition: ReportContext, *, left: bool = False, most: float = 28) -> None:
    """A bar of a round length, at most so many mm, in the lower right corner, in the words of an edition."""
    km = round_length(most * frame.metres / 1000)
    long = km * 1000 / frame.metres
    x, y = (4.0 if left else frame.wide - 4 - long), frame.high - 3.2
    sheet.line(x, y, x + long, y, CHART_INK, 0.35)
    for end in (x, x + long):
        sheet.line(end, y - 1, end, y + 0.17, CHART_INK, 0.35)
    label = edition.pages["kilometres"].format(n=number_style(edition.plan.language).written(f"{km:g}"))
    sheet.text(x + long / 2, y - 0.9, label, 6.5, fill=SECOND, anchor="middle", halo="#FFFFFF")


BAR_MM = 36, 8
"""What a bar and its number take of a corner, in width and height."""
SIGN_PT = 8.0
"""Of signs inside units on a small map."""


class PlanMaps:
    """Every map of one report.

    Parameters
    ----------
    figures : PlanFigures
    borders : Topology, optional
        Of the plan, where another page has them already.
    """

    def __init__(self, figures: PlanFigures, borders: Topology | None = None) -> None:
        self.figures = figures
        plan = figures.edition.plan
        self._borders = borders or plan_topology(plan.units, plan.pieces)
        self.units = plan.units[["geometry"]].assign(
            jurisdiction=plan.units["jurisdiction"],
            main=figures.units["main"].reindex(plan.units.index),
            name=plan.units["name"],
        )

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Of all units."""
        west, south, east, north = (float(bound) for bound in shapely.total_bounds(self._borders.units))
        return west, south, east, north

    @cached_property
    def ratio(self) -> float:
        """Width to height of the plan."""
        west, south, east, north = self.bounds
        return max(east - west, 1.0) / max(north - south, 1.0)

    def shapes(self, frame: MapFrame) -> gpd.GeoDataFrame:
        """The units in a frame, with the detail that it can show."""
        west, south, east, north = frame.bounds
        boxes = shapely.bounds(self._borders.units).T
        inside = (boxes[0] <= east) & (boxes[2] >= west) & (boxes[1] <= north) & (boxes[3] >= south)
        finest = MapFrame.tight(self.bounds, *LARGEST)
        borders = self._sheet if frame.metres >= finest.metres else self._borders.units
        drawn = simplify(borders[inside], frame.frame)
        units = self.units[inside]
        return units.set_geometry(gpd.GeoSeries(drawn, units.index, crs=units.crs))

    @cached_property
    def _sheet(self) -> Geometries:
        """The units with the detail that the largest map of all can show, and so any smaller one."""
        return simplify(self._borders.units, MapFrame.tight(self.bounds, *LARGEST).frame)

    def _group(self, parts: Sequence[tuple[str, str, str, float]]) -> str:
        """Paths in steps of the frame: data, fill, stroke and its thickness in mm."""
        drawn = "".join(
            f'<path d="{data}" fill="{fill}"'
            + (f' stroke="{stroke}" stroke-width="{mm(thick * FINE)}"' if stroke else "")
            + "/>"
            for data, fill, stroke, thick in parts
            if data
        )
        return f'<g transform="scale({1 / FINE:g})" fill-rule="evenodd" stroke-linejoin="round">{drawn}</g>'

    @cached_property
    def _small(self) -> tuple[MapFrame, gpd.GeoDataFrame, str, str]:
        """The frame of small maps, its units, and the paths of all land and of the jurisdictions."""
        frame = MapFrame.tight(self.bounds, 40, 46 if self.ratio < 1.2 else 34)
        shapes = self.shapes(frame)
        return frame, shapes, self._outline(shapes, frame), _paths(_jurisdictions(shapes), frame)

    def _outline(self, shapes: gpd.GeoDataFrame, frame: MapFrame) -> str:
        return svg_path(dissolve(shapes.geometry.to_numpy()), frame.frame)

    def small(self, chosen: pd.Index, fill: str, name: str, wide: float = 40) -> Markup:
        """Where some units lie, on a grey ground.

        Parameters
        ----------
        chosen : Index
            Ids.
        fill : str
        name : str
            For those who do not see it.
        wide : float
            mm.
        """
        return self.filled({fill: chosen}, name, wide)

    def filled(
        self,
        chosen: Mapping[str, pd.Index],
        name: str,
        wide: float = 40,
        signs: Mapping[str, str] = MappingProxyType({}),
    ) -> Markup:
        """Where some groups of units lie, each in a colour, on a grey ground.

        Parameters
        ----------
        chosen : mapping of str to Index
            Ids by their fill.
        name : str
            For those who do not see it.
        wide : float
            mm.
        signs : mapping of str to str, optional
            What stands inside each unit, by its fill, for those who see no colour.
        """
        frame, shapes, land, places = self._small
        sheet = Canvas(frame.wide, frame.high)
        parts = [(land, LAND, "", 0.0)]
        for fill, ids in chosen.items():
            geometries = shapes.geometry.to_numpy()[shapes.index.isin(ids)]
            path = svg_path(geometries if len(shapes) <= MANY else dissolve(geometries), frame.frame)
            parts.append((path, fill, edge_of(fill) or "#FFFFFF", 0.12))
        sheet.add(self._group([*parts, (places, "none", EDGE, 0.18)]))
        for fill, sign in signs.items():
            for shape in shapes.geometry[shapes.index.isin(chosen.get(fill, ()))]:
                inside = shape.representative_point()
                x, y = frame.to_sheet(inside.x, inside.y)
                sheet.text(x, y + 0.8, sign, SIGN_PT, fill=ink_on(fill), bold=True, anchor="middle")
        return _resized(sheet.svg(name), frame, wide)

    def circles(self, amounts: pd.Series, texts: tuple[str, str], wide: float, high: float) -> Markup:
        """Amounts as circles by area in the colours of the main functions, with a legend of three sizes.

        Parameters
        ----------
        amounts : Series
            By unit.
        texts : tuple of str
            The name of the map, and an amount with ``{n}``.
        wide, high : float
            mm.
        """
        frame = MapFrame.tight(self.bounds, wide, high)
        shapes = self.shapes(frame)
        land = study_outline(shapes.geometry.to_numpy())
        corner, strip = _free_corner(frame, land), 0.0
        if corner is None:
            strip = _sizes_mm(frame)[1] + 1
            frame = MapFrame.tight(self.bounds, wide, high - strip)
            shapes = self.shapes(frame)
            land, corner = study_outline(shapes.geometry.to_numpy()), (0.0, frame.high + 1)
        sheet = Canvas(max(frame.wide, _sizes_mm(frame)[0] if strip else 0.0), frame.high + strip)
        parts = [
            (svg_path(land, frame.frame), "#F1EFEB", "", 0.0),
            (svg_path(shapes.geometry.to_numpy(), frame.frame) if len(shapes) <= MANY else "", "none", "#FFFFFF", 0.14),
            (_paths(_jurisdictions(shapes), frame), "none", EDGE, 0.2),
        ]
        sheet.add(self._group(parts))
        values = pd.to_numeric(amounts).astype(float).reindex(shapes.index).fillna(0.0)
        most = float(values.max()) or 1.0
        largest = _largest_mm(frame)
        points = shapely.get_coordinates(shapely.point_on_surface(shapes.geometry.to_numpy())).tolist()
        fills = self.figures.fills
        names = self.figures.names(map(str, shapes.index))
        rows = list(zip(values.tolist(), points, shapes["main"], names, strict=True))
        taken = []
        for value, point, main, name in sorted(rows, key=lambda row: -row[0]):
            radius = largest * sqrt(value / most)
            if radius < (0.12 if len(shapes) <= MANY else 0.35):
                break
            x, y = frame.to_sheet(*point)
            fill = fills[str(main)]
            sheet.circle(x, y, radius, fill, stroke=edge_of(fill) or "#FFFFFF", thick=0.16)
            taken.append(Named(x, y, radius, name, fill))
        for circle, left, base, is_on in circle_names(taken, NAMED_CIRCLES, frame.wide, frame.high):
            colour, halo = (ink_on(circle.fill), "") if is_on else (CHART_INK, "#FFFFFF")
            near = min(max(circle.x, left - 0.6), left + text_mm(circle.name, NAME_PT) + 0.6)
            if not is_on and hypot(near - circle.x, base - NAME_DROP - circle.y) > circle.radius + 2.8 + GAP:
                sheet.line(circle.x, circle.y, near, base - NAME_DROP, CHART_INK, 0.16)
                sheet.circle(circle.x, circle.y, 0.35, CHART_INK)
            sheet.text(left, base, circle.name, NAME_PT, fill=colour, bold=True, halo=halo)
        whole = bool((values % 1 == 0).all())
        sizes = [amount for amount in _three(most) if amount >= 1 or not whole]
        self._sizes(sheet, corner, sizes, (most, largest), texts[1])
        return _as_map(sheet.svg(texts[0]))

    def _sizes(
        self,
        sheet: Canvas,
        corner: tuple[float, float],
        sizes: Sequence[float],
        scale: tuple[float, float],
        phrase: str,
    ) -> None:
        """Some sizes in a corner without much land, or below the map; ``scale``: the largest amount and its radius."""
        (x, y), (most, largest) = corner, scale
        high = 2 * largest + 2
        foot, middle = y + high - 1, x + largest + 1
        for value in sizes:
            radius = largest * sqrt(value / most)
            sheet.circle(middle, foot - radius, radius, "none", stroke=SECOND, thick=0.2)
            top = foot - 2 * radius
            sheet.line(middle, top, middle + largest + 2, top, SECOND, 0.15)
            number = self.figures.edition.measured(value)
            sheet.text(
                middle + largest + 2.6, top + 0.9, phrase.replace("{n}", number), 6.8, fill=SECOND, halo="#FFFFFF"
            )

    def main(self, wide: float, high: float, name: str) -> tuple[Markup, int]:
        """The plan itself on its ground, with its scale: land, water, relief, towns."""
        frame = MapFrame.around(self.bounds, wide, high)
        shapes = self.shapes(frame)
        named = dict(zip(shapes["name"].astype(str), shapes.geometry, strict=True)) if len(shapes) <= NAMED else {}
        thick = 0.16 if len(shapes) <= 600 else 0.06
        sheet = Canvas(frame.wide, frame.high)
        self._draw(sheet, frame, shapes, named, thick=thick, shaded=True)
        return _as_map(sheet.svg(name)), frame.scale

    def of_place(self, jurisdiction: str, wide: float, high: float, name: str) -> tuple[Markup, int]:
        """One jurisdiction with the names of its units."""
        chosen = self.units["jurisdiction"] == jurisdiction
        frame = MapFrame.around(shapely.total_bounds(self._borders.units[chosen.to_numpy()]), wide, high)
        shapes = self.shapes(frame)
        sheet = Canvas(frame.wide, frame.high)
        inside = shapes[shapes["jurisdiction"] == jurisdiction]
        named = dict(zip(inside["name"].astype(str), inside.geometry, strict=True)) if len(inside) <= 150 else {}
        self._draw(sheet, frame, shapes, named, thick=0.25, only=jurisdiction)
        return _as_map(sheet.svg(name)), frame.scale

    def of_unit(
        self, unit: str, wide: float, high: float, name: str
    ) -> tuple[Markup, int, tuple[tuple[str, str], ...]]:
        """One unit with what its land is, its neighbours pale; its scale, and fills with the roles they stand for."""
        chosen = self.units.index == unit
        frame = MapFrame.around(shapely.total_bounds(self._borders.units[chosen]), wide, high, spare=6.0)
        pixels, shapes = frame.frame, self.shapes(frame)
        language = self.figures.edition.language
        context = context_around(
            self.figures.edition.near, frame.bounds, pixels.metres_per_px, language, outline=self._borders.outline
        )
        context = context._replace(places=self._towns(context, shapes.geometry[shapes.index == unit].iloc[0]))
        sheet = Canvas(frame.wide, frame.high)
        beside = shapes[(shapes.index != unit) & shapes.geometry.intersects(shapely.box(*frame.bounds))]
        outline = svg_path(shapes.geometry[shapes.index == unit].to_numpy(), pixels)
        land = self._land_of(unit)
        parts = [
            *ground(context, pixels, LIGHT),
            _path(svg_path(beside.geometry.to_numpy(), pixels), "#EFEDE9", "#B3AEA4", 0.2 * FINE),
            _path(outline, "#FFFFFF", "", 0),
            *(_path(svg_path(shape, pixels), fill, "", 0) for fill, _, shape in land),
            *waters_and_borders(context, pixels, LIGHT),
            _path(outline, "none", LIGHT.outline, 0.5 * FINE),
        ]
        drawn = "".join(parts)
        sheet.add(f'<g transform="scale({1 / FINE:g})" fill-rule="evenodd" stroke-linejoin="round">{drawn}</g>')
        obstacles = [(0.0, pixels.height_px - 8 * PX, 36 * PX, pixels.height_px)]
        named = dict(zip(beside["name"].astype(str), beside.geometry, strict=True))
        written = "".join(names_svg(context, pixels, LIGHT, {}, obstacles, named))
        sheet.add(f'<g transform="scale({1 / PX:.5g})">{written}</g>')
        scale_bar(sheet, frame, self.figures.edition, left=True)
        return _as_map(sheet.svg(name)), frame.scale, tuple((fill, role) for fill, role, _ in land)

    def _land_of(self, unit: str) -> list[tuple[str, str, Geometries]]:
        """The land of a unit that designations take: fill, role, shapes; the sites of quotas last, without a role."""
        plan = self.figures.edition.plan
        pieces = plan.pieces[plan.pieces["unit_id"] == unit]
        fills = self.figures.fills | {"built_up": BUILT, "water": LIGHT.water}
        layers = []
        for role, fill in fills.items():
            names = [name for name, layer_role in plan.roles.items() if layer_role == role and name in pieces.columns]
            chosen = pieces[names].any(axis=1) if names else pieces["area_ha"] < 0
            if chosen.any():
                layers.append((fill, role, dissolve(pieces.geometry[chosen].to_numpy())))
        sites = plan.sites[plan.sites["unit_id"] == unit] if len(plan.sites) else plan.sites
        return [*layers, *([(SITE, "", sites.geometry.to_numpy())] if len(sites) else [])]

    def where(self, unit: str, wide: float, high: float, name: str) -> Markup:
        """Where a unit lies in the plan: dark in a ring, under its name, its jurisdiction white-lined."""
        frame = MapFrame.tight(self.bounds, wide, high)
        shapes = self.shapes(frame)
        jurisdiction = str(self.units.loc[unit, "jurisdiction"])
        inside = shapes[shapes["jurisdiction"] == jurisdiction]
        geometry = shapes.geometry[shapes.index == unit].to_numpy()
        sheet = Canvas(frame.wide, frame.high)
        parts = [(self._outline(shapes, frame), LAND, "", 0.0)]
        if len(inside) > 1:
            parts.append((svg_path(inside.geometry.to_numpy(), frame.frame), "none", "#FFFFFF", 0.2))
        parts += [
            (_paths(_jurisdictions(shapes), frame), "none", "#8A8F95", 0.2),
            (self._outline(inside, frame), "none", SECOND, 0.4),
            (svg_path(geometry, frame.frame), CHART_INK, CHART_INK, 0.1),
        ]
        sheet.add(self._group(parts))
        west, south, east, north = shapely.total_bounds(geometry)
        x, y = frame.to_sheet((west + east) / 2, (south + north) / 2)
        radius = max(3.2, 0.62 * max(east - west, north - south) / frame.metres)
        sheet.circle(x, y, radius, "none", stroke="#FFFFFF", thick=1.0)
        sheet.circle(x, y, radius, "none", stroke=CHART_INK, thick=0.45)
        called = fit(self.figures.names([unit])[0], 8, frame.wide - 2)
        half = 0.53 * text_mm(called, 8)
        above = y - radius - 1.4
        base = above if above > 4 else y + radius + 3.6
        sheet.text(min(max(x, half), frame.wide - half), base, called, 8, bold=True, anchor="middle", halo="#FFFFFF")
        return sheet.svg(name)

    def _draw(
        self,
        sheet: Canvas,
        frame: MapFrame,
        shapes: gpd.GeoDataFrame,
        named: Mapping[str, shapely.Geometry],
        *,
        thick: float,
        shaded: bool = False,
        only: str = "",
    ) -> None:
        """Everything from the ground up: land, zones, relief, waters, borders, marks and names.

        Where no units are named, jurisdictions are; towns are, too, except beside the names of all units.
        """
        plan, pixels = self.figures.edition.plan, frame.frame
        inside = shapes[shapes["jurisdiction"] == only] if only else shapes
        places = _jurisdictions(inside)
        language = self.figures.edition.language
        context = context_around(
            self.figures.edition.near, frame.bounds, pixels.metres_per_px, language, outline=self._borders.outline
        )
        land = study_outline(np.array([*places.values()], dtype=object))
        context = context._replace(places=() if named and not only else self._towns(context, land))
        shading = (
            relief(plan, outline=self._borders.outline, side_px=RELIEF_PX if len(inside) <= MANY else RELIEF_PX // 2)
            if shaded
            else None
        )
        fills, many = zone_fills(plan.rulebook), len(inside) > MANY
        units, mains = inside.geometry.to_numpy(), inside["main"].to_numpy()
        zones = [
            _path(svg_path(units[mains == code], pixels), fills[code], "#FFFFFF" if many else fills[code], 3)
            for code in self.figures.mains
        ]
        others = shapes["jurisdiction"].to_numpy() != only
        beside = svg_path(dissolve(shapes.geometry.to_numpy()[others]), pixels) if only else ""
        lines = "" if many else svg_path(units, pixels)
        parts = [
            *ground(context, pixels, LIGHT),
            _path(beside, LIGHT.outside, "", 0),
            *zones,
            *relief_image(shading, pixels),
            _path(lines, "none", "#FFFFFF", thick * FINE),
            *waters_and_borders(context, pixels, LIGHT),
            *(self._frame_lines(_paths(places, frame)) if plan.rulebook.map.borders and plan.study.map.borders else ()),
        ]
        drawn = "".join(parts)
        sheet.add(f'<g transform="scale({1 / FINE:g})" fill-rule="evenodd" stroke-linejoin="round">{drawn}</g>')
        left, right = (_is_free(frame, inside, left=side) for side in (True, False))
        most, left = 28 if left or right else 14, left or not right
        start = 0.0 if left else pixels.width_px - BAR_MM[0] * PX
        obstacles = [(start, pixels.height_px - BAR_MM[1] * PX, start + BAR_MM[0] * PX, pixels.height_px)]
        for x, y in self._open(frame, inside):
            obstacles.append(((x - 1.4) * PX, (y - 1.4) * PX, (x + 1.4) * PX, (y + 1.4) * PX))
            sheet.circle(x, y, 1.35, "#FFFFFF", stroke=CHART_INK, thick=0.25)
            sheet.text(x, y + 0.9, "?", 7, bold=True, anchor="middle")
        called = {} if named or only else {self.figures.jurisdiction(name): shape for name, shape in places.items()}
        written = "".join(names_svg(context, pixels, LIGHT, called if len(called) > 1 else {}, obstacles, named))
        sheet.add(f'<g transform="scale({1 / PX:.5g})">{written}</g>')
        scale_bar(sheet, frame, self.figures.edition, left=left, most=most)

    def _towns(self, context: Context, land: shapely.Geometry) -> tuple[Place, ...]:
        """The places of a context, inside of the land that is drawn or not."""
        shapely.prepare(land)
        inside = shapely.contains_xy(land, [town.x for town in context.places], [town.y for town in context.places])
        towns = tuple(
            town._replace(inside=bool(is_inside)) for town, is_inside in zip(context.places, inside, strict=True)
        )
        plan = self.figures.edition.plan
        return (
            towns
            if plan.rulebook.map.borders and plan.study.map.borders
            else tuple(town for town in towns if town.inside)
        )

    def _frame_lines(self, places: str) -> Iterator[str]:
        """Jurisdictions under a double line, white and dark."""
        if len(self.units) <= MANY:
            yield _path(places, "none", "#FFFFFF", 0.9 * FINE)
        yield _path(places, "none", LIGHT.outline, 0.36 * FINE)

    def _open(self, frame: MapFrame, shapes: gpd.GeoDataFrame) -> list[tuple[float, float]]:
        """Where the units stand that wait for an answer."""
        status = self.figures.units["status"].reindex(shapes.index)
        waiting = shapes.geometry[status.isin(OPEN)].representative_point()
        return [frame.to_sheet(point.x, point.y) for point in waiting]


def _jurisdictions(shapes: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    """The land of each jurisdiction."""
    return merge_by(shapes.geometry.to_numpy(), shapes["jurisdiction"])


def _paths(places: Mapping[str, shapely.Geometry], frame: MapFrame) -> str:
    """The borders of some places as the data of a path."""
    return svg_path(np.array([*places.values()], dtype=object), frame.frame)


def _path(data: str, fill: str, stroke: str, thick: float) -> str:
    """A path in steps of the frame; nothing where there is no data."""
    edge = f' stroke="{stroke}" stroke-width="{thick:g}"' if stroke else ""
    return f'<path d="{data}" fill="{fill}"{edge}/>' if data else ""


def _ground(frame: MapFrame, x: float, y: float, wide: float, high: float) -> tuple[float, float, float, float]:
    west, north = frame.west + x * frame.metres, frame.north - y * frame.metres
    return west, north - high * frame.metres, west + wide * frame.metres, north


def _largest_mm(frame: MapFrame) -> float:
    """The radius of the largest circle of a map."""
    return min(frame.wide, frame.high) / 9


def _sizes_mm(frame: MapFrame) -> tuple[float, float]:
    """How wide and how high the legend of three sizes is."""
    return 2 * _largest_mm(frame) + 22, 2 * _largest_mm(frame) + 2


def _free_corner(frame: MapFrame, land: shapely.Geometry) -> tuple[float, float] | None:
    """The corner that has the least land for the legend of sizes; None where half of it is land all the same."""
    wide, high = _sizes_mm(frame)
    corners = {
        (x, y): shapely.box(*_ground(frame, x, y, wide, high))
        for x in (0.0, frame.wide - wide)
        for y in (0.0, frame.high - high)
    }
    taken = {corner: shapely.intersection(land, box).area for corner, box in corners.items()}
    best = min(corners, key=lambda corner: (taken[corner], corner))
    return best if taken[best] < 0.5 * corners[best].area else None


def _three(most: float) -> tuple[float, float, float]:
    """Round amounts for a legend: near the largest, a fifth of it, and little."""

    def rounded(value: float) -> float:
        power = 10.0 ** floor(log10(value))
        return float(f"{max(factor for factor in (1, 2, 5) if factor * power <= value * (1 + 1e-9)) * power:.12g}")

    return rounded(most), rounded(most / 5), rounded(most / 250)


class Named(NamedTuple):
    """A circle with a name: its middle and radius in mm, and its colour; those drawn first come first."""

    x: float
    y: float
    radius: float
    name: str
    fill: str


def circle_names(
    circles: Sequence[Named], most: int, wide: float, high: float
) -> Iterator[tuple[Named, float, float, bool]]:
    """Where the names of the largest circles stand: on their own circle or beside all, and on no other name.

    Parameters
    ----------
    circles : sequence of Named
        Later ones cover earlier ones.
    most : int
        So many of the first have names; one without a free place has none.
    wide, high : float
        Of the sheet, mm.

    Yields
    ------
    tuple of (Named, float, float, bool)
        A circle, the left end and the base line of its name in mm, and whether the name is on the circle.
    """
    taken: list[Box] = []
    for position, circle in enumerate(circles[:most]):
        long = text_mm(circle.name, NAME_PT)
        others = [*circles[:position], *circles[position + 1 :]]
        on = [(left, base, True, circles[position + 1 :]) for left, base in _on(circle, long)]
        beside = [(left, base, False, others) for left, base in _beside(circle, long)]
        for left, base, is_on, hiding in (*on, *beside):
            box = (left, base - 2.2, left + long, base + 0.8)
            is_free = all(box[2] < old[0] or box[0] > old[2] or box[3] < old[1] or box[1] > old[3] for old in taken)
            within = box[0] > 0 and box[1] > 0 and box[2] < wide and box[3] < high
            if is_free and within and not any(_meets(box, other) for other in hiding):
                taken.append(box)
                yield circle, left, base, is_on
                break


def _on(circle: Named, long: float) -> Iterator[tuple[float, float]]:
    """Places for a name on its own circle, the middle first."""
    for down in (0.0, -0.25, 0.25, -0.45, 0.45):
        for right in (0.0, -0.3, 0.3, -0.5, 0.5):
            left, base = circle.x - long / 2 + right * circle.radius, circle.y + NAME_DROP + down * circle.radius
            corners = product((left, left + long), (base - 2.2, base + 0.8))
            if all(hypot(x - circle.x, y - circle.y) < circle.radius for x, y in corners):
                yield left, base


def _beside(circle: Named, long: float) -> Iterator[tuple[float, float]]:
    """Places beside a circle: right, left, above, below, then farther off."""
    yield circle.x + circle.radius + GAP, circle.y + NAME_DROP
    yield circle.x - circle.radius - GAP - long, circle.y + NAME_DROP
    yield circle.x - long / 2, circle.y - circle.radius - 1.2
    yield circle.x - long / 2, circle.y + circle.radius + 2.8
    for away in range(2, FARTHEST, 2):  # with a line that leads there
        for down in (0.0, -3.0, 3.0, -6.0, 6.0):
            yield circle.x + circle.radius + away, circle.y + NAME_DROP + down
            yield circle.x - circle.radius - away - long, circle.y + NAME_DROP + down


def _meets(box: Box, circle: Named) -> bool:
    """Whether a box and a circle have a point in common."""
    near_x, near_y = min(max(circle.x, box[0]), box[2]), min(max(circle.y, box[1]), box[3])
    return hypot(near_x - circle.x, near_y - circle.y) < circle.radius


def _resized(svg: Markup, frame: MapFrame, wide: float) -> Markup:
    """The same picture at another width."""
    size = f'width="{mm(frame.wide)}mm" height="{mm(frame.high)}mm"'
    other = f'width="{mm(wide)}mm" height="{mm(wide * frame.high / frame.wide)}mm"'
    return Markup(str(svg).replace(size, other, 1))  # noqa: S704  (an SVG of our own whose texts are escaped)


def _as_map(svg: Markup) -> Markup:
    """The picture with the class that cuts it at its frame."""
    return Markup(str(svg).replace("<svg ", '<svg class="map" ', 1))  # noqa: S704  (an SVG of our own)


def map_key(figures: PlanFigures) -> Mapping[str, str]:
    """Fills of the main functions as maps have them."""
    fills = zone_fills(figures.edition.plan.rulebook)
    return {code: fills[code] for code in figures.mains}
