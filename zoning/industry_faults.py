"""What is wrong with the negative lists of a rulebook: codes, lists that nobody applies, items without effect."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from layers import UnknownNameError
from zoning.classifications import (
    Classification,
    branch_faults,
    builtin_classifications,
    classified,
    read_classification,
)
from zoning.drafts import Draft
from zoning.errors import RulebookError, near
from zoning.industry_entries import OWN, Industry


def industry_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about negative lists and the classification that they speak of.

    Parameters
    ----------
    draft : Draft

    Yields
    ------
    RulebookError
        With file, line and column.
    """
    yield from _classification(draft)
    yield from _lists(draft)
    yield from _list_languages(draft)
    industries = classification_of(draft)
    if industries is not None:
        yield from _codes(draft, industries)


def classification_of(draft: Draft) -> Classification | None:
    """The classification that a rulebook names; None where it names none, or one that is not there."""
    name = draft.head.classification
    if name is None:
        return None
    if "classification.toml" in draft.files:
        return classified(name, draft.classification)
    return read_classification(name) if name in builtin_classifications() else None


def _classification(draft: Draft) -> Iterator[RulebookError]:
    name, builtin = draft.head.classification, builtin_classifications()
    own = "classification.toml" in draft.files
    if name is None and (own or draft.industries):
        what = "classification.toml" if own else "industries.toml"
        yield draft.fault(
            f"there is {what}, and no key 'classification' that says what its codes mean; built in: "
            f"{', '.join(builtin)}",
            "rulebook",
        )
    elif own and name in builtin:
        yield draft.fault(
            f"'{name}' is built in, and there is classification.toml as well; rename one or drop the file",
            "rulebook",
            "classification",
        )
    elif name is not None and not own and name not in builtin:
        yield draft.fault(
            f"there is no classification '{name}'{near(name, builtin)}; or bring your own as classification.toml",
            "rulebook",
            "classification",
        )
    for place, key, complaint in branch_faults(draft.classification):
        yield draft.fault(complaint, "classification", place, key)


def _lists(draft: Draft) -> Iterator[RulebookError]:
    """A list without policy holds nowhere; a policy without items says nothing."""
    named = {policy.list for policy in draft.policies if policy.list is not None}
    filled = {item.list for item in draft.industries}
    for place, item in enumerate(draft.industries):
        if item.list not in named:
            yield draft.fault(
                f'no policy has list = "{item.list}", so that it holds nowhere{near(item.list, named)}',
                "industries",
                place,
                "list",
            )
        if item.list == OWN:
            yield draft.fault(f"'{OWN}' is kept for the list of a plan; rename the list", "industries", place, "list")
        if not item.meets(item):
            yield draft.fault(f"it ends before it begins ({item.period})", "industries", place)
    for place, policy in enumerate(draft.policies):
        if policy.list is None:
            continue
        if policy.list not in filled:
            text = f"industries.toml has no item of list '{policy.list}'{near(policy.list, filled)}"
            yield draft.fault(text, "policies", place, "list")
        if policy.subject:
            text = "a policy with a 'list' has no 'subject': all lists that hold add up, and none overrules another"
            yield draft.fault(text, "policies", place, "subject")


def _list_languages(draft: Draft) -> Iterator[RulebookError]:
    wanted = set(draft.head.languages)
    texts = [
        ("industries", place, keys, text) for place, one in enumerate(draft.industries) for keys, text in one.texts()
    ]
    texts += [("classification", place, ("title",), one.title) for place, one in enumerate(draft.classification)]
    for kind, place, keys, text in texts:
        if missing := [language for language in draft.head.languages if language not in text]:
            yield draft.fault(f"it has no text in {', '.join(missing)}; give one", kind, place, *keys)
        if extra := sorted(set(text) - wanted):
            yield draft.fault(
                f"it has a text in {', '.join(extra)}, which rulebook.toml does not list among its languages",
                kind,
                place,
                *keys,
            )


def _codes(draft: Draft, industries: Classification) -> Iterator[RulebookError]:
    known: list[tuple[int, Industry, tuple[str, ...]]] = []
    for place, item in enumerate(draft.industries):
        try:
            known.append((place, item, industries.path(item.code)))
        except UnknownNameError as error:
            yield draft.fault(str(error), "industries", place, "code")
    for one, other in combinations(known, 2):
        if one[1].list == other[1].list and one[1].meets(other[1]) and set(one[1].states) & set(other[1].states):
            yield from _idle(draft, one, other)


def _idle(
    draft: Draft, one: tuple[int, Industry, tuple[str, ...]], other: tuple[int, Industry, tuple[str, ...]]
) -> Iterator[RulebookError]:
    """Of two items of one list that meet: the one that the other leaves without effect."""
    (first, item, path), (second, again, deeper) = one, other
    same = item.treatment == again.treatment and item.conditions == again.conditions
    if path[-1] == deeper[-1] and same:
        text = f"the list has the same of {deeper[-1]} already ({draft.where('industries', first)}); drop one"
        yield draft.fault(text, "industries", second)
        return
    for (place, weak, below), (_, strong, above) in ((other, one), (one, other)):
        if strong.treatment == "prohibited" and above[-1] in below and set(weak.states) <= set(strong.states):
            text = f"the list prohibits {above[-1]}, and {below[-1]} with it: this item has no effect; drop it"
            yield draft.fault(text, "industries", place, "code")
            return
