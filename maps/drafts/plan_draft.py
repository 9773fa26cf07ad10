"""A first plan in TOML, each guess with its reason and how sure it is, in an order that never changes.

Whatever stands in a user's texts, keys and comments are TOML, and names are those that nothing else has.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from layers.conditions import number_text
from layers.errors import SourceError, StudyError, UnknownNameError, ZoneplanError, escape_hidden
from layers.formats import GRID_ENDINGS, Raster
from layers.phrases import Phrase, word
from layers.raster import MAX_SLOPE_CELL_M
from layers.sources import check_name
from maps.drafts.source_inspection import (
    Hints,
    InferredColumn,
    InspectedSource,
    few_values,
    guess_id,
    guess_jurisdictions,
    guess_name,
    guess_table_id,
    lost_zeros,
    open_grid,
    open_vector,
    require_crs,
    split_layer,
)
from maps.errors import WriteError
from maps.words import catalogue, text_in
from zoning.errors import near
from zoning.pipeline import known_roles
from zoning.rulebook import Rulebook

WIDTH = 120
LISTED = 24


def toml_value(value: object) -> str:
    r"""A text, number, truth, day or list as TOML.

    Examples
    --------
    >>> toml_value("县\n\x7f"), toml_value(["a", "b"]), toml_value(-9999.0)
    ('"县\\n\\u007f"', '["a", "b"]', '-9999.0')
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)


def line(key: str, value: object, comment: str = "") -> list[str]:
    """A key, and its comment behind it, or above it where the line would be long.

    Examples
    --------
    >>> line("id", "fips", "sure")
    ['id = "fips"                             # sure']
    """
    text = f"{key} = {toml_value(value)}"
    if not comment:
        return [text]
    whole = f"{text:<40}# {escape_hidden(comment)}"
    return [whole] if len(whole) <= WIDTH else [*comments(comment), text]


def comments(text: str, mark: str = " ") -> list[str]:
    r"""A text as lines of comment; whatever stands in it, it stays one. A mark stands before its first line.

    Examples
    --------
    >>> comments("a\nid = 1")
    ['# a\\u000aid = 1']
    """
    return textwrap.wrap(
        escape_hidden(text),
        WIDTH,
        initial_indent=f"#{mark}",
        subsequent_indent=f"#{' ' * len(mark)}",
        break_long_words=False,
    )


def listed(items: Iterable[object]) -> str:
    """The first of many, with commas, and how many there are."""
    texts = [str(entry) for entry in items]
    return ", ".join(texts[:LISTED]) + (f", ... ({len(texts)})" if len(texts) > LISTED else "")


def free_name(wanted: str, taken: set[str], instead: str = "layer") -> str:
    """A name after the one wanted, such as conditions can read and nothing in ``taken`` has; it is added there.

    Examples
    --------
    >>> taken = {"forest"}
    >>> free_name("Forest", taken), free_name("2020 耕地.shp", taken), free_name("and", taken), free_name("!", taken)
    ('forest_2', '耕地_shp', 'layer_and', 'layer')
    """
    plain = re.sub(r"\W+", "_", wanted.lower()).lstrip("0123456789_").rstrip("_") or instead or "layer"
    try:
        check_name(plain)
    except ZoneplanError:
        plain = f"layer_{plain}"
    name, count = plain, 1
    while name in taken:
        count += 1
        name = f"{plain}_{count}"
    taken.add(name)
    return name


def measures(formulas: Mapping[str, str], taken: set[str]) -> str:
    """A line with measures, under names that nothing else has.

    Examples
    --------
    >>> measures({"cities_count": "count()"}, {"cities_count"})
    'measure = { cities_count_2 = "count()" }'
    """
    parts = [f"{free_name(name, taken)} = {toml_value(formula)}" for name, formula in formulas.items()]
    return f"measure = {{ {', '.join(parts)} }}"


_PLAIN = re.compile(r"[^\W\d]\w*")


def guess_comment(level: str, why: str, language: str) -> str:
    """A comment that says how sure a guess is, and why."""
    words = catalogue("draft", language)
    return words["guess"].format(level=words[level], why=why)


def column_lines(frame: pd.DataFrame, key: str, language: str) -> list[str]:
    """A comment with the columns of a file and what they hold; ``key`` says who can name them."""
    words = catalogue("draft", language)
    kinds = [f"{column} ({words[_kind(frame[column])]})" for column in frame.columns]
    return comments(words[key].format(columns=listed(kinds))) if kinds else []


def choice_lines(frame: pd.DataFrame, language: str) -> Iterator[str]:
    """Comments that show how to take a part of the features, for columns with few values."""
    for column, values in few_values(frame).items():
        if _PLAIN.fullmatch(column):
            yield from comments(catalogue("draft", language)["choose"].format(column=column, values=listed(values)))
            quoted = values[0].replace("'", "''")
            yield f"# where = {toml_value(f'{column} = {chr(39)}{quoted}{chr(39)}')}"


def fact_lines(kind: str, name: str, frame: pd.DataFrame, taken: set[str], language: str) -> Iterator[str]:
    """What is measured of a layer without role, and how a column would be."""
    formulas = {
        "points": {f"{name}_count": "count()"},
        "lines": {f"{name}_km": "length(km)"},
        "polygons": {f"{name}_cover": "share()"},
    }
    amounts = [column for column in frame.select_dtypes("number").columns if _PLAIN.fullmatch(str(column))]
    counted = [column for column in amounts if frame[column].dtype.kind == "f" or frame[column].nunique() < len(frame)]
    if kind == "points" and counted:
        yield from comments(catalogue("draft", language)["facts"])
        yield f"# {name}_total = {toml_value(f'sum({counted[-1]})')}"
    yield measures(formulas[kind], taken)


def grid_lines(grid: InspectedSource, role: str, name: str, taken: set[str], language: str) -> Iterator[str]:
    """The role of a grid with its condition where that can be told, else as comments to be completed; and measures."""
    raster: Raster = grid.rows
    words = catalogue("draft", language)
    if role == "elevation":
        yield from _elevation_lines(raster, taken, language)
        return
    classes = grid.classes
    role_lines = line("role", role, guess_comment("sure", words["said"], language))
    if role and classes is not None and set(classes) in ({0.0, 1.0}, {1.0}):
        why = words["mask_two" if len(classes) == 2 else "mask_one"]
        yield from [*line("where", "value = 1", guess_comment("likely", why, language)), *role_lines]
        return
    if classes:
        values = listed(f"{value:g} ({100 * share:.1f} %)" for value, share in classes.items())
        yield from comments(words["classes"].format(values=values))
    if role:
        yield from comments(words["measured_role" if classes is None else "classes_role"].format(role=role))
        example = "value >= 1" if classes is None else f"value IN ({next(iter(classes), 1.0):g})"
        yield from (f"# where = {toml_value(example)}", f"# role = {toml_value(role)}")
    ending, formula = ("mean", "mean(value)") if classes is None else ("majority", "majority(value)")
    yield measures({f"{name}_{ending}": formula}, taken)


def _elevation_lines(raster: Raster, taken: set[str], language: str) -> Iterator[str]:
    words, formulas = catalogue("draft", language), {"elevation_mean_m": "mean(value)", "elevation_max_m": "max(value)"}
    if raster.cell_size_m <= MAX_SLOPE_CELL_M:
        yield from line("role", "elevation", guess_comment("sure", words["said"], language))
        formulas["slope_mean_deg"] = "mean(slope)"
    else:
        yield from comments(words["coarse"].format(metres=raster.cell_size_m))
        yield from ('# role = "elevation"', "# coarse = true")
    yield measures(formulas, taken)


def closing_comments(
    rulebook: Rulebook, levels: Sequence[str], units: gpd.GeoDataFrame, absent: Sequence[str], language: str
) -> str:
    """The end of the plan, all of it comments: what the rulebook reads beside, and an example of a quota."""
    words = catalogue("draft", language)
    lines = [*_unmeasured(rulebook, absent, language), *_forms(rulebook, absent, language)]
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
    lines += ["", *comments(words["quota"]), "# [[quotas]]"]
    lines += [f"# {key} = {toml_value(value)}" for key, value in quota.items()]
    return "\n".join(lines) + "\n"


def _unmeasured(rulebook: Rulebook, absent: Sequence[str], language: str) -> list[str]:
    """The measures that the rulebook reads and nothing gives, each with what is taken until then and what it is."""
    words, declared = catalogue("draft", language), {indicator.name: indicator for indicator in rulebook.indicators}
    missing = [declared[name] for name in absent if not name.startswith("quota_")]
    if not missing:
        return []
    lines = ["", *comments(words["absent"])]
    for indicator in missing:
        title = text_in(indicator.title or indicator.name, language)
        named = words["absent_one"].format(name=indicator.name, taken=_plain(indicator.when_absent), title=title)
        lines += comments(named, " - ")
    return lines + comments(words["absent_end"])


def _forms(rulebook: Rulebook, absent: Sequence[str], language: str) -> list[str]:
    """What an office has to bring where the rulebook has no policy, instrument by instrument; each once."""
    words, lines = catalogue("draft", language), []
    for instrument in rulebook.coverage:
        gaps = (gap for gap in instrument.gaps if gap.needs and gap.on(rulebook.day) and not _given(gap.when, absent))
        needs = dict.fromkeys(text_in(gap.needs, language) for gap in gaps if gap.needs)
        if needs:
            form = words["form"].format(title=text_in(instrument.title, language), needs="; ".join(needs))
            lines += comments(form, " - ")
    return ["", *comments(words["forms"]), *lines] if lines else []


def _given(when: str, absent: Sequence[str]) -> bool:
    """Whether a gap is about a measure that the files give."""
    match = re.fullmatch(r"(\w+) IS NULL", when.strip())
    return match is not None and match[1] not in absent


def _weight(units: gpd.GeoDataFrame) -> str:
    """A column with inhabitants, of several the last; else the area."""
    people = [
        str(column)
        for column in units.columns
        if re.search(r"pop|人口", str(column), re.IGNORECASE)
        and pd.api.types.is_numeric_dtype(units[column])
        and not pd.api.types.is_bool_dtype(units[column])
        and (units[column] >= 0).all()
    ]
    return "population" if "population" in people else people[-1] if people else "area_ha"


def _plain(value: object) -> str:
    return number_text(value).replace(",", "") if isinstance(value, float) else str(value)


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "truth"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"


PLAN_NAME = "plan.toml"
NO_ROLE = ("", "table")
"""What stands for no role: facts, and tables of the units."""


class PlanDraft(NamedTuple):
    """A first plan before it is checked."""

    text: str
    files: Mapping[str, Path]
    rulebook: Rulebook
    levels: tuple[str, ...]
    language: str


def draft_plan(
    folder: Path, units: Path, layers: Sequence[tuple[str, Path]], rulebook: Rulebook, rulebook_name: str, hints: Hints
) -> PlanDraft:
    """The text of a plan for a user's own files."""
    return _Drafting(folder, rulebook, hints).draft(units, layers, rulebook_name)


class _Drafting:
    """One plan in the making: the files so far, the names taken, and the units that all else is held against."""

    def __init__(self, folder: Path, rulebook: Rulebook, hints: Hints) -> None:
        self.folder, self.rulebook, self.hints = folder, rulebook, hints
        self.files: dict[str, Path] = {}
        self.layer_names: set[str] = set()
        self.taken: set[str] = set(rulebook.parameters)

    def say(self, key: str, **values: object) -> str:
        return catalogue("draft", self.hints.language)[key].format(**values)

    def draft(self, units: Path, layers: Sequence[tuple[str, Path]], rulebook_name: str) -> PlanDraft:
        self._check_roles(layers)
        source = open_vector(units, "units", "", self.hints)
        if source.kind != "polygons":
            raise SourceError(
                Phrase(
                    "layer 'units': units are polygons, but {file} holds {holds}. Name the file with the units' "
                    "outlines; a table goes to --layer.",
                    file=source.path.name,
                    holds=_holds(source),
                ),
                code="kind",
                layer="units",
            )
        frame = pd.DataFrame(source.rows.drop(columns="geometry"))
        self.taken |= {*map(str, frame.columns), *(f"{role}_{end}" for role, _ in layers for end in ("share", "ha"))}
        id_guess = guess_id(frame, source.path.name, self.hints.language)
        ids = frame[id_guess.column].astype("str")
        levels, unit_lines = self._units(source, frame, id_guess)
        blocks = [self._head(rulebook_name), unit_lines]
        for role, path in layers:
            blocks.append(self._layer("" if role in NO_ROLE else role, path, source.rows, ids))
        text = "\n\n".join("\n".join(block) for block in blocks) + "\n"
        return PlanDraft(text, self.files, self.rulebook, levels, self.hints.language)

    def _check_roles(self, layers: Sequence[tuple[str, Path]]) -> None:
        known = known_roles(self.rulebook)
        for role, path in layers:
            if role not in known and role not in NO_ROLE:
                hint = near(role, known)
                raise UnknownNameError(
                    Phrase(
                        "--layer {role}={path}: rulebook '{rulebook}' reads no role '{role}'{hint}{end} Facts "
                        "and tables "
                        "have none: --layer {path}",
                        role=role,
                        path=path,
                        rulebook=self.rulebook.name,
                        hint=hint,
                        end="" if hint.endswith("?") else ".",
                    ),
                    code="unknown_role",
                )
        if sum(role == "elevation" for role, _ in layers) > 1:
            raise StudyError(Phrase("two layers have the role 'elevation'; land has one height, so give one grid"))

    def _head(self, rulebook_name: str) -> list[str]:
        return [
            *comments(self.say("head")),
            f"# {self.say('calls')}",
            "",
            "[study]",
            *line("name", self.folder.name or "plan", guess_comment("unsure", self.say("title"), self.hints.language)),
            *line("date", self.rulebook.day, guess_comment("unsure", self.say("date"), self.hints.language)),
            *line("rulebook", rulebook_name, self.say("rulebook")),
            *(line("language", self.hints.language) if self.hints.language != "en" else ()),
        ]

    def _units(
        self, source: InspectedSource, frame: pd.DataFrame, id_guess: InferredColumn
    ) -> tuple[tuple[str, ...], list[str]]:
        language = self.hints.language
        name = guess_name(frame, id_guess.column, language)
        levels, others = guess_jurisdictions(frame, id_guess.column, name.column if name else None, language)
        columns = tuple(level.column for level in levels)
        lines = [
            *comments(self.say("units")),
            *column_lines(frame, "unit_columns", language),
            "[units]",
            *self._source(source),
        ]
        lines += line("id", id_guess.column, guess_comment(id_guess.sure, id_guess.why, language))
        lines += (
            line("name", name.column, guess_comment(name.sure, name.why, self.hints.language))
            if name
            else comments(self.say("name_none"))
        )
        if levels:
            weakest = max(levels, key=lambda level: ("sure", "likely", "unsure").index(level.sure))
            lines += line("jurisdiction", columns[0] if len(columns) == 1 else list(columns),
                           guess_comment(weakest.sure, weakest.why, language))  # fmt: skip
        else:
            lines += comments(self.say("level_none"))
        if others:
            lines += comments(self.say("level_others", columns=listed(others)))
        return columns, lines

    def _layer(self, role: str, given: Path, units: gpd.GeoDataFrame, ids: pd.Series) -> list[str]:
        path, inside = split_layer(given)
        if path.suffix.lower() in GRID_ENDINGS:
            grid = open_grid(path, path.name, units, self.hints, inside)
            name = free_name(path.stem, self.layer_names, role)
            return [*self._opening(grid, name), *grid_lines(grid, role, name, self.taken, self.hints.language)]
        source = open_vector(given, path.name, role, self.hints)
        frame = pd.DataFrame(source.rows.drop(columns="geometry", errors="ignore"))
        match = guess_table_id(frame.astype("str"), ids) if source.kind == "table" or "x" in source.keys else None
        if source.kind == "table" or (match and match[1] >= 0.5):
            return self._table(source, role, frame, match, ids)
        require_crs(source, path.name, self.hints)
        if role and source.kind != "polygons":
            raise SourceError(
                Phrase(
                    "layer '{layer}': it holds {kind}, which cannot play the role '{role}': a role needs area. Without "
                    "role it is measured: --layer {file}",
                    layer=path.name,
                    kind=word(source.kind),
                    role=role,
                    file=given,
                ),
                code="role_without_area",
                layer=path.name,
            )
        name = free_name(inside or str(source.keys.get("layer") or path.stem), self.layer_names, role)
        lines = [*column_lines(frame, "layer_columns", self.hints.language), *self._opening(source, name)]
        if role:
            lines += line("role", role, guess_comment("sure", self.say("said"), self.hints.language))
            lines += choice_lines(frame, self.hints.language)
        else:
            facts = frame.drop(columns=[source.keys[key] for key in ("x", "y") if key in source.keys])
            lines += fact_lines(source.kind, name, facts, self.taken, self.hints.language)
        return lines

    def _opening(self, source: InspectedSource, name: str) -> list[str]:
        return ["[[layers]]", *line("name", name), *self._source(source)]

    def _source(self, source: InspectedSource) -> list[str]:
        lines = line("source", self._bring(source.path))
        for key, value in source.keys.items():
            level, why = source.notes.get(key, ("", ""))
            lines += line(key, value, guess_comment(level, why, self.hints.language) if why else "")
        return lines

    def _bring(self, path: Path) -> str:
        """How the plan names a file: where it stands in the folder already, or its own name once it is copied."""
        inside = path.is_relative_to(self.folder)
        source = path.relative_to(self.folder).as_posix() if inside else path.name
        if self.files.setdefault(source, path) != path:
            raise WriteError(
                Phrase(
                    "two files are called {file}: {first} and {other}. Both are to stand in {folder}; rename "
                    "one of them",
                    file=source,
                    first=self.files[source],
                    other=path,
                    folder=self.folder,
                )
            )
        return source

    def _table(
        self, source: InspectedSource, role: str, frame: pd.DataFrame, match: tuple[str, float] | None, ids: pd.Series
    ) -> list[str]:
        name = source.path.name
        if role:
            raise SourceError(
                Phrase(
                    "layer '{layer}': it is a table without geometry, which cannot play the role '{role}'. A "
                    "table with "
                    "the units' ids has none: --layer {path}; one of points needs columns such as longitude and "
                    "latitude.",
                    layer=name,
                    role=role,
                    path=source.path,
                ),
                code="role_without_area",
                layer=name,
            )
        if match is None:
            lost = lost_zeros(frame.astype("str"), ids)
            cause = (
                Phrase(
                    "column '{column}' would fit, had it not lost its leading zeros (in a spreadsheet, perhaps): store "
                    "it as text",
                    column=lost,
                )
                if lost
                else Phrase(
                    "the units' ids look like {ids}; give the table a column with them, or, for points, columns "
                    "such as "
                    "longitude and latitude",
                    ids=listed(ids[:3]),
                )
            )
            raise SourceError(
                Phrase(
                    "table '{table}': none of its columns holds the ids of the units; {cause}.", table=name, cause=cause
                ),
                code="id_unmatched",
                layer=name,
            )
        column, share = match
        self.taken |= set(map(str, frame.columns))
        level = "sure" if share == 1 else "likely" if share >= 0.5 else "unsure"
        keys = {
            key: value for key, value in source.keys.items() if key in {"layer", "encoding", "separator", "decimal"}
        }
        return [
            *comments(self.say("tables")),
            *column_lines(frame.drop(columns=column), "unit_columns", self.hints.language),
            "[[tables]]",
            *self._source(InspectedSource(source.path, "table", frame, keys, source.notes)),
            *line(
                "id",
                column,
                guess_comment(level, self.say("id_match", share=f"{100 * share:.0f} %"), self.hints.language),
            ),
        ]


def _holds(source: InspectedSource) -> str:
    return Phrase("a table without geometry") if source.kind == "table" else word(source.kind)
