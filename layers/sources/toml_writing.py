"""TOML written: models as a file that is read back as the same, and texts of a file changed in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import tomli_w
from pydantic import BaseModel

from layers.errors import StudyError, ZoneplanError
from layers.phrases import Phrase
from layers.sources.base_models import Keys
from layers.sources.toml_documents import Document

_BOM = "\ufeff"


def set_beside(document: Document, key: str, beside: str, values: Mapping[Keys, str]) -> str:
    r"""The text of a file with a key set in some of its tables.

    Examples
    --------
    >>> from layers.sources.toml_documents import find_positions
    >>> text = '[units]\nsource = "a.gpkg"  # of 2020\nid = "code"\n\n# more\n[study]\n'
    >>> document = Document(text=text, positions=find_positions(text))
    >>> print(set_beside(document, "pin", "source", {("units",): "{ rows = 3 }"}))
    [units]
    source = "a.gpkg"  # of 2020
    pin = { rows = 3 }
    id = "code"
    <BLANKLINE>
    # more
    [study]
    <BLANKLINE>
    """
    mark = _BOM if document.text.startswith(_BOM) else ""
    data = document.text.removeprefix(_BOM).encode()
    spans = document.positions.spans
    edits = []
    for table, value in values.items():
        path = (*table, key)
        if path in spans:
            edits.append((spans[path], value))
        elif path in document.positions.values:
            raise StudyError(
                Phrase(
                    "{place}: '{key}' is written as a table of its own, or with dots: delete it, so that it can be "
                    "written anew",
                    place=document.where(*path),
                    key=key,
                ),
                code="written_otherwise",
            )
        else:
            edits.append(_beside(data, spans[(*table, beside)], key, beside, value))
    for span, written in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
        data = data[: span.start] + written.encode() + data[span.stop :]
    return mark + data.decode()


def _beside(data: bytes, neighbour: slice, key: str, beside: str, value: str) -> tuple[slice, str]:
    """Where a new key goes, and what is written there: on the next line, or in the same inline table."""
    begin = data.rfind(b"\n", 0, neighbour.start) + 1
    alone = re.fullmatch(rf"""([^{{,]*?)["']?{re.escape(beside)}["']?\s*=\s*""", data[begin : neighbour.start].decode())
    if alone is None:
        return slice(neighbour.stop, neighbour.stop), f", {key} = {value}"
    end = data.find(b"\n", neighbour.stop)
    ending = "\r\n" if b"\r\n" in data else "\n"
    if end < 0:
        return slice(len(data), len(data)), f"{ending}{alone[1]}{key} = {value}"
    return slice(end + 1, end + 1), f"{alone[1]}{key} = {value}{ending}"


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
        written = {field.alias or name: getattr(value, name) for name, field in fields if not _is_default(value, name)}
        return _plain(written)
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
