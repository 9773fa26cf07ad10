"""The house rules on imports: one way between packages, front doors only, in a package only what stands above."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import maps

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {"layers": set(), "zoning": {"layers"}, "maps": {"layers", "zoning"}}
MODULES = sorted(path for package in ALLOWED for path in (ROOT / package).glob("*.py") if path.name != "__init__.py")


def imports(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Every import of a file, wherever it stands: the module and the names taken from it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, ()) for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append((node.module or "", tuple(alias.name for alias in node.names)))
    return found


def order(package: str) -> list[str]:
    """The modules of a package in the order in which its front door imports them."""
    found: list[str] = []
    for module, names in imports(ROOT / package / "__init__.py"):
        inside = list(names) if module == package else module.removeprefix(f"{package}.").split(".")[:1]
        if module.split(".")[0] == package:
            found += [name for name in inside if name not in found]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_module_imports_only_what_stands_above_it(path: Path) -> None:
    package, own = path.parent.name, path.stem
    flow = order(package)
    assert own in flow, f"{package}/__init__.py does not say where {own} stands in the flow"
    for module, names in imports(path):
        top, _, rest = module.partition(".")
        if top in ALLOWED and top != package:
            assert top in ALLOWED[package], f"{package} must not import {top}"
            assert not rest, f"{package}.{own} reaches behind the front door of {top}: {module}"
        if top == package:
            assert rest, f"{package}.{own} imports its own front door ({', '.join(names)})"
            above = flow[: flow.index(own)]
            assert rest in above, f"{package}.{own} imports {rest}, which does not stand above it"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_module_is_of_readable_size(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= 350, f"{path.name} has {lines} lines: is there a second noun in it?"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_no_gdal_is_loaded_before_its_drivers_are_limited(path: Path) -> None:
    """pyogrio registers all its drivers when it is imported, so no module may import it at its head."""
    heads = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {alias.name for node in heads for alias in node.names} | {getattr(node, "module", "") for node in heads}
    assert not {str(name).partition(".")[0] for name in named} & {"pyogrio", "rasterio"}


def test_an_import_loads_only_what_most_uses_need() -> None:
    """What only some steps, files or commands need is loaded by them: the start is a third of a small run."""
    program = "import sys, layers, zoning, maps; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    later = {"affine", "attr", "highspy", "pyogrio", "rasterio", "rich", "typer", "xlsxwriter"}
    assert not later & set(loaded.stdout.split())


def test_what_a_front_door_opens_later_is_all_that_its_types_know() -> None:
    (block,) = (
        node for node in ast.parse((ROOT / "maps" / "__init__.py").read_text("utf-8")).body if isinstance(node, ast.If)
    )
    known = {
        alias.name: node.module for node in ast.walk(block) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert known == maps._LATER
    assert set(known) <= set(dir(maps))


@pytest.mark.parametrize("package", ALLOWED)
def test_front_doors_export_what_is_there(package: str) -> None:
    module = __import__(package)
    for name in getattr(module, "__all__", dir(module)):
        assert getattr(module, name, None) is not None


@pytest.mark.parametrize("package", ALLOWED)
def test_no_module_hides_what_the_front_door_exports(package: str) -> None:
    """Python puts a module into its package under its own name, over a function of that name that came before."""
    door = __import__(package)
    named = {name for _, names in imports(ROOT / package / "__init__.py") for name in names}
    assert not {name for name in named if inspect.ismodule(getattr(door, name))}
