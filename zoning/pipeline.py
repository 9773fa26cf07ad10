"""The whole flow in one call."""

from __future__ import annotations

from collections.abc import Callable

from layers.errors import raise_all
from layers.inputs import Inputs
from layers.languages import require_language
from layers.memory import uncollected, unpooled
from layers.read import confirm_sources
from layers.sources import Study
from zoning.checks import complaints, dropped_units, provided, read_rulebook_and_inputs
from zoning.compensation import account, known_parties, positions, value_services
from zoning.energy import judge_energy, scheme_in_force
from zoning.explanations import assume, assume_scheme
from zoning.measures import assumed, complete_measures, measure, undeducted
from zoning.overlays import overlay, settle_lines, tabulate_lines
from zoning.plan import Assumption, Plan
from zoning.policies import assign, list_industries, lists_in_force, local_items, looser_faults
from zoning.quotas import allocate_traced
from zoning.rulebook import Rulebook, without_unused_topics
from zoning.siting import site
from zoning.tables import CLAIMS, LEDGER, POLICIES, ZONES, tabulate
from zoning.zones import classify, conflicts, resolve

STEPS = ("read", "overlay", "measure", "classify", "allocate", "site", "account", "assign")
"""The steps that ``run`` announces, in order."""


@uncollected()
@unpooled()
def run(study: Study, announce: Callable[[str], None] = lambda _step: None, language: str = "en") -> Plan:
    """A finished plan from a study: every step of the flow, in order.

    Parameters
    ----------
    study : Study
        From :func:`layers.sources.read_study`.
    announce : callable, optional
        Called with the name of each of ``STEPS`` before it starts.
    language : {"en", "zh"}
        Of reasons, titles, clauses and assumptions; the rulebook must speak it, too.

    Returns
    -------
    Plan
        The same bytes on every run with the same input.

    Raises
    ------
    ZoneplanError
        Whatever a step refuses. All complaints about names and meaning come together. Or the language is not known.

    Examples
    --------
    >>> from layers.sources import builtin_study, read_study
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> len(plan.zones)
    164
    """
    require_language(language)
    announce("read")
    rulebook, inputs = read_rulebook_and_inputs(study)
    require_language(language, rulebook.languages, f"rulebook '{rulebook.name}'")
    rulebook = without_unused_topics(rulebook, provided(study, inputs))
    raise_all(complaints(study, rulebook, inputs))
    announce("overlay")
    pieces = settle_lines(overlay(inputs.units, inputs.designations, tiled=inputs.tiled), rulebook)
    announce("measure")
    measured = measure(inputs.units, pieces, inputs.layers, rulebook)
    if study.services is not None:
        measured = measured.join(value_services(measured, study.services))
    measures = complete_measures(measured, rulebook)
    announce("classify")
    claims = classify(
        measures,
        rulebook,
        study.decisions,
        language,
        dropped=dropped_units(inputs),
        part_of=study.units.part_of,
    )
    decided = resolve(claims, rulebook)
    announce("allocate")
    handed = allocate_traced(decided, measures, study.quotas, rulebook.values, rulebook.codes("overlay"))
    quotas = handed.quotas
    announce("site")
    sitings, sites = site(quotas, pieces, study.quotas, inputs.layers, rulebook)
    lights = judge_energy(inputs.energy, rulebook, language)
    announce("account")
    flows = account(decided, measures, study, rulebook, language, units=inputs.units, layers=inputs.layers)
    announce("assign")
    policies = assign(
        decided, measures, quotas, lights, flows, rulebook, language, pieces=pieces, levels=study.units.levels
    )
    own = local_items(inputs.industries, study, rulebook)
    raise_all(looser_faults(own, lists_in_force(policies, rulebook), study, rulebook, inputs.units))
    confirm_sources(inputs, study)
    return Plan(
        study=study,
        rulebook=rulebook,
        units=inputs.units,
        pieces=pieces,
        measures=measures,
        claims=tabulate(CLAIMS, claims),
        zones=tabulate(ZONES, inputs.units[["name", "jurisdiction", "area_ha"]].join(decided)),
        lines=tabulate_lines(pieces, rulebook),
        quotas=quotas,
        solutions=handed.solutions,
        quota_rules=handed.rules,
        sitings=sitings,
        sites=sites,
        energy=lights,
        flows=flows,
        positions=positions(flows, known_parties(measures, study.units.levels), decided),
        policies=tabulate(POLICIES, policies),
        ledger=tabulate(LEDGER, inputs.ledger),
        assumptions=(
            *assume(
                assumed(measured, rulebook, quotas, language),
                undeducted(pieces, inputs.layers, rulebook),
                rulebook,
                language,
            ),
            *_energy_assumed(inputs, rulebook, language),
        ),
        roles=dict(pieces.attrs["roles"]),
        sources=inputs.sources,
        own_crs=inputs.own_crs.to_string(),
        language=language,
        conflicts=conflicts(claims, measures, rulebook, language=language),
        industries=list_industries(rulebook, own, language),
    )


def _energy_assumed(inputs: Inputs, rulebook: Rulebook, language: str) -> tuple[Assumption, ...]:
    if inputs.energy is None:
        return ()
    return assume_scheme(scheme_in_force(inputs.energy, rulebook), inputs.energy.period, language)
