"""The verification of a run folder: what stands in it against what its manifest says."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from layers.errors import UnknownNameError
from layers.outputs import MANIFEST, files_in, is_as_listed, put_back
from layers.phrases import SEMICOLON, Phrase, phrase_list, template
from maps.errors import DamagedRunError
from maps.run_folder.manifest import CONTENTS, read_manifest
from maps.run_folder.run_files import read_left_out


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
    return Verification("complete", left_out=tuple(one.title for one in read_left_out(folder)))


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
