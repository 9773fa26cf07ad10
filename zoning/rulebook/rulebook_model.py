"""The rulebook: zones, indicators, parameters, rules, lines and policies as data, in force on one day.

It knows the days on which anything of it changes, and is validated on each of them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from layers.errors import Attempts, StudyError, UnknownNameError, raise_all
from layers.overview import Overview, Shown, listed
from layers.phrases import Phrase, template
from layers.sources import Dated, Section, Source, Sourced, Texts, as_of, changed_entry
from zoning.errors import RulebookError, near
from zoning.rulebook.chapter_schemas import (
    AgreementModel,
    CoveredInstrument,
    Industry,
    IndustryList,
    Place,
    Region,
    Scheme,
    in_force,
    memberships,
)
from zoning.rulebook.clause_validation import day_faults
from zoning.rulebook.entry_validation import classification_of, lasting_faults, rulebook_faults
from zoning.rulebook.industry_classification import Classification
from zoning.rulebook.industry_lists import listed_items
from zoning.rulebook.rulebook_folder import Draft, Verification, read_draft
from zoning.rulebook.schema import (
    LOCKED,
    AvailableLand,
    Derived,
    Floor,
    Indicator,
    Line,
    Locked,
    MapRules,
    Norm,
    Parameter,
    Policy,
    Rule,
    Terms,
    Zone,
)

UNDATED = date(2000, 1, 1)
"""The day on which a rulebook is read that dates nothing and is asked for no day."""


def changes(draft: Draft) -> tuple[date, ...]:
    """The days on which anything of a rulebook begins to hold, or holds no more; sorted.

    Examples
    --------
    >>> from zoning.rulebook import read_draft
    >>> date(2000, 1, 1) in changes(read_draft("us_west"))
    True
    """
    days = (day for entry in _dated(draft) for day in (entry.since, entry.until))
    return tuple(sorted({day for day in days if day is not None}))


def last_change(draft: Draft) -> date:
    """The last day on which something begins."""
    return max((entry.since for entry in _dated(draft) if entry.since is not None), default=UNDATED)


def calendar_faults(draft: Draft) -> Iterator[tuple[date, RulebookError]]:
    """What cannot be meant on the days on which a rulebook changes, and on the days before.

    Between two of these days nothing changes, so that a rulebook without a fault can be read on every day from its
    first one.
    """
    days = changes(draft)
    days_checked = {*days, *(day - timedelta(days=1) for day in days[1:])} or {UNDATED}
    reported: set[str] = set()
    yield from ((min(days_checked), fault) for fault in lasting_faults(draft))
    for day in sorted(days_checked):
        for fault in day_faults(draft, day):
            words = str(fault).replace(
                Phrase(" on {day}", day=day), ""
            )  # the same words about another day are the same fault
            if words not in reported:
                reported.add(words)
                yield day, fault


def _dated(draft: Draft) -> Iterator[Dated]:
    """Everything with days of its own: entries of every kind, and the values of parameters."""
    for kind in fields(draft):
        entries = getattr(draft, kind.name)
        for entry in entries if isinstance(entries, tuple) else ():
            if isinstance(entry, Dated):
                yield entry
            elif isinstance(entry, Parameter):
                yield from entry.dated
            elif isinstance(entry, CoveredInstrument):
                yield from entry.gaps
            if isinstance(entry, Region):
                yield from entry.programmes


class Value(Dated, Sourced):
    """A parameter as it stands on the day of the rulebook."""

    name: str
    value: float | bool | str
    unit: str
    title: Texts | None


@dataclass(frozen=True, repr=False)
class Rulebook(Shown):
    """A rulebook on one day: only what is in force.

    Attributes
    ----------
    name, country, description : str
        From ``rulebook.toml``.
    day : date
        The day asked for.
    title : str or mapping of str to str or None
        What people read, by language, as ``rulebook.toml`` gives it.
    display_name : str or mapping of str to str
        ``title``, or ``name`` where there is none.
    languages : tuple of str
        Of the titles; the first is the default.
    instruments : tuple of str
        Of which each unit must have a policy.
    available_land : AvailableLand
        Which roles are deducted from land, what is too steep, which role is the boundary of building.
    map : MapRules
        What maps may draw around the study.
    zones, indicators, rules, lines, floors, policies, lists, industries, derived, norms : tuples
        What is in force, in the order of the files.
    locked : mapping of str to Locked
        Decisions of ``decisions.toml`` that are in force on ``day``, by their rule ``locked-<n>``, counted in the file.
    classification : Classification or None
        What the codes of ``industries`` mean; None where the rulebook has no negative lists.
    schemes : tuple of Scheme
        Of dual control of energy, those of all days: the period that is judged decides, not the day of the plan.
    agreements : tuple of AgreementModel
        Agreements that were made, of all days, which those of a plan can be like.
    coverage : tuple of CoveredInstrument
        The instruments of the law, with the policies that are of them, and the reasons of all days for having none.
    places : tuple of Place
        What regions name as their members.
    regions : tuple of Region
        Those of all days; who lies in them on ``day`` is told by the first measures of ``derived``.
    terms : Terms
        What people read for codes of roles, instruments, units of measure, settings of policies and measures.
    parameters : mapping of str to Value
        What each parameter is on ``day``; a parameter without a value on that day is not there.
    values : mapping of str to number, bool or str
        The plain value of each parameter, for conditions.
    changes : tuple of date
        The days on which anything of it begins to hold, or holds no more; sorted.
    default_zone : Zone
        The main function of a unit that nothing else claims.
    branches : Classification
        ``classification``, or an UnknownNameError where there is none.
    files : mapping of str to bytes
        The files as read, by their path inside the rulebook's folder; copied into every run.
    draft : Draft or None
        The same rulebook as written, of all days; None where it was not read from files.

    Examples
    --------
    >>> import zoneplan as zp
    >>> rulebook = zp.read_rulebook("us_west")
    >>> rulebook.codes("main")
    ('key_development', 'agricultural', 'ecologically_fragile', 'general')
    >>> rulebook.values["density_min_per_km2"], rulebook.parameters["density_min_per_km2"].verified
    (50.0, False)
    """

    name: str
    country: str | Mapping[str, str]
    description: str | Mapping[str, str]
    day: dt.date
    title: str | Mapping[str, str] | None = None
    languages: tuple[str, ...] = ("en",)
    instruments: tuple[str, ...] = ()
    available_land: AvailableLand = field(default_factory=AvailableLand)
    map: MapRules = field(default_factory=MapRules)
    zones: tuple[Zone, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    rules: tuple[Rule, ...] = ()
    lines: tuple[Line, ...] = ()
    floors: tuple[Floor, ...] = ()
    policies: tuple[Policy, ...] = ()
    locked: Mapping[str, Locked] = field(default_factory=dict)
    lists: tuple[IndustryList, ...] = ()
    industries: tuple[Industry, ...] = ()
    classification: Classification | None = None
    schemes: tuple[Scheme, ...] = ()
    agreements: tuple[AgreementModel, ...] = ()
    coverage: tuple[CoveredInstrument, ...] = ()
    places: tuple[Place, ...] = ()
    regions: tuple[Region, ...] = ()
    derived: tuple[Derived, ...] = ()
    norms: tuple[Norm, ...] = ()
    terms: Terms = field(default_factory=Terms)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    draft: Draft | None = field(default=None, repr=False, compare=False)

    def overview(self) -> Overview:
        """What is in force, in a few rows."""
        kinds = {kind: [zone.code for zone in self.zones if zone.kind == kind] for kind in ("main", "overlay")}
        seen = sum(value.verified for value in self.parameters.values())
        whole, checked, _ = self.policies_checked
        days = self.changes if self.draft else ()
        rows = (
            ("day", str(self.day)),
            ("languages", listed(self.languages)),
            ("main", listed(kinds["main"])),
            ("overlays", listed(kinds["overlay"])),
            ("rules", listed(rule.id for rule in self.rules)),
            ("control lines", listed(line.code for line in self.lines)),
            ("indicators", listed(indicator.name for indicator in self.indicators)),
            ("derived", listed(measure.name for measure in self.derived)),
            ("norms", listed(norm.id for norm in self.norms)),
            ("parameters", f"{len(self.parameters):,}, {seen:,} verified" if self.parameters else ""),
            ("policies", f"{whole:,}, {checked:,} verified" if whole else ""),
            ("regions", listed(region.code for region in self.regions if region.on(self.day))),
            ("negative lists", listed(industry_list.id for industry_list in self.lists)),
            ("schemes", listed(scheme.code for scheme in self.schemes)),
            ("changes", f"{len(days):,} days, {days[0]} to {days[-1]}" if days else ""),
        )
        return Overview(f"Rulebook {self.name!r}", rows)

    def at(self, date: dt.date) -> Rulebook:
        """The same rulebook as it is in force on another day.

        Parameters
        ----------
        date : date
            Of :attr:`changes`, or any other.

        Returns
        -------
        Rulebook
            With the same files and the same draft.

        Raises
        ------
        RulebookError
            It cannot be meant on that day, or was not read from files.

        Examples
        --------
        >>> from datetime import date
        >>> import zoneplan as zp
        >>> rulebook = zp.read_rulebook("us_west")
        >>> len(rulebook.policies) > len(rulebook.at(date(2000, 1, 1)).policies)
        True
        """
        draft = self._written()
        raise_all(day_faults(draft, date))  # the rest was told when it was read
        return in_force_on(draft, date)

    @property
    def changes(self) -> tuple[dt.date, ...]:
        """The days on which anything of it begins to hold, or holds no more; sorted."""
        return changes(self._written())

    def _written(self) -> Draft:
        if self.draft is None:
            raise RulebookError(
                Phrase(
                    "rulebook '{rulebook}' was not read from files and knows no other day than {day}",
                    rulebook=self.name,
                    day=self.day,
                )
            )
        return self.draft

    @property
    def values(self) -> dict[str, float | bool | str]:
        """The plain value of each parameter, for conditions."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    @property
    def policies_checked(self) -> tuple[int, int, int]:
        """How many policies are in force, how many of them are verified, and how many of these at the publisher's own.

        Examples
        --------
        >>> whole, verified, official = read_rulebook("us_west").policies_checked
        >>> whole >= verified >= official > 0
        True
        """
        verified = [policy for policy in self.policies if policy.verified]
        return len(self.policies), len(verified), sum(policy.official for policy in verified)

    @property
    def display_name(self) -> str | Mapping[str, str]:
        """What people read, by language: its title, or its name where it has none.

        Examples
        --------
        >>> read_rulebook("brazil").display_name["pt"]
        'Direito brasileiro da terra'
        """
        return self.title or self.name

    @property
    def default_zone(self) -> Zone:
        """The main function of a unit that nothing else claims.

        Raises
        ------
        RulebookError
            There is none.
        """
        for zone in self.zones:
            if zone.default and zone.kind == "main":
                return zone
        raise RulebookError(
            Phrase("rulebook '{rulebook}' has no default zone: give one main zone default = true", rulebook=self.name)
        )

    def zone(self, code: str) -> Zone:
        """The zone of a code; KeyError where there is none."""
        return {zone.code: zone for zone in self.zones}[code]

    def codes(self, kind: str) -> tuple[str, ...]:
        """The codes of the zones of a kind, "main" or "overlay", in the order of the file."""
        return tuple(zone.code for zone in self.zones if zone.kind == kind)

    @property
    def branches(self) -> Classification:
        """The classification of industries.

        Raises
        ------
        UnknownNameError
            The rulebook has none, and so no negative lists.
        """
        if self.classification is None:
            raise UnknownNameError(
                Phrase(
                    "rulebook '{rulebook}' has no negative lists: its rulebook.toml names no 'classification'",
                    rulebook=self.name,
                ),
                code="no_lists",
            )
        return self.classification

    @cached_property
    def _called(self) -> dict[str, dict[str, Texts]]:
        """The titles of ``terms.toml``, by kind and code."""
        return {kind: {term.code: term.title for term in getattr(self.terms, kind)} for kind in Terms.model_fields}

    def texts_of(self, kind: str, code: str) -> Mapping[str, str]:
        """What a code is called in each language by ``terms.toml``.

        Parameters
        ----------
        kind : {"roles", "instruments", "units", "settings"}
        code : str

        Returns
        -------
        mapping of str to str
            Empty where nobody has a title for it.

        Examples
        --------
        >>> read_rulebook("us_west").texts_of("units", "acres")
        {'en': 'acres', 'zh': '英亩'}
        """
        return self._called[kind].get(code, {})

    @cached_property
    def measured(self) -> Mapping[str, str]:
        """The unit of measure of each indicator, parameter and derived measure that has one; shares have none."""
        units = [(indicator.name, indicator.unit) for indicator in self.indicators if indicator.type == "number"]
        units += [(parameter.name, parameter.unit) for parameter in self.parameters.values()]
        units += [(measure.name, measure.unit) for measure in self.derived]
        return {name: unit for name, unit in units if unit != "1"}


def read_rulebook(name_or_path: str | Path, date: dt.date | None = None) -> Rulebook:
    """A rulebook as it is in force on a day.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a built-in rulebook, or the folder of another one: a ``Path``, or a text with a ``/`` in it.
    date : date, optional
        The day of the plan. By default the last day on which anything of the rulebook begins.

    Returns
    -------
    Rulebook
        Only what is in force on that day; see :meth:`Rulebook.at` for others.

    Raises
    ------
    RulebookError
        The folder is not there, a file does not have the form of a rulebook, or what it says cannot be meant: an
        unknown name or zone, two default zones, a number without a name, a parameter without a value on that day.
        All complaints come together, each with file, line and column.

    Examples
    --------
    >>> from datetime import date
    >>> import zoneplan as zp
    >>> rulebook = zp.read_rulebook("us_west", date(2025, 1, 1))
    >>> [zone.code for zone in rulebook.zones if zone.default]
    ['general']
    """
    if date is not None and not isinstance(date, dt.date):
        raise StudyError(
            Phrase("a rulebook is read on a day and not on {given!r}; give a date(2025, 1, 1)", given=date)
        )
    draft = read_draft(name_or_path)
    day = last_change(draft) if date is None else date
    raise_all(rulebook_faults(draft, day))
    return in_force_on(draft, day)


def in_force_on(draft: Draft, day: dt.date) -> Rulebook:
    """The rulebook that a draft without faults is on a day."""
    written, draft = draft, _read_by(draft, day)
    head = draft.head
    parameters = {
        parameter.name: value
        for parameter in draft.parameters
        for value in [value_on(parameter, day)]
        if value is not None
    }
    industries = in_force((*draft.industries, *listed_items(draft)), day)
    lists = (industry_list for industry_list in draft.lists if industry_list.on(day))
    derived = (
        *memberships(draft.places, draft.regions, day),
        *(measure for measure in draft.derived if measure.on(day)),
    )
    verification = Verification(parameters, derived, lists, industries)
    return Rulebook(
        name=head.name,
        title=head.title,
        country=head.country,
        description=head.description,
        day=day,
        languages=head.languages,
        instruments=head.instruments,
        available_land=head.available_land,
        map=head.map,
        zones=tuple(zone for zone in draft.zones if zone.on(day)),
        indicators=draft.indicators,
        rules=verification.of(rule for rule in draft.rules if rule.on(day)),
        lines=draft.lines,
        floors=verification.of(floor for floor in draft.floors if floor.on(day)),
        policies=verification.of(policy for policy in draft.policies if policy.on(day)),
        locked={f"{LOCKED}{n}": decision for n, decision in enumerate(draft.decisions, start=1) if decision.on(day)},
        lists=verification.lists,
        industries=industries,
        classification=classification_of(draft),
        schemes=verification.of_schemes(draft.schemes),
        agreements=draft.agreements,
        coverage=draft.coverage,
        places=draft.places,
        regions=draft.regions,
        derived=verification.derived,
        norms=verification.of(norm for norm in draft.norms if norm.on(day)),
        terms=Terms.model_construct(**{kind: getattr(draft, kind) for kind in Terms.model_fields}),
        parameters=parameters,
        files=draft.files,
        draft=written,
    )


def _read_by(draft: Draft, day: dt.date) -> Draft:
    """A draft whose sources know which editions are older ones on a day."""
    chapters: dict[str, Any] = {
        kind.name: tuple(as_of(entry, day) if isinstance(entry, Section) else entry for entry in entries)
        for kind in fields(draft)
        if isinstance(entries := getattr(draft, kind.name), tuple)
    }
    return replace(draft, **chapters)


def value_on(parameter: Parameter, day: dt.date) -> Value | None:
    """A parameter as it stands on a day; None where it has no value then."""
    dated = parameter.at(day)
    if dated is None:
        return None
    return Value(
        name=parameter.name,
        value=dated.value,
        unit=parameter.unit,
        title=parameter.title,
        since=dated.since,
        until=dated.until,
        reference=parameter.reference,
        source=parameter.source_of(dated),
        typed_verified=parameter.typed_verified,
    )


UNREAD = Source(kind="memory")
"""Where the value of a parameter comes from that somebody tries: from no text."""


def vary_rulebook(
    rulebook: Rulebook,
    parameters: Mapping[str, float | bool | str],
    rules: Mapping[str, Mapping[str, Any] | None] = MappingProxyType({}),
) -> Rulebook:
    """A rulebook with other values of some parameters, and rules changed or dropped.

    Examples
    --------
    >>> rulebook = vary_rulebook(read_rulebook("us_west"), {"density_min_per_km2": 100})
    >>> rulebook.parameters["density_min_per_km2"].value, rulebook.parameters["density_min_per_km2"].verified
    (100.0, False)
    """
    attempts = Attempts()
    with attempts.trying():
        require_parameters(rulebook, parameters)
    with attempts.trying():
        _require_known(template("there is no rule '{name}'{near}"), rules, [rule.id for rule in rulebook.rules])
    attempts.finish()
    values = dict(rulebook.parameters)
    for name, tried in parameters.items():
        value = value_of_kind(name, values[name].value, tried)
        if value != values[name].value:
            values[name] = values[name].model_copy(update={"value": value, "source": UNREAD})
    changed = [
        rule if wanted == {} else attempts.attempt(changed_entry, rule, wanted, Phrase("rule '{rule}'", rule=rule.id))
        for rule in rulebook.rules
        if (wanted := rules.get(rule.id, {})) is not None
    ]
    attempts.finish()
    remaining: Sequence[Rule] = [rule for rule in changed if rule is not None]
    return replace(rulebook, parameters=values, rules=tuple(remaining))


def require_parameters(rulebook: Rulebook, names: Iterable[str]) -> None:
    """Refuse the first of some names that is no parameter's; the error has what may have been meant."""
    _require_known(template("there is no parameter '{name}'{near}"), names, rulebook.parameters)


def value_of_kind(name: str, adopted: float | bool | str, wanted: float | bool | str) -> float | bool | str:
    """What a parameter shall be, as its own value is: a number, true or false, or a text."""
    if isinstance(adopted, (bool, str)):
        alike, value = type(wanted) is type(adopted), wanted
    else:
        alike = isinstance(wanted, (int, float)) and not isinstance(wanted, bool) and math.isfinite(wanted)
        value = float(wanted) if alike else wanted
    if not alike:
        raise StudyError(
            Phrase(
                "parameter '{parameter}' is {own!r}, and {wanted!r} is of another kind",
                parameter=name,
                own=adopted,
                wanted=wanted,
            )
        )
    return value


_TOPS = {"1": 1.0, "%": 100.0, "deg": 90.0}
"""What a share, a per cent and a slope cannot exceed, by unit; of "% of ..." as of "%"."""
_EITHER_SIDE = ("m", "degC", "°C")
"""Units in which a number may lie on both sides of 0: heights and temperatures."""


def possible_range(value: float, unit: str) -> tuple[float, float]:
    """Between what a number of a rulebook can be moved: a threshold of 5 % cannot become -5 %, or 500 %.

    Examples
    --------
    >>> possible_range(0.05, "1"), possible_range(50, "persons/km2"), possible_range(1.4, "1")
    ((0.0, 1.0), (0.0, inf), (0.0, inf))
    """
    top = _TOPS.get(unit.split(" ", maxsplit=1)[0], math.inf)
    least = -math.inf if value < 0 or unit in _EITHER_SIDE else 0.0
    return least, math.inf if value > top else top


def require_possible(rulebook: Rulebook, name: str, wanted: float | bool | str) -> None:
    """Refuse a number that a parameter cannot be."""
    parameter = rulebook.parameters[name]
    if isinstance(parameter.value, (bool, str)) or isinstance(wanted, (bool, str)):
        return
    least, most = possible_range(parameter.value, parameter.unit)
    if not least <= wanted <= most:
        low = wanted < least
        raise StudyError(
            Phrase(
                "parameter '{parameter}' must be at least {bound}, not {wanted}"
                if low
                else "parameter '{parameter}' must be at most {bound}, not {wanted}",
                parameter=name,
                bound=f"{least if low else most:g}",
                wanted=f"{wanted:g}",
            ),
            code="out_of_range",
        )


def _require_known(text: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    strange = [name for name in wanted if name not in names]
    if strange:
        raise UnknownNameError(Phrase(text, name=strange[0], near=near(strange[0], names)), features=strange)
