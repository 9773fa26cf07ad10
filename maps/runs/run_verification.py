"""Whether a run folder is whole, damaged or no run, and whether a second run makes the same files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from layers.errors import UnknownNameError
from layers.outputs import MANIFEST, files_in, is_as_listed, put_back
from layers.parallel import copies, worker_count
from layers.phrases import SEMICOLON, Phrase, phrase_list, template
from layers.read import read_inputs, require_files
from maps.errors import DamagedRunError
from maps.runs.manifest import (
    CONTENTS,
    MADE_FROM,
    PROVENANCE,
    RULEBOOK_FOLDER,
    read_manifest,
    read_provenance,
    read_run_study,
)
from maps.runs.run_files import BY_TILES, read_left_out, run_language, write_files
from zoning.pipeline import make_plan, read_study_tables, with_entries_left_out
from zoning.rulebook import read_rulebook


class Verification(NamedTuple):
    """What ``zoneplan verify`` found.

    Attributes
    ----------
    state : {"complete", "damaged", "newer", "no run"}
        "newer" is a run of a format that this zoneplan does not know yet.
    missing : tuple of str
        Files that every run of its format has, or that its manifest lists.
    changed : tuple of str
        Files whose bytes are not those that were written.
    foreign : tuple of str
        Files that do not belong into a run.
    left_out : tuple of str
        Layers, and what else of its plan a complete run does without: see ``run --keep-going``.
    """

    state: str
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def damaged(self) -> tuple[str, ...]:
        """All of these files, sorted."""
        return tuple(sorted((*self.missing, *self.changed, *self.foreign)))

    @property
    def told(self) -> tuple[str, ...]:
        """A line a file: its name, and what is wrong with it."""
        what = {
            template("{file}: missing"): self.missing,
            template("{file}: changed"): self.changed,
            template("{file}: does not belong into a run"): self.foreign,
        }
        return tuple(sorted(Phrase(words, file=name) for words, names in what.items() for name in names))


def verify(folder: str | Path) -> Verification:
    """Whether a run folder is complete, damaged, or no run at all.

    Parameters
    ----------
    folder : str or Path
        Anywhere; it is only read, but for a run that a kill has left beside its place, which is put back first.

    Returns
    -------
    Verification
        With the files that are missing or changed, and those that do not belong into a run of its format.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> with TemporaryDirectory() as folder:
    ...     zp.verify(Path(folder)).state
    'no run'
    """
    folder = Path(folder)
    put_back(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        return Verification("no run")
    if manifest.format not in CONTENTS:
        return Verification("newer")
    contents, present = CONTENTS[manifest.format], set(files_in(folder))
    foreign = {name for name in present if name not in {*manifest.files, MANIFEST} or not contents.has_place_for(name)}
    missing = (contents.needed | set(manifest.files)) - present
    changed = {name for name in present - foreign if not is_as_listed(folder, name, manifest.content())}
    wrong = [tuple(sorted(names)) for names in (missing, changed, foreign)]
    if any(wrong):
        return Verification("damaged", *wrong)
    return Verification("complete", left_out=tuple(omission.title for omission in read_left_out(folder)))


def require_whole(folder: str | Path) -> None:
    """Refuse a folder that is no complete run."""
    verdict = verify(folder)
    if verdict.state == "no run" and not Path(folder).exists():
        raise UnknownNameError(Phrase("{folder}: there is no such folder", folder=folder), code="no_run")
    if verdict.state == "no run" and Path(folder).suffix == ".toml":
        raise UnknownNameError(
            Phrase(
                "{folder} is a plan and not its run; give the run folder, such as {run}",
                folder=folder,
                run=Path(folder).parent / "runs" / Path(folder).stem,
            ),
            code="no_run",
        )
    if verdict.state == "no run":
        raise UnknownNameError(
            Phrase(
                "{folder} is not a run of zoneplan: it has no readable {manifest}", folder=folder, manifest=MANIFEST
            ),
            code="no_run",
        )
    if verdict.state == "newer":
        raise UnknownNameError(
            Phrase("{folder} was written by a newer zoneplan; this one cannot read it", folder=folder), code="newer_run"
        )
    if verdict.damaged:
        raise DamagedRunError(
            Phrase(
                "{folder} is damaged: {told}. Move what is yours elsewhere, and run the plan again",
                folder=folder,
                told=phrase_list(verdict.told[:5], SEMICOLON),
            ),
            features=verdict.damaged,
        )


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
    require_files(study, {omission.name for omission in left_out})
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


def _differs(first: Path, other: Path) -> bool:
    return not other.is_file() or first.read_bytes() != other.read_bytes()
