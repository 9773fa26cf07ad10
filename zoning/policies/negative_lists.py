"""Negative lists: may an industry settle or stay, which list decided; a plan's own list may only be stricter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any, TypedDict

import pandas as pd

from layers.errors import SourceError, UnknownNameError, ZoneplanError, naming_the_layer, raise_all, shown
from layers.phrases import Phrase, word
from layers.sources import resolve_source
from zoning.errors import near
from zoning.plan import Plan
from zoning.reasons import Field, Message, Remark, Texts, as_message, in_languages, joined, remark, say, titled
from zoning.rulebook import (
    OWN,
    STATES,
    Answer,
    Classification,
    Industry,
    ListedItem,
    Rulebook,
    State,
    Treatment,
    in_known_words,
    item_faults,
    read_item_table,
)
from zoning.study import IndustriesSection, Study
from zoning.tables import INDUSTRIES, tabulate

INDUSTRY_COLUMNS = ("unit_id", "jurisdiction", "code", "treatment", "state", "conditions", "note", "reference")
"""The columns that are read; any others are a note to oneself."""
NEEDED = (("code",), ("treatment",), ("unit_id", "jurisdiction"))


def read_industries(section: IndustriesSection) -> pd.DataFrame:
    """The items of the table that ``[industries]`` names."""
    name = section.table
    with naming_the_layer(section.where("table"), name):
        path = resolve_source(section.folder, name)
    items = read_item_table(path, name, INDUSTRY_COLUMNS, NEEDED, section.encoding)
    raise_all(item_faults(items, name, _complaints))
    return in_known_words(items)


def _complaints(item: Mapping[str, str]) -> Mapping[Phrase, bool]:
    places = [column for column in ("unit_id", "jurisdiction") if item[column]]
    return {
        Phrase("name the unit_id or the jurisdiction in which the item holds"): not places,
        Phrase("it names a unit_id and a jurisdiction; keep one"): len(places) == 2,
        Phrase("the code is empty"): not item["code"],
    }


STRICTNESS: Mapping[str, int] = {"restricted": 1, "prohibited": 2}
"""The strictest of all lists governs."""
ANSWERS: Mapping[Treatment, Answer] = {"restricted": "conditional", "prohibited": "prohibited"}
"""What an item that decides makes of an industry."""


@dataclass(frozen=True)
class ListCoverage:
    """How much of a negative list was read."""

    list: str
    title: str
    complete: bool
    items_read: int
    items_known: int | None


@dataclass(frozen=True)
class Match:
    """An item of a list that is about an industry."""

    list: str
    title: str
    provision: str | Message
    code: str
    treatment: Treatment
    conditions: str | Message
    note: str | Message
    reference: str | Message
    verified: bool
    reading: str


class VerdictContent(TypedDict):
    """A verdict as plain values: what a :class:`Verdict` has, ``answer`` as ``verdict``."""

    code: str
    listed: str
    state: str
    verdict: str
    conditions: list[str | Message]
    decided_by: dict[str, Any] | None
    matches: list[dict[str, Any]]
    below: list[dict[str, Any]]
    lists: list[dict[str, Any]]


@dataclass(frozen=True)
class Verdict:
    """Whether an industry may settle or stay."""

    code: str
    listed: str
    state: str
    answer: Answer
    decided_by: Match | None
    matches: tuple[Match, ...]
    below: tuple[Match, ...]
    lists: tuple[ListCoverage, ...] = ()

    @property
    def conditions(self) -> tuple[str | Message, ...]:
        """The conditions of all lists that restrict it, each once; all must be met. Of what is prohibited, none."""
        if self.answer != "conditional":
            return ()
        return tuple(dict.fromkeys(match.conditions for match in self.matches))

    def as_dict(self) -> VerdictContent:
        """The verdict as plain values, ready for JSON."""
        return {
            "code": self.code,
            "listed": self.listed,
            "state": self.state,
            "verdict": self.answer,
            "conditions": list(self.conditions),
            "decided_by": vars(self.decided_by).copy() if self.decided_by else None,
            "matches": [vars(match).copy() for match in self.matches],
            "below": [vars(match).copy() for match in self.below],
            "lists": [vars(coverage).copy() for coverage in self.lists],
        }


def list_industries(rulebook: Rulebook, items: pd.DataFrame | None = None) -> pd.DataFrame:
    """The items of all negative lists: those of the rulebook, which hold where a policy says so, and the plan's own.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
    >>> items = list_industries(read_rulebook("main_functional_areas", date(2025, 7, 1)))
    >>> items.loc[items["code"] == "C16", ["treatment", "state"]].values.tolist()
    [['restricted', 'both']]
    """
    rows = list(_rows(rulebook))
    written = tabulate(INDUSTRIES, pd.DataFrame(rows))
    if items is None or items.empty:
        return written
    return tabulate(INDUSTRIES, pd.concat([written, items], ignore_index=True) if rows else items)


def _rows(rulebook: Rulebook) -> Iterator[dict[str, Any]]:
    places: dict[str, int] = {}
    titles = titles_of_lists(rulebook)
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
            "conditions": _conditions(item),
            "note": say("text", text=in_languages(item.note)) if item.note else "",
            "provision": _provision(item, titles.get(item.list, item.list)),
            "reference": as_message(item.reference),
            "verified": item.verified,
            "reading": item.reading,
        }


def titles_of_lists(rulebook: Rulebook, study: Study | None = None) -> dict[str, Texts | Message | str]:
    """What the negative lists are called, by their id; a plan's own list among them."""
    section = study.industries if study else None
    named = in_languages(section.title) if section and section.title else say("industry.own_list")
    return {policy.list: titled(policy.title, policy.id) for policy in rulebook.policies if policy.list} | {OWN: named}


def _provision(item: Industry, title: Field) -> str | Message:
    """The law and article of an item; of one that stands in the table of its list, the list and its number there."""
    if isinstance(item, ListedItem):
        return say("industry.list_item", title=title, item=item.item)
    source = item.source
    if source is None or not source.document:
        return as_message(item.reference)
    if not source.article:
        return as_message(source.document)
    return say("reading.provision", document=in_languages(source.document), article=in_languages(source.article))


def _conditions(item: Industry) -> str | Message:
    """On which conditions a branch is allowed, aspect by aspect; empty where it is prohibited."""
    messages = (
        say("industry.condition", aspect=say(f"industry.{aspect}"), text=in_languages(texts))
        for aspect, texts in item.demands.items()
    )
    return joined(messages) if item.demands else ""


def judge_industry(
    items: pd.DataFrame,
    code: str,
    industries: Classification,
    state: str = "planned",
    titles: Mapping[str, str] | None = None,
    lists: Iterable[ListCoverage] = (),
) -> Verdict:
    """Whether an industry may settle or stay where the items given hold.

    Notes
    -----
    An item is about a branch where it names it or one that holds it, and where it is about the state. The strictest
    such item of any list governs: prohibited before restricted, so that no list can loosen another and a narrow item
    never opens what a broad one closes. Conditions of all restricting items add up. What no item is about is allowed
    only where at least one list holds and all that hold are complete; else nobody has looked at all that may forbid it.

    Examples
    --------
    >>> from zoning.rulebook.industry_classification import read_classification
    >>> row = {"list": "town", "item": 1, "code": "C30", "treatment": "prohibited", "state": "planned",
    ...        "conditions": "", "note": "", "reference": "Town order 1", "verified": True, "reading": "copy"}
    >>> verdict = judge_industry(pd.DataFrame([row]), "3011", read_classification("gbt4754_2017"))
    >>> verdict.answer, verdict.decided_by.code
    ('prohibited', 'C30')
    """
    path = industries.path(code)
    about = items[items["state"].isin((state, "both"))]
    matches = sorted(
        _matches(about[about["code"].isin(path)], titles or {}),
        key=lambda match: (-STRICTNESS[match.treatment], -path.index(match.code)),
    )
    whole, holding = path[-1], tuple(lists)
    unnamed: Answer = "allowed" if holding and all(coverage.complete for coverage in holding) else "not_listed"
    parts = [
        match for match in _matches(about, titles or {}) if match.code != whole and whole in industries.path(match.code)
    ]
    return Verdict(
        code=whole,
        listed=industries.listed(whole),
        state=state,
        answer=ANSWERS[matches[0].treatment] if matches else unnamed,
        decided_by=matches[0] if matches else None,
        matches=tuple(matches),
        below=tuple(sorted(parts, key=lambda match: match.code)),
        lists=holding,
    )


def _matches(items: pd.DataFrame, titles: Mapping[str, str]) -> list[Match]:
    columns = ("list", "provision", "code", "treatment", "conditions", "note", "reference", "verified", "reading")
    matches = []
    listed = items.sort_values(["list", "item"], kind="stable").reindex(columns=list(columns), fill_value="")
    for row in listed.to_dict("records"):
        title = titles.get(row["list"], row["list"])
        row["provision"] = row["provision"] or row["reference"] or title  # a run of an older version has no provision
        matches.append(Match(**{str(name): value for name, value in row.items()}, title=title))
    return matches


def lists_on(policies: Iterable[str], rulebook: Rulebook) -> tuple[str, ...]:
    """The lists that hold where some policies do, sorted."""
    held = set(policies)
    return tuple(sorted({policy.list for policy in rulebook.policies if policy.list and policy.id in held}))


def cover_lists(
    names: Iterable[str],
    items: pd.DataFrame,
    rulebook: Rulebook,
    titles: Mapping[str, str] | None = None,
    *,
    own_complete: bool = False,
) -> tuple[ListCoverage, ...]:
    """How much of some lists was read."""
    counts, declared = items["list"].value_counts(), {entry.id: entry for entry in rulebook.lists}
    coverages = []
    for name in sorted(set(names)):
        declaration, read = declared.get(name), int(counts.get(name, 0))
        complete = own_complete if name == OWN else declaration is not None and declaration.complete
        if declaration is not None and declaration.table is not None:
            rows = (item for item in rulebook.industries if isinstance(item, ListedItem) and item.list == name)
            read = (complete and declaration.items) or len({row.item for row in rows})
        known = declaration.items_known if declaration is not None else None
        coverages.append(
            ListCoverage(name, (titles or {}).get(name, name), complete, read, read if complete else known)
        )
    return tuple(coverages)


def count_industries(codes: Iterable[str], industries: Classification) -> tuple[int, ...]:
    """How many branches a list touches at each depth, from the top: sections, divisions, groups, classes.

    Examples
    --------
    >>> from zoning.rulebook.industry_classification import read_classification
    >>> count_industries(["C3011", "C3012", "C3021", "B0610"], read_classification("gbt4754_2017"))
    (2, 2, 3, 4)
    """
    paths = [industries.path(code) for code in codes]
    deepest = max(map(len, paths), default=0)
    return tuple(len({path[depth] for path in paths if len(path) > depth}) for depth in range(deepest))


def states_of(state: str) -> tuple[State, ...]:
    """The states that an item is about."""
    return tuple(candidate for candidate in STATES if state in (candidate, "both"))


Held = Mapping[str, frozenset[str]]
"""The lists of the rulebook that hold in each unit where any does."""


def local_list_faults(
    items: pd.DataFrame, study: Study, rulebook: Rulebook, units: pd.DataFrame
) -> Iterator[ZoneplanError]:
    """The complaints about a plan's own list that need no zones: places, codes, lists that hold everywhere."""
    name = study.industries.table if study.industries else OWN
    if rulebook.classification is None:
        yield UnknownNameError(
            Phrase(
                "{place}: rulebook '{rulebook}' names no 'classification' of industries, so that the codes of the "
                "plan's own list mean nothing",
                place=study.where("industries", "table"),
                rulebook=rulebook.name,
            ),
            code="no_lists",
        )
        return
    places = {"unit_id": set(map(str, units.index)), "jurisdiction": _jurisdictions(units, study.units.levels)}
    faults: list[ZoneplanError] = []
    first: dict[tuple[str, ...], int] = {}
    for line, item in items.iterrows():
        at = Phrase("table '{table}', line {line}", table=name, line=line)
        for kind, known in places.items():
            if item[kind] and item[kind] not in known:
                what = Phrase(
                    "there is no {kind} {name}",
                    kind=word("unit" if kind == "unit_id" else kind),
                    name=shown([item[kind]]),
                )
                faults.append(
                    UnknownNameError(
                        Phrase("{place}: {said}{hint}", place=at, said=what, hint=near(item[kind], known)),
                        code=f"unknown_{kind}",
                    )
                )
        try:
            whole = rulebook.branches.whole(item["code"])
        except UnknownNameError as error:
            faults.append(UnknownNameError(Phrase("{place}: {said}", place=at, said=error), code=error.code))
            continue
        key = (
            whole,
            *(str(item[column]) for column in ("unit_id", "jurisdiction", "treatment", "state", "conditions")),
        )
        if key in first:
            faults.append(
                SourceError(
                    Phrase("{place}: line {line} says the same; drop one.", place=at, line=first[key]),
                    code="item",
                    layer=name,
                )
            )
        first.setdefault(key, int(str(line)))
    yield from faults
    if not faults:
        always = [policy.id for policy in rulebook.policies if policy.list and policy.when.strip().upper() == "TRUE"]
        held = dict.fromkeys(map(str, units.index), frozenset(lists_on(always, rulebook)))
        yield from looser_faults(local_items(items, study, rulebook), held, study, rulebook, units)


def local_items(items: pd.DataFrame | None, study: Study, rulebook: Rulebook) -> pd.DataFrame:
    """A plan's own list as rows of the INDUSTRIES table; ``item`` is the line of its table."""
    if items is None or items.empty:
        return tabulate(INDUSTRIES, pd.DataFrame())
    section = study.industries
    title = titles_of_lists(rulebook, study)[OWN]
    reference = as_message(section.reference or "") if section else ""
    source = section.source if section else None
    rows = items.assign(
        list=OWN,
        item=items.index,
        provision=[say("industry.list_item", title=title, item=str(line)) for line in items.index],
        code=[rulebook.branches.whole(code) for code in items["code"]],
        reference=[text or reference for text in items["reference"]],
        verified=source is not None and source.verified,
        reading=source.reading if source is not None else "unnamed",
    )
    return tabulate(INDUSTRIES, rows.reset_index(drop=True))


def lists_in_force(policies: pd.DataFrame, rulebook: Rulebook) -> Held:
    """The lists that hold in the whole of each unit where any does, by the POLICIES table."""
    bringing = {policy.id for policy in rulebook.policies if policy.list}
    held: dict[str, set[str]] = {}
    for unit, piece, policy in zip(
        *(policies[column].tolist() for column in ("unit_id", "piece_id", "policy")), strict=True
    ):
        if piece == "" and policy in bringing:
            held.setdefault(unit, set()).add(policy)
    return {unit: frozenset(lists_on(ids, rulebook)) for unit, ids in held.items()}


def looser_faults(
    items: pd.DataFrame, held: Held, study: Study, rulebook: Rulebook, units: pd.DataFrame
) -> Iterator[SourceError]:
    """Items of a plan's own list that restrict what a list of the rulebook prohibits where they hold."""
    name = study.industries.table if study.industries else OWN
    for item, bases in _beside(items, held, study.units.levels, rulebook, units):
        stricter = [(unit, base) for unit, base in bases if base.answer == "prohibited"]
        if item["treatment"] == "restricted" and stricter:
            base = stricter[0][1].decided_by
            phrase = Phrase("list '{list}' prohibits {code}", list=base.list, code=base.code) if base else ""
            concerned = list(dict.fromkeys(unit for unit, _ in stricter))
            yield SourceError(
                Phrase(
                    "table '{table}', line {line}: {code} is restricted here, and {said} in {count} unit(s) where the "
                    "item holds ({ids}). A plan's own list may only be stricter: write prohibited, or drop the "
                    "line.",
                    table=name,
                    line=item["item"],
                    code=item["code"],
                    said=phrase,
                    count=len(concerned),
                    ids=shown(concerned),
                ),
                code="looser_item",
                layer=name,
                features=concerned,
            )


def find_repeats(plan: Plan) -> Iterator[Remark]:
    """Items of a plan's own list that say what lists of the rulebook say already, wherever they hold."""
    if plan.study.industries is None:
        return
    name, held = plan.study.industries.table, lists_in_force(plan.policies, plan.rulebook)
    items = plan.industries[plan.industries["list"] == OWN]
    for item, bases in _beside(items, held, plan.study.units.levels, plan.rulebook, plan.units):
        alike = [_same(item, base) for _, base in bases]
        if alike and all(alike):
            base = bases[0][1].decided_by
            fields: dict[str, Field] = {"table": name, "line": item["item"], "code": item["code"]}
            fields |= {"provision": base.provision} if base else {}
            yield remark("warning", "item_repeats", [str(item["item"])], fields, name)


def _same(item: Mapping[str, Any], base: Verdict) -> bool:
    """Whether an item of a plan's own list says of a branch what the lists of the rulebook say, in any language."""
    if base.decided_by is None or item["treatment"] != base.decided_by.treatment:
        return False
    return base.answer == "prohibited" or any(_says(item["conditions"], condition) for condition in base.conditions)


def _says(text: str, conditions: str | Message) -> bool:
    """Whether a text is all the conditions of an item in one of their languages, whatever it calls the aspects."""
    if isinstance(conditions, str):
        return text == conditions
    translations = list(_texts(conditions))
    listed = (
        [texts.get(language, "") for texts in translations]
        for language in dict.fromkeys(chain.from_iterable(translations))
    )
    aspect = r"(?:[^:：;；]+[:：]\s*)?"
    return any(re.fullmatch(r"\s*[;；]\s*".join(aspect + re.escape(part) for part in ones), text) for ones in listed)


def _texts(field: Field) -> Iterator[Mapping[str, str]]:
    """The texts in a message, each by its languages."""
    match field:
        case Message(fields=fields):
            yield from chain.from_iterable(map(_texts, fields.values()))
        case Texts(by_language=texts):
            yield texts
        case tuple():
            yield from chain.from_iterable(map(_texts, field))


def _beside(
    items: pd.DataFrame, held: Held, levels: Sequence[str], rulebook: Rulebook, units: pd.DataFrame
) -> Iterator[tuple[Mapping[str, Any], list[tuple[str, Verdict]]]]:
    """Each item, and what the lists of the rulebook say of its branch, by unit and state where it holds."""
    if items.empty:
        return
    written = list_industries(rulebook)
    for row in items.to_dict("records"):
        item = {str(key): value for key, value in row.items()}
        base: dict[tuple[frozenset[str], str], Verdict] = {}
        verdicts = []
        for unit, state in product(_units_of(item, levels, units), states_of(item["state"])):
            key = (held.get(unit, frozenset()), state)
            if key not in base:
                rows = written[written["list"].isin(key[0])]
                base[key] = judge_industry(rows, item["code"], rulebook.branches, state)
            verdicts.append((unit, base[key]))
        yield item, verdicts


def _units_of(item: Mapping[str, Any], levels: Sequence[str], units: pd.DataFrame) -> list[str]:
    if item["unit_id"]:
        return [str(item["unit_id"])]
    inside = pd.Series(data=False, index=units.index)
    for column in _columns(units, levels):
        inside |= units[column].astype("str") == item["jurisdiction"]
    return [str(unit) for unit in units.index[inside]]


def _columns(units: pd.DataFrame, levels: Sequence[str]) -> list[str]:
    return [column for column in ("jurisdiction", *levels) if column in units.columns]


def _jurisdictions(units: pd.DataFrame, levels: Sequence[str]) -> set[str]:
    return {str(name) for column in _columns(units, levels) for name in units[column].dropna()} - {""}
