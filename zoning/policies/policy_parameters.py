"""What a policy sets, by title, number and unit of measure, as everybody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.conditions import number_text
from zoning.rulebook import Policy, Rulebook
from zoning.wording import COLOURS, colour_in, engine_words, text_in


def policy_parameters_of(policy: Policy, rulebook: Rulebook) -> dict[str, Any]:
    """The settings of a policy as the POLICIES table has them; an indicator, which each unit has, by its name.

    Parameters
    ----------
    policy : Policy
    rulebook : Rulebook
    """
    known = rulebook.parameters
    return {
        key: {"value": known[value].value, "unit": known[value].unit}
        if isinstance(value, str) and value in known
        else value
        for key, value in policy.parameters.items()
    }


def describe_parameters(
    policy: Policy | None, settings: Mapping[str, Any], rulebook: Rulebook, language: str
) -> list[tuple[str, str]]:
    """Settings of a policy in words: what each is called, and what it is.

    Parameters
    ----------
    policy : Policy or None
        Which parameters and indicators its settings name; None where it is not known.
    settings : mapping
        The column ``parameters`` of the POLICIES table, or :func:`settings_of`.
    rulebook : Rulebook
        For their titles.
    language : {"en", "zh"}

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> rulebook = read_rulebook("us_west")
    >>> (park,) = (one for one in rulebook.policies if one.id == "air-class-one")
    >>> describe_parameters(park, policy_parameters_of(park, rulebook), rulebook, "en")
    [('Size above which a national park is class I', '6,000 acres')]
    """
    teller, named = _Teller(rulebook, language), policy.parameters if policy else {}
    own = {"list"} if policy and policy.list else set()  # the title of the policy has said it
    told = [(teller.title(key, named.get(key)), teller.text(settings[key])) for key in settings if key not in own]
    return [(title, teller.own if text == title else text) for title, text in told]  # a measure of each unit


class _Teller:
    """Says settings in one language.

    Parameters
    ----------
    rulebook : Rulebook
    language : {"en", "zh"}
    """

    def __init__(self, rulebook: Rulebook, language: str) -> None:
        self._rulebook, self._language, self._words = rulebook, language, engine_words(language)
        named = [(one.name, one.title) for one in rulebook.parameters.values()]
        named += [(one.name, one.title) for one in rulebook.indicators]
        named += [(one.name, one.title) for one in rulebook.derived]
        self._titles = {name: text_in(title, language, name) for name, title in named if title}

    @property
    def own(self) -> str:
        """What stands where each unit has a value of its own."""
        return self._words["each_its_own"]

    def title(self, key: str, named: object = None) -> str:
        """What a setting is called: as the parameter or indicator that it names, else by its own title."""
        title = self._titles.get(named) if isinstance(named, str) else None
        return title or self._rulebook.setting_title(key, self._language)

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
        return text if bare else f"{text} {self._rulebook.unit_title(unit, self._language)}"

    def _joined(self, texts: Iterable[str]) -> str:
        return self._words["comma"].join(texts)

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return self._words["taken_true" if value else "taken_false"]
        if isinstance(value, int | float):
            return number_text(float(value))
        text = str(value)
        if text in COLOURS:
            return colour_in(self._language, text)
        return self._titles.get(text, text)
