"""The house rules on imports: one way between packages and rooms, front doors only, no ring of modules."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import maps

ROOT = Path(__file__).resolve().parent.parent
ORDER = {
    "layers": "errors languages memory ledger conditions crs sources formats raster inputs geometry units read",
    "zoning": "errors tables wording rulebook plan overlays measures zones solver quotas siting energy compensation "
    "policies checks explanations audits pipeline",
    "maps": "errors locale style reports web exports run_folder init cli",
}
ALLOWED: dict[str, set[str]] = {"layers": set(), "zoning": {"layers"}, "maps": {"layers", "zoning"}}
FLOW = [f"{package}.{name}" for package, names in ORDER.items() for name in names.split()]
MODULES = sorted(path for package in ORDER for path in (ROOT / package).rglob("*.py") if path.parent != ROOT / package)
MODULES += sorted(path for package in ORDER for path in (ROOT / package).glob("*.py") if path.name != "__init__.py")
ROOMS = sorted(path for package in ORDER for path in (ROOT / package).glob("*/__init__.py"))


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every import of the house in a file, wherever it stands: the module and the names taken from it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names if alias.name.split(".")[0] in ORDER)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module and node.module.split(".")[0] in ORDER:
                yield node.module, tuple(alias.name for alias in node.names)


def test_every_room_stands_in_the_order() -> None:
    assert sorted({room(dotted(path)) for path in MODULES}) == sorted(FLOW)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_imports_only_what_stands_before_its_room_and_through_its_door(path: Path) -> None:
    own = dotted(path)
    for module, names in imports(path):
        there, package = room(module), module.split(".")[0]
        if there == room(own):
            continue
        assert module != package, f"{own} imports {', '.join(names)} from the door of the package {package}"
        assert package == own.split(".")[0] or package in ALLOWED[own.split(".")[0]], f"{own} imports {module}"
        assert FLOW.index(there) < FLOW.index(room(own)), f"{own} imports {there}, which does not stand before it"
        assert module == there, f"{own} reaches behind the door of {there}: {module}"


def test_no_modules_import_each_other_in_a_ring() -> None:
    graph = {dotted(path): {module for module, _ in imports(path)} for path in MODULES if path.name != "__init__.py"}
    while free := [module for module, wanted in graph.items() if not wanted & graph.keys() - {module}]:
        for module in free:
            del graph[module]
    assert not graph


@pytest.mark.parametrize("path", ROOMS, ids=dotted)
def test_a_room_says_what_it_is_and_opens_what_is_there(path: Path) -> None:
    door = importlib.import_module(dotted(path))
    assert door.__doc__
    for name in door.__all__:
        assert not inspect.ismodule(getattr(door, name)), f"{name} is a module and a name of {dotted(path)}"


def test_an_import_loads_only_what_most_uses_need() -> None:
    """What only some steps, files or commands need is loaded by them: the start is a third of a small run."""
    program = "import sys, layers, zoning, maps; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    later = {"affine", "attr", "highspy", "pyogrio", "rasterio", "rich", "typer", "xlsxwriter"}
    assert not later & set(loaded.stdout.split())


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_no_gdal_is_loaded_before_its_drivers_are_limited(path: Path) -> None:
    """pyogrio registers all its drivers when it is imported, so no module may import it at its head."""
    heads = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {alias.name for node in heads for alias in node.names} | {getattr(node, "module", "") for node in heads}
    assert not {str(name).partition(".")[0] for name in named} & {"pyogrio", "rasterio"}


@pytest.mark.parametrize("package", ORDER)
def test_front_doors_export_what_is_there_and_hide_no_room(package: str) -> None:
    door = importlib.import_module(package)
    named = {name for _, names in imports(ROOT / package / "__init__.py") for name in names}
    assert not {name for name in named if inspect.ismodule(getattr(door, name))}
    assert not named & set(ORDER[package].split())
    if package == "maps":
        assert set(maps._LATER) <= set(dir(maps))
