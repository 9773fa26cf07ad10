"""Plan texts: a first plan in TOML, each guess with its reason and how sure it is, in an order that never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from layers import SourceError, StudyError, UnknownNameError
from maps.errors import WriteError
from maps.guesses import InferredColumn, guess_id, guess_jurisdictions, guess_name, guess_table_id, lost_zeros
from maps.own_files import Hints, InspectedSource, open_grid, open_vector, require_crs, split_layer
from maps.plan_blocks import choice_lines, column_lines, fact_lines, grid_lines, guess_comment
from maps.plan_lines import comments, free_name, line, listed
from maps.plan_words import plan_word
from zoning import Rulebook, known_roles, near

PLAN_NAME = "plan.toml"
NO_ROLE = ("", "table")
"""What stands for no role: facts, and tables of the units."""

_RASTERS = (".tif", ".tiff")


class PlanDraft(NamedTuple):
    """A first plan before it is checked.

    Attributes
    ----------
    text : str
        Of the plan, without its end.
    files : mapping of str to Path
        Source in the plan, and the file that is meant.
    rulebook : Rulebook
    levels : tuple of str
        Columns of jurisdictions.
    language : {"en", "zh"}
    """

    text: str
    files: Mapping[str, Path]
    rulebook: Rulebook
    levels: tuple[str, ...]
    language: str


def draft_plan(
    folder: Path, units: Path, layers: Sequence[tuple[str, Path]], rulebook: Rulebook, rulebook_name: str, hints: Hints
) -> PlanDraft:
    """The text of a plan for a user's own files.

    Parameters
    ----------
    folder : Path
        Where the plan will stand.
    units : Path
    layers : sequence of (str, Path)
        Role and file.
    rulebook : Rulebook
    rulebook_name : str
        As the plan is to say it.
    hints : Hints

    Raises
    ------
    ZoneplanError
        A file cannot be read, plays no such role, or a guess would be needed that nobody should make.
    """
    return _Drafting(folder, rulebook, hints).draft(units, layers, rulebook_name)


class _Drafting:
    """One plan in the making: the files so far, the names taken, and the units that all else is held against."""

    def __init__(self, folder: Path, rulebook: Rulebook, hints: Hints) -> None:
        self.folder, self.rulebook, self.hints = folder, rulebook, hints
        self.files: dict[str, Path] = {}
        self.layer_names: set[str] = set()
        self.taken: set[str] = set(rulebook.parameters)

    def say(self, key: str, **values: object) -> str:
        return plan_word(self.hints.language, key, **values)

    def draft(self, units: Path, layers: Sequence[tuple[str, Path]], rulebook_name: str) -> PlanDraft:
        self._check_roles(layers)
        own = open_vector(units, "units", "", self.hints)
        if own.kind != "polygons":
            raise SourceError(
                f"layer 'units': units are polygons, but {own.path.name} holds {_holds(own)}. Name the file with the "
                f"units' outlines; a table goes to --layer.",
                code="kind",
                layer="units",
            )
        frame = pd.DataFrame(own.rows.drop(columns="geometry"))
        self.taken |= {*map(str, frame.columns), *(f"{role}_{end}" for role, _ in layers for end in ("share", "ha"))}
        id_guess = guess_id(frame, own.path.name, self.hints.language)
        ids = frame[id_guess.column].astype("str")
        levels, unit_lines = self._units(own, frame, id_guess)
        blocks = [self._head(rulebook_name), unit_lines]
        for role, path in layers:
            blocks.append(self._layer("" if role in NO_ROLE else role, path, own.rows, ids))
        text = "\n\n".join("\n".join(block) for block in blocks) + "\n"
        return PlanDraft(text, self.files, self.rulebook, levels, self.hints.language)

    def _check_roles(self, layers: Sequence[tuple[str, Path]]) -> None:
        known = known_roles(self.rulebook)
        for role, path in layers:
            if role not in known and role not in NO_ROLE:
                hint = near(role, known)
                raise UnknownNameError(
                    f"--layer {role}={path}: rulebook '{self.rulebook.name}' reads no role '{role}'"
                    f"{hint}{'' if hint.endswith('?') else '.'} Facts and tables have none: --layer {path}",
                    code="unknown_role",
                )
        if sum(role == "elevation" for role, _ in layers) > 1:
            raise StudyError("two layers have the role 'elevation'; land has one height, so give one grid")

    def _head(self, rulebook_name: str) -> list[str]:
        return [
            *comments(self.say("head")),
            f"# {self.say('calls')}",
            "",
            "[study]",
            *line("name", self.folder.name or "plan", guess_comment("unsure", self.say("title"), self.hints.language)),
            *line("date", self.rulebook.day, guess_comment("unsure", self.say("date"), self.hints.language)),
            *line("rulebook", rulebook_name, self.say("rulebook")),
        ]

    def _units(
        self, own: InspectedSource, frame: pd.DataFrame, id_guess: InferredColumn
    ) -> tuple[tuple[str, ...], list[str]]:
        language = self.hints.language
        name = guess_name(frame, id_guess.column, language)
        levels, others = guess_jurisdictions(frame, id_guess.column, name.column if name else None, language)
        columns = tuple(level.column for level in levels)
        lines = [
            *comments(self.say("units")),
            *column_lines(frame, "unit_columns", language),
            "[units]",
            *self._source(own),
        ]
        lines += line("id", id_guess.column, guess_comment(id_guess.sure, id_guess.why, language))
        lines += (
            line("name", name.column, guess_comment(name.sure, name.why, self.hints.language))
            if name
            else comments(self.say("name_none"))
        )
        if levels:
            weakest = max(levels, key=lambda one: ("sure", "likely", "unsure").index(one.sure))
            lines += line("jurisdiction", columns[0] if len(columns) == 1 else list(columns),
                           guess_comment(weakest.sure, weakest.why, language))  # fmt: skip
        else:
            lines += comments(self.say("level_none"))
        if others:
            lines += comments(self.say("level_others", columns=listed(others)))
        return columns, lines

    def _layer(self, role: str, given: Path, units: gpd.GeoDataFrame, ids: pd.Series) -> list[str]:
        path, inside = split_layer(given)
        if path.suffix.lower() in _RASTERS:
            grid = open_grid(path, path.name, units, self.hints)
            name = free_name(path.stem, self.layer_names, role)
            return [*self._opening(grid, name), *grid_lines(grid, role, name, self.taken, self.hints.language)]
        own = open_vector(given, path.name, role, self.hints)
        frame = pd.DataFrame(own.rows.drop(columns="geometry", errors="ignore"))
        match = guess_table_id(frame.astype("str"), ids) if own.kind == "table" or "x" in own.keys else None
        if own.kind == "table" or (match and match[1] >= 0.5):
            return self._table(own, role, frame, match, ids)
        require_crs(own, path.name, self.hints)
        if role and own.kind != "polygons":
            raise SourceError(
                f"layer '{path.name}': it holds {own.kind}, which cannot play the role '{role}': a role needs area. "
                f"Without role it is measured: --layer {given}",
                code="role_without_area",
                layer=path.name,
            )
        name = free_name(inside or str(own.keys.get("layer") or path.stem), self.layer_names, role)
        lines = [*column_lines(frame, "layer_columns", self.hints.language), *self._opening(own, name)]
        if role:
            lines += line("role", role, guess_comment("sure", self.say("said"), self.hints.language))
            lines += choice_lines(frame, self.hints.language)
        else:
            facts = frame.drop(columns=[own.keys[key] for key in ("x", "y") if key in own.keys])
            lines += fact_lines(own.kind, name, facts, self.taken, self.hints.language)
        return lines

    def _opening(self, own: InspectedSource, name: str) -> list[str]:
        return ["[[layers]]", *line("name", name), *self._source(own)]

    def _source(self, own: InspectedSource) -> list[str]:
        lines = line("source", self._bring(own.path))
        for key, value in own.keys.items():
            level, why = own.notes.get(key, ("", ""))
            lines += line(key, value, guess_comment(level, why, self.hints.language) if why else "")
        return lines

    def _bring(self, path: Path) -> str:
        """How the plan names a file: where it stands in the folder already, or its own name once it is copied."""
        inside = path.is_relative_to(self.folder)
        source = path.relative_to(self.folder).as_posix() if inside else path.name
        if self.files.setdefault(source, path) != path:
            raise WriteError(
                f"two files are called {source}: {self.files[source]} and {path}. Both are to stand in {self.folder}; "
                f"rename one of them"
            )
        return source

    def _table(
        self, own: InspectedSource, role: str, frame: pd.DataFrame, match: tuple[str, float] | None, ids: pd.Series
    ) -> list[str]:
        name = own.path.name
        if role:
            raise SourceError(
                f"layer '{name}': it is a table without geometry, which cannot play the role '{role}'. A table with "
                f"the units' ids has none: --layer {own.path}; one of points needs columns such as longitude and "
                f"latitude.",
                code="role_without_area",
                layer=name,
            )
        if match is None:
            lost = lost_zeros(frame.astype("str"), ids)
            cause = (
                f"column '{lost}' would fit, had it not lost its leading zeros (in a spreadsheet, perhaps): store it "
                f"as text"
                if lost
                else f"the units' ids look like {listed(ids[:3])}; give the table a column with them, or, for points, "
                f"columns such as longitude and latitude"
            )
            raise SourceError(
                f"table '{name}': none of its columns holds the ids of the units; {cause}.",
                code="id_unmatched",
                layer=name,
            )
        column, share = match
        self.taken |= set(map(str, frame.columns))
        level = "sure" if share == 1 else "likely" if share >= 0.5 else "unsure"
        keys = {key: value for key, value in own.keys.items() if key in {"layer", "encoding"}}
        return [
            *comments(self.say("tables")),
            *column_lines(frame.drop(columns=column), "unit_columns", self.hints.language),
            "[[tables]]",
            *self._source(InspectedSource(own.path, "table", frame, keys, own.notes)),
            *line(
                "id",
                column,
                guess_comment(level, self.say("id_match", share=f"{100 * share:.0f} %"), self.hints.language),
            ),
        ]


def _holds(own: InspectedSource) -> str:
    return "a table without geometry" if own.kind == "table" else own.kind
