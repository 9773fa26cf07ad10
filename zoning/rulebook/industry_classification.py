"""Classifications of industries: which branch a code means, what it is a part of, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from layers.errors import UnknownNameError
from layers.phrases import Phrase, phrase_list
from layers.sources import Document, read_document
from zoning.errors import RulebookError, near
from zoning.rulebook.chapter_schemas import Branch, Branches

CLASSIFICATIONS = Path(__file__).parent.parent / "rulebooks" / "classifications"
_LETTERED = re.compile(r"([A-Z])([0-9][0-9-]*)")


@dataclass(frozen=True)
class Classification:
    """A tree of branches of industry.

    A branch is called by its whole code: the letter of its section, where it has one, then its digits, "C3011". Codes
    may be written without the letter, and in small letters.

    Examples
    --------
    >>> industries = read_classification("gbt4754_2017")
    >>> industries.whole("3011"), industries.path("c3011")
    ('C3011', ('C', 'C30', 'C301', 'C3011'))
    >>> industries.title("C3011")["en"]
    'Manufacture of non-metallic mineral products'
    >>> industries.whole("A3011")
    Traceback (most recent call last):
        ...
    layers.errors.UnknownNameError: industry 'A3011': 30 is a part of C, not of A; write 'C3011'
    """

    name: str
    branches: Mapping[str, Branch] = field(repr=False)

    def path(self, code: str) -> tuple[str, ...]:
        """The branches that hold a branch, from the top down to itself, by their whole codes."""
        text = code.strip().upper()
        split = _LETTERED.fullmatch(text)
        letter, digits = (split[1], split[2]) if split and text not in self.branches else ("", text)
        listed = self._listed(digits)
        if listed is None:
            raise UnknownNameError(
                Phrase("industry {code!r}: {fault}", code=code, fault=self._missing(digits)),
                code="unknown_industry",
            )
        above = self._above(listed)
        top = above[0]
        if letter and letter != top:
            raise UnknownNameError(
                Phrase(
                    "industry {code!r}: {branch} is a part of {top}, not of {letter}; write '{top}{digits}'",
                    code=code,
                    branch=listed,
                    top=top,
                    letter=letter,
                    digits=digits,
                ),
                code="industry_letter",
            )
        deeper = [digits[:length] for length in range(len(listed) + 1, len(digits) + 1)]
        return tuple(_spelt(top, branch) for branch in (*above, *deeper))

    def whole(self, code: str) -> str:
        """The whole code of a branch; errors are those of :meth:`path`."""
        return self.path(code)[-1]

    def listed(self, code: str) -> str:
        """The whole code of the listed branch that a branch is or lies in; errors are those of :meth:`path`."""
        known = {_spelt(self._above(branch)[0], branch) for branch in self.branches}
        return next(branch for branch in reversed(self.path(code)) if branch in known)

    def title(self, code: str) -> Mapping[str, str]:
        """What a branch is called, or the listed one in which it lies, by language; errors are those of `path`."""
        whole = self.listed(code)
        branch = self.branches.get(whole) or self.branches[whole[1:]]
        return branch.title

    def _listed(self, digits: str) -> str | None:
        """The listed branch that a code means or lies below."""
        if digits in self.branches:
            return digits
        for length in range(len(digits) - 1, 0, -1):
            branch = self.branches.get(digits[:length])
            if branch is not None:
                fits = digits.isdigit() and len(digits) <= branch.digits
                return branch.code if fits else None
        return None

    def _above(self, code: str) -> tuple[str, ...]:
        branch = self.branches[code]
        return (*self._above(branch.within), code) if branch.within else (code,)

    def _missing(self, digits: str) -> str:
        longest = max((branch.digits for branch in self.branches.values()), default=0)
        if digits.isdigit() and len(digits) > longest and any(digits.startswith(code) for code in self.branches):
            return Phrase(
                "{classification} has codes of up to {longest} digits", classification=self.name, longest=longest
            )
        hint = near(digits, {*(_spelt(self._above(code)[0], code) for code in self.branches), *self.branches})
        if "did you mean" not in hint:
            hint = Phrase(
                "; its sections are {items}",
                items=phrase_list(code for code, branch in self.branches.items() if not branch.within),
            )
        return Phrase("there is no such branch in {classification}{hint}", classification=self.name, hint=hint)


def _spelt(top: str, code: str) -> str:
    return code if code == top or not top.isalpha() else f"{top}{code}"


def builtin_classifications() -> tuple[str, ...]:
    """The names of the classifications that come with zoneplan, sorted.

    Examples
    --------
    >>> builtin_classifications()
    ('gbt4754_2017',)
    """
    return tuple(sorted(path.stem for path in CLASSIFICATIONS.glob("*.toml")))


@cache
def read_classification(name: str) -> Classification:
    """A classification that comes with zoneplan.

    Examples
    --------
    >>> sections = [code for code, one in read_classification("gbt4754_2017").branches.items() if not one.within]
    >>> "".join(sections)
    'ABCDEFGHIJKLMNOPQRST'
    """
    known = builtin_classifications()
    if name not in known:
        raise RulebookError(
            Phrase(
                "there is no classification '{classification}'{hint}; or bring your own as classification.toml",
                classification=name,
                hint=near(name, known),
            ),
            code="unknown_classification",
        )
    read: tuple[Branches, Document] = read_document(CLASSIFICATIONS / f"{name}.toml", Branches, RulebookError)
    return classified(name, read[0].classification)


def classified(name: str, branches: Sequence[Branch]) -> Classification:
    """A classification of branches whose faults have been told; see :func:`branch_faults`."""
    return Classification(name, {branch.code: branch for branch in branches})


def branch_faults(branches: Sequence[Branch]) -> list[tuple[int, str, str]]:
    """What is wrong with the branches of a rulebook's own classification: place, key and complaint."""
    faults: list[tuple[int, str, str]] = []
    seen: dict[str, int] = {}
    for position, branch in enumerate(branches):
        if branch.code in seen:
            faults.append((position, "code", Phrase("'{code}' is there already; drop or rename one", code=branch.code)))
        elif branch.within and branch.within not in seen:
            complaint = Phrase(
                "no branch '{branch}' stands before it{hint}", branch=branch.within, hint=near(branch.within, seen)
            )
            faults.append((position, "within", complaint))
        seen.setdefault(branch.code, position)
    return faults
