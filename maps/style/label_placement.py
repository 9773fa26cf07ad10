"""Names on a static map: placed one after another, the most important first, and none touches another or a mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import atan2, cos, degrees, radians, sin
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from layers.errors import escape_hidden
from maps.locale import width

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
    >>> sheet.place("Denver", plain, [Spot(100, 50)]).spot
    Spot(x=100, y=50, turn=0.0)
    >>> sheet.place("Aurora", plain, [Spot(105, 52)]) is None
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

    def place(
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
    found = []
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
                found.append((most + abs(turn) / 20, Spot(east, south, turn)))
    yield from (spot for _, spot in sorted(found))
