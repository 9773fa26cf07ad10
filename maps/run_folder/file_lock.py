"""One writer a folder: a lock with the owner's pid and start time, a stage beside it, and tidying after a kill."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maps.errors import BusyError


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
        A living process holds the lock.
    """
    lock = folder.with_name(f".{folder.name}.lock")
    stage = folder.with_name(f".{folder.name}.stage")
    _take(lock, folder)
    try:
        _tidy(folder, stage)
        _tidy_claims(lock)
        stage.mkdir()
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        lock.unlink(missing_ok=True)


def _take(lock: Path, folder: Path) -> None:
    for _ in range(3):
        mine = lock.with_name(f"{lock.name}.{os.getpid()}")
        mine.unlink(missing_ok=True)
        try:
            with mine.open("x", encoding="utf-8") as file:  # a file of ours, never through a link that somebody left
                file.write(json.dumps({"pid": os.getpid(), "started": _started(os.getpid())}))
            os.link(mine, lock)  # appears with its content, or not at all
        except FileExistsError:
            owner = _owner(lock)
            if owner is not None:
                raise BusyError(
                    f"{folder}: another zoneplan (process {owner}) is writing there; wait for it, or use --out"
                ) from None
            _clear(lock)
        else:
            return
        finally:
            mine.unlink(missing_ok=True)
    raise BusyError(f"{folder}: another zoneplan took the lock; try again")


def _clear(lock: Path) -> None:
    """Remove a lock that a killed process left: of several that find it, one does, and no new lock goes with it."""
    try:
        handle = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(lock, handle) and _owner(lock) is None:
            lock.unlink()
    finally:
        os.close(handle)


def _is_at(path: Path, handle: int) -> bool:
    """Whether an open file is still the one at this path."""
    try:
        return path.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def _owner(lock: Path) -> int | None:
    """The pid of a living owner; None for a lock that a killed process left."""
    try:
        held = json.loads(lock.read_text("utf-8"))
        pid, started = int(held["pid"]), held["started"]
    except (ValueError, KeyError, TypeError, OSError):
        return None
    return pid if started is not None and _started(pid) == started else None


def _started(pid: int) -> str | None:
    """When a living process started, in kernel ticks ("" where the system does not say): a pid may be used again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # somebody else's, and alive
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def _tidy_claims(lock: Path) -> None:
    """Remove what processes wrote that were killed before they could take the lock with it."""
    for path in lock.parent.iterdir():
        pid = path.name.removeprefix(f"{lock.name}.")
        if pid != path.name and pid.isdecimal() and _started(int(pid)) is None:
            path.unlink(missing_ok=True)


def _tidy(folder: Path, stage: Path) -> None:
    shutil.rmtree(stage, ignore_errors=True)
    older = folder.with_name(f".{folder.name}.older")
    if not older.exists():
        return
    if folder.exists():
        shutil.rmtree(older, ignore_errors=True)
    else:
        older.rename(folder)
