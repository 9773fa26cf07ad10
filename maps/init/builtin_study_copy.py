"""A built-in study copied to where its user can change it."""

from __future__ import annotations

import shutil
from pathlib import Path

from layers.outputs import staged_in
from layers.phrases import Phrase, phrase_list
from maps.errors import WriteError
from maps.init.plan_draft import PLAN_NAME
from zoning.study import builtin_study


def write_study(name: str, folder: str | Path) -> Path:
    """Copy a built-in study into a folder of its own.

    Parameters
    ----------
    name : str
        One of :func:`zoning.study.builtin_studies`.
    folder : str or Path
        New, empty, or an earlier copy of the same study; files that differ from the study's are not overwritten.

    Returns
    -------
    Path
        The plan file of the copy.

    Raises
    ------
    UnknownNameError
        There is no such study; the message lists those that are there.
    WriteError
        The folder holds another plan, a changed one, or cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> with TemporaryDirectory() as folder:
    ...     plan_file = zp.write_study("us_mountain_west", Path(folder) / "mine")
    ...     sorted(file.name for file in plan_file.parent.glob("*.tif"))
    ['climate_koppen_1km.tif', 'elevation_5min.tif', 'landcover_2019.tif', 'solar_ghi_0p25.tif']
    """
    folder, source = Path(folder), builtin_study(name).parent
    files = sorted(path for path in source.iterdir() if path.is_file())
    changed = [path.name for path in files if _copy_differs(path, folder / path.name)]
    if changed:
        raise WriteError(
            Phrase(
                "{folder} holds {names}, other than those of the study '{study}': nothing is overwritten. Run it "
                "with 'zoneplan run {plan}', or name another folder",
                folder=folder,
                names=phrase_list(changed[:5]),
                study=name,
                plan=folder / PLAN_NAME,
            ),
            features=changed,
        )
    with staged_in(folder, PLAN_NAME) as stage:
        for path in files:
            shutil.copyfile(path, stage / path.name)
    return folder / PLAN_NAME


def _copy_differs(path: Path, copy: Path) -> bool:
    return copy.exists() and (not copy.is_file() or copy.read_bytes() != path.read_bytes())
