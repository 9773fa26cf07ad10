"""Arguments: the least that functions of the front door need of a table, declared beside them, and checked at the door.

A function says by :func:`takes` which columns it cannot do without. Nothing is checked when one room calls another:
the door looks at what comes from outside, at kinds by the annotations of the function and at columns by what it
declares.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from itertools import islice
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import StudyError, UnknownNameError, ZoneplanError, raise_all, shown
from layers.numerals import floats_of
from layers.phrases import OR, Phrase, phrase_list, template
from zoning.errors import near
from zoning.tables import Made, Table
from zoning.unit_ids import UNIT

P = ParamSpec("P")
T = TypeVar("T")
Step = Callable[..., Made[Any, Any]]
Function = TypeVar("Function", bound=Callable[..., object])

GEOMETRY = "geometry"
TAKES_ARRAYS = "takes_arrays"
"""The mark of functions that take arrays of xarray in the place of tables."""
_DECLARED = "takes"


@dataclass(frozen=True)
class Columns:
    """The columns of a table that a function cannot do without."""

    names: tuple[str, ...]
    otherwise: Mapping[str, object]
    kinds: Mapping[str, str]


def at_least(*names: str, of: Table | None = None, **otherwise: object) -> Columns:
    """The least columns of a table.

    Examples
    --------
    >>> at_least("main", overlays="").names
    ('main',)
    """
    return Columns(names, otherwise, of.columns if of else {})


def takes(**tables: Columns) -> Callable[[Function], Function]:
    """Declare the least columns of the tables that a function takes, by parameter; calls of it cost nothing more.

    Examples
    --------
    >>> @takes(zones=at_least("main"))
    ... def mains(zones: pd.DataFrame) -> set[str]:
    ...     return set(zones["main"])
    >>> at_the_door(mains)(pd.DataFrame({"name": ["Weld"]}))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    layers.errors.UnknownNameError: argument 'zones': the table has no column 'main', which mains needs...
    """

    def declare(function: Function) -> Function:
        function.__dict__[_DECLARED] = tables
        return function

    return declare


class Kind(NamedTuple):
    """A kind of value: package and name of its class, what people call it, and a call that gives one."""

    package: str
    name: str
    title: str
    call: str

    def fits(self, value: object) -> bool:
        """Whether a value is of it; nothing is imported to see that."""
        classes = type(value).__mro__
        return any(cls.__name__ == self.name and cls.__module__.split(".")[0] == self.package for cls in classes)


_KINDS = {
    "pd.DataFrame": Kind("pandas", "DataFrame", "DataFrame", "pd.DataFrame(values, index=ids, columns=[...])"),
    "pd.Series": Kind("pandas", "Series", "Series", "pd.Series(values, index=ids)"),
    "gpd.GeoDataFrame": Kind(
        "geopandas", "GeoDataFrame", "GeoDataFrame", "gpd.GeoDataFrame(table, geometry=shapes, crs=...)"
    ),
    "pa.Table": Kind("pyarrow", "Table", "Table of Arrow", "pa.Table.from_pandas(table)"),
    "Plan": Kind("zoning", "Plan", "plan", "zp.read_run(...)"),
    "Study": Kind("zoning", "Study", "study", "zp.read_study(...)"),
    "Sources": Kind("layers", "Sources", "study", "zp.read_study(...)"),
    "Rulebook": Kind("zoning", "Rulebook", "rulebook", "zp.read_rulebook(...)"),
    "Inputs": Kind("layers", "Inputs", "set of inputs", "zp.read_inputs(...)"),
    "Comparison": Kind("zoning", "Comparison", "comparison", "zp.compare(...)"),
    "Robustness": Kind("zoning", "Robustness", "robustness", "zp.robustness(...)"),
    "Curve": Kind("zoning", "Curve", "curve", "zp.curve(...)"),
    "Quota": Kind("zoning", "Quota", "quota", "zp.Quota(...)"),
    "Layer": Kind("layers", "Layer", "layer", "zp.read_inputs(...).layers"),
    "Decision": Kind("zoning", "Decision", "decision", "zp.Decision(...)"),
    "EnergySection": Kind("zoning", "EnergySection", "section of energy", "study.energy"),
    "EnergyTable": Kind("zoning", "EnergyTable", "table of energy", "zoning.money.EnergyTable(2025, rows)"),
    "str": Kind("builtins", "str", "path", "pathlib.Path(...)"),
    "Path": Kind("pathlib", "Path", "path", "pathlib.Path(...)"),
    "Dataset": Kind("xarray", "Dataset", "Dataset", "xarray.Dataset(...)"),
    "DataArray": Kind("xarray", "DataArray", "DataArray", "xarray.DataArray(...)"),
}
"""By how annotations write them."""
_ARRAYS = ("Dataset", "DataArray")
"""Of xarray: taken in the place of a table where a function is marked so."""
_OTHERWISE = {("pd.DataFrame", "Series"): "values.to_frame()", ("pd.Series", "DataFrame"): "table['name']"}
"""The call where a near kind was given."""
_READ_IT, _MAKE_IT = template("; read it first: {call}"), template("; make it first: {call}")
_ALIASES = {"Table": "pd.Series | pd.DataFrame"}
_MADE = re.compile(r"Made\[([^,]+), .+\]")
_LIST = re.compile(r"(?:Iterable|Sequence)\[(.+)\]")


def gives_table(step: Callable[P, Made[T, Any]]) -> Callable[P, T]:
    """A step that gives the table of what it has made, as people outside see it."""
    signature = inspect.signature(step)
    table = _MADE.sub(r"\1", str(signature.return_annotation))

    @wraps(step)
    def called(*arguments: P.args, **words: P.kwargs) -> T:
        return step(*arguments, **words).table

    called.__annotations__ = {**step.__annotations__, "return": table}
    called.__dict__["__signature__"] = signature.replace(return_annotation=table)
    return called


@cache
def at_the_door(function: Function, door: str = "") -> Function:
    """A function as people outside call it: with its arguments checked, and of what a step has made the table."""
    if _MADE.fullmatch(str(inspect.signature(function).return_annotation)):
        function = cast("Function", gives_table(cast("Step", function)))
    signature = inspect.signature(function)
    parameters = {name: _parameter(function, parameter) for name, parameter in signature.parameters.items()}
    if not any(parameter.kinds or parameter.members for parameter in parameters.values()):
        return function

    @wraps(function)
    def called(*arguments: object, **words: object) -> object:
        try:
            bound = signature.bind(*arguments, **words)
        except TypeError:
            return function(*arguments, **words)  # which says what is wrong with the call, by its name
        given = {name: value for name, value in bound.arguments.items() if name in parameters}
        raise_all(error for name, value in given.items() for error in parameters[name].faults(value))
        bound.arguments.update({name: parameters[name].filled(value) for name, value in given.items()})
        return function(*bound.args, **bound.kwargs)

    if door:
        called.__module__ = door
    return cast("Function", called)


class Parameter(NamedTuple):
    """What a parameter takes."""

    function: str
    name: str
    default: object
    optional: bool
    kinds: tuple[str, ...]
    members: tuple[str, ...]
    columns: Columns

    def faults(self, value: Any) -> Iterator[ZoneplanError]:
        """What is wrong with what was given."""
        if value is self.default or (value is None and self.optional):
            return
        if self.members:
            if not isinstance(value, Iterable) or isinstance(value, str | Mapping) or _fits(self.members, value):
                yield self._of_another_kind(self.members, value, several=True)
            elif isinstance(value, list | tuple):
                strangers = (member for member in value if not _fits(self.members, member))
                yield from (self._of_another_kind(self.members, member) for member in islice(strangers, 1))
        elif self.kinds == _SHAPES and _KINDS["pd.DataFrame"].fits(value):
            yield from self._without_columns(value)
        elif self.kinds and not _fits(self.kinds, value):
            yield self._of_another_kind(self.kinds, value)
        elif hasattr(value, "columns"):
            yield from self._without_columns(value)

    def filled(self, value: Any) -> Any:
        """What was given, with what stands for the columns that are not there."""
        absent = {
            name: default
            for name, default in self.columns.otherwise.items()
            if name not in getattr(value, "columns", ())
        }
        return value.assign(**absent) if absent and hasattr(value, "columns") else value

    def _of_another_kind(self, kinds: tuple[str, ...], value: object, *, several: bool = False) -> ZoneplanError:
        given = type(value).__name__
        titles = dict.fromkeys(_KINDS[name].title for name in kinds if name not in _ARRAYS)
        call = _OTHERWISE.get((kinds[0], given), _KINDS[kinds[0]].call)
        return StudyError(
            Phrase(
                "argument '{parameter}': {function} takes a {wanted} and not a {given}{hint}",
                parameter=self.name,
                function=self.function,
                wanted=phrase_list((f"list of {title}s" if several else title for title in titles), OR),
                given=given,
                hint=Phrase(_READ_IT if kinds[0] in _READ else _MAKE_IT, call=f"[{call}]" if several else call),
            ),
            code="argument",
        )

    def _without_columns(self, table: pd.DataFrame) -> Iterator[ZoneplanError]:
        lacking = {
            name: near(name, map(str, table.columns)) for name in self.columns.names if name not in table.columns
        }
        if self.kinds == _SHAPES and getattr(table, "_geometry_column_name", None) not in table.columns:
            lacking[GEOMETRY] = Phrase(_MAKE_IT, call=_KINDS[self.kinds[0]].call)
        for name, hint in lacking.items():
            yield UnknownNameError(
                Phrase(
                    "argument '{parameter}': the table has no column '{name}', which {function} needs{hint}",
                    parameter=self.name,
                    name=name,
                    function=self.function,
                    hint=hint,
                )
            )
        for name in (*self.columns.names, *self.columns.otherwise):
            kind = _HOLDS.get(self.columns.kinds.get(name, ""))
            if name in table.columns and name != UNIT and kind is not None:
                wrong = table.index[~kind.holds(table[name])]
                if len(wrong):
                    yield ZoneplanError(
                        Phrase(kind.fault, parameter=self.name, name=name, rows=shown(map(str, wrong))),
                        code="argument",
                        features=map(str, wrong),
                    )


class _Holds(NamedTuple):
    """What the cells of a column hold, and what is said where some do not."""

    holds: Callable[[pd.Series], npt.NDArray[np.bool_]]
    fault: str


_TEXT = _Holds(
    lambda column: np.fromiter((isinstance(cell, str) for cell in column), bool, len(column)),
    template("argument '{parameter}': the column '{name}' has to be text in each row, and is not in {rows}"),
)
_NUMBER = _Holds(
    lambda column: np.isfinite(floats_of(column)),
    template("argument '{parameter}': the column '{name}' has to be a number in each row, and is not in {rows}"),
)
_HOLDS = {"text": _TEXT, "float": _NUMBER, "int": _NUMBER, "decimal": _NUMBER}
_SHAPES = ("gpd.GeoDataFrame",)
_READ = {"Plan", "Study", "Sources", "Rulebook", "Inputs"}


def _fits(kinds: Iterable[str], value: object) -> bool:
    return any(_KINDS[name].fits(value) for name in kinds)


def _parameter(function: Callable[..., object], parameter: inspect.Parameter) -> Parameter:
    """What a parameter takes, by its annotation and by what the function declares."""
    annotation = str(parameter.annotation)
    written = _ALIASES.get(annotation, annotation).split(" | ")
    alternatives = [kind for kind in written if kind != "None"]
    listed = _LIST.fullmatch(alternatives[0]) if len(alternatives) == 1 else None
    members = listed[1].split(" | ") if listed else []
    if vars(function).get(TAKES_ARRAYS) and {"pd.DataFrame", "pd.Series"} & {*alternatives}:
        alternatives += _ARRAYS
    columns = vars(function).get(_DECLARED, {}).get(parameter.name, at_least())
    known = [tuple(some) if {*some} <= _KINDS.keys() and some != ["str"] else () for some in (alternatives, members)]
    optional = len(alternatives) < len(written)
    return Parameter(function.__name__, parameter.name, parameter.default, optional, known[0], known[1], columns)
