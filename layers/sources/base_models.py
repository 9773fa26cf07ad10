"""Base models: one for every part of a study file and of a rulebook, and the keys that many of them share.

What a validator of theirs raises to complain about several values at once.
"""

from __future__ import annotations

import operator
import os
import re
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from layers.errors import SourceError, StudyError, ZoneplanError
from layers.phrases import OR, SEMICOLON, Phrase, phrase_list

FOLDERS = (".gdb", ".zarr")
"""Endings of sources that are folders, read as one: a File Geodatabase, an array."""


def check_source(source: str) -> None:
    """Refuse a path that is not a plain relative one, whatever lies there."""
    parts = re.split(r"[/\\]", source)
    reasons = {
        Phrase("it is absolute"): source.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[/\\]", source),
        Phrase("it leads upwards"): ".." in parts,
        Phrase("it has a scheme"): ":" in source,
        Phrase("it has a backslash; write /"): "\\" in source,
        Phrase("it has a name longer than file systems take"): any(
            len(part.encode("utf-8", "replace")) > 255 for part in parts
        ),
        Phrase("it has signs that no file name should have"): not source.isprintable() or not source.strip(),
    }
    for reason, holds in reasons.items():
        if holds:
            raise ZoneplanError(
                Phrase(
                    "{file!r} is no path inside the study's folder: {reason}; copy the file beside the plan",
                    file=hide_secrets(source),
                    reason=reason,
                )
            )


def hide_secrets(source: str) -> str:
    """A source as a message may quote it: without the password of a database, or the key of a server.

    Examples
    --------
    >>> hide_secrets("PG:host=db user=planner password=swordfish")
    'PG:host=db user=planner password=***'
    >>> hide_secrets("https://planner:swordfish@example.org/a.tif?token=1f3a&b=2")
    'https://planner:***@example.org/a.tif?token=***&b=2'
    """
    named = re.sub(r"(?i)(\w*(?:password|passwd|secret|token|key)\s*=\s*)('[^']*'|[^\s&;]+)", r"\1***", source)
    return re.sub(r"(//[^/@:]*:)[^/@]+@", r"\1***@", named)


def resolve_source(folder: Path | str, source: str) -> Path:
    """The file that a source of a study means."""
    try:
        check_source(source)
    except ZoneplanError as error:
        raise StudyError(error.said, code="source_outside") from None
    folder = Path(folder)
    path = folder / source
    try:
        status = path.stat()
    except FileNotFoundError:
        # a link that leads out is refused before it tells what is there
        check_inside(folder, path, source)
        raise SourceError(
            Phrase("no file {file} in {folder}{hint}", file=source, folder=folder, hint=_near(path)),
            code="source_missing",
        ) from None
    except OSError as error:
        raise SourceError(
            Phrase("{file} cannot be read ({cause})", file=source, cause=error.strerror), code="source_unreadable"
        ) from None
    check_inside(folder, path, source)
    is_source = stat.S_ISDIR(status.st_mode) and path.suffix.lower() in FOLDERS
    if not is_source and not stat.S_ISREG(status.st_mode):
        what = Phrase("a folder") if stat.S_ISDIR(status.st_mode) else Phrase("no regular file")
        raise SourceError(
            Phrase("{file} in {folder} is {kind}; name a file", file=source, folder=folder, kind=what),
            code="source_irregular",
        )
    return Path(os.path.realpath(path))


def check_inside(folder: Path, path: Path, source: str) -> None:
    """Refuse a path that leads out of the study's folder by a link."""
    root = os.path.realpath(folder)
    if os.path.commonpath([root, os.path.realpath(path)]) != root:
        raise StudyError(
            Phrase("{file!r} leads out of the study's folder by a link; copy the file beside the plan", file=source),
            code="source_outside",
        )


def _near(path: Path) -> str:
    """A hint at files of nearly that name."""
    try:
        names = sorted(file.name for file in path.parent.iterdir())
    except OSError:
        return ""
    near = get_close_matches(path.name, names, 3)
    return Phrase("; did you mean {names}?", names=phrase_list(near, OR)) if near else ""


Keys = tuple[str | int, ...]
"""The path to a value, such as ``("layers", 0, "role")``."""
Misfit = tuple[Keys, str]
"""What a validator complains about: where, from its own place on, and why."""


def misfit(*faults: Misfit) -> PydanticCustomError:
    """What a validator raises to complain about values below its own place, each by its path from there.

    Examples
    --------
    >>> misfit((("layers", 1, "name"), "two layers have this name")).message()
    'two layers have this name'
    """
    text = phrase_list((message for _, message in faults), SEMICOLON)
    return PydanticCustomError("misfit", "{text}", {"text": text, "faults": faults})


_TAG = r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$"


def _check_tag(tag: str) -> str:
    if not re.fullmatch(_TAG, tag):
        raise misfit(((), Phrase('\'{tag}\' is no language: write its tag, such as "en", "zh" or "pt-BR"', tag=tag)))
    return tag


Text = Annotated[str, Field(min_length=1)]
LanguageTag = Annotated[str, AfterValidator(_check_tag), WithJsonSchema({"type": "string", "pattern": _TAG})]
"""A language by its tag of BCP 47; any is allowed."""
Texts = Annotated[dict[LanguageTag, Text], Field(min_length=1)]
"""A text by language: ``{"en": ..., "zh": ...}``; one of a rulebook is in all the languages that it speaks."""
Wording = Text | Texts
"""What people read: one text for all languages, or a text by language."""
OptionalWording = str | Texts
"""The same where nothing need be said: then it is empty."""


class Section(BaseModel):
    """Base of all: frozen, no unknown keys, and nothing converted that only looks alike."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True, defer_build=True
    )

    def _written(self) -> tuple[object, ...]:
        """What is written under its keys, without what was worked out of that since."""
        return tuple(self.__dict__[key] for key in type(self).model_fields)


def require_one(section: Section, what: str, key: str, other: str) -> None:
    """Refuse a section that gives neither or both of two keys.

    Examples
    --------
    >>> class Lock(Section):
    ...     unit: str | None = None
    ...     when: str | None = None
    >>> require_one(Lock(unit="08031"), "a lock", "unit", "when")
    >>> require_one(Lock(), "a lock", "unit", "when")
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.PydanticCustomError: a lock gives 'unit' or 'when', and this one gives neither
    """
    if (getattr(section, key) is None) == (getattr(section, other) is None):
        count = Phrase("neither") if getattr(section, key) is None else Phrase("both")
        raise misfit(
            (
                (),
                Phrase(
                    "{entry} gives '{key}' or '{other}', and this one gives {given}",
                    entry=what,
                    key=key,
                    other=other,
                    given=count,
                ),
            )
        )


class Shared(Section):
    """Base of the keys that many sections share; they come after a section's own, see :func:`keys_of`."""


class Dated(Shared):
    """Something that holds from one day until another (exclusive); open where a day is not given."""

    since: date | None = Field(default=None, alias="from")
    """The first day on which it holds."""
    until: date | None = None
    """The first day on which it holds no more."""

    def on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def meets(self, other: Dated) -> bool:
        """Whether there is a day on which both are in force."""
        first = max(self.since or date.min, other.since or date.min)
        last = min(self.until or date.max, other.until or date.max)
        return first < last

    @property
    def period(self) -> str:
        """Its days in words.

        Examples
        --------
        >>> Dated(since=date(2011, 1, 1)).period
        'from 2011-01-01'
        """
        if self.since is not None and self.until is not None:
            return Phrase("from {since} until {until}", since=self.since, until=self.until)
        if self.since is not None:
            return Phrase("from {since}", since=self.since)
        return Phrase("always") if self.until is None else Phrase("until {until}", until=self.until)


class Titled(Shared):
    """Something that people read by a title."""

    title: Texts
    """What people read, by language."""


class Named(Shared):
    """Something that files and tables call by its name, and people by its title."""

    title: Wording | None = None
    """What people read: a text, or a text by language, such as { en = "River", zh = "河" }; by default the name."""


VERIFIED = ("official", "copy", "read")
"""Readings of which the text is verified; ``read`` stands in runs of older versions, which do not say where."""
READINGS = (*VERIFIED, "older", "undated", "partly", "secondary", "memory", "own", "unnamed", "unread")
"""How a text can be known, see :attr:`Sourced.reading`; ``unread`` stands in runs of older versions for the rest."""
OWN = ("study's own", "house's own")
"""How an English reference begins that cites no text."""


class Source(Section):
    """Where the words that an entry relies on were read: by whom they were published, and who held the text."""

    publisher: OptionalWording = ""
    """Who made the text law, or published it: a parliament, a ministry; a text, or a text by language."""
    document: OptionalWording = ""
    """The document by its name, number and edition; a text, or a text by language."""
    article: OptionalWording = ""
    """The article, section or table of it that was read; a text, or a text by language."""
    url: str = ""
    """Where it was read: the publisher's own page, or the site that holds the copy."""
    read_on: date | None = None
    """The day on which it was read, or on which the reading was noted down."""
    words: str = ""
    """The words relied on, as they stand there."""
    edition_until: date | None = None
    """The first day on which the edition that was read is not known to be the one in force: that of an amendment which
    was not read, or the day up to which a compilation runs. On and after it the text counts as an older edition."""
    kind: Literal["official", "copy", "secondary", "memory"]
    """``official``: read on the publisher's own site or in the gazette. ``copy``: the full text, held elsewhere.
    ``secondary``: what news, a summary or a commentary tells of it. ``memory``: not read."""
    _older: bool = PrivateAttr(default=False)

    @property
    def verified(self) -> bool:
        """Whether the text itself was read, in the edition in force, and when is known; see :func:`as_of`.

        Examples
        --------
        >>> Source(kind="copy", read_on=date(2026, 11, 25)).verified, Source(kind="copy").verified
        (True, False)
        >>> Source(kind="secondary", read_on=date(2026, 11, 25)).verified
        False
        """
        return self.kind in {"official", "copy"} and self.read_on is not None and not self._older

    @property
    def reading(self) -> str:
        """How the text is known: its kind, or ``older`` or ``undated``.

        ``older`` where what was read is an older edition than the one in force, ``undated`` where it was read on a day
        that nobody noted down.

        Examples
        --------
        >>> Source(kind="copy", read_on=date(2026, 11, 25)).reading, Source(kind="copy").reading
        ('copy', 'undated')
        """
        if self.kind not in {"official", "copy"}:
            return self.kind
        return "older" if self._older else "undated" if self.read_on is None else self.kind

    def as_of(self, day: date) -> Self:
        """The same source for a plan of a day, which knows whether its edition is an older one then.

        Examples
        --------
        >>> seen = Source(kind="copy", read_on=date(2026, 11, 25), edition_until=date(2023, 6, 3))
        >>> [seen.as_of(day).reading for day in (date(2023, 6, 2), date(2023, 6, 3))]
        ['copy', 'older']
        """
        older = self.edition_until is not None and day >= self.edition_until
        if older == self._older:
            return self
        source = self.model_copy()
        source._older = older  # noqa: SLF001  (of a copy of itself)
        return source

    def __eq__(self, other: object) -> bool:
        """Whether the same is written in both, whatever the day of the plan."""
        return type(self) is type(other) and self._written() == other._written()

    def __hash__(self) -> int:
        return hash((type(self), *self._written()))


class Sourced(Shared):
    """Something that a document says."""

    reference: OptionalWording = ""
    """The document, as people read it; a text, or a text by language."""
    source: Source | None = None
    """Where its words were read; without it nobody says that they were, or they are the author's own."""
    typed_verified: bool | None = Field(default=None, alias="verified")
    """Without effect, from before there were sources: whether a text was read follows from ``source``."""
    _parts_verified: bool = PrivateAttr(default=True)

    @property
    def verified(self) -> bool:
        """Whether its text was read, and that of everything that it rests on.

        Examples
        --------
        >>> seen = Source(kind="official", read_on=date(2026, 11, 25))
        >>> Sourced(source=seen).verified, Sourced(source=seen).resting_on(False).verified
        (True, False)
        >>> Sourced(typed_verified=True).verified
        False
        """
        return self._parts_verified and self.source is not None and self.source.verified

    @property
    def reading(self) -> str:
        """How its text is known, one of ``READINGS``.

        As its source says; ``partly`` where the text was read and not all that it rests on; without a source ``own``
        where the reference says that it cites no text, else ``unnamed``.

        Examples
        --------
        >>> seen = Source(kind="official", read_on=date(2026, 11, 25))
        >>> Sourced(source=seen).reading, Sourced(source=seen).resting_on(False).reading
        ('official', 'partly')
        >>> Sourced(reference="study's own threshold").reading, Sourced(reference="Act 3").reading
        ('own', 'unnamed')
        """
        if self.source is None:
            reference = self.reference if isinstance(self.reference, str) else self.reference.get("en", "")
            return "own" if reference.startswith(OWN) else "unnamed"
        return self.source.reading if self._parts_verified or not self.source.verified else "partly"

    @property
    def is_own(self) -> bool:
        """Whether no document gives it: its author chose it, and says so."""
        return self.reading == "own"

    @property
    def official(self) -> bool:
        """Whether it is verified, and its own text was read where its publisher has it."""
        return self.verified and self.source is not None and self.source.kind == "official"

    def __eq__(self, other: object) -> bool:
        """Whether the same is written in both, whatever it rests on."""
        return type(self) is type(other) and self._written() == other._written()

    def __hash__(self) -> int:
        return hash((type(self), *self._written()))

    def resting_on(self, parts_verified: bool) -> Self:
        """The same entry, once it is known whether all that it rests on is verified."""
        entry = self.model_copy()
        entry._parts_verified = parts_verified  # noqa: SLF001  (of a copy of itself)
        return entry


AnySection = TypeVar("AnySection", bound=Section)


def as_of(section: AnySection, day: date) -> AnySection:
    """A section whose sources, and those of its parts, know whether what was read is an older edition on a day.

    Of what was over by then, its own last day counts: a clause that was repealed was read in the edition that it had.

    Examples
    --------
    >>> seen = Source(kind="copy", read_on=date(2026, 11, 25), edition_until=date(2023, 6, 3))
    >>> one = as_of(Sourced(source=seen), date(2025, 1, 1))
    >>> one.verified, one.reading, Sourced(source=seen).verified
    (False, 'older', True)
    """
    if isinstance(section, Source):
        return section.as_of(day)
    if isinstance(section, Dated) and section.until is not None:
        day = min(day, section.until - timedelta(days=1))
    changed: dict[str, object] = {}
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            dated: object = as_of(value, day)
        elif isinstance(value, tuple) and any(isinstance(part, Section) for part in value):
            parts = tuple(as_of(part, day) if isinstance(part, Section) else part for part in value)
            dated = value if all(map(operator.is_, parts, value)) else parts
        else:
            continue
        if dated is not value:
            changed[name] = dated
    return section.model_copy(update=changed) if changed else section


def written_verified(section: Section) -> Iterator[Keys]:
    """Where in a section, or in what stands inside it, ``verified`` is written.

    Examples
    --------
    >>> list(written_verified(Sourced(typed_verified=True))), list(written_verified(Sourced()))
    ([()], [])
    """
    if isinstance(section, Sourced) and section.typed_verified is not None:
        yield ()
    for name in type(section).model_fields:
        value = getattr(section, name)
        inside = enumerate(value) if isinstance(value, tuple) else ((None, value),)
        for number, part in inside:
            if isinstance(part, Section):
                yield from ((name, *(() if number is None else (number,)), *keys) for keys in written_verified(part))


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model in the order in which people read them: its own, then those that it shares with others.

    Examples
    --------
    >>> class Price(Titled, Dated):
    ...     amount: int
    >>> list(keys_of(Price))
    ['amount', 'title', 'since', 'until']
    """
    bases = [base for base in model.__mro__ if issubclass(base, BaseModel) and Shared in base.__bases__]
    shared = [name for base in bases for name in base.model_fields]
    specific = [name for name in model.model_fields if name not in shared]
    return {name: model.model_fields[name] for name in (*specific, *shared)}
