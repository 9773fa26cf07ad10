"""The front door: stubs say which names there are and where they live; each is served when it is asked for."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from importlib import import_module
from inspect import isfunction
from pathlib import Path

from zoneplan.old_names import LEFT
from zoneplan.own_packages import require_own_packages

CARDS = {
    "Plan": "maps.notebook:plan_card",
    "Inputs": "maps.notebook:inputs_card",
    "Rulebook": "maps.notebook:rulebook_card",
    **dict.fromkeys(("Study", "Trace", "Explanation", "Place", "Sought", "ShownText"), "maps.notebook:overview_card"),
    "widget": "maps.notebook:plan_widget",
    "Comparison": "maps.notebook:comparison_card",
    "Curve": "maps.notebook:curve_card",
    "Robustness": "maps.notebook:robustness_card",
    "map": "maps.web:draw",
}
"""Who draws what a noun shows of itself in a notebook, and its widget."""


def homes(module: str) -> dict[str, str]:
    """By name where it lives, as the stub of a module says; a star is what of another stub lives in the package."""
    base = Path(__file__).parent.parent.joinpath(*module.split("."))
    stub = base / "__init__.pyi" if base.is_dir() else base.with_suffix(".pyi")
    home_of: dict[str, str] = {}
    for node in ast.parse(stub.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.names[0].name == "*":
            home_of |= {name: home for name, home in homes(node.module).items() if home.startswith(f"{module}.")}
        elif isinstance(node, ast.ImportFrom) and node.module:
            home_of |= dict.fromkeys((alias.name for alias in node.names), node.module)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            home_of = {name: home_of[name] for name in ast.literal_eval(node.value)}
    return home_of


def serve(module: str, inside: bool = False) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """``__all__``, ``__getattr__`` and ``__dir__`` of a module with a stub; inside the house nothing is checked."""
    names = homes(module)
    prefix = f"{module}.".removeprefix("zoneplan.")
    left = {name: home for name, home in LEFT.items() if home.startswith(prefix) and not inside}

    def find(name: str) -> object:
        if name not in names | left:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        if inside:
            return getattr(import_module(names[name]), name)
        require_own_packages()
        if name in left:
            warnings.warn(f"{module}.{name} is {left[name]}.{name} now", DeprecationWarning, stacklevel=2)
        item = getattr(import_module((left | names)[name]), name)
        import_module("layers.overview").draw_cards_by(CARDS)
        return import_module("zoning.arguments").at_the_door(item, module) if isfunction(item) else item

    return list(names), find, lambda: sorted(names)
