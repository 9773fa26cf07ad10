"""Models written as TOML: what a file must say to be read back as the same model, to the last decimal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import tomli_w
from pydantic import BaseModel

from layers.errors import StudyError, ZoneplanError


def to_toml(content: BaseModel | Mapping[str, Any], error: type[ZoneplanError] = StudyError) -> str:
    r"""The TOML of a model, or of models by key. What is as it would be without being written is left out.

    Examples
    --------
    >>> from layers.sources import Exact, Section
    >>> class Band(Section):
    ...     up_to: Exact
    ...     unit: str = "ha"
    ...     note: str | None = None
    >>> to_toml({"bands": [Band(up_to=Decimal("0.10")), Band(up_to=Decimal(3), unit="km2")]})
    'bands = [\n    { up_to = 0.10 },\n    { up_to = 3, unit = "km2" },\n]\n'
    """
    try:
        text = tomli_w.dumps(_plain(content))
        text.encode("utf-8")
    except (TypeError, ValueError) as reason:
        raise error(f"what was changed in memory cannot be written as TOML: {reason}") from None
    return text


def _plain(value: Any) -> Any:
    """A value in the kinds that TOML has."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        own = {field.alias or name: getattr(value, name) for name, field in fields if not _is_default(value, name)}
        return _plain(own)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal) and value.is_finite() and value.as_tuple().exponent == 0:
        return int(value)  # 3 is written 3, and not 3.0, which is another decimal
    return value


def _is_default(model: BaseModel, name: str) -> bool:
    """Whether a key may be left out: the value is that of the model, and of the same kind (0 is not 0.0, nor False)."""
    value, field = getattr(model, name), type(model).model_fields[name]
    if field.is_required():
        return False
    return repr(value) == repr(field.get_default(call_default_factory=True))
