"""The official table of a negative list as a file of the rulebook: items by branch, checked against the edition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pandas as pd

from layers.archives import in_sandbox
from layers.errors import SeveralErrors, SourceError, UnknownNameError, ZoneplanError, raise_all, shown
from layers.formats import CsvRow, misspelt_column, read_cells, read_workbook, reading
from layers.phrases import OR, Phrase, phrase_list
from zoning.errors import RulebookError, near
from zoning.rulebook.chapter_schemas import Demands, IndustryList, ListedItem
from zoning.rulebook.industry_classification import Classification
from zoning.rulebook.rulebook_folder import TABLES, Draft

TREATMENTS = {
    "restricted": "restricted", "限制": "restricted", "限制类": "restricted",
    "许可": "restricted", "许可类": "restricted", "许可准入": "restricted", "许可准入类": "restricted",
    "prohibited": "prohibited", "禁止": "prohibited", "禁止类": "prohibited",
    "禁止准入": "prohibited", "禁止准入类": "prohibited",
}  # fmt: skip
"""What may stand in the column ``treatment``, and what it means."""
HEADINGS: dict[str, tuple[str, ...]] = {
    "item": ("项目号", "事项编号", "序号", "编号"),
    "text": ("禁止或许可事项", "禁止或限制事项", "事项名称", "事项"),
    "industry": ("行业名称", "国民经济行业名称", "国民经济行业", "所属行业", "行业"),
    "unit_id": ("单元代码", "区划代码", "行政区划代码", "县区代码"),
    "jurisdiction": ("行政区", "地区", "省份", "市县", "县区"),
    "code": ("行业代码", "国民经济行业代码", "行业小类代码"),
    "treatment": ("管理类别", "管控类别", "准入类别", "禁止或限制", "禁止或许可"),
    "state": ("产业状态", "现有或规划"),
    "conditions": ("管控要求", "限制条件", "准入条件", "管理要求", "措施描述", "禁止或许可准入措施描述"),
    "note": ("备注",),
    "reference": ("依据", "文件依据", "来源"),
}
"""What offices write above the columns, and which column it is."""
STATES = {"": "both", "both": "both", "existing": "existing", "现有": "existing", "现有产业": "existing",
          "planned": "planned", "规划": "planned", "规划发展": "planned", "规划发展产业": "planned"}  # fmt: skip
"""What may stand in the column ``state``, and what it means."""
SEVERAL = ("conditions",)
"""Columns of which there may be several: what is wanted of an industry."""

Complaints = Callable[[Mapping[str, str]], Mapping[Phrase, bool]]
"""What is wrong with an item, and whether it is."""


def read_item_table(
    path: Path,
    name: str,
    columns: Sequence[str],
    needed: Sequence[tuple[str, ...]],
    encoding: str | None = None,
    content: bytes | None = None,
) -> pd.DataFrame:
    """The rows of a table of items, as text.

    In a workbook titles may stand above the headings, and these may take several lines with merged cells: what is
    wanted of an industry may stand in several columns below one heading.
    """
    if path.suffix.lower() == ".csv":
        plain, rows = read_cells(path, name, encoding, content)
        header = [column_of(heading) for heading in plain]
    else:
        require_table(path, name)
        lines = read_workbook(path, name, content=content)
        telling = {alternatives[0] for alternatives in needed if len(alternatives) == 1}
        above = heading_lines(lines, telling.issubset)
        header, rows = headings(above, columns), lines[lines.index(above[-1]) + 1 :] if above else []
    return items_below(header, rows, name, columns, needed)


def require_table(path: Path, name: str) -> None:
    """Refuse what is neither CSV nor a workbook."""
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise SourceError(
            Phrase(
                "table '{table}': {file} is neither .csv nor .xlsx; save the table as one of them",
                table=name,
                file=path.name,
            ),
            code="format",
            layer=name,
        )


def heading_lines(lines: Sequence[CsvRow], telling: Callable[[AbstractSet[str]], bool]) -> Sequence[CsvRow]:
    """The lines of headings below the titles, told by the columns that they name; the first line where none is."""
    tells = [telling({column_of(cell) for cell in row.cells}) for row in lines]
    first = tells.index(True) if True in tells else 0
    return lines[first : first + max(1, len([*takewhile(bool, tells[first:])]))]


def headings(above: Sequence[CsvRow], columns: Sequence[str]) -> list[str]:
    """The name of each column, of the lines of headings above it."""
    stacks = zip(*([column_of(cell) for cell in row.cells] for row in above), strict=True)
    return [next((heading for heading in stack if heading in columns), stack[-1]) for stack in stacks]


def items_below(
    header: Sequence[str], rows: Sequence[CsvRow], name: str, columns: Sequence[str], needed: Sequence[tuple[str, ...]]
) -> pd.DataFrame:
    """The rows below some headings as a table of text, cells of one column together; see :func:`read_item_table`."""
    raise_all(_header_faults(header, name, columns, needed))
    places = {column: [position for position, heading in enumerate(header) if heading == column] for column in columns}
    items = [
        {column: _joined(row.cells[position] for position in places[column]) for column in columns} for row in rows
    ]
    lines = pd.Index([row.line for row in rows], name="line", dtype="int64")
    return pd.DataFrame(items, index=lines, columns=list(columns), dtype="str")


def in_known_words(items: pd.DataFrame) -> pd.DataFrame:
    """The same with ``treatment`` and ``state`` in the words of a rulebook; those of :func:`item_faults` first.

    Examples
    --------
    >>> items = pd.DataFrame({"treatment": ["限制类", "禁止"], "state": ["", "现有产业"]})
    >>> in_known_words(items)["treatment"].tolist(), in_known_words(items)["state"].tolist()
    (['restricted', 'prohibited'], ['both', 'existing'])
    """
    return items.assign(
        treatment=[TREATMENTS[treatment.lower()] for treatment in items["treatment"]],
        state=[STATES[state.lower()] for state in items["state"]],
    )


def item_faults(items: pd.DataFrame, name: str, complaints: Complaints) -> Iterator[SourceError]:
    """The complaints about items of a table that need nothing beside it, each with its line.

    Examples
    --------
    >>> items = pd.DataFrame({"treatment": ["禁止"], "state": ["old"], "conditions": [""]}, index=[7])
    >>> [str(one) for one in item_faults(items, "branches", lambda item: {})]
    ["table 'branches', line 7: state 'old': write existing, planned or both."]
    """
    for line, item in zip(items.index.tolist(), items.to_dict("records"), strict=True):
        texts: dict[str, str] = {str(key): str(value) for key, value in item.items()}
        for complaint, holds in {**complaints(texts), **_item_complaints(texts)}.items():
            if holds:
                yield SourceError(
                    Phrase("table '{table}', line {line}: {complaint}.", table=name, line=line, complaint=complaint),
                    code="item",
                    layer=name,
                )


def _item_complaints(item: Mapping[str, str]) -> Mapping[Phrase, bool]:
    treatment = TREATMENTS.get(item["treatment"].lower(), "")
    return {
        Phrase(
            "treatment '{treatment}': write restricted or prohibited; the rest is allowed", treatment=item["treatment"]
        ): not treatment,
        Phrase("state '{state}': write existing, planned or both", state=item["state"]): item["state"].lower()
        not in STATES,
        Phrase("a restricted branch needs conditions: under which is it allowed?"): (
            treatment == "restricted" and not item["conditions"]
        ),
        Phrase(
            "a prohibited branch has no conditions; where only a part of it is prohibited, write it as "
            "restricted, with the condition that leaves this part out"
        ): treatment == "prohibited" and item["conditions"] != "",
    }


def column_of(heading: str) -> str:
    """The name of the column that a heading is above; the heading where it is none that is read.

    Examples
    --------
    >>> column_of("行业 代码"), column_of("of my own")
    ('code', 'of my own')
    """
    plain = "".join(heading.split())
    return next((column for column, others in HEADINGS.items() if plain in others), heading.strip())


def _joined(cells: Iterable[str]) -> str:
    """The texts of cells that belong together, each once."""
    return "; ".join(dict.fromkeys(text for cell in cells if (text := cell.strip())))


def _header_faults(
    header: Sequence[str], name: str, columns: Sequence[str], needed: Sequence[tuple[str, ...]]
) -> Iterator[ZoneplanError]:
    for column in header:
        near = [
            candidate
            for candidate in get_close_matches(column.strip().lower(), columns, 1, 0.8)
            if candidate not in header
        ]
        if column not in columns and near:
            yield misspelt_column(name, column, near[0], "columns")
    single = [heading for heading in header if heading in columns and heading not in SEVERAL]
    for column in dict.fromkeys(heading for heading in single if single.count(heading) > 1):
        yield SourceError(
            Phrase("table '{table}': two columns are '{column}'; keep one", table=name, column=column),
            code="columns",
            layer=name,
        )
    missing = [phrase_list(alternatives, OR) for alternatives in needed if not {*alternatives} & {*header}]
    if missing:
        yield SourceError(
            Phrase(
                "table '{table}' has no column {missing}; it has {header}. One row is one item.",
                table=name,
                missing=phrase_list(missing),
                header=shown(header),
            ),
            code="columns",
            layer=name,
        )


LIST_COLUMNS = ("item", "text", "code", "treatment", "state", "conditions", "note", "reference")
"""The columns of the table of a list that are read; any others are a note to oneself."""
NEEDED = (("item",), ("code",), ("treatment",))
NO_BRANCH = "-"
"""The code of an item that is about no branch of the classification: it counts, and decides nothing."""


def listed_items(draft: Draft) -> tuple[ListedItem, ...]:
    """The rows of the tables of all lists that are about a branch, as items of the rulebook."""
    return tuple(
        _item(draft, industry_list, line, row)
        for industry_list in draft.lists
        for table in [_sound(draft, industry_list)]
        if table is not None
        for line, row in zip(table.index.tolist(), table.to_dict("records"), strict=True)
        if row["code"] not in {"", NO_BRANCH}
    )


def list_table_faults(draft: Draft, industries: Classification | None) -> Iterator[RulebookError]:
    """The complaints about the tables of lists: what cannot be read or meant, and what the edition counts otherwise."""
    named = {industry_list.table for industry_list in draft.lists}
    for name in (name for name in draft.files if name.lower().endswith(TABLES) and name not in named):
        yield RulebookError(
            Phrase(
                "{folder}: file '{file}' does not belong into a rulebook: move it elsewhere, or name it as the "
                "table of a list in industries.toml",
                folder=draft.folder.name,
                file=name,
            )
        )
    for position, industry_list in enumerate(draft.lists):
        for key, text in _list_faults(draft, industry_list):
            yield draft.fault(text, "lists", position, key)
        if industry_list.table in draft.files:
            faults = [*_table_faults(draft, industry_list, industries)]
            yield from (RulebookError(fault.said, code=fault.code, layer=fault.layer) for fault in faults)
            table = None if faults else _sound(draft, industry_list)
            for key, text in () if table is None else _count_faults(industry_list, table):
                yield draft.fault(text, "lists", position, key)


def _list_faults(draft: Draft, industry_list: IndustryList) -> Iterator[tuple[str, Phrase]]:
    """Key and complaint of what is wrong with an entry without a look into its table."""
    if (
        industry_list.counts
        and industry_list.items_known is not None
        and industry_list.items != industry_list.items_known
    ):
        yield (
            "counts",
            Phrase(
                "they make {count} items, and items_known says {known}",
                count=industry_list.items,
                known=industry_list.items_known,
            ),
        )
    if industry_list.table is not None and industry_list.table not in draft.files:
        hint = near(industry_list.table, [name for name in draft.files if name.lower().endswith(TABLES)])
        yield (
            "table",
            Phrase("there is no file '{file}' beside industries.toml{hint}", file=industry_list.table, hint=hint),
        )
    if industry_list.table is not None and not industry_list.reference:
        yield "table", Phrase("say by 'reference' which document the table is taken from")


def _table_faults(
    draft: Draft, industry_list: IndustryList, industries: Classification | None
) -> Iterator[ZoneplanError]:
    """What is wrong with a table by itself."""
    name, items = str(industry_list.table), _read(draft, industry_list)
    if isinstance(items, ZoneplanError):
        yield from items.errors if isinstance(items, SeveralErrors) else (items,)
        return
    faults = [*item_faults(items, name, _complaints)]
    yield from faults
    if not faults:
        for line, complaint in _row_faults(in_known_words(items), industry_list, industries):
            at = Phrase("table '{table}', line {line}", table=name, line=line)
            yield RulebookError(Phrase("{place}: {said}", place=at, said=complaint), code="item", layer=name)


def _complaints(item: Mapping[str, str]) -> Mapping[Phrase, bool]:
    return {Phrase("the item is empty; write its number on the list"): not item["item"]}


def _row_faults(
    items: pd.DataFrame, industry_list: IndustryList, industries: Classification | None
) -> Iterator[tuple[int, str]]:
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
        if not code and industry_list.complete:
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


def _count_faults(industry_list: IndustryList, table: pd.DataFrame) -> Iterator[tuple[str, Phrase]]:
    """Key and complaint where a table has other counts of items than its edition."""
    items = table.drop_duplicates("item")
    if (
        industry_list.complete
        and not industry_list.counts
        and industry_list.items_known is not None
        and len(items) < industry_list.items_known
    ):
        text = Phrase(
            "the list is said to be complete, and {items} of about {items_known} items are here",
            items=len(items),
            items_known=industry_list.items_known,
        )
        yield "complete", text
    counts = items["treatment"].value_counts()
    for treatment, count in (industry_list.counts or {}).items():
        here = int(counts.get(treatment, 0))
        if here > count or (industry_list.complete and here < count):
            yield (
                "counts",
                Phrase(
                    "the list has {count} items that are {treatment}, and its table '{table}' has {items}",
                    count=count,
                    treatment=treatment,
                    table=str(industry_list.table),
                    items=here,
                ),
            )


def _item(draft: Draft, industry_list: IndustryList, line: int, row: Mapping[str, Any]) -> ListedItem:
    """A row as an item of the rulebook; its texts, which stand in one language, are the same in all."""

    def in_all_languages(*parts: str) -> dict[str, str] | None:
        text = " ".join(filter(None, parts))
        return dict.fromkeys(draft.head.languages, text) if text else None

    demands = in_all_languages(row["conditions"])
    return ListedItem.model_construct(
        list=industry_list.id,
        code=row["code"],
        treatment=row["treatment"],
        state=row["state"],
        conditions=Demands.model_construct(other=demands) if demands else None,
        note=in_all_languages(row["item"], row["text"], f"({row['note']})" if row["note"] else ""),
        reference=row["reference"] or industry_list.reference,
        source=industry_list.source,
        since=industry_list.since,
        until=industry_list.until,
        item=row["item"],
        line=line,
    )


def _sound(draft: Draft, industry_list: IndustryList) -> pd.DataFrame | None:
    """The table of a list in the words of a rulebook; None where there is none, or it cannot be meant."""
    items = _read(draft, industry_list) if industry_list.table in draft.files else None
    if items is None or isinstance(items, ZoneplanError) or any(item_faults(items, "", _complaints)):
        return None
    return in_known_words(items)


def _read(draft: Draft, industry_list: IndustryList) -> pd.DataFrame | ZoneplanError:
    name = str(industry_list.table)
    return _parsed(draft.folder / name, name, draft.files[name], industry_list.encoding)


@lru_cache(maxsize=32)
def _parsed(path: Path, name: str, content: bytes, encoding: str | None) -> pd.DataFrame | ZoneplanError:
    """A table as text, or why it cannot be read; kept, for it is asked for again and again."""
    try:
        return in_sandbox(_table, None, {}, str(path), name, content.hex(), encoding)
    except ZoneplanError as error:
        return error


def _table(path: str, name: str, content: str, encoding: str | None) -> pd.DataFrame:
    with reading(name, name):
        return read_item_table(Path(path), name, LIST_COLUMNS, NEEDED, encoding, bytes.fromhex(content))
