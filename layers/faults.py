"""Faults: what a model says of a TOML table that does not fit it, in words for planners."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from layers.positions import Keys

NEEDS = {
    "string": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "date": "a date without quotes (such as 2025-01-01)",
    "tuple": "a list in [ ]",
    "list": "a list in [ ]",
    "dict": "a table",
    "model": "a table",
}
"""What the first word of a pydantic error type such as ``string_type`` asks for."""

BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


class Fault(NamedTuple):
    """One thing that does not fit: the path of the value or, with ``of_key``, of the key, and what is wrong."""

    path: Keys
    message: str
    of_key: bool = False


def misfit(*faults: tuple[Keys, str]) -> PydanticCustomError:
    """What a validator raises to complain about values below its own place, each by its path from there.

    Examples
    --------
    >>> misfit((("layers", 1, "name"), "two layers have this name")).message()
    'two layers have this name'
    """
    text = "; ".join(message for _, message in faults)
    return PydanticCustomError("misfit", "{text}", {"text": text, "faults": faults})


def find_faults(invalid: ValidationError, model: type[BaseModel], content: dict[str, Any]) -> list[Fault]:
    """Every fault of a table.

    Parameters
    ----------
    invalid : ValidationError
        What pydantic says.
    model : subclass of BaseModel
        What was expected.
    content : dict
        The table.
    """
    groups: dict[Any, list[_Complaint]] = {}
    for number, details in enumerate(invalid.errors(include_url=False)):
        complaint = _locate(details, content)
        if complaint.idle:
            continue
        # where a value may be of several kinds, pydantic complains about each of them
        groups.setdefault(complaint.fork if complaint.branch else number, []).append(complaint)
    return [fault for group in groups.values() for fault in _of_group(group, model)]


class _Complaint(NamedTuple):
    """One complaint of pydantic.

    ``path`` leads to the value in the table; ``branch`` names the kind that was tried at ``fork``, "" where there is
    only one.
    """

    details: ErrorDetails
    path: Keys
    fork: Keys
    branch: str

    @property
    def wanted(self) -> str:
        """The kind of value that is needed, "" where the kind is right and the value is not."""
        word, _, rest = self.details["type"].partition("_")
        if rest == "instance_of":
            word = str(self.details.get("ctx", {}).get("class", "")).lower()
        return NEEDS.get(word, "") if rest.endswith(("type", "parsing", "inexact", "from_float", "instance_of")) else ""

    @property
    def mistaken(self) -> bool:
        """Whether the value was never meant to be of the kind that was tried."""
        return self.branch != "" and self.wanted != "" and self.path == self.fork

    @property
    def idle(self) -> bool:
        """Whether it only follows from others: a list is too short because its items were refused."""
        return self.details["type"] == "too_short" and len(self.details["input"]) > 0


def _locate(details: ErrorDetails, table: dict[str, Any]) -> _Complaint:
    """The path of a complaint in the table: names of kinds, which pydantic puts between, are taken out."""
    content: Any = table
    path: Keys = ()
    fork: Keys | None = None
    branch = ""
    for key in details["loc"]:
        listed = isinstance(content, list) and isinstance(key, int)
        if listed or (isinstance(content, dict) and key in content):
            path, content = (*path, key), content[key]
        elif fork is None and key != "[key]" and (key != details["loc"][-1] or details["type"] != "missing"):
            fork, branch = path, str(key)
    return _Complaint(details, path, path if fork is None else fork, branch)


def _of_group(group: Sequence[_Complaint], model: type[BaseModel]) -> list[Fault]:
    """The faults of one value: of the kind that it was meant to be, as far as that can be seen."""
    meant = [complaint for complaint in group if not complaint.mistaken]
    if not meant:
        needs = dict.fromkeys(complaint.wanted for complaint in group)
        return [Fault(group[0].path, _need(group[0], " or ".join(needs)))]
    deepest = max(meant, key=lambda complaint: len(complaint.path)).branch
    return [fault for one in meant if one.branch == deepest for fault in _faults(one, model)]


def _faults(complaint: _Complaint, model: type[BaseModel]) -> list[Fault]:
    details, path = complaint.details, complaint.path
    name, context = _name(path), details.get("ctx", {})
    kind, given = details["type"], _given(details["input"])
    if complaint.wanted:
        return [Fault(path, _need(complaint, complaint.wanted))]
    if kind == "misfit":
        of_key = details["loc"][-1:] == ("[key]",)
        return [Fault((*path, *below), message, of_key) for below, message in context["faults"]]
    if kind == "missing":
        place = f" in {name}" if path else ""
        return [Fault(path, f"key '{details['loc'][-1]}' is missing{place}", of_key=True)]
    if kind == "extra_forbidden":
        return [Fault(path, _unknown(str(path[-1]), _known(model, path[:-1])), of_key=True)]
    if kind in BOUNDS:
        words, key = BOUNDS[kind]
        return [Fault(path, f"{name} must be {words} {float(context[key]):g}, not {given}")]
    messages = {
        "literal_error": f"{name} must be {context.get('expected')}, not {given}",
        "value_error": f"{name}: {context.get('error')}",
        "string_too_short": f"{name} must not be empty",
        "too_short": f"{name} must not be empty",
        "finite_number": f"{name} must be a finite number",
        "string_pattern_mismatch": f"{name}: {given} does not fit the pattern {context.get('pattern')}",
    }
    return [Fault(path, messages.get(kind, f"{name}: {details['msg'][0].lower()}{details['msg'][1:]}, not {given}"))]


def _need(complaint: _Complaint, needs: str) -> str:
    value, path = complaint.details["input"], complaint.path
    if isinstance(value, dict) and needs == NEEDS["tuple"]:
        return f"{_name(path)} is a list of tables: write [[{path[-1]}]]"
    if isinstance(value, list) and needs == NEEDS["model"]:
        return f"{_name(path)} is one table: write [{path[-1]}]"
    return f"{_name(path)}: {needs} is needed, not {_given(value)}"


def _name(path: Keys) -> str:
    names = [str(key) for key in path if isinstance(key, str)]
    return f"'{names[-1]}'" if names else "the file"


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:40] + '...'!r}"
    if isinstance(value, int | float | Decimal):
        return f"the number {value}"
    if isinstance(value, dt.date):
        return f"the date {value}"
    return (
        "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"a {type(value).__name__}"
    )


def _unknown(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, 2)
    hint = f"; did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
    return f"unknown key '{key}'{hint}" + (f" (known here: {', '.join(known)})" if known else "")


def _known(model: type[BaseModel], path: Keys) -> list[str]:
    """The keys that a model knows at a path, in their order."""
    models = [model]
    for key in path:
        if isinstance(key, str):
            fields = [field for one in models for name, field in one.model_fields.items() if key in (name, field.alias)]
            models = [found for field in fields for found in _models(field.annotation)]
    return list(dict.fromkeys(field.alias or name for one in models for name, field in one.model_fields.items()))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside an annotation such as ``tuple[Layer, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
