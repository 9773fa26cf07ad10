"""Schemas: the form of a study file for editors and other programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from layers.study import Study

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


class _TomlSchema(GenerateJsonSchema):
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
