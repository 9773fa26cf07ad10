"""The folder of a rulebook as it is written, of all days: every entry with its place, and what was verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from layers.conditions import parse_condition
from layers.errors import Finding, LimitError, SeveralErrors, ZoneplanError, raise_all, shown
from layers.phrases import AND, BESIDE, Phrase, phrase_list, template
from layers.sources import Document, Section, Sourced, parse_document, read_toml_text, written_verified
from zoning.errors import RulebookError, near
from zoning.rulebook.chapter_schemas import (
    AgreementModel,
    AgreementModels,
    Branch,
    Branches,
    Case,
    Cases,
    Coverage,
    CoveredInstrument,
    Industries,
    Industry,
    IndustryList,
    Membership,
    Place,
    Region,
    Regions,
    Scheme,
    Schemes,
)
from zoning.rulebook.schema import (
    Decisions,
    Derived,
    Floor,
    Head,
    Indicator,
    Indicators,
    InstrumentTerm,
    Land,
    Line,
    Lines,
    Locked,
    MeasureTerm,
    Norm,
    Parameter,
    Parameters,
    Policies,
    Policy,
    Rule,
    Rules,
    Term,
    Terms,
    UnitTerm,
    Zone,
    Zones,
)

Entry = Rule | Policy | Floor | Derived | Norm
One = TypeVar("One", Rule, Policy, Floor, Derived, Norm)


def names_read(entry: Entry) -> frozenset[str]:
    """Every name that an entry reads, settings and exceptions of policies included."""
    if isinstance(entry, Derived | Norm):
        return entry.names
    if isinstance(entry, Floor):
        return frozenset((entry.of, entry.at_least))
    read = parse_condition(entry.when).names
    if isinstance(entry, Policy):
        read |= {value for value in entry.parameters.values() if isinstance(value, str)}
        read = read.union(*(parse_condition(exception.when).names for exception in entry.exceptions))
    return read


class Verification:
    """What the entries of a rulebook rest on, on one day.

    An entry rests on the parameters and derived measures that it reads; a policy on its extent, its exceptions and the
    items of its list as well; a scheme on its numbers, a list on its items, a region on those of its places that
    have a source. What is no number of the rulebook, such as
    a measure or a zone, is no part: whether a unit is in a zone is said by the zone's own rules.
    """

    def __init__(
        self,
        parameters: Mapping[str, Sourced],
        derived: Iterable[Derived],
        lists: Iterable[IndustryList],
        items: Iterable[Industry],
    ) -> None:
        self._verified = {name: parameter.verified for name, parameter in parameters.items()}
        self._of_lists: dict[str, bool] = {}
        for item in items:
            self._of_lists[item.list] = self._of_lists.get(item.list, True) and item.verified
        self.lists = tuple(
            industry_list.resting_on(self._of_lists.get(industry_list.id, True)) for industry_list in lists
        )
        for industry_list in self.lists:
            self._of_lists[industry_list.id] = industry_list.verified
        self.derived = tuple(map(self._derive, derived))

    def of(self, entries: Iterable[One]) -> tuple[One, ...]:
        """The entries, each at most as verified as what it rests on."""
        return tuple(map(self._resting, entries))

    def of_schemes(self, schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
        """The schemes, each at most as verified as its numbers."""
        return tuple(scheme.resting_on(all(number.verified for number in scheme.parameters)) for scheme in schemes)

    def _resting(self, entry: One) -> One:
        return entry.resting_on(self._rests_on_verified(entry))

    def _derive(self, derived: Derived) -> Derived:
        measure = self._resting(derived)
        self._verified[measure.name] = measure.verified
        return measure

    def _rests_on_verified(self, entry: Entry) -> bool:
        parts = [self._verified.get(name, True) for name in names_read(entry)]
        if isinstance(entry, Policy):
            parts += [exception.verified for exception in entry.exceptions]
            parts += [entry.extent.verified] if entry.extent else []
            parts += [self._of_lists.get(entry.list, True)] if entry.list else []
        if isinstance(entry, Membership):
            parts += [territory.verified for territory in entry.places if territory.source is not None]
        return all(parts)


def typed_verified_note(draft: Draft) -> Iterator[Finding]:
    """The note that a rulebook says of its texts that they were read, and not where; one for all its entries."""
    kinds = {kind.name: getattr(draft, kind.name) for kind in fields(draft)}
    places = [
        draft.where(kind, number, *keys, "verified")
        for kind, entries in kinds.items()
        if isinstance(entries, tuple)
        for number, entry in enumerate(entries)
        for keys in written_verified(entry)
    ]
    if places:
        text = Phrase(
            "rulebook '{rulebook}' writes 'verified' in {count} entry ({places}): this has no effect. {remedy}"
            if len(places) == 1
            else "rulebook '{rulebook}' writes 'verified' in {count} entries ({places}): this has no effect. {remedy}",
            rulebook=draft.head.name,
            count=len(places),
            places=shown(places),
            remedy=Phrase(
                'Whether a text was read follows from its source: write source = {{ document = "...", url = "...", '
                'read_on = 2025-01-31, kind = "official" }}'
            ),
        )
        yield Finding("note", "typed_verified", draft.head.name, tuple(places[:5]), len(places), text)


def unread_languages_note(draft: Draft) -> Iterator[Finding]:
    """The note that a rulebook has texts in languages that it does not list, as a copy from which one was dropped."""
    entries = (draft.head, *(section for kind in fields(draft) for section in _entries(getattr(draft, kind.name))))
    unread = sorted({tag for entry in entries for texts in _texts_in(entry) for tag in texts} - {*draft.head.languages})
    if unread:
        text = Phrase(
            "rulebook '{rulebook}' has texts in {languages}, which nobody reads: rulebook.toml does not list it among "
            "its languages. List it there, or take its texts out",
            rulebook=draft.head.name,
            languages=phrase_list(unread),
        )
        yield Finding("note", "unread_language", draft.head.name, tuple(unread), len(unread), text)


def _entries(value: object) -> Iterator[Section]:
    if isinstance(value, tuple):
        yield from (section for section in value if isinstance(section, Section))


def _texts_in(section: Section) -> Iterator[dict[str, str]]:
    """The texts by language of an entry and of its parts; each has an English one."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, dict) and "en" in value:
            yield value
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Section):
                yield from _texts_in(part)


FILES: Mapping[str, type[Section]] = {
    "rulebook.toml": Head,
    "zones.toml": Zones,
    "indicators.toml": Indicators,
    "land.toml": Land,
    "parameters.toml": Parameters,
    "rules.toml": Rules,
    "lines.toml": Lines,
    "policies.toml": Policies,
    "decisions.toml": Decisions,
    "industries.toml": Industries,
    "classification.toml": Branches,
    "energy.toml": Schemes,
    "agreements.toml": AgreementModels,
    "coverage.toml": Coverage,
    "regions.toml": Regions,
    "terms.toml": Terms,
}
"""The files of a rulebook and what each holds."""

LAWS = Path(__file__).parent.parent / "rulebooks"
NEEDED = ("rulebook.toml", "zones.toml")
TABLES = (".csv", ".xlsx")
"""How the names of files end that may be tables of lists."""
NOR = template("{first} nor {rest}")
MAX_FILES = 500
MAX_NOTE_BYTES = 1_000_000
HOMES = {
    "floors": "lines.toml",
    "schemes": "energy.toml",
    "derived": "land.toml",
    "norms": "land.toml",
    "lists": "industries.toml",
    "places": "regions.toml",
    **dict.fromkeys(Terms.model_fields, "terms.toml"),
}
"""Files of entries that are not called after them."""


@dataclass(frozen=True)
class Draft:
    """A rulebook as written."""

    folder: Path
    head: Head
    zones: tuple[Zone, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    rules: tuple[Rule, ...] = ()
    lines: tuple[Line, ...] = ()
    floors: tuple[Floor, ...] = ()
    policies: tuple[Policy, ...] = ()
    decisions: tuple[Locked, ...] = ()
    lists: tuple[IndustryList, ...] = ()
    industries: tuple[Industry, ...] = ()
    classification: tuple[Branch, ...] = ()
    schemes: tuple[Scheme, ...] = ()
    agreements: tuple[AgreementModel, ...] = ()
    coverage: tuple[CoveredInstrument, ...] = ()
    places: tuple[Place, ...] = ()
    regions: tuple[Region, ...] = ()
    derived: tuple[Derived, ...] = ()
    norms: tuple[Norm, ...] = ()
    roles: tuple[Term, ...] = ()
    instruments: tuple[InstrumentTerm, ...] = ()
    units: tuple[UnitTerm, ...] = ()
    settings: tuple[Term, ...] = ()
    measures: tuple[MeasureTerm, ...] = ()
    cases: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    documents: Mapping[str, Document] = field(default_factory=dict, repr=False)

    def where(self, kind: str, *keys: str | int, file: str = "") -> str:
        """File, line and column of an entry or of one of its keys."""
        name = file or HOMES.get(kind, f"{kind}.toml")
        path = keys if kind == "rulebook" else (kind, *keys)
        document = self.documents.get(name)
        location = document.where(*path) if document else name
        return (
            Phrase(BESIDE, first=_prefix(self.folder, name), rest=location)
            if document
            else f"{self.folder.name}/{name}"
        )

    def fault(self, text: str, kind: str, *keys: str | int, file: str = "") -> RulebookError:
        """A complaint about an entry."""
        return RulebookError(Phrase("{place}: {said}", place=self.where(kind, *keys, file=file), said=text))


def find_rulebook(name_or_path: str | Path) -> Path:
    """The folder of a rulebook: built in, or a path."""
    if isinstance(name_or_path, Path) or "/" in name_or_path or "\\" in name_or_path:
        folder = Path(name_or_path)
        if not folder.is_dir():
            raise RulebookError(
                Phrase(
                    "rulebook {path}: there is no such folder; give a folder of TOML files",
                    path=name_or_path,
                )
            )
        return folder.resolve()
    known = builtin_rulebooks()
    if name_or_path not in known:
        guess = near(name_or_path, known)
        listed = Phrase(" ({known} are there)", known=phrase_list(known)) if "did you mean" in guess else ""
        raise RulebookError(
            Phrase(
                "there is no built-in rulebook '{rulebook}'{hint}{listed}; for a folder of your own give its path",
                rulebook=name_or_path,
                hint=guess,
                listed=listed,
            ),
            code="unknown_rulebook",
        )
    return LAWS / name_or_path


def builtin_rulebooks() -> tuple[str, ...]:
    """The names of the rulebooks that come with zoneplan.

    Returns
    -------
    tuple of str
        Sorted; each is one for :func:`read_rulebook`.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.rulebook import builtin_rulebooks
    >>> "main_functional_areas" in builtin_rulebooks()
    True
    """
    return tuple(sorted(path.parent.name for path in LAWS.glob("*/rulebook.toml")))


def read_draft(name_or_path: str | Path) -> Draft:
    """The folder of a rulebook, its form checked and nothing more."""
    folder = find_rulebook(name_or_path)
    if not any((folder / name).exists() for name in NEEDED):
        plan = Path(name_or_path) / "plan.toml"
        hint = Phrase("; for the plan in it give the file itself: {plan}", plan=plan) if plan.is_file() else ""
        raise RulebookError(
            Phrase(
                "{path}: this is no rulebook, for it has neither {needed}{hint}",
                path=name_or_path,
                needed=phrase_list(NEEDED, NOR),
                hint=hint,
            )
        )
    names = _file_names(folder)
    errors: list[ZoneplanError] = [
        RulebookError(
            Phrase(
                "{folder}: file '{file}' does not belong into a rulebook: move it elsewhere{hint}",
                folder=folder.name,
                file=name,
                hint=near(name, FILES),
            )
        )
        for name in names
        if not _belongs(name)
    ]
    errors += [
        RulebookError(
            Phrase(
                "{folder}: there is no {name}; a rulebook needs {needed}",
                folder=folder.name,
                name=name,
                needed=phrase_list(NEEDED, AND),
            )
        )
        for name in NEEDED
        if name not in names
    ]
    read: dict[str, tuple[Section, Document]] = {}
    for name in names:
        if _belongs(name) and name.endswith(".toml"):
            try:
                text = read_toml_text(folder / name, RulebookError)
                read[name] = _parsed(folder / name, text, FILES.get(name, Cases))
            except RulebookError as error:
                errors.append(
                    RulebookError(Phrase("{first}{rest}", first=_prefix(folder, name), rest=error), layer=error.layer)
                )
            except SeveralErrors as several:
                errors += [
                    RulebookError(Phrase("{first}{rest}", first=_prefix(folder, name), rest=error), layer=error.layer)
                    for error in several.errors
                ]
    raise_all(errors)
    notes = {name: _read_note(folder / name) for name in names if name not in read}
    return _assembled(folder, read, notes)


def parse_draft(folder: Path, files: Mapping[str, bytes], *, written: bool = False) -> Draft:
    """The draft that files in memory say, such as those of :attr:`Draft.files`."""
    raise_all(
        RulebookError(Phrase("{folder}: there is no {name}", folder=folder.name, name=name))
        for name in NEEDED
        if name not in files
    )
    read = {
        name: _parsed(folder / name, content.decode(), FILES.get(name, Cases), written=written)
        for name, content in files.items()
        if name.endswith(".toml")
    }
    return _assembled(folder, read, {name: content for name, content in files.items() if name not in read})


@lru_cache(maxsize=512)
def _parsed(path: Path, text: str, model: type[Any], *, written: bool = False) -> tuple[Any, Document]:
    """A file as its frozen model, kept: one that says the same, in a variant or another plan, is not parsed again."""
    return parse_document(Document(path, text, written=written), model, RulebookError)


def rulebook_files(folder: Path) -> dict[str, bytes]:
    """The files of a rulebook as they stand on the disk, unread, by their path inside its folder, sorted."""
    return {name: (folder / name).read_bytes() for name in sorted(_file_names(folder))}


def _read_note(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_NOTE_BYTES:
        raise LimitError(
            Phrase(
                "{parent}: {file} has {size:,} bytes; a note may have {most:,}",
                parent=path.parent.name,
                file=path.name,
                size=size,
                most=MAX_NOTE_BYTES,
            )
        )
    return path.read_bytes()


def _file_names(folder: Path) -> list[str]:
    """All files below the folder, hidden ones apart, by their path inside it, sorted."""
    names = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and not any(part.startswith(".") for part in Path(name).parts):
            if path.is_symlink() or not path.is_file():
                raise RulebookError(
                    Phrase(
                        "{folder}: {name} is a link, or no regular file; put the file itself there",
                        folder=folder.name,
                        name=name,
                    )
                )
            names.append(name)
        if len(names) > MAX_FILES:
            raise RulebookError(
                Phrase(
                    "{folder}: more than {most} files; is this the folder of a rulebook?",
                    folder=folder,
                    most=MAX_FILES,
                )
            )
    return names


def _belongs(name: str) -> bool:
    top, _, rest = name.partition("/")
    in_cases = top == "cases" and rest.endswith(".toml") and "/" not in rest
    return name in FILES or in_cases or (not rest and name.lower().endswith((".md", *TABLES)))


def _prefix(folder: Path, name: str) -> str:
    """What stands before the file's own name in messages: the rulebook, and the folder of cases."""
    return f"{(Path(folder.name) / name).parent.as_posix()}/"


def _assembled(folder: Path, read: Mapping[str, tuple[Any, Document]], notes: Mapping[str, bytes]) -> Draft:
    parts = [read[name][0] for name in FILES if name in read and FILES[name] is not Head]
    files = {**{name: document.text.encode() for name, (_, document) in read.items()}, **notes}
    return Draft(
        folder=folder,
        head=read["rulebook.toml"][0],
        **{kind: getattr(part, kind) for part in parts for kind in type(part).model_fields},
        cases={name: part.cases for name, (part, _) in read.items() if name.startswith("cases/")},
        files=dict(sorted(files.items())),
        documents={name: document for name, (_, document) in read.items()},
    )
