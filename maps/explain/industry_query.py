"""May an industry settle in a unit of a finished plan, and which lists hold there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from layers.errors import UnknownNameError, shown
from zoning.errors import near
from zoning.plan import Plan
from zoning.policies import ListCoverage, Verdict, cover_lists, judge_industry, lists_on
from zoning.rulebook import OWN, STATES
from zoning.wording import industry_words, text_in


def ask_industry(
    plan: Plan,
    unit_id: str,
    code: str,
    state: str = "planned",
    *,
    piece_id: str = "",
) -> Verdict:
    """Whether an industry may settle or stay in a unit, and which negative list decided.

    Parameters
    ----------
    plan : Plan
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
    Verdict

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
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline import run
    >>> plan = run(read_study(builtin_study("china_provinces")))
    >>> verdict = ask_industry(plan, plan.zones["unit_id"][0], "3011")
    >>> verdict.code, verdict.answer, verdict.decided_by.list
    ('C3011', 'conditional', 'market-access')
    """
    if unit_id not in plan.units.index:
        hint = near(unit_id, map(str, plan.units.index))
        raise UnknownNameError(f"the plan has no unit {shown([unit_id])}{hint}", code="unknown_unit")
    pieces = plan.pieces.index[plan.pieces["unit_id"] == unit_id]
    if piece_id and piece_id not in pieces:
        hint = near(piece_id, map(str, pieces))
        raise UnknownNameError(f"unit '{unit_id}' has no piece {shown([piece_id])}{hint}", code="unknown_piece")
    check_state(state)
    if plan.rulebook.classification is None:
        return Verdict(code, code, "", state, "not_listed", None, (), (), language=plan.language)
    items, lists = items_at(plan, unit_id, piece_id), lists_at(plan, unit_id, piece_id)
    return judge_industry(items, code, plan.rulebook.classification, state, list_titles(plan), plan.language, lists)


def check_state(state: str) -> None:
    """Refuse a state of works that is none.

    Raises
    ------
    UnknownNameError
        It is neither "existing" nor "planned".
    """
    if state not in STATES:
        raise UnknownNameError(f"state {state!r}: write {' or '.join(STATES)}", code="state")


def items_at(plan: Plan, unit_id: str, piece_id: str = "") -> pd.DataFrame:
    """The items of all negative lists that hold in a unit, or on one of its pieces.

    Returns
    -------
    DataFrame
        Rows of the INDUSTRIES table.
    """
    items = plan.industries
    own = (items["unit_id"] == unit_id) | items["jurisdiction"].isin(jurisdictions_of(plan, unit_id))
    return items[items["list"].isin(_named(plan, unit_id, piece_id)) | ((items["list"] == OWN) & own)]


def lists_at(plan: Plan, unit_id: str, piece_id: str = "") -> tuple[ListCoverage, ...]:
    """The negative lists that hold in a unit, or on one of its pieces, and how much of each was read.

    Returns
    -------
    tuple of ListCoverage
        Also those without an item in force; the plan's own list where an item of it holds.
    """
    own = items_at(plan, unit_id, piece_id)["list"].eq(OWN).any()
    return coverage_of(plan, (*_named(plan, unit_id, piece_id), *[OWN] * int(own)))


def coverage_of(plan: Plan, names: Iterable[str]) -> tuple[ListCoverage, ...]:
    """How much of some negative lists a plan has read, by their ids."""
    section = plan.study.industries
    return cover_lists(
        names,
        plan.industries,
        plan.rulebook,
        list_titles(plan),
        own_complete=section is not None and section.complete,
    )


def _named(plan: Plan, unit_id: str, piece_id: str) -> tuple[str, ...]:
    """The lists of the rulebook that policies bring to a unit, or to one of its pieces."""
    rows = plan.policies[(plan.policies["unit_id"] == unit_id) & plan.policies["piece_id"].isin(("", piece_id))]
    return lists_on(rows["policy"], plan.rulebook)


def jurisdictions_of(plan: Plan, unit_id: str) -> set[str]:
    """The names of the jurisdictions of all levels to which a unit belongs."""
    unit = plan.units.loc[unit_id]
    return {str(unit[one]) for one in ("jurisdiction", *plan.study.units.levels) if one in unit.index} - {""}


def list_titles(plan: Plan) -> Mapping[str, str]:
    """What the negative lists are called in the plan's language, by their id."""
    section = plan.study.industries
    own = section.title if section and section.title else industry_words(plan.language)["own_list"]
    titles = {one.list: text_in(one.title, plan.language, one.id) for one in plan.rulebook.policies if one.list}
    return titles | {OWN: own}
