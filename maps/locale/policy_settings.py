"""What a policy sets, by title, number and unit of measure, as everybody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maps.locale.rendering import Renderer
from maps.locale.terms import Terms
from zoning.rulebook import Policy, Rulebook
from zoning.trace import Field, Term, amount, say


def describe_parameters(
    policy: Policy | None, settings: Mapping[str, Any], renderer: Renderer
) -> list[tuple[str, str]]:
    """Settings of a policy in words: what each is called, and what it is.

    Parameters
    ----------
    policy : Policy or None
        Which parameters and indicators its settings name; None where it is not known.
    settings : mapping
        The column ``parameters`` of the POLICIES table, or :func:`zoning.policies.policy_parameters_of`.
    renderer : Renderer
        With the titles of its rulebook, in the language wanted.

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


def parameters_said(
    policy: Policy | None, settings: Mapping[str, Any], rulebook: Rulebook | None
) -> list[tuple[Term, Field]]:
    """The same before anybody has chosen a language."""
    teller, named = _Teller(Terms(rulebook, "en").measures), policy.parameters if policy else {}
    own = {"list"} if policy and policy.list else set()  # the title of the policy has said it
    told = [(teller.title(key, named.get(key)), teller.text(settings[key])) for key in settings if key not in own]
    each = say("explain.each_its_own")  # where the setting is a measure of each unit
    return [(title, each if text == title else text) for title, text in told]


class _Teller:
    """Says settings.

    Parameters
    ----------
    titled : collection of str
        The parameters and measures that have a title.
    """

    def __init__(self, titled: Iterable[str]) -> None:
        self._titled = frozenset(titled)

    def title(self, key: str, named: object = None) -> Term:
        """What a setting is called: as the parameter or indicator that it names, else by its own title."""
        return Term("name", named) if isinstance(named, str) and named in self._titled else Term("setting", key)

    def text(self, value: Any) -> Field:
        """A value with its unit, or lists and tables of such, in one line."""
        if isinstance(value, Mapping) and set(value) == {"value", "unit"}:
            return self._measured(value["value"], str(value["unit"]))
        if isinstance(value, Mapping):
            pairs = [say("explain.pair", title=self.title(key), text=self.text(one)) for key, one in value.items()]
            return _row("explain.row", pairs)
        if isinstance(value, list):
            tables = any(isinstance(one, Mapping) for one in value)
            return _row("explain.rows" if tables else "explain.row", map(self.text, value))
        return self._plain(value)

    def _measured(self, value: Any, unit: str) -> Field:
        if value is None:
            return say("explain.missing")
        return self._plain(value) if isinstance(value, bool | str) else amount(value, unit)

    def _plain(self, value: Any) -> Field:
        if isinstance(value, bool):
            return say("explain.taken_true" if value else "explain.taken_false")
        if isinstance(value, int | float):
            return amount(value)
        text = str(value)
        if text in _LIGHTS:
            return say(f"light.{text}")
        return Term("name", text) if text in self._titled else text


_LIGHTS = ("green", "yellow", "red")


def _row(key: str, several: Iterable[Field]) -> Field:
    """Fields side by side, also those that are alike."""
    *before, row = [*several] or [""]
    for one in reversed(before):
        row = say(key, first=one, rest=row)
    return row
