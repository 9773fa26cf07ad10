"""Field types: what may stand as a value in a section, checked before anything is read; the JSON Schema of models."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, TypeVar, cast

import pyproj
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from layers.conditions import KEYWORDS, parse_condition, parse_formula
from layers.crs import is_gcj02
from layers.errors import StudyError, ZoneplanError, raise_all
from layers.phrases import Phrase
from layers.sources.base_models import Section, Text, check_source, keys_of, misfit
from layers.sources.toml_documents import find_faults

Entry = TypeVar("Entry", bound=Section)


def changed_entry(entry: Entry, changes: Mapping[str, Any], what: str) -> Entry:
    """An entry with other values of some keys; itself where there are none."""
    if not changes:
        return entry
    names = {field.alias or name: name for name, field in type(entry).model_fields.items()}
    given = {name: getattr(entry, name) for name in entry.model_fields_set}
    return entry_of(type(entry), given | {names.get(key, key): value for key, value in changes.items()}, what)


def entry_of(kind: type[Entry], content: Mapping[str, Any], what: str) -> Entry:
    """An entry as a file would say it; what it may not say is refused as :func:`changed_entry` does."""
    try:
        return kind.model_validate(content)
    except ValidationError as invalid:
        faults = find_faults(invalid, kind, dict(content))
        raise_all(
            StudyError(Phrase("{what}: {fault}", what=what, fault=fault.message), keys=fault.path) for fault in faults
        )
        raise


RESERVED = frozenset({"unit_id", "piece_id", "area_ha", "control_line", "geometry"})
"""Columns of the house's own tables."""

Checked = TypeVar("Checked")


def _holds(check: Callable[[Checked], object]) -> AfterValidator:
    """A validator that says what a function of the house says."""

    def validate(value: Checked) -> Checked:
        try:
            check(value)
        except ZoneplanError as error:
            raise misfit(((), error.said)) from None
        return value

    return AfterValidator(validate)


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a column that conditions read."""
    if not re.fullmatch(r"[^\W\d_]\w*", name) or name != name.lower():
        near = re.sub(r"\W+", "_", name.lower()).strip("_").lstrip("_0123456789")
        hint = Phrase(", such as '{near}'", near=near) if near else ""
        raise ZoneplanError(
            Phrase("'{name}' is no name: small letters, digits and _ from a letter on{hint}", name=name, hint=hint)
        )
    if name in RESERVED or name in KEYWORDS:
        raise ZoneplanError(Phrase("'{name}' has a meaning of its own; choose another name", name=name))


def name_text(name: str) -> str:
    """A name as words.

    Examples
    --------
    >>> name_text("construction_land")
    'construction land'
    """
    return name.replace("_", " ")


def check_crs(text: str) -> None:
    """Refuse a coordinate reference system that nobody knows."""
    files = re.search(r"grids|init\s*=|file:", text, re.IGNORECASE)
    try:
        if is_gcj02(text):
            return
        if not files:
            pyproj.CRS.from_user_input(text)
            return
    except pyproj.exceptions.CRSError:
        pass
    raise ZoneplanError(
        Phrase("unknown coordinate reference system {text!r}; write a code such as 'EPSG:4326', or WKT", text=text)
    )


def check_encoding(text: str) -> None:
    """Refuse an encoding of texts that Python does not know."""
    try:
        (b"\0" * 4).decode(text)  # four of them are whole characters in every encoding of texts
    except (LookupError, ValueError):
        raise StudyError(
            Phrase(
                'encoding = "{text}" is no encoding that Python knows; write one such as "gb18030" or "cp1252"',
                text=text,
            )
        ) from None


def _real(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _exact(value: Any) -> Any:
    """Decimals stay as written; whole numbers become decimals."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


NameText = Annotated[str, _holds(check_name)]
SourceText = Annotated[str, _holds(check_source)]
CrsText = Annotated[str, _holds(check_crs)]
EncodingText = Annotated[Text, _holds(check_encoding)]
ConditionText = Annotated[str, _holds(parse_condition)]
FormulaText = Annotated[str, _holds(parse_formula)]
Real = Annotated[float, BeforeValidator(_real)]
Amount = Annotated[float, Field(ge=0), BeforeValidator(_real)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_real)]
Factor = Annotated[float, Field(gt=0), BeforeValidator(_real)]
Exact = Annotated[Decimal, Field(ge=0), BeforeValidator(_exact)]
ExactStep = Annotated[Decimal, Field(gt=0), BeforeValidator(_exact)]
Signed = Annotated[Decimal, BeforeValidator(_exact)]
ExactPct = Annotated[Decimal, Field(ge=0, lt=100), BeforeValidator(_exact)]
ExactShare = Annotated[Decimal, Field(ge=0, le=100), BeforeValidator(_exact)]
Item = TypeVar("Item")
Several = Annotated[tuple[Item, ...], Field(strict=False)]
"""A list in TOML, a tuple here."""


BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


class DescribedSchema(GenerateJsonSchema):
    """JSON Schema in which each key is described by the text under its field.

    Pydantic's ``use_attribute_docstrings`` would read the source of every model when it is imported, a tenth of a
    second of each command; here it is read by who asks for a schema.
    """

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a model, its keys described, itself by what its docstring says before any example."""
        described, texts = super().model_schema(schema), _texts(schema["cls"])
        if "description" in described:
            described["description"] = described["description"].partition("\n\nExamples\n")[0]
        written = {field.alias or name: texts.get(name) for name, field in keys_of(schema["cls"]).items()}
        properties = described.get("properties", {})
        described["properties"] = {
            key: properties[key] | ({"description": text} if text else {}) for key, text in written.items()
        }
        return described


def _texts(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field of a model, its own or inherited."""
    texts = {}
    for base in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        for field, text in pairwise(_classes(base.__module__)[base.__name__].body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(docstring))):
                    texts[name] = inspect.cleandoc(docstring)
    return texts


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module, by name; its source is read once for all of them."""
    written = ast.parse(inspect.getsource(sys.modules[module]))
    return {definition.name: definition for definition in written.body if isinstance(definition, ast.ClassDef)}


class TomlSchema(DescribedSchema):
    """JSON Schema of what TOML can say: no null, and numbers where Python keeps decimals."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What a key without a value is: left out."""
        return self.generate_inner(schema["schema"])

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A number with its bounds."""
        bounds = {key: float(value) for key, value in cast("dict[str, Any]", schema).items() if key in BOUNDS}
        return {"type": "number", **{BOUNDS[key]: value for key, value in bounds.items()}}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The default, unless it is that there is nothing."""
        described = super().default_schema(schema)
        return {key: value for key, value in described.items() if key != "default" or value is not None}

    def encode_default(self, dft: Any) -> Any:
        """Decimals as numbers."""
        return super().encode_default(float(dft) if isinstance(dft, Decimal) else dft)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (pydantic asks with one argument)
        """No titles: they would only repeat the keys."""
        return False
