"""The names of a static map, thinned out by its scale: large towns, jurisdictions, other towns, waters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import tee
from math import atan2, cos, degrees, radians, sin
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from layers.errors import escape_hidden
from maps.drawing.legend import px, xml_text
from maps.drawing.map_context import Context, Place
from maps.drawing.palette import Theme
from maps.drawing.topology import Frame, Geometries
from maps.words import width

Floats = npt.NDArray[np.float64]
Corners: TypeAlias = tuple[tuple[float, float], ...]

GAP = 2.0
"""Pixels between a name and anything else."""
SPACING = 0.2
"""Of the size of a letter, between letters of a spaced name."""
DESCENT, ASCENT = 0.24, 0.78
"""Of the size of a letter, below and above the line on which it stands."""


class Lettering(NamedTuple):
    """How a name is written."""

    size: float
    weight: int
    colour: str
    spaced: bool = False
    serif: bool = False

    def letters(self, text: str) -> str:
        """The text as it is written."""
        return escape_hidden(text).upper() if self.spaced else escape_hidden(text)

    def length(self, text: str) -> float:
        """Pixels that a text takes."""
        letters = self.letters(text)
        bold = 1.06 if self.weight >= 600 else 1.0
        return self.size * (bold * width(letters) + (SPACING * len(letters) if self.spaced else 0.0))


class Spot(NamedTuple):
    """Where the middle of a name may stand, in pixels, and by how many degrees it is turned clockwise."""

    x: float
    y: float
    turn: float = 0.0


class Label(NamedTuple):
    """A name in its place."""

    text: str
    lettering: Lettering
    spot: Spot

    @property
    def box(self) -> shapely.Polygon:
        """The room that it takes."""
        return _room(self.spot, self.lettering.length(self.text), self.lettering.size).shape


class _Room:
    """A rectangle: left, top, right and bottom of it, or of the box around its corners where it is turned."""

    def __init__(self, bounds: tuple[float, float, float, float], turned: Corners | None = None) -> None:
        self.bounds, self.turned = bounds, turned

    @classmethod
    def around(cls, corners: Corners) -> _Room:
        """A turned one with these corners, one after another."""
        x, y = zip(*corners, strict=True)
        return cls((min(x), min(y), max(x), max(y)), corners)

    @property
    def corners(self) -> Corners:
        """One after another."""
        left, top, right, bottom = self.bounds
        return self.turned or ((left, top), (right, top), (right, bottom), (left, bottom))

    @cached_property
    def shape(self) -> shapely.Polygon:
        """The same as a polygon."""
        return shapely.polygons(np.array(self.corners))

    def touches_any(self, others: Iterable[_Room]) -> bool:
        """Whether it has a point in common with any of the others."""
        left, top, right, bottom = self.bounds
        for other in others:
            west, north, east, south = other.bounds
            if west <= right and east >= left and north <= bottom and south >= top:
                upright = self.turned is None and other.turned is None  # then the boxes are all
                if upright or other.shape.intersects(self.shape):
                    return True
        return False

    def holds(self, other: _Room) -> bool:
        """Whether the box of another lies in the own one."""
        left, top, right, bottom = self.bounds
        west, north, east, south = other.bounds
        return left <= west and east <= right and top <= north and south <= bottom


def _room(spot: Spot, length: float, size: float) -> _Room:
    """What a name of a length takes on a spot."""
    across, down = length / 2 + GAP, (ASCENT + DESCENT) * size / 2 + GAP
    if not spot.turn:
        return _Room((spot.x - across, spot.y - down, spot.x + across, spot.y + down))
    lengthwise, sideways = cos(radians(spot.turn)), sin(radians(spot.turn))
    corners = ((-across, -down), (across, -down), (across, down), (-across, down))
    return _Room.around(
        tuple((spot.x + x * lengthwise - y * sideways, spot.y + x * sideways + y * lengthwise) for x, y in corners)
    )


class Sheet:
    """What is taken on a picture, and what still finds room.

    Examples
    --------
    >>> sheet = Sheet(200, 100)
    >>> plain = Lettering(12, 500, "#000000")
    >>> sheet.set_name("Denver", plain, [Spot(100, 50)]).spot
    Spot(x=100, y=50, turn=0.0)
    >>> sheet.set_name("Aurora", plain, [Spot(105, 52)]) is None
    True
    """

    def __init__(self, wide: float, high: float) -> None:
        self._wide, self._high = wide, high
        self._taken: list[_Room] = []
        self._marks: list[_Room] = []
        self.labels: list[Label] = []

    def take(self, *boxes: tuple[float, float, float, float]) -> None:
        """Take boxes (left, top, right, bottom) for marks that are no names."""
        rooms = [_Room(box) for box in boxes]
        self._marks += rooms
        self._taken += rooms

    def is_marked(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether a box touches what was taken for a mark."""
        return _Room((left, top, right, bottom)).touches_any(self._marks)

    def _is_free(self, room: _Room) -> bool:
        """Whether a room lies on the picture and touches nothing."""
        left, top, right, bottom = room.bounds
        on_picture = left >= 0 and top >= 0 and right <= self._wide and bottom <= self._high
        return on_picture and not room.touches_any(self._taken)

    def set_name(
        self,
        text: str,
        lettering: Lettering,
        spots: Iterable[Spot],
        *,
        within: shapely.Geometry | None = None,
        beyond: float = 0.0,
        mark: tuple[float, float, float] | None = None,
    ) -> Label | None:
        """Put a name on the first spot that is free."""
        dot = None if mark is None else _Room(_square(*mark))
        if dot is not None and not self._is_free(dot):
            return None
        length = lettering.length(text)
        shapely.prepare(within)
        for spot in spots:
            room = _room(spot, length, lettering.size)
            if self._is_free(room) and (within is None or _lies_in(within, room, beyond)):
                self._taken += (room,) if dot is None else (room, dot)
                self.labels.append(Label(text, lettering, spot))
                return self.labels[-1]
        return None


def _lies_in(ground: shapely.Geometry, room: _Room, beyond: float) -> bool:
    """Whether a room lies in a ground, or its corners not farther beyond than so many pixels."""
    if beyond:
        return bool(shapely.dwithin(ground, shapely.points(room.corners), beyond).all())
    return _Room(ground.bounds).holds(room) and bool(ground.contains(room.shape))


def _square(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius, x + radius, y + radius


def spots_beside(x: float, y: float, text: str, lettering: Lettering, radius: float) -> Iterator[Spot]:
    """Spots of a name around a dot: right, left, above, below, and the corners."""
    across, half = lettering.length(text) / 2 + radius + 2.5 * GAP, (ASCENT + DESCENT) * lettering.size / 2
    down = half + radius + 2.5 * GAP
    sides = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.85, -0.95), (0.85, 0.95), (-0.85, -0.95), (-0.85, 0.95))
    yield from (Spot(x + right * across, y + lower * down) for right, lower in sides)


def spots_in(shape: shapely.Geometry) -> Iterator[Spot]:
    """Spots of a name inside of a shape in pixels: its most roomy place, and others around it."""
    circle = shapely.maximum_inscribed_circle(shape, 2.0)
    x, y = circle.coords[0]
    radius = circle.length
    yield Spot(x, y)
    for reach in (0.35, 0.7, 1.0):
        for right, lower in ((0, -1), (0, 1), (-0.6, -0.8), (0.6, -0.8), (-0.6, 0.8), (0.6, 0.8), (-1, 0), (1, 0)):
            yield Spot(x + right * reach * radius, y + lower * reach * radius)


def spots_along(lines: Sequence[Floats], length: float, bend: float = 0.12) -> Iterator[Spot]:
    """Spots of a name along lines, the straightest stretch first, turned so that it is read from the left."""
    scored = []
    for points in lines:
        steps = np.hypot(*np.diff(points, axis=0).T)
        along = np.r_[0.0, np.cumsum(steps)]
        if along[-1] <= length:
            continue
        starts = np.arange(0.0, along[-1] - length, max(length / 4, 4.0))
        at = np.linspace(starts, starts + length, 9)
        stretches = np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=-1)
        chords = stretches[-1] - stretches[0]
        long = np.hypot(*chords.T)
        straight = long >= 0.9 * length
        stretches, chords, long = stretches[:, straight], chords[straight], long[straight]
        x, y = np.moveaxis(stretches - stretches[0], -1, 0)
        off = (np.abs(chords[:, 0] * y - chords[:, 1] * x) / long).max(axis=0)
        for most, (across, down), (east, south) in zip(
            off.tolist(), chords.tolist(), stretches.mean(axis=0).tolist(), strict=True
        ):
            if most <= bend * length:
                turn = degrees(atan2(down, across))
                turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
                scored.append((most + abs(turn) / 20, Spot(east, south, turn)))
    yield from (spot for _, spot in sorted(scored))


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
        return [room.bounds for room in self._taken[len(self._marks) :]]


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
            np.array([*named.values()], dtype=object), lambda points: np.column_stack(frame.to_pixels(*points.T))
        )
        for name, ground in zip(named, drawn, strict=True):
            spots, again = tee(spots_in(ground))
            if sheet.set_name(name, lettering, spots, within=ground) is None and named is units:
                sheet.set_name(name, lettering, again, within=ground, beyond=lettering.length(name) / 2)
    _place_towns(sheet, others, frame, theme)
    _place_regions(sheet, context, frame, theme)
    _place_waters(sheet, context, frame, theme)
    return sheet


def _shown(context: Context, frame: Frame) -> tuple[list[Place], list[Place]]:
    """Large towns of the study, and the others that the scale has room for."""
    least = APART_PX * frame.metres_per_px / 1000
    shown = [town for town in context.places if town.sep_km > least * (INSIDE if town.inside else OUTSIDE)]
    large = [town for town in shown if town.inside and _class_of(town) == 0]
    return large, [town for town in shown if town not in large]


def _class_of(town: Place) -> int:
    """0 for large towns and capitals, 1 for those of middle size, 2 for others."""
    if town.population >= LARGE or town.capital:
        return 0
    return 1 if town.population >= MIDDLE else 2


def _place_towns(sheet: _Sheet, places: Iterable[Place], frame: Frame, theme: Theme) -> None:
    for town in places:
        size = _class_of(town)
        x, y = frame.to_pixels(town.x, town.y)
        large = size == 0 and town.inside
        ink = theme.ink if town.inside else theme.outside_ink
        lettering = Lettering(13 if large else 12 if size < 2 else 11, 600 if large else 500 if size < 2 else 450, ink)
        radius = RADII[size]
        # a large town is named beside the mark of its unit
        draws_mark = not (large and sheet.is_marked(x - radius, y - radius, x + radius, y + radius))
        spots = list(spots_beside(x, y, town.name, lettering, radius))
        if not draws_mark:
            spots += [spot for reach in SIGNS_PX for spot in spots_beside(x, y, town.name, lettering, reach)]
        label = sheet.set_name(town.name, lettering, spots, mark=(x, y, radius) if draws_mark else None)
        if label is not None and draws_mark:
            sheet.marks.append(_mark(x, y, radius, ink, theme, capital=bool(town.capital) and town.inside))


def _place_regions(sheet: Sheet, context: Context, frame: Frame, theme: Theme) -> None:
    """Names of provinces and countries around the study, none of them over it."""
    if not context.regions:
        return
    study = shapely.make_valid(shapely.simplify(context.study, frame.metres_per_px))
    ground = shapely.transform(study, lambda points: np.column_stack(frame.to_pixels(*points.T)))
    around = shapely.difference(shapely.box(0, 0, frame.width_px, frame.height_px), ground)
    for region in context.regions:
        spots = (Spot(*frame.to_pixels(x, y)) for x, y in region.spots)
        sheet.set_name(region.name, Lettering(11, 450, theme.outside_ink, spaced=True), spots, within=around)


def _place_waters(sheet: Sheet, context: Context, frame: Frame, theme: Theme) -> None:
    lettering = Lettering(11.5, 400, theme.water_ink, serif=True)
    lakes = sorted(zip(context.lakes, context.lake_names, strict=True), key=lambda lake: -lake[0].area)
    named = [(shape, name) for shape, name in lakes if name][:LAKE_NAMES]
    for shape, name in named:
        ground = shapely.transform(shape, lambda points: np.column_stack(frame.to_pixels(*points.T)))
        if ground.area > 2 * lettering.size**2:
            sheet.set_name(name, lettering, spots_in(ground))
    left = RIVER_NAMES
    for name, shapes in _rivers(context):
        lines = [
            np.column_stack(frame.to_pixels(*shapely.get_coordinates(line).T)) for line in shapely.get_parts(shapes)
        ]
        if left and sheet.set_name(name, lettering, spots_along(lines, lettering.length(name))) is not None:
            left -= 1


def _rivers(context: Context) -> Iterator[tuple[str, Geometries]]:
    """The lines of each river that has a name, the most important and longest first."""
    names = np.array(context.river_names, dtype=object)
    ranks = np.array(context.river_ranks)
    merged = {}
    for name in sorted({name for name in context.river_names if name}):
        matching = names == name
        line = shapely.line_merge(shapely.union_all(context.rivers[matching]))
        merged[name] = (int(ranks[matching].min()), -float(shapely.length(line)), name, line)
    for _, _, name, line in sorted(merged.values(), key=lambda river: river[:3]):
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
