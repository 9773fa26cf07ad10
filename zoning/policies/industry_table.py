"""Industry tables: the items of a plan's own negative list, each with the line on which it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from layers.errors import SourceError, ZoneplanError, naming_the_layer, raise_all, shown
from layers.formats import CsvRow, misspelt_column, read_cells, read_workbook
from layers.phrases import OR, Phrase, phrase_list
from layers.sources import resolve_source
from zoning.study import IndustriesSection

INDUSTRY_COLUMNS = ("unit_id", "jurisdiction", "code", "treatment", "state", "conditions", "note", "reference")
"""The columns that are read; any others are a note to oneself."""
TREATMENTS = {"restricted": "restricted", "限制": "restricted", "限制类": "restricted",
              "prohibited": "prohibited", "禁止": "prohibited", "禁止类": "prohibited"}  # fmt: skip
"""What may stand in the column ``treatment``, and what it means."""
HEADINGS = {
    "unit_id": ("单元代码", "区划代码", "行政区划代码", "县区代码"),
    "jurisdiction": ("行政区", "地区", "省份", "市县", "县区"),
    "code": ("行业代码", "国民经济行业代码", "行业小类代码"),
    "treatment": ("管理类别", "管控类别", "准入类别", "禁止或限制"),
    "state": ("产业状态", "现有或规划"),
    "conditions": ("管控要求", "限制条件", "准入条件", "管理要求"),
    "note": ("备注",),
    "reference": ("依据", "文件依据", "来源"),
}
"""What offices write above the columns, and which column it is."""
SINGLE = tuple(one for one in INDUSTRY_COLUMNS if one != "conditions")
"""Columns of which there is one; what is wanted of an industry may stand in several."""
NEEDED = ("code", "treatment")
"""Columns by which the line of headings is told from titles above it."""
STATES = {"": "both", "both": "both", "existing": "existing", "现有": "existing", "现有产业": "existing",
          "planned": "planned", "规划": "planned", "规划发展": "planned", "规划发展产业": "planned"}  # fmt: skip
"""What may stand in the column ``state``, and what it means."""


def read_industries(section: IndustriesSection) -> pd.DataFrame:
    """The items of the table that ``[industries]`` names.

    Parameters
    ----------
    section : IndustriesSection
        Of a study that was read from a file; its table is looked up beside it.

    Returns
    -------
    DataFrame
        Index ``line``: the line of the file on which the item ends. Columns ``INDUSTRY_COLUMNS``, all text, missing
        ones empty; ``treatment`` and ``state`` in the house's words.

    Raises
    ------
    SourceError
        The file is missing or neither CSV nor XLSX, a needed column is missing, or a cell cannot be meant; all with
        their lines.
    StudyError
        The path leads out of the study's folder.
    """
    name = section.table
    with naming_the_layer(section.where("table"), name):
        path = resolve_source(section.folder, name)
    header, rows = _sheet(path, name, section.encoding)
    raise_all(_header_faults(header, name))
    columns = {one: [place for place, own in enumerate(header) if own == one] for one in INDUSTRY_COLUMNS}
    items = [{one: _joined(row.cells[place] for place in columns[one]) for one in INDUSTRY_COLUMNS} for row in rows]
    raise_all([fault for row, item in zip(rows, items, strict=True) for fault in _faults(row, item, name)])
    lines = pd.Index([row.line for row in rows], name="line", dtype="int64")
    frame = pd.DataFrame(items, index=lines, columns=list(INDUSTRY_COLUMNS), dtype="str")
    return frame.assign(
        treatment=[TREATMENTS[one.lower()] for one in frame["treatment"]],
        state=[STATES[one.lower()] for one in frame["state"]],
    )


def _sheet(path: Path, name: str, encoding: str | None) -> tuple[list[str], list[CsvRow]]:
    """The headings of the table by the names of its columns, and the rows below them.

    In a workbook titles may stand above the headings, and these may take several lines with merged cells: what is
    wanted of an industry may stand in several columns below one heading.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        header, rows = read_cells(path, name, encoding)
        return [_column(one) for one in header], rows
    if suffix != ".xlsx":
        raise SourceError(
            Phrase("[industries]: {name} is neither .csv nor .xlsx; save the table as one of them", name=name),
            code="format",
            layer=name,
        )
    lines = read_workbook(path, name)
    headings = [[_column(cell) for cell in row.cells] for row in lines]
    first = next((place for place, one in enumerate(headings) if {*NEEDED} <= {*one}), 0)
    last = first
    while last + 1 < len(headings) and {*NEEDED} <= {*headings[last + 1]}:
        last += 1
    above = zip(*headings[first : last + 1], strict=True)
    header = [next((one for one in column if one in INDUSTRY_COLUMNS), column[-1]) for column in above]
    return header, lines[last + 1 :]


def _joined(cells: Iterable[str]) -> str:
    """The texts of cells that belong together, each once."""
    return "; ".join(dict.fromkeys(text for cell in cells if (text := cell.strip())))


def _column(heading: str) -> str:
    """The name of the column that a heading is above; the heading where it is none that is read."""
    plain = "".join(heading.split())
    return next((column for column, others in HEADINGS.items() if plain in others), heading.strip())


def _header_faults(header: Sequence[str], name: str) -> Iterator[ZoneplanError]:
    for column in header:
        near = [one for one in get_close_matches(column.strip().lower(), INDUSTRY_COLUMNS, 1, 0.8) if one not in header]
        if column not in INDUSTRY_COLUMNS and near:
            yield misspelt_column(name, column, near[0], "columns")
    places = [one for one in ("unit_id", "jurisdiction") if one in header]
    for column in dict.fromkeys(one for one in header if one in SINGLE and header.count(one) > 1):
        yield SourceError(
            Phrase("table '{table}': two columns are '{column}'; keep one", table=name, column=column),
            code="columns",
            layer=name,
        )
    missing: list[str] = [one for one in ("code", "treatment") if one not in header]
    missing += [] if places else [Phrase(OR, first="unit_id", rest="jurisdiction")]
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


def _faults(row: CsvRow, item: dict[str, str], name: str) -> Iterator[ZoneplanError]:
    places = [one for one in ("unit_id", "jurisdiction") if item[one]]
    treatment = TREATMENTS.get(item["treatment"].lower(), "")
    complaints = {
        Phrase("name the unit_id or the jurisdiction in which the item holds"): not places,
        Phrase("it names a unit_id and a jurisdiction; keep one"): len(places) == 2,
        Phrase("the code is empty"): not item["code"],
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
    for complaint, holds in complaints.items():
        if holds:
            yield SourceError(
                Phrase("table '{table}', line {line}: {complaint}.", table=name, line=row.line, complaint=complaint),
                code="item",
                layer=name,
            )
