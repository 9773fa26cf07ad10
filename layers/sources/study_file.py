"""The study: ``plan.toml`` as written. Keys, types and positions; what names mean is judged later."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from pydantic import PrivateAttr, model_validator

from layers.agreement_sections import Agreement
from layers.documents import Document, read_document
from layers.errors import SourceError, StudyError, UnknownNameError, ZoneplanError, shown
from layers.faults import misfit
from layers.flow_sections import EnergySection
from layers.industry_sections import IndustriesSection
from layers.positions import Keys
from layers.quota_sections import Quota
from layers.sections import (
    Decision,
    LayerSection,
    Section,
    Several,
    StudySection,
    TableSection,
    UnitsSection,
    check_source,
)
from layers.service_sections import ServicesSection
from layers.transfer_sections import Transfer

STUDIES = Path(__file__).parent / "studies"


class Study(Section):
    """A study file, frozen: zoning of some units for one day by one rulebook.

    Two studies are equal where the same is written in them, wherever and however it is written.
    """

    study: StudySection
    """What is planned."""
    units: UnitsSection
    """The planning units."""
    layers: Several[LayerSection] = ()
    """Layers that designate land or are measured, [[layers]]."""
    tables: Several[TableSection] = ()
    """Tables with more columns for the units, [[tables]]."""
    decisions: Several[Decision] = ()
    """What planners decided, [[decisions]]."""
    quotas: Several[Quota] = ()
    """Amounts of land to hand down, [[quotas]]."""
    energy: EnergySection | None = None
    """Dual control of energy, [energy]."""
    industries: IndustriesSection | None = None
    """The plan's own negative list of industries, [industries]."""
    services: ServicesSection | None = None
    """What the services of ecosystems are worth, by class of land, [services]."""
    agreements: Several[Agreement] = ()
    """Agreements on compensation between parties, [[agreements]]."""
    transfers: Several[Transfer] = ()
    """Budgets that go to many, and pools, [[transfers]]."""

    _document: Document = PrivateAttr(default_factory=Document)

    @property
    def name(self) -> str:
        """Title of the plan."""
        return self.study.name

    @property
    def date(self) -> dt.date:
        """The day for which is planned."""
        return self.study.date

    @property
    def rulebook(self) -> Path | str:
        """The folder of the rulebook, where there is one beside the plan; else the name of a built-in one."""
        folder = self.folder / self.study.rulebook
        if not folder.is_dir():
            return self.study.rulebook
        _check_inside(self.folder, folder, self.study.rulebook)
        return folder

    @property
    def path(self) -> Path:
        """Where the file stands."""
        return self._document.path

    @property
    def folder(self) -> Path:
        """The folder of the file; sources are looked up in it."""
        return self.path.parent

    @property
    def text(self) -> str:
        """The file as it was read."""
        return self._document.text

    def where(self, *keys: str | int) -> str:
        """The place of a value in the file, for messages: ``study.where("layers", 0, "role")``.

        Returns
        -------
        str
            ``plan.toml, line 12, column 8``; of a key that is not there, the place of what should hold it.
        """
        return self._document.where(*keys)

    @model_validator(mode="after")
    def _check(self) -> Self:
        faults = [
            *_repeats("two layers have the name", [(("layers", i, "name"), x.name) for i, x in enumerate(self.layers)]),
            *_repeats(
                "two layers measure",
                [(("layers", i, "measure", name), name) for i, x in enumerate(self.layers) for name in x.measure],
            ),
            *_repeats("two quotas have the name", [(("quotas", i, "name"), x.name) for i, x in enumerate(self.quotas)]),
        ]
        named: list[tuple[Keys, str]] = []
        named += [(("agreements", i, "name"), f"{x.name} ({x.period})") for i, x in enumerate(self.agreements)]
        named += [(("transfers", i, "name"), f"{x.name} ({x.period})") for i, x in enumerate(self.transfers)]
        faults += _repeats("two agreements or transfers of one period have the name", named)
        if faults:
            raise misfit(*faults)
        return self


def read_study(path: Path | str) -> Study:
    """The study that a file describes.

    Parameters
    ----------
    path : Path or str
        A ``plan.toml``.

    Returns
    -------
    Study
        Its sources have not been looked at yet.

    Raises
    ------
    StudyError
        The file is missing, is no TOML, or something in it is not what it should be; line and column are in the
        message, and several complaints come together as :class:`SeveralErrors`.
    """
    study, document = read_document(path, Study)
    study._document = document  # noqa: SLF001  (the one place where a study learns where it was written)
    if study.energy is not None:
        study.energy.stand_in(document)
    return study


def builtin_studies() -> tuple[str, ...]:
    """The names of the studies that come with zoneplan."""
    return tuple(sorted(folder.parent.name for folder in STUDIES.glob("*/plan.toml")))


def builtin_study(name: str) -> Path:
    """The ``plan.toml`` of a study that comes with zoneplan.

    Raises
    ------
    UnknownNameError
        There is none of that name; the message lists those that there are.
    """
    if name not in builtin_studies():
        raise UnknownNameError(f"no built-in study '{name}'; there are {shown(builtin_studies())}")
    return STUDIES / name / "plan.toml"


def resolve_source(folder: Path | str, source: str) -> Path:
    """The file that a source of a study means.

    Parameters
    ----------
    folder : Path or str
        The study's folder.
    source : str
        As written: a plain relative path.

    Returns
    -------
    Path
        Absolute, links followed; a regular file inside the folder.

    Raises
    ------
    StudyError
        The path is not plain, or leads out of the folder, be it by a link.
    SourceError
        There is no such file, or it is a folder, a pipe or a device.
    """
    try:
        check_source(source)
    except ZoneplanError as error:
        raise StudyError(str(error), code="source_outside") from None
    folder = Path(folder)
    path = folder / source
    try:
        found = path.stat()
    except FileNotFoundError:
        # a link that leads out is refused before it tells what is there
        _check_inside(folder, path, source)
        raise SourceError(f"no file {source} in {folder}{_near(path)}", code="source_missing") from None
    except OSError as error:
        raise SourceError(f"{source} cannot be read ({error.strerror})", code="source_unreadable") from None
    _check_inside(folder, path, source)
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
        raise SourceError(f"{source} in {folder} is {what}; name a file", code="source_irregular")
    return Path(os.path.realpath(path))


def _check_inside(folder: Path, path: Path, source: str) -> None:
    root = os.path.realpath(folder)
    if os.path.commonpath([root, os.path.realpath(path)]) != root:
        raise StudyError(
            f"{source!r} leads out of the study's folder by a link; copy the file beside the plan",
            code="source_outside",
        )


def _near(path: Path) -> str:
    """A hint at files of nearly that name."""
    try:
        names = sorted(one.name for one in path.parent.iterdir())
    except OSError:
        return ""
    near = get_close_matches(path.name, names, 3)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _repeats(what: str, named: list[tuple[Keys, str]]) -> Iterator[tuple[Keys, str]]:
    """A fault for every name that stood before."""
    seen: Counter[str] = Counter()
    for keys, name in named:
        seen[name] += 1
        if seen[name] > 1:
            yield keys, f"{what} '{name}'"
