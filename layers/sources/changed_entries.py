"""Entries of a file with other values of some keys, checked as the file would be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from layers.errors import StudyError, raise_all
from layers.phrases import Phrase
from layers.sources.base_models import Section
from layers.sources.toml_documents import find_faults

Entry = TypeVar("Entry", bound=Section)


def changed_entry(one: Entry, changes: Mapping[str, Any], what: str) -> Entry:
    """An entry with other values of some keys; itself where there are none."""
    if not changes:
        return one
    names = {field.alias or name: name for name, field in type(one).model_fields.items()}
    own = {name: getattr(one, name) for name in one.model_fields_set}
    return entry_of(type(one), own | {names.get(key, key): value for key, value in changes.items()}, what)


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
