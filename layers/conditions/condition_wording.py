"""A whole condition in the words of a language: what is asked, before anybody has answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from layers.conditions.syntax_tree import (
    Among,
    Between,
    Comparison,
    Constant,
    Joined,
    Like,
    Missing,
    Name,
    Node,
    Opposite,
)

_BEGINNING = re.compile(r"(?P<text>[^%_\\]+)(?P<each>_*)(?P<more>%?)")
"""A pattern that asks how a text begins, and perhaps of how many signs it is."""


def like_words(name: str, pattern: str, words: Mapping[str, str], *, negated: bool) -> str:
    r"""What a pattern asks of a text: how it begins, how long it is, or else the pattern itself.

    Examples
    --------
    >>> words = {"begins": "{name} begins with {text}", "signs_or_more": "{text} ({n} signs or more)"}
    >>> like_words("code", "21____%", words, negated=False), like_words("code", "34%", words, negated=False)
    ('code begins with 21 (6 signs or more)', 'code begins with 34')
    """
    found = _BEGINNING.fullmatch(pattern)
    no = "not_" if negated else ""
    if found is None or not (found["each"] or found["more"]):
        return words[f"is_{no}like"].format(name=name, pattern=repr(pattern))
    text, count = found["text"], len(found["text"]) + len(found["each"])
    shown = text if text.isalnum() else repr(text)  # so that no control character of a file's text reaches a terminal
    said = words[f"{no}begins"].format(name=name, text=shown)
    return words["signs_or_more" if found["more"] else "signs"].format(text=said, n=count) if found["each"] else said


def condition_words(
    tree: Node,
    shown: Callable[[Node, str], str],
    words: Mapping[str, str],
) -> str:
    """A condition in words."""
    return _Words(shown, words).said(tree)


class _Words(NamedTuple):
    """Says the parts of one condition."""

    shown: Callable[[Node, str], str]
    words: Mapping[str, str]

    def said(self, node: Node) -> str:
        """A condition and all below it."""
        match node:
            case Joined(word=word, operands=operands):
                return self.words[word.lower()].join(map(self._within, operands))
            case Opposite(operand=Name()):
                return self._say("is_not_so", name=self._value(node.operand))
            case Opposite(operand=operand):
                return self._say("opposite", text=self._within(operand))
            case Name():
                return self._say("is_so", name=self._value(node))
            case Constant(value=bool(value)):
                return self.words["always" if value else "never"]
        return self._leaf(node)

    def _within(self, node: Node) -> str:
        """A condition inside another one, in brackets where it is of several."""
        said = self.said(node)
        return self._say("within", text=said) if isinstance(node, Joined) else said

    def _leaf(self, node: Node) -> str:
        """A condition that joins no others."""
        no, column = "not_" if getattr(node, "negated", False) else "", compared_column(node)
        match node:
            case Comparison(operator=operator, left=left, right=right):
                sides = self._value(left, column), self._value(right, column)
                return f" {self.words.get(operator, operator)} ".join(sides)
            case Between(value=value, low=low, high=high):
                told = {"name": self._value(value), "low": self._value(low), "high": self._value(high)}
                return self._say(f"is_{no}between", **told)
            case Among(value=value, options=options):
                listed = dict.fromkeys(self._value(one, column) for one in options)  # several may have one title
                return self._say(f"is_{no}among", name=self._value(value), options=self.words["next"].join(listed))
            case Like(value=value, pattern=pattern):
                return like_words(self._value(value), pattern, self.words, negated=bool(no))
            case Missing(value=value):
                return self._say("is_known" if no else "is_missing", name=self._value(value))
        return self._value(node)

    def _value(self, node: Node, column: str = "") -> str:
        """A value as people read it, a truth in words."""
        if isinstance(node, Constant) and isinstance(node.value, bool):
            return self.words["true" if node.value else "false"]
        return self.shown(node, column)

    def _say(self, key: str, **parts: str) -> str:
        return self.words[key].format(**parts)


def compared_column(node: Node) -> str:
    """The column that a comparison is about: a text means another thing in another column."""
    return next((part.name for part in node.children if isinstance(part, Name)), "")
