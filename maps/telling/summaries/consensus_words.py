"""A consensus in words: what its plans differ in, what each says of it, and what units hang on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from layers.errors import escape_hidden
from maps.telling.summaries.difference_words import DifferenceWords, fields_of
from maps.words import NONE, catalogue, format_number, localize, text_in
from zoning.plan import Plan
from zoning.whatif import Consensus


class DifferenceRow(NamedTuple):
    """What differs, what each voice says of it, and how many units hang on it."""

    title: str
    values: Mapping[str, str]
    units: int


class ConsensusWords:
    """A consensus in one language.

    Parameters
    ----------
    consensus : Consensus
    language : str
    """

    def __init__(self, consensus: Consensus, language: str) -> None:
        self._consensus = consensus
        plans = [*consensus.voices.values(), consensus.base]
        self._words = DifferenceWords([localize(plan, language) for plan in plans], language)
        self.words = catalogue("consensus", language, self._words.plans[-1].noun)
        """With the noun of the plan's units."""
        self._language = language
        self._kinds = dict(zip(consensus.differences["id"], consensus.differences["kind"], strict=True))

    @cached_property
    def voices(self) -> dict[str, str]:
        """What each voice is called: the title of its scenario, with its name where others have the title, too."""
        titles = {name: self._title(name, plan) for name, plan in self._consensus.voices.items()}
        times = Counter(titles.values())
        return {name: title if times[title] == 1 else f"{title} ({name})" for name, title in titles.items()}

    def _title(self, name: str, plan: Plan) -> str:
        title = plan.study.scenarios[0].title if plan.study.tried is not None else None
        return escape_hidden(text_in(title, self._language, name) if title else name)

    @property
    def verdict(self) -> str:
        """On how many units all agree."""
        agreed = self._consensus.units.drop(self._consensus.disputed.index)
        return self.words["verdict"].format(
            voices=len(self._consensus.voices),
            agreed=format_number(len(agreed), self._language),
            units=format_number(len(self._consensus.units), self._language),
            area=format_number(float(agreed["area_ha"].sum()), self._language),
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a page says above all units: on how many all agree, and what each voice says of what differs."""
        colon = catalogue("cli", self._language)["colon"]
        semicolon = catalogue("report", self._language)["semicolon"]
        lines = (
            row.title + colon + semicolon.join(f"{self.voices[name]} {value}" for name, value in row.values.items())
            for row in self.rows
        )
        return (self.verdict, *(lines if self.rows else (self.words["none"],)))

    def unit(self, unit_id: str) -> str:
        """What a unit is called."""
        return self._words.unit(unit_id)

    def zone(self, code: str) -> str:
        """What a zone is called, in short."""
        return self._words.zone(code)

    def difference(self, kind: str, name: str) -> str:
        """What differs, such as a parameter by its title, or the decision on a unit by its name."""
        return self._words.named(kind, name, self._kinds)

    @cached_property
    def rows(self) -> tuple[DifferenceRow, ...]:
        """What differs, with what each voice says of it: of what has keys one row for each key in which any differs."""
        table = self._consensus.differences.groupby(["kind", "id"], sort=True)
        return tuple(row for (kind, name), group in table for row in self._rows(str(kind), str(name), group))

    def _rows(self, kind: str, name: str, group: pd.DataFrame) -> Iterator[DifferenceRow]:
        values = {voice: fields_of(text) for voice, text in zip(group["voice"], group["value"], strict=True)}
        keys = {key: None for texts in values.values() for key in texts}
        alone = {voice: texts[""] for voice, texts in values.items() if texts.get("")}
        if len(keys) > 1:
            keys.pop("", None)
        for key in keys:
            phrases = {
                voice: self._words.short(name, alone.get(voice, texts.get(key, "")), key) or NONE
                for voice, texts in values.items()
            }
            subject = self._words.field(self.difference(kind, name), key)
            yield DifferenceRow(subject, phrases, int(group["units"].iloc[0]))

    @cached_property
    def hangs(self) -> dict[str, str]:
        """By unit the differences that it hangs on."""
        names_by_unit: dict[str, dict[str, None]] = {}
        for unit, kind, name in self._consensus.hangs[["unit_id", "kind", "id"]].itertuples(index=False):
            names_by_unit.setdefault(unit, {})[self.difference(kind, name)] = None
        return {unit: "; ".join(names) for unit, names in names_by_unit.items()}
