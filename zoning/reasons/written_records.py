"""Records as plain values for JSON, what recurs written once, and read back one by one when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from layers.conditions import Clause
from zoning.reasons.messages import Message, Term, plain_field, typed_field
from zoning.reasons.records import Days, EachLanguage, Record, Said, Titles

Plain = Any
"""What JSON has."""
Shape = Any
"""A form as tuples, which can be looked up: the kind of a gap, or what a form consists of."""
LISTS = ("questions", "clauses", "forms", "messages", "records")
"""What a writer has put into lists."""
LIKE = "like"
"""The key of a record that says only how it differs from an earlier one."""
SEVERAL = 3
"""So many facts that are not as in the first record make it worth to look for a nearer one."""
FILL = "fill"
"""The key of a gap in a form, with the kind of what fills it; "" for what stands there as it is."""
_DEFAULTS: Mapping[str, Plain] = {
    "reason": "", "amount": None, "unit": "", "when": "", "clauses": [], "rules": [], "values": None, "parameters": [],
    "days": None, "reference": "", "reading": "", "verified": None, "written": "", "links": [], "facts": {},
}  # fmt: skip

_AS_IT_IS = frozenset({str, int, bool, type(None)})
"""Types of which JSON has all values."""
_OLDER = {True: "read", False: "unread", None: ""}
"""How a text is known by what older runs say of it: whether it is verified, and not how."""
_KEYS: Mapping[str, Plain] = {
    "kind": None,
    "id": None,
    **{key: one for key, one in _DEFAULTS.items() if key != "facts"},
}
"""Every key but facts, with what a record has that does not say it."""


class RecordWriter:
    """Puts records and messages into lists in which each stands once, and what stands there is named by its place.

    Examples
    --------
    >>> writer = RecordWriter()
    >>> [writer.record(Record(kind="floor", id="2", amount=number)) for number in (2.0, 3.0)]
    [0, 1]
    >>> writer.records
    [{'kind': 'floor', 'id': '2', 'amount': 2.0}, {'like': 0, 'amount': 3.0}]
    """

    def __init__(self) -> None:
        self.questions: list[dict[str, Plain]] = []
        self.clauses: list[Plain] = []
        self.forms: list[Plain] = []
        self.messages: list[Plain] = []
        self.records: list[dict[str, Plain]] = []
        self._kinds: Mapping[type, Callable[[Any], Plain]] = {
            Clause: lambda one: {"clause": self._clause(one)},
            Message: lambda one: {"filled": self._filled(one)},
            Titles: self._recurring,
            Term: self._recurring,
            Decimal: self._recurring,
            dict: self._mapping,
            EachLanguage: lambda one: {"each": {"said": self._plain(one.said), "texts": dict(one.texts)}},
            list: self._several,
            tuple: self._several,
            float: plain_field,
        }
        self._known: dict[tuple[type, str], Plain] = {}
        self._asked: dict[tuple[Any, ...], int] = {}
        self._clauses: dict[int, tuple[Clause, int]] = {}
        self._forms: dict[Shape, int] = {}
        self._shapes: dict[type, Callable[[Any, list[Plain]], Shape]] = {
            Term: self._term_shape,
            str: self._plain_gap,
            int: self._plain_gap,
            bool: self._plain_gap,
        }
        self._messages: dict[str | Message, int] = {}
        self._placed: dict[int, tuple[str | Message, int]] = {}
        self._records: dict[int, tuple[Record, int]] = {}
        self._firsts: dict[tuple[str | None, ...], tuple[int, dict[str, Plain]]] = {}
        self._nearer: dict[tuple[str | None, ...], tuple[int, dict[str, Plain]]] = {}

    def message(self, said: str | Message) -> int:
        """The place of a message, or of a text as it stands in an older run."""
        known = self._placed.get(id(said))
        if known is None:  # the message is kept, so that no other gets its id
            place = self._messages.setdefault(said, len(self.messages))
            if place == len(self.messages):
                self.messages.append(self._filled(said) if isinstance(said, Message) else plain_field(said))
            known = self._placed[id(said)] = said, place
        return known[1]

    def record(self, record: Record) -> int:
        """The place of a record; the same one is written once."""
        known = self._records.get(id(record))
        if known is None:  # the record is kept, so that no other gets its id
            links = [self.record(one) for one in record.links]
            content = self._content(record)
            if links:
                content["links"] = links
            known = self._records[id(record)] = record, len(self.records)
            self.records.append(self._shortened(record, content, known[1]))
        return known[1]

    def _content(self, record: Record) -> dict[str, Plain]:
        """A record by its keys but links, those left out that have nothing to say."""
        said, days = record.said, record.days
        read = {name: value for one in said.clauses if isinstance(one, Clause) for name, value in one.values.items()}
        every = {
            "reason": record.reason and self._said(record.reason),
            "amount": self._plain(record.amount),
            "unit": record.unit,
            "when": record.when,
            "clauses": [self._clause(one) if isinstance(one, Clause) else dict(one) for one in said.clauses],
            "rules": [*said.rules],
            "values": None if list(said.values.items()) == list(read.items()) else self._plain(said.values),
            "parameters": [self._plain(one) for one in said.parameters],
            "days": days and [day and day.isoformat() for day in days],
            "reference": record.reference and self._said(record.reference),
            "reading": record.reading,
            "written": record.written,
            "facts": {
                name: value if type(value) in _AS_IT_IS else self._said(value) for name, value in record.facts.items()
            },
        }
        told = {name: value for name, value in every.items() if value or value == 0}
        return {"kind": record.kind, "id": record.id, **told}

    def _shortened(self, record: Record, content: dict[str, Plain], place: int) -> dict[str, Plain]:
        """A record by what is not as in the first of its kind and id, or else of its kind, that has the same facts.

        Where several facts are not, a later one may be nearer: quotas of a jurisdiction have its facts in common.
        """
        own, alike = (record.kind, record.id, *record.facts), (record.kind, None, *record.facts)
        known = self._firsts.get(own)
        if known is None:
            self._firsts[own] = place, content
            known = self._firsts.get(alike)
        if known is None:
            self._firsts[alike] = place, content
            return content
        found = _differing(content, known)
        if len(found.get("facts", ())) < SEVERAL:
            return found
        near = self._nearer.get(alike)
        if near is not None and _weight(nearer := _differing(content, near)) < _weight(found):
            return nearer
        self._nearer[alike] = place, content
        return found

    def _clause(self, clause: Clause) -> int:
        known = self._clauses.get(id(clause))
        if known is None:
            known = self._clauses[id(clause)] = clause, len(self.clauses)
            values, sides = [*map(plain_field, clause.values.values())], [*map(plain_field, clause.sides)]
            self.clauses.append([self._question(clause), clause.answer, values, sides, clause.decides])
        return known[1]

    def _question(self, clause: Clause) -> int:
        key = clause.text, tuple(clause.values), repr(clause.thresholds)
        if key not in self._asked:
            self._asked[key] = len(self.questions)
            asked = {"text": clause.text, "thresholds": dict(clause.thresholds), "reads": [*clause.values]}
            self.questions.append(asked)
        return self._asked[key]

    def _filled(self, value: Message | Mapping[str, object]) -> list[Plain]:
        """A message or several values by name as a form, and what fills its gaps."""
        values: list[Plain] = []
        shape = self._shape(value, values)
        place = self._forms.get(shape)
        if place is None:
            place = self._forms[shape] = len(self.forms)
            self.forms.append(_form(shape))
        return [place, *values]

    def _shape(self, value: object, values: list[Plain]) -> Shape:
        """What does not vary, so that what is alike is equal; what varies is put to the values."""
        put = self._shapes.get(type(value))
        if put is None:
            put = self._shapes[type(value)] = self._shape_of(value)
        return put(value, values)

    def _shape_of(self, value: object) -> Callable[[Any, list[Plain]], Shape]:
        """What shapes values of the type that one has."""
        match value:
            case Message():
                return self._message_shape
            case Mapping():
                return self._mapping_shape
            case Clause():
                return self._clause_shape
            case Decimal() | Fraction() | str() | int() | float():
                return self._gap
            case list() | tuple() if not isinstance(value, Titles):
                return self._several_shape
        return self._fixed

    def _message_shape(self, message: Message, values: list[Plain]) -> Shape:
        return "key", message.key, *self._named(message.fields, values)

    def _mapping_shape(self, named: Mapping[str, object], values: list[Plain]) -> Shape:
        return "map", *self._named(named, values)

    def _clause_shape(self, clause: Clause, values: list[Plain]) -> Shape:
        values.append(self._clause(clause))
        return "clause"

    def _several_shape(self, several: Iterable[object], values: list[Plain]) -> Shape:
        return "list", tuple([self._shape(one, values) for one in several])

    def _named(self, named: Mapping[str, object], values: list[Plain]) -> tuple[Shape, Shape]:
        return tuple(named), tuple([self._shape(one, values) for one in named.values()])

    @staticmethod
    def _term_shape(term: Term, _values: list[Plain]) -> Shape:
        return "term", term.kind, term.code

    @staticmethod
    def _plain_gap(value: object, values: list[Plain]) -> Shape:
        """Where a value stands of which JSON has all."""
        values.append(value)
        return ""

    def _fixed(self, value: object, _values: list[Plain]) -> Shape:
        """What stands in the form itself."""
        return "fixed", _Fixed(self._plain(value))

    @staticmethod
    def _gap(number: object, values: list[Plain]) -> Shape:
        """Where a number or a text stands."""
        plain = plain_field(number)
        kind, value = next(iter(plain.items())) if isinstance(plain, dict) else ("", plain)
        values.append(value)
        return kind

    def _said(self, value: object) -> Plain:
        """A message by its place where a table has it, else as it is."""
        known = self._placed.get(id(value)) if isinstance(value, Message) else None
        return {"message": known[1]} if known else self._plain(value)

    def _plain(self, value: object) -> Plain:
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        put = self._kinds.get(kind)
        if put is None:
            return self._mapping(value) if isinstance(value, Mapping) else plain_field(value)
        return put(value)

    def _recurring(self, value: Titles | Term | Decimal) -> Plain:
        """What many records have is one object in all of them, so that it is seen at once to be the same."""
        key = type(value), str(value) if isinstance(value, Decimal) else f"{value[0]} {value[1]}"
        known = self._known.get(key)
        if known is None:
            known = {"titles": [*value]} if isinstance(value, Titles) else plain_field(value)
            self._known[key] = known
        return known

    def _mapping(self, value: Mapping[str, object]) -> Plain:
        return {"filled": self._filled(value)}

    def _several(self, value: Iterable[object]) -> Plain:
        return [self._plain(one) for one in value]


def _differing(content: dict[str, Plain], known: tuple[int, dict[str, Plain]]) -> dict[str, Plain]:
    """A record by what is not as in another one with the same facts, of which the place and the content are known."""
    like, first = known
    found: dict[str, Plain] = {LIKE: like}
    for name, usual in _KEYS.items():
        one, was = content.get(name, usual), first.get(name, usual)
        if one is not was and (one != was or not _same(one, was)):
            found[name] = one
    if "facts" in content:
        theirs = first["facts"]
        facts = {
            name: one
            for name, one in content["facts"].items()
            if one is not (was := theirs[name]) and (one != was or not _same(one, was))
        }
        if facts:
            found["facts"] = facts
    return found


def _weight(written: dict[str, Plain]) -> int:
    """How much a record says."""
    return len(written) + len(written.get("facts", ()))


class _Fixed:
    """A plain value that is equal to those that are written alike."""

    def __init__(self, value: Plain) -> None:
        self.value, self._written = value, repr(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Fixed) and self._written == other._written

    def __hash__(self) -> int:
        return hash(self._written)


def _form(shape: Shape) -> Plain:
    """A form as JSON has it; its gaps by the kind of what fills them."""
    match shape:
        case ("key", key, names, shapes):
            return {"key": key, "fields": dict(zip(names, map(_form, shapes), strict=True))}
        case ("map", names, shapes):
            return {"map": dict(zip(names, map(_form, shapes), strict=True))}
        case ("list", shapes):
            return [*map(_form, shapes)]
        case ("term", kind, code):
            return {"term": [kind, code]}
        case ("fixed", fixed):
            return fixed.value
    return {FILL: shape}


class WrittenRecords:
    """The records of a run folder; each is read when somebody asks for it.

    Examples
    --------
    >>> writer = RecordWriter()
    >>> record = Record(kind="floor", id="2", amount=2.0, reason="two")
    >>> content = {"rows": {"quotas": [writer.record(record)]}, "units": {}}
    >>> content |= {name: getattr(writer, name) for name in LISTS}
    >>> WrittenRecords(content).of_rows("quotas", [0]) == [record]
    True
    """

    def __init__(self, content: Mapping[str, Plain]) -> None:
        self._content = content
        self._clauses: dict[int, Clause] = {}
        self._messages: dict[int, str | Message] = {}
        self._records: dict[int, Record] = {}

    def of_rows(self, table: str, places: Iterable[int]) -> list[Record]:
        """The records of some rows of a table, by the places of these."""
        rows = self._content["rows"].get(table, ())
        return [self._record(rows[place]) for place in places]

    def of_units(self, matter: str, ids: Iterable[str]) -> dict[str, list[Record]]:
        """The records of some units in a matter that has no table."""
        units = self._content["units"].get(matter, {})
        return {unit: [self._record(place) for place in units.get(unit, ())] for unit in ids}

    def message(self, place: int) -> str | Message:
        """A message by its place; a text of an older run stands as it is."""
        if place not in self._messages:
            written = self._content["messages"][place]
            self._messages[place] = self._filled(written) if isinstance(written, list) else self._typed(written)
        return self._messages[place]

    def _record(self, place: int) -> Record:
        if place not in self._records:
            self._records[place] = self._read(self._whole(place))
        return self._records[place]

    def _whole(self, place: int) -> dict[str, Plain]:
        """A record with all its keys, those of the one that it is like included."""
        written = self._content["records"][place]
        first = self._whole(written[LIKE]) if LIKE in written else _DEFAULTS
        return {**first, **written, "facts": {**first["facts"], **written.get("facts", {})}}

    def _read(self, one: Mapping[str, Plain]) -> Record:
        clauses = tuple(self._clause(part) if isinstance(part, int) else part for part in one["clauses"])
        read = {name: value for part in clauses if isinstance(part, Clause) for name, value in part.values.items()}
        days = one["days"]
        return Record(
            kind=one["kind"],
            id=one["id"],
            reason=self._typed(one["reason"]),
            amount=self._typed(one["amount"]),
            unit=one["unit"],
            when=one["when"],
            said=Said(
                clauses=clauses,
                rules=tuple(one["rules"]),
                values=read if one["values"] is None else self._typed(one["values"]),
                parameters=tuple(self._typed(part) for part in one["parameters"]),
            ),
            days=days and Days(*(day and date.fromisoformat(day) for day in days)),
            reference=self._typed(one["reference"]),
            reading=one["reading"] or _OLDER[one["verified"]],
            written=one["written"],
            links=tuple(self._record(part) for part in one["links"]),
            facts={name: self._typed(value) for name, value in one["facts"].items()},
        )

    def _clause(self, place: int) -> Clause:
        if place not in self._clauses:
            asked, answer, values, sides, decides = self._content["clauses"][place]
            question = self._content["questions"][asked]
            read = dict(zip(question["reads"], map(self._typed, values), strict=True))
            compared = tuple(map(self._typed, sides))
            self._clauses[place] = Clause(question["text"], answer, read, question["thresholds"], compared, decides)
        return self._clauses[place]

    def _filled(self, written: list[Plain]) -> Any:
        place, *values = written
        return self._fill(self._content["forms"][place], iter(values))

    def _fill(self, form: Plain, values: Iterator[Plain]) -> Any:
        if isinstance(form, list):
            return tuple(self._fill(one, values) for one in form)
        if isinstance(form, dict) and "key" in form:
            return Message(form["key"], {name: self._fill(one, values) for name, one in form["fields"].items()})
        if isinstance(form, dict) and "map" in form:
            return {name: self._fill(one, values) for name, one in form["map"].items()}
        if isinstance(form, dict) and FILL in form:
            value = next(values)
            return self._typed({form[FILL]: value} if form[FILL] else value)
        return self._typed(form)

    def _typed(self, value: Plain) -> Any:
        return typed_field(value, self._reads)

    @property
    def _reads(self) -> Mapping[str, Any]:
        """How what only records have is read, and what stands elsewhere."""
        return {
            "clause": lambda place: self._clause(place) if isinstance(place, int) else Clause(**_listed(place)),
            "message": self.message,
            "filled": self._filled,
            "titles": lambda pair: Titles(*pair),
            "each": lambda one: EachLanguage(self._typed(one["said"]), one["texts"]),
        }


def _same(one: Plain, other: Plain) -> bool:
    """Whether two values that are equal are written alike: 1, 1.0 and true are not."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        return list(one) == list(other) and all(map(_same, one.values(), other.values()))
    if kind is list:
        return all(map(_same, one, other))
    return kind is not float or bool(one) or repr(one) == repr(other)  # 0.0 and -0.0 are not alike


def _listed(clause: Mapping[str, Plain]) -> dict[str, Plain]:
    """A clause as runs wrote it before each stood once."""
    return {**clause, "sides": tuple(clause["sides"])}
