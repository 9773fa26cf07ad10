"""Runs and steps kept between calls of the command: the same plan, sources, rulebook and program give the same files.

The key of a run is the hash of every byte that a run reads, never a time or a name alone: the plan, each file that it
names, the rulebook, zoneplan's own files, the versions of the libraries, the language and the options. Steps that cost
much have keys of their own, of what they alone read: see :class:`zoning.pipeline.KeptResults`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import BinaryIO, NamedTuple

from layers.errors import ZoneplanError
from layers.inputs import Source
from layers.outputs import MANIFEST, files_in
from layers.read import record_sources
from zoning.pipeline import KeptResults
from zoning.plan import Plan
from zoning.rulebook import find_rulebook, rulebook_files
from zoning.study import Study

FORMAT = 1
"""Of an entry: a line of JSON that lists its files with their sizes and sha256, then the files one after the other."""
ENDING = ".zoneplan-cache"
STEP = "step-"
"""Before the names of entries that hold a step of a plan; the others hold a whole run."""
MOST_BYTES = 500_000_000
"""All entries together have no more; those that were not used for the longest time go first."""
_DIGITS = 64
"""Of a sha256."""
FOLDER = "ZONEPLAN_CACHE"
"""The environment variable that names another folder."""


def cache_folder() -> Path:
    """Where entries are kept: ``$ZONEPLAN_CACHE``, or a folder of zoneplan where the system keeps caches of users."""
    setting = os.environ.get(FOLDER, "")
    if setting:
        return Path(setting)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "") or str(Path.home() / "AppData" / "Local")
        return Path(base) / "zoneplan" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "zoneplan"
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "zoneplan"


def hash_of(parts: Iterable[tuple[str, bytes]]) -> str:
    """One hash of named parts, each told apart from the next; the order counts.

    Examples
    --------
    >>> hash_of([("a", b"bc")]) == hash_of([("ab", b"c")])
    False
    """
    whole = hashlib.sha256()
    for name, content in parts:
        for piece in (name.encode("utf-8"), content):
            whole.update(len(piece).to_bytes(8, "big"))
            whole.update(piece)
    return whole.hexdigest()


class Stock(NamedTuple):
    """What a cache holds."""

    folder: Path
    runs: int
    steps: int
    size: int


@dataclass(frozen=True)
class ContentCache:
    """A folder of entries."""

    folder: Path
    most: int = MOST_BYTES
    kind: str = ""

    def find(self, key: str) -> dict[str, bytes] | None:
        """The files of an entry, each as it was kept; None where there is none, or it is not whole."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            files = _unpacked(content, key)
        except (ValueError, KeyError, TypeError, RecursionError) as damage:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise ValueError(str(damage)) from None
        with suppress(OSError):
            os.utime(path)
        return files

    def keep(self, key: str, files: Mapping[str, bytes | Path]) -> bool:
        """Keep files under a key, in place at once and whole; whether that went well."""
        try:
            if sum(map(_size, files.values())) > self.most:
                return False
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=f"{ENDING}.part", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as stream:
                    _pack(stream, files, key)
                os.replace(name, self._path(key))  # noqa: PTH105  (beside mkstemp, which gives names)
            finally:
                Path(name).unlink(missing_ok=True)
            self._shrink(self.most)
        except OSError:
            return False
        return True

    def stock(self) -> Stock:
        """How many entries there are, of whichever kind, and how large they are together."""
        listed = [(path.name.startswith(STEP), size) for _, size, path in self._listed() if path.name.endswith(ENDING)]
        steps = sum(is_step for is_step, _ in listed)
        return Stock(self.folder, len(listed) - steps, steps, sum(size for _, size in listed))

    def clear(self) -> Stock:
        """Remove all entries, and what writers that were killed left behind; what was removed."""
        before = self.stock()
        self._shrink(0)
        return before

    def _path(self, key: str) -> Path:
        return self.folder / f"{self.kind}{key}{ENDING}"

    def _listed(self) -> list[tuple[float, int, Path]]:
        """When each file of ours was last used, its size and its path, the oldest first; nobody else's."""
        entries = []
        with suppress(OSError):
            for path in self.folder.iterdir():
                if path.name.endswith((ENDING, f"{ENDING}.part")):
                    with suppress(OSError):
                        state = path.lstat()
                        entries.append((state.st_mtime, state.st_size, path))
        return sorted(entries)

    def _shrink(self, most: int) -> None:
        listed = self._listed()
        total = sum(size for _, size, _ in listed)
        for _, size, path in listed:
            if total <= most and most:
                return
            with suppress(OSError):
                path.unlink(missing_ok=True)
            total -= size


def _size(content: bytes | Path) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _pack(stream: BinaryIO, files: Mapping[str, bytes | Path], key: str) -> None:
    """Write files one after another, behind a head that has the length and the digest of each."""
    listed = [(name, _size(content), "0" * _DIGITS) for name, content in files.items()]
    stream.write(blank := _head(listed, key))
    for index, (name, content) in enumerate(files.items()):
        body = content.read_bytes() if isinstance(content, Path) else content
        listed[index] = name, len(body), hashlib.sha256(body).hexdigest()
        stream.write(body)
    head = _head(listed, key)
    if len(head) != len(blank):
        raise OSError("a file changed while it was read")
    stream.seek(0)
    stream.write(head)


def _head(listed: Iterable[tuple[str, int, str]], key: str) -> bytes:
    head = {"format": FORMAT, "key": key, "files": [*listed]}
    return json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _unpacked(content: bytes, key: str) -> dict[str, bytes]:
    start = content.find(b"\n") + 1
    head = json.loads(content[:start])
    if (head["format"], head["key"]) != (FORMAT, key):
        raise ValueError("another format, or another key")
    files = {}
    for name, size, digest in head["files"]:
        files[str(name)] = body = content[start : start + size]
        start += size
        if hashlib.sha256(body).hexdigest() != digest:
            raise ValueError(f"{name} is not as it was written")
    if start != len(content):
        raise ValueError("longer than it should be")
    return files


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
            *((f"source {source.name}\0{source.path}", source.sha256.encode("ascii")) for source in sources),
            *((f"rulebook {name}", content) for name, content in sorted(rulebook.items())),
        )
    )


@cache
def _program() -> tuple[tuple[str, bytes], ...]:
    """Every file of zoneplan itself, and the versions of what it stands on."""
    return (("files", hash_of(_own_files()).encode("ascii")), *((name, _version(name)) for name in LIBRARIES))


def _own_files() -> Iterator[tuple[str, bytes]]:
    for package in PACKAGES:
        spec = util.find_spec(package)
        for folder in sorted(spec.submodule_search_locations or ()) if spec else ():
            yield from sorted(_files_in(folder, package))


def _files_in(folder: str, name: str) -> Iterator[tuple[str, bytes]]:
    """The files in a folder and below it: the name of each, and its hash."""
    with os.scandir(folder) as entries:
        for entry in entries:
            entry_name = f"{name}/{entry.name}"
            if entry.is_dir():
                yield from _files_in(entry.path, entry_name)
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                yield entry_name, hashlib.sha256(Path(entry.path).read_bytes()).digest()


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
    files = store.find(key)
    if files is None:
        return None
    summary = files.pop(SUMMARY, None)
    if summary is None or any(not _is_inside(name) for name in files):
        raise ValueError("no run")
    return KeptRun(summary, {name.removeprefix("run/"): content for name, content in files.items()})


def _is_inside(name: str) -> bool:
    """Whether a name of an entry is that of a file inside a run folder."""
    parts = name.split("/")
    return parts[0] == "run" and len(parts) > 1 and not any(part in ("", ".", "..") or "\\" in part for part in parts)
