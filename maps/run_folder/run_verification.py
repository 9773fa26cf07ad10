"""The verification of a run folder: what stands in it against what its manifest says."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from layers.errors import UnknownNameError
from maps.errors import DamagedRunError
from maps.run_folder.atomic_folder import put_back
from maps.run_folder.manifest import MANIFEST, files_in, is_as_listed, read_manifest


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
        Anywhere; it is only read, but for a run that a kill has left beside its place, which is put back first.

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
    put_back(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        return Verification("no run")
    present = set(files_in(folder))
    damaged = [
        name
        for name in sorted(present | set(manifest.files))
        if name not in present or not is_as_listed(folder, name, manifest)
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
