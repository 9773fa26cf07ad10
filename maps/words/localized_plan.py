"""A finished plan in one language: the same decisions and numbers, its reasons and titles in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeVar, get_args

import pandas as pd

from layers.errors import Finding
from layers.read import jurisdiction_names
from layers.sources import Section, Texts, UnitsSection
from maps.words.messages import UnitNoun, between, catalogue
from maps.words.rendering import Renderer
from maps.words.texts import text_in
from zoning.pipeline import names_by_language, plan_findings_of
from zoning.plan import Plan
from zoning.policies import exceptions_of, say_exception
from zoning.reasons import Remark
from zoning.study import Study
from zoning.tables import POLICIES, TABLES, Table
from zoning.zones import decision_status

RECORD = "record"
"""The column of the claims that holds the reason as it was before it was put into words."""


@dataclass(frozen=True, kw_only=True, repr=False)
class LocalizedPlan(Plan):
    """A plan whose study, tables and assumptions are in words."""

    source: Plan
    renderer: Renderer

    def jurisdiction(self, code: str) -> str:
        """What a jurisdiction is called."""
        return self.renderer.terms.jurisdiction(code)

    @cached_property
    def distinct_names(self) -> dict[str, str]:
        """What each unit is called: its name, with its jurisdiction where others have it, too, else with its id.

        Examples
        --------
        >>> import zoneplan as zp
        >>> plan = localize(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))))
        >>> [plan.distinct_names[unit] for unit in ("08031", "08111", "35045")]
        ['Denver', 'San Juan (Colorado)', 'San Juan (New Mexico)']
        """
        ids, bare, places = (self.zones[column].tolist() for column in ("unit_id", "name", "jurisdiction"))
        named_in = catalogue("unit", self.language)["named_in"]
        names = [name or unit for name, unit in zip(bare, ids, strict=True)]
        for tells in (map(self.jurisdiction, places), ids):
            times = Counter(names)
            names = [
                named_in.format(name=name, place=tell) if tell and times[label] > 1 else label
                for label, name, tell in zip(names, bare, tells, strict=True)
            ]
        return dict(zip(map(str, ids), map(str, names), strict=True))

    @cached_property
    def _rules_said(self) -> tuple[tuple[str, str], ...]:
        """Each rule as reasons name it, with its code, and the title of its zone alone."""
        template = catalogue("claim", self.language)["rule_of"]
        titles = {zone.code: text_in(zone.title, self.language, zone.code) for zone in self.rulebook.zones}
        return tuple(
            (template.format(rule=rule.id, zone=titles[rule.zone]), titles[rule.zone]) for rule in self.rulebook.rules
        )

    def without_codes(self, reason: str) -> str:
        """A reason in which rules stand by the titles of their zones, each once; their codes have their own column."""
        comma = between("others", self.language)
        for coded, title in self._rules_said:
            reason = reason.replace(coded, title).replace(f"{title}{comma}{title}", title)
        return reason

    @property
    def language(self) -> str:
        """The language that it is in."""
        return self.renderer.language

    @property
    def noun(self) -> UnitNoun:
        """What its units are called."""
        return self.renderer.noun

    @cached_property
    def standings(self) -> pd.Series:
        """How the zones of each unit came about, see :func:`zoning.zones.decision_status`."""
        return decision_status(self)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the plan leaves open, misses or does for nothing, warnings before notes."""
        return tuple(self.renderer.finding(remark, self.distinct_names) for remark in self.remarks)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """The same without words, each with all that it is about."""
        return plan_findings_of(self)


def localize(plan: Plan, language: str = "en") -> LocalizedPlan:
    """A plan in a language."""
    if isinstance(plan, LocalizedPlan):
        return plan if plan.language == language else localize(plan.source, language)
    places = jurisdiction_names(plan.units, plan.study.units)
    renderer = Renderer(language, plan.rulebook, plan.study, places)
    worded = {
        table.name: _in_words(plan, table, renderer)
        for table in TABLES.values()
        if {"message", "rulebook"} & set(table.columns.values())
    }
    worded |= _named(plan, worded, language)
    study = study_in(_partial(_marked(plan.study, language), plan, renderer), language)
    worded["claims"] = worded["claims"].assign(**{RECORD: plan.claims["reason"]})
    assumptions = tuple(
        replace(assumption, assumed=renderer.render(assumption.assumed)) for assumption in plan.assumptions
    )
    worded_plan = plan.having(**worded, study=study, assumptions=assumptions, origin=None)
    return LocalizedPlan(
        **{field.name: getattr(worded_plan, field.name) for field in fields(Plan)}, source=plan, renderer=renderer
    )


def _marked(study: Study, language: str) -> Study:
    """A study whose title and note say so where it is a try: they stand on every page, so that none looks adopted."""
    heading = said_of_try(study, language)
    return study if heading is None else _headed(study, *heading, language)


def said_of_try(study: Study, language: str) -> tuple[str, str] | None:
    """The title of a plan that is a try, and by whom it is; None of one that is none."""
    if study.tried is None:
        return None
    words, scenario = catalogue("try", language), study.scenarios[0]
    names = text_in(scenario.title or scenario.name, language), text_in(study.title, language)
    return (
        words["title"].format(scenario=names[0], plan=names[1]),
        words["note"].format(by=text_in(study.tried.by, language), file=study.tried.plan),
    )


def _partial(study: Study, plan: Plan, renderer: Renderer) -> Study:
    """A study whose title and note say what is left out, so that no page looks whole."""
    if not plan.left_out:
        return study
    words, between = catalogue("partial", renderer.language), catalogue("report", renderer.language)["semicolon"]
    names = between.join(omission.name for omission in plan.left_out if omission.kind == "layer")
    title = words["title"].format(plan=text_in(study.title, renderer.language), names=names)
    reasons = between.join(
        words["reason"].format(name=omission.name, said=renderer.render(omission.said).rstrip(".。"))
        for omission in plan.left_out
        if omission.kind == "layer"
    )
    note = words["note"].format(reasons=reasons)
    if entries := between.join(omission.title for omission in plan.left_out if omission.kind != "layer"):
        note = f"{note} {words['entries'].format(names=entries)}"
    return _headed(study, title, note, renderer.language)


def _headed(study: Study, title: str, note: str, language: str) -> Study:
    """A study with another title, and a note before its own."""
    study_note = study.study.note
    notes = [note, *([text_in(study_note, language)] if study_note else [])]
    head = study.study.model_copy(update={"title": title, "note": " ".join(notes)})
    return study.model_copy(update={"study": head})


def _in_words(plan: Plan, table: Table, renderer: Renderer) -> pd.DataFrame:
    rows = renderer.table(table, getattr(plan, table.name))
    return _with_policies(rows, plan, renderer) if table is POLICIES else rows


def _named(plan: Plan, tables: Mapping[str, pd.DataFrame], language: str) -> dict[str, pd.DataFrame]:
    """Those of some tables that name units, with names in a language; none where there are no names by language."""
    if not plan.study.units.names:
        return {}
    names = unit_names(plan.units, plan.study.units, language)
    rows = {name: tables.get(name, getattr(plan, name)) for name in ("zones", "quotas")}
    named = {name: table.assign(name=table["unit_id"].map(names).fillna(table["name"])) for name, table in rows.items()}
    return {"units": plan.units.assign(name=names), **named}


Model = TypeVar("Model", bound=Section)


def study_in(study: Model, language: str) -> Model:
    """A study, or a section of one, in which each text by language is that of one language.

    Examples
    --------
    >>> from zoning.study import Priority
    >>> first = Priority(when="TRUE", factor=2, reason={"en": "cities first", "zh": "城市优先"})
    >>> study_in(first, "zh").reason
    '城市优先'
    """

    def in_language(value: Any, *, worded: bool) -> Any:
        if worded and isinstance(value, Mapping):
            return text_in(value, language)
        if isinstance(value, tuple):
            return tuple(in_language(entry, worded=False) for entry in value)
        return study_in(value, language) if isinstance(value, Section) else value

    fields = type(study).model_fields.items()
    translated = {
        name: in_language(getattr(study, name), worded=Texts in get_args(field.annotation)) for name, field in fields
    }
    return study.model_copy(
        update={name: entry for name, entry in translated.items() if entry is not getattr(study, name)}
    )


def unit_names(units: pd.DataFrame, section: UnitsSection, language: str) -> pd.Series:
    """What each unit is called in a language, with the mark of another one where it has no name in it.

    Examples
    --------
    >>> units = pd.DataFrame({"name": ["Tibet", "Gobi"], "name_zh": ["西藏", None]}, index=["54", "64"])
    >>> section = UnitsSection(source="u.gpkg", id="code", name={"en": "name", "zh": "name_zh"})
    >>> unit_names(units, section, "zh").tolist()
    ['西藏', 'Gobi (en)']
    """
    pairs = zip(names_by_language(units, section).values(), units["name"], strict=True)
    chosen = [text_in(texts, language, name) for texts, name in pairs]
    return pd.Series(chosen, index=units.index, dtype=units["name"].dtype)


def _with_policies(rows: pd.DataFrame, plan: Plan, renderer: Renderer) -> pd.DataFrame:
    """The table of policies with what the rulebook says of each: title, clause, and the exception that holds."""
    policies, language = plan.rulebook.policies, renderer.language
    titles = {policy.id: text_in(policy.title, language, policy.id) for policy in policies}
    references = {policy.id: text_in(policy.reference, language) for policy in policies}
    clauses = {policy.id: text_in(policy.clause, language) for policy in policies}
    exceptions = {
        (policy.id, name): renderer.render(say_exception(exception))
        for policy in policies
        for name, exception in exceptions_of(policy).items()
    }
    pairs = zip(rows["policy"], rows["overruled_by"], strict=True)
    columns = {
        "title": rows["policy"].map(titles),
        "clause": rows["policy"].map(clauses),
        "reference": rows["policy"].map(references),
        "exception": [exceptions.get(pair, "") for pair in pairs],
    }
    return rows.assign(**columns)[list(POLICIES.columns)]
