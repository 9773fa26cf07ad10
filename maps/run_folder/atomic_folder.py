"""The run folder: written whole or not at all, in its place with one rename."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from layers.errors import ZoneplanError
from layers.formats import digest
from maps.errors import BusyError, WriteError
from maps.run_folder.run_files import PROVENANCE, RULEBOOK_FOLDER, RUN_FILES, write_files
from maps.run_folder.run_verification import MANIFEST
from zoning.plan import Plan

SPARE_BYTES = 8_000_000


def write_run(
    plan: Plan, folder: str | Path, *, excel_safe: bool = False, announce: Callable[[str], None] = lambda _step: None
) -> Path:
    """Write every file of a run, then put the folder in its place with one rename.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from another run folder.
    folder : str or Path
        Where the run shall stand. An older run there is replaced when the new one is whole.
    excel_safe : bool
        Prefix texts in the CSV files that a spreadsheet would take for a formula.
    announce : callable, optional
        Called with the name of each file before it is written.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    WriteError
        The folder holds files that no run wrote, lies inside a run or a rulebook, or cannot be written to; or the disk
        is full or has become so. Nothing is left behind.
    BusyError
        Another zoneplan writes there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     run = zp.write_run(plan, Path(folder) / "run")
    ...     zp.verify(run).state, (run / "map.html").exists()
    ('complete', True)
    """
    folder = Path(folder).absolute()
    require_room(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with stage_folder(folder) as stage:
            write_files(plan, stage, excel_safe=excel_safe, announce=announce)
            _seal(stage)
            _swap(stage, folder)
    except OSError as error:
        raise WriteError(
            f"{folder}: cannot write the run: {error.strerror or error}; what stood there before is untouched. "
            "Free some space or choose another folder with --out"
        ) from error
    return folder


@contextmanager
def stage_folder(folder: Path) -> Iterator[Path]:
    """A stage folder beside ``folder``, ours alone until the block ends; removed if it is still there then.

    Parameters
    ----------
    folder : Path
        Where the result will stand. Left-overs of a killed run are cleared first; a run that was moved aside when
        its successor was killed is put back.

    Raises
    ------
    BusyError
        A living process holds the lock. The system lets go of those of processes that have ended.
    """
    lock, stage = FileLock(_beside(folder, "lock")), _beside(folder, "stage")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise BusyError(f"{folder}: another zoneplan is writing there; wait for it, or use --out") from None
    try:
        _tidy(folder, stage)
        stage.mkdir()
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        with suppress(PermissionError):  # Windows removes no open file; there the release does it
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def require_room(folder: str | Path) -> None:
    """Refuse, before any work is done, a place where no run could be written.

    Parameters
    ----------
    folder : str or Path
        Where a run shall stand.

    Raises
    ------
    WriteError
        It holds files that no run wrote, lies inside a run or a rulebook, is no folder, cannot be written to, has a
        name that no file system takes, or the disk has less than ``SPARE_BYTES`` left.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  (without "..", and links as they stand)
    if not folder.name:
        raise WriteError(f"{folder}: cannot hold a run: it is no folder of its own. Choose another folder with --out")
    try:
        for name in (folder, _beside(folder, "stage")):
            with suppress(FileNotFoundError, NotADirectoryError):
                name.lstat()
        _refuse_strangers(folder)
        _refuse_inside(folder)
        above = next(one for one in folder.parents if one.exists())
        usable = above.is_dir() and os.access(above, os.W_OK | os.X_OK)
        free = shutil.disk_usage(above).free
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WriteError(f"{folder}: cannot hold a run: {reason}. Choose another folder with --out") from error
    if not usable:
        raise WriteError(f"{folder}: {above} cannot be written to. Choose another folder with --out")
    if free < SPARE_BYTES:
        raise WriteError(
            f"{folder}: the disk has {free / 1e6:.1f} MB left, and a run needs {SPARE_BYTES / 1e6:.0f} MB at least. "
            "Free some space, or choose another folder with --out"
        )


def _refuse_strangers(folder: Path) -> None:
    """A folder may be replaced only when all in it is a run's own."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise WriteError(f"{folder} is not a folder: choose another with --out")
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        listed = set(json.loads((folder / MANIFEST).read_text("utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        listed = set()
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()} - {MANIFEST}
    strangers = sorted(present - listed)
    if strangers:
        raise WriteError(
            f"{folder} holds files that no run wrote ({', '.join(strangers[:5])}): "
            "nothing is overwritten. Move them away or choose another folder with --out",
            features=strangers,
        )


def _refuse_inside(folder: Path) -> None:
    """A run inside another, or inside a rulebook, would be a file there that does not belong."""
    for marks, what in (((MANIFEST, PROVENANCE), "the run"), (("rulebook.toml", "zones.toml"), "the rulebook")):
        for above in folder.parents:
            if all((above / mark).is_file() for mark in marks):
                raise WriteError(f"{folder} lies inside {what} {above}, and would damage it: choose another with --out")


def _seal(stage: Path) -> None:
    """Flush every file and write the manifest last."""
    files = sorted(path for path in stage.rglob("*") if path.is_file())
    listed = {path.relative_to(stage).as_posix(): digest(path) for path in files}
    missing = [name for name in RUN_FILES if name not in listed]
    if missing:
        raise ZoneplanError(f"the run lacks {', '.join(missing)}: please report this")
    text = json.dumps({"format": 1, "files": listed}, indent=1, sort_keys=True, ensure_ascii=False)
    (stage / MANIFEST).write_text(text + "\n", "utf-8")
    for path in [*files, stage / MANIFEST, stage / RULEBOOK_FOLDER, stage]:
        _flush(path)


def _beside(folder: Path, what: str) -> Path:
    """The lock, the stage or the older run that stand beside a folder while it is written."""
    return folder.with_name(f".{folder.name}.{what}")


def _tidy(folder: Path, stage: Path) -> None:
    """Clear what a killed run left."""
    shutil.rmtree(stage, ignore_errors=True)
    older = _beside(folder, "older")
    if not older.exists():
        return
    if folder.exists():
        shutil.rmtree(older, ignore_errors=True)
    else:
        older.rename(folder)


def _swap(stage: Path, folder: Path) -> None:
    """Put the stage in place; the older run goes aside first and comes back if the rename fails."""
    older = _beside(folder, "older")
    if folder.exists():
        folder.rename(older)
    try:
        stage.rename(folder)
    except OSError:
        if older.exists():
            older.rename(folder)
        raise
    _flush(folder.parent)
    shutil.rmtree(older, ignore_errors=True)


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":  # Windows opens no folder
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
