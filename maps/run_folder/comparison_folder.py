"""The folder of a comparison: a map, a page and tables; written whole, and only over an earlier one of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from layers.formats import digest
from layers.phrases import Phrase, phrase_list
from maps.errors import WriteError
from maps.locale import require_language
from maps.reports import write_comparison
from maps.run_folder.folder_exchange import exchange
from maps.run_folder.manifest import MANIFEST, files_in
from maps.web import draw
from zoning.scenario import Comparison

KIND = "zoneplan comparison"
"""What marks a folder as a comparison that zoneplan wrote, in its manifest."""


def write_comparison_folder(found: Comparison, folder: str | Path, language: str = "en") -> Path:
    """Write a comparison: ``map.html``, ``report.html``, and the tables ``moved``, ``transitions`` and ``differences``.

    Parameters
    ----------
    found : Comparison
    folder : str or Path
        Where it shall stand; a comparison that stands there as zoneplan wrote it is replaced.
    language : str, optional
        Of map and page.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    WriteError
        Something else stands there, also in files that were put or changed there since; or the disk is full. What
        stood there is untouched.
    ZoneplanError
        The language is not known.
    """
    require_language(language)
    return replace_own(Path(folder), KIND, lambda stage: _write_files(found, stage, language))


def replace_own(folder: Path, kind: str, write: Callable[[Path], None]) -> Path:
    """Write a folder whole, with a manifest, and only over an earlier one of its kind.

    Parameters
    ----------
    folder : Path
    kind : str
        What its manifest says that it is.
    write : callable
        Takes an empty folder and fills it.

    Raises
    ------
    WriteError
        Something else stands there, or the disk is full. What stood there is untouched.
    """
    folder = folder.absolute()
    require_own(folder, kind)
    stage = folder.with_name(f".{folder.name}.zoneplan-stage-of-tables")
    try:
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True)
        write(stage)
        files = {name: digest(stage / name) for name in files_in(stage)}
        content = json.dumps({"files": files, "kind": kind}, indent=1, sort_keys=True, ensure_ascii=False)
        (stage / MANIFEST).write_bytes(f"{content}\n".encode())
        if not (folder.exists() and exchange(stage, folder)):
            shutil.rmtree(folder, ignore_errors=True)
            stage.rename(folder)
    except OSError as error:
        raise WriteError(
            Phrase("{folder}: cannot be written: {cause}", folder=folder, cause=error.strerror or error)
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return folder


def require_own(folder: Path, kind: str = KIND) -> None:
    """Refuse a place where something else stands than a folder of a kind as zoneplan wrote it.

    Raises
    ------
    WriteError
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise WriteError(Phrase("{folder} is not a folder: choose another with --out", folder=folder))
    listed = _listed(folder, kind)
    strange = [name for name in files_in(folder) if not _is_own(folder, name, listed)]
    if strange:
        raise WriteError(
            Phrase(
                "{folder} holds {names}, which is not as zoneplan wrote it there: nothing is overwritten. Choose "
                "another folder with --out",
                folder=folder,
                names=phrase_list(strange[:5]),
            ),
            features=strange,
        )


def _is_own(folder: Path, name: str, listed: dict[str, str]) -> bool:
    if name == MANIFEST:
        return bool(listed)
    path = folder / name
    return name in listed and path.is_file() and not path.is_symlink() and digest(path) == listed[name]


def _listed(folder: Path, kind: str) -> dict[str, str]:
    """The sha256 of the files of a folder of a kind; none where there is none."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    files = content.get("files") if isinstance(content, dict) and content.get("kind") == kind else None
    return {str(name): str(one) for name, one in files.items()} if isinstance(files, dict) else {}


def _write_files(found: Comparison, folder: Path, language: str) -> None:
    told = [{"kind": one.kind, "id": one.id, "before": one.before, "after": one.after} for one in found.differences]
    tables = {
        "moved": found.moved,
        "transitions": found.transitions,
        "differences": pd.DataFrame(told, columns=["kind", "id", "before", "after"]),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\r\n", encoding="utf-8-sig")
    write_comparison(found, folder / "report.html", language)
    draw(found, language).save(folder / "map.html")
