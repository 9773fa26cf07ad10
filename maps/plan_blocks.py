"""Plan blocks: what a first plan says of a grid, of facts, of columns, and at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import geopandas as gpd
import pandas as pd

from layers import MAX_SLOPE_CELL_M, Raster, number_text
from maps.guesses import few_values
from maps.own_files import InspectedSource
from maps.plan_lines import comments, line, listed, measures, toml_value
from maps.plan_words import plan_word
from zoning import Rulebook

_PLAIN = re.compile(r"[^\W\d]\w*")


def guess_comment(level: str, why: str, language: str) -> str:
    """A comment that says how sure a guess is, and why."""
    return f"{plan_word(language, level)}: {why}"


def column_lines(frame: pd.DataFrame, key: str, language: str) -> list[str]:
    """A comment with the columns of a file and what they hold; ``key`` says who can name them."""
    kinds = [f"{column} ({plan_word(language, _kind(frame[column]))})" for column in frame.columns]
    return comments(plan_word(language, key, columns=listed(kinds))) if kinds else []


def choice_lines(frame: pd.DataFrame, language: str) -> Iterator[str]:
    """Comments that show how to take a part of the features, for columns with few values."""
    for column, values in few_values(frame).items():
        if _PLAIN.fullmatch(column):
            yield from comments(plan_word(language, "choose", column=column, values=listed(values)))
            quoted = values[0].replace("'", "''")
            yield f"# where = {toml_value(f'{column} = {chr(39)}{quoted}{chr(39)}')}"


def fact_lines(kind: str, name: str, frame: pd.DataFrame, taken: set[str], language: str) -> Iterator[str]:
    """What is measured of a layer without role, and how a column would be."""
    formulas = {
        "points": {f"{name}_count": "count()"},
        "lines": {f"{name}_km": "length(km)"},
        "polygons": {f"{name}_cover": "share()"},
    }
    amounts = [one for one in frame.select_dtypes("number").columns if _PLAIN.fullmatch(str(one))]
    counted = [one for one in amounts if frame[one].dtype.kind == "f" or frame[one].nunique() < len(frame)]
    if kind == "points" and counted:
        yield from comments(plan_word(language, "facts"))
        yield f"# {name}_total = {toml_value(f'sum({counted[-1]})')}"
    yield measures(formulas[kind], taken)


def grid_lines(grid: InspectedSource, role: str, name: str, taken: set[str], language: str) -> Iterator[str]:
    """The role of a grid with its condition where that can be told, else as comments to be completed; and measures."""
    raster: Raster = grid.rows
    if role == "elevation":
        yield from _elevation_lines(raster, taken, language)
        return
    classes = grid.classes
    said = line("role", role, guess_comment("sure", plan_word(language, "said"), language))
    if role and classes is not None and set(classes) in ({0.0, 1.0}, {1.0}):
        why = plan_word(language, "mask_two" if len(classes) == 2 else "mask_one")
        yield from [*line("where", "value = 1", guess_comment("likely", why, language)), *said]
        return
    if classes:
        values = listed(f"{value:g} ({100 * share:.1f} %)" for value, share in classes.items())
        yield from comments(plan_word(language, "classes", values=values))
    if role:
        yield from comments(plan_word(language, "measured_role" if classes is None else "classes_role", role=role))
        example = "value >= 1" if classes is None else f"value IN ({next(iter(classes), 1.0):g})"
        yield from (f"# where = {toml_value(example)}", f"# role = {toml_value(role)}")
    ending, formula = ("mean", "mean(value)") if classes is None else ("majority", "majority(value)")
    yield measures({f"{name}_{ending}": formula}, taken)


def _elevation_lines(raster: Raster, taken: set[str], language: str) -> Iterator[str]:
    formulas = {"elevation_mean_m": "mean(value)", "elevation_max_m": "max(value)"}
    if raster.cell_size_m <= MAX_SLOPE_CELL_M:
        yield from line("role", "elevation", guess_comment("sure", plan_word(language, "said"), language))
        formulas["slope_mean_deg"] = "mean(slope)"
    else:
        yield from comments(plan_word(language, "coarse", metres=f"{raster.cell_size_m:,.0f}"))
        yield from ('# role = "elevation"', "# coarse = true")
    yield measures(formulas, taken)


def closing_comments(
    rulebook: Rulebook, levels: Sequence[str], units: gpd.GeoDataFrame, absent: Sequence[str], language: str
) -> str:
    """The end of the plan, all of it comments: what the rulebook reads beside, and an example of a quota.

    Parameters
    ----------
    rulebook : Rulebook
    levels : sequence of str
        Columns of jurisdictions.
    units : GeoDataFrame
        With the columns of all tables.
    absent : sequence of str
        Indicators that nothing gives.
    language : {"en", "zh"}
    """
    lines: list[str] = []
    taken = {one.name: one.when_absent for one in rulebook.indicators}
    names = [f"{name} ({_plain(taken[name])})" for name in absent if not name.startswith("quota_")]
    if names:
        lines += ["", *comments(plan_word(language, "absent", names=", ".join(names)))]
    quota = {
        "name": "construction_land",
        "period": rulebook.day.year,
        "total": 100,
        "unit": "ha",
        "levels": [*levels, "unit"],
        "by": "weighted",
        "weight": _weight(units),
        "ceiling": "available_ha",
    }
    lines += ["", *comments(plan_word(language, "quota")), "# [[quotas]]"]
    lines += [f"# {key} = {toml_value(value)}" for key, value in quota.items()]
    return "\n".join(lines) + "\n"


def _weight(units: gpd.GeoDataFrame) -> str:
    """A column with inhabitants, of several the last; else the area."""
    people = [
        str(one)
        for one in units.columns
        if re.search(r"pop|人口", str(one), re.IGNORECASE)
        and pd.api.types.is_numeric_dtype(units[one])
        and (units[one] >= 0).all()
    ]
    return "population" if "population" in people else people[-1] if people else "area_ha"


def _plain(value: object) -> str:
    return number_text(value).replace(",", "") if isinstance(value, float) else str(value)


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "truth"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"
