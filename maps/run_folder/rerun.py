"""A second run of a run folder: the same study, rulebook and inputs again, compared file by file."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from layers.errors import SourceError
from layers.outputs import MANIFEST, files_in
from layers.parallel import copies, worker_count
from layers.phrases import Phrase, phrase_list
from layers.read import read_inputs
from layers.sources import table_name
from maps.run_folder.manifest import PROVENANCE, RULEBOOK_FOLDER
from maps.run_folder.run_files import BY_TILES, PLAN_FILE, read_left_out, run_language, write_files
from zoning.checks import read_study_tables, with_entries_left_out
from zoning.pipeline import make_plan
from zoning.rulebook import read_rulebook
from zoning.study import Study, read_study


class SecondRun(NamedTuple):
    """What a second run found.

    Attributes
    ----------
    differing : tuple of str
        Files of the run that are not the same the second time, sorted.
    versions : mapping of str to (str, str)
        Libraries that are not of the version of the first run: then, now.
    """

    differing: tuple[str, ...]
    versions: dict[str, tuple[str, str]]


def run_again(
    folder: str | Path, study_folder: str | Path | None = None, announce: Callable[[str], None] = lambda _step: None
) -> SecondRun:
    """Run the plan of a run folder again, with the rulebook that it holds, and compare every file.

    Parameters
    ----------
    folder : str or Path
        A complete run.
    study_folder : str or Path, optional
        Where its inputs are. By default the folder from which ``runs/<name>`` was written.
    announce : callable, optional
        Called with the name of each step.

    Returns
    -------
    SecondRun
        Of provenance everything is compared but the versions, and whether memory was scarce.

    Raises
    ------
    SourceError
        Inputs are missing; all are named.
    ZoneplanError
        Whatever a run refuses.
    """
    folder = Path(folder).resolve()
    place = folder.parent.parent if study_folder is None else Path(study_folder)
    study = read_study(folder / PLAN_FILE, place)
    left_out = read_left_out(folder)
    _require_inputs(study, place, {one.name for one in left_out})
    before = json.loads((folder / PROVENANCE).read_text("utf-8"))
    announce("read")
    rulebook = read_rulebook(folder / RULEBOOK_FOLDER, study.date)
    inputs, tables = read_inputs(study, keep_going=bool(left_out)), read_study_tables(study)
    inputs = with_entries_left_out(inputs, left_out)
    plan = make_plan(study, rulebook, inputs, tables, announce, keep_going=bool(left_out))
    with TemporaryDirectory(prefix="zoneplan-") as again:
        flat = before.setdefault("flat", True)  # as all runs were before this was asked
        language, safe = run_language(folder), before["excel_safe"]
        with copies(worker_count()) as some:
            write_files(plan, Path(again), some, language, excel_safe=safe, flat=flat, announce=announce)
        now = json.loads((Path(again) / PROVENANCE).read_text("utf-8"))
        names = [name for name in files_in(folder) if name != MANIFEST and _differs(folder / name, Path(again) / name)]
    then, later = before.pop("versions"), now.pop("versions")
    before.pop(BY_TILES, None)  # how, not what
    if PROVENANCE in names and before == now:
        names.remove(PROVENANCE)
    pairs: dict[str, Any] = {name: (str(then.get(name)), str(later.get(name))) for name in {*then, *later}}
    return SecondRun(tuple(names), {name: pair for name, pair in sorted(pairs.items()) if pair[0] != pair[1]})


def _require_inputs(study: Study, place: Path, left_out: Collection[str]) -> None:
    files = ((name, source) for name, source in study.files if table_name(source) is None)
    needed = {source for name, source in files if name not in left_out}
    missing = sorted(source for source in needed if not (place / source).exists())
    if missing:
        raise SourceError(
            Phrase(
                "to run it again, inputs are missing in {place}: {missing}. Say with --study DIR in which folder "
                "they are",
                place=place,
                missing=phrase_list(missing),
            ),
            code="source_missing",
            features=missing,
        )


def _differs(one: Path, other: Path) -> bool:
    return not other.is_file() or one.read_bytes() != other.read_bytes()
