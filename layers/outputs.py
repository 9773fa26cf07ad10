"""The one way in which anything is written: beside its place, under a random name, and put there when it is whole.

A writer gets a path inside a folder of its own (``.<name>.zoneplan-stage-<random>``), which nobody else can have
prepared. What it wrote is flushed to the disk and takes its place in one step; until then what stood there is
untouched. A lock beside the place (``.<name>.zoneplan-lock``) keeps other writers out. What a killed writer left is
tidied by the next one in the same folder.
"""

from __future__ import annotations

import ctypes
import errno
import filecmp
import json
import mmap
import os
import re
import secrets
import shutil
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from layers.errors import BusyError, WriteError, ZoneplanError, session_limit, shown
from layers.formats import digest
from layers.parallel import in_threads, worker_count
from layers.phrases import Phrase, phrase_list

GENERATOR = "zoneplan"
GDAL_MARK = {"GENERATOR": GENERATOR}
"""Metadata of a file that GDAL writes."""
GEODATABASE_MARK = f"<metadata><generator>{GENERATOR}</generator></metadata>"
"""The documentation of each layer of a geodatabase."""
PDF_MARK = f"% {GENERATOR}\n".encode()
"""A comment behind the end of the file, where a PDF may have one."""
_IN_GEODATABASE = re.compile(r"(a[0-9a-f]{8}\.[a-z]+|gdb|timestamps|.*\.lock)", re.IGNORECASE)
_CATALOGUE = "a00000004.gdbtable"
"""Where a geodatabase has the documentation of its layers."""
_IN_WORKBOOK = re.compile(rb'name="generator"><vt:lpwstr>' + GENERATOR.encode() + b"<")
"""A property of its own, which programs keep when they save a workbook."""
_MOST_BYTES = 1 << 16


class Kind(NamedTuple):
    """A kind of output."""

    strangers: Callable[[Path], Sequence[str]]
    is_folder: bool = False
    makes_parents: bool = False


def _file(is_ours: Callable[[Path], bool]) -> Kind:
    """Files with a mark; one with nothing in it is nobody's."""

    def strangers(path: Path) -> list[str]:
        ours = not path.is_symlink() and path.is_file() and (path.stat().st_size == 0 or is_ours(path))
        return [] if ours else [path.name]

    return Kind(strangers)


def _holding(mark: bytes) -> Kind:
    return _file(lambda path: _holds(path, mark))


def _holds(path: Path, mark: bytes) -> bool:
    """Whether a file has these bytes somewhere; nothing of it is parsed."""
    with suppress(OSError, ValueError):
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(mark) >= 0
    return False


def _is_our_workbook(path: Path) -> bool:
    no_workbook = (OSError, ValueError, KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)
    with (
        suppress(*no_workbook),
        zipfile.ZipFile(path) as packed,
        packed.open("docProps/custom.xml") as properties,
    ):
        return _IN_WORKBOOK.search(properties.read(_MOST_BYTES)) is not None
    return False


def _strange_in_geodatabase(path: Path) -> list[str]:
    names = [*files_in(path)]
    if names and not _holds(path / _CATALOGUE, GEODATABASE_MARK.encode()):
        return names
    return [name for name in names if not _IN_GEODATABASE.fullmatch(name)]


NEW = Kind(lambda path: [path.name])
NEW_FOLDER = Kind(lambda path: [path.name], is_folder=True, makes_parents=True)
"""Nothing is ever replaced."""
PAGE = _holding(f'<meta name="generator" content="{GENERATOR}">'.encode())
PDF = _holding(PDF_MARK)
GEOPACKAGE = _holding(f'<MDI key="GENERATOR">{GENERATOR}</MDI>'.encode())
GEOPARQUET = _holding(f'"generator": "{GENERATOR}"'.encode())
RASTER = _holding(f'<Item name="GENERATOR">{GENERATOR}</Item>'.encode())
WORKBOOK = _file(_is_our_workbook)
GEODATABASE = Kind(_strange_in_geodatabase, is_folder=True)


def csv_table(columns: Iterable[str]) -> Kind:
    """A table as CSV, which has no place for a mark: one that begins with the very columns is replaced."""
    head = ("\ufeff" + ",".join(columns) + "\n").encode()

    def begins_so(path: Path) -> bool:
        with path.open("rb") as stream:
            return stream.read(len(head)) == head

    return _file(begins_so)


def unchanged(before: bytes) -> Kind:
    """A file of the user's own that is written anew, as long as it is what it was when it was read."""
    return Kind(lambda path: [] if path.read_bytes() == before else [path.name])


def listed_folder(kind: str) -> Kind:
    """A folder with a manifest of a kind, in which everything is as the manifest lists it."""

    def strangers(folder: Path) -> list[str]:
        listing = read_listing(folder)
        if listing is None or listing.get("kind") != kind:
            return [*files_in(folder)]
        return [name for name in files_in(folder) if not is_as_listed(folder, name, listing)]

    return Kind(strangers, is_folder=True, makes_parents=True)


MANIFEST = "manifest.json"


def files_in(folder: Path) -> Iterator[str]:
    """Everything in a folder but folders, the manifest included: paths inside it, sorted; no link is followed."""
    paths: list[str] = []
    for above, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(above) / name).is_symlink()]
        paths += [(Path(above) / name).relative_to(folder).as_posix() for name in (*files, *links)]
    yield from sorted(paths)


def manifest_text(content: Mapping[str, Any]) -> str:
    """A manifest as it is written."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_listing(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of a folder with the sha256 of its ``files``; None where there is none."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    files = content.get("files") if isinstance(content, dict) else None
    return content if isinstance(files, dict) and all(isinstance(sha256, str) for sha256 in files.values()) else None


def is_as_listed(folder: Path, name: str, listing: Mapping[str, Any]) -> bool:
    """Whether a file is a plain one with the bytes that the manifest lists, as far as it can be read."""
    path = folder / name
    with suppress(OSError):
        if path.is_symlink() or not path.is_file():
            return False
        if name == MANIFEST:
            return path.read_bytes() == manifest_text(listing).encode("utf-8")
        return name in listing["files"] and digest(path) == listing["files"][name]
    return False


def strange_files(folder: Path) -> list[str]:
    """Files of a folder that are new or changed since its manifest was written; none where it has no manifest."""
    listing = read_listing(folder)
    return [] if listing is None else [name for name in files_in(folder) if not is_as_listed(folder, name, listing)]


_HERE = -100  # AT_FDCWD: paths are read from the working folder
_NO_REPLACE, _EXCHANGE = 1, 2  # RENAME_NOREPLACE, RENAME_EXCHANGE
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}


def exchange(folder: Path, other: Path) -> bool:
    """Let two folders change places, so that at no moment either is missing."""
    return _renameat2(folder, other, _EXCHANGE)


def rename_new(old: Path, new: Path) -> None:
    """Rename a file or a folder to a name that nobody has; FileExistsError where somebody has.

    Where the system has no such call, a file is linked first, which replaces nothing either; of a folder it is looked
    at before.
    """
    if _renameat2(old, new, _NO_REPLACE):
        return
    if old.is_file():
        with suppress(PermissionError, NotImplementedError):  # a file system without links
            try:
                os.link(old, new, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _CANNOT:
                    raise
            else:
                old.unlink()
                return
    if os.path.lexists(new):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
    old.rename(new)


def _renameat2(old: Path, new: Path, flag: int) -> bool:
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if renameat2 is None:
        return False
    if renameat2(_HERE, os.fsencode(old), _HERE, os.fsencode(new), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(old), None, str(new))


WAIT_SECONDS = 0.5
"""For another zoneplan that only tidies up."""
_LOCK = "zoneplan-lock"
_STAGE = re.compile(r"\.(?P<name>.+)\.zoneplan-stage-[0-9a-f]{16}", re.DOTALL)
_LEFT = re.compile(rf"{_STAGE.pattern}|\.(?P<locked>.+)\.{_LOCK}", re.DOTALL)
_FILES, _JOURNAL = "files", "journal.json"
_WHOLE = (
    ((MANIFEST, "provenance.json"), Phrase("the run")),
    (("rulebook.toml", "zones.toml"), Phrase("the rulebook")),
)
"""Folders in which no output belongs, by files that they have."""

Notice = Callable[[str], None]


def warn(text: str) -> None:
    """Say something to who called from Python."""
    warnings.warn(text, stacklevel=3)


@contextmanager
def staged(target: str | Path, kind: Kind, *, inputs: Iterable[Path] = (), notice: Notice = warn) -> Iterator[Path]:
    """A path for a file or a folder, which takes its place when the block ends well; else nothing has happened.

    Inside a stage it is the target itself, which gets into its place with all else there.
    """
    target = _absolute(target)
    if any(_STAGE.fullmatch(above.name) for above in target.parents):
        yield target
        return
    with _refusing(target), _parents(target if kind.makes_parents else None):
        require_place(target, kind, inputs)
        with _locked(target, WAIT_SECONDS), _workplace(target, notice) as work:
            stage = work / target.name
            yield stage
            _flush_all(stage)
            _require_free(target, kind)
            _put(stage, target)


@contextmanager
def staged_in(folder: str | Path, last: str, notice: Notice = warn) -> Iterator[Path]:
    """A folder for files, which get into a folder when the block ends well; nothing that stands there is replaced."""
    if Path(folder).is_symlink() and not Path(folder).is_dir():
        raise WriteError(Phrase("{folder} is not a folder: choose another", folder=folder))
    folder = Path(os.path.realpath(folder))
    if not os.path.lexists(folder):
        with staged(folder, NEW_FOLDER, notice=notice) as stage:
            stage.mkdir()
            yield stage
        return
    target = folder / last
    with _refusing(folder), _locked(target, WAIT_SECONDS), _workplace(target, notice) as work:
        stage = work / _FILES
        stage.mkdir()
        yield stage
        _flush_all(stage)
        _put_among(work, folder, last)


def write_text(target: str | Path, text: str, kind: Kind, *, inputs: Iterable[Path] = ()) -> None:
    """Write a text in UTF-8, whole or not at all; as :func:`staged`, with the same errors."""
    content = text.encode("utf-8")
    with staged(target, kind, inputs=inputs) as stage:
        stage.write_bytes(content)


def require_place(target: str | Path, kind: Kind, inputs: Iterable[Path] = ()) -> None:
    """Refuse, before any work is done, a place where something stands that is not replaced."""
    target = _absolute(target)
    with _refusing(target):
        with suppress(FileNotFoundError, NotADirectoryError):
            _stage_beside(target).lstat()  # a name that is too long
        if not kind.makes_parents:
            target.parent.stat()
        _refuse_inputs(target, inputs)
        _require_free(target, kind)
        _refuse_inside(target)


def require_free(target: str | Path) -> None:
    """Refuse to write where something stands, be it a file, a folder or a link."""
    if os.path.lexists(target):
        raise WriteError(
            Phrase("{path} is there already: nothing is overwritten without --force; or name another file", path=target)
        )


def put_back(target: str | Path) -> None:
    """Put an output back in its place that was moved aside for its successor, where that was killed."""
    target = _absolute(target)
    with suppress(OSError, ValueError, BusyError):
        if not os.path.lexists(target) and any(map(_has_older, _stages_of(target))):
            with _locked(target):
                _restore(target)


def _refuse_inside(target: Path) -> None:
    """A file inside a run, or inside a rulebook, would be one that does not belong there."""
    for marks, what in _WHOLE:
        for above in target.parents:
            if all((above / mark).is_file() for mark in marks):
                raise WriteError(
                    Phrase(
                        "{folder} lies inside {kind} {other}, and would damage it: choose another place",
                        folder=target,
                        kind=what,
                        other=above,
                    )
                )


def _absolute(path: str | Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  (without "..", and links as they stand)


@contextmanager
def _refusing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise session_limit(error) or WriteError(
            Phrase(
                "{file}: cannot be written: {cause}; what stood there before is untouched. Free some space, or choose "
                "another place",
                file=target,
                cause=error.strerror or error,
            )
        ) from error


@contextmanager
def _parents(target: Path | None) -> Iterator[None]:
    """The folders above a folder; those that were made for nothing go again."""
    made = [] if target is None else [above for above in target.parents if not above.exists()]
    try:
        for above in reversed(made):
            above.mkdir(exist_ok=True)
        yield
    finally:
        for above in made:
            with suppress(OSError):  # it is not empty: the output stands there
                above.rmdir()


def _require_free(target: Path, kind: Kind) -> None:
    if not os.path.lexists(target):
        return
    if kind.is_folder and (target.is_symlink() or not target.is_dir()):
        raise WriteError(Phrase("{folder} is not a folder: choose another", folder=target))
    strange = sorted(kind.strangers(target))
    if strange and kind.is_folder:
        raise WriteError(_of_others(target, phrase_list(strange[:5])), features=strange)
    if strange:
        raise WriteError(
            Phrase(
                "{file} is no file that zoneplan wrote there, and is not replaced. Name another file, or remove it "
                "yourself",
                file=target,
            )
        )


def _of_others(folder: Path, names: str) -> Phrase:
    """Why a folder is not replaced: nobody marked it as ours, it is of another command, or it was changed since."""
    if read_listing(folder) is None:
        return Phrase(
            "{folder} holds {names}, which zoneplan did not write there: nothing is overwritten. Choose another folder",
            folder=folder,
            names=names,
        )
    if not strange_files(folder):
        return Phrase(
            "{folder} is of another command of zoneplan, and is not replaced by this one. Choose another folder",
            folder=folder,
        )
    return Phrase(
        "{folder} holds {names}, which is not as zoneplan wrote it there: nothing is overwritten. Choose another "
        "folder",
        folder=folder,
        names=names,
    )


def _refuse_inputs(target: Path, inputs: Iterable[Path]) -> None:
    real_target = Path(os.path.realpath(target))
    for path in inputs:
        if Path(os.path.realpath(path)).is_relative_to(real_target):
            raise WriteError(
                Phrase("{file} is a source of what would be written there: name another file", file=target)
            )


@contextmanager
def _locked(target: Path, timeout: float = 0) -> Iterator[None]:
    lock = FileLock(target.with_name(f".{target.name}.{_LOCK}"))
    try:
        lock.acquire(timeout=timeout)
    except Timeout:
        raise BusyError(
            Phrase("{folder}: another zoneplan is writing there; wait for it, or choose another place", folder=target)
        ) from None
    try:
        yield
    finally:
        with suppress(PermissionError):  # Windows removes no open file; there the release does it
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _workplace(target: Path, notice: Notice) -> Iterator[Path]:
    """A folder beside the target that nobody else can have made, once what killed writers left there is tidied."""
    for other in _left_beside(target.parent) - {target}:
        with suppress(ZoneplanError, OSError), _locked(other):  # what cannot be tidied now can wait
            _tidy(other, notice)
    _tidy(target, notice)
    work = _stage_beside(target)
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        with suppress(OSError):  # it stays for the next writer
            _clear(work, target, notice)


def _stage_beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.zoneplan-stage-{secrets.token_hex(8)}")


def _left_beside(parent: Path) -> set[Path]:
    """The places beside which a lock or a stage of this user stands, of a living writer or left by a kill."""
    left = ((_LEFT.fullmatch(entry.name), entry) for entry in os.scandir(parent))
    return {parent / (match["name"] or match["locked"]) for match, entry in left if match and _is_mine(entry)}


def _is_mine(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):
        return os.name != "posix" or entry.stat(follow_symlinks=False).st_uid == os.geteuid()
    return False


def _stages_of(target: Path) -> list[Path]:
    matches = ((_STAGE.fullmatch(entry.name), entry) for entry in os.scandir(target.parent))
    return [
        Path(entry.path)
        for match, entry in matches
        if match and match["name"] == target.name and entry.is_dir(follow_symlinks=False) and _is_mine(entry)
    ]


def _tidy(target: Path, notice: Notice) -> None:
    """Put right what a killed writer left beside a place."""
    _restore(target)
    for work in _stages_of(target):
        _clear(work, target, notice)


def _older(work: Path) -> Path:
    """Where a folder is that changes places with its successor."""
    return work / f"{_STAGE.fullmatch(work.name)['name']}.older"  # type: ignore[index]  # so it was named


def _has_older(work: Path) -> bool:
    return os.path.lexists(_older(work))


def _restore(target: Path) -> None:
    for work in _stages_of(target):
        if not os.path.lexists(target) and _has_older(work):
            _older(work).rename(target)


def _put(stage: Path, target: Path) -> None:
    """Put the stage in place, a folder by one exchange where the system has it; what stood there waits to be cleared.

    By two renames the older folder comes back if the second fails, or with the next command if there is none.
    """
    if not os.path.lexists(target):
        rename_new(stage, target)
    elif not stage.is_dir():
        shutil.copymode(target, stage)
        stage.replace(target)
    else:
        _put_folder(stage, target)
    _flush(target.parent)


def _put_folder(stage: Path, target: Path) -> None:
    older = _older(stage.parent)
    stage.rename(older)  # whatever lies under this name is whole, be it the new one or the older
    if exchange(older, target):
        return
    older.rename(stage)
    target.rename(older)
    try:
        stage.rename(target)
    except OSError:
        older.rename(target)
        raise


def _put_among(work: Path, folder: Path, last: str) -> None:
    """Move new files into a folder, and write down before which, so that they can be taken out again."""
    stage = work / _FILES
    names = sorted(files_in(stage), key=lambda name: (name == last, name))
    other = [name for name in names if _differs(stage / name, folder / name)]
    if other:
        raise WriteError(
            Phrase(
                "{folder} holds {names}, other than what would be written: nothing is overwritten. Name another "
                "folder, or move them away",
                folder=folder,
                names=shown(other),
            ),
            features=other,
        )
    new = [name for name in names if not os.path.lexists(folder / name)]
    (work / _JOURNAL).write_text(json.dumps([(name, _state(stage / name)) for name in new]), "utf-8")
    for path in (work / _JOURNAL, work):
        _flush(path)
    for name in new:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        rename_new(stage / name, folder / name)
    for above in sorted({(folder / name).parent for name in new}):
        _flush(above)


def _roll_back(work: Path, folder: Path) -> None:
    """Take new files out of a folder into which not all of them came; those that somebody has changed since stay."""
    try:
        moved = json.loads((work / _JOURNAL).read_text("utf-8"))
    except (OSError, ValueError):
        return  # none had been moved
    placed = [folder / name for name, state in moved if _state(folder / name) == state]
    if not moved or folder / moved[-1][0] in placed:
        return
    for path in placed:
        path.unlink()
        for above in path.relative_to(folder).parents:
            with suppress(OSError):  # it is not empty
                (folder / above).rmdir() if above.name else None


def _state(path: Path) -> list[int]:
    """What tells a file that was moved from any other; nothing where there is none."""
    with suppress(OSError):
        state = path.lstat()
        return [state.st_ino, state.st_size, state.st_mtime_ns]
    return []


def _differs(new: Path, old: Path) -> bool:
    return os.path.lexists(old) and not (old.is_file() and filecmp.cmp(new, old, shallow=False))


def _clear(work: Path, target: Path, notice: Notice) -> None:
    """Remove a stage, once files of the user's that have come into it with a folder are somewhere else."""
    _roll_back(work, target.parent)
    if _older(work).is_dir():
        _keep(_older(work), strange_files(_older(work)), target, notice)
    shutil.rmtree(work, ignore_errors=True)


def _keep(left: Path, names: Sequence[str], folder: Path, notice: Notice) -> None:
    """Move the user's own files out of an older folder, to a folder of their own beside the new one."""
    if not names:
        return
    try:
        own_folder = _new_folder(folder)
        for name in sorted(names, key=MANIFEST.__eq__):  # the manifest last: until then it tells whose a file is
            (own_folder / name).parent.mkdir(parents=True, exist_ok=True)
            (left / name).rename(own_folder / name)
    except OSError as error:
        raise WriteError(
            Phrase(
                "{folder}: the run is written, and what stood there before is in {left}, for files of yours in it "
                "could not be moved: {cause}",
                folder=folder,
                left=left,
                cause=error.strerror or error,
            ),
            features=names,
        ) from error
    notice(
        Phrase(
            "{folder}: files there that were new or changed are kept in {kept}: {names}",
            folder=folder,
            kept=own_folder,
            names=phrase_list(names),
        )
    )


def _new_folder(folder: Path) -> Path:
    """The first folder ``<name>.kept-1``, ``<name>.kept-2`` and so on that is not there yet; made."""
    number = 1
    while True:
        candidate = folder.with_name(f"{folder.name}.kept-{number}")
        with suppress(FileExistsError):
            candidate.mkdir()
            return candidate
        number += 1


def _flush_all(stage: Path) -> None:
    """Have the disk hold all of an output before it gets into its place."""
    if not stage.is_dir():
        _flush(stage)
        return
    files = [path for name in files_in(stage) if not (path := stage / name).is_symlink()]
    folders = [Path(above) for above, _, _ in os.walk(stage)]
    in_threads([partial(_flush, path) for path in files], worker_count(None))
    for path in reversed(folders):
        _flush(path)


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":  # Windows opens no folder
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
