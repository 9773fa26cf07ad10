"""What the codes of a rulebook and the names of a plan are called in a language: by their titles, or as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from layers.conditions import number_text, parse_condition, parse_formula
from layers.sources import name_text
from maps.words.messages import catalogue, languages, noun_of, number_style
from maps.words.number_format import format_measure, share_text, shifted
from maps.words.texts import capital, text_in
from zoning.measures import BELOW_STANDARD, GROWTH, PATH, QUOTA, divergence_measures
from zoning.plan import Assumption
from zoning.rulebook import CONTROL_LINE, ON, UNIT, Rulebook, roles_read
from zoning.study import RegionalSeries, RegionGroups, Study, TitleKind

SHARE, COVERED = "_share", "_covered"
"""Ends of the names of shares, and of the parts of units for which a raster has values."""
ENDINGS = {"pct": "%", "mw": "MW"} | {unit: unit for unit in ("deg", "ha", "km2", "km", "m2", "m")}
"""Ends of the names of measures that say in which unit they are."""


class MeasureTitle(NamedTuple):
    """What a measure is called."""

    title: str
    unit: str

    @property
    def heading(self) -> str:
        """The title with a capital letter."""
        return capital(self.title)


class Terms:
    """Titles of one rulebook, and of a plan by it, in one language.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> terms = Terms(read_rulebook("main_functional_areas"), "zh")
    >>> [terms.unit(code) for code in ("mu", "km2", "BRL")], terms.setting("bands")
    (['亩', '平方公里', 'BRL'], '税额分档')
    """

    def __init__(
        self,
        rulebook: Rulebook | None,
        language: str,
        study: Study | None = None,
        places: Mapping[str, str | Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self._rulebook, self.language, self._study = rulebook, language, study
        self.noun = noun_of(study, language)
        """What units are called."""
        self._places = _named_apart({code: text_in(name, language, code) for code, name in places.items()})

    def jurisdiction(self, name: str) -> str:
        """What a jurisdiction is called; of the path to one each part.

        Examples
        --------
        >>> names = {"AZ": "Arizona", "east": {"en": "East", "zh": "东部"}, "42": "Central", "44": "Central"}
        >>> terms = Terms(None, "zh", places=names)
        >>> [terms.jurisdiction(code) for code in ("AZ / east", "CO", "44")]
        ['Arizona / 东部', 'CO', 'Central (44)']
        """
        if name in self._places or PATH not in name:
            return self._places.get(name, name)
        return PATH.join(self._places.get(part, part) for part in name.split(PATH))

    def layer(self, name: str) -> str:
        """What a layer is called."""
        return self._titled("layers", name)

    def source(self, name: str) -> str:
        """What an input is called: a layer by its title, the units by their word, a table by its file."""
        if self._study is not None and name in {layer.name for layer in self._study.layers}:
            return self.layer(name)
        return self.noun.many if name == "units" else name

    def quota(self, name: str) -> str:
        """What a quota is called."""
        return self._titled("quotas", name)

    def flow(self, name: str) -> str:
        """What an agreement or transfer is called."""
        return self._titled("flows", name)

    def _titled(self, kind: TitleKind, name: str) -> str:
        return text_in(self._study.title_of(kind, name), self.language) if self._study else name_text(name)

    def role(self, role: str) -> str:
        """What a role is called: as the line that it draws first of all, by its own title, a zone; else by its code."""
        book = self._rulebook
        lines = {line.roles[0]: line.title for line in book.lines if line.roles} if book else {}
        zones = {zone.code: zone.title for zone in book.zones} if book else {}
        return text_in(lines.get(role) or self._texts("roles", role) or zones.get(role, {}), self.language, role)

    def unit(self, unit: str) -> str:
        """What a unit of measure is called; one without a title as it is written."""
        return text_in(self._texts("units", unit), self.language, unit)

    def instrument(self, instrument: str) -> str:
        """What an instrument of policies is called; one without a title by its code."""
        return text_in(self._texts("instruments", instrument), self.language, instrument)

    def heading(self, instrument: str) -> str:
        """What stands above the policies of an instrument."""
        listed = self._rulebook.terms.instruments if self._rulebook else ()
        headings = {term.code: term.heading for term in listed}
        title = text_in(self._texts("instruments", instrument), self.language, name_text(instrument))
        return text_in(headings.get(instrument) or {}, self.language, capital(title))

    def setting(self, key: str) -> str:
        """What a setting of a policy is called; one without a title by its name as words."""
        return text_in(self._texts("settings", key), self.language, name_text(key))

    def name(self, name: str) -> str:
        """What a name in a condition is called; one without a title stands as it is written."""
        return self.names.get(name, name)

    def condition(self, text: str) -> str:
        """A whole condition in words, with titles for the names and codes in it.

        Examples
        --------
        >>> Terms(None, "en").condition("unit_id LIKE '34____' OR (metro AND NOT people > 1000)")
        'unit code begins with 34 (6 signs) or (metro holds and not people > 1,000)'
        """
        words, signs = catalogue("clause", self.language), number_style(self.language).written
        return parse_condition(text).said(self.names, words, signs)

    def measure(self, name: str) -> MeasureTitle:
        """What a measure is called, wherever people read it by itself: above a column, in a legend, at a gauge.

        It is called as the plan says; else as its rulebook says; else by the layer or the role that it is of; else by
        its name as words, without the unit at its end.

        Examples
        --------
        >>> from zoning.rulebook import read_rulebook
        >>> terms = Terms(read_rulebook("us_west"), "en")
        >>> terms.measure("energy_mw"), terms.measure("wells_depth_km")
        (MeasureTitle(title='Capacity of power stations', unit='MW'), MeasureTitle(title='wells depth', unit='km'))
        """
        base = name.removesuffix(COVERED)
        if base != name and name not in self.names:
            return MeasureTitle(self._measured["covered"].format(title=self.measure(base).title), "")
        ending = name.rpartition("_")[2]
        unit = self.measured.get(name) or self._unit_at_end(name)
        if name in self.names:
            title = self.names[name]
        elif name in self._of_series:
            title = self._of_series[name]
        elif name in self._of_layers:
            layer, function = self._of_layers[name]
            title = self._measured["layer"].format(layer=layer, of=self._measured[function])
        elif name in self._measured:
            title = self._measured[name]
        else:
            title = name_text(name.removesuffix(f"_{ending}") if unit and ending in ENDINGS else name)
        is_in_title = unit.casefold() in re.findall(r"[\w%]+", title.casefold())
        return MeasureTitle(title, "" if is_in_title else unit)

    def criterion(self, name: str) -> str:
        """What a measure is called beside its value in a sentence; one without a title with its unit of measure.

        Examples
        --------
        >>> from zoning.rulebook import read_rulebook
        >>> terms = Terms(read_rulebook("us_west"), "en")
        >>> terms.criterion("energy_mw"), terms.criterion("wells_depth_km")
        ('Capacity of power stations', 'wells depth (km)')
        """
        measure_title = self.measure(name)
        if name in self.names or not measure_title.unit:
            return measure_title.title
        return str(self._measured["in_brackets"].format(title=measure_title.title, unit=measure_title.unit))

    def level(self, name: str) -> str:
        """What a level of the hierarchy is called: a column of jurisdictions, or the units themselves.

        Examples
        --------
        >>> from zoning.rulebook import read_rulebook
        >>> terms = Terms(read_rulebook("us_west"), "zh")
        >>> terms.level("state"), terms.level("unit")
        ('州', '单元')
        """
        return self.noun.singular if name == UNIT else self.measure(name).title

    def measure_text(self, name: str) -> str:
        """What a measure is called, with its unit of measure, on one line.

        Examples
        --------
        >>> from zoning.rulebook import read_rulebook
        >>> Terms(read_rulebook("us_west"), "en").measure_text("energy_mw")
        'Capacity of power stations, MW'
        """
        measure_title = self.measure(name)
        if not measure_title.unit:
            return measure_title.heading
        return str(self._measured["with_unit"].format(title=measure_title.heading, unit=measure_title.unit))

    @cached_property
    def _measured(self) -> Mapping[str, Any]:
        return catalogue("measured", self.language)

    def _unit_at_end(self, name: str) -> str:
        code = ENDINGS.get(name.rpartition("_")[2], "")
        return self.unit(code) if code and name not in self.measures else ""

    def series(self, name: str) -> str:
        """What the amount of a series of regions is called."""
        amounts = self._series.get(name)
        return text_in(amounts.called, self.language) if amounts else name

    def vintage(self, name: str) -> str:
        """Of which publication the figures of a series are."""
        series = self._series.get(name)
        return text_in(series.vintage, self.language) if series else ""

    def grouping(self, by: str) -> str:
        """What a grouping of units into regions is called."""
        group = self._groups.get(by)
        return text_in(group.title, self.language) if group and group.title else self.level(by)

    def region(self, by: str, region: str) -> str:
        """What a region of a grouping is called: as the plan says, else yes or no, else as the place of that name."""
        grouping = self._groups.get(by)
        if grouping and region in grouping.names:
            return text_in(grouping.names[region], self.language, region)
        if region in {"true", "false"}:
            return str(catalogue("report", self.language)["yes" if region == "true" else "no"])
        return self.jurisdiction(region)

    @cached_property
    def _series(self) -> Mapping[str, RegionalSeries]:
        section = self._study.divergence if self._study else None
        return {series.name: series for series in section.series} if section else {}

    @cached_property
    def _groups(self) -> Mapping[str, RegionGroups]:
        section = self._study.divergence if self._study else None
        return {grouping.by: grouping for grouping in section.groups} if section else {}

    @cached_property
    def _of_series(self) -> Mapping[str, str]:
        """What measures are called that follow from series of regions."""
        titles, named = {}, catalogue("divergence", self.language)
        section = self._study.divergence if self._study else None
        for position, name in divergence_measures(section):
            series = list(self._series.values())[position]
            fields = {"series": self.series(series.name), "vintage": self.vintage(series.name)}
            if name.endswith(GROWTH):
                fields |= {"since": min(series.years), "year": max(series.years)}
                titles[name] = str(self._measured["growth"].format(**fields))
            else:
                compared = named[f"compared_{series.compared}"].format(series=fields["series"])
                titles[name] = str(self._measured["local_moran"].format(compared=compared, vintage=fields["vintage"]))
        return titles

    @cached_property
    def _of_layers(self) -> Mapping[str, tuple[str, str]]:
        """By names of measures the title of the layer or role that they are of, and what of it they are."""
        layers = self._study.layers if self._study else ()
        kinds = ("share", "ha")
        named = {
            f"{layer.role}_{kind}": (self.role(layer.role), kind) for layer in layers if layer.role for kind in kinds
        }
        for layer in layers:
            formulas = {**layer.formulas("whole"), **layer.formulas("selected")}
            title = self.layer(layer.name)
            parsed = {name: parse_formula(text) for name, text in formulas.items()}
            whole = {
                name: formula for name, formula in parsed.items() if formula.condition is None
            }  # not a share of some values
            named |= {name: (title, formula.function.partition("_")[0]) for name, formula in whole.items()}
        return named

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the names in conditions are called.

        Codes have their titles by themselves, too, and by the column that holds them: ``main = forest``.
        """
        words = catalogue("measure", self.language, self.noun)
        book = self._rulebook
        if book is None:
            return {**words, **self._given}
        of_all_days = book.draft.zones if book.draft else ()  # conditions name zones that are over, or are yet to come
        coded = [(CONTROL_LINE, line.code, line.title) for line in book.lines]
        coded += [("main", zone.code, zone.title) for zone in (*of_all_days, *book.zones)]
        called = [(name, title) for column, code, title in coded for name in (code, f"{column} = {code}")]
        on = catalogue("assumed", self.language)["on_role"]
        roles = roles_read(book.draft) if book.draft else ()
        ground = {f"{ON}{role}": on.format(role=name_text(self.role(role))) for role in roles}
        return {
            **words,
            **self._planned,
            **ground,
            **{name: text_in(title, self.language, name) for name, title in called},
            **self.measures,
            **self._given,
        }

    @property
    def _given(self) -> Mapping[str, str]:
        """What columns and measures are called that the plan has a title for."""
        titles = self._study.measure_titles if self._study else {}
        return self._of_indices | {name: text_in(title, self.language) for name, title in titles.items()}

    @property
    def _of_indices(self) -> dict[str, str]:
        """What the measures are called that indices of the plan give beside themselves."""
        words, titles = catalogue("index_measures", self.language), dict[str, str]()
        for index in self._study.indices if self._study else ():
            title = text_in(index.title or name_text(index.name), self.language, index.name)
            for name in () if index.rasters is not None else (*index.measures[1:], *index.standards):
                titles[name] = words[name.removeprefix(f"{index.name}_")].format(title=title)
            if index.standards:
                titles[BELOW_STANDARD] = words[BELOW_STANDARD]
        return titles

    @property
    def _planned(self) -> Mapping[str, str]:
        """What conditions read of a plan, by the titles that it gives: its layers, and the amounts of its quotas."""
        layers, quotas = (self._study.layers, self._study.quotas) if self._study else ((), ())
        titles = {layer.name: layer.title for layer in layers}
        titles |= {f"{QUOTA}{quota.name}": quota.title for quota in quotas}
        return {name: text_in(title, self.language) for name, title in titles.items() if title}

    @cached_property
    def measures(self) -> Mapping[str, str]:
        """What the measures and parameters of the rulebook are called that have a title."""
        book = self._rulebook
        if book is None:
            return {}
        named = [(indicator.name, indicator.title) for indicator in book.indicators]
        named += [(parameter.name, parameter.title) for parameter in book.parameters.values()]
        named += [(measure.name, measure.title) for measure in book.derived]
        short = {
            measure.code: text_in(measure.title, self.language) for measure in book.terms.measures
        }  # where there is no other
        return short | {name: text_in(title, self.language, name) for name, title in named if title}

    @cached_property
    def measured(self) -> Mapping[str, str]:
        """The units of measure of indicators, parameters and derived measures by name; shares have none."""
        book = self._rulebook
        return {name: self.unit(unit) for name, unit in book.measured.items()} if book else {}

    def is_share(self, name: str) -> bool:
        """Whether a measure or parameter is a part of a whole, which people read in per cent.

        Examples
        --------
        >>> from zoning.rulebook import read_rulebook
        >>> terms = Terms(read_rulebook("main_functional_areas"), "en")
        >>> [terms.is_share(name) for name in ("built_up_share", "development_intensity_min", "heritage_min_ha")]
        [True, True, False]
        """
        return name in self._share_parameters or _is_named_share(name, self.measured)

    @cached_property
    def _share_parameters(self) -> frozenset[str]:
        """The parameters that are called a share, or with which a rule or policy compares one."""
        book = self._rulebook
        if book is None:
            return frozenset()
        parts = {
            name
            for name, parameter in book.parameters.items()
            if not parameter.unit.strip("1") and isinstance(parameter.value, int | float) and 0 <= parameter.value <= 1
        }
        called = {name for name in parts if f"{SHARE}_" in f"{name}_"}
        conditions = [*(entry.when for entry in book.rules), *(entry.when for entry in book.policies)]
        compared = (pair for when in conditions for pair in parse_condition(when).compared)
        measured = self.measured
        return frozenset(
            called.union(*(pair & parts for pair in compared if any(_is_named_share(name, measured) for name in pair)))
        )

    def value_text(self, name: str, value: object) -> str:
        r"""A value of a measure or parameter: a share in per cent, all else as :func:`format_measure` has it.

        Examples
        --------
        >>> terms = Terms(None, "en")
        >>> terms.value_text("forest_share", 0.0507), terms.value_text("people", 1250.0)
        ('5.07\xa0%', '1,250')
        """
        if not self.is_share(name) or isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  (NaN is what differs from itself)
            return format_measure(value, self.language)
        return share_text(value, self.language)

    def limit_text(self, name: str, value: float, digits: int | None = None) -> str:
        r"""A value of a parameter in so many digits, by default in all of them; a share in per cent.

        Examples
        --------
        >>> terms = Terms(None, "en")
        >>> terms.limit_text("forest_share", 0.199369246), terms.limit_text("people", 171924.18, 4)
        ('19.9369246\xa0%', '171,900')
        """
        number = shifted(value, 2) if self.is_share(name) else float(value)
        return self.signed(name, number_text(number if digits is None else float(f"{number:.{digits}g}")))

    def signed(self, name: str, number: str) -> str:
        """A number that Python has formatted with the signs of the language, that of per cent at a share."""
        text = number_style(self.language).written(number)
        return str(catalogue("clause", self.language)["percent"].format(n=text)) if self.is_share(name) else text

    def _texts(self, kind: str, code: str) -> Mapping[str, str]:
        return texts_of(self._rulebook, kind, code)


def _is_named_share(name: str, units: Mapping[str, str]) -> bool:
    """Whether a measure says by its name that it is a share, and has no unit of measure that says otherwise."""
    return f"_{name}".endswith((SHARE, COVERED)) and not units.get(name)


def _named_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Names by code; those that several codes have say which."""
    counts = Counter(names.values())
    return {code: f"{name} ({code})" if counts[name] > 1 else name for code, name in names.items()}


def texts_of(rulebook: Rulebook | None, kind: str, code: str) -> Mapping[str, str]:
    """What a code is called in each language: by the rulebook's ``terms.toml``, else by zoneplan, which has few.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> texts_of(read_rulebook("us_west"), "units", "acres")
    {'en': 'acres', 'zh': '英亩'}
    """
    return (rulebook.texts_of(kind, code) if rulebook else {}) or _own_texts(kind, code)


@cache
def _own_texts(kind: str, code: str) -> Mapping[str, str]:
    """What zoneplan itself calls a code in each language."""
    by_language = {language: catalogue(kind, language) for language in languages()}
    return {language: texts[code] for language, texts in by_language.items() if code in texts}


def assumption_title(assumption: Assumption, terms: Terms) -> str:
    """What an assumption is about: a role, or an indicator; by its name where the rulebook has no title for it.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> gap = Assumption("private_right", "role", "no layer has the role 'private_right': it is taken as 0")
    >>> assumption_title(gap, Terms(read_rulebook("us_west"), "en"))
    'Share of land with existing private rights in wilderness'
    """
    if assumption.kind == "deduction":
        return terms.role(assumption.name)
    names = (assumption.name, f"{assumption.name}_share", f"{assumption.name}_ha")
    return next((terms.measures[name] for name in names if name in terms.measures), assumption.name)


def coverage_text(coverage: Mapping[str, Any], language: str) -> str:
    """How much of a negative list was read, in words.

    Examples
    --------
    >>> coverage_text({"complete": False, "items_read": 33, "items_known": 106}, "en")
    '33 of about 106 items'
    """
    read, known = coverage["items_read"], coverage["items_known"]
    key = "items_all" if coverage["complete"] else "items_some" if known is None else "items_of"
    return catalogue("industry", language)[key].format(n=read, known=known)
