"""May an industry settle in a unit of a finished plan, and which lists hold there."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from layers.errors import UnknownNameError, shown
from zoning.errors import near
from zoning.explanations.translation import retell
from zoning.plan import Plan
from zoning.policies import Verdict, judge_industry, lists_on
from zoning.rulebook import OWN, STATES
from zoning.wording import industry_words, text_in


def ask_industry(
    plan: Plan,
    unit_id: str,
    code: str,
    state: str = "planned",
    language: str | None = None,
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
    language : {"en", "zh"}, optional
        By default the plan's own.
    piece_id : str, optional
        A piece of the unit, where policies may hold that do not hold in all of it.

    Returns
    -------
    Verdict

    Raises
    ------
    UnknownNameError
        The plan has no such unit, the unit no such piece, the rulebook no negative lists, its classification no such
        branch; or the state is neither of the two.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline import run
    >>> plan = run(read_study(builtin_study("china_provinces")))
    >>> verdict = ask_industry(plan, plan.zones["unit_id"][0], "3011")
    >>> verdict.code, verdict.treatment, verdict.decided_by.list
    ('C3011', 'restricted', 'market-access')
    """
    if unit_id not in plan.units.index:
        hint = near(unit_id, map(str, plan.units.index))
        raise UnknownNameError(f"the plan has no unit {shown([unit_id])}{hint}", code="unknown_unit")
    pieces = plan.pieces.index[plan.pieces["unit_id"] == unit_id]
    if piece_id and piece_id not in pieces:
        hint = near(piece_id, map(str, pieces))
        raise UnknownNameError(f"unit '{unit_id}' has no piece {shown([piece_id])}{hint}", code="unknown_piece")
    check_state(state)
    industries = plan.rulebook.branches
    told = retell(plan, language)
    items = items_at(told, unit_id, piece_id)
    return judge_industry(items, code, industries, state, list_titles(told), told.language)


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
    rows = plan.policies[(plan.policies["unit_id"] == unit_id) & plan.policies["piece_id"].isin(("", piece_id))]
    items = plan.industries
    own = (items["unit_id"] == unit_id) | items["jurisdiction"].isin(jurisdictions_of(plan, unit_id))
    return items[items["list"].isin(lists_on(rows["policy"], plan.rulebook)) | ((items["list"] == OWN) & own)]


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
