"""The study: ``plan.toml`` as written. Keys, types and positions; what names mean is judged later.

The form of a study file for editors and other programs.
"""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import os
import stat
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any, Self, cast

from pydantic import BaseModel, PrivateAttr, model_validator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from layers.errors import SourceError, StudyError, UnknownNameError, ZoneplanError, shown
from layers.sources.compensation_sections import Agreement, ServicesSection, Transfer
from layers.sources.energy_section import EnergySection
from layers.sources.quota_sections import Quota
from layers.sources.sections import (
    Decision,
    IndustriesSection,
    LayerSection,
    Section,
    Several,
    StudySection,
    TableSection,
    UnitsSection,
    check_source,
)
from layers.sources.toml_documents import Document, Keys, misfit, read_document

STUDIES = Path(__file__).parent.parent / "studies"


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


BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def study_schema() -> dict[str, Any]:
    """The JSON Schema of a study file, with a description of each key.

    Examples
    --------
    >>> schema = study_schema()
    >>> schema["required"], schema["properties"]["quotas"]["items"]
    (['study', 'units'], {'$ref': '#/$defs/Quota'})
    >>> schema["$defs"]["Quota"]["properties"]["total"]
    {'description': 'The amount to hand out.', 'minimum': 0.0, 'type': 'number'}
    """
    schema = Study.model_json_schema(schema_generator=_TomlSchema)
    description = "A study for zoneplan: what is planned, for which units, from which layers."
    return {"$schema": _TomlSchema.schema_dialect, **schema, "title": "plan.toml", "description": description}


class DescribedSchema(GenerateJsonSchema):
    """JSON Schema in which each key is described by the text under its field.

    Pydantic's ``use_attribute_docstrings`` would read the source of every model when it is imported, a tenth of a
    second of each command; here it is read by who asks for a schema.
    """

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a model, its keys described."""
        found, texts = super().model_schema(schema), _texts(schema["cls"])
        for name, field in schema["cls"].model_fields.items():
            if name in texts:
                found["properties"][field.alias or name]["description"] = texts[name]
        return found


def _texts(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field of a model, its own or inherited."""
    texts = {}
    for one in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        (written,) = ast.parse(dedent(inspect.getsource(one))).body
        for field, text in pairwise(cast("ast.ClassDef", written).body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                    texts[name] = inspect.cleandoc(said)
    return texts


class _TomlSchema(DescribedSchema):
    """JSON Schema of what TOML can say: no null, and numbers where Python keeps decimals."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        bounds = {key: float(value) for key, value in cast("dict[str, Any]", schema).items() if key in BOUNDS}
        return {"type": "number", **{BOUNDS[key]: value for key, value in bounds.items()}}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if key != "default" or value is not None}

    def encode_default(self, dft: Any) -> Any:
        return super().encode_default(float(dft) if isinstance(dft, Decimal) else dft)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (pydantic asks with one argument)
        """No titles: they would only repeat the keys."""
        return False
