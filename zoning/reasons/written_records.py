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
    **{key: default for key, default in _DEFAULTS.items() if key != "facts"},
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
            Clause: lambda clause: {"clause": self._clause(clause)},
            Message: lambda message: {"filled": self._filled(message)},
            Titles: self._recurring,
            Term: self._recurring,
            Decimal: self._recurring,
            dict: self._mapping,
            EachLanguage: lambda each_language: {
                "each": {"said": self._plain(each_language.message), "texts": dict(each_language.texts)}
            },
            list: self._several,
            tuple: self._several,
            float: plain_field,
        }
        self._known: dict[tuple[type, str], Plain] = {}
        self._numbers: dict[tuple[Any, ...], int] = {}
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

    def message(self, text: str | Message) -> int:
        """The place of a message, or of a text as it stands in an older run."""
        known = self._placed.get(id(text))
        if known is None:  # the message is kept, so that no other gets its id
            position = self._messages.setdefault(text, len(self.messages))
            if position == len(self.messages):
                self.messages.append(self._filled(text) if isinstance(text, Message) else plain_field(text))
            known = self._placed[id(text)] = text, position
        return known[1]

    def record(self, record: Record) -> int:
        """The place of a record; the same one is written once."""
        known = self._records.get(id(record))
        if known is None:  # the record is kept, so that no other gets its id
            links = [self.record(link) for link in record.links]
            content = self._content(record)
            if links:
                content["links"] = links
            known = self._records[id(record)] = record, len(self.records)
            self.records.append(self._shortened(record, content, known[1]))
        return known[1]

    def _content(self, record: Record) -> dict[str, Plain]:
        """A record by its keys but links, those left out that have nothing to say."""
        grounds, days = record.evidence, record.days
        read = {
            name: value
            for clause in grounds.clauses
            if isinstance(clause, Clause)
            for name, value in clause.values.items()
        }
        every = {
            "reason": record.reason and self._message(record.reason),
            "amount": self._plain(record.amount),
            "unit": record.unit,
            "when": record.when,
            "clauses": [
                self._clause(clause) if isinstance(clause, Clause) else dict(clause) for clause in grounds.clauses
            ],
            "rules": [*grounds.rules],
            "values": None if list(grounds.values.items()) == list(read.items()) else self._plain(grounds.values),
            "parameters": [self._plain(parameter) for parameter in grounds.parameters],
            "days": days and [day and day.isoformat() for day in days],
            "reference": record.reference and self._message(record.reference),
            "reading": record.reading,
            "written": record.written,
            "facts": {
                name: value if type(value) in _AS_IT_IS else self._message(value)
                for name, value in record.facts.items()
            },
        }
        nonempty = {name: value for name, value in every.items() if value or value == 0}
        return {"kind": record.kind, "id": record.id, **nonempty}

    def _shortened(self, record: Record, content: dict[str, Plain], position: int) -> dict[str, Plain]:
        """A record by what is not as in the first of its kind and id, or else of its kind, that has the same facts.

        Where several facts are not, a later one may be nearer: quotas of a jurisdiction have its facts in common.
        """
        key, alike = (record.kind, record.id, *record.facts), (record.kind, None, *record.facts)
        known = self._firsts.get(key)
        if known is None:
            self._firsts[key] = position, content
            known = self._firsts.get(alike)
        if known is None:
            self._firsts[alike] = position, content
            return content
        difference = _differing(content, known)
        if len(difference.get("facts", ())) < SEVERAL:
            return difference
        near = self._nearer.get(alike)
        if near is not None and _weight(nearer := _differing(content, near)) < _weight(difference):
            return nearer
        self._nearer[alike] = position, content
        return difference

    def _clause(self, clause: Clause) -> int:
        known = self._clauses.get(id(clause))
        if known is None:
            known = self._clauses[id(clause)] = clause, len(self.clauses)
            values, sides = [*map(plain_field, clause.values.values())], [*map(plain_field, clause.sides)]
            self.clauses.append([self._question(clause), clause.answer, values, sides, clause.decides])
        return known[1]

    def _question(self, clause: Clause) -> int:
        key = clause.text, tuple(clause.values), repr(clause.thresholds)
        if key not in self._numbers:
            self._numbers[key] = len(self.questions)
            question = {"text": clause.text, "thresholds": dict(clause.thresholds), "reads": [*clause.values]}
            self.questions.append(question)
        return self._numbers[key]

    def _filled(self, value: Message | Mapping[str, object]) -> list[Plain]:
        """A message or several values by name as a form, and what fills its gaps."""
        values: list[Plain] = []
        shape = self._shape(value, values)
        position = self._forms.get(shape)
        if position is None:
            position = self._forms[shape] = len(self.forms)
            self.forms.append(_form(shape))
        return [position, *values]

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
        return "list", tuple([self._shape(part, values) for part in several])

    def _named(self, named: Mapping[str, object], values: list[Plain]) -> tuple[Shape, Shape]:
        return tuple(named), tuple([self._shape(part, values) for part in named.values()])

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

    def _message(self, value: object) -> Plain:
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
        return [self._plain(part) for part in value]


def _differing(content: dict[str, Plain], known: tuple[int, dict[str, Plain]]) -> dict[str, Plain]:
    """A record by what is not as in another one with the same facts, of which the place and the content are known."""
    like, first = known
    difference: dict[str, Plain] = {LIKE: like}
    for name, usual in _KEYS.items():
        now, was = content.get(name, usual), first.get(name, usual)
        if now is not was and (now != was or not _same(now, was)):
            difference[name] = now
    if "facts" in content:
        theirs = first["facts"]
        facts = {
            name: fact
            for name, fact in content["facts"].items()
            if fact is not (was := theirs[name]) and (fact != was or not _same(fact, was))
        }
        if facts:
            difference["facts"] = facts
    return difference


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
        return [self._record(rows[position]) for position in places]

    def of_units(self, matter: str, ids: Iterable[str]) -> dict[str, list[Record]]:
        """The records of some units in a matter that has no table."""
        units = self._content["units"].get(matter, {})
        return {unit: [self._record(position) for position in units.get(unit, ())] for unit in ids}

    def message(self, position: int) -> str | Message:
        """A message by its place; a text of an older run stands as it is."""
        if position not in self._messages:
            written = self._content["messages"][position]
            self._messages[position] = self._filled(written) if isinstance(written, list) else self._typed(written)
        return self._messages[position]

    def _record(self, position: int) -> Record:
        if position not in self._records:
            self._records[position] = self._read(self._whole(position))
        return self._records[position]

    def _whole(self, position: int) -> dict[str, Plain]:
        """A record with all its keys, those of the one that it is like included."""
        written = self._content["records"][position]
        first = self._whole(written[LIKE]) if LIKE in written else _DEFAULTS
        return {**first, **written, "facts": {**first["facts"], **written.get("facts", {})}}

    def _read(self, content: Mapping[str, Plain]) -> Record:
        clauses = tuple(self._clause(part) if isinstance(part, int) else part for part in content["clauses"])
        read = {name: value for part in clauses if isinstance(part, Clause) for name, value in part.values.items()}
        days = content["days"]
        return Record(
            kind=content["kind"],
            id=content["id"],
            reason=self._typed(content["reason"]),
            amount=self._typed(content["amount"]),
            unit=content["unit"],
            when=content["when"],
            evidence=Said(
                clauses=clauses,
                rules=tuple(content["rules"]),
                values=read if content["values"] is None else self._typed(content["values"]),
                parameters=tuple(self._typed(part) for part in content["parameters"]),
            ),
            days=days and Days(*(day and date.fromisoformat(day) for day in days)),
            reference=self._typed(content["reference"]),
            reading=content["reading"] or _OLDER[content["verified"]],
            written=content["written"],
            links=tuple(self._record(part) for part in content["links"]),
            facts={name: self._typed(value) for name, value in content["facts"].items()},
        )

    def _clause(self, position: int) -> Clause:
        if position not in self._clauses:
            question_position, answer, values, sides, decides = self._content["clauses"][position]
            question = self._content["questions"][question_position]
            read = dict(zip(question["reads"], map(self._typed, values), strict=True))
            compared = tuple(map(self._typed, sides))
            self._clauses[position] = Clause(question["text"], answer, read, question["thresholds"], compared, decides)
        return self._clauses[position]

    def _filled(self, written: list[Plain]) -> Any:
        position, *values = written
        return self._fill(self._content["forms"][position], iter(values))

    def _fill(self, form: Plain, values: Iterator[Plain]) -> Any:
        if isinstance(form, list):
            return tuple(self._fill(part, values) for part in form)
        if isinstance(form, dict) and "key" in form:
            return Message(form["key"], {name: self._fill(part, values) for name, part in form["fields"].items()})
        if isinstance(form, dict) and "map" in form:
            return {name: self._fill(part, values) for name, part in form["map"].items()}
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
            "clause": lambda written: self._clause(written) if isinstance(written, int) else Clause(**_listed(written)),
            "message": self.message,
            "filled": self._filled,
            "titles": lambda pair: Titles(*pair),
            "each": lambda content: EachLanguage(self._typed(content["said"]), content["texts"]),
        }


def _same(value: Plain, other: Plain) -> bool:
    """Whether two values that are equal are written alike: 1, 1.0 and true are not."""
    kind = type(value)
    if kind is not type(other):
        return False
    if kind is dict:
        return list(value) == list(other) and all(map(_same, value.values(), other.values()))
    if kind is list:
        return all(map(_same, value, other))
    return kind is not float or bool(value) or repr(value) == repr(other)  # 0.0 and -0.0 are not alike


def _listed(clause: Mapping[str, Plain]) -> dict[str, Plain]:
    """A clause as runs wrote it before each stood once."""
    return {**clause, "sides": tuple(clause["sides"])}
