"""The size of the house, counted: lines, modules, rooms, exports, imports, names that say nothing, files of the demo.

    python benchmarks/house.py [--demo]

Lines of code are neither blank, comment nor docstring. Prints a table, and in the last line all of it as JSON.
``--demo`` also runs ``zoneplan demo``, under a profiler, and counts the modules that it loads and those of which it
enters a function, in whatever process.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("layers", "zoning", "maps", "zoneplan")
AREAS = (*PACKAGES, "tests", "benchmarks", "docs", "examples")
SCRIPTS = ROOT / "maps" / "web" / "src"
BANNED = frozenset(["one", "found", "told", "said", "asked", "own", "place", "kept", "met"])
"""Names that do not say what the value is."""
SILENT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
}  # fmt: skip
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
SCRIPT_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*$|/\*[\s\S]*?\*/)", re.MULTILINE)
PROFILED = """
import os, sys, threading
log, root = int(sys.argv[1]), sys.argv[2] + os.sep
seen = set()
def see(frame, event, _):
    code = frame.f_code
    entry = code.co_filename, code.co_name == "<module>"
    if event == "call" and entry not in seen:
        seen.add(entry)
        if entry[0].startswith(root):
            try:
                os.write(log, f"{'loaded' if entry[1] else 'entered'} {entry[0][len(root):]}\\n".encode())
            except OSError:
                pass  # a process that holds no file of its parent
threading.setprofile(see)
sys.setprofile(see)
from zoneplan.cli.commands import main
main(["demo", "demo"])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", action="store_true", help="run the demo, and count the modules that it enters")
    wants_demo = parser.parse_args().demo
    by_area = {area: count_area(area) for area in AREAS}
    total = sum(by_area.values(), Counter())
    keys = list(count_module(""))
    print(f"{'area':12}" + "".join(f"{key:>12}" for key in keys))
    for area, counts in {**by_area, "all": total}.items():
        print(f"{area:12}" + "".join(f"{counts[key]:>12,}" for key in keys))
    house = count_house() | (count_demo() if wants_demo else {})
    print()
    for key, count in house.items():
        print(f"{count:>8,}  {key.replace('_', ' ')}")
    areas = {area: {key: counts[key] for key in keys} for area, counts in by_area.items()}
    print(json.dumps({"areas": areas, **house}))


def count_area(area: str) -> Counter[str]:
    """The counts of all modules below a folder."""
    return sum((count_module(path.read_text("utf-8")) for path in sorted((ROOT / area).rglob("*.py"))), Counter())


def count_module(source: str) -> Counter[str]:
    """What is counted of the source of one module."""
    tree = ast.parse(source)
    documentation = docstring_lines(tree)
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in SILENT:
            code |= set(range(token.start[0], token.end[0] + 1))
    imports = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return Counter(
        modules=1,
        code=len(code - documentation),
        docstrings=len(documentation),
        imports=len(imports),
        banned=sum(name.strip("_") in BANNED for name in bound_names(tree)),
    )


def docstring_lines(tree: ast.Module) -> set[int]:
    """The lines of docstrings, of values that are explained below them too."""
    strings = [
        node
        for parent in ast.walk(tree)
        if isinstance(parent, DOCUMENTED)
        for node in parent.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    return {line for node in strings for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def bound_names(tree: ast.Module) -> Iterator[str]:
    """Each name that is given to a value, a parameter, an attribute or a function, as often as it is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            yield node.name or ""
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


def exports(path: Path) -> int:
    """How many names a module has in ``__all__``."""
    for node in ast.parse(path.read_text("utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return len(ast.literal_eval(node.value))
    return 0


def count_house() -> dict[str, int]:
    """Rooms and what they export, names of the front door, and the scripts of the map."""
    folders = [path for package in PACKAGES[:3] for path in (ROOT / package).glob("*/__init__.py")]
    single = [path for package in PACKAGES[:3] for path in (ROOT / package).glob("*.py") if path.stem != "__init__"]
    scripts = [SCRIPT_COMMENT.sub("", path.read_text("utf-8")) for path in sorted(SCRIPTS.rglob("*.js"))]
    return {
        "rooms": len(folders) + len(single),
        "exports_of_rooms": sum(map(exports, folders)),
        "front_names": front_names(),
        "scripts_of_the_map": len(scripts),
        "lines_of_scripts": sum(bool(line.strip()) for script in scripts for line in script.splitlines()),
    }


def front_names() -> int:
    """How many names ``import zoneplan`` gives, which the package makes from several lists."""
    code = "import zoneplan; print(len(zoneplan.__all__))"
    return int(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout)


def count_demo() -> dict[str, int]:
    """How many modules of ours the demo loads, and of how many it enters a function."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "seen"
        handle = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        os.set_inheritable(handle, True)
        subprocess.run(
            [sys.executable, "-c", PROFILED, str(handle), str(ROOT)],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, pass_fds=[handle],
            stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        os.close(handle)
        seen = {tuple(line.split(" ", 1)) for line in log.read_text("utf-8").splitlines()}
    house = {(how, path) for how, path in seen if path.partition(os.sep)[0] in PACKAGES}
    return {f"modules_{how}_by_demo": sum(kind == how for kind, _ in house) for how in ("loaded", "entered")}


if __name__ == "__main__":
    main()
