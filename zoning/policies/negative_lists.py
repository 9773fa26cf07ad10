"""Industries: may one settle or stay, by the negative lists that hold, and which list decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from zoning.classifications import Classification
from zoning.industry_entries import STATES, Industry, State, Treatment
from zoning.industry_texts import industry_words
from zoning.rulebook import Rulebook
from zoning.tables import INDUSTRIES, tabulate

STRICTNESS: Mapping[str, int] = {"allowed": 0, "restricted": 1, "prohibited": 2}
"""The strictest of all lists governs."""


@dataclass(frozen=True)
class Match:
    """An item of a list that is about an industry.

    Attributes
    ----------
    list, title : str
        The list and what it is called.
    item : int
        Its place on the list, from 1.
    code : str
        The branch that the item names.
    treatment : {"restricted", "prohibited"}
    conditions, note, reference : str
    verified : bool
        Somebody has read it in the official text.
    """

    list: str
    title: str
    item: int
    code: str
    treatment: Treatment
    conditions: str
    note: str
    reference: str
    verified: bool


@dataclass(frozen=True)
class Verdict:
    """Whether an industry may settle or stay.

    Attributes
    ----------
    code : str
        The branch asked for, by its whole code.
    listed, title : str
        The branch of the classification that it is or lies in, and what that is called.
    state : {"planned", "existing"}
    treatment : {"allowed", "restricted", "prohibited"}
        The strictest that any list says of the branch or of one that holds it.
    decided_by : Match or None
        The item that decided: of the strictest the most specific, then the list whose id sorts first.
    matches : tuple of Match
        All items about the branch, that which decided first.
    below : tuple of Match
        Items about parts of the branch; they do not bind it as a whole.
    language : {"en", "zh"}
    """

    code: str
    listed: str
    title: str
    state: str
    treatment: Treatment
    decided_by: Match | None
    matches: tuple[Match, ...]
    below: tuple[Match, ...]
    language: str = "en"

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of all lists that restrict it, each once; all must be met. Of what is prohibited, none."""
        if self.treatment != "restricted":
            return ()
        return tuple(dict.fromkeys(one.conditions for one in self.matches))

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain values, ready for JSON."""
        return {
            "code": self.code,
            "listed": self.listed,
            "title": self.title,
            "state": self.state,
            "verdict": self.treatment,
            "conditions": list(self.conditions),
            "decided_by": vars(self.decided_by).copy() if self.decided_by else None,
            "matches": [vars(one).copy() for one in self.matches],
            "below": [vars(one).copy() for one in self.below],
        }

    def lines(self) -> Iterator[str]:
        """The verdict line by line; names are in it as they were read, see :func:`layers.visible`."""
        words = industry_words(self.language)
        said = {"state": words[self.state], "treatment": words[self.treatment]}
        key = "verdict" if self.code == self.listed else "verdict_within"
        yield words[key].format(code=self.code, listed=self.listed, title=self.title, **said)
        if not self.matches:
            yield f"  {words['named_by_none']}"
        for place, match in enumerate(self.matches):
            yield from self._match(match, "also" if place else "decided_by")
        for match in self.below:
            yield from self._match(match, "below")

    def _match(self, match: Match, key: str) -> Iterator[str]:
        words = industry_words(self.language)
        yield f"  {words[key].format(**vars(match) | {'treatment': words[match.treatment]})}"
        for what in ("conditions", "note"):
            if text := getattr(match, what):
                yield f"    {words['on_condition' if what == 'conditions' else 'note'].format(text=text)}"
        doubt = "" if match.verified else words["unverified"]
        yield f"    {words['reference'].format(text=match.reference, doubt=doubt)}"


def list_industries(rulebook: Rulebook, own: pd.DataFrame | None = None, language: str = "en") -> pd.DataFrame:
    """The items of all negative lists: those of the rulebook, which hold where a policy says so, and the plan's own.

    Parameters
    ----------
    rulebook : Rulebook
    own : DataFrame, optional
        Items of the plan's own list as rows of the INDUSTRIES table; they hold in their unit or jurisdiction.
    language : {"en", "zh"}
        Of conditions and notes.

    Returns
    -------
    DataFrame
        The INDUSTRIES table.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import read_rulebook
    >>> items = list_industries(read_rulebook("main_functional_areas", date(2025, 7, 1)))
    >>> items.loc[items["code"] == "C16", ["treatment", "state"]].values.tolist()
    [['restricted', 'both']]
    """
    rows = list(_rows(rulebook, language))
    written = tabulate(INDUSTRIES, pd.DataFrame(rows))
    if own is None or own.empty:
        return written
    return tabulate(INDUSTRIES, pd.concat([written, own], ignore_index=True) if rows else own)


def _rows(rulebook: Rulebook, language: str) -> Iterator[dict[str, Any]]:
    places: dict[str, int] = {}
    for item in rulebook.industries:
        places[item.list] = places.get(item.list, 0) + 1
        yield {
            "list": item.list,
            "item": places[item.list],
            "code": rulebook.branches.whole(item.code),
            "treatment": item.treatment,
            "state": item.state,
            "unit_id": "",
            "jurisdiction": "",
            "conditions": _told(item, language),
            "note": (item.note or {}).get(language, (item.note or {}).get("en", "")),
            "reference": item.reference,
            "verified": item.verified,
        }


def _told(item: Industry, language: str) -> str:
    words = industry_words(language)
    parts = (words["condition"].format(aspect=words[aspect], text=text) for aspect, text in item.told(language))
    return words["next"].join(parts)


def judge_industry(
    items: pd.DataFrame,
    code: str,
    industries: Classification,
    state: str = "planned",
    titles: Mapping[str, str] | None = None,
    language: str = "en",
) -> Verdict:
    """Whether an industry may settle or stay where the items given hold.

    Parameters
    ----------
    items : DataFrame
        Rows of the INDUSTRIES table, of all lists that hold there.
    code : str
        With or without the letter of the section, at any depth.
    industries : Classification
    state : {"planned", "existing"}
    titles : mapping of str to str, optional
        What lists are called, by their id.
    language : {"en", "zh"}

    Returns
    -------
    Verdict

    Raises
    ------
    UnknownNameError
        The classification has no such branch.

    Notes
    -----
    An item is about a branch where it names it or one that holds it, and where it is about the state. The strictest
    such item of any list governs: prohibited before restricted before allowed, so that no list can loosen another and a
    narrow item never opens what a broad one closes. Conditions of all restricting items add up. What no item is about
    is allowed.

    Examples
    --------
    >>> from zoning import read_classification
    >>> row = {"list": "town", "item": 1, "code": "C30", "treatment": "prohibited", "state": "planned",
    ...        "conditions": "", "note": "", "reference": "Town order 1", "verified": True}
    >>> verdict = judge_industry(pd.DataFrame([row]), "3011", read_classification("gbt4754_2017"))
    >>> verdict.treatment, verdict.decided_by.code
    ('prohibited', 'C30')
    """
    path = industries.path(code)
    about = items[items["state"].isin((state, "both"))]
    found = sorted(
        _matches(about[about["code"].isin(path)], titles or {}),
        key=lambda one: (-STRICTNESS[one.treatment], -path.index(one.code), one.list, one.item),
    )
    whole = path[-1]
    parts = [one for one in _matches(about, titles or {}) if one.code != whole and whole in industries.path(one.code)]
    return Verdict(
        code=whole,
        listed=industries.listed(whole),
        title=industries.title(whole, language),
        state=state,
        treatment=found[0].treatment if found else "allowed",
        decided_by=found[0] if found else None,
        matches=tuple(found),
        below=tuple(sorted(parts, key=lambda one: (one.code, one.list, one.item))),
        language=language,
    )


def _matches(items: pd.DataFrame, titles: Mapping[str, str]) -> list[Match]:
    kept = ("list", "item", "code", "treatment", "conditions", "note", "reference", "verified")
    return [
        Match(**{str(name): value for name, value in row.items()}, title=titles.get(row["list"], row["list"]))
        for row in items[list(kept)].to_dict("records")
    ]


def lists_on(policies: Iterable[str], rulebook: Rulebook) -> tuple[str, ...]:
    """The lists that hold where some policies do, sorted.

    Parameters
    ----------
    policies : iterable of str
        Ids of policies; that one is overruled does not end its list, for lists add up.
    rulebook : Rulebook
    """
    held = set(policies)
    return tuple(sorted({policy.list for policy in rulebook.policies if policy.list and policy.id in held}))


def count_industries(codes: Iterable[str], industries: Classification) -> tuple[int, ...]:
    """How many branches a list touches at each depth, from the top: sections, divisions, groups, classes.

    Parameters
    ----------
    codes : iterable of str
        Of the items of a list; a branch counts once, however many items name it or lie below it.
    industries : Classification

    Returns
    -------
    tuple of int
        One count a depth. Counts of two parts of a list add up only at a depth at which no branch is in both.

    Examples
    --------
    >>> from zoning import read_classification
    >>> count_industries(["C3011", "C3012", "C3021", "B0610"], read_classification("gbt4754_2017"))
    (2, 2, 3, 4)
    """
    paths = [industries.path(code) for code in codes]
    deepest = max(map(len, paths), default=0)
    return tuple(len({path[depth] for path in paths if len(path) > depth}) for depth in range(deepest))


def states_of(state: str) -> tuple[State, ...]:
    """The states that an item is about."""
    return tuple(one for one in STATES if state in (one, "both"))
