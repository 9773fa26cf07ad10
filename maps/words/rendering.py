"""Messages in words: sentences of a catalogue with their fields filled, titles by the rulebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, TypeVar, cast

import pandas as pd

from layers.conditions import Clause, ClauseWording
from layers.errors import Finding
from layers.phrases import Phrase, Reworded
from maps.words.messages import CATALOGUES, Template, between, catalogue, number_style, read_catalogue, templates
from maps.words.number_format import format_measure, share_text, shifted
from maps.words.terms import Terms
from maps.words.texts import STANDARD, text_in
from zoning.pipeline import optimum_said, parameters_said, price_said, rule_named, rule_said, solution_said
from zoning.reasons import Field, Ids, Message, Remark, Term, Texts
from zoning.rulebook import Policy, Rulebook
from zoning.study import Study
from zoning.tables import Table

STEP_PHRASES = {
    "read": Phrase("reading and checking the layers"),
    "overlay": Phrase("cutting the units by the designations"),
    "measure": Phrase("measuring"),
    "classify": Phrase("applying the rules"),
    "allocate": Phrase("sharing out the quotas"),
    "site": Phrase("siting the quotas"),
    "account": Phrase("settling what flows between parties"),
    "assign": Phrase("assigning the policies"),
    "scenario": Phrase("working out the scenarios"),
    "map.html": Phrase("drawing the map"),
    "report.html": Phrase("writing the report"),
    "tables": Phrase("writing the tables"),
}
"""By the name with which a step is announced, in the order of a run."""


PHRASES = CATALOGUES / "phrases"


def phrase_in(phrase: str, language: str) -> str:
    """What is said, in a language.

    Examples
    --------
    >>> phrase_in(Phrase("arithmetic needs numbers"), "zh"), phrase_in("no file a.gpkg", "zh")
    ('算术运算需要数字', 'no file a.gpkg')
    """
    if language == STANDARD or not isinstance(phrase, Phrase):
        return str(phrase)
    if isinstance(phrase, Reworded):
        whole, old, new = (phrase_in(part, language) for part in phrase.fields.values())
        return whole.replace(old, new, 1)
    known = phrase_templates(language).get(phrase.template)
    template = known or Template((phrase.template,), number_style(language))
    return template.format(**{name: _field(value, language) for name, value in phrase.fields.items()})


def _field(value: object, language: str) -> object:
    if isinstance(value, Phrase):
        return phrase_in(value, language)
    return text_in(value, language) if isinstance(value, Mapping) else value


@cache
def phrase_templates(language: str) -> Mapping[str, Template]:
    """The templates of a language by the English ones; none of English, or of a language that is not there yet."""
    path = PHRASES / f"{language}.mo"
    return read_catalogue(path, number_style(language)) if path.exists() else {}


def solution_words(solution: Mapping[str, Any], unit: str, language: str = "en") -> str:
    """How good a quota is, in a sentence.

    Examples
    --------
    >>> row = {"objective": "gini", "method": "cuts", "value": 0.25, "bound": 0.2, "gap": 0.05, "gap_pct": 20.0}
    >>> solution_words(row | {"parts": '{"people": 0.25}'}, "ha")[:49]
    'composite Gini 0.25 (people 0.25); no plan is bel'
    """
    return render(solution_said(solution, unit), language)


def price_words(row: Mapping[str, Any], objective: str, language: str = "en", who: str = "") -> str:
    """What one more of a bound would add or take, in a sentence; empty where it would change nothing.

    Examples
    --------
    >>> row = {"shadow_price": 0.25, "price_from": 10, "price_to": 12, "unit": "ha"}
    >>> price_words(row, "suitability", who="Mesa")
    'one more ha for Mesa would add 0.25 to amount times suitability, from 10 to 12 ha'
    """
    message = price_said(row, objective, who)
    return render(message, language) if message else ""


def rule_words(row: Mapping[str, Any], objective: str, language: str = "en") -> Iterator[str]:
    """What a rule came to, with its bounds, and what one more of it would change: one line or two."""
    for message in rule_said(row, objective):
        yield render(message, language)


def optimum_lines(quota: Mapping[str, Any], language: str = "en") -> Iterator[str]:
    """What there is to say of a unit's amount of such a quota: its price, the limits that count it, the whole.

    Nothing where the quota is handed out by weight.
    """
    for message in optimum_said(quota):
        yield render(message, language)


def rule_name(row: Mapping[str, Any], language: str = "en") -> str:
    """What a rule of a quota is called.

    Examples
    --------
    >>> rule_name({"rule": "limit-water-least", "jurisdiction": "CO"})
    "limit 'water' of CO"
    """
    return render(rule_named(row), language)


def describe_parameters(
    policy: Policy | None, settings: Mapping[str, Any], renderer: Renderer
) -> list[tuple[str, str]]:
    """Settings of a policy in words: what each is called, and what it is.

    Examples
    --------
    >>> from zoning.policies import policy_parameters_of
    >>> from zoning.rulebook import read_rulebook
    >>> rulebook = read_rulebook("us_west")
    >>> (park,) = (one for one in rulebook.policies if one.id == "air-class-one")
    >>> describe_parameters(park, policy_parameters_of(park, rulebook), Renderer("en", rulebook))
    [('Size above which a national park is class I', '6,000 acres')]
    """
    pairs = parameters_said(policy, settings, renderer.rulebook)
    return [(renderer.field(title), renderer.field(text)) for title, text in pairs]


Thing = TypeVar("Thing")
Words = TypeVar("Words")

_MEASURED = frozenset({"value", "margin", "threshold"})
"""The fields of a message that are numbers of the measure or parameter that its field ``name`` names."""
SHOWN = 5
"""So many ids are shown."""


class Renderer:
    """What puts messages into the words of one language.

    Parameters
    ----------
    language : str
        One that there is a catalogue of.
    rulebook : Rulebook, optional
        It has the titles of what messages name.
    study : Study, optional
        It has the titles of its own layers, quotas, agreements and transfers.
    places : mapping of str to str or of str to mapping of str to str, optional
        What its jurisdictions are called, see :func:`layers.read.units.jurisdiction_names`.
    """

    def __init__(
        self,
        language: str,
        rulebook: Rulebook | None = None,
        study: Study | None = None,
        places: Mapping[str, str | Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self.language, self.terms = language, Terms(rulebook, language, study, places)
        self._named_by = study, places
        self.rulebook, self.noun = rulebook, self.terms.noun
        self._wordings: dict[str, ClauseWording] = {}
        self._rendered: dict[int, tuple[Message, str]] = {}
        self._facts: dict[int, tuple[Clause, str]] = {}
        self._known: dict[int, tuple[object, object]] = {}
        self._called: dict[Term, str] = {}
        self._sentences = templates(language, self.noun)
        self._kinds: Mapping[type, Callable[[Any], object]] = {
            Message: self._sentence,
            Phrase: lambda phrase: phrase_in(phrase, language),
            Reworded: lambda phrase: phrase_in(phrase, language),
            Clause: self.clause,
            Term: self._title,
            Texts: lambda texts: text_in(texts.by_language, language),
            Ids: lambda some: self.shown(some.ids),
            bool: lambda truth: catalogue("clause", language)["true" if truth else "false"],
        }
        self._titles: Mapping[str, Callable[[str], str]] = {
            "name": self.terms.name,
            "measure": self.terms.criterion,
            "role": self.terms.role,
            "unit": self.terms.unit,
            "instrument": self.terms.instrument,
            "setting": self.terms.setting,
            "reason": self._reason,
            "quota": self.terms.quota,
            "layer": self.terms.layer,
            "place": self.terms.jurisdiction,
            "condition": self.terms.condition,
        }

    def apart(self) -> Renderer:
        """One that says the same, and keeps what it says for itself: with it goes the memory that this takes."""
        made = Renderer(self.language, self.rulebook, *self._named_by)
        made._rendered |= self._rendered
        made._facts |= self._facts
        return made

    def render(self, message: str | Message | Clause) -> str:
        """What is said; a text that is no phrase stays as it is, such as one of a run from before messages."""
        if isinstance(message, str):
            return phrase_in(message, self.language)
        if isinstance(message, Clause):
            return self.clause(message)
        known = self._rendered.get(id(message))
        if known is None:  # the message is kept, so that no other gets its id
            known = self._rendered[id(message)] = message, self._sentence(message)
        return known[1]

    def _sentence(self, message: Message) -> str:
        """A message in words; what is said within one is not kept, for it is said nowhere else."""
        about = message.fields.get("name")
        if isinstance(about, Term) and about.kind in ("name", "measure") and self.terms.is_share(about.code):
            message = self._in_per_cent(message)
        fields = {name: self._field(name, value) for name, value in message.fields.items()}
        return self._sentences[message.key].format(**fields)

    def _in_per_cent(self, message: Message) -> Message:
        """A message on a share, its numbers and those of what it says in its turn as people read shares."""
        shares: dict[str, Field] = {}
        for name in _MEASURED & message.fields.keys():
            value = message.fields[name]
            if isinstance(value, Message):
                shares[name] = self._in_per_cent(value)
            elif isinstance(value, float) and name == "margin":
                points = catalogue("divergence", self.language)["points"]
                shares[name] = f"{format_measure(shifted(value, 2), self.language)} {points}"
            elif isinstance(value, float):
                shares[name] = share_text(value, self.language)
        return replace(message, fields={**message.fields, **shares}) if shares else message

    def clause(self, clause: Clause) -> str:
        """What is the case as to one clause of a condition."""
        known = self._facts.get(id(clause))
        if known is None:
            known = self._facts[id(clause)] = clause, self._wording(clause.text).in_words(clause)
        return known[1]

    def _wording(self, text: str) -> ClauseWording:
        if text not in self._wordings:
            words = catalogue("clause", self.language)
            signs = number_style(self.language).written
            terms = self.terms
            self._wordings[text] = ClauseWording(text, words, terms.names, terms.measured, signs, terms.is_share)
        return self._wordings[text]

    def shown(self, ids: Sequence[str], names: Mapping[str, str] = MappingProxyType({}), most: int = SHOWN) -> str:
        """The first few ids, by their names where they have one, and how many more there are."""
        listed = between("ids", self.language).join(names.get(unit_id) or repr(unit_id) for unit_id in ids[:most])
        more = {"ids": listed, "more": len(ids) - most}
        return catalogue("ids", self.language)["more" if len(ids) > most else "all"].format(**more)

    def once(self, thing: Thing, put: Callable[[Thing, Renderer], Words]) -> Words:
        """What something is in words, put once; of one thing there is always asked by the same function."""
        known = self._known.get(id(thing))
        if known is None:  # the thing is kept, so that no other gets its id
            known = self._known[id(thing)] = thing, put(thing, self)
        return cast("Words", known[1])

    def field(self, value: Field) -> str:
        """A field of a message by itself."""
        return self.render(value) if isinstance(value, Message) else str(self._field("", value))

    def finding(self, remark: Finding | Remark, names: Mapping[str, str] = MappingProxyType({})) -> Finding:
        """What is to be said of a plan as a finding in words, its units by their names where these are given."""
        if isinstance(remark, Finding):
            return replace(remark, text=phrase_in(remark.text, self.language))
        fields = remark.message.fields.items()
        worded = {name: self.shown(field.ids, names) if isinstance(field, Ids) else field for name, field in fields}
        text = self.render(replace(remark.message, fields=worded))
        features = remark.features[:SHOWN]
        return Finding(remark.level, remark.code, remark.layer, features, remark.count, text, remark.exit_code)

    def table(self, table: Table, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table with its messages in words."""
        names = [name for name, kind in table.columns.items() if kind == "message" and name in rows.columns]
        return rows.assign(**{name: list(map(self.render, rows[name])) for name in names}) if names else rows

    def _field(self, name: str, value: Field) -> object:
        """A field as its place in a sentence takes it; texts, whole numbers, decimals and dates as they are."""
        put = self._kinds.get(type(value))
        if put is not None:
            return put(value)
        return between(name, self.language).join(self._each(value)) if isinstance(value, tuple) else value

    def _each(self, values: tuple[Field, ...]) -> Mapping[str, None]:
        """What stands in a row, each once; of clauses those that decide."""
        deciding = [field for field in values if not isinstance(field, Clause) or field.decides]
        return dict.fromkeys(str(self._field("", field)) for field in deciding)

    def _title(self, term: Term) -> str:
        """What something is called; looked up once."""
        known = self._called.get(term)
        if known is None:
            known = self._called[term] = self._titles.get(term.kind, str)(term.code)
        return known

    def _reason(self, rule: str) -> str:
        return text_in(self._reasons.get(rule, {}), self.language, rule)

    @cached_property
    def _reasons(self) -> Mapping[str, Mapping[str, str]]:
        """The reason of each rule, by language."""
        return {rule.id: rule.reason for rule in self.rulebook.rules} if self.rulebook else {}


def render(said: str | Message | Clause, language: str, rulebook: Rulebook | None = None) -> str:
    """What is said, in a language.

    Parameters
    ----------
    said : str, Message or Clause
        Such as the reason of a claim, a light or a payment, one clause of a condition, or what an error says
        (``error.said``).
    language : str
        "en", "zh", or another one that there is a catalogue of.
    rulebook : Rulebook, optional
        It has the titles of what the message names; without it names stand as they are.

    Returns
    -------
    str

    Raises
    ------
    ZoneplanError
        There is no such language.
    KeyError
        The catalogue has no such message, or its sentence has a field that the message does not fill.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> zone = plan.zones.set_index("unit_id").loc["08031"]
    >>> zp.render(zone["reason"], "en", plan.rulebook)[:47]
    'a metropolitan county where people live densely'
    """
    return Renderer(language, rulebook).render(said)
