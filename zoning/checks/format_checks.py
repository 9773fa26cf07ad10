"""Whether the files of a run can hold what a plan will have: how many columns, and what these are called."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from layers.errors import Finding, SourceError, shown
from layers.format_limits import CELL_CHARACTERS, COLUMNS_OF_RUN, GEOPACKAGE_TAKEN, HEADING_CHARACTERS
from layers.inputs import Inputs
from layers.phrases import Phrase
from zoning.checks.column_sources import covered_measures, provided
from zoning.rulebook import Rulebook
from zoning.study import Study
from zoning.tables import PIECES, ZONES


def columns_to_come(study: Study, rulebook: Rulebook, inputs: Inputs) -> int:
    """At most how many columns the units will have in the file that has all of them, the GeoPackage."""
    read = map(str, inputs.units.columns.drop(inputs.units.geometry.name))
    declared = {indicator.name for indicator in rulebook.indicators} | {measure.name for measure in rulebook.derived}
    names = {*read, *provided(study, inputs, rulebook), *covered_measures(study, inputs), *declared}
    return len(GEOPACKAGE_TAKEN) + len({*ZONES.columns, *ZONES.shown}) + len(study.quotas) + len(names)


def format_faults(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[SourceError]:
    """The complaints about columns that no file of a run can hold."""
    pieces = len(GEOPACKAGE_TAKEN) + len(PIECES.columns) + len(inputs.layers) + len(rulebook.lines)
    count = max(columns_to_come(study, rulebook, inputs), pieces)
    file, most = min(COLUMNS_OF_RUN.items(), key=itemgetter(1))
    if count > most:
        yield SourceError(
            Phrase(
                "the units would have {count:,} columns, and {file} holds {most:,}. Take {more:,} columns or more "
                "that the plan does not need out of the units' file or of a table, or give fewer layers and measures.",
                count=count,
                file=file,
                most=most,
                more=count - most,
            ),
            code="column_count",
            layer="units",
        )
    long = [name for name in map(str, inputs.units.columns) if len(name) > HEADING_CHARACTERS]
    if long:
        yield SourceError(
            Phrase(
                "names of columns are longer than the {most} characters that plan.xlsx holds above a column: {names}. "
                "Give them shorter names in their file.",
                most=HEADING_CHARACTERS,
                names=shown([f"{name[:_SHOWN]}…" for name in long]),
            ),
            code="name_length",
            layer="units",
            features=[name[:_SHOWN] for name in long],
        )


_SHOWN = 40
"""Characters of a name that is too long by which it is told."""


def cut_texts(inputs: Inputs) -> Iterator[Finding]:
    """The warning about texts that a cell of the workbook does not hold."""
    columns = {str(name): values for name, values in inputs.units.items() if values.dtype == object}
    long = [name for name, values in columns.items() if values.map(_characters).max() > CELL_CHARACTERS]
    if long:
        text = Phrase(
            "texts of {names} have more than the {most:,} characters that a cell of plan.xlsx holds: they end there "
            "with an ellipsis, and are whole in the other files",
            names=shown(long),
            most=CELL_CHARACTERS,
        )
        yield Finding("warning", "text_length", "units", tuple(long[:5]), len(long), text)


def _characters(value: object) -> int:
    return len(value) if isinstance(value, str) else 0
