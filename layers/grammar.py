"""The grammar of conditions: a strict subset of OGC CQL2-Text, read into a tree of :mod:`layers.expressions`.

The rules, from what binds least to what binds most; words in capitals may be written in small letters, too::

    either     both { OR both }
    both       negation { AND negation }
    negation   { NOT } predicate
    predicate  sum [ COMPARISON sum | IS [NOT] NULL
                   | [NOT] BETWEEN sum AND sum | [NOT] IN ( sum { , sum } ) | [NOT] LIKE 'text' ]
    sum        product { (+ | -) product }
    product    signed { (* | /) signed }
    signed     { - } atom
    atom       number | 'text' | TRUE | FALSE | name | "name" | ( either )
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from layers.errors import ConditionError
from layers.expressions import (
    CONDITIONS,
    Among,
    Arithmetic,
    Between,
    Comparison,
    Constant,
    Joined,
    Like,
    Minus,
    Missing,
    Name,
    Node,
    Opposite,
    pointed,
)
from layers.tokens import END, Token, complaint, tokens_of

MAX_LENGTH = 2000
MAX_TOKENS = 1000
MAX_DEPTH = 50
VALUE_NEEDED = "a value is needed here, such as people / area_km2"


def parse_expression(text: str, *, value: bool = False) -> Node:
    """The tree of a condition, or of a value.

    Parameters
    ----------
    text : str
    value : bool
        A value is wanted, such as ``people / area_km2``, and no condition.

    Raises
    ------
    ConditionError
        It is no condition of the language, or is longer or deeper than anybody needs; with a caret under the place.

    Examples
    --------
    >>> tree = parse_expression("slope > 25 AND NOT metro")
    >>> tree.word, [type(part).__name__ for part in tree.children]
    ('AND', ['Comparison', 'Opposite'])
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            f"a condition of {len(text)} characters; at most {MAX_LENGTH} are read: "
            "split it, or put the list into a column of a table"
        )
    if not text.strip():
        what = "value: write a name, a number" if value else "condition: write a comparison such as slope > 25"
        raise ConditionError(f"an empty {what}, or leave the key out")
    try:
        tokens = tokens_of(text)
        _check_amount(tokens)
        tree = _Reader(text, tokens).whole()
        return _value(tree, VALUE_NEEDED) if value else _condition(tree)
    except _Misplaced as error:
        raise ConditionError(pointed(error.message, text, error.start, error.end)) from None


class _Misplaced(Exception):  # noqa: N818  (a signal inside this module; planners see a ConditionError)
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


def _check_amount(tokens: list[Token]) -> None:
    """Refuse what is too much before anything is built from it."""
    open_ = 0
    for count, token in enumerate(tokens):
        open_ += (token.kind == "(") - (token.kind == ")")
        if open_ > MAX_DEPTH:
            raise _Misplaced(f"more than {MAX_DEPTH} parentheses inside each other", token.start, token.start + 1)
        if count >= MAX_TOKENS and token.kind != END:
            raise _Misplaced(f"more than {MAX_TOKENS} words and signs in one condition", token.start, token.start + 1)


class _Reader:
    """Reads the tokens from left to right, one method for each rule of the grammar."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text, self._tokens = text, tokens
        self._at = 0
        self._wanted: set[str] = set()
        """The kinds of token that could stand here, as far as they have been asked for."""

    def whole(self) -> Node:
        tree = self._either()
        self._need(END)
        return tree

    def _take(self, *kinds: str) -> Token | None:
        """The next token, where it is of one of the kinds."""
        token = self._tokens[self._at]
        if token.kind not in kinds:
            self._wanted.update(kinds)
            return None
        self._at += 1
        self._wanted.clear()
        return token

    def _need(self, *kinds: str) -> Token:
        """The next token, which must be of one of the kinds."""
        token = self._take(*kinds)
        if token is None:
            unexpected = self._tokens[self._at]
            message = complaint(unexpected, self._text, self._wanted)
            raise _Misplaced(message, unexpected.start, unexpected.end)
        return token

    def _either(self) -> Node:
        return self._joined("OR", self._both)

    def _both(self) -> Node:
        return self._joined("AND", self._negation)

    def _joined(self, word: str, operand: Callable[[], Node]) -> Node:
        operands = [operand()]
        while self._take(word):
            operands.append(operand())
        if len(operands) == 1:
            return operands[0]
        return Joined(*_span(*operands), word, tuple(_condition(one) for one in operands))

    def _negation(self) -> Node:
        words = []
        while word := self._take("NOT"):
            words.append(word)
        node = self._predicate()
        for word in reversed(words):
            node = Opposite(*_span(word, node), _condition(node))
        return node

    def _predicate(self) -> Node:
        value = self._sum()
        if sign := self._take("comparison"):
            return self._comparison(value, sign)
        if self._take("IS"):
            negated = self._take("NOT") is not None
            last = self._need("NULL")
            return Missing(*_span(value, last), _value(value, "IS NULL asks about a value"), negated)
        negated = self._take("NOT") is not None
        rules = {"BETWEEN": self._between, "IN": self._among, "LIKE": self._like}
        word = self._need(*rules) if negated else self._take(*rules)
        return rules[word.kind](value, negated) if word else value

    def _comparison(self, left: Node, sign: Token) -> Node:
        right = self._sum()
        left, right = (_value(side, "a comparison needs values on both sides") for side in (left, right))
        return Comparison(*_span(left, right), sign.text, left, right)

    def _between(self, value: Node, negated: bool) -> Node:
        low = self._sum()
        self._need("AND")
        high = self._sum()
        value, low, high = (_value(part, "BETWEEN needs numbers") for part in (value, low, high))
        return Between(*_span(value, low, high), value, low, high, negated)

    def _among(self, value: Node, negated: bool) -> Node:
        self._need("(")
        options = [self._sum()]
        while self._take(","):
            options.append(self._sum())
        last = self._need(")")
        value, *options = [_value(part, "IN needs values") for part in (value, *options)]
        return Among(*_span(value, *options, last), value, tuple(options), negated)

    def _like(self, value: Node, negated: bool) -> Node:
        last = self._need("text")
        pattern, (start, end, depth) = _unquoted(last), _span(value, last)
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise _Misplaced("the pattern ends in a backslash, which takes the next character as it is", start, end)
        return Like(start, end, depth, _value(value, "LIKE needs a text"), pattern, negated)

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._signed)

    def _chain(self, signs: tuple[str, str], operand: Callable[[], Node]) -> Node:
        operands, operators = [operand()], []
        while sign := self._take(*signs):
            operators.append(sign.text)
            operands.append(operand())
        if not operators:
            return operands[0]
        numbers = tuple(_value(one, "arithmetic needs numbers") for one in operands)
        return Arithmetic(*_span(*operands), numbers, tuple(operators))

    def _signed(self) -> Node:
        signs = []
        while sign := self._take("-"):
            signs.append(sign)
        node = self._atom()
        for sign in reversed(signs):
            span, operand = _span(sign, node), _value(node, "arithmetic needs a number")
            if isinstance(operand, Constant) and isinstance(operand.value, float):
                node = Constant(*span, -operand.value)
            else:
                node = Minus(*span, operand)
        return node

    def _atom(self) -> Node:
        token = self._need("number", "text", "TRUE", "FALSE", "name", "quoted", "(")
        match token.kind:
            case "(":
                inner = self._either()
                start, end, _ = _span(token, inner, self._need(")"))
                return replace(inner, start=start, end=end)
            case "name":
                return Name(*_span(token), token.text)
            case "quoted":
                return Name(*_span(token), _unquoted(token))
            case "number" if not math.isfinite(float(token.text)):
                raise _Misplaced("this number is too large", token.start, token.end)
            case "number":
                return Constant(*_span(token), float(token.text))
            case "text":
                return Constant(*_span(token), _unquoted(token))
            case _:
                return Constant(*_span(token), token.kind == "TRUE")


def _span(*parts: Node | Token) -> tuple[int, int, int]:
    """Start, end and depth of a node made of parts."""
    start, end = parts[0].start, parts[-1].end
    depth = 1 + max((part.depth for part in parts if isinstance(part, Node)), default=0)
    if depth > MAX_DEPTH:
        raise _Misplaced(f"more than {MAX_DEPTH} levels inside each other", start, start + 1)
    return start, end, depth


def _value(node: Node, need: str) -> Node:
    if isinstance(node, CONDITIONS):
        raise _Misplaced(f"this is a condition; {need}", node.start, node.end)
    return node


def _condition(node: Node) -> Node:
    wrong = isinstance(node, (Minus, Arithmetic)) or (isinstance(node, Constant) and not isinstance(node.value, bool))
    if wrong:
        raise _Misplaced("this is a value; a condition is needed here: write a comparison", node.start, node.end)
    return node


def _unquoted(token: Token) -> str:
    quote = token.text[0]
    return token.text[1:-1].replace(quote * 2, quote)
