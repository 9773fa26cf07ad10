"""The official table of a negative list as a file of the rulebook: its rows as items, checked against the edition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from layers.archives import in_sandbox
from layers.errors import SeveralErrors, UnknownNameError, ZoneplanError
from layers.formats import reading
from layers.phrases import Phrase
from zoning.errors import RulebookError, near
from zoning.rulebook.chapter_schemas import Demands, IndustryList, ListedItem
from zoning.rulebook.industry_classification import Classification
from zoning.rulebook.industry_lists.item_tables import in_known_words, item_faults, read_item_table
from zoning.rulebook.rulebook_folder import TABLES, Draft

LIST_COLUMNS = ("item", "text", "code", "treatment", "state", "conditions", "note", "reference")
"""The columns of the table of a list that are read; any others are a note to oneself."""
NEEDED = (("item",), ("code",), ("treatment",))
NO_BRANCH = "-"
"""The code of an item that is about no branch of the classification: it counts, and decides nothing."""


def listed_items(draft: Draft) -> tuple[ListedItem, ...]:
    """The rows of the tables of all lists that are about a branch, as items of the rulebook."""
    return tuple(
        _item(draft, one, line, row)
        for one in draft.lists
        for table in [_sound(draft, one)]
        if table is not None
        for line, row in zip(table.index.tolist(), table.to_dict("records"), strict=True)
        if row["code"] not in {"", NO_BRANCH}
    )


def list_table_faults(draft: Draft, industries: Classification | None) -> Iterator[RulebookError]:
    """The complaints about the tables of lists: what cannot be read or meant, and what the edition counts otherwise."""
    named = {one.table for one in draft.lists}
    for name in (name for name in draft.files if name.lower().endswith(TABLES) and name not in named):
        yield RulebookError(
            Phrase(
                "{folder}: file '{file}' does not belong into a rulebook: move it elsewhere, or name it as the "
                "table of a list in industries.toml",
                folder=draft.folder.name,
                file=name,
            )
        )
    for place, one in enumerate(draft.lists):
        for key, text in _list_faults(draft, one):
            yield draft.fault(text, "lists", place, key)
        if one.table in draft.files:
            faults = [*_table_faults(draft, one, industries)]
            yield from (RulebookError(fault.said, code=fault.code, layer=fault.layer) for fault in faults)
            table = None if faults else _sound(draft, one)
            for key, text in () if table is None else _count_faults(one, table):
                yield draft.fault(text, "lists", place, key)


def _list_faults(draft: Draft, one: IndustryList) -> Iterator[tuple[str, Phrase]]:
    """Key and complaint of what is wrong with an entry without a look into its table."""
    if one.counts and one.items_known is not None and one.items != one.items_known:
        yield (
            "counts",
            Phrase("they make {count} items, and items_known says {known}", count=one.items, known=one.items_known),
        )
    if one.table is not None and one.table not in draft.files:
        hint = near(one.table, [name for name in draft.files if name.lower().endswith(TABLES)])
        yield "table", Phrase("there is no file '{file}' beside industries.toml{hint}", file=one.table, hint=hint)
    if one.table is not None and not one.reference:
        yield "table", Phrase("say by 'reference' which document the table is taken from")


def _table_faults(draft: Draft, one: IndustryList, industries: Classification | None) -> Iterator[ZoneplanError]:
    """What is wrong with a table by itself."""
    name, items = str(one.table), _read(draft, one)
    if isinstance(items, ZoneplanError):
        yield from items.errors if isinstance(items, SeveralErrors) else (items,)
        return
    faults = [*item_faults(items, name, _complaints)]
    yield from faults
    if not faults:
        for line, complaint in _row_faults(in_known_words(items), one, industries):
            at = Phrase("table '{table}', line {line}", table=name, line=line)
            yield RulebookError(Phrase("{place}: {said}", place=at, said=complaint), code="item", layer=name)


def _complaints(item: Mapping[str, str]) -> Mapping[Phrase, bool]:
    return {Phrase("the item is empty; write its number on the list"): not item["item"]}


def _row_faults(items: pd.DataFrame, one: IndustryList, industries: Classification | None) -> Iterator[tuple[int, str]]:
    """Line and complaint: codes that there are not, items that stand twice or are treated in two ways."""
    first: dict[str, tuple[int, str]] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in zip(items.index.tolist(), items.to_dict("records"), strict=True):
        number, code = row["item"], row["code"]
        before, treatment = first.setdefault(number, (line, row["treatment"]))
        if row["treatment"] != treatment:
            yield (
                line,
                Phrase("item {item} is {treatment} in line {line}", item=number, treatment=treatment, line=before),
            )
        if not code and one.complete:
            yield (
                line,
                Phrase(
                    "the code is empty, and the list is said to be complete; write the branch, or {none} where it is "
                    "about none",
                    none=NO_BRANCH,
                ),
            )
        if code in {"", NO_BRANCH}:
            continue
        try:
            code = industries.whole(code) if industries else code
        except UnknownNameError as error:
            yield line, error.said
            continue
        same = seen.setdefault((number, code, row["state"]), line)
        if same != line:
            yield (
                line,
                Phrase("line {line} has item {item} of {code} already; drop one", line=same, item=number, code=code),
            )


def _count_faults(one: IndustryList, table: pd.DataFrame) -> Iterator[tuple[str, Phrase]]:
    """Key and complaint where a table has other counts of items than its edition."""
    items = table.drop_duplicates("item")
    if one.complete and not one.counts and one.items_known is not None and len(items) < one.items_known:
        text = Phrase(
            "the list is said to be complete, and {items} of about {items_known} items are here",
            items=len(items),
            items_known=one.items_known,
        )
        yield "complete", text
    found = items["treatment"].value_counts()
    for treatment, count in (one.counts or {}).items():
        here = int(found.get(treatment, 0))
        if here > count or (one.complete and here < count):
            yield (
                "counts",
                Phrase(
                    "the list has {count} items that are {treatment}, and its table '{table}' has {items}",
                    count=count,
                    treatment=treatment,
                    table=str(one.table),
                    items=here,
                ),
            )


def _item(draft: Draft, one: IndustryList, line: int, row: Mapping[str, Any]) -> ListedItem:
    """A row as an item of the rulebook; its texts, which stand in one language, are the same in all."""

    def told(*parts: str) -> dict[str, str] | None:
        text = " ".join(filter(None, parts))
        return dict.fromkeys(draft.head.languages, text) if text else None

    demands = told(row["conditions"])
    return ListedItem.model_construct(
        list=one.id,
        code=row["code"],
        treatment=row["treatment"],
        state=row["state"],
        conditions=Demands.model_construct(other=demands) if demands else None,
        note=told(row["item"], row["text"], f"({row['note']})" if row["note"] else ""),
        reference=row["reference"] or one.reference,
        source=one.source,
        since=one.since,
        until=one.until,
        item=row["item"],
        line=line,
    )


def _sound(draft: Draft, one: IndustryList) -> pd.DataFrame | None:
    """The table of a list in the words of a rulebook; None where there is none, or it cannot be meant."""
    items = _read(draft, one) if one.table in draft.files else None
    if items is None or isinstance(items, ZoneplanError) or any(item_faults(items, "", _complaints)):
        return None
    return in_known_words(items)


def _read(draft: Draft, one: IndustryList) -> pd.DataFrame | ZoneplanError:
    name = str(one.table)
    return _parsed(draft.folder / name, name, draft.files[name], one.encoding)


@lru_cache(maxsize=32)
def _parsed(path: Path, name: str, content: bytes, encoding: str | None) -> pd.DataFrame | ZoneplanError:
    """A table as text, or why it cannot be read; kept, for it is asked for again and again."""
    try:
        return in_sandbox(_table, None, {}, str(path), name, content.hex(), encoding)
    except ZoneplanError as error:
        return error


def _table(place: str, name: str, content: str, encoding: str | None) -> pd.DataFrame:
    with reading(name, name):
        return read_item_table(Path(place), name, LIST_COLUMNS, NEEDED, encoding, bytes.fromhex(content))
