"""May an industry settle in a unit of a finished plan, and which lists hold there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from layers.errors import UnknownNameError, shown
from layers.phrases import OR, Phrase, phrase_list
from maps.words import LocalizedPlan, catalogue, coverage_text, reading_text, text_in
from zoning.errors import near
from zoning.pipeline import cover, jurisdictions_of
from zoning.policies import (
    ListCoverage,
    Match,
    Verdict,
    VerdictContent,
    judge_industry,
    lists_on,
    titles_of_lists,
)
from zoning.rulebook import OWN, STATES


class IndustryContent(VerdictContent):
    """A verdict as plain values, and what the branch is called."""

    title: str


@dataclass(frozen=True)
class IndustryAnswer:
    """Whether an industry may settle or stay, in words.

    Attributes
    ----------
    verdict : Verdict
    title : str
        What the branch asked for is called, or the listed one in which it lies.
    language : str
    """

    verdict: Verdict
    title: str
    language: str

    def as_dict(self) -> IndustryContent:
        """The verdict as plain values, ready for JSON."""
        return {**self.verdict.as_dict(), "title": self.title}

    def lines(self) -> Iterator[str]:
        """The verdict line by line; names are in it as they were read, see :func:`layers.errors.escape_hidden`."""
        words, verdict = catalogue("industry", self.language), self.verdict
        fields = {"state": words[verdict.state], "answer": words[verdict.answer]}
        key = "verdict_within" if verdict.code != verdict.listed else "verdict" if self.title else "verdict_untitled"
        yield words[key].format(code=verdict.code, listed=verdict.listed, title=self.title, **fields)
        if not verdict.matches:
            read = (
                words["list_read"].format(
                    title=negative_list.title, items=coverage_text(vars(negative_list), self.language)
                )
                for negative_list in verdict.lists
            )
            key = "named_by_none" if verdict.answer == "allowed" else "on_no_list" if verdict.lists else "no_lists"
            yield f"  {words[key].format(lists=words['next'].join(read))}"
        for index, match in enumerate(verdict.matches):
            yield from self._match(match, "also" if index else "decided_by")
        for match in verdict.below:
            yield from self._match(match, "below")

    def _match(self, match: Match, key: str) -> Iterator[str]:
        words = catalogue("industry", self.language)
        yield f"  {words[key].format(**vars(match) | {'treatment': words[match.treatment]})}"
        for what in ("conditions", "note"):
            if text := getattr(match, what):
                yield f"    {words['on_condition' if what == 'conditions' else 'note'].format(text=text)}"
        reading = reading_text(match.reading, self.language)
        doubt = "" if match.verified else words["in_doubt"].format(reading=reading)
        yield f"    {words['reference'].format(text=match.reference, doubt=doubt)}"


def ask_industry(
    plan: LocalizedPlan,
    unit_id: str,
    code: str,
    state: str = "planned",
    *,
    piece_id: str = "",
) -> IndustryAnswer:
    """Whether an industry may settle or stay in a unit, and which negative list decided.

    Parameters
    ----------
    plan : LocalizedPlan
        Just made, or read back from a run folder.
    unit_id : str
    code : str
        Of the branch, with or without the letter of its section, at any depth: "C3011", "3011", "C30", "C".
    state : {"planned", "existing"}
        A project that is to be built, or works that are there.
    piece_id : str, optional
        A piece of the unit, where policies may hold that do not hold in all of it.

    Returns
    -------
    IndustryAnswer

    Raises
    ------
    UnknownNameError
        The plan has no such unit, the unit no such piece, the rulebook's classification no such branch; or the state is
        neither of the two.

    Notes
    -----
    Under a rulebook without a classification no list was read, and every code is "not_listed".

    Examples
    --------
    >>> from maps.words import localize
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline.flow import run
    >>> plan = run(read_study(builtin_study("china_provinces")))
    >>> verdict = ask_industry(localize(plan), plan.zones.index[0], "3011").verdict
    >>> verdict.code, verdict.answer, verdict.decided_by.list
    ('C3011', 'conditional', 'market-access')
    """
    if unit_id not in plan.units.index:
        hint = near(unit_id, map(str, plan.units.index))
        raise UnknownNameError(
            Phrase("the plan has no unit {unit}{hint}", unit=shown([unit_id]), hint=hint), code="unknown_unit"
        )
    pieces = plan.pieces.index[plan.pieces["unit_id"] == unit_id]
    if piece_id and piece_id not in pieces:
        hint = near(piece_id, map(str, pieces))
        raise UnknownNameError(
            Phrase("unit '{unit}' has no piece {piece}{hint}", unit=unit_id, piece=shown([piece_id]), hint=hint),
            code="unknown_piece",
        )
    check_state(state)
    if plan.rulebook.classification is None:
        return IndustryAnswer(Verdict(code, code, state, "not_listed", None, (), ()), "", plan.language)
    items, lists = items_at(plan, unit_id, piece_id), lists_at(plan, unit_id, piece_id)
    verdict = judge_industry(items, code, plan.rulebook.classification, state, list_titles(plan), lists)
    title = text_in(plan.rulebook.classification.title(code), plan.language, verdict.listed)
    return IndustryAnswer(verdict, title, plan.language)


def check_state(state: str) -> None:
    """Refuse a state of works that is none.

    Raises
    ------
    UnknownNameError
        It is neither "existing" nor "planned".
    """
    if state not in STATES:
        raise UnknownNameError(
            Phrase("state {state!r}: write {states}", state=state, states=phrase_list(STATES, OR)), code="state"
        )


def items_at(plan: LocalizedPlan, unit_id: str, piece_id: str = "") -> pd.DataFrame:
    """The items of all negative lists that hold in a unit, or on one of its pieces.

    Returns
    -------
    DataFrame
        Rows of the INDUSTRIES table.
    """
    items = plan.industries
    local = (items["unit_id"] == unit_id) | items["jurisdiction"].isin(jurisdictions_of(plan, unit_id))
    return items[items["list"].isin(_named(plan, unit_id, piece_id)) | ((items["list"] == OWN) & local)]


def lists_at(plan: LocalizedPlan, unit_id: str, piece_id: str = "") -> tuple[ListCoverage, ...]:
    """The negative lists that hold in a unit, or on one of its pieces, and how much of each was read.

    Returns
    -------
    tuple of ListCoverage
        Also those without an item in force; the plan's own list where an item of it holds.
    """
    has_own_items = items_at(plan, unit_id, piece_id)["list"].eq(OWN).any()
    return coverage_of(plan, (*_named(plan, unit_id, piece_id), *[OWN] * int(has_own_items)))


def coverage_of(plan: LocalizedPlan, names: Iterable[str]) -> tuple[ListCoverage, ...]:
    """How much of some negative lists a plan has read, by their ids."""
    return cover(plan, names, list_titles(plan))


def _named(plan: LocalizedPlan, unit_id: str, piece_id: str) -> tuple[str, ...]:
    """The lists of the rulebook that policies bring to a unit, or to one of its pieces."""
    rows = plan.policies[(plan.policies["unit_id"] == unit_id) & plan.policies["piece_id"].isin(("", piece_id))]
    return lists_on(rows["policy"], plan.rulebook)


def list_titles(plan: LocalizedPlan) -> Mapping[str, str]:
    """What the negative lists are called in the plan's language, by their id."""
    return {name: plan.renderer.field(title) for name, title in titles_of_lists(plan.rulebook, plan.study).items()}
