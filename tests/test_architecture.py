"""The house rules on imports: one way between packages and rooms, front doors only, no ring of modules.

Exceptions are ``layers.read_study`` and ``maps.progress``: old names, which open a room of another package when
they are asked for.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from zoneplan.front_door import CARDS, homes
from zoneplan.old_names import LEFT, MOVED_ROOMS

ROOT = Path(__file__).resolve().parent.parent
ORDER = {
    "layers": "phrases numerals errors format_limits parallel overview ledger conditions crs sources "
    "sandbox formats outputs raster inputs archives geometry databases read",
    "zoning": "errors tables unit_ids arguments reasons solver indices study rulebook plan overlays "
    "cluster measures zones quotas money policies pipeline whatif",
    "maps": "errors words drawing telling web notebook exports runs serve drafts",
    "zoneplan": "sturdy_output driver_wall own_packages old_names front_door indices cli __main__",
}
FRONT_DOOR = "zoneplan"
PACKAGES = [package for package in ORDER if package != FRONT_DOOR]
"""Those behind the front door."""
SERVES = f"{FRONT_DOOR}.front_door"
"""What doors with a stub are made of: the standard library alone, so that any room may import it."""
OLD_HOMES = {"layers": {"read_study": "zoning.study"}, "maps": {"progress": "zoneplan.cli"}}
FLOW = [f"{package}.{name}" for package, names in ORDER.items() for name in names.split()]
FILES = sorted(path for package in ORDER for path in (ROOT / package).rglob("*.py"))
MODULES = [path for path in FILES if path.name != "__init__.py" or path.parent.parent != ROOT]
ROOMS = [path for path in FILES if path.name == "__init__.py" and path.parent.parent != ROOT]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


@cache
def imports(path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every import of the house in a file, wherever it stands: the module and the names taken from it."""
    return tuple(imports_in(path))


def imports_in(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names if alias.name.split(".")[0] in ORDER)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module and node.module.split(".")[0] in ORDER:
                yield node.module, tuple(alias.name for alias in node.names)


def test_every_room_stands_in_the_order() -> None:
    assert sorted({room(dotted(path)) for path in MODULES}) == sorted(FLOW)


def test_modules_import_only_what_stands_before_their_room_and_through_its_door() -> None:
    wrong = []
    for path in MODULES:
        own = dotted(path)
        for module, names in imports(path):
            there = room(module)
            if there in {room(own), SERVES}:
                continue
            if module in ORDER:
                wrong.append(f"{own} imports {', '.join(names)} from the door of the package {module}")
            elif FLOW.index(there) > FLOW.index(room(own)):
                wrong.append(f"{own} imports {there}, which does not stand before it")
            elif module != there:
                wrong.append(f"{own} reaches behind the door of {there}: {module}")
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_each_other_in_a_ring() -> None:
    graph = {dotted(path): {module for module, _ in imports(path)} for path in MODULES if path.name != "__init__.py"}
    while free := [module for module, wanted in graph.items() if not wanted & graph.keys() - {module}]:
        for module in free:
            del graph[module]
    assert not graph


def test_a_room_says_what_it_is_and_opens_what_others_use() -> None:
    used = {(module, name) for path in FILES for module, names in imports(path) for name in names}
    served = [*homes(FRONT_DOOR).items(), *homes(f"{FRONT_DOOR}.indices").items(), *LEFT.items()]
    used |= {(module, name) for name, module in served}
    used |= {tuple(place.split(":")) for place in CARDS.values()}
    wrong = []
    for path in ROOMS:
        door = importlib.import_module(dotted(path))
        assert door.__doc__, dotted(path)
        if not hasattr(door, "__all__"):  # a folder of a room without a door of its own
            assert dotted(path.parent.parent / "__init__.py") in map(dotted, ROOMS), dotted(path)
            continue
        stub = path.with_suffix(".pyi")
        named = {name for _, names in imports(stub if stub.exists() else path) for name in names}
        assert named == set(door.__all__), f"{dotted(path)}: {named ^ set(door.__all__)}"
        wrong += [f"{dotted(path)}.{name} is a module, too" for name in named if inspect.ismodule(getattr(door, name))]
        wrong += [f"nobody asks at {dotted(path)} for {name}" for name in named if (dotted(path), name) not in used]
    assert not wrong, "\n".join(wrong)


def test_a_room_is_no_heap() -> None:
    """At most 12 modules in a room, at most 12 files directly in a package."""
    folders = {path.parent for path in FILES}
    sizes = {dotted(folder / "__init__.py"): len([*folder.glob("*.py")]) - 1 for folder in folders}
    assert {name: size for name, size in sizes.items() if size > 12} == {}


@pytest.mark.parametrize("module", [FRONT_DOOR, f"{FRONT_DOOR}.indices", *PACKAGES])
def test_a_door_serves_what_its_stub_lists(module: str) -> None:
    door, listed = importlib.import_module(module), homes(module)
    assert list(door.__all__) == list(listed)
    assert dir(door) == sorted(listed)
    assert not [name for name in listed if inspect.ismodule(getattr(door, name))]
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = door.nonsense
    assert module == FRONT_DOOR or not set(ORDER.get(module, "").split()) & set(listed), "a room hides a function"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_serves_those_names_of_the_front_door_that_live_in_it(package: str) -> None:
    own = {name: home for name, home in homes(FRONT_DOOR).items() if home.startswith(f"{package}.")}
    assert homes(package) == own | OLD_HOMES.get(package, {})


@pytest.mark.parametrize("name", LEFT)
def test_a_name_that_left_the_front_door_says_where_it_lives(name: str) -> None:
    home = LEFT[name]
    for door in (FRONT_DOOR, home.partition(".")[0]):
        with pytest.warns(DeprecationWarning, match=f"{door}.{name} is {home}.{name} now"):
            there = getattr(importlib.import_module(door), name)
        assert inspect.unwrap(there) is inspect.unwrap(getattr(importlib.import_module(home), name))


def test_the_front_door_is_what_was_promised() -> None:
    """A golden list: whoever changes it says so in the changelog."""
    zp = importlib.import_module(FRONT_DOOR)
    promised = """
        read_study read_rulebook read_inputs prepare builtin_study overlay area_shares settle_lines measure
        derive classify resolve allocate apportion site judge_energy account assign run progress check estimate
        compare consensus curve sweep robustness seek calibrate explain at render draw picture report dossier
        write_run read_run verify write_report write_dossier write_geopackage write_geodatabase write_geoparquet
        write_workbook as_floats write_study write_plan parse_condition working_crs project Study Rulebook
        Inputs Plan Trace Quota Decision ZoneplanError InfeasibleError
    """
    assert zp.__all__ == promised.split()
    assert len(zp.__all__) <= 60


def test_the_door_to_the_indices_is_what_was_promised() -> None:
    """A golden list, too."""
    door = importlib.import_module(FRONT_DOOR).indices
    promised = """
        minmax zscore rank grade read_grading
        equal_weights entropy_weights ahp_weights
        weighted_sum geometric_mean weakest_link topsis
        raster_index raster_by_cells raster_quantiles grade_shares
        shares gini coefficient_of_variation theil herfindahl concentration_ratio
        growth_contributions beta_convergence sigma_convergence growth_poles
        moran local_moran regional_divergence
        two_step_floating_catchment three_step_floating_catchment facility_shares travel_times
        nearest_distance
        service_gap best_facilities
        areal_interpolation
        carrying_capacity arable_capacity building_capacity development_intensity population_change reserves_taken
        by_matrix corrected by_decisions
    """
    assert door.__all__ == promised.split()


OLD_NAMES = {
    "layers": ["read_study"],
    "zoning": ["run", "overlay", "measure", "read_study"],
    "maps": ["write_run", "progress"],
}


@pytest.mark.parametrize("package", OLD_NAMES)
def test_old_names_keep_working(package: str) -> None:
    door = importlib.import_module(package)
    assert all(callable(getattr(door, name)) for name in OLD_NAMES[package])


def test_rooms_that_moved_still_open_and_say_where_they_are() -> None:
    """As the documentation imported from them, and from a module or folder in each."""
    lines, warnings = [], []
    for old, new in MOVED_ROOMS.items():
        name = importlib.import_module(new).__all__[0]
        module = min(info.name for info in pkgutil.iter_modules([ROOT / new.replace(".", "/")]))
        lines += [f"from {old} import {name}", f"import {old}.{module}"]
        warnings += [f"{old} is {new} now", f"{old}.{module} is {new}.{module} now"]
    call = [sys.executable, "-W", "always", "-c", "\n".join(lines)]
    done = subprocess.run(call, check=True, capture_output=True, text=True, cwd=ROOT)
    assert [warning for warning in warnings if f"DeprecationWarning: {warning}" not in done.stderr] == []


def loaded(program: str) -> set[str]:
    """The modules that a program loads in a process of its own, by their first names."""
    report = f"{program}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", report], check=True, capture_output=True, text=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


def test_an_import_of_the_front_door_loads_nothing() -> None:
    heavy = {"pandas", "geopandas", "pydantic", "numpy", "folium", "requests", "highspy", "pyogrio", "rasterio", "rich"}
    assert not heavy & loaded("import zoneplan, layers, zoning, maps")


def test_the_help_of_the_command_loads_only_the_command() -> None:
    heavy = {"pandas", "geopandas", "pydantic", "numpy", "folium", "requests", "highspy", "pyogrio", "rasterio"}
    program = """
import contextlib, io, sys
from zoneplan.cli import main
sys.argv = ["zoneplan", "--help"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
"""
    assert not heavy & loaded(program)


def test_who_looks_for_a_kept_run_loads_nothing_that_draws() -> None:
    names = "ContentCache, find_run, key_before, require_room, write_kept_run, write_run"
    assert not {"folium", "jinja2", "xlsxwriter"} & loaded(f"from maps.runs import {names}")


def test_no_gdal_is_loaded_before_its_drivers_are_limited() -> None:
    """pyogrio registers all its drivers when it is imported, so no module may import it at its head."""
    wrong = []
    for path in FILES:
        heads = [n for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, ast.Import | ast.ImportFrom)]
        named = {alias.name for node in heads for alias in node.names} | {getattr(n, "module", "") for n in heads}
        if {str(name).partition(".")[0] for name in named} & {"pyogrio", "rasterio"}:
            wrong.append(dotted(path))
    assert not wrong


def functions(packages: Iterable[str]) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in FILES:
        if path.relative_to(ROOT).parts[0] in packages:
            for one in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{dotted(path)}.{one.name}", one


def test_few_functions_below_maps_know_a_language() -> None:
    """Reasons are records, and words come last."""
    told = [
        name
        for name, one in functions(("layers", "zoning"))
        if any("language" in argument.arg for argument in (*one.args.args, *one.args.kwonlyargs))
    ]
    assert len(told) <= 10, told


def test_few_functions_return_a_dict_of_anything() -> None:
    """What has fields is a record with names and types; JSON for programs and rows for a table are not."""
    loose = re.compile(r"dict\[str, Any\]")
    names = {"dict[str, Any]"} | {
        target.id
        for path in FILES
        for one in ast.parse(path.read_text("utf-8")).body
        if isinstance(one, ast.Assign) and loose.fullmatch(ast.unparse(one.value))
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    found = [name for name, one in functions(ORDER) if one.returns and ast.unparse(one.returns) in names]
    assert len(found) <= 20, found
