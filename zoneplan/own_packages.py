"""The guard of the front door: ``layers``, ``zoning`` and ``maps`` are zoneplan's own, or it is said whose they are.

Plain names are taken by others, too: a distribution may overwrite a package, a folder beside a notebook may hide it. So
this module imports nothing but the standard library, and is asked before a package of the house is loaded.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata, util
from pathlib import Path

PACKAGES = ("layers", "zoning", "maps")
DISTRIBUTION = "zoneplan"
EXIT_CLASH = 2

_HOME = Path(__file__).parent.parent
_SIGNATURE = "= serve(__name__)"
"""Stands in the ``__init__`` of each of our packages."""
_AFRESH = "pip install --force-reinstall --no-deps zoneplan"
_APART = "Install zoneplan in an environment of its own"


def clashes() -> tuple[str, ...]:
    """What stands in the way of the packages of zoneplan, and what to do; nothing where they are its own.

    Examples
    --------
    >>> clashes()
    ()
    """
    return tuple(text for name in PACKAGES for text in _clash(name))


def require_own_packages() -> None:
    """Stop where another's package would be taken for one of zoneplan's."""
    if complaints := clashes():
        raise ImportError("\n".join(complaints))


def report_clashes(complaints: Sequence[str], arguments: Sequence[str]) -> int:
    """Answer a call of the command that cannot be carried out; ``doctor`` tells what it can without the packages."""
    if "doctor" not in arguments[:1]:
        for text in complaints:
            print(f"zoneplan: {text}", file=sys.stderr)
    elif "--json" in arguments:
        symptoms = [{"topic": "names", "level": "problem", "text": text} for text in complaints]
        print(json.dumps({"versions": _versions(), "symptoms": symptoms}, indent=1))
    else:
        versions = [f"{name}  {version}" for name, version in _versions().items()]
        more = "note: libraries and drivers are looked at once this is mended."
        print("\n".join([*versions, "", *(f"problem: {text}" for text in complaints), more]))
    return EXIT_CLASH


def _clash(name: str) -> Iterator[str]:
    """The complaint about one package."""
    origin = _origin(name)
    if origin is None:
        yield (
            f"the package '{name}' of zoneplan is not there, as after another package of that name was uninstalled: "
            f"{_AFRESH}"
        )
    elif os.path.realpath(origin) != os.path.realpath(_HOME / name / "__init__.py"):
        owners = _others(name, origin)
        whose = f"of the package {owners}" if owners else "a folder or file of that name"
        yield (
            f"'{name}' is {origin}, {whose}, and hides zoneplan's own. Leave that folder, rename it, or clear "
            f"PYTHONPATH{f'; else uninstall {owners}' if owners else ''}."
        )
    elif _SIGNATURE not in origin.read_text("utf-8", errors="replace"):
        owners = _others(name, origin)
        whose, which = (f"the package {owners}", f"pip uninstall {owners}; ") if owners else ("another package", "")
        yield f"'{name}' in {_HOME} was overwritten by {whose}. {_APART}, or: {which}{_AFRESH}"


def _origin(name: str) -> Path | None:
    """The file that an import of the name runs, or ran; None where there is none."""
    if name in sys.modules:
        file = getattr(sys.modules[name], "__file__", None)
        return Path(file) if file else None
    spec = util.find_spec(name)
    return Path(spec.origin) if spec and spec.origin else None


def _others(name: str, origin: Path) -> str:
    """The distributions beside ours that brought a file; "" where no record says so."""
    owners = set()
    for distribution in metadata.distributions():
        paths = (
            Path(str(distribution.locate_file(file)))
            for file in distribution.files or ()
            if file.parts[0] in {name, f"{name}.py"}
        )
        if any(os.path.realpath(path) == os.path.realpath(origin) for path in paths):
            owners.add(distribution.name)
    return ", ".join(sorted(owner for owner in owners if re.sub(r"[-_.]+", "-", owner).lower() != DISTRIBUTION))


def _versions() -> dict[str, str]:
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        version = "not installed as a package"
    return {"python": sys.version.split()[0], DISTRIBUTION: version}
