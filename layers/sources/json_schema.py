"""JSON Schema of models: each key described by the text under its field, numbers and absences as TOML has them."""

from __future__ import annotations

import ast
import inspect
import sys
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from layers.sources.base_models import keys_of

BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


class DescribedSchema(GenerateJsonSchema):
    """JSON Schema in which each key is described by the text under its field.

    Pydantic's ``use_attribute_docstrings`` would read the source of every model when it is imported, a tenth of a
    second of each command; here it is read by who asks for a schema.
    """

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a model, its keys described, itself by what its docstring says before any example."""
        found, texts = super().model_schema(schema), _texts(schema["cls"])
        if "description" in found:
            found["description"] = found["description"].partition("\n\nExamples\n")[0]
        written = {field.alias or name: texts.get(name) for name, field in keys_of(schema["cls"]).items()}
        properties = found.get("properties", {})
        found["properties"] = {
            key: properties[key] | ({"description": text} if text else {}) for key, text in written.items()
        }
        return found


def _texts(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field of a model, its own or inherited."""
    texts = {}
    for one in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        for field, text in pairwise(_classes(one.__module__)[one.__name__].body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                    texts[name] = inspect.cleandoc(said)
    return texts


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module, by name; its source is read once for all of them."""
    written = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: one for one in written.body if isinstance(one, ast.ClassDef)}


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
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if key != "default" or value is not None}

    def encode_default(self, dft: Any) -> Any:
        """Decimals as numbers."""
        return super().encode_default(float(dft) if isinstance(dft, Decimal) else dft)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (pydantic asks with one argument)
        """No titles: they would only repeat the keys."""
        return False
