"""Units by what people call them: the id, the id as a number, or a name in any of its languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches

import pandas as pd

from layers.errors import UnknownNameError, shown
from layers.phrases import SEMICOLON, Phrase, phrase_list
from zoning.errors import near
from zoning.plan import Plan

_HAN = re.compile(r"([\u3400-\u9fff\uf900-\ufaff·]+)")
_APART = re.compile(r"[/|()（）;；]")


def find_unit(plan: Plan, text: str | int) -> str:
    """The id of the one unit that somebody means.

    Parameters
    ----------
    plan : Plan
    text : str or int
        Its id, its id as a number (8031 or "8031" for "08031"), or its name: the whole of it, its part in one
        language, or that of any language, in the columns of names and those that begin with "name". Case, and marks
        on letters, do not matter.

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
        There is none, or there are several; the message lists them.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("china_provinces")))
    >>> find_unit(plan, "四川"), find_unit(plan, "sichuan"), find_unit(plan, "510000")
    ('510000', '510000', '510000')
    """
    ids, text = pd.Index(plan.zones["unit_id"]), str(text)
    if text in ids:
        return text
    wanted = _plain(text)
    unit_ids = [
        unit_id for unit_id in ids if wanted.isdecimal() and unit_id.isdecimal() and int(unit_id) == int(wanted)
    ]
    unit_ids = unit_ids or [unit_id for unit_id, names in _names(plan).items() if wanted in names]
    if not unit_ids:
        raise UnknownNameError(
            Phrase("the plan has no unit {unit}{hint}", unit=shown([text]), hint=_meant(plan, text)),
            code="unknown_unit",
        )
    if len(unit_ids) > 1:
        listing = phrase_list((_called(plan, unit_id) for unit_id in unit_ids), SEMICOLON)
        message = Phrase(
            "{count} units are called {name}: {units}. Give the id",
            count=len(unit_ids),
            name=shown([text]),
            units=listing,
        )
        raise UnknownNameError(message, code="several_units", features=unit_ids)
    return str(unit_ids[0])


def _plain(text: str) -> str:
    """A name without what two spellings of it may differ in."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


def _spellings(name: str) -> Iterator[str]:
    """A name, and its parts in one language each: "Sichuan 四川" is either."""
    yield _plain(name)
    for part in _APART.split(name):
        yield from map(_plain, (part, *_HAN.split(part)))


def names_of_units(plan: Plan) -> dict[str, tuple[str, ...]]:
    """All names of each unit, in any of its languages, that which tables have first.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict of str to tuple of str
        By unit: each name once, of the column ``name``, of those that ``[units]`` gives by language, and of others that
        begin with "name".
    """
    ids, given = plan.zones["unit_id"], {*plan.study.units.names.values()}
    columns = [plan.zones.set_index("unit_id")["name"]]
    columns += [
        plan.units[column].reindex(ids)
        for column in plan.units.columns
        if (str(column).startswith("name") or column in given) and _is_text(plan.units[column])
    ]
    rows = zip(ids, zip(*(column.tolist() for column in columns), strict=True), strict=True)
    named = ((unit, (name for name in row if isinstance(name, str) and name)) for unit, row in rows)
    return {str(unit): tuple(dict.fromkeys(names)) for unit, names in named}


def _names(plan: Plan) -> dict[str, set[str]]:
    """All spellings of the names of each unit."""
    return {
        unit: {spelling for name in names for spelling in _spellings(name)} - {""}
        for unit, names in names_of_units(plan).items()
    }


def _is_text(column: pd.Series) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def _called(plan: Plan, unit_id: str) -> str:
    unit = plan.zones.set_index("unit_id").loc[unit_id]
    jurisdiction = f", {unit['jurisdiction']}" if unit["jurisdiction"] else ""
    return Phrase("'{unit}' is {name}{place}", unit=unit_id, name=unit["name"], place=jurisdiction)


def _meant(plan: Plan, text: str) -> str:
    """What somebody may have meant by a text that is neither the id nor a name of a unit."""
    zones = plan.zones.set_index("unit_id")
    parts = zones.index[zones["part_of"] == text]
    if text and len(parts):
        return Phrase("; it is a larger unit, explain a part of it: {parts}", parts=shown(parts))
    if text in plan.pieces.index:
        unit = plan.pieces.loc[text, "unit_id"]
        return Phrase(
            "; it is a piece of unit '{unit}': explain that, or ask for a place in the piece with 'zoneplan at'",
            unit=unit,
        )
    names = _names(plan)
    close = set(get_close_matches(_plain(text), sorted(set().union(*names.values())), 3, cutoff=0.8))
    called = [_called(plan, unit) for unit, spellings in names.items() if spellings & close]
    return (
        Phrase("; similar names: {names}", names=phrase_list(called, SEMICOLON)) if called else near(text, zones.index)
    )
