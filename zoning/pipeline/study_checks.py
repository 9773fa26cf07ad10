"""What the plan means: do its roles, names, quotas and decisions find something to refer to? All at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter

import pandas as pd

from layers.conditions import number_text
from layers.errors import (
    Attempts,
    Finding,
    SourceError,
    StudyError,
    UnknownNameError,
    ZoneplanError,
    at_key,
    raise_all,
    shown,
)
from layers.format_limits import CELL_CHARACTERS, COLUMNS_OF_RUN, GEOPACKAGE_TAKEN, HEADING_CHARACTERS
from layers.inputs import Inputs
from layers.ledger import finding_word
from layers.phrases import LINES, SEMICOLON, Phrase, phrase_list, template, word
from layers.read import read_inputs
from layers.sources import written_verified
from zoning.errors import near
from zoning.measures import QUOTA, deducted_roles, misfits, range_faults, try_formula
from zoning.money import known_parties, service_faults
from zoning.pipeline.column_sources import (
    ADDED,
    ExpectedColumns,
    StudyTables,
    access_faults,
    covered_measures,
    divergence_faults,
    index_faults,
    none_of_faults,
    origin_faults,
    provided,
    read_study_tables,
    title_faults,
)
from zoning.pipeline.entry_checks import (
    energy_faults,
    energy_notes,
    flow_faults,
    flow_notes,
    quota_faults,
    scenario_faults,
    siting_faults,
    with_parameters,
)
from zoning.policies import local_list_faults
from zoning.rulebook import (
    ELEVATION_ROLE,
    Derived,
    Indicator,
    Rulebook,
    find_rulebook,
    read_rulebook,
    typed_verified_note,
)
from zoning.study import Study
from zoning.tables import PIECES, ZONES
from zoning.zones import decision_faults, locked_elsewhere


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


def _repair_warnings(study: Study, inputs: Inputs) -> Iterator[Finding]:
    """One warning a layer or table and kind of repair, and whose row is missing where; the ledger has the features."""
    tables = {table.source for table in study.tables}
    ledger = inputs.ledger
    lacking = ledger["action"].where(ledger["finding"] == "unmatched", "").astype(str)
    for (name, finding, _), rows in ledger.groupby(["layer", "finding", lacking], sort=True):
        features = [str(feature) for feature in rows["feature"]]
        actions = phrase_list(sorted(set(rows["action"]))[:3], SEMICOLON)
        of = Phrase("table '{table}'", table=name) if name in tables else Phrase("layer '{layer}'", layer=name)
        if features == [""]:  # it is of the layer as a whole
            text = Phrase("{of}: {kind}: {actions}", of=of, kind=finding_word(finding), actions=actions)
        else:
            text = Phrase(
                "{of}: {kind}, once: {actions} ({ids})"
                if len(features) == 1
                else "{of}: {kind}, {count} times: {actions} ({ids})",
                of=of,
                kind=finding_word(finding),
                count=len(features),
                actions=actions,
                ids=shown(features),
            )
        yield Finding("warning", str(finding), str(name), tuple(features[:5]), len(features), text)


def known_roles(rulebook: Rulebook) -> set[str]:
    """Roles that something in the house or the rulebook reads."""
    declared = {
        indicator.name.removesuffix(ending)
        for indicator in rulebook.indicators
        for ending in ("_share", "_ha")
        if indicator.name.endswith(ending)
    }
    lines = {role for line in rulebook.lines for role in line.roles}
    land = rulebook.available_land
    heights = {ELEVATION_ROLE} if land.steeper_than in rulebook.parameters else set()
    building = {*deducted_roles(rulebook), land.boundary}
    return {*heights, *building, *lines, *declared, *(zone.code for zone in rulebook.zones)}


def role_faults(study: Study, rulebook: Rulebook) -> Iterator[ZoneplanError]:
    """The complaints about roles that nothing reads, each with its place in the plan."""
    known = known_roles(rulebook)
    for position, layer in enumerate(study.layers):
        if layer.role is not None and layer.role not in known:
            yield UnknownNameError(
                Phrase(
                    "rulebook '{rulebook}' reads no role '{role}'{hint}",
                    rulebook=rulebook.name,
                    role=layer.role,
                    hint=near(layer.role, known),
                ),
                code="unknown_role",
                layer=layer.name,
                keys=("layers", position, "role"),
            )


def _level_faults(study: Study, inputs: Inputs) -> Iterator[ZoneplanError]:
    """The complaint about units that were read for a plan with other jurisdictions."""
    strange = [level for level in study.units.levels if level not in inputs.units.columns]
    if strange:
        yield StudyError(
            Phrase(
                "the units were read without the jurisdiction(s) {levels}: read the inputs of this plan anew",
                levels=shown(strange),
            ),
            keys=("units", "jurisdiction"),
        )


def _shape_faults(study: Study, inputs: Inputs) -> Iterator[ZoneplanError]:
    """The complaints about layers that cannot play their role: one needs area, elevation needs a grid."""
    kinds = {layer.name: layer.kind for layer in inputs.layers}
    for position, layer in enumerate(study.layers):
        kind = kinds.get(layer.name)
        wanted = "raster" if layer.role == ELEVATION_ROLE else "polygons"
        if layer.role is None or kind is None or kind == wanted:
            continue
        remedy = (
            Phrase("give a raster of heights in metres")
            if wanted == "raster"
            else Phrase(
                "a role needs area: give polygons, or a raster with 'where'; or drop the role and use 'measure'"
            )
        )
        yield SourceError(
            Phrase(
                "layer '{layer}' holds {kind}, which cannot play the role '{role}'; {remedy}",
                layer=layer.name,
                kind=word(kind),
                role=layer.role,
                remedy=remedy,
            ),
            code="role_without_area",
            layer=layer.name,
            keys=("layers", position, "role"),
        )


def _relief_faults(study: Study, inputs: Inputs) -> Iterator[ZoneplanError]:
    """The complaint about a relief that is to be drawn of what is no grid."""
    name, grids = study.map.relief, [layer.name for layer in inputs.layers if layer.raster is not None]
    known = {layer.name for layer in study.layers}
    if (
        name is not None
        and name not in grids
        and (name not in known or name in {layer.name for layer in inputs.layers})
    ):
        yield UnknownNameError(
            Phrase(
                "relief = '{name}': there is no raster layer of that name{hint}; name one of heights in metres, or "
                "leave the key out",
                name=name,
                hint=near(name, grids),
            ),
            code="unknown_layer",
            keys=("map", "relief"),
        )


GIVES_NO = template("no layer or table gives '{measure}': {taken}")


def read_everything(
    study: Study,
    inputs: Inputs | None = None,
    *,
    pinned: bool = True,
    keep_going: bool = False,
    workers: int = 1,
) -> tuple[Rulebook, Inputs, StudyTables]:
    """All that a study names: its rulebook on its date, its layers, and the tables of its other sections."""
    attempts = Attempts()
    rulebook = attempts.attempt(_rulebook, study)
    inputs = inputs or attempts.attempt(
        partial(read_inputs, study, pinned=pinned, keep_going=keep_going, workers=workers)
    )
    tables = attempts.attempt(read_study_tables, study)
    if rulebook is None or inputs is None or tables is None:
        units = pd.Index([decision.unit for decision in study.decisions])  # those that there are may be unread
        known: list[ZoneplanError] = []
        if rulebook is not None:
            known = [*role_faults(study, rulebook), *decision_faults(study.decisions, units, rulebook)]
            units = units.append([pd.Index([decision.unit for decision in each.decisions]) for each in study.scenarios])
            known += scenario_faults(study, rulebook, units)
        raise_all([*known, *attempts.errors])
        raise AssertionError  # one of the three was refused, and that has been raised
    return rulebook, inputs, tables


def _rulebook(study: Study) -> Rulebook:
    """The rulebook of a study; of a try with the parameters that it tries."""
    with at_key("study", "rulebook"):
        find_rulebook(study.rulebook)
    rulebook = read_rulebook(study.rulebook, study.date)
    if study.tried is None:
        return rulebook
    raise_all(scenario_faults(study, rulebook, pd.Index([decision.unit for decision in study.decisions])))
    return with_parameters(rulebook, study.scenarios[0])


def name_faults(study: Study, rulebook: Rulebook, inputs: Inputs, tables: StudyTables) -> list[ZoneplanError]:
    """All names in a plan that mean nothing, each with the keys of its place: the first stage of every plan."""
    strange = list(_level_faults(study, inputs))
    if strange:
        return strange
    misfitting = list(misfits(inputs.units, rulebook, inputs.origins))
    columns = _expected_columns(study, rulebook, inputs, [error.layer for error in misfitting])
    without_services = study.model_copy(update={"services": None, "divergence": None})
    return [
        *role_faults(study, rulebook),
        *none_of_faults(study, rulebook, inputs, known_roles(rulebook)),
        *_shape_faults(study, inputs),
        *_relief_faults(study, inputs),
        *_formula_faults(study, inputs),
        *_missing_measures(study, rulebook, inputs),
        *origin_faults(study, rulebook, inputs),
        *title_faults(study, inputs),
        *index_faults(study, rulebook, inputs),
        *divergence_faults(study, rulebook, inputs),
        *access_faults(study, rulebook, inputs, tables.travel),
        *format_faults(study, rulebook, inputs),
        *misfitting,
        *range_faults(inputs.units, study.tables, inputs.origins),
        *decision_faults(
            study.decisions, known_units(study, inputs), rulebook, dropped_units(inputs), inputs.units["name"]
        ),
        *quota_faults(study, columns),
        *siting_faults(study, rulebook, inputs),
        *_list_faults(tables, study, rulebook, inputs),
        *service_faults(study, provided(without_services, inputs, rulebook)),
        *flow_faults(study, known_parties(inputs.units, study.units.levels), columns),
        *energy_faults(tables.energy, study, inputs.units),
    ]


def remarks(study: Study, rulebook: Rulebook, inputs: Inputs, tables: StudyTables) -> list[Finding]:
    """What a planner should know of a plan although nothing is wrong: warnings first, then notes.

    Parameters are those of :func:`name_faults`. Warnings are repairs, decisions without effect and keys that a map
    gives away, notes what was absent, measured on a whole layer, outside the study, or never seen in an official text.
    """
    return [
        *_repair_warnings(study, inputs),
        *_idle_decisions(study, inputs),
        *_keys_given_away(study),
        *cut_texts(inputs),
        *_absent(study, rulebook, inputs),
        *(typed_verified_note(rulebook.draft) if rulebook.draft else ()),
        *_typed_verified(study),
        *_measured_whole(study),
        *_locked(study, rulebook, inputs),
        *flow_notes(study, rulebook, known_parties(inputs.units, study.units.levels)),
        *energy_notes(tables.energy, study, rulebook, inputs.units),
    ]


def known_units(study: Study, inputs: Inputs) -> pd.Index:
    """Units and larger units on which somebody may decide."""
    level = study.units.part_of
    if level is None or level not in inputs.units.columns:
        return inputs.units.index
    return inputs.units.index.union(pd.Index(inputs.units[level].dropna().astype("str")).unique())


def dropped_units(inputs: Inputs) -> frozenset[str]:
    """Units that the file has and the study has not, for they have no geometry."""
    ledger = inputs.ledger
    gone = ledger.loc[(ledger["layer"] == "units") & (ledger["finding"] == "empty"), "feature"]
    return frozenset(map(str, gone)) - set(inputs.units.index)


def group_absent(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a check for people: one note of all that nothing gives, in place of one each.

    Examples
    --------
    >>> said = {name: Phrase(GIVES_NO, measure=name, taken="taken as 0") for name in "ab"}
    >>> absent = [Finding("note", "absent", "", (name,), 1, text) for name, text in said.items()]
    >>> print(group_absent(absent)[0].text)
    no layer or table gives 2 measures
    taken as 0: a, b
    """
    groups: dict[str, list[str]] = {}
    others: list[Finding] = []
    position: int | None = None
    for finding in findings:
        if finding.code == "absent" and finding.level == "note":
            position = len(others) if position is None else position
            groups.setdefault(_taken(finding.text), []).append(finding.features[0])
        else:
            others.append(finding)
    names = tuple(name for group in groups.values() for name in group)
    if position is None or len(names) == 1:
        return list(findings)
    lines = [
        Phrase("no layer or table gives {count} measures", count=len(names)),
        *(Phrase("{taken}: {measures}", taken=taken, measures=phrase_list(some)) for taken, some in groups.items()),
    ]
    grouped = Finding("note", "absent", "", names[:5], len(names), phrase_list(lines, LINES))
    return [*others[:position], grouped, *others[position:]]


def _taken(text: str) -> str:
    """What is taken in place of a measure that nothing gives, of the text of its finding."""
    return text.fields["taken"] if isinstance(text, Phrase) else text


def _formula_faults(study: Study, inputs: Inputs) -> Iterator[ZoneplanError]:
    """Formulas that their layer cannot answer: another kind of layer, no such column, no numbers in it."""
    layers = {layer.name: layer for layer in inputs.layers}
    for position, section in enumerate(study.layers):
        for name in section.measure if section.name in layers else ():
            try:
                with at_key("layers", position, "measure", name):
                    try_formula(inputs.units, layers[section.name], name, inputs.layers)
            except ZoneplanError as error:
                yield from error.parts


def _missing_measures(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[ZoneplanError]:
    names = provided(study, inputs, rulebook)
    for indicator in rulebook.indicators:
        if indicator.when_absent == "error" and indicator.name not in names:
            yield UnknownNameError(
                Phrase(
                    "rulebook '{rulebook}' needs the measure '{measure}' ({unit}), and no layer or table of the plan "
                    "gives it{hint}; add a layer, a table or a 'measure' of that name",
                    rulebook=rulebook.name,
                    measure=indicator.name,
                    unit=indicator.unit,
                    hint=near(indicator.name, names - set(ADDED)),
                ),
                code="missing_measure",
            )


def _list_faults(tables: StudyTables, study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[ZoneplanError]:
    if tables.industries is not None:
        yield from local_list_faults(tables.industries, study, rulebook, inputs.units)


def _expected_columns(study: Study, rulebook: Rulebook, inputs: Inputs, misfitting: Sequence[str]) -> ExpectedColumns:
    """What there will be: measures of the study, indicators of the rulebook, and what it derives."""
    given = provided(study, inputs, rulebook)
    there = inputs.units.drop(columns=[inputs.units.geometry.name, *misfitting])
    listed: tuple[Indicator | Derived, ...] = (*rulebook.indicators, *rulebook.derived)
    taken = (
        measure.name for measure in listed if not measure.name.startswith(QUOTA)
    )  # a quota that the study has is given
    return ExpectedColumns(there, given.union(taken), rulebook)


def _idle_decisions(study: Study, inputs: Inputs) -> Iterator[Finding]:
    dropped = dropped_units(inputs)
    for position, decision in enumerate(study.decisions):
        if decision.unit in dropped:
            text = Phrase(
                "{place}: unit {unit} was dropped, for it has no geometry: the decision has no effect",
                place=study.where("decisions", position, "unit"),
                unit=shown([decision.unit]),
            )
            yield Finding("warning", "decision_unit_dropped", "", (decision.unit,), 1, text)
        if decision.date > study.date:
            text = Phrase(
                "{place}: the decision on {unit} is of {date}, after the plan's date {day}: it has no effect yet",
                place=study.where("decisions", position, "date"),
                unit=shown([decision.unit]),
                date=decision.date,
                day=study.date,
            )
            yield Finding("warning", "decision_not_in_force", "", (decision.unit,), 1, text)


def _keys_given_away(study: Study) -> Iterator[Finding]:
    """A key in the address of tiles, which a map cannot load without and whoever has the map can read."""
    keys = study.map.keys
    if keys:
        text = Phrase(
            "{place}: the address of tiles holds {names}, which stands in map.html as well: whoever gets the map has "
            "it. Take one that works for your own pages only, or give the map away without tiles",
            place=study.where("map", "tiles"),
            names=phrase_list(keys),
        )
        yield Finding("warning", "key_in_tiles", "", keys, len(keys), text)


def _locked(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[Finding]:
    """Normal where a study is a part of the country, so a note."""
    level = study.units.part_of
    absent = locked_elsewhere(inputs.units, rulebook, None if level is None else inputs.units[level])
    if absent:
        names = tuple(entry.subject[1] for entry in absent.values())
        text = Phrase(
            "{count} of {total} locked decisions of rulebook '{rulebook}' are on units or jurisdictions that "
            "this study does not have ({names}): they are not used",
            count=len(absent),
            total=len(rulebook.locked),
            rulebook=rulebook.name,
            names=shown(names),
        )
        yield Finding("note", "locked_elsewhere", "", names[:5], len(names), text)


def _measured_whole(study: Study) -> Iterator[Finding]:
    """Measures of layers with a role and ``where`` of which the plan does not say the part."""
    for position, layer in enumerate(study.layers):
        names = [name for name, formula in layer.measure.items() if isinstance(formula, str)]
        if layer.designates_a_part and names:
            text = Phrase(
                "{place}: layer '{layer}' has a role, so 'where' says what designates, and {names} is taken on "
                "the whole "
                "layer. {remedy}"
                if len(names) == 1
                else "{place}: layer '{layer}' has a role, so 'where' says what designates, and {names} are "
                "taken on the "
                "whole layer. {remedy}",
                place=study.where("layers", position, "measure"),
                layer=layer.name,
                names=shown(names),
                remedy=Phrase(
                    'Write {{ of = "whole", as = ... }} to say that this is meant, or {{ of = "selected", as = ... }} '
                    "for the part that designates"
                ),
            )
            yield Finding("note", "measured_whole", layer.name, tuple(names[:5]), len(names), text)


def _typed_verified(study: Study) -> Iterator[Finding]:
    """The note that a plan says of its agreements, transfers or services that they were read, and not where."""
    places = [study.where(*keys, "verified") for keys in written_verified(study)]
    if places:
        text = Phrase(
            "'verified' is written at {places}: this has no effect. Whether a text was read follows from source "
            "= {{ document, url, read_on, kind }}",
            places=shown(places),
        )
        yield Finding("note", "typed_verified", "", tuple(places[:5]), len(places), text)


def _absent(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[Finding]:
    names = provided(study, inputs, rulebook)
    for indicator in rulebook.indicators:
        if indicator.name not in names and indicator.when_absent != "error":
            value = indicator.when_absent
            taken = number_text(value) if isinstance(value, float) else word(str(value).lower())
            phrase = Phrase("rulebook '{rulebook}' takes it as {taken}", rulebook=rulebook.name, taken=taken)
            text = Phrase(GIVES_NO, measure=indicator.name, taken=phrase)
            yield Finding("note", "absent", "", (indicator.name,), 1, text)
    unread = [value.name for value in rulebook.parameters.values() if not value.verified]
    if unread:
        text = Phrase(
            "parameters of rulebook '{rulebook}' not verified against an official text: {ids}",
            rulebook=rulebook.name,
            ids=shown(unread),
        )
        yield Finding("note", "unverified", "", tuple(unread[:5]), len(unread), text)
