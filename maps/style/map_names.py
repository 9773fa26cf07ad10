"""The names of a static map, thinned out by its scale: large towns, jurisdictions, other towns, waters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import tee

import numpy as np
import shapely

from maps.context import Context, Place
from maps.style.label_placement import (
    ASCENT,
    DESCENT,
    Label,
    Lettering,
    Sheet,
    Spot,
    spots_along,
    spots_beside,
    spots_in,
)
from maps.style.legend import px, xml_text
from maps.style.palette import Theme
from maps.style.svg_paths import Frame, Geometries

APART_PX = 34
"""How far a town must lie from the next more important one to be named."""
INSIDE, OUTSIDE = 0.9, 2.1
"""How much of that in the study and around it."""
LARGE, MIDDLE = 400_000, 100_000
"""Inhabitants of a large town and of one of middle size."""
RADII = (3.0, 2.5, 1.9)
"""Pixels of the marks of large, middle and small towns."""
SIGNS_PX = (10.0, 17.0, 26.0)
"""How far from a large town its name stands where a sign of its unit, or several, lie over it."""
HALO = 3.2
RIVER_NAMES, LAKE_NAMES = 8, 5
"""At most so many."""


def map_names(
    context: Context,
    frame: Frame,
    theme: Theme,
    jurisdictions: Mapping[str, shapely.Geometry],
    obstacles: Iterable[tuple[float, float, float, float]] = (),
    units: Mapping[str, shapely.Geometry] | None = None,
) -> tuple[Label, ...]:
    """All names that find room on a map, and none of them touches another."""
    return tuple(_sheet(context, frame, theme, (jurisdictions, units or {}), obstacles).labels)


def names_svg(
    context: Context,
    frame: Frame,
    theme: Theme,
    jurisdictions: Mapping[str, shapely.Geometry],
    obstacles: Iterable[tuple[float, float, float, float]] = (),
    units: Mapping[str, shapely.Geometry] | None = None,
) -> list[str]:
    """The names of :func:`map_names` with the marks of towns, as SVG in pixels."""
    sheet = _sheet(context, frame, theme, (jurisdictions, units or {}), obstacles)
    return [*sheet.marks, *(_text(label, theme) for label in sheet.labels)]


def large_towns(
    context: Context, frame: Frame, theme: Theme, obstacles: Iterable[tuple[float, float, float, float]] = ()
) -> list[tuple[float, float, float, float]]:
    """What names and marks of the large towns of a study take: the boxes that :func:`map_names` gives them first."""
    sheet = _Sheet(frame.width_px, frame.height_px)
    sheet.take(*obstacles)
    _place_towns(sheet, _shown(context, frame)[0], frame, theme)
    return sheet.boxes


class _Sheet(Sheet):
    """A sheet that remembers the marks of towns."""

    def __init__(self, wide: float, high: float) -> None:
        super().__init__(wide, high)
        self.marks: list[str] = []

    @property
    def boxes(self) -> list[tuple[float, float, float, float]]:
        """What names and their marks take, but for what was taken before."""
        return [one.bounds for one in self._taken[len(self._marks) :]]


def _sheet(
    context: Context,
    frame: Frame,
    theme: Theme,
    areas: tuple[Mapping[str, shapely.Geometry], Mapping[str, shapely.Geometry]],
    obstacles: Iterable[tuple[float, float, float, float]],
) -> _Sheet:
    sheet = _Sheet(frame.width_px, frame.height_px)
    sheet.take(*obstacles)
    large, others = _shown(context, frame)
    _place_towns(sheet, large, frame, theme)
    jurisdictions, units = areas
    letterings = (Lettering(12.5, 650, theme.inner_border, spaced=True), Lettering(11, 450, theme.ink))
    for lettering, named in zip(letterings, (jurisdictions, units), strict=True):
        drawn = shapely.transform(
            np.array([*named.values()], dtype=object), lambda points: np.column_stack(frame.place(*points.T))
        )
        for name, ground in zip(named, drawn, strict=True):
            spots, again = tee(spots_in(ground))
            if sheet.place(name, lettering, spots, within=ground) is None and named is units:
                sheet.place(name, lettering, again, within=ground, beyond=lettering.length(name) / 2)
    _place_towns(sheet, others, frame, theme)
    _place_regions(sheet, context, frame, theme)
    _place_waters(sheet, context, frame, theme)
    return sheet


def _shown(context: Context, frame: Frame) -> tuple[list[Place], list[Place]]:
    """Large towns of the study, and the others that the scale has room for."""
    least = APART_PX * frame.metres_per_px / 1000
    shown = [place for place in context.places if place.sep_km > least * (INSIDE if place.inside else OUTSIDE)]
    large = [place for place in shown if place.inside and _class_of(place) == 0]
    return large, [place for place in shown if place not in large]


def _class_of(place: Place) -> int:
    """0 for large towns and capitals, 1 for those of middle size, 2 for others."""
    if place.population >= LARGE or place.capital:
        return 0
    return 1 if place.population >= MIDDLE else 2


def _place_towns(sheet: _Sheet, places: Iterable[Place], frame: Frame, theme: Theme) -> None:
    for place in places:
        size = _class_of(place)
        x, y = frame.place(place.x, place.y)
        large = size == 0 and place.inside
        ink = theme.ink if place.inside else theme.outside_ink
        lettering = Lettering(13 if large else 12 if size < 2 else 11, 600 if large else 500 if size < 2 else 450, ink)
        radius = RADII[size]
        # a large town is named beside the mark of its unit
        own = not (large and sheet.is_marked(x - radius, y - radius, x + radius, y + radius))
        spots = list(spots_beside(x, y, place.name, lettering, radius))
        if not own:
            spots += [spot for reach in SIGNS_PX for spot in spots_beside(x, y, place.name, lettering, reach)]
        found = sheet.place(place.name, lettering, spots, mark=(x, y, radius) if own else None)
        if found is not None and own:
            sheet.marks.append(_mark(x, y, radius, ink, theme, capital=bool(place.capital) and place.inside))


def _place_regions(sheet: Sheet, context: Context, frame: Frame, theme: Theme) -> None:
    """Names of provinces and countries around the study, none of them over it."""
    if not context.regions:
        return
    study = shapely.make_valid(shapely.simplify(context.study, frame.metres_per_px))
    ground = shapely.transform(study, lambda points: np.column_stack(frame.place(*points.T)))
    around = shapely.difference(shapely.box(0, 0, frame.width_px, frame.height_px), ground)
    for region in context.regions:
        spots = (Spot(*frame.place(x, y)) for x, y in region.spots)
        sheet.place(region.name, Lettering(11, 450, theme.outside_ink, spaced=True), spots, within=around)


def _place_waters(sheet: Sheet, context: Context, frame: Frame, theme: Theme) -> None:
    lettering = Lettering(11.5, 400, theme.water_ink, serif=True)
    lakes = sorted(zip(context.lakes, context.lake_names, strict=True), key=lambda one: -one[0].area)
    named = [(shape, name) for shape, name in lakes if name][:LAKE_NAMES]
    for shape, name in named:
        ground = shapely.transform(shape, lambda points: np.column_stack(frame.place(*points.T)))
        if ground.area > 2 * lettering.size**2:
            sheet.place(name, lettering, spots_in(ground))
    left = RIVER_NAMES
    for name, shapes in _rivers(context):
        lines = [np.column_stack(frame.place(*shapely.get_coordinates(line).T)) for line in shapely.get_parts(shapes)]
        if left and sheet.place(name, lettering, spots_along(lines, lettering.length(name))) is not None:
            left -= 1


def _rivers(context: Context) -> Iterator[tuple[str, Geometries]]:
    """The lines of each river that has a name, the most important and longest first."""
    names = np.array(context.river_names, dtype=object)
    ranks = np.array(context.river_ranks)
    merged = {}
    for name in sorted({name for name in context.river_names if name}):
        own = names == name
        line = shapely.line_merge(shapely.union_all(context.rivers[own]))
        merged[name] = (int(ranks[own].min()), -float(shapely.length(line)), name, line)
    for _, _, name, line in sorted(merged.values(), key=lambda one: one[:3]):
        yield name, shapely.get_parts(line)


def _mark(x: float, y: float, radius: float, ink: str, theme: Theme, *, capital: bool) -> str:
    style = f'fill="{ink}" stroke="{theme.halo}" stroke-width="1.2"'
    if capital:
        corner = f'x="{px(x - radius)}" y="{px(y - radius)}" width="{px(2 * radius)}" height="{px(2 * radius)}"'
        return f"<rect {corner} {style}/>"
    return f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" {style}/>'


def _text(label: Label, theme: Theme) -> str:
    size, weight, colour, spaced, serif = label.lettering
    x, y, turn = label.spot
    base = y + (ASCENT - DESCENT) / 2 * size
    style = f'font-size="{size:g}" font-weight="{weight}" fill="{colour}" text-anchor="middle"'
    more = (
        f' letter-spacing="{0.2 * size:g}"' if spaced else "",
        ' font-family="Georgia, serif" font-style="italic"' if serif else "",
        f' transform="rotate({px(turn)} {px(x)} {px(y)})"' if turn else "",
    )
    halo = f'stroke="{theme.halo}" stroke-width="{HALO}" stroke-linejoin="round" paint-order="stroke"'
    written = xml_text(label.lettering.letters(label.text))
    return f'<text x="{px(x)}" y="{px(base)}" {style}{"".join(more)} {halo}>{written}</text>'
