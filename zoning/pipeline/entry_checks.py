"""What scenarios, quotas, agreements, transfers and the energy table name: held against what there is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

import pandas as pd

from layers.conditions import SURFACES, parse_condition
from layers.errors import Attempts, Finding, SourceError, StudyError, UnknownNameError, ZoneplanError, at_key, shown
from layers.inputs import Inputs, Layer
from layers.phrases import AND, OR, Phrase, phrase_list, word
from layers.raster import MAX_SLOPE_CELL_M
from layers.read import jurisdiction_names
from zoning.errors import near
from zoning.measures import QUOTA, boundary_role, made_of
from zoning.money import (
    BUDGET,
    EnergyTable,
    conditions_of,
    expand_agreements,
    known_parties,
    measures_of,
    namesakes,
    near_misses,
    parties_of,
    party_faults,
    scheme_in_force,
)
from zoning.pipeline.column_sources import ExpectedColumns, later_measures
from zoning.quotas import UNIT, condition_names, hectares_of, measures_read
from zoning.rulebook import EXEMPT, INCENTIVE, RELAXED, Rulebook, Scheme, require_possible, vary_rulebook
from zoning.study import PARAMETERS, QUOTA_KEYS, QUOTAS, Agreement, Quota, Scenario, Siting, Study, with_scenario
from zoning.zones import decision_faults, threshold_range


def scenario_faults(
    study: Study, rulebook: Rulebook, units: pd.Index, dropped: Collection[str] = ()
) -> list[ZoneplanError]:
    """The complaints about scenarios, each with its place in the plan."""
    attempts = Attempts()
    for position, scenario in enumerate(study.scenarios):
        with attempts.trying(), at_key("scenarios", position):
            _try_paths(scenario, study, rulebook)
        with attempts.trying(), at_key("scenarios", position):
            with_scenario(study, scenario)
        for fault in decision_faults(scenario.decisions, units, rulebook, dropped):
            fault.keys = ("scenarios", position, *fault.keys)
            attempts.errors.append(fault)
    return attempts.errors


def robustness_faults(study: Study, rulebook: Rulebook) -> list[ZoneplanError]:
    """The complaints about what ``[robustness]`` draws, each with its place in the plan."""
    attempts = Attempts()
    ranges = {} if study.robustness is None else study.robustness.within
    mixed = () if study.robustness is None else study.robustness.opinions
    with attempts.trying(), at_key("robustness", "within"):
        if study.robustness is not None and not ranges and not mixed:
            raise StudyError(Phrase("nothing is to be drawn: give at least one range, or an index with opinions"))
    for position, index_name in enumerate(mixed):
        with attempts.trying(), at_key("robustness", "opinions", position):
            _mixed_index(study, rulebook, index_name)
    for name, ends in ranges.items():
        with attempts.trying(), at_key("robustness", "within", name):
            if name.startswith(f"{QUOTAS}."):
                raise StudyError(
                    Phrase(
                        "'{name}' is drawn by the command alone (zoneplan robustness RUN --within NAME=LOW:HIGH): for "
                        "weights land has to be allocated anew in each draw. Leave it out here",
                        name=name,
                    )
                )
            threshold_range(rulebook, name, ends)
    return attempts.errors


def _mixed_index(study: Study, rulebook: Rulebook, name: str) -> None:
    """Refuse an index whose weights cannot be drawn."""
    places = {index.name: position for position, index in enumerate(study.indices)}
    if name not in places:
        raise UnknownNameError(
            Phrase("there is no index '{index}'{hint}", index=name, hint=near(name, sorted(places))), features=[name]
        )
    index = study.indices[places[name]]
    if len(index.opinions) < 2:
        raise StudyError(Phrase("index '{index}' has no two opinions to draw weights between", index=name))
    if made_of(places[name], study.indices, rulebook) or study.units.part_of:
        raise StudyError(
            Phrase(
                "the weights of index '{index}' cannot be drawn where other measures, or larger units, are made of it; "
                "compare plans with other weights instead (zoneplan compare)",
                index=name,
            )
        )


def with_parameters(rulebook: Rulebook, scenario: Scenario) -> Rulebook:
    """A rulebook with the parameters that a scenario sets."""
    attempts = Attempts()
    for name, value in scenario.parameters.items():
        with attempts.trying(), at_key("set", f"{PARAMETERS}.{name}"):
            varied = vary_rulebook(rulebook, {name: value})
            require_possible(rulebook, name, value)
            rulebook = varied
    attempts.finish()
    return rulebook


def _try_paths(scenario: Scenario, study: Study, rulebook: Rulebook) -> None:
    """Refuse paths that begin with nothing that a scenario sets, and values that a parameter cannot have."""
    attempts = Attempts()
    with attempts.trying():
        with_parameters(rulebook, scenario)
    known = [f"{PARAMETERS}.{name}" for name in rulebook.parameters]
    known += [f"{QUOTAS}.{quota.name}.{key}" for quota in study.quotas for key in QUOTA_KEYS]
    for path in scenario.set:
        head = path.partition(".")[0]
        if head in {PARAMETERS, QUOTAS}:
            continue
        with attempts.trying(), at_key("set", path):
            if head in type(study).model_fields or head == "rules":
                phrase = Phrase(
                    "'{path}': a scenario sets parameters and quotas, and leaves {section} as the plan has them",
                    path=path,
                    section=head,
                )
            else:
                phrase = Phrase("there is no path '{path}'{hint}", path=path, hint=near(path, known))
            raise UnknownNameError(phrase, code="unknown_path", features=[path])
    attempts.finish()


CONDITIONED = ("priority", "groups", "limits", "locked")
"""The lists of a quota whose entries may have a condition."""
Keys = tuple[str | int, ...]


def quota_faults(study: Study, columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints about names that quotas give and that nothing provides, each with its place in the plan."""
    later = set(later_measures(study))
    for position, quota in enumerate(study.quotas):
        yield from _unprovided(study, position, columns.names - later, columns.rulebook)
        for key in CONDITIONED:
            for number, part in enumerate(getattr(quota, key)):
                if part.when is not None:
                    keys = ("quotas", position, key, number, "when")
                    yield from columns.complaints(part.when, Phrase("quota '{quota}'", quota=quota.name), keys, later)
        yield from _strangers(quota, position, columns.units.index)
        later -= {f"{QUOTA}{quota.name}"}


def _unprovided(study: Study, position: int, names: frozenset[str], rulebook: Rulebook) -> Iterator[ZoneplanError]:
    """Measures, levels and other quotas that a quota names and that nothing provides."""
    quota, keys = study.quotas[position], ("quotas", position, "name")
    later = {f"{QUOTA}{later_quota.name}" for later_quota in study.quotas[position:]}
    for name in measures_read(quota):
        if name not in names:
            hint = (
                Phrase("; a quota is known to those that stand below it") if name in later else _unasked(name, rulebook)
            )
            hint = hint or near(name, names)
            text = Phrase(
                "quota '{quota}': nothing provides the measure '{measure}'{hint}",
                quota=quota.name,
                measure=name,
                hint=hint,
            )
            yield UnknownNameError(text, code="unknown_measure", keys=keys)
    for level in quota.levels[:-1]:
        if level not in study.units.levels:
            yield UnknownNameError(
                Phrase(
                    "quota '{quota}': level '{level}' is no jurisdiction of [units] (it has {levels})",
                    quota=quota.name,
                    level=level,
                    levels=shown(study.units.levels) or Phrase("none"),
                ),
                code="unknown_level",
                keys=keys,
            )


def _unasked(name: str, rulebook: Rulebook) -> str:
    """Which measures a study must give for one that the rulebook could derive; "" of any other name."""
    draft = rulebook.draft
    made = next(
        (measure for measure in (draft.derived if draft else ()) if measure.name == name and measure.on(rulebook.day)),
        None,
    )
    if draft is None or made is None:
        return ""
    needed = made.among(()).names
    given = [
        indicator.name
        for indicator in draft.indicators
        if indicator.name in needed and indicator.when_absent in ("error", "unknown")
    ]
    given += [measure.name for measure in draft.derived if measure.name in needed]
    return Phrase(
        "; rulebook '{rulebook}' derives it from {names}: give these in a table",
        rulebook=rulebook.name,
        names=phrase_list(given),
    )


def _strangers(quota: Quota, position: int, units: pd.Index) -> Iterator[ZoneplanError]:
    """Units that locked amounts and transfers name and that are not there."""
    named: list[tuple[Keys, str | None]] = [
        (("locked", number, "unit"), lock.unit) for number, lock in enumerate(quota.locked)
    ]
    for number, transfer in enumerate(quota.transfers):
        named += [(("transfers", number, "from"), transfer.giver), (("transfers", number, "to"), transfer.receiver)]
    for keys, unit in named:
        if unit is not None and unit not in units:
            text = Phrase("there is no unit {unit}{hint}", unit=shown([unit]), hint=near(unit, units))
            yield UnknownNameError(text, code="unknown_unit", keys=("quotas", position, *keys))


def siting_faults(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[ZoneplanError]:
    """What is wrong with the ``siting`` of quotas, each with its place in the file."""
    boundary = boundary_role(rulebook)
    layers = {layer.name: layer for layer in inputs.layers}
    listed = {section.name for section in study.layers}
    for position, quota in enumerate(study.quotas):
        if quota.siting is not None:
            try:
                hectares_of(quota.unit, rulebook)
            except UnknownNameError as no_area:
                no_area.keys = ("quotas", position, "unit")
                yield no_area
            for fault in _siting_faults(quota.siting, inputs, layers, listed, boundary):
                fault.keys = ("quotas", position, "siting")
                yield fault


def _siting_faults(
    siting: Siting, inputs: Inputs, layers: dict[str, Layer], listed: set[str], boundary: str
) -> Iterator[ZoneplanError]:
    yield from _raster(siting, layers, listed)
    yield from _beside(siting, layers, listed)
    yield from _siting_conditions(siting, inputs)
    if siting.boundary and boundary not in {layer.role for layer in inputs.layers}:
        text = Phrase("'boundary' asks for the growth boundary, and no layer has the role '{role}'", role=boundary)
        yield UnknownNameError(Phrase("{text}; add the layer, or leave 'boundary' out", text=text), code="unknown_role")


def _raster(siting: Siting, layers: dict[str, Layer], listed: set[str]) -> Iterator[ZoneplanError]:
    if siting.layer is None:
        return
    layer = layers.get(siting.layer)
    if siting.layer not in listed:
        grids = [name for name, candidate in layers.items() if candidate.raster is not None]
        text = Phrase("there is no layer '{layer}'{hint}", layer=siting.layer, hint=near(siting.layer, grids))
        yield UnknownNameError(
            Phrase("{text}; name a raster layer, or leave 'layer' out to take whole pieces", text=text), code="no_layer"
        )
    elif layer is not None and layer.raster is None:
        yield SourceError(
            Phrase(
                "layer '{layer}' holds {kind}, and land is ranked by the cells of a raster; name a raster, or leave "
                "'layer' out to take whole pieces",
                layer=siting.layer,
                kind=word(layer.kind),
            ),
            code="no_raster",
            layer=siting.layer,
        )
    elif layer is not None and layer.raster is not None:
        shape = sorted(({siting.surface} | condition_names(siting)) & (set(SURFACES) - {"value"}))
        if shape and layer.raster.cell_size_m > MAX_SLOPE_CELL_M and not layer.raster.coarse:
            yield SourceError(
                Phrase(
                    "{shape} of layer '{layer}' is asked of cells of {cell:,.0f} m, and cells above "
                    "{most:.0f} m flatten the land; use a finer grid, or write coarse = true on the layer",
                    shape=phrase_list(shape, AND),
                    layer=siting.layer,
                    cell=layer.raster.cell_size_m,
                    most=MAX_SLOPE_CELL_M,
                ),
                code="coarse",
                layer=siting.layer,
            )


def _beside(siting: Siting, layers: dict[str, Layer], listed: set[str]) -> Iterator[ZoneplanError]:
    roles = {layer.role for layer in layers.values() if layer.role is not None and layer.kind == "polygons"}
    for neighbour in siting.beside:
        layer = layers.get(neighbour.layer or "")
        if neighbour.role is not None and neighbour.role not in roles:
            text = Phrase(
                "nothing has the role '{role}' to lie beside{hint}",
                role=neighbour.role,
                hint=near(neighbour.role, roles),
            )
            yield UnknownNameError(
                Phrase("{text}; add a layer of that role, or leave it out of 'beside'", text=text), code="unknown_role"
            )
        elif neighbour.layer is not None and neighbour.layer not in listed:
            text = Phrase(
                "there is no layer '{layer}' to lie beside{hint}",
                layer=neighbour.layer,
                hint=near(neighbour.layer, listed),
            )
            yield UnknownNameError(text, code="no_layer")
        elif layer is not None and layer.features is None:
            text = Phrase(
                "layer '{layer}' is a raster, and land lies beside points, lines or polygons", layer=neighbour.layer
            )
            yield SourceError(text, code="no_features", layer=layer.name)


def _siting_conditions(siting: Siting, inputs: Inputs) -> Iterator[ZoneplanError]:
    known = {*inputs.designations, *(SURFACES if siting.layer is not None else ())}
    for text in (*(merit.when for merit in siting.merits), *((siting.where,) if siting.where else ())):
        for name in sorted(parse_condition(text).names - known):
            hint = Phrase("; only the cells of a raster have it, and 'layer' names none") if name in SURFACES else ""
            yield UnknownNameError(
                Phrase(
                    "\"{text}\" reads '{name}', which no land has{hint}; it may name the layers that designate "
                    "land, and "
                    "value, slope, aspect and relief of a cell",
                    text=text,
                    name=name,
                    hint=hint or near(name, known),
                ),
                code="unknown_measure",
            )


def flow_faults(study: Study, parties: Mapping[str, str], columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints about agreements and transfers that cannot be carried out."""
    agreements: tuple[Agreement, ...] = ()
    try:
        agreements = expand_agreements(study, columns.rulebook)
    except ZoneplanError as error:
        yield from error.parts
    yield from party_faults(study, agreements, parties)
    if agreements or any(transfer.level != UNIT for transfer in study.transfers):
        yield from _namesakes(study, columns)
    layers = {layer.name for layer in study.layers}
    for position, agreement in enumerate(agreements):
        if agreement.river is not None and agreement.river not in layers:
            yield UnknownNameError(
                Phrase(
                    "agreement '{agreement}': there is no layer '{layer}'{hint}",
                    agreement=agreement.name,
                    layer=agreement.river,
                    hint=near(agreement.river, layers),
                ),
                code="unknown_layer",
                keys=("agreements", position, "river"),
            )
    for position in range(len(study.transfers)):
        yield from _transfer_faults(study, position, columns)


def _transfer_faults(study: Study, position: int, columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    """What one transfer names and does not find."""
    transfer = study.transfers[position]
    quotas = {f"{QUOTA}{quota.name}" for quota in study.quotas}  # which no transfer sees
    measures, subject, keys = (
        columns.names - quotas,
        Phrase("transfer '{transfer}'", transfer=transfer.name),
        ("transfers", position, "name"),
    )
    if transfer.level not in (UNIT, *study.units.levels):
        yield UnknownNameError(
            Phrase(
                "{said}: level '{level}' is no jurisdiction of [units] (it has {levels})",
                said=subject,
                level=transfer.level,
                levels=shown(study.units.levels) or Phrase("none"),
            ),
            code="unknown_level",
            keys=keys,
        )
    for name in measures_of(transfer):
        if name not in measures:
            text = Phrase(
                "{said}: nothing provides the measure '{measure}'{hint}",
                said=subject,
                measure=name,
                hint=near(name, measures),
            )
            yield UnknownNameError(text, code="unknown_measure", keys=keys)
    for below, when in conditions_of(transfer).items():
        yield from columns.complaints(when, subject, ("transfers", position, *below), quotas)


def _namesakes(study: Study, columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    twice = namesakes(columns.units, [level for level in study.units.levels if level in columns.units.columns])
    if twice:
        yield UnknownNameError(
            Phrase(
                "{ids} is the id of a unit and the name of a jurisdiction of others: a payment to it could mean "
                "either; give the units other ids, or the jurisdictions other names",
                ids=shown(twice),
            ),
            code="two_sources",
            layer="units",
            features=twice,
            keys=("units", "id"),
        )


def flow_notes(study: Study, rulebook: Rulebook, known: Mapping[str, str]) -> Iterator[Finding]:
    """What a reader should know of agreements and transfers: parties outside, items left out, numbers nobody saw."""
    try:
        agreements = expand_agreements(study, rulebook)
    except ZoneplanError:
        return  # the complaint about it stands among the errors
    parties = {party for agreement in agreements for party in parties_of(agreement)}
    parties |= {transfer.payer for transfer in study.transfers} - {BUDGET}
    outside = sorted(parties - set(known))
    if outside:
        text = Phrase(
            "{ids}: no jurisdiction or unit of the study, so parties outside it; they stand on no map",
            ids=shown(outside),
        )
        yield Finding("note", "outside_party", "", tuple(outside[:5]), len(outside), text)
    for position, agreement in enumerate(agreements):
        if agreement.missing_items:
            text = Phrase(
                "{place}: agreement '{agreement}' ({period}) does not state {items}, which the Regulation on "
                "Ecological Protection Compensation (2024) asks of an agreement",
                place=study.where("agreements", position, "name"),
                agreement=agreement.name,
                period=agreement.period,
                items=phrase_list(agreement.missing_items),
            )
            yield Finding("note", "agreement_items", "", (agreement.name,), len(agreement.missing_items), text)
    unread = [f"{agreement.name} ({agreement.period})" for agreement in agreements if not agreement.verified]
    unread += [f"{transfer.name} ({transfer.period})" for transfer in study.transfers if not transfer.verified]
    if unread:
        text = Phrase("agreements or transfers whose numbers nobody saw in an official text: {ids}", ids=shown(unread))
        yield Finding("note", "unverified", "", tuple(unread[:5]), len(unread), text)


_SWITCHED = {
    INCENTIVE: ("intensity_incentive_pct",),
    EXEMPT: ("exempt",),
    RELAXED: ("growth_target_pct", "growth_actual_pct"),
}
"""The columns that a scheme reads only where it has the switch."""


def energy_faults(table: EnergyTable | None, study: Study, units: pd.DataFrame) -> Iterator[ZoneplanError]:
    """Regions whose names are nearly those of a jurisdiction or unit."""
    if table is None:
        return
    for region, hint in _slips(map(str, table.rows.index), study, units):
        yield UnknownNameError(
            Phrase(
                "table '{table}': region '{region}' is no jurisdiction or unit of the plan, but nearly one; {hint}",
                table=table.name,
                region=region,
                hint=hint,
            ),
            code="near_party",
            layer=table.name,
            features=[region],
            keys=("energy", "table"),
        )


def _slips(regions: Iterable[str], study: Study, units: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Regions that are nearly a known name, or the name of a unit where its id is wanted, each with a remedy."""
    known = known_parties(units, study.units.levels)
    columns = ("name", *study.units.names.values())
    named = {str(name): unit for column in columns for unit, name in units[column].items()}
    coded = {
        name: code
        for code, names in jurisdiction_names(units, study.units).items()
        for name in ([names] if isinstance(names, str) else names.values())
    }
    for region in regions:
        close = near_misses(region, known)
        if close:
            yield region, Phrase("did you mean {names}?", names=phrase_list((repr(name) for name in close), OR))
        elif region not in known and region in coded:
            yield region, Phrase("jurisdiction '{code}' has that name: write its code", code=coded[region])
        elif region not in known and region in named:
            yield region, Phrase("unit '{unit}' has that name: write its id", unit=named[region])


def energy_notes(table: EnergyTable | None, study: Study, rulebook: Rulebook, units: pd.DataFrame) -> Iterator[Finding]:
    """Regions outside the plan, a scheme of another time, columns that it does not read, signs that look wrong."""
    if table is None or not rulebook.schemes:
        return
    outside = tuple(sorted(set(map(str, table.rows.index)) - set(known_parties(units, study.units.levels))))
    if outside:
        text = Phrase(
            "table '{table}': {count} region(s) are no jurisdiction and no unit of the plan; they are judged and "
            "reach no unit: {ids}",
            table=table.name,
            count=len(outside),
            ids=shown(outside),
        )
        yield Finding("note", "outside_party", table.name, outside[:5], len(outside), text)
    try:
        scheme = scheme_in_force(table, rulebook)
    except ZoneplanError:
        return  # said as an error already
    end = date(table.period, 12, 31)
    if not scheme.on(end):
        text = Phrase(
            "{place}: scheme '{scheme}' ({period}) is not in force at the end of the period, {end}; it judges "
            "because the plan says so",
            place=table.where("scheme"),
            scheme=scheme.code,
            period=scheme.period,
            end=end,
        )
        yield Finding("note", "scheme_not_in_force", table.name, (scheme.code,), 1, text)
    columns = set(map(str, table.rows.columns))
    for switch, names in _SWITCHED.items():
        read = {name if name.endswith("_pct") else f"{name}_{scheme.unit}" for name in names}
        if not scheme.holds(switch, end) and (unread := sorted((read & columns) - _needed_besides(table, scheme))):
            text = Phrase(
                "table '{table}': scheme '{scheme}' does not read {unread}",
                table=table.name,
                scheme=scheme.code,
                unread=phrase_list(unread),
            )
            yield Finding("warning", "unread_column", table.name, tuple(unread), len(unread), text)
    yield from _signs(table.rows.get("intensity_actual_pct"), table.name, scheme)


def _needed_besides(table: EnergyTable, scheme: Scheme) -> set[str]:
    """Columns of growth that are read whatever the scheme: for the share of a total, and to compute intensity."""
    computed = "intensity_actual_pct" not in table.rows.columns and f"used_{scheme.unit}" in table.rows.columns
    shared = {"growth_target_pct"} if table.share is not None else set()
    return shared | ({"growth_actual_pct"} if computed else set())


def _signs(actual: object, name: str, scheme: Scheme) -> Iterator[Finding]:
    """All intensities risen: more likely that somebody wrote falls as negative numbers."""
    values = [value for value in getattr(actual, "tolist", list)() if value is not None]
    if len(values) > 1 and all(value < 0 for value in values):
        text = Phrase(
            "table '{table}': by intensity_actual_pct the intensity of every region rose (scheme '{scheme}' "
            "makes all of them red); a fall is written as a positive number",
            table=name,
            scheme=scheme.code,
        )
        yield Finding("warning", "all_rose", name, (), len(values), text)
