"""Official tables of negative lists, their items matched to the branches of a classification; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from layers.archives import in_sandbox
from layers.errors import UnknownNameError
from layers.formats import CsvRow, read_rows, read_workbook, reading
from layers.sources import resolve_source
from zoning.rulebook.industry_classification import Classification
from zoning.rulebook.industry_lists.list_tables import (
    HEADINGS,
    LIST_COLUMNS,
    TREATMENTS,
    heading_lines,
    headings,
    items_below,
    require_table,
)

SOURCE_COLUMNS = tuple(HEADINGS)
TELLING = ("industry", "text", "code")
"""Columns by which a line of headings is told: one of these, and another beside it."""
PLACES = ("unit_id", "jurisdiction")
CARRIED = ("item", "text", "unit_id", "jurisdiction", "treatment", "state", "reference")
"""What a line that goes on with the item above has from there."""
WRITTEN = frozenset({"code", "title", "contained"})
"""How an item may be matched so that its branches stand in the table."""
SILENT = frozenset({"code", "title"})
"""How it may be matched so that nobody need look at it again."""
_NUMBERING = re.compile(r"^[\s（(]*(?:[0-9]+|[一二三四五六七八九十百]+)[）)、.．\s]+")
_BETWEEN = re.compile(r"[\s、，,;；/]+|和|及|与|\band\b")


class _Found(NamedTuple):
    """How an item was matched, and the branches that it is, or may be, about."""

    outcome: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class MatchedItems:
    """An official table as a table of a list."""

    table: pd.DataFrame
    report: pd.DataFrame
    items: int

    @property
    def unmatched(self) -> int:
        """How many lines of the official table are not written with a branch and a treatment."""
        return int((~self.report["outcome"].isin(WRITTEN)).sum())


def match_items(
    path: Path, industries: Classification, encoding: str | None = None, jurisdiction: str | None = None
) -> MatchedItems:
    """The items of an official table with the branches that their codes or the titles in them mean.

    Notes
    -----
    An item is about the branches of its column of codes; else about those whose titles, in any language, its column of
    industries consists of, or without one its text. A title that stands there between other words, but apart from them,
    is written and told. Conditions of a prohibited item go into its note; a restricted one without conditions has its
    text for one.
    """
    source_path = resolve_source(path.parent, path.name)
    items = in_sandbox(_read, None, {path.name: source_path}, str(source_path), path.name, encoding)
    titles = _Titles(industries)
    rows: list[dict[str, str]] = []
    report: list[dict[str, str | int]] = []
    for line, item in items:
        outcome, codes = titles.match(item)
        treatment = TREATMENTS.get(item["treatment"].lower(), "")
        if not treatment:
            outcome = "treatment"
        if outcome not in SILENT:
            shown = item["text"] or item["industry"]
            about = "; ".join(codes)
            report.append({"line": line, "item": item["item"], "text": shown, "outcome": outcome, "codes": about})
        row = {**item, **_wording(item, treatment), "treatment": treatment or item["treatment"]}
        rows += [{**row, "code": code} for code in (codes if outcome in WRITTEN else ("",))]
    columns = [*PLACES, *LIST_COLUMNS]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    if jurisdiction:
        table = table.assign(jurisdiction=jurisdiction)
    table = table.drop(columns=[column for column in PLACES if not table[column].any()])
    return MatchedItems(
        table=_once(table),
        report=pd.DataFrame(report, columns=["line", "item", "text", "outcome", "codes"]),
        items=len({item["item"] for _, item in items}),
    )


def _read(path: str, name: str, encoding: str | None) -> list[tuple[int, dict[str, str]]]:
    """The items and their lines, each with the ``heading`` of the part of the table in which it stands."""
    with reading(name, name):
        return _items(Path(path), name, encoding)


def _items(path: Path, name: str, encoding: str | None) -> list[tuple[int, dict[str, str]]]:
    require_table(path, name)
    lines = read_rows(path, name, encoding) if path.suffix.lower() == ".csv" else read_workbook(path, name)
    width = max((len(row.cells) for row in lines), default=0)
    lines = [CsvRow([*row.cells, *[""] * (width - len(row.cells))], row.line) for row in lines if any(row.cells)]
    above = heading_lines(lines, _tells)
    header = headings(above, SOURCE_COLUMNS)
    below = lines[lines.index(above[-1]) + 1 :] if above else []
    parts = dict(_parts(below, is_numbered=header[:1] == ["item"]))
    rows = [row for row in below if row.line in parts]
    items = items_below(header, rows, name, SOURCE_COLUMNS, [TELLING])
    named = [column for column in ("item", "text") if column in header]
    return list(_completed(items, parts, named))


def _tells(named: AbstractSet[str]) -> bool:
    return bool(named & {*TELLING}) and len(named & {*SOURCE_COLUMNS}) > 1


def _parts(rows: Sequence[CsvRow], *, is_numbered: bool) -> Iterator[tuple[int, tuple[str, str]]]:
    """The lines of items, each with the treatment and the title that headings of parts of the table above it name.

    A heading is a text alone on its line where numbers of items stand, or over several cells.
    """
    treatment = title = ""
    for row in rows:
        filled = [cell.strip() for cell in row.cells if cell.strip()]
        text = _plain(row.cells[0])
        is_word = text.lower() in TREATMENTS
        if len({*filled}) > 1 or not text or text.isdigit() or not (is_numbered or is_word or len(filled) > 1):
            yield row.line, (treatment, title)
        elif is_word:
            treatment = text
        else:
            title = text


def _completed(
    items: pd.DataFrame, parts: Mapping[int, tuple[str, str]], named: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The items with all that is theirs: a line that names none, as merged cells leave it, goes on with that above."""
    above: dict[str, str] = {}
    number = 0
    for line, row in zip(items.index.tolist(), items.to_dict("records"), strict=True):
        item = {str(column): str(text) for column, text in row.items()}
        treatment, item["heading"] = parts[line]
        if above and named and not any(item[column] for column in named):
            branch = () if item["code"] or item["industry"] else ("code", "industry")
            item |= {column: item[column] or above[column] for column in (*branch, *CARRIED)}
        else:
            number += 1
            item["item"] = item["item"] or ("" if "item" in named else str(number))
        item["treatment"] = item["treatment"] or treatment
        above = item
        yield line, item


def _wording(item: Mapping[str, str], treatment: str) -> Mapping[str, str]:
    """What a restricted item asks for, and what else is to be known of a prohibited one."""
    if treatment == "prohibited":
        return {"conditions": "", "note": "; ".join(filter(None, (item["note"], item["conditions"])))}
    return {"conditions": item["conditions"] or item["text"]}


def _once(table: pd.DataFrame) -> pd.DataFrame:
    """One row a branch of an item, the texts of several together."""
    keys = [column for column in table.columns if column not in {"conditions", "note", "reference", "text"}]
    if table.empty:
        return table
    grouped = table.groupby(keys, sort=False, dropna=False)
    return grouped.agg(lambda texts: "; ".join(dict.fromkeys(filter(None, texts)))).reset_index()[table.columns]


def _plain(text: str) -> str:
    """A text without the number before it."""
    return _NUMBERING.sub("", " ".join(text.split())).strip()


class _Titles:
    """The titles of a classification in all languages, and which branch each is of."""

    def __init__(self, industries: Classification) -> None:
        self._industries = industries
        self._codes: dict[str, list[str]] = {}
        for code, branch in industries.branches.items():
            for title in {" ".join(text.split()).casefold() for text in branch.title.values()}:
                self._codes.setdefault(title, []).append(industries.whole(code))
        longest = sorted(self._codes, key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, longest)) if longest else r"(?!)")

    def match(self, item: Mapping[str, str]) -> _Found:
        """The branches that an item is about, and how they were found."""
        codes = [code for code in re.split(r"[\s、，,;；/]+", item["code"]) if code]
        try:
            if codes:
                return _Found("code", tuple(dict.fromkeys(map(self._industries.whole, codes))))
        except UnknownNameError:
            return _Found("unknown_code", tuple(codes))
        matched = self._in(item["industry"] or item["text"])
        if matched.codes:
            return matched
        above = self._in(item["heading"]).codes
        return _Found("heading" if above else "none", above)

    def _in(self, text: str) -> _Found:
        plain = _plain(text).casefold()
        hits = [*self._any.finditer(plain)]
        branches = [self._branches(hit[0]) for hit in hits]
        codes = tuple(dict.fromkeys(code for group in branches for code in group))
        clear = all(len(group) == 1 for group in branches)
        if clear and hits and not _BETWEEN.sub("", self._any.sub("", plain)):
            return _Found("title", codes)
        if not all(_apart(plain, hit) for hit in hits):
            return _Found("part", codes)
        return _Found("contained" if clear and len(codes) == 1 else "several", codes)

    def _branches(self, title: str) -> list[str]:
        """The branches of a title: of one and its only part, which are called the same, the whole."""
        whole, *rest = self._codes[title]
        paths = [self._industries.path(code) for code in rest]
        parts = [branch for branch in self._industries.branches.values() if branch.within == whole]
        return [whole] if len(rest) == len(parts) == 1 and whole in paths[0] else [whole, *rest]


def _apart(text: str, hit: re.Match[str]) -> bool:
    """Whether a title stands apart from the words before and behind it."""
    before, behind = text[: hit.start()][-1:], text[hit.end() :][:1]
    return not (before.isalnum() or behind.isalnum())
