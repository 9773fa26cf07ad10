"""The verification of a run folder: what stands in it against what its manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from layers.errors import UnknownNameError
from layers.formats import digest
from maps.errors import DamagedRunError

MANIFEST = "manifest.json"


class Verification(NamedTuple):
    """What ``zoneplan verify`` found.

    Attributes
    ----------
    state : {"complete", "damaged", "no run"}
    damaged : tuple of str
        Files that are missing, changed, or that the manifest does not know.
    """

    state: str
    damaged: tuple[str, ...] = ()


def verify(folder: str | Path) -> Verification:
    """Whether a run folder is complete, damaged, or no run at all.

    Parameters
    ----------
    folder : str or Path
        Anywhere; it is only read.

    Returns
    -------
    Verification
        With the files that are missing, changed or unknown to the manifest.

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
    try:
        listed = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return Verification("no run")
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    damaged = [
        name
        for name in sorted(present | set(listed))
        if name not in present or name not in listed or digest(folder / name) != listed[name]
    ]
    return Verification("damaged", tuple(damaged)) if damaged else Verification("complete")


def require_whole(folder: str | Path) -> None:
    """Refuse a folder that is no complete run.

    Raises
    ------
    UnknownNameError
        It is no run.
    DamagedRunError
        With the files concerned.
    """
    verdict = verify(folder)
    if verdict.state == "no run":
        raise UnknownNameError(f"{folder} is not a run of zoneplan: it has no readable {MANIFEST}", code="no_run")
    if verdict.damaged:
        raise DamagedRunError(
            f"{folder} is damaged: not as {MANIFEST} says: {', '.join(verdict.damaged[:5])}; run the plan again",
            features=verdict.damaged,
        )
