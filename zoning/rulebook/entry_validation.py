"""Whether the entries of a rulebook can be meant as they are written, on any day and on one.

Chapter by chapter: rules and parameters, derived measures and norms, schemes of dual control, negative lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from layers.conditions import parse_calculation, parse_condition
from layers.errors import ConditionError, UnknownNameError
from layers.phrases import Phrase, phrase_list, word
from layers.sources import Dated
from zoning.errors import RulebookError, near
from zoning.rulebook.chapter_schemas import IN, MARGIN, OWN, SCHEME_PARAMETERS, Gap, Industry, Programme, Region, Scheme
from zoning.rulebook.clause_validation import (
    ALWAYS_THERE,
    Examples,
    condition_faults,
    day_faults,
    examples_of,
    foreign_key_faults,
    is_summed,
    names_of,
    provision_faults,
)
from zoning.rulebook.industry_classification import (
    Classification,
    branch_faults,
    builtin_classifications,
    classified,
    read_classification,
)
from zoning.rulebook.industry_lists import list_table_faults
from zoning.rulebook.rulebook_folder import Draft
from zoning.rulebook.schema import AREAS_HA, ELEVATION_ROLE, UNIT, DatedValue, Derived, Indicator, Locked, Norm, Terms


def industry_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about negative lists and the classification that they speak of."""
    yield from _classification(draft)
    yield from _lists(draft)
    yield from _declared(draft)
    yield from _list_languages(draft)
    industries = classification_of(draft)
    yield from list_table_faults(draft, industries)
    if industries is not None:
        yield from _codes(draft, industries)


def classification_of(draft: Draft) -> Classification | None:
    """The classification that a rulebook names; None where it names none, or one that is not there."""
    name = draft.head.classification
    if name is None:
        return None
    if "classification.toml" in draft.files:
        return classified(name, draft.classification)
    return read_classification(name) if name in builtin_classifications() else None


def _classification(draft: Draft) -> Iterator[RulebookError]:
    name, builtin = draft.head.classification, builtin_classifications()
    has_file = "classification.toml" in draft.files
    if name is None and (has_file or draft.industries or any(industry_list.table for industry_list in draft.lists)):
        what = "classification.toml" if has_file else "industries.toml"
        yield draft.fault(
            Phrase(
                "there is {file}, and no key 'classification' that says what its codes mean; built in: {names}",
                file=what,
                names=phrase_list(builtin),
            ),
            "rulebook",
        )
    elif has_file and name in builtin:
        yield draft.fault(
            Phrase(
                "'{name}' is built in, and there is classification.toml as well; rename one or drop the file", name=name
            ),
            "rulebook",
            "classification",
        )
    elif name is not None and not has_file and name not in builtin:
        yield draft.fault(
            Phrase(
                "there is no classification '{classification}'{hint}; or bring your own as classification.toml",
                classification=name,
                hint=near(name, builtin),
            ),
            "rulebook",
            "classification",
        )
    for position, key, complaint in branch_faults(draft.classification):
        yield draft.fault(complaint, "classification", position, key)


def _lists(draft: Draft) -> Iterator[RulebookError]:
    """Lists that are called as that of a plan, items that never hold, policies with a list that cannot add up."""
    for position, item in enumerate(draft.industries):
        if item.list == OWN:
            yield draft.fault(
                Phrase("'{own}' is kept for the list of a plan; rename the list", own=OWN),
                "industries",
                position,
                "list",
            )
        if not item.meets(item):
            yield draft.fault(Phrase("it ends before it begins ({period})", period=item.period), "industries", position)
    for position, policy in enumerate(draft.policies):
        if policy.list is not None and policy.subject:
            text = Phrase(
                "a policy with a 'list' has no 'subject': all lists that hold add up, and none overrules another"
            )
            yield draft.fault(text, "policies", position, "subject")


def _declared(draft: Draft) -> Iterator[RulebookError]:
    """Entries of lists that never hold, that meet another of the same list, or that are complete without being so."""
    for position, industry_list in enumerate(draft.lists):
        if not industry_list.meets(industry_list):
            yield draft.fault(
                Phrase("it ends before it begins ({period})", period=industry_list.period), "lists", position
            )
        first = next(
            (
                n
                for n, other in enumerate(draft.lists[:position])
                if other.id == industry_list.id and other.meets(industry_list)
            ),
            None,
        )
        if first is not None:
            text = Phrase(
                "the list has an entry for the same days already ({place}); drop one", place=draft.where("lists", first)
            )
            yield draft.fault(text, "lists", position, "id")
        items = sum(item.list == industry_list.id and item.meets(industry_list) for item in draft.industries)
        if (
            industry_list.table is None
            and industry_list.complete
            and industry_list.items_known is not None
            and items < industry_list.items_known
        ):
            text = Phrase(
                "the list is said to be complete, and {items} of about {items_known} items are here",
                items=items,
                items_known=industry_list.items_known,
            )
            yield draft.fault(text, "lists", position, "complete")


def _list_languages(draft: Draft) -> Iterator[RulebookError]:
    texts = [
        ("industries", position, keys, text)
        for position, industry in enumerate(draft.industries)
        for keys, text in industry.texts()
    ]
    texts += [
        ("classification", position, ("title",), branch.title) for position, branch in enumerate(draft.classification)
    ]
    for kind, position, keys, text in texts:
        if missing := [language for language in draft.head.languages if language not in text]:
            yield draft.fault(
                Phrase("it has no text in {missing}; give one", missing=phrase_list(missing)), kind, position, *keys
            )


def _codes(draft: Draft, industries: Classification) -> Iterator[RulebookError]:
    known: list[tuple[int, Industry, tuple[str, ...]]] = []
    for position, item in enumerate(draft.industries):
        try:
            known.append((position, item, industries.path(item.code)))
        except UnknownNameError as error:
            yield draft.fault(error.said, "industries", position, "code")
    for first, second in combinations(known, 2):
        (_, item, *_), (_, other, *_) = first, second
        if item.list == other.list and item.meets(other) and set(item.states) & set(other.states):
            yield from _idle(draft, first, second)


def _idle(
    draft: Draft, entry: tuple[int, Industry, tuple[str, ...]], other: tuple[int, Industry, tuple[str, ...]]
) -> Iterator[RulebookError]:
    """Of two items of one list that meet: the one that the other leaves without effect."""
    (first, item, path), (second, again, deeper) = entry, other
    same = item.treatment == again.treatment and item.conditions == again.conditions
    if path[-1] == deeper[-1] and same:
        text = Phrase(
            "the list has the same of {code} already ({place}); drop one",
            code=deeper[-1],
            place=draft.where("industries", first),
        )
        yield draft.fault(text, "industries", second)
        return
    for (position, weak, below), (_, strong, above) in ((other, entry), (entry, other)):
        if strong.treatment == "prohibited" and above[-1] in below and set(weak.states) <= set(strong.states):
            text = Phrase(
                "the list prohibits {code}, and {other} with it: this item has no effect; drop it",
                code=above[-1],
                other=below[-1],
            )
            yield draft.fault(text, "industries", position, "code")
            return


def land_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about derived measures and norms."""
    for position, measure in enumerate(draft.derived):
        above = [other for other in draft.derived[:position] if other.name != measure.name]
        yield from _of_derived(draft, position, Examples(draft, examples_of(draft, above), _limit(draft, measure)))
    for position, norm in enumerate(draft.norms):
        yield from _of_norm(draft, norm, position)


def _limit(draft: Draft, measure: Derived) -> str:
    """What is said of names that a derived measure does not see."""
    later = [other.name for other in draft.derived[draft.derived.index(measure) :] if other.name != measure.name]
    return (
        Phrase("; a measure is known to those below it, and {later} come later", later=phrase_list(later))
        if later
        else ""
    )


def _of_derived(draft: Draft, position: int, sight: Examples) -> Iterator[RulebookError]:
    measure = draft.derived[position]
    if measure.type == "boolean":
        text = Phrase("truth values are not derived here: write 'number' or 'text', or a region in regions.toml")
        yield draft.fault(text, "derived", position, "type")
    if measure.printed is not None:
        kind = next(name for name in ("thresholds", "matrix", "correction") if getattr(measure, name))
        complaints = dict.fromkeys(text for band in measure.table for text in sight.complaints(band.when, printed=True))
        yield from (draft.fault(text, "derived", position, kind) for text in complaints)
    for number, band in enumerate(measure.bands):
        for key, texts in (("when", sight.complaints(band.when)), ("value", _value_texts(band.value, measure, sight))):
            yield from (draft.fault(text, "derived", position, "bands", number, key) for text in texts)
        if band.reason is not None:
            yield from _reasons(draft, position, number, band.reason)
        if band.when.strip().upper() == "TRUE" and number + 1 < len(measure.bands):
            text = Phrase(
                "this row always holds, so that none below it ever counts ({count} more)",
                count=len(measure.bands) - number - 1,
            )
            yield draft.fault(text, "derived", position, "bands", number, "when")
    doubts = [
        Phrase("'{name}' is handed out after the measures are derived; only policies and norms can read it", name=name)
        for name in sorted(names_of(measure))
        if name.startswith("quota_")
    ]
    yield from (draft.fault(text, "derived", position, "name") for text in doubts)


def _value_texts(text: str, measure: Derived, sight: Examples) -> Iterator[str]:
    """What is wrong with the value of a row."""
    try:
        calculation = parse_calculation(text)
    except ConditionError as error:
        yield error.said
        return
    doubts = list(sight.doubts(calculation))
    yield from doubts
    if calculation.names.difference(sight.measures, sight.parameters):
        return
    try:
        (example,) = calculation.evaluate(sight.example, sight.parameters)
    except (ConditionError, UnknownNameError) as error:
        yield error.said
        return
    kind = "text" if isinstance(example, str) else "number" if isinstance(example, float) else "boolean"
    if kind != measure.type:
        yield Phrase(
            "this is a {kind}, but '{name}' is a {wanted}: correct the value, or give type = \"{code}\"",
            kind=word(kind),
            code=kind,
            name=measure.name,
            wanted=word(measure.type),
        )


def _reasons(draft: Draft, position: int, number: int, reason: dict[str, str]) -> Iterator[RulebookError]:
    missing = [language for language in draft.head.languages if language not in reason]
    at = (position, "bands", number, "reason")
    if missing:
        yield draft.fault(
            Phrase("reason has no text in {missing}; give one", missing=phrase_list(missing)), "derived", *at
        )


def _of_norm(draft: Draft, norm: Norm, position: int) -> Iterator[RulebookError]:
    texts = list(Examples(draft, examples_of(draft, draft.derived)).complaints(norm.holds))
    if not texts:
        texts += _unsummed(draft, norm, parse_condition(norm.holds).names)
    yield from (draft.fault(text, "norms", position, "holds") for text in texts)


def _unsummed(draft: Draft, norm: Norm, names: frozenset[str]) -> Iterator[str]:
    """Measures that a norm reads of several units and that cannot be told of them."""
    if norm.level == UNIT:
        return
    listed: tuple[Indicator | Derived, ...] = (*draft.indicators, *draft.derived)
    summed = {
        measure.name
        for measure in listed
        if measure.type == "number" and (is_summed(measure.name) or measure.whole == "sum")
    }
    for name in sorted(names - summed - {parameter.name for parameter in draft.parameters}):
        yield (
            Phrase(
                "'{name}' is no sum, and this norm is asked of several units together; name measures in _ha or "
                '_share, or give the indicator whole = "sum"',
                name=name,
            )
        )


Fault = tuple[tuple[str | int, ...], str]


def scheme_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about ``energy.toml``."""
    for position, scheme in enumerate(draft.schemes):
        if not scheme.meets(scheme):
            yield draft.fault(Phrase("it ends before it begins ({period})", period=scheme.period), "schemes", position)
        for keys, text in (*_parameters(scheme), *_titles(scheme, draft.head.languages), *_targets(scheme)):
            yield draft.fault(text, "schemes", position, *keys)
    for (_, scheme), (position, other) in combinations(enumerate(draft.schemes), 2):
        if scheme.meets(other):
            yield draft.fault(
                Phrase(
                    "schemes '{scheme}' ({period}) and '{other}' ({other_period}) hold on the same days; let one end "
                    "(until) "
                    "on the day on which the other begins",
                    scheme=scheme.code,
                    period=scheme.period,
                    other=other.code,
                    other_period=other.period,
                ),
                "schemes",
                position,
            )


def _parameters(scheme: Scheme) -> Iterator[Fault]:
    names = [parameter.name for parameter in scheme.parameters]
    if MARGIN not in names:
        yield (
            ("parameters",),
            Phrase(
                "parameter '{parameter}' is missing: the per cent of a target between yellow and red", parameter=MARGIN
            ),
        )
    for position, parameter in enumerate(scheme.parameters):
        kind = SCHEME_PARAMETERS.get(parameter.name)
        if kind is None:
            yield (
                ("parameters", position, "name"),
                Phrase(
                    "no scheme has '{parameter}'{hint}",
                    parameter=parameter.name,
                    hint=near(parameter.name, SCHEME_PARAMETERS),
                ),
            )
            continue
        if parameter.name in names[:position]:
            yield ("parameters", position, "name"), Phrase("'{name}' stands twice", name=parameter.name)
        if not all(_fits(value, kind) for value in parameter.dated):
            wanted = Phrase("true or false") if kind is bool else Phrase("a number of 0 or more")
            yield (
                ("parameters", position, "values"),
                Phrase("'{name}' needs {wanted}", name=parameter.name, wanted=wanted),
            )
        if any(value.meets(other) for value, other in combinations(parameter.dated, 2)):
            yield (
                ("parameters", position, "values"),
                Phrase("two values of '{name}' hold on the same days", name=parameter.name),
            )
        if parameter.name == MARGIN and (gap := _gap(scheme, parameter.dated)):
            yield (
                ("parameters", position, "values"),
                Phrase("'{name}' has no value {day}, and the scheme holds", name=parameter.name, day=gap),
            )


def _titles(scheme: Scheme, languages: Sequence[str]) -> Iterator[Fault]:
    for position, parameter in enumerate(scheme.parameters):
        missing = [
            language for language in languages if parameter.title is not None and language not in parameter.title
        ]
        if missing:
            yield (
                ("parameters", position, "title"),
                Phrase("title has no text in {missing}; give one", missing=phrase_list(missing)),
            )


def _targets(scheme: Scheme) -> Iterator[Fault]:
    if scheme.targets and (scheme.since is None or scheme.until is None):
        yield (
            ("targets",),
            Phrase("targets of regions are for a whole term; say when the scheme begins and ends (from, until)"),
        )
    taken: set[str] = set()
    for position, target in enumerate(scheme.targets):
        for name in (target.region, *target.names):
            if name in taken:
                yield ("targets", position), Phrase("two regions are called '{name}'", name=name)
            taken.add(name)


def _fits(value: DatedValue, kind: type) -> bool:
    if kind is bool:
        return isinstance(value.value, bool)
    return isinstance(value.value, float) and value.value >= 0


def _gap(scheme: Scheme, values: tuple[DatedValue, ...]) -> str:
    """When a scheme holds and none of the values does; in words, or nothing."""
    begin, end = scheme.since or date.min, scheme.until or date.max
    for value in sorted(values, key=lambda value: value.since or date.min):
        if (value.since or date.min) > begin:
            break
        begin = max(begin, value.until or date.max)
    return Phrase("on {begin}", begin=begin) if begin < end else ""


WAYS = {
    "number": frozenset({"sum", "mean", "area_mean", "min", "max"}),
    "boolean": frozenset({"any", "all"}),
    "text": frozenset({"same"}),
}
"""How parts may make the value of a whole, by the type of an indicator."""
RESERVED_RULES = re.compile(r"default|decision-.*|locked-.*")


def rulebook_faults(draft: Draft, day: date) -> Iterator[RulebookError]:
    """The complaints about a rulebook: those of every day, then those of one."""
    yield from lasting_faults(draft)
    yield from day_faults(draft, day)


def lasting_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about a rulebook that hold on every day, in the order of the checks."""
    yield from _languages(draft)
    yield from _twice(draft)
    yield from _clashes(draft)
    yield from _by_kind(draft)
    yield from _absences(draft)
    yield from _values(draft)
    yield from _roles(draft)
    yield from _available_land(draft)
    yield from _land_units(draft)
    yield from foreign_key_faults(draft)
    yield from _rules(draft)
    yield from _locked(draft)
    yield from scheme_faults(draft)
    yield from condition_faults(draft)
    yield from land_faults(draft)
    yield from provision_faults(draft)
    yield from _coverage(draft)
    yield from region_faults(draft)
    yield from industry_faults(draft)


def _languages(draft: Draft) -> Iterator[RulebookError]:
    wanted = draft.head.languages
    if "en" not in wanted:
        text = Phrase("'en' is not among the languages; add it: what a reader's language lacks is told in English")
        yield draft.fault(text, "rulebook", "languages")
    for key in ("title", "country", "description"):
        yield from _spoken(draft, getattr(draft.head, key), key, "rulebook", key)
    for kind, key in (
        ("zones", "title"),
        ("indicators", "title"),
        ("parameters", "title"),
        ("rules", "reason"),
        ("lines", "title"),
        ("floors", "title"),
        ("policies", "title"),
        ("policies", "clause"),
        ("decisions", "reason"),
        ("decisions", "by"),
        ("schemes", "title"),
        ("agreements", "title"),
        ("agreements", "seen"),
        ("coverage", "title"),
        ("places", "title"),
        ("regions", "title"),
        ("derived", "title"),
        ("norms", "title"),
        *((kind, "title") for kind in Terms.model_fields),
        ("instruments", "heading"),
        *(("zones", key) for key in ("short", "one", "purpose")),
        *(("measures", key) for key in ("noun", "said", "denied")),
    ):
        for position, entry in enumerate(getattr(draft, kind)):
            yield from _spoken(draft, getattr(entry, key), key, kind, position, key)


def _spoken(
    draft: Draft, texts: str | Mapping[str, str] | None, key: str, kind: str, *keys: str | int
) -> Iterator[RulebookError]:
    """Texts that lack a language of the rulebook; one text for all languages has none to lack."""
    if texts is None or isinstance(texts, str):
        return
    wanted = draft.head.languages
    if missing := [language for language in wanted if language not in texts]:
        yield draft.fault(
            Phrase("{key} has no text in {missing}; give one", key=key, missing=phrase_list(missing)), kind, *keys
        )


def _coverage(draft: Draft) -> Iterator[RulebookError]:
    """Instruments that name what is not there, and policies that stand under no instrument, or under two."""
    under: dict[str, str] = {}
    for position, instrument in enumerate(draft.coverage):
        yield from _gaps(draft, position, instrument.gaps)
        for key, named in (("policies", draft.policies), ("agreements", draft.agreements)):
            known = [entry.id for entry in named]
            for number, name in enumerate(getattr(instrument, key)):
                if name not in known:
                    text = Phrase("{file} has no '{name}'{hint}", file=f"{key}.toml", name=name, hint=near(name, known))
                    yield draft.fault(text, "coverage", position, key, number)
        for number, name in enumerate(instrument.policies):
            other = under.setdefault(name, instrument.code)
            if other != instrument.code or name in instrument.policies[:number]:
                text = Phrase("policy '{policy}' stands under '{other}' already; keep one", policy=name, other=other)
                yield draft.fault(text, "coverage", position, "policies", number)
    for position, policy in enumerate(draft.policies if draft.coverage else ()):
        if policy.id not in under:
            text = Phrase("coverage.toml names the policy '{policy}' under no instrument; add it", policy=policy.id)
            yield draft.fault(text, "policies", position, "id")


def region_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about regions, their members and their programmes."""
    known = [territory.code for territory in draft.places]
    named = {code for region in draft.regions for code in (*region.members, *region.partly)}
    for position, territory in enumerate(draft.places):
        if territory.code not in named:
            yield draft.fault(
                Phrase("no region names the place '{code}'; drop it", code=territory.code), "places", position
            )
    measures = {indicator.name for indicator in draft.indicators}
    for position, region in enumerate(draft.regions):
        for key in ("members", "partly"):
            codes = getattr(region, key)
            for number, code in enumerate(codes):
                if code not in known:
                    text = Phrase("there is no place '{code}'{hint}", code=code, hint=near(code, known))
                    yield draft.fault(text, "regions", position, key, number)
                elif code in codes[:number] or (key == "partly" and code in region.members):
                    text = Phrase("place '{code}' is a member already; keep one", code=code)
                    yield draft.fault(text, "regions", position, key, number)
        share = f"{region.drawn_by}_share"
        if region.drawn_by and share not in measures:
            text = Phrase(
                "its layer is read as '{name}', which does not stand in indicators.toml{hint}",
                name=share,
                hint=near(share, measures),
            )
            yield draft.fault(text, "regions", position, "role" if region.role else "partly")
        yield from _programmes(draft, position, region)


def _programmes(draft: Draft, position: int, region: Region) -> Iterator[RulebookError]:
    """Programmes that never run, that have no words, and policies of them that are another's."""
    for number, programme in enumerate(region.programmes):
        at = (position, "programmes", number)
        yield from _spoken(draft, programme.title, "title", "regions", *at, "title")
        if not programme.meets(programme):
            yield draft.fault(Phrase("it ends before it begins ({period})", period=programme.period), "regions", *at)
        elif not programme.meets(region):
            text = Phrase(
                "it runs {period}, and the region is in force {other_period}",
                period=programme.period,
                other_period=region.period,
            )
            yield draft.fault(text, "regions", *at)
        if programme.id in [other.id for other in region.programmes[:number]]:
            yield draft.fault(Phrase("'{name}' stands twice", name=programme.id), "regions", *at, "id")
        for nth, name in enumerate(programme.policies):
            yield from (
                draft.fault(text, "regions", *at, "policies", nth)
                for text in _policy_of(draft, name, programme, region)
            )


def _policy_of(draft: Draft, name: str, programme: Programme, region: Region) -> Iterator[str]:
    """What keeps a policy from being one of a programme."""
    policies = [policy for policy in draft.policies if policy.id == name]
    if not policies:
        yield Phrase(
            "{file} has no '{name}'{hint}",
            file="policies.toml",
            name=name,
            hint=near(name, [policy.id for policy in draft.policies]),
        )
        return
    measure = f"{IN}{region.code}"
    if not any(measure in policy.when for policy in policies):
        yield Phrase("policy '{policy}' does not ask '{name}' in its condition", policy=name, name=measure)
    begun = [policy for policy in policies if policy.meets(programme)]
    if not begun:
        yield Phrase("no version of policy '{policy}' holds while the programme runs", policy=name)
    for policy in begun:
        if programme.until is not None and (policy.until is None or policy.until > programme.until):
            yield Phrase(
                "policy '{policy}' ({period}) outlives its programme ({other_period}); let it end, too",
                policy=name,
                period=policy.period,
                other_period=programme.period,
            )


def _gaps(draft: Draft, position: int, gaps: Sequence[Gap]) -> Iterator[RulebookError]:
    """Gaps without a language or a day."""
    for number, gap in enumerate(gaps):
        at = (position, "gaps", number)
        for key, texts in (("reason", gap.reason), ("needs", gap.needs)):
            yield from _spoken(draft, texts, key, "coverage", *at, key)
        if not gap.meets(gap):
            yield draft.fault(Phrase("it ends before it begins ({period})", period=gap.period), "coverage", *at)


def _twice(draft: Draft) -> Iterator[RulebookError]:
    """Two entries of one name; two versions are welcome where no day has both."""
    for kind, key in (
        ("zones", "code"),
        ("indicators", "name"),
        ("parameters", "name"),
        ("rules", "id"),
        ("lines", "code"),
        ("policies", "id"),
        ("derived", "name"),
        ("norms", "id"),
        ("coverage", "code"),
        ("places", "code"),
        ("regions", "code"),
        *((kind, "code") for kind in Terms.model_fields),
    ):
        named: dict[str, list[tuple[int, Any]]] = {}
        for position, entry in enumerate(getattr(draft, kind)):
            named.setdefault(getattr(entry, key), []).append((position, entry))
        for name, entries in named.items():
            for (first, entry), (second, other) in combinations(entries, 2):
                if isinstance(entry, Dated) and not entry.meets(other):
                    continue
                yield draft.fault(
                    Phrase(
                        "'{name}' is there already ({place}); let one end before the other begins, or rename one"
                        if isinstance(entry, Dated)
                        else "'{name}' is there already ({place}); rename one",
                        name=name,
                        place=draft.where(kind, first, key),
                    ),
                    kind,
                    second,
                    key,
                )


def _clashes(draft: Draft) -> Iterator[RulebookError]:
    """A name that a condition could understand in two ways."""
    kinds: dict[str, str] = dict.fromkeys((*ALWAYS_THERE, "main"), Phrase("a name that is always there"))
    listed: list[tuple[str, int, str, str, str]] = [
        *(
            ("parameters", position, "name", parameter.name, Phrase("a parameter"))
            for position, parameter in enumerate(draft.parameters)
        ),
        *(
            ("indicators", position, "name", indicator.name, Phrase("an indicator"))
            for position, indicator in enumerate(draft.indicators)
        ),
        *(
            ("derived", position, "name", measure.name, Phrase("a derived measure"))
            for position, measure in enumerate(draft.derived)
        ),
        *(
            ("regions", position, "code", f"{IN}{region.code}", Phrase("a region"))
            for position, region in enumerate(draft.regions)
        ),
        *(
            ("zones", position, "code", zone.code, Phrase("an overlay zone"))
            for position, zone in enumerate(draft.zones)
            if zone.kind == "overlay"
        ),
    ]
    for kind, position, key, name, what in listed:
        other = kinds.setdefault(name, what)
        if other != what:
            yield draft.fault(
                Phrase("'{name}' is {first} and {kind} as well; rename one", name=name, first=other, kind=what),
                kind,
                position,
                key,
            )


def _by_kind(draft: Draft) -> Iterator[RulebookError]:
    """What only main functions can be or have, and what only overlays."""
    for position, zone in enumerate(draft.zones):
        if zone.default and zone.kind != "main":
            yield draft.fault(
                Phrase("'{code}' is an overlay and cannot be the default main function", code=zone.code),
                "zones",
                position,
                "default",
            )
        if zone.colour is not None and zone.kind != "main":
            text = Phrase("'{code}' is an overlay, which maps mark and do not fill; drop the colour", code=zone.code)
            yield draft.fault(text, "zones", position, "colour")
        if zone.sign is not None and zone.kind != "overlay":
            text = Phrase("'{code}' is a main function, which maps fill and do not mark; drop the sign", code=zone.code)
            yield draft.fault(text, "zones", position, "sign")


def _absences(draft: Draft) -> Iterator[RulebookError]:
    for position, indicator in enumerate(draft.indicators):
        if indicator.whole is not None and indicator.whole not in WAYS[indicator.type]:
            fits = next(kind for kind, ways in WAYS.items() if indicator.whole in ways)
            yield draft.fault(
                Phrase(
                    "whole = \"{whole}\" is for a {kind}, and '{name}' is a {wanted}; write one of {ways}",
                    whole=indicator.whole,
                    kind=word(fits),
                    name=indicator.name,
                    wanted=word(indicator.type),
                    ways=phrase_list(sorted(WAYS[indicator.type])),
                ),
                "indicators",
                position,
                "whole",
            )
        if indicator.valid_range is not None and (
            indicator.type != "number" or not indicator.valid_range[0] < indicator.valid_range[1]
        ):
            yield draft.fault(
                Phrase("write the least value before the greatest, such as [0, 100]")
                if indicator.type == "number"
                else Phrase(
                    "valid_range is for a number, and '{name}' is a {wanted}",
                    name=indicator.name,
                    wanted=word(indicator.type),
                ),
                "indicators",
                position,
                "valid_range",
            )
        absent = indicator.when_absent
        if absent in ("error", "unknown"):
            continue
        held = {bool: "boolean", float: "number", str: "text"}[type(absent)]
        if held != indicator.type:
            yield draft.fault(
                Phrase(
                    'when_absent is a {kind} ({value}), but \'{name}\' is a {wanted}; write "error", "unknown" or '
                    "a {wanted}",
                    kind=word(held),
                    value=absent,
                    name=indicator.name,
                    wanted=word(indicator.type),
                ),
                "indicators",
                position,
                "when_absent",
            )


def _values(draft: Draft) -> Iterator[RulebookError]:
    """Dated values that overlap, end before they begin, or are of different types."""
    for position, parameter in enumerate(draft.parameters):
        values = list(enumerate(parameter.dated))
        for number, value in values:
            if not value.meets(value):
                yield draft.fault(
                    Phrase(
                        "this value of '{parameter}' is never in force ({period})",
                        parameter=parameter.name,
                        period=value.period,
                    ),
                    "parameters",
                    position,
                    "values",
                    number,
                )
            if type(value.value) is not type(values[0][1].value):
                yield draft.fault(
                    Phrase(
                        "the values of '{parameter}' are of different types: {value!r}, {other!r}",
                        parameter=parameter.name,
                        value=values[0][1].value,
                        other=value.value,
                    ),
                    "parameters",
                    position,
                    "values",
                    number,
                )
        for (_, value), (number, other) in combinations(values, 2):
            if value.meets(other):
                yield draft.fault(
                    Phrase(
                        "two values of '{parameter}' overlap: {value!r} {period} and {other!r} {other_period}; "
                        "let one end "
                        "(until) on the day on which the other begins",
                        parameter=parameter.name,
                        value=value.value,
                        period=value.period,
                        other=other.value,
                        other_period=other.period,
                    ),
                    "parameters",
                    position,
                    "values",
                    number,
                )


def _roles(draft: Draft) -> Iterator[RulebookError]:
    first: dict[str, str] = {}
    for position, line in enumerate(draft.lines):
        for number, role in enumerate(line.roles):
            other = first.setdefault(role, line.code)
            if other != line.code:
                yield draft.fault(
                    Phrase(
                        "role '{role}' belongs to line '{line}' already; a role draws one line", role=role, line=other
                    ),
                    "lines",
                    position,
                    "roles",
                    number,
                )


def _available_land(draft: Draft) -> Iterator[RulebookError]:
    """What of the table [available_land] cannot be meant; a parameter that nobody named may be missing."""
    land = draft.head.available_land
    for position, role in enumerate(land.deduct or ()):
        if role == ELEVATION_ROLE:
            text = Phrase("'{role}' designates no land; what is too steep is deducted by 'steeper_than'", role=role)
            yield draft.fault(text, "rulebook", "available_land", "deduct", position)
        elif role in (land.deduct or ())[:position]:
            yield draft.fault(
                Phrase("role '{role}' stands twice", role=role), "rulebook", "available_land", "deduct", position
            )
    for position, line in enumerate(draft.lines):
        if line.deducted is not None and land.deduct is not None:
            text = Phrase(
                "rulebook.toml lists the roles that are deducted: put those of this line there, and drop 'deducted'"
            )
            yield draft.fault(text, "lines", position, "deducted")
    if "steeper_than" in land.model_fields_set:
        parameters = {parameter.name: parameter for parameter in draft.parameters}
        limit, at = parameters.get(land.steeper_than), ("available_land", "steeper_than")
        if limit is None:
            text = Phrase(
                "'{name}' does not stand in parameters.toml{hint}",
                name=land.steeper_than,
                hint=near(land.steeper_than, parameters),
            )
            yield draft.fault(text, "rulebook", *at)
        elif limit.unit != "deg" or not isinstance(limit.dated[0].value, float):
            yield draft.fault(
                Phrase("'{name}' is in {unit}; a slope is a number in deg", name=limit.name, unit=limit.unit),
                "rulebook",
                *at,
            )


def _land_units(draft: Draft) -> Iterator[RulebookError]:
    for position, term in enumerate(draft.units):
        if term.per_ha is not None and term.code in AREAS_HA:
            yield draft.fault(
                Phrase("how much land one {code} is stands fast; drop 'per_ha'", code=term.code),
                "units",
                position,
                "per_ha",
            )


def _rules(draft: Draft) -> Iterator[RulebookError]:
    """Entries that never hold, and rules whose id or zone cannot be."""
    zones = {zone.code: zone for zone in draft.zones}
    for kind in ("rules", "policies", "zones", "decisions", "derived", "norms", "regions"):
        for position, entry in enumerate(getattr(draft, kind)):
            if not entry.meets(entry):
                yield draft.fault(Phrase("it ends before it begins ({period})", period=entry.period), kind, position)
    for position, rule in enumerate(draft.rules):
        if RESERVED_RULES.fullmatch(rule.id):
            yield draft.fault(
                Phrase("'{name}' is kept for what no rule decides; rename the rule", name=rule.id),
                "rules",
                position,
                "id",
            )
        if rule.zone in zones and zones[rule.zone].default:
            yield draft.fault(
                Phrase("'{zone}' is the default zone, which needs no rule; drop the rule", zone=rule.zone),
                "rules",
                position,
                "zone",
            )


def _locked(draft: Draft) -> Iterator[RulebookError]:
    """Two locked decisions on one matter of which no unit can have both."""
    matters: dict[tuple[str, ...], list[tuple[int, Locked]]] = {}
    for position, decision in enumerate(draft.decisions):
        matter = (*decision.subject, "main" if decision.main is not None else decision.zone)
        matters.setdefault(matter, []).append((position, decision))
    for (kind, name, _), entries in matters.items():
        for (first, decision), (second, other) in combinations(entries, 2):
            if decision.meets(other):
                yield draft.fault(
                    Phrase(
                        "{kind} '{name}' is locked already ({place}); let one end (until) before the other "
                        "begins, or keep "
                        "one",
                        kind=kind,
                        name=name,
                        place=draft.where("decisions", first, kind),
                    ),
                    "decisions",
                    second,
                    kind,
                )
