"""Tokens: the words and signs of a condition, each with its place, and what is said of one that stands wrong."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

KEYWORDS = frozenset({"and", "or", "not", "between", "in", "like", "is", "null", "true", "false"})
END, UNREADABLE = "end", "unreadable"

_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(
    r"""
      (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<text>'(?:[^']|'')*')
    | (?P<comparison><=|>=|<>|[=<>])
    | (?P<sign>[-+*/(),])
    """,
    re.VERBOSE,
)

WORDS = {
    "comparison": "a comparison (= <> < <= > >=)",
    "AND": "AND",
    "OR": "OR",
    "name": "a name",
    "number": "a number",
    "text": "a 'text'",
    "NOT": "NOT",
    "BETWEEN": "BETWEEN",
    "IN": "IN",
    "LIKE": "LIKE",
    "IS": "IS NULL",
    "NULL": "NULL",
    "(": "'('",
    ")": "')'",
    ",": "','",
    END: "the end",
}
"""What a planner is told that could stand at a place; signs of arithmetic go without saying."""

HINTS = (
    ("==", "write = for 'equal'"),
    ("!=", "write <> for 'not equal'"),
    ("&&", "write AND"),
    ("||", "write OR"),
    ("!", "write NOT"),
    ("**", "powers are not known here"),
    ("^", "powers are not known here"),
    ("≥", "write >="),
    ("≤", "write <="),
    ("≠", "write <>"),
    ("%", "write percentages as numbers; a remainder is not known here"),
    (".", 'a name with a dot stands in double quotes: "a.b"'),
    ("'", "the closing ' is missing; write '' for an apostrophe inside a text"),
    ('"', 'the closing " is missing, or nothing stands inside'),
    ("‘", "texts stand in straight single quotes: 'text'"),
    ("’", "texts stand in straight single quotes: 'text'"),
    ("“", "texts stand in straight single quotes: 'text'"),
    ("”", "texts stand in straight single quotes: 'text'"),
)


class Token(NamedTuple):
    """A word or sign.

    ``kind`` is "number", "name", "quoted", "text" or "comparison"; a keyword in capitals, or a sign, is a kind of its
    own. The last token is an END, or a character that begins no token.
    """

    kind: str
    text: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, as far as it can be read, and what is behind them.

    Examples
    --------
    >>> [token.kind for token in tokens_of("slope >= 25 AND NOT metro")]
    ['name', 'comparison', 'number', 'AND', 'NOT', 'name', 'end']
    >>> tokens_of("5 %")[-1]
    Token(kind='unreadable', text='%', start=2, end=3)
    """
    found: list[Token] = []
    here = _past_space(text, 0)
    while here < len(text):
        match = _TOKEN.match(text, here)
        if not match:
            return [*found, Token(UNREADABLE, text[here], here, here + 1)]
        word, kind = match[0], match.lastgroup or ""
        if kind == "sign":
            kind = word
        elif kind == "name" and word.lower() in KEYWORDS:
            kind = word.upper()
        found.append(Token(kind, word, here, match.end()))
        here = _past_space(text, match.end())
    last = len(text.rstrip())
    return [*found, Token(END, "", last, last + 1)]


def complaint(token: Token, text: str, wanted: set[str]) -> str:
    """What is said about a token that cannot stand where it stands.

    Parameters
    ----------
    token : Token
    text : str
        The whole condition.
    wanted : set of str
        The kinds that could stand there.

    Examples
    --------
    >>> text = "slope == 25"
    >>> complaint(tokens_of(text)[2], text, {"number"})
    "unexpected '='; write = for 'equal'"
    """
    hint, closing = _hint(token, text), {")", END}
    if token.kind in closing and wanted & closing:
        wanted = wanted & closing
    if not hint and token.kind != UNREADABLE:
        hint = f"expected {', '.join(words for kind, words in WORDS.items() if kind in wanted)}"
    what = "the condition ends too early" if token.kind == END else f"unexpected {token.text!r}"
    return what + (f"; {hint}" if hint else "")


def _past_space(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return match.end() if match else start


def _hint(token: Token, text: str) -> str:
    rest, before = text[token.start :], text[: token.start].rstrip()
    if token.kind == "(" and before and (before[-1].isalnum() or before[-1] in '_"'):
        return "functions are not known in conditions"
    if token.kind == "NULL":
        return "write IS NULL or IS NOT NULL"
    if token.kind == "comparison":
        if before.endswith(("=", "<", ">")):
            return "write = for 'equal'" if text[token.start - 1] == "=" else "write <=, >= and <> without a space"
        return "compare two values at a time: x BETWEEN a AND b, or a < x AND x < b"
    if token.kind == "quoted":
        return "texts stand in single quotes, names of columns in double quotes"
    plain = unicodedata.normalize("NFKC", token.text)
    foreign = token.kind == UNREADABLE and plain != token.text
    hints = (*HINTS, (token.text, f"write {plain.strip() or 'a space'!r}")) if foreign else HINTS
    return next((hint for sign, hint in hints if rest.startswith(sign)), "")
