"""Explanations: why a unit is what it is, from the unit down to the reference."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import pandas as pd

from layers.errors import UnknownNameError, escape_hidden
from layers.overview import Overview, Shown, outline
from layers.phrases import Phrase, phrase_list
from maps.telling.explanations.explanation_text import explanation_lines
from maps.telling.explanations.records_in_words import Content, content_of, contents_of
from maps.telling.explanations.unit_lookup import find_unit
from maps.telling.summaries.column_words import ColumnWords
from maps.words import LocalizedPlan, Renderer, assumption_title, localize, text_in
from zoning.money import parties_of_unit
from zoning.pipeline import row_records, rows_about, unit_records
from zoning.plan import Plan
from zoning.policies import UNSTATED, gaps_in
from zoning.reasons import Record, Said
from zoning.tables import CONFLICTS, ENERGY, QUOTAS, ZONES, Table
from zoning.zones import DEFAULT_RULE, refinements, unit_margins

MATTERS: Mapping[str, tuple[str, ...]] = {
    "zones": ("status", "standing", "assumed", "shown", "whole", "main", "overlays", "other_claims", "margins"),
    "lines": ("lines",),
    "quotas": ("quotas",),
    "land": ("derived", "norms"),
    "energy": ("energy",),
    "services": ("services",),
    "flows": ("flows",),
    "policies": ("policies", "gaps"),
    "industries": ("industries",),
}
"""What an explanation can be narrowed to, with the keys that tell of it."""
AVAILABLE = "available_"
"""Measures of land from which roles are deducted begin so."""


@dataclass(frozen=True, repr=False)
class Explanation(Shown):
    """The chain from a unit to rules, clauses with values and thresholds, parameters and references.

    Attributes
    ----------
    content : dict
        Keys ``unit``, ``plan``, ``status``, ``standing`` (see :func:`zoning.zones.decision_status`), ``assumed`` (the
        absent measures on which zones of the unit hang, by name and title), ``shown`` (what the columns of zones say
        that people read everywhere, by name, title and text), ``whole``, ``main``, ``overlays``,
        ``other_claims``, ``lines``, ``quotas``, ``derived``, ``norms``, ``energy``, ``services``, ``flows``,
        ``policies``, ``industries``, ``gaps`` (instruments of the law without a policy here, and why there is none),
        ``margins``, ``assumptions``. ``main`` and the entries of the lists from
        ``overlays`` to ``industries`` are links of one form, see :class:`zoning.reasons.Record`.
    language : {"en", "zh"}
        Of its text, reasons, sentences, clauses and assumptions; titles stand in all languages.
    """

    content: Content
    language: str = "en"

    def overview(self) -> Overview:
        """Its outline; ``text()`` has all of it."""
        return outline(self.text())

    def as_dict(self) -> Content:
        """The explanation as plain values, ready for JSON."""
        return copy.deepcopy(self.content)

    def only(self, matters: Collection[str]) -> Explanation:
        """The explanation of some matters alone.

        Parameters
        ----------
        matters : collection of str
            "zones", "lines", "quotas", "land", "energy", "services", "flows", "policies", "industries"; none means all.

        Raises
        ------
        UnknownNameError
            There is no such matter.
        """
        unknown = [matter for matter in matters if matter not in MATTERS]
        if unknown:
            guess = get_close_matches(unknown[0], MATTERS, 1)
            hint = Phrase("; did you mean '{guess}'?", guess=guess[0]) if guess else "."
            raise UnknownNameError(
                Phrase(
                    "an explanation has no '{unknown}'{hint} It tells of {matters}",
                    unknown=unknown[0],
                    hint=hint,
                    matters=phrase_list(MATTERS),
                ),
                code="unknown_matter",
            )
        if not matters:
            return self
        keys = {"unit", "plan", *(key for matter in matters for key in MATTERS[matter])}
        content = {key: section for key, section in self.content.items() if key in keys}
        assumptions = _concerning(self.content["assumptions"], content)
        return Explanation(content | {"assumptions": assumptions}, self.language)

    def text(self) -> str:
        """The explanation for a terminal; characters that would steer it are shown as escapes."""
        return "\n".join(escape_hidden(line) for line in explanation_lines(self.content, self.language)) + "\n"


def explain(plan: Plan, unit_id: str | int, language: str = "en") -> Explanation:
    """Why a unit is what it is.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    unit_id : str or int
        Its id, its id as a number, or its name in any of its languages, see :func:`maps.telling.find_unit`.
    language : str, optional
        "en", "zh", or another one that there is a catalogue of.

    Returns
    -------
    Explanation
        ``as_dict()`` for programs, ``text()`` for people.

    Raises
    ------
    UnknownNameError
        The plan has no such unit, or several of that name.
    ZoneplanError
        The language is not known.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> why = zp.explain(plan, "08031")
    >>> why.as_dict()["main"]["zone"]
    'key_development'
    >>> print(why.text().splitlines()[0])
    Denver (08031), Colorado: 39,904.03 ha
    """
    unit_id = find_unit(plan, unit_id)
    localized = localize(plan, language)
    (zone,) = localized.zones[localized.zones["unit_id"] == unit_id].to_dict("records")
    traced = trace(localized, [unit_id])[unit_id]
    words = ColumnWords(localized)
    amounts = _shown(words, QUOTAS, localized.quotas[localized.quotas["unit_id"] == unit_id].to_dict("records"))
    content = {
        "unit": {
            "unit_id": unit_id,
            "name": str(zone["name"]),
            "jurisdiction": str(zone["jurisdiction"]),
            "jurisdiction_name": localized.jurisdiction(str(zone["jurisdiction"])),
            "area_ha": float(zone["area_ha"]),
        },
        "plan": {
            "name": plan.study.name,
            "title": plan.study.title,
            "date": plan.rulebook.day.isoformat(),
            "rulebook": plan.rulebook.name,
            "rulebook_title": plan.rulebook.display_name,
        },
        "status": str(zone["status"]),
        "standing": str(localized.standings[unit_id]),
        "assumed": _hangs_on(localized, str(zone["assumed"])),
        "shown": _shown(words, ZONES, [zone])[0],
        "whole": _whole(localized, zone),
        **traced,
        "quotas": [quota | {"shown": shown} for quota, shown in zip(traced["quotas"], amounts, strict=True)],
        "gaps": _gaps(localized, unit_id),
        "margins": _margins(localized, unit_id),
    }
    return Explanation(content | {"assumptions": _assumptions(localized, content)}, language)


def _shown(words: ColumnWords, table: Table, rows: Iterable[Mapping[Any, Any]]) -> list[list[dict[str, str]]]:
    """What the shown columns of a table say of some rows."""
    return [[fact._asdict() for fact in words.facts(table, row)] for row in rows]


@dataclass(frozen=True, eq=False)
class Chains(Mapping[str, Content]):
    """The chains of some units, each put into words when it is asked for."""

    parts: Mapping[str, Mapping[str, list[Record]]]
    claims: Mapping[str, list[Record]]
    decided: Mapping[str, tuple[str, str, str]]
    renderer: Renderer

    def __getitem__(self, unit: str) -> Content:
        """The chain of a unit."""
        main, overlays, others = _sorted(self.claims[unit], self.decided[unit])
        records = {"overlays": overlays, "other_claims": others}
        records |= {name: part[unit] for name, part in self.parts.items()}
        return {"main": content_of(main, self.renderer), **contents_of(records, self.renderer)}

    def __iter__(self) -> Iterator[str]:
        """The ids of the units, in the order in which they were asked for."""
        return iter(self.claims)

    def __len__(self) -> int:
        """How many units there are."""
        return len(self.claims)

    def apart(self) -> Chains:
        """The same chains, which keep the words of their own: with them goes the memory that these take."""
        return replace(self, renderer=self.renderer.apart())


def trace(plan: LocalizedPlan, ids: Iterable[str]) -> Chains:
    """The chains of some units, or of all: what each zone, line, quota, payment and policy rests on.

    Parameters
    ----------
    plan : LocalizedPlan
        In the language wanted, see :func:`maps.words.localize`.
    ids : iterable of str

    Returns
    -------
    mapping of str to dict
        By unit: ``main``, a link, and lists of links: ``overlays``, ``other_claims``, ``lines``, ``quotas``,
        ``derived``, ``norms``, ``energy``, ``services``, ``flows``, ``policies``, ``industries``. What a link is,
        :class:`zoning.reasons.Record` says; where several units have the same one, it is one object, not to
        be changed.

    Examples
    --------
    >>> from maps.words import localize
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline.flow import run
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> denver = trace(localize(plan), ["08031"])["08031"]["main"]
    >>> denver["written"], [one["name"] for one in denver["parameters"]]
    ('rules.toml, line 3', ['density_min_per_km2'])
    """
    units, source = list(ids), plan.source
    parts = {
        "lines": _of_units(source, "lines", units),
        "quotas": _of_units(source, "quotas", units),
        "derived": unit_records(source, "derived", units),
        "norms": unit_records(source, "norms", units),
        "energy": _lights(plan, units),
        "services": unit_records(source, "services", units),
        "flows": _flows(source, units),
        "policies": _of_units(source, "policies", units),
        "industries": unit_records(source, "lists", units),
    }
    claims = _of_units(source, "claims", units)
    return Chains(parts, claims, _decided(rows_about(plan.zones, claims)), plan.renderer)


def _decided(zones: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """The main function, the rule that gave it, and the overlays of each unit."""
    columns = (zones[name].tolist() for name in ("unit_id", "main", "rule", "overlays"))
    return {unit: (main, rule, overlays) for unit, main, rule, overlays in zip(*columns, strict=True)}


def derived_measures(plan: Plan) -> dict[str, list[Record]]:
    """Why the derived measures of each unit are what they are, in the order of the rulebook."""
    return unit_records(plan, "derived", plan.units.index)


def _of_units(plan: Plan, table: str, units: list[str]) -> dict[str, list[Record]]:
    """The records of the rows of a table that speak of each unit, in their order, each once."""
    by_unit: dict[str, dict[int, Record]] = {unit: {} for unit in units}
    rows = rows_about(getattr(plan, table), by_unit)
    for unit, record in zip(rows["unit_id"].tolist(), row_records(plan, table, rows), strict=True):
        by_unit[unit][id(record)] = record
    return {unit: list(records.values()) for unit, records in by_unit.items()}


def _lights(plan: LocalizedPlan, units: list[str]) -> dict[str, list[Record]]:
    """The lights of the regions that units are or lie in, the nearest region first, with what their columns show."""
    levels = [level for level in plan.study.units.levels if level in plan.measures.columns]
    records = _with_shown(plan, ENERGY, row_records(plan.source, "energy"))
    by_region = dict(zip(plan.energy["region"].tolist(), records, strict=True))
    lights: dict[str, list[Record]] = {}
    for unit in units:
        regions = [unit, *(str(plan.measures.loc[unit, level]) for level in reversed(levels))] if by_region else []
        lights[unit] = [by_region[region] for region in dict.fromkeys(regions) if region in by_region]
    return lights


def _with_shown(plan: LocalizedPlan, table: Table, records: Sequence[Record]) -> Sequence[Record]:
    """The records of all rows of a table, with what its shown columns say as terms."""
    words = ColumnWords(plan)
    if not words.shown(table):
        return records
    rows = getattr(plan, table.name).to_dict("records")
    return [
        replace(record, facts={**record.facts, "terms": [(fact.title, fact.text) for fact in words.facts(table, row)]})
        for record, row in zip(records, rows, strict=True)
    ]


def _flows(plan: Plan, units: list[str]) -> dict[str, list[Record]]:
    """What units, and the jurisdictions that they lie in, pay and receive.

    What the condition of a transfer found is told in the unit that receives, and not in others that see the payment.
    """
    records = row_records(plan, "flows")
    sides = list(zip(plan.flows["payer"].tolist(), plan.flows["receiver"].tolist(), records, strict=True))
    elsewhere = [replace(record, when="", evidence=Said()) if record.evidence.values else record for record in records]
    flows: dict[str, list[Record]] = {}
    for unit in units:
        parties = parties_of_unit(plan.measures, unit, plan.study.units.levels) if sides else ()
        flows[unit] = [
            record if receiver == unit else other
            for (payer, receiver, record), other in zip(sides, elsewhere, strict=True)
            if payer in parties or receiver in parties
        ]
    return flows


def _sorted(claims: list[Record], decided: tuple[str, str, str]) -> tuple[Record, list[Record], list[Record]]:
    """The claim that decided the main function, the overlays, and what else is claimed or may be."""
    zone, rule, held_there = decided
    overlays = held_there.split(";") if held_there else []
    main = next(claim for claim in claims if claim.facts["zone"] == zone and claim.id == rule)
    held = [claim for claim in claims if claim.facts["zone"] in overlays and claim.facts["answer"] == "yes"]
    others = [claim for claim in claims if claim is not main and claim not in held and claim.id != DEFAULT_RULE]
    return main, held, others


def _hangs_on(plan: LocalizedPlan, names: str) -> list[dict[str, str]]:
    terms = plan.renderer.terms
    return [{"name": name, "title": terms.measure(name).title} for name in names.split(";") if name]


def _whole(plan: LocalizedPlan, zone: Mapping[Any, Any]) -> Content | None:
    """The larger unit of which the unit is a part, its main function, and how far its parts deviate."""
    if not zone["part_of"]:
        return None
    row = refinements(plan.zones).loc[zone["part_of"]]
    return {
        "level": plan.study.units.part_of or "",
        "unit_id": str(zone["part_of"]),
        "zone": str(row["main"]),
        "title": dict(plan.rulebook.zone(str(row["main"])).title),
        "area_ha": float(row["area_ha"]),
        "refined_ha": float(row["refined_ha"]),
    }


def _margins(plan: LocalizedPlan, unit_id: str) -> list[Content]:
    """How far the unit is from the threshold of each clause, and what would flip it; None where there is no number."""
    table = unit_margins(plan.source, [unit_id]).drop(columns="unit_id")
    table = plan.renderer.table(CONFLICTS, table)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _gaps(plan: LocalizedPlan, unit_id: str) -> list[Content]:
    """The instruments of which the unit has no policy, with the reason that is stated; empty where none is."""
    gap_rows, language = gaps_in(plan.source), plan.renderer.language
    gaps = dict(gap_rows.loc[gap_rows["unit_id"] == unit_id, ["instrument", "gap"]].itertuples(index=False))
    contents = []
    for instrument in plan.rulebook.coverage:
        if instrument.code in gaps:
            gap = None if gaps[instrument.code] == UNSTATED else instrument.gaps[gaps[instrument.code]]
            texts = {key: text_in(getattr(gap, key, None) or "", language) for key in ("reason", "needs", "reference")}
            contents.append({"instrument": instrument.code, "title": dict(instrument.title), **texts})
    return contents


def _assumptions(plan: LocalizedPlan, content: Content) -> list[Content]:
    """What was assumed about the values that the explanation names."""
    every = [
        {
            "name": assumption.name,
            "title": assumption_title(assumption, plan.renderer.terms),
            "kind": assumption.kind,
            "assumed": assumption.assumed,
        }
        for assumption in plan.assumptions
    ]
    return _concerning(every, content)


def _concerning(assumptions: Iterable[Content], content: Content) -> list[Content]:
    """The assumptions about values that some links read, and what was not deducted from the land that they count."""
    tops = [entry for value in content.values() for entry in (value if isinstance(value, list) else [value])]
    names = {name for entry in tops if isinstance(entry, dict) and "links" in entry for name in _read(entry)}
    land = any(name.startswith(AVAILABLE) for name in names)
    return [
        assumption
        for assumption in assumptions
        if names & {assumption["name"], f"{assumption['name']}_share", f"{assumption['name']}_ha"}
        or (land and assumption["kind"] == "deduction")
    ]


def _read(link: Content) -> Iterator[str]:
    """The names of all values that a link and those below it read."""
    yield from link["values"]
    for below in link["links"]:
        yield from _read(below)
