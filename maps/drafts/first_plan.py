"""First plans: a commented ``plan.toml`` from a user's own files or a built-in study, and the pins of its sources."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from layers.errors import StudyError, ZoneplanError
from layers.formats import parts_of
from layers.inputs import Inputs
from layers.outputs import staged_in, unchanged, write_text
from layers.phrases import Phrase, phrase_list
from layers.read import confirm_sources, read_inputs, read_pins
from layers.sources import Document, Pin, parse_document, set_beside
from maps.drafts.first_rulebook import NAME, draft_rulebook, write_rulebook
from maps.drafts.plan_draft import NO_ROLE, PLAN_NAME, PlanDraft, closing_comments, draft_plan
from maps.drafts.source_inspection import Hints, guess_id, open_vector
from maps.errors import DraftError, WriteError
from zoning.pipeline import StudyTables, make_plan, remarks
from zoning.rulebook import builtin_rulebooks, read_rulebook
from zoning.study import Study, builtin_study, is_builtin, read_study


def write_pins(study: Study, inputs: Inputs) -> int:
    """Pin every source of a plan in its file."""
    if is_builtin(study.path):
        raise WriteError(
            Phrase(
                "{path} is part of zoneplan and is not written to. Copy the study with zoneplan demo, and pin the copy",
                path=study.path,
            )
        )
    pins = read_pins(study)
    confirm_sources(inputs, study)
    text = set_beside(study.document, "pin", "source", {keys: _toml(pin) for keys, pin in pins.items()})
    parsed, _ = parse_document(Document(study.path, text), Study)
    if parsed != study.with_pins(pins):
        raise StudyError(
            Phrase("{path}: the pins cannot be written into it; it is as it was", path=study.path), code="pin"
        )
    path = Path(os.path.realpath(study.path))
    try:
        before = path.read_bytes()
    except OSError as error:
        raise WriteError(
            Phrase("{path}: cannot be read again ({cause})", path=study.path, cause=error.strerror)
        ) from error
    if before.decode("utf-8", "replace") != study.document.text:
        raise WriteError(
            Phrase("{path} was changed while it was being checked; it is left as it is. Pin it again", path=study.path)
        )
    write_text(path, text, unchanged(before))
    return len(pins)


def _toml(pin: Pin) -> str:
    """In one line; JSON writes these numbers, texts and lists as TOML does."""
    fields = {key: value for key in Pin.model_fields if (value := getattr(pin, key)) is not None}
    return f"{{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in fields.items())} }}"


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


REMEDY = Phrase(
    "No plan was written: 'zoneplan init' leaves none that would not pass 'zoneplan check'. Mend this in "
    "your files and call it again, or write plan.toml by hand after the example of 'zoneplan demo'"
)


def write_plan(
    folder: str | Path,
    units: str | Path,
    layers: Sequence[tuple[str, str | Path]] = (),
    rulebook: str | None = None,
    language: str = "en",
    *,
    crs: str | None = None,
    encoding: str | None = None,
    date: dt.date = dt.date(2025, 1, 1),
) -> Path:
    """Look at a user's own files, copy them into a folder and write a commented plan there that passes ``check``.

    Parameters
    ----------
    folder : str or Path
        New, or one in which nothing has to be overwritten. Files that stand in it already stay where they are.
    units : str or Path
        Polygons of the planning units; of a GeoPackage with several layers also as ``FILE:LAYER``.
    layers : sequence of (str, str or Path)
        Role and file. An empty role is for facts (points, lines, grids to be measured) and for tables with the units'
        ids.
    rulebook : str, optional
        A built-in one, or a folder, which is copied beside the plan where it stands elsewhere. By default a small
        neutral one is drafted beside the plan from the roles and columns: a country's law is only ever chosen by name.
    language : str
        Of the comments; among several columns of names, the one in this language is proposed.
    crs, encoding : str, optional
        Of the files that do not say it themselves.
    date : date
        The day of the plan.

    Returns
    -------
    Path
        The plan file.

    Raises
    ------
    ZoneplanError
        A file cannot be used as it is, or a guess would be needed that nobody should make; nothing is written then.
    WriteError
        The folder holds other files of these names, or cannot be written.

    Notes
    -----
    The same files give the same plan, byte for byte.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> shapes = [box(10, 50, 10.1, 50.1), box(10.1, 50, 10.2, 50.1)]
    >>> units = gpd.GeoDataFrame({"code": ["01", "02"], "name": ["Ash", "Beech"]}, geometry=shapes, crs="EPSG:4326")
    >>> with TemporaryDirectory() as folder:
    ...     units.to_file(Path(folder) / "units.gpkg")
    ...     plan_file = zp.write_plan(Path(folder) / "first", Path(folder) / "units.gpkg")
    ...     zp.read_study(plan_file).units.id
    'code'
    """
    given, folder = Path(folder), Path(os.path.realpath(folder))
    files = [(role, Path(file)) for role, file in layers]
    hints = Hints(crs, encoding, language)
    with staged_in(given, PLAN_NAME) as stage:
        if rulebook is None:
            rulebook_path, name = _drafted(stage, Path(units), files, hints), NAME
        else:
            rulebook_path, name = _named(folder, stage, rulebook)
        draft = draft_plan(folder, Path(units), files, read_rulebook(rulebook_path, date), name, hints)
        for source, path in draft.files.items():
            _bring(path, stage / source)
        text = _checked(stage, draft)
        (stage / PLAN_NAME).write_text(text, "utf-8")
    return given / PLAN_NAME


def _named(folder: Path, stage: Path, rulebook: str) -> tuple[Path | str, str]:
    """Where a rulebook stands, and how the plan names it; a folder from elsewhere is copied beside the plan."""
    inside, given = folder / rulebook, Path(os.path.realpath(rulebook))
    if inside.is_dir() and inside.resolve().is_relative_to(folder):
        return inside, inside.resolve().relative_to(folder).as_posix()
    if rulebook in builtin_rulebooks() or not given.is_dir():
        return rulebook, rulebook
    if given.is_relative_to(folder):
        return given, given.relative_to(folder).as_posix()
    _bring(given, stage / given.name)
    return stage / given.name, given.name


def _drafted(stage: Path, units: Path, layers: Sequence[tuple[str, Path]], hints: Hints) -> Path | str:
    """The folder of a neutral rulebook for the roles and the columns of the units."""
    rows = pd.DataFrame(open_vector(units, "units", "", hints).rows.drop(columns="geometry", errors="ignore"))
    columns = rows.drop(columns=guess_id(rows, units.name, hints.language).column)
    return write_rulebook(stage, draft_rulebook([role for role, _ in layers if role not in NO_ROLE], columns))


def split_roles(texts: Sequence[str]) -> list[tuple[str, Path]]:
    """Role and file of each ``ROLE=FILE``, as :func:`write_plan` takes them; a file alone has no role.

    Examples
    --------
    >>> split_roles(["water=lakes.gpkg", "plants.csv", "maps/a=b.tif"])
    [('water', PosixPath('lakes.gpkg')), ('', PosixPath('plants.csv')), ('', PosixPath('maps/a=b.tif'))]
    """
    layers = []
    for text in texts:
        role, sign, file = text.partition("=")
        plain = bool(sign) and not Path(text).exists() and "/" not in role
        layers.append((role.strip(), Path(file)) if plain else ("", Path(text)))
    return layers


def _checked(stage: Path, draft: PlanDraft) -> str:
    """The text of the plan with its end, which needs the layers; refused where ``check`` has an error."""
    plan_file = stage / PLAN_NAME
    plan_file.write_text(draft.text, "utf-8")
    try:
        study = read_study(plan_file)
        inputs, tables = read_inputs(study), StudyTables()  # a draft names none
        make_plan(study, draft.rulebook, inputs, tables)
    except ZoneplanError as error:
        raise DraftError(error, REMEDY) from error
    notes = [note for note in remarks(study, draft.rulebook, inputs, tables) if note.code == "absent"]
    absent = [name for note in notes for name in note.features]
    return draft.text + closing_comments(draft.rulebook, draft.levels, inputs.units, absent, draft.language)


def _bring(path: Path, target: Path) -> None:
    """A file with all its parts, or a folder, under another name perhaps."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target)
        return
    for part in parts_of(path):
        shutil.copyfile(part, target.with_suffix(part.suffix))
