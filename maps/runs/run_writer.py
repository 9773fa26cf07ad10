"""The run folder: written whole or not at all, in its place with one exchange, and nobody's files lost by it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import ZoneplanError, session_limit
from layers.formats import digest
from layers.outputs import MANIFEST, Notice, files_in, require_place, staged, warn
from layers.parallel import copies, in_threads, require_workers, worker_count
from layers.phrases import Phrase, phrase_list
from maps.errors import WriteError
from maps.runs.manifest import CONTENTS, FORMAT, RUN, Manifest, record_origin
from maps.words import require_spoken
from zoning.plan import Plan
from zoning.study import Study

if TYPE_CHECKING:
    from maps.drawing import Topology

SPARE_BYTES = 8_000_000
ONE_BESIDE = 2
"""Workers: this process, which waits, and the copy that writes."""


def load_writers(language: str) -> None:
    """Load what writes the files of a run, which takes a while: who waits for something else may do it meanwhile."""
    from maps.runs.run_files import load_pages  # noqa: PLC0415  (who only asks for room, or has kept a run, writes no map)

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
    from maps.runs.run_files import write_files  # noqa: PLC0415  (as above)

    require_spoken(language, plan.rulebook)
    require_workers(workers)

    def fill(stage: Path) -> None:
        with copies(ONE_BESIDE if by_tiles else worker_count(workers)) as some:  # none is left when the stage goes
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

    return _write(Path(folder).absolute(), fill, notice, plan.study)


def write_kept_run(files: Mapping[str, bytes], study: Study, folder: str | Path, notice: Notice = warn) -> Path:
    """Write the files of a run that was kept, as :func:`write_run` writes those of a plan, with the same errors."""

    def fill(stage: Path) -> None:
        for name, content in files.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_bytes(content)

    return _write(Path(folder).absolute(), fill, notice, study)


def _write(folder: Path, fill: Callable[[Path], None], notice: Notice, study: Study) -> Path:
    require_room(folder)
    with staged(folder, RUN, notice=notice) as stage:
        stage.mkdir()
        fill(stage)
        record_origin(stage, study, folder)
        _seal(stage, study.tried.plan if study.tried is not None else "")
    return folder


def require_room(folder: str | Path) -> None:
    """Refuse, before any work is done, a place where no run could be written."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  (without "..", and links as they stand)
    if not folder.name:
        raise WriteError(
            Phrase(
                "{folder}: cannot hold a run: it is no folder of its own. Choose another folder with --out",
                folder=folder,
            )
        )
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            folder.lstat()
        require_place(folder, RUN)
        above = next(parent for parent in folder.parents if parent.exists())
        usable = above.is_dir() and os.access(above, os.W_OK | os.X_OK)
        free = shutil.disk_usage(above).free
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise session_limit(error) or WriteError(
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


def _seal(stage: Path, tried: str) -> None:
    """Write the manifest last; of a try it says of which plan."""
    names = [*files_in(stage)]
    listed = dict(
        zip(names, in_threads([partial(digest, stage / name) for name in names], worker_count()), strict=True)
    )
    contents = CONTENTS[FORMAT]
    wrong = sorted({*contents.needed - set(listed), *(name for name in listed if not contents.has_place_for(name))})
    if wrong:
        raise ZoneplanError(
            Phrase("the run lacks, or has no place for, {wrong}: please report this", wrong=phrase_list(wrong))
        )
    (stage / MANIFEST).write_bytes(Manifest(FORMAT, listed, tried).text().encode("utf-8"))
