"""Runs and steps kept between calls of the command: the same plan, sources, rulebook and program give the same files.

The key of a run is the hash of every byte that a run reads, never a time or a name alone: the plan, each file that it
names, the rulebook, zoneplan's own files, the versions of the libraries, the language and the options. Steps that cost
much have keys of their own, of what they alone read: see :class:`zoning.steps.KeptResults`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import NamedTuple

from layers.errors import ZoneplanError
from layers.inputs import Source
from layers.outputs import MANIFEST, files_in
from layers.read import record_sources
from maps.run_folder.content_cache import STEP, ContentCache, cache_folder, hash_of
from zoning.plan import Plan
from zoning.rulebook import find_rulebook, rulebook_files
from zoning.steps import KeptResults
from zoning.study import Study

PACKAGES = ("zoneplan", "maps", "zoning", "layers")
LIBRARIES = (
    "geopandas", "shapely", "pyogrio", "rasterio", "pyproj", "exactextract", "folium", "pandas", "numpy", "pyarrow",
    "highspy", "pydantic", "matplotlib", "openpyxl",
)  # fmt: skip
"""On whose versions bytes may hang; those that are not installed count as that."""
SUMMARY = "summary.json"
"""Beside the files of the run, what the command says of it."""


class Options(NamedTuple):
    """What the command is asked for beside the plan."""

    language: str
    excel_safe: bool
    flat: bool = False


def key_before(study: Study, options: Options) -> str:
    """The key of a run that is to be made, from the files as they stand now; "" where one cannot be read.

    What cannot be read is said by the run itself, in its place and together with all else that is wrong.
    """
    with suppress(ZoneplanError, OSError):
        return _key(study, record_sources(study), rulebook_files(find_rulebook(study.rulebook)), options)
    return ""


def key_after(plan: Plan, options: Options) -> str:
    """The key of a run that was made, from what it read: another one where a file changed in between."""
    return _key(plan.study, plan.sources, plan.rulebook.files, options)


def _key(study: Study, sources: Sequence[Source], rulebook: Mapping[str, bytes], options: Options) -> str:
    return hash_of(
        (
            *_program(),
            ("options", repr(tuple(options)).encode("utf-8")),
            ("plan", study.text.encode("utf-8")),
            ("file", study.path.name.encode("utf-8", "surrogateescape")),
            *((f"source {one.name}\0{one.path}", one.sha256.encode("ascii")) for one in sources),
            *((f"rulebook {name}", content) for name, content in sorted(rulebook.items())),
        )
    )


@cache
def _program() -> tuple[tuple[str, bytes], ...]:
    """Every file of zoneplan itself, and the versions of what it stands on."""
    return (("files", hash_of(_own_files()).encode("ascii")), *((name, _version(name)) for name in LIBRARIES))


def _own_files() -> Iterator[tuple[str, bytes]]:
    for package in PACKAGES:
        found = util.find_spec(package)
        for place in sorted(found.submodule_search_locations or ()) if found else ():
            yield from sorted(_files_in(place, package))


def _files_in(folder: str, name: str) -> Iterator[tuple[str, bytes]]:
    """The files in a folder and below it: the name of each, and its hash."""
    with os.scandir(folder) as entries:
        for entry in entries:
            own = f"{name}/{entry.name}"
            if entry.is_dir():
                yield from _files_in(entry.path, own)
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                yield own, hashlib.sha256(Path(entry.path).read_bytes()).digest()


def _version(name: str) -> bytes:
    try:
        return metadata.version(name).encode("utf-8")
    except metadata.PackageNotFoundError:
        return b""


def kept_steps(notice: Callable[[str], None]) -> KeptResults:
    """The steps of plans that are kept."""
    return KeptResults(ContentCache(cache_folder(), kind=STEP), hash_of(_program()), notice)


def keep_run(store: ContentCache, key: str, folder: Path, summary: bytes) -> bool:
    """Keep the files of a run that was just written; whether that went well."""
    files = {f"run/{name}": folder / name for name in files_in(folder) if name != MANIFEST}
    return store.keep(key, {SUMMARY: summary, **files})


class KeptRun(NamedTuple):
    """A run as it was kept."""

    summary: bytes
    files: Mapping[str, bytes]


def find_run(store: ContentCache, key: str) -> KeptRun | None:
    """A run that was kept under a key; None where there is none."""
    found = store.find(key)
    if found is None:
        return None
    summary = found.pop(SUMMARY, None)
    if summary is None or any(not _is_inside(name) for name in found):
        raise ValueError("no run")
    return KeptRun(summary, {name.removeprefix("run/"): content for name, content in found.items()})


def _is_inside(name: str) -> bool:
    """Whether a name of an entry is that of a file inside a run folder."""
    parts = name.split("/")
    return parts[0] == "run" and len(parts) > 1 and not any(part in ("", ".", "..") or "\\" in part for part in parts)
