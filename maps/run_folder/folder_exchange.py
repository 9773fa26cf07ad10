"""Folders put in place whole: exchanged in one step where the system can do it, and only over one of their kind."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from layers.formats import digest
from layers.phrases import Phrase, phrase_list
from maps.errors import WriteError
from maps.run_folder.manifest import MANIFEST, files_in

_HERE = -100  # AT_FDCWD: paths are read from the working folder
_EXCHANGE = 2  # RENAME_EXCHANGE
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places, so that at no moment either is missing.

    Parameters
    ----------
    one, other : Path
        Both exist, on one file system.

    Returns
    -------
    bool
        False where the system or its file system has no such call; nothing has happened then.

    Raises
    ------
    OSError
        The system has it, and refused.
    """
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if renameat2 is None:
        return False
    if renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


def replace_own(
    folder: Path, kind: str, tables: Mapping[str, pd.DataFrame], draw_pages: Callable[[Path], None]
) -> Path:
    """Write a folder of tables and pages whole, with a manifest, and only over an earlier one of its kind.

    Parameters
    ----------
    folder : Path
    kind : str
        What its manifest says that it is.
    tables : mapping of str to DataFrame
        By the name of the CSV file that each becomes.
    draw_pages : callable
        Takes the folder and adds the pages.

    Returns
    -------
    Path
        The folder.

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
        for name, table in tables.items():
            table.to_csv(stage / f"{name}.csv", index=False, lineterminator="\r\n", encoding="utf-8-sig")
        draw_pages(stage)
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


def require_own(folder: Path, kind: str) -> None:
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
