"""TOML texts changed where they stand: a key is set beside another one, and no other character moves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from layers.errors import StudyError
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
