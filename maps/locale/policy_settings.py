"""What a policy sets, by title, number and unit of measure, as everybody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.conditions import number_text
from maps.locale.messages import catalogue, number_style
from maps.locale.terms import Terms
from zoning.rulebook import Policy


def describe_parameters(policy: Policy | None, settings: Mapping[str, Any], terms: Terms) -> list[tuple[str, str]]:
    """Settings of a policy in words: what each is called, and what it is.

    Parameters
    ----------
    policy : Policy or None
        Which parameters and indicators its settings name; None where it is not known.
    settings : mapping
        The column ``parameters`` of the POLICIES table, or :func:`zoning.policies.policy_parameters_of`.
    terms : Terms
        Titles of its rulebook in the language wanted.

    Examples
    --------
    >>> from zoning.policies import policy_parameters_of
    >>> from zoning.rulebook import read_rulebook
    >>> rulebook = read_rulebook("us_west")
    >>> (park,) = (one for one in rulebook.policies if one.id == "air-class-one")
    >>> describe_parameters(park, policy_parameters_of(park, rulebook), Terms(rulebook, "en"))
    [('Size above which a national park is class I', '6,000 acres')]
    """
    teller, named = _Teller(terms), policy.parameters if policy else {}
    own = {"list"} if policy and policy.list else set()  # the title of the policy has said it
    told = [(teller.title(key, named.get(key)), teller.text(settings[key])) for key in settings if key not in own]
    return [(title, teller.own if text == title else text) for title, text in told]  # a measure of each unit


class _Teller:
    """Says settings in one language.

    Parameters
    ----------
    terms : Terms
    """

    def __init__(self, terms: Terms) -> None:
        self._terms, self._words = terms, catalogue("explain", terms.language)
        self._lights = catalogue("light", terms.language)

    @property
    def own(self) -> str:
        """What stands where each unit has a value of its own."""
        return self._words["each_its_own"]

    def title(self, key: str, named: object = None) -> str:
        """What a setting is called: as the parameter or indicator that it names, else by its own title."""
        title = self._terms.measures.get(named) if isinstance(named, str) else None
        return title or self._terms.setting(key)

    def text(self, value: Any) -> str:
        """A value with its unit, or lists and tables of such, in one line."""
        if isinstance(value, Mapping) and set(value) == {"value", "unit"}:
            return self._measured(value["value"], str(value["unit"]))
        if isinstance(value, Mapping):
            return self._joined(f"{self.title(key)} {self.text(one)}" for key, one in value.items())
        if isinstance(value, list):
            tables = any(isinstance(one, Mapping) for one in value)
            return " | ".join(map(self.text, value)) if tables else self._joined(map(self.text, value))
        return self._plain(value)

    def _measured(self, value: Any, unit: str) -> str:
        if value is None:
            return self._words["missing"]
        text = self._plain(value)
        bare = unit == "1" or isinstance(value, bool | str)
        return text if bare else f"{text} {self._terms.unit(unit)}"

    def _joined(self, texts: Iterable[str]) -> str:
        return self._words["comma"].join(texts)

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return self._words["taken_true" if value else "taken_false"]
        if isinstance(value, int | float):
            return number_style(self._terms.language).written(number_text(float(value)))
        text = str(value)
        return self._lights.get(text) or self._terms.measures.get(text, text)
