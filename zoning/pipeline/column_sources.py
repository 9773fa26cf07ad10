"""Where each measure of a study comes from, names that two sources give, and what conditions will see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from layers.archives import in_sandbox
from layers.conditions import parse_condition
from layers.errors import Attempts, ConditionError, UnknownNameError, ZoneplanError, at_key
from layers.formats import reading
from layers.inputs import Inputs
from layers.phrases import Phrase
from layers.sandbox import sandboxed
from layers.sources import Keys, TableSection, UnitsSection
from zoning.errors import near
from zoning.measures import (
    BELOW_STANDARD,
    QUOTA,
    TravelTable,
    columns_of_none,
    divergence_measures,
    layer_index_faults,
    read_travel_table,
    strange_origins,
    unknown_measures,
)
from zoning.money import EnergyTable, measure_names, read_energy
from zoning.policies import read_industries
from zoning.quotas import Values
from zoning.rulebook import ELEVATION_ROLE, EXAMPLES, Derived, Indicator, Rulebook, strange_codes, with_all_topics
from zoning.study import Study

SUPPLY = "supply"
TravelParts = tuple[pd.DataFrame, pd.DataFrame, str]
"""Times, supply in one column, and the name of the table."""


@dataclass(frozen=True)
class StudyTables:
    """What the tables hold that a plan names for one chapter of the law each."""

    energy: EnergyTable | None = None
    industries: pd.DataFrame | None = None
    travel: Mapping[str, TravelTable] = field(default_factory=dict)


def read_study_tables(study: Study) -> StudyTables:
    """The tables that ``[energy]``, ``[industries]`` and ``[indices.access]`` name."""
    names = _names(study)
    if not names:
        return StudyTables()
    files = {str(study.folder): study.folder}
    for name in names:
        with suppress(ZoneplanError, OSError):  # said when it is read
            files[name] = study.locate(name)
    with sandboxed(None, study.limits):
        rows, industries, travel = in_sandbox(_read_tables, study, files)
    energy = None if rows is None or study.energy is None else EnergyTable.of(study.energy, rows)
    return StudyTables(
        energy,
        industries,
        {
            index: TravelTable(times, supply[SUPPLY].rename(None), name)
            for index, (times, supply, name) in travel.items()
        },
    )


def _names(study: Study) -> list[str]:
    """The tables as the plan names them."""
    sections = [section for section in (study.energy, study.industries) if section is not None]
    of_indices = [index.access for index in study.indices if index.access is not None]
    return [
        *(section.table for section in sections),
        *(name for section in of_indices for name in (section.table, section.facilities)),
    ]


def _read_tables(study: Study) -> tuple[pd.DataFrame | None, pd.DataFrame | None, dict[str, TravelParts]]:
    """Rows of energy, items of industries, and by index the parts of its travel table."""
    attempts = Attempts()
    energy, industries = None, None
    if study.energy is not None:
        with attempts.trying(), reading(study.energy.table):
            energy = read_energy(study.energy).rows
    if study.industries is not None:
        with attempts.trying(), reading(study.industries.table):
            industries = read_industries(study.industries)
    travel = {}
    for position, index in enumerate(study.indices):
        if index.access is not None:
            keys = ("indices", position, "access")
            with attempts.trying(), at_key(*keys), reading(index.access.table):
                table = read_travel_table(index.access, study.folder, study.where(*keys, "table"))
                travel[index.name] = table.times, table.supply.to_frame(SUPPLY), table.name
    attempts.finish()
    return energy, industries, travel


ADDED = ("area_ha", "available_ha", "available_in_boundary_ha")
"""Measures that the steps add to those of the study."""


class Origin(NamedTuple):
    """A name, and one source of it."""

    name: str
    phrase: str
    keys: tuple[str | int, ...] = ()


def provided(study: Study, inputs: Inputs, rulebook: Rulebook) -> frozenset[str]:
    """The measures that a study will have once it has run; what ``none_of`` names is 0."""
    none = (column for name in study.study.none_of for column in columns_of_none(name, rulebook))
    unknown = unknown_measures(inputs.left_out, rulebook)
    return frozenset((*(origin.name for origin in _of_study(study, inputs)), *none, *unknown))


def none_of_faults(
    study: Study, rulebook: Rulebook, inputs: Inputs, roles: Collection[str]
) -> Iterator[UnknownNameError]:
    """The complaints about ``none_of``: names that nothing reads, texts, and what the study has after all."""
    kinds = {
        indicator.name: indicator.type for indicator in rulebook.indicators if not indicator.name.startswith(QUOTA)
    }
    known = {*roles, *kinds} - {ELEVATION_ROLE}
    sources = {origin.name: origin for origin in _of_study(study, inputs)}
    played = {layer.role: Phrase("is the role of layer '{layer}'", layer=layer.name) for layer in study.layers}
    for position, name in enumerate(study.study.none_of):
        given = [sources[measure].phrase for measure in columns_of_none(name, rulebook) if measure in sources]
        if name not in known:
            text = Phrase(
                "none_of: rulebook '{rulebook}' reads no role or indicator '{indicator}'{hint}",
                rulebook=rulebook.name,
                indicator=name,
                hint=near(name, known),
            )
        elif kinds.get(name) == "text":
            text = Phrase("none_of: '{name}' is a text, and nothing of it is no value; give it by a table", name=name)
        elif name in played or given:
            phrase = played.get(name, given[0] if given else "")
            text = Phrase(
                "none_of says that there is no '{name}', but it {said}; take one of the two out", name=name, said=phrase
            )
        else:
            continue
        yield UnknownNameError(text, code="none_of", keys=("study", "none_of", position))


def origin_faults(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[UnknownNameError]:
    """The complaints about names that two sources give, each with its place in the plan."""
    first: dict[str, Origin] = {}
    for origin in (*_of_rulebook(rulebook), *_of_study(study, inputs), *_covered(study, inputs)):
        other = first.setdefault(origin.name, origin)
        if other is not origin:
            yield UnknownNameError(
                Phrase(
                    "'{name}' {said} and {other} as well; rename one of them",
                    name=origin.name,
                    said=other.phrase,
                    other=origin.phrase,
                ),
                code="two_sources",
                keys=origin.keys or other.keys,
            )


def index_faults(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[ZoneplanError]:
    """The complaints about ``[[indices]]``: what nothing provides, and indices that stand below."""
    later = later_measures(study)
    for position, index in enumerate(study.indices):
        above = study.model_copy(update={"indices": study.indices[:position], "divergence": None})
        known = provided(above, inputs, rulebook) - later
        of_layers = index.rasters is not None or index.areal is not None
        for fault in layer_index_faults(inputs.layers, index, with_all_topics(rulebook)) if of_layers else ():
            fault.keys = ("indices", position, *fault.keys)
            yield fault
        for keys, name in index.reads:
            if name not in known:
                yield UnknownNameError(
                    Phrase(
                        "index '{index}': no measure '{name}' is there before it{hint}",
                        index=index.name,
                        name=name,
                        hint=near(name, known),
                    ),
                    code="unknown_measure",
                    keys=("indices", position, *keys),
                )


def covered_measures(study: Study, inputs: Inputs) -> frozenset[str]:
    """The measures that say for which share of a unit another one has values."""
    return frozenset(origin.name for origin in _covered(study, inputs))


def later_measures(study: Study) -> frozenset[str]:
    """The measures that a study has only once it has zones: amounts of quotas, and what is missing to standards."""
    return _standards_of(study).union(f"{QUOTA}{quota.name}" for quota in study.quotas)


def _standards_of(study: Study) -> frozenset[str]:
    """The measures that a study has only once it has zones: what is missing to the standards of services."""
    names = [name for index in study.indices for name in index.standards]
    return frozenset((*names, BELOW_STANDARD) if names else ())


def access_faults(
    study: Study, rulebook: Rulebook, inputs: Inputs, travel: Mapping[str, TravelTable]
) -> Iterator[ZoneplanError]:
    """The complaints about ``[indices.access]``: ways from elsewhere, and standards of what is no main function."""
    places = {index.name: position for position, index in enumerate(study.indices)}
    for name, error in strange_origins(travel, inputs.units.index):
        error.keys = ("indices", places[name], "access", "table")
        yield error
    known = sorted(rulebook.codes("main"))
    for position, index in enumerate(study.indices):
        standard = index.access.standard if index.access is not None else None
        for code in standard if isinstance(standard, dict) else ():
            if code not in known:
                yield UnknownNameError(
                    Phrase(
                        "index '{index}': '{zone}' is no main function of rulebook '{rulebook}'{hint}",
                        index=index.name,
                        zone=code,
                        rulebook=rulebook.name,
                        hint=near(code, known),
                    ),
                    code="unknown_zone",
                    keys=("indices", position, "access", "standard", code),
                )


def divergence_faults(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[UnknownNameError]:
    """The complaints about ``[divergence]``: measures that nothing provides."""
    section = study.divergence
    if section is None:
        return
    known = provided(study.model_copy(update={"divergence": None}), inputs, rulebook) - later_measures(study)
    named: list[tuple[Keys, str]] = [
        (("groups", position, "by"), group.by) for position, group in enumerate(section.groups)
    ]
    for position, series in enumerate(section.series):
        for key, columns in (("years", series.years), ("people", series.people)):
            named += [(("series", position, key, year), name) for year, name in columns.items()]
    for keys, name in named:
        if name not in known:
            yield UnknownNameError(
                Phrase("[divergence]: no measure '{name}' is there{hint}", name=name, hint=near(name, known)),
                code="unknown_measure",
                keys=("divergence", *keys),
            )


def title_faults(study: Study, inputs: Inputs) -> Iterator[UnknownNameError]:
    """The complaints about titles of columns that the units' file or a table does not have."""
    sections: list[tuple[Keys, str, UnitsSection | TableSection]]
    sections = [(("units",), Phrase("the units' file"), study.units)]
    sections += [(("tables", position), table.source, table) for position, table in enumerate(study.tables)]
    columns = {*map(str, inputs.units.columns)}
    for keys, home, section in sections:
        for name in section.titles:
            if name not in columns:
                yield UnknownNameError(
                    Phrase(
                        "titles: {home} has no column '{column}'{hint}",
                        home=home,
                        column=name,
                        hint=near(name, columns),
                    ),
                    code="unknown_title",
                    keys=(*keys, "titles", name),
                )


def _of_study(study: Study, inputs: Inputs) -> Iterator[Origin]:
    """Every measure of a study, with each of its sources."""
    homes: dict[str, tuple[str | int, ...]] = {
        part.source: ("tables", position, "source") for position, part in enumerate(study.tables)
    }
    for column in map(str, inputs.units.columns.drop(inputs.units.geometry.name)):
        home = inputs.origins.get(column, Phrase("the units' file"))
        yield Origin(column, Phrase("comes from {home}", home=home), homes.get(home, ("units", "source")))
    designations = inputs.designations
    roles = {layer.role: position for position, layer in enumerate(study.layers) if layer.name in designations}
    for role, position in roles.items():
        for ending in ("share", "ha"):
            yield Origin(f"{role}_{ending}", Phrase("comes from the overlay"), ("layers", position, "role"))
    for position, layer in enumerate(study.layers):
        for name in layer.measure:
            yield Origin(
                name, Phrase("comes from layer '{layer}'", layer=layer.name), ("layers", position, "measure", name)
            )
    for name in ADDED:
        if name != "area_ha" or name not in inputs.units.columns:
            yield Origin(name, Phrase("comes from the overlay"))
    yield from _reckoned(study)
    for position, quota in enumerate(study.quotas):
        yield Origin(
            f"{QUOTA}{quota.name}",
            Phrase("is the amount of quota '{quota}'", quota=quota.name),
            ("quotas", position, "name"),
        )


def _reckoned(study: Study) -> Iterator[Origin]:
    """The measures that the plan makes of others."""
    for position, index in enumerate(study.indices):
        for name in (*index.measures, *index.standards):
            yield Origin(name, Phrase("comes from [[indices]]"), ("indices", position, "name"))
    if _standards_of(study):
        yield Origin(BELOW_STANDARD, Phrase("comes from [[indices]]"), ("indices",))
    for position, name in divergence_measures(study.divergence):
        yield Origin(name, Phrase("comes from [divergence]"), ("divergence", "series", position, "name"))
    for name in measure_names(study.services):
        yield Origin(name, Phrase("comes from [services]"), ("services",))


def _of_rulebook(rulebook: Rulebook) -> Iterator[Origin]:
    """Every name that is no measure of a study but that conditions read beside them."""
    yield Origin("main", Phrase("is the main function of a unit"))
    for code in rulebook.codes("overlay"):
        yield Origin(code, Phrase("is an overlay of rulebook '{rulebook}'", rulebook=rulebook.name))
    for derived in rulebook.derived:
        yield Origin(derived.name, Phrase("is derived by rulebook '{rulebook}'", rulebook=rulebook.name))
    for name in rulebook.parameters:
        yield Origin(name, Phrase("is a parameter of rulebook '{rulebook}'", rulebook=rulebook.name))


def _covered(study: Study, inputs: Inputs) -> Iterator[Origin]:
    """What is added beside the measure of a raster that has values for a part of a unit only."""
    rasters = {layer.name for layer in inputs.layers if layer.raster is not None}
    for position, layer in enumerate(study.layers):
        for name in layer.measure if layer.name in rasters else ():
            phrase = Phrase("is kept for the share of a unit that layer '{layer}' covers", layer=layer.name)
            yield Origin(f"{name}_covered", phrase, ("layers", position, "measure", name))
    for position, index in enumerate(study.indices):
        for name in index.measures if index.rasters is not None else ():
            phrase = Phrase(
                "is kept for the share of a unit that the raster of index '{index}' covers", index=index.name
            )
            yield Origin(f"{name}_covered", phrase, ("indices", position, "name"))


@dataclass(frozen=True)
class ExpectedColumns:
    """The columns that conditions of a plan will see, before they are measured."""

    units: pd.DataFrame
    names: frozenset[str]
    rulebook: Rulebook

    @cached_property
    def parameters(self) -> Values:
        """The parameters of the rulebook."""
        return self.rulebook.values

    @cached_property
    def example(self) -> pd.DataFrame:
        """What conditions will see: the columns that are there, and an example of each that will be."""
        listed: tuple[Indicator | Derived, ...] = (*self.rulebook.indicators, *self.rulebook.derived)
        typed = {measure.name: EXAMPLES[measure.type] for measure in listed if measure.name in self.names}
        examples = dict.fromkeys(self.names, EXAMPLES["number"]) | typed
        later = {name: value for name, value in examples.items() if name not in self.units.columns}
        zones = {"main": EXAMPLES["text"]} | dict.fromkeys(self.rulebook.codes("overlay"), True)
        constants = pd.DataFrame(later | zones, index=self.units.index)
        units = self.units.drop(columns=constants.columns, errors="ignore")
        return units.join(constants).drop(columns=self.parameters.keys(), errors="ignore")

    def complaints(
        self, text: str, subject: str, keys: tuple[str | int, ...], later: Collection[str] = ()
    ) -> Iterator[ZoneplanError]:
        """What is wrong with a condition of the plan."""
        names = {*map(str, self.example.columns), *self.parameters, "unit_id"}.difference(later)
        try:
            condition = parse_condition(text)
            strange = sorted(condition.names - names)
            for name in strange:
                text = Phrase(
                    "{said}: nothing provides '{name}'{hint}", said=subject, name=name, hint=near(name, names)
                )
                yield UnknownNameError(text, code="unknown_measure", keys=keys)
            if strange:
                return
            condition.evaluate(self.example, self.parameters)
        except ConditionError as error:
            yield ConditionError(Phrase("{place}: {said}", place=subject, said=error), keys=keys)
            return
        codes = {"main": self.rulebook.codes("main")}
        for words in strange_codes(condition, self.example.iloc[:1], self.parameters, codes):
            yield UnknownNameError(Phrase("{place}: {said}", place=subject, said=words), code="unknown_zone", keys=keys)
