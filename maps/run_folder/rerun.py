"""A second run of a run folder: the same study, rulebook and inputs again, compared file by file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from layers.outputs import MANIFEST, files_in
from layers.parallel import copies, worker_count
from layers.read import read_inputs, require_files
from maps.run_folder.manifest import MADE_FROM, PROVENANCE, RULEBOOK_FOLDER, read_provenance, read_run_study
from maps.run_folder.run_files import BY_TILES, read_left_out, run_language, write_files
from zoning.checks import read_study_tables, with_entries_left_out
from zoning.pipeline import make_plan
from zoning.rulebook import read_rulebook


class SecondRun(NamedTuple):
    """What a second run found."""

    differing: tuple[str, ...]
    versions: dict[str, tuple[str, str]]


def run_again(
    folder: str | Path, study_folder: str | Path | None = None, announce: Callable[[str], None] = lambda _step: None
) -> SecondRun:
    """Run the plan of a run folder again, with the rulebook that it holds, and compare every file."""
    folder = Path(folder).resolve()
    study = read_run_study(folder)
    study = study if study_folder is None else study.standing_at(Path(study_folder) / study.path.name)
    left_out = read_left_out(folder)
    require_files(study, {one.name for one in left_out})
    before = dict(read_provenance(folder))
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
        now = dict(read_provenance(Path(again)))
        names = [name for name in files_in(folder) if name != MANIFEST and _differs(folder / name, Path(again) / name)]
    then, later = before.pop("versions"), now.pop("versions")
    for how in (BY_TILES, MADE_FROM):  # and where, not what
        before.pop(how, None)
    if PROVENANCE in names and before == now:
        names.remove(PROVENANCE)
    pairs: dict[str, Any] = {name: (str(then.get(name)), str(later.get(name))) for name in {*then, *later}}
    return SecondRun(tuple(names), {name: pair for name, pair in sorted(pairs.items()) if pair[0] != pair[1]})


def _differs(one: Path, other: Path) -> bool:
    return not other.is_file() or one.read_bytes() != other.read_bytes()
