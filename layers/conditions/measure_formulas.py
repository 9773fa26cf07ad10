"""Formulas: the grammar of ``measure``, which is one form throughout: ``function(argument)``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from layers.conditions.condition import Condition, parse_condition
from layers.errors import ConditionError, StudyError, raise_all
from layers.phrases import OR, Phrase, phrase_list, word

SURFACES = ("value", "slope", "aspect", "relief")
"""What a cell of a raster has: its own value, and what its neighbours make of it."""

OF_COLUMNS = ("mean", "min", "max", "sum")
OF_SURFACES = (*OF_COLUMNS, "std", "median", "quantile")
FIXED: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "count": ("", ("points", "lines", "polygons")),
        "share": ("", ("polygons",)),
        "ha": ("", ("polygons",)),
        "length": ("km", ("lines",)),
        "nearest": ("km", ("points", "lines", "polygons")),
        "majority": ("value", ("raster",)),
    }
)
"""Functions with one argument only, and the kinds of layer that they fit."""

FUNCTIONS = (*OF_COLUMNS, "std", "median", "quantile_10", *FIXED)

FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "raster": (
            Phrase("mean(value), min, max, sum, std, median, quantile_10 of value, slope, aspect or relief"),
            "majority(value)",
            "share(slope > 25)",
            "mean(value, weight = LAYER)",
        ),
        "points": ("count()", "sum(column)", "mean(column)", "min(column)", "max(column)", "nearest(km)"),
        "lines": ("length(km)", "count()", "nearest(km)"),
        "polygons": ("share()", "ha()", "count()", "nearest(km)"),
    }
)
"""What each kind of layer can be asked, for messages."""

_WEIGHED = re.compile(r"(\w+)\s*,\s*weight\s*=\s*(\S(?:.*\S)?)", re.DOTALL)
_SHAPE = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)


class Formula(NamedTuple):
    """What is measured of a layer inside each unit.

    Examples
    --------
    >>> formula = parse_formula("share(slope > 25)")
    >>> formula.function, formula.argument, formula.kinds
    ('share', 'slope > 25', ('raster',))
    """

    text: str
    function: str
    argument: str
    condition: Condition | None
    kinds: tuple[str, ...]
    weight: str = ""

    @property
    def quantile(self) -> float | None:
        """Of ``quantile_10``: 0.1; None of other functions."""
        name, _, percent = self.function.partition("_")
        return int(percent) / 100 if name == "quantile" else None

    @property
    def surfaces(self) -> frozenset[str]:
        """The surfaces of a raster that it reads."""
        if "raster" not in self.kinds:
            return frozenset()
        return self.condition.names if self.condition else frozenset({self.argument})

    def check(self, kind: str, layer: str) -> None:
        """Refuse a kind of layer that the formula does not fit.

        Examples
        --------
        >>> parse_formula("mean(slope)").check("polygons", "forests")
        Traceback (most recent call last):
        ...
        layers.errors.StudyError: layer 'forests' holds polygons, of which 'mean(slope)' is not known; \
it can be asked for share(), ha(), count(), nearest(km)
        """
        if kind not in self.kinds:
            holds = Phrase("a raster") if kind == "raster" else word(kind)
            raise StudyError(
                Phrase(
                    "layer '{layer}' holds {holds}, of which '{text}' is not known; it can be asked for {forms}",
                    layer=layer,
                    holds=holds,
                    text=self.text,
                    forms=phrase_list(FORMS[kind]),
                ),
                code="formula",
                layer=layer,
            )


def parse_formula(text: str) -> Formula:
    """A formula from its text.

    Raises
    ------
    StudyError
        No such function, or not such an argument; the message says what there is.
    ConditionError
        The condition of a ``share`` cannot be read.

    Examples
    --------
    >>> [parse_formula(text).kinds for text in ("count()", "sum(capacity_mw)", "mean(value)")]
    [('points', 'lines', 'polygons'), ('points',), ('raster', 'points')]
    """
    found = _SHAPE.fullmatch(text)
    if not found:
        raise _refused(
            text, Phrase("a formula is written function(argument), such as mean(slope), sum(capacity_mw) or count()")
        )
    function, argument = found[1], found[2].strip()
    if weighed := _WEIGHED.fullmatch(argument):
        if (function, weighed[1]) != ("mean", "value"):
            raise _refused(text, Phrase("what is weighed by a layer is written mean(value, weight = LAYER)"))
        return Formula(text, function, "value", None, ("raster",), weighed[2])
    kind = "quantile" if re.fullmatch(r"quantile_0*[1-9][0-9]?", function, re.ASCII) else function
    if kind == "share" and argument:
        return Formula(text, function, argument, _surface_condition(text, argument), ("raster",))
    if kind in FIXED:
        wanted, kinds = FIXED[kind]
        if argument != wanted:
            raise _refused(text, Phrase("write {function}({wanted})", function=function, wanted=wanted))
        return Formula(text, function, argument, None, kinds)
    if kind not in OF_SURFACES or function == "quantile":
        near = difflib.get_close_matches(function.lower(), FUNCTIONS, 2)
        hint = (
            Phrase("did you mean {names}?", names=phrase_list(near, OR))
            if near
            else Phrase("there are {names}", names=phrase_list(FUNCTIONS))
        )
        raise _refused(text, Phrase("no function {function!r}; {hint}", function=function, hint=hint))
    kinds = (*("raster",) * (argument in SURFACES), *("points",) * (kind in OF_COLUMNS and argument != ""))
    if not kinds:
        also = Phrase("a column of points, or ") if kind in OF_COLUMNS else ""
        raise _refused(
            text,
            Phrase(
                "{function} is of {also}a raster's {surfaces}",
                function=function,
                also=also,
                surfaces=phrase_list(SURFACES),
            ),
        )
    return Formula(text, function, argument, None, kinds)


def _surface_condition(text: str, argument: str) -> Condition:
    condition = parse_condition(argument)
    if not condition.names:
        raise _refused(
            text,
            Phrase("its condition reads nothing of the raster; it may read {surfaces}", surfaces=phrase_list(SURFACES)),
        )
    strangers = sorted(condition.names - set(SURFACES))
    raise_all(
        ConditionError(
            Phrase(
                "'{text}': a condition on a raster reads {surfaces}, not {name!r}",
                text=text,
                surfaces=phrase_list(SURFACES),
                name=name,
            )
        )
        for name in strangers
    )
    return condition


def _refused(text: str, reason: str) -> StudyError:
    return StudyError(Phrase("cannot read {text!r}: {reason}", text=text, reason=reason), code="formula")
