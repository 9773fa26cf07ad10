"""The run folder: written whole or not at all, in its place with one exchange, and nobody's files lost by it."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from layers.errors import ZoneplanError
from layers.formats import digest
from layers.parallel import copies, in_threads, require_workers, worker_count
from layers.phrases import Phrase, phrase_list
from maps.errors import BusyError, WriteError
from maps.locale import require_spoken
from maps.run_folder.folder_exchange import exchange
from maps.run_folder.manifest import (
    CONTENTS,
    FORMAT,
    MANIFEST,
    PROVENANCE,
    RULEBOOK_FOLDER,
    Manifest,
    files_in,
    is_as_listed,
    read_manifest,
)
from zoning.plan import Plan
from zoning.study import Study

if TYPE_CHECKING:
    from maps.style import Topology

SPARE_BYTES = 8_000_000
MARK = "zoneplan"
"""In the names of what stands beside a run folder while it is written, so that nobody else's is taken for it."""
LOCK, STAGE, OLDER = f"{MARK}-lock", f"{MARK}-stage", f"{MARK}-older"
ONE_BESIDE = 2
"""Workers: this process, which waits, and the copy that writes."""
WAIT_SECONDS = 0.5
"""For another zoneplan that only tidies up."""

Notice = Callable[[str], None]


def warn(text: str) -> None:
    """Say something to who called from Python."""
    warnings.warn(text, stacklevel=3)


def load_writers(language: str) -> None:
    """Load what writes the files of a run, which takes a while: who waits for something else may do it meanwhile.

    Parameters
    ----------
    language : str
        Of the pages.
    """
    from maps.run_folder.run_files import load_pages  # noqa: PLC0415  (who only asks for room, or has kept a run, writes no map)

    load_pages(language)


def write_run(
    plan: Plan,
    folder: str | Path,
    language: str = "en",
    *,
    excel_safe: bool = False,
    flat: bool = False,
    announce: Callable[[str], None] = lambda _step: None,
    notice: Notice = warn,
    workers: int | None = None,
    by_tiles: bool = False,
    borders: Callable[[], Topology] | None = None,
) -> Path:
    """Write every file of a run, then put the folder in its place in one step.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from another run folder.
    folder : str or Path
        Where the run shall stand. An older run there is replaced when the new one is whole; files in it that are new,
        or are not as they were written, are moved to ``<name>.kept-1`` beside it, or the next number that is free.
    language : str
        Of the pages, and of reasons, titles and clauses in the tables; the rulebook must speak it, too.
    excel_safe : bool
        Prefix texts in the CSV files that a spreadsheet would take for a formula.
    flat : bool
        Write what a policy says into every row of ``policies.csv``, too, and not into ``policy_texts.csv`` alone.
    announce : callable, optional
        Called with the name of each file before it is written.
    notice : callable, optional
        Called with a text that names the files that were kept, and where they are. By default it is a warning.
    workers : int, optional
        How many cores write pages and tables side by side, in copies of this process; by default all that it may use.
        With 1, and on other systems than Linux, it writes them itself, one after another. The bytes are the same.
    by_tiles : bool
        Memory is scarce: each group of files is written by a copy of this process of its own, one after another, which
        gives back what it took, whatever ``workers`` says. Provenance says so; the bytes of all else are the same.
    borders : callable, optional
        Gives the simplified borders of the plan, where somebody began to make them as soon as there were pieces; by
        default they are made here.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    WriteError
        The folder holds something and is no run, lies inside a run or a rulebook, or cannot be written to; or the disk
        is full or has become so. Nothing is left behind.
    BusyError
        Another zoneplan writes there.
    ZoneplanError
        zoneplan or the rulebook does not speak the language.

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
    from maps.run_folder.run_files import write_files  # noqa: PLC0415  (as above)

    require_spoken(language, plan.rulebook)
    require_workers(workers)
    with copies(ONE_BESIDE if by_tiles else worker_count(workers)) as some:

        def fill(stage: Path) -> None:
            write_files(
                plan,
                stage,
                some,
                language,
                excel_safe=excel_safe,
                flat=flat,
                announce=announce,
                by_tiles=by_tiles,
                borders=borders,
            )

        return _write(Path(folder).absolute(), fill, notice, _plan_that_is_tried(plan.study), some.workers)


def write_kept_run(files: Mapping[str, bytes], study: Study, folder: str | Path, notice: Notice = warn) -> Path:
    """Write the files of a run that was kept, as :func:`write_run` writes those of a plan, with the same errors.

    Parameters
    ----------
    files : mapping of str to bytes
        By their path inside the folder, the manifest excepted.
    study : Study
        Of the run.
    folder, notice
        As for :func:`write_run`.
    """

    def fill(stage: Path) -> None:
        for name, content in files.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_bytes(content)

    return _write(Path(folder).absolute(), fill, notice, _plan_that_is_tried(study))


def _plan_that_is_tried(study: Study) -> str:
    return study.tried.plan if study.tried is not None else ""


def _write(folder: Path, fill: Callable[[Path], None], notice: Notice, tried: str, workers: int = 1) -> Path:
    require_room(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with stage_folder(folder, notice) as stage:
            fill(stage)
            _seal(stage, tried, workers)
            _refuse_strangers(folder)
            _swap(stage, folder, notice)
    except OSError as error:
        raise WriteError(
            Phrase(
                "{folder}: cannot write the run: {cause}; what stood there before is untouched. Free some space or "
                "choose another folder with --out",
                folder=folder,
                cause=error.strerror or error,
            )
        ) from error
    return folder


@contextmanager
def stage_folder(folder: Path, notice: Notice = warn) -> Iterator[Path]:
    """A stage folder beside ``folder``, ours alone until the block ends; removed if it is still there then.

    Parameters
    ----------
    folder : Path
        Where the result will stand. What killed runs left beside it is cleared first, that of other runs in the same
        place as well; a run that was moved aside when its successor was killed is put back.
    notice : callable, optional
        As for :func:`write_run`.

    Raises
    ------
    BusyError
        A living process holds the lock. The system lets go of those of processes that have ended.
    """
    for other in _left_beside(folder.parent):
        with suppress(ZoneplanError, OSError), _locked(other):  # what cannot be tidied now can wait
            _tidy(other, notice)
    stage = _beside(folder, STAGE)
    with _locked(folder, WAIT_SECONDS):
        _tidy(folder, notice)
        stage.mkdir()
        try:
            yield stage
        finally:
            with suppress(OSError):  # it stays for the next run
                _clear(stage, folder, notice)


def put_back(folder: str | Path) -> None:
    """Put a run back in its place that was moved aside for its successor, where that was killed before it stood there.

    Parameters
    ----------
    folder : str or Path
        Where the run should stand; nothing happens where something does, or where a living process writes.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  (without "..", and links as they stand)
    with suppress(OSError, ValueError, BusyError):
        if not os.path.lexists(folder) and _beside(folder, OLDER).is_dir():
            with _locked(folder):
                _restore(folder)


def require_room(folder: str | Path) -> None:
    """Refuse, before any work is done, a place where no run could be written.

    Parameters
    ----------
    folder : str or Path
        Where a run shall stand.

    Raises
    ------
    WriteError
        It holds something and is no run, lies inside a run or a rulebook, is no folder, cannot be written to, has a
        name that no file system takes, or the disk has less than ``SPARE_BYTES`` left.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  (without "..", and links as they stand)
    if not folder.name:
        raise WriteError(
            Phrase(
                "{folder}: cannot hold a run: it is no folder of its own. Choose another folder with --out",
                folder=folder,
            )
        )
    try:
        for name in (folder, _beside(folder, STAGE)):
            with suppress(FileNotFoundError, NotADirectoryError):
                name.lstat()
        _refuse_strangers(folder)
        _refuse_inside(folder)
        above = next(one for one in folder.parents if one.exists())
        usable = above.is_dir() and os.access(above, os.W_OK | os.X_OK)
        free = shutil.disk_usage(above).free
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WriteError(
            Phrase(
                "{folder}: cannot hold a run: {reason}. Choose another folder with --out", folder=folder, reason=reason
            )
        ) from error
    if not usable:
        raise WriteError(
            Phrase(
                "{folder}: {other} cannot be written to. Choose another folder with --out", folder=folder, other=above
            )
        )
    if free < SPARE_BYTES:
        raise WriteError(
            Phrase(
                "{folder}: the disk has {free:.1f} MB left, and a run needs {needed:.0f} MB at least. Free some "
                "space, or choose another folder with --out",
                folder=folder,
                free=free / 1000000.0,
                needed=SPARE_BYTES / 1000000.0,
            )
        )


def _refuse_strangers(folder: Path) -> None:
    """Only a run of zoneplan is replaced, or a folder with nothing in it."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise WriteError(Phrase("{folder} is not a folder: choose another with --out", folder=folder))
    held = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if held and read_manifest(folder) is None:
        raise WriteError(
            Phrase(
                "{folder} is no run of zoneplan and holds {names}: nothing is overwritten. Choose another folder with "
                "--out",
                folder=folder,
                names=phrase_list(held[:5]),
            ),
            features=held,
        )


def _refuse_inside(folder: Path) -> None:
    """A run inside another, or inside a rulebook, would be a file there that does not belong."""
    for marks, what in (
        ((MANIFEST, PROVENANCE), Phrase("the run")),
        (("rulebook.toml", "zones.toml"), Phrase("the rulebook")),
    ):
        for above in folder.parents:
            if all((above / mark).is_file() for mark in marks):
                raise WriteError(
                    Phrase(
                        "{folder} lies inside {kind} {other}, and would damage it: choose another with --out",
                        folder=folder,
                        kind=what,
                        other=above,
                    )
                )


def _seal(stage: Path, tried: str, workers: int) -> None:
    """Flush every file and write the manifest last; of a try it says of which plan."""
    names = [*files_in(stage)]
    listed = dict(zip(names, in_threads([partial(digest, stage / name) for name in names], workers), strict=True))
    contents = CONTENTS[FORMAT]
    wrong = sorted({*contents.needed - set(listed), *(name for name in listed if not contents.has_place_for(name))})
    if wrong:
        raise ZoneplanError(
            Phrase("the run lacks, or has no place for, {wrong}: please report this", wrong=phrase_list(wrong))
        )
    (stage / MANIFEST).write_bytes(Manifest(FORMAT, listed, tried).text().encode("utf-8"))
    in_threads([partial(_flush, stage / name) for name in (*listed, MANIFEST)], workers)
    for folder in (RULEBOOK_FOLDER, ""):
        _flush(stage / folder)


def _beside(folder: Path, what: str) -> Path:
    """The lock, the stage or the older run that stand beside a folder while it is written."""
    return folder.with_name(f".{folder.name}.{what}")


def _left_beside(parent: Path) -> list[Path]:
    """The run folders beside which a lock, a stage or an older run stands, of a living writer or left by a kill."""
    ends = tuple(f".{what}" for what in (LOCK, STAGE, OLDER))
    names = {one.name for one in parent.iterdir() if one.name.startswith(".") and one.name.endswith(ends)}
    return [parent / name for name in sorted({name[1:].rpartition(".")[0] for name in names}) if name]


@contextmanager
def _locked(folder: Path, timeout: float = 0) -> Iterator[None]:
    lock = FileLock(_beside(folder, LOCK))
    try:
        lock.acquire(timeout=timeout)
    except Timeout:
        raise BusyError(
            Phrase("{folder}: another zoneplan is writing there; wait for it, or use --out", folder=folder)
        ) from None
    try:
        yield
    finally:
        with suppress(PermissionError):  # Windows removes no open file; there the release does it
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _tidy(folder: Path, notice: Notice) -> None:
    """Put right what a killed run left beside a folder."""
    _restore(folder)
    for what in (OLDER, STAGE):
        _clear(_beside(folder, what), folder, notice)


def _restore(folder: Path) -> None:
    older = _beside(folder, OLDER)
    if not os.path.lexists(folder) and older.is_dir():
        older.rename(folder)


def _swap(stage: Path, folder: Path, notice: Notice) -> None:
    """Put the stage in place, by one exchange where the system has it; what stood there goes, but for the user's files.

    By two renames the older run comes back if the second fails, or with the next command if there is none.
    """
    older = _beside(folder, OLDER)
    if not folder.exists():
        stage.rename(folder)
    elif exchange(stage, folder):
        stage.rename(older)
    else:
        folder.rename(older)
        try:
            stage.rename(folder)
        except OSError:
            older.rename(folder)
            raise
    _flush(folder.parent)
    _clear(older, folder, notice)


def _clear(left: Path, folder: Path, notice: Notice) -> None:
    """Remove a stage or an older run, once the files in it that are not as zoneplan wrote them are somewhere else."""
    manifest = read_manifest(left)
    if manifest is not None:
        own = [name for name in files_in(left) if not is_as_listed(left, name, manifest)]
        _keep(left, own, folder, notice)
    shutil.rmtree(left, ignore_errors=True)


def _keep(left: Path, names: list[str], folder: Path, notice: Notice) -> None:
    """Move the user's own files out of an older run, to a folder of their own beside the new one."""
    if not names:
        return
    try:
        kept = _new_folder(folder)
        for name in sorted(names, key=MANIFEST.__eq__):  # the manifest last: until then it tells whose a file is
            (kept / name).parent.mkdir(parents=True, exist_ok=True)
            (left / name).rename(kept / name)
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
            kept=kept,
            names=phrase_list(names),
        )
    )


def _new_folder(folder: Path) -> Path:
    """The first folder ``<name>.kept-1``, ``<name>.kept-2`` and so on that is not there yet; made."""
    number = 1
    while True:
        kept = folder.with_name(f"{folder.name}.kept-{number}")
        with suppress(FileExistsError):
            kept.mkdir()
            return kept
        number += 1


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":  # Windows opens no folder
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
