"""The grammar of conditions: a strict subset of OGC CQL2-Text, and the tree into which it is read."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from layers.errors import ConditionError
from layers.phrases import Phrase, phrase_list


@dataclass(frozen=True)
class Node:
    """A part of a condition."""

    start: int
    end: int
    depth: int

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts it is made of, in the order of the text."""
        values = (getattr(self, field.name) for field in fields(self))
        listed = (value if isinstance(value, tuple) else (value,) for value in values)
        return tuple(part for parts in listed for part in parts if isinstance(part, Node))


@dataclass(frozen=True)
class Constant(Node):
    """A number, text or truth value as written."""

    value: float | str | bool


@dataclass(frozen=True)
class Name(Node):
    """A column or a parameter."""

    name: str


@dataclass(frozen=True)
class Minus(Node):
    """The negative of a number."""

    operand: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """A chain of + and -, or of * and /, taken from the left."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Comparison(Node):
    """Two values compared by one of = <> < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    """A number between two others, both included."""

    value: Node
    low: Node
    high: Node
    negated: bool


@dataclass(frozen=True)
class Among(Node):
    """A value that is one of several."""

    value: Node
    options: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True)
class Like(Node):
    """A text that fits a pattern: ``%`` any characters, ``_`` one; a backslash takes the next character as it is."""

    value: Node
    pattern: str
    negated: bool


@dataclass(frozen=True)
class Missing(Node):
    """A value that is missing, or with ``negated`` is there."""

    value: Node
    negated: bool


@dataclass(frozen=True)
class Opposite(Node):
    """NOT of a condition."""

    operand: Node


@dataclass(frozen=True)
class Joined(Node):
    """Conditions joined by AND, or by OR."""

    word: str
    operands: tuple[Node, ...]


CONDITIONS = (Comparison, Between, Among, Like, Missing, Opposite, Joined)
"""The parts that are yes, no or unknown by their form; a name or a constant may be, too."""


def walk(node: Node) -> Iterator[Node]:
    """A part and all below it, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


@dataclass(frozen=True)
class Expression:
    """A text in the language of conditions, read and ready to be asked."""

    text: str
    tree: Node = field(repr=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """The columns and parameters it reads."""
        return frozenset(node.name for node in walk(self.tree) if isinstance(node, Name))

    @cached_property
    def compared(self) -> tuple[frozenset[str], ...]:
        """Of each comparison the columns and parameters that stand in it by themselves, side by side."""
        sides = (part.children for part in walk(self.tree) if isinstance(part, Comparison | Between))
        return tuple(frozenset(child.name for child in some if isinstance(child, Name)) for some in sides)

    @cached_property
    def numbers(self) -> tuple[Constant, ...]:
        """The numbers written in it, in order, each with its place (``start``, ``end``) in the text."""
        constants = (node for node in walk(self.tree) if isinstance(node, Constant))
        return tuple(node for node in constants if isinstance(node.value, float) and not isinstance(node.value, bool))


def pointed(message: str, text: str, start: int, end: int) -> str:
    """A message with its place in the text: column, line, and carets under it.

    Examples
    --------
    >>> print(pointed("unexpected '=='", "slope == 25", 6, 8))
    unexpected '==' (column 7):
        slope == 25
              ^^
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    line = Phrase("line {line}, ", line=text.count(chr(10), 0, start) + 1) if "\n" in text else ""
    left, right = max(first, start - 60), min(last, max(min(end, start + 60), start) + 20)
    before, after = ("..." if left > first else ""), ("..." if right < last else "")
    under = "".join("\u3000" if _wide(character) else " " for character in before + text[left:start])
    carets = "^" * max(1, sum(1 + _wide(character) for character in text[start : min(end, right)]))
    shown = f"{before}{_printable(text[left:right])}{after}"
    return Phrase(
        "{message} ({line}column {column}):\n    {shown}\n    {under}{carets}",
        message=message,
        line=line,
        column=start - first + 1,
        shown=shown,
        under=under,
        carets=carets,
    )


def _wide(character: str) -> bool:
    """Whether it takes two columns of a terminal, as Chinese characters do."""
    return unicodedata.east_asian_width(character) in "WF"


def _printable(text: str) -> str:
    """The text without control characters: they must not reach a terminal."""
    return "".join(
        character if character.isprintable() else " " if character == "\t" else "\ufffd" for character in text
    )


MAX_LENGTH = 2000
MAX_TOKENS = 1000
MAX_DEPTH = 50
VALUE_NEEDED = Phrase("a value is needed here, such as people / area_km2")
KEYWORDS = frozenset({"and", "or", "not", "between", "in", "like", "is", "null", "true", "false"})

GRAMMAR = r"""
?start: either
?either: both (OR both)*
?both: negation (AND negation)*
?negation: NOT negation                                  -> no
         | predicate
?predicate: sum
          | sum COMPARISON sum                           -> comparison
          | sum NOT? BETWEEN sum AND sum                 -> between
          | sum NOT? IN "(" sum ("," sum)* ")"           -> among
          | sum NOT? LIKE TEXT                           -> like
          | sum IS NOT? NULL                             -> missing
?sum: product
    | product ((PLUS | MINUS) product)+                  -> chain
?product: signed
        | signed ((TIMES | OVER) signed)+                -> chain
?signed: MINUS signed                                    -> minus
       | atom
?atom: NUMBER -> number
     | TEXT -> text
     | (TRUE | FALSE) -> truth
     | NAME -> name
     | QUOTED -> quoted
     | "(" either ")" -> group
COMPARISON: "<=" | ">=" | "<>" | "=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
OVER: "/"
AND: /AND\b/i
OR: /OR\b/i
NOT: /NOT\b/i
BETWEEN: /BETWEEN\b/i
IN: /IN\b/i
LIKE: /LIKE\b/i
IS: /IS\b/i
NULL: /NULL\b/i
TRUE: /TRUE\b/i
FALSE: /FALSE\b/i
NAME: /(?!(?:and|or|not|between|in|like|is|null|true|false)\b)[^\W\d]\w*/i
QUOTED: /"(?:[^"]|"")+"/
TEXT: /'(?:[^']|'')*'/
NUMBER: /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/
%ignore /[ \t\r\n]+/
"""

WORDS = {
    "COMPARISON": Phrase("a comparison (= <> < <= > >=)"),
    "AND": "AND",
    "OR": "OR",
    "NAME": Phrase("a name"),
    "NUMBER": Phrase("a number"),
    "TEXT": Phrase("a 'text'"),
    "NOT": "NOT",
    "BETWEEN": "BETWEEN",
    "IN": "IN",
    "LIKE": "LIKE",
    "IS": "IS NULL",
    "NULL": "NULL",
    "LPAR": "'('",
    "RPAR": "')'",
    "COMMA": "','",
    "$END": Phrase("the end"),
}

HINTS = (
    ("==", Phrase("write = for 'equal'")),
    ("!=", Phrase("write <> for 'not equal'")),
    ("&&", Phrase("write AND")),
    ("||", Phrase("write OR")),
    ("!", Phrase("write NOT")),
    ("**", Phrase("powers are not known here")),
    ("^", Phrase("powers are not known here")),
    ("≥", Phrase("write >=")),
    ("≤", Phrase("write <=")),
    ("≠", Phrase("write <>")),
    ("%", Phrase("write percentages as numbers; a remainder is not known here")),
    (".", Phrase('a name with a dot stands in double quotes: "a.b"')),
    ("'", Phrase("the closing ' is missing; write '' for an apostrophe inside a text")),
    ('"', Phrase('the closing " is missing, or nothing stands inside')),
    ("‘", Phrase("texts stand in straight single quotes: 'text'")),
    ("’", Phrase("texts stand in straight single quotes: 'text'")),
    ("“", Phrase("texts stand in straight single quotes: 'text'")),
    ("”", Phrase("texts stand in straight single quotes: 'text'")),
)


def parse_expression(text: str, *, value: bool = False) -> Node:
    """The tree of a condition, or of a value.

    Examples
    --------
    >>> tree = parse_expression("slope > 25 AND NOT metro")
    >>> tree.word, [type(part).__name__ for part in tree.children]
    ('AND', ['Comparison', 'Opposite'])
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            Phrase(
                "a condition of {count} characters; at most {most} are read: split it, or put the list into a "
                "column of a table",
                count=len(text),
                most=MAX_LENGTH,
            )
        )
    if not text.strip():
        what = (
            Phrase("value: write a name, a number")
            if value
            else Phrase("condition: write a comparison such as slope > 25")
        )
        raise ConditionError(Phrase("an empty {kind}, or leave the key out", kind=what))
    try:
        _check_tokens(text)
        parsed = cast("Node", _parser().parse(text))
        tree = _is_value(parsed, VALUE_NEEDED) if value else _is_condition(parsed)
    except UnexpectedInput as error:
        raise _complaint(error, text) from None
    except _Misplaced as error:
        raise ConditionError(pointed(error.message, text, error.start, error.end)) from None
    return tree


class _Misplaced(Exception):  # noqa: N818  (a signal inside this module; planners see a ConditionError)
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


def _check_tokens(text: str) -> None:
    """Refuse what is too much before anything is built from it."""
    if len(text) <= MAX_TOKENS and text.count("(") <= MAX_DEPTH:
        return
    open_ = 0
    for count, token in enumerate(_parser().lex(text)):
        start = token.start_pos or 0
        open_ += (token.type == "LPAR") - (token.type == "RPAR")
        if open_ > MAX_DEPTH:
            raise _Misplaced(Phrase("more than {most} parentheses inside each other", most=MAX_DEPTH), start, start + 1)
        if count >= MAX_TOKENS:
            raise _Misplaced(
                Phrase("more than {most} words and signs in one condition", most=MAX_TOKENS),
                start,
                start + 1,
            )


def _complaint(error: UnexpectedInput, text: str) -> ConditionError:
    """What lark found, in words for planners."""
    token = error.token if isinstance(error, UnexpectedToken) else None
    ended = token is not None and token.type == "$END"
    start = len(text.rstrip()) if ended else error.pos_in_stream or 0
    if ended:
        what, end = Phrase("the condition ends too early"), start + 1
    else:
        word = str(token) if token is not None else text[start]
        what, end = Phrase("unexpected {word!r}", word=word), start + len(word)
    hint = _hint(text, start, token)
    if not hint and isinstance(error, UnexpectedToken):
        wanted = [words for name, words in WORDS.items() if name in (error.accepts or error.expected)]
        hint = Phrase("expected {wanted}", wanted=phrase_list(wanted))
    elif (
        not hint
        and isinstance(error, UnexpectedCharacters)
        and unicodedata.normalize("NFKC", text[start]) != text[start]
    ):
        hint = Phrase("write {sign!r}", sign=unicodedata.normalize("NFKC", text[start]).strip() or Phrase("a space"))
    return ConditionError(pointed(Phrase("{what}; {hint}", what=what, hint=hint) if hint else what, text, start, end))


def _hint(text: str, start: int, token: Token | None) -> str:
    rest, before = text[start:], text[:start].rstrip()
    if token is not None and token.type == "LPAR" and before and (before[-1].isalnum() or before[-1] in '_"'):
        return Phrase("functions are not known in conditions")
    if token is not None and token.type == "NULL":
        return Phrase("write IS NULL or IS NOT NULL")
    if token is not None and token.type == "COMPARISON":
        if before.endswith(("=", "<", ">")):
            return (
                Phrase("write = for 'equal'")
                if text[start - 1] == "="
                else Phrase("write <=, >= and <> without a space")
            )
        return Phrase("compare two values at a time: x BETWEEN a AND b, or a < x AND x < b")
    if token is not None and token.type == "QUOTED":
        return Phrase("texts stand in single quotes, names of columns in double quotes")
    return next((hint for sign, hint in HINTS if rest.startswith(sign)), "")


def _is_value(node: Node, need: str) -> Node:
    if isinstance(node, CONDITIONS):
        raise _Misplaced(Phrase("this is a condition; {need}", need=need), node.start, node.end)
    return node


def _is_condition(node: Node) -> Node:
    wrong = isinstance(node, (Minus, Arithmetic)) or (isinstance(node, Constant) and not isinstance(node.value, bool))
    if wrong:
        raise _Misplaced(
            Phrase("this is a value; a condition is needed here: write a comparison"), node.start, node.end
        )
    return node


class _Builder(Transformer[Token, Node]):
    """Makes the tree while the text is read, so that depth is refused before Python's own inputs is in danger."""

    def _span(self, parts: list[Any]) -> tuple[int, int, int]:
        first, last = parts[0], parts[-1]
        start = int(first.start_pos or 0 if isinstance(first, Token) else first.start)
        end = int(last.end_pos or 0 if isinstance(last, Token) else last.end)
        depth = 1 + max((part.depth for part in parts if isinstance(part, Node)), default=0)
        if depth > MAX_DEPTH:
            raise _Misplaced(Phrase("more than {most} levels inside each other", most=MAX_DEPTH), start, start + 1)
        return start, end, depth

    def number(self, parts: list[Any]) -> Node:
        value = float(parts[0])
        start, end, depth = self._span(parts)
        if not math.isfinite(value):
            raise _Misplaced(Phrase("this number is too large"), start, end)
        return Constant(start, end, depth, value)

    def text(self, parts: list[Any]) -> Node:
        return Constant(*self._span(parts), _unquoted(parts[0]))

    def truth(self, parts: list[Any]) -> Node:
        return Constant(*self._span(parts), parts[0].upper() == "TRUE")

    def name(self, parts: list[Any]) -> Node:
        return Name(*self._span(parts), str(parts[0]))

    def quoted(self, parts: list[Any]) -> Node:
        return Name(*self._span(parts), _unquoted(parts[0]))

    def group(self, parts: list[Any]) -> Node:
        start, end, _ = self._span(parts)
        return replace(cast("Node", parts[1]), start=start, end=end)

    def minus(self, parts: list[Any]) -> Node:
        span, operand = self._span(parts), _is_value(parts[1], Phrase("arithmetic needs a number"))
        if isinstance(operand, Constant) and isinstance(operand.value, float):
            return Constant(*span, -operand.value)
        return Minus(*span, operand)

    def chain(self, parts: list[Any]) -> Node:
        operands = tuple(_is_value(part, Phrase("arithmetic needs numbers")) for part in parts[::2])
        return Arithmetic(*self._span(parts), operands, tuple(str(part) for part in parts[1::2]))

    def comparison(self, parts: list[Any]) -> Node:
        left, right = (_is_value(part, Phrase("a comparison needs values on both sides")) for part in parts[::2])
        return Comparison(*self._span(parts), str(parts[1]), left, right)

    def between(self, parts: list[Any]) -> Node:
        value, low, high = (
            _is_value(part, Phrase("BETWEEN needs numbers")) for part in parts if isinstance(part, Node)
        )
        return Between(*self._span(parts), value, low, high, _negated(parts))

    def among(self, parts: list[Any]) -> Node:
        value, *options = (_is_value(part, Phrase("IN needs values")) for part in parts if isinstance(part, Node))
        return Among(*self._span(parts), value, tuple(options), _negated(parts))

    def like(self, parts: list[Any]) -> Node:
        pattern, (start, end, depth) = _unquoted(parts[-1]), self._span(parts)
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise _Misplaced(
                Phrase("the pattern ends in a backslash, which takes the next character as it is"), start, end
            )
        return Like(start, end, depth, _is_value(parts[0], Phrase("LIKE needs a text")), pattern, _negated(parts))

    def missing(self, parts: list[Any]) -> Node:
        return Missing(*self._span(parts), _is_value(parts[0], Phrase("IS NULL asks about a value")), _negated(parts))

    def no(self, parts: list[Any]) -> Node:
        return Opposite(*self._span(parts), _is_condition(parts[1]))

    def either(self, parts: list[Any]) -> Node:
        return Joined(*self._span(parts), "OR", tuple(_is_condition(part) for part in parts[::2]))

    def both(self, parts: list[Any]) -> Node:
        return Joined(*self._span(parts), "AND", tuple(_is_condition(part) for part in parts[::2]))


def _negated(parts: list[Any]) -> bool:
    return any(isinstance(part, Token) and part.type == "NOT" for part in parts)


def _unquoted(token: Token) -> str:
    quote = token[0]
    return str(token[1:-1]).replace(quote * 2, quote)


@cache
def _parser() -> Lark:
    """The parser, whose tables are made when the first condition is read."""
    return Lark(
        GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder(), keep_all_tokens=True, maybe_placeholders=False
    )
