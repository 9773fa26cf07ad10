# ruff: noqa: INP001  (part of the documentation, no package)
"""The rooms of the house and the picture of them, drawn from the imports as they are."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import zoneplan as zp

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {
    "layers": "read and prepare",
    "zoning": "decide, from what layers has read",
    "maps": "show and write, with the help of both",
    "zoneplan": "the front door, and the command",
}
FLOW = {
    "read_study": "study",
    "read_inputs": "inputs",
    "overlay": "pieces",
    "measure": "measures",
    "classify": "claims",
    "resolve": "zones",
    "allocate": "quotas",
    "site": "sites",
    "account": "flows",
    "assign": "policies",
    "write_run": "run folder",
}
"""The steps of a plan, by what comes out of each."""

CHARACTER, SMALL = 7.2, 5.8
"""Width of a letter, and of a small one: px."""
ROW, BOX, HEAD, GAP, STEP_GAP, MARGIN = 40, 26, 28, 36, 16, 16
"""Heights of a row, of a box and of a heading; room between columns, between steps and round everything: px."""
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}.small{font-size:10.5px;fill:#57606a}"
    ".noun{font-style:italic}.head{font-weight:600;text-anchor:start}.box{stroke:#57606a}.room{fill:#fff}"
    ".arrow{fill:none;stroke:#8c959f}.layers{fill:#e8f1e4}.zoning{fill:#e6eef8}.maps{fill:#f7eee0}.zoneplan{fill:#f0e8f4}"
)

Graph = Mapping[str, frozenset[str]]


class Point(NamedTuple):
    """A place in the picture of one package: a room, or a lane in which an arrow passes a column of rooms."""

    column: int
    room: str
    lane: bool = False


def rooms(package: str) -> Graph:
    """The rooms of a package, each with those of the same package that it imports itself."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        own = path.relative_to(ROOT / package).with_suffix("").parts[0]
        if own == "__init__":
            continue
        imported = found.setdefault(own, set())
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{package}."):
                imported |= {node.module.split(".")[1]} - {own}
    return {name: frozenset(imported) for name, imported in found.items()}


def described(package: str, room: str) -> str:
    """What a room says of itself first of all."""
    folder = ROOT / package / room
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())


def depths(graph: Graph) -> dict[str, int]:
    """How many rooms stand one upon the other below each: 0 where it needs none.

    Examples
    --------
    >>> depths({"errors": frozenset(), "crs": frozenset({"errors"}), "read": frozenset({"crs", "errors"})})
    {'errors': 0, 'crs': 1, 'read': 2}
    """
    found: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        found[room] = 1 + max((found[one] for one in graph[room]), default=-1)
    return found


def order(package: str) -> list[str]:
    """The rooms of a package as they stand in the picture, from left to right."""
    found = depths(rooms(package))
    return sorted(found, key=lambda room: (found[room], room))


def reduced(graph: Graph) -> Graph:
    """The graph without what follows from other arrows.

    Examples
    --------
    >>> reduced({"errors": frozenset(), "crs": frozenset({"errors"}), "read": frozenset({"crs", "errors"})})["read"]
    frozenset({'crs'})
    """
    below: dict[str, frozenset[str]] = {}
    for room in depths(graph):
        below[room] = graph[room].union(*(below[one] for one in graph[room]))
    return {room: graph[room] - frozenset().union(*(below[one] for one in graph[room])) for room in graph}


def laid_out(graph: Graph) -> tuple[dict[Point, int], list[tuple[Point, Point]]]:
    """The row of each point, and the stretches of the arrows: from a room by lanes to one that imports it.

    Points are ordered in their column by the mean row of what they are joined to, a few times there and back.
    """
    depth = depths(graph)
    stretches: set[tuple[Point, Point]] = set()
    for room, imported in reduced(graph).items():
        for one in imported:
            lanes = [Point(column, one, lane=True) for column in range(depth[one] + 1, depth[room])]
            stretches |= set(pairwise([Point(depth[one], one), *lanes, Point(depth[room], room)]))
    points = {Point(depth[room], room) for room in graph} | {point for pair in stretches for point in pair}
    columns = [sorted(point for point in points if point.column == n) for n in range(max(depth.values()) + 1)]
    row = {point: n for column in columns for n, point in enumerate(column)}
    joined = {point: [a if b == point else b for a, b in stretches if point in {a, b}] for point in points}
    for forth in (True, False, True, False, True):
        for column in columns if forth else columns[::-1]:
            beside = {
                point: [row[one] for one in joined[point] if (one.column < point.column) == forth] for point in column
            }
            column.sort(key=lambda point: (fmean(beside[point] or [row[point]]), point))
            row |= {point: n for n, point in enumerate(column)}
    return row, sorted(stretches)


def picture() -> str:
    """The flow of a plan, and the rooms of the packages below each other, as an SVG document."""
    flow = _flow()
    bands = [_package(package) for package in PACKAGES]
    full = 2 * MARGIN + max(wide for _, wide, _ in (flow, *bands))
    parts, y = [], float(MARGIN)
    for package, (drawn, _, high) in zip(("", *PACKAGES), (flow, *bands), strict=True):
        band = f'<rect class="{package}" width="{full - 2 * MARGIN:g}" height="{high:g}" rx="6"/>\n' if package else ""
        parts.append(f'<g transform="translate({MARGIN} {y:g})">\n{band}{drawn}\n</g>')
        y += high + MARGIN
    size, head = 'markerWidth="7" markerHeight="7"', '<path d="M0 0L8 4L0 8z" fill="#8c959f"/>'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full:g} {y:g}" role="img" aria-labelledby="title">',
        '<title id="title">The rooms of zoneplan, and the flow of a plan through them</title>',
        f"<style>{STYLE}</style>",
        f'<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" {size} orient="auto">{head}</marker>',
        f'<rect width="{full:g}" height="{y:g}" fill="#fff"/>',
    ]
    return "\n".join([*lines, *parts, "</svg>\n"])


def _flow() -> tuple[str, float, float]:
    """The steps in a row, each with its room in it and what comes out of it below; width and height."""
    parts, x = [_text(0, 14, "The flow of a plan", "head")], 0.0
    for step, noun in FLOW.items():
        package, room = inspect.unwrap(getattr(zp, step)).__module__.split(".")[:2]
        wide = max(_width(step), _width(room, SMALL), _width(noun) - 16)
        parts += [_box(x, 26, wide, 38, package), _text(x + wide / 2, 42, step), _text(x + wide / 2, 57, room, "small")]
        parts.append(_text(x + wide / 2, 80, noun, "noun"))
        if x:
            parts.append(f'<path class="arrow" marker-end="url(#head)" d="M{x - STEP_GAP:g} 45H{x:g}"/>')
        x += wide + STEP_GAP
    return "\n".join(parts), x - STEP_GAP, 84


def _package(package: str) -> tuple[str, float, float]:
    """The rooms of a package from left to right, each right of those that it imports; width and height."""
    row, stretches = laid_out(rooms(package))
    columns = [[point for point in row if point.column == n] for n in range(1 + max(point.column for point in row))]
    high = ROW * max(len(column) for column in columns)
    left: float = MARGIN
    place: dict[Point, tuple[float, float, float]] = {}  # left and right end, and height of the middle
    for column in columns:
        widest = max(_width(point.room) for point in column)
        for point in column:
            y = HEAD + (high - ROW * len(column)) / 2 + ROW * (row[point] + 0.5)
            margin = 0 if point.lane else (widest - _width(point.room)) / 2
            place[point] = (left + margin, left + widest - margin, y)
        left += widest + GAP
    parts = [_text(MARGIN, 20, f"{package}: {PACKAGES[package]}", "head")]
    for start, end in stretches:
        (_, x0, y0), (x1, far, y1) = place[start], place[end]
        bend = (x1 - x0) / 2
        onward = f"H{far:g}" if end.lane else ""
        head = "" if end.lane else ' marker-end="url(#head)"'
        curve = f"M{x0:g} {y0:g}C{x0 + bend:g} {y0:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}{onward}"
        parts.append(f'<path class="arrow"{head} d="{curve}"/>')
    for point, (x0, x1, y) in place.items():
        if not point.lane:
            parts += [_box(x0, y - BOX / 2, x1 - x0, BOX), _text((x0 + x1) / 2, y + 4.5, point.room)]
    return "\n".join(parts), left - GAP + MARGIN, HEAD + high + 6


def _width(text: str, character: float = CHARACTER) -> float:
    return round(len(text) * character + 16)


def _box(x: float, y: float, wide: float, high: float, kind: str = "room") -> str:
    return f'<rect class="box {kind}" x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="4"/>'


def _text(x: float, y: float, text: str, kind: str = "name") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{text}</text>'
