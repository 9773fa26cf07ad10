"""Changes of models in memory, of any kind at any place: what ``model_copy`` can do to a study or a rulebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel

Path = tuple[str | int, ...]


def paths_of(value: Any, above: Path = ()) -> Iterator[Path]:
    """The paths to everything inside a value."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, BaseModel):
        inner = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif isinstance(value, Mapping):
        inner = list(value.items())
    elif isinstance(value, list | tuple):
        inner = list(enumerate(value))
    for key, item in inner:
        yield (*above, key)
        yield from paths_of(item, (*above, key))


def changed(value: Any, path: Path, new: Any) -> Any:
    """A copy in which another value stands at a path; nothing is checked, as with ``model_copy``."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, BaseModel):
        return value.model_copy(update={key: changed(getattr(value, key), tuple(rest), new)})
    if is_dataclass(value):
        return replace(value, **{key: changed(getattr(value, key), tuple(rest), new)})
    if isinstance(value, Mapping):
        return {**value, key: changed(value[key], tuple(rest), new)}
    return type(value)(changed(item, tuple(rest), new) if place == key else item for place, item in enumerate(value))


def found(value: Any, path: Path) -> Any:
    """What stands at a path."""
    for key in path:
        value = getattr(value, str(key)) if isinstance(value, BaseModel) or is_dataclass(value) else value[key]
    return value


def variants(value: Any) -> st.SearchStrategy[Any]:
    """Other values of the same kind, and some of another."""
    text, day = 'a "b"\n\\ 中', dt.date(2020, 2, 29)
    alike: list[Any] = []
    if isinstance(value, bool):
        alike = [not value]
    elif isinstance(value, int | float | Decimal):
        kind = type(value)
        alike = [kind(1), kind(3), value * 2, Decimal("3.0"), Decimal("1E+2"), 12]
    elif isinstance(value, str):
        alike = [f"{value} ", f"{value}_2", "x"]
    elif isinstance(value, dt.date):
        alike = [value + dt.timedelta(days=1), dt.date(2024, 12, 31)]
    elif isinstance(value, tuple):
        alike = [value[1:], value[::-1], value[:1], list(value)]
    elif isinstance(value, Mapping):
        alike = [dict(list(value.items())[1:]), {**value, "en": "x"}, {}]
    return st.sampled_from([*alike, *alike, None, "", text, 7, 0.1, True, (), Decimal("0.10"), day, float("nan")])


@st.composite
def changes_of(draw: st.DrawFn, model: Any) -> tuple[Path, Any]:
    """A path into a model or a dataclass of models, and what shall stand there."""
    if is_dataclass(model):
        kinds = [
            one.name for one in fields(model) if one.name not in {"files", "draft", "day", "name", "classification"}
        ]
        every = [path for kind in kinds for path in ((kind,), *paths_of(getattr(model, kind), (kind,)))]
    else:
        every = list(paths_of(model))
    path = draw(st.sampled_from(every))
    return path, draw(variants(found(model, path)))
